"""`qualcode agreement`: every coefficient for any table of ratings, without a study."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from qualcode.agreement.ratings import Agreement


@click.command()
@click.argument("ratings", type=click.Path(path_type=Path), metavar="RATINGS.csv")
@click.option(
    "--level",
    type=click.Choice(["nominal", "ordinal", "interval", "ratio"]),
    default="nominal",
    show_default=True,
    help="What the values are, for Krippendorff's alpha.",
)
@click.option(
    "--weights",
    type=click.Choice(["identity", "linear", "quadratic", "ordinal"]),
    default=None,
    help="Agreement weights of the kappas and gwet_ac2, by rank of the category.",
)
@click.option(
    "--categories",
    default=None,
    metavar="A,B,C",
    help="All categories there are, in order: the codebook's, where fewer were used.",
)
@click.option(
    "--per-code", is_flag=True, help="Also each value, or each member of a cell a;b, against everything else."
)
@click.option(
    "--sets",
    type=click.Choice(["jaccard", "masi", "mv"]),
    default=None,
    help="Cells are sets (a;b, and - for the empty set): alpha over label sets.",
)
@click.option(
    "--ci",
    type=click.Choice(["bootstrap", "analytic", "none"]),
    default="bootstrap",
    show_default=True,
    help="Kind of 95 % interval.",
)
@click.option(
    "--bootstrap", type=click.IntRange(2, 1_000_000), default=1000, show_default=True, help="Number of resamples."
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the resampling.")
@click.option(
    "--resample",
    type=click.Choice(["auto", "unit", "cluster", "pairs"]),
    default="auto",
    show_default=True,
    help="What is drawn: by cluster from ten up, else by unit; pairs is Hayes and Krippendorff 2007.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(
    ratings: Path,
    level: str,
    weights: str | None,
    categories: str | None,
    per_code: bool,
    sets: str | None,
    ci: str,
    bootstrap: int,
    seed: int,
    resample: str,
    as_json: bool,
) -> None:
    """Agreement coefficients for any ratings table (CSV or XLSX).

    One row a unit: first column the unit, then a column for each coder, blank where there is no value. Or long form with
    the columns unit, coder, value. An optional column `cluster` names the transcript of each unit.
    """
    from qualcode.agreement.ratings import measure, read_ratings

    table = read_ratings(ratings)
    found = measure(
        table,
        level=level,
        weights=weights,
        categories=_list(categories),
        per_code=per_code,
        sets=sets,
        ci=ci,
        bootstrap=bootstrap,
        seed=seed,
        resample=resample,
    )
    if as_json:
        click.echo(
            json.dumps(_answer(found, level=level, weights=weights), indent=1, ensure_ascii=False, allow_nan=False)
        )
    else:
        click.echo(_table(found, level=level, weights=weights))


def _list(text: str | None) -> list[str] | None:
    import csv

    if text is None:
        return None
    names = [part.strip() for part in next(csv.reader([text], skipinitialspace=True), []) if part.strip()]
    if not names:
        raise click.UsageError("--categories names no category.")
    return names


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value


def _answer(found: Agreement, *, level: str, weights: str | None) -> dict[str, Any]:
    return {
        "units": len(found.ratings.units),
        "coders": found.ratings.coders,
        "units_with_value": found.with_value,
        "units_with_two_values": found.pairable,
        "categories": found.categories,
        "level": level,
        "weights": weights or "identity",
        "notes": found.notes,
        "coefficients": [
            {
                "name": result.name,
                "code": result.code,
                "estimate": _number(result.estimate),
                "se": _number(result.interval.se),
                "ci_low": _number(result.interval.low),
                "ci_high": _number(result.interval.high),
                "ci_method": result.interval.method or None,
                "reason": result.reason or None,
            }
            for result in found.results
        ],
    }


def _table(found: Agreement, *, level: str, weights: str | None) -> str:
    """The answer as aligned text; how the intervals were made, and what is missing, below."""
    coders = ", ".join(found.ratings.coders) or "none"
    lines = [
        f"{len(found.ratings.units)} units, {found.pairable} of them with two values or more; "
        f"{len(found.ratings.coders)} coders ({coders})",
        f"{len(found.categories)} categories; alpha's level: {level}; weights of the kappas: {weights or 'identity'}",
    ]
    lines += [f"Note: {note}." for note in found.notes]
    methods = list(dict.fromkeys(result.interval.method for result in found.results if result.interval.method))
    reasons: list[str] = []
    rows = [("code", "coefficient", "estimate", "95 % interval", "")]
    for result in found.results:
        interval = result.interval
        limits = "" if math.isnan(interval.low) else f"{interval.low:.3f} to {interval.high:.3f}"
        marks = ""
        if result.reason:
            if result.reason not in reasons:
                reasons.append(result.reason)
            marks = f"[{reasons.index(result.reason) + 1}]"
        if len(methods) > 1 and interval.method:
            marks += f" ({_letter(methods.index(interval.method))})"
        shown = "" if math.isnan(result.estimate) else f"{result.estimate:.3f}"
        rows.append((result.code or "", result.name, shown, limits, marks.strip()))
    first = 0 if any(row[0] for row in rows[1:]) else 1
    wide = [max(len(row[at]) for row in rows) for at in range(5)]
    lines.append("")
    for row in rows:
        cells = [row[at].rjust(wide[at]) if at == 2 else row[at].ljust(wide[at]) for at in range(first, 5)]
        lines.append("  ".join(cells).rstrip())
    lines.append("")
    if len(methods) == 1:
        lines.append(f"Intervals: {methods[0]}." if methods[0] != "none" else "No intervals were asked for.")
    else:
        lines += [f"({_letter(at)}) {method}" for at, method in enumerate(methods)]
    lines += [f"[{at}] {reason}" for at, reason in enumerate(reasons, start=1)]
    return "\n".join(lines).rstrip()


def _letter(at: int) -> str:
    return chr(ord("a") + at) if at < 26 else str(at)

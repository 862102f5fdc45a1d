"""`qualcode agreement`: every coefficient for any table of ratings, or of free spans, without a study."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qualcode.commands.common import no_study_option

if TYPE_CHECKING:
    from qualcode.agreement.ratings import Agreement
    from qualcode.agreement.spans import Measured, Spans

NO_INTERVAL = "no interval: the spans of one continuum are no independent units to resample"


@click.command()
@no_study_option
@click.argument("ratings", type=click.Path(path_type=Path), metavar="[RATINGS.csv]", required=False)
@click.option(
    "--spans",
    type=click.Path(path_type=Path),
    default=None,
    metavar="SPANS.csv",
    help="Instead of ratings: stretches that each coder marked on one text (coder, start, end, code; half-open).",
)
@click.option("--length", type=int, default=None, metavar="N", help="With --spans: length of the text.")
@click.option("--start", type=int, default=None, metavar="M", help="With --spans: where the text starts.  [default: 0]")
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
@click.option(
    "--interval",
    type=click.Choice(["percentile", "bca"]),
    default="percentile",
    show_default=True,
    help="How the bootstrap's limits are taken; bca corrects for bias and skew.",
)
@click.option(
    "--threshold",
    "thresholds",
    type=float,
    multiple=True,
    metavar="X",
    help="Also the share of resamples under X (may be given several times).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    ratings: Path | None,
    spans: Path | None,
    length: int | None,
    start: int | None,
    level: str,
    weights: str | None,
    categories: str | None,
    per_code: bool,
    sets: str | None,
    ci: str,
    bootstrap: int,
    seed: int,
    resample: str,
    interval: str,
    thresholds: tuple[float, ...],
    as_json: bool,
) -> None:
    """Agreement coefficients for any ratings table or table of spans (CSV or XLSX).

    One row a unit: first column the unit, then a column for each coder, blank where there is no value. Or long form with
    the columns unit, coder, value. An optional column `cluster` names the transcript of each unit.

    With --spans SPANS.csv --length N: a row for each stretch that a coder marked, columns coder, start, end, code.
    """
    if (ratings is None) == (spans is None):
        raise click.UsageError("Give either RATINGS.csv or --spans SPANS.csv.")
    if spans is not None:
        if length is None:
            raise click.UsageError("--spans needs --length N, the length of the text.")
        for name in ("level", "weights", "sets"):
            if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
                raise click.UsageError(f"--{name} does not go with --spans.")
        from qualcode.agreement.spans import measure_spans, read_spans

        marked = read_spans(spans, length=length, start=start or 0, codes=_list(categories))
        made = measure_spans(marked)
        if as_json:
            click.echo(_json(_spans_answer(marked, made, ci=ci)))
        else:
            click.echo(_spans_table(marked, made))
        return
    if length is not None or start is not None:
        raise click.UsageError("--length and --start go with --spans.")
    from qualcode.agreement.ratings import measure, read_ratings

    assert ratings is not None
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
        interval=interval,
        thresholds=thresholds,
    )
    if as_json:
        click.echo(_json(_answer(found, level=level, weights=weights)))
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


def _json(answer: dict[str, Any]) -> str:
    return json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False)


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
            | ({"below": {f"{at:g}": share for at, share in result.below.items()}} if result.below else {})
            for result in found.results
        ],
    }


def _spans_answer(spans: Spans, made: list[Measured], *, ci: str) -> dict[str, Any]:
    without = "" if ci == "none" else NO_INTERVAL
    return {
        "units": len(spans),
        "coders": spans.coders,
        "start": spans.origin,
        "length": spans.length,
        "categories": spans.codes,
        "notes": spans.notes,
        "coefficients": [
            {
                "name": one.name,
                "code": one.code,
                "estimate": _number(one.estimate),
                "se": None,
                "ci_low": None,
                "ci_high": None,
                "ci_method": "none" if not one.reason and not without else None,
                "reason": one.reason or without or None,
            }
            for one in made
        ],
    }


def _spans_table(spans: Spans, made: list[Measured]) -> str:
    """The answer as aligned text: what holds over all codes, then a row a code; what is missing, below."""
    coders = ", ".join(spans.coders) or "none"
    lines = [
        f"{len(spans)} units of {len(spans.codes)} codes on positions {spans.origin} to {spans.origin + spans.length}; "
        f"{len(spans.coders)} coders ({coders})"
    ]
    lines += [f"Note: {note}." for note in spans.notes]
    reasons: list[str] = []

    def shown(one: Measured) -> str:
        if not one.reason:
            return f"{one.estimate:.3f}"
        if one.reason not in reasons:
            reasons.append(one.reason)
        return f"[{reasons.index(one.reason) + 1}]"

    over = [(one.name, shown(one)) for one in made if one.code is None]
    lines += ["", *_aligned([("over all codes", "estimate"), *over])]
    names = list(dict.fromkeys(one.name for one in made if one.code is not None))
    cells = {(one.code, one.name): shown(one) for one in made if one.code is not None}
    if spans.codes:
        by_code = [("code", *names)] + [(code, *(cells[code, name] for name in names)) for code in spans.codes]
        lines += ["", *_aligned(by_code)]
    lines += ["", "No intervals: the spans of one text are no independent units to resample."]
    lines += [f"[{at}] {reason}" for at, reason in enumerate(reasons, start=1)]
    return "\n".join(lines)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """The first column to the left, the others to the right."""
    wide = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return [
        "  ".join([row[0].ljust(wide[0]), *(row[at].rjust(wide[at]) for at in range(1, len(row)))]).rstrip()
        for row in rows
    ]


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
        marks += "".join(f" {share:.1%} of resamples below {at:g}" for at, share in result.below.items())
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

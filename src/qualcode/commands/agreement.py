"""`qualcode agreement`: every coefficient for any table of ratings, or of free spans, without a study."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qualcode.commands.common import no_study_option

if TYPE_CHECKING:
    from qualcode.agreement.intervals import Interval
    from qualcode.agreement.measuring import Agreement, Result
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
    "--near",
    type=click.IntRange(2, 1000),
    default=2,
    show_default=True,
    metavar="N",
    help="With --spans: boundaries fewer than N positions apart are near misses (boundary_similarity).",
)
@click.option(
    "--min-overlap",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    metavar="X",
    help="With --spans: share of a stretch that another of the same code must cover to match it (segment_agreement).",
)
@click.option(
    "--gamma", is_flag=True, help="With --spans: also gamma (needs the extra qualcode[gamma]; seconds to minutes)."
)
@click.option(
    "--gamma-samples",
    type=click.IntRange(2, 10_000),
    default=30,
    show_default=True,
    help="Random texts that gamma takes chance from.",
)
@click.option(
    "--level",
    type=click.Choice(["nominal", "ordinal", "interval", "ratio"]),
    default="nominal",
    show_default=True,
    help="What the values are, for Krippendorff's alpha; interval and ratio add intraclass correlations.",
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
    type=click.Choice(["bootstrap", "jackknife", "analytic", "none"]),
    default="bootstrap",
    show_default=True,
    help="Kind of 95 % interval; jackknife leaves out one unit (or cluster) at a time.",
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
@click.option(
    "--as",
    "tools",
    type=click.Choice(["nvivo", "atlas", "maxqda", "qualcoder", "requal", "dedoose"]),
    multiple=True,
    help="With --spans: what this program prints instead (may be given several times).",
)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    ratings: Path | None,
    spans: Path | None,
    length: int | None,
    start: int | None,
    near: int,
    min_overlap: float,
    gamma: bool,
    gamma_samples: int,
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
    tools: tuple[str, ...],
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
        from qualcode.agreement.boundaries import measure_boundaries
        from qualcode.agreement.spans import measure_spans, read_spans

        marked = read_spans(spans, length=length, start=start or 0, codes=_list(categories))
        if tools:
            from qualcode.commands.agreement_as import tools_answer

            click.echo(tools_answer(marked, list(dict.fromkeys(tools)), as_json=as_json))
            return
        made = measure_spans(marked) + measure_boundaries(marked, near=near, min_overlap=min_overlap)
        if gamma:
            from qualcode.agreement.gamma import measure_gamma

            made += measure_gamma(marked, samples=gamma_samples, seed=seed)
        settings: dict[str, Any] = {"near": near, "min_overlap": min_overlap}
        settings |= {"gamma_samples": gamma_samples, "seed": seed} if gamma else {}
        if as_json:
            click.echo(_json(_spans_answer(marked, made, ci=ci, settings=settings)))
        else:
            click.echo(_spans_table(marked, made, settings=settings))
        return
    if length is not None or start is not None:
        raise click.UsageError("--length and --start go with --spans.")
    if tools:
        raise click.UsageError("--as goes with --spans: these programs compare stretches of text.")
    for name in ("near", "min_overlap", "gamma", "gamma_samples"):
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name.replace('_', '-')} goes with --spans.")
    if resample == "pairs" and ci != "bootstrap":
        raise click.UsageError("--resample pairs goes with --ci bootstrap.")
    if interval == "bca" and ci != "bootstrap":
        raise click.UsageError("--interval bca goes with --ci bootstrap.")
    from qualcode.agreement.measuring import measure
    from qualcode.agreement.ratings import read_ratings

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
                "undefined": result.interval.undefined if "bootstrap" in result.interval.method else None,
            }
            | ({"below": {f"{at:g}": share for at, share in result.below.items()}} if result.below else {})
            for result in found.results
        ],
    } | ({"codes": [vars(one) for one in found.codes]} if found.codes else {})


def _in_order(made: list[Measured], codes: Sequence[str]) -> list[Measured]:
    """What holds over all codes first, then code by code."""
    return [one for code in (None, *codes) for one in made if one.code == code]


def _spans_answer(spans: Spans, made: list[Measured], *, ci: str, settings: dict[str, Any]) -> dict[str, Any]:
    without = "" if ci == "none" else NO_INTERVAL
    return {
        "units": len(spans),
        "coders": spans.coders,
        "start": spans.origin,
        "length": spans.length,
        "categories": spans.codes,
        **settings,
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
            for one in _in_order(made, spans.codes)
        ],
    }


SPAN_GROUPS = {
    "corrected for chance": (
        "u_alpha",
        "bar_u_alpha",
        "cu_alpha",
        "krippendorff_alpha_unitizing_1995",
        "gamma",
        "gamma_cat",
    ),
    "what cu_alpha rests on": ("cu_alpha_coverage",),
    "agreement": ("boundary_similarity", "segment_agreement", "segment_f1"),
}
SPAN_HEADS = {
    "k_u_alpha": "(k)u-alpha", "k_u_alpha_coverage": "coverage", "krippendorff_alpha_unitizing_1995": "alpha 1995",
    "percent_agreement": "percent", "cohen_kappa": "kappa", "scott_pi": "pi", "krippendorff_alpha": "alpha",
    "boundary_similarity": "boundary", "segment_agreement": "segments", "segment_f1": "segment F1",
}  # fmt: skip
OVER_POSITIONS = ("percent_agreement", "cohen_kappa", "scott_pi", "krippendorff_alpha")


def _spans_table(spans: Spans, made: list[Measured], *, settings: dict[str, Any]) -> str:
    """The answer as aligned text: what holds over all codes, then a row a code; what is missing, below."""
    coders = ", ".join(spans.coders) or "none"
    lines = [
        f"{len(spans)} units of {len(spans.codes)} codes on positions {spans.origin} to {spans.origin + spans.length}; "
        f"{len(spans.coders)} coders ({coders})"
    ]
    lines += _wrapped(f"Note: {note}." for note in spans.notes)
    reasons: list[str] = []

    def shown(one: Measured) -> str:
        if not one.reason:
            return f"{one.estimate:.3f}"
        if one.reason not in reasons:
            reasons.append(one.reason)
        return f"[{reasons.index(one.reason) + 1}]"

    over = {one.name: one for one in made if one.code is None}
    rows: list[tuple[str, ...]] = [("over all codes", "estimate", "")]
    for group, names in SPAN_GROUPS.items():
        rows.append((group, "", ""))
        rows += [(f"  {name}", shown(over[name]), "") for name in names if name in over]
    lines += ["", *_columns(rows, right=(1,))]
    cells = {(one.code, one.name): one for one in made if one.code is not None}
    if spans.codes:
        names = tuple(SPAN_HEADS)
        heads = (SPAN_HEADS[name] + ("*" if name in OVER_POSITIONS else "") for name in names)
        by_code = [("code", *heads, "")]
        by_code += [(code, *(shown(cells[code, name]) for name in names), "") for code in spans.codes]
        lines += ["", *_columns(by_code, right=range(1, 99)), "* over positions: the code is there or not"]
    matched = f"segments: matched where another of the same code covers {settings['min_overlap']:.0%} of it; "
    near = settings["near"]
    matched += f"boundary: {near - 1} position{'' if near == 2 else 's'} apart or less is a near miss"
    lines += ["", *_wrapped([matched])]
    if "gamma_samples" in settings:
        lines.append(f"gamma: by chance from {settings['gamma_samples']} random texts, seed {settings['seed']}")
    lines.append("No intervals: the spans of one text are no independent units to resample.")
    lines += _wrapped(f"[{at}] {reason}" for at, reason in enumerate(reasons, start=1))
    return "\n".join(lines)


def _table(found: Agreement, *, level: str, weights: str | None) -> str:
    """The answer as aligned text in groups; how the intervals were made, and what is missing, below."""
    from qualcode.agreement.catalogue import GROUPS

    coders = ", ".join(found.ratings.coders) or "none"
    lines = [
        f"{len(found.ratings.units)} units, {found.pairable} of them with two values or more; "
        f"{len(found.ratings.coders)} coders ({coders})",
        f"{len(found.categories)} categories; alpha's level: {level}; weights of the kappas: {weights or 'identity'}",
    ]
    lines += _wrapped(f"Note: {note}." for note in found.notes)
    marks = _Marks(found.results)
    over = {result.name: result for result in found.results if result.code is None}
    rows: list[tuple[str, ...]] = [("", "estimate", "95 % interval", *marks.heads(), "")]
    beneath: dict[int, list[str]] = {}
    for group, names in GROUPS.items():
        here = [over[name] for name in names if name in over]
        if not here:
            continue
        rows.append((group, *[""] * (len(rows[0]) - 1)))
        rows += [
            (f"  {one.name}", _three(one.estimate), _limits(one), *marks.cells(one), marks.of(one))
            for one in here
            if not math.isnan(one.estimate)
        ]
        empty = [f"{one.name} {marks.of(one)}" for one in here if math.isnan(one.estimate)]
        beneath[len(rows) - 1] = _wrapped([f"empty: {', '.join(empty)}"], indent="  ") if empty else []
    lines.append("")
    for at, line in enumerate(_columns(rows, right=(1, *range(3, 99)))):
        lines += [line, *beneath.get(at, [])]
    if found.codes:
        lines += ["", *_by_code(found, marks), ""]
        what = "how often both, only the first, only the second and none of the two coders gave it"
        if len(found.ratings.coders) != 2:
            what = "how often it was given, to how many units, and kappa as the mean over pairs"
        what = f"Each code against everything else: {what}. Every coefficient of each code, with its interval: --json."
        lines += _wrapped([what])
    return "\n".join([*lines, "", *marks.below()]).rstrip()


def _by_code(found: Agreement, marks: _Marks) -> list[str]:
    """A row a code: counts, what is read first, and alpha with its interval."""
    two = len(found.ratings.coders) == 2
    kappa = "cohen_kappa" if two else "mean_pairwise_cohen_kappa"
    shown = ("percent_agreement", "positive_agreement", "negative_agreement", kappa, "gwet_ac1", "krippendorff_alpha")
    counts = ("both", "1st", "2nd", "none") if two else ("given", "units")
    heads = ("percent", "positive", "negative", "kappa", "AC1", "alpha")
    rows: list[tuple[str, ...]] = [("code", *counts, *heads, "95 % of alpha", *marks.heads(), "")]
    results = {(one.code, one.name): one for one in found.results if one.code is not None}
    for code in found.codes:
        here = [results[code.code, name] for name in shown]
        many = (code.both, code.only_a, code.only_b, code.neither) if two else (code.values, code.units)
        cells = (*map(str, many), *(_three(one.estimate) for one in here), _limits(here[-1]), *marks.cells(here[-1]))
        rows.append((code.code, *cells, marks.of(here[-1])))
    return _columns(rows, right=range(1, 99))


class _Marks:
    """What stands beside an interval: shares of resamples below thresholds, undefined resamples, and footnotes.

    A footnote is [1] for a reason, (a) for how an interval was made where there are several ways.
    """

    def __init__(self, results: Sequence[Result]) -> None:
        self.methods = list(dict.fromkeys(_method(one.interval) for one in results if one.interval.method))
        self.reasons: list[str] = []
        self.thresholds = sorted({at for one in results for at in one.below})
        self.undefined = any(one.interval.undefined for one in results)

    def heads(self) -> list[str]:
        return [f"<{at:g}" for at in self.thresholds] + (["undefined"] if self.undefined else [])

    def cells(self, one: Result) -> list[str]:
        shares = [f"{one.below[at]:.1%}" if at in one.below else "" for at in self.thresholds]
        return shares + ([str(one.interval.undefined or "")] if self.undefined else [])

    def of(self, one: Result) -> str:
        marks = []
        if one.reason:
            if one.reason not in self.reasons:
                self.reasons.append(one.reason)
            marks.append(f"[{self.reasons.index(one.reason) + 1}]")
        if len(self.methods) > 1 and one.interval.method:
            marks.append(f"({_letter(self.methods.index(_method(one.interval)))})")
        return " ".join(marks)

    def below(self) -> list[str]:
        if self.methods == ["none"]:
            lines = ["No intervals were asked for."]
        elif len(self.methods) == 1:
            lines = [f"Intervals: {self.methods[0]}."]
        else:
            lines = [f"({_letter(at)}) {method}" for at, method in enumerate(self.methods)]
        if self.thresholds:
            lines.append("<: share of the defined resamples under that value, which is no probability.")
        if self.undefined:
            lines.append("undefined: resamples in which nothing varied; they are left out of the interval.")
        return _wrapped([*lines, *(f"[{at}] {reason}" for at, reason in enumerate(self.reasons, start=1))])


def _wrapped(lines: Iterable[str], indent: str = "") -> list[str]:
    import textwrap

    more = indent + "  "
    return [part for line in lines for part in textwrap.wrap(line, 118, initial_indent=indent, subsequent_indent=more)]


def _method(interval: Interval) -> str:
    return interval.method.removesuffix(f", {interval.undefined} undefined")


def _three(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"


def _limits(one: Result) -> str:
    return "" if math.isnan(one.interval.low) else f"{one.interval.low:.3f} to {one.interval.high:.3f}"


def _columns(rows: Sequence[tuple[str, ...]], *, right: Sequence[int]) -> list[str]:
    """Aligned columns, those of `right` to the right, the last as it is."""
    last = len(rows[0]) - 1
    wide = [max(len(row[at]) for row in rows if row[0].startswith(" ") or any(row[1:]) or at) for at in range(last)]
    return [
        "  ".join(
            [row[at].rjust(wide[at]) if at in right else row[at].ljust(wide[at]) for at in range(last)] + [row[last]]
        ).rstrip()
        for row in rows
    ]


def _letter(at: int) -> str:
    return chr(ord("a") + at) if at < 26 else str(at)

"""A table of ratings measured: every coefficient that applies, each with its interval or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.binary import BINARY, OF_TWO_CATEGORIES, pooled, pooled_kappa, positive_agreement
from qualcode.agreement.catalogue import ALL, NUMERIC, names, why_not
from qualcode.agreement.intervals import (
    ENOUGH_CLUSTERS,
    Interval,
    Resampling,
    analytic_interval,
    bca_interval,
    choose,
    coverage_note,
    draws,
    jackknife_interval,
    leave_one_out,
    pairs_interval,
    percentile_interval,
    share_below,
    too_rare,
)
from qualcode.agreement.kernel import (
    Blocks,
    Floats,
    Pair,
    Patterns,
    Scale,
    Sums,
    agreement_weights,
    distinct,
    estimate,
    krippendorff_alpha,
)
from qualcode.agreement.package import alpha_by_package
from qualcode.agreement.ratings import Indexed, Ratings, Sets, index, index_sets
from qualcode.agreement.sets import membership, mv_alpha, set_distances
from qualcode.errors import CodingsError

ALPHAS = ("krippendorff_alpha", "krippendorff_alpha_set", "mv_alpha")
OVER_CODES: dict[str, Callable[[Sequence[Sums]], Floats]] = {
    "pooled_kappa": pooled_kappa,
    "pooled_alpha": lambda sums: pooled([krippendorff_alpha(s) for s in sums]),
    "pooled_positive_agreement": lambda sums: pooled([positive_agreement(s) for s in sums]),
}


@dataclass(frozen=True)
class Result:
    """One coefficient; `estimate` and the interval's numbers are NaN where there are none, and `reason` says why."""

    name: str
    code: str | None
    estimate: float
    interval: Interval
    reason: str
    below: dict[float, float] = field(default_factory=dict)  # share of resamples under each threshold asked for


@dataclass(frozen=True)
class Counted:
    """How often a code was given, over the units with two values or more."""

    code: str
    values: int  # times any coder gave it
    units: int  # units to which any coder gave it
    both: int | None = None  # of two coders, over the units with a value of both
    only_a: int | None = None
    only_b: int | None = None
    neither: int | None = None


@dataclass(frozen=True)
class Agreement:
    """What was measured on which table."""

    ratings: Ratings
    results: list[Result]
    categories: list[str]
    pairable: int
    with_value: int
    notes: list[str]
    codes: list[Counted] = field(default_factory=list)  # with per_code


@dataclass(frozen=True)
class _Table:
    """A table to measure: its blocks, and the coefficients wanted of it."""

    code: str | None
    blocks: Blocks
    names: tuple[str, ...]
    labels: list[str]
    members: Floats | None = None


@dataclass(frozen=True)
class _Wanted:
    """A coefficient to be, of one table or over those of all codes."""

    name: str
    code: str | None
    tables: tuple[int, ...]
    value: Callable[[Sequence[Sums]], Floats]


def measure(
    ratings: Ratings,
    *,
    level: str = "nominal",
    weights: str | None = None,
    categories: Sequence[str] | None = None,
    per_code: bool = False,
    sets: str | None = None,
    ci: str = "bootstrap",
    bootstrap: int = 1000,
    seed: int = 1,
    resample: str = "auto",
    interval: str = "percentile",
    thresholds: Sequence[float] = (),
) -> Agreement:
    """Every coefficient that applies to a table of ratings, each with its interval or the reason why there is none.

    Parameters
    ----------
    level
        Of Krippendorff's alpha; the kappas go by `weights`, by rank of the category. `interval` and `ratio` add the
        intraclass correlations.
    categories
        All categories there are, in order (the codebook's): the number counts for Brennan-Prediger and Gwet. Of two the
        last is the one that positive agreement is about.
    per_code
        Each value, or each member of a cell `a;b`, against everything else, after the coefficients over all; and all codes
        pooled.
    sets
        Cells are sets of values: alpha with distance `jaccard` or `masi`, or `mv` for Krippendorff and Craggs 2016.
    ci
        `bootstrap`, `jackknife`, `analytic` or `none`.
    interval, thresholds
        Of the bootstrap: limits by `percentile` or `bca`; the share of resamples under each threshold is given too.

    Raises
    ------
    CodingsError
        Values that don't fit the level or the categories, with their rows; resampling by a column that is not there.
    """
    if resample == "cluster" and ratings.clusters is None:
        raise CodingsError(
            "there is no column 'cluster' to resample by.", where=ratings.where, hint="Add it, or use --resample unit."
        )
    notes = list(ratings.notes)
    as_sets = sets is not None or (per_code and any(";" in value for line in ratings.values for value in line))
    indexed_sets = index_sets(ratings, categories) if as_sets else None
    if indexed_sets is not None:
        labels = ["{" + ", ".join(sorted(members)) + "}" for members in indexed_sets.sets]
        indexed = Indexed(indexed_sets.codes, labels)
        if level != "nominal" or (weights or "identity") != "identity":
            raise CodingsError("cells that are sets have no order: level and weights don't apply.", where=ratings.where)
        if all(len(members) == 1 for members in indexed_sets.sets):
            indexed = index(ratings, "nominal", categories)
        else:
            notes.append("coefficients over all take each set of values as one category")
    else:
        indexed = index(ratings, level, categories)
    keep: NDArray[np.bool_] = np.any(indexed.codes >= 0, axis=1)
    codes = indexed.codes[keep]
    clusters = None
    if ratings.clusters is not None:
        place = {name: at for at, name in enumerate(sorted(set(ratings.clusters)))}
        clusters = np.array([place[name] for name in ratings.clusters], dtype=np.intp)[keep]
    patterns = distinct(codes)
    size = len(indexed.labels)
    if size == 2 and indexed.codes.shape[1] > 1:
        notes.append(f"positive agreement and its kin are about '{indexed.labels[1]}', the last of the two categories")
    whole = int((codes >= 0).all(axis=1).sum())
    if level in NUMERIC and 0 < whole < len(codes):
        notes.append(f"intraclass correlations rest on the {whole} units that have a value of every coder")
    scale = Scale(size, level, indexed.numbers, agreement_weights(weights or "identity", size))
    tables = [_Table(None, Blocks(patterns.codes, scale), names(level, weights=weights is not None), indexed.labels)]
    if sets is not None and indexed_sets is not None:
        members = membership(indexed_sets.sets, indexed_sets.labels)
        kind = "dice" if sets == "mv" else sets
        set_scale = Scale(len(indexed_sets.sets), distances=set_distances(kind, members))
        set_patterns = patterns.codes
        if indexed.codes is not indexed_sets.codes:  # single values, in another order
            set_patterns = indexed_sets.codes[keep][_first_unit(patterns)]
        name = "mv_alpha" if sets == "mv" else "krippendorff_alpha_set"
        tables.append(_Table(None, Blocks(set_patterns, set_scale), (name,), labels, members))
    over = len(tables)
    if per_code:
        tables += _per_code_tables(patterns, indexed, indexed_sets, keep=keep)
    wanted = [_of_table(at, table, name) for at, table in enumerate(tables) for name in table.names]
    if per_code:
        all_codes = tuple(range(over, len(tables)))
        position = next((at for at, one in enumerate(wanted) if one.code is not None), len(wanted))
        wanted[position:position] = [_Wanted(name, None, all_codes, value) for name, value in OVER_CODES.items()]
    pairable = (codes >= 0).sum(axis=1) >= 2
    plan = None
    if ci in ("bootstrap", "jackknife") and resample != "pairs":
        plan = choose(resample, bootstrap, seed, units=pairable, clusters=clusters, jackknife=ci == "jackknife")
        if ci == "bootstrap" and plan.how == "cluster" and clusters is not None and not plan.refused:
            found = len(np.unique(clusters[pairable]))
            notes += [coverage_note(found)] if found >= ENOUGH_CLUSTERS and coverage_note(found) else []
        if ci == "bootstrap" and interval == "bca":
            plan = replace(plan, label=plan.label.removesuffix("percentile") + "BCa")
    results = _measure(
        tables,
        wanted,
        patterns,
        plan,
        ci=ci,
        bootstrap=bootstrap,
        seed=seed,
        bca=interval == "bca",
        thresholds=thresholds,
    )
    results = [
        replace(one, estimate=alpha_by_package(codes, scale, one.estimate))
        if (one.name, one.code) == ("krippendorff_alpha", None)
        else one
        for one in results
    ]
    return Agreement(
        ratings,
        results,
        indexed.labels,
        int(pairable.sum()),
        int(keep.sum()),
        notes,
        [_counted(str(table.code), table.blocks, patterns.times) for table in tables[over:]],
    )


def _first_unit(patterns: Patterns) -> NDArray[np.intp]:
    first = np.empty(len(patterns.times), dtype=np.intp)
    first[patterns.of_unit[::-1]] = np.arange(len(patterns.of_unit))[::-1]
    return first


def _per_code_tables(
    patterns: Patterns, indexed: Indexed, sets: Sets | None, *, keep: NDArray[np.bool_]
) -> list[_Table]:
    """Binary tables of the same distinct rows: 1 where the coder gave the code, 0 where another value."""
    if sets is not None:
        rows = sets.codes[keep][_first_unit(patterns)]
        has = membership(sets.sets, sets.labels).astype(np.intp)
        binary = {label: has[:, at] for at, label in enumerate(sets.labels)}
    else:
        rows = patterns.codes
        binary = {
            label: (np.arange(len(indexed.labels)) == at).astype(np.intp) for at, label in enumerate(indexed.labels)
        }
    made = []
    for label, table in binary.items():
        codes = np.where(rows >= 0, np.append(table, -1)[rows], -1)
        made.append(_Table(label, Blocks(codes, Scale(2)), names("nominal", weights=False), ["another", label]))
    return made


def _counted(code: str, blocks: Blocks, times: NDArray[np.int64]) -> Counted:
    """Counts of a binary table."""
    pairable = blocks.pairable > 0
    given = np.where(pairable, (blocks.codes == 1).sum(axis=1), 0)
    values, units = int(times @ given), int(times @ (given > 0))
    if blocks.coders != 2:
        return Counted(code, values, units)
    a, b = (blocks.codes[:, coder] == 1 for coder in (0, 1))
    cells = (pairable & here for here in (a & b, a & ~b, ~a & b, ~a & ~b))
    return Counted(code, values, units, *(int(times @ cell) for cell in cells))


def _of_table(at: int, table: _Table, name: str) -> _Wanted:
    def value(sums: Sequence[Sums]) -> Floats:
        return estimate(_pair(table, name, sums[0]))

    return _Wanted(name, table.code, (at,), value)


def _pair(table: _Table, name: str, s: Sums) -> Pair:
    if name == "mv_alpha":
        assert table.members is not None
        return mv_alpha(s, table.members)
    return krippendorff_alpha(s) if name == "krippendorff_alpha_set" else ALL[name](s)


# ---------------------------------------------------------------- points, then intervals


def _measure(
    tables: Sequence[_Table],
    wanted: Sequence[_Wanted],
    patterns: Patterns,
    plan: Resampling | None,
    *,
    ci: str,
    bootstrap: int,
    seed: int,
    bca: bool,
    thresholds: Sequence[float],
) -> list[Result]:
    sums = [Sums.point(table.blocks, patterns.times) for table in tables]
    points = [_point(one, tables, sums) for one in wanted]
    open_ = [at for at, (value, _) in enumerate(points) if not np.isnan(value)]
    intervals: dict[int, Interval] = {}
    below: dict[int, dict[float, float]] = {}
    if plan is not None and plan.refused:
        intervals = dict.fromkeys(open_, Interval(reason=plan.refused))
    elif plan is not None:
        chosen = {at: wanted[at] for at in open_}
        without = _without_one(tables, patterns, plan, chosen) if bca or ci == "jackknife" else {}
        if ci == "jackknife":
            for at in open_:
                intervals[at] = jackknife_interval(points[at][0], *without[at], plan.label)
                rare = _rare(chosen[at], tables, patterns) if plan.how == "unit" else ""
                if rare and not intervals[at].reason:
                    intervals[at] = Interval(method=plan.label, reason=rare)
        else:
            for at, drawn in _drawn(tables, patterns, plan, chosen).items():
                if bca:
                    intervals[at] = bca_interval(drawn, plan.label, points[at][0], *without[at])
                else:
                    intervals[at] = percentile_interval(drawn, plan.label)
                if thresholds and not np.isnan(intervals[at].low):
                    below[at] = {threshold: share_below(drawn, threshold) for threshold in thresholds}
    elif ci in ("bootstrap", "analytic"):
        for at in open_:
            one = wanted[at]
            if one.name in OVER_CODES:
                how = "no closed form over several codes" if ci == "analytic" else "resampling pairs is for one table"
                intervals[at] = Interval(reason=f"{how}: use the bootstrap")
            elif ci == "analytic":
                made = analytic_interval(one.name, tables[one.tables[0]].blocks, patterns.times)
                intervals[at] = replace(made, reason=made.reason or _rare(one, tables, patterns))
            elif one.name in ALPHAS:
                table = tables[one.tables[0]]
                expected = float(_pair(table, one.name, sums[one.tables[0]])[1][0])
                intervals[at] = pairs_interval(table.blocks, patterns, times=bootstrap, seed=seed, expected=expected)
            else:
                intervals[at] = Interval(reason="resampling pairs is for Krippendorff's alpha only")
    results = []
    for at, (one, (value, reason)) in enumerate(zip(wanted, points, strict=True)):
        interval = intervals.get(at, Interval(method="none" if ci == "none" and not reason else ""))
        results.append(Result(one.name, one.code, value, interval, reason or interval.reason, below.get(at, {})))
    return results


def _rare(one: _Wanted, tables: Sequence[_Table], patterns: Patterns) -> str:
    """Why the interval of a coefficient of one table is not to be relied on: the code hardly varies."""
    raw = one.name in BINARY and one.name not in OF_TWO_CATEGORIES and one.name != "light_kappa"
    if len(one.tables) != 1 or raw or one.name == "percent_agreement":
        return ""
    return too_rare(tables[one.tables[0]].blocks, patterns.times)


def _point(one: _Wanted, tables: Sequence[_Table], sums: Sequence[Sums]) -> tuple[float, str]:
    """The estimate, or NaN and why there is none."""
    if not one.tables:
        return float("nan"), "no values"
    first = one.tables[0]
    reason = why_not(one.name, tables[first].blocks, sums[first])
    if reason:
        return float("nan"), reason
    value = float(one.value([sums[at] for at in one.tables])[0])
    if not np.isnan(value):
        return value, ""
    return value, "no code can be estimated" if one.name in OVER_CODES else _no_variation(tables[first], sums[first])


def _drawn(
    tables: Sequence[_Table], patterns: Patterns, plan: Resampling, wanted: dict[int, _Wanted]
) -> dict[int, Floats]:
    """Each coefficient in every resample, the same resamples for all."""
    values: dict[int, list[Floats]] = {at: [] for at in wanted}
    needed = {at for one in wanted.values() for at in one.tables}
    for draw in draws(patterns, plan) if wanted else ():
        sums = {at: draw.sums(tables[at].blocks) for at in needed}
        for at, one in wanted.items():
            values[at].append(one.value([sums[table] for table in one.tables]))
    return {at: np.concatenate(parts) for at, parts in values.items()}


def _without_one(
    tables: Sequence[_Table], patterns: Patterns, plan: Resampling, wanted: dict[int, _Wanted]
) -> dict[int, tuple[Floats, Floats]]:
    """Each coefficient without one unit (or cluster), and how many units stand behind each value."""
    values: dict[int, list[Floats]] = {at: [] for at in wanted}
    times: list[Floats] = []
    needed = {at for one in wanted.values() for at in one.tables}
    ranks = any(table.blocks.scale.level == "ordinal" for table in tables)
    for without, many in leave_one_out(patterns, plan, ranks=ranks) if wanted else ():
        times.append(many)
        sums = {at: without.sums(tables[at].blocks) for at in needed}
        for at, one in wanted.items():
            values[at].append(one.value([sums[table] for table in one.tables]))
    return {at: (np.concatenate(parts), np.concatenate(times)) for at, parts in values.items()}


def _no_variation(table: _Table, s: Sums) -> str:
    counts = s["pairable_counts"][0]
    n = int(counts.sum())
    used = np.flatnonzero(counts > 0)
    if len(used) == 1:
        return f"no variation: all {n} values that can be compared are '{table.labels[int(used[0])]}'"
    return "not defined: no disagreement can be expected by chance"

"""A table of ratings as people write it: read, checked, and measured with every coefficient that applies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.intervals import (
    Interval,
    Resampling,
    analytic_interval,
    bca_interval,
    choose,
    draws,
    leave_one_out,
    pairs_interval,
    percentile_interval,
    share_below,
)
from qualcode.agreement.kernel import (
    COEFFICIENTS,
    TWO_CODERS,
    Blocks,
    Pair,
    Patterns,
    Scale,
    Sums,
    agreement_weights,
    distinct,
    estimate,
    krippendorff_alpha,
)
from qualcode.agreement.sets import membership, mv_alpha, set_distances
from qualcode.errors import CodingsError, Problems, nearest
from qualcode.files import Sheet, read_sheet

EMPTY_SET = "-"
_NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?$")
_SHOWN = 20  # problems of one kind that are spelled out


@dataclass(frozen=True)
class Ratings:
    """A table of units x coders. `values[u][c]` is what coder c gave unit u, "" for nothing."""

    units: list[str]
    coders: list[str]
    values: list[list[str]]
    clusters: list[str] | None = None
    rows: list[list[int]] = field(default_factory=list)  # the file's row of each value
    where: str = ""
    notes: list[str] = field(default_factory=list)


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
class Agreement:
    """What was measured on which table."""

    ratings: Ratings
    results: list[Result]
    categories: list[str]
    pairable: int
    with_value: int
    notes: list[str]


# ---------------------------------------------------------------- reading


def read_ratings(path: Path, *, shown_as: str = "") -> Ratings:
    """Read a reliability table: a row a unit and a column a coder, or long form `unit,coder,value`.

    A column `cluster` names the transcript of each unit. Blank cells are missing; every other text is a value, also "NA",
    "nan" and "None".

    Raises
    ------
    CodingsError
        No coder column, a unit without a name, a unit (or a unit and coder) twice, a unit in two clusters: all at once.
    QualcodeError
        The file is no table.
    """
    sheet = read_sheet(path, shown_as=shown_as, as_written=True)
    where = shown_as or str(path)
    names = {str(name).strip().lower(): str(name) for name in sheet.data.columns}
    if {"unit", "coder", "value"} <= set(names):
        return _long(sheet, where, names)
    return _wide(sheet, where)


def _wide(sheet: Sheet, where: str) -> Ratings:
    problems = Problems()
    columns = [str(name) for name in sheet.data.columns]
    unit, rest = columns[0], columns[1:]
    cluster = next((name for name in rest if name.lower() == "cluster"), None)
    coders = [name for name in rest if name != cluster]
    if not coders:
        problems.add(
            where,
            "there is no column of a coder.",
            "The first column is the unit, each further one a coder.",
            place="row 1",
        )
        problems.raise_if_any(CodingsError)
    units = [str(value) for value in sheet.data[unit]]
    seen: dict[str, int] = {}
    for row, name in zip(sheet.rows, units, strict=True):
        if not name:
            problems.add(where, f"the unit (column '{unit}') has no name.", place=f"row {row}")
        elif name in seen:
            problems.add(
                where,
                f"unit '{name}' stands here and in row {seen[name]}.",
                "Keep one row for each unit.",
                place=f"row {row}",
            )
        seen.setdefault(name, row)
    clusters = [str(value) for value in sheet.data[cluster]] if cluster else None
    _check_clusters(problems, where, clusters, sheet.rows)
    problems.raise_if_any(CodingsError)
    values = [[str(value) for value in line] for line in sheet.data[coders].itertuples(index=False)]
    return _without_silent(
        Ratings(units, coders, values, clusters, [[row] * len(coders) for row in sheet.rows], where=where)
    )


def _long(sheet: Sheet, where: str, names: dict[str, str]) -> Ratings:
    problems = Problems()
    for lowered, name in names.items():
        if lowered not in ("unit", "coder", "value", "cluster"):
            problems.add(
                where,
                f"unknown column '{name}'.",
                "Long form has unit, coder, value and, if wanted, cluster.",
                place="row 1",
            )
    problems.raise_if_any(CodingsError)
    given = sheet.data
    cluster_column = names.get("cluster")
    units: dict[str, int] = {}
    coders: dict[str, int] = {}
    cells: dict[tuple[int, int], tuple[str, int]] = {}
    cluster_of: dict[str, tuple[str, int]] = {}
    for row, line in zip(sheet.rows, given.to_dict("records"), strict=True):
        place = f"row {row}"
        unit, coder, value = (str(line[names[key]]) for key in ("unit", "coder", "value"))
        for what, name in (("unit", unit), ("coder", coder)):
            if not name:
                problems.add(where, f"column '{what}' is empty.", place=place)
        if not unit or not coder:
            continue
        at = (units.setdefault(unit, len(units)), coders.setdefault(coder, len(coders)))
        if at in cells:
            problems.add(
                where,
                f"unit '{unit}' by coder '{coder}' stands here and in row {cells[at][1]}.",
                "Keep one row; several values of one coder go into one cell, parted by ';' (option --sets).",
                place=place,
            )
        cells.setdefault(at, (value, row))
        if cluster_column:
            cluster = str(line[cluster_column])
            before = cluster_of.setdefault(unit, (cluster, row))
            if before[0] != cluster:
                what = f"unit '{unit}' is in cluster '{cluster}' here and in '{before[0]}' in row {before[1]}."
                problems.add(where, what, place=place)
    clusters = [cluster_of[unit][0] for unit in units if unit in cluster_of] if cluster_column else None
    _check_clusters(problems, where, clusters, [cluster_of[unit][1] for unit in units if unit in cluster_of])
    problems.raise_if_any(CodingsError)
    values = [[""] * len(coders) for _ in units]
    rows = [[0] * len(coders) for _ in units]
    for (at_unit, at_coder), (value, row) in cells.items():
        values[at_unit][at_coder], rows[at_unit][at_coder] = value, row
    return _without_silent(Ratings(list(units), list(coders), values, clusters, rows, where=where))


def _check_clusters(problems: Problems, where: str, clusters: list[str] | None, rows: Sequence[int]) -> None:
    for row, cluster in zip(rows, clusters or [], strict=False):
        if not cluster:
            problems.add(where, "column 'cluster' is empty.", "Name the transcript of the unit.", place=f"row {row}")


def _without_silent(ratings: Ratings) -> Ratings:
    """Without the coders who gave no value at all, who are named in the notes."""
    spoke = [any(line[at] for line in ratings.values) for at in range(len(ratings.coders))]
    silent = [name for name, said in zip(ratings.coders, spoke, strict=True) if not said]
    if not silent:
        return ratings
    keep = [at for at, said in enumerate(spoke) if said]
    return Ratings(
        ratings.units,
        [ratings.coders[at] for at in keep],
        [[line[at] for at in keep] for line in ratings.values],
        ratings.clusters,
        [[line[at] for at in keep] for line in ratings.rows],
        ratings.where,
        [*ratings.notes, *(f"coder '{name}' gave no value and is left out" for name in silent)],
    )


# ---------------------------------------------------------------- values to category indices


def _sorted_values(values: set[str]) -> list[str]:
    """Numbers as numbers where all are numbers, else by the alphabet."""
    if values and all(_NUMBER.match(value) for value in values):
        return sorted(values, key=lambda value: (float(value), value))
    return sorted(values)


def _number(value: str) -> float | None:
    try:
        number = float(value.replace(",", ".") if value.count(",") == 1 and "." not in value else value)
    except ValueError:
        return None
    return number if np.isfinite(number) else None


@dataclass(frozen=True)
class _Indexed:
    codes: NDArray[np.intp]
    labels: list[str]
    numbers: NDArray[np.float64] | None = None


def _index(ratings: Ratings, level: str, categories: Sequence[str] | None) -> _Indexed:
    """Category indices of the cells, each cell one value. Raises CodingsError, with rows, for values that don't fit."""
    problems = Problems()
    present = {value for line in ratings.values for value in line if value}
    numbers: dict[str, float] = {}
    if level in ("interval", "ratio"):
        for value in sorted(present | set(categories or ())):
            number = _number(value)
            if number is None:
                _say(problems, ratings, {value}, f"'{value}' is not a number, as level {level} needs.", "")
            elif level == "ratio" and number < 0:
                _say(problems, ratings, {value}, f"{value} is below zero, which level ratio does not allow.", "")
            else:
                numbers[value] = number
    elif present and all(_NUMBER.match(value) for value in present):
        numbers = {value: float(value) for value in present}  # "1" and "1.0" are one category
        if categories and all(_NUMBER.match(value) for value in categories):
            numbers |= {value: float(value) for value in categories}
        elif categories:
            numbers = {}
    _raise_in_order(problems)
    same: dict[str, str] = {}
    if numbers:
        first: dict[float, str] = {}
        for value in sorted(numbers, key=lambda text: (len(text), text)):
            same[value] = first.setdefault(numbers[value], value)
    if categories is not None:
        labels = list(dict.fromkeys(same.get(value, value) for value in categories))
        for value in _sorted_values(present):
            if same.get(value, value) not in labels:
                _say(problems, ratings, {value}, f"'{value}' is not among the categories.", nearest(value, categories))
    else:
        labels = _sorted_values({same.get(value, value) for value in present})
        if numbers:
            labels.sort(key=lambda value: numbers[value])
    _raise_in_order(problems)
    if level in ("interval", "ratio"):
        labels.sort(key=lambda value: numbers[value])
    place = {label: at for at, label in enumerate(labels)}
    place |= {value: place[label] for value, label in same.items() if label in place}
    place[""] = -1
    codes = np.array([[place[value] for value in line] for line in ratings.values], dtype=np.intp)
    codes = codes.reshape(len(ratings.units), len(ratings.coders))
    if level in ("interval", "ratio"):
        return _Indexed(codes, labels, np.array([numbers[label] for label in labels], dtype=np.float64))
    return _Indexed(codes, labels)


def _say(problems: Problems, ratings: Ratings, values: set[str], what: str, hint: str) -> None:
    found = [
        (ratings.rows[u][c], ratings.coders[c])
        for u, line in enumerate(ratings.values)
        for c, value in enumerate(line)
        if value in values
    ]
    if not found:
        problems.add("--categories", what, hint)
    for row, coder in found[:_SHOWN]:
        problems.add(ratings.where, f"coder '{coder}': {what}", hint, place=f"row {row}")
    if len(found) > _SHOWN:
        problems.add(ratings.where, f"{what} (and {len(found) - _SHOWN} rows more)", hint)


def _raise_in_order(problems: Problems) -> None:
    problems.found.sort(key=lambda problem: int(problem.place.removeprefix("row ") or 0))
    problems.raise_if_any(CodingsError)


def _members(value: str) -> frozenset[str]:
    if value == EMPTY_SET:
        return frozenset()
    return frozenset(part.strip() for part in value.split(";") if part.strip())


@dataclass(frozen=True)
class _Sets:
    codes: NDArray[np.intp]
    sets: list[frozenset[str]]
    labels: list[str]


def _index_sets(ratings: Ratings, categories: Sequence[str] | None) -> _Sets:
    """Indices of the distinct label sets of the cells."""
    cells = {value: _members(value) for line in ratings.values for value in line if value}
    used = {label for members in cells.values() for label in members}
    if categories is not None:
        problems = Problems()
        for label in _sorted_values(used - set(categories)):
            holding = {value for value, members in cells.items() if label in members}
            _say(problems, ratings, holding, f"'{label}' is not among the categories.", nearest(label, categories))
        _raise_in_order(problems)
        labels = list(dict.fromkeys(categories))
    else:
        labels = _sorted_values(used)
    sets = sorted(set(cells.values()), key=lambda members: (len(members), sorted(members)))
    place = {members: at for at, members in enumerate(sets)}
    codes = np.array([[place[cells[v]] if v else -1 for v in line] for line in ratings.values], dtype=np.intp)
    return _Sets(codes.reshape(len(ratings.units), len(ratings.coders)), sets, labels)


# ---------------------------------------------------------------- measuring


@dataclass(frozen=True)
class _Task:
    """A table to measure: its blocks and the coefficients wanted of it."""

    code: str | None
    blocks: Blocks
    names: tuple[str, ...]
    labels: list[str]
    members: NDArray[np.float64] | None = None


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
        Of Krippendorff's alpha; the kappas go by `weights`, by rank of the category.
    categories
        All categories there are, in order (the codebook's): the number counts for Brennan-Prediger and Gwet.
    per_code
        Each value, or each member of a cell `a;b`, against everything else, after the coefficients over all.
    sets
        Cells are sets of values: alpha with distance `jaccard` or `masi`, or `mv` for Krippendorff and Craggs 2016.
    ci
        `bootstrap`, `analytic` or `none`.
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
    indexed_sets = _index_sets(ratings, categories) if as_sets else None
    if indexed_sets is not None:
        labels = ["{" + ", ".join(sorted(members)) + "}" for members in indexed_sets.sets]
        indexed = _Indexed(indexed_sets.codes, labels)
        if level != "nominal" or (weights or "identity") != "identity":
            raise CodingsError("cells that are sets have no order: level and weights don't apply.", where=ratings.where)
        if all(len(members) == 1 for members in indexed_sets.sets):
            indexed = _index(ratings, "nominal", categories)
        else:
            notes.append("coefficients over all take each set of values as one category")
    else:
        indexed = _index(ratings, level, categories)
    keep: NDArray[np.bool_] = np.any(indexed.codes >= 0, axis=1)
    codes = indexed.codes[keep]
    clusters = None
    if ratings.clusters is not None:
        names = sorted(set(ratings.clusters))
        all_clusters = np.array([names.index(name) for name in ratings.clusters], dtype=np.intp)
        clusters = all_clusters[keep]
    patterns = distinct(codes)
    size = len(indexed.labels)
    scale = Scale(size, level, indexed.numbers, agreement_weights(weights or "identity", size))
    wanted = tuple(name for name in COEFFICIENTS if name != "gwet_ac2" or weights is not None)
    tasks = [_Task(None, Blocks(patterns.codes, scale), wanted, indexed.labels)]
    if sets is not None and indexed_sets is not None:
        members = membership(indexed_sets.sets, indexed_sets.labels)
        kind = "dice" if sets == "mv" else sets
        set_scale = Scale(len(indexed_sets.sets), distances=set_distances(kind, members))
        set_patterns = patterns.codes
        if indexed.codes is not indexed_sets.codes:  # single values, in another order
            set_patterns = indexed_sets.codes[keep][_first_unit(patterns)]
        name = "mv_alpha" if sets == "mv" else "krippendorff_alpha_set"
        tasks.append(_Task(None, Blocks(set_patterns, set_scale), (name,), labels, members))
    if per_code:
        tasks += _per_code_tasks(patterns, indexed, indexed_sets, wanted=tuple(COEFFICIENTS)[:-1], keep=keep)
    pairable = (codes >= 0).sum(axis=1) >= 2
    plan = None
    if ci == "bootstrap" and resample != "pairs":
        plan = choose(resample, bootstrap, seed, units=pairable, clusters=clusters)
        if interval == "bca":
            plan = replace(plan, label=plan.label.removesuffix("percentile") + "BCa")
    results = _measure(
        tasks,
        patterns,
        plan,
        ci=ci,
        resample=resample,
        bootstrap=bootstrap,
        seed=seed,
        bca=interval == "bca",
        thresholds=thresholds,
    )
    return Agreement(ratings, results, indexed.labels, int(pairable.sum()), int(keep.sum()), notes)


def _first_unit(patterns: Patterns) -> NDArray[np.intp]:
    first = np.empty(len(patterns.times), dtype=np.intp)
    first[patterns.of_unit[::-1]] = np.arange(len(patterns.of_unit))[::-1]
    return first


def _per_code_tasks(
    patterns: Patterns, indexed: _Indexed, sets: _Sets | None, *, wanted: tuple[str, ...], keep: NDArray[np.bool_]
) -> list[_Task]:
    """Binary tables of the same distinct rows: 1 where the coder gave the code, 0 where another value."""
    tasks = []
    if sets is not None:
        rows = sets.codes[keep][_first_unit(patterns)]
        has = membership(sets.sets, sets.labels).astype(np.intp)
        binary = {label: has[:, at] for at, label in enumerate(sets.labels)}
    else:
        rows = patterns.codes
        binary = {
            label: (np.arange(len(indexed.labels)) == at).astype(np.intp) for at, label in enumerate(indexed.labels)
        }
    for label, table in binary.items():
        codes = np.where(rows >= 0, np.append(table, -1)[rows], -1)
        tasks.append(_Task(label, Blocks(codes, Scale(2)), wanted, ["another", label]))
    return tasks


def _pair(task: _Task, name: str, s: Sums) -> Pair:
    if name == "mv_alpha":
        assert task.members is not None
        return mv_alpha(s, task.members)
    return krippendorff_alpha(s) if name == "krippendorff_alpha_set" else COEFFICIENTS[name](s)


def _measure(
    tasks: list[_Task],
    patterns: Patterns,
    plan: Resampling | None,
    *,
    ci: str,
    resample: str,
    bootstrap: int,
    seed: int,
    bca: bool = False,
    thresholds: Sequence[float] = (),
) -> list[Result]:
    found: dict[tuple[int, str], tuple[float, str]] = {}
    open_: list[tuple[int, str]] = []
    for at, task in enumerate(tasks):
        s = Sums.point(task.blocks, patterns.times)
        for name in task.names:
            reason = _why_not(task, name, s)
            value = float("nan") if reason else float(estimate(_pair(task, name, s))[0])
            if np.isnan(value) and not reason:
                reason = _no_variation(task, s)
            found[at, name] = value, reason
            if not np.isnan(value):
                open_.append((at, name))
    intervals: dict[tuple[int, str], Interval] = {}
    below: dict[tuple[int, str], dict[float, float]] = {}
    if plan is not None and plan.refused:
        intervals = dict.fromkeys(open_, Interval(reason=plan.refused))
    elif plan is not None:
        values: dict[tuple[int, str], list[Any]] = {key: [] for key in open_}
        for draw in draws(patterns, plan) if open_ else ():
            sums = {at: draw.sums(tasks[at].blocks) for at in {at for at, _ in open_}}
            for at, name in open_:
                values[at, name].append(estimate(_pair(tasks[at], name, sums[at])))
        without = _without_one(tasks, patterns, plan, open_) if bca else {}
        for key, parts in values.items():
            drawn = np.concatenate(parts)
            if bca:
                intervals[key] = bca_interval(drawn, plan.label, found[key][0], *without[key])
            else:
                intervals[key] = percentile_interval(drawn, plan.label)
            if thresholds and not np.isnan(intervals[key].low):
                below[key] = {threshold: share_below(drawn, threshold) for threshold in thresholds}
    elif ci == "bootstrap":
        for at, name in open_:
            task = tasks[at]
            if name in ("krippendorff_alpha", "krippendorff_alpha_set", "mv_alpha"):
                expected = float(_pair(task, name, Sums.point(task.blocks, patterns.times))[1][0])
                intervals[at, name] = pairs_interval(
                    task.blocks, patterns, times=bootstrap, seed=seed, expected=expected
                )
            else:
                intervals[at, name] = Interval(reason="resampling pairs is for Krippendorff's alpha only")
    elif ci == "analytic":
        for at, name in open_:
            intervals[at, name] = analytic_interval(name, tasks[at].blocks, patterns.times)
    results = []
    for (at, name), (value, reason) in found.items():
        interval = intervals.get((at, name), Interval(method="none" if ci == "none" and not reason else ""))
        results.append(
            Result(name, tasks[at].code, value, interval, reason or interval.reason, below.get((at, name), {}))
        )
    return results


def _without_one(
    tasks: Sequence[_Task], patterns: Patterns, plan: Resampling, wanted: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Each coefficient without one unit (or cluster), and how many units stand behind each value."""
    values: dict[tuple[int, str], list[NDArray[np.float64]]] = {key: [] for key in wanted}
    times: list[NDArray[np.float64]] = []
    for weights, many in leave_one_out(patterns, plan) if wanted else ():
        times.append(many)
        sums = {at: Sums.point(tasks[at].blocks, weights) for at in {at for at, _ in wanted}}
        for at, name in wanted:
            values[at, name].append(estimate(_pair(tasks[at], name, sums[at])))
    return {key: (np.concatenate(parts), np.concatenate(times)) for key, parts in values.items()}


def _why_not(task: _Task, name: str, s: Sums) -> str:
    coders = task.blocks.coders
    if coders == 0 or float(s["m"][0]) == 0:
        return "no values"
    if coders == 1:
        return "one coder only"
    if name in TWO_CODERS and coders != 2:
        other = "mean_pairwise_cohen_kappa" if name == "cohen_kappa" else "fleiss_kappa"
        return f"for two coders, and here are {coders}: see {other}"
    if s.two[0] == 0:
        return "no unit has values of two coders"
    return ""


def _no_variation(task: _Task, s: Sums) -> str:
    counts = s["pairable_counts"][0]
    n = int(counts.sum())
    used = np.flatnonzero(counts > 0)
    if len(used) == 1:
        return f"no variation: all {n} values that can be compared are '{task.labels[int(used[0])]}'"
    return "not defined: no disagreement can be expected by chance"

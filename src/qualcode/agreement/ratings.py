"""A table of ratings as people write it: read, checked, its values made category indices; measured in `measuring`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

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
class Indexed:
    codes: NDArray[np.intp]
    labels: list[str]
    numbers: NDArray[np.float64] | None = None


def index(ratings: Ratings, level: str, categories: Sequence[str] | None) -> Indexed:
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
        return Indexed(codes, labels, np.array([numbers[label] for label in labels], dtype=np.float64))
    return Indexed(codes, labels)


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
class Sets:
    codes: NDArray[np.intp]
    sets: list[frozenset[str]]
    labels: list[str]


def index_sets(ratings: Ratings, categories: Sequence[str] | None) -> Sets:
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
    return Sets(codes.reshape(len(ratings.units), len(ratings.coders)), sets, labels)

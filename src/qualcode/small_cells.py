"""Small cells: attributes that describe so few people that they may identify somebody, where they are printed with quotes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import product

import pandas as pd

from qualcode.errors import Problem
from qualcode.tables import split

# tables that print people's words, and the attributes that stand beside them
WITH_QUOTES = {"quotes": ("group",), "definitions": ("group",)}


def small_cells(people: pd.DataFrame, least: int) -> list[Problem]:
    """What describes fewer than `least` people.

    Parameters
    ----------
    people
        Those who count: `participant`, `group` and the study's attributes.
    least
        Fewer than this are few (`reports.min_participants`; 3 by default, the smallest count that the usual rules of disclosure
        control let stand: with one or two, each knows or guesses the other).

    Returns
    -------
    A note for each table, with the columns whose combinations are small and how many combinations are. Values are never named.
    Quotes are printed with the group, and the table of participants counts every attribute by group: a reader may put the two
    together, so each attribute is looked at together with the group.
    """
    hint = "Join groups or levels, or take a column out, before this is published (reports.min_participants: how many are few)."
    found = []
    for table, columns in WITH_QUOTES.items():
        few = _few(people, columns, least)
        if few:
            what = f"{_named(columns)} printed with quotes: {_counted(few)} fewer than {least} people."
            found.append(Problem(f"reports/tables/{table}.csv", what, hint))
    attributes = [column for column in people.columns if column not in ("participant", "group")]
    together = {column: _few(people, ("group", column), least) for column in attributes}
    small = {column: few for column, few in together.items() if few}
    if small and len(set(people["group"]) - {""}) > 1:
        beside = ", ".join(f"'{column}' ({few})" for column, few in small.items())
        what = f"'group' with {beside}: so many combinations describe fewer than {least} people, and quotes carry the group."
        found.append(Problem("reports/tables/participants.csv", what, hint))
    return found


def _few(people: pd.DataFrame, columns: Sequence[str], least: int) -> int:
    """How many combinations of values there are that some people have, and fewer than `least`."""
    counts: Counter[tuple[str, ...]] = Counter()
    for cells in zip(*(people[column] for column in columns), strict=True):
        for combination in product(*(split(str(cell)) or [""] for cell in cells)):
            if all(combination):
                counts[combination] += 1
    return sum(number < least for number in counts.values())


def _named(columns: Sequence[str]) -> str:
    return " with ".join(f"'{column}'" for column in columns)


def _counted(few: int) -> str:
    return "one combination describes" if few == 1 else f"{few} combinations describe"

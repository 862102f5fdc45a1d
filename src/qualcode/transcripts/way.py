"""Where spans of an earlier text lie in a later one: carried through the changed stretches between the two."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from qualcode.transcripts.compare import Edit


class Mapped(NamedTuple):
    """Where a span lies in the later text; `changed`: its own words are not the same any more."""

    start: int
    end: int
    changed: bool


class Way:
    """The way from one text to another: where spans of the earlier text lie in the later one."""

    def __init__(self, edits: Sequence[Edit], why: Sequence[str] = ()) -> None:
        order = sorted(range(len(edits)), key=edits.__getitem__)
        self.edits = [edits[at] for at in order]
        self._why = [why[at] for at in order] if why else []
        self._ends = [edit.end_from for edit in self.edits]

    def carry(self, start: int, end: int) -> Mapped | None:
        """Where `[start, end)` lies, and whether words inside it changed; None where all of it was taken out."""
        first, last, touched = self._inside(start, end)
        if first < last:
            begins, ends = self.edits[first], self.edits[last - 1]
            shift = self._shift(first)
            new_start = start + shift if begins.start_from > start else begins.start_to
            new_end = ends.end_to if ends.end_from >= end else end + ends.end_to - ends.end_from
        else:
            shift = self._shift(first)
            new_start, new_end = start + shift, end + shift
        return Mapped(new_start, new_end, touched) if new_end > new_start else None

    def why(self, start: int, end: int) -> list[str]:
        """Why the words in `[start, end)` changed: the reasons of the changes inside it, each once, sorted."""
        first, last, _ = self._inside(start, end)
        return sorted(set(self._why[first:last]))

    def reasons(self, start: int, end: int) -> list[str]:
        """Why something in `[start, end]` changed, borders included: each reason once, sorted."""
        inside = [n for n, edit in enumerate(self.edits) if edit.start_from <= end and edit.end_from >= start]
        return sorted({self._why[n] for n in inside}) if self._why else []

    @property
    def every_reason(self) -> list[str]:
        """The reasons of all changes, each once, sorted."""
        return sorted(set(self._why))

    def _shift(self, number: int) -> int:
        """By how much what follows the first so many changes has moved."""
        return self.edits[number - 1].end_to - self.edits[number - 1].end_from if number else 0

    def _inside(self, start: int, end: int) -> tuple[int, int, bool]:
        """The changes inside a span, from one number to before another, without those that may as well stand beside it."""
        first = bisect_right(self._ends, start)  # those before the span, or put in right before it
        last = first
        while last < len(self.edits) and self.edits[last].start_from < end:
            last += 1
        if first < last and self.edits[first].end_from - self.edits[first].left <= start:
            first += 1
        if first < last and self.edits[last - 1].start_from + self.edits[last - 1].right >= end:
            last -= 1
        return first, last, first < last


def map_span(edits: pd.DataFrame | Sequence[Edit], start: int, end: int) -> Mapped | None:
    """Where `[start, end)` of an earlier text lies in the present one; for many spans of one text make a `Way` once.

    Parameters
    ----------
    edits
        The changed stretches from that earlier text to the present one: rows of the table `edits` with one
        `sha256_from`, or the list that `edits_between` gives.

    Returns
    -------
    The span and whether words inside it changed: a span that was not touched covers the same characters. What was
    put in right before or right after a span, or may as well have been, does not belong to it. None where all of it was
    taken out.
    """
    return Way(edits_of_table(edits) if isinstance(edits, pd.DataFrame) else edits).carry(start, end)


def edits_in_a_row(first: Way, second: Way) -> Way:
    """The way from one text to a third one, over a second: what is the same on both ways is the same on this one."""
    same_all: list[tuple[int, int, float]] = []
    runs = list(_runs(second.edits))
    for at_old, at_mid, length in _runs(first.edits):
        for at_other, at_new, other in runs:
            start = max(at_mid, at_other)
            end = min(at_mid + length, at_other + other)
            if end > start:
                same_all.append((at_old + start - at_mid, at_new + start - at_other, end - start))
    edits: list[Edit] = []
    why: list[str] = []
    whole = {edit[:2]: edit for edit in first.edits}
    old = new = 0
    for at_old, at_new, length in same_all:
        if at_old > old or at_new > new:
            edit = Edit(old, at_old, new, at_new)
            same = whole.get(edit[:2])
            if same is not None and same.end_to - same.start_to == at_new - new:
                edit = edit._replace(left=same.left, right=same.right)
            edits.append(edit)
            reasons = first.reasons(old, at_old)
            why.append(reasons[0] if reasons else next(iter(second.every_reason), ""))
        old, new = int(min(at_old + length, 2**62)), int(min(at_new + length, 2**62))
    return Way(edits, why)


def _runs(edits: Sequence[Edit]) -> list[tuple[int, int, float]]:
    """What is the same in both texts: where it begins in each, and how long it is (the last one: to the end)."""
    found: list[tuple[int, int, float]] = []
    old = new = 0
    for edit in edits:
        if edit.start_from > old:
            found.append((old, new, edit.start_from - old))
        old, new = edit.end_from, edit.end_to
    return [*found, (old, new, float("inf"))]


def way_of_table(rows: pd.DataFrame) -> Way:
    """The way that rows of table `edits` with one `sha256_from` describe, with the reason of each change."""
    ordered = rows.sort_values(["start_from", "end_from"], kind="stable")
    return Way(edits_of_table(ordered), list(ordered["why"]))


def edits_of_table(rows: pd.DataFrame) -> list[Edit]:
    """The rows of table `edits` as a sorted list."""
    columns = [name for name in Edit._fields if name in rows]  # a table of an earlier version has no room beside
    return sorted(Edit(*row) for row in zip(*(rows[column].fillna(0).astype(int) for column in columns), strict=True))

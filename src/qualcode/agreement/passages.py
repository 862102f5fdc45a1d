"""Passages of two coders side by side: do they meet, and how much of their length is shared?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qualcode.agreement.sweep import Read, Spans
from qualcode.agreement.units import Ints, union_of

Stretches = tuple[Ints, Ints]


@dataclass(frozen=True)
class Meeting:
    """Passages of two coders with one code: how many meet one of the other's, of how many; characters of both, and of either."""

    met: int = 0
    passages: int = 0
    shared: int = 0
    either: int = 0

    def __add__(self, other: Meeting) -> Meeting:
        return Meeting(
            self.met + other.met, self.passages + other.passages, self.shared + other.shared, self.either + other.either
        )


@dataclass(frozen=True)
class Passages:
    """Each coder's passages of each code, and what each coder read, as stretches of the texts put one after the other."""

    coders: tuple[str, ...]
    of: Mapping[tuple[int, int], Stretches]
    read: Sequence[Stretches]

    def meeting(self, one: int, two: int, members: Sequence[int]) -> Meeting:
        """The passages of two coders with any of some codes, where both were to read."""
        a, b = (self._kept(self._joined(seat, members), one, two) for seat in (one, two))
        if not len(a[0]) and not len(b[0]):
            return Meeting()
        shared = _shared(a, b)
        either = int((a[1] - a[0]).sum() + (b[1] - b[0]).sum()) - shared
        return Meeting(_meeting(a, b) + _meeting(b, a), len(a[0]) + len(b[0]), shared, either)

    def _joined(self, seat: int, members: Sequence[int]) -> Stretches:
        found = [self.of[seat, member] for member in members if (seat, member) in self.of]
        if len(found) == 1:
            return found[0]
        start, end = (np.concatenate([each[k] for each in found] or [np.zeros(0, np.int64)]) for k in (0, 1))
        return union_of(np.zeros(len(start), dtype=np.int64), start, end)[1:]

    def _kept(self, passages: Stretches, one: int, two: int) -> Stretches:
        """Those that lie wholly in what both were to read."""
        start, end = passages
        for seat in (one, two):
            low, high = self.read[seat]
            at = np.searchsorted(low, start, side="right") - 1
            inside = (at >= 0) & (high[np.maximum(at, 0)] >= end) if len(low) else np.zeros(len(start), dtype=bool)
            start, end = start[inside], end[inside]
        return start, end


def _meeting(a: Stretches, b: Stretches) -> int:
    return int((np.searchsorted(b[1], a[0], side="right") < np.searchsorted(b[0], a[1], side="left")).sum())


def _shared(a: Stretches, b: Stretches) -> int:
    """Characters in both."""
    total = int((a[1] - a[0]).sum() + (b[1] - b[0]).sum())
    _, start, end = union_of(
        np.zeros(len(a[0]) + len(b[0]), dtype=np.int64), np.concatenate([a[0], b[0]]), np.concatenate([a[1], b[1]])
    )
    return total - int((end - start).sum())


def passages_of(
    codings: pd.DataFrame,
    names: Sequence[str],
    people: tuple[str, ...],
    places: Mapping[str, int],
    texts: Mapping[str, str],
    read: Read | None,
) -> Passages:
    """Passages by coder and code. Where nobody's reading is recorded a coder read the transcripts that hold a coding of theirs."""
    lengths = [len(texts[name]) for name in names]
    shift = np.cumsum([0, *(length + 1 for length in lengths)]).astype(np.int64)
    spans = Spans.of(codings, names, people, places, shift)
    key, start, end = union_of(spans.coder * len(places) + spans.code, spans.start, spans.end)
    found, first = np.unique(key, return_index=True)
    last = np.append(first, len(key))[1:]
    of = {
        (int(k) // len(places), int(k) % len(places)): (start[a:b], end[a:b])
        for k, a, b in zip(found.tolist(), first.tolist(), last.tolist(), strict=True)
    }
    stretches: list[list[tuple[int, int]]] = [[] for _ in people]
    row_of = {name: at for at, name in enumerate(names)}
    if read is None:
        for at, who in sorted(set(zip(spans.transcript.tolist(), spans.coder.tolist(), strict=True))):
            stretches[who].append((int(shift[at]), int(shift[at]) + lengths[at]))
    for (name, coder), each in (read or {}).items():
        if coder in people and name in row_of:
            by = int(shift[row_of[name]])
            stretches[people.index(coder)] += [(one.start + by, one.end + by) for one in each]
    joined = []
    for mine in stretches:
        table = np.array(mine, dtype=np.int64).reshape(-1, 2)
        joined.append(union_of(np.zeros(len(table), dtype=np.int64), table[:, 0], table[:, 1])[1:])
    return Passages(people, of, joined)

"""From spans to who said what, where: one sweep over the borders of all spans, so that long texts cost no more than short ones.

Between two borders every coder's answer to every code is the same. A row of the coded table is such a run of units, and its
weight is how many units (characters, sentences, turns …) it holds; sums over rows are sums over units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.agreement.units import Ints, Reading, Units, put_together, union_of
from qualcode.agreement.waiting import Waits
from qualcode.tables import split

Read = Mapping[tuple[str, str], list[Reading]]


@dataclass(frozen=True)
class Coded:
    """Who applied which code where: `values[run, coder, code]` is 1 or 0, -1 where the coder was not to say.

    Runs stand in order of the text; `weight` is the units of each, `edges` the unit that it begins with, `transcript` the
    index of its transcript.
    """

    values: NDArray[np.int8]
    coders: tuple[str, ...]
    transcript: NDArray[np.intp]
    weight: Ints
    edges: Ints
    unit: str = "segment"
    universe: str = "assigned"
    has_codings: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))  # transcript, coder
    saw: tuple[tuple[int, int, int, frozenset[str]], ...] = ()  # coder, runs [first, last), whose codings were seen
    waits: Mapping[str, Waits] = field(default_factory=dict)  # coders whose codes are not all aligned to the codebook

    def where(self, keep: NDArray[np.bool_]) -> Coded:
        """Only the runs asked for."""
        place = np.concatenate([[0], np.cumsum(keep)])
        saw = tuple(
            (seat, int(place[a]), int(place[b]), names) for seat, a, b, names in self.saw if place[a] < place[b]
        )
        return replace(
            self, values=self.values[keep], transcript=self.transcript[keep], weight=self.weight[keep],
            edges=self.edges[keep], saw=saw,
        )  # fmt: skip


@dataclass(frozen=True)
class Spans:
    """Codings as arrays: indices of transcript, coder and code, offsets into the texts put one after the other."""

    transcript: Ints
    coder: Ints
    code: Ints
    start: Ints
    end: Ints

    @classmethod
    def of(
        cls, codings: pd.DataFrame, names: Sequence[str], people: Sequence[str], places: Mapping[str, int], shift: Ints
    ) -> Spans:
        """The codings of these transcripts, coders and codes."""
        columns = (
            codings["transcript"].map({name: at for at, name in enumerate(names)}),
            codings["coder"].map({name: at for at, name in enumerate(people)}),
            codings["code"].map(dict(places)),
        )
        keep = ~np.logical_or.reduce([column.isna().to_numpy() for column in columns])
        where, who, what = (column[keep].to_numpy(dtype=np.int64) for column in columns)
        start, end = (codings[name][keep].to_numpy(dtype=np.int64) + shift[where] for name in ("start", "end"))
        return cls(where, who, what, start, end)


def code_units(
    codings: pd.DataFrame,
    units: Mapping[str, Units],
    names: Sequence[str],
    people: tuple[str, ...],
    places: Mapping[str, int],
    read: Read | None,
    ancestors: Mapping[str, frozenset[str]],
    rule: str,
    *,
    open_splits: pd.DataFrame | None = None,
    cuts: Iterable[tuple[str, int]] = (),
    also_read: Iterable[Read] = (),
    waits: Mapping[str, Waits] | None = None,
) -> Coded:
    """Who applied which code to which runs of units.

    Parameters
    ----------
    units, names
        The units of each transcript, and the transcripts in their order.
    people, places
        The coders, and the place of each code.
    read
        What was read (`readings`); None: each transcript by those who have a coding in it.
    ancestors
        Each code with all that is above it: an assignment limited to a theme is for what is under it.
    open_splits
        Rows of table `splits` that wait for a choice.
    cuts
        Further borders (transcript, offset), where runs must end because something else changes.
    also_read
        Other readings whose borders are wanted as well, so that tables made with these have the same runs.
    waits
        Coders whose codes are not all aligned to the codebook; where none is, the coder is missing everywhere.
    """
    ground = put_together(units[name] for name in names)
    row_of = {name: at for at, name in enumerate(names)}
    seat = {coder: at for at, coder in enumerate(people)}
    width = len(places)
    spans = Spans.of(codings, names, people, places, ground.shift)
    has_codings = np.zeros((len(names), len(people)), dtype=bool)
    has_codings[spans.transcript, spans.coder] = True
    coded = ground.covered(*union_of(spans.coder * width + spans.code, spans.start, spans.end), rule)
    waiting = _left_open(open_splits, ground, row_of, seat, places, rule, has_codings)
    stretches = _stretches(read, ground, row_of, seat)
    others = [stretch for one in also_read for stretch in _stretches(one, ground, row_of, seat)]
    never = ground.never(rule)
    borders = [
        ground.bounds, coded[1], coded[2], waiting[1], waiting[2], never, never + 1,
        np.array([end for _, *ends, _ in (*stretches, *others) for end in ends], dtype=np.int64),
        ground.touched(np.array([at + ground.shift[row_of[name]] for name, at in cuts if name in row_of], dtype=np.int64)),
    ]  # fmt: skip
    edges = np.unique(np.concatenate(borders))
    weight, edges = np.diff(edges), edges[:-1]
    transcript = (np.searchsorted(ground.bounds, edges, side="right") - 1).astype(np.intp)
    values = np.full((len(edges), len(people), width), -1, dtype=np.int8)
    saw = []
    if read is None:
        values[has_codings[transcript]] = 0
    for who, a, b, one in stretches:
        low, high = np.searchsorted(edges, [a, b]).tolist()
        if low < high:
            kept = [at for code, at in places.items() if not one.codes or one.codes & ancestors.get(code, {code})]
            values[low:high, who, np.array(kept, dtype=np.intp)] = 0
            if one.saw:
                saw.append((who, low, high, one.saw))
    flat = values.reshape(len(edges), len(people) * width)
    _set(flat, edges, coded, lambda cell: np.where(cell >= 0, 1, -1))  # outside what was to be read: missing
    blank = np.searchsorted(edges, never)
    flat[blank] = np.minimum(flat[blank], 0)
    _set(flat, edges, waiting, lambda cell: np.where(cell == 1, 1, -1))
    for coder, wait in (waits or {}).items():
        if coder in seat and not wait.some:
            values[:, seat[coder]] = -1
    universe = "assigned" if read is not None else "assumed"
    return Coded(values, people, transcript, weight, edges, ground.kind, universe, has_codings, tuple(saw), waits or {})


def _set(flat: NDArray[np.int8], edges: Ints, runs: tuple[Ints, Ints, Ints], change) -> None:  # type: ignore[no-untyped-def]
    """Change the cells of each key (coder and code) over its runs of units."""
    key, first, last = runs
    low, high = np.searchsorted(edges, first), np.searchsorted(edges, last)
    many = high - low
    row = np.arange(many.sum()) + np.repeat(
        low - np.concatenate([[0], np.cumsum(many)[:-1]]) if len(many) else low, many
    )
    column = np.repeat(key, many)
    flat[row, column] = change(flat[row, column])


def _stretches(
    read: Read | None, ground: Units, row_of: Mapping[str, int], seat: Mapping[str, int]
) -> list[tuple[int, int, int, Reading]]:
    """What each coder read, as units `[first, last)`."""
    flat = [
        (name, coder, one)
        for (name, coder), each in sorted((read or {}).items())
        for one in each
        if coder in seat and name in row_of
    ]
    at = np.array([[one.start, one.end] for _, _, one in flat], dtype=np.int64).reshape(-1, 2)
    by = ground.shift[np.array([row_of[name] for name, _, _ in flat], dtype=np.intp)]
    first, last = ground.inside(at[:, 0] + by, at[:, 1] + by)
    found = zip(flat, first.tolist(), last.tolist(), strict=True)
    return [(seat[coder], a, b, one) for (_, coder, one), a, b in found if a < b]


def _left_open(
    open_: pd.DataFrame | None,
    ground: Units,
    row_of: Mapping[str, int],
    seat: Mapping[str, int],
    places: Mapping[str, int],
    rule: str,
    has_codings: NDArray[np.bool_],
) -> tuple[Ints, Ints, Ints]:
    """Codes that an open split may yet give to a unit are missing for its coder there, where they are not given already.

    Candidates `*`: a code of the coder's own, not aligned to the codebook, may become any of them. Returns keys (coder and
    code) and runs of units, as `Units.covered` does; `has_codings` is told of their coders.
    """
    rows = []
    if open_ is not None:
        columns = (open_[name] for name in ("transcript", "coder", "candidates", "start", "end", "origin"))
        for name, coder, candidates, start, end, origin in zip(*columns, strict=True):
            if name not in row_of or coder not in seat or origin == "machine":
                continue
            at = row_of[name]
            has_codings[at, seat[coder]] = True
            by = int(ground.shift[at])
            for code in places if candidates == "*" else split(candidates):
                if code in places:
                    rows.append((seat[coder] * len(places) + places[code], int(start) + by, int(end) + by))
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return ground.covered(*union_of(table[:, 0], table[:, 1], table[:, 2]), rule)

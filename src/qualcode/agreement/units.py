"""Units of comparison: how a text is cut into them, which of them a span counts for, and who was to read what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.tables import split
from qualcode.words import word_spans

Ints = NDArray[np.int64]
Spans = list[tuple[int, int]]
UNITS = ("character", "token", "sentence", "paragraph", "segment", "turn", "transcript")
DEPENDENT = ("character", "token")  # neighbours are of one passage: never drawn one by one
EVERY = "every character"  # the rule of unit `character`
_NOT_DONE = {"", "no", "n", "false", "0", "-", "–", "open", "planned", "nee", "nein", "não", "nao", "non"}
_WORD = re.compile(r"\w+(?:['’\-]\w+)*")
_IN_A_WORD = re.compile(r"[\w'’\-]")


@dataclass(frozen=True)
class Units:
    """The units of one transcript or of several put one after the other (half-open offsets into `text`, not overlapping).

    `start, end` are those of the units; of unit `character` those of the stretches that the characters lie in.
    `bounds[i]` is how many units come before transcript i (at the end: how many there are), `shift[i]` where it begins in `text`.
    """

    kind: str
    text: str
    start: Ints
    end: Ints
    bounds: Ints
    shift: Ints

    def __len__(self) -> int:
        return int(self.bounds[-1])

    @cached_property
    def _before(self) -> Ints:
        """Characters in the stretches before each."""
        return np.concatenate([[0], np.cumsum(self.end - self.start)])

    def _characters_before(self, position: Ints) -> Ints:
        at = np.searchsorted(self.start, position, side="right") - 1
        inside = np.clip(position - self.start[at], 0, (self.end - self.start)[at]) if len(self.start) else position * 0
        return np.where(at >= 0, self._before[np.maximum(at, 0)] + inside, 0)

    def inside(self, start: Ints, end: Ints) -> tuple[Ints, Ints]:
        """The units `[first, last)` that lie wholly in each stretch."""
        if self.kind == "character":
            return self._characters_before(start), self._characters_before(end)
        return np.searchsorted(self.start, start, side="left"), np.searchsorted(self.end, end, side="right")

    def touched(self, position: Ints) -> Ints:
        """The unit that each position lies in, or the next one."""
        if self.kind == "character":
            return self._characters_before(position)
        return np.searchsorted(self.end, position, side="right")

    def until(self, position: Ints) -> Ints:
        """How many units begin before each position."""
        if self.kind == "character":
            return self._characters_before(position)
        return np.searchsorted(self.start, position, side="left").astype(np.int64)

    def begins(self, unit: Ints) -> Ints:
        """Where units begin in the text."""
        if self.kind != "character":
            return self.start[unit]
        at = np.searchsorted(self._before, unit, side="right") - 1
        return self.start[at] + unit - self._before[at]

    def never(self, rule: str) -> Ints:
        """Units that no span can count for, because they hold no word, or fewer characters than the rule asks for."""
        if self.kind == "character":
            return np.zeros(0, dtype=np.int64)
        if rule == "any_word":
            spans = zip(self.start.tolist(), self.end.tolist(), strict=True)
            return np.flatnonzero([_WORD.search(self.text, *span) is None for span in spans])
        return np.flatnonzero(self.end - self.start < max(1, _least(rule)))

    def covered(self, key: Ints, start: Ints, end: Ints, rule: str) -> tuple[Ints, Ints, Ints]:
        """The runs of units that spans count for.

        Parameters
        ----------
        key, start, end
            Spans; those of one key are put together (`union_of`): sorted, neither overlapping nor touching.
        rule
            `any_word` a whole word of the unit is covered; `half_unit` at least half of its characters; `chars:N` at least
            N. Of unit `character` a span counts for each character in it.

        Returns
        -------
        Keys and `[first, last)` units. Units that are `never` covered may be among them.
        """
        if self.kind == "character" or (self.kind == "token" and rule == "any_word"):
            first, last = self.inside(start, end)
            keep = first < last
            return key[keep], first[keep], last[keep]
        first = np.searchsorted(self.end, start, side="right")
        last = np.searchsorted(self.start, end, side="left")
        keep = first < last
        key, start, end, first, last = key[keep], start[keep], end[keep], first[keep], last[keep]
        if rule == "any_word":
            from_, until = first + ~self._word_at(first, start, end), last.copy()
            more = last - first > 1
            until[more] -= ~self._word_at(last[more] - 1, start[more], end[more])
            keep = from_ < until
            return key[keep], from_[keep], until[keep]
        # all units but the first and the last of a span are covered whole; the others may hold parts of several spans
        edge_key = np.concatenate([key, key[last - first > 1]])
        unit = np.concatenate([first, last[last - first > 1] - 1])
        of = np.concatenate([np.arange(len(key)), np.flatnonzero(last - first > 1)])
        part = np.minimum(self.end[unit], end[of]) - np.maximum(self.start[unit], start[of])
        cells, at = np.unique(edge_key * np.int64(len(self) + 1) + unit, return_inverse=True)
        held = np.bincount(at, weights=part, minlength=len(cells))
        edge_key, unit = np.divmod(cells, len(self) + 1)
        length = self.end[unit] - self.start[unit]
        keep = (held > 0) & ((2 * held >= length) if rule == "half_unit" else (held >= _least(rule)))
        inner = last - first > 2
        return (
            np.concatenate([edge_key[keep], key[inner]]),
            np.concatenate([unit[keep], first[inner] + 1]),
            np.concatenate([unit[keep] + 1, last[inner] - 1]),
        )

    def _word_at(self, unit: Ints, start: Ints, end: Ints) -> NDArray[np.bool_]:
        """Whether spans cover a whole word of their unit (true where they cover all of it)."""
        low, high = np.maximum(self.start[unit], start), np.minimum(self.end[unit], end)
        out = (low == self.start[unit]) & (high == self.end[unit])
        for at in np.flatnonzero(~out).tolist():
            one = unit[at]
            out[at] = _holds_a_word(self.text, int(low[at]), int(high[at]), int(self.start[one]), int(self.end[one]))
        return out


def _least(rule: str) -> int:
    if rule == "half_unit":
        return 0
    match = re.fullmatch(r"chars:(\d+)", rule)
    if match is None:
        raise ValueError(f"unknown rule {rule!r}")
    return int(match[1])


def _holds_a_word(text: str, low: int, high: int, first: int, last: int) -> bool:
    """Whether `[low, high)` holds a whole word of the unit `[first, last)`."""
    at = low
    while at > first and _IN_A_WORD.match(text[at - 1]):
        at -= 1
    found = next((word for word in _WORD.finditer(text, at, last) if word.start() >= low), None)
    return found is not None and found.end() <= high


def cut_units(
    unit: str,
    *,
    segments: pd.DataFrame,
    turns: pd.DataFrame,
    transcripts: Sequence[str],
    texts: Mapping[str, str],
    more: Mapping[str, pd.DataFrame] | None = None,
) -> dict[str, Units]:
    """The units of each transcript.

    Parameters
    ----------
    unit
        `segment` (the segments table), `turn` (turns but interviewers'), `character` and `token` (whole words) of these
        turns, `transcript`; `sentence` and `paragraph` as `more` has them. A transcript without turns is one stretch.
    more
        Tables with `transcript, start, end` of further units.
    """
    more = {} if more is None else more
    if unit == "transcript":
        return {name: one_text(unit, texts[name], [(0, len(texts[name]))]) for name in transcripts}
    if unit == "segment":
        table = segments
    elif unit in ("turn", "character", "token"):
        table = turns[turns["role"] != "interviewer"]
    elif unit in more:
        table = more[unit]
    else:
        raise ValueError(f"unknown unit {unit!r}")
    spans: dict[str, Spans] = {name: [] for name in transcripts}
    for name, start, end in zip(table["transcript"], table["start"].tolist(), table["end"].tolist(), strict=True):
        if name in spans:
            spans[name].append((int(start), int(end)))
    if unit in ("character", "token"):
        with_turns = set(turns["transcript"])
        spans = {name: of if name in with_turns else [(0, len(texts[name]))] for name, of in spans.items()}
    return {name: one_text(unit, texts[name], sorted(spans[name])) for name in transcripts}


def one_text(unit: str, text: str, spans: Spans) -> Units:
    """The units of one text; for `character` and `token` from the stretches that they lie in."""
    if unit == "token":
        spans = [word for stretch in spans for word in word_spans(text, *stretch)]
    table = np.array(spans, dtype=np.int64).reshape(-1, 2)
    count = int((table[:, 1] - table[:, 0]).sum()) if unit == "character" else len(table)
    return Units(unit, text, table[:, 0], table[:, 1], np.array([0, count]), np.zeros(1, dtype=np.int64))


def put_together(units: Iterable[Units]) -> Units:
    """The units of several transcripts one after the other; no span can reach from one into the next."""
    each = list(units)
    kind = each[0].kind if each else "segment"
    shift = np.cumsum([0, *(len(one.text) + 1 for one in each)]).astype(np.int64)
    start, end = (
        np.concatenate(
            [getattr(one, name) + by for one, by in zip(each, shift, strict=False)] or [np.zeros(0, np.int64)]
        )
        for name in ("start", "end")
    )
    bounds = np.cumsum([0, *(len(one) for one in each)]).astype(np.int64)
    return Units(kind, "\n".join(one.text for one in each), start, end, bounds, shift)


def union_of(key: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Spans of one key put together where they overlap or touch; those without length are left out."""
    keep = start < end
    key, start, end = key[keep], start[keep], end[keep]
    if not len(key):
        return key, start, end
    order = np.lexsort((end, start, key))
    key, start, end = key[order], start[order], end[order]
    far = np.int64(end.max() + 2)  # so that spans of different keys lie apart
    low, reach = start + key * far, np.maximum.accumulate(end + key * far)
    new = np.concatenate([[True], low[1:] > reach[:-1]])
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(key)) - 1
    return key[first], start[first], reach[last] - key[first] * far


def union(spans: Spans) -> Spans:
    """Spans put together where they overlap or touch; those without length are left out."""
    table = np.array(spans, dtype=np.int64).reshape(-1, 2)
    _, start, end = union_of(np.zeros(len(table), dtype=np.int64), table[:, 0], table[:, 1])
    return list(zip(start.tolist(), end.tolist(), strict=True))


def units_covered(spans: Spans, units: Units, rule: str) -> NDArray[np.intp]:
    """Which units one coder's spans of one code count for, by the rules of `Units.covered`."""
    table = np.array(union(spans), dtype=np.int64).reshape(-1, 2)
    _, first, last = units.covered(np.zeros(len(table), dtype=np.int64), table[:, 0], table[:, 1], rule)
    found = np.concatenate([np.arange(a, b) for a, b in zip(first, last, strict=True)] or [np.zeros(0, dtype=np.int64)])
    return np.setdiff1d(found, units.never(rule)).astype(np.intp)


@dataclass(frozen=True)
class Reading:
    """One stretch that one coder read: half-open, the codes it was limited to (none: all), and whose codings were seen."""

    start: int
    end: int
    codes: frozenset[str]
    saw: frozenset[str]


def is_done(cell: object) -> bool:
    """Whether a cell `done` of the assignments says that the stretch was read."""
    return str(cell).strip().casefold() not in _NOT_DONE


def readings(
    assignments: pd.DataFrame, texts: Mapping[str, str], *, rounds: Sequence[str] = ()
) -> dict[tuple[str, str], list[Reading]]:
    """What was read, by (transcript, coder): the assignments that are done, of the rounds asked for."""
    found: dict[tuple[str, str], list[Reading]] = {}
    for line in assignments.to_dict("records"):
        if not is_done(line["done"]) or line["transcript"] not in texts:
            continue
        if rounds and line["round"] not in rounds:
            continue
        start, end = stretch_of(line, texts)
        one = Reading(start, end, frozenset(split(line["codes"])), frozenset(split(line["saw"])))
        found.setdefault((line["transcript"], line["coder"]), []).append(one)
    return found


def stretch_of(line: Mapping[Any, Any], texts: Mapping[str, str]) -> tuple[int, int]:
    """The stretch that an assignment is for: all of the transcript where it does not say."""
    start, end = line["start"], line["end"]
    return (
        0 if pd.isna(start) else int(start),
        len(texts[str(line["transcript"])]) if pd.isna(end) else int(end),
    )

"""Spans to units: who applied which code to which unit, and who was to read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.tables import split
from qualcode.words import word_spans

Ints = NDArray[np.int64]
Spans = list[tuple[int, int]]
_NOT_DONE = {"", "no", "n", "false", "0", "-", "–", "open", "planned", "nee", "nein", "não", "nao", "non"}


@dataclass(frozen=True)
class Units:
    """The units of one transcript, by start: half-open offsets, not overlapping."""

    start: Ints
    end: Ints
    word_start: Ints
    word_end: Ints
    word_unit: Ints  # which unit each whole word lies in

    def __len__(self) -> int:
        return len(self.start)


def cut_units(
    unit: str, *, segments: pd.DataFrame, turns: pd.DataFrame, transcripts: Sequence[str], texts: Mapping[str, str]
) -> dict[str, Units]:
    """The units of each transcript: `segment` (the segments table), `turn` (turns but interviewers'), `transcript`."""
    if unit == "transcript":
        spans = {name: [(0, len(texts[name]))] for name in transcripts}
    else:
        if unit == "segment":
            table = segments
        elif unit == "turn":
            table = turns[turns["role"] != "interviewer"]
        else:
            raise ValueError(f"unknown unit {unit!r}")
        spans = {name: [] for name in transcripts}
        for name, start, end in zip(table["transcript"], table["start"], table["end"], strict=True):
            if name in spans:
                spans[name].append((int(start), int(end)))
    return {name: _units(sorted(spans[name]), texts[name]) for name in transcripts}


def _units(spans: Spans, text: str) -> Units:
    words = [(start, end, at) for at, (first, last) in enumerate(spans) for start, end in word_spans(text, first, last)]
    table = np.array(words, dtype=np.int64).reshape(-1, 3)
    units = np.array(spans, dtype=np.int64).reshape(-1, 2)
    return Units(units[:, 0], units[:, 1], table[:, 0], table[:, 1], table[:, 2])


def union(spans: Spans) -> Spans:
    """Spans put together where they overlap or touch; those without length are left out."""
    out: Spans = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def units_covered(spans: Spans, units: Units, rule: str) -> NDArray[np.intp]:
    """Which units one coder's spans of one code count for.

    Parameters
    ----------
    rule
        `any_word` a whole word of the unit is covered; `half_unit` at least half of its characters; `chars:N` at least N.
    """
    joined = union(spans)
    if rule == "any_word":
        found: set[int] = set()
        for start, end in joined:
            first = int(np.searchsorted(units.word_start, start, side="left"))
            last = int(np.searchsorted(units.word_end, end, side="right"))
            found.update(units.word_unit[first:last].tolist())
        return np.array(sorted(found), dtype=np.intp)
    covered = np.zeros(len(units), dtype=np.int64)
    for start, end in joined:
        first = int(np.searchsorted(units.end, start, side="right"))
        last = int(np.searchsorted(units.start, end, side="left"))
        part = slice(first, last)
        covered[part] += np.minimum(units.end[part], end) - np.maximum(units.start[part], start)
    if rule == "half_unit":
        return np.flatnonzero((covered > 0) & (2 * covered >= units.end - units.start))
    match = re.fullmatch(r"chars:(\d+)", rule)
    if match is None:
        raise ValueError(f"unknown rule {rule!r}")
    return np.flatnonzero((covered > 0) & (covered >= int(match[1])))


@dataclass(frozen=True)
class Reading:
    """One stretch that one coder read: half-open, the codes it was limited to (none: all), and whose codings were seen."""

    start: int
    end: int
    codes: frozenset[str]
    saw: frozenset[str]


def readings(
    assignments: pd.DataFrame, texts: Mapping[str, str], *, rounds: Sequence[str] = ()
) -> dict[tuple[str, str], list[Reading]]:
    """What was read, by (transcript, coder): the assignments that are done, of the rounds asked for."""
    found: dict[tuple[str, str], list[Reading]] = {}
    for line in assignments.to_dict("records"):
        if str(line["done"]).strip().casefold() in _NOT_DONE or line["transcript"] not in texts:
            continue
        if rounds and line["round"] not in rounds:
            continue
        start = 0 if pd.isna(line["start"]) else int(line["start"])
        end = len(texts[line["transcript"]]) if pd.isna(line["end"]) else int(line["end"])
        one = Reading(start, end, frozenset(split(line["codes"])), frozenset(split(line["saw"])))
        found.setdefault((line["transcript"], line["coder"]), []).append(one)
    return found

"""Whose words a span holds: the one way in which mentions become participants."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from qualcode.tables import join
from qualcode.words import word_spans


def participants_of(spans: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str]) -> pd.DataFrame:
    """The participants whose turns each span overlaps by at least one whole word.

    Parameters
    ----------
    spans
        Any table with `transcript, start, end` (code points of the canonical text, half-open); where it has a column
        `scope`, rows of scope `transcript` stand for the whole transcript.
    turns, texts
        Table `turns`, and the canonical text of each transcript.

    Returns
    -------
    One row per span, with its index: `participants` (ids joined by `;`, sorted; interviewers and other voices left
    out; a span across two voices has both) and `unattributed` (a participant's voice that nobody could name is
    among those speaking: it counts in mentions, never in participants).

    Notes
    -----
    A label is not speech: a span over a label and punctuation alone has nobody. A span too short to hold a whole word
    of anybody belongs to the turns whose words it touches.
    """
    people = np.full(len(spans), "", dtype=object)
    unnamed = np.zeros(len(spans), dtype=bool)
    if len(spans):
        by_transcript = {str(transcript): own for transcript, own in turns.groupby("transcript", sort=False)}
        starts, ends = spans["start"].to_numpy(dtype="int64"), spans["end"].to_numpy(dtype="int64")
        whole = (spans["scope"] == "transcript").to_numpy() if "scope" in spans else np.zeros(len(spans), dtype=bool)
        for transcript, rows in pd.Series(range(len(spans))).groupby(spans["transcript"].to_numpy(), sort=False):
            own = by_transcript.get(str(transcript))
            if own is None:
                continue
            voices = _Voices(own.sort_values("start", kind="stable"), texts[str(transcript)])
            for row in rows:
                found = voices.all() if whole[row] else voices.between(int(starts[row]), int(ends[row]))
                people[row], unnamed[row] = voices.names(*found)
    return pd.DataFrame({"participants": people, "unattributed": unnamed}, index=spans.index)


class _Voices:
    """The words of one transcript's turns, in order, and who says them."""

    def __init__(self, turns: pd.DataFrame, text: str) -> None:
        self.who = turns["participant"].to_list()
        self.role = turns["role"].to_list()
        starts, ends, turn = [], [], []
        for number, (start, end) in enumerate(zip(turns["start"], turns["end"], strict=True)):
            for first, last in word_spans(text, int(start), int(end)):
                starts.append(first)
                ends.append(last)
                turn.append(number)
        self.starts, self.ends = np.array(starts, dtype="int64"), np.array(ends, dtype="int64")
        self.turn = np.array(turn, dtype="int64")

    def all(self) -> tuple[int, int]:
        return 0, len(self.turn)

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The words `[first, last)` that a span holds; those it touches where it holds none."""
        first = int(np.searchsorted(self.starts, start, "left"))
        last = int(np.searchsorted(self.ends, end, "right"))
        if first >= last:
            first = int(np.searchsorted(self.ends, start, "right"))
            last = int(np.searchsorted(self.starts, end, "left"))
        return first, last

    def names(self, first: int, last: int) -> tuple[str, bool]:
        if first >= last:
            return "", False
        spoken = np.unique(self.turn[first:last])
        named = {self.who[i] for i in spoken if self.role[i] == "participant"}
        return join(named), "" in named


def union(cells: pd.Series) -> set[str]:
    """The distinct participants of a column of `participants` cells."""
    return {person for cell in cells for person in str(cell).split(";") if person}

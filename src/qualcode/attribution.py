"""Whose words a span holds: the one way in which mentions become participants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from qualcode.coverage import Words
from qualcode.tables import join, split


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
            own = own.sort_values("start", kind="stable")
            words = Words(zip(own["start"], own["end"], strict=True), texts[str(transcript)])
            who, role = own["participant"].to_list(), own["role"].to_list()
            at = rows.to_numpy()
            for row, held in zip(at.tolist(), words.held_by_each(starts[at], ends[at]), strict=True):
                spoken = words.all() if whole[row] else held
                if not len(spoken):
                    spoken = words.touched(int(starts[row]), int(ends[row]))
                named = {str(who[turn]) for turn in spoken if role[turn] == "participant"}
                people[row], unnamed[row] = join(named), "" in named
    return pd.DataFrame({"participants": people, "unattributed": unnamed}, index=spans.index)


def union(cells: Iterable[object]) -> set[str]:
    """The distinct participants of several `participants` cells."""
    return {person for cell in cells for person in split(str(cell))}

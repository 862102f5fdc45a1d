"""Which turns a topic may be made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from qualcode.words import count_words

LONG, SHORT = 15, 8  # words: the shortest unit; where people answer shortly
SHORT_ANSWERS = 20  # median words of a participant's turn under which they do


@dataclass(frozen=True)
class Units:
    """`turns` all turns in order of transcript and turn, with text, words, unit (bool), before and after (rows or -1).

    `min_words` the shortest unit; `left_out` how many turns are no units, by cause.
    """

    turns: pd.DataFrame
    min_words: int
    median_words: float
    left_out: dict[str, int] = field(default_factory=dict)


def choose_units(
    turns: pd.DataFrame,
    texts: dict[str, str],
    *,
    min_words: int | None = None,
    interviewers: bool = True,
    instead: Mapping[tuple[str, int], str] | None = None,
) -> Units:
    """The turns that are long enough, once each.

    Parameters
    ----------
    turns
        Table `turns`.
    texts
        Canonical text of each transcript.
    min_words
        The shortest unit in words; by default 15, or 8 where the median turn of a participant has fewer than 20.
    interviewers
        Whether interviewers' turns may be units. They are context all the same.
    instead
        Words that stand for a turn's own, by transcript and turn (a translation's).

    Returns
    -------
    What an interviewer said word for word more than once (a guide's questions) is no unit at all; what another voice
    said again word for word is a unit the first time only. Case, punctuation and white space are no difference.
    """
    frame = turns.sort_values(["transcript", "turn"], kind="stable").reset_index(drop=True)
    spans = zip(frame["transcript"], frame["start"], frame["end"], strict=True)
    frame["text"] = [texts[transcript][int(start) : int(end)] for transcript, start, end in spans]
    if instead:
        places = zip(frame["transcript"], frame["turn"], frame["text"], strict=True)
        frame["text"] = [instead.get((str(transcript), int(turn)), text) for transcript, turn, text in places]
    frame["words"] = [count_words(text) for text in frame["text"]]
    asks = (frame["role"] == "interviewer").to_numpy()
    answers = frame["words"][(frame["role"] == "participant").to_numpy()]
    if answers.empty:
        answers = frame["words"][~asks]
    median = float(answers.median()) if len(answers) else 0.0
    least = min_words if min_words is not None else SHORT if median < SHORT_ANSWERS else LONG
    enough = (frame["words"] >= least).to_numpy()
    said = pd.Series([" ".join(re.findall(r"\w+", text.casefold())) for text in frame["text"]])
    again = np.where(asks, said.where(asks).duplicated(keep=False), said.where(enough).duplicated(keep="first"))
    repeated = enough & again.astype(bool)
    asked = enough & asks & (not interviewers)
    frame["unit"] = enough & ~repeated & ~asked
    rows = np.arange(len(frame))
    same = (frame["transcript"] == frame["transcript"].shift()).to_numpy()
    frame["before"] = np.where(same, rows - 1, -1)
    frame["after"] = np.where(np.append(same[1:], False), rows + 1, -1) if len(frame) else rows
    left_out = {
        "short": int((~enough).sum()),
        "interviewers": int(asked.sum()),
        "repeated": int((repeated & ~asked).sum()),
    }
    return Units(frame, least, median, left_out)

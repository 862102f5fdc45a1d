"""Which stretches of a text a span covers: by whole words, the one rule for units, turns and topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from qualcode.words import word_spans


class Words:
    """The words of some stretches of one text, in order, each with the number of its stretch.

    Stretches `(start, end)` come in order of their start and do not overlap; a word counts where it is whole.
    """

    def __init__(self, stretches: Iterable[tuple[int, int]], text: str) -> None:
        starts, ends, owner = [], [], []
        for number, (start, end) in enumerate(stretches):
            for first, last in word_spans(text, int(start), int(end)):
                starts.append(first)
                ends.append(last)
                owner.append(number)
        self.starts, self.ends = np.array(starts, dtype="int64"), np.array(ends, dtype="int64")
        self.owner = np.array(owner, dtype="int64")

    def held(self, start: int, end: int) -> np.ndarray:
        """Numbers of the stretches of which `[start, end)` holds at least one whole word."""
        first = int(np.searchsorted(self.starts, start, "left"))
        last = int(np.searchsorted(self.ends, end, "right"))
        return np.unique(self.owner[first:last]) if first < last else self.owner[:0]

    def touched(self, start: int, end: int) -> np.ndarray:
        """Numbers of the stretches of which `[start, end)` has at least a part of a word."""
        first = int(np.searchsorted(self.ends, start, "right"))
        last = int(np.searchsorted(self.starts, end, "left"))
        return np.unique(self.owner[first:last]) if first < last else self.owner[:0]

    def all(self) -> np.ndarray:
        return np.unique(self.owner)


def covered(units: pd.DataFrame, spans: pd.DataFrame, texts: Mapping[str, str]) -> pd.DataFrame:
    """Every pair of a unit and a span of which the span covers at least one whole word of the unit.

    Parameters
    ----------
    units, spans
        Tables with `transcript, start, end`; units of one transcript do not overlap.

    Returns
    -------
    `unit` and `span`, both row numbers (from 0) in the tables given, in order.
    """
    found: list[tuple[int, int]] = []
    rows = {str(name): group for name, group in units.assign(_row=range(len(units))).groupby("transcript", sort=False)}
    for name, group in spans.assign(_row=range(len(spans))).groupby("transcript", sort=False):
        own = rows.get(str(name))
        if own is None:
            continue
        own = own.sort_values("start", kind="stable")
        words = Words(zip(own["start"], own["end"], strict=True), texts[str(name)])
        numbers = own["_row"].to_numpy()
        for start, end, span in zip(group["start"], group["end"], group["_row"], strict=True):
            found += [(int(numbers[unit]), int(span)) for unit in words.held(int(start), int(end))]
    return pd.DataFrame(sorted(found), columns=["unit", "span"])

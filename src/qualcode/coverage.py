"""Which stretches of a text a span covers: by whole words, the one rule for units, turns and topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from qualcode.words import word_arrays


class Words:
    """The words of some stretches of one text, in order, each with the number of its stretch.

    Stretches `(start, end)` come in order of their start and do not overlap; a word counts where it is whole.
    """

    def __init__(self, stretches: Iterable[tuple[int, int]], text: str) -> None:
        cuts = np.array(list(stretches), dtype="int64").reshape(-1, 2)
        self.starts, self.ends, self.owner = word_arrays(text, cuts[:, 0], cuts[:, 1])

    def held_by_each(self, starts: np.ndarray, ends: np.ndarray) -> list[np.ndarray]:
        """Of each span `[start, end)`: numbers of the stretches of which it holds at least one whole word."""
        firsts = np.searchsorted(self.starts, starts, "left").tolist()
        lasts = np.searchsorted(self.ends, ends, "right").tolist()
        found: list[np.ndarray] = []
        for first, last in zip(firsts, lasts, strict=True):
            own = self.owner[first:last]  # numbers in order
            found.append(np.unique(own) if len(own) and own[0] != own[-1] else own[:1])
        return found

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
        held = words.held_by_each(group["start"].to_numpy(dtype="int64"), group["end"].to_numpy(dtype="int64"))
        for units_held, span in zip(held, group["_row"], strict=True):
            found += [(int(numbers[unit]), int(span)) for unit in units_held]
    return pd.DataFrame(sorted(found), columns=["unit", "span"])

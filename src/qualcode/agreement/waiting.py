"""Coders whose codings wait: with codes of their own that are not aligned to the codebook there is nothing to compare yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Waits:
    """A coder whose codes are not all aligned to the codebook: codings that wait, of how many, and whether some do not."""

    coder: str
    waiting: int
    of: int

    @property
    def some(self) -> bool:
        return self.waiting < self.of


def not_aligned(codings: pd.DataFrame, splits: pd.DataFrame | None, human_only: bool) -> dict[str, Waits]:
    if splits is None:
        return {}
    waiting = splits[(splits["status"] == "open") & (splits["candidates"] == "*")]
    if human_only:
        waiting = waiting[waiting["origin"] != "machine"]
    kept, set_aside = codings["coder"].value_counts(), splits[splits["candidates"] != "*"]["coder"].value_counts()
    return {
        str(coder): Waits(str(coder), int(many), int(many + kept.get(coder, 0) + set_aside.get(coder, 0)))
        for coder, many in sorted(waiting["coder"].value_counts().items())
    }


def said(waits: Sequence[Waits]) -> str:
    """Why a row is empty, or what it leaves out."""
    if not waits:
        return ""
    several = len(waits) > 1
    counts = ", ".join(f"{one.coder + ': ' if several else ''}{one.waiting} of {one.of}" for one in waits)
    coders = " and ".join(one.coder for one in waits)
    return f"codes of {coders} are not aligned to the codebook ({counts} codings wait): qualcode pack alignment"

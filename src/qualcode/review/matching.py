"""Two layers side by side: which coding of the one is which of the other, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

SAME, SPAN, CODE = "same", "span", "code"  # of a pair: nothing differs, the passage does, the code does


@dataclass(frozen=True)
class Mark:
    """One coding, for comparing: half-open, `low` and `high` its first and last word's ends (where it holds words)."""

    coding: str
    coder: str
    code: str
    scope: str
    start: int
    end: int
    low: int
    high: int
    direction: str = ""
    memo: str = ""

    def shared(self, other: Mark) -> int:
        """Characters in common, white space and punctuation at the ends aside."""
        return min(self.high, other.high) - max(self.low, other.low)

    def meets(self, other: Mark, match: float) -> bool:
        """Whether two passages have `match` of the shorter in common (`consensus.match`)."""
        return self.shared(other) >= match * min(self.high - self.low, other.high - other.low)

    @property
    def words(self) -> tuple[int, int]:
        return self.low, self.high


def marks_of(rows: pd.DataFrame, text: str) -> list[Mark]:
    """Rows of table `codings` of one transcript, by place."""
    found = []
    columns = (rows[name] for name in ("coding", "coder", "code", "scope", "start", "end", "direction", "memo"))
    for coding, coder, code, scope, start, end, direction, memo in zip(*columns, strict=True):
        low, high = int(start), int(end)
        while low < high and not text[low].isalnum():
            low += 1
        while high > low and not text[high - 1].isalnum():
            high -= 1
        if low == high:
            low, high = int(start), int(end)
        found.append(Mark(coding, coder, code, scope, int(start), int(end), low, high, direction, memo))
    return sorted(found, key=lambda mark: (mark.start, mark.end, mark.code, mark.coding))


def match_marks(first: Sequence[Mark], second: Sequence[Mark], *, match: float) -> list[tuple[Mark, Mark, str]]:
    """Pairs of codings of two layers, each coding in one pair at most; those in no pair stand alone in their layer.

    Looked for in this order, of several the one with most text in common: the same code on the same words (`same`; white
    space and punctuation at the ends aside); the same code on passages that share text (`span`); another code on a passage
    that has `match` of the shorter in common (`code`).
    """
    found: list[tuple[Mark, Mark, str]] = []
    left = {mark.coding for mark in first}
    right = {mark.coding for mark in second}
    candidates = sorted(_candidates(first, second, match), key=lambda one: one[0])
    for (_rank, *_), a, b, how in candidates:
        if a.coding in left and b.coding in right:
            left.discard(a.coding)
            right.discard(b.coding)
            found.append((a, b, how))
    return sorted(found, key=lambda pair: (pair[0].start, pair[0].end, pair[0].code, pair[0].coding))


def _candidates(first: Sequence[Mark], second: Sequence[Mark], match: float) -> Iterable[tuple[Any, Mark, Mark, str]]:
    ranks = {SAME: 0, SPAN: 1, CODE: 2}
    flat = sorted(
        [(mark.start, 0, mark) for mark in first] + [(mark.start, 1, mark) for mark in second],
        key=lambda one: (one[0], one[1], one[2].coding),
    )
    active: list[tuple[int, Mark]] = []
    for start, side, mark in flat:
        active = [(of, one) for of, one in active if one.end > start]
        for of, one in active:
            if of == side or one.scope != mark.scope:
                continue
            a, b = (one, mark) if side else (mark, one)
            shared = a.shared(b)
            if shared <= 0:
                continue
            if a.code == b.code:
                how = SAME if a.words == b.words else SPAN
            elif a.meets(b, match):
                how = CODE
            else:
                continue
            yield (ranks[how], -shared, a.start, b.start, a.code, b.code, a.coding, b.coding), a, b, how
        active.append((side, mark))

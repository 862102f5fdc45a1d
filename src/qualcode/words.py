"""What a word is: one way to count words (as word processors do) and one to find whole words in a text."""

from __future__ import annotations

import re
from bisect import bisect_left

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")


def count_words(text: str) -> int:
    """Words as Word, LibreOffice and `wc -w` count them: stretches without white space."""
    return len(text.split())


def word_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets `(start, end)` (code points, half-open) of the whole words of `text[start:end]`, punctuation left out."""
    return [match.span() for match in _WORD.finditer(text, start, len(text) if end is None else end)]


def covers_a_word(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether `[start, end)` covers at least one whole word of `spans` (sorted, from `word_spans`)."""
    at = bisect_left(spans, (start, -1))
    return at < len(spans) and spans[at][1] <= end

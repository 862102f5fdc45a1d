"""What a word is: one way to count words (as word processors do) and one to find whole words in a text."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import lru_cache

import numpy as np

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")


def count_words(text: str) -> int:
    """Words as Word, LibreOffice and `wc -w` count them: stretches without white space."""
    return len(text.split())


def word_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Offsets `(start, end)` (code points, half-open) of the whole words of `text[start:end]`, punctuation left out."""
    return [match.span() for match in _WORD.finditer(text, start, len(text) if end is None else end)]


def word_arrays(text: str, starts: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of several stretches `[start, end)` of a text, in order, as `word_spans` finds them in each.

    Parameters
    ----------
    starts, ends
        int64, by start, without overlaps.

    Returns
    -------
    Start, end and number of the stretch of each word (int64).
    """
    some = np.flatnonzero(np.minimum(ends, len(text)) > starts)
    starts, ends = starts[some], np.minimum(ends[some], len(text))
    signs = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kinds, which = np.unique(signs, return_inverse=True)
    letter = np.array([_is_letter(chr(kind)) for kind in kinds.tolist()], dtype=bool)[which]
    joint = np.isin(kinds, _JOINTS)[which]
    cut = np.zeros(len(signs) + 1, dtype=bool)  # no word goes over these
    cut[starts] = cut[ends] = True
    inside = np.zeros(len(signs), dtype=bool)
    joined = joint[1:-1] & letter[:-2] & letter[2:] & ~cut[1:-2] & ~cut[2:-1]
    inside[1:-1] = joined
    inside |= letter
    begins = inside.copy()
    begins[1:] &= ~inside[:-1] | cut[1:-1]
    stops = inside.copy()
    stops[:-1] &= ~inside[1:] | cut[1:-1]
    first, last = np.flatnonzero(begins), np.flatnonzero(stops) + 1
    owner = np.searchsorted(starts, first, "right") - 1
    kept = (owner >= 0) & (first < ends[owner]) if len(starts) else np.zeros(len(first), dtype=bool)
    return first[kept].astype("int64"), last[kept].astype("int64"), some[owner[kept]].astype("int64")


_JOINTS = np.array([ord(sign) for sign in "'’-"], dtype=np.uint32)


@lru_cache(maxsize=5000)
def _is_letter(sign: str) -> bool:
    return re.match(r"\w", sign) is not None


def covers_a_word(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether `[start, end)` covers at least one whole word of `spans` (sorted, from `word_spans`)."""
    at = bisect_left(spans, (start, -1))
    return at < len(spans) and spans[at][1] <= end

"""The changed stretches between two texts: by sentences that each has once, by runs of words, word by word."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

import numpy as np

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_SENTENCE = re.compile(r"[^.?!:\n]*(?:[.?!:\n]+\s*|$)")
_TELLING = 30  # characters from which a sentence that stands once is the same one in both texts
_FAR = 500  # characters within which a better border is looked for
_LARGEST = 4_000_000  # token pairs that are compared one by one; longer gaps are cut at rarer anchors first
# 64-bit odd factors, one for each place in a run of tokens
_FACTORS = np.random.default_rng(1).integers(2**62, 2**63, 12, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


class Edit(NamedTuple):
    """A changed stretch: `[start_from, end_from)` of the earlier text became `[start_to, end_to)` of the later one.

    Where something was only put in, or only taken out, the same change may as well stand up to `left` characters before, or
    `right` behind (a second "no, " put in beside the first: nobody can tell which of the two is new).
    """

    start_from: int
    end_from: int
    start_to: int
    end_to: int
    left: int = 0
    right: int = 0


def edits_between(old: str, new: str) -> list[Edit]:
    """The changed stretches, in order. Between two of them (and at the ends) the texts are the same, character by character."""
    edits: list[Edit] = []
    for i, j, k, m in _between_sentences(old, new):
        a, b = _TOKEN.findall(old, i, j), _TOKEN.findall(new, k, m)
        changes = _merged(_Comparison(a, b).changes(0, len(a), 0, len(b)))
        at_a, at_b = _offsets(a, i), _offsets(b, k)
        edits += [Edit(at_a[i], at_a[j], at_b[k], at_b[m]) for i, j, k, m in changes]
    return _settled(old, new, edits)


def _between_sentences(old: str, new: str) -> list[tuple[int, int, int, int]]:
    """The stretches of both texts that lie between sentences which each text has once, in one order on both."""
    a, b = _sentences(old), _sentences(new)
    once = [sentence for sentence, at in a.items() if at >= 0 and b.get(sentence, -1) >= 0]
    found: list[tuple[int, int, int, int]] = []
    at_old = at_new = 0
    for number in _longest_increasing([b[sentence] for sentence in once]):
        sentence = once[number]
        start, place = a[sentence], b[sentence]
        if start > at_old or place > at_new:
            found.append((at_old, start, at_new, place))
        at_old, at_new = start + len(sentence), place + len(sentence)
    return [*found, (at_old, len(old), at_new, len(new))]


def _sentences(text: str) -> dict[str, int]:
    """Where each sentence that is long enough to be told from others begins, in order; -1 for one that comes again."""
    found: dict[str, int] = {}
    at = 0
    for sentence in _SENTENCE.findall(text):
        if len(sentence) >= _TELLING:
            found[sentence] = -1 if sentence in found else at
        at += len(sentence)
    return found


def _settled(old: str, new: str, edits: list[Edit]) -> list[Edit]:
    """The same changes, each where a person would see it: at the border of a turn, a line or a sentence, else at the right."""
    placed: list[Edit] = []
    for number, edit in enumerate(edits):
        before = edit.start_from - (placed[-1].end_from if placed else 0)
        after = (edits[number + 1].start_from if number + 1 < len(edits) else len(old)) - edit.end_from
        left, right = _room(old, new, edit, min(before, _FAR), min(after, _FAR))
        text, at = (old, edit.start_from) if edit.start_from == edit.end_from else (new, edit.start_to)
        by = max(range(-left, right + 1), key=lambda step: (_border(text, at + step), step)) if left or right else 0
        placed.append(Edit(*(place + by for place in edit[:4])))
    ends = [0, *(edit.end_from for edit in placed)]
    starts = [*(edit.start_from for edit in placed[1:]), len(old)]
    found: list[Edit] = []
    for edit, end, start in zip(placed, ends, starts, strict=False):
        left, right = _room(old, new, edit, edit.start_from - end, start - edit.end_from)
        found.append(edit._replace(left=left, right=right))
    return found


def _room(old: str, new: str, edit: Edit, before: int, after: int) -> tuple[int, int]:
    """How many characters to the left and right the same change may as well stand, within the unchanged text beside it."""
    if edit.start_from < edit.end_from and edit.start_to < edit.end_to:
        return 0, 0
    text, start, end = (new, *edit[2:4]) if edit.start_from == edit.end_from else (old, *edit[:2])
    left = right = 0
    while left < before and text[start - 1 - left] == text[end - 1 - left]:
        left += 1
    while right < after and text[start + right] == text[end + right]:
        right += 1
    return left, right


def _border(text: str, at: int) -> int:
    """How much of a border a place is: 3 of a turn, 2 of a line, 1 of a sentence, 0 of a word, -1 none."""
    if at in (0, len(text)) or text[at - 2 : at] == "\n\n":
        return 3
    if text[at - 1] == "\n":
        return 2
    if text[at - 1].isalnum() and text[at].isalnum():
        return -1
    return int(text[at - 1].isspace() and text[at - 2 : at - 1] in (".", "!", "?", "…", ":"))


def _offsets(tokens: Sequence[str], first: int) -> list[int]:
    return list(accumulate(map(len, tokens), initial=first))


def _merged(changes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    out: list[tuple[int, int, int, int]] = []
    for i, j, k, m in changes:
        if i == j and k == m:
            continue
        if out and out[-1][1] == i and out[-1][3] == k:
            out[-1] = (out[-1][0], j, out[-1][2], m)
        else:
            out.append((i, j, k, m))
    return out


def _aligned(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Changed ranges of two short runs of tokens: as many words as can be stay, then as many of the signs between them."""
    from rapidfuzz.distance import Indel

    def unequal(x: Sequence[str], y: Sequence[str]) -> list[tuple[int, int, int, int]]:
        codes = Indel.opcodes(x, y)
        return [(c.src_start, c.src_end, c.dest_start, c.dest_end) for c in codes if c.tag != "equal"]

    words_a, words_b = ([at for at, token in enumerate(tokens) if token[0].isalnum()] for tokens in (a, b))
    if not words_a or not words_b:
        return unequal(a, b)
    same = [
        (words_a[code.src_start + step], words_b[code.dest_start + step])
        for code in Indel.opcodes([a[at] for at in words_a], [b[at] for at in words_b])
        if code.tag == "equal"
        for step in range(code.src_end - code.src_start)
    ]
    found: list[tuple[int, int, int, int]] = []
    at_a = at_b = 0
    for x, y in [*same, (len(a), len(b))]:
        if a[at_a:x] != b[at_b:y]:
            found += [(at_a + i, at_a + j, at_b + k, at_b + m) for i, j, k, m in unequal(a[at_a:x], b[at_b:y])]
        at_a, at_b = x + 1, y + 1
    return found


class _Comparison:
    """Two texts as tokens: `a` and `b`, and the same as numbers, one for each different token."""

    def __init__(self, a: list[str], b: list[str]) -> None:
        self.a, self.b = a, b
        numbers = {token: number for number, token in enumerate(dict.fromkeys(chain(a, b)), start=1)}
        self._a = np.fromiter(map(numbers.__getitem__, a), np.uint64, len(a))
        self._b = np.fromiter(map(numbers.__getitem__, b), np.uint64, len(b))

    def changes(self, i: int, j: int, k: int, m: int, reach: int = 12) -> list[tuple[int, int, int, int]]:
        """Changed token ranges `(i, j, k, m)` of `a[i:j]` and `b[k:m]`: same ends off, then cut at runs that stand once."""
        a, b = self.a, self.b
        while i < j and k < m and a[i] == b[k]:
            i, k = i + 1, k + 1
        while i < j and k < m and a[j - 1] == b[m - 1]:
            j, m = j - 1, m - 1
        if i == j or k == m:
            return [(i, j, k, m)]
        for length in (12, 5, 2):
            if length > reach:
                continue
            anchors = self._anchors(i, j, k, m, length)
            if anchors:
                out: list[tuple[int, int, int, int]] = []
                at_a, at_b = i, k
                for x, y, follow in anchors:
                    out += self.changes(at_a, x, at_b, y, length)
                    at_a, at_b = x + follow, y + follow
                return out + self.changes(at_a, j, at_b, m, length)
            if (j - i) * (m - k) <= _LARGEST and length <= 5:
                break
        if (j - i) * (m - k) > _LARGEST:
            return [(i, j, k, m)]
        return [(i + w, i + x, k + y, k + z) for w, x, y, z in _aligned(a[i:j], b[k:m])]

    def _anchors(self, i: int, j: int, k: int, m: int, length: int) -> list[tuple[int, int, int]]:
        """Starts of runs of tokens that stand once in each side, in one order on both (longest increasing sequence).

        The third number says how many follow, each a token behind the one before on both sides: nothing lies between them.
        """
        if j - i < length or m - k < length:
            return []
        x, y = _once_in_both(self._a[i:j], self._b[k:m], length)
        if not len(x):
            return []
        if (y[1:] < y[:-1]).any():
            kept = _longest_increasing(y.tolist())
            x, y = x[kept], y[kept]
        first = np.flatnonzero(np.concatenate([[True], (np.diff(x) != 1) | (np.diff(y) != 1)]))
        follow = np.diff(np.append(first, len(x))) - 1
        return list(zip((x[first] + i).tolist(), (y[first] + k).tolist(), follow.tolist(), strict=True))


def _once_in_both(a: Any, b: Any, length: int) -> tuple[Any, Any]:
    """Where the runs of `length` numbers start that stand once in each array, in the order of the first array."""
    runs_a, at_a = _once(a, length)
    runs_b, at_b = _once(b, length)
    if not len(runs_a) or not len(runs_b):
        return at_a[:0], at_b[:0]
    there = np.minimum(np.searchsorted(runs_b, runs_a), len(runs_b) - 1)
    both = runs_b[there] == runs_a
    x, y = at_a[both], at_b[there[both]]
    order = np.argsort(x)
    x, y = x[order], y[order]
    same = np.ones(len(x), dtype=bool)  # two runs may have one sum, if only once in 2**64
    for step in range(length):
        same &= a[x + step] == b[y + step]
    return x[same], y[same]


def _once(numbers: Any, length: int) -> tuple[Any, Any]:
    """The sums of the runs of `length` numbers that stand once, sorted, and where each starts."""
    sums = run_sums(numbers, length)
    order = np.argsort(sums)
    sums = sums[order]
    new = np.concatenate([[True], sums[1:] != sums[:-1], [True]])
    alone = new[1:] & new[:-1]
    return sums[alone], order[alone]


def run_sums(numbers: Any, length: int) -> Any:
    """For each run of `length` (to 12) unsigned 64-bit numbers one number that hardly any other run has, in order."""
    sums = np.zeros(max(0, len(numbers) - length + 1), dtype=np.uint64)
    for step in range(length):
        sums += numbers[step : step + len(sums)] * _FACTORS[step]
    return sums


def _longest_increasing(numbers: list[int]) -> list[int]:
    """Which of the numbers (all different) make the longest increasing sequence."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        place = bisect_left(tails, number)
        if place == len(tails):
            tails.append(number)
            ends.append(at)
        else:
            tails[place] = number
            ends[place] = at
        before.append(ends[place - 1] if place else -1)
    chosen: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chosen.append(at)
        at = before[at]
    return chosen[::-1]

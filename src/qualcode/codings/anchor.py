"""Finding where in a text a coding stands: by offsets, or by the words that it quotes. Pure functions, nothing guessed."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, NamedTuple

import numpy as np

WHOLE = "*"  # codes the whole transcript

_QUOTE_MARKS = "'\"`´‘’‚‛“”„‟«»‹›「」『』＂＇′″"
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f"
_DASHES = "-‐‑‒–—―−﹘﹣－"
_DOTS = re.compile(r"\.(?:\s*\.){2,}|…+")
_BLANKS = re.compile(rf"[\s{_QUOTE_MARKS}{_INVISIBLE}]+")
_DASH_RUNS = re.compile(rf"[{re.escape(_DASHES)}]+")
_SPECIAL = re.compile(f"{_BLANKS.pattern}|{_DASH_RUNS.pattern}|{_DOTS.pattern}")
_GONE, _DASH = 1, 2  # what becomes of a character
_PLAIN = 0xFFFF  # stays as it is, as does every character beyond it
_LONG = 300  # characters from which folding all at once is faster
_MOST = 100  # places of a quote that are looked at
_CLOSE = 60.0  # score from which a candidate is worth naming


class Anchor(NamedTuple):
    """A place in a text: offsets in code points, half-open; how it was found (as_given, calibrated, by_text)."""

    start: int
    end: int
    how: str


class Refusal(NamedTuple):
    """Why a coding has no place, and what to do. Positions only, never words."""

    cause: str
    hint: str = ""


@dataclass(frozen=True)
class Folded:
    """A text without white space, quote marks and invisible characters, with one dash and one ellipsis.

    `starts[i]` and `ends[i]` are the offsets in the text of the stretch that character i stands for.
    """

    text: str
    starts: array[int]
    ends: array[int]


def fold(text: str) -> Folded:
    """Fold `text` so that what word processors change in passing makes no difference."""
    return _fold_long(text) if len(text) > _LONG else _fold_short(text)


def folded_text(text: str) -> str:
    """The text of `fold` alone."""
    return _BLANKS.sub("", _DASH_RUNS.sub("-", _DOTS.sub("…", text)))


def _fold_short(text: str) -> Folded:
    parts: list[str] = []
    starts, ends = array("L"), array("L")
    last = 0
    for match in _SPECIAL.finditer(text):
        here, after = match.span()
        if here > last:
            parts.append(text[last:here])
            starts.extend(range(last, here))
            ends.extend(range(last + 1, here + 1))
        first = text[here]
        if first in ".…" or first in _DASHES:
            parts.append("…" if first in ".…" else "-")
            starts.append(here)
            ends.append(after)
        last = after
    parts.append(text[last:])
    starts.extend(range(last, len(text)))
    ends.extend(range(last + 1, len(text) + 1))
    return Folded("".join(parts), starts, ends)


def _fold_long(text: str) -> Folded:
    """The same for a long text, all characters at once: only dots are looked for one by one."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).copy()
    what = _what_folds()[np.minimum(points, _PLAIN)]
    dash = what == _DASH
    kept = what != _GONE
    kept[1:] &= ~(dash[1:] & dash[:-1])
    points[dash] = ord("-")
    ends = np.arange(1, len(points) + 1, dtype=f"u{array('L').itemsize}")
    last = np.flatnonzero(dash & ~np.append(dash[1:], False))  # of each run of dashes
    ends[dash & kept] = last + 1
    for match in _DOTS.finditer(text):
        here, after = match.span()
        kept[here + 1 : after] = False
        points[here], ends[here] = ord("…"), after
    starts = np.flatnonzero(kept).astype(ends.dtype)
    folded = points[kept].tobytes().decode("utf-32-le", "surrogatepass")
    return Folded(folded, array("L", starts.tobytes()), array("L", ends[kept].tobytes()))


@cache
def _what_folds() -> Any:
    """For each character up to `_PLAIN` what becomes of it, and for that one as for all beyond."""
    what = np.zeros(_PLAIN + 1, dtype=np.uint8)
    spaces = re.findall(r"\s", "".join(map(chr, range(_PLAIN))))
    what[[ord(character) for character in [*spaces, *_QUOTE_MARKS, *_INVISIBLE]]] = _GONE
    what[[ord(character) for character in _DASHES]] = _DASH
    return what


def _fold_case(folded: Folded) -> Folded:
    plain = folded.text.casefold()
    if len(plain) == len(folded.text):  # a character never gets shorter, so each is still where it was
        return Folded(plain, folded.starts, folded.ends)
    starts, ends = array("L"), array("L")
    for character, start, end in zip(folded.text, folded.starts, folded.ends, strict=True):
        for _ in character.casefold():
            starts.append(start)
            ends.append(end)
    return Folded(plain, starts, ends)


class TextIndex:
    """A transcript's canonical text, folded once, when first needed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> Folded:
        return fold(self.text)

    @cached_property
    def caseless(self) -> Folded:
        return _fold_case(self.folded)


def _characters(start: int, end: int) -> str:
    return f"characters {start}–{end}"


def anchor_offsets(
    index: TextIndex,
    start: int,
    end: int,
    quote: str = "",
    *,
    name: str,
    place: Callable[[int, int], str] = _characters,
) -> Anchor | Refusal:
    """The place `[start, end)`, where it lies in the text and, if `quote` is given, holds those words.

    Words are compared without regard to white space, quote marks, dashes and ellipses. `name` is how messages call the
    transcript; `place` how they say where something stands.
    """
    length = len(index.text)
    if start < 0 or end < 0:
        return Refusal(f"offsets {start}–{end} are below zero.", "Offsets count characters from 0.")
    if start > end:
        return Refusal(f"offsets {start}–{end} are reversed.", "The start comes before the end.")
    if start == end:
        return Refusal(f"offsets {start}–{end} hold nothing.", "The end is the first character after the passage.")
    if end > length:
        hint = "Count in the present text (data/processed/texts), or give the text's sha256_text."
        return Refusal(f"offsets {start}–{end} lie beyond the text of {name} ({length} characters).", hint)
    if quote and folded_text(unicodedata.normalize("NFC", quote)) != folded_text(index.text[start:end]):
        found = anchor_quote(index, quote, name=name, place=place)
        hint = (
            f"The words stand at {place(found.start, found.end)}: correct start and end, or leave both empty."
            if isinstance(found, Anchor)
            else "Correct the offsets, or leave both empty and let the words be looked for."
        )
        return Refusal(f"the words given are not those at {_characters(start, end)} of {name}.", hint)
    return Anchor(start, end, "as_given")


def anchor_quote(
    index: TextIndex, quote: str, *, name: str, place: Callable[[int, int], str] = _characters
) -> Anchor | Refusal:
    """The one place where the words of `quote` stand.

    Looked for as they are; then without regard to white space (line breaks and empty lines too), quote marks, dashes
    and ellipses; then to upper and lower case. At each step two places are one too many, unless the words stand by
    themselves in one of them only (`art` in a sentence and in `start`).
    """
    quote = unicodedata.normalize("NFC", quote.strip())
    text = index.text
    folded_quote = folded_text(quote)
    if not folded_quote.strip("…"):
        return Refusal("the text given holds no words.", "Give the passage, or its start and end.")
    exact = [(at, at + len(quote)) for at in _places(text, quote)]
    steps: list[Callable[[], list[tuple[int, int]]]] = [
        lambda: exact,
        lambda: _spans(index.folded, folded_quote),
        lambda: _spans(index.folded, folded_quote.strip("…")),
        lambda: _spans(index.caseless, folded_quote.casefold()),
        lambda: _spans(index.caseless, folded_quote.casefold().strip("…")),
    ]
    for step in steps:
        found = step()
        if len(found) > 1:
            alone = [span for span in found if _stands_alone(text, *span)]
            found = alone or found
        if len(found) > 1:
            first, second = (place(*span) for span in found[:2])
            often = "twice" if len(found) == 2 else f"{'more than ' if len(found) >= _MOST else ''}{len(found)} times"
            where = f"at {first} and at {second}" if len(found) == 2 else f"first at {first}, then at {second}"
            hint = "Quote more of the passage, or give its start and end."
            return Refusal(f"the words given stand {often} in {name}: {where}.", hint)
        if found:
            return Anchor(*_widened(text, quote, *found[0]), "by_text")
    return Refusal(f"the words given are not in {name}.", _candidate(index, folded_quote, place))


def _places(text: str, part: str) -> list[int]:
    found: list[int] = []
    at = text.find(part)
    while at >= 0 and len(found) < _MOST:
        found.append(at)
        at = text.find(part, at + 1)
    return found


def _spans(folded: Folded, part: str) -> list[tuple[int, int]]:
    if not part:
        return []
    return [(folded.starts[at], folded.ends[at + len(part) - 1]) for at in _places(folded.text, part)]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether neither end lies inside a word."""

    def inside(at: int) -> bool:
        return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()

    return not inside(start) and not inside(end)


def _widened(text: str, quote: str, start: int, end: int) -> tuple[int, int]:
    """With the quote marks that stand around the words in both, and never between a letter and its accent."""
    while end < len(text) and (unicodedata.combining(text[end]) or text[end] in "\ufe0e\ufe0f"):
        end += 1
    if quote[0] in _QUOTE_MARKS and text[start] not in _QUOTE_MARKS and start and text[start - 1] in _QUOTE_MARKS:
        start -= 1
    last_is_mark = quote[-1] in _QUOTE_MARKS and text[end - 1] not in _QUOTE_MARKS
    if last_is_mark and end < len(text) and text[end] in _QUOTE_MARKS:
        end += 1
    return start, end


def _candidate(index: TextIndex, folded_quote: str, place: Callable[[int, int], str]) -> str:
    from rapidfuzz.fuzz import partial_ratio_alignment

    caseless = index.caseless
    if not caseless.text:
        return "The text is empty."
    best = partial_ratio_alignment(folded_quote.casefold(), caseless.text, score_cutoff=_CLOSE)
    if best is None or best.dest_end <= best.dest_start:
        return "Nothing in it is much like them. Check the transcript's id, and copy the words from the present text."
    start, end = caseless.starts[best.dest_start], caseless.ends[best.dest_end - 1]
    return (
        f"Closest: {place(start, end)}, {best.score:.0f} of 100 alike. "
        "Copy the words from the present text, or give start and end."
    )

"""How the offsets of a file are counted: every convention is tried on the file's own text and scored; nothing is guessed.

Programs differ in four ways: whether a Windows line end counts one or two, whether a byte order mark counts, whether they
count characters, UTF-16 units or UTF-8 bytes, and whether the end is the last character or the first one after it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from qualcode.codings.anchor import Anchor, Refusal, TextIndex, anchor_quote, folded_text
from qualcode.codings.model import OwnText

MARGIN = 0.1  # by how much the best convention must beat the next
LEAST = 0.4  # the least score that is believed (places taken at random score about 0.2)
ALIKE = 90.0  # of 100: words that are this much like a passage are taken for it, where only one is
_LONG_ENOUGH = 20  # characters of a quote that may be looked for by likeness
_LOOKED_AT = 100  # spans of a document that are scored
UNITS = ("characters", "UTF-16 units", "bytes")
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Convention:
    """One way to count."""

    unit: str = UNITS[0]
    crlf: bool = False  # a Windows line end counts two
    bom: bool = False  # the byte order mark counts
    inclusive: bool = False  # the end is the last character, not the first one after

    def __str__(self) -> str:
        parts = [self.unit]
        parts += ["Windows line ends count two"] * self.crlf + ["the byte order mark counts"] * self.bom
        return ", ".join(parts + ["the end is the last character"] * self.inclusive)


STANDARD = Convention()


class Span(NamedTuple):
    """A span as a file gives it: offsets in an unknown convention, None where it gives none; the words, perhaps."""

    start: int | None
    end: int | None
    quote: str = ""


@dataclass(frozen=True)
class Calibrated:
    """What came out for one document: its text (LF, no byte order mark), each span's place, the winner and its margin."""

    text: str
    placed: list[Anchor | Refusal]
    convention: Convention | None
    score: float = 0.0
    margin: float = 1.0
    quotes: bool = False
    runner_up: Convention | None = None
    exact: bool = False  # the reader itself counted


def clean(raw: str) -> str:
    """A text without byte order mark, with `\\n` line ends: what spans of it are given in."""
    return raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def calibrate(own: OwnText, spans: Sequence[Span], *, name: str) -> Calibrated:
    """Find how the offsets of one document are counted, and where each of its spans lies in its text.

    A convention's score is the share of the spans that lie in the text, times: the share of ends on word boundaries; or,
    where the file quotes the passages, three quarters the share of quotes found at their place and one quarter that.
    Conventions that place every span alike are one. The best must beat the next by `MARGIN` and reach `LEAST`; an
    end that is the last character must win by the margin over the standard's, which is the first after it. Else nothing
    is believed, and each span is looked for by its words: exactly, without regard to white space and marks, to upper and
    lower case, and by likeness (`ALIKE` of 100), in one place only.
    """
    text = clean(own.raw)
    index = TextIndex(text)
    if own.exact:
        exact = [_exact(index, span, name) for span in spans]
        return Calibrated(text, exact, STANDARD, 1.0, exact=True)
    numbered = [n for n, span in enumerate(spans) if span.start is not None and span.end is not None]
    if not numbered:
        return Calibrated(text, [_by_words(index, span, name) for span in spans], None)
    given = np.array([spans[n][:2] for n in numbered], dtype=np.int64)
    tried = _candidates(own, text, given)
    sample = slice(0, None, max(1, len(numbered) // _LOOKED_AT))
    looked_at = [places[sample].tolist() for _, places in tried]
    quotes = [_Quote(spans[n].quote) for n in numbered[sample]]
    hits = [_hits(text, places, quotes) for places in looked_at]
    known = sum(quote.has_words for quote in quotes)
    believed = bool(known) and (own.trusted or _are_quotes(index, quotes, max(hits) / known))
    scored = sorted(
        (
            (-_score(text, places, hit / known if believed else None), number)
            for number, (places, hit) in enumerate(zip(looked_at, hits, strict=True))
        ),
    )
    best_score, best = -scored[0][0], scored[0][1]
    convention, places = tried[best]
    if convention.inclusive:
        wanted = replace(convention, inclusive=False)
        for score, number in scored[1:]:
            if tried[number][0] == wanted and best_score + score < MARGIN:
                best_score, best, convention, places = -score, number, *tried[number]
                break
    twin = replace(convention, inclusive=True)
    others = [(-score, n) for score, n in scored if n != best and (convention.inclusive or tried[n][0] != twin)]
    if not convention.inclusive:  # every other way to count, whatever its end; the end itself the standard settles
        others = [(score, n) for score, n in others if not tried[n][0].inclusive]
    runner, runner_up = max(others, default=(0.0, -1), key=lambda pair: pair[0])
    margin = best_score - runner if others else 1.0
    few = len(numbered) < 5 and not others
    sure = margin >= MARGIN and (best_score >= LEAST or few)
    placed: list[Anchor | Refusal]
    if sure:
        at = dict(zip(numbered, places.tolist(), strict=True))
        placed = _placed(index, spans, at, convention, believed, name)
    else:
        cut = f"how the offsets of document '{name}' are counted cannot be told (best {best_score:.2f}, margin {margin:.2f})."
        refused = Refusal(cut, "Export again from the tool with the passages' words, or code by words.")
        apart = set(numbered)
        placed = [
            refused if n in apart and not (believed and span.quote) else _by_words(index, span, name)
            for n, span in enumerate(spans)
        ]
    second = tried[runner_up][0] if runner_up >= 0 else None
    return Calibrated(text, placed, convention if sure else None, best_score, margin, believed, second)


def _placed(
    index: TextIndex,
    spans: Sequence[Span],
    at: dict[int, list[int]],
    convention: Convention,
    quotes: bool,
    name: str,
) -> list[Anchor | Refusal]:
    """Each span's place, `at` being where the convention has those that have offsets."""
    text = index.text
    how = "as_given" if convention == STANDARD else "calibrated"
    placed: list[Anchor | Refusal] = []
    for n, span in enumerate(spans):
        start, end = at.get(n, (-1, -1))
        if 0 <= start < end and (not quotes or text[start:end] == span.quote):
            placed.append(Anchor(start, end, how))
        elif n in at:
            placed.append(_checked(index, span, start, end, convention, quotes, name))
        else:
            placed.append(_by_words(index, span, name))
    return placed


def _exact(index: TextIndex, span: Span, name: str) -> Anchor | Refusal:
    if span.start is None or span.end is None:
        return _by_words(index, span, name)
    return _checked(index, span, span.start, span.end, STANDARD, False, name)


def _checked(
    index: TextIndex, span: Span, start: int, end: int, convention: Convention, quotes: bool, name: str
) -> Anchor | Refusal:
    how = "as_given" if convention == STANDARD else "calibrated"
    if 0 <= start < end:
        if not (quotes and span.quote.strip()) or _same(index.text[start:end], span.quote):
            return Anchor(start, end, how)
        return _by_words(index, span, name, length=end - start)
    if quotes and span.quote.strip():
        return _by_words(index, span, name)
    if span.start is not None and span.end is not None and span.start >= span.end and not convention.inclusive:
        what = "hold nothing" if span.start == span.end else "are reversed"
        return Refusal(f"offsets {span.start}–{span.end} {what}.", "Look at the coding in the tool it comes from.")
    return Refusal(
        f"offsets {span.start}–{span.end} lie beyond the text of document '{name}' ({len(index.text)} characters).",
        "Look at the coding in the tool it comes from.",
    )


# ---------------------------------------------------------------- the conventions


def _candidates(own: OwnText, text: str, given: Any) -> list[tuple[Convention, Any]]:
    """Each convention that places these spans in a way of its own, the standard's first; -1 for what is no place."""
    raw = own.raw
    positions = _Positions(raw, text)
    units = [unit for unit in UNITS if unit == UNITS[0] or (own.units != UNITS[:1] and positions.has(unit))]
    if own.units:
        units = [unit for unit in units if unit in own.units] or [units[-1] if len(own.units) == 1 else units[0]]
    tried: list[tuple[Convention, Any]] = []
    seen: set[bytes] = set()
    for inclusive in (False, True) if not own.units else (False,):
        for unit in units:
            for crlf in (False, True) if "\r\n" in raw else (False,):
                for bom in (False, True) if raw.startswith("\ufeff") else (False,):
                    convention = Convention(unit, crlf, bom, inclusive)
                    places = positions.places(given, convention)
                    if places.tobytes() not in seen:
                        seen.add(places.tobytes())
                        tried.append((convention, places))
    return tried


class _Positions:
    """Where positions counted by a convention lie in the clean text. Only what counts more than one there is kept."""

    def __init__(self, raw: str, text: str) -> None:
        self._raw = raw
        self._text = text
        self._longer: dict[tuple[str, bool], tuple[Any, Any, Any]] = {}

    def has(self, unit: str) -> bool:
        """Whether there is a character that counts more than one."""
        return not self._raw.isascii() and (unit == UNITS[2] or bool((self._points > 0xFFFF).any()))

    @cached_property
    def _points(self) -> Any:
        return np.frombuffer(self._text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)

    def places(self, given: Any, convention: Convention) -> Any:
        """Spans counted by a convention, in the clean text; -1 where they are no place in it."""
        wanted = given + np.array([0, 1 if convention.inclusive else 0])
        at_mark = None
        if convention.bom:  # before it and behind it is before the first character
            mark = 3 if convention.unit == UNITS[2] else 1
            at_mark = wanted == 0
            wanted = np.where((wanted > 0) & (wanted < mark), -1, wanted - mark)
        places = wanted
        at, lines, counted = self._of(convention.unit, convention.crlf)
        if len(at):
            behind = at + 1 + counted[1:]
            passed = np.searchsorted(behind, wanted, side="right")
            places = wanted - counted[passed]
            inside = np.append(at, len(self._text))[passed]
            places = np.where(places > inside, np.where(np.append(lines, False)[passed], inside, -1), places)
        places = np.where((places >= 0) & (places <= len(self._text)) & (wanted >= 0), places, -1)
        return places if at_mark is None else np.where(at_mark, 0, places)

    def _of(self, unit: str, crlf: bool) -> tuple[Any, Any, Any]:
        """What counts more than one: where it is, whether it is a line end, and how much more all before each count."""
        if (unit, crlf) not in self._longer:
            at = more = np.zeros(0, dtype=np.int64)
            if unit == UNITS[1]:
                at = np.flatnonzero(self._points > 0xFFFF)
                more = np.ones(len(at), dtype=np.int64)
            elif unit == UNITS[2]:
                at = np.flatnonzero(self._points > 0x7F)
                points = self._points[at]
                more = 1 + (points > 0x7FF) + (points > 0xFFFF).astype(np.int64)
            lines = np.zeros(len(at), dtype=bool)
            if crlf:
                parts = self._raw.removeprefix("\ufeff").split("\r\n")
                ends = np.cumsum([len(part) + 1 for part in parts[:-1]]) - 1
                order = np.argsort(np.concatenate([at, ends]))
                at, more, lines = (
                    np.concatenate(pair)[order]
                    for pair in ((at, ends), (more, np.ones_like(ends)), (lines, np.ones(len(ends), dtype=bool)))
                )
            self._longer[unit, crlf] = at, lines, np.concatenate([[0], np.cumsum(more)])
        return self._longer[unit, crlf]


# ---------------------------------------------------------------- scores


def _same(passage: str, quote: str) -> bool:
    """Whether a passage is what a file quotes, which may be cut short, with three dots or without."""
    if passage == quote or (len(quote) >= 60 and passage.startswith(quote)):
        return True
    return _alike(passage, _Quote(quote)) > 0


class _Quote:
    """What a file calls a span: its words, perhaps; their forms are made when first needed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.has_words = bool(text.strip()) and (text[0].isalnum() or bool(folded_text(text)))

    @cached_property
    def joined(self) -> str:
        return "".join(self.text.split())

    @cached_property
    def begins(self) -> str:
        return self.text.lstrip()[:1]

    @cached_property
    def first(self) -> str | None:
        return _first(self.text)

    @cached_property
    def plain(self) -> str:
        return folded_text(self.text)


def _alike(passage: str, quote: _Quote) -> float:
    """1 for the same words, 0.9 where the quote is the passage cut short, else 0."""
    if passage == quote.text:
        return 1.0
    if passage.lstrip()[:1] == quote.begins:
        here, said = "".join(passage.split()), quote.joined
        if here == said:
            return 1.0
        if len(said) >= 30 and here.startswith(said):
            return 0.9
    first = _first(passage)
    if first is not None and quote.first is not None and first != quote.first:
        return 0.0
    here = folded_text(unicodedata.normalize("NFC", passage))
    plain = unicodedata.normalize("NFC", quote.plain)
    if here == plain:
        return 1.0
    cut = plain.rstrip("…")
    enough = 8 if cut != plain else 30
    return 0.9 if len(cut) >= enough and here.startswith(cut) else 0.0


def _first(text: str) -> str | None:
    """The first four letters and digits of a text's beginning; None where accents may stand apart from letters."""
    begins = text[:24]
    if not unicodedata.is_normalized("NFC", begins):
        return None
    return "".join(filter(str.isalnum, begins))[:4]


def _hits(text: str, places: Sequence[Sequence[int]], quotes: Sequence[_Quote]) -> float:
    found = 0.0
    for (start, end), quote in zip(places, quotes, strict=True):
        if quote.has_words and 0 <= start < end:
            found += _alike(text[start:end], quote)
    return found


def _are_quotes(index: TextIndex, quotes: Sequence[_Quote], share: float) -> bool:
    """Whether what a file calls its selections is their words, and not names of its own."""
    if share >= 0.5:
        return True
    named = [quote.plain.rstrip("…") for quote in quotes if quote.has_words][:60]
    inside = sum(quote in index.folded.text for quote in named)
    return inside >= 0.8 * len(named) and median(len(quote) for quote in named) >= 12


def _score(text: str, places: Sequence[Sequence[int]], quoted: float | None) -> float:
    good = valid = 0
    length, kinds = len(text), _KINDS
    for start, end in places:
        if not 0 <= start < end:
            continue
        valid += 1
        first, last = kinds[text[start]], kinds[text[end - 1]]
        good += first != _SPACE and (first != _WORD or start == 0 or kinds[text[start - 1]] != _WORD)
        if text[end - 1] == "\n":  # whole lines, as some tools code
            good += 1
        else:
            good += last != _SPACE and (last != _WORD or end == length or kinds[text[end]] != _WORD)
    if not valid:
        return 0.0
    edges = good / (2 * valid)
    share = valid / len(places)
    return share * (edges if quoted is None else 0.75 * quoted + 0.25 * edges)


class _Kinds(dict[str, int]):
    """What a character is for the edges of words, by character; scripts that put no spaces between words have none."""

    def __missing__(self, character: str) -> int:
        word = character.isalnum() and not _NO_SPACES.match(character)
        self[character] = _SPACE if character.isspace() else _WORD if word else _OTHER
        return self[character]


_SPACE, _WORD, _OTHER = 1, 2, 3
_KINDS = _Kinds()


# ---------------------------------------------------------------- by words


def _by_words(index: TextIndex, span: Span, name: str, *, length: int = 0) -> Anchor | Refusal:
    if not span.quote.strip():
        return Refusal("there are neither offsets nor words.", "Look at the coding in the tool it comes from.")
    found = anchor_loosely(index, span.quote, name=f"document '{name}'")
    if isinstance(found, Anchor) and length and folded_text(span.quote).endswith("…"):
        return Anchor(found.start, max(found.end, min(len(index.text), found.start + length)), found.how)
    return found


def anchor_loosely(index: TextIndex, quote: str, *, name: str, **more: Any) -> Anchor | Refusal:
    """As `anchor_quote`; and where the words are not there, the one passage that is `ALIKE` of 100 like them."""
    found = anchor_quote(index, quote, name=name, **more)
    if isinstance(found, Anchor) or "are not in" not in found.cause:
        return found
    from rapidfuzz.fuzz import partial_ratio_alignment

    words = folded_text(unicodedata.normalize("NFC", quote)).casefold().strip("…")
    if len(words) < _LONG_ENOUGH:
        return found
    here = index.caseless
    best = partial_ratio_alignment(words, here.text, score_cutoff=ALIKE)
    if best is None or best.dest_end <= best.dest_start or best.dest_end - best.dest_start < 0.8 * len(words):
        return found
    for part in (here.text[: best.dest_start], here.text[best.dest_end :]):
        again = partial_ratio_alignment(words, part, score_cutoff=ALIKE) if len(part) >= len(words) else None
        if again is not None and again.dest_end > again.dest_start:
            return Refusal(f"the words given are like two passages of {name}.", "Quote more of the passage.")
    return Anchor(here.starts[best.dest_start], here.ends[best.dest_end - 1], "by_text")

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
from itertools import islice, product
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from qualcode.codings.anchor import Anchor, Refusal, TextIndex, anchor_quote, folded_text
from qualcode.codings.model import OwnText

MARGIN = 0.1  # by how much the best convention must beat the next
LEAST = 0.4  # the least score that is believed (places taken at random score about 0.2)
ALIKE = 90.0  # of 100: words that are this much like a passage are taken for it, where only one is
_LONG_ENOUGH = 20  # characters of a quote that may be looked for by likeness
_CUT = 60  # characters from which a quote may be a passage cut short, without a sign of it
_LOOKED_AT = 100  # spans of a document that are scored
_LETTER = re.compile(r"[^\W_]")
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
    first: int = 0  # what the first character is called

    def __str__(self) -> str:
        parts = [self.unit] + ["from 1"] * self.first
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
    text = raw.removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


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
    numbered = [n for n, (start, end, _) in enumerate(spans) if start is not None and end is not None]
    if not numbered:
        return Calibrated(text, [_by_words(index, span, name) for span in spans], None)
    given = np.array([[spans[n].start for n in numbered], [spans[n].end for n in numbered]], dtype=np.int64)
    tried = _candidates(own, text, given)
    sample = slice(0, None, max(1, len(numbered) // _LOOKED_AT))
    looked_at = [places[sample].tolist() for _, places in tried]
    quotes = [spans[n].quote if _has_words(spans[n].quote) else "" for n in numbered[sample]]
    joined: dict[str, str] = {}
    hits = [_hits(text, places, quotes, joined) for places in looked_at]
    known = sum(map(bool, quotes))
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
        length = len(span.quote)
        plain = not quotes or (text.startswith(span.quote, start, end) and (length >= _CUT or length == end - start))
        if 0 <= start < end and plain:
            placed.append(Anchor(start, end, how))
        elif n in at:
            placed.append(_checked(index, span, start, end, convention, quotes, name))
        else:
            placed.append(_by_words(index, span, name))
    return placed


def place_also(own: OwnText, found: Calibrated, spans: Sequence[Span], *, name: str) -> list[Anchor | Refusal]:
    """Where further spans of a document lie, counted as its codings are (`found`), or, where it has none, by themselves."""
    if own.exact or (found.convention is None and found.score == 0.0):
        return calibrate(own, spans, name=name).placed
    convention = found.convention or STANDARD
    spans = spans if found.quotes else [span._replace(quote="") for span in spans]
    counted = [n for n, span in enumerate(spans) if span.start is not None and span.end is not None]
    at: dict[int, list[int]] = {}
    if found.convention is not None and counted:
        given = np.array([[spans[n].start for n in counted], [spans[n].end for n in counted]], dtype=np.int64)
        wanted = given - convention.first + np.array([[0], [convention.inclusive]])
        places = _Positions(own.raw, found.text).places(wanted, convention.unit, convention.crlf, convention.bom)
        at = dict(zip(counted, places.T.tolist(), strict=True))
    return _placed(TextIndex(found.text), spans, at, convention, found.quotes, name)


def _exact(index: TextIndex, span: Span, name: str) -> Anchor | Refusal:
    if span.start is None or span.end is None:
        return _by_words(index, span, name)
    inside = span.end <= len(index.text)
    return _checked(index, span, span.start if inside else -1, span.end, STANDARD, False, name)


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
    ends = (False, True) if not own.units else (False,)
    crlfs = (False, True) if "\r" in raw and "\r\n" in raw else (False,)
    boms = (False, True) if raw.startswith("\ufeff") else (False,)
    asked = np.concatenate([given, given[1:] + 1])  # starts, ends, ends that are the last character
    counted = {
        (unit, crlf, bom, first): positions.places(asked - first, unit, crlf, bom)
        for unit, crlf, bom, first in product(units, crlfs, boms, own.firsts)
    }
    tried: list[tuple[Convention, Any]] = []
    seen: set[bytes] = set()
    for inclusive, (unit, crlf, bom, first) in product(ends, counted):
        places = counted[unit, crlf, bom, first][[0, 2 if inclusive else 1]]
        if places.tobytes() not in seen:
            seen.add(places.tobytes())
            tried.append((Convention(unit, crlf, bom, inclusive, first), places.T))
    return tried


class _Positions:
    """Where positions counted by a convention lie in the clean text. Only what counts more than one there is kept."""

    def __init__(self, raw: str, text: str) -> None:
        self._raw = raw
        self._text = text
        self._longer: dict[tuple[str, bool], tuple[Any, Any, Any, Any] | None] = {}

    def has(self, unit: str) -> bool:
        """Whether there is a character that counts more than one."""
        return not self._raw.isascii() and (unit == UNITS[2] or bool((self._points > 0xFFFF).any()))

    @cached_property
    def _points(self) -> Any:
        return np.frombuffer(self._text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)

    def places(self, wanted: Any, unit: str, crlf: bool, bom: bool) -> Any:
        """Positions counted by a convention, in the clean text; -1 where they are no place in it."""
        at_mark = None
        if bom:  # before it and behind it is before the first character
            mark = 3 if unit == UNITS[2] else 1
            at_mark = wanted == 0
            wanted = np.where((wanted > 0) & (wanted < mark), -1, wanted - mark)
        places = wanted
        longer = self._of(unit, crlf)
        if longer is not None:
            behind, before, counted, inside = longer
            passed = np.searchsorted(behind, wanted, side="right")
            places = wanted - counted[passed]
            within = places > before[passed]
            if within.any():
                places = np.where(within, inside[passed], places)
        wrong = (wanted < 0) | (places > len(self._text))
        if wrong.any():
            places = np.where(wrong, -1, places)
        return places if at_mark is None else np.where(at_mark, 0, places)

    def _of(self, unit: str, crlf: bool) -> tuple[Any, Any, Any, Any] | None:
        """What counts more than one: the position behind each, in the file's units; and up to each, and at the end,
        its place in the clean text, how much more all before it count, and what a position within it is."""
        if (unit, crlf) not in self._longer:
            at = more = np.zeros(0, dtype=np.int64)
            if unit == UNITS[1]:
                at = np.flatnonzero(self._points > 0xFFFF)
                more = np.ones(len(at), dtype=np.int64)
            elif unit == UNITS[2]:
                at = np.flatnonzero(self._points > 0x7F)
                points = self._points[at]
                more = 1 + (points > 0x7FF) + (points > 0xFFFF).astype(np.int64)
            inside = np.full(len(at), -1, dtype=np.int64)
            if crlf:
                parts = self._raw.removeprefix("\ufeff").split("\r\n")
                ends = np.cumsum([len(part) + 1 for part in parts[:-1]]) - 1
                order = np.argsort(np.concatenate([at, ends]))
                pairs = ((at, ends), (more, np.ones_like(ends)), (inside, ends))
                at, more, inside = (np.concatenate(pair)[order] for pair in pairs)
            counted = np.concatenate([[0], np.cumsum(more)])
            behind = at + 1 + counted[1:]
            of = (behind, np.append(at, len(self._text)), counted, np.append(inside, -1))
            self._longer[unit, crlf] = of if len(at) else None
        return self._longer[unit, crlf]


# ---------------------------------------------------------------- scores


def _same(passage: str, quote: str) -> bool:
    """Whether a passage is what a file quotes, which may be cut short, with three dots or without."""
    if passage == quote or (len(quote) >= _CUT and passage.startswith(quote)):
        return True
    return _alike(passage, quote, "".join(quote.split())) > 0


def _has_words(quote: str) -> bool:
    return bool(_LETTER.search(quote) or (quote.strip() and folded_text(quote)))


def _alike(passage: str, quote: str, joined: str) -> float:
    """1 for the same words, 0.9 where the quote is the passage cut short, else 0; `joined`: the quote without blanks."""
    if passage.startswith(quote):
        if not passage[len(quote) :].strip():
            return 1.0
        if len(joined) >= 30:
            return 0.9
    elif passage.lstrip()[:1] == joined[:1]:
        here = "".join(passage.split())
        if here == joined:
            return 1.0
        if len(joined) >= 30 and here.startswith(joined):
            return 0.9
    begins, said = passage[:24], quote[:24]
    if _is_normal(begins) and _is_normal(said) and _first(begins) != _first(said):  # else accents may stand apart
        return 0.0
    here = folded_text(unicodedata.normalize("NFC", passage))
    plain = unicodedata.normalize("NFC", folded_text(quote))
    if here == plain:
        return 1.0
    cut = plain.rstrip("…")
    enough = 8 if cut != plain else 30
    return 0.9 if len(cut) >= enough and here.startswith(cut) else 0.0


def _is_normal(text: str) -> bool:
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def _first(begins: str) -> list[str]:
    """The first four letters and digits."""
    return [*islice(filter(str.isalnum, begins), 4)]


def _hits(text: str, places: Sequence[Sequence[int]], quotes: Sequence[str], joined: dict[str, str]) -> float:
    """How many of the quotes stand at their place; `joined` is kept from one convention to the next."""
    found = 0.0
    for (start, end), quote in zip(places, quotes, strict=True):
        if not quote or not 0 <= start < end:
            continue
        passage = text[start:end]
        if passage == quote:
            found += 1.0
        elif not _begin_apart(passage, quote):
            if quote not in joined:
                joined[quote] = "".join(quote.split())
            found += _alike(passage, quote, joined[quote])
    return found


def _begin_apart(passage: str, quote: str) -> bool:
    """Whether they begin with two different letters, so that neither is like the other."""
    one, other = passage[0], quote[0]
    apart = one != other and one.isalnum() and other.isalnum()
    return apart and _is_normal(passage[:24]) and _is_normal(quote[:24])


def _are_quotes(index: TextIndex, quotes: Sequence[str], share: float) -> bool:
    """Whether what a file calls its selections is their words, and not names of its own."""
    if share >= 0.5:
        return True
    named = [folded_text(quote).rstrip("…") for quote in quotes if quote][:60]
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

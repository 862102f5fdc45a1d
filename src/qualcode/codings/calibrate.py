"""How the offsets of a file are counted: every convention is tried on the file's own text and scored; nothing is guessed.

Programs differ in four ways: whether a Windows line end counts one or two, whether a byte order mark counts, whether they
count characters, UTF-16 units or UTF-8 bytes, and whether the end is the last character or the first one after it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import median
from typing import Any

import numpy as np

from qualcode.codings.anchor import Anchor, Refusal, TextIndex, anchor_quote, fold
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
    first: int = 0  # what the first character is called

    def __str__(self) -> str:
        parts = [self.unit] + ["from 1"] * self.first
        parts += ["Windows line ends count two"] * self.crlf + ["the byte order mark counts"] * self.bom
        return ", ".join(parts + ["the end is the last character"] * self.inclusive)


STANDARD = Convention()


@dataclass(frozen=True)
class Span:
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
    given = np.array([(spans[n].start, spans[n].end) for n in numbered], dtype=np.int64)
    tried = _candidates(own, given)
    step = max(1, len(numbered) // _LOOKED_AT)
    sample = list(range(0, len(numbered), step))
    quotes = [spans[numbered[n]].quote for n in sample]
    plain = [fold(quote).text if quote.strip() else "" for quote in quotes]
    hits = [_hits(text, places[sample], quotes, plain) for _, places in tried]
    known = sum(bool(quote) for quote in plain)
    believed = bool(known) and (own.trusted or _are_quotes(index, plain, max(hits) / known))
    scored = sorted(
        (
            (-_score(text, places[sample], hit / known if believed else None), number)
            for number, ((_, places), hit) in enumerate(zip(tried, hits, strict=True))
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
    placed: list[Anchor | Refusal] = []
    at = dict(zip(numbered, range(len(numbered)), strict=True))
    cut = (
        f"how the offsets of document '{name}' are counted cannot be told (best {best_score:.2f}, margin {margin:.2f})."
    )
    for n, span in enumerate(spans):
        if n not in at:
            placed.append(_by_words(index, span, name))
        elif not sure:
            found = _by_words(index, span, name) if believed and span.quote else None
            placed.append(
                found or Refusal(cut, "Export again from the tool with the passages' words, or code by words.")
            )
        else:
            start, end = (int(value) for value in places[at[n]])
            placed.append(_checked(index, span, start, end, convention, believed, name))
    second = tried[runner_up][0] if runner_up >= 0 else None
    return Calibrated(text, placed, convention if sure else None, best_score, margin, believed, second)


def place_also(own: OwnText, found: Calibrated, spans: Sequence[Span], *, name: str) -> list[Anchor | Refusal]:
    """Where further spans of a document lie, counted as its codings are (`found`), or, where it has none, by themselves."""
    if own.exact or (found.convention is None and found.score == 0.0):
        return calibrate(own, spans, name=name).placed
    index = TextIndex(found.text)
    counted = [span for span in spans if span.start is not None and span.end is not None]
    at: dict[Span, tuple[int, int]] = {}
    if found.convention is not None and counted:
        given = np.array([(span.start, span.end) for span in counted], dtype=np.int64)
        at = dict(zip(counted, map(tuple, _places(own.raw, given, found.convention).tolist()), strict=True))
    placed: list[Anchor | Refusal] = []
    for span in spans:
        if found.convention is not None and span in at:
            placed.append(_checked(index, span, *at[span], found.convention, found.quotes, name))
        else:
            placed.append(_by_words(index, span if found.quotes else replace(span, quote=""), name))
    return placed


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


def _candidates(own: OwnText, given: Any) -> list[tuple[Convention, Any]]:
    """Each convention that places these spans in a way of its own, the standard's first; -1 for what is no place."""
    raw = own.raw
    highest = max(raw, default="")
    units = [UNITS[0]]
    if highest > "\uffff":
        units.append(UNITS[1])
    if highest > "\x7f":
        units.append(UNITS[2])
    if own.units:
        units = [unit for unit in units if unit in own.units] or [units[-1] if len(own.units) == 1 else units[0]]
    tried: list[tuple[Convention, Any]] = []
    seen: set[bytes] = set()
    ways = product(
        (False, True) if not own.units else (False,),
        units,
        (False, True) if "\r\n" in raw else (False,),
        (False, True) if raw.startswith("\ufeff") else (False,),
        own.firsts,
    )
    for inclusive, unit, crlf, bom, first in ways:
        convention = Convention(unit, crlf, bom, inclusive, first)
        places = _places(raw, given, convention)
        if places.tobytes() not in seen:
            seen.add(places.tobytes())
            tried.append((convention, places))
    return tried


def _places(raw: str, given: Any, convention: Convention) -> Any:
    """Spans counted by a convention, in the clean text; -1 where they are no place in it."""
    variant = raw if convention.bom else raw.removeprefix("\ufeff")
    variant = variant if convention.crlf else variant.replace("\r\n", "\n")
    points = np.frombuffer(variant.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    dropped = np.zeros(len(points) + 1, dtype=np.int64)  # how many characters before each are not in the clean text
    if len(points):
        gone = np.zeros(len(points), dtype=np.int64)
        if convention.bom:
            gone[0] = points[0] == 0xFEFF
        gone[:-1] += (points[:-1] == 13) & (points[1:] == 10)
        dropped[1:] = np.cumsum(gone)
    cleaned = np.arange(len(points) + 1) - dropped
    wanted = given - convention.first + np.array([0, 1 if convention.inclusive else 0])
    if convention.unit == UNITS[0]:
        inside = (wanted >= 0) & (wanted <= len(points))
        return np.where(inside, cleaned[np.clip(wanted, 0, len(points))], -1)
    width = 1 + (points > 0xFFFF) if convention.unit == UNITS[1] else _bytes(points)
    starts = np.concatenate([[0], np.cumsum(width)])
    at = np.searchsorted(starts, np.clip(wanted, 0, starts[-1]))
    inside = starts[at] == wanted
    return np.where(inside, cleaned[at], -1)


def _bytes(points: Any) -> Any:
    return 1 + (points > 0x7F) + (points > 0x7FF) + (points > 0xFFFF)


# ---------------------------------------------------------------- scores


def _same(passage: str, quote: str) -> bool:
    """Whether a passage is what a file quotes, which may be cut short, with three dots or without."""
    if passage == quote or (len(quote) >= 60 and passage.startswith(quote)):
        return True
    return _alike(passage, quote, fold(quote).text) > 0


def _alike(passage: str, quote: str, plain: str) -> float:
    """1 for the same words, 0.9 where the quote is the passage cut short, else 0; `plain` is the quote folded."""
    here, said = "".join(passage.split()), "".join(quote.split())
    if here == said:
        return 1.0
    if len(said) >= 30 and here.startswith(said):
        return 0.9
    same_form = unicodedata.is_normalized("NFC", passage[:24]) and unicodedata.is_normalized("NFC", quote[:24])
    if same_form and _first(passage) != _first(quote):
        return 0.0
    here = fold(unicodedata.normalize("NFC", passage)).text
    plain = unicodedata.normalize("NFC", plain)
    if here == plain:
        return 1.0
    cut = plain.rstrip("…")
    enough = 8 if cut != plain else 30
    return 0.9 if len(cut) >= enough and here.startswith(cut) else 0.0


def _first(text: str) -> list[str]:
    return [character for character in text[:24] if character.isalnum()][:4]


def _hits(text: str, places: Any, quotes: Sequence[str], plain: Sequence[str]) -> float:
    found = 0.0
    for (start, end), quote, folded in zip(places.tolist(), quotes, plain, strict=True):
        if folded and 0 <= start < end:
            found += _alike(text[start:end], quote, folded)
    return found


def _are_quotes(index: TextIndex, plain: Sequence[str], share: float) -> bool:
    """Whether what a file calls its selections is their words, and not names of its own."""
    if share >= 0.5:
        return True
    named = [quote.rstrip("…") for quote in plain if quote][:60]
    inside = sum(quote in index.folded.text for quote in named)
    return inside >= 0.8 * len(named) and median(len(quote) for quote in named) >= 12


def _score(text: str, places: Any, quoted: float | None) -> float:
    good = valid = 0
    for start, end in places.tolist():
        if not 0 <= start < end:
            continue
        valid += 1
        good += _begins(text, start) + _ends(text, end)
    if not valid:
        return 0.0
    edges = good / (2 * valid)
    share = valid / len(places)
    return share * (edges if quoted is None else 0.75 * quoted + 0.25 * edges)


def _in_word(character: str) -> bool:
    return character.isalnum() and not _NO_SPACES.match(character)


def _begins(text: str, at: int) -> bool:
    return not text[at].isspace() and (at == 0 or not (_in_word(text[at - 1]) and _in_word(text[at])))


def _ends(text: str, at: int) -> bool:
    before = text[at - 1]
    if before == "\n":  # whole lines, as some tools code
        return True
    return not before.isspace() and (at == len(text) or not (_in_word(before) and _in_word(text[at])))


# ---------------------------------------------------------------- by words


def _by_words(index: TextIndex, span: Span, name: str, *, length: int = 0) -> Anchor | Refusal:
    if not span.quote.strip():
        return Refusal("there are neither offsets nor words.", "Look at the coding in the tool it comes from.")
    found = anchor_loosely(index, span.quote, name=f"document '{name}'")
    if isinstance(found, Anchor) and length and fold(span.quote).text.endswith("…"):
        return Anchor(found.start, max(found.end, min(len(index.text), found.start + length)), found.how)
    return found


def anchor_loosely(index: TextIndex, quote: str, *, name: str, **more: Any) -> Anchor | Refusal:
    """As `anchor_quote`; and where the words are not there, the one passage that is `ALIKE` of 100 like them."""
    found = anchor_quote(index, quote, name=name, **more)
    if isinstance(found, Anchor) or "are not in" not in found.cause:
        return found
    from rapidfuzz.fuzz import partial_ratio_alignment

    words = fold(unicodedata.normalize("NFC", quote), case=True).text.strip("…")
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

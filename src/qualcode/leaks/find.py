"""Where forms of a key, e-mail addresses and telephone numbers stand in pieces of text, however they are written.

Every word of a file is looked up once, so ten thousand forms take hardly longer than ten. Only where a word of a form is there is
the passage itself compared. What hides a name from a plain search is undone first: composed and decomposed letters, capitals, soft
hyphens and other signs without width, hyphens at the ends of lines, entities, `%41` in addresses.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from qualcode.leaks.pieces import DATE, NUMBER, Piece
from qualcode.leaks.values import readings

FORM, EMAIL, PHONE, UNCHECKED = "key form", "e-mail address", "telephone number", "unchecked"
_SEPARATOR = "\x1e"
_TOGETHER, _PIECES = 4_000_000, 50_000  # characters, and pieces, that are looked through at once
_WORD = re.compile(r"[^\W\d_]+|\d+")
_NO_WIDTH = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_JOINT = re.compile(r"(?<=[^\W\d_])[-\u00ac\u2010\u2011]\s*(?=[^\W\d_])")
_JOINED = re.compile(r"[^\W\d_]+(?:[-\u00ac\u2010\u2011]\s*[^\W\d_]+)+")
_ENTITY = re.compile(r"&(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_ESCAPE = re.compile(r"\\u[0-9a-fA-F]{4}")
_CAMEL = re.compile(r"(?<=[^\W\d_A-ZÀ-ÖØ-Þ])(?=[A-ZÀ-ÖØ-Þ])")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_SENTENCE_STARTS = re.compile(r"(?:^|[.!?…:»|]['\"”’)\]»]*\s+|[\n\x1e]\s*|[\"“„«‘¿¡(\[]|[-–—•*#]\s+)$")
_DIGITS = re.compile(r"(?<!\d)\d[\d ().\-/\u00a0–]{4,24}\d(?!\d)")
_HYPHEN = "[-\u2010-\u2015\u2212]"
# numbers that are no telephone's: hexadecimal ids, times of the clock, decimal fractions that are a piece by themselves
_IDS = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?"
    r"|(?<![^\x1e\s])[-+]?\d{1,3}\.\d{3,}(?:[eE][-+]?\d+)?(?![^\x1e\s])"
)


class Found(NamedTuple):
    """Something that may not leave: where, what kind of thing, the key's row (for a form), and whether it is beyond doubt."""

    place: str
    kind: str
    row: str
    sure: bool = True


@dataclass(frozen=True)
class _Form:
    row: str
    words: tuple[str, ...]  # folded
    folded: str
    exact: bool  # initials: in capitals only
    ordinary: bool  # a word of the language too: in lower case it is none
    genitive: bool  # may have an s behind it

    @property
    def pattern(self) -> re.Pattern[str]:
        """What it looks like in folded text."""
        return _compiled(self.folded, self.genitive)


class Finder:
    """Looks for what may not leave.

    Parameters
    ----------
    forms
        Key row -> forms that may stand nowhere. A form of a single letter is left out: it cannot be told from any letter.
    people
        The rows whose forms are people's names (they have genitives); by default all.
    languages, countries
        Whose ordinary words are no names in lower case; whose telephone numbers are looked for.
    stays
        Whether somebody decided that these words stay (an address of the study's own).
    """

    def __init__(
        self,
        forms: Mapping[str, Sequence[str]],
        *,
        people: Collection[str] | None = None,
        languages: Collection[str] = ("en",),
        countries: Collection[str] = (),
        stays: Callable[[str], bool] = lambda _words: False,
    ) -> None:
        self.languages, self.countries, self.stays = tuple(dict.fromkeys(languages)) or ("en",), tuple(countries), stays
        self.by_anchor: dict[str, list[_Form]] = {}
        self.by_end: set[str] = set()  # last words of people's names, for genitives
        self.unspaced: list[tuple[str, str]] = []
        self.numbers: dict[str, str] = {}
        self._bare: dict[str, str] = {}  # numbers without the zeros they begin with
        self._phones: dict[str, bool] = {}
        every = [(row, form) for row, many in forms.items() for form in many]
        ordinary = self._ordinary(form for _, form in every)
        for row, form in every:
            for written in _ways(form):
                self._add(row, written, people is None or row in people, form.lower() in ordinary)

    def _ordinary(self, forms: Iterable[str]) -> set[str]:
        from qualcode.deidentify.known import ordinary

        single = {form.lower() for form in forms if re.fullmatch(r"[^\W\d_]+", form)}
        found: set[str] = set()
        for language in self.languages if single else ():
            found |= ordinary(single, language)
        return found

    def _add(self, row: str, form: str, person: bool, ordinary: bool) -> None:
        form = _clean(form)
        folded = fold(form)
        words = tuple(_WORD.findall(folded))
        if not words:
            return
        digits = "".join(re.findall(r"\d", form))
        if len(digits) >= 6 and not re.search(r"[^\W\d_]", form):
            self.numbers.setdefault(digits[-9:], row)
        if form.startswith("0") and digits.strip("0") and not re.search(r"[^\W\d_]", form):
            self._bare.setdefault(digits.lstrip("0"), row)
        if _UNSPACED.search(form):
            self.unspaced.append((folded, row))
            return
        if len("".join(words)) == 1 and not words[0].isdigit():
            return
        letters = re.sub(r"[\W\d_]", "", form)
        genitive = person and len(words[-1]) > 2 and words[-1].isalpha()
        made = _Form(
            row,
            words,
            folded,
            form.isupper() and 0 < len(letters) <= 3,
            ordinary,
            genitive,
        )
        # the longest word is the rarest
        anchor = max(words, key=lambda word: (len(word), word))
        self.by_anchor.setdefault(anchor, []).append(made)
        if genitive:
            self.by_end.add(words[-1])

    # ------------------------------------------------------------ looking

    def find(self, pieces: Iterable[Piece]) -> list[Found]:
        """What of it stands in these pieces: each place, kind and row once."""
        found: list[Found] = []
        for kept in together(pieces):
            kept += [other for piece in kept for other in _other_writings(piece)]
            whole = _Whole(kept)
            found += self._forms(whole)
            dates = [piece.value == DATE for piece in kept]
            found += self._others(
                _Whole([piece for piece, is_date in zip(kept, dates, strict=True) if not is_date])
                if any(dates)
                else whole
            )
            found += self._values(piece for piece in kept if piece.value == NUMBER)
        return distinct(found)

    def holds(self, text: str) -> bool:
        """Whether a name (a path, a place) holds something that may not leave."""
        return bool(self.find([Piece("", text, name=True)]))

    def _forms(self, whole: _Whole) -> Iterator[Found]:
        text = whole.text
        if self.by_anchor:
            written: dict[str, tuple[str, ...]] = {}
            for word in set(_WORD.findall(text)):
                anchors = self._anchors(word)
                if anchors:
                    written[word] = anchors
            yield from self._look(whole, text, written, lambda at: at)
            joined = set(_JOINED.findall(text)) if "-" in text or re.search("[\u00ac\u2010\u2011]", text) else set()
            parted = {}
            for words in joined:
                one = _JOINT.sub("", words)
                anchors = self._anchors(one)
                if anchors:
                    parted[words] = anchors
            for words in parted:
                for match in re.finditer(rf"(?<![^\W\d_]){re.escape(words)}(?![^\W\d_])", text):
                    start, stop = whole.piece_bounds(match.start())
                    near = max(start, match.start() - 200), min(stop, match.end() + 200)
                    part = text[near[0] : near[1]]
                    removed: list[tuple[int, int]] = []
                    gone = 0
                    for joint in _JOINT.finditer(part):
                        removed.append((joint.start() - gone, joint.end() - joint.start()))
                        gone += joint.end() - joint.start()
                    back = _Back(near[0], removed)
                    one = _JOINT.sub("", words)
                    yield from self._look(whole, _JOINT.sub("", part), {one: parted[words]}, back)
        for form, row in self.unspaced:
            folded = fold(text) if not text.isascii() else ""
            at = folded.find(form)
            while at >= 0:
                # folding keeps the number of pieces
                piece, offset = whole.piece_of_folded(folded, at)
                yield Found(piece.at(offset), FORM, row)
                at = folded.find(form, at + len(form))

    def _anchors(self, word: str) -> tuple[str, ...]:
        folded = fold(word)
        made: tuple[str, ...] = (folded,) if folded in self.by_anchor else ()
        if folded.endswith("s") and folded[:-1] in self.by_end and folded[:-1] in self.by_anchor:
            made += (folded[:-1],)
        return made

    def _look(
        self, whole: _Whole, text: str, written: Mapping[str, tuple[str, ...]], back: Callable[[int], int]
    ) -> Iterator[Found]:
        if not written:
            return
        forms = (form for anchors in written.values() for one in anchors for form in self.by_anchor[one])
        longest = max(2 * len(form.folded) + 20 for form in forms)
        alternatives = "|".join(re.escape(word) for word in sorted(written, key=len, reverse=True))
        for match in re.finditer(rf"(?<![^\W\d_])(?:{alternatives})(?![^\W\d_])", text):
            word = match.group()
            for anchor in written[word]:
                for form in self.by_anchor[anchor]:
                    hit = self._verify(text, match.start(), match.end(), form, longest)
                    if hit is None:
                        continue
                    piece, offset = whole.piece(back(hit[0]))
                    if hit[1] and not piece.name and self.stays(hit[1]):
                        continue
                    yield Found(piece.at(offset), FORM, form.row, piece.name or not hit[1])

    def _verify(self, text: str, start: int, end: int, form: _Form, longest: int) -> tuple[int, str] | None:
        """Where the form begins, and, where it is not beyond doubt, the words to decide on; None: it is something else."""
        if len(form.words) > 1:
            low = max(text.rfind(_SEPARATOR, 0, start) + 1, start - longest)
            cut = text.find(_SEPARATOR, end, end + longest)
            high = cut if cut >= 0 else min(len(text), end + longest)
            part = text[low:high]
            for match in form.pattern.finditer(fold(part)) if len(fold(part)) == len(part) else ():
                if low + match.start() <= start and end <= low + match.end() + 1:
                    start, end = low + match.start(), low + match.end()
                    break
            else:
                if len(fold(part)) == len(part) or not form.pattern.search(fold(part)):
                    return None
        words = text[start:end]
        if words.isdigit() and (text[start - 1 : start].isdigit() or text[end : end + 1].isdigit()):
            return None
        if form.exact and not words.isupper():
            return None
        genitive = form.genitive and fold(words).endswith("s") and not form.words[-1].endswith("s")
        if genitive and len(form.words) == 1 and fold(words) == form.words[0] + "s" and self._ordinary([words]):
            return None
        if form.ordinary:
            if words.islower():
                return None
            if not words.isupper() and _SENTENCE_STARTS.search(text, max(0, start - 8), start):
                return start, words
        return start, _double_name(text, start, end)

    def _others(self, whole: _Whole) -> Iterator[Found]:
        from qualcode.deidentify.shapes import EMAIL as SHAPE
        from qualcode.deidentify.shapes import STRETCH

        text = whole.text
        if "@" in text:
            for match in SHAPE.finditer(text):
                if not self.stays(match.group()):
                    yield Found(whole.place(match.start()), EMAIL, "")
        if not re.search(r"\d[\d ().\-/\u00a0–]{4,}\d", text):
            return
        numbers = _IDS.sub(lambda match: "x" * len(match.group()), text)
        if self.numbers:
            for match in _DIGITS.finditer(numbers):
                row = self.numbers.get("".join(re.findall(r"\d", match.group()))[-9:])
                if row is not None:
                    yield Found(whole.place(match.start()), FORM, row)
        for match in STRETCH.finditer(numbers):
            if self._is_phone(match.group()) and not self.stays(match.group()):
                yield Found(whole.place(match.start()), PHONE, "")

    def _values(self, pieces: Iterable[Piece]) -> Iterator[Found]:
        """Numbers in cells: forms without their zeros, telephone numbers without zero or sign."""
        for piece in pieces:
            row = self._bare.get(piece.text.lstrip("0")) if self._bare else None
            if row is not None:
                yield Found(piece.at(0), FORM, row)
            elif any(self._is_phone(one) and not self.stays(one) for one in readings(piece.text)):
                yield Found(piece.at(0), PHONE, "")

    def _is_phone(self, stretch: str) -> bool:
        if stretch not in self._phones:
            from qualcode.deidentify.recognise import recognise

            self._phones[stretch] = any(
                recognise(stretch, language, countries=self.countries, rules=("phone",)) for language in self.languages
            )
        return self._phones[stretch]


def together(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces that are not empty, so many at a time that looking through a large table does not need the memory for all."""
    part: list[Piece] = []
    size = 0
    for piece in pieces:
        if not piece.text:
            continue
        part.append(piece)
        size += len(piece.text)
        if size >= _TOGETHER or len(part) >= _PIECES:
            yield part
            part, size = [], 0
    if part:
        yield part


def distinct(found: Iterable[Found]) -> list[Found]:
    """Each place, kind and row once, in order; what is beyond doubt before what is not."""
    each = list(dict.fromkeys(found))
    sure = {one[:3] for one in each if one.sure}
    return [one for one in each if one.sure or one[:3] not in sure]


class _Whole:
    """Pieces as one text, with the way back to each."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        text = _clean(_SEPARATOR.join(piece.text for piece in pieces))
        if text.count(_SEPARATOR) != max(0, len(pieces) - 1):
            text = _SEPARATOR.join(_clean(piece.text).replace(_SEPARATOR, " ") for piece in pieces)
        self.text = text
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        if self._starts is None:
            self._starts = [0, *(match.end() for match in re.finditer(_SEPARATOR, self.text))]
        return self._starts

    def piece(self, at: int) -> tuple[Piece, int]:
        number = bisect_right(self.starts, at) - 1
        return self.pieces[number], at - self.starts[number]

    def place(self, at: int) -> str:
        piece, offset = self.piece(at)
        return piece.at(offset)

    def piece_bounds(self, at: int) -> tuple[int, int]:
        number = bisect_right(self.starts, at) - 1
        last = number + 1 == len(self.starts)
        return self.starts[number], len(self.text) if last else self.starts[number + 1] - 1

    def piece_of_folded(self, folded: str, at: int) -> tuple[Piece, int]:
        number = folded.count(_SEPARATOR, 0, at)
        return self.pieces[number], at - (folded.rfind(_SEPARATOR, 0, at) + 1)


class _Back:
    """From an offset in a passage without hyphens to the one in the whole text."""

    def __init__(self, start: int, removed: Sequence[tuple[int, int]]) -> None:
        self.start, self.removed = start, removed

    def __call__(self, at: int) -> int:
        return self.start + at + sum(length for place, length in self.removed if place <= at)


def _double_name(text: str, start: int, end: int) -> str:
    """The double name that the words are half of ("" for none): people decide on those."""
    after = re.match(rf"{_HYPHEN}[^\W\d_]+", text[end : end + 40])
    if after and after.group()[1].isupper():
        return text[start : end + after.end()]
    before = re.search(rf"[^\W\d_]+{_HYPHEN}$", text[max(0, start - 40) : start])
    return before.group() + text[start:end] if before is not None and before.group()[0].isupper() else ""


def _other_writings(piece: Piece) -> Iterator[Piece]:
    """The piece once more, where its words are written in another way than they are read."""
    text = piece.text
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(html.unescape(text))
    if "%" in text and _PERCENT.search(text):
        text = unquote(text, errors="replace").replace("+", " ")
    if "\\u" in text and _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda match: chr(int(match.group()[2:], 16)), text)
    if text != piece.text:
        yield piece._replace(text=text, place=piece.at(0))
    if piece.name and _CAMEL.search(text):
        yield piece._replace(text=_CAMEL.sub(" ", text), place=piece.at(0))


def _clean(text: str) -> str:
    """Without what has no width, and each character in its one form (ligatures, wide letters, blanks of all kinds too)."""
    if text.isascii():
        return text
    text = _NO_WIDTH.sub("", text)
    return text if unicodedata.is_normalized("NFKC", text) else unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Lower case, without accents."""
    if text.isascii():
        return text.lower()
    parted = unicodedata.normalize("NFD", text.lower())
    return unicodedata.normalize("NFC", "".join(one for one in parted if not "\u0300" <= one <= "\u036f"))


def _ways(form: str) -> Iterator[str]:
    """A form, and the ways in which it is written too: initials with dots, ß as ss, ä as ae, its words run together."""
    yield form
    if re.fullmatch(r"[^\W\d_]{2,4}", form) and form.isupper():
        yield "".join(f"{letter}." for letter in form)
    together = "".join(re.findall(r"[^\W\d_]+", form))
    if len(together) > 7 and together != form and not re.search(r"\d", form):
        yield together
    parted = unicodedata.normalize("NFD", form)
    composed = unicodedata.normalize("NFC", form)
    spelt = unicodedata.normalize("NFC", re.sub("([aouAOU])\u0308", r"\1e", parted))
    yield from sorted({one.replace("ß", sign) for one in (composed, spelt) for sign in ("ß", "ss")} - {composed})


@lru_cache(maxsize=5000)
def _compiled(folded: str, genitive: bool) -> re.Pattern[str]:
    return re.compile(_pattern(folded, genitive))


def _pattern(folded: str, genitive: bool) -> str:
    """The words of a form with whatever stands between two of them: blanks, hyphens, low lines, dots where it has dots."""
    words = list(_WORD.finditer(folded))
    parts = [r"(?<![^\W\d_])" if words[0].group().isalpha() else r"(?<!\d)"]
    for number, word in enumerate(words):
        if number:
            between = folded[words[number - 1].end() : word.start()]
            dots = r"\.,;:" if re.search(r"[.,;:]", between) else ""
            blank = rf"[\s'’`´_/+&(){dots}\-\u2010-\u2015\u2212]"
            least = 0 if not between or dots or re.search(r"['’]", between) else 1
            parts.append(f"{blank}{{{least},4}}")
        parts.append(re.escape(word.group()))
    parts.append(r"(?:s)?(?![^\W\d_])" if genitive else r"(?![^\W\d_])" if words[-1].group().isalpha() else r"(?!\d)")
    return "".join(parts)

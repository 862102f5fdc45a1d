"""Where the forms of a key stand in a text, and what is to stand there instead.

Whole words only, in any writing system; the longest form first; names in capitals give pseudonyms in capitals; genitives stay
genitives. What looks like a form and may be something else is not replaced: it is `unsure`, for the review list.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from qualcode.deidentify.key import Entry, Key
from qualcode.deidentify.known import base, ordinary

_WORDS = re.compile(r"[^\W_]+")
_APOSTROPHES, _DASHES = "['’ʼ‘´`]", "[-‐‑‒–−]"
_POSSESSIVE = re.compile(r"(['’ʼ])s(?![^\W_])|(['’ʼ])S(?![^\W_])")
_GERMANIC = ("en", "nl", "de", "da", "sv", "no", "nb", "nn", "af")  # where an apostrophe alone may be a genitive
_HISSES = ("s", "x", "z", "ß", "ce")
_STARTS_SENTENCE = re.compile(r"(?:^|[.!?…:»]['\"”’)\]»]*\s+|\n|[\"“„«‘¿¡]|[-–—]\s+)$")
# scripts that do not part words by blanks: Thai, Lao, Khmer, Burmese, kana, Han
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_OPEN_QUOTE = re.compile(r"(?:^|[\s(\[])['‘](?=\w)")


@dataclass(frozen=True)
class Hit:
    """`text[start:end]` is to become `shown`. `look`: why somebody should look at it all the same ("" for nothing)."""

    start: int
    end: int
    shown: str
    entry: Entry
    look: str = ""


@dataclass(frozen=True)
class Unsure:
    """`text[start:end]` is like a form of an entry and is not replaced."""

    start: int
    end: int
    entry: Entry
    why: str


@dataclass(frozen=True)
class _Form:
    entry: Entry
    lead: str  # what stands before the first letter or number, in lower case
    pattern: re.Pattern[str]
    text: str
    exact: bool  # initials: in capitals only
    ordinary: bool  # a word of the language too
    letter: bool  # one letter: a label only


@dataclass(frozen=True)
class Matcher:
    """The forms of a key, ready to be found, by their first word in lower case; and those of unspaced scripts."""

    first: dict[str, tuple[_Form, ...]]
    unspaced: tuple[_Form, ...]


@lru_cache(maxsize=16)
def matcher_of(key: Key, language: str) -> Matcher:
    """The forms of a key for a language (whose ordinary words are left alone in lower case)."""
    every = [(form, entry) for entry in key.entries for form in entry.forms]
    single = {form.lower() for form, _ in every if _WORDS.fullmatch(form)}
    words = ordinary(single, language) if single else set()
    first: dict[str, list[_Form]] = {}
    unspaced: list[_Form] = []
    for form, entry in sorted(every, key=lambda one: (-len(one[0]), one[0])):
        for written in _written(unicodedata.normalize("NFC", form)):
            begins = _WORDS.search(written)
            if begins is None:
                continue
            made = _Form(
                entry,
                written[: begins.start()].lower(),
                re.compile(_pattern(written), re.IGNORECASE),
                form,
                written.isupper() and len(re.sub(r"[\W_]", "", written)) <= 3,
                form.lower() in words,
                len(re.sub(r"[\W_]", "", written)) == 1 and written.isalpha(),
            )
            if _UNSPACED.search(written):
                unspaced.append(made)
            else:
                first.setdefault(begins.group().lower(), []).append(made)
    return Matcher({word: tuple(forms) for word, forms in first.items()}, tuple(unspaced))


def _written(form: str) -> list[str]:
    """A form and the ways in which it is written too: initials with dots, ß as SS in capitals."""
    ways = [form]
    if re.fullmatch(r"[^\W\d_]{2,4}", form) and form.isupper():
        ways += ["".join(f"{letter}." for letter in form), " ".join(f"{letter}." for letter in form)]
    if len(form.upper()) != len(form):
        ways.append(form.upper())
    return ways


def _pattern(form: str) -> str:
    parts = []
    for character in re.sub(r"\s+", " ", form):
        if character == " ":
            parts.append(r"[^\S\n]+")
        elif re.match(_APOSTROPHES, character):
            parts.append(_APOSTROPHES)
        elif re.match(_DASHES, character):
            parts.append(_DASHES)
        else:
            parts.append(re.escape(character))
    return "".join(parts)


def find(
    text: str, matcher: Matcher, language: str, *, start: int = 0, end: int | None = None, label: bool = False
) -> tuple[list[Hit], list[Unsure]]:
    """What is to be replaced in `text[start:end]`, in order, and what only looks like it.

    Parameters
    ----------
    label
        The stretch is a speaker's label: a form of one letter counts too, and words of the language are names there.
    """
    end = len(text) if end is None else end
    hits: list[Hit] = []
    unsure: list[Unsure] = []
    at = start
    first = matcher.first
    for word in _WORDS.finditer(text, start, end):
        lower = word.group().lower()
        forms = first.get(lower, ())
        if lower[-1] == "s":  # Peters, the Smiths
            forms += first.get(lower[:-1], ())
        if not forms or word.start() < at:
            continue
        for form in forms:
            begin = word.start() - len(form.lead)
            if begin < at or text[begin : word.start()].lower() != form.lead:
                continue
            found = form.pattern.match(text, begin, end)
            if found is None or _inside_a_word(text, begin, found.end(), end):
                continue
            hit, doubt = _decide(text, form, begin, found.end(), end, language, label)
            if hit is not None:
                hits.append(hit)
                at = hit.end
                break
            if doubt is not None:
                unsure.append(doubt)
                at = doubt.end
                break
    for form in matcher.unspaced:
        for found in form.pattern.finditer(text, start, end):
            if not any(hit.start < found.end() and found.start() < hit.end for hit in hits):
                hits.append(Hit(found.start(), found.end(), form.entry.shown, form.entry))
    return sorted(hits, key=lambda hit: hit.start), unsure


def _inside_a_word(text: str, start: int, end: int, limit: int) -> bool:
    """Whether a letter, number or low line touches the stretch (genitive endings aside, which `_ending` looks at)."""
    before = text[start - 1] if start else " "
    if (before == "_" or before.isalnum()) and text[start].isalnum():
        return True
    if end >= limit or not text[end - 1].isalnum():
        return False
    after = text[end]
    if unicodedata.category(after).startswith("M") or after == "_":
        return True
    if after in "sS":
        return end + 1 < limit and (text[end + 1].isalnum() or text[end + 1] == "_")
    return after.isalnum()


def _decide(
    text: str, form: _Form, start: int, end: int, limit: int, language: str, label: bool
) -> tuple[Hit | None, Unsure | None]:
    words = text[start:end]
    entry = form.entry
    if form.letter and not (label and text[start - 1 : start] in ("", "\n") and end == limit):
        return None, None
    if form.exact and not words.isupper():
        return None, None
    lower = words.islower() and not form.text.islower()
    if form.ordinary and lower and not label:
        return None, Unsure(start, end, entry, "in lower case it is a word of the language too")
    look = ""
    if form.ordinary and not label and not words.isupper() and _STARTS_SENTENCE.search(text, max(0, start - 8), start):
        look = "a word of the language too, where a sentence begins"
    if _joined(text, start, end, limit):
        return None, Unsure(start, end, entry, "part of a double name")
    shown = _cased(entry, words, form.text)
    stop, ending = _ending(text, form, start, end, limit, language, shown)
    if stop < 0:
        return None, None
    return Hit(start, stop, shown + ending, entry, look), None


def _cased(entry: Entry, words: str, form: str) -> str:
    shown = entry.shown
    if entry.kind != "person" or shown.startswith("["):
        return shown
    letters = [character for character in words if character.isalpha()]
    if words.isupper() and not form.isupper() and len(letters) > 1:
        return shown.upper()
    if words.islower() and not form.islower():
        return shown.lower()
    return shown


def _joined(text: str, start: int, end: int, limit: int) -> bool:
    """Whether the words are half of a name with a hyphen: a capital stands on the other side of it."""
    if end + 1 < limit and re.match(_DASHES, text[end]) and text[end + 1].isupper():
        return True
    if start < 2 or not re.match(_DASHES, text[start - 1]):
        return False
    before = re.search(r"[^\W\d_]+$", text[max(0, start - 40) : start - 1])
    return before is not None and before.group()[0].isupper()


def _ending(text: str, form: _Form, start: int, end: int, limit: int, language: str, shown: str) -> tuple[int, str]:
    """The end of the stretch with its genitive, and the genitive of what is put in. -1: it is another word."""
    person = form.entry.kind == "person"
    after = text[end : end + 1] if end < limit else ""
    if after in ("s", "S") and after and text[end - 1].isalnum():
        # Peters fiets, Annas Haus, the Smiths: of people's names only, and not where an ordinary word may be meant
        if not person or len(form.text) < 3:
            return -1, ""
        may_be_a_word = text[start].islower() or _STARTS_SENTENCE.search(text, max(0, start - 8), start)
        if may_be_a_word and ordinary([f"{form.text}s".lower()], language):
            return -1, ""
        return end + 1, _genitive(shown, language, bare=True, capital=after == "S")
    if not after or not person:
        return end, ""
    found = _POSSESSIVE.match(text, end, min(limit, end + 3))
    if found:
        return found.end(), _genitive(shown, language, mark=text[end], capital=text[end + 1] == "S")
    alone = (
        after in "'’"
        and base(language) in _GERMANIC
        and form.text.lower().endswith(_HISSES)
        and re.match(r"\s+[^\W\d_]", text[end + 1 : end + 6])
    )
    if alone and not _quoted(text, end):
        bare = base(language) not in ("en", "nl", "af")
        return end + 1, _genitive(shown, language, mark=after, bare=bare, capital=shown.isupper())
    return end, ""


def _quoted(text: str, end: int) -> bool:
    """Whether the apostrophe at `end` closes a quotation that was opened in the same paragraph."""
    before = text[text.rfind("\n", 0, end) + 1 : end]
    opened = [match.start() for match in _OPEN_QUOTE.finditer(before)]
    return bool(opened) and not re.search(r"\w['’](?=[\s.,;:!?)]|$)", before[opened[-1] :])


def _genitive(shown: str, language: str, *, mark: str = "’", bare: bool = False, capital: bool = False) -> str:
    """The ending that the pseudonym takes: its own, not the name's."""
    s = "S" if capital else "s"
    hissing = shown.lower().endswith(_HISSES)
    if shown.endswith("]"):
        return s if bare else mark + s
    if base(language) in _GERMANIC and base(language) != "en":
        if hissing:
            return mark
        if base(language) in ("nl", "af"):  # Anna's, Peters; Dutch takes the apostrophe after a long vowel
            return mark + s if shown[-1].lower() in "aiouy" else s
        return s if bare else mark + s
    return ("ES" if capital else "es") if bare and hissing else s if bare else mark + s

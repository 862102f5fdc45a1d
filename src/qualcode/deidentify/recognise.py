"""Identifiers that their own shape gives away: addresses, numbers, dates of birth. Nothing is asked of the network.

Telephone numbers are what phonenumbers finds valid, or possible where the words before them say so. Identity numbers are
checked by python-stdnum where they have a check digit, and taken without it where the words before them say what they are.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from qualcode.deidentify.known import base
from qualcode.deidentify.shapes import (
    ADDRESSES,
    AGES,
    BIRTH,
    BORN_AFTER,
    CALLED,
    DATES,
    EMAIL,
    HANDLE,
    IDENTITY,
    KEPT_FOR_FICTION,
    POSTCODES,
    SPOKEN_EMAIL,
    STRETCH,
    URL,
    YEAR,
    YEAR_BORN,
    YEAR_TOO,
    Number,
)

COUNTRIES = {  # where a language is spoken: whose numbers are looked for in it
    "en": ("gb", "us", "ie"),
    "nl": ("nl", "be"),
    "de": ("de", "at", "ch"),
    "fr": ("fr", "be", "ch"),
    "es": ("es",),
    "pt": ("pt", "br"),
    "it": ("it",),
    "da": ("dk",),
    "sv": ("se",),
    "no": ("no",),
    "pl": ("pl",),
}
KINDS = {  # what a rule finds -> its kind in the key, and the mark that stands for it
    "email": ("contact", "e-mail address"),
    "phone": ("contact", "telephone number"),
    "spoken_email": ("contact", "e-mail address"),
    "url": ("contact", "web address"),
    "handle": ("contact", "account name"),
    "address": ("contact", "address"),
    "postcode": ("contact", "postcode"),
    "birth": ("date", "date of birth"),
    "date": ("date", "date"),
    "age": ("date", "age"),
    "iban": ("number", "bank account"),
    "card": ("number", "card number"),
    "identity": ("number", "identity number"),
}


@dataclass(frozen=True, order=True)
class Found:
    """`text[start:end]` may identify somebody: by which rule, and what it is called (`NHS number`; "" for the rule's own).

    `announced`: the words before it say what it is ("BSN 123456782").
    """

    start: int
    end: int
    rule: str
    name: str = ""
    announced: bool = False

    @property
    def kind(self) -> str:
        return KINDS[self.rule][0]

    @property
    def mark(self) -> str:
        return f"[{KINDS[self.rule][1]}]"


def recognise(
    text: str, language: str, *, countries: Collection[str] = (), rules: Collection[str] | None = None
) -> list[Found]:
    """What in a text looks like an identifier, in order, without overlaps (the longest of those that overlap).

    Parameters
    ----------
    countries
        ISO 3166 letters, beside those of the language.
    rules
        Only these rules (the keys of `KINDS`); by default all.
    """
    wanted = set(KINDS if rules is None else rules)
    where = tuple(
        dict.fromkeys((*(one.lower() for one in countries), *COUNTRIES.get(base(language), (base(language),))))
    )
    found: list[Found] = []
    if wanted & {"email", "handle", "url", "spoken_email"}:
        found += _written_addresses(text, wanted)
    if wanted & {"phone", "iban", "card", "identity", "postcode", "date", "birth", "address", "age"} and re.search(
        r"\d", text
    ):
        found += _numbers(text, where, wanted)
        if "postcode" in wanted or "address" in wanted:
            found += _places(text, language, where, wanted)
        if wanted & {"date", "birth", "age"}:
            found += _dates(text, language, wanted)
    return longest(found)


def longest(found: list[Found]) -> list[Found]:
    """Those that do not overlap, in order: of overlapping ones the longest, then the announced, then by the order of `KINDS`."""
    rank = {rule: at for at, rule in enumerate(KINDS)}
    kept: list[Found] = []
    taken: list[tuple[int, int]] = []
    for one in sorted(found, key=lambda one: (one.start - one.end, not one.announced, rank[one.rule], one.start)):
        if not any(start < one.end and one.start < end for start, end in taken):
            kept.append(one)
            taken.append((one.start, one.end))
    return sorted(kept)


def _written_addresses(text: str, wanted: set[str]) -> Iterator[Found]:
    if "@" in text:
        for match in EMAIL.finditer(text):
            if "email" in wanted:
                yield Found(*match.span(), "email")
        if "handle" in wanted:
            for match in HANDLE.finditer(text):
                yield Found(*match.span(), "handle")
    if "spoken_email" in wanted:
        for match in SPOKEN_EMAIL.finditer(text):
            yield Found(*match.span(), "spoken_email")
    if "url" in wanted:
        for match in URL.finditer(text):
            yield Found(*match.span(), "url")


def _numbers(text: str, countries: tuple[str, ...], wanted: set[str]) -> Iterator[Found]:
    for stretch in STRETCH.finditer(text):
        if "phone" in wanted:
            before = text[max(0, stretch.start() - 60) : stretch.start()]
            yield from _phones(stretch.group(), stretch.start(), countries, called=CALLED.search(before) is not None)
    for number, spoken in _known_numbers(countries):
        if number.rule not in wanted or (not spoken and not (number.called and number.called_in(text))):
            continue
        for match in number.pattern.finditer(text):
            before = text[max(0, match.start() - 60) : match.start()]
            announced = number.called is not None and number.called.search(before) is not None
            if announced or (spoken and number.check is not None and number.check(match.group())):
                yield Found(*match.span(), number.rule, number.name, announced)


@lru_cache(maxsize=50)
def _known_numbers(countries: tuple[str, ...]) -> tuple[tuple[Number, bool], ...]:
    """Every kind of number, and whether it is one of these countries: those of others count where they are announced."""
    return tuple((number, country in ("", *countries)) for country, numbers in IDENTITY.items() for number in numbers)


# ten million, a stretch of years
_AMOUNT = re.compile(r"\d{1,3}(?:[.,]\d{3})+|\d{1,3}(?: \d{3})* 000|(?:19|20)\d\d\s*[-/–]\s*(?:19|20)?\d\d")


def _phones(stretch: str, at: int, countries: tuple[str, ...], *, called: bool = False) -> Iterator[Found]:
    """Valid numbers; numbers kept for fiction; where it is called one or begins with + or 00, whatever could be a number."""
    from phonenumbers import Leniency, PhoneNumberMatcher

    digits = sum(character.isdigit() for character in stretch)
    if not 7 <= digits <= 17 or _AMOUNT.fullmatch(stretch):
        return
    plain = re.sub(r"[^\d+]", "", stretch)
    for country, pattern in KEPT_FOR_FICTION.items():
        if pattern.fullmatch(plain):
            yield Found(at, at + len(stretch), "phone", country)
            return
    abroad = stretch.startswith(("+", "(+"))
    ways = [Leniency.VALID, Leniency.POSSIBLE] if called or abroad else [Leniency.VALID]
    for leniency in ways:
        for region in [None] if abroad else [country.upper() for country in countries]:
            for match in PhoneNumberMatcher(stretch, region, leniency=leniency):
                yield Found(at + match.start, at + match.end, "phone", region or "international")
                if match.end - match.start == len(stretch):
                    return


def _places(text: str, language: str, countries: tuple[str, ...], wanted: set[str]) -> Iterator[Found]:
    if "postcode" in wanted:
        for country in countries:
            for pattern in POSTCODES.get(country, ()):
                for match in pattern.finditer(text):
                    yield Found(*match.span("code"), "postcode", country)
    if "address" in wanted:
        names = dict.fromkeys(
            (base(language), *(_SPOKEN_IN[country] for country in countries if country in _SPOKEN_IN))
        )
        for name in names:
            for pattern in ADDRESSES.get(name, ()):
                for match in pattern.finditer(text):
                    yield Found(*match.span(), "address", name)


_SPOKEN_IN = {country: language for language, many in COUNTRIES.items() for country in many}


def _dates(text: str, language: str, wanted: set[str]) -> Iterator[Found]:
    dates = {
        match.span(): bool(match.groupdict().get("year"))
        for name in dict.fromkeys((base(language), "en"))
        for pattern in DATES.get(name, ())
        for match in pattern.finditer(text)
        if _is_date(match)
    }
    last = 0
    for (start, end), has_year in sorted(dates.items()):
        begins = max(last, text.rfind("\n", 0, start) + 1, start - 50)
        birth = BIRTH.search(text, begins, start) or BORN_AFTER.match(text, end, end + 25)
        rule = "birth" if birth else "date"
        if rule in wanted and (birth or has_year):
            yield Found(start, end, rule)
        last = max(last, end)
    if "birth" in wanted:
        for match in YEAR.finditer(text):
            yield Found(*match.span("year"), "birth", "year")
        for match in YEAR_TOO.finditer(text):
            yield Found(*match.span("year"), "birth", "year")
        for match in YEAR_BORN.finditer(text):
            yield Found(*match.span("year"), "birth", "year")
    if "age" in wanted:
        for match in AGES.finditer(text):
            yield Found(*match.span(), "age")


def _is_date(match: re.Match[str]) -> bool:
    parts = match.groupdict()
    day, month = parts.get("day"), parts.get("month")
    if month is None or not month.isdigit():
        return day is None or 1 <= int(day) <= 31
    low, high = sorted((int(day or 1), int(month)))
    return 1 <= low <= 12 and high <= 31

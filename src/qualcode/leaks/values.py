"""Numbers and dates that stand in cells as values, not as words: as they would be written, since a cell keeps no leading zero."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from qualcode.deidentify.shapes import MONTHS
from qualcode.leaks.pieces import DATE, NUMBER, Piece, Place

_WHOLE = re.compile(r"\d+(?:\.0+)?")
_DIGITS = 20  # a longer number is no value that a cell can hold


def number_piece(place: Place, value: str) -> Iterator[Piece]:
    """A whole number in a cell, `7700900123`, `7700900123.0`, `7.700900123E9`, as its digits; nothing for any other number."""
    if not _WHOLE.fullmatch(value):
        try:
            number = float(value)
        except ValueError:
            return
        if not number.is_integer() or not 0 <= number < 10**_DIGITS:
            return
        value = str(int(number))
    digits = value.split(".")[0]
    if len(digits) <= _DIGITS:
        yield Piece(place, digits, value=NUMBER)


def date_piece(place: Place, day: date) -> Piece:
    """A date in a cell, as people write dates: `1961 03 12`, `12 March 1961`, `12 de março de 1961`, `03 12 61` …"""
    return Piece(place, " | ".join(_written(day)), value=DATE)


def readings(digits: str) -> Iterator[str]:
    """What somebody may have typed where a cell holds these digits: with the zero, or the sign, that the cell lost.

    A national number has 9 to 11 digits behind its zero (E.164 has 15 at most, with the country's).
    """
    if 9 <= len(digits) <= 11 and digits[0] != "0":
        yield f"0{digits}"
    if 10 <= len(digits) <= 15 and digits[0] != "0":
        yield f"+{digits}"


@lru_cache(maxsize=2000)
def _written(day: date) -> tuple[str, ...]:
    years = (f"{day.year}", f"{day.year % 100:02}")
    days = dict.fromkeys((f"{day.day}", f"{day.day:02}"))
    ordinals = (f"{day.day}{_ordinal(day.day)}", f"{day.day}er", f"{day.day}º")
    found: list[str] = []
    for year in years:
        for number in dict.fromkeys((f"{day.month}", f"{day.month:02}")):
            for one in days:
                found += [f"{one} {number} {year}", f"{number} {one} {year}", f"{year} {number} {one}"]
        for name in _names(day.month):
            for one in (*days, *ordinals):
                found += [f"{one} {name} {year}", f"{name} {one} {year}", f"{one} of {name} {year}"]
                found += [f"{one} de {name} de {year}", f"{one} de {name} del {year}"]
    return tuple(found)


def _ordinal(number: int) -> str:
    return "th" if 10 < number < 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _names(month: int) -> tuple[str, ...]:
    """What a month is called, in full and by its first three letters, in each language."""
    full = [month_name for names in MONTHS.values() for month_name in names[month - 1]]
    return tuple(dict.fromkeys((*full, *(name[:3] for name in full))))

"""What a leak check looks through: the pieces of text of a file, whatever its kind, each with the place it stands at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

Place = str | Callable[[int], str]
NUMBER, DATE = "number", "date"


class Piece(NamedTuple):
    """A stretch of text that is read as one: a paragraph, a cell, a property, a name.

    `place` is where it stands, or a function from an offset in `text` to that (`line 7`). Names stand in it between ' and ', so
    that they can be left out where they would tell what must not be told. `name`: the text is a name (of a file, a sheet, a
    part), in which words may be run together (`interviewAnna`). `value`: the text is what a cell holds as a number, or the ways
    in which the date that it holds is written.
    """

    place: Place
    text: str
    name: bool = False
    value: str = ""

    def at(self, offset: int) -> str:
        return self.place if isinstance(self.place, str) else self.place(offset)


class UncheckedError(Exception):
    """A file that cannot be looked into; the message says why, without any of its words."""


def lines(text: str, *, first: int = 1, before: str = "") -> Piece:
    """A text with lines, as one piece: a name may go over the end of a line."""
    return Piece(lambda at: f"{before}line {first + text.count(chr(10), 0, at)}", text)


def named(what: str, name: str) -> str:
    """`sheet 'Themes'`, without what would end the name early."""
    plain = re.sub(r"['\n]", " ", name)
    return f"{what} '{plain}'"


def within(outer: str, pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Pieces of a file that lies inside another."""
    for piece in pieces:
        if isinstance(piece.place, str):
            yield piece._replace(place=f"{outer}, {piece.place}")
        else:
            inner = piece.place
            yield piece._replace(place=lambda at, inner=inner: f"{outer}, {inner(at)}")  # type: ignore[misc]

"""What a sheet of a meeting says, whatever kind of file it is: one answer for each disagreement that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from qualcode.decisions.layout import CHOICE_WORDS
from qualcode.errors import Problems, nearest


@dataclass
class Answer:
    """One disagreement as filled in. `other` is the other code, direction or `CODE START-END` as written, `words` the pasted
    words of another passage, `base` the decision that the sheet came with, `text` the mark of the text that offsets count in."""

    file: str
    place: str
    about: str
    base: str = ""
    choice: str = ""
    other: str = ""
    words: str = ""
    reason: str = ""
    by: str = ""
    on: str = ""
    text: str = ""
    value: str = ""  # what becomes of `other` and `words`
    outcome: str = ""

    @property
    def ruling(self) -> tuple[str, str]:
        return self.choice, self.value

    @property
    def people(self) -> set[str]:
        return people(self.by)


@dataclass
class Filled:
    """A sheet as read: what it says of itself, and its answers."""

    file: str
    facts: dict[str, str]
    answers: list[Answer] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # what was seen in it and is not read


def people(by: str) -> set[str]:
    """Who signed: names joined by `;`, `,`, `/`, `&`, `+` or a word for `and`."""
    return {name.strip().casefold() for name in re.split(r"[;,/&+]|\b(?:and|und|en|et)\b", by) if name.strip()}


def choice_of(given: str, where: str, place: str, problems: Problems) -> str:
    """The choice that a cell means: as the sheet words it or as the table does; "" for an empty one."""
    plain = " ".join(given.replace("_", " ").split()).casefold()
    known = {word.casefold(): choice for word, choice in CHOICE_WORDS.items()} | {"open": "open"}
    if plain and plain not in known:
        shown = f"'{given}'" if len(given) <= 20 else "what is written"  # long words may be a participant's
        problems.add(where, f"decision {shown} is not known.", nearest(given[:20], CHOICE_WORDS), place=place)
    return known.get(plain, "")


def day_of(value: Any, where: str, place: str, problems: Problems) -> str:
    """A day as 2024-03-31 from a date cell or text; "" where there is none or it cannot be read.

    As text: 2024-03-31, 2024/3/31, 31.3.2024, and 31/3/2024 or 31-3-2024 where it can be one day only.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    text = str(value).strip()
    dotted = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text)
    year_first = re.fullmatch(r"(\d{4})/(\d{1,2})/(\d{1,2})", text)
    either = re.fullmatch(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})", text)
    try:
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1])).isoformat()
        if year_first:
            return date(*map(int, year_first.groups())).isoformat()
        if either:
            return _one_day(int(either[1]), int(either[3]), int(either[4]))
        return date.fromisoformat(text[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ].*", text) else text).isoformat()
    except ValueError:
        shown = f"'{text}'" if len(text) <= 20 else "what is written as the date"
        problems.add(where, f"{shown} is not a date.", "Write it as 2024-03-31 or 31.03.2024.", place=place)
        return ""


def _one_day(first: int, second: int, year: int) -> str:
    """The day of 20/11/2024 or 11/20/2024, whatever the country; a ValueError where it may be two days (5/11/2024)."""
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("day or month first?")
    day, month = (first, second) if first > 12 or first == second else (second, first)
    return date(year, month, day).isoformat()


def once_each(answers: Iterable[Answer], problems: Problems) -> list[Answer]:
    """The answers with each disagreement once; the same one decided in two ways in one file is a problem."""
    seen: dict[str, Answer] = {}
    for answer in answers:
        first = seen.setdefault(answer.about, answer)
        if first is answer:
            continue
        same = (answer.choice, answer.other, answer.words) == (first.choice, first.other, first.words)
        if answer.choice and first.choice and not same:
            what = f"disagreement '{answer.about}' is decided otherwise in {first.place}."
            problems.add(answer.file, what, "Keep one of the two.", place=answer.place)
        if answer.choice and not first.choice:
            seen[answer.about] = answer
    return list(seen.values())

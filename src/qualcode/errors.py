"""What a user is told when their input is wrong: file, place, cause, what to do; all problems at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one place of the user's input.

    `where` is a file (relative to the study where it lies inside it), `place` a position in it ("row 14",
    "line 7", "sheet Codes, cell B3"), `what` the cause in one sentence, `hint` what to do. Ids only: never
    a participant's words.
    """

    where: str
    what: str
    hint: str = ""
    place: str = ""

    def __str__(self) -> str:
        at = f"{self.where}, {self.place}" if self.place else self.where
        head = f"{at}: {self.what}" if at else self.what
        return f"{head}\n  {self.hint}" if self.hint else head


class QualcodeError(Exception):
    """The user's input cannot be used as it is: shown as a message (exit status 2), never as a traceback."""

    def __init__(self, problems: Problem | str | Iterable[Problem], *, where: str = "", hint: str = "") -> None:
        if isinstance(problems, str):
            problems = Problem(where, problems, hint)
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(f"ERROR: {problem}" for problem in together(self.problems)))


class StudyError(QualcodeError):
    """The study's configuration, or its tables of people and sessions."""


class TranscriptError(QualcodeError):
    """A transcript that cannot be read."""


class CodebookError(QualcodeError):
    """A codebook that contradicts itself."""


class CodingsError(QualcodeError):
    """A codings file, an assignment or a ratings table that cannot be used."""


class DecisionsError(QualcodeError):
    """A sheet of decisions that cannot be read back."""


class DeidentifyError(QualcodeError):
    """A pseudonym key, or a sheet of candidates, that cannot be used: rows are named, never names."""


class Problems:
    """Collects problems, so that all of them can be said at once."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, where: str | Path, what: str, hint: str = "", *, place: str = "") -> None:
        self.found.append(Problem(str(where), what, hint, place))

    def extend(self, error: QualcodeError) -> None:
        self.found.extend(error.problems)

    def __bool__(self) -> bool:
        return bool(self.found)

    def raise_if_any(self, kind: type[QualcodeError] = QualcodeError) -> None:
        if self.found:
            raise kind(self.found)


def together(problems: Iterable[Problem], most: int = 3) -> list[Problem]:
    """The same thing said of more than `most` places is said once: with all rows of one file, or the first files."""
    same: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        same.setdefault((problem.what, problem.hint), []).append(problem)
    said: list[Problem] = []
    for (what, hint), found in same.items():
        files = list(dict.fromkeys(problem.where for problem in found))
        if len(found) <= most:
            said += found
        elif len(files) == 1:
            said.append(Problem(files[0], what, hint, _places([problem.place for problem in found])))
        else:
            more = f" and {len(files) - most} more" if len(files) > most else ""
            said.append(Problem(", ".join(files[:most]) + more, what, hint))
    return said


def _places(places: list[str]) -> str:
    """`rows 2-19, 37 and 41` for many places in one file; at most a dozen stretches, then how many places more."""
    numbered = [re.fullmatch(r"(\w+) (\d+)", place) for place in places]
    words = {found[1] for found in numbered if found}
    if len(words) != 1 or None in numbered:
        return f"{places[0]} and {len(places) - 1} more".strip()
    stretches: list[list[int]] = []
    for number in sorted({int(found[2]) for found in numbered if found}):
        if stretches and number == stretches[-1][1] + 1:
            stretches[-1][1] = number
        else:
            stretches.append([number, number])
    parts = [str(first) if first == last else f"{first}-{last}" for first, last in stretches[:12]]
    left = sum(last - first + 1 for first, last in stretches[12:])
    tail = [f"{left} more"] if left else [parts.pop()] if len(parts) > 1 else []
    word = words.pop()
    return f"{word}s {' and '.join([', '.join(parts), *tail])}" if stretches != [[stretches[0][0]] * 2] else places[0]


def nearest(word: str, known: Iterable[str]) -> str:
    """`Nearest: 'x'.` for the known word most like `word`, or the first few known words; for a hint."""
    return _nearest(str(word), tuple(dict.fromkeys(str(name) for name in known)))


@lru_cache(maxsize=1000)  # a file may say the same wrong word in every row
def _nearest(word: str, names: tuple[str, ...]) -> str:
    lowered = {name.casefold(): name for name in names}
    close = get_close_matches(word.casefold(), list(lowered), n=1, cutoff=0.6)
    if close:
        return f"Nearest: '{lowered[close[0]]}'."
    if not names:
        return "None is known yet."
    shown = ", ".join(f"'{name}'" for name in names[:12])
    return f"Known: {shown}{', …' if len(names) > 12 else ''}."

"""Passages whose text changed after they were coded: what changed, and what a person decided on it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import pandas as pd

from qualcode.errors import DecisionsError, Problem, Problems, nearest

KIND = "changed"  # of a decision on a passage whose words changed
CONFIRM, ADJUST, DROP = "confirm", "adjust", "drop"
CHOICES = (CONFIRM, ADJUST, DROP)
WORDS, SIGNS, MOVED, GONE = "words", "signs", "moved", "gone"
DOCUMENT = "document"  # why: the text inside a tool's project differs from the transcript
OPEN, NOTED = "open", "noted"
STATUS = {CONFIRM: "confirmed", ADJUST: "adjusted", DROP: "dropped"}
HASH = 12  # digits of a text's hash that a decision's value holds
_VALUE = re.compile(rf"^(?P<start>\d+)\s*[-–]\s*(?P<end>\d+)\s+(?P<sha>[0-9a-f]{{{HASH},64}})$")
_LABEL = re.compile(r"(?:\A|\n\n)([^\n:]{1,60}): ")
_WORD = re.compile(r"\w+")


class Change(NamedTuple):
    """What became of `[start_from, end_from)` of an earlier text; no start and end where all of it was taken out.

    `what` is words (its own words are others now), signs (only labels of speakers, capitals, punctuation, blanks), moved (the
    same words stand in another place) or gone; `why` as in table `edits`, several joined by `;`.
    """

    sha: str
    start_from: int
    end_from: int
    start: int | None
    end: int | None
    what: str
    why: str

    @property
    def to_look_at(self) -> bool:
        """Whether a person must look: not where only names were replaced, or signs and labels are others, nor where a tool's
        document differs from the transcript, which the import says."""
        if self.what == SIGNS or self.why == DOCUMENT:
            return False
        return self.why != "identifier" or self.what == GONE


@dataclass(frozen=True)
class Ruling:
    """What a person decided on a passage; start, end and the beginning of the text's hash for confirm and adjust."""

    choice: str
    start: int
    end: int
    sha: str
    row: Mapping[str, str]


def value_of(start: int, end: int, sha: str) -> str:
    """A decision's value: a span, and which text it counts in."""
    return f"{start}-{end} {sha[:HASH]}"


def read_rulings(decisions: pd.DataFrame) -> dict[str, Ruling]:
    """The signed decisions of kind `changed` by what they are about (a coding, a decision with a span).

    Raises
    ------
    DecisionsError
        A choice that is not known; a value that is not `START-END HASH`: all at once, with file and row.
    """
    problems = Problems()
    found: dict[str, Ruling] = {}
    for line in decisions[(decisions["kind"] == KIND) & (decisions["choice"] != "")].to_dict("records"):
        row = {str(key): str(value) for key, value in line.items()}
        where, place = row.get("_file", "data/raw/decisions"), f"row {row['_row']}" if "_row" in row else ""
        value = _VALUE.match(row["value"])
        if row["choice"] not in CHOICES:
            what = f"choice '{row['choice']}' is not known."
            problems.add(where, what, nearest(row["choice"], CHOICES), place=place)
        elif row["choice"] == DROP:
            found[row["about"]] = Ruling(DROP, 0, 0, "", row)
        elif value is None or int(value["start"]) >= int(value["end"]):
            what = f"value '{row['value'][:40]}' does not say where the passage is."
            hint = "Write start, end and the first 12 digits of the text's hash: 120-260 3fa9c1d2e4b5."
            problems.add(where, what, hint, place=place)
        else:
            span = int(value["start"]), int(value["end"])
            found[row["about"]] = Ruling(row["choice"], *span, value["sha"], row)
    problems.raise_if_any(DecisionsError)
    return found


def what_changed(old: str, start_from: int, end_from: int, new: str, start: int, end: int) -> str:
    """`signs` where a span has the same words before and after, labels of speakers and capitals aside; else `words`."""
    return SIGNS if _words(old, start_from, end_from) == _words(new, start, end) else WORDS


def _words(text: str, start: int, end: int) -> list[str]:
    starts, ends = _labels(text)

    def in_label(at: int) -> bool:
        before = bisect_right(starts, at) - 1
        return before >= 0 and at < ends[before]

    return [found[0].casefold() for found in _WORD.finditer(text, start, end) if not in_label(found.start())]


@lru_cache(maxsize=64)
def _labels(text: str) -> tuple[list[int], list[int]]:
    """Where the labels of speakers stand in a canonical text: what begins a turn, ends in a colon and does so twice."""
    found = [(match.start(1), match.end(), match[1]) for match in _LABEL.finditer(text)]
    often = Counter(label for _, _, label in found)
    kept = [(start, end) for start, end, label in found if often[label] > 1]
    return [start for start, _ in kept], [end for _, end in kept]


def changed_row(
    about: str, kind: str, transcript: str, change: Change, status: str, ruling: Ruling | None, **more: object
) -> dict[str, object]:
    """A row of table `changed`."""
    signed = ruling.row if ruling is not None else {}
    return {
        "about": about,
        "kind": kind,
        "transcript": transcript,
        "status": status,
        "change": change.what,
        **change._asdict(),
        "sha256_from": change.sha,
        **{name: signed.get(name, "") for name in ("choice", "reason", "by", "on", "decision")},
        **more,
    }


def notes(rows: Iterable[Mapping[str, object]]) -> list[Problem]:
    """What people should know: how many passages wait for a look, and in which transcripts."""
    waiting = [row for row in rows if row["status"] == OPEN]
    if not waiting:
        return []
    gone = sum(row["change"] == GONE for row in waiting)
    names = sorted({str(row["transcript"]) for row in waiting})
    shown = ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    parts = [
        f"{number} {'passage' if number == 1 else 'passages'} {said[number != 1]}"
        for number, said in (
            (len(waiting) - gone, ("has other words than when coded", "have other words than when coded")),
            (gone, ("is no longer there", "are no longer there")),
        )
        if number
    ]
    what = f"since their text was corrected, {' and '.join(parts)} ({shown})."
    hint = "See before and after, and decide: qualcode pack edits. Until then those that are there count as they are."
    return [Problem("data/raw/transcripts", what, hint)]

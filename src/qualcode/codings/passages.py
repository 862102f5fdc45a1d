"""Passages of earlier texts of transcripts: where they lie in the present ones, what changed in them, what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

import pandas as pd

from qualcode.codings.anchor import TextIndex
from qualcode.codings.changes import (
    DROP,
    GONE,
    MOVED,
    NOTED,
    OPEN,
    SIGNS,
    STATUS,
    WORDS,
    Change,
    Ruling,
    read_rulings,
    what_changed,
)
from qualcode.study import Study
from qualcode.transcripts.kept import kept_text
from qualcode.transcripts.made_on import read_made_on
from qualcode.transcripts.way import Way, edits_in_a_row, way_of_table

_TELLING = 4  # words that say by themselves which passage they are


class Now(NamedTuple):
    """How a passage stands: its place in the present text (None: it has none), what changed, its status (\"\": nothing)."""

    place: tuple[int, int] | None
    change: Change | None
    status: str


class Passages:
    """The ways from earlier texts to present ones.

    Parameters
    ----------
    sha, texts
        Hash and text of each transcript at present.
    edits
        Table `edits`.
    """

    def __init__(self, study: Study, sha: Mapping[str, str], texts: Mapping[str, str], edits: pd.DataFrame) -> None:
        self._study, self.sha, self._texts, self._edits = study, sha, texts, edits
        self._earlier: dict[str, dict[str, TextIndex]] = {}

    @cached_property
    def ways(self) -> dict[tuple[str, str], Way]:
        """The way from each earlier text of each transcript to the present one."""
        groups = self._edits.groupby(["transcript", "sha256_from"], sort=False)
        ways = {(str(transcript), str(sha)): way_of_table(rows) for (transcript, sha), rows in groups}
        over = {key: str(rows["sha256_to"].iloc[0]) for key, rows in groups}
        for transcript, sha in list(
            ways
        ):  # over the whole conversation, where turns of people who withdrew were taken out
            between = (transcript, over[transcript, sha])
            if between in ways and between[1] != self.sha.get(transcript):
                ways[transcript, sha] = edits_in_a_row(ways[transcript, sha], ways[between])
        return ways

    @cached_property
    def _known(self) -> dict[str, list[str]]:
        """The hashes of each transcript's earlier texts."""
        found: dict[str, list[str]] = {}
        for transcript, sha in sorted(self.ways):
            found.setdefault(transcript, []).append(sha)
        return found

    @cached_property
    def made_on(self) -> dict[str, str]:
        """The text that things were first read with, where they do not say which text they count in."""
        return read_made_on(self._study)

    @cached_property
    def rulings(self) -> dict[str, Ruling]:
        """What was decided on passages whose words changed."""
        from qualcode.decisions.table import read_decisions

        return read_rulings(read_decisions(self._study))

    def earlier(self, transcript: str) -> dict[str, TextIndex]:
        """The texts that a transcript had before (with names in it, uncorrected), by hash."""
        if transcript not in self._earlier:
            kept = [(sha, kept_text(self._study, sha)) for sha in self._known.get(transcript, ())]
            self._earlier[transcript] = {sha: TextIndex(text) for sha, text in kept if text is not None}
        return self._earlier[transcript]

    def carry(self, transcript: str, sha: str, start: int, end: int) -> tuple[int, int, bool] | None:
        """A span of an earlier text in the present one, and whether its own words changed; None: unknown or gone."""
        way = self.ways.get((transcript, sha))
        return None if way is None else way.carry(start, end)

    def change(self, transcript: str, sha: str, start: int, end: int) -> Change | None:
        """What became of a span of an earlier text that is known; None where it has the same characters still."""
        way = self.ways[transcript, sha]
        mapped = way.carry(start, end)
        if mapped is not None and not mapped.changed:
            return None
        first, last = mapped[:2] if mapped is not None else (None, None)
        what, why = WORDS if mapped is not None else GONE, ";".join(way.why(start, end))
        index, new = self.earlier(transcript).get(sha), self._texts[transcript]
        if index is not None:
            old, words = index.text, index.text[start:end]
            if first is not None and last is not None:
                first, last = _trimmed(new, first, last, words)
                what = what_changed(old, start, end, new, first, last)
            if what != SIGNS and len(words.split()) >= _TELLING:
                at = new.find(words)  # cut out here, and put in there
                if (
                    at >= 0
                    and new.find(words, at + 1) < 0
                    and old.find(words) == start
                    and old.find(words, start + 1) < 0
                ):
                    first, last, what = at, at + len(words), MOVED
        return Change(sha, start, end, first, last, what, why)

    def whole_hash(self, transcript: str, begins: str) -> str:
        """The hash of the one text that a transcript has or had whose hash begins so; \"\" for none."""
        known = {self.sha[transcript], *self._known.get(transcript, ())}
        found = [sha for sha in sorted(known) if sha.startswith(begins)]
        return found[0] if len(found) == 1 else ""

    def now(self, transcript: str, place: tuple[int, int] | None, change: Change | None, ruling: Ruling | None) -> Now:
        """How a passage stands, by what became of it and what a person decided.

        What was decided holds in the text that it was decided on; where that text changed since, in those words, the passage
        is open again.
        """
        status = "" if change is None else OPEN if change.to_look_at else NOTED
        if ruling is None:
            return Now(place, change, status)
        if ruling.choice == DROP:
            return Now(None, change, STATUS[DROP])
        sha, span = self.whole_hash(transcript, ruling.sha), (ruling.start, ruling.end)
        if not sha or (sha == self.sha[transcript] and span[1] > len(self._texts[transcript])):
            return Now(place, change, OPEN)  # a text that is lost, a span beyond it: as if nobody had decided
        if sha == self.sha[transcript]:
            return Now(span, change, STATUS[ruling.choice])
        again = self.change(transcript, sha, *span)
        if again is None:
            mapped = self.carry(transcript, sha, *span)
            return Now(mapped[:2] if mapped is not None else None, change, STATUS[ruling.choice])
        there = (again.start, again.end) if again.start is not None and again.end is not None else None
        if again.to_look_at:
            return Now(there, again, OPEN)
        return Now(there, change or again, STATUS[ruling.choice])


def _trimmed(text: str, start: int, end: int, words: str) -> tuple[int, int]:
    """Without blanks at the ends, where the words as they were had none there."""
    while start < end - 1 and text[start].isspace() and not words[0].isspace():
        start += 1
    while end > start + 1 and text[end - 1].isspace() and not words[-1].isspace():
        end -= 1
    return start, end

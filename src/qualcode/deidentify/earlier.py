"""Earlier texts of transcripts as people are shown them: without names, and none of a conversation that somebody withdrew from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pandas as pd

from qualcode.deidentify.study import Names, names_of
from qualcode.errors import DeidentifyError, Problem
from qualcode.study import Study, who_was_there
from qualcode.tables import read
from qualcode.transcripts.canonical import Placed
from qualcode.transcripts.compare import Edit
from qualcode.transcripts.kept import kept_text
from qualcode.transcripts.way import Way

_LABEL = re.compile(r"(?:([^\n:]{1,80}): )?")  # a turn's label in the canonical text


@dataclass(frozen=True)
class Earlier:
    """A kept text without the names that the key knows; `replaced` leads from the kept text to this one."""

    text: str
    replaced: tuple[Edit, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the kept text lies; what was put in for a name that it holds a part of belongs to it as a whole."""
        found = Way(self.replaced).carry(start, end) if start < end else None
        return (found.start, found.end) if found is not None else (start, start)


@dataclass(frozen=True)
class EarlierTexts:
    """What gives an earlier text by its transcript and hash; `hidden` are transcripts of which nobody is shown any."""

    of: Callable[[str, str], Earlier | None]
    hidden: frozenset[str] = frozenset()

    def __call__(self, transcript: str, sha: str) -> Earlier | None:
        """None where the text is not kept any more, or nobody is shown it.

        Raises
        ------
        DeidentifyError
            The key is wrong, or gone though names were replaced with it: they would be shown.
        """
        return None if transcript in self.hidden else self.of(transcript, sha)


def earlier_texts(study: Study, transcripts: pd.DataFrame, edits: pd.DataFrame) -> EarlierTexts:
    """The earlier texts of a study, without names.

    Parameters
    ----------
    transcripts, edits
        As the last run left them.
    """
    language = dict(zip(transcripts["transcript"], transcripts["language"], strict=True))

    @cache
    def names() -> Names:
        found = names_of(study)
        if not found.key.entries and _was_replaced(study):
            what = (
                "names were replaced in the transcripts, and there is no pseudonym key: earlier texts would show them."
            )
            raise DeidentifyError(Problem("deidentify.key", what, "Bring the key back, then try again."))
        return found

    def of(transcript: str, sha: str) -> Earlier | None:
        text = kept_text(study, sha)
        return None if text is None else names_out(text, names(), str(language.get(transcript, "")))

    return EarlierTexts(of, frozenset(not_shown(study, transcripts, edits)))


def names_out(text: str, names: Names, language: str) -> Earlier:
    """A kept text without names; its turns are those that the empty lines part."""
    found = names.out(text, turns_of(text), language)
    return Earlier(found.text, tuple(found.edits))


def turns_of(text: str) -> list[Placed]:
    """The turns of a canonical text. A sentence with a colon at the start of a turn without a label is taken for one."""
    placed = []
    at = 0
    for turn in text.split("\n\n"):
        label = _LABEL.match(turn)
        assert label is not None  # it matches nothing at all as well
        placed.append(Placed(label[1] or "", at + label.end(), at + len(turn), None, None))
        at += len(turn) + 2
    return placed


def not_shown(study: Study, transcripts: pd.DataFrame, edits: pd.DataFrame) -> set[str]:
    """Transcripts whose earlier texts nobody is shown: somebody who spoke in them withdrew."""
    gone = {str(name) for name in edits[edits["why"] == "withdrawn"]["transcript"]}
    if study.withdrawn:
        there = who_was_there(study.sessions, study.speakers)
        sessions = {session for session, people in there.items() if people & study.withdrawn}
        gone |= {str(name) for name in transcripts[transcripts["session"].isin(sessions)]["transcript"]}
    return gone


def _was_replaced(study: Study) -> bool:
    path = study.reports / "tables" / "replacements.csv"
    return path.is_file() and bool((read("report_replacements", path)["why"] == "key").any())

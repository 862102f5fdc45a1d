"""What readers of transcripts take and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class UnreadableError(Exception):
    """A file that cannot be read as a transcript: the cause, and what to do. The caller knows the file's name."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what, self.hint = what, hint


@dataclass(frozen=True)
class ReadOptions:
    """What the study says about its transcripts (config section `transcripts`), and about this one.

    `interviewers` and `known` are labels that count as voices even where they stand once; `interviewers` come from the
    configuration and the session, `known` from the speakers table and the session's participants. `columns` says what
    the columns of a spreadsheet are called (`speaker`, `text`, `time`, `end`, `question`, `session`), `answers` which
    hold an answer each. `part` is the session that is wanted of a file that holds several, `others` the file's others.
    """

    interviewers: tuple[str, ...] = ()
    not_speakers: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    speaker_pattern: str | None = None
    merge_gap: float = 2.0
    columns: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    form: str | None = None
    part: str = ""
    others: tuple[str, ...] = ()


@dataclass(slots=True)
class RawTurn:
    """One stretch of one voice as a file gives it: its label ("" where nobody is named), paragraphs, seconds."""

    speaker: str
    paragraphs: list[str]
    start_s: float | None = None
    end_s: float | None = None


@dataclass
class RawTranscript:
    """What a reader found: turns in order, what a person should know (without words of the text), and who asks.

    `interviewers` are labels that the file's own legend ("Interviewer (Q): …") calls interviewers; `pattern` says how
    voices are marked, with counts (`bold 147; colon 2`).
    """

    turns: list[RawTurn]
    notes: list[str] = field(default_factory=list)
    interviewers: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(slots=True)
class Line:
    """One line of a text-like file.

    `gap`: an empty line stands before it. `soft`: it goes on in the paragraph of the line before. `heading`: it is
    marked as a heading. `time`: seconds, where a mark before the line gives them. `bold`: what it begins with in bold
    letters, where others follow.
    """

    text: str
    gap: bool = False
    soft: bool = False
    heading: bool = False
    time: float | None = None
    bold: str = ""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 line`, `3 lines`: for notes."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def drop_empty(turns: Sequence[RawTurn]) -> list[RawTurn]:
    """The turns that have words."""
    kept = []
    for turn in turns:
        turn.paragraphs = [paragraph for paragraph in turn.paragraphs if paragraph]
        if turn.paragraphs:
            kept.append(turn)
    return kept

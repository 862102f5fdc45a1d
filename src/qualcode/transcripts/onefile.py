"""One file, read: all that follows from its bytes and the options, so that it can be kept and need not be read again."""

from __future__ import annotations

import json
from dataclasses import dataclass

from qualcode.files import sha256
from qualcode.transcripts import registry
from qualcode.transcripts.canonical import Placed, canonical
from qualcode.transcripts.languages import language_of
from qualcode.transcripts.marks import count_marks, marks_said
from qualcode.transcripts.model import ReadOptions, UnreadableError


@dataclass
class ReadFile:
    """What reading a file gave. `what` and `hint` say why it could not be read ("" where it could)."""

    sha256_raw: str
    kind: str = ""
    text: str = ""
    placed: list[Placed] = None  # type: ignore[assignment]
    notes: list[str] = None  # type: ignore[assignment]
    interviewers: tuple[str, ...] = ()
    pattern: str = ""
    marks: str = ""
    looks_like: str = ""
    what: str = ""
    hint: str = ""

    def __post_init__(self) -> None:
        self.placed = self.placed or []
        self.notes = self.notes or []

    def packed(self) -> tuple[bytes, bytes]:
        """Everything but the text as JSON, and the text, in UTF-8."""
        rest = vars(self) | {
            "text": "",
            "placed": [[p.speaker, p.start, p.end, p.start_s, p.end_s] for p in self.placed],
        }
        return json.dumps(rest, ensure_ascii=False).encode("utf-8"), self.text.encode("utf-8")


def unpacked(rest: bytes, text: bytes | None) -> ReadFile:
    """What `packed` made; without its text where that is not wanted."""
    values = json.loads(rest)
    values["placed"] = [Placed(*row) for row in values["placed"]]
    values["interviewers"] = tuple(values["interviewers"])
    return ReadFile(**values | {"text": text.decode("utf-8") if text is not None else ""})


def read_file(data: bytes, name: str, options: ReadOptions) -> ReadFile:
    """Read a file's bytes; one that cannot be read says why."""
    digest = sha256(data)
    try:
        kind, raw = registry.read(data, name, options)
    except UnreadableError as error:
        return ReadFile(digest, what=error.what, hint=error.hint)
    text, placed = canonical(raw.turns)
    marks = marks_said(count_marks(text))
    return ReadFile(digest, kind, text, placed, raw.notes, raw.interviewers, raw.pattern, marks, language_of(text))

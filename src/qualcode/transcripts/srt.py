"""SubRip (.srt): numbered captions, usually without voices."""

from __future__ import annotations

import re

from qualcode.transcripts.captions import cues_of, turns_of
from qualcode.transcripts.cleaning import decode
from qualcode.transcripts.labels import require_words
from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError, counted

NAME = "srt"
ENDINGS = (".srt",)


def recognise(data: bytes) -> bool:
    """A number, then a line of two times with a comma or a point."""
    head = data[:400].removeprefix(b"\xef\xbb\xbf")
    return re.match(rb"\s*\d+\s*[\r\n]+\s*\d+:\d+:\d+[,.]\d+\s*-->", head) is not None


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of SubRip captions."""
    text, notes = decode(data)
    cues, lost = cues_of(text)
    if not cues:
        raise UnreadableError(
            "there are no captions (cues) in this SubRip file.",
            "Export it again: each has a line `00:00:01,000 --> …`.",
        )
    if lost:
        notes.append(f"{counted(lost, 'time line')} cannot be read: those words go with the caption before")
    transcript = require_words(turns_of(cues, options))
    transcript.notes[:0] = notes
    return transcript

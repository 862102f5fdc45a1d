"""WebVTT (.vtt): captions of Zoom, Teams and others."""

from __future__ import annotations

import re

from qualcode.transcripts.captions import cues_of, turns_of
from qualcode.transcripts.cleaning import decode
from qualcode.transcripts.labels import require_words
from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError, counted

NAME = "vtt"
ENDINGS = (".vtt",)


def recognise(data: bytes) -> bool:
    """The first line is WEBVTT."""
    return re.match(rb"(?:\xef\xbb\xbf)?\s*WEBVTT(?:[\s-]|$)", data[:200]) is not None


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of WebVTT; notes, styles, regions, cue names and cue settings are left out."""
    text, notes = decode(data)
    if not text.lstrip().startswith("WEBVTT"):
        raise UnreadableError(
            "the first line of this file is not WEBVTT.", "Export the captions again as WebVTT (.vtt)."
        )
    blocks = re.split(r"\n[ \t]*\n", text)
    kept = [block for block in blocks if not re.match(r"\s*(?:NOTE|STYLE|REGION)\b(?![^\n]*-->)", block)]
    cues, lost = cues_of("\n\n".join(kept))
    if not cues:
        raise UnreadableError(
            "there are no captions (cues) in this WebVTT file.",
            "Export it again: each caption has a line `00:00:01.000 --> …`.",
        )
    if lost:
        notes.append(f"{counted(lost, 'time line')} cannot be read: those words go with the caption before")
    transcript = require_words(turns_of(cues, options))
    transcript.notes[:0] = notes
    return transcript

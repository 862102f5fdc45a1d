"""Raw files -> turns and canonical texts: one reader a format, one registry."""

from __future__ import annotations

from qualcode.transcripts.model import RawTranscript, RawTurn, ReadOptions, UnreadableError
from qualcode.transcripts.reading import Transcribed, read_transcripts

__all__ = ["RawTranscript", "RawTurn", "ReadOptions", "Transcribed", "UnreadableError", "read_transcripts"]

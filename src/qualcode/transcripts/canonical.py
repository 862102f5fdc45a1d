"""The canonical text of a transcript: what every offset refers to (`text_rule: 1`)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from qualcode.transcripts.cleaning import one_line
from qualcode.transcripts.model import RawTurn

TEXT_RULE = 1


@dataclass(frozen=True)
class Placed:
    """A turn with its place: `text[start:end]` are its words (code points, half-open), label not included."""

    speaker: str
    start: int
    end: int
    start_s: float | None
    end_s: float | None


def canonical(turns: Sequence[RawTurn]) -> tuple[str, list[Placed]]:
    """The text of a transcript, and its turns' places in it.

    Turns in order, an empty line between two; a turn is its label, `: ` and its words (no label where the speaker is
    unknown); paragraphs inside a turn are parted by one line break. NFC, one blank between words, none at the ends.
    """
    parts: list[str] = []
    placed: list[Placed] = []
    at = 0
    for turn in turns:
        paragraphs = [one_line(unicodedata.normalize("NFC", paragraph)) for paragraph in turn.paragraphs]
        words = "\n".join(paragraph for paragraph in paragraphs if paragraph)
        if not words:
            continue
        label = one_line(unicodedata.normalize("NFC", turn.speaker))
        before = ("\n\n" if parts else "") + (f"{label}: " if label else "")
        parts += [before, words]
        start = at + len(before)
        at = start + len(words)
        placed.append(Placed(label, start, at, turn.start_s, turn.end_s))
    return "".join(parts), placed

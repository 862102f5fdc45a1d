"""Plain text (.txt): speakers' labels as people type them."""

from __future__ import annotations

import re

from qualcode.transcripts.cleaning import decode
from qualcode.transcripts.forms import match
from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.layouts import without_numbers
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, counted

NAME = "txt"
ENDINGS = (".txt", ".text")


def recognise(data: bytes) -> bool:
    """Anything else than the other formats may be plain text."""
    return True


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a plain text. A line is a paragraph, unless the file is broken into lines of about one width."""
    text, notes = decode(data, tabs=True)
    lines, numbers = without_numbers(lines_of(text))
    if numbers:
        notes.append(f"{counted(numbers, 'line number')} left out")
    if _wrapped([line.text for line in lines], [line.gap for line in lines]):
        notes.append("lines of one width: joined into paragraphs")
        for line in lines:
            line.soft = not line.gap and not match(line.text)
    transcript = require_words(read_lines(lines, options))
    transcript.notes[:0] = notes
    return transcript


def lines_of(text: str) -> list[Line]:
    """The lines of a text that hold something, each knowing whether an empty line stood before it."""
    lines: list[Line] = []
    gap = True
    for raw in text.split("\n"):
        if not raw.strip():
            gap = True
            continue
        lines.append(Line(raw.strip(), gap=gap))
        gap = False
    return lines


def _wrapped(texts: list[str], gaps: list[bool]) -> bool:
    """Whether lines break where the next word would not have fitted, as in files wrapped at 72 columns."""
    broken = [at for at in range(1, len(texts)) if not gaps[at] and not re.match(r"^\W*[^:]{1,40}:(?:\s|$)", texts[at])]
    if len(broken) < 5:
        return False
    width = max(len(texts[at - 1]) for at in broken)
    if not 40 <= width <= 120:
        return False
    full = sum(1 for at in broken if len(texts[at - 1]) + 1 + len(texts[at].split()[0]) > width - 1)
    return full >= 0.9 * len(broken)

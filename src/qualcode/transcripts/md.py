"""Markdown (.md): labels with or without emphasis; headings, front matter, images and rules are not speech."""

from __future__ import annotations

import re

from qualcode.transcripts.cleaning import COMMENT, IMAGE, decode, hide_escapes, one_line, without_markdown
from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, counted

NAME = "md"
ENDINGS = (".md", ".markdown")

_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_RULE = re.compile(r"^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$")
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{2,})\s*$")
_BREAK = re.compile(r"<br\s*/?>\n?", re.I)
_FENCE = re.compile(r"^ {0,3}(?:`{3,}|~{3,})[^`]*$")
_ITEM = re.compile(r"^\s*(?:[-+*]|\d{1,3}[.)])\s+")


def recognise(data: bytes) -> bool:
    """Markdown is known by its ending only: any text may be it."""
    return False


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a Markdown text. A line break alone is a blank, as Markdown has it; `\\`, two blanks or `<br>` part paragraphs,
    and so do the lines of a fenced block."""
    text, notes = decode(data)
    body, front = _without_front_matter(text)
    if front:
        notes.append(f"front matter left out ({counted(front, 'line')})")
    lines, images = _lines(body)
    if images:
        notes.append(f"{counted(images, 'image')} left out")
    transcript = require_words(read_lines(lines, options, plain=lambda words: one_line(without_markdown(words))))
    transcript.notes[:0] = notes
    return transcript


def _without_front_matter(text: str) -> tuple[str, int]:
    """The text after YAML front matter (`---` … `---` at the very start), and the number of its lines."""
    lines = text.lstrip("\n").split("\n")
    if lines[0].rstrip() != "---":
        return text, 0
    for at in range(1, min(len(lines), 400)):
        if lines[at].rstrip() in ("---", "..."):
            return "\n".join(lines[at + 1 :]), at + 1
    return text, 0


def _lines(text: str) -> tuple[list[Line], int]:
    text = _BREAK.sub("\\\\\n", COMMENT.sub("", text))
    lines: list[Line] = []
    images = 0
    gap, broken, fenced = True, False, False
    for raw in text.split("\n"):
        if _FENCE.match(raw):
            gap, fenced = True, not fenced
            continue
        if not raw.strip():
            gap = True
            continue
        if _UNDERLINE.match(raw) and lines and not gap and not lines[-1].soft and lines[-1].gap:
            lines[-1].heading = True
            gap = True
            continue
        if len(raw) <= 500 and _RULE.match(raw):
            gap = True
            continue
        hard = fenced or bool(re.search(r"(?:\\| {2,})$", raw))
        line = hide_escapes(re.sub(r"\\$", "", raw.rstrip()).rstrip())
        line = re.sub(r"^\s{0,3}(?:>\s?)+", "", line)
        heading = _HEADING.match(line)
        bare, pictures = IMAGE.subn("", line)
        images += pictures
        if not (heading[1] if heading else bare).strip():
            gap = True
            continue
        soft = not gap and not broken and heading is None and not _ITEM.match(line)
        lines.append(Line((heading[1] if heading else bare).strip(), gap=gap, soft=soft, heading=heading is not None))
        gap, broken = heading is not None, hard
    return lines, images

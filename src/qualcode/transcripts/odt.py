"""OpenDocument text (.odt, .fodt; LibreOffice, Google Docs): paragraphs in order, as the text reads with all changes accepted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.paragraphs import Paragraphs
from qualcode.transcripts.zipped import opened, parse_xml

NAME = "odt"
ENDINGS = (".odt", ".fodt")
KIND = "OpenDocument text"

_URN = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE, STYLE, DRAW, _FO = (
    f"{{{_URN}{name}:1.0}}" for name in ("office", "text", "table", "style", "drawing", "xsl-fo-compatible")
)
_MIME = b"opendocument.text"
_SPACES = re.compile(r"[ \t\r\n]+")
_SKIPPED = {
    *(f"{TEXT}{name}" for name in ("sequence-decls", "variable-decls", "user-field-decls", "dde-connection-decls",
                                   "alphabetical-index-auto-mark-file", "table-of-content", "illustration-index",
                                   "table-index", "object-index", "user-index", "alphabetical-index", "bibliography",
                                   "ruby-text")),
    *(f"{OFFICE}{name}" for name in ("forms", "scripts", "annotation-end", "binary-data")),
    f"{DRAW}glue-point", f"{TABLE}shapes",
}  # fmt: skip
_HIDDEN = (f"{TEXT}hidden-text", f"{TEXT}hidden-paragraph")


def recognise(data: bytes) -> bool:
    """A zip archive of that type, or one flat XML file that says so."""
    if data.startswith(b"PK\x03\x04"):
        return _MIME in data[:200] or b"content.xml" in data
    head = data[:2000]
    return b"office:document" in head and _MIME in head


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of an OpenDocument text.

    Insertions are in; tracked deletions, hidden text, comments, notes, headers, footers and tables of contents out
    (and counted); runs of spaces, tabs and line breaks as they are written there; tables as in Word documents.
    """
    if data.startswith(b"PK"):
        with opened(data, KIND, ".odt") as document:
            roots = [document.xml("content.xml")]
            if "styles.xml" in document.names:
                roots.append(document.xml("styles.xml"))
            broken = document.broken()
    else:
        roots = [parse_xml(data.removeprefix(b"\xef\xbb\xbf").lstrip(), KIND)]
        broken = UnreadableError(f"this {KIND} is damaged or not whole.", "Save it again from LibreOffice as .odt.")
    body = roots[0].find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise broken
    walk = Walk(Styles(roots))
    walk.blocks(body)
    walk.end_paragraph()
    transcript = require_words(read_lines(walk.lines, options))
    transcript.notes[:0] = walk.told()
    return transcript


class Styles:
    """Which styles are titles or headings, are bold, or hide their text; a style has what its parent has."""

    def __init__(self, roots: list[Any]) -> None:
        self.parents: dict[str, str] = {}
        self.hides: set[str] = set()
        self.weights: dict[str, bool] = {}  # what a style says of bold letters
        for root in roots:
            for style in root.iter(f"{STYLE}style"):
                name = style.get(f"{STYLE}name") or ""
                self.parents[name] = style.get(f"{STYLE}parent-style-name") or ""
                properties = style.find(f"{STYLE}text-properties")
                if properties is not None and properties.get(f"{TEXT}display") == "none":
                    self.hides.add(name)
                weight = properties.get(f"{_FO}font-weight") if properties is not None else None
                if weight is not None:
                    self.weights[name] = weight in ("bold", "600", "700", "800", "900")

    def line(self, name: str) -> Iterator[str]:
        for _ in range(20):
            if not name:
                return
            yield name
            name = self.parents.get(name, "")

    def title(self, name: str) -> bool:
        return any(re.fullmatch(r"Title|Subtitle|Heading(?:_20_\d+)?", one) for one in self.line(name))

    def hidden(self, name: str) -> bool:
        return any(one in self.hides for one in self.line(name))

    def bold(self, name: str) -> bool:
        return next((self.weights[one] for one in self.line(name) if one in self.weights), False)


class Walk(Paragraphs):
    """One walk over a document's body."""

    def __init__(self, styles: Styles) -> None:
        super().__init__()
        self.styles = styles
        self.boxes: list[Any] = []
        self.strong = False  # the span is in bold letters

    def blocks(self, parent: Any) -> None:
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                continue
            if tag in (f"{TEXT}p", f"{TEXT}h"):
                self.paragraph(child)
            elif tag == f"{TABLE}table":
                self.table(child)
            elif tag == f"{TEXT}tracked-changes":
                self.deleted += sum(1 for _ in child.iter(f"{TEXT}deletion"))
            elif tag == f"{OFFICE}annotation":
                self.comments += 1
            else:  # lists and their items, sections, numbered paragraphs, frames
                self.blocks(child)

    def paragraph(self, paragraph: Any) -> None:
        style = paragraph.get(f"{TEXT}style-name") or ""
        if self.styles.hidden(style):
            self.hidden += bool("".join(paragraph.itertext()).strip())
            return
        self.heading = paragraph.tag == f"{TEXT}h" or self.styles.title(style)
        self.inline(paragraph)
        self.end_paragraph()
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box)
            self.end_paragraph()

    def inline(self, parent: Any) -> None:
        self.say(parent.text)
        for child in parent.iterchildren():
            tag = child.tag
            if isinstance(tag, str) and tag not in _SKIPPED:
                self.piece(child, tag)
            self.say(child.tail)

    def piece(self, child: Any, tag: str) -> None:
        if tag == f"{TEXT}s":
            count = child.get(f"{TEXT}c") or "1"
            self.parts.append(" " * (min(int(count), 1000) if count.isdecimal() and len(count) < 10 else 1))
        elif tag == f"{TEXT}tab":
            self.parts.append("\t")
        elif tag == f"{TEXT}line-break":
            self.parts.append("\n")
        elif tag == f"{TEXT}note":
            self.notes += 1
        elif tag == f"{OFFICE}annotation":
            self.comments += 1
        elif tag in _HIDDEN or (tag == f"{TEXT}span" and self.styles.hidden(child.get(f"{TEXT}style-name") or "")):
            self.hidden += 1
        elif tag.startswith(DRAW):
            self.boxes.append(child)
        elif tag == f"{TEXT}span":
            outer = self.strong
            self.strong = self.strong or self.styles.bold(child.get(f"{TEXT}style-name") or "")
            self.inline(child)
            self.strong = outer
        else:
            self.inline(child)

    def say(self, text: str | None) -> None:
        """White space in the file is one blank, wherever it comes from; none at the start of a paragraph."""
        if text:
            text = _SPACES.sub(" ", text)
            if text.startswith(" ") and (not self.parts or self.parts[-1].endswith((" ", "\n"))):
                text = text[1:]
            self.add(text, bold=self.strong)

    def table(self, table: Any) -> None:
        self.end_paragraph()
        self.grid([[self.cell(cell) for cell in row if _is(cell, "table-cell")] for row in _rows(table)])

    def cell(self, cell: Any) -> list[Line]:
        inner = Walk(self.styles)
        inner.blocks(cell)
        inner.end_paragraph()
        self.count_in(inner)
        return inner.lines


def _is(node: Any, name: str) -> bool:
    return bool(node.tag == f"{TABLE}{name}")


def _rows(table: Any) -> Iterator[Any]:
    """The rows of a table, those in header and other groups too, without those of tables inside it."""
    for child in table.iterchildren():
        if _is(child, "table-row"):
            yield child
        elif isinstance(child.tag, str) and re.search(r"\}table-(?:header-rows|rows|row-group)$", child.tag):
            yield from _rows(child)

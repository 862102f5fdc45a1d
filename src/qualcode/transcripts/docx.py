"""Word documents (.docx): paragraphs in order, tables too, as the text reads with all tracked changes accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.paragraphs import Paragraphs
from qualcode.transcripts.wordstyles import WordStyles, transitional
from qualcode.transcripts.zipped import Zipped, opened, parse_xml

NAME = "docx"
ENDINGS = (".docx",)

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


def recognise(data: bytes) -> bool:
    """A zip archive that holds `word/document.xml` (looked for in its directory, or by name where that is missing)."""
    return data.startswith(b"PK\x03\x04") and b"word/document.xml" in data


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a Word document.

    Insertions are in, deletions, hidden text, comments, footnotes, headers and footers out (and counted); a line
    break inside a paragraph parts lines; a table with a column of voices is read as `voice: words`, row by row.
    """
    with opened(data, "Word document", ".docx") as document:
        body = parse_xml(transitional(document.part("word/document.xml")), document.kind, document.again)
        styles = _styles(document)
        names = document.names
        root = body.find(f"{_W}body")
        if root is None:
            raise document.broken()
    walk = _Walk(styles)
    walk.blocks(root)
    walk.end_paragraph()
    transcript = require_words(read_lines(walk.lines, options))
    if "word/comments.xml" not in names:
        walk.comments = 0
    transcript.notes[:0] = walk.told()
    return transcript


def _styles(document: Zipped) -> WordStyles:
    if "word/styles.xml" not in document.names:
        return WordStyles()
    try:
        return WordStyles(parse_xml(transitional(document.part("word/styles.xml")), document.kind, document.again))
    except UnreadableError:
        return WordStyles()


_SKIPPED = {
    f"{_W}{name}"
    for name in ("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "instrText", "delInstrText", "proofErr",
                 "bookmarkStart", "bookmarkEnd", "sdtPr", "sdtEndPr", "commentRangeStart", "commentRangeEnd",
                 "fldData", "ruby")
}  # fmt: skip


class _Walk(Paragraphs):
    """One walk over a document's body: lines of text, and counts of what is left out."""

    def __init__(self, styles: WordStyles) -> None:
        super().__init__()
        self.styles = styles
        self.now: Any = None  # the paragraph
        self.boxes: list[Any] = []
        self.strong = False  # the run is in bold letters

    def blocks(self, parent: Any) -> None:
        for child in parent.iterchildren():
            tag = child.tag
            if tag == f"{_W}p":
                self.paragraph(child)
            elif tag == f"{_W}tbl":
                self.table(child)
            elif tag in (f"{_W}del", f"{_W}moveFrom"):
                self.deleted += 1
            elif tag == f"{_MC}AlternateContent":
                self.blocks(choice(child))
            elif isinstance(tag, str) and tag not in _SKIPPED:  # content controls, tracked insertions
                self.blocks(child)

    def paragraph(self, paragraph: Any) -> None:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        self.heading = style is not None and style.get(f"{_W}val") in self.styles.headings
        self.now = paragraph
        self.inline(paragraph)
        mark = paragraph.find(f"{_W}pPr/{_W}rPr")
        joined = mark is not None and (mark.find(f"{_W}del") is not None or mark.find(f"{_W}moveFrom") is not None)
        if not joined:  # a deleted paragraph mark joins this paragraph to the next
            self.end_paragraph()

    def end_paragraph(self, bold: list[str] | None = None) -> None:
        super().end_paragraph(bold)
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box)

    def inline(self, parent: Any) -> None:
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                continue
            if tag == f"{_W}r":
                if self.styles.hidden(child, self.now):
                    self.hidden += any(True for _ in child.iter(f"{_W}t"))
                    continue
                outer, self.strong = self.strong, self.styles.bold(child)
                self.inline(child)
                self.strong = outer
            elif tag == f"{_W}t":
                self.add((child.text or "").replace("\n", " "), bold=self.strong)
            elif tag in (f"{_W}br", f"{_W}cr"):
                self.parts.append("\n")
            elif tag in (f"{_W}tab", f"{_W}ptab"):
                self.parts.append("\t")
            elif tag == f"{_W}noBreakHyphen":
                self.parts.append("-")
            elif tag in (f"{_W}del", f"{_W}moveFrom"):
                self.deleted += 1
            elif tag == f"{_W}commentReference":
                self.comments += 1
            elif tag in (f"{_W}footnoteReference", f"{_W}endnoteReference"):
                self.notes += 1
            elif tag == f"{_MC}AlternateContent":
                self.inline(choice(child))
            elif tag == f"{_W}txbxContent":
                self.boxes.append(child)
            else:
                self.inline(child)

    def table(self, table: Any) -> None:
        rows = [list(_cells(row)) for row in table.iter(f"{_W}tr") if _owner(row) is table]
        self.grid([[self.cell(cell) for cell in row] for row in rows])

    def cell(self, cell: Any) -> list[Line]:
        inner = _Walk(self.styles)
        inner.blocks(cell)
        inner.end_paragraph()
        self.count_in(inner)
        return inner.lines


def choice(alternatives: Any) -> Any:
    """One of the ways to say the same thing, so that it is read once."""
    chosen = alternatives.find(f"{_MC}Choice")
    if chosen is None:
        chosen = alternatives.find(f"{_MC}Fallback")
    return chosen if chosen is not None else alternatives


def _owner(row: Any) -> Any:
    return next((above for above in row.iterancestors() if above.tag == f"{_W}tbl"), None)


def _cells(row: Any) -> Iterator[Any]:
    for cell in row.iter(f"{_W}tc"):
        if next((above for above in cell.iterancestors() if above.tag == f"{_W}tr"), None) is row:
            yield cell

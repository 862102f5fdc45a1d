"""Word documents (.docx): paragraphs in order, tables too, as the text reads with all tracked changes accepted."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from qualcode.transcripts.cleaning import tidy
from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, UnreadableError, counted

NAME = "docx"
ENDINGS = (".docx",)
LARGEST = 300_000_000  # bytes of unpacked XML: a longer document is no interview

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_BROKEN = "this Word document is damaged or not whole."
_AGAIN = "Open it in Word or LibreOffice, save it again as .docx, and compare it with the original."


def recognise(data: bytes) -> bool:
    """A zip archive that holds `word/document.xml` (looked for in its directory, or by name where that is missing)."""
    return data.startswith(b"PK\x03\x04") and b"word/document.xml" in data


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a Word document.

    Insertions are in, deletions, hidden text, comments, footnotes, headers and footers out (and counted); a line
    break inside a paragraph parts lines; a table with a column of voices is read as `voice: words`, row by row.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _parse(_part(archive, "word/document.xml"))
            headings = _heading_styles(archive)
            names = set(archive.namelist())
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        zlib.error,
    ) as error:
        raise UnreadableError(_BROKEN, _AGAIN) from error
    except RuntimeError as error:  # an encrypted member
        raise UnreadableError("this Word document is protected by a password.", "Save it without one.") from error
    root = body.find(f"{_W}body")
    if root is None:
        raise UnreadableError(_BROKEN, _AGAIN)
    walk = _Walk(headings)
    walk.blocks(root)
    walk.end_paragraph()
    transcript = require_words(read_lines(walk.lines, options))
    notes = []
    if walk.deleted:
        notes.append(f"{counted(walk.deleted, 'tracked deletion')} left out")
    if walk.hidden:
        notes.append(f"{counted(walk.hidden, 'stretch', 'stretches')} of hidden text left out")
    if walk.comments and "word/comments.xml" in names:
        notes.append(f"{counted(walk.comments, 'comment')} set aside")
    if walk.notes:
        notes.append(f"{counted(walk.notes, 'footnote')} set aside")
    transcript.notes[:0] = notes
    return transcript


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise UnreadableError("this is not a Word document: it has no text part.", _AGAIN) from error
    if info.file_size > LARGEST:
        raise UnreadableError("this Word document is larger than any interview (300 MB of text).", _AGAIN)
    with archive.open(info) as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UnreadableError("this Word document is larger than any interview (300 MB of text).", _AGAIN)
    return data


def _parse(data: bytes) -> Any:
    from lxml import etree

    data = data.replace(_STRICT, _W.strip("{}").encode())  # "strict" documents differ in the namespace
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError(_BROKEN, _AGAIN) from error
    if root.getroottree().docinfo.doctype:
        raise UnreadableError("this Word document declares entities, which Word never does.", _AGAIN)
    return root


def _heading_styles(archive: zipfile.ZipFile) -> set[str]:
    """Ids of the paragraph styles that are titles or headings, whatever the language they were written in."""
    if "word/styles.xml" not in archive.namelist():
        return set()
    try:
        styles = _parse(_part(archive, "word/styles.xml"))
    except UnreadableError:
        return set()
    found = set()
    for style in styles.iter(f"{_W}style"):
        name = style.find(f"{_W}name")
        text = (name.get(f"{_W}val") or "").casefold() if name is not None else ""
        if re.fullmatch(r"heading [1-9]|title|subtitle", text):
            found.add(style.get(f"{_W}styleId") or "")
    return found


_SKIPPED = {
    f"{_W}{name}"
    for name in ("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "instrText", "delInstrText", "proofErr",
                 "bookmarkStart", "bookmarkEnd", "sdtPr", "sdtEndPr", "commentRangeStart", "commentRangeEnd",
                 "fldData", "ruby")
}  # fmt: skip


class _Walk:
    """One walk over a document's body: lines of text, and counts of what is left out."""

    def __init__(self, headings: set[str]) -> None:
        self.headings = headings
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.boxes: list[Any] = []
        self.heading = False
        self.gap = True
        self.deleted = self.hidden = self.comments = self.notes = 0

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
                self.blocks(_choice(child))
            elif isinstance(tag, str) and tag not in _SKIPPED:  # content controls, tracked insertions
                self.blocks(child)

    def paragraph(self, paragraph: Any) -> None:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        self.heading = style is not None and style.get(f"{_W}val") in self.headings
        self.inline(paragraph)
        mark = paragraph.find(f"{_W}pPr/{_W}rPr")
        joined = mark is not None and (mark.find(f"{_W}del") is not None or mark.find(f"{_W}moveFrom") is not None)
        if not joined:  # a deleted paragraph mark joins this paragraph to the next
            self.end_paragraph()

    def end_paragraph(self) -> None:
        text = tidy("".join(self.parts))
        self.parts = []
        if text.strip():
            for raw in text.split("\n"):
                if raw.strip():
                    self.lines.append(Line(raw.strip(), gap=self.gap, heading=self.heading))
                    self.gap = False
        else:
            self.gap = True
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box)

    def inline(self, parent: Any) -> None:
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                continue
            if tag == f"{_W}r":
                if _hidden(child):
                    self.hidden += any(True for _ in child.iter(f"{_W}t"))
                    continue
                self.inline(child)
            elif tag == f"{_W}t":
                self.parts.append((child.text or "").replace("\n", " "))
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
                self.inline(_choice(child))
            elif tag == f"{_W}txbxContent":
                self.boxes.append(child)
            else:
                self.inline(child)

    def table(self, table: Any) -> None:
        rows = [list(_cells(row)) for row in table.iter(f"{_W}tr") if _owner(row) is table]
        grid = [[self.cell(cell) for cell in row] for row in rows]
        column = _voices(grid)
        self.gap = True
        for row in grid:
            filled = [cell for cell in row if cell]
            if column is not None and len(row) > column + 1 and row[column] and any(row[column + 1 :]):
                words = [line for cell in row[column + 1 :] for line in cell]
                time = f"{row[0][0].text} " if column == 1 and row[0] else ""
                self.lines.append(Line(f"{time}{row[column][0].text.rstrip(' :')}: {words[0].text}", gap=True))
                self.lines += words[1:]
            else:
                self.lines += [line for cell in filled for line in cell]
        self.gap = True

    def cell(self, cell: Any) -> list[Line]:
        inner = _Walk(self.headings)
        inner.blocks(cell)
        inner.end_paragraph()
        self.deleted += inner.deleted
        self.hidden += inner.hidden
        self.comments += inner.comments
        self.notes += inner.notes
        return inner.lines


def _choice(alternatives: Any) -> Any:
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


def _hidden(run: Any) -> bool:
    properties = run.find(f"{_W}rPr")
    vanish = properties.find(f"{_W}vanish") if properties is not None else None
    return vanish is not None and vanish.get(f"{_W}val") not in ("0", "false", "off")


def _voices(grid: list[list[list[Line]]]) -> int | None:
    """The column of a table that holds voices (short, one line, recurring), before a column of words."""
    for column in (0, 1):
        cells = [row[column] for row in grid if len(row) > column + 1 and row[column]]
        labels = [cell[0].text.rstrip(" :").casefold() for cell in cells if len(cell) == 1]
        short = [label for label in labels if 0 < len(label.split()) <= 5 and not re.fullmatch(r"[\d\W]+", label)]
        if len(grid) >= 2 and len(short) >= 0.8 * len(grid) and len(set(short)) <= max(2, len(short) / 2):
            return column
    return None

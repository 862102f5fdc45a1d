"""OpenDocument spreadsheets (.ods, .fods): the text of cells, sheet by sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.odt import OFFICE, TABLE, TEXT, Styles, Walk
from qualcode.transcripts.sheets import Page, part_of, read_pages
from qualcode.transcripts.zipped import opened, parse_xml

NAME = "ods"
ENDINGS = (".ods", ".fods")
KIND = "OpenDocument spreadsheet"
ROWS, COLUMNS = 200_000, 500

_MIME = b"opendocument.spreadsheet"


def recognise(data: bytes) -> bool:
    """A zip archive of that type, or one flat XML file that says so."""
    if data.startswith(b"PK\x03\x04"):
        return _MIME in data[:200]
    head = data[:2000]
    return b"office:document" in head and _MIME in head


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of the sheets' rows; comments in cells are left out; `sheets.read_pages` says how."""
    if data.startswith(b"PK"):
        with opened(data, KIND, ".ods") as document:
            root = document.xml("content.xml")
            broken = document.broken()
    else:
        root = parse_xml(data.removeprefix(b"\xef\xbb\xbf").lstrip(), KIND)
        broken = UnreadableError(f"this {KIND} is damaged or not whole.", "Save it again from LibreOffice as .ods.")
    body = root.find(f"{OFFICE}body/{OFFICE}spreadsheet")
    if body is None:
        raise broken
    found = [Page(table.get(f"{TABLE}name") or "", list(_rows(table))) for table in body.iterchildren(f"{TABLE}table")]
    return read_pages(part_of(found, options), options)


def _rows(table: Any) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for row in table.iter(f"{TABLE}table-row"):
        cells: list[str] = []
        for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            text = _text(cell)
            times = _repeated(cell, "number-columns-repeated")
            if len(cells) + times > COLUMNS and not text:
                break
            cells += [text] * min(times, COLUMNS - len(cells))
        times = _repeated(row, "number-rows-repeated")
        if any(cell.strip() for cell in cells):
            if number + times > ROWS:
                raise UnreadableError(f"this spreadsheet has more than {ROWS:,} rows.", "Part it into several files.")
            for again in range(times):
                yield number + again + 1, cells
        number += times


def _repeated(node: Any, what: str) -> int:
    count = node.get(f"{TABLE}{what}") or "1"
    return max(1, min(int(count), 10_000_000)) if count.isdecimal() and len(count) < 10 else 1


def _text(cell: Any) -> str:
    lines = []
    for paragraph in cell.iterchildren(f"{TEXT}p", f"{TEXT}h"):
        walk = Walk(Styles([]))
        walk.inline(paragraph)
        lines.append("".join(walk.parts))
    return "\n".join(lines)

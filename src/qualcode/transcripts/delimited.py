"""Tables as text (.csv, .tsv): whatever parts the cells, commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import io
import re

from qualcode.transcripts.cleaning import decode_raw
from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.sheets import Page, columns_of, part_of, read_pages

NAME = "csv"
ENDINGS = (".csv", ".tsv", ".tab")
LARGEST = 10_000_000  # characters of one cell
_DELIMITERS = ",;\t|"


def recognise(data: bytes) -> bool:
    """The first line names a column of words and another one, whatever parts them."""
    first = re.split(rb"[\r\n]", data[:3000].removeprefix(b"\xef\xbb\xbf").lstrip(), maxsplit=1)[0]
    if not 5 <= len(first) <= 500 or not any(mark.encode() in first for mark in _DELIMITERS):
        return False
    text = first.decode("utf-8", "replace")
    named = any(
        columns_of(Page("", _rows(text, mark)), ReadOptions()) is not None for mark in _DELIMITERS if mark in text
    )
    return named or ("\t" in text and _voices_last(data))


def _voices_last(data: bytes) -> bool:
    """Rows without names of columns whose words stand before the voice (NVivo); what has the voice first is a text with tabs."""
    if 0 in data[:3000]:
        return False
    head = data[:30_000].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").replace("\r\n", "\n")
    lines = head.split("\n")
    columns = columns_of(
        Page("", _rows("\n".join(lines[: -1 if len(head) < len(data) else None]), "\t")), ReadOptions()
    )
    return (
        columns is not None
        and columns.header < 0
        and "time" in columns.of
        and columns.of["text"] < columns.of["speaker"]
    )


def pages(data: bytes, options: ReadOptions) -> tuple[list[Page], list[str]]:
    """The one sheet of the file."""
    text, notes = decode_raw(data)
    said = re.match(r"sep=(.)\n", text)
    if said:
        text = text[said.end() :]
    choices = [said[1]] if said else [mark for mark in _DELIMITERS if mark in text[:20_000]] or [","]
    found = [Page("", _rows(text[:60_000], mark)) for mark in choices]
    scores = [_score(page, options) for page in found]
    best = scores.index(max(scores))
    return [Page("", _rows(text, choices[best]))], notes


def _score(page: Page, options: ReadOptions) -> tuple[int, int, int]:
    columns = columns_of(page, options)
    width = len(page.rows[0][1]) if page.rows else 0
    return (0 if columns is None else 1 + (columns.header >= 0), len(columns.of) if columns else 0, width)


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    csv.field_size_limit(LARGEST)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        return [(number, cells) for number, cells in enumerate(reader, start=1) if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise UnreadableError("this table is damaged or not whole.", "Save it again as .csv (UTF-8).") from error


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of the table's rows; `sheets.read_pages` says how."""
    found, notes = pages(data, options)
    transcript = read_pages(part_of(found, options), options)
    transcript.notes[:0] = notes
    return transcript

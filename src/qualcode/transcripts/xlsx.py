"""Excel workbooks (.xlsx, .xlsm): the values of cells, sheet by sheet."""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime, time, timedelta
from typing import Any

from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError, counted
from qualcode.transcripts.sheets import Page, part_of, read_pages
from qualcode.transcripts.zipped import opened

NAME = "xlsx"
ENDINGS = (".xlsx", ".xlsm")
KIND = "Excel workbook"
ROWS, COLUMNS = 200_000, 500  # more is no transcript


def recognise(data: bytes) -> bool:
    """A zip archive with a workbook in it."""
    return data.startswith(b"PK\x03\x04") and b"xl/workbook" in data


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of the workbook's rows; hidden sheets are left out and counted; `sheets.read_pages` says how."""
    found, hidden = _pages(data)
    transcript = read_pages(part_of(found, options), options)
    if hidden:
        transcript.notes.insert(0, f"{counted(hidden, 'hidden sheet')} left out")
    return transcript


def _pages(data: bytes) -> tuple[list[Page], int]:
    import openpyxl

    with opened(data, KIND, ".xlsx") as document:
        document.check_sizes()
        broken = document.broken()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        found = [Page(str(sheet.title), _rows(sheet)) for sheet in shown]
        return found, len(book.worksheets) - len(shown)
    except UnreadableError:
        raise
    except Exception as error:  # openpyxl raises nearly anything on a damaged file
        raise broken from error


def _rows(sheet: Any) -> list[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # what a file says of its size may be wrong
    rows: list[tuple[int, list[str]]] = []
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=COLUMNS), start=1):
        if number > ROWS:
            raise UnreadableError(f"this workbook has more than {ROWS:,} rows.", "Part it into several files.")
        cells = [_cell(value) for value in values]
        if any(cell.strip() for cell in cells):
            rows.append((number, cells))
    return rows


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, datetime) and value.year < 1901:  # a time of day that Excel wrote as a date
        value = value.time()
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)

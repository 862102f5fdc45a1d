"""Printed tables and whole data tables as Excel workbooks: real numbers, frozen headings, no formulas from people's words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from qualcode.files import write_zip_document
from qualcode.reports.model import PrintedTable

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


FONT = "Calibri"


def write_printed(path: Path, tables: Sequence[PrintedTable], *, day: str, title: str) -> None:
    """A workbook with a sheet for each printed table: caption above, notes below."""
    book = _book(title)
    for table in tables:
        sheet = book.create_sheet(_sheet_name(table.name, book.sheetnames))
        _put(sheet, 1, 1, table.caption, bold=True, wrap=False)
        widths = [max(9.0, 130 * column.width / table.width) for column in table.columns]
        for number, column in enumerate(table.columns, start=1):
            _put(sheet, 3, number, column.heading, head=True, right=column.align == "right")
        for line, row in enumerate(table.rows, start=4):
            for number, (column, cell) in enumerate(zip(table.columns, row.cells, strict=True)):
                top, indent = row.level == 0 and number == 0, max(0, row.level - 1) if number == 0 else 0
                _put(sheet, line, number + 1, cell, bold=top, indent=indent, right=column.align == "right")
            _fit(sheet, line, row.cells, widths)
        end = 4 + len(table.rows)
        if not table.rows:
            _put(sheet, 4, 1, table.empty)
            end += 1
        for line, note in enumerate(filter(None, table.notes), start=end + 1):
            _put(sheet, line, 1, note, wrap=False, small=True)
        _fit(sheet, 3, [column.heading for column in table.columns], widths)
        _layout(sheet, widths, head=3)
    write_zip_document(path, book.save, day=day)


def write_data(path: Path, tables: dict[str, tuple[str, pd.DataFrame]], *, day: str, title: str) -> None:
    """A workbook with every data table whole: a first sheet that lists them, then a sheet each with filters.

    Parameters
    ----------
    tables
        Name -> (what one row is, the table).
    """
    book = _book(title)
    contents = book.create_sheet("Contents")
    for column, head in enumerate(("table", "one row is", "rows"), start=1):
        _put(contents, 1, column, head, head=True)
    for line, (name, (row, data)) in enumerate(tables.items(), start=2):
        _put(contents, line, 1, name)
        _put(contents, line, 2, row)
        _put(contents, line, 3, len(data))
    _layout(contents, [26, 70, 8], head=1)
    for name, (_, data) in tables.items():
        sheet = book.create_sheet(_sheet_name(name, book.sheetnames))
        for column, head in enumerate(data.columns, start=1):
            _put(sheet, 1, column, str(head), head=True)
        for line, values in enumerate(data.itertuples(index=False), start=2):
            for column, value in enumerate(values, start=1):
                _put(sheet, line, column, value, wrap=False)
        widths = [
            min(60.0, max(10.0, 1.2 * max([len(str(head)), *(len(str(value)) for value in data[head].head(200))])))
            for head in data.columns
        ]
        _layout(sheet, widths, head=1)
        if len(data):
            sheet.auto_filter.ref = sheet.dimensions
    write_zip_document(path, book.save, day=day)


def _book(title: str) -> Any:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.title = title
    book.properties.creator = "qualcode"
    return book


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    short = "".join(" " if letter in "[]:*?/\\" else letter for letter in name)[:31]
    number = 2
    while short in taken:
        short = f"{short[:28]} {number}"
        number += 1
    return short


def _put(
    sheet: Worksheet, line: int, column: int, value: object, *, head: bool = False, bold: bool = False,
    indent: int = 0, wrap: bool = True, small: bool = False, right: bool = False,
) -> None:  # fmt: skip
    if value is None or (not isinstance(value, str) and bool(pd.isna(cast(Any, value)))):
        return
    cell = sheet.cell(line, column)
    looks = (head, bold, indent, wrap, small, right)
    seen: dict[Any, Any] = sheet.parent.__dict__.setdefault("_qualcode_styles", {})  # a style is made once a workbook
    if looks not in seen:
        _style(cell, *looks)
        seen[looks] = cell._style
    cell._style = copy(seen[looks])
    if isinstance(value, str):
        cell.value = _clean(value)
        cell.data_type = "s"  # a text that begins with = + - @ stays a text
        if value[:1] in "=+-@":
            cell.quotePrefix = True
    else:
        cell.value = value.item() if hasattr(value, "item") else value


def _style(cell: Any, head: bool, bold: bool, indent: int, wrap: bool, small: bool, right: bool) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    cell.alignment = Alignment("right" if right else None, "top", wrap_text=wrap, indent=indent)
    if head:
        cell.font = Font(name=FONT, bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="1F4E6B")
        cell.border = Border(bottom=Side("thin"))
    elif bold:
        cell.font = Font(name=FONT, bold=True)
    elif small:
        cell.font = Font(name=FONT, italic=True, size=9)


def _fit(sheet: Worksheet, line: int, cells: Sequence[object], widths: Sequence[float]) -> None:
    """Make a row high enough for its longest cell (programs that open a workbook do not all do so)."""
    lines = [
        sum(max(1, math.ceil(len(part) / width)) for part in str(cell).split("\n"))
        for cell, width in zip(cells, widths, strict=True)
    ]
    sheet.row_dimensions[line].height = 15 * max(lines)


def _clean(text: str) -> str:
    """Without the control characters that a workbook may not hold."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")[:32_767]


def _layout(sheet: Worksheet, widths: Sequence[float], *, head: int) -> None:
    from openpyxl.utils import get_column_letter

    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = f"A{head + 1}"
    sheet.print_title_rows = f"{head}:{head}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True

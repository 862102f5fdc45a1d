"""How workbooks that people work in look: fonts, cells that stay text, rows as high as their words, lines, paper."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
FILLED_IN, FACTS = "2E7D32", "404040"  # heads of columns that people fill in, and of those that they read
_PAPER = {"A3": 8, "A4": 9}


def put(cell: Any, value: object) -> None:
    """Set a cell to a text that stays a text, whatever it begins with; numbers and dates as they are."""
    if isinstance(value, str):
        cell.value = _UNPRINTABLE.sub("", value)
        cell.data_type = "s"
        if value[:1] in "=+-@" and value:
            cell.quotePrefix = True
    else:
        cell.value = value


def font(**more: Any) -> Any:
    from openpyxl.styles import Font

    return Font(name="Calibri", **({"size": 10} | more))


def height(cells: Iterable[tuple[object, float]]) -> float:
    """Points that a row of wrapped texts takes, each given with its column's width: no program sets this for us."""
    lines = 1
    for value, width in cells:
        if isinstance(value, str):
            room = max(4, int(width))
            lines = max(lines, sum(len(textwrap.wrap(part, room)) or 1 for part in value.split("\n")))
    return min(409.0, 13.2 * lines + 4)


def shortened(text: str, *, words: int) -> str:
    """The first words of a long text, and a sign that there is more."""
    found = list(re.finditer(r"\S+", text))
    return text if len(found) <= words else f"{text[: found[words - 1].end()]} …"


def head(page: Any, columns: Sequence[tuple[str, float, str]]) -> None:
    """The first row: headings with width and colour of their column; it stays in view and on every printed page."""
    from openpyxl.styles import Alignment, PatternFill
    from openpyxl.utils import get_column_letter

    for at, (heading, width, colour) in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(at)].width = width
        cell = page.cell(1, at)
        put(cell, heading)
        cell.font = font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=colour)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    page.row_dimensions[1].height = height(
        (heading, width - 4) for heading, width, _ in columns
    )  # room for the filter's sign


def ruled(page: Any, columns: int) -> None:
    """Thin grey lines around every cell of the first columns, so that neighbours do not run into one another."""
    from openpyxl.styles import Border, Side

    line = Side(style="thin", color="BFBFBF")
    border = Border(left=line, right=line, top=line, bottom=line)
    for row in page.iter_rows(min_row=1, max_row=page.max_row, max_col=columns):
        for cell in row:
            cell.border = border


def printed(page: Any, *, paper: str = "A4", upright: bool = False, wide: int = 1, titles: str = "1:1") -> None:
    """Paper, and as many pages beside one another as it takes to be read; the rows `titles` stand on each."""
    page.page_setup.paperSize = _PAPER[paper]
    page.page_setup.orientation = "portrait" if upright else "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = wide, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top = page.page_margins.bottom = 0.5
    if titles:
        page.print_title_rows = titles


def help_page(book: Any, lines: Sequence[str], *, title: str = "How to use this") -> None:
    """The second sheet: a heading, then a line each; as wide as a printed page."""
    from openpyxl.styles import Alignment

    page = book.create_sheet(title, 1)
    for row, words in enumerate(lines, start=1):
        cell = page.cell(row, 1)
        put(cell, words)
        cell.font = font(bold=row == 1, size=14 if row == 1 else 11)
        cell.alignment = Alignment(
            wrap_text=True, vertical="top", horizontal="left", indent=2 if words.startswith("    ") else 0
        )
        if words.startswith("    "):
            cell.value = words.strip()
        page.row_dimensions[row].height = max(20.0, 2 + 1.15 * height([(words, 54 if row == 1 else 76)]))
    page.column_dimensions["A"].width = 76  # what an upright page takes, in a wider font too
    printed(page, upright=True, titles="")

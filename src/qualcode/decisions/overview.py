"""The first sheet of the meeting's workbook: how far one is, and a link to each disagreement."""

from __future__ import annotations

from collections import Counter
from copy import copy
from typing import Any

from qualcode.decisions.items import Item, Pack, Reading
from qualcode.decisions.layout import COLUMNS, OVERVIEW, SHEET, WORD_OF, code_option
from qualcode.sheets import FACTS, font, height, put

_HEAD = 6  # the row of the list's heads
_LIST = (("No.", 7), ("Transcript", 13), ("Kind", 12), ("Speaker", 14), ("A", 34), ("B", 34), ("Rank", 7),
    ("At stake", 42), ("Decision now", 15))  # fmt: skip
_COUNTS = (("", 18), ("All", 8), ("Decided", 9), ("Open", 8))
_AT = len(_LIST) + 2  # the first column of the counts


def write_overview(book: Any, pack: Pack, notice: str) -> None:
    """Counts that follow what is filled in, by kind and by transcript, and a list that leads to each row.

    Links look their row up by the disagreement's id, so they hold after the rows were sorted.
    """
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(OVERVIEW, 0)
    book.active = 0
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet is page
    page.sheet_view.showGridLines = False
    last = max(2, len(pack.items) + 1)

    def column(key: str) -> str:
        letter = get_column_letter([one.key for one in COLUMNS].index(key) + 1)
        return f"{SHEET}!${letter}$2:${letter}${last}"

    put(page["A1"], "Disagreements between coders")
    page["A1"].font = font(bold=True, size=14)
    put(page["A2"], pack.study)
    put(page["A3"], notice)
    page["A3"].font = font(italic=True)
    settled = f'{column("choice")},"<>",{column("choice")},"<>{WORD_OF["open"]}"'
    everything = f"COUNTIFS({settled})"
    page["A4"].value = f'={everything}&" of {len(pack.items)} decided, "&({len(pack.items)}-{everything})&" open"'
    page["A4"].font = font(bold=True, size=12)
    for at, (heading, width) in enumerate((*_LIST, ("", 3), *_COUNTS), start=1):
        page.column_dimensions[get_column_letter(at)].width = width
        if at <= len(_LIST):
            _head(page.cell(_HEAD, at), heading)
    looks = _looks(page.cell(_HEAD + 1, 1))
    for number, item in enumerate(pack.items, start=1):
        _line(page, _HEAD + number, number, item, column, looks)
    _counts(page, pack, column, settled)
    page.freeze_panes = f"A{_HEAD + 1}"
    page.auto_filter.ref = f"A{_HEAD}:{get_column_letter(len(_LIST))}{_HEAD + max(1, len(pack.items))}"
    guard = page.protection
    guard.sheet = True  # no password: it only keeps formulas from being typed over
    guard.autoFilter = guard.formatColumns = guard.formatRows = False
    page.page_setup.paperSize, page.page_setup.orientation = page.PAPERSIZE_A4, "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top = page.page_margins.bottom = 0.5
    page.print_title_rows = f"{_HEAD}:{_HEAD}"
    page.oddFooter.center.text = "Page &P of &N"


def reading_shown(side: Reading) -> str:
    """One side in a line: `KL: Money [money], barrier`."""
    said = code_option(side.code, side.label) if side.code else "(no code)"
    way = f", {side.direction.replace(';', ', ')}" if side.direction else ""
    return f"{', '.join(side.coders)}: {said}{way}"


def _looks(cell: Any) -> tuple[Any, Any]:
    """How a link and how another cell of the list looks."""
    from openpyxl.styles import Alignment, Border, Side

    cell.alignment = Alignment(vertical="top", wrap_text=True, horizontal="left")
    cell.border = Border(bottom=Side(style="thin", color="D9D9D9"))
    cell.font = font(color="0563C1", underline="single")
    link = copy(cell._style)
    cell.font = font()
    return link, copy(cell._style)


def _line(page: Any, row: int, number: int, item: Item, column: Any, looks: tuple[Any, Any]) -> None:
    place = f'MATCH("{item.disagreement}",{column("disagreement")},0)'
    shown = (
        f'=HYPERLINK("#{SHEET}!A"&(1+{place}),{number})',
        item.transcript,
        item.kind,
        item.speaker,
        *(reading_shown(side) for side in item.sides),
        item.rank,
        item.at_stake,
        f'=IF(INDEX({column("choice")},{place})="","",INDEX({column("choice")},{place}))',
    )
    for at, value in enumerate(shown, start=1):
        cell = page.cell(row, at)
        cell._style = copy(looks[at > 1])
        if at in (1, len(shown)):
            cell.value = value
        else:
            put(cell, value)
    page.row_dimensions[row].height = height((shown[at], _LIST[at][1] + 4) for at in (4, 5, 7))


def _counts(page: Any, pack: Pack, column: Any, settled: str) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    row = _HEAD + 1  # below what stands on every printed page
    for key, heading in (("kind", "By kind"), ("transcript", "By transcript")):
        for at, (name, _) in enumerate(_COUNTS):
            _head(page.cell(row, _AT + at), name or heading, "right" if at else "left")
        every = Counter(getattr(item, key) for item in pack.items)
        for value in sorted(every):
            row += 1
            label = f"${get_column_letter(_AT)}{row}"
            put(page.cell(row, _AT), value)
            all_, done = page.cell(row, _AT + 1), page.cell(row, _AT + 2)
            all_.value = f"=COUNTIFS({column(key)},{label})"
            done.value = f"=COUNTIFS({column(key)},{label},{settled})"
            page.cell(row, _AT + 3).value = f"={all_.coordinate}-{done.coordinate}"
            for at in range(len(_COUNTS)):
                page.cell(row, _AT + at).font = font()
                page.cell(row, _AT + at).alignment = Alignment(vertical="top")
        row += 2


def _head(cell: Any, heading: str, side: str = "left") -> None:
    from openpyxl.styles import Alignment, PatternFill

    put(cell, heading)
    cell.font = font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=FACTS)
    cell.alignment = Alignment(vertical="top", horizontal=side)

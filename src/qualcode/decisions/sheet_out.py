"""The sheet for the coders' meeting as a workbook: every disagreement in its context, with room to decide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

from qualcode.decisions.items import DIRECTIONS, Code, Item, Pack, Reading
from qualcode.decisions.layout import (
    CHOICE_WORDS,
    CHOICES_EXPLAINED,
    CODES,
    COLUMNS,
    HELP,
    KINDS,
    LISTS,
    PACK,
    SHEET,
    SILENT_CHOICES,
    WORD_OF,
    code_option,
)
from qualcode.decisions.overview import write_overview
from qualcode.decisions.passage import shortened
from qualcode.decisions.stake import EXPLAINED
from qualcode.decisions.worklist import write_facts
from qualcode.files import write_zip_document
from qualcode.sheets import font as _font
from qualcode.sheets import height as _height
from qualcode.sheets import put as _put
from qualcode.tables import split

_COLOURS = {  # header, cells
    "facts": ("404040", None),
    "a": ("2F5D8A", "EEF3F9"),
    "b": ("8A5A2F", "FAF3EB"),
    "input": ("4F6B1F", "FFFBDD"),
    "ids": ("8C8C8C", "F2F2F2"),
}
WHOLE = "(the whole transcript)"


def write_sheet(path: Path, pack: Pack, *, notice: str = "") -> None:
    """Write the disagreements as a workbook in which a meeting can decide, and which `import_sheet` reads back.

    Parameters
    ----------
    pack
        What it shows; what is decided already comes filled in.
    notice
        The study's, from its configuration.
    """
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    rows = [_row(number, item, pack) for number, item in enumerate(pack.items, start=1)]
    options = [code_option(one.code, one.label) for one in pack.codes]
    _write_rows(page, rows)
    _write_lists(book.create_sheet(LISTS), pack.items, options)
    _validate(page, pack.items, len(options))
    _mark(page, len(rows))
    write_overview(book, pack, notice)
    _write_help(book.create_sheet(HELP, 2), pack, notice)
    _write_codes(book.create_sheet(CODES, 3), pack.codes)
    write_facts(
        book,
        {
            "qualcode": PACK,
            "pack": pack.pack,
            "study": pack.study,
            "codebook": pack.codebook,
            "codebook_version": pack.version,
            "context": str(pack.context),
            **{f"text {name}": mark for name, mark in pack.texts},
        },
    )
    book[LISTS].sheet_state = "hidden"
    write_zip_document(path, book.save, day=pack.day)


# ---------------------------------------------------------------- the rows


def _row(number: int, item: Item, pack: Pack) -> dict[str, Any]:
    made = item.decided
    status = "open" if item.open else "decided"
    before, after = (re.sub(r"\n+", "\n", words.strip()) for words in (item.before, item.after))
    row: dict[str, Any] = {
        "number": number,
        "kind": item.kind,
        "transcript": item.transcript,
        "speaker": item.speaker,
        "rank": item.rank,
        "stake": item.at_stake,
        "before": ("… " if before and item.text_start else "") + before,
        "after": after + (" …" if after and item.text_end < item.length else ""),
        "choice": WORD_OF.get(made.choice, made.choice) if made else "",
        "reason": made.reason if made else "",
        "by": made.by if made else "",
        "on": made.on if made else "",
        "status": f"suggested {item.suggested}" if item.suggested else status,
        "disagreement": item.disagreement,
        "decision": made.decision if made else "",
        "other": "",
        "passage": "",
    }
    if made is not None and made.choice == "other":
        row |= {"other": code_option(made.code, pack.label(made.code)), "passage": shortened(made.words)}
    for side in item.sides:
        row |= _side(side, item)
    return row


def _side(side: Reading, item: Item) -> dict[str, Any]:
    letter, coders = side.letter.lower(), ", ".join(side.coders)
    shown = code_option(side.code, side.label)
    if side.direction:
        shown += "\ndirection: " + ", ".join(split(side.direction))
    low, high = side.start - item.start, side.end - item.start
    return {
        f"coder_{letter}": coders,
        f"code_{letter}": "(no code)" if side.silent else shown,
        f"quote_{letter}": f"({coders} read this and did not use the code here)"
        if side.silent
        else shortened(item.words[low:high]) or WHOLE,
        f"memo_{letter}": side.memo,
        f"definition_{letter}": side.definition,
        f"coding_{letter}": ";".join(side.codings),
    }


# ---------------------------------------------------------------- the workbook


def _letter(key: str) -> str:
    from openpyxl.utils import get_column_letter

    return get_column_letter([column.key for column in COLUMNS].index(key) + 1)


def _write_rows(page: Any, rows: list[dict[str, Any]]) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Protection, Side
    from openpyxl.utils import get_column_letter

    line = Side(style="thin", color="BFBFBF")
    border = Border(left=line, right=line, top=line, bottom=line)
    top = Alignment(wrap_text=True, vertical="top")
    middle = Alignment(vertical="top", horizontal="center")
    for at, column in enumerate(COLUMNS, start=1):
        header, fill = _COLOURS[column.role]
        page.column_dimensions[get_column_letter(at)].width = column.width
        cell = page.cell(1, at, column.heading)
        cell.font = _font(bold=True, color="FFFFFF", size=10)
        cell.fill = PatternFill("solid", fgColor=header)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.border = border
        look = None
        for number, row in enumerate(rows, start=2):
            cell = page.cell(number, at)
            value = row[column.key]
            if look is None:
                if column.key == "on":
                    cell.number_format = "yyyy-mm-dd"
                elif column.key not in ("number", "rank"):
                    cell.number_format = "@"
                cell.font = _font(size=10, color="7F7F7F" if column.role == "ids" else "000000")
                cell.alignment = middle if column.key in ("number", "rank") else top
                cell.border = border
                if fill:
                    cell.fill = PatternFill("solid", fgColor=fill)
                cell.protection = Protection(locked=column.role != "input")
                look = copy(cell._style)
            cell._style = copy(look)  # one look a column: making it anew for each cell takes ten times as long
            if column.key == "on" and value:
                _put(cell, date.fromisoformat(str(value)))
                cell.number_format = "yyyy-mm-dd"
            elif value != "":
                _put(cell, value)
    page.row_dimensions[1].height = 30
    for number, row in enumerate(rows, start=2):
        page.row_dimensions[number].height = _height(
            [(row[one.key], one.width) for one in COLUMNS if one.role != "ids"]
        )
    page.freeze_panes = "D2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{max(2, len(rows) + 1)}"
    guard = page.protection
    guard.sheet = True  # no password: it only keeps ids and words from being typed over
    guard.autoFilter = guard.sort = guard.formatColumns = guard.formatRows = guard.formatCells = False
    printed = [at for at, column in enumerate(COLUMNS, start=1) if column.printed]
    page.print_area = f"A1:{get_column_letter(max(printed))}{max(2, len(rows) + 1)}"
    page.print_title_rows = "1:1"
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A3
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.page_margins.left = page.page_margins.right = 0.4
    page.page_margins.top = page.page_margins.bottom = 0.5
    page.oddFooter.center.text = "Page &P of &N"
    page.oddFooter.left.text = "Confidential: words of participants"


def _choice_lists(items: Sequence[Item]) -> list[tuple[str, ...]]:
    """The lists of decisions: all of them, those beside a silence, and what else an item may leave to choose from."""
    usual = [tuple(CHOICE_WORDS), SILENT_CHOICES]
    own = {tuple(WORD_OF[choice] for choice in item.choices) for item in items}
    return [*usual, *sorted(own.difference(usual))]


def _write_lists(page: Any, items: Sequence[Item], options: list[str]) -> None:
    full, silent, *more = _choice_lists(items)
    lists = (list(full), list(silent), options, list(DIRECTIONS), *map(list, more))
    for at, values in enumerate(lists, start=1):
        for line, value in enumerate(values, start=1):
            _put(page.cell(line, at), value)


def _validate(page: Any, items: Sequence[Item], codes: int) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    def rule(letter: str, length: int, message: str, cells: Iterable[int], key: str, *, style: str = "stop") -> None:
        made = DataValidation(type="list", formula1=f"{LISTS}!${letter}$1:${letter}${max(1, length)}", allow_blank=True)
        made.errorTitle, made.error, made.showErrorMessage, made.errorStyle = "Not in the list", message, True, style
        add(made, cells, key)

    def add(made: DataValidation, cells: Iterable[int], key: str) -> None:
        runs = _runs(cells)
        for first, last in runs:
            made.add(f"{_letter(key)}{first}:{_letter(key)}{last}" if first < last else f"{_letter(key)}{first}")
        if runs:
            page.add_data_validation(made)

    rows = list(enumerate(items, start=2))
    choose = "Please choose from the list (see the sheet 'How to use this')."
    for nth, words in enumerate(_choice_lists(items)):
        letter = get_column_letter(nth + 1 if nth < 2 else nth + 3)  # codes and directions stand between
        fitting = [number for number, item in rows if tuple(WORD_OF[choice] for choice in item.choices) == words]
        rule(letter, len(words), choose, fitting, "choice")
    pick = "Please choose a code from the list."  # only a warning: a code with a span (`workload 120-260`) may be typed
    rule("C", codes, pick, [n for n, item in rows if item.kind != "direction"], "other", style="warning")
    ways = "Please choose a direction from the list."
    rule("D", len(DIRECTIONS), ways, [n for n, item in rows if item.kind == "direction"], "other", style="warning")
    day = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    day.errorTitle, day.error, day.showErrorMessage = "Not a date", "Please give a date, as 2024-03-31.", True
    add(day, [number for number, _ in rows], "on")


def _runs(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers that follow one another, as first and last."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = found[-1][0], number
        else:
            found.append((number, number))
    return found


def _mark(page: Any, rows: int) -> None:
    """Colours that tell what is done (the number), and what a decision still lacks."""
    from openpyxl.formatting.rule import FormulaRule
    from openpyxl.styles import PatternFill

    if not rows:
        return
    green, red = PatternFill("solid", bgColor="C6E0B4"), PatternFill("solid", bgColor="F8CBAD")
    choice, other, passage = (f"${_letter(key)}2" for key in ("choice", "other", "passage"))
    done = FormulaRule(formula=[f'AND({choice}<>"",{choice}<>"{WORD_OF["open"]}")'], fill=green)
    page.conditional_formatting.add(f"{_letter('number')}2:{_letter('number')}{rows + 1}", done)
    for key in ("by", "on"):
        lacking = FormulaRule(formula=[f'AND({choice}<>"",${_letter(key)}2="")'], fill=red)
        page.conditional_formatting.add(f"{_letter(key)}2:{_letter(key)}{rows + 1}", lacking)
    what = FormulaRule(formula=[f'AND({choice}="{WORD_OF["other"]}",{other}="",{passage}="")'], fill=red)
    page.conditional_formatting.add(f"{_letter('other')}2:{_letter('passage')}{rows + 1}", what)


def _write_help(page: Any, pack: Pack, notice: str) -> None:
    from openpyxl.styles import Alignment

    lines: list[tuple[str, str]] = [
        ("h", "Disagreements between coders"),
        ("", pack.study),
        *([("", notice)] if notice else []),
        ("h", "What to do"),
        (
            "",
            f"1. Go through the sheet '{SHEET}' together. Read the passage of A and of B, with what comes before and after. "
            "A click on a number in the sheet 'Overview' leads to its row; the small arrows in the first row filter.",
        ),
        ("", "2. Choose a decision from the list in the green columns. Leave it empty if you do not decide today."),
        (
            "",
            "3. With 'other' you may choose another code beside, or paste the words of another passage: copy them from what the "
            "row shows (from 'Just before' to 'Just after'), from the first word to the last. They must stand there once.",
        ),
        (
            "",
            "4. Write who decided (By: two people as RB; KL) and when (Date); a decision needs both (a cell turns red where one "
            "is missing). A reason helps whoever reads this next year: give it in your own words, without a participant's.",
        ),
        ("", "5. Save the workbook as .xlsx and bring it back with:  qualcode import FILE.xlsx"),
        (
            "",
            "Only the yellow cells may be typed into. The sheet is protected without a password, so that ids and words are not "
            "typed over by accident: Review > Unprotect Sheet takes that off, to sort or to delete rows for example.",
        ),
        ("h", "Decisions"),
        *CHOICES_EXPLAINED,
        ("h", "Kinds of disagreement"),
        *KINDS.items(),
        ("h", "Rank, and what is at stake"),
        ("", EXPLAINED),
        ("h", "Confidential"),
        ("", "This workbook holds words of participants. Share it only within the team."),
    ]
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 14, 90
    for number, (word, text) in enumerate(lines, start=1):
        if word == "h":
            cell = page.cell(number, 1)
            _put(cell, text)
            cell.font = _font(bold=True, size=14 if number == 1 else 12)
            page.row_dimensions[number].height = 24
            continue
        if word:
            _put(page.cell(number, 1), word)
            page.cell(number, 1).font = _font(bold=True, size=11)
            page.cell(number, 1).alignment = Alignment(vertical="top")
        else:
            page.merge_cells(start_row=number, start_column=1, end_row=number, end_column=2)
        cell = page.cell(number, 2 if word else 1)
        _put(cell, text)
        cell.font = _font(size=11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[number].height = 2 + 1.1 * _height([(text, 88 if word else 102)])
    page.sheet_view.showGridLines = False
    _portrait(page)


def _write_codes(page: Any, codes: Sequence[Code]) -> None:
    from openpyxl.styles import Alignment, PatternFill

    heads = (("Code", 20), ("Label", 26), ("Kind", 10), ("Under", 16), ("Direction", 11), ("Definition", 46),
        ("Use it for", 34), ("Not for", 34))  # fmt: skip
    names = ("code", "label", "kind", "parent", "direction", "definition", "include", "exclude")
    for at, (head, width) in enumerate(heads, start=1):
        page.column_dimensions["ABCDEFGH"[at - 1]].width = width
        cell = page.cell(1, at, head)
        cell.font = _font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="404040")
    for number, entry in enumerate(codes, start=2):
        line = vars(entry)
        for at, name in enumerate(names, start=1):
            cell = page.cell(number, at)
            _put(cell, str(line[name]))
            cell.alignment = Alignment(
                wrap_text=True, vertical="top", indent=int(line["depth"]) if name == "label" else 0
            )
            cell.font = _font(bold=line["kind"] == "theme" and name in ("code", "label"))
        page.row_dimensions[number].height = _height([(line[name], heads[at][1]) for at, name in enumerate(names)])
    page.freeze_panes = "C2"
    page.print_title_rows = "1:1"
    _portrait(page)
    page.page_setup.orientation = "landscape"


def _portrait(page: Any) -> None:
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.orientation = "portrait"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True

"""What worklists have in common: a page with columns to read and columns to fill in, and what came back of it."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qualcode.decisions.answers import day_of
from qualcode.decisions.layout import HIDDEN
from qualcode.decisions.sheet_in import facts_of, open_workbook
from qualcode.errors import DecisionsError, Problems
from qualcode.sheets import FACTS, FILLED_IN, font, head, height, printed, put, ruled

Columns = Sequence[tuple[str, str, float, bool]]  # key, heading, width, whether it is filled in by people
IDS = ("coding", "split", "about", "decision")  # columns that tie rows to the study


def headings(columns: Columns) -> dict[str, str]:
    """{a heading without regard to case: its key}."""
    return {heading.casefold(): key for key, heading, _, _ in columns}


def write_page(
    page: Any, columns: Columns, rows: Sequence[Mapping[str, Any]], *, last_printed: str, frozen: str = "C2"
) -> None:
    """Rows under their headings; only what people fill in may be typed into, by a protection without password."""
    from openpyxl.styles import Alignment, PatternFill, Protection
    from openpyxl.utils import get_column_letter

    guarded = any(filled for *_, filled in columns)
    head(page, [(heading, width, FILLED_IN if filled else FACTS) for _, heading, width, filled in columns])
    for number, cells in enumerate(rows, start=2):
        for at, (key, _, _, filled) in enumerate(columns, start=1):
            cell = page.cell(number, at)
            value = cells.get(key, "")
            if value != "":
                put(cell, value)
            if isinstance(value, float):
                cell.number_format = "0.00"
            elif isinstance(value, str) and key != "on":
                cell.number_format = "@"
            cell.font = font(color="7F7F7F" if key in IDS else "000000")
            centred = "center" if isinstance(value, int | float) else None
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=centred)
            cell.protection = Protection(locked=not filled)
            if filled:
                cell.fill = PatternFill("solid", fgColor="E8F5E9")
        page.row_dimensions[number].height = height(
            [(cells.get(key, ""), width) for key, _, width, _ in columns if key not in IDS]
        )
    page.freeze_panes = frozen
    if guarded:
        guard = page.protection
        guard.sheet = True  # no password: it only keeps ids and words from being typed over
        guard.autoFilter = guard.sort = guard.formatRows = guard.formatColumns = False
    last = len(rows) + 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    ruled(page, len(columns))
    printed(page, paper="A3")
    page.print_area = f"A1:{letter(columns, last_printed)}{last}"
    page.oddFooter.left.text = "Confidential: words of participants"


def letter(columns: Columns, key: str) -> str:
    """The letter of a column."""
    from openpyxl.utils import get_column_letter

    return get_column_letter([one for one, *_ in columns].index(key) + 1)


def dates_in(page: Any, columns: Columns, rows: int) -> None:
    """Lets the column `on` take dates only."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    if rows:
        rule.add(f"{letter(columns, 'on')}2:{letter(columns, 'on')}{rows + 1}")
        page.add_data_validation(rule)


def choices_in(page: Any, area: str, cells: Sequence[str], *, typed: str = "") -> None:
    """A list to choose from; with `typed`, anything else may be typed after that warning."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation(type="list", formula1=area, allow_blank=True)
    rule.errorTitle, rule.error, rule.showErrorMessage = "Not in the list", "Please choose from the list.", True
    if typed:
        rule.errorStyle, rule.error = "warning", typed
    for one in cells:
        rule.add(one)
    page.add_data_validation(rule)


def write_facts(book: Any, facts: Mapping[str, str]) -> None:
    """The hidden sheet that says what a workbook is."""
    hidden = book.create_sheet(HIDDEN)
    for row, (key, value) in enumerate(facts.items(), start=1):
        put(hidden.cell(row, 1), key)
        put(hidden.cell(row, 2), value)
    hidden.sheet_state = "hidden"


# ---------------------------------------------------------------- what came back


def is_pack(path: Path, pack: str) -> bool:
    """Whether a file is a workbook of this kind that qualcode made (also after another program saved it)."""
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not zipfile.is_zipfile(path):
        return False
    try:
        return facts_of(open_workbook(path)).get("qualcode") == pack
    except DecisionsError:
        return False


def read_page(
    page: Any, columns: Columns, needed: Sequence[str], about: str, where: str, problems: Problems
) -> list[dict[str, str]]:
    """The rows as filled in, by key, with `place`; those without the id in column `about` are left out.

    What is wrong goes to `problems`: columns that are missing, a filled `choice` without an id, dates that are none.
    """
    found = []
    for row in read_rows(page, columns, needed, where, problems):
        if row[about]:
            found.append(row)
        elif row["choice"]:
            problems.add(where, f"there is a choice, but the {about}'s id is gone.", place=row["place"])
    return found


def read_rows(
    page: Any, columns: Columns, needed: Sequence[str], where: str, problems: Problems, *, named: str = ""
) -> list[dict[str, str]]:
    """The rows that hold anything, by key, with `place` (`named` before it); `on` is an ISO date.

    What is wrong goes to `problems`: columns that are missing, dates that are none.
    """
    lines = page.iter_rows(values_only=True)
    known = headings(columns)
    header = [known.get(" ".join(str(cell or "").split()).casefold(), "") for cell in next(lines, ())]
    at = {key: place for place, key in enumerate(header) if key}
    for key, heading, *_ in columns:
        if key in needed and key not in at:
            problems.add(where, f"sheet {page.title}: the column '{heading}' is missing.", "Make a new sheet.")
    if problems:
        return []
    found: list[dict[str, str]] = []
    for number, cells in enumerate(lines, start=2):
        row = {"place": f"{named}row {number}"}
        for key, *_ in columns:
            value = cells[at[key]] if key in at and at[key] < len(cells) else None
            row[key] = " ".join(str(value).split()) if value is not None else ""
        if any(text for key, text in row.items() if key != "place"):
            row["on"] = day_of(cells[at["on"]] if at["on"] < len(cells) else None, where, row["place"], problems)
            found.append(row)
    return found


def signed(row: Mapping[str, str], where: str, problems: Problems) -> None:
    """Whether a choice has a name and a date."""
    for value, word in ((row["by"], "who decided"), (row["on"], "its date")):
        if not value:
            problems.add(where, f"there is a choice but not {word}.", "Fill it in.", place=row["place"])


def against(
    new: dict[str, str],
    old: Mapping[Any, Any] | None,
    row: Mapping[str, str],
    ever: set[str],
    what: str,
    where: str,
    problems: Problems,
    *,
    by_value: bool = False,
) -> str:
    """What a new judgement is beside the one in force: `added`, `changed` (it supersedes), `unchanged`; "" for a conflict.

    Parameters
    ----------
    row
        The sheet's row; its `decision` is the one that the sheet was made with.
    ever
        Ids of all judgements, superseded ones too.
    by_value
        Another value is another judgement; the same person may change it on the same day.
    """
    if old is None:
        return "added"
    same = old["choice"] == new["choice"] and not (by_value and old["value"] != new["value"])
    if same and (old["by"], old["on"]) == (new["by"], new["on"]):
        return "unchanged"
    again = by_value and (old["by"], old["on"]) == (new["by"], new["on"])
    if row["decision"] == old["decision"] or new["on"] > old["on"] or again:
        new["supersedes"] = old["decision"]
        return "changed"
    if row["decision"] in ever and same:
        return "unchanged"
    said = f"{what} was decided by {old['by']} on {old['on']} since this sheet was made."
    problems.add(where, said, "Agree on one, and give it a later date.", place=row["place"])
    return ""

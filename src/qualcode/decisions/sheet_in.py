"""A workbook of disagreements that a meeting has filled in, as answers."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

from qualcode.decisions.answers import Answer, Filled, choice_of, day_of, once_each
from qualcode.decisions.layout import HEADINGS, HIDDEN, PACK, SHEET
from qualcode.errors import DecisionsError, Problem, Problems
from qualcode.files import load_workbook

HEADER_WITHIN = 20  # rows in which the headings are looked for: people put lines of their own above them


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook of disagreements that qualcode made, also after another program saved it, or after
    somebody copied its sheet into a workbook of their own."""
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not zipfile.is_zipfile(path):
        return False
    try:
        book = open_workbook(path)
    except DecisionsError:
        return False
    facts = facts_of(book)
    return facts.get("qualcode") == PACK or (not facts and _page_of(book) is not None)


def read_workbook(path: Path, where: str, problems: Problems) -> Filled:
    """The answers of a workbook, each once; what cannot be read goes to `problems`, with the sheet's row.

    Raises
    ------
    DecisionsError
        It is no workbook of disagreements.
    """
    book = open_workbook(path)
    facts = facts_of(book)
    page = _page_of(book)
    if facts.get("qualcode", PACK) != PACK or page is None:
        raise DecisionsError(
            "this is not a sheet of disagreements.", where=where, hint="Make one with `qualcode pack meeting`."
        )
    return Filled(where, facts, once_each(_answers(page, where, problems), problems))


def open_workbook(path: Path) -> Any:
    """An Excel workbook's values, or a DecisionsError."""
    try:
        return load_workbook(path)
    except Exception as error:
        what = "this file cannot be opened as an Excel workbook."
        raise DecisionsError(Problem(str(path.name), what, f"({type(error).__name__})")) from error


def facts_of(book: Any) -> dict[str, str]:
    """What the hidden sheet says that a workbook is."""
    if HIDDEN not in book.sheetnames:
        return {}
    pairs = book[HIDDEN].iter_rows(min_col=1, max_col=2, values_only=True)
    return {str(key): str(value if value is not None else "") for key, value in pairs if key is not None}


def _page_of(book: Any) -> Any:
    """The sheet of disagreements, under its own name or another; None where there is none."""
    if SHEET in book.sheetnames:
        return book[SHEET]
    wanted = {heading for heading, key in HEADINGS.items() if key in ("disagreement", "choice")}
    for page in book.worksheets:
        for cells in page.iter_rows(max_row=HEADER_WITHIN, values_only=True):
            if wanted <= {" ".join(str(cell or "").split()).casefold() for cell in cells}:
                return page
    return None


def _answers(page: Any, where: str, problems: Problems) -> list[Answer]:
    at: dict[str, int] = {}
    header = 0
    for number, cells in enumerate(page.iter_rows(max_row=HEADER_WITHIN, values_only=True), start=1):
        names = [HEADINGS.get(" ".join(str(cell or "").split()).casefold(), "") for cell in cells]
        if "disagreement" in names:
            header, at = number, {name: place for place, name in enumerate(names) if name}
            break
    missing = [key for key in ("disagreement", "choice", "other", "by", "on") if key not in at]
    if missing:
        headings = {key: heading for heading, key in HEADINGS.items()}
        for key in missing:
            problems.add(where, f"sheet {page.title}: the column '{headings[key]}' is missing.", "Make a new sheet.")
        return []
    found: list[Answer] = []
    for number, cells in enumerate(page.iter_rows(min_row=header + 1, values_only=True), start=header + 1):

        def value(key: str, cells: tuple[Any, ...] = cells) -> Any:
            return cells[at[key]] if key in at and at[key] < len(cells) else None

        def text(key: str, cells: tuple[Any, ...] = cells) -> str:
            return " ".join(str(value(key, cells)).split()) if value(key, cells) is not None else ""

        place = f"row {number}"
        if not text("disagreement"):
            if text("choice"):
                problems.add(where, "there is a decision, but the disagreement's id is gone.", place=place)
            continue
        on = day_of(value("on"), where, place, problems)
        choice = choice_of(text("choice"), where, place, problems)
        found.append(
            Answer(
                where, place, text("disagreement"), text("decision"), choice, text("other"), text("passage"),
                text("reason"), text("by"), on,
            )
        )  # fmt: skip
    return found

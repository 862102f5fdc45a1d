"""The sheet for the coders' meeting: every disagreement in its context, with room to decide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from qualcode.attribution import participants_of
from qualcode.decisions.layout import (
    CHOICE_WORDS,
    CODES,
    COLUMNS,
    HELP,
    HIDDEN,
    KINDS,
    LISTS,
    PACK,
    SHEET,
    SILENT_CHOICES,
    WORD_OF,
    code_option,
)
from qualcode.decisions.table import parse_other
from qualcode.files import newest_date, write_zip_document
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
_DIRECTIONS = ("facilitator", "barrier", "mixed", "neutral")


def write_sheet(
    path: Path,
    disagreements: pd.DataFrame,
    codings: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    title: str,
    notice: str = "",
    context: int = 30,
) -> None:
    """Write the disagreements as a workbook in which a meeting can decide, and which `import_sheet` reads back.

    Parameters
    ----------
    disagreements
        Table `report_disagreements`; what is decided already comes filled in.
    codings, turns, texts, codebook, decisions
        Where the words, memos, definitions and earlier rulings are taken from.
    title, notice
        The study's, from its configuration; the title is read back to tell another study's sheet.
    context
        Words shown before and after the passage.
    """
    import openpyxl

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    rows = _rows(disagreements, codings, turns, texts, codebook, decisions, context)
    options = [code_option(code, label) for code, label in zip(codebook["code"], codebook["label"], strict=True)]
    _write_rows(page, rows)
    _write_lists(book.create_sheet(LISTS), options)
    _validate(page, rows, len(options))
    _write_help(book.create_sheet(HELP, 1), title, notice, rows)
    _write_codes(book.create_sheet(CODES, 2), codebook)
    version = str(codebook["version"].iloc[0]) if len(codebook) else ""
    name = str(codebook["name"].iloc[0]) if len(codebook) else ""
    pack = uuid5(NAMESPACE_URL, "|".join(["qualcode:meeting", title, version, *sorted(disagreements["disagreement"])]))
    hidden = book.create_sheet(HIDDEN)
    facts = (
        ("qualcode", PACK),
        ("pack", str(pack)),
        ("study", title),
        ("codebook", name),
        ("codebook_version", version),
    )
    for line, (key, value) in enumerate(facts, start=1):
        _put(hidden.cell(line, 1), key)
        _put(hidden.cell(line, 2), value)
    for sheet in (hidden, book[LISTS]):
        sheet.sheet_state = "hidden"
    day = newest_date(decisions["on"], codings["created"])
    write_zip_document(path, book.save, day=day)


# ---------------------------------------------------------------- the rows


def _rows(
    disagreements: pd.DataFrame,
    codings: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    decisions: pd.DataFrame,
    context: int,
) -> list[dict[str, Any]]:
    codes = codebook.set_index("code")
    by_id = codings.set_index("coding")[["start", "end", "memo"]].to_dict("index")
    ruled = decisions.set_index("decision").to_dict("index")
    speakers = _speakers(disagreements, turns, texts)
    rows = []
    for number, line in enumerate(disagreements.to_dict("records"), start=1):
        text = texts[line["transcript"]]
        start, end = int(line["start"]), int(line["end"])
        decision = ruled.get(line["decision"], {})
        choice = str(decision.get("choice", ""))
        value = str(decision.get("value", ""))
        row: dict[str, Any] = {
            "number": number,
            "kind": line["kind"],
            "transcript": line["transcript"],
            "speaker": speakers[number - 1],
            "before": _words_before(text, start, context),
            "after": _words_after(text, end, context),
            "choice": WORD_OF.get(choice, choice),
            "other": _other_shown(value, codes) if choice == "other" else "",
            "reason": decision.get("reason", "") if choice else "",
            "by": decision.get("by", "") if choice else "",
            "on": decision.get("on", "") if choice else "",
            "status": f"suggested {value}".strip() if line["status"] == "suggested" else line["status"],
            "disagreement": line["disagreement"],
            "decision": line["decision"] if choice else "",
        }
        for side in ("a", "b"):
            row |= _side(side, line, text, by_id, codes)
        rows.append(row)
    return rows


def _side(
    side: str, line: Mapping[Any, Any], text: str, by_id: Mapping[Any, Mapping[Any, Any]], codes: pd.DataFrame
) -> dict[str, Any]:
    code, coders = line[f"code_{side}"], ", ".join(split(line[f"coder_{side}"]))
    made = [by_id[name] for name in split(str(line[f"coding_{side}"]))]
    if not code:
        return {
            f"coder_{side}": coders,
            f"code_{side}": "(no code)",
            f"quote_{side}": f"({coders} read this and did not use the code here)",
            f"memo_{side}": "",
            f"definition_{side}": "",
            f"coding_{side}": "",
        }
    start, end = min(int(one["start"]) for one in made), max(int(one["end"]) for one in made)
    entry = codes.loc[code] if code in codes.index else None
    shown = code_option(code, str(entry["label"])) if entry is not None else code
    if line[f"direction_{side}"]:
        shown += "\ndirection: " + ", ".join(split(line[f"direction_{side}"]))
    memos = dict.fromkeys(str(one["memo"]) for one in made if one["memo"])
    definition = "" if entry is None else str(entry["full_definition"] or entry["definition"])
    return {
        f"coder_{side}": coders,
        f"code_{side}": shown,
        f"quote_{side}": _shortened(text[start:end]),
        f"memo_{side}": "\n".join(memos),
        f"definition_{side}": definition,
        f"coding_{side}": line[f"coding_{side}"],
    }


def _speakers(disagreements: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str]) -> list[str]:
    spoken = participants_of(disagreements, turns, texts)
    shown = []
    for people, unnamed in zip(spoken["participants"], spoken["unattributed"], strict=True):
        names = split(people) + (["a voice without name"] if unnamed else [])
        shown.append(", ".join(names) or "interviewer")
    return shown


def _other_shown(value: str, codes: pd.DataFrame) -> str:
    code, start, end = parse_other(value)
    label = str(codes.loc[code, "label"]) if code in codes.index else ""
    shown = code_option(code, label)
    return shown if start is None else f"{shown} {start}-{end}".strip()


def _words_before(text: str, start: int, count: int) -> str:
    words = list(re.finditer(r"\S+", text[:start]))
    if not words or not count:
        return ""
    cut = len(words) > count
    return ("… " if cut else "") + text[words[-count].start() if cut else 0 : start].strip()


def _words_after(text: str, end: int, count: int) -> str:
    words = list(re.finditer(r"\S+", text[end : end + 60 * (count + 1)]))
    if not words or not count:
        return ""
    cut = len(words) > count
    return text[end : end + words[count - 1].end() if cut else None].strip() + (" …" if cut else "")


def _shortened(quote: str, *, words: int = 150) -> str:
    """A long passage without its middle, so that it fits into a cell that can be printed."""
    found = list(re.finditer(r"\S+", quote))
    if len(found) <= words:
        return quote
    return f"{quote[: found[words - 50].end()]} […] {quote[found[-40].start() :]}"


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
    for at, column in enumerate(COLUMNS, start=1):
        header, fill = _COLOURS[column.role]
        page.column_dimensions[get_column_letter(at)].width = column.width
        cell = page.cell(1, at, column.heading)
        cell.font = _font(bold=True, color="FFFFFF", size=10)
        cell.fill = PatternFill("solid", fgColor=header)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cell.border = border
        for number, row in enumerate(rows, start=2):
            cell = page.cell(number, at)
            value = row[column.key]
            if column.key == "on" and value:
                _put(cell, date.fromisoformat(str(value)))
            elif value != "":
                _put(cell, value)
            if column.key == "on":
                cell.number_format = "yyyy-mm-dd"
            elif column.key != "number":
                cell.number_format = "@"
            cell.font = _font(size=10, color="7F7F7F" if column.role == "ids" else "000000")
            cell.alignment = top
            cell.border = border
            if fill:
                cell.fill = PatternFill("solid", fgColor=fill)
            cell.protection = Protection(locked=column.role != "input")
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


def _write_lists(page: Any, options: list[str]) -> None:
    lists = (list(CHOICE_WORDS), list(SILENT_CHOICES), options, list(_DIRECTIONS))
    for at, values in enumerate(lists, start=1):
        for line, value in enumerate(values, start=1):
            _put(page.cell(line, at), value)


def _validate(page: Any, rows: list[dict[str, Any]], codes: int) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    def rule(column: str, length: int, message: str) -> DataValidation:
        made = DataValidation(type="list", formula1=f"{LISTS}!${column}$1:${column}${max(1, length)}", allow_blank=True)
        made.errorTitle, made.error, made.showErrorMessage = "Not in the list", message, True
        page.add_data_validation(made)
        return made

    choose = "Please choose from the list (see the sheet 'How to use this')."
    pick = "Please choose a code from the list."
    full, silent = rule("A", len(CHOICE_WORDS), choose), rule("B", len(SILENT_CHOICES), choose)
    code, direction = rule("C", codes, pick), rule("D", len(_DIRECTIONS), "Please choose a direction from the list.")
    for rule_ in (code, direction):
        rule_.errorStyle = "warning"  # a code with a span (`workload 120-260`) may be typed
    day = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    day.errorTitle, day.error, day.showErrorMessage = "Not a date", "Please give a date, as 2024-03-31.", True
    page.add_data_validation(day)
    for number, row in enumerate(rows, start=2):
        one_sided = "(no code)" in (row["code_a"], row["code_b"])
        (silent if one_sided else full).add(f"{_letter('choice')}{number}")
        (direction if row["kind"] == "direction" else code).add(f"{_letter('other')}{number}")
        day.add(f"{_letter('on')}{number}")
    page.data_validations.dataValidation = [made for made in page.data_validations.dataValidation if made.sqref.ranges]


def _write_help(page: Any, title: str, notice: str, rows: list[dict[str, Any]]) -> None:
    from openpyxl.styles import Alignment

    done = sum(bool(row["choice"]) and row["choice"] != WORD_OF["open"] for row in rows)
    lines: list[tuple[str, str]] = [
        ("h", "Disagreements between coders"),
        ("", title),
        *([("", notice)] if notice else []),
        ("", f"Disagreements: {len(rows)}. Decided when this workbook was made: {done}."),
        ("h", "What to do"),
        (
            "",
            "1. Go through the sheet 'Disagreements' together. Read the passage of A and of B, with what comes before and after.",
        ),
        ("", "2. Choose a decision from the list in the green columns. Leave it empty if you do not decide today."),
        (
            "",
            "3. Write who decided (By) and when (Date); a decision needs both. A reason helps whoever reads this next year.",
        ),
        ("", "4. Save the workbook as .xlsx and bring it back with:  qualcode import FILE.xlsx"),
        (
            "",
            "Grey columns hold ids, which tie each row to its codings: please leave them. You may filter, and delete rows.",
        ),
        ("h", "Decisions"),
        (
            "keep A",
            "The reading of A stands, that of B does not. Where A coded nothing: the passage gets no such code.",
        ),
        (
            "keep B",
            "The reading of B stands, that of A does not. Where B coded nothing: the passage gets no such code.",
        ),
        ("both", "Both stand. Boundary: one passage over the two. Direction: mixed."),
        ("neither", "Neither stands. Direction: the passage keeps its code and has no direction."),
        (
            "other",
            "Something else: choose the code (or the direction) in the column beside. It is given to the whole passage.",
        ),
        ("open again", "Takes back an earlier decision: it counts as undecided until somebody decides anew."),
        ("h", "Kinds of disagreement"),
        *KINDS.items(),
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


def _write_codes(page: Any, codebook: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, PatternFill

    heads = (("Code", 20), ("Label", 26), ("Kind", 10), ("Under", 16), ("Direction", 11), ("Definition", 46),
        ("Use it for", 34), ("Not for", 34))  # fmt: skip
    names = ("code", "label", "kind", "parent", "direction", "definition", "include", "exclude")
    for at, (head, width) in enumerate(heads, start=1):
        page.column_dimensions["ABCDEFGH"[at - 1]].width = width
        cell = page.cell(1, at, head)
        cell.font = _font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="404040")
    for number, line in enumerate(codebook.to_dict("records"), start=2):
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

"""The codebook as a workbook that a team works in: from codes to themes with nothing but Excel; read back as an edited copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.codebook.draft import Edited
from qualcode.codebook.model import KINDS, Codebook, Entry
from qualcode.codebook.read import check_entries, in_tree_order, place_number
from qualcode.codebook.sheet import free_id
from qualcode.errors import CodebookError, Problems, nearest
from qualcode.files import load_workbook, read_sheet, write_zip_document
from qualcode.tables import DIRECTIONS, split

SHEET, HIDDEN, PACK = "Codes", "qualcode", "codebook"
ROOM = 60  # empty rows for new codes
# key, heading, width, whether the team fills it in
COLUMNS = (
    ("label", "Label", 32, True),
    ("kind", "Kind", 11, True),
    ("parent", "Belongs under", 30, True),
    ("merge", "Merge into", 30, True),
    ("split", "Split into", 30, True),
    ("definition", "Definition", 46, True),
    ("include", "When to use", 34, True),
    ("exclude", "When not to use", 34, True),
    ("direction", "Direction", 12, True),
    ("mentions", "Mentions", 9, False),
    ("participants", "Participants", 11, False),
    ("quote_1", "Quote", 40, False),
    ("quote_2", "Another quote", 40, False),
    ("reason", "Reason for the change", 30, True),
    ("id", "Id", 20, False),
)
_ASKED = ("label", "kind", "parent", "definition", "include", "exclude", "direction")
_OPTION = re.compile(r"\[([^\[\]]+)\]\s*$")


@dataclass(frozen=True)
class Counts:
    """What the study knows of each code: mentions, participants, quotes."""

    mentions: Mapping[str, int]
    participants: Mapping[str, int]
    quotes: Mapping[str, list[str]]


def counts_of(themes: pd.DataFrame, quotes: pd.DataFrame) -> Counts:
    """From tables `report_themes` and `report_quotes`."""
    with_code = themes[themes["code"] != ""]
    found: dict[str, list[str]] = {}
    for line in quotes.sort_values("rank", kind="stable").to_dict("records"):
        found.setdefault(line["code"], []).append(f"{line['text']} [{line['participant']}]")
    return Counts(
        {code: int(n) for code, n in zip(with_code["code"], with_code["mentions"], strict=True) if not pd.isna(n)},
        {code: int(n) for code, n in zip(with_code["code"], with_code["participants"], strict=True) if not pd.isna(n)},
        found,
    )


def unplaced(book: Codebook) -> list[str]:
    """Codes that belong under nothing: at the top of the tree, no theme, and with nothing below them."""
    return [
        code
        for code, entry in book.codes.items()
        if not entry.parent and entry.kind not in ("theme", "definition") and not book.children(code)
    ]


def write_team_sheet(path: Path, book: Codebook, counts: Counts | None = None) -> None:
    """The tree as a workbook, one row a code, with lists of parents and codes to merge into; a second sheet explains it."""
    import openpyxl
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    counts = counts or Counts({}, {}, {})
    file = openpyxl.Workbook()
    page = file.active
    page.title = SHEET
    at = {key: number for number, (key, *_) in enumerate(COLUMNS, start=1)}
    for key, heading, width, filled in COLUMNS:
        cell = page.cell(1, at[key], heading)
        cell.font = Font(name="Calibri", bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2E7D32" if filled else "404040")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        page.column_dimensions[get_column_letter(at[key])].width = width
    top = Alignment(wrap_text=True, vertical="top")
    for row, (code, entry) in enumerate(book.codes.items(), start=2):
        quotes = [*counts.quotes.get(code, []), "", ""]
        cells: dict[str, object] = {
            **{key: getattr(entry, key) for key in ("label", "kind", "definition", "include", "exclude", "direction")},
            "parent": option(book, entry.parent),
            "mentions": counts.mentions.get(code, ""),
            "participants": counts.participants.get(code, ""),
            "quote_1": quotes[0],
            "quote_2": quotes[1],
            "id": code,
        }
        for key, *_ in COLUMNS:
            _set(page.cell(row, at[key]), cells.get(key, ""))
            page.cell(row, at[key]).alignment = Alignment(
                wrap_text=True, vertical="top", indent=book.depths[code] if key == "label" else 0
            )
            page.cell(row, at[key]).font = Font(name="Calibri", size=10, bold=entry.kind == "theme" and key == "label")
    last = len(book.codes) + 1
    for row in range(last + 1, last + 1 + ROOM):
        for key, *_ in COLUMNS:
            page.cell(row, at[key]).alignment = top
            page.cell(row, at[key]).number_format = "@"
    lists = file.create_sheet("Lists")
    for row, code in enumerate(book.codes, start=1):
        _set(lists.cell(row, 1), option(book, code))
    lists.sheet_state = "hidden"
    choices = {
        "kind": f'"{",".join(KINDS)}"',
        "direction": f'"{",".join(word for word in DIRECTIONS if word)}"',
        "parent": f"Lists!$A$1:$A${len(book.codes)}",
        "merge": f"Lists!$A$1:$A${len(book.codes)}",
    }
    for key, formula in choices.items():
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        rule.errorStyle = "stop" if key in ("kind", "direction") else "warning"  # a new code's label may be typed
        rule.error = "Not in the list. A code that is new in this sheet may be typed by its label."
        letter = get_column_letter(at[key])
        rule.add(f"{letter}2:{letter}{last + ROOM}")
        page.add_data_validation(rule)
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last + ROOM}"
    page.page_setup.orientation, page.page_setup.fitToHeight = "landscape", 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"
    help_ = file.create_sheet("How to use this", 1)
    for row, words in enumerate(_help(book), start=1):
        _set(help_.cell(row, 1), words)
        help_.cell(row, 1).alignment = top
    help_.cell(1, 1).font = Font(name="Calibri", bold=True, size=14)
    help_.column_dimensions["A"].width = 100
    hidden = file.create_sheet(HIDDEN)
    for row, pair in enumerate((("qualcode", PACK), ("codebook", book.name), ("version", book.version)), start=1):
        hidden.cell(row, 1, pair[0])
        hidden.cell(row, 2, pair[1])
    hidden.sheet_state = "hidden"
    write_zip_document(path, file.save)


def _help(book: Codebook) -> list[str]:
    alone = unplaced(book)
    lines = [
        f"Codebook {book.name} {book.version}",
        "Move a code: choose another code in 'Belongs under'; empty: top of the tree.",
        "Merge a code: name the code it becomes in 'Merge into', and leave the row where it is.",
        "Split a code: write the labels of two codes or more in 'Split into', with ; between them (new ones get rows).",
        "New code or theme: write a row below with a label; leave the id empty.",
        "A code that is used no longer: delete its row.",
        "Change labels, definitions and the rest in place. Say why in 'Reason for the change'.",
        "Mentions, participants and quotes are for reading; the ids tie rows to codings: please leave them.",
        "Save as .xlsx; then: qualcode codebook draft THIS_FILE.xlsx --by NAME",
        f"Codes that belong under nothing yet: {len(alone)}",
    ]
    return [*lines, *(f"    {option(book, code)}" for code in alone)]


def option(book: Codebook, code: str) -> str:
    """A code as the lists show it: `Label [id]`."""
    return f"{book.codes[code].label} [{code}]" if code in book.codes else code


def _set(cell: Any, value: object) -> None:
    if isinstance(value, int):
        cell.value = value
        return
    cell.number_format = "@"
    if value:
        cell.value = str(value)
        cell.data_type = "s"


def sheet_version(path: Path) -> tuple[str, str] | None:
    """Codebook and version that a team sheet was made of; None for any other file."""
    import zipfile

    if path.suffix.lower() not in (".xlsx", ".xlsm") or not zipfile.is_zipfile(path):
        return None
    try:
        book = load_workbook(path)
    except Exception:  # a zip that is no workbook is no team sheet; the reader that takes it will say what is wrong
        return None
    if HIDDEN not in book.sheetnames:
        return None
    facts = {str(a): str(b) for a, b in book[HIDDEN].iter_rows(min_col=1, max_col=2, values_only=True)}
    return (facts.get("codebook", ""), facts.get("version", "")) if facts.get("qualcode") == PACK else None


def read_team_sheet(path: Path, old: Codebook, *, where: str = "") -> Edited:
    """A team sheet as an edited copy of `old`: what the sheet has no column for stays as it was.

    Raises
    ------
    CodebookError
        Columns that are missing; parents and codes that are not there; a code that is merged into itself, or merged and
        split; all that `check_entries` finds: each with its row, all at once.
    """
    where = where or path.name
    sheet = read_sheet(path, shown_as=where, sheet=SHEET)
    ours = {re.sub(r"\s+", "_", heading.lower()): key for key, heading, *_ in COLUMNS}
    problems = Problems()
    for column in ("label", "belongs_under", "merge_into", "id"):
        if column not in sheet.data:
            problems.add(where, f"column '{column}' is missing.", nearest(column, sheet.data.columns), place="row 1")
    problems.raise_if_any(CodebookError)
    lines = [
        {ours[name]: str(value) for name, value in line.items() if name in ours}
        for line in sheet.data.to_dict("records")
    ]
    taken = {line["id"] for line in lines if line["id"]} | set(old.codes)
    for line in lines:
        if not line["id"] and line["label"]:
            line["id"] = free_id(line["label"], taken)
            taken.add(line["id"])
    names: dict[str, set[str]] = {}
    for line in lines:
        for name in {line["label"], old.codes[line["id"]].label if line["id"] in old.codes else ""} - {""}:
            names.setdefault(" ".join(name.split()).casefold(), set()).add(line["id"])
    ids = {line["id"] for line in lines}

    def meant(cell: str, what: str, row: int) -> str:
        bracket = _OPTION.search(cell)
        if bracket and bracket.group(1).strip() in ids:
            return bracket.group(1).strip()
        if cell in ids:
            return cell
        found = names.get(" ".join(cell.split()).casefold(), set())
        if len(found) != 1:
            cause = f"is the label of {len(found)} codes" if found else "is no code of this sheet"
            hint = f"Write the id: {', '.join(sorted(found))}." if found else nearest(cell, [x["label"] for x in lines])
            problems.add(where, f"{what} '{cell}' {cause}.", hint, place=f"row {row}")
            return ""
        return next(iter(found))

    merges: dict[str, str] = {}
    splits: dict[str, list[str]] = {}
    reasons: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    for line, number in zip(lines, sheet.rows, strict=True):
        code = line["id"]
        if line.get("reason"):
            reasons[code] = line["reason"]
        if line.get("split"):
            splits[code] = [meant(part, "split into", number) for part in split(line["split"])]
        if line["merge"]:
            merges[code] = meant(line["merge"], "merge into", number)
            if merges[code] == code:
                problems.add(where, f"code '{code}' is merged into itself.", place=f"row {number}")
            if code in splits:
                problems.add(where, f"code '{code}' is both merged and split.", "Choose one.", place=f"row {number}")
            if code not in old.codes:
                problems.add(where, f"code '{code}' is new, and merged away at once.", place=f"row {number}")
        if code in merges or (code in splits and code not in splits[code]):
            continue
        row = _row(old.codes.get(code))
        for key in _ASKED:
            value = line.get(key, "")
            row[key] = meant(value, "belongs under", number) if key == "parent" and value else value
        row["kind"] = str(row["kind"]).lower() or "code"
        row["direction"] = str(row["direction"]).lower()
        rows.append(row | {"id": code})
        numbers.append(number)
    for code, to in list(merges.items()):  # merged into one that is merged itself: the last one is meant
        seen = {code}
        while to in merges and to not in seen:
            seen.add(to)
            to = merges[to]
        if to in seen and to != code:
            problems.add(where, f"code '{code}' is merged in a ring.")
        merges[code] = to
    for row in rows:  # what stood below a code that is merged now stands below the code it became
        row["parent"] = merges.get(str(row["parent"]), row["parent"])
        if row.get("double_code_with"):
            row["double_code_with"] = _pointers(row, merges, splits, {str(one["id"]) for one in rows})
    problems.raise_if_any(CodebookError)
    entries = check_entries(rows, where=where, place=lambda n, _: f"row {numbers[n]}", problems=problems)
    problems.found.sort(key=place_number)
    problems.raise_if_any(CodebookError)
    kept = {entry.id: entry for entry in entries}
    return Edited(in_tree_order(list(kept.values())), merges, splits, reasons)


def _pointers(
    row: Mapping[str, Any], merges: Mapping[str, str], splits: Mapping[str, list[str]], there: set[str]
) -> list[str]:
    """Codes that often stand beside this one: what they became; those that are used no longer are left out."""
    found: list[str] = []
    for code in row["double_code_with"]:
        found += splits.get(code) or [merges.get(code, code)]
    return [code for code in dict.fromkeys(found) if code in there and code != row["id"]]


def _row(entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    row = entry.model_dump(by_alias=True)
    return {key: value for key, value in row.items() if value not in ("", [], {})}

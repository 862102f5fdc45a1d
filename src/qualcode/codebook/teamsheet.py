"""The codebook as a workbook that a team works in: from codes to themes with nothing but Excel; read back as an edited copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.codebook.draft import Edited
from qualcode.codebook.model import KINDS, Codebook, Entry, join_texts, plain, split_texts
from qualcode.codebook.read import check_entries, in_tree_order, place_number
from qualcode.codebook.sheet import free_id
from qualcode.errors import CodebookError, Problems, nearest
from qualcode.files import load_workbook, newest_date, read_sheet, write_zip_document
from qualcode.sheets import FACTS, FILLED_IN, font, head, height, help_page, printed, put, ruled, shortened
from qualcode.tables import DIRECTIONS, split

SHEET, HIDDEN, PACK = "Codes", "qualcode", "codebook"
ROOM = 60  # empty rows for new codes
QUOTE_WORDS = 60  # of a quote that are shown
# key, heading, width, whether the team fills it in: first what is decided, then what is read for it, then the rest
COLUMNS = (
    ("label", "Label", 32, True),
    ("kind", "Kind", 11, True),
    ("parent", "Belongs under", 28, True),
    ("merge", "Merge into", 24, True),
    ("split", "Split into", 24, True),
    ("reason", "Reason for the change", 26, True),
    ("mentions", "Mentions", 11, False),
    ("participants", "Participants", 13, False),
    ("definition", "Definition", 44, True),
    ("quote_1", "Quote", 46, False),
    ("quote_2", "Another quote", 46, False),
    ("include", "When to use", 34, True),
    ("exclude", "When not to use", 34, True),
    ("direction", "Direction", 13, True),
    ("aliases", "Also called", 22, True),
    ("id", "Id", 20, False),
)
_ASKED = ("label", "kind", "parent", "definition", "include", "exclude", "direction", "aliases")
_THEME, _ALONE = "EAF1F7", "FFF2CC"  # the fill of a theme's row, and of the empty parent of a code that needs one
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
    from openpyxl.styles import PatternFill
    from openpyxl.utils import get_column_letter

    counts = counts or Counts({}, {}, {})
    file = openpyxl.Workbook()
    page = file.active
    page.title = SHEET
    at = {key: number for number, (key, *_) in enumerate(COLUMNS, start=1)}
    deepest = min(8, max(book.depths.values()))
    widths = {key: width + (2 * deepest if key == "label" else 0) for key, _, width, _ in COLUMNS}
    heads = [(text, widths[key], FILLED_IN if filled else FACTS) for key, text, _, filled in COLUMNS]
    head(page, heads)
    alone = unplaced(book)
    for row, (code, entry) in enumerate(book.codes.items(), start=2):
        cells = _cells(book, code, counts)
        depth = min(8, book.depths[code])
        for key in at:
            cell = page.cell(row, at[key])
            _set(cell, cells.get(key, ""), indent=depth if key == "label" else 0)
            cell.font = font(bold=entry.kind == "theme" and key == "label", color="7F7F7F" if key == "id" else "000000")
            if entry.kind == "theme" and not depth:
                cell.fill = PatternFill("solid", fgColor=_THEME)
        if code in alone:
            page.cell(row, at["parent"]).fill = PatternFill("solid", fgColor=_ALONE)
        room = widths | {"label": widths["label"] - 3 * depth - 2}
        page.row_dimensions[row].height = height((cells.get(key, ""), room[key]) for key in at if key != "id")
        page.row_dimensions[row].outlineLevel = min(7, depth)
    last = len(book.codes) + 1
    for row in range(last + 1, last + 1 + ROOM):
        for key in at:
            _set(page.cell(row, at[key]), "")
    ruled(page, len(COLUMNS))
    _coloured(page, book)
    _lists(file, page, book, last + ROOM)
    page.sheet_properties.outlinePr.summaryBelow = False
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{last + ROOM}"
    printed(page, paper="A3", wide=2)
    page.print_title_cols = "A:A"
    page.print_area = f"A1:{get_column_letter(len(COLUMNS))}{last}"
    page.oddFooter.left.text = "Confidential: words of participants" if counts.quotes else ""
    page.oddFooter.right.text = "page &P of &N"
    help_page(file, _help(book))
    hidden = file.create_sheet(HIDDEN)
    for row, pair in enumerate((("qualcode", PACK), ("codebook", book.name), ("version", book.version)), start=1):
        put(hidden.cell(row, 1), pair[0])
        put(hidden.cell(row, 2), pair[1])
    hidden.sheet_state = "hidden"
    write_zip_document(path, file.save, day=newest_date(book.date))


def _cells(book: Codebook, code: str, counts: Counts) -> dict[str, object]:
    entry = book.codes[code]
    quotes = [*(shortened(quote, words=QUOTE_WORDS) for quote in counts.quotes.get(code, [])), "", ""]
    return {
        **{key: getattr(entry, key) for key in ("label", "kind", "definition", "include", "exclude", "direction")},
        "parent": option(book, entry.parent),
        "aliases": join_texts(entry.aliases),
        "mentions": counts.mentions.get(code, ""),
        "participants": counts.participants.get(code, ""),
        "quote_1": quotes[0],
        "quote_2": quotes[1],
        "id": code,
    }


def _coloured(page: Any, book: Codebook) -> None:
    """A code's colour as a thick line before its label."""
    from openpyxl.styles import Side

    for row, entry in enumerate(book.codes.values(), start=2):
        if entry.colour:
            cell = page.cell(row, 1)
            border = copy(cell.border)
            border.left = Side(style="thick", color=entry.colour.lstrip("#").upper())
            cell.border = border


def _lists(file: Any, page: Any, book: Codebook, last: int) -> None:
    """What can be chosen: kinds, directions, and every code, on a hidden sheet."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = file.create_sheet("Lists")
    for row, code in enumerate(book.codes, start=1):
        put(lists.cell(row, 1), option(book, code))
    lists.sheet_state = "hidden"
    choices = {
        "kind": f'"{",".join(KINDS)}"',
        "direction": f'"{",".join(word for word in DIRECTIONS if word)}"',
        "parent": f"Lists!$A$1:$A${len(book.codes)}",
        "merge": f"Lists!$A$1:$A${len(book.codes)}",
    }
    keys = [key for key, *_ in COLUMNS]
    for key, formula in choices.items():
        rule = DataValidation(type="list", formula1=formula, allow_blank=True, showErrorMessage=True)
        rule.errorStyle = "stop" if key in ("kind", "direction") else "warning"  # a new code's label may be typed
        rule.error = "Not in the list. A code that is new in this sheet may be typed by its label."
        letter = get_column_letter(keys.index(key) + 1)
        rule.add(f"{letter}2:{letter}{last}")
        page.add_data_validation(rule)


def _help(book: Codebook) -> list[str]:
    alone = unplaced(book)
    lines = [
        f"Codebook {book.name} {book.version}",
        "From codes to themes, one row a code. Green columns are yours to change; grey ones are for reading.",
        "Move a code: choose another one in 'Belongs under'; empty: top of the tree.",
        "Merge a code: name the code it becomes in 'Merge into', and leave the row where it is.",
        "Split a code: write the labels of two codes or more in 'Split into', with ; between them. New ones get a row below.",
        "New code or theme: write a row below with its label and kind; leave the id empty.",
        "A code that is used no longer: delete its row (the whole row, not only its words).",
        "Change labels, definitions and the rest in place. Say why in 'Reason for the change'.",
        "'Also called': other names of the code, in a tool or in another language, with | between them.",
        f"Quotes are cut after {QUOTE_WORDS} words. A code's colour stands before its label. The signs at the left fold the tree.",
        "The ids tie rows to codings: please leave them. Rows may be sorted and filtered.",
        "Save as .xlsx; then: qualcode codebook draft THIS_FILE.xlsx --by NAME",
        f"Codes that belong under nothing yet (yellow): {len(alone)}",
    ]
    return [*lines, *(f"    {option(book, code)}" for code in alone)]


def option(book: Codebook, code: str) -> str:
    """A code as the lists show it: `Label [id]`."""
    return f"{book.codes[code].label} [{code}]" if code in book.codes else code


def _set(cell: Any, value: object, *, indent: int = 0) -> None:
    from openpyxl.styles import Alignment

    if not isinstance(value, int):
        cell.number_format = "@"
    if value != "":
        put(cell, value)
    side = "center" if isinstance(value, int) else "left"
    cell.alignment = Alignment(horizontal=side, wrap_text=True, vertical="top", indent=indent)


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


def read_team_sheet(path: Path, old: Codebook, *, where: str = "", gone: Mapping[str, Entry] | None = None) -> Edited:
    """A team sheet as an edited copy of `old`: what the sheet has no column for stays as it was.

    Parameters
    ----------
    gone
        Codes that earlier versions had, as they stood last. A new row with the label of one is that code again, and what the
        row leaves empty is as it was; no other new row gets its id.

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
    sheet.check_head(where, problems, ("label", "belongs_under", "merge_into", "id"))
    problems.raise_if_any(CodebookError)
    lines = [
        {ours[name]: str(value) for name, value in line.items() if name in ours}
        for line in sheet.data.to_dict("records")
    ]
    gone = gone or {}
    _new_ids(lines, old, gone)
    names: dict[str, set[str]] = {}
    for line in lines:
        for name in {line["label"], old.codes[line["id"]].label if line["id"] in old.codes else ""} - {""}:
            names.setdefault(plain(name), set()).add(line["id"])
    ids = {line["id"] for line in lines}

    def meant(cell: str, what: str, row: int) -> str:
        bracket = _OPTION.search(cell)
        if bracket and bracket.group(1).strip() in ids:
            return bracket.group(1).strip()
        if cell in ids:
            return cell
        found = names.get(plain(cell), set())
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
        row = _row(old.codes.get(code) or gone.get(code))
        row["parent"] = row.get("parent", "") if row.get("parent") in ids else ""
        for key in _ASKED:
            value = line.get(key, "")
            if key not in line or (code in gone and not value):  # no such column, or a code that comes back: as it was
                continue
            if key == "parent":
                row[key] = meant(value, "belongs under", number) if value else ""
            elif key == "aliases":
                row[key] = split_texts(value)
            else:
                row[key] = value.lower() if key in ("kind", "direction") else value
        row["kind"] = row.get("kind") or "code"
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


def _new_ids(lines: list[dict[str, str]], old: Codebook, gone: Mapping[str, Entry]) -> None:
    """Gives the rows without an id one: that of the code of their label that went, else one that no code ever had."""
    given = {line["id"] for line in lines if line["id"]}
    taken = given | set(old.codes) | set(gone)
    back = {plain(entry.label): code for code, entry in gone.items() if code not in given}
    for line in lines:
        if line["id"] or not line["label"]:
            continue
        line["id"] = back.pop(plain(line["label"]), "")
        if not line["id"]:
            line["id"] = free_id(line["label"], taken)
            taken.add(line["id"])


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

"""Work that a split code makes: a workbook for each coder, in which one of the new codes is chosen for each coding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.decisions.layout import HIDDEN, LISTS, code_option
from qualcode.decisions.sheet_in import _day, _facts, _open
from qualcode.decisions.table import all_rows, append_decisions, read_decisions
from qualcode.errors import DecisionsError, Problems, nearest
from qualcode.files import newest_date, write_zip_document
from qualcode.sheets import help_page, printed, ruled
from qualcode.study import Study
from qualcode.tables import read, split

PACK, SHEET, FILE, KIND = "splits", "Splits", "splits.csv", "split"
NONE, NONE_WORD = "none", "none of them"
COLUMNS = (  # key, heading, width, whether it is filled in by people
    ("number", "No.", 5, False),
    ("transcript", "Transcript", 11, False),
    ("before", "Just before", 28, False),
    ("quote", "Passage", 46, False),
    ("after", "Just after", 28, False),
    ("memo", "Memo", 20, False),
    ("old", "Code as it was", 22, False),
    ("candidates", "It was split into", 40, False),
    ("choice", "Which one now", 26, True),
    ("reason", "Reason", 28, True),
    ("by", "By", 9, True),
    ("on", "Date", 12, True),
    ("coding", "Coding id", 38, False),
    ("split", "Split", 20, False),
    ("decision", "Decision id", 38, False),
)
HEADINGS = {heading.casefold(): key for key, heading, _, _ in COLUMNS}


def write_split_sheets(
    folder: Path,
    splits: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    *,
    coders: tuple[str, ...] = (),
    again: bool = False,
    title: str = "",
    notice: str = "",
    context: int = 30,
    former: Mapping[str, str] | None = None,
) -> dict[str, int]:
    """Write FOLDER/splits_CODER.xlsx for each coder with open splits.

    Parameters
    ----------
    splits, codebook
        Tables; machine codings are nobody's work.
    again
        Put those that are decided into the sheet as well, filled in.
    former
        Labels of codes that earlier versions had.

    Returns
    -------
    The number of rows by coder.
    """
    human = splits[splits["origin"] != "machine"]
    wanted = human if again else human[human["status"] == "open"]
    if coders:
        wanted = wanted[wanted["coder"].isin(coders)]
    counts: dict[str, int] = {}
    for coder, rows in wanted.groupby("coder", sort=True):
        book = _workbook(rows, texts, codebook, context, title, notice, str(coder), former or {})
        write_zip_document(folder / f"splits_{coder}.xlsx", book.save, day=newest_date(rows["on"]))
        counts[str(coder)] = len(rows)
    return counts


def _workbook(
    rows: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    context: int,
    title: str,
    notice: str,
    coder: str,
    former: Mapping[str, str],
) -> Any:
    import openpyxl
    from openpyxl.styles import Alignment, PatternFill, Protection
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    from qualcode.decisions.sheet_out import _font, _height, _put, _shortened, _words_after, _words_before

    labels = dict(zip(codebook["code"], codebook["label"], strict=True))
    about = dict(zip(codebook["code"], codebook["definition"], strict=True))
    book = openpyxl.Workbook()
    page = book.active
    page.title = SHEET
    lists = book.create_sheet(LISTS)
    letters: dict[str, str] = {}  # the column of the lists sheet that holds the choices of a split
    for at, (_, heading, width, filled) in enumerate(COLUMNS, start=1):
        page.column_dimensions[get_column_letter(at)].width = width
        cell = page.cell(1, at, heading)
        cell.font = _font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="2E7D32" if filled else "404040")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    chosen_at = [key for key, *_ in COLUMNS].index("choice") + 1
    day = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    page.add_data_validation(day)
    rules: dict[str, DataValidation] = {}
    for number, line in enumerate(rows.to_dict("records"), start=2):
        text, start, end = texts[line["transcript"]], int(line["start"]), int(line["end"])
        codes = split(line["candidates"])
        options = [code_option(code, labels.get(code, code)) for code in codes]
        which = f"{line['code']}@{line['version']}"
        if which not in rules:
            letters[which] = get_column_letter(len(letters) + 1)
            for row, option in enumerate([*options, NONE_WORD], start=1):
                _put(lists[f"{letters[which]}{row}"], option)
            area = f"{LISTS}!${letters[which]}$1:${letters[which]}${len(options) + 1}"
            rule = DataValidation(type="list", formula1=area, allow_blank=True)
            rule.errorTitle, rule.error, rule.showErrorMessage = "Not in the list", "Please choose from the list.", True
            page.add_data_validation(rule)
            rules[which] = rule
        rules[which].add(f"{get_column_letter(chosen_at)}{number}")
        choice = str(line["choice"])
        cells = {
            "number": number - 1,
            "transcript": line["transcript"],
            "before": _words_before(text, start, context),
            "quote": "(the whole transcript)" if line["scope"] == "transcript" else _shortened(text[start:end]),
            "after": _words_after(text, end, context),
            "memo": line["memo"],
            "old": code_option(line["code"], former.get(line["code"], "")),
            "candidates": "\n".join(
                f"{option}: {about[code]}" if about.get(code) else option
                for code, option in zip(codes, options, strict=True)
            ),
            "choice": NONE_WORD
            if choice == NONE
            else code_option(choice, labels.get(choice, choice))
            if choice
            else "",
            "by": line["by"],
            "on": line["on"],
            "coding": line["coding"],
            "split": which,
            "decision": line["decision"],
        }
        for at, (key, _, _, filled) in enumerate(COLUMNS, start=1):
            cell = page.cell(number, at)
            value = cells.get(key, "")
            if value != "":
                _put(cell, value)
            if key not in ("number", "on"):
                cell.number_format = "@"
            if key == "on":
                day.add(cell.coordinate)
            cell.font = _font(color="7F7F7F" if key in ("coding", "split", "decision") else "000000")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.protection = Protection(locked=not filled)
            if filled:
                cell.fill = PatternFill("solid", fgColor="E8F5E9")
        page.row_dimensions[number].height = _height(
            [(cells.get(key, ""), width) for key, _, width, _ in COLUMNS if key not in ("coding", "split", "decision")]
        )
    page.freeze_panes = "C2"
    page.protection.sheet = True  # no password: it only keeps ids and words from being typed over
    page.protection.autoFilter = page.protection.sort = page.protection.formatRows = page.protection.formatColumns = (
        False
    )
    page.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{len(rows) + 1}"
    ruled(page, len(COLUMNS))
    printed(page, paper="A3")
    page.print_area = f"A1:{get_column_letter([key for key, *_ in COLUMNS].index('on') + 1)}{len(rows) + 1}"
    page.oddFooter.left.text = "Confidential: words of participants"
    help_page(
        book,
        [
            f"Codes that were split: the work of {coder}",
            *(part for part in (title, notice) if part),
            "A code that you used has been split. For each passage, choose which of the new codes it is, from the list.",
            "'none of them': the passage keeps its old code in the records and has none in the new version.",
            "A choice needs your name (By) and the date; a reason helps whoever reads this next year.",
            "Leave the choice empty where you do not decide today. Save as .xlsx; then: qualcode import FILE.xlsx",
            "This workbook holds words of participants. Share it only within the team.",
        ],
    )
    hidden = book.create_sheet(HIDDEN)
    version = str(codebook["version"].iloc[0]) if len(codebook) else ""
    facts = (("qualcode", PACK), ("study", title), ("coder", coder), ("codebook_version", version))
    for row, (key, value) in enumerate(facts, start=1):
        _put(hidden.cell(row, 1), key)
        _put(hidden.cell(row, 2), value)
    hidden.sheet_state = lists.sheet_state = "hidden"
    return book


def is_split_sheet(path: Path) -> bool:
    """Whether a file is a worklist of splits that qualcode made (also after another program saved it)."""
    import zipfile

    if path.suffix.lower() not in (".xlsx", ".xlsm") or not zipfile.is_zipfile(path):
        return False
    try:
        return _facts(_open(path)).get("qualcode") == PACK
    except DecisionsError:
        return False


@dataclass
class _Filled:
    place: str
    coding: str
    split: str
    decision: str
    choice: str
    reason: str
    by: str
    on: str


def import_splits(study: Study, path: Path, *, dry_run: bool = False) -> dict[str, Any]:
    """Read the choices of a filled worklist and add what is new to data/raw/decisions/splits.csv.

    A row without a choice changes nothing. A choice that differs from the one in force supersedes it, where the sheet knew
    that one or its date is later.

    Returns
    -------
    `{"kind": "splits", "message", "added", "changed", "unchanged", "undecided", "decisions"}`.

    Raises
    ------
    DecisionsError
        All at once, with the sheet's row: a coding that has no such split, a choice that is not among its new codes, a
        choice without name or date, two rows that contradict each other, a later choice of somebody else.
    """
    where = study.shown(path)
    book = _open(path)
    if _facts(book).get("qualcode") != PACK or SHEET not in book.sheetnames:
        raise DecisionsError(
            "this is not a worklist of splits.", where=where, hint="Make one with `qualcode pack splits`."
        )
    table, codes = study.processed / "splits.parquet", study.processed / "codebook.parquet"
    if not table.is_file() or not codes.is_file():
        hint = "Make them with `qualcode run --until codings`, then import the sheet again."
        raise DecisionsError("the study's codings have not been read yet.", where=where, hint=hint)
    problems = Problems()
    filled = _read(book[SHEET], where, problems)
    problems.raise_if_any(DecisionsError)
    codebook = read("codebook", codes)
    known = _known_splits(study, read("splits", table))
    rows, counts = _new_rows(study, filled, known, codebook, where, problems)
    problems.raise_if_any(DecisionsError)
    written = append_decisions(study, rows, file=FILE, dry_run=dry_run)
    message = (
        f"{where}: {counts['added']} new choices, {counts['changed']} changed, {counts['unchanged']} as before, "
        f"{counts['undecided']} not decided."
    )
    return {"kind": PACK, "message": message, **counts, "decisions": [] if dry_run else written}


def with_choices(splits: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Table `splits` with what was decided since the codings were read last."""
    signed = decisions[(decisions["kind"] == KIND) & (decisions["choice"] != "")]
    made = {(line["about"], line["value"]): line for line in signed.to_dict("records")}
    out = splits.copy()
    for at, row in splits.iterrows():
        line = made.get((row["coding"], f"{row['code']}@{row['version']}")) or made.get((row["coding"], ""))
        if row["status"] == "open" and line is not None and line["choice"] in (*split(row["candidates"]), NONE):
            status = NONE if line["choice"] == NONE else "decided"
            out.loc[at, ["choice", "by", "on", "decision", "status"]] = [
                *(line[name] for name in ("choice", "by", "on", "decision")),
                status,
            ]
    return out


def _known_splits(study: Study, splits: pd.DataFrame) -> dict[tuple[str, str], list[str]]:
    """Codes that a coding may become, by coding and split; those decided since the last run too."""
    return {
        (line["coding"], f"{line['code']}@{line['version']}"): split(line["candidates"])
        for line in splits.to_dict("records")
    }


def _read(page: Any, where: str, problems: Problems) -> list[_Filled]:
    lines = page.iter_rows(values_only=True)
    header = [HEADINGS.get(" ".join(str(cell or "").split()).casefold(), "") for cell in next(lines, ())]
    at = {key: place for place, key in enumerate(header) if key}
    headings = {key: heading for heading, key in HEADINGS.items()}
    for key in ("coding", "split", "choice", "by", "on"):
        if key not in at:
            problems.add(where, f"sheet {SHEET}: the column '{headings[key]}' is missing.", "Make a new sheet.")
    if problems:
        return []
    found: list[_Filled] = []
    for number, cells in enumerate(lines, start=2):

        def text(key: str, cells: tuple[Any, ...] = cells) -> str:
            value = cells[at[key]] if key in at and at[key] < len(cells) else None
            return " ".join(str(value).split()) if value is not None else ""

        place = f"row {number}"
        if not text("coding"):
            if text("choice"):
                problems.add(where, "there is a choice, but the coding's id is gone.", place=place)
            continue
        on = _day(cells[at["on"]] if at["on"] < len(cells) else None, where, place, problems)
        found.append(
            _Filled(
                place, text("coding"), text("split"), text("decision"), text("choice"), text("reason"), text("by"), on
            )
        )
    return found


def _new_rows(
    study: Study,
    filled: list[_Filled],
    known: Mapping[tuple[str, str], list[str]],
    codebook: pd.DataFrame,
    where: str,
    problems: Problems,
) -> tuple[list[dict[str, str]], dict[str, int]]:
    labels = {label.casefold(): code for code, label in zip(codebook["code"], codebook["label"], strict=True)}
    options = {
        code_option(code, label).casefold(): code
        for code, label in zip(codebook["code"], codebook["label"], strict=True)
    }
    standing = read_decisions(study)
    there = {
        (line["about"], line["value"]): line
        for line in standing[(standing["kind"] == KIND) & (standing["choice"] != "")].to_dict("records")
    }
    ever = {row["decision"] for row in all_rows(study)}
    counts = {"added": 0, "changed": 0, "unchanged": 0, "undecided": 0}
    seen: dict[tuple[str, str], _Filled] = {}
    rows: list[dict[str, str]] = []
    for row in filled:
        if not row.choice:
            counts["undecided"] += 1
            continue
        key = (row.coding, row.split)
        if key not in known:
            hint = "Its file has changed or gone since the sheet was made. Make a new one with `qualcode pack splits`."
            problems.add(where, f"coding '{row.coding}' has no split '{row.split}'.", hint, place=row.place)
            continue
        word = row.choice.casefold()
        choice = NONE if word in (NONE, NONE_WORD) else options.get(word) or labels.get(word) or row.choice
        if choice not in (*known[key], NONE):
            hint = nearest(choice, [*known[key], NONE_WORD])
            problems.add(where, f"'{row.choice}' is not what this code was split into.", hint, place=row.place)
            continue
        other = seen.setdefault(key, row)
        if other is not row:
            if other.choice != row.choice:
                what = f"coding '{row.coding}' is decided otherwise in {other.place}."
                problems.add(where, what, "Keep one of the two.", place=row.place)
            continue
        for value, word_ in ((row.by, "who decided"), (row.on, "its date")):
            if not value:
                problems.add(where, f"there is a choice but not {word_}.", "Fill it in.", place=row.place)
        old = there.get(key) or there.get((row.coding, ""))
        new = {"kind": KIND, "about": row.coding, "choice": choice, "value": row.split}
        new |= {"reason": row.reason, "by": row.by, "on": row.on}
        if old is None:
            counts["added"] += 1
        elif old["choice"] == choice and (old["by"], old["on"]) == (row.by, row.on):
            counts["unchanged"] += 1
            continue
        elif row.decision == old["decision"] or row.on > old["on"]:
            new["supersedes"] = old["decision"]
            counts["changed"] += 1
        elif row.decision and row.decision in ever and old["choice"] == choice:
            counts["unchanged"] += 1
            continue
        else:
            what = f"coding '{row.coding}' was decided by {old['by']} on {old['on']} since this sheet was made."
            problems.add(where, what, "Agree on one, and give it a later date.", place=row.place)
            continue
        rows.append(new)
    return rows, counts

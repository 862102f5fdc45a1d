"""A sheet of disagreements that a meeting has filled in, read back into the table of decisions."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from qualcode.decisions.layout import CHOICE_WORDS, HEADINGS, HIDDEN, PACK, SHEET, SILENT_CHOICES, WORD_OF
from qualcode.decisions.table import DISAGREEMENT, all_rows, append_decisions, parse_other, read_decisions
from qualcode.errors import DecisionsError, Problem, Problems, nearest
from qualcode.files import load_workbook
from qualcode.study import Study
from qualcode.tables import read

FILE = "disagreements.csv"
_SAVED_SINCE = 5.0  # seconds between the table and the workbook from which on somebody else has saved the workbook
_DIRECTIONS = ("facilitator", "barrier", "mixed", "neutral")
_FIELDS = ("choice", "value", "reason", "by", "on")


def is_sheet(path: Path) -> bool:
    """Whether a file is a workbook of disagreements that qualcode made (also after another program saved it)."""
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not zipfile.is_zipfile(path):
        return False
    try:
        return _facts(_open(path)).get("qualcode") == PACK
    except DecisionsError:
        return False


def import_sheet(study: Study, path: Path, *, dry_run: bool = False) -> dict[str, Any]:
    """Read the decisions of a filled sheet and add what is new to data/raw/decisions/disagreements.csv.

    A row without a decision changes nothing. A decision that differs from the one the sheet was made with supersedes it.
    Where somebody else decided otherwise in the meantime, the later date holds; on the same day the two are a conflict.

    Returns
    -------
    `{"kind": "decisions", "message", "added", "changed", "unchanged", "undecided", "decisions"}`; `added` counts new
    rulings, `changed` those that supersede an earlier one, `decisions` the ids written (none with `dry_run`).

    Raises
    ------
    DecisionsError
        All at once, with the sheet's row: another study's sheet, an unknown disagreement, choice or code, a decision
        without name or date, `other` without a code, and conflicts. Nothing is written then.
    """
    where = study.shown(path)
    book = _open(path)
    facts = _facts(book)
    if facts.get("qualcode") != PACK or SHEET not in book.sheetnames:
        raise DecisionsError(
            "this is not a sheet of disagreements.", where=where, hint="Make one with `qualcode pack meeting`."
        )
    known, codes = _known(study, where)
    problems = Problems()
    filled = _filled(book[SHEET], where, problems)
    problems.raise_if_any(DecisionsError)
    title = study.config.study.title
    strangers = [row for row in filled if row.about not in known]
    if strangers and facts.get("study", "") != title:
        what = f"this sheet was made for the study '{facts.get('study', '')}', and this study is '{title}'."
        raise DecisionsError(what, where=where, hint="Name the right study with -C.")
    for row in strangers:
        hint = "A coding it rests on has changed or gone since the sheet was made. Make a new one with `qualcode pack meeting`."
        if row.choice:
            problems.add(where, f"disagreement '{row.about}' is not known.", hint, place=row.place)
    filled = [row for row in filled if row.about in known]
    for row in filled:
        _check(row, known[row.about], codes, where, problems)
    rows, counts = _changes(study, filled, where, problems)
    problems.raise_if_any(DecisionsError)
    written = append_decisions(study, rows, file=FILE, dry_run=dry_run)
    message = (
        f"{where}: {counts['added']} new decisions, {counts['changed']} changed, {counts['unchanged']} as before, "
        f"{counts['undecided']} not decided."
    )
    return {
        "kind": "decisions",
        "message": message,
        **counts,
        "decisions": [] if dry_run else written,
    }


def not_imported(study: Study) -> Problem | None:
    """What would be lost if the run wrote reports/disagreements.xlsx anew: decisions filled in there, not yet imported."""
    path, table = study.reports / "disagreements.xlsx", study.reports / "tables" / "disagreements.csv"
    if not path.is_file() or not table.is_file() or path.stat().st_mtime < table.stat().st_mtime + _SAVED_SINCE:
        return None
    hint = f"Bring them in with `qualcode import {study.shown(path)}`, or delete or move the file."
    try:
        counts = import_sheet(study, path, dry_run=True)
    except DecisionsError:
        return Problem(study.shown(path), "decisions were filled in that cannot be imported as they are.", hint)
    new = counts["added"] + counts["changed"]
    if not new:
        return None
    return Problem(study.shown(path), f"decisions were filled in and have not been imported ({new}).", hint)


# ---------------------------------------------------------------- the workbook


@dataclass
class _Row:
    """One row of the sheet, as filled in."""

    place: str
    about: str
    decision: str
    choice: str
    value: str
    reason: str
    by: str
    on: str


def _open(path: Path) -> Any:
    try:
        return load_workbook(path)
    except Exception as error:
        what = "this file cannot be opened as an Excel workbook."
        raise DecisionsError(Problem(str(path.name), what, f"({type(error).__name__})")) from error


def _facts(book: Any) -> dict[str, str]:
    if HIDDEN not in book.sheetnames:
        return {}
    pairs = book[HIDDEN].iter_rows(min_col=1, max_col=2, values_only=True)
    return {str(key): str(value if value is not None else "") for key, value in pairs if key is not None}


def _filled(page: Any, where: str, problems: Problems) -> list[_Row]:
    at: dict[str, int] = {}
    header = 0
    for number, cells in enumerate(page.iter_rows(max_row=20, values_only=True), start=1):
        names = [HEADINGS.get(" ".join(str(cell or "").split()).casefold(), "") for cell in cells]
        if "disagreement" in names:
            header, at = number, {name: place for place, name in enumerate(names) if name}
            break
    missing = [key for key in ("disagreement", "choice", "other", "by", "on") if key not in at]
    if missing:
        headings = {key: heading for heading, key in HEADINGS.items()}
        for key in missing:
            problems.add(where, f"sheet {SHEET}: the column '{headings[key]}' is missing.", "Make a new sheet.")
        return []
    rows: list[_Row] = []
    seen: dict[str, _Row] = {}
    for number, cells in enumerate(page.iter_rows(min_row=header + 1, values_only=True), start=header + 1):

        def text(key: str, cells: tuple[Any, ...] = cells) -> str:
            value = cells[at[key]] if key in at and at[key] < len(cells) else None
            return " ".join(str(value).split()) if value is not None else ""

        if not text("disagreement"):
            if text("choice"):
                problems.add(where, "there is a decision, but the disagreement's id is gone.", place=f"row {number}")
            continue
        place = f"row {number}"
        on = _day(cells[at["on"]] if at["on"] < len(cells) else None, where, place, problems)
        given = text("choice")
        choice = {word.casefold(): name for word, name in CHOICE_WORDS.items()}.get(
            given.casefold().replace("_", " "), ""
        )
        choice = choice or ("open" if given.casefold() == "open" else "")
        if given and not choice:
            problems.add(where, f"decision '{given}' is not known.", nearest(given, CHOICE_WORDS), place=place)
        row = _Row(place, text("disagreement"), text("decision"), choice, text("other"), text("reason"), text("by"), on)
        first = seen.setdefault(row.about, row)
        if first is not row:
            if row.choice and first.choice and (row.choice, row.value) != (first.choice, first.value):
                what = f"disagreement '{row.about}' is decided otherwise in {first.place}."
                problems.add(where, what, "Keep one of the two.", place=place)
            if row.choice and not first.choice:
                rows[rows.index(first)] = seen[row.about] = row
            continue
        rows.append(row)
    return rows


def _day(value: Any, where: str, place: str, problems: Problems) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y-%m-%d")
    text = str(value).strip()
    german = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", text)
    try:
        if german:
            return date(int(german[3]), int(german[2]), int(german[1])).isoformat()
        return date.fromisoformat(text[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}[T ].*", text) else text).isoformat()
    except ValueError:
        problems.add(where, f"'{text}' is not a date.", "Write it as 2024-03-31 or 31.03.2024.", place=place)
        return ""


# ---------------------------------------------------------------- held against the study


def _known(study: Study, where: str) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The disagreements of the last run, and the label of each code."""
    table, codebook = study.reports / "tables" / "disagreements.csv", study.processed / "codebook.parquet"
    if not table.is_file() or not codebook.is_file():
        hint = "Make them with `qualcode run --until consensus`, then import the sheet again."
        raise DecisionsError("the study's disagreements have not been made yet.", where=where, hint=hint)
    rows = read("report_disagreements", table).to_dict("records")
    codes = read("codebook", codebook)
    labels = dict(zip(codes["code"], codes["label"], strict=True))
    return {str(row["disagreement"]): {str(k): v for k, v in row.items()} for row in rows}, labels


def _check(row: _Row, known: dict[str, Any], codes: dict[str, str], where: str, problems: Problems) -> None:
    def add(what: str, hint: str = "") -> None:
        problems.add(where, what, hint, place=row.place)

    if not row.choice:
        if row.value and not row.decision:
            add("there is an other code or direction, but no decision.", "Choose 'other' as the decision.")
        row.value = ""
        return
    if not row.by:
        add("there is a decision but not who decided.", "Fill the column 'By'.")
    if not row.on and not any(problem.place == row.place and "date" in problem.what for problem in problems.found):
        add("there is a decision but not its date.", "Fill the column 'Date'.")
    silent = not known["code_a"] or not known["code_b"]
    if silent and WORD_OF[row.choice] not in SILENT_CHOICES and row.choice == "both":
        add("'both' cannot be chosen where one side is silent.", f"Choose one of: {', '.join(SILENT_CHOICES)}.")
    if row.choice != "other":
        row.value = ""
    elif known["kind"] == "direction":
        if row.value.casefold() not in _DIRECTIONS:
            add("'other' needs a direction in the column beside.", f"One of: {', '.join(_DIRECTIONS)}.")
        row.value = row.value.casefold()
    elif not row.value:
        add("the decision is 'other', and there is no other code.", "Choose it in the column beside.")
    else:
        found = _code(row.value, codes)
        if found is None:
            add(f"code '{row.value}' is not in the codebook.", nearest(parse_other(row.value)[0], codes))
        else:
            row.value = found


def _code(shown: str, codes: dict[str, str]) -> str | None:
    """`id` or `id start-end` from what stands in the cell: an id, `Label [id]` or a label, with or without a span."""
    name, start, end = parse_other(shown)
    if shown in codes or shown.endswith("]"):
        name, start, end = shown, None, None
    bracket = re.search(r"\[([^\[\]]+)\]$", name)
    by_label = {label.casefold(): code for code, label in codes.items()}
    code = name if name in codes else bracket[1] if bracket and bracket[1] in codes else by_label.get(name.casefold())
    if code is None:
        return None
    return code if start is None else f"{code} {start}-{end}"


def _changes(
    study: Study, filled: list[_Row], where: str, problems: Problems
) -> tuple[list[dict[str, object]], dict[str, int]]:
    ever = {row["decision"]: row for row in all_rows(study)}
    decisions = read_decisions(study)
    in_force = {
        str(line["about"]): line
        for line in decisions.to_dict("records")
        if line["kind"] == DISAGREEMENT and line["choice"]
    }
    rows: list[dict[str, object]] = []
    counts = dict.fromkeys(("added", "changed", "unchanged", "undecided"), 0)
    for row in filled:
        new = {name: getattr(row, name) for name in _FIELDS}
        now = in_force.get(row.about)
        if not row.choice:
            counts["undecided" if now is None else "unchanged"] += 1
            continue
        base = ever.get(row.decision)
        if _same(new, base) or _same(new, now):
            counts["unchanged"] += 1
            continue
        if now is None:
            counts["added"] += 1
        elif row.on > now["on"] or (row.decision == now["decision"]) or (row.on == now["on"] and row.by == now["by"]):
            counts["changed"] += 1
        elif (now["choice"], now["value"]) == (row.choice, row.value):
            counts["unchanged"] += 1  # the same ruling signed by two people: the first signature stays
            continue
        else:
            what = (
                f"disagreement '{row.about}' was decided otherwise by {now['by']} on {now['on']} "
                f"({WORD_OF.get(now['choice'], now['choice'])}; decision {now['decision']})."
            )
            hint = "Agree on one; give the row that holds a later date, or leave this one empty."
            problems.add(where, what, hint, place=row.place)
            continue
        line: dict[str, object] = {"kind": DISAGREEMENT, "about": row.about, **new}
        rows.append(line | {"supersedes": now["decision"] if now is not None else ""})
    return rows, counts


def _same(new: dict[str, str], old: Any) -> bool:
    return old is not None and all(new[name] == " ".join(str(old[name]).split()) for name in _FIELDS)

"""Work that a split code makes: a workbook for each coder, in which one of the new codes is chosen for each coding."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.decisions.layout import LISTS, code_option
from qualcode.decisions.passage import shortened, words_after, words_before
from qualcode.decisions.sheet_in import facts_of, open_workbook
from qualcode.decisions.table import all_rows, append_decisions, read_decisions
from qualcode.decisions.worklist import (
    against,
    choices_in,
    dates_in,
    headings,
    is_pack,
    letter,
    read_page,
    signed,
    write_facts,
    write_page,
)
from qualcode.errors import DecisionsError, Problems, nearest
from qualcode.files import newest_date, write_zip_document
from qualcode.sheets import help_page, put
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
HEADINGS = headings(COLUMNS)


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
    from openpyxl.utils import get_column_letter

    labels = dict(zip(codebook["code"], codebook["label"], strict=True))
    about = dict(zip(codebook["code"], codebook["definition"], strict=True))
    book = openpyxl.Workbook()
    page = book.active
    page.title = SHEET
    lists = book.create_sheet(LISTS)
    lines: list[dict[str, object]] = []
    areas: dict[
        str, tuple[str, list[str]]
    ] = {}  # of each split: where its choices are listed, and the cells that take them
    for number, line in enumerate(rows.to_dict("records"), start=2):
        text, start, end = texts[line["transcript"]], int(line["start"]), int(line["end"])
        codes = split(line["candidates"])
        options = [code_option(code, labels.get(code, code)) for code in codes]
        which = f"{line['code']}@{line['version']}"
        if which not in areas:
            column = get_column_letter(len(areas) + 1)
            for row, option in enumerate([*options, NONE_WORD], start=1):
                put(lists[f"{column}{row}"], option)
            areas[which] = (f"{LISTS}!${column}$1:${column}${len(options) + 1}", [])
        areas[which][1].append(f"{letter(COLUMNS, 'choice')}{number}")
        choice = str(line["choice"])
        chosen = NONE_WORD if choice == NONE else code_option(choice, labels.get(choice, choice)) if choice else ""
        candidates = [
            f"{option}: {about[code]}" if about.get(code) else option
            for code, option in zip(codes, options, strict=True)
        ]
        lines.append(
            {
                "number": number - 1,
                "transcript": line["transcript"],
                "before": words_before(text, start, context),
                "quote": "(the whole transcript)" if line["scope"] == "transcript" else shortened(text[start:end]),
                "after": words_after(text, end, context),
                "memo": line["memo"],
                "old": code_option(line["code"], former.get(line["code"], "")),
                "candidates": "\n".join(candidates),
                "choice": chosen,
                "by": line["by"],
                "on": line["on"],
                "coding": line["coding"],
                "split": which,
                "decision": line["decision"],
            }
        )
    write_page(page, COLUMNS, lines, last_printed="on")
    for area, cells in areas.values():
        choices_in(page, area, cells)
    dates_in(page, COLUMNS, len(lines))
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
    version = str(codebook["version"].iloc[0]) if len(codebook) else ""
    write_facts(book, {"qualcode": PACK, "study": title, "coder": coder, "codebook_version": version})
    lists.sheet_state = "hidden"
    return book


def is_split_sheet(path: Path) -> bool:
    """Whether a file is a worklist of splits that qualcode made (also after another program saved it)."""
    return is_pack(path, PACK)


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
    book = open_workbook(path)
    if facts_of(book).get("qualcode") != PACK or SHEET not in book.sheetnames:
        raise DecisionsError(
            "this is not a worklist of splits.", where=where, hint="Make one with `qualcode pack splits`."
        )
    table, codes = study.processed / "splits.parquet", study.processed / "codebook.parquet"
    if not table.is_file() or not codes.is_file():
        hint = "Make them with `qualcode run --until codings`, then import the sheet again."
        raise DecisionsError("the study's codings have not been read yet.", where=where, hint=hint)
    problems = Problems()
    filled = read_page(book[SHEET], COLUMNS, ("coding", "split", "choice", "by", "on"), "coding", where, problems)
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
    ruled = decisions[(decisions["kind"] == KIND) & (decisions["choice"] != "")]
    made = {(line["about"], line["value"]): line for line in ruled.to_dict("records")}
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


def _new_rows(
    study: Study,
    filled: list[dict[str, str]],
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
    seen: dict[tuple[str, str], dict[str, str]] = {}
    rows: list[dict[str, str]] = []
    for row in filled:
        if not row["choice"]:
            counts["undecided"] += 1
            continue
        key, place = (row["coding"], row["split"]), row["place"]
        if key not in known:
            hint = "Its file has changed or gone since the sheet was made. Make a new one with `qualcode pack splits`."
            problems.add(where, f"coding '{row['coding']}' has no split '{row['split']}'.", hint, place=place)
            continue
        word = row["choice"].casefold()
        choice = NONE if word in (NONE, NONE_WORD) else options.get(word) or labels.get(word) or row["choice"]
        if choice not in (*known[key], NONE):
            hint = nearest(choice, [*known[key], NONE_WORD])
            problems.add(where, f"'{row['choice']}' is not what this code was split into.", hint, place=place)
            continue
        other = seen.setdefault(key, row)
        if other is not row:
            if other["choice"] != row["choice"]:
                what = f"coding '{row['coding']}' is decided otherwise in {other['place']}."
                problems.add(where, what, "Keep one of the two.", place=place)
            continue
        signed(row, where, problems)
        new = {"kind": KIND, "about": row["coding"], "choice": choice, "value": row["split"]}
        new |= {name: row[name] for name in ("reason", "by", "on")}
        old = there.get(key) or there.get((row["coding"], ""))
        became = against(new, old, row, ever, f"coding '{row['coding']}'", where, problems)
        if became:
            counts[became] += 1
        if became in ("added", "changed"):
            rows.append(new)
    return rows, counts

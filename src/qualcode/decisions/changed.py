"""Passages whose text changed after they were coded, as a workbook: before, now, and what a person says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.codings.anchor import Anchor, TextIndex, anchor_quote
from qualcode.codings.changes import ADJUST, CHOICES, CONFIRM, DROP, GONE, MOVED, OPEN, STATUS, WORDS, value_of
from qualcode.decisions.layout import LISTS, code_option
from qualcode.decisions.passage import shortened, words_after, words_before
from qualcode.decisions.sheet_in import facts_of, open_workbook
from qualcode.decisions.table import CHANGED, all_rows, append_decisions, read_decisions
from qualcode.decisions.worklist import (
    against,
    choices_in,
    dates_in,
    is_pack,
    letter,
    read_page,
    signed,
    write_facts,
    write_page,
)
from qualcode.deidentify.earlier import Earlier, EarlierTexts, earlier_texts
from qualcode.errors import DecisionsError, Problems, nearest
from qualcode.files import newest_date, write_zip_document
from qualcode.sheets import help_page, put
from qualcode.study import Study
from qualcode.tables import TABLES, read
from qualcode.transcripts.kept import read_texts

PACK, SHEET, FILE = "edits", "Changed passages", "changed.csv"
CHOICE_WORDS = {"still fits": CONFIRM, "other passage": ADJUST, "drop": DROP}
WORD_OF = {choice: word for word, choice in CHOICE_WORDS.items()}
NOT_SHOWN = "(not shown: somebody withdrew)"
CHANGE_WORDS = {WORDS: "other words", MOVED: "moved", GONE: "taken out"}
WHY_WORDS = {
    "correction": "corrected",
    "reader": "read otherwise",
    "identifier": "name replaced",
    "document": "the tool's document differs",
}
COLUMNS = (  # key, heading, width, whether it is filled in by people
    ("number", "No.", 5, False),
    ("transcript", "Transcript", 11, False),
    ("coder", "Coder", 9, False),
    ("code", "Code", 22, False),
    ("what", "What happened", 14, False),
    ("was", "Passage when coded", 44, False),
    ("before", "Just before, now", 24, False),
    ("now", "Passage now", 44, False),
    ("after", "Just after, now", 24, False),
    ("choice", "Decision", 14, True),
    ("passage", "Other passage: its words, or start-end", 30, True),
    ("reason", "Reason", 24, True),
    ("by", "By", 9, True),
    ("on", "Date", 12, True),
    ("about", "Coding id", 38, False),
    ("where_now", "Place", 26, False),
    ("decision", "Decision id", 38, False),
)
_SPAN = re.compile(r"^(\d+)\s*[-–]\s*(\d+)$")


@dataclass(frozen=True)
class Sources:
    """Table `report_changed`, the present texts, their hashes, earlier texts without names, and the codebook."""

    changed: pd.DataFrame
    texts: Mapping[str, str]
    sha: Mapping[str, str]
    earlier: EarlierTexts
    codebook: pd.DataFrame


def sources_of(study: Study) -> Sources | None:
    """What the last run left; None where there was none."""
    table, transcripts = study.reports / "tables" / "changed.csv", study.processed / "transcripts.parquet"
    if not table.is_file() or not transcripts.is_file():
        return None
    told, edits = read("transcripts", transcripts), study.processed / "edits.parquet"
    return Sources(
        read("report_changed", table),
        read_texts(study.processed / "texts"),
        dict(zip(told["transcript"], told["sha256_text"], strict=True)),
        earlier_texts(study, told, read("edits", edits) if edits.is_file() else TABLES["edits"].empty()),
        read("codebook", study.processed / "codebook.parquet"),
    )


def with_choices(changed: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Table `report_changed` with what was decided since the codings were read last."""
    ruled = decisions[(decisions["kind"] == CHANGED) & (decisions["choice"] != "")]
    made = {line["about"]: line for line in ruled.to_dict("records")}
    out = changed.copy()
    names = ["choice", "reason", "by", "on", "decision"]
    for at, row in changed.iterrows():
        line = made.get(row["about"])
        if line is not None and line["decision"] != row["decision"] and line["choice"] in STATUS:
            out.loc[at, ["status", *names]] = [STATUS[line["choice"]], *(line[name] for name in names)]
    return out


def write_changed_sheet(
    path: Path, sources: Sources, *, again: bool = False, title: str = "", notice: str = "", context: int = 20
) -> int:
    """Write the workbook: a row for each passage to look at; with `again` those that are decided too, filled in.

    Returns
    -------
    The number of passages; nothing is written where there is none.
    """
    import openpyxl

    table = sources.changed
    rows = table[table["status"].isin((OPEN, *STATUS.values()) if again else (OPEN,))]
    if not len(rows):
        return 0
    book = openpyxl.Workbook()
    page = book.active
    page.title = SHEET
    labels = dict(zip(sources.codebook["code"], sources.codebook["label"], strict=True))
    lines = [
        _line(number, row, sources, labels, context) for number, row in enumerate(rows.to_dict("records"), start=1)
    ]
    write_page(page, COLUMNS, lines, last_printed="on", frozen="E2")
    lists = book.create_sheet(LISTS)
    for number, word in enumerate(CHOICE_WORDS, start=1):
        put(lists.cell(number, 1), word)
    column = letter(COLUMNS, "choice")
    choices_in(page, f"{LISTS}!$A$1:$A${len(CHOICE_WORDS)}", [f"{column}2:{column}{len(lines) + 1}"])
    dates_in(page, COLUMNS, len(lines))
    help_page(book, _help(title, notice, len(lines)))
    write_facts(book, {"qualcode": PACK, "study": title})
    lists.sheet_state = "hidden"
    write_zip_document(path, book.save, day=newest_date(rows["on"]))
    return len(lines)


def _line(
    number: int, row: Mapping[Any, Any], sources: Sources, labels: Mapping[str, str], context: int
) -> dict[str, object]:
    transcript, text = str(row["transcript"]), sources.texts.get(str(row["transcript"]), "")
    old = sources.earlier(transcript, str(row["sha256_from"]))
    line: dict[str, object] = {
        name: row[name] for name in ("transcript", "coder", "reason", "by", "on", "about", "decision")
    }
    why = ", ".join(WHY_WORDS.get(word, word) for word in str(row["why"]).split(";") if word)
    line |= {
        "number": number,
        "code": code_option(str(row["code"]), labels.get(str(row["code"]), "")),
        "what": f"{CHANGE_WORDS.get(row['change'], row['change'])} ({why})" if why else row["change"],
        "was": f"(in {row['source']})" if old is None else _was(old, int(row["start_from"]), int(row["end_from"])),
        "choice": WORD_OF.get(str(row["choice"]), "") if row["status"] != OPEN else "",
        "now": "(no longer there)",
    }
    if transcript in sources.earlier.hidden:
        line["was"] = NOT_SHOWN
    if row["kind"] == "decision":
        line["code"] = f"{line['code']}: span of a decision".lstrip(": ")
    if row["kind"] == "memo":
        line["code"] = str(row["source"])
    if pd.notna(row["start"]):
        start, end = int(row["start"]), int(row["end"])
        line |= {
            "before": words_before(text, start, context),
            "now": shortened(text[start:end]),
            "after": words_after(text, end, context),
            "where_now": value_of(start, end, sources.sha.get(transcript, "")),
        }
    return line


def _was(old: Earlier, start: int, end: int) -> str:
    first, last = old.span(start, end)
    return shortened(old.text[first:last])


def _help(title: str, notice: str, rows: int) -> list[str]:
    return [
        f"Passages whose text changed: {rows}",
        *(part for part in (title, notice) if part),
        "These passages were coded before their transcript was corrected (or read anew, or its names were replaced). Compare "
        "'Passage when coded' with 'Passage now', and choose a decision for each:",
        "    'still fits': the code stands on the passage as it is now.",
        "    'other passage': the code belongs on other words. Copy these words from the transcript's text (data/processed/"
        "texts) into the column beside the decision; where they stand in several places, write start and end: 120-260.",
        "    'drop': the code does not hold any more. The coder's file is not touched; the coding is left out, and counted.",
        "A decision needs your name (By) and the date; a reason helps whoever reads this next year.",
        "Leave the decision empty where you do not decide today. Save as .xlsx; then: qualcode import edits.xlsx",
        "Until you decide, a passage that is there counts as it is; one that was taken out has no place and does not count.",
        "edits.html beside this workbook shows the texts side by side.",
        "This workbook holds words of participants. Share it only within the team.",
    ]


# ---------------------------------------------------------------- what comes back


def is_changed_sheet(path: Path) -> bool:
    """Whether a file is a workbook of changed passages that qualcode made (also after another program saved it)."""
    return is_pack(path, PACK)


def not_imported(study: Study, path: Path) -> int:
    """How many decisions stand in a workbook that have not been imported; those that cannot be count too."""
    rows = read_page(open_workbook(path)[SHEET], COLUMNS, ("about", "choice"), "about", path.name, Problems())
    known = {(row["about"], row["by"], row["on"]) for row in all_rows(study) if row["kind"] == CHANGED}
    return sum(bool(row["choice"]) and (row["about"], row["by"], row["on"]) not in known for row in rows)


def import_changed(study: Study, path: Path, *, dry_run: bool = False) -> dict[str, Any]:
    """Read the decisions of a filled workbook and add what is new to data/raw/decisions/changed.csv.

    A row without a decision changes nothing. A decision that differs from the one in force supersedes it, where the sheet
    knew that one or its date is later.

    Returns
    -------
    `{"kind": "edits", "message", "added", "changed", "unchanged", "undecided", "decisions"}`.

    Raises
    ------
    DecisionsError
        All at once, with the sheet's row: a passage that is not on the study's list, a decision that is not known, one
        without name or date, words that are not in the transcript or stand there twice, 'still fits' of a passage that is
        no longer there, two rows that contradict each other, a later decision of somebody else.
    """
    where = study.shown(path)
    book = open_workbook(path)
    if facts_of(book).get("qualcode") != PACK or SHEET not in book.sheetnames:
        hint = "Make one with `qualcode pack edits`."
        raise DecisionsError("this is not a workbook of changed passages.", where=where, hint=hint)
    sources = sources_of(study)
    if sources is None:
        hint = "Make them with `qualcode run --until consensus`, then import the sheet again."
        raise DecisionsError("the study's codings have not been read yet.", where=where, hint=hint)
    problems = Problems()
    filled = read_page(book[SHEET], COLUMNS, ("about", "choice", "by", "on"), "about", where, problems)
    problems.raise_if_any(DecisionsError)
    rows, counts = _new_rows(study, filled, sources, where, problems)
    problems.raise_if_any(DecisionsError)
    written = append_decisions(study, rows, file=FILE, dry_run=dry_run)
    message = (
        f"{where}: {counts['added']} new decisions, {counts['changed']} changed, {counts['unchanged']} as before, "
        f"{counts['undecided']} not decided."
    )
    return {"kind": PACK, "message": message, **counts, "decisions": [] if dry_run else written}


def _new_rows(
    study: Study, filled: list[dict[str, str]], sources: Sources, where: str, problems: Problems
) -> tuple[list[dict[str, str]], dict[str, int]]:
    known = {str(row["about"]): row for row in sources.changed.to_dict("records")}
    standing = read_decisions(study)
    ruled = standing[(standing["kind"] == CHANGED) & (standing["choice"] != "")]
    there = {str(line["about"]): line for line in ruled.to_dict("records")}
    ever = {row["decision"] for row in all_rows(study)}
    counts = {"added": 0, "changed": 0, "unchanged": 0, "undecided": 0}
    seen: dict[str, dict[str, str]] = {}
    rows: list[dict[str, str]] = []
    for row in filled:
        if not row["choice"]:
            counts["undecided"] += 1
            if row["passage"]:
                hint = "Choose 'other passage' as the decision."
                problems.add(where, "there is another passage, but no decision.", hint, place=row["place"])
            continue
        about, place = row["about"], row["place"]
        if about not in known:
            hint = "Its file has changed or gone since the sheet was made. Make a new one with `qualcode pack edits`."
            problems.add(where, f"passage '{about}' is not on the list of changed ones.", hint, place=place)
            continue
        word = row["choice"].casefold()
        choice = CHOICE_WORDS.get(word, word)
        if choice not in CHOICES:
            problems.add(where, f"decision '{row['choice']}' is not known.", nearest(word, CHOICE_WORDS), place=place)
            continue
        other = seen.setdefault(about, row)
        if other is not row:
            if (other["choice"].casefold(), other["passage"]) != (word, row["passage"]):
                what = f"this passage is decided otherwise in {other['place']}."
                problems.add(where, what, "Keep one of the two.", place=place)
            continue
        signed(row, where, problems)
        value = _value(row, choice, str(known[about]["transcript"]), sources, where, problems)
        if value is None:
            continue
        new = {"kind": CHANGED, "about": about, "choice": choice, "value": value}
        new |= {name: row[name] for name in ("reason", "by", "on")}
        became = against(new, there.get(about), row, ever, f"passage '{about}'", where, problems, by_value=True)
        if became:
            counts[became] += 1
        if became in ("added", "changed"):
            rows.append(new)
    return rows, counts


def _value(
    row: Mapping[str, str], choice: str, transcript: str, sources: Sources, where: str, problems: Problems
) -> str | None:
    """Where the passage is, and in which text; None where that is a problem."""
    place = row["place"]
    if choice == DROP:
        return ""
    if choice == CONFIRM:
        if not row["where_now"]:
            hint = "Choose 'other passage' or 'drop'."
            problems.add(where, "'still fits', but this passage is no longer there.", hint, place=place)
            return None
        return row["where_now"]
    if not row["passage"]:
        hint = "Copy its words from the transcript, or write start and end: 120-260."
        problems.add(where, "the decision is 'other passage', and none is given.", hint, place=place)
        return None
    text, sha = sources.texts.get(transcript, ""), sources.sha.get(transcript, "")
    span = _SPAN.match(row["passage"])
    if span is not None:
        start, end = int(span[1]), int(span[2])
        if not 0 <= start < end <= len(text):
            what = f"{start}-{end} is not a stretch of transcript '{transcript}' ({len(text)} characters)."
            problems.add(where, what, "The start comes before the end; both count characters from 0.", place=place)
            return None
        return value_of(start, end, sha)
    found = anchor_quote(TextIndex(text), row["passage"], name=f"transcript '{transcript}'")
    if not isinstance(found, Anchor):
        problems.add(where, found.cause, found.hint, place=place)
        return None
    return value_of(found.start, found.end, sha)

"""One person's codings given out to another, who says of each whether it stands, and adds what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.codings.reviewed import ADD, CHANGES, CONFIRM, REJECT, Verdict, verdicts_of
from qualcode.decisions.layout import CODES, LISTS, code_option
from qualcode.decisions.passage import shortened, words_after, words_before
from qualcode.decisions.worklist import choices_in, dates_in, letter, write_facts, write_page
from qualcode.files import newest_date, write_zip_document
from qualcode.sheets import FACTS, font, head, height, help_page, printed, put, ruled

PACK, SHEET, ADDED_SHEET = "review", "Codings", "Codings to add"
WORDS = {CONFIRM: "confirm", REJECT: "reject"} | {name: name.replace("_", " ") for name in CHANGES}
EMPTY_ROWS = 60  # to add codings in
DIRECTIONS = ("facilitator", "barrier", "mixed", "neutral")
COLUMNS = (  # key, heading, width, whether it is filled in by people
    ("number", "No.", 6, False),
    ("transcript", "Transcript", 11, False),
    ("before", "Just before", 26, False),
    ("quote", "Passage", 44, False),
    ("after", "Just after", 26, False),
    ("code", "Code", 24, False),
    ("definition", "What the code means", 34, False),
    ("memo", "Memo of the first coder", 22, False),
    ("choice", "Verdict", 15, True),
    ("new_code", "New code", 24, True),
    ("new_words", "New passage (paste its words)", 30, True),
    ("new_direction", "New direction", 12, True),
    ("reason", "Reason", 26, True),
    ("by", "By", 8, True),
    ("on", "Date", 12, True),
    ("coding", "Coding id", 38, False),
    ("decision", "Decision id", 38, False),
)
ADD_COLUMNS = (
    ("transcript", "Transcript", 12, True),
    ("new_words", "Passage (paste its words)", 60, True),
    ("new_code", "Code", 28, True),
    ("new_direction", "Direction", 13, True),
    ("reason", "Reason", 36, True),
    ("by", "By", 9, True),
    ("on", "Date", 12, True),
    ("coding", "Coding id", 38, False),
)


@dataclass(frozen=True)
class Given:
    """What is given out: the first coder's codings, in what they stand, and what the reviewer has said already."""

    codings: pd.DataFrame
    texts: Mapping[str, str]
    codebook: pd.DataFrame
    decisions: pd.DataFrame
    coder: str
    reviewer: str


def write_review_sheet(
    path: Path, given: Given, *, all_codings: pd.DataFrame, title: str = "", notice: str = "", context: int = 30
) -> tuple[int, int]:
    """Write the workbook: a row a coding, empty rows to add codings, how to use it, the codes.

    Parameters
    ----------
    all_codings
        Table `codings`, where the reviewer's own are found by which a verdict is shown again.
    context
        Words shown before and after a passage.

    Returns
    -------
    How many codings are in it, and of how many there is a verdict.
    """
    import openpyxl

    said = {about: one for (about, by), one in verdicts_of(given.decisions).items() if by == given.reviewer}
    mine = {line["coding"]: line for line in all_codings.to_dict("records") if line["coder"] == given.reviewer}
    codes = given.codebook
    options = {
        code: code_option(code, label) for code, label in zip(codes["code"], codes["label"], strict=True)
    }  # in codebook order
    transcripts = sorted(set(given.codings["transcript"]))
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = SHEET
    rows = [
        _row(number, line, given, options, said.get(line["coding"]), mine, context)
        for number, line in enumerate(given.codings.to_dict("records"), start=1)
    ]
    write_page(page, COLUMNS, rows, last_printed="on")
    lists = book.create_sheet(LISTS)
    for column, values in enumerate((list(WORDS.values()), list(options.values()), DIRECTIONS, transcripts), start=1):
        for row, value in enumerate(values, start=1):
            put(lists.cell(row, column), value)
    areas = {
        "choice": f"{LISTS}!$A$1:$A${len(WORDS)}",
        "new_code": f"{LISTS}!$B$1:$B${max(1, len(options))}",
        "new_direction": f"{LISTS}!$C$1:$C${len(DIRECTIONS)}",
        "transcript": f"{LISTS}!$D$1:$D${max(1, len(transcripts))}",
    }
    for key in ("choice", "new_code", "new_direction"):
        at = letter(COLUMNS, key)
        choices_in(page, areas[key], [f"{at}2:{at}{len(rows) + 1}"])
    dates_in(page, COLUMNS, len(rows))
    help_page(book, _help(title, notice, given, len(rows)))
    _add_page(book, [one for one in said.values() if one.choice == (ADD,)], mine, given, options, areas)
    _codes_page(book, codes)
    version = str(codes["version"].iloc[0]) if len(codes) else ""
    facts = {"qualcode": PACK, "study": title, "coder": given.coder, "reviewer": given.reviewer}
    write_facts(book, facts | {"codebook_version": version})
    lists.sheet_state = "hidden"
    day = newest_date(given.codings["created"], [one.on for one in said.values()])
    write_zip_document(path, book.save, day=day)
    return len(rows), sum(line["coding"] in said for line in given.codings.to_dict("records"))


def _row(
    number: int,
    line: Mapping[Any, Any],
    given: Given,
    options: Mapping[str, str],
    verdict: Verdict | None,
    mine: Mapping[str, Mapping[Any, Any]],
    context: int,
) -> dict[str, Any]:
    text, start, end = given.texts[line["transcript"]], int(line["start"]), int(line["end"])
    codes = given.codebook
    meaning = codes.loc[codes["code"] == line["code"], ["full_definition", "definition"]]
    definition = next((cell for cell in meaning.iloc[0] if cell), "") if len(meaning) else ""
    shown = options.get(line["code"], line["code"])
    whole = line["scope"] == "transcript"
    row = {
        "number": number, "transcript": line["transcript"], "before": "" if whole else words_before(text, start, context),
        "quote": "(the whole transcript)" if whole else shortened(text[start:end]),
        "after": "" if whole else words_after(text, end, context),
        "code": shown + (f"\ndirection: {line['direction']}" if line["direction"] else ""),
        "definition": definition, "memo": line["memo"], "coding": line["coding"],
    }  # fmt: skip
    return row | (_filled(line, verdict, mine.get(verdict.coding), given, options) if verdict else {})


def _filled(
    line: Mapping[Any, Any], verdict: Verdict, own: Mapping[Any, Any] | None, given: Given, options: Mapping[str, str]
) -> dict[str, Any]:
    """What was said already, as the reviewer filled it in."""
    row: dict[str, Any] = {
        "choice": WORDS[verdict.choice[0]], "reason": verdict.reason, "by": verdict.by, "on": verdict.on,
        "decision": verdict.decision,
    }  # fmt: skip
    if own is not None and verdict.choice[0] in CHANGES:
        code, span, direction = (name in verdict.choice for name in CHANGES)
        text = given.texts[own["transcript"]]
        row["new_code"] = options.get(own["code"], own["code"]) if code else ""
        row["new_words"] = shortened(text[int(own["start"]) : int(own["end"])]) if span else ""
        row["new_direction"] = own["direction"] if direction else ""
    return row


def _add_page(
    book: Any,
    added: Sequence[Verdict],
    mine: Mapping[str, Mapping[Any, Any]],
    given: Given,
    options: Mapping[str, str],
    areas: Mapping[str, str],
) -> None:
    page = book.create_sheet(ADDED_SHEET, 1)
    here = set(given.codings["transcript"])
    rows: list[dict[str, Any]] = []
    for one in sorted(added, key=lambda verdict: verdict.about):
        own = mine.get(one.about)
        if own is not None and own["transcript"] in here:
            words = given.texts[own["transcript"]][int(own["start"]) : int(own["end"])]
            rows.append(
                {
                    "transcript": own["transcript"], "new_words": shortened(words), "coding": one.about,
                    "new_code": options.get(own["code"], own["code"]), "new_direction": own["direction"],
                    "reason": one.reason, "by": one.by, "on": one.on,
                }
            )  # fmt: skip
    rows.sort(key=lambda row: (row["transcript"], row["coding"]))
    rows += [{}] * EMPTY_ROWS
    write_page(page, ADD_COLUMNS, rows, last_printed="on", frozen="A2")
    for key in ("transcript", "new_code", "new_direction"):
        column = letter(ADD_COLUMNS, key)
        choices_in(page, areas[key], [f"{column}2:{column}{len(rows) + 1}"])
    dates_in(page, ADD_COLUMNS, len(rows))
    for number in range(2, len(rows) + 2):
        page.row_dimensions[number].height = max(30.0, page.row_dimensions[number].height or 0)


def _codes_page(book: Any, codebook: pd.DataFrame) -> None:
    """All codes with what they mean, to choose from."""
    from openpyxl.styles import Alignment

    page = book.create_sheet(CODES)
    head(page, [("Code", 34, FACTS), ("What it means", 60, FACTS), ("When to use", 44, FACTS), ("When not", 44, FACTS)])
    for number, line in enumerate(codebook.to_dict("records"), start=2):
        shown = "    " * int(line["depth"]) + code_option(line["code"], line["label"])
        cells = (shown, line["full_definition"] or line["definition"], line["include"], line["exclude"])
        for at, value in enumerate(cells, start=1):
            cell = page.cell(number, at)
            put(cell, value)
            cell.font = font()
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[number].height = height(zip(cells, (34, 60, 44, 44), strict=True))
    page.freeze_panes = "B2"
    ruled(page, 4)
    printed(page, paper="A4")


def _help(title: str, notice: str, given: Given, rows: int) -> list[str]:
    return [
        f"The codings of {given.coder}, for {given.reviewer} to look at",
        *(part for part in (title, notice) if part),
        f"Each row of the sheet '{SHEET}' is one coding of {given.coder} ({rows} rows). Say in 'Verdict' what you make of it:",
        "    confirm: the code fits, and the passage is the right one.",
        "    change code: another code fits; choose it in 'New code'.",
        "    change span: the passage begins or ends elsewhere; paste its words in 'New passage', as they stand in the text.",
        "    change direction: it helps where it was said to hinder, or the other way round; choose it in 'New direction'.",
        "    reject: the passage should not have this code, and no other in its place.",
        "Where more than one thing changes, name one of them and fill in the columns of both.",
        "Leave the verdict empty where you have not looked yet: that coding then counts as not reviewed, never as confirmed.",
        f"What {given.coder} left out goes into the sheet '{ADDED_SHEET}': transcript, the passage's words, a code. To take one "
        "back that was imported, empty its row but for the coding id.",
        f"A verdict needs a date. 'By' may stay empty: it is {given.reviewer}.",
        f"The codings of {given.coder} stay as they are. Yours become a layer of their own, and where the two differ the team "
        "decides in its meeting.",
        "Save as .xlsx; then: qualcode import FILE.xlsx",
        "This workbook holds words of participants. Share it only within the team.",
    ]

"""A draft of the participants table from a tool's cases and their attributes; nothing but people reads the draft."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qualcode.codings.beside import Beside
from qualcode.files import read_sheet, write_atomically, write_zip_document
from qualcode.study import Study
from qualcode.tables import TABLES, join, split

DRAFT = "participants.from-"
_NOT_FOR_CASES = ("participant", "consent", "withdrawn")


def draft_file(study: Study, name: str) -> Path:
    """Where the draft from a codings file called `name` goes: as a workbook, or CSV where the study's table is CSV."""
    table = study.raw_table_file("participants")
    return study.raw / f"{DRAFT}{Path(name).stem}{'.csv' if table is not None and table.suffix == '.csv' else '.xlsx'}"


def drafts(study: Study) -> list[Path]:
    """The drafts that lie in the study."""
    return sorted(study.raw.glob(f"{DRAFT}*"))


@dataclass
class _Draft:
    """The table as it grows: headings as written, rows by participant; what was not taken over."""

    headings: dict[str, str]  # as they stand in the file, by their plain form
    rows: dict[str, dict[str, str]]
    known: int = 0
    by_transcript: int = 0
    new: int = 0
    filled: int = 0
    differ: list[str] = field(default_factory=list)


def draft_participants(
    study: Study, beside: Beside, people: dict[str, set[str]], name: str, *, dry_run: bool = False
) -> list[str]:
    """Write the draft beside the study's tables: one row a case, one column an attribute; say what stands in it.

    Where the study has a participants table the draft is that table with what the file adds to it: its rows and cells stay
    as they are. A case is a participant of the study when it is called so, or when it is one whole transcript with one
    participant, and no other case is; else it is a new row under its own name. A file with attributes of documents only
    (as MAXQDA has them) gives a row a document.

    Parameters
    ----------
    people
        Who speaks as participant in each transcript.
    name
        The name of the codings file.

    Returns
    -------
    What to tell the person, without names of cases. An earlier draft that differs is not overwritten.
    """
    of = "case" if beside.cases else "document"
    values = [row for row in beside.attributes if row["of"] == of]
    names = [str(row["case"]) for row in beside.cases] or [str(row["name"]) for row in values]
    if not names:
        return ["The file has no cases and no attributes: there is no draft of participants to write."]
    draft = _begin(study)
    ids = _ids(list(dict.fromkeys(names)), beside, people, draft)
    for one in ids.values():
        draft.rows.setdefault(one, {"participant": one})
    for (one, column), found in _cells(values, ids, draft).items():
        cell = draft.rows[one].get(column, "")
        if not cell:
            draft.rows[one][column] = found
            draft.filled += 1
        elif set(split(cell)) != set(split(found)):
            draft.differ.append(f"{one}: {column}")
    target = draft_file(study, name)
    table = pd.DataFrame(
        [[row.get(column, "") for column in draft.headings] for row in draft.rows.values()],
        columns=list(draft.headings.values()),
        dtype=object,
    )
    said = _told(study, draft, target, values, of, len(beside.attributes) - len(values))
    if target.is_file() and not _same(target, table):
        return [
            f"{study.shown(target)} is there already and holds something else: it was left. Delete it to have it made anew."
        ]
    if dry_run:
        return [f"Would write {said[0]}", *said[1:]]
    _write(table, target)
    return [f"Wrote {said[0]}", *said[1:]]


def _begin(study: Study) -> _Draft:
    """The study's table, as it stands in its file, or the columns that it has to have."""
    path = study.raw_table_file("participants")
    if path is None:
        return _Draft({column: column for column in TABLES["participants"].columns}, {})
    study.raw_table("participants")  # a table with something wrong in it stops here, with its rows
    sheet = read_sheet(path, shown_as=study.shown(path))
    rows = {
        str(row["participant"]): {str(key): str(value) for key, value in row.items()}
        for row in sheet.data.to_dict("records")
    }
    return _Draft(dict(zip(sheet.data.columns, sheet.headers, strict=True)), rows)


def _ids(names: list[str], beside: Beside, people: dict[str, set[str]], draft: _Draft) -> dict[str, str]:
    """The participant that each case is."""
    table = {_plain(one): one for one in draft.rows}
    whole: dict[str, set[str]] = {name: set() for name in names}
    for row in beside.cases:
        whole[str(row["case"])].add(str(row.get("transcript", "")) if row.get("scope") == "transcript" else "")
    if not beside.cases:
        for row in beside.attributes:
            whole[str(row["name"])].add(str(row["transcript"]))
    alone = {
        name: next(iter(people[next(iter(here))]))
        for name, here in whole.items()
        if len(here) == 1 and len(people.get(next(iter(here)), ())) == 1
    }
    times = Counter([*alone.values(), *(table[_plain(name)] for name in names if _plain(name) in table)])
    found: dict[str, str] = {}
    for name in names:
        if _plain(name) in table:
            found[name] = table[_plain(name)]
            draft.known += 1
        elif name in alone and times[alone[name]] == 1:
            found[name] = alone[name]
            draft.by_transcript += 1
        else:
            transcript = next(iter(whole[name])) if not beside.cases and len(whole[name]) == 1 else ""
            found[name] = (transcript or name).replace(";", ",")
            draft.new += 1
    return found


def _cells(values: list[dict[str, object]], ids: dict[str, str], draft: _Draft) -> dict[tuple[str, str], str]:
    """What the file says by participant and column; several values of one attribute are joined by `;`."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in values:
        heading = " ".join(str(row["attribute"]).removeprefix("Cases:").split()) or "attribute"
        column = re.sub(r"\s+", "_", heading.lower())
        if column in _NOT_FOR_CASES:
            heading, column = f"{heading} (tool)", f"{column}_(tool)"
        draft.headings.setdefault(column, heading)
        found.setdefault((ids[str(row["name"])], column), []).append(str(row["value"]))
    return {key: several[0] if len(several) == 1 else join(several) for key, several in found.items()}


def _told(
    study: Study, draft: _Draft, target: Path, values: list[dict[str, object]], of: str, others: int
) -> list[str]:
    columns = len({str(row["attribute"]) for row in values})
    parts = [
        f"{draft.known} called as in the participants table" * bool(draft.known),
        f"{draft.by_transcript} found by their transcript" * bool(draft.by_transcript),
        f"{draft.new} new" * bool(draft.new),
    ]
    number = draft.known + draft.by_transcript + draft.new
    lines = [
        f"{study.shown(target)}, a draft of the participants table: {number} {of}{'s' * (number != 1)} "
        f"({', '.join(part for part in parts if part)}), {columns} attribute{'s' * (columns != 1)}, "
        f"{draft.filled} cell{'s' * (draft.filled != 1)} filled in."
    ]
    if draft.differ:
        lines.append(f"The file says otherwise, and your table stands, in: {'; '.join(draft.differ)}.")
    if others:
        lines.append(f"Not in the draft: {others} attribute values of documents (`qualcode show attributes`).")
    table = study.raw_table_file("participants")
    into = study.shown(table) if table is not None else "data/raw/participants.xlsx"
    lines.append(
        f"Nothing reads a draft. Look it over, write ids where there are names of people, save it as {into}, and delete it."
    )
    return lines


def _same(path: Path, table: pd.DataFrame) -> bool:
    sheet = read_sheet(path)
    plain = [re.sub(r"\s+", "_", str(heading).lower()) for heading in table.columns]
    return list(sheet.data.columns) == plain and sheet.data.values.tolist() == table.values.tolist()


def _write(table: pd.DataFrame, path: Path) -> None:
    if path.suffix == ".csv":
        text = table.to_csv(index=False, lineterminator="\n")
        write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8-sig", newline="\n"))
        return
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "participants"
    for row, cells in enumerate([list(table.columns), *table.values.tolist()], start=1):
        for column, value in enumerate(cells, start=1):
            if value:
                cell = sheet.cell(row, column)
                cell.value, cell.data_type = value, "s"
    for cell in sheet[1]:
        cell.font = Font(name="Calibri", bold=True)
    for letter in (column[0].column_letter for column in sheet.iter_cols(max_row=1)):
        sheet.column_dimensions[letter].width = 18
    sheet.freeze_panes = "B2"
    write_zip_document(path, book.save)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()

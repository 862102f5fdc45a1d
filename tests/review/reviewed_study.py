"""A study of two short interviews: KL has coded both, RB looks at the codings."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd

from qualcode.codebook import load_codebook
from qualcode.codings import read_codings
from qualcode.codings.assignments import YES
from qualcode.study import Study
from qualcode.tables import TABLES, read, write
from qualcode.transcripts import read_transcripts
from qualcode.transcripts.edits import edits_of_study

BOOK = """name: mih
version: 1.0.0
codes:
  - {id: barriers, label: Barriers, kind: theme, definition: What hinders.}
  - {id: time, label: Too little time, kind: subtheme, parent: barriers, definition: No hours for it., direction: barrier}
  - {id: money, label: Money, kind: subtheme, parent: barriers, definition: Money is short., direction: barrier}
  - {id: help, label: Help, kind: subtheme, definition: Others help., direction: facilitator}
"""
TALKS = {
    "T1": "I: What came in the way?\nP01: We had no time for it at all. The money stopped in May. "
    "The nurses helped one another a great deal. We had no time for it at all.\n",
    "T2": "I: And you?\nP02: My director stood behind me. Nobody paid for the hours. It was help enough.\n",
}
CODED = (  # transcript, code, words, direction
    ("T1", "time", "We had no time for it at all. The money", ""),
    ("T1", "money", "The money stopped in May.", ""),
    ("T1", "help", "The nurses helped one another a great deal.", ""),
    ("T2", "help", "My director stood behind me.", ""),
    ("T2", "money", "Nobody paid for the hours.", ""),
)


class Reviewed:
    """The study in a folder, its tables made as the workflow makes them."""

    def __init__(self, root: Path, *, assignments: str = "transcript,coder,done\nT1,KL,yes\nT2,KL,yes\n") -> None:
        self.root = root
        self.write("config/study.yaml", "study: {title: Small}\n")
        self.write("codebooks/mih/1.0.0.yaml", BOOK)
        for name, talk in TALKS.items():
            self.write(f"data/raw/transcripts/{name}.txt", talk)
        rows = [f'{name},,,"{words}",{code},KL,{way}' for name, code, words, way in CODED]
        self.write(
            "data/raw/codings/KL.csv", "\n".join(["transcript,start,end,text,code,coder,direction", *rows]) + "\n"
        )
        if assignments:
            self.write("data/raw/assignments.csv", assignments)
        self.run()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @property
    def study(self) -> Study:
        return Study.load(self.root)

    def run(self) -> None:
        """Everything up to the codings."""
        study = self.study
        made, book = read_transcripts(study), load_codebook(study)
        assert book is not None
        edits = edits_of_study(study, made.transcripts, made.texts)
        found = read_codings(study, made.transcripts, made.turns, made.texts, edits, book.table())
        self.codings, self.assignments, self.warnings = found.codings, found.assignments, found.warnings
        self.texts, self.turns, self.transcripts, self.codebook = made.texts, made.turns, made.transcripts, book.table()
        for name, text in made.texts.items():
            self.write(f"data/processed/texts/{name}.txt", text)
        tables = {"codings": found.codings, "codebook": book.table(), "transcripts": made.transcripts}
        for name, table in tables.items():
            write(name, table, study.processed / f"{name}.parquet")

    def id_of(self, code: str, transcript: str, coder: str = "KL") -> str:
        rows = self.codings[(self.codings["code"] == code) & (self.codings["transcript"] == transcript)]
        (found,) = rows["coding"][rows["coder"] == coder]
        return str(found)

    def layer(self, coder: str = "RB") -> list[tuple[str, str, str]]:
        """A coder's codings as (transcript, code, words)."""
        rows = self.codings[self.codings["coder"] == coder]
        columns = (rows[name] for name in ("transcript", "code", "start", "end"))
        return [(name, code, self.texts[name][start:end]) for name, code, start, end in zip(*columns, strict=True)]


def fill(path: Path, answers: dict[tuple[str, str], dict[str, object]], added: list[dict[str, object]] = []) -> None:  # noqa: B006
    """Fill a review sheet: answers by (transcript, code's label), rows of codings to add."""
    book = openpyxl.load_workbook(path)
    page = book["Codings"]
    heads = {cell.value: cell.column for cell in page[1]}
    for (transcript, label), cells in answers.items():
        (row,) = (
            r
            for r in range(2, page.max_row + 1)
            if page.cell(r, heads["Transcript"]).value == transcript
            and str(page.cell(r, heads["Code"]).value).startswith(label)
        )
        for head, value in cells.items():
            page.cell(row, heads[head]).value = value
    page = book["Codings to add"]
    heads = {cell.value: cell.column for cell in page[1]}
    empty = next(r for r in range(2, page.max_row + 1) if not page.cell(r, heads["Code"]).value)
    for row, cells in enumerate(added, start=empty):
        for head, value in cells.items():
            page.cell(row, heads[head]).value = value
    book.save(path)


def codings_table(rows: list[tuple[str, str, str, str, int, int]]) -> pd.DataFrame:
    """Table codings of (id, coder, transcript, code, start, end)."""
    names = ("coding", "coder", "transcript", "code", "start", "end")
    return TABLES["codings"].shape(
        [dict(zip(names, row, strict=True)) | {"scope": "span", "origin": "human"} for row in rows]
    )


__all__ = ["TALKS", "YES", "Reviewed", "codings_table", "fill", "read"]

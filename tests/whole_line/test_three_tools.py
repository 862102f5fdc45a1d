"""One coder works in a program that writes REFI-QDA, one in QualCoder, one in Word; the codebook changes on the way."""

from __future__ import annotations

import csv
import sqlite3
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pytest

from qualcode.tables import read

Run = Callable[..., subprocess.CompletedProcess[str]]
TALKS = {
    "T1": (
        "I: How did it go?\n\nP1: We had no time. The money was short, and wages were low.\n\n"
        "I: And your boss?\n\nP1: The boss helped us — née 😀 — a lot. He did.\n"
    ),
    "T2": "I: What was hard?\n\nP2: Too much work on Mondays. No budget for training.\n",
}
FIRST = """name: care
version: 1.0.0
codes:
  - {id: barriers, label: Barriers, kind: theme}
  - {id: time, label: No time, parent: barriers}
  - {id: workload, label: Workload, parent: barriers}
  - {id: money, label: Money, parent: barriers}
  - {id: boss, label: The boss}
"""
SECOND = """name: care
version: 1.1.0
changes:
  - {do: merge, code: [time, workload], to: workload, reason: one idea, by: ANA, date: 2024-03-01}
  - {do: split, code: money, to: [budget, wages], reason: two ideas, by: ANA, date: 2024-03-01}
codes:
  - {id: barriers, label: Barriers, kind: theme}
  - {id: workload, label: Workload, parent: barriers}
  - {id: budget, label: Budget, parent: barriers}
  - {id: wages, label: Wages, parent: barriers}
  - {id: boss, label: The boss}
"""
ANA = [  # transcript, words, code
    ("T1", "no time", "time"),
    ("T1", "The money was short", "money"),
    ("T1", "wages were low", "money"),
    ("T1", "The boss helped us — née 😀 — a lot", "boss"),
    ("T2", "Too much work on Mondays", "workload"),
    ("T2", "No budget", "money"),
    ("T2", "Mondays", "days"),  # a code that the codebook has not
]
BEN = [
    ("T1", "had no time", "No time"),
    ("T1", "no time. The money", "Workload"),  # overlaps the one before, under a code that is merged with its
    ("T1", "wages were low", "Money"),
    ("T2", "No budget for training", "Money"),
    ("T9", "", "Money"),  # of a document that the study has not
]
CLEO = [
    ("T1", "no time", "Workload"),
    ("T1", "wages were low", "Wages"),
    ("T1", "The boss", "boss"),
    ("T2", "No budget", "budget"),
]


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def refi(path: Path) -> Path:
    """As programs on Windows write it: texts with Windows line ends and a byte order mark, positions that count neither."""
    codes = {code: guid(100 + n) for n, code in enumerate(("time", "workload", "money", "boss", "days"))}
    labels = {"time": "No time", "workload": "Workload", "money": "Money", "boss": "The boss", "days": "Days"}
    book = "".join(f'<Code guid="{codes[code]}" name="{labels[code]}" isCodable="true"/>' for code in codes)
    sources = ""
    for number, (name, text) in enumerate(TALKS.items()):
        spans = ""
        for row, (_, words, code) in enumerate((item for item in ANA if item[0] == name), start=10 * number + 1):
            at = text.index(words)
            spans += (
                f'<PlainTextSelection guid="{guid(200 + row)}" name="{words}" startPosition="{at}" '
                f'endPosition="{at + len(words)}"><Coding guid="{guid(300 + row)}" creatingUser="{guid(1)}">'
                f'<CodeRef targetGUID="{codes[code]}"/></Coding></PlainTextSelection>'
            )
        sources += f'<TextSource guid="{guid(10 + number)}" name="Interview {number + 1}" '
        sources += f'plainTextPath="internal://{guid(10 + number)}.txt">{spans}</TextSource>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "Project.qde",
            f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0" name="care"><Users>'
            f'<User guid="{guid(1)}" name="Ana M."/></Users><CodeBook><Codes>{book}</Codes></CodeBook>'
            f"<Sources>{sources}</Sources></Project>",
        )
        for number, text in enumerate(TALKS.values()):
            archive.writestr(f"Sources/{guid(10 + number)}.txt", "\ufeff" + text.replace("\n", "\r\n"))
    return path


def qualcoder(path: Path) -> Path:
    base = sqlite3.connect(path)
    base.executescript(
        """
        create table project (databaseversion text, date text, memo text, about text);
        insert into project values ('v11', '2024-01-01', '', 'QualCoder');
        create table source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text,
            date text, av_text_id integer, risid integer, unique(name));
        create table code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer);
        create table code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text,
            color text, unique(name));
        create table code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer,
            pos1 integer, owner text, date text, memo text, avid integer, important integer);
        insert into code_cat values (1, 'Barriers', 'ben', '', '', null);
        """
    )
    codes = {"No time": 1, "Workload": 2, "Money": 3}
    texts = {**TALKS, "T9": "P: This interview is not in the study, and was never meant to be in it at all.\n"}
    for name, number in codes.items():
        base.execute("insert into code_name values (?, ?, '', 1, 'ben', '', '#ff0000')", (number, name))
    for number, (name, text) in enumerate(texts.items(), start=1):
        base.execute("insert into source values (?, ?, ?, null, '', 'ben', '', null, null)", (number, name, text))
    for number, (name, words, code) in enumerate(BEN, start=1):
        at = texts[name].index(words or "never meant")
        words = words or "never meant"
        row = (number, codes[code], list(texts).index(name) + 1, words, at, at + len(words))
        base.execute("insert into code_text values (?, ?, ?, ?, ?, ?, 'ben', '2024-02-01 10:00:00', '', null, 0)", row)
    base.commit()
    base.close()
    return path


def word(path: Path, name: str) -> Path:
    """The transcript as a document, a comment a coding, by python-docx; and a remark that is no code."""
    document = docx.Document()
    coded = [(words, code) for where, words, code in CLEO if where == name]
    for line in TALKS[name].splitlines():
        paragraph = document.add_paragraph()
        cuts = sorted({0, len(line), *(at for words, _ in coded for at in _ends(line, words))})
        runs = {a: paragraph.add_run(line[a:b]) for a, b in pairwise(cuts)}  # runs end where comments do
        for words, code in coded:
            if words in line:
                at = line.index(words)
                inside = [run for start, run in runs.items() if at <= start < at + len(words)]
                document.add_comment(inside, text=code, author="Cleo V.", initials="CV")
    document.add_comment(
        document.paragraphs[0].runs, text="I like how this one begins, and would begin so again.", author="Cleo V."
    )
    document.save(path)
    return path


def _ends(line: str, words: str) -> Iterator[int]:
    if words in line:
        yield from (line.index(words), line.index(words) + len(words))


def said(qualcode: Run, study: Path, *arguments: str | Path) -> str:
    done = qualcode(*arguments, "-C", study)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def run(qualcode: Run, study: Path) -> None:
    for stage in ("agreement", "consensus"):
        said(qualcode, study, "run", "--until", stage)


def rows(study: Path, name: str) -> list[dict[str, str]]:
    with (study / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, qualcode: Run) -> Path:
    """Two coders under 1.0.0, then 1.1.0, then the third; all of it by the commands that a person types."""
    folder = tmp_path_factory.mktemp("three")
    root = folder / "study"
    said(qualcode, root.parent, "init", root)
    for name, text in TALKS.items():
        (root / f"data/raw/transcripts/{name}.txt").write_text(text, encoding="utf-8")
    (root / "data/raw/assignments.csv").write_text(
        "transcript,coder,done\n"
        + "".join(f"{name},{coder},yes\n" for coder in ("ANA", "BEN", "CLEO") for name in TALKS)
    )
    books = root / "codebooks/care"
    books.mkdir(parents=True)
    (books / "1.0.0.yaml").write_text(FIRST, encoding="utf-8")
    (folder / "map.yaml").write_text("coders: {Ana M.: ANA, ben: BEN, Cleo V.: CLEO}\n", encoding="utf-8")
    said(qualcode, root, "import", refi(folder / "ana.qdpx"), "--map", folder / "map.yaml")
    (folder / "care.qda").mkdir()
    qualcoder(folder / "care.qda/data.qda")
    said(qualcode, root, "import", folder / "care.qda", "--map", folder / "map.yaml")
    (books / "1.1.0.yaml").write_text(SECOND, encoding="utf-8")
    assert "the whole difference" in said(qualcode, root, "codebook", "check")
    for name in TALKS:
        said(qualcode, root, "import", word(folder / f"{name}.docx", name), "--map", folder / "map.yaml")
    run(qualcode, root)
    return root


def spoken(study: Path, table: str, *, more: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The codings of a table as (coder, transcript, words, code, …)."""
    data = read(table, study / f"data/processed/{table}.parquet").astype(str)
    return {
        (
            row["coder"],
            row["transcript"],
            TALKS[row["transcript"]][int(row["start"]) : int(row["end"])],
            *(row[name] for name in ("code", *more)),
        )
        for row in data.to_dict("records")
    }


def test_what_the_codebook_knows_is_in_the_table_under_the_version_in_use(study):
    assert spoken(study, "codings", more=("codebook_version",)) == {
        ("ANA", "T1", "no time", "workload", "1.0.0"),
        ("ANA", "T1", "The boss helped us — née 😀 — a lot", "boss", "1.0.0"),
        ("ANA", "T2", "Too much work on Mondays", "workload", "1.0.0"),
        ("BEN", "T1", "had no time", "workload", "1.0.0"),
        ("BEN", "T1", "no time. The money", "workload", "1.0.0"),
        ("CLEO", "T1", "no time", "workload", "1.1.0"),
        ("CLEO", "T1", "wages were low", "wages", "1.1.0"),
        ("CLEO", "T1", "The boss", "boss", "1.1.0"),
        ("CLEO", "T2", "No budget", "budget", "1.1.0"),
    }


def test_what_a_split_left_open_waits_in_a_table_of_its_own(study):
    assert spoken(study, "splits", more=("candidates", "status")) == {
        ("ANA", "T1", "The money was short", "money", "budget;wages", "open"),
        ("ANA", "T1", "wages were low", "money", "budget;wages", "open"),
        ("ANA", "T2", "No budget", "money", "budget;wages", "open"),
        ("BEN", "T1", "wages were low", "money", "budget;wages", "open"),
        ("BEN", "T2", "No budget for training", "money", "budget;wages", "open"),
    }


def test_what_cannot_be_placed_is_listed_with_its_cause(study):
    listed = {(Path(row["file"]).name, row["code"], row["cause"]) for row in rows(study, "data/processed/refused.csv")}
    assert listed == {
        ("ana.qdpx", "Days", "code 'Days' is not in codebook care 1.1.0."),
        ("care.qda", "Money", "transcript 'T9' is not in the study."),
    }


def test_every_row_of_every_file_is_somewhere(study):
    counted = {
        Path(row["file"]).name: {name: int(row[name]) for name in ("rows", "kept", "refused", "open_split")}
        for row in rows(study, "reports/tables/imports.csv")
    }
    assert counted == {
        "ana.qdpx": {"rows": 7, "kept": 3, "refused": 1, "open_split": 3},
        "care.qda": {"rows": 5, "kept": 2, "refused": 1, "open_split": 2},
        "T1.docx": {"rows": 3, "kept": 3, "refused": 0, "open_split": 0},
        "T2.docx": {"rows": 1, "kept": 1, "refused": 0, "open_split": 0},
    }


def agreement(study: Path, code: str, coders: str) -> tuple[str, ...]:
    names = ("n_units", "both", "only_a", "only_b", "neither")
    (row,) = (
        row
        for row in rows(study, "reports/tables/agreement_by_code.csv")
        if (row["code"], row["coders"], row["coefficient"], row["scope"]) == (code, coders, "cohen_kappa", "code")
    )
    return tuple(row[name] for name in names)


def test_agreement_takes_an_open_split_as_missing_and_a_merged_code_as_one(study):
    """Three units: P1's two turns and P2's. Nobody gave `workload` to P1's second."""
    assert agreement(study, "workload", "ANA;BEN") == ("3", "1", "1", "0", "1")
    # money of ANA and BEN waits in P1's first turn and in P2's: only P1's second turn is left, which neither coded
    assert agreement(study, "budget", "ANA;BEN") == ("1", "0", "0", "0", "1")
    assert agreement(study, "wages", "BEN;CLEO") == ("1", "0", "0", "0", "1")


def test_the_worklists_come_back_and_nothing_waits_any_more(study, qualcode):
    said(qualcode, study, "pack", "splits")
    chosen = {"The money was short": "Budget", "wages were low": "Wages", "No budget": "Budget"}
    chosen["No budget for training"] = "none of them"
    for coder in ("ANA", "BEN"):
        path = study / f"reports/splits/splits_{coder}.xlsx"
        book = openpyxl.load_workbook(path)
        page = book.worksheets[0]
        heads = {str(cell.value): cell.column for cell in page[1] if cell.value}
        number = 0
        for line in range(2, page.max_row + 1):
            words = str(page.cell(line, heads["Passage"]).value or "").strip()
            if words:
                page.cell(line, heads["Which one now"]).value = chosen[words]
                page.cell(line, heads["By"]).value = coder
                page.cell(line, heads["Date"]).value = "2024-04-01"
                number += 1
        assert number == {"ANA": 3, "BEN": 2}[coder]
        book.save(path)
        said(qualcode, study, "import", path)
    run(qualcode, study)
    now = spoken(study, "codings")
    assert {row for row in now if row[3] in ("budget", "wages")} == {
        ("ANA", "T1", "The money was short", "budget"),
        ("ANA", "T1", "wages were low", "wages"),
        ("ANA", "T2", "No budget", "budget"),
        ("BEN", "T1", "wages were low", "wages"),
        ("CLEO", "T1", "wages were low", "wages"),
        ("CLEO", "T2", "No budget", "budget"),
    }
    counted = {Path(row["file"]).name: row for row in rows(study, "reports/tables/imports.csv")}
    assert {name: (row["kept"], row["open_split"], row["retired"]) for name, row in counted.items()} == {
        "ana.qdpx": ("6", "0", "0"),
        "care.qda": ("3", "0", "1"),
        "T1.docx": ("3", "0", "0"),
        "T2.docx": ("1", "0", "0"),
    }
    assert agreement(study, "wages", "ANA;BEN") == ("3", "1", "0", "0", "2")
    assert agreement(study, "budget", "ANA;CLEO") == ("3", "1", "1", "0", "1")


def test_overlapping_spans_of_merged_codes_are_one_reading_in_consensus(study):
    """`had no time` and `no time. The money` of BEN are both workload now; with ANA's and CLEO's `no time` it is one passage."""
    found = read("consensus", study / "data/processed/consensus.parquet")
    texts = {
        (row["code"], TALKS[row["transcript"]][row["start"] : row["end"]], row["coders"])
        for row in found.to_dict("records")
        if row["transcript"] == "T1" and row["code"] == "workload"
    }
    assert texts == {("workload", "had no time. The money", "ANA;BEN;CLEO")}

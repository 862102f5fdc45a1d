"""A published study in one workbook: its codebook on five sheets, its codings in columns; every count it prints comes out.

The study (requirements_quality, MIT licence) publishes no words: each statement is a transcript of one line here.
"""

from __future__ import annotations

import csv
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

FOLDER = Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")
STUDY = FOLDER / "coded" / "requirements_quality"
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not STUDY.is_dir(), reason="no corpora beside the checkout (QUALCODE_CORPORA)"),
    pytest.mark.filterwarnings("ignore:Data Validation extension"),
]

CODEBOOK = """
sheets:
  Codes Quality Factors:
    top: Quality factors
    make_parents: true
    columns: {Quality Factor: label, Type: parent, Definition: definition, Entity-Fact (Values): "-", "#": "-"}
  Codes Context Factors:
    top: Context factors
    make_parents: true
    columns: {Context Factor: label, Type: parent, Definition: definition, "#": "-"}
  Codes Activities:
    top: Activities
    skip: [Total]
    columns: {Activity: label, Definition: definition, "#": "-", Perc: "-"}
  Codes Attributes:
    top: Attributes
    columns: {Attribute: label, Definition: definition, "#": "-", Percent: "-"}
  Codes Impact:
    top: Impact
    columns: {Code: label, Meaning: definition, "#": "-"}
"""
CODINGS = """
coder: author
sheet: Data
always: {text: "*"}
columns:
  ID: transcript
  Quality Factor ?: code
  Context Factor ?: code
  Activity ?: code
  Attribute ?: code
  Impact ?: code
under:
  Quality Factor ?: Quality factors
  Context Factor ?: Context factors
  Activity ?: Activities
  Attribute ?: Attributes
  Impact ?: Impact
"""
LABELS = {"Quality Factors": 1, "Context Factors": 1, "Activities": 0, "Attributes": 0, "Impact": 0}  # their columns
HOW_MANY = {"Quality Factors": 24, "Context Factors": 9, "Activities": 12, "Attributes": 9, "Impact": 7}


def study(root: Path, statements: int, qualcode: Callable[..., subprocess.CompletedProcess[str]]) -> Path:
    assert qualcode("init", root).returncode == 0
    for number in range(1, statements + 1):
        path = root / "data/raw/transcripts" / f"{number}.txt"
        path.write_text(f"P: Statement {number}, whose words were not published.\n", encoding="utf-8")
    return root


def counted(root: Path) -> list[dict[str, str]]:
    with (root / "reports/tables/import_codes.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def printed(sheet: str, column: int) -> dict[str, int]:
    """What the study prints in the column `#` of one of its sheets of codes, totals left out."""
    rows = list(openpyxl.load_workbook(STUDY / "interview-data.xlsx", data_only=True)[f"Codes {sheet}"].values)
    at = rows[0].index("#")
    return {str(row[column]): int(row[at]) for row in rows[1:] if row[column] not in (None, "Total")}


def test_every_printed_count_of_the_interviews_comes_out(tmp_path, qualcode):
    root = study(tmp_path / "study", 108, qualcode)
    workbook = STUDY / "interview-data.xlsx"
    (tmp_path / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8")
    (tmp_path / "codings.yaml").write_text(CODINGS, encoding="utf-8")
    for command in (
        ("codebook", "import", workbook, "--name", "rq", "--map", tmp_path / "codebook.yaml"),
        ("import", workbook, "--map", tmp_path / "codings.yaml"),
        ("run", "--until", "codings"),
    ):
        done = qualcode(*command, "-C", root)
        assert done.returncode == 0, done.stderr
        assert "UserWarning" not in done.stderr
    rows = counted(root)
    assert sum(int(row["refused"]) for row in rows) == 0
    for sheet, column in LABELS.items():
        said = printed(sheet, column)
        found = Counter(
            {row["code_as_coded"]: int(row["rows"]) for row in rows if row["under"].casefold() == sheet.casefold()}
        )
        assert len(said) == HOW_MANY[sheet]
        assert {label: found[label] for label in said} == said
        assert set(found) <= set(said)


def test_every_printed_count_of_the_issues_comes_out(tmp_path, qualcode):
    root = study(tmp_path / "study", 100, qualcode)
    workbook = STUDY / "issue-data.xlsx"
    (tmp_path / "codebook.yaml").write_text(
        'sheets: {Statistics: {columns: {Quality Factors: label, Definition: definition, "#": "-"}}}\n', "utf-8"
    )
    (tmp_path / "codings.yaml").write_text(
        "coder: author\nsheet: Data\nalways: {text: '*'}\ncolumns: {ID: transcript, Quality Factor 1: code, "
        "Quality Factor 2: code}\n",
        "utf-8",
    )
    for command in (
        ("codebook", "import", workbook, "--name", "rq", "--map", tmp_path / "codebook.yaml"),
        ("import", workbook, "--map", tmp_path / "codings.yaml"),
        ("run", "--until", "codings"),
    ):
        done = qualcode(*command, "-C", root)
        assert done.returncode == 0, done.stderr
    header, *lines = openpyxl.load_workbook(workbook, data_only=True)["Statistics"].values
    said = {str(row[0]): int(row[header.index("#")]) for row in lines if row[0]}
    found = {row["code_as_coded"]: int(row["rows"]) for row in counted(root)}
    assert len(said) == 7
    assert found == said

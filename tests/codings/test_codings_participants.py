"""`qualcode import FILE --participants`: a draft of the participants table, which nothing but people reads."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from conftest import small_study
from test_codings_beside import K1, K2, N1, V1, V2, VARIABLES, value
from test_codings_refi import CODEBOOK, CODES, TALK, F, bring, project, two

from qualcode.checks import check_study
from qualcode.codings.bring_in import import_codings
from qualcode.study import Study

SESSIONS = "session,participants,status\nT1,P07,done\n"
NOTHING_READS = (
    "Nothing reads a draft. Look it over, write ids where there are names of people, save it as {}, and delete it."
)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load(small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """P1 with two attributes; P2 with one; Anna, who is the transcript T1."""
    inside = f'<Case guid="{K1}" name="P1">{value(V1, "20-29")}{value(V2, "3", "Integer")}</Case>'
    inside += f'<Case guid="{K2}" name="P2">{value(V1, "=1+1")}</Case>'
    inside += f'<Case guid="{N1}" name="Anna">{value(V1, "60-69")}<SourceRef targetGUID="{F}"/></Case>'
    return project(
        tmp_path / "p.qdpx", two(TALK) + value(V2, "9", "Integer"), codes=f"{CODES}{VARIABLES}<Cases>{inside}</Cases>"
    )


def rows(path: Path) -> list[list[str]]:
    sheet = openpyxl.load_workbook(path).active
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]


def table(study: Study, name: str, text: str) -> Path:
    path = study.raw / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_case_is_a_row_and_an_attribute_a_column(study, cases):
    said = import_codings(study, cases, participants=True).messages
    draft = study.raw / "participants.from-p.xlsx"
    assert rows(draft) == [
        ["participant", "group", "consent", "withdrawn", "Age group", "Years"],
        ["P1", "", "", "", "20-29", "3"],
        ["P2", "", "", "", "=1+1", ""],
        ["Anna", "", "", "", "60-69", ""],
    ]
    assert {cell.data_type for cell in openpyxl.load_workbook(draft).active["E"]} == {"s"}  # none is a formula
    assert said[-3:] == [
        "Wrote data/raw/participants.from-p.xlsx, a draft of the participants table: 3 cases (3 new), 2 attributes, "
        "4 cells filled in.",
        "Not in the draft: 1 attribute values of documents (`qualcode show attributes`).",
        NOTHING_READS.format("data/raw/participants.xlsx"),
    ]


def test_a_draft_is_not_the_table(study, cases):
    import_codings(study, cases, participants=True)
    again = Study.load(study.root)
    assert len(again.participants) == 0
    (note,) = [one for one in check_study(again).warnings if "draft" in one.what]
    assert note.where == "data/raw/participants.from-p.xlsx"


def test_a_table_that_is_there_is_added_to_in_the_draft_and_never_touched(study, cases):
    ours = "Participant;Group;Consent;Withdrawn;Age Group\np1;a;;;30-39\nP07;b;no_quotes;;\n"
    path = table(study, "participants.csv", ours)
    table(study, "sessions.csv", SESSIONS)
    said = import_codings(Study.load(study.root), cases, participants=True).messages
    assert path.read_text(encoding="utf-8") == ours
    draft = study.raw / "participants.from-p.csv"
    assert draft.read_bytes().startswith(b"\xef\xbb\xbf")  # Excel reads it as UTF-8
    with draft.open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["Participant", "Group", "Consent", "Withdrawn", "Age Group", "Years"],
            ["p1", "a", "", "", "30-39", "3"],
            ["P07", "b", "no_quotes", "", "60-69", ""],
            ["P2", "", "", "", "=1+1", ""],
        ]
    assert said[-4].endswith(
        "3 cases (1 called as in the participants table, 1 found by their transcript, 1 new), 2 attributes, 3 cells filled in."
    )
    assert said[-3] == "The file says otherwise, and your table stands, in: p1: age_group."
    assert said[-1] == NOTHING_READS.format("data/raw/participants.csv")


def test_an_edited_draft_is_left_and_the_same_is_written_again(study, cases):
    import_codings(study, cases, participants=True)
    draft = study.raw / "participants.from-p.xlsx"
    first = draft.read_bytes()
    assert any(
        "Wrote data/raw/participants.from-p" in line
        for line in import_codings(study, cases, participants=True).messages
    )
    assert draft.read_bytes() == first
    book = openpyxl.load_workbook(draft)
    book.active["A2"] = "P9"
    book.save(draft)
    edited = draft.read_bytes()
    said = import_codings(study, cases, participants=True).messages[-1]
    assert said.startswith("data/raw/participants.from-p.xlsx is there already and holds something else: it was left.")
    assert draft.read_bytes() == edited


def test_a_dry_run_says_what_it_would_write(study, cases):
    said = bring(study, cases, participants=True).messages
    assert any(line.startswith("Would write data/raw/participants.from-p.xlsx") for line in said)
    assert list(study.raw.glob("participants*")) == []


def test_attributes_of_texts_alone_give_a_row_a_text(study, tmp_path):
    """As MAXQDA has them; the text is its participant where the study knows one."""
    path = project(tmp_path / "p.qdpx", two(TALK) + value(V1, "20-29"), codes=CODES + VARIABLES)
    import_codings(study, path, participants=True)
    assert rows(study.raw / "participants.from-p.xlsx")[1][:1] == ["T1"]
    (study.raw / "participants.from-p.xlsx").unlink()
    table(study, "participants.csv", "participant\nP07\n")
    table(study, "sessions.csv", SESSIONS)
    import_codings(Study.load(study.root), path, participants=True)
    assert (study.raw / "participants.from-p.csv").read_text("utf-8-sig") == "participant,Age group\nP07,20-29\n"


def test_a_file_without_cases_gives_no_draft(study, tmp_path):
    said = bring(study, project(tmp_path / "p.qdpx", two(TALK)), participants=True).messages
    assert "The file has no cases and no attributes: there is no draft of participants to write." in said


def test_an_attribute_that_is_called_like_consent_is_not_taken_for_it(study, tmp_path):
    variables = VARIABLES.replace("Age group", "Consent").replace("Years", "Cases:Group")
    inside = f'<Case guid="{K1}" name="P1">{value(V1, "no")}{value(V2, "a")}</Case>'
    path = project(tmp_path / "p.qdpx", two(TALK), codes=f"{CODES}{variables}<Cases>{inside}</Cases>")
    import_codings(study, path, participants=True)
    assert rows(study.raw / "participants.from-p.xlsx") == [
        ["participant", "group", "consent", "withdrawn", "Consent (tool)"],
        ["P1", "a", "", "", "no"],
    ]


def test_the_command_says_where_there_can_be_no_cases(study, tmp_path, qualcode):
    from test_codings_tools import qualcoder

    path = qualcoder(tmp_path / "Small.qda" / "data.qda")
    done = qualcode("import", path.parent, "--participants", "--dry-run", "-C", study.root)
    assert "Would write data/raw/participants.from-Small.xlsx" in done.stdout, done.stderr
    done = qualcode("import", path, "--as", "splits", "--participants", "-C", study.root)
    assert (done.returncode, "this file holds no cases" in done.stderr) == (2, True)

"""Documents say on every page that they are drafts while words that may identify somebody wait for a decision."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import openpyxl
import pytest
from conftest import small_study

from qualcode import drafts
from qualcode.checks import check_study
from qualcode.drafts import MARK, ReviewError, mark_drafts, undecided
from qualcode.files import write_zip_document
from qualcode.study import Study
from qualcode.transcripts import read_transcripts

CODEBOOK = "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: Time, kind: theme, definition: d}\n"
TALK = "I: How was it?\n\nP01: I asked Zorbella about it, in the ward.\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return small_study(tmp_path / "s", codebook=CODEBOOK, talk=TALK)


@pytest.fixture(autouse=True)
def unmarked():
    yield
    drafts._mark.set("")


def waiting(folder: Path, number: int) -> Study:
    (folder / "data" / "processed").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "processed" / "identifiers.json").write_text(json.dumps({"undecided": number}))
    return Study.load(folder)


def number_of(folder: Path) -> int:
    study = Study.load(folder)
    read = read_transcripts(study)
    return undecided(study, read.transcripts, read.turns, read.texts)


def put_key(folder: Path, rows: str) -> None:
    key = folder.parent / "s-key" / "key.csv"
    key.parent.mkdir(exist_ok=True)
    key.write_text(f"person,pseudonym,kind,forms\n{rows}", encoding="utf-8")


def test_a_name_that_nobody_decided_on_waits(study):
    assert number_of(study) == 1


def test_pseudonyms_and_marks_are_no_candidates(study):
    put_key(study, "P09,Zorbella,person,Ruth\n,Hospital A,organisation,Northgate\n")
    text = "I: How was it?\n\nP01: I asked Zorbella at [Hospital A], by [e-mail address].\n"
    (study / "data/raw/transcripts/T1.txt").write_text(text, encoding="utf-8")
    assert number_of(study) == 0


def test_pseudonyms_as_speakers_labels_are_no_candidates(study):
    put_key(study, "P01,Quillon,person,Ruth\n,Hospital A,organisation,Northgate\n")
    text = "I: How was it?\n\nRuth: I asked at Northgate.\n\nI: Whom?\n\nRuth: Nobody.\n"
    (study / "data/raw/transcripts/T1.txt").write_text(text, encoding="utf-8")
    assert number_of(study) == 0
    (study / "data/raw/transcripts/T1.txt").write_text(text.replace("I: Whom", "Zorbella: Whom"), encoding="utf-8")
    assert number_of(study) == 1


def write_word(path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Title"
    document.add_paragraph("Words.")
    document.add_section()
    write_zip_document(path, document.save)


def write_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.create_sheet("Second")
    write_zip_document(path, book.save)


def test_every_page_of_a_word_document_has_the_mark(study, tmp_path):
    assert mark_drafts(waiting(study, 3)) == MARK
    write_word(tmp_path / "d.docx")
    document = docx.Document(str(tmp_path / "d.docx"))
    for section in document.sections:
        assert [paragraph.text for paragraph in section.header.paragraphs][:2] == [MARK, "Title"]
    assert document.core_properties.content_status == MARK
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.text] == ["Words."]


def test_every_sheet_of_a_workbook_has_the_mark(study, tmp_path):
    mark_drafts(waiting(study, 3))
    write_workbook(tmp_path / "b.xlsx")
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames == ["Sheet", "Second", "DRAFT"]
    assert {page.oddHeader.center.text for page in book.worksheets[:2]} == {MARK}
    assert book["DRAFT"]["A1"].value == MARK
    assert book["Sheet"]["A1"].value == "=1+1"
    assert book.properties.contentStatus == MARK


@pytest.mark.parametrize("write", [write_word, write_workbook])
def test_a_marked_document_is_the_same_bytes_every_time(study, tmp_path, write):
    mark_drafts(waiting(study, 1))
    write(tmp_path / "a")
    write(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("write", [write_word, write_workbook])
def test_a_document_of_a_reviewed_study_has_no_mark(study, tmp_path, write):
    assert mark_drafts(waiting(study, 0)) == ""
    write(tmp_path / "a.docx")
    assert MARK.encode() not in (tmp_path / "a.docx").read_bytes()
    assert mark_drafts(Study.load(study)) == ""


def test_a_study_may_ask_that_nothing_waits(study):
    (study / "config/study.yaml").write_text("deidentify: {require_review: true}\n")
    with pytest.raises(ReviewError, match="2 words that may identify somebody wait for a decision"):
        mark_drafts(waiting(study, 2))
    assert mark_drafts(waiting(study, 0)) == ""


def test_check_says_whether_candidates_were_reviewed_and_never_anonymous(study):
    said = check_study(Study.load(study)).identifiers
    assert said.startswith("no pseudonym key: nothing was checked against names; 1 candidate not reviewed")
    put_key(study, "P09,Zorbella,person,Ruth\n")
    assert check_study(Study.load(study)).identifiers == "candidates reviewed"


def test_a_run_stops_where_the_study_asks_for_a_review(study, qualcode, repository):
    (study / "Snakefile").write_text((repository / "Snakefile").read_text())
    (study / "config/study.yaml").write_text("deidentify: {require_review: true}\n")
    failed = qualcode("run", "--until", "consensus", "-C", study)
    assert failed.returncode == 2, failed.stdout + failed.stderr
    assert "1 word that may identify somebody wait" in failed.stderr
    assert "zorbella" not in failed.stderr.casefold()

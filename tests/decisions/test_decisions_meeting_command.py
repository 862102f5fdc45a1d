"""`qualcode pack meeting` and `qualcode import` of what comes back, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from made_up_meeting import ASSIGNMENTS, CODINGS, TURNS, Meeting
from meeting_hands import fill_document, fill_workbook, save_page

from qualcode.cli import cli
from qualcode.errors import QualcodeError
from qualcode.tables import TABLES, write


@pytest.fixture
def meeting(tmp_path):
    """The small meeting with the tables that a run leaves."""
    made = Meeting(tmp_path / "study")
    processed = made.root / "data/processed"
    transcripts = TABLES["transcripts"].shape([{"transcript": "S01", "session": "S01", "language": "en"}])
    for name, table in (
        ("codings", CODINGS),
        ("assignments", ASSIGNMENTS),
        ("turns", TURNS),
        ("transcripts", transcripts),
    ):
        write(name, table, processed / f"{name}.parquet")
    for name in ("segments", "splits", "unaligned", "edits"):
        write(name, TABLES[name].empty(), processed / f"{name}.parquet")
    return made


def typed(meeting, *words: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, words), "-C", str(meeting.root)])


def refused(meeting, *words: str | Path) -> str:
    error = typed(meeting, *words).exception
    assert isinstance(error, QualcodeError)
    return str(error)


def abouts(meeting) -> dict[str, str]:
    return {item.kind: item.disagreement for item in meeting.pack.items}


def test_each_form_goes_where_it_is_asked_for(meeting, tmp_path):
    done = typed(meeting, "pack", "meeting", "--as", "xlsx,docx", "--as", "html", "--out", tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "disagreements.docx", "disagreements.html", "disagreements.xlsx",
    ]  # fmt: skip
    assert done.output.count("4 disagreements, 4 of them open.") == 3
    sheets = " ".join(str(tmp_path / "out" / f"disagreements.{form}") for form in ("xlsx", "docx"))
    assert f"qualcode import {sheets} FILE.json (FILE.json: what the page saves)" in done.output
    typed(meeting, "pack", "meeting", "--out", tmp_path / "paper.docx")
    assert (tmp_path / "paper.docx").is_file()
    typed(meeting, "pack", "meeting")
    assert (meeting.root / "reports/meeting/disagreements.xlsx").is_file()


def test_the_command_that_brings_a_sheet_back_can_be_typed_as_it_is_printed(meeting, monkeypatch):
    monkeypatch.chdir(meeting.root)
    done = typed(meeting, "pack", "meeting")
    *_, command = done.output.strip().rpartition(": ")
    assert command == "qualcode import reports/meeting/disagreements.xlsx"
    assert "4 not decided (4 rows)" in typed(meeting, *command.split()[1:]).output
    done = typed(meeting, "pack", "meeting", "--out", "our meeting.xlsx")
    assert done.output.strip().endswith('qualcode import "our meeting.xlsx"')


def test_a_file_that_does_not_fit_what_is_asked_for_is_refused(meeting, tmp_path):
    assert "does not end as what is asked for (docx)" in refused(
        meeting, "pack", "meeting", "--as", "docx", "--out", tmp_path / "a.xlsx"
    )
    assert "is one file, and 2 are asked for" in refused(
        meeting, "pack", "meeting", "--as", "docx,html", "--out", tmp_path / "a.docx"
    )
    assert "'pdf' is not one of xlsx, docx, html" in typed(meeting, "pack", "meeting", "--as", "pdf").output


def test_some_disagreements_are_packed_and_none_makes_no_sheet(meeting):
    done = typed(meeting, "pack", "meeting", "--kind", "presence,sibling", "--coder", "KL", "--code", "money")
    assert "1 disagreement (of 4), 1 of them open." in done.output
    page = openpyxl.load_workbook(meeting.root / "reports/meeting/disagreements.xlsx")["Disagreements"]
    assert [row[1].value for row in page.iter_rows(min_row=2)] == ["sibling"]
    none = typed(meeting, "pack", "meeting", "--kind", "presence", "--code", "money", "--as", "docx")
    assert none.output == "No disagreement to decide on: nothing was written.\n"
    assert not (meeting.root / "reports/meeting/disagreements.docx").exists()


def test_every_form_says_the_same_pack_whichever_disagreements_it_shows(meeting, tmp_path):
    typed(meeting, "pack", "meeting", "--as", "xlsx,html", "--out", tmp_path / "all")
    typed(meeting, "pack", "meeting", "--out", tmp_path / "some.xlsx", "--kind", "missed")
    facts = [
        dict(openpyxl.load_workbook(path)["qualcode"].iter_rows(max_col=2, values_only=True))
        for path in (tmp_path / "all/disagreements.xlsx", tmp_path / "some.xlsx")
    ]
    assert facts[0]["pack"] == facts[1]["pack"] == meeting.pack.pack
    assert meeting.pack.pack in (tmp_path / "all/disagreements.html").read_text(encoding="utf-8")


def test_several_kinds_of_files_are_brought_in_by_one_command(meeting, tmp_path):
    typed(meeting, "pack", "meeting", "--as", "xlsx,docx,html", "--out", tmp_path / "out")
    about = abouts(meeting)
    sheets = [tmp_path / "out/disagreements.xlsx", tmp_path / "out/disagreements.docx", tmp_path / "mv.json"]
    fill_workbook(sheets[0], {about["presence"]: {"choice": "keep_b", "by": "RB", "on": "2024-05-03"}})
    fill_document(sheets[1], {about["sibling"]: {"choice": "both", "by": "KL", "on": "2024-05-04"}})
    save_page(sheets[2], meeting.pack.pack, {about["missed"]: {"choice": "keep_a", "by": "MV", "on": "2024-05-05"}})
    counts = json.loads(typed(meeting, "import", *sheets, "--dry-run", "--json").output)
    assert (counts["rows"], counts["added"], counts["undecided"], counts["decisions"]) == (9, 3, 6, [])
    done = typed(meeting, "import", *sheets)
    assert done.output.count("new decisions") == 1  # said once, not for each file
    assert done.output.endswith("mv.json: 3 new decisions, 0 changed, 0 as before, 6 not decided (9 rows).\n")


def test_a_conflict_is_settled_by_the_file_that_is_preferred(meeting, tmp_path):
    typed(meeting, "pack", "meeting", "--as", "xlsx,docx", "--out", tmp_path)
    about = abouts(meeting)["missed"]
    sheets = [tmp_path / "disagreements.xlsx", tmp_path / "disagreements.docx"]
    fill_workbook(sheets[0], {about: {"choice": "keep_b", "by": "RB", "on": "2024-05-03"}})
    fill_document(sheets[1], {about: {"choice": "keep_a", "by": "KL", "on": "2024-05-04"}})
    assert f"disagreement '{about}' is decided in two ways, and neither knew the other" in refused(
        meeting, "import", *sheets
    )
    assert "decisions were filled in and have not been imported (1)" in refused(
        meeting, "pack", "meeting", "--as", "docx", "--out", tmp_path
    )
    settled = typed(meeting, "import", *sheets, "--prefer", sheets[0])
    assert "1 new decision, 1 changed, 0 as before, 6 not decided (8 rows)." in settled.output
    meeting.run()
    assert [(row.choice, row.status) for row in meeting.found.itertuples() if row.kind == "missed"] == [
        ("keep_b", "decided")
    ]


def test_the_page_itself_is_not_what_is_imported(meeting, tmp_path):
    typed(meeting, "pack", "meeting", "--out", tmp_path / "page.html")
    assert "this is the meeting's page itself; what was decided in it is in the file that it saves." in refused(
        meeting, "import", tmp_path / "page.html"
    )


def test_files_that_are_not_there_are_all_named(meeting):
    said = refused(meeting, "import", "one.xlsx", "two.docx")
    assert "one.xlsx: this file is not there." in said
    assert "two.docx: this file is not there." in said


def test_prefer_is_for_sheets_of_a_meeting(meeting, tmp_path):
    (tmp_path / "codes.csv").write_text("transcript,start,end,text,code,coder\n", encoding="utf-8")
    assert "--prefer is for sheets of a meeting" in refused(
        meeting, "import", tmp_path / "codes.csv", "--prefer", "newest"
    )

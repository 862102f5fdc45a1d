"""Sheets of the meeting as people and their programs leave them: dates of other countries, copied sheets, three people's files."""

from __future__ import annotations

import shutil
from datetime import datetime

import openpyxl
import pytest
from made_up_meeting import Meeting
from meeting_hands import fill_document, fill_workbook, save_page

from qualcode.decisions import import_sheet, import_sheets, is_sheet, read_decisions, write_sheet
from qualcode.decisions.answers import day_of
from qualcode.decisions.document_out import write_document
from qualcode.errors import DecisionsError, Problems


@pytest.fixture
def meeting(tmp_path):
    made = Meeting(tmp_path / "study")
    made.sheet = made.root / "sheet.xlsx"
    write_sheet(made.sheet, made.pack)
    made.about = {item.kind: item.disagreement for item in made.pack.items}
    return made


@pytest.mark.parametrize(
    "written",
    [
        datetime(2024, 5, 20, 14, 5), "2024-05-20", "2024-05-20 00:00:00", "2024/5/20", "20.5.2024", "20. 5. 2024",
        "20/05/2024", "05/20/2024", "20-5-2024",
    ],
)  # fmt: skip
def test_a_day_is_read_however_a_country_writes_it(written):
    problems = Problems()
    assert (day_of(written, "sheet.xlsx", "row 2", problems), problems.found) == ("2024-05-20", [])


def test_the_same_number_twice_is_one_day():
    assert day_of("5/5/2024", "", "", Problems()) == "2024-05-05"


@pytest.mark.parametrize(
    "written", ["5/11/2024", "05-11-2024", "31/31/2024", "31.2.2024", "20/5-2024", "2024/20/5", "20/5/24"]
)
def test_a_day_that_may_be_two_days_or_none_is_not_guessed(written):
    problems = Problems()
    assert day_of(written, "sheet.xlsx", "row 2", problems) == ""
    assert str(problems.found[0]) == (
        f"sheet.xlsx, row 2: '{written}' is not a date.\n  Write it as 2024-03-31 or 31.03.2024."
    )


@pytest.mark.parametrize("alone", [False, True])
def test_a_sheet_under_another_name_or_copied_into_another_workbook_is_read(meeting, alone):
    fill_workbook(meeting.sheet, {meeting.about["missed"]: {"choice": "keep A", "by": "RB", "on": "2024-05-20"}})
    book = openpyxl.load_workbook(meeting.sheet)
    book["Disagreements"].title = "Our meeting"
    for name in [name for name in book.sheetnames if name != "Our meeting"] if alone else ["Lists"]:
        del book[name]
    book.save(meeting.sheet)
    assert is_sheet(meeting.sheet)
    assert import_sheet(meeting.study, meeting.sheet)["added"] == 1


def test_another_workbook_with_a_column_of_decisions_is_no_sheet_of_the_meeting(meeting, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Decision", "Disagreement"])
    book.save(tmp_path / "other.xlsx")
    assert not is_sheet(tmp_path / "other.xlsx")


def three(meeting, first, second, third):
    """The files of three people: a workbook, a document, what the page saved."""
    paths = [meeting.root / name for name in ("rb.xlsx", "kl.docx", "mv.json")]
    shutil.copy(meeting.sheet, paths[0])
    write_document(paths[1], meeting.pack)
    about = meeting.about["sibling"]
    fill_workbook(paths[0], {about: {"by": "RB", "on": "2024-05-20", **first}})
    fill_document(paths[1], {about: {"by": "KL", "on": "2024-05-20", **second}})
    save_page(paths[2], meeting.pack.pack, {about: {"by": "MV", "on": "2024-05-21", **third}})
    return paths


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ({"choice": "keep A"}, {"choice": "keep A"}, {"choice": "keep_a"}),
        ({"choice": "other", "other": "Help [help]"}, {"choice": "other", "other": "help"},
         {"choice": "other", "value": "help"}),
        ({"choice": "other", "other": "help", "passage": "the money"},
         {"choice": "other", "other": "Help", "passage": "“the money”"},
         {"choice": "other", "value": "help 92-101"}),
    ],
)  # fmt: skip
def test_the_same_decision_in_three_kinds_of_files_is_one(meeting, first, second, third):
    assert meeting.pack.items[1].words.startswith("the money")
    start = meeting.pack.items[1].start
    if " " in third.get("value", ""):
        third = third | {"value": f"help {start}-{start + len('the money')}"}
    result = import_sheets(meeting.study, three(meeting, first, second, third))
    assert (result["added"], result["unchanged"], result["undecided"]) == (1, 2, 6)
    assert list(read_decisions(meeting.study)["by"]) == ["RB"]


def test_three_that_differ_are_listed_and_the_newest_settles_it_though_two_are_of_one_day(meeting):
    paths = three(meeting, {"choice": "keep A"}, {"choice": "keep B"}, {"choice": "neither"})
    with pytest.raises(DecisionsError) as caught:
        import_sheets(meeting.study, paths)
    said = str(caught.value)
    assert (
        "keep A, by RB on 2024-05-20 (rb.xlsx, row 3); keep B, by KL on 2024-05-20 (kl.docx, disagreement 2)." in said
    )
    assert "keep A, by RB on 2024-05-20 (rb.xlsx, row 3); neither, by MV on 2024-05-21 (mv.json, row 1)." in said
    assert "6 not decided, 3 in conflict." in said
    result = import_sheets(meeting.study, paths, prefer="newest")
    assert (result["added"], result["changed"], result["left_out"]) == (1, 1, 1)
    assert list(read_decisions(meeting.study)["choice"]) == ["neither"]


def test_many_disagreements_that_are_no_more_are_named_at_once(meeting):
    rows = {name: {"choice": "keep_a", "by": "RB", "on": "2024-05-20"} for name in ("u", "v", "w", "x")}
    paths = [meeting.root / "few.json", meeting.root / "many.json"]
    known = {meeting.about["missed"]: {"choice": "keep_a", "by": "RB", "on": "2024-05-20"}}
    save_page(paths[0], meeting.pack.pack, known | {"u": rows["u"]})
    save_page(paths[1], meeting.pack.pack, known | rows)
    with pytest.raises(DecisionsError, match="row 2: disagreement 'u' is not known") as few:
        import_sheet(meeting.study, paths[0])
    assert "To bring in the others, empty its decision here" in str(few.value)
    with pytest.raises(DecisionsError, match=r"many\.json, rows 2-5: this disagreement is not known\.") as many:
        import_sheet(meeting.study, paths[1])
    assert len(many.value.problems) == 2  # and how many rows of which kind
    assert "Of 5 rows: 1 new decision, 0 changed, 0 as before, 0 not decided, 4 refused." in str(many.value)

"""What is at stake in a disagreement stands in every sheet of the meeting, in the same words."""

from __future__ import annotations

import docx
import openpyxl
import pytest
from made_up_meeting import CODEBOOK, CODINGS, TEXTS, TITLE, TURNS, Meeting

from qualcode.decisions import make_pack, read_decisions, write_sheet
from qualcode.decisions.document_out import write_document
from qualcode.decisions.page import pack_data
from qualcode.decisions.stake import Stake

# the disagreements of the meeting in the order of their places: presence (time), sibling (time, money), direction, missed
RANKS = {
    "rank": [1, 2, 3, 4],
    "codes_at_stake": ["barriers;time", "", "", ""],
    "participants_at_stake": [2, 0, 0, 0],
    "mentions_at_stake": [2, 4, 0, 0],
    "directions_at_stake": [0, 0, 1, 0],
    "observed_share": [0.5, 0.4994, 0.0, 0.0006],
}
TOLD = {
    "presence": "in or out: Barriers, Too little time; participants 2, mentions 2; 50.0 % of observed disagreement",
    "sibling": "mentions 4; 49.9 % of observed disagreement",
    "direction": "a mention's direction; none of observed disagreement",
    "missed": "no count of the findings; under 0.1 % of observed disagreement",
}


@pytest.fixture
def pack(tmp_path):
    meeting = Meeting(tmp_path / "study")
    found = meeting.found.assign(**RANKS)
    return make_pack(found, CODINGS, TURNS, TEXTS, CODEBOOK, read_decisions(meeting.study), title=TITLE, context=4)


def test_the_workbook_says_what_is_at_stake_beside_each_disagreement_and_in_its_overview(pack, tmp_path):
    write_sheet(tmp_path / "sheet.xlsx", pack)
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    page = book["Disagreements"]
    heads = {cell.value: cell.column - 1 for cell in page[1]}
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    assert {row[heads["Kind"]]: row[heads["At stake"]] for row in rows} == TOLD
    assert [row[heads["Rank"]] for row in rows] == [1, 2, 3, 4]
    overview = [[cell.value for cell in row] for row in book["Overview"].iter_rows(min_row=7, max_row=10, max_col=9)]
    assert {row[2]: row[7] for row in overview} == TOLD
    assert any("Rank 1 is what would change most" in str(row[0].value) for row in book["How to use this"].iter_rows())


def test_the_document_says_it_under_each_heading(pack, tmp_path):
    write_document(tmp_path / "sheet.docx", pack)
    lines = [paragraph.text for paragraph in docx.Document(str(tmp_path / "sheet.docx")).paragraphs]
    for number, kind in enumerate(TOLD, start=1):
        heading = next(at for at, line in enumerate(lines) if line.startswith(f"{number}. S01, {kind}"))
        assert lines[heading + 1] == f"Rank {number}. At stake: {TOLD[kind]}"


def test_the_page_has_it_too(pack):
    data = pack_data(pack)
    assert {item["kind"]: item["stake"] for item in data["items"]} == TOLD
    assert "the share of the observed disagreement" in data["explained"]


def test_disagreements_that_were_not_ranked_say_nothing(tmp_path):
    meeting = Meeting(tmp_path / "study")
    assert [item.stake for item in meeting.pack.items] == [None] * 4
    assert {item["stake"] for item in pack_data(meeting.pack)["items"]} == {""}


def test_a_share_that_was_not_worked_out_is_left_out():
    assert Stake((), 0, 1, 0, None).told() == "mentions 1"

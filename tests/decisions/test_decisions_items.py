"""What a sheet for the meeting holds, before it is a workbook, a document or a page."""

from __future__ import annotations

import pandas as pd
import pytest
from made_up_meeting import CODEBOOK, CODINGS, TEXT, TEXTS, TURNS, Meeting, span

from qualcode.decisions import append_decisions, read_decisions
from qualcode.decisions.items import chosen, make_pack
from qualcode.errors import QualcodeError


@pytest.fixture
def meeting(tmp_path):
    return Meeting(tmp_path / "study")


def test_what_is_shown_of_a_passage_is_the_text_itself_from_where_it_says(meeting):
    for item in meeting.pack.items:
        shown = item.before + item.words + item.after
        assert TEXT[item.text_start : item.text_start + len(shown)] == shown
        assert TEXT[item.start : item.end] == item.words
        for voice in item.voices:
            assert item.text_start <= voice.start < voice.end <= item.text_start + len(shown)
    missed = next(item for item in meeting.pack.items if item.kind == "missed")
    assert missed.before == "I: And now?\n\nP01: "  # the four words before it, one of which is the label
    assert missed.after == " I would do it"
    assert [(voice.speaker, TEXT[voice.start : voice.end]) for voice in missed.voices] == [
        ("I", "And now?"),
        ("P01", "Now the director stands behind us. I would do it"),
    ]


def test_an_item_holds_both_readings_and_only_the_choices_that_make_sense(meeting):
    by_kind = {item.kind: item for item in meeting.pack.items}
    a, b = by_kind["sibling"].sides
    assert (a.letter, a.coders, a.code, a.label, a.direction, a.memo) == (
        "A", ("KL",), "money", "Money", "barrier", "@RB: money, not time",
    )  # fmt: skip
    assert (a.start, a.end) == (b.start, b.end) == span("the money stopped in May")
    assert (b.code, b.definition) == ("time", "What too little time is.")
    silent = by_kind["presence"].sides[0]
    assert (silent.silent, silent.coders, silent.start) == (True, ("KL",), -1)
    assert by_kind["presence"].choices == ("keep_a", "keep_b", "other", "open")
    assert by_kind["sibling"].choices == ("keep_a", "keep_b", "both", "neither", "other", "open")
    assert by_kind["presence"].speaker == "P01"


def test_a_decision_in_force_is_part_of_its_item_and_does_not_change_the_pack(meeting):
    before = meeting.pack
    about = next(item.disagreement for item in before.items if item.kind == "missed")
    row = {"kind": "disagreement", "about": about, "choice": "keep_b", "by": "RB", "on": "2024-05-03", "reason": "yes"}
    (name,) = append_decisions(meeting.study, [row])
    meeting.run()
    assert meeting.pack.pack == before.pack
    assert (before.done, meeting.pack.done) == (0, 1)
    decided = next(item.decided for item in meeting.pack.items if item.kind == "missed")
    assert (decided.choice, decided.by, decided.on, decided.reason, decided.decision) == (
        "keep_b", "RB", "2024-05-03", "yes", name,
    )  # fmt: skip


def test_items_come_by_rank_and_those_without_one_last(meeting):
    found = meeting.found.assign(rank=pd.array([None, 2, None, 1], dtype="Int64"))
    pack = make_pack(found, CODINGS, TURNS, TEXTS, CODEBOOK, read_decisions(meeting.study))
    assert [(item.kind, item.rank) for item in pack.items] == [
        ("missed", 1), ("sibling", 2), ("presence", 3), ("direction", 4),
    ]  # fmt: skip
    assert [item.kind for item in chosen(pack, by_place=True).items] == ["presence", "sibling", "direction", "missed"]


def test_some_disagreements_can_be_chosen(meeting):
    def kinds(**wanted):
        return [item.kind for item in chosen(meeting.pack, **wanted).items]

    assert kinds() == ["presence", "sibling", "direction", "missed"]
    assert kinds(codes=["help"]) == ["direction", "missed"]
    assert kinds(codes=["money", "help"], kinds=["sibling", "missed"]) == ["sibling", "missed"]
    assert kinds(coders=["KL"], transcripts=["S01"]) == ["presence", "sibling", "direction", "missed"]
    assert chosen(meeting.pack, codes=["help"]).pack == meeting.pack.pack
    with pytest.raises(QualcodeError) as caught:
        chosen(meeting.pack, kinds=["siblings"], transcripts=["S09"])
    assert "no disagreement has the kind 'siblings'.\n  Nearest: 'sibling'." in str(caught.value)
    assert "no disagreement has the transcript 'S09'." in str(caught.value)

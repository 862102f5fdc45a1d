"""What is left out of a study when somebody withdraws."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from conftest import copy_study
from hypothesis import given
from hypothesis import strategies as st

from qualcode.checks import check_study
from qualcode.codings.writers import load_layer
from qualcode.memos import read_memos
from qualcode.study import Study
from qualcode.transcripts import read_transcripts
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.model import RawTurn
from qualcode.transcripts.way import map_span
from qualcode.transcripts.withdrawn import what_is_gone, without_turns

WORDS = st.lists(st.sampled_from(["yes", "no", "we", "tried", "it", "again"]), min_size=1, max_size=5).map(" ".join)
TALK = st.lists(st.tuples(st.sampled_from("ABC"), WORDS), min_size=1, max_size=9)


def withdraw(folder: Path, person: str, on: str = "2024-07-20") -> Study:
    path = folder / "data/raw/participants.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    at = rows[0].index("withdrawn")
    for row in rows[1:]:
        row[at] = on if row[0] == person else row[at]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    return Study.load(folder)


def test_a_turn_goes_with_its_label_and_the_line_before_it():
    text, placed = canonical([RawTurn("I", ["one?"]), RawTurn("A", ["two", "three"]), RawTurn("B", ["four"])])
    left, turns, edits = without_turns(text, placed, [False, True, False])
    assert left == "I: one?\n\nB: four"
    assert [left[turn.start : turn.end] for turn in turns] == ["one?", "four"]
    assert [edit[:4] for edit in edits] == [(7, 21, 7, 7)]


@given(TALK, st.sets(st.sampled_from("ABC")))
def test_the_text_without_somebody_is_the_text_of_the_others(talk, gone):
    text, placed = canonical([RawTurn(who, [said]) for who, said in talk])
    left, turns, edits = without_turns(text, placed, [turn.speaker in gone for turn in placed])
    alone, expected = canonical([RawTurn(who, [said]) for who, said in talk if who not in gone])
    assert (left, turns) == (alone, expected)
    kept = [turn for turn in placed if turn.speaker not in gone]
    for before, after in zip(kept, turns, strict=True):
        assert map_span(edits, before.start, before.end) == (after.start, after.end, False)
    for turn in placed:
        if turn.speaker in gone:
            assert map_span(edits, turn.start, turn.end) is None


def test_an_interview_with_somebody_who_withdrew_is_not_read(made_up_study):
    study = withdraw(made_up_study, "P11")
    read = read_transcripts(study)
    assert "S11" not in set(read.transcripts["transcript"]) | set(read.turns["transcript"]) | set(read.texts)
    assert what_is_gone(study).files == {study.raw / "transcripts" / "S11_interview.docx"}
    assert what_is_gone(study).sessions == {"S11"}


@pytest.mark.parametrize("value", ["", "no", "0", "-"])
def test_somebody_who_stayed_is_read(made_up_study, value):
    assert "S11" in read_transcripts(withdraw(made_up_study, "P11", value)).texts


def test_their_file_may_be_deleted(made_up_study):
    (made_up_study / "data/raw/transcripts/S11_interview.docx").unlink()
    assert check_study(Study.load(made_up_study)).problems
    assert not check_study(withdraw(made_up_study, "P11")).problems


def test_codings_assignments_and_answers_of_theirs_are_not_counted(made_up_study):
    before = check_study(Study.load(made_up_study)).counts
    after = check_study(withdraw(made_up_study, "P11"))
    rows = pd.concat(pd.read_csv(path) for path in sorted((made_up_study / "data/raw/codings").glob("RB*.csv")))
    answers = pd.read_csv(made_up_study / "data/raw/memberchecks/round1.csv")
    assert not after.problems
    assert before["codings"] - after.counts["codings"] == (rows["transcript"] == "S11").sum() > 0
    assert before["replies"] - after.counts["replies"] == (answers["participant"] == "P11").sum() > 0
    assert after.counts["refused"] == before["refused"]


def test_an_export_holds_nothing_of_theirs(made_up_study):
    with (made_up_study / "data/raw/memos.csv").open("a", encoding="utf-8") as stream:
        stream.write(
            "M90,field,S11,RB,2024-05-08,She had a cold.\nM91,analytic,P11;champion,RB,2024-05-08,As P11 says.\n"
        )
    layer = load_layer(withdraw(made_up_study, "P11"))
    assert "S11" not in layer.texts and "S11" not in set(layer.codings["transcript"])
    assert not {transcript for _, transcript in layer.assigned} & {"S11"}
    assert not {"M90", "M91"} & set(layer.memos["memo"])
    assert {"M01", "M02"} <= set(layer.memos["memo"])


def test_memos_about_others_stay(made_up_study):
    assert len(read_memos(withdraw(made_up_study, "P11"))) == len(read_memos(Study.load(made_up_study)))


def test_a_translation_of_their_interview_is_not_read(tmp_path, repository):
    folder = copy_study(repository, tmp_path / "study")
    (folder / "data/raw/transcripts/S11_nl.txt").write_text("I: Hoe ging het?\n\nP11: Goed.\n", encoding="utf-8")
    (folder / "data/raw/translations.csv").write_text(
        "transcript,translation_of,language,translator\nS11_nl,S11,nl,TR\n", encoding="utf-8"
    )
    assert "S11_nl" in read_transcripts(Study.load(folder)).texts
    assert not {"S11", "S11_nl"} & set(read_transcripts(withdraw(folder, "P11")).texts)

"""Codings of a conversation out of which somebody's turns were taken: placed where the coder saw them, carried, or left out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from conftest import small_study

from qualcode.codings import read_codings
from qualcode.files import sha256, write_text
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.model import RawTurn
from qualcode.transcripts.withdrawn import without_turns

CODEBOOK = "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: Time, kind: theme, definition: d}\n"
TURNS = [
    RawTurn("I", ["How was it?"]),
    RawTurn("P1", ["We had no time at all."]),
    RawTurn("P2", ["Yes, I think so too."]),
    RawTurn("P3", ["Yes, I think so. But it got better."]),
]
WHOLE, PLACED = canonical(TURNS)
LEFT, STAY, EDITS = without_turns(WHOLE, PLACED, [turn.speaker == "P2" for turn in PLACED])


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = small_study(tmp_path / "s", codebook=CODEBOOK, talk=LEFT)
    write_text(folder / "data/raw/texts" / f"{sha256(WHOLE)}.txt", WHOLE)
    return folder


def codings(folder: Path, rows: str, assignments: str = "") -> pd.DataFrame:
    """What becomes of codings (start, end, text, sha256_text) when P2 has withdrawn."""
    write_text(folder / "data/raw/codings/RB.csv", "transcript,code,coder,start,end,text,sha256_text\n" + rows)
    if assignments:
        write_text(folder / "data/raw/assignments.csv", "transcript,coder,start,end,sha256_text,done\n" + assignments)
    loaded = Study.load(folder)
    row = {"transcript": "T1", "sha256_text": sha256(LEFT), "file": "data/raw/transcripts/T1.txt"}
    turns = [
        {"transcript": "T1", "turn": n, "speaker": turn.speaker, "participant": turn.speaker, "role": "participant",
         "start": turn.start, "end": turn.end}
        for n, turn in enumerate(STAY, start=1)
    ]  # fmt: skip
    taken = [
        {"transcript": "T1", "sha256_from": sha256(WHOLE), "sha256_to": sha256(LEFT), "why": "withdrawn"}
        | edit._asdict()
        for edit in EDITS
    ]
    from qualcode.codebook import load_codebook

    book = load_codebook(loaded)
    assert book is not None
    found = read_codings(
        loaded, TABLES["transcripts"].shape([row]), TABLES["turns"].shape(turns), {"T1": LEFT},
        TABLES["edits"].shape(taken), book.table(),
    )  # fmt: skip
    codings.found = found  # type: ignore[attr-defined]
    return found.codings


def said(table: pd.DataFrame) -> list[str]:
    return [LEFT[start:end] for start, end in zip(table["start"], table["end"], strict=True)]


def test_a_coding_of_their_words_is_left_out_and_not_counted(study):
    table = codings(study, 'T1,time,RB,,,"Yes, I think so too.",\nT1,time,RB,,,We had no time at all.,\n')
    assert said(table) == ["We had no time at all."]
    report = codings.found.report
    assert report["rows"].tolist() == [1] and report["refused"].tolist() == [0]
    assert not len(codings.found.refused) and not codings.found.warnings


def test_their_words_are_not_looked_for_in_somebody_elses_mouth(study):
    start = WHOLE.index("Yes, I think so too")
    table = codings(study, f'T1,time,RB,{start},{start + 15},"Yes, I think so",{sha256(WHOLE)}\n')
    assert said(table) == []


def test_a_coding_behind_their_turn_covers_the_same_words(study):
    start = WHOLE.index("But it got better")
    table = codings(study, f"T1,time,RB,{start},{start + 17},,{sha256(WHOLE)}\n")
    assert said(table) == ["But it got better"]
    assert table["sha256_text"].tolist() == [sha256(LEFT)]


def test_a_coding_made_on_what_is_left_stays_where_it_is(study):
    start = LEFT.index("But it got better")
    assert said(codings(study, f"T1,time,RB,{start},{start + 17},,{sha256(LEFT)}\n")) == ["But it got better"]


def test_a_coding_over_three_voices_keeps_the_other_two(study):
    start, end = WHOLE.index("no time"), WHOLE.index(" But it")
    table = codings(study, f"T1,time,RB,{start},{end},,{sha256(WHOLE)}\n")
    assert said(table) == ["no time at all.\n\nP3: Yes, I think so."]


def test_an_assignment_moves_as_well(study):
    start, end = WHOLE.index("Yes, I think so. But"), len(WHOLE)
    codings(study, "T1,time,RB,,,We had no time at all.,\n", f"T1,RB,{start},{end},{sha256(WHOLE)},yes\n")
    row = codings.found.assignments.iloc[0]
    assert LEFT[row["start"] : row["end"]] == "Yes, I think so. But it got better."
    assert row["sha256_text"] == sha256(LEFT)

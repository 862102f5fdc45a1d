"""Whose words a span holds."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.attribution import participants_of, union
from qualcode.tables import TABLES, split

TEXT = "I: How did it go?\n\nP12: Slowly at first.\n\nP13: Then faster.\n\nVoice: We all agreed.\n\nP12: Yes."
VOICES = {
    "I": ("", "interviewer"),
    "P12": ("P12", "participant"),
    "P13": ("P13", "participant"),
    "Voice": ("", "participant"),
}


@pytest.fixture
def turns() -> pd.DataFrame:
    rows, at = [], 0
    for number, turn in enumerate(TEXT.split("\n\n")):
        speaker, _, words = turn.partition(": ")
        start = at + len(speaker) + 2
        person, role = VOICES[speaker]
        rows.append(
            {"transcript": "S1", "turn": number, "speaker": speaker, "participant": person, "role": role,
             "start": start, "end": start + len(words)}
        )  # fmt: skip
        at += len(turn) + 2
    return TABLES["turns"].shape(rows)


def who(turns: pd.DataFrame, first: str, last: str | None = None, scope: str = "span") -> tuple[str, bool]:
    start = TEXT.index(first)
    end = TEXT.index(last) + len(last) if last else start + len(first)
    spans = pd.DataFrame({"transcript": ["S1"], "start": [start], "end": [end], "scope": [scope]})
    found = participants_of(spans, turns, {"S1": TEXT}).iloc[0]
    return found["participants"], bool(found["unattributed"])


def test_a_span_in_one_turn_belongs_to_its_speaker(turns):
    assert who(turns, "at first") == ("P12", False)


def test_a_span_across_two_voices_has_both(turns):
    assert who(turns, "first.", "Then") == ("P12;P13", False)


def test_an_interviewer_is_nobody(turns):
    assert who(turns, "How did it go?") == ("", False)
    assert who(turns, "go?", "Slowly") == ("P12", False)


def test_a_part_of_a_word_of_the_next_turn_does_not_count(turns):
    assert who(turns, "first.", "P13: The") == ("P12", False)


def test_a_label_is_not_speech(turns):
    assert who(turns, "P13: ") == ("", False)


def test_a_voice_nobody_could_name_is_unattributed_beside_those_who_are_named(turns):
    assert who(turns, "We all agreed") == ("", True)
    assert who(turns, "agreed.", "Yes") == ("P12", True)


def test_a_span_inside_one_word_belongs_to_that_word(turns):
    assert who(turns, "lowl") == ("P12", False)


def test_a_code_on_the_whole_transcript_has_all_its_participants(turns):
    assert who(turns, TEXT, scope="transcript") == ("P12;P13", True)


def test_rows_keep_the_index_of_the_spans_and_unknown_transcripts_have_nobody(turns):
    spans = pd.DataFrame({"transcript": ["S1", "S9"], "start": [0, 0], "end": [len(TEXT), 5]}, index=[7, 3])
    found = participants_of(spans, turns, {"S1": TEXT})
    assert found["participants"].to_dict() == {7: "P12;P13", 3: ""}


def test_no_spans_give_no_rows(turns):
    spans = pd.DataFrame({"transcript": [], "start": [], "end": []})
    assert participants_of(spans, turns, {}).columns.tolist() == ["participants", "unattributed"]


def test_the_union_of_cells_counts_each_person_once():
    assert union(["P1;P2", "", "P2;P3"]) == {"P1", "P2", "P3"}


_TURNS = st.lists(st.tuples(st.sampled_from(["P1", "P2", ""]), st.text("ab ,", min_size=1, max_size=8)), max_size=5)


@settings(deadline=None)
@given(_TURNS, st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_a_longer_span_never_has_fewer_people(said, start, length, more):
    text, rows = "", []
    for number, (person, words) in enumerate(said):
        begin = len(text) + 3
        text += f"X: {words}\n\n"
        rows.append(
            {"transcript": "S1", "turn": number, "participant": person, "role": "participant", "start": begin,
             "end": begin + len(words)}
        )  # fmt: skip
    turns = TABLES["turns"].shape(rows) if rows else TABLES["turns"].empty()
    spans = pd.DataFrame({"transcript": "S1", "start": [start, start], "end": [start + length, start + length + more]})
    short, long = participants_of(spans, turns, {"S1": text})["participants"]
    held = any(text[start : start + length].strip(" ,:X\n"))
    if held and not _inside_one_word(text, start, start + length):
        assert set(split(short)) <= set(split(long))


def _inside_one_word(text: str, start: int, end: int) -> bool:
    """Whether the span holds no whole word, so that it belongs to those it touches."""
    from qualcode.words import covers_a_word, word_spans

    return not covers_a_word([span for span in word_spans(text) if text[slice(*span)] != "X"], start, end)

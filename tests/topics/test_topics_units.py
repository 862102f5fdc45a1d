"""Which turns become units of topics."""

import pandas as pd
import pytest

from qualcode.tables import TABLES
from qualcode.topics.units import choose_units

ASK, SAY = "interviewer", "participant"


def study(**transcripts):
    """Tables from lists of (role, words)."""
    rows, texts = [], {}
    for name, said in transcripts.items():
        text = ""
        for turn, (role, words) in enumerate(said, start=1):
            text += ("\n\n" if text else "") + "X: "
            rows.append({"transcript": name, "turn": turn, "role": role, "start": len(text), "end": len(text + words)})
            text += words
        texts[name] = text
    return TABLES["turns"].shape(rows), texts


def words(n, start=0):
    return " ".join(f"w{number}" for number in range(start, start + n))


def taken(units):
    frame = units.turns[units.turns["unit"]]
    return list(zip(frame["transcript"], frame["turn"], strict=True))


def test_turns_of_fifteen_words_are_units_and_shorter_ones_are_not():
    turns, texts = study(A=[(SAY, words(14)), (SAY, words(15, 100)), (SAY, words(40, 200))])
    units = choose_units(turns, texts, min_words=15)
    assert taken(units) == [("A", 2), ("A", 3)]
    assert units.left_out == {"short": 1, "interviewers": 0, "repeated": 0}


@pytest.mark.parametrize(("lengths", "least"), [((19, 19, 30), 8), ((20, 20, 30), 15), ((5, 19, 20, 30), 8)])
def test_where_the_median_answer_is_under_twenty_words_eight_are_enough(lengths, least):
    turns, texts = study(A=[(ASK, words(90))] + [(SAY, words(n, 100 * n)) for n in lengths])
    assert choose_units(turns, texts).min_words == least


def test_the_median_is_taken_over_all_voices_where_nobody_is_known_as_a_participant():
    turns, texts = study(A=[("other", words(30)), ("other", words(30, 50))])
    assert choose_units(turns, texts).median_words == 30


def test_questions_of_the_guide_are_never_units_but_stay_context():
    guide = words(20, 500) + "?"
    turns, texts = study(
        A=[(ASK, guide), (SAY, words(30))],
        B=[(ASK, guide.upper().replace("?", "!")), (SAY, words(30, 900)), (ASK, words(16, 70))],
    )
    units = choose_units(turns, texts)
    assert taken(units) == [("A", 2), ("B", 2), ("B", 3)]
    assert units.left_out["repeated"] == 2
    assert units.turns["before"].tolist() == [-1, 0, -1, 2, 3]
    assert units.turns["after"].tolist() == [1, -1, 3, 4, -1]


def test_a_participants_turn_told_twice_is_a_unit_once():
    turns, texts = study(A=[(SAY, words(30)), (SAY, words(25, 100))], B=[(SAY, words(30))])
    units = choose_units(turns, texts)
    assert taken(units) == [("A", 1), ("A", 2)]
    assert units.left_out["repeated"] == 1


def test_interviewers_can_be_left_out():
    turns, texts = study(A=[(ASK, words(30)), (SAY, words(30, 100)), ("other", words(30, 200))])
    assert taken(choose_units(turns, texts)) == [("A", 1), ("A", 2), ("A", 3)]
    units = choose_units(turns, texts, interviewers=False)
    assert taken(units) == [("A", 2), ("A", 3)]
    assert units.left_out == {"short": 0, "interviewers": 1, "repeated": 0}


def test_counts_of_what_is_left_out_add_up():
    guide = words(20, 500)
    turns, texts = study(
        A=[(ASK, guide), (SAY, words(30)), (SAY, "yes"), (ASK, guide), (SAY, words(30)), (ASK, words(22))]
    )
    for interviewers in (True, False):
        units = choose_units(turns, texts, interviewers=interviewers)
        assert sum(units.left_out.values()) + len(taken(units)) == len(turns)


def test_no_turns_are_no_units():
    units = choose_units(TABLES["turns"].shape(pd.DataFrame()), {})
    assert taken(units) == [] and sum(units.left_out.values()) == 0

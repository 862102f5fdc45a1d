"""Who counts, participants' characteristics, the overview of sessions."""

from __future__ import annotations

import pandas as pd
import pytest

from qualcode.people import participants_table, sessions_table, who_counts
from qualcode.tables import TABLES


def people(participants, sessions, transcripts=None, speakers=()):
    """`transcripts` are the sessions that were read; by default all."""
    listed = TABLES["sessions"].shape(sessions)
    read = [row["session"] for row in sessions] if transcripts is None else transcripts
    return who_counts(
        TABLES["participants"].shape(participants),
        listed,
        TABLES["speakers"].shape(list(speakers)),
        TABLES["transcripts"].shape([{"transcript": name, "session": name, "words": 10} for name in read]),
    )


def block(table: pd.DataFrame, variable: str, group: str = "all") -> dict[str, tuple[int, float, int]]:
    rows = table[(table["variable"] == variable) & (table["group"] == group)]
    return {row["level"]: (row["n"], row["percent"], row["N"]) for row in rows.to_dict("records")}


def study_003():
    """The thirteen people of a published interview study, by the counts of its Table 1."""
    blocks = {
        "sex": ["female"] * 11 + ["male"] * 2,
        "contract": ["full"] * 7 + ["part"] * 5 + [""],
        "setting": ["home"] * 4 + ["clinic"] * 3 + ["ward"] * 5 + ["other"],
        "technology": ["tablet;phone", "tablet;phone", *["tablet"] * 6, *["phone"] * 5],
    }
    rows = [
        {"participant": f"P{i + 1:02}", "group": "nurse", **{name: values[i] for name, values in blocks.items()}}
        for i in range(13)
    ]
    return people(rows, [{"session": f"S{i + 1:02}", "participants": f"P{i + 1:02}"} for i in range(13)])


def test_percents_are_those_of_the_published_table_unrounded():
    table = participants_table(study_003())
    sex = block(table, "sex")
    assert sex["female"] == (11, pytest.approx(84.6153846153846), 13)
    assert sex["male"] == (2, pytest.approx(15.3846153846154), 13)
    setting = block(table, "setting")
    assert [round(setting[level][1]) for level in ("home", "clinic", "ward", "other")] == [31, 23, 38, 8]
    assert block(table, "contract")["full"][1] == pytest.approx(53.8461538461538)


def test_who_did_not_say_is_a_level_of_its_own_and_comes_last():
    contract = block(participants_table(study_003()), "contract")
    assert list(contract) == ["full", "part", "not stated"]
    assert contract["not stated"][0] == 1


def test_several_answers_count_each_and_say_so():
    table = participants_table(study_003())
    technology = block(table, "technology")
    assert (technology["tablet"][0], technology["phone"][0]) == (8, 7)  # 15 answers of 13 people
    assert set(table[table["variable"] == "technology"]["kind"]) == {"several"}
    assert set(table[table["variable"] == "sex"]["kind"]) == {"levels"}


def test_many_numbers_are_summarised():
    ages = ["25", "30", "31", "33", "35", "41", "56", ""]
    rows = [{"participant": f"P{i}", "group": "a", "age": age} for i, age in enumerate(ages)]
    table = participants_table(people(rows, [{"session": "S1", "participants": ";".join(f"P{i}" for i in range(8))}]))
    values = table[table["variable"] == "age"].set_index("level")["value_number"]
    # ranks 1 to 7: the median is the 4th, the quartiles lie half-way between 2nd and 3rd, 5th and 6th
    assert values.drop("not stated").to_dict() == {
        "median": 33, "first quartile": 30.5, "third quartile": 38, "minimum": 25, "maximum": 56,
    }  # fmt: skip
    assert block(table, "age")["median"] == (7, 87.5, 8)
    assert block(table, "age")["not stated"][0] == 1


def test_few_numbers_stay_levels_in_order_of_size():
    rows = [{"participant": f"P{i}", "group": "a", "years": years} for i, years in enumerate(["10", "2", "10"])]
    table = participants_table(people(rows, [{"session": "S1", "participants": "P0;P1;P2"}]))
    assert list(block(table, "years")) == ["2", "10"]


def test_each_group_has_its_own_columns_and_the_group_itself_comes_first():
    rows = [
        {"participant": "P1", "group": "lead", "sex": "f"},
        {"participant": "P2", "group": "lead", "sex": "m"},
        {"participant": "P3", "group": "manager", "sex": "f"},
    ]
    table = participants_table(people(rows, [{"session": "S1", "participants": "P1;P2;P3"}]))
    assert table["variable"].tolist()[0] == "group"
    assert block(table, "group")["lead"] == (2, pytest.approx(66.6666667), 3)
    assert block(table, "sex", "lead") == {"f": (1, 50.0, 2), "m": (1, 50.0, 2)}
    assert block(table, "sex", "manager") == {"f": (1, 100.0, 1), "m": (0, 0.0, 1)}


def test_only_people_with_a_session_that_is_done_and_read_count():
    rows = [{"participant": name, "group": "a"} for name in ("P1", "P2", "P3", "P4", "P5")]
    rows[4]["withdrawn"] = "2024-05-01"
    sessions = [
        {"session": "S1", "participants": "P1", "status": "done"},
        {"session": "S2", "participants": "P2", "status": "planned"},
        {"session": "S3", "participants": "P3", "status": "withdrawn"},
        {"session": "S4", "participants": "P4", "status": "done"},  # not read
        {"session": "S5", "participants": "P5", "status": "done"},  # withdrew
    ]
    found = people(rows, sessions, transcripts=["S1", "S2", "S3", "S5", "loose"])
    assert found.ids == ["P1"]
    assert found.left_out == {"S3", "S5"}
    assert found.withdrawn == {"P5"}


def test_voices_named_in_the_speakers_table_took_part():
    found = people(
        [{"participant": "P1", "group": "a"}],
        [{"session": "S1", "participants": ""}],
        speakers=[
            {"session": "S1", "speaker": "Ana", "participant": "P1", "role": "participant"},
            {"session": "S1", "speaker": "Q", "participant": "P9", "role": "interviewer"},
        ],
    )
    assert found.ids == ["P1"]


def test_a_transcript_without_a_session_row_makes_nobody_a_participant():
    found = people([{"participant": "P1", "group": "a"}], [], transcripts=["X"])
    assert found.ids == []
    assert found.without_session == {"X"}
    assert len(participants_table(found)) == 0


def test_consent_may_forbid_quotes():
    rows = [
        {"participant": "P1", "consent": "yes"},
        {"participant": "P2", "consent": "recording;no_quotes"},
        {"participant": "P3", "consent": ""},
    ]
    assert people(rows, [{"session": "S1", "participants": "P1;P2;P3"}]).quotable == {"P1", "P3"}


def test_the_sessions_table_lists_every_session_but_those_of_withdrawn_people_alone():
    sessions = [
        {
            "session": "S1",
            "date": "2024-03-01",
            "kind": "focus_group",
            "participants": "P1;P2",
            "status": "done",
            "minutes": 50,
        },
        {"session": "S2", "participants": "P2", "status": "planned", "date": "2024-04-02"},
        {"session": "S3", "participants": "P1", "status": "planned"},
    ]
    who = people([{"participant": "P1"}, {"participant": "P2", "withdrawn": "yes"}], sessions, transcripts=["S1"])
    transcripts = TABLES["transcripts"].shape(
        [
            {"transcript": "S1-a", "session": "S1", "words": 700},
            {"transcript": "S1-b", "session": "S1", "words": 300},
        ]
    )
    table = sessions_table(TABLES["sessions"].shape(sessions), transcripts, who)
    assert table.columns.tolist()[:7] == ["session", "date", "kind", "mode", "participants", "minutes", "language"]
    assert table["session"].tolist() == ["S1", "S3"]  # S2 was the withdrawn person's alone: its date is theirs too
    assert table["participants"].tolist() == ["P1", "P1"]
    assert table["words"].tolist() == [1000, pd.NA]
    assert table["status"].tolist() == ["done", "planned"]

"""The table of judgements: append-only, later rows supersede earlier ones by name."""

from __future__ import annotations

import csv

import pytest

from qualcode.decisions import append_decisions, parse_other, read_decisions
from qualcode.errors import DecisionsError
from qualcode.study import Study

HEADER = "decision,kind,about,choice,value,reason,by,on,supersedes\n"


@pytest.fixture
def study(tmp_path):
    (tmp_path / "data/raw/decisions").mkdir(parents=True)
    return Study(tmp_path)


def given(study: Study, text: str, name: str = "meeting.csv") -> Study:
    (study.raw / "decisions" / name).write_text(HEADER + text, encoding="utf-8")
    return Study(study.root)


def test_a_later_row_supersedes_an_earlier_one_by_name(study):
    study = given(study, "D1,disagreement,x,keep_a,,,RB,2024-05-01,\nD2,disagreement,x,keep_b,,,RB,2024-05-02,D1\n")
    assert list(read_decisions(study)["decision"]) == ["D2"]


def test_a_row_may_supersede_one_of_another_file(study):
    given(study, "D1,disagreement,x,keep_a,,,RB,2024-05-01,\n", "a.csv")
    study = given(study, "D2,disagreement,x,both,,,KL,2024-05-02,D1\n", "b.csv")
    assert list(read_decisions(study)["choice"]) == ["both"]


def test_a_chain_leaves_its_last_row(study):
    rows = "D3,q,x,yes,,,RB,2024-05-03,D2\nD2,q,x,no,,,RB,2024-05-02,D1\nD1,q,x,yes,,,RB,2024-05-01,\n"
    assert list(read_decisions(given(study, rows))["decision"]) == ["D3"]


def test_a_study_without_decisions_has_an_empty_table(study):
    assert read_decisions(study).empty


def test_a_suggestion_needs_no_signature(study):
    found = read_decisions(given(study, "D1,disagreement,x,,keep_a,looks alike,,,\n"))
    assert list(found["choice"]) == [""]


def test_every_contradiction_is_named_with_its_row_at_once(study):
    rows = (
        "D1,disagreement,x,keep_a,,,RB,2024-05-01,\n"  # row 2
        "D1,disagreement,y,keep_a,,,RB,2024-05-01,\n"  # the id again
        "D3,disagreement,z,keep_a,,,,,\n"  # nobody, no date
        "D4,disagreement,v,keep_c,,,RB,01.05.2024,\n"  # no such choice, no ISO date
        "D5,disagreement,w,other,,,RB,2024-05-01,D9\n"  # other without a code, unknown
        ",disagreement,u,keep_a,,,RB,2024-05-01,\n"  # no id
        "D7,disagreement,x,keep_b,,,RB,2024-05-01,\n"  # against D1
    )
    with pytest.raises(DecisionsError) as caught:
        read_decisions(given(study, rows))
    found = [(problem.place, problem.what) for problem in caught.value.problems]
    assert found == [
        ("row 3", "decision 'D1' stands here and in data/raw/decisions/meeting.csv, row 2."),
        ("row 4", "there is a choice but not who decided (column 'by')."),
        ("row 4", "there is a choice but not the date (column 'on')."),
        ("row 5", "'01.05.2024' is not a date."),
        ("row 5", "choice 'keep_c' is not known."),
        ("row 6", "the choice is 'other', and column 'value' does not say what."),
        ("row 7", "column 'decision' is empty."),
        ("row 6", "supersedes 'D9', which no row is called."),
        ("row 8", "disagreement 'x' is decided otherwise in data/raw/decisions/meeting.csv, row 2."),
    ]
    assert all(problem.where == "data/raw/decisions/meeting.csv" for problem in caught.value.problems)


def test_rows_that_supersede_one_another_in_a_circle_are_named(study):
    circle = [("D1", "D3"), ("D2", "D1"), ("D3", "D2"), ("D4", "D3")]
    rows = "".join(f"{decision},q,x,yes,,,RB,2024-05-01,{old}\n" for decision, old in circle)
    with pytest.raises(DecisionsError) as caught:
        read_decisions(given(study, rows))
    assert [problem.place for problem in caught.value.problems] == ["row 2", "row 3", "row 4"]


def test_two_who_decide_the_same_do_not_contradict_each_other(study):
    rows = "D1,disagreement,x,keep_a,,,RB,2024-05-01,\nD2,disagreement,x,keep_a,,,KL,2024-05-01,\n"
    assert len(read_decisions(given(study, rows))) == 2


def test_a_file_without_its_columns_is_refused(study):
    (study.raw / "decisions" / "x.csv").write_text("decision;kind;about;chioce;by;on\n", encoding="utf-8")
    with pytest.raises(DecisionsError, match="column 'choice' is missing"):
        read_decisions(study)


def test_append_adds_rows_at_the_end_and_gives_them_ids(study):
    row = {"kind": "disagreement", "about": "x", "choice": "keep_a", "by": "RB", "on": "2024-05-01", "reason": "a, b"}
    (first,) = append_decisions(study, [row], file="m.csv")
    study = Study(study.root)
    (second,) = append_decisions(study, [row | {"choice": "both", "supersedes": first}], file="m.csv")
    lines = (study.raw / "decisions" / "m.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] + "\n" == HEADER
    assert [line.split(",")[0] for line in lines[1:]] == [first, second]
    assert list(csv.reader(lines))[1][5] == "a, b"
    assert list(read_decisions(Study(study.root))["choice"]) == ["both"]


def test_append_keeps_a_file_as_a_spreadsheet_program_wrote_it(study):
    path = study.raw / "decisions" / "m.csv"
    path.write_text("about;decision;kind;choice;by;on\r\nx;D1;disagreement;keep_a;RB;2024-05-01\r\n", newline="")
    row = {"decision": "D2", "kind": "disagreement", "about": "y", "choice": "both", "by": "KL", "on": "2024-05-02"}
    append_decisions(Study(study.root), [row], file="m.csv")
    assert list(read_decisions(Study(study.root))["about"]) == ["x", "y"]


def test_the_same_row_is_not_added_twice(study):
    row = {"kind": "disagreement", "about": "x", "choice": "keep_a", "by": "RB", "on": "2024-05-01"}
    append_decisions(study, [row])
    assert append_decisions(Study(study.root), [row]) == []


def test_what_would_contradict_is_not_written(study):
    row = {"kind": "disagreement", "about": "x", "choice": "keep_a", "by": "RB", "on": "2024-05-01"}
    append_decisions(study, [row], file="m.csv")
    before = (study.raw / "decisions" / "m.csv").read_bytes()
    with pytest.raises(DecisionsError, match=r"m\.csv, row 3: disagreement 'x' is decided otherwise"):
        append_decisions(Study(study.root), [row | {"choice": "keep_b"}], file="m.csv")
    assert (study.raw / "decisions" / "m.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("workload", ("workload", None, None)),
        ("workload 120-260", ("workload", 120, 260)),
        ("workload@120–260", ("workload", 120, 260)),
        ("120-260", ("", 120, 260)),
        ("wave_1-2", ("wave_1-2", None, None)),
        ("covid-19", ("covid-19", None, None)),
    ],
)
def test_the_value_of_other_is_a_code_with_or_without_a_span(value, parts):
    assert parse_other(value) == parts

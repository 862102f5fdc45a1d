"""The tables that people write: read as spreadsheet programs write them, refused with file, row and cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualcode.config import Config
from qualcode.errors import StudyError
from qualcode.study import Study, check_people, version_key


def study(folder: Path, **tables: str) -> Study:
    (folder / "data" / "raw").mkdir(parents=True)
    for name, text in tables.items():
        (folder / "data" / "raw" / f"{name}.csv").write_text(text, encoding="utf-8")
    return Study(folder, Config())


def test_a_table_of_european_excel_is_read(tmp_path: Path) -> None:
    made = study(tmp_path)
    data = "participant;group;role\r\nP1;leads;Zürich – Leitung\r\n;;\r\nP2;leads;x\r\n"
    (tmp_path / "data" / "raw" / "participants.csv").write_bytes(data.encode("cp1252"))
    people = made.participants
    assert list(people["participant"]) == ["P1", "P2"]
    assert people["role"][0] == "Zürich – Leitung"
    assert list(people["_row"]) == [2, 4]
    assert made.attributes() == ["role"]


def test_a_workbook_is_read_as_a_table(tmp_path: Path) -> None:
    import datetime

    import openpyxl

    made = study(tmp_path)
    book = openpyxl.Workbook()
    for row in (["Session", "Date", "Minutes"], ["S1", datetime.date(2024, 3, 1), 45]):
        book.active.append(row)
    book.save(tmp_path / "data" / "raw" / "sessions.xlsx")
    assert made.sessions.loc[0, ["session", "date", "minutes"]].tolist() == ["S1", "2024-03-01", 45.0]


def test_mistakes_in_a_table_are_said_with_their_rows_all_at_once(tmp_path: Path) -> None:
    made = study(
        tmp_path,
        sessions="session,kind,minutes,status\nS1,intervew,45,done\nS1,interview,long,done\n,interview,5,finished\n",
    )
    with pytest.raises(StudyError) as caught:
        made.sessions  # noqa: B018
    assert str(caught.value).split("\n") == [
        "ERROR: data/raw/sessions.csv, row 2: kind 'intervew' is not known.",
        "  Nearest: 'interview'.",
        "ERROR: data/raw/sessions.csv, row 3: 'S1' stands here and in row 2.",
        "  Keep one of the rows.",
        "ERROR: data/raw/sessions.csv, row 3: minutes 'long' is not a number.",
        "ERROR: data/raw/sessions.csv, row 4: column 'session' is empty.",
        "ERROR: data/raw/sessions.csv, row 4: status 'finished' is not known.",
        "  Known: 'done', 'planned', 'withdrawn'.",
    ]


def test_an_unknown_column_is_refused_where_a_table_takes_no_others(tmp_path: Path) -> None:
    made = study(tmp_path, assignments="transcript,coder,finished\nS1,A,yes\n")
    with pytest.raises(StudyError, match="row 1: unknown column 'finished'"):
        made.assignments  # noqa: B018


def test_people_who_are_in_no_table_are_named_with_the_nearest(tmp_path: Path) -> None:
    made = study(
        tmp_path,
        participants="participant,group\nP01,a\n",
        sessions="session,participants,status\nS1,P01;P0l,done\n",
        speakers="session,speaker,participant,role\nS9,Ana,P01,participant\n",
    )
    messages = [str(problem) for problem in check_people(made).found]
    assert messages == [
        "data/raw/sessions.csv, row 2: participant 'P0l' is not in the participants table.\n  Nearest: 'P01'.",
        "data/raw/speakers.csv, row 2: session 'S9' is not in the sessions table.\n  Known: 'S1'.",
    ]


def test_the_newest_codebook_is_the_one_with_the_highest_number() -> None:
    assert sorted(["1.10.0", "1.9.0", "2.0.0"], key=version_key) == ["1.9.0", "1.10.0", "2.0.0"]

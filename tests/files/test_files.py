"""Files: the same bytes every time, the old file until the new one is whole, tables as people's programs write them."""

from __future__ import annotations

import time
import zipfile
from pathlib import Path

import pytest

from qualcode.errors import Problem, QualcodeError, together
from qualcode.files import newest_date, read_sheet, write_atomically, write_zip_document
from qualcode.tables import TABLES, read, write


def test_two_saves_of_one_workbook_have_the_same_bytes(tmp_path: Path) -> None:
    import openpyxl

    def save(path: Path) -> None:
        book = openpyxl.Workbook()
        book.active["A1"] = "x"
        book.save(path)

    write_zip_document(tmp_path / "a.xlsx", save, day="2024-05-01")
    time.sleep(2.1)  # zip times have a step of two seconds
    write_zip_document(tmp_path / "b.xlsx", save, day="2024-05-01")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"2024-05-01T00:00:00Z" in archive.read("docProps/core.xml")


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def fail(temporary: Path) -> None:
        temporary.write_text("half", encoding="utf-8")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write_atomically(path, fail)
    assert path.read_text(encoding="utf-8") == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_the_newest_date_wins_and_what_is_no_date_is_passed_over() -> None:
    assert newest_date("2024-02-30", ["2023-12-31T10:00", "x", ""]) == "2023-12-31"
    assert newest_date([]) == "2000-01-01"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_in_every_encoding_and_with_every_delimiter(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "t.csv"
    rows = [["A", "B c"], ['"né\nà"', "2"]]
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    sheet = read_sheet(path)
    assert list(sheet.data.columns) == ["a", "b_c"]
    assert sheet.data.iloc[0].tolist() == ["né\nà", "2"]


def test_a_row_with_too_many_cells_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n1,2,3\n", encoding="utf-8")
    with pytest.raises(QualcodeError, match="row 3: this row has 3 cells, the header 2"):
        read_sheet(path, shown_as="t.csv")


def test_a_workbook_named_csv_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"PK\x03\x04rest")
    with pytest.raises(QualcodeError, match="not a text table"):
        read_sheet(path)


def test_tables_come_back_as_they_went_with_empty_text_and_missing_numbers(tmp_path: Path) -> None:
    rows = [
        {"transcript": "S1", "turn": 2, "role": "other", "start": 0},
        {"transcript": "S1", "turn": 1, "role": "other"},
    ]
    table = TABLES["turns"].shape(rows)
    for name in ("t.parquet", "t.csv"):
        write("turns", table, tmp_path / name)
        back = read("turns", tmp_path / name)
        assert back.equals(table)
    assert table["turn"].tolist() == [1, 2]
    assert table["speaker"].tolist() == ["", ""]
    assert table["start"].isna().tolist() == [True, False]


def test_a_word_that_a_column_does_not_know_is_our_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="role"):
        write("turns", TABLES["turns"].shape([{"transcript": "S1", "turn": 1, "role": "guest"}]), tmp_path / "t.csv")


def test_what_is_said_of_many_places_is_said_once_with_their_number():
    each = [Problem(f"data/{n}.txt", "it has no row.", "Add one.") for n in range(5)]
    rows = [Problem("a.csv", "column 'x' is odd.", "", f"row {n}") for n in range(2, 6)]
    other = [Problem("b.csv", "it is empty."), Problem("c.csv", "it is empty.")]
    assert [str(problem) for problem in together([*each, *rows, *other])] == [
        "data/0.txt, data/1.txt, data/2.txt and 2 more: it has no row.\n  Add one.",
        "a.csv, rows 2-5: column 'x' is odd.",
        "b.csv: it is empty.",
        "c.csv: it is empty.",
    ]


def test_many_rows_are_said_as_stretches():
    def said(*rows: int) -> str:
        return str(QualcodeError([Problem("a.csv", "it is odd.", "", f"row {n}") for n in rows]))

    assert said(2, 3, 5, 9) == "ERROR: a.csv, rows 2-3, 5 and 9: it is odd."
    assert said(7, 7, 7, 7) == "ERROR: a.csv, row 7: it is odd."
    assert (
        said(*range(2, 40, 2)) == "ERROR: a.csv, rows 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24 and 7 more: it is odd."
    )
    assert said(2, 3) == "ERROR: a.csv, row 2: it is odd.\nERROR: a.csv, row 3: it is odd."

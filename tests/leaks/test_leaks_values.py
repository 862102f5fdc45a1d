"""Numbers and dates that cells hold as values are found as if they were written out; other numbers are not."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from qualcode.leaks.check import check_files
from qualcode.leaks.find import Finder
from qualcode.leaks.values import date_piece, readings

FORMS = {
    "row 2": ["12 March 1961"],
    "row 3": ["07.04.1958"],
    "row 4": ["3. Mai 1949"],
    "row 5": ["0471"],
    "row 6": ["12 de março de 1966"],
    "row 7": ["June 3rd, 1971"],
    "row 8": ["2/11/55"],
    "row 9": ["1er Jänner 1952"],
}


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(FORMS, languages=["en", "nl"])


def cell_of(path: Path, value: object, shown: str | None, *, since_1904: bool = False) -> Path:
    book = openpyxl.Workbook()
    if since_1904:
        book.epoch = CALENDAR_MAC_1904
    book.active.title = "Calls"
    book.active["B3"] = value
    if shown:
        book.active["B3"].number_format = shown
    book.save(path / "b.xlsx")
    return path / "b.xlsx"


def found_in(finder: Finder, path: Path) -> list[tuple[str, str, str, str]]:
    leaks = check_files([path], finder).leaks
    return list(zip(leaks["kind"], leaks["key_row"], leaks["place"], leaks["sure"], strict=True))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (7700900123, None),  # 07700 900123, a number kept for fiction
        (7.700900123e9, "0.00E+00"),
        (447700900123, None),
        (612345678, "0000000000"),  # a Dutch mobile number, 06 12345678
        (31612345678, "General"),
    ],
)
def test_a_telephone_number_in_a_cell_is_found_without_its_zero_or_sign(tmp_path, finder, value, shown):
    assert found_in(finder, cell_of(tmp_path, value, shown)) == [
        ("telephone number", "", "sheet 'Calls', cell B3", "yes")
    ]


@pytest.mark.parametrize("value", [3, 20261129, 99999999, 0.7700900123, -7700900123, 7700900123.5, 10**21, True, 5126])
def test_another_number_in_a_cell_is_none(tmp_path, finder, value):
    assert found_in(finder, cell_of(tmp_path, value, None)) == []


def test_a_number_of_the_key_is_found_without_its_zeros(tmp_path, finder):
    found = [("key form", "row 5", "sheet 'Calls', cell B3", "yes")]
    assert found_in(finder, cell_of(tmp_path, 471, "0000")) == found
    assert found_in(finder, cell_of(tmp_path, 4710, "0000")) == []


@pytest.mark.parametrize("since_1904", [False, True])
@pytest.mark.parametrize(
    ("row", "value", "shown"),
    [
        ("row 2", date(1961, 3, 12), None),
        ("row 3", datetime(1958, 4, 7, 10, 5), "dd/mm/yy"),
        ("row 4", date(1949, 5, 3), "[$-407]d. mmmm yyyy"),
        ("row 6", date(1966, 3, 12), "mmm-yy"),
        ("row 7", date(1971, 6, 3), None),
        ("row 8", date(1955, 11, 2), "yyyy"),
        ("row 9", date(1952, 1, 1), None),
    ],
)
def test_a_date_of_the_key_is_found_in_a_cell_however_it_is_shown(tmp_path, finder, row, value, shown, since_1904):
    path = cell_of(tmp_path, value, shown, since_1904=since_1904)
    assert found_in(finder, path) == [("key form", row, "sheet 'Calls', cell B3", "yes")]


def test_another_day_and_the_same_number_shown_as_a_number_are_none(tmp_path, finder):
    assert found_in(finder, cell_of(tmp_path, date(1961, 3, 13), None)) == []
    assert found_in(finder, cell_of(tmp_path, 22352, "0")) == []  # 12 March 1961 as Excel counts days


def test_a_date_written_into_the_file_as_iso_8601_is_found(tmp_path, finder):
    book = openpyxl.Workbook(iso_dates=True)
    book.iso_dates = True
    book.active["A1"] = date(1961, 3, 12)
    book.save(tmp_path / "b.xlsx")
    assert [one[:2] for one in found_in(finder, tmp_path / "b.xlsx")] == [("key form", "row 2")]


def test_columns_of_numbers_and_dates_of_tables_are_looked_through(tmp_path, finder):
    pd.DataFrame({"call": [1, 7700900123], "born": [date(1961, 3, 12), None], "mean": [0.5, 612345678.0]}).to_parquet(
        tmp_path / "t.parquet"
    )
    assert sorted(one[:3] for one in found_in(finder, tmp_path / "t.parquet")) == [
        ("key form", "row 2", "row 1, column 'born'"),
        ("telephone number", "", "row 2, column 'call'"),
        ("telephone number", "", "row 2, column 'mean'"),
    ]
    pd.DataFrame({"call": [1, 7700900123], "mean": [None, 612345678.0]}).to_csv(tmp_path / "t.csv", index=False)
    assert sorted(one[:3] for one in found_in(finder, tmp_path / "t.csv")) == [
        ("telephone number", "", "row 3, column 'call'"),
        ("telephone number", "", "row 3, column 'mean'"),
    ]
    base = sqlite3.connect(tmp_path / "s.sqlite")
    base.execute("CREATE TABLE calls (number INTEGER, mean REAL)")
    base.execute("INSERT INTO calls VALUES (7700900123, 0.5)")
    base.commit()
    base.close()
    assert [one[:3] for one in found_in(finder, tmp_path / "s.sqlite")] == [
        ("telephone number", "", "table 'calls', row 1, column 'number'")
    ]


def test_what_a_cell_lost_is_put_back_for_numbers_of_the_length_of_a_telephone_number():
    assert list(readings("12345678")) == []
    assert list(readings("123456789")) == ["0123456789"]
    assert list(readings("1234567890")) == ["01234567890", "+1234567890"]
    assert list(readings("123456789012")) == ["+123456789012"]
    assert list(readings("1234567890123456")) == []
    assert list(readings("012345678")) == []


def test_a_date_is_no_telephone_number(tmp_path):
    """Its many writings are looked at for the key's forms only."""
    everywhere = Finder({}, languages=["en", "de", "fr", "nl", "es", "pt", "it"], countries=["at", "dk", "no"])
    for day in (date(1961, 3, 12), date(2012, 12, 22)):
        assert everywhere.find([date_piece("here", day)]) == []

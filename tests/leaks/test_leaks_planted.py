"""Names, addresses and numbers planted in every place of every kind of file, and hidden in every way, are found."""

from __future__ import annotations

import unicodedata

import pytest
from places import PLACES

from qualcode.leaks.check import check_files
from qualcode.leaks.find import Finder

FORMS = {"row 2": ["Élodie", "Élodie Heisterkamp", "Heisterkamp"], "row 3": ["St Mary's Hospital"], "row 4": ["KJ"]}
# what is planted: as it is found (kind, row), and the text
SAID = {
    "a name": ("key form", "row 2", "Heisterkamp"),
    "a name and its genitive": ("key form", "row 2", "Heisterkamps"),
    "an organisation": ("key form", "row 3", "St Mary’s Hospital"),
    "initials": ("key form", "row 4", "KJ"),
    "an e-mail address": ("e-mail address", "", "ruth.k@northgate.example.org"),
    "a telephone number": ("telephone number", "", "+44 20 7946 0958"),
}
HIDDEN = {
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "in capitals": str.upper,
    "without accents": lambda text: text.replace("É", "E"),
    "with soft hyphens": lambda text: "\u00ad".join(text),
    "with signs of no width": lambda text: "\u200b".join(text),
    "hyphenated": lambda text: f"{text[:3]}-{text[3:]}",
    "in wide letters": lambda text: "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text),
    "beside a low line": lambda text: f"x_{text}_2",
    "beside a number": lambda text: f"{text}2",
    "in brackets": lambda text: f"({text})",
    "in small letters": str.lower,
}
# places that hold fewer letters than Unicode has, or that take some away
PLAIN = ("zip, the name of a part", "pdf, a page", "pdf, an attachment", "an unknown kind of file")


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(FORMS, languages=["en"])


# in bytes of an unknown kind only stretches of six characters and more are looked at
EVERYWHERE = [
    (place, kind) for place in PLACES for kind in SAID if (place, kind) != ("an unknown kind of file", "initials")
]


@pytest.mark.parametrize(("place", "kind"), EVERYWHERE)
def test_each_kind_is_found_in_each_place(tmp_path, finder, place, kind):
    found_as, row, text = SAID[kind]
    if place == "csv, a heading" or (place == "docx, a bookmark" and kind != "a name"):
        text = text.replace(" ", "_") if kind.startswith("a") and "telephone" not in kind else text
    file = PLACES[place](tmp_path, text)
    checked = check_files([file], finder)
    assert (found_as, row) in set(zip(checked.leaks["kind"], checked.leaks["key_row"], strict=True)), checked.leaks
    assert set(checked.leaks["sure"]) == {"yes"}
    assert set(checked.leaks["file"]) == {str(file)}
    for problem in checked.problems:
        assert text.casefold() not in str(problem).casefold()


@pytest.mark.parametrize("way", HIDDEN)
@pytest.mark.parametrize("place", [place for place in PLACES if place not in PLAIN])
def test_a_name_is_found_in_each_place_however_it_is_hidden(tmp_path, finder, place, way):
    hidden = HIDDEN[way]("Élodie")
    checked = check_files([PLACES[place](tmp_path, hidden)], finder)
    assert ("key form", "row 2") in set(zip(checked.leaks["kind"], checked.leaks["key_row"], strict=True))


@pytest.mark.parametrize("place", PLACES)
def test_a_file_with_nothing_in_it_passes(tmp_path, finder, place):
    checked = check_files([PLACES[place](tmp_path, "Annual heisterkamping, kj 0.7431234567 at 2024-03-31")], finder)
    assert not len(checked.leaks)


@pytest.mark.parametrize(
    "name",
    [
        "Heisterkamp.txt",
        "packs/P01-Heisterkamp.txt",
        "heisterkamp%2E.txt",
        "interviewHeisterkamp2.txt",
        "Heisterkamp/a.txt",
    ],
)
def test_a_name_in_the_name_of_a_file_or_folder_is_found_and_not_told(tmp_path, finder, name):
    path = tmp_path / "reports" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("nothing\n")
    checked = check_files([path], finder, lambda one: one.relative_to(tmp_path).as_posix(), below=tmp_path)
    assert [(one["kind"], one["key_row"], one["place"]) for one in checked.leaks.to_dict("records")] == [
        ("key form", "row 2", "name of the file")
    ]
    said = str(checked.problems[0])
    assert "heisterkamp" not in said.casefold()
    assert "1 of 1 by name" in said


def test_a_name_in_the_name_of_a_sheet_is_not_told_either(tmp_path, finder):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Heisterkamp"
    book.active["A1"] = "KJ"
    book.save(tmp_path / "b.xlsx")
    checked = check_files([tmp_path / "b.xlsx"], finder)
    assert {"row 2", "row 4"} == set(checked.leaks["key_row"])
    assert "heisterkamp" not in checked.leaks.to_csv().casefold()


WHERE = {
    "txt, a line": "line 2",
    "csv, a cell": "row 2, column 'text'",
    "json, a value": "'outputs' [1] › 'inputs'",
    "parquet, a cell": "row 2, column 'text'",
    "sqlite, a text": "table 'ones', row 1, column 'text'",
    "docx, a paragraph": "paragraph 2",
    "docx, parted over runs": "paragraph 2",
    "docx, a table": "table 1, row 2, cell 2",
    "docx, a header": "header 1, paragraph 1",
    "docx, a comment": "comment, paragraph 1",
    "docx, the author": "property 'creator'",
    "docx, a property of one's own": "property 'Who'",
    "docx, deleted text": "paragraph 1, text that was deleted",
    "xlsx, a cell": "sheet 'Themes', cell B3",
    "xlsx, a formula": "sheet 'Themes', cell B3, formula",
    "xlsx, a hidden sheet": "sheet 'Lists', cell A1",
    "xlsx, a header": "sheet 'Themes', oddHeader",
    "xlsx, a comment": "sheet 'Themes', comment, cell B3, comment",
    "html, a comment": "line 1, comment",
    "html, an alternative text": "line 1, attribute alt",
    "png, a text": "property 'Description'",
    "pdf, a page": "page 1",
    "zip, a zip inside": "part 'inner.zip', part 'a.txt', line 1",
}


@pytest.mark.parametrize("place", WHERE)
def test_the_place_is_told(tmp_path, finder, place):
    checked = check_files([PLACES[place](tmp_path, "Heisterkamp")], finder)
    assert WHERE[place] in set(checked.leaks["place"])


def test_a_file_that_cannot_be_looked_into_fails(tmp_path, finder):
    (tmp_path / "d.docx").write_bytes(b"PK\x03\x04 not really a zip")
    (tmp_path / "e.parquet").write_bytes(b"no")
    checked = check_files(sorted(tmp_path.iterdir()), finder)
    assert checked.leaks["kind"].tolist() == ["unchecked", "unchecked"]
    assert "cannot be looked into" in str(checked.problems[0])


@pytest.mark.parametrize(
    "written", ["Jürgen Großmann", "Juergen Großmann", "Jürgen Grossmann", "Juergen Grossmann", "JUERGEN GROSSMANN"]
)
def test_umlauts_and_sharp_s_are_found_in_all_their_spellings_together(tmp_path, written):
    finder = Finder({"row 2": ["Jürgen Großmann"]}, languages=["de"])
    (tmp_path / "t.txt").write_text(f"Das sagte {written} gestern.", encoding="utf-8")
    assert check_files([tmp_path / "t.txt"], finder).leaks["key_row"].tolist() == ["row 2"]

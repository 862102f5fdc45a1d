"""The codebook as a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from qualcode.codebook import read_codebook_file
from qualcode.codebook.parts import Part
from qualcode.codebook.sheet import (
    COLUMNS,
    make_id,
    read_codebook_sheet,
    write_codebook_file,
    write_template,
)
from qualcode.errors import CodebookError


def sheet(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_sheet_becomes_a_version_that_reads_back_the_same(tmp_path):
    path = sheet(
        tmp_path / "codes.xlsx",
        [
            "ID",
            "Label",
            "Kind",
            "Parent",
            "Definition",
            "When to use",
            "Example typical",
            "Double code with",
            "CFIR2022",
        ],
        ["", "Barriers", "Theme", "", "", "", "", "", ""],
        ["", "Zu wenig Zeit: überall", "subtheme", "barriers", "yes", "always", "one | two", "1.10", "III.J; II.A"],
        ["1.10", "null", "", "zu_wenig_zeit_uberall", "two\nlines", "", "", "", ""],
    )
    made = read_codebook_sheet(path, name="mih", version="1.0.0", frameworks=["cfir2022"])
    target = tmp_path / "mih" / "1.0.0.yaml"
    write_codebook_file(made, target)
    again = read_codebook_file(target)
    assert again.codes == made.codes
    assert list(again.codes) == ["barriers", "zu_wenig_zeit_uberall", "1.10"]
    time = again.codes["zu_wenig_zeit_uberall"]
    assert (time.parent, time.kind, time.include) == ("barriers", "subtheme", "always")
    assert time.examples.typical == ["one", "two"]
    assert [item.construct_code for item in time.mappings["cfir2022"]] == ["III.J", "II.A"]
    assert again.codes["1.10"].label == "null"
    assert again.codes["1.10"].definition == "two\nlines"


def test_an_existing_version_is_never_overwritten(tmp_path):
    path = sheet(tmp_path / "codes.xlsx", ["label"], ["A"])
    made = read_codebook_sheet(path, name="mih", version="1.0.0")
    target = tmp_path / "1.0.0.yaml"
    target.write_text("kept", encoding="utf-8")
    with pytest.raises(CodebookError, match="there already"):
        write_codebook_file(made, target)
    assert target.read_text(encoding="utf-8") == "kept"


def test_mistakes_in_a_sheet_are_named_with_their_rows(tmp_path):
    path = sheet(
        tmp_path / "codes.xlsx",
        ["id", "label", "kind", "parent"],
        ["a", "Same", "theme", ""],
        ["b", "Same", "thema", ""],
        ["c", "", "", ""],
        ["d", "D", "", "Same"],
        ["e", "E", "", "nowhere"],
    )
    with pytest.raises(CodebookError) as caught:
        read_codebook_sheet(path, name="m", version="1", where="codes.xlsx")
    assert [str(problem) for problem in caught.value.problems] == [
        "codes.xlsx, row 3: code 'b': kind 'thema' is not known.\n  Nearest: 'theme'.",
        "codes.xlsx, row 4: code 'c': 'label' is missing.",
        "codes.xlsx, row 5: code 'd': parent 'Same' is the label of 2 codes.\n  Write the id: a, b.",
        "codes.xlsx, row 6: code 'e': parent 'nowhere' is not in this codebook.\n  Known: 'a', 'b', 'c', 'd', 'e'.",
    ]


def test_an_unknown_column_is_named_with_the_nearest(tmp_path):
    path = sheet(tmp_path / "codes.xlsx", ["labell", "kind", "definitionn"], ["A", "theme", ""])
    with pytest.raises(CodebookError) as caught:
        read_codebook_sheet(path, name="m", version="1", where="codes.xlsx")
    causes = [problem.what for problem in caught.value.problems]
    assert causes == ["unknown column 'labell'.", "unknown column 'definitionn'.", "column 'label' is missing."]


@pytest.mark.parametrize(
    ("label", "made"),
    [("Zeit & Geld", "zeit_geld"), ("Überlastung", "uberlastung"), ("時間", "時間"), ("A/B  c", "a_b_c")],
)
def test_an_id_is_made_from_the_label(label, made):
    assert make_id(label) == made


def test_labels_that_make_the_same_id_are_told_apart(tmp_path):
    path = sheet(tmp_path / "c.xlsx", ["label", "id"], ["Time!", ""], ["Time?", ""], ["x", "time"])
    made = read_codebook_sheet(path, name="m", version="1")
    assert {code: entry.label for code, entry in made.codes.items()} == {
        "time_2": "Time!",
        "time_3": "Time?",
        "time": "x",
    }


def test_the_template_has_all_columns_lists_to_choose_from_and_an_explanation(tmp_path):
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_template(first)
    write_template(second)
    assert first.read_bytes() == second.read_bytes()
    book = openpyxl.load_workbook(first)
    codes, columns = book.worksheets
    assert [cell.value for cell in codes[1]] == [*COLUMNS, "cfir2022"]
    lists = {rule.formula1: str(rule.sqref) for rule in codes.data_validations.dataValidation}
    assert lists['"theme,subtheme,code,definition"'] == "C2:C1000"
    assert {row[0].value for row in columns.iter_rows()} >= {*COLUMNS, "cfir2022"}
    codes["B2"] = "Barriers"
    book.save(first)
    assert list(read_codebook_sheet(first, name="m", version="1", frameworks=["cfir2022"]).codes) == ["barriers"]


def test_the_commands_make_a_template_import_it_and_show_the_tree(tmp_path, qualcode):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "study.yaml").write_text("study: {title: T}\n", encoding="utf-8")
    out = tmp_path / "codes.xlsx"
    assert qualcode("codebook", "template", out).returncode == 0
    assert qualcode("codebook", "template", out).returncode == 2
    sheet(
        tmp_path / "codes2.xlsx", ["label", "kind", "parent"], ["Barriers", "theme"], ["Time", "subtheme", "Barriers"]
    )
    done = qualcode("codebook", "import", tmp_path / "codes2.xlsx", "--name", "mih", "-C", tmp_path)
    assert (done.returncode, done.stdout) == (0, "Wrote codebooks/mih/1.0.0.yaml: 2 entries.\n")
    again = qualcode("codebook", "import", tmp_path / "codes2.xlsx", "-C", tmp_path)
    assert again.returncode == 2
    assert "codebooks/mih/1.0.0.yaml is there already." in again.stderr
    shown = qualcode("-C", tmp_path, "codebook", "show")
    assert (
        shown.stdout == "mih 1.0.0: 1 theme, 1 subtheme\n└─ barriers  Barriers (theme)\n   └─ time  Time (subtheme)\n"
    )


def test_the_shipped_codebook_is_read(repository):
    codebook = read_codebook_file(repository / "codebooks" / "onlinecare" / "1.0.0.yaml")
    assert codebook.codes["workload"].parent == "barriers"
    assert len(codebook.codes) == 25


def test_labels_that_are_paths_become_a_tree_by_a_map_that_says_what_stands_between(tmp_path):
    path = sheet(
        tmp_path / "c.xlsx",
        ["Node", "Meaning"],
        ["Work / Time", "hours"],
        ["Home/Time", ""],
        ["Home", "where they live"],
    )
    part = Part(columns={"Node": "label", "Meaning": "definition"}, between="/")
    book = read_codebook_sheet(path, name="m", version="1", parts=[part])
    assert [(one.id, one.label, one.parent, one.kind, one.definition) for one in book.codes.values()] == [
        ("work", "Work", "", "theme", ""),
        ("time", "Time", "work", "code", "hours"),
        ("home", "Home", "", "code", "where they live"),
        ("time_2", "Time", "home", "code", ""),
    ]


def test_a_table_of_codes_and_memos_as_maxqda_takes_it_is_read_without_a_map(tmp_path):
    rows = (["Code", "Memo"], ["A", "all"], ["A > B", "some"], [r"C\D", ""])
    book = read_codebook_sheet(sheet(tmp_path / "c.xlsx", *rows), name="m", version="1")
    assert [(one.label, one.parent, one.definition) for one in book.codes.values()] == [
        ("A", "", "all"),
        ("B", "a", "some"),
        ("C", "", ""),
        ("D", "c", ""),
    ]


def test_a_column_called_code_is_the_label_where_there_is_no_other(tmp_path):
    rows = (["Code", "Parent code", "Description"], ["Time", "", "x"], ["Night shifts", "Time", "y"])
    book = read_codebook_sheet(sheet(tmp_path / "c.xlsx", *rows), name="m", version="1")
    assert [(one.id, one.label, one.parent) for one in book.codes.values()] == [
        ("time", "Time", ""),
        ("night_shifts", "Night shifts", "time"),
    ]

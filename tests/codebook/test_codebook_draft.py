"""The next version from an edited copy or from the team's sheet; what changed, told; the codebook for readers."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from qualcode.codebook.diff import compare, diff_docx, diff_text, log_text, said
from qualcode.codebook.draft import draft, next_version, read_edited
from qualcode.codebook.export import export_codebook, tree_svg
from qualcode.codebook.history import NO_REASON, prove, read_history, release
from qualcode.codebook.parts import Part
from qualcode.codebook.sheet import read_codebook_sheet, write_codebook_file
from qualcode.codebook.teamsheet import COLUMNS, Counts, read_team_sheet, unplaced, write_team_sheet
from qualcode.config import Config
from qualcode.errors import CodebookError
from qualcode.study import Study

FIRST = """name: m
version: 1.0.0
date: 2024-03-01
codes:
  - {id: barriers, label: Barriers, kind: theme}
  - {id: time, label: Time, parent: barriers, definition: No time., colour: "#4477aa"}
  - {id: nights, label: Nights, parent: time}
  - {id: workload, label: Workload, parent: barriers, mappings: {cfir2022: [{construct: III.F, reason: staff}]}}
  - {id: money, label: Money, parent: barriers, include: "Use it: always", exclude: never, notes: "a\\n\\nb"}
  - {id: trust, label: "Trust, hope & more", examples: {typical: [one, two], close_but_no: three}, direction: mixed}
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    (tmp_path / "codebooks" / "m").mkdir(parents=True)
    (tmp_path / "codebooks" / "m" / "1.0.0.yaml").write_text(FIRST, encoding="utf-8")
    return Study(tmp_path, Config())


def sheet(study: Study, path: Path, *changes: tuple[str, str, str], new: tuple[dict[str, str], ...] = ()) -> Path:
    """The team's sheet with cells changed, given as (id, column, value); a column `delete` takes the row out."""
    history = read_history(study)
    write_team_sheet(path, history.current)
    file = openpyxl.load_workbook(path)
    page = file["Codes"]
    at = {key: number for number, (key, *_) in enumerate(COLUMNS, start=1)}
    rows = {page.cell(row, at["id"]).value: row for row in range(2, len(history.current.codes) + 2)}
    for code, key, value in changes:
        if key != "delete":
            page.cell(rows[code], at[key]).value = value
    last = len(rows) + 2
    for number, cells in enumerate(new):
        for key, value in cells.items():
            page.cell(last + number, at[key]).value = value
    for code, key, _ in changes:
        if key == "delete":
            page.delete_rows(rows[code])
    file.save(path)
    return path


def drafted(study: Study, path: Path, **more: str):
    history = read_history(study)
    copy, base = read_edited(path, history)
    return draft(history, copy, by="RB", date="2024-04-01", base=base, **more)


@pytest.mark.parametrize(("now", "then"), [("1.0.0", "1.1.0"), ("1.9.3", "1.10.0"), ("2.1", "2.2"), ("3", "4")])
def test_the_next_version_is_the_next_minor_one(now, then):
    assert next_version(now) == then


def test_a_sheet_that_was_worked_in_becomes_a_version_whose_changes_are_proved(study, tmp_path):
    path = sheet(
        study,
        tmp_path / "sheet.xlsx",
        ("time", "merge", "Workload [workload]"),
        ("time", "reason", "one idea"),
        ("workload", "label", "Too much work"),
        ("money", "split", "Budget; Wages"),
        ("trust", "parent", "Hopes"),
        ("trust", "definition", "Believing it works."),
        new=({"label": "Budget", "parent": "Barriers"}, {"label": "Wages", "parent": "barriers"}, {"label": "Hopes"}),
    )
    made = drafted(study, path, reason="meeting of 1 April")
    assert [(said(change), change.reason) for change in made.changes] == [
        ("add hopes", "meeting of 1 April"),
        ("rename workload to Too much work", "meeting of 1 April"),
        ("redefine trust", "meeting of 1 April"),
        ("move nights to workload", "meeting of 1 April"),
        ("move trust to hopes", "meeting of 1 April"),
        ("merge time, workload into workload", "one idea"),
        ("split money into budget, wages", "meeting of 1 April"),
    ]
    target = tmp_path / "codebooks" / "m" / "1.1.0.yaml"
    write_codebook_file(made, target)
    history = prove(Study(tmp_path, Config()))
    now = history.current
    assert list(now.codes) == ["barriers", "workload", "nights", "budget", "wages", "hopes", "trust"]
    assert now.codes["workload"].mappings["cfir2022"][0].reason == "staff"  # what the sheet has no column for stays
    assert now.codes["trust"].examples.typical == ["one", "two"]


def test_a_sheet_nobody_worked_in_is_no_new_version(study, tmp_path):
    with pytest.raises(CodebookError, match=r"nothing is different from 1\.0\.0"):
        drafted(study, sheet(study, tmp_path / "sheet.xlsx"))


def test_a_row_that_was_deleted_is_a_code_that_is_retired(study, tmp_path):
    made = drafted(study, sheet(study, tmp_path / "sheet.xlsx", ("money", "delete", "")))
    assert [(said(change), change.reason) for change in made.changes] == [("retire money", NO_REASON)]


def test_pointers_to_codes_that_were_merged_split_or_deleted_follow_them(study, tmp_path):
    first = tmp_path / "codebooks" / "m" / "1.0.0.yaml"
    pointing = FIRST.replace("exclude: never,", "exclude: never, double_code_with: [time, trust],")
    first.write_text(pointing, encoding="utf-8")
    path = sheet(
        study, tmp_path / "s.xlsx", ("time", "split", "Days; Hours"), ("nights", "parent", ""), ("trust", "delete", ""),
        new=({"label": "Days"}, {"label": "Hours"}),
    )  # fmt: skip
    made = drafted(study, path)
    assert made.codes["money"].double_code_with == ["days", "hours"]
    assert "redefine money" in [said(change) for change in made.changes]


def test_what_is_wrong_in_a_sheet_is_said_with_its_rows(study, tmp_path):
    path = sheet(
        study,
        tmp_path / "s.xlsx",
        ("time", "parent", "Nowhere"),
        ("nights", "merge", "Nights [nights]"),
        ("money", "split", "Gold; Wages"),
        ("money", "merge", "Workload"),
    )
    with pytest.raises(CodebookError) as caught:
        read_team_sheet(path, read_history(study).current)
    assert [(problem.place, problem.what) for problem in caught.value.problems] == [
        ("row 3", "belongs under 'Nowhere' is no code of this sheet."),
        ("row 4", "code 'nights' is merged into itself."),
        ("row 6", "split into 'Gold' is no code of this sheet."),
        ("row 6", "split into 'Wages' is no code of this sheet."),
        ("row 6", "code 'money' is both merged and split."),
    ]


def test_the_sheet_shows_counts_and_quotes_and_lists_what_belongs_nowhere(study, tmp_path):
    book = read_history(study).current
    assert unplaced(book) == ["trust"]
    path = tmp_path / "sheet.xlsx"
    write_team_sheet(path, book, Counts({"time": 5}, {"time": 3}, {"time": ["=We had none. [P01]", "Never. [P02]"]}))
    page = openpyxl.load_workbook(path)["Codes"]
    heads = [cell.value for cell in page[1]]
    row = dict(zip(heads, [cell.value for cell in page[3]], strict=True))
    assert (row["Id"], row["Mentions"], row["Participants"]) == ("time", 5, 3)
    assert (row["Quote"], row["Another quote"]) == ("=We had none. [P01]", "Never. [P02]")
    assert page.cell(3, heads.index("Quote") + 1).data_type == "s"
    help_ = [row[0].value for row in openpyxl.load_workbook(path)["How to use this"].iter_rows()]
    assert help_[-2:] == ["Codes that belong under nothing yet (yellow): 1", "Trust, hope & more [trust]"]
    first = path.read_bytes()
    write_team_sheet(path, book, Counts({"time": 5}, {"time": 3}, {"time": ["=We had none. [P01]", "Never. [P02]"]}))
    assert path.read_bytes() == first


def test_an_edited_copy_keeps_the_changes_it_declares_itself(study, tmp_path):
    text = FIRST.replace("  - {id: time, label: Time,", "  - {id: time, label: Hours,")
    text = "".join(line for line in text.splitlines(keepends=True) if "id: money" not in line)
    text += "changes:\n  - {do: merge, code: money, to: workload, reason: mine, by: KL, date: 2024-03-20}\n"
    copy = tmp_path / "my copy.yaml"
    copy.write_text(text, encoding="utf-8")
    made = drafted(study, copy)
    assert [(said(change), change.by) for change in made.changes] == [
        ("rename time to Hours", "RB"),
        ("merge money into workload", "KL"),
    ]


def test_an_old_version_cannot_be_drafted_from(study, tmp_path):
    path = sheet(study, tmp_path / "sheet.xlsx", ("money", "delete", ""))
    write_codebook_file(drafted(study, path), tmp_path / "codebooks" / "m" / "1.1.0.yaml")
    with pytest.raises(CodebookError, match=r"version 1\.0\.0 was edited, and 1\.1\.0 is there already"):
        drafted(Study(tmp_path, Config()), path)


def test_a_code_that_comes_back_is_restored(study, tmp_path):
    write_codebook_file(
        drafted(study, sheet(study, tmp_path / "a.xlsx", ("money", "delete", ""))),
        tmp_path / "codebooks" / "m" / "1.1.0.yaml",
    )
    again = Study(tmp_path, Config())
    path = sheet(again, tmp_path / "b.xlsx", new=({"label": "Money", "id": "money", "parent": "Barriers"},))
    made = drafted(again, path)
    assert [said(change) for change in made.changes] == ["restore money"]


def test_a_new_row_with_the_label_of_a_code_that_went_is_that_code_and_no_other_gets_its_id(study, tmp_path):
    path = sheet(study, tmp_path / "a.xlsx", ("money", "label", "Funds"), ("trust", "delete", ""))
    write_codebook_file(drafted(study, path), tmp_path / "codebooks" / "m" / "1.1.0.yaml")
    again = Study(tmp_path, Config())
    path = sheet(again, tmp_path / "b.xlsx", ("money", "delete", ""))
    write_codebook_file(drafted(again, path), tmp_path / "codebooks" / "m" / "1.2.0.yaml")
    again = Study(tmp_path, Config())
    path = sheet(again, tmp_path / "c.xlsx", new=({"label": "Money"}, {"label": "trust, hope & MORE"}))
    made = drafted(again, path)
    assert [said(change) for change in made.changes] == [
        "add money_2",
        "restore trust",
        "rename trust to trust, hope & MORE",
    ]
    assert made.codes["trust"].examples.typical == ["one", "two"]  # what the row leaves empty is as it was


def test_a_split_in_the_sheet_may_keep_the_old_code_as_a_part(study, tmp_path):
    path = sheet(study, tmp_path / "s.xlsx", ("money", "split", "Money; Wages"), new=({"label": "Wages"},))
    made = drafted(study, path)
    assert [said(change) for change in made.changes] == ["split money into money, wages"]


def test_a_column_that_was_taken_out_of_the_sheet_changes_nothing(study, tmp_path):
    path = sheet(study, tmp_path / "s.xlsx", ("time", "label", "Hours"))
    file = openpyxl.load_workbook(path)
    keys = [key for key, *_ in COLUMNS]
    for key in ("aliases", "direction", "definition", "kind"):
        file["Codes"].delete_cols(keys.index(key) + 1)
        keys.remove(key)
    file.save(path)
    assert [said(change) for change in drafted(study, path).changes] == ["rename time to Hours"]


def test_the_sheet_shows_other_names_and_takes_them(study, tmp_path):
    path = sheet(study, tmp_path / "s.xlsx", ("time", "aliases", "Zeit | Hours; days"), ("money", "aliases", "Geld"))
    write_codebook_file(drafted(study, path), tmp_path / "codebooks" / "m" / "1.1.0.yaml")
    again = Study(tmp_path, Config())
    assert read_history(again).current.codes["time"].aliases == ["Zeit", "Hours; days"]
    made = drafted(again, sheet(again, tmp_path / "t.xlsx", ("money", "aliases", "")))
    assert [said(change) for change in made.changes] == ["redefine money"]


def test_rows_of_the_sheet_are_as_high_as_their_words_and_fold_with_the_tree(study, tmp_path):
    path = tmp_path / "s.xlsx"
    quote = " ".join(["word"] * 90)
    write_team_sheet(path, read_history(study).current, Counts({}, {}, {"time": [quote]}))
    page = openpyxl.load_workbook(path)["Codes"]
    heads = [cell.value for cell in page[1]]
    assert page.cell(3, heads.index("Quote") + 1).value == " ".join(["word"] * 60) + " …"
    assert page.row_dimensions[3].height > 5 * 13 > page.row_dimensions[2].height
    assert [page.row_dimensions[row].outlineLevel for row in range(2, 8)] == [0, 1, 2, 1, 1, 0]
    assert page.cell(3, 1).border.left.style == "thick"


# ---------------------------------------------------------------- what changed, told


def test_a_difference_over_several_versions_follows_merges_and_splits_to_what_they_became(study, tmp_path):
    path = sheet(
        study, tmp_path / "a.xlsx", ("money", "split", "Budget; Wages"), ("trust", "merge", "Time"),
        new=({"label": "Budget"}, {"label": "Wages"}),
    )  # fmt: skip
    write_codebook_file(drafted(study, path), tmp_path / "codebooks" / "m" / "1.1.0.yaml")
    again = Study(tmp_path, Config())
    path = sheet(
        again,
        tmp_path / "b.xlsx",
        ("time", "merge", "Workload"),
        ("nights", "parent", ""),
        ("wages", "merge", "Workload"),
    )
    write_codebook_file(drafted(again, path), tmp_path / "codebooks" / "m" / "1.2.0.yaml")
    history = prove(Study(tmp_path, Config()))
    changed = compare(history, history.versions[0], history.versions[2])
    assert [(one.do, one.code, one.after) for one in changed if one.do in ("merge", "split", "retire")] == [
        ("split", "money", "Budget [budget], Workload [workload]"),
        ("merge", "time", "Workload [workload]"),
        ("merge", "trust", "Workload [workload]"),
    ]


def test_the_difference_is_told_with_reasons_in_text_and_on_a_page(study, tmp_path):
    path = sheet(study, tmp_path / "s.xlsx", ("money", "label", "Funds"), ("trust", "delete", ""))
    write_codebook_file(drafted(study, path, reason="clearer"), tmp_path / "codebooks" / "m" / "1.1.0.yaml")
    history = prove(Study(tmp_path, Config()))
    old, new = history.versions
    changed = compare(history, old, new)
    assert diff_text(old, new, changed) == (
        "m 1.0.0 -> 1.1.0: 1 used no longer, 1 another label\n"
        "\nused no longer:\n  trust  Trust, hope & more\n    clearer (RB, 2024-04-01)\n"
        "\nanother label:\n  money  Funds\n    - Money\n    + Funds\n    clearer (RB, 2024-04-01)\n"
    )
    page = tmp_path / "diff.docx"
    diff_docx(page, old, new, changed, notice="All of it is made up.")
    import docx

    assert "All of it is made up." in [paragraph.text for paragraph in docx.Document(str(page)).paragraphs]
    cells = [[cell.text for cell in row.cells] for row in docx.Document(str(page)).tables[0].rows]
    assert ["Funds\nmoney", "Money", "Funds", "clearer\nRB, 2024-04-01"] in cells
    release(Study(tmp_path, Config()), "1.0.0", by="RB", day="2024-03-01")
    from qualcode.codebook.history import read_released

    log = log_text(history, read_released(Study(tmp_path, Config())))
    assert log.startswith(
        "m 1.1.0: 5 entries, not released, in use\n  2024-04-01  RB  rename money to Funds: clearer\n"
    )
    assert "m 1.0.0: 6 entries, released by RB on 2024-03-01\n" in log


# ---------------------------------------------------------------- for readers, and as sheets


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_codebook_goes_out_as_a_sheet_and_comes_in_the_same(study, tmp_path, form):
    book = read_history(study).current
    path = tmp_path / f"m.{form}"
    export_codebook(book, path, form)
    again = read_codebook_sheet(path, name="m", version="1.0.0", frameworks=["cfir2022"])
    assert list(again.codes) == list(book.codes)
    for code, entry in book.codes.items():
        assert again.codes[code] == entry


def test_an_appendix_in_word_and_markdown_name_every_code(study, tmp_path):
    import docx

    book = read_history(study).current
    export_codebook(book, tmp_path / "m.docx", "docx")
    table = docx.Document(str(tmp_path / "m.docx")).tables[0]
    assert [row.cells[0].text.split("\n")[0] for row in table.rows[1:]] == [one.label for one in book.codes.values()]
    assert table.rows[5].cells[2].text == "Use: Use it: always\nNot: never"
    export_codebook(book, tmp_path / "m.md", "md")
    text = (tmp_path / "m.md").read_text(encoding="utf-8")
    assert "#### Nights\n" in text
    assert "- **Examples:** typical: one \\| two; close, but no: three" in text


def test_the_tree_is_drawn_as_well_formed_svg_the_same_each_time(study):
    from lxml import etree

    book = read_history(study).current
    drawn = tree_svg(book)
    root = etree.fromstring(drawn.encode())
    texts = ["".join(one.itertext()) for one in root.iter("{*}text")]
    assert texts[1] == "Barrierstheme"
    assert texts[-1] == "Trust, hope & moremixed"
    assert drawn == tree_svg(book)


def test_any_sheet_comes_in_by_a_map_of_its_columns(tmp_path):
    path = tmp_path / "theirs.csv"
    path.write_text(
        "Nr;Code naam;Hoort bij;Betekenis;Note\n1;Zorg;;Alles;x\n2;Tijd;Zorg;Te weinig;y\n", encoding="utf-8"
    )
    columns = {"Code naam": "label", "Hoort bij": "parent", "Betekenis": "definition"}
    book = read_codebook_sheet(path, name="z", version="1", parts=[Part(columns=columns)])
    assert [(e.id, e.parent, e.definition, e.notes) for e in book.codes.values()] == [
        ("zorg", "", "Alles", "x"),
        ("tijd", "zorg", "Te weinig", "y"),
    ]
    with pytest.raises(CodebookError) as caught:
        part = Part(columns={"Kode naam": "label", "Betekenis": "defn"})
        read_codebook_sheet(path, name="z", version="1", where="t", parts=[part])
    assert [problem.what for problem in caught.value.problems] == [
        "there is no column 'kode_naam', which the map names.",
        "'defn' is no column of a codebook.",
        "column 'label' is missing.",
    ]


def test_the_commands_take_a_team_from_a_sheet_to_a_released_version(made_up_study, tmp_path, qualcode):
    out = tmp_path / "sheet.xlsx"
    made = qualcode("codebook", "sheet", out, "-C", made_up_study)
    assert made.returncode == 0, made.stderr
    book = openpyxl.load_workbook(out)
    page = book["Codes"]
    page["A2"] = "What the word means"
    book.save(out)
    said_ = qualcode("codebook", "draft", out, "--by", "RB", "--date", "2024-05-01", "-C", made_up_study)
    assert said_.returncode == 0, said_.stderr
    assert "rename definitions to What the word means: no reason given yet" in said_.stdout
    refused = qualcode("codebook", "release", "--by", "RB", "-C", made_up_study)
    assert refused.returncode == 2
    assert "this change has no reason yet" in refused.stderr
    path = made_up_study / "codebooks" / "onlinecare" / "1.1.0.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(NO_REASON, "plainer"), encoding="utf-8")
    done = qualcode("codebook", "release", "--by", "RB", "--date", "2024-05-02", "-C", made_up_study)
    assert done.returncode == 0, done.stderr
    checked = qualcode("codebook", "check", "-C", made_up_study)
    assert checked.stdout.splitlines()[-1] == (
        "onlinecare 1.1.0: 25 entries, 1 change, the whole difference; released by RB on 2024-05-02, not edited since."
    )
    told = qualcode("codebook", "diff", "1.0.0", "-C", made_up_study)
    assert "    - What implementation means\n    + What the word means\n    plainer (RB, 2024-05-01)" in told.stdout
    assert qualcode("codebook", "tree", "--svg", tmp_path / "t.svg", "-C", made_up_study).returncode == 0
    assert qualcode("codebook", "export", tmp_path / "t.qdc", "-C", made_up_study).returncode == 0
    assert qualcode("codebook", "log", "-C", made_up_study).stdout.startswith("onlinecare 1.1.0: 25 entries, released")
    assert qualcode("codebook", "diff", "9", "-C", made_up_study).returncode == 2

"""The alignment sheet goes out with what codes share, and comes back as signed decisions and, where asked, new codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from conftest import small_study

from qualcode.cli import cli
from qualcode.codebook import load_codebook
from qualcode.codebook.history import prove
from qualcode.codings import Imported, read_codings
from qualcode.codings.bring_in import import_codings
from qualcode.decisions import read_decisions
from qualcode.decisions.alignment import COLUMNS, PAIR_COLUMNS, PAIRS, SHEET, is_alignment_sheet
from qualcode.decisions.alignment_in import import_alignment
from qualcode.errors import DecisionsError, QualcodeError
from qualcode.files import write_text
from qualcode.study import Study
from qualcode.tables import TABLES, write
from qualcode.transcripts import read_transcripts

TALK = "P: The bus was late. We had no time. The boss helped us.\n"
MORE = "P: The train was late too.\n"
CODEBOOK = "name: mih\nversion: 1.0.0\ncodes:\n  - {id: barriers, label: Barriers}\n  - {id: trust, label: Trust}\n"
HEAD = "transcript,text,code,coder\n"
RB = (
    HEAD + "T1,The bus was late,Transport,RB\nT1,We had no time,Hurry,RB\nT1,The boss helped us,Trust,RB\n"
    "T2,The train was late,Transport,RB\n"
)
KL = HEAD + "T1,bus was late. We had no time,Late transport,KL\nT1,The boss helped us,Boss,KL\n"
AT = {key: number for number, (key, *_) in enumerate(COLUMNS, start=1)}


def made(tmp_path: Path, *, codebook: bool = True, **files: str) -> Path:
    """A study with own codes of RB and KL, read."""
    root = small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK)
    write_text(root / "data/raw/transcripts/T2.txt", MORE)
    if not codebook:
        (root / "codebooks/mih/1.0.0.yaml").unlink()
        (root / "codebooks/mih").rmdir()
    for name, text in (files or {"rb": RB, "kl": KL}).items():
        write_text(tmp_path / f"{name}.csv", text)
        import_codings(Study.load(root), tmp_path / f"{name}.csv", own_codes=True)
    read_again(root)
    return root


def read_again(root: Path) -> Imported:
    """What stage codings does."""
    study = Study.load(root)
    told = read_transcripts(study)
    book = load_codebook(study)
    codes = book.table() if book is not None else TABLES["codebook"].empty()
    imported = read_codings(study, told.transcripts, told.turns, told.texts, TABLES["edits"].empty(), codes)
    for name, text in told.texts.items():
        write_text(study.processed / "texts" / f"{name}.txt", text)
    for name, table in (("codings", imported.codings), ("unaligned", imported.unaligned), ("codebook", codes)):
        write(name, table, study.processed / f"{name}.parquet")
    write("retired", imported.retired, study.processed / "retired.csv")
    write("report_alignment", imported.alignment, study.reports / "tables" / "alignment.csv")
    return imported


def pack(root: Path, *more: str) -> Path:
    result = call(root, "pack", "alignment", *more)
    assert result.exit_code == 0, result.exception
    return root / "reports/alignment/alignment.xlsx"


def call(root: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(cli, [*arguments, "-C", str(root)])
    if result.exception is not None and not isinstance(result.exception, QualcodeError | SystemExit):
        raise result.exception
    return result


def sheet(path: Path, name: str = SHEET) -> list[dict[str, Any]]:
    columns = COLUMNS if name == SHEET else PAIR_COLUMNS
    page = openpyxl.load_workbook(path)[name]
    lines = page.iter_rows(min_row=2, values_only=True)
    return [dict(zip([key for key, *_ in columns], line, strict=True)) for line in lines]


def fill(path: Path, *rows: dict[str, str], to: str = "") -> Path:
    """Fill in rows, each found by its `code`; signed by EV on 2024-05-01 unless said."""
    book = openpyxl.load_workbook(path)
    page = book[SHEET]
    for row in rows:
        (number,) = [n for n in range(2, page.max_row + 1) if page.cell(n, AT["code"]).value == row["code"]]
        for key, value in ({"by": "EV", "on": "2024-05-01"} | row).items():
            page.cell(number, AT[key]).value = value
    path = path.with_name(to) if to else path
    book.save(path)
    return path


def bring(root: Path, path: Path, **more: bool) -> dict[str, Any]:
    return import_alignment(Study.load(root), path, **more)


def wrong(root: Path, path: Path, **more: bool) -> list[tuple[str, str]]:
    with pytest.raises(DecisionsError) as caught:
        bring(root, path, **more)
    assert not Study.load(root).decisions_files
    return [(problem.place, problem.what) for problem in caught.value.problems]


# ---------------------------------------------------------------- out


def test_each_code_of_a_coder_is_a_row_with_its_best_partners_and_two_passages(tmp_path):
    path = pack(made(tmp_path))
    assert is_alignment_sheet(path)
    rows = {(row["coder"], row["code"]): row for row in sheet(path)}
    assert list(rows) == [
        ("KL", "Boss"), ("KL", "Late transport"), ("RB", "Hurry"), ("RB", "Transport"), ("RB", "Trust"),
    ]  # fmt: skip
    late = rows["KL", "Late transport"]
    # KL's passage has 28 characters; RB's Hurry (14) lies in it, and of Transport's 16 in T1 12 do. KL coded T1 only.
    assert (late["mentions"], late["transcripts"]) == (1, 1)
    assert late["by_text"] == (
        f"RB: Hurry: {14 / 28:.2f} (1 passage overlaps)\nRB: Transport: {12 / (28 + 16 - 12):.2f} (1 passage overlaps)"
    )
    assert late["by_label"] == "RB: Transport: 78"  # 2 * 9 / (9 + 14)
    assert late["quotes"] == "T1: bus was late. We had no time"
    assert rows["RB", "Trust"]["by_label"] == "Codebook: Trust [trust]: 100"
    assert rows["RB", "Transport"]["quotes"] == "T1: The bus was late\n\nT2: The train was late"
    assert [row["choice"] for row in rows.values()] == [None] * 5


def test_the_pairs_are_listed_best_first_and_the_workbook_is_the_same_bytes_again(tmp_path):
    root = made(tmp_path)
    path = pack(root)
    pairs = [
        (row["coder_a"], row["code_a"], row["coder_b"], row["code_b"], row["shared"]) for row in sheet(path, PAIRS)
    ]
    assert pairs == [
        ("KL", "Boss", "RB", "Trust", 1),
        ("KL", "Late transport", "RB", "Hurry", 0.5),
        ("KL", "Late transport", "RB", "Transport", 0.375),
        ("RB", "Trust", "Codebook", "Trust [trust]", None),
    ]
    first = path.read_bytes()
    assert pack(root).read_bytes() == first


def test_the_list_to_choose_from_holds_the_codebook_none_and_the_coders_own_labels(tmp_path):
    book = openpyxl.load_workbook(pack(made(tmp_path)))
    assert [cell.value for cell in book["Lists"]["A"]] == [
        "Barriers [barriers]", "Trust [trust]", "none of them", "Boss", "Hurry", "Late transport", "Transport",
    ]  # fmt: skip
    rules = {str(rule.sqref): rule for rule in book[SHEET].data_validations.dataValidation}
    choice = rules["J2:J6"]
    assert (choice.formula1, choice.errorStyle) == ("Lists!$A$1:$A$7", "warning")
    assert rules["K2:K6"].formula1 == "Lists!$B$1:$B$2"
    assert rules["N2:N6"].type == "date"
    said = "\n".join(str(cell.value) for cell in book["How to use this"]["A"])
    assert "This workbook holds words of participants. Share it only within the team." in said


def test_nothing_to_align_makes_no_workbook(tmp_path):
    root = made(tmp_path, rb=HEAD)
    assert "No code waits to be aligned." in call(root, "pack", "alignment").stdout
    assert not (root / "reports/alignment").exists()


def test_choices_that_were_not_imported_are_not_written_over(tmp_path):
    root = made(tmp_path)
    path = fill(pack(root), {"code": "Boss", "choice": "Trust [trust]"})
    again = call(root, "pack", "alignment")
    assert "choices were filled in and have not been imported (1)" in str(again.exception)
    bring(root, path)
    assert call(root, "pack", "alignment").exit_code == 0


# ---------------------------------------------------------------- back


def test_choices_become_signed_decisions_and_the_codings_carry_the_common_code(tmp_path):
    root = made(tmp_path)
    path = fill(
        pack(root),
        {"code": "Boss", "choice": "Trust [trust]", "reason": "same passage"},
        {"code": "Trust", "choice": "trust", "on": "01.05.2024"},
        {"code": "Hurry", "choice": "none of them"},
    )
    result = call(root, "import", str(path))
    assert "3 new choices, 0 changed, 0 as before, 2 not decided" in result.stdout
    abouts = {row["code"]: row["about"] for row in sheet(path)}
    rows = read_decisions(Study.load(root)).set_index("about")
    assert rows.loc[abouts["Boss"], ["kind", "choice", "value", "reason", "by", "on"]].tolist() == [
        "alignment", "trust", "1.0.0", "same passage", "EV", "2024-05-01",
    ]  # fmt: skip
    assert rows.loc[abouts["Hurry"], "choice"] == "none"
    imported = read_again(root)
    assert imported.codings[["coder", "code", "code_as_coded"]].values.tolist() == [
        ["KL", "trust", "Boss"],
        ["RB", "trust", "Trust"],
    ]
    assert imported.report[["coder", "rows", "kept", "retired", "unaligned"]].values.tolist() == [
        ["KL", 2, 1, 0, 1],
        ["RB", 4, 1, 1, 2],
    ]
    again = bring(root, path)
    assert (again["added"], again["unchanged"], again["undecided"]) == (0, 3, 2)
    left = pack(root)
    assert [row["code"] for row in sheet(left)] == ["Late transport", "Transport"]
    filled = {row["code"]: row["choice"] for row in sheet(pack(root, "--again"))}
    assert (filled["Boss"], filled["Hurry"], filled["Transport"]) == ("Trust [trust]", "none of them", None)


def test_a_code_may_be_chosen_by_an_alias(tmp_path):
    root = made(tmp_path)
    book = root / "codebooks/mih/1.0.0.yaml"
    book.write_text(CODEBOOK.replace("label: Trust}", "label: Trust, aliases: [Vertrauen]}"), encoding="utf-8")
    path = fill(pack(root), {"code": "Boss", "choice": "vertrauen"})
    bring(root, path)
    assert read_decisions(Study.load(root))["choice"].tolist() == ["trust"]


def test_a_later_choice_supersedes_and_an_earlier_one_of_somebody_else_is_a_conflict(tmp_path):
    root = made(tmp_path)
    empty = pack(root)
    bring(root, fill(empty, {"code": "Boss", "choice": "Trust"}, to="one.xlsx"))
    other = fill(empty, {"code": "Boss", "choice": "Barriers", "by": "KL"}, to="two.xlsx")
    with pytest.raises(DecisionsError, match="was decided by EV on 2024-05-01 since this sheet was made"):
        bring(root, other)
    later = fill(other, {"code": "Boss", "choice": "Barriers", "by": "KL", "on": "2024-05-02"})
    assert bring(root, later)["changed"] == 1
    assert read_decisions(Study.load(root))[["choice", "by"]].values.tolist() == [["barriers", "KL"]]


def test_new_labels_are_an_error_until_they_are_asked_for_and_then_one_code_each(tmp_path):
    root = made(tmp_path)
    path = fill(
        pack(root),
        {"code": "Transport", "choice": "Late transport", "parent": "Barriers [barriers]", "reason": "trains too"},
        {"code": "Late transport", "choice": "late  Transport"},
        {"code": "Hurry", "choice": "Hurry", "parent": "Time"},
        {"code": "Boss", "choice": "Trsut"},
    )
    assert wrong(root, path) == [
        ("row 2", "common code 'Trsut' is no code of codebook mih 1.0.0."),
        ("row 3", "common code 'late Transport' is no code of codebook mih 1.0.0."),
        ("row 4", "common code 'Hurry' is no code of codebook mih 1.0.0."),
        ("row 5", "common code 'Late transport' is no code of codebook mih 1.0.0."),
    ]
    fill(path, {"code": "Boss", "choice": "Trust"})
    dry = bring(root, path, new_codes=True, dry_run=True)
    assert dry["new_codes"] == ["hurry", "late_transport", "time"]
    assert "Would draft codebooks/mih/1.1.0.yaml: 3 codes added" in dry["message"]
    assert not (root / "codebooks/mih/1.1.0.yaml").exists()
    bring(root, path, new_codes=True)
    history = prove(Study.load(root))
    assert history is not None
    book = history.current
    assert {code: entry.parent for code, entry in book.codes.items()} == {
        "barriers": "", "late_transport": "barriers", "trust": "", "time": "", "hurry": "time",
    }  # fmt: skip
    assert book.codes["late_transport"].label == "late Transport"  # as written in the first row
    assert next((change.code, change.reason) for change in book.changes) == ("late_transport", "trains too")
    assert read_again(root).codings["code"].value_counts().to_dict() == {"late_transport": 3, "trust": 1, "hurry": 1}
    again = bring(root, path, new_codes=True)  # once more: all is there
    assert (again["unchanged"], again["new_codes"]) == (4, [])


def test_without_a_codebook_the_first_version_is_made_of_the_labels(tmp_path):
    root = made(tmp_path, codebook=False)
    path = fill(
        pack(root),
        {"code": "Transport", "choice": "Transport"},
        {"code": "Late transport", "choice": "Transport"},
        {"code": "Boss", "choice": "none"},
    )
    assert wrong(root, path)[0] == ("row 3", "common code 'Transport' is no code: the study has no codebook yet.")
    done = bring(root, path, new_codes=True)
    assert done["new_codes"] == ["transport"]
    history = prove(Study.load(root))
    assert history is not None
    assert (history.current.name, history.current.version) == ("codebook", "1.0.0")
    imported = read_again(root)
    assert imported.codings["code"].tolist() == ["transport"] * 3
    assert len(imported.unaligned) == 2  # RB's Hurry and Trust
    assert imported.retired["code_as_coded"].tolist() == ["Boss"]


def test_what_coders_say_of_their_codes_becomes_the_definition_or_notes(tmp_path):
    root = made(tmp_path)
    path = fill(pack(root), {"code": "Transport", "choice": "Late"}, {"code": "Hurry", "choice": "Late"})
    table = root / "reports/tables/alignment.csv"
    from qualcode.tables import read

    told = read("report_alignment", table)
    told.loc[told["own_code"] == "Transport", "definition"] = "Buses."
    write("report_alignment", told, table)
    dry = bring(root, path, new_codes=True)
    assert dry["new_codes"] == ["late"]
    book = load_codebook(Study.load(root))
    assert book is not None
    assert (book.codes["late"].definition, book.codes["late"].notes) == ("Buses.", "")


def test_all_that_is_wrong_is_said_at_once_with_rows_and_nothing_is_written(tmp_path):
    root = made(tmp_path)
    path = fill(
        pack(root),
        {"code": "Boss", "choice": "Trust [trst]"},
        {"code": "Late transport", "choice": "Trust", "by": "", "parent": "Barriers"},
        {"code": "Hurry", "parent": "Barriers"},
        {"code": "Transport", "choice": "Trust", "on": "soon", "about": "zzz"},
    )
    assert wrong(root, path) == [("row 5", "'soon' is not a date.")]
    fill(path, {"code": "Transport", "choice": "Trust", "about": "zzz"})
    assert wrong(root, path, new_codes=True) == [
        ("row 2", "common code 'Trust [trst]' is no code of codebook mih 1.0.0."),
        ("row 3", "there is a choice but not who decided."),
        ("row 4", "there is a parent, but no common code."),
        ("row 5", "code 'zzz' is no code of a coder's own here."),
        ("row 3", "'Trust' is no new code, and a parent is named for it."),
    ]


def test_another_studys_sheet_is_refused(tmp_path):
    root = made(tmp_path)
    path = fill(pack(root), {"code": "Boss", "choice": "Trust"})
    other = made(tmp_path / "other", rb=HEAD + "T1,The bus was late,Bus,MM\n")
    write_text(other / "config/study.yaml", "study: {title: Another}\n")
    with pytest.raises(DecisionsError, match="made for the study 'Small', and this study is 'Another'"):
        bring(other, path)


def test_an_alignment_made_before_a_merge_is_as_before_when_the_old_sheet_comes_again(tmp_path):
    root = made(tmp_path)
    path = fill(pack(root), {"code": "Boss", "choice": "Trust [trust]"})
    bring(root, path)
    later = CODEBOOK.replace("1.0.0", "1.1.0").replace("  - {id: trust, label: Trust}\n", "")
    change = "changes:\n  - {do: merge, code: [trust], to: barriers, reason: one, by: EV, date: 2024-06-01}\ncodes:"
    write_text(root / "codebooks/mih/1.1.0.yaml", later.replace("codes:", change, 1))
    assert read_again(root).codings["code"].tolist() == ["barriers"]
    assert bring(root, path)["unchanged"] == 1

"""A split that nobody has decided is missing, never "not applied"; the worklist goes out and comes back."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from qualcode.agreement import agreement_tables
from qualcode.consensus import find_disagreements, make_consensus
from qualcode.decisions import read_decisions
from qualcode.decisions.splits import HEADINGS, import_splits, is_split_sheet, with_choices, write_split_sheets
from qualcode.errors import DecisionsError
from qualcode.study import Study
from qualcode.tables import TABLES, read, write

WORDS = 10
TEXT = " ".join(["word"] * WORDS)  # every word a unit of four letters
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": n, "code": code, "label": code.title(), "kind": "code", "definition": about, "version": "1.1.0"}
        for n, (code, about) in enumerate([("budget", "Money to buy with."), ("wages", ""), ("trust", "")], start=1)
    ]
)
ASSIGNED = TABLES["assignments"].shape([{"transcript": "T", "coder": who, "done": "yes"} for who in ("A", "B")])


def span(word: int) -> dict[str, object]:
    return {"transcript": "T", "scope": "span", "start": word * 5, "end": word * 5 + 4, "origin": "human"}


def coded(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Codings as (coder, code, word)."""
    return TABLES["codings"].shape(
        [span(w) | {"coding": f"{c}{w}{code}", "coder": c, "code": code, "anchored": "as_given"} for c, code, w in rows]
    )


def waiting(*rows: tuple[str, int], status: str = "open", choice: str = "", by: str = "") -> pd.DataFrame:
    """Splits of `money` as (coder, word)."""
    more = {"code": "money", "candidates": "budget;wages", "version": "1.1.0", "status": status}
    more |= {"choice": choice, "by": by}
    return TABLES["splits"].shape([span(w) | more | {"coding": f"{c}{w}", "coder": c} for c, w in rows])


def agreement(codings: pd.DataFrame, splits: pd.DataFrame, code: str) -> pd.Series:
    segments = [{"transcript": "T", "segment": n, "turn": 0, "start": n * 5, "end": n * 5 + 4} for n in range(WORDS)]
    _, by_code, *_ = agreement_tables(
        codings, ASSIGNED, TABLES["segments"].shape(segments), TABLES["turns"].empty(),
        TABLES["transcripts"].shape([{"transcript": "T"}]), {"T": TEXT}, CODEBOOK, splits=splits, ci="none",
    )  # fmt: skip
    return by_code[(by_code["code"] == code) & (by_code["coefficient"] == "percent_agreement")].iloc[0]


def test_an_open_split_is_missing_for_its_new_codes_only():
    codings = coded(("A", "budget", 0), ("A", "budget", 1), ("B", "budget", 0), ("A", "trust", 1), ("B", "trust", 2))
    without = agreement(codings, waiting(), "budget")
    assert (without["n_units"], without["only_a"], without["both"]) == (10, 1, 1)
    row = agreement(codings, waiting(("B", 1)), "budget")
    assert (row["n_units"], row["only_a"], row["both"], row["neither"]) == (9, 0, 1, 8)
    assert row["estimate"] == 1.0
    assert agreement(codings, waiting(("B", 1)), "wages")["n_units"] == 9
    assert agreement(codings, waiting(("B", 1)), "trust")["n_units"] == 10


def test_what_a_coder_gave_by_another_coding_stands_beside_an_open_split():
    codings = coded(("A", "budget", 1), ("B", "budget", 1))
    row = agreement(codings, waiting(("B", 1)), "budget")
    assert (row["n_units"], row["both"]) == (10, 1)


def test_the_row_says_where_one_person_chose_for_both_coders():
    codings = coded(("A", "budget", 1), ("B", "budget", 1))
    decided = waiting(("A", 1), ("B", 1), status="decided", choice="budget", by="KL")
    assert agreement(codings, decided, "budget")["reason"] == "KL chose for the codings of A, B after a split"
    assert agreement(codings, decided, "trust")["reason"] == "none of these coders used the code in these units"
    own = pd.concat(
        [
            waiting(("A", 1), status="decided", choice="budget", by="A"),
            waiting(("B", 1), status="decided", choice="budget", by="B"),
        ]
    )
    assert agreement(codings, own, "budget")["reason"] == ""


def test_a_coder_whose_split_is_open_is_not_silent_in_consensus():
    codings = coded(("A", "budget", 1), ("A", "budget", 2))
    none = TABLES["decisions"].empty()
    arguments = (codings, ASSIGNED, {"T": TEXT}, CODEBOOK, none)
    assert find_disagreements(*arguments)["start"].tolist() == [5, 10]
    assert find_disagreements(*arguments, splits=waiting(("B", 1)))["start"].tolist() == [10]
    layer = make_consensus(*arguments, splits=waiting(("B", 1)))
    assert layer[["start", "code", "how", "coders"]].values.tolist() == [[5, "budget", "single", "A"]]


# ---------------------------------------------------------------- the worklist


@pytest.fixture
def study(tmp_path: Path) -> Study:
    write("splits", waiting(("A", 1), ("A", 2), ("B", 1)), tmp_path / "data" / "processed" / "splits.parquet")
    write("codebook", CODEBOOK, tmp_path / "data" / "processed" / "codebook.parquet")
    return Study(tmp_path)


def worklist(study: Study, folder: Path, **more: object) -> dict[str, int]:
    splits = read("splits", study.processed / "splits.parquet")
    return write_split_sheets(folder, splits, {"T": TEXT}, CODEBOOK, title="Study", **more)  # type: ignore[arg-type]


def fill(path: Path, row: int, **cells: object) -> Path:
    book = openpyxl.load_workbook(path)
    page = book["Splits"]
    at = {HEADINGS[cell.value.casefold()]: cell.column for cell in page[1]}
    for key, value in cells.items():
        page.cell(row, at[key]).value = value
    book.save(path)
    return path


def test_each_coder_gets_a_workbook_with_the_passage_the_old_code_and_the_new_ones_to_choose(study, tmp_path):
    assert worklist(study, tmp_path / "out") == {"A": 2, "B": 1}
    path = tmp_path / "out" / "splits_A.xlsx"
    assert is_split_sheet(path)
    book = openpyxl.load_workbook(path)
    page = book["Splits"]
    row = {HEADINGS[head.value.casefold()]: cell.value for head, cell in zip(page[1], page[2], strict=True)}
    assert (row["quote"], row["before"], row["old"]) == ("word", "word", "money")
    assert row["candidates"] == "Budget [budget]: Money to buy with.\nWages [wages]"
    lists = [rule.formula1 for rule in page.data_validations.dataValidation if rule.type == "list"]
    assert lists == ["Lists!$A$1:$A$3"]
    assert [cell.value for cell in book["Lists"]["A"]] == ["Budget [budget]", "Wages [wages]", "none of them"]
    first = path.read_bytes()
    worklist(study, tmp_path / "out")
    assert path.read_bytes() == first


def test_choices_come_back_as_signed_decisions_and_a_second_time_as_nothing_new(study, tmp_path):
    worklist(study, tmp_path)
    path = fill(tmp_path / "splits_A.xlsx", 2, choice="Wages [wages]", by="A", on="31.03.2024", reason="salaries")
    fill(path, 3, choice="none of them", by="A", on="2024-03-31")
    done = import_splits(Study(study.root), path)
    assert (done["added"], done["undecided"]) == (2, 0)
    rows = read_decisions(Study(study.root)).sort_values("about")
    assert rows[["kind", "about", "choice", "value", "reason", "by", "on"]].values.tolist() == [
        ["split", "A1", "wages", "money@1.1.0", "salaries", "A", "2024-03-31"],
        ["split", "A2", "none", "money@1.1.0", "", "A", "2024-03-31"],
    ]
    table = with_choices(read("splits", study.processed / "splits.parquet"), read_decisions(Study(study.root)))
    assert sorted(zip(table["coding"], table["status"], strict=True)) == [
        ("A1", "decided"),
        ("A2", "none"),
        ("B1", "open"),
    ]
    again = import_splits(Study(study.root), path)
    assert (again["added"], again["unchanged"]) == (0, 2)
    changed = import_splits(Study(study.root), fill(path, 2, choice="Budget [budget]", on="2024-04-01"))
    assert (changed["added"], changed["changed"], changed["unchanged"]) == (0, 1, 1)
    assert sorted(read_decisions(Study(study.root))["choice"]) == ["budget", "none"]


def test_what_is_wrong_in_a_worklist_is_said_at_once_and_nothing_is_written(study, tmp_path):
    worklist(study, tmp_path)
    path = fill(tmp_path / "splits_A.xlsx", 2, choice="Trust")
    fill(path, 3, choice="Wages [wages]", coding="zzz")
    with pytest.raises(DecisionsError) as caught:
        import_splits(Study(study.root), path)
    assert [(problem.place, problem.what) for problem in caught.value.problems] == [
        ("row 2", "'Trust' is not what this code was split into."),
        ("row 3", "coding 'zzz' has no split 'money@1.1.0'."),
    ]
    fill(path, 2, choice="Budget")
    fill(path, 3, choice=None)
    with pytest.raises(DecisionsError) as caught:
        import_splits(Study(study.root), path)
    assert [problem.what for problem in caught.value.problems] == [
        "there is a choice but not who decided.",
        "there is a choice but not its date.",
    ]
    assert not Study(study.root).decisions_files


def test_an_earlier_choice_of_somebody_else_is_not_written_over(study, tmp_path):
    worklist(study, tmp_path)
    path = fill(tmp_path / "splits_B.xlsx", 2, choice="Wages", by="B", on="2024-03-31")
    import_splits(Study(study.root), path)
    other = fill(path, 2, choice="Budget", by="C", on="2024-03-30")
    with pytest.raises(DecisionsError, match="was decided by B on 2024-03-31 since this sheet was made"):
        import_splits(Study(study.root), other)

"""What the codebook should learn: which codes, what of them, and drafts that hold when somebody takes them up."""

from __future__ import annotations

from pathlib import Path

import docx
import pandas as pd
import pytest
from ruamel.yaml import YAML

from qualcode.agreement.prepared import prepare
from qualcode.codebook.history import prove_version
from qualcode.codebook.read import read_codebook_file
from qualcode.consensus import compare, listed
from qualcode.consensus.contributions import contributions
from qualcode.consensus.effects import effects
from qualcode.consensus.lessons import Lesson, lessons, lessons_table
from qualcode.consensus.ranking import rank_disagreements
from qualcode.errors import Problems
from qualcode.people import People, who_counts
from qualcode.reports.lessons import write_lessons
from qualcode.tables import TABLES

CODEBOOK = """
name: mih
version: 1.0.0
codes:
  - {id: barriers, label: What hindered, kind: theme}
  - id: work
    label: Too much work
    kind: subtheme
    parent: barriers
    definition: "Work, or more work: it takes time."
    exclude: Time that is short for other reasons.
  - {id: money, label: Money, kind: subtheme, parent: barriers, definition: Costs and pay.}
  - {id: help, label: Help, kind: theme, definition: Somebody helps.}
"""
# forty words: those of P1 are `alpha`, of P2 `omega`; four turns of ten
TEXTS = {"S01": " ".join(["alpha"] * 20 + ["omega"] * 20)}
TURNS = TABLES["turns"].shape([
    {
        "transcript": "S01", "turn": n, "role": "participant", "participant": f"P{1 + n // 2}", "start": 60 * n,
        "end": 60 * n + 59,
    }
    for n in range(4)
])  # fmt: skip
SEGMENTS = TABLES["segments"].shape(TURNS.assign(segment=TURNS["turn"]))
TRANSCRIPTS = TABLES["transcripts"].shape([{"transcript": "S01", "session": "S01"}])
SESSIONS = TABLES["sessions"].shape([{"session": "S01", "participants": "P1;P2", "status": "done"}])
READ = TABLES["assignments"].shape([{"transcript": "S01", "coder": coder, "done": "yes"} for coder in "AB"])


@pytest.fixture
def first(tmp_path: Path) -> Path:
    path = tmp_path / "codebooks" / "mih" / "1.0.0.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(CODEBOOK, encoding="utf-8")
    return path


def coded(*rows: str) -> pd.DataFrame:
    found = []
    for number, row in enumerate(rows):
        coder, code, span, *direction = row.split()
        start, end = (int(n) for n in span.split("-"))
        found.append({
            "coding": f"c{number}", "coder": coder, "code": code, "transcript": "S01", "scope": "span", "start": start * 6,
            "end": end * 6 - 1, "direction": direction[0] if direction else "", "origin": "human",
        })  # fmt: skip
    return TABLES["codings"].shape(found)


def people(withdrawn: str = "") -> People:
    rows = [{"participant": withdrawn, "withdrawn": "yes"}] if withdrawn else []
    return who_counts(TABLES["participants"].shape(rows), SESSIONS, TABLES["speakers"].empty(), TRANSCRIPTS)


class Case:
    def __init__(self, book: Path, codings: pd.DataFrame, *choices: str, withdrawn: str = "") -> None:
        self.codebook, self.codings = read_codebook_file(book).table(), codings
        comparison = compare(codings, READ, TEXTS, self.codebook)
        self.decisions = TABLES["decisions"].shape([
            {
                "decision": f"D{n}", "kind": "disagreement", "about": dispute.name, "choice": choice, "by": "A", "on": "2024-05-01",
                "reason": f"reason {n}",
            }
            for n, (dispute, choice) in enumerate(zip(comparison.disputes, choices, strict=False)) if choice
        ])  # fmt: skip
        self.people = people(withdrawn)
        study = prepare(codings, READ, SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, self.codebook)
        shares = contributions(comparison, study)
        found = effects(comparison, self.decisions, TURNS, self.people)
        self.ranked = rank_disagreements(listed(comparison, self.decisions), comparison, found, shares)
        self.lessons = lessons(comparison, self.ranked, self.decisions, self.codebook, shares, day="2024-06-01")

    def of(self, code: str) -> Lesson:
        return next(one for one in self.lessons if one.code == code)

    def document(self, folder: Path) -> str:
        path = folder / "lessons.docx"
        write_lessons(
            path, self.lessons, self.ranked, self.codings, TURNS, TEXTS, self.codebook, self.decisions, self.people,
            title="Study", notice="Made up.", day="2024-06-01",
        )  # fmt: skip
        made = docx.Document(str(path))
        cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(part.text for part in made.paragraphs), *cells])


def test_the_code_that_causes_most_disagreement_comes_first(first: Path) -> None:
    # help: one unit; work: two units, and money once beside it
    case = Case(first, coded("A help 30-35", "A work 0-5", "B money 0-5", "A work 12-15"))
    assert [(one.code, len(one.disputes)) for one in case.lessons] == [("work", 2), ("money", 1), ("help", 1)]
    assert case.of("work").share == pytest.approx(0.5)
    table = lessons_table(case.lessons).set_index("code")
    assert table.loc["work", ["disagreements", "open", "presence", "missed", "other_code"]].to_list() == [2, 2, 1, 0, 1]
    assert table.loc["work", "confused_with"] == "money:1"


def test_what_was_decided_counts_for_or_against_the_code(first: Path) -> None:
    case = Case(first, coded("A work 0-5", "A work 12-15", "A work 22-25"), "keep_a", "keep_b")
    assert (case.of("work").stood, case.of("work").fell, case.of("work").open) == (1, 1, 1)


@pytest.mark.parametrize(
    ("codings", "choices", "key", "begins"),
    [
        (["A work 0-5", "B money 0-5"], [], "exclude", "Passages for Money (use money)."),
        (["A work 0-5"], [], "include", "Belongs here too: "),
        (["A work 0-5", "A work 12-15"], ["keep_b", "keep_b"], "exclude", "Does not belong here: "),
        (["A work 0-5", "A work 12-15"], ["keep_a", "keep_b"], "include", "Belongs here too: "),
        (["A work 0-10", "B work 9-19"], [], "full_definition", "Where a passage begins and ends: "),
        (["A work 0-5 barrier", "B work 0-5 facilitator"], [], "full_definition", "Direction: "),
    ],
)
def test_the_draft_speaks_to_the_commonest_kind(
    first: Path, codings: list, choices: list, key: str, begins: str
) -> None:
    one = Case(first, coded(*codings), *choices).of("work")
    assert one.change == key and one.text.startswith(begins)
    assert "[to be worded by the team]" in one.text


def test_the_draft_holds_the_reasons_of_the_decisions_and_what_led_to_it(first: Path) -> None:
    case = Case(first, coded("A work 0-5", "B money 0-5"), "keep_a")
    one = case.of("work")
    assert one.text.endswith("The team decided: “reason 0”")
    snippet = YAML(typ="safe").load(one.yaml)
    assert snippet["changes"][0]["because"] == case.ranked["disagreement"].iloc[0]
    assert snippet["changes"][0]["reason"] == "1 disagreement taken for money (S01)"
    # what stood there already stays
    assert snippet["codes"][0]["exclude"].startswith(
        "Time that is short for other reasons. Passages for Money (use money)."
    )


@pytest.mark.parametrize("rows", [["A work 0-5", "B money 0-5"], ["A work 0-5"], ["A work 0-10", "B work 9-19"]])
def test_a_draft_that_is_taken_up_is_a_version_that_proves(first: Path, rows: list) -> None:
    snippet = YAML(typ="safe").load(Case(first, coded(*rows)).of("work").yaml)
    book = YAML(typ="safe").load(CODEBOOK)
    (edit,) = snippet["codes"]
    next(code for code in book["codes"] if code["id"] == edit["id"]).update(edit)
    book |= {"version": "1.1.0", "changes": snippet["changes"]}
    second = first.with_name("1.1.0.yaml")
    with second.open("w", encoding="utf-8") as file:
        YAML().dump(book, file)
    problems = Problems()
    prove_version(read_codebook_file(second), [read_codebook_file(first)], problems)
    assert not problems


def test_every_draft_says_that_it_is_one_and_for_which_version(first: Path) -> None:
    one = Case(first, coded("A work 0-5")).of("work")
    assert one.yaml.startswith("# DRAFT, not applied: for a copy of codebooks/mih/1.0.0.yaml, as 1.1.0.yaml.\n")
    assert "by: NAME" in one.yaml


def test_the_document_is_for_the_team_and_shows_both_sides(first: Path, tmp_path: Path) -> None:
    text = Case(first, coded("A work 0-5", "B money 0-3"), "keep_a").document(tmp_path)
    assert "For the team only: this document holds participants' words" in text and "Made up." in text
    assert "Work, or more work: it takes time." in text and "Costs and pay." in text
    assert "A: Too much work\n“alpha alpha alpha alpha alpha”" in text
    assert "B: Money\n“alpha alpha alpha”" in text
    assert "A's side kept. reason 0" in text
    assert "# DRAFT, not applied" in text


def test_words_of_somebody_who_withdrew_are_not_in_the_document(first: Path, tmp_path: Path) -> None:
    codings = coded("A work 0-5", "A work 32-35")
    assert "omega" in Case(first, codings).document(tmp_path)
    text = Case(first, codings, withdrawn="P2").document(tmp_path)
    assert "omega" not in text and "alpha" in text
    assert "1 passage of people who withdrew is not shown." in text


def test_no_words_of_participants_are_in_the_table(first: Path) -> None:
    case = Case(first, coded("A work 0-5", "B money 0-5", "A help 30-35"))
    assert (
        not lessons_table(case.lessons)
        .astype(str)
        .apply(lambda column: column.str.contains("alpha|omega"))
        .any(axis=None)
    )


def test_without_disagreements_the_document_says_so(first: Path, tmp_path: Path) -> None:
    case = Case(first, coded("A work 0-5", "B work 0-5"))
    assert case.lessons == []
    assert "Coders disagreed about no code of the codebook." in case.document(tmp_path)


def test_the_document_has_the_same_bytes_each_time(first: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Case(first, coded("A work 0-5", "B money 0-5")).document(tmp_path / name)
    assert (tmp_path / "a" / "lessons.docx").read_bytes() == (tmp_path / "b" / "lessons.docx").read_bytes()

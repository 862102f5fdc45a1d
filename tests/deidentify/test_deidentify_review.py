"""The review of names: a sheet goes out, decisions come back; names stay in the sheet and in the key."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from qualcode.deidentify.candidates import Named, candidates
from qualcode.deidentify.key import Entry, Key, read_key
from qualcode.deidentify.replace import Decisions, candidate_id
from qualcode.deidentify.review import contexts
from qualcode.deidentify.review_in import import_review
from qualcode.deidentify.study import (
    identifier_decisions,
    named_transcripts,
    names_of,
    study_key,
)
from qualcode.errors import QualcodeError
from qualcode.study import Study
from qualcode.transcripts.canonical import Placed

Run = Callable[..., "subprocess.CompletedProcess[str]"]
TALK = """\
Interviewer: We met in Zwolle, Marijke Hoekstra. Who else works there?

Marijke Hoekstra: I work with Gareth and with Garet Okafor, at the Northgate Infirmary. Mail me: m.hoekstra@northgate.org.

Interviewer: And Marijke, does Gareth like Netflix?
"""
SHEET = "data/raw/deidentify/identifiers.xlsx"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    root = tmp_path / "talks"
    (root / "config").mkdir(parents=True)
    (root / "config" / "study.yaml").write_text("study: {title: Talks}\ncoders: [{id: RB}]\n", encoding="utf-8")
    (root / "data" / "raw" / "transcripts").mkdir(parents=True)
    (root / "data" / "raw" / "transcripts" / "T1.txt").write_text(TALK, encoding="utf-8")
    return Study.load(root)


@pytest.fixture
def pack(study: Study, qualcode: Run) -> Callable[..., Path]:
    def call(*options: str) -> Path:
        done = qualcode("pack", "identifiers", *options, "-C", study.root)
        assert done.returncode == 0, done.stderr
        return study.root / SHEET

    return call


def rows_of(path: Path) -> dict[str, dict[str, object]]:
    page = openpyxl.load_workbook(path)["Candidates"]
    lines = page.iter_rows(values_only=True)
    head = [str(cell) for cell in next(lines)]
    return {str(line[1]): dict(zip(head, line, strict=True)) for line in lines}


def fill(path: Path, choices: dict[str, tuple[str, ...]]) -> None:
    """{candidate: (decision, value, kind, by, date)}; what is left out stays as it is."""
    book = openpyxl.load_workbook(path)
    page = book["Candidates"]
    head = [cell.value for cell in page[1]]
    columns = [head.index(name) + 1 for name in ("Decision", "Replace with, or same as", "Kind", "By", "Date")]
    for row in range(2, page.max_row + 1):
        given = choices.pop(str(page.cell(row, 2).value), None)
        if given is None:
            continue
        decision, value, kind, by, on = (*given, *("", "", "", "RB", "2024-05-01")[len(given) :])
        for column, cell in zip(columns, (decision, value, kind, by, on), strict=True):
            if cell:
                page.cell(row, column).value = "" if cell == "-" else cell
    assert not choices
    book.save(path)


def said(study: Study, path: Path) -> list[str]:
    with pytest.raises(QualcodeError) as caught:
        import_review(study, path)
    for name in ("Marijke", "Hoekstra", "Gareth", "Okafor", "Zwolle"):
        assert name not in str(caught.value)
    return [f"{one.place}: {one.what}" for one in caught.value.problems]


def test_the_sheet_lists_each_candidate_with_its_contexts_and_a_first_key_is_made(
    study: Study, pack: Callable[..., Path]
) -> None:
    rows = rows_of(pack())
    assert set(rows) == {
        "Marijke Hoekstra", "Marijke",
        "Gareth", "Garet Okafor", "Northgate Infirmary", "Zwolle", "Netflix",
    }  # fmt: skip
    assert rows["Gareth"]["Times"] == 2
    assert rows["Marijke"]["Why it is listed"] == "speaker's label; capital letter inside a sentence"
    assert str(rows["Northgate Infirmary"]["Replace with, or same as"]).startswith("Hospital ")
    assert "Gareth" in str(rows["Gareth"]["Where it stands (other candidates masked)"])
    key = read_key(study.root.parent / "talks-key" / "key.csv")
    assert key.entries == () and key.secret


def test_contexts_show_the_candidate_and_mask_every_other_and_the_names_of_the_key() -> None:
    text = "I met Gareth and Marijke in Zwolle last year, with Tom."
    key = Key((Entry("P1", "Robin", "person", ("Tom",)),), "key-1")
    named = {"T1": Named(text, [Placed("", 0, len(text), None, None)])}
    found = candidates(named, key, Decisions())
    shown = {one.words: contexts(one, found, named) for one in found.candidates}
    assert shown["Marijke"] == ["T1: I met ▒▒▒ and Marijke in ▒▒▒ last year, with ▒▒▒."]
    assert shown["Zwolle"] == ["T1: I met ▒▒▒ and ▒▒▒ in Zwolle last year, with ▒▒▒."]


def test_decisions_come_back_to_the_key_and_to_decisions_that_hold_no_name(
    study: Study, pack: Callable[..., Path]
) -> None:
    path = pack()
    fill(
        path,
        {
            "Marijke Hoekstra": ("replace with", "Robin", "person"),
            "Marijke": ("same as", "Marijke Hoekstra", "person"),
            "Gareth": ("replace with", "Kim", "person"),
            "Garet Okafor": ("same as", "Kim", "person"),
            "Northgate Infirmary": ("replace with", "Hospital A", "organisation"),
            "Zwolle": ("keep",),
            "Netflix": ("not an identifier",),
        },
    )
    result = import_review(study, path)
    assert (result["added"], result["undecided"], result["key_rows"]) == (7, 0, 5)
    key = study_key(study)
    assert key is not None
    assert sorted((entry.pseudonym, entry.kind, entry.forms) for entry in key.entries) == [
        ("Hospital A", "organisation", ("Northgate Infirmary",)),
        ("Kim", "person", ("Gareth", "Garet Okafor")),
        ("Robin", "person", ("Marijke Hoekstra", "Marijke")),
    ]
    shared = (study.raw / "decisions" / "identifiers.csv").read_text(encoding="utf-8")
    for name in ("Marijke", "Hoekstra", "Gareth", "Okafor", "Northgate", "Zwolle", "Netflix"):
        assert name.casefold() not in shared.casefold()
    decisions = identifier_decisions(Study.load(study.root))
    judged = decisions.on("Zwolle", key.secret)
    assert judged is not None and (judged.choice, judged.by, judged.on) == ("keep", "RB", "2024-05-01")
    assert {row["choice"] for row in pd.read_csv(study.raw / "decisions" / "identifiers.csv").to_dict("records")} == {
        "replace", "keep", "not_identifier",
    }  # fmt: skip
    named = named_transcripts(study)["T1"]
    done = names_of(Study.load(study.root)).out(named.text, named.placed, named.language)
    assert done.text == (
        "Interviewer: We met in Zwolle, Robin. Who else works there?\n\n"
        "Robin: I work with Kim and with Kim, at the [Hospital A]. Mail me: [e-mail address].\n\n"
        "Interviewer: And Robin, does Kim like Netflix?"
    )
    assert {one.by for one in done.log if one.why == "key"} == {"RB"}


def test_what_is_decided_is_not_listed_again_but_with_again(study: Study, pack: Callable[..., Path]) -> None:
    path = pack()
    fill(path, {"Zwolle": ("keep",), "Gareth": ("replace with", "Kim", "person")})
    import_review(study, path)
    again = rows_of(pack())
    assert "Zwolle" not in again and "Gareth" not in again
    assert again["Garet Okafor"]["Why it is listed"] == "capital letter inside a sentence"
    assert again["Garet"]["Replace with, or same as"] == "Kim"  # like a name in the key: never replaced by guessing
    all_rows = rows_of(pack("--again"))
    assert all_rows["m.hoekstra@northgate.org"]["Decision"] is None  # replaced by a mark without a decision
    assert (all_rows["Zwolle"]["Decision"], all_rows["Zwolle"]["By"]) == ("keep", "RB")


def test_an_address_or_a_number_that_the_key_replaces_is_not_listed_again(
    study: Study, pack: Callable[..., Path]
) -> None:
    (study.root / "data/raw/transcripts/T1.txt").write_text(
        TALK + "\nMarijke Hoekstra: My BSN is 999990019, and see www.northgate.example. I live at 22 Gullstone Lane.\n"
    )
    path = pack()
    marks = {"999990019": "number", "www.northgate.example": "contact", "22 Gullstone Lane": "contact"}
    fill(path, {words: ("replace with", f"mark {at}", kind) for at, (words, kind) in enumerate(marks.items())})
    import_review(study, path)
    assert not set(marks) & set(rows_of(pack()))
    assert set(marks) <= set(rows_of(pack("--again")))


def test_importing_the_same_sheet_twice_changes_nothing_and_a_later_decision_supersedes(
    study: Study, pack: Callable[..., Path]
) -> None:
    path = pack()
    fill(path, {"Zwolle": ("keep",)})
    import_review(study, path)
    before = (study.raw / "decisions" / "identifiers.csv").read_bytes()
    assert import_review(Study.load(study.root), path)["unchanged"] == 1
    assert (study.raw / "decisions" / "identifiers.csv").read_bytes() == before
    fill(path, {"Zwolle": ("replace with", "Town A", "place", "KL", "2024-06-01")})
    assert import_review(Study.load(study.root), path)["changed"] == 1
    decisions = identifier_decisions(Study.load(study.root))
    assert [judged.choice for judged in decisions.of.values()] == ["replace"]


def test_everything_wrong_with_a_filled_sheet_is_said_at_once_and_nothing_is_written(
    study: Study, pack: Callable[..., Path]
) -> None:
    path = pack()
    number = {words: f"row {int(str(row['No.'])) + 1}" for words, row in rows_of(path).items()}
    fill(
        path,
        {
            "Marijke Hoekstra": ("replace", "Robin", "person"),
            "Marijke": ("same as", "Nobody Known", "person"),
            "Gareth": ("replace with", "-", "person"),
            "Garet Okafor": ("replace with", "Kim", "persn"),
            "Zwolle": ("keep", "-", "place", "-"),
            "Netflix": ("same as", "Netflix", "person"),
        },
    )
    key_before = (study.root.parent / "talks-key" / "key.csv").read_bytes()
    assert sorted(said(study, path)) == sorted(
        [
            f"{number['Marijke Hoekstra']}: decision 'replace' is not known.",
            f"{number['Marijke']}: 'same as' names nobody who is known.",
            f"{number['Gareth']}: the decision does not say what to replace it with.",
            f"{number['Garet Okafor']}: kind 'persn' is not known.",
            f"{number['Zwolle']}: there is a choice but not who decided.",
            f"{number['Netflix']}: 'same as' leads back to its own row.",
        ]
    )
    assert (study.root.parent / "talks-key" / "key.csv").read_bytes() == key_before
    assert not (study.raw / "decisions" / "identifiers.csv").exists()


def test_a_pseudonym_that_gives_the_name_away_is_refused(study: Study, pack: Callable[..., Path]) -> None:
    path = pack()
    fill(path, {"Gareth": ("replace with", "Gareth B", "person")})
    assert any("holds a form of" in one for one in said(study, path))
    assert not (study.raw / "decisions" / "identifiers.csv").exists()


def test_a_candidate_that_was_typed_over_and_a_sheet_of_another_key_are_refused(
    study: Study, pack: Callable[..., Path]
) -> None:
    path = pack()
    fill(path, {"Gareth": ("keep",)})
    book = openpyxl.load_workbook(path)
    for row in book["Candidates"].iter_rows(min_row=2):
        if row[1].value == "Gareth":
            row[1].value = "Garreth"
    book.save(path)
    assert any("the candidate was changed" in one for one in said(study, path))
    (study.root.parent / "talks-key" / "key.csv").unlink()
    path.rename(path.with_name("older.xlsx"))
    pack()
    assert said(study, path.with_name("older.xlsx")) == [": this sheet was made with another key."]


def test_people_get_rows_of_the_key_from_labels_and_tables(study: Study, pack: Callable[..., Path]) -> None:
    (study.raw / "speakers.csv").write_text(
        "session,speaker,participant,role\nT1,Marijke Hoekstra,P01,participant\n", encoding="utf-8"
    )
    (study.raw / "participants.csv").write_text("participant,group\nP01,staff\n", encoding="utf-8")
    pack("--people")
    key = read_key(study.root.parent / "talks-key" / "key.csv")
    assert [(entry.person, entry.kind, entry.forms) for entry in key.entries] == [
        ("P01", "person", ("Marijke Hoekstra",))
    ]
    assert key.entries[0].pseudonym.casefold() not in TALK.casefold()


def test_a_sheet_with_decisions_that_were_not_imported_is_not_written_over(
    study: Study, qualcode: Run, pack: Callable[..., Path]
) -> None:
    fill(pack(), {"Zwolle": ("keep",)})
    done = qualcode("pack", "identifiers", "-C", study.root)
    assert done.returncode == 2 and "have not been imported (1)" in done.stderr


def test_the_command_line_takes_the_sheet_for_what_it_is(
    study: Study, qualcode: Run, pack: Callable[..., Path]
) -> None:
    path = pack()
    fill(path, {"Zwolle": ("keep",)})
    done = qualcode("import", path, "--json", "-C", study.root)
    assert done.returncode == 0 and '"kind": "identifiers"' in done.stdout
    assert "0 new decisions, 0 changed, 1 as before" in qualcode("import", path, "-C", study.root).stdout


def test_the_sheet_has_the_same_bytes_every_time(study: Study, pack: Callable[..., Path]) -> None:
    assert pack().read_bytes() == pack().read_bytes()


def test_the_id_of_a_candidate_says_nothing_without_the_secret() -> None:
    assert candidate_id("Anna", "key-a") == candidate_id(" ANNA ", "key-a") != candidate_id("Anna", "key-b")

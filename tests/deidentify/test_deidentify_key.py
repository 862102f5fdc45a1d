"""The pseudonym key: one to one both ways, all problems at once by row and never by name, and where it may lie."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import openpyxl
import pytest

from qualcode.decisions.table import IDENTIFIER
from qualcode.deidentify.key import Entry, Key, read_key, too_alike, write_entries
from qualcode.deidentify.place import key_path, look_for_key
from qualcode.deidentify.pseudonyms import draw_pseudonym, taken_words
from qualcode.errors import DeidentifyError
from qualcode.study import Study

HEADER = "person,pseudonym,kind,forms\n"


def key_of(tmp_path: Path, rows: str, name: str = "key.csv") -> Key:
    path = tmp_path / name
    path.write_text(HEADER + rows, encoding="utf-8")
    return read_key(path)


def problems_of(tmp_path: Path, rows: str) -> list[str]:
    with pytest.raises(DeidentifyError) as caught:
        key_of(tmp_path, rows)
    return [f"{one.place}: {one.what}" for one in caught.value.problems]


def test_a_key_is_read_with_its_forms_and_secret_and_further_columns_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "key.csv"
    path.write_text(
        "Person;Pseudonym;Kind;Forms;note\nP01;Robin;;\"Anna de Vries; Anna\";met twice\n;Hospital A;organisation;St Mary's;\n"
        "x;key-12ab;secret;;\nP01;Robin;person;Annie;\n",
        encoding="utf-8",
    )  # fmt: skip
    key = read_key(path)
    assert key.entries == (
        Entry("P01", "Robin", "person", ("Anna de Vries", "Anna", "Annie"), 2),
        Entry("", "Hospital A", "organisation", ("St Mary's",), 3),
    )
    assert key.secret == "key-12ab"
    assert [entry.shown for entry in key.entries] == ["Robin", "[Hospital A]"]


def test_everything_wrong_with_a_key_is_said_at_once_by_row(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        "P01,Robin,person,Anna\n"  # 2
        "P02,Robin,person,Ben\n"  # 3 the pseudonym of row 2
        "P01,Kim,person,Annie\n"  # 4 the person has another pseudonym in row 2
        "P03,Alex,person,ANNA\n"  # 5 the form of row 2
        "P04,Ben Lee,person,Carla\n"  # 6 holds a form of row 3
        ",Toni,person,Dora\n"  # 7 no person
        "P05,,person,Emil\n"  # 8 no pseudonym
        "P06,Sam,persom,Finn\n"  # 9 kind
        "P07,Max,person,\n"  # 10 no forms
        "P08,Lou,person,...\n",  # 11 no letter in the form
    )
    assert sorted(found) == sorted(
        [
            "row 3: the pseudonym is that of row 2 too.",
            "row 4: the person has another pseudonym in row 2.",
            "row 5: form 1 stands in row 2 too.",
            "row 6: the pseudonym holds a form of row 3: it would give the name away, or be replaced again.",
            "row 7: column 'person' is empty.",
            "row 8: column 'pseudonym' is empty.",
            "row 9: kind 'persom' is not known.",
            "row 10: column 'forms' is empty.",
            "row 11: form 1 has neither letter nor number.",
        ]
    )


def test_no_message_about_a_key_holds_a_name(tmp_path: Path) -> None:
    rows = (
        "P01,Robin,person,Zwelakhe\nP02,Robin,person,Zwelakhe\nP03,Zwelakhe-Marie,person,Okonkwo\nP04,Kim,kin,Okonkwo\n"
    )
    with pytest.raises(DeidentifyError) as caught:
        key_of(tmp_path, rows)
    assert "zwelakhe" not in str(caught.value).casefold() and "okonkwo" not in str(caught.value).casefold()


def test_several_addresses_may_be_one_mark_but_two_people_may_not_be_one_pseudonym(tmp_path: Path) -> None:
    assert len(key_of(tmp_path, ",address,contact,12 High Street\n,address,contact,3 Low Road\n").entries) == 1
    assert problems_of(tmp_path, "P1,Robin,person,Anna\nP2,robin,person,Ben\n") == [
        "row 3: the pseudonym is that of row 2 too."
    ]


def test_a_missing_column_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    path = tmp_path / "key.csv"
    path.write_text("person,pseudonim,kind,forms\n", encoding="utf-8")
    with pytest.raises(DeidentifyError, match="column 'pseudonym' is missing"):
        read_key(path)


def test_a_pseudonym_made_from_the_name_is_warned_of(tmp_path: Path) -> None:
    assert too_alike(
        key_of(tmp_path, "P1,Anne,person,Anna\nP2,Robin,person,Benjamin\nP3,Margreth,person,Margarethe\n")
    ) == [2, 4]


@pytest.mark.parametrize("name", ["key.csv", "key.xlsx"])
def test_rows_and_forms_are_added_and_everything_else_stays(tmp_path: Path, name: str) -> None:
    path = tmp_path / "aside" / name
    write_entries(path, [Entry("P01", "Robin", "person", ("Zoë",))], secret="key-1")
    write_entries(path, [Entry("P01", "Robin", "person", ("Zoë", "=Zo")), Entry("", "Town A", "place", ("Leeds",))])
    key = read_key(path)
    assert [(entry.person, entry.pseudonym, entry.forms) for entry in key.entries] == [
        ("P01", "Robin", ("Zoë", "=Zo")),
        ("", "Town A", ("Leeds",)),
    ]
    assert key.secret == "key-1"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if name.endswith("csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # Excel reads names right


def test_a_workbook_keeps_its_other_columns_and_sheets(tmp_path: Path) -> None:
    path = tmp_path / "key.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["note", "forms", "person", "pseudonym", "kind"])
    book.active.append(["met twice", "Anna", "P01", "Robin", "person"])
    book.create_sheet("Mine")["A1"] = "stays"
    book.save(path)
    write_entries(path, [Entry("P01", "Robin", "person", ("Annie",))])
    again = openpyxl.load_workbook(path)
    assert [cell.value for cell in again.worksheets[0][2]] == ["met twice", "Anna; Annie", "P01", "Robin", "person"]
    assert again["Mine"]["A1"].value == "stays"


# ---------------------------------------------------------------- pseudonyms


def test_pseudonyms_are_drawn_by_the_secret_and_not_by_the_name() -> None:
    def drawn(secret: str, words: str) -> str:
        return draw_pseudonym("person", words, set(), secret)

    assert drawn("key-a", "Anna") == drawn("key-a", "Zwelakhe")  # the next in the secret's order
    assert len({drawn(f"key-{number}", "Anna") for number in range(30)}) > 10


def test_no_pseudonym_is_a_name_that_is_said_in_the_texts_or_taken() -> None:
    taken = taken_words(Key((Entry("P1", "Robin", "person", ("Anna",)),)), ["I saw Alex and Kim."])
    drawn = [draw_pseudonym("person", "x", taken, "key-a") for _ in range(200)]
    assert not {"Robin", "Alex", "Kim", "Anna"} & set(drawn)
    assert len(set(drawn)) == 200


def test_a_place_is_called_by_what_it_says_of_itself_and_a_letter() -> None:
    assert draw_pseudonym("organisation", "St Mary's Hospital", set(), "key-a").startswith("Hospital ")
    assert draw_pseudonym("place", "Leeds", set(), "key-a").startswith("Place ")
    assert draw_pseudonym("contact", "a@b.org", set(), "key-a", rule="email") == "e-mail address"


# ---------------------------------------------------------------- where it lies


def study_at(root: Path, key: str = "", invented: bool = False) -> Study:
    (root / "config").mkdir(parents=True, exist_ok=True)
    lines = "deidentify:\n" + (f"  key: {key}\n" if key else "") + f"  invented: {str(invented).lower()}\n"
    (root / "config" / "study.yaml").write_text(lines, encoding="utf-8")
    return Study.load(root)


def put_key(path: Path) -> None:
    write_entries(path, [Entry("P01", "Robin", "person", ("Anna",))], secret="key-1")


def git(folder: Path, *words: str) -> None:
    call = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org", *words]
    subprocess.run(call, check=True, capture_output=True)


def test_the_key_is_looked_for_beside_the_study_by_default(tmp_path: Path) -> None:
    study = study_at(tmp_path / "talks")
    assert key_path(study) == tmp_path / "talks-key" / "key.csv"
    looked = look_for_key(study)
    assert looked.key is None and not looked.problems and not looked.warnings
    put_key(tmp_path / "talks-key" / "key.csv")
    looked = look_for_key(study)
    assert looked.key is not None and not looked.problems and not looked.warnings


def test_a_key_that_the_configuration_names_and_is_not_there_stops_the_run(tmp_path: Path) -> None:
    looked = look_for_key(study_at(tmp_path / "talks", "../elsewhere/key.csv"))
    assert [one.what for one in looked.problems.found] == [
        "the pseudonym key is not there, so names cannot be replaced."
    ]


def test_a_key_that_is_gone_after_decisions_were_made_with_it_stops_the_run(tmp_path: Path) -> None:
    study = study_at(tmp_path / "talks")
    path = study.raw / "decisions" / "identifiers.csv"
    path.parent.mkdir(parents=True)
    path.write_text(
        f"decision,kind,about,choice,value,reason,by,on,supersedes\nd1,{IDENTIFIER},i-1,keep,,,RB,2024-01-01,\n"
    )
    assert [one.what for one in look_for_key(study).problems.found] == [
        "the pseudonym key is not there, so names cannot be replaced."
    ]


def test_a_key_inside_the_study_is_warned_of(tmp_path: Path) -> None:
    study = study_at(tmp_path / "talks", "key.csv")
    put_key(study.root / "key.csv")
    assert [one.what for one in look_for_key(study).warnings] == [
        "the pseudonym key lies inside the study: whoever gets the folder gets the names."
    ]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_key_that_git_tracks_or_tracked_once_stops_the_run_unless_its_people_are_invented(tmp_path: Path) -> None:
    study = study_at(tmp_path / "talks", "key.csv")
    put_key(study.root / "key.csv")
    git(study.root, "init", "-q")

    def said(one: Study) -> list[str]:
        return [problem.what.partition(":")[0] for problem in look_for_key(one).problems.found]

    assert said(study) == []
    git(study.root, "add", "key.csv")
    assert said(study) == ["git tracks the pseudonym key"]
    git(study.root, "commit", "-qm", "x")
    git(study.root, "rm", "-q", "--cached", "key.csv")
    git(study.root, "commit", "-qm", "y")
    assert said(study) == ["the pseudonym key is in git's history"]
    invented = look_for_key(study_at(tmp_path / "talks", "key.csv", invented=True))
    assert not invented.problems and not invented.warnings


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_key_that_git_tracks_through_a_link_stops_the_run_too(tmp_path: Path) -> None:
    study = study_at(tmp_path / "talks", "../aside/key.csv")
    put_key(study.root / "hidden.csv")
    (tmp_path / "aside").mkdir()
    (tmp_path / "aside" / "key.csv").symlink_to(study.root / "hidden.csv")
    git(study.root, "init", "-q")
    git(study.root, "add", "hidden.csv")
    assert look_for_key(study).problems

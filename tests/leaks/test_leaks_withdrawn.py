"""Nothing of somebody who withdrew is in an output: not their words, nor their id; where something is, the check says where."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import small_study

from qualcode.checks import check_study
from qualcode.leaks.check import check_files, check_outputs
from qualcode.leaks.find import Finder
from qualcode.leaks.gone import theirs
from qualcode.study import Study

CODEBOOK = "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: Time, kind: theme, definition: d}\n"
SAID = "the boiler broke down twice before anybody looked at it"
FILES = {
    "data/raw/participants.csv": "participant,group,withdrawn\nP01,,\nP02,,2024-05-01\n",
    "data/raw/sessions.csv": "session,date,kind,interviewers,participants,files,status\n"
    "T1,2024-01-01,interview,I,P01,T1.txt,done\nT2,2024-01-02,interview,I,P02,T2.txt,done\n",
    "data/raw/transcripts/T2.txt": f"I: How was it, and what did you do about it then?\n\nP02: Well, {SAID}.\n",
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = small_study(
        tmp_path / "s",
        codebook=CODEBOOK,
        talk="I: How was it, and what did you do about it then?\n\nP01: We had no time.\n",
    )
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def found(folder: Path, text: str, name: str = "a.csv") -> list[tuple[str, str]]:
    path = folder / "out" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    leaks = check_files([path], Finder({}), gone=theirs(Study.load(folder))).leaks
    return list(zip(leaks["place"], leaks["key_row"], strict=True))


def test_their_words_are_found_however_they_are_written(study):
    assert found(study, f'text\n"{SAID.upper()}"\n') == [("row 2, column 'text'", "P02")]


def test_words_that_others_say_too_are_not_theirs(study):
    assert found(study, "text\nHow was it and what did you do about it then\n") == []


def test_words_that_somebody_else_says_in_another_talk_are_not_theirs(study):
    (study / "data/raw/transcripts/A.txt").write_text(f"I: And?\n\nP01: {SAID.capitalize()}.\n")
    assert found(study, f"text\n{SAID}\n") == []


def test_six_words_are_too_few_to_be_theirs_alone(study):
    assert found(study, "text\nthe boiler broke down twice before we came\n") == []


@pytest.mark.parametrize("cell", ["P02", "P01;P02", "T2"])
def test_their_ids_are_found(study, cell):
    assert found(study, f"who\n{cell}\n") == [("row 2, column 'who'", "T2" if cell == "T2" else "P02")]


def test_a_text_that_mentions_them_is_a_note_and_stops_nothing(study):
    path = study / "memo.csv"
    path.write_text("memo\nCompare T2 on this.\nNot T22 nor XP02.\n", encoding="utf-8")
    checked = check_files([path], Finder({}), gone=theirs(Study.load(study)))
    assert not checked.problems
    (note,) = checked.notes
    assert (note.what, note.place) == ("a text mentions T2, who withdrew.", "row 2, column 'memo'")


def test_a_longer_id_is_somebody_elses(study):
    assert found(study, "who\nP022\nXP02\n") == []


def test_a_pack_for_them_is_found_by_its_name(study):
    assert ("name of the file", "P02") in found(study, "nothing", "P02.txt")


def test_check_says_what_is_left_and_when_nothing_is(study):
    (study / "data/processed/texts").mkdir(parents=True)
    left = study / "data/processed/texts/T2.txt"
    left.write_text(FILES["data/raw/transcripts/T2.txt"], encoding="utf-8")
    said = check_study(Study.load(study)).withdrawn
    assert "1 participant; something of theirs is still in data/processed/texts/T2.txt" in said
    left.unlink()
    assert check_study(Study.load(study)).withdrawn == "1 participant; nothing of theirs is in what the study has made"


def test_a_study_that_nobody_left_says_nothing_of_it(study):
    (study / "data/raw/participants.csv").write_text("participant,group,withdrawn\nP01,,\nP02,,no\n")
    loaded = Study.load(study)
    assert check_study(loaded).withdrawn == ""
    assert not len(check_outputs(loaded, Finder({})).leaks)


def test_a_run_makes_everything_anew_when_somebody_withdraws(study, qualcode, repository):
    (study / "Snakefile").write_text((repository / "Snakefile").read_text())
    gone = (study / "data/raw/participants.csv").read_text()
    (study / "data/raw/participants.csv").write_text(gone.replace("2024-05-01", ""))
    assert qualcode("run", "--until", "segments", "-C", study).returncode == 0
    assert (study / "data/processed/texts/T2.txt").is_file()
    (study / "data/raw/participants.csv").write_text(gone)
    done = qualcode("run", "--until", "segments", "-C", study)
    assert done.returncode == 0, done.stderr
    assert not (study / "data/processed/texts/T2.txt").exists()
    assert "nothing of theirs" in qualcode("check", "-C", study).stdout

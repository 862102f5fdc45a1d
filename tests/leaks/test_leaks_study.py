"""The leak check of a study: at the end of a run, before an export or a pack is handed out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import small_study

from qualcode.leaks.check import WARNING, LeakError, check_handed_out, check_outputs, fingerprint, warn_in_reports
from qualcode.study import Study

Call = Callable[..., "subprocess.CompletedProcess[str]"]
CODEBOOK = """name: mih
version: 1.0.0
codes:
  - {id: time, label: Time, kind: theme, definition: "DEFINED"}
"""
TALK = "I: How was it?\n\nP01: We had no time at all, and nobody to ask.\n"
KEY = (
    "person,pseudonym,kind,forms\nP01,Robin,person,Heisterkamp; Ruth Heisterkamp\n,Hospital A,organisation,Northgate\n"
)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = small_study(tmp_path / "s", codebook=CODEBOOK.replace("DEFINED", "No time for it"), talk=TALK)
    key = tmp_path / "s-key" / "key.csv"
    key.parent.mkdir()
    key.write_text(KEY, encoding="utf-8")
    (folder / "reports" / "tables").mkdir(parents=True)
    (folder / "Snakefile").write_text((Path(__file__).parents[2] / "Snakefile").read_text())
    return folder


def put(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "name",
    [
        "reports/findings.txt",
        "reports/packs/a.csv",
        "logs/x.txt",
        "data/processed/texts/T1.txt",
        "data/raw/decisions/d.csv",
    ],
)
def test_every_folder_that_may_leave_is_looked_through(study, name):
    put(study, name, "a,b\n1,Heisterkamp\n" if name.endswith("csv") else "one\nHeisterkamp\n")
    leaks = check_outputs(Study.load(study)).leaks
    assert leaks[["file", "kind", "key_row"]].values.tolist() == [[name, "key form", "row 2"]]


def test_what_is_under_data_raw_beside_decisions_is_not_looked_through(study):
    put(study, "data/raw/texts/x.txt", "Heisterkamp")
    assert not len(check_outputs(Study.load(study)).leaks)


def test_a_clean_study_passes_and_the_warning_goes(study):
    put(study, f"reports/{WARNING}", "old")
    loaded = Study.load(study)
    checked = check_outputs(loaded)
    warn_in_reports(loaded, checked)
    assert not checked.problems
    assert not (study / "reports" / WARNING).exists()


def test_a_failed_check_leaves_a_warning_that_names_places_and_no_words(study):
    put(study, "reports/a.txt", "one\ntwo Northgate\n")
    loaded = Study.load(study)
    checked = check_outputs(loaded)
    warn_in_reports(loaded, checked)
    said = (study / "reports" / WARNING).read_text(encoding="utf-8")
    assert "reports/a.txt, line 2: a form of the pseudonym key's row 3 stands here." in said
    assert "northgate" not in said.casefold()
    with pytest.raises(LeakError) as error:
        checked.raise_if_any()
    assert "northgate" not in str(error.value).casefold()


def test_the_study_s_own_address_is_no_leak(study):
    put(study, "config/study.yaml", "memberchecks: {letter: 'Write to study@northern.example.org.'}\n")
    put(study, "reports/a.txt", "Write to study@northern.example.org\nor to ruth@northern.example.org\n")
    leaks = check_outputs(Study.load(study)).leaks
    assert leaks[["place", "kind"]].values.tolist() == [["line 2", "e-mail address"]]


def test_a_word_that_is_a_name_too_is_doubtful_where_a_sentence_begins(tmp_path, study):
    put(tmp_path, "s-key/key.csv", "person,pseudonym,kind,forms\nP01,Robin,person,Mark\n")
    put(study, "reports/a.txt", "Mark this passage.\nThen mark it again.\nAsk Mark about it.\n")
    checked = check_outputs(Study.load(study))
    assert checked.leaks[["place", "sure"]].values.tolist() == [["line 1", "no"], ["line 3", "yes"]]
    assert len(checked.notes) == 1 and "line 1" in str(checked.notes[0])


def test_half_of_a_double_name_is_doubtful(study):
    put(study, "reports/a.txt", "Then came Heisterkamp-Jansen.\n")
    assert check_outputs(Study.load(study)).leaks["sure"].tolist() == ["no"]


def test_a_study_without_a_key_is_checked_for_addresses(tmp_path, study):
    shutil.rmtree(tmp_path / "s-key")
    put(study, "reports/a.txt", "Heisterkamp, ruth@northern.example.org\n")
    checked = check_outputs(Study.load(study))
    assert checked.leaks["kind"].tolist() == ["e-mail address"]
    assert checked.forms == 0


def test_what_is_handed_out_is_removed_where_it_leaks(study):
    put(study, "out/a.csv", "text\nNorthgate\n")
    put(study, "out/b.csv", "text\nnothing\n")
    with pytest.raises(LeakError, match="row 2, column 'text'"):
        check_handed_out(Study.load(study), [study / "out/a.csv", study / "out/b.csv"])
    assert not list((study / "out").iterdir())


def test_packs_put_beside_the_reports_are_looked_at_by_the_next_run(study):
    loaded = Study.load(study)
    before = fingerprint(loaded, ["reports/findings.docx"])
    put(study, "reports/findings.docx", "x")
    assert fingerprint(loaded, ["reports/findings.docx"]) == before
    put(study, "reports/meeting/a.xlsx", "x")
    assert fingerprint(loaded, ["reports/findings.docx"]) != before


def test_a_run_up_to_a_stage_ends_with_the_check(study, qualcode):
    put(study, "codebooks/mih/1.0.0.yaml", CODEBOOK.replace("DEFINED", "No time, as at Northgate"))
    failed = qualcode("run", "--until", "codebook", "-C", study)
    assert failed.returncode == 2, failed.stdout + failed.stderr
    assert "reports/tables/codebook.csv, row 2, column 'definition'" in failed.stderr
    assert "row 3" in failed.stderr and "northgate" not in (failed.stderr + failed.stdout).casefold()
    assert (study / "reports" / WARNING).is_file()
    put(study, "codebooks/mih/1.0.0.yaml", CODEBOOK.replace("DEFINED", "No time"))
    done = qualcode("run", "--until", "codebook", "-C", study)
    assert done.returncode == 0, done.stderr
    assert not (study / "reports" / WARNING).exists()


def test_an_export_that_leaks_is_not_written(study, qualcode):
    put(
        study,
        "data/raw/codings/RB.csv",
        "transcript,start,end,text,code,coder,memo\nT1,,,no time at all,time,RB,As at Northgate.\n",
    )
    failed = qualcode("export", "--as", "csv", study / "out.csv", "-C", study)
    assert failed.returncode == 2
    assert "row 2, column 'memo'" in failed.stderr and "northgate" not in failed.stderr.casefold()
    assert not (study / "out.csv").exists()


@pytest.mark.slow
def test_a_whole_run_fails_leaves_no_table_of_leaks_and_passes_when_mended(study, qualcode):
    put(study, "data/raw/codings/RB.csv", "transcript,start,end,text,code,coder\nT1,,,no time at all,time,RB\n")
    put(study, "config/study.yaml", "study: {title: Small things at Northgate}\n")
    failed = qualcode("run", "-C", study)
    assert failed.returncode == 2, failed.stdout + failed.stderr
    assert "reports/findings.docx" in failed.stderr
    assert "northgate" not in (failed.stderr + failed.stdout).casefold()
    assert not (study / "reports/tables/leaks.csv").exists()
    assert (study / "reports" / WARNING).is_file()
    put(study, "config/study.yaml", "study: {title: Small things}\n")
    done = qualcode("run", "-C", study)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (study / "reports/tables/leaks.csv").read_text() == "file,place,kind,key_row,sure\n"
    assert not (study / "reports" / WARNING).exists()
    themes = (study / "reports/tables/themes.csv").read_text(encoding="utf-8").splitlines()
    assert [dict(zip(themes[0].split(","), line.split(","), strict=True))["mentions"] for line in themes[1:]] == ["1"]

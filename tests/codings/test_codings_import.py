"""`qualcode import` of codings."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from conftest import small_study

from qualcode.cli import cli
from qualcode.codings import read_codings
from qualcode.codings.bring_in import import_codings
from qualcode.codings.model import read_sidecar
from qualcode.config import Config
from qualcode.errors import CodingsError, QualcodeError
from qualcode.study import Study
from qualcode.tables import TABLES

TALK = (
    "I: How did it go?\n\nP: We had no time at all for the training.\n\nI: And then?\n\nP: Then the boss helped us.\n"
)
CODEBOOK = (
    "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: Too little time}\n  - {id: boss, label: The boss}\n"
)
HEAD = "transcript,start,end,text,code,coder\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def run(study: Path, *arguments: str | Path) -> Result:
    """The command, with a user's mistake shown as the command line shows it."""
    result = CliRunner().invoke(cli, ["import", *map(str, arguments), "-C", str(study)])
    if isinstance(result.exception, QualcodeError):
        result.exit_code = 2
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def raw_codings(study: Path) -> set[str]:
    folder = study / "data" / "raw" / "codings"
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_a_dry_run_prints_the_counts_and_writes_nothing(study, tmp_path):
    file = write(
        tmp_path / "rb.csv",
        HEAD + "T1,,,the boss helped us,boss,RB\nT1,0,1,,time,KL\nT1,,,not there at all,time,RB\nT9,1,2,,tmie,RB\n",
    )
    result = run(study, file, "--dry-run", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "kind": "own",
        "documents": 2,
        "unmatched": 1,
        "codes": 3,
        "coders": ["KL", "RB"],
        "codings": 4,
        "anchored": {"as_given": 1, "calibrated": 0, "by_text": 1, "refused": 2},
        "left_out": {},
    }
    assert raw_codings(study) == set()
    assert not (study / "data/raw/texts").exists()


def test_a_file_is_checked_then_copied_with_what_was_chosen_beside_it(study, tmp_path):
    file = write(tmp_path / "rb.csv", "transcript,text,code\nT1,the boss helped us,boss\n")
    result = run(study, file, "--coder", "RB")
    assert result.exit_code == 0, result.exception
    assert "RB: 1 coding = 1 placed by their words" in result.stdout
    copied = study / "data/raw/codings/rb.csv"
    assert copied.read_bytes() == file.read_bytes()
    sidecar = read_sidecar(copied.with_name("rb.csv.import.yaml"), where="")
    assert (sidecar.kind, sidecar.id, sidecar.coder) == ("own", "rb.csv", "RB")
    (kept,) = sidecar.texts.values()
    assert (study / f"data/raw/texts/{kept}.txt").is_file()


def test_codings_that_cannot_be_placed_stop_the_import_and_nothing_is_copied(study, tmp_path):
    file = write(tmp_path / "rb.csv", HEAD + "T1,,,the boss,boss,RB\nT1,5,2,,tmie,RB\n")
    result = run(study, file)
    assert result.exit_code == 2
    assert isinstance(result.exception, CodingsError)
    assert [problem.place for problem in result.exception.problems] == ["row 3", "row 3"]
    assert raw_codings(study) == set()


def test_where_the_study_says_list_they_are_warnings(study, tmp_path):
    write(study / "config/study.yaml", "codings: {refused: list}\n")
    result = run(study, write(tmp_path / "rb.csv", HEAD + "T1,,,the boss,boss,RB\nT1,5,2,,time,RB\n"))
    assert result.exit_code == 0
    assert "row 3: offsets 5–2 are reversed." in result.stderr
    assert "RB: 2 codings = 1 placed by their words, 1 refused" in result.stdout
    assert raw_codings(study) == {"rb.csv", "rb.csv.import.yaml"}


def test_the_same_bytes_again_are_already_there(study, tmp_path):
    file = write(tmp_path / "rb.csv", HEAD + "T1,,,the boss,boss,RB\n")
    run(study, file)
    assert "Already there: data/raw/codings/rb.csv." in run(study, file).stdout
    other = write(tmp_path / "other.csv", file.read_text(encoding="utf-8"))
    assert "Already there, as data/raw/codings/rb.csv: nothing was copied." in run(study, other).stdout
    assert raw_codings(study) == {"rb.csv", "rb.csv.import.yaml"}


def test_another_file_of_that_name_is_only_replaced_when_asked_and_says_what_changes(study, tmp_path):
    file = write(tmp_path / "rb.csv", HEAD + "T1,,,the boss,boss,RB\nT1,,,no time,time,RB\n")
    run(study, file)
    before = _codings(study)
    write(file, HEAD + "T1,,,no time,time,RB\nT1,,,helped us,boss,RB\n")
    result = run(study, file)
    assert result.exit_code == 2
    assert str(result.exception) == (
        "ERROR: data/raw/codings/rb.csv: another file of this name is there already.\n"
        "  Codings: 1 appeared, 1 vanished, 1 stayed.\n"
        "  + row 3: T1, boss\n"
        "  - row 2: T1, boss\n"
        "  Replace it with --replace, or import under another name."
    )
    assert _codings(study) == before
    result = run(study, file, "--replace")
    assert result.exit_code == 0
    assert "Replaced data/raw/codings/rb.csv." in result.stdout
    after = _codings(study)
    assert len(after) == 2
    assert {key for key in after if key[0] == "time"} == {key for key in before if key[0] == "time"}


def _codings(study: Path) -> set[tuple[str, str]]:
    """Code and id of each coding."""
    table = _table(study)
    return set(zip(table["code"], table["coding"], strict=True))


def _table(study: Path) -> pd.DataFrame:
    from qualcode.codebook import load_codebook
    from qualcode.transcripts import read_transcripts

    loaded = Study(study, Config())
    read = read_transcripts(loaded)
    codebook = load_codebook(loaded)
    assert codebook is not None
    edits = TABLES["edits"].empty()
    return read_codings(loaded, read.transcripts, read.turns, read.texts, edits, codebook.table()).codings


def test_offsets_are_those_of_the_text_at_import_also_after_a_correction(study, tmp_path):
    from qualcode.codebook import load_codebook
    from qualcode.transcripts import read_transcripts
    from qualcode.transcripts.edits import edits_of_study

    text = read_transcripts(Study(study)).texts["T1"]
    at = text.index("the boss")
    run(study, write(tmp_path / "rb.csv", HEAD + f"T1,{at},{at + 8},,boss,RB\n"))
    write(study / "data/raw/transcripts/T1.txt", TALK.replace("no time at all", "little time"))
    loaded = Study(study)
    read = read_transcripts(loaded)
    codebook = load_codebook(loaded)
    assert codebook is not None
    edits = edits_of_study(loaded, read.transcripts, read.texts)
    row = read_codings(loaded, read.transcripts, read.turns, read.texts, edits, codebook.table()).codings.loc[0]
    assert read.texts["T1"][row["start"] : row["end"]] == "the boss"
    assert (row["start"], row["anchored"]) == (at - 3, "calibrated")


def test_words_copied_before_a_correction_are_found_in_the_text_of_then_and_carried(study, tmp_path):
    run(study, write(tmp_path / "rb.csv", HEAD + "T1,,,no time at all,time,RB\n"))  # the text of now is kept
    talk = TALK.replace("no time at all", "little time, Ms. X said,").replace("I: And then?\n\n", "")
    write(study / "data/raw/transcripts/T1.txt", talk)
    file = write(
        tmp_path / "kl.csv", HEAD + "T1,,,We had no time at all for the training,time,KL\nT1,,,And then?,boss,KL\n"
    )
    brought = import_codings(Study.load(study), file, dry_run=True)
    assert brought.summary["anchored"] == {"as_given": 0, "by_text": 1, "calibrated": 0, "refused": 1}
    said = [str(problem) for problem in brought.warnings]
    assert said == [
        f"{file}, row 3: the words given stood in transcript 'T1' before it was corrected, and were taken out.\n"
        "  Say in the sheet of `qualcode pack edits` where it belongs now, or that it is dropped.",
        f"{file}, row 2: the words of this coding of transcript 'T1' changed since they were copied.\n"
        f"  Look at characters 22–{22 + len('We had little time, Ms. X said, for the training')} (turn 2).",
    ]


def test_a_map_file_says_what_names_mean_and_is_remembered(study, tmp_path):
    file = write(tmp_path / "rb.csv", "doc;segment;kode\nInterview;the boss;Chef\n")
    mapping = write(
        tmp_path / "map.yaml",
        "coder: RB\ncolumns: {doc: transcript, segment: text, kode: code}\ncodes: {Chef: boss}\ndocuments: {Interview: T1}\n",
    )
    assert run(study, file, "--map", mapping).exit_code == 0
    assert {code for code, _ in _codings(study)} == {"boss"}
    write(file, "doc;segment;kode\nInterview;the boss helped;Chef\n")
    assert run(study, file, "--replace").exit_code == 0
    assert {code for code, _ in _codings(study)} == {"boss"}


def test_a_file_that_lies_there_already_gets_its_sidecar(study):
    file = write(study / "data/raw/codings/KL/x.csv", "transcript,text,code\nT1,the boss,boss\n")
    assert import_codings(Study(study), file).summary["coders"] == ["KL"]
    assert read_sidecar(file.with_name("x.csv.import.yaml"), where="").id == "KL/x.csv"


def test_a_coder_given_where_the_file_names_others_is_said(study, tmp_path):
    result = run(study, write(tmp_path / "rb.csv", HEAD + "T1,,,the boss,boss,RB\n"), "--coder", "KL")
    assert "the file names its coders itself; 'KL' stands where it names nobody." in result.stderr


@pytest.mark.parametrize("name", ["notes.docx", "project.qdpx", "picture.png"])
def test_a_file_of_another_kind_is_told_what_can_be_read(study, tmp_path, name):
    result = run(study, write(tmp_path / name, "x"))
    assert result.exit_code == 2
    assert str(result.exception).startswith(
        f"ERROR: {tmp_path / name}: this kind of file is not known.\n  What can be read:"
    )


def test_a_file_that_is_not_there_is_named(study, tmp_path):
    assert "this file is not there" in str(run(study, tmp_path / "no.csv").exception)


def test_required_columns_are_named_before_anything_is_copied(study, tmp_path):
    result = run(study, write(tmp_path / "rb.csv", "text,code,coder\nthe boss,boss,RB\n"), "--dry-run", "--json")
    assert result.exit_code == 2
    assert "row 1: column 'transcript' is missing." in str(result.exception)


def test_a_study_without_transcripts_still_says_what_a_file_holds(study, tmp_path):
    (study / "data/raw/transcripts/T1.txt").unlink()
    result = run(study, write(tmp_path / "rb.csv", HEAD + "T1,,,the boss,boss,RB\n"), "--dry-run", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["unmatched"] == 1


# ---------------------------------------------------------------- a newer export under another name

OLD = HEAD + "T1,,,no time,time,RB\nT1,,,helped us,boss,RB\nT1,,,And then?,boss,RB\n"
NEW = HEAD + "T1,,,no time,time,RB\nT1,,,the boss helped us,boss,RB\nT1,,,And then?,boss,RB\n"


def test_a_newer_export_of_another_name_is_recognised_and_what_changed_is_listed(study, tmp_path):
    run(study, write(tmp_path / "march.csv", OLD))
    file = write(tmp_path / "april.csv", NEW)
    said = [
        "Codings: 1 appeared, 1 vanished, 2 stayed.",
        "+ row 3: T1, boss",
        "- row 3: T1, boss",
    ]
    cause = f"{file}: 2 of its 3 codings stand in data/raw/codings/march.csv: it looks like a newer export of it."
    dry = run(study, file, "--dry-run")
    assert dry.exit_code == 0
    assert "\n".join([cause, *said]) in dry.output
    result = run(study, file)
    assert result.exit_code == 2
    hint = "Put it in its place with --replace, or keep both with --keep-both."
    assert str(result.exception) == "\n  ".join([f"ERROR: {cause}", *said, hint])
    assert raw_codings(study) == {"march.csv", "march.csv.import.yaml"}


def test_a_newer_export_takes_the_place_of_the_older_with_its_choices_and_ids(study, tmp_path):
    (tmp_path / "map.yaml").write_text("codes: {Zeit: time}\n", encoding="utf-8")
    old = write(tmp_path / "march.csv", OLD.replace(",time,", ",Zeit,"))
    assert run(study, old, "--map", tmp_path / "map.yaml").exit_code == 0
    before = _codings(study)
    result = run(study, write(tmp_path / "april.csv", NEW.replace(",time,", ",Zeit,")), "--replace")
    assert result.exit_code == 0, result.exception
    assert "Replaced data/raw/codings/march.csv." in result.output
    assert raw_codings(study) == {"april.csv", "april.csv.import.yaml"}
    sidecar = read_sidecar(study / "data/raw/codings/april.csv.import.yaml", where="")
    assert (sidecar.id, sidecar.codes) == ("march.csv", {"Zeit": "time"})
    assert len(before) == len(_codings(study)) == 3
    assert len(before & _codings(study)) == 2


def test_both_exports_are_kept_when_asked_and_nothing_is_counted_twice(study, tmp_path):
    run(study, write(tmp_path / "march.csv", OLD))
    assert run(study, write(tmp_path / "april.csv", NEW), "--keep-both").exit_code == 0
    assert raw_codings(study) >= {"march.csv", "april.csv"}
    assert len(_codings(study)) == 4  # three, and the one that is new


def test_another_coders_file_is_not_taken_for_a_newer_export(study, tmp_path):
    run(study, write(tmp_path / "rb.csv", OLD))
    assert run(study, write(tmp_path / "kl.csv", OLD.replace(",RB", ",KL"))).exit_code == 0
    assert len(_codings(study)) == 6


def test_a_newer_export_that_names_nobody_is_known_by_its_codings(study, tmp_path):
    tags = "id,document,tag,content\n1,T1,time,no time\n2,T1,boss,helped us\n"
    run(study, write(tmp_path / "march.csv", tags), "--coder", "RB")
    newer = write(tmp_path / "april.csv", tags + "3,T1,time,for the training\n")
    assert "2 of its 3 codings stand in data/raw/codings/march.csv" in run(study, newer, "--dry-run").output
    assert run(study, newer, "--replace").exit_code == 0
    assert list(_table(study)["coder"]) == ["RB", "RB", "RB"]


def test_one_person_under_two_names_is_said(study, tmp_path):
    file = write(tmp_path / "a.csv", HEAD + 'T1,,,no time,time,"Bell, Ruth"\nT1,,,And then?,time,KL\n')
    assert "One person" not in run(study, file).output
    again = write(tmp_path / "b.csv", HEAD + "T1,,,the boss,boss,ruth bell\nT1,,,helped us,boss,Ruth Bell\n")
    said = "One person under two names? 'Ruth Bell' and 'ruth bell': `coders` in a map file makes them one."
    assert said in run(study, again).output
    loaded = Study(study, Config())
    from qualcode.checks import check_study

    every = "One person under two names? 'Bell, Ruth' and 'Ruth Bell' and 'ruth bell': `coders` in a map file makes them one."
    assert every in [problem.what for problem in check_study(loaded).warnings]

"""Codes of coders' own wait, are aligned, and are never lost; codes that the codebook lacks make its next version."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import small_study

from qualcode.checks import check_study
from qualcode.cli import cli
from qualcode.codebook import load_codebook
from qualcode.codebook.history import prove
from qualcode.codings import Imported, read_codings
from qualcode.codings.align import own_code_id, with_unaligned
from qualcode.codings.model import read_sidecar
from qualcode.decisions import append_decisions
from qualcode.errors import CodingsError, DecisionsError, QualcodeError
from qualcode.study import Study
from qualcode.tables import TABLES

TALK = "I: Well?\n\nP: The bus was late. We had no time. The boss helped us.\n"
CODEBOOK = (
    "name: mih\nversion: 1.0.0\ncodes:\n  - {id: barriers, label: Barriers, kind: theme}\n"
    "  - {id: time, label: Time, parent: barriers}\n  - {id: trust, label: Trust}\n"
)
HEAD = "transcript,text,code,coder\n"
RB = HEAD + "T1,The bus was late,Transport,RB\nT1,We had no time,Time,RB\nT1,The boss helped us,Boss,RB\n"
RIDE, HURRY, HELP = ("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa" + digit for digit in "123")
TOOL = (  # a project with codes in a tree, one of them told what it means
    '<?xml version="1.0" encoding="utf-8"?><Project name="p" xmlns="urn:QDA-XML:project:1.0">'
    '<Users><User guid="11111111-1111-1111-1111-111111111111" name="KL"/></Users><CodeBook><Codes>'
    '<Code guid="bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb" name="Barriers" isCodable="true">'
    f'<Code guid="{RIDE}" name="Late bus" isCodable="true" color="#abc"><Description>Any transport.</Description></Code>'
    f'<Code guid="{HURRY}" name="Time" isCodable="true"/></Code>'
    '<Code guid="cccccccc-cccc-4ccc-8ccc-cccccccccccc" name="People" isCodable="true">'
    f'<Code guid="{HELP}" name="Help" isCodable="true"/>'
    '<Code guid="dddddddd-dddd-4ddd-8ddd-dddddddddddd" name="Never used" isCodable="true"/></Code>'
    '</Codes></CodeBook><Sources><TextSource guid="ffffffff-ffff-4fff-8fff-ffffffffffff" name="T1" '
    'plainTextPath="internal://T1.txt">%s</TextSource></Sources></Project>'
)


def at(words: str) -> tuple[int, int]:
    return TALK.index(words), TALK.index(words) + len(words)


def project(path: Path) -> Path:
    """KL's project: three passages, one under each of Late bus, Time and Help."""
    made = ""
    for number, (code, words) in enumerate([(RIDE, "bus was late"), (HURRY, "We had no time"), (HELP, "helped us")]):
        start, end = at(words)
        made += (
            f'<PlainTextSelection guid="e{number}" startPosition="{start}" endPosition="{end}"><Coding guid="c{number}" '
            f'creatingUser="11111111-1111-1111-1111-111111111111"><CodeRef targetGUID="{code}"/></Coding>'
            "</PlainTextSelection>"
        )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", TOOL % made)
        archive.writestr("sources/T1.txt", TALK)
    return path


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A study without a codebook."""
    root = small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK)
    (root / "codebooks/mih/1.0.0.yaml").unlink()
    (root / "codebooks/mih").rmdir()
    return root


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def run(study: Path, *arguments: str | Path) -> Result:
    result = CliRunner().invoke(cli, ["import", *map(str, arguments), "-C", str(study)])
    if result.exception is not None and not isinstance(result.exception, QualcodeError | SystemExit):
        raise result.exception
    return result


def tables(root: Path) -> Imported:
    from qualcode.transcripts import read_transcripts

    study = Study.load(root)
    made = read_transcripts(study)
    book = load_codebook(study)
    codes = book.table() if book is not None else TABLES["codebook"].empty()
    return read_codings(study, made.transcripts, made.turns, made.texts, TABLES["edits"].empty(), codes)


def decide(root: Path, *rows: tuple[str, str, str, str], version: str = "1.0.0") -> None:
    """Align codes, as (file, coder, own code, choice)."""
    made = [
        {"kind": "alignment", "about": own_code_id(file, coder, code), "choice": choice, "value": version}
        | {"by": "EV", "on": "2024-05-01"}
        for file, coder, code, choice in rows
    ]
    append_decisions(Study.load(root), made, file="alignment.csv")


def assert_counts_add_up(imported: Imported) -> None:
    parts = ["kept", "collapsed", "refused", "open_split", "retired", "unaligned"]
    for table in (imported.report, imported.by_code):
        assert table["rows"].tolist() == table[parts].sum(axis=1).tolist()
    assert imported.report["kept"].sum() == len(imported.codings)


# ---------------------------------------------------------------- codes of a coder's own


def test_codes_of_a_coders_own_are_not_looked_for_in_the_codebook_by_their_label(study, tmp_path):
    result = run(study, write(tmp_path / "rb.csv", RB), "--own-codes")
    assert result.exit_code == 0, result.exception
    assert "Codes of the coder's own: 3; 3 codings wait" in result.stdout
    sidecar = read_sidecar(study / "data/raw/codings/rb.csv.import.yaml", where="")
    assert sidecar.own_codes
    imported = tables(study)
    assert len(imported.codings) == len(imported.refused) == 0
    table = imported.unaligned.set_index("own_code")
    assert table.index.tolist() == [
        "Transport",
        "Time",
        "Boss",
    ]  # Time too, though the codebook has a code of that label
    assert (table.loc["Time", "start"], table.loc["Time", "end"]) == at("We had no time")
    assert set(table["why"]) == {"own"}
    assert imported.report[["rows", "kept", "unaligned"]].values.tolist() == [[3, 0, 3]]
    assert_counts_add_up(imported)


def test_an_aligned_code_is_the_common_one_and_the_coders_own_stays_beside_it(study, tmp_path):
    run(study, write(tmp_path / "rb.csv", RB), "--own-codes")
    decide(study, ("rb.csv", "RB", "Transport", "time"), ("rb.csv", "RB", "Boss", "none"))
    imported = tables(study)
    assert imported.codings[["code", "code_as_coded", "codebook_version"]].values.tolist() == [
        ["time", "Transport", "1.0.0"]
    ]
    assert imported.unaligned["own_code"].tolist() == ["Time"]
    assert imported.retired[["code_as_coded", "why"]].values.tolist() == [["Boss", "none"]]
    assert imported.report[["rows", "kept", "retired", "unaligned"]].values.tolist() == [[3, 1, 1, 1]]
    assert_counts_add_up(imported)
    listed = imported.alignment.set_index("own_code")
    assert listed["status"].to_dict() == {"Boss": "none", "Time": "open", "Transport": "aligned"}
    assert listed.loc["Transport", ["code", "by", "mentions", "transcripts"]].tolist() == ["time", "EV", 1, 1]


def test_two_own_codes_that_are_one_common_code_make_one_coding_of_one_passage(study, tmp_path):
    twice = HEAD + "T1,We had no time,Hurry,RB\nT1,We had no time,Rush,RB\n"
    run(study, write(tmp_path / "rb.csv", twice), "--own-codes")
    assert len(tables(study).unaligned) == 2
    decide(study, ("rb.csv", "RB", "Hurry", "time"), ("rb.csv", "RB", "Rush", "time"))
    imported = tables(study)
    assert imported.report[["rows", "kept", "collapsed", "unaligned"]].values.tolist() == [[2, 1, 1, 0]]


def test_an_aligned_coding_is_carried_by_later_versions_from_the_one_it_was_aligned_in(study, tmp_path):
    run(study, write(tmp_path / "rb.csv", RB), "--own-codes")
    decide(study, ("rb.csv", "RB", "Transport", "trust"), ("rb.csv", "RB", "Time", "time"))
    merged = CODEBOOK.replace("1.0.0", "1.1.0").replace("  - {id: trust, label: Trust}\n", "")
    change = "changes:\n  - {do: merge, code: [trust], to: time, reason: one, by: EV, date: 2024-06-01}\ncodes:"
    write(study / "codebooks/mih/1.1.0.yaml", merged.replace("codes:", change, 1))
    assert tables(study).codings["code"].tolist() == ["time", "time"]


def test_a_newer_export_of_the_same_file_keeps_what_was_aligned(study, tmp_path):
    file = write(tmp_path / "rb.csv", RB)
    run(study, file, "--own-codes")
    decide(study, ("rb.csv", "RB", "Transport", "time"))
    write(file, RB + "T1,bus,Transport,RB\n")
    assert run(study, file, "--replace").exit_code == 0
    assert tables(study).codings["code"].tolist() == ["time", "time"]


def test_codes_of_a_tools_tree_go_by_their_path_and_bring_what_the_tool_says_of_them(bare, tmp_path):
    run(bare, project(tmp_path / "kl.qdpx"), "--own-codes")
    imported = tables(bare)
    assert imported.alignment[["coder", "own_code", "definition"]].values.tolist() == [
        ["KL", "Barriers > Late bus", "Any transport."],
        ["KL", "Barriers > Time", ""],
        ["KL", "People > Help", ""],
    ]
    assert not any("no codebook" in warning.what for warning in imported.warnings)
    assert_counts_add_up(imported)


def test_check_says_how_many_codings_wait(study, tmp_path):
    run(study, write(tmp_path / "rb.csv", RB), "--own-codes")
    found = check_study(Study.load(study))
    assert not found.problems
    assert found.counts["unaligned"] == 3
    (note,) = [str(one) for one in found.warnings if "alignment" in one.what]
    assert note.startswith("data/raw/codings/rb.csv: 3 codings under 3 codes of RB's own wait for alignment.")


def test_an_alignment_to_a_code_that_never_was_is_said_with_its_row(study, tmp_path):
    run(study, write(tmp_path / "rb.csv", RB), "--own-codes")
    decide(study, ("rb.csv", "RB", "Transport", "tmie"))
    with pytest.raises(CodingsError) as caught:
        tables(study)
    (problem,) = caught.value.problems
    assert (problem.where, problem.place) == ("data/raw/decisions/alignment.csv", "row 2")
    assert "'tmie' is no code of the codebook" in problem.what
    assert problem.hint == "Nearest: 'time'."


def test_two_alignments_in_force_on_one_code_must_say_the_same(study):
    decide(study, ("rb.csv", "RB", "Transport", "time"))
    with pytest.raises(DecisionsError, match="is decided otherwise in"):
        decide(study, ("rb.csv", "RB", "Transport", "trust"))


def test_what_waits_may_become_any_code_and_what_was_refused_is_not_taken_for_it():
    rows = [
        {
            "coding": why,
            "transcript": "T",
            "scope": "span",
            "start": 1,
            "end": 2,
            "coder": "RB",
            "why": why,
            "origin": "human",
        }
        for why in ("own", "unknown")
    ]
    made = with_unaligned(TABLES["splits"].empty(), TABLES["unaligned"].shape(rows))
    assert made[["coding", "candidates", "status"]].values.tolist() == [["own", "*", "open"]]


# ---------------------------------------------------------------- codes that the codebook does not know


def test_unknown_codes_that_are_listed_are_on_the_worklist_too_and_an_alignment_names_them(study, tmp_path):
    write(study / "config/study.yaml", "codings: {refused: list}\n")
    result = run(study, write(tmp_path / "rb.csv", RB))
    assert result.exit_code == 0
    assert "Codes that the codebook does not know: 2, in 2 codings." in result.stdout
    imported = tables(study)
    assert imported.refused["code"].tolist() == ["Transport", "Boss"]
    assert imported.unaligned[["own_code", "why"]].values.tolist() == [["Transport", "unknown"], ["Boss", "unknown"]]
    assert imported.report[["rows", "kept", "refused", "unaligned"]].values.tolist() == [[3, 1, 2, 0]]
    assert_counts_add_up(imported)
    decide(study, ("rb.csv", "RB", "Boss", "trust"))
    imported = tables(study)
    assert sorted(imported.codings["code"]) == ["time", "trust"]
    assert imported.refused["code"].tolist() == ["Transport"]


def test_new_codes_draft_the_next_version_under_their_parents_and_the_codings_come_in_under_it(study, tmp_path):
    file = project(tmp_path / "kl.qdpx")
    dry = run(study, file, "--new-codes", "--by", "EV", "--date", "2024-05-01", "--dry-run")
    assert dry.exit_code == 0, dry.exception
    assert "Would draft codebooks/mih/1.1.0.yaml: 3 codes added" in dry.stdout
    assert not (study / "codebooks/mih/1.1.0.yaml").exists()
    result = run(study, file, "--new-codes", "--by", "EV", "--date", "2024-05-01")
    assert result.exit_code == 0, result.exception
    assert "  + late_bus: Late bus (under Barriers)\n" in result.stdout
    assert "Codes of the file that no coding uses are left out: 1." in result.stdout
    history = prove(Study.load(study))  # as `qualcode codebook check`: the changes are the whole difference
    assert history is not None
    book = history.current
    assert book.version == "1.1.0"
    entry = book.codes["late_bus"]
    assert (entry.parent, entry.definition, entry.colour, entry.origin) == (
        "barriers", "Any transport.", "#aabbcc", "inductive",
    )  # fmt: skip
    assert (book.codes["help"].parent, book.codes["people"].parent) == ("people", "")
    assert [(change.code, change.reason, change.by, change.date) for change in book.changes] == [
        ("late_bus", "named in the codings of kl.qdpx", "EV", "2024-05-01"),
        ("people", "stands above a code named in the codings of kl.qdpx", "EV", "2024-05-01"),
        ("help", "named in the codings of kl.qdpx", "EV", "2024-05-01"),
    ]
    imported = tables(study)
    assert imported.codings["code"].tolist() == ["late_bus", "time", "help"]
    assert set(imported.codings["codebook_version"]) == {"1.1.0"}
    again = run(study, file, "--new-codes", "--by", "EV")
    assert "no version was drafted" in again.stdout
    assert not (study / "codebooks/mih/1.2.0.yaml").exists()


def test_without_a_codebook_new_codes_make_the_first(bare, tmp_path):
    result = run(bare, write(tmp_path / "rb.csv", RB), "--new-codes", "--by", "RB", "--date", "2024-05-01", "--json")
    assert json.loads(result.stdout)["new_codes"] == ["transport", "time", "boss"]
    history = prove(Study.load(bare))
    assert history is not None
    assert [book.version for book in history.versions] == ["1.0.0"]
    assert [change.code for change in history.current.changes] == ["transport", "time", "boss"]
    assert tables(bare).codings["code"].tolist() == ["transport", "time", "boss"]


def test_ids_that_clash_are_told_apart_also_from_codes_that_were_used_once(study, tmp_path):
    change = "changes:\n  - {do: retire, code: trust, reason: unused, by: EV, date: 2024-04-01}\ncodes:"
    later = CODEBOOK.replace("1.0.0", "1.1.0").replace("  - {id: trust, label: Trust}\n", "")
    write(study / "codebooks/mih/1.1.0.yaml", later.replace("codes:", change, 1))
    rows = HEAD + "T1,The bus was late,Trust!,RB\nT1,We had no time,People > Time,RB\nT1,The boss helped us,Time?,RB\n"
    result = run(study, write(tmp_path / "rb.csv", rows), "--new-codes", "--by", "RB")
    assert result.exit_code == 0, result.exception
    history = prove(Study.load(study))
    assert history is not None
    assert list(history.current.codes) == ["barriers", "time", "trust_2", "people", "time_2", "time_3"]
    assert tables(study).codings["code"].tolist() == ["trust_2", "time_2", "time_3"]


def test_what_may_be_no_name_or_several_codes_is_not_drafted(study, tmp_path):
    long = "x" * 121
    rows = HEAD + f"T1,The bus was late,Time;Trust,RB\nT1,We had no time,{long},RB\nT1,The boss helped us,Boss,RB\n"
    result = run(study, write(tmp_path / "rb.csv", rows), "--new-codes", "--by", "RB")
    assert isinstance(result.exception, CodingsError)
    assert [problem.place for problem in result.exception.problems] == ["row 2", "row 3"]
    assert not (study / "codebooks/mih/1.1.0.yaml").exists()  # nothing is written where the file cannot come in


def test_no_version_is_drafted_where_the_file_itself_does_not_come_in(study, tmp_path):
    run(study, write(tmp_path / "rb.csv", HEAD + "T1,The bus was late,Time,RB\n"))
    result = run(study, write(tmp_path / "rb.csv", RB), "--new-codes", "--by", "RB")
    assert "another file of this name is there already" in str(result.exception)
    assert not (study / "codebooks/mih/1.1.0.yaml").exists()
    assert run(study, tmp_path / "rb.csv", "--new-codes", "--by", "RB", "--replace").exit_code == 0
    assert (study / "codebooks/mih/1.1.0.yaml").is_file()


def test_new_codes_need_a_name_and_the_newest_version_in_use(study, tmp_path):
    file = write(tmp_path / "rb.csv", RB)
    assert "nobody is named" in str(run(study, file, "--new-codes").exception)
    write(study / "codebooks/mih/1.1.0.yaml", CODEBOOK.replace("1.0.0", "1.1.0"))
    write(study / "config/study.yaml", "codebook: {version: 1.0.0}\n")
    error = str(run(study, file, "--new-codes", "--by", "RB").exception)
    assert "'codebook.version' names 1.0.0" in error
    both = run(study, file, "--new-codes", "--own-codes", "--by", "RB")
    assert "they are aligned first" in str(both.exception)


def test_a_new_label_that_is_nearly_an_old_one_is_pointed_out(study, tmp_path):
    result = run(
        study, write(tmp_path / "rb.csv", HEAD + "T1,We had no time,Barriersx,RB\n"), "--new-codes", "--by", "RB"
    )
    assert "Mistyped? It is nearly 'Barriers' [barriers]." in result.stdout


def test_where_unknown_codes_stop_the_import_the_message_says_what_can_be_done(study, tmp_path):
    result = run(study, write(tmp_path / "rb.csv", RB))
    assert isinstance(result.exception, CodingsError)
    assert [problem.place for problem in result.exception.problems] == ["row 2", "row 4"]
    assert "`--new-codes --by NAME` drafts the next version" in result.exception.problems[-1].hint

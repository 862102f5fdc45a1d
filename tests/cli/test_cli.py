"""The command line: exit statuses, the study before or after the subcommand, a new study, tables printed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from qualcode_calls import in_a_new_process

Call = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def qualcode() -> Call:
    """Here each call is a new process, as a person starts it."""
    return in_a_new_process


@pytest.fixture
def study(tmp_path: Path, qualcode: Call) -> Path:
    """An empty study with one transcript of two voices."""
    folder = tmp_path / "study"
    assert qualcode("init", folder).returncode == 0
    text = "I: How was it?\n\nP1: It was hard at first.\n\nI: And then?\n\nP1: Then it was fine.\n"
    (folder / "data" / "raw" / "transcripts" / "talk.txt").write_text(text, encoding="utf-8")
    return folder


def test_init_makes_everything_that_a_study_needs(tmp_path: Path, qualcode: Call) -> None:
    folder = tmp_path / "new"
    done = qualcode("init", folder)
    assert done.returncode == 0
    made = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert made == {
        "Snakefile", ".gitignore", "config/study.yaml", "data/raw/README.md", "data/raw/sessions.csv",
        "data/raw/participants.csv", "data/raw/speakers.csv", "data/raw/assignments.csv",
    }  # fmt: skip
    assert (folder / "data/raw/sessions.csv").read_text(encoding="utf-8").startswith("session,date,kind,")


def test_init_never_overwrites(tmp_path: Path, qualcode: Call) -> None:
    folder = tmp_path / "new"
    assert qualcode("init", folder).returncode == 0
    (folder / "config" / "study.yaml").write_text("study: {title: Mine}\n", encoding="utf-8")
    again = qualcode("init", folder)
    assert again.returncode == 2
    assert "there is a study already; nothing was changed" in again.stderr
    assert (folder / "config" / "study.yaml").read_text(encoding="utf-8") == "study: {title: Mine}\n"


def test_init_keeps_files_that_are_there(tmp_path: Path, qualcode: Call) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    (tmp_path / "data" / "raw" / "participants.csv").write_text("participant\nP1\n", encoding="utf-8")
    assert qualcode("init", tmp_path).returncode == 0
    assert (tmp_path / "data" / "raw" / "participants.csv").read_text(encoding="utf-8") == "participant\nP1\n"


def test_the_example_study_is_the_made_up_one(tmp_path: Path, qualcode: Call, repository: Path) -> None:
    folder = tmp_path / "example"
    assert qualcode("init", "--example", folder).returncode == 0
    source = {path.name for path in (repository / "data" / "raw" / "transcripts").iterdir()}
    assert {path.name for path in (folder / "data" / "raw" / "transcripts").iterdir()} == source
    assert "made up" in (folder / "config" / "study.yaml").read_text(encoding="utf-8")
    kept = [path.name for path in (folder / "data" / "raw" / "texts").iterdir()]
    assert kept == ["made_up"], "what a run on the study itself kept stays behind"
    assert (folder / "reports").is_dir()


def test_git_ignores_raw_data_but_not_decisions_in_a_new_study(tmp_path: Path, qualcode: Call) -> None:
    qualcode("init", tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for name in ("transcripts/a.txt", "decisions/a.csv", "participants.csv"):
        (tmp_path / "data" / "raw" / name).write_text("x", encoding="utf-8")
    done = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    seen = {line[3:] for line in done.stdout.splitlines()}
    assert seen == {".gitignore", "Snakefile", "config/study.yaml", "data/raw/decisions/a.csv"}


def test_the_study_may_be_named_before_or_after_the_subcommand(study: Path, qualcode: Call) -> None:
    before, after = qualcode("-C", study, "check"), qualcode("check", "-C", study)
    assert before.returncode == after.returncode == 0
    assert before.stdout == after.stdout
    assert qualcode("check", cwd=study).stdout == after.stdout


def test_a_folder_that_is_no_study_is_the_users_mistake(tmp_path: Path, qualcode: Call) -> None:
    done = qualcode("check", "-C", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("ERROR: config/study.yaml: this file is not there.")
    assert "Traceback" not in done.stderr
    assert qualcode("check", "-C", tmp_path / "none").returncode == 2


def test_an_unknown_subcommand_names_the_nearest(qualcode: Call) -> None:
    done = qualcode("chek")
    assert done.returncode == 2
    assert "there is no command 'chek'. Nearest: 'check'." in done.stderr


@pytest.mark.parametrize("command", ["init", "check", "run", "show", "import", "codebook", "pack", "agreement"])
def test_every_subcommand_has_help(qualcode: Call, command: str) -> None:
    done = qualcode(command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")


def test_the_study_may_be_named_after_every_subcommand() -> None:
    import click

    from qualcode.cli import COMMANDS, cli

    def all_of(command: click.Command, name: str) -> list[tuple[str, click.Command]]:
        if not isinstance(command, click.Group):
            return [(name, command)]
        context = click.Context(command)
        members = ((member, command.get_command(context, member)) for member in command.list_commands(context))
        return [found for member, one in members if one is not None for found in all_of(one, f"{name} {member}")]

    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        for path, one in all_of(command, name):
            assert any("-C" in option.opts for option in one.params), path


def test_a_study_is_made_below_the_folder_that_is_named(tmp_path: Path, qualcode: Call) -> None:
    assert qualcode("init", "-C", tmp_path, "new").returncode == 0
    assert (tmp_path / "new" / "config" / "study.yaml").is_file()


def test_check_answers_in_json(study: Path, qualcode: Call) -> None:
    done = qualcode("check", "--json", "-C", study)
    answer = json.loads(done.stdout)
    assert answer["ok"] is True
    assert answer["counts"]["transcripts"] == 1
    (study / "config" / "study.yaml").write_text("studdy: {}\n", encoding="utf-8")
    assert qualcode("check", "--json", "-C", study).returncode == 2


def test_a_study_without_a_transcript_says_where_to_put_one(tmp_path: Path, qualcode: Call) -> None:
    qualcode("init", tmp_path)
    done = qualcode("run", "-C", tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("ERROR: data/raw/transcripts: there is no transcript.\n  Put the interviews there")


def test_one_transcript_is_enough_to_run_until_transcripts(study: Path, qualcode: Call) -> None:
    done = qualcode("run", "-C", study, "--until", "transcripts")
    assert done.returncode == 0, done.stderr
    assert "1 of 1  transcripts" in done.stdout
    table = qualcode("show", "transcripts", "--csv", "-C", study).stdout.splitlines()
    row = dict(zip(table[0].split(","), table[1].split(","), strict=True))
    assert (row["transcript"], row["turns"], row["speakers"], row["words"]) == ("talk", "4", "2", "14")


def test_a_table_that_is_not_made_yet_says_how_to_make_it(study: Path, qualcode: Call) -> None:
    done = qualcode("show", "themes", "-C", study)
    assert done.returncode == 2
    assert "table 'themes' has not been made yet.\n  Make it with `qualcode run`." in done.stderr
    assert "Nearest: 'themes'." in qualcode("show", "theme", "-C", study).stderr


def test_an_unknown_stage_names_the_nearest(study: Path, qualcode: Call) -> None:
    done = qualcode("run", "-C", study, "--until", "segment")
    assert done.returncode == 2
    assert "there is no stage 'segment'.\n  Nearest: 'segments'." in done.stderr

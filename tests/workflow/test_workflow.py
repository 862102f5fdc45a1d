"""The workflow: lints clean, lists its rules in plain words, holds to the house rules."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from raw_data_guard import LIST, too_large, unlisted

from qualcode.cli import STAGES
from qualcode.workflow import FOLDER


def snakemake(study: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("snakemake")
    return subprocess.run(
        [program, *arguments], cwd=study, capture_output=True, text=True, timeout=300, env=os.environ, check=False
    )


def test_lint_says_nothing_but_that_the_lock_file_is_the_environment(repository: Path) -> None:
    done = snakemake(repository, "--lint")
    said = re.findall(r"\* (.+?):\n", done.stdout + done.stderr)
    assert set(said) <= {"Specify a conda environment or container for each rule."}, done.stderr


def test_every_stage_has_a_rule_a_log_a_benchmark_and_the_version(repository: Path) -> None:
    for stage in STAGES:
        text = (FOLDER / "rules" / f"{stage}.smk").read_text(encoding="utf-8")
        assert re.search(rf"(?m)^rule {stage}:\n    \"\"\"[^{{}}]+\"\"\"", text), stage
        for part in (
            f'"logs/{stage}.txt"',
            f'"logs/benchmarks/{stage}.tsv"',
            "version=VERSION",
            f"qualcode stage {stage}",
        ):
            assert part in text, f"{stage}: {part}"
        assert not re.search(r"(?m)^    (run|script|checkpoint)\b", text), stage


def test_the_rules_are_listed_in_plain_words(repository: Path) -> None:
    listed = snakemake(repository, "--list").stdout
    for stage in STAGES:
        assert re.search(rf"(?m)^{stage}\b", listed), stage


def test_nothing_under_data_raw_is_tracked_but_the_made_up_study_and_decisions(tracked_files: list[str]) -> None:
    assert unlisted(tracked_files) == []
    listed = set(LIST.read_text(encoding="utf-8").split())
    assert listed <= set(tracked_files), "the list names files that are not there"


def test_an_interview_dropped_into_data_raw_is_refused() -> None:
    assert unlisted(["data/raw/transcripts/real.docx", "data/raw/decisions/x.csv", "src/a.py"]) == [
        "data/raw/transcripts/real.docx"
    ]


def test_no_tracked_file_is_over_500_kb(tracked_files: list[str]) -> None:
    assert too_large(tracked_files) == []


@pytest.mark.parametrize("heavy", ["spacy", "bertopic", "snakemake", "pandas", "matplotlib"])
def test_help_imports_nothing_heavy(heavy: str) -> None:
    code = (
        "import sys; sys.argv = ['qualcode', '--help']\n"
        "from qualcode.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        f"assert {heavy!r} not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "Commands:" in done.stdout


def test_the_checks_of_style_see_every_python_file_that_git_tracks(repository: Path, tracked_files: list[str]) -> None:
    """A pattern that leaves the study's folder reports/ out must not leave out a package of that name."""
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--show-files", "src", "tests", "benchmarks", "tasks.py"],
        cwd=repository, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seen = {Path(line).resolve().relative_to(repository).as_posix() for line in done.stdout.splitlines() if line}
    assert {name for name in tracked_files if name.endswith(".py")} <= seen

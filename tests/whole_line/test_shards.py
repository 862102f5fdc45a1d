"""A study of many transcripts: the workflow reads it in shards, and makes only what has changed again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qualcode.checks import check_study
from qualcode.study import Study
from qualcode.tables import read

Run = Callable[..., subprocess.CompletedProcess[str]]
MANY = 600  # over 512: two shards


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory, qualcode: Run) -> Path:
    study = tmp_path_factory.mktemp("many") / "study"
    assert qualcode("init", study).returncode == 0
    for number in range(MANY):
        path = study / "data" / "raw" / "transcripts" / f"T{number:03}.txt"
        path.write_text("I: How was it?\nP: Hard.\nI: Why?\nP: " + "very " * (number % 5) + "late.\n")
    return study


@pytest.fixture(scope="module")
def made(many: Path, qualcode: Run) -> Callable[[], list[str]]:
    """Run to the transcripts, and say which rules were run."""

    def run() -> list[str]:
        done = qualcode("run", "-C", many, "--until", "transcripts")
        assert done.returncode == 0, done.stdout + done.stderr
        return sorted(line.split()[3] for line in done.stdout.splitlines() if " of " in line)

    return run


def test_many_transcripts_are_read_in_shards_and_only_the_shard_that_changed_again(
    many: Path, made: Callable[[], list[str]]
) -> None:
    assert made() == ["shard", "shard", "transcripts"]
    processed = many / "data" / "processed"
    turns, transcripts = (
        read("turns", processed / "turns.parquet"),
        read("transcripts", processed / "transcripts.parquet"),
    )
    assert list(transcripts["transcript"]) == [f"T{number:03}" for number in range(MANY)]
    assert list(turns["transcript"]) == [f"T{number:03}" for number in range(MANY) for _ in range(4)]
    assert set(transcripts["words"]) == {3 + 1 + 1 + 1 + extra for extra in range(5)}
    assert len(list((processed / "texts").glob("*.txt"))) == MANY
    assert sorted(path.name for path in (processed / "shards").iterdir()) == ["0-of-2.sqlite", "1-of-2.sqlite"]

    assert made() == []
    path = many / "data" / "raw" / "transcripts" / "T007.txt"
    path.write_text(path.read_text() + "I: So?\n")
    assert made() == ["shard", "transcripts"]
    assert (read("turns", processed / "turns.parquet")["transcript"] == "T007").sum() == 5

    path.write_text("I: How was it?\nP: Easy.\n")  # another file, with an older date
    os.utime(path, (0, 0))
    assert made() == ["shard", "transcripts"]
    assert (read("turns", processed / "turns.parquet")["transcript"] == "T007").sum() == 2


def test_before_a_first_run_of_much_the_check_leaves_the_reading_to_the_run(
    many: Path, made: Callable[[], list[str]], qualcode: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made()
    size = sum(path.stat().st_size for path in (many / "data" / "raw" / "transcripts").iterdir())
    monkeypatch.setattr("qualcode.checks.MUCH", size - 1)
    read_before = check_study(Study.load(many), before_run=True)
    assert read_before.counts["transcripts"] == MANY  # a run has read them: nothing is unread
    fresh = tmp_path / "study"
    qualcode("init", fresh)
    for path in (many / "data" / "raw" / "transcripts").iterdir():
        (fresh / "data" / "raw" / "transcripts" / path.name).write_bytes(path.read_bytes())
    unread = check_study(Study.load(fresh), before_run=True)
    assert "transcripts" not in unread.counts and not unread.problems
    assert [w.what for w in unread.warnings] == ["600 transcripts; most have not been read yet."]
    assert check_study(Study.load(fresh)).counts["transcripts"] == MANY

"""What a rule's files hold, as one hash: dates play no part, and files are read once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qualcode.workflow import seen
from qualcode.workflow.seen import STORE, Seen


@pytest.fixture
def study(tmp_path: Path) -> Path:
    for name, words in (("a.txt", "one"), ("b.txt", "two")):
        (tmp_path / name).write_text(words)
    return tmp_path


def test_it_is_the_same_for_the_same_contents_in_any_order_and_of_any_date(study: Path) -> None:
    first = Seen(study).print_of(["a.txt", "b.txt"])
    os.utime(study / "a.txt", (0, 0))
    assert Seen(study).print_of(["b.txt", "a.txt", "a.txt"]) == first
    assert len(first) == 64


def test_it_is_another_for_other_contents_names_and_files(study: Path) -> None:
    made = {Seen(study).print_of(files) for files in (["a.txt"], ["b.txt"], ["a.txt", "b.txt"], [])}
    stat = (study / "a.txt").stat()
    (study / "a.txt").write_text("ten")  # of one size and date
    os.utime(study / "a.txt", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    made.add(Seen(study).print_of(["a.txt"]))
    (study / "a.txt").rename(study / "c.txt")
    made.add(Seen(study).print_of(["c.txt"]))
    assert len(made) == 6
    assert Seen(study).print_of([]) == Seen(study).print_of(["gone.txt"]) == ""


def test_a_file_is_read_once(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Seen(study).print_of(["a.txt", "b.txt"])
    monkeypatch.setattr(seen, "sha256_file", lambda path: pytest.fail(f"{path.name} was read again"))
    assert Seen(study).print_of(["a.txt", "b.txt"]) == before


@pytest.mark.parametrize("kept", ["{", "[]", ""])
def test_what_was_kept_by_half_is_made_anew(study: Path, kept: str) -> None:
    before = Seen(study).print_of(["a.txt"])
    (study / STORE).write_text(kept)
    assert Seen(study).print_of(["a.txt"]) == before
    assert "a.txt" in (study / STORE).read_text()


def test_a_rule_runs_again_for_older_files_in_the_place_of_those_that_people_wrote(made_up_study: Path) -> None:
    """Snakemake compares the parameters of a rule with those of its last run."""
    program = Path(sys.executable).with_name("snakemake")
    first = subprocess.run(
        [program, "-c1", "--quiet", "all", "--", "memberchecks", "codebook"],
        cwd=made_up_study, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    for file in ("data/raw/participants.csv", *(f"data/raw/memberchecks/{one.name}" for one in
                 (made_up_study / "data/raw/memberchecks").iterdir())):  # fmt: skip
        path = made_up_study / file
        kept = path.read_bytes()
        path.write_bytes(kept + b"\n")
        os.utime(path, (0, 0))
        would = subprocess.run(
            [program, "-c1", "-n", "--", "memberchecks"],
            cwd=made_up_study, capture_output=True, text=True, check=False,
        ).stdout  # fmt: skip
        assert "Params have changed since last execution" in would, file
        path.write_bytes(kept)


def test_a_file_is_another_than_was_read_by_what_it_holds(study: Path) -> None:
    assert not Seen(study).is_other("a.txt")  # nothing was ever read
    Seen(study).print_of(["a.txt"])
    assert not Seen(study).is_other("a.txt")
    assert Seen(study).is_other("b.txt")
    (study / "a.txt").write_text("one")
    assert not Seen(study).is_other("a.txt")
    (study / "a.txt").write_text("ten")
    os.utime(study / "a.txt", (0, 0))
    assert Seen(study).is_other("a.txt")

"""Bad input stops the run before any job starts: exit 2, file, row, cause, what to do, all at once, nothing written."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., "subprocess.CompletedProcess[str]"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def misspelt_key(study: Path) -> None:
    path = study / "config" / "study.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nagrement:\n  seed: 2\n", encoding="utf-8")


def duplicate_id(study: Path) -> None:
    edit(study / "codebooks/onlinecare/1.0.0.yaml", "id: workload", "id: champion")


def cycle(study: Path) -> None:
    path = study / "codebooks/onlinecare/1.0.0.yaml"
    text = path.read_text(encoding="utf-8")
    start = text.index("id: barriers")
    assert "kind: theme" in text[start:]
    place = text.index("kind: theme", start)
    path.write_text(
        text[:place] + "kind: theme\n    parent: workload" + text[place + len("kind: theme") :], encoding="utf-8"
    )


def empty(study: Path) -> None:
    (study / "data/raw/transcripts/S02_interview.txt").write_text(" \n", encoding="utf-8")


def binary(study: Path) -> None:
    (study / "data/raw/transcripts/S02_interview.txt").write_bytes(bytes(range(256)) * 20)


def pdf_named_docx(study: Path) -> None:
    (study / "data/raw/transcripts/S01_interview.docx").write_bytes(b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n" * 30)


def truncated_zip(study: Path) -> None:
    path = study / "data/raw/transcripts/S01_interview.docx"
    path.write_bytes(path.read_bytes()[:4000])


def no_cues(study: Path) -> None:
    (study / "data/raw/transcripts/S03_interview.vtt").write_text("WEBVTT\n\nNOTE nothing\n", encoding="utf-8")


def two_files_for_one_id(study: Path) -> None:
    (study / "data/raw/transcripts/S02.txt").write_text(
        "I: Hello?\n\nP02: Yes.\n\nI: Well?\n\nP02: Fine.\n", encoding="utf-8"
    )


def missing_file(study: Path) -> None:
    (study / "data/raw/transcripts/S09_interview.md").unlink()


def missing_column(study: Path) -> None:
    path = study / "data/raw/codings/RB_part1.csv"
    text = path.read_text(encoding="utf-8-sig")
    first, rest = text.split("\n", 1)
    path.write_text(first.replace("code,", "kode,", 1) + "\n" + rest, encoding="utf-8")


def braces(study: Path) -> None:
    path = study / "data/raw/transcripts/S04_interview.md"
    path.rename(path.with_name("S04 {final}.md"))
    edit(study / "data/raw/sessions.csv", "S04_interview.md", "S04 {final}.md")


CASES: dict[str, tuple[Callable[[Path], None], tuple[str, ...]]] = {
    "a misspelt key": (misspelt_key, ("config/study.yaml, line", "unknown key 'agrement'", "Nearest: 'agreement'")),
    "a duplicate id": (duplicate_id, ("codebooks/onlinecare/1.0.0.yaml, line", "champion")),
    "a cycle": (cycle, ("codebooks/onlinecare/1.0.0.yaml, line", "barriers", "workload")),
    "an empty transcript": (empty, ("data/raw/transcripts/S02_interview.txt",)),
    "a binary file named .txt": (binary, ("data/raw/transcripts/S02_interview.txt",)),
    "a pdf named .docx": (pdf_named_docx, ("data/raw/transcripts/S01_interview.docx", "PDF")),
    "a truncated zip": (truncated_zip, ("data/raw/transcripts/S01_interview.docx",)),
    "captions without cues": (no_cues, ("data/raw/transcripts/S03_interview.vtt", "cue")),
    "two files for one id": (two_files_for_one_id, ("S02.txt", "S02_interview.txt")),
    "a session whose file is missing": (missing_file, ("data/raw/sessions.csv, row", "S09_interview.md")),
    "a name with braces": (
        braces,
        ("data/raw/transcripts/S04 {final}.md: a file's name may not hold { or }", "Rename it"),
    ),
    "a missing column": (missing_column, ("data/raw/codings/RB_part1.csv", "code")),
}


def files(study: Path) -> list[Path]:
    """All files but those in which is kept what was read: the store, and texts with names in them by their hash."""
    texts = study / "data" / "raw" / "texts"
    return sorted(
        path
        for path in study.rglob("*")
        if texts / "read" not in (path, *path.parents)
        and not (path.parent == texts and re.fullmatch(r"[0-9a-f]{64}\.txt", path.name))
    )


@pytest.mark.parametrize("case", CASES)
def test_bad_input_stops_the_run_before_any_job_starts(made_up_study: Path, qualcode: Call, case: str) -> None:
    spoil, said = CASES[case]
    spoil(made_up_study)
    earlier = made_up_study / "reports" / "tables" / "themes.csv"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("from an earlier run\n", encoding="utf-8")
    before = files(made_up_study)
    done = qualcode("run", "-C", made_up_study)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "ERROR: " in done.stderr
    for part in said:
        assert part in done.stderr
    assert earlier.read_text(encoding="utf-8") == "from an earlier run\n"
    assert files(made_up_study) == before, "something was written"


def test_all_problems_are_said_at_once(made_up_study: Path, qualcode: Call) -> None:
    for spoil in (duplicate_id, empty, no_cues, missing_file):
        spoil(made_up_study)
    done = qualcode("check", "-C", made_up_study)
    assert done.returncode == 2
    for part in ("1.0.0.yaml", "S02_interview.txt", "S03_interview.vtt", "S09_interview.md"):
        assert part in done.stderr


def spoil_codings(study: Path) -> None:
    header = "transcript,start,end,text,code,coder\n"
    rows = ["S99,,,x,workload,RB", "S02,,,x y z never said in here,workload,RB", "S02,10,5,,workload,RB",
            "S02,0,99999999,,workload,RB", "S02,20,40,,worklod,RB", "S02,20,40,,workload,XX"]  # fmt: skip
    (study / "data/raw/codings/more.csv").write_text(header + "\n".join(rows) + "\n", encoding="utf-8")


def test_codings_of_the_own_format_that_cannot_be_placed_stop_the_run_by_default(
    made_up_study: Path, qualcode: Call
) -> None:
    spoil_codings(made_up_study)
    done = qualcode("run", "-C", made_up_study)
    assert done.returncode == 2
    assert [f"data/raw/codings/more.csv, row {row}" in done.stderr for row in range(2, 8)] == [True] * 6
    assert not (made_up_study / "data" / "processed").exists()


def test_codings_that_cannot_be_placed_are_listed_where_the_study_says_so(made_up_study: Path, qualcode: Call) -> None:
    spoil_codings(made_up_study)
    path = made_up_study / "config" / "study.yaml"
    text = path.read_text(encoding="utf-8")
    assert "\ncodings:" not in text
    path.write_text(text + "\ncodings:\n  refused: list\n", encoding="utf-8")
    check = qualcode("check", "-C", made_up_study)
    assert check.returncode == 0, check.stderr
    assert "6 refused" in check.stdout
    done = qualcode("run", "-C", made_up_study, "--until", "codings")
    assert done.returncode == 0, done.stderr
    listed = (made_up_study / "data" / "processed" / "refused.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[1] for line in listed[1:]] == ["2", "3", "4", "5", "6", "7"]
    assert "never said" not in "\n".join(listed), "a participant's words"

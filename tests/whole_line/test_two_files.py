"""docs/agreement.md, "From two files to a sentence": its commands, on the made-up study's coders, with what it says they print."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def said(qualcode: Run, *arguments: str | Path, cwd: Path) -> str:
    done = qualcode(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_sheets_of_codings_become_the_numbers_of_the_sentence(repository, whole_run, tmp_path, qualcode):
    page = (repository / "docs/agreement.md").read_text(encoding="utf-8")
    walk = page[page.index("## From two files") : page.index("## In a study")]
    shutil.copytree(whole_run, tmp_path / "example")  # as `qualcode init --example example` and a run make it
    for coder in ("KL", "RB"):
        said(qualcode, "export", "--as", "xlsx", "--layer", coder, f"{coder}.xlsx", "-C", "example", cwd=tmp_path)
    said(qualcode, "codebook", "export", "codes.xlsx", "-C", "example", cwd=tmp_path)
    said(qualcode, "init", "two", cwd=tmp_path)
    study = tmp_path / "two"
    for text in (tmp_path / "example/data/processed/texts").glob("*.txt"):
        shutil.copy(text, study / "data/raw/transcripts")
    said(qualcode, "codebook", "import", "../codes.xlsx", "--name", "care", cwd=study)
    for coder in ("KL", "RB"):
        printed = said(qualcode, "import", f"../{coder}.xlsx", cwd=study)
        assert "\n".join(f"   {line}" for line in [f"$ qualcode import ../{coder}.xlsx", *printed.splitlines()]) in walk
    read = [("KL", f"S{n:02}") for n in (2, 4, 6)] + [("RB", f"S{n:02}") for n in range(1, 14)]
    rows = "".join(f"{transcript},{coder},yes\n" for coder, transcript in read)
    (study / "data/raw/assignments.csv").write_text("transcript,coder,done\n" + rows, encoding="utf-8")
    said(qualcode, "run", "--until", "agreement", cwd=study)
    with (study / "reports/tables/agreement.csv").open(encoding="utf-8", newline="") as stream:
        pooled = {row["coefficient"]: row for row in csv.DictReader(stream) if row["scope"] == "pooled"}
    alpha = pooled["krippendorff_alpha"]
    assert (alpha["universe"], alpha["n_units"], alpha["n_transcripts"], alpha["codes"]) == (
        "assigned",
        "53",
        "3",
        "20",
    )
    numbers = [float(alpha[name]) for name in ("estimate", "ci_these_low", "ci_these_high")]
    assert numbers == pytest.approx([0.71, 0.61, 0.80], abs=0.005)
    assert float(pooled["percent_agreement"]["estimate"]) == pytest.approx(0.97, abs=0.005)
    assert "was 0.71 (95 % interval 0.61 to 0.80 for these transcripts" in walk

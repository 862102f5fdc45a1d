"""The Snakemake workflow: `Snakefile`, one rule file a stage in `rules/`, captions; and what the rules ask of Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SNAKEFILE = str(FOLDER / "Snakefile")
# what a study's own Snakefile asks for
REPORTS = (
    "reports/findings.docx", "reports/index.html", "reports/supplement.xlsx", "reports/provenance.json",
    "reports/codebook_lessons.docx", "reports/tables/leaks.csv",
)  # fmt: skip


def find_programs() -> None:
    """Put the environment's programs first, so that rules find `qualcode` also where the environment is not activated."""
    here = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if path.split(os.pathsep)[0] != here:
        os.environ["PATH"] = os.pathsep.join([here, path])


def folder_of_many(path: str) -> str:
    """The folder instead of each of the files in it (data/raw/transcripts/…): a command line has a limit."""
    parts = path.split("/")
    return "/".join(parts[:3]) if parts[:2] == ["data", "raw"] else path

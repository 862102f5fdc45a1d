"""What `qualcode init` writes: the folders of a study, a commented configuration, and tables with their headers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from qualcode.config import Config
from qualcode.files import write_text
from qualcode.tables import TABLES

SNAKEFILE = '''\
# The workflow that ships inside the package, on the study in this folder.
from qualcode.workflow import REPORTS, SNAKEFILE


rule all:
    """Make every table, figure and document"""
    input:
        REPORTS,


include: SNAKEFILE
'''

GITIGNORE = """\
# machine-made; deleting it loses nothing
data/processed/
reports/
logs/
.snakemake/
# confidential: interviews and who gave them stay on this machine; decisions hold ids only
data/raw/*
!data/raw/decisions/
"""

README = """\
# What goes where

| place | what |
|---|---|
| `transcripts/` | the interviews, as received: .txt .md .docx .vtt .srt .otr |
| `sessions.csv` | one row a meeting: when, with whom, which file |
| `participants.csv` | one row a person: group, consent, and any columns of your own |
| `speakers.csv` | only where a session has several participants: which label is who |
| `assignments.csv` | which coder was to read which transcript, and whether it is done |
| `codings/` | what the coders coded; bring files in with `qualcode import FILE` |
| `decisions/` | rulings on disagreements and approvals; written by `qualcode import` |
| `memberchecks/` | participants' answers; written by `qualcode import` |
| `memos.csv` | notes of the researchers |
| `deidentify/` | the review of names while it goes on; written by `qualcode pack identifiers`; holds names, delete it afterwards |
| `texts/` | earlier states of the transcripts, kept by qualcode so that codings can follow corrections |

Tables may be CSV or XLSX. Everything here is confidential; git ignores it, except `decisions/`.
"""


def write_template(folder: Path, *, tables: bool = True) -> None:
    """Make the folders and files of an empty study in `folder`; files that are there stay as they are."""
    for place in (
        "config",
        "codebooks",
        "data/raw/transcripts",
        "data/raw/codings",
        "data/raw/decisions",
        "data/raw/memberchecks",
        "data/processed",
        "reports",
    ):
        (folder / place).mkdir(parents=True, exist_ok=True)
    files = {"Snakefile": SNAKEFILE, ".gitignore": GITIGNORE, "data/raw/README.md": README}
    if tables:
        files["config/study.yaml"] = commented_config()
        for name in ("sessions", "participants", "speakers", "assignments"):
            files[f"data/raw/{name}.csv"] = ",".join(TABLES[name].columns) + "\n"
    for name, text in files.items():
        if not (folder / name).exists():
            write_text(folder / name, text)


def commented_config() -> str:
    """A configuration with every key, its meaning and its default, commented out but for the title."""
    lines = [
        "# Settings of this study. Every key may be left out; lines that begin with # show the default.",
        "# A misspelt key stops the run. All keys on one page: docs/config.md.",
    ]
    for name, section in Config.model_fields.items():
        lines += ["", f"# {section.description}"]
        if name == "coders":
            lines += ["# coders:", "#   - {id: AB, name: First coder}", "#   - {id: CD, name: Second coder}"]
            continue
        lines.append(f"{name}:")
        model: type[BaseModel] = section.annotation  # type: ignore[assignment]
        for key, item in model.model_fields.items():
            for line in _wrapped(item.description or ""):
                lines.append(f"  # {line}")
            value = _yaml(item.get_default(call_default_factory=True))
            live = name == "study" and key == "title"
            lines.append(f"  {key}: {value}" if live else f"  # {key}: {value}")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, width: int = 110) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width)


def _yaml(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)

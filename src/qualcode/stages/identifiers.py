"""Part of the line before documents are written: how many words that may identify somebody wait for a decision."""

from __future__ import annotations

import json
from pathlib import Path

import click

from qualcode.drafts import not_reviewed, undecided
from qualcode.files import write_text
from qualcode.study import Study
from qualcode.tables import read
from qualcode.transcripts.kept import read_texts

IN = click.Path(path_type=Path, exists=True)


@click.command()
@click.option("--study", "root", type=IN, required=True, help="The study: its key, decisions and tables of people.")
@click.option("--transcripts", type=IN, required=True)
@click.option("--turns", type=IN, required=True)
@click.option("--texts", type=IN, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The number (JSON).")
def command(root: Path, transcripts: Path, turns: Path, texts: Path, out: Path) -> None:
    """Count what nobody has decided on. It fails where the study asks that nothing waits."""
    study = Study.load(root)
    number = undecided(study, read("transcripts", transcripts), read("turns", turns), read_texts(texts))
    if number and study.config.deidentify.require_review:
        raise not_reviewed(number)
    write_text(out, json.dumps({"undecided": number}) + "\n")
    click.echo(f"{number} candidates wait for a decision." if number else "Candidates reviewed.")

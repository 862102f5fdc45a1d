"""Stage transcripts: raw files -> turns and canonical texts."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.study import Study
from qualcode.tables import write
from qualcode.transcripts import read_transcripts
from qualcode.transcripts.edits import edits_of_study, keep_texts, write_texts

OUT = click.Path(path_type=Path)


@click.command()
@click.option("--study", type=click.Path(path_type=Path, exists=True), required=True, help="The study's folder.")
@click.option("--transcripts", type=OUT, required=True, help="Table of transcripts (Parquet).")
@click.option("--turns", type=OUT, required=True, help="Table of turns (Parquet).")
@click.option("--edits", type=OUT, required=True, help="Table of edits between kept and present texts (Parquet).")
@click.option("--texts", type=OUT, required=True, help="Folder of canonical texts, TRANSCRIPT.txt each.")
@click.option("--report", type=OUT, required=True, help="What was read, for people (CSV).")
def command(study: Path, transcripts: Path, turns: Path, edits: Path, texts: Path, report: Path) -> None:
    """Read the raw transcripts. Every text made is kept in data/raw/texts; no table is written if anything is wrong."""
    loaded = Study.load(study)
    found = read_transcripts(loaded, keep=True)
    changed = edits_of_study(loaded, found.transcripts, found.texts)
    keep_texts(loaded, found.transcripts, found.texts)
    write_texts(texts, found.texts)
    write("transcripts", found.transcripts, transcripts)
    write("turns", found.turns, turns)
    write("edits", changed, edits)
    write("report_transcripts", found.report, report)
    for warning in found.warnings:
        click.echo(f"NOTE: {warning}")
    click.echo(f"{len(found.transcripts)} transcripts, {len(found.turns)} turns, {len(changed)} changed stretches.")

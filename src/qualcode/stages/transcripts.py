"""Stage transcripts: raw files -> turns and canonical texts."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.study import Study
from qualcode.tables import write
from qualcode.transcripts.edits import edits_of_study
from qualcode.transcripts.kept import keep_texts, write_texts
from qualcode.transcripts.reading import read_to_file
from qualcode.transcripts.store import forget_other_shards

OUT = click.Path(path_type=Path)
IN = click.Path(path_type=Path, exists=True)


@click.command()
@click.option("--study", type=IN, required=True, help="The study's folder.")
@click.option("--transcripts", type=OUT, required=True, help="Table of transcripts (Parquet).")
@click.option("--turns", type=OUT, required=True, help="Table of turns (Parquet).")
@click.option("--edits", type=OUT, required=True, help="Table of edits between kept and present texts (Parquet).")
@click.option("--texts", type=OUT, required=True, help="Folder of canonical texts, TRANSCRIPT.txt each.")
@click.option("--report", type=OUT, required=True, help="What was read, for people (CSV).")
@click.option("--replacements", type=OUT, required=True, help="What was replaced, without what stood there (CSV).")
@click.argument("shards", type=IN, nargs=-1)
def command(
    study: Path, transcripts: Path, turns: Path, edits: Path, texts: Path, report: Path, replacements: Path,
    shards: tuple[Path, ...],
) -> None:  # fmt: skip
    """Read the raw transcripts, or put SHARDS together. Every text made is kept in data/raw/texts; no table is written
    if anything is wrong."""
    loaded = Study.load(study)
    found = read_to_file(loaded, turns, shards=shards)
    changed = edits_of_study(loaded, found.transcripts, found.texts, names_out=found.names_out)
    keep_texts(loaded, found.transcripts, found.texts, names_out=found.names_out)
    forget_other_shards(loaded, len(shards) or 1)
    write_texts(texts, found.texts)
    write("transcripts", found.transcripts, transcripts)
    write("edits", changed, edits)
    write("report_transcripts", found.report, report)
    write("report_replacements", found.replaced, replacements)
    for warning in found.warnings:
        click.echo(f"NOTE: {warning}")
    counts = f"{len(found.transcripts)} transcripts, {found.spoken} turns, {len(changed)} changed stretches"
    click.echo(f"{counts}, {len(found.replaced)} identifiers replaced.")

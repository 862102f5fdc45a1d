"""Stage saturation: new codes by transcript, in order of collection."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.mentions import find_mentions
from qualcode.people import people_of_study
from qualcode.saturation import saturation_table
from qualcode.study import Study
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=PATH, required=True)
@click.option("--consensus", type=PATH, required=True)
@click.option("--assignments", type=PATH, required=True)
@click.option("--turns", type=PATH, required=True)
@click.option("--texts", type=PATH, required=True)
@click.option("--transcripts", type=PATH, required=True)
@click.option("--codebook", type=PATH, required=True)
@click.option("--saturation", type=PATH, required=True, help="Output.")
def command(
    root: Path, consensus: Path, assignments: Path, turns: Path, texts: Path, transcripts: Path, codebook: Path,
    saturation: Path,
) -> None:  # fmt: skip
    """Count new codes by transcript and say where no more came."""
    study, listed = Study.load(root), read("transcripts", transcripts)
    settings, people = study.config.saturation, people_of_study(study, listed)
    table = saturation_table(
        find_mentions(read("consensus", consensus), read("turns", turns), read_texts(texts), people),
        listed,
        study.sessions,
        read("assignments", assignments),
        read("codebook", codebook),
        people,
        base=settings.base,
        run=settings.run,
        threshold=settings.threshold,
        rounding=settings.rounding,
        kinds=settings.kinds,
        approach=study.config.analysis.approach,
    )
    write("report_saturation", table, saturation)
    click.echo(f"{len(table)} transcripts: {next((text for text in table['verdict'] if text), 'nothing to count')}.")

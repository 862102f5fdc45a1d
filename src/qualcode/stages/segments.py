"""Stage segments: turns -> units."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.segments import UNITS, cut_segments
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts

IN = click.Path(path_type=Path, exists=True)


@click.command()
@click.option("--transcripts", type=IN, required=True)
@click.option("--turns", type=IN, required=True)
@click.option("--texts", type=IN, required=True)
@click.option("--unit", type=click.Choice(UNITS), required=True)
@click.option("--window", type=int, required=True)
@click.option("--interviewers", type=bool, required=True)
@click.option("--segments", type=click.Path(path_type=Path), required=True)
def command(
    transcripts: Path, turns: Path, texts: Path, unit: str, window: int, interviewers: bool, segments: Path
) -> None:
    """Cut turns into segments."""
    table = read("transcripts", transcripts)
    languages = dict(zip(table["transcript"], table["language"], strict=True))
    cut = cut_segments(
        read("turns", turns), read_texts(texts), languages, unit=unit, window=window, interviewers=interviewers
    )
    write("segments", cut, segments)
    click.echo(f"{len(cut)} segments (unit {unit}).")

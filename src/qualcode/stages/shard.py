"""Part of stage transcripts: the transcripts of one shard, where a study has so many that they are read in several."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.study import Study
from qualcode.transcripts.reading import read_shard
from qualcode.transcripts.shards import Shard


@click.command()
@click.option("--study", type=click.Path(path_type=Path, exists=True), required=True, help="The study's folder.")
@click.option("--shard", required=True, help="Which: 3-of-16.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="What the shard gave (SQLite).")
def command(study: Path, shard: str, out: Path) -> None:
    """Read the transcripts of one shard."""
    number = read_shard(Study.load(study), Shard.named(shard), out)
    click.echo(f"{number} transcripts.")

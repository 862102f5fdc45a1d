"""Stage topic_codes: the code that each suggested topic overlaps most."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.tables import read, write
from qualcode.topic_codes import topics_table
from qualcode.transcripts.kept import read_texts

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--topic-list", type=PATH, required=True)
@click.option("--topic-segments", type=PATH, required=True)
@click.option("--consensus", type=PATH, required=True)
@click.option("--codings", type=PATH, required=True)
@click.option("--texts", type=PATH, required=True)
@click.option("--codebook", type=PATH, required=True)
@click.option("--topics", type=PATH, required=True, help="Output.")
def command(
    topic_list: Path, topic_segments: Path, consensus: Path, codings: Path, texts: Path, codebook: Path, topics: Path
) -> None:
    """Lay codes beside topics."""
    table = topics_table(
        read("topic_list", topic_list),
        read("topic_segments", topic_segments),
        read("consensus", consensus),
        read("codings", codings),
        read_texts(texts),
        read("codebook", codebook),
    )
    write("report_topics", table, topics)
    click.echo(f"{len(table)} topics, {int((table['code'] != '').sum())} of them beside a code.")

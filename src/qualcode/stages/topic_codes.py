"""Stage topic_codes: the code that each suggested topic overlaps most."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.tables import read, write
from qualcode.topic_codes import topics_table
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.translations import on_originals

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--topic-list", type=PATH, required=True)
@click.option("--topic-segments", type=PATH, required=True)
@click.option("--consensus", type=PATH, required=True)
@click.option("--codings", type=PATH, required=True)
@click.option("--transcripts", type=PATH, required=True)
@click.option("--turns", type=PATH, required=True)
@click.option("--texts", type=PATH, required=True)
@click.option("--codebook", type=PATH, required=True)
@click.option("--topics", type=PATH, required=True, help="Output.")
def command(
    topic_list: Path, topic_segments: Path, consensus: Path, codings: Path, transcripts: Path, turns: Path, texts: Path,
    codebook: Path, topics: Path,
) -> None:  # fmt: skip
    """Lay codes beside topics, which are of the turns of originals: codings of translations stand for those."""
    on_turns, _ = on_originals(read("codings", codings), read("transcripts", transcripts), read("turns", turns))
    table = topics_table(
        read("topic_list", topic_list),
        read("topic_segments", topic_segments),
        read("consensus", consensus),
        on_turns,
        read_texts(texts),
        read("codebook", codebook),
    )
    write("report_topics", table, topics)
    click.echo(f"{len(table)} topics, {int((table['code'] != '').sum())} of them beside a code.")

"""Stage `topics`: turns -> topic suggestions."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("topics")
@click.option("--transcripts", type=click.Path(path_type=Path), required=True)
@click.option("--turns", type=click.Path(path_type=Path), required=True)
@click.option("--texts", type=click.Path(path_type=Path), required=True)
@click.option("--settings", required=True, help="Section `topics` of the configuration, as JSON.")
@click.option("--threads", default=2, show_default=True)
@click.option("--topic-list", type=click.Path(path_type=Path), required=True)
@click.option("--topic-segments", type=click.Path(path_type=Path), required=True)
@click.option("--notes", type=click.Path(path_type=Path), required=True)
def command(
    transcripts: Path,
    turns: Path,
    texts: Path,
    settings: str,
    threads: int,
    topic_list: Path,
    topic_segments: Path,
    notes: Path,
) -> None:
    """Suggest topics."""
    from qualcode import tables
    from qualcode.config import Topics
    from qualcode.files import write_text
    from qualcode.topics import suggest_topics
    from qualcode.transcripts.kept import read_texts

    listed = tables.read("transcripts", transcripts)
    found = suggest_topics(
        tables.read("turns", turns),
        read_texts(texts),
        dict(zip(listed["transcript"], listed["language"], strict=True)),
        settings=Topics.model_validate_json(settings),
        translation_of=dict(zip(listed["transcript"], listed["translation_of"], strict=True)),
        threads=threads,
    )
    tables.write("topic_list", found.topic_list, topic_list)
    tables.write("topic_segments", found.topic_segments, topic_segments)
    write_text(notes, json.dumps(found.notes, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
    said = found.notes
    left = ", ".join(f"{count} {cause}" for cause, count in said["left_out"].items())
    click.echo(
        f"{said['turns']} turns, {said['units']} segments of {said['min_words']} words and more; left out: {left}."
    )
    if said["reason"]:
        click.echo(f"No topics: {said['reason']}")
    else:
        click.echo(f"{said['topics']} topics from {said['runs']} runs.")
    for warning in said["warnings"]:
        click.echo(f"Note: {warning}")
    if found.seconds:
        click.echo("Seconds: " + ", ".join(f"{step} {seconds:.1f}" for step, seconds in found.seconds.items()))

"""Stage frameworks: what the codes say about the constructs they are mapped to."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.decisions import read_decisions
from qualcode.frameworks.constructs import constructs_table, unmapped_codes
from qualcode.mentions import find_mentions
from qualcode.people import people_of_study
from qualcode.quotes import quote_candidates
from qualcode.study import Study
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=PATH, required=True)
@click.option("--consensus", type=PATH, required=True)
@click.option("--turns", type=PATH, required=True)
@click.option("--texts", type=PATH, required=True)
@click.option("--transcripts", type=PATH, required=True)
@click.option("--codebook", type=PATH, required=True)
@click.option("--constructs", type=PATH, required=True, help="Output.")
def command(
    root: Path, consensus: Path, turns: Path, texts: Path, transcripts: Path, codebook: Path, constructs: Path
) -> None:
    """Count mentions and participants of each construct, by direction."""
    study = Study.load(root)
    use, settings = study.config.frameworks.use, study.config.themes
    limits = {"words_min": settings.quote_words_min, "words_max": settings.quote_words_max}
    spoken, words, codes = read("turns", turns), read_texts(texts), read("codebook", codebook)
    people = people_of_study(study, read("transcripts", transcripts))
    mentions = find_mentions(read("consensus", consensus), spoken, words, people)
    candidates = quote_candidates(mentions, spoken, words, people, read_decisions(study), **limits)
    table = constructs_table(mentions, codes, people, candidates, frameworks=use, **limits)
    write("report_constructs", table, constructs)
    for framework in use:
        found = table[table["framework"] == framework]["construct"].nunique()
        click.echo(
            f"{framework}: {found} constructs; not mapped: {', '.join(unmapped_codes(codes, framework)) or 'none'}."
        )

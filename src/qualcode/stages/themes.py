"""Stage themes: theme table, quotes, matrix of definitions, co-occurrence."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.cooccurrence import cooccurrence_table
from qualcode.decisions import read_decisions
from qualcode.definitions import definitions_table
from qualcode.mentions import find_mentions
from qualcode.people import people_of_study
from qualcode.quotes import quote_candidates, quotes_table
from qualcode.study import Study
from qualcode.tables import read, write
from qualcode.themes import themes_table
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.translations import quote_versions

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=PATH, required=True)
@click.option("--consensus", type=PATH, required=True)
@click.option("--turns", type=PATH, required=True)
@click.option("--texts", type=PATH, required=True)
@click.option("--transcripts", type=PATH, required=True)
@click.option("--segments", type=PATH, required=True)
@click.option("--codebook", type=PATH, required=True)
@click.option("--themes", type=PATH, required=True, help="Output.")
@click.option("--quotes", type=PATH, required=True, help="Output.")
@click.option("--definitions", type=PATH, required=True, help="Output.")
@click.option("--cooccurrence", type=PATH, required=True, help="Output.")
def command(
    root: Path, consensus: Path, turns: Path, texts: Path, transcripts: Path, segments: Path, codebook: Path,
    themes: Path, quotes: Path, definitions: Path, cooccurrence: Path,
) -> None:  # fmt: skip
    """Count themes, offer quotes, fill the matrix of definitions, pair codes."""
    study = Study.load(root)
    settings = study.config.themes
    limits = {"words_min": settings.quote_words_min, "words_max": settings.quote_words_max}
    spoken, words, codes, decisions = (
        read("turns", turns),
        read_texts(texts),
        read("codebook", codebook),
        read_decisions(study),
    )
    listed = read("transcripts", transcripts)
    people = people_of_study(study, listed)
    mentions = find_mentions(read("consensus", consensus), spoken, words, people)
    candidates = quote_candidates(mentions, spoken, words, people, decisions, **limits)
    offered = quotes_table(candidates, codes, people, quotes=settings.quotes, **limits)
    versions = quote_versions(offered, listed, spoken, words)
    offered[list(versions.columns)] = versions
    unit = settings.cooccurrence_unit
    units = spoken if unit == "turn" else read("segments", segments)
    write("report_quotes", offered, quotes)
    write("report_themes", themes_table(mentions, codes, people, offered), themes)
    write("report_definitions", definitions_table(mentions, spoken, words, codes, people, decisions), definitions)
    write("report_cooccurrence", cooccurrence_table(mentions, units, words, codes, unit=unit), cooccurrence)
    click.echo(f"{len(mentions)} mentions of {mentions['code'].nunique()} codes; {len(offered)} quotes offered.")

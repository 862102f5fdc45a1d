"""Stage review: codings that a second person looked at -> what became of each, and how much was confirmed."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.codings.align import with_unaligned
from qualcode.config import Agreement
from qualcode.decisions import read_decisions
from qualcode.review import count_reviews, review_verdicts
from qualcode.study import Study
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.translations import compared_on_originals

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=PATH, required=True, help="The study: its decisions.")
@click.option("--codings", type=PATH, required=True)
@click.option("--assignments", type=PATH, required=True)
@click.option("--turns", type=PATH, required=True)
@click.option("--transcripts", type=PATH, required=True)
@click.option("--texts", type=PATH, required=True)
@click.option("--codebook", type=PATH, required=True)
@click.option("--splits", type=PATH, required=True)
@click.option("--unaligned", type=PATH, required=True)
@click.option("--settings", default="{}", help="The section `agreement` of config/study.yaml, JSON.")
@click.option("--match", type=float, default=0.5, show_default=True)
@click.option("--approach", default="codebook", show_default=True)
@click.option("--review", type=PATH, required=True, help="Output.")
@click.option("--verdicts", type=PATH, required=True, help="Output.")
def command(
    root: Path, codings: Path, assignments: Path, turns: Path, transcripts: Path, texts: Path, codebook: Path, splits: Path,
    unaligned: Path, settings: str, match: float, approach: str, review: Path, verdicts: Path,
) -> None:  # fmt: skip
    """Count what a second person confirmed, changed, rejected and added."""
    wanted, codes = Agreement.model_validate_json(settings), read("codebook", codebook)
    on = compared_on_originals(
        read("codings", codings),
        read("assignments", assignments),
        with_unaligned(read("splits", splits), read("unaligned", unaligned)),
        read("transcripts", transcripts),
        read("turns", turns),
    )
    found = review_verdicts(
        on.codings,
        on.assignments,
        read_texts(texts),
        codes,
        read_decisions(Study.load(root)),
        match=match,
        splits=on.waiting,
    )
    table = count_reviews(
        found, codes, times=wanted.bootstrap, seed=wanted.seed, ci=wanted.ci != "none", approach=approach
    )
    write("report_review_codings", found, verdicts)
    write("report_review", table, review)
    many = found["verdict"].value_counts()
    said = ", ".join(f"{many[name]} {name.replace('_', ' ')}" for name in sorted(many.index))
    click.echo(f"{len(found)} codings seen or added" + (f": {said}." if said else "."))

"""Stage consensus: codings + decisions -> disagreements, the meeting's sheet, consensus."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
import pandas as pd

from qualcode.codebook.history import read_history
from qualcode.codings.align import OWN, with_unaligned
from qualcode.codings.carry import carry_decisions
from qualcode.codings.passages import Passages
from qualcode.consensus import find_disagreements, make_consensus, open_disagreements, unused_decisions
from qualcode.decisions import make_pack, read_decisions, write_sheet
from qualcode.decisions.spans import carry_spans
from qualcode.study import Study
from qualcode.tables import TABLES, read, write
from qualcode.transcripts.edits import read_texts
from qualcode.transcripts.made_on import keep_made_on
from qualcode.transcripts.translations import compared_on_originals

IN = click.Path(path_type=Path, exists=True)
OUT = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=IN, required=True, help="The study: its decisions, title and notice.")
@click.option("--codings", type=IN, required=True)
@click.option("--assignments", type=IN, required=True)
@click.option("--turns", type=IN, required=True)
@click.option("--transcripts", type=IN, required=True)
@click.option("--texts", type=IN, required=True)
@click.option("--codebook", type=IN, required=True)
@click.option("--splits", type=IN, required=True)
@click.option("--unaligned", type=IN, required=True)
@click.option("--edits", type=IN, required=True)
@click.option("--changed-codings", type=IN, required=True)
@click.option("--match", type=float, default=0.5, show_default=True)
@click.option("--span", type=click.Choice(["union", "intersection", "longest"]), default="union", show_default=True)
@click.option("--open", "open_", type=click.Choice(["exclude", "block"]), default="exclude", show_default=True)
@click.option("--context", type=int, default=30, show_default=True, help="Words before and after, in the sheet.")
@click.option("--consensus", type=OUT, required=True)
@click.option("--disagreements", type=OUT, required=True)
@click.option("--sheet", type=OUT, required=True)
@click.option("--changed", type=OUT, required=True)
def command(
    root: Path, codings: Path, assignments: Path, turns: Path, transcripts: Path, texts: Path, codebook: Path, splits: Path,
    unaligned: Path, edits: Path, changed_codings: Path,
    match: float, span: Literal["union", "intersection", "longest"], open_: Literal["exclude", "block"],
    context: int, consensus: Path, disagreements: Path, sheet: Path, changed: Path,
) -> None:  # fmt: skip
    """Find where coders disagree, and make the layer that all findings rest on."""
    study = Study.load(root)
    codes, spoken = read("codebook", codebook), read("turns", turns)
    told = read("transcripts", transcripts)
    chosen, own = read("splits", splits), read("unaligned", unaligned)
    on = compared_on_originals(
        read("codings", codings),
        read("assignments", assignments),
        with_unaligned(chosen, own),
        told,
        spoken,
    )
    coded, assigned, waiting = on.codings, on.assignments, on.waiting
    words = read_texts(texts)
    decisions, reopened = carry_decisions(read_decisions(study), read_history(study))
    for problem in reopened:
        click.echo(f"WARNING: {problem}", err=True)
    found = find_disagreements(coded, assigned, words, codes, decisions, match=match, splits=waiting)
    hashes = dict(zip(told["transcript"], told["sha256_text"], strict=True))
    spans = carry_spans(decisions, found, Passages(study, hashes, words, read("edits", edits)))
    for problem in spans.notes:
        click.echo(f"WARNING: {problem}", err=True)
    layer = make_consensus(
        coded, assigned, words, codes, spans.decisions, match=match, span=span, open_=open_, splits=waiting
    )
    write("report_disagreements", found, disagreements)
    write("consensus", layer, consensus)
    coded_before = read("changed_codings", changed_codings)
    of_decisions = TABLES["report_changed"].shape(spans.changed)
    write("report_changed", pd.concat([coded_before, of_decisions]) if len(of_decisions) else coded_before, changed)
    keep_made_on(study, spans.made_on)
    info = study.config.study
    pack = make_pack(found, coded, spoken, words, codes, decisions, title=info.title, context=context)
    write_sheet(sheet, pack, notice=info.notice)
    click.echo(f"{len(layer)} rows of consensus; {len(found)} disagreements, {open_disagreements(found)} of them open.")
    if on.lost:
        what = (
            "codings of translations lie on turns without a counterpart in the original, and stay on the translation."
        )
        click.echo(f"{on.lost} {what}")
    for left_out, why in (
        (int((chosen["status"] == "open").sum()), "a choice after a split"),
        (int((own["why"] == OWN).sum()), "the alignment of their code"),
    ):
        if left_out:
            click.echo(f"{left_out} codings wait for {why} and are left out.")
    for decision in unused_decisions(decisions, found):
        click.echo(f"WARNING: decision '{decision}' is about a disagreement that is no more.", err=True)

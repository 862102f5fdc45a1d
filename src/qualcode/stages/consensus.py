"""Stage consensus: codings + decisions -> disagreements, the meeting's sheet, consensus."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
import pandas as pd

from qualcode.codebook.history import read_history
from qualcode.codings.align import OWN
from qualcode.codings.carry import carry_decisions
from qualcode.config import Agreement
from qualcode.consensus import consensus_layer, open_disagreements, unused_decisions
from qualcode.consensus.ranked import rank_study
from qualcode.decisions import make_pack, read_decisions, seal_sheet, write_sheet
from qualcode.drafts import mark_drafts
from qualcode.study import Study
from qualcode.tables import TABLES, read, write
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.made_on import keep_made_on

IN = click.Path(path_type=Path, exists=True)
OUT = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=IN, required=True, help="The study: its decisions, title and notice.")
@click.option("--codings", type=IN, required=True)
@click.option("--assignments", type=IN, required=True)
@click.option("--turns", type=IN, required=True)
@click.option("--transcripts", type=IN, required=True)
@click.option("--segments", type=IN, required=True)
@click.option("--texts", type=IN, required=True)
@click.option("--codebook", type=IN, required=True)
@click.option("--splits", type=IN, required=True)
@click.option("--unaligned", type=IN, required=True)
@click.option("--edits", type=IN, required=True)
@click.option("--changed-codings", type=IN, required=True)
@click.option("--match", type=float, default=0.5, show_default=True)
@click.option("--span", type=click.Choice(["union", "intersection", "longest"]), default="union", show_default=True)
@click.option("--open", "open_", type=click.Choice(["exclude", "block"]), default="exclude", show_default=True)
@click.option("--agreement", "measures", default="{}", help="The section `agreement` of config/study.yaml, JSON.")
@click.option("--language", default="en", show_default=True, help="Language of transcripts that name none.")
@click.option("--context", type=int, default=30, show_default=True, help="Words before and after, in the sheet.")
@click.option("--consensus", type=OUT, required=True)
@click.option("--disagreements", type=OUT, required=True)
@click.option("--sheet", type=OUT, required=True)
@click.option("--seal", type=OUT, help="Where to keep the hash of the sheet: by it one that was filled in is told.")
@click.option("--changed", type=OUT, required=True)
def command(
    root: Path, codings: Path, assignments: Path, turns: Path, transcripts: Path, segments: Path, texts: Path, codebook: Path,
    splits: Path, unaligned: Path, edits: Path, changed_codings: Path, match: float,
    span: Literal["union", "intersection", "longest"], open_: Literal["exclude", "block"], measures: str, language: str,
    context: int, consensus: Path, disagreements: Path, sheet: Path, seal: Path | None, changed: Path,
) -> None:  # fmt: skip
    """Find where coders disagree, rank it, and make the layer that all findings rest on."""
    study = Study.load(root)
    mark_drafts(study)
    given = {
        "codings": codings, "assignments": assignments, "turns": turns, "transcripts": transcripts, "segments": segments,
        "codebook": codebook, "splits": splits, "unaligned": unaligned, "edits": edits,
    }  # fmt: skip
    tables, words = {name: read(name, path) for name, path in given.items()}, read_texts(texts)
    decisions, reopened = carry_decisions(read_decisions(study), read_history(study))
    settings = Agreement.model_validate_json(measures)
    ranked = rank_study(
        study, tables, words, decisions, match=match, span=span, settings=settings, language=language
    )  # fmt: skip
    found, spans, shares = ranked.found, ranked.spans, ranked.shares
    for problem in (*reopened, *spans.notes):
        click.echo(f"WARNING: {problem}", err=True)
    layer = consensus_layer(ranked.comparison, spans.decisions, span=span, open_=open_)
    write("report_disagreements", found, disagreements)
    write("consensus", layer, consensus)
    coded_before = read("changed_codings", changed_codings)
    of_decisions = TABLES["report_changed"].shape(spans.changed)
    write("report_changed", pd.concat([coded_before, of_decisions]) if len(of_decisions) else coded_before, changed)
    keep_made_on(study, spans.made_on)
    info = study.config.study
    pack = make_pack(
        found, ranked.codings, tables["turns"], words, tables["codebook"], spans.decisions, title=info.title, context=context
    )  # fmt: skip
    write_sheet(sheet, pack, notice=info.notice)
    if seal is not None:
        seal_sheet(sheet, seal)
    click.echo(f"{len(layer)} rows of consensus; {len(found)} disagreements, {open_disagreements(found)} of them open.")
    if shares.codes:
        click.echo(
            f"{100 * shares.outside:.1f} % of the observed disagreement ({shares.unit}s) lies in none of them: borders that differ "
            "a little, and text that somebody read too little of to be asked."
        )
    if ranked.lost:
        what = (
            "codings of translations lie on turns without a counterpart in the original, and stay on the translation."
        )
        click.echo(f"{ranked.lost} {what}")
    for left_out, why in (
        (int((tables["splits"]["status"] == "open").sum()), "a choice after a split"),
        (int((tables["unaligned"]["why"] == OWN).sum()), "the alignment of their code"),
    ):
        if left_out:
            click.echo(f"{left_out} codings wait for {why} and are left out.")
    for decision in unused_decisions(decisions, found):
        click.echo(f"WARNING: decision '{decision}' is about a disagreement that is no more.", err=True)

"""Stage figures: tables -> figures."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode import agreement_figures, figures
from qualcode.mentions import find_mentions
from qualcode.people import people_of_study
from qualcode.presence import theme_by_participant
from qualcode.study import Study
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts

IN = click.Path(path_type=Path, exists=True)
OUT = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=IN, required=True)
@click.option("--themes", type=IN, required=True)
@click.option("--consensus", type=IN, required=True)
@click.option("--transcripts", type=IN, required=True)
@click.option("--turns", type=IN, required=True)
@click.option("--texts", type=IN, required=True)
@click.option("--codebook", type=IN, required=True)
@click.option("--agreement-by-code", type=IN, required=True)
@click.option("--agreement", type=IN, required=True)
@click.option("--agreement-by-scope", type=IN, required=True)
@click.option("--agreement-confusion", type=IN, required=True)
@click.option("--codings", type=IN, required=True)
@click.option("--saturation", type=IN, required=True)
@click.option("--presence", type=OUT, required=True, help="Table of mentions by code and participant.")
@click.option("--folder", type=OUT, required=True, help="Where the figures go.")
def command(
    root: Path, themes: Path, consensus: Path, transcripts: Path, turns: Path, texts: Path, codebook: Path, agreement_by_code: Path,
    agreement: Path, agreement_by_scope: Path, agreement_confusion: Path, codings: Path, saturation: Path, presence: Path,
    folder: Path,
) -> None:  # fmt: skip
    """Draw the figures."""
    codes = read("codebook", codebook)
    everything, spoken, whole = read("codings", codings), read("turns", turns), read_texts(texts)
    people = people_of_study(Study.load(root), read("transcripts", transcripts))
    mentions = find_mentions(read("consensus", consensus), spoken, whole, people)
    who = theme_by_participant(mentions, codes, people)
    write("report_theme_by_participant", who, presence)
    labels = dict(zip(codes["code"], codes["label"], strict=True))
    order = list(labels) or sorted(set(everything["code"]))
    scopes = read("report_agreement_by_scope", agreement_by_scope)
    disputed = agreement_figures.most_disputed(scopes, everything)
    drawn = {
        "thematic_map": figures.thematic_map(read("report_themes", themes)),
        "theme_by_participant": figures.theme_by_participant_grid(who),
        "agreement": figures.agreement_chart(read("report_agreement_by_code", agreement_by_code), labels),
        "agreement_pairs": agreement_figures.pair_matrix(read("report_agreement", agreement), scopes),
        "agreement_confusion": agreement_figures.confusion_map(
            read("report_agreement_confusion", agreement_confusion), order
        ),
        "agreement_timeline": agreement_figures.timeline(
            everything, spoken, disputed, len(whole.get(disputed, "")), order, labels
        ),
        "saturation": figures.saturation_curve(read("report_saturation", saturation)),
    }
    for name, figure in drawn.items():
        figures.save(figure, folder / f"{name}.svg", folder / f"{name}.png")

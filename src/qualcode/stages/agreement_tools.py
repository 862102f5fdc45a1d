"""Stage agreement_tools: the same codings as other programs compare them, each figure labelled as theirs."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.agreement.groups import REFLEXIVE
from qualcode.agreement.tools_study import marked_of_study, tools_table
from qualcode.codings.align import with_unaligned
from qualcode.config import Agreement
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.translations import compared_on_originals

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--codings", type=PATH, required=True)
@click.option("--assignments", type=PATH, required=True)
@click.option("--segments", type=PATH, required=True)
@click.option("--turns", type=PATH, required=True)
@click.option("--transcripts", type=PATH, required=True)
@click.option("--texts", type=PATH, required=True)
@click.option("--codebook", type=PATH, required=True)
@click.option("--splits", type=PATH, required=True)
@click.option("--unaligned", type=PATH, required=True)
@click.option("--settings", default="{}", help="The section `agreement` of config/study.yaml, JSON.")
@click.option("--approach", default="codebook", show_default=True)
@click.option("--tools", type=PATH, required=True, help="Output.")
def command(
    codings: Path, assignments: Path, segments: Path, turns: Path, transcripts: Path, texts: Path, codebook: Path,
    splits: Path, unaligned: Path, settings: str, approach: str, tools: Path,
) -> None:  # fmt: skip
    """Compute what NVivo, ATLAS.ti, MAXQDA, Dedoose, QualCoder and requal print for these codings."""
    wanted, listed, spoken = (
        Agreement.model_validate_json(settings),
        read("transcripts", transcripts),
        read("turns", turns),
    )
    on = compared_on_originals(
        read("codings", codings),
        read("assignments", assignments),
        with_unaligned(read("splits", splits), read("unaligned", unaligned)),
        listed,
        spoken,
    )
    originals = set(listed["transcript"][listed["translation_of"] == ""])
    marked = marked_of_study(
        on.codings,
        on.assignments,
        read("segments", segments),
        spoken,
        {name: text for name, text in read_texts(texts).items() if name in originals},
        read("codebook", codebook),
        coders=wanted.coders,
        rounds=wanted.rounds,
        rule=wanted.rule,
    )
    table = tools_table(marked)
    if approach == "reflexive":
        table["value"], table["reason"] = float("nan"), REFLEXIVE
    waiting = sorted(set(on.waiting["coder"][on.waiting["status"] == "open"]) & set(marked.coders))
    write("report_agreement_tools", table, tools)
    click.echo(f"{len(table)} figures of other programs.")
    if waiting:
        click.echo(f"Codings that wait for a choice are not in them ({', '.join(waiting)}).")

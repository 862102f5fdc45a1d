"""Stage agreement: codings + assignments + units -> agreement over all codes and on each code."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.agreement import agreement_tables
from qualcode.codings.align import with_unaligned
from qualcode.tables import read, split, write
from qualcode.transcripts.edits import read_texts

IN = click.Path(path_type=Path, exists=True)
OUT = click.Path(path_type=Path)


@click.command()
@click.option("--codings", type=IN, required=True)
@click.option("--assignments", type=IN, required=True)
@click.option("--segments", type=IN, required=True)
@click.option("--turns", type=IN, required=True)
@click.option("--transcripts", type=IN, required=True)
@click.option("--texts", type=IN, required=True)
@click.option("--codebook", type=IN, required=True)
@click.option("--splits", type=IN, required=True)
@click.option("--unaligned", type=IN, required=True)
@click.option("--aligned", type=IN, required=True)
@click.option("--unit", type=click.Choice(["segment", "turn", "transcript"]), default="segment", show_default=True)
@click.option("--rule", default="any_word", show_default=True)
@click.option("--coders", default="", help="Coders to compare, parted by ';' (empty: all).")
@click.option("--rounds", default="", help="Rounds to compare, parted by ';' (empty: all).")
@click.option("--ci", type=click.Choice(["bootstrap", "analytic", "none"]), default="bootstrap", show_default=True)
@click.option("--bootstrap", type=int, default=1000, show_default=True)
@click.option("--resample", type=click.Choice(["auto", "unit", "cluster", "pairs"]), default="auto", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--approach", default="codebook", show_default=True)
@click.option("--overall", type=OUT, required=True)
@click.option("--by-code", type=OUT, required=True)
@click.option("--by-scope", type=OUT, required=True)
def command(
    codings: Path, assignments: Path, segments: Path, turns: Path, transcripts: Path, texts: Path, codebook: Path,
    splits: Path, unaligned: Path, aligned: Path, unit: str, rule: str, coders: str, rounds: str, ci: str, bootstrap: int,
    resample: str, seed: int, approach: str, overall: Path, by_code: Path, by_scope: Path,
) -> None:  # fmt: skip
    """Measure how far coders agree, on each code, over all, by transcript and by coder."""
    over, each, scopes = agreement_tables(
        read("codings", codings),
        read("assignments", assignments),
        read("segments", segments),
        read("turns", turns),
        read("transcripts", transcripts),
        read_texts(texts),
        read("codebook", codebook),
        aligned=read("report_alignment", aligned),
        splits=with_unaligned(read("splits", splits), read("unaligned", unaligned)),
        unit=unit,
        rule=rule,
        coders=split(coders),
        rounds=split(rounds),
        ci=ci,
        bootstrap=bootstrap,
        resample=resample,
        seed=seed,
        approach=approach,
    )
    write("report_agreement", over, overall)
    write("report_agreement_by_code", each, by_code)
    write("report_agreement_by_scope", scopes, by_scope)
    estimated = each[each["estimate"].notna()]["code"].nunique()
    click.echo(f"{each['code'].nunique()} codes, {estimated} of them with an estimate; {len(over)} overall figures.")

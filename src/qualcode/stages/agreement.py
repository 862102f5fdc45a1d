"""Stage agreement: codings + assignments + units -> agreement over all codes, on each code, by scope, and what counted."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from qualcode.agreement import measure_study
from qualcode.agreement.units import UNITS
from qualcode.codings.align import with_unaligned
from qualcode.config import Agreement
from qualcode.segments import further_units
from qualcode.study import Study
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.translations import compared_on_originals

IN = click.Path(path_type=Path, exists=True)
OUT = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=IN, required=True)
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
@click.option("--consensus", default="", help="The consensus, where it is a side.")
@click.option("--disagreements", default="", help="Disagreements: those not decided are no consensus.")
@click.option("--settings", default="{}", help="The section `agreement` of config/study.yaml, JSON.")
@click.option("--language", default="en", show_default=True, help="Language of transcripts that name none.")
@click.option("--approach", default="codebook", show_default=True)
@click.option("--unit", type=click.Choice(UNITS), help="In place of the setting.")
@click.option("--folder", type=OUT, required=True, help="Where the tables go.")
def command(
    root: Path, codings: Path, assignments: Path, segments: Path, turns: Path, transcripts: Path, texts: Path, codebook: Path,
    splits: Path, unaligned: Path, aligned: Path, consensus: str, disagreements: str, settings: str, language: str,
    approach: str, unit: str | None, folder: Path,
) -> None:  # fmt: skip
    """Measure how far coders agree, on each code, over all, by transcript, coder, group, round and time."""
    wanted = Agreement.model_validate_json(settings)
    measures = wanted.measures | ({"unit": unit} if unit else {})
    spoken, read_, whole = read("turns", turns), read("transcripts", transcripts), read_texts(texts)
    more = further_units((measures["unit"], *measures["units"]), read_, spoken, whole, language)
    on = compared_on_originals(
        read("codings", codings),
        read("assignments", assignments),
        with_unaligned(read("splits", splits), read("unaligned", unaligned)),
        read_,
        spoken,
    )
    found = measure_study(
        on.codings,
        on.assignments,
        read("segments", segments),
        spoken,
        read_[read_["translation_of"] == ""],
        whole,
        read("codebook", codebook),
        splits=on.waiting,
        aligned=read("report_alignment", aligned),
        participants=Study.load(root).participants,
        consensus=read("consensus", consensus) if consensus else None,
        undecided=_undecided(disagreements),
        more_units=more,
        thresholds=tuple(wanted.thresholds.values()),
        approach=approach,
        **measures,
    )
    each = {
        "agreement": found.overall, "agreement_by_code": found.by_code, "agreement_by_scope": found.by_scope,
        "agreement_differences": found.differences, "agreement_diagnosis": found.diagnosis,
        "agreement_confusion": found.confusion,
    }  # fmt: skip
    for name, table in each.items():
        write(f"report_{name}", table, folder / f"{name}.csv")
    estimated = found.by_code[found.by_code["estimate"].notna()]["code"].nunique()
    figures = f"{len(found.overall)} overall figures"
    click.echo(f"{found.by_code['code'].nunique()} codes, {estimated} of them with an estimate; {figures}.")


def _undecided(path: str) -> pd.DataFrame | None:
    if not path:
        return None
    rows = read("report_disagreements", path)
    return rows[rows["status"] != "decided"]

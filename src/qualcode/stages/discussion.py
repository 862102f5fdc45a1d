"""Stage discussion: codings + decisions -> agreement before and after, who decided what, and what the codebook should learn."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click
import pandas as pd

from qualcode.agreement.before_after import before_and_after
from qualcode.agreement.prepared import prepare
from qualcode.codings.align import with_unaligned
from qualcode.config import Agreement
from qualcode.consensus import compare
from qualcode.consensus.contributions import contributions
from qualcode.consensus.discussion import after_discussion, readings_table, rulings_table
from qualcode.consensus.lessons import lessons, lessons_table
from qualcode.decisions.spans import present_decisions
from qualcode.files import newest_date
from qualcode.people import people_of_study
from qualcode.reports.lessons import write_lessons
from qualcode.segments import further_units
from qualcode.study import Study
from qualcode.tables import read, write
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.translations import compared_on_originals

IN = click.Path(path_type=Path, exists=True)
OUT = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=IN, required=True, help="The study: its decisions, people, approach, title.")
@click.option("--codings", type=IN, required=True)
@click.option("--assignments", type=IN, required=True)
@click.option("--turns", type=IN, required=True)
@click.option("--transcripts", type=IN, required=True)
@click.option("--segments", type=IN, required=True)
@click.option("--texts", type=IN, required=True)
@click.option("--codebook", type=IN, required=True)
@click.option("--splits", type=IN, required=True)
@click.option("--unaligned", type=IN, required=True)
@click.option("--disagreements", type=IN, required=True, help="The ranked list.")
@click.option("--match", type=float, default=0.5, show_default=True)
@click.option("--span", type=click.Choice(["union", "intersection", "longest"]), default="union", show_default=True)
@click.option("--agreement", "measures", default="{}", help="The section `agreement` of config/study.yaml, JSON.")
@click.option("--language", default="en", show_default=True, help="Language of transcripts that name none.")
@click.option("--before-after", "before_after", type=OUT, required=True)
@click.option("--rulings", type=OUT, required=True)
@click.option("--readings", type=OUT, required=True)
@click.option("--lessons", "learned", type=OUT, required=True)
@click.option("--document", type=OUT, required=True, help="What the codebook should learn, in Word.")
def command(
    root: Path, codings: Path, assignments: Path, turns: Path, transcripts: Path, segments: Path, texts: Path, codebook: Path,
    splits: Path, unaligned: Path, disagreements: Path, match: float, span: Literal["union", "intersection", "longest"],
    measures: str, language: str, before_after: Path, rulings: Path, readings: Path, learned: Path,
    document: Path,
) -> None:  # fmt: skip
    """Measure agreement before and after discussion, count whose readings stood, draft what the codebook should learn."""
    study = Study.load(root)
    codes, spoken, listed = read("codebook", codebook), read("turns", turns), read("transcripts", transcripts)
    words, ranked = read_texts(texts), read("report_disagreements", disagreements)
    waiting = with_unaligned(read("splits", splits), read("unaligned", unaligned))
    on = compared_on_originals(read("codings", codings), read("assignments", assignments), waiting, listed, spoken)
    decisions = present_decisions(study, ranked)
    comparison = compare(on.codings, on.assignments, words, codes, match=match, splits=on.waiting)
    settings = Agreement.model_validate_json(measures)
    tables = prepare(
        on.codings, on.assignments, read("segments", segments), spoken, listed[listed["translation_of"] == ""], words, codes,
        splits=on.waiting, more_units=further_units([settings.unit], listed, spoken, words, language),
        approach=study.config.analysis.approach, **settings.measures,
    )  # fmt: skip
    after = after_discussion(comparison, on.codings, decisions, span=span)
    compared = before_and_after(tables, after, _counts(ranked))
    whose = readings_table(comparison, decisions, codes=codes["code"].to_list(), span=span)
    day = newest_date(decisions["on"], on.codings["created"])
    shares = contributions(comparison, tables)
    found = lessons(comparison, ranked, decisions, codes, shares, day=day)
    write("report_agreement_before_after", compared, before_after)
    write("report_rulings", rulings_table(comparison, decisions), rulings)
    write("report_readings", whose, readings)
    write("report_codebook_lessons", lessons_table(found), learned)
    info = study.config.study
    write_lessons(
        document, found, ranked, on.codings, spoken, words, codes, decisions, people_of_study(study, listed),
        title=info.title, notice=info.notice, day=day,
    )  # fmt: skip
    decided = int((ranked["status"] == "decided").sum())
    click.echo(f"{decided} of {len(ranked)} disagreements are decided; {len(found)} codes were disagreed about.")


def _counts(disagreements: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Disagreements about codes and passages that are decided and open: in all (empty) and of each code."""
    found = {"": {"decided": 0, "open": 0}}
    for line in disagreements[disagreements["kind"] != "direction"].to_dict("records"):
        state = "decided" if line["status"] == "decided" else "open"
        for code in {"", line["code_a"], line["code_b"]}:
            found.setdefault(code, {"decided": 0, "open": 0})[state] += 1
    return found

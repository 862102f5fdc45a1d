"""Stage reports: tables and figures -> documents."""

from __future__ import annotations

import json
from pathlib import Path

import click

from qualcode.drafts import mark_drafts
from qualcode.files import newest_date, write_text
from qualcode.memberchecks import read_memberchecks
from qualcode.reports import content
from qualcode.reports.content import Data, load_tables
from qualcode.study import Study
from qualcode.tables import TABLES, read

REPORT_TABLES = (
    "participants", "sessions", "transcripts", "imports", "themes", "quotes", "definitions", "agreement",
    "agreement_by_code", "agreement_by_scope", "agreement_differences",
    "agreement_diagnosis", "agreement_confusion", "agreement_before_after", "agreement_tools", "review", "review_codings",
    "training", "disagreements", "rulings", "readings", "cooccurrence", "saturation", "topics", "constructs",
    "theme_by_participant", "memberchecks", "codebook",
)  # fmt: skip


@click.command()
@click.option("--study", "folder", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--rules", default="{}", help="Rules with their inputs and outputs, JSON.")
def command(folder: Path, rules: str) -> None:
    """Write findings.docx, index.html, the workbooks and provenance.json."""
    from qualcode.reports.docx import write_tables
    from qualcode.reports.findings import write_findings
    from qualcode.reports.html import write_index
    from qualcode.reports.provenance import write_provenance
    from qualcode.reports.xlsx import write_data, write_printed

    study = Study.load(folder)
    mark_drafts(study)
    data = load_data(study)
    place, tables, figures = study.reports, study.reports / "tables", study.reports / "figures"
    for name in ("themes", "constructs"):
        printed = content.PRINTED[name](data)
        write_printed(tables / f"{name}.xlsx", [printed], day=data.day, title=data.title)
        write_tables(tables / f"{name}.docx", [printed], title=data.title, notice=data.notice, day=data.day)
    write_text(tables / "agreement_methods.txt", content.agreement_methods(data) + "\n")
    write_findings(place / "findings.docx", data, figures)
    rows = {name: TABLES[f"report_{name}" if f"report_{name}" in TABLES else name].row for name in REPORT_TABLES}
    write_data(
        place / "supplement.xlsx",
        {name: (rows[name], data[name]) for name in REPORT_TABLES},
        day=data.day,
        title=data.title,
    )
    files = [
        "findings.docx", "supplement.xlsx", "disagreements.xlsx", "codebook_lessons.docx",
        *(f"tables/{name}.{ending}" for name in ("themes", "constructs") for ending in ("docx", "xlsx")), "provenance.json",
    ]  # fmt: skip
    write_index(place / "index.html", data, figures, files)
    write_provenance(place / "provenance.json", study, json.loads(rules))


def load_data(study: Study) -> Data:
    """The report tables of a study, dated by the newest of its inputs' own dates."""
    tables = load_tables(study, (*REPORT_TABLES, "changed"))
    codings = read("codings", study.processed / "codings.parquet")
    decided = [read("decisions", path)["on"] for path in study.decisions_files]
    answered = read_memberchecks(study)["answered"]
    day = newest_date(tables["sessions"]["date"], codings["created"], *decided, answered)
    notes = study.processed / "topic_notes.json"
    codebook = tables["codebook"]
    return Data(
        study=study,
        tables=tables,
        day=day,
        codebook=f"{codebook['name'].iloc[0]} {codebook['version'].iloc[0]}" if len(codebook) else "",
        topic_notes=json.loads(notes.read_text(encoding="utf-8")) if notes.is_file() else {},
    )

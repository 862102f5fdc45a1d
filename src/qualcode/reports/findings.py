"""reports/findings.docx: everything a results section needs, in its order."""

from __future__ import annotations

from pathlib import Path

from qualcode.files import DEFAULT_DATE
from qualcode.reports import content
from qualcode.reports.content import Data
from qualcode.reports.docx import Report

WIDTHS = {"#agreement": 15.0, "#agreement_pairs": 12.0, "#agreement_confusion": 14.0, "#agreement_timeline": 16.0}
FIGURES = {
    "thematic_map": (
        "Thematic map: themes, what belongs to them, participants and mentions",
        "Themes on the left, linked to their subthemes on the right; a larger dot means more participants. "
        "The numbers are in the table of themes.",
    ),
    "theme_by_participant": (
        "Mentions by theme and participant",
        "A grid with a row for each subtheme and a column for each participant; cells hold the number of mentions.",
    ),
    "agreement": (
        "Agreement on each code",
        "A dot for each code at its Krippendorff's alpha with a line for the interval. "
        "The numbers are in the table of agreement by code.",
    ),
    "agreement_pairs": (
        "Agreement of each pair of coders",
        "A square for each pair of coders with the pooled alpha of the two and its interval. "
        "The numbers are in the table of agreement by part.",
    ),
    "agreement_confusion": (
        "Which code one coder gave where the other gave another",
        "A grid with the codes of one coder as rows and of the other as columns; cells hold the number of units, the diagonal "
        "those on which both agree. The numbers are in tables/agreement_confusion.csv.",
    ),
    "agreement_timeline": (
        "Who coded what where, in the transcript on which coders agree least",
        "A row for each code with a lane for each coder; a bar is a coded passage. The codings are in the disagreements sheet.",
    ),
    "saturation": (
        "Codes heard so far, in order of collection",
        "Bars with the new codes of each transcript and a line with the codes heard so far. "
        "The numbers are in the table of saturation.",
    ),
}


def write_findings(path: Path, data: Data, figures: Path) -> None:
    """Write the document: people and sessions, themes, definitions, framework, agreement, saturation, topics, member check.

    Parameters
    ----------
    figures
        Folder with the figures as PNG.
    """
    report = Report(data.title, notice=data.notice)
    report.title(data.title)
    if data.notice:
        report.paragraph(data.notice, style="Notice")
    report.paragraph(_summary(data))

    def show(name: str, *, width_cm: float = 17.0) -> None:
        caption, alt = FIGURES[name]
        report.figure(figures / f"{name}.png", caption, alt, width_cm=width_cm)

    report.heading("Participants and data")
    report.table(content.participants(data))
    report.table(content.sessions(data))
    report.heading("Themes")
    show("thematic_map", width_cm=15.5)
    report.table(content.themes(data))
    show("theme_by_participant", width_cm=16.0)
    if len(data["definitions"]):
        report.heading("Definitions")
        report.table(content.definitions(data))
    report.heading("Framework")
    report.table(content.constructs(data))
    report.heading("Agreement between coders")
    report.paragraph(content.agreement_methods(data))
    for part in agreement_parts(data):
        if part.startswith("#"):
            show(part[1:], width_cm=WIDTHS[part])
        else:
            report.table(content.PRINTED[part](data))
    parts = content.discussion_parts(data)
    if parts:
        report.heading("From disagreement to consensus")
    for part in parts:
        report.table(content.PRINTED[part](data))
    report.heading("Saturation")
    report.table(content.saturation(data))
    show("saturation", width_cm=13.0)
    report.heading("Codes that occur together")
    report.table(content.cooccurrence(data))
    report.heading("Topics (suggestions)")
    report.table(content.topics(data))
    report.heading("Member check")
    report.table(content.memberchecks(data))
    report.heading("Quotes")
    report.table(content.quotes(data))
    report.save(path, day=data.day)


def agreement_parts(data: Data) -> list[str]:
    """Tables and figures (#) of agreement that this study has something to say in, in their order."""
    reviewed = ["review"] if len(data.tables.get("review", ())) else []
    if data.study.config.analysis.approach == "reflexive":
        return [*reviewed, "agreement_diagnosis", "#agreement_timeline"]
    units = ["agreement_units"] if content.agreement_units(data).rows else []
    pairs = ["#agreement_pairs"] if (data["agreement_by_scope"]["scope"] == "pair").any() else []
    return [
        *reviewed, "agreement", *units, "agreement_by_code", "#agreement", "agreement_by_scope", *pairs, "#agreement_confusion",
        "agreement_diagnosis", "#agreement_timeline",
    ]  # fmt: skip


def _summary(data: Data) -> str:
    """One paragraph: what there is, under which codebook, what is still open."""
    read = data["transcripts"]
    people = data["participants"]
    n = int(people[people["group"] == "all"]["N"].max()) if len(people) else 0
    coders = sorted({coder for cell in data["imports"]["coder"] for coder in cell.split(";") if coder})
    parts = [
        f"{len(read)} transcript{'s' * (len(read) != 1)} with {int(read['words'].sum()):,} words".replace(
            ",", "\u202f"
        ),
        f"{n} participant{'s' * (n != 1)}",
        f"{len(coders)} coder{'s' * (len(coders) != 1)}" if coders else "no codings yet",
    ]
    dated = f"Made by qualcode from data of {data.day}." if data.day != DEFAULT_DATE else "Made by qualcode."
    said = [f"{', '.join(parts)}.", content.codebook_note(data), content.open_note(data), dated]
    return " ".join(part for part in said if part)

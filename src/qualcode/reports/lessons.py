"""reports/codebook_lessons.docx: a page for each code that causes most disagreement, for the meeting that edits the codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.attribution import participants_of
from qualcode.consensus.lessons import KINDS, Lesson
from qualcode.people import People
from qualcode.reports.docx import Report
from qualcode.reports.model import Column, PrintedTable, Row, whole_percent
from qualcode.tables import split

TEAM_ONLY = "For the team only: this document holds participants' words, whatever their consent to being quoted. Do not pass it on."
MOST_CODES, MOST_QUOTES = 10, 5
KIND_WORDS = {
    "presence": "one coder left it out", "missed": "one coder left it out, and used the code elsewhere",
    "boundary": "borders", "other_code": "another code", "direction": "direction",
}  # fmt: skip
RULED = {
    "keep_a": "A's side kept",
    "keep_b": "B's side kept",
    "both": "both kept",
    "neither": "neither kept",
    "other": "other",
}


def write_lessons(
    path: Path,
    found: Sequence[Lesson],
    disagreements: pd.DataFrame,
    codings: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    decisions: pd.DataFrame,
    people: People,
    *,
    title: str,
    notice: str = "",
    day: str,
) -> None:
    """Write the document.

    Parameters
    ----------
    found
        From `lessons`; a page is made for the first of them, at most ten.
    disagreements
        The ranked table that the lessons' numbers point into.
    codings, turns, texts, codebook, decisions
        Where words, definitions and the team's reasons are taken from.
    people
        Passages of people who withdrew are not shown.
    """
    report = Report(f"{title}: what the codebook should learn", notice=notice)
    report.title("What the codebook should learn")
    report.paragraph(title)
    for text in (TEAM_ONLY, notice):
        if text:
            report.paragraph(text, style="Notice")
    shown = [one for one in found if one.yaml][:MOST_CODES]
    if not shown:
        report.paragraph("Coders disagreed about no code of the codebook.")
        report.save(path, day=day)
        return
    report.paragraph(
        "The codes that coders disagreed about, the one that causes most of the disagreement first. Each of the pages that follow "
        "has one code: what the codebook says of it, the passages that coders read differently, what it was taken for, and a draft "
        "of a change for the next version. Drafts are worked out from the disagreements and the reasons of decisions; nothing of "
        "them is in the codebook until somebody words, signs and puts it there (docs/codebook.md)."
    )
    report.table(_overview(found, shown))
    quotes = _Quotes(disagreements, codings, turns, texts, people)
    entries = codebook.set_index("code").to_dict("index")
    labels = {code: str(entry["label"]) for code, entry in entries.items()}
    reasons = decisions.set_index("decision")["reason"].to_dict()
    for one in shown:
        report.heading(f"{one.label} ({one.code})", new_page=True)
        report.paragraph(_summary(one))
        report.table(_definition(one, entries[one.code]))
        report.table(_passages(one, quotes, disagreements, labels, reasons))
        if one.confused:
            report.table(_confused(one, labels, entries))
        report.heading("Draft of a change", level=2)
        report.verbatim(one.yaml)
    report.save(path, day=day)


def _overview(found: Sequence[Lesson], shown: Sequence[Lesson]) -> PrintedTable:
    columns = [
        Column("Code", 2.4), Column("Share", 0.8, "right"), Column("Disagree-\nments", 1.0, "right"), Column("Open", 0.7, "right"),
        *(Column(head, 1.0, "right") for head in ("Left\nout", "Borders", "Other\ncode", "Direction")),
        Column("Stood", 0.8, "right"), Column("Fell", 0.7, "right"),
    ]  # fmt: skip
    rows = [
        Row([
            one.label, _share(one.share), len(one.disputes), one.open, one.kinds["presence"] + one.kinds["missed"],
            one.kinds["boundary"], one.kinds["other_code"], one.kinds["direction"], one.stood, one.fell,
        ])
        for one in found
    ]  # fmt: skip
    left = len(found) - len(shown)
    notes = [
        "Share: of the observed disagreement of all codes. Stood, fell: decided disagreements that left a passage with the code, "
        "or none. A disagreement about two codes stands in the row of each.",
        f"{left} more {'codes have' if left > 1 else 'code has'} no page of its own." if left else "",
    ]
    return PrintedTable("Codes", "Codes that coders disagreed about", columns, rows, notes)


def _share(value: float) -> str:
    return "" if pd.isna(value) else f"{whole_percent(100 * value)} %"


def _summary(one: Lesson) -> str:
    many = len(one.disputes)
    kinds = ", ".join(f"{KIND_WORDS[kind]} {one.kinds[kind]}" for kind in KINDS if one.kinds[kind])
    share = f" They make up {_share(one.share)} of the observed disagreement." if not pd.isna(one.share) else ""
    passage = many - one.kinds["direction"]
    ruled = (
        f" Of the decided ones about passages the code stood in {one.stood} and fell in {one.fell}." if passage else ""
    )
    return f"{many} disagreement{'s' * (many != 1)} ({kinds}), {one.open} of them open.{share}{ruled}"


def _definition(one: Lesson, entry: Mapping[Any, Any]) -> PrintedTable:
    heads = {
        "definition": "Definition", "full_definition": "In full", "include": "When to use", "exclude": "When not to use",
        "direction": "Direction",
    }  # fmt: skip
    rows = [Row([head, str(entry[name])]) for name, head in heads.items() if entry[name]]
    return PrintedTable(
        "Definition", f"What the codebook says ({entry['name']} {entry['version']})",
        [Column("Entry", 1.0), Column(one.code, 5.0)], rows, empty="The codebook says nothing but the label.",
    )  # fmt: skip


def _passages(
    one: Lesson, quotes: _Quotes, disagreements: pd.DataFrame, labels: Mapping[Any, str], reasons: Mapping[Any, Any]
) -> PrintedTable:
    rows: list[Row] = []
    hidden = 0
    for number in one.disputes:
        line = disagreements.iloc[number].to_dict()
        words = quotes.of(number)
        if words is None:
            hidden += 1
            continue
        if len(rows) == MOST_QUOTES:
            continue
        sides = [
            "\n".join(part for part in (
                f"{', '.join(split(line[f'coder_{side}']))}: {_named(line[f'code_{side}'], labels)}",
                ", ".join(split(line[f"direction_{side}"])) if line["kind"] == "direction" else "", words[side],
            ) if part)
            for side in "ab"
        ]  # fmt: skip
        if line["status"] == "decided":
            ruling = f"{RULED.get(line['choice'], line['choice'])}. {reasons.get(line['decision'], '')}".strip()
        else:
            ruling = "open"
        rows.append(Row([f"{line['transcript']}\n{line['start']}–{line['end']}\n{line['kind']}", *sides, ruling]))
    more = len(one.disputes) - hidden - len(rows)
    notes = [
        f"{more} more: reports/disagreements.xlsx." if more else "",
        f"{hidden} passage{'s' * (hidden != 1)} of people who withdrew {'are' if hidden > 1 else 'is'} not shown."
        if hidden
        else "",
    ]
    return PrintedTable(
        "Passages", "Passages side by side", [Column("Where", 0.9), Column("A", 2.6), Column("B", 2.6), Column("Decision", 1.6)],
        rows, notes, empty="No passage can be shown.",
    )  # fmt: skip


def _confused(one: Lesson, labels: Mapping[Any, str], entries: Mapping[Any, Mapping[Any, Any]]) -> PrintedTable:
    order = sorted(one.confused, key=lambda code: (-one.confused[code], code))
    rows = [
        Row([labels.get(code, code), one.confused[code], str(entries.get(code, {}).get("definition", ""))])
        for code in order
    ]
    columns = [Column("Code", 1.6), Column("Passages", 0.8, "right"), Column("Its definition", 3.6)]
    return PrintedTable("Confusion", f"What one coder gave where the other gave {one.label}", columns, rows)


def _named(code: str, labels: Mapping[Any, str]) -> str:
    return labels.get(code, code) if code else "(no code)"


class _Quotes:
    """The words of each side of a disagreement."""

    def __init__(
        self,
        disagreements: pd.DataFrame,
        codings: pd.DataFrame,
        turns: pd.DataFrame,
        texts: Mapping[str, str],
        people: People,
    ) -> None:
        self.rows, self.texts = disagreements, texts
        self.spans = codings.set_index("coding")[["start", "end"]].to_dict("index")
        spoken = participants_of(disagreements, turns, texts)
        self.kept = [
            name not in people.left_out and not set(split(cell)) & people.withdrawn
            for name, cell in zip(disagreements["transcript"], spoken["participants"], strict=True)
        ]

    def of(self, number: int) -> dict[str, str] | None:
        """The words of A and of B (empty where silent); None where somebody speaks who withdrew."""
        if not self.kept[number]:
            return None
        line = self.rows.iloc[number]
        found = {}
        for side in "ab":
            spans = [self.spans[coding] for coding in split(line[f"coding_{side}"])]
            text = self.texts[line["transcript"]]
            words = text[min(s["start"] for s in spans) : max(s["end"] for s in spans)] if spans else ""
            found[side] = f"“{_shortened(words)}”" if words else ""
        return found


def _shortened(words: str, *, most: int = 90) -> str:
    """A long passage without its middle."""
    parts = words.split()
    if len(parts) <= most:
        return " ".join(parts)
    return f"{' '.join(parts[: most - 30])} […] {' '.join(parts[-30:])}"

"""What a second person made of the first one's codings, as a printed table and as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from qualcode.reports.data import Data, whole
from qualcode.reports.model import Column, PrintedTable, Row
from qualcode.tables import split

OF_ALL, OF_REVIEWED = "confirmed_of_reviewed_and_added", "confirmed_of_reviewed"


def review(data: Data) -> PrintedTable:
    """Codings reviewed, confirmed, changed, rejected and added, with two percentages, over all and by code."""
    rows = data.tables.get("review", data["agreement"].iloc[:0])
    columns = [
        Column("Code", 2.0), Column("Reviewed", 1.35, "right"), Column("Confirmed", 1.45, "right"),
        Column("Changed", 1.25, "right"), Column("Rejected", 1.3, "right"), Column("Added", 1.0, "right"),
        Column("Confirmed, % of reviewed and added (95 % interval)", 2.35, "right"),
        Column("Confirmed, % of reviewed (95 % interval)", 2.35, "right"),
    ]  # fmt: skip
    printed: list[Row] = []
    notes: list[str] = []
    pairs = list(dict.fromkeys(zip(rows["reviewer"], rows["coder"], strict=True))) if len(rows) else []
    for reviewer, coder in pairs:
        mine = rows[(rows["reviewer"] == reviewer) & (rows["coder"] == coder)]
        heading = f"{reviewer} on the codings of {_names(coder)}"
        printed.append(Row([heading, *[""] * (len(columns) - 1)], level=0))
        both = (mine[mine["coefficient"] == OF_ALL], mine[mine["coefficient"] == OF_REVIEWED])
        for one, other in zip(*(part.to_dict("records") for part in both), strict=True):
            printed.append(
                Row(
                    [
                        "All codes" if one["scope"] == "all" else one["label"], whole(one["reviewed"]), whole(one["confirmed"]),
                        whole(one["changed"]), whole(one["rejected"]), whole(one["added"]),
                        _with_limits(one), _with_limits(other),
                    ],
                    level=1 if one["scope"] == "all" else 2,
                )
            )  # fmt: skip
    if pairs:
        notes = _notes(rows)
    return PrintedTable(
        "Review", "What a second person made of the codings that he or she saw", columns, printed, notes,
        empty="Nobody reviewed another person's codings (column saw of the assignments).",
    )  # fmt: skip


def _notes(rows: pd.DataFrame) -> list[str]:
    lead = rows[(rows["scope"] == "all") & (rows["coefficient"] == OF_ALL)]
    notes = [
        "Reviewed = confirmed + changed + rejected. A changed coding (another code, passage or direction) counts under the code "
        "that it had, an added one under its own."
    ]
    changed = [
        f"{line['changed_code']} code, {line['changed_span']} passage, {line['changed_direction']} direction"
        + (f" ({line['reviewer']})" if len(lead) > 1 else "")
        for line in lead.to_dict("records")
        if line["changed"]
    ]
    if changed:
        notes.append(f"What was changed: {'; '.join(changed)}. One coding may be changed in several ways.")
    left = [
        f"{line['not_reviewed']} of {line['coder'].replace(';', ', ')}'s codings were not reviewed by {line['reviewer']} and do "
        "not count."
        for line in lead.to_dict("records")
        if line["not_reviewed"]
    ]
    notes += left
    transcripts = [line for line in lead.to_dict("records") if not pd.isna(line["ci_transcripts_low"])]
    if transcripts:
        notes.append(
            f"Intervals: {transcripts[0]['ci_transcripts_method']}; by code where there are as many: else Wilson score."
        )
    elif (rows["ci_method"] != "").any():
        notes.append(
            "Intervals: Wilson score. They take codings as independent, which those of one interview are not: somewhat narrow."
        )
    empty = rows["reason"][(rows["coefficient"] == OF_ALL) & rows["estimate"].isna() & (rows["reason"] != "")]
    notes += [
        f"{reason[0].upper()}{reason[1:]}." for reason in dict.fromkeys(empty) if reason != "nothing was reviewed"
    ]
    notes.append("No kappa or alpha: the second coder saw the first coder's codes.")
    return notes


def review_methods(data: Data) -> str:
    """A sentence for each review, for a methods section; nothing where there was none."""
    rows = data.tables.get("review")
    if rows is None or not len(rows):
        return ""
    lead = rows[(rows["scope"] == "all") & (rows["coefficient"] == OF_ALL)]
    said = []
    for line in lead.to_dict("records"):
        other = rows[
            (rows["scope"] == "all") & (rows["coefficient"] == OF_REVIEWED) & (rows["reviewer"] == line["reviewer"])
            & (rows["coder"] == line["coder"])
        ].iloc[0]  # fmt: skip
        added = f", and {line['added']} {'was' if line['added'] == 1 else 'were'} added" if line["added"] else ""
        many = int(line["n_transcripts"])
        text = (
            f"{line['reviewer']} reviewed {line['reviewed']} codings of {_names(line['coder'])} in {many} "
            f"transcript{'s' * (many != 1)}: {line['confirmed']} confirmed, {line['changed']} changed and "
            f"{line['rejected']} rejected{added}."
        )
        if not pd.isna(line["estimate"]):
            limits, of_reviewed = _limits(line), _limits(other)
            text += (
                f" Percent agreement was {_percent(line)} % ({line['n']} of {line['of']} codings reviewed or added"
                + (f"; 95 % interval {limits} %" if limits else "")
                + f"); of those reviewed {_percent(other)} % were confirmed"
                + (f" (95 % interval {of_reviewed} %)." if of_reviewed else ".")
            )
        said.append(text + " As the reviewer saw the codings, no chance-corrected coefficient applies.")
    return " ".join(said)


def _names(cell: str) -> str:
    names = split(cell)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _percent(line: Mapping[Any, Any]) -> str:
    return "–" if pd.isna(line["estimate"]) else f"{100 * line['estimate']:.2f}"


def _with_limits(line: Mapping[Any, Any]) -> str:
    limits = _limits(line)
    return f"{_percent(line)} ({limits})" if limits else _percent(line)


def _limits(line: Mapping[Any, Any]) -> str:
    """By transcript where there are enough of them, else Wilson's."""
    low, high = line["ci_transcripts_low"], line["ci_transcripts_high"]
    if pd.isna(low):
        low, high = line["ci_low"], line["ci_high"]
    return "" if pd.isna(low) else f"{100 * low:.1f} to {100 * high:.1f}"

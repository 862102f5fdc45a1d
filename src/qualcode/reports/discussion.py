"""What the printed tables of the discussion say: agreement before and after, who decided what, whose readings stood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qualcode.decisions.layout import KINDS
from qualcode.reports.agreement import ALPHA, COEFFICIENTS, REFLEXIVE, SCOPES, shown_interval, shown_number
from qualcode.reports.data import Data, whole
from qualcode.reports.model import Column, PrintedTable, Row
from qualcode.tables import split

NOTHING = "Coders disagreed about nothing, or one coder coded alone."
CHOICES = {
    "both": "Both stand",
    "neither": "Neither stands",
    "other": "Something else",
    "open": "Open",
    "suggested": "Suggested, not signed",
}
ABOUT = {"passage": "What is coded where", "direction": "Direction"}


def agreement_before_after(data: Data) -> PrintedTable:
    """The same coefficients over the same units, before discussion and after it; alpha of each code that was disagreed about."""
    rows = data["agreement_before_after"]
    columns = [
        Column("Coefficient", 2.4), Column("Over", 1.4), Column("Before", 0.8, "right"), Column("95 % interval", 1.2, "right"),
        Column("After", 0.8, "right"), Column("95 % interval", 1.2, "right"), Column("Units", 0.7, "right"),
        Column("Decided", 0.8, "right"), Column("Open", 0.7, "right"),
    ]  # fmt: skip
    printed: list[Row] = []
    reflexive = data.study.config.analysis.approach == "reflexive"
    if not reflexive:
        for line in rows[rows["code"] == ""].to_dict("records"):
            name = COEFFICIENTS.get(line["coefficient"], line["coefficient"])
            printed.append(_before_after(data, line, name, SCOPES.get(line["scope"], line["scope"])))
        by_code = rows[
            (rows["scope"] == "code") & (rows["coefficient"] == ALPHA) & (rows["decided"] + rows["open"] > 0)
        ]
        if len(by_code):
            printed.append(Row([f"{COEFFICIENTS[ALPHA]} of each code that was disagreed about", *[""] * 8], level=0))
            printed += [
                _before_after(data, line, line["label"] or line["code"], "") for line in by_code.to_dict("records")
            ]
    notes = [
        "After discussion: in each decided disagreement every coder who was to read the passage has what was decided; all else is "
        "as it was coded. "
        + (f"{rows['remarks'].iloc[0][:1].upper()}{rows['remarks'].iloc[0][1:]}." if len(rows) else ""),
        "Decided, open: disagreements about codes and passages; a direction does not enter these coefficients.",
    ]
    these = rows[["before_ci_these_low", "after_ci_these_low"]].notna().any(axis=None) if len(rows) else False
    if these:
        notes.append("The intervals speak of these transcripts only, which are too few to speak beyond them.")
    return PrintedTable(
        "Before and after", "Agreement between coders before and after discussion", columns, printed, notes,
        decimals=data.study.config.reports.decimals, empty=REFLEXIVE if reflexive else NOTHING,
    )  # fmt: skip


def _before_after(data: Data, line: Mapping[Any, Any], name: str, over: str) -> Row:
    cells: list[str | int] = [name, over]
    for when in ("before", "after"):
        limits = {part: line[f"{when}_{part}"] for part in ("ci_low", "ci_high", "ci_these_low", "ci_these_high")}
        cells += [shown_number(data, {"estimate": line[when]}), shown_interval(data, limits)]
    return Row([*cells, whole(line["n_units"]), whole(line["decided"]), whole(line["open"])], level=1 if over else 2)


def rulings(data: Data) -> PrintedTable:
    """Who decided what: by person or persons together, kind and choice."""
    rows = data["rulings"]
    columns = [
        Column("Kind of disagreement", 1.6), Column("Decision", 2.0), Column("Disagreements", 1.1, "right"),
        Column("With a reason", 1.1, "right"), Column("From", 1.0), Column("To", 1.0),
    ]  # fmt: skip
    printed: list[Row] = []
    signed = rows[rows["by"] != ""]
    for by in dict.fromkeys(signed["by"]):
        mine = signed[signed["by"] == by]
        together = " together" if len(split(by)) > 1 else ""
        printed.append(Row([f"{' and '.join(split(by))}{together}", *[""] * 5], level=0))
        printed += [_ruling(line, True) for line in mine.to_dict("records")]
    waiting = rows[rows["by"] == ""]
    if len(waiting):
        printed.append(Row(["Nobody yet", *[""] * 5], level=0))
        printed += [_ruling(line, False) for line in waiting.to_dict("records")]
    still = int(waiting["n"].sum())
    notes = [f"{int(rows['n'].sum())} disagreements, {still} of them open." if len(rows) else ""]
    if len(rows):
        kinds = [
            f"{kind}: {text[:1].lower()}{text[1:].rstrip('.')}"
            for kind, text in KINDS.items()
            if kind in set(rows["kind"])
        ]
        notes.append("; ".join(kinds) + ".")
    return PrintedTable("Decisions", "Who decided what", columns, printed, notes, empty=NOTHING)


def _ruling(line: Mapping[Any, Any], signed: bool) -> Row:
    stood = ", ".join(split(line["stood"]))
    decision = f"{stood}'s side stands" if line["choice"] == "keep" else CHOICES[line["choice"]]
    reasons = whole(line["with_reason"]) if signed else ""
    return Row([line["kind"], decision, whole(line["n"]), reasons, line["first"], line["last"]], level=2)


def readings(data: Data) -> PrintedTable:
    """How often each coder's reading stood."""
    rows = data["readings"]
    rows = rows[rows["code"] == ""]
    columns = [
        Column("Coder", 1.2),
        *(Column(head, 0.9, "right") for head in ("Readings", "Disputed", "Stood", "Replaced", "Fell", "Open", "Left out")),
        *(Column(f"Left out,\n{head}", 0.9, "right") for head in ("stood", "fell", "open")),
    ]  # fmt: skip
    names = (
        "readings", "disputed", "stood", "replaced", "fell", "open", "silences", "silences_stood", "silences_fell", "silences_open",
    )  # fmt: skip
    printed: list[Row] = []
    disputed = bool(len(rows) and (rows["disputed"] + rows["silences"]).sum())
    for about in dict.fromkeys(rows["about"]) if disputed else ():
        printed.append(Row([ABOUT[about], *[""] * len(names)], level=0))
        for line in rows[rows["about"] == about].to_dict("records"):
            shown = [
                whole(line[name]) if about == "passage" or not name.startswith("silences") else "" for name in names
            ]
            printed.append(Row([line["coder"], *shown], level=2))
    notes = [
        "Reading: a code on a passage by one coder. Stood: it is in the consensus; replaced: another code, passage or direction "
        "is; fell: nothing is. Left out: passages that the coder read without the code that another gave; that stood where nothing "
        "came of the code, and fell where it did. By code: tables/readings.csv.",
        "How often a reading stood says what the team found in these passages, not how well somebody codes.",
    ]
    return PrintedTable("Readings", "How often each coder's reading stood", columns, printed, notes, empty=NOTHING)


def discussion_parts(data: Data) -> list[str]:
    """The tables that this study has something to say in."""
    if not len(data["disagreements"]):
        return []
    before = [] if data.study.config.analysis.approach == "reflexive" else ["agreement_before_after"]
    return [*before, "rulings", "readings"]

"""What each printed table says: the report tables in readers' words, with the notes that belong under them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd

from qualcode.reports import agreement as measured
from qualcode.reports.agreement import (
    agreement,
    agreement_by_code,
    agreement_by_scope,
    agreement_diagnosis,
    agreement_units,
)
from qualcode.reports.data import Data, first, group_name, load_tables, whole, words
from qualcode.reports.discussion import agreement_before_after, discussion_parts, readings, rulings
from qualcode.reports.model import Column, PrintedTable, Row, percent, whole_percent
from qualcode.reports.review import review, review_methods
from qualcode.tables import split

KINDS = {
    "interview": "Interview", "focus_group": "Focus group", "document": "Document", "board": "Board",
    "survey": "Survey", "member_check": "Member check",
}  # fmt: skip
RESPONSES = {"fits": "Fits", "partly": "Fits partly", "not": "Does not fit", "none": "No answer"}
DIRECTIONS = {
    "facilitator": "Facilitator", "barrier": "Barrier", "mixed": "Mixed", "neutral": "Neutral", "": "No direction",
}  # fmt: skip


def open_note(data: Data) -> str:
    """How many disagreements stand undecided and what waits for a choice, for the foot of every table of findings."""
    return " ".join(part for part in (_disagreements_note(data), _carried_note(data), _changed_note(data)) if part)


def _changed_note(data: Data) -> str:
    """Coded passages whose text changed and that nobody has looked at; nothing where there are none."""
    changed = data.tables.get("changed")
    if changed is None:
        return ""
    waiting = changed[(changed["status"] == "open") & (changed["kind"] == "coding")]
    gone = int((waiting["change"] == "gone").sum())
    there = len(waiting) - gone
    said = []
    if there:
        said.append(
            f"{there} coded {'passage has' if there == 1 else 'passages have'} other words since the transcript was corrected, "
            f"and nobody has looked at {'it' if there == 1 else 'them'} yet; {'it is' if there == 1 else 'they are'} counted."
        )
    if gone:
        said.append(
            f"{gone} coded {'passage' if gone == 1 else 'passages'} no longer in the transcript "
            f"{'is' if gone == 1 else 'are'} not counted."
        )
    return " ".join(said)


def _carried_note(data: Data) -> str:
    """Codings of earlier versions of the codebook that the tables leave out; nothing where there are none."""
    imports = data.tables.get("imports")
    if imports is None:
        return ""
    waiting, retired, own = (int(imports[name].sum()) for name in ("open_split", "retired", "unaligned"))
    said = []
    if waiting:
        one = waiting == 1
        said.append(
            f"{waiting} {'coding waits' if one else 'codings wait'} for a choice, because {'its' if one else 'their'} code was "
            f"split; {'it is' if one else 'they are'} not counted."
        )
    if own:
        said.append(
            f"{own} {'coding under a code' if own == 1 else 'codings under codes'} of a coder's own, not yet aligned to the "
            f"codebook, {'is' if own == 1 else 'are'} not counted."
        )
    if retired:
        one = retired == 1
        said.append(
            f"{retired} {'coding' if one else 'codings'} of codes that the codebook in use does not have "
            f"{'is' if one else 'are'} not counted."
        )
    return " ".join(said)


def _disagreements_note(data: Data) -> str:
    rows = data["disagreements"]
    still = int((rows["status"] != "decided").sum())
    if not len(rows):
        compared = not any("not aligned to the codebook" in reason for reason in data["agreement"]["reason"])
        return "No disagreement between coders was found." if len(data["agreement"]) and compared else ""
    one = len(rows) == 1
    if not still:
        how_many, are = ("The one disagreement", "is") if one else (f"All {len(rows)} disagreements", "are")
        return f"{how_many} between coders {are} decided."
    every = "disagreement" if one else "disagreements"
    are = "is" if still == 1 else "are"
    return f"{still} of {len(rows)} {every} between coders {are} undecided; the passages concerned are not counted."


def codebook_note(data: Data) -> str:
    return f"Codebook {data.codebook}." if data.codebook else "No codebook."


def participants(data: Data) -> PrintedTable:
    """T1: who took part, n (%), for all and for each group."""
    rows = data["participants"]
    groups = [group for group in dict.fromkeys(rows["group"]) if group != "all"]
    shown = ["all", *groups] if len(groups) > 1 else ["all"]
    sizes = {group: first(rows[rows["group"] == group]["N"]) for group in shown}
    columns = [Column("Characteristic", 2.6)]
    columns += [Column(f"{group_name(g)}\n(N = {sizes[g]})", 1.3, "right") for g in shown]
    printed: list[Row] = []
    for variable in dict.fromkeys(rows["variable"]):
        block = rows[rows["variable"] == variable]
        if variable == "group" and len(shown) > 1:
            continue  # the columns say it
        printed.append(Row([words(variable), *[""] * len(shown)], level=0))
        if set(block["kind"]) & {"numbers"}:
            printed += _numbers(block, shown)
            block = block[block["level"] == "not stated"]
        for level in dict.fromkeys(block["level"]):
            cells: list[str] = [words(level)]
            for group in shown:
                cell = block[(block["level"] == level) & (block["group"] == group)]
                cells.append(
                    f"{cell.iloc[0]['n']} ({whole_percent(cell.iloc[0]['percent'])}%)" if len(cell) else "0 (0%)"
                )
            printed.append(Row(cells, level=2))
    notes = ["Whole per cent; they may not sum to 100 because of rounding."]
    if "numbers" in set(rows["kind"]):
        notes.append("IQR: from the first to the third quartile.")
    if "several" in set(rows["kind"]):
        several = ", ".join(words(name) for name in dict.fromkeys(rows[rows["kind"] == "several"]["variable"]))
        notes.append(f"One person may have several values: {several}.")
    return PrintedTable(
        "Participants", "Participants' characteristics, n (%)", columns, printed, notes,
        empty="Nobody is counted yet: fill data/raw/participants.csv and data/raw/sessions.csv.",
    )  # fmt: skip


def _numbers(block: pd.DataFrame, groups: list[str]) -> list[Row]:
    """Median with quartiles, and range, of a numeric attribute."""
    values = block.set_index(["level", "group"])["value_number"]

    def shown(level: str, group: str) -> str:
        value = values.get((level, group))
        return "–" if value is None or pd.isna(value) else f"{value:g}"

    rows = []
    for label, middle, low, high in (
        ("Median (IQR)", "median", "first quartile", "third quartile"),
        ("Range", "", "minimum", "maximum"),
    ):
        cells = []
        for group in groups:
            ends = f"{shown(low, group)}–{shown(high, group)}"
            cells.append(f"{shown(middle, group)} ({ends})" if middle else ends)
        rows.append(Row([label, *cells], level=2))
    return rows


def sessions(data: Data) -> PrintedTable:
    """T2: what was held, when, with whom."""
    rows = data["sessions"]
    done = rows[rows["status"].isin(["done", ""])]
    columns = [
        Column("Session", 0.8), Column("Date", 1.0), Column("Kind", 1.1), Column("Mode", 1.0), Column("Participants", 1.6),
        Column("Minutes", 0.7, "right"), Column("Words", 0.7, "right"),
    ]  # fmt: skip
    printed = [
        Row([
            line["session"], line["date"], KINDS.get(line["kind"], line["kind"]), words(line["mode"]),
            ", ".join(split(line["participants"])),
            "" if pd.isna(line["minutes"]) else round(line["minutes"]), "" if pd.isna(line["words"]) else int(line["words"]),
        ])
        for line in done.to_dict("records")
    ]  # fmt: skip
    minutes = done["minutes"].dropna()
    notes = []
    if len(minutes):
        notes.append(
            f"{len(done)} sessions, {minutes.sum() / 60:.1f} hours; mean {minutes.mean():.0f} minutes "
            f"(range {minutes.min():.0f}–{minutes.max():.0f})."
        )
    return PrintedTable(
        "Sessions",
        "Data collection",
        columns,
        printed,
        notes,
        empty="data/raw/sessions.csv has no session that is done yet.",
    )


def themes(data: Data) -> PrintedTable:
    """T3: themes and subthemes with both counts and a quote."""
    rows = data["themes"]
    columns = [
        Column("Theme / subtheme", 1.6), Column("Definition", 2.1), Column("Mentions", 0.95, "right"),
        Column("Participants\nn (%)", 1.15, "right"), Column("Example", 2.9),
    ]  # fmt: skip
    printed = []
    for line in rows.to_dict("records"):
        quote = f"“{line['quote']}” [{line['quote_participant']}]" if line["quote"] else ""
        depth = int(line["depth"])
        printed.append(
            Row(
                [
                    line["label"],
                    line["definition"],
                    int(line["mentions"]),
                    percent(line["participants"], line["eligible"]),
                    quote,
                ],
                level=0 if depth == 0 else depth,
            )
        )
    eligible = first(rows["eligible"])
    notes = [
        f"Participants: different people, of {eligible} with at least one session. Mentions: coded passages. "
        "A theme's participants are counted once however many of its subthemes they speak of; its mentions are the sum.",
        *_approval(rows),
        open_note(data),
        codebook_note(data),
    ]
    return PrintedTable(
        "Themes", "Themes and subthemes", columns, printed, notes, empty="No coded passage stands in the consensus yet."
    )


def constructs(data: Data) -> PrintedTable:
    """T6: what helps and what hinders by construct, domain by domain; one row a construct."""
    from qualcode.frameworks import load_framework

    rows = data["constructs"]
    columns = [
        Column("Construct", 1.9), Column("Helps", 0.85, "right"), Column("Hinders", 0.85, "right"),
        Column("Mixed", 0.8, "right"), Column("Other", 0.8, "right"), Column("Examples", 3.9),
    ]  # fmt: skip
    printed: list[Row] = []
    names = []
    for framework in dict.fromkeys(rows["framework"]):
        mine = rows[rows["framework"] == framework]
        names.append(load_framework(framework).citation)
        for domain in dict.fromkeys(mine["domain"]):
            printed.append(Row([domain, "", "", "", "", ""], level=0))
            block = mine[mine["domain"] == domain]
            for construct in dict.fromkeys(block["construct"]):
                printed.append(_construct(block[block["construct"] == construct]))
    info = data.study.config.study
    notes = [
        "Each cell: participants / mentions. Other: passages that are neutral or have no direction. "
        f"{first(rows['eligible'])} participants are eligible.",
        "The direction is that of the passage. A subtheme that is mapped to several constructs counts in each of them.",
        *_approval(rows),
    ]
    for label, text in (
        ("Innovation", info.innovation), ("Inner setting", info.inner_setting), ("Outer setting", info.outer_setting),
    ):  # fmt: skip
        if text:
            notes.append(f"{label}: {text}")
    notes += [f"Framework: {name}" for name in names]
    notes += [open_note(data), codebook_note(data)]
    version = ", ".join(_framework_name(name) for name in dict.fromkeys(rows["framework"]))
    return PrintedTable(
        "Constructs",
        f"Barriers and facilitators by construct{f' ({version})' if version else ''}",
        columns,
        printed,
        notes,
        empty="No coded passage is mapped to a framework yet.",
    )


def _construct(rows: pd.DataFrame) -> Row:
    lines = {line["direction"]: line for line in rows.to_dict("records")}
    one = next(iter(lines.values()))
    name = f"{one['construct']} {one['name']}" + (f": {one['subconstruct']}" if one["subconstruct"] else "")

    def count(*directions: str) -> str:
        found = [lines[direction] for direction in directions if direction in lines and lines[direction]["mentions"]]
        # people are not added up over directions: the same ones may speak in both
        return "; ".join(f"{line['participants']} / {line['mentions']}" for line in found)

    signs = {"facilitator": "+ ", "barrier": "− ", "mixed": "± "}
    examples = [
        f"{signs.get(direction, '')}“{lines[direction]['quote']}” [{lines[direction]['quote_participant']}]"
        for direction in ("facilitator", "barrier", "mixed", "neutral", "")
        if direction in lines and lines[direction]["quote"]
    ]
    opposed = examples[:2] if len(examples) > 1 else examples
    return Row([name, count("facilitator"), count("barrier"), count("mixed"), count("neutral", ""), "\n".join(opposed)])


def _framework_name(framework: str) -> str:
    from qualcode.frameworks import load_framework

    found = load_framework(framework)
    return f"{found.name} {found.version}"


def _approval(rows: pd.DataFrame) -> list[str]:
    """A note where quotes were chosen by the program and nobody has approved them."""
    if not len(rows) or not any((rows["quote"] != "") & (rows["quote_approved"] != "yes")):
        return []
    return [
        "Examples are proposed by the program until somebody approves them (column `approved` of the quotes table)."
    ]


def definitions(data: Data) -> PrintedTable:
    """T4: what people say a thing is, group by group."""
    rows = data["definitions"]
    elements = list(dict.fromkeys(rows["element"]))
    instead = {"not_familiar": "(not familiar with it)", "not_asked": "(no definition given)"}
    columns = [Column("Participant", 1.1), *(Column(element, 3.0) for element in elements)]
    printed: list[Row] = []
    for group in dict.fromkeys(rows["group"]):
        mine = rows[rows["group"] == group]
        printed.append(Row([group_name(group), *[""] * len(elements)], level=0))
        for person in dict.fromkeys(mine["participants"]):
            cells = [", ".join(split(person))]
            for element in elements:
                found = mine[(mine["participants"] == person) & (mine["element"] == element)]
                cells.append(
                    "" if not len(found) else instead.get(found.iloc[0]["status"]) or f"“{found.iloc[0]['text']}”"
                )
            printed.append(Row(cells))
    return PrintedTable(
        "Definitions", "Definitions by group and participant", columns, printed, [open_note(data), codebook_note(data)],
        empty="The codebook has no entries of kind definition, or nothing is coded with them.",
    )  # fmt: skip


def saturation(data: Data) -> PrintedTable:
    """T12: new codes by transcript."""
    rows = data["saturation"]
    columns = [
        Column("Order", 0.6, "right"), Column("Transcript", 1.0), Column("Date", 1.0), Column("New codes", 0.8, "right"),
        Column("Codes so far", 0.9, "right"), Column("Share new in run", 1.1, "right"), Column("Verdict", 2.0),
    ]  # fmt: skip
    printed = [
        Row([
            whole(line["order"]), line["transcript"], line["date"], whole(line["new"]), whole(line["cumulative"]),
            "" if pd.isna(line["run_ratio"]) else f"{100 * line['run_ratio']:.1f}%", line["verdict"],
        ])
        for line in rows.to_dict("records")
    ]  # fmt: skip
    notes = [setting for setting in dict.fromkeys(rows["settings"]) if setting]
    notes.append(
        "Method: Guest, Namey & Chen 2020. With a codebook fixed beforehand, “new” means the first use of a given code. "
        "Whether meanings are saturated cannot be computed."
    )
    return PrintedTable(
        "Saturation", "New codes by transcript, in order of collection", columns, printed, notes,
        empty="Saturation needs a codebook and codings.",
    )  # fmt: skip


def topics(data: Data) -> PrintedTable:
    """Suggested topics, with the code each resembles."""
    rows = data["topics"]
    columns = [
        Column("Topic", 0.7, "right"), Column("Words", 2.8), Column("Segments", 1.1, "right"),
        Column("Transcripts", 1.2, "right"), Column("Stability", 1.0, "right"), Column("Most like", 1.6), Column("Flag", 1.0),
    ]  # fmt: skip
    printed = [
        Row([
            whole(line["topic"]), line["words"], whole(line["segments"]), whole(line["transcripts"]),
            "" if pd.isna(line["stability"]) else f"{line['stability']:.2f}",
            f"{line['label'] or line['code']} ({100 * line['overlap']:.0f}%)" if line["code"] else "–", line["flag"],
        ])
        for line in rows.to_dict("records")
    ]  # fmt: skip
    notes = [
        "Suggestions of a model, made without the codes: starting points for reading, not themes and never codings."
    ]
    if any(rows["code"]):
        notes.append("Most like: the code that covers most of the topic's segments, with the share of them it covers.")
    if rows["stability"].notna().any():
        notes.append("Stability: how well the topic comes back when a fifth of the segments is left out (1: always).")
    reason = str(data.topic_notes.get("reason") or "")
    return PrintedTable(
        "Topics", "Topics suggested by the model", columns, printed, notes, empty=reason or "No topics were suggested."
    )


def quotes(data: Data) -> PrintedTable:
    """Quotes offered for each theme."""
    rows = data["quotes"]
    columns = [
        Column("Theme / subtheme", 1.6),
        Column("Quote", 4.4),
        Column("Participant", 0.9),
        Column("Approved", 0.8),
    ]
    printed = [
        Row(
            [
                line["label"] or line["theme"],
                _in_languages(line, data.study.config.themes.quote_languages),
                ", ".join(split(line["participant"])),
                line["approved"],
            ]
        )
        for line in rows.to_dict("records")
    ]
    people = [person for cell in rows["participant"] for person in split(cell)]
    notes = []
    if people:
        most = max(set(people), key=lambda person: (people.count(person), person))
        notes.append(
            f"{len(rows)} quotes from {len(set(people))} people; {most} gives most of them ({people.count(most)}). "
            "Words are as spoken; chosen so that many people are heard."
        )
    return PrintedTable(
        "Quotes", "Quotes by theme", columns, printed, notes, empty="No coded passage is fit to be quoted yet."
    )


def _in_languages(line: Mapping[Hashable, Any], which: str) -> str:
    """A quote as it was coded; or, where its transcript is translated, in the language wanted, or both."""
    said = {"original": line["original"], "translation": line["translation"]}
    text = line["text"]
    other = next((words for words in said.values() if words and words != text), "")
    if which == "both":
        return f"“{text}” [“{other}”]" if other else f"“{text}”"
    return f"“{said[which] or text}”"


def cooccurrence(data: Data, *, most: int = 15) -> PrintedTable:
    """The pairs of codes that occur together most often."""
    rows = data["cooccurrence"].sort_values(["n", "jaccard", "code_a", "code_b"], ascending=[False, False, True, True])
    columns = [
        Column("Code", 2),
        Column("Together with", 2),
        Column("Units", 0.7, "right"),
        Column("Jaccard", 0.8, "right"),
    ]
    printed = [
        Row(
            [
                line["label_a"] or line["code_a"],
                line["label_b"] or line["code_b"],
                whole(line["n"]),
                f"{line['jaccard']:.2f}",
            ]
        )
        for line in rows.head(most).to_dict("records")
    ]
    unit = first(rows["unit"]) or "segment"
    notes = [
        f"Unit: {unit}. Jaccard: units with both, of the units with either. The whole table: tables/cooccurrence.csv."
    ]
    return PrintedTable(
        "Co-occurrence",
        f"Codes that occur in the same {unit} most often",
        columns,
        printed,
        notes,
        empty="No two codes occur together yet.",
    )


def memberchecks(data: Data) -> PrintedTable:
    """T13: what participants said of the themes shown to them."""
    rows = data["memberchecks"]
    columns = [
        Column("Round", 0.6), Column("Theme", 3.0), Column("Response", 1.3), Column("Participants", 0.9, "right"),
        Column("With comment", 1.0, "right"),
    ]  # fmt: skip
    printed = []
    last = ("", "")
    for line in rows.to_dict("records"):
        here = (line["round"], line["theme"])
        heading = ["", ""] if here == last else [line["round"], line["label"] or line["theme"]]
        response = RESPONSES.get(line["response"], line["response"])
        printed.append(Row([*heading, response, whole(line["participants"]), whole(line["comments"])]))
        last = here
    return PrintedTable(
        "Member check", "Participants' answers to the themes", columns, printed, [],
        empty="No answers have come back yet.",
    )  # fmt: skip


def agreement_methods(data: Data) -> str:
    """Sentences on agreement, and on reviews, for a methods section."""
    return " ".join(part for part in (measured.agreement_methods(data), review_methods(data)) if part)


PRINTED: dict[str, Callable[[Data], PrintedTable]] = {
    "participants": participants,
    "sessions": sessions,
    "themes": themes,
    "definitions": definitions,
    "constructs": constructs,
    "agreement": agreement,
    "agreement_units": agreement_units,
    "agreement_by_code": agreement_by_code,
    "agreement_by_scope": agreement_by_scope,
    "agreement_diagnosis": agreement_diagnosis,
    "agreement_before_after": agreement_before_after,
    "rulings": rulings,
    "readings": readings,
    "review": review,
    "saturation": saturation,
    "cooccurrence": cooccurrence,
    "topics": topics,
    "memberchecks": memberchecks,
    "quotes": quotes,
}

__all__ = ["PRINTED", "Data", "agreement_methods", "codebook_note", "discussion_parts", "load_tables", "open_note"]

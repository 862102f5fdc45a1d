"""What each printed table says: the report tables in readers' words, with the notes that belong under them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qualcode.reports.model import Column, PrintedTable, Row, percent, whole_percent
from qualcode.study import Study
from qualcode.tables import TABLES, read, split

KINDS = {
    "interview": "Interview", "focus_group": "Focus group", "document": "Document", "board": "Board",
    "survey": "Survey", "member_check": "Member check",
}  # fmt: skip
COEFFICIENTS = {
    "percent_agreement": "Agreement, share of units",
    "cohen_kappa": "Cohen's kappa",
    "mean_pairwise_cohen_kappa": "Cohen's kappa, mean of pairs",
    "krippendorff_alpha": "Krippendorff's alpha",
    "krippendorff_alpha_set": "Krippendorff's alpha over sets of codes (MASI)",
    "pooled_kappa": "Pooled kappa",
}
SCOPES = {"pooled": "all codes pooled", "mean": "mean over codes", "sets": "sets of codes"}
RESPONSES = {"fits": "Fits", "partly": "Fits partly", "not": "Does not fit", "none": "No answer"}
DIRECTIONS = {
    "facilitator": "Facilitator", "barrier": "Barrier", "mixed": "Mixed", "neutral": "Neutral", "": "No direction",
}  # fmt: skip


@dataclass(frozen=True)
class Data:
    """The report tables by short name (`themes`, `quotes` …), the study they belong to, and its date."""

    study: Study
    tables: dict[str, pd.DataFrame]
    day: str
    codebook: str
    topic_notes: dict[str, Any]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    @property
    def title(self) -> str:
        return self.study.config.study.title

    @property
    def notice(self) -> str:
        return self.study.config.study.notice


def load_tables(study: Study, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Report tables from reports/tables/."""
    folder = study.reports / "tables"
    return {
        name: read(f"report_{name}" if f"report_{name}" in TABLES else name, folder / f"{name}.csv") for name in names
    }


def open_note(data: Data) -> str:
    """How many disagreements stand undecided and what waits for a choice, for the foot of every table of findings."""
    return " ".join(part for part in (_disagreements_note(data), _carried_note(data)) if part)


def _carried_note(data: Data) -> str:
    """Codings of earlier versions of the codebook that the tables leave out; nothing where there are none."""
    imports = data.tables.get("imports")
    if imports is None:
        return ""
    waiting, retired = (int(imports[name].sum()) for name in ("open_split", "retired"))
    said = []
    if waiting:
        one = waiting == 1
        said.append(
            f"{waiting} {'coding waits' if one else 'codings wait'} for a choice, because {'its' if one else 'their'} code was "
            f"split; {'it is' if one else 'they are'} not counted."
        )
    if retired:
        one = retired == 1
        said.append(
            f"{retired} {'coding' if one else 'codings'} of codes that the codebook has no longer {'is' if one else 'are'} "
            "not counted."
        )
    return " ".join(said)


def _disagreements_note(data: Data) -> str:
    rows = data["disagreements"]
    still = int((rows["status"] != "decided").sum())
    if not len(rows):
        return "No disagreement between coders was found." if len(data["agreement"]) else ""
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
    sizes = {group: _first(rows[rows["group"] == group]["N"]) for group in shown}
    columns = [Column("Characteristic", 2.6)]
    columns += [Column(f"{_group(g)}\n(N = {sizes[g]})", 1.3, "right") for g in shown]
    printed: list[Row] = []
    for variable in dict.fromkeys(rows["variable"]):
        block = rows[rows["variable"] == variable]
        if variable == "group" and len(shown) > 1:
            continue  # the columns say it
        printed.append(Row([_words(variable), *[""] * len(shown)], level=0))
        if set(block["kind"]) & {"numbers"}:
            printed += _numbers(block, shown)
            block = block[block["level"] == "not stated"]
        for level in dict.fromkeys(block["level"]):
            cells: list[str] = [_words(level)]
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
        several = ", ".join(_words(name) for name in dict.fromkeys(rows[rows["kind"] == "several"]["variable"]))
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
            line["session"], line["date"], KINDS.get(line["kind"], line["kind"]), _words(line["mode"]),
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
    eligible = _first(rows["eligible"])
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
        f"{_first(rows['eligible'])} participants are eligible.",
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
    first = next(iter(lines.values()))
    name = f"{first['construct']} {first['name']}" + (f": {first['subconstruct']}" if first["subconstruct"] else "")

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
    words = {"not_familiar": "(not familiar with it)", "not_asked": "(no definition given)"}
    columns = [Column("Participant", 1.1), *(Column(element, 3.0) for element in elements)]
    printed: list[Row] = []
    for group in dict.fromkeys(rows["group"]):
        mine = rows[rows["group"] == group]
        printed.append(Row([_group(group), *[""] * len(elements)], level=0))
        for person in dict.fromkeys(mine["participants"]):
            cells = [", ".join(split(person))]
            for element in elements:
                found = mine[(mine["participants"] == person) & (mine["element"] == element)]
                cells.append(
                    "" if not len(found) else words.get(found.iloc[0]["status"]) or f"“{found.iloc[0]['text']}”"
                )
            printed.append(Row(cells))
    return PrintedTable(
        "Definitions", "Definitions by group and participant", columns, printed, [open_note(data), codebook_note(data)],
        empty="The codebook has no entries of kind definition, or nothing is coded with them.",
    )  # fmt: skip


def agreement(data: Data) -> PrintedTable:
    """Agreement over all codes, each coefficient with its scope, unit and interval."""
    rows = data["agreement"]
    starred = not _only_these(rows)
    columns = [
        Column("Coefficient", 2.2), Column("Over", 1.3), Column("Coders", 0.9), Column("Estimate", 0.95, "right"),
        Column(_interval_head(rows, "95 % interval"), 1.3, "right"), Column("Units", 0.7, "right"),
        Column("Transcripts", 1.2, "right"),
    ]  # fmt: skip
    printed = [
        Row([
            COEFFICIENTS.get(line["coefficient"], line["coefficient"]), SCOPES.get(line["scope"], line["scope"]),
            ", ".join(split(line["coders"])), _estimate(data, line), _interval(data, line, starred=starred),
            _whole(line["n_units"]),
            _whole(line["n_transcripts"]),
        ])
        for line in rows.to_dict("records")
    ]  # fmt: skip
    return PrintedTable(
        "Agreement", "Agreement between coders over all codes", columns, printed, _agreement_notes(rows),
        decimals=data.study.config.reports.decimals, empty="Agreement needs codings of two coders on the same transcripts.",
    )  # fmt: skip


def agreement_by_code(data: Data) -> PrintedTable:
    """T11: agreement on each code."""
    rows = data["agreement_by_code"]
    starred = not _only_these(rows)
    columns = [
        Column("Code", 2.1), Column("Both", 0.6, "right"), Column("Only A", 0.6, "right"), Column("Only B", 0.6, "right"),
        Column("Neither", 0.85, "right"), Column("Same\n%", 0.7, "right"), Column("Kappa", 0.75, "right"),
        Column("Alpha", 0.75, "right"), Column(_interval_head(rows, "95 % interval of alpha"), 1.4, "right"),
    ]  # fmt: skip
    printed: list[Row] = []
    reasons: list[str] = []
    for code in dict.fromkeys(rows["code"]):
        block = rows[rows["code"] == code]
        block = block[block["scope"] == block["scope"].iloc[0]]  # a parent's own codings, or with its children's
        single = ~block["coefficient"].duplicated(keep=False)  # kappas of several pairs of coders stand in the CSV
        mine = {line["coefficient"]: line for line in block[single].to_dict("records")}
        alpha = mine.get("krippendorff_alpha") or next(iter(mine.values()))
        share = mine.get("percent_agreement", {}).get("estimate")
        cells: list[str | int | float] = [
            alpha["label"] or code, *(_whole(alpha[name]) for name in ("both", "only_a", "only_b", "neither")),
            "" if share is None or pd.isna(share) else whole_percent(100 * share),
            *(_estimate(data, mine[name]) if name in mine else "" for name in ("cohen_kappa", "krippendorff_alpha")),
            _interval(data, alpha, starred=starred),
        ]  # fmt: skip
        printed.append(Row(cells))
        if pd.isna(alpha["estimate"]) and alpha["reason"]:
            reasons.append(f"{alpha['label'] or code}: {alpha['reason']}")
    coders = [split(cell) for cell in dict.fromkeys(rows["coders"]) if cell]
    notes = [f"A is {coders[0][0]}, B is {coders[0][1]}."] if coders and len(coders[0]) == 2 else []
    if reasons:
        notes.append("Not estimable: " + "; ".join(reasons[:8]) + (" …" if len(reasons) > 8 else "") + ".")
    return PrintedTable(
        "Agreement by code", "Agreement between coders on each code", columns, printed, notes + _agreement_notes(rows),
        decimals=data.study.config.reports.decimals, empty="Agreement needs codings of two coders on the same transcripts.",
    )  # fmt: skip


def _agreement_notes(rows: pd.DataFrame) -> list[str]:
    notes = []
    for unit, rule, universe in dict.fromkeys(zip(rows["unit"], rows["rule"], rows["universe"], strict=True)):
        if not unit:
            continue
        rules = {"any_word": "at least one whole word of it", "half_unit": "at least half of it"}
        covered = rules.get(rule, f"at least {rule.removeprefix('chars:')} characters of it")
        basis = (
            "units that both were to read and have finished"
            if universe == "assigned"
            else "transcripts in which every coder compared has a coding (who read what is not recorded)"
        )
        notes.append(f"Unit: {unit}; a code counts for a unit when it covers {covered}; taken over {basis}.")
    methods = [m for m in dict.fromkeys(m.removeprefix("these transcripts only: ") for m in rows["ci_method"]) if m]
    if methods:
        notes.append("Intervals: " + "; ".join(methods[:3]) + ".")
    few = [int(n) for n in rows["n_transcripts"][rows["ci_these_low"].notna()]]
    if few:
        mark = "" if _only_these(rows) else "* "
        notes.append(
            f"{mark}{max(few)} transcript{'s are' if max(few) > 1 else ' is'} too few to speak beyond "
            f"{'them' if max(few) > 1 else 'it'}: the interval says how far a number would move with other units of these "
            "transcripts only."
        )
    clustered = rows[rows["ci_method"].str.startswith("bootstrap by transcript") & rows["n_transcripts"].lt(30)]
    if len(clustered):
        notes.append(
            "With fewer than 30 transcripts such an interval is somewhat narrow: in simulations it held the true value in "
            "90 % of cases with 12 transcripts and 94 % with 30."
        )
    return notes


def _only_these(rows: pd.DataFrame) -> bool:
    """Whether every interval speaks of these transcripts only."""
    return bool(rows["ci_these_low"].notna().any() and not rows["ci_low"].notna().any())


def _interval_head(rows: pd.DataFrame, head: str) -> str:
    return f"{head}, these transcripts only" if _only_these(rows) else head


def _estimate(data: Data, line: Mapping[Any, Any]) -> str:
    if pd.isna(line["estimate"]):
        return "–"
    return f"{line['estimate']:.{data.study.config.reports.decimals}f}".replace("-", "−")


def _interval(data: Data, line: Mapping[Any, Any], *, starred: bool = False) -> str:
    mark = ""
    low, high = line["ci_low"], line["ci_high"]
    if pd.isna(low) and pd.notna(line["ci_these_low"]):
        low, high = line["ci_these_low"], line["ci_these_high"]
        mark = "*" if starred else ""
    if pd.isna(low) or pd.isna(high):
        return ""
    places = data.study.config.reports.decimals
    return f"{low:.{places}f} to {high:.{places}f}{mark}".replace("-", "−")


def saturation(data: Data) -> PrintedTable:
    """T12: new codes by transcript."""
    rows = data["saturation"]
    columns = [
        Column("Order", 0.6, "right"), Column("Transcript", 1.0), Column("Date", 1.0), Column("New codes", 0.8, "right"),
        Column("Codes so far", 0.9, "right"), Column("Share new in run", 1.1, "right"), Column("Verdict", 2.0),
    ]  # fmt: skip
    printed = [
        Row([
            _whole(line["order"]), line["transcript"], line["date"], _whole(line["new"]), _whole(line["cumulative"]),
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
            _whole(line["topic"]), line["words"], _whole(line["segments"]), _whole(line["transcripts"]),
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
                _whole(line["n"]),
                f"{line['jaccard']:.2f}",
            ]
        )
        for line in rows.head(most).to_dict("records")
    ]
    unit = _first(rows["unit"]) or "segment"
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
        first = ["", ""] if here == last else [line["round"], line["label"] or line["theme"]]
        response = RESPONSES.get(line["response"], line["response"])
        printed.append(Row([*first, response, _whole(line["participants"]), _whole(line["comments"])]))
        last = here
    return PrintedTable(
        "Member check", "Participants' answers to the themes", columns, printed, [],
        empty="No answers have come back yet.",
    )  # fmt: skip


PRINTED: dict[str, Callable[[Data], PrintedTable]] = {
    "participants": participants,
    "sessions": sessions,
    "themes": themes,
    "definitions": definitions,
    "constructs": constructs,
    "agreement": agreement,
    "agreement_by_code": agreement_by_code,
    "saturation": saturation,
    "cooccurrence": cooccurrence,
    "topics": topics,
    "memberchecks": memberchecks,
    "quotes": quotes,
}


def _whole(value: Any) -> int | str:
    return "" if pd.isna(value) else int(value)


def _first(values: pd.Series) -> Any:
    return values.iloc[0] if len(values) and pd.notna(values.iloc[0]) else ""


def _group(name: str) -> str:
    return "All" if name == "all" else _words(name)


def _words(name: str, *, first: bool = True) -> str:
    """A name from a table as people write it: `years_experience` -> `Years experience`."""
    text = str(name).replace("_", " ")
    return text[:1].upper() + text[1:] if first else text

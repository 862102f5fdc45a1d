"""What the printed tables of agreement say, and the sentences for a methods section."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

import qualcode
from qualcode.agreement.groups import SAW
from qualcode.reports.data import Data, whole
from qualcode.reports.model import Column, PrintedTable, Row, whole_percent
from qualcode.tables import split

COEFFICIENTS = {
    "percent_agreement": "Agreement, share of units",
    "cohen_kappa": "Cohen's kappa",
    "mean_pairwise_cohen_kappa": "Cohen's kappa, mean of pairs",
    "krippendorff_alpha": "Krippendorff's alpha",
    "krippendorff_alpha_set": "Krippendorff's alpha over sets of codes (MASI)",
    "pooled_kappa": "Pooled kappa",
    "scott_pi": "Scott's pi",
    "fleiss_kappa": "Fleiss' kappa",
    "conger_kappa": "Conger's kappa",
    "brennan_prediger": "Brennan and Prediger's kappa",
    "gwet_ac1": "Gwet's AC1",
}
SCOPES = {"pooled": "all codes pooled", "mean": "mean over codes", "sets": "sets of codes"}
PARTS = {
    "pair": "Pair of coders", "without": "All but one coder", "transcript": "Transcript", "group": "Group of participants",
    "round": "Round", "time": "Date of the session", "version": "Codebook version", "side": "Coder and other side",
}  # fmt: skip
UNCODED = {"include": "counted", "exclude": "left out"}
SHORT = {
    "too rare": "rare", "no variation": "no variation", "prevalence": "prevalence", "bias": "bias",
    "boundary rather than code": "boundary", "design effect": "clustered",
}  # fmt: skip
REMARKS = {
    "rare": "rare: fewer than 5 units were coded by anybody, or too little varies for an interval",
    "no variation": "no variation: chance and agreement cannot be told apart",
    "prevalence": "prevalence: kappa is low because the code is rare (or everywhere); look at the counts",
    "bias": "bias: one coder applies the code more often",
    "boundary": "boundary: the coders' passages meet, and differ in where they begin and end",
    "clustered": "clustered: units of one transcript resemble each other, so single units would make the interval too narrow",
    "outlier": "outlier: one coder differs from all others",
}
ALPHA = "krippendorff_alpha"
CELLS = ("both", "only_a", "only_b", "neither")
REFLEXIVE = (
    "Under the reflexive approach coefficients of agreement are switched off (analysis.approach); the list of disagreements "
    "is there for discussion."
)
NEEDED = "Agreement needs codings of two coders on the same transcripts."


def _lead(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the unit that the study names first, with or without uncoded text as it names first."""
    if not len(rows):
        return rows
    return rows[(rows["unit"] == rows["unit"].iloc[0]) & (rows["uncoded"] == rows["uncoded"].iloc[0])]


def _reflexive(data: Data) -> bool:
    return data.study.config.analysis.approach == "reflexive"


def agreement(data: Data) -> PrintedTable:
    """Agreement over all codes, each coefficient with its scope, unit and interval."""
    rows = _lead(data["agreement"])
    starred = not _only_these(rows)
    columns = [
        Column("Coefficient", 2.2), Column("Over", 1.3), Column("Coders", 0.9), Column("Estimate", 0.95, "right"),
        Column(_interval_head(rows, "95 % interval"), 1.3, "right"), Column("Units", 0.7, "right"),
        Column("Transcripts", 1.2, "right"),
    ]  # fmt: skip
    printed = [
        Row([
            COEFFICIENTS.get(line["coefficient"], line["coefficient"]), SCOPES.get(line["scope"], line["scope"]),
            ", ".join(split(line["coders"])), shown_number(data, line), shown_interval(data, line, starred=starred),
            whole(line["n_units"]),
            whole(line["n_transcripts"]),
        ])
        for line in rows.to_dict("records")
    ]  # fmt: skip
    notes = _notes(rows) + _thresholds(data, rows)
    for line in rows[rows["remarks"] != ""].to_dict("records"):
        notes.append(f"{COEFFICIENTS[line['coefficient']]}, {SCOPES[line['scope']]}: {line['remarks']}.")
    empty = REFLEXIVE if _reflexive(data) else NEEDED
    return PrintedTable(
        "Agreement", "Agreement between coders over all codes", columns, [] if _reflexive(data) else printed, notes,
        decimals=data.study.config.reports.decimals, empty=empty,
    )  # fmt: skip


def agreement_units(data: Data) -> PrintedTable:
    """All codes pooled on each unit, with and without text that nobody coded."""
    rows = data["agreement"]
    rows = rows[(rows["scope"] == "pooled") & (rows["coders"] == (rows["coders"].iloc[0] if len(rows) else ""))]
    columns = [
        Column("Unit", 1.0), Column("Text nobody coded", 1.1), Column("Units", 0.9, "right"),
        Column("Same %", 0.7, "right"), Column("Kappa", 0.8, "right"), Column("Alpha", 0.8, "right"),
        Column(_interval_head(rows, "95 % interval of alpha"), 1.4, "right"),
    ]  # fmt: skip
    starred = not _only_these(rows)
    printed = []
    for unit, uncoded in dict.fromkeys(zip(rows["unit"], rows["uncoded"], strict=True)):
        block = rows[(rows["unit"] == unit) & (rows["uncoded"] == uncoded)]
        mine = {line["coefficient"]: line for line in block.to_dict("records")}
        if ALPHA not in mine:
            continue
        kappa = mine.get("cohen_kappa") or mine.get("mean_pairwise_cohen_kappa")
        share = mine.get("percent_agreement", {}).get("estimate")
        printed.append(
            Row([
                unit.capitalize(), UNCODED.get(uncoded, uncoded), whole(mine[ALPHA]["n_units"]),
                "" if share is None or pd.isna(share) else whole_percent(100 * share),
                shown_number(data, kappa) if kappa else "", shown_number(data, mine[ALPHA]),
                shown_interval(data, mine[ALPHA], starred=starred),
            ])
        )  # fmt: skip
    notes = [
        "All codes pooled. The same codings give another number on another unit: finer units are more rows, not more evidence, "
        "and long passages and text that nobody coded weigh more in them."
    ]
    return PrintedTable(
        "Agreement by unit", "Agreement on different units of comparison", columns, printed if len(printed) > 1 else [],
        notes + _notes(rows), decimals=data.study.config.reports.decimals,
        empty="One unit of comparison (agreement.units names more).",
    )  # fmt: skip


def agreement_by_code(data: Data) -> PrintedTable:
    """T11: agreement on each code."""
    rows = _lead(data["agreement_by_code"])
    starred = not _only_these(rows)
    remarked = bool((rows["remarks"] != "").any())
    more = len(rows) > 0 and len(split(rows["coders"].iloc[0])) > 2  # of more coders there is no both, only A, only B
    counted = (
        {"n_coded": "Coded by any"} if more else dict(zip(CELLS, ("Both", "Only A", "Only B", "Neither"), strict=True))
    )
    kappa = "mean_pairwise_cohen_kappa" if more else "cohen_kappa"
    wide = 1.2 if remarked else 1.0  # one column more takes its room from the first
    columns = [
        Column("Code", 2.1),
        *(Column(name, (0.6 if len(name) < 7 else 0.85) * wide, "right") for name in counted.values()),
        Column("Same\n%", 0.7 * wide, "right"), Column("Kappa", 0.75 * wide, "right"),
        Column("Alpha", 0.75 * wide, "right"), Column(_interval_head(rows, "95 % interval of alpha"), 1.4, "right"),
        *([Column("Remarks", 1.3)] if remarked else []),
    ]  # fmt: skip
    printed: list[Row] = []
    reasons: list[str] = []
    said: dict[str, None] = {}
    for code in dict.fromkeys(rows["code"]):
        block = rows[rows["code"] == code]
        block = block[block["scope"] == block["scope"].iloc[0]]  # a parent's own codings, or with its children's
        single = ~block["coefficient"].duplicated(keep=False)  # kappas of several pairs of coders stand in the CSV
        mine = {line["coefficient"]: line for line in block[single].to_dict("records")}
        alpha = mine.get(ALPHA) or next(iter(mine.values()))
        share = mine.get("percent_agreement", {}).get("estimate")
        words = _short([line["remarks"] for line in mine.values()])
        said |= dict.fromkeys(words)
        cells: list[str | int | float] = [
            alpha["label"] or code, *(whole(alpha[name]) for name in counted),
            "" if share is None or pd.isna(share) else whole_percent(100 * share),
            *(shown_number(data, mine[name]) if name in mine else "" for name in (kappa, ALPHA)),
            shown_interval(data, alpha, starred=starred),
            *([", ".join(words)] if remarked else []),
        ]  # fmt: skip
        printed.append(Row(cells))
        if pd.isna(alpha["estimate"]) and alpha["reason"] and not _whose_codes(alpha["reason"]):
            reasons.append(f"{alpha['label'] or code}: {alpha['reason']}")
    coders = [split(cell) for cell in dict.fromkeys(rows["coders"]) if cell]
    notes = [f"A is {coders[0][0]}, B is {coders[0][1]}."] if coders and len(coders[0]) == 2 else []
    if more:
        notes.append(
            "Coded by any: units in which at least one coder applied the code. Kappa: the mean over pairs of coders."
        )
    if reasons:
        notes.append("Not estimable: " + "; ".join(reasons[:8]) + (" …" if len(reasons) > 8 else "") + ".")
    if said:
        notes.append("Remarks: " + "; ".join(REMARKS[word] for word in REMARKS if word in said) + ".")
    return PrintedTable(
        "Agreement by code", "Agreement between coders on each code", columns, [] if _reflexive(data) else printed,
        notes + _notes(rows), decimals=data.study.config.reports.decimals, empty=REFLEXIVE if _reflexive(data) else NEEDED,
    )  # fmt: skip


def _short(cells: list[str]) -> list[str]:
    """The words of some cells of remarks, each once."""
    found: dict[str, None] = {}
    for part in (part for cell in cells for part in cell.split("; ") if part):
        word = next((short for begins, short in SHORT.items() if part.startswith(begins)), "")
        found[word or ("outlier" if " differs from the others" in part else part)] = None
    return [word for word in REMARKS if word in found]


def agreement_by_scope(data: Data) -> PrintedTable:
    """Alpha of all codes pooled by pair of coders, without one, by transcript, group, round, time, version and side."""
    rows = _lead(data.tables.get("agreement_by_scope", data["agreement"].iloc[:0]))
    rows = rows[rows["coefficient"] == ALPHA] if len(rows) else rows
    starred = not _only_these(rows) if len(rows) else False
    columns = [
        Column("Part", 2.6), Column("Alpha", 0.8, "right"),
        Column(_interval_head(rows, "95 % interval") if len(rows) else "95 % interval", 1.6, "right"),
        Column("Codes", 0.7, "right"), Column("Units", 0.8, "right"), Column("Transcripts", 1.1, "right"),
    ]  # fmt: skip
    printed: list[Row] = []
    for scope in dict.fromkeys(rows["scope"]) if len(rows) else ():
        printed.append(Row([PARTS[scope], *[""] * 5], level=0))
        for line in rows[rows["scope"] == scope].to_dict("records"):
            about = ", ".join(split(line["about"])).replace("_", " ")
            printed.append(
                Row([
                    about, shown_number(data, line), shown_interval(data, line, starred=starred), whole(line["codes"]),
                    whole(line["n_units"]), whole(line["n_transcripts"]),
                ], level=2)
            )  # fmt: skip
    notes = [
        "Krippendorff's alpha, all codes pooled. Differences with their intervals: tables/agreement_differences.csv."
    ]
    return PrintedTable(
        "Agreement by part", "Agreement by coder, transcript and part of the study", columns,
        [] if _reflexive(data) else printed, notes + (_notes(rows) if len(rows) else []),
        decimals=data.study.config.reports.decimals, empty=REFLEXIVE if _reflexive(data) else NEEDED,
    )  # fmt: skip


def agreement_diagnosis(data: Data) -> PrintedTable:
    """What of the texts counted for agreement, and why the rest did not."""
    rows = data.tables.get("agreement_diagnosis")
    columns = [
        Column("Text", 4.2), Column("Counted", 0.9), Column("Characters", 1.1, "right"), Column("%", 0.6, "right"),
        Column("Units", 0.8, "right"),
    ]  # fmt: skip
    printed: list[Row] = []
    unit = ""
    if rows is not None and len(rows):
        everywhere = rows[rows["transcript"] == "all"]
        unit = everywhere["unit"].iloc[0]
        for line in everywhere.to_dict("records"):
            why = line["why"][:1].upper() + line["why"][1:]
            share = whole_percent(line["percent"])
            printed.append(Row([why, line["counted"], whole(line["characters"]), share, whole(line["units"])]))
        printed.append(
            Row(["All transcripts", "", int(everywhere["characters"].sum()), "100", int(everywhere["units"].sum())])
        )
    notes = (
        [f"Units ({unit}) are counted where they begin. By transcript: tables/agreement_diagnosis.csv."] if unit else []
    )
    return PrintedTable(
        "What counted", "Which text counted for agreement, and why the rest did not", columns, printed, notes, empty=NEEDED
    )  # fmt: skip


# ---------------------------------------------------------------- the methods section


def agreement_methods(data: Data) -> str:
    """Sentences for a methods section: unit, rule, n, share coded twice, how sampled, coefficient, interval, software."""
    if _reflexive(data):
        return REFLEXIVE
    rows = _lead(data["agreement"])
    pooled = rows[(rows["scope"] == "pooled") & (rows["coefficient"] == ALPHA)]
    if not len(pooled) or len(split(pooled["coders"].iloc[0])) < 2:
        return NEEDED
    line = pooled.iloc[0].to_dict()
    coders = split(line["coders"])
    texts = int((data["transcripts"]["translation_of"] == "").sum()) or line["n_transcripts"]
    share = _share_twice(data)
    chosen = data.study.config.agreement.sampling
    blind = SAW not in line["reason"]
    raw = rows[(rows["scope"] == "pooled") & (rows["coefficient"] == "percent_agreement")]
    if pd.isna(line["estimate"]) and not blind and len(raw):  # what both read, though nothing of it blind
        line |= {name: raw.iloc[0][name] for name in ("n_units", "n_transcripts")}
    said = [
        f"{_number(len(coders))} coders ({', '.join(coders)}) {'independently ' if blind else ''}coded "
        f"{line['n_transcripts']} of {texts} transcripts ({line['n_units']} {line['unit']}s{share})"
        + (f", {chosen}" if chosen else "")
        + ".",
        _rule_sentence(line["unit"], line["rule"], line["uncoded"]),
    ]
    if pd.isna(line["estimate"]):
        return " ".join([*said, f"Krippendorff's alpha could not be computed: {line['reason']}.", _software(data)])
    codes = _lead(data["agreement_by_code"])
    codes = codes[(codes["coefficient"] == ALPHA) & (codes["scope"] == "code") & (codes["coders"] == line["coders"])]
    values = codes["estimate"].dropna()
    limits = shown_interval(data, line)
    where = " for these transcripts" if pd.notna(line["ci_these_low"]) else ""
    said.append(
        f"Krippendorff's alpha (nominal, each code present or absent, observed and expected disagreement pooled over "
        f"{line['codes']} codes) was {shown_number(data, line)}"
        + (f" (95 % interval {limits}{where}; {_method_in_words(line['ci_method'], line['unit'])})" if limits else "")
        + "."
    )
    if len(values):
        ends = " to ".join(shown_number(data, {"estimate": value}) for value in (values.min(), values.max()))
        said.append(f"By code it ranged from {ends} ({len(values)} of {len(codes)} codes could be estimated).")
    share_same = rows[(rows["scope"] == "pooled") & (rows["coefficient"] == "percent_agreement")]["estimate"]
    if len(share_same) and pd.notna(share_same.iloc[0]):
        said.append(f"Percent agreement was {whole_percent(100 * share_same.iloc[0])} %.")
    return " ".join([*said, _software(data)])


def _software(data: Data) -> str:
    return f"Computed with qualcode {qualcode.__version__}" + (f", codebook {data.codebook}." if data.codebook else ".")


def _share_twice(data: Data) -> str:
    rows = data.tables.get("agreement_diagnosis")
    if rows is None or not len(rows):
        return ""
    everywhere = rows[(rows["transcript"] == "all") & rows["units"].gt(0)]
    twice, units = everywhere[everywhere["counted"] != "no"]["units"].sum(), everywhere["units"].sum()
    return f", {whole_percent(100 * twice / units)} % of all" if units else ""


def _rule_sentence(unit: str, rule: str, uncoded: str) -> str:
    text = f"Agreement was measured by {unit}"
    if unit != "character":
        text += f"; a code counted for a {unit} when it covered {_covers(rule)}"
    return text + (f"; {unit}s that none of them coded were left out." if uncoded == "exclude" else ".")


def _covers(rule: str) -> str:
    rules = {"any_word": "at least one whole word of it", "half_unit": "at least half of it"}
    return rules.get(rule, f"at least {rule.removeprefix('chars:')} characters of it")


def _method(method: str) -> str:
    return method.removeprefix("these transcripts only: ")


def _method_in_words(method: str, unit: str) -> str:
    """How an interval was made, as a methods section says it; as it stands where it is none of ours."""
    drawn = re.match(r"bootstrap by (unit|transcript) \(.*?\), (\d+), seed (\d+), (percentile|BCa)", _method(method))
    if not drawn:
        return _method(method)
    what = f"whole {drawn[1]}s" if drawn[1] == "transcript" else f"{unit}s"
    limits = "percentile limits" if drawn[4] == "percentile" else "BCa limits"
    return f"bootstrap, {int(drawn[2]):,} resamples of {what}, {limits}, seed {drawn[3]}"


def _number(n: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[n] if n < len(words) else str(n)


# ---------------------------------------------------------------- notes and cells


def _whose_codes(reason: str) -> list[str]:
    """What a reason says of whose codes are not common, or were made so by one person."""
    marks = ("not aligned to the codebook", "aligned the codes of", "after a split")
    return [part for part in reason.split("; ") if any(mark in part for mark in marks)]


def _notes(rows: pd.DataFrame) -> list[str]:
    notes = [
        f"{part[0].upper()}{part[1:]}."
        for part in dict.fromkeys(part for reason in dict.fromkeys(rows["reason"]) for part in _whose_codes(reason))
    ]
    for unit, rule, universe in dict.fromkeys(zip(rows["unit"], rows["rule"], rows["universe"], strict=True)):
        if not unit:
            continue
        basis = (
            "units that both were to read and have finished"
            if universe == "assigned"
            else "transcripts in which every coder compared has a coding (who read what is not recorded)"
        )
        counts = "" if unit == "character" else f"; a code counts for a unit when it covers {_covers(rule)}"
        notes.append(f"Unit: {unit}{counts}; taken over {basis}.")
    methods = [m for m in dict.fromkeys(_method(m) for m in rows["ci_method"]) if m]
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
            "91 % of cases with 12 transcripts and 93 % with 30."
        )
    return notes


def _thresholds(data: Data, rows: pd.DataFrame) -> list[str]:
    """The share of resamples under each threshold, with who says so; of the pooled alpha."""
    pooled = rows[(rows["scope"] == "pooled") & (rows["coefficient"] == ALPHA) & (rows["below"] != "")]
    if not len(pooled):
        return []
    shares = dict(part.split(": ") for part in pooled["below"].iloc[0].split("; "))
    said = [
        f"{100 * float(shares[f'{value:g}']):.0f} % under {value:g} ({source})"
        for source, value in data.study.config.agreement.thresholds.items()
        if f"{value:g}" in shares
    ]
    return [
        f"Of the resamples of the pooled alpha {', '.join(said)}. This is no probability, and thresholds are conventions."
    ]


def _only_these(rows: pd.DataFrame) -> bool:
    """Whether every interval speaks of these transcripts only."""
    return bool(rows["ci_these_low"].notna().any() and not rows["ci_low"].notna().any())


def _interval_head(rows: pd.DataFrame, head: str) -> str:
    return f"{head}, these transcripts only" if _only_these(rows) else head


def shown_number(data: Data, line: Mapping[Any, Any]) -> str:
    if pd.isna(line["estimate"]):
        return "–"
    return f"{line['estimate']:.{data.study.config.reports.decimals}f}".replace("-", "−")


def shown_interval(data: Data, line: Mapping[Any, Any], *, starred: bool = False) -> str:
    mark = ""
    low, high = line["ci_low"], line["ci_high"]
    if pd.isna(low) and pd.notna(line["ci_these_low"]):
        low, high = line["ci_these_low"], line["ci_these_high"]
        mark = "*" if starred else ""
    if pd.isna(low) or pd.isna(high):
        return ""
    places = data.study.config.reports.decimals
    return f"{low:.{places}f} to {high:.{places}f}{mark}".replace("-", "−")

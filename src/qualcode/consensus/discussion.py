"""What the discussion did: the codings as they stand after it, who decided what, and whose readings stood."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from qualcode.consensus.disagreements import DIRECTION, Comparison, Dispute
from qualcode.consensus.layer import Row, Rulings, SpanRule, place_of
from qualcode.consensus.readings import Reading, overlap, shorter
from qualcode.tables import TABLES, join

FATES = ("stood", "replaced", "fell", "open")
ABOUT = {True: "direction", False: "passage"}


def after_discussion(
    comparison: Comparison, codings: pd.DataFrame, decisions: pd.DataFrame, *, span: SpanRule = "union"
) -> pd.DataFrame:
    """Each coder's codings as they stand once decisions are applied; nobody's own layer is changed by it.

    Returns
    -------
    Table `codings` without rows of origin `machine`. Where a disagreement about a code or passage is decided, everybody who was
    to read the passage has what was decided (the row of consensus, or nothing) in place of their own reading; all else is as it
    was: open disagreements, borders that differ a little, what only one coder was to read. Disputed directions are left alone,
    for a direction does not make a code applied or not.
    """
    human = codings[codings["origin"] != "machine"]
    rulings = Rulings(comparison, decisions)
    gone: set[str] = set()
    made: list[dict[str, object]] = []
    for dispute in comparison.disputes:
        if dispute.kind == DIRECTION or not rulings.decided(dispute):
            continue
        gone |= {coding for group in dispute.groups for coding in group.codings}
        readers = sorted({coder for group in dispute.groups for coder in (*group.coders, *group.silent)})
        for number, row in enumerate(rulings.rows(dispute)):
            start, end = place_of(row, span)
            made += [
                {
                    "coding": f"{dispute.name}:{number}:{coder}", "transcript": row.transcript, "scope": row.scope,
                    "start": start, "end": end, "code": row.code, "coder": coder, "origin": "human",
                }
                for coder in readers
            ]  # fmt: skip
    kept = human[~human["coding"].isin(gone)]
    return TABLES["codings"].shape(pd.concat([kept, TABLES["codings"].shape(made)], ignore_index=True))


# ---------------------------------------------------------------- who decided what


def rulings_table(comparison: Comparison, decisions: pd.DataFrame) -> pd.DataFrame:
    """Who decided what: a row for each person (or persons together), kind, choice and coders whose side stood.

    Returns
    -------
    Table `report_rulings`. `choice` is keep, both, neither, other; `stood` are the coders whose side was kept (of a side that coded
    nothing: the passage has no such code), empty for other choices. `by` is empty in rows of disagreements that nobody has decided,
    whose choice is `open`, or `suggested` where somebody proposed a choice and nobody signed it.
    """
    rulings = Rulings(comparison, decisions)
    signed = decisions.set_index("decision")[["by", "on", "reason"]].to_dict("index")
    found: dict[tuple[str, str, str, str], list[dict[str, str]]] = {}
    for dispute in comparison.disputes:
        decision, choice, _ = rulings.of(dispute)
        line = {str(key): str(value) for key, value in signed.get(decision, {}).items()}
        stood = ""
        if choice in ("", "open"):
            choice, line = "suggested" if decision and not choice else "open", {}
        elif choice in ("keep_a", "keep_b"):
            stood, choice = join(dispute.sides["ab".index(choice[-1])].coders), "keep"
        found.setdefault((join(_people(line.get("by", ""))), dispute.kind, choice, stood), []).append(line)
    rows = []
    for (by, kind, choice, stood), lines in found.items():
        days = sorted(line["on"] for line in lines if line.get("on"))
        rows.append({
            "by": by, "kind": kind, "choice": choice, "stood": stood, "n": len(lines),
            "with_reason": sum(bool(line.get("reason")) for line in lines), "first": days[0] if days else "",
            "last": days[-1] if days else "",
        })  # fmt: skip
    return TABLES["report_rulings"].shape(rows)


def _people(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace(",", ";").split(";") if part.strip()]


# ---------------------------------------------------------------- whose readings stood


@dataclass
class _Fates:
    """How often one coder's readings of one code were disputed, and what became of them."""

    readings: int = 0
    stood: int = 0
    replaced: int = 0
    fell: int = 0
    open: int = 0
    silences: int = 0
    silences_stood: int = 0
    silences_fell: int = 0
    silences_open: int = 0

    def add(self, fate: str) -> None:
        setattr(self, fate, getattr(self, fate) + 1)

    def row(self) -> dict[str, int]:
        return vars(self) | {"disputed": self.stood + self.replaced + self.fell + self.open}


def readings_table(
    comparison: Comparison, decisions: pd.DataFrame, *, codes: Sequence[str] = (), span: SpanRule = "union"
) -> pd.DataFrame:
    """How often each coder's reading stood.

    Parameters
    ----------
    codes
        Codes in the order of their rows (the codebook's).

    Returns
    -------
    Table `report_readings`: for each coder all codes together (`code` empty) and each code by itself, `about` passages (what is
    coded where) or directions. `readings` are all of the coder's, overlapping codings of a code taken as one; of those
    `disputed`, `stood` is in the consensus as it was (its code, on a span that matches), `replaced` has another code, span or
    direction in its place, `fell` left nothing, and `open` waits. `silences` are passages that the coder read and left without a
    code that another gave: they stood where nothing came of it, and fell where a code did.
    """
    rulings = Rulings(comparison, decisions)
    found: dict[tuple[str, str, str], _Fates] = {}

    def of(coder: str, code: str, about: str) -> Iterator[_Fates]:
        for name in dict.fromkeys(("", code)):
            yield found.setdefault((coder, name, about), _Fates())

    for here in comparison.groups.values():
        for group in here:
            for reading in group.readings:
                for about in ABOUT.values():
                    for fates in of(reading.coder, group.code, about):
                        fates.readings += 1
    for dispute in comparison.disputes:
        about = ABOUT[dispute.kind == DIRECTION]
        outcomes = _directions(dispute, rulings) if dispute.kind == DIRECTION else _passages(dispute, rulings, span)
        for coder, code, fate in outcomes:
            for fates in of(coder, code, about):
                if fate.startswith("silences"):
                    fates.add("silences")
                fates.add(fate)
    place = {code: at for at, code in enumerate(["", *codes])}
    keys = sorted(found, key=lambda key: (key[2] != "passage", key[0], place.get(key[1], len(place)), key[1]))
    rows = [
        {"coder": coder, "code": code, "about": about, **found[coder, code, about].row()} for coder, code, about in keys
    ]
    return TABLES["report_readings"].shape([row for row in rows if row["about"] == "passage" or row["disputed"]])


def _passages(dispute: Dispute, rulings: Rulings, span: SpanRule) -> Iterator[tuple[str, str, str]]:
    """(coder, code, what became of it) of each reading that a disagreement decides over, and of each silence."""
    decided, rows = rulings.decided(dispute), rulings.rows(dispute)
    match = rulings.comparison.match
    coded = {coder for side in dispute.sides if side.code for coder in side.coders}
    for group in dispute.groups:
        for reading in group.readings:
            stands = any(row.code == group.code and _matches(reading, row, span, match) for row in rows)
            yield reading.coder, group.code, "stood" if stands else _fate(decided, bool(rows))
    for group in dispute.groups:
        for coder in group.silent:
            if coder not in coded:
                given = any(row.code == group.code for row in rows)
                fate = "open" if not decided else "fell" if given else "stood"
                yield coder, group.code, f"silences_{fate}"


def _fate(decided: bool, something: bool) -> str:
    return "open" if not decided else "replaced" if something else "fell"


def _matches(reading: Reading, row: Row, span: SpanRule, match: float) -> bool:
    start, end = place_of(row, span)
    there = Reading(start, end, "", (), "")
    common = overlap(reading, there)
    return common > 0 and common >= match * shorter(reading, there)


def _directions(dispute: Dispute, rulings: Rulings) -> Iterator[tuple[str, str, str]]:
    """The same of the directions that are disputed: stood where the mention has the coder's, or both have become `mixed`."""
    group = dispute.groups[0]
    decided, (_, choice, _) = rulings.decided(dispute), rulings.of(dispute)
    direction = rulings.turned[id(group)][0]
    for side in dispute.sides:
        for coder in side.coders:
            own = group.direction_of(coder) or rulings.own.get(group.code, "")
            stands = decided and (choice == "both" or (bool(direction) and own == direction))
            yield coder, group.code, "stood" if stands else _fate(decided, bool(direction))


__all__ = ["FATES", "after_discussion", "readings_table", "rulings_table"]

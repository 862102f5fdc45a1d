"""The layer that all findings rest on: what coders agree on, what only one was to read, what the team decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from qualcode.consensus.disagreements import (
    DIRECTION,
    Comparison,
    Dispute,
    Side,
    compare,
    effective_direction,
    ruled_disagreements,
)
from qualcode.consensus.readings import Group, Reading
from qualcode.decisions.table import CHOICES, parse_other
from qualcode.errors import DecisionsError, Problems, nearest
from qualcode.tables import TABLES, join

SpanRule = Literal["union", "intersection", "longest"]
DIRECTIONS = ("facilitator", "barrier", "mixed", "neutral")


Ruled = Mapping[str, tuple[str, str, str]]  # disagreement -> decision, choice, value
Turned = Mapping[int, tuple[str, str]]  # a group whose direction is disputed -> direction, decision


@dataclass
class Row:
    """One row of consensus in the making."""

    transcript: str
    scope: str
    code: str
    readings: list[Reading]
    direction: str
    how: str
    decisions: set[str]
    span: tuple[int, int] | None = None  # where a decision gave one

    @property
    def codings(self) -> set[str]:
        return {coding for reading in self.readings for coding in reading.codings}


def make_consensus(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    match: float = 0.5,
    span: SpanRule = "union",
    open_: Literal["exclude", "block"] = "exclude",
    splits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One layer from several coders' and the team's decisions.

    Parameters
    ----------
    codings, assignments, texts, codebook, decisions, match, splits
        As for `find_disagreements`.
    span
        The span of a row: `union` of the matching spans; `intersection`, what most coders have in common; `longest`.
    open_
        What a disagreement that nobody has decided does: `exclude` its passage, or `block` the run.

    Returns
    -------
    Table `consensus`. `how` is single (only one coder was to read the passage), unanimous (all who were to read it agree)
    or adjudicated (by a decision, which is named). `direction` is the coders', where they agree or only some gave one;
    else the decision's; else the code's own where all left it empty; empty while a disagreement about it is open.
    A row's id is the UUID5 of the codings it comes from.

    Raises
    ------
    DecisionsError
        A decision that does not fit its disagreement (unknown code, span beyond the text, `both` where one side is
        silent …), with file and row; with `block`, every open disagreement.
    """
    comparison = compare(codings, assignments, texts, codebook, match=match, splits=splits)
    return consensus_layer(comparison, decisions, span=span, open_=open_)


def consensus_layer(
    comparison: Comparison,
    decisions: pd.DataFrame,
    *,
    span: SpanRule = "union",
    open_: Literal["exclude", "block"] = "exclude",
) -> pd.DataFrame:
    """The layer of a comparison: `make_consensus`."""
    if open_ == "block":
        _block(comparison.disputes, ruled_disagreements(decisions))
    rulings = Rulings(comparison, decisions)
    rows = [row for dispute in comparison.disputes for row in rulings.rows(dispute)] + rulings.agreed()
    rulings.problems.raise_if_any(DecisionsError)
    match, version = comparison.match, comparison.version
    return TABLES["consensus"].shape([_finished(row, span, version) for row in together(rows, span, match)])


def open_disagreements(disagreements: pd.DataFrame) -> int:
    """How many disagreements nobody has decided: each table's footnote says so."""
    return int((disagreements["status"] != "decided").sum())


def unused_decisions(decisions: pd.DataFrame, disagreements: pd.DataFrame) -> list[str]:
    """Signed decisions about disagreements that are no more (a coding they rest on changed or went), sorted."""
    about = decisions[(decisions["kind"] == "disagreement") & (decisions["choice"] != "")]
    known = set(disagreements["disagreement"])
    return sorted(d for d, a in zip(about["decision"], about["about"], strict=True) if a not in known)


# ---------------------------------------------------------------- decisions applied


class Rulings:
    """What decisions make of a comparison; those that do not fit are collected in `problems`."""

    def __init__(self, comparison: Comparison, decisions: pd.DataFrame) -> None:
        self.comparison = comparison
        self.texts, self.own, self.sources = comparison.texts, comparison.directions, _sources(decisions)
        self.ruled: Ruled = ruled_disagreements(decisions)
        self.problems = Problems()
        self.turned: Turned = {
            id(dispute.groups[0]): self._turned(dispute) for dispute in comparison.disputes if dispute.kind == DIRECTION
        }

    def of(self, dispute: Dispute) -> tuple[str, str, str]:
        """The decision on a disagreement, its choice and value; empty where there is none."""
        return self.ruled.get(dispute.name, ("", "", ""))

    def decided(self, dispute: Dispute) -> bool:
        return self.of(dispute)[1] not in ("", "open")

    def rows(self, dispute: Dispute) -> list[Row]:
        """What a disagreement leaves in the consensus as it is decided; those about a direction leave nothing by themselves."""
        return [] if dispute.kind == DIRECTION else self.rows_if(dispute, *self.of(dispute))

    def agreed(self) -> list[Row]:
        """The rows that no decision is needed for, whatever their direction."""
        settled = {id(group) for d in self.comparison.disputes if d.kind != DIRECTION for group in d.groups}
        return [
            _row(group, self.own, self.turned, "single" if len(group.coders) == 1 else "unanimous", set())
            for here in self.comparison.groups.values()
            for group in here
            if id(group) not in settled
        ]

    def _turned(self, dispute: Dispute) -> tuple[str, str]:
        decision, choice, value = self.of(dispute)
        return self.direction(dispute, decision, choice, value), decision if choice not in ("", "open") else ""

    def _wrong(self, decision: str, what: str, hint: str = "") -> None:
        where, place = self.sources.get(decision, ("data/raw/decisions", ""))
        self.problems.add(where, f"decision '{decision}': {what}", hint, place=place)

    def direction(self, dispute: Dispute, decision: str, choice: str, value: str) -> str:
        a, b = dispute.sides
        if choice == "keep_a" or choice == "keep_b":
            side = a if choice == "keep_a" else b
            if ";" in side.direction:
                self._wrong(decision, f"{choice} stands for several directions.", "Choose 'other', with the direction.")
                return ""
            return side.direction
        if choice == "both":
            return "mixed"
        if choice == "other":
            if value not in DIRECTIONS:
                self._wrong(decision, f"'{value}' is not a direction.", nearest(value, DIRECTIONS))
                return ""
            return value
        if choice not in ("", "open", "neither"):
            self._wrong(decision, f"choice '{choice}' is not known.", nearest(choice, CHOICES))
        return ""

    def rows_if(self, dispute: Dispute, decision: str, choice: str, value: str) -> list[Row]:
        """What a disagreement about a code or passage would leave in the consensus under a choice."""
        a, b = dispute.sides
        if choice in ("", "open", "neither"):
            return []
        if choice in ("keep_a", "keep_b"):
            side = a if choice == "keep_a" else b
            return [] if side.group is None else [self._kept(side.group, decision)]
        if choice == "both":
            if not a.code or not b.code:
                hint = "Choose keep_a or keep_b: the coded passage stands or does not."
                self._wrong(decision, "'both' cannot be chosen where one side is silent.", hint)
                return []
            kept = [self._kept(group, decision) for group in dispute.groups]
            if dispute.kind == "boundary" and len(kept) == 2:
                return [self._widened(kept, dispute)]
            return kept
        if choice == "other":
            return self._other(dispute, decision, value)
        self._wrong(decision, f"choice '{choice}' is not known.", nearest(choice, CHOICES))
        return []

    def _kept(self, group: Group, decision: str) -> Row:
        return _row(group, self.own, self.turned, "adjudicated", {decision})

    @staticmethod
    def _widened(kept: list[Row], dispute: Dispute) -> Row:
        """Both readings of one code whose borders differ: one row over the two."""
        first, second = kept
        given = {row.direction for row in kept} - {""}
        direction = given.pop() if len(given) == 1 else "mixed" if given else ""
        readings = first.readings + second.readings
        names = first.decisions | second.decisions
        return Row(
            first.transcript,
            first.scope,
            first.code,
            readings,
            direction,
            "adjudicated",
            names,
            (dispute.start, dispute.end),
        )

    def _other(self, dispute: Dispute, decision: str, value: str) -> list[Row]:
        code, start, end = parse_other(value)
        sides = [side for side in dispute.sides if side.code]
        if not code and len({side.code for side in sides}) == 1:
            code = sides[0].code
        if code not in self.own:
            hint = nearest(code, self.own) if code else "Name a code of the codebook in 'value'."
            self._wrong(decision, f"code '{code}' is not in the codebook.", hint)
            return []
        length = len(self.texts[dispute.transcript])
        if start is not None and end is not None and not 0 <= start < end <= length:
            self._wrong(
                decision, f"the span {start}-{end} is reversed or beyond the text, which has {length} characters."
            )
            return []
        readings = [reading for side in sides if side.group is not None for reading in side.group.readings]
        own = self.own[code]
        same = [side for side in sides if side.code == code]
        direction = _agreed(same) or own
        chosen = None if start is None or end is None else (start, end)
        return [Row(dispute.transcript, dispute.scope, code, readings, direction, "adjudicated", {decision}, chosen)]


def _agreed(sides: list[Side]) -> str:
    given = {side.direction for side in sides} - {""}
    return given.pop() if len(given) == 1 and not any(";" in name for name in given) else ""


def _row(group: Group, own: Mapping[str, str], turned: Turned, how: str, decisions: set[str]) -> Row:
    if id(group) in turned:
        direction, decision = turned[id(group)]
        if decision:
            how, decisions = "adjudicated", decisions | {decision}
    else:
        given = {effective_direction(group, coder, own) for coder in group.coders} - {""}
        direction = given.pop() if given else ""
    return Row(group.transcript, group.scope, group.code, list(group.readings), direction, how, decisions)


def _block(disputes: list[Dispute], ruled: Ruled) -> None:
    problems = Problems()
    for dispute in disputes:
        if ruled.get(dispute.name, ("", "", ""))[1] in ("", "open"):
            codes = " against ".join(side.code or "nothing" for side in dispute.sides)
            what = f"disagreement {dispute.name} ({dispute.kind}: {codes}) is not decided."
            problems.add(f"transcript {dispute.transcript}", what, place=f"{dispute.start}-{dispute.end}")
    if problems:
        hint = "Decide them in the sheet of `qualcode pack meeting` and import it, or set it to `exclude`."
        problems.add("config/study.yaml", "'consensus.open' is 'block', and disagreements are open.", hint)
    problems.raise_if_any(DecisionsError)


def _sources(decisions: pd.DataFrame) -> dict[str, tuple[str, str]]:
    if "_file" not in decisions:
        return {}
    columns = (decisions["decision"], decisions["_file"], decisions["_row"])
    return {name: (file, f"row {row}") for name, file, row in zip(*columns, strict=True)}


# ---------------------------------------------------------------- rows finished


def _span(readings: list[Reading], rule: SpanRule) -> tuple[int, int]:
    start, end = min(r.start for r in readings), max(r.end for r in readings)
    if rule == "longest":
        longest = min(readings, key=lambda r: (r.start - r.end, r.start, r.coder))
        return longest.start, longest.end
    if rule == "intersection":
        borders = sorted({r.start for r in readings} | {r.end for r in readings})
        pieces = [
            (len({r.coder for r in readings if r.start <= low and r.end >= high}), low, high)
            for low, high in pairwise(borders)
        ]
        most = max(count for count, _, _ in pieces)
        common = [(low, high) for count, low, high in pieces if count == most]
        return common[0][0], common[-1][1]
    return start, end


def together(rows: list[Row], span: SpanRule, match: float) -> list[Row]:
    """A decision may make a row that says what another one says already: those are one row."""
    found: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row.transcript, row.scope, row.code), []).append(row)
    out = []
    for place in sorted(found):
        kept: list[Row] = []
        for row in sorted(found[place], key=lambda r: (place_of(r, span), sorted(r.codings))):
            start, end = place_of(row, span)
            same = None
            for other in kept:
                first, last = place_of(other, span)
                common = min(end, last) - max(start, first)
                short = min(end - start, last - first)
                if "adjudicated" in (row.how, other.how) and common > 0 and common >= match * short:
                    same = other
                    break
            if same is None:
                kept.append(row)
                continue
            low, high = place_of(same, span)
            directions = {same.direction, row.direction} - {""}
            same.direction = directions.pop() if len(directions) == 1 else "mixed" if directions else ""
            same.readings = same.readings + row.readings
            same.decisions = same.decisions | row.decisions
            same.how, same.span = "adjudicated", (min(low, start), max(high, end))
        out += kept
    return out


def place_of(row: Row, rule: SpanRule) -> tuple[int, int]:
    if len(row.readings) == 1 and not row.span:
        return row.readings[0].start, row.readings[0].end
    return row.span or _span(row.readings, rule)


def _finished(row: Row, rule: SpanRule, version: str) -> dict[str, object]:
    start, end = place_of(row, rule)
    from_codings = join(row.codings)
    return {
        "coding": str(uuid5(NAMESPACE_URL, f"qualcode:consensus:{from_codings}")),
        "transcript": row.transcript,
        "scope": row.scope,
        "start": start,
        "end": end,
        "code": row.code,
        "direction": row.direction,
        "codebook_version": version,
        "how": row.how,
        "coders": join(reading.coder for reading in row.readings),
        "from_codings": from_codings,
        "decision": join(row.decisions),
    }

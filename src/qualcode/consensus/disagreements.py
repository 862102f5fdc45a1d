"""What coders disagree about, each thing to decide once: presence, boundary, another code, direction, missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from qualcode.collecting import rings_looked_for_later
from qualcode.consensus.readings import Group, Reading, all_groups, overlap, shorter
from qualcode.tables import TABLES, join
from qualcode.words import word_spans

DIRECTION = "direction"  # the kind of a disagreement about the direction of a passage
DISTANT = 3  # codes of different branches


@dataclass(frozen=True)
class Comparison:
    """Several coders' layers held against each other: what is the same reading, and what is to be decided."""

    groups: Mapping[str, list[Group]]  # by transcript, by place
    disputes: list[Dispute]  # by place
    texts: Mapping[str, str]
    parents: Mapping[str, str]  # of each code of the codebook
    directions: Mapping[str, str]
    match: float
    version: str = ""  # of the codebook


@dataclass
class Side:
    """What one coder, or several who agree, made of a passage; no code where they were silent."""

    coders: tuple[str, ...]
    code: str = ""
    codings: tuple[str, ...] = ()
    direction: str = ""
    group: Group | None = None  # what stands if this side is kept; none where silent, or where it stands anyway
    start: int = -1
    end: int = -1


@dataclass
class Dispute:
    """One thing to decide between two sides; `a` is the side whose coders come first in the alphabet."""

    kind: str
    transcript: str
    scope: str
    sides: list[Side]
    name: str = field(init=False)
    start: int = field(init=False)
    end: int = field(init=False)

    def __post_init__(self) -> None:
        self.sides = sorted(self.sides, key=lambda side: side.coders)
        parts = ["+".join(side.codings) or "silent:" + "+".join(side.coders) for side in self.sides]
        self.name = str(uuid5(NAMESPACE_URL, "|".join(["qualcode:disagreement", *sorted(parts), self._mark()])))
        self.start = min(side.start for side in self.sides if side.start >= 0)
        self.end = max(side.end for side in self.sides)

    def _mark(self) -> str:
        return DIRECTION if self.kind == DIRECTION else "code"

    @property
    def groups(self) -> list[Group]:
        return [side.group for side in self.sides if side.group is not None]


@rings_looked_for_later()
def compare(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    *,
    match: float = 0.5,
    splits: pd.DataFrame | None = None,
) -> Comparison:
    """What several coders made of the same passages; parameters as for `find_disagreements`."""
    parents = parents_of(codebook)
    groups = all_groups(codings, assignments, texts, parents, match, splits)
    version = str(codebook["version"].iloc[0]) if len(codebook) else ""
    disputes = all_disputes(groups, texts, codebook)
    return Comparison(groups, disputes, texts, parents, directions_of(codebook), match, version)


def find_disagreements(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    match: float = 0.5,
    splits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Where coders who read the same passage made different things of it.

    Parameters
    ----------
    codings, assignments, codebook, decisions
        Tables. Silence counts where an assignment is done (or, in a study without assignments, in transcripts that the
        coder has a coding in); codings of origin `machine` are left out; decisions are those in force.
    texts
        The canonical text of each transcript.
    match
        Share of the shorter of two spans that they must have in common to be the same reading.
    splits
        Table `splits`: a coder whose own coding waits for a choice between codes (`*`: any code) is not silent about these.

    Returns
    -------
    Table `report_disagreements`, sorted by place; each row is one thing to decide, and its id stays the same as long as
    the codings do. Several coders on one side are joined by `;`. Kinds, in the order in which they are looked for:

    - `direction`: the same code on a matching span, with different directions (given, or the code's own);
    - `boundary`: the same code, on spans that share a word but do not match;
    - `sibling`, `cousin`, `far`: spans share a word, and each side lacks the other's code there; by the place in the
      codebook's tree (same parent or parent and child; same grandparent; anything else);
    - `missed`: one side coded, the silent coders used that code elsewhere in the transcript;
    - `presence`: one side coded, the other never used that code in the transcript.

    `status` is decided, suggested (a decision that nobody signed) or open; `decision` and `choice` are those in force.
    The columns from `rank` on are empty: `rank_disagreements` fills them.
    """
    return listed(compare(codings, assignments, texts, codebook, match=match, splits=splits), decisions)


def listed(comparison: Comparison, decisions: pd.DataFrame) -> pd.DataFrame:
    """The disagreements of a comparison as a table: `find_disagreements`."""
    ruled = ruled_disagreements(decisions)
    rows = []
    for dispute in comparison.disputes:
        a, b = dispute.sides
        decision, choice, _ = ruled.get(dispute.name, ("", "", ""))
        rows.append(
            {
                "disagreement": dispute.name,
                "kind": dispute.kind,
                "transcript": dispute.transcript,
                "start": dispute.start,
                "end": dispute.end,
                "code_a": a.code,
                "code_b": b.code,
                "coder_a": join(a.coders),
                "coder_b": join(b.coders),
                "decision": decision,
                "choice": choice,
                "direction_a": a.direction,
                "direction_b": b.direction,
                "coding_a": join(a.codings),
                "coding_b": join(b.codings),
                "status": "open" if not decision or choice == "open" else "decided" if choice else "suggested",
            }
        )
    return TABLES["report_disagreements"].shape(rows)


def parents_of(codebook: pd.DataFrame) -> dict[str, str]:
    """The parent of each code."""
    return dict(zip(codebook["code"], codebook["parent"], strict=True))


def directions_of(codebook: pd.DataFrame) -> dict[str, str]:
    """The direction of each code."""
    return dict(zip(codebook["code"], codebook["direction"], strict=True))


def ruled_disagreements(decisions: pd.DataFrame) -> dict[str, tuple[str, str, str]]:
    """Disagreement -> (decision, choice, value); a signed row goes before a suggestion."""
    found: dict[str, tuple[str, str, str]] = {}
    own = decisions[decisions["kind"] == "disagreement"].sort_values("decision", kind="stable")
    for decision, about, choice, value in zip(
        *(own[name] for name in ("decision", "about", "choice", "value")), strict=True
    ):
        if about not in found or (choice and not found[about][1]):
            found[about] = (decision, choice, value)
    return found


def all_disputes(groups: Mapping[str, list[Group]], texts: Mapping[str, str], codebook: pd.DataFrame) -> list[Dispute]:
    """Every disagreement of every transcript, by place."""
    tree, own = parents_of(codebook), directions_of(codebook)
    found: list[Dispute] = []
    for transcript in sorted(groups):
        here = groups[transcript]
        found += [d for group in here if len(group.coders) > 1 for d in _directions(group, own)]
        found += _codes(here, _Words(texts[transcript]), tree)
    return sorted(found, key=lambda d: (d.transcript, d.start, d.end, [side.code for side in d.sides], d.name))


def effective_direction(group: Group, coder: str, own: Mapping[str, str]) -> str:
    """The direction a coder gave, else the code's own."""
    return group.direction_of(coder) or own.get(group.code, "")


def _directions(group: Group, own: Mapping[str, str]) -> list[Dispute]:
    if len({reading.direction or own.get(group.code, "") for reading in group.readings}) < 2:
        return []
    by_direction: dict[str, list[str]] = {}
    for coder in group.coders:
        direction = effective_direction(group, coder, own)
        if direction:
            by_direction.setdefault(direction, []).append(coder)
    if len(by_direction) < 2:
        return []
    first, *rest = by_direction  # in the order of the coders
    return [
        Dispute(
            "direction",
            group.transcript,
            group.scope,
            [
                _side_of(group, by_direction[first], first),
                _side_of(group, [coder for name in rest for coder in by_direction[name]], join(rest)),
            ],
        )
    ]


def _side_of(group: Group, coders: list[str], direction: str) -> Side:
    readings = [reading for reading in group.readings if reading.coder in coders]
    codings = tuple(sorted({coding for reading in readings for coding in reading.codings}))
    start, end = min(r.start for r in readings), max(r.end for r in readings)
    return Side(tuple(sorted(coders)), group.code, codings, direction, group, start, end)


def _side(group: Group) -> Side:
    given = {group.direction_of(coder) for coder in group.coders} - {""}
    return Side(group.coders, group.code, group.codings, join(given), group, group.start, group.end)


def _codes(here: list[Group], words: _Words, tree: Mapping[str, str]) -> list[Dispute]:
    disputed = [group for group in here if group.silent]
    pairs = sorted(_pairs(disputed, words, tree), key=lambda pair: pair[0])
    paired: set[int] = set()
    found = []
    for (same, _, _, *_), i, j in pairs:
        if i in paired or j in paired:
            continue
        paired |= {i, j}
        x, y = disputed[i], disputed[j]
        kind = "boundary" if same == 0 else ("sibling", "cousin", "far")[_distance(x.code, y.code, tree) - 1]
        found.append(Dispute(kind, x.transcript, x.scope, [_side(x), _side(y)]))
    readings: dict[tuple[str, str, str], list[tuple[Group, Reading]]] = {}
    for group in here:
        for reading in group.readings:
            readings.setdefault((group.scope, group.code, reading.coder), []).append((group, reading))
    for i, group in enumerate(disputed):
        if i not in paired:
            found.append(_alone(group, readings, words))
    return found


def _alone(
    group: Group, readings: Mapping[tuple[str, str, str], list[tuple[Group, Reading]]], words: _Words
) -> Dispute:
    """The disagreement about a group that nothing else in dispute stands against."""
    elsewhere = {coder: readings.get((group.scope, group.code, coder), []) for coder in group.silent}
    beside = [
        reading
        for found in elsewhere.values()
        for other, reading in found
        if other is not group and words.shared(group, reading)
    ]
    if beside:
        coders = tuple(sorted({reading.coder for reading in beside}))
        codings = tuple(sorted({coding for reading in beside for coding in reading.codings}))
        start, end = min(r.start for r in beside), max(r.end for r in beside)
        other = Side(coders, group.code, codings, "", None, start, end)
        return Dispute("boundary", group.transcript, group.scope, [_side(group), other])
    kind = "missed" if all(elsewhere.values()) else "presence"
    return Dispute(kind, group.transcript, group.scope, [_side(group), Side(group.silent)])


def _pairs(
    disputed: list[Group], words: _Words, tree: Mapping[str, str]
) -> list[tuple[tuple[int, float, int, int, int, str, str], int, int]]:
    """Groups that may stand against each other, the likeliest first: same code, most in common, nearest code."""
    found = []
    active: list[int] = []
    distances: dict[tuple[str, str], int] = {}
    for j, y in enumerate(disputed):  # by start
        active = [i for i in active if disputed[i].end > y.start]
        for i in active:
            x = disputed[i]
            if (
                x.scope == y.scope
                and not set(x.coders) & set(y.coders)
                and set(x.coders) & set(y.silent)
                and set(y.coders) & set(x.silent)
                and words.shared(x, y)
            ):
                same = int(x.code != y.code)
                share = round(overlap(x, y) / max(1, shorter(x, y)), 9)
                codes = (x.code, y.code)
                if codes not in distances:
                    distances[codes] = _distance(*codes, tree)
                key = (same, -share, distances[codes], x.start, y.start, *codes)
                found.append((key, i, j))
        active.append(j)
    return found


def _distance(a: str, b: str, tree: Mapping[str, str]) -> int:
    """1 the same parent, or parent and child; 2 the same grandparent; 3 anything else."""
    up_a, up_b = _line(a, tree), _line(b, tree)
    for steps_a, code in enumerate(up_a):
        if code in up_b:
            return min(DISTANT, max(1, steps_a, up_b.index(code)))
    return DISTANT


def _line(code: str, tree: Mapping[str, str]) -> list[str]:
    line = [code]
    while tree.get(line[-1], "") and tree[line[-1]] not in line:
        line.append(tree[line[-1]])
    return line


class _Words:
    """Whether two spans of a text share a whole word."""

    def __init__(self, text: str) -> None:
        self.text = text

    def shared(self, a: Group | Reading, b: Group | Reading) -> bool:
        start, end = max(a.start, b.start), min(a.end, b.end)
        return start < end and self._word_between(start, end)

    def _word_between(self, start: int, end: int) -> bool:
        if end - start > 60 and self._word_between(start, start + 60):
            return True  # no need to look through a long stretch
        # one word to the left and right of the borders tells whether a word at a border is whole
        low = start
        while low > 0 and not self.text[low - 1].isspace():
            low -= 1
        high = end
        while high < len(self.text) and not self.text[high].isspace():
            high += 1
        return any(start <= first and last <= end for first, last in word_spans(self.text, low, high))

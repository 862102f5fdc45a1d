"""A word beside a number where one is due: too rare, no variation, prevalence, bias, boundary, an outlier, design effect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from qualcode.agreement.groups import FEW, Group, Measured
from qualcode.agreement.layer import Entry
from qualcode.agreement.passages import Meeting, Passages
from qualcode.agreement.units import DEPENDENT

LOWERED = 0.2  # kappa that prevalence takes away, from which it is said
LOPSIDED, AT_LEAST = 0.8, 6  # share of the disagreements that go one way, and how many there must be
MEET, SHARE = (
    0.8,
    0.5,
)  # passages that meet from which, and length they share under which, it is the borders that differ
MEETINGS = 4  # passages from which the borders are spoken of
JUMP = 0.1  # what alpha gains without the coder who differs, at least
DESIGN = 2.0  # design effect from which it is said
CORRECTED = ("cohen_kappa", "scott_pi", "fleiss_kappa", "conger_kappa", "krippendorff_alpha")
ALPHA = "krippendorff_alpha"


def beside_codes(table: Group, entries: Sequence[Entry], passages: Passages) -> None:
    """Remarks on the rows of each code, and `passages_met, length_shared` of two or more coders."""
    if table.options.reflexive or len(table.group) < 2:
        return
    seats = [passages.coders.index(coder) for coder in table.group]
    for at, entry in enumerate(entries):
        meeting = sum((passages.meeting(a, b, entry.members) for a, b in combinations(seats, 2)), Meeting())
        border = _borders(meeting)
        for name in table.names:
            made = table.single[at, name]
            if meeting.passages:
                made.row["passages_met"] = meeting.met / meeting.passages
                made.row["length_shared"] = meeting.shared / meeting.either
            made.remarks += _rare(table, made)
            if made.reason.startswith("no variation") or _always_alike(table, at, name, made):
                made.remarks.append("no variation")
            if len(table.group) == 2 and name in CORRECTED and not made.reason:
                made.remarks += _prevalence(made) + _bias(table, made)
            if border and not np.isnan(made.value):
                made.remarks.append(border)
            effect = made.row.get("design_effect")
            if isinstance(effect, float) and effect >= DESIGN:
                made.remarks.append(f"design effect {effect:.1f}: units of one transcript resemble each other")


def _rare(table: Group, made: Measured) -> list[str]:
    coded = int(str(made.row["n_coded"]))
    if np.isnan(made.value) or table.unit in DEPENDENT:
        return []
    if coded < FEW or made.interval.reason.startswith("too little variation"):
        return [f"too rare: {coded} unit{'' if coded == 1 else 's'} coded by anybody"]
    return []


def _always_alike(table: Group, at: int, name: str, made: Measured) -> bool:
    return not np.isnan(made.value) and not table.points(name).sums[at].varies[0]


def _prevalence(made: Measured) -> list[str]:
    """Kappa from PABAK, prevalence and bias index (Byrt, Bishop and Carlin 1993); what the prevalence takes away."""
    cells = [int(str(made.row[name])) for name in ("both", "only_a", "only_b", "neither")]
    n = sum(cells)
    if not n:
        return []
    pabak = 2 * (cells[0] + cells[3]) / n - 1
    prevalence, bias = (cells[0] - cells[3]) / n, (cells[1] - cells[2]) / n
    if prevalence**2 >= 1 + bias**2:
        return []
    lowered = (pabak + bias**2) / (1 + bias**2) - (pabak - prevalence**2 + bias**2) / (1 - prevalence**2 + bias**2)
    if lowered < LOWERED:
        return []
    what, alike = ("rare", "positive") if prevalence < 0 else ("nearly everywhere", "negative")
    shared = cells[0] if prevalence < 0 else cells[3]
    same = 2 * shared / (2 * shared + cells[1] + cells[2]) if shared or cells[1] or cells[2] else 1.0
    return [f"prevalence: the code is {what} (PABAK {pabak:.2f}, {alike} agreement {same:.2f})"]


def _bias(table: Group, made: Measured) -> list[str]:
    a, b = (int(str(made.row[name])) for name in ("only_a", "only_b"))
    if a + b < AT_LEAST or max(a, b) < LOPSIDED * (a + b) or table.unit in DEPENDENT:
        return []
    more = table.group[0] if a > b else table.group[1]
    return [f"bias: {more} applies the code more often ({max(a, b)} units alone, {min(a, b)} the other)"]


def _borders(meeting: Meeting) -> str:
    if meeting.passages < MEETINGS or meeting.met < MEET * meeting.passages or meeting.shared >= SHARE * meeting.either:
        return ""
    share = meeting.shared / meeting.either
    return (
        f"boundary rather than code: {meeting.met} of {meeting.passages} passages meet, "
        f"{share:.0%} of their length is shared"
    )


def beside_overall(groups: Mapping[tuple[str, ...], Group], people: tuple[str, ...], passages: Passages) -> None:
    """Remarks on the figures over all codes: who differs from the others, and whether it is the borders that differ."""
    everybody = groups[people]
    if everybody.options.reflexive or len(people) < 2:
        return
    entries = everybody.entries
    pairs = list(combinations(range(len(people)), 2))
    all_ = sum(
        (passages.meeting(a, b, one.members) for one in entries if one.scope == "code" for a, b in pairs), Meeting()
    )  # fmt: skip
    border = _borders(all_)
    for (_, scope), made in everybody.together.items():
        if border and scope == "pooled" and not np.isnan(made.value):
            made.remarks.append(border)
    if len(people) < 3:
        return
    without = {coder: groups[tuple(one for one in people if one != coder)] for coder in people}
    pooled = {coder: table.together[ALPHA, "pooled"].value for coder, table in without.items()}
    differs = _outlier(everybody.together[ALPHA, "pooled"].value, pooled)
    if differs:
        everybody.together[ALPHA, "pooled"].remarks.append(differs)
    for at in range(len(entries)):
        made = everybody.single[at, ALPHA]
        differs = _outlier(made.value, {coder: table.single[at, ALPHA].value for coder, table in without.items()})
        if differs and int(str(made.row["n_coded"])) >= FEW:
            made.remarks.append(differs)


def _outlier(value: float, without: Mapping[str, float]) -> str:
    """The one coder without whom the others agree clearly better; leaving out any other gains less than half of that."""
    gains = sorted(((each - value, coder) for coder, each in without.items() if not np.isnan(each)), reverse=True)
    if np.isnan(value) or len(gains) < 3 or gains[0][0] < JUMP or gains[1][0] > gains[0][0] / 2:
        return ""
    return f"{gains[0][1]} differs from the others: {value + gains[0][0]:.2f} without"

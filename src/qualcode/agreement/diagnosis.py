"""Which positions of the texts counted and which did not, and why: the classes add up to the whole text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.agreement.groups import open_eyes
from qualcode.agreement.sweep import Coded
from qualcode.agreement.units import Units, is_done, stretch_of

COUNTED = "read by two coders or more"
PART_OPEN = (
    "read by two coders or more, but for codes missing there (an open split, or codes that one was not to look for)"
)
PART_SAW = "one coder saw the other's codings: percent agreement alone"
BETWEEN, INTERVIEWER, OTHER = "between turns (labels, blank lines)", "an interviewer's words", "another voice's words"
NO_UNIT = "in no unit"
NOT_TWO, NOT_DONE = "not assigned to two of these coders", "assigned to two of these coders, not done by two"
LEFT_OUT = "of a round that is left out (agreement.rounds)"
CUT = "the unit is not wholly inside what two coders were to read"
WAITS = "read by two coders or more, but no code can be compared there (codes wait, or were not looked for by both)"
NOT_ALL = "not every coder has a coding in this transcript (who read what is not recorded)"
ORDER = (
    COUNTED,
    PART_OPEN,
    PART_SAW,
    WAITS,
    CUT,
    NOT_ALL,
    NOT_DONE,
    LEFT_OUT,
    NOT_TWO,
    INTERVIEWER,
    OTHER,
    BETWEEN,
    NO_UNIT,
)
ALL = "all"


def diagnosis_rows(
    texts: Mapping[str, str],
    turns: pd.DataFrame,
    assignments: pd.DataFrame,
    coded: Coded,
    units: Mapping[str, Units],
    rounds: Sequence[str],
) -> list[dict[str, object]]:
    """Characters and units by whether they counted and why, over all transcripts and in each.

    Returns
    -------
    Rows of table report_agreement_diagnosis: `counted` is yes, in part or no; `characters` of a transcript add up to its
    text, `units` (the unit that each begins) to all its units; `percent` is of the characters.
    """
    seen = open_eyes(coded, coded.coders)
    given = (coded.values >= 0).sum(axis=1)  # runs x codes: coders who were to say
    two = (given >= 2).any(axis=1)
    whole = ~((given < given.max(axis=1, keepdims=True)) & two[:, None]).any(axis=1)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    by_turn = dict(list(turns.groupby("transcript", sort=False))) if len(turns) else {}
    to_read = dict(list(assignments.groupby("transcript", sort=False))) if len(assignments) else {}
    bounds = np.cumsum([0, *(len(units[name]) for name in texts)])
    for at, (name, text) in enumerate(texts.items()):
        runs = slice(*np.searchsorted(coded.edges, bounds[at : at + 2]).tolist())
        state = np.full(runs.stop - runs.start, "", dtype=object)
        state[two[runs]] = np.where(whole[runs], COUNTED, PART_OPEN)[two[runs]]
        state[two[runs] & seen[runs]] = PART_SAW
        found[name] = _of_one(
            text,
            by_turn.get(name),
            to_read.get(name),
            coded,
            units[name],
            rounds,
            coded.edges[runs] - bounds[at],
            state,
        )
    rows = []
    for name in (ALL, *texts):
        mine = list(found.values()) if name == ALL else [found[name]]
        length = sum(len(text) for text in texts.values()) if name == ALL else len(texts[name])
        for why in ORDER:
            characters, many = (sum(each.get(why, (0, 0))[k] for each in mine) for k in (0, 1))
            if characters or many:
                rows.append({
                    "transcript": name, "counted": _counted(why), "why": why, "characters": characters,
                    "percent": 100 * characters / length, "units": many, "unit": coded.unit,
                })  # fmt: skip
    return rows


def _counted(why: str) -> str:
    return "yes" if why == COUNTED else "in part" if why in (PART_OPEN, PART_SAW) else "no"


def _of_one(
    text: str,
    turns: pd.DataFrame | None,
    to_read: pd.DataFrame | None,
    coded: Coded,
    units: Units,
    rounds: Sequence[str],
    edges: NDArray[np.int64],
    state: NDArray[np.object_],
) -> dict[str, tuple[int, int]]:
    """Characters and units of one transcript in each class."""
    lines = [] if to_read is None else [line for line in to_read.to_dict("records") if line["coder"] in coded.coders]
    stretches = [stretch_of(line, {str(line["transcript"]): text}) for line in lines]
    places = (
        [] if turns is None else list(zip(turns["start"].tolist(), turns["end"].tolist(), turns["role"], strict=True))
    )
    starts = _positions(units, edges) if units.kind == "character" else units.start[edges]
    cuts = np.unique(
        [0, len(text), *units.start.tolist(), *units.end.tolist(), *starts.tolist(),
         *(at for stretch in stretches for at in stretch), *(at for a, b, _ in places for at in (a, b))]
    )  # fmt: skip
    cuts = cuts[(cuts >= 0) & (cuts <= len(text))]
    low, length = cuts[:-1], np.diff(cuts)
    role = np.full(len(low), "", dtype=object)
    for a, b, who in places:
        role[np.searchsorted(low, a) : np.searchsorted(low, b)] = who
    assigned, done, kept = (np.zeros((len(coded.coders), len(low)), dtype=bool) for _ in range(3))
    for line, (a, b) in zip(lines, stretches, strict=True):
        here = slice(*np.searchsorted(low, [a, b]).tolist())
        seat = coded.coders.index(line["coder"])
        assigned[seat, here] = True
        done[seat, here] |= is_done(line["done"])
        kept[seat, here] |= is_done(line["done"]) and (not rounds or line["round"] in rounds)
    inside = np.searchsorted(units.end, low, side="right")
    in_unit = np.zeros(len(low), dtype=bool)
    some = inside < len(units.end)
    in_unit[some] = units.start[inside[some]] <= low[some]
    why = np.where(role == "interviewer", INTERVIEWER, np.where(role == "other", OTHER, NO_UNIT)).astype(object)
    if places:
        why[role == ""] = BETWEEN
    if coded.universe == "assumed":
        answer = np.full(len(low), NOT_ALL, dtype=object)
    else:
        two = [(each.sum(axis=0) >= 2) for each in (assigned, done, kept)]
        all_of_it = np.ones(len(units.start) + 1, dtype=bool)  # each unit: whether two coders read the whole of it
        np.logical_and.at(all_of_it, inside[in_unit], two[2][in_unit])
        answer = np.where(
            two[2],
            np.where(all_of_it[inside], WAITS, CUT),
            np.where(two[1], LEFT_OUT, np.where(two[0], NOT_DONE, NOT_TWO)),
        )
        answer = answer.astype(object)
    run = np.searchsorted(starts, low, side="right") - 1
    if len(state):
        counted = np.where(run >= 0, state[np.maximum(run, 0)], "")
        answer = np.where(counted != "", counted, answer)
    why = np.where(in_unit, answer, why)
    begins = np.zeros(len(low), dtype=np.int64)
    if units.kind == "character":
        begins[in_unit] = length[in_unit]
    else:
        np.add.at(begins, np.searchsorted(low, units.start), 1)
    return {
        each: (int(length[why == each].sum()), int(begins[why == each].sum())) for each in sorted(set(why.tolist()))
    }


def _positions(units: Units, index: NDArray[np.int64]) -> NDArray[np.int64]:
    """The offsets of characters by their index."""
    before = np.concatenate([[0], np.cumsum(units.end - units.start)])
    at = np.searchsorted(before, index, side="right") - 1
    at = np.minimum(at, max(0, len(units.start) - 1))
    return units.start[at] + index - before[at] if len(units.start) else index

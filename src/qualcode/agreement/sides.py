"""Agreement of each coder with another side: the consensus, and codings that a program made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from qualcode.agreement.groups import Group, Plan
from qualcode.agreement.prepared import StudyTables, ancestors
from qualcode.agreement.sweep import code_units
from qualcode.agreement.units import Reading, Units
from qualcode.tables import join

CONSENSUS, MACHINE = "consensus", "machine"
MADE_OF_THESE = "the consensus was made from these codings: not independent"


def side_rows(
    study: StudyTables,
    units: Mapping[str, Units],
    plan: Plan,
    head: Mapping[str, object],
    consensus: pd.DataFrame | None,
    undecided: pd.DataFrame | None,
) -> list[dict[str, object]]:
    """Each coder against the consensus, and against each coder of origin `machine`, as the settings ask for."""
    out: list[dict[str, object]] = []
    entries, sides, people = study.tree[0], study.measures.sides, study.people
    if CONSENSUS in sides and consensus is not None and len(people):
        out += _against_consensus(study, units, plan, head, consensus, undecided)
    machine = study.codings[study.codings["origin"] == "machine"]
    for robot in sorted(set(machine["coder"])) if MACHINE in sides else ():
        for coder in people:
            read = study.read
            if read is not None and not any(who == robot for _, who in read):
                has = set(machine["transcript"][machine["coder"] == robot])
                read = {
                    **read,
                    **{(name, robot): each for (name, who), each in read.items() if who == coder and name in has},
                }
            both = pd.concat([study.human, machine[machine["coder"] == robot]])
            coded = study.coded(units, (coder, robot), read, both)
            rows = pooled_rows(Group(coded, (coder, robot), entries, plan, codes=False))
            out += [
                {**head, "coders": f"{coder};{robot}", **row, "scope": "side", "about": f"{coder};{robot}"}
                for row in rows
            ]
    return out


def _against_consensus(
    study: StudyTables,
    units: Mapping[str, Units],
    plan: Plan,
    head: Mapping[str, object],
    consensus: pd.DataFrame,
    undecided: pd.DataFrame | None,
) -> list[dict[str, object]]:
    """The consensus was read where two coders read; where a disagreement waits for a decision it is missing."""
    people, entries = study.people, study.tree[0]
    everyone = (*people, CONSENSUS)
    codings = pd.concat([study.human, consensus.assign(coder=CONSENSUS, origin="human")])
    waiting = [] if study.open_splits is None else [study.open_splits]
    if undecided is not None and len(undecided):
        codes = [join([a, b]) for a, b in zip(undecided["code_a"], undecided["code_b"], strict=True)]
        waiting.append(
            undecided[["transcript", "start", "end"]].assign(coder=CONSENSUS, candidates=codes, origin="human")
        )
    read = study.read
    if read is None:
        together = {name for name, rows in study.human.groupby("transcript") if rows["coder"].nunique() > 1}
        codings = codings[codings["transcript"].isin(together)]
    else:
        everywhere: dict[tuple[str, str], list[Reading]] = {}
        for (name, _), each in sorted(read.items()):
            everywhere.setdefault((name, CONSENSUS), []).extend(replace(one, saw=frozenset()) for one in each)
        read = {**read, **everywhere}
    coded = code_units(
        codings, units, study.names, everyone, study.tree[1], read, ancestors(study.codebook),
        "any_word" if head["unit"] == "character" else study.measures.rule,
        open_splits=pd.concat(waiting) if waiting else None, waits=study.waits,
    )  # fmt: skip
    values = coded.values.copy()
    twice = (values[:, :-1] >= 0).sum(axis=1) >= 2  # runs x codes that two coders were to say
    values[:, -1][~twice] = -1
    coded = replace(coded, values=values, saw=())
    out = []
    for coder in people:
        rows = pooled_rows(Group(coded, (coder, CONSENSUS), entries, plan, codes=False))
        for row in rows:
            if not plan.reflexive:
                row["reason"] = "; ".join(part for part in (str(row["reason"]), MADE_OF_THESE) if part)
            about = f"{coder};{CONSENSUS}"
            out.append({**head, "coders": about, **row, "scope": "side", "about": about})
    return out


def pooled_rows(group: Group) -> list[dict[str, object]]:
    return [row for row in group.overall if row["scope"] == "pooled"]

"""Agreement before and after discussion: the same coefficients over the same units, beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.agreement.groups import Group
from qualcode.agreement.prepared import StudyTables, rounds_used
from qualcode.agreement.sweep import Coded
from qualcode.agreement.units import EVERY, Units
from qualcode.tables import TABLES, join

LIMITS = ("ci_low", "ci_high", "ci_these_low", "ci_these_high")
TOGETHER = (
    "after discussion the coders' codings are no longer independent: how far the team came, not how reliable coding is"
)
ORDER = {"pooled": 0, "mean": 1, "sets": 2}


def before_and_after(study: StudyTables, after: pd.DataFrame, counts: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
    """Agreement of all coders before discussion and after it.

    Parameters
    ----------
    study
        The study as it was coded, with its measures (`prepare`); its first unit is taken.
    after
        Table `codings` as it stands after discussion (`after_discussion`).
    counts
        How many disagreements are `decided` and `open`: of each code, and (code empty) in all.

    Returns
    -------
    Table `report_agreement_before_after`: the rows of all codes (`pooled`, `mean`, `sets`), then those of each code. Units,
    universe, n and intervals are those of the agreement tables; where a coder was not to say anything before, so after. What
    cannot be estimated is empty, with its reason.
    """
    people, (entries, _), measures = study.people, study.tree, study.measures
    if not people or not entries:
        return TABLES["report_agreement_before_after"].empty()
    units = study.cut(measures.unit)
    uncoded = measures.all_uncoded[0]
    plan = measures.plan(uncoded)
    tables = _both(study, units, after)
    first, second = (Group(table, people, entries, plan, codes=True) for table in tables)
    head = {
        "unit": measures.unit, "rule": EVERY if measures.unit == "character" else measures.rule,
        "universe": tables[0].universe, "coders": join(people), "round": rounds_used(study), "uncoded": uncoded,
    }  # fmt: skip
    rows = []
    for then, now in [
        *zip(first.overall, second.overall, strict=True),
        *zip(first.by_code, second.by_code, strict=True),
    ]:
        code = str(then.get("code", ""))
        row = {
            **head,
            **{name: then.get(name) for name in ("code", "label", "coefficient", "scope", "n_units", "n_transcripts")},
        }
        row |= {"before": then["estimate"], "after": now["estimate"]}
        row["change"] = float(str(now["estimate"])) - float(str(then["estimate"]))
        for when, made in (("before", then), ("after", now)):
            row |= {f"{when}_{name}": made.get(name) for name in LIMITS} | {f"reason_{when}": made["reason"]}
        row["ci_method"] = then["ci_method"] or now["ci_method"]
        row |= {name: counts.get(code, {}).get(name, 0) for name in ("decided", "open")}
        row["remarks"] = "" if plan.reflexive else TOGETHER
        rows.append(row)
    rows.sort(key=lambda row: ORDER.get(str(row["scope"]), len(ORDER)))
    return TABLES["report_agreement_before_after"].shape(rows)


def _both(study: StudyTables, units: Mapping[str, Units], after: pd.DataFrame) -> tuple[Coded, Coded]:
    """The coded tables of both, on the same runs: after discussion each coder is a second one, who read the same."""
    people = study.people
    again = {coder: f"{coder} (after discussion)" for coder in people}
    codings = pd.concat([study.human, after[after["coder"].isin(people)].replace({"coder": again})], ignore_index=True)
    read = study.read
    if read is not None:
        twice = {(name, again[who]): each for (name, who), each in read.items() if who in again}
        read = {**read, **twice}
    both = study.coded(units, (*people, *again.values()), read, codings)
    many = len(people)
    before = both.values[:, :many]
    then = np.where(before < 0, np.int8(-1), np.maximum(both.values[:, many:], 0)).astype(np.int8)
    saw = tuple(one for one in both.saw if one[0] < many)

    def of(values: NDArray[np.int8]) -> Coded:
        return replace(both, values=values, coders=people, saw=saw, has_codings=both.has_codings[:, :many])

    return of(before), of(then)

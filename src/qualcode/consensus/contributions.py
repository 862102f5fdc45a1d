"""How much of the observed disagreement, from which alpha is computed, each thing to decide makes up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.agreement.prepared import StudyTables
from qualcode.agreement.sweep import Coded
from qualcode.agreement.units import Units, put_together
from qualcode.collecting import rings_looked_for_later
from qualcode.consensus.disagreements import DIRECTION, Comparison, Dispute

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Contributions:
    """Shares of the observed disagreement, each between 0 and 1; a share of nothing is NaN.

    `of_all` holds a disagreement's share of all codes together, `of_code` its share of that of one code; `codes` each code's
    share of all; `outside` what of all no disagreement accounts for: coders' borders that differ a little, and text that somebody
    read too little of to be asked.
    """

    of_all: Floats
    of_code: Mapping[tuple[int, str], float]  # number of the disagreement, code
    codes: Mapping[str, float]
    outside: float
    unit: str


@rings_looked_for_later()
def contributions(comparison: Comparison, study: StudyTables) -> Contributions:
    """Each disagreement's share of the observed disagreement over the study's units.

    Parameters
    ----------
    comparison
        Coders' readings, matched, and what is to be decided.
    study
        The same codings with the study's measures (`prepare`): unit, rule, coders, rounds, universe, `uncoded`.

    Notes
    -----
    Of a code, a unit with m coders' answers (m > 1), a of them "applied" and m - a "not", adds 2 a (m - a) / (m - 1) to its
    disagreement; the code's observed disagreement is the sum over units divided by the number of answers (Krippendorff 2011),
    and that of all codes the sum over codes, as in the pooled alpha. So each two coders of whom one applied the code in a unit
    and the other did not add 2 / (m - 1). Such a pair belongs to a disagreement where the one who applied it has a disputed
    reading of that code that reaches into the unit, and the other is silent on that reading; to several in equal parts.
    Disagreements about a direction add nothing. Units that somebody read after seeing the other's codings count here, though no
    coefficient is taken over them.
    """
    disputes = comparison.disputes
    units = study.cut(study.measures.unit)
    entries, places = study.tree
    empty = Contributions(np.full(len(disputes), np.nan), {}, {}, float("nan"), study.measures.unit)
    if not entries or not study.people or not study.names:
        return empty
    claims = _Claims.of(disputes, study, units)
    coded = study.coded(units, study.people, study.read, study.human, cuts=claims.cuts)
    values, weight = _counted(coded, study.measures.all_uncoded[0])
    answers = np.where(values >= 0, 1, 0).sum(axis=1)  # runs x codes
    applied = (values == 1).sum(axis=1)
    twice = answers >= 2
    each = np.where(twice, 2.0 * applied * (answers - applied) / np.where(twice, answers - 1, 1), 0.0)
    total = (weight[:, None] * each).sum(axis=0)
    made = (weight[:, None] * np.where(twice, answers, 0)).sum(axis=0)
    observed = np.where(made > 0, total / np.where(made > 0, made, 1), 0.0)  # by code
    everything = float(observed.sum())
    if not everything:
        return empty
    added = claims.added(coded.edges, values, weight, answers)  # (disagreement, code) -> disagreement
    of_all = np.zeros(len(disputes))
    of_code: dict[tuple[int, str], float] = {}
    names = {place: code for code, place in places.items()}
    for (number, place), amount in added.items():
        of_all[number] += amount / made[place] / everything
        of_code[number, names[place]] = amount / total[place]
    codes = {code: float(observed[place]) / everything for code, place in places.items()}
    return Contributions(of_all, of_code, codes, max(0.0, 1 - float(of_all.sum())), coded.unit)


def _counted(coded: Coded, uncoded: str) -> tuple[NDArray[np.int8], Floats]:
    """The answers that agreement is taken over, and the units of each run."""
    values = coded.values
    keep: NDArray[np.bool_] = ((values >= 0).sum(axis=1) >= 2).any(axis=1)
    if coded.universe == "assumed":
        everybody: NDArray[np.bool_] = np.all(coded.has_codings, axis=1)
        keep &= everybody[coded.transcript]
    if uncoded == "exclude":
        keep &= (values == 1).any(axis=(1, 2))
    return np.where(keep[:, None, None], values, np.int8(-1)), coded.weight.astype(np.float64)


@dataclass(frozen=True)
class _Claims:
    """What disagreements claim: a disputed reading by its coder, one who is silent on it, and the units that it touches."""

    dispute: Ints
    code: Ints
    coder: Ints
    silent: Ints
    first: Ints  # units
    last: Ints
    cuts: Sequence[tuple[str, int]]

    @classmethod
    def of(cls, disputes: Sequence[Dispute], study: StudyTables, units: Mapping[str, Units]) -> _Claims:
        names, people, places = study.names, study.people, study.tree[1]
        ground = put_together(units[name] for name in names)
        row_of = {name: at for at, name in enumerate(names)}
        seat = {coder: at for at, coder in enumerate(people)}
        rows = []
        for number, dispute in enumerate(disputes):
            if dispute.kind == DIRECTION or dispute.transcript not in row_of:
                continue
            shift = int(ground.shift[row_of[dispute.transcript]])
            for group in dispute.groups:
                if group.code not in places:
                    continue
                silent = [seat[coder] for coder in group.silent if coder in seat]
                for reading in group.readings:
                    if reading.coder in seat:
                        start, end = reading.start + shift, reading.end + shift
                        head = (number, places[group.code], seat[reading.coder])
                        rows += [(*head, other, start, end) for other in silent]
        table = np.array(rows, dtype=np.int64).reshape(-1, 6)
        first, last = ground.touched(table[:, 4]), ground.until(table[:, 5])
        return cls(
            table[:, 0], table[:, 1], table[:, 2], table[:, 3], first, last, _cuts(names, ground, first, last)
        )  # fmt: skip

    def added(
        self, edges: Ints, values: NDArray[np.int8], weight: Floats, answers: Ints
    ) -> dict[tuple[int, int], float]:
        """Disagreement of each (disagreement, code)."""
        low, high = np.searchsorted(edges, self.first), np.searchsorted(edges, self.last)
        many = np.maximum(0, high - low)
        of = np.repeat(np.arange(len(many)), many)
        run = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many) + low[of]
        code, coder, silent, dispute = self.code[of], self.coder[of], self.silent[of], self.dispute[of]
        apart = (values[run, coder, code] == 1) & (values[run, silent, code] == 0)
        run, code, coder, silent, dispute = (column[apart] for column in (run, code, coder, silent, dispute))
        if not len(run):
            return {}
        _, coders, codes = values.shape
        cell = ((run * coders + coder) * coders + silent) * codes + code  # two coders, one unit, one code
        claim = np.unique(np.stack([cell, dispute]), axis=1)  # through several readings: once
        cells, at, shared = np.unique(claim[0], return_inverse=True, return_counts=True)
        code, run = cells % codes, cells // (codes * coders * coders)
        amount = (weight[run] * 2.0 / (answers[run, code] - 1) / shared)[at]
        keys, where = np.unique(claim[1] * codes + code[at], return_inverse=True)
        sums = np.bincount(where, weights=amount)
        return {(int(key) // codes, int(key) % codes): float(value) for key, value in zip(keys, sums, strict=True)}


def _cuts(names: Sequence[str], ground: Units, first: Ints, last: Ints) -> list[tuple[str, int]]:
    """Where runs must end so that no run reaches over a border of what is claimed: offsets at which units begin."""
    borders = np.unique(np.concatenate([first, last]))
    offset = ground.begins(borders[borders < len(ground)])
    row = np.searchsorted(ground.shift, offset, side="right") - 1
    return [(names[one], int(place - ground.shift[one])) for one, place in zip(row, offset, strict=True)]


def share_table(found: Contributions, disputes: Sequence[Dispute]) -> pd.DataFrame:
    """The shares as columns of `report_disagreements`: of all codes, of the code of side A, of that of side B."""
    rows = [
        {
            "observed_share": found.of_all[number],
            **{
                f"observed_share_{side}": found.of_code.get((number, one.code), 0.0 if found.codes else np.nan)
                if one.code
                else np.nan
                for side, one in zip("ab", dispute.sides, strict=True)
            },
        }
        for number, dispute in enumerate(disputes)
    ]
    return pd.DataFrame(rows, columns=["observed_share", "observed_share_a", "observed_share_b"])

"""The coded table of one group of coders as sufficient statistics: how often each distinct answer stands in each transcript.

Point estimates, resamples, leaving one out and each transcript alone are the same arithmetic on these sums with other weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.binary import mean_of, pooled, pooled_kappa
from qualcode.agreement.intervals import ENOUGH_CLUSTERS, Resampling, choose, draws
from qualcode.agreement.kernel import (
    COEFFICIENTS,
    TINY,
    Blocks,
    Floats,
    Pair,
    Patterns,
    Scale,
    Sums,
    distinct,
    estimate,
    krippendorff_alpha,
)
from qualcode.agreement.sets import set_distances

BINARY = Scale(2)
SETS = "krippendorff_alpha_set"
FEW_SETS = 400  # kinds of label sets up to which distances are held at once as they are


@dataclass(frozen=True)
class Entry:
    """A row's code: its own codings (scope `code`), or together with those of all its children (`rolled_up`)."""

    code: str
    label: str
    scope: str
    members: tuple[int, ...]  # places of the codes in the coded table


@dataclass(frozen=True)
class Weights:
    """Sets of weights: `of` (sets x basis) on a basis of distinct rows, or of clusters with their rows (`members`)."""

    of: Floats
    members: Floats | None = None

    def fold(self, block: Any) -> Floats:
        """Sums of a block (distinct rows x features): sets x features."""
        return np.asarray(self.of @ (block if self.members is None else self.members @ block))

    def rows(self) -> Floats:
        return self.of if self.members is None else self.of @ self.members


class Layer:
    """The runs that count for one group of coders (all, or those read blind), as distinct rows with their weights.

    Parameters
    ----------
    values, transcript, weight
        Runs x coders x codes, and each run's transcript and units.
    uncoded
        Whether text that nobody of the group coded counts: `include`, `exclude`.
    """

    def __init__(
        self,
        values: NDArray[np.int8],
        transcript: NDArray[np.intp],
        weight: NDArray[np.int64],
        entries: Sequence[Entry],
        *,
        uncoded: str = "include",
    ) -> None:
        _, coders, _ = values.shape
        table = np.stack([_rolled(values, entry.members) for entry in entries], axis=2)
        keep = ((table >= 0).sum(axis=1) >= 2).any(axis=1)
        if uncoded == "exclude":
            keep &= (table == 1).any(axis=(1, 2))
        self.kept = np.flatnonzero(keep)
        self.table, self.transcript, self.weight = table[keep], transcript[keep], weight[keep]
        self.entries, self.coders = entries, coders
        kinds = distinct(self.table.reshape(len(self.kept), coders * len(entries)))
        self.of_run = kinds.of_unit
        self.times = np.bincount(self.of_run, weights=self.weight, minlength=len(kinds.codes)).astype(np.int64)
        self.rows = kinds.codes.reshape(-1, coders, len(entries))
        each = [distinct(self.rows[:, :, at]) for at in range(len(entries))]
        self.blocks = [Blocks(one.codes, BINARY) for one in each]
        starts = np.cumsum([0, *(len(one.codes) for one in each)])
        self._columns = [slice(a, b) for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
        self._kinds = np.zeros((len(self.rows), int(starts[-1])))
        for one, start in zip(each, starts[:-1].tolist(), strict=True):
            self._kinds[np.arange(len(self.rows)), start + one.of_unit] = 1

    @property
    def units(self) -> int:
        return int(self.weight.sum())

    @cached_property
    def _times(self) -> Floats:
        """Units of each distinct answer to each entry."""
        return self.times @ self._kinds

    @cached_property
    def _found_in(self) -> NDArray[np.bool_]:
        """Transcripts x distinct answers to each entry: whether it is there."""
        return self.members() @ self._kinds > 0

    def counted(self, at: int) -> tuple[int, int]:
        """Units with two values or more for entry `at`, and the transcripts they lie in."""
        column, pairable = self._columns[at], self.blocks[at].pairable > 0
        found = self._found_in[:, column][:, pairable].any(axis=1)
        return int(self._times[column][pairable].sum()), int(found.sum())

    def used(self, at: int) -> int:
        """Units with two values or more in which somebody applied entry `at`."""
        block = self.blocks[at]
        return int(self._times[self._columns[at]][(block.pairable > 0) & (block.codes == 1).any(axis=1)].sum())

    def cells(self, at: int) -> dict[str, int]:
        """Units that both, only the first, only the second and neither of two coders gave entry `at`."""
        codes, times = self.blocks[at].codes, self._times[self._columns[at]]
        answers = {"both": (1, 1), "only_a": (1, 0), "only_b": (0, 1), "neither": (0, 0)}
        return {name: int(times[(codes == answer).all(axis=1)].sum()) for name, answer in answers.items()}

    @cached_property
    def clusters(self) -> NDArray[np.intp]:
        """The transcripts that are there, in order."""
        return np.unique(self.transcript)

    def members(self, of: NDArray[np.intp] | None = None, many: int | None = None) -> Floats:
        """Units of each distinct row in each transcript (or in each part of the runs that `of` gives)."""
        at = np.searchsorted(self.clusters, self.transcript) if of is None else of
        many = len(self.clusters) if many is None else many
        flat = np.bincount(at * len(self.rows) + self.of_run, weights=self.weight, minlength=many * len(self.rows))
        return np.asarray(flat, dtype=np.float64).reshape(many, len(self.rows))

    # ------------------------------------------------------------ weights

    def point(self) -> Weights:
        return Weights(self.times[None].astype(np.float64))

    def each_transcript(self) -> Weights:
        return Weights(self.members())

    def plan(self, bootstrap: int, resample: str, seed: int, *, jackknife: bool = False) -> Resampling:
        """What is drawn, or left out one by one."""
        return self.plan_of(len(self.clusters), self.units, bootstrap, resample, seed, jackknife=jackknife)

    @staticmethod
    def plan_of(
        transcripts: int, units: int, bootstrap: int, resample: str, seed: int, *, jackknife: bool = False
    ) -> Resampling:
        """What is drawn of so many transcripts and units."""
        by_cluster = resample == "cluster" or (resample == "auto" and transcripts >= ENOUGH_CLUSTERS)
        one_each = np.ones(transcripts if by_cluster else units, dtype=bool)
        clusters = np.minimum(np.arange(len(one_each)), max(0, transcripts - 1))
        return choose(
            resample, bootstrap, seed, units=one_each, clusters=clusters, cluster_word="transcript", jackknife=jackknife
        )

    def drawn(self, plan: Resampling) -> Weights:
        """The resamples: the same for every coefficient and every code of this layer."""
        if plan.how == "cluster":
            many = len(self.clusters)
            rng = np.random.default_rng(plan.seed)
            weights = rng.multinomial(many, np.full(many, 1 / many), size=plan.times)
            return Weights(weights.astype(np.float64), self.members())
        patterns = Patterns(self.rows.reshape(len(self.rows), -1), self.times, np.repeat(self.of_run, self.weight))
        return Weights(np.concatenate([draw.rows() for draw in draws(patterns, plan)]))

    def without_one(self, plan: Resampling) -> tuple[Weights, Floats]:
        """All but one transcript (or unit of one kind), and how many there are of each kind."""
        if plan.how == "cluster":
            many = len(self.clusters)
            return Weights(1 - np.eye(many), self.members()), np.ones(many)
        return Weights(self.times - np.eye(len(self.times))), self.times.astype(np.float64)

    # ------------------------------------------------------------ sums

    def sums(self, weights: Weights) -> list[Sums]:
        """Of each entry."""
        counts = weights.fold(self._kinds)
        return [sums_of(block, counts[:, column]) for block, column in zip(self.blocks, self._columns, strict=True)]

    @cached_property
    def sets(self) -> Blocks:
        """The label set of each coder in each distinct row, as categories with MASI distances."""
        leaves = [at for at, entry in enumerate(self.entries) if entry.scope == "code"]
        flat = self.rows[:, :, leaves].reshape(len(self.rows) * self.coders, len(leaves))
        missing: NDArray[np.bool_] = np.any(flat < 0, axis=1)
        kinds = distinct(np.where(missing[:, None], 0, flat))
        distances = set_distances("masi", kinds.codes.astype(np.float64))
        index = np.where(missing, -1, kinds.of_unit).reshape(len(self.rows), self.coders).astype(np.intp)
        return Blocks(index, Scale(len(kinds.codes), distances=distances))

    def sets_alpha(self, weights: Weights) -> Floats:
        """Alpha with MASI distances over label sets."""
        blocks = self.sets
        distances = blocks.scale.distances
        assert distances is not None
        if weights.members is None or blocks.scale.size <= FEW_SETS:
            return estimate(krippendorff_alpha(Sums(blocks, weights.rows, weights.fold)))
        # the expected disagreement is a quadratic form in the counts: of clusters, which are few, instead of sets
        counts = np.asarray(weights.members @ blocks.pairable_counts)
        between = (counts @ distances) @ counts.T
        n = weights.of @ counts.sum(axis=1)
        expected = ((weights.of @ between) * weights.of).sum(axis=1)
        observed = weights.fold(blocks.disagreement[:, None])[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            value: Floats = 1 - (n - 1) * observed / np.where(expected > TINY * n**2, expected, np.nan)
        return value


def sums_of(block: Blocks, counts: Floats) -> Sums:
    """The sums of one code's table, whose distinct rows are counted so often (sets of weights x rows)."""
    return Sums(block, lambda: counts)


def _rolled(values: NDArray[np.int8], members: tuple[int, ...]) -> NDArray[np.int8]:
    """1 where any member code was applied, -1 where one of them was not to be said."""
    if len(members) == 1:
        return values[:, :, members[0]]
    part = values[:, :, list(members)]
    return np.where((part < 0).any(axis=2), -1, part.max(axis=2)).astype(np.int8)


class Estimates:
    """Every coefficient of every entry under some weights, each computed once."""

    def __init__(self, layer: Layer, weights: Weights) -> None:
        self.layer, self.weights = layer, weights
        self.sums = layer.sums(weights)
        self._pairs: dict[tuple[int, str], Pair] = {}

    def pair(self, at: int, name: str) -> Pair:
        """Observed and expected disagreement of one entry."""
        if (at, name) not in self._pairs:
            self._pairs[at, name] = COEFFICIENTS[name](self.sums[at])
        return self._pairs[at, name]

    def of(self, at: int, name: str) -> Floats:
        """One entry's coefficient."""
        return estimate(self.pair(at, name))

    def over(self, name: str, scope: str, codes: Sequence[int]) -> Floats:
        """`pooled`: 1 - sum of observed over sum of expected disagreements; `mean`: over the codes where it is defined."""
        if scope == "sets":
            return self.layer.sets_alpha(self.weights)
        if name == "mean_pairwise_cohen_kappa" and scope == "pooled":
            return pooled_kappa([self.sums[at] for at in codes])
        if scope == "pooled":
            return pooled([self.pair(at, name) for at in codes])
        return mean_of([self.of(at, name) for at in codes])

    def pooled_where_used(self, name: str) -> tuple[Floats, Any]:
        """All codes pooled that are used under the weights, and how many these are."""
        pairs = []
        for at, entry in enumerate(self.layer.entries):
            if entry.scope == "code":
                do, de = self.pair(at, name)
                pairs.append((do, np.where(self.sums[at]["pairable_counts"][:, 1] > 0, de, np.nan)))
        none = np.zeros(len(self.weights.of), dtype=np.int64)
        if not pairs:
            return np.full(len(none), np.nan), none
        return pooled(pairs), sum((~np.isnan(de) for _, de in pairs), none)

"""Coefficients of agreement as functions of sums over units: point, bootstrap and jackknife share one path.

Every coefficient is `1 - D_o / D_e`, observed over expected disagreement, and both come from sums over units of a few
numbers that each unit contributes. The sums are taken over *distinct rows* of the table, each with the number of units
that show it, so that a resample is a change of these numbers and costs nothing per unit. Notation and formulas:
docs/agreement.md; sources stand beside each function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.signedinteger[Any]]  # category indices, -1 for no value, as narrow as they came
Fold = Callable[[Any], Floats]  # a block (rows x features, dense or sparse) to sums (resamples x features)

LEVELS = ("nominal", "ordinal", "interval", "ratio")
WEIGHTS = ("identity", "linear", "quadratic", "ordinal")
TINY = 1e-12  # at or under this an expected disagreement is none: there is no variation
DENSE = 64  # categories up to which counts are held as a dense array
KEPT = 1_000_000  # numbers in a block of one coder up to which it is kept
LOOKED_UP = 1024  # categories up to which distances are held as a table
PAIR_COLUMNS = 128  # sums of pairs of coders made at once


@dataclass(frozen=True)
class Scale:
    """What the category indices 0 … size-1 stand for.

    `values` are the numbers of the categories (levels interval and ratio), `weights` the agreement weights of the kappas
    (size x size, 1 on the diagonal; None: identity), `distances` the squared differences of alpha where they are given
    and not made from the level (label sets).
    """

    size: int
    level: str = "nominal"
    values: Floats | None = None
    weights: Floats | None = None
    distances: Floats | None = None


def agreement_weights(kind: str, size: int) -> Floats | None:
    """Weights by rank of the category (Gwet 2014, chapter 3); None for identity, or where there is one category."""
    if kind == "identity" or size < 2:
        return None
    apart = np.abs(np.subtract.outer(np.arange(size), np.arange(size))).astype(np.float64)
    if kind == "linear":
        return 1 - apart / (size - 1)
    if kind == "quadratic":
        return 1 - (apart / (size - 1)) ** 2
    if kind == "ordinal":
        return 1 - (apart * (apart + 1) / 2) / (size * (size - 1) / 2)
    raise ValueError(f"unknown weights {kind!r}")


@dataclass(frozen=True)
class Patterns:
    """The distinct rows of a table of units x coders.

    `codes` (rows x coders) holds category indices, -1 where a coder gave no value; `times` says how many units show each
    row, `of_unit` which row each unit shows.
    """

    codes: Codes
    times: NDArray[np.int64]
    of_unit: NDArray[np.intp]


def distinct(codes: ArrayLike) -> Patterns:
    """The distinct rows of `codes` (units x anything, whole numbers from -1 of any width)."""
    table = np.asarray(codes)
    if table.ndim != 2:
        raise ValueError("a table of units x coders is needed")
    if not np.issubdtype(table.dtype, np.integer) and table.dtype != bool:
        raise TypeError("category indices must be whole numbers")
    table = _signed(table)
    units, width = table.shape
    if units == 0 or width == 0:
        return Patterns(table, np.ones(units, dtype=np.int64), np.arange(units))
    base = int(table.max()) + 2
    cells = float(base) ** width
    if cells < 2**62:  # a row is one number in base `base`
        key = table[:, 0].astype(np.int64) + 1
        for column in range(1, width):
            key *= base
            key += table[:, column]
            key += 1
        if cells <= max(4096, 4 * units):
            times = np.bincount(key, minlength=int(cells))
            found = np.flatnonzero(times)
            rank = np.zeros(len(times), dtype=np.intp)
            rank[found] = np.arange(len(found))
            of_unit, times = rank[key], times[found]
        else:
            found, of_unit, times = np.unique(key, return_inverse=True, return_counts=True)
        rows = np.empty((len(found), width), dtype=np.intp)
        rest = found.copy()
        for column in range(width - 1, -1, -1):
            rest, digit = np.divmod(rest, base)
            rows[:, column] = digit - 1
        return Patterns(rows, times.astype(np.int64), of_unit.astype(np.intp).ravel())
    narrow = np.ascontiguousarray(table.astype(np.min_scalar_type(-base)))
    whole = narrow.view(np.dtype((np.void, narrow.dtype.itemsize * width))).ravel()
    _, first, of_unit, times = np.unique(whole, return_index=True, return_inverse=True, return_counts=True)
    return Patterns(table[first], times.astype(np.int64), of_unit.astype(np.intp).ravel())


def _signed(table: NDArray[Any]) -> Codes:
    """Whole numbers that can be -1: unsigned ones and truth values are widened, others stay as they are."""
    if np.issubdtype(table.dtype, np.signedinteger):
        return table
    return table.astype(np.int64)


def each_unit(codes: ArrayLike) -> Patterns:
    """The rows of `codes` as they are, one a unit: where a point estimate is all that is wanted."""
    table = _signed(np.asarray(codes))
    return Patterns(table, np.ones(len(table), dtype=np.int64), np.arange(len(table)))


class Blocks:
    """What each distinct row contributes to the sums, made when first asked for."""

    def __init__(self, codes: Codes, scale: Scale) -> None:
        self.codes, self.scale = codes, scale
        self.rows, self.coders = codes.shape
        self.given = codes >= 0
        self._by_coder: dict[int, Any] = {}

    @cached_property
    def m(self) -> Floats:
        """Values of each row."""
        return self.given.sum(axis=1).astype(np.float64)

    @cached_property
    def pairable(self) -> Floats:
        """1 where a row has two values or more."""
        return (self.m >= 2).astype(np.float64)

    @cached_property
    def _others(self) -> Floats:
        """m - 1, and 1 where that would be no divisor."""
        return np.where(self.m >= 2, self.m - 1, 1.0)

    @cached_property
    def counts(self) -> Any:
        """How many coders gave each category: rows x size, sparse where there are many categories."""
        if self.scale.size <= DENSE:
            counts = np.zeros((self.rows, self.scale.size))
            for category in range(self.scale.size):
                counts[:, category] = (self.codes == category).sum(axis=1)
            return counts
        from scipy import sparse

        at, _ = np.nonzero(self.given)
        shape = (self.rows, self.scale.size)
        return sparse.csr_matrix((np.ones(len(at)), (at, self.codes[self.given])), shape=shape)

    def one_coder(self, coder: int) -> Any:
        """The category that one coder gave, as 0/1 columns; kept where that takes little room."""
        if self.rows * self.scale.size > KEPT:
            return self.one_coder_in(coder, self.given[:, coder])
        if coder not in self._by_coder:
            self._by_coder[coder] = self.one_coder_in(coder, self.given[:, coder])
        return self._by_coder[coder]

    def one_coder_in(self, coder: int, keep: NDArray[np.bool_]) -> Any:
        """The category that one coder gave, as 0/1 columns, in the rows `keep` alone."""
        at = np.flatnonzero(keep)
        if self.scale.size <= DENSE:
            block = np.zeros((self.rows, self.scale.size))
            block[at, self.codes[at, coder]] = 1
            return block
        from scipy import sparse

        shape = (self.rows, self.scale.size)
        return sparse.csr_matrix((np.ones(len(at)), (at, self.codes[at, coder])), shape=shape)

    def _scaled(self, by: Floats) -> Any:
        if isinstance(self.counts, np.ndarray):
            return self.counts * by[:, None]
        return self.counts.multiply(by[:, None]).tocsr()

    @cached_property
    def shares(self) -> Any:
        """Share of each category among a row's values."""
        return self._scaled(np.where(self.m > 0, 1 / np.where(self.m > 0, self.m, 1), 0.0))

    @cached_property
    def pairable_counts(self) -> Any:
        """Counts in rows with two values or more."""
        return self._scaled(self.pairable)

    @cached_property
    def _equal_pairs(self) -> Floats:
        """Ordered pairs of coders that gave the same category."""
        if isinstance(self.counts, np.ndarray):
            return (self.counts**2).sum(axis=1) - self.m
        return np.asarray(self.counts.multiply(self.counts).sum(axis=1)).ravel() - self.m

    @cached_property
    def agree(self) -> Floats:
        """Share of agreeing pairs; 0 in rows with fewer than two values."""
        return self.pairable * self._equal_pairs / np.where(self.m >= 2, self.m * (self.m - 1), 1.0)

    @cached_property
    def agree_weighted(self) -> Floats:
        """Mean agreement weight over pairs; 0 in rows with fewer than two values."""
        weights = self.scale.weights
        if weights is None:
            return self.agree
        return self.pairable * self._pair_sum(weights) / np.where(self.m >= 2, self.m * (self.m - 1), 1.0)

    def _pair_sum(self, table: Floats) -> Floats:
        """Sum of `table[x_g, x_h]` over ordered pairs of different coders with a value."""
        if isinstance(self.counts, np.ndarray) and self.coders > 6:
            return ((self.counts @ table) * self.counts).sum(axis=1) - self.counts @ np.diag(table)
        total = np.zeros(self.rows)
        for one, two in combinations(range(self.coders), 2):
            both = self.given[:, one] & self.given[:, two]
            total[both] += 2 * table[self.codes[both, one], self.codes[both, two]]
        return total

    @cached_property
    def y(self) -> Floats:
        """The numbers of the categories, centred and scaled to a range of 1."""
        values = self.scale.values
        if values is None:
            raise ValueError(f"level {self.scale.level} needs the numbers of the categories")
        spread = float(np.ptp(values)) if len(values) else 0.0
        return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))

    def spread_of(self, y: Floats) -> Floats:
        """Sum over ordered pairs of (y_g - y_h)^2, divided by m - 1; `y` is (categories) or (resamples x categories)."""
        if isinstance(self.counts, np.ndarray):
            first, second = y @ self.counts.T, y**2 @ self.counts.T
            return np.asarray(self.pairable * 2 * (self.m * second - first**2) / self._others)
        extended = np.concatenate([y, np.zeros((*y.shape[:-1], 1))], axis=-1)  # index -1: no value
        given = extended[..., self.codes]
        first, second = given.sum(axis=-1), (given**2).sum(axis=-1)
        spread: Floats = self.pairable * 2 * (self.m * second - first**2) / self._others
        return spread

    @cached_property
    def disagreement(self) -> Floats:
        """Krippendorff's disagreements of a row, divided by m - 1: all levels but ordinal, whose ranks move."""
        scale = self.scale
        if scale.distances is not None:
            return self.pairable * self._pair_sum(scale.distances) / self._others
        if scale.level == "nominal":
            return self.pairable * (self.m * (self.m - 1) - self._equal_pairs) / self._others
        if scale.level == "interval":
            return self.spread_of(self.y)
        assert scale.values is not None
        if scale.size <= LOOKED_UP:
            table = _ratio(scale.values[:, None], scale.values[None, :])
            return self.pairable * self._pair_sum(table) / self._others
        total = np.zeros(self.rows)
        for one, two in combinations(range(self.coders), 2):
            both = self.given[:, one] & self.given[:, two]
            a, b = scale.values[self.codes[both, one]], scale.values[self.codes[both, two]]
            total[both] += 2 * _ratio(a, b)
        return self.pairable * total / self._others


def _ratio(a: Floats, b: Floats) -> Floats:
    added = a + b
    return np.where(added > 0, ((a - b) / np.where(added > 0, added, 1)) ** 2, 0.0)


Pair = tuple[Floats, Floats]  # observed and expected disagreement, one a resample; NaN where there is none


@dataclass(frozen=True)
class TwoCoders:
    """Sums over the units that two coders both gave a value, one a resample."""

    n: Floats
    equal: Floats
    agree: Floats  # of the agreement weights
    first: Floats  # how often each category: resamples x size
    second: Floats
    made: Floats  # values that the two gave at all, also where the other gave none


class Sums:
    """Sums over units of the contributions of `blocks`, for one or many sets of weights (resamples x rows)."""

    def __init__(self, blocks: Blocks, weights: Callable[[], Floats], fold: Fold | None = None) -> None:
        self.blocks, self._weights = blocks, weights
        self._fold = fold
        self._kept: dict[str, Floats] = {}
        self._pairs: dict[tuple[int, int], TwoCoders] = {}

    @classmethod
    def point(cls, blocks: Blocks, times: ArrayLike) -> Sums:
        weights = np.atleast_2d(np.asarray(times, dtype=np.float64))
        return cls(blocks, lambda: weights)

    @property
    def weights(self) -> Floats:
        """How often each distinct row counts: resamples x rows."""
        return self._weights()

    def of(self, block: Any) -> Floats:
        """Sums of a block: resamples x features, or resamples where the block is one column."""
        one = isinstance(block, np.ndarray) and block.ndim == 1
        wide = block[:, None] if one else block
        out = np.asarray(self._fold(wide) if self._fold else self.weights @ wide)
        return out[:, 0] if one else out

    def __getitem__(self, name: str) -> Floats:
        if name not in self._kept:
            self._kept[name] = self.of(getattr(self.blocks, name))
        return self._kept[name]

    def pair(self, one: int, two: int) -> TwoCoders:
        """Sums of two coders, made for all pairs at once where there are few categories, and kept."""
        if (one, two) not in self._pairs:
            size = self.blocks.scale.size
            pairs = list(combinations(range(self.blocks.coders), 2))
            if size > DENSE or (one, two) not in pairs:
                pairs = [(one, two)]
            step = max(1, PAIR_COLUMNS // (4 + 2 * size))
            for start in range(0, len(pairs), step):
                self._take(pairs[start : start + step])
        return self._pairs[one, two]

    def _take(self, pairs: Sequence[tuple[int, int]]) -> None:
        blocks = self.blocks
        size, weights = blocks.scale.size, blocks.scale.weights
        columns: list[Floats] = []
        for one, two in pairs:
            both = blocks.given[:, one] & blocks.given[:, two]
            a, b = blocks.codes[:, one], blocks.codes[:, two]
            equal = (both & (a == b)).astype(np.float64)
            agree = equal if weights is None else np.where(both, weights[a, b], 0.0)
            made = blocks.given[:, one].astype(np.float64) + blocks.given[:, two]
            columns += [both.astype(np.float64), equal, agree, made]
            if size <= DENSE:
                columns += [(both & (x == category)).astype(np.float64) for x in (a, b) for category in range(size)]
        sums = self.of(np.stack(columns, axis=1))
        wide = sums.shape[1] // len(pairs)
        for at, (one, two) in enumerate(pairs):
            part = sums[:, at * wide : (at + 1) * wide]
            if size <= DENSE:
                first, second = part[:, 4 : 4 + size], part[:, 4 + size :]
            else:
                both = blocks.given[:, one] & blocks.given[:, two]
                first, second = (self.of(blocks.one_coder_in(coder, both)) for coder in (one, two))
            self._pairs[one, two] = TwoCoders(part[:, 0], part[:, 1], part[:, 2], first, second, part[:, 3])

    @cached_property
    def two(self) -> Floats:
        """Units with two values or more."""
        return self["pairable"]

    @cached_property
    def pi(self) -> Floats:
        """Gwet's classification probabilities: mean share of each category over units with a value."""
        total = self["shares"]
        return _over(total, total.sum(axis=1)[:, None])

    @cached_property
    def varies(self) -> NDArray[np.bool_]:
        """Whether the pairable values are of more than one category."""
        counts = self["pairable_counts"]
        varies: NDArray[np.bool_] = counts.max(axis=1, initial=0) < counts.sum(axis=1) - 1e-9
        return varies


def _over(above: Floats, below: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / np.where(below > 0, below, 1), np.nan)


def _where_it_varies(s: Sums, do: Floats, de: Floats) -> Pair:
    return do, np.where(s.varies & (de > TINY), de, np.nan)


def percent_agreement(s: Sums) -> Pair:
    """Mean over units with two values or more of the share of agreeing pairs (Gwet 2014)."""
    return 1 - _over(s["agree"], s.two), np.where(s.two > 0, 1.0, np.nan)


def _observed(s: Sums) -> Floats:
    return 1 - _over(s["agree_weighted"], s.two)


def _quadratic_form(left: Floats, weights: Floats | None, right: Floats) -> Floats:
    """Row by row left' W right; W None is the identity."""
    out: Floats = (left * right).sum(axis=1) if weights is None else ((left @ weights) * right).sum(axis=1)
    return out


def fleiss_kappa(s: Sums) -> Pair:
    """Fleiss 1971; with missing values and weights after Gwet 2014."""
    return _where_it_varies(s, _observed(s), 1 - _quadratic_form(s.pi, s.blocks.scale.weights, s.pi))


def brennan_prediger(s: Sums) -> Pair:
    """Brennan and Prediger 1981: every category is as likely by chance (Bennett's S for two coders)."""
    size, weights = s.blocks.scale.size, s.blocks.scale.weights
    chance = 1 / size if weights is None else float(weights.sum()) / size**2
    return _where_it_varies(s, _observed(s), np.full(len(s.two), 1 - chance))


def _gwet(s: Sums, observed: Floats, weights: Floats | None) -> Pair:
    size = s.blocks.scale.size
    if size < 2:
        return observed, np.full(len(observed), np.nan)
    total = float(size if weights is None else weights.sum())
    return _where_it_varies(s, observed, 1 - total * (s.pi * (1 - s.pi)).sum(axis=1) / (size * (size - 1)))


def gwet_ac1(s: Sums) -> Pair:
    """Gwet 2008, unweighted."""
    return _gwet(s, 1 - _over(s["agree"], s.two), None)


def gwet_ac2(s: Sums) -> Pair:
    """Gwet 2014, with agreement weights."""
    return _gwet(s, _observed(s), s.blocks.scale.weights)


def conger_kappa(s: Sums) -> Pair:
    """Conger 1980: Cohen's kappa for any number of coders, chance from every coder's own shares; Gwet's missing values."""
    weights = s.blocks.scale.weights
    total = np.zeros_like(s.pi)
    own = np.zeros(len(total))
    coders = np.zeros(len(total))
    for coder in range(s.blocks.coders):
        counts = s.of(s.blocks.one_coder(coder))
        given = counts.sum(axis=1)
        share = np.where(given[:, None] > 0, counts / np.where(given > 0, given, 1)[:, None], 0.0)
        total += share
        own += _quadratic_form(share, weights, share)
        coders += given > 0
    chance = _over(_quadratic_form(total, weights, total) - own, coders * (coders - 1))
    return _where_it_varies(s, _observed(s), 1 - chance)


def cohen_of_pair(s: Sums, one: int, two: int) -> Pair:
    """Cohen 1960 (weighted: 1968) over the units that both coders gave a value."""
    pair = s.pair(one, two)
    first, second = _over(pair.first, pair.n[:, None]), _over(pair.second, pair.n[:, None])
    expected = 1 - _quadratic_form(first, s.blocks.scale.weights, second)
    return 1 - _over(pair.agree, pair.n), np.where(expected > TINY, expected, np.nan)


def cohen_kappa(s: Sums) -> Pair:
    """Cohen's kappa of the only two coders."""
    return cohen_of_pair(s, 0, 1)


def scott_pi(s: Sums) -> Pair:
    """Scott 1955, of the only two coders, over the units that both gave a value."""
    pair = s.pair(0, 1)
    mean = _over(pair.first + pair.second, 2 * pair.n[:, None])
    expected = 1 - _quadratic_form(mean, s.blocks.scale.weights, mean)
    return 1 - _over(pair.agree, pair.n), np.where(expected > TINY, expected, np.nan)


def mean_pairwise_cohen_kappa(s: Sums) -> Pair:
    """Mean of Cohen's kappa over the pairs of coders where it is defined (Light 1971)."""
    total, pairs = np.zeros(len(s.two)), np.zeros(len(s.two))
    for one, two in combinations(range(s.blocks.coders), 2):
        kappa = estimate(cohen_of_pair(s, one, two))
        defined = ~np.isnan(kappa)
        total += np.where(defined, kappa, 0)
        pairs += defined
    return 1 - _over(total, pairs), np.where(pairs > 0, 1.0, np.nan)


def krippendorff_alpha(s: Sums) -> Pair:
    """Krippendorff 2011: nominal, ordinal, interval, ratio, or any given distances; units with one value drop out."""
    scale, blocks = s.blocks.scale, s.blocks
    counts = s["pairable_counts"]
    n = counts.sum(axis=1)
    pairs = n * (n - 1)
    if scale.distances is None and scale.level == "ordinal":
        ranks = (np.cumsum(counts, axis=1) - counts / 2) / np.where(n > 0, n, 1)[:, None]
        observed = np.empty(len(n))
        step = max(1, 4_000_000 // max(1, blocks.codes.size))
        weights = s.weights
        for start in range(0, len(n), step):
            part = slice(start, start + step)
            observed[part] = (weights[part] * blocks.spread_of(ranks[part])).sum(axis=1)
        first, second = (counts * ranks).sum(axis=1), (counts * ranks**2).sum(axis=1)
        expected = 2 * (n * second - first**2)
    else:
        observed = s["disagreement"]
        if scale.distances is not None:
            expected = ((counts @ scale.distances) * counts).sum(axis=1)
        elif scale.level == "nominal":
            expected = n**2 - (counts**2).sum(axis=1)
        elif scale.level == "interval":
            first, second = counts @ blocks.y, counts @ blocks.y**2
            expected = 2 * (n * second - first**2)
        else:
            values = scale.values
            assert values is not None
            expected = np.zeros(len(n))
            for start in range(0, len(values), 1024):
                part = slice(start, start + 1024)
                expected += ((counts @ _ratio(values[:, None], values[None, part])) * counts[:, part]).sum(axis=1)
    expected = _over(expected, pairs)
    return _over(observed, n), np.where(s.varies & (expected > TINY), expected, np.nan)


COEFFICIENTS: dict[str, Callable[[Sums], Pair]] = {
    "percent_agreement": percent_agreement,
    "cohen_kappa": cohen_kappa,
    "mean_pairwise_cohen_kappa": mean_pairwise_cohen_kappa,
    "fleiss_kappa": fleiss_kappa,
    "conger_kappa": conger_kappa,
    "scott_pi": scott_pi,
    "krippendorff_alpha": krippendorff_alpha,
    "brennan_prediger": brennan_prediger,
    "gwet_ac1": gwet_ac1,
    "gwet_ac2": gwet_ac2,
}
TWO_CODERS = ("cohen_kappa", "scott_pi")


def estimate(pair: Pair) -> Floats:
    """1 - D_o / D_e; NaN where the expected disagreement is none."""
    observed, expected = pair
    with np.errstate(divide="ignore", invalid="ignore"):
        return 1 - observed / expected


def coefficient(name: str, codes: ArrayLike, scale: Scale) -> float:
    """One coefficient of a table of units x coders.

    Parameters
    ----------
    codes
        Category indices, units x coders, -1 where there is no value; any integer type.
    scale
        How many categories there are (the codebook's, not those used) and what they mean.

    Returns
    -------
    1 perfect, 0 chance, below 0 worse; NaN where it is not defined.
    """
    table = np.asarray(codes)
    small = table.ndim == 2 and (scale.size + 1.0) ** table.shape[1] <= max(4096, table.shape[0])
    patterns = distinct(table) if small else each_unit(table)
    s = Sums.point(Blocks(patterns.codes, scale), patterns.times)
    return float(estimate(COEFFICIENTS[name](s))[0])

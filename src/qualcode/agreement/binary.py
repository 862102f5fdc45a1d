"""Raw agreement, agreement on one of two categories, what explains a kappa, and coefficients pooled over codes.

The category that the specific coefficients are about ("applied") is the last of the two. Each function gives observed and
expected disagreement, as those of `kernel` do, so that sums over codes pool and resamples cost nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.kernel import Floats, Pair, Sums, _over, cohen_of_pair, estimate


def _as_pair(value: Floats) -> Pair:
    """A share or index as a pair whose `estimate` is the value itself."""
    return 1 - value, np.where(np.isnan(value), np.nan, 1.0)


# ---------------------------------------------------------------- raw agreement


def mean_pairwise_percent_agreement(s: Sums) -> Pair:
    """Share of equal values of each pair of coders over the units that both gave one, then the mean over pairs."""
    pairs = [s.pair(*pair) for pair in combinations(range(s.blocks.coders), 2)]
    return _as_pair(mean_of([_over(pair.equal, pair.n) for pair in pairs])) if pairs else _nothing(s)


def holsti(s: Sums) -> Pair:
    """Holsti 1969: 2M / (N1 + N2) of each pair of coders, then the mean over pairs.

    M is the number of units on which the two gave the same value, N1 and N2 how many values each gave at all: a unit that
    one of them left out counts against them. Pairs without a common unit are left out.
    """
    pairs = [s.pair(*pair) for pair in combinations(range(s.blocks.coders), 2)]
    values = [np.where(pair.n > 0, _over(2 * pair.equal, pair.made), np.nan) for pair in pairs]
    return _as_pair(mean_of(values)) if values else _nothing(s)


def _nothing(s: Sums) -> Pair:
    none = np.full(len(s.two), np.nan)
    return none, none


# ---------------------------------------------------------------- one of two categories


def _counted(s: Sums, category: int) -> tuple[Floats, Floats]:
    """Ordered pairs of coders that both gave the category, and ordered pairs whose first did."""
    blocks = s.blocks
    many = (blocks.codes == category).sum(axis=1).astype(np.float64)
    sums = s.of(np.stack([blocks.pairable * many * (many - 1), blocks.pairable * many * (blocks.m - 1)], axis=1))
    return sums[:, 0], sums[:, 1]


def _specific(s: Sums, category: int) -> Pair:
    both, first = _counted(s, category)
    return first - both, np.where(s.varies & (first > 0), first, np.nan)


def positive_agreement(s: Sums) -> Pair:
    """Of the pairs of coders one of whom applied the code, the share in which the other did too.

    Two coders: 2a / (2a + b + c), which is the F1 of either against the other (Cicchetti and Feinstein 1990). More coders:
    over all pairs, sum of r(r - 1) over sum of r(m - 1) (Spitzer and Fleiss 1974): the mean over pairs, each pair weighing
    as much as it applied the code. Undefined without variation.
    """
    return _specific(s, s.blocks.scale.size - 1)


def negative_agreement(s: Sums) -> Pair:
    """The same for "not applied": 2d / (2d + b + c) of two coders."""
    return _specific(s, 0)


def jaccard(s: Sums) -> Pair:
    """Of the units that either coder of a pair applied the code to, those that both did: a / (a + b + c), over all pairs."""
    both, first = _counted(s, s.blocks.scale.size - 1)
    either = 2 * first - both
    return 2 * (first - both), np.where(s.varies & (either > 0), either, np.nan)


def pabak(s: Sums) -> Pair:
    """Byrt, Bishop and Carlin 1993: kappa as it would be without prevalence and bias, 2 p_o - 1."""
    observed = 1 - _over(s["agree"], s.two)
    return 2 * observed, np.where(s.varies, 1.0, np.nan)


def prevalence_index(s: Sums) -> Pair:
    """(a - d) / n of two coders; of more, the share of values "applied" less that of "not": -1 never, 1 always."""
    counts = s["pairable_counts"]
    return _as_pair(_over(counts[:, -1] - (counts[:, 0] if counts.shape[1] > 1 else 0.0), counts.sum(axis=1)))


def bias_index(s: Sums) -> Pair:
    """(b - c) / n of two coders: above 0 where the first applies the code more often."""
    pair = s.pair(0, 1)
    return _as_pair(_over(pair.first[:, -1] - pair.second[:, -1], pair.n))


def light_kappa(s: Sums) -> Pair:
    """Light 1971: mean of Cohen's kappa over all pairs of coders; undefined where one pair's is."""
    kappas = [estimate(cohen_of_pair(s, *pair)) for pair in combinations(range(s.blocks.coders), 2)]
    return _as_pair(np.stack(kappas).mean(axis=0)) if kappas else _nothing(s)


def undefined_pairs(s: Sums) -> tuple[int, int]:
    """How many pairs of coders have no Cohen's kappa, and how many pairs there are."""
    kappas = [estimate(cohen_of_pair(s, *pair))[0] for pair in combinations(range(s.blocks.coders), 2)]
    return int(np.isnan(kappas).sum()), len(kappas)


BINARY: dict[str, Callable[[Sums], Pair]] = {
    "mean_pairwise_percent_agreement": mean_pairwise_percent_agreement,
    "holsti": holsti,
    "light_kappa": light_kappa,
    "pabak": pabak,
    "positive_agreement": positive_agreement,
    "negative_agreement": negative_agreement,
    "jaccard": jaccard,
    "prevalence_index": prevalence_index,
    "bias_index": bias_index,
}
OF_TWO_CATEGORIES = (
    "pabak",
    "positive_agreement",
    "negative_agreement",
    "jaccard",
    "prevalence_index",
    "bias_index",
)


# ---------------------------------------------------------------- over several codes


def pooled(pairs: Sequence[Pair]) -> Floats:
    """1 - sum of observed over sum of expected disagreements, over the codes for which it is defined."""
    observed, expected = np.zeros_like(pairs[0][0]), np.zeros_like(pairs[0][0])
    for do, de in pairs:
        defined = ~np.isnan(de) & ~np.isnan(do)
        observed += np.where(defined, do, 0)
        expected += np.where(defined, de, 0)
    return estimate((observed, np.where(expected > 0, expected, np.nan)))


def pooled_kappa(sums: Sequence[Sums]) -> Floats:
    """De Vries, Elliott, Kanouse and Teleki 2008: kappa from the mean observed and the mean expected agreement over codes.

    Two coders; of more, the mean over pairs. Codes without variation are left out.

    Parameters
    ----------
    sums
        Of each code's table (applied or not), over the same units or resamples.
    """
    coders = sums[0].blocks.coders
    return mean_of([pooled([cohen_of_pair(s, *pair) for s in sums]) for pair in combinations(range(coders), 2)])


def mean_of(values: Sequence[Any]) -> Floats:
    """Mean over those that are defined, resample by resample; NaN where none is."""
    table = np.stack(values)
    defined: NDArray[np.bool_] = ~np.isnan(table)
    many = defined.sum(axis=0)
    total = np.where(defined, table, 0).sum(axis=0)
    return np.where(many > 0, total / np.where(many > 0, many, 1), np.nan)

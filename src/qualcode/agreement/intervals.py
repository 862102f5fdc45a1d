"""Intervals: from resamples, from leaving one out, from Krippendorff's own bootstrap, and by closed forms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.binary import BINARY, OF_TWO_CATEGORIES
from qualcode.agreement.kernel import Blocks, Floats, Pair, Patterns, Sums, estimate, krippendorff_alpha
from qualcode.agreement.resampling import (
    ENOUGH_CLUSTERS,
    Changed,
    Draw,
    Resampling,
    choose,
    coverage_note,
    dense,
    draws,
    leave_one_out,
    rows_at_once,
)

__all__ = [
    "ENOUGH_CLUSTERS",
    "Draw",
    "Interval",
    "Resampling",
    "analytic_interval",
    "bca_interval",
    "choose",
    "coverage_note",
    "draws",
    "jackknife_interval",
    "jackknife_variance",
    "leave_one_out",
    "pairs_interval",
    "percentile_interval",
    "share_below",
    "share_without_variation",
    "too_rare",
]

UNDEFINED_BOUND = 0.05  # with a larger share of undefined resamples there is no interval
COVER = 0.95


@dataclass(frozen=True)
class Interval:
    """A standard error and limits, NaN where there are none; how they were made, and why not."""

    se: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    method: str = ""
    reason: str = ""
    undefined: int = 0  # of the resamples


def percentile_interval(values: Floats, label: str) -> Interval:
    """Limits at 2.5 and 97.5 % of the defined resamples; the undefined are counted, and too many leave none.

    Where all resamples give one value (no disagreement was seen) there is none either: from 1 to 1 would be a claim.
    """
    defined = values[~np.isnan(values)]
    undefined = len(values) - len(defined)
    method = f"{label}, {undefined} undefined" if undefined else label
    if undefined > UNDEFINED_BOUND * len(values):
        reason = (
            f"too little variation for an interval: {undefined} of {len(values)} resamples are undefined "
            f"(at most {UNDEFINED_BOUND:.0%} may be)"
        )
        return Interval(method=method, reason=reason, undefined=undefined)
    if float(np.ptp(defined)) == 0:
        same = "every resample gives the same value, which makes no interval"
        return Interval(method=method, reason=same, undefined=undefined)
    tail = (1 - COVER) / 2 * 100
    low, high = np.percentile(defined, [tail, 100 - tail])
    return Interval(float(defined.std(ddof=1)), float(low), float(min(high, 1.0)), method, undefined=undefined)


def bca_interval(values: Floats, label: str, point: float, without: Floats, times: Floats) -> Interval:
    """Limits corrected for bias and acceleration (Efron 1987); the percentile limits' reasons hold here too.

    Parameters
    ----------
    values, point
        The resampled values and the estimate.
    without, times
        The estimate without one unit (or cluster), and how many units give that value.
    """
    from scipy import stats

    plain = percentile_interval(values, label)
    if plain.reason:
        return plain
    defined = values[~np.isnan(values)]
    below = float((defined < point).mean() + (defined == point).mean() / 2)  # values that coincide count half
    known = ~np.isnan(without)
    left, many = without[known], times[known]
    mean = float(many @ left / many.sum()) if known.any() else float("nan")
    spread = float(many @ (mean - left) ** 2) if known.any() else 0.0
    if not 0 < below < 1 or spread <= 0:
        why = "the BCa correction is not defined here: use percentile"
        return Interval(method=plain.method, reason=why, undefined=plain.undefined)
    bias = float(stats.norm.ppf(below))
    skew = float(many @ (mean - left) ** 3) / (6 * spread**1.5)
    ends = bias + stats.norm.ppf([(1 - COVER) / 2, (1 + COVER) / 2])
    shares = stats.norm.cdf(bias + ends / (1 - skew * ends))
    low, high = np.percentile(defined, 100 * shares)
    return Interval(plain.se, float(low), float(min(high, 1.0)), plain.method, undefined=plain.undefined)


def jackknife_variance(without: Floats, times: Floats) -> float:
    """Variance of an estimate from its values without one unit (or cluster), each standing for so many of them."""
    known = ~np.isnan(without) & (times > 0)
    n = float(times[known].sum())
    if n < 2:
        return float("nan")
    mean = float(times[known] @ without[known]) / n
    return (n - 1) / n * float(times[known] @ (without[known] - mean) ** 2)


def jackknife_interval(point: float, without: Floats, times: Floats, label: str) -> Interval:
    """Point estimate plus and minus t times the jackknife standard error (Efron and Tibshirani 1993, chapter 11).

    Parameters
    ----------
    without, times
        The estimate without one unit (or cluster), and how many units give that value.
    """
    from scipy import stats

    n = float(times.sum())
    undefined = int(times[np.isnan(without)].sum())
    if undefined:
        reason = f"too little variation for an interval: without one of {undefined} of {n:.0f} there is no estimate"
        return Interval(method=label, reason=reason)
    se = float(np.sqrt(jackknife_variance(without, times)))
    if not se >= 1e-12:
        return Interval(method=label, reason="leaving out any one changes nothing, which makes no interval")
    reach = float(stats.t.ppf((1 + COVER) / 2, n - 1)) * se
    return Interval(se, point - reach, min(1.0, point + reach), label)


def share_without_variation(blocks: Blocks, times: NDArray[np.int64]) -> float:
    """Probability that a resample of units holds one category only, without drawing any."""
    n = float(times.sum())
    counts = dense(blocks.counts)
    pairable = blocks.pairable > 0
    alike = [float(times[~pairable | (counts[:, k] == blocks.m)].sum()) for k in range(blocks.scale.size)]
    return float(sum((many / n) ** n for many in alike)) if n else 1.0


def too_rare(blocks: Blocks, times: NDArray[np.int64]) -> str:
    """Why an interval that draws nothing is not to be relied on; "" where the bootstrap would give one."""
    share = share_without_variation(blocks, times)
    if share <= UNDEFINED_BOUND:
        return ""
    return f"too little variation for an interval: {share:.0%} of resamples would have none (at most {UNDEFINED_BOUND:.0%} may)"


def share_below(values: Floats, threshold: float) -> float:
    """Share of the defined resamples under a threshold; NaN where none is defined."""
    defined = values[~np.isnan(values)]
    return float((defined < threshold).mean()) if len(defined) else float("nan")


# ---------------------------------------------------------------- Krippendorff's own


def pairs_interval(
    blocks: Blocks, patterns: Patterns, *, times: int, seed: int, expected: float | None = None
) -> Interval:
    """Hayes and Krippendorff 2007: pairs of values are drawn, the expected disagreement stays as it is.

    As many pairs are drawn as the units hold (their cap of 25 a cell, which keeps the interval from shrinking with the
    number of units, is left out). Too narrow for three coders and more: docs/agreement.md.

    Parameters
    ----------
    expected
        The expected disagreement, where it is not alpha's (mv-alpha).
    """
    s = Sums.point(blocks, patterns.times)
    if expected is None:
        expected = float(krippendorff_alpha(s)[1][0])
    size = blocks.scale.size
    cells: dict[int, float] = {}
    drawn = 0.0
    for one, two in combinations(range(blocks.coders), 2):
        both = blocks.given[:, one] & blocks.given[:, two]
        a, b = blocks.codes[both, one].astype(np.int64), blocks.codes[both, two].astype(np.int64)
        weight = patterns.times[both] * 2 / (blocks.m[both] - 1)
        drawn += float(patterns.times[both].sum())
        key = np.minimum(a, b) * size + np.maximum(a, b)
        for cell, total in zip(*_totals(key, weight), strict=True):
            cells[cell] = cells.get(cell, 0.0) + total
    label = f"bootstrap of pairs (Hayes and Krippendorff 2007, {int(drawn)} pairs), {times}, seed {seed}, percentile"
    if not np.isfinite(expected) or not cells:
        return Interval(method=label)
    keys = np.array(sorted(cells))
    chance = np.array([cells[key] for key in keys.tolist()])
    first, second = np.divmod(keys, size)
    apart = _squared_differences(s, first, second)
    rng = np.random.default_rng(seed)
    taken = rng.multinomial(int(drawn), chance / chance.sum(), size=times)
    values = 1 - (taken @ apart) / drawn / expected
    values[(taken[:, first == second] == int(drawn)).any(axis=1)] = np.nan  # one category only: no variation
    return percentile_interval(np.maximum(values, -1), label)


def _totals(key: NDArray[np.int64], weight: Floats) -> tuple[list[int], list[float]]:
    found, at = np.unique(key, return_inverse=True)
    return found.tolist(), np.bincount(at, weights=weight).tolist() if len(found) else []


def _squared_differences(s: Sums, first: NDArray[np.intp], second: NDArray[np.intp]) -> Floats:
    """Distances of cells on the scale on which `krippendorff_alpha` gives its expected disagreement."""
    scale = s.blocks.scale
    if scale.distances is not None:
        return scale.distances[first, second]
    if scale.level == "nominal":
        return (first != second).astype(np.float64)
    if scale.level == "interval":
        return (s.blocks.y[first] - s.blocks.y[second]) ** 2
    if scale.level == "ordinal":
        counts = s["pairable_counts"][0]
        ranks = (np.cumsum(counts) - counts / 2) / counts.sum()
        return np.asarray((ranks[first] - ranks[second]) ** 2)
    from qualcode.agreement.kernel import _ratio

    assert scale.values is not None
    return _ratio(scale.values[first], scale.values[second])


# ---------------------------------------------------------------- analytic

ANALYTIC = (
    "percent_agreement",
    "cohen_kappa",
    "fleiss_kappa",
    "conger_kappa",
    "scott_pi",
    "krippendorff_alpha",
    "krippendorff_alpha_set",
    "brennan_prediger",
    "gwet_ac1",
    "gwet_ac2",
)


LINEARISED = ("holsti", *OF_TWO_CATEGORIES)  # shares and indices: the delta method, by unit


def analytic_interval(name: str, blocks: Blocks, times: NDArray[np.int64]) -> Interval:
    """Gwet's subject-level linearisation with t, or Fleiss, Cohen and Everitt 1969 for two coders' Cohen, with z.

    Units with one value enter as Gwet lets them (as zero agreement at their level), alpha is over pairable units; the
    degrees of freedom are the units with a value, less one (Gwet 2014; R package irrCAC). Shares and indices of two
    categories and Holsti: the delta method with t; intraclass correlations: F, without a standard error.
    """
    from scipy import stats

    if name.startswith("icc_"):
        from qualcode.agreement.icc import limits

        low, high, method = limits(name, Sums.point(blocks, times), COVER)
        if not np.isfinite([low, high]).all():
            return Interval(reason="the limits are not defined")
        return Interval(low=low, high=high, method=method, reason="limits by F have no standard error")
    if name in LINEARISED:
        return _by_small_changes(name, blocks, times)
    if name not in ANALYTIC:
        return Interval(reason="no closed form for this coefficient: use the bootstrap")
    if name == "cohen_kappa":
        se = _fleiss_cohen_everitt(blocks, times)
        value, reach = _point("cohen_kappa", blocks, times), float(stats.norm.ppf((1 + COVER) / 2))
        method = "analytic (Fleiss, Cohen and Everitt 1969), normal"
    else:
        if name == "krippendorff_alpha" and blocks.scale.distances is None and blocks.scale.level == "ordinal":
            se = _infinitesimal(blocks, times)
        else:
            se = _linearised(name, blocks, times)
        n = int(times[blocks.m > 0].sum())
        if n < 2:
            return Interval(reason="one unit: no interval")
        name = "krippendorff_alpha" if name == "krippendorff_alpha_set" else name
        value, reach = _point(name, blocks, times), float(stats.t.ppf((1 + COVER) / 2, n - 1))
        method = f"analytic (Gwet 2014), t({n - 1})"
    if not np.isfinite(se):
        return Interval(reason="the standard error is not defined")
    return Interval(se, value - reach * se, min(1.0, value + reach * se), method)


def _point(name: str, blocks: Blocks, times: NDArray[np.int64]) -> float:
    from qualcode.agreement.kernel import COEFFICIENTS

    return float(estimate(COEFFICIENTS[name](Sums.point(blocks, times)))[0])


def _linearised(name: str, blocks: Blocks, times: NDArray[np.int64]) -> float:
    """Standard error from each unit's contribution (Gwet 2014, chapter 5; the formulas of the R package irrCAC)."""
    if name == "scott_pi":  # Fleiss over the units that both gave a value
        keep = blocks.pairable > 0
        blocks, times, name = Blocks(blocks.codes[keep], blocks.scale), times[keep], "fleiss_kappa"
    if name in ("krippendorff_alpha", "krippendorff_alpha_set"):
        return _linearised_alpha(blocks, times)
    keep = blocks.m > 0
    blocks, w = Blocks(blocks.codes[keep], blocks.scale), times[keep].astype(np.float64)
    size, weights = blocks.scale.size, blocks.scale.weights
    n, n2 = w.sum(), w @ blocks.pairable
    if n < 2 or n2 == 0:
        return float("nan")
    unweighted = name in ("percent_agreement", "gwet_ac1")
    agree = blocks.agree if unweighted else blocks.agree_weighted
    pa = (w @ agree) / n2
    shares = dense(blocks.shares)
    pi = (w @ shares) / n
    table = np.eye(size) if weights is None or unweighted else weights
    if name == "percent_agreement":
        pe, pe_unit = 0.0, np.zeros(len(w))
    elif name == "brennan_prediger":
        pe, pe_unit = float(table.sum()) / size**2, None
    elif name in ("gwet_ac1", "gwet_ac2"):
        factor = float(table.sum()) / (size * (size - 1))
        pe, pe_unit = factor * float((pi * (1 - pi)).sum()), factor * (shares @ (1 - pi))
    elif name == "fleiss_kappa":
        toward = (table + table.T) @ pi / 2
        pe, pe_unit = float(pi @ table @ pi), shares @ toward
    else:
        pe, pe_unit = _conger_chance(blocks, w, table)
    value = (pa - pe) / (1 - pe)
    if pe_unit is None:
        pe_unit = np.full(len(w), pe)
    unit = (n / n2) * (agree - pe * blocks.pairable) / (1 - pe) - 2 * (1 - value) * (pe_unit - pe) / (1 - pe)
    return float(np.sqrt((w @ (unit - value) ** 2) / (n * (n - 1))))


def _conger_chance(blocks: Blocks, w: Floats, table: Floats) -> tuple[float, Floats]:
    n, coders = w.sum(), blocks.coders
    counts = np.stack([w @ dense(blocks.one_coder(g)) for g in range(coders)])
    given = counts.sum(axis=1)
    share = counts / given[:, None]
    total = share.sum(axis=0)
    pe = float((total @ table @ total - np.einsum("gk,kl,gl->", share, table, share)) / (coders * (coders - 1)))
    unit = np.zeros(len(w))
    for g in range(coders):
        here = blocks.given[:, g]
        gap = here.astype(np.float64) - given[g] / n
        others = table @ (total - share[g])  # sum over k of w_kl times the others' shares
        own = np.where(here, others[blocks.codes[:, g]], 0.0) - gap * float(share[g] @ others)
        unit += own * n / given[g]
    return pe, unit / (coders * (coders - 1))


def _linearised_alpha(blocks: Blocks, times: NDArray[np.int64]) -> float:
    keep = blocks.pairable > 0
    blocks, w = Blocks(blocks.codes[keep], blocks.scale), times[keep].astype(np.float64)
    n = w.sum()
    if n < 2:
        return float("nan")
    scale = blocks.scale
    mean = (w @ blocks.m) / n
    counts = dense(blocks.counts)
    pi = (w @ counts) / (n * mean)
    disagree = blocks.disagreement / mean  # 1 - p_a of each unit, times its share of values
    if scale.distances is not None:
        toward = scale.distances @ pi
    elif scale.level == "nominal":
        toward = 1 - pi
    elif scale.level == "interval":
        toward = blocks.y**2 - 2 * blocks.y * (pi @ blocks.y) + pi @ blocks.y**2
    else:
        from qualcode.agreement.kernel import _ratio

        assert scale.values is not None
        toward = np.array([_ratio(np.full(len(pi), v), scale.values) @ pi for v in scale.values])
    do, de = float(w @ disagree) / n, float(pi @ toward)
    if de <= 0:
        return float("nan")
    by_values = (blocks.m - mean) / mean
    do_unit = disagree - do * by_values
    de_unit = counts @ toward / mean - de * by_values
    # alpha' = 1 - do / de, linearised; Gwet's form with p_a = 1 - do, p_e = 1 - de
    change = -(do_unit - do) / de + 2 * (do / de**2) * (de_unit - de)
    return float(np.sqrt((w @ change**2) / (n * (n - 1))))


def _infinitesimal(blocks: Blocks, times: NDArray[np.int64]) -> float:
    """Linearisation by small changes of each row's weight: ordinal alpha, whose distances depend on the margins."""
    keep = blocks.pairable > 0
    blocks, w = Blocks(blocks.codes[keep], blocks.scale), times[keep].astype(np.float64)
    n = w.sum()
    if n < 2:
        return float("nan")
    change = _changes(krippendorff_alpha, blocks, w, ranks=True)
    values = w @ blocks.m
    change *= values / (values - 1)  # as Gwet, who linearises alpha without its small-sample term
    return float(np.sqrt((w @ change**2) / (n * (n - 1))))


def _changes(of: Callable[[Sums], Pair], blocks: Blocks, w: Floats, *, ranks: bool) -> Floats:
    """What a unit of each row adds to the estimate, times n: the estimate's slope in that row's weight."""
    n = float(w.sum())
    small = 1e-4
    change = np.empty(len(w))
    step = rows_at_once(len(w), ranks)
    for start in range(0, len(w), step):
        rows = slice(start, min(start + step, len(w)))
        more, less = (Changed(w, rows, 1 - sign * small, sign * small * n).sums(blocks) for sign in (1, -1))
        change[rows] = (estimate(of(more)) - estimate(of(less))) / (2 * small)
    return change


def _by_small_changes(name: str, blocks: Blocks, times: NDArray[np.int64]) -> Interval:
    from scipy import stats

    keep = blocks.m > 0 if name == "holsti" else blocks.pairable > 0
    blocks, w = Blocks(blocks.codes[keep], blocks.scale), times[keep].astype(np.float64)
    n = int(w.sum())
    if n < 2:
        return Interval(reason="one unit: no interval")
    change = _changes(BINARY[name], blocks, w, ranks=False)
    se = float(np.sqrt((w @ change**2) / (n * (n - 1))))
    if not np.isfinite(se):
        return Interval(reason="the standard error is not defined")
    value, reach = float(estimate(BINARY[name](Sums.point(blocks, w)))[0]), float(stats.t.ppf((1 + COVER) / 2, n - 1))
    return Interval(se, value - reach * se, min(1.0, value + reach * se), f"analytic (delta method), t({n - 1})")


def _fleiss_cohen_everitt(blocks: Blocks, times: NDArray[np.int64]) -> float:
    """Large-sample standard error of (weighted) kappa; Fleiss, Cohen and Everitt 1969, equations 10 and 13."""
    both = blocks.given[:, 0] & blocks.given[:, 1]
    size = blocks.scale.size
    table = np.zeros((size, size))
    np.add.at(table, (blocks.codes[both, 0], blocks.codes[both, 1]), times[both])
    n = table.sum()
    if n == 0:
        return float("nan")
    p = table / n
    weights = np.eye(size) if blocks.scale.weights is None else blocks.scale.weights
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    po, pe = float((weights * p).sum()), float(rows @ weights @ columns)
    if 1 - pe <= 1e-12:
        return float("nan")
    mean = (weights @ columns)[:, None] + (rows @ weights)[None, :]
    each = weights * (1 - pe) - mean * (1 - po)  # its mean is po pe - 2 pe + po: the equation as a variance
    inside = float((p * (each - (p * each).sum()) ** 2).sum())
    return float(np.sqrt(inside / n) / (1 - pe) ** 2)

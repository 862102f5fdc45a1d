"""Intervals: resampling of units or whole transcripts, Krippendorff's own bootstrap, and analytic standard errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.kernel import Blocks, Floats, Fold, Pair, Patterns, Sums, estimate, krippendorff_alpha

ENOUGH_CLUSTERS = 10  # from here on whole transcripts are resampled (docs/agreement.md)
UNDEFINED_BOUND = 0.05  # with a larger share of undefined resamples there is no interval
FULL_COVER = 30  # clusters from which the bootstrap by cluster covers about what it says
COVER = 0.95
CHUNK = 8_000_000  # numbers held at once while resampling


@dataclass(frozen=True)
class Interval:
    """A standard error and limits, NaN where there are none; how they were made, and why not."""

    se: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    method: str = ""
    reason: str = ""
    undefined: int = 0  # of the resamples


@dataclass(frozen=True)
class Resampling:
    """What is drawn, how often, and how it is called. `clusters` are cluster indices of the units (-1: in none)."""

    how: str  # unit or cluster
    times: int
    seed: int
    label: str
    clusters: NDArray[np.intp] | None = None
    refused: str = ""  # why there is nothing to resample
    these: str = ""  # why nothing can be said beyond the clusters at hand, where units are drawn for want of clusters


def choose(
    resample: str,
    times: int,
    seed: int,
    *,
    units: NDArray[np.bool_],
    clusters: NDArray[np.intp] | None,
    cluster_word: str = "cluster",
    jackknife: bool = False,
) -> Resampling:
    """By cluster from ten clusters up, else by unit, unless `resample` says which.

    Parameters
    ----------
    units
        Which units have two values or more: only their clusters count.
    clusters
        Cluster index of each unit, None where there are no clusters.
    jackknife
        Each is left out once, in place of drawing: `times` and `seed` say nothing then.
    """
    n = int(units.sum())
    found = len(np.unique(clusters[units])) if clusters is not None else 0
    many = f"{found} {cluster_word}{'' if found == 1 else 's'}"
    kind, tail = "bootstrap", f"{times}, seed {seed}, percentile"
    if resample == "cluster" or (resample == "auto" and found >= ENOUGH_CLUSTERS):
        refused = "" if found > 1 else f"one {cluster_word}: nothing to resample"
        if jackknife:
            kind, tail = "jackknife", f"t({found - 1})"
        return Resampling("cluster", times, seed, f"{kind} by {cluster_word} ({many}), {tail}", clusters, refused)
    why = f"{many}: too few to resample" if clusters is not None and resample == "auto" else f"{n} units"
    refused = "" if n > 1 else "one unit: nothing to resample"
    these = ""
    if clusters is not None and resample == "auto":
        these = f"{many}: too few to speak beyond {'it' if found == 1 else 'them'}"
    if jackknife:
        kind, tail = "jackknife", f"t({n - 1})"
    return Resampling("unit", times, seed, f"{kind} by unit ({why}), {tail}", clusters, refused, these)


def coverage_note(clusters: int) -> str:
    """What is said beside a bootstrap by cluster with fewer than thirty clusters; "" from there on."""
    if clusters >= FULL_COVER:
        return ""
    return (
        f"{clusters} clusters were drawn from: in simulations such intervals held the true value in 85, 90 and 94 % of cases "
        "with 6, 12 and 30 clusters, not in 95 %"
    )


class Draw:
    """One part of the resamples: sums of a block over the units drawn."""

    def __init__(self, weights: Floats, members: Floats | None) -> None:
        self._weights, self._members = weights, members
        self._rows: Floats | None = None

    def rows(self) -> Floats:
        """How often each distinct row counts: resamples x rows."""
        if self._rows is None:
            self._rows = self._weights if self._members is None else self._weights @ self._members
        return self._rows

    @property
    def fold(self) -> Fold:
        def fold(block: Any) -> Floats:
            return np.asarray(self._weights @ (block if self._members is None else self._members @ block))

        return fold

    def sums(self, blocks: Blocks) -> Sums:
        return Sums(blocks, self.rows, self.fold)


def draws(patterns: Patterns, plan: Resampling) -> Iterator[Draw]:
    """The resamples in parts; the same for every coefficient and every code of the same table."""
    rng = np.random.default_rng(plan.seed)
    rows, units = len(patterns.times), len(patterns.of_unit)
    if plan.how == "cluster":
        assert plan.clusters is not None
        inside = plan.clusters >= 0
        _, at = np.unique(plan.clusters[inside], return_inverse=True)
        many = int(at.max(initial=-1)) + 1
        members = np.zeros((many, rows))
        np.add.at(members, (at, patterns.of_unit[inside]), 1)
        step = max(1, CHUNK // max(many, rows))
        for start in range(0, plan.times, step):
            size = min(step, plan.times - start)
            yield Draw(rng.multinomial(many, np.full(many, 1 / many), size=size).astype(np.float64), members)
        return
    few = rows * 4 < units or rows <= 64
    step = max(1, CHUNK // max(rows, 1 if few else units))
    for start in range(0, plan.times, step):
        size = min(step, plan.times - start)
        if few:
            weights = rng.multinomial(units, patterns.times / units, size=size)
        else:
            drawn = patterns.of_unit[rng.integers(0, units, size=(size, units))]
            drawn += (np.arange(size) * rows)[:, None]
            weights = np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows)
        yield Draw(weights.astype(np.float64), None)


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
    mean = float(times @ without) / n
    se = float(np.sqrt((n - 1) / n * (times @ (without - mean) ** 2)))
    if se < 1e-12:
        return Interval(method=label, reason="leaving out any one changes nothing, which makes no interval")
    reach = float(stats.t.ppf((1 + COVER) / 2, n - 1)) * se
    return Interval(se, point - reach, min(1.0, point + reach), label)


class Changed:
    """Sums of a block in which each of some rows (or clusters) weighs more or less: `scale` times all, plus `add` times one.

    Leaving one out is scale 1 and add -1. What is not changed is summed once, so that this costs nothing per unit.
    """

    def __init__(self, times: Floats, changed: slice | Floats, scale: float, add: float) -> None:
        self._times, self._changed, self._scale, self._add = times, changed, scale, add

    def rows(self) -> Floats:
        """How often each distinct row counts: changes x rows."""
        if isinstance(self._changed, slice):
            many = self._changed.stop - self._changed.start
            weights = np.repeat(self._scale * self._times[None], many, axis=0)
            weights[np.arange(many), np.arange(self._changed.start, self._changed.stop)] += self._add
            return weights
        return self._scale * self._times + self._add * self._changed

    def _fold(self, block: Any) -> Floats:
        whole = np.asarray(self._times @ block)
        one = block[self._changed] if isinstance(self._changed, slice) else self._changed @ block
        return np.asarray(self._scale * whole + self._add * _dense(one))

    def sums(self, blocks: Blocks) -> Sums:
        return Sums(blocks, self.rows, self._fold)


def leave_one_out(patterns: Patterns, plan: Resampling, *, ranks: bool = False) -> Iterator[tuple[Changed, Floats]]:
    """The table without one unit (or cluster) each, in parts, and how many units each stands for.

    Parameters
    ----------
    ranks
        Whether a coefficient looks at the weights of all rows at once (ordinal alpha): smaller parts.
    """
    times = patterns.times.astype(np.float64)
    rows = len(times)
    if plan.how == "cluster":
        assert plan.clusters is not None
        inside = plan.clusters >= 0
        _, at = np.unique(plan.clusters[inside], return_inverse=True)
        members = np.zeros((int(at.max(initial=-1)) + 1, rows))
        np.add.at(members, (at, patterns.of_unit[inside]), 1)
        yield Changed(members.sum(axis=0), members, 1, -1), np.ones(len(members))
        return
    step = _rows_at_once(rows, ranks)
    for start in range(0, rows, step):
        stop = min(start + step, rows)
        yield Changed(times, slice(start, stop), 1, -1), times[start:stop]


def _rows_at_once(rows: int, ranks: bool) -> int:
    return max(1, CHUNK // max(1, rows)) if ranks else CHUNK // 256


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


LINEARISED = (
    "holsti",
    "pabak",
    "positive_agreement",
    "negative_agreement",
    "jaccard",
    "prevalence_index",
    "bias_index",
)  # shares and indices: the delta method, by unit


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


def _dense(block: Any) -> Floats:
    return np.asarray(block if isinstance(block, np.ndarray) else block.toarray())


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
    shares = _dense(blocks.shares)
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
    counts = np.stack([w @ _dense(blocks.one_coder(g)) for g in range(coders)])
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
    counts = _dense(blocks.counts)
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
    step = _rows_at_once(len(w), ranks)
    for start in range(0, len(w), step):
        rows = slice(start, min(start + step, len(w)))
        more, less = (Changed(w, rows, 1 - sign * small, sign * small * n).sums(blocks) for sign in (1, -1))
        change[rows] = (estimate(of(more)) - estimate(of(less))) / (2 * small)
    return change


def _by_small_changes(name: str, blocks: Blocks, times: NDArray[np.int64]) -> Interval:
    from scipy import stats

    from qualcode.agreement.binary import BINARY

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

"""Intraclass correlations of numeric ratings, from sums over units (Shrout and Fleiss 1979; McGraw and Wong 1996).

Only units that every coder rated enter. Names: `icc_1_1` each unit has coders of its own (one way); `icc_2_1` coders are a
sample and their levels count (two way, agreement); `icc_3_1` these coders, levels left out (two way, consistency); `_k` the
mean of all k coders in place of one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.kernel import TINY, Blocks, Floats, Pair, Sums

NAMES = ("icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k")


@dataclass(frozen=True)
class MeanSquares:
    """Of an analysis of variance, units x coders: one number a resample."""

    n: Floats  # complete units
    k: int
    between: Floats  # units
    within: Floats  # all that is not between units
    coders: Floats
    error: Floats  # what is left


def complete(blocks: Blocks) -> NDArray[np.bool_]:
    """Rows with a value of every coder."""
    return np.asarray(blocks.given.all(axis=1), dtype=bool)


def mean_squares(s: Sums) -> MeanSquares:
    """Mean squares over complete units, in units of the squared range of the values."""
    blocks = s.blocks
    keep = complete(blocks)
    y = np.where(keep[:, None], blocks.y[blocks.codes], 0.0)
    k = blocks.coders
    n = s.of(keep.astype(np.float64))
    by_coder = np.stack([s.of(y[:, coder].copy()) for coder in range(k)], axis=1)
    squares, of_units = s.of((y**2).sum(axis=1)), s.of(y.sum(axis=1) ** 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        grand = by_coder.sum(axis=1) ** 2 / (n * k)
        between = np.maximum(of_units / k - grand, 0)
        across = np.maximum((by_coder**2).sum(axis=1) / n - grand, 0)
        total = np.maximum(squares - grand, 0)
        within = np.maximum(total - between, 0)
        error = np.maximum(within - across, 0)
        many = np.where(n >= 2, n, np.nan)
        return MeanSquares(
            n, k, between / (many - 1), within / (many * (k - 1)), across / (k - 1), error / ((many - 1) * (k - 1))
        )


def _share(above: Floats, below: Floats) -> Pair:
    """`above / below` as a pair; undefined where there is nothing to divide by."""
    defined = below > TINY
    value = np.where(defined, above / np.where(defined, below, 1), np.nan)
    return 1 - value, np.where(defined, 1.0, np.nan)


def _icc(name: str) -> Callable[[Sums], Pair]:
    def made(s: Sums) -> Pair:
        ms = mean_squares(s)
        rest = ms.within if name.startswith("icc_1") else ms.error
        many = np.where(ms.n > 0, ms.n, np.nan)
        between_coders = (ms.coders - ms.error) / many if name.startswith("icc_2") else np.zeros_like(rest)
        if name.endswith("_1"):
            return _share(ms.between - rest, ms.between + (ms.k - 1) * rest + ms.k * between_coders)
        return _share(ms.between - rest, np.where(ms.between > TINY, ms.between + between_coders, np.nan))

    return made


ICC: dict[str, Callable[[Sums], Pair]] = {name: _icc(name) for name in NAMES}


def limits(name: str, s: Sums, cover: float) -> tuple[float, float, str]:
    """Limits by the F distribution (Shrout and Fleiss 1979; McGraw and Wong 1996, table 7), NaN where there are none."""
    from scipy import stats

    ms = mean_squares(s)
    n, k = float(ms.n[0]), ms.k
    between, within, coders, error = (float(part[0]) for part in (ms.between, ms.within, ms.coders, ms.error))
    rest = within if name.startswith("icc_1") else error
    label = "analytic (Shrout and Fleiss 1979), F"
    if not n >= 2 or not rest > TINY:
        return float("nan"), float("nan"), label
    at = (1 + cover) / 2
    if name.startswith("icc_2"):
        one = 1 - float(ICC["icc_2_1"](s)[0][0])
        a, b = k * one / (n * (1 - one)), 1 + k * one * (n - 1) / (n * (1 - one))
        free = (a * coders + b * error) ** 2 / ((a * coders) ** 2 / (k - 1) + (b * error) ** 2 / ((n - 1) * (k - 1)))
        most, least = float(stats.f.ppf(at, n - 1, free)), float(stats.f.ppf(at, free, n - 1))
        others = k * coders + (k * n - k - n) * error
        low = n * (between - most * error) / (most * others + n * between)
        high = n * (least * between - error) / (others + n * least * between)
        if name.endswith("_k"):
            low, high = k * low / (1 + (k - 1) * low), k * high / (1 + (k - 1) * high)
        return low, high, label
    free = n * (k - 1) if name.startswith("icc_1") else (n - 1) * (k - 1)
    ratio = between / rest
    low, high = ratio / float(stats.f.ppf(at, n - 1, free)), ratio * float(stats.f.ppf(at, free, n - 1))
    if name.endswith("_k"):
        return 1 - 1 / low, 1 - 1 / high, label
    return (low - 1) / (low + k - 1), (high - 1) / (high + k - 1), label

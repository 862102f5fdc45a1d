"""Cells that hold several values: distances between label sets, and the alpha of Krippendorff and Craggs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qualcode.agreement.kernel import TINY, Floats, Pair, Sums, _over

SET_DISTANCES = ("jaccard", "masi")


def membership(sets: Sequence[frozenset[str]], labels: Sequence[str]) -> Floats:
    """Which label is in which set: sets x labels, 0 or 1."""
    place = {label: at for at, label in enumerate(labels)}
    out = np.zeros((len(sets), len(labels)))
    for row, members in enumerate(sets):
        for label in members:
            out[row, place[label]] = 1
    return out


def set_distances(kind: str, members: Floats) -> Floats:
    """Distances between label sets, sets x sets; two empty sets are alike, an empty and another wholly unlike.

    `jaccard` 1 - |A and B| / |A or B|; `masi` 1 - J * M (Passonneau 2006) with M 1 for equal sets, 2/3 where one holds the
    other, 1/3 where they overlap, 0 where they don't; `dice` 1 - 2 |A and B| / (|A| + |B|) (Krippendorff and Craggs 2016).
    """
    size = members.sum(axis=1)
    shared = members @ members.T
    one, two = size[:, None], size[None, :]
    either = one + two - shared
    if kind == "dice":
        alike = np.where(one + two > 0, 2 * shared / np.where(one + two > 0, one + two, 1), 1.0)
        return 1 - alike
    jaccard = np.where(either > 0, shared / np.where(either > 0, either, 1), 1.0)
    if kind == "jaccard":
        return 1 - jaccard
    if kind != "masi":
        raise ValueError(f"unknown distance {kind!r}")
    equal = (shared == one) & (shared == two)
    inside = (shared == one) | (shared == two)
    monotone = np.where(equal, 1.0, np.where(shared == 0, 0.0, np.where(inside, 2 / 3, 1 / 3)))
    return 1 - jaccard * monotone


def mv_alpha(s: Sums, members: Floats) -> Pair:
    """Krippendorff and Craggs 2016, nominal labels: 1 - mvD_o / mvD_e. The scale's distances must be `dice`.

    The expected disagreement keeps the sizes of the label sets as observed and models which labels are in two sets of
    sizes s and t as drawn without replacement from all labels in use: a label that is in both counts n (n - 1), in one n.
    Instead of going through all sets, the weights of all pairs of sets that share i labels are read off as the coefficient
    of x^(s-i) y^(t-i) z^i in the product over labels of 1 + n x + n y + n (n - 1) z.
    """
    counts = s["pairable_counts"]
    n = counts.sum(axis=1)
    size = members.sum(axis=1).astype(int)
    widest = int(size.max(initial=0))
    of_size = np.stack([counts[:, size == k].sum(axis=1) for k in range(widest + 1)], axis=1)
    of_size = _over(of_size, n[:, None])
    labels = counts @ members
    mean = labels.sum(axis=1) / max(1, labels.shape[1])  # only keeps the numbers small
    mean = np.where(mean > 0, mean, 1.0)
    expected = np.zeros(len(n))
    step = max(1, 2_000_000 // (widest + 1) ** 3)
    for start in range(0, len(n), step):
        part = slice(start, start + step)
        expected[part] = _expected(labels[part], mean[part], of_size[part], widest)
    observed = _over(s["disagreement"], n)
    return observed, np.where(s.varies & (expected > TINY), expected, np.nan)


def _expected(labels: Floats, mean: Floats, of_size: Floats, widest: int) -> Floats:
    rows = len(labels)
    ways = np.zeros((rows, widest + 1, widest + 1, widest + 1))  # only in one, only in the other, in both
    ways[:, 0, 0, 0] = 1
    for label in range(labels.shape[1]):
        single = (labels[:, label] / mean)[:, None, None, None]
        double = (labels[:, label] * np.maximum(labels[:, label] - 1, 0) / mean**2)[:, None, None, None]
        new = ways.copy()
        new[:, 1:] += single * ways[:, :-1]
        new[:, :, 1:] += single * ways[:, :, :-1]
        new[:, :, :, 1:] += double * ways[:, :, :, :-1]
        ways = new
    total = np.zeros(rows)
    for one in range(widest + 1):
        for two in range(widest + 1):
            weight, apart = np.zeros(rows), np.zeros(rows)
            for shared in range(min(one, two) + 1):
                these = ways[:, one - shared, two - shared, shared]
                weight += these
                apart += these * (1 - 2 * shared / (one + two) if one + two else 0.0)
            total += (
                of_size[:, one] * of_size[:, two] * np.where(weight > 0, apart / np.where(weight > 0, weight, 1), 0)
            )
    return total

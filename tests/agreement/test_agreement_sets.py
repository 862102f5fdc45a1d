"""Cells that hold sets of values."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from qualcode.agreement.kernel import Blocks, Scale, Sums, distinct, estimate, krippendorff_alpha
from qualcode.agreement.sets import membership, mv_alpha, set_distances

LABELS = ["a", "b", "c"]


def distance(kind: str, one: str, two: str) -> float:
    return set_distances(kind, membership([frozenset(one), frozenset(two)], LABELS))[0, 1]


@pytest.mark.parametrize(
    ("one", "two", "jaccard", "masi", "dice"),
    [
        ("a", "a", 0, 0, 0),
        ("", "", 0, 0, 0),
        ("", "a", 1, 1, 1),
        ("a", "b", 1, 1, 1),
        ("a", "ab", 1 / 2, 1 - 1 / 2 * 2 / 3, 1 / 3),  # Passonneau 2006: subset 2/3
        ("ab", "bc", 2 / 3, 1 - 1 / 3 * 1 / 3, 1 / 2),  # overlap 1/3
        ("ab", "abc", 1 / 3, 1 - 2 / 3 * 2 / 3, 1 / 5),
    ],
)
def test_distances_between_label_sets(one, two, jaccard, masi, dice):
    for kind, expected in (("jaccard", jaccard), ("masi", masi), ("dice", dice)):
        assert distance(kind, one, two) == pytest.approx(expected)
        assert distance(kind, two, one) == pytest.approx(expected)


def indexed(rows):
    sets = sorted({frozenset(cell) for row in rows for cell in row if cell is not None}, key=sorted)
    codes = np.array([[-1 if cell is None else sets.index(frozenset(cell)) for cell in row] for row in rows])
    labels = sorted({label for members in sets for label in members})
    return codes, membership(sets, labels)


def alpha(kind, rows):
    codes, members = indexed(rows)
    scale = Scale(len(members), distances=set_distances("dice" if kind == "mv" else kind, members))
    patterns = distinct(codes)
    sums = Sums.point(Blocks(patterns.codes, scale), patterns.times)
    return float(estimate(mv_alpha(sums, members) if kind == "mv" else krippendorff_alpha(sums))[0])


def test_alpha_over_label_sets_worked_by_hand():
    rows = [["a", "a"], ["a", "ab"], ["c", "c"]]
    # n 6: {a} 3, {a,b} 1, {c} 2. MASI: D_o 2(2/3)/6, D_e [2*3*1*2/3 + 2*3*2 + 2*1*2]/30
    assert alpha("masi", rows) == pytest.approx(1 - (2 / 9) / (20 / 30))
    # Jaccard: D_o 2(1/2)/6, D_e [2*3*1*1/2 + 12 + 4]/30
    assert alpha("jaccard", rows) == pytest.approx(14 / 19)


def test_single_values_as_sets_give_the_nominal_alpha():
    rows = [["a", "a"], ["a", "b"], ["c", "c"], ["b", "b"], ["c", None]]
    codes, _members = indexed(rows)
    nominal = estimate(krippendorff_alpha(Sums.point(Blocks(codes, Scale(3)), np.ones(5))))[0]
    assert alpha("masi", rows) == pytest.approx(nominal)
    assert alpha("mv", rows) == pytest.approx(nominal)


@pytest.mark.parametrize(
    ("rows", "published"),
    [
        # Krippendorff and Craggs (2016), tables 3, 8 and 9, as in the R package mvalpha
        ([["bd", "d", None], ["abd", "b", "bd"], ["", "a", "a"], ["a", None, None]], 0.2866),
        ([["a"] * 3, ["abd", "abd", "abde"], ["d"] * 3], 0.947),
        ([["a"] * 3, ["ab", "ab", "abd"], ["d"] * 3], 0.923),
        ([["a"] * 3, ["b", "b", "bd"], ["d"] * 3], 0.895),
        ([["a"] * 3, ["ab", "ad", "db"], ["d"] * 3], 0.716),
        ([["a"] * 3, ["ab", "ed", "f"], ["d"] * 3], 0.554),
        ([["a", "b", "ab"], ["ab", "ed", "f"], ["bd", "d", "be"]], -0.002),
    ],
)
def test_mv_alpha_of_the_published_tables(rows, published):
    assert alpha("mv", rows) == pytest.approx(published, abs=5e-4 if published != 0.2866 else 5e-5)


def test_the_closed_form_of_mv_alpha_equals_going_through_all_sets():
    rng = np.random.default_rng(5)
    rows = [["".join(x for x in "abcd" if rng.random() < 0.4) for _ in range(3)] for _ in range(8)]
    codes, members = indexed(rows)
    values = members[codes.ravel()]
    n = values.sum(axis=0)
    size = values.sum(axis=1).astype(int)
    expected = 0.0
    for s, t in itertools.product(range(5), repeat=2):
        weight = apart = 0.0
        for one in itertools.combinations(range(len(n)), s):
            for two in itertools.combinations(range(len(n)), t):
                w = np.prod([n[k] for k in one]) * np.prod([n[k] - (k in one) for k in two])
                weight += w
                apart += w * (1 - 2 * len(set(one) & set(two)) / (s + t) if s + t else 0)
        if weight:
            expected += (size == s).mean() * (size == t).mean() * apart / weight
    distances = set_distances("dice", members)
    observed = np.mean([distances[a, b] for row in codes for a, b in itertools.permutations(row, 2)])
    assert alpha("mv", rows) == pytest.approx(1 - observed / expected, abs=1e-12)

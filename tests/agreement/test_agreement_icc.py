"""Intraclass correlations of numeric ratings."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qualcode.agreement.icc import NAMES, limits
from qualcode.agreement.kernel import Blocks, Scale, Sums, distinct
from qualcode.agreement.measuring import measure
from qualcode.agreement.ratings import Ratings

# Shrout and Fleiss (1979), table 2: six units, four judges
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def ratings(rows) -> Ratings:
    coders = [f"J{at}" for at in range(1, len(rows[0]) + 1)]
    values = [["" if value is None else str(value) for value in row] for row in rows]
    return Ratings([str(at) for at in range(len(rows))], coders, values)


def found(rows, level: str = "interval", **more):
    more.setdefault("ci", "none")
    return {one.name: one for one in measure(ratings(rows), level=level, **more).results}


def test_the_published_example():
    got = found(SHROUT_FLEISS)
    # their table 4: ICC(1,1) .17, (2,1) .29, (3,1) .71, (1,4) .44, (2,4) .62, (3,4) .91
    published = dict(zip(NAMES, (0.17, 0.29, 0.71, 0.44, 0.62, 0.91), strict=True))
    assert {name: round(got[name].estimate, 2) for name in NAMES} == published


def test_the_limits_of_the_published_example():
    values = np.unique(SHROUT_FLEISS)
    patterns = distinct(np.searchsorted(values, SHROUT_FLEISS))
    s = Sums.point(Blocks(patterns.codes, Scale(len(values), "interval", values.astype(float))), patterns.times)
    # R package psych, ICC(sf)
    wanted = {
        "icc_1_1": (-0.13, 0.72), "icc_2_1": (0.02, 0.76), "icc_3_1": (0.34, 0.95),
        "icc_1_k": (-0.88, 0.91), "icc_2_k": (0.07, 0.93), "icc_3_k": (0.68, 0.99),
    }  # fmt: skip
    for name, ends in wanted.items():
        assert limits(name, s, 0.95)[:2] == pytest.approx(ends, abs=0.005), name


def test_a_coder_who_is_one_point_higher_throughout_lowers_agreement_and_not_consistency():
    got = found([[1, 2], [3, 4], [5, 6], [8, 9]])
    assert got["icc_3_1"].estimate == pytest.approx(1)
    # mean squares by hand: between units 2 * 8.9167, coders 2, error 0
    between, coders = 2 * np.var([1.5, 3.5, 5.5, 8.5], ddof=1), 2.0
    assert got["icc_2_1"].estimate == pytest.approx(between / (between + 2 * coders / 4))
    assert got["icc_2_1"].estimate < 1


def test_only_units_with_a_value_of_every_coder_enter_and_the_answer_says_so():
    gaps = [*SHROUT_FLEISS, [None, 9, 1, 1], [1, None, 9, 9]]
    made = measure(ratings(gaps), level="interval", ci="none")
    assert {one.name: one.estimate for one in made.results}["icc_2_1"] == pytest.approx(
        found(SHROUT_FLEISS)["icc_2_1"].estimate
    )
    assert made.notes == ["intraclass correlations rest on the 6 units that have a value of every coder"]


def test_they_are_for_numbers_only():
    for level in ("nominal", "ordinal"):
        assert not set(NAMES) & set(found(SHROUT_FLEISS, level))
    assert set(NAMES) <= set(found(SHROUT_FLEISS, "ratio"))


def test_another_unit_or_another_zero_changes_nothing():
    moved = [[3.5 * value - 7 for value in row] for row in SHROUT_FLEISS]
    for name in NAMES:
        assert found(moved)[name].estimate == pytest.approx(found(SHROUT_FLEISS)[name].estimate)


def test_what_cannot_be_computed_has_a_reason():
    got = found([[1, 2, None], [None, 2, 3]])
    assert got["icc_1_1"].reason == "needs two units with a value of every coder, and here are none"
    got = found([[1, 2], [None, 2]])
    assert got["icc_1_1"].reason == "needs two units with a value of every coder, and here is 1"
    got = found([[2, 2], [2, 2], [2, 2]])
    assert all(math.isnan(got[name].estimate) and "no variation" in got[name].reason for name in NAMES)


def test_intervals_by_resampling_and_by_f():
    rows = [[v, v + d, v + e] for v, d, e in zip(range(30), [0, 1, 2, -1, 0] * 6, [1, 0, -2] * 10, strict=True)]
    for ci in ("bootstrap", "jackknife", "analytic"):
        for name in NAMES:
            one = found(rows, ci=ci)[name]
            assert one.interval.low < one.estimate < one.interval.high <= 1, (ci, name)
    one = found(rows, ci="analytic")["icc_2_1"]
    assert math.isnan(one.interval.se)
    assert one.reason == "limits by F have no standard error"

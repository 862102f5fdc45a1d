"""Resampling: what is drawn, what is counted, and that a fast way gives what a slow one would."""

from __future__ import annotations

import numpy as np
import pytest

from qualcode.agreement.catalogue import ALL
from qualcode.agreement.intervals import (
    Draw,
    _infinitesimal,
    _linearised_alpha,
    bca_interval,
    choose,
    draws,
    jackknife_interval,
    leave_one_out,
    pairs_interval,
    percentile_interval,
    share_below,
    share_without_variation,
)
from qualcode.agreement.kernel import COEFFICIENTS, Blocks, Patterns, Scale, Sums, coefficient, distinct, estimate

RNG = np.random.default_rng(11)
CODES = RNG.integers(-1, 3, size=(60, 3))
SCALE = Scale(3, "ordinal", np.array([1.0, 2.0, 5.0]))


def plan(how="auto", *, clusters=None, times=200, seed=1, codes=CODES):
    units = (codes >= 0).sum(axis=1) >= 2
    return choose(how, times, seed, units=units, clusters=clusters)


def values(name, codes, resampling, scale=SCALE):
    patterns = distinct(codes)
    blocks = Blocks(patterns.codes, scale)
    return np.concatenate([estimate(COEFFICIENTS[name](draw.sums(blocks))) for draw in draws(patterns, resampling)])


def test_every_resample_is_the_coefficient_of_the_units_drawn():
    patterns = distinct(CODES)
    blocks = Blocks(patterns.codes, SCALE)
    for draw in draws(patterns, plan(times=5)):
        sums = draw.sums(blocks)
        for name in ("krippendorff_alpha", "conger_kappa", "mean_pairwise_cohen_kappa", "gwet_ac1"):
            fast = estimate(COEFFICIENTS[name](sums))
            for row, times in enumerate(draw.rows()):
                units = np.repeat(patterns.codes, times.astype(int), axis=0)
                assert len(units) == 60
                assert fast[row] == pytest.approx(coefficient(name, units, SCALE), abs=1e-9, nan_ok=True)


def test_by_cluster_whole_transcripts_are_drawn():
    clusters = np.repeat(np.arange(12), 5)
    resampling = plan(clusters=clusters)
    assert resampling.how == "cluster"
    patterns = distinct(CODES)
    blocks = Blocks(patterns.codes, SCALE)
    draw = next(draws(patterns, resampling))
    assert isinstance(draw, Draw)
    weights = draw._weights[0].astype(int)
    assert weights.sum() == 12
    units = np.concatenate([CODES[clusters == c] for c in range(12) for _ in range(weights[c])])
    fast = estimate(COEFFICIENTS["krippendorff_alpha"](draw.sums(blocks)))[0]
    assert fast == pytest.approx(coefficient("krippendorff_alpha", units, SCALE), abs=1e-9)


def test_by_cluster_from_ten_clusters_up_else_by_unit_and_it_says_so():
    assert plan(clusters=np.repeat(np.arange(10), 6)).label.startswith("bootstrap by cluster (10 clusters)")
    nine = plan(clusters=np.arange(60) % 9)
    assert nine.label == "bootstrap by unit (9 clusters: too few to resample), 200, seed 1, percentile"
    assert plan().label.startswith("bootstrap by unit (")
    assert plan("unit", clusters=np.repeat(np.arange(10), 6)).how == "unit"
    assert plan("cluster", clusters=np.repeat(np.arange(2), 30)).how == "cluster"


def test_one_cluster_is_nothing_to_resample():
    assert plan("cluster", clusters=np.zeros(60, dtype=int)).refused == "one cluster: nothing to resample"
    assert plan(codes=CODES[:1]).refused == "one unit: nothing to resample"


def test_the_seed_decides():
    for codes in (CODES, RNG.integers(0, 2, size=(300, 2))):
        scale = Scale(3)
        first = values("krippendorff_alpha", codes, plan(codes=codes), scale)
        assert (first == values("krippendorff_alpha", codes, plan(codes=codes), scale)).all()
        assert (first != values("krippendorff_alpha", codes, plan(seed=2, codes=codes), scale)).any()


def test_undefined_resamples_are_counted_and_too_many_leave_no_interval():
    some = np.append(np.linspace(0, 1, 97), [np.nan] * 3)
    made = percentile_interval(some, "how")
    assert made.method == "how, 3 undefined"
    assert made.low == pytest.approx(0.025) and made.high == pytest.approx(0.975)
    many = percentile_interval(np.append(np.linspace(0, 1, 94), [np.nan] * 6), "how")
    assert np.isnan(many.low) and np.isnan(many.se)
    assert many.reason == ("too little variation for an interval: 6 of 100 resamples are undefined (at most 5% may be)")


def test_resamples_that_are_all_alike_make_no_interval():
    made = percentile_interval(np.ones(100), "how")
    assert np.isnan(made.low)
    assert made.reason == "every resample gives the same value, which makes no interval"


def test_the_bootstrap_of_units_has_the_spread_of_the_known_standard_error():
    codes = np.array([[0, 0]] * 120 + [[1, 1]] * 40 + [[0, 1]] * 20 + [[1, 0]] * 20)
    found = values("percent_agreement", codes, plan(codes=codes, times=4000), Scale(2))
    assert found.std() == pytest.approx((0.8 * 0.2 / 200) ** 0.5, rel=0.05)


def test_krippendorffs_own_bootstrap_is_binomial_for_two_coders_and_nominal_values():
    codes = np.array([[0, 0]] * 50 + [[1, 1]] * 30 + [[0, 1]] * 12 + [[1, 0]] * 8)
    patterns = distinct(codes)
    made = pairs_interval(Blocks(patterns.codes, Scale(2)), patterns, times=4000, seed=1)
    # D_o 0.2 from 100 pairs, D_e 2 * 112 * 88 / (200 * 199)
    expected = 2 * 112 * 88 / (200 * 199)
    assert made.se == pytest.approx((0.2 * 0.8 / 100) ** 0.5 / expected, rel=0.05)
    assert "Hayes and Krippendorff 2007, 100 pairs" in made.method


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_krippendorffs_own_bootstrap_lies_around_alpha(level):
    rng = np.random.default_rng(2)
    true = rng.integers(0, 4, size=200)
    codes = np.stack([np.where(rng.random(200) < 0.8, true, rng.integers(0, 4, size=200)) for _ in range(2)], axis=1)
    scale = Scale(4, level, np.array([1.0, 2.0, 4.0, 8.0]))
    patterns = distinct(codes)
    made = pairs_interval(Blocks(patterns.codes, scale), patterns, times=2000, seed=1)
    alpha = coefficient("krippendorff_alpha", codes, scale)
    assert (made.low + made.high) / 2 == pytest.approx(alpha, abs=0.02)


@pytest.mark.parametrize("level", ["nominal", "interval"])
def test_small_changes_of_weights_give_the_linearised_standard_error(level):
    scale = Scale(3, level, np.array([1.0, 2.0, 5.0]))
    patterns = distinct(CODES)
    blocks = Blocks(patterns.codes, scale)
    assert _infinitesimal(blocks, patterns.times) == pytest.approx(_linearised_alpha(blocks, patterns.times), rel=1e-3)


def test_gwets_standard_error_is_the_infinitesimal_jackknife_where_each_unit_has_two_values():
    from qualcode.agreement.intervals import analytic_interval

    rng = np.random.default_rng(4)
    codes = rng.integers(0, 3, size=(40, 3))
    patterns = Patterns(codes.astype(np.intp), np.ones(40, dtype=np.int64), np.arange(40))
    blocks = Blocks(patterns.codes, Scale(3))
    for name in ("percent_agreement", "fleiss_kappa", "conger_kappa", "gwet_ac1", "brennan_prediger"):
        changes = []
        for unit in range(40):
            ends = []
            for sign in (1, -1):
                weights = np.full(40, 1 - sign * 1e-5)
                weights[unit] += sign * 40e-5
                ends.append(estimate(COEFFICIENTS[name](Sums.point(blocks, weights)))[0])
            changes.append((ends[0] - ends[1]) / 2e-5)
        by_hand = (np.square(changes).sum() / (40 * 39)) ** 0.5
        assert analytic_interval(name, blocks, patterns.times).se == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_bca_limits_are_those_of_scipy(seed):
    from scipy import stats

    sample = np.random.default_rng(seed).exponential(size=25) / 4
    made = stats.bootstrap((sample,), np.mean, n_resamples=999, method="BCa", rng=np.random.default_rng(seed))
    without = np.array([np.delete(sample, at).mean() for at in range(25)])
    got = bca_interval(made.bootstrap_distribution, "label", float(sample.mean()), without, np.ones(25))
    assert (got.low, got.high) == pytest.approx(tuple(made.confidence_interval), abs=1e-9)


def test_each_unit_and_each_cluster_is_left_out_once():
    patterns = distinct(CODES)
    blocks = Blocks(patterns.codes, SCALE)
    without, times = next(leave_one_out(patterns, plan("unit")))
    assert times.sum() == 60
    got = estimate(COEFFICIENTS["krippendorff_alpha"](without.sums(blocks)))
    for at in range(60):
        wanted = coefficient("krippendorff_alpha", np.delete(CODES, at, axis=0), SCALE)
        assert got[patterns.of_unit[at]] == pytest.approx(wanted, abs=1e-9)
    clusters = np.repeat(np.arange(12), 5)
    without, times = next(leave_one_out(patterns, plan(clusters=clusters)))
    got = estimate(COEFFICIENTS["krippendorff_alpha"](without.sums(blocks)))
    assert len(got) == 12
    for at in range(12):
        assert got[at] == pytest.approx(coefficient("krippendorff_alpha", CODES[clusters != at], SCALE), abs=1e-9)


def test_the_share_below_a_threshold_is_of_the_defined_resamples():
    assert share_below(np.array([0.1, 0.5, 0.9, np.nan]), 0.5) == pytest.approx(1 / 3)
    assert np.isnan(share_below(np.array([np.nan]), 0.5))


def test_the_jackknife_has_the_error_of_leaving_out_each_unit_by_hand():
    patterns = distinct(CODES)
    blocks = Blocks(patterns.codes, SCALE)
    parts = [
        (estimate(COEFFICIENTS["cohen_kappa"](one.sums(blocks))), many) for one, many in leave_one_out(patterns, plan())
    ]
    values, times = (np.concatenate(part) for part in zip(*parts, strict=True))
    point = coefficient("cohen_kappa", CODES, SCALE)
    made = jackknife_interval(point, values, times, "label")
    left = np.array([coefficient("cohen_kappa", np.delete(CODES, at, axis=0), SCALE) for at in range(60)])
    assert made.se == pytest.approx(np.sqrt(59 / 60 * ((left - left.mean()) ** 2).sum()), rel=1e-9)
    assert made.low == pytest.approx(point - 2.000995 * made.se, abs=1e-5)  # t(59)


def test_the_jackknife_of_a_mean_is_its_standard_error():
    sample = np.array([3.0, 5, 8, 9, 14])
    left = np.array([np.delete(sample, at).mean() for at in range(5)])
    made = jackknife_interval(sample.mean(), left, np.ones(5), "label")
    assert made.se == pytest.approx(sample.std(ddof=1) / np.sqrt(5))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_leaving_one_out_by_subtracting_is_leaving_out(level):
    codes = np.where(
        np.random.default_rng(5).random((40, 3)) < 0.2, -1, np.random.default_rng(6).integers(0, 4, (40, 3))
    )
    scale = Scale(4, level, np.array([1.0, 2, 5, 7]))
    patterns = distinct(codes)
    blocks = Blocks(patterns.codes, scale)
    for name in ALL:
        if name in (
            "pabak",
            "positive_agreement",
            "negative_agreement",
            "jaccard",
            "bias_index",
            "cohen_kappa",
            "scott_pi",
        ):
            continue
        for one, _ in leave_one_out(patterns, plan(), ranks=level == "ordinal"):
            fast = estimate(ALL[name](one.sums(blocks)))
            slow = estimate(ALL[name](Sums.point(blocks, one.rows())))
            assert fast == pytest.approx(slow, abs=1e-9, nan_ok=True), name


def test_the_share_of_resamples_without_variation_is_what_the_bootstrap_finds():
    codes = np.array([[1, 1]] + [[0, 1]] + [[0, 0]] * 25 + [[0, -1]] * 3)
    patterns = distinct(codes)
    blocks = Blocks(patterns.codes, Scale(2))
    # a resample varies unless both units with a 1 are missing, or it holds nothing but the first (and single values)
    by_hand = (28 / 30) ** 30 + (4 / 30) ** 30
    assert share_without_variation(blocks, patterns.times) == pytest.approx(by_hand)
    drawn = values("krippendorff_alpha", codes, plan("unit", times=4000, codes=codes), Scale(2))
    assert np.isnan(drawn).mean() == pytest.approx(by_hand, abs=0.02)

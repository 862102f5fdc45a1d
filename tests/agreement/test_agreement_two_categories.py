"""Raw agreement, specific agreement, what explains a kappa, and coefficients pooled over codes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qualcode.agreement.binary import (
    BINARY,
    holsti,
    jaccard,
    light_kappa,
    mean_pairwise_percent_agreement,
    negative_agreement,
    pabak,
    pooled,
    pooled_kappa,
    positive_agreement,
    prevalence_index,
)
from qualcode.agreement.intervals import analytic_interval
from qualcode.agreement.kernel import Blocks, Scale, Sums, distinct, estimate
from qualcode.agreement.measuring import measure
from qualcode.agreement.ratings import Ratings


def table(a: int, b: int, c: int, d: int) -> list[list[int]]:
    """Two coders: both applied, only the first, only the second, neither."""
    return [[1, 1]] * a + [[1, 0]] * b + [[0, 1]] * c + [[0, 0]] * d


def sums(codes, size: int = 2) -> Sums:
    patterns = distinct(np.array(codes))
    return Sums.point(Blocks(patterns.codes, Scale(size)), patterns.times)


def value(of, codes, size: int = 2) -> float:
    return float(estimate(of(sums(codes, size)))[0])


# Feinstein and Cicchetti (1990), tables 1 and 2: both 85 % agreement, kappa .70 and .32
EVEN, UNEVEN = (40, 9, 6, 45), (80, 10, 5, 5)


@pytest.mark.parametrize(
    ("cells", "positive", "negative", "index", "bias", "corrected"),
    [
        (EVEN, 80 / 95, 90 / 105, -0.05, 0.03, 0.70),
        (UNEVEN, 160 / 175, 10 / 25, 0.75, 0.05, 0.70),
    ],
)
def test_specific_agreement_and_indices_of_the_kappa_paradox(cells, positive, negative, index, bias, corrected):
    codes = table(*cells)
    assert value(positive_agreement, codes) == pytest.approx(positive)
    assert value(negative_agreement, codes) == pytest.approx(negative)
    assert value(prevalence_index, codes) == pytest.approx(index)
    assert value(BINARY["bias_index"], codes) == pytest.approx(bias)
    assert value(pabak, codes) == pytest.approx(corrected)
    a, b, c, _ = cells
    assert value(jaccard, codes) == pytest.approx(a / (a + b + c))


def test_positive_agreement_is_the_f1_of_either_coder_against_the_other():
    from sklearn.metrics import f1_score, jaccard_score

    codes = np.array(table(7, 3, 2, 20))
    assert value(positive_agreement, codes) == pytest.approx(f1_score(codes[:, 0], codes[:, 1]))
    assert value(positive_agreement, codes) == pytest.approx(f1_score(codes[:, 1], codes[:, 0]))
    assert value(jaccard, codes) == pytest.approx(jaccard_score(codes[:, 0], codes[:, 1]))


def test_positive_agreement_of_three_coders_counts_every_pair():
    # applied by 3, 2, 1 and 0 of three coders: pairs that agree 3 + 1, pairs with it 3 + 3/2 + 1/2 of r (m - 1) / 2
    codes = [[1, 1, 1], [1, 1, 0], [0, 0, 1], [0, 0, 0]]
    assert value(positive_agreement, codes) == pytest.approx((6 + 2 + 0) / (6 + 4 + 2))
    assert value(negative_agreement, codes) == pytest.approx((0 + 0 + 2 + 6) / (0 + 2 + 4 + 6))
    # both of a pair in 3 + 1 pairs; either in 3 + 3 + 2
    assert value(jaccard, codes) == pytest.approx(4 / 8)
    assert value(prevalence_index, codes) == pytest.approx((6 - 6) / 12)


def test_a_unit_with_one_value_says_nothing_about_specific_agreement():
    codes = [[1, 1, -1], [1, 0, -1], [1, -1, -1], [0, 0, 0]]
    assert value(positive_agreement, codes) == pytest.approx(2 / 3)
    assert value(prevalence_index, codes) == pytest.approx((3 - 4) / 7)


def test_holsti_counts_what_each_coder_gave_at_all():
    # 5 values of the first, 4 of the second, equal in 2 of the 3 units that both have
    codes = [[0, 0], [1, 1], [2, 1], [2, -1], [0, -1], [-1, 1]]
    assert value(holsti, codes, 3) == pytest.approx(2 * 2 / (5 + 4))
    complete = codes[:3]
    assert value(holsti, complete, 3) == pytest.approx(2 / 3)


def test_holsti_of_three_coders_is_the_mean_over_pairs_that_have_a_common_unit():
    codes = [[0, 0, -1], [1, 0, -1], [-1, 1, 1], [-1, 1, -1]]
    # first and second: 2*1/(2+4); second and third: 2*1/(4+1); first and third: no common unit
    assert value(holsti, codes) == pytest.approx((2 / 6 + 2 / 5) / 2)


def test_the_mean_pairwise_percent_weighs_every_pair_alike_and_the_percent_every_unit():
    codes = [[0, 0, 0], [1, 1, -1], [0, 1, -1], [1, 1, -1]]
    # pairs: 3 of 4, 1 of 1, 1 of 1; units: 1, 1, 0, 1
    assert value(mean_pairwise_percent_agreement, codes) == pytest.approx((0.75 + 1 + 1) / 3)
    from qualcode.agreement.kernel import percent_agreement

    assert value(percent_agreement, codes) == pytest.approx(0.75)


def test_light_is_undefined_where_a_pair_has_no_kappa_and_the_mean_over_pairs_goes_on_without_it():
    ratings = Ratings(list("12345"), list("ABC"), [list(row) for row in ("xxx", "xyx", "yyx", "yyx", "xyx")])
    found = {one.name: one for one in measure(ratings, ci="none").results}
    # B and C: C always x, so no more agreement than chance: 0; A and C as well; A and B 3 of 5 with .44 by chance
    assert found["light_kappa"].estimate == pytest.approx(((3 / 5 - 11 / 25) / (14 / 25)) / 3)
    assert found["light_kappa"].estimate == pytest.approx(found["mean_pairwise_cohen_kappa"].estimate)
    same = Ratings(list("123"), list("ABC"), [list(row) for row in ("xxx", "xxx", "xxy")])
    found = {one.name: one for one in measure(same, ci="none").results}
    assert math.isnan(found["light_kappa"].estimate)
    assert found["light_kappa"].reason == "1 of 3 pairs of coders has no kappa: see mean_pairwise_cohen_kappa"
    assert found["mean_pairwise_cohen_kappa"].estimate == 0


def test_light_is_the_mean_of_the_kappas_of_all_pairs():
    from statsmodels.stats.inter_rater import cohens_kappa

    rng = np.random.default_rng(4)
    codes = rng.integers(0, 3, (40, 3))
    kappas = []
    for one, two in ((0, 1), (0, 2), (1, 2)):
        cells = np.zeros((3, 3))
        np.add.at(cells, (codes[:, one], codes[:, two]), 1)
        kappas.append(cohens_kappa(cells, return_results=False))
    assert value(light_kappa, codes, 3) == pytest.approx(np.mean(kappas))


def test_pooled_kappa_averages_observed_and_expected_agreement_before_it_divides():
    # De Vries et al. (2008): mean p_o and mean p_e over codes
    one, two = table(4, 1, 1, 14), table(9, 1, 1, 9)
    observed = (18 / 20 + 18 / 20) / 2
    expected = ((5 * 5 + 15 * 15) / 400 + (10 * 10 + 10 * 10) / 400) / 2
    got = pooled_kappa([sums(one), sums(two)])[0]
    assert got == pytest.approx((observed - expected) / (1 - expected))


def test_a_code_without_variation_stays_out_of_the_pooled_kappa():
    one, never = table(4, 1, 1, 14), table(0, 0, 0, 20)
    assert pooled_kappa([sums(one), sums(never)])[0] == pytest.approx(pooled_kappa([sums(one)])[0])
    assert math.isnan(pooled_kappa([sums(never)])[0])


def test_pooled_positive_agreement_counts_all_codes_together():
    # 2 * (4 + 9) of 2 * 13 + 2 + 2
    got = pooled([positive_agreement(sums(t)) for t in (table(4, 1, 1, 14), table(9, 1, 1, 9))])
    assert got[0] == pytest.approx(26 / 30)


@pytest.mark.parametrize("name", ["positive_agreement", "negative_agreement", "jaccard", "pabak"])
def test_nothing_is_said_of_a_code_that_nobody_or_everybody_used(name):
    for codes in (table(0, 0, 0, 9), table(9, 0, 0, 0)):
        assert math.isnan(value(BINARY[name], codes))
        assert math.isnan(value(BINARY[name], codes, 2))


def test_a_code_that_the_coders_never_share_has_a_positive_agreement_of_0():
    codes = table(0, 2, 1, 20)
    assert value(positive_agreement, codes) == 0
    assert value(jaccard, codes) == 0
    assert value(negative_agreement, codes) == pytest.approx(40 / 43)


def test_the_standard_error_of_positive_agreement_is_the_published_one():
    # Mackinnon (2000): variance 4 a (c + b) (a + c + b) / (2 a + b + c)^4; ours divides by n - 1 in place of n
    a, b, c, d = 30, 8, 6, 56
    n = a + b + c + d
    patterns = distinct(np.array(table(a, b, c, d)))
    made = analytic_interval("positive_agreement", Blocks(patterns.codes, Scale(2)), patterns.times)
    by_hand = math.sqrt(4 * a * (b + c) * (a + b + c)) / (2 * a + b + c) ** 2
    assert made.se == pytest.approx(by_hand * math.sqrt(n / (n - 1)), rel=1e-6)
    assert made.method == "analytic (delta method), t(99)"


def test_the_standard_error_of_pabak_is_twice_that_of_the_agreement():
    patterns = distinct(np.array(table(*EVEN)))
    made = analytic_interval("pabak", Blocks(patterns.codes, Scale(2)), patterns.times)
    assert made.se == pytest.approx(2 * math.sqrt(0.85 * 0.15 / 99), rel=1e-6)


def test_of_more_than_two_categories_these_need_per_code():
    ratings = Ratings(list("123"), ["A", "B"], [["x", "x"], ["y", "z"], ["z", "z"]])
    found = {one.name: one for one in measure(ratings, ci="none").results}
    assert found["pabak"].reason == "for two categories, and here are 3: see --per-code"
    by_code = {(one.code, one.name): one for one in measure(ratings, ci="none", per_code=True).results}
    assert by_code["z", "positive_agreement"].estimate == pytest.approx(2 / 3)
    assert by_code["x", "positive_agreement"].estimate == 1
    assert by_code["y", "positive_agreement"].estimate == 0


def test_the_last_of_two_categories_is_the_one_that_is_applied_and_the_answer_says_so():
    ratings = Ratings(list("1234"), ["A", "B"], [list(row) for row in ("yy", "yn", "nn", "nn")])
    made = measure(ratings, ci="none")
    assert made.notes == ["positive agreement and its kin are about 'y', the last of the two categories"]
    assert {one.name: one.estimate for one in made.results}["positive_agreement"] == pytest.approx(2 / 3)
    turned = measure(ratings, ci="none", categories=["y", "n"])
    assert {one.name: one.estimate for one in turned.results}["positive_agreement"] == pytest.approx(4 / 5)


def test_counts_stand_beside_each_code():
    ratings = Ratings(list("12345"), ["A", "B"], [["a;b", "a"], ["a", "-"], ["b", "b"], ["-", "-"], ["a", ""]])
    by_code = {one.code: one for one in measure(ratings, ci="none", per_code=True).codes}
    a = by_code["a"]
    assert (a.both, a.only_a, a.only_b, a.neither, a.values, a.units) == (1, 1, 0, 2, 3, 2)
    three = Ratings(list("12"), list("ABC"), [["a", "a", "b"], ["b", "a", ""]])
    (a, _) = measure(three, ci="none", per_code=True).codes
    assert (a.both, a.values, a.units) == (None, 3, 2)

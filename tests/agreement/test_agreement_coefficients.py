"""Coefficients and standard errors against published worked examples and independent implementations."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qualcode.agreement.intervals import analytic_interval
from qualcode.agreement.kernel import (
    COEFFICIENTS,
    TWO_CODERS,
    Blocks,
    Scale,
    Sums,
    agreement_weights,
    coefficient,
    distinct,
    each_unit,
    estimate,
)


def table(text: str) -> np.ndarray:
    """Units parted by `|`, values 1, 2 … or `.` for missing, to indices from 0."""
    return np.array([[-1 if cell == "." else int(cell) - 1 for cell in row.split()] for row in text.split("|")])


def two_coders(counts: list[list[int]]) -> np.ndarray:
    """A cross table of two coders as units x 2."""
    rows = [[a, b] for a, line in enumerate(counts) for b, times in enumerate(line) for _ in range(times)]
    return np.array(rows)


def by_counts(counts: list[list[int]]) -> np.ndarray:
    """How many coders gave each category, unit by unit, as units x coders."""
    return np.array([[k for k, times in enumerate(line) for _ in range(times)] for line in counts])


def interval(name: str, codes: np.ndarray, scale: Scale):
    patterns = distinct(codes)
    return analytic_interval(name, Blocks(patterns.codes, scale), patterns.times)


# Krippendorff (2011), Computing Krippendorff's alpha-reliability, example C; also Gwet's cac.raw4raters
KRIPPENDORFF_2011 = table(
    "1 1 . 1|2 2 3 2|3 3 3 3|3 3 3 3|2 2 2 2|1 2 3 4|4 4 4 4|1 1 2 1|2 2 2 2|. 5 5 5|. . 1 1|. . 3 ."
)
FIVE = np.arange(1.0, 6.0)
# Krippendorff (1980), Content analysis, page 139
KRIPPENDORFF_1980 = table("1 1 1|1 2 2|2 2 2|4 4 4|1 4 4|2 2 2|1 2 3|3 3 3|2 2 2")
# Fleiss (1971), Psychological Bulletin 76, table 1: 30 patients, 6 psychiatrists, 5 diagnoses
_PATIENTS = """00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031
00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"""
FLEISS_1971 = by_counts([[int(digit) for digit in patient] for patient in _PATIENTS.split()])


class TestKrippendorff:
    @pytest.mark.parametrize(
        ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
    )
    def test_alpha_of_the_2011_example_at_each_level(self, level, published):
        assert coefficient("krippendorff_alpha", KRIPPENDORFF_2011, Scale(5, level, FIVE)) == pytest.approx(
            published, abs=5e-4
        )

    def test_alpha_of_two_coders_and_binary_values(self):  # Krippendorff (2011), example A
        a, b = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
        assert coefficient("krippendorff_alpha", np.array([a, b]).T, Scale(2)) == pytest.approx(0.095, abs=5e-4)

    @pytest.mark.parametrize(("code", "published"), [(0, 0.381), (1, 0.711), (2, 0.717), (3, 0.764)])
    def test_alpha_of_a_code_against_everything_else(self, code, published):
        binary = (code == KRIPPENDORFF_1980).astype(int)
        assert coefficient("krippendorff_alpha", binary, Scale(2)) == pytest.approx(published, abs=1e-3)

    def test_two_definitions_of_percent_agreement_under_missing_values(self):
        gwet = coefficient("percent_agreement", KRIPPENDORFF_2011, Scale(5))
        blocks = Blocks(KRIPPENDORFF_2011, Scale(5))
        observed, _ = COEFFICIENTS["krippendorff_alpha"](Sums.point(blocks, np.ones(12)))
        assert gwet == pytest.approx(0.818, abs=5e-4)  # Gwet
        assert 1 - observed[0] == pytest.approx(0.800, abs=5e-4)  # DKPro: 1 - D_o

    @pytest.mark.parametrize("kind", [np.uint8, np.int8, np.uint16, np.int64])
    def test_the_width_of_the_integers_changes_nothing(self, kind):
        codes = np.array([[0, 90], [120, 100], [30, 20], [60, 60]], dtype=kind)
        scale = Scale(121, "interval", np.arange(121.0))
        wide = coefficient("krippendorff_alpha", codes.astype(np.int64), scale)
        assert coefficient("krippendorff_alpha", codes, scale) == wide

    def test_units_with_one_value_change_nothing_in_alpha(self):
        without = KRIPPENDORFF_2011[:-1]
        assert coefficient("krippendorff_alpha", without, Scale(5)) == coefficient(
            "krippendorff_alpha", KRIPPENDORFF_2011, Scale(5)
        )


class TestGwet:
    """R package irrCAC 1.3, README: cac.raw4raters, distrib.6raters, cont3x3abstractors."""

    @pytest.mark.parametrize(
        ("name", "value", "se", "low"),
        [
            ("percent_agreement", 0.81818, 0.12561, 0.542),
            ("gwet_ac1", 0.77544, 0.14295, 0.461),
            ("fleiss_kappa", 0.76117, 0.15302, 0.424),
            ("krippendorff_alpha", 0.74342, 0.14548, 0.423),
            ("conger_kappa", 0.76282, 0.14917, 0.435),
            ("brennan_prediger", 0.77273, 0.14472, 0.454),
        ],
    )
    def test_four_raters_with_missing_values(self, name, value, se, low):
        made = interval(name, KRIPPENDORFF_2011, Scale(5))
        assert coefficient(name, KRIPPENDORFF_2011, Scale(5)) == pytest.approx(value, abs=6e-6)
        assert made.se == pytest.approx(se, abs=6e-6)
        assert made.low == pytest.approx(low, abs=6e-4)
        assert made.high == 1.0  # capped
        assert made.method == "analytic (Gwet 2014), t(11)"

    @pytest.mark.parametrize(
        ("name", "value", "se"),
        [
            ("gwet_ac1", 0.4448007, 0.08418757),
            ("fleiss_kappa", 0.4139265, 0.08119291),
            # alpha's in R for counts (0.08243228) still has alpha where R for raw ratings has it without its
            # small-sample term; for complete data that is Fleiss' standard error
            ("krippendorff_alpha", 0.4204384, 0.08119291),
            ("brennan_prediger", 0.4388889, 0.08312142),
        ],
    )
    def test_six_raters_of_fifteen_patients(self, name, value, se):
        first = FLEISS_1971[:15]
        assert coefficient(name, first, Scale(5)) == pytest.approx(value, abs=1e-7)
        assert interval(name, first, Scale(5)).se == pytest.approx(se, abs=1e-8)

    @pytest.mark.parametrize(
        ("name", "value", "se"),
        [
            ("scott_pi", 0.7962397, 0.05905473),
            ("gwet_ac1", 0.8493305, 0.04321747),
            ("brennan_prediger", 0.835, 0.04693346),
            ("percent_agreement", 0.89, 0.03128898),
            ("krippendorff_alpha", 0.7972585, 0.05905473),
            ("cohen_kappa", 0.7964094, None),  # their standard error is Gwet's, ours Fleiss, Cohen and Everitt's
            ("conger_kappa", 0.7964094, 0.05891072),
        ],
    )
    def test_two_abstractors(self, name, value, se):
        codes = two_coders([[13, 0, 0], [0, 20, 7], [0, 4, 56]])
        assert coefficient(name, codes, Scale(3)) == pytest.approx(value, abs=1e-7)
        if se is not None:  # R's functions for cross tables divide by n, those for raw ratings by n - 1
            assert interval(name, codes, Scale(3)).se * (99 / 100) ** 0.5 == pytest.approx(se, abs=1e-8)

    def test_ac2_with_quadratic_weights(self):
        scale = Scale(5, weights=agreement_weights("quadratic", 5))
        assert coefficient("gwet_ac2", KRIPPENDORFF_2011, scale) == pytest.approx(0.914, abs=5e-4)
        assert coefficient("gwet_ac1", KRIPPENDORFF_2011, scale) == pytest.approx(0.77544, abs=6e-6)  # stays unweighted

    def test_weights_by_rank_of_the_category(self):
        assert agreement_weights("identity", 3) is None
        assert agreement_weights("linear", 3)[0].tolist() == [1, 0.5, 0]
        assert agreement_weights("quadratic", 3)[0].tolist() == [1, 0.75, 0]
        assert agreement_weights("ordinal", 3)[0] == pytest.approx([1, 2 / 3, 0])  # 1 - C(2,2)/C(3,2)


class TestKappa:
    def test_fleiss_1971(self):
        assert FLEISS_1971.shape == (30, 6)
        assert np.bincount(FLEISS_1971.ravel()).tolist() == [26, 26, 30, 55, 43]
        assert coefficient("fleiss_kappa", FLEISS_1971, Scale(5)) == pytest.approx(0.430, abs=5e-4)

    @pytest.mark.parametrize(("code", "published"), [(0, 0.245), (1, 0.245), (2, 0.520), (3, 0.471), (4, 0.566)])
    def test_fleiss_1971_by_category(self, code, published):
        assert coefficient("fleiss_kappa", (code == FLEISS_1971).astype(int), Scale(2)) == pytest.approx(
            published, abs=6e-4
        )

    def test_cohen_1960(self):  # Educational and Psychological Measurement 20, table 1: 200 cases
        codes = two_coders([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
        assert coefficient("cohen_kappa", codes, Scale(3)) == pytest.approx(0.492, abs=5e-4)

    @pytest.mark.parametrize(
        ("weights", "published"),
        [("identity", (0.4842, 0.1380, 0.2137, 0.7547)), ("linear", (0.4701, 0.1457, 0.1845, 0.7558))],
    )
    def test_standard_error_after_fleiss_cohen_everitt(self, weights, published):  # printout of SAS PROC FREQ
        codes = two_coders([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
        scale = Scale(3, weights=agreement_weights(weights, 3))
        made = interval("cohen_kappa", codes, scale)
        found = (coefficient("cohen_kappa", codes, scale), made.se, made.low, made.high)
        assert found == pytest.approx(published, abs=5e-5)

    @pytest.mark.parametrize(
        ("counts", "kappa", "ac1"), [([[40, 9], [6, 45]], 0.70, 0.70), ([[80, 10], [5, 5]], 0.32, 0.81)]
    )
    def test_the_paradox_of_feinstein_and_cicchetti(self, counts, kappa, ac1):
        codes = two_coders(counts)
        assert coefficient("percent_agreement", codes, Scale(2)) == pytest.approx(0.85)
        assert coefficient("cohen_kappa", codes, Scale(2)) == pytest.approx(kappa, abs=5e-3)
        assert coefficient("gwet_ac1", codes, Scale(2)) == pytest.approx(ac1, abs=5e-3)

    def test_nvivos_example(self):  # 1,000 characters, 850 agree, the rest in equal shares
        codes = two_coders([[800, 75], [75, 50]])
        assert coefficient("percent_agreement", codes, Scale(2)) == pytest.approx(0.85)
        assert coefficient("cohen_kappa", codes, Scale(2)) == pytest.approx(0.31, abs=5e-3)

    def test_coders_at_exact_chance_have_kappa_0(self):  # QualCoder gives .30 for this
        codes = two_coders([[250, 250], [250, 250]])
        assert coefficient("cohen_kappa", codes, Scale(2)) == pytest.approx(0, abs=1e-12)

    def test_duplicated_units_leave_fleiss_and_move_alpha_by_its_small_sample_term_only(self):
        twice = np.concatenate([FLEISS_1971, FLEISS_1971])
        assert coefficient("fleiss_kappa", twice, Scale(5)) == pytest.approx(
            coefficient("fleiss_kappa", FLEISS_1971, Scale(5)), abs=1e-12
        )
        for codes in (FLEISS_1971, twice):  # alpha = 1 - (1 - pi)(n - 1) / n, n the values
            n = codes.size
            fleiss = coefficient("fleiss_kappa", codes, Scale(5))
            alpha = coefficient("krippendorff_alpha", codes, Scale(5))
            assert 1 - alpha == pytest.approx((1 - fleiss) * (n - 1) / n, abs=1e-12)


# ---------------------------------------------------------------- random tables


@st.composite
def ratings(draw, *, coders=None, values=4, missing=True):
    many, units = coders or draw(st.integers(2, 5)), draw(st.integers(2, 14))
    lowest = -1 if missing else 0
    cells = st.lists(st.integers(lowest, values - 1), min_size=many, max_size=many)
    return np.array(draw(st.lists(cells, min_size=units, max_size=units)))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
@settings(max_examples=60, deadline=None)
@given(codes=ratings())
def test_alpha_equals_the_krippendorff_package(level, codes):
    import krippendorff

    pairable = codes[(codes >= 0).sum(axis=1) >= 2]
    used = np.unique(pairable[pairable >= 0])
    assume(len(used) >= 2)
    data = np.where(codes < 0, np.nan, codes + 1.0).T
    expected = krippendorff.alpha(reliability_data=data, level_of_measurement=level, value_domain=[1.0, 2.0, 3.0, 4.0])
    scale = Scale(4, level, np.arange(1.0, 5.0))
    assert coefficient("krippendorff_alpha", codes, scale) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("weights", ["identity", "linear", "quadratic"])
@settings(max_examples=40, deadline=None)
@given(codes=ratings(coders=2, missing=False))
def test_cohen_and_its_standard_error_equal_statsmodels(weights, codes):
    from statsmodels.stats.inter_rater import cohens_kappa

    counts = np.zeros((4, 4))
    np.add.at(counts, (codes[:, 0], codes[:, 1]), 1)
    mine = coefficient("cohen_kappa", codes, Scale(4, weights=agreement_weights(weights, 4)))
    assume(not np.isnan(mine))
    kinds = {"identity": None, "linear": "linear", "quadratic": "quadratic"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = cohens_kappa(counts, wt=kinds[weights])
    assert mine == pytest.approx(theirs["kappa"], abs=1e-9)
    made = interval("cohen_kappa", codes, Scale(4, weights=agreement_weights(weights, 4)))
    assert made.se == pytest.approx(np.sqrt(max(theirs["var_kappa"], 0)), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(codes=ratings(missing=False))
def test_fleiss_equals_statsmodels(codes):
    from statsmodels.stats.inter_rater import fleiss_kappa

    assume(len(np.unique(codes)) > 1)
    counts = np.stack([(codes == k).sum(axis=1) for k in range(4)], axis=1)
    assert coefficient("fleiss_kappa", codes, Scale(4)) == pytest.approx(fleiss_kappa(counts), abs=1e-9)


def names_for(codes: np.ndarray) -> list[str]:
    return [name for name in COEFFICIENTS if name not in TWO_CODERS or codes.shape[1] == 2]


@settings(max_examples=40, deadline=None)
@given(codes=ratings(), data=st.data())
def test_order_of_coders_and_units_and_names_of_codes_change_nothing(codes, data):
    scale = Scale(4)
    coders = data.draw(st.permutations(range(codes.shape[1])))
    units = data.draw(st.permutations(range(len(codes))))
    renamed = np.append(data.draw(st.permutations(range(4))), -1)
    for name in names_for(codes):
        value = coefficient(name, codes, scale)
        for other in (codes[:, coders], codes[units], renamed[codes]):
            assert coefficient(name, other, scale) == pytest.approx(value, abs=1e-9, nan_ok=True)


@settings(max_examples=30, deadline=None)
@given(codes=ratings())
def test_distinct_rows_and_single_units_give_the_same(codes):
    for level in ("nominal", "ordinal", "interval", "ratio"):
        scale = Scale(4, level, np.arange(1.0, 5.0), agreement_weights("linear", 4))
        for name in names_for(codes):
            found = []
            for patterns in (distinct(codes), each_unit(codes)):
                sums = Sums.point(Blocks(patterns.codes, scale), patterns.times)
                found.append(estimate(COEFFICIENTS[name](sums))[0])
            assert found[0] == pytest.approx(found[1], abs=1e-9, nan_ok=True)


@settings(max_examples=20, deadline=None)
@given(codes=ratings())
def test_many_categories_go_the_sparse_way_to_the_same_values(codes):
    for level in ("nominal", "ordinal", "interval", "ratio"):
        few, many = Scale(4, level, np.arange(1.0, 5.0)), Scale(100, level, np.arange(1.0, 101.0))
        for name in set(names_for(codes)) - {"brennan_prediger", "gwet_ac1", "gwet_ac2"}:  # these depend on the number
            assert coefficient(name, codes, many) == pytest.approx(coefficient(name, codes, few), abs=1e-9, nan_ok=True)


def test_wide_tables_have_the_same_distinct_rows():
    rng = np.random.default_rng(0)
    codes = rng.integers(-1, 3, size=(50, 60))
    codes = np.concatenate([codes, codes[:20]])
    patterns = distinct(codes)
    assert len(patterns.codes) == 50
    assert (patterns.codes[patterns.of_unit] == codes).all()
    assert patterns.times.sum() == 70


def test_q_of_brennan_prediger_and_ac1_is_the_codebooks():
    codes = two_coders([[5, 1], [1, 5]])
    by_hand = {2: (10 / 12 - 1 / 2) / (1 / 2), 5: (10 / 12 - 1 / 5) / (4 / 5)}
    for size, value in by_hand.items():
        assert coefficient("brennan_prediger", codes, Scale(size)) == pytest.approx(value)
    chance = 2 * 0.5 * 0.5 / 4  # five categories, two of them used half the time each
    assert coefficient("gwet_ac1", codes, Scale(5)) == pytest.approx((10 / 12 - chance) / (1 - chance))


def test_conger_is_the_mean_of_the_pairwise_chance_terms():
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 3, size=(40, 4))
    pairs = list(itertools.combinations(range(4), 2))
    shares = [np.bincount(codes[:, g], minlength=3) / 40 for g in range(4)]
    observed = np.mean([(codes[:, a] == codes[:, b]).mean() for a, b in pairs])
    chance = np.mean([shares[a] @ shares[b] for a, b in pairs])
    assert coefficient("conger_kappa", codes, Scale(3)) == pytest.approx((observed - chance) / (1 - chance))


@pytest.mark.parametrize("codes", [[[1, 1], [1, 1]], [[1, 1], [1, -1]]])
def test_without_variation_no_coefficient_is_1(codes):
    for name in COEFFICIENTS:
        value = coefficient(name, np.array(codes), Scale(3))
        assert value == 1 if name == "percent_agreement" else np.isnan(value)


def test_one_deviating_value_has_an_alpha_of_0_or_just_under():
    codes = two_coders([[9, 1], [0, 0]])  # n 20: D_o 2/20, D_e 2*19*1/(20*19)
    assert coefficient("krippendorff_alpha", codes, Scale(2)) == pytest.approx(0, abs=1e-12)

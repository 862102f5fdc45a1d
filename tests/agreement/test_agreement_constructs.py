"""Ordinal agreement of raters on constructs: weighted kappa and ordinal alpha by framework."""

from __future__ import annotations

import krippendorff
import numpy as np
import pandas as pd
import pytest

from qualcode.agreement import construct_agreement
from qualcode.errors import CodingsError


def ratings(*lines: tuple[str, str, str, str], framework: str = "cfir2022", version: str = "2022") -> pd.DataFrame:
    """Rows as (case, construct, rater, value)."""
    names = ("case", "construct", "rated_by", "value")
    return pd.DataFrame(
        [{"framework": framework, "framework_version": version, "phase": "", **dict(zip(names, line, strict=True))}
         for line in lines]
    )  # fmt: skip


# two raters, six constructs of one case: equal but for 2 against 1 and -1 against 1
PAIRS = [("2", "2"), ("2", "1"), ("-1", "-1"), ("-1", "1"), ("-2", "-2"), ("0", "0")]
TWO = ratings(
    *((f"case{at % 2}", f"K{at}", rater, pair[who]) for at, pair in enumerate(PAIRS) for who, rater in enumerate("AB"))
)


def value(table: pd.DataFrame, coefficient: str, raters: str = "A;B") -> float:
    rows = table[(table["coefficient"] == coefficient) & (table["raters"] == raters)]
    assert len(rows) == 1
    return float(rows["estimate"].iloc[0])


def test_weighted_kappa_is_that_worked_out_by_hand() -> None:
    table = construct_agreement(TWO, ci="none")
    # ranks 0 … 4; squares of the distances over 16: observed (1 + 4) / 6, expected over all 36 pairs
    a, b = (np.array([float(pair[who]) for pair in PAIRS]) for who in (0, 1))
    expected = ((a[:, None] - b[None, :]) ** 2).mean()
    assert value(table, "weighted_kappa") == pytest.approx(1 - (5 / 6) / expected)
    linear = construct_agreement(TWO, ci="none", weights="linear")
    assert value(linear, "weighted_kappa") == pytest.approx(1 - (3 / 6) / np.abs(a[:, None] - b[None, :]).mean())
    assert value(table, "percent_agreement") == pytest.approx(4 / 6)


def test_ordinal_alpha_is_that_of_the_package_krippendorff() -> None:
    package = krippendorff.alpha(
        reliability_data=[[float(pair[who]) for pair in PAIRS] for who in (0, 1)],
        level_of_measurement="ordinal", value_domain=[-2.0, -1.0, 0.0, 1.0, 2.0],
    )  # fmt: skip
    assert value(construct_agreement(TWO, ci="none"), "krippendorff_alpha_ordinal") == pytest.approx(package)


def test_mixed_ratings_and_the_consensus_have_no_place_and_signs_are_read_as_people_write_them() -> None:
    more = ratings(("case0", "K8", "A", "X"), ("case0", "K8", "B", "1"), ("case0", "K0", "consensus", "-2"))
    spelt = TWO.assign(value=TWO["value"].replace({"2": "+2", "-1": "−1"}))
    with_more = construct_agreement(pd.concat([spelt, more]), ci="none")
    pd.testing.assert_frame_equal(with_more, construct_agreement(TWO, ci="none"))


def test_of_three_raters_there_is_each_pair_and_the_mean() -> None:
    third = ratings(*((f"case{at % 2}", f"K{at}", "C", pair[0]) for at, pair in enumerate(PAIRS)))
    table = construct_agreement(pd.concat([TWO, third]), ci="none")
    pairs = [value(table, "weighted_kappa", raters) for raters in ("A;B", "A;C", "B;C")]
    assert pairs[1] == 1
    assert value(table, "mean_pairwise_weighted_kappa", "A;B;C") == pytest.approx(sum(pairs) / 3)


def test_frameworks_are_measured_apart_and_few_cases_speak_of_themselves_only() -> None:
    other = ratings(("case0", "K0", "A", "1"), framework="epis")
    table = construct_agreement(pd.concat([TWO, other]))
    assert set(table["framework"]) == {"cfir2022", "epis"}
    assert set(table[table["framework"] == "epis"]["reason"]) == {"one rater only (A)"}
    row = table[(table["coefficient"] == "weighted_kappa")].iloc[0]
    assert (row["n_units"], row["n_cases"]) == (6, 2)
    assert np.isnan(row["ci_low"]) and row["ci_these_low"] <= row["estimate"] <= row["ci_these_high"]
    assert row["reason"] == "2 cases: too few to speak beyond them"


def test_every_wrong_rating_is_said_at_once() -> None:
    wrong = ratings(
        ("case0", "K0", "A", "3"), ("case0", "K1", "A", "strong"), ("case0", "K2", "A", "1"), ("case0", "K2", "A", "1")
    )
    with pytest.raises(CodingsError) as caught:
        construct_agreement(wrong)
    for part in ("'3' is no rating", "'strong' is no rating", "A rated K2 in case0 twice"):
        assert part in str(caught.value)


def test_nobody_s_ratings_make_an_empty_table() -> None:
    assert len(construct_agreement(TWO.iloc[:0])) == 0

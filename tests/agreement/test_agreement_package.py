"""Alpha of a small table is the package's own, held to ours."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from qualcode.agreement import measure
from qualcode.agreement.kernel import Scale
from qualcode.agreement.package import SMALL, alpha_by_package
from qualcode.agreement.ratings import Ratings

CODES = np.array([[0, 0], [1, 2], [2, 2], [1, -1], [0, 1]])


def ratings(values: list[list[str]]) -> Ratings:
    return Ratings([f"u{n}" for n in range(len(values))], ["A", "B"], values, None)


def alpha(values: list[list[str]]) -> float:
    return next(one.estimate for one in measure(ratings(values), ci="none").results if one.name == "krippendorff_alpha")


def test_the_number_printed_of_a_small_table_is_the_packages(monkeypatch):
    values = [["a", "a"], ["b", "a"], ["b", "b"]]
    asked = []
    theirs = krippendorff.alpha

    def spy(table, **more):
        asked.append((table.dtype, more["level_of_measurement"], list(more["value_domain"])))
        return theirs(table, **more)

    monkeypatch.setattr(krippendorff, "alpha", spy)
    assert alpha(values) == pytest.approx(1 - 5 * 2 / (2 * 3 * 3))  # o: one pair apart of three; n_a = n_b = 3
    assert asked == [(np.float64, "nominal", [0.0, 1.0])]


def test_two_ways_that_differ_are_no_number(monkeypatch):
    monkeypatch.setattr(krippendorff, "alpha", lambda *_, **__: 0.5)
    with pytest.raises(ArithmeticError, match=r"0\.5 by the package"):
        alpha([["a", "a"], ["b", "a"], ["b", "b"]])


def test_a_large_table_and_one_without_an_estimate_are_not_given_to_the_package(monkeypatch):
    monkeypatch.setattr(krippendorff, "alpha", lambda *_, **__: pytest.fail("asked"))
    many = np.zeros((SMALL // 4 + 1, 2), dtype=np.intp)
    assert alpha_by_package(many, Scale(2), 0.25) == 0.25
    assert np.isnan(alpha_by_package(CODES, Scale(3), float("nan")))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_every_level_is_named_to_the_package(level):
    values = np.array([1.0, 4.0, 6.0])
    scale = Scale(3, level, values if level in ("interval", "ratio") else None)
    table = np.where(CODES >= 0, values[CODES] if scale.values is not None else CODES, np.nan).T.astype(np.float64)
    domain = values if scale.values is not None else np.arange(3.0)
    expected = krippendorff.alpha(table, level_of_measurement=level, value_domain=domain)
    assert alpha_by_package(CODES, scale, expected) == expected

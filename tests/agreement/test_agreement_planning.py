"""`qualcode sample --plan`: how much to code twice."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from qualcode.agreement.kernel import Scale, coefficient
from qualcode.agreement.planning import least_units, plan_width, unit_variance
from qualcode.commands.sample import command


def answer(*options: str):
    result = CliRunner().invoke(command, ["--plan", "--json", *options])
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


@pytest.mark.parametrize("alpha", [0.667, 0.8, 0.9])
@pytest.mark.parametrize("prevalence", [0.5, 0.2, 0.1, 0.05, 0.02])
def test_of_two_coders_the_variance_is_bloch_and_kraemers(alpha, prevalence):
    # Bloch and Kraemer (1989): (1 - k) [(1 - k)(1 - 2k) + k (2 - k) / (2 p (1 - p))]
    inside = (1 - alpha) * (1 - 2 * alpha) + alpha * (2 - alpha) / (2 * prevalence * (1 - prevalence))
    assert unit_variance(alpha, prevalence) == pytest.approx((1 - alpha) * inside)


@pytest.mark.parametrize(
    ("alpha", "prevalence", "tenth", "twentieth"),
    [
        (0.667, 0.5, 214, 854),
        (0.8, 0.2, 222, 886),
        (0.9, 0.05, 398, 1590),
        (0.8, 0.02, 1873, 7490),
        (0.667, 0.02, 2888, 11550),
    ],
)
def test_units_for_a_half_width_of_a_tenth_and_a_twentieth(alpha, prevalence, tenth, twentieth):
    assert plan_width(alpha, prevalence, 0.2).units == tenth
    assert plan_width(alpha, prevalence, 0.1).units == twentieth


@pytest.mark.parametrize(("coders", "alpha", "prevalence"), [(2, 0.8, 0.2), (3, 0.5, 0.1), (4, 0.7, 0.3)])
def test_the_variance_is_that_of_simulated_tables(coders, alpha, prevalence):
    rng = np.random.default_rng(3)
    t = (1 - alpha) / alpha
    found = []
    for _ in range(1500):
        own = rng.beta(prevalence * t, (1 - prevalence) * t, size=500)
        found.append(coefficient("krippendorff_alpha", rng.random((500, coders)) < own[:, None], Scale(2)))
    # the variance of a sample variance of 1,500 values: about 4 %, so three of them
    assert np.var(found) * 500 == pytest.approx(unit_variance(alpha, prevalence, coders), rel=0.12)


def test_more_coders_need_fewer_units_and_a_design_effect_needs_more():
    two, three = plan_width(0.8, 0.2, 0.2), plan_width(0.8, 0.2, 0.2, coders=3)
    assert three.units < two.units
    assert plan_width(0.8, 0.2, 0.2, design_effect=2).units == 443  # 2 x 221.3
    assert plan_width(0.0, 0.5, 0.2).units == 385  # no agreement beyond chance: 1.96^2 / .01


def test_occurrences_are_those_that_are_to_be_expected():
    one = plan_width(0.8, 0.2, 0.2)
    assert one.by_each == pytest.approx(222 * 0.2)
    # both .2^2 + .8 * .16 = .168, only one of them 2 * .16 * .2 = .064
    assert one.by_any == pytest.approx(222 * (0.168 + 0.064))


def test_the_least_alpha_of_atlas_ti():
    assert least_units(0.8, 0.25) == 139
    assert least_units(0.667, 0.25) == 81


def test_the_command_answers_without_a_study():
    got = answer("--alpha", "0.8", "--prevalence", "0.2", "--width", "0.2", "--test-least", "0.8")
    (plan,) = got["plan"]
    assert (plan["units"], plan["alpha"], plan["prevalence"], plan["width"], plan["half_width"]) == (
        222,
        0.8,
        0.2,
        0.2,
        0.1,
    )
    (test,) = got["test"]
    assert (test["least"], test["prevalence"], test["significance"]) == (0.8, 0.2, 0.05)
    assert answer("--alpha", "0.8", "--prevalence", "0.2", "--half-width", "0.1")["plan"] == [plan]
    assert len(answer()["plan"]) == 3 * 5 * 2


def test_the_table_for_reading_names_width_units_and_occurrences():
    result = CliRunner().invoke(command, ["--plan", "--alpha", "0.8", "--test-least", "0.8", "--prevalence", "0.25"])
    lines = result.output.splitlines()
    assert lines[0] == "Units that every coder must code: 2 coders"
    assert "95 % interval of alpha 0.2 wide (estimate ± 0.1)" in lines
    assert [line.split() for line in lines if line.split()[:2] == ["0.800", "0.25"]][-1] == ["0.800", "0.25", "139"]
    assert max(map(len, lines)) <= 120


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ([], "Say --plan"),
        (["--plan", "--alpha", "1"], "is not in the range 0<=x<1"),
        (["--plan", "--prevalence", "0"], "is not in the range 0<x<1"),
        (["--plan", "--design-effect", "0.5"], "is not in the range x>=1"),
    ],
)
def test_options_that_make_no_sense_are_refused(options, what):
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 2
    assert what in result.output

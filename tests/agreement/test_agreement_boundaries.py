"""Boundary similarity, segments matched by overlap, and gamma."""

from __future__ import annotations

import json
import math
import os
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from qualcode.agreement.boundaries import boundary_similarity, measure_boundaries
from qualcode.agreement.gamma import measure_gamma
from qualcode.agreement.spans import make_spans
from qualcode.errors import QualcodeError

FOLDER = Path(__file__).resolve().parents[1] / "oracles"
TABLES = json.loads((FOLDER / "tables.json").read_text(encoding="utf-8"))


def theirs(name: str):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["answers"]


def spans(*rows, length: int = 100, coders=()):
    return make_spans([(*row, at) for at, row in enumerate(rows)], length=length, coders=coders)


def found(made, code=None, **more):
    return {one.name: one for one in measure_boundaries(made, **more) if one.code == code}


# ---------------------------------------------------------------- boundary similarity


@pytest.mark.parametrize(
    ("one", "two", "near", "wanted"),
    [
        ([5, 10], [5, 10], 2, 1.0),
        ([5], [20], 2, 0.0),
        ([5, 10], [5], 2, 1 - 1 / 2),  # one match, one missed
        ([5], [6], 2, 1 - 0.5 / 1),  # a near miss of one position costs half
        ([5, 10], [6, 10, 15], 2, 1 - (1 + 0.5) / 3),  # a near miss, a match, one missed
        ([5], [7], 2, 0.0),  # two positions apart are two errors
        ([5], [7], 4, 1 - (2 / 4) / 1),  # unless near misses reach further
        ([5, 7], [6], 2, 1 - (0.5 + 1) / 2),  # a boundary is used once, and from the start
    ],
)
def test_boundary_similarity_by_hand(one, two, near, wanted):
    assert boundary_similarity(np.array(one), np.array(two), near) == pytest.approx(wanted)
    assert boundary_similarity(np.array(two), np.array(one), near) == pytest.approx(wanted)


@pytest.mark.parametrize("near", [2, 3, 6])
@pytest.mark.parametrize("name", TABLES["segmentations"])
def test_segeval_of_the_author_gives_the_same(name, near):
    """Hearst's (1997) seven codings of the Stargazer text, on which Fournier (2013) works, and random ones."""
    places = [np.cumsum(masses)[:-1] for masses in TABLES["segmentations"][name]]
    got = [boundary_similarity(one, two, near) for one, two in combinations(places, 2)]
    assert got == pytest.approx(theirs("segeval")[name][str(near)], abs=1e-12)


def test_boundaries_are_where_units_begin_and_end_inside_the_text():
    made = spans(("A", "x", 0, 20), ("A", "x", 20, 40), ("B", "x", 0, 20), ("B", "y", 41, 100))
    # A: 20, 40; B: 20, 41; the ends of the text, 0 and 100, are nobody's choice
    assert found(made)["boundary_similarity"].estimate == pytest.approx(1 - 0.5 / 2)
    # x alone: A 20, 40; B 20
    assert found(made, "x")["boundary_similarity"].estimate == pytest.approx(1 / 2)
    whole = spans(("A", "x", 0, 100), ("B", "x", 0, 100))
    assert math.isnan(found(whole)["boundary_similarity"].estimate)
    assert found(whole)["boundary_similarity"].reason == "no boundary inside the text"


def test_boundary_similarity_of_three_coders_is_the_mean_over_pairs():
    made = spans(("A", "x", 10, 20), ("B", "x", 10, 20), ("C", "x", 10, 30))
    assert found(made)["boundary_similarity"].estimate == pytest.approx((1 + 1 / 3 + 1 / 3) / 3)


# ---------------------------------------------------------------- segments


def test_a_segment_is_matched_where_one_of_the_same_code_covers_enough_of_it():
    made = spans(("A", "x", 0, 20), ("A", "y", 40, 50), ("B", "x", 10, 20), ("B", "x", 60, 70))
    # A's x is covered by half, its y by nothing; B's first x wholly, its second by nothing
    got = found(made)
    assert got["segment_agreement"].estimate == pytest.approx(2 / 4)
    assert got["segment_f1"].estimate == pytest.approx(0.5)
    assert found(made, min_overlap=0.6)["segment_agreement"].estimate == pytest.approx(1 / 4)
    got = found(made, "x")
    assert got["segment_agreement"].estimate == pytest.approx(2 / 3)
    assert got["segment_f1"].estimate == pytest.approx(2 * 1 * 0.5 / 1.5)
    got = found(made, "y")
    assert got["segment_agreement"].estimate == 0
    assert got["segment_f1"].reason == "B did not use the code: no share of theirs to take the mean with"


def test_the_same_place_under_another_code_is_no_match():
    made = spans(("A", "x", 0, 20), ("B", "y", 0, 20))
    assert found(made)["segment_agreement"].estimate == 0
    assert found(made)["segment_f1"].estimate == 0


def test_two_halves_do_not_make_one_match():
    made = spans(("A", "x", 0, 20), ("B", "x", 0, 9), ("B", "x", 9, 20))
    # the longer of B's covers 11 of 20; at 60 % A's segment has no match, B's both lie inside A's
    assert found(made, min_overlap=0.5)["segment_agreement"].estimate == 1
    assert found(made, min_overlap=0.6)["segment_agreement"].estimate == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(6))
def test_matched_segments_are_those_that_going_through_all_pairs_finds(seed):
    rng = np.random.default_rng(seed)
    rows = []
    for coder in "ABC":
        for code in "xy":
            cuts = np.sort(rng.choice(200, size=12, replace=False))
            rows += [(coder, code, int(a), int(b)) for a, b in cuts.reshape(-1, 2)]
    made = spans(*rows, length=200)

    def matched(one, other):
        return any(
            two[0] == other
            and two[1] == one[1]
            and min(one[3], two[3]) - max(one[2], two[2]) >= 0.4 * (one[3] - one[2])
            for two in rows
        )

    shares, f1s = [], []
    for left, right in combinations("ABC", 2):
        mine, theirs_ = ([row for row in rows if row[0] == coder] for coder in (left, right))
        p = [matched(row, right) for row in mine]
        r = [matched(row, left) for row in theirs_]
        shares.append((sum(p) + sum(r)) / (len(p) + len(r)))
        f1s.append(2 * np.mean(p) * np.mean(r) / (np.mean(p) + np.mean(r)))
    got = found(made, min_overlap=0.4)
    assert got["segment_agreement"].estimate == pytest.approx(np.mean(shares))
    assert got["segment_f1"].estimate == pytest.approx(np.mean(f1s))


def test_what_cannot_be_computed_has_a_reason():
    assert {one.reason for one in measure_boundaries(spans(coders=["A", "B"]))} == {"nobody marked anything"}
    assert {one.reason for one in measure_boundaries(spans(("A", "x", 1, 2)))} == {"one coder only (A)"}
    made = make_spans([("A", "x", 1, 2, 1), ("B", "x", 1, 2, 2)], length=9, codes=["x", "y"])
    assert {one.reason for one in found(made, "y").values()} == {"nobody used the code"}


# ---------------------------------------------------------------- gamma


def test_without_the_package_gamma_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygamma_agreement", None)
    with pytest.raises(QualcodeError) as caught:
        measure_gamma(spans(("A", "x", 1, 5), ("B", "x", 1, 5)))
    assert "pip install 'qualcode[gamma]'" in str(caught.value)


@pytest.fixture
def gamma_package(monkeypatch):
    """The package, installed with qualcode or in a folder of its own (QUALCODE_GAMMA, as .ci/run has it)."""
    folder = os.environ.get("QUALCODE_GAMMA")
    if folder:
        monkeypatch.setattr(sys, "path", [*sys.path, folder])
    reason = "the extra qualcode[gamma] is not installed (QUALCODE_GAMMA may name a folder that has it)"
    pytest.importorskip("pygamma_agreement", reason=reason)


@pytest.mark.parametrize("name", TABLES["spans"])
def test_gamma_is_the_packages_own(name, gamma_package):
    given = TABLES["spans"][name]
    made = spans(*((coder, code, start, end) for coder, start, end, code in given["rows"]), length=given["length"])
    before = np.random.get_state()[1].copy()
    got = {one.name: one.estimate for one in measure_gamma(made)}
    assert got["gamma"] == pytest.approx(theirs("pygamma")[name]["gamma"], abs=1e-6)
    assert (np.random.get_state()[1] == before).all()


def test_gamma_needs_units_of_every_coder(gamma_package):
    (gamma, _) = measure_gamma(spans(("A", "x", 1, 5), coders=["A", "B"]))
    assert gamma.reason == "gamma aligns the units of every coder, and B marked nothing"
    (_, cat) = measure_gamma(spans(("A", "x", 1, 5), ("B", "y", 60, 70)))
    assert math.isnan(cat.estimate)

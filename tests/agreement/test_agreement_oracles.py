"""Other programs on the same tables: their answers, frozen with versions by tests/oracles/freeze.py."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qualcode.agreement.measuring import measure
from qualcode.agreement.ratings import Ratings

FOLDER = Path(__file__).resolve().parents[1] / "oracles"
TABLES = json.loads((FOLDER / "tables.json").read_text(encoding="utf-8"))
THEIRS = {
    name: json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8")) for name in ("irrcac", "nltk", "pingouin")
}
WEIGHTS = ("identity", "linear", "quadratic", "ordinal")


def ratings(rows) -> Ratings:
    values = [["" if value is None else str(value) for value in row] for row in rows]
    return Ratings([f"u{at}" for at in range(len(rows))], [f"c{at}" for at in range(len(rows[0]))], values)


def found(name: str, **more):
    table = TABLES["ratings"][name]
    made = measure(ratings(table["values"]), categories=[str(at) for at in table["categories"]], **more)
    return {one.name: one for one in made.results}


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("name", TABLES["ratings"])
def test_irrcac_gives_the_same_estimates_standard_errors_and_limits(name, weights):
    got = found(name, weights=weights, ci="analytic")
    theirs = THEIRS["irrcac"]["answers"][name][weights]
    assert len(theirs) == 5
    for which, wanted in theirs.items():
        if which == "krippendorff_alpha":
            continue
        assert got[which].estimate == pytest.approx(wanted["estimate"], abs=1e-9), which
        assert got[which].interval.se == pytest.approx(wanted["se"], abs=1e-9), which
        assert [got[which].interval.low, got[which].interval.high] == pytest.approx(wanted["ci"], abs=1e-6), which
    assert got["percent_agreement"].estimate == pytest.approx(
        THEIRS["irrcac"]["answers"][name]["identity"]["gwet_ac2"]["pa"]
    )


@pytest.mark.parametrize(("weights", "level"), [("identity", "nominal"), ("quadratic", "interval")])
@pytest.mark.parametrize("name", TABLES["ratings"])
def test_irrcac_gives_the_same_alpha(name, weights, level):
    """With quadratic weights alpha is that of level interval. (Its standard error there is not R's: it takes another p_a.)"""
    wanted = THEIRS["irrcac"]["answers"][name][weights]["krippendorff_alpha"]["estimate"]
    assert found(name, level=level, ci="none")["krippendorff_alpha"].estimate == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize("name", TABLES["ratings"])
def test_nltk_gives_the_same_alphas_and_means_over_pairs(name):
    theirs = dict(THEIRS["nltk"]["answers"]["ratings"][name])
    interval = theirs.pop("krippendorff_alpha_interval")
    got = found(name, ci="none")
    assert theirs
    for which, wanted in theirs.items():
        assert got[which].estimate == pytest.approx(wanted, abs=1e-9), which
    assert found(name, level="interval", ci="none")["krippendorff_alpha"].estimate == pytest.approx(interval, abs=1e-9)


@pytest.mark.parametrize("kind", ["masi", "jaccard"])
@pytest.mark.parametrize("name", TABLES["sets"])
def test_nltk_gives_the_same_alpha_over_label_sets(name, kind):
    got = {one.name: one.estimate for one in measure(ratings(TABLES["sets"][name]), sets=kind, ci="none").results}
    assert got["krippendorff_alpha_set"] == pytest.approx(THEIRS["nltk"]["answers"]["sets"][name][kind], abs=1e-9)


@pytest.mark.parametrize("name", TABLES["ratings"])
def test_pingouin_gives_the_same_intraclass_correlations(name):
    got = found(name, level="interval", ci="analytic")
    theirs = THEIRS["pingouin"]["answers"][name]
    names = {
        "ICC(1,1)": "icc_1_1", "ICC(A,1)": "icc_2_1", "ICC(C,1)": "icc_3_1",
        "ICC(1,k)": "icc_1_k", "ICC(A,k)": "icc_2_k", "ICC(C,k)": "icc_3_k",
    }  # fmt: skip
    assert set(theirs) == set(names)
    for which, wanted in theirs.items():
        one = got[names[which]]
        assert one.estimate == pytest.approx(wanted["estimate"], abs=1e-9), which
        assert [one.interval.low, one.interval.high] == pytest.approx(wanted["ci"], abs=0.0051), (
            which
        )  # they round to .01


def test_the_answers_name_the_versions_they_come_from():
    assert THEIRS["irrcac"]["versions"]["irrCAC"] == "0.4.4"
    assert THEIRS["nltk"]["versions"]["nltk"] == "3.10.4"
    assert THEIRS["pingouin"]["versions"]["pingouin"] == "0.7.0"

"""`qualcode agreement RATINGS.csv`: tables as people write them, and what they get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qualcode.commands.agreement import command
from qualcode.errors import QualcodeError

ALL = [
    "percent_agreement", "cohen_kappa", "mean_pairwise_cohen_kappa", "fleiss_kappa", "conger_kappa", "scott_pi",
    "krippendorff_alpha", "brennan_prediger", "gwet_ac1",
]  # fmt: skip
MORE = [
    "mean_pairwise_percent_agreement", "holsti", "light_kappa", "pabak", "positive_agreement", "negative_agreement",
    "jaccard", "prevalence_index", "bias_index",
]  # fmt: skip
ICC = ["icc_1_1", "icc_2_1", "icc_3_1", "icc_1_k", "icc_2_k", "icc_3_k"]
# Krippendorff (2011), example C
K2011 = """unit,A,B,C,D
1,1,1,,1
2,2,2,3,2
3,3,3,3,3
4,3,3,3,3
5,2,2,2,2
6,1,2,3,4
7,4,4,4,4
8,1,1,2,1
9,2,2,2,2
10,,5,5,5
11,,,1,1
12,,,3,
"""


@pytest.fixture
def file(tmp_path: Path):
    def write(text: str, name: str = "ratings.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding=encoding, newline="")
        return path

    return write


def run(path: Path, *options: str):
    result = CliRunner().invoke(command, [str(path), *options], catch_exceptions=True)
    if isinstance(result.exception, QualcodeError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def answer(path: Path, *options: str):
    return json.loads(run(path, "--json", *options))


def found(path: Path, *options: str, code=None):
    return {c["name"]: c for c in answer(path, *options)["coefficients"] if c["code"] == code}


def problems(path: Path, *options: str) -> list[str]:
    with pytest.raises(QualcodeError) as caught:
        run(path, *options)
    return [f"{problem.place}: {problem.what}" if problem.place else problem.what for problem in caught.value.problems]


def test_every_name_is_in_every_answer(file):
    got = answer(file(K2011))
    assert (got["units"], got["coders"]) == (12, ["A", "B", "C", "D"])
    assert [c["name"] for c in got["coefficients"]] == [*ALL, *MORE]
    by_name = {c["name"]: c for c in got["coefficients"]}
    assert set(by_name["fleiss_kappa"]) == {
        "name", "code", "estimate", "se", "ci_low", "ci_high", "ci_method", "reason", "undefined"
    }  # fmt: skip
    assert by_name["krippendorff_alpha"]["estimate"] == pytest.approx(0.743, abs=5e-4)
    assert by_name["krippendorff_alpha"]["reason"] is None
    assert by_name["cohen_kappa"]["estimate"] is None
    assert by_name["cohen_kappa"]["reason"] == "for two coders, and here are 4: see mean_pairwise_cohen_kappa"
    assert by_name["fleiss_kappa"]["ci_method"] == "bootstrap by unit (11 units), 1000, seed 1, percentile"
    assert by_name["fleiss_kappa"]["ci_low"] < by_name["fleiss_kappa"]["estimate"] < 1
    assert [c["name"] for c in answer(file(K2011), "--level", "ratio")["coefficients"]] == [*ALL, *MORE, *ICC]


@pytest.mark.parametrize(
    ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_the_level_is_alphas(file, level, published):
    got = found(file(K2011), "--level", level, "--ci", "none")
    assert got["krippendorff_alpha"]["estimate"] == pytest.approx(published, abs=5e-4)
    assert got["krippendorff_alpha"]["ci_method"] == "none"
    assert got["fleiss_kappa"]["estimate"] == pytest.approx(0.76117, abs=6e-6)


def test_analytic_intervals(file):
    got = found(file(K2011), "--ci", "analytic")
    assert got["gwet_ac1"]["se"] == pytest.approx(0.14295, abs=6e-6)
    assert got["gwet_ac1"]["ci_low"] == pytest.approx(0.461, abs=6e-4)
    assert got["gwet_ac1"]["ci_high"] == 1
    assert got["mean_pairwise_cohen_kappa"]["se"] is None
    assert got["mean_pairwise_cohen_kappa"]["reason"] == "no closed form for this coefficient: use the bootstrap"


def test_weights_add_ac2(file):
    got = found(file(K2011), "--weights", "quadratic", "--ci", "none")
    assert list(got) == [*ALL, "gwet_ac2", *MORE]
    assert got["gwet_ac2"]["estimate"] == pytest.approx(0.914, abs=5e-4)


def test_rank_of_a_category_numbers_as_numbers_else_as_listed_else_by_the_alphabet(file):
    numbers = file("u,A,B\n1,2,10\n2,2,2\n3,10,10\n4,1,1\n", "n.csv")
    assert answer(numbers, "--ci", "none")["categories"] == ["1", "2", "10"]
    words = file("u,A,B\n1,low,high\n2,mid,mid\n3,low,mid\n4,high,high\n", "w.csv")
    assert answer(words, "--ci", "none")["categories"] == ["high", "low", "mid"]
    # linear weights by hand, ranks low 0, mid 1, high 2: disagreement 1 and 1/2 of 4 units
    ranked = found(words, "--ci", "none", "--weights", "linear", "--categories", "low,mid,high")["cohen_kappa"]
    # A low 2 mid 1 high 1, B high 2 mid 2: expected disagreement (2*2*1 + 2*2/2 + 1*2/2 + 1*2/2)/16
    assert ranked["estimate"] == pytest.approx(1 - (1.5 / 4) / (8 / 16))
    alphabet = found(words, "--ci", "none", "--weights", "linear")["cohen_kappa"]
    assert alphabet["estimate"] != pytest.approx(ranked["estimate"])


def test_long_form_and_a_column_cluster(file):
    lines = ["unit,coder,value,cluster"]
    for unit in range(24):
        for coder, value in (("A", unit % 3), ("B", unit % 3 if unit % 5 else 0)):
            lines.append(f"u{unit},{coder},{value},T{unit % 12}")
    got = answer(file("\n".join(lines)))
    assert (got["units"], got["coders"]) == (24, ["A", "B"])
    assert got["coefficients"][0]["ci_method"] == "bootstrap by cluster (12 clusters), 1000, seed 1, percentile"
    few = [line if at == 0 else f"{line.rsplit(',', 1)[0]},T{at % 3}" for at, line in enumerate(lines)]
    wide = ["unit,cluster,A,B", *(f"u{u},T{u % 3},{u % 3},{u % 2}" for u in range(24))]
    got = answer(file("\n".join(wide), "wide.csv"), "--bootstrap", "100", "--seed", "7")
    assert got["coders"] == ["A", "B"]
    assert got["coefficients"][0]["ci_method"] == (
        "bootstrap by unit (3 clusters: too few to resample), 100, seed 7, percentile"
    )
    assert problems(file("\n".join(few), "few.csv"))[0].endswith("is in cluster 'T2' here and in 'T1' in row 2.")


def test_a_value_called_na_nan_or_none_is_a_value(file):
    got = answer(file("unit,A,B\n1,NA,NA\n2,nan,nan\n3,None,nan\n4,x,x\n"), "--per-code", "--ci", "none")
    assert got["categories"] == ["NA", "None", "nan", "x"]
    assert got["units_with_two_values"] == 4
    assert got["coefficients"][0]["estimate"] == 0.75


def test_the_european_excel_and_row_names_without_a_header(file):
    text = '"";"Änne";"Bö"\r\n"1";"ja";"ja"\r\n"2";"nein";"ja"\r\n'
    got = answer(file(text, encoding="cp1252"), "--ci", "none")
    assert (got["units"], got["coders"]) == (2, ["Änne", "Bö"])
    numbers = file("unit;A;B\n1;1,5;1,5\n2;2,5;2\n3;4;4\n", "komma.csv")
    assert found(numbers, "--level", "interval", "--ci", "none")["krippendorff_alpha"]["estimate"] is not None


def test_an_excel_workbook(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["unit", "A", "B"], [1, 1, 1.0], [2, 2, None], [3, 2, 2]):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    got = answer(tmp_path / "r.xlsx", "--ci", "none")
    assert (got["units"], got["units_with_two_values"], got["categories"]) == (3, 2, ["1", "2"])


def test_1_and_1_0_are_one_category_where_all_values_are_numbers(file):
    # pandas writes a column with a gap as 1.0 and one without as 1
    got = answer(file("unit,A,B\n1,1,1.0\n2,2,2.0\n3,2,\n"), "--ci", "none")
    assert got["categories"] == ["1", "2"]
    assert got["coefficients"][0]["estimate"] == 1
    text = answer(file("unit,A,B\n1,01,1\n2,2,2\n", "t.csv"), "--ci", "none")
    assert text["categories"] == ["01", "1", "2"]


def test_per_code_each_value_against_everything_else(file):
    rows = ["1 1 1", "1 2 2", "2 2 2", "4 4 4", "1 4 4", "2 2 2", "1 2 3", "3 3 3", "2 2 2"]
    path = file("unit,A,B,C\n" + "\n".join(f"{u},{row.replace(' ', ',')}" for u, row in enumerate(rows)))
    for code, published in (("1", 0.381), ("2", 0.711), ("3", 0.717), ("4", 0.764)):  # Krippendorff (1980), p. 139
        got = found(path, "--per-code", "--ci", "none", code=code)
        assert list(got) == [*ALL, *MORE]
        assert got["krippendorff_alpha"]["estimate"] == pytest.approx(published, abs=1e-3)


def test_per_code_each_member_of_a_cell(file):
    path = file("unit,A,B\n1,a;b,b\n2,-,-\n3,b; a,a\n4,c,\n")
    got = found(path, "--per-code", "--ci", "none", code="a")
    # a: A 1 0 1, B 0 0 1
    assert got["percent_agreement"]["estimate"] == pytest.approx(2 / 3)
    assert got["cohen_kappa"]["estimate"] == pytest.approx((2 / 3 - 4 / 9) / (5 / 9))
    unused = found(path, "--per-code", "--ci", "none", "--categories", "a,b,c,d", code="d")
    assert unused["krippendorff_alpha"]["estimate"] is None
    assert unused["krippendorff_alpha"]["reason"] == ("no variation: all 6 values that can be compared are 'another'")
    assert unused["percent_agreement"]["estimate"] == 1


def test_sets(file):
    path = file("unit,A,B\n1,a,a\n2,a,b;a\n3,c,c\n")  # worked by hand in test_agreement_sets
    assert found(path, "--sets", "masi", "--ci", "none")["krippendorff_alpha_set"]["estimate"] == pytest.approx(2 / 3)
    assert found(path, "--sets", "jaccard", "--ci", "none")["krippendorff_alpha_set"]["estimate"] == pytest.approx(
        14 / 19
    )
    # Krippendorff and Craggs (2016), table 3; '-' is the empty set
    path = file("unit,F,G,H\nu1,b;d,d,\nu2,a;b;d,b,b;d\nu3,-,a,a\nu4,a,,\n", "kc.csv")
    got = found(path, "--sets", "mv")
    assert list(got) == [*ALL, *MORE, "mv_alpha"]
    assert got["mv_alpha"]["estimate"] == pytest.approx(0.287, abs=5e-4)


def test_resampling_pairs_is_for_alpha(file):
    got = found(file(K2011), "--resample", "pairs")
    assert got["krippendorff_alpha"]["ci_method"].startswith("bootstrap of pairs (Hayes and Krippendorff 2007")
    assert got["fleiss_kappa"]["estimate"] is not None
    assert got["fleiss_kappa"]["reason"] == "resampling pairs is for Krippendorff's alpha only"


def reasons(path, *options):
    return {name: c["reason"] for name, c in found(path, *options).items() if c["estimate"] is None}


def test_no_variation_is_no_coefficient(file):
    got = found(file("unit,A,B\n1,x,x\n2,x,x\n"))
    assert got["percent_agreement"]["estimate"] == 1
    assert got["holsti"]["estimate"] == 1
    for name in (*ALL[1:], "light_kappa", "pabak", "positive_agreement", "negative_agreement", "jaccard"):
        assert got[name]["estimate"] is None
        assert got[name]["reason"] == "no variation: all 4 values that can be compared are 'x'"
    more = found(file("unit,A,B\n1,x,x\n2,x,x\n", "m.csv"), "--categories", "x,y")
    assert more["brennan_prediger"]["estimate"] is None


def test_one_coder_and_silent_coders(file):
    assert set(reasons(file("unit,A\n1,x\n2,y\n")).values()) == {"one coder only"}
    got = answer(file("unit,A,B\n1,x,\n2,y,\n", "b.csv"))
    assert got["coders"] == ["A"]
    assert got["notes"] == ["coder 'B' gave no value and is left out"]
    assert {c["reason"] for c in got["coefficients"]} == {"one coder only"}
    assert set(reasons(file("unit,A,B\n", "e.csv")).values()) == {"no values"}


def test_no_unit_with_two_values(file):
    assert set(reasons(file("unit,A,B\n1,x,\n2,,y\n")).values()) == {"no unit has values of two coders"}


def test_two_units_and_one_unit(file):
    got = found(file("unit,A,B\n1,x,x\n2,y,y\n"))
    assert got["krippendorff_alpha"]["estimate"] == 1
    assert got["krippendorff_alpha"]["ci_low"] is None  # half of the resamples have no variation
    assert got["krippendorff_alpha"]["reason"].startswith("too little variation for an interval")
    one = found(file("unit,A,B\n1,x,y\n", "1.csv"))
    assert one["percent_agreement"]["estimate"] == 0
    assert one["percent_agreement"]["reason"] == "one unit: nothing to resample"
    assert found(file("unit,A,B\n1,x,y\n", "1.csv"), "--ci", "analytic")["gwet_ac1"]["se"] is None


def test_wrong_tables_are_refused_with_every_row(file):
    assert problems(file("unit,A,B\n1,x,x\n2,x,x\n1,y,y\n,y,y\n")) == [
        "row 4: unit '1' stands here and in row 2.",
        "row 5: the unit (column 'unit') has no name.",
    ]
    assert problems(file("unit,coder,value\n1,A,x\n1,A,y\n2,,y\n", "l.csv")) == [
        "row 3: unit '1' by coder 'A' stands here and in row 2.",
        "row 4: column 'coder' is empty.",
    ]
    assert problems(file("unit\n1\n", "n.csv")) == ["row 1: there is no column of a coder."]
    assert problems(file("unit,A,B\n1,1,1\n2,2,x\n3,-1,y\n", "i.csv"), "--level", "ratio") == [
        "row 3: coder 'B': 'x' is not a number, as level ratio needs.",
        "row 4: coder 'A': -1 is below zero, which level ratio does not allow.",
        "row 4: coder 'B': 'y' is not a number, as level ratio needs.",
    ]
    assert problems(file("unit,A,B\n1,1,1\n", "c.csv"), "--resample", "cluster") == [
        "there is no column 'cluster' to resample by."
    ]


def test_values_that_are_no_category_are_refused_with_the_nearest(file):
    path = file("unit,A,B\n1,barrier,barier\n2,strength,barrier\n")
    with pytest.raises(QualcodeError) as caught:
        run(path, "--categories", "barrier,strength")
    (problem,) = caught.value.problems
    assert (problem.place, problem.what) == ("row 2", "coder 'B': 'barier' is not among the categories.")
    assert problem.hint == "Nearest: 'barrier'."


def test_bca_and_thresholds(file):
    path = file(K2011)
    plain = found(path)
    got = found(path, "--interval", "bca", "--threshold", "0.667", "--threshold", "0.8")
    alpha = got["krippendorff_alpha"]
    assert alpha["ci_method"] == "bootstrap by unit (11 units), 1000, seed 1, BCa"
    assert alpha["estimate"] == plain["krippendorff_alpha"]["estimate"]
    assert alpha["se"] == plain["krippendorff_alpha"]["se"]
    assert alpha["ci_low"] < plain["krippendorff_alpha"]["ci_low"] < alpha["estimate"] < alpha["ci_high"] <= 1
    assert 0 < alpha["below"]["0.667"] < alpha["below"]["0.8"] < 1
    assert "below" not in plain["krippendorff_alpha"]
    assert "<: share of the defined resamples under that value" in run(path, "--threshold", "0.8")


def test_bca_goes_with_sets_and_clusters(file):
    rows = [f"{u},{'a;b' if u % 3 else '-'},{'a' if u % 4 else '-'},T{u // 4:02}" for u in range(48)]
    path = file("unit,A,B,cluster\n" + "\n".join(rows) + "\n")
    for sets in ("masi", "mv"):
        for one in answer(path, "--sets", sets, "--per-code", "--interval", "bca")["coefficients"]:
            if one["ci_low"] is not None:
                assert one["ci_low"] < one["ci_high"]
                assert "bootstrap by cluster (12 clusters), 1000, seed 1, BCa" in one["ci_method"]


def test_same_table_same_bytes(file):
    path = file(K2011)
    assert run(path, "--json", "--per-code") == run(path, "--json", "--per-code")


def test_per_code_adds_all_codes_pooled(file):
    path = file("unit,A,B\n1,a;b,a\n2,-,-\n3,b,b\n4,a,a;b\n5,-,b\n")
    got = found(path, "--per-code", "--ci", "none")
    assert list(got) == [*ALL, *MORE, "pooled_kappa", "pooled_alpha", "pooled_positive_agreement"]
    # a: both 2, neither 3; b: both 1, only A 1, only B 2, neither 1
    observed, expected = (1 + 2 / 5) / 2, (13 / 25 + (2 * 3 + 3 * 2) / 25) / 2
    assert got["pooled_kappa"]["estimate"] == pytest.approx((observed - expected) / (1 - expected))
    assert got["pooled_positive_agreement"]["estimate"] == pytest.approx(6 / 9)
    assert "pooled_kappa" not in found(path, "--sets", "masi", "--ci", "none")
    analytic = found(path, "--per-code", "--ci", "analytic")["pooled_kappa"]
    assert analytic["reason"] == "no closed form over several codes: use the bootstrap"
    counts = {one["code"]: one for one in answer(path, "--per-code", "--ci", "none")["codes"]}
    assert [counts["b"][name] for name in ("both", "only_a", "only_b", "neither")] == [1, 1, 2, 1]


def test_undefined_resamples_are_counted_in_the_answer(file):
    rows = "\n".join(f"{unit},{unit < 4:d},{unit in (0, 1, 2, 8):d}" for unit in range(40))
    path = file("unit,A,B\n" + rows)
    got = found(path)
    alpha = got["krippendorff_alpha"]
    # 5 of 40 units hold a 1: none of them is drawn in (35/40)^40 = .5 % of resamples
    assert 0 < alpha["undefined"] < 20
    assert alpha["ci_method"].endswith(f", {alpha['undefined']} undefined")
    assert got["percent_agreement"]["undefined"] == 0
    text = run(path)
    assert "undefined: resamples in which nothing varied; they are left out of the interval." in text
    line = next(line for line in text.splitlines() if "  krippendorff_alpha " in line)
    assert line.split()[-1] == str(alpha["undefined"])
    assert found(path, "--ci", "none")["krippendorff_alpha"]["undefined"] is None


def test_the_jackknife_is_a_kind_of_interval(file):
    got = found(file(K2011), "--ci", "jackknife")
    alpha = got["krippendorff_alpha"]
    assert alpha["ci_method"] == "jackknife by unit (11 units), t(10)"
    assert alpha["ci_low"] < alpha["estimate"] < alpha["ci_high"] <= 1
    rows = [f"{u},{u % 3},{u % 3 if u % 5 else 0},T{u // 2:02}" for u in range(24)]
    path = file("unit,A,B,cluster\n" + "\n".join(rows), "c.csv")
    assert found(path, "--ci", "jackknife")["cohen_kappa"]["ci_method"] == "jackknife by cluster (12 clusters), t(11)"
    rare = file("unit,A,B\n" + "\n".join(f"{u},{u == 3:d},{u == 3:d}" for u in range(20)), "r.csv")
    got = found(rare, "--ci", "jackknife")["cohen_kappa"]
    assert (got["ci_low"], got["reason"]) == (
        None, "too little variation for an interval: without one of 1 of 20 there is no estimate",
    )  # fmt: skip


def test_a_code_too_rare_gets_a_warning_whatever_the_kind_of_interval(file):
    path = file("unit,A,B\n" + "\n".join(f"{u},{u in (3, 4):d},{u == 3:d}" for u in range(40)))
    # two of 40 units hold a 1: none of them is drawn in (38/40)^40 = 13 % of resamples
    warning = "too little variation for an interval: 13% of resamples would have none (at most 5% may)"
    for name in ("krippendorff_alpha", "cohen_kappa", "positive_agreement"):
        one = found(path, "--ci", "jackknife")[name]
        assert (one["ci_low"], one["reason"]) == (None, warning)
        one = found(path, "--ci", "analytic")[name]
        assert one["reason"] == warning  # who asks for a closed form gets it, and is told
        assert one["ci_low"] is not None
        assert found(path)[name]["reason"].startswith("too little variation for an interval: 1")
    assert found(path, "--ci", "analytic")["percent_agreement"]["reason"] is None


def test_with_few_clusters_the_answer_says_how_often_such_intervals_hold(file):
    def clusters(many: int) -> list[str]:
        rows = [f"{u},{u % 3},{u % 3 if u % 5 else 0},T{u % many:02}" for u in range(120)]
        return answer(file("unit,A,B,cluster\n" + "\n".join(rows), f"{many}.csv"))["notes"]

    assert clusters(12) == [
        "12 clusters were drawn from: in simulations such intervals held the true value in 86, 91 and 93 % of cases with "
        "6, 12 and 30 clusters, not in 95 %"
    ]
    assert clusters(30) == []


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--ci", "jackknife", "--resample", "pairs"), "--resample pairs goes with --ci bootstrap."),
        (("--ci", "jackknife", "--interval", "bca"), "--interval bca goes with --ci bootstrap."),
    ],
)
def test_kinds_of_interval_that_do_not_go_together_are_refused(file, options, what):
    result = CliRunner().invoke(command, [str(file(K2011)), *options])
    assert result.exit_code == 2
    assert what in result.output


def test_the_table_for_reading_says_how_and_why(file):
    text = run(file(K2011))
    assert text.startswith("12 units, 11 of them with two values or more; 4 coders (A, B, C, D)\n")
    assert "\ncorrected for chance\n  krippendorff_alpha                  0.743  0." in text
    assert "Intervals: bootstrap by unit (11 units), 1000, seed 1, percentile.\n" in text
    assert "\n  empty: cohen_kappa [1], scott_pi [2]\n" in text
    assert "[1] for two coders, and here are 4: see mean_pairwise_cohen_kappa" in text


def test_the_table_for_reading_has_a_row_a_code_and_fits_the_screen(file):
    rows = [f"{u},{'workload;training' if u % 3 else '-'},{'workload' if u % 4 else 'training'}" for u in range(60)]
    for options in ((), ("--threshold", ".667", "--threshold", ".8"), ("--ci", "analytic"), ("--ci", "none")):
        text = run(file("unit,Ana,Ben\n" + "\n".join(rows)), "--per-code", "--sets", "masi", *options)
        assert max(map(len, text.splitlines())) <= 120
        head = next(line for line in text.splitlines() if line.startswith("code "))
        assert " ".join(head.split()).startswith("code both 1st 2nd none percent positive negative kappa AC1 alpha 95")
        # workload: 40 of Ana's, 45 of Ben's, both in 30
        line = next(line for line in text.splitlines() if line.startswith("workload"))
        assert line.split()[1:7] == ["30", "10", "15", "5", "0.583", "0.706"]


def test_a_user_sees_a_message_and_exit_status_2(qualcode, file):
    done = qualcode("agreement", file("unit,A,B\n1,1,x\n"), "--level", "interval")
    assert done.returncode == 2
    assert "row 2: coder 'B': 'x' is not a number" in done.stderr
    assert "Traceback" not in done.stderr

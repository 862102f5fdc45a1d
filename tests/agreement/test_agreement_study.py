"""Agreement of a study's coders: from spans to units, who was to read what, by code and over all codes."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from qualcode.agreement import agreement_tables
from qualcode.agreement.units import cut_units, union, units_covered
from qualcode.tables import TABLES

#                  0         1         2         3         4         5
#                  012345678901234567890123456789012345678901234567890123
TEXT = "P: We had time.\n\nI: Yes?\n\nP: No, not at all. It broke."
UNITS = [(3, 15), (28, 44), (45, 54)]  # "We had time." "No, not at all." "It broke."


def codebook(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Codes as (id, kind, parent)."""
    lines = [
        {"position": at, "code": code, "label": code.title(), "kind": kind, "parent": parent}
        for at, (code, kind, parent) in enumerate(rows)
    ]
    return TABLES["codebook"].shape(lines)


BOOK = codebook(("barriers", "theme", ""), ("time", "subtheme", "barriers"), ("money", "subtheme", "barriers"))


class Made:
    """A small study: every transcript is words of four letters, each a segment, unless texts are given."""

    def __init__(self, *lengths: int, texts: dict[str, str] | None = None, segments=None, book=BOOK) -> None:
        self.texts = texts or {f"T{at:02}": " ".join(["word"] * n) for at, n in enumerate(lengths, start=1)}
        rows = segments or [
            {"transcript": name, "segment": at, "turn": 0, "start": at * 5, "end": at * 5 + 4}
            for name, text in self.texts.items()
            for at in range(len(text.split()))
        ]
        self.segments = TABLES["segments"].shape(rows)
        self.transcripts = TABLES["transcripts"].shape([{"transcript": name} for name in self.texts])
        self.turns = TABLES["turns"].empty()
        self.book = book
        self.rows: list[dict[str, object]] = []
        self.read: list[dict[str, object]] = []

    def span(self, coder: str, code: str, transcript: str, start: int, end: int, **more: object) -> Made:
        row = {"coding": f"c{len(self.rows)}", "scope": "span", "origin": "human", "anchored": "as_given"} | more
        self.rows.append(row | {"transcript": transcript, "start": start, "end": end, "code": code, "coder": coder})
        return self

    def words(self, coder: str, code: str, transcript: str, *words: int, **more: object) -> Made:
        for word in words:
            self.span(coder, code, transcript, word * 5, word * 5 + 4, **more)
        return self

    def assign(self, coder: str, transcript: str, *, done: str = "yes", **more: object) -> Made:
        self.read.append({"transcript": transcript, "coder": coder, "done": done} | more)
        return self

    def tables(self, **options: object) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        return agreement_tables(
            TABLES["codings"].shape(self.rows),
            TABLES["assignments"].shape(self.read),
            self.segments,
            self.turns,
            self.transcripts,
            self.texts,
            self.book,
            **({"bootstrap": 200} | options),  # type: ignore[arg-type]
        )

    def code(self, code: str, coefficient: str = "krippendorff_alpha", *, coders: str = "", **options: object):
        by_code = self.tables(**options)[1]
        found = by_code[(by_code["code"] == code) & (by_code["coefficient"] == coefficient)]
        if coders:
            found = found[found["coders"] == coders]
        assert len(found) == 1
        return found.iloc[0]

    def over(self, coefficient: str, scope: str, **options: object):
        overall = self.tables(**options)[0]
        found = overall[(overall["coefficient"] == coefficient) & (overall["scope"] == scope)]
        assert len(found) == 1
        return found.iloc[0]


def crossed(a: int, b: int, c: int, d: int, *, first: int = 0) -> tuple[list[int], list[int]]:
    """Words that A and that B coded, for a cross table both, only A, only B, neither."""
    return list(range(first, first + a + b)), [*range(first, first + a), *range(first + a + b, first + a + b + c)]


# ---------------------------------------------------------------- spans to units


def cut(spans=UNITS):
    rows = [{"transcript": "T", "segment": at, "turn": 0, "start": s, "end": e} for at, (s, e) in enumerate(spans)]
    turns = TABLES["turns"].empty()
    return cut_units(
        "segment", segments=TABLES["segments"].shape(rows), turns=turns, transcripts=["T"], texts={"T": TEXT}
    )["T"]


@pytest.mark.parametrize(
    ("spans", "any_word", "half_unit", "chars_6"),
    [
        ([(3, 15)], [0], [0], [0]),  # the unit itself
        ([(0, 5)], [0], [], []),  # label and "We"
        ([(4, 6)], [], [], []),  # "e " holds no whole word
        ([(10, 14)], [0], [], []),  # "time"
        ([(0, 54)], [0, 1, 2], [0, 1, 2], [0, 1, 2]),  # everything
        ([(14, 29)], [], [], []),  # ".", the interviewer's turn and "N"
        ([(3, 8), (6, 9)], [0], [0], [0]),  # overlapping: 6 of 12 characters, none counted twice
        ([(3, 6), (6, 8)], [0], [], []),  # touching
        ([(36, 38), (38, 41)], [1], [], []),  # " at a|ll": "at" is whole; the two together are 5 characters
        ([(43, 48)], [2], [], []),  # full stop and "It"
        ([(48, 48)], [], [], []),  # no length
    ],
)
def test_when_a_span_counts_for_a_unit(spans, any_word, half_unit, chars_6):
    units = cut()
    assert units_covered(spans, units, "any_word").tolist() == any_word
    assert units_covered(spans, units, "half_unit").tolist() == half_unit
    assert units_covered(spans, units, "chars:6").tolist() == chars_6


def test_spans_of_one_code_by_one_coder_are_put_together_before_anything_is_counted():
    assert union([(5, 9), (0, 3), (3, 4), (8, 12), (7, 7)]) == [(0, 4), (5, 12)]
    units = cut()
    # "broke" is coded in two pieces: only together do they hold the word
    assert units_covered([(48, 51)], units, "any_word").tolist() == []
    assert units_covered([(48, 51), (51, 53)], units, "any_word").tolist() == [2]


def test_turns_are_units_without_the_interviewers_and_a_transcript_is_one():
    made = Made(texts={"T": TEXT}, segments=[{"transcript": "T", "segment": 0, "start": 3, "end": 15}])
    roles = [("participant", 3, 15), ("interviewer", 20, 24), ("participant", 29, 54)]
    made.turns = TABLES["turns"].shape(
        [{"transcript": "T", "turn": n, "role": role, "start": s, "end": e} for n, (role, s, e) in enumerate(roles)]
    )
    made.span("A", "time", "T", 3, 15).span("B", "time", "T", 10, 14)
    assert made.code("time", unit="turn")["n_units"] == 2
    assert made.code("time", unit="turn")["both"] == 1
    assert made.code("time", unit="turn", rule="half_unit")["only_a"] == 1
    assert made.code("time", unit="transcript")[["n_units", "both"]].tolist() == [1, 1]


def test_offsets_are_code_points():
    text = "😀😀 wörd zwei"  # a person's keyboard: characters outside the basic plane
    made = Made(texts={"T": text}, segments=[{"transcript": "T", "segment": at, "start": s, "end": e}
                                             for at, (s, e) in enumerate([(0, 7), (8, 12)])])  # fmt: skip
    made.span("A", "time", "T", 3, 7).span("B", "time", "T", 8, 12)
    assert made.code("time")[["only_a", "only_b"]].tolist() == [1, 1]


# ---------------------------------------------------------------- coefficients, against hand and paper


def feinstein(made: Made) -> Made:
    """Two codes with the two tables of Feinstein and Cicchetti (1990): 40 9 6 45 and 80 10 5 5."""
    for code, counts in (("time", (40, 9, 6, 45)), ("money", (80, 10, 5, 5))):
        a, b = crossed(*counts)
        made.words("A", code, "T01", *a).words("B", code, "T01", *b)
    return made


def test_by_code_counts_and_coefficients():
    made = feinstein(Made(100))
    row = made.code("time", "cohen_kappa")
    assert row[["both", "only_a", "only_b", "neither"]].tolist() == [40, 9, 6, 45]
    assert row[["n_units", "n_transcripts", "unit", "rule", "coders", "label"]].tolist() == [
        100, 1, "segment", "any_word", "A;B", "Time"
    ]  # fmt: skip
    assert row["estimate"] == pytest.approx(0.70, abs=5e-3)
    assert made.code("money", "cohen_kappa")["estimate"] == pytest.approx(0.32, abs=5e-3)
    assert made.code("money", "percent_agreement")["estimate"] == pytest.approx(0.85)
    # alpha by hand: n 200, n_1 95, D_o 30/200, D_e 2*95*105/(200*199)
    assert made.code("time")["estimate"] == pytest.approx(1 - 0.15 / (2 * 95 * 105 / (200 * 199)))


def test_pooled_and_mean_over_codes():
    made = feinstein(Made(100))
    # De Vries et al. (2008): mean observed .85, mean expected (.5008 + .78) / 2
    pooled = made.over("cohen_kappa", "pooled")
    assert pooled["estimate"] == pytest.approx((0.85 - 0.6404) / (1 - 0.6404))
    assert pooled["codes"] == 2
    kappas = [(0.85 - 0.5008) / (1 - 0.5008), (0.85 - 0.78) / (1 - 0.78)]
    assert made.over("cohen_kappa", "mean")["estimate"] == pytest.approx(sum(kappas) / 2)
    expected = [2 * 95 * 105 / (200 * 199), 2 * 175 * 25 / (200 * 199)]
    assert made.over("krippendorff_alpha", "pooled")["estimate"] == pytest.approx(1 - 0.30 / sum(expected))
    assert made.over("krippendorff_alpha", "mean")["estimate"] == pytest.approx(
        1 - (0.15 / expected[0] + 0.15 / expected[1]) / 2
    )
    overall, *_ = made.tables()
    assert overall["scope"].tolist() == ["pooled"] * 3 + ["mean"] * 3 + ["sets"]


def test_sets_is_alpha_with_masi_over_the_codes_of_a_unit():
    made = Made(3).words("A", "time", "T01", 0, 1).words("B", "time", "T01", 0, 1).words("B", "money", "T01", 1)
    # units {t},{t}; {t},{t,m}; {},{}: n 6, D_o 2(2/3)/6, D_e [2*3*1*2/3 + 2*3*2 + 2*1*2]/30
    row = made.over("krippendorff_alpha_set", "sets")
    assert row["estimate"] == pytest.approx(2 / 3)
    assert row["n_units"] == 3


def test_a_theme_is_the_union_of_its_children():
    made = Made(4).words("A", "time", "T01", 0).words("B", "money", "T01", 0).words("A", "barriers", "T01", 1)
    made.words("B", "time", "T01", 2)
    row = made.code("barriers")
    assert row["scope"] == "rolled_up"
    assert row[["both", "only_a", "only_b", "neither"]].tolist() == [1, 1, 1, 1]
    assert made.code("time")["scope"] == "code"


def test_rows_are_in_codebook_order_and_a_subtheme_with_codes_has_both_rows():
    book = codebook(("z", "theme", ""), ("y", "subtheme", "z"), ("x", "code", "y"), ("a", "definition", ""))
    made = Made(3, book=book).words("A", "x", "T01", 0).words("B", "x", "T01", 0)
    _, by_code, _ = made.tables()
    rows = list(dict.fromkeys(zip(by_code["code"], by_code["scope"], strict=True)))
    assert rows == [("z", "rolled_up"), ("y", "rolled_up"), ("y", "code"), ("x", "code"), ("a", "code")]


def test_a_code_nobody_used_has_no_estimate_and_one_that_one_coder_used_has():
    made = Made(10).words("A", "time", "T01", 0, 1).words("B", "barriers", "T01", 5)
    unused = made.code("money", "percent_agreement")
    assert math.isnan(unused["estimate"])
    assert unused["reason"] == "none of these coders used the code in these units"
    alone = made.code("time", ci="none")
    # n 20, n_1 2, D_o 4/20, D_e 2*2*18/(20*19)
    assert alone["estimate"] == pytest.approx(1 - 0.2 / (72 / 380))
    assert alone["estimate"] < 0
    assert alone["reason"] == ""
    assert made.over("krippendorff_alpha", "mean")["codes"] == 1


def test_a_code_on_every_unit_has_no_variation():
    made = Made(2).words("A", "time", "T01", 0, 1).words("B", "time", "T01", 0, 1)
    row = made.code("time")
    assert math.isnan(row["estimate"])
    assert row["reason"] == "no variation: each of these coders applied the code to every unit"
    assert made.code("time", "percent_agreement")["estimate"] == 1


# ---------------------------------------------------------------- who was to read what


def test_without_assignments_only_transcripts_count_in_which_each_coder_has_a_coding():
    made = Made(4, 4).words("A", "time", "T01", 0).words("B", "time", "T01", 0, 1).words("A", "time", "T02", 0)
    row = made.code("time")
    assert row[["universe", "n_units", "n_transcripts", "neither"]].tolist() == ["assumed", 4, 1, 2]


def test_with_assignments_silence_is_not_applied_and_elsewhere_it_is_missing():
    made = Made(4, 4, 4).words("A", "time", "T01", 0).words("A", "time", "T03", 0).words("B", "time", "T03", 0)
    for name in ("T01", "T02", "T03"):
        made.assign("A", name, round="main")
    made.assign("B", "T01", round="main").assign("B", "T02", done="no").assign("B", "T03", done="")
    row = made.code("time")
    assert row[["universe", "n_units", "n_transcripts", "round"]].tolist() == ["assigned", 4, 1, "main"]
    assert row[["both", "only_a", "only_b", "neither"]].tolist() == [0, 1, 0, 3]


def test_of_an_assigned_stretch_only_units_wholly_inside_count():
    made = Made(10).words("A", "time", "T01", 3, 9).words("B", "time", "T01", 3)
    made.assign("A", "T01").assign("B", "T01", start=7, end=34)  # words 2 to 6; 1 is cut
    row = made.code("time")
    assert row[["n_units", "both", "only_a", "neither"]].tolist() == [5, 1, 0, 4]


def test_an_assignment_may_be_limited_to_codes_or_to_a_theme():
    made = Made(4).words("A", "time", "T01", 0).words("B", "time", "T01", 0).words("A", "money", "T01", 1)
    made.assign("A", "T01").assign("B", "T01", codes="time")
    assert made.code("time")["n_units"] == 4
    money = made.code("money")
    assert money["n_units"] == 0
    assert money["reason"] == "there is no unit that two of these coders were to read and have read"
    assert made.code("barriers")["n_units"] == 0  # B would have had to look for money, too
    made.read[1]["codes"] = "barriers"
    assert made.code("money")[["n_units", "only_a"]].tolist() == [4, 1]


def test_who_saw_the_others_codings_gets_no_chance_corrected_coefficient():
    made = feinstein(Made(100)).assign("A", "T01").assign("B", "T01", saw="A")
    for name in ("cohen_kappa", "krippendorff_alpha"):
        row = made.code("time", name)
        assert math.isnan(row["estimate"])
        assert row["reason"] == "the second coder saw the first coder's codes"
        assert math.isnan(made.over(name, "pooled")["estimate"])
    assert math.isnan(made.over("krippendorff_alpha_set", "sets")["estimate"])
    assert made.code("time", "percent_agreement")["estimate"] == pytest.approx(0.85)


def test_units_that_were_read_blind_still_count():
    made = Made(10, 10).words("A", "time", "T01", 0, 1).words("B", "time", "T01", 0).words("A", "time", "T02", 0)
    for name in ("T01", "T02"):
        made.assign("A", name)
    made.assign("B", "T01").assign("B", "T02", saw="A")
    row = made.code("time", ci="none")
    assert row["n_units"] == 10
    assert row["reason"] == "10 units left out: the second coder saw the first coder's codes"
    assert row["estimate"] == pytest.approx(1 - (2 / 20) / (2 * 3 * 17 / (20 * 19)))
    assert made.code("time", "percent_agreement", ci="none")["n_units"] == 20


def test_rounds_and_coders_can_be_chosen():
    made = Made(4, 4).words("A", "time", "T01", 0).words("B", "time", "T02", 0).words("C", "time", "T02", 0)
    for coder in "AB":
        made.assign(coder, "T01", round="training").assign(coder, "T02", round="main")
    made.assign("C", "T02", round="main")
    row = made.code("time", rounds=["training"])
    assert row[["coders", "round", "n_units"]].tolist() == ["A;B", "training", 4]
    _, by_code, _ = made.tables(coders=["B", "C"])
    assert set(by_code["coders"]) == {"B;C"}
    assert by_code[by_code["code"] == "time"]["both"].tolist() == [1, 1, 1]


def test_codings_of_the_machine_are_no_coders():
    made = Made(4).words("A", "time", "T01", 0).words("B", "time", "T01", 0)
    made.words("topics", "time", "T01", 1, origin="machine")
    assert set(made.tables()[1]["coders"]) == {"A;B"}


def test_three_coders_have_alpha_together_and_kappa_by_pairs():
    made = Made(10)
    for coder, words in (("A", (0, 1, 2)), ("B", (0, 1)), ("C", (0, 5))):
        made.words(coder, "time", "T01", *words)
    by_code = made.tables(ci="none")[1]
    rows = by_code[by_code["code"] == "time"]
    assert list(zip(rows["coefficient"], rows["coders"], strict=True)) == [
        ("percent_agreement", "A;B;C"), ("mean_pairwise_cohen_kappa", "A;B;C"), ("krippendorff_alpha", "A;B;C"),
        ("cohen_kappa", "A;B"), ("cohen_kappa", "A;C"), ("cohen_kappa", "B;C"),
    ]  # fmt: skip
    by_hand = [
        (0.9 - (0.3 * 0.2 + 0.7 * 0.8)) / (1 - (0.3 * 0.2 + 0.7 * 0.8)),
        (0.7 - (0.3 * 0.2 + 0.7 * 0.8)) / (1 - (0.3 * 0.2 + 0.7 * 0.8)),
        (0.8 - (0.2 * 0.2 + 0.8 * 0.8)) / (1 - (0.2 * 0.2 + 0.8 * 0.8)),
    ]
    estimates = rows["estimate"].tolist()
    assert estimates[3:] == pytest.approx(by_hand)
    assert estimates[1] == pytest.approx(sum(by_hand) / 3)
    # alpha: units 1 (A, B of three), 2 (A), 5 (C) differ: D_o 3 * (2*2/2) / 30; n_1 7 of 30
    assert estimates[2] == pytest.approx(1 - (6 / 30) / (2 * 7 * 23 / (30 * 29)))
    assert estimates[0] == pytest.approx((7 + 3 * 1 / 3) / 10)
    overall, *_ = made.tables(ci="none")
    pooled = overall[(overall["coefficient"] == "mean_pairwise_cohen_kappa") & (overall["scope"] == "pooled")]
    assert pooled["estimate"].tolist() == pytest.approx([sum(by_hand) / 3])  # one code: pooled is the mean of the pairs


def test_one_coder_has_rows_with_a_reason_and_no_coder_has_none():
    made = Made(4).words("A", "time", "T01", 0)
    assert set(made.tables()[1]["reason"]) == {"one coder only (A)"}
    assert set(made.tables()[0]["reason"]) == {"one coder only (A)"}
    assert [len(table) for table in Made(4).tables()] == [0, 0, 0]


def test_coders_without_a_common_transcript():
    made = Made(4, 4).words("A", "time", "T01", 0).words("B", "time", "T02", 0)
    assert made.code("time")["reason"] == "there is no transcript in which each of these coders has a coding"


def test_a_study_without_a_codebook_takes_the_codes_as_they_are():
    made = Made(4, book=TABLES["codebook"].empty()).words("A", "x", "T01", 0).words("B", "x", "T01", 0, 1)
    assert made.code("x")["only_b"] == 1


def test_under_the_reflexive_approach_every_estimate_is_empty():
    overall, by_code, _ = feinstein(Made(100)).tables(approach="reflexive")
    for table in (overall, by_code):
        assert len(table)
        assert table["estimate"].isna().all()
        assert set(table["reason"]) == {"approach reflexive: agreement coefficients are switched off"}


# ---------------------------------------------------------------- intervals


def many(transcripts: int) -> Made:
    made = Made(*[20] * transcripts)
    for at, name in enumerate(made.texts):
        made.words("A", "time", name, *range(8)).words("B", "time", name, *range(at % 3, 8 + at % 2))
    return made


def test_by_transcript_from_ten_transcripts_up_else_by_unit():
    row = many(10).code("time")
    assert row["ci_method"] == "bootstrap by transcript (10 transcripts), 200, seed 1, percentile"
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert math.isnan(row["ci_these_low"])
    assert row["reason"] == ""
    assert many(10).over("krippendorff_alpha", "pooled")["ci_method"] == row["ci_method"]


def test_under_ten_transcripts_the_interval_speaks_of_these_transcripts_only():
    for row in (
        many(9).code("time"),
        many(9).over("krippendorff_alpha", "pooled"),
        many(9).code("time", "cohen_kappa"),
    ):
        assert math.isnan(row["ci_low"])
        assert math.isnan(row["ci_high"])
        assert row["ci_these_low"] < row["estimate"] < row["ci_these_high"]
        assert row["reason"] == "9 transcripts: too few to speak beyond them"
        assert row["ci_method"] == (
            "these transcripts only: bootstrap by unit (9 transcripts: too few to resample), 200, seed 1, percentile"
        )


def test_who_asks_for_the_bootstrap_by_unit_gets_it_as_an_interval():
    row = many(3).code("time", resample="unit")
    assert row["ci_low"] < row["estimate"] < row["ci_high"]
    assert math.isnan(row["ci_these_low"])
    one = many(3).code("time")
    assert (row["ci_low"], row["ci_high"]) == (one["ci_these_low"], one["ci_these_high"])


def test_a_code_too_rare_has_an_estimate_and_no_interval():
    made = Made(40).words("A", "time", "T01", 0).words("B", "time", "T01", 0)
    row = made.code("time")
    assert row["estimate"] == 1
    assert math.isnan(row["ci_low"])
    assert math.isnan(row["ci_these_low"])
    assert row["reason"].startswith("1 transcript: too few to speak beyond it; too little variation for an interval: ")
    assert "undefined" in row["ci_method"]


def test_the_share_of_resamples_below_a_threshold_stands_beside_alpha_alone():
    made = feinstein(Made(100))
    row = made.code("time")
    assert 0 <= row["below_667"] < row["below_800"] <= 1
    assert (row["below_667"] >= 0.025) == (row["ci_these_low"] < 0.667)
    assert math.isnan(made.code("time", "percent_agreement")["below_800"])
    assert math.isnan(made.code("time", ci="analytic")["below_800"])


def test_what_explains_a_kappa_stands_beside_it():
    # Feinstein and Cicchetti (1990), first table: 40 both, 9 and 6 one alone, 45 neither
    row = feinstein(Made(100)).code("time", "cohen_kappa")
    n = row["both"] + row["only_a"] + row["only_b"] + row["neither"]
    assert (n, row["both"], row["only_a"], row["only_b"], row["neither"]) == (100, 40, 9, 6, 45)
    assert row["positive_agreement"] == pytest.approx(80 / 95)
    assert row["negative_agreement"] == pytest.approx(90 / 105)
    assert row["pabak"] == pytest.approx(0.70)
    assert row["prevalence_index"] == pytest.approx(-0.05)
    assert row["bias_index"] == pytest.approx(0.03)


def test_a_code_on_every_unit_or_on_none_has_no_specific_agreement():
    made = Made(20).words("A", "time", "T01", *range(20)).words("B", "time", "T01", *range(20))
    for code, prevalence in (("time", 1), ("money", -1)):
        row = made.code(code)
        assert row["prevalence_index"] == prevalence
        for name in ("positive_agreement", "negative_agreement", "pabak"):
            assert math.isnan(row[name])


def test_analytic_and_none():
    made = feinstein(Made(100))
    assert made.code("time", "cohen_kappa", ci="analytic")["ci_method"] == (
        "analytic (Fleiss, Cohen and Everitt 1969), normal"
    )
    assert made.over("cohen_kappa", "pooled", ci="analytic")["reason"] == (
        "no closed form over several codes: use the bootstrap"
    )
    assert made.code("time", ci="none")[["ci_method", "reason"]].tolist() == ["", ""]
    assert made.code("time", resample="pairs")["ci_method"].startswith("bootstrap of pairs")


def test_same_codings_same_tables_whatever_the_order_of_rows():
    one, other = many(10), many(10)
    other.rows.reverse()
    for a, b in zip(one.tables(), other.tables(), strict=True):
        pd.testing.assert_frame_equal(a, b)


def test_other_names_of_coders_and_codes_change_no_number():
    plain, renamed = many(10), Made(*[20] * 10, book=codebook(("time", "theme", ""), ("zz", "code", "time")))
    swap = {"A": "Y", "B": "X"}
    for row in plain.rows:
        renamed.rows.append(row | {"coder": swap[str(row["coder"])], "code": "zz"})
    before, after = plain.code("time"), renamed.code("zz")
    for column in ("estimate", "ci_low", "ci_high", "both", "neither", "positive_agreement", "pabak"):
        assert after[column] == pytest.approx(before[column])
    assert (after["only_a"], after["only_b"]) == (before["only_b"], before["only_a"])


# ---------------------------------------------------------------- by pair of coders, without one, by transcript


def scopes(made: Made, scope: str, coefficient: str, **options: object) -> dict[str, float]:
    table = made.tables(ci="none", **options)[2]
    found = table[(table["scope"] == scope) & (table["coefficient"] == coefficient)]
    assert not found["about"].duplicated().any()
    return dict(zip(found["about"], found["estimate"], strict=True))


def test_each_pair_of_more_coders_is_what_the_two_alone_give():
    made = Made(20, 20)
    for coder, shift in (("A", 0), ("B", 1), ("C", 5)):
        made.words(coder, "time", "T01", *range(shift, shift + 6)).words(coder, "money", "T02", *range(shift, 9))
    for name in ("percent_agreement", "cohen_kappa", "krippendorff_alpha"):
        got = scopes(made, "pair", name)
        assert list(got) == ["A;B", "A;C", "B;C"]
        for pair, value in got.items():
            assert value == pytest.approx(made.over(name, "pooled", coders=pair.split(";"))["estimate"])
    alone = scopes(made, "without", "krippendorff_alpha")
    pairs = scopes(made, "pair", "krippendorff_alpha")
    assert alone == {"C": pairs["A;B"], "B": pairs["A;C"], "A": pairs["B;C"]}


def test_leaving_out_the_coder_who_differs_raises_agreement():
    made = Made(20)
    for coder, words in (("A", range(6)), ("B", range(6)), ("C", range(1, 7)), ("D", range(10, 16))):
        made.words(coder, "time", "T01", *words)
    got = scopes(made, "without", "krippendorff_alpha")
    everybody = made.over("krippendorff_alpha", "pooled")["estimate"]
    assert max(got, key=got.get) == "D"  # type: ignore[arg-type]
    assert got["D"] > everybody > got["A"]
    assert got["D"] == pytest.approx(made.over("krippendorff_alpha", "pooled", coders=["A", "B", "C"])["estimate"])


def test_each_transcript_is_what_it_gives_alone_and_has_no_interval():
    made = Made(20, 20, 20)
    for name, shift in (("T01", 0), ("T02", 3)):
        made.words("A", "time", name, *range(6)).words("B", "time", name, *range(shift, shift + 6))
    made.words("A", "time", "T03", 1)  # one coder alone
    got = scopes(made, "transcript", "krippendorff_alpha")
    assert list(got) == ["T01", "T02"]
    assert got["T01"] == 1
    # 20 units, both 3, one alone 3 and 3: 1 - 39 * 12 / (2 * 12 * 28)
    assert got["T02"] == pytest.approx(1 - 39 * 12 / (2 * 12 * 28))
    rows = made.tables()[2]
    assert set(rows["reason"]) == {"one transcript: no interval"}
    assert rows["ci_low"].isna().all() and rows["ci_these_low"].isna().all()


def test_two_coders_have_no_pairs_beside_themselves():
    assert set(many(3).tables()[2]["scope"]) == {"transcript"}


def test_under_reflexive_scopes_are_empty_as_well():
    rows = many(3).tables(approach="reflexive")[2]
    assert len(rows)
    assert rows["estimate"].isna().all()
    assert set(rows["reason"]) == {"approach reflexive: agreement coefficients are switched off"}

"""Agreement by part of a study, differences between parts, what counted, and a word beside a number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_agreement_study import Made, codebook, crossed

from qualcode.agreement import measure_study
from qualcode.agreement.study import StudyAgreement
from qualcode.tables import TABLES

FLAT = codebook(("a", "code", ""), ("b", "code", ""))


def found(made: Made, *, people: dict[str, str] | None = None, **options: object) -> StudyAgreement:
    return measure_study(
        TABLES["codings"].shape(made.rows),
        TABLES["assignments"].shape(made.read),
        made.segments,
        made.turns,
        made.transcripts,
        made.texts,
        made.book,
        participants=TABLES["participants"].shape([{"participant": p, "group": g} for p, g in (people or {}).items()]),
        **({"bootstrap": 200} | options),  # type: ignore[arg-type]
    )


def scope(table: pd.DataFrame, name: str, coefficient: str = "krippendorff_alpha") -> dict[str, float]:
    rows = table[(table["scope"] == name) & (table["coefficient"] == coefficient)]
    return dict(zip(rows["about"], rows["estimate"], strict=True))


def alpha(both: int, one: int, other: int, neither: int) -> float:
    """Krippendorff's alpha of two coders and a code, by hand."""
    n = 2 * (both + one + other + neither)
    ones = 2 * both + one + other
    return 1 - (2 * (one + other) / n) / (2 * ones * (n - ones) / (n * (n - 1)))


def told(made: Made, counts: tuple[int, int, int, int], transcript: str, code: str = "a", **more: object) -> None:
    a, b = crossed(*counts)
    made.words("A", code, transcript, *a, **more).words("B", code, transcript, *b, **more)


# ---------------------------------------------------------------- parts


def test_a_unit_belongs_to_the_group_of_who_speaks() -> None:
    made = Made(20, book=FLAT)
    # words 0 to 11 are a nurse's, the rest a manager's; the interviewer's turn between them is nobody's
    made.turns = TABLES["turns"].shape(
        [
            {"transcript": "T01", "turn": 0, "role": "participant", "participant": "P1", "start": 0, "end": 59},
            {"transcript": "T01", "turn": 1, "role": "participant", "participant": "P2", "start": 60, "end": 99},
        ]
    )
    made.words("A", "a", "T01", 0, 1, 2, 12, 13).words("B", "a", "T01", 0, 1, 3, 12, 13, 14, 15)
    got = scope(found(made, people={"P1": "nurse", "P2": "manager"}).by_scope, "group")
    assert got == {"nurse": pytest.approx(alpha(2, 1, 1, 8)), "manager": pytest.approx(alpha(2, 0, 2, 4))}
    by_character = scope(found(made, people={"P1": "nurse", "P2": "manager"}, unit="character").by_scope, "group")
    # characters of words of four letters; blanks between words are nobody's code
    assert by_character["manager"] == pytest.approx(alpha(8, 0, 8, 39 - 16))
    assert scope(found(made, people={"P1": "nurse", "P2": "nurse"}).by_scope, "group") == {}


def test_each_round_is_what_was_read_in_it_and_training_can_be_left_out() -> None:
    made = Made(10, 10, 10, book=FLAT)
    for name, one in (("T01", "training"), ("T02", "main"), ("T03", "main")):
        made.assign("A", name, round=one).assign("B", name, round=one)
    told(made, (2, 3, 0, 5), "T01")
    told(made, (3, 0, 1, 6), "T02")
    told(made, (2, 0, 0, 8), "T03")
    table = found(made).by_scope
    assert scope(table, "round") == {
        "training": pytest.approx(alpha(2, 3, 0, 5)), "main": pytest.approx(alpha(5, 0, 1, 14))
    }  # fmt: skip
    assert set(table[table["scope"] == "round"]["round"]) == {"training", "main"}
    assert scope(found(made, rounds=["main"]).by_scope, "round") == {}


def test_over_time_by_month_of_the_session_and_by_day_within_one_month() -> None:
    made = Made(10, 10, 10, book=FLAT)
    told(made, (2, 3, 0, 5), "T01")
    told(made, (3, 0, 1, 6), "T02")
    told(made, (2, 0, 0, 8), "T03")
    for days, expected in (
        (("2024-01-05", "2024-01-09", "2024-03-01"), {"2024-01": alpha(5, 3, 1, 11), "2024-03": 1.0}),
        (
            ("2024-01-05", "2024-01-09", "2024-01-09"),
            {"2024-01-05": alpha(2, 3, 0, 5), "2024-01-09": alpha(5, 0, 1, 14)},
        ),
    ):
        made.transcripts = TABLES["transcripts"].shape(
            [{"transcript": name, "date": day} for name, day in zip(made.texts, days, strict=True)]
        )
        assert scope(found(made).by_scope, "time") == pytest.approx(expected)


def test_transcripts_are_parted_by_the_codebook_versions_they_were_coded_under() -> None:
    made = Made(10, 10, book=FLAT)
    told(made, (2, 3, 0, 5), "T01", codebook_version="1.0.0")
    a, b = crossed(3, 0, 1, 6)
    made.words("A", "a", "T02", *a, codebook_version="1.0.0").words("B", "a", "T02", *b, codebook_version="1.1.0")
    assert scope(found(made).by_scope, "version") == {
        "1.0.0": pytest.approx(alpha(2, 3, 0, 5)), "1.0.0;1.1.0": pytest.approx(alpha(3, 0, 1, 6))
    }  # fmt: skip


def test_consensus_and_machine_are_sides_when_asked_for_and_else_not() -> None:
    made = Made(10, 10, book=FLAT)
    for coder, name in (("A", "T01"), ("B", "T01"), ("A", "T02")):
        made.assign(coder, name)
    told(made, (2, 1, 2, 5), "T01")
    made.words("A", "a", "T02", 0)
    made.words("robot", "a", "T01", 0, 1, 9, origin="machine")
    agreed = TABLES["consensus"].shape(
        [{"coding": f"k{at}", "transcript": "T01", "scope": "span", "code": "a", "start": 5 * at, "end": 5 * at + 4}
         for at in (0, 1, 2)]
    )  # fmt: skip
    waiting = TABLES["report_disagreements"].shape(
        [{"disagreement": "d", "transcript": "T01", "start": 15, "end": 19, "code_a": "a", "status": "open"}]
    )
    assert scope(found(made, consensus=agreed).by_scope, "side") == {}
    table = found(made, sides=["consensus", "machine"], consensus=agreed).by_scope
    # A has words 0 1 2, B 0 1 3 4, the consensus 0 1 2, the robot 0 1 9; only T01 was read by two
    assert scope(table, "side") == {
        "A;consensus": pytest.approx(1.0), "B;consensus": pytest.approx(alpha(2, 2, 1, 5)),
        "A;robot": pytest.approx(alpha(2, 1, 1, 6)), "B;robot": pytest.approx(alpha(2, 2, 1, 5)),
    }  # fmt: skip
    rows = table[(table["scope"] == "side") & table["about"].str.contains("consensus")]
    assert rows["reason"].str.endswith("the consensus was made from these codings: not independent").all()
    # word 3 waits for a decision: there is no consensus there
    open_ = found(made, sides=["consensus"], consensus=agreed, undecided=waiting).by_scope
    assert scope(open_, "side")["B;consensus"] == pytest.approx(alpha(2, 1, 1, 5))


# ---------------------------------------------------------------- differences


def twelve(seed: int = 1, coders: str = "AB") -> Made:
    rng = np.random.default_rng(seed)
    made = Made(*[30] * 12, book=FLAT)
    for name in made.texts:
        for code, share in (("a", 0.95), ("b", 0.7)):
            true = rng.random(30) < 0.3
            for coder in coders:
                mine = np.where(rng.random(30) < share, true, rng.random(30) < 0.3)
                made.words(coder, code, name, *np.flatnonzero(mine).tolist())
    return made


def test_a_difference_is_that_of_the_two_numbers_and_its_limits_are_those_of_shared_resamples() -> None:
    made = twelve()
    got = found(made, bootstrap=500)
    (row,) = got.differences.to_dict("records")
    each = got.by_code[got.by_code["coefficient"] == "krippendorff_alpha"].set_index("code")
    assert (row["kind"], row["a"], row["b"]) == ("code", "a", "b")
    assert row["difference"] == pytest.approx(each["estimate"]["a"] - each["estimate"]["b"])
    # by hand: the same draws of twelve transcripts, alpha of each code over the words of the drawn
    rng = np.random.default_rng(1)
    drawn = rng.multinomial(12, np.full(12, 1 / 12), size=500)
    words = {
        (code, coder): np.array([[any(r["transcript"] == name and r["start"] == 5 * at for r in made.rows
                                      if r["code"] == code and r["coder"] == coder) for at in range(30)]
                                 for name in made.texts])
        for code in "ab" for coder in "AB"
    }  # fmt: skip
    values = []
    for times in drawn:
        both = {}
        for code in "ab":
            a, b = (np.repeat(words[code, coder], times, axis=0).ravel() for coder in "AB")
            both[code] = alpha((a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum())
        values.append(both["a"] - both["b"])
    assert [row["ci_low"], row["ci_high"]] == pytest.approx(np.percentile(values, [2.5, 97.5]))
    assert row["ci_low"] > 0, "code a is read alike more often"
    assert row["undefined"] == 0


def test_pairs_of_coders_and_rounds_differ_with_an_interval_and_the_difference_of_equals_is_none() -> None:
    made = twelve(coders="ABC")
    for row in list(made.rows):  # D codes as C does
        if row["coder"] == "C":
            made.rows.append(row | {"coder": "D", "coding": f"{row['coding']}d"})
    for at, name in enumerate(made.texts):
        for coder in "ABCD":
            made.assign(coder, name, round="1" if at < 6 else "2")
    table = found(made).differences
    assert set(table["kind"]) == {"code", "pair", "without", "round"}
    pairs = table[table["kind"] == "pair"].set_index(["a", "b"])
    assert len(pairs) == 15  # six pairs, two by two
    same = pairs.loc[("A;C", "A;D")]
    assert (same["difference"], same["ci_low"], same["ci_high"]) == (0, 0, 0)
    assert pairs.loc[("A;B", "C;D")]["ci_high"] < 0
    (rounds,) = table[table["kind"] == "round"].to_dict("records")
    assert rounds["ci_low"] < rounds["difference"] < rounds["ci_high"]


def test_under_ten_transcripts_differences_speak_of_these_only() -> None:
    made = Made(30, 30, book=FLAT)
    told(made, (9, 1, 1, 19), "T01")
    told(made, (5, 5, 4, 16), "T02", "b")
    (row,) = found(made).differences.to_dict("records")
    assert np.isnan(row["ci_low"])
    assert row["ci_these_low"] < row["difference"] < row["ci_these_high"]
    assert row["ci_method"].startswith("these transcripts only: bootstrap by unit")
    assert row["reason"] == "2 transcripts: too few to speak beyond them"


def test_very_many_codes_are_not_compared_each_with_each_and_the_table_says_so() -> None:
    made = Made(30, book=codebook(*((f"k{at:03}", "code", "") for at in range(251))))
    for at in range(251):
        told(made, (1 + at % 5, 1, 0, 20), "T01", f"k{at:03}")
    (row,) = found(made).differences.to_dict("records")
    assert row["reason"] == "251 of this kind: too many to compare each two (at most 250)"
    assert np.isnan(row["difference"])


# ---------------------------------------------------------------- what counted


def test_every_character_of_the_text_has_one_reason() -> None:
    text = "I: Why? P: We had no time. P: None. "
    made = Made(texts={"T01": text, "T02": "P: Yes."}, book=FLAT, segments=[
        {"transcript": "T01", "segment": 0, "turn": 1, "start": 11, "end": 26},
        {"transcript": "T01", "segment": 1, "turn": 2, "start": 30, "end": 35},
        {"transcript": "T02", "segment": 0, "turn": 0, "start": 3, "end": 7},
    ])  # fmt: skip
    made.turns = TABLES["turns"].shape([
        {"transcript": "T01", "turn": 0, "role": "interviewer", "start": 3, "end": 7},
        {"transcript": "T01", "turn": 1, "role": "participant", "start": 11, "end": 26},
        {"transcript": "T01", "turn": 2, "role": "participant", "start": 30, "end": 35},
        {"transcript": "T02", "turn": 0, "role": "participant", "start": 3, "end": 7},
    ])  # fmt: skip
    made.span("A", "a", "T01", 11, 26).span("B", "a", "T01", 11, 20)
    made.assign("A", "T01").assign("B", "T01", end=33).assign("A", "T02").assign("B", "T02", done="no")
    table = found(made).diagnosis
    rows = {(r["transcript"], r["why"]): (r["counted"], r["characters"], r["units"]) for r in table.to_dict("records")}
    assert rows["T01", "read by two coders or more"] == ("yes", 15, 1)
    assert rows["T01", "the unit is not wholly inside what two coders were to read"] == ("no", 3, 1)
    assert rows["T01", "not assigned to two of these coders"] == ("no", 2, 0)  # the end of that unit
    assert rows["T01", "an interviewer's words"] == ("no", 4, 0)
    assert rows["T01", "between turns (labels, blank lines)"] == ("no", len(text) - 24, 0)
    assert rows["T02", "assigned to two of these coders, not done by two"] == ("no", 4, 1)
    for name, length in (("T01", len(text)), ("T02", 7), ("all", len(text) + 7)):
        mine = table[table["transcript"] == name]
        assert mine["characters"].sum() == length
        assert mine["percent"].sum() == pytest.approx(100)


def test_rounds_left_out_open_splits_and_coders_who_saw_are_told_apart() -> None:
    made = Made(4, 4, 4, book=FLAT)
    for coder in "AB":
        made.assign(coder, "T01", round="training").assign(coder, "T02", round="main")
    made.assign("A", "T03", round="main").assign("B", "T03", round="main", saw="A")
    for name in made.texts:
        made.words("A", "a", name, 0).words("B", "a", name, 0)
    splits = TABLES["splits"].shape([
        {"coding": "s", "transcript": "T02", "start": 5, "end": 9, "coder": "B", "candidates": "a", "status": "open"},
            {"coding": "r", "transcript": "T02", "start": 10, "end": 14, "coder": "B", "candidates": "a;b", "status": "open"}
    ])  # fmt: skip
    table = found(made, rounds=["main"], splits=splits).diagnosis
    everywhere = table[table["transcript"] == "all"].set_index("why")["units"].to_dict()
    assert {why: n for why, n in everywhere.items() if n} == {
        "read by two coders or more": 2,
        "read by two coders or more, but for codes missing there (an open split, or codes that one was not to look for)": 1,
        "read by two coders or more, but no code can be compared there (codes wait, or were not looked for by both)": 1,
        "one coder saw the other's codings: percent agreement alone": 4,
        "of a round that is left out (agreement.rounds)": 4,
    }


@pytest.mark.parametrize("unit", ["character", "token", "turn", "transcript"])
def test_on_any_unit_characters_and_units_add_up(unit: str) -> None:
    made = twelve()
    made.turns = TABLES["turns"].shape(
        [{"transcript": n, "turn": 0, "role": "participant", "start": 0, "end": len(t)} for n, t in made.texts.items()]
    )
    table = found(made, unit=unit, ci="none").diagnosis
    everywhere = table[table["transcript"] == "all"]
    assert everywhere["characters"].sum() == sum(map(len, made.texts.values()))
    assert everywhere["units"].sum() == {"character": 12 * 149, "token": 360, "turn": 12, "transcript": 12}[unit]


# ---------------------------------------------------------------- confusion


def test_confusion_counts_each_code_that_one_gave_alone_with_each_of_the_other() -> None:
    made = Made(6, book=codebook(("a", "code", ""), ("b", "code", ""), ("c", "code", "")))
    made.words("A", "a", "T01", 0, 1, 2, 4).words("B", "a", "T01", 0).words("B", "b", "T01", 1, 4).words(
        "B", "c", "T01", 4, 5
    )
    table = found(made).confusion
    assert {(r["code_a"], r["code_b"]): r["n"] for r in table.to_dict("records")} == {
        ("a", "a"): 1,  # word 0
        ("a", "b"): 2,  # words 1 and 4
        ("a", "c"): 1,  # word 4
        ("a", ""): 1,  # word 2
        ("", "c"): 1,  # word 5
    }
    assert set(zip(table["coder_a"], table["coder_b"], strict=True)) == {("A", "B")}


# ---------------------------------------------------------------- a word beside


def remarks(made: Made, code: str = "a", coefficient: str = "krippendorff_alpha", **options: object) -> str:
    table = found(made, ci="none", **options).by_code
    return str(table[(table["code"] == code) & (table["coefficient"] == coefficient)]["remarks"].iloc[0])


def test_a_kappa_that_is_low_because_of_prevalence_says_so() -> None:
    # Feinstein and Cicchetti (1990): 85 of 100 agree in both, kappa .70 and .32
    low = "prevalence: the code is nearly everywhere (PABAK 0.70, negative agreement 0.40)"
    for counts, said in (((40, 9, 6, 45), ""), ((80, 10, 5, 5), low)):
        made = Made(100, book=FLAT)
        told(made, counts, "T01")
        assert remarks(made, coefficient="cohen_kappa") == said
        assert remarks(made, coefficient="percent_agreement") == ""


def test_a_coder_who_applies_a_code_more_often_is_named() -> None:
    made = Made(40, book=FLAT)
    told(made, (10, 9, 1, 20), "T01")
    assert remarks(made) == "bias: A applies the code more often (9 units alone, 1 the other)"


def test_a_code_of_four_units_is_too_rare_and_one_of_five_is_not() -> None:
    for both, said in ((4, True), (5, False)):
        made = Made(40, book=FLAT)
        told(made, (both, 0, 0, 40 - both), "T01")
        assert remarks(made).startswith("too rare") == said


def test_a_code_on_every_unit_has_no_variation_beside_its_percentage() -> None:
    made = Made(6, book=FLAT)
    told(made, (6, 0, 0, 0), "T01")
    assert remarks(made, coefficient="percent_agreement") == "no variation"


def test_passages_that_meet_but_share_little_differ_in_their_borders() -> None:
    made = Made(60, book=FLAT)
    for first in (0, 12, 24, 36):
        made.span("A", "a", "T01", 5 * first, 5 * first + 14).span("B", "a", "T01", 5 * first + 10, 5 * first + 39)
    # each two share words' characters 10 to 13 of 0 to 38: 4 of 39
    assert (
        remarks(made, unit="character")
        == "boundary rather than code: 8 of 8 passages meet, 10% of their length is shared"
    )
    row = found(made, ci="none").by_code.iloc[0]
    assert (row["passages_met"], row["length_shared"]) == (1, pytest.approx(4 / 39))
    far = Made(60, book=FLAT).span("A", "a", "T01", 0, 14).span("B", "a", "T01", 100, 140)
    assert "boundary" not in remarks(far, unit="character")


def test_passages_outside_what_both_read_are_not_held_against_anybody() -> None:
    made = Made(20, 20, book=FLAT).span("A", "a", "T01", 0, 9).span("B", "a", "T01", 5, 9).span("A", "a", "T02", 0, 9)
    made.assign("A", "T01").assign("B", "T01").assign("A", "T02")
    row = found(made, ci="none").by_code.iloc[0]
    assert (row["passages_met"], row["length_shared"]) == (1, pytest.approx(4 / 9))


def test_the_coder_without_whom_the_others_agree_is_named() -> None:
    made = Made(20, book=FLAT)
    for coder, words in (("A", range(6)), ("B", range(6)), ("C", range(1, 7)), ("D", range(10, 16))):
        made.words(coder, "a", "T01", *words)
    table = found(made, ci="none").overall
    pooled = table[(table["scope"] == "pooled") & (table["coefficient"] == "krippendorff_alpha")]
    without = found(made, ci="none", coders=["A", "B", "C"]).overall
    value = without[(without["scope"] == "pooled") & (without["coefficient"] == "krippendorff_alpha")]["estimate"].iloc[
        0
    ]
    assert pooled["remarks"].iloc[0] == f"D differs from the others: {value:.2f} without"
    assert "D differs from the others" in remarks(made)


def test_under_the_reflexive_approach_there_are_no_remarks_and_no_differences() -> None:
    got = found(twelve(), approach="reflexive")
    assert not got.by_code["remarks"].any() and len(got.differences) == 0
    assert len(got.diagnosis) and len(got.confusion), "what was read, and which codes differ, is there to talk about"

"""What a second person confirmed: counts, the two percentages, their intervals, and what stays empty."""

from __future__ import annotations

import numpy as np
import pytest
from reviewed_study import codings_table

from qualcode.review import count_reviews, review_verdicts
from qualcode.review.counts import by_transcript, wilson
from qualcode.tables import TABLES

TEXT = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
WORDS = [(f" {TEXT} ".index(f" {word} "), word) for word in TEXT.split()]
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": at, "code": code, "label": code.upper(), "parent": parent, "direction": way}
        for at, (code, parent, way) in enumerate(
            [("top", "", ""), ("a", "top", "barrier"), ("b", "top", ""), ("c", "", "")]
        )
    ]
)
NO_DECISIONS = TABLES["decisions"].empty()


def place(word: str, last: str = "") -> tuple[int, int]:
    at = {name: start for start, name in WORDS}
    return at[word], at[last or word] + len(last or word)


def assigned(*rows: tuple[str, str, str], **more: object):
    return TABLES["assignments"].shape(
        [
            {"transcript": name, "coder": coder, "saw": saw, "done": "yes", "round": "2"} | more
            for name, coder, saw in rows
        ]
    )


def verdicts(rows, assignments, texts=None, **more):
    return review_verdicts(codings_table(rows), assignments, texts or {"T1": TEXT}, CODEBOOK, NO_DECISIONS, **more)


def test_twelve_of_fourteen_is_85_71_percent():
    """Twelve confirmed, one changed, one rejected; nothing added: both percentages are 12 / 14."""
    names = [word for _, word in WORDS[:14]]
    first = [(f"k{at}", "KL", "T1", "a", *place(word)) for at, word in enumerate(names)]
    second = [(f"r{at}", "RB", "T1", "a", *place(word)) for at, word in enumerate(names[:12])]
    second.append(("r12", "RB", "T1", "b", *place(names[12])))
    found = count_reviews(verdicts(first + second, assigned(("T1", "KL", ""), ("T1", "RB", "KL"))), CODEBOOK)
    everything = found[found["scope"] == "all"].set_index("coefficient")
    for name in ("confirmed_of_reviewed", "confirmed_of_reviewed_and_added"):
        line = everything.loc[name]
        assert f"{100 * line['estimate']:.2f}" == "85.71"
        assert (line["n"], line["of"]) == (12, 14)
        assert (line["ci_low"], line["ci_high"]) == (pytest.approx(0.60059, abs=5e-6), pytest.approx(0.95991, abs=5e-6))
    counts = ["reviewed", "confirmed", "changed", "rejected", "added", "changed_code", "changed_span"]
    assert everything.loc["confirmed_of_reviewed", counts].to_list() == [14, 12, 1, 1, 0, 1, 0]


def test_what_was_added_counts_in_one_of_the_two_percentages_only():
    rows = [("k1", "KL", "T1", "a", *place("one")), ("r1", "RB", "T1", "a", *place("one"))]
    rows += [("r2", "RB", "T1", "c", *place("ten")), ("r3", "RB", "T1", "a", *place("twelve"))]
    found = count_reviews(verdicts(rows, assigned(("T1", "RB", "KL"))), CODEBOOK).set_index(
        ["scope", "code", "coefficient"]
    )
    assert found.loc[("all", "", "confirmed_of_reviewed"), "estimate"] == 1
    assert found.loc[("all", "", "confirmed_of_reviewed_and_added"), "estimate"] == pytest.approx(1 / 3)
    assert found.loc[("code", "a", "confirmed_of_reviewed_and_added"), "estimate"] == 0.5
    line = found.loc[("code", "c", "confirmed_of_reviewed")]
    assert np.isnan(line["estimate"])
    assert line["reason"] == "nothing was reviewed"
    assert line["added"] == 1


def test_chance_corrected_coefficients_are_empty_with_the_reason():
    rows = [("k1", "KL", "T1", "a", *place("one")), ("r1", "RB", "T1", "a", *place("one"))]
    found = count_reviews(verdicts(rows, assigned(("T1", "RB", "KL"))), CODEBOOK)
    chance = found[found["coefficient"].isin(["cohen_kappa", "krippendorff_alpha"])]
    assert len(chance) == 4
    assert chance["estimate"].isna().all()
    assert set(chance["reason"]) == {"the second coder saw the first coder's codes"}


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_that_of_newcombe_1998_table_i(part, of, low, high):
    found = wilson(part, of)
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_transcripts_are_resampled_from_ten_up():
    nine = by_transcript(np.full(9, 1), np.full(9, 2), times=100, seed=1)
    assert np.isnan(nine.low)
    assert nine.method == "9 transcripts: too few to resample"
    ten = by_transcript(np.full(10, 1), np.full(10, 2), times=100, seed=1)
    assert (ten.low, ten.high) == (0.5, 0.5)  # every transcript is alike: no resample differs
    mixed = by_transcript(np.array([0] * 5 + [10] * 5), np.full(10, 10), times=4000, seed=1)
    # the share is that of transcripts with ten: binomial of 10 with p 1/2, whose 2.5 and 97.5 percentiles are 2 and 8
    assert (mixed.low, mixed.high) == (0.2, 0.8)


def test_a_transcript_without_codings_is_no_transcript_to_resample():
    found = by_transcript(np.array([1] * 9 + [0]), np.array([2] * 9 + [0]), times=100, seed=1)
    assert found.method == "9 transcripts: too few to resample"


def test_reflexive_analysis_keeps_the_counts_and_no_estimate():
    rows = [("k1", "KL", "T1", "a", *place("one")), ("r1", "RB", "T1", "a", *place("one"))]
    found = count_reviews(verdicts(rows, assigned(("T1", "RB", "KL"))), CODEBOOK, approach="reflexive")
    assert found["estimate"].isna().all()
    assert set(found["confirmed"]) == {1}


# ---------------------------------------------------------------- the second coder's own file, with `saw`


def test_each_coding_of_the_second_file_stands_for_one_of_the_first():
    rows = [
        ("k1", "KL", "T1", "a", *place("one", "three")),
        ("k2", "KL", "T1", "a", *place("five", "six")),
        ("k3", "KL", "T1", "a", *place("eight", "ten")),
        ("k4", "KL", "T1", "b", *place("twelve")),
        ("r1", "RB", "T1", "a", *place("one", "three")),  # confirmed
        ("r2", "RB", "T1", "a", *place("five", "seven")),  # the passage changed
        ("r3", "RB", "T1", "b", *place("eight", "ten")),  # the code changed
        ("r4", "RB", "T1", "c", *place("sixteen")),  # added
    ]
    found = verdicts(rows, assigned(("T1", "RB", "KL"))).set_index("coding")
    assert found["verdict"].to_dict() == {
        "k1": "confirmed", "k2": "changed", "k3": "changed", "k4": "rejected", "r4": "added",
    }  # fmt: skip
    assert found["changed"].to_dict() == {"k1": "", "k2": "change_span", "k3": "change_code", "k4": "", "r4": ""}
    assert found["coding_of_reviewer"].to_dict() == {"k1": "r1", "k2": "r2", "k3": "r3", "k4": "", "r4": "r4"}
    assert set(found["source"]) == {"codings"}
    assert set(found["round"]) == {"2"}


def test_punctuation_and_blanks_at_the_ends_are_no_change_of_the_passage():
    text = "We had no time. And then?"
    rows = [("k1", "KL", "T1", "a", 0, 15), ("r1", "RB", "T1", "a", 0, 14)]
    assert verdicts(rows, assigned(("T1", "RB", "KL")), {"T1": text})["verdict"].to_list() == ["confirmed"]
    rows[1] = ("r1", "RB", "T1", "a", 0, 13)  # a letter short
    assert verdicts(rows, assigned(("T1", "RB", "KL")), {"T1": text})["changed"].to_list() == ["change_span"]


def test_a_second_code_beside_the_confirmed_one_is_added_not_a_change():
    rows = [("k1", "KL", "T1", "a", *place("one", "three"))]
    rows += [(f"r{n}", "RB", "T1", code, *place("one", "three")) for n, code in enumerate("ab")]
    found = verdicts(rows, assigned(("T1", "RB", "KL"))).set_index("coding")["verdict"].to_dict()
    assert found == {"k1": "confirmed", "r1": "added"}


def test_another_direction_is_a_change_and_the_codes_own_direction_counts():
    rows = codings_table([("k1", "KL", "T1", "a", 0, 3), ("r1", "RB", "T1", "a", 0, 3)])
    rows.loc[rows["coder"] == "RB", "direction"] = "facilitator"  # the code's own is barrier
    found = review_verdicts(rows, assigned(("T1", "RB", "KL")), {"T1": TEXT}, CODEBOOK, NO_DECISIONS)
    assert found["changed"].to_list() == ["change_direction"]
    for ways in (["", "barrier"], ["facilitator", ""]):  # the code's own; none given (many tools have no place for it)
        rows["direction"] = ways
        found = review_verdicts(rows, assigned(("T1", "RB", "KL")), {"T1": TEXT}, CODEBOOK, NO_DECISIONS)
        assert found["verdict"].to_list() == ["confirmed"]


def test_only_what_was_to_be_read_is_reviewed():
    rows = [
        ("k1", "KL", "T1", "a", *place("one")),
        ("k2", "KL", "T1", "c", *place("two")),
        ("k3", "KL", "T1", "a", *place("ten")),
    ]
    found = verdicts(rows, assigned(("T1", "RB", "KL"), start=0, end=20, codes="top"))
    assert found["coding"].to_list() == ["k1"]  # `a` stands under `top`; `c` does not; `ten` lies beyond
    assert len(verdicts(rows, assigned(("T1", "RB", "KL"), done="no"))) == 0
    assert len(verdicts(rows, assigned(("T1", "RB", "")))) == 0  # blind


def test_a_coding_whose_counterpart_waits_for_a_choice_is_not_reviewed_yet():
    rows = [("k1", "KL", "T1", "a", *place("one", "three"))]
    waiting = TABLES["splits"].shape(
        [
            {
                "coding": "r1",
                "transcript": "T1",
                "coder": "RB",
                "start": 0,
                "end": 13,
                "candidates": "a;b",
                "status": "open",
            }
        ]
    )
    found = verdicts(rows, assigned(("T1", "RB", "KL")), splits=waiting)
    assert found["verdict"].to_list() == ["not_reviewed"]
    counts = count_reviews(found, CODEBOOK)
    assert counts["reviewed"].to_list() == [0] * len(counts)
    assert counts["not_reviewed"].iloc[0] == 1


def test_the_order_of_rows_and_of_coders_changes_nothing():
    rows = [("k1", "KL", "T1", "a", *place("one", "three")), ("k2", "KL", "T1", "a", *place("three", "five"))]
    rows += [("r1", "RB", "T1", "a", *place("two", "four")), ("r2", "RB", "T1", "b", *place("one", "three"))]
    one = verdicts(rows, assigned(("T1", "RB", "KL")))
    other = verdicts(rows[::-1], assigned(("T1", "RB", "KL")))
    assert one.equals(other)

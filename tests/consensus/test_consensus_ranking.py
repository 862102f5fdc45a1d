"""Which disagreement to look at first: what it would change and what it weighs, worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from qualcode.agreement import agreement_tables
from qualcode.agreement.prepared import prepare
from qualcode.consensus import compare, listed
from qualcode.consensus.contributions import contributions
from qualcode.consensus.effects import Effect, effects
from qualcode.consensus.ranking import rank_disagreements
from qualcode.people import who_counts
from qualcode.tables import TABLES

# forty words of four letters: word n is [5n, 5n+4); four turns of ten words, two of P1, two of P2
TEXTS = {"S01": " ".join(["word"] * 40)}
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": n, "code": code, "label": code, "kind": "code", "parent": parent, "version": "1.0.0"}
        for n, (code, parent) in enumerate(
            [("barriers", ""), ("work", "barriers"), ("money", "barriers"), ("strengths", ""), ("help", "strengths")]
        )
    ]
)
TURNS = TABLES["turns"].shape(
    [
        {
            "transcript": "S01", "turn": n, "segment": n, "role": "participant", "participant": f"P{1 + n // 2}",
            "start": 50 * n, "end": 50 * n + 49,
        }
        for n in range(4)
    ]
)  # fmt: skip
SEGMENTS = TABLES["segments"].shape(TURNS.assign(segment=TURNS["turn"]))
TRANSCRIPTS = TABLES["transcripts"].shape([{"transcript": "S01", "session": "S01"}])
SESSIONS = TABLES["sessions"].shape([{"session": "S01", "participants": "P1;P2", "status": "done"}])
NOBODY = TABLES["participants"].empty()
PEOPLE = who_counts(NOBODY, SESSIONS, TABLES["speakers"].empty(), TRANSCRIPTS)


def coded(*rows: str) -> pd.DataFrame:
    """Codings from `coder code first-last [direction]`, in words of S01."""
    found = []
    for number, row in enumerate(rows):
        coder, code, span, *direction = row.split()
        first, last = (int(n) for n in span.split("-"))
        found.append({
            "coding": f"c{number}", "coder": coder, "code": code, "transcript": "S01", "scope": "span", "start": first * 5,
            "end": last * 5 - 1, "direction": direction[0] if direction else "", "origin": "human",
        })  # fmt: skip
    return TABLES["codings"].shape(found)


def read_by(*coders: str) -> pd.DataFrame:
    return TABLES["assignments"].shape([{"transcript": "S01", "coder": coder, "done": "yes"} for coder in coders])


def decided(*rows: tuple[str, str]) -> pd.DataFrame:
    return TABLES["decisions"].shape(
        [
            {"decision": f"D{n}", "kind": "disagreement", "about": about, "choice": choice, "by": "RB"}
            for n, (about, choice) in enumerate(rows)
        ]
    )


NONE = decided()


def stakes(codings: pd.DataFrame, decisions: pd.DataFrame = NONE, coders: str = "AB", people=PEOPLE) -> list[Effect]:
    comparison = compare(codings, read_by(*coders), TEXTS, CODEBOOK)
    return effects(comparison, decisions, TURNS, people)


def ranked(codings: pd.DataFrame, decisions: pd.DataFrame = NONE, coders: str = "AB", **measures) -> pd.DataFrame:
    read = read_by(*coders)
    comparison = compare(codings, read, TEXTS, CODEBOOK)
    study = prepare(codings, read, SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK, **measures)
    found = effects(comparison, decisions, TURNS, PEOPLE)
    return rank_disagreements(listed(comparison, decisions), comparison, found, contributions(comparison, study))


# ---------------------------------------------------------------- what deciding would change


def test_a_passage_that_alone_has_its_code_makes_the_code_and_its_theme_appear():
    # work and barriers: from no mention to one, from nobody to P1, in two rows
    assert stakes(coded("A work 0-5")) == [Effect(("barriers", "work"), 2, 2, 0)]


def test_a_code_that_stands_elsewhere_does_not_appear_but_may_win_a_participant():
    agreed = ("A work 30-35", "B work 30-35")  # P2
    assert stakes(coded("A work 0-5", *agreed)) == [Effect((), 2, 2, 0)]
    assert stakes(coded("A work 22-25", *agreed)) == [Effect((), 0, 2, 0)]


def test_a_participant_of_the_theme_through_another_code_is_no_win_for_the_theme():
    codings = coded("A work 0-5", "A work 30-35", "B work 30-35", "A money 12-15", "B money 12-15")
    # P1 stands under barriers already, through money: only the row of work wins somebody
    assert stakes(codings) == [Effect((), 1, 2, 0)]


def test_two_codes_count_by_what_any_of_the_choices_leaves():
    # keep work, keep help, both or neither: each code from 0 to 1, each theme from 0 to 1
    found = stakes(coded("A work 0-5", "B help 0-5"))
    assert found == [Effect(("barriers", "help", "strengths", "work"), 4, 4, 0)]
    # two codes of one theme: it may have two mentions
    found = stakes(coded("A work 0-5", "B money 0-5"))
    assert found == [Effect(("barriers", "money", "work"), 3, 4, 0)]


def test_a_passage_inside_an_agreed_one_of_the_same_code_changes_nothing():
    # B's second passage overlaps A's long one by too little: a boundary, and with it or without it there is one mention
    assert stakes(coded("A work 0-12", "B work 0-8", "B work 10-19")) == [Effect()]
    codings = coded("A work 0-18", "B work 0-12", "B work 16-26")
    (one,) = stakes(codings)
    assert (one.codes, one.participants, one.mentions) == (
        (),
        2,
        0,
    )  # with the second passage P2 is there too, in two rows


def test_a_direction_changes_a_mention_that_stands_and_nothing_else():
    codings = coded("A work 0-5 barrier", "B work 0-5 facilitator")
    assert stakes(codings) == [Effect((), 0, 0, 1)]
    # as long as C's silence is open the passage does not stand
    comparison = compare(codings, read_by("A", "B", "C"), TEXTS, CODEBOOK)
    kinds = [dispute.kind for dispute in comparison.disputes]
    found = dict(zip(kinds, effects(comparison, NONE, TURNS, PEOPLE), strict=True))
    assert found["direction"] == Effect()
    about = next(dispute.name for dispute in comparison.disputes if dispute.kind == "presence")
    found = dict(zip(kinds, effects(comparison, decided((about, "keep_a")), TURNS, PEOPLE), strict=True))
    assert found["direction"] == Effect(directions=1)


def test_where_only_somebody_who_withdrew_speaks_nothing_depends_on_it():
    left = TABLES["participants"].shape([{"participant": "P1", "withdrawn": "yes"}])
    people = who_counts(left, SESSIONS, TABLES["speakers"].empty(), TRANSCRIPTS)
    codings = coded("A work 0-5", "A work 30-35")
    assert stakes(codings, people=people) == [Effect(), Effect(("barriers", "work"), 2, 2, 0)]


# ---------------------------------------------------------------- what it weighs


def test_shares_of_the_observed_disagreement_by_hand():
    # turns 0-9, 10-19, 20-29, 30-39: A alone has work in the first two, B alone money in the third, both help in the last
    codings = coded("A work 5-15", "B money 22-25", "A help 30-35", "B help 30-34")
    rows = ranked(codings)
    # work: 2 units x 2 = 4 of 8 answers, money: 1 unit x 2 = 2 of 8: observed 0.5 and 0.25; two thirds and one third
    assert rows["observed_share"].to_list() == pytest.approx([2 / 3, 1 / 3])
    assert rows["observed_share_a"].iloc[0] == 1 and pd.isna(rows["observed_share_b"].iloc[0])
    assert pd.isna(rows["observed_share_a"].iloc[1]) and rows["observed_share_b"].iloc[1] == 1


def test_a_share_is_what_alpha_would_gain_in_observed_agreement():
    """Without the disputed coding the pooled alpha's observed disagreement is smaller by just this share."""
    codings = coded("A work 0-5", "A work 30-35", "B work 30-35", "B money 12-15", "A money 32-34", "B money 31-34")
    rows = ranked(codings)

    def differing(table: pd.DataFrame) -> float:
        read = read_by("A", "B")
        overall = agreement_tables(table, read, SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK, ci="none")[0]
        one = overall[(overall["coefficient"] == "percent_agreement") & (overall["scope"] == "pooled")]
        return float(1 - one["estimate"].iloc[0])

    for coding, share in zip(["c0", "c3"], rows["observed_share"], strict=True):
        assert 1 - differing(codings[codings["coding"] != coding]) / differing(codings) == pytest.approx(share)


def test_of_three_coders_each_pair_that_differs_counts():
    # one unit, work: A and B against C: pairs AC and BC differ, AB does not: 2 x 2 x 1 / 2 = 2; C alone has money: the same
    rows = ranked(coded("A work 0-5", "B work 0-5", "C money 5-9"), coders="ABC")
    assert set(rows["kind"]) == {"presence"}
    assert rows["observed_share"].to_list() == pytest.approx([0.5, 0.5])


def test_borders_that_differ_within_the_match_belong_to_no_disagreement():
    # A's passage reaches into the second turn, B's does not; half of the shorter is common, so it is one reading
    codings = coded("A work 2-14", "B work 2-10", "A help 30-35")
    comparison = compare(codings, read_by("A", "B"), TEXTS, CODEBOOK)
    study = prepare(codings, read_by("A", "B"), SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK)
    found = contributions(comparison, study)
    assert found.of_all.tolist() == pytest.approx([0.5])
    assert found.outside == pytest.approx(0.5)


def test_two_disagreements_on_one_unit_share_it():
    codings = coded("A work 0-3", "A work 5-8")
    assert ranked(codings)["observed_share"].to_list() == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(
    ("unit", "shares"), [("segment", [0.5, 0.5]), ("character", [24 / 48, 24 / 48]), ("token", [0.5, 0.5])]
)
def test_shares_are_taken_over_the_unit_of_the_study(unit, shares):
    assert ranked(coded("A work 0-5", "A work 30-35"), unit=unit)["observed_share"].to_list() == pytest.approx(shares)


@pytest.mark.parametrize(("unit", "share"), [("segment", 1 / 2), ("character", 49 / 63), ("token", 10 / 13)])
def test_longer_passages_weigh_more_where_units_are_finer(unit, share):
    # ten words (49 characters) against three (14)
    rows = ranked(coded("A work 0-10", "A work 30-33"), unit=unit)
    assert rows["observed_share"].iloc[0] == pytest.approx(share)


# ---------------------------------------------------------------- the order


def test_a_code_that_appears_goes_before_a_participant_and_a_participant_before_a_mention():
    agreed = ("A work 30-32", "B work 30-32")
    codings = coded("A work 25-27", "A work 5-7", "A help 36-38", *agreed)
    rows = ranked(codings).set_index("start")
    assert rows["rank"].to_dict() == {5 * 36: 1, 5 * 5: 2, 5 * 25: 3}


def test_what_is_decided_comes_last():
    codings = coded("A help 36-38", "A work 5-7", "A work 30-32", "B work 30-32")
    open_ = ranked(codings).set_index("start")
    assert open_["rank"].to_dict() == {180: 1, 25: 2}
    about = open_.loc[180, "disagreement"]
    rows = ranked(codings, decided((about, "keep_a"))).set_index("start")
    assert rows["rank"].to_dict() == {180: 2, 25: 1}
    rows = ranked(codings, decided((about, "open"))).set_index("start")
    assert rows["rank"].to_dict() == {180: 1, 25: 2}


def test_of_equal_effects_the_larger_share_of_the_observed_disagreement_goes_first():
    # both add a mention and P2; the second reaches into the fourth turn too
    rows = ranked(coded("A money 21-23", "A money 28-33", "A money 12-13", "B money 12-13")).sort_values("rank")
    assert rows["start"].to_list() == [140, 105]


def test_ties_are_broken_by_place_and_ranks_are_one_to_n():
    rows = ranked(coded("A work 0-2", "A work 4-6", "A work 8-9"))
    assert rows["rank"].to_list() == [1, 2, 3]
    turned = ranked(coded("A work 0-2", "A work 4-6", "A work 8-9").iloc[::-1])
    assert turned.equals(rows)


def test_without_units_that_two_coders_read_shares_are_empty_and_ranks_are_there():
    codings = coded("A work 0-5")
    comparison = compare(codings, read_by("A", "B"), TEXTS, CODEBOOK)
    nothing = SEGMENTS.iloc[:0]
    study = prepare(codings, read_by("A", "B"), nothing, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK)
    found = effects(comparison, NONE, TURNS, PEOPLE)
    rows = rank_disagreements(listed(comparison, NONE), comparison, found, contributions(comparison, study))
    assert rows["observed_share"].isna().all() and rows["rank"].to_list() == [1]


def test_no_disagreement_gives_an_empty_table_with_all_columns():
    rows = ranked(coded("A work 0-5", "B work 0-5"))
    assert rows.empty and list(rows.columns) == list(TABLES["report_disagreements"].columns)

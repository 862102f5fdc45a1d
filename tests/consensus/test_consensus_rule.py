"""The consensus rule of the design, on spans small enough to count by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from qualcode.consensus import find_disagreements, make_consensus, open_disagreements, unused_decisions
from qualcode.errors import DecisionsError
from qualcode.tables import TABLES

# forty words of four letters: word n is [5n, 5n+4)
TEXT = " ".join(["word"] * 40)
TEXTS = {"S01": TEXT, "S02": TEXT}
TREE = {  # code: (parent, direction)
    "barriers": ("", "barrier"),
    "work": ("barriers", "barrier"),
    "money": ("barriers", ""),
    "coins": ("money", ""),
    "load": ("work", ""),
    "strengths": ("", "facilitator"),
    "help": ("strengths", "facilitator"),
    "plain": ("strengths", ""),
}
CODEBOOK = TABLES["codebook"].shape(
    [
        {
            "position": n,
            "code": code,
            "label": code,
            "kind": "code",
            "parent": parent,
            "direction": way,
            "version": "1.0.0",
        }
        for n, (code, (parent, way)) in enumerate(TREE.items())
    ]
)


def coded(*rows: str) -> pd.DataFrame:
    """Codings from `id coder code start-end [direction]`, in S01, offsets in words."""
    found = []
    for row in rows:
        name, coder, code, span, *direction = row.split()
        transcript, _, words = span.rpartition("/")
        first, last = (int(n) for n in words.split("-"))
        found.append(
            {
                "coding": name,
                "coder": coder,
                "code": code,
                "transcript": transcript or "S01",
                "scope": "span",
                "start": first * 5,
                "end": last * 5 - 1,
                "direction": direction[0] if direction else "",
                "origin": "human",
            }
        )
    return TABLES["codings"].shape(found)


def read_by(*rows: str) -> pd.DataFrame:
    """Assignments, done, from `coder [first-last]` (words of S01)."""
    found: list[dict[str, object]] = []
    for row in rows:
        coder, *span = row.split()
        line: dict[str, object] = {"transcript": "S01", "coder": coder, "done": "yes"}
        if span:
            first, last = (int(n) for n in span[0].split("-"))
            line |= {"start": first * 5, "end": last * 5 - 1}
        found.append(line)
    return TABLES["assignments"].shape(found)


def decided(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Decisions from (disagreement, choice, value)."""
    return TABLES["decisions"].shape(
        [
            {"decision": f"D{n}", "kind": "disagreement", "about": about, "choice": choice, "value": value, "by": "RB"}
            for n, (about, choice, value) in enumerate(rows)
        ]
    )


NONE = TABLES["decisions"].empty()
BOTH = read_by("A", "B")


def disagreements(codings, assignments=BOTH, decisions=NONE, **more):
    return find_disagreements(codings, assignments, TEXTS, CODEBOOK, decisions, **more)


def consensus(codings, assignments=BOTH, decisions=NONE, **more):
    return make_consensus(codings, assignments, TEXTS, CODEBOOK, decisions, **more)


def spans(table: pd.DataFrame) -> list[tuple]:
    """(code, first word, word after the last, how, coders) of each consensus row."""
    return [(row.code, row.start // 5, (row.end + 1) // 5, row.how, row.coders) for row in table.itertuples()]


# ---------------------------------------------------------------- matching


def test_spans_that_share_half_of_the_shorter_are_one_unanimous_row_over_their_union():
    codings = coded("c1 A work 0-10", "c2 B work 5-25")  # 49 and 99 characters, 24 of them common: under half of 49
    assert list(disagreements(codings)["kind"]) == ["boundary"]
    codings = coded("c1 A work 0-10", "c2 B work 4-25")  # 29 common: over half
    assert disagreements(codings).empty
    assert spans(consensus(codings)) == [("work", 0, 25, "unanimous", "A;B")]
    assert list(consensus(codings)["from_codings"]) == ["c1;c2"]


@pytest.mark.parametrize(("rule", "span"), [("union", (0, 25)), ("intersection", (4, 10)), ("longest", (4, 25))])
def test_the_span_of_a_row_follows_the_rule(rule, span):
    made = consensus(coded("c1 A work 0-10", "c2 B work 4-25"), span=rule)
    assert spans(made)[0][1:3] == span


def test_a_stricter_match_makes_a_boundary_disagreement():
    codings = coded("c1 A work 0-10", "c2 B work 4-25")
    assert list(disagreements(codings, match=0.8)["kind"]) == ["boundary"]


def test_readings_chain_when_each_overlaps_the_next():
    codings = coded("c1 A work 0-10", "c2 B work 4-14", "c3 C work 8-18")
    made = consensus(codings, read_by("A", "B", "C"))
    assert spans(made) == [("work", 0, 18, "unanimous", "A;B;C")]


def test_the_intersection_of_a_chain_is_what_most_coders_share():
    codings = coded("c1 A work 0-10", "c2 B work 5-15", "c3 C work 10-20")
    made = consensus(codings, read_by("A", "B", "C"), span="intersection", match=0.4)
    assert spans(made) == [("work", 5, 15, "unanimous", "A;B;C")]


def test_overlapping_codings_by_one_coder_are_one_reading():
    codings = coded("c1 A work 0-6", "c2 A work 4-10", "c3 B work 0-10")
    assert spans(consensus(codings)) == [("work", 0, 10, "unanimous", "A;B")]
    assert disagreements(codings).empty


def test_whole_transcript_codings_match_only_each_other():
    codings = coded("c1 A work 0-40", "c2 B work 0-40")
    codings.loc[codings["coding"] == "c1", "scope"] = "transcript"
    assert set(disagreements(codings)["kind"]) <= {"presence", "missed"}
    assert len(disagreements(codings)) == 2
    codings["scope"] = "transcript"
    assert spans(consensus(codings)) == [("work", 0, 40, "unanimous", "A;B")]


# ---------------------------------------------------------------- who was to read


def test_what_only_one_coder_was_assigned_is_single():
    codings = coded("c1 A work 0-10", "c2 A work 30-35")
    assert spans(consensus(codings, read_by("A", "B 0-20"))) == [("work", 30, 35, "single", "A")]
    assert list(disagreements(codings, read_by("A", "B 0-20"))["start"]) == [0]


def test_an_assignment_that_is_not_done_makes_no_silence():
    assignments = read_by("A", "B")
    assignments.loc[assignments["coder"] == "B", "done"] = "no"
    assert spans(consensus(coded("c1 A work 0-10"), assignments)) == [("work", 0, 10, "single", "A")]


@pytest.mark.parametrize("word", ["no", "non", "não", "nein", "-", "–", ""])
def test_the_words_for_not_done_are_those_of_agreement(word):
    assignments = read_by("A", "B")
    assignments.loc[assignments["coder"] == "B", "done"] = word
    assert disagreements(coded("c1 A work 0-10"), assignments).empty


def test_a_machine_that_is_assigned_is_never_silent():
    codings = coded("c1 A work 0-5", "c2 B work 0-5", "c3 M help 20-25")
    codings.loc[codings["coder"] == "M", "origin"] = "machine"
    assert disagreements(codings, read_by("A", "B", "M")).empty
    assert spans(consensus(codings, read_by("A", "B", "M"))) == [("work", 0, 5, "unanimous", "A;B")]


def test_an_assignment_of_certain_codes_makes_silence_on_those_and_on_what_lies_under_them():
    assignments = read_by("A", "B")
    assignments.loc[assignments["coder"] == "B", "codes"] = "barriers"
    codings = coded("c1 A help 0-5", "c2 A work 10-15")
    assert spans(consensus(codings, assignments)) == [("help", 0, 5, "single", "A")]
    assert list(disagreements(codings, assignments)["code_a"]) == ["work"]


def test_without_assignments_only_transcripts_that_both_coded_count():
    nobody = TABLES["assignments"].empty()
    codings = coded("c1 A work 0-5", "c2 B help 20-25", "c3 A work S02/0-5")
    assert set(disagreements(codings, nobody)["transcript"]) == {"S01"}
    assert list(consensus(codings, nobody)["transcript"]) == ["S02"]


def test_one_coder_alone_makes_a_consensus_of_single_rows():
    made = consensus(coded("c1 A work 0-5", "c2 A help 20-25"), TABLES["assignments"].empty())
    assert list(made["how"]) == ["single", "single"]


def test_rows_of_the_machine_enter_neither_consensus_nor_disagreements():
    codings = coded("c1 A work 0-5", "c2 B work 0-5", "c3 M help 0-5", "c4 M money 20-25")
    codings.loc[codings["coder"] == "M", "origin"] = "machine"
    assignments = read_by("A", "B", "M")
    assert list(consensus(codings, BOTH)["code"]) == ["work"]
    assert disagreements(codings, BOTH).empty
    assert "c3" not in ";".join(disagreements(codings, assignments)["coding_a"])


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        (["c1 A work 0-10", "c2 B money 0-10"], "sibling"),
        (["c1 A barriers 0-10", "c2 B money 0-10"], "sibling"),  # parent and child
        (["c1 A load 0-10", "c2 B coins 0-10"], "cousin"),
        (["c1 A load 0-10", "c2 B money 0-10"], "cousin"),
        (["c1 A work 0-10", "c2 B help 0-10"], "far"),
        (["c1 A work 0-10", "c2 B work 9-19"], "boundary"),
        (["c1 A work 0-10", "c2 B help 20-30"], "presence"),
        (["c1 A money 0-10 barrier", "c2 B money 0-10 facilitator"], "direction"),
    ],
)
def test_each_kind_is_told(rows, kind):
    assert set(disagreements(coded(*rows))["kind"]) == {kind}


def test_a_code_that_the_silent_coder_used_elsewhere_was_missed():
    codings = coded("c1 A work 0-5", "c2 A work 20-25", "c3 B work 20-25")
    found = disagreements(codings)
    assert list(found["kind"]) == ["missed"]
    assert found[["code_a", "code_b", "coder_a", "coder_b", "coding_a", "coding_b"]].iloc[0].to_list() == [
        "work", "", "A", "B", "c1", "",
    ]  # fmt: skip


def test_side_a_is_the_coder_first_in_the_alphabet_even_where_silent():
    found = disagreements(coded("c1 B work 0-5"))
    assert found[["code_a", "code_b", "coder_a", "coder_b"]].iloc[0].to_list() == ["", "work", "A", "B"]


def test_a_passage_is_listed_once_against_the_nearest_code_beside_it():
    found = disagreements(coded("c1 A work 0-10", "c2 B money 0-10", "c3 B help 0-10"))
    assert [(row.kind, row.code_a, row.code_b) for row in found.itertuples()] == [
        ("presence", "", "help"),
        ("sibling", "work", "money"),
    ]


def test_a_second_code_beside_an_agreed_one_is_presence():
    found = disagreements(coded("c1 A work 0-10", "c2 B work 0-10", "c3 B money 0-10"))
    assert [(row.kind, row.code_b) for row in found.itertuples()] == [("presence", "money")]


def test_spans_that_share_no_whole_word_do_not_stand_against_each_other():
    codings = coded("c1 A work 0-10", "c2 B money 10-20")
    codings.loc[codings["coding"] == "c2", "start"] = 47  # the last two letters of A's last word
    assert list(disagreements(codings)["kind"]) == ["presence", "presence"]


def test_coders_who_agree_stand_on_one_side():
    codings = coded("c1 A work 0-10", "c2 C work 0-10", "c3 B money 0-10")
    found = disagreements(codings, read_by("A", "B", "C"))
    assert [(row.coder_a, row.code_a, row.coder_b, row.code_b) for row in found.itertuples()] == [
        ("A;C", "work", "B", "money")
    ]


def test_a_disagreement_keeps_its_id_when_other_codings_come_and_the_span_moves():
    before = disagreements(coded("c1 A work 0-10", "c2 B money 0-10"))
    after = disagreements(coded("c1 A work 0-9", "c2 B money 0-10", "c0 A help 30-32", "c9 B plain 35-36"))
    assert set(before["disagreement"]) <= set(after["disagreement"])


# ---------------------------------------------------------------- direction


def test_direction_left_empty_by_all_is_the_codes_own():
    assert list(consensus(coded("c1 A work 0-5", "c2 B work 0-5"))["direction"]) == ["barrier"]


def test_direction_given_by_one_holds_where_the_code_has_none():
    codings = coded("c1 A money 0-5 facilitator", "c2 B money 0-5")
    assert disagreements(codings).empty
    assert list(consensus(codings)["direction"]) == ["facilitator"]


def test_direction_left_empty_means_the_codes_own_against_one_that_is_given():
    codings = coded("c1 A work 0-5 facilitator", "c2 B work 0-5")
    found = disagreements(codings)
    assert [(row.kind, row.direction_a, row.direction_b) for row in found.itertuples()] == [
        ("direction", "facilitator", "barrier")
    ]


def test_a_row_stays_without_direction_while_that_is_open():
    made = consensus(coded("c1 A work 0-5 facilitator", "c2 B work 0-5"))
    assert [(row.direction, row.how) for row in made.itertuples()] == [("", "unanimous")]


@pytest.mark.parametrize(
    ("choice", "value", "direction"),
    [("keep_a", "", "facilitator"), ("keep_b", "", "barrier"), ("both", "", "mixed"), ("other", "neutral", "neutral")],
)
def test_a_decision_gives_the_direction(choice, value, direction):
    codings = coded("c1 A work 0-5 facilitator", "c2 B work 0-5")
    about = disagreements(codings)["disagreement"].iloc[0]
    made = consensus(codings, decisions=decided((about, choice, value)))
    assert [(row.direction, row.how, row.decision) for row in made.itertuples()] == [(direction, "adjudicated", "D0")]


# ---------------------------------------------------------------- decisions


def test_open_disagreements_are_left_out_and_counted():
    codings = coded("c1 A work 0-10", "c2 B money 0-10", "c3 A help 20-25", "c4 B help 20-25")
    assert [row[0] for row in spans(consensus(codings))] == ["help"]
    assert open_disagreements(disagreements(codings)) == 1


@pytest.mark.parametrize(
    ("choice", "value", "rows"),
    [
        ("keep_a", "", [("work", 0, 10, "adjudicated", "A")]),
        ("keep_b", "", [("money", 2, 12, "adjudicated", "B")]),
        ("both", "", [("work", 0, 10, "adjudicated", "A"), ("money", 2, 12, "adjudicated", "B")]),
        ("neither", "", []),
        ("open", "", []),
        ("other", "help", [("help", 0, 12, "adjudicated", "A;B")]),
        ("other", "help 10-24", [("help", 2, 5, "adjudicated", "A;B")]),
    ],
)
def test_each_choice_between_two_codes_does_what_it_says(choice, value, rows):
    codings = coded("c1 A work 0-10", "c2 B money 2-12")
    about = disagreements(codings)["disagreement"].iloc[0]
    assert spans(consensus(codings, decisions=decided((about, choice, value)))) == rows


@pytest.mark.parametrize(
    ("choice", "value", "rows"),
    [
        ("keep_a", "", [(0, 10)]),
        ("keep_b", "", [(9, 19)]),
        ("both", "", [(0, 19)]),
        ("neither", "", []),
        ("other", "20-60", [(4, 12)]),
    ],
)
def test_each_choice_about_a_boundary_does_what_it_says(choice, value, rows):
    codings = coded("c1 A work 0-10", "c2 B work 9-19")
    about = disagreements(codings)["disagreement"].iloc[0]
    made = consensus(codings, decisions=decided((about, choice, value)))
    assert [(first, last) for _, first, last, _, _ in spans(made)] == rows


@pytest.mark.parametrize(("choice", "codes"), [("keep_a", ["work"]), ("keep_b", []), ("neither", [])])
def test_a_passage_of_one_coder_stands_or_falls_by_the_decision(choice, codes):
    codings = coded("c1 A work 0-10")
    about = disagreements(codings)["disagreement"].iloc[0]
    made = consensus(codings, decisions=decided((about, choice, "")))
    assert list(made["code"]) == codes
    assert [row.decision for row in made.itertuples()] == ["D0"] * len(codes)


def test_a_decision_that_repeats_an_agreed_row_makes_no_second_mention():
    codings = coded("c1 A help 0-10", "c2 B help 0-10", "c3 A work 0-10")
    about = disagreements(codings)["disagreement"].iloc[0]
    made = consensus(codings, decisions=decided((about, "other", "help")))
    assert spans(made) == [("help", 0, 10, "adjudicated", "A;B")]


def test_a_suggestion_without_signature_decides_nothing():
    codings = coded("c1 A work 0-10")
    about = disagreements(codings)["disagreement"].iloc[0]
    suggestion = decided((about, "", "keep_a"))
    assert list(disagreements(codings, decisions=suggestion)["status"]) == ["suggested"]
    assert consensus(codings, decisions=suggestion).empty


def test_a_decision_about_a_coding_that_went_is_reported_as_unused():
    codings = coded("c1 A work 0-10")
    decisions = decided((disagreements(codings)["disagreement"].iloc[0], "keep_a", ""))
    assert unused_decisions(decisions, disagreements(codings)) == []
    assert unused_decisions(decisions, disagreements(coded("c7 A work 0-10"))) == ["D0"]


def test_block_stops_with_the_id_of_every_open_disagreement():
    codings = coded("c1 A work 0-10", "c2 B help 20-25")
    names = list(disagreements(codings)["disagreement"])
    with pytest.raises(DecisionsError) as caught:
        consensus(codings, decisions=decided((names[0], "keep_a", "")), open_="block")
    assert names[1] in str(caught.value)
    assert names[0] not in str(caught.value)


@pytest.mark.parametrize(
    ("choice", "value", "message"),
    [
        ("both", "", "'both' cannot be chosen where one side is silent"),
        ("other", "worc", "code 'worc' is not in the codebook.\n  Nearest: 'work'."),
        ("other", "work 10-9999", "the span 10-9999 is reversed or beyond the text, which has 199 characters"),
        ("keep", "", "choice 'keep' is not known"),
    ],
)
def test_a_decision_that_does_not_fit_is_named_with_its_row(choice, value, message):
    codings = coded("c1 A work 0-10")
    about = disagreements(codings)["disagreement"].iloc[0]
    decisions = decided((about, choice, value)).assign(_file="data/raw/decisions/x.csv", _row=7)
    with pytest.raises(DecisionsError) as caught:
        consensus(codings, decisions=decisions)
    assert "data/raw/decisions/x.csv, row 7: decision 'D0': " in str(caught.value)
    assert message in str(caught.value)


def test_ids_of_consensus_rows_do_not_depend_on_the_order_of_the_input():
    codings = coded("c1 A work 0-10", "c2 B work 0-9", "c3 A help 20-25", "c4 B help 21-25")
    shuffled = codings.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(consensus(codings), consensus(shuffled))
    assert consensus(codings)["coding"].is_unique

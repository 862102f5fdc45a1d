"""Which codes may mean the same: shared text by hand, labels by rapidfuzz's definition."""

from __future__ import annotations

import pandas as pd
import pytest

from qualcode.codings.partners import COMMON, LIKE, Pair, Used, pairs, used_codes
from qualcode.tables import TABLES

BOTH = {"RB": frozenset({"T1", "T2"}), "KL": frozenset({"T1", "T2"})}


def used(key: str, coder: str, label: str, **spans: list[tuple[int, int]]) -> Used:
    return Used(key, coder, label, spans, frozenset({coder}))


def only(*found: Pair) -> Pair:
    (pair,) = found
    return pair


def test_shared_text_is_what_both_coded_of_what_either_coded():
    a = used("a", "KL", "Bus", T1=[(0, 10), (20, 30)])
    b = used("b", "RB", "Hurry", T1=[(5, 25)], T2=[(0, 10)])
    pair = only(*pairs([a, b], {}, BOTH))
    # in common 5-10 and 20-25, 10 characters; either 20 + 30 - 10 = 40
    assert (pair.a, pair.b, pair.shared, pair.passages) == ("a", "b", 10 / 40, 2)


def test_transcripts_that_one_of_the_two_never_coded_say_nothing():
    a = used("a", "KL", "Bus", T1=[(0, 10)], T3=[(0, 90)])
    b = used("b", "RB", "Hurry", T1=[(0, 5)])
    pair = only(*pairs([a, b], {}, {"KL": frozenset({"T1", "T3"}), "RB": frozenset({"T1"})}))
    assert pair.shared == 5 / 10


def test_labels_are_compared_without_case_and_order_and_only_likely_ones_are_listed():
    a = used("a", "KL", "Time pressure", T1=[(0, 5)])
    same, near, far = (
        used("b", "RB", "pressure, TIME", T1=[(10, 15)]),
        used("c", "RB", "Time", T1=[(10, 15)]),
        used("d", "RB", "Boss", T1=[(10, 15)]),
    )
    found = pairs([a, same, near, far], {}, BOTH)
    assert [(pair.b, pair.label, pair.shared, pair.passages) for pair in found] == [("b", 100.0, 0.0, 0)]
    # Indel similarity of "time" and "pressure time": 2 * 4 / (4 + 13) = 0.47
    assert LIKE > 100 * 2 * 4 / 17


def test_pairs_are_of_different_coders_and_the_best_come_first():
    a = used("a", "KL", "Bus", T1=[(0, 10)])
    b = used("b", "KL", "Bus!", T1=[(0, 10)])
    c = used("c", "RB", "Boss", T1=[(0, 5)])
    found = pairs([a, b, c], {}, BOTH)
    assert [(pair.a, pair.b, pair.shared) for pair in found] == [("a", "c", 0.5), ("b", "c", 0.5)]


def test_codes_without_passages_in_common_transcripts_have_no_shared_text():
    a = used("a", "KL", "Time", T1=[(0, 10)])
    b = used("b", "RB", "time", T2=[(0, 10)])
    pair = only(*pairs([a, b], {}, {"KL": frozenset({"T1"}), "RB": frozenset({"T2"})}))
    assert (pair.shared, pair.label) == (None, 100.0)


def rows(table: str, *made: dict[str, object]) -> pd.DataFrame:
    more = {"transcript": "T1", "scope": "span", "origin": "human", "source": "f"}
    return TABLES[table].shape([more | one for one in made])


def test_a_common_code_is_held_against_a_coders_own_as_the_others_used_it():
    codings = rows(
        "codings",
        {"coding": "1", "coder": "RB", "code": "time", "start": 0, "end": 6},
        {"coding": "2", "coder": "MM", "code": "time", "start": 4, "end": 10},
        {"coding": "3", "coder": "KL", "code": "time", "start": 0, "end": 100},  # KL's own use of it is not looked at
    )
    unaligned = rows("unaligned", {"coding": "4", "coder": "KL", "about": "x", "start": 5, "end": 15})
    alignment = TABLES["report_alignment"].shape(
        [{"about": "x", "coder": "KL", "own_code": "Work > Hurry", "file": "f", "code_as_coded": "Hurry"}]
    )
    codebook = TABLES["codebook"].shape([{"position": 1, "code": "time", "label": "Time"}])
    own, common, coded = used_codes(codings, unaligned, TABLES["retired"].empty(), alignment, codebook)
    assert [(one.key, one.label, one.spans) for one in own] == [("x", "Hurry", {"T1": [(5, 15)]})]
    assert [(one.key, one.coder, one.spans) for one in common["KL"]] == [("time", COMMON, {"T1": [(0, 10)]})]
    pair = only(*pairs(own, common, coded))
    assert pair.shared == pytest.approx(5 / 15)  # 5-10 of 0-15


def test_a_code_that_is_aligned_already_still_has_its_passages():
    codings = rows(
        "codings", {"coding": "1", "coder": "KL", "code": "time", "code_as_coded": "Hurry", "start": 0, "end": 6}
    )
    alignment = TABLES["report_alignment"].shape(
        [{"about": "x", "coder": "KL", "own_code": "Hurry", "file": "f", "code_as_coded": "Hurry", "status": "aligned"}]
    )
    own, *_ = used_codes(
        codings, TABLES["unaligned"].empty(), TABLES["retired"].empty(), alignment, TABLES["codebook"].empty()
    )
    assert own[0].spans == {"T1": [(0, 6)]}

"""New codes by transcript, and where no more came."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.people import who_counts
from qualcode.saturation import saturated, saturation_table
from qualcode.tables import TABLES

BASE = [20, 9, 5, 3]  # 37 codes in the first four interviews, as in Guest, Namey and Chen 2020


def test_the_published_example_has_its_quotients_and_its_verdict():
    # 7 new in the first run (19 %), 4 in the second (11 %), 1 in the third (3 %): saturation at 6+2
    found = saturated([*BASE, 4, 3, 1, 0, 1, 0], base=4, run=2, threshold=0.05)
    assert found.ratios[:5] == (None,) * 5
    assert [round(100 * ratio) for ratio in found.ratios[5:8] if ratio is not None] == [19, 11, 3]
    assert (found.text, found.at) == ("reached at 6+2", 7)


@pytest.mark.parametrize(("run", "verdict"), [(2, "reached at 6+2"), (3, "reached at 7+3")])
def test_exact_quotients_give_both_published_verdicts_for_base_four(run, verdict):
    assert saturated([*BASE, 4, 3, 1, 0, 1, 0], base=4, run=run, threshold=0.05).text == verdict


@pytest.mark.parametrize("base", [4, 5, 6])
@pytest.mark.parametrize(("run", "verdict"), [(2, "reached at 6+2"), (3, "reached at 7+3")])
def test_whole_per_cents_give_both_published_verdicts_for_every_base(base, run, verdict):
    series = [*BASE, 4, 3, 1, 0, 2, 0]
    assert saturated(series, base=base, run=run, threshold=0.05, rounding="whole_percent").text == verdict


def test_rounding_decides_between_five_and_five_point_four_per_cent():
    series = [*BASE, 4, 3, 1, 0, 2, 0]  # 2 / 37 = 5.4 %
    assert saturated(series, base=4, run=3, threshold=0.05).text == "not reached within 10 transcripts"


def test_a_share_of_exactly_the_threshold_counts():
    assert saturated([20, 1, 0], base=1, run=2, threshold=0.05).text == "reached at 1+2"
    assert saturated([20, 1, 0, 0], base=1, run=2, threshold=0).text == "reached at 2+2"


def test_too_few_interviews_are_not_assessable():
    assert (
        saturated([5, 3, 1, 0, 0], base=4, run=2, threshold=0.05).text
        == "not assessable: 5 of the 6 transcripts needed"
    )
    assert saturated([0] * 8, base=4, run=2, threshold=0.05).text == "not assessable: no codes in the base set"
    assert saturated([], base=4, run=2, threshold=0.05).at is None


@settings(deadline=None)
@given(st.lists(st.integers(0, 30), max_size=15), st.integers(1, 6), st.integers(1, 4))
def test_what_is_saturated_at_a_threshold_is_so_no_later_at_a_higher_one(new, base, run):
    low, high = (saturated(new, base=base, run=run, threshold=level) for level in (0.0, 0.05))
    if low.at is not None:
        assert high.at is not None and high.at <= low.at


# ---------------------------------------------------------------- the table

CODEBOOK = TABLES["codebook"].shape(
    {"position": i, "code": code, "label": code, "kind": kind, "parent": parent}
    for i, (code, kind, parent) in enumerate(
        [
            ("theme", "theme", ""),
            ("a", "subtheme", "theme"),
            ("a1", "code", "a"),
            ("b", "subtheme", "theme"),
            ("d", "definition", ""),
        ]
    )
)
SESSIONS = [
    {"session": "S2", "date": "2024-01-05", "kind": "interview"},
    {"session": "S1", "date": "2024-01-09", "kind": "focus_group"},
    {"session": "S3", "date": "2024-01-09", "kind": "interview"},
    {"session": "BOARD", "date": "2024-01-01", "kind": "board"},
]


def table(
    coded: dict[str, str], *, done: tuple[str, ...] = (), transcripts: tuple[str, ...] = (), **more: object
) -> pd.DataFrame:
    sessions = TABLES["sessions"].shape(SESSIONS)
    named = {row["session"] for row in SESSIONS}
    listed = TABLES["transcripts"].shape(
        {
            "transcript": name,
            "session": name if name in named else "",
            "translation_of": "S1" if name == "S1-en" else "",
        }
        for name in transcripts or coded
    )
    people = who_counts(TABLES["participants"].empty(), sessions, TABLES["speakers"].empty(), listed)
    mentions = pd.DataFrame(
        [{"transcript": name, "code": code} for name, codes in coded.items() for code in codes.split()],
        columns=["transcript", "code"],
    )
    assignments = TABLES["assignments"].shape({"transcript": name, "coder": "RB", "done": "yes"} for name in done)
    given_settings = {"base": 1, "run": 1, "threshold": 0.0, "rounding": "exact", "kinds": ["subtheme", "code"]} | more
    return saturation_table(mentions, listed, sessions, assignments, CODEBOOK, people, **given_settings)  # type: ignore[arg-type]


def test_transcripts_come_in_order_of_their_session_not_of_their_name():
    found = table({"S1": "a b", "S2": "a", "S3": "b", "BOARD": "a b", "loose": "b", "aloof": "a"})
    assert found["transcript"].tolist() == ["S2", "S1", "S3", "aloof", "loose"]
    assert found["order"].tolist() == [1, 2, 3, 4, 5]
    assert found["new"].tolist() == [1, 1, 0, 0, 0]
    assert found["cumulative"].tolist() == [1, 2, 2, 2, 2]
    assert found["new_codes"].tolist() == ["a", "b", "", "", ""]
    assert found["flag"].tolist() == ["", "", "", "no session row", "no session row"]
    assert found["base"].tolist() == ["yes", "", "", "", ""]


def test_the_ratio_and_the_verdict_stand_where_the_run_ends():
    found = table({"S2": "a", "S1": "b", "S3": "b"})
    assert found["run_ratio"].tolist()[1:] == [1.0, 0.0] and pd.isna(found["run_ratio"][0])
    assert found["verdict"].tolist() == ["", "", "reached at 2+1"]
    assert table({"S2": "a", "S1": "b"})["verdict"].tolist() == ["", "not reached within 2 transcripts"]
    assert set(found["settings"]) == {"base 1, run 1, threshold 0 %, rounding exact, kinds subtheme+code"}


def test_a_code_counts_once_as_itself_or_as_the_nearest_of_the_kinds_chosen():
    assert table({"S2": "a1", "S1": "a d"})["new"].tolist() == [1, 1]
    assert table({"S2": "a1", "S1": "a b"}, kinds=["subtheme"])["new_codes"].tolist() == ["a", "b"]
    assert table({"S2": "a1", "S1": "b"}, kinds=["theme"])["cumulative"].tolist() == [1, 1]


def test_a_transcript_that_nobody_finished_is_not_taken_for_one_without_new_codes():
    names = ("S1", "S2", "S3")
    found = table({"S2": "a", "S3": "b"}, transcripts=names)
    assert found["transcript"].tolist() == ["S2", "S3", "S1"]
    assert found["flag"].tolist() == ["", "", "not coded"]
    assert found["order"].isna().tolist() == [False, False, True]
    read = table({"S2": "a", "S3": "b"}, transcripts=names, done=("S1",))
    assert read[["transcript", "new"]].to_numpy().tolist() == [["S2", 1], ["S1", 0], ["S3", 1]]


def test_a_translation_counts_as_its_original():
    found = table({"S2": "a", "S1-en": "b"}, transcripts=("S1", "S1-en", "S2"))
    assert found[["transcript", "new"]].to_numpy().tolist() == [["S2", 1], ["S1", 1]]


def test_under_a_reflexive_approach_numbers_stay_empty_with_the_reason():
    found = table({"S2": "a", "S1": "b"}, approach="reflexive")
    assert found[["new", "cumulative", "run_ratio"]].isna().all(axis=None)
    assert found["verdict"].tolist()[-1] == "not computed: under the approach 'reflexive' saturation is no criterion"


def test_without_transcripts_there_are_no_rows():
    assert len(table({})) == 0

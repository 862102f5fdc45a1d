"""What the discussion did, on spans small enough to count by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from qualcode.agreement import agreement_tables
from qualcode.agreement.before_after import before_and_after
from qualcode.agreement.prepared import prepare
from qualcode.consensus import compare
from qualcode.consensus.discussion import after_discussion, readings_table, rulings_table
from qualcode.tables import TABLES

# forty words of four letters: word n is [5n, 5n+4); four turns of ten words
TEXTS = {"S01": " ".join(["word"] * 40), "S02": " ".join(["word"] * 40)}
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": n, "code": code, "label": code.capitalize(), "kind": "code", "parent": parent, "version": "1.0.0"}
        for n, (code, parent) in enumerate(
            [("barriers", ""), ("work", "barriers"), ("money", "barriers"), ("help", "")]
        )
    ]
)
TURNS = TABLES["turns"].shape(
    [
        {"transcript": name, "turn": n, "role": "participant", "participant": "P1", "start": 50 * n, "end": 50 * n + 49}
        for name in TEXTS
        for n in range(4)
    ]
)
SEGMENTS = TABLES["segments"].shape(TURNS.assign(segment=TURNS["turn"]))
TRANSCRIPTS = TABLES["transcripts"].shape([{"transcript": name, "session": name} for name in TEXTS])


def coded(*rows: str) -> pd.DataFrame:
    """Codings from `coder code [transcript/]first-last [direction]`, in words."""
    found = []
    for number, row in enumerate(rows):
        coder, code, span, *direction = row.split()
        name, _, words = span.rpartition("/")
        first, last = (int(n) for n in words.split("-"))
        found.append({
            "coding": f"c{number}", "coder": coder, "code": code, "transcript": name or "S01", "scope": "span",
            "start": first * 5, "end": last * 5 - 1, "direction": direction[0] if direction else "", "origin": "human",
        })  # fmt: skip
    return TABLES["codings"].shape(found)


def read_by(coders: str, *names: str) -> pd.DataFrame:
    lines = [{"transcript": name, "coder": coder, "done": "yes"} for name in names or ["S01"] for coder in coders]
    return TABLES["assignments"].shape(lines)


BOTH = read_by("AB")
NOBODY = TABLES["assignments"].empty()


class Case:
    """Codings with rulings on their disagreements, in the order of the list."""

    def __init__(self, codings: pd.DataFrame, *choices: str, read: pd.DataFrame = BOTH, by: str = "A;B") -> None:
        self.codings, self.read = codings, read
        self.comparison = compare(codings, read, TEXTS, CODEBOOK)
        disputes = self.comparison.disputes
        assert len(choices) <= len(disputes)
        self.decisions = TABLES["decisions"].shape([
            {
                "decision": f"D{n}", "kind": "disagreement", "about": dispute.name, "choice": choice.split(" ", 1)[0],
                "value": choice.partition(" ")[2], "by": by, "on": f"2024-05-0{n + 1}", "reason": "why" if n else "",
            }
            for n, (dispute, choice) in enumerate(zip(disputes, choices, strict=False)) if choice
        ])  # fmt: skip

    def after(self) -> set[tuple[str, str, int, int]]:
        """(coder, code, first word, word after the last) of every coding after discussion."""
        table = after_discussion(self.comparison, self.codings, self.decisions)
        return {(row.coder, row.code, row.start // 5, (row.end + 1) // 5) for row in table.itertuples()}

    def compared(self, **measures) -> pd.DataFrame:  # type: ignore[no-untyped-def]
        study = self.study(self.codings, **measures)
        after = after_discussion(self.comparison, self.codings, self.decisions)
        return before_and_after(study, after, {"": {"decided": 1, "open": 2}, "work": {"decided": 1, "open": 0}})

    def study(self, codings: pd.DataFrame, **measures):  # type: ignore[no-untyped-def]
        return prepare(codings, self.read, SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK, **measures)


# ---------------------------------------------------------------- the codings as they stand


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ("keep_a", {("work", 0, 5)}),
        ("keep_b", {("money", 2, 8)}),
        ("both", {("work", 0, 5), ("money", 2, 8)}),
        ("neither", set()),
        ("other help", {("help", 0, 8)}),
        ("other help 0-24", {("help", 0, 5)}),
    ],
)
def test_after_a_decision_everybody_who_read_the_passage_has_what_was_decided(choice, left):
    case = Case(coded("A work 0-5", "B money 2-8", "A help 30-35"), choice)
    elsewhere = {("A", "help", 30, 35)}  # open
    assert case.after() == {(coder, *one) for coder in "AB" for one in left} | elsewhere


def test_what_is_open_or_only_suggested_stays_as_it_was_coded():
    codings = coded("A work 0-5", "B money 2-8")
    for choice in ("", "open"):
        assert Case(codings, choice).after() == {("A", "work", 0, 5), ("B", "money", 2, 8)}


def test_a_third_coder_who_was_silent_gets_the_passage_and_one_who_did_not_read_it_does_not():
    codings = coded("A work 0-5", "B work 0-5")
    assert Case(codings, "keep_a", read=read_by("ABC")).after() == {(c, "work", 0, 5) for c in "ABC"}
    assert Case(codings, "keep_b", read=read_by("ABC")).after() == set()
    assert Case(coded("A work 0-5"), "keep_a", read=read_by("AB")).after() == {(c, "work", 0, 5) for c in "AB"}


def test_agreed_readings_keep_their_own_borders_and_codings_of_a_machine_are_left_out():
    codings = coded("A work 0-5", "B work 1-6", "M help 30-35")
    codings.loc[codings["coder"] == "M", "origin"] = "machine"
    assert Case(codings).after() == {("A", "work", 0, 5), ("B", "work", 1, 6)}


# ---------------------------------------------------------------- before and after


def row(table: pd.DataFrame, coefficient: str, scope: str = "pooled", code: str = "") -> pd.Series:
    found = table[(table["coefficient"] == coefficient) & (table["scope"] == scope) & (table["code"] == code)]
    assert len(found) == 1
    return found.iloc[0]


def test_agreement_before_and_after_by_hand():
    # units: 4; work: A in units 0 and 1, B in unit 0. Before one of four differs; the passage in unit 1 is kept: none does
    case = Case(coded("A work 0-5", "B work 0-5", "A work 12-15"), "keep_a")
    table = case.compared(ci="none")
    one = row(table, "percent_agreement", "code", "work")
    assert (one["before"], one["after"], one["change"]) == (0.75, 1.0, 0.25)
    # alpha before: pairs 8 values, 3 "applied", one unit of disagreement 2: 1 - 7 x 2 / (2 x 3 x 5)
    one = row(table, "krippendorff_alpha", "code", "work")
    assert one["before"] == pytest.approx(1 - 7 * 2 / 30) and one["after"] == 1
    assert (one["n_units"], one["decided"], one["open"], one["label"]) == (4, 1, 0, "Work")
    assert (row(table, "percent_agreement")["decided"], row(table, "percent_agreement")["open"]) == (1, 2)


def test_what_cannot_be_estimated_after_discussion_is_empty_with_its_reason():
    case = Case(coded("A work 0-5"), "keep_b")
    one = row(case.compared(ci="none"), "krippendorff_alpha", "code", "work")
    assert one["before"] == pytest.approx(0)
    assert pd.isna(one["after"]) and pd.isna(one["change"])
    assert one["reason_after"] == "none of these coders used the code in these units" and one["reason_before"] == ""


@pytest.mark.parametrize("measures", [{}, {"unit": "character"}, {"uncoded": "exclude"}, {"coders": ("A", "B")}])
def test_before_is_what_the_agreement_tables_say_and_after_what_they_say_of_the_codings_after(measures):
    codings = coded(
        "A work 0-5",
        "B work 0-5",
        "C work 1-5",
        "A work 12-15",
        "B money 12-18",
        "C help 31-34",
        "A help 36-39",
        "B help 31-34",
    )
    read = read_by("ABC")
    case = Case(codings, "both", read=read)
    table = case.compared(bootstrap=100, **measures)
    for when, coded_then in (
        ("before", codings),
        ("after", after_discussion(case.comparison, codings, case.decisions)),
    ):
        tables = agreement_tables(
            coded_then, read, SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK, bootstrap=100, **measures
        )
        for _, expected in pd.concat(tables[:2]).iterrows():
            if len(expected["coders"].split(";")) < len(table["coders"].iloc[0].split(";")):
                continue  # kappas of pairs
            code = "" if pd.isna(expected["code"]) else expected["code"]
            mine = row(table, expected["coefficient"], expected["scope"], code)
            assert mine["n_units"] == expected["n_units"]
            for name, own in (
                ("estimate", when),
                ("ci_these_low", f"{when}_ci_these_low"),
                ("ci_these_high", f"{when}_ci_these_high"),
            ):
                assert mine[own] == pytest.approx(expected[name], nan_ok=True), (code, expected["coefficient"], name)
            assert mine[f"reason_{when}"] == expected["reason"]


def test_without_assignments_the_units_stay_those_in_which_everybody_had_coded_before():
    codings = coded("A work 0-5", "B work 0-5", "A help S02/0-5", "B money S02/12-15")
    # S02: what B coded falls, and so B has no coding there any more
    case = Case(codings, "", "keep_a", read=NOBODY)
    assert [d.transcript for d in case.comparison.disputes] == ["S02", "S02"]
    assert {one for one in case.after() if one[0] == "B"} == {("B", "work", 0, 5)}
    one = row(case.compared(ci="none"), "percent_agreement", "code", "help")
    assert (one["universe"], one["n_units"], one["before"], one["after"]) == ("assumed", 8, 7 / 8, 7 / 8)
    one = row(case.compared(ci="none"), "percent_agreement", "code", "money")
    assert (one["n_units"], one["before"]) == (8, 7 / 8)
    assert pd.isna(one["after"]) and one["reason_after"] == "none of these coders used the code in these units"


def test_who_saw_the_others_codes_has_no_coefficient_corrected_for_chance_before_or_after():
    read = read_by("AB")
    read.loc[read["coder"] == "B", "saw"] = "A"
    table = Case(coded("A work 0-5", "B work 0-5", "A work 12-15"), "keep_a", read=read).compared(ci="none")
    alpha = row(table, "krippendorff_alpha")
    assert pd.isna(alpha["before"]) and pd.isna(alpha["after"])
    assert alpha["reason_before"] == alpha["reason_after"] == "the second coder saw the first coder's codes"
    assert row(table, "percent_agreement", "code", "work")["after"] == 1


def test_under_the_reflexive_approach_there_is_no_number():
    table = Case(coded("A work 0-5"), "keep_a").compared(approach="reflexive")
    assert table["before"].isna().all() and table["after"].isna().all() and (table["remarks"] == "").all()


def test_every_row_says_that_coders_are_no_longer_independent():
    table = Case(coded("A work 0-5"), "keep_a").compared(ci="none")
    assert table["remarks"].str.contains("no longer independent").all()


# ---------------------------------------------------------------- who decided what, and whose readings stood


def test_rulings_are_counted_by_who_kind_choice_and_whose_side_stood():
    codings = coded("A work 0-5", "B work 12-15", "A help 20-25", "B money 20-25", "A work 32-35")
    case = Case(codings, "keep_a", "keep_b", "neither", by="B; A")
    rows = rulings_table(case.comparison, case.decisions)
    told = rows[["by", "kind", "choice", "stood", "n", "with_reason", "first", "last"]].itertuples(
        index=False, name=None
    )
    assert list(told) == [
        ("", "missed", "open", "", 1, 0, "", ""),
        ("A;B", "far", "neither", "", 1, 1, "2024-05-03", "2024-05-03"),
        ("A;B", "missed", "keep", "A", 1, 0, "2024-05-01", "2024-05-01"),
        ("A;B", "missed", "keep", "B", 1, 1, "2024-05-02", "2024-05-02"),
    ]


def test_a_suggestion_that_nobody_signed_is_told_apart():
    case = Case(coded("A work 0-5"), "keep_a")
    case.decisions["choice"] = ""
    assert rulings_table(case.comparison, case.decisions)[["by", "choice", "n"]].to_numpy().tolist() == [
        ["", "suggested", 1]
    ]


def fates(case: Case, coder: str, code: str = "", about: str = "passage") -> dict[str, int]:
    rows = readings_table(case.comparison, case.decisions, codes=CODEBOOK["code"].to_list())
    found = rows[(rows["coder"] == coder) & (rows["code"] == code) & (rows["about"] == about)]
    assert len(found) == 1
    return {name: int(found.iloc[0][name]) for name in rows.columns[3:] if int(found.iloc[0][name])}


@pytest.mark.parametrize(
    ("choice", "a", "b"),
    [
        ("keep_a", "stood", "replaced"),
        ("keep_b", "replaced", "stood"),
        ("both", "stood", "stood"),
        ("neither", "fell", "fell"),
        ("other help", "replaced", "replaced"),
        ("open", "open", "open"),
        ("", "open", "open"),
    ],
)
def test_what_became_of_two_readings_of_one_passage(choice, a, b):
    case = Case(coded("A work 0-5", "B money 0-5", "A work 30-35", "B work 30-35"), choice)
    assert fates(case, "A") == {"readings": 2, "disputed": 1, a: 1}
    assert fates(case, "B") == {"readings": 2, "disputed": 1, b: 1}
    assert fates(case, "A", "work") == {"readings": 2, "disputed": 1, a: 1}
    assert fates(case, "B", "money") == {"readings": 1, "disputed": 1, b: 1}


@pytest.mark.parametrize(
    ("choice", "a", "b"),
    [("keep_a", "stood", "fell"), ("keep_b", "fell", "stood"), ("neither", "fell", "stood"), ("", "open", "open")],
)
def test_a_silence_stands_where_nothing_comes_of_the_code(choice, a, b):
    case = Case(coded("A work 0-5"), choice)
    assert fates(case, "A") == {"readings": 1, "disputed": 1, a: 1}
    assert fates(case, "B") == {"silences": 1, f"silences_{b}": 1}


def test_a_third_coder_who_gave_neither_of_two_codes_was_silent_on_both():
    codings = coded("A work 0-5", "B money 0-5")
    assert fates(Case(codings, "keep_a", read=read_by("ABC")), "C") == {
        "silences": 2,
        "silences_stood": 1,
        "silences_fell": 1,
    }
    assert fates(Case(codings, "both", read=read_by("ABC")), "C") == {"silences": 2, "silences_fell": 2}
    # those who gave one of the two codes were not silent
    assert fates(Case(codings, "keep_a", read=read_by("ABC")), "B") == {"readings": 1, "disputed": 1, "replaced": 1}


def test_of_two_borders_the_one_that_was_not_kept_is_replaced_and_both_stand_in_one_over_the_two():
    codings = coded("A work 0-10", "B work 9-19")
    assert fates(Case(codings, "keep_a"), "B") == {"readings": 1, "disputed": 1, "replaced": 1}
    assert fates(Case(codings, "both"), "B") == {"readings": 1, "disputed": 1, "stood": 1}
    assert fates(Case(codings, "both"), "A") == {"readings": 1, "disputed": 1, "stood": 1}


@pytest.mark.parametrize(
    ("choice", "a", "b"),
    [
        ("keep_a", "stood", "replaced"),
        ("both", "stood", "stood"),
        ("neither", "fell", "fell"),
        ("other facilitator", "replaced", "stood"),
        ("other neutral", "replaced", "replaced"),
        ("", "open", "open"),
    ],
)
def test_directions_are_counted_apart(choice, a, b):
    case = Case(coded("A work 0-5 barrier", "B work 0-5 facilitator"), choice)
    assert fates(case, "A", about="direction") == {"readings": 1, "disputed": 1, a: 1}
    assert fates(case, "B", about="direction") == {"readings": 1, "disputed": 1, b: 1}
    assert fates(case, "A") == {"readings": 1}

"""From codes to constructs, counted by hand."""

from __future__ import annotations

import json

import pandas as pd

from qualcode.frameworks.constructs import constructs_table, mapped_constructs, unmapped_codes
from qualcode.people import People
from qualcode.tables import TABLES


def entry(position: int, code: str, kind: str, parent: str, *constructs: str) -> dict[str, object]:
    mappings = (
        json.dumps({"cfir2022": [{"construct": item, "reason": ""} for item in constructs]}) if constructs else ""
    )
    return {"position": position, "code": code, "label": code, "kind": kind, "parent": parent, "mappings": mappings}


CODEBOOK = TABLES["codebook"].shape(
    [
        entry(0, "helped", "theme", ""),
        entry(1, "leaders", "subtheme", "helped", "IV.R.A+IV.C.D", "IV.R.B+IV.C.D"),
        entry(2, "team_leaders", "code", "leaders"),
        entry(3, "money", "subtheme", "helped", "III.J1"),
        entry(4, "own_idea", "subtheme", "helped"),
        entry(5, "law", "subtheme", "helped", "II.E"),
        entry(6, "meaning", "definition", "helped"),
    ]
)
PEOPLE = People(pd.DataFrame({"participant": ["P1", "P2", "P3", "P4"], "group": "lead"}))
SAID = [
    ("leaders", "facilitator", "P1"), ("leaders", "facilitator", "P1;P2"), ("leaders", "barrier", "P3"),
    ("team_leaders", "facilitator", "P1"), ("money", "", "P2"), ("own_idea", "facilitator", "P4"), ("money", "", ""),
]  # fmt: skip


def table(said: list[tuple[str, str, str]] = SAID) -> pd.DataFrame:
    mentions = pd.DataFrame(said, columns=["code", "direction", "participants"]).assign(mention=range(len(said)))
    candidates = pd.DataFrame(
        {
            "quote": f"q{i}", "code": code, "direction": direction, "participant": who, "transcript": "S1", "start": 10 * i,
            "end": 10 * i + 5, "text": f"words {i}", "approved": "", "length": 2,
        }
        for i, (code, direction, who) in enumerate(said)
        if who and ";" not in who
    )  # fmt: skip
    if candidates.empty:
        candidates = pd.DataFrame(columns=["code", "direction", "participant"])
    return constructs_table(mentions, CODEBOOK, PEOPLE, candidates, frameworks=["cfir2022"], words_min=1, words_max=9)


def test_each_construct_counts_mentions_and_people_by_direction():
    found = table()
    counts = found[["construct", "direction", "mentions", "participants", "participants_percent"]].to_numpy().tolist()
    assert counts == [
        ["II.E", "", 0, 0, 0.0],  # mapped, never mentioned
        ["III.J1", "", 2, 1, 25.0],  # one of the two mentions is nobody's
        ["IV.R.A+IV.C.D", "facilitator", 3, 2, 50.0],
        ["IV.R.A+IV.C.D", "barrier", 1, 1, 25.0],
        ["IV.R.B+IV.C.D", "facilitator", 3, 2, 50.0],
        ["IV.R.B+IV.C.D", "barrier", 1, 1, 25.0],
    ]
    assert set(found["eligible"]) == {4}
    assert found["codes"].tolist()[2:4] == ["leaders;team_leaders", "leaders"]


def test_columns_and_names_are_those_of_the_framework():
    found = table()
    first = ["framework", "version", "construct", "direction", "mentions", "participants", "quote"]
    assert found.columns.tolist()[:7] == first
    assert found[["framework", "version"]].drop_duplicates().to_numpy().tolist() == [["cfir2022", "2022"]]
    money = found[found["construct"] == "III.J1"].iloc[0]
    assert (money["domain"], money["name"], money["subconstruct"]) == (
        "Inner Setting",
        "Available Resources",
        "Funding",
    )
    pair = found[found["construct"] == "IV.R.B+IV.C.D"].iloc[0]
    assert (pair["domain"], pair["name"], pair["subconstruct"]) == ("Individuals", "Mid-level Leaders: Motivation", "")


def test_quotes_have_the_rows_direction_and_are_not_shown_twice_where_there_is_another():
    found = table().set_index(["construct", "direction"])["quote"]
    assert found["IV.R.A+IV.C.D", "barrier"] == found["IV.R.B+IV.C.D", "barrier"] == "words 2"  # the only one
    assert {found["IV.R.A+IV.C.D", "facilitator"], found["IV.R.B+IV.C.D", "facilitator"]} == {"words 0", "words 3"}
    assert found["III.J1", ""] == "words 4"


def test_a_code_without_a_mapping_has_its_parents():
    assert mapped_constructs(CODEBOOK, "cfir2022")["team_leaders"] == ["IV.R.A+IV.C.D", "IV.R.B+IV.C.D"]
    assert mapped_constructs(CODEBOOK, "cfir2009")["leaders"] == []


def test_codes_that_are_mapped_to_nothing_are_named():
    assert unmapped_codes(CODEBOOK, "cfir2022") == ["own_idea"]


def test_a_mapped_construct_without_mentions_has_a_row_of_zeros():
    found = table([("own_idea", "barrier", "P1")])
    assert found["construct"].tolist() == ["II.E", "III.J1", "IV.R.A+IV.C.D", "IV.R.B+IV.C.D"]
    assert found["mentions"].tolist() == [0, 0, 0, 0]
    assert len(table([])) == 0


def test_without_a_codebook_there_are_no_rows():
    nothing = pd.DataFrame(columns=["code", "direction", "participants", "participant"])
    empty = TABLES["codebook"].empty()
    assert not len(constructs_table(nothing, empty, PEOPLE, nothing, frameworks=["cfir2022"], words_min=1, words_max=9))

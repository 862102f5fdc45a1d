"""The printed tables of the discussion: which rows, in which words."""

from __future__ import annotations

from pathlib import Path

from test_reports import data

from qualcode.reports import content

ONE = {"disagreement": "d", "kind": "presence", "status": "open"}
BEFORE = {
    "coefficient": "krippendorff_alpha", "coders": "A;B", "n_units": 4, "before": 0.5, "after": 1.0, "decided": 2, "open": 1,
    "before_ci_these_low": 0.25, "before_ci_these_high": 0.75, "remarks": "after discussion they are not independent",
}  # fmt: skip


def test_agreement_before_and_after_stand_beside_each_other_with_their_intervals(tmp_path: Path) -> None:
    rows = [
        {**BEFORE, "scope": "pooled"},
        {**BEFORE, "scope": "code", "code": "x", "label": "Code x", "after": None},
        {**BEFORE, "scope": "code", "code": "y", "label": "Code y", "decided": 0, "open": 0},
        {**BEFORE, "scope": "rolled_up", "code": "z", "label": "Theme z"},
    ]
    table = content.agreement_before_after(data(tmp_path, agreement_before_after=rows))
    assert [list(row.cells) for row in table.rows] == [
        ["Krippendorff's alpha", "all codes pooled", "0.50", "0.25 to 0.75", "1.00", "", 4, 2, 1],
        ["Krippendorff's alpha of each code that was disagreed about", *[""] * 8],
        ["Code x", "", "0.50", "0.25 to 0.75", "–", "", 4, 2, 1],
    ]
    assert any("After discussion they are not independent." in note for note in table.notes)
    assert "The intervals speak of these transcripts only, which are too few to speak beyond them." in table.notes


def test_rulings_are_printed_by_person_and_what_is_open_last(tmp_path: Path) -> None:
    rows = [
        {"by": "", "kind": "missed", "choice": "open", "n": 3},
        {
            "by": "A;B",
            "kind": "far",
            "choice": "keep",
            "stood": "B",
            "n": 2,
            "with_reason": 1,
            "first": "2024-05-01",
            "last": "2024-05-02",
        },
        {
            "by": "C",
            "kind": "far",
            "choice": "neither",
            "n": 1,
            "with_reason": 0,
            "first": "2024-05-03",
            "last": "2024-05-03",
        },
    ]
    table = content.PRINTED["rulings"](data(tmp_path, rulings=rows))
    assert [list(row.cells)[:4] for row in table.rows] == [
        ["A and B together", "", "", ""],
        ["far", "B's side stands", 2, 1],
        ["C", "", "", ""],
        ["far", "Neither stands", 1, 0],
        ["Nobody yet", "", "", ""],
        ["missed", "Open", 3, ""],
    ]
    assert table.notes[0] == "6 disagreements, 3 of them open."


def test_readings_are_printed_over_all_codes_passages_before_directions(tmp_path: Path) -> None:
    rows = [
        {
            "coder": "A",
            "code": "",
            "about": "passage",
            "readings": 5,
            "disputed": 2,
            "stood": 1,
            "replaced": 0,
            "fell": 0,
            "open": 1,
            "silences": 1,
            "silences_stood": 0,
            "silences_fell": 1,
            "silences_open": 0,
        },
        {"coder": "A", "code": "x", "about": "passage", "readings": 5, "disputed": 2},
        {
            "coder": "A",
            "code": "",
            "about": "direction",
            "readings": 5,
            "disputed": 1,
            "stood": 0,
            "replaced": 1,
            "fell": 0,
            "open": 0,
            "silences": 0,
        },
    ]
    table = content.PRINTED["readings"](data(tmp_path, readings=rows))
    assert [list(row.cells) for row in table.rows] == [
        ["What is coded where", *[""] * 10],
        ["A", 5, 2, 1, 0, 0, 1, 1, 0, 1, 0],
        ["Direction", *[""] * 10],
        ["A", 5, 1, 0, 1, 0, 0, "", "", "", ""],
    ]


def test_a_study_in_which_nobody_disagreed_has_no_section_for_it(tmp_path: Path) -> None:
    assert content.discussion_parts(data(tmp_path)) == []
    found = data(tmp_path, disagreements=[ONE])
    assert content.discussion_parts(found) == ["agreement_before_after", "rulings", "readings"]
    found.study.config.analysis.approach = "reflexive"
    assert content.discussion_parts(found) == ["rulings", "readings"]

"""Attributes that describe few people get a warning where they stand with quotes; which people, it does not say."""

from __future__ import annotations

import pandas as pd

from qualcode.checks import check_study
from qualcode.small_cells import small_cells
from qualcode.study import Study

# two psychiatrists of five: the case of reference/reporting.md, section 6
PEOPLE = pd.DataFrame(
    {
        "participant": ["P1", "P2", "P3", "P4", "P5"],
        "group": ["psychiatrist", "psychiatrist", "nurse", "nurse", "nurse"],
        "site": ["north", "north", "north", "north", "north"],
    }
)


def test_a_group_of_two_gets_a_warning_for_each_table_of_quotes():
    found = [(one.where, one.what) for one in small_cells(PEOPLE, 3)]
    what = "'group' printed with quotes: one combination describes fewer than 3 people."
    assert found[:2] == [("reports/tables/quotes.csv", what), ("reports/tables/definitions.csv", what)]


def test_an_attribute_is_looked_at_together_with_the_group():
    people = PEOPLE.assign(group=["a", "a", "a", "b", "b"], sex=["f", "f", "m", "m", "m"], site="")
    last = small_cells(people, 2)[-1]  # one man in group a
    assert last.where == "reports/tables/participants.csv"
    assert "'sex' (1)" in last.what and "site" not in last.what


def test_values_are_never_named():
    said = " ".join(map(str, small_cells(PEOPLE, 4)))
    for value in ("psychiatrist", "nurse", "north", "P1"):
        assert value not in said


def test_nothing_is_small_where_everybody_is_alike():
    assert small_cells(PEOPLE.assign(group="nurse"), 5) == []
    assert small_cells(PEOPLE, 1) == []


def test_check_warns_by_the_study_s_own_number(made_up_study):
    def warned() -> list[str]:
        warnings = check_study(Study.load(made_up_study)).warnings
        return [one.what for one in warnings if "combinations describe fewer" in one.what]

    assert len(warned()) == 1 and "fewer than 3" in warned()[0]
    path = made_up_study / "config/study.yaml"
    path.write_text(path.read_text().replace("reports:\n", "reports:\n  min_participants: 1\n"))
    assert warned() == []

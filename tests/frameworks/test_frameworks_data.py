"""The frameworks that ship with qualcode, held to their publications' totals."""

from __future__ import annotations

from collections import Counter

import pytest

from qualcode.errors import StudyError
from qualcode.frameworks import (
    construct_name,
    construct_order,
    domain_name,
    known_constructs,
    known_frameworks,
    load_framework,
)
from qualcode.frameworks.load import LEVELS


def sizes(framework: str) -> dict[str, tuple[int, int]]:
    """Constructs and subconstructs of each domain."""
    found = load_framework(framework)
    count = Counter((found.path(node.id)[0].name, node.level) for node in found.nodes.values())
    return {
        node.name: (count[node.name, "construct"], count[node.name, "subconstruct"]) for node in found.level("domain")
    }


def test_cfir_2022_has_48_constructs_and_19_subconstructs_in_5_domains():
    # Damschroder 2022: 48 and 19; by domain 8 + 7 + 11 + (9 + 4) + 9 and 0 + 3 + (3 + 4 + 3) + 0 + (2 + 2 + 2)
    assert sizes("cfir2022") == {
        "Innovation": (8, 0),
        "Outer Setting": (7, 3),
        "Inner Setting": (11, 10),
        "Individuals": (13, 0),
        "Implementation Process": (9, 6),
    }


def test_cfir_2009_has_39_constructs_and_subconstructs_in_5_domains():
    # 8 + 4 + 5 + 5 + 4 constructs; 6 + 3 in the inner setting and 4 in the process below an umbrella
    assert sizes("cfir2009") == {
        "Intervention Characteristics": (8, 0),
        "Outer Setting": (4, 0),
        "Inner Setting": (5, 9),
        "Characteristics of Individuals": (5, 0),
        "Process": (4, 4),
    }
    assert len(known_constructs("cfir2009")) == 39


@pytest.mark.parametrize("framework", known_frameworks())
def test_every_entry_is_whole(framework):
    found = load_framework(framework)
    for node in found.nodes.values():
        assert node.level in LEVELS
        assert node.name and node.scope_note.endswith(".")
        assert node.evidence in ("primary", "secondary")
        assert node.polarity in ("normal", "reverse", "categorical")
        assert (node.parent == "") == (node.level == "domain")
        assert node.parent == "" or LEVELS.index(found.nodes[node.parent].level) < LEVELS.index(node.level)
    assert "10.1186/" in found.citation and found.licence_note


def test_roles_and_characteristics_make_36_pairs():
    pairs = {construct for construct in known_constructs("cfir2022") if "+" in construct}
    assert len(pairs) == 9 * 4
    assert "IV.R.B+IV.C.D" in pairs
    assert not {"IV.C.D+IV.R.B", "III.J+IV.C.D"} & pairs
    assert load_framework("cfir2022").parts("III.J+IV.C.D") is None


def test_domains_are_no_constructs():
    assert not {"I", "IV", "IV.R"} & known_constructs("cfir2022")
    assert load_framework("cfir2022").parts("IV.R") is None


def test_lasting_traits_of_the_inner_setting_are_a_to_d():
    lasting = {node.id for node in load_framework("cfir2022").nodes.values() if node.lasting}
    assert {node[:5] for node in lasting} == {"III.A", "III.B", "III.C", "III.D"}
    assert len(lasting) == 4 + 3 + 4


def test_complexity_hinders_where_there_is_much_of_it():
    assert load_framework("cfir2022").nodes["I.F"].polarity == "reverse"
    assert load_framework("cfir2009").nodes["1F"].polarity == "reverse"


def test_names_that_stand_twice_are_told_apart():
    names = {code: construct_name("cfir2022", code) for code in known_constructs("cfir2022")}
    assert names["IV.R.H"] == "Innovation Deliverers"
    assert names["V.B1"] == "Assessing Needs: Innovation Deliverers"
    assert names["V.F1"] == "Engaging: Innovation Deliverers"
    assert names["IV.R.B+IV.C.D"] == "Mid-level Leaders: Motivation"
    assert len(set(names.values())) == len(names)
    assert domain_name("cfir2022", "IV.R.B+IV.C.D") == "Individuals"


def test_the_order_is_the_publications():
    order = construct_order("cfir2022")
    some = ["I.A", "II.G", "II.G1", "III.A", "IV.R.A", "IV.R.A+IV.C.A", "IV.R.A+IV.C.B", "IV.R.B", "IV.C.A", "V.I"]
    assert sorted(some, key=order.__getitem__) == some


def test_an_unknown_framework_is_refused_with_the_nearest():
    with pytest.raises(StudyError, match=r"there is no framework 'cfir2020'\.\n  Nearest: 'cfir20"):
        load_framework("cfir2020")

"""Random small studies: classification and ranking against plain loops that were written apart (tests/oracles)."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import disagreements_by_hand as by_hand

from qualcode.agreement.prepared import prepare
from qualcode.consensus import compare, find_disagreements, listed, make_consensus
from qualcode.consensus.contributions import contributions
from qualcode.consensus.effects import effects
from qualcode.errors import DecisionsError
from qualcode.mentions import find_mentions
from qualcode.people import who_counts
from qualcode.tables import TABLES, join, split
from qualcode.themes import themes_table

TEXTS = {
    "S01": "P1: We had no time, so we didn't start.\n\nI: Why?\n\nP2: It was well-paid work; I mean it.\n\nP1: Yes, I do. No more.",
    "S02": "P1: Money first. Then time.\n\nP3: I left in May, for good.",
}
PARENT = {
    "work": "barriers", "money": "barriers", "coins": "money", "load": "work", "help": "strengths", "barriers": "",
    "strengths": "", "loose": "",
}  # fmt: skip
OWN = dict.fromkeys(PARENT, "") | {"barriers": "barrier", "work": "barrier", "help": "facilitator"}
CODEBOOK = TABLES["codebook"].shape(
    [
        {
            "position": n,
            "code": code,
            "label": code,
            "kind": "code",
            "parent": PARENT[code],
            "direction": OWN[code],
            "version": "1",
        }
        for n, code in enumerate(["barriers", "work", "load", "money", "coins", "strengths", "help", "loose"])
    ]
)
CODES = [*CODEBOOK["code"]]


def turns_of(name: str) -> list[dict]:
    rows, at = [], 0
    for number, block in enumerate(TEXTS[name].split("\n\n")):
        label, _, words = block.partition(": ")
        start = at + len(label) + 2
        role = "interviewer" if label == "I" else "participant"
        rows.append({
            "transcript": name, "turn": number, "segment": number, "speaker": label, "role": role, "start": start,
            "participant": "" if label == "I" else label, "end": start + len(words),
        })  # fmt: skip
        at += len(block) + 2
    return rows


TURNS = TABLES["turns"].shape([row for name in TEXTS for row in turns_of(name)])
UNITS = [row for name in TEXTS for row in turns_of(name) if row["role"] == "participant"]
SEGMENTS = TABLES["segments"].shape(UNITS)
TRANSCRIPTS = TABLES["transcripts"].shape([{"transcript": name, "session": name} for name in TEXTS])
SESSIONS = TABLES["sessions"].shape(
    [
        {"session": "S01", "participants": "P1;P2", "status": "done"},
        {"session": "S02", "participants": "P1;P3", "status": "done"},
    ]
)


@st.composite
def coding(draw: st.DrawFn) -> dict:
    name = draw(st.sampled_from(["S01", "S01", "S02"]))
    length = len(TEXTS[name])
    step = draw(st.sampled_from([1, 7]))  # with coarse steps spans touch and repeat
    start = step * draw(st.integers(0, (length - 2) // step))
    end = min(length, start + step * draw(st.integers(1, 60 // step)))
    whole = draw(st.integers(0, 15)) == 0
    return {
        "transcript": name, "coder": draw(st.sampled_from("ABC")), "code": draw(st.sampled_from(CODES)),
        "start": 0 if whole else start, "end": length if whole else end, "scope": "transcript" if whole else "span",
        "direction": draw(st.sampled_from(["", "", "", "barrier", "facilitator"])), "origin": "human",
    }  # fmt: skip


@st.composite
def assignment(draw: st.DrawFn) -> dict:
    name = draw(st.sampled_from(list(TEXTS)))
    part = draw(st.booleans())
    start = draw(st.integers(0, 20)) if part else None
    return {
        "transcript": name, "coder": draw(st.sampled_from("ABC")), "start": start,
        "end": draw(st.integers(21, len(TEXTS[name]))) if part else None,
        "codes": draw(st.sampled_from(["", "", "", "barriers", "help;money"])),
        "done": draw(st.sampled_from(["yes", "yes", "non"])),
    }  # fmt: skip


def named(rows: list[dict]) -> list[dict]:
    return [{**row, "coding": f"c{n:02d}"} for n, row in enumerate(rows)]


EVERYBODY = [
    {"transcript": t, "coder": c, "start": None, "end": None, "codes": "", "done": "yes"} for t in TEXTS for c in "ABC"
]
CODINGS = st.lists(coding(), min_size=1, max_size=14).map(named)
# everybody read everything; nobody wrote down who read what; or some of it
ASSIGNMENTS = st.one_of(st.just(EVERYBODY), st.just([]), st.lists(assignment(), min_size=1, max_size=8))


def shown(rows: list[dict]) -> list[tuple]:
    """What is told of each disagreement, as the table has it."""
    made = []
    for row in rows:
        a, b = row["sides"]
        made.append((
            row["kind"], row["transcript"], row["start"], row["end"], a["code"], b["code"], join(a["coders"]),
            join(b["coders"]), a["direction"], b["direction"], join(a["codings"]), join(b["codings"]),
        ))  # fmt: skip
    return sorted(made)


COLUMNS = [
    "kind", "transcript", "start", "end", "code_a", "code_b", "coder_a", "coder_b", "direction_a", "direction_b", "coding_a",
    "coding_b",
]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(CODINGS, ASSIGNMENTS, st.sampled_from([0.5, 0.3, 1.0]))
def test_disagreements_are_those_that_plain_loops_find(
    codings: list[dict], assignments: list[dict], match: float
) -> None:
    found = find_disagreements(
        TABLES["codings"].shape(codings), TABLES["assignments"].shape(assignments), TEXTS, CODEBOOK,
        TABLES["decisions"].empty(), match=match,
    )  # fmt: skip
    expected = by_hand.disagreements(codings, assignments, TEXTS, PARENT, OWN, match)
    assert sorted(found[COLUMNS].itertuples(index=False, name=None)) == shown(expected)


@settings(deadline=None, max_examples=150)
@given(CODINGS, ASSIGNMENTS)
def test_shares_of_the_observed_disagreement_are_those_of_plain_loops(
    codings: list[dict], assignments: list[dict]
) -> None:
    tables = TABLES["codings"].shape(codings), TABLES["assignments"].shape(assignments)
    comparison = compare(*tables, TEXTS, CODEBOOK)
    study = prepare(*tables, SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK, unit="segment")
    found = contributions(comparison, study)
    units = [(row["transcript"], row["start"], row["end"]) for row in UNITS]
    expected = by_hand.shares(codings, assignments, TEXTS, PARENT, OWN, units, CODES)
    hand = by_hand.disagreements(codings, assignments, TEXTS, PARENT, OWN)
    place = {
        (*sorted((join(s["codings"]), join(s["coders"])) for s in r["sides"]), r["kind"]): n for n, r in enumerate(hand)
    }
    for number, dispute in enumerate(comparison.disputes):
        sides = sorted((join(side.codings), join(side.coders)) for side in dispute.sides)
        share, of_code = expected[place[(*sides, dispute.kind)]]
        if share is None:
            assert pd.isna(found.of_all[number])
            continue
        assert found.of_all[number] == pytest.approx(share, abs=1e-12)
        for code, value in of_code.items():
            assert found.of_code.get((number, code), 0.0) == pytest.approx(value, abs=1e-12)


# ---------------------------------------------------------------- what deciding changes


NO_QUOTES = TABLES["report_quotes"].empty()


def signed(decisions: list[tuple[str, str, str]]) -> pd.DataFrame:
    return TABLES["decisions"].shape(
        [
            {"decision": f"D{n}", "kind": "disagreement", "about": about, "choice": choice, "value": value, "by": "RB"}
            for n, (about, choice, value) in enumerate(decisions)
        ]
    )


def findings(tables: tuple, decisions: pd.DataFrame, people) -> dict[str, tuple[int, set[str]]]:  # type: ignore[no-untyped-def]
    """Mentions and participants of every row of the table of themes, made anew from the codings."""
    layer = make_consensus(*tables, TEXTS, CODEBOOK, decisions)
    mentions = find_mentions(layer, TURNS, TEXTS, people)
    rows = themes_table(mentions, CODEBOOK, people, NO_QUOTES)
    counted = {row.code: (row.mentions, row.participants) for row in rows.itertuples()}
    found = {}
    for code in CODES:
        below = [other for other in CODES if code in by_hand.above(other, PARENT)]
        heard = {person for cell in mentions[mentions["code"].isin(below)]["participants"] for person in split(cell)}
        found[code] = int((mentions["code"].isin(below)).sum()), heard
        assert counted.get(code, (0, 0)) == (found[code][0], len(heard))
    return found


@settings(deadline=None, max_examples=50)
@given(
    CODINGS, ASSIGNMENTS, st.sampled_from([[], ["P2"], ["P1", "P3"]]),  # S02 is left out without these two
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["keep_a", "keep_b", "other", "open"])), min_size=2, max_size=8),
)  # fmt: skip
def test_what_deciding_changes_is_what_changes_when_it_is_decided(
    codings: list[dict], assignments: list[dict], left: list[str], ruled: list[tuple[int, str]]
) -> None:
    tables = TABLES["codings"].shape(codings), TABLES["assignments"].shape(assignments)
    comparison = compare(*tables, TEXTS, CODEBOOK)
    names = [dispute.name for dispute in comparison.disputes]
    kinds = {dispute.name: dispute.kind for dispute in comparison.disputes}
    now = {}
    for n, choice in ruled if names else []:
        about = names[n % len(names)]
        value = "neutral" if kinds[about] == "direction" else "loose"
        now[about] = (choice, value if choice == "other" else "")
    participants = TABLES["participants"].shape([{"participant": person, "withdrawn": "yes"} for person in left])
    people = who_counts(participants, SESSIONS, TABLES["speakers"].empty(), TRANSCRIPTS)
    try:
        before = findings(tables, signed([(name, *word) for name, word in now.items()]), people)
    except DecisionsError:  # a direction of several cannot be kept
        return
    decisions = signed([(name, *word) for name, word in now.items()])
    found = effects(comparison, decisions, TURNS, people)
    for dispute, effect in zip(comparison.disputes, found, strict=True):
        if dispute.kind == "direction":
            assert (effect.codes, effect.participants, effect.mentions) == ((), 0, 0)
            continue
        both = ["both"] if all(side.code for side in dispute.sides) else []
        outcomes = [before]
        for choice in ("keep_a", "keep_b", "neither", *both):
            other = signed([(name, *word) for name, word in (now | {dispute.name: (choice, "")}).items()])
            outcomes.append(findings(tables, other, people))
        appear, gained, mentions = [], 0, 0
        for code in CODES:
            counts, heard = [one[code][0] for one in outcomes], [one[code][1] for one in outcomes]
            appear += [code] if min(counts) == 0 < max(counts) else []
            mentions += max(counts) - min(counts)
            gained += len(set.union(*heard) - set.intersection(*heard))
        assert (effect.codes, effect.participants, effect.mentions) == (tuple(sorted(appear)), gained, mentions)


@settings(deadline=None, max_examples=40)
@given(CODINGS, ASSIGNMENTS)
def test_the_list_does_not_depend_on_the_order_of_the_codings(codings: list[dict], assignments: list[dict]) -> None:
    none, read = TABLES["decisions"].empty(), TABLES["assignments"].shape(assignments)
    first = listed(compare(TABLES["codings"].shape(codings), read, TEXTS, CODEBOOK), none)
    turned = TABLES["codings"].shape(codings[::-1])
    assert first.equals(listed(compare(turned, read.iloc[::-1], TEXTS, CODEBOOK), none))

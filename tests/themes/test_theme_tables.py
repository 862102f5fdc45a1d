"""Mentions, themes, quotes, definitions and co-occurrence, on four sessions that can be read in a minute."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.cooccurrence import cooccurrence_table
from qualcode.definitions import definitions_table
from qualcode.errors import DecisionsError
from qualcode.mentions import both_directions, find_mentions
from qualcode.people import People, who_counts
from qualcode.quotes import quote_candidates, quote_id, quotes_table
from qualcode.tables import TABLES, split
from qualcode.themes import themes_table

SAID = {
    "S1": [
        ("I", "What helped you most?"),
        ("P1", "The vendor came every week. That was good, and we had no time at all."),
    ],
    "S2": [("P2", "Nobody had time for it. We stopped. It never ended for us.")],
    "S3": [
        ("P3", "Time was short for all of us here."),
        ("P4", "And the vendor never came."),
        ("", "I agree with that."),
    ],
    "S4": [("P5", "I left, and my words should go.")],
}
CODES = [
    ("helped", "What helped", "theme", ""),
    ("vendor", "Vendor", "subtheme", "helped"),
    ("hindered", "What hindered", "theme", ""),
    ("time", "Time", "subtheme", "hindered"),
    ("rush", "In a rush", "code", "time"),
    ("law", "Law", "subtheme", "hindered"),
    ("words", "Words", "theme", ""),
    ("end", "When it ends", "definition", "words"),
]
CODEBOOK = TABLES["codebook"].shape(
    {"position": i, "code": code, "label": label, "kind": kind, "parent": parent, "definition": f"{label}."}
    for i, (code, label, kind, parent) in enumerate(CODES)
)
GROUPS = {"P1": "lead", "P2": "lead", "P3": "manager", "P4": "manager", "P5": "lead"}
LIMITS = {"words_min": 1, "words_max": 20}
NOTHING = TABLES["decisions"].empty()


@dataclass
class Small:
    """A study of four sessions, and spans coded in it by what they say."""

    texts: dict[str, str] = field(default_factory=dict)
    turns: pd.DataFrame = field(default_factory=pd.DataFrame)
    consent: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rows = []
        for transcript, said in SAID.items():
            text = ""
            for number, (speaker, words) in enumerate(said):
                label = speaker or "Voice"
                start = len(text) + len(label) + 2
                text += f"{label}: {words}\n\n"
                role = "interviewer" if speaker == "I" else "participant"
                rows.append(
                    {"transcript": transcript, "turn": number, "speaker": label, "role": role, "start": start,
                     "participant": speaker.removeprefix("I"), "end": start + len(words)}
                )  # fmt: skip
            self.texts[transcript] = text.rstrip("\n")
        self.turns = TABLES["turns"].shape(rows)

    @property
    def people(self) -> People:
        sessions = {"S1": "P1", "S2": "P2", "S3": "P3;P4", "S4": "P5"}
        return who_counts(
            TABLES["participants"].shape(
                {"participant": person, "group": group, "consent": self.consent.get(person, "yes"),
                 "withdrawn": "yes" if person == "P5" else ""}
                for person, group in GROUPS.items()
            ),
            TABLES["sessions"].shape({"session": name, "participants": who} for name, who in sessions.items()),
            TABLES["speakers"].empty(),
            TABLES["transcripts"].shape({"transcript": name, "session": name} for name in sessions),
        )  # fmt: skip

    def mentions(self, *coded: tuple[str, ...]) -> pd.DataFrame:
        return find_mentions(self.consensus(*coded), self.turns, self.texts, self.people)

    def consensus(self, *coded: tuple[str, ...]) -> pd.DataFrame:
        rows = []
        for number, (transcript, words, code, *direction) in enumerate(coded):
            text = self.texts[transcript]
            start = 0 if words == "*" else text.index(words)
            rows.append(
                {"coding": f"c{number}", "transcript": transcript, "scope": "transcript" if words == "*" else "span",
                 "start": start, "end": len(text) if words == "*" else start + len(words), "code": code,
                 "direction": direction[0] if direction else "", "from_codings": f"h{number}"}
            )  # fmt: skip
        return TABLES["consensus"].shape(rows)


@pytest.fixture
def study() -> Small:
    return Small()


CODED = [
    ("S1", "The vendor came every week", "vendor", "facilitator"),
    ("S1", "no time at all", "time", "barrier"),
    ("S2", "Nobody had time", "time", "barrier"),
    ("S2", "We stopped", "rush", "mixed"),
    ("S2", "Nobody had time for it. We", "hindered", "barrier"),
    ("S3", "Time was short for all of us here.\n\nP4: And the vendor", "time", "barrier"),
    ("S3", "the vendor never came", "vendor", "barrier"),
    ("S3", "I agree with that", "time", "barrier"),
    ("S4", "I left", "time", "barrier"),
    ("S2", "It never ended", "end"),
]


def themes(study: Small, mentions: pd.DataFrame) -> pd.DataFrame:
    candidates = quote_candidates(mentions, study.turns, study.texts, study.people, NOTHING, **LIMITS)
    quotes = quotes_table(candidates, CODEBOOK, study.people, quotes=3, **LIMITS)
    return themes_table(mentions, CODEBOOK, study.people, quotes)


def row(table: pd.DataFrame, code: str) -> dict[str, object]:
    return table[table["code"] == code].iloc[0].to_dict()


def test_every_entry_has_a_row_in_codebook_order_also_one_never_used(study):
    table = themes(study, study.mentions(*CODED))
    assert table["code"].tolist() == [code for code, *_ in CODES]
    law = row(table, "law")
    assert (law["mentions"], law["participants"], law["participants_percent"], law["quote"]) == (0, 0, 0.0, "")


def test_a_theme_and_what_stands_below_it_are_named_by_labels(study):
    table = themes(study, study.mentions(*CODED))
    assert table[["theme", "subtheme", "label", "depth"]].to_numpy().tolist()[2:6] == [
        ["What hindered", "", "What hindered", 0],
        ["What hindered", "Time", "Time", 1],
        ["What hindered", "Time", "In a rush", 2],
        ["What hindered", "Law", "Law", 1],
    ]


def test_mentions_add_up_and_participants_are_the_union(study):
    table = themes(study, study.mentions(*CODED))
    # time: S1, S2, and in S3 one span of two people and one of a voice nobody could name; S4 withdrew
    time = row(table, "time")
    assert (time["mentions"], time["participants"], time["unattributed"], time["transcripts"]) == (5, 4, 1, 3)
    rush = row(table, "rush")
    assert (rush["mentions"], rush["participants"]) == (1, 1)
    hindered = row(table, "hindered")
    assert (hindered["mentions"], hindered["participants"], hindered["eligible"]) == (6, 4, 4)
    assert hindered["participants_percent"] == 100.0
    vendor = row(table, "vendor")
    assert (vendor["mentions"], vendor["participants"], vendor["participants_percent"]) == (2, 2, 50.0)


def test_directions_are_those_of_the_mentions(study):
    table = themes(study, study.mentions(*CODED))
    names = ["facilitator", "barrier", "mixed", "neutral"]
    assert [row(table, "vendor")[name] for name in names] == [1, 1, 0, 0]
    assert [row(table, "hindered")[name] for name in names] == [0, 5, 1, 0]


def test_nothing_of_a_withdrawn_participant_is_left(study):
    mentions = study.mentions(*CODED)
    assert "S4" not in set(mentions["transcript"])
    table = themes(study, mentions)
    assert not any("P5" in str(value) or "I left" in str(value) for value in table.to_numpy().ravel())


def test_in_a_shared_session_only_the_words_of_who_withdrew_go():
    study = Small()
    people = study.people
    gone = People(
        people.table[people.table["participant"] != "P3"], people.quotable - {"P3"}, people.withdrawn | {"P3"}
    )
    consensus = study.consensus(
        ("S3", "Time was short", "time"),
        ("S3", "all of us here.\n\nP4: And the", "time"),
        ("S1", "What helped", "vendor"),
    )
    mentions = find_mentions(consensus, study.turns, study.texts, gone)
    assert mentions[["transcript", "participants"]].to_numpy().tolist() == [["S1", ""], ["S3", "P4"]]
    candidates = quote_candidates(mentions, study.turns, study.texts, gone, NOTHING, **LIMITS)
    assert candidates["text"].tolist() == ["And the"]


def test_overlapping_spans_of_one_code_are_one_mention(study):
    mentions = study.mentions(
        ("S2", "Nobody had time", "time", "barrier"),
        ("S2", "time for it", "time", "facilitator"),
        ("S2", "We stopped", "time", "barrier"),
    )
    assert mentions[["mention", "direction", "from_codings"]].to_numpy().tolist() == [
        ["c0", "mixed", "h0;h1"],
        ["c2", "barrier", "h2"],
    ]
    assert study.texts["S2"][mentions["start"][0] : mentions["end"][0]] == "Nobody had time for it"


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        ("barrier", "barrier", "barrier"), ("barrier", "", "barrier"), ("", "neutral", "neutral"),
        ("neutral", "barrier", "barrier"), ("facilitator", "barrier", "mixed"), ("mixed", "barrier", "mixed"), ("", "", ""),
    ],
)  # fmt: skip
def test_two_readings_of_one_passage_have_the_direction_they_share(a, b, both):
    assert both_directions(a, b) == both == both_directions(b, a)


def test_a_code_on_a_whole_transcript_is_a_mention_of_all_its_people_and_no_quote(study):
    mentions = study.mentions(("S3", "*", "time"))
    assert mentions["participants"].tolist() == ["P3;P4"]
    assert not len(quote_candidates(mentions, study.turns, study.texts, study.people, NOTHING, **LIMITS))


def test_without_codings_or_without_a_codebook_there_are_no_rows(study):
    assert len(themes(study, study.mentions())) == 0
    assert definitions(study) == []
    assert (
        len(themes_table(study.mentions(), TABLES["codebook"].empty(), study.people, TABLES["report_quotes"].empty()))
        == 0
    )


def test_without_eligible_participants_there_is_no_percent(study):
    nobody = People(study.people.table.iloc[:0], without_session=frozenset(SAID))
    mentions = find_mentions(study.consensus(*CODED[:1]), study.turns, study.texts, nobody)
    found = themes_table(mentions, CODEBOOK, nobody, TABLES["report_quotes"].empty())
    assert (row(found, "vendor")["mentions"], row(found, "vendor")["participants"]) == (1, 0)
    assert row(found, "vendor")["unattributed"] == 1
    assert found["participants_percent"].isna().all()


_PLACES = st.tuples(
    st.sampled_from(list(SAID)), st.integers(0, 60), st.integers(1, 30), st.sampled_from([c[0] for c in CODES])
)


@settings(deadline=None, max_examples=40)
@given(st.lists(_PLACES, max_size=12))
def test_a_parent_holds_the_union_of_its_children_and_no_more_than_the_sum(places):
    study = Small()
    consensus = TABLES["consensus"].shape(
        {"coding": f"c{i}", "transcript": name, "scope": "span", "start": start, "code": code,
         "end": min(start + length, len(study.texts[name]))}
        for i, (name, start, length, code) in enumerate(places)
        if start < len(study.texts[name])
    )  # fmt: skip
    mentions = find_mentions(consensus, study.turns, study.texts, study.people)
    table = themes_table(mentions, CODEBOOK, study.people, TABLES["report_quotes"].empty()).set_index("code")
    for parent in ("helped", "hindered", "time", "words") if len(mentions) else ():
        below = [parent, *[code for code, _, _, above in CODES if above == parent]]
        if parent == "hindered":
            below.append("rush")
        people = {p for cell in mentions[mentions["code"].isin(below)]["participants"] for p in split(cell)}
        assert table.loc[parent, "participants"] == len(people) <= table.loc[parent, "eligible"]
        assert table.loc[parent, "mentions"] == mentions["code"].isin(below).sum()


# ---------------------------------------------------------------- quotes


def candidates_of(
    study: Small, *coded: tuple[str, ...], decisions: pd.DataFrame = NOTHING, **limits: int
) -> pd.DataFrame:
    mentions = study.mentions(*coded)
    return quote_candidates(mentions, study.turns, study.texts, study.people, decisions, **(LIMITS | limits))


def quote_decision(quote: str, choice: str, by: str = "RB") -> pd.DataFrame:
    return TABLES["decisions"].shape(
        [{"decision": "d1", "kind": "quote", "about": quote, "choice": choice, "by": by, "on": "2024-05-01"}]
    )


def test_a_quote_is_an_exact_piece_of_one_turn(study):
    found = candidates_of(study, ("S3", "short for all of us here.\n\nP4: And the vendor never", "time"))
    assert found[["participant", "text"]].to_numpy().tolist() == [
        ["P3", "short for all of us here."],
        ["P4", "And the vendor never"],
    ]
    for quote in found.to_dict("records"):
        assert study.texts[quote["transcript"]][quote["start"] : quote["end"]] == quote["text"]


def test_interviewers_are_not_quoted(study):
    assert candidates_of(study, ("S1", "helped you most?\n\nP1: The vendor", "vendor"))["text"].tolist() == [
        "The vendor"
    ]


def test_a_word_that_the_coder_cut_is_quoted_whole(study):
    assert candidates_of(study, ("S2", "body had ti", "time"))["text"].tolist() == ["Nobody had time"]


def test_who_forbids_quotes_is_counted_and_not_quoted():
    study = Small(consent={"P1": "no_quotes"})
    assert themes(study, study.mentions(CODED[0])).set_index("code").loc["vendor", "participants"] == 1
    assert not len(candidates_of(study, CODED[0]))


def test_a_voice_nobody_could_name_is_not_quoted_in_a_session_that_names_people(study):
    assert not len(candidates_of(study, ("S3", "I agree with that", "time")))


def test_short_passages_are_left_out_and_long_ones_end_with_a_sentence(study):
    assert not len(candidates_of(study, ("S2", "We stopped", "time"), words_min=3))
    cut = candidates_of(
        study, ("S2", "Nobody had time for it. We stopped. It never ended for us.", "time"), words_max=8
    )
    assert cut["text"].tolist() == ["Nobody had time for it. We stopped."]
    assert not len(candidates_of(study, ("S2", "Nobody had time for it. We stopped.", "time"), words_max=4))


def test_a_rejected_quote_goes_and_an_approved_one_comes_first(study):
    coded = [("S1", "The vendor came every week", "vendor"), ("S3", "the vendor never came", "vendor")]
    assert candidates_of(study, *coded, decisions=quote_decision(quote_id("c0"), "reject"))["participant"].tolist() == [
        "P4"
    ]
    for number, person in ((0, "P1"), (1, "P4")):
        found = candidates_of(study, *coded, decisions=quote_decision(quote_id(f"c{number}"), "approve"))
        table = quotes_table(found, CODEBOOK, study.people, quotes=3, **LIMITS)
        assert table[["participant", "approved"]].to_numpy().tolist()[0] == [person, "yes"]
    unsigned = candidates_of(study, *coded, decisions=quote_decision(quote_id("c0"), "reject", by=""))
    assert len(unsigned) == 2


def test_a_choice_that_a_quote_cannot_have_is_refused(study):
    with pytest.raises(
        DecisionsError, match=r"'d1' of kind quote: choice 'aprove' is not known\.\n  Nearest: 'approve'"
    ):
        candidates_of(study, CODED[0], decisions=quote_decision("q-1", "aprove"))


def test_quotes_are_spread_over_people(study):
    coded = [
        ("S1", "The vendor came every week", "time"),
        ("S1", "no time at all", "time"),
        ("S2", "Nobody had time for it", "time"),
        ("S3", "Time was short for all", "time"),
    ]
    table = quotes_table(candidates_of(study, *coded), CODEBOOK, study.people, quotes=3, **LIMITS)
    assert sorted(table["participant"]) == ["P1", "P2", "P3"]
    assert table["rank"].tolist() == [1, 2, 3]
    assert set(table["theme"]) == {"What hindered"} and set(table["subtheme"]) == {"Time"}
    assert table.columns.tolist()[:8] == [
        "quote",
        "theme",
        "participant",
        "transcript",
        "start",
        "end",
        "text",
        "approved",
    ]


def test_who_was_quoted_for_one_code_waits_at_the_next(study):
    coded = [
        ("S1", "The vendor came every week", "vendor"),
        ("S1", "no time at all", "time"),
        ("S2", "Nobody had time", "time"),
    ]
    table = quotes_table(candidates_of(study, *coded), CODEBOOK, study.people, quotes=1, **LIMITS)
    assert table.set_index("code")["participant"].to_dict() == {"vendor": "P1", "time": "P2"}


def test_the_first_quote_has_the_direction_that_most_have(study):
    coded = [
        ("S1", "The vendor came every week", "time", "facilitator"),
        ("S2", "Nobody had time for it", "time", "barrier"),
        ("S3", "Time was short for all", "time", "barrier"),
    ]
    table = quotes_table(candidates_of(study, *coded), CODEBOOK, study.people, quotes=3, **LIMITS)
    assert table["direction"].tolist()[0] == "barrier"
    assert sorted(table["direction"]) == ["barrier", "barrier", "facilitator"]


def test_a_themes_row_shows_another_quote_than_its_subthemes_row_where_there_is_one(study):
    table = themes(study, study.mentions(CODED[0], CODED[6])).set_index("code")
    assert {table.loc["vendor", "quote_participant"], table.loc["helped", "quote_participant"]} == {"P1", "P4"}
    assert table.loc["vendor", "quote_approved"] == ""


# ---------------------------------------------------------------- definitions


def definitions(study: Small, *coded: tuple[str, ...], decisions: pd.DataFrame = NOTHING) -> list[list[str]]:
    mentions = study.mentions(*coded)
    table = definitions_table(mentions, study.turns, study.texts, CODEBOOK, study.people, decisions)
    return table[["group", "participants", "element", "text", "status"]].to_numpy().tolist()


def test_each_participant_has_a_cell_of_the_matrix(study):
    decided = TABLES["decisions"].shape(
        [
            {
                "decision": "d1",
                "kind": "definition",
                "about": "P3:end",
                "choice": "not_familiar",
                "by": "RB",
                "on": "2024-05-01",
            }
        ]
    )
    coded = [("S2", "We stopped", "end"), ("S2", "It never ended", "end")]
    assert definitions(study, *coded, decisions=decided) == [
        ["lead", "P1", "When it ends", "", "not_asked"],
        ["lead", "P2", "When it ends", "We stopped […] It never ended", "given"],
        ["manager", "P3", "When it ends", "", "not_familiar"],
        ["manager", "P4", "When it ends", "", "not_asked"],
    ]


def test_people_who_share_a_passage_share_a_cell(study):
    cells = definitions(study, ("S3", "for all of us here.\n\nP4: And the vendor", "end"))
    assert cells[2:] == [["manager", "P3;P4", "When it ends", "for all of us here. […] And the vendor", "given"]]


def test_a_definition_is_given_but_not_printed_where_quotes_are_forbidden():
    study = Small(consent={"P2": "no_quotes"})
    assert definitions(study, ("S2", "We stopped", "end"))[1] == ["lead", "P2", "When it ends", "", "given"]


# ---------------------------------------------------------------- co-occurrence


def pairs(study: Small, unit: str, *coded: tuple[str, ...]) -> list[list[object]]:
    table = cooccurrence_table(study.mentions(*coded), study.turns, study.texts, CODEBOOK, unit=unit)  # type: ignore[arg-type]
    return table[["code_a", "code_b", "unit", "n", "jaccard"]].to_numpy().tolist()


def test_codes_meet_in_a_turn_when_each_covers_a_word_of_it(study):
    coded = [
        ("S1", "The vendor came", "vendor"), ("S1", "no time at all", "time"), ("S2", "Nobody had", "time"),
        ("S3", "Time was short for all of us here.\n\nP4: An", "time"), ("S3", "the vendor", "vendor"),
    ]  # fmt: skip
    # turns with time: S1, S2, P3's; with vendor: S1, P4's; both: S1 (the span of P3 holds no whole word of P4)
    assert pairs(study, "turn", *coded) == [["time", "vendor", "turn", 1, 1 / 4]]
    assert pairs(study, "transcript", *coded) == [["time", "vendor", "transcript", 2, 2 / 3]]


def test_a_code_and_what_stands_above_it_are_no_pair(study):
    coded = [("S2", "Nobody", "rush"), ("S2", "had", "time"), ("S2", "time", "hindered"), ("S2", "We stopped", "law")]
    assert [pair[:2] for pair in pairs(study, "turn", *coded)] == [["law", "rush"], ["law", "time"]]


def test_a_code_on_a_whole_transcript_meets_others_in_the_transcript_only(study):
    coded = [("S2", "*", "law"), ("S2", "Nobody", "time")]
    assert pairs(study, "turn", *coded) == []
    assert pairs(study, "transcript", *coded) == [["law", "time", "transcript", 1, 1.0]]

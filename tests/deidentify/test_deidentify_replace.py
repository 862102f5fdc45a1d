"""Names out of a text: whole words, in their case and genitive, once; and every span still covers what it covered."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.deidentify import Decisions, Key, deidentify, fingerprint
from qualcode.deidentify.key import Entry
from qualcode.deidentify.replace import Judged, candidate_id
from qualcode.transcripts.canonical import Placed, canonical
from qualcode.transcripts.model import RawTurn
from qualcode.transcripts.way import map_span

SECRET = "key-0123456789abcdef"


def person(*forms: str, pseudonym: str = "Robin") -> Key:
    return Key((Entry("P01", pseudonym, "person", forms),), SECRET)


def out(text: str, key: Key, language: str = "en", decisions: Decisions | None = None) -> str:
    placed = [Placed("", 0, len(text), None, None)]
    return deidentify(text, placed, key, decisions or Decisions(), language).text


@pytest.mark.parametrize(
    ("forms", "language", "text", "expected"),
    [
        # whole words, in any writing system
        (["Anna"], "en", "Anna, Annabel, Joanna, Hanna and (Anna).", "Robin, Annabel, Joanna, Hanna and (Robin)."),
        (["Zoë"], "nl", "Zoë, Zoëy en ZOË", "Robin, Zoëy en ROBIN"),
        (["José"], "es", "José y Josés y Joséphine", "Robin y Robins y Joséphine"),
        (["Müller"], "de", "Müllers Haus, MÜLLER, Obermüller", "Robins Haus, ROBIN, Obermüller"),
        (["Weiß"], "de", "Herr WEISS und Herr Weiß", "Herr ROBIN und Herr Robin"),
        (["田中"], "ja", "田中さんは来ました", "Robinさんは来ました"),
        (["Иван"], "ru", "Иван и ИВАН, Иванов", "Robin и ROBIN, Иванов"),
        # the longest form first
        (["Anna de Vries", "Anna", "de Vries"], "nl", "Anna de Vries, Anna en mevrouw de Vries.", "Robin, Robin en mevrouw Robin."),
        (["Anna de Vries"], "nl", "Anna  de\u00a0Vries kwam, Anna niet.", "Robin kwam, Anna niet."),
        # case
        (["Priya"], "en", "PRIYA! priya said.", "ROBIN! robin said."),
        # genitives stay genitives, of the pseudonym
        (["Priya"], "en", "Priya's car, PRIYA'S car, Priya’s.", "Robin's car, ROBIN'S car, Robin’s."),
        (["James"], "en", "James' car and James's.", "Robin's car and Robin's."),
        (["James"], "en", "He said 'it was James' and left.", "He said 'it was Robin' and left."),
        (["Smith"], "en", "the Smiths came", "the Robins came"),
        (["Peter"], "nl", "Dat is Peters fiets", "Dat is Robins fiets"),
        (["Emma"], "nl", "Emma's fiets", "Robins fiets"),
        (["Hans"], "de", "Hans’ Haus", "Robins Haus"),
        # hyphens: half of somebody's double name is left for people to decide, an ending is not
        (["Anna"], "en", "Anna-Lena and ex-Anna and Anna-like", "Anna-Lena and ex-Robin and Robin-like"),
        (["Anna-Lena", "Anna"], "de", "Anna-Lena und Anna‑Lena und Anna", "Robin und Robin und Robin"),
        # initials, in capitals only
        (["AK"], "en", "AK and A.K. and A. K. said: ak, bak", "Robin and Robin and Robin said: ak, bak"),
        # apostrophes of any shape, elisions
        (["O'Brien"], "en", "O’Brien and O'Brien's", "Robin and Robin's"),
        (["Anna"], "fr", "l'idée d'Anna, d’Anna", "l'idée d'Robin, d’Robin"),
        # a name that is a word of the language too: in small letters the word is meant
        (["Will"], "en", "I asked Will if he will come.", "I asked Robin if he will come."),
        # one letter is a label, not a word
        (["A"], "en", "A book for A.", "A book for A."),
    ],
)  # fmt: skip
def test_names_are_replaced_as_whole_words_in_their_case_and_genitive(
    forms: list[str], language: str, text: str, expected: str
) -> None:
    assert out(text, person(*forms), language) == expected


def test_a_genitive_follows_the_pseudonym_and_not_the_name() -> None:
    key = person("Anna", pseudonym="Chris")
    assert out("Anna's fiets", key, "nl") == "Chris' fiets"
    assert out("Annas Haus", key, "de") == "Chris’ Haus"
    assert out("Anna's car", key, "en") == "Chris's car"


def test_places_and_organisations_are_marked_with_brackets_that_take_no_capitals() -> None:
    key = Key(
        (
            Entry("", "Hospital A", "organisation", ("St Mary's", "St Mary's Hospital")),
            Entry("", "[Town B]", "place", ("Leeds",)),
        )
    )
    assert (
        out("ST MARY'S HOSPITAL, St Mary’s Hospital's ward in Leeds", key)
        == "[Hospital A], [Hospital A]'s ward in [Town B]"
    )


def test_what_was_put_in_is_not_replaced_again() -> None:
    key = Key((Entry("P1", "Kim", "person", ("Anna",)), Entry("P2", "Lee", "person", ("Kim Berg",))))
    assert out("Anna Berg met Kim Berg.", key) == "Kim Berg met Lee."


def test_speakers_labels_are_replaced_and_turns_keep_their_words_and_times() -> None:
    text, placed = canonical(
        [
            RawTurn("ANNA DE VRIES", ["Anna is mine.", "Yes."], 1.0, 2.5),
            RawTurn("I", ["And Anna?"]),
            RawTurn("", ["No."]),
        ]
    )
    done = deidentify(text, placed, person("Anna de Vries", "Anna"), Decisions(), "en")
    assert done.text == "ROBIN: Robin is mine.\nYes.\n\nI: And Robin?\n\nNo."
    assert [(turn.speaker, done.text[turn.start : turn.end]) for turn in done.placed] == [
        ("ROBIN", "Robin is mine.\nYes."),
        ("I", "And Robin?"),
        ("", "No."),
    ]
    assert (done.placed[0].start_s, done.placed[0].end_s, done.placed[1].start_s) == (1.0, 2.5, None)


def test_a_label_of_one_letter_is_replaced_where_it_is_the_whole_label() -> None:
    text, placed = canonical([RawTurn("A", ["A book."]), RawTurn("A B", ["Yes."])])
    assert deidentify(text, placed, person("A"), Decisions(), "en").text == "Robin: A book.\n\nA B: Yes."


def test_e_mail_addresses_and_telephone_numbers_become_marks_unless_somebody_decided_to_keep_them() -> None:
    text = "Mail anna@example.org or info@example.org, call 020 7946 0958 about 10,000,000 people."
    kept = Decisions({candidate_id("info@example.org", SECRET): Judged("keep", by="RB", on="2024-01-01")})
    expected = "Mail [e-mail address] or info@example.org, call [telephone number] about 10,000,000 people."
    assert out(text, person("Anna"), decisions=kept) == expected


def test_the_key_has_the_last_word_over_a_decision_to_keep() -> None:
    kept = Decisions({candidate_id("Anna", SECRET): Judged("keep", by="RB", on="2024-01-01")})
    assert out("Anna came.", person("Anna"), decisions=kept) == "Robin came."


def test_the_log_says_where_what_why_and_who_and_never_what_stood_there() -> None:
    text, placed = canonical([RawTurn("Anna", ["Ask Anna at anna@example.org."])])
    decided = Decisions({candidate_id("Anna", SECRET): Judged("replace", "Robin", "RB", "2024-01-01")})
    done = deidentify(text, placed, person("Anna"), decided, "en")
    rows = [(one.kind, one.action, one.replacement, one.why, one.in_label, one.by, one.on) for one in done.log]
    assert rows == [
        ("person", "pseudonym", "Robin", "key", True, "RB", "2024-01-01"),
        ("person", "pseudonym", "Robin", "key", False, "RB", "2024-01-01"),
        ("contact", "mark", "[e-mail address]", "email", False, "", ""),
    ]
    assert [done.text[one.start : one.end] for one in done.log] == ["Robin", "Robin", "[e-mail address]"]
    assert "anna" not in repr(done.log).casefold()


def test_a_name_that_is_a_word_too_is_marked_for_a_look_where_a_sentence_begins() -> None:
    done = deidentify("Will came. I saw Will.", [Placed("", 0, 22, None, None)], person("Will"), Decisions(), "en")
    assert [bool(one.look) for one in done.log] == [True, False]


def test_a_coding_made_on_the_text_with_names_covers_the_same_words_afterwards() -> None:
    text, placed = canonical([RawTurn("Anna", ["I told Tom Baker that it works. He did not listen."])])
    key = Key((Entry("P1", "Robin", "person", ("Anna",)), Entry("P2", "Kim", "person", ("Tom Baker",))), SECRET)
    done = deidentify(text, placed, key, Decisions(), "en")

    def now(words: str) -> tuple[str, bool]:
        found = map_span(done.edits, text.index(words), text.index(words) + len(words))
        assert found is not None
        return done.text[found.start : found.end], found.changed

    assert now("He did not listen.") == ("He did not listen.", False)
    assert now("that it works") == ("that it works", False)
    assert now("told Tom Baker that") == ("told Kim that", True)
    assert now("Tom") == ("Kim", True)


def test_the_fingerprint_changes_with_whatever_changes_the_outcome() -> None:
    one = fingerprint(person("Anna"), Decisions(), "x")
    kept = Decisions({"i-1": Judged("keep", by="RB", on="2024-01-01")})
    others = [
        fingerprint(person("Anna", "Ana"), Decisions(), "x"),
        fingerprint(person("Anna", pseudonym="Kim"), Decisions(), "x"),
        fingerprint(person("Anna"), kept, "x"),
        fingerprint(person("Anna"), Decisions(), "y"),
        fingerprint(None, Decisions(), "x"),
    ]
    assert len({one, *others}) == 6
    assert one == fingerprint(person("Anna"), Decisions(), "x")


# ---------------------------------------------------------------- what lies side by side, overlaps, or is at an edge


def kept(words: str, choice: str, secret: str = SECRET) -> Decisions:
    return Decisions({candidate_id(words, secret): Judged(choice, by="RB", on="2024-01-01")})


def test_a_candidate_is_called_the_same_in_any_case_and_by_a_keyed_hash() -> None:
    # printf anna | openssl dgst -sha256 -hmac key-0123456789abcdef
    assert candidate_id("anna", SECRET) == "i-6dfa928be2d9d661fdce19480d3c9ae9"
    assert candidate_id("ANNA", SECRET) == candidate_id("anna", SECRET) != candidate_id("anna", "key-x")


def test_without_a_secret_no_decision_is_found_though_its_id_was_made_without_one() -> None:
    assert kept("Anna", "keep", "").on("Anna", "") is None
    assert kept("Anna", "keep").on("Anna", SECRET) == Judged("keep", by="RB", on="2024-01-01")
    assert Decisions().on("Anna", SECRET) is None


@pytest.mark.parametrize(
    ("choice", "stays"), [("keep", True), ("not_identifier", True), ("replace", False), ("perhaps", False)]
)
def test_an_address_stays_where_somebody_decided_so_whatever_the_reason(choice: str, stays: bool) -> None:
    words = "anna@example.org"
    assert out(words, person("Tom"), decisions=kept(words, choice)) == (words if stays else "[e-mail address]")


def test_the_log_names_who_decided_to_replace_and_not_who_decided_to_keep() -> None:
    turns = [Placed("", 0, 10, None, None)]
    done = deidentify("Anna came.", turns, person("Anna"), kept("Anna", "keep"), "en")
    assert [(one.replacement, one.by, one.on) for one in done.log] == [("Robin", "", "")]


def test_only_the_rules_that_are_asked_for_replace_and_in_the_countries_that_are_named() -> None:
    text = "It is 536-90-4399, and in Zutphen 06-12345678, or a@example.org."
    turns = [Placed("", 0, len(text), None, None)]

    def done(**options: tuple[str, ...]) -> str:
        return deidentify(text, turns, person("Anna"), Decisions(), "en", **options).text

    mailed = text.replace("a@example.org", "[e-mail address]")
    assert done() == mailed
    assert done(countries=("nl",)) == mailed.replace("06-12345678", "[telephone number]")
    assert done(automatic=()) == text
    assert done(automatic=("identity",)) == text.replace("536-90-4399", "[identity number]")


def test_an_address_is_not_put_together_of_two_turns_and_ends_where_one_does() -> None:
    text = "anna@example.org yes"
    across = [Placed("", 0, 6, None, None), Placed("", 6, len(text), None, None)]
    beside = [Placed("", 0, 16, None, None), Placed("", 16, len(text), None, None)]
    assert deidentify(text, across, person("Tom"), Decisions(), "en").text == text
    assert deidentify(text, beside, person("Tom"), Decisions(), "en").text == "[e-mail address] yes"


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        ("Priya", "priya@example.org", "[e-mail address]"),  # inside, at its beginning
        ("org", "anna@example.org", "[e-mail address]"),  # at its end
        ("anna@example.org", "anna@example.org", "Robin"),  # the whole of it: the key has it
        ("Baker anna", "Baker anna@example.org", "Robin@example.org"),  # over its beginning
        ("org Leeds", "anna@example.org Leeds", "anna@example.Robin"),  # over its end
        ("mail anna@example.org", "mail anna@example.org now", "Robin now"),  # around it
        ("Anna:", "Anna:ann@example.org", "Robin[e-mail address]"),  # beside it
        (":Anna", "ann@example.org:Anna", "[e-mail address]Robin"),
        ("Anna", "Mail ann@example.org, Anna, or bob@example.org.", "Mail [e-mail address], Robin, or [e-mail address]."),
    ],
)  # fmt: skip
def test_a_form_of_the_key_and_an_address_that_share_words_give_one_replacement(
    form: str, text: str, expected: str
) -> None:
    assert out(text, person(form)) == expected


def test_a_turn_without_a_label_has_none_afterwards_though_a_name_stands_before_it() -> None:
    turns = [Placed("", 0, 4, None, None), Placed("", 4, 8, None, None)]
    done = deidentify("Anna yes", turns, person("Anna"), Decisions(), "en")
    assert done.placed == [Placed("", 0, 5, None, None), Placed("", 5, 9, None, None)]


def test_what_is_replaced_by_itself_is_no_edit_and_stands_in_the_log() -> None:
    done = deidentify("Ask Anna.", [Placed("", 0, 9, None, None)], person("Anna", pseudonym="Anna"), Decisions(), "en")
    assert (done.edits, [(one.start, one.end) for one in done.log]) == ([], [(4, 8)])


def test_a_turn_that_begins_or_ends_with_a_name_ends_with_its_pseudonym() -> None:
    text, placed = canonical(
        [RawTurn("Bo", ["Anna knows Anna"]), RawTurn("Anna", ["Anna"]), RawTurn("", ["Anna", "Anna"])]
    )
    done = deidentify(text, placed, person("Anna"), Decisions(), "en")
    assert [(turn.speaker, done.text[turn.start : turn.end]) for turn in done.placed] == [
        ("Bo", "Robin knows Robin"),
        ("Robin", "Robin"),
        ("", "Robin\nRobin"),
    ]


def test_the_fingerprint_holds_each_part_of_a_decision_and_not_their_order() -> None:
    def made(**changed: str) -> str:
        judged = Judged(**{"choice": "keep", "by": "RB", "on": "2024-01-01", **changed})
        return fingerprint(None, Decisions({"i-1": judged, "i-2": Judged("replace")}), "")

    changed = [made(choice="not_identifier"), made(by="EM"), made(on="2024-01-02")]
    renamed = fingerprint(
        None, Decisions({"i-3": Judged("keep", by="RB", on="2024-01-01"), "i-2": Judged("replace")}), ""
    )
    assert len({made(), renamed, *changed}) == 5
    turned = Decisions({"i-2": Judged("replace"), "i-1": Judged("keep", by="RB", on="2024-01-01")})
    assert fingerprint(None, turned, "") == made()


# ---------------------------------------------------------------- for any text

NAMES = ("Anna", "Tom Baker", "Zoë", "de Vries", "Li", "O'Brien", "Anna-Lena", "Northgate Hospital")
PIECES = st.sampled_from(
    [*NAMES, *(name.upper() for name in NAMES), "anna", "went", "it was", "Annabel", "s", "'s", "’", "-", ".", ",", "!", "\n", "  ",
     "é", "e\u0301", "1962", "a@b.org", "020 7946 0958", "@anna", "[x]", "…", "Robin", "«", "田中"]
)  # fmt: skip
TURNS = st.lists(
    st.tuples(st.sampled_from(["", "I", "Anna", "Tom Baker", "P01"]), st.lists(PIECES, min_size=1, max_size=25)),
    min_size=1,
    max_size=4,
)
ANY_KEY = st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)).map(
    lambda names: Key(
        tuple(
            Entry(f"P{at}", f"Pseudo{at}", "organisation" if "Hospital" in name else "person", (name,))
            for at, name in enumerate(names)
        ),
        SECRET,
    )
)


def made(turns: list[tuple[str, list[str]]], glue: str) -> tuple[str, list[Placed]]:
    return canonical([RawTurn(label, glue.join(pieces).split("\n")) for label, pieces in turns])


@settings(max_examples=300, deadline=None)
@given(TURNS, st.sampled_from([" ", ""]), ANY_KEY, st.sampled_from(["en", "nl", "de", "fr", "xx"]), st.data())
def test_a_span_that_was_not_touched_covers_the_same_words_and_no_other_covers_new_ones(
    turns, glue, key, language, data
) -> None:  # type: ignore[no-untyped-def]
    text, placed = made(turns, glue)
    done = deidentify(text, placed, key, Decisions(), language)
    # between two edits nothing changed, and edits are in order
    at_old = at_new = 0
    for edit in done.edits:
        assert edit.start_from >= at_old
        assert text[at_old : edit.start_from] == done.text[at_new : edit.start_to]
        assert edit.end_from > edit.start_from
        at_old, at_new = edit.end_from, edit.end_to
    assert text[at_old:] == done.text[at_new:]
    for _ in range(5):
        start = data.draw(st.integers(0, max(0, len(text) - 1)))
        end = data.draw(st.integers(start + 1, max(start + 1, len(text))))
        end = min(end, len(text))
        if start >= end:
            continue
        span = map_span(done.edits, start, end)
        assert span is not None
        touched = [edit for edit in done.edits if edit.start_from < end and start < edit.end_from]
        assert span.changed == bool(touched)
        covered = done.text[span.start : span.end]
        if not touched:
            assert covered == text[start:end]
            continue
        # what it covers is what it covered, with the replacements in the place of what they replaced
        expected, at = "", start
        for edit in touched:
            expected += text[at : edit.start_from] + done.text[edit.start_to : edit.end_to]
            at = edit.end_from
        assert covered == expected + text[at:end]


@settings(max_examples=300, deadline=None)
@given(TURNS, st.sampled_from([" ", ""]), ANY_KEY, st.sampled_from(["en", "nl", "de", "pt"]))
def test_turns_and_labels_stand_where_they_are_said_to_stand(turns, glue, key, language) -> None:  # type: ignore[no-untyped-def]
    text, placed = made(turns, glue)
    done = deidentify(text, placed, key, Decisions(), language)
    assert len(done.placed) == len(placed)
    parts = []
    for turn in done.placed:
        parts.append((f"{turn.speaker}: " if turn.speaker else "") + done.text[turn.start : turn.end])
        assert done.text[turn.start : turn.end].strip()
    assert "\n\n".join(parts) == done.text
    for one in done.log:
        assert done.text[one.start : one.end] == one.replacement


@settings(max_examples=200, deadline=None)
@given(TURNS, ANY_KEY)
def test_no_form_of_the_key_is_left_standing_as_a_word_of_its_own(turns, key) -> None:  # type: ignore[no-untyped-def]
    text, placed = made(turns, " ")
    done = deidentify(text, placed, key, Decisions(), "en")
    again = deidentify(done.text, done.placed, key, Decisions(), "en")
    assert again.text == done.text
    for entry in key.entries:
        for form in entry.forms:
            alone = re.compile(rf"(?<![\w\-'’]){re.escape(form)}(?![\w\-'’])")
            longer = [other for one in key.entries for other in one.forms if form in other and other != form]
            if not longer and "\u0301" not in done.text:
                assert not alone.search(done.text)

"""Where a coding stands: offsets as given, and words as they are quoted."""

from __future__ import annotations

import unicodedata

import pytest

from qualcode.codings.anchor import Anchor, Refusal, TextIndex, anchor_offsets, anchor_quote, fold

#       0         1         2         3         4         5
#       0123456789012345678901234567890123456789012345678901234567
TEXT = "I: Why?\n\nP01: We didn’t have time – “none” at all… really.\nThe café 👩‍⚕️ was shut. We had hope. No hope."


def quote(words: str, text: str = TEXT) -> Anchor | Refusal:
    return anchor_quote(TextIndex(text), words, name="transcript 'S01'")


def found(words: str, text: str = TEXT) -> str:
    anchor = quote(words, text)
    assert isinstance(anchor, Anchor), anchor
    assert anchor.how == "by_text"
    return text[anchor.start : anchor.end]


def test_a_quote_is_found_as_it_stands():
    assert quote("We didn’t have time") == Anchor(14, 33, "by_text")


@pytest.mark.parametrize(
    ("words", "passage"),
    [
        ("We didn't have time", "We didn’t have time"),
        ("We  didn't\nhave time", "We didn’t have time"),
        ('have time - "none" at all', "have time – “none” at all"),
        ("time -- «none» at all... really.", "time – “none” at all… really."),
        ("at all. . . really", "at all… really"),
        ("at all… really. The", "at all… really.\nThe"),
        ("Why? P01: We didn't", "Why?\n\nP01: We didn’t"),
        ('"none"', "“none”"),
        ("none", "none"),
        ("... really. The café", "… really.\nThe café"),
        ("...really. The café", "… really.\nThe café"),
        ("... had hope. No", "had hope. No"),
        ("… We had hope …", "We had hope"),
        ("WE HAD HOPE", "We had hope"),
        ("we didn't HAVE", "We didn’t have"),
        ("cafe\u0301", "café"),
        ("The café 👩‍⚕️ was", "The café 👩‍⚕️ was"),
        ("The café 👩⚕ was", "The café 👩‍⚕️ was"),
        ("\u200bwas shut\u00ad.", "was shut."),
    ],
)
def test_a_quote_is_found_whatever_a_word_processor_made_of_it(words, passage):
    assert found(words) == passage


def test_offsets_are_code_points_also_after_an_emoji():
    anchor = quote("was shut")
    assert isinstance(anchor, Anchor)
    assert (
        anchor.start
        == TEXT.index("was shut")
        == len(TEXT.encode("utf-32-le").split("was shut".encode("utf-32-le"))[0]) // 4
    )


def test_a_span_never_ends_between_a_letter_and_its_accent():
    text = "an x\u0302 here"  # no single character for x with circumflex
    assert unicodedata.normalize("NFC", text) == text
    assert found("an x", text) == "an x\u0302"


def test_one_letter_that_folds_to_two_does_not_move_what_follows():
    assert found("STRASSE WAR", "Die Straße war leer.") == "Straße war"


def test_words_that_stand_twice_are_refused_with_both_places():
    assert quote("hope.") == Refusal(
        "the words given stand twice in transcript 'S01': at characters 90–95 and at characters 99–104.",
        "Quote more of the passage, or give its start and end.",
    )
    assert (TEXT[90:95], TEXT[99:104]) == ("hope.", "hope.")


def test_words_that_stand_more_often_say_how_often():
    refusal = quote("ha", "ha ha ha")
    assert isinstance(refusal, Refusal)
    assert refusal.cause == (
        "the words given stand 3 times in transcript 'S01': first at characters 0–2, then at characters 3–5."
    )


def test_a_word_by_itself_is_not_confused_with_a_part_of_another():
    assert quote("art", "The start of art.") == Anchor(13, 16, "by_text")


def test_case_counts_where_only_case_tells_two_places_apart():
    assert quote("us", "US and us") == Anchor(7, 9, "by_text")
    refusal = quote("Us", "US and us")
    assert isinstance(refusal, Refusal)
    assert "stand twice" in refusal.cause


def test_words_that_are_not_there_are_refused_with_the_closest_place_and_no_words():
    refusal = quote("We did not have any time")
    assert isinstance(refusal, Refusal)
    assert refusal.cause == "the words given are not in transcript 'S01'."
    assert refusal.hint.startswith("Closest: characters 1")
    assert "of 100 alike" in refusal.hint
    assert "time" not in refusal.hint


def test_words_that_nothing_is_like_say_so():
    refusal = quote("zzzz qqqq xxxx wwww")
    assert isinstance(refusal, Refusal)
    assert refusal.hint.startswith("Nothing in it is much like them.")


@pytest.mark.parametrize("words", ["“”", "...", " \u200b "])
def test_a_text_without_words_is_refused(words):
    assert quote(words) == Refusal("the text given holds no words.", "Give the passage, or its start and end.")


def offsets(start: int, end: int, words: str = "") -> Anchor | Refusal:
    return anchor_offsets(TextIndex(TEXT), start, end, words, name="transcript 'S01'")


def test_offsets_that_lie_in_the_text_are_kept():
    assert offsets(14, 33) == Anchor(14, 33, "as_given")
    assert offsets(0, len(TEXT)) == Anchor(0, len(TEXT), "as_given")
    assert offsets(14, 33, "We didn't  have time") == Anchor(14, 33, "as_given")


@pytest.mark.parametrize(
    ("start", "end", "cause"),
    [
        (-1, 5, "offsets -1–5 are below zero."),
        (9, 5, "offsets 9–5 are reversed."),
        (5, 5, "offsets 5–5 hold nothing."),
        (5, 500, f"offsets 5–500 lie beyond the text of transcript 'S01' ({len(TEXT)} characters)."),
    ],
)
def test_offsets_that_are_no_stretch_of_the_text_are_refused(start, end, cause):
    refusal = offsets(start, end)
    assert isinstance(refusal, Refusal)
    assert refusal.cause == cause


def test_offsets_that_hold_other_words_are_refused_and_the_words_place_is_named():
    assert offsets(0, 5, "We didn't have time") == Refusal(
        "the words given are not those at characters 0–5 of transcript 'S01'.",
        "The words stand at characters 14–33: correct start and end, or leave both empty.",
    )


def test_folding_keeps_track_of_where_each_character_was():
    folded = fold("a  — …b'c")
    assert folded.text == "a-…bc"
    assert list(folded.starts) == [0, 3, 5, 6, 8]
    assert list(folded.ends) == [1, 4, 6, 7, 9]

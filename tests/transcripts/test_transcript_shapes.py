"""Shapes of studies: several sessions in a file, languages, translations, marks; what the report tells."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from test_transcript_study import found, problems, put, sessions, speakers, study  # noqa: F401

from qualcode.tables import TABLES
from qualcode.transcripts.languages import language_of
from qualcode.transcripts.marks import count_marks
from qualcode.transcripts.translations import on_originals, quote_versions, source_turns

BOTH = "Interview 1\n\nI: How?\nP01: So.\n\nInterview 2\n\nI: Why?\nP02: Because.\nI: Oh?\nP02: Yes.\n"


# ---------------------------------------------------------------- several sessions in one file


def test_one_file_may_hold_several_sessions(study):  # noqa: F811
    put(study, "all.txt", BOTH)
    sessions(study, "S01,,P01,all.txt#Interview 1,done,,,", "S02,,P02,all.txt#interview 2:,done,,,")
    read = found(study)
    assert read.texts == {
        "S01": "I: How?\n\nP01: So.",
        "S02": "I: Why?\n\nP02: Because.\n\nI: Oh?\n\nP02: Yes.",
    }
    assert set(zip(read.turns["transcript"], read.turns["participant"], strict=True)) == {
        ("S01", ""), ("S01", "P01"), ("S02", ""), ("S02", "P02"),
    }  # fmt: skip
    assert list(read.transcripts["file"]) == ["data/raw/transcripts/all.txt"] * 2


def test_a_part_that_is_not_in_the_file_or_stands_twice_is_an_error(study):  # noqa: F811
    put(study, "a.txt", BOTH)
    put(study, "b.txt", BOTH.replace("Interview 2", "Interview 1"))
    put(study, "c.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n")
    sessions(
        study, "S01,,P01,a.txt#Interview 3,done,,,", "S02,,P01,b.txt#Interview 1,done,,,", "S03,,P01,c.vtt#x,done,,,"
    )
    assert problems(study) == [
        "data/raw/transcripts/a.txt: no line says 'Interview 3': it is not clear where that session begins.",
        "data/raw/transcripts/b.txt: 2 lines say 'Interview 1': it is not clear where that session begins.",
        "data/raw/transcripts/c.vtt: a file of this kind holds one session.",
    ]


def test_two_sessions_may_not_have_the_same_part(study):  # noqa: F811
    put(study, "a.txt", BOTH)
    sessions(study, "S01,,P01,a.txt#Interview 1,done,,,", "S02,,P02,a.txt#interview 1,done,,,")
    assert problems(study) == [
        "data/raw/sessions.csv: the file 'a.txt' is named by sessions S01 (row 2) and S02 (row 3)."
    ]


def test_a_file_may_have_the_sign_in_its_name(study):  # noqa: F811
    put(study, "a#1.txt")
    sessions(study, "S01,,P01,a#1.txt,done,,,")
    assert list(found(study).transcripts["transcript"]) == ["S01"]


def test_a_column_session_parts_a_spreadsheet(study):  # noqa: F811
    put(study, "all.csv", "session,speaker,text\nA,I,How?\nA,P01,So.\nB,I,Why?\nB,P02,Because.\n")
    sessions(study, "S01,,P01,all.csv#A,done,,,", "S02,,P02,all.csv#B,done,,,")
    assert found(study).texts == {"S01": "I: How?\n\nP01: So.", "S02": "I: Why?\n\nP02: Because."}


def test_a_participant_may_have_two_sessions_and_a_focus_group_many_participants(study):  # noqa: F811
    put(study, "a.txt", "I: How?\nP01: So.\n")
    put(study, "b.txt", "I: Why?\nP01: Because.\n")
    put(study, "g.txt", "I: How?\nP01: So.\nP02: No.\nX: Oh.\nP02: Yes.\nX: Ah.\n")
    sessions(study, "S01,,P01,a.txt,done,,,", "S02,,P01,b.txt,done,,,", "G01,,P01;P02,g.txt,done,,,focus_group")
    read = found(study).turns
    assert set(read[read["participant"] == "P01"]["transcript"]) == {"S01", "S02", "G01"}
    assert set(read[read["transcript"] == "G01"]["participant"]) == {"", "P01", "P02"}


def test_a_survey_is_a_session_whose_questions_are_the_interviewers(study):  # noqa: F811
    put(study, "answers.csv", "participant,question,text\nP01,How was it?,Hard.\nP02,How was it?,Fine.\n")
    sessions(study, "V01,,P01;P02,answers.csv,done,,,survey")
    read = found(study).turns
    assert list(zip(read["speaker"], read["participant"], read["role"], strict=True)) == [
        ("Q", "", "interviewer"),
        ("P01", "P01", "participant"),
        ("Q", "", "interviewer"),
        ("P02", "P02", "participant"),
    ]


def test_documents_and_boards_are_sources_beside_interviews(study):  # noqa: F811
    put(study, "minutes.txt", "The board met in May.\n\nIt was decided to go on.")
    put(study, "board.csv", "participant,text\nP01,More time\nP02,Fewer lists\nP01,A second nurse\n")
    put(study, "talk.txt")
    sessions(
        study, "D01,,,minutes.txt,done,,,document", "B01,,P01;P02,board.csv,done,,,board", "S01,,P01,talk.txt,done,,,interview"
    )  # fmt: skip
    read = found(study)
    of = dict(list(read.turns.groupby("transcript")))
    assert read.texts["D01"] == "The board met in May.\n\nIt was decided to go on."
    assert set(of["D01"]["participant"]) == {""}
    assert list(of["B01"]["participant"]) == ["P01", "P02", "P01"]
    assert set(of["S01"]["participant"]) == {"", "P01"}
    assert read.warnings == []


# ---------------------------------------------------------------- languages

DUTCH = "I: Hoe was het voor jullie in het begin?\nP01: Het was heel moeilijk, omdat we niet wisten wat er van ons werd gevraagd. "
DUTCH += (
    "En dan is er ook nog de tijd, want die hebben we gewoon niet. Maar we zijn er wel voor gegaan, en dat is goed.\n"
)
DUTCH += "I: Waarom dan?\nP01: Omdat het moest, en omdat ik het zelf ook wel een goed idee vond.\n"


def test_the_language_is_the_sessions_then_the_studys_then_what_the_words_tell(study):  # noqa: F811
    put(study, "a.txt", DUTCH)
    put(study, "b.txt", DUTCH + "P01: Ja.\n")
    sessions(study, "S01,,P01,a.txt,done,de,,", "S02,,P01,b.txt,done,,,")
    read = found(study)
    assert list(zip(read.report["language"], read.report["language_from"], strict=True)) == [
        ("de", "session"),
        ("en", "study"),
    ]
    assert [warning.what for warning in read.warnings] == [
        "this transcript looks like language 'nl' and is read as 'de'.",
        "this transcript looks like language 'nl' and is read as 'en'.",
    ]
    (study / "config" / "study.yaml").write_text("study: {title: Small}\n")
    read = found(study)
    assert list(zip(read.report["language"], read.report["language_from"], strict=True)) == [
        ("de", "session"),
        ("nl", "detected"),
    ]


def test_a_language_that_the_words_do_not_tell_is_assumed_and_said_so(study):  # noqa: F811
    (study / "config" / "study.yaml").write_text("study: {title: Small}\n")
    put(
        study,
        "a.txt",
        "I: Miten meni?\nP01: "
        + "Alku oli hyvin raskas ja kukaan ei ehtinyt auttaa meitä silloin. " * 5
        + "\nI: Ja?\nP01: Niin.",
    )
    put(study, "b.txt")
    sessions(study, "S01,,P01,a.txt,done,,,", "S02,,P01,b.txt,done,,,")
    read = found(study)
    assert list(read.report["language_from"]) == ["assumed", "assumed"]
    assert [warning.what for warning in read.warnings] == [  # the other one is too short to tell
        "the language of this transcript cannot be told from its words: read as 'en'."
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I think that it was hard for us because nobody had told them what the thing was for, and so we did not know."),
        ("nl", "Ik denk dat het moeilijk was voor ons omdat niemand had verteld waar het voor was, en dus wisten we het niet."),
        ("de", "Ich glaube, dass es schwer für uns war, weil niemand gesagt hatte, wofür das ist, und wir wussten es nicht."),
        ("fr", "Je pense que c’était difficile pour nous parce que personne ne nous a dit à quoi ça sert, et on ne savait pas."),
        ("es", "Creo que fue difícil para nosotros porque nadie nos había dicho para qué era, y no lo sabíamos cuando empezó."),
        ("pt", "Penso que foi difícil para nós porque ninguém nos disse para que era, e não sabíamos o que fazer com isso."),
        ("it", "Penso che sia stato difficile per noi perché nessuno ci aveva detto a cosa serviva, e non lo sapevamo ancora."),
        ("pl", "Myślę, że to było dla nas trudne, bo nikt nam nie powiedział, do czego to jest, i nie wiedzieliśmy co robić."),
        ("", "Yes. No. Hm. Ok."),
        ("", "1 2 3 4 5 " * 20),
    ],
)  # fmt: skip
def test_small_words_tell_the_language(language, text):
    assert language_of(f"{text} " * 3) == language


# ---------------------------------------------------------------- marks


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("It was [inaudible 00:12:10] and (unclear) so.", {"inaudible": 2}),
        ("So (laughs) it [Laughter] is *lacht* [both laughing].", {"laughter": 4}),
        ("(pause) well (.) so (3) and (1.5) [long pause]", {"pause": 5}),
        ("[overlapping] yes [crosstalk] //no no// oh", {"overlap": 3}),
        ("I th- the thing, wo<=>wo, and ich ha/ ich habe", {"cut off": 3}),
        ("[nods] (coughs) [applause]", {"sound": 3}),
        ("Lonke (?) in [Lenke?]", {"unsure": 2}),
        ("[redacted name] went", {"other": 1}),
        ("A well-known thing – so it was – (in 2020) and (as I said) 3/4.", {}),
    ],
)
def test_what_transcribers_write_beside_the_words_is_counted_by_kind(text, counts):
    assert dict(count_marks(text)) == counts


def test_the_report_tells_pattern_labels_and_marks_and_the_marks_stay_in_the_text(study):  # noqa: F811
    put(study, "a.txt", "I: How (laughs)?\nP01: [inaudible 00:01:00] so.\nI: Why?\nP01: Because.")
    read = found(study)
    row = read.report.iloc[0]
    assert (row["labels"], row["pattern"], row["marks"]) == ("I 2; P01 2", "colon 4", "inaudible 1; laughter 1")
    assert read.texts["a"] == "I: How (laughs)?\n\nP01: [inaudible 00:01:00] so.\n\nI: Why?\n\nP01: Because."


# ---------------------------------------------------------------- translations


def translated(study_: Path, *rows: str) -> None:
    text = "transcript,translation_of,language,translator\n" + "\n".join(rows) + "\n"
    (study_ / "data" / "raw" / "translations.csv").write_text(text, encoding="utf-8")


SPOKEN = "I: Hoe was het?\nP01: Zwaar. Heel zwaar.\nI: Waarom?\nP01: Geen tijd.\n"
ENGLISH = "I: How was it?\nP01: Hard.\nP01: Very hard.\nI: Why?\nP01: No time.\n"


@pytest.fixture
def two(study):  # noqa: F811
    put(study, "S01.txt", SPOKEN)
    put(study, "S01-en.txt", ENGLISH)
    sessions(study, "S01,,P01,S01.txt,done,nl,,")
    translated(study, "S01-en,S01,en,Kim")
    return found(study)


def test_a_translation_belongs_to_its_originals_session_and_its_turns_to_the_originals(two):
    row = two.transcripts.set_index("transcript").loc["S01-en"]
    assert (row["session"], row["language"], row["translation_of"], row["translator"]) == ("S01", "en", "S01", "Kim")
    turns = two.turns[two.turns["transcript"] == "S01-en"]
    assert list(turns["participant"]) == ["", "P01", "P01", "", "P01"]
    # the second half of an answer that the translator parted has no turn of its own in the original
    assert list(turns["source_turn"]) in (["1", "2", "", "3", "4"], ["1", "", "2", "3", "4"])
    assert [warning.what for warning in two.warnings] == [
        "1 turn of translation S01-en cannot be told to be of a turn of the original."
    ]


def test_turns_pair_by_voice_and_length():
    def turns(*spoken: tuple[str, int]) -> pd.DataFrame:
        rows = [
            {"turn": n, "speaker": who, "role": "participant", "start": 0, "end": length}
            for n, (who, length) in enumerate(spoken, 1)
        ]
        return TABLES["turns"].shape(rows)

    one = turns(("I", 20), ("P", 100), ("I", 10), ("P", 5), ("I", 30), ("P", 80))
    assert source_turns(one, turns(("I", 25), ("P", 90), ("I", 12), ("P", 6), ("I", 28), ("P", 85))) == list("123456")
    assert source_turns(one, turns(("I", 25), ("P", 90), ("I", 28), ("P", 85))) == ["1", "2", "5", "6"]
    assert source_turns(one, turns()) == []


def test_a_coding_of_a_translation_stands_for_the_whole_turn_of_the_original(two):
    english, spoken = two.texts["S01-en"], two.texts["S01"]
    at = english.index("No time")
    rows = [
        {
            "coding": "a",
            "transcript": "S01-en",
            "scope": "span",
            "start": at,
            "end": at + 2,
            "code": "time",
            "sha256_text": "x",
        },
        {"coding": "b", "transcript": "S01", "scope": "span", "start": 3, "end": 6, "code": "time"},
        {"coding": "c", "transcript": "S01-en", "scope": "transcript", "code": "time"},
    ]
    kept, lost = on_originals(TABLES["codings"].shape(rows), two.transcripts, two.turns)
    by_id = kept.set_index("coding")
    assert set(kept["transcript"]) == {"S01"} and len(lost) == 0
    assert spoken[int(by_id.loc["a", "start"]) : int(by_id.loc["a", "end"])] == "Geen tijd."
    assert by_id.loc["a", "sha256_text"] == two.transcripts.set_index("transcript").loc["S01", "sha256_text"]
    assert (by_id.loc["b", "start"], by_id.loc["b", "end"]) == (3, 6)
    assert by_id.loc["c", "scope"] == "transcript"


def test_a_coding_of_a_turn_without_an_original_is_given_back(two):
    turns = two.turns
    alone = turns[(turns["transcript"] == "S01-en") & (turns["source_turn"] == "")].iloc[0]
    row = {
        "coding": "a",
        "transcript": "S01-en",
        "scope": "span",
        "start": alone["start"],
        "end": alone["end"],
        "code": "c",
    }
    kept, lost = on_originals(TABLES["codings"].shape([row]), two.transcripts, turns)
    assert len(kept) == 0 and list(lost["coding"]) == ["a"]


def test_a_quote_has_its_words_in_both_languages(two):
    english, spoken = two.texts["S01-en"], two.texts["S01"]
    quotes = pd.DataFrame(
        [
            {"transcript": "S01-en", "start": english.index("No time"), "end": english.index("No time") + 8},
            {"transcript": "S01", "start": spoken.index("Geen"), "end": spoken.index("Geen") + 4},
        ]
    )
    assert quote_versions(quotes, two.transcripts, two.turns, two.texts).to_dict("records") == [
        {"language": "en", "original": "Geen tijd.", "translation": "No time."},
        {"language": "nl", "original": "Geen", "translation": "No time."},
    ]


def test_a_translation_of_nothing_or_of_a_translation_is_an_error(study):  # noqa: F811
    put(study, "S01.txt", SPOKEN)
    put(study, "S01-en.txt", ENGLISH)
    put(study, "S01-fr.txt", SPOKEN)
    translated(study, "S01-en,S01,en,", "S01-fr,S01-en,fr,", "S1-de,S01,de,")
    assert problems(study) == [
        "data/raw/translations.csv, row 3: transcript S01-en is a translation itself.",
        "data/raw/translations.csv, row 4: there is no transcript 'S1-de'.",
    ]

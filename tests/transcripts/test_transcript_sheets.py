"""Spreadsheets as transcripts (CSV, TSV, Excel, OpenDocument): which column is what, turns from rows, surveys."""

from __future__ import annotations

import io
from datetime import time

import openpyxl
import pytest
from words_in_out import soffice

from qualcode.transcripts import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.registry import read

TALK = [("I", "How was it?"), ("P1", "Hard."), ("I", "Why?"), ("P1", "No time.")]


def parsed(data: bytes | str, name: str = "a.csv", **options: object) -> RawTranscript:
    given = ReadOptions(interviewers=("I",), **options)  # type: ignore[arg-type]
    return read(data.encode() if isinstance(data, str) else data, name, given)[1]


def said(data: bytes | str, name: str = "a.csv", **options: object) -> list[tuple[str, str]]:
    return [(turn.speaker, "|".join(turn.paragraphs)) for turn in parsed(data, name, **options).turns]


def rows(header: str, mark: str = ",") -> str:
    return "\n".join([header, *(f'{who}{mark}"{words}"' for who, words in TALK)])


def workbook(*sheets: tuple[str, list[tuple[object, ...]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets:
        page = book.create_sheet(name)
        for line in lines:
            page.append(line)
        if name == hidden:
            page.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# ---------------------------------------------------------------- columns


@pytest.mark.parametrize(
    "header",
    ["speaker,text", "Name,Words", "SPEAKER,TRANSCRIPT", "Sprecherin,Wortlaut", "spreker,tekst", "Locuteur,Parole",
     "hablante,texto", "falante,fala", "Who,What was said", "participant_id,Answer"],
)  # fmt: skip
def test_columns_are_known_by_their_names_in_several_languages(header):
    assert said(rows(header)) == TALK


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt"])
def test_whatever_parts_the_cells_and_whatever_the_file_is_called(mark, name):
    assert said(rows(f"speaker{mark}text", mark), name) == TALK
    assert said("\ufeff" + rows(f"speaker{mark}text", mark).replace("\n", "\r\n"), name) == TALK


def test_a_title_above_the_header_and_excels_line_that_names_the_mark_are_no_rows():
    assert said("Interview 3\n\n" + rows("speaker,text")) == TALK
    assert said("sep=;\n" + rows("speaker;text", ";")) == TALK


def test_without_a_header_a_column_of_voices_and_one_of_words_are_known_by_what_they_hold():
    assert said("\n".join(f"{who},{words} And some more." for who, words in TALK))[1] == ("P1", "Hard. And some more.")


def test_the_study_may_say_which_column_is_which():
    text = "a,b,c\nx,I,How was it?\ny,P1,Hard."
    assert said(text, columns={"speaker": "B", "text": "c"}) == TALK[:2]
    with pytest.raises(UnreadableError) as caught:
        parsed(text)
    assert caught.value.what == "no column of this spreadsheet is known to hold words (it has: a, b, c)."
    assert "transcripts.columns" in caught.value.hint


def test_a_message_never_shows_cells_that_may_be_words():
    with pytest.raises(UnreadableError) as caught:
        parsed("I was ill then. Nobody knew.,Really?\nYes I was. And so on.,Oh.\n")
    assert "ill" not in caught.value.what


def test_tags_and_other_columns_are_left_out_and_named():
    text = "timestamp,speaker,words,tags,mood\n,I,How?,start,\n,P1,So.,end;home,glad"
    assert said(text) == [("I", "How?"), ("P1", "So.")]
    assert "2 columns that are no speech left out: tags, mood" in parsed(text).notes


# ---------------------------------------------------------------- rows


def test_a_row_is_a_turn_and_its_time_the_turns():
    text = "timestamp,speaker,words\n,I,How?\n[00:01:31],P1,So.\n,P1,And so.\n,I,Oh."
    assert [(t.speaker, t.paragraphs, t.start_s) for t in parsed(text).turns] == [
        ("I", ["How?"], None),
        ("P1", ["So."], 91.0),
        ("P1", ["And so."], None),
        ("I", ["Oh."], None),
    ]


def test_rows_that_all_have_times_are_captions_in_which_sentences_go_on():
    text = (
        "TIMECODE\tSPEAKER\tTRANSCRIPT\n00:00:05.000\tINT\tWie war\n00:00:11.150\tINT\tes?\n00:00:18.010\tAB\tSchwer,\n"
    )
    text += "00:00:24.070\tAB\tund lang.\n00:00:30.000\tINT\tWarum?"
    assert [(t.speaker, t.paragraphs, t.start_s, t.end_s) for t in parsed(text).turns] == [
        ("INT", ["Wie war es?"], 5.0, 18.01),
        ("AB", ["Schwer, und lang."], 18.01, 30.0),
        ("INT", ["Warum?"], 30.0, 30.0),
    ]


def test_a_table_of_nvivo_has_from_when_to_when_in_one_column():
    text = "\tTimespan\tContent\tSpeaker\n1\t0:00:04.0 - 0:00:08.0\tHow?\tI\n2\t0:01:09.5 - 0:01:12.0\tSo.\tP1"
    assert [(t.speaker, t.paragraphs, t.start_s, t.end_s) for t in parsed(text, "a.txt").turns] == [
        ("I", ["How?"], 4.0, 8.0),
        ("P1", ["So."], 69.5, 72.0),
    ]


def test_a_full_name_in_the_first_rows_is_the_voice_with_its_initials_in_the_others():
    text = "speaker,words\nKim Aiken,Hello.\nTom Lee,Hi.\nKA,How?\nTL,So.\nKA,Why?\nTL,Because."
    assert [who for who, _ in said(text)] == ["KA", "TL"] * 3
    assert "2 full names taken for the voice with its initials" in parsed(text).notes


def test_a_voice_that_stands_only_where_it_changes_goes_on():
    assert said("speaker,words\nI,How?\nP1,So.\n,And so.\n,And more.\nI,Oh.\n,Well.") == [
        ("I", "How?"),
        ("P1", "So.|And so.|And more."),
        ("I", "Oh.|Well."),
    ]


def test_lines_inside_a_cell_are_paragraphs_and_empty_cells_are_counted():
    text = 'speaker,words\nI,How?\nP1,"One.\nTwo, ""three""."\nI,\nP1,So.'
    assert said(text) == [("I", "How?"), ("P1", 'One.|Two, "three".'), ("P1", "So.")]
    assert "1 row without words left out" in parsed(text).notes


# ---------------------------------------------------------------- surveys


def test_a_row_of_an_answer_is_the_question_and_the_answer():
    text = "participant,question,text\nP1,How was it?,Hard.\nP1,Why?,No time.\nP2,How was it?,Fine.\nP2,Why?,\nP2,Why?,Luck."
    found = parsed(text)
    assert [(t.speaker, t.paragraphs[0]) for t in found.turns] == [
        ("Q", "How was it?"),
        ("P1", "Hard."),
        ("Q", "Why?"),
        ("P1", "No time."),
        ("Q", "How was it?"),
        ("P2", "Fine."),
        ("Q", "Why?"),
        ("P2", "Luck."),
    ]
    assert found.interviewers == ("Q",)
    assert "1 answer without words left out" in found.notes


def test_a_column_for_each_question_needs_the_study_to_name_them():
    text = "Zeitstempel;ID;Wie war es?;Warum?\n01.03.2024 10:00:00;P1;Schwer.;Keine Zeit.\n01.03.2024 10:05:00;P2;Gut.;"
    answers = ("Wie war es?", "Warum?")
    assert said(text, columns={"speaker": "ID"}, answers=answers) == [
        ("Q", "Wie war es?"),
        ("P1", "Schwer."),
        ("Q", "Warum?"),
        ("P1", "Keine Zeit."),
        ("Q", "Wie war es?"),
        ("P2", "Gut."),
    ]


# ---------------------------------------------------------------- workbooks


def test_an_excel_workbook_is_read_with_times_as_excel_has_them():
    lines = [
        ("time", "speaker", "text"),
        (time(0, 0, 5), "I", "How was it?"),
        (time(0, 1, 2), "P1", 2024),
        ("", "", ""),
    ]
    found = parsed(workbook(("Talk", lines)), "a.xlsx").turns
    assert [(t.speaker, t.paragraphs, t.start_s) for t in found] == [
        ("I", ["How was it?"], 5.0),
        ("P1", ["2024"], 62.0),
    ]


def test_sheets_without_words_and_hidden_sheets_are_left_out_and_counted():
    data = workbook(("Key", [("code", "colour"), ("a", "b")]), ("Talk", [("speaker", "text"), *TALK]),
                    ("Old", [("speaker", "text"), ("I", "Old.")]), hidden="Old")  # fmt: skip
    assert said(data, "a.xlsx") == TALK
    assert parsed(data, "a.xlsx").notes == ["1 hidden sheet left out", "1 sheet without a column of words left out"]


def test_a_sheet_or_a_value_of_column_session_is_one_session_of_several():
    data = workbook(("S1", [("speaker", "text"), ("I", "How?")]), ("S2", [("speaker", "text"), ("I", "Why?")]))
    assert said(data, "a.xlsx", part="s2") == [("I", "Why?")]
    text = "session,speaker,text\nS1,I,How?\nS1,P1,So.\nS2,I,Why?"
    assert said(text, part="S1") == [("I", "How?"), ("P1", "So.")]
    with pytest.raises(UnreadableError, match="no session or sheet of this file is called 'S3'") as caught:
        parsed(text, part="S3")
    assert caught.value.hint == "It has: 'S1', 'S2'."


@pytest.mark.office
@pytest.mark.parametrize("kind", ["ods", "xlsx", "fods"])
def test_a_sheet_that_libreoffice_wrote_gives_the_same_rows(kind, tmp_path):
    (tmp_path / "t.csv").write_text(rows("speaker,text") + '\nI,"Zoë  said ""so"" – 1 < 2."\n', encoding="utf-8")
    path = soffice(tmp_path / "t.csv", kind, tmp_path, "CSV:44,34,76,1")
    assert said(path.read_bytes(), path.name) == [*TALK, ("I", 'Zoë said "so" – 1 < 2.')]

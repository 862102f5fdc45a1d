"""Tables inside documents: which column is who, which is words; headers, numbers, times and notes beside them."""

from __future__ import annotations

import pytest
from test_transcript_formats import docx, p

from qualcode.transcripts import RawTranscript, ReadOptions
from qualcode.transcripts.registry import read

TALK = [("Anna Bell", "How was it?"), ("Ben", "Hard."), ("Anna Bell", "Why?"), ("Ben", "No time.")]
TIMES = ["00:04", "00:09", "01:12", "1:01:14"]
ROWS = [[str(at), time, who, words] for at, (time, (who, words)) in enumerate(zip(TIMES, TALK, strict=True), 1)]


def parsed(data: bytes) -> RawTranscript:
    return read(data, "a.docx", ReadOptions(interviewers=("I",)))[1]


def said(data: bytes) -> list[tuple[str, str]]:
    return [(turn.speaker, "|".join(turn.paragraphs)) for turn in parsed(data).turns]


def table(*rows: list[str]) -> bytes:
    cells = ("".join(f"<w:tc>{''.join(p(line) for line in cell.split('|'))}</w:tc>" for cell in row) for row in rows)
    return docx(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>")


@pytest.mark.parametrize("header", [[], ["Nr", "Time", "Speaker", "Text"]])
@pytest.mark.parametrize("columns", [(2, 3), (1, 2, 3), (0, 2, 3), (0, 1, 2, 3), (2, 1, 3)])
def test_voices_and_words_are_found_among_numbers_and_times_with_and_without_a_header(header, columns):
    rows = [[row[at] for at in columns] for row in ([header] if header else []) + ROWS]
    assert said(table(*rows)) == TALK
    if 1 in columns:
        assert [turn.start_s for turn in parsed(table(*rows)).turns] == [4.0, 9.0, 72.0, 3674.0]


@pytest.mark.parametrize(
    "header", [["Sprecherin", "Wortlaut", "Notiz"], ["Spreker", "Tekst", "Code"], ["Speaker", "Transcript", "Mood"]]
)
def test_columns_that_the_header_does_not_call_words_are_left_out_and_named(header):
    data = table(header, *[[who, words, "a remark"] for who, words in TALK])
    assert said(data) == TALK
    assert f"1 column of tables left out, no speech: {header[2]}" in parsed(data).notes


def test_a_column_of_words_with_labels_in_it_needs_no_column_of_voices():
    data = table(["Transcript", "Notes"], *[[f"{who}: {words}", "x"] for who, words in TALK])
    assert said(data) == TALK


def test_a_row_without_a_voice_goes_on_in_the_row_before_and_lines_of_a_cell_are_paragraphs():
    data = table(
        ["Anna Bell", "How was it?"],
        ["Ben", "Hard.|Very."],
        ["", "And long."],
        ["Anna Bell", "Why?"],
        ["Ben", "No time."],
    )
    assert said(data)[1] == ("Ben", "Hard.|Very.|And long.")


def test_a_table_of_questions_and_answers_keeps_both():
    data = table(["Question", "Answer"], ["How was it?", "Hard."], ["Why?", "No time."])
    assert [words for _, words in said(data)] == ["Question", "Answer", "How was it?", "Hard.", "Why?", "No time."]

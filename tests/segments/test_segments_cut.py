"""Segments: each unit from texts that are seen in the test."""

from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner

from qualcode.cli import cli
from qualcode.segments import SegmentsError, cut_segments
from qualcode.tables import TABLES, read, write
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.kept import write_texts
from qualcode.transcripts.model import RawTurn

ROLES = {"I": "interviewer", "P1": "participant", "N": "other", "": "participant"}


def study(*said: tuple[str, str], transcript: str = "S01") -> tuple[pd.DataFrame, dict[str, str]]:
    text, placed = canonical([RawTurn(speaker, words.split("\n")) for speaker, words in said])
    rows = [
        {
            "transcript": transcript,
            "turn": at,
            "speaker": t.speaker,
            "role": ROLES[t.speaker],
            "start": t.start,
            "end": t.end,
        }
        for at, t in enumerate(placed, start=1)
    ]
    return TABLES["turns"].shape(rows), {transcript: text}


def words_of(segments: pd.DataFrame, texts: dict[str, str]) -> list[str]:
    return [texts[row.transcript][row.start : row.end] for row in segments.itertuples()]


TALK = study(
    ("I", "How was it? Really?"),
    ("P1", "Hard. Very hard.\nDr. Lee left."),
    ("N", "Coffee!"),
    ("", "Somebody says so."),
    ("P1", "…"),
)


def test_a_turn_is_a_segment_and_interviewers_others_and_wordless_turns_are_none():
    segments = cut_segments(*TALK, {"S01": "en"}, unit="turn")
    assert words_of(segments, TALK[1]) == ["Hard. Very hard.\nDr. Lee left.", "Somebody says so."]
    assert list(segments["segment"]) == [1, 2]
    assert list(segments["turn"]) == [2, 4]


def test_interviewers_are_in_when_asked_for_and_others_never():
    segments = cut_segments(*TALK, {"S01": "en"}, unit="turn", interviewers=True)
    assert list(segments["turn"]) == [1, 2, 4]


def test_paragraphs_are_the_lines_of_a_turn():
    segments = cut_segments(*TALK, {"S01": "en"}, unit="paragraph")
    assert words_of(segments, TALK[1]) == ["Hard. Very hard.", "Dr. Lee left.", "Somebody says so."]


def test_sentences_are_cut_by_the_languages_rules_and_never_cross_paragraphs():
    segments = cut_segments(*TALK, {"S01": "en"}, unit="sentence")
    assert words_of(segments, TALK[1]) == ["Hard.", "Very hard.", "Dr. Lee left.", "Somebody says so."]


def test_each_transcript_is_cut_in_its_own_language():
    turns, texts = study(("P1", "Das war z.B. schwer. Sehr."), transcript="DE")
    both = pd.concat([TALK[0], turns])
    segments = cut_segments(both, TALK[1] | texts, {"S01": "en", "DE": "de-CH"}, unit="sentence")
    assert words_of(segments, TALK[1] | texts)[:2] == ["Das war z.B. schwer.", "Sehr."]
    assert list(segments["segment"]) == [1, 2, 1, 2, 3, 4]


def test_windows_stay_inside_turns_and_a_short_rest_joins_the_one_before():
    turns, texts = study(("P1", " ".join(str(at) for at in range(12))), ("P1", " ".join("abcdefg")), ("P1", "x"))
    segments = cut_segments(turns, texts, {}, unit="window", window=5)
    assert words_of(segments, texts) == ["0 1 2 3 4", "5 6 7 8 9 10 11", "a b c d e f g", "x"]
    assert words_of(cut_segments(turns, texts, {}, unit="window", window=8), texts)[:2] == [
        "0 1 2 3 4 5 6 7",
        "8 9 10 11",
    ]


def test_an_unknown_language_is_named_with_its_transcripts():
    with pytest.raises(SegmentsError) as caught:
        cut_segments(*TALK, {"S01": "qq"}, unit="sentence")
    assert str(caught.value) == (
        "ERROR: config/study.yaml: sentences cannot be cut in language 'qq' (transcripts S01): spaCy has no rules for it.\n"
        "  Set segments.unit to turn, paragraph or window, or the language to 'xx' (any language) for these transcripts."
    )


def test_any_language_has_rules_of_its_own():
    assert len(cut_segments(*TALK, {"S01": "xx"}, unit="sentence")) >= 4


@pytest.mark.parametrize("unit", ["turn", "paragraph", "sentence", "window"])
def test_segments_lie_inside_turns_do_not_overlap_and_lose_no_words(unit):
    turns, texts = study(
        ("P1", "One two. Three\nfour five, six seven. Eight nine ten eleven."), ("P1", "A. B? C! D e f g.")
    )
    segments = cut_segments(turns, texts, {"S01": "en"}, unit=unit, window=5)
    assert " ".join(words_of(segments, texts)).split() == [
        w for part in texts["S01"].split("P1:") for w in part.split()
    ]
    assert all(a <= b for a, b in zip(segments["end"], segments["start"][1:], strict=False))


def test_the_stage_reads_and_writes_tables(tmp_path):
    write("turns", TALK[0], tmp_path / "turns.parquet")
    write(
        "transcripts",
        TABLES["transcripts"].shape([{"transcript": "S01", "language": "en"}]),
        tmp_path / "transcripts.parquet",
    )
    write_texts(tmp_path / "texts", TALK[1])
    files = {"transcripts": "transcripts.parquet", "turns": "turns.parquet", "texts": "texts", "segments": "s.parquet"}
    options = ["--unit=sentence", "--window=50", "--interviewers=False"]
    options += [f"--{name}={tmp_path / file}" for name, file in files.items()]
    result = CliRunner().invoke(cli, ["stage", "segments", *options], catch_exceptions=False)
    assert result.output == "4 segments (unit sentence).\n"
    assert len(read("segments", tmp_path / "s.parquet")) == 4

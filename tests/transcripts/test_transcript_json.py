"""JSON of programs that transcribe: the shapes that each of them writes."""

from __future__ import annotations

import json

import pytest

from qualcode.transcripts import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.registry import read


def parsed(document: object, name: str = "a.json") -> RawTranscript:
    return read(json.dumps(document).encode(), name, ReadOptions())[1]


def said(document: object, name: str = "a.json") -> list[tuple[str, str, float | None, float | None]]:
    return [(t.speaker, "|".join(t.paragraphs), t.start_s, t.end_s) for t in parsed(document, name).turns]


TWO = [("Anna", "How was it?", 0.0, 1.0), ("Ben", "Hard, really hard.", 1.5, 4.0)]


def test_whisper_segments_without_voices_are_cut_at_pauses():
    segments = [
        {"id": n, "start": s, "end": s + 1, "text": f" Part {n}.", "tokens": [1]} for n, s in enumerate((0, 1, 6))
    ]
    assert said({"text": "all", "segments": segments, "language": "en"}) == [
        ("", "Part 0. Part 1.", 0, 2),
        ("", "Part 2.", 6, 7),
    ]


def test_whisperx_segments_of_one_voice_are_one_turn_and_words_of_two_voices_part_a_segment():
    def word(text: str, start: float, who: str) -> dict[str, object]:
        return {"word": text, "start": start, "end": start + 0.2, "score": 0.9, "speaker": who}

    words = [word("So.", 5.0, "SPEAKER_01"), word("Oh!", 5.4, "SPEAKER_00")]
    segments = [
        {"start": 0.0, "end": 1.0, "text": " How was", "speaker": "SPEAKER_00", "words": []},
        {"start": 1.2, "end": 2.0, "text": " it?", "speaker": "SPEAKER_00"},
        {"start": 5.0, "end": 5.6, "text": " So. Oh!", "speaker": "SPEAKER_01", "words": words},
    ]
    assert said({"segments": segments, "word_segments": words}) == [
        ("SPEAKER_00", "How was it?", 0.0, 2.0),
        ("SPEAKER_01", "So.", 5.0, 5.2),
        ("SPEAKER_00", "Oh!", 5.4, 5.6000000000000005),
    ]


@pytest.mark.parametrize(
    "document",
    [
        # aTrain, and any list of segments
        {"segments": [{"start": 0.0, "end": 1.0, "text": "How was it?", "speaker": "Anna"},
                      {"start": 1.5, "end": 4.0, "text": "Hard, really hard.", "speaker": "Ben"}]},
        [{"speaker": "Anna", "text": "How was it?", "start": "00:00:00", "end": "00:00:01"},
         {"speaker": "Ben", "text": "Hard, really hard.", "start": "00:00:01.500", "end": "00:00:04"}],
        # podcast namespace
        {"version": "1.0.0", "segments": [{"speaker": "Anna", "startTime": 0.0, "endTime": 1.0, "body": "How was it?"},
                                          {"speaker": "Ben", "startTime": 1.5, "endTime": 4, "body": "Hard, really hard."}]},
        # Rev
        {"monologues": [{"speaker": 0, "elements": [{"type": "text", "value": "How was it", "ts": 0.0, "end_ts": 1.0},
                                                    {"type": "punct", "value": "?"}]},
                        {"speaker": 1, "elements": [{"type": "text", "value": "Hard, really hard.", "ts": 1.5, "end_ts": 4.0}]}],
         "speakers": [{"id": 0, "name": "Anna"}, {"id": 1, "name": "Ben"}]},
        # Amazon
        {"jobName": "x", "results": {"transcripts": [{"transcript": "How was it? Hard, really hard."}], "items": [
            {"type": "pronunciation", "start_time": "0.0", "end_time": "1.0", "speaker_label": "Anna",
             "alternatives": [{"content": "How was it"}]},
            {"type": "punctuation", "alternatives": [{"content": "?"}]},
            {"type": "pronunciation", "start_time": "1.5", "end_time": "4.0", "speaker_label": "Ben",
             "alternatives": [{"content": "Hard, really hard."}]}]}},
        # Deepgram
        {"results": {"channels": [{"alternatives": [{"transcript": "x", "paragraphs": {"paragraphs": [
            {"speaker": "Anna", "sentences": [{"text": "How was it?", "start": 0.0, "end": 1.0}]},
            {"speaker": "Ben", "sentences": [{"text": "Hard,", "start": 1.5, "end": 2.0},
                                             {"text": "really hard.", "start": 2.1, "end": 4.0}]}]}}]}]}},
        # Azure: ticks of 100 ns
        {"recognizedPhrases": [
            {"speaker": "Anna", "offsetInTicks": 0, "durationInTicks": 10_000_000, "nBest": [{"display": "How was it?"}]},
            {"speaker": "Ben", "offsetInTicks": 15_000_000, "durationInTicks": 25_000_000,
             "nBest": [{"display": "Hard, really hard."}]}]},
    ],
)  # fmt: skip
def test_each_programs_shape_gives_the_same_two_turns(document):
    assert said(document) == TWO
    assert said(document, "a.txt") == TWO  # the content decides


def test_milliseconds_are_told_from_seconds():
    long = {"utterances": [{"speaker": "A", "text": "How was it?", "start": 0, "end": 90_000},
                           {"speaker": "B", "text": "Hard.", "start": 95_000, "end": 400_000}]}  # fmt: skip
    assert said(long) == [("A", "How was it?", 0.0, 90.0), ("B", "Hard.", 95.0, 400.0)]
    cpp = {"transcription": [{"timestamps": {"from": "00:00:00,000", "to": "00:00:02,000"}, "text": " Hello.",
                              "offsets": {"from": 0, "to": 2000}}]}  # fmt: skip
    assert said(cpp) == [("", "Hello.", 0.0, 2.0)]


def test_segments_without_times_are_turns_as_they_stand():
    document = [{"speaker": "I", "text": "How?"}, {"speaker": "P", "text": "So."}, {"speaker": "P", "text": "And so."}]
    assert said(document) == [("I", "How?", None, None), ("P", "So.", None, None), ("P", "And so.", None, None)]


def test_numbers_are_called_speakers_and_lines_of_json_are_a_list():
    lines = b'{"speaker": 1, "text": "How?"}\n{"speaker": 2, "text": "So."}\n'
    assert [t.speaker for t in read(lines, "a.jsonl", ReadOptions())[1].turns] == ["Speaker 1", "Speaker 2"]


def test_a_text_without_segments_is_read_as_plain_text():
    found = parsed({"text": "I: How?\nP1: So.\nI: Why?\nP1: Because.", "language": "en"})
    assert [t.speaker for t in found.turns] == ["I", "P1", "I", "P1"]
    assert "JSON without segments: times and voices are not in it" in found.notes


def test_json_that_holds_no_speech_is_refused():
    with pytest.raises(UnreadableError, match="no words in this JSON"):
        parsed({"settings": {"model": "large"}, "count": 3})

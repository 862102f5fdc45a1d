"""From turns to topics, on vectors passed in: what is in the tables and in the notes."""

import json
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from qualcode import tables
from qualcode.config import Topics
from qualcode.tables import TABLES
from qualcode.topics import suggest_topics
from qualcode.topics.versions import one_version

SUBJECTS = ["funding money budget", "training course lesson", "software screen button", "workload hours evenings"]
ASK, SAY = "interviewer", "participant"


def made_up(per_transcript=30, transcripts=("A", "B", "C", "D"), *, subject_of=None, questions=True):
    """Turns about one subject each; a question before every answer, the same every time."""
    subject_of = subject_of or (lambda _transcript, turn: turn % len(SUBJECTS))
    rows, texts = [], {}
    for transcript in transcripts:
        text = ""
        said = []
        for number in range(per_transcript):
            subject = SUBJECTS[subject_of(transcript, number)]
            said += [(ASK, "and then?")] * questions + [(SAY, " ".join([subject] * 6) + f" {transcript}{number}")]
        for turn, (role, words) in enumerate(said, start=1):
            text += ("\n\n" if text else "") + f"{role[0].upper()}: "
            start, text = len(text), text + words
            rows.append({"transcript": transcript, "turn": turn, "role": role, "start": start, "end": len(text)})
        texts[transcript] = text
    return TABLES["turns"].shape(rows), texts


def embed(texts):
    """One axis a subject, a little noise that depends on the text alone; short turns point nowhere near."""
    vectors = np.zeros((len(texts), 12))
    for row, text in enumerate(texts):
        for axis, subject in enumerate(SUBJECTS):
            vectors[row, axis] = subject.split()[0] in text
        if text:
            random = np.random.default_rng(crc32(text.encode()))
            vectors[row] += random.normal(0, 0.05, 12)
            vectors[row, 11] += not vectors[row, :4].max() > 0.5
            vectors[row] /= np.linalg.norm(vectors[row])
    return vectors


def suggest(turns, texts, *, languages=None, translation_of=None, **settings):
    languages = languages or dict.fromkeys(texts, "en")
    settings = Topics(runs=5, **settings)
    return suggest_topics(turns, texts, languages, settings=settings, translation_of=translation_of, embed=embed)


@pytest.fixture(scope="module")
def found():
    return suggest(*made_up())


def test_planted_subjects_become_topics_with_their_words(found):
    assert found.notes["reason"] == ""
    assert {frozenset(words.split(", ")) for words in found.topic_list["words"]} == {
        frozenset(subject.split()) for subject in SUBJECTS
    }


def test_each_topic_tells_its_size_its_reach_and_its_stability(found):
    topics = found.topic_list
    assert topics["topic"].tolist() == [1, 2, 3, 4]
    assert topics["segments"].tolist() == [
        32,
        32,
        28,
        28,
    ]  # 30 answers a transcript: 8, 8, 7, 7 of each subject, four times
    assert topics["transcripts"].tolist() == [4, 4, 4, 4]
    assert topics["largest_share"].tolist() == [0.25] * 4
    assert (topics["stability"] > 0.9).all() and topics["flag"].tolist() == [""] * 4


def test_every_unit_is_in_the_table_once_with_its_turn(found):
    turns, texts = made_up()
    segments = found.topic_segments
    assert len(segments) == found.notes["units"] == 120
    assert found.notes["left_out"] == {"short": 120, "interviewers": 0, "repeated": 0, "translations": 0}
    there = segments.merge(
        turns, left_on=["transcript", "segment"], right_on=["transcript", "turn"], suffixes=("", "_turn")
    )
    assert (there["start"] == there["start_turn"]).all() and (there["end"] == there["end_turn"]).all()
    assert set(segments["role"]) == {SAY}
    topic_of = {}
    for line in segments.to_dict("records"):
        word = texts[line["transcript"]][line["start"] :].split()[0]
        assert topic_of.setdefault(word, line["topic"]) == line["topic"]


def test_each_topic_has_three_representative_segments(found):
    ranks = found.topic_segments.query("representative > 0").groupby("topic")["representative"].apply(sorted)
    assert ranks.tolist() == [[1, 2, 3]] * 4


def test_answers_represent_a_topic_before_questions():
    turns, texts = made_up(questions=False)
    turns.loc[turns["turn"] % 3 > 0, "role"] = ASK
    segments = suggest(turns, texts).topic_segments
    assert set(segments["role"]) == {ASK, SAY}
    assert set(segments.loc[segments["representative"] > 0, "role"]) == {SAY}


def test_the_same_input_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        turns, texts = made_up()
        if name == "two":
            turns = turns.sample(frac=1, random_state=1)  # the order of the rows is no difference
        done = suggest(turns, texts)
        tables.write("topic_list", done.topic_list, tmp_path / f"{name}_list.parquet")
        tables.write("topic_segments", done.topic_segments, tmp_path / f"{name}_segments.parquet")
    for table in ("list", "segments"):
        assert (tmp_path / f"one_{table}.parquet").read_bytes() == (tmp_path / f"two_{table}.parquet").read_bytes()


def test_neighbours_decide_where_a_turn_alone_says_nothing():
    # every other answer is about nothing in particular; the answers around it are about one subject
    turns, texts = made_up(
        60, ("A", "B", "C", "D"), subject_of=lambda transcript, _: "ABCD".index(transcript), questions=False
    )
    vague = turns["turn"] % 2 == 0

    def embed_vaguely(given):
        vectors = embed(given)
        for row, is_vague in enumerate(vague):
            if is_vague:
                random = np.random.default_rng(row)
                vectors[row] = random.normal(size=12)
                vectors[row] /= np.linalg.norm(vectors[row])
        return vectors

    def share_with_neighbours(context):
        segments = suggest_topics(
            turns, texts, {}, settings=Topics(runs=5, context=context), embed=embed_vaguely
        ).topic_segments
        own = segments["topic"]
        return float((own == own.shift())[segments["segment"] % 2 == 0].mean())

    assert share_with_neighbours(0.5) > share_with_neighbours(0.0) + 0.2


def test_under_eighty_segments_no_topics_are_suggested_and_the_reason_is_told():
    def never(_):
        raise AssertionError("nothing to embed")

    turns, texts = made_up(26, ("A", "B", "C"))
    done = suggest_topics(turns, texts, {}, settings=Topics(), embed=never)
    assert done.topic_list.empty and done.topic_segments.empty
    assert list(done.topic_list.columns) == list(TABLES["topic_list"].columns)
    assert done.notes["reason"].startswith("There are 78 segments of 8 words and more; topics are suggested from 80 up")


def test_eighty_segments_are_enough():
    done = suggest(*made_up(20))
    assert done.notes["units"] == 80 and len(done.topic_list) == 4
    assert done.notes["warnings"][0].startswith("With 80 segments topics are weak")


def test_topics_can_be_switched_off():
    done = suggest(*made_up(), enabled=False)
    assert done.topic_list.empty and "switched off" in done.notes["reason"]


def test_a_topic_of_one_transcript_is_flagged():
    # subject 3 is spoken of in A alone, subject 2 nearly so
    def subject_of(transcript, turn):
        if transcript == "A":
            return (2, 3)[turn % 2]
        return 2 if turn == 0 else turn % 2

    flags = suggest(*made_up(subject_of=subject_of)).topic_list.set_index("words")["flag"].to_dict()
    by_first = {frozenset(words.split(", ")): flag for words, flag in flags.items()}
    assert by_first[frozenset(SUBJECTS[3].split())] == "one transcript"
    assert by_first[frozenset(SUBJECTS[2].split())] == "two thirds from one transcript"
    assert by_first[frozenset(SUBJECTS[0].split())] == ""


def test_one_run_says_that_stability_is_not_known():
    turns, texts = made_up()
    done = suggest_topics(turns, texts, {}, settings=Topics(runs=1), embed=embed)
    assert done.topic_list["stability"].isna().all() and done.topic_segments["certainty"].isna().all()
    assert "Grouped once: whether topics come back is not known." in done.notes["warnings"]
    assert done.notes["stable"] is None


def test_a_language_that_the_model_does_not_know_is_told():
    turns, texts = made_up()
    done = suggest(turns, texts, languages={"A": "nl", "B": "en", "C": "en", "D": "nl"})
    assert done.notes["languages"] == {"en": 60, "nl": 60}
    assert any("knows English; 60 segments are in transcripts in nl" in warning for warning in done.notes["warnings"])


def in_two_languages():
    """Transcripts A to D, and A and B again in Dutch: their originals, turn by turn."""
    turns, texts = made_up()
    dutch = turns[turns["transcript"].isin(["A", "B"])].copy()
    dutch["source_turn"] = dutch["turn"].astype(str)
    dutch["transcript"] += "-en"  # A and B are said to be the Dutch originals
    texts |= {f"{name}-en": texts[name] for name in "AB"}
    languages = {"A": "nl", "B": "nl", "C": "en", "D": "en", "A-en": "en", "B-en": "en"}
    return pd.concat([turns, dutch], ignore_index=True), texts, languages, {"A-en": "A", "B-en": "B"}


def test_a_passage_that_is_there_in_two_languages_goes_in_once_on_its_original():
    turns, texts, languages, of = in_two_languages()
    texts["A-en"], texts["B-en"] = texts["A-en"][::-1], texts["B-en"][::-1]
    done = suggest(turns, texts, languages=languages, translation_of=of)
    plain = suggest(*made_up(), languages={"A": "nl", "B": "nl", "C": "en", "D": "en"})
    assert set(done.topic_segments["transcript"]) == {"A", "B", "C", "D"}
    assert done.topic_list.equals(plain.topic_list) and done.topic_segments.equals(plain.topic_segments)
    assert done.notes["languages"] == {"en": 60, "nl": 60}
    assert done.notes["left_out"]["translations"] == 120


def test_the_study_may_name_the_language_whose_words_are_taken():
    turns, texts, languages, of = in_two_languages()
    for name in "AB":  # nothing that the model knows in the originals
        texts[name] = "".join("x" if letter.isalpha() else letter for letter in texts[name])
    done = suggest(turns, texts, languages=languages, translation_of=of, language="en")
    assert set(done.topic_segments["transcript"]) == {"A", "B", "C", "D"}
    assert done.topic_list["transcripts"].tolist() == [4, 4, 4, 4]
    assert done.notes["languages"] == {"en": 120}
    assert done.notes["left_out"]["translations"] == 0


def test_the_words_of_a_translation_stand_on_the_turn_that_they_translate():
    turns = TABLES["turns"].shape(
        [
            {"transcript": "S", "turn": 1, "role": SAY, "start": 0, "end": 3},
            {"transcript": "S", "turn": 2, "role": SAY, "start": 4, "end": 7},
            {"transcript": "S-en", "turn": 1, "role": SAY, "start": 0, "end": 3, "source_turn": "1"},
            {"transcript": "S-en", "turn": 2, "role": SAY, "start": 4, "end": 7, "source_turn": "1"},
            {"transcript": "S-en", "turn": 3, "role": SAY, "start": 8, "end": 11, "source_turn": ""},
            {"transcript": "S-fr", "turn": 1, "role": SAY, "start": 0, "end": 3, "source_turn": "2"},
        ]
    )
    texts = {"S": "een twe", "S-en": "one two six", "S-fr": "eux"}
    of, languages = {"S-en": "S", "S-fr": "S"}, {"S": "nl-BE", "S-en": "en-GB", "S-fr": "fr"}
    found = one_version(turns, texts, languages, of, language="en")
    assert found.instead == {("S", 1): "one\ntwo"}
    assert (list(found.turns["transcript"]), found.languages, found.left_out) == (["S", "S"], {"S": "en-GB"}, 2)
    assert one_version(turns, texts, languages, of, language="nl").instead == {}
    assert one_version(turns, texts, languages, of).left_out == 4


def test_the_studys_own_stop_words_name_nothing():
    done = suggest(*made_up(), stop_words=["Funding", "screen"])
    assert {frozenset(words.split(", ")) for words in done.topic_list["words"]} >= {
        frozenset({"money", "budget"}),
        frozenset({"software", "button"}),
    }


def test_the_stage_writes_its_three_files_and_says_why_there_are_no_topics(tmp_path):
    from qualcode.stages.topics import command

    turns, texts = made_up(10, ("A",))
    tables.write("turns", turns, tmp_path / "turns.parquet")
    tables.write(
        "transcripts",
        TABLES["transcripts"].shape([{"transcript": "A", "language": "en"}]),
        tmp_path / "transcripts.parquet",
    )
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "A.txt").write_text(texts["A"], encoding="utf-8")
    files = {name: str(tmp_path / name) for name in ("topic_list.parquet", "topic_segments.parquet", "notes.json")}
    done = CliRunner().invoke(
        command,
        [
            *("--transcripts", str(tmp_path / "transcripts.parquet"), "--turns", str(tmp_path / "turns.parquet")),
            *("--texts", str(tmp_path / "texts"), "--settings", Topics().model_dump_json()),
            *("--topic-list", files["topic_list.parquet"], "--topic-segments", files["topic_segments.parquet"]),
            *("--notes", files["notes.json"]),
        ],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    assert "No topics: There are 10 segments" in done.output
    assert tables.read("topic_list", files["topic_list.parquet"]).empty
    assert json.loads((tmp_path / "notes.json").read_text())["units"] == 10

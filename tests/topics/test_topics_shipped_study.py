"""Topics of the made-up study that the repository ships."""

from pathlib import Path

import pytest

from qualcode import tables
from qualcode.config import Topics
from qualcode.study import Study
from qualcode.topics import suggest_topics

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fitted():
    from qualcode.transcripts import read_transcripts

    read = read_transcripts(Study.load(ROOT))
    languages = dict(zip(read.transcripts["transcript"], read.transcripts["language"], strict=True))

    def fit(threads):
        of = dict(zip(read.transcripts["transcript"], read.transcripts["translation_of"], strict=True))
        return read, suggest_topics(
            read.turns, read.texts, languages, settings=Topics(), translation_of=of, threads=threads
        )

    return fit


@pytest.fixture(scope="module")
def once(fitted):
    return fitted(2)


def test_there_are_at_least_five_topics_and_none_swallows_the_rest(once):
    topics = once[1].topic_list
    assert len(topics) >= 5
    assert (topics["segments"] <= 0.4 * topics["segments"].sum()).all()
    assert topics["segments"].sum() == once[1].notes["units"] == len(once[1].topic_segments)


def test_each_topic_reaches_two_transcripts_or_is_flagged(once):
    topics = once[1].topic_list
    assert ((topics["transcripts"] >= 2) | (topics["flag"] == "one transcript")).all()
    assert ((topics["largest_share"] < 2 / 3) | (topics["flag"] != "")).all()


def test_each_topic_has_ten_words_that_are_said_in_its_segments(once):
    read, found = once
    for topic in found.topic_list.to_dict("records"):
        words = topic["words"].split(", ")
        assert len(words) == 10
        segments = found.topic_segments[found.topic_segments["topic"] == topic["topic"]]
        said = " ".join(
            read.texts[line["transcript"]][line["start"] : line["end"]] for line in segments.to_dict("records")
        ).lower()
        assert [word for word in words if word not in said] == []


def test_two_runs_give_the_same_bytes_whatever_the_number_of_threads(once, fitted, tmp_path):
    again = fitted(1)[1]
    for name in ("topic_list", "topic_segments"):
        for number, found in enumerate((once[1], again)):
            tables.write(name, getattr(found, name), tmp_path / f"{name}{number}.parquet")
        assert (tmp_path / f"{name}0.parquet").read_bytes() == (tmp_path / f"{name}1.parquet").read_bytes()
    assert once[1].notes == again.notes


def test_the_notes_name_the_model_and_no_words(once):
    notes = once[1].notes
    assert notes["reason"] == "" and notes["model"]["name"] == "all-MiniLM-L6-v2"
    assert notes["turns"] == notes["units"] + sum(notes["left_out"].values())
    assert notes["stable"] == (once[1].topic_list["stability"] >= 0.6).sum()

"""Topics beside codes."""

from __future__ import annotations

import pandas as pd
import pytest
from click.testing import CliRunner

from qualcode.stages.topic_codes import command as stage
from qualcode.tables import TABLES, read, write
from qualcode.topic_codes import topics_table
from qualcode.transcripts.kept import write_texts

TEXT = "aa bb. cc dd. ee ff. gg hh."
SEGMENTS = TABLES["topic_segments"].shape(
    {"transcript": "S1", "segment": i + 1, "start": 7 * i, "end": 7 * i + 6, "topic": topic, "representative": rank}
    for i, (topic, rank) in enumerate([(1, 2), (1, 0), (1, 1), (2, 1)])
)
TOPICS = TABLES["topic_list"].shape(
    {"topic": topic, "words": words, "segments": n, "transcripts": 1, "stability": 0.8, "flag": "one transcript"}
    for topic, words, n in [(1, "aa, cc", 3), (2, "gg", 1)]
)
CODEBOOK = TABLES["codebook"].shape(
    {"position": i, "code": code, "label": code.upper(), "kind": "code"} for i, code in enumerate(["y", "x"])
)


def spans(name: str, *coded: tuple[str, int, int], **more: str) -> pd.DataFrame:
    return TABLES[name].shape(
        {"coding": f"c{i}", "transcript": "S1", "scope": "span", "code": code, "start": start, "end": end} | more
        for i, (code, start, end) in enumerate(coded)
    )


def topics(consensus: pd.DataFrame, codings: pd.DataFrame | None = None) -> pd.DataFrame:
    codings = TABLES["codings"].empty() if codings is None else codings
    return topics_table(TOPICS, SEGMENTS, consensus, codings, {"S1": TEXT}, CODEBOOK)


def test_a_topic_lies_beside_the_code_that_reaches_most_of_its_segments():
    # x covers a word of segments 1 and 3, twice of 3; y of segment 2 alone, and a part of a word of 3
    found = topics(spans("consensus", ("x", 0, 2), ("x", 14, 17), ("x", 18, 20), ("y", 7, 15)))
    assert found[["topic", "code", "label"]].to_numpy().tolist() == [[1, "x", "X"], [2, "", ""]]
    assert found["overlap"].tolist() == [pytest.approx(2 / 3), 0.0]
    assert found["share"].tolist() == [0.75, 0.25]


def test_equal_shares_are_settled_by_codebook_order():
    assert topics(spans("consensus", ("x", 0, 2), ("y", 0, 2)))["code"].tolist() == ["y", ""]


def test_what_the_model_gave_stays():
    found = topics(spans("consensus", ("x", 0, 2)))
    assert found.columns.tolist()[:6] == ["topic", "words", "segments", "transcripts", "code", "overlap"]
    assert found[["words", "segments", "transcripts", "flag"]].to_numpy().tolist()[0] == [
        "aa, cc",
        3,
        1,
        "one transcript",
    ]
    assert found["representative"].tolist() == ["S1:3;S1:1", "S1:4"]


def test_without_consensus_people_s_codings_count_and_the_machine_s_never():
    codings = pd.concat(
        [spans("codings", ("x", 21, 23), origin="human"), spans("codings", ("y", 0, 20), origin="machine")],
        ignore_index=True,
    )
    assert topics(TABLES["consensus"].empty(), codings)["code"].tolist() == ["", "x"]


def test_codes_on_whole_transcripts_lie_beside_no_topic():
    found = topics(spans("consensus", ("x", 0, 27), scope="transcript"))
    assert found["code"].tolist() == ["", ""]


def test_without_any_codings_the_overlap_is_empty():
    assert topics(TABLES["consensus"].empty())["overlap"].isna().all()


def test_without_topics_there_are_no_rows():
    found = topics_table(
        TABLES["topic_list"].empty(), TABLES["topic_segments"].empty(), spans("consensus", ("x", 0, 2)),
        TABLES["codings"].empty(), {"S1": TEXT}, CODEBOOK,
    )  # fmt: skip
    assert len(found) == 0


def test_a_coding_of_a_translation_lies_beside_the_topic_of_the_original(tmp_path):
    """By the stage: nothing is agreed yet; the second turn of the translation is the second of the original, where topic 2 is."""
    said = {"S1": "Ja gut. Wir hatten keine Zeit.", "S1.en": "Yes. We had no time."}
    turns = [
        ("S1", 1, 0, 7, ""),
        ("S1", 2, 8, 30, ""),
        ("S1.en", 1, 0, 4, "1"),
        ("S1.en", 2, 5, 20, "2"),
    ]
    tables = {
        "topic_list": TOPICS,
        "topic_segments": [
            {"transcript": "S1", "segment": 1, "start": 0, "end": 7, "topic": 1},
            {"transcript": "S1", "segment": 2, "start": 8, "end": 30, "topic": 2},
        ],
        "consensus": [],
        "codings": spans("codings", ("x", 8, 19), origin="human", anchored="as_given").assign(transcript="S1.en"),
        "transcripts": [{"transcript": "S1"}, {"transcript": "S1.en", "translation_of": "S1"}],
        "turns": [
            dict(
                zip(("transcript", "turn", "start", "end", "source_turn", "role"), (*turn, "participant"), strict=True)
            )
            for turn in turns
        ],
        "codebook": CODEBOOK,
    }
    command = ["--texts", str(tmp_path / "texts"), "--topics", str(tmp_path / "topics.csv")]
    for name, rows in tables.items():
        path = tmp_path / f"{name}.parquet"
        write(name, TABLES[name].shape(rows), path)
        command += [f"--{name.replace('_', '-')}", str(path)]
    write_texts(tmp_path / "texts", said)
    done = CliRunner().invoke(stage, command)
    assert done.exit_code == 0, done.output
    assert read("report_topics", tmp_path / "topics.csv")["code"].tolist() == ["", "x"]

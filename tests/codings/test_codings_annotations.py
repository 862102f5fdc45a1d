"""Web annotations as other tools write them: the W3C model's own forms, Hypothesis, Recogito."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_codings_tools import BOSS, NO_TIME, TALK, TIRED, dry, kept
from test_codings_tools import study as study  # the fixture

from qualcode.codings.annotations import read
from qualcode.codings.model import FileMemo, Sidecar
from qualcode.errors import CodingsError


def at(words: str, *, units: str = "characters") -> tuple[int, int]:
    start = TALK.index(words)
    ends = TALK[:start], TALK[: start + len(words)]
    if units == "UTF-16 units":
        return tuple(len(part.encode("utf-16-le")) // 2 for part in ends)
    return tuple(map(len, ends))


def position(words: str, **more: str) -> dict[str, object]:
    start, end = at(words, **more)
    return {"type": "TextPositionSelector", "start": start, "end": end}


def quote(words: str, *, around: int = 12) -> dict[str, object]:
    start, end = at(words)
    before, after = TALK[max(0, start - around) : start], TALK[end : end + around]
    return {"type": "TextQuoteSelector", "exact": words, "prefix": before, "suffix": after}


def hypothesis(words: str, tags: list[str], user: str, text: str = "", **more: object) -> dict[str, object]:
    """An annotation as Hypothesis's API gives it (JavaScript counts UTF-16 units)."""
    selectors = [position(words, units="UTF-16 units"), quote(words)]
    return {
        "id": f"h{len(words)}",
        "created": "2024-03-01T10:00:00.000000+00:00",
        "user": f"acct:{user}@hypothes.is",
        "uri": "https://example.org/talks/T1.html",
        "document": {"title": ["T1"]},
        "tags": tags,
        "text": text,
        "target": [{"source": "https://example.org/talks/T1.html", "selector": selectors}],
        **more,
    }


def written(path: Path, page: object) -> Path:
    path.write_text(json.dumps(page, ensure_ascii=False), encoding="utf-8")
    return path


def test_what_hypothesis_gives_is_read_and_its_counting_found(study, tmp_path):
    rows = [
        hypothesis(NO_TIME, ["time", "boss"], "RB", "why"),
        hypothesis(TIRED, ["mood"], "RB"),
        hypothesis(BOSS, ["boss"], "KL"),
        hypothesis("How did it go", ["boss"], "KL"),
        hypothesis("And then", [], "KL", "A warm start"),
        hypothesis("And then", [], "KL", "Yes", references=["h8"]),
    ]
    path = written(tmp_path / "hypothesis.json", {"total": len(rows), "rows": rows})
    brought = dry(study, path)
    assert brought.summary == {
        "kind": "jsonld",
        "documents": 1,
        "unmatched": 0,
        "codes": 3,
        "coders": ["KL", "RB"],
        "codings": 5,
        "anchored": {"as_given": 0, "calibrated": 5, "by_text": 0, "refused": 0},
        "left_out": {"reply": 1},
    }
    assert any("offsets count UTF-16 units" in line for line in brought.messages)
    assert kept(study, path) == {
        (NO_TIME, "time", "RB", "why"),
        (NO_TIME, "boss", "RB", "why"),
        (TIRED, "mood", "RB", ""),
        (BOSS, "boss", "KL", ""),
        ("How did it go", "boss", "KL", ""),
    }
    memos = read(path, where="x", sidecar=Sidecar()).memos
    assert memos == [FileMemo("h8", "A warm start", author="KL", date="2024-03-01", documents=("T1",))]


def test_what_recogito_exports_is_read_each_tag_with_who_gave_it(study, tmp_path):
    def body(purpose: str, value: str, who: str) -> dict[str, object]:
        return {"type": "TextualBody", "purpose": purpose, "value": value, "creator": {"id": who, "name": who}}

    start, end = at(TIRED)
    page = [
        {
            "@context": "http://www.w3.org/ns/anno.jsonld",
            "id": "#a1",
            "type": "Annotation",
            "body": [body("tagging", "time", "RB"), body("commenting", "hm", "KL"), body("tagging", "time", "KL")],
            "target": {"selector": [quote(NO_TIME), position(NO_TIME)]},
        },
        {
            "id": "b2",
            "bodies": [body("tagging", "mood", "KL")],
            "target": {"annotation": "b2", "selector": [{"quote": TIRED, "start": start, "end": end}]},
        },
    ]
    path = written(tmp_path / "T1.json", page)
    assert dry(study, path).summary["anchored"]["as_given"] == 3
    assert kept(study, path) == {
        (NO_TIME, "time", "RB", "hm"),
        (NO_TIME, "time", "KL", "hm"),
        (TIRED, "mood", "KL", ""),
    }


SOURCE = "https://example.org/T1.txt"
CLASSIFIED = {"purpose": "classifying", "source": "https://example.org/codes#boss"}
BARE = {"type": "Annotation", "motivation": "tagging", "creator": "acct:RB@x", "body": "boss"}


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        ({"target": {"source": SOURCE, "selector": quote(BOSS)}}, BOSS),
        ({"target": {"source": {"id": SOURCE}, "selector": position(BOSS)}}, BOSS),
        ({"target": f"{SOURCE}#char={at(BOSS)[0]},{at(BOSS)[1]}"}, BOSS),
        (
            {"target": {"source": SOURCE, "selector": {"type": "CssSelector", "value": "p", "refinedBy": quote(BOSS)}}},
            BOSS,
        ),
        (
            {
                "target": [{"source": SOURCE, "selector": quote(BOSS)}],
                "body": [{"purpose": "classifying", "source": "x/y#boss"}],
            },
            BOSS,
        ),
        ({"target": {"source": SOURCE, "selector": quote(BOSS)}, "body": None, "bodyValue": "boss"}, BOSS),
        ({"target": SOURCE}, TALK.rstrip("\n")),
    ],
    ids=["quote", "position", "fragment", "refined", "classified", "body value", "whole document"],
)
def test_the_forms_of_the_w3c_model_are_read(study, tmp_path, annotation, words):
    page = {"type": "AnnotationPage", "items": [BARE | annotation]}
    path = written(tmp_path / "x.jsonld", {"type": "AnnotationCollection", "first": page})
    assert kept(study, path) == {(words, "boss", "RB", "")}


def test_words_before_and_after_tell_two_places_apart(study, tmp_path):
    twice = TALK.replace("And then?", "no time, you say?")
    (study.raw / "transcripts" / "T1.txt").write_text(twice, encoding="utf-8")
    selector = {"type": "TextQuoteSelector", "exact": "no time", "prefix": "I: ", "suffix": ", you"}
    path = written(tmp_path / "x.json", [BARE | {"target": {"source": SOURCE, "selector": selector}}])
    assert dry(study, path).summary["anchored"]["by_text"] == 1
    table = kept(study, path)
    assert table == {("no time", "boss", "RB", "")}
    without = written(tmp_path / "y.json", [BARE | {"target": {"source": SOURCE, "selector": {"exact": "no time"}}}])
    assert dry(study, without).summary["anchored"]["refused"] == 1


def test_what_names_nobody_asks_for_a_coder_and_two_pages_of_one_name_are_two_documents(study, tmp_path):
    page = [{"body": [{"purpose": "tagging", "value": "boss"}], "target": f"https://{x}.org/T1.txt"} for x in "ab"]
    brought = dry(study, written(tmp_path / "x.json", page))
    assert brought.summary["documents"] == 2
    assert any("2 annotations name nobody: give `--coder NAME`" in line for line in brought.messages)


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ('{"type": "AnnotationCollection", "first": {', r"line 1, column \d+: this JSON is damaged or not whole"),
        ('{"type": "Person"}', "this JSON holds no annotations"),
        ("[" * 100_000, "nested deeper than any export|damaged or not whole"),
    ],
)
def test_json_that_cannot_be_used_is_refused(study, tmp_path, content, cause):
    path = tmp_path / "x.jsonld"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CodingsError, match=cause):
        dry(study, path)
    assert not (study.raw / "codings").exists()


def test_an_empty_collection_holds_no_codings(study, tmp_path):
    path = written(tmp_path / "x.jsonld", {"type": "AnnotationCollection", "total": 0, "first": {"items": []}})
    assert dry(study, path).summary["codings"] == 0

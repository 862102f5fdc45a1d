"""The list of formats in README.md names tests that exist; the examples in docs/transcripts.md are read as it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualcode.transcripts import ReadOptions
from qualcode.transcripts.registry import FORMATS, read

HERE = Path(__file__).parent
DOCUMENTATION = (HERE.parents[1] / "docs" / "transcripts.md").read_text(encoding="utf-8")
PAGE = (HERE / "README.md").read_text(encoding="utf-8")


def test_every_test_that_the_list_of_formats_names_exists():
    files = [*HERE.glob("test_*.py"), *(HERE.parent / "corpora").glob("test_*.py")]
    there = {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)}
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 60
    assert named - there == set()


def test_each_reader_is_in_the_documentation():
    assert [kind.ENDINGS[0] for kind in FORMATS if f"`{kind.ENDINGS[0]}`" not in DOCUMENTATION] == []


EXAMPLES = re.findall(r"^```(\w+\.\w+)\n(.*?)^```$", DOCUMENTATION, re.M | re.S)


@pytest.mark.parametrize(("name", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_every_example_of_an_export_is_read_as_the_page_says(name, text):
    _, found = read(text.encode(), name, ReadOptions())
    said = [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns]
    if name == "survey.csv":
        assert said == [("Q", "How was it?"), ("P01", "Hard."), ("Q", "Why?"), ("P01", "No time.")]
        return
    names = ("SPEAKER_00", "SPEAKER_01") if name == "atrain.txt" else ("Anna Bell", "Ben")
    talk = ["How was it in the first year?", "It was hard.", "Why?", "We had no time."]
    assert said == [(names[at % 2], words) for at, words in enumerate(talk)][: 4 if "Why?" in text else 2]
    times = [None, None] if name in ("meet.txt", "whatsapp.txt") else [4.0, 9.0]
    assert [turn.start_s for turn in found.turns][:2] == times


def test_there_are_examples_of_many_programs():
    assert len(EXAMPLES) >= 19

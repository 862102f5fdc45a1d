"""The made-up interviews read like different conversations: no sentence twice, no run of eight words in two of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualcode.study import Study
from qualcode.transcripts import read_transcripts


@pytest.fixture(scope="module")
def spoken(repository: Path) -> dict[str, list[str]]:
    """The words of each turn, by transcript."""
    read = read_transcripts(Study.load(repository))
    found: dict[str, list[str]] = {}
    for name, start, end in zip(read.turns["transcript"], read.turns["start"], read.turns["end"], strict=True):
        found.setdefault(name, []).append(read.texts[name][start:end])
    return found


def test_there_are_thirteen_of_about_a_thousand_words(spoken: dict[str, list[str]]) -> None:
    assert len(spoken) == 13
    for name, turns in spoken.items():
        assert 800 <= sum(len(turn.split()) for turn in turns) <= 1500, name


def test_no_sentence_occurs_twice(spoken: dict[str, list[str]]) -> None:
    seen: dict[str, str] = {}
    for name, turns in spoken.items():
        for turn in turns:
            for sentence in re.split(r"(?<=[.!?…])\s+", turn):
                plain = re.sub(r"\W+", " ", re.sub(r"[\[(][^\])]*[\])]", "", sentence)).strip().casefold()
                if len(plain.split()) > 2:  # "Not yet." may be said by two people
                    assert plain not in seen, f"{name} and {seen.get(plain)}"
                    seen[plain] = name


def test_no_run_of_eight_words_occurs_in_two_transcripts(spoken: dict[str, list[str]]) -> None:
    seen: dict[tuple[str, ...], str] = {}
    for name, turns in spoken.items():
        for turn in turns:
            words = re.findall(r"\w+", turn.casefold())
            for at in range(len(words) - 7):
                run = tuple(words[at : at + 8])
                assert seen.setdefault(run, name) == name, f"{name} and {seen[run]}"

"""How much of what people call each other in German, French, Spanish, Portuguese and Italian is found, and what is wrongly listed.

The sentences are made up (said/, a file a language and set): those with `{kind|words}` hold something to find, those without hold
nothing. `first` is what the rules were mended on, `second` was written afterwards. Each sentence is a transcript of its own, so no
other place helps to tell a name from a word.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualcode.deidentify import candidates as module
from qualcode.deidentify.candidates import Named, candidates
from qualcode.deidentify.key import Key
from qualcode.deidentify.replace import Decisions
from qualcode.transcripts.canonical import Placed

SAID = Path(__file__).parent / "said"
SHAPES = ("address", "birth", "identity", "phone", "postcode")


def spans(text: str, language: str) -> list[tuple[int, int]]:
    made = {"T": Named(text, [Placed("", 0, len(text), None, None)], language)}
    return [
        (start, end) for one in candidates(made, Key((), "key"), Decisions()).candidates for _, start, end in one.places
    ]


def without_marks(line: str) -> tuple[str, list[tuple[str, int, int]]]:
    text, found, at = "", [], 0
    for match in re.finditer(r"\{(\w+)\|([^}]*)\}", line):
        text += line[at : match.start()]
        found.append((match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return text + line[at:], found


def measured(language: str, which: str) -> tuple[list[str], int, list[str], int]:
    """What was missed of how many, and the innocent sentences in which something was listed, of how many.

    Found is what is covered to its last word (of names: the words with a capital).
    """
    missed, wrong, wanted, innocent = [], [], 0, 0
    for line in (SAID / f"{language}_{which}.txt").read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        text, marked = without_marks(line)
        found = spans(text, language)
        wanted += len(marked)
        for kind, start, end in marked:
            words = [match.span() for match in re.finditer(r"[^\W_]+", text[start:end])]
            if kind not in SHAPES:
                words = [span for span in words if text[start + span[0]].isupper()]
            if not all(any(a <= start + x and start + y <= b for a, b in found) for x, y in words):
                missed.append(text[start:end])
        if not marked:
            innocent += 1
            wrong += [text[a:b] for a, b in found[:1]]
    return missed, wanted, wrong, innocent


@pytest.mark.parametrize(
    ("language", "which", "most_missed", "most_wrong"),
    [
        ("de", "first", 0, 1),
        ("fr", "first", 0, 0),
        ("es", "first", 0, 0),
        ("pt", "first", 0, 0),
        ("it", "first", 0, 0),
        ("de", "second", 1, 2),
        ("fr", "second", 1, 0),
        ("es", "second", 1, 0),
        ("pt", "second", 1, 0),
        ("it", "second", 1, 0),
    ],
)
def test_what_identifies_is_found_and_innocent_sentences_are_left_alone(
    language: str, which: str, most_missed: int, most_wrong: int
) -> None:
    missed, wanted, wrong, innocent = measured(language, which)
    assert wanted >= 30, "too few to tell"
    assert innocent >= 25, "too few to tell"
    assert len(missed) <= most_missed, missed
    assert len(wrong) <= most_wrong, wrong


@pytest.mark.parametrize("language", ["de", "fr", "es", "pt", "it"])
def test_the_measure_notices_when_names_are_no_longer_found(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "capitalised", lambda *_, **__: iter(()))
    monkeypatch.setattr(module, "introduced", lambda *_: iter(()))
    missed, wanted, _, _ = measured(language, "second")
    assert len(missed) > wanted // 2

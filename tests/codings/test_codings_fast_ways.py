"""What is done all at once for speed gives what doing it one by one gives."""

from __future__ import annotations

import uuid

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.codings.anchor import fold, folded_text
from qualcode.codings.calibrate import UNITS, Convention, _Positions, clean
from qualcode.codings.context import NAMESPACE, uuid5

# what folding, line ends and counting in other units meet, and a little that is plain
PIECES = [
    "a",
    "b1",
    " ",
    "\n",
    "\r\n",
    "\r",
    "\u00a0",
    "-",
    "–—",
    "“",
    "'",
    "...",
    " . . .",
    "..",
    "…",
    "……",
    "é",
    "🙂",
    "\u200b",
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def test_a_long_text_is_folded_to_these_characters_at_these_places():
    filler = "x" * 400
    folded = fold(f"{filler}“Well — – no . . . it’s\n\n  so…”🙂")
    assert folded.text == filler + "Well--no…itsso…🙂"  # a space between two dashes parts them
    beyond = list(zip(folded.text, folded.starts, folded.ends, strict=True))[400:]
    assert beyond[:5] == [("W", 401, 402), ("e", 402, 403), ("l", 403, 404), ("l", 404, 405), ("-", 406, 407)]
    assert beyond[5:9] == [("-", 408, 409), ("n", 410, 411), ("o", 411, 412), ("…", 413, 418)]
    assert beyond[9:12] == [("i", 419, 420), ("t", 420, 421), ("s", 422, 423)]
    assert beyond[12:] == [("s", 427, 428), ("o", 428, 429), ("…", 429, 430), ("🙂", 431, 432)]


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_a_text_folds_the_same_alone_and_behind_a_long_one(text):
    filler = "x" * 400
    alone, behind = fold(text), fold(filler + text)
    assert behind.text == filler + alone.text == filler + folded_text(text)
    assert [at - 400 for at in behind.starts[400:]] == list(alone.starts)
    assert [at - 400 for at in behind.ends[400:]] == list(alone.ends)


def counted(raw: str, convention: Convention) -> dict[int, int]:
    """The position in the clean text of each position that a file may give, character by character."""
    body = raw.removeprefix("\ufeff")
    mark = {UNITS[0]: 1, UNITS[1]: 1, UNITS[2]: 3}[convention.unit] if convention.bom else 0
    places, at, clean_at, n = {0: 0, mark: 0}, mark, 0, 0
    while n < len(body):
        windows = body.startswith("\r\n", n)
        if windows and convention.crlf:
            places[at + 1] = clean_at  # between the two lies before the line end
            at += 1
        one = body[n + windows]
        width = {UNITS[0]: 1, UNITS[1]: len(one.encode("utf-16-le")) // 2, UNITS[2]: len(one.encode())}[convention.unit]
        at, clean_at, n = at + width, clean_at + 1, n + 1 + windows
        places[at] = clean_at
    return places


@given(TEXTS, st.sampled_from(UNITS), st.booleans(), st.booleans())
@settings(max_examples=400, deadline=None)
def test_every_position_of_every_convention_is_where_counting_one_by_one_finds_it(text, unit, crlf, bom):
    raw = "\ufeff" * bom + text
    convention = Convention(unit, crlf and "\r\n" in raw, bom)
    known = counted(raw, convention)
    asked = list(range(-2, max(known) + 3))
    places = _Positions(raw, clean(raw)).places(np.array(asked), convention.unit, convention.crlf, bom)
    assert places.tolist() == [known.get(at, -1) for at in asked]


@given(st.text(max_size=80).filter(lambda name: name.isprintable()))
def test_a_guid_is_the_uuid5_of_its_name(name):
    assert uuid5(name) == str(uuid.uuid5(NAMESPACE, name))

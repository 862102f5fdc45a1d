"""Edits between two texts, and spans carried through them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.tables import TABLES
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.compare import Edit, edits_between
from qualcode.transcripts.model import RawTurn
from qualcode.transcripts.way import Mapped, map_span

WORDS = st.lists(
    st.sampled_from(["a", "the", "hard", "time", "no", "é", "😀", ".", ",", "\n", "\n\n", "I:", "P01:"]), max_size=40
)
TEXTS = WORDS.map(" ".join)


@given(TEXTS, TEXTS)
@settings(max_examples=300, deadline=None)
def test_between_changed_stretches_both_texts_are_the_same(old, new):
    at_old = at_new = 0
    for edit in [*edits_between(old, new), Edit(len(old), len(old), len(new), len(new))]:
        assert edit.start_from >= at_old and edit.start_to >= at_new
        assert old[at_old : edit.start_from] == new[at_new : edit.start_to]
        assert edit.end_from >= edit.start_from and edit.end_to >= edit.start_to
        at_old, at_new = edit.end_from, edit.end_to
    assert (at_old, at_new) == (len(old), len(new))


@given(TEXTS, TEXTS, st.data())
@settings(max_examples=300, deadline=None)
def test_a_span_that_was_not_touched_covers_the_same_characters(old, new, data):
    if not old:
        return
    start = data.draw(st.integers(0, len(old) - 1))
    end = data.draw(st.integers(start + 1, len(old)))
    edits = edits_between(old, new)
    touched = any(e.start_from < end and e.end_from > start for e in edits if e.end_from > e.start_from)
    touched |= any(start < e.start_from < end for e in edits if e.start_from == e.end_from)
    mapped = map_span(edits, start, end)
    if not touched:
        assert mapped is not None and not mapped.changed
        assert new[mapped.start : mapped.end] == old[start:end]
    elif mapped is not None:
        assert 0 <= mapped.start < mapped.end <= len(new)
        assert mapped.changed or new[mapped.start : mapped.end] == old[start:end]  # what was put in may stand beside it


@given(st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_two_texts_have_edits_that_make_one_from_the_other(old, new):
    made, at = "", 0
    for edit in edits_between(old, new):
        made += old[at : edit.start_from] + new[edit.start_to : edit.end_to]
        at = edit.end_from
    assert made + old[at:] == new


OLD = "I: How was it?\n\nP01: Anna said it was hard, very hard."


def span(text: str, words: str) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def test_a_replaced_name_moves_what_follows_and_marks_the_span_that_held_it():
    new = OLD.replace("Anna", "[colleague]")
    edits = edits_between(OLD, new)
    assert map_span(edits, *span(OLD, "very hard")) == Mapped(*span(new, "very hard"), False)
    assert map_span(edits, *span(OLD, "Anna said")) == Mapped(*span(new, "[colleague] said"), True)
    assert map_span(edits, *span(OLD, "How was it?")) == Mapped(*span(OLD, "How was it?"), False)


def test_words_put_in_beside_a_span_do_not_belong_to_it():
    new = OLD.replace("very hard", "oh very hard indeed")
    edits = edits_between(OLD, new)
    assert map_span(edits, *span(OLD, "very hard")) == Mapped(*span(new, "very hard"), False)


def test_words_put_into_a_span_belong_to_it_and_mark_it():
    new = OLD.replace("very hard", "very, very hard")
    mapped = map_span(edits_between(OLD, new), *span(OLD, "hard, very hard"))
    assert mapped == Mapped(*span(new, "hard, very, very hard"), True)


def test_a_span_that_was_taken_out_is_nowhere():
    assert map_span(edits_between(OLD, OLD.replace(", very hard", "")), *span(OLD, "very hard")) is None


def test_rows_of_the_table_serve_as_well():
    new = OLD.replace("Anna", "P07")
    rows = TABLES["edits"].shape(
        [edit._asdict() | {"transcript": "S01", "why": "identifier"} for edit in edits_between(OLD, new)]
    )
    assert map_span(rows, *span(OLD, "very hard")) == Mapped(*span(new, "very hard"), False)


def test_a_new_label_on_every_turn_leaves_all_words_in_place():
    turns = [
        ("Anna" if at % 2 else "Ben", f"this is what was said in turn {at} and then some more.") for at in range(400)
    ]
    old = "\n\n".join(f"{who}: {words}" for who, words in turns)
    new = "\n\n".join(f"{'P01' if who == 'Anna' else 'P02'}: {words}" for who, words in turns)
    edits = edits_between(old, new)
    for _, words in turns[::37]:
        assert map_span(edits, *span(old, words)) == Mapped(*span(new, words), False)


PARAGRAPHS = st.lists(st.text(st.sampled_from("ab é😀\u0301\u00a0.\n:"), max_size=20), max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["", "I", "P 01", "é"]), PARAGRAPHS), max_size=8))
@settings(max_examples=300, deadline=None)
def test_a_turns_offsets_hold_exactly_its_words(turns):
    raw = [RawTurn(speaker, list(paragraphs)) for speaker, paragraphs in turns]
    text, placed = canonical(raw)
    kept = [turn for turn in raw if any(paragraph.split() for paragraph in turn.paragraphs)]
    assert len(placed) == len(kept)
    at = 0
    for turn, place in zip(kept, placed, strict=True):
        words = text[place.start : place.end]
        assert words.split() == " ".join(canonical([RawTurn("", turn.paragraphs)])[0].split("\n")).split()
        assert words == words.strip() and "\n\n" not in words
        between = ("\n\n" if at else "") + (f"{place.speaker}: " if place.speaker else "")
        assert text[at : place.start] == between
        at = place.end
    assert at == len(text)

"""Transcripts that are corrected, read otherwise, or replaced: edits between texts, what is refused, what is noted."""

from __future__ import annotations

import os
import random
import re
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qualcode.errors import TranscriptError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.transcripts.alike import ALIKE, accept, is_other, nothing_left, share_kept
from qualcode.transcripts.compare import Edit, edits_between
from qualcode.transcripts.edits import edits_of_study
from qualcode.transcripts.kept import Replaced, keep_texts
from qualcode.transcripts.made_on import keep_made_on, mark, read_made_on
from qualcode.transcripts.way import Mapped, Way, map_span, way_of_table

# ---------------------------------------------------------------- spans, for any text and any correction

SIGNS = st.sampled_from([" ", " ", " ", ", ", ". ", "? ", "\n", "\n\nI: ", "\n\nP01: "])


@st.composite
def correction(draw, words):
    """A text of `words`, a span of whole words, and the text after words were replaced, put in and taken out.

    What each word of the new text was is known: its number, or None where it was put in.
    """
    signs = draw(st.lists(SIGNS, min_size=len(words), max_size=len(words)))
    start = draw(st.integers(0, len(words) - 1))
    end = draw(st.integers(start + 1, len(words)))
    what = draw(st.lists(st.sampled_from("kkkkkkrad"), min_size=len(words), max_size=len(words)))
    old, new, origin, was, now = "", "", [], [], []
    for number, (word, sign, doing) in enumerate(zip(words, signs, what, strict=True)):
        was.append((len(old), len(old) + len(word)))
        old += word + sign
        if doing == "d":
            continue
        if doing == "a":
            now.append((len(new), len(new) + 6))
            origin.append(None)
            new += f"new{number:03} "
        put = f"rep{number:03}" if doing == "r" else word
        now.append((len(new), len(new) + len(put)))
        origin.append(number if doing != "r" else None)
        new += put + sign
    touched = any(one in "rd" for one in what[start:end]) or any(one == "a" for one in what[start + 1 : end])
    return old, new, was, now, origin, start, end, touched


DIFFERENT = st.integers(1, 40).flatmap(lambda n: st.permutations([f"w{i:03}" for i in range(n)]))
# sentences that are long enough to be the same one in both texts, each of words of its own
SENTENCES = st.integers(2, 12).flatmap(
    lambda n: st.permutations([" ".join(f"w{i:02}{letter}" for letter in "abcdefgh") for i in range(n)])
)
ALIKE_WORDS = st.lists(st.sampled_from(["no", "yes", "hard", "time", "we", "had"]), min_size=1, max_size=30)


@given(st.one_of(DIFFERENT, SENTENCES).flatmap(correction))
@settings(max_examples=500, deadline=None)
def test_a_span_that_was_not_touched_covers_the_same_words_and_no_others(made):
    old, new, was, now, origin, start, end, touched = made
    mapped = Way(edits_between(old, new)).carry(was[start][0], was[end - 1][1])
    if not touched:
        there = [now[origin.index(number)] for number in range(start, end)]
        assert mapped is not None
        assert (mapped.start, mapped.end) == (there[0][0], there[-1][1])
        assert mapped.changed == (old[was[start][0] : was[end - 1][1]] != new[mapped.start : mapped.end])
    if mapped is None:
        assert not any(number in origin for number in range(start, end))
        return
    covered = [origin[n] for n, (a, b) in enumerate(now) if a < mapped.end and b > mapped.start]
    assert all(start <= number < end for number in covered if number is not None)


@given(ALIKE_WORDS.flatmap(correction))
@settings(max_examples=400, deadline=None)
def test_in_texts_of_few_words_too_a_span_holds_what_it_held_or_is_marked(made):
    old, new, was, _, _, start, end, _ = made
    first, last = was[start][0], was[end - 1][1]
    edits = edits_between(old, new)
    mapped = Way(edits).carry(first, last)
    if mapped is None:
        return
    if not mapped.changed:
        assert new[mapped.start : mapped.end] == old[first:last]
    # every word that it holds was in it before, or was put in
    put_in = [new[e.start_to : e.end_to] for e in edits if e.start_to < mapped.end and e.end_to > mapped.start]
    held = Counter(re.findall(r"\w+", new[mapped.start : mapped.end]))
    assert held <= Counter(re.findall(r"\w+", " ".join([old[first:last], *put_in])))


@given(DIFFERENT.flatmap(correction), st.data())
@settings(max_examples=60, deadline=None)
def test_many_spans_are_carried_as_one_by_one(made, data):
    old, new, was, *_ = made
    edits = edits_between(old, new)
    rows = TABLES["edits"].shape([edit._asdict() | {"transcript": "S", "why": "reader"} for edit in edits])
    way = way_of_table(rows)
    for _ in range(5):
        start = data.draw(st.integers(0, len(was) - 1))
        span = was[start][0], was[data.draw(st.integers(start, len(was) - 1))][1]
        assert way.carry(*span) == map_span(edits, *span) == map_span(rows, *span)


def carried(old: str, new: str, words: str) -> tuple[str, bool]:
    mapped = map_span(edits_between(old, new), old.index(words), old.index(words) + len(words))
    assert mapped is not None
    return new[mapped.start : mapped.end], mapped.changed


def test_a_sentence_put_in_before_or_behind_a_span_never_belongs_to_it_though_it_begins_and_ends_alike():
    assert carried("We went. We tried. It failed.", "We went. We slept. We tried. It failed.", "We tried.") == (
        "We tried.",
        False,
    )
    assert carried("It was hard. It went on.", "It was hard. It was sad. It went on.", "It was hard.") == (
        "It was hard.",
        False,
    )


def test_words_are_held_together_and_not_the_blanks_between_them():
    assert carried("one two three four", "two new three four", "two") == ("two", False)


def test_one_of_two_like_words_is_taken_out_and_a_span_on_either_keeps_its_word():
    assert carried("no, no, no. Fine", "no, no. Fine", "no") == ("no", False)


def test_a_change_says_how_far_it_may_as_well_have_been_made():
    # put in behind `P: `; ` no,` behind `P:` gives the same text, and so does ` no,` or `, no` anywhere up to the last point
    assert edits_between("P: no, no.", "P: no, no, no.") == [Edit(3, 3, 3, 7, left=1, right=6)]


def test_a_span_that_begins_where_a_change_may_as_well_have_been_made_begins_behind_it():
    edits = edits_between("P: no, no.", "P: no, no, no.")
    assert map_span(edits, 2, 10) == (6, 14, False)  # ` no, no.`; the new `no, ` may be the first one as well
    assert map_span(edits, 1, 10) == (1, 14, True)
    assert map_span(edits, 0, 9) == (0, 9, False)  # `P: no, no`
    assert map_span(edits, 2, 9) == (6, 13, False)


def test_the_way_names_why_the_words_of_a_span_changed():
    way = Way([Edit(0, 4, 0, 3), Edit(10, 12, 9, 15)], ["identifier", "correction"])
    assert way.why(2, 11) == ["correction", "identifier"]
    assert way.why(4, 10) == []


def test_a_stretch_that_was_cut_out_and_put_in_elsewhere_leaves_the_rest_in_place():
    turns = [f"P01: this is sentence number {n}, and it is long enough." for n in range(6)]
    old, new = "\n\n".join(turns), "\n\n".join([*turns[:1], *turns[2:], turns[1]])
    for number in (0, 2, 3, 4):
        assert carried(old, new, f"sentence number {number}") == (f"sentence number {number}", False)


# ---------------------------------------------------------------- another transcript, or a corrected one


def test_a_text_that_was_cut_or_added_to_is_the_same_transcript():
    text = " ".join(f"word{n}" for n in range(100))
    part = text[: text.index(" word40")]
    assert share_kept(text, part, edits_between(text, part)) == 1.0
    assert share_kept(part, text, edits_between(part, text)) == 1.0
    assert not is_other(text, part, edits_between(text, part))


def test_of_a_few_words_nothing_is_said():
    assert not is_other(
        "I: to come", "P01: something else altogether", edits_between("I: to come", "P01: something else")
    )


def test_where_nothing_is_left_no_span_has_a_place():
    edits = nothing_left("old words", "new and other words")
    assert Way(edits).carry(0, 3) is None and Way(edits).carry(0, 9) is None


def corpora() -> Path:
    beside = Path(__file__).resolve().parents[3] / "shared" / "corpora"
    return Path(os.environ.get("QUALCODE_CORPORA", beside)) / "transcripts"


@pytest.mark.skipif(not corpora().is_dir(), reason="the real transcripts are not here")
def test_real_transcripts_corrected_in_half_their_words_are_told_from_others_of_the_same_collection(repository):
    sys.path.insert(0, str(repository / "benchmarks"))
    try:
        from edits_carry import heavily_corrected, real_transcripts
    finally:
        sys.path.pop(0)
    corrected_least, other_most = 1.0, 0.0
    texts = real_transcripts(corpora(), most=15_000)
    texts.pop("zoom")  # one meeting's words and its chat
    for files in texts.values():
        for text in files.values():
            new = heavily_corrected(random.Random(1), text, 0.5)
            corrected_least = min(corrected_least, share_kept(text, new, edits_between(text, new)))
        for one, other in combinations(files, 2):
            if Path(one).stem != Path(other).stem:
                edits = edits_between(files[one], files[other])
                other_most = max(other_most, share_kept(files[one], files[other], edits))
    assert other_most < ALIKE - 0.1 and corrected_least > ALIKE + 0.1, (other_most, corrected_least)


# ---------------------------------------------------------------- a study's texts

TALKS = {
    "S01": "I: How was it at the beginning?\n\nP01: It was hard, very hard, and nobody had time for the training then.",
    "S02": "I: What helped you most of all?\n\nP02: My colleague Anna, who rang every Monday and asked how we were doing.",
}


class Texts:
    """A study whose transcripts have these texts, one after another."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = dict(TALKS)
        self.raw = {name: f"raw {name}" for name in TALKS}
        self.keep()

    def table(self):
        return TABLES["transcripts"].shape(
            [
                {"transcript": name, "sha256_text": sha256(text), "text_rule": 1, "sha256_raw": self.raw[name]}
                | {"file": f"data/raw/transcripts/{name}.txt"}
                for name, text in self.now.items()
            ]
        )

    def keep(self) -> None:
        keep_texts(Study(self.root), self.table(), self.now)

    def edits(self, **more):
        return edits_of_study(Study(self.root), self.table(), self.now, **more)


@pytest.fixture
def kept(tmp_path: Path) -> Texts:
    return Texts(tmp_path)


def test_a_file_that_was_corrected_and_a_reader_that_reads_otherwise_are_told_apart(kept):
    kept.now["S01"] = kept.now["S01"].replace("very hard", "so hard")
    kept.now["S02"] = kept.now["S02"].replace("Monday", "monday")
    kept.raw["S01"] = "another file"
    rows = kept.edits()
    assert rows[["transcript", "why"]].values.tolist() == [["S01", "correction"], ["S02", "reader"]]


def test_a_third_text_has_edits_from_both_before_it_and_going_back_has_edits_from_the_later_ones(kept):
    first = kept.now["S01"]
    second, third = (
        first.replace("very hard", "so hard"),
        first.replace("very hard", "so hard").replace("time", "an hour"),
    )
    for text in (second, third):
        kept.now["S01"], kept.raw["S01"] = text, f"file of {text}"
        rows = kept.edits()
        kept.keep()
    assert set(rows["sha256_from"]) == {sha256(first), sha256(second)}
    for old in (first, second):
        way = way_of_table(rows[rows["sha256_from"] == sha256(old)])
        at = old.index("the training")
        assert way.carry(at, at + 12) == Mapped(third.index("the training"), third.index("the training") + 12, False)
    kept.now["S01"], kept.raw["S01"] = first, "raw S01"
    rows = kept.edits()
    assert set(rows["sha256_from"]) == {sha256(second), sha256(third)}
    assert set(rows["sha256_to"]) == {sha256(first)}


def test_two_files_that_were_exchanged_are_both_refused_and_each_is_named(kept):
    kept.now["S01"], kept.now["S02"] = kept.now["S02"], kept.now["S01"]
    with pytest.raises(TranscriptError) as caught:
        kept.edits()
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 2
    assert said[0].startswith("data/raw/transcripts/S01.txt: this is not a corrected text of transcript 'S01': ")
    assert "It looks like transcript 'S02'." in said[0] and "It looks like transcript 'S01'." in said[1]
    assert "qualcode run --accept S01 --by" in said[0]
    assert "Anna" not in str(caught.value) and "training" not in str(caught.value)


def test_what_was_accepted_is_not_asked_again_and_what_was_coded_before_has_no_place(kept, monkeypatch):
    old = kept.now["S01"]
    kept.now["S01"] = (
        "I: Please tell me about your work.\n\nP01: Nothing to tell, really; I drive buses through Ghent all day."
    )
    with pytest.raises(TranscriptError):
        kept.edits()

    def read(study):
        from types import SimpleNamespace

        return SimpleNamespace(transcripts=kept.table(), texts=kept.now, names_out={})

    monkeypatch.setattr("qualcode.transcripts.read_transcripts", read)
    signed = {"by": "RB", "on": "2024-05-02"}
    assert accept(Study(kept.root), ["S01", "S02"], **signed) == [
        "S01: this is its text from now on (signed by RB on 2024-05-02 in data/raw/decisions/texts.csv).",
        "S02: there was nothing to accept.",
    ]
    way = way_of_table(kept.edits())
    assert way.carry(old.index("very hard"), old.index("very hard") + 9) is None
    kept.keep()
    (kept.root / "data/raw/decisions/texts.csv").unlink()
    kept.edits()  # the text has been there


def test_a_correction_after_names_were_replaced_is_no_identifier_and_the_name_is_one(kept):
    before = kept.now["S02"]
    at = before.index("Anna")
    replaced = [Edit(at, at + 4, at, at + len("[colleague]"))]
    kept.now["S02"] = before.replace("Anna", "[colleague]").replace("Monday", "Friday")
    corrected_names = before.replace("Monday", "Friday")
    kept.raw["S02"] = "another file"
    rows = kept.edits(names_out={"S02": Replaced(corrected_names, replaced)})
    shown = rows[["sha256_from", "start_from", "end_from", "why"]].values.tolist()
    monday = before.index("Monday")
    assert sorted(shown) == sorted(
        [
            [sha256(before), at, at + 4, "identifier"],
            [sha256(before), monday, monday + 6, "correction"],
            [sha256(corrected_names), at, at + 4, "identifier"],
        ]
    )


def test_texts_that_a_colleague_kept_are_read_from_a_folder_of_their_own(kept, tmp_path):
    texts, old = kept.root / "data/raw/texts", kept.now["S01"]
    texts.rename(kept.root / "elsewhere")
    texts.mkdir()
    kept.now["S01"] = old.replace("very hard", "so hard")
    assert not len(kept.edits())
    (kept.root / "elsewhere").rename(texts / "anna")
    keep_made_on(Study(kept.root), {"a" * 16: sha256(old)})
    (texts / "made_on.csv").rename(texts / "anna" / "made_on.csv")
    assert set(kept.edits()["sha256_from"]) == {sha256(old)}
    assert read_made_on(Study(kept.root)) == {"a" * 16: sha256(old)}
    kept.keep()
    assert (texts / "index.csv").is_file() and not (texts / f"{sha256(old)}.txt").is_file()


# ---------------------------------------------------------------- what something was made on


def test_what_was_noted_first_stays_and_other_things_are_added(tmp_path):
    study = Study(tmp_path)
    assert read_made_on(study) == {}
    one, two = mark("coding", "c1", 3, 9), mark("coding", "c1", 3, 10)
    keep_made_on(study, {one: "a" * 64})
    keep_made_on(study, {one: "b" * 64, two: "b" * 64})
    assert read_made_on(study) == {one: "a" * 64, two: "b" * 64}
    assert one != two and len(one) == 16

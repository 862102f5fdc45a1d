"""Codings and assignments made on earlier texts: carried, over several texts; what changed in them; what was decided."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from qualcode.codings import read_codings
from qualcode.codings.changes import MOVED, SIGNS, WORDS, value_of, what_changed
from qualcode.codings.passages import Passages
from qualcode.config import Config
from qualcode.errors import CodingsError, DecisionsError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.transcripts.edits import edits_of_study
from qualcode.transcripts.kept import keep_texts
from qualcode.transcripts.made_on import keep_made_on

FIRST = (
    "I: How was it?\n\nP01: We had no time for the training. It was hard.\n\nI: And then?\n\n"
    "P01: Our manager helped us, and the second course went well."
)
HEAD = "transcript,start,end,text,code,coder\n"


class Line:
    """A study of one transcript, S01, whose text changes; each `read` is a run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.text = FIRST
        self.codebook = TABLES["codebook"].shape(
            [
                {
                    "position": 1,
                    "code": "time",
                    "label": "Time",
                    "kind": "code",
                    "path": "Time",
                    "version": "1",
                    "name": "b",
                },
                {
                    "position": 2,
                    "code": "boss",
                    "label": "Boss",
                    "kind": "code",
                    "path": "Boss",
                    "version": "1",
                    "name": "b",
                },
            ]
        )

    def write(self, name: str, text: str) -> None:
        path = self.root / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def read(self, *, keep: bool = True):
        study = Study(self.root, Config())
        transcripts = TABLES["transcripts"].shape(
            [
                {
                    "transcript": "S01",
                    "sha256_text": sha256(self.text),
                    "text_rule": 1,
                    "sha256_raw": sha256(self.text + "raw"),
                }
            ]
        )
        texts = {"S01": self.text}
        edits = edits_of_study(study, transcripts, texts)
        read = read_codings(study, transcripts, TABLES["turns"].empty(), texts, edits, self.codebook)
        if keep:
            keep_texts(study, transcripts, texts)
            keep_made_on(study, read.made_on)
        return read

    def words(self, read, number: int = 0) -> str:
        row = read.codings.loc[number]
        return self.text[row["start"] : row["end"]]

    def correct(self, *pairs: tuple[str, str]) -> None:
        for old, new in pairs:
            assert self.text.count(old) == 1
            self.text = self.text.replace(old, new)


@pytest.fixture
def line(tmp_path: Path) -> Line:
    return Line(tmp_path)


def at(words: str, text: str = FIRST) -> str:
    return f"{text.index(words)},{text.index(words) + len(words)}"


def decide(line: Line, about: str, choice: str, value: str = "", name: str = "d1", supersedes: str = "") -> None:
    path = line.root / "data/raw/decisions/changed.csv"
    before = path.read_text() if path.is_file() else "decision,kind,about,choice,value,reason,by,on,supersedes\n"
    line.write(
        "decisions/changed.csv", before + f"{name},changed,{about},{choice},{value},,RB,2024-05-02,{supersedes}\n"
    )


# ---------------------------------------------------------------- carried


@pytest.mark.parametrize("row", [f"S01,{at('manager helped')},,boss,RB\n", "S01,,,manager helped,boss,RB\n"])
def test_a_coding_made_on_the_first_text_is_carried_to_the_second_the_third_and_back(line, row):
    line.write("codings/a.csv", HEAD + row)
    ids = {line.read().codings.loc[0, "coding"]}
    line.correct(("no time", "very little time"))
    read = line.read()
    assert line.words(read) == "manager helped" and not len(read.changed)
    ids.add(read.codings.loc[0, "coding"])
    line.correct(("How was it?", "How was it at first?"), ("And then?", "And?"))
    read = line.read()
    assert line.words(read) == "manager helped" and not read.warnings
    line.text = FIRST
    read = line.read()
    assert line.words(read) == "manager helped" and not len(read.changed)
    assert {read.codings.loc[0, "coding"]} == ids
    assert read.codings.loc[0, "sha256_text"] == sha256(FIRST)


def test_a_run_that_never_saw_the_second_text_carries_straight_to_the_third(line):
    line.write("codings/a.csv", HEAD + f"S01,{at('second course')},,time,RB\n")
    line.read()
    line.correct(("no time", "very little time"), ("How was it?", "How was it at first?"))
    assert line.words(line.read()) == "second course"


def test_rows_put_into_a_sheet_after_a_correction_count_in_the_text_of_that_day(line):
    line.write("codings/a.csv", HEAD + f"S01,{at('It was hard.')},,time,RB\n")
    line.read()
    line.correct(("no time", "very little time"))
    line.write(
        "codings/a.csv", HEAD + f"S01,{at('It was hard.')},,time,RB\nS01,{at('helped us', line.text)},,boss,RB\n"
    )
    read = line.read()
    assert [line.words(read, n) for n in (0, 1)] == ["It was hard.", "helped us"]
    line.correct(("How was it?", "How was it at first?"))
    read = line.read()
    assert [line.words(read, n) for n in (0, 1)] == ["It was hard.", "helped us"]


def test_offsets_with_words_that_only_an_earlier_text_has_there_are_of_that_text(line):
    line.read()  # the first text was read; the sheet comes only after the correction
    line.correct(("no time", "very little time"))
    line.write("codings/a.csv", HEAD + f"S01,{at('It was hard.')},It was hard.,time,RB\n")
    assert line.words(line.read()) == "It was hard."


def test_words_that_stand_in_two_places_since_a_correction_stay_where_they_were_coded(line):
    line.write("codings/a.csv", HEAD + "S01,,,It was hard.,time,RB\n")
    line.read()
    line.correct(("went well.", "went well. It was hard. But good."))
    read = line.read()
    assert read.codings.loc[0, "start"] == FIRST.index("It was hard.") and not read.warnings


def test_words_that_were_corrected_where_they_were_coded_are_not_taken_from_elsewhere(line):
    line.write("codings/a.csv", HEAD + "S01,,,It was hard.,time,RB\n")
    line.read()
    line.correct(("It was hard.", "It was rather hard."), ("went well.", "went well. It was hard."))
    read = line.read()
    assert line.words(read) == "It was rather hard."
    assert read.changed.loc[0, "change"] == WORDS


def test_a_passage_that_was_cut_out_and_put_in_elsewhere_is_followed_and_listed(line):
    words = "We had no time for the training."
    line.write("codings/a.csv", HEAD + f"S01,{at(words)},,time,RB\n")
    line.read()
    line.correct((words + " ", ""), ("went well.", "went well. " + words))
    read = line.read()
    assert line.words(read) == words
    assert read.changed.loc[0, ["change", "status"]].tolist() == [MOVED, "open"]


# ---------------------------------------------------------------- what changed


def test_labels_of_speakers_capitals_and_signs_need_no_look():
    old = "I: How?\n\nP01: It was hard.\n\nI: And?\n\nP01: Well, good."
    new = "Int: How?\n\nAnna: it was hard!\n\nInt: And?\n\nAnna: well good"
    assert what_changed(old, 0, len(old), new, 0, len(new)) == SIGNS
    assert what_changed(old, 0, len(old), new.replace("good", "bad"), 0, len(new)) == WORDS


def test_a_coding_over_several_turns_is_noted_and_not_asked_for_when_only_labels_changed(line):
    line.write("codings/a.csv", HEAD + "S01,,,It was hard. I: And then? P01: Our manager helped us,boss,RB\n")
    line.read()
    line.text = line.text.replace("P01:", "Anna:")
    read = line.read()
    assert line.words(read) == "It was hard.\n\nI: And then?\n\nAnna: Our manager helped us"
    assert read.changed[["change", "status"]].values.tolist() == [[SIGNS, "noted"]] and not read.warnings


def test_a_name_that_was_replaced_is_noted_and_not_asked_for(line):
    line.write("codings/a.csv", HEAD + "S01,,,Our manager helped us,boss,RB\n")
    line.read()
    line.correct(("Our manager", "[Name A]"))
    study = Study(line.root, Config())
    transcripts = TABLES["transcripts"].shape([{"transcript": "S01", "sha256_text": sha256(line.text)}])
    edits = edits_of_study(study, transcripts, {"S01": line.text}).assign(why="identifier")
    read = read_codings(study, transcripts, TABLES["turns"].empty(), {"S01": line.text}, edits, line.codebook)
    assert line.words(read) == "[Name A] helped us"
    assert read.changed[["why", "status"]].values.tolist() == [["identifier", "noted"]] and not read.warnings


def test_a_passage_that_was_taken_out_stops_no_run_and_is_listed_and_counted(line):
    line.write("codings/a.csv", HEAD + f"S01,{at('It was hard.')},,time,RB\nS01,,,helped us,boss,RB\n")
    line.read()
    line.correct((" It was hard.", ""))
    read = line.read()
    assert line.words(read) == "helped us" and len(read.codings) == 1
    row = read.changed.loc[0]
    assert (row["change"], row["status"]) == ("gone", "open") and pd.isna(row["start"])
    assert FIRST[row["start_from"] : row["end_from"]] == "It was hard."
    assert read.refused["cause"].tolist() == [
        "transcript 'S01' has changed since this was coded, and the passage is no longer there."
    ]
    assert read.report.loc[0, ["rows", "kept", "refused"]].tolist() == [2, 1, 1]
    assert [str(warning) for warning in read.warnings][-1] == (
        "data/raw/transcripts: since their text was corrected, 1 passage is no longer there (S01).\n"
        "  See before and after, and decide: qualcode pack edits. Until then those that are there count as they are."
    )


def test_a_coding_that_never_had_a_place_stops_the_run_as_ever(line):
    line.write("codings/a.csv", HEAD + "S01,,,these words are nowhere,time,RB\n")
    with pytest.raises(CodingsError, match="are not in transcript"):
        line.read()


# ---------------------------------------------------------------- what was decided


@pytest.fixture
def changed(line: Line) -> Callable[[], str]:
    """S01 was corrected in a coded passage; gives the coding's id."""
    line.write("codings/a.csv", HEAD + "S01,,,We had no time for the training.,time,RB\n")
    line.read()
    line.correct(("no time", "very little time"))
    return lambda: str(line.read().changed.loc[0, "about"])


def place(line: Line, words: str) -> str:
    start = line.text.index(words)
    return value_of(start, start + len(words), sha256(line.text))


def test_a_passage_that_still_fits_is_not_asked_for_again_until_its_words_change_again(line, changed):
    decide(line, changed(), "confirm", place(line, "We had very little time for the training."))
    read = line.read()
    assert read.changed["status"].tolist() == ["confirmed"] and not read.warnings
    assert read.changed.loc[0, ["choice", "by", "on", "decision"]].tolist() == ["confirm", "RB", "2024-05-02", "d1"]
    before = line.text
    line.correct(("It was hard.", "It was so hard."))
    assert line.read().changed["status"].tolist() == ["confirmed"]
    line.correct(("for the training", "for the course"))
    read = line.read()
    assert line.words(read) == "We had very little time for the course."
    assert read.changed["status"].tolist() == ["open"]
    assert read.changed.loc[0, "sha256_from"] == sha256(before)


def test_another_passage_takes_the_coding_there_and_is_carried_from_then_on(line, changed):
    decide(line, changed(), "adjust", place(line, "very little time"))
    assert line.words(line.read()) == "very little time"
    line.correct(("How was it?", "How was it at first?"))
    read = line.read()
    assert line.words(read) == "very little time"
    assert read.changed["status"].tolist() == ["adjusted"]


def test_what_was_dropped_is_counted_and_in_no_layer(line, changed):
    decide(line, changed(), "drop")
    read = line.read()
    assert not len(read.codings) and not len(read.refused) and not read.warnings
    assert read.report.loc[0, ["rows", "kept", "refused", "dropped"]].tolist() == [1, 0, 0, 1]
    assert read.changed["status"].tolist() == ["dropped"]


def test_a_passage_that_was_taken_out_may_be_put_on_other_words(line):
    line.write("codings/a.csv", HEAD + "S01,,,It was hard.,time,RB\n")
    line.read()
    line.correct((" It was hard.", ""))
    decide(line, line.read().changed.loc[0, "about"], "adjust", place(line, "no time"))
    read = line.read()
    assert line.words(read) == "no time" and read.report.loc[0, "refused"] == 0


def test_what_is_wrong_in_the_decisions_is_said_with_its_row(line, changed):
    about = changed()
    decide(line, about, "keep", "", "d1")
    decide(line, "other", "confirm", "somewhere", "d2")
    with pytest.raises(DecisionsError) as caught:
        line.read()
    assert [str(problem).split("\n")[0] for problem in caught.value.problems] == [
        "data/raw/decisions/changed.csv, row 2: choice 'keep' is not known.",
        "data/raw/decisions/changed.csv, row 3: value 'somewhere' does not say where the passage is.",
    ]


def test_two_decisions_in_force_on_one_passage_must_say_the_same(line, changed):
    about = changed()
    decide(line, about, "drop", "", "d1")
    decide(line, about, "confirm", place(line, "very little time"), "d2")
    with pytest.raises(DecisionsError, match="is decided otherwise"):
        line.read()


# ---------------------------------------------------------------- memos


def memo(line: Line, place: str, *, about: str = "S01") -> None:
    line.write("memos.csv", f"memo,kind,about,author,date,text\nM1,analytic,time;{about} {place},KL,2024-05-01,Look.\n")


def dashed(words: str, text: str = FIRST) -> str:
    return at(words, text).replace(",", "-")


def test_a_passage_that_a_memo_is_about_moves_with_its_words_through_two_texts(line):
    memo(line, dashed("Our manager helped us"))
    assert line.read().own_memos["about"].tolist() == [f"S01 {dashed('Our manager helped us')};time"]
    for pair in (("no time", "very little time"), ("It was hard.", "It was very, very hard.")):
        line.correct(pair)
        read = line.read()
        assert read.own_memos["about"].tolist() == [f"S01 {dashed('Our manager helped us', line.text)};time"]
        assert not len(read.changed)


def test_a_passage_of_a_memo_with_other_words_is_on_the_list_until_somebody_looked(line):
    memo(line, dashed("We had no time"))
    line.read()
    line.correct(("no time", "very little time"))
    read = line.read()
    place = dashed("We had very little time", line.text)
    assert read.own_memos["about"].tolist() == [f"S01 {place};time"]
    columns = ["kind", "status", "coder", "change", "source"]
    assert read.changed[columns].values.tolist() == [["memo", "open", "KL", "words", "memo M1"]]
    about = read.changed["about"].iloc[0]
    decide(line, about, "adjust", f"{dashed('very little time', line.text)} {sha256(line.text)[:12]}")
    read = line.read()
    assert read.own_memos["about"].tolist() == [f"S01 {dashed('very little time', line.text)};time"]
    assert read.changed["status"].tolist() == ["adjusted"]


def test_a_memo_whose_passage_was_taken_out_is_about_the_transcript(line):
    memo(line, dashed("It was hard."))
    line.read()
    line.correct((" It was hard.", ""))
    read = line.read()
    assert read.own_memos["about"].tolist() == ["S01;time"]
    assert read.changed[["kind", "status", "change"]].values.tolist() == [["memo", "open", "gone"]]


def test_a_place_beyond_the_text_is_said_and_one_of_another_study_is_left_alone(line):
    memo(line, "5-99999")
    read = line.read()
    assert read.own_memos["about"].tolist() == ["S01;time"]
    assert "is about 5-99999, which is no passage of transcript 'S01'." in str(read.warnings[0])
    memo(line, "5-99999", about="S77")
    assert line.read().own_memos["about"].tolist() == ["S77 5-99999;time"]


# ---------------------------------------------------------------- assignments


def test_a_stretch_that_was_to_be_read_moves_with_the_text_it_was_given_in(line):
    stretch = at("I: And then?\n\nP01: Our manager helped us, and the second course went well.")
    line.write("assignments.csv", f"transcript,coder,start,end,done\nS01,RB,{stretch},yes\n")
    line.read()
    line.correct(("no time", "very little time"), ("second course", "other course"))
    read = line.read()
    row = read.assignments.loc[0]
    assert line.text[row["start"] : row["end"]].startswith("I: And then?") and row["end"] == len(line.text)
    assert row["sha256_text"] == sha256(line.text)
    assert read.changed[["kind", "status", "coder"]].values.tolist() == [["assignment", "noted", "RB"]]


def test_a_stretch_that_was_taken_out_is_left_out_with_a_warning(line):
    line.write("assignments.csv", f"transcript,coder,start,end,done\nS01,RB,{at('It was hard.')},yes\nS01,KL,,,yes\n")
    line.read()
    line.correct((" It was hard.", ""))
    read = line.read()
    assert read.assignments["coder"].tolist() == ["KL"]
    assert [str(warning).split("\n")[0] for warning in read.warnings] == [
        "data/raw/assignments.csv, row 2: the stretch of transcript 'S01' that this coder was to read is no longer there."
    ]


def test_passages_are_known_by_the_beginning_of_a_texts_hash(line):
    line.read()
    first = sha256(line.text)
    line.correct(("no time", "very little time"))
    study = Study(line.root, Config())
    transcripts = TABLES["transcripts"].shape([{"transcript": "S01", "sha256_text": sha256(line.text)}])
    edits = edits_of_study(study, transcripts, {"S01": line.text})
    passages = Passages(study, {"S01": sha256(line.text)}, {"S01": line.text}, edits)
    assert passages.whole_hash("S01", first[:12]) == first
    assert passages.whole_hash("S01", "") == "" and passages.whole_hash("S01", "f" * 12) == ""

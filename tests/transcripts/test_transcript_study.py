"""All transcripts of a study: ids, sessions, roles, tables; every problem said at once, with its text."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from qualcode.cli import cli
from qualcode.errors import TranscriptError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.tables import read as read_table
from qualcode.transcripts import Transcribed, read_transcripts
from qualcode.transcripts.kept import read_texts

TALK = "I: How was it?\nP01: Hard, very hard.\nI: Why?\nP01: No time.\n"
HEAD = "session,interviewers,participants,files,status,language,date,kind\n"


@pytest.fixture
def study(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "study.yaml").write_text("study:\n  language: en\n")
    (tmp_path / "data" / "raw" / "transcripts").mkdir(parents=True)
    return tmp_path


def put(study: Path, name: str, content: str | bytes = TALK) -> Path:
    path = study / "data" / "raw" / "transcripts" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def sessions(study: Path, *rows: str) -> None:
    (study / "data" / "raw" / "sessions.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


def speakers(study: Path, *rows: str) -> None:
    text = "session,speaker,participant,role\n" + "\n".join(rows) + "\n"
    (study / "data" / "raw" / "speakers.csv").write_text(text, encoding="utf-8")


def found(study: Path) -> Transcribed:
    return read_transcripts(Study.load(study))


def voices(study: Path) -> list[tuple[str, str, str]]:
    turns = found(study).turns
    return list(dict.fromkeys(zip(turns["speaker"], turns["participant"], turns["role"], strict=True)))


def problems(study: Path) -> list[str]:
    with pytest.raises(TranscriptError) as caught:
        found(study)
    return [
        f"{problem.where}{', ' + problem.place if problem.place else ''}: {problem.what}"
        for problem in caught.value.problems
    ]


# ---------------------------------------------------------------- tables and text


def test_the_canonical_text_is_labels_and_words_in_order_and_offsets_point_at_the_words(study):
    put(study, "a.txt", "I: How was it?\n\nP01: Hard 😀.\nVery e\u0301tat.\n\nI: Why?\nP01: No  time.\n")
    read = found(study)
    text = read.texts["a"]
    assert text == "I: How was it?\n\nP01: Hard 😀.\nVery état.\n\nI: Why?\n\nP01: No time."
    assert list(read.turns["start"]) == [3, 21, 44, 55]
    assert [text[a:b] for a, b in zip(read.turns["start"], read.turns["end"], strict=True)] == [
        "How was it?",
        "Hard 😀.\nVery état.",
        "Why?",
        "No time.",
    ]


def test_a_transcripts_row_counts_turns_voices_and_words_and_names_its_hashes(study):
    path = put(study, "one.txt")
    sessions(study, "S01,,P01,one.txt,done,nl,2024-02-01,interview")
    read = found(study)
    row = read.transcripts.iloc[0]
    assert (row["transcript"], row["session"], row["language"], row["date"]) == ("S01", "S01", "nl", "2024-02-01")
    assert (row["source_format"], row["text_rule"], row["speakers"], row["turns"], row["words"]) == ("txt", 1, 2, 4, 9)
    assert row["sha256_raw"] == sha256(path.read_bytes())
    assert row["sha256_text"] == sha256(read.texts["S01"])
    assert row["file"] == "data/raw/transcripts/one.txt"
    assert read.report.iloc[0]["labels"] == "I 2; P01 2"


def test_a_text_without_labels_has_no_named_voice(study):
    put(study, "a.txt", "It was hard.\n\nThen better.")
    read = found(study)
    assert (read.transcripts.iloc[0]["speakers"], read.transcripts.iloc[0]["turns"]) == (0, 2)
    assert read.report.iloc[0]["labels"] == "(unknown) 2"
    assert read.texts["a"] == "It was hard.\n\nThen better."


def test_seconds_are_the_last_time_known(study):
    put(study, "a.vtt", "WEBVTT\n\n00:01.000 --> 00:04.500\n<v I>Hello\n\n00:05.000 --> 01:02.250\n<v P01>Yes\n")
    read = found(study)
    assert read.transcripts.iloc[0]["seconds"] == 62.25
    assert list(read.turns["start_s"]) == [1.0, 5.0]
    assert list(read.turns["end_s"]) == [4.5, 62.25]


def test_an_empty_folder_gives_empty_tables(study):
    read = found(study)
    assert list(read.transcripts.columns) == list(TABLES["transcripts"].columns)
    assert len(read.turns) == 0 and read.texts == {}


# ---------------------------------------------------------------- ids


def test_a_file_without_a_session_is_read_under_its_own_name_and_warned_of(study):
    put(study, "my  first interview.txt")
    read = found(study)
    assert list(read.transcripts["transcript"]) == ["my-first-interview"]
    assert list(read.transcripts["session"]) == [""]
    assert set(read.turns["participant"]) == {""}
    assert str(read.warnings[0]) == (
        "data/raw/transcripts/my  first interview.txt: this transcript has no row in the sessions table: it is read, and "
        "counted in no participant table.\n  Add a row with session, participants and files to data/raw/sessions.csv."
    )


def test_the_session_gives_the_id_and_several_files_keep_their_names(study):
    for name in ("x.txt", "part 1.txt", "part 2.txt", "S03.txt"):
        put(study, name)
    sessions(study, "S01,,P01,x.txt,done,,,", "S02,,P01,part 1.txt; part 2.txt,done,,,", "S03,,P01,,done,,,")
    read = found(study)
    assert dict(zip(read.transcripts["transcript"], read.transcripts["session"], strict=True)) == {
        "S01": "S01",
        "part-1": "S02",
        "part-2": "S02",
        "S03": "S03",
    }
    assert read.warnings == []


def test_withdrawn_sessions_are_not_read_and_planned_ones_need_no_file(study):
    put(study, "a.txt", b"\x00\x01 not even readable")
    sessions(study, "S01,,P01,a.txt,withdrawn,,,", "S02,,P02,,planned,,,", "S03,,P03,later.txt,planned,,,")
    read = found(study)
    assert len(read.transcripts) == 0 and read.warnings == []


# ---------------------------------------------------------------- roles


def test_the_only_participant_has_every_voice_that_does_not_ask(study):
    put(study, "a.txt", "RB: How?\nAnn: So.\nRB: Why?\nAnn: Because.")
    sessions(study, "S01,RB,P01,a.txt,done,,,")
    assert voices(study) == [("RB", "", "interviewer"), ("Ann", "P01", "participant")]


def test_two_voices_for_one_participant_are_warned_of(study):
    put(study, "a.txt", "Rob: How?\nAnn: So.\nRob: Why?\nAnn: Because.")
    sessions(study, "S01,,P01,a.txt,done,,,")
    assert [warning.what for warning in found(study).warnings] == [
        "2 voices are taken for P01, the only participant of session S01."
    ]


def test_the_speakers_table_says_who_is_who_before_all_else(study):
    put(study, "a.txt", "I: How?\nAnn: So.\nBob: No.\nI: Why?\nAnn: Oh.\nBob: Ah.\nNurse: Hi.\nNurse: Bye.")
    sessions(study, "S01,,P01;P02,a.txt,done,,,")
    speakers(study, "S01,ann ,P01,participant", "S01,Bob,P02,", "S01,Nurse,,other", "S01,I,,")
    assert voices(study) == [
        ("I", "", "interviewer"),
        ("Ann", "P01", "participant"),
        ("Bob", "P02", "participant"),
        ("Nurse", "", "other"),
    ]


def test_a_label_that_is_a_participants_id_is_that_participant(study):
    put(study, "a.txt", "I: How?\np12: So.\nP13: No.\nI: Why?\np12: Oh.\nP13: Ah.\nX: Eh.\nX: Oh.")
    sessions(study, "S01,,P12;P13,a.txt,done,,,")
    assert voices(study)[1:] == [("p12", "P12", "participant"), ("P13", "P13", "participant"), ("X", "", "participant")]
    assert [warning.what for warning in found(study).warnings] == [
        "1 voice of session S01 cannot be told to be a participant."
    ]


def test_a_voice_that_nobody_names_is_nobodys_even_with_one_participant(study):
    put(study, "a.txt", "It was hard.\n\nThen better.")
    sessions(study, "S01,,P01,a.txt,done,,,")
    assert voices(study) == [("", "", "participant")]


def test_the_files_own_legend_says_who_asks(study):
    put(study, "a.md", "Interviewer **(K)**: Kim\n\nK: How?\n\nAnn: So.\n\nK: Why?\n\nAnn: Because.")
    sessions(study, "S01,,P01,a.md,done,,,")
    assert voices(study) == [("K", "", "interviewer"), ("Ann", "P01", "participant")]


def test_settings_name_interviewers_and_labels_that_are_no_voices(study):
    (study / "config" / "study.yaml").write_text("transcripts:\n  interviewers: [Ask]\n  not_speakers: [Music]\n")
    put(study, "a.txt", "Ask: How?\nAnn: So.\nMusic: la la\nAsk: Why?\nAnn: Because.\nMusic: la")
    sessions(study, "S01,,P01,a.txt,done,,,")
    assert voices(study) == [("Ask", "", "interviewer"), ("Ann", "P01", "participant")]


# ---------------------------------------------------------------- what stops the run


def test_every_problem_of_every_file_is_said_at_once(study):
    put(study, "a.txt", b"")
    put(study, "b.docx", b"%PDF-1.4")
    put(study, "c.vtt", b"WEBVTT\n")
    put(study, "d.csv", b"x,y\n")
    put(study, "e.txt", bytes(range(256)) * 9)
    put(study, "f.txt")
    assert problems(study) == [
        "data/raw/transcripts/a.txt: this file is empty.",
        "data/raw/transcripts/b.docx: this PDF is damaged or not whole.",
        "data/raw/transcripts/c.vtt: there are no captions (cues) in this WebVTT file.",
        "data/raw/transcripts/d.csv: no column of this spreadsheet is known to hold words (it has: x, y).",
        "data/raw/transcripts/e.txt: this is not text, whatever its name says.",
    ]


def test_two_files_for_one_transcript_are_an_error(study):
    put(study, "S01.txt")
    put(study, "s01.md")
    put(study, "other.txt")
    sessions(study, "T1,,P01,other.txt,done,,,")
    put(study, "T1.txt")
    assert problems(study) == [
        "data/raw/transcripts: there are two files for transcript S01: 'S01.txt' and 's01.md'.",
        "data/raw/transcripts: there are two files for transcript T1: 'T1.txt' and 'other.txt'.",
    ]


def test_a_copy_of_a_file_is_warned_of_and_short_answers_may_be_alike(study):
    talk = "I: How was it?\nP01: " + " ".join(f"word{n}" for n in range(20)) + "\n"
    for name in ("S01.txt", "S01 (1).txt", "S01 - Copy.md"):
        put(study, name, talk)
    put(study, "S02.txt", talk.replace("word3", "word33"))
    put(study, "S03.txt", "I: How was it?\nP01: Fine.\n")
    put(study, "S04.txt", "I: How was it?\nP01: Fine.\n")
    said = [warning for warning in found(study).warnings if "the same words" in warning.what]
    assert [(one.where, one.what) for one in said] == [
        (
            "data/raw/transcripts/S01.txt",
            "2 transcripts ('S01-(1)', 'S01---Copy') hold the same words as 'S01'.",
        )
    ]


def test_a_file_named_by_two_sessions_is_an_error(study):
    put(study, "a.txt")
    sessions(study, "S01,,P01,a.txt,done,,,", "S02,,P02,a.txt,done,,,")
    assert problems(study) == [
        "data/raw/sessions.csv: the file 'a.txt' is named by sessions S01 (row 2) and S02 (row 3)."
    ]


def test_a_done_session_without_its_file_is_an_error(study):
    put(study, "S01_talk.txt")
    sessions(study, "S01,,P01,S01-talk.txt,done,,,", "S02,,P02,,done,,,interview", "S03,,P03,,done,,,member_check")
    assert problems(study) == [
        "data/raw/sessions.csv, row 2: session S01 names the file 'S01-talk.txt', which is not in data/raw/transcripts.",
        "data/raw/sessions.csv, row 3: session S02 is done, names no file, and no transcript is called like it.",
    ]
    with pytest.raises(TranscriptError, match=r"Nearest: 'S01_talk\.txt'"):
        found(study)


# ---------------------------------------------------------------- the stage


def run(study: Path) -> object:
    out = {name: str(study / "data" / "processed" / f"{name}.parquet") for name in ("transcripts", "turns", "edits")}
    out |= {"texts": str(study / "data" / "processed" / "texts"), "report": str(study / "reports" / "transcripts.csv")}
    out["replacements"] = str(study / "reports" / "replacements.csv")
    options = [part for name, path in out.items() for part in (f"--{name}", path)]
    return CliRunner().invoke(cli, ["stage", "transcripts", "--study", str(study), *options], catch_exceptions=True)


def test_the_stage_writes_tables_and_texts_and_keeps_every_text(study):
    put(study, "S01.txt")
    sessions(study, "S01,,P01,S01.txt,done,,,")
    assert run(study).exit_code == 0
    processed = study / "data" / "processed"
    texts = read_texts(processed / "texts")
    sha = read_table("transcripts", processed / "transcripts.parquet")["sha256_text"][0]
    assert list(texts) == ["S01"] and sha256(texts["S01"]) == sha
    kept = study / "data" / "raw" / "texts"
    assert (kept / f"{sha}.txt").read_text(encoding="utf-8") == texts["S01"]
    assert (kept / "index.csv").read_text().splitlines()[0] == "transcript,sha256_text,text_rule,sha256_raw"
    before = (kept / "index.csv").read_bytes()
    (processed / "texts" / "S99.txt").write_text("of a transcript that is no more")
    assert run(study).exit_code == 0
    assert (kept / "index.csv").read_bytes() == before
    assert list(read_texts(processed / "texts")) == ["S01"]
    assert len(read_table("edits", processed / "edits.parquet")) == 0


def test_a_corrected_file_leaves_edits_from_the_text_before(study):
    put(study, "S01.txt")
    run(study)
    put(study, "S01.txt", TALK.replace("very hard", "really very hard"))
    run(study)
    edits = read_table("edits", study / "data" / "processed" / "edits.parquet")
    old = "I: How was it?\n\nP01: Hard, very hard."
    assert [(row.start_from, row.end_from, row.why) for row in edits.itertuples()] == [
        (old.index("very"), old.index("very"), "correction")
    ]
    assert (edits["end_to"] - edits["start_to"]).tolist() == [len("really ")]


def test_a_text_made_otherwise_from_the_same_file_is_the_readers_edit(study):
    put(study, "S01.txt", "Music: la\nI: How?\nAnn: So.\nMusic: la\nI: Why?\nAnn: Because.")
    run(study)
    (study / "config" / "study.yaml").write_text("transcripts:\n  not_speakers: [Music]\n")
    run(study)
    edits = read_table("edits", study / "data" / "processed" / "edits.parquet")
    assert set(edits["why"]) == {"reader"} and len(edits) == 2


def test_nothing_is_written_where_anything_is_wrong(study):
    put(study, "S01.txt")
    put(study, "S02.txt", b"")
    result = run(study)
    assert "this file is empty" in str(result.exception)
    assert not list((study / "data" / "processed").iterdir()) and not (study / "reports").exists()
    # what was read of the other file is kept, so that it is not read again
    assert [path.name for path in (study / "data" / "raw" / "texts").iterdir()] == ["read"]


def test_a_kept_text_that_is_gone_is_warned_of(study):
    put(study, "S01.txt")
    run(study)
    for path in (study / "data" / "raw" / "texts").glob("*.txt"):
        path.write_text("something else")
    warnings = [warning.what for warning in found(study).warnings]
    assert any("1 kept text of the index is not there any more, or damaged" in what for what in warnings)


def test_messages_name_no_words_of_participants(study):
    put(study, "S01.txt", "Secretname: hello.\nSecretname: again.\nOther: so.\nOther: yes.")
    sessions(study, "S01,,P01,S01.txt,done,,,")
    assert "Secretname" not in " ".join(str(warning) for warning in found(study).warnings)

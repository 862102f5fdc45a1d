"""What was read is kept: unchanged files are not read again, what is kept never differs from what is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_transcript_study import TALK, put, run, sessions, study  # noqa: F401

from qualcode.study import Study
from qualcode.transcripts import Transcribed, read_transcripts, store


@pytest.fixture
def reads(monkeypatch):
    """The names of the files that are really read."""
    names: list[str] = []

    def counted(job):
        names.append(job[1].name)
        return _read(job)

    _read = store._read
    monkeypatch.setattr(store, "_read", counted)
    return names


def found(folder: Path, *, keep: bool = True) -> Transcribed:
    read = read_transcripts(Study.load(folder), keep=keep)
    return replace(read, texts=dict(read.texts))  # now, not when they are wanted


def same(one: Transcribed, other: Transcribed) -> bool:
    tables = all(getattr(one, name).equals(getattr(other, name)) for name in ("transcripts", "turns", "report"))
    return tables and dict(one.texts) == dict(other.texts) and one.warnings == other.warnings


def test_an_unchanged_file_is_not_read_again_and_gives_the_same(study, reads):  # noqa: F811
    put(study, "a.txt")
    put(study, "b.vtt", "WEBVTT\n\n00:01.000 --> 00:02.250\n<v I>Hello\n\n00:03.000 --> 00:04.000\n<v Zoë>Yes 😀\n")
    first = found(study)
    assert sorted(reads) == ["a.txt", "b.vtt"]
    assert same(found(study), first)
    put(study, "a.txt", TALK + "I: So?\n")
    assert found(study).texts["a"].endswith("I: So?")
    assert sorted(reads) == ["a.txt", "a.txt", "b.vtt"]
    (study / "data" / "processed" / "read.sqlite").unlink()
    put(study, "a.txt")
    assert same(found(study), first)


def test_other_settings_or_a_row_of_the_session_read_it_again(study, reads):  # noqa: F811
    put(study, "a.txt", "I: How?\nAnn: So.\nMusic: la\nI: Why?\nAnn: Oh.\nMusic: la")
    assert "Music" in found(study).texts["a"]
    (study / "config" / "study.yaml").write_text("transcripts:\n  not_speakers: [Music]\n")
    assert "Music" not in found(study).texts["a"]
    sessions(study, "S01,Ann,P01,a.txt,done,,,")
    assert set(found(study).turns["role"]) == {"interviewer"}
    assert len(reads) == 3


def test_a_check_writes_nothing_and_uses_what_is_kept(study, reads):  # noqa: F811
    put(study, "a.txt")
    found(study, keep=False)
    assert not (study / "data" / "processed").exists()
    found(study)
    found(study, keep=False)
    assert len(reads) == 2


@pytest.mark.parametrize("damage", [b"", b"not a database at all " * 100])
def test_a_store_that_is_damaged_is_made_anew(study, reads, damage):  # noqa: F811
    put(study, "a.txt")
    first = found(study)
    (study / "data" / "processed" / "read.sqlite").write_bytes(damage)
    assert same(found(study, keep=False), first)
    assert same(found(study), first)
    count = len(reads)
    assert same(found(study), first) and len(reads) == count


def test_what_no_file_needs_any_more_is_forgotten(study):  # noqa: F811
    put(study, "a.txt")
    path = put(study, "b.txt", TALK + "I: So?\n")
    found(study)
    path.unlink()
    found(study)
    kept = store.Store(study / "data" / "processed" / "read.sqlite")
    assert kept.base is not None
    assert kept.base.execute("SELECT count(*) FROM files").fetchone() == (1,)


def test_a_file_that_cannot_be_read_says_so_each_time(study):  # noqa: F811
    put(study, "a.txt", b"")
    for _ in range(2):
        assert "this file is empty" in str(run(study).exception)


def test_several_processes_give_what_one_gives(study, monkeypatch):  # noqa: F811
    for number in range(40):
        put(study, f"t{number}.txt", TALK * (number + 1))
    one = found(study, keep=False)
    monkeypatch.setattr(store, "MUCH", 1)
    monkeypatch.setattr("qualcode.transcripts.reading.processors", lambda: 2)
    assert same(found(study), one)

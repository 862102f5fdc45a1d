"""What was read is kept: unchanged files are not read again, what is kept never differs from what is read."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from test_transcript_study import TALK, put, run, sessions, study  # noqa: F401

from qualcode.errors import TranscriptError
from qualcode.study import Study
from qualcode.tables import read as read_table
from qualcode.transcripts import Transcribed, read_transcripts, store
from qualcode.transcripts.onefile import read_file
from qualcode.transcripts.reading import read_shard, read_to_file
from qualcode.transcripts.shards import Shard, shards_of


@pytest.fixture
def reads(monkeypatch):
    """The names of the files that are really read."""
    names: list[str] = []

    def counted(data, name, options):
        names.append(name)
        return read_file(data, name, options)

    monkeypatch.setattr(store, "read_file", counted)
    return names


def found(folder: Path, *, keep: bool = True, shards: int = 1) -> Transcribed:
    """What is read; as the workflow does it, in so many shards, or as commands do, writing nothing."""
    loaded = Study.load(folder)
    if not keep:
        return now(read_transcripts(loaded))
    paths = [folder / "data" / "processed" / "shards" / f"{n}-of-{shards}.sqlite" for n in range(shards)]
    for path in paths:
        if shards > 1:
            read_shard(loaded, Shard.named(path.stem), path)
    turns = folder / "data" / "processed" / "turns.parquet"
    read = read_to_file(loaded, turns, shards=paths if shards > 1 else ())
    store.forget_other_shards(loaded, shards)
    return now(replace(read, turns=read_table("turns", turns)))


def now(read: Transcribed) -> Transcribed:
    return replace(read, texts=dict(read.texts), spoken=0)  # texts are fetched now, not when they are wanted


def kept(folder: Path, pattern: str = "*.sqlite") -> list[Path]:
    return sorted((folder / "data" / "raw" / "texts" / "read").glob(pattern))


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
    kept(study)[0].unlink()
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
    assert not (study / "data" / "processed").exists() and not (study / "data" / "raw" / "texts").exists()
    found(study)
    found(study, keep=False)
    assert len(reads) == 2


@pytest.mark.parametrize("damage", [b"", b"not a database at all " * 100])
def test_a_store_that_is_damaged_is_made_anew(study, reads, damage):  # noqa: F811
    put(study, "a.txt")
    first = found(study)
    kept(study)[0].write_bytes(damage)
    assert same(found(study, keep=False), first)
    assert same(found(study), first)
    count = len(reads)
    assert same(found(study), first) and len(reads) == count


def test_a_row_of_the_store_that_is_damaged_is_read_again(study, reads):  # noqa: F811
    put(study, "a.txt")
    first = found(study)
    base = sqlite3.connect(kept(study)[0])
    with base:
        base.execute("UPDATE files SET text = ?", (b"damaged",))
    base.close()
    assert same(found(study, keep=False), first) and same(found(study), first)
    assert same(found(study), first) and len(reads) == 3


def test_what_no_file_needs_any_more_is_forgotten(study):  # noqa: F811
    put(study, "a.txt")
    path = put(study, "b.txt", TALK + "I: So?\n")
    found(study)
    path.unlink()
    found(study)
    base = sqlite3.connect(kept(study)[0])
    assert base.execute("SELECT count(*) FROM files").fetchone() == (1,)
    base.close()


def test_a_file_that_cannot_be_read_says_so_each_time(study):  # noqa: F811
    put(study, "a.txt", b"")
    for _ in range(2):
        assert "this file is empty" in str(run(study).exception)


# ---------------------------------------------------------------- shards


def many(folder: Path, number: int = 40) -> None:
    for at in range(number):
        put(folder, f"t{at}.txt", TALK * (at % 7 + 1) + f"I: {at}?\n")


def test_shards_give_what_one_process_gives(study):  # noqa: F811
    many(study)
    sessions(study, "S1,I,P07,t7.txt,done,,,", "S2,I,P08,t8.txt;t9.txt,done,nl,,")
    one = found(study, keep=False)
    assert same(found(study), one)
    for shards in (2, 4, 16):
        assert same(found(study, shards=shards), one)


def test_a_translation_in_another_shard_finds_the_turns_of_its_original(study):  # noqa: F811
    many(study, 6)
    rows = "\n".join(f"t{n},t{n - 1},nl,AB" for n in (1, 3, 5))
    (study / "data" / "raw" / "translations.csv").write_text(f"transcript,translation_of,language,translator\n{rows}\n")
    apart = [n for n in (1, 3, 5) if Shard(0, 4).holds(f"t{n}") != Shard(0, 4).holds(f"t{n - 1}")]
    one = found(study, keep=False)
    assert apart and same(found(study, shards=4), one)
    assert (one.turns.loc[one.turns["transcript"] == "t1", "source_turn"] != "").any()


def test_every_transcript_is_of_one_shard_and_half_a_shard_is_of_a_shard_of_twice_as_many():
    names = [f"t{n}" for n in range(500)]
    for count in (1, 2, 8):
        where = {name: [n for n in range(count) if Shard(n, count).holds(name)] for name in names}
        assert all(len(found) == 1 for found in where.values())
        assert all(Shard(found[0] % (count // 2 or 1), count // 2 or 1).holds(name) for name, found in where.items())
    sizes = [sum(Shard(n, 8).holds(name) for name in names) for n in range(8)]
    assert min(sizes) > 40 and max(sizes) < 85  # 62.5 each; the hash spreads them


@pytest.mark.parametrize("name", ["", "0", "2-of-2", "0-of-3", "1-of-0", "a-of-b", "0-of-2x"])
def test_a_name_of_no_shard_is_refused(name):
    with pytest.raises(ValueError, match="names no shard"):
        Shard.named(name)


def test_the_number_of_shards_is_a_power_of_two_that_follows_files_and_bytes(study, monkeypatch):  # noqa: F811
    many(study, 9)
    count = lambda: len(shards_of(Study.load(study)))  # noqa: E731
    assert count() == 1
    monkeypatch.setattr("qualcode.transcripts.shards.FILES", 4)
    assert count() == 4  # 9 files, 4 in a shard: 3, so 4
    monkeypatch.setattr("qualcode.transcripts.shards.FILES", 512)
    size = sum(path.stat().st_size for path in Study.load(study).transcript_files)
    monkeypatch.setattr("qualcode.transcripts.shards.BYTES", size // 2)
    assert count() in (2, 4)


def test_a_study_that_grows_or_shrinks_is_not_read_again(study, reads):  # noqa: F811
    many(study)
    first = found(study)
    assert len(reads) == 40
    for shards in (4, 2, 8, 1):
        assert same(found(study, shards=shards), first) and len(reads) == 40
        assert [path.stem for path in kept(study)] == [f"{n}-of-{shards}" for n in range(shards)]
    assert same(found(study, keep=False), first) and len(reads) == 40


def test_files_that_are_no_shards_of_ours_are_left_alone(study):  # noqa: F811
    put(study, "a.txt")
    found(study)
    other = kept(study)[0].with_name("notes-of-mine.sqlite")
    other.write_text("mine")
    found(study)
    assert other.read_text() == "mine"


def test_what_is_wrong_with_any_file_of_any_shard_is_said_at_once(study):  # noqa: F811
    many(study)
    for name in ("t3.txt", "t11.txt", "t25.txt"):
        put(study, name, b"")
    with pytest.raises(TranscriptError) as caught:
        found(study, shards=8)
    assert [problem.where.split("/")[-1] for problem in caught.value.problems] == ["t11.txt", "t25.txt", "t3.txt"]
    assert not (study / "data" / "processed" / "turns.parquet").exists()


def test_nothing_with_names_is_written_outside_of_data_raw(study):  # noqa: F811
    put(study, "a.txt", TALK)
    (study / "data" / "processed").mkdir(parents=True)
    found(study)
    assert [path.name for path in (study / "data" / "processed").iterdir()] == ["turns.parquet"]
    assert [path.name for path in kept(study)] == ["0-of-1.sqlite"]

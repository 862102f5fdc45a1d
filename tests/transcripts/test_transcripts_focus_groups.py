"""A conversation out of which somebody withdrew: their turns are read nowhere, codings of others stay on their words."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import small_study

from qualcode.codings.passages import Passages
from qualcode.codings.read import read_codings
from qualcode.deidentify.study import named_transcripts
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import read as read_table
from qualcode.transcripts import Transcribed
from qualcode.transcripts.compare import Edit, edits_between
from qualcode.transcripts.edits import edits_of_study
from qualcode.transcripts.kept import keep_texts, kept_text
from qualcode.transcripts.reading import read_shard, read_to_file, read_transcripts
from qualcode.transcripts.shards import Shard
from qualcode.transcripts.way import Way, edits_in_a_row

CODEBOOK = "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: Time, kind: theme, definition: d}\n"
TALK = "I: How was it?\n\nP1: Bert had no time at all.\n\nP2: Yes, I think Bert broke it.\n\nP3: Yes, I think so. It got better."
WHOLE, LEFT = (
    TALK.replace("Bert", "Kim"),
    "I: How was it?\n\nP1: Kim had no time at all.\n\nP3: Yes, I think so. It got better.",
)
PEOPLE = "participant,group,withdrawn\nP1,,\nP2,,{}\nP3,,\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = small_study(tmp_path / "s", codebook=CODEBOOK, talk=TALK)
    raw = folder / "data/raw"
    (raw / "sessions.csv").write_text(
        "session,kind,interviewers,participants,files,status\nT1,focus_group,I,P1;P2;P3,T1.txt,done\n"
    )
    key = tmp_path / "s-key" / "key.csv"
    key.parent.mkdir()
    key.write_text("person,pseudonym,kind,forms\nBert,Kim,person,Bert\n")
    withdraw(folder, "")
    return folder


def withdraw(folder: Path, on: str = "2024-05-01") -> None:
    (folder / "data/raw/participants.csv").write_text(PEOPLE.format(on))


def run(folder: Path, shards: int = 1) -> tuple[Study, Transcribed]:
    """What the workflow makes of it, in so many shards."""
    loaded = Study.load(folder)
    paths = [folder / "data/processed/shards" / f"{n}-of-{shards}.sqlite" for n in range(shards)] if shards > 1 else []
    for path in paths:
        read_shard(Study.load(folder), Shard.named(path.stem), path)
    turns = folder / "data/processed/turns.parquet"
    made = read_to_file(loaded, turns, shards=paths)
    made.turns = read_table("turns", turns)
    return loaded, made


def finish(loaded: Study, made: Transcribed):
    edits = edits_of_study(loaded, made.transcripts, made.texts, names_out=made.names_out)
    keep_texts(loaded, made.transcripts, made.texts, names_out=made.names_out)
    return edits


@pytest.mark.parametrize("shards", [1, 2])
@pytest.mark.parametrize("read_before", [True, False])
def test_their_turns_are_in_no_text_no_turn_and_no_count(study, shards, read_before):
    if read_before:
        assert finish(*run(study, shards)) is not None
    withdraw(study)
    loaded, made = run(study, shards)
    finish(loaded, made)
    assert dict(made.texts) == {"T1": LEFT}
    assert made.turns["participant"].tolist() == ["", "P1", "P3"]
    assert [LEFT[a:b] for a, b in zip(made.turns["start"], made.turns["end"], strict=True)][-1].startswith("Yes, I")
    row = made.transcripts.iloc[0]
    assert (row["turns"], row["speakers"], row["words"]) == (3, 3, 3 + 6 + 7)
    assert row["sha256_text"] == sha256(LEFT)
    assert made.report["labels"].tolist() == ["I 1; P1 1; P3 1"]
    assert [LEFT[a:b] for a, b in zip(made.replaced["start"], made.replaced["end"], strict=True)] == ["Kim"]


def test_in_shards_and_without_a_store_the_same_is_read(study):
    withdraw(study)
    once, many, nothing_kept = run(study)[1], run(study, 2)[1], read_transcripts(Study.load(study))
    for other in (many, nothing_kept):
        assert once.transcripts.equals(other.transcripts) and once.turns.equals(other.turns)
        assert dict(once.texts) == dict(other.texts)


def test_words_that_may_identify_somebody_are_not_looked_for_in_their_turns(study):
    withdraw(study)
    looked_at = str(named_transcripts(Study.load(study)))
    assert "Bert had no time" in looked_at and "broke it" not in looked_at


@pytest.mark.parametrize("shards", [1, 2])
def test_earlier_texts_lead_to_what_is_left(study, shards):
    finish(*run(study, shards))
    withdraw(study)
    loaded, made = run(study, shards)
    edits = finish(loaded, made)
    passages = Passages(loaded, {"T1": sha256(LEFT)}, {"T1": LEFT}, edits)
    for earlier in (TALK, WHOLE):
        assert kept_text(loaded, sha256(earlier)) == earlier
        start = earlier.index("It got better")
        place = passages.carry("T1", sha256(earlier), start, start + 13)
        assert place is not None and LEFT[place.start : place.end] == "It got better" and not place.changed
        start = earlier.index("Yes, I think")
        assert passages.carry("T1", sha256(earlier), start, start + 12) is None


def codings(study: Path, rows: str, shards: int = 1):
    (study / "data/raw/codings").mkdir(exist_ok=True)
    (study / "data/raw/codings/RB.csv").write_text("transcript,code,coder,start,end,text,sha256_text\n" + rows)
    loaded, made = run(study, shards)
    edits = finish(loaded, made)
    from qualcode.codebook import load_codebook

    book = load_codebook(loaded)
    assert book is not None
    return read_codings(loaded, made.transcripts, made.turns, made.texts, edits, book.table())


@pytest.mark.parametrize("made_on", [TALK, WHOLE])
@pytest.mark.parametrize("shards", [1, 2])
def test_codings_of_others_stay_on_their_words_and_those_of_theirs_go(study, shards, made_on):
    finish(*run(study, shards))
    sha, rows = sha256(made_on), []
    for words in ("It got better", "no time", "broke it"):
        start = made_on.index(words)
        rows.append(f"T1,time,RB,{start},{start + len(words)},,{sha}\n")
    rows.append('T1,time,RB,,,"Yes, I think so",\n')
    withdraw(study)
    found = codings(study, "".join(rows), shards)
    table = found.codings
    said = [LEFT[a:b] for a, b in zip(table["start"], table["end"], strict=True)]
    assert sorted(said) == ["It got better", "Yes, I think so", "no time"]
    assert set(table["sha256_text"]) == {sha256(LEFT)}
    assert not len(found.refused) and not len(found.changed)


def test_a_coding_with_offsets_alone_stays_where_it_was_when_they_withdraw(study):
    from qualcode.transcripts.made_on import keep_made_on

    start = WHOLE.index("It got better")
    row = f"T1,time,RB,{start},{start + 13},,\n"
    keep_made_on(Study.load(study), codings(study, row).made_on)
    withdraw(study)
    table = codings(study, row).codings
    assert [LEFT[a:b] for a, b in zip(table["start"], table["end"], strict=True)] == ["It got better"]


def test_a_sheet_with_offsets_alone_that_is_made_afterwards_counts_in_what_is_left(study):
    finish(*run(study))
    withdraw(study)
    start = LEFT.index("It got better")
    table = codings(study, f"T1,time,RB,{start},{start + 13},,\n").codings
    assert [LEFT[a:b] for a, b in zip(table["start"], table["end"], strict=True)] == ["It got better"]


def test_a_correction_made_afterwards_is_seen_in_the_codings_it_touches(study):
    finish(*run(study))
    start = WHOLE.index("no time at all")
    row = f"T1,time,RB,{start},{start + 14},,{sha256(WHOLE)}\n"
    withdraw(study)
    (study / "data/raw/transcripts/T1.txt").write_text(TALK.replace("no time at all", "no money at all"))
    found = codings(study, row)
    left = LEFT.replace("no time at all", "no money at all")
    coding, changed = found.codings.iloc[0], found.changed.iloc[0]
    assert left[coding["start"] : coding["end"]] == "no money at all"
    assert (changed["status"], changed["why"]) == ("open", "correction")
    assert left[changed["start"] : changed["end"]] == "no money at all"


def test_two_ways_in_a_row_are_one():
    first, second, third = "one two three four five", "one 2 three four five", "one 2 five"
    way = edits_in_a_row(Way(edits_between(first, second)), Way([Edit(6, 17, 6, 6)]))
    assert second[:6] + second[17:] == third
    for words in ("one", "five"):
        start = first.index(words)
        place = way.carry(start, start + len(words))
        assert place is not None and third[place.start : place.end] == words and not place.changed
    start = first.index("four")
    assert way.carry(start, start + 4) is None

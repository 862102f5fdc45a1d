"""Names are taken out where transcripts are read: no text with them lies outside of data/raw, and codings follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from qualcode.cli import cli
from qualcode.errors import QualcodeError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import read
from qualcode.transcripts import read_transcripts
from qualcode.transcripts.kept import kept_index, kept_text
from qualcode.transcripts.way import way_of_table

TALK = "Jo: How was it, Anna?\n\nAnna: Bert's ward was hard. Mail a.b@ward.org.\n\nJo: Why?\n\nAnna: ANNA and Bert had no time.\n"
RAW = "Jo: How was it, Anna?\n\nAnna: Bert's ward was hard. Mail a.b@ward.org.\n\nJo: Why?\n\nAnna: ANNA and Bert had no time."
OUT = "Jo: How was it, P01?\n\nP01: Kim's ward was hard. Mail [e-mail address].\n\nJo: Why?\n\nP01: P01 and Kim had no time."
KEY = "person,pseudonym,kind,forms\nAnna,P01,person,Anna\nBert,Kim,person,Bert\n"
Run = Callable[..., Path]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "talks"
    assert CliRunner().invoke(cli, ["init", str(root)]).exit_code == 0
    raw = root / "data" / "raw"
    (raw / "transcripts" / "S01.txt").write_text(TALK, encoding="utf-8")
    (raw / "transcripts" / "S02.txt").write_text("Jo: And you?\nCem: Fine.\nJo: So?\nCem: Yes.\n", encoding="utf-8")
    (raw / "participants.csv").write_text("participant,group\nP01,nurses\nP02,nurses\n")
    (raw / "sessions.csv").write_text(
        "session,interviewers,participants,files,status\nS01,Jo,P01;P09,S01.txt,done\nS02,Jo,P02,S02.txt,done\n"
    )
    return root


def give_key(study: Path, text: str = KEY) -> Path:
    path = study.parent / "talks-key" / "key.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def stage(study: Path, shards: Sequence[str] = ()) -> None:
    processed = study / "data" / "processed"
    paths = [str(processed / "shards" / f"{name}.sqlite") for name in shards]
    for name, path in zip(shards, paths, strict=True):
        call("shard", "--study", str(study), "--shard", name, "--out", path)
    out = {name: processed / f"{name}.parquet" for name in ("transcripts", "turns", "edits")}
    out |= {"texts": processed / "texts", "report": study / "reports" / "transcripts.csv"}
    out |= {"replacements": study / "reports" / "replacements.csv"}
    call(
        "transcripts",
        "--study",
        str(study),
        *(str(part) for name, path in out.items() for part in (f"--{name}", path)),
        *paths,
    )


def call(*arguments: str) -> None:
    done = CliRunner().invoke(cli, ["stage", *arguments], catch_exceptions=True)
    if done.exception:
        raise done.exception


def text(study: Path) -> str:
    return (study / "data" / "processed" / "texts" / "S01.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("shards", [(), ("0-of-2", "1-of-2"), ("0-of-4", "1-of-4", "2-of-4", "3-of-4")])
def test_names_are_out_of_the_text_the_labels_the_tables_and_everything_outside_of_data_raw(
    study: Path, shards: Sequence[str]
) -> None:
    give_key(study)
    stage(study, shards)
    assert text(study) == OUT
    turns = read("turns", study / "data" / "processed" / "turns.parquet")
    own = turns[turns["transcript"] == "S01"]
    assert [OUT[a:b] for a, b in zip(own["start"], own["end"], strict=True)] == [
        "How was it, P01?", "Kim's ward was hard. Mail [e-mail address].", "Why?", "P01 and Kim had no time.",
    ]  # fmt: skip
    assert list(own["speaker"]) == ["Jo", "P01", "Jo", "P01"]
    assert list(own["participant"]) == ["", "P01", "", "P01"]
    assert list(own["role"]) == ["interviewer", "participant"] * 2
    for path in [*(study / "data" / "processed").rglob("*"), *(study / "reports").rglob("*")]:
        if path.is_file():
            held = path.read_bytes()
            frame = pd.read_parquet(path).to_csv().encode() if path.suffix == ".parquet" else b""
            assert not any(name in held + frame for name in (b"Anna", b"ANNA", b"Bert", b"a.b@ward")), path


def test_words_are_counted_as_they_were_said(study: Path) -> None:
    stage(study)
    before = read("transcripts", study / "data" / "processed" / "transcripts.parquet")
    give_key(study, KEY.replace("Kim", "Kim of the ward"))
    stage(study)
    after = read("transcripts", study / "data" / "processed" / "transcripts.parquet")
    assert list(after["words"]) == list(before["words"])
    assert before["words"][0] == 4 + 6 + 1 + 6  # How was it Anna | Bert's ward was hard Mail a.b@ward.org | Why | …


@pytest.mark.parametrize("shards", [(), ("0-of-2", "1-of-2")])
def test_the_text_with_names_is_kept_and_a_coding_of_it_is_carried_to_the_same_words(
    study: Path, shards: Sequence[str]
) -> None:
    give_key(study)
    stage(study, shards)
    loaded = Study.load(study)
    index = kept_index(loaded)
    assert set(index[index["transcript"] == "S01"]["sha256_text"]) == {sha256(RAW), sha256(OUT)}
    assert kept_text(loaded, sha256(RAW)) == RAW
    edits = read("edits", study / "data" / "processed" / "edits.parquet")
    edits = edits[edits["transcript"] == "S01"]
    assert set(edits["why"]) == {"identifier"} and set(edits["sha256_from"]) == {sha256(RAW)}
    way = way_of_table(edits)
    for words in ("ward was hard", "had no time", "How was it"):
        place = way.carry(RAW.index(words), RAW.index(words) + len(words))
        assert place is not None and OUT[place.start : place.end] == words and not place.changed
    place = way.carry(RAW.index("Bert's ward"), RAW.index("Bert's ward") + len("Bert's ward"))
    assert place is not None and (OUT[place.start : place.end], place.changed) == ("Kim's ward", True)


def test_a_coding_quoted_with_the_name_in_it_finds_its_place_in_the_text_without(study: Path) -> None:
    give_key(study)
    (study / "codebooks" / "c").mkdir()
    (study / "codebooks" / "c" / "1.0.0.yaml").write_text("name: c\nversion: 1.0.0\ncodes: [{id: load, label: Load}]\n")
    stage(study)
    (study / "rb.csv").write_text("transcript,start,end,text,code,coder\nS01,,,ANNA and Bert had no time,load,RB\n")
    done = CliRunner().invoke(cli, ["import", "-C", str(study), str(study / "rb.csv"), "--json"])
    assert done.exit_code == 0 and '"refused": 0' in done.output, done.output


def test_a_key_that_is_changed_replaces_anew_and_the_earlier_text_is_carried(study: Path) -> None:
    stage(study)
    first = text(study)
    assert "Anna" in first and "[e-mail address]" in first  # no key yet: marks only
    give_key(study)
    stage(study)
    assert text(study) == OUT
    edits = read("edits", study / "data" / "processed" / "edits.parquet")
    assert set(edits["sha256_from"]) == {sha256(RAW), sha256(first)} and set(edits["why"]) == {"identifier"}


def test_the_log_says_where_and_why_and_never_what_stood_there(study: Path) -> None:
    give_key(study)
    stage(study)
    log = read("report_replacements", study / "reports" / "replacements.csv")
    assert [(OUT[a:b], kind) for a, b, kind in zip(log["start"], log["end"], log["kind"], strict=True)] == [
        ("P01", "person"), ("P01", "person"), ("Kim's", "person"), ("[e-mail address]", "contact"), ("P01", "person"),
        ("P01", "person"), ("Kim", "person"),
    ]  # fmt: skip


def test_nothing_is_made_where_the_key_is_wrong(study: Path) -> None:
    give_key(study, KEY + "Cem,Kim,person,Cem\n")
    with pytest.raises(QualcodeError, match="pseudonym"):
        stage(study)
    with pytest.raises(QualcodeError):
        stage(study, ("0-of-2", "1-of-2"))
    assert (
        not (study / "data" / "processed" / "texts").exists() and not (study / "data" / "processed" / "shards").exists()
    )


def test_who_looks_for_names_reads_the_text_with_them(study: Path) -> None:
    give_key(study)
    assert read_transcripts(Study.load(study), named=True).texts["S01"] == RAW
    assert read_transcripts(Study.load(study)).texts["S01"] == OUT


def test_marks_can_be_left_to_people(study: Path) -> None:
    (study / "config" / "study.yaml").write_text("deidentify: {automatic: []}\n")
    assert read_transcripts(Study.load(study)).texts["S01"] == RAW

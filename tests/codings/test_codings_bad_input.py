"""Bad input: each file is refused or reported with the place and the cause, and the study is byte for byte what it was."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from test_codings_mex import maxqda
from test_codings_refi import U1, U2, A, C, D, E, F, coding, project, selection
from test_codings_refi import at as place
from test_codings_tools import (
    BOSS,
    NO_TIME,
    TALK,
    TIRED,
    begin,
    comment,
    dry,
    end,
    kept,
    qualcoder,
    t,
    word,
)  # fmt: skip
from test_codings_tools import study as study  # the fixture

from qualcode.codings.bring_in import import_codings
from qualcode.errors import CodingsError
from qualcode.study import Study


def study_content(study: Study) -> dict[str, str]:
    """Every file of the study's folder, by its bytes."""
    files = sorted(path for path in study.root.rglob("*") if path.is_file())
    return {path.relative_to(study.root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def refusal(study: Study, path: Path, **more: object) -> str:
    """What is said when a file is imported in earnest; the study is as it was."""
    before = study_content(study)
    with pytest.raises(CodingsError) as caught:
        import_codings(study, path, **more)
    assert study_content(study) == before
    return str(caught.value)


def report(study: Study, path: Path, **more: object) -> tuple[dict[str, object], str]:
    """The counts and all that is said of a file that can be read; a dry run leaves the study as it was."""
    before = study_content(study)
    brought = dry(study, path, **more)
    assert study_content(study) == before
    return brought.summary, "\n".join([*brought.messages, *map(str, brought.warnings)])


# ---------------------------------------------------------------- files that are none


@pytest.mark.parametrize(
    "name", ["a.csv", "a.xlsx", "a.qdpx", "a.docx", "a.mex", "a.sqlite3", "data.qda", "a.html", "a.json", "a.zip"]
)
def test_a_file_of_0_bytes_is_refused(study, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"")
    said = refusal(study, path)
    assert name in said
    assert "empty" in said or "cannot be opened as an Excel workbook" in said


def test_a_folder_that_is_no_project_is_refused(study, tmp_path):
    folder = tmp_path / "Project.qda"
    folder.mkdir()
    assert "this folder is no project: it holds no database of QualCoder (data.qda)" in refusal(study, folder)
    (folder / "data.qda").write_bytes(b"")
    assert "this file is empty" in refusal(study, folder)
    (folder / "data.qda").write_bytes(b"SQLite format 3\x00" + bytes(100))
    assert "this database is damaged or not whole" in refusal(study, folder)


def test_a_file_that_is_not_there_is_refused(study, tmp_path):
    assert "this file is not there" in refusal(study, tmp_path / "no.qdpx")


# ---------------------------------------------------------------- archives


def a_word_file(folder: Path) -> Path:
    return word(folder / "T1.docx", [t("P: ") + begin(1) + t(BOSS) + end(1)], [comment(1, "time")])


def a_qdpx(folder: Path) -> Path:
    return project(folder / "p.qdpx", selection(*place("no time at all"), coding()))


def a_zip(folder: Path) -> Path:
    file = qualcoder(folder / "data.qda")
    with zipfile.ZipFile(folder / "p.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, "Small.qda/data.qda")
    return folder / "p.zip"


ARCHIVES = {"word": a_word_file, "qdpx": a_qdpx, "zip": a_zip}


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES)
def test_a_truncated_archive_is_refused(study, tmp_path, make: Callable[[Path], Path]):
    path = make(tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    assert "damaged or not whole" in refusal(study, path)


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES)
def test_damage_within_an_archive_is_refused(study, tmp_path, make: Callable[[Path], Path]):
    path = make(tmp_path)
    with zipfile.ZipFile(path) as archive:
        info = next(
            one for one in archive.infolist() if one.filename.endswith(("document.xml", "project.qde", "data.qda"))
        )
    data = bytearray(path.read_bytes())
    data[info.header_offset + 80 : info.header_offset + 120] = b"\xff" * 40
    path.write_bytes(data)
    said = refusal(study, path)
    assert "a file in this archive is damaged" in said
    assert info.filename in said


@pytest.mark.parametrize(("make", "member"), [(a_word_file, "word/document.xml"), (a_zip, "Small.qda/data.qda")])
def test_a_bomb_is_refused(study, tmp_path, make, member):
    path = tmp_path / f"bomb{make(tmp_path).suffix}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, b"0" * 60_000_000)
        archive.writestr("word/comments.xml", b"<x/>")
    said = refusal(study, path)
    assert "unpacks to 60000000 bytes" in said
    assert member in said


def test_a_workbook_that_is_a_bomb_is_refused(study, tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 60_000_000)
    assert "this workbook unpacks to far more than it should" in refusal(study, path)


@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES)
def test_a_path_that_leads_outside_is_refused_and_nothing_is_written_there(study, tmp_path, make):
    path = make(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../evil.txt", b"x")
    assert "points outside the archive" in refusal(study, path)
    assert not list(tmp_path.parent.rglob("evil.txt"))


@pytest.mark.parametrize("member", ["word/document.xml", "word/comments.xml"])
def test_external_entities_in_a_word_document_are_refused(study, tmp_path, member):
    secret = tmp_path / "secret.txt"
    secret.write_text("hush", encoding="utf-8")
    made = a_word_file(tmp_path)
    path = tmp_path / "evil.docx"
    with zipfile.ZipFile(made) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            if name == member:
                data = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode() + data.replace(
                    BOSS[:8].encode(), b"&x;"
                )
            after.writestr(name, data)
    said = refusal(study, path)
    assert "declares entities" in said
    assert "hush" not in said


# ---------------------------------------------------------------- what clashes


def test_two_users_of_one_guid_are_refused_with_both_names(study, tmp_path):
    users = f'<Users><User guid="{U1}" name="RB"/><User guid="{U1}" name="KL"/></Users>'
    said = refusal(study, project(tmp_path / "p.qdpx", users=users))
    assert f"line 1: two users have the GUID {U1}: 'RB' and 'KL'" in said


def test_two_sources_of_one_guid_are_refused(study, tmp_path):
    source = f'<TextSource guid="{F}" name="T{{}}"><PlainTextContent>x</PlainTextContent></TextSource>'
    path = project(tmp_path / "p.qdpx", sources=source.format(1) + source.format(2), text=None)
    assert f"two sources have the GUID {F}" in refusal(study, path)


def test_two_codings_of_one_guid_stay_two(study, tmp_path):
    inner = selection(*place("no time at all"), coding()) + selection(*place("the training"), coding())
    assert D in inner and C in inner
    summary, _ = report(study, project(tmp_path / "p.qdpx", inner))
    assert summary["codings"] == 2


def test_codes_that_stand_under_one_another_in_a_long_ring_are_refused(study, tmp_path):
    codes = "".join(
        f"insert into code_name values ({n}, 'c{n}', '', null, 'RB', '', '', {n + 1 if n < 3000 else 11});"
        for n in range(11, 3001)
    )
    said = refusal(study, qualcoder(tmp_path / "data.qda", more=f"begin;{codes}commit;"))
    assert "code 11: 'c11' stands under itself" in said
    assert said.count("stands under itself") == 1


def test_a_tree_of_three_thousand_levels_is_read(study, tmp_path):
    codes = "".join(
        f"insert into code_name values ({n}, 'c{n}', '', null, 'RB', '', '', {n - 1 if n > 11 else 'null'});"
        for n in range(11, 3001)
    )
    summary, _ = report(study, qualcoder(tmp_path / "data.qda", more=f"begin;{codes}commit;"))
    assert summary["codes"] == 2992


def test_codes_of_one_name_in_two_branches_are_told_apart_in_qualcoder_s_categories(study, tmp_path):
    """QualCoder allows a name once; a database that was merged by hand may hold it twice."""
    more = "insert into code_cat values (2, 'Helps', 'RB', '', '', null);"
    more += "update code_text set cid = 3 where ctid = 2; create table more as select * from code_name;"
    more += "drop table code_name; alter table more rename to code_name;"
    more += "insert into code_name values (3, 'barrier/time', '', 2, 'RB', '', '', null);"
    from qualcode.codings.model import Sidecar
    from qualcode.codings.qualcoder import read

    found = read(qualcoder(tmp_path / "data.qda", more=more), where="x", sidecar=Sidecar())
    assert [given.code for given in found.given] == ["Barriers > barrier/time", "Helps > barrier/time"]


# ---------------------------------------------------------------- codings that cannot be used


@pytest.mark.parametrize("make", [qualcoder, maxqda], ids=["QualCoder", "MAXQDA"])
@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"code": "null"}, "it names no code that the file holds"),
        ({"code": "77"}, "it names no code that the file holds"),
        ({"user": "null"}, "nobody is named as coder"),
        ({"start": "900", "end": "90000", "words": "''"}, "offsets 900–90000 lie beyond the text of document"),
        ({"start": "50", "end": "20", "words": "''"}, "offsets 50–20 are reversed"),
    ],
    ids=["no code", "a code that is not there", "nobody", "beyond", "reversed"],
)
def test_a_coding_that_cannot_be_used_is_listed_with_its_number(study, tmp_path, make, wrong, cause):
    mine = make is maxqda
    names = {
        "code": "WordID" if mine else "cid",
        "user": "UserID" if mine else "owner",
        "start": "SegPos1X" if mine else "pos0",
    }
    names |= {"end": "SegPos2X" if mine else "pos1", "words": "Preview" if mine else "seltext"}
    table, key = ("Codings", "ID") if mine else ("code_text", "ctid")
    values = ", ".join(f"{names[field]} = {value}" for field, value in wrong.items())
    path = make(tmp_path / ("x.mex" if mine else "data.qda"), more=f"update {table} set {values} where {key} = 2;")
    _, said = report(study, path)
    assert f"coding 2: {cause}" in said
    if not mine or "user" not in wrong:
        assert "coding 1:" not in said
    import_codings(study, path)  # the others come in
    assert (study.raw / "codings" / path.name).is_file()


def test_a_highlight_without_a_tag_and_offsets_beyond_the_text_in_taguette_are_reported(study, tmp_path):
    from test_codings_tools import SPECIMENS

    path = tmp_path / "t.sqlite3"
    path.write_bytes((SPECIMENS / "taguette.sqlite3").read_bytes())
    base = sqlite3.connect(path)
    base.execute("delete from highlight_tags where highlight_id = 1")
    base.execute("update highlights set end_offset = 99999 where id = 3")
    base.commit()
    base.close()
    summary, said = report(study, path, coder="RB")
    assert summary["left_out"] == {"highlight_without_tag": 1}
    assert "lie beyond the text of document 'T1'" in said


# ---------------------------------------------------------------- names with commas


@pytest.mark.parametrize(
    ("says", "codes"),
    [
        ("Mood, bad, time", {"mood", "time"}),
        ("time, Mood, bad", {"mood", "time"}),
        ("Mood, bad; The boss", {"mood", "boss"}),
        ("#time #not", set()),
    ],
)
def test_a_comma_in_a_code_s_name_is_told_from_one_between_codes(study, tmp_path, says, codes):
    path = word(
        tmp_path / "T1.docx", [t("I: How did it go?"), t("P: ") + begin(1) + t(BOSS) + end(1)], [comment(1, says)]
    )
    assert {code for _, code, _, _ in kept(study, path)} == codes


def taguette_html(path: Path, tags: str) -> Path:
    """The shape of Taguette's export (see specimens/taguette.html)."""
    path.write_text(
        "<!DOCTYPE html><html><head><title>Taguette Highlights</title></head><body><h1>Taguette</h1>"
        f"<p>{TIRED}</p><p><strong>Document:</strong> T1 <strong>Tags:</strong> {tags}</p><hr></body></html>",
        encoding="utf-8",
    )
    return path


def test_tags_that_taguette_joins_by_commas_are_told_apart_where_the_codebook_has_them(study, tmp_path):
    path = taguette_html(tmp_path / "t.html", "barrier/time, Mood, bad, The boss")
    _, said = report(study, path, coder="RB")
    assert "parts tags by commas" not in said
    assert {code for _, code, _, _ in kept(study, path, coder="RB")} == {"time", "mood", "boss"}


def test_tags_with_commas_that_nobody_knows_are_reported(study, tmp_path):
    _, said = report(study, taguette_html(tmp_path / "t.html", "Hope, real, barrier/time"), coder="RB")
    assert "parts tags by commas: if a tag's own name holds one, import the CSV or Excel export" in said
    assert "code 'Hope' is not in codebook" in said


# ---------------------------------------------------------------- databases

LOCK = """
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], isolation_level=None)
base.execute(sys.argv[2])
if len(sys.argv) > 3:
    base.execute(sys.argv[3])
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("make", [qualcoder, maxqda], ids=["QualCoder", "MAXQDA"])
@pytest.mark.parametrize(
    "statements",
    [["begin exclusive"], ["begin immediate", "create table half (done)"]],
    ids=["locked", "half-way through a change"],
)
def test_a_database_that_another_program_holds_is_refused(study, tmp_path, make, statements):
    path = make(tmp_path / ("x.mex" if make is maxqda else "data.qda"))
    command = [sys.executable, "-c", LOCK, str(path), *statements]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None and other.stdout.readline() == "locked\n"
            assert "a program has this database open" in refusal(study, path)
        finally:
            other.communicate("")
    assert report(study, path)[0]["documents"] == 1


@pytest.mark.parametrize("make", [qualcoder, maxqda], ids=["QualCoder", "MAXQDA"])
def test_a_database_with_changes_in_its_log_is_refused(study, tmp_path, make):
    path = make(tmp_path / ("x.mex" if make is maxqda else "data.qda"))
    base = sqlite3.connect(path)
    base.execute("pragma journal_mode = wal")
    base.execute("create table later (x)")
    base.commit()
    assert path.with_name(path.name + "-wal").stat().st_size
    assert "a program has this database open, with changes not written" in refusal(study, path)
    base.close()
    assert report(study, path)[0]["documents"] == 1


@pytest.mark.parametrize("version", ["v18", "v99", "18"])
def test_a_database_newer_than_known_is_refused(study, tmp_path, version):
    said = refusal(study, qualcoder(tmp_path / "data.qda", version=version))
    assert f"database version {version.removeprefix('v')}; versions to 17 are known" in said


def test_a_database_too_old_for_its_columns_is_refused_with_their_names(study, tmp_path):
    path = qualcoder(tmp_path / "data.qda", version="v0", more="alter table code_text drop column pos1;")
    assert "table code_text: column 'pos1' is missing" in refusal(study, path)


def test_a_database_of_another_program_is_refused(study, tmp_path):
    path = tmp_path / "bookmarks.sqlite"
    base = sqlite3.connect(path)
    base.execute("create table moz_places (id, url)")
    base.commit()
    base.close()
    assert "a database of a program that qualcode does not know" in refusal(study, path)


# ---------------------------------------------------------------- projects with little in them


def test_an_empty_project_is_reported_as_empty(study, tmp_path):
    tables = ("code_text", "code_name", "code_cat", "source", "cases")
    path = qualcoder(tmp_path / "data.qda", more="".join(f"delete from {name};" for name in tables))
    summary, said = report(study, path)
    assert (summary["documents"], summary["codes"], summary["codings"]) == (0, 0, 0)
    assert "The file holds no codings." in said
    summary, said = report(study, project(tmp_path / "p.qdpx", users="", codes="", sources=" ", text=None))
    assert (summary["documents"], summary["codes"], summary["coders"]) == (0, 0, [])


def test_documents_without_codings_are_matched_and_reported(study, tmp_path):
    summary, said = report(study, qualcoder(tmp_path / "data.qda", more="delete from code_text;"))
    assert (summary["documents"], summary["unmatched"], summary["codings"]) == (1, 0, 0)
    assert "document 'T1.txt': transcript T1 (by hash)." in said


def test_two_coders_without_a_common_text_are_named(study, tmp_path):
    (study.raw / "transcripts" / "T2.txt").write_text(TALK.replace("boss", "chief"), encoding="utf-8")
    more = (
        f"insert into source values (3, 'T2.txt', '{TALK.replace('boss', 'chief')}', null, '', 'RB', '', null, null);"
    )
    path = qualcoder(tmp_path / "data.qda", more=more + "update code_text set fid = 3 where ctid = 2;")
    _, said = report(study, path)
    assert "KL and RB coded no document in common: this file says nothing of their agreement." in said
    _, said = report(study, qualcoder(tmp_path / "both" / "data.qda"))
    assert "in common" not in said


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_sources_that_are_not_utf_8_are_read_and_said(study, tmp_path, encoding):
    text = "I: Née?\n\nP: We had no time at all for the café, and the boss – of all people – helped us.\n"
    (study.raw / "transcripts" / "T1.txt").write_text(text, encoding="utf-8")
    inner = selection(*place("no time at all", text), coding()) + selection(*place("helped us", text), coding())
    path = project(tmp_path / "p.qdpx", inner, text=text.encode(encoding))
    summary, said = report(study, path)
    assert summary["anchored"]["as_given"] + summary["anchored"]["calibrated"] == 2
    assert ("its text is not UTF-8; read as" in said) == (encoding != "utf-8-sig")
    assert summary["unmatched"] == 0


def test_a_code_that_the_project_does_not_hold_is_not_taken_for_another(study, tmp_path):
    path = project(tmp_path / "p.qdpx", selection(*place("no time at all"), coding(E, U2)))
    assert A not in E
    _, said = report(study, path)
    assert "coding 1: it names no code that the file holds" in said
    assert NO_TIME not in said


# ---------------------------------------------------------------- as a person types it


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.qdpx", b"", "this file is empty (0 bytes)"),
        ("cut.docx", b"PK\x03\x04 and no more", "this archive (or Office document) is damaged or not whole"),
        (
            "song.mp3",
            b"ID3 la la",
            "this kind of file is not known.\n  What can be read: codings in qualcode's own",
        ),
        (None, b"", "this folder is no project"),
    ],
)
def test_the_command_says_what_is_wrong_and_ends_with_2(study, tmp_path, qualcode, name, content, said):
    path = tmp_path / (name or "folder")
    path.write_bytes(content) if name else path.mkdir()
    before = study_content(study)
    done = qualcode("import", path, cwd=study.root)
    assert (done.returncode, study_content(study)) == (2, before)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_command_takes_annotations_and_exchange_files(study, tmp_path):
    import json

    from click.testing import CliRunner

    from qualcode.cli import cli

    path = maxqda(tmp_path / "x.mex")
    for chosen in ([], ["--as", "mex"], ["--as", "maxqda"]):
        result = CliRunner().invoke(cli, ["import", str(path), "--dry-run", "--json", *chosen, "-C", str(study.root)])
        assert json.loads(result.stdout)["codings"] == 3, result.output
    page = {"type": "Annotation", "creator": "RB", "bodyValue": "boss", "motivation": "tagging", "target": "T1"}
    notes = tmp_path / "notes.jsonld"
    notes.write_text(json.dumps(page), encoding="utf-8")
    for chosen in ([], ["--as", "jsonld"]):
        result = CliRunner().invoke(cli, ["import", str(notes), "--dry-run", "--json", *chosen, "-C", str(study.root)])
        assert json.loads(result.stdout)["kind"] == "jsonld", result.output

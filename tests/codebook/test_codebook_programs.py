"""The codebook in other programs' formats: what goes out comes in again, and what others wrote is read."""

from __future__ import annotations

import os
import sqlite3
import zipfile
from pathlib import Path

import pytest
from conftest import small_study
from lxml import etree

from qualcode.codebook import Codebook, Entry, read_codebook_file
from qualcode.codebook.export import export_codebook
from qualcode.codebook.model import join_texts, mapping_text, read_mapping_text, split_texts
from qualcode.codebook.qdc import code_guid, codes_of, former_guid, write_qdc
from qualcode.codebook.read import in_tree_order
from qualcode.codebook.sheet import read_codebook_sheet
from qualcode.codebook.show import tree
from qualcode.codings.code_systems import codebook_of, read_code_system
from qualcode.codings.writers import export, load_layer
from qualcode.errors import QualcodeError
from qualcode.study import Study

CORPORA = Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")
SPECIMENS = Path(__file__).parent / "specimens"
FULL = """name: m
version: 1.0.0
title: Small & Co
description: About.
codes:
  - {id: barriers, label: Barriers, kind: theme, colour: "#4477aa"}
  - id: time
    label: "Time; hours > days"
    parent: barriers
    definition: "No time.\\n\\nNotes: this is part of the definition."
    full_definition: "At length.\\n\\nWhen to use: no field either."
    include: "Use it: always"
    exclude: never
    examples: {typical: ["one | two", three], atypical: four, close_but_no: five}
    direction: barrier
    origin: both
    aliases: ["Zeit; Arbeit", "a | b"]
    double_code_with: [money, barriers]
    notes: "a\\n\\nId: no id\\n\\nb"
    mappings: {cfir2022: [{construct: III.F, reason: "staff; (hours) :-)"}, II.A], own: [{construct: "A (b)", reason: why}]}
  - {id: money, label: Money}
"""


@pytest.fixture
def book(tmp_path: Path) -> Codebook:
    path = tmp_path / "m" / "1.0.0.yaml"
    path.parent.mkdir()
    path.write_text(FULL, encoding="utf-8")
    return read_codebook_file(path)


def read(path: Path, **more: object) -> Codebook:
    system = read_code_system(path, where=path.name)
    assert system is not None
    return codebook_of(system, name="o", version="1.0.0", where=path.name, **more)


def told(book: Codebook) -> list[tuple[str, str, str, str, str]]:
    return [(code, entry.label, entry.kind, entry.parent, entry.definition) for code, entry in book.codes.items()]


# ---------------------------------------------------------------- what goes out comes in again


@pytest.mark.parametrize("form", ["qdc", "qdpx", "xlsx", "csv"])
def test_every_field_of_every_code_survives_the_way_out_and_back(book, tmp_path, form):
    path = tmp_path / f"m.{form}"
    export_codebook(book, path, form)
    sheet = {"name": "o", "version": "1.0.0", "frameworks": ["cfir2022"]}
    again = read(path) if form in ("qdc", "qdpx") else read_codebook_sheet(path, **sheet)
    assert list(again.codes) == list(book.codes)
    for code, entry in book.codes.items():
        assert again.codes[code].model_dump() == entry.model_dump()
    first = path.read_bytes()
    export_codebook(book, path, form)
    assert path.read_bytes() == first


@pytest.mark.parametrize("texts", [["a", "b"], ["a|b", r"c\|d"], ["ends with \\", "next"], ["|"]])
def test_texts_share_a_cell_without_running_together(texts):
    assert split_texts(join_texts(texts)) == texts


@pytest.mark.parametrize(
    ("cell", "made"),
    [
        ("III.J; II.A;", [("III.J", ""), ("II.A", "")]),
        ("III.J (time; (paid) hours); II.A", [("III.J", "time; (paid) hours"), ("II.A", "")]),
        ("III.J (never closed; II.A", [("III.J (never closed", ""), ("II.A", "")]),
        ("Skills (manual)", [("Skills (manual)", "")]),
    ],
)
def test_constructs_share_a_cell_each_with_its_reason_in_brackets(cell, made):
    found = read_mapping_text(cell, known=["Skills (manual)"])
    assert [(item["construct"], item["reason"]) for item in found] == made


@pytest.mark.parametrize("reason", ["", "plain", "(all) of it", ":-)", "a ) b ( c", r"back\slash", r"\(", "a; b"])
@pytest.mark.parametrize("construct", ["III.J", "A (b)", "a;b", "a)"])
def test_any_reason_of_any_construct_comes_back(construct, reason):
    given = {"id": "a", "label": "A", "mappings": {"f": [{"construct": construct, "reason": reason}, "II.A"]}}
    entry = Entry.model_validate(given)
    cell = mapping_text(entry.mappings["f"])
    assert Entry.model_validate(given | {"mappings": {"f": read_mapping_text(cell)}}) == entry


@pytest.mark.corpora
@pytest.mark.skipif(not (CORPORA / "refi_qda_schema").is_dir(), reason="no corpora beside the checkout")
@pytest.mark.parametrize(("form", "schema"), [("qdc", "Codebook.xsd"), ("qdpx", "Project.xsd")])
def test_what_goes_out_is_valid_by_the_published_schema(book, repository, tmp_path, form, schema):
    shipped = read_codebook_file(repository / "codebooks" / "onlinecare" / "1.0.0.yaml")
    for number, one in enumerate((book, shipped)):
        path = tmp_path / f"{number}.{form}"
        export_codebook(one, path, form)
        data = zipfile.ZipFile(path).read("project.qde") if form == "qdpx" else path.read_bytes()
        etree.XMLSchema(file=str(CORPORA / "refi_qda_schema" / schema)).assertValid(etree.fromstring(data))


def test_a_project_of_the_codebook_has_no_sources(book, tmp_path):
    export_codebook(book, tmp_path / "m.qdpx", "qdpx")
    with zipfile.ZipFile(tmp_path / "m.qdpx") as archive:
        assert archive.namelist() == ["project.qde"]
        root = etree.fromstring(archive.read("project.qde"))
    assert [etree.QName(one).localname for one in root] == ["CodeBook"]
    assert root.get("name") == "Small & Co"


def test_a_code_has_one_guid_in_every_file_that_qualcode_writes(tmp_path):
    text = "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: Time, include: always}\n"
    study = Study.load(small_study(tmp_path / "s", codebook=text, talk="P: We had no time.\n"))
    (study.raw / "codings").mkdir()
    (study.raw / "codings" / "RB.csv").write_text("transcript,text,code,coder\nT1,no time,time,RB\n", encoding="utf-8")
    layer = load_layer(study)
    book = read_codebook_file(study.codebook_files[0])
    guid = code_guid("mih", "time")
    for form in ("qdc", "qdpx"):
        export(layer, form, tmp_path / f"codings.{form}")
        export_codebook(book, tmp_path / f"codebook.{form}", form)
        for path in (tmp_path / f"codings.{form}", tmp_path / f"codebook.{form}"):
            (code,) = read_code_system(path, where="").codes
            assert (code.guid, code.text) == (guid, "When to use: always\n\nKind: code\n\nId: time")
    assert (tmp_path / "codings.qdc").read_bytes() == (tmp_path / "codebook.qdc").read_bytes()
    qde = zipfile.ZipFile(tmp_path / "codings.qdpx").read("project.qde").decode()
    assert f'CodeRef targetGUID="{guid}"' in qde
    assert code_guid("other", "time") != guid


def test_codes_nested_to_any_depth_go_out_and_come_in_and_are_drawn(tmp_path):
    deep = 1500
    entries = [Entry(id=f"c{n}", label=f"C{n}", parent=f"c{n - 1}" if n else "") for n in range(deep)]
    book = Codebook(name="o", version="1.0.0", codes=in_tree_order(entries))
    write_qdc(tmp_path / "deep.qdc", codes_of(book))
    assert read(tmp_path / "deep.qdc").codes == book.codes
    assert len(tree(book).splitlines()) == deep + 1


# ---------------------------------------------------------------- what others wrote

OTHERS = """<?xml version="1.0" encoding="utf-8"?>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="Another 1.0"><Codes>
<Code guid="11111111-1111-1111-1111-111111111111" name="Care" isCodable="false" color="#f00">
  <Code guid="22222222-2222-2222-2222-222222222222" name="Cost, time" isCodable="true">
    <Description>Note: as we said.\n\nKind: any</Description></Code></Code>
<Code guid="33333333-3333-3333-3333-333333333333" name="Work" isCodable="true">
  <Code guid="44444444-4444-4444-4444-444444444444" name="Cost, time" isCodable="true"/></Code>
</Codes><Sets><Set guid="55555555-5555-5555-5555-555555555555" name="S"/></Sets></CodeBook>"""


def test_a_codebook_of_another_program_is_read_with_equal_names_told_apart(tmp_path):
    path = tmp_path / "other.qdc"
    path.write_text(OTHERS, encoding="utf-8")
    assert told(read(path)) == [
        ("care", "Care", "theme", "", ""),
        ("cost_time", "Cost, time", "code", "care", "Note: as we said.\n\nKind: any"),
        ("work", "Work", "code", "", ""),
        ("cost_time_2", "Cost, time", "code", "work", ""),
    ]
    assert read(path).codes["care"].colour == "#ff0000"
    assert read_code_system(path, where="").left_out == {"sets": 1}


def test_a_code_whose_guid_is_ours_keeps_its_id_whatever_its_name_became(tmp_path):
    path = tmp_path / "back.qdc"
    text = OTHERS.replace("22222222-2222-2222-2222-222222222222", code_guid("o", "money").upper())
    path.write_text(text.replace("33333333-3333-3333-3333-333333333333", former_guid("work_1")), encoding="utf-8")
    known = {code_guid("o", "money"): "money", former_guid("work_1"): "work_1"}
    assert list(read(path, known=known).codes) == ["care", "money", "work_1", "cost_time"]


def test_a_note_on_a_code_is_its_definition_or_stands_beside_one(tmp_path):
    path = tmp_path / "p.qdpx"
    codes = (
        '<Code guid="{1}" name="A" isCodable="true"><NoteRef targetGUID="{3}"/></Code>'
        '<Code guid="{2}" name="B" isCodable="true"><Description>b</Description><NoteRef targetGUID="{4}"/></Code>'
    )
    notes = '<Note guid="3"><PlainTextContent>in words</PlainTextContent></Note>'
    notes += '<Note guid="4" plainTextPath="internal://n.txt"/>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "My project.qde",
            f'<Project xmlns="urn:QDA-XML:project:1.0" name="p"><CodeBook><Codes>{codes}</Codes></CodeBook>'
            f"<Notes>{notes}</Notes></Project>",
        )
        archive.writestr("Sources/n.txt", "\ufefffor the team")
    assert [(one.definition, one.notes) for one in read(path).codes.values()] == [
        ("in words", ""),
        ("b", "for the team"),
    ]


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (OTHERS[:300], "this XML is damaged or not whole"),
        (
            OTHERS.replace("44444444-4444-4444-4444-444444444444", "22222222-2222-2222-2222-222222222222"),
            r"line 9: two codes have the id 22222222-2222-2222-2222-222222222222, here and in line 4",
        ),
        (OTHERS.replace('name="Work"', 'name=" "'), "line 8: a code has no name"),
        (OTHERS.replace("CodeBook", "Book"), "this is no REFI-QDA codebook"),
        (
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><CodeBook>&x;</CodeBook>',
            "declares entities",
        ),
        ('<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes/></CodeBook>', "there are no codes"),
    ],
)
def test_a_qdc_that_is_broken_is_refused_with_its_cause(tmp_path, text, cause):
    path = tmp_path / "x.qdc"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(QualcodeError, match=cause):
        read(path)


def test_an_archive_that_is_damaged_or_blown_up_is_refused(tmp_path):
    path = tmp_path / "x.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", b" " * 60_000_000)
    with pytest.raises(QualcodeError, match="unpacks to 60000000 bytes"):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "x")
    with pytest.raises(QualcodeError, match="this archive holds 0 project files"):
        read(path)
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(QualcodeError, match="damaged or not whole"):
        read(path)


@pytest.mark.corpora
@pytest.mark.skipif(not (CORPORA / "coded" / "refi_qda_demo").is_dir(), reason="no corpora beside the checkout")
@pytest.mark.parametrize("name", ["demo", "nvivo_project"])
def test_the_codes_of_a_real_project_come_in_each_under_its_parent(name):
    path = CORPORA / "coded" / "refi_qda_demo" / f"{name}.qdpx"
    book = read(path)
    with zipfile.ZipFile(path) as archive:
        inside = next(one for one in archive.namelist() if one.endswith(".qde"))
        root = etree.fromstring(archive.read(inside))
    pairs = [
        (one.get("name"), one.getparent().get("name", ""))
        for one in root.iter("{*}Code")
        if etree.QName(one.getparent()).localname in ("Code", "Codes")
    ]
    assert len(book.codes) == len(pairs) == 262
    labels = {"": "", **{code: entry.label for code, entry in book.codes.items()}}
    assert [(entry.label, labels[entry.parent]) for entry in book.codes.values()] == [
        (" ".join(label.split()), " ".join(parent.split())) for label, parent in pairs
    ]


# ---------------------------------------------------------------- Taguette (specimens made by its own code)

TAGS = [("barrier/time", "No hours left; “never”\nsays one."), ("boss", ""), ("Mood, bad", "Sad = no.")]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_codebook_that_taguette_exports_is_read_without_a_map(ending):
    book = read_codebook_sheet(SPECIMENS / f"taguette.{ending}", name="t", version="1")
    assert [(one.id, one.label, one.definition) for one in book.codes.values()] == [
        ("barrier_time", *TAGS[0]),
        ("boss", *TAGS[1]),
        ("mood_bad", *TAGS[2]),
    ]


def test_a_qdc_of_taguette_has_the_tags_without_what_they_mean():
    assert told(read(SPECIMENS / "taguette.qdc")) == [
        ("barrier_time", "barrier/time", "code", "", ""),
        ("boss", "boss", "code", "", ""),
        ("mood_bad", "Mood, bad", "code", "", ""),
    ]


def test_the_tags_of_a_taguette_project_come_with_their_descriptions(tmp_path):
    path = tmp_path / "t.sqlite3"
    path.write_bytes((SPECIMENS.parents[1] / "codings" / "specimens" / "taguette.sqlite3").read_bytes())
    base = sqlite3.connect(path)
    base.execute("update tags set description = 'Whom they work for.' where path = 'boss'")
    base.commit()
    base.close()
    assert sorted(told(read(path))) == [
        ("barrier_time", "barrier/time", "code", "", ""),
        ("boss", "boss", "code", "", "Whom they work for."),
        ("mood", "mood", "code", "", ""),
        ("never", "never", "code", "", ""),
    ]


# ---------------------------------------------------------------- QualCoder (built from its published description)


def qualcoder(path: Path, more: str = "", version: str = "v17") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    base = sqlite3.connect(path)
    base.executescript(
        f"""
        create table project (databaseversion text);
        insert into project values ('{version}');
        create table code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer);
        create table code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text,
            color text, supercid integer);
        insert into code_cat values (1, 'Barriers', 'RB', '', 'What hindered.', null);
        insert into code_cat values (2, 'At work', 'RB', '', '', 1);
        insert into code_name values (1, 'Time', 'No hours.', 2, 'RB', '', '#FF0000', null);
        insert into code_name values (2, 'Nights', null, null, 'RB', '', '', 1);
        insert into code_name values (3, 'Trust', '', null, 'KL', '', '#00ff00', null);
        insert into code_name values (4, 'Lost', '', 9, 'KL', '', 'red', null);
        {more}
        """
    )
    base.commit()
    base.close()
    return path


@pytest.mark.parametrize("form", ["file", "folder", "zip"])
def test_categories_codes_and_sub_codes_of_qualcoder_are_one_tree_with_memos_and_colours(tmp_path, form):
    file = qualcoder(tmp_path / "Small.qda" / "data.qda")
    with zipfile.ZipFile(tmp_path / "Small.zip", "w") as archive:
        archive.write(file, "Small.qda/data.qda")
    book = read({"file": file, "folder": file.parent, "zip": tmp_path / "Small.zip"}[form])
    assert told(book) == [
        ("barriers", "Barriers", "theme", "", "What hindered."),
        ("at_work", "At work", "subtheme", "barriers", ""),
        ("time", "Time", "code", "at_work", "No hours."),
        ("nights", "Nights", "code", "time", ""),
        ("trust", "Trust", "code", "", ""),
        ("lost", "Lost", "code", "", ""),
    ]
    assert [one.colour for one in book.codes.values()] == ["", "", "#ff0000", "", "#00ff00", ""]


@pytest.mark.parametrize(
    ("broken", "cause"),
    [
        ({"version": "v18"}, "this project is of QualCoder's database version 18; versions to 17 are known"),
        ({"more": "update code_cat set supercatid = 2 where catid = 1;"}, "parents in a ring: 'barriers' > 'at_work'"),
        ({"more": "update code_name set name = '' where cid = 3;"}, "table code_name, code 3: a code has no name"),
        ({"more": "drop table code_name;"}, "none of QualCoder, Taguette or MAXQDA"),
    ],
    ids=["newer", "ring", "no name", "another database"],
)
def test_a_qualcoder_project_whose_codes_cannot_be_used_is_refused(tmp_path, broken, cause):
    with pytest.raises(QualcodeError, match=cause):
        read(qualcoder(tmp_path / "data.qda", **broken))


def test_the_codes_of_a_maxqda_project_are_a_tree_with_memos(tmp_path):
    path = tmp_path / "x.mex"
    base = sqlite3.connect(path)
    base.executescript(
        """
        create table Texts (ID integer primary key, Name text);
        create table Codewords (ID integer primary key, ParentID integer, Name text, Color integer, Memo text);
        create table Codings (ID integer primary key, TextID integer, WordID integer, SegPos1X integer, SegPos2X integer);
        create table Memos (ID integer primary key, WordID integer, Title text, Memo text);
        insert into Codewords values (1, 0, 'Barriers', 255, 'What hindered.');
        insert into Codewords values (2, 1, 'Time', 0, null);
        insert into Codewords values (3, 2, 'Nights', 0, '');
        insert into Memos values (7, 2, 'Note', 'No hours.');
        """
    )
    base.commit()
    base.close()
    assert told(read(path)) == [
        ("barriers", "Barriers", "code", "", "What hindered."),
        ("time", "Time", "code", "barriers", "No hours."),
        ("nights", "Nights", "code", "time", ""),
    ]
    assert "never seen a file of MAXQDA" in read_code_system(path, where="").notes[0]


def test_the_command_takes_a_folder_of_qualcoder_and_names_the_codebook_after_it(tmp_path, qualcode):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "study.yaml").write_text("study: {title: T}\n", encoding="utf-8")
    file = qualcoder(tmp_path / "Small.qda" / "data.qda")
    done = qualcode("codebook", "import", file, "-C", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Wrote codebooks/small/1.0.0.yaml: 6 entries.\n")
    assert "never seen a file of QualCoder" in done.stdout
    again = qualcode("codebook", "import", SPECIMENS / "taguette.qdc", "-C", tmp_path, "--version", "2")
    assert "small 1.0.0 is there already: declare in `changes:` what is different" in again.stdout


@pytest.mark.parametrize(
    ("name", "text", "cause"),
    [
        ("none.qdc", None, "this file is not there"),
        ("talk.srt", "1\n00:00:01,000 --> 00:00:02,000\nWords, said.\n", "this is no sheet"),
        ("other.sqlite3", b"SQLite format 3\x00" + b"\x00" * 100, "damaged or not whole"),
    ],
)
def test_what_is_no_codebook_is_refused_in_one_message(tmp_path, name, text, cause):
    from click.testing import CliRunner

    from qualcode.cli import cli

    study = small_study(
        tmp_path / "s", codebook="name: mih\nversion: 1.0.0\ncodes:\n  - {id: a, label: A}\n", talk="P: x\n"
    )
    path = tmp_path / name
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    done = CliRunner().invoke(cli, ["codebook", "import", str(path), "-C", str(study), "--version", "2"])
    assert isinstance(done.exception, QualcodeError)
    assert len(done.exception.problems) == 1
    assert cause in str(done.exception)
    assert not (study / "codebooks" / "mih" / "2.yaml").exists()


def test_the_teams_sheet_is_not_imported_but_drafted_from(tmp_path):
    from click.testing import CliRunner

    from qualcode.cli import cli

    study = small_study(
        tmp_path / "s", codebook="name: mih\nversion: 1.0.0\ncodes:\n  - {id: a, label: A}\n", talk="P: x\n"
    )
    path = tmp_path / "sheet.xlsx"
    assert CliRunner().invoke(cli, ["codebook", "sheet", str(path), "-C", str(study)]).exit_code == 0
    done = CliRunner().invoke(cli, ["codebook", "import", str(path), "-C", str(study), "--version", "2"])
    assert "this is the team's sheet of mih 1.0.0" in str(done.exception)

"""What tools keep beside their codings: memos, cases, attributes, in the study's own terms."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from pathlib import Path

import pytest
from conftest import small_study
from test_codings_refi import (
    BOSS,
    CODEBOOK,
    CODES,
    NO_TIME,
    TALK,
    TRAINING,
    U1,
    U2,
    A,
    B,
    C,
    D,
    E,
    F,
    at,
    bring,
    coding,
    project,
    selection,
    two,
)
from test_codings_tools import SPECIMENS, begin, comment, end, qualcoder, t, word

from qualcode.codebook import load_codebook
from qualcode.codings.bring_in import import_codings
from qualcode.codings.read import Imported, read_codings
from qualcode.errors import CodingsError
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.transcripts import read_transcripts

N1, N2, V1, V2, K1, K2 = (f"{n * 8}-{n * 4}-4{n * 3}-8{n * 3}-{n * 12}" for n in "345678")
AT_BOSS = "T1 {}-{}".format(*at(BOSS))
SOURCE = f'guid="{F}" name="T1" plainTextPath="internal://{F}.txt"'


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load(small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK))


def read_again(study: Study) -> Imported:
    study = Study.load(study.root)
    made = read_transcripts(study)
    book = load_codebook(study).table()
    return read_codings(study, made.transcripts, made.turns, made.texts, TABLES["edits"].empty(), book)


def taken_over(study: Study, path: Path, **more: object) -> Imported:
    """What the study has after the import."""
    import_codings(study, path, **more)
    return read_again(study)


def memos(imported: Imported) -> set[tuple[str, ...]]:
    columns = ["text", "about", "author", "date", "kind"]
    return {tuple(row) for row in imported.memos[columns].itertuples(index=False)}


def parts(imported: Imported) -> list[tuple[str, ...]]:
    """Cases, with the words that belong to them."""
    rows = imported.cases.to_dict("records")
    return [(r["case"], r["scope"], "" if r["scope"] == "code" else words(r), r["code"]) for r in rows]


def words(row: dict[str, object]) -> str:
    return TALK[row["start"] : row["end"]] if row["scope"] == "span" and row["reason"] == "" else str(row["transcript"])


def values(imported: Imported) -> list[tuple[str, ...]]:
    columns = ["of", "name", "attribute", "type", "value", "transcript"]
    return [tuple(row) for row in imported.attributes[columns].itertuples(index=False)]


def note(guid: str, text: str = "", *, name: str = "", more: str = "", inside: str = "") -> str:
    content = f"<PlainTextContent>{text}</PlainTextContent>" if text else ""
    return f'<Note guid="{guid}" name="{name}" {more}>{inside}{content}</Note>'


def ref(guid: str) -> str:
    return f'<NoteRef targetGUID="{guid}"/>'


def value(variable: str, said: str, kind: str = "Text") -> str:
    return f'<VariableValue><VariableRef targetGUID="{variable}"/><{kind}Value>{said}</{kind}Value></VariableValue>'


VARIABLES = (
    f'<Variables><Variable guid="{V1}" name="Age group" typeOfVariable="Text"><Description>by band</Description></Variable>'
    f'<Variable guid="{V2}" name="Years" typeOfVariable="Integer"/></Variables>'
)

# ---------------------------------------------------------------- REFI-QDA: memos


def test_a_note_is_about_whatever_refers_to_it(study, tmp_path):
    codes = CODES.replace('isCodable="true"/>', f'isCodable="true">{ref(N1)}</Code>', 1)
    inner = (
        two(TALK)
        .replace("</PlainTextSelection>", f"{ref(N1)}</PlainTextSelection>")
        .replace(f"{ref(N1)}</PlainTextSelection>", "</PlainTextSelection>", 1)
    )
    more = f'creatingUser="{U2}" creationDateTime="2024-03-02T10:00:00Z"'
    notes = f"<Notes>{note(N1, 'They wait.', name='Waiting', more=more)}</Notes>"
    found = taken_over(study, project(tmp_path / "p.qdpx", inner, codes=codes, rest=notes))
    assert memos(found) == {("They wait.", f"T1;{AT_BOSS};time", "KL", "2024-03-02", "analytic")}
    assert list(found.memos["title"]) == ["Waiting"]


def test_a_note_on_a_document_a_note_on_nothing_and_one_on_the_project(study, tmp_path):
    notes = note(N1, "A loud room.") + note(
        N2, "A day.", more=f'modifyingUser="{U1}" modifiedDateTime="2024-03-02T10:00:00"'
    )
    notes += note(D, "The plan.")
    path = project(tmp_path / "p.qdpx", two(TALK) + ref(N1), rest=f"<Notes>{notes}</Notes>{ref(D)}")
    assert memos(taken_over(study, path)) == {
        ("A loud room.", "T1", "", "", "analytic"),
        ("A day.", "", "RB", "2024-03-02", ""),
        ("The plan.", "", "", "", ""),
    }


def test_the_kind_of_memos_is_what_a_map_file_says(study, tmp_path):
    chosen = tmp_path / "map.yaml"
    chosen.write_text("memos: {journal: reflexive, document: field}\n", encoding="utf-8")
    notes = f"<Notes>{note(N1, 'A loud room.')}{note(N2, 'A day.')}</Notes>"
    path = project(tmp_path / "p.qdpx", ref(N1), rest=notes)
    found = taken_over(study, path, map_file=chosen)
    assert {(row[0], row[4]) for row in memos(found)} == {("A loud room.", "field"), ("A day.", "reflexive")}
    chosen.write_text("memos: {journals: field, code: fields}\n", encoding="utf-8")
    with pytest.raises(CodingsError, match="'journals' is not known"):
        bring(study, path, map_file=chosen)


def test_a_note_on_a_coding_stays_the_memo_of_the_coding(study, tmp_path):
    inner = selection(*at(NO_TIME), coding().replace("</Coding>", f"{ref(N1)}</Coding>"))
    found = taken_over(study, project(tmp_path / "p.qdpx", inner, rest=f"<Notes>{note(N1, 'Why?')}</Notes>"))
    assert (list(found.codings["memo"]), len(found.memos)) == (["Why?"], 0)


def test_a_note_on_a_coding_and_on_a_text_is_about_both(study, tmp_path):
    inner = selection(*at(NO_TIME), coding().replace("</Coding>", f"{ref(N1)}</Coding>")) + ref(N1)
    found = taken_over(study, project(tmp_path / "p.qdpx", inner, rest=f"<Notes>{note(N1, 'Why?')}</Notes>"))
    (ours,) = found.codings["coding"]
    assert list(found.codings["memo"]) == ["Why?"]
    assert memos(found) == {("Why?", ";".join(sorted(["T1", ours])), "", "", "analytic")}


@pytest.mark.parametrize("ends", [(N1, C), (C, N1)], ids=["from the note", "to the note"])
def test_an_annotation_of_nvivo_is_followed_along_its_link(study, tmp_path, ends):
    links = '<Links><Link guid="{}" originGUID="{}" targetGUID="{}"/>'.format(E, *ends)
    links += f'<Link guid="{D}" originGUID="{C}" targetGUID="{A}"/></Links>'
    path = project(
        tmp_path / "p.qdpx",
        selection(*at(BOSS)),
        rest=f"<Notes><Note guid='{N1}' plainTextPath='internal://{N1}.txt'/></Notes>{links}",
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"sources/{N1}.txt", "\ufeffSays who?\r\nNobody.\r\n")
    assert bring(study, path).summary["left_out"] == {"link": 1}
    assert memos(taken_over(study, path)) == {("Says who?\nNobody.", f"T1;{AT_BOSS}", "", "", "analytic")}


def test_a_comment_of_maxqda_is_about_its_passage(study, tmp_path):
    more = f'creatingUser="{U2}" creationDateTime="2024-03-02T10:00:00Z"'
    inner = two(TALK) + selection(*at(TRAINING), inside="<Description>Which one?</Description>", more=more)
    path = project(tmp_path / "p.qdpx", inner)
    where = "T1 {}-{}".format(*at(TRAINING))
    assert bring(study, path).summary["left_out"] == {}
    assert memos(taken_over(study, path)) == {("Which one?", f"T1;{where}", "KL", "2024-03-02", "analytic")}


def test_descriptions_of_texts_cases_and_the_project_are_memos_and_those_of_codes_are_not(study, tmp_path):
    codes = CODES.replace('isCodable="true"/>', 'isCodable="true"><Description>No hours.</Description></Code>', 1)
    codes += f'<Cases><Case guid="{K1}" name="P1"><Description>Shy.</Description></Case></Cases>'
    path = project(
        tmp_path / "p.qdpx",
        "<Description>By phone.</Description>" + two(TALK),
        codes=codes,
        rest="<Description>What we want.</Description>",
    )
    assert memos(taken_over(study, path)) == {
        ("By phone.", "T1", "", "", "analytic"),
        ("Shy.", "P1", "", "", "analytic"),
        ("What we want.", "", "", "", ""),
    }


def test_memos_lie_where_the_offsets_of_their_document_say(study, tmp_path):
    """NVivo counts a Windows line end as two, and the study's text has a name replaced before the passage."""
    (study.raw / "transcripts" / "T1.txt").write_text(TALK.replace("How did it", "How on [name 1] did it"), "utf-8")
    text = TALK.replace("\n", "\r\n")
    inner = two(text) + selection(*at(TRAINING, text), inside="<Description>Which one?</Description>")
    found = taken_over(study, project(tmp_path / "p.qdpx", inner, text=text))
    start = at(TRAINING)[0] + len("on [name 1] ")
    assert list(found.memos["about"]) == [f"T1;T1 {start}-{start + len(TRAINING)}"]


def test_what_the_study_does_not_know_is_said_and_the_memo_is_kept(study, tmp_path):
    codes = CODES.replace("</Codes>", f'<Code guid="{E}" name="Hope" isCodable="true">{ref(N1)}</Code></Codes>')
    sources = f'<TextSource {SOURCE}>{two(TALK)}</TextSource><PictureSource guid="{K1}" name="photo.jpg">{ref(N1)}</PictureSource>'
    path = project(tmp_path / "p.qdpx", codes=codes, sources=sources, rest=f"<Notes>{note(N1, 'Light.')}</Notes>")
    brought = bring(study, path)
    assert "Also read: 1 memo." in brought.messages
    said = "\n".join(map(str, brought.warnings))
    assert "memos about document 'photo.jpg', which the study has no transcript for: 1." in said
    assert "memos about code 'Hope', which is not in codebook mih 1.0.0: 1." in said
    found = taken_over(study, path)
    assert (list(found.memos["about"]), list(found.memos["unknown"])) == ([""], ["Hope;photo.jpg"])


def test_a_memo_keeps_its_id_when_a_newer_export_comes(study, tmp_path):
    def made(text: str) -> Path:
        notes = f"<Notes>{note(N1, text)}{note(N2, '')}</Notes>"
        return project(tmp_path / "p.qdpx", two(TALK), rest=notes)

    first = taken_over(study, made("Hm."))
    with pytest.raises(CodingsError, match="Memos: 0 appeared, 0 vanished, 1 changed, 0 stayed"):
        import_codings(study, made("Hm, no."))
    again = taken_over(study, made("Hm, no."), replace=True)
    assert list(first.memos["memo"]) == list(again.memos["memo"])
    assert list(again.memos["text"]) == ["Hm, no."]
    assert bring(study, made("Hm.")).summary["left_out"] == {"memo_without_text": 1}


# ---------------------------------------------------------------- REFI-QDA: cases and variables


def test_a_case_is_texts_passages_and_codes_and_what_is_coded_with_it(study, tmp_path):
    other = selection(*at(NO_TIME), coding(K2))
    codes = (
        CODES + f'<Cases><Case guid="{K1}" name="P1"><CodeRef targetGUID="{B}"/><SourceRef targetGUID="{F}"/>'
        f'<SelectionRef targetGUID="{C}"/></Case><Case guid="{K2}" name="Anna"/><Case guid="{N1}" name="Nobody"/></Cases>'
    )
    inner = selection(*at(BOSS), coding(B, U2)) + other.replace(C, E)
    path = project(tmp_path / "p.qdpx", inner, codes=codes)
    brought = bring(study, path)
    assert (brought.summary["codings"], brought.summary["left_out"]) == (1, {})
    assert "Also read: 3 cases." in brought.messages
    assert parts(taken_over(study, path)) == [
        ("Anna", "span", NO_TIME, ""),
        ("Nobody", "", "", ""),
        ("P1", "code", "", "boss"),
        ("P1", "transcript", "T1", ""),
        ("P1", "span", BOSS, ""),
    ]


def test_a_case_among_the_codes_is_no_code(study, tmp_path):
    """NVivo lists its cases in the code book, too, under the same GUID."""
    codes = CODES.replace("</Codes>", f'<Code guid="{K1}" name="Anna" isCodable="true"/></Codes>')
    codes += f'<Cases><Case guid="{K1}" name="Anna"/></Cases>'
    path = project(tmp_path / "p.qdpx", selection(*at(BOSS), coding(K1)), codes=codes)
    summary = bring(study, path).summary
    assert (summary["codes"], summary["codings"]) == (2, 0)
    assert parts(taken_over(study, path)) == [("Anna", "span", BOSS, "")]


def test_variables_of_cases_and_of_texts_are_attributes_with_their_types(study, tmp_path):
    codes = CODES + VARIABLES
    codes += f'<Cases><Case guid="{K1}" name="P1">{value(V1, "20-29")}{value(V2, "3", "Integer")}<SourceRef targetGUID="{F}"/>'
    codes += f'</Case><Case guid="{K2}" name="P2">{value(V1, "")}</Case></Cases>'
    path = project(tmp_path / "p.qdpx", two(TALK) + value(V2, "5", "Integer"), codes=codes)
    brought = bring(study, path)
    assert brought.summary["left_out"] == {"variable_description": 1}
    assert "Also read: 2 cases, 3 attribute values." in brought.messages
    assert values(taken_over(study, path)) == [
        ("case", "P1", "Age group", "Text", "20-29", "T1"),
        ("case", "P1", "Years", "Integer", "3", "T1"),
        ("document", "T1", "Years", "Integer", "5", "T1"),
    ]


def test_a_case_without_a_name_is_how_maxqda_and_quirkos_write_the_variables_of_a_text(study, tmp_path):
    codes = CODES + VARIABLES
    codes += f'<Cases><Case guid="{K1}">{value(V1, "20-29")}<SourceRef targetGUID="{F}"/></Case></Cases>'
    found = taken_over(study, project(tmp_path / "p.qdpx", two(TALK), codes=codes))
    assert values(found) == [("document", "T1", "Age group", "Text", "20-29", "T1")]
    assert len(found.cases) == 0


def test_cases_of_one_name_are_two_cases(study, tmp_path):
    codes = CODES + f'<Cases><Case guid="{K1}" name="P"/><Case guid="{K2}" name="P"/></Cases>'
    found = taken_over(study, project(tmp_path / "p.qdpx", two(TALK), codes=codes))
    assert list(found.cases["case"]) == ["P [77777777]", "P [88888888]"]


def test_a_part_of_a_case_that_has_no_place_says_why(study, tmp_path):
    codes = CODES + f'<Cases><Case guid="{K1}" name="P1"><SelectionRef targetGUID="{C}"/></Case></Cases>'
    path = project(tmp_path / "p.qdpx", two(TALK).replace(C, E) + selection(90, 4000), codes=codes)
    assert any(
        "parts of cases without a place (offsets 90–4000 lie beyond" in str(one) for one in bring(study, path).warnings
    )
    (row,) = taken_over(study, path).cases.to_dict("records")
    assert (row["transcript"], row["scope"]) == ("T1", "span")
    assert "lie beyond the text of document 'T1'" in row["reason"]


def test_a_project_of_cases_alone_calibrates_by_its_cases(study, tmp_path):
    text = TALK.replace("\n", "\r\n")
    spans = [at(words, text) for words in (NO_TIME, BOSS, TRAINING, "And then", "How did it go")]
    inner = "".join(selection(*span, coding(K1)).replace(C, f"{n}{C[1:]}") for n, span in enumerate(spans))
    codes = CODES + f'<Cases><Case guid="{K1}" name="P1"/></Cases>'
    found = taken_over(study, project(tmp_path / "p.qdpx", inner, text=text, codes=codes))
    assert {part[2] for part in parts(found)} == {NO_TIME, BOSS, TRAINING, "And then", "How did it go"}


# ---------------------------------------------------------------- QualCoder

BESIDE = """
    create table case_text (id integer primary key, caseid integer, fid integer, pos0 integer, pos1 integer, owner text,
        date text, memo text);
    create table attribute_type (name text primary key, date text, owner text, memo text, caseOrFile text, valuetype text);
    create table attribute (attrid integer primary key, name text, attr_type text, value text, id integer, date text,
        owner text);
    create table annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer, memo text, owner text,
        date text);
    create table journal (jid integer primary key, name text, jentry text, date text, owner text);
    update project set memo = 'What we want.';
    update source set memo = 'By phone.' where id = 1;
    update source set memo = 'A photo.' where id = 2;
    update code_name set memo = 'Or is it money?' where cid = 1;
    update code_cat set memo = 'To be parted.', owner = 'KL' where catid = 1;
    update cases set memo = 'Shy.' where caseid = 1;
    insert into journal values (1, 'Week 1', 'Tired.', '2024-03-04 09:00:00', 'KL');
"""


def test_all_sorts_of_memos_of_qualcoder_are_taken_over(study, tmp_path):
    from test_codings_tools import BOSS as HELPED
    from test_codings_tools import CODEBOOK as BOOK
    from test_codings_tools import TALK as TEXT

    small_study(
        study.root, codebook=BOOK.replace("codes:\n", "codes:\n  - {id: barriers, label: Barriers}\n"), talk=TEXT
    )
    start = TEXT.index(HELPED)
    more = BESIDE + f"insert into annotation values (1, 1, {start}, {start + 8}, 'Who?', 'KL', '2024-03-03 09:00:00');"
    path = qualcoder(tmp_path / "data.qda", more=more)
    brought = bring(study, path)
    assert brought.summary["left_out"] == {"picture": 1}
    assert "Also read: 8 memos, 1 case." in brought.messages
    found = taken_over(study, path)
    assert memos(found) == {
        ("What we want.", "", "", "", ""),
        ("By phone.", "T1", "RB", "", "analytic"),
        ("A photo.", "", "RB", "", "analytic"),
        ("Or is it money?", "time", "RB", "", "analytic"),
        ("To be parted.", "barriers", "KL", "", "analytic"),
        ("Shy.", "P1", "RB", "", "analytic"),
        ("Who?", f"T1;T1 {start}-{start + 8}", "KL", "2024-03-03", "analytic"),
        ("Tired.", "", "KL", "2024-03-04", ""),
    }
    assert "Week 1" in list(found.memos["title"])


@pytest.mark.parametrize("shorter", [0, 1], ids=["to past its last character", "to its last character"])
def test_a_case_of_qualcoder_is_a_file_or_a_part_of_one(study, tmp_path, shorter):
    from test_codings_tools import BOSS as HELPED
    from test_codings_tools import CODEBOOK as BOOK
    from test_codings_tools import TALK as TEXT

    small_study(study.root, codebook=BOOK, talk=TEXT)
    start, length = TEXT.index(HELPED), len(TEXT)
    more = (
        BESIDE
        + f"""
        insert into cases values (2, 'P2', '', 'RB', ''), (3, 'P3', '', 'RB', '');
        insert into case_text values (1, 1, 1, 0, {length - shorter}, 'RB', '', ''),
            (2, 2, 1, {start}, {start + len(HELPED)}, 'RB', '2024-03-03', 'only here'), (3, 9, 1, 0, 5, 'RB', '', '');
        insert into attribute_type values ('Age', '', '', '', 'case', 'numeric'), ('Mode', '', '', '', 'file', 'character');
        insert into attribute values (1, 'Age', 'case', '31', 1, '', ''), (2, 'Age', 'case', '', 2, '', ''),
            (3, 'Mode', 'file', 'phone', 1, '', ''), (4, 'Age', 'case', '40', 9, '', '');
        """
    )
    path = qualcoder(tmp_path / "data.qda", more=more)
    assert bring(study, path).summary["left_out"] == {
        "attribute_of_nothing": 1,
        "case_part_of_nothing": 1,
        "picture": 1,
    }
    found = taken_over(study, path)
    columns = ["case", "transcript", "scope", "start", "end"]
    assert found.cases[columns].astype(object).where(found.cases[columns].notna(), None).values.tolist() == [
        ["P1", "T1", "transcript", 0, len(TEXT.rstrip("\n"))],
        ["P2", "T1", "span", start, start + len(HELPED)],
        ["P3", "", "", None, None],
    ]
    assert values(found) == [
        ("case", "P1", "Age", "numeric", "31", "T1"),
        ("document", "T1.txt", "Mode", "character", "phone", "T1"),
    ]
    part = f"P2;T1;T1 {start}-{start + len(HELPED)}"
    assert ("only here", part, "RB", "2024-03-03", "analytic") in memos(found)


# ---------------------------------------------------------------- Word


def test_a_remark_in_word_is_a_memo_and_so_are_the_replies_to_it(study, tmp_path):
    extended = '<w15:commentEx w15:paraId="00000002" w15:paraIdParent="00000001" w15:done="0"/>'
    paragraphs = [t("P: Then ") + begin(1) + t(BOSS) + end(1) + t("."), '<w:r><w:commentReference w:id="3"/></w:r>']
    remark = "I wonder what she means by this, and whether he did."
    comments = [
        comment(1, remark),
        comment(2, "So do I, very much", "KL"),
        comment(3, "Ask her about all of it again, please."),
    ]
    found = taken_over(study, word(tmp_path / "T1.docx", paragraphs, comments, extended))
    assert memos(found) == {
        (remark, f"T1;{AT_BOSS}", "RB", "2024-03-01", "analytic"),
        ("So do I, very much", f"T1;{AT_BOSS}", "KL", "2024-03-01", "analytic"),
        ("Ask her about all of it again, please.", "T1", "RB", "2024-03-01", "analytic"),
    }


def test_a_reply_to_a_reply_is_in_the_memo_of_the_code_that_both_answer(study, tmp_path):
    extended = "".join(
        f'<w15:commentEx w15:paraId="0000000{child}" w15:paraIdParent="0000000{child - 1}" w15:done="0"/>'
        for child in (2, 3)
    )
    paragraph = t("P: Then ") + begin(1) + t(BOSS) + end(1)
    comments = [
        comment(1, "boss"),
        comment(2, "Is it? I do not think so at all"),
        comment(3, "It is, I asked him", "KL"),
    ]
    found = taken_over(study, word(tmp_path / "T1.docx", [paragraph], comments, extended))
    assert list(found.codings["memo"]) == ["Is it? I do not think so at all\nIt is, I asked him"]
    assert len(found.memos) == 0


# ---------------------------------------------------------------- Taguette


def test_descriptions_of_a_taguette_project_and_its_documents_are_memos_and_those_of_tags_are_not(study, tmp_path):
    path = tmp_path / "taguette.sqlite3"
    shutil.copyfile(SPECIMENS / path.name, path)
    base = sqlite3.connect(path)
    base.executescript(
        "update projects set description = 'What we want.'; update documents set description = 'By phone.';"
    )
    base.executescript("update tags set description = 'No hours.';")
    base.close()
    assert memos(taken_over(study, path, coder="RB")) == {
        ("What we want.", "", "RB", "", ""),
        ("By phone.", "T1", "RB", "", "analytic"),
    }

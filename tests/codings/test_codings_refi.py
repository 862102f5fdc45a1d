"""REFI-QDA projects as other programs write them: each incompatibility that is known has a file here."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest
from conftest import small_study

from qualcode.codings.bring_in import Brought, import_codings
from qualcode.codings.calibrate import Span, calibrate
from qualcode.codings.model import OwnText, Sidecar
from qualcode.codings.read import read_codings
from qualcode.codings.refi import read
from qualcode.errors import CodingsError
from qualcode.study import Study
from qualcode.tables import TABLES

TALK = (
    "I: How did it go?\n\nP: We had no time at all for the training.\n\nI: And then?\n\nP: Then the boss helped us.\n"
)
CODEBOOK = (
    "name: mih\nversion: 1.0.0\ncodes:\n  - {id: time, label: Too little time}\n  - {id: boss, label: The boss}\n"
    "  - {id: up, label: Up}\n  - {id: down, label: Down}\n"
    "  - {id: up_time, label: Same, parent: up}\n  - {id: down_time, label: Same, parent: down}\n"
)
NO_TIME, BOSS, TRAINING = "no time at all", "the boss helped us", "the training"
A, B, C, D, E, F = (f"{letter * 8}-{letter * 4}-4{letter * 3}-8{letter * 3}-{letter * 12}" for letter in "abcdef")
U1, U2 = ("1" * 8 + "-1111-1111-1111-" + "1" * 12, "2" * 8 + "-2222-2222-2222-" + "2" * 12)
CORPORA = Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")
USERS = f'<Users><User guid="{U1}" name="RB"/><User guid="{U2}" name="KL"/></Users>'
CODES = (
    f'<CodeBook><Codes><Code guid="{A}" name="Too little time" isCodable="true"/>'
    f'<Code guid="{B}" name="The boss" isCodable="true"/></Codes></CodeBook>'
)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study.load(small_study(tmp_path / "study", codebook=CODEBOOK, talk=TALK))


def selection(start: object, end: object, *codings: str, name: str = "", more: str = "", inside: str = "") -> str:
    named = f' name="{name}"' if name else ""
    inner = "".join(codings)
    return (
        f'<PlainTextSelection guid="{C}" startPosition="{start}" endPosition="{end}"{named} {more}>{inside}{inner}'
        "</PlainTextSelection>"
    )


def coding(code: str = A, user: str = U1, more: str = "") -> str:
    by = f' creatingUser="{user}"' if user else ""
    return f'<Coding guid="{D}"{by} {more}><CodeRef targetGUID="{code}"/></Coding>'


def at(words: str, text: str = TALK, *, unit: str = "") -> tuple[int, int]:
    """Where words stand: in code points, or as another program counts them."""
    start = text.index(words)
    if unit == "utf-16":
        return tuple(len(part.encode("utf-16-le")) // 2 for part in (text[:start], text[: start + len(words)]))
    if unit == "bytes":
        return tuple(len(part.encode()) for part in (text[:start], text[: start + len(words)]))
    return start, start + len(words)


def project(
    path: Path,
    inner: str = "",
    *,
    text: str | bytes | None = TALK,
    qde: str = "project.qde",
    folder: str = "sources",
    users: str = USERS,
    codes: str = CODES,
    source: str = f'guid="{F}" name="T1" plainTextPath="internal://{F}.txt"',
    namespace: str = "urn:QDA-XML:project:1.0",
    bom: bool = False,
    sources: str = "",
    rest: str = "",
) -> Path:
    body = sources or f"<TextSource {source}>{inner}</TextSource>"
    xml = (
        f'<?xml version="1.0" encoding="utf-8"?><Project name="p" xmlns="{namespace}">{users}{codes}'
        f"<Sources>{body}</Sources>{rest}</Project>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(qde, (b"\xef\xbb\xbf" if bom else b"") + xml.encode())
        if text is not None:
            archive.writestr(f"{folder}/{F}.txt", text if isinstance(text, bytes) else text.encode())
    return path


def bring(study: Study, path: Path, **more: object) -> Brought:
    return import_codings(study, path, **{"dry_run": True, **more})


def spans(study: Study, path: Path, **more: object) -> list[tuple[str, str, str]]:
    """What the study has after the import: the words coded, the code, the coder."""
    import_codings(study, path, **more)
    study = Study.load(study.root)
    from qualcode.codebook import load_codebook
    from qualcode.transcripts import read_transcripts

    made = read_transcripts(study)
    book = load_codebook(study).table()
    table = read_codings(study, made.transcripts, made.turns, made.texts, TABLES["edits"].empty(), book).codings
    return [
        (made.texts[row.transcript][row.start : row.end], row.code, row.coder) for row in table.itertuples(index=False)
    ]


def two(text: str, **more: str) -> str:
    """The two passages coded, as counted in `text`."""
    return selection(*at(NO_TIME, text, **more), coding()) + selection(*at(BOSS, text, **more), coding(B, U2))


FOUND = [(NO_TIME, "time", "RB"), (BOSS, "boss", "KL")]


def test_a_project_by_the_standard_is_read_as_it_is(study, tmp_path):
    path = project(tmp_path / "p.qdpx", two(TALK))
    assert bring(study, path).summary == {
        "kind": "qdpx",
        "documents": 1,
        "unmatched": 0,
        "codes": 2,
        "coders": ["KL", "RB"],
        "codings": 2,
        "anchored": {"as_given": 2, "calibrated": 0, "by_text": 0, "refused": 0},
        "left_out": {},
    }
    assert spans(study, path) == FOUND


@pytest.mark.parametrize(
    "as_written",
    [{"qde": "My study.qde"}, {"folder": "Sources"}, {"bom": True}, {"namespace": "urn:QDA-XML:project:0:4"}],
    ids=["named after the project (ATLAS.ti)", "folder with a capital", "mark before the XML", "older vocabulary"],
)
def test_a_project_written_another_way_is_read_alike(study, tmp_path, as_written):
    assert spans(study, project(tmp_path / "p.qdpx", two(TALK), **as_written)) == FOUND


@pytest.mark.parametrize(
    ("text", "counted", "how"),
    [
        ("\ufeff" + TALK, TALK, "as_given"),  # QualCoder: a mark that does not count
        ("\ufeff" + TALK, "\ufeff" + TALK, "calibrated"),  # a mark that counts
        (TALK.replace("\n", "\r\n"), TALK, "as_given"),  # ATLAS.ti: a line end counts one
        (TALK.replace("\n", "\r\n"), TALK.replace("\n", "\r\n"), "calibrated"),  # NVivo: it counts two
        ("\ufeff" + TALK.replace("\n", "\r\n"), "\ufeff" + TALK.replace("\n", "\r\n"), "calibrated"),
    ],
    ids=["mark not counted", "mark counted", "CRLF counts one", "CRLF counts two", "both count"],
)
def test_marks_and_line_ends_are_calibrated(study, tmp_path, text, counted, how):
    path = project(tmp_path / "p.qdpx", two(counted), text=text)
    assert bring(study, path).summary["anchored"][how] == 2
    assert spans(study, path) == FOUND


@pytest.mark.parametrize("unit", ["utf-16", "bytes"])
def test_other_units_are_calibrated(study, tmp_path, unit):
    text = TALK.replace("How did", "How 😀 did — né")
    (study.raw / "transcripts" / "T1.txt").write_text(text, encoding="utf-8")
    path = project(tmp_path / "p.qdpx", two(text, unit=unit), text=text)
    assert bring(study, path).summary["anchored"]["calibrated"] == 2
    assert spans(study, path) == FOUND


def test_an_end_that_is_the_last_character_is_calibrated():
    words = [NO_TIME, BOSS, TRAINING, "How did it go", "And then"]
    given = [Span(TALK.index(w), TALK.index(w) + len(w) - 1, w) for w in words]
    result = calibrate(OwnText(TALK), given, name="T1")
    assert str(result.convention) == "characters, the end is the last character"
    assert [TALK[place.start : place.end] for place in result.placed] == words


def test_below_the_margin_nothing_is_guessed():
    text = "\ufeffa b c d e f g h\n"
    result = calibrate(OwnText(text), [Span(2, 3), Span(4, 5)], name="T1")  # every second place is a word: mark or not?
    given = [getattr(place, "cause", place) for place in result.placed]
    assert result.margin > 0.1 or all("cannot be told" in str(cause) for cause in given)


def test_places_taken_at_random_are_not_believed():
    text = "unbelievable circumstances notwithstanding " * 20
    given = [Span(at, at + 7) for at in (4, 17, 31, 46, 60, 75, 90, 105, 147)]
    result = calibrate(OwnText(text), given, name="T1")
    assert result.convention is None
    assert all("how the offsets of document 'T1' are counted cannot be told" in place.cause for place in result.placed)


def test_a_plain_text_called_rich_text_changes_nothing(study, tmp_path):
    source = f'guid="{F}" name="T1" richTextPath="internal://{F}.txt" plainTextPath="internal://{F}.txt"'
    assert spans(study, project(tmp_path / "p.qdpx", two(TALK), source=source)) == FOUND


@pytest.mark.parametrize("path", ["{}.txt", "relative:///{}.txt", "absolute:///C:/x/{}.txt"])
def test_a_text_is_found_whatever_its_path_says(study, tmp_path, path):
    source = f'guid="{F}" name="T1" plainTextPath="{path.format(F)}"'
    assert spans(study, project(tmp_path / "p.qdpx", two(TALK), source=source)) == FOUND


def test_a_text_inside_the_xml_is_read(study, tmp_path):
    inner = f"<PlainTextContent>{TALK}</PlainTextContent>{two(TALK)}"
    path = project(tmp_path / "p.qdpx", inner, text=None, source=f'guid="{F}" name="T1"')
    assert spans(study, path) == FOUND


def test_without_a_text_only_quoted_passages_are_placed(study, tmp_path):
    inner = selection(3, 9, coding(), name=NO_TIME) + selection(5, 9, coding(B))
    path = project(tmp_path / "p.qdpx", inner, text=None, source=f'guid="{F}" name="T1"')
    brought = bring(study, path)
    assert brought.summary["anchored"] == {"as_given": 0, "calibrated": 0, "by_text": 1, "refused": 1}
    assert any("the file has no plain text of it" in line for line in brought.messages)


def test_missing_dates_are_no_trouble(study, tmp_path):
    inner = selection(*at(NO_TIME), coding(), more='modifiedDateTime="2024-01-02T03:04:05"')
    assert spans(study, project(tmp_path / "p.qdpx", inner)) == FOUND[:1]


def test_selections_that_say_nothing_and_values_of_no_variable_are_counted(study, tmp_path):
    inner = selection(*at(BOSS), inside="<Description>nice</Description>") + selection(*at(TRAINING)) + two(TALK)
    inner += f'<VariableValue><VariableRef targetGUID="{E}"/><TextValue>x</TextValue></VariableValue>'
    summary = bring(study, project(tmp_path / "p.qdpx", inner)).summary
    assert summary["left_out"] == {"selection_without_code": 1, "variable_value": 1}


def test_a_coding_of_a_case_is_no_coding(study, tmp_path):
    codes = CODES + f'<Cases><Case guid="{E}" name="P1"/></Cases>'
    path = project(tmp_path / "p.qdpx", selection(*at(BOSS), coding(E)) + two(TALK), codes=codes)
    summary = bring(study, path).summary
    assert (summary["codings"], summary["left_out"]) == (2, {})


def test_a_code_above_others_can_be_coded_with(study, tmp_path):
    codes = (
        f'<CodeBook><Codes><Code guid="{A}" name="Too little time" isCodable="true">'
        f'<Code guid="{B}" name="The boss" isCodable="true"/></Code></Codes></CodeBook>'
    )
    assert spans(study, project(tmp_path / "p.qdpx", two(TALK), codes=codes)) == FOUND


def test_one_name_in_two_branches_is_told_apart_by_the_path(study, tmp_path):
    codes = (
        f'<CodeBook><Codes><Code guid="{E}" name="Up" isCodable="false"><Code guid="{A}" name="Same" isCodable="true"/>'
        f'</Code><Code guid="{C}" name="Down" isCodable="true"><Code guid="{B}" name="Same" isCodable="true"/></Code>'
        "</Codes></CodeBook>"
    )
    found = spans(study, project(tmp_path / "p.qdpx", two(TALK), codes=codes))
    assert [code for _, code, _ in found] == ["up_time", "down_time"]


def test_mangled_marks_before_a_passage_are_overcome_by_its_words(study, tmp_path):
    mangled = TALK.replace("How did", "Hoâ€™w did")  # everything after it has shifted by two
    inner = selection(*at(NO_TIME), coding(), name=NO_TIME) + selection(*at(BOSS), coding(B, U2), name=BOSS)
    path = project(tmp_path / "p.qdpx", inner, text=mangled)
    assert bring(study, path).summary["anchored"]["by_text"] == 2
    assert spans(study, path) == FOUND


def test_a_quote_cut_short_keeps_its_length(study, tmp_path):
    inner = selection(*at(NO_TIME + " for the training"), coding(), name="no time at al…")
    path = project(tmp_path / "p.qdpx", inner)
    assert spans(study, path) == [(NO_TIME + " for the training", "time", "RB")]


def test_guids_are_the_same_in_braces_and_capitals(study, tmp_path):
    inner = selection(*at(NO_TIME), coding("{" + A.upper() + "}", "{" + U1 + "}"))
    assert spans(study, project(tmp_path / "p.qdpx", inner)) == FOUND[:1]


def test_an_empty_source_of_one_byte_is_a_document(study, tmp_path):
    path = project(tmp_path / "p.qdpx", text=b"\n")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("sources/.root", b"")
    summary = bring(study, path).summary
    assert (summary["documents"], summary["codings"]) == (1, 0)


def test_sources_of_one_name_are_two_documents(study, tmp_path):
    sources = "".join(
        f'<TextSource guid="{guid}" name="T1"><PlainTextContent>{text}</PlainTextContent>'
        f"{selection(*at(BOSS, text), coding(B))}</TextSource>"
        for guid, text in ((E, TALK), (F, TALK.replace("How", "Well, how")))
    )
    summary = bring(study, project(tmp_path / "p.qdpx", sources=sources, text=None)).summary
    assert (summary["documents"], summary["codings"], summary["anchored"]["as_given"]) == (2, 2, 2)


def test_a_coding_of_the_whole_document_codes_the_transcript(study, tmp_path):
    ((words, code, coder),) = spans(study, project(tmp_path / "p.qdpx", coding()))
    assert (words.strip(), code, coder) == (TALK.strip(), "time", "RB")


def test_who_coded_is_looked_for_in_this_order(study, tmp_path):
    inner = (
        selection(*at(NO_TIME), coding(user=U2), more=f'creatingUser="{U1}"')
        + selection(*at(BOSS), coding(user=""), more=f'creatingUser="{U1}" modifyingUser="{U2}"')
        + selection(*at(TRAINING), coding(user=""), more=f'modifyingUser="{U2}"')
        + selection(*at("And then"), coding(user=""))
    )
    path = project(tmp_path / "p.qdpx", inner)
    found = read(path, where="p", sidecar=Sidecar(), coder="XX")
    assert [given.coder for given in found.given] == ["KL", "RB", "KL", "XX"]


# ---------------------------------------------------------------- matching documents


def test_a_document_under_another_name_is_matched_by_its_words(study, tmp_path):
    other = TALK.replace("I: How did it go?\n\n", "") + "\nThank you very much for your time and for everything.\n"
    source = f'guid="{F}" name="Interview of Monday" plainTextPath="internal://{F}.txt"'
    path = project(tmp_path / "p.qdpx", two(other), text=other, source=source)
    brought = bring(study, path)
    assert brought.summary["unmatched"] == 0
    assert any("transcript T1 (by words" in line for line in brought.messages)
    assert spans(study, path) == FOUND
    assert "Interview of Monday: T1" in (study.raw / "codings" / "p.qdpx.import.yaml").read_text(encoding="utf-8")


def test_a_document_that_is_not_in_the_study_is_anchored_and_refused(study, tmp_path):
    other = "A quite different talk about gardens, seeds, rain and the weather of last year.\n"
    source = f'guid="{F}" name="T9" plainTextPath="internal://{F}.txt"'
    path = project(tmp_path / "p.qdpx", selection(*at("seeds", other), coding()), text=other, source=source)
    summary = bring(study, path).summary
    assert (summary["unmatched"], summary["anchored"]["as_given"]) == (1, 1)
    assert spans(study, path) == []


def test_a_span_moves_with_the_text_that_differs(study, tmp_path):
    """The file's text has a name that the study's has replaced, and other white space."""
    (study.raw / "transcripts" / "T1.txt").write_text(TALK.replace("the boss", "[name 1]"), encoding="utf-8")
    text = "Interview with Anna\n\n" + TALK
    path = project(tmp_path / "p.qdpx", two(text), text=text)
    assert bring(study, path).summary["anchored"] == {"as_given": 2, "calibrated": 0, "by_text": 0, "refused": 0}
    assert spans(study, path) == [(NO_TIME, "time", "RB"), ("[name 1] helped us", "boss", "KL")]


def test_a_newer_export_says_what_appeared_vanished_and_moved(study, tmp_path):
    def made(name: str, start: int, words: str) -> Path:
        (tmp_path / name).mkdir()
        kept_one = selection(*at(NO_TIME), coding().replace(D, "1" + D[1:]))
        moved = selection(start, at(BOSS)[1], coding(B).replace(D, "2" + D[1:]))
        other = selection(*at(words), coding().replace(D, words[0].encode().hex()[0] + "3" + D[2:]))
        return project(tmp_path / name / "p.qdpx", kept_one + moved + other)

    import_codings(study, made("old", at(BOSS)[0], "And then"))
    with pytest.raises(CodingsError, match="1 appeared, 1 vanished, 1 moved, 1 stayed"):
        import_codings(study, made("new", at(BOSS)[0] + 4, "the training"))


# ---------------------------------------------------------------- bad input


def refused(study: Study, path: Path) -> str:
    with pytest.raises(CodingsError) as caught:
        bring(study, path)
    assert not (study.raw / "codings").exists()
    return str(caught.value)


def test_a_truncated_archive_is_refused(study, tmp_path):
    path = project(tmp_path / "p.qdpx", two(TALK))
    path.write_bytes(path.read_bytes()[:-60])
    assert "this archive is damaged or not whole" in refused(study, path)


def test_damaged_content_is_refused(study, tmp_path):
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", "<Project><Users>")
    assert "this XML is damaged or not whole" in refused(study, path)


def test_a_bomb_is_refused(study, tmp_path):
    path = project(tmp_path / "p.qdpx", two(TALK), text=None)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"sources/{F}.txt", b"0" * 60_000_000)
    assert "unpacks to 60000000 bytes" in refused(study, path)


@pytest.mark.parametrize("name", ["../../evil.txt", "/etc/evil.txt", "sources/../../evil.txt", "C:\\evil.txt"])
def test_a_path_that_leaves_the_archive_is_refused(study, tmp_path, name):
    path = project(tmp_path / "p.qdpx", two(TALK))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, b"x")
    assert "points outside the archive" in refused(study, path)


def test_external_entities_are_refused_and_nothing_is_read(study, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        xml = f'<!DOCTYPE p [<!ENTITY x SYSTEM "{secret.as_uri()}">]><Project>&x;</Project>'
        archive.writestr("project.qde", xml)
    said = refused(study, path)
    assert "declares entities" in said
    assert "secret" not in said


def test_guids_that_clash_are_refused_with_both_names(study, tmp_path):
    codes = CODES.replace(B, A)
    said = refused(study, project(tmp_path / "p.qdpx", two(TALK), codes=codes))
    assert f"two codes have the GUID {A}: 'Too little time' and 'The boss'" in said


@pytest.mark.parametrize(
    ("inner", "cause"),
    [
        (selection(90, 4000, coding()), "offsets 90–4000 lie beyond the text of document 'T1'"),
        (selection(9, 9, coding()), "offsets 9–9 hold nothing"),
        (selection(*at(BOSS), coding(E)), "it names no code that the file holds"),
        (selection(*at(BOSS), coding(user="")), "nobody is named as coder"),
    ],
    ids=["beyond", "nothing", "no code", "nobody"],
)
def test_a_coding_that_cannot_be_used_is_listed_and_the_others_are_kept(study, tmp_path, inner, cause):
    path = project(tmp_path / "p.qdpx", two(TALK) + selection(*at(TRAINING), coding()) + inner)
    brought = bring(study, path)
    assert any(cause in str(problem) and "coding 4" in str(problem) for problem in brought.warnings)
    assert len(spans(study, path)) == 3


# ---------------------------------------------------------------- what other programs wrote


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the real files are not there")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("demo", (262, 2, 205, ["cp"], 205)),
        ("nvivo_project", (262, 2, 0, ["chrisp", "cp"], 0)),
    ],
)
def test_the_published_counts_of_real_projects_come_out(study, name, expected):
    path = CORPORA / "coded" / "refi_qda_demo" / f"{name}.qdpx"
    summary = bring(study, path).summary
    assert (
        summary["codes"],
        summary["documents"],
        summary["codings"],
        summary["coders"],
        summary["anchored"]["as_given"],
    ) == expected
    assert (summary["unmatched"], summary["left_out"]) == (2, {})


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the real files are not there")
def test_all_codings_of_the_real_project_lie_in_one_document_under_77_codes():
    path = CORPORA / "coded" / "refi_qda_demo" / "demo.qdpx"
    found = read(path, where="demo", sidecar=Sidecar())
    assert {given.document for given in found.given} == {"board_2017"}
    assert len({given.code_id for given in found.given}) == 77
    assert len({(given.start, given.end) for given in found.given}) == 158

"""`qualcode export`: what goes out comes in again, and other programs' rules are kept."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from qualcode.cli import cli
from qualcode.codings.bring_in import import_codings
from qualcode.codings.writers import export, load_layer
from qualcode.errors import CodingsError
from qualcode.study import Study

TALK = "I: How did it go?\n\nP: We had no time at all – née 😀 nobody.\n\nI: And then?\n\nP: Then the boss helped us.\n"
CODEBOOK = (
    "name: mih\nversion: 1.0.0\ncodes:\n  - {id: barriers, label: Barriers, kind: theme}\n"
    "  - {id: time, label: 'Too little, too late', parent: barriers, definition: No hours., colour: '#aa0000'}\n"
    "  - {id: boss, label: The boss}\n  - {id: boss2, label: The boss}\n"
)
# one span by two coders, nested and crossing spans, a whole text, a span over lines, memos
ROWS = (
    "transcript,start,end,text,code,coder,memo,created\n"
    "T1,,,no time at all,time,RB,,2024-03-01T10:00:00Z\n"
    "T1,,,no time at all,time,KL,,\n"
    "T1,,,no time at all,boss,RB,why: hm,\n"
    "T1,,,time at all – née 😀 nobody,boss2,RB,,\n"
    "T1,18,79,,barriers,KL,,\n"
    "T1,,,*,boss,KL,,\n"
)
CORPORA = Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "small"
    for name, text in (
        ("config/study.yaml", "study: {title: Small}\n"),
        ("codebooks/mih/1.0.0.yaml", CODEBOOK),
        ("data/raw/transcripts/T1.txt", TALK),
        ("data/raw/codings/all.csv", ROWS),
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments)])


def codings(study: Path) -> list[tuple[object, ...]]:
    table = load_layer(Study.load(study)).codings
    columns = ["transcript", "scope", "start", "end", "code", "coder", "memo"]
    return sorted(tuple(row) for row in table[columns].itertuples(index=False))


MEMOS = (
    "memo,kind,about,author,date,text\n"
    "M01,reflexive,T1,KL,2024-03-04,I was tired.\n"
    "M02,,boss2;time,RB,,Are these one?\n"
    'M03,analytic,T1 32-36,RB,2024-03-05,"This word, twice\nover <lines>"\n'
    "M04,meeting,P07,,,We met.\n"
)


def memos(study: Path) -> list[list[str]]:
    return load_layer(Study.load(study)).memos.values.tolist()


def noted(study: Path) -> Path:
    """The study with memos, one of them about a coding."""
    coded = load_layer(Study.load(study)).codings
    ours = coded[(coded["code"] == "time") & (coded["coder"] == "RB")]["coding"].iloc[0]
    path = study / "data" / "raw" / "memos.csv"
    path.write_text(MEMOS + f"M05,analytic,{ours},RB,2024-03-05,Really?\n", encoding="utf-8")
    return study


def test_memos_go_out_and_come_in_again(study, tmp_path):
    before, coded, out = memos(noted(study)), codings(study), tmp_path / "out.qdpx"
    result = run("export", "--as", "qdpx", out, "-C", study)
    assert result.output.endswith("6 codings, 4 codes, 5 memos.\n")
    shutil.rmtree(study / "data" / "raw" / "codings")
    (study / "data" / "raw" / "memos.csv").unlink()
    brought = import_codings(Study.load(study), out)
    assert (brought.summary["left_out"], "Also read: 5 memos." in brought.messages) == ({}, True)
    after = memos(study)
    coded_now = load_layer(Study.load(study)).codings
    ours = coded_now[(coded_now["code"] == "time") & (coded_now["coder"] == "RB")]["coding"].iloc[0]
    assert codings(study) == coded
    # what is about a passage is about its transcript, too; REFI-QDA knows no participant; a coding has the id of its import
    expected = {"M03": "T1;T1 32-36", "M04": "", "M05": ours}
    kinds = {"M02": "analytic"}
    assert after == [[row[0], row[1] or kinds[row[0]], expected.get(row[0], row[2]), *row[3:]] for row in before]


def test_an_export_that_comes_back_doubles_no_memo_and_no_coding(study, tmp_path):
    before, coded = memos(noted(study)), codings(study)
    for name in ("one.qdpx", "two.qdpx"):
        export(load_layer(Study.load(study)), "qdpx", tmp_path / name)
        import_codings(Study.load(study), tmp_path / name, keep_both=True)
    assert codings(study) == coded
    after = memos(study)
    assert [row[:2] + row[3:] for row in after] == [[row[0], row[1] or "analytic", *row[3:]] for row in before]
    assert [row[2] for row in after] == [row[2] if row[0] != "M03" else "T1;T1 32-36" for row in before]


def test_memos_of_a_tool_go_out_and_come_back_once(study, tmp_path):
    document, remark = tmp_path / "T1.docx", "I wonder what she means here by saying that at all"
    export(load_layer(Study.load(study), "RB"), "docx", document)
    with zipfile.ZipFile(document) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["word/comments.xml"] = members["word/comments.xml"].replace(b"Too little, too late", remark.encode())
    with zipfile.ZipFile(document, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    import_codings(Study.load(study), document)
    before = memos(study)
    assert [row[5] for row in before] == [remark]
    export(load_layer(Study.load(study)), "qdpx", tmp_path / "out.qdpx")
    import_codings(Study.load(study), tmp_path / "out.qdpx")
    assert memos(study) == before


def test_a_layer_has_its_coder_s_memos_and_the_consensus_none(study):
    noted(study)
    assert list(load_layer(Study.load(study), "KL").memos["memo"]) == ["M01"]


def test_the_small_study_holds_what_its_sheet_says(study):
    assert [row[:6] for row in codings(study)] == [
        ("T1", "span", 18, 79, "barriers", "KL"),
        ("T1", "span", 29, 43, "boss", "RB"),
        ("T1", "span", 29, 43, "time", "KL"),
        ("T1", "span", 29, 43, "time", "RB"),
        ("T1", "span", 32, 58, "boss2", "RB"),
        ("T1", "transcript", 0, 102, "boss", "KL"),
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx", "qdpx", "docx", "jsonld"])
def test_what_goes_out_comes_in_again(study, tmp_path, form):
    before = codings(study)
    out = tmp_path / f"out.{form}"
    result = run("export", "--as", form, out, "-C", study)
    assert result.exit_code == 0, result.output
    shutil.rmtree(study / "data" / "raw" / "codings")
    brought = import_codings(Study.load(study), out)
    assert brought.summary["anchored"] == {"as_given": 6, "calibrated": 0, "by_text": 0, "refused": 0}
    assert codings(study) == before


@pytest.mark.parametrize("rule", ["now", "before"])
def test_a_code_that_was_renamed_in_the_tool_and_in_the_study_is_known_by_its_guid(study, tmp_path, rule):
    from qualcode.codebook.qdc import code_guid, former_guid

    before = codings(study)
    out = tmp_path / "out.qdpx"
    export(load_layer(Study.load(study)), "qdpx", out)
    with zipfile.ZipFile(out) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = (
        members["project.qde"]
        .decode()
        .replace('name="The boss"', 'name="Someone"')
        .replace("Too little", "Much too little")
    )
    for code in ("barriers", "time", "boss", "boss2") if rule == "before" else ():
        text = text.replace(code_guid("mih", code), former_guid(code))
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, text if name == "project.qde" else data)
    signed = "reason: r, by: RB, date: 2024-03-02}"
    second = CODEBOOK.replace("1.0.0", "1.1.0").replace("{id: boss2, label: The boss}", "{id: boss2, label: Chief}")
    second = second.replace("codes:", f"changes:\n  - {{do: rename, code: boss2, to: Chief, {signed}\ncodes:")
    (study / "codebooks" / "mih" / "1.1.0.yaml").write_text(second, encoding="utf-8")
    shutil.rmtree(study / "data" / "raw" / "codings")
    import_codings(Study.load(study), out)
    assert codings(study) == before


def test_a_code_that_was_merged_since_the_project_went_out_comes_back_as_what_it_became(study, tmp_path):
    out = tmp_path / "out.qdpx"
    export(load_layer(Study.load(study)), "qdpx", out)
    signed = "reason: r, by: RB, date: 2024-03-02}"
    second = CODEBOOK.replace("1.0.0", "1.1.0").replace("  - {id: boss, label: The boss}\n", "")
    second = second.replace("codes:", f"changes:\n  - {{do: merge, code: boss, to: time, {signed}\ncodes:")
    (study / "codebooks" / "mih" / "1.1.0.yaml").write_text(second, encoding="utf-8")
    shutil.rmtree(study / "data" / "raw" / "codings")
    import_codings(Study.load(study), out)
    # boss and boss2 have one label: only its GUID says that the first was merged
    assert [row[2:6] for row in codings(study)] == [
        (18, 79, "barriers", "KL"),
        (29, 43, "time", "KL"),
        (29, 43, "time", "RB"),
        (32, 58, "boss2", "RB"),
        (0, 102, "time", "KL"),
    ]


@pytest.mark.parametrize("form", ["csv", "xlsx", "qdpx", "jsonld"])
def test_the_made_up_study_comes_in_again(made_up_study, tmp_path, form):
    before = codings(made_up_study)
    out = tmp_path / f"out.{form}"
    export(load_layer(Study.load(made_up_study)), form, out)
    shutil.rmtree(made_up_study / "data" / "raw" / "codings")
    import_codings(Study.load(made_up_study), out)
    assert len(before) > 300
    assert codings(made_up_study) == before


def test_the_made_up_study_comes_in_again_from_word_comments(made_up_study, tmp_path):
    before = codings(made_up_study)
    written = export(load_layer(Study.load(made_up_study)), "docx", tmp_path / "out")
    shutil.rmtree(made_up_study / "data" / "raw" / "codings")
    for path in written:
        import_codings(Study.load(made_up_study), path)
    assert codings(made_up_study) == before


@pytest.mark.parametrize("form", ["qdpx", "qdc", "csv", "xlsx", "docx", "matrix", "jsonld"])
def test_the_same_study_is_the_same_bytes(study, tmp_path, form):
    one, two = tmp_path / "one", tmp_path / "two"
    for out in (one, two):
        export(load_layer(Study.load(study)), form, out / "T1.docx" if form == "docx" else out)
    if form == "docx":
        one, two = one / "T1.docx", two / "T1.docx"
    assert one.read_bytes() == two.read_bytes()


def test_a_layer_holds_one_coder(study, tmp_path):
    out = tmp_path / "kl.csv"
    run("export", "--as", "csv", "--layer", "KL", out, "-C", study)
    with out.open(encoding="utf-8", newline="") as stream:
        assert [row["coder"] for row in csv.DictReader(stream)] == ["KL", "KL", "KL"]


def test_a_layer_of_nobody_is_refused_with_the_nearest_name(study):
    with pytest.raises(CodingsError, match="nobody called 'RBB' coded") as caught:
        load_layer(Study.load(study), "RBB")
    assert "Nearest: 'RB'" in str(caught.value)


def test_a_consensus_that_was_never_made_is_asked_for(study):
    with pytest.raises(CodingsError, match="the consensus has not been made yet"):
        load_layer(Study.load(study), "consensus")


def test_a_project_has_one_selection_a_span_and_plain_texts(study, tmp_path):
    out = tmp_path / "out.qdpx"
    export(load_layer(Study.load(study)), "qdpx", out)
    with zipfile.ZipFile(out) as archive:
        root = etree.fromstring(archive.read("project.qde"))
        source = next(root.iter("{*}TextSource"))
        assert source.get("richTextPath") is None
        member = f"sources/{source.get('plainTextPath').removeprefix('internal://')}"
        assert archive.read(member).decode() in (TALK, TALK.rstrip("\n"))
    selections = [
        (int(s.get("startPosition")), int(s.get("endPosition")), len(s.findall("{*}Coding")))
        for s in root.iter("{*}PlainTextSelection")
    ]
    assert selections == [(18, 79, 1), (29, 43, 3), (32, 58, 1)]
    assert [len(s.findall("{*}Coding")) for s in root.iter("{*}TextSource")] == [1]


def test_a_matrix_says_0_only_where_somebody_read(study, tmp_path):
    (study / "data/raw/transcripts/T2.txt").write_text(TALK.replace("boss", "chief"), encoding="utf-8")
    out = tmp_path / "matrix.csv"
    export(load_layer(Study.load(study), "RB"), "matrix", out)
    assert out.read_text(encoding="utf-8") == "transcript,barriers,time,boss,boss2\nT1,0,1,1,1\nT2,,,,\n"


def test_a_matrix_comes_in_again_by_the_documented_map(study, tmp_path, repository):
    """Which codes stand in which transcript is all that a matrix says; that comes back."""
    (study / "data/raw/transcripts/T2.txt").write_text(TALK.replace("boss", "chief"), encoding="utf-8")
    out, again = tmp_path / "matrix.csv", tmp_path / "again.csv"
    export(load_layer(Study.load(study), "RB"), "matrix", out)
    documented = (repository / "docs" / "codings.md").read_text(encoding="utf-8")
    chosen = tmp_path / "map.yaml"
    chosen.write_text('coder: RB\nalways: {text: "*"}\napplied: {"*": "*"}\n', encoding="utf-8")
    assert all(line in documented for line in chosen.read_text(encoding="utf-8").splitlines())
    shutil.rmtree(study / "data" / "raw" / "codings")
    import_codings(Study.load(study), out, map_file=chosen)
    assert [row[:6] for row in codings(study)] == [
        ("T1", "transcript", 0, 102, "boss", "RB"),
        ("T1", "transcript", 0, 102, "boss2", "RB"),
        ("T1", "transcript", 0, 102, "time", "RB"),
    ]
    export(load_layer(Study.load(study)), "matrix", again)
    assert again.read_bytes() == out.read_bytes()


def test_direction_and_origin_come_in_again_from_annotations(study, tmp_path):
    more = "transcript,text,code,coder,direction,origin\nT1,And then,time,RB,barrier,\nT1,And then,boss,bot,,machine\n"
    (study / "data/raw/codings/more.csv").write_text(more, encoding="utf-8")
    out = tmp_path / "out.jsonld"
    export(load_layer(Study.load(study)), "jsonld", out)
    shutil.rmtree(study / "data" / "raw" / "codings")
    import_codings(Study.load(study), out)
    table = load_layer(Study.load(study)).codings
    assert list(table.loc[table["direction"] == "barrier", "code"]) == ["time"]
    assert list(table.loc[table["origin"] == "machine", "coder"]) == ["bot"]


def test_annotations_are_carried_to_a_text_that_was_corrected(study, tmp_path):
    out = tmp_path / "out.jsonld"
    export(load_layer(Study.load(study)), "jsonld", out)
    before = codings(study)
    shutil.rmtree(study / "data" / "raw" / "codings")
    import_codings(Study.load(study), out)
    (study / "data/raw/transcripts/T1.txt").write_text(TALK.replace("I: How", "I: Well, how"), encoding="utf-8")
    moved = [(*row[:2], row[2] + 6 * (row[2] > 0), row[3] + 6, *row[4:]) for row in before]
    assert codings(study) == moved


def test_codings_of_a_project_whose_transcript_was_corrected_since_are_listed_as_corrected(study, tmp_path):
    out = tmp_path / "out.qdpx"
    export(load_layer(Study.load(study)), "qdpx", out)
    shutil.rmtree(study / "data" / "raw" / "codings")
    import_codings(Study.load(study), out)  # the text of now is kept
    talk = TALK.replace("no time at all", "little time").replace(" Then the boss helped us.", " It went well.")
    (study / "data/raw/transcripts/T1.txt").write_text(talk, encoding="utf-8")
    answer = run("check", "-C", study)
    assert "since their text was corrected, 5 passages have other words than when coded (T1)." in answer.output
    assert "5 passages to look at" in answer.output


def test_a_document_that_never_was_the_transcripts_text_is_no_correction(study, tmp_path):
    out = tmp_path / "out.qdpx"
    export(load_layer(Study.load(study)), "qdpx", out)
    shutil.rmtree(study / "data" / "raw" / "codings")
    (study / "data/raw/transcripts/T1.txt").write_text(TALK.replace("no time at all", "little time"), encoding="utf-8")
    import_codings(Study.load(study), out)  # only now is a text kept
    answer = run("check", "-C", study)
    assert "since their text was corrected" not in answer.output and "passages to look at" not in answer.output
    assert "the words of this coding differ between document 'T1' and the transcript." in answer.output


def test_annotations_quote_what_they_point_at(study, tmp_path):
    out = tmp_path / "out.jsonld"
    export(load_layer(Study.load(study)), "jsonld", out)
    page = json.loads(out.read_text(encoding="utf-8"))
    assert page["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert page["total"] == len(page["first"]["items"]) == 6
    selectors = [item["target"]["selector"] for item in page["first"]["items"] if "selector" in item["target"]]
    for position, quote in selectors:
        assert TALK[position["start"] : position["end"]] == quote["exact"]


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.is_dir(), reason="the real files are not there")
@pytest.mark.parametrize(
    ("form", "schema"), [("qdpx", "Project.xsd"), ("qdc", "Codebook.xsd")], ids=["project", "codebook"]
)
def test_what_is_written_validates_against_the_published_schema(made_up_study, study, tmp_path, form, schema):
    for number, root in enumerate((noted(study), made_up_study)):
        out = tmp_path / f"{number}.{form}"
        export(load_layer(Study.load(root)), form, out)
        data = zipfile.ZipFile(out).read("project.qde") if form == "qdpx" else out.read_bytes()
        etree.XMLSchema(file=str(CORPORA / "refi_qda_schema" / schema)).assertValid(etree.fromstring(data))


# what pyqdpx and pyrefiqda read in the project, asked once and kept (tests/codings/specimens/make_qdpx.py)
SEEN = Path(__file__).resolve().parents[1] / "codings" / "specimens" / "ours_read.json"
NAMES = {"barriers": "Barriers", "time": "Barriers > Too little, too late", "boss": "The boss", "boss2": "The boss"}


def test_independent_programs_read_in_our_project_what_the_study_holds(study, tmp_path):
    out = tmp_path / "out.qdpx"
    export(load_layer(Study.load(study)), "qdpx", out)
    seen = json.loads(SEEN.read_text(encoding="utf-8"))
    with zipfile.ZipFile(out) as archive:
        sha = hashlib.sha256(archive.read("project.qde")).hexdigest()
    assert sha == seen["sha256"], "the project is written in another way now: ask both programs again (make_qdpx.py)"
    held = sorted(
        [name, start, end, NAMES[code], coder]
        for name, scope, start, end, code, coder, _ in codings(study)
        if scope == "span"
    )
    typed = [row[:5] for row in seen["pyrefiqda"]["codings"] if row[1] is not None]
    assert typed == held
    assert all(TALK[row[1] : row[2]] == row[5] for row in seen["pyrefiqda"]["codings"] if row[1] is not None)
    assert [row[3:5] for row in seen["pyrefiqda"]["codings"] if row[1] is None] == [["The boss", "KL"]]
    assert seen["pyrefiqda"]["codes"] == list(NAMES.values())
    assert seen["pyqdpx"]["users"] == seen["pyrefiqda"]["users"] == ["KL", "RB"]
    first = {(start, end): None for _, start, end, *_ in held}
    assert [tuple(row[1:3]) for row in seen["pyqdpx"]["first codings of selections"]] == list(first)

"""Packets out and back: what they show, how they are filled in, and what a program that saves them again leaves."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile

import docx
import pandas as pd
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn

from qualcode.cli import cli
from qualcode.errors import QualcodeError
from qualcode.files import read_sheet
from qualcode.memberchecks import import_packet, is_packet, memberchecks_table, read_memberchecks, write_packets
from qualcode.study import Study
from qualcode.tables import TABLES, read, write

TITLE = "A tiny study; with a semicolon"
TEXTS = {
    "S01": (
        "I: What helped?\n\n"
        "P01: The director stood behind us & said so in every single meeting that we had.\n\n"
        "P02: She never came to ours, I have to say, not once in the whole year.\n\n"
        "P01: And the nurses helped one another a great deal, without being asked to."
    ),
    "S02": "P01: Time was short <then> as it is now, and nobody gave us any of it back.",
}
PEOPLE = (
    "participant,group,consent,withdrawn\nP01,leads,yes,\nP02,leads,yes,\nP03,leads,yes,2024-03-01\nP04,leads,no,\n"
    "P05,leads,yes,\n"
)
SESSIONS = (
    "session,date,kind,participants,status\nS01,2024-02-01,focus_group,P01;P02;P03;P04,done\n"
    "S02,2024-02-09,interview,P01,done\n"
)
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": n, "code": code, "label": label, "kind": "subtheme" if parent else "theme", "parent": parent,
         "depth": int(bool(parent)), "definition": f"{label}, in short.", "version": "1.0.0", "name": "tiny"}
        for n, (code, label, parent) in enumerate(
            [
                ("strengths", "What helped", ""),
                ("backing", "Backing by leaders", "strengths"),
                ("peers", "Help among peers", "strengths"),
                ("barriers", "What hindered", ""),
                ("time", "Too little time", "barriers"),
                ("law", "The law", "barriers"),
                ("wishes", "What to wish for", ""),
            ]
        )
    ]
)  # fmt: skip
MENTIONED = {"strengths": 3, "backing": 2, "peers": 1, "barriers": 1, "time": 1, "law": 0, "wishes": 0}


def turns() -> pd.DataFrame:
    rows = []
    for transcript, text in TEXTS.items():
        for number, found in enumerate(re.finditer(r"(\w+): ([^\n]+)", text)):
            person = found[1] if found[1] != "I" else ""
            role = "participant" if person else "interviewer"
            rows.append(
                {"transcript": transcript, "turn": number, "speaker": found[1], "participant": person, "role": role,
                 "start": found.start(2), "end": found.end(2)}
            )  # fmt: skip
    return TABLES["turns"].shape(rows)


def consensus() -> pd.DataFrame:
    rows = []
    for transcript, code, first, last in [
        ("S01", "backing", "The director", "every single meeting that we had."),
        ("S01", "backing", "every single meeting", "not once in the whole year."),
        ("S01", "peers", "the nurses", "without being asked to."),
        ("S02", "time", "Time was", "any of it back."),
    ]:
        text = TEXTS[transcript]
        start, end = text.index(first), text.index(last) + len(last)
        rows.append({"coding": f"{code}{start}", "transcript": transcript, "scope": "span", "start": start, "end": end,
                     "code": code, "from_codings": f"{code}{start}", "how": "single"})  # fmt: skip
    return TABLES["consensus"].shape(rows)


class Checked:
    """A study whose findings have been made."""

    def __init__(self, root, settings: str = "") -> None:
        self.root = root
        for name, text in (
            ("config/study.yaml", f"study:\n  title: '{TITLE}'\n  notice: Made up.\n{settings}"),
            ("data/raw/participants.csv", PEOPLE),
            ("data/raw/sessions.csv", SESSIONS),
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        for name, text in TEXTS.items():
            (root / f"data/processed/texts/{name}.txt").parent.mkdir(parents=True, exist_ok=True)
            (root / f"data/processed/texts/{name}.txt").write_text(text, encoding="utf-8", newline="\n")
        done = [{"transcript": name, "session": name} for name in TEXTS]
        write("transcripts", TABLES["transcripts"].shape(done), root / "data/processed/transcripts.parquet")
        write("turns", turns(), root / "data/processed/turns.parquet")
        write("codebook", CODEBOOK, root / "data/processed/codebook.parquet")
        write("consensus", consensus(), root / "data/processed/consensus.parquet")
        rows = [dict(line) | {"mentions": MENTIONED[line["code"]]} for line in CODEBOOK.to_dict("records")]
        write("report_themes", TABLES["report_themes"].shape(rows), root / "reports/tables/themes.csv")

    @property
    def study(self) -> Study:
        return Study.load(self.root)

    def pack(self, *people: str, **more):
        written, left_out = write_packets(self.study, self.root / "out", participants=people, **more)
        self.left_out = left_out
        return written


@pytest.fixture
def checked(tmp_path):
    return Checked(tmp_path / "study")


def words(path) -> list[str]:
    return [paragraph.text for paragraph in docx.Document(str(path)).paragraphs if paragraph.text]


def tick(document, theme: int, response: str, *, sign: str = "☒") -> None:
    """Click a box, as Word leaves it: the sign changes, and so does the control's state."""
    table = document.tables[theme - 1]
    row = {"fits": 1, "partly": 2, "not": 3}[response]
    control = next(table.rows[row]._tr.iter(qn("w:sdt")))
    next(control.iter(qn("w:t"))).text = sign
    for node in control.iter():
        if node.tag.endswith("}checked"):
            node.set(node.keys()[0], "1")


def test_everybody_who_consented_and_stayed_gets_a_packet(checked):
    assert [path.name for path in checked.pack()] == ["membercheck_P01_round1.docx", "membercheck_P02_round1.docx"]
    assert checked.left_out == {
        "P03": "withdrew", "P04": "did not consent", "P05": "no session of theirs has been read",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("person", "message"),
    [("P03", "participant 'P03' gets no packet: withdrew"), ("P1", "there is no participant 'P1'.\n  Nearest: 'P01'.")],
)
def test_a_packet_for_somebody_who_gets_none_is_refused(checked, person, message):
    with pytest.raises(QualcodeError, match=re.escape(message)):
        checked.pack(person)


def test_findings_have_to_be_made_first(checked):
    (checked.root / "reports/tables/themes.csv").unlink()
    with pytest.raises(QualcodeError, match=r"no findings to show yet \(reports/tables/themes\.csv\)"):
        checked.pack()


def test_a_packet_shows_the_themes_that_stand_with_their_subthemes(checked):
    shown = words(checked.pack("P01")[0])
    assert [line for line in shown if re.match(r"\d\. ", line)] == ["1. What helped", "2. What hindered"]
    assert "Too little time: Too little time, in short." in shown
    assert not any("law" in line or "wish" in line for line in shown)
    assert shown[:2] == ["What we understood from our conversation", "Made up."]


def test_quotes_are_a_persons_own_words_as_they_stand_in_the_transcript(checked):
    one, two = checked.pack()
    quotes = [line for line in words(one) if line.startswith("“")]
    assert quotes == [
        "“The director stood behind us & said so in every single meeting that we had.” (S01)",
        "“the nurses helped one another a great deal, without being asked to.” (S01)",
        "“Time was short <then> as it is now, and nobody gave us any of it back.” (S02)",
    ]
    # P02's share of a span over two voices; nothing of what P01 said in it
    assert [line for line in words(two) if line.startswith("“")] == [
        "“She never came to ours, I have to say, not once in the whole year.” (S01)"
    ]
    assert "We have no words of yours on this. Please tell us all the same whether it fits." in words(two)


def test_only_own_themes_are_shown_where_the_study_says_so(tmp_path):
    checked = Checked(tmp_path, "memberchecks:\n  themes: own\n")
    assert not any("hindered" in line for line in words(checked.pack("P02")[0]))


def test_a_long_quote_is_cut_at_a_word_and_marked(tmp_path):
    checked = Checked(tmp_path, "themes:\n  quote_words_min: 1\n  quote_words_max: 6\n")
    assert "“Time was short <then> as it […]” (S02)" in words(checked.pack("P01")[0])


def test_a_packet_is_the_same_bytes_twice(checked):
    before = [path.read_bytes() for path in checked.pack()]
    assert [path.read_bytes() for path in checked.pack()] == before


def test_answer_tables_repeat_their_head_and_have_boxes_to_click(checked):
    (path,) = checked.pack("P01")
    tables = docx.Document(str(path)).tables
    assert len(tables) == 3
    for table in tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    xml = zipfile.ZipFile(path).read("word/document.xml").decode()
    assert re.findall(r'<w:tag w:val="([^"]+)"', xml) == [
        f"{theme}:{response}" for theme in ("strengths", "barriers") for response in ("fits", "partly", "not")
    ]
    ids = re.findall(r'<w:id w:val="(\d+)"', xml)
    assert len(ids) == len(set(ids))


# ---------------------------------------------------------------- back


def test_a_filled_packet_becomes_rows_of_the_log(checked):
    (path,) = checked.pack("P01", sent="2024-05-01")
    document = docx.Document(str(path))
    tick(document, 1, "partly")
    document.tables[0].rows[5].cells[0].paragraphs[0].text = "Not in the first year."
    document.tables[0].rows[5].cells[0].add_paragraph("Later, yes.")
    document.tables[2].rows[1].cells[0].paragraphs[0].text = "Thank you, é."
    document.save(str(path))
    assert is_packet(path)
    result = import_packet(checked.study, path)
    assert (result["kind"], result["answers"], result["comments"], result["replaced"]) == ("membercheck", 1, 2, 0)
    log = read_memberchecks(checked.study)
    columns = ["round", "kind", "participant", "theme", "codebook_version", "sent", "response", "comment"]
    assert log[columns].to_numpy().tolist() == [
        ["1", "findings", "P01", "", "1.0.0", "2024-05-01", "none", "Thank you, é."],
        ["1", "findings", "P01", "barriers", "1.0.0", "2024-05-01", "none", ""],
        ["1", "findings", "P01", "strengths", "1.0.0", "2024-05-01", "partly", "Not in the first year.\nLater, yes."],
    ]
    assert log["check"].is_unique


@pytest.mark.parametrize("typed", ["x", "X", "[x]", "✓", "☑"])
def test_a_tick_may_be_typed_over_the_box_or_beside_it(checked, typed):
    (path,) = checked.pack("P01")
    document = docx.Document(str(path))
    box = document.tables[0].rows[3].cells[0].paragraphs[0]
    box._p.remove(next(box._p.iter(qn("w:sdt"))))
    box.add_run(typed)
    document.tables[1].rows[1].cells[1].paragraphs[0].add_run(f" {typed}")
    document.save(str(path))
    import_packet(checked.study, path)
    log = read_memberchecks(checked.study)
    assert dict(zip(log["theme"], log["response"], strict=True)) == {"strengths": "not", "barriers": "fits"}
    assert set(log["comment"]) == {""}


def test_words_written_beside_a_box_are_kept_as_a_comment(checked):
    (path,) = checked.pack("P01")
    document = docx.Document(str(path))
    tick(document, 1, "fits")
    document.tables[0].rows[2].cells[1].paragraphs[0].add_run(" on Mondays")
    document.tables[0].rows[4].cells[0].paragraphs[0].add_run(" it depends")
    document.save(str(path))
    import_packet(checked.study, path)
    log = read_memberchecks(checked.study).set_index("theme")
    assert log.loc["strengths", "response"] == "fits"
    assert log.loc["strengths", "comment"] == "on Mondays\nit depends"


def test_words_written_outside_the_boxes_and_changed_words_are_kept(checked):
    (path,) = checked.pack("P01")
    document = docx.Document(str(path))
    (quote,) = (p for p in document.paragraphs if p.text.startswith("“Time"))
    quote.add_run(" I said more than that.")
    document.add_paragraph("P.S. Call me.")
    document.add_comment(document.paragraphs[4].runs, text="In the margin.", author="P01")
    document.save(str(path))
    result = import_packet(checked.study, path)
    assert "Written or changed outside the boxes: 3" in result["message"]
    (free,) = read_memberchecks(checked.study).query("theme == ''")["comment"]
    assert free.split("\n")[0].endswith("(S02) I said more than that.")
    assert free.split("\n")[1:] == ["P.S. Call me.", "In the margin."]


def test_an_untouched_packet_answers_none_and_has_no_comment(checked):
    (path,) = checked.pack("P02")
    import_packet(checked.study, path)
    log = read_memberchecks(checked.study)
    assert [(row.theme, row.response, row.comment, row.answered) for row in log.itertuples()] == [
        ("barriers", "none", "", ""), ("strengths", "none", "", ""),
    ]  # fmt: skip


def test_a_packet_that_comes_again_replaces_that_participants_answers_only(checked):
    one, two = checked.pack()
    for path in (one, two):
        import_packet(checked.study, path)
    document = docx.Document(str(one))
    tick(document, 2, "not")
    document.save(str(one))
    assert import_packet(checked.study, one)["replaced"] == 2
    log = read_memberchecks(checked.study)
    assert [(row.participant, row.theme, row.response) for row in log.itertuples()] == [
        ("P01", "barriers", "not"), ("P01", "strengths", "none"),
        ("P02", "barriers", "none"), ("P02", "strengths", "none"),
    ]  # fmt: skip


def test_two_ticks_for_one_theme_and_a_lost_table_are_named_and_nothing_is_written(checked):
    (path,) = checked.pack("P01")
    document = docx.Document(str(path))
    tick(document, 2, "fits")
    tick(document, 2, "not")
    document.tables[0]._tbl.getparent().remove(document.tables[0]._tbl)
    document.save(str(path))
    with pytest.raises(QualcodeError) as caught:
        import_packet(checked.study, path)
    assert [problem.what for problem in caught.value.problems] == [
        "the table of theme 'strengths' is gone.",
        "theme 'barriers' has 2 boxes ticked (fits, not).",
    ]
    assert not (checked.root / "data/raw/memberchecks").exists()


def test_another_studys_packet_is_refused(checked, tmp_path):
    (path,) = checked.pack("P01")
    (checked.root / "config/study.yaml").write_text("study:\n  title: Something else\n", encoding="utf-8")
    with pytest.raises(QualcodeError, match="made for the study 'A tiny study; with a semicolon', and this study is"):
        import_packet(checked.study, path)


def test_a_dry_run_writes_nothing(checked):
    (path,) = checked.pack("P01")
    assert import_packet(checked.study, path, dry_run=True)["participant"] == "P01"
    assert not (checked.root / "data/raw/memberchecks").exists()


def test_other_documents_are_no_packet(tmp_path):
    docx.Document().save(str(tmp_path / "a.docx"))
    (tmp_path / "b.docx").write_text("not a zip")
    (tmp_path / "c.txt").write_text("words")
    assert [is_packet(tmp_path / name) for name in ("a.docx", "b.docx", "c.txt")] == [False, False, False]
    with pytest.raises(QualcodeError, match="not a member-check packet"):
        import_packet(Study(tmp_path), tmp_path / "a.docx")


def test_a_packet_is_known_by_its_printed_line_where_properties_were_dropped(checked, tmp_path):
    (path,) = checked.pack("P01")
    bare = tmp_path / "bare.docx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name in ("_rels/.rels", "[Content_Types].xml"):
                data = re.sub(rb"<(Relationship|Override)[^>]*custom[^>]*/>", b"", data)
            if name != "docProps/custom.xml":
                target.writestr(name, data)
    assert is_packet(bare)
    assert import_packet(checked.study, bare)["answers"] == 0
    assert set(read_memberchecks(checked.study)["theme"]) == {"strengths", "barriers"}


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("form", ["docx", "odt"])
def test_a_packet_that_libreoffice_saved_is_read_all_the_same(checked, tmp_path, form):
    (path,) = checked.pack("P01")
    document = docx.Document(str(path))
    tick(document, 1, "not")
    document.tables[0].rows[5].cells[0].paragraphs[0].text = "Not at all."
    document.tables[1].rows[2].cells[1].paragraphs[0].add_run(" x")
    document.tables[2].rows[1].cells[0].paragraphs[0].text = "That is all."
    document.save(str(path))

    def save(source, ending):
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", ending,
             "--outdir", str(tmp_path / ending), str(source)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        return tmp_path / ending / f"{source.stem}.{ending}"

    saved = save(path, form)
    if form != "docx":
        saved = save(saved, "docx")
    assert is_packet(saved)
    result = import_packet(checked.study, saved)
    assert "outside the boxes" not in result["message"]
    log = read_memberchecks(checked.study)
    assert [(row.theme, row.response, row.comment) for row in log.itertuples()] == [
        ("", "none", "That is all."), ("barriers", "partly", ""), ("strengths", "not", "Not at all."),
    ]  # fmt: skip


# ---------------------------------------------------------------- the table


def test_participants_are_counted_once_for_each_response_and_round():
    log = TABLES["memberchecks_log"].shape(
        [
            {
                "check": str(n),
                "round": r,
                "participant": person,
                "theme": theme,
                "response": response,
                "comment": comment,
            }
            for n, (r, person, theme, response, comment) in enumerate(
                [
                    ("1", "P01", "strengths", "fits", ""),
                    ("1", "P02", "strengths", "fits", "yes"),
                    ("1", "P03", "strengths", "not", "no"),
                    ("1", "P01", "barriers", "none", ""),
                    ("1", "P01", "", "none", "thanks"),
                    ("2", "P01", "strengths", "partly", ""),
                ]
            )
        ]
    )
    made = memberchecks_table(log, CODEBOOK, withdrawn=["P03"])
    shown = [(r.round, r.theme, r.response, r.participants, r.comments, r.label, r.shown) for r in made.itertuples()]
    assert shown == [
        ("1", "strengths", "fits", 2, 1, "What helped", 2),
        ("1", "strengths", "partly", 0, 0, "What helped", 2),
        ("1", "strengths", "not", 0, 0, "What helped", 2),
        ("1", "strengths", "none", 0, 0, "What helped", 2),
        ("1", "barriers", "fits", 0, 0, "What hindered", 1),
        ("1", "barriers", "partly", 0, 0, "What hindered", 1),
        ("1", "barriers", "not", 0, 0, "What hindered", 1),
        ("1", "barriers", "none", 1, 0, "What hindered", 1),
        ("1", "", "none", 1, 1, "Anything else?", 1),
        ("2", "strengths", "fits", 0, 0, "What helped", 1),
        ("2", "strengths", "partly", 1, 0, "What helped", 1),
        ("2", "strengths", "not", 0, 0, "What helped", 1),
        ("2", "strengths", "none", 0, 0, "What helped", 1),
    ]


def test_no_answers_make_a_table_of_its_header_only():
    assert memberchecks_table(TABLES["memberchecks_log"].empty(), CODEBOOK).empty


def test_wrong_rows_of_the_log_are_named_at_once(checked):
    folder = checked.root / "data/raw/memberchecks"
    folder.mkdir()
    (folder / "a.csv").write_text(
        "round,participant,theme,response\n1,P01,strengths,fit\n1,,strengths,fits\n1,P02,barriers,not\n1,P02,barriers,fits\n"
    )
    with pytest.raises(QualcodeError) as caught:
        read_memberchecks(checked.study)
    assert [(problem.place, problem.what) for problem in caught.value.problems] == [
        ("row 2", "response 'fit' is not known."),
        ("row 3", "column 'participant' is empty."),
        (
            "row 5",
            "participant 'P02' answers theme 'barriers' of this round in data/raw/memberchecks/a.csv, row 4 too.",
        ),
    ]


def test_answers_of_another_form_may_be_typed_by_hand(checked):
    folder = checked.root / "data/raw/memberchecks"
    folder.mkdir()
    (folder / "by_phone.csv").write_text("round;participant;theme;response;comment\n1;P02;barriers;not;by phone\n")
    assert list(read_memberchecks(checked.study)["kind"]) == ["findings"]
    assert read_sheet(folder / "by_phone.csv").delimiter == ";"


# ---------------------------------------------------------------- the commands


def test_pack_takes_the_study_after_the_subcommand_and_says_who_gets_none(checked):
    run = CliRunner().invoke(cli, ["pack", "membercheck", "-C", str(checked.root), "--round", "2"])
    assert run.exit_code == 0, run.output
    assert run.output.splitlines() == [
        "reports/membercheck/round2/membercheck_P01_round2.docx",
        "reports/membercheck/round2/membercheck_P02_round2.docx",
        "No packet for P03: withdrew.",
        "No packet for P04: did not consent.",
        "No packet for P05: no session of theirs has been read.",
        "2 packets. Bring filled ones back with: qualcode import FILE.docx",
    ]


def test_pack_refuses_a_round_or_a_date_that_is_none(checked):
    for option in (["--round", "1/2"], ["--sent", "May"]):
        run = CliRunner().invoke(cli, ["pack", "membercheck", "-C", str(checked.root), *option])
        assert run.exit_code != 0


def test_the_stage_writes_the_log_and_the_table_without_those_who_withdrew(checked):
    (path,) = checked.pack("P01")
    import_packet(checked.study, path)
    log = checked.root / "data/raw/memberchecks/by_phone.csv"
    log.write_text("round,participant,theme,response\n1,P03,strengths,not\n", encoding="utf-8")
    out = [checked.root / "log.parquet", checked.root / "table.csv"]
    codebook = checked.root / "data/processed/codebook.parquet"
    options = ["--study", checked.root, "--codebook", codebook, "--log", out[0], "--table", out[1]]
    run = CliRunner().invoke(cli, ["stage", "memberchecks", *map(str, options)])
    assert run.exit_code == 0, run.output
    assert set(read("memberchecks_log", out[0])["participant"]) == {"P01"}
    table = read("report_memberchecks", out[1])
    assert list(table[table["theme"] == "strengths"]["participants"]) == [0, 0, 0, 1]

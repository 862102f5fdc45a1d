"""The meeting's Word document, out and back, as Word, LibreOffice and people leave it."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from dataclasses import replace

import docx
import pytest
from lxml import etree
from made_up_meeting import Meeting, span
from meeting_hands import W, fill_document

from qualcode.decisions import append_decisions, import_sheet, is_sheet, read_decisions
from qualcode.decisions.document_out import write_document
from qualcode.errors import DecisionsError
from qualcode.memberchecks import is_packet


class DocumentMeeting(Meeting):
    def run(self, context=4):
        made = super().run(context)
        self.sheet = self.root / "sheet.docx"
        write_document(self.sheet, self.pack, notice="Made up.")
        return made

    def about(self, kind: str) -> str:
        return next(item.disagreement for item in self.pack.items if item.kind == kind)


@pytest.fixture
def meeting(tmp_path):
    return DocumentMeeting(tmp_path / "study")


SIGNED = {"by": "RB", "on": "2024-05-03"}


def decisions(meeting) -> set[tuple[str, ...]]:
    found = read_decisions(meeting.study)
    kinds = {item.disagreement: item.kind for item in meeting.pack.items}
    rows = zip(*(found[name] for name in ("about", "choice", "value", "reason", "by", "on")), strict=True)
    return {(kinds[about], *rest) for about, *rest in rows}


def answers(meeting) -> dict[str, dict[str, str]]:
    return {
        meeting.about("presence"): {"choice": "keep_b", "reason": "she says it", **SIGNED},
        meeting.about("sibling"): {"choice": "other", "other": "Help [help]", "passage": "and the money", **SIGNED},
        meeting.about("direction"): {"choice": "other", "other": "mixed", **SIGNED},
    }


def expected() -> set[tuple[str, ...]]:
    start, end = span("and the money")
    return {
        ("presence", "keep_b", "", "she says it", "RB", "2024-05-03"),
        ("sibling", "other", f"help {start}-{end}", "", "RB", "2024-05-03"),
        ("direction", "other", "mixed", "", "RB", "2024-05-03"),
    }


def test_each_disagreement_is_shown_with_both_spans_codes_memos_and_definitions(meeting):
    document = docx.Document(str(meeting.sheet))
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 2"]
    assert heads == [
        "1. S01, presence: Too little time",
        "2. S01, sibling: Money or Too little time",
        "3. S01, direction: Help",
        "4. S01, missed: Help",
    ]
    shown = [p.text for p in document.paragraphs if p.style.name == "Meeting Passage"]
    assert "P01: [B =SUM of my hours was too small. B] We had no time …" in shown
    assert "P01: … time for it, and [A+B the money stopped in May A+B]. Then the nurses …" in shown
    assert "P01: … stopped in May. Then [A+B the nurses helped one another B] a great deal A]." in shown
    cells = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["Code", "Money [money]", "Too little time [time]"] in cells
    assert ["Memo", "@RB: money, not time", ""] in cells
    assert ["Definition", "What money is.", "What too little time is."] in cells
    assert ["Code", "(no code: read this and did not use the code here)", "Too little time [time]"] in cells


def test_a_passage_of_many_paragraphs_is_shown_from_both_ends(meeting):
    item = meeting.pack.items[0]
    long = "\n".join(f"line {number}" for number in range(100))
    sides = tuple(replace(side, start=0, end=len(long)) if not side.silent else side for side in item.sides)
    item = replace(item, before="", words=long, after="", text_start=0, start=0, end=len(long), voices=(), sides=sides)
    write_document(meeting.sheet, replace(meeting.pack, items=(item,)))
    shown = [p.text for p in docx.Document(str(meeting.sheet)).paragraphs if p.style.name == "Meeting Passage"]
    assert shown[0] == "[B line 0"
    assert shown[14:17] == ["line 14", "(70 paragraphs are not shown)", "line 85"]
    assert shown[-1].startswith("line 99 B]")


def test_a_suggestion_is_shown_as_one_and_decides_nothing(meeting):
    row = {"kind": "disagreement", "about": meeting.about("missed"), "value": "keep_b", "reason": "by rule"}
    append_decisions(meeting.study, [row])
    meeting.run()
    notices = [p.text for p in docx.Document(str(meeting.sheet)).paragraphs if p.style.name == "Meeting Notice"]
    assert notices == ["Made up.", "Suggested, signed by nobody: keep_b"]
    assert import_sheet(meeting.study, meeting.sheet)["undecided"] == 4


def test_every_control_has_its_field_and_disagreement_in_its_tag_and_a_number_of_its_own(meeting):
    with zipfile.ZipFile(meeting.sheet) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    controls = list(root.iter(f"{W}sdt"))
    tags = [one.find(f"{W}sdtPr/{W}tag").get(f"{W}val") for one in controls]
    assert len(tags) == len(set(tags)) == 3 * 6 + 5  # a direction has no other passage
    assert max(map(len, tags)) <= 64  # what Word takes
    numbers = [one.find(f"{W}sdtPr/{W}id").get(f"{W}val") for one in controls]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    listed = {
        tag: [entry.get(f"{W}displayText") for entry in one.iter(f"{W}listItem")]
        for tag, one in zip(tags, controls, strict=True)
    }
    assert listed[f"qualcode:choice:{meeting.about('presence')}"] == ["keep A", "keep B", "other", "open again"]
    assert listed[f"qualcode:other:{meeting.about('presence')}"][1] == "Too little time [time]"
    links = {one.get(f"{W}anchor") for one in root.iter(f"{W}hyperlink")}
    assert links == {"list", "d1", "d2", "d3", "d4"}
    assert links == {one.get(f"{W}name") for one in root.iter(f"{W}bookmarkStart")}


def test_the_document_is_the_same_bytes_twice_and_no_other_kind_of_file(meeting, tmp_path):
    before = meeting.sheet.read_bytes()
    meeting.run()
    assert meeting.sheet.read_bytes() == before
    assert is_sheet(meeting.sheet)
    assert not is_packet(meeting.sheet)
    docx.Document().save(str(tmp_path / "plain.docx"))
    assert not is_sheet(tmp_path / "plain.docx")


def test_an_empty_document_decides_nothing(meeting):
    result = import_sheet(meeting.study, meeting.sheet)
    assert (result["rows"], result["undecided"], result["added"]) == (4, 4, 0)


@pytest.mark.parametrize("beside", [False, True])
def test_what_stands_in_the_controls_or_beside_them_in_their_cells_is_read(meeting, beside):
    fill_document(meeting.sheet, answers(meeting), beside=beside)
    assert import_sheet(meeting.study, meeting.sheet)["added"] == 3
    assert decisions(meeting) == expected()
    meeting.run()  # the document comes filled in now
    again = import_sheet(meeting.study, meeting.sheet)
    assert (again["unchanged"], again["undecided"]) == (3, 1)


def test_words_copied_with_the_signs_around_the_spans_are_found(meeting):
    copied = "P01: … time for it, and [A+B the money stopped in May A+B]. Then"
    about = meeting.about("sibling")
    fill_document(meeting.sheet, {about: {"choice": "other", "other": "help", "passage": copied, **SIGNED}})
    import_sheet(meeting.study, meeting.sheet)
    start, end = span("time for it, and the money stopped in May. Then")
    assert list(read_decisions(meeting.study)["value"]) == [f"help {start}-{end}"]


def test_a_changed_choice_supersedes_what_the_document_came_with(meeting):
    fill_document(meeting.sheet, answers(meeting))
    import_sheet(meeting.study, meeting.sheet)
    meeting.run()
    fill_document(meeting.sheet, {meeting.about("presence"): {"choice": "open", "by": "KL", "on": "2024-06-01"}})
    assert import_sheet(meeting.study, meeting.sheet)["changed"] == 1


def test_what_is_wrong_is_said_by_the_number_of_the_disagreement_all_at_once(meeting):
    fill_document(
        meeting.sheet,
        {
            meeting.about("presence"): {"choice": "keep A or B, who knows what she meant there", **SIGNED},
            meeting.about("sibling"): {"choice": "other", "other": "moony", **SIGNED},
            meeting.about("missed"): {"choice": "keep_a", "by": "RB", "on": "in May"},
        },
    )
    with pytest.raises(DecisionsError) as caught:
        import_sheet(meeting.study, meeting.sheet)
    said = str(caught.value)
    assert "sheet.docx, disagreement 1: decision what is written is not known." in said
    assert "she meant" not in said
    assert "disagreement 2: code 'moony' is not in the codebook.\n  Nearest: 'money'." in said
    assert "disagreement 4: 'in May' is not a date." in said
    assert "Of 4 rows: 0 new decisions, 0 changed, 0 as before, 1 not decided, 3 refused." in said


def test_a_program_that_drops_controls_and_properties_leaves_enough_to_read_it_by(meeting, tmp_path):
    fill_document(meeting.sheet, answers(meeting))
    with zipfile.ZipFile(meeting.sheet) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != "docProps/custom.xml"}
    root = etree.fromstring(parts["word/document.xml"])
    for control in list(root.iter(f"{W}sdt")):
        for run in list(control.find(f"{W}sdtContent")):
            control.addprevious(run)
        control.getparent().remove(control)
    parts["word/document.xml"] = etree.tostring(root)
    for name in ("[Content_Types].xml", "_rels/.rels"):
        parts[name] = re.sub(rb"<(Override|Relationship) [^>]*custom[^>]*/>", b"", parts[name])
    flat = tmp_path / "flat.docx"
    with zipfile.ZipFile(flat, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    docx.Document(str(flat))
    assert is_sheet(flat)
    assert import_sheet(meeting.study, flat)["added"] == 3
    assert decisions(meeting) == expected()


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("beside", [False, True])
def test_a_document_that_libreoffice_saved_is_read_all_the_same(meeting, tmp_path, beside):
    fill_document(meeting.sheet, answers(meeting), beside=beside)
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "docx",
         "--outdir", str(tmp_path / "out"), str(meeting.sheet)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    saved = tmp_path / "out" / "sheet.docx"
    assert saved.read_bytes() != meeting.sheet.read_bytes()
    assert is_sheet(saved)
    result = import_sheet(meeting.study, saved)
    assert (result["added"], result["undecided"]) == (3, 1)
    assert decisions(meeting) == expected()

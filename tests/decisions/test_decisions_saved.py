"""What the meeting's page saves, read back; and what somebody may have made of that file."""

from __future__ import annotations

import json

import pytest
from made_up_meeting import TEXT, TEXTS, Meeting, span
from meeting_hands import fill_document, fill_workbook, save_page

from qualcode.decisions import import_sheet, import_sheets, is_sheet, read_decisions, write_sheet
from qualcode.decisions.document_out import write_document
from qualcode.errors import DecisionsError
from qualcode.files import sha256
from qualcode.tables import TABLES
from qualcode.transcripts.kept import keep_texts, write_texts

SIGNED = {"by": "RB", "on": "2024-05-03"}


class PageMeeting(Meeting):
    def about(self, kind: str) -> str:
        return next(item.disagreement for item in self.pack.items if item.kind == kind)

    def saved(self, **rows: dict[str, str]):
        path = self.root / "meeting.json"
        save_page(path, self.pack.pack, {self.about(kind): row for kind, row in rows.items()})
        return path


@pytest.fixture
def meeting(tmp_path):
    return PageMeeting(tmp_path / "study")


def test_what_the_page_saved_becomes_decisions(meeting):
    start, end = span("my hours")
    path = meeting.saved(
        presence={"choice": "other", "value": f"time {start}-{end}", "reason": "shorter", **SIGNED},
        sibling={"choice": "neither", **SIGNED},
        direction={"choice": "other", "value": "mixed", **SIGNED},
        missed={"choice": "other", "value": "money", **SIGNED},
    )
    assert is_sheet(path)
    result = import_sheet(meeting.study, path)
    assert (result["rows"], result["added"]) == (4, 4)
    found = read_decisions(meeting.study)
    assert set(zip(found["choice"], found["value"], strict=True)) == {
        ("other", f"time {start}-{end}"), ("neither", ""), ("other", "mixed"), ("other", "money"),
    }  # fmt: skip
    assert import_sheet(meeting.study, path)["unchanged"] == 4


def test_a_span_alone_takes_the_code_of_the_disagreement(meeting):
    import_sheet(meeting.study, meeting.saved(missed={"choice": "other", "value": "5-9", **SIGNED}))
    assert list(read_decisions(meeting.study)["value"]) == ["help 5-9"]


def test_everything_wrong_with_it_is_said_at_once(meeting):
    path = meeting.saved(
        presence={"choice": "keep_c", **SIGNED},
        sibling={"choice": "other", "value": f"moony 3-{len(TEXT) + 1}", **SIGNED},
        direction={"choice": "other", "value": "upwards", **SIGNED},
        missed={"choice": "keep_a"},
    )
    data = json.loads(path.read_text(encoding="utf-8"))
    data["rows"] += [
        {"disagreement": "gone", "choice": "keep_a", **SIGNED},
        {"choice": "keep_a", **SIGNED},
        {"disagreement": meeting.about("presence"), "choice": 7},
        "a row",
    ]
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(DecisionsError) as caught:
        import_sheet(meeting.study, path)
    said = str(caught.value)
    for what in (
        "row 1: decision 'keep_c' is not known.",
        "row 2: code 'moony' is not in the codebook.",
        f"row 2: the span 3-{len(TEXT) + 1} is reversed or beyond the text, which has {len(TEXT)} characters.",
        "row 3: 'other' needs a direction in the column beside.",
        "row 4: there is a decision but not who decided.",
        "row 4: there is a decision but not its date.",
        "row 5: disagreement 'gone' is not known.",
        "row 6: the disagreement's id is missing.",
        "row 7: 'choice' is not a text.",
        "row 8: this row is not an object with names and values.",
        "nothing was imported. Of 8 rows: 0 new decisions, 0 changed, 0 as before, 0 not decided, 8 refused.",
    ):
        assert what in said
    assert not (meeting.root / "data/raw/decisions").exists()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"qualcode": "meeting", "version": 1, "pa', "this file is damaged or not whole"),
        (
            '{"qualcode": "meeting", "version": 2, "pack": "p", "rows": []}',
            "this file is of version 2, and this qualcode",
        ),
        ('{"qualcode": "meeting", "version": 1, "pack": "p"}', "this file has no list 'rows'"),
        ('{"qualcode": "meeting", "version": 1, "rows": []}', "does not say which pack it belongs to"),
    ],
)
def test_a_damaged_file_is_recognised_and_said_to_be_damaged(meeting, text, what):
    path = meeting.root / "meeting.json"
    path.write_text(text, encoding="utf-8")
    assert is_sheet(path)
    with pytest.raises(DecisionsError, match=what):
        import_sheet(meeting.study, path)


def test_other_json_is_no_sheet(tmp_path):
    for name, text in (
        ("a.json", "[]"),
        ("b.json", '{"qualcode": "other"}'),
        ("c.json", '{"@context": "x"}'),
        ("d.json", ""),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert not is_sheet(tmp_path / name)


def test_a_pack_of_another_study_is_refused(meeting):
    path = meeting.root / "meeting.json"
    save_page(path, "0000", {"gone": {"choice": "keep_a", **SIGNED}})
    with pytest.raises(DecisionsError, match="this study did not make the pack '0000'"):
        import_sheet(meeting.study, path)


def test_offsets_in_an_earlier_text_are_carried_and_refused_where_their_words_changed(meeting):
    mark, (start, end) = sha256(TEXT)[:12], span("my hours")
    row = {"choice": "other", "value": f"time {start}-{end}", **SIGNED, "text": mark}
    path = meeting.root / "meeting.json"
    about = meeting.about("presence")
    old = TABLES["transcripts"].shape(
        [{"transcript": "S01", "sha256_text": sha256(TEXT), "text_rule": 1, "sha256_raw": "r"}]
    )
    keep_texts(meeting.study, old, TEXTS)

    def saved_and_corrected(new: str):
        path.write_text(
            json.dumps(
                {"qualcode": "meeting", "version": 1, "pack": "older", "rows": [{"disagreement": about, **row}]}
            ),
            encoding="utf-8",
        )
        write_texts(meeting.root / "data/processed/texts", {"S01": new})

    saved_and_corrected(TEXT.replace("my hours", "our hours"))
    with pytest.raises(
        DecisionsError, match=f"the words at {start}-{end} of S01 have changed since the sheet was made"
    ):
        import_sheet(meeting.study, path)
    saved_and_corrected(
        TEXT.replace("What came in the way?", "What came in your way?")
    )  # one character more, before it
    import_sheet(meeting.study, path)
    assert list(read_decisions(meeting.study)["value"]) == [f"time {start + 1}-{end + 1}"]


def test_offsets_whose_text_nobody_names_are_refused_where_the_pack_is_not_the_present_one(meeting):
    path = meeting.root / "meeting.json"
    row = {"choice": "other", "value": "time 3-9", **SIGNED}
    save_page(path, "older", {meeting.about("presence"): row, meeting.about("missed"): {"choice": "keep_a", **SIGNED}})
    with pytest.raises(DecisionsError, match="in which text the offsets 3-9 count is not said") as caught:
        import_sheet(meeting.study, path)
    assert len(caught.value.problems) == 2  # this one, and the count


def test_three_people_with_three_kinds_of_sheet_are_brought_in_together(meeting, tmp_path):
    book, paper = tmp_path / "a.xlsx", tmp_path / "b.docx"
    write_sheet(book, meeting.pack)
    write_document(paper, meeting.pack)
    presence, sibling, missed = (meeting.about(kind) for kind in ("presence", "sibling", "missed"))
    fill_workbook(book, {presence: {"choice": "keep_b", "by": "RB", "on": "2024-05-03"}})
    fill_document(
        paper,
        {
            presence: {"choice": "keep_b", "by": "KL", "on": "2024-05-04", "reason": "clear"},
            sibling: {"choice": "both", "by": "KL", "on": "2024-05-04"},
        },
    )
    page = meeting.saved(missed={"choice": "keep_a", "by": "MV", "on": "2024-05-05"})
    result = import_sheets(meeting.study, [book, paper, page])
    assert (result["rows"], result["added"], result["unchanged"], result["undecided"]) == (9, 3, 1, 5)
    found = read_decisions(meeting.study)
    assert dict(zip(found["about"], zip(found["choice"], found["by"], strict=True), strict=True)) == {
        presence: ("keep_b", "RB"), sibling: ("both", "KL"), missed: ("keep_a", "MV"),
    }  # fmt: skip

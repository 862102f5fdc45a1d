"""The meeting's sheet, out and back, as a person and as other programs leave it."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime

import openpyxl
import pytest
from made_up_meeting import CODEBOOK, CODINGS, TEXT, TEXTS, TITLE, TURNS, Meeting, span

from qualcode.decisions import (
    append_decisions,
    import_sheet,
    import_sheets,
    is_sheet,
    make_pack,
    not_imported,
    read_decisions,
    seal_sheet,
    write_sheet,
)
from qualcode.errors import DecisionsError
from qualcode.tables import write

PASSAGE = "Other passage (paste its words)"


class SheetMeeting(Meeting):
    """The same study, with the workbook that its meeting fills in."""

    def run(self, context=4):
        made = super().run(context)
        self.sheet = self.root / "sheet.xlsx"
        write_sheet(self.sheet, self.pack)
        return made

    def fill(self, *rows: tuple, path=None):
        """Fill sheet rows: (kind, decision, other, reason, by, date, other passage)."""
        book = openpyxl.load_workbook(path or self.sheet)
        page = book["Disagreements"]
        heads = {cell.value: cell.column for cell in page[1]}
        for kind, *values in rows:
            (row,) = (r for r in range(2, page.max_row + 1) if page.cell(r, heads["Kind"]).value == kind)
            for head, value in zip(
                ("Decision", "Other code or direction", "Reason", "By", "Date", PASSAGE), values, strict=False
            ):
                page.cell(row, heads[head]).value = value
        book.save(path or self.sheet)


@pytest.fixture
def meeting(tmp_path):
    return SheetMeeting(tmp_path / "study")


def cells(path) -> list[dict[str, object]]:
    page = openpyxl.load_workbook(path)["Disagreements"]
    heads = [cell.value for cell in page[1]]
    return [dict(zip(heads, row, strict=True)) for row in page.iter_rows(min_row=2, values_only=True)]


def test_the_sheet_shows_each_disagreement_with_its_words_codes_and_memos(meeting):
    rows = {row["Kind"]: row for row in cells(meeting.sheet)}
    assert sorted(rows) == ["direction", "missed", "presence", "sibling"]
    sibling = rows["sibling"]
    assert sibling["A: coder"] == "KL"
    assert sibling["A: code"] == "Money [money]\ndirection: barrier"
    assert sibling["B: code"] == "Too little time [time]"
    assert sibling["A: passage"] == "the money stopped in May"
    assert sibling["A: memo"] == "@RB: money, not time"
    assert sibling["A: definition of the code"] == "What money is."
    assert sibling["Just before"] == "… time for it, and"
    assert sibling["Just after"] == ". Then the nurses …"
    assert sibling["Speaker"] == "P01"
    assert rows["presence"]["A: passage"] == "(KL read this and did not use the code here)"


def test_words_that_begin_like_a_formula_stay_words(meeting):
    page = openpyxl.load_workbook(meeting.sheet)["Disagreements"]
    risky = [cell for row in page.iter_rows() for cell in row if str(cell.value or "")[:1] in tuple("=+-@")]
    assert {str(cell.value)[:4] for cell in risky} == {"=SUM", "-- s", "@RB:"}
    assert {cell.data_type for cell in risky} == {"s"}


def test_the_sheet_is_the_same_bytes_twice(meeting):
    before = meeting.sheet.read_bytes()
    meeting.run()
    assert meeting.sheet.read_bytes() == before


def test_only_the_columns_to_fill_are_unlocked_and_the_list_of_decisions_fits_the_row(meeting):
    page = openpyxl.load_workbook(meeting.sheet)["Disagreements"]
    heads = {cell.value: cell.column_letter for cell in page[1]}
    unlocked = {head for head, letter in heads.items() if not page[f"{letter}2"].protection.locked}
    assert unlocked == {"Decision", "Other code or direction", PASSAGE, "Reason", "By", "Date"}
    kinds = {page[f"{heads['Kind']}{n}"].value: n for n in range(2, 6)}
    rules = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}

    def formula(head: str, row: int) -> str:
        name = f"{heads[head]}{row}"
        return next(
            rule for sqref, rule in rules.items() if name in openpyxl.worksheet.cell_range.MultiCellRange(sqref)
        )

    assert formula("Decision", kinds["sibling"]) == "Lists!$A$1:$A$6"
    assert formula("Decision", kinds["presence"]) == "Lists!$B$1:$B$4"
    assert formula("Other code or direction", kinds["sibling"]) == "Lists!$C$1:$C$5"
    assert formula("Other code or direction", kinds["direction"]) == "Lists!$D$1:$D$4"


def test_a_filled_sheet_becomes_decisions_and_so_consensus(meeting):
    before = meeting.run()
    assert list(before["code"]) == ["help"]
    meeting.fill(
        ("presence", "keep B", None, "she says it", "RB, KL", datetime(2024, 5, 3)),
        ("sibling", "other", "Help [help]", None, "RB", "2024-05-03"),
        ("direction", "keep B", None, None, "RB", "3.5.2024"),
    )
    assert is_sheet(meeting.sheet)
    result = import_sheet(meeting.study, meeting.sheet)
    assert (result["kind"], result["added"], result["changed"], result["unchanged"], result["undecided"]) == (
        "decisions", 3, 0, 0, 1,
    )  # fmt: skip
    assert "3 new decisions" in result["message"]
    decisions = read_decisions(meeting.study)
    assert set(zip(decisions["choice"], decisions["value"], decisions["by"], decisions["on"], strict=True)) == {
        ("keep_b", "", "RB, KL", "2024-05-03"),
        ("other", "help", "RB", "2024-05-03"),
        ("keep_b", "", "RB", "2024-05-03"),
    }
    made = meeting.run()
    assert [(TEXT[row.start : row.end], row.code, row.direction, row.how) for row in made.itertuples()] == [
        ("=SUM of my hours was too small.", "time", "barrier", "adjudicated"),
        ("the money stopped in May", "help", "facilitator", "adjudicated"),
        ("the nurses helped one another a great deal", "help", "facilitator", "adjudicated"),
    ]


def test_nothing_is_added_when_the_same_sheet_comes_again(meeting):
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"))
    import_sheet(meeting.study, meeting.sheet)
    assert import_sheet(meeting.study, meeting.sheet)["added"] == 0
    meeting.run()  # the sheet comes filled now
    (row,) = (row for row in cells(meeting.sheet) if row["Kind"] == "presence")
    assert (row["Decision"], row["By"], row["Date"]) == ("keep A", "RB", datetime(2024, 5, 3))
    again = import_sheet(meeting.study, meeting.sheet)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)


def test_a_changed_choice_supersedes_the_earlier_decision(meeting):
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"))
    import_sheet(meeting.study, meeting.sheet)
    meeting.run()
    meeting.fill(("presence", "keep B", None, None, "RB", "2024-05-03"))
    assert import_sheet(meeting.study, meeting.sheet)["changed"] == 1
    assert list(read_decisions(meeting.study)["choice"]) == ["keep_b"]
    lines = (meeting.root / "data/raw/decisions/disagreements.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3  # header, the first, the second: nothing is taken away


def test_a_decision_can_be_opened_again(meeting):
    meeting.fill(("presence", "keep B", None, None, "RB", "2024-05-03"))
    import_sheet(meeting.study, meeting.sheet)
    meeting.run()
    meeting.fill(("presence", "open again", None, "not sure", "KL", "2024-05-04"))
    import_sheet(meeting.study, meeting.sheet)
    meeting.run()
    assert list(meeting.found[meeting.found["kind"] == "presence"]["status"]) == ["open"]


def test_an_old_sheet_does_not_undo_what_was_decided_since(meeting, tmp_path):
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"))
    import_sheet(meeting.study, meeting.sheet)
    meeting.run()
    old = tmp_path / "old.xlsx"
    shutil.copy(meeting.sheet, old)
    meeting.fill(("presence", "keep B", None, None, "KL", "2024-05-10"))
    import_sheet(meeting.study, meeting.sheet)
    assert import_sheet(meeting.study, old)["unchanged"] == 1
    assert list(read_decisions(meeting.study)["choice"]) == ["keep_b"]


def test_two_people_who_decide_otherwise_on_one_day_are_a_conflict(meeting, tmp_path):
    other = tmp_path / "other.xlsx"
    shutil.copy(meeting.sheet, other)
    meeting.fill(
        ("presence", "keep A", None, None, "RB", "2024-05-03"), ("missed", "keep A", None, None, "RB", "2024-05-03")
    )
    meeting.fill(("presence", "keep B", None, None, "KL", "2024-05-03"), ("missed", "keep A", None, None, "KL", "2024-05-03"),
                 path=other)  # fmt: skip
    import_sheet(meeting.study, meeting.sheet)
    with pytest.raises(DecisionsError) as caught:
        import_sheet(meeting.study, other)
    conflict, counted = caught.value.problems
    assert "is decided in two ways, and neither knew the other: keep A, by RB on 2024-05-03 (decision " in conflict.what
    assert conflict.what.endswith(f"keep B, by KL on 2024-05-03 ({other}, {conflict.place}).")
    assert counted.what == (
        "nothing was imported. Of 4 rows: 0 new decisions, 0 changed, 1 as before, 2 not decided, 1 in conflict."
    )


def test_every_wrong_row_is_named_and_nothing_is_written(meeting):
    meeting.fill(
        ("presence", "both", None, None, "RB", "2024-05-03"),
        ("sibling", "other", None, None, None, None),
        ("direction", "maybe", None, None, "RB", "2024-05-03"),
        ("missed", "keep A", None, None, "RB", "last May"),
    )
    with pytest.raises(DecisionsError) as first:  # what cannot be read comes first
        import_sheet(meeting.study, meeting.sheet)
    assert "decision 'maybe' is not known" in str(first.value)
    assert "'last May' is not a date.\n  Write it as 2024-03-31 or 31.03.2024." in str(first.value)
    meeting.fill(("direction", None, None, None, None, None), ("missed", None, None, None, None, None))
    with pytest.raises(DecisionsError) as caught:
        import_sheet(meeting.study, meeting.sheet)
    message = str(caught.value)
    assert "'both' cannot be chosen where one side is silent" in message
    assert "there is a decision but not who decided" in message
    assert "there is a decision but not its date" in message
    assert "the decision is 'other', and there is no other code" in message
    assert not (meeting.root / "data/raw/decisions").exists()


def test_an_unknown_disagreement_and_an_unknown_code_are_named(meeting):
    meeting.fill(
        ("sibling", "other", "moony", None, "RB", "2024-05-03"), ("presence", "keep A", None, None, "RB", "2024-05-03")
    )
    book = openpyxl.load_workbook(meeting.sheet)
    page = book["Disagreements"]
    heads = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        if page.cell(row, heads["Kind"]).value == "presence":
            page.cell(row, heads["Disagreement id"]).value = "gone"
    book.save(meeting.sheet)
    with pytest.raises(DecisionsError) as caught:
        import_sheet(meeting.study, meeting.sheet)
    assert "disagreement 'gone' is not known" in str(caught.value)
    assert "code 'moony' is not in the codebook.\n  Nearest: 'money'." in str(caught.value)


def test_another_studys_sheet_is_refused(meeting, tmp_path):
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"))
    other = SheetMeeting(tmp_path / "other")
    (other.root / "config/study.yaml").write_text("study:\n  title: Something else\n", encoding="utf-8")
    write("report_disagreements", other.found.iloc[:0], other.root / "reports/tables/disagreements.csv")
    with pytest.raises(DecisionsError, match="made for the study 'A tiny study', and this study is 'Something else'"):
        import_sheet(other.study, meeting.sheet)


def test_a_dry_run_writes_nothing(meeting):
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"))
    assert import_sheet(meeting.study, meeting.sheet, dry_run=True)["added"] == 1
    assert not (meeting.root / "data/raw/decisions").exists()


def test_decisions_that_wait_in_the_report_are_not_written_over(meeting):
    target = meeting.root / "reports/disagreements.xlsx"
    shutil.copy(meeting.sheet, target)
    assert not_imported(meeting.study) is None
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"), path=target)
    os.utime(target, (0, 0))  # a copy of the study may hold any times
    assert str(not_imported(meeting.study)) == (
        "reports/disagreements.xlsx: decisions were filled in and have not been imported (1).\n"
        "  Bring them in with `qualcode import reports/disagreements.xlsx`, or delete or move the file."
    )
    import_sheet(meeting.study, target)
    assert not_imported(meeting.study) is None


def test_the_workbook_as_the_run_wrote_it_is_known_by_its_hash_alone(meeting, monkeypatch):
    target = meeting.root / "reports/disagreements.xlsx"
    shutil.copy(meeting.sheet, target)
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"), path=target)
    seal_sheet(target, meeting.study.processed / "disagreements_sheet.sha256")
    monkeypatch.setattr("qualcode.decisions.meeting_in.import_sheet", lambda *_a, **_k: pytest.fail("it was read"))
    assert not_imported(meeting.study) is None
    target.write_bytes(target.read_bytes() + b"\0")
    with pytest.raises(pytest.fail.Exception):
        not_imported(meeting.study)


@pytest.mark.parametrize("gone", ["reports/tables/disagreements.csv", "data/processed/codebook.parquet"])
def test_without_the_runs_tables_a_workbook_with_decisions_is_told_from_one_without(meeting, gone):
    target = meeting.root / "reports/disagreements.xlsx"
    shutil.copy(meeting.sheet, target)
    (meeting.root / gone).unlink()
    assert not_imported(meeting.study) is None
    meeting.fill(("presence", "keep A", None, None, "RB", "2024-05-03"), path=target)
    assert "cannot be imported as they are" in str(not_imported(meeting.study))
    target.write_bytes(b"not a workbook any more")
    assert "cannot be imported as they are" in str(not_imported(meeting.study))


def test_other_files_are_no_sheet(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "a.xlsx")
    (tmp_path / "b.xlsx").write_text("not a zip")
    (tmp_path / "c.csv").write_text("a,b\n")
    assert [is_sheet(tmp_path / name) for name in ("a.xlsx", "b.xlsx", "c.csv")] == [False, False, False]


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_sheet_that_libreoffice_saved_is_read_all_the_same(meeting, tmp_path):
    meeting.fill(
        ("presence", "keep B", None, "=yes", "RB", datetime(2024, 5, 3)),
        ("sibling", "other", "Help [help]", None, "KL", "2024-05-03"),
    )
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "xlsx",
         "--outdir", str(tmp_path / "out"), str(meeting.sheet)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    saved = tmp_path / "out" / "sheet.xlsx"
    assert is_sheet(saved)
    assert import_sheet(meeting.study, saved)["added"] == 2
    decisions = read_decisions(meeting.study)
    assert set(zip(decisions["choice"], decisions["value"], decisions["by"], decisions["on"], strict=True)) == {
        ("keep_b", "", "RB", "2024-05-03"),
        ("other", "help", "KL", "2024-05-03"),
    }
    page = openpyxl.load_workbook(saved)["Disagreements"]
    assert any(
        cell.value == "=SUM of my hours was too small." and cell.data_type == "s"
        for row in page.iter_rows()
        for cell in row
    )


def offsets(words: str) -> str:
    start, end = span(words)
    return f"{start}-{end}"


def values(study) -> dict[str, str]:
    decisions = read_decisions(study)
    return dict(zip(decisions["choice"], decisions["value"], strict=True))


def test_pasted_words_become_another_passage_with_the_code_of_the_disagreement_or_another_one(meeting):
    meeting.fill(
        ("presence", "other", None, None, "RB", "2024-05-03", "my  hours was too\nsmall"),
        ("sibling", "other", "Help [help]", None, "RB", "2024-05-03", "and THE MONEY stopped"),
    )
    import_sheet(meeting.study, meeting.sheet)
    decisions = read_decisions(meeting.study)
    assert set(decisions["value"]) == {
        f"time {offsets('my hours was too small')}",
        f"help {offsets('and the money stopped')}",
    }
    made = meeting.run()
    assert ("time", *span("my hours was too small")) in set(zip(made["code"], made["start"], made["end"], strict=True))
    row = next(row for row in cells(meeting.sheet) if row["Kind"] == "sibling")
    assert (row["Other code or direction"], row[PASSAGE]) == ("Help [help]", "and the money stopped")
    assert import_sheet(meeting.study, meeting.sheet)["unchanged"] == 2  # as it came, the same once more


def test_words_that_are_not_shown_or_stand_there_twice_are_no_passage(meeting):
    meeting.fill(
        ("presence", "other", None, None, "RB", "2024-05-03", "the hours were far too few"),
        ("sibling", "other", "Help [help]", None, "RB", "2024-05-03", "t"),
        ("direction", "other", "mixed", None, "RB", "2024-05-03", "the nurses helped"),
        ("missed", "other", None, None, "RB", "2024-05-03", "the nurses helped one another"),
    )
    with pytest.raises(DecisionsError) as caught:
        import_sheet(meeting.study, meeting.sheet)
    said = str(caught.value)
    assert "row 2: the words of the other passage are not in what the sheet shows of S01.\n  Copy them" in said
    assert "row 3: the words given stand " in said and "in what the sheet shows of S01: first at characters " in said
    assert "row 4: this disagreement is about the direction: the passage stands." in said
    start, end = span("the nurses helped one another")
    assert f"row 5: the words of the other passage stand at characters {start}–{end} of S01, outside" in said
    for words in ("nurses", "money", "hours"):
        assert words not in said


def test_an_other_code_or_passage_beside_another_choice_is_not_passed_over(meeting):
    meeting.fill(("sibling", "keep A", None, None, "RB", "2024-05-03", "the money stopped"))
    with pytest.raises(DecisionsError, match="and the decision is 'keep A'"):
        import_sheet(meeting.study, meeting.sheet)
    meeting.fill(("sibling", "other", None, None, "RB", "2024-05-03", "the money stopped"))
    with pytest.raises(DecisionsError, match="there is another passage, and the two sides have different codes"):
        import_sheet(meeting.study, meeting.sheet)


def test_offsets_beyond_the_text_are_refused(meeting):
    meeting.fill(("presence", "other", f"time 5-{len(TEXT) + 1}", None, "RB", "2024-05-03"))
    with pytest.raises(DecisionsError, match=f"reversed or beyond the text, which has {len(TEXT)} characters"):
        import_sheet(meeting.study, meeting.sheet)


def test_the_overview_counts_what_is_filled_in_and_leads_to_each_row(meeting):
    page = openpyxl.load_workbook(meeting.sheet)["Overview"]
    assert page["A4"].value.endswith('&" of 4 decided, "&(4-COUNTIFS(Disagreements!$Q$2:$Q$5,"<>",'
                                     'Disagreements!$Q$2:$Q$5,"<>open again"))&" open"')  # fmt: skip
    first = meeting.pack.items[0].disagreement
    assert page["A7"].value == f'=HYPERLINK("#Disagreements!A"&(1+MATCH("{first}",Disagreements!$Z$2:$Z$5,0)),1)'
    heads = [cell.value for cell in openpyxl.load_workbook(meeting.sheet)["Disagreements"][1]]
    assert (heads[16], heads[25]) == ("Decision", "Disagreement id")  # columns Q and Z


def test_a_reason_that_quotes_the_transcript_is_said_and_a_short_echo_is_not(meeting):
    meeting.fill(
        ("presence", "keep B", None, "She says: of my hours was too small, so time.", "RB", "2024-05-03"),
        ("missed", "keep A", None, "The director stands behind them.", "RB", "2024-05-03"),
    )
    (warning,) = import_sheet(meeting.study, meeting.sheet)["warnings"]
    assert "row 2: the reason holds 6 words or more in a row of transcript S01." in warning
    assert "hours" not in warning


def fill_two(meeting, tmp_path, mine: tuple, hers: tuple):
    """Two copies of the sheet, filled by two people."""
    other = tmp_path / "hers.xlsx"
    shutil.copy(meeting.sheet, other)
    meeting.fill(("presence", *mine))
    meeting.fill(("presence", *hers), path=other)
    return [meeting.sheet, other]


KEEP_A, KEEP_B = ("keep A", None, "one", "RB", "2024-05-03"), ("keep B", None, "two", "KL", "2024-05-10")


def test_the_same_decision_by_two_people_is_one(meeting, tmp_path):
    paths = fill_two(meeting, tmp_path, ("keep B", None, None, "RB", "2024-05-03"), KEEP_B)
    result = import_sheets(meeting.study, paths)
    assert (result["added"], result["unchanged"], result["undecided"], result["rows"]) == (1, 1, 6, 8)
    decisions = read_decisions(meeting.study)
    assert list(decisions[["choice", "by", "on", "reason"]].itertuples(index=False, name=None)) == [
        ("keep_b", "RB", "2024-05-03", "two")  # the first signature, the only reason
    ]
    assert import_sheets(meeting.study, paths[::-1])["unchanged"] == 2


@pytest.mark.parametrize("together", [True, False])
def test_two_decisions_of_which_neither_knew_the_other_are_a_conflict_in_whatever_order(meeting, tmp_path, together):
    paths = fill_two(meeting, tmp_path, KEEP_A, KEEP_B)
    if not together:
        import_sheet(meeting.study, paths.pop(0))
    with pytest.raises(DecisionsError) as caught:
        import_sheets(meeting.study, paths)
    said = str(caught.value)
    about = next(item.disagreement for item in meeting.pack.items if item.kind == "presence")
    assert (
        f"disagreement '{about}' is decided in two ways, and neither knew the other: keep A, by RB on 2024-05-03 ("
        in said
    )
    assert f"; keep B, by KL on 2024-05-10 ({paths[-1]}, row 2)." in said
    assert ("2 in conflict" if together else "1 in conflict") in said
    assert len(read_decisions(meeting.study)) == (0 if together else 1)


@pytest.mark.parametrize(
    ("prefer", "holds", "on_record"),
    [("newest", "keep_b", 2), ("hers.xlsx", "keep_b", 2), ("sheet.xlsx", "keep_a", 2)],
)
def test_what_is_preferred_holds_and_what_gives_way_stays_on_record(meeting, tmp_path, prefer, holds, on_record):
    paths = fill_two(meeting, tmp_path, KEEP_A, KEEP_B)
    result = import_sheets(meeting.study, paths, prefer=prefer)
    assert (result["added"], result["changed"]) == (1, 1)
    assert list(read_decisions(meeting.study)["choice"]) == [holds]
    table = (meeting.root / "data/raw/decisions/disagreements.csv").read_text(encoding="utf-8")
    assert len(table.splitlines()) == 1 + on_record
    assert import_sheets(meeting.study, paths)["unchanged"] == 2  # settled once, for good


def test_what_is_recorded_can_be_preferred_to_what_comes(meeting, tmp_path):
    first, second = fill_two(meeting, tmp_path, KEEP_A, KEEP_B)
    meeting.fill(("missed", "keep B", None, None, "KL", "2024-05-10"), path=second)
    import_sheet(meeting.study, first)
    result = import_sheet(meeting.study, second, prefer="recorded")
    assert (result["added"], result["left_out"], result["undecided"]) == (1, 1, 2)
    assert "1 left out by --prefer" in result["message"]
    with pytest.raises(DecisionsError, match=r"'third\.xlsx' is no file that is imported"):
        import_sheet(meeting.study, second, prefer="third.xlsx")


def test_the_newest_of_one_day_is_none(meeting, tmp_path):
    paths = fill_two(meeting, tmp_path, KEEP_A, ("keep B", None, None, "KL", "2024-05-03"))
    with pytest.raises(DecisionsError, match="is decided in two ways"):
        import_sheets(meeting.study, paths, prefer="newest")


def test_whoever_signed_both_knew_the_first(meeting, tmp_path):
    paths = fill_two(meeting, tmp_path, KEEP_A, ("keep B", None, "we talked", "KL and RB", "2024-05-10"))
    assert import_sheets(meeting.study, paths)["changed"] == 1
    assert list(read_decisions(meeting.study)["by"]) == ["KL and RB"]


def test_a_reason_corrected_in_the_same_sheet_is_taken(meeting):
    meeting.fill(("presence", *KEEP_A))
    import_sheet(meeting.study, meeting.sheet)
    meeting.fill(("presence", "keep A", None, "one, put better", "RB", "2024-05-03"))
    assert import_sheet(meeting.study, meeting.sheet)["changed"] == 1
    assert list(read_decisions(meeting.study)["reason"]) == ["one, put better"]


def test_the_counts_of_a_refused_import_add_up(meeting):
    meeting.fill(
        ("presence", "maybe", None, None, "RB", "2024-05-03"),
        ("sibling", "other", "moony", None, "RB", "2024-05-03"),
        ("missed", "keep A", None, None, "RB", "2024-05-03"),
    )
    with pytest.raises(DecisionsError) as caught:
        import_sheet(meeting.study, meeting.sheet)
    assert "nothing was imported. Of 4 rows: 1 new decision, 0 changed, 0 as before, 1 not decided, 2 refused." in str(
        caught.value
    )


def test_a_row_whose_disagreement_is_gone_is_refused_only_where_it_says_something_new(meeting):
    meeting.fill(("presence", *KEEP_A))
    import_sheet(meeting.study, meeting.sheet)
    meeting.run()
    gone = meeting.found[meeting.found["kind"] != "presence"]
    write("report_disagreements", gone, meeting.root / "reports/tables/disagreements.csv")
    result = import_sheet(meeting.study, meeting.sheet)
    assert (result["unchanged"], result["undecided"]) == (1, 3)


def test_a_decision_written_by_hand_keeps_its_own_id_as_base(meeting):
    about = next(item.disagreement for item in meeting.pack.items if item.kind == "presence")
    row = {"decision": "d1", "kind": "disagreement", "about": about, "choice": "keep_a", "by": "RB", "on": "2024-05-03"}
    append_decisions(meeting.study, [row])
    meeting.run()
    meeting.fill(("presence", *KEEP_B))
    assert import_sheet(meeting.study, meeting.sheet)["changed"] == 1
    assert list(read_decisions(meeting.study)["supersedes"]) == ["d1"]


def test_a_side_of_several_directions_cannot_be_kept(meeting):
    found = meeting.found.assign(
        direction_b=[
            row.direction_b if row.kind != "direction" else "barrier;mixed" for row in meeting.found.itertuples()
        ]
    )
    write("report_disagreements", found, meeting.root / "reports/tables/disagreements.csv")
    pack = make_pack(found, CODINGS, TURNS, TEXTS, CODEBOOK, read_decisions(meeting.study), title=TITLE)
    write_sheet(meeting.sheet, pack)
    book = openpyxl.load_workbook(meeting.sheet)
    assert [cell.value for cell in book["Lists"]["E"]][:5] == ["keep A", "both", "neither", "other", "open again"]
    assert "Lists!$E$1:$E$5" in [rule.formula1 for rule in book["Disagreements"].data_validations.dataValidation]
    meeting.fill(("direction", "keep B", None, None, "RB", "2024-05-03"))
    with pytest.raises(DecisionsError, match="'keep B' stands for several directions"):
        import_sheet(meeting.study, meeting.sheet)

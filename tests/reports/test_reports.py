"""Documents: real tables with repeating heads, percentages as papers print them, nothing that a spreadsheet would run."""

from __future__ import annotations

import re
import time
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn

from qualcode.config import Config
from qualcode.reports import content
from qualcode.reports.content import Data
from qualcode.reports.docx import Report, write_tables
from qualcode.reports.findings import FIGURES
from qualcode.reports.html import write_index
from qualcode.reports.model import Column, PrintedTable, Row, percent, whole_percent
from qualcode.reports.xlsx import write_data, write_printed
from qualcode.stages.reports import REPORT_TABLES
from qualcode.study import Study
from qualcode.tables import TABLES


@pytest.mark.parametrize(
    ("n", "printed"),
    # the characteristics of the 13 professionals in JMIR Form Res 2022, as that paper's table prints them
    [(11, "85"), (2, "15"), (7, "54"), (5, "38"), (4, "31"), (3, "23"), (1, "8"), (13, "100"), (0, "0")],
)
def test_percentages_are_those_of_a_published_table(n: int, printed: str) -> None:
    assert percent(n, 13) == f"{n} ({printed}%)"


def test_half_a_per_cent_is_rounded_up_as_people_do() -> None:
    assert [whole_percent(value) for value in (0.5, 1.5, 2.5, 12.5)] == ["1", "2", "3", "13"]


def test_a_number_of_nothing_has_no_percentage() -> None:
    assert percent(0, 0) == "0"
    assert percent(pd.NA, 3) == ""


TABLE = PrintedTable(
    "Themes",
    "Themes and subthemes",
    [Column("Theme", 2), Column("Mentions", 1, "right"), Column("Alpha", 1, "right")],
    [Row(["Barriers", 3, 0.5], level=0), Row(["=SUM(A1)", 2, -0.25]), Row(["@time", 1, float("nan")])],
    ["A note."],
)


def test_a_word_table_repeats_its_head_and_keeps_its_rows_whole(tmp_path: Path) -> None:
    write_tables(tmp_path / "t.docx", [TABLE], title="Study", notice="Made up.", day="2024-05-01")
    document = docx.Document(str(tmp_path / "t.docx"))
    (table,) = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Theme", "Mentions", "Alpha"],
        ["Barriers", "3", "0.50"],
        ["=SUM(A1)", "2", "−0.25"],
        ["@time", "1", ""],
    ]
    rows = table._tbl.tr_lst
    assert rows[0].trPr.find(qn("w:tblHeader")) is not None
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "Table 1. Themes and subthemes" in texts
    assert "Made up." in texts
    assert "A note." in texts


def test_a_word_table_takes_its_fonts_from_styles(tmp_path: Path) -> None:
    write_tables(tmp_path / "t.docx", [TABLE], title="Study", notice="", day="2024-05-01")
    table = docx.Document(str(tmp_path / "t.docx")).tables[0]
    runs = [run for row in table.rows for cell in row.cells for part in cell.paragraphs for run in part.runs]
    assert {run.font.size for run in runs} == {None}
    assert {part.style.name for row in table.rows for cell in row.cells for part in cell.paragraphs} == {"Table Text"}


def test_the_properties_of_a_table_stand_in_the_order_that_word_wants(tmp_path: Path) -> None:
    order = ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook"]  # ECMA-376, CT_TblPr
    cells = ["tcW", "gridSpan", "tcBorders", "shd"]  # CT_TcPr
    heading = PrintedTable("T", "T", [Column("A"), Column("B")], [Row(["Theme", ""], level=0), Row(["a", "b"])])
    write_tables(tmp_path / "t.docx", [heading], title="Study", notice="", day="2024-05-01")
    (table,) = docx.Document(str(tmp_path / "t.docx")).tables
    names = [child.tag.split("}")[1] for child in table._tbl.tblPr]
    assert names == [name for name in order if name in names] and {"tblBorders", "tblCellMar"} <= set(names)
    for row in table._tbl.tr_lst:
        for cell in row.tc_lst:
            names = [child.tag.split("}")[1] for child in cell.tcPr]
            assert names == [name for name in cells if name in names]
    assert len(table._tbl.tr_lst[1].tc_lst) == 1, "a heading row is one cell over the whole width"


def test_a_table_without_rows_says_why(tmp_path: Path) -> None:
    empty = PrintedTable("Topics", "Topics", [Column("Topic")], [], empty="Fewer than 80 segments.")
    write_tables(tmp_path / "t.docx", [empty], title="Study", notice="", day="2024-05-01")
    document = docx.Document(str(tmp_path / "t.docx"))
    assert not document.tables
    assert "Fewer than 80 segments." in [paragraph.text for paragraph in document.paragraphs]


def test_a_workbook_holds_numbers_as_numbers_and_words_never_as_formulas(tmp_path: Path) -> None:
    write_printed(tmp_path / "t.xlsx", [TABLE], day="2024-05-01", title="Study")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["Themes"]
    assert [cell.value for cell in sheet[4]] == ["Barriers", 3, 0.5]
    assert (sheet["A5"].value, sheet["A5"].data_type, sheet["A5"].quotePrefix) == ("=SUM(A1)", "s", True)
    assert sheet["C6"].value is None
    assert sheet.freeze_panes == "A4"


def test_documents_have_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_tables(tmp_path / f"{name}.docx", [TABLE], title="Study", notice="", day="2024-05-01")
        write_printed(tmp_path / f"{name}.xlsx", [TABLE], day="2024-05-01", title="Study")
        time.sleep(2.1)  # zip times have a step of two seconds
    for ending in ("docx", "xlsx"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def data(tmp_path: Path, **tables: list[dict[str, object]]) -> Data:
    """A study whose report tables are empty but for those given."""
    names = {name: f"report_{name}" if f"report_{name}" in TABLES else name for name in (*REPORT_TABLES, "changed")}
    filled = {
        name: TABLES[full].shape(pd.DataFrame(tables[name])) if name in tables else TABLES[full].empty()
        for name, full in names.items()
    }
    config = Config.model_validate({"study": {"title": "A <study>", "notice": "Made up & invented."}})
    return Data(Study(tmp_path, config), filled, "2024-05-01", "book 1.0.0", {})


def test_every_printed_table_copes_with_a_study_that_has_nothing_yet(tmp_path: Path) -> None:
    empty = data(tmp_path)
    for make in content.PRINTED.values():
        table = make(empty)
        assert table.rows == [] and table.caption and table.empty


def test_the_foot_of_findings_counts_open_disagreements(tmp_path: Path) -> None:
    rows = [
        {"disagreement": name, "kind": "presence", "status": status}
        for name, status in (("a", "open"), ("b", "decided"))
    ]
    assert content.open_note(data(tmp_path, disagreements=rows)).startswith(
        "1 of 2 disagreements between coders is undecided"
    )
    assert (
        content.open_note(data(tmp_path, disagreements=rows[1:])) == "The one disagreement between coders is decided."
    )


def test_agreement_that_cannot_be_computed_is_a_dash_with_its_reason_below(tmp_path: Path) -> None:
    common = {
        "code": "x",
        "label": "Code x",
        "unit": "turn",
        "rule": "any_word",
        "universe": "assigned",
        "coders": "A;B",
    }
    rows = [
        {
            **common,
            "coefficient": "percent_agreement",
            "estimate": 1.0,
            "both": 0,
            "only_a": 0,
            "only_b": 0,
            "neither": 9,
        },
        {
            **common,
            "coefficient": "krippendorff_alpha",
            "estimate": None,
            "reason": "no variation",
            "both": 0,
            "neither": 9,
        },
    ]
    table = content.agreement_by_code(data(tmp_path, agreement_by_code=rows))
    assert list(table.rows[0].cells)[-4:] == ["100", "", "–", ""]
    assert "A is A, B is B." in table.notes
    assert "Not estimable: Code x: no variation." in table.notes


def _alphas(**second: object) -> list[dict[str, object]]:
    common = {
        "coefficient": "krippendorff_alpha",
        "unit": "turn",
        "rule": "any_word",
        "universe": "assigned",
        "coders": "A;B",
        "estimate": 0.5,
        "n_transcripts": 3,
    }
    few = {"ci_these_low": 0.25, "ci_these_high": 0.75, "ci_method": "these transcripts only: bootstrap by unit"}
    return [{**common, "code": "x", "scope": "code", **few}, {**common, "code": "y", "scope": "code", **few, **second}]


def test_an_interval_of_few_transcripts_is_headed_these_transcripts_only(tmp_path: Path) -> None:
    made = data(tmp_path, agreement_by_code=_alphas(), agreement=_alphas())
    for table, at in ((content.agreement_by_code(made), -1), (content.agreement(made), 4)):
        assert table.columns[at].heading.endswith(", these transcripts only")
        assert [row.cells[at] for row in table.rows] == ["0.25 to 0.75", "0.25 to 0.75"]
        assert "Intervals: bootstrap by unit." in table.notes
        assert (
            "3 transcripts are too few to speak beyond them: the interval says how far a number would move with other units "
            "of these transcripts only."
        ) in table.notes


def test_an_interval_of_few_transcripts_beside_others_has_a_star(tmp_path: Path) -> None:
    wide = {
        "ci_low": 0.1, "ci_high": 0.9, "ci_these_low": None, "ci_these_high": None, "n_transcripts": 12,
        "ci_method": "bootstrap by transcript (12 transcripts)",
    }  # fmt: skip
    table = content.agreement_by_code(data(tmp_path, agreement_by_code=_alphas(**wide)))
    assert table.columns[-1].heading == "95 % interval of alpha"
    assert [row.cells[-1] for row in table.rows] == ["0.25 to 0.75*", "0.10 to 0.90"]
    assert any(note.startswith("* 3 transcripts are too few") for note in table.notes)
    assert any(note.startswith("With fewer than 30 transcripts") for note in table.notes)


def test_the_page_needs_nothing_from_elsewhere_and_escapes_what_people_wrote(tmp_path: Path) -> None:
    figures = tmp_path / "figures"
    figures.mkdir()
    drawing = '<defs><clipPath id="p"/></defs><g clip-path="url(#p)"/>'
    svg = f'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg">{drawing}</svg>'
    for name in FIGURES:
        (figures / f"{name}.svg").write_text(svg, encoding="utf-8")
    quote = {"theme": "t", "label": "<b>Theme</b>", "participant": "P1", "text": "a < b & c", "quote": "q"}
    write_index(tmp_path / "index.html", data(tmp_path, quotes=[quote]), figures, ["findings.docx"])
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "a &lt; b &amp; c" in page and "<b>Theme" not in page
    assert "A &lt;study&gt;" in page and "Made up &amp; invented." in page
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert "default-src 'none'" in page
    assert page.count('id="thematic_map-p"') == 1 and "url(#thematic_map-p)" in page


def test_the_supplement_lists_its_tables(tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": ["+x"], "n": [3]})
    write_data(tmp_path / "s.xlsx", {"codes": ("one code", frame)}, day="2024-05-01", title="Study")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    assert book.sheetnames == ["Contents", "codes"]
    assert [cell.value for cell in book["Contents"][2]] == ["codes", "one code", 1]
    assert book["codes"]["A2"].data_type == "s"


def test_captions_are_numbered_by_fields_that_word_keeps_right(tmp_path: Path) -> None:
    report = Report("Study")
    report.table(TABLE)
    report.table(TABLE)
    report.save(tmp_path / "r.docx", day="2024-05-01")
    document = docx.Document(str(tmp_path / "r.docx"))
    captions = [part.text for part in document.paragraphs if part.style.name == "Caption"]
    assert captions == ["Table 1. Themes and subthemes", "Table 2. Themes and subthemes"]
    codes = [element.text.strip() for element in document.element.body.iter(qn("w:instrText"))]
    assert codes == ["SEQ Table \\* ARABIC"] * 2


# ---------------------------------------------------------------- agreement


OVERALL = {
    "coefficient": "krippendorff_alpha", "scope": "pooled", "unit": "turn", "rule": "any_word", "universe": "assigned",
    "coders": "A;B", "n_units": 53, "n_transcripts": 3, "estimate": 0.7111, "ci_these_low": 0.61, "ci_these_high": 0.80,
    "ci_method": "these transcripts only: bootstrap by unit (3 transcripts: too few to resample), 1000, seed 1, percentile",
    "reason": "3 transcripts: too few to speak beyond them", "codes": 20, "uncoded": "include", "below": "0.667: 0.200; 0.8: 0.980",
}  # fmt: skip


def agreed(tmp_path: Path, *, sampling: str = "", approach: str = "codebook", **more: list[dict[str, object]]) -> Data:
    codes = (("x", -0.01, "too rare: 2 units coded by anybody; bias: B applies"), ("y", 1.0, ""), ("z", None, ""))
    by_code = [
        {**OVERALL, "scope": "code", "code": code, "label": code.title(), "estimate": value, "remarks": remarks}
        for code, value, remarks in codes
    ]
    whole = {"transcript": "all", "unit": "turn"}
    yes = {"counted": "yes", "why": "read by two coders or more", "characters": 300, "percent": 30.0, "units": 53}
    no = {
        "counted": "no",
        "why": "not assigned to two of these coders",
        "characters": 700,
        "percent": 70.0,
        "units": 159,
    }
    counted = [whole | yes, whole | no]
    percent_ = {**OVERALL, "coefficient": "percent_agreement", "estimate": 0.97, "below": ""}
    tables = {"agreement": [percent_, OVERALL], "agreement_by_code": by_code, "agreement_diagnosis": counted} | more
    made = data(tmp_path, **tables)
    made.study.config.agreement.sampling = sampling
    made.study.config.analysis.approach = approach  # type: ignore[assignment]
    return made


def test_the_methods_sentences_say_who_what_how_and_with_which_interval(tmp_path: Path) -> None:
    made = agreed(tmp_path, sampling="drawn at random before coding began")
    made.tables["transcripts"] = TABLES["report_transcripts"].shape([{"transcript": f"T{at}"} for at in range(13)])
    assert content.agreement_methods(made).startswith(
        "Two coders (A, B) independently coded 3 of 13 transcripts (53 turns, 25 % of all), drawn at random before coding began. "
        "Agreement was measured by turn; a code counted for a turn when it covered at least one whole word of it. "
        "Krippendorff's alpha (nominal, each code present or absent, observed and expected disagreement pooled over 20 codes) was "
        "0.71 (95 % interval 0.61 to 0.80 for these transcripts; bootstrap, 1,000 resamples of turns, percentile limits, seed 1). "
        "By code it ranged from −0.01 to 1.00 (2 of 3 codes could be estimated). Percent agreement was 97 %. "
        "Computed with qualcode "
    )


def test_thresholds_stand_with_who_says_so_and_what_the_share_is_not(tmp_path: Path) -> None:
    assert content.agreement(agreed(tmp_path)).notes[-1] == (
        "Of the resamples of the pooled alpha 20 % under 0.667 (Krippendorff 2019, tentative), 98 % under 0.8 (Krippendorff 2019, "
        "firm). This is no probability, and thresholds are conventions."
    )


def test_a_word_stands_beside_a_code_and_is_explained_below(tmp_path: Path) -> None:
    table = content.agreement_by_code(agreed(tmp_path))
    assert [row.cells[-1] for row in table.rows] == ["rare, bias", "", ""]
    assert (
        "Remarks: rare: fewer than 5 units were coded by anybody, or too little varies for an interval; bias: one coder applies "
        "the code more often."
    ) in table.notes


def test_units_stand_side_by_side_where_there_are_several(tmp_path: Path) -> None:
    assert content.agreement_units(agreed(tmp_path)).rows == []
    other = {**OVERALL, "unit": "character", "rule": "every character", "n_units": 9000, "estimate": 0.5, "ci_these_low": None,
             "ci_these_high": None, "ci_method": ""}  # fmt: skip
    table = content.agreement_units(agreed(tmp_path, agreement=[OVERALL, other]))
    assert [list(row.cells[:3]) + list(row.cells[5:]) for row in table.rows] == [
        ["Turn", "counted", 53, "0.71", "0.61 to 0.80"], ["Character", "counted", 9000, "0.50", ""],
    ]  # fmt: skip
    assert len(content.agreement(agreed(tmp_path, agreement=[OVERALL, other])).rows) == 1


def test_of_three_coders_the_table_has_the_units_that_any_coded_and_the_mean_kappa_of_pairs(tmp_path: Path) -> None:
    row = {**OVERALL, "scope": "code", "code": "x", "label": "X", "coders": "A;B;C", "n_coded": 7}
    rows = [
        row,
        {**row, "coefficient": "mean_pairwise_cohen_kappa", "estimate": 0.25},
        *({**row, "coefficient": "cohen_kappa", "coders": pair, "estimate": 0.9} for pair in ("A;B", "A;C", "B;C")),
    ]
    table = content.agreement_by_code(agreed(tmp_path, agreement_by_code=rows))
    assert [column.heading for column in table.columns][:2] == ["Code", "Coded by any"]
    assert list(table.rows[0].cells) == ["X", 7, "", "0.25", "0.71", "0.61 to 0.80"]


def test_what_counted_adds_up_in_the_printed_table(tmp_path: Path) -> None:
    table = content.agreement_diagnosis(agreed(tmp_path))
    assert [list(row.cells) for row in table.rows] == [
        ["Read by two coders or more", "yes", 300, "30", 53],
        ["Not assigned to two of these coders", "no", 700, "70", 159],
        ["All transcripts", "", 1000, "100", 212],
    ]


def test_under_the_reflexive_approach_documents_say_so_in_place_of_coefficients(tmp_path: Path) -> None:
    made = agreed(tmp_path, approach="reflexive")
    for make in (content.agreement, content.agreement_by_code, content.PRINTED["agreement_by_scope"]):
        table = make(made)
        assert table.rows == [] and table.empty.startswith(
            "Under the reflexive approach coefficients of agreement are switched off"
        )
    assert content.agreement_methods(made).startswith("Under the reflexive approach")


def test_the_foot_of_every_table_says_how_many_passages_changed_and_were_not_looked_at(tmp_path: Path) -> None:
    from qualcode.reports.content import open_note

    kinds = [
        ("coding", "open", "words"),
        ("coding", "open", "moved"),
        ("coding", "open", "gone"),
        ("coding", "noted", "signs"),
    ]
    kinds += [("coding", "confirmed", "words"), ("decision", "open", "words")]
    rows = [dict(zip(("kind", "status", "change"), kind, strict=True)) for kind in kinds]
    assert open_note(data(tmp_path, changed=rows)) == (
        "2 coded passages have other words since the transcript was corrected, and nobody has looked at them yet; they are "
        "counted. 1 coded passage no longer in the transcript is not counted."
    )


def test_the_foot_of_every_table_says_how_many_codings_wait_to_be_aligned(tmp_path: Path) -> None:
    from qualcode.reports.content import open_note

    told = open_note(data(tmp_path, imports=[{"file": "a", "unaligned": 2}, {"file": "b", "unaligned": 1}]))
    assert told == "3 codings under codes of a coder's own, not yet aligned to the codebook, are not counted."


def test_the_table_of_agreement_says_whose_codes_are_not_aligned(tmp_path: Path) -> None:
    from qualcode.reports.content import agreement, open_note

    why = "codes of KL are not aligned to the codebook (2 of 2 codings wait): qualcode pack alignment"
    row = {
        "coefficient": "cohen_kappa",
        "scope": "pooled",
        "unit": "segment",
        "rule": "any_word",
        "universe": "assigned",
    }
    told = data(tmp_path, agreement=[row | {"coders": "KL;RB", "n_units": 0, "reason": why}])
    assert agreement(told).notes[0] == f"C{why[1:]}."
    assert open_note(told) == ""  # not "no disagreement was found"


REVIEW = {
    "reviewer": "RB", "coder": "KL", "reviewed": 14, "confirmed": 12, "changed": 1, "rejected": 1, "added": 2, "changed_code": 1,
    "changed_span": 0, "changed_direction": 0, "not_reviewed": 3, "n_transcripts": 3,
}  # fmt: skip


def review_rows(**more: object) -> list[dict[str, object]]:
    """A review of 14 codings, 12 of them confirmed, with two added."""
    both, one = ("confirmed_of_reviewed_and_added", 16), ("confirmed_of_reviewed", 14)
    return [
        REVIEW | {"scope": scope, "code": code, "label": code.title(), "coefficient": name, "n": 12, "of": of, "estimate": 12 / of,
                  "ci_low": 0.5, "ci_high": 0.9, "ci_method": "Wilson score, codings taken as independent"} | more
        for scope, code in (("all", ""), ("code", "time"))
        for name, of in (both, one)
    ]  # fmt: skip


def test_a_review_is_printed_with_both_shares_named(tmp_path: Path) -> None:
    table = content.PRINTED["review"](data(tmp_path, review=review_rows()))
    assert [row.cells[0] for row in table.rows] == ["RB on the codings of KL", "All codes", "Time"]
    assert list(table.rows[1].cells[1:]) == [14, 12, 1, 1, 2, "75.00 (50.0 to 90.0)", "85.71 (50.0 to 90.0)"]
    assert [column.heading for column in table.columns][-2:] == [
        "Confirmed, % of reviewed and added (95 % interval)", "Confirmed, % of reviewed (95 % interval)",
    ]  # fmt: skip
    notes = " ".join(table.notes)
    assert "3 of KL's codings were not reviewed by RB and do not count." in notes
    assert "No kappa or alpha: the second coder saw the first coder's codes." in notes
    assert "Wilson score" in notes


def test_where_transcripts_were_resampled_their_interval_is_printed(tmp_path: Path) -> None:
    method = "bootstrap by transcript (12 transcripts), 1000, seed 1, percentile"
    drawn = {"ci_transcripts_low": 0.4, "ci_transcripts_high": 0.95, "ci_transcripts_method": method}
    table = content.PRINTED["review"](data(tmp_path, review=review_rows(**drawn)))
    assert table.rows[1].cells[7] == "85.71 (40.0 to 95.0)"
    assert any(method in note for note in table.notes)


def test_the_methods_sentences_say_what_was_reviewed(tmp_path: Path) -> None:
    said = content.agreement_methods(data(tmp_path, review=review_rows()))
    assert said.endswith(
        "RB reviewed 14 codings of KL in 3 transcripts: 12 confirmed, 1 changed and 1 rejected, and 2 were added. "
        "Percent agreement was 75.00 % (12 of 16 codings reviewed or added; 95 % interval 50.0 to 90.0 %); "
        "of those reviewed 85.71 % were confirmed (95 % interval 50.0 to 90.0 %). "
        "As the reviewer saw the codings, no chance-corrected coefficient applies."
    )


def test_coders_one_of_whom_saw_the_others_codes_are_not_called_independent(tmp_path: Path) -> None:
    common = {
        "scope": "pooled",
        "unit": "segment",
        "rule": "any_word",
        "universe": "assigned",
        "coders": "KL;RB",
        "uncoded": "include",
    }
    rows = [
        common | {"coefficient": "percent_agreement", "n_units": 36, "n_transcripts": 3, "estimate": 0.99},
        common | {"coefficient": "krippendorff_alpha", "n_units": 0, "n_transcripts": 0,
                  "reason": "the second coder saw the first coder's codes"},
    ]  # fmt: skip
    said = content.agreement_methods(data(tmp_path, agreement=rows))
    assert said.startswith("Two coders (KL, RB) coded 3 of ")
    assert "36 segments" in said
    assert "independently" not in said
    assert "Krippendorff's alpha could not be computed: the second coder saw the first coder's codes." in said

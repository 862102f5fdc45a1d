"""Figures: everything that the tables hold is drawn, what is missing is said, the same bytes each time."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from qualcode import agreement_figures, figures
from qualcode.mentions import COLUMNS
from qualcode.people import who_counts
from qualcode.presence import theme_by_participant
from qualcode.tables import TABLES


def words(figure: object, folder: Path) -> list[str]:
    """The texts of a figure as they stand in its SVG."""
    figures.save(figure, folder / "f.svg", folder / "f.png")  # type: ignore[arg-type]
    return re.findall(r"<text[^>]*>([^<]*)</text>", (folder / "f.svg").read_text(encoding="utf-8"))


THEMES = TABLES["report_themes"].shape(
    [
        {"code": "b", "label": "Barriers", "depth": 0, "mentions": 5, "participants": 3},
        {"code": "t", "label": "Time", "depth": 1, "mentions": 4, "participants": 3},
        {"code": "m", "label": "Money", "depth": 1, "mentions": 1, "participants": 1},
        {"code": "l", "label": "Law", "depth": 1, "mentions": 0, "participants": 0},
    ]
)


def test_the_map_shows_themes_and_subthemes_with_both_counts(tmp_path: Path) -> None:
    shown = words(figures.thematic_map(THEMES), tmp_path)
    assert {"Barriers", "Time", "Money", "3 / 4", "1 / 1", "participants / mentions"} <= set(shown)
    assert "Law" not in shown, "a code without mentions"


def test_agreement_that_is_not_estimable_is_said_in_the_figure(tmp_path: Path) -> None:
    rows = [
        {
            "code": "t",
            "coefficient": "krippendorff_alpha",
            "estimate": 0.5,
            "ci_low": 0.25,
            "ci_high": 0.75,
            "n_units": 40,
        },
        {"code": "l", "coefficient": "krippendorff_alpha", "reason": "no variation", "n_units": 40},
        {"code": "t", "coefficient": "cohen_kappa", "estimate": 0.1, "n_units": 40},
    ]
    table = TABLES["report_agreement_by_code"].shape(rows)
    shown = words(figures.agreement_chart(table, {"t": "Time", "l": "Law"}), tmp_path)
    assert {"Time", "Law", "0.50", "not estimable: no variation"} <= set(shown)
    assert "0.10" not in shown


def test_an_interval_of_few_transcripts_is_drawn_and_said_in_the_figure(tmp_path: Path) -> None:
    row = {"coefficient": "krippendorff_alpha", "estimate": 0.5, "n_units": 40}
    these, wide = {"ci_these_low": 0.25, "ci_these_high": 0.75}, {"ci_low": 0.1, "ci_high": 0.9}
    for second, said in (
        (these, "intervals for these transcripts only"),
        (wide, "broken lines: for these transcripts only"),
    ):
        table = TABLES["report_agreement_by_code"].shape(
            [{"code": "t", **row, **these}, {"code": "l", **row, **second}]
        )
        chart = figures.agreement_chart(table, {})
        lines = [line.get_xdata() for line in chart.axes[0].lines if len(set(line.get_ydata())) == 1]
        assert [list(line) for line in lines] == [[0.25, 0.75], list(second.values())]
        assert any(said in text for text in words(chart, tmp_path))


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (figures.thematic_map, "report_themes"),
        (figures.theme_by_participant_grid, "report_theme_by_participant"),
        (figures.saturation_curve, "report_saturation"),
        (lambda rows: figures.agreement_chart(rows, {}), "report_agreement_by_code"),
    ],
)
def test_a_figure_of_nothing_says_so(tmp_path: Path, draw: object, table: str) -> None:
    shown = words(draw(TABLES[table].empty()), tmp_path)  # type: ignore[operator]
    assert len(shown) == 1 and shown[0].endswith((".", "needed."))


def test_the_grid_of_a_codebook_of_themes_alone_shows_their_mentions(tmp_path: Path) -> None:
    rows = [
        {"code": "time", "label": "Time", "depth": 0, "participant": who, "mentions": n}
        for who, n in (("P1", 3), ("P2", 0))
    ]
    shown = words(figures.theme_by_participant_grid(TABLES["report_theme_by_participant"].shape(rows)), tmp_path)
    assert "3" in shown and {"P1", "P2", "Time"} <= set(shown)


def test_figures_have_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        figures.save(figures.thematic_map(THEMES), tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_grid_adds_up_to_parents_and_lists_people_without_mentions_but_nobody_who_withdrew() -> None:
    participants = TABLES["participants"].shape(
        [{"participant": "P1"}, {"participant": "P2"}, {"participant": "P3", "withdrawn": "2024-05-01"}]
    )
    sessions = TABLES["sessions"].shape([{"session": "S1", "participants": "P1;P2;P3", "status": "done"}])
    transcripts = TABLES["transcripts"].shape([{"transcript": "S1", "session": "S1"}])
    people = who_counts(participants, sessions, TABLES["speakers"].empty(), transcripts)
    rows = [("t", "P1"), ("t", "P1;P2"), ("m", "P1")]
    mentions = pd.DataFrame([{"code": code, "participants": who} for code, who in rows], columns=COLUMNS)
    codebook = TABLES["codebook"].shape(
        [
            {"position": place, "code": code, "parent": parent, "label": code, "depth": depth}
            for place, (code, parent, depth) in enumerate([("b", "", 0), ("t", "b", 1), ("m", "b", 1)])
        ]
    )
    grid = theme_by_participant(mentions, codebook, people).set_index(["code", "participant"])["mentions"]
    assert grid.to_dict() == {
        ("b", "P1"): 3, ("b", "P2"): 1, ("t", "P1"): 2, ("t", "P2"): 1, ("m", "P1"): 1, ("m", "P2"): 0,
    }  # fmt: skip


# ---------------------------------------------------------------- agreement


def confusion(*rows: tuple[str, str, int], coders: tuple[str, str] = ("A", "B")) -> pd.DataFrame:
    return TABLES["report_agreement_confusion"].shape(
        [{"coder_a": coders[0], "coder_b": coders[1], "code_a": a, "code_b": b, "unit": "turn", "n": n,
          "label_a": a.title(), "label_b": b.title()} for a, b, n in rows]
    )  # fmt: skip


def test_the_heat_map_holds_every_count_and_names_who_is_in_rows(tmp_path: Path) -> None:
    table = confusion(("time", "time", 7), ("time", "money", 3), ("", "money", 12))
    shown = words(agreement_figures.confusion_map(table, ["time", "money", "law"]), tmp_path)
    assert {"7", "3", "12", "Time", "Money", "(nothing)", "A gave", "B gave (columns); framed: both gave it"} <= set(
        shown
    )
    assert "Law" not in shown, "a code that nobody gave"


def test_of_many_codes_the_heat_map_shows_those_with_most_disagreements_and_says_so(tmp_path: Path) -> None:
    names = [f"code{at:02}" for at in range(50)]
    table = confusion(*((name, name, 1) for name in names), *((name, names[49], 2) for name in names[:24]))
    shown = words(agreement_figures.confusion_map(table, names), tmp_path)
    assert "the 25 of 50 codes with most disagreements; all in the table" in shown
    assert "Code49" in shown and "Code23" in shown and "Code30" not in shown


def test_the_matrix_has_a_square_for_each_pair(tmp_path: Path) -> None:
    rows = [
        {"coefficient": "krippendorff_alpha", "scope": "pair", "about": about, "estimate": value, "ci_these_low": 0.1,
         "ci_these_high": 0.9}
        for about, value in (("A;B", 0.5), ("A;C", -0.25), ("B;C", None))
    ]  # fmt: skip
    empty = TABLES["report_agreement"].empty()
    shown = words(agreement_figures.pair_matrix(empty, TABLES["report_agreement_by_scope"].shape(rows)), tmp_path)
    assert {"0.50", "−0.25", "–", "0.10 to 0.90*"} <= set(shown)
    assert any("for these transcripts only" in text for text in shown)
    alone = TABLES["report_agreement"].shape(
        [{"coefficient": "krippendorff_alpha", "scope": "pooled", "coders": "A;B", "estimate": 0.75}]
    )
    assert "0.75" in words(agreement_figures.pair_matrix(alone, TABLES["report_agreement_by_scope"].empty()), tmp_path)


def coded(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    return TABLES["codings"].shape(
        [{"coding": f"c{at}", "transcript": "T", "coder": coder, "code": code, "start": start, "end": end, "origin": "human",
          "scope": "span", "anchored": "as_given"} for at, (coder, code, start, end) in enumerate(rows)]
    )  # fmt: skip


def test_the_timeline_has_a_lane_for_each_coder_at_the_places_of_the_text(tmp_path: Path) -> None:
    codings = coded(("A", "time", 0, 40), ("B", "time", 20, 60), ("B", "money", 80, 90))
    turns = TABLES["turns"].empty()
    chart = agreement_figures.timeline(codings, turns, "T", 100, ["time", "money", "law"], {"time": "Time"})
    bars = [path.get_extents() for held in chart.axes[0].collections for path in held.get_paths()]
    assert sorted((box.x0, box.x1) for box in bars) == [(0, 40), (20, 60), (80, 90)]
    assert {"Time", "money", "A", "B"} <= set(words(chart, tmp_path))


def test_a_timeline_of_many_codes_shows_those_on_which_coders_differ(tmp_path: Path) -> None:
    names = [f"code{at:02}" for at in range(80)]
    codings = coded(*(("A", name, 0, 10) for name in names), *(("B", name, 0, 10) for name in names[1:]))
    shown = words(agreement_figures.timeline(codings, TABLES["turns"].empty(), "T", 100, names, {}), tmp_path)
    assert "code00" in shown and "code79" not in shown
    assert any(
        text.startswith("the ") and text.endswith("of 80 codes on which coders differ most here") for text in shown
    )


def test_the_transcript_that_is_shown_is_the_one_with_least_agreement() -> None:
    rows = [{"coefficient": "krippendorff_alpha", "scope": "transcript", "about": about, "estimate": value}
            for about, value in (("T1", 0.9), ("T2", 0.2), ("T3", None))]  # fmt: skip
    table = TABLES["report_agreement_by_scope"].shape(rows)
    codings = coded(("A", "time", 0, 40), ("B", "time", 20, 60))
    assert agreement_figures.most_disputed(table, codings) == "T2"
    assert agreement_figures.most_disputed(table.iloc[:0], codings) == "T"
    assert agreement_figures.most_disputed(table.iloc[:0], codings.iloc[:1]) == ""


def test_figures_of_agreement_of_nothing_say_so_and_have_the_same_bytes_each_time(tmp_path: Path) -> None:
    empty = TABLES["codings"].empty()
    overall, scopes = TABLES["report_agreement"].empty(), TABLES["report_agreement_by_scope"].empty()
    for chart in (
        agreement_figures.pair_matrix(overall, scopes),
        agreement_figures.confusion_map(TABLES["report_agreement_confusion"].empty(), []),
        agreement_figures.timeline(empty, TABLES["turns"].empty(), "", 0, [], {}),
    ):
        assert len(words(chart, tmp_path)) == 1
    codings = coded(("A", "time", 0, 40), ("B", "time", 20, 60))
    for name in ("a", "b"):
        chart = agreement_figures.timeline(codings, TABLES["turns"].empty(), "T", 100, ["time"], {})
        figures.save(chart, tmp_path / f"{name}.svg", tmp_path / f"{name}.png")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()

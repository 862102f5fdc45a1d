"""What other programs print: held to their worked figures, and to a count character by character."""

from __future__ import annotations

import csv
import json
import random
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from qualcode.agreement.tools import Marked, kappa_of, qualcoder_kappa, tool_figures
from qualcode.agreement.tools_study import marked_of_study, tools_table
from qualcode.cli import cli
from qualcode.tables import TABLES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "oracles"))
import tools_by_hand as by_hand

SAW = "the second coder saw the first coder's codes"


def marked(spans, lengths, **more):
    """Who marked what, where everybody read everything."""
    coders = sorted({coder for _, coder, _ in spans} | set(more.pop("coders", ())))
    codes = sorted({code for _, _, code in spans})
    read = {coder: frozenset(lengths) for coder in coders}
    return Marked(made=spans, lengths=lengths, read=read, codes=codes, **more)


def figures(made, tool):
    return {(one.figure, one.code, one.transcript, one.coders): one for one in tool_figures(made, tools=[tool])}


def test_nvivos_worked_example_is_85_percent():
    """1,000 characters: 50 both, 150 one alone, 800 neither (help page); kappa .31 where the two coded as much."""
    spans = {("T", "A", "x"): [(0, 125)], ("T", "B", "x"): [(75, 200)]}
    found = figures(marked(spans, {"T": 1000}), "nvivo")
    key = ("x", "T", ("A", "B"))
    assert found["percentage agreement", *key].value == 0.85
    assert found["kappa coefficient", *key].value == pytest.approx(0.314, abs=5e-4)
    assert {one.checked for one in found.values()} == {"worked figure"}


@pytest.mark.parametrize(
    ("a", "b", "both", "agree", "printed", "cohen"),
    [
        (1000, 1000, 500, 0.90, 0.299, 0.444),
        (1000, 1000, 900, 0.98, 0.817, 0.889),
        (200, 200, 100, 0.98, 0.299, 0.490),
        (5000, 5000, 4000, 0.80, 0.660, 0.600),
    ],
)
def test_qualcoders_kappa_is_what_it_prints_and_not_cohens(a, b, both, agree, printed, cohen):
    """Run in QualCoder itself, 10,000 characters."""
    spans = {("T", "A", "x"): [(0, a)], ("T", "B", "x"): [(a - both, a - both + b)]}
    found = figures(marked(spans, {"T": 10_000}), "qualcoder")
    for name in ("all", "T"):
        assert found["agree %", "x", name, ("A", "B")].value == pytest.approx(agree)
        kappa = found['"Kappa"', "x", name, ("A", "B")]
        assert kappa.value == pytest.approx(printed, abs=5e-4)
        assert kappa.what.startswith("NOT Cohen's kappa")
    assert kappa_of((both, a - both, b - both, 10_000 - a - b + both)) == pytest.approx(cohen, abs=5e-4)


def test_two_coders_at_chance_get_30_in_qualcoder_and_0_from_cohen():
    cells = (250, 250, 250, 250)
    assert qualcoder_kappa(cells) == pytest.approx(0.30, abs=5e-3)
    assert kappa_of(cells) == 0


def test_where_two_agree_on_every_character_nvivo_shows_1_and_the_row_says_so():
    spans = {("T", "A", "x"): [(0, 9)], ("T", "B", "x"): [(0, 9)]}
    found = figures(marked(spans, {"T": 9, "U": 9}), "nvivo")
    assert {name for _, _, name, _ in found} == {"T"}  # files that neither coded so are left out
    one = found["kappa coefficient", "x", "T", ("A", "B")]
    assert one.value == 1
    assert one.reason == "the two agree on every character: NVivo shows 1, where nothing can be told from chance"
    other = figures(marked({("T", "A", "x"): [(0, 5)]}, {"T": 9}, coders=["B"]), "nvivo")
    assert other["kappa coefficient", "x", "T", ("A", "B")].value == 0  # one coder alone


def test_maxqdas_three_levels_by_hand():
    spans = {
        ("T", "A", "x"): [(0, 100), (200, 300)], ("T", "B", "x"): [(0, 95), (250, 300)],
        ("T", "A", "y"): [(0, 10)], ("U", "A", "y"): [(0, 10)], ("U", "B", "y"): [(0, 10)],
    }  # fmt: skip
    found = figures(marked(spans, {"T": 400, "U": 50}), "maxqda")
    pair = ("A", "B")
    assert found["code in the document", "x", "all", pair].value == 1
    assert found["code in the document", "y", "all", pair].value == 0.5
    assert found["code in the document", "", "all", pair].value == 0.75
    assert found["code in the document", "", "T", pair].value == 0.5
    assert found["code frequency in the document", "", "all", pair].value == 0.75
    assert found["segments: agreement", "x", "all", pair].value == 0.5  # 95 of 100 in both is enough, 50 of 100 is not
    assert found["segments: agreement", "y", "all", pair].value == pytest.approx(2 / 3)
    assert found["segments: agreement", "", "all", pair].value == pytest.approx(4 / 7)
    assert found["segments: kappa", "", "all", pair].value == pytest.approx((4 / 7 - 1 / 2) / (1 - 1 / 2))
    at_half = {
        (one.figure, one.code): one.value
        for one in tool_figures(marked(spans, {"T": 400, "U": 50}), tools=["maxqda"], overlap=0.5)
    }
    assert at_half["segments: agreement", "x"] == 1


def test_atlas_takes_the_codes_under_one_parent_for_a_semantic_domain():
    """Where two coders both coded, they gave the same code: cu-alpha 1 in the domain with two codes, none in that with one."""
    rows = [
        ("1", "1", 0, 4), ("1", "5", 6, 10), ("1", "6", 12, 15), ("2", "1", 0, 4), ("2", "5", 6, 9), ("2", "6", 12, 15),
    ]  # fmt: skip
    spans: dict = {}
    for coder, code, start, end in rows:
        spans.setdefault(("T", coder, code), []).append((start, end))
    found = figures(marked(spans, {"T": 20}, parents={"1": "d", "5": "d", "6": "e"}), "atlas")
    people = ("1", "2")
    assert found["cu-alpha", "d", "all", people].value == 1
    assert found["Cu-alpha", "", "all", people].value == 1
    assert found["cu-alpha", "e", "all", people].reason.startswith("no variation")
    domain = by_hand.alpha_binary(spans, {"T": 20}, list(people), ["1", "5"])
    assert found["alpha binary (domain)", "d", "all", people].value == pytest.approx(domain)


@pytest.mark.parametrize("seed", range(12))
def test_cu_alpha_is_which_code_in_a_domain_and_the_other_one_which_domain(seed):
    """Held to a count position by position; passages of one coder lie apart, and transcripts follow one another."""
    rng = random.Random(seed)
    lengths, parents = {"T": 90, "U": 60}, {"w": "d", "x": "d", "y": "e", "z": "e"}
    people = "ABC"[: 2 + seed % 2]
    spans: dict = {}
    units: dict = {domain: {who: [] for who in people} for domain in ("d", "e", "")}
    for name, before in (("T", 0), ("U", 90)):
        for who in people:
            start, end = 0, 0
            while (start := end + rng.randint(1, 12)) < lengths[name] - 2:
                end = min(lengths[name], start + rng.randint(2, 14))
                code = rng.choice("wxyz")
                spans.setdefault((name, who, code), []).append((start, end))
                units[parents[code]][who].append((before + start, before + end, code))
                units[""][who].append((before + start, before + end, parents[code]))
    found = figures(marked(spans, lengths, parents=parents), "atlas")
    for figure, domain in (("cu-alpha", "d"), ("cu-alpha", "e"), ("Cu-alpha", "")):
        expected = by_hand.cu_alpha(units[domain], 150)
        value = found[figure, domain, "all", tuple(people)].value
        assert (np.isnan(value) and expected is None) or value == pytest.approx(expected, abs=1e-12)


def test_atlas_needs_codes_that_exclude_each_other():
    spans = {("T", "A", "x"): [(0, 9)], ("T", "A", "y"): [(5, 12)], ("T", "B", "x"): [(0, 9)]}
    found = figures(marked(spans, {"T": 20}, parents={"x": "d", "y": "d"}), "atlas")
    one = found["cu-alpha", "d", "all", ("A", "B")]
    assert np.isnan(one.value)
    assert one.reason == "codes that must exclude each other overlap in one coder's work"
    assert not np.isnan(found["alpha binary", "x", "all", ("A", "B")].value)


def random_spans(seed):
    rng = random.Random(seed)
    lengths = {"T": 80, "U": 50, "V": 30}
    spans: dict = {}
    for name, length in lengths.items():
        for coder in "ABC":
            for code in "wxyz":
                for _ in range(rng.choice([0, 0, 1, 2, 3])):
                    start = rng.randrange(length - 1)
                    spans.setdefault((name, coder, code), []).append((start, min(length, start + rng.randint(1, 15))))
    return {key: sorted(each) for key, each in spans.items()}, lengths


@pytest.mark.parametrize("seed", range(8))
def test_every_figure_is_what_a_count_character_by_character_gives(seed):
    spans, lengths = random_spans(seed)
    names = sorted(lengths)
    units = {key: frozenset(at // 10 for start, end in each for at in range(start, end)) for key, each in spans.items()}
    excerpts = {name: length // 10 for name, length in lengths.items()}
    parents = {"w": "d", "x": "d", "y": "e", "z": "e"}
    made = marked(spans, lengths, units=units, excerpts=excerpts, parents=parents)

    def same(value, expected):
        assert (np.isnan(value) and expected is None) or value == pytest.approx(expected, abs=1e-12)

    everything = {(name, at) for name in names for at in range(lengths[name])}
    for pair in combinations("ABC", 2):
        codes = [c for c in "wxyz" if any((name, who, c) in spans for name in names for who in pair)]
        nvivo, qualcoder, requal = (figures(made, tool) for tool in ("nvivo", "qualcoder", "requal"))
        for code in codes:
            a, b = (by_hand.of_all(spans, names, who, code) for who in pair)
            same(qualcoder['"Kappa"', code, "all", pair].value, by_hand.qualcoder(a, b))
            agree = sum((at in a) == (at in b) for at in everything) / len(everything)
            same(qualcoder["agree %", code, "all", pair].value, agree)
            same(requal["overlap of characters", code, "all", pair].value, by_hand.jaccard(a, b))
            for name in [name for name in names if any((name, who, code) in spans for who in pair)]:
                here = {(name, at) for at in range(lengths[name])}
                mine, theirs = (by_hand.characters(spans, name, who, code) for who in pair)
                kappa = by_hand.cohen(mine, theirs, here)
                same(nvivo["kappa coefficient", code, name, pair].value, 1 if kappa is None else kappa)
        same(requal["overlap of segments", "", "all", pair].value, by_hand.requal_segments(spans, names, pair, codes))
        maxqda = figures(made, "maxqda")
        levels = ("code in the document", "code frequency in the document", "segments: agreement", "segments: kappa")
        for level, expected in zip(levels, by_hand.maxqda(spans, names, pair, codes, 0.9), strict=True):
            same(maxqda[level, "", "all", pair].value, expected)
        dedoose = figures(made, "dedoose")
        kappas, pooled = by_hand.dedoose(units, excerpts, pair, codes)
        for code in codes:
            same(dedoose["kappa", code, "all", pair].value, kappas[code])
        same(dedoose["pooled kappa", "", "all", pair].value, pooled)
    atlas = figures(made, "atlas")
    for code in made.used("ABC", names):
        same(
            atlas["alpha binary", code, "all", tuple("ABC")].value,
            by_hand.alpha_binary(spans, lengths, list("ABC"), [code]),
        )
    for domain in ("d", "e"):
        codes = [code for code, parent in parents.items() if parent == domain]
        expected = by_hand.alpha_binary(spans, lengths, list("ABC"), codes)
        same(atlas["alpha binary (domain)", domain, "all", tuple("ABC")].value, expected)


@pytest.mark.parametrize("tool", ["nvivo", "atlas", "maxqda", "dedoose", "qualcoder", "requal"])
def test_where_one_saw_the_others_codes_no_figure_corrects_for_chance(tool):
    spans = {("T", "A", "x"): [(0, 5)], ("T", "B", "x"): [(0, 4)], ("T", "B", "y"): [(10, 14)]}
    units = {key: frozenset({0}) for key in spans}
    made = marked(spans, {"T": 20}, saw=frozenset({frozenset("AB")}), units=units, excerpts={"T": 4})
    found = tool_figures(made, tools=[tool])
    chance = [one for one in found if "kappa" in one.figure.lower() or "alpha" in one.figure.lower()]
    assert all(np.isnan(one.value) and one.reason == SAW for one in chance)
    others = [one for one in found if one not in chance]
    assert all(not np.isnan(one.value) for one in others)
    assert bool(chance) == (tool != "requal")


def test_coders_without_a_common_text_get_one_row_with_the_reason():
    spans = {("T", "A", "x"): [(0, 5)], ("U", "B", "x"): [(0, 4)]}
    made = Marked(made=spans, lengths={"T": 9, "U": 9}, read={"A": frozenset("T"), "B": frozenset("U")}, codes=["x"])
    for tool in ("nvivo", "atlas", "requal"):
        (one,) = tool_figures(made, tools=[tool])
        assert one.reason == "there is no text that all of these coders read"


def study_tables(assignments):
    text = "P01: one two three four.\n\nP01: five six seven eight."
    turns = TABLES["turns"].shape(
        [
            {"transcript": "T", "turn": at, "role": "participant", "start": start, "end": end}
            for at, (start, end) in enumerate([(5, 24), (31, 52)])
        ]
    )
    segments = TABLES["segments"].shape(
        [
            {"transcript": "T", "segment": at, "turn": at, "start": s, "end": e}
            for at, (s, e) in enumerate([(5, 24), (31, 52)])
        ]
    )
    rows = [("A", "x", 5, 8), ("A", "x", 5, 12), ("B", "x", 5, 8), ("B", "y", 31, 40), ("M", "x", 0, 52)]
    codings = TABLES["codings"].shape(
        [
            {"coding": str(at), "transcript": "T", "coder": who, "code": code, "start": s, "end": e, "scope": "span",
             "origin": "machine" if who == "M" else "human"}
            for at, (who, code, s, e) in enumerate(rows)
        ]
    )  # fmt: skip
    return codings, TABLES["assignments"].shape(assignments), segments, turns, {"T": text}, TABLES["codebook"].empty()


def test_a_study_is_compared_by_whole_files_without_the_machine():
    made = marked_of_study(*study_tables([]))
    assert made.coders == ("A", "B")
    assert made.lengths == {"T": 52}
    assert made.cells(("A", "B"), "x", ["T"]) == (3, 4, 0, 45)  # A's own overlap counts once
    assert made.units["T", "B", "y"] == {1}
    table = tools_table(made)
    assert set(table["tool"]) == {"NVivo", "ATLAS.ti", "MAXQDA", "Dedoose", "QualCoder", "requal"}
    assert set(table["coders"]) == {"A;B"}


def test_what_was_not_read_is_not_compared_and_saw_is_known():
    rows = [{"transcript": "T", "coder": "A", "done": "yes"}, {"transcript": "T", "coder": "B", "done": "no"}]
    assert marked_of_study(*study_tables(rows)).coders == ("A",)
    assert len(tools_table(marked_of_study(*study_tables(rows)))) == 0
    rows[1] |= {"done": "yes", "saw": "A"}
    assert marked_of_study(*study_tables(rows)).saw == {frozenset("AB")}


def as_tool(tmp_path, *arguments):
    path = tmp_path / "spans.csv"
    path.write_text("coder,start,end,code\nA,0,125,x\nB,75,200,x\n", encoding="utf-8")
    return CliRunner().invoke(cli, ["agreement", "--spans", str(path), "--length", "1000", *arguments])


def test_the_command_prints_what_a_program_prints(tmp_path):
    found = json.loads(as_tool(tmp_path, "--as", "nvivo", "--as", "qualcoder", "--json").output)["figures"]
    assert [(one["tool"], one["figure"]) for one in found][:2] == [
        ("NVivo", "percentage agreement"),
        ("NVivo", "kappa coefficient"),
    ]
    assert found[0]["value"] == 0.85
    text = as_tool(tmp_path, "--as", "nvivo", "--as", "atlas").output
    assert "NVivo (its own worked figures are reproduced)" in text
    assert "x  A, B  0.850" in text
    assert "ATLAS.ti (by its description, not checked in it)" in text
    assert "[1] " in text


def test_dedoose_needs_excerpts_and_ratings_have_no_stretches(tmp_path):
    assert "Dedoose compares excerpts that are given" in as_tool(tmp_path, "--as", "dedoose").output
    path = tmp_path / "ratings.csv"
    with path.open("w") as stream:
        csv.writer(stream).writerows([["unit", "A", "B"], ["1", "x", "x"], ["2", "x", "y"]])
    done = CliRunner().invoke(cli, ["agreement", str(path), "--as", "nvivo"])
    assert "--as goes with --spans" in done.output

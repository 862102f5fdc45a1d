"""One sweep over the borders of spans gives what every unit written out gives, and what other programs make of that."""

from __future__ import annotations

import re
import warnings
from itertools import pairwise

import krippendorff
import numpy as np
import pytest
from test_agreement_study import Made, codebook

from qualcode.agreement import measure_study
from qualcode.agreement.units import cut_units, one_text, union, units_covered
from qualcode.tables import TABLES

WORD = re.compile(r"\w+(?:['’\-]\w+)*")
FLAT = codebook(("a", "code", ""), ("b", "code", ""), ("c", "code", ""))


def scattered(seed: int, coders: str = "AB", transcripts: int = 3) -> Made:
    """Transcripts of words and turns with random spans, some of one coder and code overlapping."""
    rng = np.random.default_rng(seed)
    words = ["so", "we", "…", "don't", "know-how", "time", "a"]
    texts = {f"T{at}": " ".join(rng.choice(words, size=60)) + "." for at in range(transcripts)}
    made = Made(texts=texts, segments=[{"transcript": "T0", "segment": 0, "start": 0, "end": 1}], book=FLAT)
    turns = []
    for name, text in texts.items():
        cuts = [0, *sorted(rng.choice(np.arange(1, len(text)), size=9, replace=False).tolist()), len(text)]
        for at, (start, end) in enumerate(pairwise(cuts)):
            role = ("participant", "interviewer")[at % 3 == 2]
            turns.append(
                {"transcript": name, "turn": at, "role": role, "participant": "P1", "start": start, "end": end}
            )
        for coder in coders:
            for _ in range(12):
                start = int(rng.integers(0, len(text)))
                made.span(
                    coder, str(rng.choice(["a", "b"])), name, start, min(len(text), start + int(rng.integers(1, 60)))
                )
    made.turns = TABLES["turns"].shape(turns)
    made.segments = TABLES["segments"].shape(
        [{"transcript": t["transcript"], "segment": t["turn"], "start": t["start"], "end": t["end"]} for t in turns]
    )
    return made


def written_out(made: Made, code: str, coders: str, *, role: str = "participant") -> np.ndarray:
    """Coders x characters of participants' turns: 1 coded, 0 not. The characters one by one, as slow programs do."""
    out = []
    turns = made.turns[made.turns["role"] == role]
    for coder in coders:
        line: list[int] = []
        for name in made.texts:
            here = [r for r in made.rows if (r["transcript"], r["coder"], r["code"]) == (name, coder, code)]
            for turn in turns[turns["transcript"] == name].to_dict("records"):
                for at in range(int(turn["start"]), int(turn["end"])):
                    line.append(int(any(int(str(r["start"])) <= at < int(str(r["end"])) for r in here)))
        out.append(line)
    return np.array(out, dtype=float)


# ---------------------------------------------------------------- units


@pytest.mark.parametrize("seed", range(6))
def test_the_rules_for_partial_cover_hold_unit_by_unit(seed: int) -> None:
    made = scattered(seed)
    for name, text in made.texts.items():
        spans = [
            (int(str(r["start"])), int(str(r["end"])))
            for r in made.rows
            if r["transcript"] == name and r["code"] == "a"
        ]
        mine = made.turns[made.turns["transcript"] == name]
        units = one_text("turn", text, list(zip(mine["start"], mine["end"], strict=True)))
        inside = [
            sum(max(0, min(e, b) - max(s, a)) for s, e in union(spans))
            for a, b in zip(units.start, units.end, strict=True)
        ]
        whole = [
            any(s <= w.start() and w.end() <= e for w in WORD.finditer(text, a, b) for s, e in union(spans))
            for a, b in zip(units.start, units.end, strict=True)
        ]  # fmt: skip
        assert units_covered(spans, units, "any_word").tolist() == np.flatnonzero(whole).tolist()
        half = [n > 0 and 2 * n >= b - a for n, a, b in zip(inside, units.start, units.end, strict=True)]
        assert units_covered(spans, units, "half_unit").tolist() == np.flatnonzero(half).tolist()
        for least in (1, 7, 20):
            enough = [n >= least for n in inside]
            assert units_covered(spans, units, f"chars:{least}").tolist() == np.flatnonzero(enough).tolist()


def test_tokens_are_whole_words_of_participants_and_characters_are_all_of_their_turns() -> None:
    text = "I: Why? P: It's know-how."
    turns = TABLES["turns"].shape(
        [
            {"transcript": "T", "turn": 0, "role": "interviewer", "start": 3, "end": 7},
            {"transcript": "T", "turn": 1, "role": "participant", "start": 11, "end": 25},
        ]
    )
    more = {"segments": TABLES["segments"].empty(), "turns": turns, "transcripts": ["T"], "texts": {"T": text}}
    tokens = cut_units("token", **more)["T"]
    assert [text[a:b] for a, b in zip(tokens.start, tokens.end, strict=True)] == ["It's", "know-how"]
    assert len(cut_units("character", **more)["T"]) == 14
    assert units_covered([(0, 15)], tokens, "any_word").tolist() == [0]
    assert units_covered([(0, 14)], tokens, "any_word").tolist() == []
    assert units_covered([(0, 13)], tokens, "half_unit").tolist() == [0]


# ---------------------------------------------------------------- characters


@pytest.mark.parametrize("coders", ["AB", "ABC"])
@pytest.mark.parametrize("seed", range(4))
def test_alpha_from_spans_is_alpha_from_characters_written_out(seed: int, coders: str) -> None:
    made = scattered(seed, coders)
    for code in "ab":
        row = made.code(code, unit="character", ci="none", coders=";".join(coders))
        table = written_out(made, code, coders)
        assert row["n_units"] == table.shape[1]
        package = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal", value_domain=[0.0, 1.0])
        assert row["estimate"] == pytest.approx(package, rel=1e-12)
        assert row["n_coded"] == table.any(axis=0).sum()


def test_of_two_coders_the_four_cells_are_numbers_of_characters() -> None:
    made = scattered(1)
    row, table = made.code("a", unit="character", ci="none"), written_out(made, "a", "AB")
    cells = [int(((table[0] == x) & (table[1] == y)).sum()) for x, y in ((1, 1), (1, 0), (0, 1), (0, 0))]
    assert row[["both", "only_a", "only_b", "neither"]].tolist() == cells
    assert row[["rule", "unit", "uncoded"]].tolist() == ["every character", "character", "include"]


def test_a_character_counts_once_however_often_one_coder_marked_it() -> None:
    made = Made(4).span("A", "time", "T01", 0, 9).span("A", "time", "T01", 3, 9).span("A", "time", "T01", 0, 5)
    made.span("B", "time", "T01", 5, 14)
    # 19 characters: A 9, B 9, both 4
    row = made.code("time", unit="character", ci="none")
    assert row[["both", "only_a", "only_b", "neither"]].tolist() == [4, 5, 5, 5]


def test_what_was_not_to_be_read_is_missing_character_by_character() -> None:
    made = Made(20).span("A", "time", "T01", 0, 50).span("B", "time", "T01", 20, 60)
    made.assign("A", "T01").assign("B", "T01", start=10, end=40)
    row = made.code("time", unit="character", ci="none")
    assert row[["both", "only_a", "only_b", "neither"]].tolist() == [20, 10, 0, 0]
    table = np.zeros((2, 99))
    table[0, 0:50], table[1, 20:60] = 1, 1
    table[1, :10] = table[1, 40:] = np.nan
    package = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal", value_domain=[0.0, 1.0])
    assert row["estimate"] == pytest.approx(package, rel=1e-12)


# ---------------------------------------------------------------- every unit, against the table written out


@pytest.mark.parametrize("unit", ["turn", "token", "segment", "transcript"])
@pytest.mark.parametrize("rule", ["any_word", "half_unit", "chars:3"])
def test_alpha_of_every_unit_is_that_of_its_table_of_units(unit: str, rule: str) -> None:
    made = scattered(7, "ABC")
    units = cut_units(unit, segments=made.segments, turns=made.turns, transcripts=list(made.texts), texts=made.texts)
    for code in "ab":
        rows = []
        for coder in "ABC":
            line: list[int] = []
            for name, each in units.items():
                mine = [r for r in made.rows if (r["transcript"], r["coder"], r["code"]) == (name, coder, code)]
                covered = units_covered([(int(str(r["start"])), int(str(r["end"]))) for r in mine], each, rule)
                line += np.isin(np.arange(len(each)), covered).astype(int).tolist()
            rows.append(line)
        row = made.code(code, unit=unit, rule=rule, ci="none", coders="A;B;C")
        assert row["n_units"] == len(rows[0])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            package = krippendorff.alpha(
                reliability_data=np.array(rows, dtype=float), level_of_measurement="nominal", value_domain=[0.0, 1.0]
            )
        assert row["estimate"] == pytest.approx(package, nan_ok=True, rel=1e-12)


def test_units_stand_side_by_side_and_the_usual_rows_come_first_and_unchanged() -> None:
    made = scattered(3)
    alone, beside = made.tables(unit="turn"), made.tables(unit="turn", units=["character", "token"], uncoded="both")
    for one, other in zip(alone, beside, strict=True):
        assert one.to_csv() == other.iloc[: len(one)].to_csv()
    named = list(dict.fromkeys(zip(beside[1]["unit"], beside[1]["rule"], beside[1]["uncoded"], strict=True)))
    assert named == [
        ("turn", "any_word", "include"), ("turn", "any_word", "exclude"),
        ("character", "every character", "include"), ("character", "every character", "exclude"),
        ("token", "any_word", "include"), ("token", "any_word", "exclude"),
    ]  # fmt: skip


def test_without_uncoded_text_units_that_nobody_gave_any_code_are_left_out() -> None:
    made = Made(10, book=FLAT).words("A", "a", "T01", 0, 1, 2).words("B", "a", "T01", 0).words("B", "b", "T01", 5)
    row = made.code("a", ci="none", uncoded="exclude")
    # words 0, 1, 2 and 5 were coded by somebody: both 1, only A 2, neither 1
    assert row[["n_units", "both", "only_a", "only_b", "neither"]].tolist() == [4, 1, 2, 0, 1]
    assert row["estimate"] == pytest.approx(1 - (4 / 8) / (2 * 4 * 4 / (8 * 7)))
    assert made.code("a", ci="none")["n_units"] == 10
    nothing = Made(10, book=FLAT).assign("A", "T01").assign("B", "T01")
    assert (
        nothing.code("a", uncoded="exclude")["reason"]
        == "none of these coders coded anything that two of them were to read"
    )


# ---------------------------------------------------------------- intervals


def test_one_character_after_the_other_is_never_drawn_by_itself() -> None:
    row = scattered(2).code("a", unit="character")
    assert np.isnan(row["ci_low"]) and np.isnan(row["ci_these_low"])
    assert (
        row["reason"]
        == "3 transcripts: too few to speak beyond them; characters of one passage hang together: none is drawn by itself"
    )


def test_resamples_of_transcripts_are_the_same_whether_words_or_their_characters_are_counted() -> None:
    # every unit is a word of four letters and the blanks are nobody's: characters are words, four times
    made = Made(*[12] * 12, book=FLAT)
    made.turns = TABLES["turns"].shape(
        [{"transcript": r["transcript"], "turn": r["segment"], "role": "participant", "start": r["start"], "end": r["end"]}
         for r in made.segments.to_dict("records")]
    )  # fmt: skip
    rng = np.random.default_rng(1)
    for name in made.texts:
        for coder in "AB":
            made.words(coder, "a", name, *rng.choice(12, size=5, replace=False).tolist())
    words, characters = (made.code("a", "cohen_kappa", unit=unit) for unit in ("turn", "character"))
    for column in ("estimate", "ci_low", "ci_high"):
        assert words[column] == pytest.approx(characters[column], rel=1e-9)
    assert characters["n_units"] == 4 * words["n_units"]


def test_bca_and_jackknife_by_transcript_are_those_of_scipy_and_of_the_formula() -> None:
    from scipy import stats

    made = Made(*[20] * 12, book=FLAT)
    rng = np.random.default_rng(3)
    for name in made.texts:
        a = rng.random(20) < 0.3
        b = np.where(rng.random(20) < 0.8, a, ~a)
        made.words("A", "a", name, *np.flatnonzero(a).tolist()).words("B", "a", name, *np.flatnonzero(b).tolist())

    def percent(without: int) -> float:
        rest = Made(*[20] * 12, book=FLAT)
        rest.texts = {n: t for at, (n, t) in enumerate(made.texts.items()) if at != without}
        rest.transcripts = TABLES["transcripts"].shape([{"transcript": name} for name in rest.texts])
        rest.rows, rest.segments = made.rows, made.segments
        return float(rest.code("a", ci="none")["estimate"])

    apart = np.array([percent(at) for at in range(12)])
    row = made.code("a", interval="jackknife")
    se = np.sqrt(11 / 12 * ((apart - apart.mean()) ** 2).sum())
    assert row["ci_low"] == pytest.approx(row["estimate"] - stats.t.ppf(0.975, 11) * se)
    assert row["ci_method"] == "jackknife by transcript (12 transcripts), t(11)"
    corrected = made.code("a", interval="bca", bootstrap=2000)
    assert corrected["ci_method"] == "bootstrap by transcript (12 transcripts), 2000, seed 1, BCa"
    plain = made.code("a", bootstrap=2000)
    assert corrected["ci_low"] != plain["ci_low"]
    assert abs(corrected["ci_low"] - plain["ci_low"]) < 0.05


def test_the_design_effect_is_one_where_transcripts_are_alike_and_more_where_each_has_its_own_agreement() -> None:
    def made(alike: bool) -> float:
        out = Made(*[40] * 12, book=FLAT)
        for at, name in enumerate(out.texts):
            first = 0 if alike or at % 2 else 10
            out.words("A", "a", name, *range(20)).words("B", "a", name, *range(first, first + 20))
        return float(out.code("a")["design_effect"])

    assert made(alike=False) > 5
    out = Made(*[40] * 12, book=FLAT)
    for name in out.texts:
        out.words("A", "a", name, *range(20)).words("B", "a", name, *range(2, 22))
    assert float(out.code("a")["design_effect"]) == pytest.approx(0, abs=1e-9)  # every transcript gives the same


def test_undefined_resamples_are_counted_in_a_column() -> None:
    made = Made(40).words("A", "time", "T01", 0).words("B", "time", "T01", 0)
    row = made.code("time")
    assert row["undefined"] > 10
    assert f"{row['undefined']} undefined" in row["ci_method"]
    assert row["remarks"].startswith("too rare: 1 unit coded by anybody")


def test_thresholds_of_the_study_s_own_choice_have_their_shares() -> None:
    row = scattered(5).code("a", unit="turn", thresholds=[0.1, 0.9])
    shares = dict(part.split(": ") for part in row["below"].split("; "))
    assert list(shares) == ["0.1", "0.9"]
    assert float(shares["0.1"]) <= row["below_667"] <= float(shares["0.9"])


def test_an_empty_study_has_empty_tables() -> None:
    made = Made(3)
    tables = [TABLES["codings"].empty(), TABLES["assignments"].empty(), made.segments, made.turns, made.transcripts]
    found = measure_study(*tables, made.texts, made.book, units=["character"])
    for name in ("overall", "by_code", "by_scope", "differences", "diagnosis", "confusion"):
        assert len(getattr(found, name)) == 0

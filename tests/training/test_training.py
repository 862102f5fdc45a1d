"""One coder against an expert or the consensus: by round, by code, and as a page."""

from __future__ import annotations

import re
import shutil

import pandas as pd
import pytest

from qualcode.consensus import find_disagreements, make_consensus
from qualcode.tables import TABLES
from qualcode.training import CONSENSUS, Ground, compare_passages, rounds_of, training_table
from qualcode.training.measure import wanted_pairs
from qualcode.training.page import write_training_page

WORDS = "one two three four five six seven eight nine ten"
TEXT = "\n\n".join(f"P01: {word} is the {word} thing." for word in WORDS.split())  # a turn a word
TEXTS = dict.fromkeys(("T1", "T2"), TEXT)
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": at, "code": code, "label": code.title(), "definition": f"What {code} is.", "include": "When it is said.",
         "exclude": "When it is not.", "version": "1.0.0", "name": "m", "direction": "neutral"}
        for at, code in enumerate(["help", "money", "time"])
    ]
)  # fmt: skip


def turn(word: str) -> tuple[int, int]:
    start = TEXT.index(f"{word} is the")
    return start, start + len(f"{word} is the {word} thing.")


TURNS = TABLES["turns"].shape(
    [
        {"transcript": name, "turn": at, "role": "participant", "start": turn(word)[0], "end": turn(word)[1]}
        for name in TEXTS for at, word in enumerate(WORDS.split())
    ]
)  # fmt: skip
SEGMENTS = TABLES["segments"].shape(TURNS.assign(segment=TURNS["turn"]))
TRANSCRIPTS = TABLES["transcripts"].shape([{"transcript": name, "language": "en"} for name in TEXTS])
# transcript, coder, code, first and last turn, part of it
CODED = [
    ("T1", "RB", "help", "one"), ("T1", "KL", "help", "one"),  # found
    ("T1", "RB", "help", "two"),  # RB alone
    ("T1", "KL", "help", "three"),  # KL alone
    ("T1", "RB", "money", "four"), ("T1", "KL", "time", "four"),  # another code
    ("T2", "RB", "help", "one"), ("T2", "KL", "help", "one"),
    ("T2", "RB", "help", "two"), ("T2", "KL", "help", "two"),
]  # fmt: skip
CODINGS = TABLES["codings"].shape(
    [
        {"coding": f"c{at}", "transcript": name, "coder": who, "code": code, "scope": "span", "origin": "human",
         "start": turn(word)[0], "end": turn(word)[1], "memo": "not sure" if at == 2 else ""}
        for at, (name, who, code, word) in enumerate(CODED)
    ]
)  # fmt: skip
ASSIGNMENTS = TABLES["assignments"].shape(
    [
        {"transcript": name, "coder": who, "round": round_, "done": "yes"}
        for name, who, round_ in (("T1", "KL", "1"), ("T2", "KL", "2"), ("T1", "RB", "1"), ("T2", "RB", "1"))
    ]
)


def ground(codings=CODINGS, assignments=ASSIGNMENTS, **more) -> Ground:
    return Ground(
        codings, assignments, SEGMENTS, TURNS, TRANSCRIPTS, TEXTS, CODEBOOK, TABLES["splits"].empty(),
        measures={"unit": "segment", "rule": "any_word"}, **more,
    )  # fmt: skip


def with_consensus() -> Ground:
    decisions = TABLES["decisions"].empty()
    found = find_disagreements(CODINGS, ASSIGNMENTS, TEXTS, CODEBOOK, decisions)
    layer = make_consensus(CODINGS, ASSIGNMENTS, TEXTS, CODEBOOK, decisions)
    return ground(consensus=layer, undecided=found[found["status"] != "decided"])


def test_passages_are_held_against_each_other_by_round():
    kinds = [(one.kind, one.code) for one in compare_passages(ground(), "KL", "RB", "1")]
    assert kinds == [("found", "help"), ("missed", "help"), ("beyond", "help"), ("other_code", "money")]
    assert [one.kind for one in compare_passages(ground(), "KL", "RB", "2")] == ["found", "found"]


def test_the_table_has_units_and_passages_of_each_round_and_code():
    table = training_table(ground(), [("KL", "RB")]).set_index(["round", "code"])
    first, second = table.loc[("1", "help")], table.loc[("2", "help")]
    # ten segments of T1: both on one, RB alone on one, KL alone on one
    assert first[["n_units", "both", "only_coder", "only_against", "neither"]].to_list() == [10, 1, 1, 1, 7]
    assert first["percent_agreement"] == 0.8
    assert first["positive_agreement"] == 0.5
    assert first["cohen_kappa"] == pytest.approx((0.8 - 0.68) / (1 - 0.68))  # 2/10 each: chance .04 + .64
    assert first[["found", "other_passage", "other_code", "missed", "beyond"]].to_list() == [1, 0, 0, 1, 1]
    assert second["cohen_kappa"] == 1
    assert table.loc[("1", ""), ["found", "other_code", "missed", "beyond"]].to_list() == [1, 1, 1, 1]
    money = table.loc[("1", "money")]
    assert (money["other_code"], money["only_against"], money["only_coder"]) == (1, 1, 0)


def test_the_sides_keep_their_names_whichever_comes_first_in_the_alphabet():
    codings = CODINGS.assign(coder=CODINGS["coder"].map({"RB": "AA", "KL": "KL"}))
    assignments = ASSIGNMENTS.assign(coder=ASSIGNMENTS["coder"].map({"RB": "AA", "KL": "KL"}))
    one = training_table(ground(), [("KL", "RB")]).drop(columns="against")
    other = training_table(ground(codings, assignments), [("KL", "AA")]).drop(columns="against")
    pd.testing.assert_frame_equal(one, other)


def test_against_the_consensus_what_is_undecided_is_missing():
    table = training_table(with_consensus(), [("KL", CONSENSUS)]).set_index(["round", "code"])
    help_ = table.loc[("1", "help")]
    # consensus: the passage that both have; two disagreements about `help` and one about money/time are open
    assert help_[["found", "missed", "beyond", "other_code"]].to_list() == [1, 0, 0, 0]
    assert (help_["n_units"], help_["both"]) == (8, 1)
    assert ("1", "money") not in table.index


def test_what_only_this_coder_read_is_not_held_against_the_consensus():
    assignments = ASSIGNMENTS[~((ASSIGNMENTS["coder"] == "RB") & (ASSIGNMENTS["transcript"] == "T2"))]
    layer = make_consensus(CODINGS, assignments, TEXTS, CODEBOOK, TABLES["decisions"].empty())
    table = training_table(ground(assignments=assignments, consensus=layer), [("KL", CONSENSUS)])
    assert set(table["round"]) == {"1"}


def test_a_coder_who_saw_the_experts_codings_has_no_kappa():
    assignments = ASSIGNMENTS.assign(saw=["RB" if who == "KL" else "" for who in ASSIGNMENTS["coder"]])
    table = training_table(ground(assignments=assignments), [("KL", "RB")])
    rows = table[table["code"] != ""]
    assert rows["cohen_kappa"].isna().all()
    assert set(rows["reason"]) == {"the second coder saw the first coder's codes"}
    assert rows["percent_agreement"].notna().all()


def test_under_reflexive_analysis_coefficients_are_empty_and_counts_stay():
    table = training_table(ground(), [("KL", "RB")], approach="reflexive")
    rows = table[table["code"] != ""]
    assert rows[["percent_agreement", "positive_agreement", "cohen_kappa"]].isna().all(axis=None)
    assert (rows["reason"] != "").all()
    assert rows["found"].sum() == 3


def test_little_text_in_common_is_another_passage_of_the_code():
    start, end = turn("one")
    codings = CODINGS[CODINGS["transcript"] == "T2"].iloc[:2].copy()
    codings["start"], codings["end"] = [start, end - 6], [end, turn("two")[1]]
    assert [one.kind for one in compare_passages(ground(codings), "KL", "RB", "2")] == ["other_passage"]


def test_rounds_are_in_the_order_of_their_numbers():
    rows = [
        {"transcript": "T1", "coder": "KL", "round": name, "done": "yes"}
        for name in ("10", "2", "training 1", "training 12")
    ]
    rows.append({"transcript": "T1", "coder": "KL", "round": "3", "done": "no"})
    assert rounds_of(TABLES["assignments"].shape(rows), "KL") == ["2", "10", "training 1", "training 12"]
    assert rounds_of(TABLES["assignments"].empty(), "KL") == [""]


def test_everybody_is_held_against_each_side_but_themselves():
    assert wanted_pairs(ground(), ["RB", CONSENSUS]) == [("KL", "RB"), ("KL", CONSENSUS), ("RB", CONSENSUS)]


def page(tmp_path, **more) -> str:
    path = tmp_path / "page.html"
    write_training_page(path, ground(), coder="KL", against="RB", round_="2", title="Made <up>", **more)
    return path.read_text(encoding="utf-8")


def test_the_page_shows_each_difference_side_by_side(tmp_path):
    path = tmp_path / "page.html"
    made = write_training_page(path, ground(), coder="KL", against="RB", round_="1", title="Made <up>")
    assert (made.passages, made.found, made.different) == (3, 1, 3)
    text = re.sub(r"\s+", " ", path.read_text(encoding="utf-8"))
    assert "Made &lt;up&gt;" in text
    assert '<div class="side theirs"><span class="who">RB: Help</span>two is the two thing.' in text
    assert "Memo: not sure" in text
    assert '<div class="side nothing">KL: no such code here</div>' in text
    assert '<span class="who">RB: Money</span>four is the four thing.</div>' in text
    assert '<span class="who">KL: Time</span>four is the four thing.</div>' in text
    assert "KL gave this code to 1 of the 2 passages that RB gave it to" in text
    for words in ("What help is.", "When it is said.", "When it is not."):
        assert words in text


def test_the_page_of_a_later_round_shows_the_rounds_before(tmp_path):
    text = re.sub(r"\s+", " ", page(tmp_path))
    assert "By round: 1: 1 of 2, 2: 2 of 2." in text
    assert "Round by round" in text
    first = tmp_path / "first.html"
    write_training_page(first, ground(), coder="KL", against="RB", round_="1")
    assert "Round by round" not in first.read_text(encoding="utf-8")


def test_the_page_blames_nobody(tmp_path):
    words = re.sub(r"(?s)<style>.*?</style>|<[^>]+>", " ", page(tmp_path)).casefold()
    for blame in ("wrong", "error", "mistake", "missed", "failed", "false", "incorrect", "correct", "score"):
        assert not re.search(rf"\b{blame}\b", words), blame


def test_the_page_runs_nothing_and_asks_for_nothing(tmp_path):
    text = page(tmp_path)
    assert "default-src 'none'" in text
    assert "form-action 'none'; base-uri 'none'" in text
    assert not re.search(r"<script|https?://|<img|<link|@import|url\(", text)


def test_the_same_study_gives_the_same_page(tmp_path):
    assert page(tmp_path) == page(tmp_path)


def test_a_round_without_anything_in_common_is_said(tmp_path):
    assignments = ASSIGNMENTS[ASSIGNMENTS["coder"] == "KL"]
    path = tmp_path / "page.html"
    write_training_page(path, ground(assignments=assignments), coder="KL", against="RB", round_="1")
    assert "There is nothing to compare in this round" in path.read_text(encoding="utf-8")


@pytest.mark.chromium
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
@pytest.mark.parametrize("width", [700, 1280])
def test_the_page_fits_its_window(tmp_path, width):
    driver = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    page(tmp_path)
    with driver.sync_playwright() as made:
        browser = made.chromium.launch(executable_path=shutil.which("chromium"))
        opened = browser.new_page(viewport={"width": width, "height": 900})
        opened.goto((tmp_path / "page.html").as_uri())
        assert opened.evaluate("document.documentElement.scrollWidth") == width
        browser.close()

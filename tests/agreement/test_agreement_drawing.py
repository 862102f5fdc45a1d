"""`qualcode sample --draw`: which transcripts or segments are coded twice."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from qualcode.agreement.drawing import draw_sample, how_many, spread
from qualcode.commands.sample import command
from qualcode.errors import QualcodeError
from qualcode.study import Study
from qualcode.tables import TABLES, write

TEXTS = [f"T{at:02}" for at in range(1, 13)]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Twelve transcripts: eight of nurses, four of managers; A reads all of them."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "study.yaml").write_text("study: {title: A study}\n", encoding="utf-8")
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    people = [f"P{at:02},{'nurse' if at <= 8 else 'manager'}" for at in range(1, 13)]
    (raw / "participants.csv").write_text("participant,group\n" + "\n".join(people) + "\n", encoding="utf-8")
    sessions = [f"{name},P{name[1:]},{1 if int(name[1:]) % 2 else 2}" for name in TEXTS]
    (raw / "sessions.csv").write_text("session,participants,phase\n" + "\n".join(sessions) + "\n", encoding="utf-8")
    rows = [f"{name},A,,yes" for name in TEXTS]
    (raw / "assignments.csv").write_text("transcript,coder,round,done\n" + "\n".join(rows), encoding="utf-8")
    made = [{"transcript": name, "session": name, "sha256_text": f"hash{name}"} for name in TEXTS]
    write("transcripts", TABLES["transcripts"].shape(made), tmp_path / "data" / "processed" / "transcripts.parquet")
    places = [(name, at) for name in TEXTS for at in range(5)]
    cut = [{"transcript": name, "segment": at, "turn": at, "start": 10 * at, "end": 10 * at + 9} for name, at in places]
    write("segments", TABLES["segments"].shape(cut), tmp_path / "data" / "processed" / "segments.parquet")
    return tmp_path


def run(study: Path, *options: str):
    return CliRunner().invoke(command, ["-C", str(study), *options])


def answer(study: Path, *options: str):
    done = run(study, "--json", *options)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_number_or_a_share_rounded_up_says_how_many():
    assert [how_many(text, 12) for text in ("3", "12", "20%", "25 %", "100%")] == [3, 12, 3, 3, 12]
    for text in ("0", "13", "-1", "x", "101%", "0%"):
        with pytest.raises(QualcodeError, match="is no number between 1 and 12, nor a share"):
            how_many(text, 12)


@pytest.mark.parametrize(
    ("sizes", "many", "wanted"),
    [([8, 4], 3, [2, 1]), ([5, 5], 3, [2, 1]), ([10, 1, 1], 4, [4, 0, 0]), ([3, 3, 3], 9, [3, 3, 3])],
)
def test_shares_are_in_proportion_by_largest_remainder(sizes, many, wanted):
    assert spread(sizes, many) == wanted


def test_the_seed_decides_what_is_drawn(study):
    one, again = (answer(study, "--draw", "3", "--for", "A,B") for _ in range(2))
    assert one == again
    assert len(set(one["drawn"])) == 3
    others = [answer(study, "--draw", "3", "--for", "B", "--seed", str(at))["drawn"] for at in range(2, 6)]
    assert any(other != one["drawn"] for other in others)


def test_every_transcript_is_as_likely():
    units = pd.DataFrame({"transcript": TEXTS, "start": None, "end": None, "sha256_text": ""})
    none = TABLES["assignments"].empty()
    seen = Counter()
    for seed in range(600):
        made = draw_sample(units, dict.fromkeys(TEXTS, ""), 3, seed=seed, coders=["B"], assignments=none)
        seen.update(made.units["transcript"])
    # 600 x 3 / 12 = 150 each, standard deviation 10.6
    assert set(seen) == set(TEXTS)
    assert all(100 < many < 200 for many in seen.values())


def test_each_group_is_drawn_from_in_proportion(study):
    got = answer(study, "--draw", "25%", "--for", "B", "--by", "group")
    assert got["strata"] == {"manager": {"drawn": 1, "of": 4}, "nurse": {"drawn": 2, "of": 8}}
    assert sum(int(name[1:]) > 8 for name in got["drawn"]) == 1
    assert "3 of 12 transcripts were drawn at random (numpy " in got["sentence"]
    assert got["sentence"].endswith(", seed 1; in proportion by group: manager: 1 of 4, nurse: 2 of 8).")
    assert answer(study, "--draw", "4", "--for", "B", "--by", "phase")["strata"]["2"] == {"drawn": 2, "of": 6}


def test_rows_are_those_that_the_assignments_lack(study):
    got = answer(study, "--draw", "3", "--for", "A,B", "--round", "double")
    assert [(row["transcript"], row["coder"], row["round"], row["done"]) for row in got["rows"]] == [
        (name, "B", "double", "no") for name in got["drawn"]
    ]  # A reads all of them already
    done = run(study, "--draw", "3", "--for", "A")
    assert "These coders are to read all of it already: there is no row to add." in done.stderr


def test_training_transcripts_can_be_left_out(study):
    got = answer(study, "--draw", "10", "--for", "B", "--leave-out", "T03, T04")
    assert (got["of"], sorted(got["drawn"])) == (10, [name for name in TEXTS if name not in ("T03", "T04")])
    done = run(study, "--draw", "1", "--for", "B", "--leave-out", "T99")
    assert "there is no transcript 'T99'" in str(done.exception)


def test_segments_have_their_place_and_the_text_it_counts_in(study):
    got = answer(study, "--draw", "10%", "--for", "A,B", "--unit", "segment")
    assert (got["of"], len(got["rows"])) == (60, 6)  # A reads all already
    for row in got["rows"]:
        assert (row["end"] - row["start"], row["sha256_text"]) == (9, f"hash{row['transcript']}")


def test_rows_are_added_to_the_file_that_is_there(study):
    path = study / "data" / "raw" / "assignments.csv"
    before = path.read_text(encoding="utf-8")
    done = run(study, "--draw", "3", "--for", "B", "--unit", "segment", "--append")
    assert "the rows don't fit this file" in str(done.exception)  # it has no columns start, end, sha256_text
    assert path.read_text(encoding="utf-8") == before
    done = run(study, "--draw", "3", "--for", "B", "--append")
    assert done.stdout == ""
    assert "3 rows were added to data/raw/assignments.csv" in done.stderr
    table = Study.load(study).assignments
    assert len(table) == 15
    assert table[table["coder"] == "B"]["done"].tolist() == ["no"] * 3
    assert "there is no row to add" in run(study, "--draw", "3", "--for", "B", "--append").stderr


def test_printed_rows_are_a_table_of_assignments(study):
    done = run(study, "--draw", "2", "--for", "B,C")
    lines = done.stdout.splitlines()
    assert lines[0] == "transcript,coder,round,start,end,sha256_text,saw,codes,done"
    assert len(lines) == 5
    assert "2 of 12 transcripts were drawn at random" in done.stderr


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--draw", "3"), "--draw needs --for A,B"),
        (("--plan", "--draw", "3"), "Say --plan (how many units to code twice) or --draw (which)."),
        (("--plan", "--seed", "3"), "--seed goes with --draw."),
        (("--draw", "3", "--for", "B", "--alpha", ".8"), "--alpha goes with --plan."),
    ],
)
def test_options_that_do_not_go_together_are_refused(study, options, what):
    done = run(study, *options)
    assert done.exit_code == 2
    assert what in done.output


def test_a_coder_whom_the_study_does_not_know_is_refused(study):
    (study / "config" / "study.yaml").write_text("coders: [{id: A}, {id: BEN}]\n", encoding="utf-8")
    done = run(study, "--draw", "3", "--for", "A,BNE")
    assert "coder 'BNE' is not among the study's coders." in str(done.exception)
    assert answer(study, "--draw", "3", "--for", "BEN")["rows"]


def test_a_study_that_was_not_read_yet_is_told_what_to_run(tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "study.yaml").write_text("study: {title: A study}\n", encoding="utf-8")
    done = run(tmp_path, "--draw", "3", "--for", "B")
    assert "qualcode run --until transcripts" in str(done.exception)

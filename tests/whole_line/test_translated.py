"""One coder reads the original, one its translation: they are compared on the original, turn by turn."""

from __future__ import annotations

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qualcode.tables import read

Run = Callable[..., subprocess.CompletedProcess[str]]
SPOKEN = "I: Hoe was het?\n\nP01: Zwaar. Heel zwaar.\n\nI: Waarom?\n\nP01: Geen tijd.\n\nI: En nu?\n\nP01: Goed.\n"
ENGLISH = "I: How was it?\n\nP01: Hard. Very hard.\n\nI: Why?\n\nP01: No time.\n\nI: And now?\n\nP01: Fine.\n"
CODEBOOK = "name: c\nversion: 1.0.0\ncodes:\n  - {id: load, label: Load}\n  - {id: time, label: Time}\n"
HEAD = "transcript,start,end,text,code,coder\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, qualcode: Run) -> Path:
    root = tmp_path_factory.mktemp("translated") / "study"
    assert qualcode("init", root).returncode == 0
    files = {
        "data/raw/transcripts/S01.txt": SPOKEN,
        "data/raw/transcripts/S01-en.txt": ENGLISH,
        "data/raw/translations.csv": "transcript,translation_of,language,translator\nS01-en,S01,en,KL\n",
        "data/raw/participants.csv": "participant,group\nP01,nurses\n",
        "data/raw/sessions.csv": "session,kind,participants,files,status,language\nS01,interview,P01,S01.txt,done,nl\n",
        "data/raw/assignments.csv": "transcript,coder,done\nS01,ANA,yes\nS01-en,BEN,yes\n",
        "data/raw/codings/ana.csv": HEAD + "S01,,,Heel zwaar,load,ANA\nS01,,,Geen tijd,time,ANA\n",
        "data/raw/codings/ben.csv": HEAD + "S01-en,,,Hard,load,BEN\nS01-en,,,Fine,time,BEN\n",
        "codebooks/c/1.0.0.yaml": CODEBOOK,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for stage in ("agreement", "consensus"):
        done = qualcode("run", "--until", stage, "-C", root)
        assert done.returncode == 0, done.stderr
    return root


def test_agreement_counts_the_turns_of_the_original(study):
    """Three turns of P01: both gave load to the first; time of ANA in the second, of BEN in the third."""
    with (study / "reports/tables/agreement_by_code.csv").open(encoding="utf-8", newline="") as stream:
        rows = {row["code"]: row for row in csv.DictReader(stream) if row["coefficient"] == "cohen_kappa"}
    counts = {code: tuple(row[name] for name in ("both", "only_a", "only_b", "neither")) for code, row in rows.items()}
    assert counts == {"load": ("1", "0", "0", "2"), "time": ("0", "1", "1", "1")}
    assert rows["load"]["n_transcripts"] == "1"


def test_consensus_stands_on_the_original_and_the_coders_layer_stays_where_it_was(study):
    layer = read("consensus", study / "data/processed/consensus.parquet")
    said = {
        (row["transcript"], row["code"], row["how"], SPOKEN[row["start"] : row["end"]])
        for row in layer.to_dict("records")
    }
    assert said == {("S01", "load", "unanimous", "Zwaar. Heel zwaar.")}
    own = read("codings", study / "data/processed/codings.parquet")
    assert sorted(zip(own["coder"], own["transcript"], strict=True)) == [("ANA", "S01")] * 2 + [("BEN", "S01-en")] * 2


def test_what_differs_is_asked_on_the_original(study):
    with (study / "reports/tables/disagreements.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["transcript"], SPOKEN[int(row["start"]) : int(row["end"])]) for row in rows} == {
        ("S01", "Geen tijd"),
        ("S01", "Goed."),
    }

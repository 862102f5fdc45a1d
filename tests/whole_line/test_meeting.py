"""From two coders' layers to a consensus, on the made-up study, by each of the meeting's three sheets."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from meeting_hands import Rows, fill_document, fill_workbook, save_page

SIGNED = {"by": "RB; KL", "on": "2024-05-20"}
FORMS = {"xlsx": "disagreements.xlsx", "docx": "disagreements.docx", "html": "disagreements.html"}


@pytest.fixture(scope="module")
def two_layers(whole_run, tmp_path_factory, qualcode) -> tuple[Path, dict[str, dict[str, str]]]:
    """The made-up study before its meeting, run up to its disagreements; and what its meeting decided."""
    study = Path(shutil.copytree(whole_run, tmp_path_factory.mktemp("meeting") / "study"))
    table = study / "data/raw/decisions/decisions.csv"
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    decided = {row["about"]: row for row in rows if row["kind"] == "disagreement"}
    with table.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if row["kind"] != "disagreement")
    done = qualcode("run", "--until", "consensus", cwd=study)
    assert done.returncode == 0, done.stderr
    return study, decided


def listed(study: Path) -> list[dict[str, str]]:
    with (study / "reports/tables/disagreements.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def decide(study: Path, decided: dict[str, dict[str, str]]) -> tuple[Rows, Rows]:
    """What the meeting decides, as sheets to paste into have it, and as the page has it.

    Where the study's own meeting decided, the same; of what it left open, one gets another code, one another passage, and
    all but two are kept as A has them. Two stay open.
    """
    names = ("choice", "reason", "by", "on")
    typed: Rows = {about: {name: row[name] for name in names} for about, row in decided.items()}
    page: Rows = {about: dict(row) for about, row in typed.items()}
    open_ = [row for row in listed(study) if row["disagreement"] not in decided]
    assert len(decided) == 16
    assert len(open_) == 18
    for row in open_[:-2]:
        typed[row["disagreement"]] = page[row["disagreement"]] = {"choice": "keep_a", **SIGNED}
    code, passage = (row for row in open_[:2])
    typed[code["disagreement"]] = {"choice": "other", "other": "Training and practice [training]", **SIGNED}
    page[code["disagreement"]] = {"choice": "other", "value": "training", **SIGNED}
    text = (study / f"data/processed/texts/{passage['transcript']}.txt").read_text(encoding="utf-8")
    start, end = int(passage["start"]), int(passage["end"])
    words = re.match(r"\S+(?:\s+\S+){3}", text[start:end])
    assert words is not None
    typed[passage["disagreement"]] = {"choice": "other", "passage": words[0], **SIGNED}
    own = passage["code_a"] or passage["code_b"]
    page[passage["disagreement"]] = {"choice": "other", "value": f"{own} {start}-{start + words.end()}", **SIGNED}
    return typed, page


@pytest.mark.slow
def test_each_of_the_three_sheets_leads_to_the_same_consensus(two_layers, tmp_path, qualcode):
    before, decided = two_layers
    typed, page = decide(before, decided)
    layers: dict[str, pd.DataFrame] = {}
    for form, name in FORMS.items():
        study = tmp_path / form
        shutil.copytree(before, study)
        packed = qualcode("pack", "meeting", "--as", form, "--out", "sheets", cwd=study)
        assert packed.returncode == 0, packed.stderr
        assert f"{name}: 34 disagreements, 34 of them open." in packed.stdout
        sheet = study / "sheets" / name
        if form == "xlsx":
            fill_workbook(sheet, typed)
        elif form == "docx":
            fill_document(sheet, typed)
        else:
            pack = re.search(r'"pack":"([0-9a-f-]{36})"', sheet.read_text(encoding="utf-8"))
            assert pack is not None
            sheet = study / "sheets" / "saved.json"
            save_page(sheet, pack[1], page)
        brought = qualcode("import", sheet, "--json", cwd=study)
        assert brought.returncode == 0, brought.stderr
        counts = json.loads(brought.stdout)
        assert (counts["added"], counts["changed"], counts["undecided"]) == (32, 0, 0 if form == "html" else 2)
        again = qualcode("run", "--until", "consensus", cwd=study)
        assert again.returncode == 0, again.stderr
        layers[form] = pd.read_parquet(study / "data/processed/consensus.parquet")
    pd.testing.assert_frame_equal(layers["xlsx"], layers["docx"])
    pd.testing.assert_frame_equal(layers["xlsx"], layers["html"])
    made = layers["xlsx"]
    unmade = pd.read_parquet(before / "data/processed/consensus.parquet")
    assert set(unmade["how"]) == {"single", "unanimous"}
    assert set(made["how"]) == {"single", "unanimous", "adjudicated"}
    assert sorted({row["status"] for row in listed(tmp_path / "docx")}) == ["decided", "open"]
    assert sum(row["status"] == "open" for row in listed(tmp_path / "docx")) == 2
    (value,) = (row["value"] for row in page.values() if " " in row.get("value", ""))
    code, _, span = value.partition(" ")
    start, end = map(int, span.split("-"))
    assert ((made["code"] == code) & (made["start"] == start) & (made["end"] == end)).sum() == 1


@pytest.mark.slow
def test_two_people_who_differ_are_asked_to_agree_and_a_preferred_file_settles_it(two_layers, tmp_path, qualcode):
    before, _ = two_layers
    study = tmp_path / "study"
    shutil.copytree(before, study)
    assert qualcode("pack", "meeting", "--as", "xlsx,docx", "--kind", "boundary", cwd=study).returncode == 0
    folder = study / "reports/meeting"
    rows = [row["disagreement"] for row in listed(study) if row["kind"] == "boundary"]
    fill_workbook(folder / "disagreements.xlsx", {rows[0]: {"choice": "keep_a", "by": "RB", "on": "2024-05-20"}})
    fill_document(folder / "disagreements.docx", {rows[0]: {"choice": "keep_b", "by": "KL", "on": "2024-05-21"}})
    sheets = [folder / "disagreements.xlsx", folder / "disagreements.docx"]
    refused = qualcode("import", *sheets, cwd=study)
    assert refused.returncode == 2
    assert (
        f"disagreement '{rows[0]}' is decided in two ways, and neither knew the other: keep A, by RB on 2024-05-20 "
        "(reports/meeting/disagreements.xlsx, row 2); keep B, by KL on 2024-05-21 (reports/meeting/disagreements.docx, "
        "disagreement 1)." in refused.stderr
    )
    packed = qualcode("pack", "meeting", cwd=study)
    assert packed.returncode == 2  # it would write over what was filled in
    assert "decisions were filled in and have not been imported (1)." in packed.stderr
    settled = qualcode("import", *sheets, "--prefer", "disagreements.docx", cwd=study)
    assert settled.returncode == 0, settled.stderr
    assert "1 new decision, 1 changed, 0 as before, 0 not decided (2 rows)." in settled.stdout
    assert qualcode("pack", "meeting", cwd=study).returncode == 0


@pytest.mark.slow
def test_a_filled_workbook_is_not_made_anew_by_a_run_or_by_snakemake_before_it_is_imported(
    two_layers, tmp_path, qualcode
):
    before, _ = two_layers
    study = tmp_path / "study"
    shutil.copytree(before, study)
    sheet = study / "reports/disagreements.xlsx"
    (about,) = [row["disagreement"] for row in listed(study) if row["rank"] == "1"]
    fill_workbook(sheet, {about: {"choice": "keep_a", **SIGNED}})
    os.utime(sheet, (0, 0))
    filled = sheet.read_bytes()
    said = "reports/disagreements.xlsx: decisions were filled in and have not been imported (1)."
    refused = qualcode("run", "--until", "consensus", cwd=study)
    assert refused.returncode == 2
    assert said in refused.stderr
    program = Path(sys.executable).with_name("snakemake")
    forced = subprocess.run(
        [program, "-c1", "--forcerun", "consensus", "--until", "consensus"],
        cwd=study, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert forced.returncode == 1
    assert said in forced.stderr
    assert sheet.read_bytes() == filled
    assert qualcode("import", sheet, cwd=study).returncode == 0
    again = qualcode("run", "--until", "consensus", cwd=study)
    assert again.returncode == 0, again.stderr
    (row,) = [row for row in listed(study) if row["disagreement"] == about]
    assert row["status"] != "open"
    assert sheet.read_bytes() != filled

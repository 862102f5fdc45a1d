"""A transcript that is corrected between meetings: sheets follow its text, and say when the study changed since the last run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from meeting_hands import HEADS, Rows, fill_workbook, save_page

pytestmark = pytest.mark.slow
Call = Callable[..., "subprocess.CompletedProcess[str]"]
WARD = """I: How did the ward take to the new tablets?

N1: Slowly. The charger was always in the other building, so nobody trusted the battery. My own manager never asked.

I: What would you change?

N1: I would let Doris teach everybody, because she explains it twice without sighing.
"""
CODEBOOK = """name: own
version: 1.0.0
codes:
  - {id: hindered, label: Hindered, kind: theme, definition: What got in the way.}
  - {id: kit, label: Kit, kind: subtheme, parent: hindered, definition: Chargers.}
  - {id: helped, label: Helped, kind: theme, definition: What made it easier.}
  - {id: peers, label: Colleagues teach, kind: subtheme, parent: helped, definition: One shows another.}
"""
CODINGS = """transcript,start,end,text,code,coder
T1,,,The charger was always in the other building,kit,UV
T1,,,My own manager never asked.,kit,UV
T1,,,My own manager never asked.,kit,WX
T1,,,I would let Doris teach everybody,peers,WX
"""
SIGNED = {"by": "UV; WX", "on": "2026-11-20"}
CHARGER = "The charger was always in the other building, so nobody trusted the battery"
TWICE = "because she explains it twice without sighing"


def ran(qualcode: Call, *arguments: str | Path, cwd: Path) -> str:
    done = qualcode(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def correct(study: Path, *pairs: tuple[str, str]) -> None:
    path = study / "data/raw/transcripts/T1.txt"
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def adjudicated(study: Path) -> dict[str, str]:
    """The words of what the meeting decided, by code."""
    made = pd.read_parquet(study / "data/processed/consensus.parquet")
    text = (study / "data/processed/texts/T1.txt").read_text(encoding="utf-8")
    rows = made[made["how"] == "adjudicated"].itertuples()
    return {row.code: text[row.start : row.end] for row in rows}


def shown(sheet: Path) -> dict[str, tuple[str, str]]:
    """Code and words of another passage, as the sheet shows them, by the code in dispute."""
    page = openpyxl.load_workbook(sheet)["Disagreements"]
    heads = [cell.value for cell in page[1]]
    other, words = heads.index(HEADS["other"]), heads.index(HEADS["passage"])
    found = {}
    for row in page.iter_rows(min_row=2, values_only=True):
        code = next(row[heads.index(f"{side}: code")] for side in "AB" if "[" in row[heads.index(f"{side}: code")])
        found[code.partition("\n")[0]] = (row[other] or "", row[words] or "")
    return found


@pytest.fixture(scope="module")
def decided(tmp_path_factory, qualcode) -> tuple[Path, dict[str, str]]:
    """A study run, its meeting brought in by the workbook; and the disagreements' ids by code."""
    folder = tmp_path_factory.mktemp("ward") / "study"
    ran(qualcode, "init", folder, cwd=folder.parent)
    (folder / "data/raw/transcripts").mkdir(parents=True, exist_ok=True)
    (folder / "codebooks/own").mkdir(parents=True)
    (folder / "data/raw/codings").mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("data/raw/transcripts/T1.txt", WARD), ("codebooks/own/1.0.0.yaml", CODEBOOK),
        ("data/raw/codings/both.csv", CODINGS),
        ("data/raw/assignments.csv", "transcript,coder,round,start,end,sha256_text,saw,codes,done\n"
         "T1,UV,1,,,,,,yes\nT1,WX,1,,,,,,yes\n"),
    ):  # fmt: skip
        (folder / name).write_text(text, encoding="utf-8")
    ran(qualcode, "run", "--until", "consensus", cwd=folder)
    rows = pd.read_csv(folder / "reports/tables/disagreements.csv", keep_default_na=False)
    about = {a or b: name for a, b, name in zip(rows["code_a"], rows["code_b"], rows["disagreement"], strict=True)}
    ran(qualcode, "pack", "meeting", "--out", "sheet.xlsx", cwd=folder)
    decide: Rows = {
        about["kit"]: {"choice": "other", "passage": CHARGER, **SIGNED},
        about["peers"]: {"choice": "other", "other": "Helped [helped]", "passage": TWICE, **SIGNED},
    }
    fill_workbook(folder / "sheet.xlsx", decide)
    assert "2 new decisions" in ran(qualcode, "import", "sheet.xlsx", cwd=folder)
    return folder, about


@pytest.fixture
def study(decided, tmp_path) -> Path:
    return Path(shutil.copytree(decided[0], tmp_path / "study"))


def test_what_was_decided_before_a_correction_and_before_the_next_run_keeps_its_words(study, qualcode):
    hello = "I: Good morning.\n\nN1: Good morning to you, from everybody on the ward who has read about this talk.\n\nI: How"
    correct(study, ("I: How", hello))
    ran(qualcode, "run", "--until", "discussion", cwd=study)
    assert adjudicated(study) == {"kit": CHARGER, "helped": TWICE}
    readings = pd.read_csv(study / "reports/tables/readings.csv", keep_default_na=False)
    (kit,) = readings[(readings["coder"] == "UV") & (readings["code"] == "kit")].to_dict("records")
    assert (kit["readings"], kit["disputed"], kit["fell"]) == (2, 1, 0)  # the passage of before, made longer


def test_sheets_show_decisions_in_the_present_text_and_come_back_as_before(study, decided, qualcode):
    _, about = decided
    ran(qualcode, "run", "--until", "consensus", cwd=study)
    correct(study, ("N1: Slowly.", "N1: Well, to be honest, slowly."), ("trusted the battery", "trusted that battery"))
    ran(qualcode, "run", "--until", "consensus", cwd=study)
    now = {"Kit [kit]": ("Kit [kit]", CHARGER.replace("the battery", "that battery")),
           "Colleagues teach [peers]": ("Helped [helped]", TWICE)}  # fmt: skip
    ran(qualcode, "pack", "meeting", "--as", "xlsx,docx", "--out", "new", cwd=study)
    assert shown(study / "new/disagreements.xlsx") == now == shown(study / "reports/disagreements.xlsx")
    before = (study / "data/raw/decisions/disagreements.csv").read_bytes()
    # the sheets of today, and the one that was filled in before the correction
    for sheet in ("new/disagreements.xlsx", "new/disagreements.docx", "reports/disagreements.xlsx", "sheet.xlsx"):
        assert "0 new decisions, 0 changed, 2 as before" in ran(qualcode, "import", sheet, cwd=study)
    assert (study / "data/raw/decisions/disagreements.csv").read_bytes() == before
    # who changes the reason alone changes nothing of the passage
    fill_workbook(study / "new/disagreements.xlsx", {about["kit"]: {"reason": "One idea."}})
    assert "1 changed, 1 as before" in ran(qualcode, "import", "new/disagreements.xlsx", cwd=study)
    ran(qualcode, "run", "--until", "consensus", cwd=study)
    assert adjudicated(study) == {"kit": now["Kit [kit]"][1], "helped": TWICE}


def test_a_decision_whose_passage_was_taken_out_is_open_in_table_and_sheet(study, decided, qualcode):
    ran(qualcode, "run", "--until", "consensus", cwd=study)
    correct(study, (", because she explains it twice without sighing", ""))
    said = ran(qualcode, "run", "--until", "consensus", cwd=study)
    rows = pd.read_csv(study / "reports/tables/disagreements.csv", keep_default_na=False).set_index("disagreement")
    assert rows.loc[decided[1]["peers"], ["choice", "status"]].tolist() == ["open", "open"]
    assert "2 disagreements, 1 of them open" in (study / "logs/consensus.txt").read_text(encoding="utf-8"), said
    assert "1 of them open." in ran(qualcode, "pack", "meeting", "--out", "new.xlsx", cwd=study)
    for sheet in ("new.xlsx", "sheet.xlsx"):  # nobody touched either since
        assert "0 new decisions, 0 changed, 2 as before" in ran(qualcode, "import", sheet, cwd=study)
    # the meeting decides anew
    fill_workbook(study / "new.xlsx", {decided[1]["peers"]: {"choice": "keep B", "by": "UV; WX", "on": "2026-11-27"}})
    assert "1 changed" in ran(qualcode, "import", "new.xlsx", cwd=study)


def test_a_pack_says_what_changed_since_the_last_run_and_refuses_texts_that_codings_do_not_fit(
    study, decided, qualcode
):
    assert "WARNING" not in ran(
        qualcode, "pack", "meeting", "--out", "a.xlsx", cwd=study
    )  # what was decided is no change
    (study / "data/raw/codings/more.csv").write_text(CODINGS.replace("UV", "YZ"), encoding="utf-8")
    correct(study, ("Slowly", "Very slowly"))
    for file in ("data/raw/codings/more.csv", "data/raw/transcripts/T1.txt"):
        os.utime(study / file, (0, 0))  # whatever their dates
    said = ran(qualcode, "pack", "meeting", "--out", "b.xlsx", cwd=study)
    assert "changed since the last run, and not yet in what is packed: data/raw/codings/more.csv, " in said
    assert "data/raw/transcripts/T1.txt" in said
    ran(qualcode, "run", "--until", "transcripts", cwd=study)
    refused = qualcode("pack", "meeting", "--out", "c.xlsx", cwd=study)
    assert refused.returncode == 2
    assert "the texts of T1 changed after the codings were read." in refused.stderr
    assert not (study / "c.xlsx").exists()
    assert "trusted" not in refused.stderr


def test_ranks_are_those_of_the_decisions_as_they_are_now(study, decided, qualcode):
    # in the table of the last run both are open, since then both were decided: take the second back, and it comes first
    last = pd.read_csv(study / "reports/tables/disagreements.csv").sort_values("rank")["disagreement"].to_list()
    save_page(study / "back.json", "any", {last[1]: {"choice": "open", "by": "UV; WX", "on": "2026-11-28"}})
    ran(qualcode, "import", "back.json", cwd=study)
    ran(qualcode, "pack", "meeting", "--out", "now.xlsx", cwd=study)
    page = openpyxl.load_workbook(study / "now.xlsx")["Disagreements"]
    heads = [cell.value for cell in page[1]]
    rows = list(page.iter_rows(min_row=2, values_only=True))
    ranks = [(row[heads.index("Rank")], row[heads.index("Disagreement id")]) for row in rows]
    assert ranks == [(1, last[1]), (2, last[0])]

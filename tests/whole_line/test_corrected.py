"""A transcript that is corrected after coding, on the made-up study: run, look, decide, run again."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

pytestmark = pytest.mark.slow
Call = Callable[..., "subprocess.CompletedProcess[str]"]
FLOUR = "any fool can deliver a sack of flour"


def ran(qualcode: Call, *arguments: str | Path) -> str:
    done = qualcode(*arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def table(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "reports" / "tables" / f"{name}.csv", keep_default_na=False, dtype=str)


def codings(folder: Path) -> pd.DataFrame:
    """Every coding with its words."""
    rows = pd.read_parquet(folder / "data/processed/codings.parquet")
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "data/processed/texts").glob("*.txt")}
    words = [texts[t][a:b] for t, a, b in zip(rows["transcript"], rows["start"], rows["end"], strict=True)]
    return rows.assign(words=words).set_index("coding")


def replace(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_bytes().decode("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path.write_bytes(text.encode("utf-8"))


@pytest.fixture(scope="module")
def corrected(
    tmp_path_factory: pytest.TempPathFactory, whole_run: Path, qualcode: Call
) -> tuple[Path, pd.DataFrame, str]:
    """The made-up study, run, corrected in S02 and run again; its codings before; what the second run said."""
    folder = Path(shutil.copytree(whole_run, tmp_path_factory.mktemp("corrected") / "study"))
    before = codings(folder)
    shutil.copytree(folder / "reports/tables", folder / "before")
    text = (folder / "data/raw/transcripts/S02_interview.txt", FLOUR)
    replace(text[0], (FLOUR, "any fool can deliver a bag of flour"), ("P02: Full,", "P02: Well, yes, full,"))
    said = ran(qualcode, "run", "-C", folder, "--until", "consensus")
    return folder, before, said


def test_untouched_codings_keep_their_words_and_ids_and_what_was_decided_stands(corrected) -> None:
    folder, before, _ = corrected
    after = codings(folder)
    assert set(after.index) == set(before.index)
    other = after.index[after["words"] != before.loc[after.index, "words"]]
    changed = table(folder, "changed")
    assert set(changed[changed["transcript"] == "S02"]["about"]) == set(other) and len(other) == 2
    moved = after[(after["transcript"] == "S02") & ~after.index.isin(other)]
    assert (moved["start"] != before.loc[moved.index, "start"]).all() and len(moved) > 10
    decided = pd.read_csv(folder / "before/disagreements.csv", dtype=str, keep_default_na=False)
    columns = ["disagreement", "decision", "choice", "status"]
    assert table(folder, "disagreements")[columns].values.tolist() == decided[columns].values.tolist()


def test_the_study_holds_a_correction_that_was_looked_at(corrected) -> None:
    folder, before, _ = corrected
    row = table(folder, "changed").set_index("transcript").loc["S07"]
    assert row[["status", "change", "why", "by"]].tolist() == ["confirmed", "words", "correction", "RB"]
    assert before.loc[row["about"], "words"].endswith("after we got the grant.")
    assert "after we got the money." in (folder / "data/raw/codings/RB_part2.csv").read_text(encoding="utf-8")


def test_the_run_and_the_check_name_what_is_to_be_looked_at(corrected, qualcode: Call) -> None:
    folder, _, said = corrected
    note = "since their text was corrected, 2 passages have other words than when coded (S02)."
    assert note in said and "qualcode pack edits" in said
    check = qualcode("check", "-C", folder)
    assert note in check.stdout and "2 passages to look at" in check.stdout and check.returncode == 0
    assert "flour" not in said + check.stdout


def test_the_table_of_edits_is_shown_in_ids_and_places_only(corrected, qualcode: Call) -> None:
    folder, *_ = corrected
    shown = ran(qualcode, "show", "edits", "--csv", "-C", folder)
    assert shown.startswith("transcript,sha256_from,start_from,end_from,sha256_to,start_to,end_to,why")
    assert {tuple(line.split(",")[n] for n in (0, 7)) for line in shown.splitlines()[1:]} == {
        ("S02", "correction"),
        ("S07", "correction"),
        *((transcript, "identifier") for transcript in ("S09", "S11", "S12")),
    }
    assert "bag" not in shown
    people = ran(qualcode, "show", "edits", "-C", folder)  # whole on a screen, hashes as decisions give them
    lines = people.splitlines()
    assert max(map(len, lines)) < 140 and not re.search(r"[0-9a-f]{13}|\.\.\.", people)


def test_the_page_shows_both_texts_holds_nothing_active_and_calls_nobody(corrected, qualcode: Call) -> None:
    folder, *_ = corrected
    ran(qualcode, "pack", "edits", "-C", folder, "--out", folder / "page")
    page = (folder / "page/edits.html").read_text(encoding="utf-8")
    assert '<del class="coded">sack</del>' in page and '<ins class="coded">bag</ins>' in page
    assert "This page holds words of participants" in page and "made up" in page
    assert not re.search(r"<script|<img|<link|\bon\w+=|https?://|url\(", page)
    assert "default-src 'none'" in page


def test_what_is_decided_in_the_workbook_comes_back_and_is_not_asked_again(corrected, qualcode: Call) -> None:
    folder, *_ = corrected
    ran(qualcode, "pack", "edits", "-C", folder)
    sheet = folder / "reports/edits/edits.xlsx"
    book = openpyxl.load_workbook(sheet)
    page = book["Changed passages"]
    heads = [cell.value for cell in page[1]]
    for row, cells in ((2, ("still fits", "")), (3, ("other passage", "any fool can deliver a bag of flour"))):
        for head, value in zip(("Decision", "Other passage: its words, or start-end"), cells, strict=True):
            page.cell(row, heads.index(head) + 1).value = value
        page.cell(row, heads.index("By") + 1).value, page.cell(row, heads.index("Date") + 1).value = "RB", "2024-07-01"
    moved = page.cell(3, heads.index("Coding id") + 1).value
    book.save(sheet)
    refused = qualcode("pack", "edits", "-C", folder)
    assert refused.returncode == 2 and "have not been imported (2)" in refused.stderr
    assert "2 new decisions" in ran(qualcode, "import", sheet, "-C", folder)
    said = ran(qualcode, "run", "-C", folder, "--until", "consensus")
    assert "since their text was corrected" not in said
    changed = table(folder, "changed")
    assert sorted(changed[changed["transcript"] == "S02"]["status"]) == ["adjusted", "confirmed"]
    assert codings(folder).loc[moved, "words"] == "any fool can deliver a bag of flour"
    assert "No coded passage waits for a look." in ran(qualcode, "pack", "edits", "-C", folder)


def test_two_files_that_were_exchanged_are_refused_until_somebody_signs(
    corrected, qualcode: Call, tmp_path: Path
) -> None:
    folder = shutil.copytree(corrected[0], tmp_path / "study")
    place = folder / "data/raw/transcripts"
    one, other = (place / "S04_interview.md").read_bytes(), (place / "S09_interview.md").read_bytes()
    (place / "S04_interview.md").write_bytes(other)
    (place / "S09_interview.md").write_bytes(one)
    for command in (("check",), ("run", "--until", "transcripts"), ("import", folder / "data/raw/codings/KL.csv")):
        refused = qualcode(*command, "-C", folder)
        assert refused.returncode == 2, command
        assert "this is not a corrected text of transcript 'S04'" in refused.stderr
        assert "It looks like transcript 'S09'." in refused.stderr and "--accept S04" in refused.stderr
    stage = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "transcripts"], cwd=folder, capture_output=True, check=False
    )
    assert stage.returncode == 1, "Snakemake alone is refused as well"
    unknown = qualcode("run", "-C", folder, "--accept", "S44")
    assert unknown.returncode == 2 and "there is no transcript 'S44'" in unknown.stderr
    said = ran(
        qualcode, "run", "-C", folder, "--until", "consensus", "--accept", "S04", "--accept", "S09", "--by", "RB"
    )
    assert "S04: this is its text from now on (signed by RB on " in said
    signed = pd.read_csv(folder / "data/raw/decisions/texts.csv", dtype=str)
    assert signed[["kind", "about", "choice", "by"]].values.tolist() == [
        ["text", "S04", "accept", "RB"],
        ["text", "S09", "accept", "RB"],
    ]
    gone = table(folder, "changed")
    assert set(gone[gone["change"] == "gone"]["transcript"]) == {"S04", "S09"}
    assert not {"S04", "S09"} & set(codings(folder)["transcript"])
    assert ran(qualcode, "check", "-C", folder)

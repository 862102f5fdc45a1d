"""Earlier texts are shown without names, on the page and in the workbook of `qualcode pack edits`."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from test_deidentify_stage import KEY, RAW, TALK, give_key, stage

from qualcode.cli import cli
from qualcode.decisions.changed import COLUMNS, NOT_SHOWN, SHEET
from qualcode.deidentify.earlier import Earlier, names_out, turns_of
from qualcode.deidentify.study import names_of
from qualcode.errors import DeidentifyError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES, write
from qualcode.transcripts.compare import Edit

LATER = TALK.replace("ward was hard", "ward was terribly hard")
NAMES = ("anna", "bert", "a.b@ward.org")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A conversation coded with names in it, its names replaced, then corrected; two codings of it on the list."""
    root = tmp_path / "talks"
    assert CliRunner().invoke(cli, ["init", str(root)]).exit_code == 0
    raw = root / "data" / "raw"
    (raw / "transcripts" / "S01.txt").write_text(TALK, encoding="utf-8")
    (raw / "participants.csv").write_text("participant,group,withdrawn\nP01,nurses,\nP02,nurses,\n")
    (raw / "sessions.csv").write_text("session,interviewers,participants,files,status\nS01,Jo,P01;P02,S01.txt,done\n")
    (raw / "speakers.csv").write_text("session,speaker,participant,role\nS01,Anna,P01,participant\n")
    give_key(root)
    stage(root)
    (raw / "transcripts" / "S01.txt").write_text(LATER, encoding="utf-8")
    stage(root)
    text = (root / "data/processed/texts/S01.txt").read_text(encoding="utf-8")
    rows = []
    for name, words, now in (
        ("c1", "Bert's ward was hard", "Kim's ward was terribly hard"),
        ("c2", "How was it, Anna?\n\nAnna: Bert", "How was it, P01?\n\nP01: Kim"),
    ):
        start, place = RAW.index(words), text.index(now)
        row = {"about": name, "kind": "coding", "transcript": "S01", "coder": "RB", "code": "time", "status": "open"}
        row |= {"sha256_from": sha256(RAW), "start_from": start, "end_from": start + len(words), "change": "words"}
        rows.append(row | {"start": place, "end": place + len(now), "why": "correction", "source": "a.csv"})
    write("report_changed", TABLES["report_changed"].shape(rows), root / "reports/tables/changed.csv")
    write("codebook", TABLES["codebook"].empty(), root / "data/processed/codebook.parquet")
    write_log(root)
    return root


def write_log(root: Path) -> None:
    """The log of replacements, where a run puts it."""
    (root / "reports/tables/replacements.csv").write_bytes((root / "reports/replacements.csv").read_bytes())


def pack(root: Path) -> Result:
    return CliRunner().invoke(cli, ["pack", "edits", "-C", str(root)])


def was(root: Path) -> list[object]:
    page = openpyxl.load_workbook(root / "reports/edits/edits.xlsx")[SHEET]
    at = [key for key, *_ in COLUMNS].index("was")
    return [row[at] for row in page.iter_rows(min_row=2, values_only=True)]


def test_the_page_shows_what_was_corrected_and_no_name_that_stood_there(study: Path) -> None:
    done = pack(study)
    assert done.exit_code == 0, done.output
    page = (study / "reports/edits/edits.html").read_text(encoding="utf-8")
    assert '<ins class="coded">terribly' in page and "Kim" in page and "[e-mail address]" in page
    assert page.count("<del") == 1  # in the legend: a name that was replaced is no correction
    assert not [name for name in NAMES if name in page.lower()]


def test_the_workbook_shows_passages_as_they_were_coded_with_names_replaced_as_a_whole(study: Path) -> None:
    assert pack(study).exit_code == 0
    assert was(study) == ["How was it, P01?\n\nP01: Kim's", "Kim's ward was hard"]


def test_a_conversation_that_somebody_withdrew_from_is_shown_as_it_is_now_alone(study: Path) -> None:
    (study / "data/raw/participants.csv").write_text(
        "participant,group,withdrawn\nP01,nurses,\nP02,nurses,2024-05-01\n"
    )
    assert pack(study).exit_code == 0
    assert was(study) == [NOT_SHOWN, NOT_SHOWN]
    assert not (study / "reports/edits/edits.html").exists()


def test_nothing_is_shown_where_the_key_is_gone_that_names_were_replaced_with(study: Path) -> None:
    (study.parent / "talks-key/key.csv").unlink()
    done = pack(study)
    assert isinstance(done.exception, DeidentifyError)
    assert "earlier texts would show them" in str(done.exception)
    assert not (study / "reports/edits").exists()


def test_a_span_that_holds_a_part_of_a_name_takes_all_that_was_put_in_for_it(tmp_path: Path, study: Path) -> None:
    give_key(study, KEY.replace("Bert,Kim,person,Bert", "Bert,Kim,person,Bert Vos"))
    text = "Anna: Then Bert Vos left."
    shown = names_out(text, names_of(Study.load(study)), "en")
    assert shown.text == "P01: Then Kim left."
    start, end = shown.span(text.index("Then"), text.index(" Vos"))
    assert shown.text[start:end] == "Then Kim"
    assert Earlier("abc", (Edit(0, 1, 0, 1),)).span(2, 2) == (2, 2)


def test_turns_are_those_between_empty_lines_with_their_labels() -> None:
    placed = turns_of("Jo: How?\n\nNo label here.\nTwo lines\n\nP 01: Well: yes.")
    assert [(one.speaker, one.start, one.end) for one in placed] == [("Jo", 4, 8), ("", 10, 34), ("P 01", 42, 52)]

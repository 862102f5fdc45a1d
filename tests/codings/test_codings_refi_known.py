"""Further incompatibilities that are known of REFI-QDA projects (reference: formats.md 3.2); the others: test_codings_refi.py.

Rows 1 to 10, 12, 15, 18 and 19 are tested there, 6 and 7 for writing in tests/export; 20 is no matter of reading.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from test_codings_refi import (
    BOSS,
    CODES,
    FOUND,
    NO_TIME,
    TALK,
    TRAINING,
    U1,
    U2,
    A,
    B,
    C,
    D,
    E,
    F,
    at,
    bring,
    coding,
    project,
    selection,
    spans,
    two,
)  # fmt: skip
from test_codings_refi import study as study  # the fixture


@pytest.mark.parametrize("namespace", ["urn:QDA-XML:project:0:10", "urn:QDA-XML:project:2.0", ""])
def test_row_14_any_version_of_the_vocabulary_is_read(study, tmp_path, namespace):
    assert spans(study, project(tmp_path / "p.qdpx", two(TALK), namespace=namespace)) == FOUND


def test_row_11_an_annotation_of_nvivo_is_a_memo_and_no_coding(study, tmp_path):
    """NVivo writes an annotation as a note and a link from the selection to it."""
    link = f'<Links><Link guid="{A[:-1]}1" name="annotation" originGUID="{C}" targetGUID="{A[:-1]}2"/></Links>'
    note = f'<Notes><Note guid="{A[:-1]}2" name="n"><PlainTextContent>Look again</PlainTextContent></Note></Notes>'
    path = project(tmp_path / "p.qdpx", selection(*at(TRAINING)) + two(TALK), rest=note + link)
    brought = bring(study, path)
    assert (brought.summary["codings"], brought.summary["left_out"]) == (2, {})
    assert "Also read: 1 memo." in brought.messages
    assert spans(study, path) == FOUND


@pytest.mark.parametrize(
    "codes",
    [
        CODES.replace(' isCodable="true"', ""),
        CODES.replace('isCodable="true"', 'isCodable="TRUE" colour="red" unknown="x"'),
        CODES.replace("<Codes>", "<Sets/><Codes><Description>late</Description>"),
    ],
    ids=["required attribute missing", "attributes that no schema has", "elements in another order"],
)
def test_row_13_a_codebook_that_does_not_validate_is_read(study, tmp_path, codes):
    assert spans(study, project(tmp_path / "p.qdpx", two(TALK), codes=codes)) == FOUND


def test_row_13_a_code_without_a_name_is_shown_as_such(study, tmp_path):
    codes = CODES.replace(' name="The boss"', "")
    brought = bring(study, project(tmp_path / "p.qdpx", two(TALK), codes=codes))
    assert brought.summary["codes"] == 2
    assert any("code '(no name)' is not in codebook mih 1.0.0" in str(problem) for problem in brought.warnings)


def test_row_16_a_survey_of_thousands_of_answers_is_read_quickly(study, tmp_path):
    """MAXQDA makes one text source for each respondent."""
    answers = [f"Answer {n}: no time at all." for n in range(3000)]
    sources = "".join(
        f'<TextSource guid="{n:08d}{F[8:]}" name="R{n}"><PlainTextContent>{text}</PlainTextContent>'
        f"{selection(*at(NO_TIME, text), coding().replace(D, f'{n:08d}{D[8:]}'))}</TextSource>"
        for n, text in enumerate(answers)
    )
    path = project(tmp_path / "p.qdpx", sources=sources, text=None)
    start = time.monotonic()
    summary = bring(study, path).summary
    assert time.monotonic() - start < 30
    assert (summary["documents"], summary["unmatched"], summary["codings"]) == (3000, 3000, 3000)
    assert summary["anchored"]["as_given"] == 3000


def test_row_17_a_source_that_is_called_by_an_internal_id_is_matched_by_its_text(study, tmp_path):
    source = f'guid="{F}" name="8dbc1d7f-internal" plainTextPath="internal://{F}.txt"'
    path = project(tmp_path / "p.qdpx", two(TALK), source=source)
    brought = bring(study, path)
    assert brought.summary["unmatched"] == 0
    assert any("document '8dbc1d7f-internal': transcript T1 (by hash)" in line for line in brought.messages)
    assert spans(study, path) == FOUND


def test_one_selection_with_codings_of_two_users_and_two_selections_of_one_span_are_the_same(study, tmp_path):
    """The standard's way, and QualCoder's: never the selection is the unit, but the span."""
    both = selection(*at(BOSS), coding(B, U1), coding(B, U2))
    apart = selection(*at(BOSS), coding(B, U1)) + selection(*at(BOSS), coding(B, U2)).replace(C, E)
    for name, inner in (("both", both), ("apart", apart)):
        (tmp_path / name).mkdir()
        path = project(tmp_path / name / f"{name}.qdpx", inner)
        found = [given for given in spans(study, path) if given[1] == "boss"]
        assert sorted(found) == [(BOSS, "boss", "KL"), (BOSS, "boss", "RB")]
        (Path(study.raw) / "codings" / path.name).unlink()

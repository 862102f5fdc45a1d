"""The agreement that a published study reports comes out of its own sheets (requirements_quality, MIT licence)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from qualcode.agreement import measure
from qualcode.agreement.ratings import Ratings

FOLDER = Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")
STUDY = FOLDER / "coded" / "requirements_quality"
STATEMENTS = ["10", "27", "50", "58", "63", "69", "86", "92", "96"]
BLANK = "(blank)"  # counts as a label of its own

pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not STUDY.is_dir(), reason="no corpora beside the checkout (QUALCODE_CORPORA)"),
    pytest.mark.filterwarnings("ignore:Data Validation extension"),
]


@pytest.fixture(scope="module")
def columns():
    """For each of the 13 columns its label set, and what the author and the second coder gave, to the letter."""
    import openpyxl

    book = openpyxl.load_workbook(STUDY / "interview-data.xlsx", data_only=True)
    given = {}
    for sheet in ("Data", "Overlap"):
        header, *rows = book[sheet].iter_rows(values_only=True)
        given[sheet] = {str(row[0]): dict(zip(header, row, strict=True)) for row in rows}
    labels = {entry["name"]: entry["codes"] for entry in json.loads((STUDY / "columns.json").read_text("utf-8"))[1:]}
    made = {}
    for name, codes in labels.items():
        cells = [[given[sheet][at][name] for sheet in ("Data", "Overlap")] for at in STATEMENTS]
        made[name] = ([*codes, BLANK], [[BLANK if cell is None else str(cell) for cell in row] for row in cells])
    return made


def coefficients(labels, values):
    ratings = Ratings(STATEMENTS, ["author", "second"], values, rows=[[at, at] for at in range(2, 11)])
    return {found.name: found.estimate for found in measure(ratings, categories=labels, ci="none").results}


def test_98_of_117_are_equal_and_bennetts_s_is_0_823(columns):
    assert len(columns) == 13
    equal = s = 0.0
    for labels, values in columns.values():
        # five cells of the second coder are "true " or "false " with a blank, which the authors' script took as another
        odd = sorted({value for row in values for value in row} - set(labels))
        found = coefficients([*labels, *odd], values)
        equal += 9 * found["percent_agreement"]
        s += (found["percent_agreement"] - 1 / len(labels)) / (1 - 1 / len(labels))
    assert round(equal) == 98
    assert equal / 117 == pytest.approx(0.8376, abs=5e-5)
    assert s / 13 == pytest.approx(0.823, abs=5e-4)


def test_mean_kappa_is_0_718(columns):
    kappas = []
    for labels, values in columns.values():
        # in their kappa a value outside the label set is missing, and no variation counts 1
        known = [[value if value in labels else "" for value in row] for row in values]
        found = coefficients(labels, known)
        kappas.append(1.0 if found["cohen_kappa"] != found["cohen_kappa"] else found["cohen_kappa"])
    assert sum(kappas) / 13 == pytest.approx(0.718, abs=5e-4)


def test_with_the_blanks_cut_102_are_equal(columns):
    """What a table read by qualcode gives: cells are cut at both ends."""
    equal = 0.0
    for labels, values in columns.values():
        found = coefficients(labels, [[value.strip() for value in row] for row in values])
        equal += 9 * found["percent_agreement"]
    assert round(equal) == 102

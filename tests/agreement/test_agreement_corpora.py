"""The agreement that a published study reports comes out of its own sheets (requirements_quality, MIT licence)."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from qualcode.commands.agreement import command

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


def coefficients(folder: Path, labels, values):
    """What `qualcode agreement COLUMN.csv --categories … --ci none` answers, as the documentation has it."""
    file = folder / "column.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = [[at, *row] for at, row in zip(STATEMENTS, values, strict=True)]
        csv.writer(out).writerows([["unit", "author", "second"], *rows])
    listed = io.StringIO()
    csv.writer(listed, lineterminator="").writerow(labels)
    done = CliRunner().invoke(command, [str(file), "--categories", listed.getvalue(), "--ci", "none", "--json"])
    assert done.exit_code == 0, done.output
    return {one["name"]: one["estimate"] for one in json.loads(done.output)["coefficients"]}


def kept(value: str) -> str:
    """A blank behind a word, which qualcode would cut, as a label of its own."""
    return value if value == value.strip() else f"{value.strip()}_"


def test_98_of_117_are_equal_and_bennetts_s_is_0_823(columns, tmp_path):
    assert len(columns) == 13
    equal = s = 0.0
    for labels, values in columns.values():
        # five cells of the second coder are "true " or "false " with a blank, which the authors' script took as another
        values = [[kept(value) for value in row] for row in values]
        odd = sorted({value for row in values for value in row} - set(labels))
        found = coefficients(tmp_path, [*labels, *odd], values)
        equal += 9 * found["percent_agreement"]
        s += (found["percent_agreement"] - 1 / len(labels)) / (1 - 1 / len(labels))
    assert round(equal) == 98
    assert equal / 117 == pytest.approx(0.8376, abs=5e-5)
    assert s / 13 == pytest.approx(0.823, abs=5e-4)


def test_mean_kappa_is_0_718(columns, tmp_path):
    kappas = []
    for labels, values in columns.values():
        # in their kappa a value outside the label set is missing, and no variation counts 1
        known = [[value if value in labels else "" for value in row] for row in values]
        found = coefficients(tmp_path, labels, known)
        kappas.append(1.0 if found["cohen_kappa"] is None else found["cohen_kappa"])
    assert sum(kappas) / 13 == pytest.approx(0.718, abs=5e-4)


def test_with_the_blanks_cut_102_are_equal(columns, tmp_path):
    """What a table read by qualcode gives: cells are cut at both ends."""
    equal = 0.0
    for labels, values in columns.values():
        found = coefficients(tmp_path, labels, values)
        equal += 9 * found["percent_agreement"]
    assert round(equal) == 102

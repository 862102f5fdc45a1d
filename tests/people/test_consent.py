"""What a participant's consent allows to be quoted and to be deposited."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualcode.codings.writers import load_layer
from qualcode.study import Study, refuses


@pytest.mark.parametrize(
    "cell",
    [
        "no",
        "No",
        "no_quotes",
        "no quotes",
        "quotes: no",
        "quotes=no",
        "deposit: yes; quotes: no",
        "yes;no_quotes",
        "refused",
    ],
)
def test_quotes_may_be_refused(cell):
    assert refuses(cell, "quotes")


@pytest.mark.parametrize("cell", ["", "yes", "no_deposit", "quotes: yes; deposit: no", "yes; notes: no"])
def test_quotes_may_be_allowed(cell):
    assert not refuses(cell, "quotes")


@pytest.mark.parametrize(
    ("cell", "forbidden"), [("no", 1), ("no_deposit", 1), ("deposit: no", 1), ("no_quotes", 0), ("", 0)]
)
def test_a_deposit_may_be_refused(cell, forbidden):
    assert refuses(cell, "deposit") == bool(forbidden)


def consenting(folder: Path, person: str, consent: str) -> Study:
    path = folder / "data/raw/participants.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text(
        "\n".join(line.replace(",yes,", f",{consent},") if line.startswith(person) else line for line in lines)
    )
    return Study.load(folder)


def test_an_export_keeps_back_who_does_not_want_a_deposit(made_up_study):
    study = consenting(made_up_study, "P13", "no_deposit")  # in the focus group S13
    layer = load_layer(study, team=False)
    assert layer.kept_back == ("S13",)
    assert "S13" not in layer.texts and "S13" not in set(layer.codings["transcript"])
    assert not {name for _, name in layer.assigned} & {"S13"}
    assert "S13" in load_layer(study).texts


def test_the_command_says_what_it_keeps_back(made_up_study, qualcode, tmp_path):
    consenting(made_up_study, "P11", "deposit: no")
    done = qualcode("export", "--as", "csv", tmp_path / "a.csv", "-C", made_up_study)
    assert done.returncode == 0 and "S11 (--team writes them too)" in done.stderr
    assert "S11" not in (tmp_path / "a.csv").read_text(encoding="utf-8")
    whole = qualcode("export", "--as", "csv", "--team", tmp_path / "b.csv", "-C", made_up_study)
    assert whole.returncode == 0 and "S11" in (tmp_path / "b.csv").read_text(encoding="utf-8")

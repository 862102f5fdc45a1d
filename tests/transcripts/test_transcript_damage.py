"""Damaged and hostile files: right turns, or a refusal with advice; the long form is benchmarks/mutate_transcripts.py."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from qualcode.transcripts.registry import FORMATS, READ

PLACE = Path(__file__).resolve().parents[2] / "benchmarks" / "mutate_transcripts.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutate_transcripts", PLACE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


damage = _load()
SPECIMENS = damage.specimens()


def test_there_is_a_specimen_of_every_format():
    assert {f".{kind}" for kind in SPECIMENS} >= {kind.ENDINGS[0] for kind in FORMATS}
    assert all(kind.ENDINGS[0] in READ for kind in FORMATS)


@pytest.mark.parametrize("kind", SPECIMENS)
def test_a_specimen_is_read_and_its_damaged_variants_are_read_or_refused(kind, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert damage.outcome(SPECIMENS[kind], f"a.{kind}") == "read"
    wrong = [
        (what, said)
        for what, data in damage.variants(kind, SPECIMENS[kind], 20, seed=2)
        if (said := damage.outcome(data, f"a.{kind}")) not in ("read", "refused")
    ]
    assert wrong == []
    assert list(tmp_path.iterdir()) == []


HOSTILE = list(damage.hostile(large=False))


@pytest.mark.parametrize(("what", "data", "name"), HOSTILE, ids=[f"{what} {name}"[:60] for what, _, name in HOSTILE])
def test_a_hostile_file_is_read_or_refused_and_nothing_is_written(what, data, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert damage.outcome(data, name) in ("read", "refused")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["docx", "odt", "ods"])
def test_the_file_that_an_entity_names_is_never_in_the_text(kind, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("I: the secret")
    head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>'
    data = {
        "docx": damage.docx("<w:p><w:r><w:t>I: &e;</w:t></w:r></w:p>", head),
        "odt": damage.opendocument("text", "<text:p>I: &e;</text:p>", head),
        "ods": damage.opendocument("spreadsheet", "<table:table>&e;</table:table>", head),
    }[kind]
    assert damage.outcome(data, f"a.{kind}") == "refused"


def test_a_member_that_says_it_is_smaller_than_it_is_is_refused():
    data = damage.docx("<w:p><w:r><w:t>I: x</w:t></w:r></w:p>" * 2000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("word/document.xml").file_size
    lie = data.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little"))
    assert lie != data
    assert damage.outcome(lie, "a.docx") == "refused"

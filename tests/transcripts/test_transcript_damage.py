"""Damaged and hostile files: right turns, or a refusal with advice; the long form is benchmarks/mutate_transcripts.py."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from qualcode.transcripts import ReadOptions, UnreadableError
from qualcode.transcripts.registry import FORMATS, READ, read

PLACE = Path(__file__).resolve().parents[2] / "benchmarks"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, PLACE / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


damage = _load("damaged_transcripts")
mutate = _load("mutate_transcripts")
SPECIMENS = {f"a.{kind}": data for kind, data in damage.specimens().items()} | damage.layouts()


def test_there_is_a_specimen_of_every_format():
    assert {f".{name.rpartition('.')[2]}" for name in SPECIMENS} >= {kind.ENDINGS[0] for kind in FORMATS}
    assert all(kind.ENDINGS[0] in READ for kind in FORMATS)


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_specimen_is_read_and_its_damaged_variants_are_read_or_refused(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert mutate.outcome(SPECIMENS[name], name) == "read"
    wrong = [
        (what, said)
        for what, data in damage.variants(name, SPECIMENS[name], 20, seed=2)
        if (said := mutate.outcome(data, name)) not in ("read", "refused")
    ]
    assert wrong == []
    assert list(tmp_path.iterdir()) == []


HOSTILE = list(damage.hostile(large=False))


@pytest.mark.parametrize(
    ("what", "data", "name"), HOSTILE, ids=[f"{at} {what} {name}"[:60] for at, (what, _, name) in enumerate(HOSTILE)]
)
def test_a_hostile_file_is_read_or_refused_and_nothing_is_written(what, data, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert mutate.outcome(data, name) in ("read", "refused")
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
    assert mutate.outcome(data, f"a.{kind}") == "refused"


def test_a_member_that_says_it_is_smaller_than_it_is_is_refused():
    data = damage.docx("<w:p><w:r><w:t>I: x</w:t></w:r></w:p>" * 2000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("word/document.xml").file_size
    lie = data.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little"))
    assert lie != data
    assert mutate.outcome(lie, "a.docx") == "refused"


def test_the_long_form_sees_files_that_are_written_and_connections_and_the_memory_that_is_taken(tmp_path):
    """In a process of its own, since what listens to it cannot be taken away again."""
    program = f"""
import sys, socket
sys.path.insert(0, {str(PLACE)!r})
import mutate_transcripts as mutate
watch, listener = mutate._Watch(), mutate.Listener()
before = mutate._resident(b"VmRSS")
watch.on = True
open({str(tmp_path / "new.txt")!r}, "w").close()
open({str(tmp_path / "new.txt")!r}).close()
socket.create_connection(("127.0.0.1", int(listener.address.rsplit(":", 1)[1].strip("/")))).close()
watch.on = False
open({str(tmp_path / "later.txt")!r}, "w").close()
block = bytearray(80_000_000)
print(len([seen for seen in watch.seen if "new.txt" in seen]), any("connect" in seen for seen in watch.seen))
print("later" in str(watch.seen), mutate._resident(b"VmHWM") - before > 60_000_000)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["2", "True", "False", "True"]


def test_a_line_of_millions_of_labels_is_refused_and_one_of_as_many_voices_is_left_whole():
    text = "I: So? P1: Yes. " * 150_000
    with pytest.raises(UnreadableError, match="more than 200,000 turns"):
        read(text.encode(), "a.txt", ReadOptions())
    text = " ".join(f"P{n}: Yes. P{n}: So." for n in range(1_000))
    assert len(read(text.encode(), "a.txt", ReadOptions())[1].turns) == 1


def test_a_tag_of_a_workbook_longer_than_any_program_writes_is_refused_before_it_is_parsed():
    part = b'<row spans="' + b"a" * 1_000_000
    data = damage.changed(damage.xlsx(), "xl/worksheets/sheet1.xml", b"<row ", part + b'" ')
    with pytest.raises(UnreadableError, match="this Excel workbook is damaged or not whole"):
        read(data, "a.xlsx", ReadOptions())

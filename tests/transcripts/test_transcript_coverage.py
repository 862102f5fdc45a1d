"""The list of formats in README.md names tests that exist, and every format that is read."""

from __future__ import annotations

import re
from pathlib import Path

from qualcode.transcripts.registry import FORMATS

HERE = Path(__file__).parent
PAGE = (HERE / "README.md").read_text(encoding="utf-8")


def test_every_test_that_the_list_of_formats_names_exists():
    files = [*HERE.glob("test_*.py"), *(HERE.parent / "corpora").glob("test_*.py")]
    there = {name for path in files for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)}
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 60
    assert named - there == set()


def test_each_reader_is_in_the_documentation():
    documentation = (HERE.parents[1] / "docs" / "transcripts.md").read_text(encoding="utf-8")
    assert [kind.ENDINGS[0] for kind in FORMATS if f"`{kind.ENDINGS[0]}`" not in documentation] == []

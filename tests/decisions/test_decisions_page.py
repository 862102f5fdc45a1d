"""The meeting's page as a file: the same every time, safe whatever was said, closed to everything outside it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest
from page_pack import TEXT, item, meeting, pack, reading

from qualcode.decisions.page import as_json, write_page


@pytest.fixture
def page(tmp_path):
    write_page(tmp_path / "page.html", meeting(), title="A <tiny> study", notice="Made up & small.", language="en")
    return (tmp_path / "page.html").read_text(encoding="utf-8")


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])


def test_the_same_pack_makes_the_same_bytes(tmp_path, page):
    write_page(tmp_path / "again.html", meeting(), title="A <tiny> study", notice="Made up & small.", language="en")
    assert (tmp_path / "again.html").read_bytes() == (tmp_path / "page.html").read_bytes()


def test_what_was_said_stands_in_the_page_and_cannot_end_its_script(page):
    assert data_of(page)["items"][0]["text"] == TEXT  # up to the first </script>: none of the words' own
    assert page.count("</script>") == 2
    assert page.count("<script") == 2
    assert "<!--" not in page
    assert not re.search("[\u2028\u2029\u202a-\u202e\u2066-\u2069]", page)
    assert "A &lt;tiny&gt; study" in page


def test_any_text_comes_back_from_the_json_as_it_was():
    odd = "\x00\x01\x7f\x85\u2028\u2029\u202e\ufeff\uffff\ud83d</script><!--]]>&amp;\\u0041 '\"` ×\U0001f600"
    made = as_json({"words": odd})
    assert json.loads(made) == {"words": odd}
    assert made.encode("utf-8").decode("utf-8") == made
    assert not re.search("[<>&\x00-\x1f\x7f-\x9f\u2028\u2029\u202e\ufeff]", made)


def test_the_policy_lets_in_nothing_but_the_pages_own_script_and_style(page):
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))

    def digest(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert rules["script-src"] == digest(re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1])
    assert rules["style-src"] == digest(re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1])
    for name in (
        "default-src",
        "connect-src",
        "img-src",
        "form-action",
        "base-uri",
        "object-src",
        "frame-src",
        "worker-src",
    ):
        assert rules[name] == "'none'"
    assert page.index("Content-Security-Policy") < page.index("<style>")
    assert not re.search(r"https?:|//[a-z]+\.[a-z]|\son[a-z]+=\"|\sstyle=|@import|url\(", page)


def test_words_that_do_not_stand_at_their_offsets_are_refused(tmp_path):
    a, b = reading("A", "KL", "", ""), reading("B", "RB", "time", "no time")
    moved = replace(item(1, "presence", a, b), text_start=1)
    with pytest.raises(ValueError, match="d-1 do not stand"):
        write_page(tmp_path / "page.html", pack(moved), title="T")


def test_definitions_that_many_share_stand_in_the_page_once(page):
    data = data_of(page)
    assert sorted(data["definitions"]) == ["What help is.", "What money is.", "What too little time is."]
    assert data["definitions"][data["items"][1]["sides"][0]["definition"]] == "What money is."
    assert data["items"][0]["sides"][0]["definition"] == -1  # silent


def test_scripts_and_styles_come_with_the_package(repository):
    parts = {path.name for path in (repository / "src/qualcode/decisions/meeting_page").iterdir()}
    assert {"page.html.j2", "page.css", "main.js"} <= parts

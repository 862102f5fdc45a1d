"""The meeting's page in Chromium, as a person uses it: from a file, by mouse and by keyboard, without a network."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from page_pack import TEXT, item, meeting, pack, place, reading

from qualcode.decisions.items import Decided, Reading, Voice
from qualcode.decisions.page import write_page

CHROMIUM = shutil.which("chromium") or ""
AXE = find_spec("axe_playwright_python")  # the package that brings axe.min.js
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
pytestmark = [pytest.mark.chromium, pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")]
TODAY = "2024-05-03"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM)
        yield made
        made.close()


class Opened:
    """The page in a browser, with what a person does in it."""

    def __init__(self, context: Any, path: Path) -> None:
        self.context, self.path = context, path
        self.page = context.new_page()
        self.requests: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: self.wrong.append(said.text))
        self.page.clock.set_fixed_time(f"{TODAY}T10:00:00")
        self.page.goto(path.as_uri())

    def __getattr__(self, name: str) -> Any:
        return getattr(self.page, name)

    def go(self, rank: int) -> None:
        self.page.locator("#jump").fill(str(rank))
        self.page.locator("#jump").press("Enter")

    def decide(self, rank: int, choice: str, *, by: str = "RB", reason: str = "", code: str = "") -> None:
        self.go(rank)
        self.page.get_by_role("radio", name=choice).check()
        if code:
            self.page.locator("#form-code").select_option(code)
        self.page.get_by_label("By (who decided)").fill(by)
        self.page.get_by_role("textbox", name="Reason").fill(reason)
        self.page.get_by_role("button", name="Decide", exact=True).click()

    def says(self, text: str) -> None:
        playwright.expect(self.page.locator("#status")).to_have_text(text)

    @property
    def said(self) -> str:
        return self.page.locator("#status").inner_text().strip()

    @property
    def errors(self) -> str:
        playwright.expect(self.page.locator("#errors")).to_be_visible()
        return self.page.locator("#errors-text").inner_text()

    @property
    def state(self) -> str:
        return self.page.locator("#state").inner_text()

    @property
    def listed(self) -> list[int]:
        return [int(rank) for rank in self.page.locator("#list .rank").all_text_contents()]

    def save(self) -> Path:
        with self.page.expect_download() as caught:
            self.page.get_by_role("button", name="Save to a file").click()
        return self.keep(caught.value)

    def keep(self, download: Any) -> Path:
        path = self.path.parent / download.suggested_filename
        at = 1
        while path.exists():
            at += 1
            path = path.with_stem(f"{path.stem}-{at}")
        download.save_as(path)
        return path

    def open_file(self, *paths: Path) -> None:
        self.page.locator("#file").set_input_files([str(path) for path in paths])


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    """Open a pack's page (the meeting of five, where none is given) in a browser of its own; `init` runs before its script."""
    contexts = []

    def open_page(made: Any = None, *, name: str = "page.html", init: str = "", **options: Any) -> Opened:
        path = tmp_path / name
        write_page(path, made or meeting(), title="A tiny study", notice="Made up.", language="en")
        context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
        if init:
            context.add_init_script(init)
        contexts.append(context)
        return Opened(context, path)

    yield open_page
    for context in contexts:
        context.close()


def rows(path: Path) -> dict[str, tuple[str, str, str, str, str]]:
    """A saved file's rows by disagreement."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return {
        row["disagreement"]: tuple(row[key] for key in ("choice", "value", "reason", "by", "on"))
        for row in data["rows"]
    }


# ---------------------------------------------------------------- deciding, saving, opening again


def test_a_meeting_decides_undoes_saves_and_opens_its_file_again(opened):
    page = opened()
    assert page.locator("#progress-text").inner_text() == "1 of 5 decided"
    page.decide(1, "keep B", reason="heard in  both\nrounds")
    page.decide(2, "keep A")
    page.decide(3, "both", by="KL")
    page.decide(4, "other", code="mixed")
    page.decide(5, "open again")
    assert page.locator("#progress-text").inner_text() == "4 of 5 decided"
    page.decide(2, "neither")
    page.get_by_role("button", name="Undo").click()
    page.says("Undone: the decision on rank 2.")
    assert "keep A: Money [money]" in page.state
    page.get_by_role("button", name="Undo").click()
    assert page.locator("#progress-text").inner_text() == "5 of 5 decided"
    assert "Decided: keep B: Too little time [time], RB, 2024-04-01" in page.state  # rank 5 again
    page.get_by_role("button", name="Redo").click()
    assert "Open again here" in page.state
    saved = page.save()
    assert saved.name == "meeting-11111111-2024-05-03-1000.json"
    expected = {
        "d-1": ("keep_b", "", "heard in both rounds", "RB", TODAY),
        "d-2": ("keep_a", "", "", "RB", TODAY),
        "d-3": ("both", "", "", "KL", TODAY),
        "d-4": ("other", "mixed", "", "RB", TODAY),
        "d-5": ("open", "", "", "RB", TODAY),
    }
    assert rows(saved) == expected
    again = opened(name="again.html")
    again.open_file(saved)
    again.says(f"{saved.name}: 5 decisions taken, 0 here already.")
    assert again.locator("#progress-text").inner_text() == "4 of 5 decided"
    assert again.locator("#unsaved").inner_text() == "saved"
    assert rows(again.save()) == expected
    again.get_by_role("button", name="Undo").click()  # opening a file is one step
    assert again.locator("#progress-text").inner_text() == "1 of 5 decided"
    assert page.wrong == again.wrong == []


def test_the_file_has_the_form_that_import_reads(opened):
    page = opened()
    page.decide(5, "keep A")
    data = json.loads(page.save().read_text(encoding="utf-8"))
    assert data == {
        "qualcode": "meeting",
        "version": 1,
        "pack": "11111111-2222-5333-8444-555555555555",
        "saved": data["saved"],
        "rows": [
            {"disagreement": "d-5", "text": "0123456789ab", "decision": "decision-1", "choice": "keep_a", "value": "",
             "reason": "said before", "by": "RB", "on": TODAY}
        ],
    } | {"rows": [data["rows"][0] | {"reason": ""}]}  # fmt: skip
    assert data["saved"].startswith("2024-05-03T") and data["saved"].endswith("Z")


def test_what_was_decided_before_is_in_the_file_only_where_it_was_changed(opened):
    page = opened()
    page.go(5)
    page.get_by_label("By (who decided)").fill("KL")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.says("Rank 5 stands as it did.")
    page.decide(5, "keep A")
    page.get_by_role("button", name="Take back what was decided here").click()
    assert rows(page.save()) == {}


def test_nothing_is_decided_without_a_choice_a_name_a_date_and_a_code(opened):
    page = opened()
    page.go(2)
    page.get_by_role("button", name="Decide", exact=True).click()
    assert page.locator("#error-choice").inner_text() == "Choose one of these."
    assert page.evaluate("document.activeElement.name") == "choice"
    page.get_by_role("radio", name="other").check()
    page.locator("#form-on").fill("")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.says("Not decided yet. Choose a code. Say who decided. Give the date.")
    assert page.locator("#form-code").get_attribute("aria-invalid") == "true"
    assert page.locator("#progress-text").inner_text() == "1 of 5 decided"
    assert rows(page.save()) == {}
    assert page.said.endswith("Begun and not decided, so not in it: rank 2.")


def test_what_is_begun_is_there_when_one_comes_back(opened):
    page = opened()
    page.go(2)
    page.get_by_role("radio", name="keep A").check()
    page.go(3)
    assert page.locator("#list .begun .rank").all_text_contents() == ["2"]
    page.go(2)
    assert page.get_by_role("radio", name="keep A").is_checked()
    page.get_by_role("button", name="Clear the form").click()
    assert page.locator("#list .begun").count() == 0


# ---------------------------------------------------------------- another passage, in code points


@pytest.mark.parametrize("words", ["We", "no time 💶 for it", "the money stopped", "nurses helped one another"])
def test_words_selected_with_the_mouse_give_their_offsets_in_code_points(opened, words):
    page = opened()
    page.go(2)
    page.evaluate(
        """(words) => {
            const walker = document.createTreeWalker(document.getElementById("context"), NodeFilter.SHOW_TEXT);
            const nodes = [];
            while (walker.nextNode()) nodes.push(walker.currentNode);
            const at = nodes.map((node) => node.data).join("").indexOf(words);
            const find = (place) => {
                for (const node of nodes) { if (place <= node.length) return [node, place]; place -= node.length; }
            };
            const range = document.createRange();
            range.setStart(...find(at));
            range.setEnd(...find(at + words.length));
            getSelection().removeAllRanges();
            getSelection().addRange(range);
        }""",
        words,
    )
    page.get_by_role("button", name="Use selected words as the passage").click()
    page.locator("#form-code").select_option("help")
    page.get_by_label("By (who decided)").fill("RB")
    page.get_by_role("button", name="Decide", exact=True).click()
    start, end = place(words)
    assert rows(page.save())["d-2"][1] == f"help {start}-{end}"
    assert TEXT[start:end] == words


def test_a_half_selected_word_is_taken_whole_unless_that_is_switched_off(opened):
    page = opened()
    page.go(3)
    page.get_by_role("radio", name="other").check()
    text = page.locator("#span-text")
    half = """(area) => { const at = area.value.indexOf("oney stop"); area.focus(); area.setSelectionRange(at, at + 9); }"""
    text.evaluate(half)
    text.press("Enter")
    start, end = place("money stopped")
    assert f"characters {start} to {end}" in page.locator("#span-said").inner_text()
    page.get_by_label("whole words").uncheck()
    text.evaluate(half)
    page.get_by_role("button", name="Use the selection").click()
    assert f"characters {start + 1} to {end - 3}" in page.locator("#span-said").inner_text()


def test_a_passage_is_found_by_its_words_and_moved_word_by_word(opened):
    page = opened()
    page.go(3)
    page.get_by_role("radio", name="other").check()
    assert page.locator("#form-code").input_value() == "help"  # both coders' own
    page.get_by_label("Or type its words").fill("MONEY  stopped in may.")
    page.get_by_role("button", name="Find").click()
    start, end = place("money stopped in May.")
    assert f"characters {start} to {end}" in page.locator("#span-said").inner_text()
    page.get_by_role("button", name="Begin a word earlier").click()
    page.get_by_role("button", name="End a word earlier").click()
    page.get_by_role("button", name="End a word earlier").click()
    start, end = place("the money stopped in")
    assert f"characters {start} to {end}" in page.locator("#span-said").inner_text()
    page.get_by_label("Or type its words").fill("helped")
    page.get_by_label("Or type its words").press("Enter")
    page.says("Found.")
    page.get_by_label("Or type its words").fill("the")
    page.get_by_label("Or type its words").press("Enter")
    assert "They stand 2 times; this is number 1." in page.said
    page.get_by_label("Or type its words").press("Enter")
    start = place("the nurses")[0]
    assert f"characters {start} to {start + 3}" in page.locator("#span-said").inner_text()
    page.get_by_label("Or type its words").fill("nowhere at all")
    page.get_by_label("Or type its words").press("Enter")
    page.says("These words are not in what this page shows of the transcript.")
    page.get_by_role("button", name="As A").click()
    page.get_by_label("By (who decided)").fill("RB")
    page.get_by_role("button", name="Decide", exact=True).click()
    start, end = place("Then the nurses")
    assert rows(page.save())["d-3"][1] == f"help {start}-{end}"


def test_the_words_to_select_from_cannot_be_typed_over(opened):
    page = opened()
    page.go(2)
    page.get_by_role("radio", name="other").check()
    before = page.locator("#span-text").input_value()
    page.locator("#span-text").press_sequentially("x")
    page.locator("#span-text").press("Control+a")
    page.locator("#span-text").press("Delete")
    assert page.locator("#span-text").input_value() == before


def test_a_span_beyond_what_is_shown_is_kept_as_the_file_has_it(opened, tmp_path):
    page = opened()
    whole = len(TEXT)
    saved = file_of(
        tmp_path / "a.json",
        ["d-2", "other", f"help 0-{whole}"],
        ["d-3", "other", f"5-{whole}"],
        ["d-1", "other", f"help 5-{whole + 1}"],
    )
    page.open_file(saved)
    assert "row 3: its span is reversed or beyond the text." in page.errors
    page.go(2)
    page.get_by_role("textbox", name="Reason").fill("long")
    page.get_by_role("button", name="Decide", exact=True).click()
    assert {name: row[1] for name, row in rows(page.save()).items()} == {"d-2": f"help 0-{whole}", "d-3": f"5-{whole}"}


def test_a_code_of_a_whole_transcript_has_no_words_and_no_passage_to_choose(opened, tmp_path):
    whole = {"start": 0, "end": len(TEXT)}
    a = replace(reading("A", "KL", "help", "We"), **whole)
    b = replace(reading("B", "RB", "time", "We"), **whole)
    one = item(1, "sibling", a, b)
    page = opened(pack(replace(one, scope="transcript", before="", words="", after="", voices=())))
    assert "The code was given to the whole transcript" in page.locator("main").inner_text()
    page.decide(1, "other", code="money")
    assert rows(page.save())["d-1"][:2] == ("other", "money")
    assert page.locator("#span-text").count() == page.locator("#context").count() == 0
    page.open_file(file_of(tmp_path / "a.json", ["d-1", "other", "money 3-9"]))
    assert "row 1: it gives a span, and a whole transcript was coded." in page.errors
    assert page.wrong == []


# ---------------------------------------------------------------- files that do not fit


def file_of(
    path: Path, *given: list[str], pack_id: str = "11111111-2222-5333-8444-555555555555", by: str = "KL"
) -> Path:
    made = [
        {"disagreement": name, "choice": choice, "value": (value or [""])[0], "reason": "", "by": by, "on": TODAY}
        for name, choice, *value in given
    ]
    data = {"qualcode": "meeting", "version": 1, "pack": pack_id, "saved": "2024-05-03T10:00:00Z", "rows": made}
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "this is not a file that this page saved (it is not JSON)."),
        ("[1]", "this is not a file that this page saved."),
        ('{"qualcode": "meeting", "version": 2, "pack": "x", "rows": []}', "version 2; this page reads 1"),
        ('{"qualcode": "meeting", "version": 1, "pack": "another", "rows": []}', "it belongs to another page: its pack is another"),
    ],
)  # fmt: skip
def test_another_file_is_refused_with_the_reason(opened, tmp_path, text, why):
    page = opened()
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    page.open_file(tmp_path / "b.json")
    assert why in page.errors
    assert page.errors.startswith("b.json: ")
    assert rows(page.save()) == {}


def test_rows_that_do_not_fit_are_listed_and_the_others_taken(opened, tmp_path):
    page = opened()
    saved = file_of(
        tmp_path / "b.json", ["d-9", "keep_a"], ["d-1", "both"], ["d-2", "other", "times"], ["d-4", "other", "upwards"],
        ["d-2", "keep_a"], ["d-2", "keep_b"], ["d-3", "both"],
    )  # fmt: skip
    page.open_file(saved)
    page.says("b.json: 2 decisions taken, 0 here already.")
    assert page.locator("#errors-text li").all_inner_texts() == [
        "row 1: disagreement “d-9” is not on this page.",
        "row 2: the choice “both” is not one of this disagreement’s.",
        "row 3: the code “times” is not in the codebook.",
        "row 4: it does not name a direction.",
        "row 6: rank 2 is decided otherwise further up.",
    ]
    assert {name: row[0] for name, row in rows(page.save()).items()} == {"d-2": "keep_a", "d-3": "both"}


def test_where_file_and_page_differ_a_person_chooses(opened, tmp_path):
    page = opened()
    page.decide(1, "keep B")
    page.decide(2, "keep A")
    page.decide(3, "both")
    saved = file_of(
        tmp_path / "b.json", ["d-1", "keep_b"], ["d-2", "other", "time"], ["d-3", "neither"], ["d-4", "both"]
    )
    page.open_file(saved)
    dialog = page.get_by_role("dialog", name="The file and this page differ")
    assert dialog.get_by_role("group").all_inner_texts()[0].split("\n")[0] == "Rank 2, sibling, S01"
    assert "The file: other: Too little time [time]. KL, 2024-05-03." in dialog.inner_text()
    dialog.get_by_role("group", name="Rank 3").get_by_role("radio", name="The file").check()
    dialog.get_by_role("button", name="Take these").click()
    page.says("b.json: 2 decisions taken, 1 here already, 1 of 2 conflicts kept as the page has them.")
    assert {name: row[0] for name, row in rows(page.save()).items()} == {
        "d-1": "keep_b", "d-2": "keep_a", "d-3": "neither", "d-4": "both",
    }  # fmt: skip
    page.open_file(file_of(tmp_path / "c.json", ["d-2", "neither"], ["d-5", "neither"]))
    page.get_by_role("button", name="Leave the file out").click()
    page.says("c.json: nothing was taken from it.")
    page.open_file(tmp_path / "c.json")
    dialog.wait_for()
    page.keyboard.press("Escape")
    page.says("c.json: nothing was taken from it.")
    assert "d-5" not in rows(page.save())


def test_a_file_dropped_on_the_page_is_opened(opened, tmp_path):
    page = opened()
    text = file_of(tmp_path / "b.json", ["d-1", "keep_b"]).read_text(encoding="utf-8")
    page.evaluate(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "dropped.json"));
            for (const type of ["dragover", "drop"]) {
                document.body.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
            }
        }""",
        text,
    )
    page.wait_for_function("document.getElementById('status').textContent !== ''")
    page.says("dropped.json: 1 decision taken, 0 here already.")


# ---------------------------------------------------------------- nothing gets out, nothing is lost unsaid


TRY_TO_GET_OUT = """async (outside) => {
    const found = [];
    document.addEventListener("securitypolicyviolation", (event) => found.push(event.effectiveDirective));
    await fetch(outside + "fetch", {mode: "no-cors"}).catch(() => null);
    navigator.sendBeacon(outside + "beacon", "x");
    const add = (tag, values) => document.body.append(Object.assign(document.createElement(tag), values));
    add("img", {src: outside + "img"});
    add("link", {rel: "stylesheet", href: outside + "style"});
    add("iframe", {src: outside + "frame", name: "frame"});
    try { document.body.insertAdjacentHTML("beforeend", "<p>x</p>"); } catch { found.push("markup"); }
    try { add("script", {textContent: "window.reached = true"}); } catch { found.push("script"); }
    const form = Object.assign(document.createElement("form"), {action: outside + "form", target: "frame"});
    document.body.append(form);
    form.submit();
    document.head.append(Object.assign(document.createElement("base"), {href: outside}));
    await new Promise((resolve) => setTimeout(resolve, 500));
    return found;
}"""


@pytest.fixture
def outside() -> Iterator[tuple[str, list[str]]]:
    """A server on this machine: its address, and what was asked of it."""
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()


def test_the_page_asks_nothing_of_any_network(opened):
    page = opened()
    page.decide(1, "keep B")
    page.save()
    assert [url for url in page.requests if not url.startswith("blob:")] == [page.path.as_uri()]


def test_the_policy_stops_whoever_tries_to_get_out(opened, outside):
    address, asked = outside
    page = opened()
    found = page.evaluate(TRY_TO_GET_OUT, address)
    wanted = {"connect-src", "img-src", "frame-src", "style-src-elem", "form-action", "base-uri", "markup", "script"}
    assert wanted <= set(found)
    assert page.evaluate("[window.reached ?? null, document.baseURI]") == [None, page.path.as_uri()]
    assert asked == []


def test_without_the_policy_all_of_that_would_get_out(opened, outside, tmp_path):
    address, asked = outside
    page = opened()
    text = page.path.read_text(encoding="utf-8")
    (tmp_path / "open.html").write_text(
        re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", text), encoding="utf-8"
    )
    page.goto((tmp_path / "open.html").as_uri())
    assert page.evaluate(TRY_TO_GET_OUT, address) == []
    wanted = {"/fetch", "/beacon", "/img", "/style"}
    for _ in range(100):
        if wanted <= set(asked):
            break
        page.wait_for_timeout(100)
    assert wanted <= set(asked)
    assert page.evaluate("window.reached") is True


def test_the_browser_keeps_ids_offsets_and_choices_and_no_words(opened):
    page = opened()
    page.decide(1, "other", code="help", reason="she said the money stopped", by="Rosa Blum")
    page.decide(2, "keep A", by="KL", reason="because")
    page.get_by_text("What this page keeps").click()
    kept = json.loads(page.evaluate("JSON.stringify(Object.entries(localStorage))"))
    assert [(name, json.loads(value)) for name, value in kept] == [
        (
            "qualcode-meeting:11111111-2222-5333-8444-555555555555",
            {"version": 1, "rows": {"d-1": ["other", "help", "", TODAY, ""], "d-2": ["keep_a", "", "KL", TODAY, ""]}},
        )
    ]
    assert page.evaluate("sessionStorage.length + document.cookie.length") == 0
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert "keeps 2 choices made on this page before, without reasons" in page.locator("#restore-text").inner_text()
    page.get_by_role("button", name="Bring them back").click()
    page.says("1 choice brought back, without reasons. 1 more without the name, begun: say who decided.")
    assert rows(page.save()) == {"d-2": ("keep_a", "", "", "KL", TODAY)}
    page.get_by_role("button", name="Forget what this browser keeps").or_(
        page.get_by_text("What this page keeps")
    ).first.click()
    page.get_by_role("button", name="Forget what this browser keeps").click()
    assert page.evaluate("localStorage.length") == 0


def test_choices_of_an_earlier_visit_wait_until_somebody_wants_or_forgets_them(opened):
    page = opened()
    page.on("dialog", lambda dialog: dialog.accept())
    page.decide(1, "keep B")
    page.reload()
    page.decide(2, "keep A")  # without answering
    page.reload()
    assert "keeps 2 choices" in page.locator("#restore-text").inner_text()
    page.get_by_role("button", name="Forget them").click()
    assert page.evaluate("localStorage.length") == 0


def test_a_browser_that_keeps_nothing_is_told_so_and_the_page_works(opened):
    broken = (
        'Object.defineProperty(window, "localStorage", {get() { throw new DOMException("no", "SecurityError"); }});'
    )
    page = opened(init=broken)
    page.decide(1, "keep B")
    page.get_by_text("What this page keeps").click()
    assert (
        page.locator("#kept-text").inner_text() == "This browser allows no page to keep anything: save to a file often."
    )
    assert rows(page.save())["d-1"][0] == "keep_b"
    assert page.wrong == []


def test_a_window_with_unsaved_work_asks_before_it_closes(opened):
    page = opened()
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == []
    page.decide(1, "keep B")
    assert page.locator("#unsaved").inner_text() == "not saved to a file"
    page.reload()
    assert asked == ["beforeunload"]
    page.decide(1, "keep B")
    page.save()
    page.reload()
    assert asked == ["beforeunload"]
    page.go(2)
    page.get_by_role("radio", name="keep A").check()  # begun only
    page.reload()
    assert asked == ["beforeunload"] * 2


def test_words_and_memos_are_shown_as_they_are_and_are_never_markup(opened):
    page = opened()
    page.go(2)
    assert page.evaluate("document.getElementById('context').textContent") == TEXT
    assert "<b>sure?</b>" in page.locator(".card.a").inner_text()
    assert page.locator("main b, main script").count() == 0


# ---------------------------------------------------------------- finding one's way


def test_the_list_is_filtered_ordered_and_jumped_in(opened):
    page = opened()
    assert page.listed == [1, 2, 3, 4, 5]
    page.get_by_label("Show", exact=True).select_option("open")
    assert page.listed == [1, 2, 3, 4]
    page.get_by_label("Code", exact=True).first.select_option("money")
    assert page.listed == [2]
    assert page.locator("#list-count").inner_text() == "1 of 5 are shown."
    assert page.get_by_role("heading", name="Rank 2: sibling").is_visible()
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Kind").select_option("direction")
    assert page.listed == [4]
    page.go(1)  # what the filter hides is reached all the same
    assert page.listed == [1, 2, 3, 4, 5]
    page.get_by_label("Search ids and codes").fill("MONEY")
    assert page.listed == [2]
    page.get_by_label("Search ids and codes").fill("d-3")
    assert page.listed == [3]
    page.get_by_label("Search ids and codes").fill("nurses")  # participants' words are not searched
    assert page.listed == []
    page.get_by_role("button", name="Show all").click()
    page.get_by_label("Order").select_option("place")
    assert page.listed == [1, 5, 2, 3, 4]
    page.decide(3, "both")
    page.get_by_label("Show", exact=True).select_option("decided here")
    assert page.listed == [3]
    page.go(99)
    page.says("There is no rank 99.")


def test_next_open_goes_round_and_says_when_all_is_decided(opened):
    page = opened()
    for rank in (1, 2, 4):
        page.decide(rank, "keep A")
    page.get_by_role("button", name="Next open", exact=True).click()
    assert page.get_by_role("heading", name="Rank 3: boundary").is_visible()
    page.get_by_role("radio", name="both").check()
    page.get_by_role("button", name="Decide, and next open").click()
    page.says("Rank 3 is decided: both. Everything is decided: save to a file.")
    page.get_by_role("button", name="Next open", exact=True).click()
    page.says("Everything is decided: save to a file.")


def test_a_page_without_disagreements_says_so(opened):
    page = opened(pack())
    assert "There is nothing to decide on this page." in page.locator("main").inner_text()
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Next open", exact=True).click()
    assert page.wrong == []


# ---------------------------------------------------------------- without a mouse, without eyes, small, dark, printed


def test_everything_can_be_done_by_keyboard_alone(opened):
    page = opened()

    def tab_to(selector: str, most: int = 60) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"Tab does not lead to {selector}")

    tab_to("#list")
    page.keyboard.press("ArrowDown")
    assert page.locator("#list [aria-selected=true]").inner_text().startswith("2")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Rank 2: sibling"
    page.keyboard.press("5")  # other
    tab_to("#form-code")
    page.keyboard.type("Help")
    tab_to("#span-text")
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.press("Control+Shift+ArrowLeft")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Enter")
    tab_to("#form-by")
    page.keyboard.type("RB")
    page.keyboard.press("Control+Enter")
    page.says(f"Rank 2 is decided: other: Help [help], characters 0 to {len('I: Why 😀?')}. Next: rank 3.")
    assert page.evaluate("document.activeElement.textContent") == "Rank 3: boundary"
    page.keyboard.press("3")
    page.keyboard.press("Control+Enter")
    page.keyboard.press("k")
    page.keyboard.press("Control+z")
    page.says("Undone: the decision on rank 3.")
    page.keyboard.press("Control+y")
    with page.expect_download() as caught:
        page.keyboard.press("Control+s")
    assert rows(page.keep(caught.value)) == {
        "d-2": ("other", f"help 0-{len('I: Why 😀?')}", "", "RB", TODAY),
        "d-3": ("both", "", "", "RB", TODAY),
    }


def test_single_keys_can_be_switched_off_and_do_not_act_while_one_types(opened):
    page = opened()
    page.go(2)
    page.get_by_role("textbox", name="Reason").press_sequentially("n1")
    assert page.get_by_role("textbox", name="Reason").input_value() == "n1"
    assert page.get_by_role("heading", name="Rank 2: sibling").is_visible()
    page.get_by_text("Keys, and how").click()
    page.get_by_label("Keys without Ctrl are on").uncheck()
    page.keyboard.press("n")
    page.keyboard.press("1")
    assert page.get_by_role("heading", name="Rank 2: sibling").is_visible()
    assert not page.get_by_role("radio", name="keep A").is_checked()


def test_everything_has_a_name_and_a_role_for_a_screen_reader(opened):
    page = opened()
    page.go(2)
    page.get_by_role("radio", name="other").check()
    tree = page.locator("body").aria_snapshot()
    for wanted in (
        '- heading "A tiny study" [level=1]', '- region "File, undo and progress"', '- progressbar "1 of 5 decided"',
        '- navigation "All disagreements"', '- search "Filter"', '- searchbox "Search ids and codes"', '- combobox "Kind"',
        '- spinbutton "Go to rank"', '- listbox "Disagreements"', "- main", 'heading "Rank 2: sibling" [level=2]',
        '- region "The passage in its context"', 'region "A: KL"', '- form "Decision"', '- group "Decision"',
        '- radio "keep A Money [money]"', '- group "Passage"', '- textbox "Select it here"', '- textbox "Reason"',
        '- textbox "By (who decided)"', '- button "Decide, and next open"', "- status",
    ):  # fmt: skip
        assert wanted in tree, wanted
    assert page.locator("#list [aria-selected=true]").get_attribute("aria-posinset") == "2"
    assert page.locator("#list [aria-selected=true]").get_attribute("aria-setsize") == "5"
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input:not([hidden]), select, textarea, summary")]
            .filter((one) => !(one.labels?.length || one.textContent.trim() || one.ariaLabel)).map((one) => one.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.skipif(AXE is None, reason="axe-playwright-python is not installed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_wrong(opened, tmp_path, scheme, width):
    page = opened(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for rank in (1, 2, 4):
        page.decide(rank, "keep A") if width > 1000 else None
    if width < 1000:
        page.get_by_role("button", name="List and filter").click()
    page.go(5)
    page.get_by_role("radio", name="other").check()
    page.get_by_text("What this page keeps").click()
    page.get_by_text("Keys, and how").click()
    page.open_file(file_of(tmp_path / "b.json", pack_id="another"))
    page.evaluate(Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_nothing_is_cut_at_any_width(opened, width):
    page = opened()
    page.set_viewport_size({"width": width, "height": 800})
    if width < 1000:
        page.get_by_role("button", name="List and filter").click()
    page.go(2)
    page.get_by_role("radio", name="other").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    over = page.evaluate(
        """() => [...document.querySelectorAll("#screen button, #screen p, #screen h1, #screen h2, #screen label, .card, .context")]
            .filter((one) => one.offsetParent && getComputedStyle(one).display !== "inline")
            .filter((one) => one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.outerHTML)"""
    )
    assert over == []


def test_printed_it_is_a_list_of_everything_that_the_filter_shows(opened):
    pypdf = pytest.importorskip("pypdf")
    page = opened()
    page.decide(3, "both", reason="one passage")

    def printed() -> str:
        reader = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
        return " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())

    text = printed()
    for rank, kind in enumerate(("presence", "sibling", "boundary", "direction", "far"), start=1):
        assert f"{rank}. {kind}, S01, P01" in text
    assert "Decision: both, RB, 2024-05-03. one passage" in text
    assert "Save to a file" not in text
    page.get_by_label("Kind").select_option("boundary")
    assert "1. presence" not in printed()


def test_a_page_of_many_disagreements_lists_them_all(opened):
    many = [
        item(
            rank,
            "presence",
            reading("A", "KL", "", ""),
            reading("B", "RB", "time", "no time"),
            choices=("keep_a", "keep_b"),
        )
        for rank in range(1, 401)
    ]
    page = opened(pack(*many))
    assert page.locator("#list li").count() < 400  # those that nobody has come near are not made yet
    page.locator("#list").evaluate("(list) => { list.scrollTop = list.scrollHeight; }")
    playwright.expect(page.locator("#list li")).to_have_count(400)
    assert page.listed == list(range(1, 401))
    page.get_by_label("Kind").select_option("presence")
    page.locator("#list").focus()
    page.keyboard.press("End")
    assert page.get_by_role("heading", name="Rank 400: presence").is_visible()
    row, box = page.locator("#list [aria-selected=true]").bounding_box(), page.locator("#list").bounding_box()
    assert box["y"] <= row["y"] <= box["y"] + box["height"]


@pytest.mark.parametrize(("words", "way"), [("لم يكن لدينا وقت", "rtl"), ("לא היה לנו זמן", "rtl"), ("no time", "ltr")])
def test_words_run_as_their_language_does_whatever_label_stands_before_them(opened, words, way):
    text = f"P01: 😀 {words}!"
    start = text.index(words)
    voices = (Voice(5, len(text), "P01", "participant"),)
    side = Reading("B", ("RB",), "time", "Too little time", "", "", start, start + len(words), "")
    one = replace(
        item(1, "presence", reading("A", "KL", "", ""), side, choices=("keep_a", "keep_b", "other")),
        before=text[:start], words=words, after="!", text_start=0, length=len(text), voices=voices,
    )  # fmt: skip
    page = opened(pack(one))
    assert page.locator("#context").get_attribute("dir") == way
    assert page.locator("#context .in-b").all_inner_texts() == [words]
    page.get_by_role("radio", name="other").check()
    page.get_by_role("button", name="End a word earlier").click()
    assert f"characters {start} to {start + len(words.rsplit(' ', 1)[0])}" in page.locator("#span-said").inner_text()


def test_the_reason_for_one_choice_is_not_carried_over_to_another(opened):
    page = opened()
    page.go(5)
    reason = page.get_by_role("textbox", name="Reason")
    assert reason.input_value() == "said before"
    page.get_by_role("radio", name="keep A").check()
    assert reason.input_value() == ""
    page.get_by_role("radio", name="keep B").check()
    assert reason.input_value() == "said before"
    page.get_by_role("radio", name="neither").check()
    reason.fill("a new one")
    page.get_by_role("radio", name="keep A").check()
    assert reason.input_value() == "a new one"


def test_several_who_decided_are_kept_where_all_of_them_are_coders(opened):
    page = opened()
    page.decide(1, "keep B", by="RB;KL")
    page.decide(2, "keep A", by="RB;Rosa Blum")
    kept = page.evaluate("Object.values(localStorage).map((text) => JSON.parse(text).rows)")[0]
    assert (kept["d-1"][2], kept["d-2"][2]) == ("RB;KL", "")
    page.go(1)
    assert "RB, KL, 2024-05-03" in page.state


def test_definitions_folded_once_stay_folded(opened):
    page = opened()
    page.go(2)
    page.get_by_text("Definition (A)").click()
    playwright.expect(page.get_by_text("What too little time is.")).to_be_hidden()  # B's too
    page.go(3)
    assert page.locator(".card details[open]").count() == 0


def test_an_older_file_does_not_undo_in_silence_what_was_decided_since(opened, tmp_path):
    saved = json.loads(file_of(tmp_path / "a.json", ["d-5", "keep_a"]).read_text(encoding="utf-8"))
    for base, asked in (("decision-1", False), ("decision-0", True), ("", True)):
        page = opened()
        saved["rows"][0]["decision"] = base
        (tmp_path / "b.json").write_text(json.dumps(saved), encoding="utf-8")
        page.open_file(tmp_path / "b.json")
        if asked:
            dialog = page.get_by_role("dialog")
            playwright.expect(dialog).to_contain_text("This page: keep B: Too little time [time]. RB, 2024-04-01.")
            page.get_by_role("button", name="Take these").click()
            page.says("b.json: 0 decisions taken, 0 here already, 1 of 1 conflict kept as the page has them.")
        else:
            page.says("b.json: 1 decision taken, 0 here already.")
    assert rows(page.save()) == {}


def test_choices_kept_in_the_browser_give_way_to_what_was_decided_since(opened):
    page = opened()
    page.on("dialog", lambda dialog: dialog.accept())
    page.decide(1, "keep B")
    page.decide(2, "keep A")
    page.decide(3, "both")
    since = [Decided(choice, "", "", "KL", TODAY, f"decision-{choice}") for choice in ("keep_a", "keep_a")]
    made = meeting()
    items = [replace(made.items[0], decided=since[0]), replace(made.items[1], decided=since[1]), *made.items[2:]]
    write_page(page.path, replace(made, items=tuple(items)), title="A tiny study")
    page.reload()
    page.get_by_role("button", name="Bring them back").click()
    page.says("1 choice brought back, without reasons. 1 left out: decided otherwise since, before this page was made.")
    assert {name: row[0] for name, row in rows(page.save()).items()} == {"d-3": "both"}


def test_what_is_begun_stays_when_a_file_is_opened(opened, tmp_path):
    page = opened()
    page.go(2)
    page.get_by_role("textbox", name="Reason").fill("half a thought")
    page.open_file(file_of(tmp_path / "b.json", ["d-2", "keep_a"]))
    page.says("b.json: 1 decision taken, 0 here already.")
    assert page.get_by_role("textbox", name="Reason").input_value() == "half a thought"
    page.get_by_role("button", name="Clear the form").click()
    assert page.get_by_role("radio", name="keep A").is_checked()


def test_the_date_of_today_moves_on_at_midnight_and_another_date_stays(opened):
    page = opened()
    page.go(1)
    page.clock.set_fixed_time("2024-05-04T00:10:00")
    page.go(2)
    assert page.locator("#form-on").input_value() == "2024-05-04"
    page.locator("#form-on").fill("2024-05-01")
    page.go(3)
    assert page.locator("#form-on").input_value() == "2024-05-01"


def test_what_is_kept_for_another_page_of_the_same_pack_stays(opened):
    page = opened()
    page.on("dialog", lambda dialog: dialog.accept())
    page.decide(1, "keep B")
    write_page(page.path, replace(meeting(), items=meeting().items[1:]), title="A tiny study")  # a page of some of them
    page.reload()
    assert page.locator("#restore").is_hidden()
    page.decide(2, "keep A")
    write_page(page.path, meeting(), title="A tiny study")
    page.reload()
    assert "keeps 2 choices" in page.locator("#restore-text").inner_text()


def test_storage_that_somebody_else_wrote_is_left_alone(opened):
    for odd in (
        "{",
        "7",
        '{"version": 1, "rows": 3}',
        '{"version": 1, "rows": {"d-1": "x", "d-2": ["keep_a"]}}',
        '{"version": 1}',
    ):
        name = "qualcode-meeting:11111111-2222-5333-8444-555555555555"
        page = opened(init=f"localStorage.setItem({name!r}, {json.dumps(odd)});")
        assert page.locator("#restore").is_hidden()
        assert page.wrong == []


# ---------------------------------------------------------------- the whole way, with `qualcode pack` and `qualcode import`


@pytest.mark.slow
def test_a_study_goes_through_the_page_to_its_consensus(made_up_study, qualcode, opened, tmp_path):
    import pandas as pd

    def run(*arguments: str | Path) -> str:
        done = qualcode(*arguments, cwd=made_up_study)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("run", "--until", "consensus")
    run("pack", "meeting", "--as", "html", "--out", "meeting.html")
    table = made_up_study / "reports/tables/disagreements.csv"
    before = pd.read_csv(table, keep_default_na=False)
    page = opened(name="unused.html")
    page.path = made_up_study / "meeting.html"
    page.goto(page.path.as_uri())
    page.get_by_label("Show", exact=True).select_option("open")
    left = page.listed
    assert len(left) == (before["status"] == "open").sum() > 3
    page.decide(left[0], "keep A")
    page.go(left[1])
    page.get_by_role("radio", name="other").check()
    page.locator("#form-code").select_option("training")
    shown = page.locator("#span-text").input_value()
    words = " ".join(shown.split()[3:8])
    page.get_by_label("Or type its words").fill(words)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Decide", exact=True).click()
    page.decide(left[2], "keep A")
    page.get_by_role("button", name="Undo").click()
    again = opened(name="unused2.html")
    again.path = page.path
    again.goto(page.path.as_uri())
    again.open_file(page.save())
    again.decide(left[3], "keep B", reason="agreed in May")
    saved = again.save()
    brought = json.loads(run("import", saved, "--json"))
    assert (brought["added"], brought["changed"]) == (3, 0)
    assert json.loads(run("import", saved, "--json"))["unchanged"] == 3
    run("run", "--until", "consensus")
    after = pd.read_csv(table, keep_default_na=False)
    changed = after["status"].ne(before.set_index("disagreement")["status"].reindex(after["disagreement"]).to_numpy())
    assert changed.sum() == 3
    made = pd.read_parquet(made_up_study / "data/processed/consensus.parquet")
    value = next(row[1] for row in rows(saved).values() if row[0] == "other")
    code, start, end = re.fullmatch(r"(\S+) (\d+)-(\d+)", value).groups()
    (row,) = made[(made["code"] == code) & (made["start"] == int(start)) & (made["end"] == int(end))].to_dict("records")
    text = (made_up_study / f"data/processed/texts/{row['transcript']}.txt").read_text(encoding="utf-8")
    assert " ".join(text[int(start) : int(end)].split()).startswith(words.rstrip(".,;:?!"))
    assert page.wrong == again.wrong == []

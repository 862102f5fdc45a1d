"""The meeting's page with 2,000 disagreements: how long until it can be used, and how long each step takes then.

Run: python benchmarks/meeting_page.py. Needs Chromium and Playwright. Times are medians of seven openings from a file, in a browser
that is running: from the start of the navigation until the second frame after the page has shown a disagreement and its list.
Beside it, in the same run, the same disagreements as one flat HTML table (no script at all), until its second frame.
"""

from __future__ import annotations

import html
import random
import shutil
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from qualcode.decisions.items import Code, Item, Pack, Reading
from qualcode.decisions.page import write_page

DISAGREEMENTS, CODES, CONTEXT, TIMES = 2000, 60, 30, 7
KINDS = ("presence", "missed", "boundary", "sibling", "cousin", "far")
WORDS = (
    "we",
    "had",
    "hoped",
    "that",
    "everybody",
    "would",
    "find",
    "the",
    "time",
    "but",
    "the",
    "ward",
    "was",
    "short",
    "of",
    "people",
)
PAINTED = (
    "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"
)


def made_pack(count: int = DISAGREEMENTS, *, seed: int = 1) -> Pack:
    """Disagreements of 10 to 80 words between 30 and 30, with definitions of 60 words and, on every third side, a memo."""
    chance = random.Random(seed)

    def said(words: int) -> str:
        return " ".join(chance.choice(WORDS) for _ in range(words))

    codes = tuple(
        Code(f"code_{at:02}", f"Label of code {at}", f"code_{at - at % 6:02}" if at % 6 else "", int(at % 6 > 0), "code", "",
             said(60), said(20), said(20))
        for at in range(CODES)
    )  # fmt: skip
    items = []
    for rank in range(1, count + 1):
        kind, before, words, after = (
            chance.choice(KINDS),
            said(CONTEXT) + " ",
            said(chance.randint(10, 80)),
            " " + said(CONTEXT),
        )
        at = chance.randint(0, 60_000)
        start, end = at + len(before), at + len(before) + len(words)
        sides = []
        for letter, coder in (("A", "KL"), ("B", "RB")):
            code = chance.choice(codes)
            memo = said(12) if chance.random() < 1 / 3 else ""
            silent = letter == "A" and kind in ("presence", "missed")
            sides.append(
                Reading(letter, (coder,), "", "", "", "", -1, -1, "")
                if silent
                else Reading(letter, (coder,), code.code, code.label, code.definition, "", start, end, memo)
            )
        items.append(
            Item(
                disagreement=f"{rank:08}-0000-5000-8000-000000000000", rank=rank, kind=kind, transcript=f"T{rank % 40:02}",
                text="0123456789ab", length=70_000, scope="span", start=start, end=end, before=before, words=words, after=after,
                text_start=at, voices=(), speaker=f"P{rank % 40:02}", sides=(sides[0], sides[1]),
                choices=("keep_a", "keep_b", "other", "open"), decided=None,
            )
        )  # fmt: skip
    return Pack(
        "00000000-0000-5000-8000-000000000000", tuple(items), codes, "Made", "made", "1.0.0", CONTEXT, "2024-01-01"
    )


def flat_table(path: Path, pack: Pack) -> None:
    """The same disagreements as one table, a row each: what a plain export to HTML is."""
    rows = []
    for item in pack.items:
        cells = [str(item.rank), item.kind, item.transcript, item.speaker, item.before, item.words, item.after]
        for side in item.sides:
            cells += [", ".join(side.coders), side.label, side.memo, side.definition]
        rows.append("<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in [*cells, "", "", "", ""]) + "</tr>")
    style = "<style>td { border: 1px solid #ccc; vertical-align: top }</style>"
    path.write_text(f"<!doctype html><meta charset=utf-8>{style}<table>{''.join(rows)}</table>", encoding="utf-8")


def opened(page: Page, path: Path, ready: str) -> list[float]:
    """Seconds from the navigation's start until `ready` is there and painted, each time."""
    found = []
    for _ in range(TIMES):
        page.goto("about:blank")
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector(ready, state="attached")
        found.append(page.evaluate(PAINTED) / 1000)
    return found


def step(page: Page, script: str) -> float:
    """Median seconds of a step, until the second frame after it."""
    timed = f"async () => {{ const from = performance.now(); {script}; return await ({PAINTED})() - from; }}"
    return statistics.median(page.evaluate(timed) for _ in range(TIMES)) / 1000


def main() -> None:
    pack = made_pack()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        ours, flat = Path(folder) / "meeting.html", Path(folder) / "flat.html"
        write_page(ours, pack, title="Made", language="en")
        flat_table(flat, pack)
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.on("dialog", lambda dialog: dialog.accept())
        mine = opened(page, ours, "#list li[aria-selected=true]")
        jump = step(page, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'j', bubbles: true}))")
        search = step(page, "const i = document.getElementById('filter-text'); i.value = i.value ? '' : 'code_1'; "
                      "i.dispatchEvent(new Event('input'))")  # fmt: skip
        decide = step(
            page,
            "document.querySelector('input[name=choice]').click(); const by = document.getElementById('form-by'); by.value = 'RB';"
            "by.dispatchEvent(new Event('input')); document.getElementById('decide').requestSubmit()",
        )
        table = opened(page, flat, "table tr:last-child")
        browser.close()
        sizes = [path.stat().st_size / 1e6 for path in (ours, flat)]
    a, b = statistics.median(mine), statistics.median(table)
    print(f"{len(pack.items)} disagreements, Chromium {browser.version}")
    print(f"meeting page   {sizes[0]:5.1f} MB  opens in {a:.2f} s (least {min(mine):.2f}, most {max(mine):.2f})")
    print(f"one flat table {sizes[1]:5.1f} MB  opens in {b:.2f} s (least {min(table):.2f}, most {max(table):.2f})")
    print(f"ratio          {a / b:.2f} of the flat table's time")
    print(
        f"then, until it is drawn: next disagreement {jump:.3f} s, search {search:.3f} s, decide and next {decide:.3f} s"
    )


if __name__ == "__main__":
    main()

"""Packs for the tests of the meeting's page, made by hand so that every offset can be seen."""

from __future__ import annotations

from qualcode.decisions.items import Code, Decided, Item, Pack, Reading, Voice

# emoji beyond the 16-bit plane, one of several code points, markup, a line separator, a character that turns the reading order
TEXT = (
    "I: Why 😀?\n\n"
    "P01: 👩‍👩‍👧 We </script><script>alert(1)</script> <!-- had\u2028no time 💶 for it; \u202ethe money stopped in May. "
    "Then the nurses helped one another."
)
VOICES = (("Why 😀?", "interviewer"), (TEXT.split("P01: ")[1], "participant"))
CODES = (
    ("barriers", "Barriers", "", 0), ("time", "Too little time", "barriers", 1), ("money", "Money", "barriers", 1),
    ("strengths", "Strengths", "", 0), ("help", "Help", "strengths", 1),
)  # fmt: skip
EVERY = ("keep_a", "keep_b", "both", "neither", "other", "open")
SILENT = ("keep_a", "keep_b", "other", "open")


def place(words: str) -> tuple[int, int]:
    """Where words stand in the text, in code points: Python's own count."""
    start = TEXT.index(words)
    return start, start + len(words)


def reading(letter: str, coder: str, code: str, words: str, *, direction: str = "", memo: str = "") -> Reading:
    """What one coder made of these words; no code: silent."""
    label = {code: label for code, label, _, _ in CODES}.get(code, "")
    start, end = place(words) if code else (-1, -1)
    definition = f"What {label.lower()} is." if code else ""
    return Reading(letter, (coder,), code, label, definition, direction, start, end, memo)


def item(
    rank: int, kind: str, a: Reading, b: Reading, *, choices: tuple[str, ...] = EVERY, decided: Decided | None = None
) -> Item:
    """One disagreement, shown with the whole text around it."""
    start = min(side.start for side in (a, b) if side.start >= 0)
    end = max(a.end, b.end)
    voices = tuple(Voice(*place(words), "P01", role) for words, role in VOICES)
    return Item(
        disagreement=f"d-{rank}", rank=rank, kind=kind, transcript="S01", text="0123456789ab", length=len(TEXT), scope="span",
        start=start, end=end, before=TEXT[:start], words=TEXT[start:end], after=TEXT[end:], text_start=0, voices=voices,
        speaker="P01", sides=(a, b), choices=choices, decided=decided,
    )  # fmt: skip


def pack(*items: Item, name: str = "11111111-2222-5333-8444-555555555555") -> Pack:
    """A pack of these items under a codebook of five codes."""
    codes = tuple(
        Code(code, label, parent, depth, "theme" if depth == 0 else "subtheme", "", f"What {label.lower()} is.", "", "")
        for code, label, parent, depth in CODES
    )
    return Pack(name, items, codes, "A tiny study", "tiny", "1.0.0", 30, "2024-04-01")


def meeting() -> Pack:
    """Five disagreements; the last was decided before the page was made."""
    before = Decided("keep_b", "", "said before", "RB", "2024-04-01", "decision-1")
    return pack(
        item(1, "presence", reading("A", "KL", "", ""), reading("B", "RB", "time", "no time 💶 for it"), choices=SILENT),
        item(2, "sibling", reading("A", "KL", "money", "the money stopped in May", memo="<b>sure?</b>"),
             reading("B", "RB", "time", "the money stopped in May")),
        item(3, "boundary", reading("A", "KL", "help", "Then the nurses"), reading("B", "RB", "help", "helped one another")),
        item(4, "direction", reading("A", "KL", "help", "the nurses helped", direction="barrier"),
             reading("B", "RB", "help", "the nurses helped", direction="facilitator")),
        item(5, "far", reading("A", "KL", "help", "no time 💶 for it"), reading("B", "RB", "time", "no time 💶 for it"),
             decided=before),
    )  # fmt: skip

"""What is shown of a passage: words before and after it, long ones shortened; and where pasted words stand in it."""

from __future__ import annotations

import re

from qualcode.codings.anchor import Refusal, TextIndex, anchor_quote

_CUT = "[…]"  # stands for the middle of a long passage


def window(text: str, start: int, end: int, context: int) -> tuple[int, int]:
    """Where `context` words before a passage begin, and where as many after it end."""
    if not context:
        return start, end
    low, high = max(0, start - 60 * (context + 1)), min(len(text), end + 60 * (context + 1))
    before = [found.start() for found in re.finditer(r"\S+", text[low:start])]
    after = [found.end() for found in re.finditer(r"\S+", text[end:high])]
    if len(before) > context:
        low += before[-context]
    if len(after) > context:
        high = end + after[context - 1]
    return low, high


def words_before(text: str, start: int, count: int) -> str:
    """The last words before a place, with a sign where there are more."""
    low, _ = window(text, start, start, count)
    return ("… " if low and low < start else "") + text[low:start].strip()


def words_after(text: str, end: int, count: int) -> str:
    """The first words after a place, with a sign where there are more."""
    _, high = window(text, end, end, count)
    return text[end:high].strip() + (" …" if end < high < len(text.rstrip()) else "")


def shortened(quote: str, *, words: int = 150) -> str:
    """A long passage without its middle, so that it fits into a cell that can be printed."""
    found = list(re.finditer(r"\S+", quote))
    if len(found) <= words:
        return quote
    return f"{quote[: found[words - 50].end()]} {_CUT} {quote[found[-40].start() :]}"


def located(text: str, low: int, high: int, pasted: str, *, name: str) -> tuple[int, int] | Refusal:
    """Where the words that somebody pasted stand in what a sheet shows, `text[low:high]`.

    Words without their middle (`first words […] last words`) are the passage from the first to the last. Words that begin
    or end beyond what is shown count too, where they touch it. Refused, with offsets and never with words: what stands
    there more than once, what is not there.
    """
    parts = [part for part in (one.strip(" …") for one in pasted.split(_CUT)) if part]
    if not parts:
        return Refusal("the other passage holds no words.", "Paste the words of the passage.")
    if len(parts) > 1:
        first = located(text, low, high, parts[0], name=name)
        last = located(text, low, high, parts[-1], name=name)
        if isinstance(first, Refusal):
            return first
        if isinstance(last, Refusal):
            return last
        if last[1] <= first[0]:
            return Refusal("the other passage ends before it begins.", "Paste its words as they stand in the sheet.")
        return first[0], last[1]

    def place(start: int, end: int) -> str:
        return f"characters {low + start}–{low + end}"

    inside = anchor_quote(TextIndex(text[low:high]), pasted, name=f"what the sheet shows of {name}", place=place)
    if not isinstance(inside, Refusal):
        return low + inside.start, low + inside.end
    if "holds no words" in inside.cause or "stand" in inside.cause:
        return inside._replace(hint="Paste more of the passage, so that it stands there once.")
    whole = anchor_quote(TextIndex(text), pasted, name=name)
    if isinstance(whole, Refusal):
        hint = "Copy them from the sheet, from one word to the last, and paste them."
        return Refusal(f"the words of the other passage are not in what the sheet shows of {name}.", hint)
    if whole.end <= low or whole.start >= high:
        at = f"characters {whole.start}–{whole.end} of {name}"
        what = f"the words of the other passage stand at {at}, outside what the sheet shows."
        return Refusal(what, "Copy them from the sheet; `qualcode pack meeting --context 100` shows more.")
    return whole.start, whole.end

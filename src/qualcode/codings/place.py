"""Where a row's passage stands in its transcript's present text; and what became of it, if the text has changed since."""

from __future__ import annotations

import re
from typing import NamedTuple

from qualcode.codings.anchor import WHOLE, Anchor, Refusal, anchor_offsets, anchor_quote
from qualcode.codings.calibrate import anchor_loosely
from qualcode.codings.changes import Change
from qualcode.codings.context import Context
from qualcode.codings.model import Given, Sidecar
from qualcode.errors import Problem
from qualcode.transcripts.made_on import mark


class Placed(NamedTuple):
    """A row's place; the hash of the text that it was made on ("" where the row itself says it); what changed since."""

    place: Anchor | Refusal
    made_on: str = ""
    change: Change | None = None
    look: Problem | None = None


def row_mark(coding: str, given: Given) -> str:
    """The mark of a row that does not say which text it counts in: with other offsets it is another row."""
    return mark("coding", coding, given.start, given.end)


def place_row(
    given: Given, coding: str, context: Context, transcript: str, sidecar: Sidecar, where: str, *, loose: bool = False
) -> Placed:
    """The place of a row that gives offsets, words or both; `coding` is its id.

    Offsets count in the text that the row names, else the one that it was first read with (`made_on`), else the one that
    the file was imported with, else the present one; words are looked for there first.
    """
    if given.text == WHOLE:
        if given.start or given.end:
            return Placed(
                Refusal("`*` codes the whole transcript, but there is a start or an end.", "Leave both empty.")
            )
        return Placed(Anchor(0, len(context.texts[transcript].text), "as_given"))
    own = given.sha256_text.lower()
    sha = own or context.passages.made_on.get(row_mark(coding, given), "") or sidecar.texts.get(transcript, "")
    here = context.sha[transcript]
    if not sha and transcript in context.whole and not given.text:
        sha = context.present[transcript]  # made after somebody's turns were taken out
    find = _by_offsets if given.start or given.end else _by_words
    found = find(given, context, transcript, "" if sha == here else sha, where, loose)
    return found._replace(made_on="" if own or isinstance(found.place, Refusal) else found.made_on or here)


def _by_offsets(given: Given, context: Context, transcript: str, sha: str, where: str, loose: bool) -> Placed:
    name, index = f"transcript '{transcript}'", context.texts[transcript]
    offsets = (given.start, given.end)
    if not all(offsets):
        missing = "start" if not given.start else "end"
        return Placed(Refusal(f"'{missing}' is empty.", "Give both start and end, or neither."))
    numbers = [whole_number(value) for value in offsets]
    if numbers[0] is None or numbers[1] is None:
        odd = next(value for value, number in zip(offsets, numbers, strict=True) if number is None)
        return Placed(Refusal(f"'{shown(odd)}' is not a whole number.", "Offsets count characters from 0."))
    start, end = numbers[0], numbers[1]

    def place(start: int, end: int) -> str:
        return context.place(transcript, start, end)

    if not sha:
        found = anchor_offsets(index, start, end, given.text, name=name, place=place)
        earlier = _offsets_of_an_earlier_text(given, context, transcript, start, end) if given.text else ""
        if isinstance(found, Anchor) or not earlier:
            return Placed(found)
        sha = earlier
    if start < 0 or end <= start:  # wrong in any text
        return Placed(anchor_offsets(index, start, end, name=name, place=place))
    if (transcript, sha) not in context.passages.ways:
        if given.text:
            return _by_words(given, context, transcript, "", where, False)
        return Placed(
            Refusal(
                f"{name} has changed since this was coded, and its offsets are those of a text that is not known.",
                "Give the words in column 'text', or the offsets in the present text with its sha256_text.",
            )
        )
    return _carried(given, context, transcript, sha, start, end, where, "calibrated")


def _offsets_of_an_earlier_text(given: Given, context: Context, transcript: str, start: int, end: int) -> str:
    """The one earlier text in which the words given stand at the offsets given; "" for none."""
    fits = [
        sha
        for sha, index in context.passages.earlier(transcript).items()
        if isinstance(anchor_offsets(index, start, end, given.text, name=""), Anchor)
    ]
    places = {context.passages.carry(transcript, sha, start, end) for sha in fits}
    return fits[0] if len(places) == 1 else ""


def _carried(
    given: Given, context: Context, transcript: str, sha: str, start: int, end: int, where: str, how: str
) -> Placed:
    """The place of `[start, end)` of an earlier text; where the words were taken out, that they were."""
    change = context.passages.change(transcript, sha, start, end)
    if change is None:
        mapped = context.passages.carry(transcript, sha, start, end)
        assert mapped is not None  # what has no place has changed
        index = context.texts[transcript]
        checked = anchor_offsets(
            index, *mapped[:2], given.text if how == "calibrated" else "", name=f"transcript '{transcript}'"
        )
        return Placed(checked._replace(how=how) if isinstance(checked, Anchor) else checked, sha)
    if change.start is None or change.end is None:
        cause = f"transcript '{transcript}' has changed since this was coded, and the passage is no longer there."
        if how == "by_text":
            cause = f"the words given stood in transcript '{transcript}' before it was corrected, and were taken out."
        return Placed(Refusal(cause, TAKEN_OUT), sha, change)
    look = None
    if change.to_look_at:
        since = "they were copied" if how == "by_text" else "it was made"
        what = f"the words of this coding of transcript '{transcript}' changed since {since}."
        look = Problem(
            where, what, f"Look at {context.place(transcript, change.start, change.end)}.", f"row {given.row}"
        )
    return Placed(Anchor(change.start, change.end, how), sha, change, look)


TAKEN_OUT = "Say in the sheet of `qualcode pack edits` where it belongs now, or that it is dropped."


def _by_words(given: Given, context: Context, transcript: str, sha: str, where: str, loose: bool) -> Placed:
    """The place of the words that a row quotes: in the text they were copied from and carried, else in the present text, else
    in an earlier one and carried, at last by likeness."""
    if not given.text:
        return Placed(Refusal("there is neither start and end nor text.", "Give the offsets, the words, or `*`."))
    name = f"transcript '{transcript}'"
    index = context.passages.earlier(transcript).get(sha)
    there = anchor_quote(index, given.text, name="") if index is not None else None
    if isinstance(there, Anchor):
        return _carried(given, context, transcript, sha, there.start, there.end, where, "by_text")

    def place(start: int, end: int) -> str:
        return context.place(transcript, start, end)

    found = anchor_quote(context.texts[transcript], given.text, name=name, place=place)
    if isinstance(found, Anchor) or "are not in" not in found.cause:
        return Placed(found)
    before = _in_an_earlier_text(given, context, transcript, where)
    if before is not None:
        return before
    if loose:
        found = anchor_loosely(context.texts[transcript], given.text, name=name, place=place)
    if isinstance(found, Refusal) and "are not in" in found.cause and len(given.text) >= 12:
        other = context.who_says(given.text)
        if other:
            hint = f"They stand in transcript '{other}': correct column 'transcript'."
            return Placed(Refusal(found.cause, hint))
    return Placed(found)


def _in_an_earlier_text(given: Given, context: Context, transcript: str, where: str) -> Placed | None:
    """Where words that only an earlier text has (a name, a slip corrected since) lie in the present one, in one place only."""
    places: dict[tuple[int, int], Placed] = {}
    gone: Placed | None = None
    for sha, index in context.passages.earlier(transcript).items():
        there = anchor_quote(index, given.text, name="")
        if not isinstance(there, Anchor):
            continue
        found = _carried(given, context, transcript, sha, there.start, there.end, where, "by_text")
        if isinstance(found.place, Anchor):
            places[found.place[:2]] = found
        else:
            gone = gone or found
    return (next(iter(places.values())) if len(places) == 1 else None) if places else gone


def shown(cell: str) -> str:
    """A cell as messages print it: what is too long for a name may be a participant's words, in the wrong column."""
    return cell if len(cell) <= 60 and len(cell.split()) <= 6 else f"… {len(cell)} characters …"


def whole_number(value: str) -> int | None:
    match = re.fullmatch(r"(-?\d+)(?:[.,]0+)?", value.strip())
    return int(match.group(1)) if match else None

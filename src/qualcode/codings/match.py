"""Which transcript a file's document is (by hash, by name, by its words), and where its spans lie in the study's text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qualcode.codings.anchor import WHOLE, Anchor, Refusal, TextIndex, anchor_quote, folded_text
from qualcode.codings.calibrate import STANDARD, Calibrated, Span, calibrate
from qualcode.codings.changes import DOCUMENT, Change, what_changed
from qualcode.codings.model import FileCodings, Given, OwnText, Sidecar
from qualcode.files import sha256
from qualcode.transcripts.compare import edits_between, run_sums
from qualcode.transcripts.way import Mapped, Way

if TYPE_CHECKING:
    from qualcode.codings.context import Context

ALIKE = 0.5  # the share of a document's runs of five words that a transcript must hold
AHEAD = 0.2  # and by how much more than any other transcript
_RUN = 5


@dataclass(frozen=True)
class Match:
    """A document's transcript ("" for none), and how it was found: chosen, hash, name, words."""

    transcript: str
    how: str = ""
    share: float = 1.0


@dataclass
class OwnPlaces:
    """A file's documents, matched; and its spans, anchored in the file's own texts and carried to the study's."""

    matches: dict[str, Match]
    calibrated: dict[str, Calibrated] = field(default_factory=dict)
    placed: dict[int, Anchor | Refusal] = field(default_factory=dict)  # by row
    _carriers: dict[str, _Carrier] = field(default_factory=dict)
    _earlier: dict[str, tuple[str, Way | None]] = field(default_factory=dict)

    def carry(self, given: Given, context: Context) -> tuple[Anchor | Refusal, bool]:
        """Where a row anchored in the file's own text lies in its transcript, and whether its words differ there."""
        placed = self.placed[given.row]
        if isinstance(placed, Refusal):
            return placed, False
        if given.text == WHOLE:
            text = context.texts[self.matches[given.document].transcript].text
            return Anchor(0, len(text), "as_given"), False
        return self.carry_place(given.document, placed, context)

    def change(self, given: Given, context: Context, now: Anchor | Refusal) -> Change | None:
        """What became of a row's passage of the file's own text, where it has no place or other words in its transcript.

        Where the file's text is one that the transcript had (white space, quote marks and dashes aside), that is what changed
        since; else the document is another (why `document`), and a passage without a place is refused, no more.
        """
        placed, carrier = self.placed[given.row], self._carriers.get(given.document)
        if isinstance(placed, Refusal) or carrier is None or carrier.same:
            return None
        transcript = self.matches[given.document].transcript
        start, end = carrier.place(placed.start, placed.end)
        if given.document not in self._earlier:
            self._earlier[given.document] = _earlier_text(carrier.normal, context.passages.earlier(transcript))
        sha, way = self._earlier[given.document]
        before = way.carry(start, end) if way is not None else None
        if before is not None:
            return context.passages.change(transcript, sha, before.start, before.end)
        if isinstance(now, Refusal):
            return None
        text = context.texts[transcript].text
        what = what_changed(carrier.normal, start, end, text, now.start, now.end)
        return Change(sha256(carrier.normal), start, end, now.start, now.end, what, DOCUMENT)

    def carry_place(self, document: str, placed: Anchor, context: Context) -> tuple[Anchor | Refusal, bool]:
        """Where a place in a document's own text lies in its transcript, and whether its words differ there."""
        transcript = self.matches[document].transcript
        carrier = self._carriers.get(document)
        if carrier is None:
            carrier = _Carrier(self.calibrated[document].text, context.texts[transcript].text)
            self._carriers[document] = carrier
        if carrier.same:
            return placed, False
        index = context.texts[transcript]
        mapped = carrier.carry(placed.start, placed.end)
        own = carrier.text[placed.start : placed.end]
        if mapped is None:
            return anchor_quote(
                index,
                own,
                name=f"transcript '{transcript}'",
                place=lambda start, end: context.place(transcript, start, end),
            ), False
        how = placed.how
        if how == "as_given" and (mapped.start, mapped.end) != (placed.start, placed.end):
            how = "calibrated"
        there = index.text[mapped.start : mapped.end]
        changed = mapped.changed and folded_text(there) != folded_text(unicodedata.normalize("NFC", own))
        return Anchor(mapped.start, mapped.end, how), changed


class _Carrier:
    """From a file's own text to the study's, by a diff of the two; `same` where they are one text."""

    def __init__(self, text: str, study: str) -> None:
        self.text = text
        self.same = text == study
        if self.same:
            return
        self.normal = unicodedata.normalize("NFC", text)
        self._to = _nfc_offsets(text) if self.normal != text else None
        self._way = Way([] if self.normal == study else edits_between(self.normal, study))

    def place(self, start: int, end: int) -> tuple[int, int]:
        """A place in the file's own text, as it is in that text's NFC form."""
        return (start, end) if self._to is None else (self._to[start], self._to[end])

    def carry(self, start: int, end: int) -> Mapped | None:
        return self._way.carry(*self.place(start, end))


def _earlier_text(text: str, earlier: Mapping[str, TextIndex]) -> tuple[str, Way | None]:
    """The earlier text of a transcript that a document's text is, by its hash, and the way to it; None for none."""
    folded = folded_text(text)
    for sha, index in earlier.items():
        if index.folded.text == folded:
            return sha, Way(edits_between(text, index.text))
    return "", None


def _nfc_offsets(text: str) -> list[int]:
    """Offsets of a text in its NFC form."""
    offsets, done, start = [], 0, 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (unicodedata.is_normalized("NFC", text[at]) and not unicodedata.combining(text[at])):
            length = len(unicodedata.normalize("NFC", text[start:at]))
            offsets += [done + min(n, length) for n in range(at - start)]
            done, start = done + length, at
    return [*offsets, done]


def place_own(file: FileCodings, context: Context, sidecar: Sidecar) -> OwnPlaces:
    """Match a file's documents, and anchor its rows in its own texts."""
    rows: dict[str, list[Given]] = {}
    for given in file.given:
        rows.setdefault(given.document, []).append(given)
    places = OwnPlaces({})
    words = _Words(context.texts)
    for document in dict.fromkeys([*file.documents, *rows]):
        own = file.texts.get(document)
        if own is not None:
            of = rows.get(document, [])
            counted = [given for given in of if given.text != WHOLE]
            starts, ends = _numbers([given.start for given in counted]), _numbers([given.end for given in counted])
            spans = [*map(Span._make, zip(starts, ends, (given.text for given in counted), strict=True))]
            result = calibrate(own, spans, name=document)
            places.calibrated[document] = result
            places.placed.update(zip((given.row for given in counted), result.placed, strict=True))
            if len(counted) < len(of):
                whole = Anchor(0, len(result.text), "as_given")
                places.placed.update((given.row, whole) for given in of if given.text == WHOLE)
        text = places.calibrated[document].text if own is not None else ""
        quotes = [given.text.rstrip("…") for given in rows.get(document, []) if own is None and len(given.text) >= 20]
        sha = own.sha256_raw if own else next((given.sha256_text for given in rows.get(document, [])), "")
        match = _match(document, text, sha, quotes, context, sidecar, words)
        places.matches[document] = match
        if own is None and match.transcript:
            _place_in_study(places, document, context.texts[match.transcript].text, rows.get(document, []))
    return places


def _place_in_study(places: OwnPlaces, document: str, text: str, rows: list[Given]) -> None:
    """Where a file gives offsets and words but no text, how it counts is found on the study's own text."""
    for given in rows:
        if given.text and not given.start and (given.before or given.after):
            found = _between(text, given)
            if found is not None:
                places.placed[given.row] = found
                places.calibrated.setdefault(document, Calibrated(text, [], STANDARD, exact=True))
    spans = {given.row: Span(_number(given.start), _number(given.end), given.text) for given in rows if given.start}
    if not any(span.quote for span in spans.values()) or any(given.sha256_text for given in rows):
        return
    result = calibrate(OwnText(text.replace("\n", "\r\n"), trusted=True), list(spans.values()), name=document)
    places.calibrated[document] = result
    places.placed |= dict(zip(spans, result.placed, strict=True))


def _match(
    document: str, text: str, sha_raw: str, quotes: list[str], context: Context, sidecar: Sidecar, words: _Words
) -> Match:
    chosen = sidecar.documents.get(document)
    if chosen:
        transcript = context.transcript(chosen)
        return Match(transcript, "chosen" if transcript else "")
    if text.strip() or sha_raw:
        found = context.by_hash(text, sha_raw)
        if found:
            return Match(found, "hash")
    named = context.transcript(document)
    if named:
        return Match(named, "name")
    if text.strip():
        return words.best(text)
    if quotes:
        said = [context.who_says(quote) for quote in quotes[:40]]
        best = max(set(said), key=said.count)
        if best and said.count(best) >= max(2, 0.8 * len(said)):
            return Match(best, "words", said.count(best) / len(said))
    return Match("")


def _between(text: str, given: Given) -> Anchor | None:
    """A passage that stands in several places, found by the words that the file quotes before and after it; None: not so."""
    for before, after in ((given.before, given.after), (given.before, ""), ("", given.after)):
        words = before + given.text + after
        at = text.find(words)
        if (before or after) and at >= 0 and text.find(words, at + 1) < 0:
            return Anchor(at + len(before), at + len(before) + len(given.text), "by_text")
    return None


class _Words:
    """Runs of five words of every transcript, made when first needed."""

    def __init__(self, texts: Mapping[str, TextIndex]) -> None:
        self._texts = texts

    @cached_property
    def _runs(self) -> tuple[Any, Any, Any]:
        """The different runs of all transcripts, sorted; which transcripts have them; from where in that list each has."""
        of_each = [_runs(index.text) for index in self._texts.values()]
        runs = np.concatenate([np.zeros(0, dtype=np.uint64), *of_each])
        owners = np.repeat(np.arange(len(of_each), dtype=np.int32), [len(one) for one in of_each])
        order = np.argsort(runs)
        runs = runs[order]
        new = (
            np.flatnonzero(np.concatenate([[True], runs[1:] != runs[:-1]])) if len(runs) else np.zeros(0, dtype=np.intp)
        )
        return runs[new], owners[order], np.append(new, len(runs))

    def best(self, text: str) -> Match:
        runs = _runs(text)
        if len(runs) < 10 or not self._texts:
            return Match("")
        everywhere, owners, start = self._runs
        at = np.searchsorted(everywhere, runs)
        at = at[at < len(everywhere)]
        at = at[everywhere[at] == runs[: len(at)]]
        times = start[at + 1] - start[at]
        found = np.repeat(start[at] - (np.cumsum(times) - times), times) + np.arange(times.sum())
        counts = np.bincount(owners[found], minlength=len(self._texts)).tolist()
        shares = sorted(
            ((count / len(runs), name) for count, name in zip(counts, self._texts, strict=True)), reverse=True
        )
        if shares[0][0] < ALIKE or (len(shares) > 1 and shares[0][0] - shares[1][0] < AHEAD):
            return Match("")
        return Match(shares[0][1], "words", shares[0][0])


def _runs(text: str) -> Any:
    """The different runs of five words, a number each."""
    words = unicodedata.normalize("NFC", text).casefold().split()
    hashes = np.fromiter(map(hash, words), np.int64, len(words))
    return np.unique(run_sums(hashes.astype(np.uint64), _RUN))


def _number(value: str) -> int | None:
    try:
        number = int(value)
    except ValueError:
        return None
    return number if abs(number) < 2**31 else None


def _numbers(values: Sequence[str]) -> list[int | None]:
    try:
        found: list[int | None] = [*map(int, values)]
    except ValueError:
        return [*map(_number, values)]
    return found if not found or max(map(abs, found)) < 2**31 else [*map(_number, values)]  # type: ignore[arg-type]


def hashes_of(text: str) -> Iterator[str]:
    """The hashes by which a document may be known: its text in NFC, with and without a line break at the end."""
    normal = unicodedata.normalize("NFC", text)
    for form in dict.fromkeys((normal, normal.rstrip("\n"), normal.rstrip("\n") + "\n")):
        yield sha256(form)


def told(places: OwnPlaces, study_has_texts: bool = True) -> list[str]:
    """What the import report says of the documents: their transcript, how their offsets are counted, the margin."""
    lines = []
    for document, match in places.matches.items():
        said = f"document '{document}': "
        if match.transcript:
            share = f", {match.share:.0%} alike" if match.how == "words" else ""
            said += f"transcript {match.transcript} (by {match.how}{share})"
        else:
            said += "no transcript of the study"
        result = places.calibrated.get(document)
        if result is not None and result.placed and not result.exact:
            if result.convention is None:
                said += f"; how its offsets are counted could not be told (margin {result.margin:.2f})"
            else:
                counted = "characters, as the standard has it" if result.convention == STANDARD else result.convention
                margin = f"; margin {result.margin:.2f} to the next" if result.runner_up is not None else ""
                by = "quotes and word ends" if result.quotes else "word ends"
                said += f"; offsets count {counted} (score {result.score:.2f} by {by}{margin})"
        lines.append(said + ".")
    return lines

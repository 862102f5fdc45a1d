"""A text without its identifiers: the key's forms replaced, what is recognised beyond doubt replaced by a mark."""

from __future__ import annotations

import hashlib
import hmac
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from qualcode.deidentify.key import Key, plain
from qualcode.deidentify.match import find, matcher_of
from qualcode.deidentify.recognise import recognise
from qualcode.transcripts.canonical import Placed
from qualcode.transcripts.compare import Edit

REPLACE, KEEP, NOT = "replace", "keep", "not_identifier"
AUTOMATIC = ("email", "phone")
_PREFIX = "i-"


@dataclass(frozen=True)
class Judged:
    """What was decided on a candidate: `replace` (by that pseudonym), `keep`, `not_identifier`; by whom, when."""

    choice: str
    pseudonym: str = ""
    by: str = ""
    on: str = ""
    decision: str = ""


@dataclass(frozen=True)
class Decisions:
    """The decisions on candidates, by the candidate's id (`candidate_id`)."""

    of: Mapping[str, Judged] = field(default_factory=dict)

    def on(self, words: str, secret: str) -> Judged | None:
        return self.of.get(candidate_id(words, secret)) if self.of and secret else None

    def stays(self, words: str, secret: str) -> bool:
        """Whether somebody decided that these words stay."""
        judged = self.on(words, secret)
        return judged is not None and judged.choice in (KEEP, NOT)


@dataclass(frozen=True)
class Replaced:
    """A row of the replacement log: where in the new text, of which kind, by what, why. Never what stood there."""

    start: int
    end: int
    kind: str
    action: str  # pseudonym (a person's), generalise (a place or organisation by a label), mark (recognised)
    replacement: str
    why: str  # key, or the rule that recognised it
    in_label: bool = False
    look: str = ""
    by: str = ""
    on: str = ""


@dataclass(frozen=True)
class Deidentified:
    """The new text, its turns, what changed (exact), and the log."""

    text: str
    placed: list[Placed]
    edits: list[Edit]
    log: list[Replaced]


def candidate_id(words: str, secret: str) -> str:
    """What a candidate is called in decisions that may be shared: without the secret nobody can find out the word by guessing."""
    return _PREFIX + hmac.new(secret.encode("utf-8"), plain(words).encode("utf-8"), hashlib.sha256).hexdigest()[:32]


def deidentify(
    text: str,
    placed: Sequence[Placed],
    key: Key,
    decisions: Decisions,
    language: str,
    *,
    automatic: Collection[str] = AUTOMATIC,
    countries: Collection[str] = (),
) -> Deidentified:
    """Replace the key's forms, and what the rules in `automatic` recognise, in a canonical text and its speakers' labels.

    Parameters
    ----------
    text, placed
        As `transcripts.canonical` gives them.
    decisions
        What stays is left alone; a form of the key is replaced all the same (the key has the last word).
    language
        ISO 639-1: genitives, and which lower-case words are no names.

    Returns
    -------
    `edits` lead from `text` to the new one, exactly: what no edit touches is the same, character by character. No text that
    was put in is looked at again.
    """
    regions = regions_of(placed)
    made: list[tuple[int, int, Replaced]] = []
    matcher = matcher_of(key, language)
    if matcher.first or matcher.unspaced:
        for start, end, label in regions:
            hits, _ = find(text, matcher, language, start=start, end=end, label=label)
            for hit in hits:
                judged = decisions.on(text[hit.start : hit.end], key.secret)
                action = "pseudonym" if hit.entry.kind == "person" else "generalise"
                who = (judged.by, judged.on) if judged is not None and judged.choice == REPLACE else ("", "")
                made.append(
                    (
                        hit.start,
                        hit.end,
                        Replaced(0, 0, hit.entry.kind, action, hit.shown, "key", label, hit.look, *who),
                    )
                )
    if automatic:
        made = _with_recognised(text, made, regions, key, decisions, language, automatic, countries)
    return _apply(text, placed, made)


def regions_of(placed: Sequence[Placed]) -> list[tuple[int, int, bool]]:
    """Labels and words of all turns, in order: start, end, whether it is a label."""
    regions = []
    for turn in placed:
        if turn.speaker:
            regions.append((turn.start - len(turn.speaker) - 2, turn.start - 2, True))
        regions.append((turn.start, turn.end, False))
    return regions


def _with_recognised(
    text: str,
    made: list[tuple[int, int, Replaced]],
    regions: Sequence[tuple[int, int, bool]],
    key: Key,
    decisions: Decisions,
    language: str,
    automatic: Collection[str],
    countries: Collection[str],
) -> list[tuple[int, int, Replaced]]:
    """With what is recognised: it swallows forms of the key that lie inside it (a name in an address), longer ones stay."""
    edges = {start for start, _, _ in regions}
    for one in recognise(text, language, countries=countries, rules=automatic):
        if decisions.stays(text[one.start : one.end], key.secret) or any(one.start < edge < one.end for edge in edges):
            continue
        overlapping = [entry for entry in made if entry[0] < one.end and one.start < entry[1]]
        if any(
            (start <= one.start and one.end <= end) or start < one.start or end > one.end
            for start, end, _ in overlapping
        ):
            continue
        made = [entry for entry in made if entry not in overlapping]
        made.append((one.start, one.end, Replaced(0, 0, one.kind, "mark", one.mark, one.rule)))
    return sorted(made, key=lambda entry: entry[0])


def _apply(text: str, placed: Sequence[Placed], made: Sequence[tuple[int, int, Replaced]]) -> Deidentified:
    parts: list[str] = []
    edits: list[Edit] = []
    log: list[Replaced] = []
    at = length = 0
    for start, end, entry in made:
        parts += [text[at:start], entry.replacement]
        begins = length + start - at
        length = begins + len(entry.replacement)
        at = end
        if text[start:end] != entry.replacement:
            edits.append(Edit(start, end, begins, length))
        log.append(replace(entry, start=begins, end=length))
    parts.append(text[at:])
    new = "".join(parts)
    moved = _Moved(edits)
    turns = []
    for turn in placed:
        start, end = moved.at(turn.start), moved.at(turn.end)
        label = new[moved.at(turn.start - len(turn.speaker) - 2) : start - 2] if turn.speaker else ""
        turns.append(Placed(label, start, end, turn.start_s, turn.end_s))
    return Deidentified(new, turns, edits, log)


class _Moved:
    """Where the edges of turns and labels lie in the new text."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self._ends = [edit.end_from for edit in edits]
        self._shifts = [0, *(edit.end_to - edit.end_from for edit in edits)]

    def at(self, offset: int) -> int:
        return offset + self._shifts[bisect_right(self._ends, offset)]


def fingerprint(key: Key | None, decisions: Decisions, settings: str) -> str:
    """A hash of all that the outcome depends on beside the text: for stores of what was made, and for workflow params."""
    kept = sorted((about, judged.choice, judged.by, judged.on) for about, judged in decisions.of.items())
    digest = hashlib.sha256(repr((key, kept, settings)).encode("utf-8"))
    return digest.hexdigest()

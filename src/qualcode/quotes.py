"""Quotes offered to readers: whole passages in participants' own words, spread over people."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping
from math import log, sqrt

import pandas as pd

from qualcode.hierarchy import Hierarchy
from qualcode.people import People
from qualcode.signed import signed
from qualcode.tables import TABLES
from qualcode.words import count_words

APPROVE, REJECT = "approve", "reject"
_NAMESPACE = uuid.UUID("5d2f4e63-9a37-5b1c-8f0e-2c1f0d6e7b44")
_SENTENCE_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
_CANDIDATES = [
    "quote",
    "mention",
    "code",
    "direction",
    "participant",
    "transcript",
    "start",
    "end",
    "text",
    "approved",
    "length",
]


def quote_candidates(
    mentions: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    people: People,
    decisions: pd.DataFrame,
    *,
    words_min: int,
    words_max: int,
) -> pd.DataFrame:
    """Every passage that may be quoted.

    Parameters
    ----------
    mentions
        From `find_mentions`.
    people
        Only people whose consent allows quotes are quoted; a voice nobody could name only where the transcript has no
        session row (then nobody is named).
    decisions
        Rows of kind `quote` (about a quote's id, choice approve or reject) that somebody signed; rejected ones are out.
    words_min, words_max
        Limits of length in words. A longer passage is cut after its last sentence that fits; one without such a
        sentence, and a shorter one, is no candidate (unless it was approved).

    Returns
    -------
    One row per coded span and turn of a participant in it: `quote` (an id that stays while the codings stay), `mention,
    code, direction, participant, transcript, start, end, text` (exactly `text[start:end]` of the transcript, within one
    turn), `approved` (`yes` or empty), `length` (words). In the order of mentions.

    Raises
    ------
    DecisionsError
        A choice on a quote that is neither approve nor reject.
    """
    choice = {about: made for about, (made, _) in signed(decisions, "quote", (APPROVE, REJECT)).items()}
    spoken = {str(name): Turns(own) for name, own in turns.groupby("transcript", sort=False)}
    rows: list[dict[str, object]] = []
    for row in mentions[mentions["scope"] != "transcript"].to_dict("records"):
        transcript, text = str(row["transcript"]), texts[str(row["transcript"])]
        if transcript not in spoken:
            continue
        for number, (first, last, person) in enumerate(spoken[transcript].between(int(row["start"]), int(row["end"]))):
            if person not in people.quotable and not (person == "" and transcript in people.without_session):
                continue
            name = quote_id(str(row["mention"]), number)
            start, end = trim(text, max(int(row["start"]), first), min(int(row["end"]), last), first, last)
            end = _cut(text, start, end, words_max)
            length = count_words(text[start:end])
            approved = choice.get(name) == APPROVE
            if choice.get(name) == REJECT or not (words_min <= length <= words_max or (approved and length)):
                continue
            rows.append(
                {
                    "quote": name,
                    "mention": row["mention"],
                    "code": row["code"],
                    "direction": row["direction"],
                    "participant": person,
                    "transcript": transcript,
                    "start": start,
                    "end": end,
                    "text": text[start:end],
                    "approved": "yes" if approved else "",
                    "length": length,
                }
            )
    return pd.DataFrame(rows, columns=_CANDIDATES)


def quote_id(mention: str, number: int = 0) -> str:
    """A quote's id: of the mention it is from, and which of its participants' turns it is."""
    return "q-" + uuid.uuid5(_NAMESPACE, f"{mention}/{number}").hex[:12]


class Turns:
    """Participants' turns of one transcript, by place."""

    def __init__(self, turns: pd.DataFrame) -> None:
        own = turns[turns["role"] == "participant"].sort_values("start", kind="stable")
        self.starts, self.ends = own["start"].to_numpy("int64"), own["end"].to_numpy("int64")
        self.who = own["participant"].to_list()

    def between(self, start: int, end: int) -> list[tuple[int, int, str]]:
        first, last = self.ends.searchsorted(start, "right"), self.starts.searchsorted(end, "left")
        return [(int(self.starts[i]), int(self.ends[i]), str(self.who[i])) for i in range(first, last)]


def trim(text: str, start: int, end: int, first: int, last: int) -> tuple[int, int]:
    """Without blanks at the edges, and with whole words: a word that the coder cut is taken whole."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while first < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < last and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end


def _cut(text: str, start: int, end: int, words_max: int) -> int:
    if count_words(text[start:end]) <= words_max:
        return end
    best = end
    for match in _SENTENCE_END.finditer(text, start, end):
        if count_words(text[start : match.end()]) > words_max:
            break
        best = match.end()
    return best


class Chooser:
    """Chooses quotes one by one: approved ones first, then people who have been quoted least."""

    def __init__(self, *, words_min: int, words_max: int) -> None:
        self.best = sqrt(words_min * words_max)
        self.heard: Counter[str] = Counter()
        self.shown: dict[str, list[tuple[int, int]]] = {}

    def choose(self, candidates: pd.DataFrame, n: int) -> list[dict[str, object]]:
        """Up to `n` of the candidates, and all that are approved, best first; the choice is remembered.

        In order: approved; for the first one, of the direction that most of the candidates have; of a person not yet
        quoted here; not a passage already shown; of a person quoted least so far; of middling length; the earlier in the
        text. Never two overlapping passages at once.
        """
        left = [{str(key): value for key, value in row.items()} for row in candidates.to_dict("records")]
        chosen: list[dict[str, object]] = []
        here: Counter[str] = Counter()
        directions = Counter(str(row["direction"]) for row in left)
        main = min(directions, key=lambda name: (-directions[name], name), default="")
        while left:
            best = min(left, key=lambda row: self._rank(row, here, "" if chosen else main))
            if len(chosen) >= n and not best["approved"]:
                break
            left = [row for row in left if row is not best and not _overlap(row, best)]
            person, place = str(best["participant"]), (int(str(best["start"])), int(str(best["end"])))
            here[person] += 1
            self.heard[person] += 1
            self.shown.setdefault(str(best["transcript"]), []).append(place)
            chosen.append(best)
        return chosen

    def _rank(self, row: dict[str, object], here: Counter[str], main: str) -> tuple[object, ...]:
        start, end = int(str(row["start"])), int(str(row["end"]))
        seen = any(start < last and first < end for first, last in self.shown.get(str(row["transcript"]), []))
        person = str(row["participant"])
        off = round(abs(log(max(1, int(str(row["length"]))) / self.best)), 2)
        other = bool(main) and row["direction"] != main
        return (
            not row["approved"],
            other,
            here[person],
            seen,
            self.heard[person],
            off,
            str(row["transcript"]),
            start,
            end,
        )


def _overlap(a: dict[str, object], b: dict[str, object]) -> bool:
    return (
        a["transcript"] == b["transcript"]
        and int(str(a["start"])) < int(str(b["end"]))
        and int(str(b["start"])) < int(str(a["end"]))
    )


def quotes_table(
    candidates: pd.DataFrame, codebook: pd.DataFrame, people: People, *, quotes: int, words_min: int, words_max: int
) -> pd.DataFrame:
    """Up to `quotes` quotes for each code in codebook order, chosen so that many people are heard.

    Returns
    -------
    Table report_quotes; `rank` 1 is offered first; `theme` and `subtheme` are labels, `code` is the id.
    """
    tree = Hierarchy(codebook, set(candidates["code"]))
    chooser = Chooser(words_min=words_min, words_max=words_max)
    rows = []
    for code in tree.order:
        chosen = chooser.choose(candidates[candidates["code"] == code], quotes)
        for rank, quote in enumerate(chosen, start=1):
            rows.append(
                quote
                | {
                    "theme": tree.label(tree.top(code)),
                    "subtheme": tree.label(tree.second(code)) if tree.second(code) else "",
                    "label": tree.label(code),
                    "group": people.groups.get(str(quote["participant"]), ""),
                    "rank": rank,
                }
            )
    return TABLES["report_quotes"].shape(rows)

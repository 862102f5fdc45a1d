"""What a meeting decides on: each disagreement with its words, both readings and what was decided; one model, three sheets.

The HTML page saves what was decided in it as JSON, which `qualcode import` reads:
`{"qualcode": "meeting", "version": 1, "pack": PACK, "saved": ISO time or "", "rows": [{"disagreement", "text", "decision",
"choice", "value", "reason", "by", "on"}]}`: a row for each disagreement that has a choice. `text` is `Item.text` (its offsets
count in that text), `decision` the id of the decision that the page came with ("" where none); both may be missing.
`value` is `CODE`, `CODE START-END` or `START-END` where the choice is `other`, or a direction; else "".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from qualcode.attribution import participants_of
from qualcode.decisions.passage import window
from qualcode.decisions.stake import Stake, stake_of
from qualcode.decisions.table import CHOICES, parse_other
from qualcode.errors import QualcodeError, nearest
from qualcode.files import newest_date, sha256
from qualcode.tables import split

DIRECTIONS = ("facilitator", "barrier", "mixed", "neutral")
TEXT_MARK = 12  # hexadecimal digits of a text's SHA-256 by which a sheet says what its offsets count in


@dataclass(frozen=True)
class Reading:
    """What one side made of a passage; code "" and offsets -1 where it read the passage and was silent."""

    letter: str  # "A" or "B"
    coders: tuple[str, ...]
    code: str
    label: str
    definition: str
    direction: str  # as given by the coders; several are joined by `;`
    start: int
    end: int
    memo: str
    codings: tuple[str, ...] = ()

    @property
    def silent(self) -> bool:
        return not self.code


@dataclass(frozen=True)
class Decided:
    """The decision in force on a disagreement; `decision` is its id."""

    choice: str  # keep_a, keep_b, both, neither, other, open
    value: str  # with `other`: a code, a code and a span (`workload 120-260`), a span alone, or a direction
    reason: str
    by: str
    on: str  # ISO
    decision: str
    code: str = ""  # of `value`
    words: str = ""  # and the words of its span, where it has one


@dataclass(frozen=True)
class Voice:
    """The words of one turn (without its label), as far as they lie in what an item shows."""

    start: int
    end: int
    speaker: str
    role: str  # participant, interviewer, other


@dataclass(frozen=True)
class Item:
    """One disagreement. All offsets count code points of the transcript's canonical text, half-open.

    `before + words + after` is that text from `text_start` on, character for character: labels and empty lines too. `words` is
    what the two readings cover together (`start` to `end`). Where a whole transcript was coded, all three are empty.
    """

    disagreement: str
    rank: int  # 1 is what to talk about first
    kind: str
    transcript: str
    text: str  # the first TEXT_MARK hexadecimal digits of the text's SHA-256
    length: int  # characters of the whole text: the limit of a span
    scope: str  # span, transcript
    start: int
    end: int
    before: str
    words: str
    after: str
    text_start: int
    voices: tuple[Voice, ...]
    speaker: str  # whose words the passage holds: `P01, P02`, `interviewer`
    sides: tuple[Reading, Reading]
    choices: tuple[str, ...]
    decided: Decided | None
    suggested: str = ""  # what an unsigned suggestion says; it decides nothing
    stake: Stake | None = None  # what deciding it would change; None where that was not worked out

    @property
    def text_end(self) -> int:
        """Where what is shown ends."""
        return self.text_start + len(self.before) + len(self.words) + len(self.after)

    @property
    def at_stake(self) -> str:
        """What deciding it would change, in words; "" where that was not worked out."""
        return self.stake.told() if self.stake else ""

    @property
    def open(self) -> bool:
        return self.decided is None or self.decided.choice == "open"

    @property
    def one_sided(self) -> bool:
        return self.sides[0].silent or self.sides[1].silent


@dataclass(frozen=True)
class Code:
    """A code to choose from, in the codebook's own order (parents first)."""

    code: str
    label: str
    parent: str
    depth: int
    kind: str
    direction: str
    definition: str
    include: str
    exclude: str


@dataclass(frozen=True)
class Pack:
    """All that a sheet for a meeting holds.

    `pack` is the same for every sheet made of the same disagreements and texts, whichever of them it shows: it says whether
    offsets given in a sheet still count in the same texts.
    """

    pack: str
    items: tuple[Item, ...]
    codes: tuple[Code, ...]
    study: str
    codebook: str
    version: str
    context: int  # words shown before and after
    day: str  # the newest date of what it was made of
    texts: tuple[tuple[str, str], ...] = ()  # transcript, TEXT_MARK digits: every transcript with a disagreement

    def label(self, code: str) -> str:
        """The label of a code; "" where there is none."""
        return self._labels.get(code, "")

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {one.code: one.label for one in self.codes}

    @property
    def done(self) -> int:
        """How many are decided."""
        return sum(not item.open for item in self.items)


def make_pack(
    disagreements: pd.DataFrame,
    codings: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    title: str = "",
    context: int = 30,
) -> Pack:
    """Every disagreement with its words, memos, definitions and the decision in force, by rank.

    Parameters
    ----------
    disagreements
        Table `report_disagreements`; its column `rank` gives the order, those after it what is at stake; what has no rank comes
        last, in the table's order.
    codings, turns, texts, codebook, decisions
        Where the words, memos, definitions and earlier decisions are taken from; decisions are those in force.
    title
        The study's: it is read back to tell another study's sheet.
    context
        Words shown before and after the passage.
    """
    labels, definitions = _named(codebook)
    made = codings.set_index("coding")[["start", "end", "memo", "scope"]].to_dict("index")
    ruled = decisions.set_index("decision").to_dict("index")
    speakers = _speakers(disagreements, turns, texts)
    spoken = {str(name): own.sort_values("start") for name, own in turns.groupby("transcript", sort=False)}
    marks = text_marks(texts, disagreements["transcript"])
    items = []
    for line, speaker, rank in zip(disagreements.to_dict("records"), speakers, _ranks(disagreements), strict=True):
        name, text = str(line["transcript"]), texts[line["transcript"]]
        sides = tuple(_side(letter, line, made, labels, definitions) for letter in "ab")
        scope = next((str(made[coding]["scope"]) for side in sides for coding in side.codings), "span")
        start, end = int(line["start"]), int(line["end"])
        low, high = window(text, start, end, context) if scope == "span" else (start, start)
        shown = (text[low:start], text[start:end], text[end:high]) if scope == "span" else ("", "", "")
        decision = ruled.get(line["decision"], {})
        signed = bool(decision.get("choice", ""))
        items.append(
            Item(
                disagreement=str(line["disagreement"]), rank=rank, kind=str(line["kind"]), transcript=name,
                text=marks[name], length=len(text), scope=scope, start=start, end=end, before=shown[0], words=shown[1],
                after=shown[2], text_start=low, voices=_voices(spoken.get(name), low, high), speaker=speaker,
                sides=(sides[0], sides[1]), choices=_choices(str(line["kind"]), sides),
                decided=_decided(str(line["decision"]), decision, text) if signed else None,
                suggested="" if signed else str(decision.get("value", "")), stake=stake_of(line, labels),
            )
        )  # fmt: skip
    return Pack(
        pack=pack_id(title, disagreements["disagreement"], marks),
        items=tuple(sorted(items, key=lambda item: (item.rank, item.transcript, item.start, item.disagreement))),
        codes=_codes(codebook),
        study=title,
        codebook=str(codebook["name"].iloc[0]) if len(codebook) else "",
        version=str(codebook["version"].iloc[0]) if len(codebook) else "",
        context=context,
        day=newest_date(decisions["on"], codings["created"]),
        texts=tuple(marks.items()),
    )


def pack_id(title: str, disagreements: Iterable[str], marks: Mapping[str, str]) -> str:
    """The id of a pack: UUID5 of the study's title, its disagreements' ids and the marks of their transcripts' texts."""
    parts = ["qualcode:meeting", title, *sorted(disagreements), *(marks[name] for name in sorted(marks))]
    return str(uuid5(NAMESPACE_URL, "|".join(parts)))


def text_marks(texts: Mapping[str, str], transcripts: Iterable[str]) -> dict[str, str]:
    """The mark of the text of each of these transcripts."""
    return {str(name): sha256(texts[name])[:TEXT_MARK] for name in sorted(set(transcripts))}


def chosen(
    pack: Pack,
    *,
    kinds: Collection[str] = (),
    codes: Collection[str] = (),
    coders: Collection[str] = (),
    transcripts: Collection[str] = (),
    open_only: bool = False,
    by_place: bool = False,
) -> Pack:
    """A pack of some of the items: those that fit every filter given; of `codes` and `coders`, either side may fit.

    Raises
    ------
    QualcodeError
        A kind, code, coder or transcript that no disagreement has: all at once.
    """
    from qualcode.errors import Problems

    def has(item: Item) -> dict[str, set[str]]:
        return {
            "kind": {item.kind},
            "code": {side.code for side in item.sides} - {""},
            "coder": {coder for side in item.sides for coder in side.coders},
            "transcript": {item.transcript},
        }

    wanted = {"kind": set(kinds), "code": set(codes), "coder": set(coders), "transcript": set(transcripts)}
    found = [(item, has(item)) for item in pack.items]
    problems = Problems()
    for what, names in wanted.items():
        known = sorted({one for _, own in found for one in own[what]})
        for name in sorted(names.difference(known)):
            problems.add("", f"no disagreement has the {what} '{name}'.", nearest(name, known))
    problems.raise_if_any(QualcodeError)
    items = [
        item
        for item, own in found
        if all(not names or names & own[what] for what, names in wanted.items()) and not (open_only and not item.open)
    ]
    if by_place:
        items.sort(key=lambda item: (item.transcript, item.start, item.end, item.rank))
    return replace(pack, items=tuple(items))


# ---------------------------------------------------------------- an item's parts


def _ranks(disagreements: pd.DataFrame) -> list[int]:
    given = disagreements["rank"].to_list() if "rank" in disagreements else [None] * len(disagreements)
    last = max((int(rank) for rank in given if not pd.isna(rank)), default=0)
    ranks = []
    for rank in given:
        if pd.isna(rank):
            last += 1
        ranks.append(last if pd.isna(rank) else int(rank))
    return ranks


def _named(codebook: pd.DataFrame) -> tuple[dict[str, str], dict[str, str]]:
    labels = dict(zip(codebook["code"], codebook["label"], strict=True))
    full = zip(codebook["code"], codebook["full_definition"], codebook["definition"], strict=True)
    return labels, {code: long or short for code, long, short in full}


def _side(
    letter: str,
    line: Mapping[Any, Any],
    made: Mapping[Any, Mapping[Any, Any]],
    labels: Mapping[str, str],
    definitions: Mapping[str, str],
) -> Reading:
    code, codings = str(line[f"code_{letter}"]), tuple(split(str(line[f"coding_{letter}"])))
    coders, own = tuple(split(line[f"coder_{letter}"])), [made[name] for name in codings]
    if not code:
        return Reading(letter.upper(), coders, "", "", "", "", -1, -1, "")
    return Reading(
        letter=letter.upper(),
        coders=coders,
        code=code,
        label=labels.get(code, ""),
        definition=definitions.get(code, ""),
        direction=str(line[f"direction_{letter}"]),
        start=min(int(one["start"]) for one in own),
        end=max(int(one["end"]) for one in own),
        memo="\n".join(dict.fromkeys(str(one["memo"]) for one in own if one["memo"])),
        codings=codings,
    )


def _choices(kind: str, sides: tuple[Reading, ...]) -> tuple[str, ...]:
    """The choices that make sense: not `both` or `neither` beside a silence, no side that stands for several directions."""
    left_out: set[str] = set()
    if any(side.silent for side in sides):
        left_out |= {"both", "neither"}
    if kind == "direction":
        left_out |= {f"keep_{side.letter.lower()}" for side in sides if ";" in side.direction}
    return tuple(choice for choice in CHOICES if choice not in left_out)


def _decided(name: str, row: Mapping[Any, Any], text: str) -> Decided:
    choice, value, reason, by, on = (str(row[key]) for key in ("choice", "value", "reason", "by", "on"))
    code, start, end = parse_other(value)
    return Decided(choice, value, reason, by, on, name, code, "" if start is None else text[start:end])


def _speakers(disagreements: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str]) -> list[str]:
    spoken = participants_of(disagreements, turns, texts)
    shown = []
    for people, unnamed in zip(spoken["participants"], spoken["unattributed"], strict=True):
        names = split(people) + (["a voice without name"] if unnamed else [])
        shown.append(", ".join(names) or "interviewer")
    return shown


def _voices(turns: pd.DataFrame | None, low: int, high: int) -> tuple[Voice, ...]:
    if turns is None or low >= high:
        return ()
    here = turns[(turns["end"] > low) & (turns["start"] < high)]
    lines = zip(here["start"], here["end"], here["speaker"], here["role"], strict=True)
    return tuple(
        Voice(max(int(start), low), min(int(end), high), str(who), str(role)) for start, end, who, role in lines
    )


def _codes(codebook: pd.DataFrame) -> tuple[Code, ...]:
    names = ("code", "label", "parent", "depth", "kind", "direction", "definition", "include", "exclude")
    return tuple(
        Code(**{name: int(line[name]) if name == "depth" else str(line[name]) for name in names})  # type: ignore[arg-type]
        for line in codebook.to_dict("records")
    )

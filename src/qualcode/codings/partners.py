"""Which codes of several coders may mean the same: by the text that they have in common, and by their labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from qualcode.codings.align import merged

COMMON = ""  # the coder of a code of the common codebook
LIKE = 60.0  # from this score on (of 100) labels are listed as alike

Spans = dict[str, list[tuple[int, int]]]


@dataclass(frozen=True)
class Used:
    """A code as it was used: whose it is (`COMMON` for the codebook's), its label, its passages by transcript.

    `by` are the coders who used it: the coder, or of a common code all who have codings under it.
    """

    key: str
    coder: str
    label: str
    spans: Spans = field(default_factory=dict)  # by start, none overlapping
    by: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pair:
    """Two codes: their shared text (Jaccard), how many of their passages overlap, how alike their labels are (0 to 100).

    `shared` is the characters coded by both, of those coded by either, in transcripts in which the coders of both have
    codings; None where there is none. `passages` counts pairs of a passage of one and a passage of the other that overlap.
    """

    a: str
    b: str
    shared: float | None
    passages: int
    label: float


def pairs(own: Sequence[Used], common: Mapping[str, Sequence[Used]], coded: Mapping[str, frozenset[str]]) -> list[Pair]:
    """Every pair of codes of different coders, and of a coder's code with one of the codebook, that may mean the same.

    Parameters
    ----------
    common
        By coder, the codebook's codes as the others used them.
    coded
        The transcripts in which each coder has codings, under any code.

    Returns
    -------
    Those that share text or whose labels are alike (`LIKE`), best first: by shared text, then by label, then by key.
    Labels are compared by rapidfuzz's `token_sort_ratio` without regard to case and marks.
    """
    coders = sorted({one.coder for one in own})
    found = []
    for at, coder in enumerate(coders):
        mine = [one for one in own if one.coder == coder]
        theirs = [one for one in own if one.coder in coders[at + 1 :]]
        found += _between(mine, [*theirs, *common.get(coder, ())], coded)
    return sorted(found, key=lambda pair: (-(pair.shared or 0.0), -pair.label, pair.a, pair.b))


def _between(first: Sequence[Used], second: Sequence[Used], coded: Mapping[str, frozenset[str]]) -> list[Pair]:
    from rapidfuzz import fuzz, process, utils

    if not first or not second:
        return []
    labels = [[utils.default_process(one.label) for one in side] for side in (first, second)]
    scores = process.cdist(*labels, scorer=fuzz.token_sort_ratio)
    overlaps = _overlaps(first, second)
    common: dict[tuple[frozenset[str], frozenset[str]], frozenset[str]] = {}
    lengths: dict[tuple[int, int, frozenset[str]], int] = {}

    def length(side: int, at: int, one: Used, other: Used, both: frozenset[str]) -> int:
        key = (side, at, other.by)
        if key not in lengths:
            lengths[key] = sum(end - start for name in both for start, end in one.spans.get(name, []))
        return lengths[key]

    found = []
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            chars, passages = overlaps.get((i, j), (0, 0))
            score = float(scores[i][j]) if labels[0][i] and labels[1][j] else 0.0
            if not passages and score < LIKE:
                continue
            if (a.by, b.by) not in common:
                common[a.by, b.by] = _coded_by(a, coded) & _coded_by(b, coded)
            both = common[a.by, b.by]
            either = length(0, i, a, b, both) + length(1, j, b, a, both) - chars
            found.append(Pair(a.key, b.key, chars / either if both and either else None, passages, score))
    return found


def _coded_by(one: Used, coded: Mapping[str, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(coded.get(coder, frozenset()) for coder in one.by))


def _overlaps(first: Sequence[Used], second: Sequence[Used]) -> dict[tuple[int, int], tuple[int, int]]:
    """Characters in common and overlapping passages of each two codes that overlap, one of each side, by their places."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for name in sorted({name for one in first for name in one.spans}):
        sides = (first, second)
        here = sorted(
            (*span, side, at)
            for side in (0, 1)
            for at, one in enumerate(sides[side])
            for span in one.spans.get(name, [])
        )
        active: list[tuple[int, int, int, int]] = []
        for start, end, side, at in here:
            active = [other for other in active if other[1] > start]
            for _, other_end, other_side, other in active:
                if other_side != side:
                    key = (at, other) if side == 0 else (other, at)
                    chars, passages = found.get(key, (0, 0))
                    found[key] = (chars + min(end, other_end) - start, passages + 1)
            active.append((start, end, side, at))
    return found


def used_codes(
    codings: pd.DataFrame,
    unaligned: pd.DataFrame,
    retired: pd.DataFrame,
    alignment: pd.DataFrame,
    codebook: pd.DataFrame,
) -> tuple[list[Used], dict[str, list[Used]], dict[str, frozenset[str]]]:
    """What `pairs` takes, from the tables of stage codings (`alignment`: table `report_alignment`)."""
    named = {(row["file"], row["coder"], row["code_as_coded"]): row["about"] for row in alignment.to_dict("records")}
    of_own: dict[str, Spans] = {}
    of_common: dict[str, dict[str, Spans]] = {}  # code -> coder
    coded: dict[str, set[str]] = {}
    for table in (unaligned, codings, retired):
        human = table[table["origin"] != "machine"]
        blank = [""] * len(human)
        abouts, codes = (human.get(name, blank) for name in ("about", "code"))
        columns = (human[name] for name in ("source", "coder", "code_as_coded", "transcript", "start", "end"))
        for about, code, file, coder, name, transcript, start, end in zip(abouts, codes, *columns, strict=True):
            span = (int(start), int(end))
            coded.setdefault(coder, set()).add(transcript)
            about = about or named.get((file, coder, name), "")
            if about:
                of_own.setdefault(about, {}).setdefault(transcript, []).append(span)
            if code and table is codings:
                of_common.setdefault(code, {}).setdefault(coder, {}).setdefault(transcript, []).append(span)
    own = []
    for row in alignment.to_dict("records"):
        label = row["own_code"].rpartition(" > ")[2]
        own.append(
            Used(row["about"], row["coder"], label, _merged(of_own.get(row["about"], {})), frozenset({row["coder"]}))
        )
    common: dict[str, list[Used]] = {}
    for coder in sorted({one.coder for one in own}):
        for code, label in zip(codebook["code"], codebook["label"], strict=True):
            others = {name: spans for name, spans in of_common.get(code, {}).items() if name != coder}
            together = Used(code, COMMON, label, _merged(*others.values()), frozenset(others))
            common.setdefault(coder, []).append(together)
    return own, common, {coder: frozenset(names) for coder, names in coded.items()}


def _merged(*many: Spans) -> Spans:
    names = sorted({name for spans in many for name in spans})
    return {name: merged(span for spans in many for span in spans.get(name, [])) for name in names}

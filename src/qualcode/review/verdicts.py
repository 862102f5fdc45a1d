"""What became of each coding that a second person saw: confirmed, changed, rejected; and what that person added.

From signed verdicts (`qualcode pack review`) where there are any; else from the second person's own codings, held against those
that the assignments say that person saw.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qualcode.codings.reviewed import ADD, CHANGES, CONFIRM, REJECT, Verdict, verdicts_of
from qualcode.review.matching import CODE, SPAN, Mark, marks_of, match_marks
from qualcode.tables import TABLES, join, split

CONFIRMED, CHANGED, REJECTED, ADDED, NOT_REVIEWED = "confirmed", "changed", "rejected", "added", "not_reviewed"
SHEET, LAYERS = "sheet", "codings"  # where a verdict was taken from
_Stretch = tuple[int, int, frozenset[str]]


@dataclass(frozen=True)
class _Seen:
    """What one reviewer saw of one transcript: whose codings, in which stretches, in which rounds."""

    reviewer: str
    coders: tuple[str, ...]
    transcript: str
    stretches: tuple[_Stretch, ...]
    rounds: str


def review_verdicts(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    match: float = 0.5,
    splits: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """One row a coding that a reviewer was to look at, or added.

    Parameters
    ----------
    codings, assignments, codebook, decisions
        Tables; rows of `assignments` that are done and say whose codings were seen (`saw`) are reviews. Codings of origin
        `machine` are left out.
    match
        Share of the shorter passage that another code must have in common to be the changed code (`consensus.match`).
    splits
        Table `splits`: where the reviewer's own coding waits for a choice, a coding that it overlaps is not reviewed yet.

    Returns
    -------
    Table `report_review_codings`. In a transcript with verdicts from a sheet, a coding without one is `not_reviewed`, and what
    was added is what the sheet says. Elsewhere the reviewer's codings are held against those seen, one to one: the same code on
    the same words is confirmed; on other words, or given another direction, changed; another code on a passage with `match` in
    common is a changed code; a coding that nothing of the reviewer's stands for is rejected, one of the reviewer's that
    stands for nothing is added.
    """
    human = codings[codings["origin"] != "machine"]
    by_place = dict(iter(human.groupby(["transcript", "coder"], sort=True)))
    said = verdicts_of(decisions)
    parents = dict(zip(codebook["code"], codebook["parent"], strict=True))
    own_direction = dict(zip(codebook["code"], codebook["direction"], strict=True))
    waiting = _waiting(splits)
    rows: list[dict[str, object]] = []
    for seen in _all_seen(assignments, texts):
        text = texts[seen.transcript]
        shown = [by_place[key] for coder in seen.coders if (key := (seen.transcript, coder)) in by_place]
        mine = by_place.get((seen.transcript, seen.reviewer))
        first = [mark for part in shown for mark in marks_of(part, text)]
        second = marks_of(mine, text) if mine is not None else []
        signed = {
            mark.coding: said[mark.coding, seen.reviewer] for mark in first if (mark.coding, seen.reviewer) in said
        }
        if signed:
            added = [
                mark
                for mark in second
                if (one := said.get((mark.coding, seen.reviewer))) is not None and one.choice == (ADD,)
            ]
            found = _signed(first, signed, {mark.coding: mark for mark in second}, said, added, seen)
        else:
            first = [mark for mark in first if _inside(mark, seen.stretches, parents)]
            second = [mark for mark in second if _inside(mark, seen.stretches, parents)]
            held = waiting.get((seen.transcript, seen.reviewer), [])
            found = _compared(first, second, held, own_direction, match)
        head = {
            "reviewer": seen.reviewer, "coder": join(seen.coders), "round": seen.rounds, "transcript": seen.transcript,
        }  # fmt: skip
        rows += [head | row for row in found]
    return TABLES["report_review_codings"].shape(rows)


def _all_seen(assignments: pd.DataFrame, texts: Mapping[str, str]) -> list[_Seen]:
    """What each reviewer saw, by reviewer, whose codings, and transcript."""
    found: dict[tuple[str, tuple[str, ...], str], list[dict[str, object]]] = {}
    for line in assignments[(assignments["saw"] != "") & (assignments["done"] == "yes")].to_dict("records"):
        coders = tuple(coder for coder in split(line["saw"]) if coder != line["coder"])
        if coders and line["transcript"] in texts:
            found.setdefault((line["coder"], coders, line["transcript"]), []).append(
                {str(k): v for k, v in line.items()}
            )
    return [
        _Seen(*key, tuple(_stretch(line, texts[key[2]]) for line in lines), join(str(line["round"]) for line in lines))
        for key, lines in sorted(found.items())
    ]


def _stretch(line: Mapping[str, object], text: str) -> _Stretch:
    start, end = line["start"], line["end"]
    return (
        0 if pd.isna(start) else int(str(start)),  # type: ignore[call-overload]
        len(text) if pd.isna(end) else int(str(end)),  # type: ignore[call-overload]
        frozenset(split(str(line["codes"]))),
    )


def _inside(mark: Mark, stretches: Iterable[_Stretch], parents: Mapping[str, str]) -> bool:
    """Whether at least half of a coding lies in what was to be read with its code in mind."""
    line, code = {mark.code}, parents.get(mark.code, "")
    while code and code not in line:
        line.add(code)
        code = parents.get(code, "")
    covered, reach = 0, mark.start
    for start, end, codes in sorted(stretches, key=lambda one: one[:2]):
        if not codes or codes & line:
            covered += max(0, min(end, mark.end) - max(start, reach))
            reach = max(reach, min(end, mark.end))
    return 2 * covered >= mark.end - mark.start


def _waiting(splits: pd.DataFrame | None) -> dict[tuple[str, str], list[tuple[int, int, frozenset[str]]]]:
    found: dict[tuple[str, str], list[tuple[int, int, frozenset[str]]]] = {}
    if splits is not None:
        for line in splits[splits["status"] == "open"].to_dict("records"):
            place = (int(line["start"]), int(line["end"]), frozenset(split(line["candidates"])))
            found.setdefault((line["transcript"], line["coder"]), []).append(place)
    return found


# ---------------------------------------------------------------- rows


def _row(mark: Mark, verdict: str, source: str, *, of: Mark | None = None, **more: object) -> dict[str, object]:
    """A coding that was seen (or added), and the reviewer's own that stands for it."""
    return {
        "coding": mark.coding, "code": mark.code, "start": mark.start, "end": mark.end, "verdict": verdict, "source": source,
        "coding_of_reviewer": of.coding if of else "", "code_of_reviewer": of.code if of else "",
        "start_of_reviewer": of.start if of else None, "end_of_reviewer": of.end if of else None,
    } | more  # fmt: skip


def _signed(
    first: list[Mark],
    signed: Mapping[str, Verdict],
    mine: Mapping[str, Mark],
    said: Mapping[tuple[str, str], Verdict],
    added: list[Mark],
    seen: _Seen,
) -> list[dict[str, object]]:
    rows = []
    for mark in first:
        verdict = signed.get(mark.coding)
        if verdict is None:
            rows.append(_row(mark, NOT_REVIEWED, SHEET))
            continue
        more: dict[str, Any] = {"reason": verdict.reason, "decision": verdict.decision}
        of = mine.get(verdict.coding)
        if verdict.choice == (REJECT,):
            rows.append(_row(mark, REJECTED, SHEET, **more))
        elif verdict.choice == (CONFIRM,):
            rows.append(_row(mark, CONFIRMED, SHEET, of=of, **more))
        else:
            rows.append(_row(mark, CHANGED, SHEET, of=of, changed=join(verdict.choice), **more))
    for mark in added:
        one = said[mark.coding, seen.reviewer]
        rows.append(_row(mark, ADDED, SHEET, of=mark, reason=one.reason, decision=one.decision))
    return rows


def _compared(
    first: list[Mark],
    second: list[Mark],
    waiting: list[tuple[int, int, frozenset[str]]],
    own: Mapping[str, str],
    match: float,
) -> list[dict[str, object]]:
    code, span, direction = CHANGES
    paired: dict[str, tuple[Mark, str]] = {}
    taken = set()
    for a, b, how in match_marks(first, second, match=match):
        paired[a.coding] = b, how
        taken.add(b.coding)
    rows = []
    for mark in first:
        if mark.coding not in paired:
            held = any(
                min(end, mark.end) > max(start, mark.start) and (mark.code in codes or "*" in codes)
                for start, end, codes in waiting
            )
            rows.append(_row(mark, NOT_REVIEWED if held else REJECTED, LAYERS))
            continue
        of, how = paired[mark.coding]
        given = mark.direction or own.get(mark.code, "")
        changed = [code] if how == CODE else []
        if mark.words != of.words:
            changed.append(span)
        if how != CODE and given and of.direction and of.direction != given:
            changed.append(direction)  # where the reviewer gave none there may have been no place to
        assert how != SPAN or changed
        rows.append(_row(mark, CHANGED if changed else CONFIRMED, LAYERS, of=of, changed=join(changed)))
    return rows + [_row(mark, ADDED, LAYERS, of=mark) for mark in second if mark.coding not in taken]

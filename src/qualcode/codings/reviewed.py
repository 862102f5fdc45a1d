"""Codings that a second person has looked at one by one: what was said of each, and what that person has thereby read."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from qualcode.errors import CodingsError, Problem, Problems
from qualcode.tables import TABLES, join, split

REVIEW = "review"  # the kind of a decision on another person's coding
CONFIRM, REJECT, ADD, WITHDRAW = "confirm", "reject", "add", "withdraw"
CHANGES = ("change_code", "change_span", "change_direction")


class Verdict(NamedTuple):
    """What one person said of one coding: confirm, reject, what was changed (`CHANGES`), or that it was added.

    `coding` is the reviewer's own coding that came of it (none where rejected).
    """

    about: str
    by: str
    choice: tuple[str, ...]
    coding: str
    reason: str
    on: str
    decision: str


def verdicts_of(decisions: pd.DataFrame, *, withdrawn: bool = False) -> dict[tuple[str, str], Verdict]:
    """Signed decisions of kind `review`, by the coding they are about and the reviewer.

    `about` is a coding's id; `choice` is confirm, reject, add (then `about` is the reviewer's own coding), or what was changed
    (change_code, change_span, change_direction; several joined by `;`), or withdraw, which takes an addition back; `value` is
    the reviewer's own coding. Those that were withdrawn are left out, unless `withdrawn`.

    Raises
    ------
    CodingsError
        A choice that is not known; two decisions in force of one person on one coding: all at once, with file and row.
    """
    problems = Problems()
    found: dict[tuple[str, str], Verdict] = {}
    rows: dict[tuple[str, str], dict[str, object]] = {}
    own = decisions[(decisions["kind"] == REVIEW) & (decisions["choice"] != "")] if len(decisions) else decisions
    for line in own.to_dict("records"):
        where, place = str(line.get("_file", "data/raw/decisions")), f"row {line['_row']}" if "_row" in line else ""
        choice = tuple(split(str(line["choice"])))
        single = choice in ((CONFIRM,), (REJECT,), (ADD,), (WITHDRAW,))
        if not single and not (choice and set(choice) <= set(CHANGES)):
            hint = f"One of: {CONFIRM}, {REJECT}, {ADD}, {WITHDRAW}, {', '.join(CHANGES)} (these also several, joined by ;)."
            problems.add(where, f"choice '{line['choice']}' of a review is not known.", hint, place=place)
            continue
        key = str(line["about"]), str(line["by"])
        if key in found:
            first = rows[key]
            what = f"coding '{key[0]}' has another verdict of {key[1]} in {first.get('_file', '')}, row {first.get('_row', '')}."
            problems.add(
                where, what, f"Name the one that no longer holds in 'supersedes' ({first['decision']}).", place=place
            )
            continue
        rows[key] = {str(name): value for name, value in line.items()}
        found[key] = Verdict(
            *key, choice, str(line["value"]), str(line["reason"]), str(line["on"]), str(line["decision"])
        )
    problems.raise_if_any(CodingsError)
    return {key: one for key, one in found.items() if withdrawn or one.choice != (WITHDRAW,)}


def with_reviews(
    assignments: pd.DataFrame, codings: pd.DataFrame, decisions: pd.DataFrame, warnings: list[Problem]
) -> pd.DataFrame:
    """Assignments, with what reviewers have read: where all codings of a transcript have a verdict, all that their coder read.

    Before that only the passages with a verdict, each for its own code (and the reviewer's): a coding without one is not
    reviewed, which is no silence. What the table says of that transcript, coder and `saw` is replaced. Without any
    assignments nothing is added: then it is not known who read what at all.

    Parameters
    ----------
    assignments, codings, decisions
        Tables; assignments checked, codings of the present codebook and texts, decisions in force.
    warnings
        Reviews of codings that are no more, and transcripts that were said to be done and are not, are added here.
    """
    said = verdicts_of(decisions)
    if not said:
        return assignments
    by_id = {str(line["coding"]): line for line in codings.to_dict("records")}
    where = "data/raw/decisions"
    gone = sorted({about for about, _ in said if about not in by_id})
    if gone:
        what = f"{len(gone)} codings that were reviewed are no more (the first: {gone[0]})."
        warnings.append(Problem(where, what, "Their file changed: make a new sheet with `qualcode pack review`."))
    if not len(assignments):
        what = (
            "codings were reviewed, and nobody's reading is recorded: agreement takes the reviewer for a blind coder."
        )
        hint = "List transcript, coder, saw and done in data/raw/assignments.csv (docs/review.md)."
        warnings.append(Problem(where, what, hint))
        return assignments
    looked: dict[tuple[str, str], dict[str, list[Verdict]]] = {}  # reviewer, transcript -> first coder -> verdicts
    for (about, by), verdict in sorted(said.items()):
        line = by_id.get(about)
        if line is not None and verdict.choice != (ADD,):
            of = looked.setdefault((by, str(line["transcript"])), {})
            of.setdefault(str(line["coder"]), []).append(verdict)
    kept = assignments.copy()
    rows: list[dict[str, object]] = []
    for (by, transcript), seen in sorted(looked.items()):
        mine = (kept["coder"] == by) & (kept["transcript"] == transcript)
        replaced = mine & kept["saw"].map(lambda cell, seen=seen: bool(set(split(cell)) & set(seen))).astype(bool)
        declared = kept[replaced & kept["done"].eq("yes")]
        kept = kept[~replaced]
        missing = {first: _missing(codings, transcript, first, verdicts) for first, verdicts in sorted(seen.items())}
        for first, verdicts in sorted(seen.items()):
            if missing[first] and len(declared):
                what = f"{by} is done with transcript '{transcript}', and {missing[first]} codings of {first} have no verdict."
                warnings.append(Problem("data/raw/assignments.csv", what, "They count as not reviewed."))
            read = kept[(kept["coder"] == first) & (kept["transcript"] == transcript) & kept["done"].eq("yes")]
            if any(missing.values()) or not len(read):
                rows += [_one(by_id, verdict, first, join(read["round"])) for verdict in verdicts]
            else:
                rows += read.assign(coder=by, saw=first).to_dict("records")  # type: ignore[arg-type]
    return TABLES["assignments"].shape(pd.concat([kept, pd.DataFrame(rows, columns=list(kept.columns))]))


def _missing(codings: pd.DataFrame, transcript: str, coder: str, verdicts: list[Verdict]) -> int:
    """How many codings of a coder in a transcript have no verdict."""
    here = (codings["coder"] == coder) & (codings["transcript"] == transcript) & (codings["origin"] != "machine")
    return len(set(codings["coding"][here]) - {verdict.about for verdict in verdicts})


def _one(by_id: dict[str, dict[object, object]], verdict: Verdict, first: str, round_: str) -> dict[str, object]:
    """One passage as read: for the code that it had, and the one that the reviewer gave it."""
    line = by_id[verdict.about]
    ends = [line] + ([by_id[verdict.coding]] if verdict.coding in by_id else [])
    return {
        "transcript": line["transcript"],
        "coder": verdict.by,
        "round": round_,
        "start": min(int(str(one["start"])) for one in ends),
        "end": max(int(str(one["end"])) for one in ends),
        "sha256_text": line["sha256_text"],
        "saw": first,
        "codes": join(str(one["code"]) for one in ends),
        "done": "yes",
    }

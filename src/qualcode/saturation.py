"""New codes by transcript, in order of collection, and where no more came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import pandas as pd

from qualcode.hierarchy import Hierarchy
from qualcode.people import People
from qualcode.tables import TABLES, join

KINDS = ("interview", "focus_group", "")
Rounding = Literal["exact", "whole_percent"]


@dataclass(frozen=True)
class Verdict:
    """Where a series of new codes is saturated.

    `ratios[i]` is the share of new codes in the run that ends with interview i (None where no run ends there);
    `at` is the index (from 0) of the last interview of the first run at or under the threshold, or None; `text` says it.
    """

    ratios: tuple[float | None, ...]
    at: int | None
    text: str


def saturated(new: Sequence[int], *, base: int, run: int, threshold: float, rounding: Rounding = "exact") -> Verdict:
    """Whether, and after how many interviews, new information has run dry.

    Parameters
    ----------
    new
        Codes in each interview that were in none before it, in order of collection.
    base, run, threshold
        Interviews in the base set, interviews in a run (runs overlap, moving on by one), and the share of the base set's
        codes at or under which a run counts as bringing nothing new.
    rounding
        `whole_percent` compares shares rounded to whole per cent (half up), as the authors' worked example appears to.

    Notes
    -----
    Guest, Namey and Chen (2020), PLoS ONE 15(5):e0232076. The denominator of every run is the base set. "6+2": six
    interviews, confirmed by the two after them. The method was tried on codebooks of one level.
    """
    n, codes = len(new), sum(new[:base])
    if n < base + run:
        return Verdict((None,) * n, None, f"not assessable: {n} of the {base + run} transcripts needed")
    if not codes:
        return Verdict((None,) * n, None, "not assessable: no codes in the base set")
    limit = Fraction(str(threshold))
    ratios: list[float | None] = [None] * n
    at: int | None = None
    for last in range(base + run - 1, n):
        share = Fraction(sum(new[last - run + 1 : last + 1]), codes)
        ratios[last] = float(share)
        compared = Fraction(int(share * 100 + Fraction(1, 2)), 100) if rounding == "whole_percent" else share
        if at is None and compared <= limit:
            at = last
    text = f"reached at {at + 1 - run}+{run}" if at is not None else f"not reached within {n} transcripts"
    return Verdict(tuple(ratios), at, text)


def saturation_table(
    mentions: pd.DataFrame,
    transcripts: pd.DataFrame,
    sessions: pd.DataFrame,
    assignments: pd.DataFrame,
    codebook: pd.DataFrame,
    people: People,
    *,
    base: int,
    run: int,
    threshold: float,
    rounding: Rounding,
    kinds: Sequence[str],
    approach: str = "codebook",
) -> pd.DataFrame:
    """New and cumulative codes by transcript, in order of session date, then transcript id.

    Parameters
    ----------
    mentions
        From `find_mentions`: codes nobody has agreed on are not in it.
    sessions
        Interviews and focus groups count; transcripts without a session row come last, flagged. A translation counts as
        the transcript that it is a translation of.
    assignments
        A transcript without any mention counts (with nothing new) only where somebody's assignment of it is done;
        elsewhere silence is not the absence of codes, and it is listed at the end without an order.
    kinds
        Kinds of entry that count; a code of another kind counts as the nearest entry above it of one of these.
    approach
        Under `reflexive` all numbers stay empty and the verdict says so.

    Returns
    -------
    Table report_saturation. `base` is `yes` for the base set; `run_ratio` is the share of the run that ends with this
    transcript; the verdict stands where the run that decides it ends, else in the last row. Without any mention in the
    study there are no rows.
    """
    if not len(mentions):
        return TABLES["report_saturation"].empty()
    tree = Hierarchy(codebook, set(mentions["code"]))
    counted = {code: _counted(code, tree, kinds) for code in tree.order}
    original = {
        str(row["transcript"]): str(row["translation_of"] or row["transcript"])
        for row in transcripts.to_dict("records")
    }
    present: dict[str, set[str]] = {}
    for transcript, code in zip(mentions["transcript"], mentions["code"], strict=True):
        at = present.setdefault(original.get(str(transcript), str(transcript)), set())
        if counted[str(code)]:
            at.add(counted[str(code)])
    done = {
        original.get(str(transcript), str(transcript))
        for transcript, value in zip(assignments["transcript"], assignments["done"], strict=True)
        if str(value).strip().casefold() in ("yes", "y", "true", "1", "done")
    }
    settings = f"base {base}, run {run}, threshold {100 * threshold:g} %, rounding {rounding}, kinds {'+'.join(kinds)}"
    listed = _in_order(transcripts, sessions, people)
    rows: list[dict[str, object]] = []
    seen: set[str] = set()
    for row in listed:
        transcript = str(row["transcript"])
        if transcript not in present and transcript not in done:
            rows.append(row | {"order": None, "settings": settings, "flag": join([str(row["flag"]), "not coded"])})
            continue
        fresh = present.get(transcript, set()) - seen
        seen |= fresh
        order = sum(known["order"] is not None for known in rows) + 1
        numbers = {"order": order, "new": len(fresh), "cumulative": len(seen), "new_codes": join(fresh)}
        rows.append(row | numbers | {"base": "yes" if order <= base else "", "settings": settings})
    ordered = [row for row in rows if row["order"] is not None]
    if approach == "reflexive":
        for row in rows:
            row |= {"new": None, "cumulative": None, "new_codes": "", "base": ""}
        if rows:
            rows[-1]["verdict"] = "not computed: under the approach 'reflexive' saturation is no criterion"
    elif ordered:
        verdict = saturated(
            [int(str(row["new"])) for row in ordered], base=base, run=run, threshold=threshold, rounding=rounding
        )
        for row, ratio in zip(ordered, verdict.ratios, strict=True):
            row["run_ratio"] = ratio
        ordered[-1 if verdict.at is None else verdict.at]["verdict"] = verdict.text
    return TABLES["report_saturation"].shape(rows)


def _counted(code: str, tree: Hierarchy, kinds: Sequence[str]) -> str:
    """The entry that a code counts as: itself, or the nearest above it of a kind that counts; empty where there is none."""
    return next((at for at in [code, *tree.ancestors(code)] if tree.kind(at) in kinds), "")


def _in_order(transcripts: pd.DataFrame, sessions: pd.DataFrame, people: People) -> list[dict[str, object]]:
    about = {str(row["session"]): row for row in sessions.to_dict("records")}
    found: list[tuple[tuple[object, ...], dict[str, object]]] = []
    for line in transcripts.to_dict("records"):
        transcript, session = str(line["transcript"]), about.get(str(line["session"]))
        if transcript in people.left_out or line["translation_of"]:
            continue
        if session is not None and session["kind"] not in KINDS:
            continue
        date = str(session["date"]) if session is not None else ""
        flag = "no session row" if session is None else "" if date else "no date"
        row: dict[str, object] = {"transcript": transcript, "date": date, "flag": flag}
        found.append(((session is None, date == "", date, transcript), row))
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]

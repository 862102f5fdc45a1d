"""Which transcripts or segments are coded twice: drawn at random, the same way every time, spread over groups."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qualcode.errors import QualcodeError
from qualcode.tables import TABLES, join, split

STRATA = ("group", "phase", "kind")
NO_STRATUM = "not stated"
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%$")


@dataclass(frozen=True)
class Drawn:
    """What was drawn, the rows to add to the assignments, and how it was done, in words."""

    units: pd.DataFrame  # transcript, segment, start, end, stratum
    rows: pd.DataFrame  # table assignments
    of: int
    by_stratum: dict[str, tuple[int, int]]  # drawn, of
    sentence: str


def how_many(text: str, of: int) -> int:
    """`3`, or `20%` of `of`, rounded up. Raises QualcodeError for anything else, none, or more than there are."""
    share = _SHARE.match(text.strip())
    many = -int(-float(share[1]) * of // 100) if share else int(text) if text.strip().isdigit() else 0
    if not 1 <= many <= of:
        what = f"'{text}' is no number between 1 and {of}, nor a share such as 20%."
        raise QualcodeError(what, where="--draw", hint=f"There are {of} to draw from.")
    return many


def strata_of(transcripts: pd.DataFrame, sessions: pd.DataFrame, groups: Mapping[str, str], by: str) -> dict[str, str]:
    """The stratum of each transcript: its participants' groups, or a column of its session."""
    rows = {str(row["session"]): row for row in sessions.to_dict("records")}
    out = {}
    for name, session in zip(transcripts["transcript"], transcripts["session"], strict=True):
        row = rows.get(str(session), {})
        if by == "group":
            value = join(groups.get(person, "") for person in split(str(row.get("participants", ""))))
        else:
            value = str(row.get(by, ""))
        out[str(name)] = value or NO_STRATUM
    return out


def spread(sizes: Sequence[int], many: int) -> list[int]:
    """`many` shared out in proportion to `sizes` by largest remainder (the earlier first where they are equal)."""
    total = sum(sizes)
    whole = [many * size // total for size in sizes]
    rest = sorted(range(len(sizes)), key=lambda at: (-(many * sizes[at] % total), at))
    for at in rest[: many - sum(whole)]:
        whole[at] += 1
    return whole


def draw_sample(
    units: pd.DataFrame,
    strata: Mapping[str, str],
    many: int,
    *,
    seed: int,
    coders: Sequence[str],
    assignments: pd.DataFrame,
    round_: str = "",
    what: str = "transcripts",
    by: str = "",
) -> Drawn:
    """Draw `many` units, in proportion from each stratum, and make the assignments that are still missing.

    Parameters
    ----------
    units
        transcript, start, end (empty: the whole transcript), sha256_text.
    strata
        The stratum of each transcript.
    assignments
        Those there are: a coder who is to read the whole of a transcript already gets no second row.

    Returns
    -------
    Units and rows in order of transcript and start; `done` is `no` until the coder has finished.
    """
    pool = units.sort_values(["transcript", "start"], kind="stable").reset_index(drop=True)
    pool["stratum"] = [strata[name] for name in pool["transcript"]]
    names = sorted(set(pool["stratum"]))
    places = [np.flatnonzero(pool["stratum"] == name) for name in names]
    rng = np.random.default_rng(seed)
    shares = spread([len(place) for place in places], many)
    taken = [rng.permutation(place)[:share] for place, share in zip(places, shares, strict=True)]
    drawn = pool.iloc[np.sort(np.concatenate(taken))].reset_index(drop=True)
    whole = assignments[assignments["start"].isna() & (assignments["codes"] == "")]
    have = set(zip(whole["transcript"], whole["coder"], strict=True))
    rows = [
        {
            **{key: row[key] for key in ("transcript", "start", "end", "sha256_text")},
            "coder": coder,
            "round": round_,
            "done": "no",
        }
        for row in drawn.to_dict("records")
        for coder in coders
        if (row["transcript"], coder) not in have
    ]
    counts = {name: (share, len(place)) for name, share, place in zip(names, shares, places, strict=True)}
    how = f"{many} of {len(pool)} {what} were drawn at random (numpy {_major()}, seed {seed}"
    if by:
        how += f"; in proportion by {by}: " + ", ".join(f"{name}: {a} of {b}" for name, (a, b) in counts.items())
    return Drawn(drawn, TABLES["assignments"].shape(rows), len(pool), counts, how + ").")


def _major() -> str:
    return ".".join(np.__version__.split(".")[:2])

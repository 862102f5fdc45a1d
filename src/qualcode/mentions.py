"""Mentions: what of the consensus is counted, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from qualcode.attribution import participants_of, union
from qualcode.people import People
from qualcode.tables import join, split

COLUMNS = [
    "mention", "transcript", "scope", "start", "end", "code", "direction", "participants", "unattributed", "from_codings",
]  # fmt: skip


def find_mentions(
    consensus: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str], people: People
) -> pd.DataFrame:
    """The mentions of each code, with whose they are.

    Parameters
    ----------
    consensus, turns, texts
        The agreed layer, table `turns`, and each transcript's canonical text.
    people
        Who counts. A span in which only people who withdrew speak is no mention; of those who speak in a span, only
        people who count are its participants; anybody else makes it `unattributed` too.

    Returns
    -------
    One row per mention: `mention` (the id of its first consensus row), `transcript, scope, start, end, code, direction,
    participants, unattributed, from_codings` (the coders' codings behind it). Overlapping spans of one code are one
    mention, from the first's start to the last's end; where their directions differ it is `mixed` if help and hindrance
    are both among them. A code on a whole transcript is a mention of its own.
    """
    kept = consensus[~consensus["transcript"].isin(people.left_out)].reset_index(drop=True)
    if not len(kept):
        return pd.DataFrame(columns=COLUMNS)
    merged = _merge(kept)
    who = participants_of(merged, turns, texts)
    counted, known = set(people.ids), set(people.ids) | people.withdrawn
    names = [set(split(cell)) for cell in who["participants"]]
    merged["participants"] = [join(people_in & counted) for people_in in names]
    merged["unattributed"] = [
        bool(unnamed) or bool(people_in - known) for people_in, unnamed in zip(names, who["unattributed"], strict=True)
    ]
    gone = [
        bool(people_in) and people_in <= people.withdrawn and not unnamed
        for people_in, unnamed in zip(names, who["unattributed"], strict=True)
    ]
    return merged.loc[[not value for value in gone], COLUMNS].reset_index(drop=True)


def _merge(consensus: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    ordered = consensus.sort_values(["transcript", "code", "scope", "start", "end", "coding"], kind="stable")
    last: dict[str, object] = {}
    for row in ordered.to_dict("records"):
        same = last and all(last[key] == row[key] for key in ("transcript", "code", "scope"))
        if same and int(row["start"]) < int(str(last["end"])):
            last["end"] = max(int(str(last["end"])), int(row["end"]))
            last["direction"] = both_directions(str(last["direction"]), row["direction"])
            last["from_codings"] = join([*split(str(last["from_codings"])), *split(row["from_codings"])])
            continue
        last = {str(key): value for key, value in row.items()} | {"mention": row["coding"]}
        rows.append(last)
    return pd.DataFrame(rows).sort_values(["transcript", "start", "end", "code"], kind="stable").reset_index(drop=True)


def both_directions(a: str, b: str) -> str:
    """The direction of two readings of one passage: what they share, mixed where they oppose each other."""
    if a == b or not b:
        return a
    if not a or a == "neutral":
        return b
    return a if b == "neutral" else "mixed"


def count_people(mentions: pd.DataFrame) -> int:
    """Distinct participants of some mentions."""
    return len(union(mentions["participants"]))


def percent(part: int, whole: int) -> float:
    """100 part / whole; nothing where there is no whole."""
    return 100 * part / whole if whole else float("nan")


def codes_in(mentions: pd.DataFrame) -> list[str]:
    """The codes that have mentions."""
    return sorted({str(code) for code in mentions["code"]})


def of_codes(mentions: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """The mentions of these codes."""
    return mentions[mentions["code"].isin(list(codes))]

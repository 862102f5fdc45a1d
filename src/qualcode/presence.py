"""Who speaks of what: codes by participants, the table behind the grid."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qualcode.attribution import participants_of
from qualcode.tables import TABLES, split


def theme_by_participant(
    consensus: pd.DataFrame,
    turns: pd.DataFrame,
    texts: dict[str, str],
    codebook: pd.DataFrame,
    participants: Sequence[str],
) -> pd.DataFrame:
    """Mentions of each codebook entry in each participant's speech.

    Parameters
    ----------
    consensus
        The agreed layer; a span over the speech of two participants counts for both.
    participants
        Those to list, in order, also where they have no mention.

    Returns
    -------
    One row per entry and participant in codebook order (table report_theme_by_participant); a parent's mentions are
    its own and those of everything below it.
    """
    counted: dict[tuple[str, str], int] = {}
    if len(consensus):
        who = participants_of(consensus, turns, texts)["participants"]
        for code, cell in zip(consensus["code"], who, strict=True):
            for person in split(cell):
                counted[code, person] = counted.get((code, person), 0) + 1
    parents = dict(zip(codebook["code"], codebook["parent"], strict=True))
    rolled: dict[tuple[str, str], int] = {}
    for (code, person), number in counted.items():
        at: str = code
        while at:
            rolled[at, person] = rolled.get((at, person), 0) + number
            at = parents.get(at, "")
    rows = [
        {
            "code": entry["code"],
            "participant": person,
            "label": entry["label"],
            "depth": entry["depth"],
            "mentions": rolled.get((entry["code"], person), 0),
        }
        for entry in codebook.to_dict("records")
        for person in participants
    ]
    return TABLES["report_theme_by_participant"].shape(pd.DataFrame(rows))

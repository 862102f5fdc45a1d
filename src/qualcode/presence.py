"""Who speaks of what: codes by participants, the table behind the grid."""

from __future__ import annotations

import pandas as pd

from qualcode.people import People
from qualcode.tables import TABLES, split


def theme_by_participant(mentions: pd.DataFrame, codebook: pd.DataFrame, people: People) -> pd.DataFrame:
    """Mentions of each codebook entry in each participant's speech.

    Parameters
    ----------
    mentions
        From `mentions.find_mentions`; one over the speech of two participants counts for both.
    people
        Those who count; they are listed also where they have no mention.

    Returns
    -------
    One row per entry and participant in codebook order (table report_theme_by_participant); a parent's mentions are
    its own and those of everything below it.
    """
    counted: dict[tuple[str, str], int] = {}
    for code, cell in zip(mentions["code"], mentions["participants"], strict=True):
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
        for person in people.ids
    ]
    return TABLES["report_theme_by_participant"].shape(pd.DataFrame(rows))

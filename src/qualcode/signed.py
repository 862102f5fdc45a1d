"""Judgements of one kind that somebody signed."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from qualcode.errors import DecisionsError, Problems, nearest


def signed(decisions: pd.DataFrame, kind: str, choices: Collection[str]) -> dict[str, tuple[str, str]]:
    """Of each thing judged (`about`), the choice and the decision's id; suggestions (no choice, or nobody's) are left out.

    Raises
    ------
    DecisionsError
        Choices that this kind of decision does not know, all at once.
    """
    problems = Problems()
    found: dict[str, tuple[str, str]] = {}
    for row in decisions[(decisions["kind"] == kind) & (decisions["choice"] != "")].to_dict("records"):
        if row["choice"] not in choices:
            what = f"decision '{row['decision']}' of kind {kind}: choice '{row['choice']}' is not known."
            place = f"row {row['_row']}" if row.get("_row") else ""
            problems.add(
                str(row.get("_file") or "data/raw/decisions"), what, nearest(row["choice"], choices), place=place
            )
        elif row["by"]:
            found[row["about"]] = (row["choice"], row["decision"])
    problems.raise_if_any(DecisionsError)
    return found

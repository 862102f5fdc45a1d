"""In which order to look at disagreements: first what would change the findings most, then what weighs most in the agreement."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from qualcode.consensus.contributions import Contributions, share_table
from qualcode.consensus.disagreements import Comparison
from qualcode.consensus.effects import Effect, effect_table
from qualcode.tables import TABLES, split

DIGITS = 12  # shares that differ less than this are the same


def rank_disagreements(
    disagreements: pd.DataFrame, comparison: Comparison, found: Sequence[Effect], shares: Contributions
) -> pd.DataFrame:
    """The disagreements with their ranks, and what these rest on.

    Parameters
    ----------
    disagreements
        Table `report_disagreements` of the comparison (`listed`).
    found, shares
        What deciding each would change (`effects`), and its part in the observed disagreement (`contributions`).

    Returns
    -------
    The same rows in the same order, with the columns from `rank` on. Rank 1 is what to look at first. What is not decided comes
    before what is; then, each only where all before it are equal: more rows of the table of themes that would appear or vanish,
    more participants gained or lost over these rows, more mentions, more directions, the larger share of the observed
    disagreement, the larger of its shares of its codes' observed disagreement, and last the place in the text and the id, so
    that no two have the same rank and the same input gives the same ranks.
    """
    rows = disagreements.reset_index(drop=True)
    rows = rows.assign(**effect_table(found)).assign(**share_table(shares, comparison.disputes))
    of_code = rows[["observed_share_a", "observed_share_b"]].max(axis=1)
    keys = pd.DataFrame(
        {
            "decided": rows["status"] == "decided",
            "codes": [-len(split(cell)) for cell in rows["codes_at_stake"]],
            "participants": -rows["participants_at_stake"],
            "mentions": -rows["mentions_at_stake"],
            "directions": -rows["directions_at_stake"],
            "share": -rows["observed_share"].fillna(0).round(DIGITS),
            "of_code": -of_code.fillna(0).round(DIGITS),
            **{name: rows[name] for name in ("transcript", "start", "end", "disagreement")},
        }
    )
    order = keys.sort_values(list(keys.columns), kind="stable").index
    rows["rank"] = pd.Series(range(1, len(rows) + 1), index=order)
    return TABLES["report_disagreements"].shape(rows)

"""What is at stake in a disagreement, in words: the same in every sheet of the meeting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qualcode.tables import split

LESS = 0.001  # shares below a tenth of a percent are not printed as a number
EXPLAINED = (
    "What deciding would change in the table of themes, while all others stay as they stand: rows (codes, and what stands above "
    "them) that would appear or vanish; participants and mentions gained or lost, each summed over the rows, so that one passage "
    "counts in its code and in the theme above; the direction of a mention; and the share of the observed disagreement, which "
    "agreement is computed from. Rank 1 is what would change most; what is decided comes last."
)


@dataclass(frozen=True)
class Stake:
    """What deciding a disagreement would change: the columns from `codes_at_stake` on of table `report_disagreements`.

    `codes` are labels; `share` is a share of all codes' observed disagreement (0 to 1; None: not worked out).
    """

    codes: tuple[str, ...]
    participants: int
    mentions: int
    directions: int
    share: float | None

    def told(self) -> str:
        """As sheets print it: `in or out: Barriers, Money; participants 2, mentions 4; 3.2 % of observed disagreement`."""
        parts = []
        if self.codes:
            parts.append(f"in or out: {', '.join(self.codes)}")
        counts = (("participants", self.participants), ("mentions", self.mentions))
        parts.append(", ".join(f"{what} {many}" for what, many in counts if many))
        if self.directions:
            parts.append("a mention's direction")
        if not any(parts):
            parts.append("no count of the findings")
        if self.share is not None:
            parts.append(f"{_percent(self.share)} of observed disagreement")
        return "; ".join(part for part in parts if part)


def stake_of(line: Mapping[Any, Any], labels: Mapping[str, str]) -> Stake | None:
    """The stake of a row of `report_disagreements`; None where it was not ranked."""
    people = line.get("participants_at_stake")
    if people is None or pd.isna(people):
        return None
    share = line["observed_share"]
    return Stake(
        tuple(labels.get(code) or code for code in split(str(line["codes_at_stake"]))),
        int(people),
        int(line["mentions_at_stake"]),
        int(line["directions_at_stake"]),
        None if pd.isna(share) else float(share),
    )


def _percent(share: float) -> str:
    return "none" if share <= 0 else "under 0.1 %" if share < LESS else f"{100 * share:.1f} %"

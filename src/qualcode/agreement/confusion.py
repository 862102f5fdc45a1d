"""Which code one coder gave where the other gave another: counts for a table and a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from qualcode.agreement.layer import Entry
from qualcode.agreement.sweep import Coded


def confusion_counts(coded: Coded, entries: Sequence[Entry], unit: str) -> list[dict[str, object]]:
    """Units by the code of one coder and the code of the other, for each pair of coders.

    A unit in which both gave a code counts for that code with itself. Of the codes that one coder alone gave, each counts
    with each of those that the other alone gave; where the other gave no other, with none (the empty code).
    """
    leaves = [entry for entry in entries if entry.scope == "code"]
    places = [entry.members[0] for entry in leaves]
    weight = coded.weight.astype(np.float64)
    rows: list[dict[str, object]] = []
    for one, two in combinations(range(len(coded.coders)), 2):
        a, b = (coded.values[:, seat, places] for seat in (one, two))
        both = ((a == 1) & (b == 1)).T @ weight
        only_a, only_b = (a == 1) & (b == 0), (b == 1) & (a == 0)
        table = np.zeros((len(leaves) + 1, len(leaves) + 1))
        table[1:, 1:] = (only_a * weight[:, None]).T @ only_b + np.diag(both)
        table[1:, 0] = only_a.T @ (weight * ~only_b.any(axis=1))
        table[0, 1:] = only_b.T @ (weight * ~only_a.any(axis=1))
        for x, y in np.argwhere(table > 0).tolist():
            first, second = (leaves[at - 1] if at else None for at in (x, y))
            rows.append({
                "coder_a": coded.coders[one], "coder_b": coded.coders[two], "code_a": first.code if first else "",
                "code_b": second.code if second else "", "unit": unit, "n": int(table[x, y]),
                "label_a": first.label if first else "", "label_b": second.label if second else "",
            })  # fmt: skip
    return rows

"""Codes that stand together: pairs in the same segment, turn or transcript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from typing import Literal

import pandas as pd

from qualcode.coverage import covered
from qualcode.hierarchy import Hierarchy
from qualcode.tables import TABLES


def cooccurrence_table(
    mentions: pd.DataFrame,
    units: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    *,
    unit: Literal["segment", "turn", "transcript"],
) -> pd.DataFrame:
    """How often two codes are in the same unit.

    Parameters
    ----------
    mentions
        From `find_mentions`.
    units
        Table `segments` or `turns`, by `unit`; of no matter where the unit is the transcript.

    Returns
    -------
    Table report_cooccurrence: each pair of different codes, neither above the other in the codebook, that meets at
    least once, `code_a` before `code_b` in the alphabet. A code is in a unit when a span of it covers at least one whole
    word of it; `n` units have both, `n_a` and `n_b` have each; `jaccard` is n / (n_a + n_b − n). Codes as they were given:
    a child's spans are not its parent's here. Codes on whole transcripts count for the unit `transcript` only.
    """
    if unit == "transcript":
        pairs = set(zip(mentions["transcript"], mentions["code"], strict=True))
    else:
        spans = mentions[mentions["scope"] != "transcript"].reset_index(drop=True)
        found = covered(units, spans, texts)
        pairs = {(int(a), str(spans["code"].iloc[int(b)])) for a, b in zip(found["unit"], found["span"], strict=True)}
    by_unit: dict[object, set[str]] = {}
    for place, code in pairs:
        by_unit.setdefault(place, set()).add(str(code))
    alone = Counter(code for codes in by_unit.values() for code in codes)
    both = Counter(pair for codes in by_unit.values() for pair in combinations(sorted(codes), 2))
    tree = Hierarchy(codebook, set(alone))
    return TABLES["report_cooccurrence"].shape(
        {
            "code_a": a,
            "code_b": b,
            "unit": unit,
            "n": n,
            "jaccard": n / (alone[a] + alone[b] - n),
            "label_a": tree.label(a),
            "label_b": tree.label(b),
            "n_a": alone[a],
            "n_b": alone[b],
        }
        for (a, b), n in both.items()
        if not tree.related(a, b)
    )

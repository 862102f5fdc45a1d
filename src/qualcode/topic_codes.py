"""Topics beside codes: which code each suggested topic overlaps most."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qualcode.coverage import covered
from qualcode.hierarchy import Hierarchy
from qualcode.tables import TABLES


def topics_table(
    topic_list: pd.DataFrame,
    topic_segments: pd.DataFrame,
    consensus: pd.DataFrame,
    codings: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
) -> pd.DataFrame:
    """Suggested topics with the code that reaches most of their segments.

    Parameters
    ----------
    consensus, codings
        The agreed layer; where it is empty, people's codings. Never the machine's, and no code on a whole transcript.

    Returns
    -------
    Table report_topics: `code` is the code of which a span covers at least one whole word in the largest share of the
    topic's segments, `overlap` that share (0 to 1; ties by codebook order; no code where nothing overlaps), `label` its
    label; `share` is the topic's share of all segments that were grouped; `representative` names segments
    (`TRANSCRIPT:SEGMENT`) in the order of their rank. The rest is as the topic model gave it.
    """
    layer = consensus if len(consensus) else codings[codings["origin"] == "human"]
    spans = layer[layer["scope"] != "transcript"].reset_index(drop=True)
    tree = Hierarchy(codebook, set(spans["code"]))
    place = {code: number for number, code in enumerate(tree.order)}
    segments = topic_segments.reset_index(drop=True)
    found = covered(segments, spans, texts)
    pairs = pd.DataFrame(
        {
            "unit": found["unit"],
            "topic": segments["topic"].iloc[found["unit"]].to_numpy(),
            "code": spans["code"].iloc[found["span"]].to_numpy(),
        }
    ).drop_duplicates()
    sizes = segments.groupby("topic").size()
    rows = []
    for topic in topic_list.to_dict("records"):
        number = topic["topic"]
        own = pairs[pairs["topic"] == number]["code"].value_counts()
        code = min(own.index, key=lambda item: (-int(own[item]), place[str(item)])) if len(own) else ""
        shown = segments[(segments["topic"] == number) & (segments["representative"].fillna(0) > 0)]
        shown = shown.sort_values(["representative", "transcript", "segment"], kind="stable")
        size = int(sizes.get(number, 0))
        rows.append(
            topic
            | {
                "code": code,
                "overlap": int(own[code]) / size if code else (0.0 if len(spans) and size else None),
                "label": tree.label(str(code)) if code else "",
                "share": size / len(segments) if len(segments) else None,
                "representative": ";".join(
                    f"{name}:{segment}" for name, segment in zip(shown["transcript"], shown["segment"], strict=True)
                ),
            }
        )
    return TABLES["report_topics"].shape(pd.DataFrame(rows))

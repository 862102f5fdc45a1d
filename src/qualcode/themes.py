"""Themes and subthemes: how often they are mentioned and by how many people, both in every row."""

from __future__ import annotations

import pandas as pd

from qualcode.hierarchy import Hierarchy
from qualcode.mentions import codes_in, count_people, of_codes, percent
from qualcode.people import People
from qualcode.tables import TABLES


def themes_table(mentions: pd.DataFrame, codebook: pd.DataFrame, people: People, quotes: pd.DataFrame) -> pd.DataFrame:
    """Every entry of the codebook with its mentions and participants, in codebook order, those never used too.

    Parameters
    ----------
    mentions
        From `find_mentions`.
    people
        Who counts: `eligible` is how many participants had at least one session read.
    quotes
        Table report_quotes, for one exemplary quote a row.

    Returns
    -------
    Table report_themes. `theme` and `subtheme` are labels (`subtheme` empty for a theme; an entry further down stands
    under its subtheme, with its own `label` and `depth`). A parent's mentions are its own and those of everything below
    it, each coded span counted, so a passage with two child codes counts twice; its participants are the distinct people
    among them. `participants_percent` is 100 participants / eligible. `unattributed` counts mentions in which somebody
    speaks whom nobody could name (in mentions, never in participants). Without any mention in the study there are no rows.
    """
    tree = Hierarchy(codebook, codes_in(mentions))
    eligible = len(people.ids)
    rows = []
    for code in tree.order if len(mentions) else []:
        own = of_codes(mentions, tree.below(code))
        heard = count_people(own)
        quote = _exemplary(code, tree, quotes)
        rows.append(
            {
                "theme": tree.label(tree.top(code)),
                "subtheme": tree.label(tree.second(code)) if tree.second(code) else "",
                "definition": tree.entries[code]["definition"],
                "mentions": len(own),
                "participants": heard,
                "participants_percent": percent(heard, eligible),
                "eligible": eligible,
                "code": code,
                "label": tree.label(code),
                "depth": tree.depth(code),
                "kind": tree.kind(code),
                **{
                    name: int((own["direction"] == name).sum())
                    for name in ("facilitator", "barrier", "mixed", "neutral")
                },
                "transcripts": own["transcript"].nunique(),
                "unattributed": int(own["unattributed"].sum()),
                "quote": quote.get("text", ""),
                "quote_participant": quote.get("participant", ""),
                "quote_approved": quote.get("approved", ""),
            }
        )
    return TABLES["report_themes"].shape(rows)


def _exemplary(code: str, tree: Hierarchy, quotes: pd.DataFrame) -> dict[str, str]:
    """The first quote of the entry itself; for a parent one of a child's that the child's own row does not show."""
    own = quotes[quotes["code"] == code].sort_values("rank")
    if not len(own):
        own = quotes[quotes["code"].isin(tree.below(code))]
        own = own.assign(_approved=own["approved"] != "yes", _first=own["rank"] == 1)
        own = own.sort_values(["_approved", "_first"], kind="stable")
    return {str(key): str(value) for key, value in own.iloc[0].items()} if len(own) else {}

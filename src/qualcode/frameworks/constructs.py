"""From codes to constructs: what helps and what hinders, by the study's own mapping."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from qualcode.frameworks.load import construct_name, construct_order, domain_name, load_framework
from qualcode.hierarchy import Hierarchy
from qualcode.mentions import codes_in, count_people, of_codes, percent
from qualcode.people import People
from qualcode.quotes import Chooser
from qualcode.tables import DIRECTIONS, TABLES, join


def mapped_constructs(codebook: pd.DataFrame, framework: str) -> dict[str, list[str]]:
    """The constructs of each code, in the order given; a code without a mapping of its own has its parent's.

    Themes hand their mapping down too, to codes that have none anywhere between.
    """
    tree = Hierarchy(codebook)
    own = {
        code: [str(item["construct"]).replace(" ", "") for item in json.loads(entry["mappings"]).get(framework, [])]
        for code, entry in tree.entries.items()
        if entry["mappings"]
    }
    return {code: next((own[at] for at in [code, *tree.ancestors(code)] if own.get(at)), []) for code in tree.order}


def unmapped_codes(codebook: pd.DataFrame, framework: str) -> list[str]:
    """Subthemes and codes that are mapped to no construct, in codebook order."""
    tree = Hierarchy(codebook)
    mapped = mapped_constructs(codebook, framework)
    return [code for code in tree.order if not mapped[code] and tree.kind(code) in ("subtheme", "code")]


def constructs_table(
    mentions: pd.DataFrame,
    codebook: pd.DataFrame,
    people: People,
    candidates: pd.DataFrame,
    *,
    frameworks: Sequence[str],
    words_min: int,
    words_max: int,
) -> pd.DataFrame:
    """Mentions and participants of each construct that a code is mapped to, by direction.

    Parameters
    ----------
    mentions, candidates
        From `find_mentions` and `quote_candidates`.

    Returns
    -------
    Table report_constructs, in the framework's order, directions facilitator, barrier, mixed, neutral, none. A code
    mapped to several constructs counts in each; a mention is one coded span, a participant counts once a row;
    `participants_percent` is 100 participants / `eligible`. A construct whose codes have no mention has one row with 0;
    a construct no code is mapped to has none (nor has any without a mention in the whole study).

    `construct` is an entry's id, or role and characteristic (`IV.R.B+IV.C.D`); `name` is its name, for a subconstruct
    that of the construct it belongs to, with its own in `subconstruct`.
    """
    eligible = len(people.ids)
    rows: list[dict[str, object]] = []
    for framework in frameworks if len(mentions) else []:
        found = load_framework(framework)
        order = construct_order(framework)
        codes: dict[str, list[str]] = {}
        for code, constructs in mapped_constructs(codebook, framework).items():
            for construct in constructs:
                codes.setdefault(construct, []).append(code)
        chooser = Chooser(words_min=words_min, words_max=words_max)
        for construct in sorted(codes, key=lambda item: (order.get(item, len(order)), item)):
            own = of_codes(mentions, codes[construct])
            parts = found.parts(construct)
            node = parts[0] if parts else None
            umbrella = node.parent if node is not None and node.level == "subconstruct" else construct
            for direction in [name for name in DIRECTIONS if (own["direction"] == name).any()] or [""]:
                some = own[own["direction"] == direction]
                heard = count_people(some)
                offered = candidates[candidates["code"].isin(codes[construct]) & (candidates["direction"] == direction)]
                quote = next(iter(chooser.choose(offered, 1)), {})
                rows.append(
                    {
                        "framework": framework,
                        "version": found.version,
                        "construct": construct,
                        "direction": direction,
                        "mentions": len(some),
                        "participants": heard,
                        "quote": quote.get("text", ""),
                        "code": construct,
                        "domain": domain_name(framework, construct),
                        "name": construct_name(framework, umbrella),
                        "subconstruct": node.name if node is not None and umbrella != construct else "",
                        "participants_percent": percent(heard, eligible),
                        "eligible": eligible,
                        "quote_participant": quote.get("participant", ""),
                        "quote_approved": quote.get("approved", ""),
                        "codes": join(codes_in(some)),
                        "lasting": "yes" if node is not None and node.lasting else "",
                        "level": node.level if node is not None else "",
                    }
                )
    return TABLES["report_constructs"].shape(rows)

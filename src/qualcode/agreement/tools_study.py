"""A study's codings as other programs would compare them: whole files, every character."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from qualcode.agreement.tools import TOOLS, Marked, Stretches, tool_figures
from qualcode.agreement.units import cut_units, readings, units_covered
from qualcode.tables import TABLES


def marked_of_study(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    segments: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    *,
    coders: Sequence[str] = (),
    rounds: Sequence[str] = (),
    rule: str = "any_word",
) -> Marked:
    """Who marked what in the transcripts that each coder read, all or part of them; codings of origin `machine` left out.

    Parameters
    ----------
    coders, rounds, rule
        As for agreement: only these coders and rounds; when a passage counts for a segment (Dedoose's excerpts).

    Notes
    -----
    These programs do not know who was to read what: a transcript counts whole where a coder read any of it. Without assignments
    a coder has read the transcripts that hold a coding of theirs.
    """
    human = codings[(codings["origin"] != "machine") & codings["transcript"].isin(set(texts))]
    saw: set[frozenset[str]] = set()
    found: dict[str, set[str]] = {}
    if len(assignments):
        for (name, coder), each in readings(assignments, texts, rounds=rounds).items():
            found.setdefault(coder, set()).add(name)
            saw |= {frozenset({coder, other}) for one in each for other in one.saw if other != coder}
    else:
        for name, coder in zip(human["transcript"], human["coder"], strict=True):
            found.setdefault(str(coder), set()).add(str(name))
    machines = set(codings["coder"]) - set(human["coder"])
    read = {who: frozenset(names) for who, names in sorted(found.items()) if who not in machines}
    if coders:
        read = {who: names for who, names in read.items() if who in coders}
    made: dict[tuple[str, str, str], Stretches] = {}
    columns = (human[name] for name in ("transcript", "coder", "code", "start", "end"))
    for name, coder, code, start, end in zip(*columns, strict=True):
        if name in read.get(coder, frozenset()) and start < end:
            made.setdefault((name, coder, code), []).append((int(start), int(end)))
    names = sorted({name for each in read.values() for name in each})
    units = cut_units("segment", segments=segments, turns=turns, transcripts=names, texts=texts)
    known = list(codebook["code"]) if len(codebook) else sorted({code for _, _, code in made})
    return Marked(
        made={key: sorted(each) for key, each in made.items()},
        lengths={name: len(texts[name]) for name in names},
        read=read,
        codes=known,
        parents=dict(zip(codebook["code"], codebook["parent"], strict=True)),
        saw=frozenset(saw),
        units={
            key: frozenset(units_covered(each, units[key[0]], rule).tolist()) for key, each in made.items()
        },
        excerpts={name: len(units[name]) for name in names},
    )  # fmt: skip


def tools_table(marked: Marked, *, tools: Sequence[str] = tuple(TOOLS)) -> pd.DataFrame:
    """Table `report_agreement_tools`; empty where fewer than two people coded."""
    if len(marked.coders) < 2:
        return TABLES["report_agreement_tools"].empty()
    return TABLES["report_agreement_tools"].shape([one.row() for one in tool_figures(marked, tools=tools)])

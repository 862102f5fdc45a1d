"""The disagreements of a study as its tables stand, ranked: what the stage writes, and what a sheet for the meeting shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from qualcode.agreement.prepared import prepare
from qualcode.codings.align import with_unaligned
from qualcode.codings.passages import Passages
from qualcode.config import Agreement
from qualcode.consensus.contributions import Contributions, contributions
from qualcode.consensus.disagreements import Comparison, compare, listed
from qualcode.consensus.effects import effects
from qualcode.consensus.ranking import rank_disagreements
from qualcode.decisions.spans import CarriedSpans, carry_spans
from qualcode.people import people_of_study
from qualcode.segments import further_units
from qualcode.study import Study
from qualcode.transcripts.translations import compared_on_originals

# the tables of data/processed that it takes
NAMES = ("codings", "assignments", "turns", "transcripts", "segments", "codebook", "splits", "unaligned", "edits")


@dataclass(frozen=True)
class Ranked:
    """The disagreements (table `report_disagreements`), and what they rest on.

    `spans` holds the decisions as they count now: their spans in the present texts, `open` where a span was taken out.
    `lost` counts codings of translations without a counterpart in the original.
    """

    found: pd.DataFrame
    comparison: Comparison
    codings: pd.DataFrame
    spans: CarriedSpans
    shares: Contributions
    lost: int


def rank_study(
    study: Study,
    tables: Mapping[str, pd.DataFrame],
    texts: Mapping[str, str],
    decisions: pd.DataFrame,
    *,
    match: float,
    span: Literal["union", "intersection", "longest"],
    settings: Agreement,
    language: str,
) -> Ranked:
    """Find the disagreements between the study's coders and rank them.

    Parameters
    ----------
    tables
        Those of `NAMES`.
    decisions
        Those in force, carried to the present codebook (`carry_decisions`).
    match, span, settings, language
        `consensus.match`, `consensus.span`, the section `agreement` and `study.language` of the configuration.
    """
    turns, transcripts, codebook = tables["turns"], tables["transcripts"], tables["codebook"]
    waiting = with_unaligned(tables["splits"], tables["unaligned"])
    on = compared_on_originals(tables["codings"], tables["assignments"], waiting, transcripts, turns)
    comparison = compare(on.codings, on.assignments, texts, codebook, match=match, splits=on.waiting)
    hashes = dict(zip(transcripts["transcript"], transcripts["sha256_text"], strict=True))
    passages = Passages(study, hashes, texts, tables["edits"])
    spans = carry_spans(decisions, listed(comparison, decisions), passages)
    measured = prepare(
        on.codings, on.assignments, tables["segments"], turns, transcripts[transcripts["translation_of"] == ""], texts,
        codebook, splits=on.waiting, more_units=further_units([settings.unit], transcripts, turns, texts, language),
        **settings.measures,
    )  # fmt: skip
    shares = contributions(comparison, measured)
    stakes = effects(comparison, spans.decisions, turns, people_of_study(study, transcripts), span=span)
    found = rank_disagreements(listed(comparison, spans.decisions), comparison, stakes, shares)
    return Ranked(found, comparison, on.codings, spans, shares, on.lost)

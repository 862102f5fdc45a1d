"""What the codebook should learn: for the codes that coders disagree about, how, with what, and a draft of a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

import pandas as pd

from qualcode.codebook.draft import next_version
from qualcode.codebook.model import Redefine
from qualcode.codebook.sheet import snippet_yaml
from qualcode.consensus.contributions import Contributions
from qualcode.consensus.disagreements import DIRECTION, Comparison, Dispute
from qualcode.consensus.layer import Rulings
from qualcode.tables import TABLES, join

OTHER = ("sibling", "cousin", "far")
KINDS = ("presence", "missed", "boundary", "other_code", "direction")
BLANK = "[to be worded by the team]"
SIGNATURE = "NAME"  # who makes the change; nobody has


@dataclass
class Lesson:
    """One code that coders disagreed about; `disputes` are numbers in the comparison's list, those to look at first before."""

    code: str
    label: str
    share: float  # of the observed disagreement of all codes
    disputes: list[int] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    confused: Counter[str] = field(default_factory=Counter)  # other codes on the same passage
    open: int = 0
    stood: int = 0
    fell: int = 0
    change: str = ""  # the key that the draft changes
    text: str = ""  # what it adds there
    yaml: str = ""


def lessons(
    comparison: Comparison,
    disagreements: pd.DataFrame,
    decisions: pd.DataFrame,
    codebook: pd.DataFrame,
    shares: Contributions,
    *,
    day: str,
) -> list[Lesson]:
    """The codes that coders disagreed about, the one that causes most disagreement first.

    Parameters
    ----------
    comparison, disagreements
        What is to be decided, and the same as a ranked table (`rank_disagreements`), in the same order.
    shares
        Of the observed disagreement, over the same comparison.
    day
        The date that drafts bear.

    Returns
    -------
    One `Lesson` for each code with a disagreement, by its share of the observed disagreement, then by the number of
    disagreements, then in codebook order. `stood` and `fell` count decided disagreements (those about a direction left out) that
    left a passage with the code in the consensus, or none. The draft adds to the key that the commonest kind of disagreement
    speaks to: `exclude` where two codes are taken for each other, `full_definition` for borders and directions, `include` where
    one coder left the passage out (`exclude` where the team took the code away more often than not); it holds the reasons of the
    team's decisions, and a blank for the wording. It is never applied by itself.
    """
    rulings = Rulings(comparison, decisions)
    entries = codebook.set_index("code")
    found: dict[str, Lesson] = {}
    ranks = disagreements["rank"].to_list()
    for number in sorted(range(len(comparison.disputes)), key=lambda at: ranks[at]):
        dispute = comparison.disputes[number]
        codes = [side.code for side in dispute.sides if side.code]
        kind = "other_code" if dispute.kind in OTHER else dispute.kind
        for code in dict.fromkeys(codes):
            label = str(entries.loc[code, "label"]) if code in entries.index else code
            lesson = found.setdefault(code, Lesson(code, label, shares.codes.get(code, float("nan"))))
            lesson.disputes.append(number)
            lesson.kinds[kind] += 1
            lesson.confused.update(other for other in codes if other != code)
            if not rulings.decided(dispute):
                lesson.open += 1
            elif dispute.kind != DIRECTION:
                stands = any(row.code == code for row in rulings.rows(dispute))
                lesson.stood += stands
                lesson.fell += not stands
    place = {code: at for at, code in enumerate(codebook["code"])}
    made = sorted(
        found.values(),
        key=lambda one: (
            -round(0.0 if isnan(one.share) else one.share, 12), -len(one.disputes), place.get(one.code, len(place)), one.code
        ),
    )  # fmt: skip
    reasons = dict(zip(decisions["decision"], decisions["reason"], strict=True))
    for lesson in made:
        if lesson.code in entries.index:
            _draft(lesson, comparison.disputes, rulings, reasons, entries.loc[lesson.code].to_dict(), codebook, day)
    return made


def _draft(
    lesson: Lesson,
    disputes: Sequence[Dispute],
    rulings: Rulings,
    reasons: Mapping[str, str],
    entry: Mapping[Any, Any],
    codebook: pd.DataFrame,
    day: str,
) -> None:
    """Fill in which key should change, what is added there, and the whole as YAML."""
    alone = lesson.kinds["presence"] + lesson.kinds["missed"]
    sizes = {
        "other_code": lesson.kinds["other_code"], DIRECTION: lesson.kinds[DIRECTION],
        "boundary": lesson.kinds["boundary"], "alone": alone,
    }  # fmt: skip
    cause = max(sizes, key=lambda name: sizes[name])  # of equals the first
    labels = dict(zip(codebook["code"], codebook["label"], strict=True))
    of_cause = {"alone": ("presence", "missed"), "other_code": OTHER}.get(cause, (cause,))
    mine = [disputes[number] for number in lesson.disputes if disputes[number].kind in of_cause]
    if cause == "other_code":
        other = min(lesson.confused, key=lambda code: (-lesson.confused[code], code))
        mine = [dispute for dispute in mine if other in {side.code for side in dispute.sides}]
        lesson.change = "exclude"
        begins = f"Passages for {labels.get(other, other)} (use {other}). How the two are told apart: "
    elif cause == DIRECTION:
        lesson.change, begins = "full_definition", "Direction: "
    elif cause == "boundary":
        lesson.change, begins = "full_definition", "Where a passage begins and ends: "
    else:
        kept = sum(any(row.code == lesson.code for row in rulings.rows(one)) for one in mine if rulings.decided(one))
        against = 2 * kept < sum(map(rulings.decided, mine))
        lesson.change = "exclude" if against else "include"
        begins = "Does not belong here: " if against else "Belongs here too: "
    said = [reasons.get(rulings.of(one)[0], "") for one in mine if rulings.decided(one)]
    words = " ".join(f"“{reason.strip()}”" for reason in dict.fromkeys(said) if reason.strip())
    lesson.text = f"{begins}{BLANK}" + (f" The team decided: {words}" if words else "")
    before = str(entry.get(lesson.change, ""))
    where = join(dispute.transcript for dispute in mine).replace(";", ", ")
    many = f"{len(mine)} disagreement{'s' * (len(mine) != 1)}"
    kinds = {"other_code": f"taken for {other}" if cause == "other_code" else "", DIRECTION: "about the direction",
             "boundary": "about where a passage ends", "alone": "on passages that one coder left out"}  # fmt: skip
    change = Redefine(
        do="redefine", code=lesson.code, reason=f"{many} {kinds[cause]} ({where})", by=SIGNATURE, date=day,
        because="; ".join(sorted(dispute.name for dispute in mine)),
    )  # fmt: skip
    edit = {"id": lesson.code, lesson.change: " ".join(part for part in (before, lesson.text) if part)}
    name, version = str(codebook["name"].iloc[0]), str(codebook["version"].iloc[0])
    lesson.yaml = (
        f"# DRAFT, not applied: for a copy of codebooks/{name}/{version}.yaml, as {next_version(version)}.yaml.\n"
        f"# Word it, sign it, and change this key of the code; all its other keys stay as they are.\n"
        + snippet_yaml([change], [edit])
    )


def lessons_table(found: Sequence[Lesson]) -> pd.DataFrame:
    """The lessons as table `report_codebook_lessons`, in their order; no participant's words are in it."""
    return TABLES["report_codebook_lessons"].shape(
        [
            {
                "code": one.code, "label": one.label, "disagreements": len(one.disputes), "open": one.open,
                **{kind: one.kinds[kind] for kind in KINDS}, "observed_share": one.share, "stood": one.stood,
                "fell": one.fell, "confused_with": join(f"{code}:{many}" for code, many in one.confused.items()),
                "change": one.change, "draft": one.text,
            }
            for one in found
        ]
    )  # fmt: skip

"""One coder against another, or against the consensus: by round and code, over units and over passages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from qualcode.agreement.groups import REFLEXIVE
from qualcode.agreement.study import measure_study
from qualcode.agreement.units import Spans as Stretches
from qualcode.agreement.units import is_done, stretch_of, union
from qualcode.review.matching import CODE, Mark, marks_of, match_marks
from qualcode.tables import TABLES, join

CONSENSUS = "consensus"
FOUND, OTHER_PASSAGE, OTHER_CODE, LEFT, BEYOND = "found", "other_passage", "other_code", "missed", "beyond"


@dataclass(frozen=True)
class Ground:
    """The tables of a study that training is measured on, and its settings of agreement.

    `splits` are codings that wait for a choice; `undecided` rows of `report_disagreements` that nobody decided; `measures` the
    fields of `agreement.prepared.Measures` that hold (unit, rule, uncoded …).
    """

    codings: pd.DataFrame
    assignments: pd.DataFrame
    segments: pd.DataFrame
    turns: pd.DataFrame
    transcripts: pd.DataFrame
    texts: Mapping[str, str]
    codebook: pd.DataFrame
    splits: pd.DataFrame
    consensus: pd.DataFrame = field(default_factory=TABLES["consensus"].empty)
    undecided: pd.DataFrame = field(default_factory=TABLES["report_disagreements"].empty)
    more_units: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    measures: Mapping[str, object] = field(default_factory=dict)
    match: float = 0.5

    def human(self) -> pd.DataFrame:
        return self.codings[self.codings["origin"] != "machine"]

    def read(self, coder: str, round_: str) -> dict[str, list[tuple[int, int]]]:
        """What a coder read in a round ("": in any), as stretches by transcript."""
        found: dict[str, list[tuple[int, int]]] = {}
        for line in self.assignments.to_dict("records"):
            fits = line["coder"] == coder and round_ in ("", line["round"])
            if fits and is_done(line["done"]) and line["transcript"] in self.texts:
                found.setdefault(str(line["transcript"]), []).append(stretch_of(line, self.texts))
        if not len(self.assignments):
            mine = self.human()
            for name in sorted(set(mine["transcript"][mine["coder"] == coder]) & set(self.texts)):
                found[name] = [(0, len(self.texts[name]))]
        return {name: union(each) for name, each in sorted(found.items())}


@dataclass(frozen=True)
class Passage:
    """One passage of two people: what `against` coded there (`theirs`), what the coder did (`mine`), and how they meet."""

    transcript: str
    kind: str
    theirs: Mark | None
    mine: Mark | None

    @property
    def code(self) -> str:
        """The code under which it is counted: that of `against`, where there is one."""
        one = self.theirs or self.mine
        assert one is not None
        return one.code


def rounds_of(assignments: pd.DataFrame, coder: str) -> list[str]:
    """The rounds in which a coder read something, numbers in their order; [""] where none is named."""
    done = assignments[(assignments["coder"] == coder) & assignments["done"].map(is_done).astype(bool)]
    named = {str(one) for one in done["round"]} or {""}
    return sorted(named, key=lambda one: [(not part.isdigit(), part.zfill(9)) for part in re.findall(r"\d+|\D+", one)])


def _both_read(ground: Ground, coder: str, against: str, round_: str) -> dict[str, list[tuple[int, int]]]:
    """What the coder read in the round and `against` at all; of the consensus: what somebody else read too."""
    mine = ground.read(coder, round_)
    if against == CONSENSUS:
        others = sorted({*ground.assignments["coder"], *ground.human()["coder"]} - {coder})
        theirs: dict[str, list[tuple[int, int]]] = {}
        for other in others:
            for name, each in ground.read(other, "").items():
                theirs[name] = union(theirs.get(name, []) + each)
    else:
        theirs = ground.read(against, "")
    found = {}
    for name, each in mine.items():
        common = [
            (max(a, c), min(b, d)) for a, b in each for c, d in theirs.get(name, []) if max(a, c) < min(b, d)
        ]  # fmt: skip
        if common:
            found[name] = common
    return found


def compare_passages(ground: Ground, coder: str, against: str, round_: str) -> list[Passage]:
    """The passages of two people in what both read, one to one (`review.matching`), by place.

    Found is what the consensus takes for the same reading: the same code on passages with `consensus.match` of the shorter in
    common; with less in common it is another passage of that code.

    Codings of which less than half lies in what both read are left out, and against the consensus also those of a code that a
    disagreement at that place leaves open.
    """
    human = ground.human()
    theirs = (
        ground.consensus.assign(coder=CONSENSUS, memo="") if against == CONSENSUS else human[human["coder"] == against]
    )
    mine = human[human["coder"] == coder]
    found: list[Passage] = []
    for name, stretches in _both_read(ground, coder, against, round_).items():
        text = ground.texts[name]
        held = _open_places(ground, name) if against == CONSENSUS else []
        a, b = (
            [
                mark
                for mark in marks_of(rows[rows["transcript"] == name], text)
                if _half_inside(mark, stretches) and not any(_held(mark, *one) for one in held)
            ]
            for rows in (theirs, mine)
        )
        pairs = match_marks(a, b, match=ground.match)
        taken = {mark.coding for pair in pairs for mark in pair[:2]}
        for one, other, how in pairs:
            near = FOUND if one.meets(other, ground.match) else OTHER_PASSAGE
            found.append(Passage(name, OTHER_CODE if how == CODE else near, one, other))
        found += [Passage(name, LEFT, mark, None) for mark in a if mark.coding not in taken]
        found += [Passage(name, BEYOND, None, mark) for mark in b if mark.coding not in taken]
    return sorted(found, key=lambda one: (one.transcript, (one.theirs or one.mine).start, one.code, one.kind))  # type: ignore[union-attr]


def _open_places(ground: Ground, transcript: str) -> list[tuple[int, int, frozenset[str]]]:
    rows = ground.undecided[ground.undecided["transcript"] == transcript].to_dict("records")
    return [(int(row["start"]), int(row["end"]), frozenset({row["code_a"], row["code_b"]})) for row in rows]


def _held(mark: Mark, start: int, end: int, codes: frozenset[str]) -> bool:
    return mark.code in codes and min(end, mark.end) > max(start, mark.start)


def _half_inside(mark: Mark, stretches: Stretches) -> bool:
    covered = sum(max(0, min(end, mark.end) - max(start, mark.start)) for start, end in stretches)
    return 2 * covered >= mark.end - mark.start


# ---------------------------------------------------------------- the table


def training_table(ground: Ground, pairs: Sequence[tuple[str, str]], *, approach: str = "codebook") -> pd.DataFrame:
    """Each coder against each other side, in each round, over all codes together (passages only) and by code.

    Parameters
    ----------
    pairs
        (coder, against); `against` a coder or `consensus`.
    approach
        `reflexive`: the coefficients stay empty, with the reason.

    Returns
    -------
    Table `report_training`, in the order of `pairs`, rounds and the codebook. Over units (`agreement.unit`): percent agreement,
    positive agreement (of what either coded, the part both did) and Cohen's kappa; then how many passages of `against` the coder
    found, marked with little in common, gave another code, or left, and how many of the coder's stand for none.
    """
    rows: list[dict[str, object]] = []
    labels = dict(zip(ground.codebook["code"], ground.codebook["label"], strict=True))
    for coder, against in pairs:
        for round_ in rounds_of(ground.assignments, coder):
            passages = compare_passages(ground, coder, against, round_)
            units = _by_units(ground, coder, against, round_)
            head = {"coder": coder, "against": against, "round": round_}
            used = {one.code for one in passages} | set(units)
            order = list(labels) if labels else sorted(used)
            if used:
                rows.append(head | {"label": "All codes"} | _passages(passages))
            for code in [*(code for code in order if code in used), *sorted(used - set(order))]:
                mine = [one for one in passages if one.code == code]
                row = head | {"code": code, "label": labels.get(code, code)} | units.get(code, {}) | _passages(mine)
                if approach == "reflexive":
                    row |= dict.fromkeys(("percent_agreement", "positive_agreement", "cohen_kappa")) | {
                        "reason": REFLEXIVE
                    }
                rows.append(row)
    return TABLES["report_training"].shape(rows)


def _passages(found: Sequence[Passage]) -> dict[str, object]:
    counts: dict[str, object] = {"n_transcripts": len({one.transcript for one in found})}
    for kind in (FOUND, OTHER_PASSAGE, OTHER_CODE, LEFT, BEYOND):
        counts[kind] = sum(one.kind == kind for one in found)
    return counts


def _by_units(ground: Ground, coder: str, against: str, round_: str) -> dict[str, dict[str, object]]:
    """Agreement over units of each code that either used."""
    both = _both_read(ground, coder, against, round_)
    rows: list[dict[Any, Any]] = []
    for line in ground.assignments.to_dict("records"):
        if line["coder"] == coder and round_ in ("", line["round"]) and line["transcript"] in both:
            rows.append(line)
        elif line["coder"] == against and line["transcript"] in both:
            rows.append({**line, "round": round_})
    codings, splits = ground.codings, ground.splits
    if against == CONSENSUS:
        made = ground.consensus.assign(coder=CONSENSUS, origin="human")
        codings = pd.concat([codings, made]) if len(made) else codings
        head: dict[Any, Any] = {"coder": CONSENSUS, "round": round_, "saw": "", "codes": "", "done": "yes"}
        rows += [
            {**head, "transcript": name, "start": start, "end": end}
            for name, each in both.items()
            for start, end in each
        ]
        if len(ground.undecided):
            held = ground.undecided[["transcript", "start", "end"]].assign(
                coder=CONSENSUS, origin="human", status="open",
                candidates=[join([a, b]) for a, b in zip(ground.undecided["code_a"], ground.undecided["code_b"], strict=True)],
            )  # fmt: skip
            splits = pd.concat([splits, held]) if len(splits) else held
    if not rows and len(ground.assignments):
        return {}
    assignments = TABLES["assignments"].shape(pd.DataFrame(rows))
    measures: dict[str, Any] = {
        **ground.measures,
        "units": (),
        "coders": (coder, against),
        "rounds": (),
        "ci": "none",
        "sides": (),
    }
    measures |= {"uncoded": "include", "coefficients": ()}
    by_code = measure_study(
        codings, assignments, ground.segments, ground.turns, ground.transcripts, ground.texts, ground.codebook,
        splits=TABLES["splits"].shape(splits), more_units=ground.more_units, **measures,
    ).by_code  # fmt: skip
    found: dict[str, dict[str, object]] = {}
    first, second = ("only_coder", "only_against") if coder < against else ("only_against", "only_coder")
    for line in by_code[by_code["scope"] == "code"].to_dict("records"):
        code = str(line["code"])
        if line["coefficient"] == "percent_agreement" and line["n_coded"]:
            row = found.setdefault(code, {})
            row |= {name: line[name] for name in ("n_units", "both", "neither", "positive_agreement")}
            row |= {first: line["only_a"], second: line["only_b"], "percent_agreement": line["estimate"]}
        elif line["coefficient"] == "cohen_kappa" and code in found:
            found[code] |= {
                "cohen_kappa": line["estimate"], "reason": line["reason"] if pd.isna(line["estimate"]) else ""
            }  # fmt: skip
    return found


def coders_of(ground: Ground) -> list[str]:
    """Everybody who read or coded something, sorted; machines left out."""
    return sorted({*ground.assignments["coder"], *ground.human()["coder"]} - {""})


def wanted_pairs(ground: Ground, against: Sequence[str]) -> list[tuple[str, str]]:
    """Every coder with every side of `training.against` but themselves."""
    return [(coder, side) for side in against for coder in coders_of(ground) if coder != side]


__all__ = ["CONSENSUS", "Ground", "Passage", "compare_passages", "rounds_of", "training_table", "wanted_pairs"]

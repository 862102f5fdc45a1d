"""Differences between codes, coders, rounds and groups, with intervals from resamples that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.groups import THESE, Plan, open_eyes
from qualcode.agreement.intervals import COVER, UNDEFINED_BOUND
from qualcode.agreement.kernel import Floats
from qualcode.agreement.layer import Entry, Estimates, Layer, Weights
from qualcode.agreement.sweep import Coded
from qualcode.agreement.units import DEPENDENT

ALPHA = "krippendorff_alpha"
AT_ONCE = 400  # differences held at once
MOST = 250  # codes, pairs of coders … of one kind that are compared each with each


@dataclass(frozen=True)
class Target:
    """What is compared within one kind: the coders and runs that its number is taken over, one code or (empty) all pooled."""

    kind: str
    about: str
    values: NDArray[np.int8]  # runs x coders x codes, -1 in runs that do not belong to it
    code: str = ""


def target(kind: str, about: str, coded: Coded, group: Sequence[str], runs: NDArray[np.bool_] | None = None) -> Target:
    """The coded table of some coders over some runs, without what was read after seeing another's codings."""
    seats = [coded.coders.index(coder) for coder in group]
    out = ~open_eyes(coded, group)
    if coded.universe == "assumed" and len(coded.transcript):
        out &= np.all(coded.has_codings[:, seats], axis=1)[coded.transcript]
    if runs is not None:
        out &= runs
    return Target(kind, about, np.where(out[:, None, None], coded.values[:, seats, :], np.int8(-1)))


def differences(
    coded: Coded, entries: Sequence[Entry], plan: Plan, targets: Sequence[Target]
) -> list[dict[str, object]]:
    """Differences of alpha between each two targets of one kind, and between each two codes of targets of kind `code`.

    Returns
    -------
    Rows of table report_agreement_differences without the columns that name unit and rule. Limits are percentiles of the
    difference over resamples that both numbers share; without `ci: bootstrap`, or where nothing is drawn, they are empty.
    """
    layers = [Layer(one.values, coded.transcript, coded.weight, entries, uncoded=plan.uncoded) for one in targets]
    there = [(one, layer) for one, layer in zip(targets, layers, strict=True) if len(layer.kept)]
    if not there:
        return []
    runs = np.unique(np.concatenate([layer.kept for _, layer in there]))
    draw = _Draw(coded, runs, plan)
    found: dict[str, list[tuple[str, float, Floats | None]]] = {}
    for one, layer in there:
        point = Estimates(layer, layer.point())
        drawn = Estimates(layer, draw.weights(layer)) if draw.times else None
        codes = [
            at for at, entry in enumerate(entries) if entry.scope == "code" and not np.isnan(point.of(at, ALPHA)[0])
        ]  # fmt: skip
        mine = found.setdefault(one.kind, [])
        if one.kind == "code":
            mine += [
                (entries[at].code, float(point.of(at, ALPHA)[0]), drawn.of(at, ALPHA) if drawn else None)
                for at in codes
            ]  # fmt: skip
        elif codes:
            value = float(point.over(ALPHA, "pooled", codes)[0])
            mine.append((one.about, value, drawn.over(ALPHA, "pooled", codes) if drawn else None))
    return [row for kind, each in found.items() for row in _rows(kind, each, draw)]


class _Draw:
    """Resamples of transcripts, or of units where the transcripts are too few, over all runs that any target counts."""

    def __init__(self, coded: Coded, runs: NDArray[np.intp], plan: Plan) -> None:
        self.runs, self.coded = runs, coded
        self.clusters = np.unique(coded.transcript[runs])
        shape = Layer.plan_of(
            len(self.clusters), int(coded.weight[runs].sum()), plan.bootstrap, plan.resample, plan.seed
        )  # fmt: skip
        self.reason, self.these, self.label = shape.refused, shape.these, shape.label
        if shape.these and coded.unit in DEPENDENT:
            self.reason = f"{coded.unit}s of one passage hang together: none is drawn by itself"
        wanted = plan.ci == "bootstrap" and plan.resample != "pairs" and not self.reason
        self.times = plan.bootstrap if wanted else 0
        rng = np.random.default_rng(plan.seed)
        self.by_cluster = shape.how == "cluster"
        if not wanted:
            return
        if self.by_cluster:
            many = len(self.clusters)
            self._of = rng.multinomial(many, np.full(many, 1 / many), size=self.times).astype(np.float64)
        else:
            weight = coded.weight[runs]
            self._of = rng.multinomial(int(weight.sum()), weight / weight.sum(), size=self.times).astype(np.float64)

    def weights(self, layer: Layer) -> Weights:
        if self.by_cluster:
            at = np.searchsorted(self.clusters, layer.transcript)
            return Weights(self._of, layer.members(at, len(self.clusters)))
        one = np.zeros((len(self.runs), len(layer.rows)))
        one[np.searchsorted(self.runs, layer.kept), layer.of_run] = 1
        return Weights(self._of @ one)


def _rows(kind: str, each: Sequence[tuple[str, float, Floats | None]], draw: _Draw) -> list[dict[str, object]]:
    if len(each) > MOST:
        many = f"{len(each)} of this kind: too many to compare each two (at most {MOST})"
        return [{"kind": kind, "coefficient": ALPHA, "reason": many}]
    pairs = list(combinations(range(len(each)), 2))
    out: list[dict[str, object]] = []
    for start in range(0, len(pairs), AT_ONCE):
        part = pairs[start : start + AT_ONCE]
        limits = _limits(np.stack([each[a][2] - each[b][2] for a, b in part])) if draw.times else None  # type: ignore[operator]
        for at, (a, b) in enumerate(part):
            row: dict[str, object] = {
                "kind": kind, "a": each[a][0], "b": each[b][0], "coefficient": ALPHA, "estimate_a": each[a][1],
                "estimate_b": each[b][1], "difference": each[a][1] - each[b][1], "reason": draw.reason or draw.these,
            }  # fmt: skip
            if limits is not None:
                low, high, undefined = (float(of[at]) for of in limits)
                ends = ("ci_these_low", "ci_these_high") if draw.these else ("ci_low", "ci_high")
                row |= {ends[0]: low, ends[1]: high, "undefined": int(undefined)}
                row["ci_method"] = f"{THESE}: {draw.label}" if draw.these else draw.label
                if np.isnan(low):
                    many = f"{undefined:.0f} of {draw.times} resamples are undefined"
                    row["reason"] = "; ".join(part for part in (draw.these, f"too little variation: {many}") if part)
            out.append(row)
    return out


def _limits(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Percentile limits of each row, and its undefined values; NaN where these are too many."""
    ordered = np.sort(values, axis=1)  # NaN last
    undefined = np.isnan(values).sum(axis=1)
    defined = values.shape[1] - undefined
    too_many = undefined > UNDEFINED_BOUND * values.shape[1]
    ends = []
    for share in ((1 - COVER) / 2, (1 + COVER) / 2):
        at = share * np.maximum(defined - 1, 0)
        low = np.floor(at).astype(int)
        high = np.minimum(low + 1, np.maximum(defined - 1, 0))
        rows = np.arange(len(values))
        value = ordered[rows, low] + (at - low) * (ordered[rows, high] - ordered[rows, low])
        ends.append(np.where(too_many, np.nan, value))
    return ends[0], ends[1], undefined.astype(np.float64)

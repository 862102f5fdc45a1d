"""The rows of one group of coders: estimates with intervals by code and over all codes, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.intervals import (
    Interval,
    Resampling,
    analytic_interval,
    bca_interval,
    jackknife_interval,
    jackknife_variance,
    pairs_interval,
    percentile_interval,
    share_below,
    too_rare,
)
from qualcode.agreement.kernel import Floats, Patterns, estimate, krippendorff_alpha
from qualcode.agreement.layer import SETS, Entry, Estimates, Layer, sums_of
from qualcode.agreement.sweep import Coded
from qualcode.agreement.units import DEPENDENT
from qualcode.agreement.waiting import said

REFLEXIVE = "approach reflexive: agreement coefficients are switched off"
SAW = "the second coder saw the first coder's codes"
ONE_TRANSCRIPT = "one transcript: no interval"
NEVER_USED = "none of these coders used the code in these units"
NO_CODE = "no code can be estimated"
THESE = "these transcripts only"
THRESHOLDS = {"below_667": 0.667, "below_800": 0.8}  # of alpha: Krippendorff 2019
ALPHAS = ("krippendorff_alpha", SETS)
WITHOUT_CHANCE = ("percent_agreement",)
OF_TWO = ("percent_agreement", "cohen_kappa", "krippendorff_alpha")
OF_MORE = ("percent_agreement", "mean_pairwise_cohen_kappa", "krippendorff_alpha")
FURTHER = ("scott_pi", "fleiss_kappa", "conger_kappa", "brennan_prediger", "gwet_ac1")
TWO_ONLY = ("cohen_kappa", "scott_pi")
FEW = 5  # with fewer units coded by anybody a code is too rare to say much of


@dataclass(frozen=True)
class Plan:
    """How agreement is measured: the settings of `agreement.*` that concern numbers."""

    ci: str = "bootstrap"
    interval: str = "percentile"
    bootstrap: int = 1000
    resample: str = "auto"
    seed: int = 1
    reflexive: bool = False
    coefficients: tuple[str, ...] = ()  # beside the usual
    thresholds: tuple[float, ...] = ()
    uncoded: str = "include"

    def of(self, coders: int) -> tuple[str, ...]:
        """The coefficients that so many coders have."""
        if coders == 1:
            return "percent_agreement", "krippendorff_alpha"
        usual = OF_TWO if coders == 2 else OF_MORE
        return (*usual, *(name for name in self.coefficients if coders == 2 or name not in TWO_ONLY))


@dataclass
class Measured:
    """One coefficient to be: its point estimate, or why there is none, and its interval."""

    row: dict[str, object]
    value: float = float("nan")
    reason: str = ""
    note: str = ""  # said beside an estimate
    these: str = ""  # why the interval speaks of these transcripts only
    below: dict[str, object] = field(default_factory=dict)  # share of resamples under each threshold
    interval: Interval = field(default_factory=Interval)
    analytic: Callable[[], Interval] | None = None
    rare: Callable[[], str] | None = None  # why an interval that draws nothing is not to be relied on
    undefined: int | None = None  # resamples
    remarks: list[str] = field(default_factory=list)
    last: str = ""  # said at the end, whether there is an estimate or not

    def done(self) -> dict[str, object]:
        out = dict(self.row) | self.below
        parts = (self.reason, self.last) if self.reason else (self.note, self.these, self.interval.reason, self.last)
        out |= {
            "estimate": self.value,
            "ci_method": self.interval.method,
            "reason": "; ".join(part for part in parts if part),
            "undefined": self.undefined,
            "remarks": "; ".join(self.remarks),
        }
        low, high = ("ci_these_low", "ci_these_high") if self.these else ("ci_low", "ci_high")
        return out | {low: self.interval.low, high: self.interval.high}


class Group:
    """The rows of one group of coders.

    Parameters
    ----------
    coded
        The coded table of all coders.
    group
        Those to compare.
    codes
        Whether each code gets rows; else there are rows over all codes alone.
    """

    def __init__(
        self, coded: Coded, group: tuple[str, ...], entries: Sequence[Entry], plan: Plan, *, codes: bool
    ) -> None:
        self.entries, self.group, self.options = entries, group, plan
        self.unit, self.universe = coded.unit, coded.universe
        self.names, self.with_codes = plan.of(len(group)), codes
        waits = [coded.waits[coder] for coder in group if coder in coded.waits]
        self.unaligned = said([one for one in waits if not one.some])  # why there is no coefficient
        self.partly = said([one for one in waits if one.some])  # whose units are left out
        seats = [coded.coders.index(coder) for coder in group]
        if coded.universe == "assumed" and len(coded.transcript):
            everyone: NDArray[np.bool_] = np.all(coded.has_codings[:, seats], axis=1)
            coded = coded.where(everyone[coded.transcript])
        values = coded.values[:, seats, :]
        self.all = Layer(values, coded.transcript, coded.weight, entries, uncoded=plan.uncoded)
        self.blind, self.seen = self.all, 0
        hidden_runs = open_eyes(coded, group)
        if hidden_runs.any():
            hidden = np.where(hidden_runs[:, None, None], np.int8(-1), values)
            self.blind = Layer(hidden, coded.transcript, coded.weight, entries, uncoded=plan.uncoded)
            self.seen = self.all.units - self.blind.units
        self._points = {id(layer): Estimates(layer, layer.point()) for layer in (self.all, self.blind)}
        self.single: dict[tuple[int, str], Measured] = {}
        self.together: dict[tuple[str, str], Measured] = {}
        self._measure()

    def layer(self, name: str) -> Layer:
        return self.all if name in WITHOUT_CHANCE else self.blind

    def points(self, name: str) -> Estimates:
        return self._points[id(self.layer(name))]

    @property
    def by_code(self) -> list[dict[str, object]]:
        return [measured.done() for measured in self.single.values()] if self.with_codes else []

    @property
    def overall(self) -> list[dict[str, object]]:
        return [measured.done() for measured in self.together.values()]

    # ------------------------------------------------------------ points

    def _measure(self) -> None:
        for at, entry in enumerate(self.entries):
            for name in self.names:
                self.single[at, name] = self._point(at, entry, name)
        for name in self.names:
            for scope in ("pooled", "mean") if self.with_codes else ("pooled",):
                self.together[name, scope] = self._pooled_or_mean(name, scope)
        if self.with_codes:
            self.together[SETS, "sets"] = self._sets()
        ci = self.options.ci
        if ci == "bootstrap" and self.options.resample != "pairs":
            self._resample()
        elif ci == "bootstrap":
            self._pairs()
        elif ci == "analytic":
            self._analytic()

    def nothing(self, name: str, units: int, seen_too: int) -> str:
        """Why there is no number, where there is none for any code."""
        if self.options.reflexive:
            return REFLEXIVE
        if len(self.group) < 2:
            return f"one coder only ({', '.join(self.group)})"
        if self.unaligned:
            return self.unaligned
        if name not in WITHOUT_CHANCE and not units and seen_too:
            return SAW
        if not units and self.universe == "assumed":
            return "there is no transcript in which each of these coders has a coding"
        if not units and self.options.uncoded == "exclude":
            return "none of these coders coded anything that two of them were to read"
        return "" if units else "there is no unit that two of these coders were to read and have read"

    def _beside(self, name: str) -> str:
        """What is said beside an estimate that leaves units out."""
        seen = f"{self.seen} units left out: {SAW}" if name not in WITHOUT_CHANCE and self.seen else ""
        return "; ".join(part for part in (self.partly, seen) if part)

    def _point(self, at: int, entry: Entry, name: str) -> Measured:
        layer, block = self.layer(name), self.layer(name).blocks[at]
        units, transcripts = layer.counted(at)
        row: dict[str, object] = {
            "code": entry.code, "label": entry.label, "coefficient": name, "scope": entry.scope,
            "n_units": units, "n_transcripts": transcripts, "n_coded": layer.used(at),
        }  # fmt: skip
        if len(self.group) == 2:
            counts = self.all.cells(at)
            row |= counts
            if not self.options.reflexive:
                row |= two_by_two(**counts)
                if self.seen:  # a kappa by another name
                    row.pop("pabak", None)
        made = Measured(row, note=self._beside(name))
        made.reason = self.nothing(name, units, self.all.counted(at)[0])
        if made.reason:
            return made
        if not row["n_coded"]:
            made.reason = NEVER_USED
            return made
        made.value = float(self.points(name).of(at, name)[0])
        if np.isnan(made.value):
            made.reason = "no variation: each of these coders applied the code to every unit"
            if self.points(name).sums[at].varies[0]:
                made.reason = "not defined: no disagreement can be expected by chance"
        else:
            times = self.points(name).sums[at].weights[0].astype(np.int64)
            made.analytic = lambda: analytic_interval(name, block, times)
            if name not in WITHOUT_CHANCE:
                made.rare = lambda: too_rare(block, times)
        return made

    def codes(self, name: str) -> list[int]:
        """The codes that enter an overall figure: each one's own codings, where the coefficient is defined."""
        return [
            at
            for at, entry in enumerate(self.entries)
            if entry.scope == "code" and not np.isnan(self.single[at, name].value)
        ]

    def _pooled_or_mean(self, name: str, scope: str) -> Measured:
        layer, codes = self.layer(name), self.codes(name)
        row: dict[str, object] = {
            "coefficient": name, "scope": scope, "n_units": layer.units, "n_transcripts": len(layer.clusters),
            "codes": len(codes),
        }  # fmt: skip
        made = Measured(row, note=self._beside(name))
        made.reason = self.nothing(name, layer.units, self.all.units)
        if not made.reason and not codes:
            made.reason = NO_CODE
        if not made.reason:
            made.value = float(self.points(name).over(name, scope, codes)[0])
        return made

    def _sets(self) -> Measured:
        layer = self.blind
        pairable = (layer.sets.codes[layer.of_run] >= 0).sum(axis=1) >= 2
        units = int(layer.weight[pairable].sum())
        row: dict[str, object] = {
            "coefficient": SETS, "scope": "sets", "n_units": units,
            "n_transcripts": len(np.unique(layer.transcript[pairable])),
            "codes": sum(entry.scope == "code" for entry in self.entries),
        }  # fmt: skip
        made = Measured(row, note=self._beside(SETS))
        made.reason = self.nothing(SETS, units, self.all.units)
        if made.reason:
            return made
        made.value = float(layer.sets_alpha(layer.point())[0])
        if np.isnan(made.value):
            made.reason = "no variation: every unit has the same set of codes"
        else:
            made.analytic = lambda: analytic_interval(SETS, layer.sets, layer.times)
        return made

    def by_transcript(self, names: Sequence[str]) -> list[dict[str, object]]:
        """All codes pooled, in each transcript that two coders read: the sums of one, where a resample has those of many."""
        out: list[dict[str, object]] = []
        for name in self.names:
            if name == "mean_pairwise_cohen_kappa":
                continue
            layer = self.layer(name)
            if not len(layer.clusters):
                continue
            values, codes = Estimates(layer, layer.each_transcript()).pooled_where_used(name)
            units = np.bincount(layer.transcript, weights=layer.weight).astype(int)
            for at, value in enumerate(values.tolist()):
                value = float("nan") if self.unaligned else value
                reason = NO_CODE if np.isnan(value) else ONE_TRANSCRIPT if self.options.ci != "none" else ""
                reason = "; ".join(part for part in (self.unaligned or reason, self.partly) if part)
                transcript = int(layer.clusters[at])
                out.append({
                    "coefficient": name, "about": names[transcript], "n_units": int(units[transcript]), "n_transcripts": 1,
                    "estimate": float("nan") if self.options.reflexive else value,
                    "reason": REFLEXIVE if self.options.reflexive else reason, "codes": int(codes[at]),
                })  # fmt: skip
        return sorted(out, key=lambda row: str(row["about"]))

    # ------------------------------------------------------------ intervals

    def _resample(self) -> None:
        """The same resamples for every code and every overall figure of a layer."""
        options = self.options
        for layer in {id(self.all): self.all, id(self.blind): self.blind}.values():
            mine = {key: made for key, made in self.single.items() if self.layer(key[1]) is layer and not made.reason}
            over = {key: made for key, made in self.together.items() if self.layer(key[0]) is layer and not made.reason}
            wanted = [*mine.values(), *over.values()] if self.with_codes else list(over.values())
            if not wanted:
                continue
            plan = layer.plan(
                options.bootstrap, options.resample, options.seed, jackknife=options.interval == "jackknife"
            )
            refused = plan.refused
            if not refused and plan.these and self.unit in DEPENDENT:
                refused = f"{self.unit}s of one passage hang together: none is drawn by itself"
            if refused:
                for made in wanted:
                    made.interval, made.these = Interval(reason=refused), plan.these
                continue
            without = None
            if options.interval != "percentile":
                weights, times = layer.without_one(plan)
                without = Estimates(layer, weights), times
            drawn = None if options.interval == "jackknife" else Estimates(layer, layer.drawn(plan))
            for (at, name), made in mine.items() if self.with_codes else ():
                self._interval(made, plan, drawn, without, partial(Estimates.of, at=at, name=name))
            for (name, scope), made in over.items():
                codes = [] if scope == "sets" else self.codes(name)
                self._interval(made, plan, drawn, without, partial(Estimates.over, name=name, scope=scope, codes=codes))
            if plan.how == "cluster" and self.unit not in DEPENDENT and self.with_codes:
                self._design_effects(layer, mine)

    def _interval(
        self,
        made: Measured,
        plan: Resampling,
        drawn: Estimates | None,
        without: tuple[Estimates, Floats] | None,
        value: Callable[[Estimates], Floats],
    ) -> None:
        made.these = plan.these
        label = f"{THESE}: {plan.label}" if plan.these else plan.label
        if drawn is None:
            assert without is not None
            made.interval = jackknife_interval(made.value, value(without[0]), without[1], label)
            if made.rare is not None and plan.how == "unit" and not made.interval.reason and made.rare():
                made.interval = Interval(method=label, reason=made.rare())
            return
        values = value(drawn)
        made.undefined = int(np.isnan(values).sum())
        if without is None:
            made.interval = percentile_interval(values, label)
        else:
            label = label.removesuffix("percentile") + "BCa"
            made.interval = bca_interval(values, label, made.value, value(without[0]), without[1])
        if made.row["coefficient"] in ALPHAS and not np.isnan(made.interval.low):
            made.below = {name: share_below(values, at) for name, at in THRESHOLDS.items()}
            made.below["below"] = "; ".join(
                f"{at:g}: {share_below(values, at):.3f}" for at in self.options.thresholds
            )  # fmt: skip

    def _design_effects(self, layer: Layer, mine: Mapping[tuple[int, str], Measured]) -> None:
        """How much wider whole transcripts make an interval than single units would: ratio of jackknife variances."""
        lead = [(at, made) for (at, name), made in mine.items() if name == "krippendorff_alpha"]
        if not lead:
            return
        weights, _ = layer.without_one(Resampling("cluster", 0, 0, ""))
        by_cluster = Estimates(layer, weights)
        clusters = len(weights.of)
        for at, made in lead:
            times = self.points("krippendorff_alpha").sums[at].weights[0]
            one_less = np.maximum(times - np.eye(len(times)), 0)
            single = estimate(krippendorff_alpha(sums_of(layer.blocks[at], one_less)))
            apart = jackknife_variance(by_cluster.of(at, "krippendorff_alpha"), np.ones(clusters))
            alone = jackknife_variance(single, times)
            if np.isfinite([apart, alone]).all() and alone > 0:
                made.row["design_effect"] = apart / alone

    def _pairs(self) -> None:
        layer = self.blind
        more = {"times": self.options.bootstrap, "seed": self.options.seed}
        for (at, name), made in self.single.items():
            if not made.reason and name == "krippendorff_alpha":
                block, times = layer.blocks[at], self.points(name).sums[at].weights[0].astype(np.int64)
                made.interval = pairs_interval(block, Patterns(block.codes, times, np.zeros(0, dtype=np.intp)), **more)
        for (_, scope), made in self.together.items():
            if not made.reason and scope == "sets":
                patterns = Patterns(layer.sets.codes, layer.times, np.zeros(0, dtype=np.intp))
                made.interval = pairs_interval(layer.sets, patterns, **more)
        for made in (*self.single.values(), *self.together.values()):
            if not made.reason and not made.interval.method:
                made.interval = Interval(reason="resampling pairs is for Krippendorff's alpha of one table only")

    def _analytic(self) -> None:
        for made in (*self.single.values(), *self.together.values()):
            if made.reason:
                continue
            made.interval = Interval(reason="no closed form over several codes: use the bootstrap")
            if made.analytic is not None:
                made.interval = made.analytic()
                if made.rare is not None and not made.interval.reason:
                    made.interval = replace(made.interval, reason=made.rare())


def two_by_two(both: int, only_a: int, only_b: int, neither: int) -> dict[str, object]:
    """What explains a kappa (Cicchetti and Feinstein 1990; Byrt, Bishop and Carlin 1993); little where nothing varies."""
    n, apart = both + only_a + only_b + neither, only_a + only_b
    out: dict[str, object] = {}
    if n:
        out = {"prevalence_index": (both - neither) / n, "bias_index": (only_a - only_b) / n}
    if apart or (both and neither):
        out["positive_agreement"] = 2 * both / (2 * both + apart)
        out["negative_agreement"] = 2 * neither / (2 * neither + apart)
        out["pabak"] = 2 * (both + neither) / n - 1
    return out


def open_eyes(coded: Coded, group: Sequence[str]) -> NDArray[np.bool_]:
    """Runs that a coder of the group read after seeing another's codings (or somebody's who is no coder here, as consensus)."""
    out = np.zeros(len(coded.weight), dtype=bool)
    for seat, first, last, names in coded.saw:
        coder = coded.coders[seat]
        if coder in group and any(name in set(group) - {coder} or name not in coded.coders for name in names):
            out[first:last] = True
    return out

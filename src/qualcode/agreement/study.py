"""Agreement of a study's coders: by code and over all codes, over the units that they were to read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.agreement.intervals import (
    Interval,
    Resampling,
    analytic_interval,
    choose,
    draws,
    pairs_interval,
    percentile_interval,
    share_below,
)
from qualcode.agreement.kernel import (
    COEFFICIENTS,
    Blocks,
    Floats,
    Pair,
    Patterns,
    Scale,
    Sums,
    distinct,
    estimate,
    krippendorff_alpha,
)
from qualcode.agreement.sets import set_distances
from qualcode.agreement.units import Reading, Units, cut_units, readings, units_covered
from qualcode.agreement.waiting import Waits, not_aligned, said
from qualcode.tables import TABLES, join, split

REFLEXIVE = "approach reflexive: agreement coefficients are switched off"
SAW = "the second coder saw the first coder's codes"
ONE_TRANSCRIPT = "one transcript: no interval"
PAIRS_IN_TABLES = ("cohen_kappa",)  # of pairs, where there are more coders
SETS = ("krippendorff_alpha_set",)
THESE = "these transcripts only"
NEVER_USED = "none of these coders used the code in these units"
THRESHOLDS = {"below_667": 0.667, "below_800": 0.8}  # of alpha: Krippendorff 2019
ALPHAS = ("krippendorff_alpha", "krippendorff_alpha_set")
CHANCE_CORRECTED = ("cohen_kappa", "mean_pairwise_cohen_kappa", "krippendorff_alpha", "krippendorff_alpha_set")
_BINARY = Scale(2)


@dataclass(frozen=True)
class Entry:
    """A row's code: its own codings (scope `code`), or together with those of all its children (`rolled_up`)."""

    code: str
    label: str
    scope: str
    members: tuple[int, ...]  # places of the codes in the coded table


@dataclass(frozen=True)
class Coded:
    """Who applied which code to which unit: `values[unit, coder, code]` is 1 or 0, -1 where the coder was not to say."""

    values: NDArray[np.int8]
    coders: tuple[str, ...]
    transcript: NDArray[np.intp]  # of each unit
    saw: tuple[tuple[frozenset[str], ...], ...] = ()  # [unit][coder]: whose codings were seen
    universe: str = "assigned"
    has_codings: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))  # transcript, coder


def agreement_tables(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    segments: pd.DataFrame,
    turns: pd.DataFrame,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    *,
    splits: pd.DataFrame | None = None,
    aligned: pd.DataFrame | None = None,
    unit: str = "segment",
    rule: str = "any_word",
    coders: Sequence[str] = (),
    rounds: Sequence[str] = (),
    ci: str = "bootstrap",
    bootstrap: int = 1000,
    resample: str = "auto",
    seed: int = 1,
    approach: str = "codebook",
    human_only: bool = True,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Agreement over all codes, on each code and by scope: `report_agreement`, `…_by_code` and `…_by_scope`.

    Parameters
    ----------
    codings, assignments, segments, turns, transcripts, codebook
        Tables. Where an assignment is done, silence is 0; where nobody was to read, missing. Without any assignments only
        transcripts count in which each of the coders compared has a coding (`universe: assumed`).
    texts
        The canonical text of each transcript.
    splits
        Table `splits`: where a coder's coding waits for somebody to choose between the codes that its own was split into,
        that coder is missing for each of these (unless given it there by another coding), never "not applied". Candidates
        `*`: a code of the coder's own that is not aligned to the codebook may become any code; where all of a coder's codings
        are such, rows with that coder are empty, with the reason, and where some are, the rows say so.
    aligned
        Table `report_alignment`: where one person aligned the codes of several coders, the rows say so.
    unit, rule
        `segment`, `turn` or `transcript`; when a span counts for a unit: `any_word`, `half_unit`, `chars:N`.
    coders, rounds
        Those to compare; none: all.
    ci, bootstrap, resample, seed
        Kind of interval (`bootstrap`, `analytic`, `none`), resamples, what is resampled, and the seed.
    approach
        Under `reflexive` every estimate is empty, with that reason.
    human_only
        Whether codings of origin `machine` are left out.

    Returns
    -------
    Rows in codebook order. Of two coders percent agreement, Cohen's kappa and Krippendorff's alpha; of more, percent and
    alpha over all, Cohen's kappa of each pair (`coders` is then `A;B`) and their mean. What cannot be estimated is NaN,
    with the reason. Under ten transcripts `ci_low, ci_high` are empty and `ci_these_low, ci_these_high` hold the bootstrap by
    unit, which speaks of these transcripts only. Over all codes: `pooled` (De Vries et al. 2008: mean observed and mean
    expected over codes), `mean` over
    estimable codes, `sets` (alpha with MASI over label sets). By scope, all codes pooled: each `pair` of more coders, all
    `without` one, and each `transcript`; `about` names the pair, the coder left out, the transcript.
    """
    if human_only:
        codings = codings[codings["origin"] != "machine"]
    names = sorted(name for name in transcripts["transcript"] if name in texts)
    entries, places = _entries(codebook, codings)
    read = readings(assignments, {name: texts[name] for name in names}, rounds=rounds) if len(assignments) else None
    waits = not_aligned(codings, splits, human_only)
    people = _coders(codings, read, coders, waits)
    if waits and not entries:  # no codebook yet, and nobody's codes are common
        head = {"unit": unit, "rule": rule, "universe": "assigned" if read is not None else "assumed", "n_units": 0}
        head["n_transcripts"] = 0
        return _nothing_common(people, waits, head | {"reason": REFLEXIVE} if approach == "reflexive" else head)
    if not people or not entries:
        return (
            TABLES["report_agreement"].empty(),
            TABLES["report_agreement_by_code"].empty(),
            TABLES["report_agreement_by_scope"].empty(),
        )
    units = cut_units(unit, segments=segments, turns=turns, transcripts=names, texts=texts)
    coded = _code_units(codings, units, names, people, places, read, _ancestors(codebook), rule)
    for coder, one in waits.items():
        if coder in people and not one.some:
            coded.values[:, people.index(coder), :] = -1
    if splits is not None and len(splits):
        _leave_open(coded, splits[splits["status"] == "open"], units, names, places, rule)
    used_rounds = join(assignments["round"][assignments["round"].isin(rounds)] if rounds else assignments["round"])
    head = {"unit": unit, "rule": rule, "universe": coded.universe, "round": used_rounds}
    plan = {"ci": ci, "bootstrap": bootstrap, "resample": resample, "seed": seed}
    overall: list[dict[str, object]] = []
    by_code: list[dict[str, object]] = []
    by_scope: list[dict[str, object]] = []
    reflexive = approach == "reflexive"
    for group in _groups(people):
        table = _Group(coded, group, entries, everybody=len(group) == len(people), **plan)  # type: ignore[arg-type]
        table.unaligned = said([waits[coder] for coder in group if coder in waits and not waits[coder].some])
        table.partly = said([waits[coder] for coder in group if coder in waits and waits[coder].some])
        table.measure(reflexive=reflexive)
        if splits is not None and len(splits):
            _note_recoded(table, splits)
        if aligned is not None and len(aligned):
            _note_aligned(table, aligned)
        common = {**head, "coders": join(group)}
        if len(group) == len(people) or len(group) == 2:
            kept = table.names if len(group) == len(people) else PAIRS_IN_TABLES
            overall += [{**common, **row} for row in table.overall if row["coefficient"] in (*kept, *SETS)]
            by_code += [{**common, **row} for row in table.by_code if row["coefficient"] in kept]
        pooled = [{**common, **row} for row in table.overall if row["scope"] == "pooled"]
        if len(group) == 2 < len(people):
            by_scope += [{**row, "scope": "pair", "about": join(group)} for row in pooled]
        if len(group) == len(people):
            rows = table.by_transcript(names, reflexive=reflexive)
            by_scope += [{**common, **row, "scope": "transcript"} for row in rows]
        if len(group) == len(people) - 1 > 1:
            left = join(set(people) - set(group))
            by_scope += [{**row, "scope": "without", "about": left} for row in pooled]
    place = {(entry.code, entry.scope): at for at, entry in enumerate(entries)}
    by_code.sort(key=lambda row: place[str(row["code"]), str(row["scope"])])
    order = {"pooled": 0, "mean": 1, "sets": 2}
    overall.sort(key=lambda row: order[str(row["scope"])])
    rank = {"pair": 0, "without": 1, "transcript": 2}
    by_scope.sort(key=lambda row: rank[str(row["scope"])])
    return (
        TABLES["report_agreement"].shape(overall),
        TABLES["report_agreement_by_code"].shape(by_code),
        TABLES["report_agreement_by_scope"].shape(by_scope),
    )


# ---------------------------------------------------------------- codes and coders


def _entries(codebook: pd.DataFrame, codings: pd.DataFrame) -> tuple[list[Entry], dict[str, int]]:
    """What gets rows, in codebook order, and the place of each code in the coded table."""
    if not len(codebook):
        used = sorted(set(codings["code"]))
        return [Entry(code, "", "code", (at,)) for at, code in enumerate(used)], {c: at for at, c in enumerate(used)}
    codes = codebook["code"].tolist()
    places = {code: at for at, code in enumerate(codes)}
    children: dict[str, list[str]] = {}
    for code, parent in zip(codes, codebook["parent"], strict=True):
        if parent:
            children.setdefault(parent, []).append(code)

    def below(code: str) -> Iterator[str]:
        yield code
        for child in children.get(code, []):
            yield from below(child)

    entries = []
    for code, label, kind in zip(codes, codebook["label"], codebook["kind"], strict=True):
        if code in children:
            entries.append(Entry(code, label, "rolled_up", tuple(sorted(places[name] for name in below(code)))))
        if kind != "theme" or code not in children:
            entries.append(Entry(code, label, "code", (places[code],)))
    return entries, places


def _ancestors(codebook: pd.DataFrame) -> dict[str, frozenset[str]]:
    parent = dict(zip(codebook["code"], codebook["parent"], strict=True))
    found = {}
    for code in parent:
        line, at = {code}, parent[code]
        while at and at not in line:
            line.add(at)
            at = parent.get(at, "")
        found[code] = frozenset(line)
    return found


def _nothing_common(
    people: tuple[str, ...], waits: Mapping[str, Waits], head: Mapping[str, object]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """The tables where there is no common code yet: overall rows that say so."""
    rows: list[dict[str, object]] = []
    for group in _groups(people) if len(people) > 1 else []:
        everybody = len(group) == len(people)
        if everybody or len(group) == 2:
            names = _names(len(group)) if everybody else PAIRS_IN_TABLES
            row = (
                {"reason": said([waits[coder] for coder in group if coder in waits])}
                | dict(head)
                | {"coders": join(group)}
            )
            rows += [row | {"coefficient": name, "scope": scope} for scope in ("pooled", "mean") for name in names]
            rows += [row | {"coefficient": SETS[0], "scope": "sets"}] if everybody else []
    rows.sort(key=lambda row: ("pooled", "mean", "sets").index(str(row["scope"])))
    by_code, by_scope = TABLES["report_agreement_by_code"], TABLES["report_agreement_by_scope"]
    return TABLES["report_agreement"].shape(rows), by_code.empty(), by_scope.empty()


def _names(coders: int) -> tuple[str, ...]:
    """The coefficients of a group of so many coders."""
    if coders < 2:
        return ("percent_agreement", "krippendorff_alpha")
    between = "cohen_kappa" if coders == 2 else "mean_pairwise_cohen_kappa"
    return ("percent_agreement", between, "krippendorff_alpha")


def _coders(
    codings: pd.DataFrame,
    read: Mapping[tuple[str, str], list[Reading]] | None,
    wanted: Sequence[str],
    waits: Mapping[str, Waits],
) -> tuple[str, ...]:
    """The coders to compare, sorted: those who read something, or who coded where nobody's reading is recorded."""
    if wanted:
        return tuple(sorted(set(wanted)))
    return tuple(sorted({coder for _, coder in read} if read is not None else {*codings["coder"], *waits}))


def _groups(people: Sequence[str]) -> list[tuple[str, ...]]:
    """All coders, and where they are more than two each pair and all but one."""
    pairs = combinations(people, 2) if len(people) > 2 else ()
    but_one = combinations(people, len(people) - 1) if len(people) > 3 else ()
    return [tuple(people), *pairs, *but_one]


# ---------------------------------------------------------------- spans to values


def _code_units(
    codings: pd.DataFrame,
    units: Mapping[str, Units],
    names: Sequence[str],
    people: tuple[str, ...],
    places: Mapping[str, int],
    read: Mapping[tuple[str, str], list[Reading]] | None,
    ancestors: Mapping[str, frozenset[str]],
    rule: str,
) -> Coded:
    first: dict[str, int] = {}
    total = 0
    for name in names:
        first[name] = total
        total += len(units[name])
    values = np.full((total, len(people), len(places)), -1, dtype=np.int8)
    transcript = np.repeat(np.arange(len(names)), [len(units[name]) for name in names])
    has_codings = np.zeros((len(names), len(people)), dtype=bool)
    seat = {coder: at for at, coder in enumerate(people)}
    row_of = {name: at for at, name in enumerate(names)}
    saw: list[list[frozenset[str]]] = [[frozenset()] * len(people) for _ in range(total)]
    spans: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    columns = (codings[name] for name in ("transcript", "coder", "code", "start", "end"))
    for name, coder, code, start, end in zip(*columns, strict=True):
        if name in first and coder in seat and code in places:
            spans.setdefault((name, coder, code), []).append((int(start), int(end)))
            has_codings[row_of[name], seat[coder]] = True
    if read is None:
        values[has_codings[transcript]] = 0
    else:
        for (name, coder), stretches in sorted(read.items()):
            if coder not in seat:
                continue
            block = slice(first[name], first[name] + len(units[name]))
            for one in stretches:
                inside = np.flatnonzero((units[name].start >= one.start) & (units[name].end <= one.end)) + block.start
                kept = [at for code, at in places.items() if not one.codes or one.codes & ancestors.get(code, {code})]
                values[inside[:, None], seat[coder], np.array(kept, dtype=np.intp)[None, :]] = 0
                if one.saw:
                    for row in inside.tolist():
                        saw[row][seat[coder]] |= one.saw
    for (name, coder, code), stretches_coded in sorted(spans.items()):
        covered = units_covered(stretches_coded, units[name], rule) + first[name]
        cell = values[covered, seat[coder], places[code]]
        values[covered, seat[coder], places[code]] = np.where(cell >= 0, 1, -1)  # outside what was to be read: missing
    return Coded(
        values,
        people,
        transcript,
        tuple(tuple(line) for line in saw),
        "assigned" if read is not None else "assumed",
        has_codings,
    )


def _leave_open(
    coded: Coded,
    open_: pd.DataFrame,
    units: Mapping[str, Units],
    names: Sequence[str],
    places: Mapping[str, int],
    rule: str,
) -> None:
    """Codes that an open split may yet give to a unit are missing for its coder there, where they are not given already."""
    first = dict(zip(names, np.cumsum([0, *(len(units[name]) for name in names)]).tolist(), strict=False))
    seat = {coder: at for at, coder in enumerate(coded.coders)}
    columns = (open_[name] for name in ("transcript", "coder", "candidates", "start", "end", "origin"))
    for name, coder, candidates, start, end, origin in zip(*columns, strict=True):
        if name not in first or coder not in seat or origin == "machine":
            continue
        covered = units_covered([(int(start), int(end))], units[name], rule) + first[name]
        coded.has_codings[names.index(name), seat[coder]] = True
        codes = np.array([places[code] for code in split(candidates) if code in places], dtype=np.intp)
        block = (covered[:, None], seat[coder], np.arange(len(places)) if candidates == "*" else codes)
        coded.values[block] = np.where(coded.values[block] == 1, 1, -1)


def _note_recoded(table: _Group, splits: pd.DataFrame) -> None:
    """Say in the rows of a code where one person chose, after a split, for the codings of several coders of the group."""
    decided = splits[(splits["status"] == "decided") & splits["coder"].isin(table.group)]
    for by, rows in decided.groupby("by"):
        if rows["coder"].nunique() > 1:
            codes = {code for cell in rows["candidates"] for code in split(cell)}
            _note(table, codes, f"{by} chose for the codings of {', '.join(sorted(set(rows['coder'])))} after a split")


def _note_aligned(table: _Group, aligned: pd.DataFrame) -> None:
    """The same where one person said what the own codes of several coders of the group are in the codebook."""
    decided = aligned[(aligned["status"] == "aligned") & aligned["coder"].isin(table.group)]
    for by, rows in decided.groupby("by"):
        if rows["coder"].nunique() > 1:
            coders = ", ".join(sorted(set(rows["coder"])))
            _note(table, set(rows["code"]), f"{by} aligned the codes of {coders} to the codebook")


def _note(table: _Group, codes: set[str], note: str) -> None:
    for row in [*table.overall, *(row for row in table.by_code if row["code"] in codes)]:
        row["reason"] = "; ".join(part for part in (str(row["reason"]), note) if part)


# ---------------------------------------------------------------- coefficients of one group of coders


@dataclass
class _Measured:
    """One coefficient to be: its point estimate, or why there is none, and its resampled values."""

    row: dict[str, object]
    value: float = float("nan")
    reason: str = ""
    note: str = ""  # said beside an estimate
    these: str = ""  # why the interval speaks of these transcripts only
    below: dict[str, float] = field(default_factory=dict)  # share of resamples under each threshold
    interval: Interval = field(default_factory=Interval)
    analytic: Callable[[], Interval] | None = None
    drawn: list[Floats] = field(default_factory=list)

    def done(self) -> dict[str, object]:
        out = dict(self.row) | self.below
        parts = (self.note, self.these, self.interval.reason)
        out |= {
            "estimate": self.value,
            "ci_method": self.interval.method,
            "reason": self.reason or "; ".join(part for part in parts if part),
        }
        low, high = ("ci_these_low", "ci_these_high") if self.these else ("ci_low", "ci_high")
        return out | {low: self.interval.low, high: self.interval.high}


class _Layer:
    """The coded table of one group over the units that count (all, or those read blind), as distinct rows."""

    def __init__(self, values: NDArray[np.int8], transcript: NDArray[np.intp], entries: Sequence[Entry]) -> None:
        _, coders, _ = values.shape
        table = np.stack([_rolled(values, entry.members) for entry in entries], axis=2)
        keep = ((table >= 0).sum(axis=1) >= 2).any(axis=1)
        self.table, self.transcript = table[keep], transcript[keep]
        self.patterns: Patterns = distinct(self.table.reshape(int(keep.sum()), coders * len(entries)))
        rows = self.patterns.codes.reshape(-1, coders, len(entries))
        self.rows = rows
        self.blocks = [Blocks(rows[:, :, at], _BINARY) for at in range(len(entries))]
        leaves = [at for at, entry in enumerate(entries) if entry.scope == "code"]
        self.sets = _set_blocks(rows[:, :, leaves])

    def sums(self) -> list[Sums]:
        return [Sums.point(block, self.patterns.times) for block in self.blocks]

    def counted(self, at: int) -> tuple[int, int]:
        """Units with two values or more for entry `at`, and the transcripts they lie in."""
        pairable = (self.table[:, :, at] >= 0).sum(axis=1) >= 2
        return int(pairable.sum()), len(np.unique(self.transcript[pairable]))

    def plan(self, *, bootstrap: int, resample: str, seed: int) -> Resampling:
        units = np.ones(len(self.table), dtype=bool)
        return choose(resample, bootstrap, seed, units=units, clusters=self.transcript, cluster_word="transcript")


def _rolled(values: NDArray[np.int8], members: tuple[int, ...]) -> NDArray[np.int8]:
    """1 where any member code was applied, -1 where one of them was not to be said."""
    part = values[:, :, list(members)]
    return np.where((part < 0).any(axis=2), -1, part.max(axis=2)).astype(np.int8)


def _set_blocks(rows: NDArray[np.intp]) -> Blocks:
    """The label set of each coder in each distinct row, as categories with MASI distances."""
    many, coders, codes = rows.shape
    flat = rows.reshape(many * coders, codes)
    missing: NDArray[np.bool_] = np.any(flat < 0, axis=1)
    kinds, at = np.unique(np.where(missing[:, None], 0, flat), axis=0, return_inverse=True)
    distances = set_distances("masi", kinds.astype(np.float64))
    index = np.where(missing, -1, at.ravel()).reshape(many, coders).astype(np.intp)
    return Blocks(index, Scale(len(kinds), distances=distances))


class _Group:
    """The rows of one group of coders."""

    def __init__(
        self,
        coded: Coded,
        group: tuple[str, ...],
        entries: Sequence[Entry],
        *,
        everybody: bool,
        ci: str,
        bootstrap: int,
        resample: str,
        seed: int,
    ) -> None:
        self.entries, self.group, self.ci = entries, group, ci
        self.bootstrap, self.resample, self.seed = bootstrap, resample, seed
        self.overall: list[dict[str, object]] = []
        self.by_code: list[dict[str, object]] = []
        seats = [coded.coders.index(coder) for coder in group]
        values = coded.values[:, seats, :]
        if coded.universe == "assumed" and len(coded.transcript):
            everyone: NDArray[np.bool_] = np.all(coded.has_codings[:, seats], axis=1)
            values = values[everyone[coded.transcript]]
            transcript = coded.transcript[everyone[coded.transcript]]
            saw: list[tuple[frozenset[str], ...]] = [() for _ in range(len(transcript))]
        else:
            transcript, saw = coded.transcript, list(coded.saw)
        open_eyes = np.array([_not_blind(line, seats, coded.coders) for line in saw], dtype=bool)
        self.all = _Layer(values, transcript, entries)
        self.blind = self.all
        self.seen = 0
        if open_eyes.any():
            hidden = np.where(open_eyes[:, None, None], np.int8(-1), values)
            self.blind = _Layer(hidden, transcript, entries)
            self.seen = len(self.all.table) - len(self.blind.table)
        self.universe = coded.universe
        self.names = _names(len(group))
        self.with_sets = everybody
        self.unaligned = ""  # why there is no coefficient: a coder's codes are the coder's own
        self.partly = ""  # whose codes are partly so, and their units left out

    def layer(self, name: str) -> _Layer:
        return self.blind if name in CHANCE_CORRECTED else self.all

    # ------------------------------------------------------------ points

    def measure(self, *, reflexive: bool) -> None:
        """Fill `overall` and `by_code`."""
        single: dict[tuple[int, str], _Measured] = {}
        for at, entry in enumerate(self.entries):
            for name in self.names:
                single[at, name] = self._point(at, entry, name, reflexive)
        together: dict[tuple[str, str], _Measured] = {}
        for name in self.names:
            for scope in ("pooled", "mean"):
                together[name, scope] = self._pooled_or_mean(name, scope, single, reflexive)
        if self.with_sets:
            together["krippendorff_alpha_set", "sets"] = self._sets(reflexive)
        if self.ci == "bootstrap" and self.resample != "pairs":
            self._bootstrap(single, together)
        elif self.ci == "bootstrap":
            self._pairs(single, together)
        elif self.ci == "analytic":
            self._analytic(single, together)
        self.by_code = [measured.done() for measured in single.values()]
        self.overall = [measured.done() for measured in together.values()]

    def _nothing(self, name: str, units: int, seen_too: int) -> str:
        if len(self.group) < 2:
            return f"one coder only ({', '.join(self.group)})"
        if self.unaligned:
            return self.unaligned
        if name in CHANCE_CORRECTED and not units and seen_too:
            return SAW
        if not units and self.universe == "assumed":
            return "there is no transcript in which each of these coders has a coding"
        return "" if units else "there is no unit that two of these coders were to read and have read"

    def _beside(self, name: str) -> str:
        """What is said beside an estimate that leaves units out."""
        seen = f"{self.seen} units left out: {SAW}" if name in CHANCE_CORRECTED and self.seen else ""
        return "; ".join(part for part in (self.partly, seen) if part)

    def _point(self, at: int, entry: Entry, name: str, reflexive: bool) -> _Measured:
        layer = self.layer(name)
        units, transcripts = layer.counted(at)
        row: dict[str, object] = {
            "code": entry.code, "label": entry.label, "coefficient": name, "scope": entry.scope,
            "n_units": units, "n_transcripts": transcripts,
        }  # fmt: skip
        if len(self.group) == 2:
            a, b = self.all.table[:, 0, at], self.all.table[:, 1, at]
            row |= {
                "both": int(((a == 1) & (b == 1)).sum()), "only_a": int(((a == 1) & (b == 0)).sum()),
                "only_b": int(((a == 0) & (b == 1)).sum()), "neither": int(((a == 0) & (b == 0)).sum()),
            }  # fmt: skip
            if not reflexive:
                row |= _two_by_two(*(int(str(row[name])) for name in ("both", "only_a", "only_b", "neither")))
        made = _Measured(row, note=self._beside(name))
        made.reason = REFLEXIVE if reflexive else self._nothing(name, units, self.all.counted(at)[0])
        if made.reason:
            return made
        pairable = (layer.rows[:, :, at] >= 0).sum(axis=1) >= 2
        if not (layer.rows[pairable, :, at] == 1).any():
            made.reason = NEVER_USED
            return made
        blocks = layer.blocks[at]
        s = Sums.point(blocks, layer.patterns.times)
        made.value = float(estimate(COEFFICIENTS[name](s))[0])
        if np.isnan(made.value):
            made.reason = "no variation: each of these coders applied the code to every unit"
            if s.varies[0]:
                made.reason = "not defined: no disagreement can be expected by chance"
        else:
            made.analytic = lambda: analytic_interval(name, blocks, layer.patterns.times)
        return made

    def _codes(self, name: str, single: Mapping[tuple[int, str], _Measured]) -> list[int]:
        """The codes that enter an overall figure: each one's own codings, where the coefficient is defined."""
        return [
            at
            for at, entry in enumerate(self.entries)
            if entry.scope == "code" and not np.isnan(single[at, name].value)
        ]

    def _pooled_or_mean(
        self, name: str, scope: str, single: Mapping[tuple[int, str], _Measured], reflexive: bool
    ) -> _Measured:
        layer = self.layer(name)
        codes = self._codes(name, single)
        transcripts = len(np.unique(layer.transcript))
        row: dict[str, object] = {
            "coefficient": name, "scope": scope, "n_units": len(layer.table), "n_transcripts": transcripts,
            "codes": len(codes),
        }  # fmt: skip
        made = _Measured(row, note=self._beside(name))
        made.reason = REFLEXIVE if reflexive else self._nothing(name, len(layer.table), len(self.all.table))
        if made.reason:
            return made
        if not codes:
            made.reason = "no code can be estimated"
            return made
        sums = layer.sums()
        made.value = float(_together(name, scope, [sums[at] for at in codes])[0])
        return made

    def _sets(self, reflexive: bool) -> _Measured:
        layer = self.blind
        name = "krippendorff_alpha_set"
        index = layer.sets.codes[layer.patterns.of_unit] if len(layer.table) else layer.sets.codes
        pairable = (index >= 0).sum(axis=1) >= 2
        row: dict[str, object] = {
            "coefficient": name, "scope": "sets", "n_units": int(pairable.sum()),
            "n_transcripts": len(np.unique(layer.transcript[pairable])),
            "codes": sum(entry.scope == "code" for entry in self.entries),
        }  # fmt: skip
        made = _Measured(row, note=self._beside(name))
        made.reason = REFLEXIVE if reflexive else self._nothing(name, int(pairable.sum()), len(self.all.table))
        if made.reason:
            return made
        made.value = float(estimate(krippendorff_alpha(Sums.point(layer.sets, layer.patterns.times)))[0])
        if np.isnan(made.value):
            made.reason = "no variation: every unit has the same set of codes"
        else:
            made.analytic = lambda: analytic_interval(name, layer.sets, layer.patterns.times)
        return made

    def by_transcript(self, names: Sequence[str], *, reflexive: bool) -> list[dict[str, object]]:
        """All codes pooled, in each transcript that two coders read: the sums of one, where a resample has those of many."""
        out: list[dict[str, object]] = []
        for name in self.names:
            if name == "mean_pairwise_cohen_kappa":
                continue
            layer = self.layer(name)
            found, units = np.unique(layer.transcript, return_counts=True)
            members = np.zeros((len(found), len(layer.patterns.times)))
            np.add.at(members, (np.searchsorted(found, layer.transcript), layer.patterns.of_unit), 1)
            pairs = []
            for at, entry in enumerate(self.entries):
                if entry.scope == "code" and len(found):
                    s = Sums.point(layer.blocks[at], members)
                    do, de = COEFFICIENTS[name](s)
                    pairs.append((do, np.where(s["pairable_counts"][:, 1] > 0, de, np.nan)))  # NaN: a code nobody used
            values = _pooled(pairs) if pairs else np.full(len(found), np.nan)
            codes = sum((~np.isnan(de) for _, de in pairs), np.zeros(len(found), dtype=np.int64))
            for at, value in enumerate(values.tolist()):
                value = float("nan") if self.unaligned else value
                reason = "no code can be estimated" if np.isnan(value) else ONE_TRANSCRIPT if self.ci != "none" else ""
                reason = self.unaligned or reason
                out.append({
                    "coefficient": name, "about": names[int(found[at])], "n_units": int(units[at]), "n_transcripts": 1,
                    "estimate": float("nan") if reflexive else value,
                    "reason": REFLEXIVE if reflexive else "; ".join(part for part in (reason, self.partly) if part),
                    "codes": int(codes[at]),
                })  # fmt: skip
        return sorted(out, key=lambda row: str(row["about"]))

    # ------------------------------------------------------------ intervals

    def _bootstrap(
        self, single: Mapping[tuple[int, str], _Measured], together: Mapping[tuple[str, str], _Measured]
    ) -> None:
        """The same resamples for every code and every overall figure of a layer."""
        for layer in {id(self.all): self.all, id(self.blind): self.blind}.values():
            mine = {key: made for key, made in single.items() if self.layer(key[1]) is layer and not made.reason}
            over = {key: made for key, made in together.items() if self.layer(key[0]) is layer and not made.reason}
            if not mine and not over:
                continue
            plan = layer.plan(bootstrap=self.bootstrap, resample=self.resample, seed=self.seed)
            if plan.refused:
                for made in (*mine.values(), *over.values()):
                    made.interval, made.these = Interval(reason=plan.refused), plan.these
                continue
            codes = {name: self._codes(name, single) for name, _ in over if name in self.names}
            for draw in draws(layer.patterns, plan):
                sums = {at: draw.sums(layer.blocks[at]) for at in {at for at, _ in mine}}
                for (at, name), made in mine.items():
                    made.drawn.append(estimate(COEFFICIENTS[name](sums[at])))
                for (name, scope), made in over.items():
                    if scope == "sets":
                        made.drawn.append(estimate(krippendorff_alpha(draw.sums(layer.sets))))
                    else:
                        made.drawn.append(_together(name, scope, [sums[at] for at in codes[name]]))
            label = f"{THESE}: {plan.label}" if plan.these else plan.label
            for made in (*mine.values(), *over.values()):
                drawn = np.concatenate(made.drawn)
                made.interval, made.these = percentile_interval(drawn, label), plan.these
                if made.row["coefficient"] in ALPHAS and not np.isnan(made.interval.low):
                    made.below = {name: share_below(drawn, at) for name, at in THRESHOLDS.items()}
                made.drawn.clear()

    def _pairs(
        self, single: Mapping[tuple[int, str], _Measured], together: Mapping[tuple[str, str], _Measured]
    ) -> None:
        layer = self.blind
        more = {"times": self.bootstrap, "seed": self.seed}
        for (at, name), made in single.items():
            if not made.reason and name == "krippendorff_alpha":
                made.interval = pairs_interval(layer.blocks[at], layer.patterns, **more)
        for (_, scope), made in together.items():
            if not made.reason and scope == "sets":
                made.interval = pairs_interval(layer.sets, layer.patterns, **more)
        for made in (*single.values(), *together.values()):
            if not made.reason and not made.interval.method:
                made.interval = Interval(reason="resampling pairs is for Krippendorff's alpha of one table only")

    def _analytic(
        self, single: Mapping[tuple[int, str], _Measured], together: Mapping[tuple[str, str], _Measured]
    ) -> None:
        for made in (*single.values(), *together.values()):
            if made.reason:
                continue
            made.interval = Interval(reason="no closed form over several codes: use the bootstrap")
            if made.analytic is not None:
                made.interval = made.analytic()


def _two_by_two(both: int, only_a: int, only_b: int, neither: int) -> dict[str, object]:
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


def _not_blind(line: Sequence[frozenset[str]], seats: Sequence[int], coders: Sequence[str]) -> bool:
    """Whether a coder of the group saw another's codings of a unit (or somebody's who is no coder here, as consensus)."""
    if not line:
        return False
    group = {coders[seat] for seat in seats}
    return any(name in group - {coders[seat]} or name not in coders for seat in seats for name in line[seat])


def _together(name: str, scope: str, sums: Sequence[Sums]) -> Floats:
    """`pooled`: 1 - sum of observed over sum of expected disagreements; `mean`: over the codes where it is defined."""
    if name == "mean_pairwise_cohen_kappa" and scope == "pooled":
        from qualcode.agreement.kernel import cohen_of_pair

        coders = sums[0].blocks.coders
        kappas = [_pooled([cohen_of_pair(s, *pair) for s in sums]) for pair in combinations(range(coders), 2)]
        return _mean_of(kappas)
    pairs = [COEFFICIENTS[name](s) for s in sums]
    return _pooled(pairs) if scope == "pooled" else _mean_of([estimate(pair) for pair in pairs])


def _pooled(pairs: Sequence[Pair]) -> Floats:
    observed, expected = np.zeros_like(pairs[0][0]), np.zeros_like(pairs[0][0])
    for do, de in pairs:
        defined = ~np.isnan(de) & ~np.isnan(do)
        observed += np.where(defined, do, 0)
        expected += np.where(defined, de, 0)
    return estimate((observed, np.where(expected > 0, expected, np.nan)))


def _mean_of(values: Sequence[Any]) -> Floats:
    table = np.stack(values)
    defined = ~np.isnan(table)
    many = defined.sum(axis=0)
    total = np.where(defined, table, 0).sum(axis=0)
    return np.where(many > 0, total / np.where(many > 0, many, 1), np.nan)

"""The tables that a study's agreement is measured on, its measures, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from qualcode.agreement.groups import Plan
from qualcode.agreement.layer import Entry
from qualcode.agreement.passages import Passages, passages_of
from qualcode.agreement.scopes import group_borders
from qualcode.agreement.sweep import Coded, Read, code_units
from qualcode.agreement.units import Units, cut_units, readings
from qualcode.agreement.waiting import Waits, not_aligned
from qualcode.tables import TABLES, join


@dataclass(frozen=True)
class Measures:
    """What is measured: the settings `agreement.*` of docs/config.md, under the same names."""

    unit: str = "segment"
    units: tuple[str, ...] = ()
    rule: str = "any_word"
    uncoded: str = "include"
    coders: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    coefficients: tuple[str, ...] = ()
    ci: str = "bootstrap"
    interval: str = "percentile"
    bootstrap: int = 1000
    resample: str = "auto"
    seed: int = 1
    thresholds: tuple[float, ...] = (0.667, 0.8)
    approach: str = "codebook"

    @property
    def all_units(self) -> tuple[str, ...]:
        """The default unit first."""
        return tuple(dict.fromkeys((self.unit, *self.units)))

    @property
    def all_uncoded(self) -> tuple[str, ...]:
        return ("include", "exclude") if self.uncoded == "both" else (self.uncoded,)

    def plan(self, uncoded: str) -> Plan:
        return Plan(
            self.ci, self.interval, self.bootstrap, self.resample, self.seed, self.approach == "reflexive",
            self.coefficients, self.thresholds, uncoded,
        )  # fmt: skip


@dataclass(frozen=True)
class StudyTables:
    """The tables that agreement is measured on, with what follows from them."""

    codings: pd.DataFrame
    assignments: pd.DataFrame
    segments: pd.DataFrame
    turns: pd.DataFrame
    transcripts: pd.DataFrame
    texts: Mapping[str, str]
    codebook: pd.DataFrame
    splits: pd.DataFrame | None
    aligned: pd.DataFrame | None
    participants: pd.DataFrame
    more_units: Mapping[str, pd.DataFrame]
    measures: Measures

    @cached_property
    def names(self) -> list[str]:
        return sorted(name for name in self.transcripts["transcript"] if name in self.texts)

    @cached_property
    def human(self) -> pd.DataFrame:
        return self.codings[self.codings["origin"] != "machine"]

    @cached_property
    def own_texts(self) -> dict[str, str]:
        return {name: self.texts[name] for name in self.names}

    @cached_property
    def read(self) -> Read | None:
        return self.read_in(self.measures.rounds) if len(self.assignments) else None

    def read_in(self, rounds: Sequence[str]) -> Read:
        return readings(self.assignments, self.own_texts, rounds=rounds)

    @cached_property
    def open_splits(self) -> pd.DataFrame | None:
        return None if self.splits is None else self.splits[self.splits["status"] == "open"]

    @cached_property
    def waits(self) -> dict[str, Waits]:
        """Coders whose codes are not all aligned to the codebook."""
        return not_aligned(self.human, self.splits, True)

    @cached_property
    def tree(self) -> tuple[list[Entry], dict[str, int]]:
        return _entries(self.codebook, self.codings)

    @cached_property
    def people(self) -> tuple[str, ...]:
        """The coders to compare, sorted: those who read something, or who coded where nobody's reading is recorded."""
        if self.measures.coders:
            return tuple(sorted(set(self.measures.coders)))
        machines = set(self.codings["coder"]) - set(self.human["coder"])
        read = self.read
        found = {coder for _, coder in read} - machines if read is not None else {*self.human["coder"], *self.waits}
        return tuple(sorted(found))

    @cached_property
    def passages(self) -> Passages:
        return passages_of(self.human, self.names, self.people, self.tree[1], self.own_texts, self.read)

    @cached_property
    def speaking(self) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
        return group_borders(self.turns, self.participants)

    @cached_property
    def rounds(self) -> list[str]:
        """The rounds in use, in the order in which the assignments name them."""
        named = dict.fromkeys(str(cell) for cell in self.assignments["round"] if str(cell))
        return [one for one in named if not self.measures.rounds or one in self.measures.rounds]

    def cut(self, unit: str) -> dict[str, Units]:
        return cut_units(
            unit, segments=self.segments, turns=self.turns, transcripts=self.names, texts=self.texts, more=self.more_units
        )  # fmt: skip

    def coded(
        self, units: Mapping[str, Units], people: tuple[str, ...], read: Read | None, codings: pd.DataFrame, **more: Any
    ) -> Coded:
        kind = next((one.kind for one in units.values()), self.measures.unit)
        rule = "any_word" if kind == "character" else self.measures.rule
        return code_units(
            codings, units, self.names, people, self.tree[1], read, ancestors(self.codebook), rule,
            open_splits=self.open_splits, waits=self.waits, **more,
        )  # fmt: skip


def prepare(
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
    participants: pd.DataFrame | None = None,
    more_units: Mapping[str, pd.DataFrame] | None = None,
    **measures: Any,
) -> StudyTables:
    """A study's tables with its measures, as `measure_study` takes them, ready to be coded on any unit."""
    return StudyTables(
        codings, assignments, segments, turns, transcripts, texts, codebook, splits, aligned,
        TABLES["participants"].empty() if participants is None else participants, more_units or {}, _measures(measures),
    )  # fmt: skip


def _measures(given: Mapping[str, Any]) -> Measures:
    lists = ("units", "coders", "rounds", "sides", "coefficients", "thresholds")
    return Measures(**{name: tuple(value) if name in lists else value for name, value in given.items()})  # type: ignore[arg-type]


def rounds_used(study: StudyTables) -> str:
    """The rounds that are compared, as tables name them."""
    named, rounds = study.assignments["round"], study.measures.rounds
    return join(named[named.isin(rounds)] if rounds else named)


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


def ancestors(codebook: pd.DataFrame) -> dict[str, frozenset[str]]:
    parent = dict(zip(codebook["code"], codebook["parent"], strict=True))
    found = {}
    for code in parent:
        line, at = {code}, parent[code]
        while at and at not in line:
            line.add(at)
            at = parent.get(at, "")
        found[code] = frozenset(line)
    return found

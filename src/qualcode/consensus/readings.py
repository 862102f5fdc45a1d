"""Who coded what where: codings of one coder put together, coders' readings matched, and who was silent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from qualcode.agreement.units import is_done, stretch_of
from qualcode.tables import split

Place = tuple[str, str, str]  # transcript, scope, code


@dataclass(frozen=True)
class Reading:
    """One code on one stretch by one coder; overlapping codings of that code by that coder are one reading."""

    start: int
    end: int
    coder: str
    codings: tuple[str, ...]
    direction: str  # as the coder gave it; mixed where overlapping codings differ


@dataclass
class Group:
    """Readings of one code by several coders that are the same reading, and the coders who were silent there."""

    transcript: str
    scope: str
    code: str
    readings: list[Reading]
    silent: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    coders: tuple[str, ...] = ()
    codings: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if len(self.readings) == 1:  # most are
            (one,) = self.readings
            self.start, self.end, self.coders = one.start, one.end, (one.coder,)
            self.codings = tuple(sorted(set(one.codings)))
            return
        self.start = min(reading.start for reading in self.readings)
        self.end = max(reading.end for reading in self.readings)
        self.coders = tuple(sorted({reading.coder for reading in self.readings}))
        self.codings = tuple(sorted({coding for reading in self.readings for coding in reading.codings}))

    @property
    def place(self) -> Place:
        return self.transcript, self.scope, self.code

    def direction_of(self, coder: str) -> str:
        if len(self.readings) == 1:
            return self.readings[0].direction if self.coders[0] == coder else ""
        return one_direction(reading.direction for reading in self.readings if reading.coder == coder)


def overlap(a: Reading | Group, b: Reading | Group) -> int:
    """Characters that two spans have in common."""
    return max(0, min(a.end, b.end) - max(a.start, b.start))


def shorter(a: Reading | Group, b: Reading | Group) -> int:
    return min(a.end - a.start, b.end - b.start)


def one_direction(directions: object) -> str:
    """The direction of several codings by one coder: the one that is given; mixed where they differ."""
    given = {str(direction) for direction in directions if direction}  # type: ignore[attr-defined]
    return given.pop() if len(given) == 1 else "mixed" if given else ""


def coder_readings(codings: pd.DataFrame) -> dict[Place, list[Reading]]:
    """The readings of every code in every transcript, by start; codings of origin `machine` are left out."""
    human = codings[codings["origin"] != "machine"].sort_values(
        ["transcript", "scope", "code", "coder", "start", "end", "coding"], kind="stable"
    )
    names = ("transcript", "scope", "code", "coder", "start", "end", "coding", "direction")
    found: dict[Place, list[Reading]] = {}
    now: list[tuple[int, int, str, str]] = []
    at: tuple[str, str, str, str] | None = None

    def close() -> None:
        if at is not None and len(now) == 1:
            start, end, coding, direction = now[0]
            found.setdefault(at[:3], []).append(Reading(start, end, at[3], (coding,), direction or ""))
        elif at is not None and now:
            merged = Reading(
                now[0][0],
                max(end for _, end, _, _ in now),
                at[3],
                tuple(sorted(coding for _, _, coding, _ in now)),
                one_direction(direction for _, _, _, direction in now),
            )
            found.setdefault(at[:3], []).append(merged)

    reach = 0
    for transcript, scope, code, coder, start, end, coding, direction in zip(
        *(human[name].to_list() for name in names), strict=True
    ):
        here = (transcript, scope, code, coder)
        if here != at or start >= reach:
            close()
            now, at, reach = [], here, 0
        now.append((int(start), int(end), coding, direction))
        reach = max(reach, int(end))
    close()
    return {place: sorted(found[place], key=lambda r: (r.start, r.end, r.coder)) for place in sorted(found)}


def matched_groups(place: Place, readings: list[Reading], match: float) -> list[Group]:
    """Readings of one code, put together where each overlaps the next by at least `match` of the shorter."""
    leader = list(range(len(readings)))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    active: list[int] = []
    for i, reading in enumerate(readings):
        active = [j for j in active if readings[j].end > reading.start]
        for j in active:
            other = readings[j]
            if other.coder != reading.coder and overlap(other, reading) >= match * shorter(other, reading):
                leader[find(i)] = find(j)
        active.append(i)
    together: dict[int, list[Reading]] = {}
    for i, reading in enumerate(readings):
        together.setdefault(find(i), []).append(reading)
    groups = [Group(*place, members) for members in together.values()]
    return sorted(groups, key=lambda group: (group.start, group.end, group.coders))


class Universe:
    """Who was to read what, and has done so; only there does silence mean that a code was not applied.

    Where the study has no assignments, every coder with a coding in a transcript is taken to have read all of it.
    """

    def __init__(
        self,
        assignments: pd.DataFrame,
        codings: pd.DataFrame,
        texts: Mapping[str, str],
        parents: Mapping[str, str],
        splits: pd.DataFrame | None = None,
    ) -> None:
        self.parents = parents
        self.open: dict[tuple[str, str], list[tuple[int, int, str]]] = {}  # transcript, code -> spans that wait, coder
        waiting = splits[splits["status"] == "open"].to_dict("records") if splits is not None else []
        for line in waiting:
            for code in split(line["candidates"]):
                span = (int(line["start"]), int(line["end"]), line["coder"])
                self.open.setdefault((line["transcript"], code), []).append(span)
        self.read: dict[str, dict[str, list[tuple[int, int, frozenset[str]]]]] = {}
        self._by_code: dict[tuple[str, str], list[tuple[str, list[tuple[int, int]]]]] = {}
        human = codings[codings["origin"] != "machine"]
        machines = set(codings["coder"]) - set(human["coder"])
        if len(assignments):
            for line in assignments.to_dict("records"):
                if is_done(line["done"]) and line["transcript"] in texts and line["coder"] not in machines:
                    self._add(
                        line["transcript"], line["coder"], *stretch_of(line, texts), frozenset(split(line["codes"]))
                    )
        else:
            for transcript, coder in sorted(set(zip(human["transcript"], human["coder"], strict=True))):
                self._add(transcript, coder, 0, len(texts[transcript]), frozenset())

    def _add(self, transcript: str, coder: str, start: int, end: int, codes: frozenset[str]) -> None:
        self.read.setdefault(transcript, {}).setdefault(coder, []).append((start, end, codes))

    def _fitting(self, transcript: str, code: str) -> list[tuple[str, list[tuple[int, int]]]]:
        """What each coder read of a transcript with a code, or one above it, in mind: stretches by start."""
        if (transcript, code) not in self._by_code:
            line = {code}
            parent = self.parents.get(code, "")
            while parent and parent not in line:
                line.add(parent)
                parent = self.parents.get(parent, "")
            self._by_code[transcript, code] = [
                (coder, sorted((start, end) for start, end, codes in stretches if not codes or codes & line))
                for coder, stretches in self.read.get(transcript, {}).items()
            ]
        return self._by_code[transcript, code]

    def readers(self, group: Group) -> set[str]:
        """The coders who read at least half of a group's span with its code in mind.

        Not those whose own coding there waits for a choice between codes of which this is one (`*`: any): they have not
        said yet.
        """
        found = set()
        for coder, fitting in self._fitting(group.transcript, group.code):
            covered, reach = 0, group.start
            for start, end in fitting:
                covered += max(0, min(end, group.end) - max(start, reach))
                reach = max(reach, min(end, group.end))
            if 2 * covered >= group.end - group.start:
                found.add(coder)
        waiting = [*self.open.get((group.transcript, group.code), []), *self.open.get((group.transcript, "*"), [])]
        for start, end, coder in waiting:
            if min(end, group.end) > max(start, group.start):
                found.discard(coder)
        return found


def all_groups(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    texts: Mapping[str, str],
    parents: Mapping[str, str],
    match: float,
    splits: pd.DataFrame | None = None,
) -> dict[str, list[Group]]:
    """Every group of every transcript, with the coders who were silent there."""
    universe = Universe(assignments, codings, texts, parents, splits)
    found: dict[str, list[Group]] = {}
    for place, readings in coder_readings(codings).items():
        for group in matched_groups(place, readings, match):
            group.silent = tuple(sorted(universe.readers(group) - set(group.coders)))
            found.setdefault(group.transcript, []).append(group)
    for groups in found.values():
        groups.sort(key=lambda group: (group.start, group.end, group.scope, group.code, group.coders))
    return found

"""Parts of a study that get a number of their own: one group of participants, one round, one time, one codebook version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.agreement.sweep import Coded
from qualcode.agreement.units import Units, put_together
from qualcode.tables import join, split

SCOPES = ("pair", "without", "transcript", "group", "round", "time", "version", "side")
SEVERAL = "several"


@dataclass(frozen=True)
class Part:
    """One part: the scope, what it is about, and the runs that belong to it."""

    scope: str
    about: str
    runs: NDArray[np.bool_]


def group_borders(turns: pd.DataFrame, participants: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    """Participants' turns with the group of who speaks (column `of`), and their borders (transcript, offset)."""
    group = dict(zip(participants["participant"], participants["group"], strict=True)) if len(participants) else {}
    spoken = turns[turns["role"] == "participant"]
    of = [join(group.get(person, "") for person in split(cell)) for cell in spoken["participant"]]
    spoken = spoken.assign(of=of)
    spoken = spoken[spoken["of"] != ""]
    if spoken["of"].nunique() < 2:
        return spoken.iloc[:0], []
    places = zip(spoken["transcript"], spoken["start"], spoken["end"], strict=True)
    return spoken, [(name, int(at)) for name, *ends in places for at in ends]


def by_group(coded: Coded, units: Mapping[str, Units], names: Sequence[str], spoken: pd.DataFrame) -> list[Part]:
    """The runs in which participants of each group speak; units in which several do belong to none of them."""
    if not len(spoken):
        return []
    ground = put_together(units[name] for name in names)
    row_of = {name: at for at, name in enumerate(names)}
    spoken = spoken[spoken["transcript"].isin(row_of)]
    by = ground.shift[spoken["transcript"].map(row_of).to_numpy(dtype=np.intp)]
    first = ground.touched(spoken["start"].to_numpy(dtype=np.int64) + by)
    if ground.kind == "character":
        last = ground.touched(spoken["end"].to_numpy(dtype=np.int64) + by)
    else:
        last = np.searchsorted(ground.start, spoken["end"].to_numpy(dtype=np.int64) + by, side="left")
    low, high = np.searchsorted(coded.edges, first), np.searchsorted(coded.edges, last)
    found = np.full(len(coded.edges), "", dtype=object)
    for a, b, group in zip(low.tolist(), high.tolist(), spoken["of"], strict=True):
        here = found[a:b]
        found[a:b] = np.where((here == "") | (here == group), group, SEVERAL)
    return [Part("group", group, found == group) for group in sorted(set(found) - {"", SEVERAL})]


def by_transcripts(coded: Coded, scope: str, names: Sequence[str], about: Mapping[str, str]) -> list[Part]:
    """The runs of the transcripts that share a word (`about[transcript]`), where there are at least two such words."""
    words = np.array([about.get(name, "") for name in names], dtype=object)
    twice = coded.transcript[((coded.values >= 0).sum(axis=1) >= 2).any(axis=1)]
    present = sorted(set(words[np.unique(twice)]) - {""}) if len(twice) else []
    if len(present) < 2:
        return []
    return [Part(scope, word, words[coded.transcript] == word) for word in present]


def versions(codings: pd.DataFrame, people: Iterable[str]) -> dict[str, str]:
    """The codebook versions under which these coders coded each transcript (`1.0.0;1.1.0`: not all under the same)."""
    mine = codings[codings["coder"].isin(set(people)) & (codings["codebook_version"] != "")]
    return {str(name): join(rows["codebook_version"]) for name, rows in mine.groupby("transcript")}


def periods(transcripts: pd.DataFrame) -> dict[str, str]:
    """The month of each transcript's date; the day, where all are of one month."""
    dates = {str(n): str(d) for n, d in zip(transcripts["transcript"], transcripts["date"], strict=True) if str(d)}
    months = {name: date[:7] for name, date in dates.items()}
    return months if len(set(months.values())) > 1 else dates

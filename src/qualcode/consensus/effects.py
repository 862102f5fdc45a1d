"""What deciding a disagreement would change in the findings: rows that appear, participants, mentions, directions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from qualcode.attribution import participants_of
from qualcode.collecting import rings_looked_for_later
from qualcode.consensus.disagreements import DIRECTION, Comparison, Dispute
from qualcode.consensus.layer import Row, Rulings, SpanRule, place_of, together
from qualcode.people import People
from qualcode.tables import join, split

Place = tuple[str, str, str]  # transcript, scope, code
Span = tuple[int, int]
_NOBODY: Counter[str] = Counter()
PLAIN = ("keep_a", "keep_b", "both", "neither")  # the choices that need no further word


@dataclass(frozen=True)
class Effect:
    """What the possible decisions on one disagreement have different in the table of themes.

    `codes` are rows (codes, subthemes, themes) that have a mention by one decision and none by another; `participants` sums over
    rows the people whom one decision counts there and another does not; `mentions` sums over rows the difference between most and
    fewest mentions; `directions` is 1 where only the direction of a mention depends on it.
    """

    codes: tuple[str, ...] = ()
    participants: int = 0
    mentions: int = 0
    directions: int = 0


@dataclass
class _Stretch:
    """Rows of consensus of one place that overlap one another, or stand alone."""

    start: int
    end: int
    rows: list[tuple[int, Row]] = field(default_factory=list)  # the disagreement that a row comes from (-1: none)


@rings_looked_for_later()
def effects(
    comparison: Comparison,
    decisions: pd.DataFrame,
    turns: pd.DataFrame,
    people: People,
    *,
    span: SpanRule = "union",
) -> list[Effect]:
    """What deciding each disagreement would change, all others staying as they stand.

    Parameters
    ----------
    comparison, decisions, span
        As for the consensus: what is decided is taken as decided, what is open as left out.
    turns, people
        Who speaks, and who counts: mentions and participants are those of the table of themes.

    Returns
    -------
    One `Effect` for each of the comparison's disagreements. The decisions held against each other are: keep A, keep B, both,
    neither (where one side is silent: the passage stands, or does not), and what is decided now. `other` may be any code and is
    left out.
    """
    return _Findings(comparison, decisions, turns, people, span).effects()


class _Findings:
    """Consensus and mentions as they stand, so that one disagreement can be decided otherwise without making all anew."""

    def __init__(
        self, comparison: Comparison, decisions: pd.DataFrame, turns: pd.DataFrame, people: People, span: SpanRule
    ) -> None:
        self.comparison, self.rulings, self.span, self.people = comparison, Rulings(comparison, decisions), span, people
        self.turns = turns
        self.now: list[list[Row]] = [self.rulings.rows(dispute) for dispute in comparison.disputes]
        self.lines: dict[str, list[str]] = {}  # a code with all above it
        self.places = self._stretches()
        self.kept: dict[tuple[int, str], list[Row]] = {}
        self.spoken: dict[tuple[str, str, Span], frozenset[str] | None] = {}

    def _stretches(self) -> dict[Place, list[_Stretch]]:
        found: dict[Place, list[tuple[int, Row]]] = {}
        every: Iterable[tuple[int, Row]] = (
            *((-1, row) for row in self.rulings.agreed()),
            *((number, row) for number, rows in enumerate(self.now) for row in rows),
        )
        for number, row in every:
            if row.transcript not in self.people.left_out:
                found.setdefault((row.transcript, row.scope, row.code), []).append((number, row))
        made: dict[Place, list[_Stretch]] = {}
        for place, rows in found.items():
            here = made.setdefault(place, [])
            spans = sorted(((*place_of(row, self.span), number, at) for at, (number, row) in enumerate(rows)))
            for start, end, number, at in spans:
                if not here or start >= here[-1].end:
                    here.append(_Stretch(start, end))
                here[-1].end = max(here[-1].end, end)
                here[-1].rows.append((number, rows[at][1]))
        return made

    # ------------------------------------------------------------ one disagreement

    def effects(self) -> list[Effect]:
        disputes = self.comparison.disputes
        cases = [self._outcomes(number, dispute) for number, dispute in enumerate(disputes)]
        standing = {
            place: [span for one in here for span in self._mentions([row for _, row in one.rows])]
            for place, here in self.places.items()
        }
        self._listen(
            {key for outcome in (standing, *(one for case in cases for one in case)) for key in _keys(outcome)}
        )
        self._count(standing)
        return [
            self._direction(dispute) if dispute.kind == DIRECTION else self._effect(case)
            for dispute, case in zip(disputes, cases, strict=True)
        ]

    def _outcomes(self, number: int, dispute: Dispute) -> list[dict[Place, list[Span]]]:
        """The mentions around a disagreement, as it stands (first) and under each choice."""
        if dispute.kind == DIRECTION or dispute.transcript in self.people.left_out:
            return []
        a, b = dispute.sides
        choices = PLAIN if a.code and b.code else ("keep_a" if a.code else "keep_b", "neither")
        now = self.now[number]
        same = {self.rulings.of(dispute)[1]} | (set() if now else {"neither"})  # leave what stands already
        each = [now, *(self._rows_if(dispute, choice) for choice in choices if choice not in same)]
        hulls: dict[Place, Span] = {}
        for row in (row for rows in each for row in rows):
            place = (row.transcript, row.scope, row.code)
            start, end = place_of(row, self.span)
            low, high = hulls.get(place, (start, end))
            hulls[place] = min(low, start), max(high, end)
        around = {
            place: [row for of, row in self._within(place, hull) if of != number] for place, hull in hulls.items()
        }
        found = []
        for rows in each:
            here = {place: list(others) for place, others in around.items()}
            for row in rows:
                here[row.transcript, row.scope, row.code].append(row)
            found.append({place: self._mentions(several) for place, several in here.items()})
        return found

    def _rows_if(self, dispute: Dispute, choice: str) -> list[Row]:
        """What a choice would leave; a side's row, which several choices leave, is made once."""
        if choice == "both" and dispute.kind != "boundary":
            return [row for side in ("keep_a", "keep_b") for row in self._rows_if(dispute, side)]
        key = (id(dispute), choice)
        if key not in self.kept:
            self.kept[key] = self.rulings.rows_if(dispute, "", choice, "")
        return self.kept[key]

    def _within(self, place: Place, hull: Span) -> list[tuple[int, Row]]:
        stretches = self.places.get(place, [])
        first = bisect_right(stretches, hull[0], key=lambda one: one.end)
        last = bisect_left(stretches, hull[1], key=lambda one: one.start)
        return [pair for one in stretches[first:last] for pair in one.rows]

    def _mentions(self, rows: Sequence[Row]) -> list[Span]:
        """The mentions that rows of one place make: put together as consensus and mentions do."""
        if len(rows) == 1:
            return [place_of(rows[0], self.span)]
        copies = [_copy(row) for row in rows]
        spans = sorted(place_of(row, self.span) for row in together(copies, self.span, self.comparison.match))
        made: list[list[int]] = []
        for start, end in spans:
            if made and start < made[-1][1]:
                made[-1][1] = max(made[-1][1], end)
            else:
                made.append([start, end])
        return [(start, end) for start, end in made]

    def _listen(self, asked: set[tuple[str, str, Span]]) -> None:
        """Who speaks in each mention; None where it is no mention, because only people who withdrew speak."""
        keys = sorted(asked)
        spans = pd.DataFrame(
            [(transcript, scope, *span) for transcript, scope, span in keys],
            columns=["transcript", "scope", "start", "end"],
        )
        heard = participants_of(spans, self.turns, self.comparison.texts)
        counted, withdrawn = set(self.people.ids), self.people.withdrawn
        for key, cell, unnamed in zip(keys, heard["participants"], heard["unattributed"], strict=True):
            names = set(split(cell))
            gone = bool(names) and names <= withdrawn and not unnamed
            self.spoken[key] = None if gone else frozenset(names & counted)

    def _count(self, standing: Mapping[Place, Sequence[Span]]) -> None:
        """Mentions of each row of the table of themes as it stands, and how many of them each person has."""
        self.mentions: Counter[str] = Counter()
        self.heard: dict[str, Counter[str]] = {}
        for place, spans in standing.items():
            many, persons = self._tally(place, spans)
            for row in self._line(place[2]):
                self.mentions[row] += many
                self.heard.setdefault(row, Counter()).update(persons)

    def _tally(self, place: Place, spans: Iterable[Span]) -> tuple[int, Counter[str]]:
        many, persons = 0, Counter[str]()
        for span in spans:
            who = self.spoken[place[0], place[1], span]
            if who is not None:
                many += 1
                persons.update(who)
        return many, persons

    def _line(self, code: str) -> list[str]:
        if code not in self.lines:
            line = [code]
            while (parent := self.comparison.parents.get(line[-1], "")) and parent not in line:
                line.append(parent)
            self.lines[code] = line
        return self.lines[code]

    def _effect(self, case: Sequence[Mapping[Place, Sequence[Span]]]) -> Effect:
        """The differences between the outcomes, row by row."""
        if not case:
            return Effect()
        tallies = [{place: self._tally(place, spans) for place, spans in outcome.items()} for outcome in case]
        now, rows = tallies[0], {row for place in case[0] for row in self._line(place[2])}
        codes, participants, mentions = [], 0, 0
        for row in rows:
            inside = [place for place in case[0] if row in self._line(place[2])]
            counts: list[int] = []
            present: list[set[str]] = []
            concerned = {person for tally in tallies for place in inside for person in tally[place][1]}
            heard = self.heard.get(row, _NOBODY)
            for tally in tallies:
                counts.append(self.mentions[row] + sum(tally[place][0] - now[place][0] for place in inside))
                present.append(
                    {
                        person
                        for person in concerned
                        if heard[person] + sum(tally[place][1][person] - now[place][1][person] for place in inside) > 0
                    }
                )
            if min(counts) == 0 < max(counts):
                codes.append(row)
            mentions += max(counts) - min(counts)
            everywhere = set.intersection(*present)
            participants += len(set.union(*present) - everywhere)
        return Effect(tuple(sorted(codes)), participants, mentions)

    def _direction(self, dispute: Dispute) -> Effect:
        """A disputed direction changes a mention's, where the passage itself stands."""
        group = dispute.groups[0]
        place = (group.transcript, group.scope, group.code)
        spans = [
            one
            for stretch in self.places.get(place, [])
            if any(set(group.codings) <= row.codings for _, row in stretch.rows)
            for one in self._mentions([row for _, row in stretch.rows])
            if one[0] < group.end and group.start < one[1]
        ]
        stands = any(self.spoken[place[0], place[1], one] is not None for one in spans)
        return Effect(directions=int(stands))


def _keys(outcome: Mapping[Place, Sequence[Span]]) -> Iterable[tuple[str, str, Span]]:
    return ((place[0], place[1], one) for place, spans in outcome.items() for one in spans)


def _copy(row: Row) -> Row:
    """A row that may be put together with others without changing this one."""
    return Row(
        row.transcript, row.scope, row.code, list(row.readings), row.direction, row.how, set(row.decisions), row.span
    )


def effect_table(found: Sequence[Effect]) -> pd.DataFrame:
    """The effects as columns of `report_disagreements`."""
    columns = ["codes_at_stake", "participants_at_stake", "mentions_at_stake", "directions_at_stake"]
    rows = [(join(one.codes), one.participants, one.mentions, one.directions) for one in found]
    return pd.DataFrame(rows, columns=columns)

"""Whether anything of people who withdrew is in an output: their words, their ids, those of their transcripts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qualcode.leaks.find import Found, fold
from qualcode.leaks.pieces import Piece
from qualcode.study import Study
from qualcode.tables import split

if TYPE_CHECKING:
    from qualcode.transcripts.plan import Plan
    from qualcode.transcripts.sources import Source

WITHDRAWN = "withdrawn"
TOGETHER = 7  # words in a row that only they said: so many in a row are hardly ever said twice
_WORD = re.compile(r"\w+")


@dataclass
class Theirs:
    """What people who withdrew said (runs of words -> who), and the ids that are theirs (id -> who)."""

    runs: dict[tuple[str, ...], str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def find(self, pieces: Iterable[Piece]) -> Iterator[Found]:
        """Where something of theirs stands, each place once; where a text only mentions their ids, that is not `sure`."""
        if not self.ids:
            return
        seen: set[tuple[str, str]] = set()
        for piece in pieces:
            who, at = self._in(piece)
            sure = bool(who)
            if not sure:
                who, at = self._mentioned(piece)
            if who and (piece.at(at), who) not in seen:
                seen.add((piece.at(at), who))
                yield Found(piece.at(at), WITHDRAWN, who, sure)

    def _mentioned(self, piece: Piece) -> tuple[str, int]:
        """An id of theirs among other words; an id of letters alone or digits alone may be any word, and is not looked for."""
        for one, who in self.ids.items():
            if one in piece.text and re.search(r"\d", one) and re.search(r"[^\W\d_]", one):
                found = re.search(rf"(?<![\w.-]){re.escape(one)}(?![\w-])", piece.text)
                if found:
                    return who, found.start()
        return "", 0

    def _in(self, piece: Piece) -> tuple[str, int]:
        cell = piece.text.strip()
        if len(cell) < 200:
            parts = re.split(r"[;,./\\\s_-]+", cell) if piece.name else [part.strip() for part in cell.split(";")]
            for part in parts:
                if part in self.ids:
                    return self.ids[part], 0
        if self.runs:
            words = [(fold(match.group()), match.start()) for match in _WORD.finditer(piece.text)]
            for run in _runs([word for word, _ in words]):
                if run[1] in self.runs:
                    return self.runs[run[1]], words[run[0]][1]
        return "", 0


def _runs(words: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    for at in range(len(words) - TOGETHER + 1):
        yield at, tuple(words[at : at + TOGETHER])


def theirs(study: Study) -> Theirs:
    """What is of people who withdrew, as far as their files are still there; nothing where nobody did.

    A voice is somebody's by the tables of sessions and speakers only, so what others said is held against their words, transcript
    by transcript, and need not fit into memory.
    """
    from qualcode.transcripts.plan import Plan
    from qualcode.transcripts.withdrawn import what_is_gone

    if not study.withdrawn:
        return Theirs()
    gone = what_is_gone(study)
    found = Theirs(ids={person: person for person in study.withdrawn})
    plan = Plan(study)
    likely = {source.transcript for source in plan.sources if _may_be_in(plan, source, study.withdrawn)}
    others: set[tuple[str, ...]] = set()
    for source in [*gone.sources, *(source for source in plan.sources if source.transcript in likely)]:
        if source.session_id in gone.sessions:
            found.ids[source.transcript] = source.session_id
        own, of_others = _runs_of(plan, source, study.withdrawn, gone.sessions)
        found.runs |= own
        others |= of_others
    for source in plan.sources:
        if source.transcript not in likely:
            others |= _runs_of(plan, source, study.withdrawn, gone.sessions)[1] & found.runs.keys()
    for run in others & found.runs.keys():
        del found.runs[run]
    return found


def _may_be_in(plan: Plan, source: Source, people: frozenset[str]) -> bool:
    """Whether the study's tables name one of these people for a transcript's session."""
    session = source.session or {}
    rows = plan.speakers_of(source)
    return not people.isdisjoint({*split(str(session.get("participants", ""))), *rows["participant"]})


def _runs_of(
    plan: Plan, source: Source, people: Collection[str], sessions: Collection[str]
) -> tuple[dict[tuple[str, ...], str], set[tuple[str, ...]]]:
    """The runs of words in a file: of people who withdrew (with whose they are), and of others; none where it cannot be read."""
    from qualcode.transcripts.onefile import read_file

    own: dict[tuple[str, ...], str] = {}
    others: set[tuple[str, ...]] = set()
    raw = read_file(source.path.read_bytes(), source.path.name, plan.options(source))
    if raw.what:
        return own, others  # said where it is read
    alone = source.session_id in sessions
    voices = plan.voices(source, raw)
    for turn in raw.placed:
        who = voices[turn.speaker]
        words = [fold(word) for word in _WORD.findall(raw.text[turn.start : turn.end])]
        runs = (run for _, run in _runs(words))
        if who.participant in people or (alone and who.role == "participant"):
            own |= dict.fromkeys(runs, who.participant or source.session_id)
        else:
            others |= set(runs)
    return own, others

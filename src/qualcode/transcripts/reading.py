"""All transcripts of a study: one after another they make the tables `transcripts` and `turns`, and the texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from qualcode.errors import Problem, QualcodeError, TranscriptError
from qualcode.study import Study
from qualcode.tables import TABLES, streamed
from qualcode.transcripts.compare import Edit
from qualcode.transcripts.kept import Replaced, kept_index, kept_text, missing_texts, texts_folder
from qualcode.transcripts.model import counted
from qualcode.transcripts.one import One, read_one
from qualcode.transcripts.plan import Plan
from qualcode.transcripts.shard_file import ShardFiles, write_shard
from qualcode.transcripts.shards import Shard, shards_of
from qualcode.transcripts.store import SHARDS, Store, store_folder
from qualcode.transcripts.translations import source_turns

_TURNS = ("speaker", "participant", "role", "start", "end", "start_s", "end_s")
_NO_CHANCE = 20  # words from which on two transcripts are not alike by chance
_NAMED = 5  # copies of a transcript that are named
_TOGETHER = 50_000  # turns that are put into the table at once


@dataclass
class Transcribed:
    """What reading gave: tables `transcripts`, `turns` and `report_transcripts`, the canonical texts by transcript, warnings.

    `turns` is empty where they were written to a file while the transcripts were read; `spoken` is their number. `names_out`
    has the text before and what was replaced, of each transcript in which names were, or turns of people who withdrew;
    `replaced` is the log of it.
    """

    transcripts: pd.DataFrame
    turns: pd.DataFrame
    texts: Mapping[str, str]
    report: pd.DataFrame
    warnings: list[Problem] = field(default_factory=list)
    spoken: int = 0
    names_out: Mapping[str, Replaced] = field(default_factory=dict)
    replaced: pd.DataFrame = field(default_factory=TABLES["report_replacements"].empty)


def read_transcripts(
    study: Study, *, keep: bool = False, named: bool = False, add: Callable[[pd.DataFrame], object] | None = None
) -> Transcribed:
    """Read every transcript of the study that is not withdrawn, in this process.

    Parameters
    ----------
    keep
        Keep what is read in the store (`data/raw/texts/read`), for a study of one shard. Without it nothing is written. What an
        earlier run has read is taken from there in any case.
    named
        Leave names in: for those who look for them, and for nothing that is written.
    add
        Is called with each part of table `turns`, which is not collected then: `turns` of what is returned is empty.

    Returns
    -------
    Tables with offsets into `texts`. `transcripts.speakers` counts the voices that have a name (interviewers too; 0
    where no label was found), `words` the words of turns (labels left out), `seconds` the last time known.

    Raises
    ------
    TranscriptError
        Everything wrong with any file, at once: unreadable, empty, of a format that is not read, two files for one
        transcript, a file named by two sessions, a session that is done and whose file is missing.
    DeidentifyError
        The pseudonym key is wrong, gone, or in version control.
    """
    plan, shards = Plan(study, named=named), shards_of(study)
    store = Store(store_folder(study), shards[0] if keep and len(shards) == 1 else None)
    frames: list[pd.DataFrame] = []
    made = _together(plan, _Reader(plan, store), add or frames.append)
    made.turns = pd.concat(frames, ignore_index=True) if frames else made.turns
    return made


def read_to_file(study: Study, turns: Path, *, shards: Sequence[Path] = ()) -> Transcribed:
    """The same, with table `turns` written to a file meanwhile: memory holds one transcript, and a part of that table.

    Parameters
    ----------
    turns
        Where table `turns` is written (Parquet).
    shards
        The files of all shards (`read_shard`), where the study has several; without them the transcripts are read here,
        and what was read is kept in the store.
    """
    plan = Plan(study)
    with streamed("turns", turns) as add:
        if shards:
            return _together(plan, _Shards(study, shards), add)
        store = Store(store_folder(study), Shard(0, 1))
        made = _together(plan, _Reader(plan, store), add)
        store.forget_unused()
        return made


def read_shard(study: Study, shard: Shard, path: Path) -> int:
    """Read the transcripts of one shard into its file; returns how many. A file that cannot be read is said there, not raised."""
    plan, store = Plan(study), Store(store_folder(study), shard)
    own = [source.transcript for source in plan.sources if shard.holds(source.transcript)]
    number = write_shard(path, _Reader(plan, store).each(own))
    store.forget_unused()
    return number


class _Ones(Protocol):
    """Where transcripts come from: read now, or from the files of shards."""

    def each(self, names: Iterable[str]) -> Iterator[One]: ...

    def one(self, name: str) -> One: ...

    def text(self, name: str) -> str: ...

    def named_text(self, name: str, sha: str) -> str: ...


class _Reader:
    """Transcripts that are read now, or taken from the store."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self.plan, self.store = plan, store
        self.keys: dict[str, str] = {}
        self.replaced: set[str] = set()  # transcripts of which the store has not the text, but the one that was read

    def one(self, name: str) -> One:
        one = read_one(self.plan, self.plan.by_id[name], self.store)
        self.keys[name] = one.key
        if one.named or one.whole:
            self.replaced.add(name)
        return one

    def each(self, names: Iterable[str]) -> Iterator[One]:
        return (self.one(name) for name in names)

    def text(self, name: str) -> str:
        return self.one(name).text if name in self.replaced else self.named_text(name)

    def named_text(self, name: str, sha: str = "") -> str:
        kept = self.store.text(name, self.keys[name])
        if kept is None:  # somebody emptied the store meanwhile
            source = self.plan.by_id[name]
            kept = self.store.read(name, self.keys[name], source.path, self.plan.options(source)).text
        return kept


class _Shards(ShardFiles):
    """Transcripts from the files of shards; their texts with names are among the kept texts."""

    def __init__(self, study: Study, paths: Sequence[Path]) -> None:
        super().__init__(paths)
        self.study = study

    def named_text(self, name: str, sha: str) -> str:
        kept = kept_text(self.study, sha)
        if kept is None:
            what = "the text of this transcript, as it was received, is not kept any more."
            hint = f"Delete data/processed/{SHARDS}, and run again."
            raise TranscriptError(Problem(name, what, hint))
        return kept


class _Texts(Mapping[str, str]):
    """Canonical texts by transcript, fetched when they are wanted: a study's texts need not fit into memory."""

    def __init__(self, ones: _Ones, names: Iterable[str]) -> None:
        self._ones, self._names = ones, dict.fromkeys(names)
        self._last = ("", "")  # most look at one transcript again and again

    def __getitem__(self, transcript: str) -> str:
        if transcript not in self._names:
            raise KeyError(transcript)
        if transcript != self._last[0]:
            self._last = (transcript, self._ones.text(transcript))
        return self._last[1]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, transcript: object) -> bool:
        return transcript in self._names

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]


class _NamesOut(Mapping[str, Replaced]):
    """Texts before names were replaced, and what was replaced, by transcript; texts are fetched when they are wanted."""

    def __init__(self, ones: _Ones) -> None:
        self._ones = ones
        self.edits: dict[str, tuple[str, list[Edit], str, list[Edit]]] = {}

    def __getitem__(self, transcript: str) -> Replaced:
        sha, edits, whole, taken = self.edits[transcript]
        return Replaced(self._ones.named_text(transcript, sha), edits, whole, taken)

    def __iter__(self) -> Iterator[str]:
        return iter(self.edits)

    def __len__(self) -> int:
        return len(self.edits)


# ---------------------------------------------------------------- together


def _together(plan: Plan, ones: _Ones, add: Callable[[pd.DataFrame], object]) -> Transcribed:
    """The tables of all transcripts; the turns go to `add`, a part of the table at a time, in its order."""
    problems, warnings = plan.problems, plan.warnings
    rows: list[dict[str, object]] = []
    report: list[dict[str, object]] = []
    alone: dict[str, int] = {}
    part, spoken = _Part(), 0
    names_out, replaced = _NamesOut(ones), list[dict[str, object]]()
    for one in ones.each(source.transcript for source in plan.sources):
        if one.problem is not None:
            problems.add(one.where, *one.problem)
            continue
        rows.append(one.row)
        report.append(one.row | one.report)
        warnings += [Problem(one.where, what, hint) for what, hint in one.told]
        spoken += len(one.turns)
        if one.named or one.whole:
            ways = ([Edit(*edit) for edit in one.edits], [Edit(*edit) for edit in one.taken])
            names_out.edits[one.transcript] = (one.named or one.whole, ways[0], one.whole, ways[1])
            replaced += [{"transcript": one.transcript} | entry for entry in one.replaced]
        translation = plan.translations.get(one.transcript)
        source: list[str] | None = None
        if translation is not None:
            source = source_turns(_frame(ones.one(translation.of)), _frame(one))
            alone[one.transcript] = source.count("")
        part.add(one, source)
        if part.size >= _TOGETHER:
            add(part.frame())
            part = _Part()
    if part.size:
        add(part.frame())
    warnings += [*_lost(plan), *_alone(alone)]
    problems.raise_if_any(TranscriptError)
    transcripts = TABLES["transcripts"].shape(rows)
    warnings += _twice(transcripts)
    return Transcribed(
        transcripts,
        TABLES["turns"].empty(),
        _Texts(ones, transcripts["transcript"]),
        TABLES["report_transcripts"].shape(report),
        warnings,
        spoken,
        names_out,
        TABLES["report_replacements"].shape(replaced),
    )


class _Part:
    """Rows of table `turns`, as columns."""

    def __init__(self) -> None:
        self.columns: dict[str, list[Any]] = {name: [] for name in ("transcript", "turn", *_TURNS, "source_turn")}
        self.size = 0

    def add(self, one: One, source: list[str] | None = None) -> None:
        number = len(one.turns)
        self.size += number
        self.columns["transcript"] += [one.transcript] * number
        self.columns["turn"] += range(1, number + 1)
        for name, values in zip(_TURNS, zip(*one.turns, strict=True), strict=False):
            self.columns[name] += values
        self.columns["source_turn"] += source or [""] * number

    def frame(self) -> pd.DataFrame:
        return TABLES["turns"].shape(pd.DataFrame(self.columns))


def _frame(one: One) -> pd.DataFrame:
    part = _Part()
    part.add(one)
    return part.frame()


def _lost(plan: Plan) -> list[Problem]:
    """Kept texts that are not there any more."""
    try:
        lost = missing_texts(plan.study) if len(kept_index(plan.study)) else []
    except QualcodeError as error:
        plan.problems.extend(error)
        return []
    if not lost:
        return []
    names = ", ".join(sha[:12] for sha in lost)
    what = f"{counted(len(lost), 'kept text')} of the index is not there any more, or damaged: {names}."
    hint = "Restore it from a backup; without it, codings made on it can only be placed by their words."
    return [Problem(plan.study.shown(texts_folder(plan.study)), what, hint)]


def _twice(transcripts: pd.DataFrame) -> list[Problem]:
    """Transcripts whose text is, character by character, that of another one: a copy of a file. Short ones may be alike."""
    long = transcripts[transcripts["words"] >= _NO_CHANCE]
    found = []
    for _, alike in long[long.duplicated("sha256_text", keep=False)].groupby("sha256_text", sort=False):
        first, *others = alike["transcript"]
        shown = ", ".join(f"'{name}'" for name in others[:_NAMED]) + (" and others" if len(others) > _NAMED else "")
        what = f"{counted(len(others), 'transcript')} ({shown}) {'hold' if others[1:] else 'holds'} the same words as '{first}'."
        hint = "A file and its copy? Take one away, or all that was said in it counts twice."
        found.append(Problem(str(alike["file"].iloc[0]), what, hint))
    return found


def _alone(alone: Mapping[str, int]) -> list[Problem]:
    """Translations with turns that are of no turn of the original."""
    found = []
    for name, number in alone.items():
        if number:
            what = f"{counted(number, 'turn')} of translation {name} cannot be told to be of a turn of the original."
            found.append(Problem("data/raw/translations.csv", what, "Look whether both files are whole.", name))
    return found

"""A newer export of a project that was imported before: how it is recognised, and what is different in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qualcode.codings.context import Context
from qualcode.codings.model import FileMemo, Sidecar, read_sidecar, sidecar_path
from qualcode.codings.outcomes import FileResult, Outcome, read_file, shown
from qualcode.errors import QualcodeError
from qualcode.files import sha256_file
from qualcode.study import Study

SAME = 0.5  # the share of the smaller file's codings that two exports of one project have in common
_SHOWN = 20  # rows that appeared, vanished or moved, as listed


@dataclass(frozen=True)
class Earlier:
    """An imported file that holds codings of a new one: the file, what was chosen for it, its rows, how many it shares, memos."""

    path: Path
    sidecar: Sidecar
    outcomes: list[Outcome]
    shared: int
    memos: list[FileMemo] = field(default_factory=list)


def earlier_export(study: Study, new: Path, target: Path, result: FileResult, context: Context) -> Earlier | None:
    """The file of the study, under another name than `target`, that `result` is most likely a newer export of.

    At least half of the codings of one must be in the other: the same code by the same coder at the same offsets, or in the
    same words, of the same transcript; whoever coded, where the new file names nobody. Files that cannot be read are passed
    over: `qualcode check` names them.
    """
    others = [other for other in study.codings_files if other != target and other.resolve() != new.resolve()]
    if not others:
        return None
    named = any(outcome.given.coder for outcome in result.outcomes)
    mine = _keys(result.outcomes, named)
    found: list[Earlier] = []
    for other in others:
        beside = sidecar_path(other)
        try:
            sidecar = read_sidecar(beside, where=study.shown(beside)) if beside.is_file() else Sidecar()
            there = read_file(study, other, context, sidecar=sidecar)
        except QualcodeError:
            continue
        if there.file.kind != result.file.kind:
            continue
        keys = _keys(there.outcomes, named)
        shared = sum((mine & keys).values())
        if shared and shared >= SAME * min(mine.total(), keys.total()):
            found.append(Earlier(other, sidecar, there.outcomes, shared, there.file.memos))
    return max(found, key=lambda one: (one.shared, one.path.name), default=None)


def same_bytes(study: Study, path: Path) -> Path | None:
    """The codings file of the study that is byte for byte the same as `path`, and is not it."""
    size, wanted = path.stat().st_size, sha256_file(path)
    for other in study.files("codings"):
        if other.resolve() != path.resolve() and other.stat().st_size == size and sha256_file(other) == wanted:
            return other
    return None


def compare(earlier: Earlier, result: FileResult) -> list[str]:
    """What appeared, vanished, moved and stayed, counted, and the first rows of each; memos counted only."""
    before, now = earlier.outcomes, result.outcomes
    appeared, vanished = _without(now, before), _without(before, now)
    stayed = len(before) - len(vanished)
    gone = {_own(outcome): outcome for outcome in vanished if outcome.given.coding}
    moved = []
    for outcome in list(appeared):
        was = gone.pop(_own(outcome), None) if outcome.given.coding else None
        if was is not None:  # the tool's own id says that it is the same coding
            moved.append(outcome)
            appeared.remove(outcome)
            vanished.remove(was)
    counted = f", {len(moved)} moved" if moved else ""
    lines = [f"Codings: {len(appeared)} appeared, {len(vanished)} vanished{counted}, {stayed} stayed."]
    lines += [f"~ coding {one.given.row}: {_named(one)}" for one in moved[:_SHOWN]]
    if len(moved) > _SHOWN:
        lines.append(f"~ and {len(moved) - _SHOWN} more")
    for sign, outcomes in (("+", appeared), ("-", vanished)):
        lines += [f"{sign} row {one.given.row}: {_named(one)}" for one in outcomes[:_SHOWN]]
        if len(outcomes) > _SHOWN:
            lines.append(f"{sign} and {len(outcomes) - _SHOWN} more")
    return [*lines, *_compare_memos(earlier.memos, result.file.memos)]


def _compare_memos(before: Sequence[FileMemo], now: Sequence[FileMemo]) -> list[str]:
    old, new = ({memo.id: memo.text for memo in memos} for memos in (before, now))
    if not old and not new:
        return []
    both = old.keys() & new.keys()
    changed = sum(old[one] != new[one] for one in both)
    counts = f"{len(new) - len(both)} appeared, {len(old) - len(both)} vanished, {changed} changed, {len(both) - changed} stayed"
    return [f"Memos: {counts}."]


def _named(outcome: Outcome) -> str:
    return f"{shown(outcome.given.document)}, {shown(outcome.given.code)}"


def _key(outcome: Outcome, coders: bool = True) -> tuple[str, ...]:
    """What makes two rows the same coding, wherever they stand in their files; `coders`: as the file names them."""
    given = outcome.given
    place = (given.start, given.end) if given.start else (given.text,)
    return (outcome.transcript or given.document, given.under, given.code, given.coder if coders else "", *place)


def _own(outcome: Outcome) -> tuple[str, ...]:
    given = outcome.given
    return (given.coding, outcome.transcript or given.document, given.code, given.coder)


def _keys(outcomes: Sequence[Outcome], coders: bool = True) -> Counter[tuple[str, ...]]:
    return Counter(_key(outcome, coders) for outcome in outcomes)


def _without(some: Sequence[Outcome], others: Sequence[Outcome]) -> list[Outcome]:
    """Those that are not among the others, each as often as it stands there."""
    left = _keys(others)
    found = []
    for outcome in some:
        key = _key(outcome)
        if left[key]:
            left[key] -= 1
        else:
            found.append(outcome)
    return found

"""The next version: an edited copy of the codebook, and the changes that lead to it, worked out and written down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qualcode.codebook.history import NO_REASON, History, difference, prove_version
from qualcode.codebook.model import (
    Add,
    Codebook,
    Entry,
    Merge,
    Move,
    Redefine,
    Rename,
    Restore,
    Retire,
    Split,
    _Change,
)
from qualcode.errors import CodebookError, Problems

ORDER = ("add", "restore", "rename", "redefine", "move", "merge", "split", "retire")


@dataclass(frozen=True)
class Edited:
    """A codebook that somebody edited: its entries, and what they said of codes that are not among them any more."""

    codes: dict[str, Entry]
    merges: Mapping[str, str]  # code that goes -> code it is now
    splits: Mapping[str, Sequence[str]]  # code -> the codes it is parted into
    reasons: Mapping[str, str]  # by code
    declared: Sequence[_Change] = ()  # changes that the copy declares itself


def next_version(version: str) -> str:
    """The version after: 1.0.0 -> 1.1.0, 1.1 -> 1.2, 3 -> 4."""
    numbers = [int(part) for part in re.findall(r"\d+", version)] or [1]
    if len(numbers) == 1:
        return str(numbers[0] + 1)
    return ".".join(map(str, [numbers[0], numbers[1] + 1, *[0] * (len(numbers) - 2)]))


def draft(
    history: History, edited: Edited, *, version: str = "", by: str, date: str, reason: str = "", base: str = ""
) -> Codebook:
    """The next version with every change declared.

    Parameters
    ----------
    version
        By default the one after the newest.
    by, date, reason
        For changes that say nothing themselves; without a reason `NO_REASON`, which `release` refuses.
    base
        The version that was edited (default: the newest).

    Raises
    ------
    CodebookError
        Nothing is different; a merge or split that names codes which are not there; and all that `prove_version` finds.
    """
    old = history.get(base) or history.versions[-1]
    number = history.versions.index(old)
    earlier = history.versions[: number + 1]
    problems = Problems()
    if number + 1 < len(history.versions):
        newest = history.versions[-1].version
        what = f"version {old.version} was edited, and {newest} is there already."
        problems.add(old.file, what, f"Make the changes in a copy of {newest}.")
    problems.raise_if_any(CodebookError)
    made = replace(
        old, version=version or next_version(old.version), codes=edited.codes, changes=(), file="", date=date,
        code_lines={}, change_lines=(),
    )  # fmt: skip
    ever = {code for book in earlier for code in book.codes}
    last: dict[str, Entry] = {}
    for book in earlier:
        last |= book.codes

    def sign(*codes: str) -> dict[str, str]:
        given = [edited.reasons[code] for code in codes if edited.reasons.get(code)]
        return {"reason": "; ".join(dict.fromkeys(given)) or reason or NO_REASON, "by": by, "date": date}

    found = difference(old, made)
    back = [code for code in found.added if code in ever]
    again = difference(
        replace(old, codes={code: last[code] for code in back}), replace(made, codes={c: made.codes[c] for c in back})
    )
    changes: list[_Change] = []
    reached: set[str] = set()
    for code, to in edited.splits.items():
        changes.append(Split(do="split", code=code, to=list(to), **sign(code)))
        reached |= set(to)
    by_target: dict[str, list[str]] = {}
    for code, to in edited.merges.items():
        by_target.setdefault(to, []).append(code)
    for to, codes in by_target.items():
        listed = [*codes, *([to] if to in old.codes else [])]
        changes.append(Merge(do="merge", code=listed, to=to, **sign(*codes)))
        reached.add(to)
    for code in found.added:
        if code in ever:
            changes.append(Restore(do="restore", code=code, **sign(code)))
        elif code not in reached:
            changes.append(Add(do="add", code=code, **sign(code)))
    gone = {*edited.merges, *edited.splits}
    changes += [Retire(do="retire", code=code, **sign(code)) for code in found.removed if code not in gone]
    for code in [*found.renamed, *again.renamed]:
        changes.append(Rename(do="rename", code=code, to=made.codes[code].label, **sign(code)))
    for code in [*found.moved, *again.moved]:
        changes.append(Move(do="move", code=code, to=made.codes[code].parent, **sign(code)))
    changes += [Redefine(do="redefine", code=code, **sign(code)) for code in [*found.redefined, *again.redefined]]
    changes = _with_declared(changes, edited.declared)
    if not changes:
        raise CodebookError(f"nothing is different from {old.version}.", where=old.file)
    changes.sort(key=lambda change: ORDER.index(type(change).__name__.lower()))
    made = replace(made, changes=tuple(changes), file=f"codebooks/{old.name}/{made.version}.yaml")
    prove_version(made, earlier, problems)
    problems.raise_if_any(CodebookError)
    return made


def _with_declared(changes: list[_Change], declared: Sequence[_Change]) -> list[_Change]:
    """What the copy declares itself stands; what was worked out is left out where that says it already."""
    said: set[tuple[str, str]] = set()
    for change in declared:
        do = type(change).__name__.lower()
        named = change.code  # type: ignore[attr-defined]
        for code in named if isinstance(named, list) else [named]:
            said.add((do, code))
            if isinstance(change, Merge | Split):
                said.add(("retire", code))
        if isinstance(change, Merge | Split):
            said.add((do, change.to if isinstance(change.to, str) else change.code))
            said |= {("add", code) for code in ([change.to] if isinstance(change.to, str) else change.to)}
    kept = []
    for change in changes:
        do = type(change).__name__.lower()
        named = change.code  # type: ignore[attr-defined]
        codes = named if isinstance(named, list) else [named]
        if not all((do, code) in said for code in codes):
            kept.append(change)
    return [*declared, *kept]


def read_edited(path: Path, history: History, *, where: str = "") -> tuple[Edited, str]:
    """An edited copy, and the version it was made of: a version's YAML file under any name, or the team's sheet.

    Raises
    ------
    CodebookError
        It is neither; it is of another codebook or of a version that is not there; and all that is wrong inside it.
    """
    from qualcode.codebook.read import read_codebook_file
    from qualcode.codebook.teamsheet import read_team_sheet, sheet_version

    where = where or path.name
    if not path.is_file():
        raise CodebookError("this file is not there.", where=where)
    made_of = sheet_version(path)
    if made_of is not None:
        name, version = made_of
        old = history.get(version)
        if name != history.current.name or old is None:
            raise CodebookError(f"this sheet was made of {name} {version}, which is not here.", where=where)
        ever = {code: entry for book in history.versions for code, entry in book.codes.items()}
        before = {code: entry for code, entry in ever.items() if code not in old.codes}
        return read_team_sheet(path, old, where=where, gone=before), version
    if path.suffix.lower() not in (".yaml", ".yml"):
        hint = "Edit a copy of the version's .yaml file, or make a sheet with `qualcode codebook sheet OUT.xlsx`."
        raise CodebookError("this is neither a copy of a version nor a codebook's sheet.", where=where, hint=hint)
    copy = read_codebook_file(path, where=where, any_name=True)
    if copy.name != history.current.name:
        raise CodebookError(f"this is codebook '{copy.name}', not '{history.current.name}'.", where=where)
    old = history.get(copy.version) or history.versions[-1]
    declared = [change for change in copy.changes if change not in old.changes]
    merges = {code: change.to for change in declared if isinstance(change, Merge) for code in change.code}
    gone = {code: to for code, to in merges.items() if code != to and code not in copy.codes}
    splits = {change.code: change.to for change in declared if isinstance(change, Split)}
    return Edited(copy.codes, gone, splits, {}, declared), old.version

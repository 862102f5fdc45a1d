"""All versions of a codebook: proof that declared changes explain every difference; that released files are as released."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from qualcode.codebook.model import Codebook, Entry, Merge, Move, Rename, Split, _Change
from qualcode.codebook.read import read_codebook_file
from qualcode.errors import CodebookError, Problem, Problems, nearest
from qualcode.files import read_sheet, sha256, write_text
from qualcode.study import Study, version_key

RELEASED = "released.csv"
RELEASED_COLUMNS = ("version", "sha256", "by", "date")
_Wrong = Callable[..., None]
NO_REASON = "no reason given yet"  # what `codebook draft` writes where nobody gave one


@dataclass(frozen=True)
class History:
    """A codebook's versions, oldest first, and which of them is in use."""

    versions: tuple[Codebook, ...]
    in_use: str = ""

    @property
    def current(self) -> Codebook:
        """The version in use."""
        return next(book for book in self.versions if book.version == self.in_use)

    def get(self, version: str) -> Codebook | None:
        return next((book for book in self.versions if book.version == version), None)

    def before(self, version: str) -> Codebook | None:
        """The version right before `version`."""
        older = [book for book in self.versions if version_key(book.version) < version_key(version)]
        return older[-1] if older else None

    def after(self, version: str) -> list[Codebook]:
        """The versions after `version`, up to the one in use."""
        low, high = version_key(version), version_key(self.in_use)
        return [book for book in self.versions if low < version_key(book.version) <= high]


@dataclass(frozen=True)
class Difference:
    """How one version differs from another: ids that came and went, and what is new about those that stayed."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    renamed: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    redefined: dict[str, list[str]] = field(default_factory=dict)  # id -> fields

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.renamed or self.moved or self.redefined)


def read_history(study: Study) -> History | None:
    """Every version of the codebook in use, or None where the study has none.

    Raises
    ------
    CodebookError
        What is wrong with any version's file, with lines, all at once.
    """
    files = study.codebook_files
    if not files:
        return None
    problems = Problems()
    books: list[Codebook] = []
    for older, path in pairwise(files):
        if version_key(older.stem) == version_key(path.stem):
            what = f"this is the same version as {older.name}."
            problems.add(study.shown(path), what, "Keep one of the two files.")
    for path in files:
        try:
            books.append(read_codebook_file(path, where=study.shown(path)))
        except CodebookError as error:
            problems.extend(error)
    wanted = study.config.codebook.version
    if wanted is not None and wanted not in [path.stem for path in files]:
        problems.add("config/study.yaml", f"'codebook.version': version {wanted} is not there.")
    problems.raise_if_any(CodebookError)
    return History(tuple(books), wanted or books[-1].version)


def prove(study: Study) -> History | None:
    """Read every version and prove it: declared changes are the whole difference, and released files are unedited.

    Raises
    ------
    CodebookError
        Each difference that no change declares, each change that the files do not show, each released file that was
        edited or is gone; all at once, with lines.
    """
    history = read_history(study)
    if history is None:
        return None
    problems = Problems()
    for number, book in enumerate(history.versions):
        if number:  # before the first there is nothing to hold its changes against: see `unproved`
            prove_version(book, history.versions[:number], problems)
    check_released(study, problems)
    problems.raise_if_any(CodebookError)
    return history


def difference(old: Codebook, new: Codebook) -> Difference:
    """What is different in `new`; the order of entries is not looked at."""
    return _difference(old.codes, new.codes)


def _difference(old: dict[str, Entry], new: dict[str, Entry]) -> Difference:
    found = Difference(
        added=[code for code in new if code not in old], removed=[code for code in old if code not in new]
    )
    for code, entry in new.items():
        if code not in old:
            continue
        before = old[code]
        if entry.label != before.label:
            found.renamed.append(code)
        if entry.parent != before.parent:
            found.moved.append(code)
        fields = [
            name
            for name in Entry.model_fields
            if name not in ("id", "label", "parent") and _said(entry, name) != _said(before, name)
        ]
        if fields:
            found.redefined[code] = fields
    return found


def _said(entry: Entry, field: str) -> object:
    """What a field says; the order of codes and of names says nothing."""
    value = getattr(entry, field)
    return sorted(value) if field in ("double_code_with", "aliases") else value


# ---------------------------------------------------------------- the proof


def prove_version(book: Codebook, earlier: Sequence[Codebook], problems: Problems) -> None:
    """Hold the changes that `book` declares against the versions before it, oldest first; what is wrong goes to `problems`."""
    _Proof(book, earlier, problems).run()


class _Proof:
    def __init__(self, book: Codebook, earlier: Sequence[Codebook], problems: Problems) -> None:
        self.book, self.old, self.problems = book, earlier[-1], problems
        self.last: dict[str, Entry] = {}  # each code as it stood last
        self.stood: dict[str, str] = {}  # and in which version
        for version in earlier:
            self.last |= version.codes
            self.stood |= dict.fromkeys(version.codes, version.version)
        self.explained: dict[str, dict[str, int]] = {
            what: {} for what in ("comes", "goes", "rename", "move", "redefine", "split")
        }  # what -> code -> line

    def run(self) -> None:
        lines = self.book.change_lines or (0,) * len(self.book.changes)
        for number, (change, line) in enumerate(zip(self.book.changes, lines, strict=True), start=1):
            self._declared(change, number, line)
        parted = {change.code for change in self.book.changes if isinstance(change, Split)}
        for number, (change, line) in enumerate(zip(self.book.changes, lines, strict=True), start=1):
            if isinstance(change, Merge) and change.to in parted:
                what = f"change {number} (merge): code '{change.to}' is split in the same version."
                hint = "Which part is meant? Merge into that part, or split in the next version."
                self._wrong(what, hint, line=line)
        base = {code: self.last[code] for code in self.last if code in self.old.codes or code in self.book.codes}
        found = _difference(base, self.book.codes)
        before = self.old.version
        for code in self.book.codes:
            if code in self.old.codes or code in self.explained["comes"]:
                continue
            if code in self.last:
                what = (
                    f"code '{code}' stood in {self.stood[code]}, not in {before}, and is here again; no change says so."
                )
                hint = (
                    "Declare it with `do: restore`, or give a new code a new id: an id stands for one code, for ever."
                )
                self._wrong(what, hint, code=code)
            else:
                self._undeclared(f"code '{code}' is new", "add", code)
        for code in found.removed:
            if code not in self.explained["goes"]:
                what = f"code '{code}' stood in {before} and is gone; no change says so."
                self._wrong(what, "Declare it with `do: retire`, `merge` or `split`.")
        for code in found.renamed:
            if code not in self.explained["rename"]:
                self._undeclared(f"code '{code}' has another label than in {self.stood[code]}", "rename", code)
        for code in found.moved:
            if code not in self.explained["move"]:
                self._undeclared(f"code '{code}' has another parent than in {self.stood[code]}", "move", code)
        for code, fields in found.redefined.items():
            if code not in self.explained["redefine"]:
                what = f"code '{code}' is not as in {self.stood[code]} ({', '.join(fields)})"
                self._undeclared(what, "redefine", code)

    # ------------------------------------------------------------ one declared change

    def _declared(self, change: _Change, number: int, line: int) -> None:
        do = type(change).__name__.lower()

        def wrong(what: str, hint: str = "") -> None:
            self._wrong(f"change {number} ({do}): {what}", hint, line=line)

        if isinstance(change, Merge):
            self._merge(change, line, wrong)
        elif isinstance(change, Split):
            self._split(change, line, wrong)
        elif do in ("add", "restore"):
            self._comes(do, change.code, line, wrong)  # type: ignore[attr-defined]
        elif do == "retire":
            self._goes(change.code, line, wrong)  # type: ignore[attr-defined]
        else:
            self._stays(do, change, line, wrong)

    def _comes(self, do: str, code: str, line: int, wrong: _Wrong) -> None:
        if code not in self.book.codes:
            wrong(f"code '{code}' is not in this version.", nearest(code, self.book.codes))
        elif code in self.old.codes:
            wrong(f"code '{code}' stood in {self.old.version} already.")
        elif do == "add" and code in self.last:
            wrong(f"code '{code}' is not new: it stood in {self.stood[code]}.", "Declare it with `do: restore`.")
        elif do == "restore" and code not in self.last:
            wrong(f"code '{code}' stood in no earlier version.", nearest(code, self.last))
        self._once("comes", code, line, wrong)

    def _goes(self, code: str, line: int, wrong: _Wrong) -> None:
        if code not in self.old.codes:
            wrong(f"code '{code}' is not in {self.old.version}.", nearest(code, self.old.codes))
        elif code in self.book.codes:
            wrong(f"code '{code}' is still in this version.", "Take its entry out, or the change.")
        self._once("goes", code, line, wrong)

    def _stays(self, do: str, change: _Change, line: int, wrong: _Wrong) -> None:
        code: str = change.code  # type: ignore[attr-defined]
        self._once(do, code, line, wrong)
        if code not in self.book.codes:
            wrong(f"code '{code}' is not in this version.", nearest(code, self.book.codes))
            return
        if code not in self.last:
            wrong(f"code '{code}' is in no version before this one.", nearest(code, self.old.codes))
            return
        new, before = self.book.codes[code], self.last[code]
        if isinstance(change, Rename):
            if new.label != change.to:
                wrong(f"the label of '{code}' is not what the change names.", "Write the same label in both places.")
            elif new.label == before.label:
                wrong(f"the label of '{code}' is as it was.")
        elif isinstance(change, Move):
            if new.parent != change.to:
                wrong(f"the parent of '{code}' is '{new.parent}', not '{change.to}'.")
            elif new.parent == before.parent:
                wrong(f"the parent of '{code}' is as it was.")
        elif code not in _difference({code: before}, {code: new}).redefined:
            wrong(f"nothing about '{code}' is other than it was.", "Label and parent have changes of their own.")

    def _merge(self, change: Merge, line: int, wrong: _Wrong) -> None:
        if change.to not in self.book.codes:
            wrong(f"'{change.to}' is not in this version.", nearest(change.to, self.book.codes))
        gone = [code for code in dict.fromkeys(change.code) if code != change.to]
        if not gone:
            wrong("no code is merged into another.")
        for code in gone:
            self._goes(code, line, wrong)
        self._target(change.to, line, wrong)

    def _split(self, change: Split, line: int, wrong: _Wrong) -> None:
        if change.code not in change.to:
            self._goes(change.code, line, wrong)
        else:
            if change.code not in self.old.codes:
                wrong(f"code '{change.code}' is not in {self.old.version}.", nearest(change.code, self.old.codes))
            self._once("split", change.code, line, wrong)
        if len(set(change.to)) < 2:
            wrong("'to' must name two codes or more.", "To give a code another id, use `merge`.")
        for code in dict.fromkeys(change.to):
            if code not in self.book.codes:
                wrong(f"'{code}' is not in this version.", nearest(code, self.book.codes))
            self._target(code, line, wrong)

    def _target(self, code: str, line: int, wrong: _Wrong) -> None:
        """What a merge or a split leads to may be new: the change itself says so."""
        if code in self.book.codes and code not in self.last:
            self.explained["comes"].setdefault(code, line)

    def _once(self, what: str, code: str, line: int, wrong: _Wrong) -> None:
        if what != "comes" and code in self.explained[what]:
            first = self.explained[what][code]
            wrong(f"{f'line {first}' if first else 'another change'} says the same of '{code}'.", "Keep one.")
        self.explained[what][code] = line

    def _undeclared(self, what: str, do: str, code: str) -> None:
        self._wrong(f"{what}; no change says so.", f"Declare it with `do: {do}`.", code=code)

    def _wrong(self, what: str, hint: str = "", *, line: int = 0, code: str = "") -> None:
        line = line or self.book.code_lines.get(code, 0)
        self.problems.add(self.book.file, what, hint, place=f"line {line}" if line else "")


# ---------------------------------------------------------------- releases


def file_hash(path: Path) -> str:
    """SHA-256 of a version's file with `\\n` line ends, so that a checkout on another system changes nothing."""
    return sha256(path.read_bytes().replace(b"\r\n", b"\n"))


def read_released(study: Study) -> dict[str, dict[str, str]]:
    """Rows of codebooks/NAME/released.csv by version, with `row`; empty where nothing has been released.

    Raises
    ------
    CodebookError
        Columns missing, or a version twice.
    """
    files = study.codebook_files
    path = files[0].parent / RELEASED if files else None
    if path is None or not path.is_file():
        return {}
    where = study.shown(path)
    sheet = read_sheet(path, shown_as=where)
    problems = Problems()
    sheet.check_head(where, problems, RELEASED_COLUMNS[:2])
    problems.raise_if_any(CodebookError)
    found: dict[str, dict[str, str]] = {}
    for row, line in zip(sheet.rows, sheet.data.to_dict("records"), strict=True):
        version = str(line["version"])
        if version in found:
            what = f"version {version} stands here and in row {found[version]['row']}."
            problems.add(where, what, "Keep one.", place=f"row {row}")
            continue
        found[version] = {name: str(line.get(name, "")) for name in RELEASED_COLUMNS} | {"row": str(row)}
    problems.raise_if_any(CodebookError)
    return found


def check_released(study: Study, problems: Problems) -> None:
    """Whether every released version's file is there and as it was released."""
    try:
        released = read_released(study)
    except CodebookError as error:
        problems.extend(error)
        return
    files = {path.stem: path for path in study.codebook_files}
    for version, line in released.items():
        signed = f"released by {line['by'] or 'nobody named'} on {line['date'] or 'no date'}"
        if version not in files:
            folder = study.shown(study.codebook_files[0].parent)
            what = f"version {version} was {signed}, and its file is gone."
            problems.add(f"{folder}/{RELEASED}", what, f"Put {version}.yaml back.", place=f"row {line['row']}")
        elif file_hash(files[version]) != line["sha256"].lower():
            what = f"this version was {signed}, and the file has been edited since."
            hint = "Put the released file back, and make the change in a new version (`qualcode codebook draft`)."
            problems.add(study.shown(files[version]), what, hint)


def release(study: Study, version: str, *, by: str, day: str) -> Path:
    """Write a version's hash, who released it and when, into codebooks/NAME/released.csv, after proving it.

    Raises
    ------
    CodebookError
        What `prove` finds; no such version; released already; changes whose reason nobody gave yet; no name or no date.
    """
    history = prove(study)
    if history is None:
        raise CodebookError("the study has no codebook.", where="codebooks/")
    book = history.get(version)
    if book is None:
        hint = nearest(version, [one.version for one in history.versions])
        raise CodebookError(f"there is no version {version}.", where=f"codebooks/{history.current.name}", hint=hint)
    problems = Problems()
    for change, line in zip(book.changes, book.change_lines, strict=True):
        if change.reason == NO_REASON:
            problems.add(book.file, "this change has no reason yet.", "Write why.", place=f"line {line}")
    if not by.strip():
        problems.add("--by", "nobody is named.", "Name who releases it.")
    try:
        date.fromisoformat(day)
    except ValueError:
        problems.add("--date", f"'{day}' is not a date.", "Write it as 2024-03-31.")
    released = read_released(study)
    if version in released:
        line_ = released[version]
        what = f"version {version} was released by {line_['by']} on {line_['date']} already."
        problems.add(book.file, what)
    problems.raise_if_any(CodebookError)
    file = next(path for path in study.codebook_files if path.stem == version)
    path = file.parent / RELEASED
    rows = [[line_[name] for name in RELEASED_COLUMNS] for line_ in released.values()]
    rows.append([version, file_hash(file), by.strip(), day])
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(RELEASED_COLUMNS)
    writer.writerows(rows)
    write_text(path, text.getvalue())
    return path


def unproved(history: History) -> Problem | None:
    """A note where the oldest version declares changes from one that is not here."""
    first = history.versions[0]
    if not any(type(change).__name__ != "Add" for change in first.changes):
        return None
    what = "this is the oldest version here, and it declares changes from one before it: they cannot be held against anything."
    return Problem(first.file, what, "Put the earlier version beside it.")

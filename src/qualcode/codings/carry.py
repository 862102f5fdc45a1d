"""Codings made under an earlier version of the codebook, carried to the version in use by the changes declared between."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from qualcode.codebook.history import History
from qualcode.codebook.model import Codebook, Merge, Restore, Retire, Split, plain
from qualcode.errors import CodingsError, Problem, Problems
from qualcode.study import version_key
from qualcode.tables import join

SPLIT = "split"  # the kind of a decision on a coding whose code was split
NONE = "none"  # the choice that says that none of the codes it was split into fits
ACTIVE, OPEN, RETIRED = "active", "open", "retired"


@dataclass(frozen=True)
class Step:
    """What one version's change did to a coding: its code before, and after ("" where it has none now)."""

    version: str
    do: str
    code: str
    to: str


@dataclass(frozen=True)
class Carried:
    """A coding's code in the version in use.

    `status` is active; open (its code was split, and nobody has chosen yet: `code` is the old one, `candidates` those it
    may become); none (split, and none of them fits); retired (`code` is used no longer).
    """

    code: str
    status: str = ACTIVE
    version: str = ""  # the version it was made under
    steps: tuple[Step, ...] = ()
    candidates: tuple[str, ...] = ()
    split_in: str = ""  # the version that split it last, and how that was decided
    split_code: str = ""
    choice: str = ""
    by: str = ""
    on: str = ""
    decision: str = ""


class Carrier:
    """Looks names up in the version that a coding was made under, and applies the changes of every version since.

    Parameters
    ----------
    decisions
        Table `decisions` in force; rows of kind `split` are about a coding, their choice is a code or `none`, their
        value `CODE@VERSION` (empty: any split that has this choice).
    """

    def __init__(self, history: History, decisions: pd.DataFrame) -> None:
        self.history = history
        self.names = {book.version: _names(book) for book in history.versions}
        self.current = history.current
        self._found: dict[tuple[str, str, str], tuple[str, str] | None] = {}
        self._after: dict[str, list[Codebook]] = {}
        self.rulings: dict[str, list[dict[str, str]]] = {}
        signed = decisions[(decisions["kind"] == SPLIT) & (decisions["choice"] != "")] if len(decisions) else decisions
        for line in signed.to_dict("records"):
            row = {str(key): str(value) for key, value in line.items()}
            self.rulings.setdefault(row["about"], []).append(row)
        self._check_rulings()

    def find(self, name: str, version: str, path: str = "") -> tuple[str, str] | None:
        """The code called `name` (in a tree of labels: `path`) and the version it was made under.

        That is `version`, else the newest before it that knows the name, else the one in use, else the newest after it: so
        a label that a code had once is still its name, as long as no other code has it.
        """
        name, path = unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", path)
        key, now = version_key(version), version_key(self.current.version)
        older = [book for book in self.history.versions if version_key(book.version) <= key]
        newer = [book for book in self.history.versions if key < version_key(book.version) <= now]
        if not older and name in {code for book in self.history.after(version) for code in _gone(book)}:
            return name, version  # made under a version that is not here any more
        for book in [*reversed(older), *reversed(newer)]:
            code = self._known(book, name, path)
            if code:
                return code, book.version
        return None

    def _known(self, book: Codebook, name: str, path: str) -> str:
        names = self.names[book.version]
        if name in book.codes:
            return name
        return (names.get(path) if path else "") or names.get(name) or names.get(plain(name)) or ""

    def carry(self, name: str, version: str, coding: str, path: str = "") -> Carried | None:
        """What the code that a coding calls `name` is in the version in use; None where no version knows the name."""
        key = (name, version or self.current.version, path)
        if key not in self._found:
            self._found[key] = self.find(*key)
        found = self._found[key]
        if found is None:
            return None
        code, made = found
        if made not in self._after:
            self._after[made] = self.history.after(made)
        status = ACTIVE
        steps: list[Step] = []
        last: dict[str, object] = {}
        for book in self._after[made]:
            for change in book.changes:
                if isinstance(change, Restore) and _was(change.code, steps):
                    steps.append(Step(book.version, "restore", code, change.code))
                    code, status, last = change.code, ACTIVE, {}
                if status != ACTIVE:
                    continue
                if isinstance(change, Merge) and code in change.code and code != change.to:
                    steps.append(Step(book.version, "merge", code, change.to))
                    code = change.to
                elif isinstance(change, Retire) and change.code == code:
                    steps.append(Step(book.version, "retire", code, ""))
                    status = RETIRED
                elif isinstance(change, Split) and change.code == code:
                    ruling = self._ruling(coding, code, book.version, change.to)
                    choice = ruling.get("choice", "")
                    last = {"candidates": tuple(change.to), "split_in": book.version, "split_code": code}
                    last |= {key: ruling.get(key, "") for key in ("choice", "by", "on", "decision")}
                    steps.append(Step(book.version, "split", code, choice if choice != NONE else ""))
                    if not choice or choice == NONE:
                        status = choice or OPEN
                    else:
                        code = choice
                    break  # the other changes of this version are about codes, not about this coding's old one
        if status == ACTIVE and code not in self.current.codes:
            return None
        return Carried(code, status, made, tuple(steps), **last)  # type: ignore[arg-type]

    def _ruling(self, coding: str, code: str, version: str, candidates: Iterable[str]) -> dict[str, str]:
        allowed = {*candidates, NONE}
        for row in self.rulings.get(coding, []):
            if row["choice"] in allowed and row["value"] in ("", f"{code}@{version}"):
                return row
        return {}

    def _check_rulings(self) -> None:
        """Two decisions in force on one split of one coding must say the same; choices must be the split's."""
        problems = Problems()
        splits = {
            f"{change.code}@{book.version}": change.to
            for book in self.history.versions
            for change in book.changes
            if isinstance(change, Split)
        }
        for coding, rows in sorted(self.rulings.items()):
            first: dict[str, dict[str, str]] = {}
            for row in rows:
                where, place = row.get("_file", "data/raw/decisions"), f"row {row['_row']}" if "_row" in row else ""
                other = first.setdefault(row["value"], row)
                if other["choice"] != row["choice"]:
                    what = f"coding '{coding}' is decided otherwise in {other.get('_file', '')}, row {other.get('_row', '')}."
                    hint = f"Name the one that no longer holds in 'supersedes' ({other['decision']})."
                    problems.add(where, what, hint, place=place)
                known = splits.get(row["value"])
                if row["value"] and known is not None and row["choice"] not in (*known, NONE):
                    what = f"decision '{row['decision']}': '{row['choice']}' is not what {row['value']} was split into."
                    problems.add(where, what, f"Choose one of: {', '.join([*known, NONE])}.", place=place)
        problems.raise_if_any(CodingsError)


def carry_decisions(decisions: pd.DataFrame, history: History | None) -> tuple[pd.DataFrame, list[Problem]]:
    """Decisions on disagreements that gave a passage another code, with that code as it is in the version in use.

    A code that was merged is followed; one that was split or retired leaves its disagreement open, and is said.
    """
    from qualcode.decisions.table import DISAGREEMENT, parse_other

    found: list[Problem] = []
    if history is None or not len(decisions):
        return decisions, found
    carrier = Carrier(history, decisions.iloc[:0])
    made = decisions.copy()
    others = decisions[(decisions["kind"] == DISAGREEMENT) & (decisions["choice"] == "other")]
    for at, line in others.iterrows():
        code, start, end = parse_other(str(line["value"]))
        stood = [book.version for book in history.versions if code in book.codes]
        if not code or code in history.current.codes or not stood:
            continue
        carried = carrier.carry(code, stood[-1], "")
        if carried is not None and carried.status == ACTIVE:
            made.loc[at, "value"] = carried.code + (f" {start}-{end}" if start is not None else "")
            continue
        made.loc[at, ["choice", "value"]] = ["open", ""]
        what = f"decision '{line['decision']}' gives code '{code}', which the codebook in use does not have any more."
        hint = "Its disagreement is open again: decide it anew in the sheet of `qualcode pack meeting`."
        where, place = str(line.get("_file", "data/raw/decisions")), f"row {line['_row']}" if "_row" in line else ""
        found.append(Problem(where, what, hint, place))
    return made, found


def carrier_of(study: object, version: str) -> Carrier | None:
    """The carrier of a study whose version in use is `version`; None where there are no versions to carry between."""
    from qualcode.codebook.history import read_history
    from qualcode.decisions.table import read_decisions

    if not version or not study.codebook_files:  # type: ignore[attr-defined]
        return None
    history = read_history(study)  # type: ignore[arg-type]
    if history is None or history.in_use != version:
        return None
    return Carrier(history, read_decisions(study))  # type: ignore[arg-type]


def split_row(coding: dict[str, object], carried: Carried) -> dict[str, object]:
    """A coding whose code was split, as table `splits` has it."""
    return coding | {
        "code": carried.split_code,
        "candidates": ";".join(carried.candidates),
        "version": carried.split_in,
        "choice": carried.choice,
        "by": carried.by,
        "on": carried.on,
        "decision": carried.decision,
        "status": OPEN if carried.status == OPEN else NONE if carried.choice == NONE else "decided",
    }


def carried_report(carried: Iterable[tuple[Carried, str]]) -> list[dict[str, object]]:
    """Rows of table `report_carried`: each change that met codings, how many of which coders, and how many are open."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    open_: Counter[tuple[str, str, str, str]] = Counter()
    coders: dict[tuple[str, str, str, str], set[str]] = {}
    for one, coder in carried:
        for step in one.steps:
            to = ";".join(one.candidates) if step.do == "split" and step.version == one.split_in else step.to
            key = (step.version, step.do, step.code, to)
            counts[key] += 1
            coders.setdefault(key, set()).add(coder)
            open_[key] += step.do == "split" and one.status == OPEN and step.version == one.split_in
    return [
        {"version": version, "change": do, "code": code, "to": to, "codings": counts[key], "open": open_[key]}
        | {"coders": join(coders[key])}
        for key in sorted(counts, key=lambda key: (version_key(key[0]), key))
        for version, do, code, to in [key]
    ]


def notes(carried: Iterable[tuple[Carried, str]]) -> list[Problem]:
    """What people should know: splits that wait for them."""
    waiting: Counter[tuple[str, str]] = Counter()
    for one, _ in carried:
        if one.status == OPEN:
            waiting[one.split_code, one.split_in] += 1
    hint = "Give the work out with `qualcode pack splits`; until then they are missing, never 'not applied'."
    return [
        Problem("codebooks/", f"{number} codings of '{code}', split in {version}, wait for somebody to choose.", hint)
        for (code, version), number in sorted(waiting.items())
    ]


def _was(code: str, steps: list[Step]) -> bool:
    """Whether a coding had this code until the code went, and nobody gave it another since: with the code it comes back."""
    since = [number for number, step in enumerate(steps) if step.code == code and step.do != "restore"]
    return bool(since) and not any(step.do == "split" and step.to for step in steps[since[-1] :])


def _gone(book: Codebook) -> set[str]:
    """Codes that a version's changes speak of as being there before it."""
    found: set[str] = set()
    for change in book.changes:
        if isinstance(change, Merge):
            found |= set(change.code)
        elif isinstance(change, Split | Retire):
            found.add(change.code)
    return found


def _names(book: Codebook) -> dict[str, str]:
    """What a code may be called in one version: id, path of labels, a label that only it has, an alias (as `plain` has them)."""
    labels: dict[str, set[str]] = {}
    for code, entry in book.codes.items():
        labels.setdefault(plain(entry.label), set()).add(code)
    paths: dict[str, set[str]] = {}
    for code, path in book.paths.items():
        paths.setdefault(path, set()).add(code)
    made = {plain(alias): code for code, entry in book.codes.items() for alias in entry.aliases}
    made |= {label: next(iter(codes)) for label, codes in labels.items() if len(codes) == 1}
    made |= {path: next(iter(codes)) for path, codes in paths.items() if len(codes) == 1}
    return made | {code: code for code in book.codes}

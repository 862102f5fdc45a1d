"""An alignment sheet that a team has filled in, read back into decisions; and the new codes that it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.codebook.additions import NewCode, add_codes, told
from qualcode.codebook.history import History, read_history
from qualcode.codebook.sheet import write_codebook_file
from qualcode.codings.carry import NONE
from qualcode.decisions.alignment import COLUMNS, FILE, KIND, NONE_WORD, PACK, SHEET, plain
from qualcode.decisions.layout import bracketed
from qualcode.decisions.sheet_in import facts_of, open_workbook
from qualcode.decisions.table import all_rows, append_decisions, read_decisions
from qualcode.decisions.worklist import against, read_page, signed
from qualcode.errors import DecisionsError, Problems, nearest
from qualcode.study import Study
from qualcode.tables import read

_NEW = "\x00new\x1f"  # before the key of a new code, until it has an id


def import_alignment(study: Study, path: Path, *, new_codes: bool = False, dry_run: bool = False) -> dict[str, Any]:
    """Read the choices of a filled alignment sheet and add what is new to data/raw/decisions/alignment.csv.

    A row without a choice changes nothing. A choice that differs from the one in force supersedes it, where the sheet knew
    that one or its date is later.

    Parameters
    ----------
    new_codes
        Labels that the codebook does not have are new codes: the next version (1.0.0 where there is none) is drafted with
        them, under the names, dates and reasons of their rows.

    Returns
    -------
    `{"kind": "alignment", "message", "added", "changed", "unchanged", "undecided", "decisions", "new_codes"}`.

    Raises
    ------
    DecisionsError
        All at once, with the sheet's row: a code of a coder that is not known, a label that the codebook does not have
        (without `new_codes`) or that several of its codes have, a parent for a code that is there already or that is not
        known, a choice without name or date, two rows that contradict each other, a later choice of somebody else. Nothing
        is written then.
    """
    where = study.shown(path)
    book = open_workbook(path)
    facts = facts_of(book)
    if facts.get("qualcode") != PACK or SHEET not in book.sheetnames:
        raise DecisionsError(
            "this is not an alignment sheet.", where=where, hint="Make one with `qualcode pack alignment`."
        )
    table = study.reports / "tables" / "alignment.csv"
    if not table.is_file():
        hint = "Make them with `qualcode run --until codings`, then import the sheet again."
        raise DecisionsError("the study's codings have not been read yet.", where=where, hint=hint)
    known = {str(row["about"]): row for row in read("report_alignment", table).to_dict("records")}
    problems = Problems()
    rows = read_page(book[SHEET], COLUMNS, ("about", "choice", "by", "on"), "about", where, problems)
    problems.raise_if_any(DecisionsError)
    history = read_history(study)
    names = _Names(history, where, problems, new_codes)
    title = study.config.study.title
    if facts.get("study", "") != title and not any(row["about"] in known for row in rows):
        what = f"this sheet was made for the study '{facts.get('study', '')}', and this study is '{title}'."
        raise DecisionsError(what, where=where, hint="Name the right study with -C.")
    made, counts = _new_rows(study, rows, known, names, where, problems)
    parents = _new_parents(rows, names, where, problems)
    problems.raise_if_any(DecisionsError)
    said: list[str] = []
    ids: dict[str, str] = {}
    wanted = {row["choice"] for row in made if row["choice"].startswith(_NEW)}
    if wanted:
        new = _drafted(wanted, rows, names, parents, known, path.name)
        version, ids = add_codes(history, new)
        said = told(version, new, ids, dry_run=dry_run)
    for row in made:
        if row["choice"].startswith(_NEW):
            row["choice"], row["value"] = ids[row["choice"]], version.version
    append_decisions(study, made, file=FILE, dry_run=True)  # what would contradict is said before anything is written
    if wanted and not dry_run:
        write_codebook_file(version, study.root / version.file)
    written = append_decisions(study, made, file=FILE, dry_run=dry_run)
    said.append(
        f"{where}: {counts['added']} new choices, {counts['changed']} changed, {counts['unchanged']} as before, "
        f"{counts['undecided']} not decided."
    )
    return {
        "kind": PACK,
        "message": "\n".join(said),
        **counts,
        "decisions": [] if dry_run else written,
        "new_codes": sorted(ids.values()),
    }


def not_imported(study: Study, path: Path) -> int:
    """How many choices stand in an alignment sheet that have not been imported; those that cannot be count too."""
    rows = read_page(open_workbook(path)[SHEET], COLUMNS, ("about", "choice"), "about", path.name, Problems())
    signed_by = {(row["about"], row["by"], row["on"]) for row in all_rows(study) if row["kind"] == KIND}
    return sum(bool(row["choice"]) and (row["about"], row["by"], row["on"]) not in signed_by for row in rows)


# ---------------------------------------------------------------- what a cell means


@dataclass
class _Names:
    """The codebook's names, and the labels that are new in this sheet (by key)."""

    history: History | None
    where: str
    problems: Problems
    new_codes: bool
    new: dict[str, str] = field(default_factory=dict)  # key -> label as first written

    def __post_init__(self) -> None:
        codes = self.history.current.codes if self.history is not None else {}
        self.labels = {code: entry.label for code, entry in codes.items()}
        self.parents = {code: entry.parent for code, entry in codes.items()}
        self.by_label: dict[str, list[str]] = {}
        for code, entry in codes.items():
            for name in {plain(entry.label), *map(plain, entry.aliases)}:
                self.by_label.setdefault(name, []).append(code)

    def code(self, cell: str, place: str, what: str) -> str:
        """The code that a cell means: its id, or `_NEW` and the key of a new code; "" where that is a problem."""
        inside = bracketed(cell)
        for name in (inside, cell):
            if name in self.labels or self.stood(name):
                return name
        found = self.by_label.get(plain(cell), [])
        if len(found) == 1:
            return found[0]
        if found:
            hint = f"Choose from the list: {', '.join(found)}."
            self.problems.add(self.where, f"{what} '{cell}' is the label of {len(found)} codes.", hint, place=place)
            return ""
        book = self.history.current if self.history is not None else None
        named = f"no code of codebook {book.name} {book.version}" if book else "no code: the study has no codebook yet"
        if inside or not self.new_codes:
            hint = nearest(cell, [*self.labels.values(), NONE_WORD]) if book else ""
            hint += "" if inside else " If it is a new code: import the sheet with --new-codes."
            self.problems.add(self.where, f"{what} '{cell}' is {named}.", hint.strip(), place=place)
            return ""
        key = _NEW + plain(cell)
        self.new.setdefault(key, cell)
        return key

    def stood(self, code: str) -> str:
        """The newest version that had a code which the one in use has no longer."""
        books = self.history.versions if self.history is not None else ()
        return next((book.version for book in reversed(books) if code in book.codes), "")


def _new_rows(
    study: Study,
    filled: list[dict[str, str]],
    known: Mapping[str, Mapping[Any, Any]],
    names: _Names,
    where: str,
    problems: Problems,
) -> tuple[list[dict[str, str]], dict[str, int]]:
    """The judgements to add, and how many are new, changed, as before, not made."""
    standing = read_decisions(study)
    ruled = standing[(standing["kind"] == KIND) & (standing["choice"] != "")]
    there = {str(line["about"]): line for line in ruled.to_dict("records")}
    ever = {row["decision"] for row in all_rows(study)}
    in_use = names.history.in_use if names.history is not None else ""
    counts = {"added": 0, "changed": 0, "unchanged": 0, "undecided": 0}
    seen: dict[str, dict[str, str]] = {}
    rows: list[dict[str, str]] = []
    for row in filled:
        about, place = row["about"], row["place"]
        if not row["choice"]:
            counts["undecided"] += 1
            if row["parent"]:
                problems.add(where, "there is a parent, but no common code.", "Fill in 'Common code'.", place=place)
            continue
        if about not in known:
            hint = (
                "Its file has changed or gone since the sheet was made. Make a new one with `qualcode pack alignment`."
            )
            problems.add(where, f"code '{about}' is no code of a coder's own here.", hint, place=place)
            continue
        other = seen.setdefault(about, row)
        if other is not row:
            if plain(other["choice"]) != plain(row["choice"]):
                what = f"this code is aligned otherwise in {other['place']}."
                problems.add(where, what, "Keep one of the two.", place=place)
            continue
        signed(row, where, problems)
        choice = NONE if plain(row["choice"]) in (NONE, NONE_WORD) else names.code(row["choice"], place, "common code")
        if not choice:
            continue
        row["meant"] = choice
        version = in_use if choice in names.labels or choice == NONE else names.stood(choice)
        new = {"kind": KIND, "about": about, "choice": choice, "value": version}
        new |= {name: row[name] for name in ("reason", "by", "on")}
        became = against(new, there.get(about), row, ever, f"code '{about}'", where, problems)
        if became:
            counts[became] += 1
        if became in ("added", "changed"):
            rows.append(new)
    return rows, counts


# ---------------------------------------------------------------- new codes


def _new_parents(filled: list[dict[str, str]], names: _Names, where: str, problems: Problems) -> dict[str, str]:
    """Where each new code stands: by its key, an id of the codebook or the key of another new code."""
    parents: dict[str, str] = {}
    first: dict[str, str] = {}
    for row in filled:
        code = row.get("meant", "")
        if not row["parent"] or not code:
            continue
        parent = names.code(row["parent"], row["place"], "parent")
        if not parent:
            continue
        if not code.startswith(_NEW):
            if code == NONE or parent != names.parents.get(code, ""):
                what = f"'{row['choice']}' is no new code, and a parent is named for it."
                hint = "Leave the parent empty; codes are moved in the sheet of `qualcode codebook sheet`."
                problems.add(where, what, hint, place=row["place"])
        elif parents.setdefault(code, parent) != parent:
            what = f"new code '{row['choice']}' belongs under something else in {first[code]}."
            problems.add(where, what, "Keep one of the two.", place=row["place"])
        first.setdefault(code, row["place"])
    return parents


def _drafted(
    wanted: set[str],
    filled: list[dict[str, str]],
    names: _Names,
    parents: Mapping[str, str],
    known: Mapping[str, Mapping[Any, Any]],
    file: str,
) -> list[NewCode]:
    """The new codes, parents that only a row names too, in the order of the sheet."""
    waiting = sorted(wanted)
    needed: set[str] = set()
    while waiting:
        key = waiting.pop()
        if key not in needed:
            needed.add(key)
            waiting += [parents[key]] if parents.get(key, "").startswith(_NEW) else []
    made = []
    for key in (key for key in names.new if key in needed):
        rows = [row for row in filled if row.get("meant") == key]
        signs = rows or [row for row in filled if row.get("meant") and _NEW + plain(row["parent"]) == key]
        said = [(known[row["about"]], row) for row in rows if row["about"] in known]
        meant = [(line, str(line["definition"])) for line, _ in said if line["definition"]]
        words = list(dict.fromkeys(text for _, text in meant))
        notes = [f"{line['coder']}, {line['own_code']}: {text}" for line, text in meant] if len(words) > 1 else []
        reasons = list(dict.fromkeys(row["reason"] for row in rows if row["reason"]))
        parent = parents.get(key, "")
        made.append(
            NewCode(
                key=key,
                label=names.new[key],
                parent="" if parent.startswith(_NEW) else parent,
                below=parent if parent.startswith(_NEW) else "",
                definition=words[0] if len(words) == 1 else "",
                notes="\n".join(notes),
                reason="; ".join(reasons) or f"named in the alignment of coders' own codes ({file})",
                by=signs[0]["by"],
                date=signs[0]["on"],
            )
        )
    return made

"""A review sheet that somebody has filled in: names to the key, judgements to the decisions, by the candidates' ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qualcode.decisions.sheet_in import facts_of, open_workbook
from qualcode.decisions.table import all_rows, append_decisions, read_decisions
from qualcode.decisions.worklist import against, read_page, signed
from qualcode.deidentify.key import KINDS, Entry, Key, check_key, plain, write_entries
from qualcode.deidentify.place import KIND, key_path, shown, study_key
from qualcode.deidentify.replace import REPLACE, candidate_id
from qualcode.deidentify.review import COLUMNS, PACK, SAME, SHEET, WORDS, is_review_sheet
from qualcode.deidentify.study import FILE, owners_of
from qualcode.errors import DeidentifyError, Problems, nearest
from qualcode.study import Study


def import_review(study: Study, path: Path, *, dry_run: bool = False) -> dict[str, Any]:
    """Read the decisions of a filled review sheet: forms go to the key, judgements to data/raw/decisions/identifiers.csv.

    A row without a decision changes nothing. A decision that differs from the one in force supersedes it, where the sheet knew
    that one or its date is later.

    Returns
    -------
    `{"kind": "identifiers", "message", "added", "changed", "unchanged", "undecided", "decisions", "key_rows"}`.

    Raises
    ------
    DeidentifyError, DecisionsError
        All at once, with the sheet's row and no names: a decision that is not known, without name or date, without a pseudonym,
        `same as` somebody who is not known or in a circle, a row whose candidate was typed over, two rows that contradict
        each other, a pseudonym that the key's rules refuse. Nothing is written then.
    """
    where = study.shown(path)
    book = open_workbook(path)
    if facts_of(book).get("qualcode") != PACK or SHEET not in book.sheetnames:
        hint = "Make one with `qualcode pack identifiers`."
        raise DeidentifyError("this is not a sheet of candidates.", where=where, hint=hint)
    key = study_key(study)
    if key is None or not key.secret:
        hint = "The sheet's ids belong to a key: say where it is in deidentify.key."
        raise DeidentifyError("the study's pseudonym key is not there.", where=where, hint=hint)
    problems = Problems()
    needed = ("words", "choice", "value", "kind", "by", "on", "about")
    rows = read_page(book[SHEET], COLUMNS, needed, "about", where, problems)
    problems.raise_if_any(DeidentifyError)
    own = [row for row in rows if row["about"] == candidate_id(row["words"], key.secret)]
    if rows and not own:
        hint = "Name the right study with -C, or the right key in deidentify.key."
        raise DeidentifyError("this sheet was made with another key.", where=where, hint=hint)
    for row in rows:
        if row["choice"] and row not in own:
            problems.add(where, "the candidate was changed, so its id does not fit.", "Restore it.", place=row["place"])
    new = {plain(row["value"]).strip("[]"): row for row in own if WORDS.get(row["choice"].casefold()) == REPLACE}
    read = _Read(key, where, problems, {plain(row["words"]): row for row in own}, new, owners_of(study))
    made, counts, entries = _judgements(study, own, read)
    problems.raise_if_any(DeidentifyError)
    check_key([*key.entries, *entries], f"{where} with {shown(study, key_path(study))}")
    append_decisions(study, made, file=FILE, dry_run=True)  # what would contradict is said before anything is written
    if entries and not dry_run:
        write_entries(key_path(study), entries)
    written = append_decisions(study, made, file=FILE, dry_run=dry_run)
    message = (
        f"{where}: {counts['added']} new decisions, {counts['changed']} changed, {counts['unchanged']} as before, "
        f"{counts['undecided']} not decided. {len(entries)} forms to the key."
    )
    return {
        "kind": PACK,
        "message": message,
        **counts,
        "decisions": [] if dry_run else written,
        "key_rows": len(entries),
    }


@dataclass
class _Read:
    """What a row's cells mean."""

    key: Key
    where: str
    problems: Problems
    by_words: Mapping[str, dict[str, str]]
    by_value: Mapping[str, dict[str, str]]  # the row of this sheet that a pseudonym is new in
    owners: Mapping[str, str]

    def choice(self, row: Mapping[str, str]) -> str:
        word = row["choice"].casefold()
        found = WORDS.get(word)
        if found is None:
            said = f"decision '{row['choice']}' is not known."
            self.problems.add(self.where, said, nearest(row["choice"], WORDS), place=row["place"])
        return found or ""

    def entry(self, row: Mapping[str, str], through: tuple[str, ...] = ()) -> Entry | None:
        """The row of the key that a candidate's form belongs to; None where that cannot be told (said in `problems`)."""
        choice, value, place = WORDS.get(row["choice"].casefold(), ""), row["value"].strip(), row["place"]
        kind = row["kind"].lower() or "person"
        if kind not in KINDS:
            self.problems.add(self.where, f"kind '{row['kind']}' is not known.", nearest(kind, KINDS), place=place)
            return None
        if not value:
            self.problems.add(
                self.where, "the decision does not say what to replace it with.", "Fill it in.", place=place
            )
            return None
        known = self.key.of_pseudonym(value) or (self.key.of_person(value) if choice == SAME else None)
        if known is not None and (choice == SAME or known.kind == kind):
            return known
        if choice == SAME:
            other = self.by_words.get(plain(value)) or self.by_value.get(plain(value).strip("[]"))
            if other is None or WORDS.get(other["choice"].casefold()) not in (REPLACE, SAME):
                hint = "Write a pseudonym of the key, or the candidate of a row that is replaced."
                self.problems.add(self.where, "'same as' names nobody who is known.", hint, place=place)
                return None
            if place in through:
                self.problems.add(
                    self.where, "'same as' leads back to its own row.", "Replace one of them.", place=place
                )
                return None
            return self.entry(other, (*through, place))
        name = value.strip("[]").strip()
        person = self.owners.get(plain(row["words"])) or f"person-{candidate_id(name, self.key.secret)[2:10]}"
        return Entry(person if kind == "person" else "", name, kind, ())


def _judgements(
    study: Study, rows: Sequence[dict[str, str]], read: _Read
) -> tuple[list[dict[str, str]], dict[str, int], list[Entry]]:
    decisions = read_decisions(study)
    force = {
        str(line["about"]): line for line in decisions.to_dict("records") if line["kind"] == KIND and line["choice"]
    }
    ever = {str(line["decision"]) for line in all_rows(study)}
    counts = dict.fromkeys(("added", "changed", "unchanged", "undecided"), 0)
    made: list[dict[str, str]] = []
    entries: list[Entry] = []
    forms = read.key.forms()
    seen: dict[str, dict[str, str]] = {}
    for row in rows:
        if not row["choice"]:
            counts["undecided"] += 1
            continue
        signed(row, read.where, read.problems)
        choice = read.choice(row)
        if not choice:
            continue
        entry = read.entry(row) if choice in (REPLACE, SAME) else None
        if choice in (REPLACE, SAME) and entry is None:
            continue
        new = {
            "kind": KIND,
            "about": row["about"],
            "choice": REPLACE if entry is not None else choice,
            "value": entry.pseudonym if entry is not None else "",
            "by": row["by"],
            "on": row["on"],
        }
        first = seen.setdefault(row["about"], row)
        if first is not row:
            read.problems.add(read.where, f"the candidate stands in {first['place']} too.", place=row["place"])
            continue
        if entry is None and plain(row["words"]) in forms:
            what = f"it is a form of row {forms[plain(row['words'])].row} of the key, which replaces it."
            read.problems.add(read.where, what, "Take it out of the key first.", place=row["place"])
            continue
        status = _against(new, force.get(row["about"]), row, ever, read)
        if not status:
            continue
        counts[status] += 1
        if status != "unchanged":
            made.append(new)
        if entry is not None:
            entries.append(
                Entry(entry.person, entry.pseudonym, entry.kind, (row["words"],), int(row["place"].split()[1]))
            )
    there = {form for entry in read.key.entries for form in entry.forms}
    return made, counts, [entry for entry in entries if entry.forms[0] not in there]


def _against(new: dict[str, str], old: Any, row: Mapping[str, str], ever: set[str], read: _Read) -> str:
    """As `worklist.against`, where the pseudonym is part of the choice."""
    if old is not None and old["choice"] == new["choice"] and old["value"] != new["value"]:
        old = {**old, "choice": f"{old['choice']} {old['value']}"}
    return against(new, old, row, ever, "this candidate", read.where, read.problems)


def not_imported(study: Study, path: Path) -> int:
    """How many decisions stand in a sheet that have not been imported; 0 where there is no sheet."""
    if not path.is_file() or not is_review_sheet(path):
        return 0
    rows = read_page(open_workbook(path)[SHEET], COLUMNS, ("about", "choice"), "about", path.name, Problems())
    known = {(row["about"], row["by"], row["on"]) for row in all_rows(study) if row["kind"] == KIND}
    return sum(bool(row["choice"]) and (row["about"], row["by"], row["on"]) not in known for row in rows)

"""Filled sheets of a meeting, of whatever kind and from however many people, become decisions, or a list of conflicts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.decisions.answers import Answer, Filled, people
from qualcode.decisions.document_in import is_document, read_document
from qualcode.decisions.held_against import Held
from qualcode.decisions.layout import WORD_OF
from qualcode.decisions.saved_in import is_saved, read_saved
from qualcode.decisions.sheet_in import is_workbook, read_workbook
from qualcode.decisions.spans import keep_texts_of_spans
from qualcode.decisions.table import COLUMNS, DISAGREEMENT, all_rows, append_decisions, decision_id
from qualcode.errors import DecisionsError, Problem, Problems
from qualcode.files import sha256_file, write_text
from qualcode.study import Study

FILE = "disagreements.csv"
NEWEST, RECORDED = "newest", "recorded"
SEAL = "disagreements_sheet.sha256"  # in data/processed/: the workbook's bytes as the run wrote them
_FIELDS = ("choice", "value", "reason", "by", "on")
_READERS: tuple[tuple[Callable[[Path], bool], Callable[[Path, str, Problems], Filled]], ...] = (
    (is_workbook, read_workbook),
    (is_document, read_document),
    (is_saved, read_saved),
)
# how an answer ended -> what the report calls it
OUTCOMES = {
    "added": "new decisions",
    "changed": "changed",
    "unchanged": "as before",
    "undecided": "not decided",
    "left_out": "left out by --prefer",
    "conflicts": "in conflict",
    "refused": "refused",
}


def is_sheet(path: Path) -> bool:
    """Whether a file is a sheet of disagreements: workbook, document, or what the page saved."""
    return any(recognised(path) for recognised, _ in _READERS)


def import_sheet(study: Study, path: Path, *, prefer: str = "", dry_run: bool = False) -> dict[str, Any]:
    """One filled sheet; see `import_sheets`."""
    return import_sheets(study, [path], prefer=prefer, dry_run=dry_run)


def import_sheets(study: Study, paths: Sequence[Path], *, prefer: str = "", dry_run: bool = False) -> dict[str, Any]:
    """Read filled sheets and add what is new to data/raw/decisions/disagreements.csv.

    A row without a decision changes nothing; one that says what the sheet came with, or what is on record, neither. A decision
    supersedes the one in force where its sheet showed that one, or where it is later and everybody who signed that one signed
    it too. The same decision by two people is one: the first signature stays. Two decisions of which neither knew the other are
    a conflict, and nothing is imported, in whatever order and in however many calls the sheets come.

    Parameters
    ----------
    prefer
        What holds in a conflict: the rows of one of `paths` (its path or name), `newest` (the later date), or `recorded` (what
        the study has). What gives way stays on record as superseded, unless it gives way to what the study has.

    Returns
    -------
    `{"kind": "decisions", "message", "rows", "added", "changed", "unchanged", "undecided", "left_out", "conflicts", "refused",
    "decisions", "warnings"}`; the counts from `added` to `refused` add up to `rows` (the last two are 0), `decisions` are the
    ids written (none with `dry_run`).

    Raises
    ------
    DecisionsError
        All at once, with file and row: another study's sheet, an unknown disagreement, choice or code, words of another
        passage that are not there or twice, a decision without name or date, `other` without saying what, and conflicts with
        both sides. Nothing is written then; the last line counts all rows.
    """
    problems = Problems()
    preferred = _preferred(study, paths, prefer)
    held = Held(study, study.shown(paths[0]))
    sheets = [_read(study, path, held, problems) for path in paths]
    answers = [answer for sheet in sheets for answer in sheet.answers]
    unread = Counter((problem.where, problem.place) for problem in problems.found)
    ever = {row["decision"]: row for row in all_rows(study)}
    for sheet in sheets:
        for answer in sheet.answers:
            if unread[answer.file, answer.place]:
                answer.outcome = "refused"
                continue
            before = len(problems.found)
            held.check(answer, sheet, problems)
            if len(problems.found) > before:
                answer.outcome = "refused"
    problems.found += held.unknown()
    written = _merge(held.decisions, answers, ever, preferred, problems)
    counts = Counter(answer.outcome for answer in answers)
    seen = {(answer.file, answer.place) for answer in answers}
    counts["refused"] += sum(bool(row[1]) and row not in seen for row in unread)
    said = _counted(counts)
    rows = sum(counts.values())
    files = ", ".join(sheet.file for sheet in sheets)
    if problems:
        what = f"nothing was imported. Of {rows} rows: {said}."
        problems.add(files, what)
    problems.raise_if_any(DecisionsError)
    held.look_at_reasons(answer for answer in answers if answer.outcome in ("added", "changed"))
    ids = append_decisions(study, written, file=FILE, dry_run=dry_run)
    if not dry_run:
        keep_texts_of_spans(study, written, {name: str(row["transcript"]) for name, row in held.known.items()})
    return {
        "kind": "decisions",
        "message": f"{files}: {said} ({rows} rows).",
        "rows": rows,
        **{key: counts[key] for key in OUTCOMES},
        "decisions": [] if dry_run else ids,
        "warnings": [str(warning) for warning in held.warnings],
    }


def not_imported(study: Study, path: Path | None = None) -> Problem | None:
    """What would be lost if a sheet were written anew: decisions filled in there, not yet imported.

    Without `path` it is reports/disagreements.xlsx, which the run writes. What somebody saved since is told by its bytes: times of
    files are not kept by copies, archives and folders that are synchronised.
    """
    if path is None:
        path = study.reports / "disagreements.xlsx"
        if not path.is_file() or sha256_file(path) == _seal(study):
            return None
    hint = f"Bring them in with `qualcode import {study.shown(path)}`, or delete or move the file."
    try:
        counts = import_sheet(study, path, dry_run=True)
    except DecisionsError:
        if not _differs_from_record(study, path):  # the tables that a row is held against may be gone
            return None
        return Problem(study.shown(path), "decisions were filled in that cannot be imported as they are.", hint)
    new = counts["added"] + counts["changed"]
    if not new:
        return None
    return Problem(study.shown(path), f"decisions were filled in and have not been imported ({new}).", hint)


def _differs_from_record(study: Study, path: Path) -> bool:
    """Whether a sheet says what is not on record, as far as the sheet alone tells it."""
    problems = Problems()
    try:
        sheet = _as_filled_in(study, path, problems)
    except DecisionsError:
        return True
    ever = {row["decision"]: row for row in all_rows(study)}
    told = ("choice", "reason", "by", "on")
    return bool(problems) or any(
        answer.choice
        and [getattr(answer, name) for name in told] != [ever.get(answer.base, {}).get(name) for name in told]
        for answer in sheet.answers
    )


def seal_sheet(sheet: Path, seal: Path) -> None:
    """Keep by which bytes the run's workbook is known again."""
    write_text(seal, sha256_file(sheet) + "\n")


def _seal(study: Study) -> str:
    path = study.processed / SEAL
    return path.read_text(encoding="ascii").strip() if path.is_file() else ""


def _counted(counts: Mapping[str, int]) -> str:
    """The counts in words: the first four always, the others where there are any."""
    told = [f"{counts[key]} {word}" for nth, (key, word) in enumerate(OUTCOMES.items()) if nth < 4 or counts[key]]
    return re.sub(r"^1 new decisions", "1 new decision", ", ".join(told))


def _preferred(study: Study, paths: Sequence[Path], prefer: str) -> str:
    """`prefer` as a word or as a file's name in messages; an error where it is neither."""
    if prefer in ("", NEWEST, RECORDED):
        return prefer
    named = [path for path in paths if prefer in (str(path), path.name, study.shown(path))]
    if len(named) != 1:
        what = f"--prefer '{prefer}' is {'no' if not named else 'more than one'} file that is imported."
        hint = f"One of: {', '.join([*(str(path) for path in paths), NEWEST, RECORDED])}."
        raise DecisionsError(what, hint=hint)
    return study.shown(named[0])


def _read(study: Study, path: Path, held: Held, problems: Problems) -> Filled:
    filled = _as_filled_in(study, path, problems)
    held.check_origin(filled)
    held.warnings += [Problem(filled.file, note) for note in filled.notes]
    return filled


def _as_filled_in(study: Study, path: Path, problems: Problems) -> Filled:
    """What stands in a sheet, whether or not it fits the study."""
    for recognised, read in _READERS:
        if recognised(path):
            return read(path, study.shown(path), problems)
    what = "this is not a sheet of disagreements."
    raise DecisionsError(what, where=study.shown(path), hint="Make one with `qualcode pack meeting`.")


# ---------------------------------------------------------------- what holds


@dataclass
class _Stand:
    """What holds of a disagreement so far: a row of the record, or an answer that becomes one."""

    row: Mapping[str, Any]
    answer: Answer | None = None

    @property
    def ruling(self) -> tuple[str, str]:
        return str(self.row["choice"]), str(self.row["value"])

    def told(self) -> str:
        word = WORD_OF.get(str(self.row["choice"]), str(self.row["choice"]))
        said = f"{word} {self.row['value']}".strip()
        source = f"{self.answer.file}, {self.answer.place}" if self.answer else f"decision {self.row['decision']}"
        return f"{said}, by {self.row['by']} on {self.row['on']} ({source})"


def _merge(
    shown: pd.DataFrame,
    answers: Sequence[Answer],
    ever: Mapping[str, Mapping[str, str]],
    preferred: str,
    problems: Problems,
) -> list[dict[str, object]]:
    """The rows to write; every answer without an outcome gets one. `shown` are the decisions in force, as sheets show them."""
    in_force = {
        str(line["about"]): {str(key): str(value) for key, value in line.items()}
        for line in shown.to_dict("records")
        if line["kind"] == DISAGREEMENT and line["choice"]
    }
    rows_known: list[Mapping[Any, Any]] = [*ever.values(), *shown.to_dict("records")]
    recorded = {(row["about"], *(_flat(row[name]) for name in _FIELDS)) for row in rows_known}
    by_about: dict[str, list[Answer]] = {}
    for answer in answers:
        if answer.outcome:
            continue
        if not answer.choice:
            answer.outcome = "unchanged" if answer.about in in_force else "undecided"
        elif (answer.about, *(getattr(answer, name) for name in _FIELDS)) in recorded:
            answer.outcome = "unchanged"
        else:
            by_about.setdefault(answer.about, []).append(answer)
    by_file = {answer.about for answer in answers if answer.file == preferred and answer.choice}
    order = {answer.file: number for number, answer in reversed(list(enumerate(answers)))}
    rows: list[dict[str, object]] = []
    for about, given in by_about.items():
        given.sort(key=lambda answer: (answer.file == preferred, answer.on, order[answer.file]))
        now = in_force.get(about)
        rows += _one(about, given, _Stand(now) if now else None, preferred, about in by_file, problems)
    return rows


def _one(
    about: str,
    given: Sequence[Answer],
    stand: _Stand | None,
    preferred: str,
    by_file: bool,
    problems: Problems,
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    last = max(answer.on for answer in given)
    one_newest = preferred == NEWEST and len({answer.ruling for answer in given if answer.on == last}) == 1
    for answer in given:
        if stand is not None:
            if answer.ruling == stand.ruling:
                answer.outcome = _same(answer, stand, rows)
                if answer.outcome == "unchanged":
                    continue
            elif not _knew(answer, stand):
                gives_way = _settled(answer, stand, preferred, by_file)
                if gives_way is None and one_newest and answer.on < last:
                    gives_way = True  # two of one day differ, and a later one holds in any case
                if gives_way is None:
                    _conflict(about, answer, stand, problems)
                    continue
                if gives_way:
                    answer.outcome = "left_out"
                    continue
        answer.outcome = "added" if stand is None else "changed"
        row: dict[str, object] = {name: getattr(answer, name) for name in _FIELDS}
        row |= {"kind": DISAGREEMENT, "about": about, "supersedes": stand.row["decision"] if stand else ""}
        row["decision"] = decision_id({name: _flat(row.get(name, "")) for name in COLUMNS})
        rows.append(row)
        stand = _Stand(row, answer)
    return rows


def _same(answer: Answer, stand: _Stand, rows: list[dict[str, object]]) -> str:
    """The same ruling once more: the first signature stays, and a reason that it lacks is taken over from another sheet.

    Whoever had the row before them, or had signed it, and gives another reason or more names, corrects it.
    """
    reason, signed = _flat(stand.row["reason"]), people(str(stand.row["by"]))
    if answer.base and answer.base == stand.row["decision"]:
        return "changed"
    if _knew(answer, stand) and (answer.reason not in ("", reason) or signed < answer.people):
        return "changed"
    if stand.answer is not None and not reason and answer.reason:
        rows[-1]["reason"] = answer.reason
        rows[-1]["decision"] = decision_id({name: _flat(rows[-1].get(name, "")) for name in COLUMNS})
    return "unchanged"


def _knew(answer: Answer, stand: _Stand) -> bool:
    """Whether who decided had the other decision before them, or made it themselves."""
    if answer.base and answer.base == stand.row["decision"]:
        return True
    signed, on = people(str(stand.row["by"])), str(stand.row["on"])
    if not signed <= answer.people:
        return False
    # of two sheets brought in together none is known to be the later one but by its date
    return answer.on > on or (answer.on == on and stand.answer is None)


def _settled(answer: Answer, stand: _Stand, preferred: str, by_file: bool) -> bool | None:
    """Whether the answer gives way in a conflict; None where nothing says so. `by_file`: the preferred file decides this one."""
    if preferred == NEWEST and answer.on != str(stand.row["on"]):
        return answer.on < str(stand.row["on"])
    if preferred == RECORDED and stand.answer is None:
        return True
    return answer.file != preferred if by_file else None


def _conflict(about: str, answer: Answer, stand: _Stand, problems: Problems) -> None:
    mine = _Stand({name: getattr(answer, name) for name in _FIELDS}, answer)
    what = f"disagreement '{about}' is decided in two ways, and neither knew the other: {stand.told()}; {mine.told()}."
    hint = "Agree on one: leave the other row empty, or say which holds: --prefer FILE, newest or recorded."
    problems.add(answer.file, what, hint, place=answer.place)
    answer.outcome = "conflicts"
    if stand.answer is not None:
        stand.answer.outcome = "conflicts"


def _flat(value: object) -> str:
    return re.sub(r"\s+", " ", str(value or "")).strip()

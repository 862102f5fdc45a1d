"""From codings files to table `codings`: who coded, what, where; what cannot be placed, and why; counts that add up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from qualcode.codings.align import OWN as OWN_CODE
from qualcode.codings.align import UNALIGNED, UNKNOWN, worklist
from qualcode.codings.align import notes as unaligned_notes
from qualcode.codings.assignments import read_assignments
from qualcode.codings.carry import (
    OPEN,
    Carried,
    carried_report,
    notes,
    split_row,
)
from qualcode.codings.changes import changed_row
from qualcode.codings.changes import notes as change_notes
from qualcode.codings.coders import one_person
from qualcode.codings.context import Context
from qualcode.codings.memo_spans import carry_memos
from qualcode.codings.model import OWN
from qualcode.codings.outcomes import FileResult, Outcome, read_file, rings_looked_for_later
from qualcode.codings.place import shown, whole_number
from qualcode.codings.reviewed import with_reviews
from qualcode.decisions.table import read_decisions
from qualcode.errors import CodingsError, Problem, Problems, StudyError
from qualcode.study import Study
from qualcode.tables import TABLES

_SAID = 10  # passages with other words that are said one by one
_NOT_CODINGS = re.compile(r"(?i)^readme(\..*)?$")


@dataclass(frozen=True)
class Imported:
    """All codings of a study, and what people should look at.

    Tables codings, assignments, refused, report_imports, report_import_codes; what tools keep beside them: tool_memos,
    cases, attributes; of those carried from an earlier version of the codebook splits, retired (neither open splits nor
    retired codes are in `codings`) and report_carried; of codes of coders' own unaligned (not in `codings` either) and
    report_alignment; changed_codings: passages whose text changed since; `own_memos`, people's own with the passages that
    they are about in the present texts. `made_on` says of each row (by its mark) the text
    that its place was found in, where the row does not say so itself; see `transcripts.made_on`.
    """

    codings: pd.DataFrame
    assignments: pd.DataFrame
    refused: pd.DataFrame
    report: pd.DataFrame
    by_code: pd.DataFrame = field(default_factory=TABLES["report_import_codes"].empty)
    warnings: list[Problem] = field(default_factory=list)
    splits: pd.DataFrame = field(default_factory=TABLES["splits"].empty)
    retired: pd.DataFrame = field(default_factory=TABLES["retired"].empty)
    carried: pd.DataFrame = field(default_factory=TABLES["report_carried"].empty)
    memos: pd.DataFrame = field(default_factory=TABLES["tool_memos"].empty)
    cases: pd.DataFrame = field(default_factory=TABLES["cases"].empty)
    attributes: pd.DataFrame = field(default_factory=TABLES["attributes"].empty)
    unaligned: pd.DataFrame = field(default_factory=TABLES["unaligned"].empty)
    alignment: pd.DataFrame = field(default_factory=TABLES["report_alignment"].empty)
    changed: pd.DataFrame = field(default_factory=TABLES["changed_codings"].empty)
    made_on: dict[str, str] = field(default_factory=dict)
    own_memos: pd.DataFrame = field(default_factory=TABLES["memos"].empty)


@rings_looked_for_later()
def read_codings(
    study: Study,
    transcripts: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    edits: pd.DataFrame,
    codebook_table: pd.DataFrame,
) -> Imported:
    """Every file under data/raw/codings, and the assignments.

    Parameters
    ----------
    transcripts, turns, edits, codebook_table
        Tables; `codebook_table` empty where the study has no codebook: codes are then taken as they are named.
    texts
        Canonical text by transcript; offsets are code points in it, half-open.

    Returns
    -------
    The tables; in `report`, rows = kept + collapsed + refused + open_split + retired + unaligned + dropped for each file and
    coder, kept = as_given + calibrated + by_text. The same coding twice (coder, transcript, span, code) is collapsed into the
    first, over all files.

    Raises
    ------
    CodingsError
        A file that cannot be read or lacks a required column; wrong assignments; and, where the policy is `stop`
        (codings.refused; by default for the own format), every coding that cannot be placed: all at once, with rows.
    """
    context = Context(study, transcripts, turns, texts, edits, codebook_table)
    problems = Problems()
    results: list[FileResult] = []
    for path in study.codings_files:
        if _NOT_CODINGS.match(path.name):
            continue
        try:
            results.append(read_file(study, path, context))
        except CodingsError as error:
            problems.extend(error)
    for result in results:
        if policy(study, result.file.kind) == "stop":
            stops = [outcome for outcome in result.outcomes if not outcome.gone]
            problems.found.extend(problem for outcome in stops for problem in outcome.problems)
    warnings: list[Problem] = []
    assignments, own_memos, changed = TABLES["assignments"].empty(), TABLES["memos"].empty(), _changed(results)
    made_on = dict(outcome.made_on for result in results for outcome in result.outcomes if outcome.made_on[0])
    try:
        assignments = read_assignments(study, context, warnings, changed, made_on)
        own_memos = carry_memos(study, context, warnings, changed, made_on)
    except (CodingsError, StudyError) as error:
        problems.extend(error)
    problems.found = list(dict.fromkeys(problems.found))  # decisions are looked up for every file
    problems.raise_if_any(CodingsError)

    if codebook_table.empty and any(result.outcomes and not result.own_codes for result in results):
        hint = "Put one at codebooks/NAME/1.0.0.yaml; until then nothing checks the codes' names."
        warnings.append(
            Problem("codebooks/", "the study has no codebook: codes are taken as the codings name them.", hint)
        )
    for result in results:
        if result.file.unread:
            names = ", ".join(f"'{column}'" for column in result.file.unread)
            warnings.append(Problem(result.where, f"not read: column {names}.", "", "row 1"))
        warnings.extend(result.beside.warnings)
    looked_at = [problem for result in results for outcome in result.outcomes for problem in outcome.looked_at]
    warnings.extend(looked_at if len(looked_at) <= _SAID else ())
    warnings.extend(change_notes(changed))
    coders = {outcome.coder for result in results for outcome in result.outcomes if outcome.coder}
    warnings.extend(Problem("data/raw/codings", said) for said in one_person(coders))
    same: dict[str, str] = {}
    kept, aside, report, by_code = _collapse(results, warnings, same)
    carried = [
        (outcome.carried, outcome.coder)
        for result in results
        for outcome in result.outcomes
        if outcome.carried is not None and outcome.coding is not None
    ]
    warnings.extend(notes(carried))
    unaligned = TABLES["unaligned"].shape(
        [coding | {"why": OWN_CODE} for coding, one in aside if one is not None and one.status == UNALIGNED]
        + [row.waiting | {"why": UNKNOWN} for result in results for row in result.outcomes if row.waiting is not None]
    )
    warnings.extend(unaligned_notes(unaligned))
    found = any(outcome.about for result in results for outcome in result.outcomes)
    refused = [
        _refused_row(result.where, outcome) for result in results for outcome in result.outcomes if outcome.problems
    ]
    codings = TABLES["codings"].shape([coding for coding, _ in kept])
    if study.code_decisions_files:
        assignments = with_reviews(assignments, codings, read_decisions(study), warnings)
    return Imported(
        codings=codings,
        assignments=assignments,
        refused=TABLES["refused"].shape(refused),
        report=TABLES["report_imports"].shape(report),
        by_code=TABLES["report_import_codes"].shape(by_code),
        warnings=warnings,
        splits=TABLES["splits"].shape(
            [split_row(coding, one) for coding, one in [*kept, *aside] if one is not None and one.split_in]
        ),
        retired=TABLES["retired"].shape(
            [
                coding | {"why": one.status, "changed_in": one.steps[-1].version if one.steps else one.version}
                for coding, one in aside
                if one is not None and one.status not in (OPEN, UNALIGNED)
            ]
        ),
        carried=TABLES["report_carried"].shape(carried_report(carried)),
        memos=TABLES["tool_memos"].shape([row for result in results for row in result.beside.memos_now(same)]),
        cases=TABLES["cases"].shape([row for result in results for row in result.beside.cases]),
        attributes=TABLES["attributes"].shape([row for result in results for row in result.beside.attributes]),
        unaligned=unaligned,
        changed=TABLES["changed_codings"].shape(changed),
        made_on=made_on,
        own_memos=own_memos,
        alignment=TABLES["report_alignment"].shape(worklist(results, context.alignments.rulings if found else {})),
    )


def _changed(results: Sequence[FileResult]) -> list[dict[str, object]]:
    """The codings whose text changed since, as table `changed_codings` has them."""
    rows = []
    for result in results:
        for outcome in result.outcomes:
            if outcome.change is None:
                continue
            more = {
                "coder": outcome.coder,
                "code": outcome.given.code,
                "source": result.where,
                "row": outcome.given.row,
            }
            rows.append(
                changed_row(
                    outcome.coding_id,
                    "coding",
                    outcome.transcript,
                    outcome.change,
                    outcome.status,
                    outcome.ruling,
                    **more,
                )
            )
    return rows


def policy(study: Study, kind: str) -> str:
    """What a coding that cannot be placed does, in a file of this kind: `stop` or `list`."""
    return study.config.codings.refused or ("stop" if kind == OWN else "list")


# ---------------------------------------------------------------- all files together


def _collapse(
    results: Sequence[FileResult], warnings: list[Problem], same: dict[str, str]
) -> tuple[list[_Placed], list[_Placed], list[dict[str, object]], list[dict[str, object]]]:
    """The codings without doubles, those set aside, the import report (one row a file and coder), and the same by code.

    `same` is filled: the id of a coding that came once more, and of the one that stands for it.
    """
    kept: dict[tuple[object, ...], dict[str, object]] = {}
    how: dict[tuple[object, ...], Outcome] = {}
    first_at: dict[tuple[object, ...], str] = {}
    report: list[dict[str, object]] = []
    by_code: list[dict[str, object]] = []
    for result in results:
        counts: dict[str, Counter[str]] = {}
        of_code: dict[tuple[str, ...], Counter[str]] = {}
        for outcome in result.outcomes:
            coding = outcome.coding
            named = (outcome.coder, outcome.given.under, outcome.given.code, str(coding["code"]) if coding else "")
            count = _Both(counts.setdefault(outcome.coder, Counter()), of_code.setdefault(named, Counter()))
            count.add("rows")
            if coding is None:
                count.add("dropped" if outcome.dropped else "refused")
                continue
            key = tuple(coding[column] for column in ("coder", "transcript", "scope", "start", "end", "code", "origin"))
            key += (outcome.set_aside, outcome.about if outcome.set_aside else "")
            here = f"row {outcome.given.row}"
            if key not in kept:
                kept[key], how[key] = coding, outcome
                first_at[key] = f"{result.where}, {here}"
                if outcome.carried is not None and outcome.set_aside:
                    count.add({OPEN: "open_split", UNALIGNED: UNALIGNED}.get(outcome.carried.status, "retired"))
                else:
                    count.add("kept")
                    count.add(str(coding["anchored"]))
                continue
            count.add("collapsed")
            same[str(coding["coding"])] = str(kept[key]["coding"])
            _merge(kept[key], coding, result.where, here, first_at[key], warnings)
        for (coder, under, code, means), number in of_code.items():
            names = {"file": result.where, "coder": coder, "under": under, "code_as_coded": shown(code), "code": means}
            by_code.append(names | {column: number[column] for column in _PARTS})
        for coder, total in counts.items() or [("", Counter())]:
            columns = (
                "rows",
                "kept",
                "as_given",
                "calibrated",
                "by_text",
                "collapsed",
                "refused",
                "open_split",
                "retired",
                "unaligned",
                "dropped",
            )
            numbers = {column: total[column] for column in columns}
            report.append({"file": result.where, "kind": result.file.kind, "coder": coder, **numbers})
    placed = [(coding, how[key].carried, how[key].set_aside) for key, coding in kept.items()]
    current = [(coding, carried) for coding, carried, aside in placed if not aside]
    return current, [(coding, carried) for coding, carried, aside in placed if aside], report, by_code


_PARTS = ("rows", "kept", "collapsed", "refused", "open_split", "retired", "unaligned", "dropped")


class _Both:
    """Counts a row for its coder and for its code at once, so that the two reports cannot part."""

    def __init__(self, *counters: Counter[str]) -> None:
        self._counters = counters

    def add(self, what: str) -> None:
        for counter in self._counters:
            counter[what] += 1


_Placed = tuple[dict[str, object], Carried | None]


def _merge(
    kept: dict[str, object], double: dict[str, object], where: str, at: str, first: str, warnings: list[Problem]
) -> None:
    """The same coding once more: its memo is not lost, and a direction that contradicts the first is said."""
    memos = kept.setdefault("_memos", [kept["memo"]])
    assert isinstance(memos, list)
    memos.append(double["memo"])
    kept["memo"] = "\n".join(memo for memo in dict.fromkeys(memos) if memo)
    if double["direction"] and kept["direction"] and double["direction"] != kept["direction"]:
        what = f"the same coding as {first}, but direction '{double['direction']}', not '{kept['direction']}'."
        warnings.append(Problem(where, what, "The first stands. Delete one of the rows.", at))
    kept["direction"] = kept["direction"] or double["direction"]


def _refused_row(where: str, outcome: Outcome) -> dict[str, object]:
    given = outcome.given
    return {
        "file": where,
        "row": given.row,
        "transcript": outcome.transcript or shown(given.document),
        "start": _offset(given.start),
        "end": _offset(given.end),
        "code": shown(given.code),
        "coder": shown(outcome.coder),
        "cause": " ".join(problem.what for problem in outcome.problems),
        "hint": " ".join(problem.hint for problem in outcome.problems if problem.hint),
    }


def _offset(value: str) -> int | None:
    number = whole_number(value)
    return number if number is not None and abs(number) < 2**62 else None

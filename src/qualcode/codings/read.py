"""From codings files to table `codings`: who coded, what, where; what cannot be placed, and why; counts that add up."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from qualcode.codings.anchor import WHOLE, Anchor, Refusal, anchor_offsets, anchor_quote
from qualcode.codings.assignments import read_assignments
from qualcode.codings.calibrate import anchor_loosely
from qualcode.codings.carry import (
    ACTIVE,
    OPEN,
    Carried,
    carried_report,
    notes,
    split_row,
)
from qualcode.codings.coders import one_person
from qualcode.codings.context import NAMESPACE, Context
from qualcode.codings.kinds import read_kind
from qualcode.codings.match import OwnPlaces, place_own
from qualcode.codings.model import OWN, FileCodings, Given, Sidecar, read_sidecar, sidecar_path
from qualcode.errors import CodingsError, Problem, Problems, nearest
from qualcode.study import Study
from qualcode.tables import DIRECTIONS, TABLES

if TYPE_CHECKING:
    pass

ORIGINS = ("human", "machine")
_NOT_CODINGS = re.compile(r"(?i)^readme(\..*)?$")


@dataclass(frozen=True)
class Imported:
    """All codings of a study, and what people should look at.

    Tables codings, assignments, refused, report_imports, report_import_codes; and of those carried from an earlier
    version of the codebook splits, retired (neither open splits nor retired codes are in `codings`) and report_carried.
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


@dataclass(frozen=True)
class Outcome:
    """What became of one row: how it was anchored (or `refused`), its coding, or what is wrong with it."""

    given: Given
    transcript: str
    coder: str
    anchored: str
    coding: dict[str, object] | None
    problems: tuple[Problem, ...] = ()
    looked_at: tuple[Problem, ...] = ()  # kept, but to be looked at
    carried: Carried | None = None  # from the codebook's version it was made under

    @property
    def set_aside(self) -> bool:
        """Whether the version in use has no code for it (a split not decided, a code retired)."""
        return self.carried is not None and self.carried.status != ACTIVE


@dataclass(frozen=True)
class FileResult:
    """A file's rows with what became of them."""

    where: str
    file: FileCodings
    outcomes: list[Outcome]
    places: OwnPlaces | None = None


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
    The tables; in `report`, rows = kept + collapsed + refused + open_split + retired for each file and coder, kept =
    as_given + calibrated + by_text. The same coding twice (coder, transcript, span, code) is collapsed into the first,
    over all files.

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
            problems.found.extend(problem for outcome in result.outcomes for problem in outcome.problems)
    warnings: list[Problem] = []
    assignments = TABLES["assignments"].empty()
    try:
        assignments = read_assignments(study, context, warnings)
    except CodingsError as error:
        problems.extend(error)
    problems.raise_if_any(CodingsError)

    if codebook_table.empty and any(result.outcomes for result in results):
        hint = "Put one at codebooks/NAME/1.0.0.yaml; until then nothing checks the codes' names."
        warnings.append(
            Problem("codebooks/", "the study has no codebook: codes are taken as the codings name them.", hint)
        )
    for result in results:
        if result.file.unread:
            names = ", ".join(f"'{column}'" for column in result.file.unread)
            warnings.append(Problem(result.where, f"not read: column {names}.", "", "row 1"))
        warnings.extend(problem for outcome in result.outcomes for problem in outcome.looked_at)
    coders = {outcome.coder for result in results for outcome in result.outcomes if outcome.coder}
    warnings.extend(Problem("data/raw/codings", said) for said in one_person(coders))
    kept, aside, report, by_code = _collapse(results, warnings)
    carried = [
        (outcome.carried, outcome.coder)
        for result in results
        for outcome in result.outcomes
        if outcome.carried is not None and outcome.coding is not None
    ]
    warnings.extend(notes(carried))
    refused = [
        _refused_row(result.where, outcome) for result in results for outcome in result.outcomes if outcome.problems
    ]
    return Imported(
        codings=TABLES["codings"].shape([coding for coding, _ in kept]),
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
                coding | {"why": one.status, "changed_in": one.steps[-1].version}
                for coding, one in aside
                if one is not None and one.status != OPEN
            ]
        ),
        carried=TABLES["report_carried"].shape(carried_report(carried)),
    )


def policy(study: Study, kind: str) -> str:
    """What a coding that cannot be placed does, in a file of this kind: `stop` or `list`."""
    return study.config.codings.refused or ("stop" if kind == OWN else "list")


# ---------------------------------------------------------------- one file


def read_file(
    study: Study, path: Path, context: Context, *, sidecar: Sidecar | None = None, where: str = "", import_id: str = ""
) -> FileResult:
    """One file, and what becomes of each of its rows.

    Parameters
    ----------
    sidecar
        What was chosen for the file; by default what stands in FILE.import.yaml beside it.
    import_id
        What its coding ids are made from; by default the sidecar's, else its path under data/raw/codings.

    Raises
    ------
    CodingsError
        The file or its sidecar cannot be read.
    """
    where = where or study.shown(path)
    folder = study.raw / "codings"
    inside = path.relative_to(folder) if path.is_relative_to(folder) else Path(path.name)
    if sidecar is None:
        beside = sidecar_path(path)
        sidecar = read_sidecar(beside, where=study.shown(beside)) if beside.is_file() else Sidecar()
    by_folder = inside.parts[0] if len(inside.parts) > 1 else ""
    file = read_kind(
        path,
        where=where,
        sidecar=sidecar,
        coder=sidecar.coder or by_folder,
        known=lambda name: bool(context.code(sidecar.codes.get(name, name))),
    )
    import_id = import_id or sidecar.id or inside.as_posix()
    seen: Counter[str] = Counter()
    places = place_own(file, context, sidecar) if file.kind != OWN else None
    outcomes = [_outcome(given, context, sidecar, where, import_id, seen, places) for given in file.given]
    return FileResult(where, file, outcomes, places)


def coding_id(import_id: str, given: Given, seen: Counter[str]) -> str:
    """A coding's id: UUID5 of its import and of its own id there, else of what the row says.

    Never of offsets that were found or carried: when a transcript is corrected every offset behind the correction moves,
    and decisions that name the coding must go on meaning it. For the same reason not of the row's number, which changes
    when somebody sorts the sheet. Rows that say exactly the same are told apart by a counter.
    """
    own: tuple[str, ...] = (
        ("id", given.coding)
        if given.coding
        else ("row", given.document, given.code, given.coder, given.start, given.end, given.text)
    )
    own += (given.under,) if given.under and not given.coding else ()
    key = "\x1f".join((import_id, *own))
    seen[key] += 1
    return str(uuid.uuid5(NAMESPACE, key if seen[key] == 1 else f"{key}\x1f{seen[key]}"))


def _outcome(
    given: Given,
    context: Context,
    sidecar: Sidecar,
    where: str,
    import_id: str,
    seen: Counter[str],
    places: OwnPlaces | None = None,
) -> Outcome:
    at = f"row {given.row}" if places is None else f"coding {given.row}"
    problems: list[Problem] = []
    looked_at: list[Problem] = []

    def wrong(what: str, hint: str = "") -> None:
        problems.append(Problem(where, what, hint, at))

    document = sidecar.documents.get(given.document, given.document)
    transcript = context.transcript(document) if places is None else places.matches[given.document].transcript
    if not document:
        wrong("column 'transcript' is empty.")
    elif not transcript:
        wrong(f"transcript '{shown(document)}' is not in the study.", nearest(document, sorted(context.texts)))

    coding_of_row = coding_id(import_id, given, seen)
    named = sidecar.codes.get(given.code, given.code)
    version = given.codebook_version or sidecar.codebook_version or context.version
    # a tool's own id or path of a code says which of two with one name is meant
    pointed = named == given.code and (given.code_path or given.code_id)
    known = context.code(named, given.code_path, given.code_id) if pointed else ""
    if given.under:
        named, known = (named, context.below(given.under, named)) if named else ("", "")
    carried = context.carried(known or named, version, coding_of_row) if named else None
    if carried is None and known:
        carried = Carried(known)
    code = carried.code if carried is not None else ""
    if not named and places is not None:
        wrong("it names no code that the file holds.", "Look at the coding in the tool it comes from.")
    elif not named:
        wrong("column 'code' is empty.")
    elif given.under and not context.codes:
        what = f"the map says that its code stands under '{given.under}', but the study has no codebook."
        wrong(what, "Put one at codebooks/NAME/1.0.0.yaml, or import a sheet (`qualcode codebook import`).")
    elif given.under and not known:
        what = f"code '{shown(named)}' does not stand under '{given.under}' in codebook {context.codebook_name} {context.version}."
        wrong(what, nearest(named, context.labels_below(given.under)))
    elif not code:
        wrong(*_unknown_code(named, context))
    elif ";" in code:
        wrong(f"code '{code}' holds a `;`.", "One row holds one code: repeat the row for each.")

    coder = sidecar.coders.get(given.coder, given.coder)
    if not coder:
        wrong("nobody is named as coder.", "Give `--coder NAME`." if places is not None else "Fill in column 'coder'.")
    elif context.coders and coder not in context.coders:
        hint = f"{nearest(coder, context.coders)} Correct the row, or add the coder to config/study.yaml."
        wrong(f"coder '{shown(coder)}' is not among the study's coders.", hint)

    direction = given.direction.lower()
    if direction not in DIRECTIONS:
        wrong(
            f"direction '{shown(given.direction)}' is not known.",
            nearest(direction, [word for word in DIRECTIONS if word]),
        )
    origin = given.origin.lower() or "human"
    if origin not in ORIGINS:
        wrong(f"origin '{shown(given.origin)}' is not known.", nearest(origin, ORIGINS))

    placed: Anchor | Refusal | None = None
    own = places.placed.get(given.row) if places is not None else None
    if places is not None and own is not None:
        placed = own
        if transcript and isinstance(own, Anchor):
            placed, changed = places.carry(given, context)
            if changed and isinstance(placed, Anchor):
                what = f"the words of this coding differ between document '{shown(given.document)}' and the transcript."
                looked_at.append(
                    Problem(where, what, f"Look at {context.place(transcript, placed.start, placed.end)}.", at)
                )
        if isinstance(placed, Refusal):
            wrong(placed.cause, placed.hint)
    elif transcript:
        placed = _anchor(given, context, transcript, sidecar, looked_at, where, loose=places is not None)
        if isinstance(placed, Refusal):
            wrong(placed.cause, placed.hint)
    anchored = (own or placed).how if isinstance(own or placed, Anchor) else "refused"  # type: ignore[union-attr]
    if problems or not isinstance(placed, Anchor):
        return Outcome(given, transcript, coder, anchored, None, tuple(problems))
    coding: dict[str, object] = {
        "coding": coding_of_row,
        "transcript": transcript,
        "scope": "transcript" if given.text == WHOLE else "span",
        "start": placed.start,
        "end": placed.end,
        "code": code,
        "code_as_coded": given.code,
        "coder": coder,
        "codebook_version": version,
        "sha256_text": context.sha[transcript],
        "direction": direction,
        "memo": given.memo,
        "created": given.created,
        "origin": origin,
        "source": where,
        "anchored": placed.how,
    }
    return Outcome(given, transcript, coder, anchored, coding, (), tuple(looked_at), carried)


def shown(cell: str) -> str:
    """A cell as messages print it: what is too long for a name may be a participant's words, in the wrong column."""
    return cell if len(cell) <= 60 and len(cell.split()) <= 6 else f"… {len(cell)} characters …"


def _unknown_code(name: str, context: Context) -> tuple[str, str]:
    parts = [part.strip() for part in re.split(r"[;,|]", name) if part.strip()]
    what = f"code '{shown(name)}' is not in codebook {context.codebook_name} {context.version}."
    if len(parts) > 1 and all(context.code(part) for part in parts):
        return what, "One row holds one code: repeat the row for each."
    numbers = [int(part) for part in re.findall(r"\d+", context.version)] or [1]
    following = ".".join(
        map(str, [numbers[0], (numbers[1] if len(numbers) > 1 else 0) + 1, *([0] * (len(numbers) > 2))])
    )
    add = f"codebooks/{context.codebook_name}/{following}.yaml"
    return what, f"{nearest(name, context.codes)} Correct the row, or add the code in a new version ({add})."


def _anchor(
    given: Given,
    context: Context,
    transcript: str,
    sidecar: Sidecar,
    looked_at: list[Problem],
    where: str,
    *,
    loose: bool = False,
) -> Anchor | Refusal:
    index = context.texts[transcript]
    name = f"transcript '{transcript}'"

    def place(start: int, end: int) -> str:
        return context.place(transcript, start, end)

    offsets = (given.start, given.end)
    if given.text == WHOLE:
        if any(offsets):
            return Refusal("`*` codes the whole transcript, but there is a start or an end.", "Leave both empty.")
        return Anchor(0, len(index.text), "as_given")
    if not any(offsets):
        if not given.text:
            return Refusal("there is neither start and end nor text.", "Give the offsets, the words, or `*`.")
        return _by_quote(given, context, transcript, looked_at, where, loose=loose)
    if not all(offsets):
        missing = "start" if not given.start else "end"
        return Refusal(f"'{missing}' is empty.", "Give both start and end, or neither.")
    numbers = [_whole_number(value) for value in offsets]
    if numbers[0] is None or numbers[1] is None:
        odd = next(value for value, number in zip(offsets, numbers, strict=True) if number is None)
        return Refusal(f"'{shown(odd)}' is not a whole number.", "Offsets count characters from 0.")
    start, end = numbers[0], numbers[1]
    sha = given.sha256_text.lower() or sidecar.texts.get(transcript, "")
    if not sha or sha == context.sha[transcript]:
        return anchor_offsets(index, start, end, given.text, name=name, place=place)
    if start < 0 or end <= start:  # wrong in any text
        return anchor_offsets(index, start, end, name=name, place=place)
    carried = context.carry(transcript, sha, start, end)
    if carried is None:
        if given.text:
            return _by_quote(given, context, transcript, looked_at, where)
        known = (transcript, sha) in context.edits
        cause = "the passage is no longer there" if known else "its offsets are those of a text that is not known"
        return Refusal(
            f"{name} has changed since this was coded, and {cause}.",
            "Give the words in column 'text', or the offsets in the present text with its sha256_text.",
        )
    new_start, new_end, changed = carried
    checked = anchor_offsets(index, new_start, new_end, "" if changed else given.text, name=name, place=place)
    if isinstance(checked, Refusal):
        return checked
    if changed:
        what = f"the words of this coding of {name} changed since it was made."
        hint = f"Look at {place(new_start, new_end)}."
        looked_at.append(Problem(where, what, hint, f"row {given.row}"))
    return replace(checked, how="calibrated")


def _by_quote(
    given: Given, context: Context, transcript: str, looked_at: list[Problem], where: str, *, loose: bool = False
) -> Anchor | Refusal:
    """The place of the words that a row quotes: in the present text, in an earlier one and carried, at last by likeness."""
    name = f"transcript '{transcript}'"

    def place(start: int, end: int) -> str:
        return context.place(transcript, start, end)

    found = anchor_quote(context.texts[transcript], given.text, name=name, place=place)
    if isinstance(found, Anchor) or "are not in" not in found.cause:
        return found
    before = _in_an_earlier_text(given, context, transcript)
    if isinstance(before, Refusal):
        return before
    if before is not None:
        start, end, changed = before
        if changed:
            what = f"the words of this coding of {name} changed since they were copied."
            looked_at.append(Problem(where, what, f"Look at {place(start, end)}.", f"row {given.row}"))
        return Anchor(start, end, "by_text")
    if loose:
        found = anchor_loosely(context.texts[transcript], given.text, name=name, place=place)
    if isinstance(found, Refusal) and "are not in" in found.cause and len(given.text) >= 12:
        other = context.who_says(given.text)
        if other:
            return Refusal(found.cause, f"They stand in transcript '{other}': correct column 'transcript'.")
    return found


def _in_an_earlier_text(given: Given, context: Context, transcript: str) -> tuple[int, int, bool] | Refusal | None:
    """Where words that only an earlier text has (a name, a slip corrected since) lie in the present one, in one place only."""
    places: set[tuple[int, int, bool]] = set()
    gone = False
    for sha, index in context.earlier(transcript):
        there = anchor_quote(index, given.text, name="")
        carried = context.carry(transcript, sha, there.start, there.end) if isinstance(there, Anchor) else None
        gone |= isinstance(there, Anchor) and carried is None
        places |= {carried} if carried is not None else set()
    if gone and not places:
        cause = f"the words given stood in transcript '{transcript}' before it was corrected, and were taken out."
        return Refusal(cause, "Look at the passage anew, and code it in the present text.")
    return places.pop() if len({place[:2] for place in places}) == 1 else None


def _whole_number(value: str) -> int | None:
    match = re.fullmatch(r"(-?\d+)(?:[.,]0+)?", value.strip())
    return int(match.group(1)) if match else None


# ---------------------------------------------------------------- all files together


def _collapse(
    results: Sequence[FileResult], warnings: list[Problem]
) -> tuple[list[_Placed], list[_Placed], list[dict[str, object]], list[dict[str, object]]]:
    """The codings without doubles, those set aside, the import report (one row a file and coder), and the same by code."""
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
                count.add("refused")
                continue
            key = tuple(coding[column] for column in ("coder", "transcript", "scope", "start", "end", "code", "origin"))
            key += (outcome.set_aside,)
            here = f"row {outcome.given.row}"
            if key not in kept:
                kept[key], how[key] = coding, outcome
                first_at[key] = f"{result.where}, {here}"
                if outcome.carried is not None and outcome.set_aside:
                    count.add("open_split" if outcome.carried.status == OPEN else "retired")
                else:
                    count.add("kept")
                    count.add(str(coding["anchored"]))
                continue
            count.add("collapsed")
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
            )
            numbers = {column: total[column] for column in columns}
            report.append({"file": result.where, "kind": result.file.kind, "coder": coder, **numbers})
    placed = [(coding, how[key].carried, how[key].set_aside) for key, coding in kept.items()]
    now = [(coding, carried) for coding, carried, aside in placed if not aside]
    return now, [(coding, carried) for coding, carried, aside in placed if aside], report, by_code


_PARTS = ("rows", "kept", "collapsed", "refused", "open_split", "retired")


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
    number = _whole_number(value)
    return number if number is not None and abs(number) < 2**62 else None

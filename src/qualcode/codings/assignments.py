"""Assignments: who was to read what, and whether it is done. There, silence means that a code was not applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qualcode.codebook.read import place_number
from qualcode.codings.changes import GONE, NOTED, Change, changed_row
from qualcode.errors import CodingsError, Problem, Problems, StudyError, nearest
from qualcode.study import Study
from qualcode.tables import TABLES, join, split
from qualcode.transcripts.made_on import mark

if TYPE_CHECKING:
    from qualcode.codings.context import Context

YES = {
    "yes",
    "y",
    "ja",
    "j",
    "sim",
    "s",
    "oui",
    "o",
    "sí",
    "si",
    "x",
    "1",
    "true",
    "wahr",
    "waar",
    "vrai",
    "✓",
    "✔",
    "done",
}
NO = {"", "no", "n", "nee", "nein", "não", "nao", "non", "0", "false", "falsch", "onwaar", "faux", "-", "–", "open"}


def read_assignments(
    study: Study,
    context: Context,
    warnings: list[Problem],
    changed: list[dict[str, object]],
    made_on: dict[str, str],
) -> pd.DataFrame:
    """Table `assignments`, checked: transcripts are ids of the study, `done` is yes or no, offsets are in the present text.

    Parameters
    ----------
    changed, made_on
        Rows of table `changed_codings`, for stretches whose text changed, and the texts that stretches count in, by their
        marks, are added to these.

    Empty `start` and `end` mean all of the transcript; empty `saw` means that the coder saw nobody else's codings. Where
    no row of the file says whether it is done, all are taken as done, with a warning.

    Raises
    ------
    CodingsError
        Unknown transcripts, coders (where the configuration names them), codes or words, wrong offsets: all, with rows.
    """
    path = study.raw_table_file("assignments")
    if path is None:
        return TABLES["assignments"].empty()
    where = study.shown(path)
    try:
        given = study.assignments
    except StudyError as error:
        raise CodingsError(error.problems) from error
    problems = Problems()
    rows: list[dict[str, object]] = []
    given = given[~given["transcript"].map(lambda name: context.gone.holds(str(name))).astype(bool)]
    nobody_says = len(given) > 0 and not any(given["done"])
    for line in given.to_dict("records"):
        at = f"row {line['_row']}"
        row: dict[str, object] = {str(key): value for key, value in line.items()}
        transcript = context.transcript(str(line["transcript"]))
        if not transcript:
            hint = nearest(str(line["transcript"]), sorted(context.texts))
            problems.add(where, f"transcript '{line['transcript']}' is not in the study.", hint, place=at)
        row["transcript"] = transcript
        people = [str(line["coder"]), *split(str(line["saw"]))]
        for coder in people if context.coders else []:
            if coder not in context.coders:
                hint = f"{nearest(coder, context.coders)} Correct the row, or add the coder to config/study.yaml."
                problems.add(where, f"coder '{coder}' is not among the study's coders.", hint, place=at)
        codes = {code: context.code(code) for code in split(str(line["codes"]))}
        for code, meant in codes.items():
            if not meant:
                what = f"code '{code}' is not in codebook {context.codebook_name} {context.version}."
                problems.add(where, what, nearest(code, context.codes), place=at)
        done = str(line["done"]).strip().casefold()
        if done not in YES | NO:
            problems.add(where, f"done '{line['done']}' is not known.", "Write yes or no.", place=at)
        row["done"] = "yes" if done in YES or nobody_says else "no"
        row["saw"], row["codes"] = join(split(str(line["saw"]))), join(codes.values())
        if transcript:
            cause, change, noted = _stretch(row, transcript, context)
            if cause:
                problems.add(where, cause, "Give both start and end, or neither for all of it.", place=at)
            made_on |= {noted[0]: noted[1]} if noted[0] else {}
            row["sha256_text"] = context.present[transcript]
            if change is not None:
                more = {"coder": row["coder"], "source": where, "row": line["_row"]}
                changed.append(changed_row(noted[0], "assignment", transcript, change, NOTED, None, **more))
            if change is not None and change.start is None:
                what = f"the stretch of transcript '{transcript}' that this coder was to read is no longer there."
                warnings.append(Problem(where, what, "The row is left out; delete it, or give another stretch.", at))
                continue
            if not cause and not pd.isna(row["start"]):  # type: ignore[call-overload]
                now = context.back(transcript, int(str(row["start"])), int(str(row["end"])))
                if now is None:
                    continue  # only somebody who withdrew was to be read there
                row["start"], row["end"] = now[:2]
        rows.append(row)
    problems.found.sort(key=place_number)
    problems.raise_if_any(CodingsError)
    if nobody_says:
        what = "column 'done' is empty or missing: all assignments are taken as done."
        warnings.append(Problem(where, what, "Write yes or no in each row."))
    return TABLES["assignments"].shape(rows)


def _stretch(row: dict[str, object], transcript: str, context: Context) -> tuple[str, Change | None, tuple[str, str]]:
    """Bring a row's start and end into the present text.

    Returns
    -------
    What is wrong with them, or nothing; what became of them, where the text changed; the row's mark and the text that they
    count in: the one that the row names, else the one that it was first read with.
    """
    missing = [pd.isna(row[column]) for column in ("start", "end")]  # type: ignore[call-overload]
    if all(missing):
        return "", None, ("", "")
    if any(missing):
        return f"'{'start' if missing[0] else 'end'}' is empty.", None, ("", "")
    start, end = int(str(row["start"])), int(str(row["end"]))
    name = mark("assignment", transcript, row["coder"], row["round"], start, end)
    sha = str(row["sha256_text"]).lower() or context.passages.made_on.get(name, "") or context.sha[transcript]
    change = None
    if sha != context.sha[transcript]:
        if (transcript, sha) not in context.passages.ways:
            return f"its offsets are those of a text of transcript '{transcript}' that is not known.", None, ("", "")
        change, carried = (
            context.passages.change(transcript, sha, start, end),
            context.passages.carry(transcript, sha, start, end),
        )
        if carried is None:
            gone = change._replace(start=None, end=None, what=GONE) if change is not None else None
            return "", gone, (name, sha)
        start, end = carried[:2]
    length = len(context.texts[transcript].text)
    if not 0 <= start < end <= length:
        cause = f"offsets {start}–{end} are not a stretch of transcript '{transcript}' ({length} characters)."
        return cause, None, ("", "")
    row["start"], row["end"] = start, end
    return "", change, (name, sha)

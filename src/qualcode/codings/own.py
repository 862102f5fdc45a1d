"""The own format: one row a coding, CSV or XLSX."""

from __future__ import annotations

import re
from pathlib import Path

from qualcode.codings.model import OWN, FileCodings, Given, Sidecar
from qualcode.errors import CodingsError, Problem, Problems, QualcodeError, nearest
from qualcode.files import read_sheet

ENDINGS = (".csv", ".xlsx", ".xlsm", ".tsv")
COLUMNS = ("transcript", "start", "end", "text", "code", "coder")
OPTIONAL = ("coding", "codebook_version", "sha256_text", "direction", "memo", "created", "origin")
# columns of table codings that follow from the others: written by an export, not read back
DERIVED = ("scope", "code_as_coded", "source", "anchored")


def read_own(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """A file in qualcode's own format, through the sidecar's column map.

    Parameters
    ----------
    coder
        Who coded where the file has no column `coder` (the sidecar's coder, or the folder's name); "" for nobody.

    Raises
    ------
    CodingsError
        The file cannot be read; a required column is missing; the column map names a column that is not there.
    """
    try:
        sheet = read_sheet(path, shown_as=where)
    except QualcodeError as error:
        raise CodingsError(error.problems) from error
    problems = Problems()
    data = sheet.data
    renamed: dict[str, str] = {}
    for theirs, ours in sidecar.columns.items():
        column = re.sub(r"\s+", "_", theirs.strip().lower())
        if column not in data.columns:
            problems.add(
                where, f"the column map names '{theirs}', which is not a column.", nearest(column, data.columns)
            )
        elif ours not in (*COLUMNS, *OPTIONAL):
            what = f"the column map makes '{theirs}' into '{ours}', which is not a column of codings."
            problems.add(where, what, nearest(ours, (*COLUMNS, *OPTIONAL)))
        else:
            renamed[column] = ours
    taken = set(renamed.values())
    data = data.drop(columns=[c for c in data.columns if c in taken and c not in renamed]).rename(columns=renamed)
    columns = list(data.columns)
    twice = sorted({column for column in columns if columns.count(column) > 1})
    for column in twice:
        problems.add(where, f"the column map makes two columns into '{column}'.")
    problems.raise_if_any(CodingsError)

    missing = [column for column in ("transcript", "code") if column not in columns]
    if "text" not in columns:
        missing += [column for column in ("start", "end") if column not in columns]
    elif ("start" in columns) != ("end" in columns):
        missing.append("end" if "start" in columns else "start")
    if "coder" not in columns and not coder:
        missing.append("coder")
    others = [column for column in columns if column not in (*COLUMNS, *OPTIONAL)]
    for column in missing:
        hint = f"Codings need the columns {', '.join(COLUMNS)}. {nearest(column, others) if others else ''}".strip()
        if column == "coder":
            hint = "Add it, import the file with `--coder NAME`, or put it into data/raw/codings/CODER/."
        problems.add(where, f"column '{column}' is missing.", hint, place="row 1")
    problems.raise_if_any(CodingsError)

    given = []
    fields = [column for column in columns if column in (*COLUMNS, *OPTIONAL)]
    for row, values in zip(sheet.rows, data[fields].itertuples(index=False, name=None), strict=True):
        cells = dict(zip(fields, values, strict=True))
        cells["document"] = cells.pop("transcript")
        cells["coder"] = cells.get("coder") or coder
        given.append(Given(row=row, **cells))
    return FileCodings(
        kind=OWN,
        given=given,
        documents=list(dict.fromkeys(item.document for item in given if item.document)),
        codes=list(dict.fromkeys(item.code for item in given if item.code)),
        unread=[column for column in others if column not in DERIVED],
        names_coders="coder" in columns,
    )


def unreadable(where: str) -> CodingsError:
    """The error for a file that no reader of codings knows."""
    return CodingsError(
        Problem(where, "this kind of file is not read as codings.", "What can be read as codings: see docs/codings.md.")
    )

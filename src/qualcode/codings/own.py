"""The own format: one row a coding, CSV or XLSX; and any sheet whose columns are explained."""

from __future__ import annotations

from pathlib import Path
from zipfile import is_zipfile

from qualcode.codings.database import MAGIC
from qualcode.codings.model import OWN, FileCodings, Given, Sidecar
from qualcode.codings.wide import NOT_CODED, Coded, Shape, shape_of
from qualcode.errors import CodingsError, Problem, Problems, QualcodeError, nearest
from qualcode.files import Sheet, read_sheet

ENDINGS = (".csv", ".xlsx", ".xlsm", ".tsv")
COLUMNS = ("transcript", "start", "end", "text", "code", "coder")
OPTIONAL = ("coding", "codebook_version", "sha256_text", "direction", "memo", "created", "origin")
# columns of table codings that follow from the others: written by an export, not read back
DERIVED = ("scope", "code_as_coded", "source", "anchored")


def read_own(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """A file in qualcode's own format, or any sheet whose columns the sidecar explains.

    Parameters
    ----------
    coder
        Who coded where the file has no column `coder` (the sidecar's coder, or the folder's name); "" for nobody.

    Raises
    ------
    CodingsError
        The file cannot be read; a required column is missing; the sidecar names a column that is not there; a column that
        says whether a code applies says neither yes nor no.
    """
    try:
        sheet = read_sheet(path, shown_as=where, sheet=sidecar.sheet or None)
    except QualcodeError as error:
        raise CodingsError(error.problems) from error
    problems = Problems()
    shape = shape_of(sheet, sidecar, (*COLUMNS, *OPTIONAL), where, problems)
    columns = _named(sheet, shape, where, problems)
    always = {ours: value for ours, value in sidecar.always.items() if ours in (*COLUMNS, *OPTIONAL)}
    for ours in sidecar.always:
        if ours not in always:
            what = f"`always` fills '{ours}', which is not a column of codings."
            problems.add(where, what, nearest(ours, (*COLUMNS, *OPTIONAL)))
        elif ours in columns.values() or (ours == "code" and (shape.codes or shape.applied)):
            problems.add(where, f"`always` fills '{ours}', which the file has a column of.", "Take one of them out.")
    problems.raise_if_any(CodingsError)

    has = {*columns.values(), *always, *(["code"] if shape.codes or shape.applied else [])}
    others = [column for column in sheet.data.columns if column not in {*columns, *shape.codes, *shape.applied}]
    _check_columns(has, others, coder, where, problems)
    problems.raise_if_any(CodingsError)

    given: list[Given] = []
    without = 0
    names = [str(column) for column in sheet.data.columns]
    for row, values in zip(sheet.rows, sheet.data.itertuples(index=False, name=None), strict=True):
        line: dict[str, str] = dict(zip(names, values, strict=True))
        cells = always | {ours: line[theirs] for theirs, ours in columns.items()}
        cells["document"] = cells.pop("transcript")
        cells["coder"] = cells.get("coder") or coder
        coded = list(shape.coded(line, problems, where, row))
        if not coded and not shape.wide:
            coded = [Coded(cells.get("code", ""), next(iter(shape.under.values()), ""))]
        without += not coded
        for one in coded:
            given.append(Given(row=row, **(cells | {"code": one.code, "under": one.under})))
    problems.raise_if_any(CodingsError)
    return FileCodings(
        kind=OWN,
        given=given,
        documents=list(dict.fromkeys(item.document for item in given if item.document)),
        codes=list(dict.fromkeys(item.code for item in given if item.code)),
        left_out={NOT_CODED: without} if without else {},
        unread=[column for column in others if column not in DERIVED],
        names_coders="coder" in has,
    )


def _named(sheet: Sheet, shape: Shape, where: str, problems: Problems) -> dict[str, str]:
    """{theirs: ours} of the columns that are read, those of codes in `shape` apart; two that become one are a problem."""
    columns = dict(shape.columns)
    taken = set(columns.values())
    for column in sheet.data.columns:
        if column in columns or column in shape.codes or column in shape.applied or column in taken:
            continue
        if column == "code" and not shape.codes and not shape.applied:
            shape.codes.append(column)
        elif column != "code" and column in (*COLUMNS, *OPTIONAL):
            columns[column] = column
    ours = list(columns.values())
    for column in sorted({column for column in ours if ours.count(column) > 1}):
        problems.add(where, f"the column map makes two columns into '{column}'.", "Only `code` may be several columns.")
    return columns


def _check_columns(has: set[str], others: list[str], coder: str, where: str, problems: Problems) -> None:
    missing = [column for column in ("transcript", "code") if column not in has]
    if "text" not in has:
        missing += [column for column in ("start", "end") if column not in has]
    elif ("start" in has) != ("end" in has):
        missing.append("end" if "start" in has else "start")
    if "coder" not in has and not coder:
        missing.append("coder")
    for column in missing:
        hint = f"Codings need the columns {', '.join(COLUMNS)}. {nearest(column, others) if others else ''}".strip()
        if column == "coder":
            hint = "Add it, import the file with `--coder NAME`, or put it into data/raw/codings/CODER/."
        problems.add(where, f"column '{column}' is missing.", hint, place="row 1")


def unreadable(
    where: str, path: Path, readable: str = "What can be read as codings: see docs/codings.md."
) -> CodingsError:
    """The error for a file that no reader of codings knows; what can be seen to be wrong with it is said."""
    again = "Export it again from the tool, and copy it whole."
    with path.open("rb") as stream:
        head = stream.read(16)
    if not head:
        return CodingsError(Problem(where, "this file is empty (0 bytes).", again))
    if head.startswith(b"PK") and not is_zipfile(path):
        return CodingsError(Problem(where, "this archive (or Office document) is damaged or not whole.", again))
    if head.startswith(MAGIC):
        what = "this is a database of a program that qualcode does not know, or one that lacks its tables."
        return CodingsError(Problem(where, what, readable))
    return CodingsError(Problem(where, "this kind of file is not known.", readable))

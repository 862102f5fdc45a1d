"""MAXQDA: coded segments exported to Excel; its databases (.mex, .mx24 …) are read by module `mex`."""

from __future__ import annotations

from pathlib import Path

from qualcode.codings import mex
from qualcode.codings.database import MAGIC
from qualcode.codings.model import FileCodings, Given, Sidecar
from qualcode.errors import CodingsError, Problem, QualcodeError
from qualcode.files import read_sheet

KIND = "maxqda"
NEVER_SEEN = (
    "Read by published descriptions; qualcode's makers have never seen a file of MAXQDA itself: check the counts."
)
# the headings follow the program's language; what is not here goes into `columns` of a map file
_DOCUMENT = ("document_name", "dokumentname", "nom_du_document", "nombre_del_documento", "documentnaam")
_CODE = ("code", "código", "codigo")
_SEGMENT = ("segment", "segmento", "codiertes_segment", "coded_segment")
_CODER = ("created_by", "author", "autor", "erstellt_von", "créé_par", "creado_por", "gemaakt_door")
_MEMO = ("comment", "kommentar", "commentaire", "comentario", "opmerking")
_CREATED = ("created", "erstellt", "créé", "creado", "gemaakt")


def recognise(path: Path, head: bytes) -> bool:
    """A workbook with the columns of MAXQDA's coded segments, or a database of MAXQDA."""
    if head.startswith(MAGIC) or mex.ENDING.fullmatch(path.suffix):
        return mex.recognise(path)
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not head.startswith(b"PK"):
        return False
    try:
        columns = set(read_sheet(path).data.columns)
    except QualcodeError:
        return False
    return all(columns & set(names) for names in (_DOCUMENT, _CODE, _SEGMENT))


def read(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """Coded segments: one row each, the code as a path; the passages are looked for in the transcripts by their words.

    Beginning and end are paragraph numbers of MAXQDA's own text, and are not read.

    Raises
    ------
    CodingsError
        The workbook cannot be read; a database that cannot (`mex.read`).
    """
    with path.open("rb") as stream:
        if stream.read(16).startswith(MAGIC):
            return mex.read(path, where=where, sidecar=sidecar, coder=coder)
    if mex.ENDING.fullmatch(path.suffix):
        what = "this is no database of MAXQDA that can be read." if path.stat().st_size else "this file is empty."
        raise CodingsError(
            Problem(where, what, "Export it again from MAXQDA (.mex), or the project as REFI-QDA (.qdpx).")
        )
    try:
        sheet = read_sheet(path, shown_as=where)
    except QualcodeError as error:
        raise CodingsError(error.problems) from error
    columns = list(sheet.data.columns)

    def column(names: tuple[str, ...], ours: str) -> str:
        chosen = [theirs.strip().lower().replace(" ", "_") for theirs, to in sidecar.columns.items() if to == ours]
        return next((name for name in (*chosen, *names) if name in columns), "")

    document, code, segment = column(_DOCUMENT, "transcript"), column(_CODE, "code"), column(_SEGMENT, "text")
    who, memo, created = column(_CODER, "coder"), column(_MEMO, "memo"), column(_CREATED, "created")
    missing = [ours for ours, name in (("transcript", document), ("code", code), ("text", segment)) if not name]
    if missing:
        what = f"no column is known as '{missing[0]}'."
        raise CodingsError(
            Problem(where, what, f"Name it in a map file: `columns: {{Theirs: {missing[0]}}}`.", "row 1")
        )
    given = []
    for row, item in zip(sheet.rows, sheet.data.to_dict("records"), strict=True):
        parts = [" ".join(part.split()) for part in item[code].replace("\\", ">").split(">")]
        given.append(
            Given(
                row=row,
                document=item[document],
                code=parts[-1],
                coder=(item[who] if who else "") or coder,
                text=item[segment],
                memo=item[memo] if memo else "",
                created=item[created] if created else "",
                code_path=" > ".join(parts),
            )
        )
    return FileCodings(
        kind=KIND,
        given=given,
        documents=list(dict.fromkeys(item.document for item in given)),
        codes=list(dict.fromkeys(item.code_path for item in given)),
        names_coders=bool(who),
        notes=[NEVER_SEEN],
    )

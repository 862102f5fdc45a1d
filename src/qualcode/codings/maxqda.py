"""MAXQDA: coded segments exported to Excel or CSV; its databases (.mex, .mx24 …) are read by module `mex`."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from qualcode.codings import mex
from qualcode.codings.database import MAGIC
from qualcode.codings.model import FileCodings, Given, Sidecar
from qualcode.codings.wide import plain
from qualcode.errors import CodingsError, Problem, QualcodeError
from qualcode.files import decode, read_sheet

KIND = "maxqda"
NEVER_SEEN = (
    "Read by published descriptions; qualcode's makers have never seen a file of MAXQDA itself: check the counts."
)
# The headings follow the program's language. English and German stand so in programs that read these files
# (julianschuler/MAXQDA-encoding-statistics, src/main.rs, and others); the other languages are translations that nobody has
# checked on a file. A heading that is not here is asked for, and goes into `columns` of a map file.
_DOCUMENT = (
    *("document_name", "document", "text_name", "dokumentname", "textname", "nom_du_document", "nombre_del_documento"),
    *(
        "nombre_de_documento",
        "documentnaam",
        "nome_do_documento",
        "nome_del_documento",
        "nome_documento",
        "nazwa_dokumentu",
    ),
)
_GROUP = (
    *("document_group", "text_group", "dokumentgruppe", "textgruppe", "groupe_de_documents", "grupo_de_documentos"),
    *("documentgroep", "gruppo_di_documenti", "grupa_dokumentów"),
)
_CODE = ("code", "código", "codigo", "codice", "kod")
_SEGMENT = (
    *(
        "segment",
        "segmento",
        "codiertes_segment",
        "coded_segment",
        "segment_codé",
        "segmento_codificado",
        "gecodeerd_segment",
    ),
)
_CODER = (
    *("created_by", "author", "coder", "autor", "erstellt_von", "créé_par", "auteur", "creado_por", "gemaakt_door"),
    *("aangemaakt_door", "criado_por", "creato_da", "utworzony_przez", "utworzone_przez"),
)
_MEMO = ("comment", "kommentar", "commentaire", "comentario", "comentário", "opmerking", "commento", "komentarz")
_CREATED = (
    *(
        "created",
        "creation_date",
        "created_on",
        "erstellt",
        "erstellt_am",
        "créé",
        "créé_le",
        "date_de_création",
        "creado",
    ),
    *(
        "creado_el",
        "fecha_de_creación",
        "gemaakt",
        "gemaakt_op",
        "aangemaakt_op",
        "criado",
        "criado_em",
        "creato",
        "creato_il",
    ),
)
_WEIGHT = ("weight", "weight_score", "gewicht", "gewichtung", "poids", "peso", "waga")
_ALSO = "code:"  # `Code: A > B`: whether that code lies on the same passage, which has a row of its own too


def recognise(path: Path, head: bytes) -> bool:
    """A table with the columns of MAXQDA's coded segments, or a database of MAXQDA."""
    if head.startswith(MAGIC) or mex.ENDING.fullmatch(path.suffix):
        return mex.recognise(path)
    if path.suffix.lower() == ".csv":
        first = decode(head)[0].lstrip("\ufeff").split("\n", 1)[0]
        columns = {plain(name.strip().strip('"')) for name in re.split(r"[;,\t]", first)}
    elif path.suffix.lower() in (".xlsx", ".xlsm") and head.startswith(b"PK"):
        try:
            columns = set(read_sheet(path).data.columns)
        except QualcodeError:
            return False
    else:
        return False
    return all(columns & set(names) for names in (_DOCUMENT, _CODE, _SEGMENT))


def read(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """Coded segments: one row each, the code as a path; the passages are looked for in the transcripts by their words.

    Beginning and end are paragraph numbers of MAXQDA's own text, and are not read; nor are columns `Code: A > B`, which say
    again what other rows say. One name in several document groups is several documents, `group/name`.

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
    group, weight = column(_GROUP, ""), column(_WEIGHT, "")
    items = sheet.data.to_dict("records")
    groups: dict[str, set[str]] = {}
    for item in items:
        groups.setdefault(item[document], set()).add(item[group] if group else "")
    given = []
    left: Counter[str] = Counter()
    for row, item in zip(sheet.rows, items, strict=True):
        parts = _path(item[code])
        name = item[document]
        left["weight"] += bool(weight) and item[weight] not in ("", "0")
        if not item[segment]:
            left["coding_not_of_text"] += 1
            continue
        given.append(
            Given(
                row=row,
                document=f"{item[group]}/{name}" if len(groups[name]) > 1 and item[group] else name,
                code=parts[-1],
                coder=(item[who] if who else "") or coder,
                text=item[segment],
                memo=item[memo] if memo else "",
                created=item[created] if created else "",
                code_path=" > ".join(parts),
            )
        )
    also = [header[len(_ALSO) :] for header in sheet.headers if header.lower().startswith(_ALSO)]
    notes = [NEVER_SEEN]
    if also:
        notes.append(f"{len(also)} columns `Code: …` are not read: each coding has a row of its own.")
    return FileCodings(
        kind=KIND,
        given=given,
        documents=list(dict.fromkeys(item.document for item in given)),
        codes=list(dict.fromkeys([*(item.code_path for item in given), *(" > ".join(_path(name)) for name in also)])),
        left_out={name: number for name, number in sorted(left.items()) if number},
        names_coders=bool(who),
        notes=notes,
    )


def _path(code: str) -> list[str]:
    """A code's names from the top: parted by `>`, in older versions by a backslash."""
    return [" ".join(part.split()) for part in code.replace("\\", ">").split(">")]

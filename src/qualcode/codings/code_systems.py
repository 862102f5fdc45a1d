"""The codes of other programs' files, as a tree, and the codebook that they make: REFI-QDA, QualCoder, Taguette, MAXQDA."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.codebook.model import COLOUR, ID, Codebook
from qualcode.codebook.qdc import fields_of
from qualcode.codebook.read import check_entries, in_tree_order
from qualcode.codebook.sheet import make_id
from qualcode.codings import archive, mex, qualcoder, refi, taguette
from qualcode.codings.database import MAGIC, Database, opened
from qualcode.codings.kinds import database_of
from qualcode.errors import CodebookError, Problem, Problems


@dataclass(frozen=True)
class ToolCode:
    """One code as a file has it: `key` the file's own id, `parent` the key of the one above, `place` where it stands there.

    `text` is what the program says of it, `note` a memo beside that; `holder`: it only holds codes, and is none itself.
    """

    key: str
    name: str
    place: str
    parent: str = ""
    text: str = ""
    note: str = ""
    colour: str = ""
    guid: str = ""
    holder: bool = False


@dataclass(frozen=True)
class CodeSystem:
    """The codes of a file, in its own order; what else of a codebook it holds, counted; what people should know of it."""

    kind: str
    codes: list[ToolCode]
    left_out: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_code_system(path: Path, *, where: str) -> CodeSystem | None:
    """The codes of a REFI-QDA codebook or project, or a project of QualCoder, Taguette or MAXQDA; None for any other file.

    Raises
    ------
    CodingsError
        The file is of such a kind, and damaged, unsafe, or of a version that is not known.
    """
    path = database_of(path)
    if path.is_dir():
        raise CodebookError(Problem(where, "this folder is no project that is known here.", "Give a file."))
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(MAGIC):
        with opened(path, where) as database:
            return _of_database(database, where)
    if zipfile.is_zipfile(path) or path.suffix.lower() == ".qdpx":
        return _of_archive(path, where)
    if path.suffix.lower() in (".qdc", ".qde") or re.search(rb"<(\w+:)?(CodeBook|Project)\b", head):
        return _of_refi(archive.parse_xml(path.read_bytes(), where=where), where, None)
    return None


def codebook_of(
    system: CodeSystem, *, name: str, version: str, where: str, known: Mapping[str, str] | None = None
) -> Codebook:
    """A codebook of the codes of a file.

    A code's id is the one that qualcode wrote into its description, else that of the GUID in `known`, else made from its
    name; two codes of one name get different ids. What only holds codes is a theme, or below another one a subtheme.

    Raises
    ------
    CodebookError
        There are no codes; codes without a name; a key twice; codes in a ring; and all that `check_entries` finds.
    """
    problems = Problems()
    rows: list[dict[str, Any]] = []
    places: list[str] = []
    ids: dict[str, str] = {}
    first: dict[str, str] = {}
    taken: set[str] = set()
    keys = {code.key for code in system.codes}
    for code in system.codes:
        if code.key in first:
            what = f"two codes have the id {code.key}, here and in {first[code.key]}."
            problems.add(where, what, "Export the codebook again.", place=code.place)
        first.setdefault(code.key, code.place)
        label = " ".join(code.name.split())
        if not label:
            problems.add(where, "a code has no name.", "Give it one in the program it comes from.", place=code.place)
        row = fields_of(code.text)
        given = str(row.pop("id", "")) or (known or {}).get(code.guid, "")
        stem = given if ID.fullmatch(given) else make_id(label) or "code"
        ids[code.key], number = stem, 2
        while ids[code.key] in taken:
            ids[code.key], number = f"{stem}_{number}", number + 1
        taken.add(ids[code.key])
        above = code.parent if code.parent in keys else ""
        if code.holder:
            row.setdefault("kind", "subtheme" if above else "theme")
        if code.note:
            row["notes"] = "\n\n".join(part for part in (row.get("notes"), code.note) if part)
        colour = re.sub(r"^#(.)(.)(.)$", r"#\1\1\2\2\3\3", code.colour.strip())
        rows.append(row | {"label": label, "parent": above} | ({"colour": colour} if COLOUR.fullmatch(colour) else {}))
        places.append(code.place)
    if not rows:
        problems.add(where, "there are no codes in this file.")
    problems.raise_if_any(CodebookError)
    for code, row in zip(system.codes, rows, strict=True):
        row |= {"id": ids[code.key], "parent": ids.get(str(row["parent"]), "")}
    entries = check_entries(rows, where=where, place=lambda number, _: places[number], problems=problems)
    problems.raise_if_any(CodebookError)
    return Codebook(name=name, version=version, codes=in_tree_order(entries), file=where)


# ---------------------------------------------------------------- one function a kind of file


def _of_archive(path: Path, where: str) -> CodeSystem | None:
    """A REFI-QDA project or a zipped QualCoder project; None where the archive is something else (a workbook)."""
    with archive.opened(path, where) as zipped:
        members = list(zipped.members)
        projects = [name for name in members if name.lower().endswith(".qde") and "/" not in name]
        databases = [name for name in members if name.rpartition("/")[2] == "data.qda"]
        if len(projects) == 1:
            return _of_refi(archive.parse_xml(zipped.read(projects[0]), where=where, place=projects[0]), where, zipped)
        if len(databases) == 1:
            with opened(path, where, data=zipped.read(databases[0])) as database:
                return _of_database(database, where)
        if projects or databases or path.suffix.lower() == ".qdpx":
            found = f"{len(projects)} project files (.qde) and {len(databases)} databases (data.qda)"
            raise CodebookError(Problem(where, f"this archive holds {found}, not one project."))
    return None


def _of_refi(root: Any, where: str, zipped: archive.Archive | None) -> CodeSystem:
    """The tree of a codebook or project; what a code's notes say is a memo beside its description."""
    from lxml import etree

    if etree.QName(root).localname.casefold() not in ("codebook", "project"):
        raise CodebookError(Problem(where, "this is no REFI-QDA codebook.", "Its root must be CodeBook or Project."))
    notes = {_guid(note.get("guid")): _note(note, zipped) for note in root.iter("{*}Note")}
    holder = next(root.iter("{*}Codes"), None)
    waiting = [(one, "") for one in reversed([] if holder is None else holder.findall("{*}Code"))]
    codes: list[ToolCode] = []
    while waiting:
        one, parent = waiting.pop()
        guid = _guid(one.get("guid"))
        key = guid or f"code {len(codes) + 1}"
        text = (one.findtext("{*}Description") or "").strip()
        note = "\n\n".join(
            filter(None, (notes.get(_guid(ref.get("targetGUID")), "") for ref in one.findall("{*}NoteRef")))
        )
        if note and not text:
            text, note = note, ""
        code = ToolCode(
            key, one.get("name") or "", f"line {one.sourceline}", parent, text, note, one.get("color") or "", guid
        )
        codable = (one.get("isCodable") or "true").strip().lower() not in ("false", "0")
        codes.append(code if codable else ToolCode(**{**code.__dict__, "holder": True}))
        waiting += [(below, key) for below in reversed(one.findall("{*}Code"))]
    sets = sum(1 for _ in root.iter("{*}Set"))
    return CodeSystem(refi.KIND, codes, {"sets": sets} if sets else {})


def _note(note: Any, zipped: archive.Archive | None) -> str:
    inside = note.findtext("{*}PlainTextContent")
    member = (note.get("plainTextPath") or "").rpartition("/")[2]
    if inside is None and zipped is not None and member:
        found = zipped.find(f"sources/{member}") or zipped.find(member)
        inside = zipped.read(found).decode("utf-8-sig", errors="replace") if found else ""
    return (inside or "").strip()


def _guid(value: str | None) -> str:
    return (value or "").strip().strip("{}").lower()


def _of_database(database: Database, where: str) -> CodeSystem:
    if "code_name" in database.tables:
        return _of_qualcoder(database, where)
    if "tags" in database.tables:
        return _of_taguette(database, where)
    if "codewords" in database.tables:
        return _of_maxqda(database, where)
    raise CodebookError(Problem(where, "this is a database, but none of QualCoder, Taguette or MAXQDA."))


def _of_qualcoder(database: Database, where: str) -> CodeSystem:
    """Categories hold codes; a memo says what a code means."""
    problems = Problems()
    qualcoder.check_version(database, where, problems)
    problems.raise_if_any(CodebookError)
    codes = []
    for row in database.rows("code_cat", "catid name memo supercatid", order="catid"):
        parent = f"category {row['supercatid']}" if row["supercatid"] else ""
        key = f"category {row['catid']}"
        codes.append(ToolCode(key, row["name"], f"table code_cat, {key}", parent, row["memo"].strip(), holder=True))
    for row in database.rows("code_name", "cid name memo color catid supercid", order="cid"):
        above = f"category {row['catid']}" if row["catid"] else ""
        parent = f"code {row['supercid']}" if row["supercid"] else above
        key = f"code {row['cid']}"
        place = f"table code_name, {key}"
        codes.append(ToolCode(key, row["name"], place, parent, row["memo"].strip(), colour=row["color"]))
    return CodeSystem(qualcoder.KIND, codes, notes=[qualcoder.NEVER_SEEN])


def _of_maxqda(database: Database, where: str) -> CodeSystem:
    """The tree of an exchange file or project; a memo says what a code means."""
    rows, notes = mex.code_words(database, where)
    return CodeSystem(
        mex.KIND,
        [ToolCode(row["id"], row["name"], f"code {row['id']}", row["parent"], row["memo"].strip()) for row in rows],
        notes=notes,
    )


def _of_taguette(database: Database, where: str) -> CodeSystem:
    """A flat list of tags with descriptions (LibreQDA's have colours as well)."""
    rows = database.rows("tags", "id project_id path description color", order="id")
    projects = {row["project_id"] for row in rows}
    if len(projects) > 1:
        what = f"this database holds {len(projects)} projects."
        raise CodebookError(Problem(where, what, "Download the one project from Taguette (Project info, Export)."))
    return CodeSystem(
        taguette.KIND,
        [
            ToolCode(row["id"], row["path"], f"tag {row['id']}", text=row["description"].strip(), colour=row["color"])
            for row in rows
        ],
    )

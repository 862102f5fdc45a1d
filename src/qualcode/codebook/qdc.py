"""A codebook as REFI-QDA codebook (.qdc), which other programs for qualitative analysis read and write."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from qualcode.codebook.model import BETWEEN_EXAMPLES, COLOUR, ID, Codebook
from qualcode.codebook.read import check_entries, in_tree_order
from qualcode.codebook.sheet import make_id
from qualcode.errors import CodebookError, Problem, Problems
from qualcode.files import write_atomically
from qualcode.tables import DIRECTIONS

NAMESPACE = UUID("0b0d3a52-6a1e-5d0e-8f6e-3f0f6f0f2d11")
XML = "urn:QDA-XML:codebook:1.0"
_LARGEST = 50_000_000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# what a description says beside the definition, a labelled paragraph each
PARTS = {
    "full_definition": "In full",
    "include": "When to use",
    "exclude": "When not to use",
    "typical": "Typical",
    "atypical": "Atypical",
    "close_but_no": "Close, but no",
    "kind": "Kind",
    "direction": "Direction",
    "origin": "Origin",
    "double_code_with": "Often together with",
    "notes": "Notes",
    "id": "Id",
}


def code_guid(book: str, code: str) -> str:
    """The GUID of a code: UUID5 of the codebook's name and the code's id, the same in every version."""
    return str(uuid5(NAMESPACE, f"{book}\x1f{code}"))


def description(book: Codebook, code: str) -> str:
    """What a code means, as one text: the definition, then a labelled paragraph for each other field."""
    entry = book.codes[code]
    values = {name: getattr(entry, name) for name in ("full_definition", "include", "exclude", "direction", "origin")}
    values |= {name: BETWEEN_EXAMPLES.join(getattr(entry.examples, name)) for name in ("typical", "atypical")}
    values |= {"close_but_no": BETWEEN_EXAMPLES.join(entry.examples.close_but_no), "kind": entry.kind}
    values |= {"double_code_with": "; ".join(entry.double_code_with)}
    values |= {"notes": entry.notes, "id": code}
    said = [f"{PARTS[name]}: {values[name]}" for name in PARTS if values.get(name)]
    return "\n\n".join(part for part in (entry.definition, *said) if part)


def codebook_qdc(book: Codebook) -> bytes:
    """The XML of a .qdc file: the tree of codes, each with GUID, name, colour and description; no sets."""
    from lxml import etree

    root = etree.Element(f"{{{XML}}}CodeBook", nsmap={None: XML}, origin="qualcode")
    codes = etree.SubElement(root, f"{{{XML}}}Codes")
    made: dict[str, Any] = {"": codes}
    for code, entry in book.codes.items():
        one = etree.SubElement(made[entry.parent], f"{{{XML}}}Code")
        one.set("guid", code_guid(book.name, code))
        one.set("name", _UNPRINTABLE.sub("", entry.label))
        one.set("isCodable", "true")
        if entry.colour:
            one.set("color", entry.colour.upper())
        etree.SubElement(one, f"{{{XML}}}Description").text = _UNPRINTABLE.sub("", description(book, code))
        made[code] = one
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def write_qdc(path: Path, book: Codebook) -> None:
    """Write a codebook as .qdc; same input, same bytes."""
    data = codebook_qdc(book)
    write_atomically(path, lambda temporary: temporary.write_bytes(data))


def read_qdc(path: Path, *, name: str, version: str, where: str = "") -> tuple[Codebook, dict[str, int]]:
    """A codebook from a .qdc file of any program, or from the project in a .qdpx; and what is left out, counted (`sets`).

    Ids are those that qualcode wrote into the description, else made from the name; two codes of one name in different
    branches get different ids.

    Raises
    ------
    CodebookError
        No XML, or XML with a document type or entities; no codebook; codes without a name; a GUID twice.
    """
    from lxml import etree

    where = where or path.name
    data = _xml(path, where)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        place = f"line {line}" if line else ""
        raise CodebookError(Problem(where, "this is not a whole XML file.", "Export it again.", place)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise CodebookError(Problem(where, "this file declares a document type, which a codebook has no use for."))
    if etree.QName(root).localname.casefold() not in ("codebook", "project"):
        raise CodebookError(Problem(where, "this is no REFI-QDA codebook.", "Its root must be CodeBook."))
    holder = next((one for one in root.iter("{*}Codes")), None)
    problems = Problems()
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    taken: set[str] = set()
    guids: dict[str, int] = {}

    def walk(element: Any, parent: str, depth: int) -> None:
        for one in element.findall("{*}Code"):
            line = one.sourceline or 0
            label = " ".join((one.get("name") or "").split())
            guid = (one.get("guid") or "").strip("{}").lower()
            if guid and guid in guids:
                what = f"GUID {guid} stands here and in line {guids[guid]}."
                problems.add(where, what, "Export the codebook again.", place=f"line {line}")
            guids.setdefault(guid, line)
            if not label:
                problems.add(where, "a code has no name.", place=f"line {line}")
                continue
            row = _fields((one.findtext("{*}Description") or "").strip())
            given = row.pop("id", "")
            stem = given if ID.fullmatch(given) else make_id(label) or "code"
            code, number = stem, 2
            while code in taken:
                code, number = f"{stem}_{number}", number + 1
            taken.add(code)
            colour = (one.get("color") or "").strip()
            if re.fullmatch(r"#[0-9A-Fa-f]{3}", colour):
                colour = "#" + "".join(2 * sign for sign in colour[1:])
            rows.append({"id": code, "label": label, "parent": parent, **row})
            if COLOUR.fullmatch(colour):
                rows[-1]["colour"] = colour
            lines.append(line)
            if depth > 200:
                problems.add(where, "codes are nested deeper than 200 levels.", place=f"line {line}")
                return
            walk(one, code, depth + 1)

    if holder is not None:
        walk(holder, "", 0)
    if not rows and not problems:
        problems.add(where, "there are no codes in this file.")
    problems.raise_if_any(CodebookError)
    entries = check_entries(rows, where=where, place=lambda n, _: f"line {lines[n]}", problems=problems)
    problems.raise_if_any(CodebookError)
    sets = sum(1 for _ in root.iter("{*}Set"))
    book = Codebook(name=name, version=version, codes=in_tree_order(entries), file=where)
    return book, {"sets": sets} if sets else {}


def _xml(path: Path, where: str) -> bytes:
    """The file's XML: itself, or the project file inside a .qdpx; of neither more than a codebook can have."""
    import zipfile

    too_large = "this file is larger than any codebook (50 MB)."
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > _LARGEST:
            raise CodebookError(Problem(where, too_large))
        return path.read_bytes()
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [one for one in archive.infolist() if one.filename.casefold().endswith(".qde")]
            if len(inside) != 1:
                raise CodebookError(Problem(where, f"this archive holds {len(inside)} project files (.qde), not one."))
            with archive.open(inside[0]) as stream:
                data = stream.read(_LARGEST + 1)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise CodebookError(Problem(where, "this archive is damaged.", "Export it again.")) from error
    if len(data) > _LARGEST:
        raise CodebookError(Problem(where, too_large))
    return data


def _fields(text: str) -> dict[str, Any]:
    """A description as qualcode writes it, taken apart; any other is the definition as it stands."""
    made: dict[str, Any] = {}
    left: list[str] = []
    names = {label: name for name, label in PARTS.items()}
    known = {"kind": ("theme", "subtheme", "code", "definition"), "direction": DIRECTIONS}
    now = ""
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        label, colon, value = part.partition(": ")
        name = names.get(label, "")
        if (
            colon
            and name
            and name not in made
            and value.strip().casefold() in known.get(name, (value.strip().casefold(),))
        ):
            made[name] = value.strip()
            now = name
        elif now and now not in ("id", "kind", "direction", "origin"):
            made[now] += f"\n\n{part}"  # a field of several paragraphs
        else:
            left.append(part)
    if "id" not in made:  # not written by qualcode: what looks like our labels is somebody's own text
        return {"definition": text} if text else {}
    examples = {
        name: [one.strip() for one in made.pop(name).split(BETWEEN_EXAMPLES.strip()) if one.strip()]
        for name in ("typical", "atypical", "close_but_no")
        if name in made
    }
    if examples:
        made["examples"] = examples
    if "double_code_with" in made:
        made["double_code_with"] = [one.strip() for one in made["double_code_with"].split(";") if one.strip()]
    if any(left):
        made["definition"] = "\n\n".join(left)
    return made

"""REFI-QDA as far as a codebook goes: a code's GUID, the tree of codes, a codebook (.qdc), a project without sources (.qdpx)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from qualcode.codebook.model import (
    KINDS,
    ORIGINS,
    Codebook,
    join_texts,
    mapping_text,
    read_mapping_text,
    split_texts,
)
from qualcode.files import ZIP_TIME, write_atomically
from qualcode.tables import DIRECTIONS, split

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
ORIGIN = "qualcode"
NAMESPACE = UUID("0b0d3a52-6a1e-5d0e-8f6e-3f0f6f0f2d11")
_FORMER = UUID("6f1c1c1e-5d0b-5e0c-9d6a-0d7e1b6f2a11")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
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
    "aliases": "Also called",
    "mappings": "Frameworks",
    "notes": "Notes",
    "id": "Id",
}
_EXAMPLES = ("typical", "atypical", "close_but_no")
_LABELS = {label: name for name, label in PARTS.items()}
_OURS = re.compile(rf"\\*(?:{'|'.join(map(re.escape, _LABELS))}): ")
_WORDS = {"kind": KINDS, "direction": DIRECTIONS, "origin": ORIGINS}


def code_guid(book: str, code: str) -> str:
    """The GUID of a code in everything that qualcode writes: UUID5 of the codebook's name and the code's id.

    It is the same in every version and every format, and another one in a codebook of another name.
    """
    return str(uuid5(NAMESPACE, f"{book}\x1f{code}"))


def former_guid(code: str) -> str:
    """The GUID that projects written before there was one rule gave a code; known again where such a file comes in."""
    return str(uuid5(_FORMER, f"code\x1f{code}"))


@dataclass(frozen=True)
class Code:
    """One code as it goes out; `parent` is the id of one that stands before it, or empty."""

    id: str
    label: str
    guid: str
    parent: str = ""
    definition: str = ""
    colour: str = ""
    description: str = ""


def codes_of(book: Codebook) -> list[Code]:
    """Every entry as it goes out, in tree order."""
    return [
        Code(
            code,
            entry.label,
            code_guid(book.name, code),
            entry.parent,
            entry.definition,
            entry.colour,
            description(book, code),
        )
        for code, entry in book.codes.items()
    ]


# ---------------------------------------------------------------- what a code means, as one text


def description(book: Codebook, code: str) -> str:
    """What a code means, as one text: the definition, then a labelled paragraph for each other field."""
    entry = book.codes[code]
    values = {name: str(getattr(entry, name)) for name in PARTS if name not in (*_EXAMPLES, "mappings")}
    values |= {name: join_texts(getattr(entry.examples, name)) for name in _EXAMPLES}
    values |= {"aliases": join_texts(entry.aliases), "double_code_with": "; ".join(entry.double_code_with)}
    values["mappings"] = "\n".join(f"{name}: {mapping_text(items)}" for name, items in entry.mappings.items())
    said = [f"{PARTS[name]}: {_kept(values[name])}" for name in PARTS if values[name]]
    return "\n\n".join(part for part in (_kept(entry.definition), *said) if part)


def fields_of(text: str) -> dict[str, Any]:
    """A description as qualcode writes it, taken apart into the keys of an entry; any other is the definition as it stands."""
    made: dict[str, Any] = {}
    left: list[str] = []
    now = ""
    for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip()):
        label, colon, value = part.partition(": ")
        name = _LABELS.get(label, "")
        if (
            colon
            and name
            and name not in made
            and value.strip().casefold() in _WORDS.get(name, (value.strip().casefold(),))
        ):
            made[name] = value.strip()
            now = name
        elif now and now not in ("id", *_WORDS):
            made[now] += f"\n\n{_freed(part)}"  # a field of several paragraphs
        else:
            left.append(_freed(part))
    if "id" not in made:  # not written by qualcode: what looks like our labels is somebody's own text
        return {"definition": text.strip()} if text.strip() else {}
    examples = {name: split_texts(made.pop(name)) for name in _EXAMPLES if name in made}
    if examples:
        made["examples"] = examples
    if "aliases" in made:
        made["aliases"] = split_texts(made["aliases"])
    if "double_code_with" in made:
        made["double_code_with"] = split(made["double_code_with"])
    if "mappings" in made:
        pairs = [line.partition(": ") for line in made["mappings"].split("\n")]
        made["mappings"] = {name: read_mapping_text(items) for name, _, items in pairs if items}
    if any(left):
        made["definition"] = "\n\n".join(left)
    return made


def _kept(text: str) -> str:
    r"""A text of somebody's own in which no paragraph looks like one of our labels: such a one gets a `\` before it."""
    return "".join(f"\\{part}" if _OURS.match(part) else part for part in re.split(r"(\n\s*\n)", text))


def _freed(part: str) -> str:
    return part[1:] if part.startswith("\\") and _OURS.match(part) else part


# ---------------------------------------------------------------- XML


def write_tree(
    parent: Any, namespace: str, codes: Iterable[Code], *, refer: Callable[[Any, Code], None] | None = None
) -> None:
    """The codes as elements below `parent`, each with GUID, name, colour and description; however deep the tree is.

    `refer` may put references to notes below a code's element.
    """
    made: dict[str, Any] = {}
    for code in codes:
        colour = {"color": code.colour.upper()} if _COLOUR.fullmatch(code.colour) else {}
        above = made.get(code.parent, parent)
        one = element(above, namespace, "Code", guid=code.guid, name=code.label, isCodable="true", **colour)
        if code.description:
            element(one, namespace, "Description").text = printable(code.description)
        if refer is not None:
            refer(one, code)
        made[code.id] = one


def write_qdc(path: Path, codes: Iterable[Code]) -> None:
    """Write a codebook as .qdc: the tree of codes, no sets; same input, same bytes."""
    root = element(None, CODEBOOK, "CodeBook", origin=ORIGIN)
    write_tree(element(root, CODEBOOK, "Codes"), CODEBOOK, codes)
    data = xml_bytes(root)
    write_atomically(path, lambda temporary: temporary.write_bytes(data))


def write_project(path: Path, codes: Iterable[Code], *, title: str) -> None:
    """Write a codebook as a project (.qdpx) with the tree of codes and nothing else; same input, same bytes."""
    root = element(None, PROJECT, "Project", name=title, origin=ORIGIN)
    write_tree(element(element(root, PROJECT, "CodeBook"), PROJECT, "Codes"), PROJECT, codes)
    write_members(path, [("project.qde", xml_bytes(root))])


def write_members(path: Path, members: Iterable[tuple[str, bytes]]) -> None:
    """Write an archive of these files, in this order, with one fixed time."""

    def write(temporary: Path) -> None:
        with zipfile.ZipFile(temporary, "w") as archive:
            for name, data in members:
                info = zipfile.ZipInfo(name, ZIP_TIME)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o600 << 16
                info.create_system = 3
                archive.writestr(info, data, compresslevel=6)

    write_atomically(path, write)


def element(parent: Any, namespace: str, tag: str, **attributes: str) -> Any:
    """An element below `parent`, or a root where it is None; signs that XML cannot hold are left out."""
    from lxml import etree

    clean = {name: printable(value) for name, value in attributes.items()}
    name = f"{{{namespace}}}{tag}"
    if parent is None:
        return etree.Element(name, clean, nsmap={None: namespace})
    return etree.SubElement(parent, name, clean)


def printable(text: str) -> str:
    """A text without the signs that XML cannot hold."""
    return _NOT_XML.sub("", text)


def xml_bytes(root: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))

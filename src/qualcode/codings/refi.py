"""REFI-QDA projects (.qdpx): what ATLAS.ti, MAXQDA, NVivo, QualCoder, Quirkos and others exchange.

Elements are found by their local names, so every version of the vocabulary is read; a file need not validate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualcode.codings.archive import Archive, names, opened, parse_xml, shown
from qualcode.codings.model import FileCode, FileCodings, Given, OwnText, Sidecar
from qualcode.errors import CodingsError, Problem, Problems
from qualcode.files import decode, sha256

if TYPE_CHECKING:
    from qualcode.codings.refi_beside import BesideReader, Note

KIND = "qdpx"
BETWEEN = " > "
_AGAIN = "Export the project again from the tool."
_LEFT = {
    "PictureSource": "picture",
    "PDFSource": "pdf",
    "AudioSource": "audio",
    "VideoSource": "video",
    "PictureSelection": "picture_region",
    "PDFSelection": "pdf_region",
    "AudioSelection": "audio_region",
    "VideoSelection": "video_region",
    "Set": "set",
    "Graph": "graph",
}


def recognise(path: Path, head: bytes) -> bool:
    """A zip archive with one `*.qde` at its root."""
    return head.startswith(b"PK") and bool(_projects(names(path)) or path.suffix.lower() == ".qdpx")


def _projects(members: list[str]) -> list[str]:
    return [name for name in members if name.lower().endswith(".qde") and "/" not in name.strip("/")]


def read(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """A project's codings of text, its notes, cases and variables (module `refi_beside`); everything else is counted.

    A coding's coder is the user who made it, else who made the selection, else who changed it last, else `coder`.

    Raises
    ------
    CodingsError
        No project in the archive, or several; a damaged archive or XML; a GUID that two codes or two sources have.
    """
    with opened(path, where) as archive:
        projects = _projects(list(archive.members))
        if len(projects) != 1:
            what = "this archive holds no project (*.qde)." if not projects else "this archive holds several projects."
            raise CodingsError(Problem(where, what, _AGAIN))
        root = parse_xml(archive.read(projects[0]), where=where, place=projects[0])
        if _local(root) != "Project":
            raise CodingsError(Problem(where, "this is not a REFI-QDA project.", _AGAIN, projects[0]))
        return _Project(root, archive, where, sidecar, coder).read()


@dataclass
class _Code:
    name: str
    path: str


@dataclass
class _Project:
    root: Any
    archive: Archive
    where: str
    sidecar: Sidecar
    coder: str
    left: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    given: list[Given] = field(default_factory=list)
    texts: dict[str, OwnText] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    unnamed: int = 0
    uncoded: list[Any] = field(default_factory=list)  # selections of text without a coding
    tree: list[FileCode] = field(default_factory=list)
    _targets: dict[str, tuple[str, _Code | None]] = field(default_factory=dict)  # by reference, as are users' names
    _names: dict[str, str] = field(default_factory=dict)

    def read(self) -> FileCodings:
        from qualcode.codings.refi_beside import notes_of

        problems = Problems()
        self.users = self._users(problems)
        self.cases = {_guid(case.get("guid")) for case in _all(self.root, "Case")}
        self.codes = {guid: code for guid, code in self._codes(problems).items() if guid not in self.cases}
        notes = notes_of(self.root, self._bytes)
        self.memos = {guid: note.text for guid, note in notes.items() if not note.memo}
        twice = Counter(code.name for code in self.codes.values())
        self.several = {name for name, times in twice.items() if times > 1}
        for element in self.root.iter(*(f"{{*}}{name}" for name in _LEFT)):
            self.left[_LEFT[_local(element)]] += 1
        sources = _child(self.root, "Sources")
        named = self._document_names([] if sources is None else list(sources), problems)
        problems.raise_if_any(CodingsError)
        for source, document in named:
            self._source(source, document)
        beside = self._beside(notes, named)
        coders = [self.sidecar.coders.get(name, name) for name in dict.fromkeys(self.users.values())]
        if self.unnamed and not self.coder:
            self.notes.append(f"{self.unnamed} codings name no user: give `--coder NAME`.")
        return FileCodings(
            kind=KIND,
            given=self.given,
            documents=self.documents,
            codes=[code.path for code in self.codes.values()],
            left_out={kind: number for kind, number in sorted(self.left.items()) if number},
            names_coders=bool(self.users),
            texts=self.texts,
            coders=coders,
            notes=self.notes,
            memos=beside.memos,
            cases=beside.cases,
            attributes=beside.attributes,
            tree=self.tree,
        )

    def _beside(self, notes: dict[str, Note], named: list[tuple[Any, str]]) -> BesideReader:
        """What the project holds beside its codings; what of it could not be taken over is counted."""
        from qualcode.codings.refi_beside import BesideReader

        beside = BesideReader(
            self.root,
            notes,
            documents=dict(named),
            codes={guid: code.path for guid, code in self.codes.items()},
            users=self.users,
            coded={given.coding for given in self.given},
            uncoded=self.uncoded,
            coder=self.coder,
        )
        beside.read()
        self.left += beside.left
        return beside

    def _users(self, problems: Problems) -> dict[str, str]:
        users: dict[str, str] = {}
        holder = _child(self.root, "Users")
        for user in [] if holder is None else _all(holder, "User"):
            guid = _guid(user.get("guid"))
            name = " ".join((user.get("name") or user.get("id") or guid).split())
            if users.get(guid, name) != name:
                what = f"two users have the GUID {guid}: '{shown(users[guid])}' and '{shown(name)}'."
                problems.add(self.where, what, _AGAIN, place=f"line {user.sourceline}")
            users[guid] = " ".join((user.get("name") or user.get("id") or guid).split())
        return users

    def _codes(self, problems: Problems) -> dict[str, _Code]:
        codes: dict[str, _Code] = {}
        book = _child(self.root, "CodeBook")
        holder = _child(book, "Codes") if book is not None else None

        stack = [(code, "") for code in reversed([] if holder is None else _children(holder, "Code"))]
        while stack:
            element, above = stack.pop()
            name = " ".join((element.get("name") or "").split()) or "(no name)"
            path = f"{above}{BETWEEN}{name}" if above else name
            guid = _guid(element.get("guid"))
            if guid in codes:
                what = f"two codes have the GUID {guid}: '{shown(codes[guid].path)}' and '{shown(path)}'."
                problems.add(self.where, what, _AGAIN, place=f"line {element.sourceline}")
            codes[guid] = _Code(name, path)
            self.tree.append(FileCode(path, _description(element), element.get("color") or ""))
            stack += [(code, path) for code in reversed(_children(element, "Code"))]
        return codes

    def _document_names(self, sources: list[Any], problems: Problems) -> list[tuple[Any, str]]:
        """A name for each source, its own where it is the only one of that name."""
        wanted: list[tuple[Any, str, str]] = []
        seen: dict[str, int] = {}
        for source in sources:
            guid = _guid(source.get("guid"))
            path = source.get("plainTextPath") or source.get("path") or source.get("richTextPath") or ""
            name = (source.get("name") or "").strip() or _base(path) or guid
            if guid and guid in seen:
                what = f"two sources have the GUID {guid}."
                problems.add(self.where, what, _AGAIN, place=f"line {source.sourceline}")
            seen[guid] = 1
            wanted.append((source, name, guid))
        times = Counter(name for _, name, _ in wanted)
        return [(source, f"{name} [{guid[:8]}]" if times[name] > 1 else name) for source, name, guid in wanted]

    # ------------------------------------------------------------ sources

    def _source(self, source: Any, document: str) -> None:
        kind = _local(source)
        if kind == "TextSource":
            self._text(source, source, document)
        elif kind == "PDFSource":
            inner = _child(source, "Representation")
            if inner is not None:
                self.left["pdf"] -= 1
                self._text(inner, source, document)
        elif kind in ("AudioSource", "VideoSource"):
            transcripts = _children(source, "Transcript")
            for number, inner in enumerate(transcripts, start=1):
                self._text(inner, source, document if len(transcripts) == 1 else f"{document} ({number})")
        if kind != "TextSource":
            self.left["coding_not_of_text"] += sum(
                len(_children(selection, "Coding"))
                for selection in source
                if _local(selection) in ("PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection")
            )

    def _text(self, element: Any, source: Any, document: str) -> None:
        self.documents.append(document)
        own = self._own_text(element, document)
        if own is not None:
            self.texts[document] = own
        inside = [(_local(child), child) for child in element]
        points = {_guid(p.get("guid")): p.get("position") or "" for kind, p in inside if kind == "SyncPoint"}
        for kind, selection in inside:
            if kind == "PlainTextSelection":
                start, end = selection.get("startPosition") or "", selection.get("endPosition") or ""
            elif kind == "TranscriptSelection":
                start = points.get(_guid(selection.get("fromSyncPoint")), "")
                end = points.get(_guid(selection.get("toSyncPoint")), "")
            else:
                continue
            parts = [(_local(part), part) for part in selection]
            codings = [part for kind, part in parts if kind == "Coding"]
            if not codings:
                self.uncoded.append(selection)
            quote = selection.get("name") or ""
            if own is None:
                start = end = ""
                if re.fullmatch(r"\W*\w+\W*\d*", quote):
                    quote = ""
            memo = ""
            if len(codings) < len(parts) and quote != "*":
                memo = next((_words(part) for kind, part in parts if kind == "Description"), "")
            for coding in codings:
                self._coding(coding, selection, document, start, end, quote, memo)
        whole = [child for kind, child in inside if kind == "Coding"]
        for coding in [*whole, *(_children(source, "Coding") if source is not element else [])]:
            self._coding(coding, element, document, "", "", "*", "")

    def _coding(self, coding: Any, selection: Any, document: str, start: str, end: str, text: str, memo: str) -> None:
        reference: str | None = None
        notes: list[str] = []
        for part in coding:
            kind = _local(part)
            if kind == "CodeRef" and reference is None:
                reference = part.get("targetGUID") or ""
            elif kind == "NoteRef":
                notes.append(_guid(part.get("targetGUID")))
        target, code = self._target(reference or "")
        if code is None:
            return  # it says what belongs to a case
        user = (
            coding.get("creatingUser")
            or selection.get("creatingUser")
            or coding.get("modifyingUser")
            or selection.get("modifyingUser")
        )
        coder = self._user(user) if user else ""
        self.unnamed += not coder
        if notes:
            memo = "\n".join(part for part in (memo, *(self.memos.get(note, "") for note in notes)) if part)
        created = (
            coding.get("creationDateTime")
            or selection.get("creationDateTime")
            or selection.get("modifiedDateTime")
            or ""
        )
        self.given.append(
            Given(
                len(self.given) + 1,
                document,
                code.name,
                coder or self.coder,
                start,
                end,
                text,
                _guid(coding.get("guid")),
                memo=memo,
                created=created,
                code_id=target,
                code_path=code.path,
            )
        )

    def _target(self, reference: str) -> tuple[str, _Code | None]:
        """What a coding's reference leads to: its GUID, and the code as codings name it; None for a case."""
        if reference not in self._targets:
            target = _guid(reference)
            code = self.codes.get(target, _Code("", ""))
            name = code.path if code.name in self.several else code.name
            self._targets[reference] = (target, None if target in self.cases else _Code(name, code.path))
        return self._targets[reference]

    def _user(self, reference: str) -> str:
        if reference not in self._names:
            self._names[reference] = self.users.get(_guid(reference), _guid(reference))
        return self._names[reference]

    def _own_text(self, element: Any, document: str) -> OwnText | None:
        inside = _child(element, "PlainTextContent")
        if inside is not None:
            return OwnText("".join(inside.itertext()))
        wanted = element.get("plainTextPath") or ""
        data = self._bytes(wanted)
        if data is None:
            said = "its text lies outside the file" if wanted else "the file has no plain text of it"
            self.notes.append(f"document '{shown(document)}': {said}; only its quoted passages can be placed.")
            return None
        try:
            raw = data.decode("utf-8")
        except UnicodeDecodeError:
            raw, encoding = decode(data)
            self.notes.append(f"document '{shown(document)}': its text is not UTF-8; read as {encoding}.")
        return OwnText(raw, sha256_raw=sha256(data))

    def _bytes(self, wanted: str) -> bytes | None:
        """A source's bytes: `internal://NAME`, or the archive's file of that name where the path leads elsewhere."""
        base = _base(wanted, whole=True)
        if not base:
            return None
        for name in (f"sources/{base}", base, wanted.partition("://")[2]):
            member = self.archive.find(name) if name else ""
            if member:
                return self.archive.read(member)
        return None


# ---------------------------------------------------------------- XML


def _local(element: Any) -> str:
    tag = element.tag
    return _without_namespace(tag) if isinstance(tag, str) else ""


@cache
def _without_namespace(tag: str) -> str:
    return tag.rpartition("}")[2]


def _children(element: Any, name: str) -> list[Any]:
    return [child for child in element if _local(child) == name]


def _child(element: Any, name: str) -> Any:
    return next((child for child in element if _local(child) == name), None)


def _all(element: Any, name: str) -> Iterator[Any]:
    return element.iter(f"{{*}}{name}")


def _guid(value: str | None) -> str:
    return (value or "").strip().strip("{}").lower()


def _base(path: str, *, whole: bool = False) -> str:
    """A path's last part, without its ending unless `whole`."""
    name = path.partition("://")[2] if "://" in path else path
    name = name.replace("\\", "/").rpartition("/")[2]
    return name if whole or "." not in name.strip(".") else name.rpartition(".")[0]


def _description(element: Any) -> str:
    found = _child(element, "Description")
    return _words(found) if found is not None else ""


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())

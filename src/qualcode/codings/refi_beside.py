"""What a REFI-QDA project holds beside its codings: notes, descriptions, cases, variables.

What the programs make of the standard (reference: QualCoder's importer, and the specification, 1.5): NVivo hangs an annotation
on its passage by a Link between the two; NVivo's cases are the targets of codings, and may stand among the codes under the
same GUID; MAXQDA and Quirkos write the variables of a document as a Case without a name that refers to that document,
MAXQDA comments as selections with a Description and no coding.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from qualcode.codings.context import memo_guid
from qualcode.codings.model import FileAttribute, FileCase, FileMemo, Place
from qualcode.codings.refi import _all, _child, _children, _guid, _local
from qualcode.files import decode
from qualcode.tables import MEMO_KINDS

_SELECTIONS = ("PlainTextSelection", "TranscriptSelection")
_NOT_TEXT = ("PictureSelection", "PDFSelection", "AudioSelection", "VideoSelection")
_SOURCES = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
_VALUES = ("TextValue", "BooleanValue", "IntegerValue", "FloatValue", "DateValue", "DateTimeValue")
_NAME = re.compile(r"\W*\w+\W*\d*")  # what a program calls a selection, not its words: `Quotation 12`


@dataclass
class Note:
    """A note: its text ("" where it has none that can be read), and the study's id of it where qualcode wrote it."""

    element: Any
    text: str
    memo: str = ""


def notes_of(root: Any, content: Callable[[str], bytes | None]) -> dict[str, Note]:
    """Every note by its GUID; `content` gives the bytes of a file that lies in the archive."""
    found: dict[str, Note] = {}
    for element in _all(root, "Note"):
        guid, name = _guid(element.get("guid")), element.get("name") or ""
        memo = name if name and memo_guid(name) == guid else ""
        inside = _child(element, "PlainTextContent")
        text = "" if inside is None else "".join(inside.itertext())
        if not text.strip():
            data = content(element.get("plainTextPath") or "")
            text = decode(data)[0] if data is not None else ""
        found[guid] = Note(element, text.replace("\r\n", "\n").replace("\r", "\n").strip().strip("\ufeff"), memo)
    return found


@dataclass
class _About:
    """What one note hangs on."""

    documents: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)  # GUIDs
    codings: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    project: bool = False

    @property
    def only_codings(self) -> bool:
        return bool(self.codings) and not (self.documents or self.places or self.codes or self.cases or self.project)


class BesideReader:
    """Reads a project's notes, cases and variables; one walk by the tags that matter, none over all codings.

    Parameters
    ----------
    documents
        The name of each source, by its element in the XML.
    codes, users
        Code paths, and names of users, by GUID.
    coded, uncoded
        GUIDs of the codings that were read as codings; the selections that have none.
    """

    def __init__(
        self,
        root: Any,
        notes: dict[str, Note],
        *,
        documents: dict[Any, str],
        codes: dict[str, str],
        users: dict[str, str],
        coded: set[str],
        uncoded: list[Any],
        coder: str,
    ) -> None:
        self.root, self.notes, self.documents, self.codes = root, notes, documents, codes
        self.users, self.coded, self.uncoded, self.coder = users, coded, uncoded, coder
        self.left: Counter[str] = Counter()
        self.case_names = _case_names(root)
        self.cases: list[FileCase] = []
        self.attributes: list[FileAttribute] = []
        self.memos: list[FileMemo] = []
        self._spoken_of: set[str] = set()  # what links and cases point at

    def read(self) -> None:
        """Fill `memos`, `cases`, `attributes`, and `left` with what could not be taken over."""
        self._notes()
        self._descriptions()
        self._cases()
        self._variables()
        for selection in self.uncoded:
            says = _child(selection, "Description") is not None or _child(selection, "NoteRef") is not None
            self.left["selection_without_code"] += not says and _guid(selection.get("guid")) not in self._spoken_of

    # ------------------------------------------------------------ memos

    def _notes(self) -> None:
        about = {guid: _About() for guid in self.notes}
        for reference in _all(self.root, "NoteRef"):
            guid = _guid(reference.get("targetGUID"))
            if guid in about:
                self._hang(about[guid], reference.getparent())
        self._links(about)
        for guid, note in self.notes.items():
            hangs = about[guid]
            if hangs.only_codings and not note.memo:
                continue  # the memo of those codings
            described = _words(_child(note.element, "Description"))
            text, kind = note.text, ""
            if note.memo and described in MEMO_KINDS:
                kind = described
            elif described and described not in text:
                text = f"{text}\n\n{described}".strip()
            self.left["memo_coding"] += len(list(_all(note.element, "Coding")))
            if not text:
                self.left["memo_without_text"] += 1
                continue
            title = "" if note.memo else " ".join((note.element.get("name") or "").split())
            self._memo(guid, text, hangs, note.element, title=title, memo=note.memo, kind=kind)

    def _descriptions(self) -> None:
        """What is written on documents, cases, the project and passages without a code; a code's is its definition."""
        for description in _all(self.root, "Description"):
            text = _words(description)
            owner = description.getparent()
            kind = _local(owner)
            if not text or kind not in (
                *_SOURCES,
                *_SELECTIONS,
                *_NOT_TEXT,
                "Case",
                "Project",
                "Variable",
                "Representation",
            ):
                continue
            if kind in _SELECTIONS and self._is_coded(owner):
                continue  # came along with its codings
            if kind in _NOT_TEXT and _child(owner, "Coding") is not None:
                continue  # counted with them
            if kind == "Variable":
                self.left["variable_description"] += 1
                continue
            about = _About()
            self._hang(about, owner)
            self._memo(f"description/{_guid(owner.get('guid')) or kind}", text, about, owner)

    def _memo(self, id_: str, text: str, about: _About, element: Any, **more: str) -> None:
        user = element.get("creatingUser") or element.get("modifyingUser")
        if not user and _local(element) == "Project":
            user = element.get("creatingUserGUID") or element.get("modifyingUserGUID")
        date = element.get("creationDateTime") or element.get("modifiedDateTime") or ""
        self.memos.append(
            FileMemo(
                id=id_,
                text=text,
                author=(self.users.get(_guid(user), _guid(user)) if user else "") or self.coder,
                date=date,
                documents=tuple(dict.fromkeys(about.documents)),
                places=tuple(dict.fromkeys(about.places)),
                codes=tuple(self.codes[code] for code in dict.fromkeys(about.codes)),
                code_ids=tuple(dict.fromkeys(about.codes)),
                codings=tuple(dict.fromkeys(about.codings)),
                cases=tuple(dict.fromkeys(about.cases)),
                project=about.project,
                **more,
            )
        )

    def _hang(self, about: _About, owner: Any) -> None:
        """Add to what a note is about the thing that it hangs on."""
        kind, guid = _local(owner), _guid(owner.get("guid"))
        if kind == "Code" and guid in self.case_names:
            about.cases.append(self.case_names[guid])
        elif kind == "Code" and guid in self.codes:
            about.codes.append(guid)
        elif kind == "Case":
            about.cases.append(self.case_names[guid])
        elif kind == "Project":
            about.project = True
        elif kind in _SELECTIONS and self._document(owner):
            about.places.append(self._place(owner))
        elif kind == "Coding" and guid in self.coded:
            about.codings.append(guid)
        elif kind == "Coding":
            self._hang(about, owner.getparent())
        elif kind in _SOURCES or kind in ("Representation", "Transcript", *_NOT_TEXT):
            document = self._document(owner)
            about.documents += [document] if document else []

    def _links(self, about: dict[str, _About]) -> None:
        """A link between a note and something says what the note is about; any other is left out."""
        links = list(_all(self.root, "Link"))
        ends = [(_guid(link.get("originGUID")), _guid(link.get("targetGUID"))) for link in links]
        wanted = {other for pair in ends for note, other in (pair, pair[::-1]) if note in about}
        things = self._by_guid(wanted) if wanted else {}
        for origin, target in ends:
            followed = False
            for note, other in ((origin, target), (target, origin)):
                if note in about and other in things:
                    self._hang(about[note], things[other])
                    self._spoken_of.add(other)
                    followed = True
                    break
            self.left["link"] += not followed

    def _is_coded(self, selection: Any) -> bool:
        return any(_guid(coding.get("guid")) in self.coded for coding in _children(selection, "Coding"))

    # ------------------------------------------------------------ cases and variables

    def _cases(self) -> None:
        wanted = {_guid(reference.get("targetGUID")) for reference in _all(self.root, "SelectionRef")}
        selections = self._by_guid(wanted) if wanted else {}
        sources = {_guid(element.get("guid")): name for element, name in self.documents.items()}
        coded = self._coded_cases() if self.case_names else {}
        for case in _all(self.root, "Case"):
            guid = _guid(case.get("guid"))
            name = self.case_names[guid]
            if _names_document(case):
                continue  # the variables of that document
            found: list[FileCase] = []
            for reference in case:
                target = _guid(reference.get("targetGUID"))
                kind = _local(reference)
                if kind == "SourceRef" and target in sources:
                    found.append(FileCase(name, sources[target]))
                elif kind == "SelectionRef" and target in selections:
                    found += self._part(name, selections[target])
                    self._spoken_of.add(target)
                elif kind == "CodeRef" and target in self.codes:
                    found.append(FileCase(name, code=self.codes[target], code_id=target))
                elif kind in ("SourceRef", "SelectionRef", "CodeRef"):
                    self.left["case_reference"] += 1
            for owner in coded.get(guid, []):
                found += self._part(name, owner)
            self.cases += list(dict.fromkeys(found)) or [FileCase(name)]

    def _coded_cases(self) -> dict[str, list[Any]]:
        """What is coded with a case instead of a code: case membership."""
        found: dict[str, list[Any]] = {}
        for reference in _all(self.root, "CodeRef"):
            target = _guid(reference.get("targetGUID"))
            coding = reference.getparent()
            if target in self.case_names and _local(coding) == "Coding":
                found.setdefault(target, []).append(coding.getparent())
        return found

    def _part(self, name: str, owner: Any) -> list[FileCase]:
        kind = _local(owner)
        if kind in _SELECTIONS:
            place = self._place(owner)
            return [FileCase(name, place.document, place.start, place.end, place.text)]
        if kind in _NOT_TEXT:
            self.left["case_part_not_of_text"] += 1
            return []
        return [FileCase(name, self._document(owner))]

    def _variables(self) -> None:
        variables = {
            _guid(variable.get("guid")): (
                " ".join((variable.get("name") or "").split()),
                variable.get("typeOfVariable") or "",
            )
            for variable in _all(self.root, "Variable")
        }
        used: set[str] = set()
        sources = {_guid(element.get("guid")): name for element, name in self.documents.items()}
        for value in _all(self.root, "VariableValue"):
            reference = _child(value, "VariableRef")
            target = _guid(reference.get("targetGUID")) if reference is not None else ""
            used.add(target)
            said = next(("".join(child.itertext()).strip() for child in value if _local(child) in _VALUES), "")
            owner = value.getparent()
            if not said:
                continue
            if target not in variables:
                self.left["variable_value"] += 1
                continue
            attribute, kind = variables[target]
            if _local(owner) != "Case":
                self.attributes.append(FileAttribute("document", self._document(owner), attribute, said, kind))
            elif _names_document(owner):
                source = _guid(_children(owner, "SourceRef")[0].get("targetGUID"))
                if source in sources:
                    self.attributes.append(FileAttribute("document", sources[source], attribute, said, kind))
                else:
                    self.left["variable_value"] += 1
            else:
                name = self.case_names[_guid(owner.get("guid"))]
                self.attributes.append(FileAttribute("case", name, attribute, said, kind))
        self.left["variable"] += len(set(variables) - used)

    # ------------------------------------------------------------ where things stand

    def _document(self, element: Any) -> str:
        """The name of the document that an element stands in."""
        inside = element
        while element is not None:
            if element in self.documents:
                return self._transcript_name(inside, element) or self.documents[element]
            element = element.getparent()
        return ""

    def _transcript_name(self, inside: Any, source: Any) -> str:
        """Of a recording with several transcripts, the name of the one that an element stands in."""
        if _local(source) not in ("AudioSource", "VideoSource"):
            return ""
        transcripts = _children(source, "Transcript")
        while inside is not source and _local(inside) != "Transcript":
            inside = inside.getparent()
        if len(transcripts) < 2 or inside is source:
            return ""
        return f"{self.documents[source]} ({transcripts.index(inside) + 1})"

    def _place(self, selection: Any) -> Place:
        if _local(selection) == "PlainTextSelection":
            start, end = selection.get("startPosition") or "", selection.get("endPosition") or ""
        else:
            points = {
                _guid(p.get("guid")): p.get("position") or "" for p in _children(selection.getparent(), "SyncPoint")
            }
            start, end = (points.get(_guid(selection.get(name)), "") for name in ("fromSyncPoint", "toSyncPoint"))
        name = selection.get("name") or ""
        return Place(self._document(selection), start, end, "" if _NAME.fullmatch(name) else name)

    def _by_guid(self, wanted: set[str]) -> dict[str, Any]:
        tags = ("Code", "Case", "Coding", "Representation", "Transcript", *_SOURCES, *_SELECTIONS, *_NOT_TEXT)
        found: dict[str, Any] = {}
        for tag in tags:
            for element in _all(self.root, tag):
                guid = _guid(element.get("guid"))
                if guid in wanted:
                    found.setdefault(guid, element)
        return found


def _names_document(case: Any) -> bool:
    """Whether a case is only how a program writes the variables of one document: without a name, with one document."""
    return not (case.get("name") or "").strip() and len(_children(case, "SourceRef")) == 1


def _case_names(root: Any) -> dict[str, str]:
    """A name for each case, its own where it is the only one of that name."""
    own = {_guid(case.get("guid")): " ".join((case.get("name") or "").split()) for case in _all(root, "Case")}
    times = Counter(own.values())
    return {guid: name if name and times[name] == 1 else f"{name} [{guid[:8]}]".strip() for guid, name in own.items()}


def _words(element: Any) -> str:
    if element is None:
        return ""
    return "".join(element.itertext()).replace("\r\n", "\n").replace("\r", "\n").strip()

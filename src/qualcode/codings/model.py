"""What a reader of codings gives: rows as a file has them; and what people chose about a file (its sidecar)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from qualcode.codebook.read import explain
from qualcode.codebook.yamltext import read_yaml
from qualcode.errors import CodingsError, Problem, Problems, nearest
from qualcode.tables import MEMO_KINDS

SIDECAR = ".import.yaml"
OWN = "own"
# what a tool's memo hangs on; `journal`: on nothing
MEMO_SORTS = ("passage", "code", "case", "document", "coding", "project", "journal")


class Given(NamedTuple):
    """One coding as a file gives it; every field text, "" where the file says nothing. `row` is the file's row."""

    row: int
    document: str
    code: str
    coder: str = ""
    start: str = ""
    end: str = ""
    text: str = ""
    coding: str = ""
    codebook_version: str = ""
    sha256_text: str = ""
    direction: str = ""
    memo: str = ""
    created: str = ""
    origin: str = ""
    code_id: str = ""  # what the tool itself calls the code (a GUID), where it keeps such an id
    code_path: str = ""  # labels from the top of the tool's code tree, joined by ` > `
    under: str = ""  # the entry of the codebook that the code stands under, where one label means several codes
    before: str = ""  # the words before and after the passage, where a file quotes them
    after: str = ""


@dataclass(frozen=True)
class OwnText:
    """The text of a document that lies in the codings file itself.

    `raw` is the text as decoded, with its byte order mark and line ends; `units` what offsets may be counted in, where the
    tool's own code is known (else every convention is tried), `firsts` what the first character may be called; `trusted`:
    its quotes are the passages, never names; `exact`: the reader itself counted, in characters of `raw`.
    """

    raw: str
    units: tuple[str, ...] = ()
    firsts: tuple[int, ...] = (0,)
    trusted: bool = False
    exact: bool = False
    sha256_raw: str = ""


@dataclass(frozen=True)
class FileCode:
    """A code of a file's own code system: its labels from the top joined by ` > `, what the tool says of it, its colour."""

    path: str
    definition: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Place:
    """A passage of a document, as a file gives it: offsets in its own text, its words where the file quotes them."""

    document: str
    start: str
    end: str
    text: str = ""


@dataclass(frozen=True)
class FileMemo:
    """A note that a tool keeps beside the codings; documents, places, codes, codings and cases say what it is about.

    `id` is the tool's own, `title` its name there; `project` says that it is the whole project's. Documents, codes (paths),
    codings and cases are named as the file names them; `code_ids`, where given, are the tool's ids of `codes`, in the same
    order. `memo` and `kind` are the study's own, where qualcode wrote the file.
    """

    id: str
    text: str
    title: str = ""
    author: str = ""
    date: str = ""
    documents: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    codings: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    code_ids: tuple[str, ...] = ()
    project: bool = False
    memo: str = ""
    kind: str = ""

    @property
    def sort(self) -> str:
        """What it hangs on, the first of `MEMO_SORTS` that holds."""
        hangs = (self.places, self.codes, self.cases, self.documents, self.codings, self.project, True)
        return next(sort for sort, here in zip(MEMO_SORTS, hangs, strict=True) if here)


@dataclass(frozen=True)
class FileCase:
    """A case of a tool (a person, a site), with one thing that belongs to it.

    A part of a document (`text`: its words, where the file quotes them), a whole document (no offsets), whatever a code
    codes (`code` a path, `code_id` the tool's id of it), or nothing (only a name): then the tool says no more of it.
    """

    name: str
    document: str = ""
    start: str = ""
    end: str = ""
    text: str = ""
    code: str = ""
    code_id: str = ""


@dataclass(frozen=True)
class FileAttribute:
    """One attribute of a case or of a document, as the tool's own value (text) and type."""

    of: str  # case or document
    name: str
    attribute: str
    value: str
    type: str = ""


@dataclass(frozen=True)
class FileCodings:
    """A codings file as read: its kind, rows, the codes of its code system, its documents, what it holds beside.

    `texts` are the documents' own texts, where the file carries them; `coders` whom it declares, whether they coded or not;
    `memos`, `cases`, `attributes` what it says beside its codings; `notes` what people are told about the file as a whole;
    `tree` what the tool says of its codes, where it says more than their names.
    """

    kind: str
    given: list[Given]
    documents: list[str]
    codes: list[str]
    left_out: dict[str, int] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)  # columns that qualcode has no use for
    names_coders: bool = True
    texts: dict[str, OwnText] = field(default_factory=dict)
    coders: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    memos: list[FileMemo] = field(default_factory=list)
    cases: list[FileCase] = field(default_factory=list)
    attributes: list[FileAttribute] = field(default_factory=list)
    tree: list[FileCode] = field(default_factory=list)


class Sidecar(BaseModel):
    """What was chosen when a file was imported, kept beside it as FILE.import.yaml.

    `columns` says what the file's columns are ({theirs: ours}); `coders`, `codes` and `documents` what its names are in
    the study; `colours` what Word's highlight colours mean; `coder` who coded where the file does not say; `sheet`,
    `always`, `applied`, `under` and `several` how a sheet of another shape is read (module `wide`); `codebook_version` the
    version in use at import, for rows that name none; `memos` of which kind a tool's memos are, by what they hang on
    (`MEMO_SORTS`); `texts` the SHA-256 of each text that the offsets were checked against then; `id` what coding ids are
    made from, kept when a newer export replaces the file; `own_codes` whether its codes are the coder's own, which are not
    looked for in the common codebook (module `align`).
    """

    model_config = ConfigDict(extra="forbid")

    kind: str = OWN
    id: str = ""
    coder: str = ""
    codebook_version: str = ""
    sheet: str = ""
    columns: dict[str, str] = {}
    always: dict[str, str] = {}
    applied: dict[str, str] = {}
    under: dict[str, str] = {}
    several: str = ""
    coders: dict[str, str] = {}
    codes: dict[str, str] = {}
    documents: dict[str, str] = {}
    colours: dict[str, str] = {}
    memos: dict[str, str] = {}
    texts: dict[str, str] = {}
    own_codes: bool = False

    @property
    def says_columns(self) -> bool:
        """Whether it says what the columns of a sheet are: then no other reader is asked."""
        return bool(self.columns or self.applied)

    @field_validator("memos")
    @classmethod
    def _known_kinds(cls, given: dict[str, str]) -> dict[str, str]:
        for sort, kind in given.items():
            for word, words in ((sort, MEMO_SORTS), (kind, MEMO_KINDS)):
                if word not in words:
                    raise ValueError(f"'{word}' is not known. {nearest(word, [one for one in words if one])}".strip())
        return given

    @model_validator(mode="before")
    @classmethod
    def _without_nothing(cls, given: object) -> object:
        return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


def sidecar_path(path: Path) -> Path:
    """`FILE.import.yaml` beside a file."""
    return path.with_name(path.name + SIDECAR)


def read_sidecar(path: Path, *, where: str) -> Sidecar:
    """A sidecar or a map file.

    Raises
    ------
    CodingsError
        No YAML, keys nobody knows, values that are no text: all at once, with lines.
    """
    text = read_yaml(path, where=where, error=CodingsError)
    if text.value is None:
        return Sidecar()
    if not isinstance(text.value, dict):
        raise CodingsError(Problem(where, "this file must hold keys and values, as in `coder: RB`."))
    try:
        return Sidecar.model_validate(text.value)
    except ValidationError as error:
        problems = Problems()
        for what, hint, at in explain(error, Sidecar):
            problems.add(where, what, hint, place=text.place(at))
        raise CodingsError(problems.found) from error


def sidecar_yaml(sidecar: Sidecar) -> str:
    """The sidecar's text: only what is filled in, in the order of the model, names sorted."""
    from io import StringIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 200
    yaml.allow_unicode = True
    filled = {
        key: dict(sorted(value.items())) if isinstance(value, dict) else value
        for key, value in sidecar.model_dump().items()
        if value
    }
    stream = StringIO()
    stream.write("# What was chosen when this file was imported (docs/codings.md).\n")
    yaml.dump(filled, stream)
    return stream.getvalue()

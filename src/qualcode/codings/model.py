"""What a reader of codings gives: rows as a file has them; and what people chose about a file (its sidecar)."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from qualcode.codebook.read import explain
from qualcode.codebook.yamltext import read_yaml
from qualcode.errors import CodingsError, Problem, Problems

SIDECAR = ".import.yaml"
OWN = "own"


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


@dataclass(frozen=True)
class OwnText:
    """The text of a document that lies in the codings file itself.

    `raw` is the text as decoded, with its byte order mark and line ends; `units` what offsets may be counted in, where the
    tool's own code is known (else every convention is tried); `trusted`: its quotes are the passages, never names;
    `exact`: the reader itself counted, in characters of `raw`.
    """

    raw: str
    units: tuple[str, ...] = ()
    trusted: bool = False
    exact: bool = False
    sha256_raw: str = ""


@dataclass(frozen=True)
class FileMemo:
    """A note that a tool keeps beside the codings; `documents`, `codes` (paths) and `codings` say what it is about.

    `id` is the tool's own, `title` its name there; documents, codes and codings are named as the file names them.
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


@dataclass(frozen=True)
class FileCase:
    """A case of a tool (a person, a site), or a part of one document that belongs to it; no offsets: the whole document."""

    name: str
    document: str = ""
    start: str = ""
    end: str = ""


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
    `memos`, `cases`, `attributes` what it says beside its codings; `notes` what people are told about the file as a whole.
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


class Sidecar(BaseModel):
    """What was chosen when a file was imported, kept beside it as FILE.import.yaml.

    `columns` says what the file's columns are ({theirs: ours}); `coders`, `codes` and `documents` what its names are in
    the study; `colours` what Word's highlight colours mean; `coder` who coded where the file does not say; `sheet`,
    `always`, `applied`, `under` and `several` how a sheet of another shape is read (module `wide`); `codebook_version` the
    version in use at import, for rows that name none; `texts` the SHA-256 of each text that the offsets were checked
    against then; `id` what coding ids are made from, kept when a newer export replaces the file.
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
    texts: dict[str, str] = {}

    @property
    def says_columns(self) -> bool:
        """Whether it says what the columns of a sheet are: then no other reader is asked."""
        return bool(self.columns or self.applied)

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

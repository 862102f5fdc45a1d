"""The kinds of codings files: one module each, recognised by content, not by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

from qualcode.codings.model import OWN, FileCodings, Sidecar
from qualcode.codings.own import ENDINGS, read_own, unreadable
from qualcode.errors import CodingsError, Problem, nearest

MODULES = {
    "qdpx": "qualcode.codings.refi",
    "qualcoder": "qualcode.codings.qualcoder",
    "taguette": "qualcode.codings.taguette",
    "maxqda": "qualcode.codings.maxqda",
    "word": "qualcode.codings.word",
    "jsonld": "qualcode.codings.annotations",
}
ALIASES = {"refi": "qdpx", "docx": "word", "json": "jsonld", "mex": "maxqda", "csv": OWN, "xlsx": OWN, "codings": OWN}
NAMES = {
    OWN: "qualcode's own format (.csv, .xlsx)",
    "qdpx": "REFI-QDA projects (.qdpx)",
    "qualcoder": "QualCoder projects (data.qda, the folder or zipped)",
    "taguette": "Taguette projects and exports (.sqlite3, .csv, .xlsx, .html)",
    "maxqda": "MAXQDA coded segments (.xlsx), exchange files (.mex) and projects (.mx24 …)",
    "word": "Word documents with comments (.docx)",
    "jsonld": "web annotations (.jsonld, .json), those of qualcode's own export too",
}


class Kind(Protocol):
    """What a module of a kind offers."""

    KIND: str

    def recognise(self, path: Path, head: bytes) -> bool:
        """Whether the file is of this kind, by its content; `head` its first bytes."""
        ...

    def read(self, path: Path, *, where: str, sidecar: Sidecar, coder: str = "", **more: Any) -> FileCodings:
        """The file's codings; `coder` where the file names nobody."""
        ...


def module(kind: str) -> Kind:
    return cast(Kind, importlib.import_module(MODULES[kind]))


def database_of(path: Path) -> Path:
    """The file to read: a project folder of QualCoder stands for the data.qda in it."""
    return path / "data.qda" if path.is_dir() and (path / "data.qda").is_file() else path


def kind_of(path: Path) -> str:
    """A file's kind by its content; "" for none that is known."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        return ""
    for kind in MODULES:
        if module(kind).recognise(path, head):
            return kind
    return OWN if path.suffix.lower() in ENDINGS else ""


def read_kind(
    path: Path, *, where: str, sidecar: Sidecar, coder: str = "", known: Callable[[str], bool] | None = None
) -> FileCodings:
    """A codings file, by the kind that its sidecar names, else by its content.

    Parameters
    ----------
    known
        Whether something is a code of the study: where several stand in one comment or cell, this parts them.

    Raises
    ------
    CodingsError
        No reader knows it, or its reader cannot read it.
    """
    kind = ALIASES.get(sidecar.kind, sidecar.kind) or kind_of(path)
    if kind == OWN and not sidecar.says_columns:
        kind = kind_of(path) or OWN  # older sidecars say `own` of everything
    if kind == OWN:
        if path.suffix.lower() not in ENDINGS:
            raise unreadable(where, path)
        return read_own(path, where=where, sidecar=sidecar, coder=coder)
    if not kind:
        raise unreadable(where, path)
    if kind not in MODULES:
        raise CodingsError(Problem(where, f"kind '{kind}' is not known.", nearest(kind, [OWN, *MODULES])))
    more = {"known": known} if kind in ("word", "taguette") else {}
    return module(kind).read(path, where=where, sidecar=sidecar, coder=coder, **more)

"""Codes of a file that the codebook does not know, as codes to add to its next version."""

from __future__ import annotations

from collections.abc import Iterable

from qualcode.codebook.additions import NewCode
from qualcode.codings.align import own_path
from qualcode.codings.context import Context
from qualcode.codings.model import FileCode, Given, Sidecar
from qualcode.codings.outcomes import FileResult

LONGEST = 120  # characters of a code's name: what is longer may be a passage in the wrong column
_BETWEEN = " > "


def new_codes(
    result: FileResult, context: Context, sidecar: Sidecar, *, file: str, by: str, date: str
) -> tuple[list[NewCode], dict[str, str]]:
    """The codes of a file's codings that no version of the codebook knows, with those above them in the file's own tree.

    Left out (they stay refused): what may be several codes in one cell, what is too long for a name, and a name that several
    codes of the codebook have.

    Returns
    -------
    The codes, each after the one that it stands under; and the key of each by the name that its codings give it, where that
    name is the only one of its kind.
    """
    told = {code.path: code for code in result.file.tree}
    found: dict[str, NewCode] = {}
    named: dict[str, set[str]] = {}
    for given in _unknown(result, context, sidecar):
        key = _add(_path_of(given, sidecar), told, context, found, f"named in the codings of {file}", by, date)
        named.setdefault(given.code, set()).add(key)
    return list(found.values()), {name: next(iter(keys)) for name, keys in named.items() if len(keys) == 1}


def unused(result: FileResult) -> int:
    """How many codes of the file's own tree no coding uses (those that hold a code that is used aside)."""
    paths = {own_path(outcome.given) for outcome in result.outcomes}
    paths |= {outcome.given.code for outcome in result.outcomes}
    return sum(
        not any(path == code or path.startswith(code + _BETWEEN) for path in paths) for code in result.file.codes
    )


def _unknown(result: FileResult, context: Context, sidecar: Sidecar) -> Iterable[Given]:
    labels = [_plain(label) for label in context.codebook["label"]]
    for outcome in result.outcomes:
        given = outcome.given
        if not given.code or (context.codes and not outcome.unknown):
            continue
        path = _path_of(given, sidecar)
        alone = len(path) == 1 and labels.count(_plain(path[0])) > 1
        if not alone and ";" not in path[-1] and len(path[-1]) <= LONGEST and "\n" not in path[-1]:
            yield given


def _path_of(given: Given, sidecar: Sidecar) -> list[str]:
    """Labels from the top of the file's tree down to a code."""
    chosen = sidecar.codes.get(given.code)
    path = chosen if chosen is not None else own_path(given)
    return [" ".join(part.split()) for part in path.split(_BETWEEN) if part.strip()]


def _add(
    path: list[str],
    told: dict[str, FileCode],
    context: Context,
    found: dict[str, NewCode],
    reason: str,
    by: str,
    date: str,
) -> str:
    """Puts a code into `found`, after those above it that are not in the codebook, and returns its key."""
    key = _BETWEEN.join(map(_plain, path))
    if key in found:
        return key
    parent = below = ""
    if len(path) > 1:
        parent = _known(path[:-1], context)
        if not parent:
            below = _add(path[:-1], told, context, found, f"stands above a code {reason}", by, date)
    about = told.get(_BETWEEN.join(path), FileCode(""))
    found[key] = NewCode(key, path[-1], parent, below, about.definition, about.colour, "", reason, by, date)
    return key


def _known(path: list[str], context: Context) -> str:
    """The entry of the codebook that a branch of the file's tree is, by its path or by a label that only one has."""
    return context.code(path[-1], _BETWEEN.join(path)) if context.codes else ""


def _plain(name: str) -> str:
    return " ".join(str(name).split()).casefold()

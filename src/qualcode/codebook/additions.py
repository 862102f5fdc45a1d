"""The next version with codes that somebody's codings brought: added, nothing else changed; or the first version of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from qualcode.codebook.draft import Edited, draft
from qualcode.codebook.history import History
from qualcode.codebook.model import COLOUR, Add, Codebook, Entry
from qualcode.codebook.read import in_tree_order
from qualcode.codebook.sheet import free_id
from qualcode.errors import CodebookError

FIRST = "1.0.0"
NAME = "codebook"  # of a study's first codebook, where nobody gave another


@dataclass(frozen=True)
class NewCode:
    """A code to add. `key` tells it from the others; it stands under `parent`, an id of the codebook, or under the new code
    whose key is `below`; at the top where both are empty."""

    key: str
    label: str
    parent: str = ""
    below: str = ""
    definition: str = ""
    colour: str = ""
    notes: str = ""
    reason: str = ""
    by: str = ""
    date: str = ""


def add_codes(history: History | None, new: Sequence[NewCode]) -> tuple[Codebook, dict[str, str]]:
    """The version after the newest, with these codes added under declared changes; not written, not released.

    Parameters
    ----------
    history
        None where the study has no codebook: the first version is made, `codebook` 1.0.0.

    Returns
    -------
    The version, and the id of each new code by its key. Ids are made from labels; one that any version has or had gets a
    number behind it.

    Raises
    ------
    CodebookError
        The version in use is not the newest; new codes stand under one another in a ring.
    """
    if history is not None and history.in_use != history.versions[-1].version:
        what = f"'codebook.version' names {history.in_use}, so a version after {history.versions[-1].version} would not be used."
        raise CodebookError(what, where="config/study.yaml", hint="Take 'codebook.version' out first.")
    old = dict(history.versions[-1].codes) if history is not None else {}
    taken = {code for book in history.versions for code in book.codes} if history is not None else set()
    ids: dict[str, str] = {}
    for one in new:
        ids[one.key] = free_id(one.label, taken)
        taken.add(ids[one.key])
    entries = [
        Entry(
            id=ids[one.key],
            label=one.label,
            parent=ids.get(one.below, "") or one.parent,
            definition=one.definition,
            colour=colour_of(one.colour),
            notes=one.notes,
            origin="inductive",
        )
        for one in new
    ]
    codes = in_tree_order([*old.values(), *entries])
    ring = [entry.id for entry in entries if entry.id not in codes]
    if ring:
        raise CodebookError(f"these new codes stand under one another: {', '.join(ring)}.", hint="Put one at the top.")
    changes = [Add(do="add", code=ids[one.key], reason=one.reason, by=one.by, date=one.date) for one in new]
    day = max(one.date for one in new)
    if history is not None:
        book = draft(history, Edited(codes, {}, {}, {}, changes), by=new[0].by, date=day)
    else:
        book = Codebook(NAME, FIRST, codes, tuple(changes), date=day, file=f"codebooks/{NAME}/{FIRST}.yaml")
    return book, ids


def with_book(history: History | None, book: Codebook) -> History:
    """A history with one version more, in use."""
    return (
        replace(history, versions=(*history.versions, book), in_use=book.version)
        if history
        else History((book,), book.version)
    )


def colour_of(value: str) -> str:
    """A tool's colour as the codebook writes it (`#rgb` too); "" for what is none."""
    value = value.strip()
    if re.fullmatch(r"#[0-9A-Fa-f]{3}", value):
        value = "#" + "".join(2 * sign for sign in value[1:])
    return value if COLOUR.fullmatch(value) else ""


def told(book: Codebook, new: Sequence[NewCode], ids: dict[str, str], *, dry_run: bool) -> list[str]:
    """What people are told about a version so drafted, and what to look over."""
    count = f"{len(new)} {'code' if len(new) == 1 else 'codes'} added"
    lines = [f"{'Would draft' if dry_run else 'Drafted'} {book.file}: {count}, nothing else changed."]
    old = {entry.label.casefold(): code for code, entry in book.codes.items() if code not in ids.values()}
    for one in new:
        entry = book.codes[ids[one.key]]
        under = f" (under {book.paths[entry.parent]})" if entry.parent else ""
        lines.append(f"  + {entry.id}: {entry.label}{under}")
        close = get_close_matches(entry.label.casefold(), list(old), n=1, cutoff=0.85)
        if close:
            lines.append(f"    Mistyped? It is nearly '{book.codes[old[close[0]]].label}' [{old[close[0]]}].")
    lines.append(
        "Look over the labels, where the codes belong, and what they mean; "
        "`qualcode codebook sheet` gives them to a team that works in Excel."
    )
    if not dry_run:
        lines.append("It is not released: `qualcode codebook release` signs it.")
    return lines

"""Sheets of another shape than one row a coding: several columns of codes, columns of 0 and 1, several codes in a cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from qualcode.codings.model import Sidecar
from qualcode.errors import Problems, nearest
from qualcode.files import Sheet

YES = frozenset(
    ["1", "x", "yes", "y", "true", "applied", "ja", "wahr", "oui", "vrai", "sí", "si", "sì", "vero", "✓", "✔"]
)
NO = frozenset(["", *["0", "no", "n", "false", "not_applied", "nein", "falsch", "non", "faux", "falso", "-", "–"]])
NOT_CODED = "rows without a code"


@dataclass(frozen=True)
class Coded:
    """One coding of a row: what the row calls the code, and what it stands under ("" where no `under` says so)."""

    code: str
    under: str = ""


@dataclass
class Shape:
    """How a sheet's columns are read: fields by our name, the columns that hold codes, those that say whether one applies.

    `columns` {theirs: ours}, `codes` theirs, `applied` {theirs: code}, `under` {theirs: entry of the codebook}; theirs as
    `read_sheet` names them.
    """

    columns: dict[str, str] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    applied: dict[str, str] = field(default_factory=dict)
    under: dict[str, str] = field(default_factory=dict)
    several: str = ""

    @property
    def wide(self) -> bool:
        """Whether a row may hold any number of codings, and a row without a code is no mistake."""
        return bool(len(self.codes) > 1 or self.applied or self.several)

    def coded(self, line: dict[str, str], wrong: Problems, where: str, row: int) -> Iterator[Coded]:
        """The codings of one row; what is neither yes nor no in a column of `applied` is said in `wrong`."""
        for column in self.codes:
            cell = line[column]
            parts = [part.strip() for part in cell.split(self.several)] if self.several else [cell]
            yield from (Coded(part, self.under.get(column, "")) for part in parts if part)
        for column, code in self.applied.items():
            said = re.sub(r"\s+", "_", line[column].casefold())
            if said in YES:
                yield Coded(code, self.under.get(column, ""))
            elif said not in NO:
                what = f"column '{column}' says neither yes nor no."
                wrong.add(where, what, "1, x, yes or true; or 0, no, false or an empty cell.", place=f"row {row}")


def shape_of(sheet: Sheet, sidecar: Sidecar, ours: tuple[str, ...], where: str, problems: Problems) -> Shape:
    """What the sidecar says of the sheet's columns; a column it names that is not there, or is ours in no way, is a problem.

    A name with `*` (any characters) or `?` (one) in it stands for every column like it; in `applied`, `*` as the code is
    what they stand for in the column's name as it is written.
    """
    written = dict(zip(sheet.data.columns, sheet.headers, strict=True))
    shape = Shape(several=sidecar.several)

    def free(column: str) -> bool:
        """Whether a column is neither one of ours nor explained: `*` alone stands for every such column."""
        return column not in ours and column not in shape.columns and column not in shape.codes

    def like(theirs: str, key: str) -> list[str]:
        name = plain(theirs)
        found = [name] if name in written else []
        if not found:
            pattern = _pattern(name)
            found = [column for column in written if re.fullmatch(pattern, column)]
            found = [column for column in found if key != "`applied`" or free(column)]
        if not found:
            problems.add(
                where, f"{key} names '{theirs}', which is not a column.", nearest(name, written), place="row 1"
            )
        return found

    for theirs, meant in sidecar.columns.items():
        for column in like(theirs, "the column map"):
            if meant == "code":
                shape.codes.append(column)
            elif meant in ours:
                shape.columns[column] = meant
            else:
                what = f"the column map makes '{theirs}' into '{meant}', which is not a column of codings."
                problems.add(where, what, nearest(meant, ours))
    for theirs, code in sidecar.applied.items():
        for column in like(theirs, "`applied`"):
            shape.applied[column] = _starred(theirs, written[column]) if code == "*" else code
    for theirs, entry in sidecar.under.items():
        for column in like(theirs, "`under`"):
            shape.under[column] = entry
    shape.codes = list(dict.fromkeys(shape.codes))
    for column in sorted(set(shape.under) - set(shape.codes) - set(shape.applied)):
        problems.add(
            where, f"`under` names '{column}', which holds no codes.", "Map it to `code`, or name it in `applied`."
        )
    for column in sorted(set(shape.applied) & {*shape.codes, *shape.columns}):
        problems.add(where, f"column '{column}' is mapped twice.", "It stands in `columns` and in `applied`: keep one.")
    return shape


def plain(name: str) -> str:
    """A column's name as `read_sheet` gives it."""
    return re.sub(r"\s+", "_", name.strip().lower())


def _pattern(name: str) -> str:
    """A column's name with `*` and `?` in it, as a regular expression with a group for each."""
    signs = {"*": "(.*)", "?": "(.)"}
    return "".join(signs.get(sign) or re.escape(sign) for sign in name)


def _starred(pattern: str, header: str) -> str:
    """What `*` and `?` stand for in a header, as it is written there."""
    loose = re.sub(r"(\\ |_|\s)+", lambda _: r"[\s_]+", _pattern(pattern.strip()))
    found = re.fullmatch(loose, header.strip(), re.IGNORECASE | re.DOTALL)
    return " ".join(part.strip() for part in found.groups() if part.strip()) if found else header

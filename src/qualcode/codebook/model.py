"""What a codebook holds: entries in a tree, and the changes that led here from the version before."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from qualcode.errors import Problem
from qualcode.tables import DIRECTIONS, TABLES, join

KINDS = ("theme", "subtheme", "code", "definition")
ORIGINS = ("deductive", "inductive", "both", "")
ID = re.compile(r"[\w.\-]+")
COLOUR = re.compile(r"#?[0-9A-Fa-f]{6}")
BETWEEN = " | "  # several texts in one cell


def join_texts(texts: Iterable[str]) -> str:
    r"""Several texts in one cell: ` | ` between them; a `|` that belongs to a text stands as `\|`."""
    return BETWEEN.join(text.replace("|", r"\|") for text in texts)


def split_texts(cell: str) -> list[str]:
    """The texts of a cell that may hold several, as `join_texts` writes them, or a person."""
    return [part.strip().replace(r"\|", "|") for part in re.split(r"(?<!\\)\|", cell) if part.strip()]


class _Part(BaseModel):
    """Keys nobody knows are refused; a key with nothing after it is as if it were not there."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nothing(cls, given: Any) -> Any:
        return {key: value for key, value in given.items() if value is not None} if isinstance(given, dict) else given


def _several(value: Any) -> Any:
    """One text, or a list of texts."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    return [item for item in value if item is not None] if isinstance(value, list) else value


def _name(value: str) -> str:
    """A name as it is kept: NFC, one blank where there are several."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def plain(name: str) -> str:
    """A name as names are compared: NFC, whatever its capitals and blanks."""
    return _name(name).casefold()


def check_id(value: str) -> str:
    """An id as it is kept (NFC), or ValueError."""
    value = unicodedata.normalize("NFC", value)
    if not ID.fullmatch(value):
        raise ValueError("may hold letters, digits, '_', '-' and '.' only")
    return value


class Mapping(_Part):
    """A construct of a framework (its code there; key `construct`) that a code belongs to, and why."""

    construct_code: str = Field(min_length=1, alias="construct")
    reason: str = ""


def mapping_text(items: Iterable[Mapping]) -> str:
    r"""Constructs in one cell, each with its reason in brackets: `III.J (time is a resource); II.A`.

    A `;` or bracket that belongs to a construct's code, or a bracket of a reason that is not closed, stands as `\;`, `\(`.
    """
    said = []
    for item in items:
        code = re.sub(r"[\\();]", r"\\\g<0>", item.construct_code)
        reason = item.reason.replace("\\", "\\\\")
        if _depths(reason) is None:
            reason = re.sub(r"[()]", r"\\\g<0>", reason)
        said.append(f"{code} ({reason})" if reason else code)
    return "; ".join(said)


def read_mapping_text(cell: str, known: Collection[str] = ()) -> list[dict[str, str]]:
    """The constructs of such a cell; what is a construct's code as a whole (`known`) has no reason in its brackets."""
    depths = _depths(cell) or [0] * len(cell)
    cuts = [at for at, sign in enumerate(cell) if sign == ";" and not depths[at] and not _escaped(cell, at)]
    made = []
    for start, stop in zip([0, *(at + 1 for at in cuts)], [*cuts, len(cell)], strict=True):
        part = cell[start:stop].strip()
        opening = (
            next((at for at in range(start, stop) if depths[at]), stop)
            if cell[start:stop].strip().endswith(")")
            else stop
        )
        code, reason = cell[start:opening].strip(), cell[opening:stop].strip()[1:-1].strip()
        if part in known or not code:
            code, reason = part, ""
        if part:
            made.append(
                {key: re.sub(r"\\([\\();])", r"\1", text) for key, text in (("construct", code), ("reason", reason))}
            )
    return made


def _escaped(text: str, at: int) -> bool:
    """Whether an odd number of `\\` stands before a sign."""
    before = text[:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _depths(text: str) -> list[int] | None:
    """How many brackets are open at each sign, its own among them; None where they do not close in order."""
    made, depth = [], 0
    for at, sign in enumerate(text):
        mark = sign in "()" and not _escaped(text, at)
        depth += mark and sign == "("
        made.append(depth)
        depth -= mark and sign == ")"
        if depth < 0:
            return None
    return made if depth == 0 else None


class Examples(_Part):
    """What belongs, what belongs though it does not look so, and what looks so and does not belong."""

    typical: list[str] = []
    atypical: list[str] = []
    close_but_no: list[str] = []

    @field_validator("*", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        return _several(value)


class Entry(_Part):
    """One entry (MacQueen et al. 1998, extended): a theme, a subtheme, a code, or an element of a definition."""

    id: str = Field(min_length=1)
    label: str = Field(min_length=1)
    kind: Literal["theme", "subtheme", "code", "definition"] = "code"
    parent: str = ""
    definition: str = ""
    full_definition: str = ""
    include: str = ""
    exclude: str = ""
    examples: Examples = Field(default_factory=Examples)
    direction: Literal["facilitator", "barrier", "mixed", "neutral", ""] = ""
    colour: str = ""
    double_code_with: list[str] = []
    origin: Literal["deductive", "inductive", "both", ""] = ""
    aliases: list[str] = []
    notes: str = ""
    mappings: dict[str, list[Mapping]] = {}

    @field_validator("id")
    @classmethod
    def _id(cls, value: str) -> str:
        return check_id(value)

    @field_validator("parent")
    @classmethod
    def _parent(cls, value: str) -> str:
        return unicodedata.normalize("NFC", value)

    @field_validator("label")
    @classmethod
    def _label(cls, value: str) -> str:
        return _name(value)

    @field_validator("aliases", mode="before")
    @classmethod
    def _aliases(cls, value: Any) -> Any:
        return _several(value)

    @field_validator("aliases")
    @classmethod
    def _names(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(filter(None, map(_name, value))))

    @field_validator("colour")
    @classmethod
    def _colour(cls, value: str) -> str:
        if value and not COLOUR.fullmatch(value):
            raise ValueError('is not a colour like "#1f77b4"')
        return "#" + value.lstrip("#").lower() if value else ""

    @field_validator("double_code_with", mode="before")
    @classmethod
    def _codes(cls, value: Any) -> Any:
        return _several(value)

    @field_validator("examples", mode="before")
    @classmethod
    def _examples(cls, value: Any) -> Any:
        return {"typical": value} if isinstance(value, str | list) else value

    @field_validator("mappings", mode="before")
    @classmethod
    def _mappings(cls, value: Any) -> Any:
        """A construct's code alone will do, one or a list of them."""
        if not isinstance(value, dict):
            return value
        made: dict[str, Any] = {}
        for framework, given in value.items():
            items = given if isinstance(given, list) else [given]
            made[framework] = [
                {"construct": item} if isinstance(item, str) else item for item in items if item is not None
            ]
        return made


# ---------------------------------------------------------------- changes from the version before


class _Change(_Part):
    @field_validator("code", "to", check_fields=False)
    @classmethod
    def _as_kept(cls, value: Any) -> Any:
        """Ids and labels as entries keep them, so that the two can be compared."""
        return [_name(item) for item in value] if isinstance(value, list) else _name(value)

    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)
    date: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    because: str = ""  # what led to it: decisions, disagreements, transcripts


class _OneCode(_Change):
    code: str = Field(min_length=1)


class Add(_OneCode):
    """`code` is new."""

    do: Literal["add"]


class Rename(_OneCode):
    """`code` has another label, `to`; its id stays."""

    do: Literal["rename"]
    to: str = Field(min_length=1)


class Redefine(_OneCode):
    """What `code` means, or when it is used, has changed."""

    do: Literal["redefine"]


class Move(_OneCode):
    """`code` has another parent, `to` (empty: top of the tree)."""

    do: Literal["move"]
    to: str = ""


class Merge(_Change):
    """The codes in `code` are one from now on, `to`."""

    do: Literal["merge"]
    code: list[str] = Field(min_length=1)
    to: str = Field(min_length=1)

    @field_validator("code", mode="before")
    @classmethod
    def _codes(cls, value: Any) -> Any:
        return _several(value)


class Split(_OneCode):
    """`code` is parted into the codes in `to`; people choose for each coding."""

    do: Literal["split"]
    to: list[str] = Field(min_length=1)

    @field_validator("to", mode="before")
    @classmethod
    def _codes(cls, value: Any) -> Any:
        return _several(value)


class Retire(_OneCode):
    """`code` is used no longer."""

    do: Literal["retire"]


class Restore(_OneCode):
    """`code` is used again."""

    do: Literal["restore"]


Change = Annotated[Add | Rename | Redefine | Move | Merge | Split | Retire | Restore, Field(discriminator="do")]
CHANGES: dict[str, type[_Change]] = {
    "add": Add,
    "rename": Rename,
    "redefine": Redefine,
    "move": Move,
    "merge": Merge,
    "split": Split,
    "retire": Retire,
    "restore": Restore,
}


class CodebookFile(_Part):
    """The keys of a version's file."""

    name: str = Field(min_length=1)
    version: str = Field(min_length=1)
    title: str = ""
    description: str = ""
    date: str = ""
    notes: str = ""
    changes: list[Change] = []
    codes: list[Entry] = Field(min_length=1)


# ---------------------------------------------------------------- one version, checked


@dataclass(frozen=True)
class Codebook:
    """One version of a codebook, checked.

    `codes` has its entries by id in tree order: parents before children, children in the file's order. `changes` are
    those from the version before, as declared.
    """

    name: str
    version: str
    codes: dict[str, Entry]
    changes: tuple[_Change, ...] = ()
    title: str = ""
    description: str = ""
    date: str = ""
    notes: str = ""
    file: str = ""
    warnings: tuple[Problem, ...] = ()
    code_lines: dict[str, int] = field(default_factory=dict, compare=False)  # where each entry stands in the file
    change_lines: tuple[int, ...] = field(default=(), compare=False)

    @cached_property
    def paths(self) -> dict[str, str]:
        """Labels from the top of the tree down to each code, joined by ` > `."""
        made: dict[str, str] = {}
        for code, entry in self.codes.items():
            made[code] = f"{made[entry.parent]} > {entry.label}" if entry.parent else entry.label
        return made

    @cached_property
    def depths(self) -> dict[str, int]:
        """0 at the top of the tree, 1 below, and so on."""
        made: dict[str, int] = {}
        for code, entry in self.codes.items():
            made[code] = made[entry.parent] + 1 if entry.parent else 0
        return made

    def children(self, parent: str = "") -> list[str]:
        """Ids of the entries right below `parent` (empty: at the top), in order."""
        return [code for code, entry in self.codes.items() if entry.parent == parent]

    def table(self) -> pd.DataFrame:
        """Table `codebook`: one row an entry, in tree order, `position` from 1, `depth` 0 at the top.

        `mappings` is JSON text with sorted keys, {framework: [{construct, reason}]}; several examples of one kind and
        aliases are joined by ` | `, codes to double code with by `;`.
        """
        rows = []
        for position, (code, entry) in enumerate(self.codes.items(), start=1):
            mappings = {
                name: [item.model_dump(by_alias=True) for item in items] for name, items in entry.mappings.items()
            }
            rows.append(
                {
                    "position": position,
                    "code": code,
                    "label": entry.label,
                    "kind": entry.kind,
                    "parent": entry.parent,
                    "depth": self.depths[code],
                    "path": self.paths[code],
                    "definition": entry.definition,
                    "full_definition": entry.full_definition,
                    "include": entry.include,
                    "exclude": entry.exclude,
                    "example_typical": join_texts(entry.examples.typical),
                    "example_atypical": join_texts(entry.examples.atypical),
                    "example_close_but_no": join_texts(entry.examples.close_but_no),
                    "direction": entry.direction,
                    "colour": entry.colour,
                    "double_code_with": join(entry.double_code_with),
                    "origin": entry.origin,
                    "notes": entry.notes,
                    "mappings": json.dumps(mappings, sort_keys=True, ensure_ascii=False) if mappings else "",
                    "version": self.version,
                    "name": self.name,
                    "aliases": join_texts(entry.aliases),
                }
            )
        return TABLES["codebook"].shape(rows)


WORDS: dict[str, tuple[str, ...]] = {"kind": KINDS, "direction": DIRECTIONS, "origin": ORIGINS}

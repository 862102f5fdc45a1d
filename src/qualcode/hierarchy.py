"""The codebook's tree: what lies above a code and what lies below it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

import pandas as pd


class Hierarchy:
    """Entries of table `codebook` by id, in tree order, with their ancestors and descendants.

    `others` are codes that the codebook does not have; they stand at the end, at the top of the tree.
    """

    def __init__(self, codebook: pd.DataFrame, others: Collection[str] = ()) -> None:
        rows = codebook.sort_values("position", kind="stable").to_dict("records")
        self.entries: dict[str, dict[str, str]] = {
            str(row["code"]): {str(key): "" if value is None else str(value) for key, value in row.items()}
            for row in rows
        }
        for code in sorted(set(others) - set(self.entries)):
            blank = {str(column): "" for column in codebook.columns}
            self.entries[code] = blank | {"code": code, "label": code, "kind": "code"}

    @cached_property
    def _children(self) -> dict[str, list[str]]:
        made: dict[str, list[str]] = {}
        for code in self.entries:
            made.setdefault(self.parent(code), []).append(code)
        return made

    @cached_property
    def order(self) -> list[str]:
        """All codes, each parent right before what it holds."""
        found: list[str] = []
        waiting = list(reversed(self.children("")))
        while waiting:
            code = waiting.pop()
            found.append(code)
            waiting += reversed(self.children(code))
        return found

    def parent(self, code: str) -> str:
        """The parent's id; empty at the top."""
        parent = self.entries[code]["parent"]
        return parent if parent in self.entries else ""

    def children(self, code: str) -> list[str]:
        return self._children.get(code, [])

    def ancestors(self, code: str) -> list[str]:
        """From the parent up to the top."""
        found: list[str] = []
        at = self.parent(code) if code in self.entries else ""
        while at:
            found.append(at)
            at = self.parent(at)
        return found

    def below(self, code: str) -> list[str]:
        """The code itself and all its descendants, in tree order."""
        found = [code]
        for child in self.children(code):
            found += self.below(child)
        return found

    def depth(self, code: str) -> int:
        return len(self.ancestors(code))

    def top(self, code: str) -> str:
        """The entry at the top of the tree that the code belongs to: its theme."""
        return [code, *self.ancestors(code)][-1]

    def second(self, code: str) -> str:
        """The entry right below the theme that the code belongs to, or is; empty for the theme itself."""
        line = [code, *self.ancestors(code)]
        return line[-2] if len(line) > 1 else ""

    def label(self, code: str) -> str:
        return self.entries[code]["label"] if code in self.entries else code

    def kind(self, code: str) -> str:
        return self.entries[code]["kind"]

    def related(self, a: str, b: str) -> bool:
        """Whether one of two codes is the other, or lies above it."""
        return a == b or a in self.ancestors(b) or b in self.ancestors(a)

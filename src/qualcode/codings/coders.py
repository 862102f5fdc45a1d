"""Names of coders that may be one person's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable


def alike(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Names that differ in case, accents, marks or the order of their parts only (`Bell, Ruth` and `ruth bell`), sorted."""
    groups: dict[tuple[str, ...], set[str]] = {}
    for name in names:
        plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
        parts = tuple(sorted(re.findall(r"[^\W_]+", plain.casefold())))
        groups.setdefault(parts or (name,), set()).add(name)
    return sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1)


def one_person(names: Iterable[str]) -> list[str]:
    """A sentence for each group of names that are alike, with what to do."""
    return [
        f"One person under two names? {' and '.join(repr(name) for name in group)}: `coders` in a map file makes them one."
        for group in alike(names)
    ]

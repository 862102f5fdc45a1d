"""The map of a codebook's sheet: what its columns are, and which sheets of a workbook make the codebook together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.codebook.yamltext import YamlText, read_yaml
from qualcode.errors import CodebookError, Problems, nearest

_KEYS = ("top", "columns", "make_parents", "skip", "between")


@dataclass(frozen=True)
class Part:
    """One sheet of a workbook ("" for the first), and how it is read.

    `columns` {theirs: ours}; `top` the label of an entry that is made and put above all codes of the sheet; `make_parents`:
    parents without a row of their own become entries; `skip` labels of rows that are no codes (totals); `between`: the
    labels are paths from the top of the tree, with this between their parts (` > `, `/`).
    """

    sheet: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    top: str = ""
    make_parents: bool = False
    skip: tuple[str, ...] = ()
    between: str = ""


def read_map(path: Path) -> list[Part]:
    """A map file: lines like `Code name: label`; or `sheets:` with the workbook's sheets, in order, each with such lines.

    Raises
    ------
    CodebookError
        Another shape, or keys that nobody knows: all at once, with lines.
    """
    where = str(path)
    text = read_yaml(path, where=where, error=CodebookError)
    problems = Problems()
    given = text.value
    if isinstance(given, dict) and isinstance(given.get("sheets"), dict):
        for key in [key for key in given if key != "sheets"]:
            problems.add(
                where, f"'{key}' has no meaning beside `sheets`.", "Put it under a sheet.", place=text.place((key,))
            )
        found = [
            _part(str(name), one, ("sheets", name), where, text, problems) for name, one in given["sheets"].items()
        ]
    elif isinstance(given, dict):
        inner = given if isinstance(given.get("columns"), dict) else {"columns": given}
        found = [_part("", inner, (), where, text, problems)]
    else:
        problems.add(where, "this file must hold lines like `Code name: label`.")
    problems.raise_if_any(CodebookError)
    return found


def _part(name: str, given: Any, at: tuple[Any, ...], where: str, text: YamlText, problems: Problems) -> Part:
    said = f"sheet '{name}': " if name else ""
    if not isinstance(given, dict):
        problems.add(
            where,
            f"{said}there must be keys and values.",
            "For example `columns: {Name: label}`.",
            place=text.place(at),
        )
        return Part(name)
    for key in given:
        if key not in _KEYS:
            problems.add(where, f"{said}unknown key '{key}'.", nearest(str(key), _KEYS), place=text.place((*at, key)))
    columns = given.get("columns", {})
    if not isinstance(columns, dict) or not all(isinstance(value, str) for value in columns.values()):
        problems.add(where, f"{said}the columns must be lines like `Code name: label`.", place=text.place(at))
        columns = {}
    skip = given.get("skip") or []
    skip = [skip] if isinstance(skip, str) else skip
    if not isinstance(skip, list):
        problems.add(where, f"{said}`skip` must be a list of labels.", place=text.place((*at, "skip")))
        skip = []
    make = str(given.get("make_parents") or "false").lower()
    if make not in ("true", "false"):
        problems.add(where, f"{said}`make_parents` is true or false.", place=text.place((*at, "make_parents")))
    return Part(
        name,
        {str(theirs): ours.strip() for theirs, ours in columns.items()},
        str(given.get("top") or "").strip(),
        make == "true",
        tuple(str(label) for label in skip),
        str(given.get("between") or "").strip(),
    )

"""YAML as people write it: every value is the text that stands there, and every value knows its line.

A code called `1.10` stays `1.10`, one called `no` stays `no`, a date stays as written: nothing is made into a number or
a truth value. What is empty, `null` or `~` (without quotation marks) is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from qualcode.errors import Problem, Problems, QualcodeError

Path_ = tuple[int | str, ...]
_NOTHING = ("", "~", "null", "Null", "NULL")
_MOST_VALUES = 500_000  # aliases of aliases of aliases …


@dataclass(frozen=True)
class YamlText:
    """A YAML file's content (dicts, lists, texts, None) and the line of each of its places."""

    where: str
    value: Any
    lines: dict[Path_, int]
    source: list[str]

    def line(self, at: Path_) -> int:
        """The line (from 1) of the value at `at`, or of the nearest place around it."""
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def place(self, at: Path_) -> str:
        """`line 7`, as messages say it."""
        return f"line {self.line(at)}"


def read_yaml(path: Path, *, where: str, error: type[QualcodeError] = QualcodeError) -> YamlText:
    """Read one YAML document.

    Raises
    ------
    error
        The file is missing, is no UTF-8 text or no YAML, or has a key twice in one place: with lines, all at once.
    """
    if not path.is_file():
        raise error(Problem(where, "this file is not there."))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise error(Problem(where, "this file is not UTF-8 text.", "Save it as UTF-8.")) from wrong
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as wrong:
        mark, begun = getattr(wrong, "problem_mark", None), getattr(wrong, "context_mark", None)
        if begun and (mark is None or mark.line >= len(text.splitlines()) - 1):
            mark = begun  # what was never closed
        place = f"line {mark.line + 1}" if mark else ""
        cause = getattr(wrong, "problem", None) or "it cannot be parsed"
        hint = "Put texts that hold `: ` or ` #`, or begin with a sign, into quotation marks; indent with spaces."
        raise error(Problem(where, f"this is not YAML: {cause}.", hint, place)) from wrong
    lines: dict[Path_, int] = {}
    problems = Problems()
    value = _plain(node, (), lines, problems, where, frozenset()) if node is not None else None
    problems.raise_if_any(error)
    return YamlText(where, value, lines, text.splitlines())


def _plain(
    node: Node, at: Path_, lines: dict[Path_, int], problems: Problems, where: str, above: frozenset[int]
) -> Any:
    number = node.start_mark.line + 1
    lines.setdefault(at, number)
    if id(node) in above or len(lines) > _MOST_VALUES:
        problems.add(where, "a part of this file refers to itself.", place=f"line {number}")
        return None
    if isinstance(node, ScalarNode):
        return None if node.style is None and node.value in _NOTHING else str(node.value)
    above = above | {id(node)}
    if isinstance(node, SequenceNode):
        return [_plain(item, (*at, i), lines, problems, where, above) for i, item in enumerate(node.value)]
    assert isinstance(node, MappingNode)
    made: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            problems.add(where, "a key must be a plain word.", place=f"line {line}")
            continue
        key = str(key_node.value)
        if key in made:
            first = lines[(*at, key)]
            problems.add(where, f"key '{key}' stands here and in line {first}.", "Keep one.", place=f"line {line}")
            continue
        lines[(*at, key)] = line
        made[key] = _plain(value_node, (*at, key), lines, problems, where, above)
    return made

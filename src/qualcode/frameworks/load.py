"""Published frameworks as data: their domains, constructs and subconstructs, each file with its citation."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from qualcode.errors import StudyError, nearest

LEVELS = ("domain", "subdomain", "construct", "subconstruct")
_DATA = files("qualcode.frameworks") / "data"


@dataclass(frozen=True)
class Node:
    """One entry of a framework.

    `polarity` is normal, reverse (much of it hinders) or categorical; `rateable` says whether a case can have a
    rating on it alone (a role cannot: its characteristics can); `lasting` marks traits of the inner setting that do
    not belong to this innovation; `added_by` publisher or project; `evidence` primary where the name was read in the
    publication, secondary where in a restatement of it.
    """

    id: str
    level: str
    name: str
    parent: str = ""
    scope_note: str = ""
    aliases: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    double_code_with: tuple[str, ...] = ()
    polarity: str = "normal"
    rateable: bool = True
    lasting: bool = False
    added_by: str = "publisher"
    evidence: str = "secondary"

    @property
    def code(self) -> str:
        return self.id


@dataclass(frozen=True)
class Framework:
    """A framework in one version; `nodes` in the publication's order, domains before what they hold."""

    id: str
    name: str
    short: str
    version: str
    citation: str
    licence_note: str
    nodes: dict[str, Node]

    def level(self, *levels: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.level in levels]

    def path(self, construct: str) -> list[Node]:
        """The entry's domain, what lies between, and the entry itself."""
        node = self.nodes[construct]
        return [*(self.path(node.parent) if node.parent else []), node]

    def parts(self, construct: str) -> list[Node] | None:
        """The one entry of `III.J`, the role and the characteristic of `IV.R.B+IV.C.D`; None where there is none such."""
        nodes = [self.nodes.get(part.strip()) for part in construct.split("+")]
        if any(node is None or node.level not in ("construct", "subconstruct") for node in nodes):
            return None
        found = [node for node in nodes if node is not None]
        if len(found) == 1 or [node.parent for node in found] == ["IV.R", "IV.C"]:
            return found
        return None


def known_frameworks() -> list[str]:
    """Ids of the frameworks that ship with qualcode."""
    return sorted(item.name.removesuffix(".yaml") for item in _DATA.iterdir() if item.name.endswith(".yaml"))


@cache
def load_framework(framework: str) -> Framework:
    """The framework of this id, for example `cfir2022`.

    Raises
    ------
    StudyError
        There is no such framework.
    """
    if framework not in known_frameworks():
        raise StudyError(
            f"there is no framework '{framework}'.",
            where="config/study.yaml",
            hint=nearest(framework, known_frameworks()),
        )
    data = YAML(typ="safe").load((_DATA / f"{framework}.yaml").read_text(encoding="utf-8"))
    lists = ("aliases", "include", "exclude", "double_code_with")
    given: list[dict[str, Any]] = data["nodes"]
    nodes = [Node(**(node | {key: tuple(node[key]) for key in lists if key in node})) for node in given]
    return Framework(
        framework,
        data["name"],
        data["short"],
        str(data["version"]),
        data["citation"].strip(),
        data["licence_note"].strip(),
        {node.id: node for node in nodes},
    )


@cache
def known_constructs(framework: str) -> frozenset[str]:
    """Everything that a code may be mapped to: constructs, subconstructs, and pairs of a role and a characteristic."""
    found = load_framework(framework)
    single = {node.id for node in found.level("construct", "subconstruct")}
    roles = [node.id for node in found.level("construct") if node.parent == "IV.R"]
    traits = [node.id for node in found.level("construct") if node.parent == "IV.C"]
    return frozenset(single | {f"{role}+{trait}" for role in roles for trait in traits})


def construct_name(framework: str, construct: str) -> str:
    """The name as tables print it: `Available Resources`, `Mid-level Leaders: Motivation`, and with its umbrella's name
    where it is a subconstruct (`Engaging: Innovation Deliverers`), because some names stand twice."""
    found = load_framework(framework)
    parts = found.parts(construct)
    if parts is None:
        return construct
    if len(parts) == 2:
        return ": ".join(node.name for node in parts)
    path = found.path(parts[0].id)
    return ": ".join(node.name for node in path if node.level in ("construct", "subconstruct"))


def domain_name(framework: str, construct: str) -> str:
    """The name of the construct's domain."""
    found = load_framework(framework)
    parts = found.parts(construct)
    return found.path(parts[0].id)[0].name if parts else ""


def construct_order(framework: str) -> dict[str, int]:
    """The place of each construct in the publication's order; a pair stands behind its role."""
    found = load_framework(framework)
    place = {node: number for number, node in enumerate(found.nodes)}
    known = sorted(known_constructs(framework), key=lambda item: [place[part] for part in item.split("+")])
    return {construct: number for number, construct in enumerate(known)}

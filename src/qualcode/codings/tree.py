"""A tool's tree of codes as paths of names."""

from __future__ import annotations

from collections.abc import Mapping

from qualcode.errors import CodingsError, Problems

BETWEEN = " > "
NO_NAME = "(no name)"


def tree_paths(nodes: Mapping[str, tuple[str, str]], where: str, hint: str) -> dict[str, str]:
    """Each node's names from the top, joined by ` > `.

    `nodes` gives name and parent by key (what messages call the node, as `code 12`); a parent that is not there is none.

    Raises
    ------
    CodingsError
        Nodes that stand under themselves: each ring is named once.
    """
    problems = Problems()
    paths: dict[str, str] = {}
    ringed: set[str] = set()
    for start in nodes:
        chain: dict[str, None] = {}
        key = start
        while key in nodes and key not in paths and key not in chain:
            chain[key] = None
            key = nodes[key][1]
        if key in chain and not ringed & chain.keys():
            name = " ".join(nodes[key][0].split()) or NO_NAME
            problems.add(where, f"'{name}' stands under itself.", hint, place=key)
            ringed |= chain.keys()
        above = paths.get(key, "") if key not in chain else ""
        for one in reversed(list(chain)):
            name = " ".join(nodes[one][0].split()) or NO_NAME
            above = f"{above}{BETWEEN}{name}" if above else name
            paths[one] = above
    problems.raise_if_any(CodingsError)
    return paths

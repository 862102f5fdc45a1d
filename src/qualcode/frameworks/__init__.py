"""Published frameworks, and what the study's codes say about their constructs."""

from qualcode.frameworks.load import (
    Framework,
    Node,
    construct_name,
    construct_order,
    domain_name,
    known_constructs,
    known_frameworks,
    load_framework,
)

__all__ = [
    "Framework",
    "Node",
    "construct_name",
    "construct_order",
    "domain_name",
    "known_constructs",
    "known_frameworks",
    "load_framework",
]

"""Names out: forms of a pseudonym key replaced, other identifiers recognised, listed for people, and decided on (docs/privacy.md).

`deidentify` is the pure function that the first stage calls; `study.py` has what it takes from a study.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qualcode.deidentify.key import Key, read_key
    from qualcode.deidentify.replace import Decisions, Deidentified, deidentify, fingerprint

__all__ = ["Decisions", "Deidentified", "Key", "deidentify", "fingerprint", "read_key"]

_WHERE = {"Key": "key", "read_key": "key"}


def __getattr__(name: str) -> Any:
    """What is named here is loaded when it is asked for."""
    if name not in __all__:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"qualcode.deidentify.{_WHERE.get(name, 'replace')}"), name)

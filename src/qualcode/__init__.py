"""qualcode: a repeatable pipeline for qualitative research."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """`qualcode.__version__`, looked up when it is asked for: that takes longer than the rest of starting up."""
    if name == "__version__":
        from importlib.metadata import version

        return version("qualcode")
    raise AttributeError(name)

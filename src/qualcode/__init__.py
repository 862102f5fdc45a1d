"""qualcode: a repeatable pipeline for qualitative research."""

from importlib.metadata import version

__version__ = version("qualcode")

"""Codings: several coders' files into one table, each coding at its place in the text; who was to read what."""

from qualcode.codings.read import Imported, read_codings

__all__ = ["Imported", "read_codings"]

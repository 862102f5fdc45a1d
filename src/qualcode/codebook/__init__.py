"""The codebook: one file a version, checked with line numbers; the table of its entries; the same as a spreadsheet."""

from qualcode.codebook.model import Change, Codebook, Entry
from qualcode.codebook.read import load_codebook, read_codebook_file

__all__ = ["Change", "Codebook", "Entry", "load_codebook", "read_codebook_file"]

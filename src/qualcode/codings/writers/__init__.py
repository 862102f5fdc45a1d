"""Codings and codebook for other programs, and for qualcode itself: one module a family of formats."""

from qualcode.codings.writers.layer import Layer, load_layer
from qualcode.codings.writers.write import FORMATS, export

__all__ = ["FORMATS", "Layer", "export", "load_layer"]

"""Work that makes very many small things, without Python looking through them for rings of references all the while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def rings_looked_for_later() -> Iterator[None]:
    """Rows are made by the ten thousand, none in a ring of references: looking for rings among them again and again takes
    a quarter to a third of the time."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()

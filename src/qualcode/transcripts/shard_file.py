"""What a shard gave, in a file of its own until the shards come together: `data/processed/shards/SHARD.sqlite`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qualcode.files import write_atomically
from qualcode.transcripts.one import One
from qualcode.transcripts.shards import Shard


def write_shard(path: Path, ones: Iterable[One]) -> int:
    """Write transcripts one after another; returns how many. The file is put in place when it is whole."""
    number = 0

    def fill(temporary: Path) -> None:
        nonlocal number
        base = sqlite3.connect(temporary, isolation_level=None)
        try:
            base.execute("PRAGMA journal_mode = OFF")
            base.execute("PRAGMA synchronous = OFF")
            base.execute("CREATE TABLE ones (transcript TEXT PRIMARY KEY, rest BLOB, text BLOB) WITHOUT ROWID")
            base.execute("BEGIN")
            for one in ones:
                base.execute("INSERT INTO ones VALUES (?, ?, ?)", (one.transcript, *one.packed()))
                number += 1
            base.execute("COMMIT")
        finally:
            base.close()

    write_atomically(path, fill)
    return number


class ShardFiles:
    """All shards of a study, to be read transcript by transcript."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._bases = {
            Shard.named(path.stem): sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) for path in paths
        }

    def one(self, name: str) -> One:
        """A transcript without its text."""
        return One.unpacked(self._row(name)[0], None)

    def each(self, names: Iterable[str]) -> Iterator[One]:
        """Transcripts without their texts, in the order asked for."""
        return (self.one(name) for name in names)

    def text(self, name: str) -> str:
        """A transcript's canonical text."""
        return One.unpacked(*self._row(name)).text

    def _row(self, name: str) -> tuple[bytes, bytes]:
        for shard, base in self._bases.items():
            if shard.holds(name):
                row = base.execute("SELECT rest, text FROM ones WHERE transcript = ?", (name,)).fetchone()
                return row[0], row[1]
        raise KeyError(name)

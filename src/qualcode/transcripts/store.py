"""What was read is kept by the file's hash, the options and the code: an unchanged file is not read again.

The store is `data/processed/read.sqlite`; it holds what `data/processed/texts` and the tables hold, and deleting it loses
nothing. Files that are not in it are read in shards, on all processors where there is much to read.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path, PurePath

from qualcode.files import sha256_file
from qualcode.transcripts.model import ReadOptions
from qualcode.transcripts.onefile import ReadFile, read_file, unpacked

NAME = "read.sqlite"
MUCH = 20_000_000  # bytes to be read from which on another process is worth its start
SHARD = 16  # files that a process is given at once

Job = tuple[str, Path, ReadOptions]  # key, file, options


@cache
def _code() -> str:
    """A hash of the readers' own code: what another version read is read again."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def key_of(path: Path, options: ReadOptions) -> str:
    """What the outcome of reading a file depends on: its bytes, its ending, the options, the code."""
    parts = (sha256_file(path), PurePath(path.name).suffix.lower(), repr(options), _code())
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


class Store:
    """Kept outcomes by key. Without a file, or where it cannot be used, in memory."""

    def __init__(self, path: Path | None = None, *, write: bool = False) -> None:
        self.memory: dict[str, tuple[bytes, bytes]] = {}
        self.base: sqlite3.Connection | None = None
        if path is None or not (write or path.is_file()):
            return
        self.base = self._open(path, write=write)
        if self.base is None and write:  # not a store, or damaged: it is made anew
            path.unlink(missing_ok=True)
            self.base = self._open(path, write=write)
        self.write = write and self.base is not None

    write = False

    @staticmethod
    def _open(path: Path, *, write: bool) -> sqlite3.Connection | None:
        try:
            if write:
                path.parent.mkdir(parents=True, exist_ok=True)
                base = sqlite3.connect(path, isolation_level=None)
                base.execute("PRAGMA synchronous = OFF")
                base.execute(
                    "CREATE TABLE IF NOT EXISTS files (key TEXT PRIMARY KEY, rest BLOB, text BLOB) WITHOUT ROWID"
                )
            else:
                base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
            base.execute("SELECT key FROM files LIMIT 1").fetchall()
        except sqlite3.Error:
            return None
        return base

    def has(self, key: str) -> bool:
        return key in self.memory or bool(self._row("SELECT 1 FROM files WHERE key = ?", key))

    def get(self, key: str, *, text: bool = True) -> ReadFile:
        """An outcome that is there; without its text where that is not wanted."""
        if key in self.memory:
            rest, words = self.memory[key]
            return unpacked(rest, words if text else None)
        row = self._row(f"SELECT rest{', text' if text else ''} FROM files WHERE key = ?", key)
        return unpacked(row[0], row[1] if text else None)

    def text(self, key: str) -> str:
        row = self.memory.get(key) or self._row("SELECT rest, text FROM files WHERE key = ?", key)
        return bytes(row[1]).decode("utf-8")

    def put(self, key: str, rest: bytes, text: bytes) -> None:
        if self.base is not None and self.write:
            self.base.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (key, rest, text))
        else:
            self.memory[key] = (rest, text)

    def keep_only(self, keys: Iterable[str]) -> None:
        """Forget what no present file needs."""
        if self.base is None or not self.write:
            return
        wanted = set(keys)
        gone = [row[0] for row in self.base.execute("SELECT key FROM files") if row[0] not in wanted]
        self.base.executemany("DELETE FROM files WHERE key = ?", [(key,) for key in gone])

    def _row(self, query: str, key: str) -> tuple[bytes, ...]:
        found = self.base.execute(query, (key,)).fetchone() if self.base is not None else None
        return tuple(found) if found is not None else ()


class Texts(Mapping[str, str]):
    """Canonical texts by transcript, taken from the store when they are wanted: a study's texts need not fit into memory."""

    def __init__(self, store: Store, keys: Mapping[str, str]) -> None:
        self._store, self._keys = store, dict(sorted(keys.items()))

    def __getitem__(self, transcript: str) -> str:
        return self._store.text(self._keys[transcript])

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]


def read_all(jobs: Sequence[Job], store: Store, *, processes: int = 1) -> None:
    """Read the files that the store has not, and keep what they gave. Memory holds one shard at a time."""
    todo = list({job[0]: job for job in jobs if not store.has(job[0])}.values())
    if processes > 1 and sum(path.stat().st_size for _, path, _ in todo) >= MUCH:
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        with context.Pool(min(processes, len(todo))) as pool:
            for key, rest, text in pool.imap_unordered(_read, todo, chunksize=SHARD):
                store.put(key, rest, text)
        return
    for job in todo:
        store.put(*_read(job))


def _read(job: Job) -> tuple[str, bytes, bytes]:
    key, path, options = job
    return (key, *read_file(path.read_bytes(), path.name, options).packed())


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

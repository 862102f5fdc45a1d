"""What was read is kept by the file's hash, the options and the code: an unchanged file is not read again.

The store is a folder, `data/raw/texts/read`, with a file a shard; it lies under `data/raw` because what it holds has
everybody's names in it. Deleting it loses nothing.
"""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from functools import cache
from pathlib import Path, PurePath

from qualcode.files import sha256_file, write_text
from qualcode.study import Study
from qualcode.transcripts.kept import READ, texts_folder
from qualcode.transcripts.model import ReadOptions
from qualcode.transcripts.onefile import ReadFile, read_file, unpacked
from qualcode.transcripts.shards import Shard

SHARDS = "shards"  # in data/processed
_LEVEL = 1


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


def store_folder(study: Study) -> Path:
    """Where what was read is kept."""
    return texts_folder(study) / READ


class Store:
    """What was read of a study's files. With a shard its own file is written; without one, nothing is.

    What cannot be kept in a file is held in memory, compressed. A file of another number of shards is looked at too, so a
    study that has grown is not read again.
    """

    def __init__(self, folder: Path, shard: Shard | None = None) -> None:
        self.folder, self.shard = folder, shard
        self.memory: dict[str, tuple[bytes, bytes]] = {}
        self.used: set[str] = set()
        self.files: dict[Shard, sqlite3.Connection] = {}
        for path in sorted(folder.glob("*-of-*.sqlite")):
            try:
                there = Shard.named(path.stem)
            except ValueError:
                continue  # not ours
            if there != shard:
                base = self._open(path, write=False)
                if base is not None:
                    self.files[there] = base
        self.own: sqlite3.Connection | None = None
        if shard is not None:
            path = folder / f"{shard.name}.sqlite"
            self.own = self._open(path, write=True)
            if self.own is None:  # not a store, or damaged: it is made anew
                path.unlink(missing_ok=True)
                self.own = self._open(path, write=True)
            if self.own is not None:
                self.files[shard] = self.own

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

    def read(self, transcript: str, key: str, path: Path, options: ReadOptions) -> ReadFile:
        """What reading a file gives: as it is kept under `key`, else read now, and kept."""
        self.used.add(key)
        kept = self._row(transcript, key)
        made = _unpacked(*kept) if kept is not None else None
        if made is None:
            made = read_file(path.read_bytes(), path.name, options)
            rest, text = made.packed()
            self._put(key, rest, zlib.compress(text, _LEVEL))
        return made

    def text(self, transcript: str, key: str) -> str | None:
        """A kept text; None where it is not there any more."""
        kept = self._row(transcript, key)
        made = _unpacked(*kept) if kept is not None else None
        return made.text if made is not None else None

    def keep_text(self, sha: str, text: str) -> None:
        """Keep a text that has names in it, in the folder of kept texts, where what is read is kept."""
        path = self.folder.parent / f"{sha}.txt"
        if self.own is not None and not path.is_file():
            write_text(path, text)

    def has(self, transcript: str, key: str) -> bool:
        """Whether a file is kept that a transcript is made of."""
        return self._row(transcript, key) is not None

    def forget_unused(self) -> None:
        """Forget what was not asked for: files of the shard that are no more, or are read with other settings."""
        if self.own is None:
            return
        gone = [row[0] for row in self.own.execute("SELECT key FROM files") if row[0] not in self.used]
        self.own.executemany("DELETE FROM files WHERE key = ?", [(key,) for key in gone])

    def _put(self, key: str, rest: bytes, text: bytes) -> None:
        if self.own is not None:
            self.own.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?)", (key, rest, text))
        else:
            self.memory[key] = (rest, text)

    def _row(self, transcript: str, key: str) -> tuple[bytes, bytes] | None:
        if key in self.memory:
            return self.memory[key]
        for shard, base in self.files.items():
            if not shard.holds(transcript):
                continue
            try:
                found = base.execute("SELECT rest, text FROM files WHERE key = ?", (key,)).fetchone()
            except sqlite3.DatabaseError:  # damaged: as if it were not there, so the file is read again
                continue
            if found is not None:
                if self.own is not None and base is not self.own:  # the study has grown: it moves to its new shard
                    self._put(key, *found)
                return found[0], found[1]
        return None


def _unpacked(rest: bytes, text: bytes) -> ReadFile | None:
    """What was kept; None where it is damaged in a way that SQLite does not see."""
    try:
        return unpacked(rest, zlib.decompress(text))
    except (zlib.error, ValueError, TypeError, KeyError):
        return None


def forget_other_shards(study: Study, count: int) -> None:
    """Remove the files of another number of shards than the present one, when all that was in them has been moved."""
    for folder in (store_folder(study), study.processed / SHARDS):
        for path in folder.glob("*-of-*.sqlite"):
            try:
                if Shard.named(path.stem).count != count:
                    path.unlink()
            except ValueError:
                continue  # not ours

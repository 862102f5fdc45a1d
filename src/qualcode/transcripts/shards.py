"""Shards: which transcripts are read together. A large study is read by many processes, on one machine or many."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from qualcode.study import Study

FILES = 512  # files that one shard holds at most, more or less
BYTES = 64_000_000  # and bytes
MOST = 1024


@dataclass(frozen=True)
class Shard:
    """One of `count` shards (a power of two, so that a study that grows splits each shard into two)."""

    index: int
    count: int

    @property
    def name(self) -> str:
        return f"{self.index}-of-{self.count}"

    @classmethod
    def named(cls, name: str) -> Shard:
        """The shard of a name that `name` gave."""
        match = re.fullmatch(r"(\d+)-of-(\d+)", name)
        shard = cls(int(match[1]), int(match[2])) if match else None
        if shard is None or shard.index >= shard.count or shard.count & (shard.count - 1):
            raise ValueError(f"'{name}' names no shard")
        return shard

    def holds(self, transcript: str) -> bool:
        """Whether a transcript is of this shard: the SHA-256 of its id, modulo the number of shards."""
        return int.from_bytes(hashlib.sha256(transcript.encode("utf-8")).digest()[-4:]) % self.count == self.index


def shards_of(study: Study) -> list[Shard]:
    """The shards of a study, by the number and the size of its files; one for most studies."""
    files = study.transcript_files
    size = sum(path.stat().st_size for path in files)
    count = 1
    while count < MOST and (len(files) > count * FILES or size > count * BYTES):
        count *= 2
    return [Shard(index, count) for index in range(count)]

"""What Snakemake cannot tell by the times of files: that a file was put in another's place whose date is older."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from qualcode.files import sha256, sha256_file, write_text

STORE = ".snakemake/qualcode-seen.json"


class Seen:
    """The contents of files that people wrote, as one hash for a rule's parameters.

    A file is read again only where its size, one of its times or its place on the disk is another than when it was read last;
    that is kept in `STORE`, relative to the study.
    """

    def __init__(self, study: Path) -> None:
        self._study = study
        self._store = study / STORE
        self._known: dict[str, list[object]] = {}
        if self._store.is_file():
            try:
                known = json.loads(self._store.read_text(encoding="utf-8"))
            except ValueError:  # written by half: all files are read
                known = {}
            self._known = known if isinstance(known, dict) else {}

    def print_of(self, files: Iterable[str]) -> str:
        """A hash of names and contents of files, in whatever order they come; "" for none. What is not there is left out."""
        read: dict[str, str] = {}
        new = False
        for name in sorted(set(files)):
            path = self._study / name
            if not path.is_file():
                continue
            how = _stamp(path)
            known = self._known.get(name)
            if known is None or known[:-1] != how:
                known = self._known[name] = [*how, sha256_file(path)]
                new = True
            read[name] = str(known[-1])
        if new:
            write_text(self._store, json.dumps(self._known, sort_keys=True))
        return sha256(json.dumps(read, sort_keys=True)) if read else ""

    def is_other(self, name: str) -> bool:
        """Whether a file holds something else than when it was read last, or was never read; False where nothing is kept."""
        path, known = self._study / name, self._known.get(name, [])
        return bool(self._known) and known[:-1] != _stamp(path) and known[-1:] != [sha256_file(path)]


def _stamp(path: Path) -> list[object]:
    stat = path.stat()
    return [stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino]

"""Archives and XML that other programs made, opened with care: nothing is unpacked to disk, nothing outside is fetched."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qualcode.errors import CodingsError, Problem

LARGEST = 1_000_000_000  # bytes of one member, unpacked
ALL = 4_000_000_000  # bytes of all members that are read
PACKED = 400  # how much smaller than its content a large member may be
_AGAIN = "Export it again from the tool, and copy it whole."


class Archive:
    """A zip archive whose members are read by name, with limits."""

    def __init__(self, opened: zipfile.ZipFile, where: str) -> None:
        self.where = where
        self._zip = opened
        self.members: dict[str, zipfile.ZipInfo] = {}
        for info in opened.infolist():
            name = info.filename.replace("\\", "/")
            if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
                raise CodingsError(
                    Problem(where, "this archive holds a file that points outside the archive.", _AGAIN, shown(name))
                )
            if info.flag_bits & 1:
                raise CodingsError(Problem(where, "this archive is protected by a password.", "Save it without one."))
            self.members.setdefault(name, info)
        if sum(info.file_size for info in self.members.values()) > 16 * ALL:
            raise CodingsError(Problem(where, "this archive unpacks to more than any project holds.", _AGAIN))
        self._by_lower = {name.casefold(): name for name in reversed(self.members)}
        self._left = ALL

    def find(self, name: str) -> str:
        """A member's name, whatever the case of its letters; "" for none."""
        return self._by_lower.get(name.replace("\\", "/").removeprefix("./").casefold(), "")

    def read(self, name: str) -> bytes:
        """One member, if it is no bomb."""
        info = self.members[name]
        bomb = info.file_size > 10_000_000 and info.file_size > PACKED * max(1, info.compress_size)
        if info.file_size > min(LARGEST, self._left) or bomb:
            what = f"a file in this archive unpacks to {info.file_size} bytes from {info.compress_size}."
            raise CodingsError(Problem(self.where, what, _AGAIN, shown(name)))
        self._left -= info.file_size
        try:
            with self._zip.open(info) as stream:
                data = stream.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise CodingsError(
                Problem(self.where, "a file in this archive is damaged.", _AGAIN, shown(name))
            ) from error
        if len(data) > info.file_size:
            raise CodingsError(Problem(self.where, "a file in this archive is damaged.", _AGAIN, shown(name)))
        return data


def shown(name: str) -> str:
    return name if len(name) <= 80 else name[:77] + "…"


@contextmanager
def opened(path: Path, where: str) -> Iterator[Archive]:
    """An archive, open; a damaged one is the user's to export again."""
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            yield Archive(archive, where)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise CodingsError(Problem(where, "this archive is damaged or not whole.", _AGAIN)) from error


def names(path: Path) -> list[str]:
    """The names in an archive; none where it is no archive, or a damaged one."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []


def parse_xml(data: bytes, *, where: str, place: str = "") -> Any:
    """The root of an XML document, with entities off and nothing fetched."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n\t "), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 1
        raise CodingsError(
            Problem(where, "this XML is damaged or not whole.", _AGAIN, f"{place}, line {line}".removeprefix(", "))
        ) from error
    if root.getroottree().docinfo.doctype:
        raise CodingsError(Problem(where, "this XML declares entities, which no export does.", _AGAIN, place))
    return root

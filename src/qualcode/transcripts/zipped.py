"""Documents that are zip archives of XML (.docx, .odt, .ods, .xlsx): opened in memory, with limits, entities off."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from qualcode.transcripts.model import UnreadableError

LARGEST = 64_000_000  # bytes of one unpacked part: 64 MB of XML hold some three hundred hours of talk
MOST_TAGS = 3_000_000  # of one part: a document of 64 MB has fewer, unless somebody made it to fill the memory
# a tag so long takes a parser that is fed in pieces (openpyxl's) more than ten seconds; libxml2 refuses such by itself
_LONG_TAG = re.compile(rb"<[^<>]{1000000}")
ALL = 256_000_000  # bytes of all unpacked parts that a library reads by itself
_AGAIN = "Open it in the program that made it, save it again, and compare it with the original."


class Zipped:
    """An opened document. `kind` is how messages call it ("Word document"), `ending` what it is saved as."""

    def __init__(self, archive: zipfile.ZipFile, kind: str, ending: str) -> None:
        self._archive, self.kind, self.ending = archive, kind, ending
        self.names = frozenset(archive.namelist())

    @property
    def again(self) -> str:
        return f"Open it in Word or LibreOffice, save it again as {self.ending}, and compare it with the original."

    def broken(self) -> UnreadableError:
        return UnreadableError(f"this {self.kind} is damaged or not whole.", self.again)

    def too_large(self) -> UnreadableError:
        return too_large(self.kind, self.again)

    def part(self, name: str) -> bytes:
        """One member's bytes; UnreadableError where it is missing or unpacks to more than any document holds."""
        try:
            info = self._archive.getinfo(name)
        except KeyError as error:
            raise UnreadableError(f"this is not a {self.kind}: it has no text part.", self.again) from error
        if info.file_size > LARGEST:
            raise self.too_large()
        with self._archive.open(info) as stream:
            data = stream.read(LARGEST + 1)
        if len(data) > LARGEST or data.count(b"<") > MOST_TAGS:
            raise self.too_large()
        return data

    def xml(self, name: str) -> Any:
        """The root of one member."""
        return parse_xml(self.part(name), self.kind, self.again)

    def check_sizes(self) -> None:
        """Refuse what a library that opens the whole archive would choke on: sizes are those that are really unpacked."""
        if sum(info.file_size for info in self._archive.infolist()) > ALL:
            raise self.too_large()
        for info in self._archive.infolist():
            if info.filename.endswith((".xml", ".rels")) and _LONG_TAG.search(self.part(info.filename)):
                raise self.broken()


@contextmanager
def opened(data: bytes, kind: str, ending: str) -> Iterator[Zipped]:
    """A zip-based document; whatever a damaged archive raises is said as UnreadableError."""
    again = f"Open it in Word or LibreOffice, save it again as {ending}, and compare it with the original."
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield Zipped(archive, kind, ending)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        NotImplementedError,
        ValueError,
        zlib.error,
    ) as error:
        raise UnreadableError(f"this {kind} is damaged or not whole.", again) from error
    except RuntimeError as error:  # an encrypted member
        raise UnreadableError(f"this {kind} is protected by a password.", "Save it without one.") from error


def too_large(kind: str, again: str = _AGAIN) -> UnreadableError:
    what = f"{LARGEST // 1_000_000} MB of text, {MOST_TAGS // 1_000_000} million tags"
    return UnreadableError(f"this {kind} is larger than any interview ({what}).", again)


def parse_xml(data: bytes, kind: str, again: str = _AGAIN) -> Any:
    """The root of an XML document: no entities, no network, no nesting or text beyond what documents hold."""
    from lxml import etree

    if len(data) > LARGEST or data.count(b"<") > MOST_TAGS:
        raise too_large(kind, again)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"this {kind} is damaged or not whole.", again) from error
    if root.getroottree().docinfo.doctype:
        who = kind.split()[0]
        raise UnreadableError(f"this {kind} declares entities, which {who} never does.", again)
    return root

"""Texts as other programs' databases hold them: packed or not, plain, RTF or HTML; all become plain text with `\\n` line ends."""

from __future__ import annotations

import gzip
import re
import zlib
from io import BytesIO

from qualcode.files import decode

LARGEST = 200_000_000  # bytes of one text, unpacked
_RTF_START = re.compile(r"\s*\{\\rtf")
_HTML_START = re.compile(r"(?is)\s*(?:<!doctype html|<html[\s>]|<body[\s>]|<p[\s>]|<div[\s>])")


def unpacked(data: bytes) -> bytes | None:
    """Bytes as they are, or unpacked where they are zlib (with Qt's four bytes of length before it, too) or gzip.

    None where they are packed and damaged, or unpack to more than `LARGEST`.
    """
    try:
        if data[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=BytesIO(data)) as stream:
                found = stream.read(LARGEST + 1)
        elif _is_zlib(data):
            found = _inflated(data)
        elif _is_zlib(data[4:]) and int.from_bytes(data[:4], "big") <= LARGEST and data[:1] == b"\x00":
            found = _inflated(data[4:])
        else:
            return data
    except (OSError, EOFError, zlib.error):
        return None
    return None if len(found) > LARGEST else found


def _inflated(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(data, LARGEST + 1)
    if not unpacker.eof and len(found) <= LARGEST:
        raise EOFError
    return found


def _is_zlib(data: bytes) -> bool:
    return len(data) > 2 and data[0] == 0x78 and data[1] in (0x01, 0x5E, 0x9C, 0xDA)


def plain(stored: bytes | str | None) -> str | None:
    """The words of a stored text; None where it is none: a picture, an office document, something packed and damaged."""
    if stored is None:
        return None
    if isinstance(stored, bytes):
        data = unpacked(stored)
        if data is None or data[:4] in (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff\xe0", b"\xff\xd8\xff\xe1"):
            return None
        stored = _decoded(data)
        if stored is None:
            return None
    if _RTF_START.match(stored):
        return rtf_text(stored)
    if _HTML_START.match(stored):
        from qualcode.codings.taguette import flat_text

        return flat_text(stored)
    return stored.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\x00")


def _decoded(data: bytes) -> str | None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    odd = data[1:2000:2]
    if len(data) > 3 and len(data) % 2 == 0 and odd.count(0) > 0.5 * len(odd):
        return data.decode("utf-16-le", errors="replace")
    if data[:2000].rstrip(b"\x00").count(0):
        return None
    return decode(data)[0]


def rtf_text(rtf: str) -> str:
    """The words of a rich text, a line break where a paragraph ends, without those at its end."""
    from striprtf.striprtf import rtf_to_text

    text = str(rtf_to_text(rtf, errors="replace"))
    paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # it leaves the halves of emoji apart
    return paired.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n\x00")

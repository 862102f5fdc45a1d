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
_TOKEN = re.compile(r"\\([a-zA-Z]+)(-?\d+)? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL)
# groups that hold no words of the text; those that begin with `\*` are skipped as well
_SKIPPED = {f"{kind}{side}" for kind in ("header", "footer") for side in ("", "l", "r", "f")} | {
    *("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "footnote", "annotation", "fldinst", "listtable"),
    *("listoverridetable", "rsidtbl", "generator", "xmlnstbl", "themedata", "datastore", "latentstyles", "filetbl"),
    *("revtbl", "atnid", "atnauthor"),
}
_WORDS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "tab": "\t", "cell": "\t", "lquote": "‘", "rquote": "’",
    "ldblquote": "“", "rdblquote": "”", "endash": "–", "emdash": "—", "bullet": "•", "emspace": "\u2003",
    "enspace": "\u2002",
}  # fmt: skip


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
    """The words of a rich text: paragraphs and line breaks as `\\n`, hidden text and deletions left out.

    After the Rich Text Format specification 1.9.1: `\\'xx` in the code page that `\\ansicpg` names, `\\uN` with the `\\ucN`
    characters after it skipped, groups of destinations without words skipped.
    """
    out: list[str] = []
    page, pending = "cp1252", bytearray()
    high = 0  # the first half of a pair of surrogates
    # of each group: whether it is skipped, how many characters follow a \u, how many of them are still to skip
    skipped, follow, hidden = False, 1, False
    stack: list[tuple[bool, int, bool]] = []
    skip = 0

    def flush() -> None:
        if pending:
            out.append(pending.decode(page, errors="replace"))
            pending.clear()

    for match in _TOKEN.finditer(rtf):
        word, number, code, symbol, brace, words = match.groups()
        if brace == "{":
            flush()
            stack.append((skipped, follow, hidden))
            skip = 0
        elif brace == "}":
            flush()
            skip = 0
            if stack:
                skipped, follow, hidden = stack.pop()
        elif symbol == "*" or word in _SKIPPED:
            skipped = True
        elif word == "ansicpg" and number:
            page = _page(number)
        elif word == "uc" and number:
            follow = int(number)
        elif word in ("v", "deleted"):
            hidden = number != "0"
        elif word == "plain":
            hidden = False
        elif skipped or hidden:
            continue
        elif word == "u" and number:
            flush()
            unit = int(number) % 65536
            if 0xD800 <= unit < 0xDC00:
                high = unit
            elif 0xDC00 <= unit < 0xE000 and high:
                out.append(chr(0x10000 + ((high - 0xD800) << 10) + unit - 0xDC00))
                high = 0
            else:
                out.append(chr(unit))
            skip = follow
        elif code:
            if skip:
                skip -= 1
            else:
                pending.append(int(code, 16))
        elif word in _WORDS or symbol in ("~", "_", "\n", "\r", "\\", "{", "}"):
            if skip:
                skip -= 1
                continue
            flush()
            out.append(
                _WORDS[word] if word else {"~": "\u00a0", "_": "\u2011", "\n": "\n", "\r": "\n"}.get(symbol, symbol)
            )
        elif words:
            flush()
            out.append(words[skip:])
            skip = max(0, skip - len(words))
    flush()
    return "".join(out).rstrip("\n\x00")


def _page(number: str) -> str:
    import codecs

    name = {"10000": "mac_roman", "65001": "utf-8"}.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name

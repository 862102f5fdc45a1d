"""The pieces of a file, by what it is: tables, documents, pages, drawings, pictures, databases, archives."""

from __future__ import annotations

import csv
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any

from qualcode.leaks import markup, office
from qualcode.leaks.pieces import Piece, UncheckedError, lines, named, within
from qualcode.leaks.values import date_piece, number_piece

_TEXTS = (
    "txt",
    "md",
    "rst",
    "log",
    "yaml",
    "yml",
    "cff",
    "toml",
    "ini",
    "vtt",
    "srt",
    "py",
    "r",
    "css",
    "js",
    "bib",
    "ris",
)
_ZIPS = ("docx", "docm", "xlsx", "xlsm", "pptx", "qdpx", "zip", "odt", "ods", "odp", "mx24", "nvpx")
_DEEP = 6  # archives inside archives
_RUN = re.compile(rb"[\x20-\x7e\x80-\xff]{6,}")
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e\xa0-\xff]\x00){6,}")


def file_pieces(path: Path) -> Iterator[Piece]:
    """Every piece of text in a file.

    Raises
    ------
    UncheckedError
        The file cannot be looked into.
    """
    ending = path.suffix.lower().lstrip(".")
    if ending == "parquet":
        yield from _parquet(path)
    elif ending in ("sqlite", "db", "qda", "sqlite3"):
        yield from _sqlite(path)
    else:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise UncheckedError(f"it cannot be read ({type(error).__name__})") from error
        yield from data_pieces(data, path.name)


def data_pieces(data: bytes, name: str, *, depth: int = 0) -> Iterator[Piece]:
    """The pieces of a file's bytes; what kind it is is told by its first bytes, then by its name."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if not data:
        return
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _archive(data, depth)
    elif data.startswith(b"\x89PNG\r\n\x1a\n"):
        yield from _png(data, depth)
    elif data.startswith(b"\xff\xd8\xff"):
        yield from _jpeg(data)
    elif data.startswith(b"%PDF"):
        yield from _pdf(data, depth)
    elif data.startswith(b"SQLite format 3\x00"):
        yield from _sqlite_bytes(data)
    elif data.startswith(b"PAR1"):
        yield from _parquet(io.BytesIO(data))
    elif data.startswith(b"\x1f\x8b"):
        import gzip

        try:
            yield from data_pieces(gzip.decompress(data), name.removesuffix(".gz"), depth=depth + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise UncheckedError(f"it cannot be unpacked ({type(error).__name__})") from error
    else:
        yield from _text_or_bytes(data, ending)


def _text_or_bytes(data: bytes, ending: str) -> Iterator[Piece]:
    text = _decoded(data)
    if text is None:
        yield from _strings(data)
    elif ending in ("html", "htm", "xhtml"):
        yield from markup.html_pieces(data)
    elif ending in ("csv", "tsv"):
        yield from _table(text, ending)
    elif ending in ("json", "jsonld", "ipynb", "otr", "geojson"):
        yield from _json(text)
    elif ending in ("svg", "xml", "qde", "qdc", "rels", "mex", "rdf", "opf") or re.match(
        r"\ufeff?\s*<(?:\?xml|svg)", text
    ):
        try:
            yield from markup.xml_pieces(data)
        except UncheckedError:
            if ending in ("svg", "qde", "qdc"):
                raise
            yield lines(text)
    elif ending == "rtf" or text.startswith("{\\rtf"):
        from striprtf.striprtf import rtf_to_text

        yield lines(text)
        yield Piece("text", rtf_to_text(text, errors="ignore"))
    else:
        yield lines(text)


def _decoded(data: bytes) -> str | None:
    """A text's characters; None where the bytes are no text."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:100_000]:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _strings(data: bytes) -> Iterator[Piece]:
    """What can be read in bytes of an unknown kind: stretches of six characters and more, one byte or two bytes each."""
    for match in _RUN.finditer(data):
        try:
            text = match.group().decode("utf-8")
        except UnicodeDecodeError:
            text = match.group().decode("cp1252", errors="replace")
        yield Piece(f"byte {match.start()}", text)
    for match in _WIDE_RUN.finditer(data):
        yield Piece(f"byte {match.start()}", match.group().decode("utf-16-le", errors="replace"))


# ---------------------------------------------------------------- tables


def _table(text: str, ending: str) -> Iterator[Piece]:
    first = text.split("\n", 1)[0]
    delimiter = "\t" if ending == "tsv" else max(",;\t", key=first.count)
    csv.field_size_limit(2**31 - 1)
    head: list[str] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            head = head or row
            for at, cell in enumerate(row):
                if cell:
                    column = head[at] if at < len(head) else str(at + 1)
                    place = (
                        f"row {number}, column {at + 1}" if number == 1 else f"row {number}, {named('column', column)}"
                    )
                    yield Piece(place, cell, name=number == 1)
                    if number > 1 and cell[0].isdigit():
                        yield from number_piece(place, cell)
    except csv.Error:
        yield lines(text)


def _json(text: str) -> Iterator[Piece]:
    try:
        whole = json.loads(text)
    except ValueError:
        yield lines(text)
        return
    stack: list[tuple[str, Any]] = [("", whole)]
    while stack:
        place, value = stack.pop()
        if isinstance(value, dict):
            for key, inner in value.items():
                yield Piece(f"{place or 'top'}, a key", str(key), name=True)
                stack.append((f"{place} › '{str(key)[:80]}'" if place else f"'{str(key)[:80]}'", inner))
        elif isinstance(value, list):
            stack += [(f"{place} [{number}]", inner) for number, inner in enumerate(value, start=1)]
        elif isinstance(value, str):
            yield Piece(place or "text", value)
        elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**8:
            yield Piece(place or "number", str(value))


def _parquet(source: Any) -> Iterator[Piece]:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(source) as file:
            for key, value in (file.schema_arrow.metadata or {}).items():
                yield Piece("metadata", f"{key.decode(errors='replace')} {value.decode(errors='replace')}")
            for number, of in enumerate(file.schema_arrow, start=1):
                yield Piece(f"name of column {number}", of.name, name=True)
                for column in file.read(columns=[of.name]).columns:
                    if _may_hold_text(of.type):
                        column = _as_text(column)
                        for value in pc.unique(column).to_pylist():
                            if value:
                                yield Piece(_row_of(column, value, of.name), value)
                    else:
                        for value in pc.unique(column).to_pylist():
                            yield from _value_pieces(_row_of(column, value, of.name), value)
    except (pa.ArrowException, OSError) as error:
        raise UncheckedError(f"it cannot be read as Parquet ({type(error).__name__})") from error


def _value_pieces(place: Callable[[int], str], value: object) -> Iterator[Piece]:
    """A number or a date of a table."""
    if isinstance(value, date):
        yield date_piece(place, value.date() if isinstance(value, datetime) else value)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        yield from number_piece(place, str(value))


def _as_text(column: Any) -> Any:
    """A column of Arrow as strings: lists, structures and bytes as they are printed."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column
    return pa.chunked_array([pa.array([None if one is None else str(one) for one in column.to_pylist()], pa.string())])


def _may_hold_text(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    return not (types.is_primitive(kind) or types.is_null(kind) or types.is_decimal(kind))


def _row_of(column: Any, value: Any, name: str) -> Callable[[int], str]:
    def place(_at: int) -> str:
        import pyarrow.compute as pc

        return f"row {pc.index(column, value).as_py() + 1}, {named('column', name)}"

    return place


def _sqlite_bytes(data: bytes) -> Iterator[Piece]:
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(data)
        yield from _database(base)
    except sqlite3.Error as error:
        raise UncheckedError(f"it cannot be read as a database ({type(error).__name__})") from error
    finally:
        base.close()


def _sqlite(path: Path) -> Iterator[Piece]:
    base = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        yield from _database(base)
    except sqlite3.Error as error:
        raise UncheckedError(f"it cannot be read as a database ({type(error).__name__})") from error
    finally:
        base.close()


def _database(base: sqlite3.Connection) -> Iterator[Piece]:
    base.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
    for kind, name, sql in base.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall():
        yield Piece(f"the definition of a {kind}", sql or name, name=True)
        if kind != "table" or name.startswith("sqlite_"):
            continue
        rows = base.execute(f'SELECT * FROM "{name.replace(chr(34), chr(34) * 2)}"')
        columns = [column[0] for column in rows.description]
        for number, row in enumerate(rows, start=1):
            for column, value in zip(columns, row, strict=True):
                place = f"{named('table', name)}, row {number}, {named('column', column)}"
                if isinstance(value, str):
                    yield Piece(place, value)
                elif isinstance(value, bytes):
                    yield from within(place, _blob(value))
                elif isinstance(value, int | float):
                    yield from number_piece(place, str(value))


def _blob(value: bytes) -> Iterator[Piece]:
    """Bytes in a database: unpacked where they are packed."""
    with suppress(zlib.error):  # not packed
        value = zlib.decompress(value)
    yield from data_pieces(value, "blob")


# ---------------------------------------------------------------- archives


def _archive(data: bytes, depth: int) -> Iterator[Piece]:
    if depth >= _DEEP:
        raise UncheckedError("it holds archives in archives, deeper than is looked into")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UncheckedError(f"it cannot be opened as an archive ({type(error).__name__})") from error
    kept = {name.lower() for name in names}
    is_office = "[content_types].xml" in kept
    if archive.comment:
        yield Piece("comment of the archive", archive.comment.decode("utf-8", errors="replace"))
    for info in archive.infolist():
        yield Piece("name of a part", info.filename, name=True)
        if info.comment:
            yield Piece(named("comment of part", info.filename), info.comment.decode("utf-8", errors="replace"))
        if info.is_dir():
            continue
        if info.file_size > 50_000_000 and info.file_size > 400 * max(1, info.compress_size):
            raise UncheckedError("a part of it unpacks to far more than it should")
        try:
            inner = archive.read(info)
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error) as error:
            raise UncheckedError(f"a part of it cannot be unpacked ({type(error).__name__})") from error
        if is_office and info.filename.lower().endswith((".xml", ".rels")):
            yield from office.part_pieces(info.filename, inner, archive)
        elif is_office and info.filename.lower().endswith(".vml"):
            yield from within(named("part", info.filename), _text_or_bytes(inner, "xml"))
        else:
            yield from within(named("part", info.filename), data_pieces(inner, info.filename, depth=depth + 1))


# ---------------------------------------------------------------- pictures and pages


def _png(data: bytes, depth: int) -> Iterator[Piece]:
    """The texts that a picture carries (tEXt, zTXt, iTXt, eXIf, and chunks nobody knows); its pixels are not read."""
    at = 8
    while at + 8 <= len(data):
        length, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        at += 12 + length
        if kind in (b"tEXt", b"zTXt", b"iTXt"):
            keyword, _, rest = body.partition(b"\x00")
            name = keyword.decode("latin-1")
            yield Piece("property's name", name, name=True)
            yield Piece(named("property", name), _png_text(kind, rest))
        elif kind not in (
            b"IHDR",
            b"PLTE",
            b"IDAT",
            b"IEND",
            b"pHYs",
            b"gAMA",
            b"cHRM",
            b"sRGB",
            b"tRNS",
            b"sBIT",
            b"bKGD",
            b"tIME",
            b"iCCP",
        ):
            yield from within(f"chunk {kind.decode('latin-1')}", _strings(body))
    if data[at:].strip(b"\x00"):
        yield from within("after the picture's end", data_pieces(data[at:], "rest", depth=depth + 1))


def _png_text(kind: bytes, rest: bytes) -> str:
    try:
        if kind == b"tEXt":
            return rest.decode("latin-1")
        if kind == b"zTXt":
            return zlib.decompress(rest[1:]).decode("latin-1")
        packed, rest = rest[:1], rest[2:]
        _, _, rest = rest.partition(b"\x00")
        _, _, rest = rest.partition(b"\x00")
        return (zlib.decompress(rest) if packed == b"\x01" else rest).decode("utf-8", errors="replace")
    except zlib.error as error:
        raise UncheckedError("a text in the picture cannot be unpacked") from error


def _jpeg(data: bytes) -> Iterator[Piece]:
    """Comments, EXIF and XMP of a photograph, up to its pixels."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xFE or 0xE1 <= data[at + 1] <= 0xEF:
            yield from within("the picture's properties", _strings(data[at + 4 : at + 2 + length]))
        at += 2 + length


def _pdf(data: bytes, depth: int) -> Iterator[Piece]:
    """A PDF's pages, properties, bookmarks, notes, form fields and attachments."""
    import pypdf

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UncheckedError("it is locked by a password")
        for key, value in (reader.metadata or {}).items():
            yield Piece(named("property", str(key).lstrip("/")), str(value))
        root: Any = reader.trailer["/Root"]
        packet = root.get("/Metadata")
        if packet is not None:
            yield from within("metadata", _text_or_bytes(packet.get_object().get_data(), "xml"))
        for number, page in enumerate(reader.pages, start=1):
            yield Piece(f"page {number}", page.extract_text() or "")
            for note in page.get("/Annots") or ():
                one = note.get_object()
                for key in ("/Contents", "/T", "/Subj", "/RC", "/TU", "/V", "/NM"):
                    if isinstance(one.get(key), str):
                        yield Piece(f"page {number}, note", str(one[key]))
                link = one.get("/A")
                if link is not None and isinstance(link.get_object().get("/URI"), str):
                    yield Piece(f"page {number}, link", str(link.get_object()["/URI"]), name=True)
        yield from _outline(reader.outline)
        for name, files in reader.attachments.items():
            yield Piece("name of an attachment", name, name=True)
            for file in files:
                yield from within(
                    named("attachment", name), data_pieces(file, PurePosixPath(name).name, depth=depth + 1)
                )
    except UncheckedError:
        raise
    except Exception as error:  # pypdf raises whatever a damaged file leads it to
        raise UncheckedError(f"it cannot be read as PDF ({type(error).__name__})") from error


def _outline(items: Any) -> Iterator[Piece]:
    for item in items:
        if isinstance(item, list):
            yield from _outline(item)
        else:
            yield Piece("bookmark", str(item.title))

"""Reading what people's programs write, and writing files that are the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.errors import Problem, Problems, QualcodeError, nearest

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
DEFAULT_DATE = "2000-01-01"  # where no input carries a date


def sha256(data: bytes | str) -> str:
    """Hexadecimal SHA-256 of bytes, or of a text in UTF-8."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_atomically(path: Path, write: Callable[[Path], object], *, mode: int = 0o644) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in place whole: readers see the old or the new.

    Until it is whole, and with `mode` 0o600 for ever, only its owner may read it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with `\\n` line ends, in one piece."""
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline="\n"))


def write_zip_document(path: Path, save: Callable[[Path], object], *, day: str = DEFAULT_DATE) -> None:
    """Write a zip-based document (docx, xlsx) whose bytes depend on its content only.

    Parameters
    ----------
    save
        Called with a temporary path, for example `document.save`.
    day
        ISO date set as created and modified in the document's properties: the newest of the inputs' own dates.
    """
    stamp = f"{day or DEFAULT_DATE}T00:00:00Z".encode()

    from qualcode.drafts import draft_mark, mark_document

    def write(temporary: Path) -> None:
        raw = temporary.with_suffix(".raw")
        save(raw)
        mark = draft_mark()
        if mark:
            mark_document(raw, mark)
        try:
            with zipfile.ZipFile(raw) as source, zipfile.ZipFile(temporary, "w") as target:
                for name in source.namelist():
                    data = source.read(name)
                    if name == "docProps/core.xml":
                        data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
                    info = zipfile.ZipInfo(name, ZIP_TIME)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    info.external_attr = 0o600 << 16
                    info.create_system = 3
                    target.writestr(info, data, compresslevel=6)
        finally:
            raw.unlink(missing_ok=True)

    write_atomically(path, write)


def newest_date(*values: object) -> str:
    """The newest ISO date among texts, lists or columns of texts (time of day dropped), else the default date."""
    found: list[str] = []
    for value in values:
        items = [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]
        for item in items:
            match = re.match(r"\d{4}-\d{2}-\d{2}", str(item))
            if match:
                try:
                    date.fromisoformat(match.group())
                except ValueError:
                    continue
                found.append(match.group())
    return max(found, default=DEFAULT_DATE)


# ---------------------------------------------------------------- tables that people write


@dataclass(frozen=True)
class Sheet:
    """A table as a person wrote it: all cells text, blanks at the ends cut; `rows[i]` is the file's row of line i.

    `headers` are the columns' names as they stand in the file, in the order of the columns. Row 1 is the header, so the
    first data row is 2, as spreadsheet programs count.
    """

    path: Path
    data: pd.DataFrame
    rows: list[int]
    encoding: str = "utf-8"
    delimiter: str = ","
    headers: tuple[str, ...] = ()

    def check_head(self, where: str, problems: Problems, needed: Iterable[str], known: Collection[str] = ()) -> bool:
        """Add columns that are missing, and those that are not `known` (empty: any may stand there); whether none is missing."""
        names = [str(name) for name in self.data.columns]
        missing = [name for name in needed if name not in names]
        for name in missing:
            problems.add(where, f"column '{name}' is missing.", nearest(name, names), place="row 1")
        for name in names if known else ():
            if name not in known:
                problems.add(where, f"unknown column '{name}'.", nearest(name, known), place="row 1")
        return not missing


def decode(data: bytes) -> tuple[str, str]:
    """Text and encoding of bytes: UTF-8 (BOM or not), UTF-16 with BOM, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace"), "cp1252"


def read_sheet(path: Path, *, shown_as: str = "", sheet: str | None = None, as_written: bool = False) -> Sheet:
    """Read a table that a person wrote, CSV (`,` `;` or tab; UTF-8, UTF-16 or Windows-1252) or XLSX.

    Column names are stripped and lower-cased, with spaces as `_`; with `as_written` they are only stripped, and a first
    column without a name (as R and pandas write row names) is called `unit`. Rows without any content are left out, their
    numbers kept. A number cell that is whole comes without `.0`, a date cell as ISO.

    Raises
    ------
    QualcodeError
        The file is missing, is neither CSV nor XLSX, has no header, a column twice, or a row longer than its header.
    """
    where = shown_as or str(path)
    if not path.is_file():
        raise QualcodeError(Problem(where, "this file is not there."))
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        grid, encoding, delimiter = _read_xlsx(path, where, sheet), "xlsx", ""
    else:
        data = path.read_bytes()
        if data[:4] == b"PK\x03\x04" or (b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))):
            raise QualcodeError(
                Problem(where, "this is not a text table, whatever its name says.", "Save it as CSV (UTF-8) or XLSX.")
            )
        text, encoding = decode(data)
        delimiter = _delimiter(text)
        grid = [
            (number, [cell.strip() for cell in cells])
            for number, cells in _csv_rows(text, delimiter)
            if any(cell.strip() for cell in cells)
        ]
    if not grid:
        raise QualcodeError(Problem(where, "this table is empty: it has not even a header row."))
    _, header = grid[0]
    names = [cell.strip().lstrip("\ufeff") for cell in header]
    headers = tuple(name for name in names if name)
    if as_written:
        names[:1] = [names[0] or "unit"]
    else:
        names = [re.sub(r"\s+", "_", name.lower()) for name in names]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise QualcodeError(Problem(where, f"column '{twice[0]}' stands twice in the header.", place="row 1"))
    problems = [
        Problem(
            where,
            f"this row has {len(cells)} cells, the header {len(names)}.",
            "Put texts that hold the delimiter into quotation marks.",
            f"row {number}",
        )
        for number, cells in grid[1:]
        if len(cells) > len(names) and any(cells[len(names) :])
    ]
    if problems:
        raise QualcodeError(problems)
    rows = [(cells + [""] * len(names))[: len(names)] for _, cells in grid[1:]]
    data_frame = pd.DataFrame(rows, columns=names, dtype=object)
    data_frame = data_frame[[name for name in names if name]]
    return Sheet(path, data_frame, [number for number, _ in grid[1:]], encoding, delimiter, headers)


def _csv_rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [(number, cells) for number, cells in enumerate(reader, start=1)]


def _delimiter(text: str) -> str:
    first = text.lstrip("\ufeff\r\n ").split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _is_bomb(path: Path) -> bool:
    """Whether a part of a workbook unpacks to 400 times its size (and over 50 MB), or all of it to over 4 GB."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False  # said when it is opened
    large = [part for part in parts if part.file_size > 50_000_000]
    squeezed = any(part.file_size > 400 * max(1, part.compress_size) for part in large)
    return squeezed or sum(part.file_size for part in parts) > 4_000_000_000


def load_workbook(path: Path) -> Any:
    """An Excel workbook's values, as openpyxl gives them; without its warnings of lists and the like, which hold no cells."""
    import warnings

    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path, data_only=True)


def _read_xlsx(path: Path, where: str, sheet: str | None) -> list[tuple[int, list[str]]]:
    if _is_bomb(path):
        what = "this workbook unpacks to far more than it should."
        raise QualcodeError(Problem(where, what, "Save it again from the program it comes from, and copy it whole."))
    try:
        book = load_workbook(path)
    except Exception as error:
        raise QualcodeError(
            Problem(where, "this file cannot be opened as an Excel workbook.", f"({type(error).__name__})")
        ) from error
    if sheet is not None and sheet not in book.sheetnames:
        raise QualcodeError(
            Problem(where, f"the workbook has no sheet '{sheet}'.", f"It has: {', '.join(book.sheetnames)}.")
        )
    page = book[sheet] if sheet else book.worksheets[0]
    grid = []
    for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
        row = [_cell(value) for value in cells]
        if any(row):
            grid.append((number, row))
    return grid


def _cell(value: object) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()

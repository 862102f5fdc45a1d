"""SQLite files of other programs, opened to read only: nothing is written beside them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from qualcode.errors import CodingsError, Problem

MAGIC = b"SQLite format 3\x00"
_AGAIN = "Close the project in the program, copy it again, and import the copy."


class Database:
    """Tables of a database, read with the columns that are there."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        found = connection.execute("select name from sqlite_master where type in ('table', 'view')")
        self.tables = {str(row[0]).lower(): str(row[0]) for row in found}

    def columns(self, table: str) -> list[str]:
        return [str(row[1]).lower() for row in self._connection.execute(f'pragma table_info("{self.tables[table]}")')]

    def rows(self, table: str, wanted: str, *, order: str = "") -> list[dict[str, str]]:
        """The wanted columns of a table, all text; "" for what is null, or for a column that this version lacks."""
        names = wanted.split()
        return [dict(zip(names, row, strict=True)) for row in self.tuples(table, wanted, order=order)]

    def tuples(self, table: str, wanted: str, *, order: str = "") -> list[tuple[str, ...]]:
        """The same without names, for tables of many rows."""
        if table not in self.tables:
            return []
        there = self.columns(table)
        asked = ", ".join(f'"{name}"' if name.lower() in there else f"null as {name}" for name in wanted.split())
        sort = f' order by "{order}"' if order and order in there else ""
        query = f'select {asked} from "{self.tables[table]}"{sort}'
        lossy = self._connection.text_factory
        self._connection.text_factory = str  # several times faster, but stops at what is no UTF-8
        try:
            return self._all_text(query)
        except sqlite3.OperationalError as error:
            if "decode" not in str(error).lower():
                raise
        finally:
            self._connection.text_factory = lossy
        return self._all_text(query)

    def _all_text(self, query: str) -> list[tuple[str, ...]]:
        return [
            tuple([cell if type(cell) is str else str(cell) if type(cell) is int else _text(cell) for cell in row])
            for row in self._connection.execute(query)
        ]

    def stored(self, table: str, key: str, column: str) -> dict[str, bytes | str | None]:
        """What a column holds, by key, as it is stored: text where the database says text, else bytes."""
        asked = f'select "{key}", typeof("{column}"), cast("{column}" as blob) from "{self.tables[table]}"'
        as_utf16 = str(self._connection.execute("pragma encoding").fetchone()[0]).lower()
        found: dict[str, bytes | str | None] = {}
        for name, kind, value in self._connection.execute(asked):
            text = kind == "text" and value is not None
            try:
                found[_text(name)] = value.decode(as_utf16) if text else value
            except UnicodeDecodeError:
                found[_text(name)] = value  # bytes of another encoding, put in as text
        return found

    def count(self, table: str) -> int:
        if table not in self.tables:
            return 0
        return int(self._connection.execute(f'select count(*) from "{self.tables[table]}"').fetchone()[0])


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _is_locked(path: Path) -> bool:
    """Whether another program writes to a database at this moment (one without a write-ahead log)."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=0)) as connection:
            connection.execute("select 1 from sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        return "locked" in str(error)
    except sqlite3.Error:
        return False
    return False


@contextmanager
def opened(path: Path, where: str, *, data: bytes | None = None) -> Iterator[Database]:
    """A database, or one that lies in an archive (`data`).

    Raises
    ------
    CodingsError
        It is damaged, or a program has it open with changes not yet written into it.
    """
    if data is None:
        for ending in ("-wal", "-journal"):
            beside = path.with_name(path.name + ending)
            if beside.is_file() and beside.stat().st_size:
                raise CodingsError(
                    Problem(where, "a program has this database open, with changes not written.", _AGAIN)
                )
        data = path.read_bytes()
        if data[18:20] == b"\x01\x01" and _is_locked(path):
            raise CodingsError(Problem(where, "a program has this database open, and locked.", _AGAIN))
    if len(data) > 19 and data[18:20] == b"\x02\x02":  # write-ahead log on: in memory there is none
        data = data[:18] + b"\x01\x01" + data[20:]
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(data)
            connection.execute("pragma trusted_schema = off")
            connection.text_factory = lambda raw: raw.decode("utf-8", errors="replace")
            yield Database(connection)
    except sqlite3.Error as error:
        raise CodingsError(Problem(where, f"this database is damaged or not whole ({error}).", _AGAIN)) from error

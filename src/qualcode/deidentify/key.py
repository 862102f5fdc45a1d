"""The pseudonym key: which person, place or organisation is called what in everything that leaves the first stage.

The key holds names. It lies outside the study and outside version control (`place.py`), and messages about it name rows.
"""

from __future__ import annotations

import csv
import io
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qualcode.errors import DeidentifyError, Problems, nearest
from qualcode.files import decode, load_workbook, read_sheet, write_atomically
from qualcode.tables import split

COLUMNS = ("person", "pseudonym", "kind", "forms")
SECRET = "secret"  # the kind of the row whose pseudonym is the secret that decisions are hashed with
KINDS = ("person", "place", "organisation", "date", "contact", "number", "role", "other")
PRIVATE = 0o600  # the owner alone may read it
ONE_TO_ONE = ("person", "place", "organisation")  # several addresses may all be [address]
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_QUOTES = dict.fromkeys(map(ord, "’‘ʼ´`"), "'")


@dataclass(frozen=True)
class Entry:
    """A row of the key: the person's id ("" for places and the like), pseudonym, kind, the forms that are replaced."""

    person: str
    pseudonym: str
    kind: str
    forms: tuple[str, ...]
    row: int = 0

    @property
    def shown(self) -> str:
        """What stands in the text instead: a person's pseudonym as it is, anything else in square brackets."""
        if self.kind == "person" or self.pseudonym.startswith("["):
            return self.pseudonym
        return f"[{self.pseudonym}]"


@dataclass(frozen=True)
class Key:
    """A whole key. `secret` is what decisions on candidates are hashed with ("" where the key has none yet)."""

    entries: tuple[Entry, ...] = ()
    secret: str = ""

    def of_pseudonym(self, pseudonym: str) -> Entry | None:
        wanted = plain(pseudonym).strip("[]")
        return next((entry for entry in self.entries if plain(entry.pseudonym).strip("[]") == wanted), None)

    def of_person(self, person: str) -> Entry | None:
        wanted = plain(person)
        return next((entry for entry in self.entries if entry.person and plain(entry.person) == wanted), None)

    def forms(self) -> dict[str, Entry]:
        """Every form, plain, with its row."""
        return {plain(form): entry for entry in self.entries for form in entry.forms}


def plain(words: str) -> str:
    """Words without regard to case, blanks, and the shapes of apostrophes and hyphens."""
    one = unicodedata.normalize("NFC", words).translate(_DASHES).translate(_QUOTES)
    return " ".join(one.casefold().split())


def read_key(path: Path, *, shown_as: str = "") -> Key:
    """The key in a CSV or XLSX file with the columns `person, pseudonym, kind, forms` (forms parted by `;`).

    Further columns (a note, say) are left alone. Several rows of one person and pseudonym are one.

    Raises
    ------
    DeidentifyError
        Everything wrong at once, by row and never by name: a column missing, a cell empty, a kind that is not known, one
        person with two pseudonyms, one pseudonym of two, a form in two rows, a pseudonym that holds somebody's form.
    """
    where = shown_as or path.name
    sheet = read_sheet(path, shown_as=where)
    problems = Problems()
    sheet.check_head(where, problems, COLUMNS)
    problems.raise_if_any(DeidentifyError)
    entries: list[Entry] = []
    secret = ""
    for row, cells in zip(sheet.rows, sheet.data[list(COLUMNS)].itertuples(index=False), strict=True):
        person, pseudonym, kind, forms = (unicodedata.normalize("NFC", " ".join(str(cell).split())) for cell in cells)
        kind = kind.lower() or "person"
        if kind == SECRET:
            if secret:
                problems.add(where, "the key has two secrets.", "Keep the older one.", place=f"row {row}")
            secret = secret or pseudonym
            continue
        entries.append(Entry(person, pseudonym, kind, tuple(dict.fromkeys(split(forms))), row))
    _check(entries, where, problems)
    problems.raise_if_any(DeidentifyError)
    return Key(_joined(entries), secret)


def check_key(entries: Sequence[Entry], where: str) -> None:
    """What `read_key` checks of rows that are in no file yet. Raises DeidentifyError."""
    problems = Problems()
    _check(entries, where, problems)
    problems.raise_if_any(DeidentifyError)


def _check(entries: Sequence[Entry], where: str, problems: Problems) -> None:
    pseudonym_of: dict[str, Entry] = {}
    person_of: dict[str, Entry] = {}
    owner: dict[str, Entry] = {}
    for entry in entries:
        place = f"row {entry.row}"
        if entry.kind not in KINDS:
            problems.add(where, f"kind '{entry.kind}' is not known.", nearest(entry.kind, KINDS), place=place)
        if not entry.pseudonym:
            problems.add(where, "column 'pseudonym' is empty.", "Fill it in, or delete the row.", place=place)
        if re.search(r"[;\n]", entry.pseudonym):
            problems.add(where, "the pseudonym holds a semicolon.", "One pseudonym a row.", place=place)
        if not entry.forms:
            problems.add(where, "column 'forms' is empty.", "Say which words are to be replaced.", place=place)
        if entry.kind == "person" and not entry.person:
            problems.add(where, "column 'person' is empty.", "Give each person an id, P01 say.", place=place)
        if not any(character.isalnum() for character in entry.pseudonym) and entry.pseudonym:
            problems.add(where, "the pseudonym has neither letter nor number.", place=place)
        for number, form in enumerate(entry.forms, start=1):
            if not any(character.isalnum() for character in form):
                problems.add(where, f"form {number} has neither letter nor number.", place=place)
                continue
            first = owner.setdefault(plain(form), entry)
            if not _same(first, entry):
                hint = "A form belongs to one row. Where two people share a name, give both longer forms."
                problems.add(where, f"form {number} stands in row {first.row} too.", hint, place=place)
        if entry.kind not in ONE_TO_ONE or not entry.pseudonym:
            continue
        first = person_of.setdefault(plain(entry.pseudonym).strip("[]"), entry)
        if not _same(first, entry):
            what = f"the pseudonym is that of row {first.row} too."
            problems.add(where, what, "One pseudonym is one person's, place's or organisation's.", place=place)
        if entry.person:
            first = pseudonym_of.setdefault(plain(entry.person), entry)
            if plain(first.pseudonym) != plain(entry.pseudonym):
                what = f"the person has another pseudonym in row {first.row}."
                problems.add(where, what, "One person has one pseudonym.", place=place)
    held = [(form, entry) for form, entry in owner.items() if len(form) > 1]
    by_first: dict[str, list[tuple[str, Entry]]] = {}
    for form, entry in held:
        found = re.search(r"[^\W_]+", form)
        by_first.setdefault(found.group() if found else form, []).append((form, entry))
    for entry in entries:
        words = plain(entry.pseudonym)
        for word in re.findall(r"[^\W_]+", words):
            hit = next(
                (one for form, one in by_first.get(word, ()) if re.search(rf"(?<!\w){re.escape(form)}(?!\w)", words)),
                None,
            )
            if hit is not None:
                whose = "its own row" if hit is entry or hit.row == entry.row else f"row {hit.row}"
                what = f"the pseudonym holds a form of {whose}: it would give the name away, or be replaced again."
                problems.add(where, what, "Choose another pseudonym.", place=f"row {entry.row}")
                break


def _same(a: Entry, b: Entry) -> bool:
    return plain(a.person) == plain(b.person) and plain(a.pseudonym) == plain(b.pseudonym) and a.kind == b.kind


def _joined(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Rows of one person and pseudonym as one entry."""
    made: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        name = (plain(entry.person), plain(entry.pseudonym), entry.kind)
        if name in made:
            forms = tuple(dict.fromkeys((*made[name].forms, *entry.forms)))
            entry = Entry(made[name].person, made[name].pseudonym, entry.kind, forms, made[name].row)
        made[name] = entry
    return tuple(made.values())


def too_alike(key: Key) -> list[int]:
    """Rows whose pseudonym differs from one of its own forms by a letter or two: it was made from the name."""
    from rapidfuzz.distance import DamerauLevenshtein

    return [
        entry.row
        for entry in key.entries
        if entry.kind in ONE_TO_ONE
        and any(
            len(form) > 3
            and DamerauLevenshtein.distance(plain(form), plain(entry.pseudonym).strip("[]")) <= 1 + len(form) // 8
            for form in entry.forms
        )
    ]


# ---------------------------------------------------------------- writing


def new_secret() -> str:
    return f"key-{secrets.token_hex(16)}"


def write_entries(path: Path, add: Sequence[Entry] = (), *, secret: str = "") -> None:
    """Add rows, forms and the secret to a key file; it is made where it is not there, for its owner's eyes only (mode 600).

    An entry whose person and pseudonym are there gives its forms to that row. Other columns, and rows, stay as they are.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        _write_xlsx(path, add, secret)
        return
    text = decode(path.read_bytes())[0] if path.is_file() else ""
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count) if text.strip() else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)) or [list(COLUMNS)]
    _put(rows, add, secret)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    # Excel takes a CSV file for Windows-1252 where it does not begin with this mark, and would spoil names
    text = "\ufeff" + out.getvalue()
    write_atomically(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline=""), mode=PRIVATE)


def _write_xlsx(path: Path, add: Sequence[Entry], secret: str) -> None:
    import openpyxl

    from qualcode.sheets import put

    book: Any = load_workbook(path) if path.is_file() else openpyxl.Workbook()
    page = book.worksheets[0]
    rows = [["" if cell is None else str(cell) for cell in line] for line in page.iter_rows(values_only=True)]
    rows = ([row for row in rows if any(row)] and rows) or [list(COLUMNS)]
    _put(rows, add, secret)
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(row, start=1):
            if value != str(page.cell(number, at).value or ""):
                put(page.cell(number, at), value)
    write_atomically(path, book.save, mode=PRIVATE)


def _put(rows: list[list[str]], add: Sequence[Entry], secret: str) -> None:
    head = [re.sub(r"\s+", "_", cell.strip().lstrip("\ufeff").lower()) for cell in rows[0]]
    at = {name: head.index(name) for name in COLUMNS}
    width = len(head)

    def line(values: tuple[str, str, str, str]) -> list[str]:
        made = [""] * width
        for name, value in zip(COLUMNS, values, strict=True):
            made[at[name]] = value
        return made

    if secret:
        rows.append(line(("(leave this row)", secret, SECRET, "")))
    for entry in add:
        own = next(
            (
                row
                for row in rows[1:]
                if len(row) > max(at.values())
                and plain(row[at["person"]]) == plain(entry.person)
                and plain(row[at["pseudonym"]]) == plain(entry.pseudonym)
            ),
            None,
        )
        if own is None:
            rows.append(line((entry.person, entry.pseudonym, entry.kind, "; ".join(entry.forms))))
            continue
        there = split(own[at["forms"]])
        own[at["forms"]] = "; ".join(dict.fromkeys((*there, *entry.forms)))

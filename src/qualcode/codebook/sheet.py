"""The codebook as a spreadsheet: one row a code, turned into a version's file; and an empty sheet to fill in."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, FoldedScalarString, LiteralScalarString

from qualcode.codebook.model import (
    ID,
    KINDS,
    ORIGINS,
    Codebook,
    Entry,
    _Change,
    plain,
    read_mapping_text,
    split_texts,
)
from qualcode.codebook.parts import Part
from qualcode.codebook.read import VERSION, check_entries, in_tree_order, known_constructs, place_number
from qualcode.errors import CodebookError, Problem, Problems, nearest
from qualcode.files import read_sheet, write_text, write_zip_document
from qualcode.sheets import FILLED_IN, font, head, height, printed, put, ruled
from qualcode.tables import DIRECTIONS, split

# what a sheet's columns mean, as the second sheet of the template explains them
COLUMNS = {
    "id": "A short name that never changes: letters, digits, _ - and . only. Empty: made from the label.",
    "label": "The name people read. Must be filled in. It may change from version to version.",
    "kind": "theme, subtheme, code or definition. Empty: code.",
    "parent": "The id or the label of the code that this one belongs under. Empty: top of the tree.",
    "definition": "What the code means, in a sentence.",
    "full_definition": "What it means at length.",
    "include": "When to use it.",
    "exclude": "When not to use it, and which code to use instead.",
    "example_typical": "A passage that plainly belongs. Several: put | between them.",
    "example_atypical": "A passage that belongs though it does not look so.",
    "example_close_but_no": "A passage that looks as if it belonged, and does not.",
    "direction": "facilitator, barrier, mixed or neutral, where every coding has the same. May be empty.",
    "colour": "A colour like #1f77b4. May be empty.",
    "double_code_with": "Ids of codes that often go together with this one, with ; between them.",
    "origin": "deductive (from a framework or guide), inductive (from the data) or both.",
    "aliases": "Other names that people or tools use for it, with | between them. No other code may have them.",
    "notes": "Anything else the team should know.",
}
FRAMEWORK = (
    "Constructs of this framework, with ; between them, each with its reason in brackets: III.F (staff); IV.C.D."
)
FRAMEWORK_SIGN = "framework:"  # before the id of one that is not known here, as the head of its column
ALIASES = {
    "code": "id",
    "code_id": "id",
    "name": "label",
    "code_name": "label",
    "tag": "label",  # Taguette
    "type": "kind",
    "belongs_under": "parent",
    "parent_code": "parent",
    "description": "definition",
    "short_definition": "definition",
    "when_to_use": "include",
    "inclusion": "include",
    "inclusion_criteria": "include",
    "when_not_to_use": "exclude",
    "exclusion": "exclude",
    "exclusion_criteria": "exclude",
    "example": "example_typical",
    "examples": "example_typical",
    "color": "colour",
    "note": "notes",
    "memo": "notes",
    "also_called": "aliases",
    "synonyms": "aliases",
}
COUNTS = ("number_of_highlights", "number_of_documents")  # in the codebook that Taguette exports
MAXQDA = ({"code", "memo"}, re.compile(r"\s*[>\\]\s*"))  # the table of codes and memos that its help describes


def read_codebook_sheet(
    path: Path,
    *,
    name: str,
    version: str,
    where: str = "",
    frameworks: Iterable[str] = (),
    parts: Sequence[Part] = (Part(),),
) -> Codebook:
    """A codebook that was written as CSV or XLSX, one row a code, in the columns of `COLUMNS`.

    Parameters
    ----------
    frameworks
        Ids of frameworks that may head a column; cells hold construct codes with ; between them.
    parts
        The sheets that make it together, and what their columns are. Where a part has `columns`, only these and columns
        that are called as ours are read; one that is `-` is not read.

    Raises
    ------
    CodebookError
        Unknown or missing columns, and everything that `check_entries` finds, each with its row, all at once.
    """
    where = where or path.name
    problems = Problems()
    frameworks = list(frameworks)
    rows: list[dict[str, Any]] = []
    places: list[str] = []
    spans: list[slice] = []
    for part in parts:
        before = len(rows)
        for row, place in _rows_of(path, part, frameworks, where, problems):
            rows.append(row)
            places.append(f"sheet {part.sheet}, {place}" if part.sheet else place)
        spans.append(slice(before, len(rows)))
    problems.raise_if_any(CodebookError)
    if not rows:
        problems.add(where, "the sheet has no codes.")
    for row, code in zip(rows, _ids(rows), strict=True):
        if code:
            row["id"] = code
    for part, span in zip(parts, spans, strict=True):
        _stand_under_paths(rows[span])
        # a parent is looked for in its own sheet first: another sheet may use the same word for something else
        _parents(rows[span], places[span], where, problems)
        if part.top:
            top, *others = rows[span]
            for row in others:
                row["parent"] = row.get("parent") or top["id"]
    _parents(rows, places, where, problems)

    def place_of(number: int, at: tuple[int | str, ...]) -> str:
        return places[number]

    entries = check_entries(rows, where=where, place=place_of, problems=problems)
    problems.found.sort(key=place_number)
    problems.raise_if_any(CodebookError)
    return Codebook(name=name, version=version, codes=in_tree_order(entries), file=where)


def _rows_of(
    path: Path, part: Part, frameworks: list[str], where: str, problems: Problems
) -> list[tuple[dict[str, Any], str]]:
    """Entries of one sheet, as keys and values, each with its place; its `top` first, and parents made before their codes."""
    sheet = read_sheet(path, shown_as=where, sheet=part.sheet or None)
    at = f"sheet {part.sheet}, row 1" if part.sheet else "row 1"
    ours: dict[str, str] = {}  # our column -> the sheet's
    maps: dict[str, str] = {}
    chosen = {_column(theirs): ours_ for theirs, ours_ in part.columns.items()}
    for theirs, ours_ in chosen.items():
        if theirs not in sheet.data:
            hint = nearest(theirs, sheet.data.columns)
            problems.add(where, f"there is no column '{theirs}', which the map names.", hint, place=at)
        if ours_ != "-" and ours_ not in COLUMNS and ours_ not in frameworks:
            problems.add("the map", f"'{ours_}' is no column of a codebook.", nearest(ours_, [*COLUMNS, *frameworks]))
    between = re.compile(r"\s*" + re.escape(part.between) + r"\s*") if part.between else None
    meanings = _meanings(list(sheet.data.columns))
    if not chosen and set(sheet.data.columns) == MAXQDA[0]:
        between, meanings = between or MAXQDA[1], {"code": "label", "memo": "definition"}
    for column in sheet.data.columns:
        meant = meanings.get(column, "")
        if column in chosen:
            meant = chosen[column]
            if meant == "-":
                continue
            if meant in frameworks:
                maps[meant] = column
                continue
        elif (chosen and (not meant or meant in chosen.values())) or meant == "-":
            continue
        if meant and meant not in ours:
            ours[meant] = column
        elif meant:
            problems.add(where, f"columns '{ours[meant]}' and '{column}' mean the same.", "Keep one.", place=at)
        elif column in {framework.lower() for framework in frameworks}:
            maps[next(framework for framework in frameworks if framework.lower() == column)] = column
        elif column.startswith(FRAMEWORK_SIGN):
            maps[column.removeprefix(FRAMEWORK_SIGN)] = column
        else:
            hint = f"{nearest(column, [*COLUMNS, *frameworks])} A framework's column is headed by its id."
            problems.add(where, f"unknown column '{column}'.", hint, place=at)
    if "label" not in ours:
        problems.add(where, "column 'label' is missing.", nearest("label", sheet.data.columns), place=at)
        return []
    found: list[tuple[dict[str, Any], str]] = []
    for number, line in zip(sheet.rows, sheet.data.to_dict("records"), strict=True):
        cells = {ours_: line[theirs] for ours_, theirs in ours.items()}
        mapped = {framework: line[column] for framework, column in maps.items()}
        if any((*cells.values(), *mapped.values())) and cells["label"] not in part.skip:
            found.append((_entry(cells, mapped), f"row {number}"))
    return [*_made(found, part), *(_with_paths(found, between, part) if between else found)]


def _meanings(columns: list[str]) -> dict[str, str]:
    """Columns that are understood without a map, and what they are (`-`: of no use)."""
    made = {column: column if column in COLUMNS else ALIASES.get(column, "") for column in columns}
    if "code" in made and "label" not in made.values():
        made["code"] = "label"
    if "tag" in made:
        made |= {column: "-" for column in COUNTS if column in made}
    return made


def _with_paths(
    found: list[tuple[dict[str, Any], str]], between: re.Pattern[str], part: Part
) -> list[tuple[dict[str, Any], str]]:
    """Rows whose labels are paths from the top of the tree, each with its own label; what they only name is made."""
    paths = [[name for name in between.split(str(row.get("label") or "")) if name] for row, _ in found]
    there = {_path(names) for names in paths}
    made: list[tuple[dict[str, Any], str]] = []
    for (row, place), names in zip(found, paths, strict=True):
        for depth in range(1, len(names)):
            if _path(names[:depth]) not in there:
                there.add(_path(names[:depth]))
                kind = "subtheme" if depth > 1 or part.top else "theme"
                made.append(({"label": names[depth - 1], "kind": kind, "_path": _path(names[:depth])}, place))
        made.append((row | {"label": names[-1] if names else "", "_path": _path(names)}, place))
    return made


def _path(names: list[str]) -> tuple[str, ...]:
    return tuple(plain(name) for name in names)


def _stand_under_paths(rows: list[dict[str, Any]]) -> None:
    """Rows that came with a path get the one above on it as parent, unless they name another."""
    ids = {row["_path"]: row["id"] for row in rows if row.get("_path")}
    for row in rows:
        path = row.pop("_path", ())
        if len(path) > 1:
            row["parent"] = row.get("parent") or ids[path[:-1]]


def _made(found: list[tuple[dict[str, Any], str]], part: Part) -> list[tuple[dict[str, Any], str]]:
    """The entries that no row of the sheet stands for: its `top`, and parents that it only names."""
    made: list[tuple[dict[str, Any], str]] = [({"label": part.top, "kind": "theme"}, "its `top`")] if part.top else []
    if part.make_parents:
        names = [{plain(str(row.get(key) or "")) for key in ("id", "label")} for row, _ in found]
        times = Counter(name for own in names for name in own)
        there: set[str] = set()
        for own, (row, place) in zip(names, found, strict=True):
            parent = str(row.get("parent") or "")
            stands = times[plain(parent)] > (plain(parent) in own)  # a code of its parent's name is not the parent
            if parent and not stands and plain(parent) not in there:
                there.add(plain(parent))
                made.append(({"label": parent, "kind": "subtheme" if part.top else "theme"}, place))
    return made


def _column(name: str) -> str:
    """A column's name as `read_sheet` gives it."""
    return re.sub(r"\s+", "_", name.strip().lower())


def _entry(line: dict[str, str], cells: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {key: value for key, value in line.items() if value and not key.startswith("example_")}
    examples = {
        kind: split_texts(line[f"example_{kind}"])
        for kind in ("typical", "atypical", "close_but_no")
        if line.get(f"example_{kind}")
    }
    if examples:
        row["examples"] = examples
    if "double_code_with" in row:
        row["double_code_with"] = split(row["double_code_with"])
    if "aliases" in row:
        row["aliases"] = split_texts(row["aliases"])
    for key in ("kind", "direction", "origin"):
        if key in row:
            row[key] = row[key].lower()
    mappings = {
        name: read_mapping_text(cell, known_constructs(name)) for name, cell in cells.items() if cell.strip(" ;")
    }
    if mappings:
        row["mappings"] = mappings
    return row


def make_id(label: str) -> str:
    """An id from a label: lower case, accents off, anything but letters and digits as `_`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", "_", plain.casefold()).strip("_")


def free_id(label: str, taken: Container[str]) -> str:
    """An id made from a label, with a number behind it where that id is taken."""
    code = base = make_id(label) or "code"
    number = 2
    while code in taken:
        code, number = f"{base}_{number}", number + 1
    return code


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    """Each row's id: its own, else made from its label, with a number behind it where that id is taken."""
    taken = {str(row["id"]) for row in rows if row.get("id")}
    made = []
    for row in rows:
        code = str(row.get("id") or "")
        if not code and row.get("label"):
            code = free_id(row["label"], taken)
            taken.add(code)
        made.append(code)
    return made


def _parents(rows: list[dict[str, Any]], places: list[str], where: str, problems: Problems) -> None:
    """Parents that are given as labels become ids."""
    ids = {row.get("id") for row in rows}
    labels: dict[str, list[str]] = {}
    for row in rows:
        if row.get("label"):
            labels.setdefault(plain(row["label"]), []).append(row["id"])
    for row, place in zip(rows, places, strict=True):
        parent = str(row.get("parent") or "")
        if not parent or parent in ids:
            continue
        found = [one for one in labels.get(plain(parent), []) if one != row["id"]]
        if len(found) > 1:
            what = f"code '{row.get('id', '')}': parent '{parent}' is the label of {len(found)} codes."
            problems.add(where, what, f"Write the id: {', '.join(found)}.", place=place)
            row["parent"] = found[0]
        elif found:
            row["parent"] = found[0]


# ---------------------------------------------------------------- writing


def write_codebook_file(codebook: Codebook, path: Path) -> None:
    """Write a version's YAML file. Never over one that is there: released versions are never edited.

    Raises
    ------
    CodebookError
        The file is there already.
    """
    if path.exists():
        raise CodebookError(
            Problem(
                path.name, "this version is there already.", "Versions are never overwritten: give another --version."
            )
        )
    write_text(path, codebook_yaml(codebook))


def codebook_yaml(codebook: Codebook) -> str:
    """The file's text: every field that is filled in, in the order of the model."""
    yaml = YAML()
    yaml.width = 110
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    head: dict[str, Any] = {"name": _text(codebook.name), "version": codebook.version}
    about = {key: getattr(codebook, key) for key in ("title", "description", "date", "notes")}
    head |= {key: _text(value) for key, value in about.items() if value}
    stream = StringIO()
    yaml.dump({**head, "changes": [_filled(_said(change)) for change in codebook.changes]}, stream)
    stream.write("codes:\n")
    for entry in codebook.codes.values():
        one = StringIO()
        yaml.dump([_filled(_row(entry))], one)
        stream.write(one.getvalue())
    return stream.getvalue()


def snippet_yaml(changes: Iterable[_Change], codes: Iterable[Mapping[str, str]]) -> str:
    """Changes and the keys of codes that they change, as they stand in a version's file."""
    yaml = YAML()
    yaml.width = 80
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = StringIO()
    parts = [_filled(dict(code)) for code in codes]
    yaml.dump({"changes": [_filled(_said(change)) for change in changes], "codes": parts}, stream)
    return stream.getvalue()


def _said(change: _Change) -> dict[str, Any]:
    """A change's keys in the order in which people read them."""
    given = change.model_dump()
    return {key: given[key] for key in ("do", "code", "to", "reason", "by", "date", "because") if key in given}


def _row(entry: Entry) -> dict[str, Any]:
    row = entry.model_dump(by_alias=True)
    row["mappings"] = {
        name: [item if item["reason"] else item["construct"] for item in items]
        for name, items in row["mappings"].items()
    }
    return row


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            value = _filled(value)
        elif isinstance(value, list):
            value = [_filled(item) if isinstance(item, dict) else _text(item) for item in value]
        elif isinstance(value, str):
            value = _text(value) if value else value
        if value:
            made[key] = value
    return made


def _text(value: str) -> Any:
    """Plain where YAML's rules leave it the text it is; in quotation marks where they would not; folded where long."""
    if re.fullmatch(r"[+\-.]?[\d.][\d.eExXoO_:+\-]*|~|null|true|false|yes|no|on|off|y|n", value, re.IGNORECASE):
        return DoubleQuotedScalarString(value)
    if len(value) > 100 and "\n" not in value and "  " not in value and not value.startswith(" "):
        return FoldedScalarString(value)
    if "\n" in value and not any(line != line.strip() for line in value.split("\n")):
        return LiteralScalarString(value)
    return value


def column_width(name: str) -> float:
    """How wide a column of the sheet is; a framework's has room for reasons."""
    wide = {"label": 30, "definition": 45, "full_definition": 45}
    texts = name in ("include", "exclude", "notes") or name.startswith("example_")
    return wide.get(name, 35 if texts or name not in COLUMNS else 18)


def write_template(path: Path, *, frameworks: Iterable[str] = ("cfir2022",)) -> None:
    """An empty sheet with headers and lists to choose from, and a second one that explains the columns."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    frameworks = list(frameworks)
    book = Workbook()
    codes = book.active
    codes.title = "Codes"
    names = [*COLUMNS, *frameworks]
    head(codes, [(name, column_width(name), FILLED_IN) for name in names])
    for number, column in enumerate(names, start=1):
        letter = get_column_letter(number)
        choices = {"kind": KINDS, "direction": DIRECTIONS, "origin": ORIGINS}.get(column)
        if choices:
            words = ",".join(word for word in choices if word)
            rule = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=True)
            rule.errorTitle, rule.error = column, f"Choose one of: {words.replace(',', ', ')}"
            rule.add(f"{letter}2:{letter}1000")
            codes.add_data_validation(rule)
        for row in range(2, 101):
            cell = codes.cell(row, number)
            cell.number_format = "@"  # ids such as 1.10 stay text
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    ruled(codes, len(names))
    codes.freeze_panes = "C2"
    printed(codes, paper="A3", wide=2)
    codes.print_title_cols = "A:B"
    help_ = book.create_sheet("Columns")
    told = [("column", "what it is for"), *COLUMNS.items(), *((framework, FRAMEWORK) for framework in frameworks)]
    told.append(("then", "qualcode codebook import THIS_FILE.xlsx makes codebooks/NAME/1.0.0.yaml of the first sheet."))
    for row, (column, text) in enumerate(told, start=1):
        put(help_.cell(row, 1), column)
        put(help_.cell(row, 2), text)
        help_.cell(row, 1).font = font(bold=True, size=11)
        help_.cell(row, 2).font = font(bold=row == 1, size=11)
        for cell in help_[row]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        help_.row_dimensions[row].height = max(18.0, 1.15 * height([(text, 60)]))
    help_.column_dimensions["A"].width, help_.column_dimensions["B"].width = 22, 60
    printed(help_, upright=True)
    write_zip_document(path, book.save)


def check_name(name: str, version: str) -> None:
    """Whether a name and a version can be a folder's and a file's.

    Raises
    ------
    CodebookError
        They cannot.
    """
    problems = Problems()
    if not ID.fullmatch(name) or name.startswith("."):
        problems.add("--name", f"'{name}' cannot be a codebook's name.", "Use letters, digits, '_' and '-'.")
    if not VERSION.fullmatch(version):
        problems.add("--version", f"'{version}' is not a version.", "Write numbers with dots: 1.0.0.")
    problems.raise_if_any(CodebookError)

"""Pieces of Word, Excel and PowerPoint files: every part, what is hidden, deleted or said beside the text too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zipfile import ZipFile

from qualcode.leaks.markup import WORTH, attribute_piece, local, parse_xml, tree_pieces
from qualcode.leaks.pieces import Piece, named
from qualcode.leaks.values import date_piece, number_piece

_WORD_PARTS = {"document": "", "comments": "comment", "footnotes": "footnote", "endnotes": "endnote"}
# elements whose `val` people write; elsewhere it is a word from a list of the program's own (fonts, built-in styles)
_VALUES_WITH_WORDS = frozenset(
    ("tag", "alias", "docvar", "statustext", "helptext", "default", "caption", "name", "text")
)
_WORDML = "{http://schemas.openxmlformats.org/wordprocessingml/"
_ATTRIBUTES_WITH_WORDS = frozenset(
    [
        "val",
        "author",
        "initials",
        "name",
        "instr",
        "tooltip",
        "anchor",
        "docLocation",
        "tgtFrame",
        "userId",
        "alias",
        "title",
        "descr",
    ]
)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_HEADER_CODE = re.compile(r'&(?:"[^"]*"|[LCRPNDTZFAGSXYBIUE]|K[0-9A-F]{6}|K\d\d[+-]\d{3}|\d+)')


def part_pieces(name: str, data: bytes, archive: ZipFile) -> Iterator[Piece]:
    """The pieces of one XML part of an Office file."""
    low = name.lower()
    stem = low.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    if low.startswith("docprops/"):
        yield from _properties(data)
    elif low.endswith(".rels"):
        for one in parse_xml(data):
            if isinstance(one.tag, str):
                yield Piece("link", one.get("Target", ""), name=True)
    elif low.startswith("xl/") and stem.startswith("sharedstrings"):
        yield from _shared_strings(data, archive)
    elif low.startswith("xl/worksheets/") and "/" not in low.removeprefix("xl/worksheets/"):
        yield from _sheet(name, data, archive)
    elif low.startswith("xl/styles") or stem.startswith(("fonttable", "theme")) or low == "[content_types].xml":
        return
    elif low.startswith(("xl/", "customxml/")):
        yield from _plain(_shown(name, archive), data)
    else:
        yield from _running_text(name, data)


def _properties(data: bytes) -> Iterator[Piece]:
    for element in parse_xml(data).iter():
        if isinstance(element.tag, str):
            if element.text and element.text.strip():
                owner = element.getparent()
                prop = element.get("name") or (owner.get("name") if owner is not None else None) or local(element.tag)
                yield Piece(named("property", prop), element.text)
            if element.get("name"):
                yield Piece("property's name", element.get("name"), name=True)


# ---------------------------------------------------------------- Word and PowerPoint


def _running_text(name: str, data: bytes) -> Iterator[Piece]:
    """Paragraphs, with their runs joined: as they stand, and once more as they were before changes that are tracked."""
    root = parse_xml(data)
    stem = re.sub(r"\d+$", "", name.rsplit("/", 1)[-1].rsplit(".", 1)[0].lower())
    number = re.findall(r"\d+", name.rsplit("/", 1)[-1])
    what = _WORD_PARTS.get(stem, f"{stem} {number[0]}" if number else stem)
    here = "before the text"
    places = _Places(root)
    for element in root.iter():
        if not isinstance(element.tag, str):
            if "Comment" in type(element).__name__ and (element.text or "").strip():
                yield Piece(f"{what or 'text'}, XML comment", element.text)
            continue
        tag = local(element.tag)
        if tag == "p":
            here = places.of(element)
            yield from _paragraph(f"{what}, {here}" if what else here, element)
        place = f"{what}, {here}" if what else here
        for attribute, value in element.attrib.items():
            own, attribute = attribute.startswith(_WORDML), local(attribute)
            if own and attribute == "val" and (tag.lower() not in _VALUES_WITH_WORDS or _built_in(element)):
                continue
            if (own and attribute not in _ATTRIBUTES_WITH_WORDS) or tag in ("lsdException", "latentStyles", "font"):
                continue
            yield from attribute_piece(place, attribute, value)
        if tag not in ("t", "delText", "instrText", "p") and element.text and element.text.strip():
            yield Piece(f"{place}, {tag}", element.text)


class _Places:
    """Where paragraphs stand: `paragraph 4` outside of tables, `table 2, row 3, cell 1` inside."""

    def __init__(self, root: Any) -> None:
        self.tables = {table: number for number, table in enumerate(root.iter("{*}tbl"), start=1)}
        self.outside = 0

    def of(self, paragraph: Any) -> str:
        cell = row = None
        for one in paragraph.iterancestors():
            tag = local(one.tag)
            if tag == "tc" and cell is None:
                cell = one
            elif tag == "tr" and row is None:
                row = one
            elif one in self.tables and row is not None and cell is not None:
                at_row = sum(local(before.tag) == "tr" for before in row.itersiblings(preceding=True)) + 1
                at_cell = sum(local(before.tag) == "tc" for before in cell.itersiblings(preceding=True)) + 1
                return f"table {self.tables[one]}, row {at_row}, cell {at_cell}"
        self.outside += 1
        return f"paragraph {self.outside}"


def _built_in(element: Any) -> bool:
    """Whether an element is the name of a style that Word brings with it."""
    style = element.getparent()
    return (
        style is not None
        and local(style.tag) == "style"
        and not any(local(key) == "customStyle" and value in ("1", "true") for key, value in style.attrib.items())
    )


def _paragraph(place: str, paragraph: Any) -> Iterator[Piece]:
    now: list[str] = []
    before: list[str] = []
    fields: list[str] = []
    for element in paragraph.iter():
        if not isinstance(element.tag, str):
            continue
        tag = local(element.tag)
        inside = [local(one.tag) for one in element.iterancestors()]
        if tag != "p" and "p" in inside and inside.index("p") != _depth(element, paragraph):
            continue  # of a paragraph inside this one (a text box)
        text = element.text or ""
        if tag == "t":
            if not any(one in ("ins", "moveTo") for one in inside):
                before.append(text)
            if "moveFrom" not in inside:
                now.append(text)
        elif tag == "delText":
            before.append(text)
        elif tag == "instrText":
            fields.append(text)
        elif tag in ("tab", "br", "cr", "noBreakHyphen"):
            sign = "-" if tag == "noBreakHyphen" else " "
            now.append(sign)
            before.append(sign)
    if "".join(now).strip():
        yield Piece(place, "".join(now))
    if before != now and "".join(before).strip():
        yield Piece(f"{place}, text that was deleted", "".join(before))
    if fields:
        yield Piece(f"{place}, field", "".join(fields))


def _depth(element: Any, paragraph: Any) -> int:
    depth = 0
    for one in element.iterancestors():
        if one is paragraph:
            return depth
        depth += 1
    return depth


# ---------------------------------------------------------------- Excel


def _shown(name: str, archive: ZipFile) -> str:
    if name == "xl/workbook.xml":
        return "workbook"
    sheets = _sheet_of_part(archive).get(name)
    part = re.sub(r"\d+$", "", name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return named("sheet", sheets) + f", {part}" if sheets else part


def _plain(place: str, data: bytes) -> Iterator[Piece]:
    """A part of a workbook that is no sheet: sheet names, defined names, comments, drawings, lists, links."""
    root = parse_xml(data)
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        tag = local(element.tag)
        if (tag in ("comment", "threadedComment", "si", "p", "text") and tag != "text") or tag == "r":
            text = "".join(
                one.text or "" for one in element.iter() if isinstance(one.tag, str) and local(one.tag) in ("t", "text")
            )
            at = f", cell {element.get('ref')}" if element.get("ref") else ""
            if text.strip():
                yield Piece(f"{place}{at}, {tag}" if tag != "r" else place, text)
        elif element.text and element.text.strip() and tag not in ("t",):
            what = named("defined name", element.get("name", "")) if tag == "definedName" else tag
            yield Piece(f"{place}, {what}", element.text)
        for attribute, value in element.attrib.items():
            attribute = local(attribute)
            if attribute in ("val", "typeface", "lastEdited", "uri", "prst") or tag == "font":
                continue
            what = {"sheet": "sheet's name", "definedName": "defined name"}.get(tag, f"{tag}, {attribute}")
            if WORTH.search(value):
                yield Piece(f"{place}, {what}", value, name=attribute in ("name", "displayName"))


def _shared_strings(data: bytes, archive: ZipFile) -> Iterator[Piece]:
    cells: dict[int, str] = {}

    def place(number: int) -> str:
        if not cells:
            cells.update(_cells_of_strings(archive))
        return cells.get(number, f"text {number + 1}, which no cell shows")

    for number, item in enumerate(one for one in parse_xml(data) if isinstance(one.tag, str)):
        runs = [one.text or "" for one in item.iter() if isinstance(one.tag, str) and local(one.tag) == "t"]
        text = "".join(runs)
        if text.strip():
            yield Piece(lambda _, number=number: place(number), text)  # type: ignore[misc]


def _cells_of_strings(archive: ZipFile) -> dict[int, str]:
    """The first cell that shows each shared text."""
    found: dict[int, str] = {}
    for part, sheet in _sheet_names(archive).items():
        for cell in parse_xml(archive.read(part)).iter("{*}c"):
            value = cell.find("{*}v")
            if cell.get("t") == "s" and value is not None and (value.text or "").isdigit():
                found.setdefault(int(value.text), f"{named('sheet', sheet)}, cell {cell.get('r')}")
    return found


def _sheet(name: str, data: bytes, archive: ZipFile) -> Iterator[Piece]:
    """A sheet: texts and formulas in its cells, what is printed above and below, lists and messages of its cells."""
    where = named("sheet", _sheet_names(archive).get(name, name.rsplit("/", 1)[-1]))
    values = _Values(archive)
    for element in parse_xml(data).iter():
        if not isinstance(element.tag, str):
            continue
        tag = local(element.tag)
        if tag == "c":
            place = f"{where}, cell {element.get('r')}"
            kind = element.get("t", "n")
            for part in element:
                inner = local(part.tag) if isinstance(part.tag, str) else ""
                if inner == "f" and part.text:
                    yield Piece(f"{place}, formula", part.text)
                elif inner == "v" and part.text and kind == "str":
                    yield Piece(place, part.text)
                elif inner == "v" and part.text and kind in ("n", "d"):
                    yield from values.pieces(place, part.text, element.get("s", "0"))
                elif inner == "is":
                    text = "".join(one.text or "" for one in part.iter("{*}t"))
                    yield Piece(place, text)
        elif tag in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
            if element.text:
                yield Piece(f"{where}, {tag}", _HEADER_CODE.sub(" ", element.text))
                yield Piece(f"{where}, {tag}", _HEADER_CODE.sub("", element.text))
        elif tag not in ("v", "t", "f", "r", "row", "col", "is", "rPr") and element.text and element.text.strip():
            yield Piece(f"{where}, {tag}", element.text)
        if tag in ("c", "row", "col", "sheetFormatPr", "pageSetup", "pageMargins", "sheetView", "selection", "pane"):
            continue
        for attribute, value in element.attrib.items():
            if WORTH.search(value):
                yield Piece(f"{where}, {tag}, {local(attribute)}", value)


class _Values:
    """Numbers in the cells of a workbook; which of them are dates is told by how their cells are shown."""

    def __init__(self, archive: ZipFile) -> None:
        from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

        names = set(archive.namelist())
        self._dates = _date_styles(archive.read("xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
        book = parse_xml(archive.read("xl/workbook.xml")) if "xl/workbook.xml" in names else ()
        since_1904 = any(
            one.get("date1904") in ("1", "true")
            for one in book
            if isinstance(one.tag, str) and local(one.tag) == "workbookPr"
        )
        self._first = MAC_EPOCH if since_1904 else WINDOWS_EPOCH

    def pieces(self, place: str, value: str, style: str) -> Iterator[Piece]:
        """What a number says, and the day that it says where it is shown as one."""
        day = self._day(value, style)
        if day is not None:
            yield date_piece(place, day)
        else:
            yield from number_piece(place, value)

    def _day(self, value: str, style: str) -> date | None:
        from openpyxl.utils.datetime import from_excel

        if _ISO_DAY.match(value):
            try:
                return date.fromisoformat(value[:10])
            except ValueError:  # no day of the calendar
                return None
        if style not in self._dates:
            return None
        try:
            found = from_excel(float(value), self._first)
        except (ValueError, OverflowError):  # beyond the calendar
            return None
        return found.date() if isinstance(found, datetime) else None


def _date_styles(styles: bytes) -> frozenset[str]:
    """The numbers of the styles in which a workbook shows dates."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

    root = parse_xml(styles)
    formats = dict(BUILTIN_FORMATS)
    formats |= {int(one.get("numFmtId", "0")): one.get("formatCode", "") for one in root.iter("{*}numFmt")}
    shown = [int(one.get("numFmtId", "0")) for kept in root.iterfind("{*}cellXfs") for one in kept.iterfind("{*}xf")]
    # 27 to 36 and 50 to 58 are dates in the Excel of East Asia, and have no code (ECMA-376, part 1, 18.8.30)
    return frozenset(
        str(at)
        for at, number in enumerate(shown)
        if is_date_format(formats.get(number, "")) or 27 <= number <= 36 or 50 <= number <= 58
    )


def _sheet_names(archive: ZipFile) -> dict[str, str]:
    """The name of the sheet that each part holds."""
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return {}
    target = {one.get("Id"): one.get("Target", "") for one in parse_xml(archive.read("xl/_rels/workbook.xml.rels"))}
    found = {}
    for sheet in parse_xml(archive.read("xl/workbook.xml")).iter("{*}sheet"):
        link = next((value for key, value in sheet.attrib.items() if local(key) == "id"), "")
        to = target.get(link, "")
        part = to.lstrip("/") if to.startswith("/") else f"xl/{to}"
        if part in names:
            found[part] = sheet.get("name", "")
    return found


def _sheet_of_part(archive: ZipFile) -> dict[str, str]:
    """The sheet that a comment, drawing or list belongs to."""
    found = {}
    for part, sheet in _sheet_names(archive).items():
        folder, _, file = part.rpartition("/")
        links = f"{folder}/_rels/{file}.rels"
        if links in archive.namelist():
            for one in parse_xml(archive.read(links)):
                to = one.get("Target", "") if isinstance(one.tag, str) else ""
                path = to.lstrip("/") if to.startswith("/") else re.sub(r"[^/]+/\.\./", "", f"{folder}/{to}")
                found[path] = sheet
    return found


def vml_pieces(place: str, data: bytes) -> Iterator[Piece]:
    """An old drawing, where it is XML (boxes of Excel's comments)."""
    for piece in tree_pieces(parse_xml(data), None):
        yield piece._replace(place=f"{place}, {piece.at(0)}")

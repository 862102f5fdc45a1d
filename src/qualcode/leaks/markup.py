"""Pieces of markup: web pages, drawings, XML of any kind. Text that is parted by tags alone is one piece."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from qualcode.leaks.pieces import Piece, UncheckedError

_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "button",
        "caption",
        "center",
        "col",
        "colgroup",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frame",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "link",
        "main",
        "menu",
        "meta",
        "nav",
        "noscript",
        "ol",
        "optgroup",
        "option",
        "p",
        "param",
        "pre",
        "script",
        "search",
        "section",
        "select",
        "style",
        "summary",
        "table",
        "tbody",
        "td",
        "template",
        "textarea",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "track",
        "ul",
        "svg",
        "text",
        "desc",
        "metadata",
        "g",
    ]
)
_BREAKS = frozenset(("br", "tab", "cr"))
# attributes that hold numbers, or what a program takes from a list of its own (fonts have people's names)
_NO_WORDS = frozenset(
    [
        "d",
        "points",
        "transform",
        "x",
        "y",
        "x1",
        "x2",
        "y1",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "viewbox",
        "version",
        "xmlns",
        "fill",
        "stroke",
        "offset",
        "dx",
        "dy",
        "rotate",
        "colspan",
        "rowspan",
        "charset",
        "lang",
        "dir",
        "align",
        "valign",
        "font-family",
        "font-size",
        "ascii",
        "hansi",
        "cs",
        "eastasia",
        "typeface",
        "class",
        "clip-path",
        "fill-opacity",
        "stroke-width",
        "stroke-dasharray",
        "text-anchor",
        "space",
    ]
)
# a value that may hold a name or a number worth a look
WORTH = re.compile(r"[^\W\d_]|(?:\d\D{0,3}){6}")
_FONTS = re.compile(r"(?i)font(?:-family)?\s*:[^;}]*")


def html_pieces(data: bytes) -> Iterator[Piece]:
    """A web page: its text by block, comments, attributes, scripts, styles."""
    from lxml import html

    if not data.strip():
        return
    try:
        root = html.document_fromstring(data, parser=html.HTMLParser(encoding=_encoding(data), huge_tree=True))
    except Exception as error:
        raise UncheckedError(f"it cannot be read as a web page ({type(error).__name__})") from error
    yield from tree_pieces(root, _BLOCKS)


def xml_pieces(data: bytes, *, blocks: Collection[str] | None = None) -> Iterator[Piece]:
    """XML, SVG too: by default each element that has text of its own is a piece; those of `blocks` hold all that is in them."""
    yield from tree_pieces(parse_xml(data), _BLOCKS if blocks is None and b"<svg" in data[:5000] else blocks)


def parse_xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities="internal", no_network=True, huge_tree=True, remove_blank_text=False)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UncheckedError(f"it cannot be read as XML ({type(error).__name__})") from error


def _encoding(data: bytes) -> str | None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None  # as the page says
    return "utf-8"


def tree_pieces(root: Any, blocks: Collection[str] | None) -> Iterator[Piece]:
    """The text, comments and attributes of a tree. `blocks` None: every element is a block."""
    parts: list[str] = []
    begun = 1

    def flush() -> Iterator[Piece]:
        text = "".join(parts)
        parts.clear()
        if text.strip():
            yield Piece(f"line {begun}", text)

    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, closing = stack.pop()
        kind = element.tag
        if closing:
            if _block(kind, blocks):
                yield from flush()
            if element.tail and element is not root:
                begun = begun if parts else element.sourceline or begun
                parts.append(element.tail)
            continue
        stack.append((element, True))
        line = element.sourceline or begun
        if not isinstance(kind, str):  # a comment, a processing instruction, an entity
            text = element.text or ""
            if "Entity" in type(element).__name__:
                parts.append(text)
            elif text.strip():
                yield Piece(f"line {line}, comment", text)
            continue
        name = local(kind)
        if _block(kind, blocks):
            yield from flush()
        if name in _BREAKS:
            parts.append(" ")
        for attribute, value in element.attrib.items():
            yield from attribute_piece(f"line {line}", local(attribute), value)
        if not parts:
            begun = line
        if element.text:
            parts.append(_FONTS.sub(" ", element.text) if name == "style" else element.text)
        stack += [(child, False) for child in reversed(element)]
    yield from flush()


def attribute_piece(place: str, name: str, value: str) -> Iterator[Piece]:
    if name.lower() in _NO_WORDS or not WORTH.search(value):
        return
    if value.startswith("data:"):
        yield from _embedded(place, value)
        return
    value = _FONTS.sub(" ", value) if name == "style" else value
    yield Piece(f"{place}, attribute {name}", value, name=name in ("id", "name", "href", "src"))


def _embedded(place: str, value: str) -> Iterator[Piece]:
    """A picture or a file inside an address (`data:image/png;base64,…`)."""
    import base64
    import binascii
    from urllib.parse import unquote_to_bytes

    from qualcode.leaks.files import data_pieces
    from qualcode.leaks.pieces import within

    head, _, body = value.partition(",")
    try:
        data = base64.b64decode(unquote_to_bytes(body)) if ";base64" in head else unquote_to_bytes(body)
    except (binascii.Error, ValueError):
        yield Piece(place, value)
        return
    kind = re.sub(r"^data:[^/;,]*/?([^;,+]*).*$", r"\1", head) or "txt"
    yield from within(f"{place}, embedded", data_pieces(data, f"embedded.{kind}"))


def _block(kind: object, blocks: Collection[str] | None) -> bool:
    return isinstance(kind, str) and (blocks is None or local(kind).lower() in blocks)


def local(name: str) -> str:
    """`descr` for `{namespace}descr`."""
    return name.rsplit("}", 1)[-1]

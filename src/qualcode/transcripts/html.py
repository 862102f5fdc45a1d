"""Web pages (.html, .htm): what Word, Google Docs, LibreOffice, noScribe and oTranscribe save as a page."""

from __future__ import annotations

import re
from typing import Any

from qualcode.transcripts.cleaning import decode
from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, UnreadableError, counted
from qualcode.transcripts.paragraphs import Paragraphs

NAME = "html"
ENDINGS = (".html", ".htm", ".xhtml")
LARGEST = 32_000_000

_AGAIN = "Save the page again from the program that made it, best as .docx."
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w.:-]{2,30})", re.I)
_SKIPPED = {
    "head", "script", "style", "template", "noscript", "svg", "math", "nav", "select", "button", "textarea", "iframe",
    "object", "audio", "video", "canvas", "title",
}  # fmt: skip
_BLOCKS = {
    "p", "div", "li", "ul", "ol", "section", "article", "blockquote", "dd", "dt", "dl", "pre", "hr", "header", "footer",
    "main", "figure", "figcaption", "address", "details", "summary", "form", "fieldset", "center", "body", "aside",
    "h1", "h2", "h3", "h4", "h5", "h6", "caption", "legend",
}  # fmt: skip
_NOTES = re.compile(r"mso-element:\s*(?:foot|end)note(?:\s|;|\"|$)|sd(?:foot|end)note(?!anc|sym)", re.I)
_REFERENCE = re.compile(r"sd(?:foot|end)note(?:anc|sym)|Mso(?:Foot|End)noteReference|MsoCommentReference", re.I)
_COMMENT = re.compile(r"mso-element:\s*comment(?!-list)|MsoCommentText", re.I)
_GOOGLE_REFERENCE = re.compile(r"(?:cmnt|ftnt)_ref\d+$")  # Google Docs: `[a]` in the text, and the comment at the end
_GOOGLE_NOTE = re.compile(r"(cmnt|ftnt)\d+$")
_BOLD = re.compile(r"font-weight:\s*(?:bold|[6-9]00)", re.I)
_HIDDEN = re.compile(r"display:\s*none|visibility:\s*hidden|mso-hide:\s*all", re.I)


def recognise(data: bytes) -> bool:
    """The first tag is a page's."""
    head = data[:3000].removeprefix(b"\xef\xbb\xbf").lstrip()
    head = re.sub(rb"^(?:<\?xml[^>]*\?>|<!--.*?-->|\s)+", b"", head, flags=re.S)
    return re.match(rb"<(?:!doctype\s+html|html|head|body|meta)\b", head, re.I) is not None


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a web page: paragraphs, list items and line breaks part lines; tables as in Word documents.

    Deletions (`<del>`), hidden text, comments, notes and everything that is not text are out (and counted).
    """
    if len(data) > LARGEST:
        raise UnreadableError(f"this page is larger than any interview ({LARGEST // 1_000_000} MB).", _AGAIN)
    text, notes = decode(_utf8(data))
    root = parse_page(text, _AGAIN)
    walk = _Page(google="cmnt_ref" in text or "ftnt_ref" in text)
    walk.run(root)
    if re.search(r"<html\b", text[:5000], re.I) and not re.search(r"</html\s*>", text[-5000:], re.I):
        notes.append("HTML: the page has no end: look whether it is whole")
    transcript = require_words(read_lines(walk.page.lines, options))
    if walk.edges:
        notes.append(f"{counted(walk.edges, 'running head')} left out")
    transcript.notes[:0] = notes + walk.page.told()
    return transcript


def _utf8(data: bytes) -> bytes:
    """The bytes in UTF-8, where the page itself says what they are in."""
    said = _CHARSET.search(data[:4000])
    if said is None or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return data
    name = said[1].decode("ascii", "replace").lower()
    try:
        # pages that say latin-1 are in Windows-1252, as browsers have it
        text = data.decode("cp1252" if name in ("iso-8859-1", "latin-1", "latin1", "us-ascii") else name)
    except (LookupError, UnicodeDecodeError):
        return data
    return text.encode("utf-8", "replace")


def parse_page(text: str, again: str) -> Any:
    """The root of HTML, as browsers would mend it; nothing is fetched."""
    from lxml import etree

    parser = etree.HTMLParser(
        no_network=True, recover=True, remove_comments=True, remove_pis=True, encoding="utf-8", huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableError("this page is damaged or not whole.", again) from error
    if root is None:
        raise UnreadableError("there are no words in this file.", again)
    return root


class _Page:
    """One walk over a page, without recursion. `tables` are those that are open: rows, the row, the page around them."""

    def __init__(self, *, google: bool = False) -> None:
        self.page = Paragraphs()
        self.google = google  # there are comments or notes as Google Docs writes them
        self.tables: list[tuple[list[list[list[Line]]], list[Paragraphs]]] = []
        self.pre = 0
        self.edges = 0
        self.strong = 0  # how many elements that are open make letters bold

    def run(self, root: Any) -> None:
        from lxml import etree

        walk = etree.iterwalk(root, events=("start", "end"))
        skipped: set[Any] = set()
        for event, node in walk:
            tag = node.tag if isinstance(node.tag, str) else ""
            if event == "start":
                if self.left_out(node, tag):
                    walk.skip_subtree()
                    skipped.add(node)
                    continue
                self.start(tag)
                self.strong += _in_bold(node, tag)
                self.say(node.text)
            else:
                if node in skipped:
                    skipped.discard(node)
                else:
                    self.strong -= _in_bold(node, tag)
                    self.end(tag)
                self.say(node.tail)
        self.page.end_paragraph()

    def left_out(self, node: Any, tag: str) -> bool:
        if tag in _SKIPPED or not tag:
            return True
        if tag == "del":
            self.page.deleted += 1
            return True
        about = f"{node.get('style') or ''} {node.get('class') or ''} {node.get('id') or ''}"
        if _NOTES.search(about):
            self.page.notes += 1
            return True
        if _COMMENT.search(about):
            self.page.comments += 1
            return True
        if tag == "a" and _GOOGLE_REFERENCE.match(node.get("id") or ""):
            return True
        first = node.find(".//a") if self.google and tag in ("div", "p") else None
        aside = _GOOGLE_NOTE.match(first.get("id") or "") if first is not None else None
        if aside:
            self.page.comments += aside[1] == "cmnt"
            self.page.notes += aside[1] == "ftnt"
            return True
        if tag == "div" and node.get("title") in ("header", "footer"):  # as LibreOffice writes them
            self.edges += 1
            return True
        if _REFERENCE.search(about):
            return True
        if node.get("hidden") is not None or _HIDDEN.search(node.get("style") or ""):
            self.page.hidden += bool("".join(node.itertext()).strip())
            return True
        return False

    def start(self, tag: str) -> None:
        if tag == "br":
            self.page.parts.append("\n")
        elif tag == "table":
            self.break_()
            self.tables.append(([], [self.page]))
        elif tag == "tr" and self.tables:
            self.tables[-1][0].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1][0]:
            self.tables[-1][1].append(self.page)
            self.page = Paragraphs()
        elif tag in _BLOCKS:
            self.break_()
            self.page.heading = bool(re.fullmatch(r"h[1-6]", tag))
            self.pre += tag == "pre"

    def end(self, tag: str) -> None:
        if tag == "table" and self.tables:
            rows, outer = self.tables.pop()
            self.page = outer[0]
            self.page.grid(rows)
        elif tag in ("td", "th") and self.tables and len(self.tables[-1][1]) > 1:
            self.page.end_paragraph()
            cell = self.page
            self.page = self.tables[-1][1].pop()
            self.page.count_in(cell)
            self.tables[-1][0][-1].append(cell.lines)
        elif tag in _BLOCKS:
            self.break_(empty=tag == "p")
            self.page.heading = False
            self.pre -= tag == "pre"

    def break_(self, *, empty: bool = False) -> None:
        """The end of a paragraph. One without words is a gap if it was written as a paragraph or a line break."""
        text = "".join(self.page.parts)
        if text.strip() or "\n" in text or empty:
            self.page.end_paragraph()
        else:
            self.page.parts, self.page.bold = [], set()

    def say(self, text: str | None) -> None:
        if text:
            self.page.add(text if self.pre else re.sub(r"[ \t\r\n\f]+", " ", text), bold=self.strong > 0)


def _in_bold(node: Any, tag: str) -> bool:
    return tag in ("b", "strong") or (tag == "span" and _BOLD.search(node.get("style") or "") is not None)

"""Rich text (.rtf; also what some programs call .doc): paragraphs in order, as the text reads with all changes accepted.

The control words that open something other than the text, and the code pages of fonts, are striprtf's lists. Its own
reading is not used: it takes deleted and hidden text for words, parts surrogate pairs, adds the addresses of links and
leaves text boxes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from striprtf.striprtf import charset_map, destinations

from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.paragraphs import Paragraphs

NAME = "rtf"
ENDINGS = (".rtf",)

_DEEPEST, _MOST = 5_000, 8_000_000  # nested groups, and pieces in all: more than any document has
_AGAIN = "Open it in Word or LibreOffice and save it again, best as .docx."
_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<arg>-?\d{1,10})?[ ]?|\\'(?P<hex>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z'])"
    r"|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)|(?P<odd>\\'?)"
)
_OPEN = {"shp", "shpinst", "shpgrp", "field", "fldrslt", "object", "objattph"}  # text may be inside these
_ASIDE = (frozenset(destinations) | {"listtext", "pntext", "shprslt", "nonshppict", "listtables", "pgdsc"}) - _OPEN
_SIGNS = {"~": "\u00a0", "-": "\u00ad", "_": "\u2011", "{": "{", "}": "}", "\\": "\\"}
_WORDS = {
    "tab": "\t", "emdash": "—", "endash": "–", "emspace": "\u2003", "enspace": "\u2002", "qmspace": "\u2005",
    "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "line": "\n", "lbr": "\n",
    "softline": " ",
}  # fmt: skip
_SETS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850", "ansi": "cp1252"}


def recognise(data: bytes) -> bool:
    """The file begins with `{\\rtf`."""
    return data[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{\\rtf")


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a rich text document.

    Deletions, hidden text, comments, notes, headers and footers are out (and counted); list numbers, which the program
    makes, too; text boxes follow the paragraph they are tied to; tables as in Word documents.

    Raises
    ------
    UnreadableError
        The file ends before its last group does, or is no document that any program wrote.
    """
    walk = _Reader(data.decode("latin-1"))
    walk.run()
    transcript = require_words(read_lines(walk.page.lines, options))
    transcript.notes[:0] = walk.page.told()
    return transcript


@dataclass(frozen=True)
class _State:
    """What holds inside a group. `aside`: its text is not the document's; `into`: what its text is instead."""

    skip: int = 1
    aside: bool = False
    into: str = ""
    hidden: bool = False
    deleted: bool = False
    bold: bool = False
    font: str = ""
    star: bool = False


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.state = _State()
        self.stack: list[_State] = []
        self.page = Paragraphs()
        self.outer: list[tuple[int, Paragraphs, _Table, bool]] = []  # what waits while a text box is read
        self.boxes: list[Line] = []
        self.table = _Table()
        self.in_table = False
        self.code_page, self.fonts = "cp1252", dict[str, str]()
        self.font = ""
        self.headings: set[str] = set()
        self.style = ""
        self.bytes = bytearray()
        self.left = 0
        self.was_hidden = self.was_deleted = False

    # ------------------------------------------------------------ the file

    def run(self) -> None:
        at, number, whole = 0, 0, False
        while at < len(self.text) and not whole:
            for token in _TOKEN.finditer(self.text, at):
                at = token.end()
                number += 1
                if token["hex"] is None and self.bytes:
                    self.flush()
                if token["brace"] == "{":
                    self.stack.append(self.state)
                    self.left = 0
                    if len(self.stack) > _DEEPEST or number > _MOST:
                        raise UnreadableError("this rich text document is nested like no document.", _AGAIN)
                elif token["brace"] == "}":
                    self.close()
                    if not self.stack:
                        whole = True
                        break
                elif token["word"] is not None:
                    if token["word"] == "bin":
                        at += max(0, int(token["arg"] or 0))  # so many bytes of a picture, whatever they look like
                        break
                    self.word(token["word"], token["arg"])
                elif token["hex"] is not None:
                    if self.left:
                        self.left -= 1
                    elif not self.state.aside:
                        self.bytes.append(int(token["hex"], 16))
                elif token["sign"] is not None:
                    self.sign(token["sign"])
                elif token["text"] is not None:
                    text = token["text"][self.left :]
                    self.left = max(0, self.left - len(token["text"]))
                    if text:
                        self.say(self.decoded(text.encode("latin-1")) if not text.isascii() else text)
                if number > _MOST:
                    raise UnreadableError("this rich text document is larger than any interview.", _AGAIN)
        if not whole:
            raise UnreadableError("this rich text document is damaged or not whole.", _AGAIN)
        self.paragraph(in_table=False)
        self.flush_table()

    def close(self) -> None:
        """The end of a group."""
        self.left = 0
        self.state = self.stack.pop() if self.stack else _State()
        while self.outer and len(self.stack) < self.outer[-1][0]:  # the text box is over
            self.page.end_paragraph()
            self.flush_table()
            box = self.page
            _, self.page, self.table, self.in_table = self.outer.pop()
            self.page.count_in(box)
            self.boxes += box.lines

    def flush(self) -> None:
        raw, self.bytes = bytes(self.bytes), bytearray()
        self.say(self.decoded(raw))

    def decoded(self, raw: bytes) -> str:
        name = self.fonts.get(self.state.font or self.font, self.code_page)
        try:
            return raw.decode(name, "replace")
        except LookupError:
            return raw.decode("cp1252", "replace")

    def sign(self, sign: str) -> None:
        self.left = 0
        if sign == "*":
            self.state = replace(self.state, star=True)
        elif sign in "\r\n":
            self.word("par", None)
        else:
            self.say(_SIGNS.get(sign, ""))

    def say(self, text: str) -> None:
        state = self.state
        if state.into == "stylesheet":
            self.named(text)
        elif state.aside or not text:
            return
        elif state.deleted:
            self.page.deleted += not self.was_deleted
            self.was_deleted = True
        elif state.hidden:
            self.page.hidden += not self.was_hidden
            self.was_hidden = True
        else:
            self.was_deleted = self.was_hidden = False
            self.page.add(text, bold=state.bold)

    # ------------------------------------------------------------ control words

    def word(self, word: str, arg: str | None) -> None:
        self.left = 0
        state = self.state
        if word in _ASIDE or (state.star and word not in _OPEN):
            self.open(word)
        elif word in _OPEN:
            self.state = replace(state, star=False)
        elif word == "uc":
            self.state = replace(state, skip=min(int(arg or 1), 100) if (arg or "1")[0] != "-" else 0)
        elif state.into == "fonttbl" and word in ("f", "fcharset"):
            if word == "f":
                self.font = arg or ""
            elif arg is not None:
                self.fonts[self.font] = charset_map.get(int(arg), self.code_page)
        elif state.into == "stylesheet" and word == "s":
            self.style = arg or ""
        elif word == "ansicpg" and arg:
            self.code_page = {"65001": "utf-8", "10000": "mac_roman"}.get(arg, f"cp{arg}")
        elif word in _SETS and len(self.stack) == 1:
            self.code_page = _SETS[word]
        elif word == "deff":
            self.font = arg or ""
        elif state.aside:
            return
        elif word == "u" and arg is not None:
            code = int(arg) + (0x10000 if arg.startswith("-") else 0)
            self.say(chr(code) if 0 <= code <= 0x10FFFF else "\ufffd")
            self.left = self.state.skip
        elif word in _WORDS:
            self.say(_WORDS[word])
        else:
            self.layout(word, arg)

    def open(self, word: str) -> None:
        """A group that is something else than the text."""
        if not self.state.aside:
            self.page.comments += word == "annotation"
            self.page.notes += word == "footnote"
        if word == "shptxt" and not self.state.aside:
            self.outer.append((len(self.stack), self.page, self.table, self.in_table))
            self.page, self.table, self.in_table = Paragraphs(), _Table(), False
            self.state = replace(self.state, star=False)
            return
        into = word if word in ("fonttbl", "stylesheet") else self.state.into
        self.state = replace(self.state, aside=True, into=into, star=False)

    def layout(self, word: str, arg: str | None) -> None:
        on = arg != "0"
        if word in ("par", "sect", "page", "column"):
            self.paragraph(in_table=self.in_table)
        elif word in ("cell", "nestcell"):
            if word == "cell":
                self.page.end_paragraph()
                self.table.cell(self.page)
            else:
                self.page.end_paragraph()
        elif word == "row":
            self.table.end_row()
        elif word == "intbl":
            self.in_table = True
            if not self.table.open:
                self.table.begin(self.page)
        elif word == "pard":
            self.in_table = False
            self.page.heading = False
        elif word == "plain":
            self.state = replace(self.state, hidden=False, deleted=False, bold=False)
        elif word == "b":
            self.state = replace(self.state, bold=on)
        elif word == "v":
            self.state = replace(self.state, hidden=on)
        elif word == "deleted":
            self.state = replace(self.state, deleted=on)
        elif word == "f":
            self.state = replace(self.state, font=arg or "")
        elif word == "outlinelevel":
            self.page.heading = arg != "9"
        elif word == "s":
            self.page.heading = (arg or "") in self.headings

    def named(self, text: str) -> None:
        """A style's name: headings and titles are told by it."""
        if re.fullmatch(r"\s*(?:heading \d|title|subtitle)\s*;?", text, re.I):
            self.headings.add(self.style)

    # ------------------------------------------------------------ paragraphs and tables

    def paragraph(self, *, in_table: bool) -> None:
        if not in_table:
            self.flush_table()
        bold = self.page.in_bold()
        parts = "".join(self.page.parts)
        self.page.parts = [parts.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")]
        self.page.end_paragraph(bold)
        boxes, self.boxes = self.boxes, []
        self.page.lines += boxes

    def flush_table(self) -> None:
        """The rows that are done become lines, before what is said after them."""
        if self.table.open:
            rows, kept = self.table.end(self.page)
            parts, self.page.parts = self.page.parts, []
            self.page.grid(rows)
            self.page.lines += kept
            self.page.parts = parts


class _Table:
    """The rows of a table while it is read; lines of the page after `at` are those of the cell that is open."""

    def __init__(self) -> None:
        self.open = False
        self.at = 0
        self.row: list[list[Line]] = []
        self.rows: list[list[list[Line]]] = []

    def begin(self, page: Paragraphs) -> None:
        self.open, self.at = True, len(page.lines)

    def cell(self, page: Paragraphs) -> None:
        if not self.open:
            self.begin(page)
            if page.lines:
                self.at -= 1
        self.row.append(page.lines[self.at :])
        del page.lines[self.at :]
        page.gap = True

    def end_row(self) -> None:
        if self.row:
            self.rows.append(self.row)
            self.row = []

    def end(self, page: Paragraphs) -> tuple[list[list[list[Line]]], list[Line]]:
        self.end_row()
        rows, kept = self.rows, page.lines[self.at :]
        del page.lines[self.at :]
        self.open, self.row, self.rows = False, [], []
        return rows, kept

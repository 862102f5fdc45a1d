"""Word documents whose comments are codes: the author is the coder, the words under the comment the passage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qualcode.codings.anchor import WHOLE
from qualcode.codings.archive import Archive, names, opened, parse_xml
from qualcode.codings.model import FileCodings, FileMemo, Given, OwnText, Place, Sidecar
from qualcode.codings.several import codes_of_line
from qualcode.errors import CodingsError, Problem
from qualcode.transcripts.docx import choice
from qualcode.transcripts.wordstyles import WordStyles, transitional

KIND = "word"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_PROPERTIES = {
    f"{_W}{name}" for name in ("pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr", "fldData")
}
_OUT = {f"{_W}{name}" for name in ("del", "moveFrom")}
_SHORT = 60  # characters: a longer comment is a remark, not a code that nobody knows


def recognise(path: Path, head: bytes) -> bool:
    """A zip archive that holds `word/document.xml`."""
    return head.startswith(b"PK") and "word/document.xml" in names(path)


def read(
    path: Path, *, where: str, sidecar: Sidecar, coder: str = "", known: Callable[[str], bool] | None = None
) -> FileCodings:
    """A document's comments as codings.

    Several codes in one comment stand on lines of their own, or are parted by `;` or `,` where each part is a known code;
    what else a comment says is the memo. A reply that is a code is its author's coding of the same passage; another reply
    is added to the memo. A comment that names no code is a memo of its author about the passage, and so are the replies to
    it. Highlighted passages are codings where the sidecar's `colours` says what a colour means.

    Parameters
    ----------
    known
        Whether something is a code of the study.
    """
    with opened(path, where) as archive:
        if not archive.find("word/document.xml"):
            raise CodingsError(Problem(where, "this is not a Word document: it has no text part."))
        body = _parse(archive, "word/document.xml", where).find(f"{_W}body")
        if body is None:
            raise CodingsError(Problem(where, "this Word document is damaged or not whole."))
        comments = _comments(archive, where)
        styles = _styles(archive, where)
    walk = _Walk(styles)
    walk.blocks(body, True)
    walk.end()
    text = "".join(walk.parts)
    document = path.stem
    left: Counter[str] = Counter()
    given: list[Given] = []
    memos: list[FileMemo] = []
    coded, tops, answers = _threads(comments, known)
    for number, comment in enumerate(comments.values(), start=1):
        start, end = walk.ranges.get(tops[comment.id].id) or walk.ranges.get(comment.id) or (None, None)
        first, last = _words_of(text, start, end)
        codes, memo = coded[comment.id]
        if not codes:
            if comment.text and not _above(comment, comments, coded):  # else it is in the memo of what it answers
                memos.append(_remark(comment, number, document, first, last, coder))
            continue
        replies = answers.get(comment.id, [])
        whole = first == 0 and last is not None and last >= len(text.rstrip())
        for code in codes:
            given.append(
                Given(
                    row=len(given) + 1,
                    document=document,
                    code=code,
                    coder=comment.author or coder,
                    start="" if first is None or whole else str(first),
                    end="" if last is None or whole else str(last),
                    text=WHOLE if whole else "",
                    coding=f"{comment.id}/{number}/{code}",
                    memo="\n".join(part for part in (memo, *replies) if part),
                    created=comment.date,
                )
            )
    colours = {colour.casefold(): code for colour, code in sidecar.colours.items()}
    for colour, begins, ends in walk.highlights:
        meant = colours.get(colour.casefold())
        first, last = _words_of(text, begins, ends)
        if meant is None or first is None:
            left[f"highlight_{colour}"] += first is not None
            continue
        given.append(Given(len(given) + 1, document, meant, coder, str(first), str(last)))
    notes = []
    if walk.deleted:
        notes.append(f"Tracked deletions are left out of the text: {walk.deleted}.")
    if any(name.startswith("highlight_") for name in left):
        notes.append("Highlighted passages count as codings once a map file says `colours: {yellow: CODE}`.")
    return FileCodings(
        kind=KIND,
        given=given,
        documents=[document],
        codes=list(dict.fromkeys(item.code for item in given)),
        left_out={name: number for name, number in sorted(left.items()) if number},
        names_coders=any(comment.author for comment in comments.values()),
        texts={document: OwnText(text, exact=True)},
        notes=notes,
        memos=memos,
    )


def _remark(comment: _Comment, number: int, document: str, first: int | None, last: int | None, coder: str) -> FileMemo:
    """A comment as its author's memo about the words under it, or, where there are none, about the document."""
    made = FileMemo(f"{comment.id}/{number}", comment.text, author=comment.author or coder, date=comment.date)
    if first is None or last is None:
        return replace(made, documents=(document,))
    return replace(made, places=(Place(document, str(first), str(last)),))


# ---------------------------------------------------------------- comments


def _threads(
    comments: dict[str, _Comment], known: Callable[[str], bool] | None
) -> tuple[dict[str, tuple[list[str], str]], dict[str, _Comment], dict[str, list[str]]]:
    """By comment: the codes it names and what else it says, the comment its thread begins with, the replies in words to it.

    A reply names codes only where the study knows them; a reply to a reply in words answers what that one answers.
    """
    tops: dict[str, _Comment] = {}
    coded: dict[str, tuple[list[str], str]] = {}
    for comment in comments.values():
        top = comment
        for _ in range(len(comments)):
            if top.parent not in comments or comments[top.parent] is comment:
                break
            top = comments[top.parent]
        tops[comment.id] = top
        codes, memo = _codes(comment.text, known)
        words = top is not comment and not any(known and known(code) for code in codes)
        coded[comment.id] = ([], comment.text) if words else (codes, memo)
    answers: dict[str, list[str]] = {}
    for comment in comments.values():
        if tops[comment.id] is not comment and not coded[comment.id][0]:
            answers.setdefault(_above(comment, comments, coded), []).append(comment.text)
    return coded, tops, answers


def _above(comment: _Comment, comments: dict[str, _Comment], coded: dict[str, tuple[list[str], str]]) -> str:
    """The nearest comment above that names a code; "" for none."""
    here = comment
    for _ in range(len(comments)):
        if here.parent not in comments:
            break
        here = comments[here.parent]
        if coded[here.id][0]:
            return here.id
    return ""


@dataclass
class _Comment:
    id: str
    author: str
    date: str
    text: str
    parent: str = ""


def _parse(archive: Archive, name: str, where: str) -> Any:
    return parse_xml(transitional(archive.read(archive.find(name))), where=where, place=name)


def _styles(archive: Archive, where: str) -> WordStyles:
    """The document's styles, as the reader of transcripts takes them: none where they cannot be read."""
    if not archive.find("word/styles.xml"):
        return WordStyles()
    try:
        return WordStyles(_parse(archive, "word/styles.xml", where))
    except CodingsError:
        return WordStyles()


def _comments(archive: Archive, where: str) -> dict[str, _Comment]:
    if not archive.find("word/comments.xml"):
        return {}
    found: dict[str, _Comment] = {}
    by_paragraph: dict[str, str] = {}
    for element in _parse(archive, "word/comments.xml", where).iter(f"{_W}comment"):
        name = element.get(f"{_W}id") or ""
        lines = []
        for paragraph in element.iter(f"{_W}p"):
            by_paragraph[(paragraph.get(f"{_W14}paraId") or "").upper()] = name
            inner = _Walk()
            inner.inline(paragraph, True)
            lines.append("".join(inner.parts))
        author = " ".join((element.get(f"{_W}author") or "").split())
        found[name] = _Comment(name, author, element.get(f"{_W}date") or "", "\n".join(lines).strip())
    if archive.find("word/commentsExtended.xml"):
        for element in _parse(archive, "word/commentsExtended.xml", where).iter("{*}commentEx"):
            said = {key.rpartition("}")[2]: value.upper() for key, value in element.attrib.items()}
            child, parent = by_paragraph.get(said.get("paraId", "")), by_paragraph.get(said.get("paraIdParent", ""))
            if child and parent and child != parent:
                found[child].parent = parent
    return found


def _codes(text: str, known: Callable[[str], bool] | None) -> tuple[list[str], str]:
    """The codes that a comment names, and what else it says."""
    lines = [line.strip().removeprefix("#").strip() for line in text.split("\n") if line.strip()]
    if known is None:
        return lines, ""
    codes: list[str] = []
    rest: list[str] = []
    for line in lines:
        parts = codes_of_line(line, known)
        first, _, said = line.partition(":")
        if len(line) <= 2 * _SHORT and known(line):
            codes.append(line)
        elif parts and all(is_known for _, is_known in parts):
            codes += [name for name, _ in parts]
        elif said.strip() and known(first.strip()):
            codes.append(first.strip())
            rest.append(said.strip())
        else:
            rest.append(line)
    if not codes and rest and len(rest[0]) <= _SHORT and len(rest[0].split()) <= 6:
        codes, rest = [rest[0]], rest[1:]  # a code that the codebook has not, or not under this name
    return list(dict.fromkeys(codes)), "\n".join(rest)


def _words_of(text: str, start: int | None, end: int | None) -> tuple[int | None, int | None]:
    """A span, if there are words in it."""
    return (start, end) if start is not None and text[start:end].strip() else (None, None)


# ---------------------------------------------------------------- the text


@dataclass
class _Walk:
    """One walk over the body, by the same rules as the transcript reader; where comments and colours begin and end."""

    styles: WordStyles = field(default_factory=WordStyles)
    now: Any = None  # the paragraph
    parts: list[str] = field(default_factory=list)
    length: int = 0
    starts: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, tuple[int, int]] = field(default_factory=dict)
    highlights: list[tuple[str, int, int]] = field(default_factory=list)
    boxes: list[Any] = field(default_factory=list)
    deleted: int = 0

    def say(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def blocks(self, parent: Any, said: bool) -> None:
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _PROPERTIES or self._mark(child):
                continue
            if tag == f"{_W}p":
                self.paragraph(child, said)
            elif tag in _OUT:
                self.deleted += said
                self.blocks(child, False)
            elif tag == f"{_MC}AlternateContent":
                self.blocks(choice(child), said)
            else:
                self.blocks(child, said)

    def paragraph(self, paragraph: Any, said: bool) -> None:
        self.now = paragraph
        self.inline(paragraph, said)
        mark = paragraph.find(f"{_W}pPr/{_W}rPr")
        joined = mark is not None and any(mark.find(tag) is not None for tag in _OUT)
        if said and not joined:
            self.end()

    def end(self) -> None:
        self.say("\n")
        boxes, self.boxes = self.boxes, []
        for box in boxes:
            self.blocks(box, True)

    def inline(self, parent: Any, said: bool) -> None:
        for child in parent.iterchildren():
            tag = child.tag
            if not isinstance(tag, str) or tag in _PROPERTIES or self._mark(child):
                continue
            if tag == f"{_W}r":
                before = self.length
                self.inline(child, said and not self.styles.hidden(child, self.now))
                self._coloured(child, before)
            elif tag == f"{_W}t":
                if said:
                    self.say((child.text or "").replace("\n", " "))
            elif tag in (f"{_W}br", f"{_W}cr"):
                self.say("\n" * said)
            elif tag in (f"{_W}tab", f"{_W}ptab"):
                self.say("\t" * said)
            elif tag == f"{_W}noBreakHyphen":
                self.say("-" * said)
            elif tag in _OUT:
                self.deleted += said
                self.inline(child, False)
            elif tag == f"{_MC}AlternateContent":
                self.inline(choice(child), said)
            elif tag == f"{_W}txbxContent":
                self.boxes.append(child)
            elif tag not in (f"{_W}delText", f"{_W}instrText", f"{_W}delInstrText", f"{_W}ruby"):
                self.inline(child, said)

    def _mark(self, element: Any) -> bool:
        name = element.get(f"{_W}id") or ""
        if element.tag == f"{_W}commentRangeStart":
            self.starts[name] = self.length
        elif element.tag == f"{_W}commentRangeEnd":
            if name in self.starts:
                self.ranges[name] = (self.starts[name], self.length)
        else:
            return False
        return True

    def _coloured(self, run: Any, before: int) -> None:
        properties = run.find(f"{_W}rPr")
        colour = ""
        if properties is not None and self.length > before:
            mark, shade = properties.find(f"{_W}highlight"), properties.find(f"{_W}shd")
            colour = (mark.get(f"{_W}val") or "") if mark is not None else ""
            if colour in ("", "none") and shade is not None:
                colour = shade.get(f"{_W}fill") or ""
        if colour.casefold() in ("", "none", "auto", "ffffff"):
            return
        if self.highlights and self.highlights[-1][0] == colour and self.highlights[-1][2] == before:
            self.highlights[-1] = (colour, self.highlights[-1][1], self.length)
        else:
            self.highlights.append((colour, before, self.length))

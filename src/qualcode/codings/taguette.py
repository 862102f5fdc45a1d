"""Taguette: project databases (SQLite), and exports of highlights as CSV, XLSX and HTML.

Offsets in a database are UTF-8 bytes of the document's text without its tags. A downloaded project does not say who
coded: `--coder`, or a folder of the coder's name, does.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

from qualcode.codings.database import MAGIC, Database, opened
from qualcode.codings.model import FileCode, FileCodings, FileMemo, Given, OwnText, Sidecar
from qualcode.codings.several import codes_of_line
from qualcode.errors import CodingsError, Problem, QualcodeError
from qualcode.files import decode, read_sheet

KIND = "taguette"
_COLUMNS = {"id", "document", "tag", "content"}
_BLOCKS = {"p", "div", "br", "li", "ul", "ol", "table", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"} | {
    "blockquote", "pre", "section", "article", "header", "footer", "hr", "dl", "dt", "dd"
}  # fmt: skip


def recognise(path: Path, head: bytes) -> bool:
    """A database with Taguette's tables; a table with the columns id, document, tag, content; its HTML export."""
    if head.startswith(MAGIC):
        try:
            with opened(path, str(path)) as database:
                return {"documents", "tags", "highlights", "highlight_tags"} <= set(database.tables)
        except QualcodeError:
            return False
    if path.suffix.lower() in (".html", ".htm"):
        return b"Taguette" in head
    if path.suffix.lower() == ".csv":
        first = head.decode("utf-8", errors="replace").lstrip("\ufeff").splitlines()[:1]
        return bool(first) and {name.strip().strip('"').lower() for name in first[0].split(",")} == _COLUMNS
    if path.suffix.lower() == ".xlsx" and head.startswith(b"PK"):
        try:
            return set(read_sheet(path).data.columns) == _COLUMNS
        except QualcodeError:
            return False
    return False


def read(
    path: Path, *, where: str, sidecar: Sidecar, coder: str = "", known: Callable[[str], bool] | None = None
) -> FileCodings:
    """A project's highlights, one coding for each tag of each.

    The coder is who added the highlight where a server's database still says it, else `coder`. Exports hold no
    positions: their passages are looked for in the transcripts by their words. The HTML export joins tags by commas: `known`
    (whether something is a code of the study) tells the commas of names from those between them.

    Raises
    ------
    CodingsError
        The file cannot be read, or holds several projects.
    """
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(MAGIC):
        with opened(path, where) as database:
            return _project(database, where, sidecar, coder)
    if path.suffix.lower() in (".html", ".htm"):
        return _html(path, coder, known)
    return _sheet(path, where, coder)


# ---------------------------------------------------------------- the database


def _project(database: Database, where: str, sidecar: Sidecar, coder: str) -> FileCodings:
    projects = {row["project_id"] for row in database.rows("documents", "project_id")}
    if len(projects) > 1:
        what = f"this database holds {len(projects)} projects."
        raise CodingsError(Problem(where, what, "Download the one project from Taguette (Project info, Export)."))
    flats: dict[str, _Flat] = {}
    documents: dict[str, str] = {}
    rows = database.rows("documents", "id name filename contents", order="id")
    times = Counter(row["name"] for row in rows)
    for row in rows:
        documents[row["id"]] = row["name"] if times[row["name"]] == 1 else f"{row['name']} [{row['id']}]"
        flats[row["id"]] = _Flat(row["contents"])
    tag_rows = database.rows("tags", "id path description", order="id")
    tags = {row["id"]: row["path"] for row in tag_rows}
    of_highlight: dict[str, list[str]] = {}
    for row in database.rows("highlight_tags", "highlight_id tag_id"):
        of_highlight.setdefault(row["highlight_id"], []).append(row["tag_id"])
    logins = _logins(database)
    named = {login for login in logins.values() if login} if len(set(logins.values())) > 1 else set()
    given: list[Given] = []
    left: Counter[str] = Counter()
    for row in database.rows("highlights", "id document_id start_offset end_offset", order="id"):
        flat = flats.get(row["document_id"])
        start, end = flat.span(int(row["start_offset"]), int(row["end_offset"])) if flat else ("", "")
        who = logins.get(row["id"], "") if named else ""
        of = sorted(of_highlight.get(row["id"], []), key=lambda tag: tags.get(tag, ""))
        left["highlight_without_tag"] += not of
        for tag in of:
            given.append(
                Given(
                    row=len(given) + 1,
                    document=documents.get(row["document_id"], ""),
                    code=tags.get(tag, ""),
                    coder=who or coder,
                    start=start,
                    end=end,
                    coding=f"{row['id']}/{tag}",
                )
            )
    return FileCodings(
        kind=KIND,
        given=given,
        memos=_memos(database, documents, projects, coder),
        documents=list(documents.values()),
        codes=list(tags.values()),
        left_out={name: number for name, number in left.items() if number},
        names_coders=bool(named),
        texts={documents[key]: OwnText(flat.text, exact=True) for key, flat in flats.items()},
        coders=sorted(sidecar.coders.get(name, name) for name in named),
        tree=[FileCode(row["path"], row["description"].strip()) for row in tag_rows],
        notes=[] if named or coder else [_NOBODY],
    )


def _memos(database: Database, documents: dict[str, str], projects: set[str], coder: str) -> list[FileMemo]:
    """What is written on documents and on the project; what is written on a tag is its definition."""
    made = [
        FileMemo(f"document/{row['id']}", row["description"].strip(), author=coder, documents=(documents[row["id"]],))
        for row in database.rows("documents", "id description", order="id")
    ]
    made += [
        FileMemo("project", row["description"].strip(), author=coder, project=True)
        for row in database.rows("projects", "id description", order="id")
        if row["id"] in projects
    ]
    return [memo for memo in made if memo.text]


_COMMAS = "Taguette's HTML export parts tags by commas: if a tag's own name holds one, import the CSV or Excel export."
_NOBODY = "A Taguette download does not say who coded: give `--coder NAME`, one file a coder."


def _logins(database: Database) -> dict[str, str]:
    """Who added each highlight, as far as the log of commands says."""
    found: dict[str, str] = {}
    for row in database.rows("commands", "id user_login payload", order="id"):
        try:
            payload = json.loads(row["payload"])
        except ValueError:
            continue
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            found.setdefault(str(payload.get("highlight_id", "")), row["user_login"])
    return found


def flat_text(html: str) -> str:
    """The words of an HTML text, a line break where a block ends."""
    return _Flat(html).text


class _Flat(HTMLParser):
    """A document's text nodes; `text` is they with a line break where a block ends, and `span` carries bytes to it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._length = 0
        self._breaks: list[int] = []
        self._skipped = 0
        self.feed(html)
        self.close()
        flat = "".join(self._parts)
        self._at = [0]  # bytes before each character
        for character in flat:
            self._at.append(self._at[-1] + len(character.encode("utf-8", "surrogatepass")))
        pieces, before = [], 0
        self._breaks = sorted({at for at in self._breaks if 0 < at < len(flat)})
        self._breaks = [at for at in self._breaks if flat[at - 1] != "\n" and flat[at] != "\n"]
        for at in self._breaks:
            pieces.append(flat[before:at])
            before = at
        self.text = "\n".join([*pieces, flat[before:]])

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._skipped += tag in ("script", "style", "head", "title")
        if tag in _BLOCKS:
            self._breaks.append(self._length)

    def handle_endtag(self, tag: str) -> None:
        self._skipped -= tag in ("script", "style", "head", "title") and self._skipped > 0
        if tag in _BLOCKS:
            self._breaks.append(self._length)

    def handle_data(self, data: str) -> None:
        data = data.replace("\r\n", "\n").replace("\r", "\n")
        if self._skipped:
            return
        if not self._parts:  # blanks before the first element are no text in HTML
            data = data.lstrip(" \t\n\f")
        if data:
            self._parts.append(data)
            self._length += len(data)

    def span(self, start: int, end: int) -> tuple[str, str]:
        """Offsets in UTF-8 bytes of the text nodes as offsets in `text`; beyond the text they stay beyond it."""
        if start < 0 or end > self._at[-1]:
            return str(start), str(len(self.text) + 1 + end)
        first, last = bisect_left(self._at, start), bisect_left(self._at, end)
        return str(first + bisect_right(self._breaks, first)), str(last + bisect_left(self._breaks, last))


# ---------------------------------------------------------------- exports


def _sheet(path: Path, where: str, coder: str) -> FileCodings:
    try:
        sheet = read_sheet(path, shown_as=where)
    except QualcodeError as error:
        raise CodingsError(error.problems) from error
    given = []
    without = 0
    for row, item in zip(sheet.rows, sheet.data.to_dict("records"), strict=True):
        if not item["tag"]:
            without += 1
            continue
        own = f"{item['id']}/{item['tag']}"
        given.append(Given(row, item["document"], item["tag"], coder, text=item["content"], coding=own))
    return _export(given, {"highlight_without_tag": without} if without else {}, coder)


def _html(path: Path, coder: str, known: Callable[[str], bool] | None) -> FileCodings:
    """Taguette's HTML export: the passage, then a paragraph with its document and its tags, then a rule."""
    from lxml import html

    text, _ = decode(path.read_bytes())
    if known is None or known("\x00"):  # a study without a codebook knows every name
        known = _nothing
    doubtful = False
    body = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, huge_tree=True)).find("body")
    given: list[Given] = []
    words: list[str] = []
    number = 0
    for element in body if body is not None else []:
        strong = [child for child in element if child.tag == "strong"] if element.tag == "p" else []
        if len(strong) != 2 or len(element) != 2:
            if element.tag not in ("h1", "hr"):
                words.append("".join(element.itertext()).strip())
            continue
        number += 1
        document = (strong[0].tail or "").strip()
        tags = codes_of_line(strong[1].tail or "", known, ",")
        doubtful = doubtful or (len(tags) > 1 and not all(is_known for _, is_known in tags))
        for tag, _ in tags:
            said = "\n".join(part for part in words if part)
            given.append(Given(len(given) + 1, document, tag, coder, text=said, coding=f"{number}/{tag}"))
        words = []
    export = _export(given, {}, coder)
    if doubtful:
        export.notes.append(_COMMAS)
    return export


def _nothing(name: str) -> bool:
    return False


def _export(given: list[Given], left: dict[str, int], coder: str) -> FileCodings:
    return FileCodings(
        kind=KIND,
        given=given,
        documents=list(dict.fromkeys(item.document for item in given)),
        codes=list(dict.fromkeys(item.code for item in given)),
        left_out=left,
        names_coders=False,
        notes=[] if coder else [_NOBODY],
    )

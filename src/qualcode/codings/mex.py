"""MAXQDA's databases: exchange files (.mex) and project files (.mx12 … .mx24), both SQLite.

The makers publish no description, and no file that MAXQDA itself wrote was at hand. What is known comes from three public
programs that read such files:

- mbojan/maxqdar, R/extract_codings.R and README.md (a .mex): tables `Texts` (ID, Name), `Codewords` (ID, Name), `Codings` (ID,
  TextID, WordID, SegPos1X, SegPos2X, Preview). In its printed example the end is the first character after the passage, counted
  over the whole text; `Preview` is the passage without blanks at its ends, cut after 63 characters.
- PolMine/maxqda, R/MAXQDA.R (.mx12 and .mx20): the same three tables, the same columns.
- a script that compares four annotators' exported tables: `Codings` has SegPos1StdUnit and SegPos2StdUnit besides, which hold a
  `:` where the document is a PDF (page and position).

None of them reads the texts, the tree, coders or memos. Their columns are found here among several names, upper and lower case
alike. Which column is the text, and how its characters are counted, the previews decide: nothing is guessed. What no preview
bears out is looked for by its words in the study's transcripts, or listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from qualcode.codings.anchor import fold
from qualcode.codings.database import Database, opened
from qualcode.codings.model import FileCodings, FileMemo, Given, OwnText, Sidecar
from qualcode.codings.richtext import plain
from qualcode.codings.tree import tree_paths
from qualcode.errors import CodingsError, Problems, QualcodeError

KIND = "maxqda"
ENDING = re.compile(r"(?i)\.(?:mex|mx\d{1,2}|mx[345]|mxd)")
NEVER_SEEN = (
    "Read after what other programs know of such files; qualcode's makers have never seen a file of MAXQDA itself: "
    "check the counts."
)
CUT = 63  # characters that a preview has at most
PREVIEW = 60  # characters: a preview this long that is shorter than its passage is cut
_BELIEVED = 0.5  # the share of a document's previews that its text must hold
_AGAIN = "Export the project as REFI-QDA (.qdpx), or the coded segments as Excel."

_TABLES = {
    "texts": "texts documents",
    "codewords": "codewords codes",
    "codings": "codings codedsegments coded_segments",
    "users": "users user authors coders",
    "memos": "memos memo",
}
# what a column may be called, the surest name first
_COLUMNS = {
    "texts": {
        "id": "id textid documentid docid",
        "name": "name title textname documentname",
        "parent": "parentid parent groupid textgroupid folderid",
        "memo": "memo comment comments note",
    },
    "codewords": {
        "id": "id wordid codewordid codeid",
        "name": "name codeword codename word title",
        "parent": "parentid parent parentwordid parentcodeid superid supercodeid upperid fatherid motherid pid",
        "memo": "memo definition description comment comments note",
    },
    "codings": {
        "id": "id codingid segmentid",
        "textid": "textid documentid docid",
        "wordid": "wordid codewordid codeid",
        "start": "segpos1x startposition startpos segstart start pos1 pos0 begin",
        "end": "segpos2x endposition endpos segend end pos2 pos1",
        "unit": "segpos1stdunit",
        "preview": "preview segment segmenttext seltext quote text content",
        "coder": "creator createdby creatorname username userid user coder author owner",
        "created": "created creationdate createdate createddate creationtime date",
        "comment": "comment comments memo note",
        "weight": "weight weightscore",
    },
    "users": {"id": "id userid guid", "name": "name username login initials"},
    "memos": {
        "id": "id memoid",
        "title": "title name caption",
        "author": "author creator createdby username userid user owner",
        "date": "created creationdate createdate date",
        "textid": "textid documentid docid",
        "wordid": "wordid codewordid codeid",
        "codingid": "codingid segmentid",
    },
}
_NEEDED = {"texts": ("id", "name"), "codewords": ("id", "name"), "codings": ("textid", "wordid")}
# columns that may hold a document's (or a memo's) words, the surest name first
_WORDS = [
    *("text", "plaintext", "textplain", "fulltext", "content", "contents", "textcontent", "rtf", "rtftext", "textrtf"),
    *("richtext", "html", "body", "data", "document", "doc", "blob", "memo"),
]


def recognise(path: Path) -> bool:
    """A SQLite database with MAXQDA's three tables, or one that ends as its files do."""
    if ENDING.fullmatch(path.suffix):
        return True
    try:
        with opened(path, str(path)) as database:
            return {"texts", "codewords", "codings"} <= set(database.tables)
    except QualcodeError:
        return False


def read(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """A database's codings of text: the code's path in the tree, who coded, comments and memos, the documents' own texts.

    Raises
    ------
    CodingsError
        A damaged or open database; tables or columns that are not there; codes that stand under themselves.
    """
    with opened(path, where) as database:
        return _Reader(database, where, sidecar, coder).read()


def code_words(database: Database, where: str) -> tuple[list[dict[str, str]], list[str]]:
    """The codes of a database: `id`, `name`, `parent` (of the top: an id that no code has) and `memo`; what people should know.

    Raises
    ------
    CodingsError
        Tables or columns that are not there.
    """
    reader = _Reader(database, where, Sidecar(), "")
    reader.find_tables()
    rows = reader.rows("codewords")
    memos: dict[str, list[str]] = {}
    for memo in reader.read_memos({}, {row["id"]: row["id"] for row in rows}):
        for code in memo.codes:
            memos.setdefault(code, []).append(memo.text or memo.title)
    made = [{key: row[key] for key in ("id", "name", "parent")} for row in rows]
    return [row | {"memo": "\n\n".join(memos.get(row["id"], []))} for row in made], [NEVER_SEEN, *reader.notes]


@dataclass
class _Reader:
    database: Database
    where: str
    sidecar: Sidecar
    coder: str
    left: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    memos: list[FileMemo] = field(default_factory=list)

    def find_tables(self) -> None:
        """Which of the database's tables and columns are which; what is missing is an error."""
        self.tables = {
            ours: name for ours, names in _TABLES.items() if (name := self._first(names, self.database.tables))
        }
        self.columns = {ours: self._named(ours) for ours in self.tables}
        self.users: dict[str, str] = {}
        self._check()
        if "parent" not in self.columns["codewords"]:
            self.notes.append(
                "The file does not say how its codes stand under one another: they are read by name only."
            )

    def read(self) -> FileCodings:
        self.find_tables()
        words = self.rows("codewords")
        nodes = {f"code {row['id']}": (row["name"], f"code {row['parent']}") for row in words}
        found = tree_paths(nodes, self.where, "Correct the code tree in MAXQDA.")
        paths = {row["id"]: found[f"code {row['id']}"] for row in words}
        names = {row["id"]: " ".join(row["name"].split()) for row in words}
        several = {name for name, times in Counter(names.values()).items() if times > 1}
        rows = self.rows("codings")
        self.users = {row["id"]: " ".join(row["name"].split()) for row in self.rows("users")}
        documents = self._documents({row["textid"] for row in rows})
        previews: dict[str, list[str]] = {}
        for row in rows:
            previews.setdefault(row["textid"], []).append(row["preview"])
        texts = self._texts(documents, previews)
        given, coders = self._given(rows, documents, texts, names, paths, several)
        self.read_memos(documents, paths)
        return FileCodings(
            kind=KIND,
            given=given,
            documents=list(documents.values()),
            codes=[paths[row["id"]] for row in words],
            left_out={name: number for name, number in sorted(self.left.items()) if number},
            names_coders=bool(coders),
            texts={documents[key]: own for key, own in texts.items()},
            coders=[self.sidecar.coders.get(name, name) for name in coders],
            notes=[NEVER_SEEN, *self.notes],
            memos=self.memos,
        )

    # ------------------------------------------------------------ tables and columns

    @staticmethod
    def _first(names: str, there: Iterable[str]) -> str:
        known = set(there)
        return next((name for name in names.split() if name in known), "")

    def _named(self, ours: str) -> dict[str, str]:
        """{our name: theirs} of the columns that a table has; one column is taken once."""
        there = self.database.columns(self.tables[ours])
        found: dict[str, str] = {}
        for name, called in _COLUMNS[ours].items():
            theirs = self._first(called, set(there) - set(found.values()))
            if theirs:
                found[name] = theirs
        return found

    def _check(self) -> None:
        problems = Problems()
        for ours, needed in _NEEDED.items():
            if ours not in self.tables:
                problems.add(self.where, f"this database has no table '{ours}'.", _AGAIN)
                continue
            for name in needed:
                if name not in self.columns[ours]:
                    known = ", ".join(_COLUMNS[ours][name].split())
                    what = f"no column is known as '{name}' (known: {known})."
                    problems.add(self.where, what, _AGAIN, place=f"table {self.tables[ours]}")
        codings = self.columns.get("codings")
        if codings is not None and "preview" not in codings and not {"start", "end"} <= set(codings):
            what = "there are neither positions (segpos1x, segpos2x) nor words (preview) of the passages."
            problems.add(self.where, what, _AGAIN, place=f"table {self.tables['codings']}")
        problems.raise_if_any(CodingsError)

    def rows(self, ours: str) -> list[dict[str, str]]:
        if ours not in self.tables:
            return []
        columns = self.columns[ours]
        theirs = list(columns.values())
        rows = self.database.rows(self.tables[ours], " ".join(theirs), order=columns.get("id", ""))
        empty = dict.fromkeys(_COLUMNS[ours], "")
        return [empty | {name: row[column].rstrip("\x00") for name, column in columns.items()} for row in rows]

    # ------------------------------------------------------------ documents and their texts

    def _documents(self, coded: set[str]) -> dict[str, str]:
        """Documents by id, each under a name of its own; what only holds others is a group."""
        rows = self.rows("texts")
        parents = (
            {row["parent"] for row in rows} if self.columns["texts"].get("parent", "").startswith("parent") else set()
        )
        kept = [row for row in rows if row["id"] in coded or row["id"] not in parents]
        times = Counter(row["name"].strip() for row in kept)
        named = {}
        for row in kept:
            name = row["name"].strip() or f"document {row['id']}"
            named[row["id"]] = name if times[name] <= 1 else f"{name} [{row['id']}]"
            if row["memo"].strip():
                text = plain(row["memo"]) or ""
                self.memos.append(FileMemo(f"document {row['id']}", text.strip(), documents=(named[row["id"]],)))
        return named

    def _texts(self, documents: dict[str, str], previews: dict[str, list[str]]) -> dict[str, OwnText]:
        """Each document's own text: of all columns that may be it, the one that holds its previews."""
        candidates = self._candidates()
        texts: dict[str, OwnText] = {}
        disbelieved = without = 0
        for key in documents:
            said = [quote for quote in previews.get(key, []) if quote.strip()]
            asked = [stored for sure, stored in candidates if sure or said]
            found = [text for text in (plain(stored.get(key)) or "" for stored in asked) if text.strip()]
            best = _best(found, said)
            if best is None:
                disbelieved += bool(found)
                without += not found
                continue
            # Windows line ends, so that ways to count them as one and as two are both tried
            texts[key] = OwnText(best.replace("\n", "\r\n"), trusted=True, firsts=(0, 1))
        if without:
            self.notes.append(
                f"{without} documents have no text in the file: their passages are looked for by their words."
            )
        if disbelieved:
            what = f"{disbelieved} documents have a text that does not hold their passages, as far as it could be read"
            self.notes.append(f"{what}: these are looked for by their words.")
        return texts

    def _candidates(self) -> list[tuple[bool, dict[str, bytes | str | None]]]:
        """What may be the documents' texts, by document, and whether the column is called as one.

        Columns of the documents' table first, then of other tables about documents; a column of another name is believed
        only where passages are found in it.
        """
        found = []
        own = self.tables["texts"]
        for table in sorted(self.database.tables, key=lambda name: (name != own, name)):
            if table in (self.tables["codings"], self.tables["codewords"], self.tables.get("memos")):
                continue
            there = self.database.columns(table)
            key = self.columns["texts"]["id"] if table == own else self._first(_COLUMNS["codings"]["textid"], there)
            taken = set(self.columns["texts"].values()) if table == own else {key}
            if not key:
                continue
            named = [name for name in _WORDS if name in there and name not in taken]
            found += [(True, self.database.stored(table, key, column)) for column in named]
            others = [name for name in there if name not in {*named, *taken}] if table == own else []
            found += [(False, self.database.stored(table, key, column)) for column in others]
        return found

    # ------------------------------------------------------------ codings

    def _given(
        self,
        rows: list[dict[str, str]],
        documents: dict[str, str],
        texts: dict[str, OwnText],
        names: dict[str, str],
        paths: dict[str, str],
        several: set[str],
    ) -> tuple[list[Given], list[str]]:
        given: list[Given] = []
        who = self._coders({row["coder"] for row in rows})
        unnamed = orphans = cut = 0
        for row in rows:
            name = names.get(row["wordid"], "")
            preview, start, end = row["preview"], row["start"], row["end"]
            on_page = ":" in row["unit"]
            if on_page or not (_is_whole(start) and _is_whole(end)):
                start = end = ""
            if not preview.strip() and (on_page or not start):
                self.left["coding_not_of_text"] += 1
                continue
            if len(preview) >= CUT and not start:  # where it ends nobody knows
                preview, cut = "", cut + 1
            elif len(preview) >= PREVIEW and int(end) - int(start) > len(preview):
                preview = preview.rstrip(".…") + "…"
            coder = who.get(row["coder"], "")
            unnamed += not coder
            orphans += row["textid"] not in documents
            self.left["weight"] += row["weight"] not in ("", "0", "0.0")
            given.append(
                Given(
                    row=len(given) + 1,
                    document=documents.get(row["textid"], ""),
                    code=paths[row["wordid"]] if name in several else name,
                    coder=coder or self.coder,
                    start=start,
                    end=end,
                    text=preview,
                    coding=row["id"],
                    memo=(plain(row["comment"]) or "").strip(),
                    created=row["created"] if re.match(r"\d{4}-\d\d-\d\d", row["created"]) else "",
                    code_path=paths.get(row["wordid"], ""),
                )
            )
        if cut:
            self.notes.append(f"{cut} passages have no position and words that are cut short: they cannot be placed.")
        if orphans:
            self.notes.append(f"{orphans} codings are of documents that the file does not hold.")
        if unnamed and not self.coder and given:
            self.notes.append(f"{unnamed} codings name nobody as coder: give `--coder NAME`.")
        return given, sorted({name for name in who.values() if name})

    def _coders(self, said: set[str]) -> dict[str, str]:
        """Who each coder's mark is; a bare number is nobody's name unless there are several of them to tell apart."""
        marks = {mark for mark in said if mark.strip() and mark.strip() not in ("0", "-1")}
        bare = sorted((mark for mark in marks if mark not in self.users and mark.strip().isdigit()), key=int)
        named = {mark: self.users.get(mark) or " ".join(mark.split()) for mark in marks if mark not in bare}
        if len(bare) + len(set(named.values())) > 1:
            named |= {mark: f"user {mark}" for mark in bare}
        if bare:
            self.notes.append(
                "The file knows its coders by number only: say who they are (`coders: {user 1: RB}` in a map file)."
            )
        return named

    # ------------------------------------------------------------ memos

    def read_memos(self, documents: dict[str, str], paths: dict[str, str]) -> list[FileMemo]:
        """Memos of codes, and those of a table of their own."""
        for row in self.rows("codewords"):
            if row["memo"].strip():
                text = (plain(row["memo"]) or "").strip()
                self.memos.append(FileMemo(f"code {row['id']}", text, codes=(paths[row["id"]],)))
        if "memos" not in self.tables:
            return self.memos
        table, columns = self.tables["memos"], self.columns["memos"]
        there = self.database.columns(table)
        taken = set(columns.values())
        words = [name for name in _WORDS if name in there and name not in taken]
        texts = [self.database.stored(table, columns["id"], name) for name in words] if "id" in columns else []
        for row in self.rows("memos"):
            found = (plain(stored.get(row["id"])) or "" for stored in texts)
            said = next((text for text in found if text.strip()), "")
            memo = FileMemo(
                id=f"memo {row['id']}",
                text=said.strip(),
                title=row["title"].strip(),
                author=self.users.get(row["author"], "" if row["author"].isdigit() else row["author"].strip()),
                date=row["date"] if re.match(r"\d{4}-\d\d-\d\d", row["date"]) else "",
                documents=_one(documents, row["textid"]),
                codes=_one(paths, row["wordid"]),
                codings=(row["codingid"],) if row["codingid"] not in ("", "0", "-1") else (),
            )
            if memo.text or memo.title:
                self.memos.append(memo)
        return self.memos


def _one(known: dict[str, str], key: str) -> tuple[str, ...]:
    return (known[key],) if key in known else ()


def _is_whole(value: str) -> bool:
    return value.strip().isdigit()


def _best(texts: Sequence[str], quotes: Sequence[str]) -> str | None:
    """The text that holds the most of the quotes, if it holds enough; where there are no quotes, the first."""
    if not texts or not quotes:
        return texts[0] if texts else None
    plain_quotes = [fold(quote[: PREVIEW - 10]).text.rstrip("…") for quote in quotes[:200]]
    scored = []
    for number, text in enumerate(texts):
        folded = fold(text).text
        scored.append((sum(quote in folded for quote in plain_quotes) / len(plain_quotes), -number, text))
    share, _, best = max(scored, key=lambda one: one[:2])
    return best if share >= _BELIEVED else None

"""QualCoder projects: data.qda (SQLite), the project's folder, or a zip of it. Database versions to 17.

Built from published descriptions of the database; no file that QualCoder itself wrote was at hand.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from qualcode.codings import archive
from qualcode.codings.database import MAGIC, Database, opened
from qualcode.codings.model import FileCodings, Given, OwnText, Sidecar
from qualcode.errors import CodingsError, Problem, Problems

KIND = "qualcoder"
NEWEST = 17
BETWEEN = " > "
NEVER_SEEN = (
    "Read by published descriptions; qualcode's makers have never seen a file of QualCoder itself: check the counts."
)
_NEEDED = {"source": "id name fulltext", "code_name": "cid name", "code_text": "cid fid pos0 pos1"}


def recognise(path: Path, head: bytes) -> bool:
    """A SQLite database, or a zip archive with one, that has QualCoder's tables."""
    if head.startswith(MAGIC):
        from qualcode.errors import QualcodeError

        try:
            with opened(path, str(path)) as database:
                return "code_text" in database.tables and "code_name" in database.tables
        except QualcodeError:
            return path.name == "data.qda"
    return head.startswith(b"PK") and bool(_inside(archive.names(path)))


def _inside(members: list[str]) -> list[str]:
    return [name for name in members if name.replace("\\", "/").rpartition("/")[2] == "data.qda"]


def read(path: Path, *, where: str, sidecar: Sidecar, coder: str = "") -> FileCodings:
    """A project's codings of text: coders by owner, sub-codes and categories as the code's path, memos.

    Offsets are characters of the text; where the passage kept beside them is another, it is looked for by its words.
    A case is a part of a file: cases, attributes, journals and codings of pictures and media are counted.

    Raises
    ------
    CodingsError
        A damaged or open database; one newer than version 17; a table or column that is not there; codes in a ring.
    """
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(MAGIC):
        with opened(path, where) as database:
            return _read(database, where, sidecar, coder)
    with archive.opened(path, where) as zipped:
        members = _inside(list(zipped.members))
        if len(members) != 1:
            raise CodingsError(Problem(where, f"this archive holds {len(members)} QualCoder projects (data.qda)."))
        data = zipped.read(members[0])
    with opened(path, where, data=data) as database:
        return _read(database, where, sidecar, coder)


def _read(database: Database, where: str, sidecar: Sidecar, coder: str) -> FileCodings:
    problems = Problems()
    for table, columns in _NEEDED.items():
        there = database.columns(table) if table in database.tables else []
        missing = [name for name in columns.split() if name not in there]
        if missing:
            what = f"column '{missing[0]}' is missing." if there else "this table is missing."
            problems.add(
                where, what, "Open the project in a newer QualCoder once, and import it again.", place=f"table {table}"
            )
    project = database.rows("project", "databaseversion")
    version = project[0]["databaseversion"].strip().lower().removeprefix("v") if project else ""
    if version.isdigit() and int(version) > NEWEST:
        what = f"this project is of QualCoder's database version {version}; versions to {NEWEST} are known."
        problems.add(where, what, "Export it as REFI-QDA project (.qdpx) from QualCoder, and import that.")
    problems.raise_if_any(CodingsError)

    codes = database.rows("code_name", "cid name catid supercid owner", order="cid")
    categories = {row["catid"]: row for row in database.rows("code_cat", "catid name supercatid")}
    paths = _paths(codes, categories, where)
    names = {row["cid"]: row["name"] for row in codes}

    texts: dict[str, OwnText] = {}
    documents: dict[str, str] = {}
    left: Counter[str] = Counter()
    for row in database.rows("source", "id name fulltext mediapath av_text_id", order="id"):
        media = row["mediapath"].lower()
        if not row["fulltext"] and media.startswith(("/images", "images:", "/audio", "audio:", "/video", "video:")):
            left["picture" if "image" in media else "media"] += 1
            continue
        documents[row["id"]] = row["name"]
        texts[row["name"]] = OwnText(row["fulltext"], units=("characters",), trusted=True)
    given: list[Given] = []
    orphans = 0
    owners: dict[str, str] = {}  # by the name as the database has it
    coded = database.tuples("code_text", "ctid cid fid seltext pos0 pos1 owner date memo", order="ctid")
    for row, (coding, code, document, text, start, end, owner, created, memo) in enumerate(coded, start=1):
        if document not in documents:
            orphans += 1
        who = owners.get(owner)
        if who is None:
            who = owners[owner] = owner.strip()
        given.append(
            Given(
                row,
                documents.get(document, ""),
                names.get(code, ""),
                who or coder,
                start,
                end,
                text,
                coding,
                memo=memo.strip() if memo else "",
                created=created,
                code_path=paths.get(code, ""),
            )
        )
    for table, name in (
        ("code_image", "picture_region"),
        ("code_av", "media_region"),
        ("cases", "case"),
        ("attribute", "attribute"),
        ("annotation", "annotation"),
        ("journal", "memo"),
    ):
        left[name] += database.count(table)
    left["memo"] += sum(bool(row["memo"].strip()) for row in database.rows("source", "memo"))
    for table in ("code_image", "code_av"):
        owners |= {owner: owner.strip() for (owner,) in database.tuples(table, "owner")}
    return FileCodings(
        kind=KIND,
        given=given,
        documents=list(documents.values()),
        codes=[paths[row["cid"]] for row in codes],
        left_out={name: number for name, number in sorted(left.items()) if number},
        texts=texts,
        coders=[sidecar.coders.get(owner, owner) for owner in dict.fromkeys(owners.values()) if owner],
        notes=[NEVER_SEEN, *([f"{orphans} codings are of documents that the project has no more."] if orphans else [])],
    )


def _paths(codes: list[dict[str, str]], categories: dict[str, dict[str, str]], where: str) -> dict[str, str]:
    """Each code's path: its categories, the codes above it, its name."""
    by_id = {row["cid"]: row for row in codes}
    problems = Problems()

    def climb(kind: str, key: str, seen: tuple[tuple[str, str], ...]) -> list[str]:
        row = (by_id if kind == "code" else categories).get(key)
        if row is None:
            return []
        if (kind, key) in seen:
            problems.add(
                where, f"'{row['name']}' stands under itself.", "Correct the tree in QualCoder.", place=f"{kind} {key}"
            )
            return []
        seen = (*seen, (kind, key))
        if kind == "code" and row["supercid"]:
            above = climb("code", row["supercid"], seen)
        elif kind == "code":
            above = climb("category", row["catid"], seen)
        else:
            above = climb("category", row["supercatid"], seen)
        return [*above, " ".join(row["name"].split())]

    paths = {key: BETWEEN.join(climb("code", key, ())) for key in by_id}
    problems.raise_if_any(CodingsError)
    return paths

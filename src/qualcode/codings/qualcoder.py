"""QualCoder projects: data.qda (SQLite), the project's folder, or a zip of it. Database versions to 17.

Proved on projects that an independent program writes in QualCoder's format (tests/codings/specimens/make_qualcoder.py); no
file that QualCoder itself wrote was at hand. What each database version added: QualCoder's own updates, "Database version v2"
to "v17" in src/qualcoder/__main__.py of ccbogel/QualCoder (ids of codings with v4, sub-codes with v16).
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from qualcode.codings import archive
from qualcode.codings.database import MAGIC, Database, opened
from qualcode.codings.model import FileCode, FileCodings, Given, OwnText, Sidecar
from qualcode.codings.qualcoder_beside import QualCoderBeside
from qualcode.codings.tree import tree_paths
from qualcode.errors import CodingsError, Problem, Problems

KIND = "qualcoder"
NEWEST = 17
NEVER_SEEN = (
    "Proved on projects that another program (Exegete) wrote for QualCoder; qualcode's makers have never seen a file of "
    "QualCoder itself: check the counts."
)
SPEAKERS = "📌 Speaker coding"  # the owner of what QualCoder marks as a speaker's words: nobody's coding
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
    Cases, attributes, journals and annotations are in `qualcoder_beside`; codings of pictures and media are counted, as are
    the speakers that QualCoder marks in a text (they look like codings, of a coder that is nobody).

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
    check_version(database, where, problems)
    problems.raise_if_any(CodingsError)

    codes = database.rows("code_name", "cid name catid supercid owner memo color", order="cid")
    categories = {row["catid"]: row for row in database.rows("code_cat", "catid name supercatid")}
    paths = _paths(codes, categories, where)
    times = Counter(row["name"] for row in codes)
    names = {row["cid"]: row["name"] if times[row["name"]] == 1 else paths[row["cid"]] for row in codes}

    texts: dict[str, OwnText] = {}
    documents: dict[str, str] = {}
    left: Counter[str] = Counter()
    sources: dict[str, str] = {}
    for row in database.rows("source", "id name fulltext mediapath av_text_id", order="id"):
        sources[row["id"]] = row["name"]
        media = row["mediapath"].lower()
        if not row["fulltext"] and media.startswith(("/images", "images:", "/audio", "audio:", "/video", "video:")):
            left["picture" if "image" in media else "media"] += 1
            continue
        documents[row["id"]] = row["name"]
        texts[row["name"]] = OwnText(row["fulltext"], units=("characters",), trusted=True)
    given: list[Given] = []
    orphans = 0
    owners: dict[str, str] = {}  # by the name as the database has it
    coded = database.tuples("code_text", "ctid cid fid seltext pos0 pos1 owner date memo important", order="ctid")
    for coding, code, document, text, start, end, owner, created, memo, important in coded:
        who = owners.get(owner)
        if who is None:
            who = owners[owner] = owner.strip()
        if who == SPEAKERS:
            left["speaker_mark"] += 1
            continue
        left["important_mark"] += important == "1"
        if document not in documents:
            orphans += 1
        given.append(
            Given(
                len(given) + 1,
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
    for table, name in (("code_image", "picture_region"), ("code_av", "media_region")):
        left[name] += database.count(table)
    lengths = {key: len(texts[name].raw) for key, name in documents.items()}
    beside = QualCoderBeside(database, sources, lengths, paths, coder).read()
    left += beside.left
    for table in ("code_image", "code_av"):
        owners |= {owner: owner.strip() for (owner,) in database.tuples(table, "owner")}
    people = [owner for owner in dict.fromkeys(owners.values()) if owner]
    return FileCodings(
        kind=KIND,
        given=given,
        documents=list(documents.values()),
        codes=[paths[row["cid"]] for row in codes],
        left_out={name: number for name, number in sorted(left.items()) if number},
        texts=texts,
        tree=[FileCode(paths[row["cid"]], row["memo"].strip(), row["color"]) for row in codes],
        memos=beside.memos,
        cases=beside.cases,
        attributes=beside.attributes,
        coders=[sidecar.coders.get(owner, owner) for owner in people if owner != SPEAKERS],
        notes=[NEVER_SEEN, *_notes(database, orphans, people)],
    )


def _notes(database: Database, orphans: int, owners: list[str]) -> list[str]:
    """What people are told about a project: what it has lost, whom QualCoder hides, what an old version does not have."""
    notes = []
    if orphans:
        notes.append(f"{orphans} codings are of documents that the project has no more.")
    hidden = {
        row["name"].strip() for row in database.rows("coder_names", "name visibility") if row["visibility"] == "0"
    }
    for owner in [owner for owner in owners if owner in hidden]:
        notes.append(f"Coder '{owner}' is hidden in QualCoder: the codings are read all the same.")
    if "ctid" not in database.columns("code_text"):
        what = "This project is of a database version before 4, which gives codings no ids"
        notes.append(f"{what}: a newer export is compared by words and offsets.")
    return notes


def check_version(database: Database, where: str, problems: Problems) -> None:
    """Whether the database's version is one that is known."""
    project = database.rows("project", "databaseversion")
    version = project[0]["databaseversion"].strip().lower().removeprefix("v") if project else ""
    if version.isdigit() and int(version) > NEWEST:
        what = f"this project is of QualCoder's database version {version}; versions to {NEWEST} are known."
        problems.add(where, what, "Export it as REFI-QDA project (.qdpx) from QualCoder, and import that.")


def _paths(codes: list[dict[str, str]], categories: dict[str, dict[str, str]], where: str) -> dict[str, str]:
    """Each code's path: its categories, the codes above it, its name."""

    def node(row: dict[str, str], above: str) -> tuple[str, str]:
        return row["name"], f"code {row['supercid']}" if row.get("supercid") else f"category {above}"

    nodes = {f"category {key}": node(row, row["supercatid"]) for key, row in categories.items()}
    nodes |= {f"code {row['cid']}": node(row, row["catid"]) for row in codes}
    paths = tree_paths(nodes, where, "Correct the tree in QualCoder.")
    return {row["cid"]: paths[f"code {row['cid']}"] for row in codes}

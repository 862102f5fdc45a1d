"""What a QualCoder project holds beside its codings: memos of all sorts, annotations, journals, cases, attributes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from qualcode.codings.database import Database
from qualcode.codings.model import FileAttribute, FileCase, FileMemo, Place

BETWEEN = " > "


@dataclass
class QualCoderBeside:
    """Reads a project's other tables, in their own order; `left` counts what could not be taken over.

    `names` are the names of all sources by id, pictures and media too; `lengths` the length of each text, by the id of its
    source; `paths` those of the codes, by id; `coder` wrote what has no owner.
    """

    database: Database
    names: dict[str, str]
    lengths: dict[str, int]
    paths: dict[str, str]
    coder: str
    memos: list[FileMemo] = field(default_factory=list)
    cases: list[FileCase] = field(default_factory=list)
    attributes: list[FileAttribute] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    def read(self) -> QualCoderBeside:
        """A memo on a document, code, category or case has the owner of that as its author: the project says no other."""
        rows = self.database.rows
        for row in rows("source", "id memo owner", order="id"):
            self._memo(f"source/{row['id']}", row, documents=(self.names[row["id"]],))
        for row in rows("code_name", "cid memo owner", order="cid"):
            self._memo(f"code/{row['cid']}", row, codes=(self.paths[row["cid"]],))
        categories = {row["catid"]: row for row in rows("code_cat", "catid name supercatid memo owner", order="catid")}
        for key, row in categories.items():
            self._memo(f"category/{key}", row, codes=(_category(key, categories),))
        for row in rows("annotation", "anid fid pos0 pos1 memo owner date", order="anid"):
            if row["fid"] in self.names:
                place = Place(self.names[row["fid"]], row["pos0"], row["pos1"])
                self._memo(f"annotation/{row['anid']}", row, places=(place,))
            else:
                self.left["annotation_of_no_document"] += bool(row["memo"].strip())
        cases = {row["caseid"]: row["name"] for row in rows("cases", "caseid name", order="caseid")}
        for row in rows("cases", "caseid memo owner", order="caseid"):
            self._memo(f"case/{row['caseid']}", row, cases=(cases[row["caseid"]],))
        self._parts(cases)
        for row in rows("journal", "jid name jentry owner date", order="jid"):
            self._memo(f"journal/{row['jid']}", row | {"memo": row["jentry"]}, title=row["name"].strip())
        for row in rows("project", "memo"):
            self._memo("project", row, project=True)
        self._attributes(cases)
        return self

    def _memo(self, id_: str, row: dict[str, str], **about: Any) -> None:
        text = row["memo"].replace("\r\n", "\n").replace("\r", "\n").strip()
        if text:
            author = row.get("owner", "").strip() or self.coder
            self.memos.append(FileMemo(id_, text, author=author, date=row.get("date", ""), **about))

    def _parts(self, cases: dict[str, str]) -> None:
        """A case is a file (to its last character, or past it, by the version of QualCoder) or a part of one."""
        parts: dict[str, list[FileCase]] = {}
        for row in self.database.rows("case_text", "id caseid fid pos0 pos1 memo owner date", order="id"):
            if row["caseid"] not in cases or row["fid"] not in self.names:
                self.left["case_part_of_nothing"] += 1
                continue
            case, document = cases[row["caseid"]], self.names[row["fid"]]
            length = self.lengths.get(row["fid"], 0)
            whole = not length or (row["pos0"] in ("", "0") and row["pos1"] in ("", str(length), str(length - 1)))
            place = Place(document, row["pos0"], row["pos1"])
            part = FileCase(case, document) if whole else FileCase(case, document, place.start, place.end)
            parts.setdefault(row["caseid"], []).append(part)
            about: dict[str, Any] = {"documents": (document,)} if whole else {"places": (place,)}
            self._memo(f"case_text/{row['id']}", row, cases=(case,), **about)
        for key, name in cases.items():
            self.cases += list(dict.fromkeys(parts.get(key, []))) or [FileCase(name)]

    def _attributes(self, cases: dict[str, str]) -> None:
        types = {row["name"]: row["valuetype"] for row in self.database.rows("attribute_type", "name valuetype")}
        for row in self.database.rows("attribute", "attrid name attr_type value id", order="attrid"):
            value = row["value"].strip()
            if not value:
                continue  # QualCoder gives everything a row for every attribute
            of = "case" if row["attr_type"] == "case" else "document"
            owner = (cases if of == "case" else self.names).get(row["id"])
            if owner is None:
                self.left["attribute_of_nothing"] += 1
                continue
            self.attributes.append(FileAttribute(of, owner, row["name"], value, types.get(row["name"], "")))


def _category(key: str, categories: dict[str, dict[str, str]]) -> str:
    """A category's path, as the paths of codes have it."""
    path: list[str] = []
    seen: set[str] = set()
    while key in categories and key not in seen:
        seen.add(key)
        path.insert(0, " ".join(categories[key]["name"].split()))
        key = categories[key]["supercatid"]
    return BETWEEN.join(path)

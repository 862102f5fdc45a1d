"""A meeting's Word document that was filled in, as answers: by its content controls, else by what stands in the cells."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from qualcode.decisions.answers import Answer, Filled, choice_of, day_of, once_each
from qualcode.decisions.document_layout import ASK, FIELDS, TAG, read_fact_line, read_id_line, without_signs
from qualcode.decisions.layout import PACK
from qualcode.documents import W, facts_in, parts_of, text_of
from qualcode.errors import DecisionsError, Problems, QualcodeError


def is_document(path: Path) -> bool:
    """Whether a file is a Word document of disagreements that qualcode made (also after another program saved it)."""
    if path.suffix.lower() != ".docx" or not zipfile.is_zipfile(path):
        return False
    try:
        return _facts(parts_of(path)).get("kind") == PACK
    except QualcodeError:
        return False


def read_document(path: Path, where: str, problems: Problems) -> Filled:
    """The answers of a document, each once; what cannot be read goes to `problems`, with the number of its place.

    A field is what its content control holds and what was typed beside it in the cell; where a program dropped the controls
    the cells' own headings tell. What a control asks for is no answer.

    Raises
    ------
    DecisionsError
        It is no document of disagreements, or cannot be opened.
    """
    try:
        parts = parts_of(path)
    except QualcodeError as error:
        raise DecisionsError(error.problems) from error
    facts = _facts(parts)
    if facts.get("kind") != PACK:
        hint = "Make one with `qualcode pack meeting --as docx`."
        raise DecisionsError("this is not a document of disagreements.", where=where, hint=hint)
    filled = Filled(where, facts)
    if "word/comments.xml" in parts and len(parts["word/comments.xml"]):
        filled.notes.append("comments in the margin are not read: write what should be kept into 'Reason'.")
    filled.answers = once_each(_answers(parts["word/document.xml"], where, problems), problems)
    return filled


def _facts(parts: Mapping[str, Any]) -> dict[str, str]:
    found = facts_in(parts)
    if found.get("kind") == PACK and found.get("pack"):
        return found
    for element in parts["word/document.xml"].iter(f"{W}p"):
        line = read_fact_line(text_of(element))
        if line:
            return found | line
    return found


def _answers(root: Any, where: str, problems: Problems) -> Iterator[Answer]:
    number = 0
    waiting: tuple[str, dict[str, str]] | None = None  # a table's disagreement, where its controls say it; its fields
    for element in root.iter(f"{W}tbl", f"{W}p"):
        if element.tag == f"{W}tbl":
            if waiting is not None:
                number += 1
                yield from _answer(number, waiting, ("", ""), where, problems)
            found = _fields(element)
            waiting = found if found[1] else None
        elif waiting is not None and next(element.iterancestors(f"{W}tbl"), None) is None:
            line = read_id_line(text_of(element))
            if line is not None:
                number += 1
                yield from _answer(number, waiting, line, where, problems)
                waiting = None
    if waiting is not None:
        yield from _answer(number + 1, waiting, ("", ""), where, problems)


def _answer(
    number: int, found: tuple[str, dict[str, str]], line: tuple[str, str], where: str, problems: Problems
) -> Iterator[Answer]:
    about, given = found
    place = f"disagreement {number}"
    if about and line[0] and about != line[0]:
        line = ("", "")  # somebody moved a table: the controls say what it is
    about = about or line[0]
    if not about:
        if given.get("choice"):
            problems.add(where, "there is a decision, but the disagreement's id is gone.", place=place)
        return
    choice = choice_of(given.get("choice", ""), where, place, problems)
    day = given.get("on", "")
    unread = Problems()
    on = day_of(day, where, place, unread)
    if unread and given.get("full"):
        on = day_of(given["full"], where, place, problems)
    elif unread:
        problems.found += unread.found
    other = given.get("other") or given.get("direction", "")
    yield Answer(
        where, place, about, line[1], choice, other, without_signs(given.get("passage", "")), given.get("reason", ""),
        given.get("by", ""), on,
    )  # fmt: skip


def _fields(table: Any) -> tuple[str, dict[str, str]]:
    """The disagreement that a table's controls name, and what is filled into its cells; no fields where it is another table.

    A cell's field is what its control's tag says, else the heading in the cell before it.
    """
    heads = {_plain(head): name for name, head in FIELDS.items()}
    about, found = "", {}
    for row in table.iter(f"{W}tr"):
        before = ""
        for cell in row.iter(f"{W}tc"):
            name = heads.get(before, "")
            for control in cell.iter(f"{W}sdt"):
                tag = control.find(f"{W}sdtPr/{W}tag")
                parts = (tag.get(f"{W}val") or "").split(":") if tag is not None else []
                if len(parts) == 3 and parts[0] == TAG and parts[1] in FIELDS:
                    name, about = parts[1], about or parts[2]
                    date = control.find(f"{W}sdtPr/{W}date")
                    if name == "on" and date is not None and date.get(f"{W}fullDate") and not _asks(control, name):
                        found["full"] = date.get(f"{W}fullDate")
            before = _plain(text_of(cell))
            if name:
                found[name] = " ".join(_filled(cell, name).split())
    return about, found if "choice" in found else {}


def _filled(cell: Any, name: str) -> str:
    """A cell's words, without what a control asks for; its paragraphs parted by a line break."""
    asking = {control for control in cell.iter(f"{W}sdt") if _asks(control, name)}
    lines = []
    for element in cell.iter(f"{W}p"):
        words = []
        for node in element.iter(f"{W}t", f"{W}br", f"{W}cr", f"{W}tab"):
            if not any(above in asking for above in node.iterancestors(f"{W}sdt")):
                words.append((node.text or "") if node.tag == f"{W}t" else " ")
        lines.append("".join(words))
    return "\n".join(lines).replace(ASK[name], "")


def _asks(control: Any, name: str) -> bool:
    """Whether a control still shows what it asks for: it says so, or holds these words."""
    shows = control.find(f"{W}sdtPr/{W}showingPlcHdr")
    if shows is not None and (shows.get(f"{W}val") or "true") not in ("0", "false", "off"):
        return True
    return _plain(text_of(control)) == _plain(ASK[name])


def _plain(words: str) -> str:
    return " ".join("".join(one for one in words if one not in "“”\"'’").split()).casefold()

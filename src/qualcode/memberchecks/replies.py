"""A packet that came back: which boxes are ticked, what was written, whatever program saved it."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from qualcode.documents import W, facts_in, lines_of, parts_of, text_of
from qualcode.errors import Problems, QualcodeError, nearest
from qualcode.memberchecks.layout import (
    BOX,
    COMMENT,
    FREE_HINT,
    NONE,
    PACK,
    RESPONSES,
    TICKS,
    fingerprint,
    read_reference,
)
from qualcode.memberchecks.log import replace_answers
from qualcode.study import Study

_TYPED = re.compile(
    r"^[\s\[\]()._–-]*(?:[xXvV×√]|yes)[\s\[\]()._–-]*$"
)  # an x in or beside a box, in whatever brackets


@dataclass
class _Reply:
    """What a packet says of itself, and what was answered."""

    facts: dict[str, str]
    answers: dict[int, list[str]] = field(default_factory=dict)  # number of the theme -> responses ticked
    comments: dict[int, str] = field(default_factory=dict)
    free: str = ""
    elsewhere: int = 0  # paragraphs written or changed outside the boxes
    answered: str = ""


def is_packet(path: Path) -> bool:
    """Whether a file is a member-check packet that qualcode made (also after another program saved it)."""
    if path.suffix.lower() != ".docx" or not zipfile.is_zipfile(path):
        return False
    try:
        parts = parts_of(path)
    except QualcodeError:
        return False
    return _facts(parts).get("kind") == PACK


def import_packet(study: Study, path: Path, *, dry_run: bool = False) -> dict[str, Any]:
    """Read a filled packet and put its answers into data/raw/memberchecks/roundN.csv.

    The same participant's earlier answers of that round are replaced. Nothing ticked is the response `none`. What was
    written outside the comment boxes, changed in the text or added as a Word comment goes to the last, free comment.

    Returns
    -------
    `{"kind": "membercheck", "message", "participant", "round", "answers", "comments", "replaced"}`.

    Raises
    ------
    QualcodeError
        Not a packet, another study's packet, a participant that the study does not have, a theme whose table is gone
        or that has two boxes ticked: all at once, and nothing is written.
    """
    where = study.shown(path)
    parts = parts_of(path)
    facts = _facts(parts)
    if facts.get("kind") != PACK or not facts.get("participant"):
        hint = "Make packets with `qualcode pack membercheck`."
        raise QualcodeError("this is not a member-check packet.", where=where, hint=hint)
    title = study.config.study.title
    if " ".join(facts.get("study", "").split()) != " ".join(title[:255].split()):
        what = f"this packet was made for the study '{facts.get('study', '')}', and this study is '{title}'."
        raise QualcodeError(what, where=where, hint="Name the right study with -C.")
    reply = _read(parts, facts)
    problems = Problems()
    person = facts["participant"]
    known = set(study.participants["participant"])
    if known and person not in known:
        problems.add(where, f"participant '{person}' is not in the participants table.", nearest(person, known))
    rows = []
    themes = [theme for theme in facts.get("themes", "").split(",") if theme]
    for number, theme in enumerate(themes, start=1):
        if number not in reply.answers:
            hint = "Somebody deleted it; put it back from the packet as it was sent, or enter the answer by hand."
            problems.add(where, f"the table of theme '{theme}' is gone.", hint, place=f"theme {number}")
            continue
        ticked = reply.answers[number]
        if len(ticked) > 1:
            what = f"theme '{theme}' has {len(ticked)} boxes ticked ({', '.join(ticked)})."
            problems.add(
                where, what, "Ask the participant which one holds, and clear the others.", place=f"theme {number}"
            )
        rows.append((theme, ticked[0] if ticked else NONE, reply.comments.get(number, "")))
    problems.raise_if_any(QualcodeError)
    if reply.free:
        rows.append(("", NONE, reply.free))
    round_ = facts.get("round") or "1"
    lines = [
        {
            "check": str(uuid5(NAMESPACE_URL, f"qualcode:membercheck:{round_}|{person}|{theme}")),
            "round": round_,
            "kind": "findings",
            "participant": person,
            "theme": theme,
            "codebook_version": facts.get("codebook_version", ""),
            "sent": facts.get("sent", ""),
            "answered": reply.answered,
            "response": response,
            "comment": comment,
        }
        for theme, response, comment in rows
    ]
    replaced = replace_answers(study, person, round_, lines, dry_run=dry_run)
    answered = sum(response != NONE for _, response, _ in rows)
    comments = sum(bool(comment) for _, _, comment in rows)
    message = f"{where}: participant {person}, round {round_}: {answered} of {len(themes)} themes answered, {comments} comments."
    if reply.elsewhere:
        message += f" Written or changed outside the boxes: {reply.elsewhere}, kept as the free comment."
    if replaced:
        message += f" {replaced} earlier answers replaced."
    return {
        "kind": PACK,
        "message": message,
        "participant": person,
        "round": round_,
        "answers": answered,
        "comments": comments,
        "replaced": replaced,
    }


# ---------------------------------------------------------------- the document


def _facts(parts: dict[str, Any]) -> dict[str, str]:
    """What a packet says of itself: its document properties, else the line printed in it."""
    found = facts_in(parts)
    if found.get("kind") == PACK and found.get("participant") and len(found.get("themes", "")) < 255:
        return found
    for paragraph in parts["word/document.xml"].iter(f"{W}p"):
        line = read_reference(text_of(paragraph))
        if line:
            return found | line
    return found


def _read(parts: dict[str, Any], facts: dict[str, str]) -> _Reply:
    reply = _Reply(facts)
    body = parts["word/document.xml"]
    for table in body.iter(f"{W}tbl"):
        rows = [(row, lines_of(row)) for row in table.iter(f"{W}tr")]
        if not rows:
            continue
        head = " ".join(rows[0][1].split())
        number = re.match(r"^(\d+)\.\s", head)
        if number:
            _read_answers(int(number[1]), rows[1:], reply)
        elif FREE_HINT in head:
            written = [line for _, line in rows[1:] if line]
            rest = head.replace(FREE_HINT, "").strip()
            reply.free = "\n".join([rest, *written] if rest else written)
    added = [*_elsewhere(body, facts), *_notes(parts)]
    reply.elsewhere = len(added)
    reply.free = "\n".join([part for part in (reply.free, *added) if part])
    reply.answered = _saved(parts, facts)
    return reply


def _read_answers(number: int, rows: list[tuple[Any, str]], reply: _Reply) -> None:
    ticked: list[str] = []
    written: list[str] = []
    for row, words in rows:
        flat = " ".join(words.split())
        response = next((name for name, label in RESPONSES.items() if label in flat), "")
        if not response:
            rest = words.replace(COMMENT, "", 1).strip()
            if rest:
                written.append(rest)
            continue
        checked = any(
            node.get(next(iter(node.keys()), "")) in ("1", "true")
            for node in row.iter()
            if isinstance(node.tag, str) and node.tag.endswith("}checked")
        )
        beside = flat.replace(RESPONSES[response], "", 1)
        marked = any(sign in beside for sign in TICKS)
        for sign in TICKS + BOX:
            beside = beside.replace(sign, " ")
        typed = bool(_TYPED.match(beside)) if beside.strip() else False
        if checked or marked or typed:
            ticked.append(response)
        elif _typed_first(beside):
            ticked.append(response)
            beside = beside.strip()[1:]
        if not typed and beside.strip(" []()._–-"):
            written.append(beside.strip())
    reply.answers[number] = ticked
    reply.comments[number] = "\n".join(written)


def _typed_first(beside: str) -> bool:
    """`x because …`: an x, then words."""
    return re.match(r"^[xX×]\s", beside.strip()) is not None


def _elsewhere(body: Any, facts: dict[str, str]) -> list[str]:
    """Paragraphs outside the tables that are not as they were sent."""
    known = {mark for key, value in facts.items() if key.startswith("text_") for mark in value.split()}
    if not known:
        return []
    outside = (one for one in body.iter(f"{W}p") if next(one.iterancestors(f"{W}tbl"), None) is None)
    words = [text_of(one).strip() for one in outside]
    return [line for line in words if line and fingerprint(line) not in known and not read_reference(line)]


def _notes(parts: dict[str, Any]) -> list[str]:
    """Word comments in the margin."""
    if "word/comments.xml" not in parts:
        return []
    return [line for line in (lines_of(one) for one in parts["word/comments.xml"].iter(f"{W}comment")) if line]


def _saved(parts: dict[str, Any], facts: dict[str, str]) -> str:
    """The day the file was last saved by its reader, where a program noted it; else empty."""
    core = parts.get("docProps/core.xml")
    if core is None:
        return ""
    days = {one.tag.rpartition("}")[2]: (one.text or "")[:10] for one in core if isinstance(one.tag, str)}
    day = days.get("modified", "")
    return day if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) and day != facts.get("made", "") else ""

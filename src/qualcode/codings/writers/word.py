"""Transcripts as Word documents with the codes as comments: author = coder, a line a code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from qualcode.codings.writers.layer import Layer
from qualcode.files import DEFAULT_DATE, newest_date, write_zip_document

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?")


def write_docx(layer: Layer, out: Path) -> list[Path]:
    """One document a transcript: OUT itself where there is one, else files in the folder OUT.

    The paragraphs are the lines of the text, so a comment read back stands where the coding stood.
    """
    groups = layer.by_transcript()
    named = layer.names()
    single = len(layer.texts) == 1 and out.suffix.lower() == ".docx"
    written = []
    for name, text in layer.texts.items():
        rows = groups.get(name, [])
        document = _document(text, rows, named)
        path = out if single else out / f"{name}.docx"
        write_zip_document(path, document.save, day=newest_date([str(row["created"]) for row in rows]))
        written.append(path)
    return written


def _document(text: str, rows: list[dict[str, Any]], named: dict[str, str]) -> Any:
    import docx
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = docx.Document()
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    together: dict[tuple[int, int, str], list[dict[str, Any]]] = {}
    for row in rows:  # codes of one coder on one span share a comment, where none has a memo of its own
        alone = row["coding"] if row["memo"] else ""
        together.setdefault((int(row["start"]), int(row["end"]), row["coder"] + "\x1f" + alone), []).append(row)
    for (start, end, _), here in sorted(together.items(), key=lambda item: (item[0][0], -item[0][1], item[0][2])):
        first = here[0]
        lines = [named.get(row["code"], row["code"]) for row in here]
        lines += [line for line in str(first["memo"]).split("\n") if line.strip()]
        comment = document.add_comment(
            document.add_paragraph().add_run(), text=lines[0], author=first["coder"], initials=first["coder"][:3]
        )
        for line in lines[1:]:
            comment.add_paragraph(_NOT_XML.sub("", line))
        created = str(first["created"])
        when = created if _TIME.fullmatch(created) else f"{DEFAULT_DATE}T00:00:00Z"
        comment._comment_elm.set(qn("w:date"), when)
        begins.setdefault(start, []).append(comment.comment_id)
        ends.setdefault(end, []).append(comment.comment_id)
    body = document.element.body
    for paragraph in list(body.iter(qn("w:p"))):  # those that the comments were made with
        body.remove(paragraph)
    section = body.find(qn("w:sectPr"))
    cuts = sorted({*begins, *ends})
    at = 0
    position = 0
    for line in text.split("\n"):
        paragraph = OxmlElement("w:p")
        section.addprevious(paragraph)
        stop = position + len(line)
        while position <= stop:
            while at < len(cuts) and cuts[at] < position:
                at += 1
            if at < len(cuts) and cuts[at] == position:
                _marks(paragraph, ends.get(position, []), begins.get(position, []), OxmlElement, qn)
                at += 1
            following = cuts[at] if at < len(cuts) and cuts[at] <= stop else stop
            if following > position:
                _run(paragraph, text[position:following], OxmlElement, qn)
            if following == position:
                break
            position = following
        position = stop + 1
    return document


def _marks(paragraph: Any, ended: list[int], begun: list[int], make: Any, qn: Any) -> None:
    for number in ended:
        mark = make("w:commentRangeEnd")
        mark.set(qn("w:id"), str(number))
        paragraph.append(mark)
        run = make("w:r")
        reference = make("w:commentReference")
        reference.set(qn("w:id"), str(number))
        run.append(reference)
        paragraph.append(run)
    for number in begun:
        mark = make("w:commentRangeStart")
        mark.set(qn("w:id"), str(number))
        paragraph.append(mark)


def _run(paragraph: Any, words: str, make: Any, qn: Any) -> None:
    run = make("w:r")
    for number, part in enumerate(_NOT_XML.sub(" ", words).split("\t")):
        if number:
            run.append(make("w:tab"))
        if part:
            element = make("w:t")
            element.text = part
            element.set(qn("xml:space"), "preserve")
            run.append(element)
    paragraph.append(run)

"""Documents of a study whose identifiers nobody has reviewed yet are drafts, and say so on every page.

How many candidates wait for a decision is counted by stage `identifiers` (data/processed/identifiers.json); every document that is
written while some do is marked where it is put in place (`files.write_zip_document`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qualcode.errors import Problem, QualcodeError
from qualcode.study import Study

if TYPE_CHECKING:
    from qualcode.deidentify.key import Key

MARK = "DRAFT, identifiers not reviewed"
FILE = "identifiers.json"  # in data/processed
_mark: ContextVar[str] = ContextVar("draft_mark", default="")


class ReviewError(QualcodeError):
    """Candidates wait for a decision, and the study asks that none does."""


def draft_mark() -> str:
    """What documents that are written now say: the mark, or nothing."""
    return _mark.get()


def mark_drafts(study: Study) -> str:
    """Mark the documents that this process writes from now on, where candidates wait for a decision. Returns the mark, or "".

    Raises
    ------
    ReviewError
        Some wait, and `deidentify.require_review` is set.
    """
    waiting = counted(study)
    mark = MARK if waiting else ""
    _mark.set(mark)
    if waiting and study.config.deidentify.require_review:
        raise not_reviewed(waiting)
    return mark


def not_reviewed(number: int) -> ReviewError:
    """Why documents are not written."""
    what = f"{number} {'word' if number == 1 else 'words'} that may identify somebody wait for a decision."
    hint = (
        "Decide on them (`qualcode pack identifiers`), or set deidentify.require_review to false: "
        "documents are then marked as drafts."
    )
    return ReviewError(Problem("data/raw/transcripts", what, hint))


def counted(study: Study) -> int:
    """How many candidates waited when the study was last run; 0 where it was not."""
    path = study.processed / FILE
    return int(json.loads(path.read_text(encoding="utf-8"))["undecided"]) if path.is_file() else 0


def undecided(study: Study, transcripts: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str]) -> int:
    """How many words in the texts (names out) may identify somebody and nobody has decided on.

    Pseudonyms and marks that stand for what was replaced are no candidates.
    """
    from qualcode.deidentify.candidates import Named
    from qualcode.deidentify.key import Key
    from qualcode.deidentify.place import study_key
    from qualcode.deidentify.study import study_candidates
    from qualcode.transcripts.canonical import Placed

    key = study_key(study) or Key()
    replaced = _replaced(key)
    language = dict(zip(transcripts["transcript"], transcripts["language"], strict=True))
    named = {}
    for name, own in turns.groupby("transcript", sort=True):
        text = list(replaced.sub(_blank, texts[str(name)]))
        placed = []
        for speaker, start, end in zip(own["speaker"], own["start"], own["end"], strict=True):
            label = replaced.sub(_numbered, str(speaker))
            if label != speaker:  # a pseudonym: a voice with a number is nobody's name
                at = int(start) - 2 - len(label)
                text[at : at + len(label)] = label
            placed.append(Placed(label, int(start), int(end), None, None))
        named[str(name)] = Named("".join(text), placed, str(language[name]))
    return len(study_candidates(study, key, named).candidates)


def _replaced(key: Key) -> re.Pattern[str]:
    from qualcode.deidentify.recognise import KINDS

    marks = {f"[{mark}]" for _, mark in KINDS.values()}
    words = sorted({*marks, *(entry.shown for entry in key.entries)}, key=lambda one: (-len(one), one))
    return re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)


def _blank(match: re.Match[str]) -> str:
    return "x" * len(match.group())


def _numbered(match: re.Match[str]) -> str:
    return "0" * len(match.group())


# ---------------------------------------------------------------- in documents


def mark_document(path: Path, mark: str) -> None:
    """Put the mark on every page of a Word document or a workbook, and into its properties."""
    kind = _kind(path)
    if kind == "word":
        _mark_word(path, mark)
    elif kind == "workbook":
        _mark_workbook(path, mark)


def _kind(path: Path) -> str:
    import zipfile

    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    return "word" if "word/document.xml" in names else "workbook" if "xl/workbook.xml" in names else ""


def _mark_word(path: Path, mark: str) -> None:
    import docx
    from docx.shared import Pt, RGBColor

    document: Any = docx.Document(str(path))
    for number, section in enumerate(document.sections):
        headers = [section.header]
        if section.different_first_page_header_footer:
            headers.append(section.first_page_header)
        if document.settings.odd_and_even_pages_header_footer:
            headers.append(section.even_page_header)
        for header in headers:
            if number and header.is_linked_to_previous:
                continue  # it is the header of the section before
            first = header.paragraphs[0] if header.paragraphs else header.add_paragraph()
            paragraph = first if not first.text else first.insert_paragraph_before()
            run = paragraph.add_run(mark)
            run.bold, run.font.size, run.font.color.rgb = True, Pt(11), RGBColor(0xC0, 0x00, 0x00)
    document.core_properties.content_status = mark
    document.save(str(path))


def _mark_workbook(path: Path, mark: str) -> None:
    import openpyxl
    from openpyxl.styles import Font

    from qualcode.sheets import put

    with path.open("rb") as stream:
        book = openpyxl.load_workbook(stream, rich_text=True)
    for page in book.worksheets:
        page.oddHeader.center.text = mark
        page.oddHeader.center.color = "C00000"
    note = book.create_sheet("DRAFT")  # the last one: programs that read the first go on reading it
    note.sheet_properties.tabColor = "C00000"
    put(note["A1"], mark)
    note["A1"].font = Font(name="Calibri", bold=True, size=14, color="C00000")
    note.column_dimensions["A"].width = 60
    book.properties.contentStatus = mark
    with path.open("wb") as stream:
        book.save(stream)

"""PDF with a text layer: lines with their places, from which paragraphs are guessed. A last resort, and said so."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from qualcode.transcripts.cleaning import tidy
from qualcode.transcripts.forms import match
from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import Line, RawTranscript, ReadOptions, UnreadableError, counted
from qualcode.transcripts.pdfplaces import Row, take_voices, without_margin_numbers

NAME = "pdf"
ENDINGS = (".pdf",)

PAGES, CONTENT, OPERATIONS = 2_000, 6_000_000, 600_000  # what is read in ten seconds
GUESSED = "PDF: paragraphs are guessed from the lines (ask for the document that it was made from)"
_ASK = "Ask for the Word document or the text it was made from, or run text recognition (OCR) and save that as .docx."
_PAGE_WORD = r"(?:page|seite|pagina|página|pág\.?|pag\.?|p\.|s\.|sida|side|strona|strana|folio)"
_OF = r"(?:of|von|van|de|sur|di|av|af|z|ze|/)"
_PAGE_NUMBER = re.compile(
    rf"^[\W_]*(?:{_PAGE_WORD}\s*)?(?:\d{{1,4}}|[ivxlc]{{1,7}})(?:\s*{_OF}\s*\d{{1,4}})?[\W_]*$", re.I
)
_BULLET = re.compile(r"^[\uE000-\uF8FF•◦▪‣·]\s+")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")


class _Warnings(logging.Handler):
    """Counts what pypdf says is wrong with a file instead of printing it."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self.said.add(str(record.msg))


def recognise(data: bytes) -> bool:
    """The file begins with %PDF."""
    return data.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-")


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a PDF.

    Lines that stand on the same edge of most pages (running heads) and page numbers are left out and counted; a word
    that was parted at the end of a line is joined; a line that was broken because the next word did not fit goes on. Numbers of
    lines in the margin are left out; what stands in a column of its own to the left of the words are voices (and times).

    Raises
    ------
    UnreadableError
        No page has a text layer (pictures of pages), a password, more pages than any interview, a file that is damaged or not
        whole.
    """
    pages, notes = _pages(data)
    if not any(pages):
        raise UnreadableError("this PDF has no text layer: its pages are pictures (a scan).", _ASK)
    empty = sum(1 for page in pages if not page)
    if empty:
        notes.append(f"PDF: {counted(empty, 'page')} of {len(pages)} without text (pictures?)")
    margin = without_margin_numbers(pages)
    heads, numbers, aside = _take_edges(pages)
    if margin:
        notes.append(f"{counted(margin, 'line number')} left out")
    if heads:
        notes.append(f"{counted(heads, 'running head')} left out")
    if numbers:
        notes.append(f"{counted(numbers, 'page number')} left out")
    if aside:
        notes.append(f"{counted(aside, 'footnote')} set aside")
    if take_voices(pages):
        notes.append("PDF: what stands left of the words is taken for voices")
    lines, joined = _lines(pages)
    if joined:
        notes.append(f"{counted(joined, 'word')} parted at the end of a line joined")
    transcript = require_words(read_lines(lines, options))
    transcript.notes[:0] = [GUESSED, *notes]
    return transcript


def _pages(data: bytes) -> tuple[list[list[Row]], list[str]]:
    """The lines of each page from top to bottom as the file has them."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    damaged = UnreadableError("this PDF is damaged or not whole.", _ASK)
    if b"%%EOF" not in data[-4096:]:
        raise damaged
    warned = _Warnings()
    logger = logging.getLogger("pypdf")
    before = logger.propagate
    logger.addHandler(warned)
    logger.propagate = False
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("this PDF is protected by a password.", "Save it without one.")
        if len(reader.pages) > PAGES:
            raise _too_large()
        budget = _Budget()
        pages = [_rows(page, budget) for page in reader.pages]
    except UnreadableError:
        raise
    except DependencyError as error:
        raise UnreadableError("this PDF is encrypted.", "Print it to a new PDF, or ask for the document.") from error
    except Exception as error:  # pypdf raises nearly anything on a damaged file
        raise damaged from error
    finally:
        logger.removeHandler(warned)
        logger.propagate = before
    said = len(warned.said)
    return pages, [f"PDF: {counted(said, 'kind')} of damage: compare the words with the pages"] if said else []


def _too_large() -> UnreadableError:
    what = f"{PAGES:,} pages, {CONTENT // 1_000_000} MB of what is drawn on them"
    return UnreadableError(f"this PDF is larger than any interview ({what}).", f"Part it into several files. {_ASK}")


class _Budget:
    """What may still be drawn: bytes of unpacked pages, and operations (a page may draw another thing very often)."""

    def __init__(self) -> None:
        self.bytes, self.operations = CONTENT, OPERATIONS

    def page(self, page: Any) -> None:
        contents = page.get_contents()
        self.bytes -= len(contents.get_data()) if contents is not None else 0
        if self.bytes < 0:
            raise _too_large()

    def operation(self, *_: object) -> None:
        self.operations -= 1
        if self.operations < 0:
            raise _too_large()


def _rows(page: Any, budget: _Budget) -> list[Row]:
    budget.page(page)
    rows = [Row("", 0.0, 0.0)]

    def visit(text: str, matrix: list[float], place: list[float], font: Any, size: float) -> None:
        bold = font is not None and re.search(r"bold|black|heavy", str(font.get("/BaseFont", "")), re.I) is not None
        for number, part in enumerate(text.split("\n")):
            if number:
                rows.append(Row("", 0.0, 0.0))
            row = rows[-1]
            if part.strip() and not row.text.strip():
                row.y = place[5] * matrix[3] + matrix[5]
                row.size = abs(size * (place[3] or place[0] or 1.0) * (matrix[3] or 1.0)) if size else 0.0
            if bold and row.bold == row.text:
                row.bold += part
            row.text += part
            row.pieces.append((place[4] * matrix[0] + matrix[4], part))

    page.extract_text(visitor_text=visit, visitor_operand_before=budget.operation)
    kept = []
    for row in rows:
        row.bold = _BULLET.sub("", _tidied(row.bold)) if row.bold.strip() else ""
        row.text = _BULLET.sub("", _tidied(row.text))
        if row.bold == row.text or not row.text.startswith(row.bold):
            row.bold = ""
        if row.text:
            kept.append(row)
    return kept


def _tidied(text: str) -> str:
    """One line, a soft hyphen at its end kept as a hyphen."""
    text = re.sub("\u00ad\\s*$", "-", text)
    return " ".join(tidy(text).split())


def _take_edges(pages: list[list[Row]]) -> tuple[int, int, int]:
    """Take running heads, page numbers and footnotes off the pages (in place); how many of each."""
    heads = numbers = notes = 0
    written = [page for page in pages if page]
    usual = median(row.size for page in written for row in page)
    anywhere = Counter(_key(row.text) for page in written for row in page)
    for order in (-1, 1):  # from above, from below
        edges = [sorted(page, key=lambda row: order * row.y)[:12] for page in written]
        seen = Counter(_key(row.text) for edge in edges for row in edge[:3])
        seen = Counter({key: n for key, n in seen.items() if anywhere[key] == n})  # what stands elsewhere too is speech
        for page, edge in zip(written, edges, strict=True):
            for number, row in enumerate(edge):
                if len(page) == 1:
                    break
                if number < 3 and _PAGE_NUMBER.match(row.text) and len(row.text) <= 25:
                    numbers += 1
                elif number < 3 and seen[_key(row.text)] >= _often(row.text, len(written)):
                    heads += 1
                elif order == 1 and row.size and row.size < 0.9 * usual:
                    notes += bool(re.match(r"[\d*†]", row.text))
                else:
                    break
                page.remove(row)
    return heads, numbers, notes


def _key(text: str) -> str:
    """A line, whatever number stands in it; with what looks like a label the numbers count."""
    return text.casefold() if match(text) else re.sub(r"\d+", "#", text).casefold()


def _often(text: str, pages: int) -> float:
    """On how many pages a line must stand to be no speech: more where it begins like a turn."""
    return max(3, 0.6 * pages) if match(text) else max(2, 0.4 * pages)


def _lines(pages: Sequence[Sequence[Row]]) -> tuple[list[Line], int]:
    rows = [row for page in pages for row in page]
    usual = median(row.size for row in rows) if rows else 0.0
    steps = [a.y - b.y for page in pages for a, b in pairwise(page) if 0 < a.y - b.y < 100]
    step = median(steps) if steps else 0.0
    lengths = sorted(len(row.text) for row in rows)
    width = lengths[int(0.95 * (len(lengths) - 1))] if lengths else 0
    words = Counter(word.casefold() for row in rows for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", row.text))
    lines: list[Line] = []
    joined = 0
    before: Row | None = None
    for page in pages:
        for number, row in enumerate(page):
            down = before.y - row.y if before is not None and number else 0.0
            gap = before is None or bool(step and down > 1.4 * step)
            heading = bool(usual) and row.size > 1.15 * usual and len(row.text) <= 100
            fits = before is not None and len(before.text) + 1 + len(row.text.split()[0]) < 0.85 * width
            parted = bool(lines) and _is_parted(lines[-1].text, row.text) and not gap
            soft = not gap and (parted or not fits) and not heading and bool(lines) and not lines[-1].heading
            soft = soft and not row.left
            text = f"{row.left}\t{row.text}" if row.left else row.text
            if soft and parted:
                first, _, text = text.partition(" ")
                lines[-1].text = _rejoin(lines[-1].text, first, words)
                joined += 1
            if text:
                bold = row.bold if text.startswith(row.bold) else ""
                lines.append(Line(text, gap=gap, soft=soft, heading=heading, bold=bold))
            before = row
    return lines, joined


def _is_parted(line: str, rest: str) -> bool:
    """Whether a word was parted at the end of a line; `th-` before `the` is somebody who began again."""
    if not _HYPHEN.search(line) or not rest[0].islower():
        return False
    begun = re.split(r"\s", line[:-1])[-1]
    return not rest.casefold().startswith(begun.casefold().lstrip('("“„'))


def _rejoin(line: str, rest: str, words: Counter[str]) -> str:
    """A word parted at the end of a line, whole again; its hyphen stays where the file writes the word with one elsewhere."""
    first = re.split(r"\s", line[:-1])[-1]
    stem = re.sub(r"^\W+|\W+$", "", f"{first}-{rest}")
    whole = re.sub(r"^\W+|\W+$", "", f"{first}{rest}")
    hyphen = words[stem.casefold()] > 0 and not words[whole.casefold()]
    return f"{line[:-1]}{'-' if hyphen else ''}{rest}"

"""Where words stand on the pages of a PDF: numbers of lines in the margin, and a column of voices beside the words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from qualcode.transcripts.cleaning import STAMP, one_line

_NUMBER = re.compile(r"\d{1,5}")
_NEAR = 2.0  # points by which pieces that begin at one place may differ
_CELL_ROWS, _CELL_WORDS = 4, 7  # a voice's name in a narrow column has no more


@dataclass
class Row:
    """One line of a page: its words, its height on the page (points from below), its size of letters.

    `pieces` are what the page draws one after the other, each with its place from the left. `left` is what stands in a
    column of voices (its parts joined by tabs), `text` then the words beside it.
    """

    text: str
    y: float
    size: float
    pieces: list[tuple[float, str]] = field(default_factory=list)
    left: str = ""
    bold: str = ""  # what it begins with in bold letters

    @property
    def start(self) -> float | None:
        """Where the first of its words stands."""
        return next((x for x, text in self.pieces if text.strip()), None)


def without_margin_numbers(pages: list[list[Row]]) -> int:
    """Take numbers of lines off the pages (in place); how many.

    They are numbers left of where most lines begin, each on the height of a line, three and more.
    """
    rows = [row for page in pages for row in page]
    margin = _usual([row.start for row in rows if row.start is not None and not _NUMBER.fullmatch(row.text)])
    if margin is None:
        return 0
    found: list[tuple[list[Row], Row, int]] = []
    for page in pages:
        heights = [row.y for row in page if not _NUMBER.fullmatch(row.text)]
        for row in page:
            said = [at for at, (_, text) in enumerate(row.pieces) if text.strip()]
            marks = [
                at for at in said if row.pieces[at][0] <= margin - 3 and _NUMBER.fullmatch(row.pieces[at][1].strip())
            ]
            others = [row.pieces[at][0] for at in said if at not in marks]
            if len(marks) != 1 or any(x <= row.pieces[marks[0]][0] + 8 for x in others):
                continue
            if others or any(abs(row.y - height) <= _NEAR for height in heights):
                found.append((page, row, marks[0]))
    if len(found) < 3:
        return 0
    for page, row, at in found:
        del row.pieces[at]
        row.text = one_line("".join(text for _, text in row.pieces))
        if not row.text:
            page.remove(row)
    return len(found)


def take_voices(pages: Sequence[list[Row]]) -> bool:
    """Part a column of voices from the words beside it (in place), and say whether there is one.

    There is one where nearly all lines (four in five) have words that begin at the same place, and four or more of them
    something short to the left of it, with letters: a table of two or three columns, or labels before hanging paragraphs.
    """
    for page in pages:
        _join_cells(page)
    rows = [row for page in pages for row in page if row.pieces]
    starts = Counter(place for row in rows for place in {round(x / _NEAR) for x, text in row.pieces if text.strip()})
    for place, n in sorted(starts.items(), reverse=True):
        n += starts[place - 1]  # the two halves of a place that rounding parts
        words = place * _NEAR - 1.5 * _NEAR
        if n < 0.8 * len(rows):
            continue
        beside = [row for row in rows if row.start is not None and row.start < words - 10 and _reaches(row, words)]
        lefts = [_parted(row, words)[0] for row in beside]
        labels = [left for left in lefts if re.search(r"[^\W\d_]", left)]
        short = [left for left in labels if len(left.split()) <= 7]
        if len(labels) < 4 or len(short) < 0.9 * len(labels) or len(set(labels)) < 2:
            continue
        if any(re.fullmatch(STAMP, part) for left in lefts for part in left.split("\t")) or _recur(labels):
            for row in beside:
                row.left, row.text = _parted(row, words)
            _join_labels(rows)
            return True
    return _by_tab(rows)


def _by_tab(rows: Sequence[Row]) -> bool:
    """Part short labels from words that a tab sets off, all at one place (in place), though the lines below begin at the margin."""
    places: dict[int, list[tuple[Row, float]]] = {}
    for row in rows:
        said = [(x, text) for x, text in row.pieces if text.strip()]
        for (x, text), (after, _) in pairwise(said):
            if after - x > 0.6 * row.size * len(text.strip()) + row.size:  # letters are about half as wide as high
                places.setdefault(round(after / _NEAR), []).append((row, after - 0.5 * _NEAR))
                break
    found = max(places.values(), key=len, default=[])
    labels = [_parted(row, words)[0] for row, words in found]
    short = all(len(label.split()) <= 4 and re.search(r"[^\W\d_]", label) for label in labels)
    if len(found) < 4 or not short or len(set(labels)) < 2 or not _recur(labels):
        return False
    for row, words in found:
        row.left, row.text = _parted(row, words)
    return True


def _join_cells(page: list[Row]) -> None:
    """Put a name that is broken over the lines of its cell before the words of the next cell (in place).

    A table is drawn cell by cell: after `Anna`, `Bell` the page goes up again, and to the right.
    """
    kept: list[Row] = []
    at = 0
    while at < len(page):
        below = next(
            (n for n in range(at + 2, min(at + _CELL_ROWS + 1, len(page))) if _is_cell(page[at:n], page[n])), None
        )
        if below is None:
            kept.append(page[at])
            at += 1
            continue
        columns: dict[int, list[str]] = {}
        for row in page[at:below]:
            for x, text in row.pieces:
                if text.strip():
                    columns.setdefault(round(x / _NEAR), []).append(text.strip())
        name = [(place * _NEAR, f"{_whole(texts)} ") for place, texts in sorted(columns.items())]
        words = page[below]
        words.pieces[:0] = name
        words.text = one_line(f"{''.join(text for _, text in name)} {words.text}")
        at = below
    page[:] = kept


def _is_cell(cell: Sequence[Row], words: Row) -> bool:
    """Whether rows go down and are short, and `words` stand to the right of them on the height of the first."""
    if words.start is None or abs(words.y - cell[0].y) > _NEAR or any(a.y <= b.y + _NEAR for a, b in pairwise(cell)):
        return False
    if sum(len(row.text.split()) for row in cell) > _CELL_WORDS:
        return False
    places = [x for row in cell for x, text in row.pieces if text.strip()]
    return bool(places) and words.start >= max(places) + 10


def _whole(texts: Sequence[str]) -> str:
    """`Jan-` above `Piet` is `Jan-Piet`, `Inter-` above `viewer` is `Interviewer`."""
    return re.sub(r"(?<=\w)-\s(?=[^\W\d_])", "-", re.sub(r"(?<=\w)-\s(?=[a-zß-ÿ])", "", " ".join(texts)))


def _join_labels(rows: Sequence[Row]) -> None:
    """Labels beside the words that are broken (`Anna` above `Bell:`), whole again (in place): only their end has the colon."""
    ends = Counter(row.left for row in rows if row.left.endswith(":"))
    for row, below in pairwise(rows):
        whole = f"{row.left} {below.left}"
        if (
            row.left
            and ":" not in row.left.split("\t")[-1]
            and ends[below.left] >= 2
            and len(whole.split()) <= _CELL_WORDS
        ):
            row.left, below.left = whole, ""


def _usual(places: Sequence[float]) -> float | None:
    counts = Counter(round(place) for place in places)
    return float(max(counts, key=lambda place: (counts[place], -place))) if counts else None


def _reaches(row: Row, words: float) -> bool:
    """Whether a row has a piece that begins where the words do."""
    return any(text.strip() and words <= x <= words + 3 * _NEAR for x, text in row.pieces)


def _parted(row: Row, words: float) -> tuple[str, str]:
    left: list[tuple[float, str]] = []
    right = ""
    for x, text in row.pieces:
        if x >= words:
            right += text
        elif left and not text.strip():
            left[-1] = (left[-1][0], left[-1][1] + text)
        elif left and left[-1][1] and not left[-1][1].endswith(" "):
            left[-1] = (left[-1][0], left[-1][1] + text)  # one word that is drawn in pieces
        else:
            left.append((x, text))
    return "\t".join(one_line(text) for _, text in left if text.strip()), one_line(right)


def _recur(labels: Sequence[str]) -> bool:
    counts = Counter(label.rstrip(" :").casefold() for label in labels)
    return sum(n for n in counts.values() if n >= 2) >= 0.6 * len(labels)

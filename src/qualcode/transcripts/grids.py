"""Tables inside documents (Word, OpenDocument, rich text, HTML): read row by row, as `voice: words` where a column is voices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from qualcode.transcripts.cleaning import STAMP, one_line, seconds
from qualcode.transcripts.forms import name_like
from qualcode.transcripts.headers import roles_of
from qualcode.transcripts.model import Line

Cell = Sequence[Line]
Grid = Sequence[Sequence[Cell]]  # rows of cells of lines
_COUNT = re.compile(r"[\W_]*\d{1,5}[\W_]*")


@dataclass(frozen=True)
class _Columns:
    """What a table's columns are, by place: the first row below the header, the voices, the times, the words, names left out.

    `words` empty: all that follow the voices.
    """

    first: int = 0
    voices: int | None = None
    times: int | None = None
    words: tuple[int, ...] = ()
    left: list[str] = field(default_factory=list)


def lines_of_grid(grid: Grid) -> tuple[list[Line], list[str]]:
    """The lines of a table, and the names of its columns that are left out.

    A header that names a column of words (as in spreadsheets) is left out, and so are the columns that it does not call
    voices, words or times. With a column of voices each row is `voice: words`.
    """
    columns = _by_header(grid) or _by_content(grid)
    if columns is None:
        return [line for row in grid for cell in row for line in cell], []
    lines: list[Line] = []
    for row in grid[columns.first :]:
        words = [line for at in _words_at(row, columns) for line in row[at]]
        time = seconds(_said(row[columns.times])) if columns.times is not None and columns.times < len(row) else None
        voice = _said(row[columns.voices]) if columns.voices is not None and columns.voices < len(row) else ""
        if voice and words:
            lines.append(Line(f"{voice.rstrip(' :')}: {words[0].text}", gap=True, time=time))
            lines += words[1:]
        elif columns.voices is None or not voice:
            lines += words
        else:
            lines += [line for cell in row for line in cell]
    return lines, columns.left


def _words_at(row: Sequence[Cell], columns: _Columns) -> list[int]:
    if columns.words:
        return [at for at in columns.words if at < len(row)]
    return [at for at in range((columns.voices or 0) + 1, len(row)) if at != columns.times]


def _said(cell: Cell) -> str:
    return one_line(" ".join(line.text for line in cell))


def _by_header(grid: Grid) -> _Columns | None:
    """The columns of a table whose first rows name them; None where no row does."""
    for at, row in enumerate(grid[:3]):
        names = [_said(cell) for cell in row]
        if len(grid) <= at + 1 or any(len(name.split()) > 4 for name in names):
            continue
        roles = roles_of(names)
        if "text" not in roles or len(roles) < 2 or "question" in roles:
            continue
        voices, times, text = roles.get("speaker"), roles.get("time"), roles["text"]
        left = [name for place, name in enumerate(names) if name and place not in (voices, times, text)]
        return _Columns(at + 1, voices, times, (text,), left)
    return None


def _by_content(grid: Grid) -> _Columns | None:
    """A column of voices (short, one line, recurring) before words; before it only numbers and times. None: there is none."""
    width = max((len(row) for row in grid), default=0)
    last = _voices_last(grid, width)
    if last is not None:
        return last
    times: int | None = None
    for column in range(width - 1):
        cells = [row[column] for row in grid if len(row) > column + 1 and row[column]]
        if len(grid) < 2 or not cells:
            return None
        if times is None and sum(1 for cell in cells if re.fullmatch(STAMP, _said(cell))) >= 0.8 * len(cells):
            times = column
            continue
        if sum(1 for cell in cells if _COUNT.fullmatch(_said(cell))) >= 0.8 * len(cells):
            continue
        labels = [cell[0].text.rstrip(" :").casefold() for cell in cells if len(cell) == 1]
        short = [label for label in labels if 0 < len(label.split()) <= 5 and not re.fullmatch(r"[\d\W]+", label)]
        if len(short) < 0.8 * len(grid) or len(set(short)) > max(2, len(short) / 2):
            return None
        after = [row[column + 1] for row in grid if len(row) > column + 2 and row[column + 1]]
        if times is None and after and sum(1 for cell in after if re.fullmatch(STAMP, _said(cell))) >= 0.8 * len(after):
            times = column + 1
        return _Columns(0, column, times)
    return None


def _voices_last(grid: Grid, width: int) -> _Columns | None:
    """Columns as NVivo writes them: numbers and times (there must be times), words, and the voices last, as names that recur."""
    if width < 3 or len(grid) < 4 or any(len(row) != width for row in grid):
        return None
    cells = [[_said(cell) for cell in row] for row in grid]
    voices = [row[-1] for row in cells]
    counts = Counter(voice.casefold() for voice in voices)
    if not all(len(voice.split()) <= 5 and name_like(voice) for voice in voices) or len(counts) > len(voices) / 2:
        return None
    before = [[row[at] for row in cells] for at in range(width - 2)]
    times = next((at for at, column in enumerate(before) if all(re.fullmatch(STAMP, cell) for cell in column)), None)
    aside = all(re.fullmatch(STAMP, cell) or _COUNT.fullmatch(cell) for column in before for cell in column)
    said = sum(len(row[-2].split()) for row in cells)
    if times is None or not aside or said <= sum(len(voice.split()) for voice in voices):
        return None
    return _Columns(0, width - 1, times, (width - 2,))

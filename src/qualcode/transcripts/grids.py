"""Tables inside documents (Word, OpenDocument, rich text, HTML): read row by row, as `voice: words` where a column is voices."""

from __future__ import annotations

import re
from collections.abc import Sequence

from qualcode.transcripts.model import Line

Grid = Sequence[Sequence[Sequence[Line]]]  # rows of cells of lines


def lines_of_grid(grid: Grid) -> list[Line]:
    """The lines of a table. With a column of voices each row is `voice: words` (after a time, where one stands before)."""
    column = voices_column(grid)
    lines: list[Line] = []
    for row in grid:
        if column is not None and len(row) > column + 1 and row[column] and any(row[column + 1 :]):
            words = [line for cell in row[column + 1 :] for line in cell]
            time = f"{row[0][0].text} " if column == 1 and row[0] else ""
            lines.append(Line(f"{time}{row[column][0].text.rstrip(' :')}: {words[0].text}", gap=True))
            lines += words[1:]
        else:
            lines += [line for cell in row for line in cell]
    return lines


def voices_column(grid: Grid) -> int | None:
    """The column of a table that holds voices (short, one line, recurring), before a column of words."""
    for column in (0, 1):
        cells = [row[column] for row in grid if len(row) > column + 1 and row[column]]
        labels = [cell[0].text.rstrip(" :").casefold() for cell in cells if len(cell) == 1]
        short = [label for label in labels if 0 < len(label.split()) <= 5 and not re.fullmatch(r"[\d\W]+", label)]
        if len(grid) >= 2 and len(short) >= 0.8 * len(grid) and len(set(short)) <= max(2, len(short) / 2):
            return column
    return None

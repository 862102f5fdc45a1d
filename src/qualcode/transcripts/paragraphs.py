"""What readers of documents (Word, OpenDocument, rich text, HTML) share: paragraphs become lines; what is left out is counted."""

from __future__ import annotations

from collections import Counter

from qualcode.transcripts.cleaning import said, tally, tidy
from qualcode.transcripts.grids import Grid, lines_of_grid
from qualcode.transcripts.model import Line, counted


class Paragraphs:
    """Lines of a document while it is walked: text is collected in `parts`, and `end_paragraph` makes lines of it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.heading = False
        self.gap = True
        self.deleted = self.hidden = self.comments = self.notes = 0
        self.columns: list[str] = []
        self.plain = Counter[str]()

    def end_paragraph(self) -> None:
        """A line break inside a paragraph parts lines; an empty paragraph is a gap before the next."""
        raw = "".join(self.parts)
        self.plain += tally(raw)
        text = tidy(raw, tabs=True)
        self.parts = []
        if not text.strip():
            self.gap = True
            return
        for raw in text.split("\n"):
            if raw.strip():
                self.lines.append(Line(raw.strip(), gap=self.gap, heading=self.heading))
                self.gap = False

    def grid(self, grid: Grid) -> None:
        """The lines of a table, row by row."""
        lines, left = lines_of_grid(grid)
        self.lines += lines
        self.columns += [name for name in left if name not in self.columns]
        self.gap = True

    def count_in(self, inner: Paragraphs) -> None:
        """Add what a part of the document (a cell) left out."""
        self.deleted += inner.deleted
        self.hidden += inner.hidden
        self.comments += inner.comments
        self.notes += inner.notes
        self.plain += inner.plain
        self.columns += [name for name in inner.columns if name not in self.columns]

    def told(self) -> list[str]:
        """Notes on what was left out."""
        notes = []
        if self.deleted:
            notes.append(f"{counted(self.deleted, 'tracked deletion')} left out")
        if self.hidden:
            notes.append(f"{counted(self.hidden, 'stretch', 'stretches')} of hidden text left out")
        if self.comments:
            notes.append(f"{counted(self.comments, 'comment')} set aside")
        if self.notes:
            notes.append(f"{counted(self.notes, 'footnote')} set aside")
        if self.columns:
            shown = ", ".join(self.columns)
            notes.append(f"{counted(len(self.columns), 'column')} of tables left out, no speech: {shown}")
        plain = said(self.plain)
        return [*notes, plain] if plain else notes

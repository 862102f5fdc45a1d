"""What readers of documents (Word, OpenDocument, rich text, HTML) share: paragraphs become lines; what is left out is counted."""

from __future__ import annotations

from collections import Counter

from qualcode.transcripts.cleaning import one_line, said, tally, tidy
from qualcode.transcripts.grids import Grid, lines_of_grid
from qualcode.transcripts.model import Line, counted

_LONGEST = 200  # characters of a name in bold letters, more than any has


class Paragraphs:
    """Lines of a document while it is walked: text is collected in `parts`, and `end_paragraph` makes lines of it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.bold: set[int] = set()  # which parts are in bold letters
        self.heading = False
        self.gap = True
        self.deleted = self.hidden = self.comments = self.notes = 0
        self.columns: list[str] = []
        self.plain = Counter[str]()

    def add(self, text: str, *, bold: bool) -> None:
        """More of the paragraph."""
        if bold:
            self.bold.add(len(self.parts))
        self.parts.append(text)

    def end_paragraph(self, bold: list[str] | None = None) -> None:
        """A line break inside a paragraph parts lines; an empty paragraph is a gap before the next.

        `bold`: `in_bold()`, where `parts` were changed since.
        """
        bold = self.in_bold() if bold is None else bold
        self.bold = set()
        raw = "".join(self.parts)
        self.plain += tally(raw)
        text = tidy(raw, tabs=True)
        self.parts = []
        if not text.strip():
            self.gap = True
            return
        written = text.split("\n")
        starts = bold if len(bold) == len(written) else [""] * len(written)
        for raw, start in zip(written, starts, strict=True):
            if raw.strip():
                own = start if one_line(raw).startswith(start) and start != one_line(raw) else ""
                self.lines.append(Line(raw.strip(), gap=self.gap, heading=self.heading, bold=own))
                self.gap = False

    def in_bold(self) -> list[str]:
        """What each line of the paragraph begins with in bold letters."""
        if not self.bold:
            return []
        starts, on = [""], True
        for at, part in enumerate(self.parts):
            first, *more = part.split("\n")
            on = on and (at in self.bold or not first.strip()) and len(starts[-1]) <= _LONGEST
            starts[-1] += first if on else ""
            for line in more:
                on = at in self.bold or not line.strip()
                starts.append(line if on else "")
        return [one_line(tidy(start)) if len(start) <= _LONGEST else "" for start in starts]

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

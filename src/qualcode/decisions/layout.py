"""What the sheet of disagreements looks like: one list of columns for the writer and the reader."""

from __future__ import annotations

import re
from dataclasses import dataclass

PACK = "disagreements"  # what the hidden sheet says this workbook is
OVERVIEW, SHEET, HELP, CODES = "Overview", "Disagreements", "How to use this", "Codes"
LISTS, HIDDEN = "Lists", "qualcode"

# what a person reads in the drop-down list -> what is written to the decisions table
CHOICE_WORDS = {
    "keep A": "keep_a",
    "keep B": "keep_b",
    "both": "both",
    "neither": "neither",
    "other": "other",
    "open again": "open",
}
WORD_OF = {choice: word for word, choice in CHOICE_WORDS.items()}
SILENT_CHOICES = ("keep A", "keep B", "other", "open again")  # where one side coded nothing


@dataclass(frozen=True)
class Column:
    """A column of the sheet: key for us, heading for people, width in characters; `role` sets colour and protection."""

    key: str
    heading: str
    width: float
    role: str = "facts"  # facts, a, b, input, ids
    printed: bool = True


COLUMNS = (
    Column("number", "No.", 6),
    Column("kind", "Kind", 11),
    Column("transcript", "Transcript", 11),
    Column("speaker", "Speaker", 10),
    Column("rank", "Rank", 6),
    Column("stake", "At stake", 22),
    Column("before", "Just before", 26),
    Column("coder_a", "A: coder", 8, "a"),
    Column("code_a", "A: code", 19, "a"),
    Column("quote_a", "A: passage", 38, "a"),
    Column("memo_a", "A: memo", 18, "a"),
    Column("coder_b", "B: coder", 8, "b"),
    Column("code_b", "B: code", 19, "b"),
    Column("quote_b", "B: passage", 38, "b"),
    Column("memo_b", "B: memo", 18, "b"),
    Column("after", "Just after", 26),
    Column("choice", "Decision", 12, "input"),
    Column("other", "Other code or direction", 24, "input"),
    Column("passage", "Other passage (paste its words)", 26, "input"),
    Column("reason", "Reason", 28, "input"),
    Column("by", "By", 9, "input"),
    Column("on", "Date", 12, "input"),
    Column("definition_a", "A: definition of the code", 40, "a", False),
    Column("definition_b", "B: definition of the code", 40, "b", False),
    Column("status", "Status when made", 13, "ids", False),
    Column("disagreement", "Disagreement id", 38, "ids", False),
    Column("decision", "Decision id", 38, "ids", False),
    Column("coding_a", "A: coding id", 38, "ids", False),
    Column("coding_b", "B: coding id", 38, "ids", False),
)
HEADINGS = {column.heading.casefold(): column.key for column in COLUMNS}

KINDS = {
    "presence": "One side gave the passage a code; the other left it without, and never used that code in this transcript.",
    "missed": "One side gave the passage a code; the other left it without, but used that code elsewhere in this transcript.",
    "boundary": "Both used the same code, but their passages have too little in common to count as the same.",
    "sibling": "Both coded the passage, with different codes that are close in the codebook (same parent, or parent and child).",
    "cousin": "Both coded the passage, with different codes that share a grandparent in the codebook.",
    "far": "Both coded the passage, with codes from different parts of the codebook.",
    "direction": "Same code, same passage, different direction (facilitator, barrier, mixed, neutral).",
}


CHOICES_EXPLAINED = (
    ("keep A", "The reading of A stands, that of B does not. Where A coded nothing: the passage gets no such code."),
    ("keep B", "The reading of B stands, that of A does not. Where B coded nothing: the passage gets no such code."),
    ("both", "Both stand. Boundary: one passage over the two. Direction: mixed."),
    ("neither", "Neither stands. Direction: the passage keeps its code and has no direction."),
    (
        "other",
        "Something else: another code (or direction), chosen beside; another passage, whose words are pasted; or both. "
        "Without another passage the code is given to the whole passage.",
    ),
    ("open again", "Takes back an earlier decision: it counts as undecided until somebody decides anew."),
)


def code_option(code: str, label: str) -> str:
    """A code as the drop-down list shows it."""
    return f"{label} [{code}]" if label and label != code else code


def bracketed(cell: str) -> str:
    """The id of a choice as the lists show it, `Label [id]`; "" for none."""
    found = re.search(r"\[([^\[\]]+)\]\s*$", cell)
    return found[1].strip() if found else ""

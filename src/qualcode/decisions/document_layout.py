"""What the meeting's Word document says at every disagreement, and the marks by which it is read back."""

from __future__ import annotations

import re

from qualcode.decisions.layout import PACK

FIELDS = {  # what is filled in -> what stands before it; also the tag of its content control
    "choice": "Decision",
    "other": "Other code (with “other”)",
    "direction": "Other direction (with “other”)",
    "passage": "Other passage (with “other”)",
    "reason": "Reason",
    "by": "Decided by",
    "on": "Date",
}
TAG = "qualcode"  # of content controls: qualcode:FIELD:DISAGREEMENT
ASK = {
    "choice": "Choose a decision",
    "other": "Choose a code",
    "direction": "Choose a direction",
    "passage": "Paste its words from above",
    "reason": "In your own words, without a participant’s",
    "by": "Initials; two people: RB; KL",
    "on": "The day, as 2024-03-31",
}
FOR_US = "For qualcode (please leave this line):"


def id_line(disagreement: str, decision: str) -> str:
    """The small line under each disagreement: what is left where a program drops content controls."""
    return f"{FOR_US} disagreement {disagreement}" + (f" decision {decision}" if decision else "")


def read_id_line(words: str) -> tuple[str, str] | None:
    """The disagreement and the decision of such a line; None where it is none."""
    found = re.search(rf"{re.escape(FOR_US)} disagreement (\S+)(?: decision (\S+))?", " ".join(words.split()))
    return (found[1], found[2] or "") if found else None


def fact_line(facts: dict[str, str]) -> str:
    """What a document says of itself, in a line: what is left where a program drops document properties."""
    return f"{FOR_US} {PACK}; pack={facts['pack']}; context={facts['context']}; study={facts['study']}"


def read_fact_line(words: str) -> dict[str, str]:
    """The facts of such a line; empty where it is none."""
    flat = " ".join(words.split())
    found = re.search(rf"{re.escape(FOR_US)} {PACK}; pack=(\S*); context=(\d*); study=(.*)", flat)
    return {"kind": PACK, "pack": found[1], "context": found[2], "study": found[3].strip()} if found else {}


def sign_before(letters: str) -> str:
    """The sign before what the sides of these letters coded."""
    return f"[{'+'.join(letters)} "


def sign_after(letters: str) -> str:
    """And the one after it."""
    return f" {'+'.join(letters)}]"


def goes_on(speaker: str) -> str:
    """What stands before words in the middle of a turn."""
    return f"{speaker}: … " if speaker else "… "


def without_signs(words: str) -> str:
    """Words copied from the document, without the signs that are not the participant's."""
    plain = re.sub(r"\[(?:A\+B|A|B) | (?:A\+B|A|B)\]", "", words)
    return re.sub(r"^(?:[^:…]{1,60}: )?… | …$", "", plain)

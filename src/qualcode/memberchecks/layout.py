"""What a packet says in every copy, and the marks by which it is known again: one place for writer and reader."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from qualcode.documents import PREFIX

PACK = "membercheck"
RESPONSES = {  # what the log says -> what the packet says
    "fits": "This fits my experience",
    "partly": "This fits partly",
    "not": "This does not fit",
}
NONE = "none"  # nothing ticked
QUESTION = "Does this fit your experience?"
COMMENT = "Your comment, if you like:"
FREE = "Anything else?"
FREE_HINT = "Something we missed, something you want to put differently, anything you like:"
BOX, TICKED = "☐", "☒"
TICKS = "☒☑✓✔✗✘🗹🗷"
REFERENCE = "For the researchers (please leave this line):"
_HASHES_A_LINE = 40  # document properties may hold 255 characters


def fingerprint(paragraph: str) -> str:
    """A mark of a paragraph's words, to see which ones a participant changed or added."""
    plain = "".join(unicodedata.normalize("NFKC", paragraph).split())
    return hashlib.sha256(plain.encode("utf-8")).hexdigest()[:5]


def marks(paragraphs: list[str]) -> dict[str, str]:
    """The marks of all paragraphs as document properties."""
    found = sorted({fingerprint(paragraph) for paragraph in paragraphs if paragraph.strip()})
    lines = [found[at : at + _HASHES_A_LINE] for at in range(0, len(found), _HASHES_A_LINE)]
    return {f"{PREFIX}text_{number}": " ".join(line) for number, line in enumerate(lines, start=1)}


def reference_line(facts: dict[str, str]) -> str:
    """The facts of a packet as one small line prints them: what is left where a program drops document properties."""
    order = ("pack", "round", "participant", "codebook_version", "themes", "sent", "study")
    return f"{REFERENCE} {PACK}; " + "; ".join(f"{key}={facts.get(key, '')}" for key in order)


def read_reference(line: str) -> dict[str, str]:
    """The facts of a reference line; empty where it is none."""
    found = re.search(rf"{re.escape(REFERENCE)}\s*{PACK};\s*(.*)", " ".join(line.split()))
    if not found:
        return {}
    before, _, study = found[1].partition("study=")
    facts = dict(part.strip().partition("=")[::2] for part in before.split(";") if "=" in part)
    return {"kind": PACK, **facts, "study": study.strip()}

"""What the meeting's HTML page saved (JSON), as answers. Its form stands in `items.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from qualcode.decisions.answers import Answer, Filled, choice_of, day_of, once_each
from qualcode.errors import DecisionsError, Problems
from qualcode.files import decode

KIND, VERSION = "meeting", 1
_KEYS = ("disagreement", "text", "decision", "choice", "value", "reason", "by", "on")
_LARGEST = 100_000_000  # bytes: hundreds of thousands of decisions


def is_saved(path: Path) -> bool:
    """Whether a file is what the meeting's page saved: by what it says of itself, whatever it is called."""
    with path.open("rb") as stream:
        head = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"{") or b'"qualcode"' not in head or path.stat().st_size > _LARGEST:
        return False
    try:
        found = json.loads(decode(path.read_bytes())[0])
    except (ValueError, RecursionError):
        return b'"meeting"' in head  # damaged: read_saved says so
    return isinstance(found, dict) and found.get("qualcode") == KIND


def is_page(path: Path) -> bool:
    """Whether a file is the meeting's page itself, which holds no decisions that could be read."""
    if path.suffix.lower() not in (".html", ".htm") or path.stat().st_size > _LARGEST:
        return False
    return f'"format":"{KIND}","version":'.encode() in path.read_bytes()


def read_saved(path: Path, where: str, problems: Problems) -> Filled:
    """The answers in a file that the page saved; what is wrong with a row goes to `problems`.

    Raises
    ------
    DecisionsError
        It is not such a file, is damaged, or is of a later qualcode.
    """
    try:
        found = json.loads(decode(path.read_bytes())[0])
    except (ValueError, RecursionError) as error:
        what = "this file is damaged or not whole (no valid JSON)."
        raise DecisionsError(what, where=where, hint="Save it again from the page.") from error
    if not isinstance(found, dict) or found.get("qualcode") != KIND:
        what = "this is not a file that the meeting's page saved."
        raise DecisionsError(what, where=where, hint="Make the page with `qualcode pack meeting --as html`.")
    if found.get("version") != VERSION:
        what = f"this file is of version {str(found.get('version'))[:10]}, and this qualcode reads version {VERSION}."
        raise DecisionsError(what, where=where, hint="Use the qualcode that made the page.")
    rows = found.get("rows")
    if not isinstance(rows, list):
        raise DecisionsError("this file has no list 'rows'.", where=where, hint="Save it again from the page.")
    filled = Filled(where, {"qualcode": KIND, "pack": str(found.get("pack") or "")})
    if not filled.facts["pack"]:
        problems.add(where, "this file does not say which pack it belongs to ('pack').", "Save it again from the page.")
    answers = [_answer(row, where, f"row {number}", problems) for number, row in enumerate(rows, start=1)]
    filled.answers = once_each((answer for answer in answers if answer is not None), problems)
    return filled


def _answer(row: Any, where: str, place: str, problems: Problems) -> Answer | None:
    if not isinstance(row, dict):
        problems.add(where, "this row is not an object with names and values.", place=place)
        return None
    odd = [key for key in _KEYS if not isinstance(row.get(key, ""), str)]
    if odd:
        problems.add(where, f"'{odd[0]}' is not a text.", "Save it again from the page.", place=place)
        return None
    cells = {key: " ".join(row.get(key, "").split()) for key in _KEYS}
    if not cells["disagreement"]:
        problems.add(where, "the disagreement's id is missing.", place=place)
        return None
    return Answer(
        where, place, cells["disagreement"], cells["decision"], choice_of(cells["choice"], where, place, problems),
        cells["value"], "", cells["reason"], cells["by"], day_of(cells["on"], where, place, problems), cells["text"],
    )  # fmt: skip

"""Several codes in one line, parted by `;` or `,`, where a code's own name may hold a comma."""

from __future__ import annotations

import re
from collections.abc import Callable

_MOST = 6  # parts that one code's name may have


def codes_of_line(line: str, known: Callable[[str], bool], marks: str = ";,") -> list[tuple[str, bool]]:
    """The codes of a line, each with whether it is known: from the left, always the longest known name.

    `Mood, bad, time` is the codes `Mood, bad` and `time` where the codebook has them; a part that begins no known name stands
    alone, as unknown.
    """
    pieces = re.split(f"([{re.escape(marks)}])", line)
    parts, between = pieces[::2], pieces[1::2]
    found: list[tuple[str, bool]] = []
    at = 0
    while at < len(parts):
        for end in range(min(len(parts), at + _MOST), at, -1):
            name = "".join(part + mark for part, mark in zip(parts[at:end], [*between[at : end - 1], ""], strict=True))
            name = name.strip().removeprefix("#").strip()
            if name and known(name):
                found.append((name, True))
                at = end
                break
        else:
            name = parts[at].strip().removeprefix("#").strip()
            if name:
                found.append((name, False))
            at += 1
    return found

"""What pre-commit and the tests ask before a commit: is anything confidential or very large in it?

The study in this repository is made up. Its files under data/raw are known by name in `made_up.txt`, so that a real
interview that somebody drops there does not slip into a commit.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_name("made_up.txt")
LIMIT = 500_000


def unlisted(paths: list[str]) -> list[str]:
    """The files under data/raw, decisions aside, that the list of the made-up study does not name."""
    listed = set(LIST.read_text(encoding="utf-8").split())
    raw = [path for path in paths if path.startswith("data/raw/") and not path.startswith("data/raw/decisions/")]
    return [path for path in raw if path not in listed]


def too_large(paths: list[str]) -> list[str]:
    """The files of more than 500 kB."""
    return [path for path in paths if (ROOT / path).is_file() and (ROOT / path).stat().st_size > LIMIT]


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--size"]
    found = too_large(given) if "--size" in sys.argv else unlisted(given)
    for name in found:
        print(
            f"{name}: not a file of the made-up study (tests/workflow/made_up.txt)"
            if "--size" not in sys.argv
            else f"{name}: over 500 kB"
        )
    sys.exit(bool(found))

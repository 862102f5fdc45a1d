"""On which text something was made that counts characters and does not say in which text: `data/raw/texts/made_on.csv`.

A row of a sheet with offsets, a stretch of an assignment, a decision with a span: when it is first read it is noted under
the text of that day, so that it can be carried when the text changes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from qualcode.errors import Problem, TranscriptError
from qualcode.files import read_sheet, write_text
from qualcode.study import Study
from qualcode.transcripts.kept import kept_folders, texts_folder

NAME = "made_on.csv"
COLUMNS = ("made", "sha256_text")


def mark(*parts: object) -> str:
    """The name of something made, by all that says what it is and where it stands: 16 digits, no words."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8")).hexdigest()[:16]


def read_made_on(study: Study) -> dict[str, str]:
    """The hash of the text that each thing was made on, by its mark.

    Raises
    ------
    TranscriptError
        The file cannot be read.
    """
    found: dict[str, str] = {}
    for path in (folder / NAME for folder in reversed(kept_folders(study))):
        if not path.is_file():
            continue
        data = read_sheet(path, shown_as=study.shown(path)).data
        if list(data.columns) != list(COLUMNS):
            what, hint = "its columns are not made, sha256_text.", "qualcode writes this file: restore it."
            raise TranscriptError(Problem(study.shown(path), what, hint, "row 1"))
        found |= dict(zip(data["made"], data["sha256_text"], strict=True))
    return found


def keep_made_on(study: Study, made: Mapping[str, str]) -> None:
    """Note things under their texts; what is noted already stays."""
    known = read_made_on(study)
    both = {**made, **known}
    if len(both) > len(known):
        lines = [",".join(COLUMNS), *(f"{name},{sha}" for name, sha in sorted(both.items()))]
        write_text(texts_folder(study) / NAME, "\n".join(lines) + "\n")

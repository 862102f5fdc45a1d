"""The texts of a study as files: every one that was ever made, kept by its SHA-256, and the present ones.

Beside the kept texts in `data/raw/texts/` an index says which transcript each was of, and from which file it was made.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from qualcode.errors import Problem, TranscriptError
from qualcode.files import read_sheet, sha256, write_text
from qualcode.study import Study
from qualcode.transcripts.compare import Edit

READ = "read"  # the folder in the folder of kept texts in which is kept what readers gave
INDEX_COLUMNS = ("transcript", "sha256_text", "text_rule", "sha256_raw")


class Replaced(NamedTuple):
    """What was done to a transcript after it was read.

    The text with names in it, and the stretches that were replaced. Where turns of people who withdrew were then taken out,
    `whole` is the SHA-256 of the conversation before (without names), and `taken` leads from there to the present text.
    """

    text: str
    edits: Sequence[Edit]
    whole: str = ""
    taken: Sequence[Edit] = ()


def texts_folder(study: Study) -> Path:
    """Where every text is kept: `data/raw/texts`."""
    return study.raw / "texts"


def kept_folders(study: Study) -> list[Path]:
    """The folder of kept texts, and the folders in it: what a colleague kept on another machine is read from these."""
    folder = texts_folder(study)
    return [folder, *_other_folders(folder)]


def _other_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir() and entry.name != READ)


def kept_index(study: Study) -> pd.DataFrame:
    """The index of kept texts (`transcript, sha256_text, text_rule, sha256_raw`, all text); empty where there is none.

    Raises
    ------
    TranscriptError
        The index cannot be read.
    """
    found = [pd.DataFrame(columns=list(INDEX_COLUMNS), dtype=object)]
    for path in (folder / "index.csv" for folder in kept_folders(study)):
        if not path.is_file():
            continue
        data = read_sheet(path, shown_as=study.shown(path)).data
        missing = [column for column in INDEX_COLUMNS if column not in data]
        if missing:
            what, hint = f"column '{missing[0]}' is missing.", "qualcode writes this file: restore it."
            raise TranscriptError(Problem(study.shown(path), what, hint, "row 1"))
        found.append(data[list(INDEX_COLUMNS)])
    return found[-1] if len(found) < 3 else pd.concat(found[1:]).drop_duplicates(ignore_index=True)


def kept_text(study: Study, sha: str) -> str | None:
    """A kept text by its SHA-256; None where it is not there, or is not the text of that name any more."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha):
        return None
    folder = texts_folder(study)
    kept = _kept_in(folder, sha)
    if kept is None:
        kept = next((found for one in _other_folders(folder) if (found := _kept_in(one, sha)) is not None), None)
    if kept is not None:
        return kept
    remembered = vars(study).get(_REMEMBERED, {}).get(sha)
    return remembered() if callable(remembered) else remembered


_REMEMBERED = "_remembered_texts"


def remember_text(study: Study, sha: str, text: str | Callable[[], str]) -> None:
    """Have `kept_text` give a text of this loaded study that may not be kept in a file (a check writes none), or fetch it."""
    vars(study).setdefault(_REMEMBERED, {})[sha] = text


def whole_text(study: Study, transcript: str, sha: str) -> str:
    """A conversation with the turns of people who withdrew, which was kept when it was read."""
    found = kept_text(study, sha)
    if found is None:
        what = "this conversation, as it was before somebody's turns were taken out, is not kept any more."
        raise TranscriptError(Problem(transcript, what, "Delete data/processed/shards, and run again."))
    return found


def _kept_in(folder: Path, sha: str) -> str | None:
    path = folder / f"{sha}.txt"
    if not path.is_file():
        return None
    data = path.read_bytes()
    return data.decode("utf-8") if sha256(data) == sha else None


def keep_texts(
    study: Study,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    names_out: Mapping[str, Replaced] | None = None,
) -> None:
    """Keep the present texts by their hash and list them in the index; what is kept already stays as it is.

    `names_out`: of transcripts in which names were replaced the text before is kept as well.
    """
    folder = texts_folder(study)
    index = kept_index(study)
    rows: list[tuple[str, str, str, str]] = []
    places = kept_folders(study)
    named = names_out or {}
    for line in transcripts.to_dict("records"):
        name, made_from = str(line["transcript"]), (str(line["text_rule"]), str(line["sha256_raw"]))
        rows.append((name, str(line["sha256_text"]), *made_from))
        if all(_kept_in(place, rows[-1][1]) is None for place in places):
            write_text(folder / f"{rows[-1][1]}.txt", texts[name])
        if name in named:
            before = named[name].text
            rows.append((name, sha256(before), *made_from))
            if all(_kept_in(place, rows[-1][1]) is None for place in places):
                write_text(folder / f"{rows[-1][1]}.txt", before)
            if named[name].whole:
                rows.append((name, named[name].whole, *made_from))
                if all(_kept_in(place, rows[-1][1]) is None for place in places):
                    write_text(folder / f"{rows[-1][1]}.txt", whole_text(study, name, named[name].whole))
    new = pd.DataFrame(rows, columns=list(INDEX_COLUMNS), dtype=object)
    both = pd.concat([index, new]).drop_duplicates().sort_values(list(INDEX_COLUMNS), kind="stable")
    if len(both) != len(index) or not (folder / "index.csv").is_file():
        write_text(folder / "index.csv", both.to_csv(index=False, lineterminator="\n"))


def missing_texts(study: Study) -> list[str]:
    """Hashes that the index names and whose text is gone or damaged, sorted."""
    return sorted(sha for sha in set(kept_index(study)["sha256_text"]) if kept_text(study, sha) is None)


# ---------------------------------------------------------------- the present texts, as files


def read_texts(folder: str | Path) -> dict[str, str]:
    """The canonical texts that the stage wrote: `TRANSCRIPT.txt` each, by transcript."""
    return {path.stem: path.read_bytes().decode("utf-8") for path in sorted(Path(folder).glob("*.txt"))}


def write_texts(folder: str | Path, texts: Mapping[str, str]) -> None:
    """Write each text to `TRANSCRIPT.txt`, and remove those of transcripts that are no more."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for path in place.glob("*.txt"):
        if path.stem not in texts:
            path.unlink()
    for name in sorted(texts):  # one after another: all of them need not fit into memory
        write_text(place / f"{name}.txt", texts[name])

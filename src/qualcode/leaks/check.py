"""The leak check of a study: every file that may leave it is looked through, names of files and folders too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qualcode.errors import Problem, QualcodeError
from qualcode.files import sha256, write_text
from qualcode.leaks.files import file_pieces
from qualcode.leaks.find import FORM, UNCHECKED, Finder, Found, distinct, together
from qualcode.leaks.gone import WITHDRAWN, Theirs, theirs
from qualcode.leaks.pieces import Piece, UncheckedError
from qualcode.study import Study
from qualcode.tables import TABLES, read
from qualcode.transcripts.store import SHARDS

if TYPE_CHECKING:
    from qualcode.deidentify.key import Key

FOLDERS = ("reports", "logs", "data/processed", "data/raw/decisions")
WARNING = "DO_NOT_SHARE.txt"  # in reports/, after a check that failed
_SAID = {
    FORM: "a form of the pseudonym key's {row} stands here.",
    UNCHECKED: "this file cannot be looked into: {row}.",
    WITHDRAWN: "something of {row}, who withdrew, stands here.",
}
_HINT = {
    FORM: "Names come from transcripts, names of files, codes, memos, reasons and settings: look there, and run again.",
    UNCHECKED: "Save it anew, or take it away.",
    WITHDRAWN: "What was made before they withdrew (a pack, an export) you delete yourself; the rest a run makes anew.",
}
_DOUBTS = {
    FORM: (
        "this may be a form of the pseudonym key's {row}.",
        "It may be a word, or half of another name. Look at it.",
    ),
    WITHDRAWN: (
        "a text mentions {row}, who withdrew.",
        "Somebody wrote it (a memo, a reason, a remark): take it out where it was written, if it says something of theirs.",
    ),
}
_CONTACT = (
    "Put it into the key or decide on it (`qualcode pack identifiers`); a telephone number may need its country in "
    "deidentify.countries. What is in config/study.yaml counts as the study's own."
)


class LeakError(QualcodeError):
    """Something in an output that may not leave: file and place, never the word."""


@dataclass
class Checked:
    """What a check found. `leaks` table report_leaks; `files` looked through; `forms` that were looked for (0: no key)."""

    leaks: pd.DataFrame = field(default_factory=TABLES["report_leaks"].empty)
    files: int = 0
    forms: int = 0

    @property
    def problems(self) -> list[Problem]:
        """What fails a run."""
        return _problems(self.leaks[self.leaks["sure"] == "yes"])

    @property
    def notes(self) -> list[Problem]:
        """What may be a name and may be something else, and mentions of people who withdrew."""
        found = []
        for line in self.leaks[self.leaks["sure"] == "no"].to_dict("records"):
            what, hint = _DOUBTS[WITHDRAWN if line["kind"] == WITHDRAWN else FORM]
            found.append(Problem(str(line["file"]), what.format(row=line["key_row"]), hint, str(line["place"])))
        return found

    def raise_if_any(self) -> None:
        """Raise LeakError where something may not leave."""
        if self.problems:
            raise LeakError(self.problems)


def study_finder(study: Study) -> Finder:
    """What may not leave a study: the forms of its key; addresses and numbers, but for those that the study gives itself.

    Raises
    ------
    DeidentifyError
        The key is wrong, or lies where it may not.
    """
    from qualcode.deidentify.key import Key
    from qualcode.deidentify.place import study_key
    from qualcode.deidentify.study import identifier_decisions

    key = study_key(study) or Key()
    decisions = identifier_decisions(study)
    own = "\n".join(_texts(study.config.model_dump(mode="json")))
    return Finder(
        key_forms(key),
        people=[f"row {entry.row}" for entry in key.entries if entry.kind == "person"],
        languages=[study.config.study.language, *(one for one in study.sessions["language"] if one)],
        countries=study.config.deidentify.countries,
        stays=lambda words: words in own or decisions.stays(words, key.secret),
    )


def key_forms(key: Key) -> dict[str, Sequence[str]]:
    """The forms of each row of a key, `row 3` as it stands in the file."""
    return {f"row {entry.row}": entry.forms for entry in key.entries}


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def check_outputs(study: Study, finder: Finder | None = None) -> Checked:
    """Look through everything that a study has made: reports, logs, tables and texts between the stages, decisions.

    The files of shards are left out: all that is in them stands in the texts and tables too.
    """
    shards = study.processed / SHARDS
    files = [
        path
        for folder in FOLDERS
        for path in sorted((study.root / folder).rglob("*"))
        if path.is_file()
        and path.name not in (".gitkeep", WARNING)
        and path != study.reports / "tables" / "leaks.csv"
        and shards not in path.parents
    ]
    return check_files(files, finder or study_finder(study), study.shown, below=study.root, gone=theirs(study))


def fingerprint(study: Study, made: Iterable[str]) -> str:
    """What lies in reports/ beside the files in `made` (relative to the study): a hash of names, sizes and times."""
    known = {*made, study.shown(study.reports / "tables" / "leaks.csv")}
    beside = [
        (study.shown(path), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(study.reports.rglob("*"))
        if path.is_file() and path.name not in (".gitkeep", WARNING) and study.shown(path) not in known
    ]
    return sha256(repr(beside)) if beside else ""


def check_files(
    files: Iterable[Path],
    finder: Finder,
    shown: Callable[[Path], str] = str,
    *,
    below: Path | None = None,
    gone: Theirs | None = None,
) -> Checked:
    """Look through files.

    Parameters
    ----------
    shown
        How messages call a file. A file or folder whose own name may not leave is called by its number in its folder.
    below
        Names of folders from here down are looked at; by default the file's name alone.
    gone
        What is of people who withdrew.
    """
    found: list[dict[str, object]] = []
    number = 0
    for path in files:
        number += 1
        name = path.relative_to(below).as_posix() if below is not None and path.is_relative_to(below) else path.name
        names = [Piece("name of the file", part, name=True) for part in name.split("/")]
        here = finder.find(names)
        called = _unnamed(path, shown, finder) if here else shown(path)
        here += gone.find(names) if gone is not None else []
        try:
            for pieces in together(file_pieces(path)):
                here += finder.find(pieces)
                here += gone.find(pieces) if gone is not None else []
        except UncheckedError as error:
            here.append(Found("", UNCHECKED, str(error)))
        for one in distinct(here):
            place = one.place if "'" not in one.place or not finder.holds(one.place) else _without_names(one.place)
            found.append(
                {
                    "file": called,
                    "place": place,
                    "kind": one.kind,
                    "key_row": one.row,
                    "sure": "yes" if one.sure else "no",
                }
            )
    return Checked(TABLES["report_leaks"].shape(found), number, sum(map(len, finder.by_anchor.values())))


def _unnamed(path: Path, shown: Callable[[Path], str], finder: Finder) -> str:
    """A path in which each name that may not be told is a number: `reports/packs/(file 3 of 5 by name)`."""
    parts = shown(path).split("/")
    place = path
    for at in range(len(parts) - 1, -1, -1):
        if finder.holds(parts[at]):
            beside = sorted(one.name for one in place.parent.iterdir())
            what = "file" if place.is_file() else "folder"
            parts[at] = f"({what} {beside.index(place.name) + 1} of {len(beside)} by name)"
        place = place.parent
    return "/".join(parts)


def _without_names(place: str) -> str:
    return re.sub(r" ?'[^']*'", " (named by it)", place)


def _problems(leaks: pd.DataFrame) -> list[Problem]:
    said = []
    for line in leaks.to_dict("records"):
        kind, row = str(line["kind"]), str(line["key_row"])
        what = _SAID.get(kind, f"an {kind} stands here." if kind[0] in "aeiou" else f"a {kind} stands here.")
        said.append(Problem(str(line["file"]), what.format(row=row), _HINT.get(kind, _CONTACT), str(line["place"])))
    return said


def doubtful(study: Study) -> list[Problem]:
    """What the last check found that may be a name and may be something else."""
    path = study.reports / "tables" / "leaks.csv"
    if not path.is_file():
        return []
    return Checked(read("report_leaks", path)).notes


def warn_in_reports(study: Study, checked: Checked) -> None:
    """Put the file that says `do not share` into reports/, or take it away: nobody should hand on what failed the check."""
    path = study.reports / WARNING
    if not checked.problems:
        path.unlink(missing_ok=True)
        return
    lines = [
        "Do not share anything in this folder.",
        "",
        "The leak check found what may identify somebody. Mend it and run again; this file goes when nothing is found.",
        "",
        *(f"{problem.where}, {problem.place}: {problem.what}".replace(", :", ":") for problem in checked.problems),
    ]
    write_text(path, "\n".join(lines) + "\n")


def check_handed_out(study: Study, written: Iterable[Path]) -> None:
    """Look through files that are about to be handed out; where one may not be, all are removed.

    Raises
    ------
    LeakError
        With file and place; the files are gone.
    """
    paths = [path for path in written if path.is_file()]
    checked = check_files(paths, study_finder(study), study.shown, gone=theirs(study))
    if checked.problems:
        for path in paths:
            path.unlink()
        checked.raise_if_any()

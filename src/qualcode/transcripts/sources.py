"""Which file is which session's, and under which id it is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, Problems, QualcodeError, nearest
from qualcode.study import Study
from qualcode.tables import split

_RESERVED = re.compile(r"[\\/:*?\"<>|;\x00-\x1f]+")
PART = "#"  # `interviews.docx#Interview 2`: one session of a file that holds several


@dataclass
class Source:
    """One file, or one session's part of it: its transcript's id, and its row of the sessions table (None: it has none).

    `part` is what stands behind `#` in the table ("" for the whole file), `others` the parts of other sessions.
    """

    path: Path
    transcript: str
    session: dict[str, Any] | None
    part: str = ""
    others: tuple[str, ...] = ()

    @property
    def session_id(self) -> str:
        return str(self.session["session"]) if self.session else self.transcript


@dataclass
class _Named:
    """What the sessions table says of one file: whose it is, with the part of each."""

    owners: list[tuple[dict[str, Any], str]] = field(default_factory=list)


def transcript_id(path: Path) -> str:
    """The id of a file that no session names: its name without ending, blanks and reserved characters as `-`."""
    return _plain(unicodedata.normalize("NFC", path.stem)).strip("-.") or "transcript"


def _plain(name: str) -> str:
    return _RESERVED.sub("-", re.sub(r"\s+", "-", name.strip()))


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").strip().removeprefix("./")


def sources_of(
    study: Study, problems: Problems, warnings: list[Problem], *, left_out: list[Source] | None = None
) -> list[Source]:
    """Every transcript to be read, by id. Those of withdrawn sessions, and of people who withdrew alone, go to `left_out`.

    A session's only file has the session's id. Where a session has several, they keep their names; a part of a file has
    the file's name and its own. What is wrong with the table goes to `problems`.
    """
    place = study.raw / "transcripts"
    files = {_same(path.relative_to(place).as_posix()): path for path in study.transcript_files}
    try:
        sessions = [{str(k): v for k, v in line.items()} for line in study.sessions.to_dict("records")]
    except QualcodeError as error:
        problems.extend(error)
        sessions = []
    table = study.raw_table_file("sessions") if sessions else None
    where = study.shown(table) if table else "data/raw/sessions.csv"
    of = {name: _Named() for name in files}
    for session in sessions:
        _name_files(study, session, files, of, problems, where)
    sources: list[Source] = []
    gone: list[Source] = []
    for name, path in files.items():
        owners = of[name].owners
        parts = [part.casefold() for _, part in owners]
        if len(owners) > 1 and (not all(parts) or len(set(parts)) < len(parts)):
            shown = " and ".join(f"{owner['session']} (row {owner['_row']})" for owner, _ in owners)
            hint = "A file is one session's: name it once, or say which part of it is whose (`file.docx#Interview 2`)."
            problems.add(where, f"the file '{name}' is named by sessions {shown}.", hint)
            continue
        if not owners:
            sources.append(Source(path, transcript_id(path), None))
        for owner, part in owners:
            alone = len([n for n in split(owner["files"]) if _file_and_part(n, files)[0] in files]) <= 1
            own = _plain(f"{path.stem} {part}") if part else transcript_id(path)
            others = tuple(other for _, other in owners if other and other != part)
            source = Source(path, _plain(owner["session"]) if alone else own, owner, part, others)
            if owner["status"] == "withdrawn" or owner["session"] in study.withdrawn_sessions:
                gone.append(source)
                continue
            sources.append(source)
            if owner["status"] == "planned":
                what = f"session {owner['session']} is 'planned', and its file is there: it is read."
                warnings.append(Problem(where, what, "Set its status to done.", f"row {owner['_row']}"))
    sources = _without_translations(study, sources, gone)
    if left_out is not None:
        left_out += gone
    by_id: dict[str, list[Source]] = {}
    for source in sources:
        by_id.setdefault(source.transcript.casefold(), []).append(source)
    for same in by_id.values():
        if len(same) > 1:
            shown = " and ".join(f"'{source.path.relative_to(place).as_posix()}'" for source in same)
            hint = "Keep one of them, or say in column 'files' of the sessions table which session each belongs to."
            problems.add(study.shown(place), f"there are two files for transcript {same[0].transcript}: {shown}.", hint)
    return sorted((same[0] for same in by_id.values()), key=lambda source: source.transcript)


def _without_translations(study: Study, sources: list[Source], gone: list[Source]) -> list[Source]:
    """The sources but for translations of those that are left out, which are left out too."""
    if not gone:
        return sources
    try:
        rows = study.translations
    except QualcodeError:
        return sources  # said where the table is used
    left = {source.transcript for source in gone}
    with_them = {str(name) for name, of in zip(rows["transcript"], rows["translation_of"], strict=True) if of in left}
    gone += [source for source in sources if source.transcript in with_them]
    return [source for source in sources if source.transcript not in with_them]


def _file_and_part(name: str, files: dict[str, Path]) -> tuple[str, str]:
    whole = _same(name)
    if whole in files or PART not in whole:
        return whole, ""
    file, _, part = whole.partition(PART)
    return file.strip(), part.strip()


def _name_files(
    study: Study, session: dict[str, Any], files: dict[str, Path], of: dict[str, _Named], problems: Problems, where: str
) -> None:
    named = [_file_and_part(name, files) for name in split(session["files"])]
    if not named:
        named = [(name, "") for name in files if transcript_id(files[name]).casefold() == session["session"].casefold()]
        gone = session["session"] in study.withdrawn_sessions
        if not named and not gone and session["status"] == "done" and session["kind"] != "member_check":
            what = f"session {session['session']} is done, names no file, and no transcript is called like it."
            hint = (
                f"Name its file in column 'files', or set its status to planned. {nearest(session['session'], files)}"
            )
            problems.add(where, what, hint, place=f"row {session['_row']}")
    for name, part in named:
        if name in of:
            of[name].owners.append((session, part))
        elif session["status"] in ("done", "") and session["session"] not in study.withdrawn_sessions:
            what = f"session {session['session']} names the file '{name}', which is not in data/raw/transcripts."
            problems.add(where, what, nearest(name, files), place=f"row {session['_row']}")

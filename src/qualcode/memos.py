"""Researchers' notes as one table: data/raw/memos.csv, Markdown files with a front matter, and the memos of tools."""

from __future__ import annotations

import re
from datetime import date
from io import StringIO
from pathlib import Path

import pandas as pd

from qualcode.errors import Problems, QualcodeError, StudyError, nearest
from qualcode.files import decode
from qualcode.study import Study
from qualcode.tables import TABLES, join, read, split
from qualcode.transcripts.withdrawn import what_is_gone

_PLACE = re.compile(rb"[^\s,;] \d+-\d+")
KEYS = ("memo", "kind", "about", "author", "date")


def memo_files(study: Study) -> list[Path]:
    """The notes that are files of their own."""
    return study.files("memos", (".md", ".markdown"))


def memo_files_with_places(study: Study) -> list[Path]:
    """The files of notes that are about a passage of a transcript: what is made of codings depends on these alone."""
    table = study.raw_table_file("memos")
    files = [*([table] if table is not None else []), *memo_files(study)]
    return [path for path in files if path.suffix == ".xlsx" or _PLACE.search(path.read_bytes())]


def read_memos(study: Study) -> pd.DataFrame:
    """Table `memos`: every note, sorted by its id; those about somebody who withdrew, or about their sessions, are left out.

    A file's front matter (`---` around `key: value` lines at its very start) may hold memo, kind, about, author and date; its
    id is the file's name where it gives none, its text what follows.

    Raises
    ------
    StudyError
        All at once, with file and line: a front matter that is not closed or is no list of keys, unknown keys and kinds,
        dates that are none, a file without text, an id twice.
    """
    problems = Problems()
    rows: list[dict[str, object]] = []
    first: dict[str, str] = {}
    try:
        table = study.raw_table("memos")
    except QualcodeError as error:
        problems.extend(error)
        table = TABLES["memos"].empty().assign(_row=pd.Series(dtype="int64"))
    path = study.raw_table_file("memos")
    for line in table.to_dict("records"):
        rows.append({name: str(line[name]) for name in TABLES["memos"].columns})
        first[str(line["memo"])] = f"{study.shown(path)}, row {line['_row']}" if path else ""
    for file in memo_files(study):
        where = study.shown(file)
        row = _read(file, where, problems)
        if row is None:
            continue
        if row["memo"] in first:
            what = f"memo '{row['memo']}' stands here and in {first[row['memo']]}."
            problems.add(where, what, "Give one of them another `memo:`.")
            continue
        first[row["memo"]] = where
        rows.append({**row})
    problems.raise_if_any(StudyError)
    gone = what_is_gone(study)
    return TABLES["memos"].shape([row for row in rows if not gone.mentions(split(str(row["about"])))])


def all_memos(own: pd.DataFrame, of_tools: pd.DataFrame) -> pd.DataFrame:
    """Table `memos` with what tools hold: people's own first, then table `tool_memos`, each memo once.

    A memo of a tool stands under its title. The same memo again is left out: with the same id and text (qualcode's own
    export, read back; what it is about is joined), or with the same text, author, date and about from another file (a copy
    of a project). Where another text has the same id, the name of the file is added to the id.
    """
    rows: list[dict[str, str]] = [{name: str(row[name]) for name in own.columns} for row in own.to_dict("records")]
    by_id = {row["memo"]: row for row in rows}
    by_words = {_words_of(row): (row, "") for row in rows}
    for line in of_tools.to_dict("records"):
        row = {name: str(line[name]) for name in TABLES["memos"].columns}
        title, source = str(line["title"]), str(line["source"])
        if title and not row["text"].startswith(title):
            row["text"] = f"{title}\n\n{row['text']}"
        known = by_id.get(row["memo"])
        double = known if known is not None and _plain(known["text"]) == _plain(row["text"]) else None
        if double is None and _words_of(row) in by_words and by_words[_words_of(row)][1] != source:
            double = by_words[_words_of(row)][0]
        if double is not None:
            double["about"] = join([*split(double["about"]), *split(row["about"])])
            double["kind"] = double["kind"] or row["kind"]
            continue
        if known is not None:
            row["memo"] = f"{row['memo']} ({source.rpartition('/')[2]})"
        by_id[row["memo"]] = row
        by_words.setdefault(_words_of(row), (row, source))
        rows.append(row)
    return TABLES["memos"].shape(pd.DataFrame(rows))


def memos_of_study(study: Study) -> pd.DataFrame:
    """Every memo of the study, those of tools as last run; the passages they are about as the texts are. Raises as `read_memos`."""
    from qualcode.codings.memo_spans import memos_as_run

    path = tool_memos_file(study)
    return all_memos(memos_as_run(study), read("tool_memos", path) if path.is_file() else TABLES["tool_memos"].empty())


def tool_memos_file(study: Study) -> Path:
    """Where a run puts the memos that tools hold."""
    return study.processed / "tool_memos.parquet"


def _plain(text: str) -> str:
    return " ".join(text.split())


def _words_of(row: dict[str, str]) -> tuple[str, ...]:
    return _plain(row["text"]), row["author"], row["date"], join(split(row["about"]))


def _read(path: Path, where: str, problems: Problems) -> dict[str, str] | None:
    from ruamel.yaml import YAML, YAMLError

    lines = decode(path.read_bytes())[0].replace("\r\n", "\n").replace("\r", "\n").lstrip("\n").split("\n")
    row = dict.fromkeys(TABLES["memos"].columns, "") | {"memo": path.stem}
    if lines[0].rstrip() == "---":
        end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() in ("---", "...")), 0)
        if not end:
            problems.add(
                where, "the front matter is not closed.", "Put a line `---` under its last key.", place="line 1"
            )
            return None
        try:
            yaml = YAML(typ="base", pure=True)  # every value stays the text it is
            given = yaml.load(StringIO("\n".join(lines[1:end]))) or {}
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            place = f"line {mark.line + 2}" if mark else "line 1"
            hint = "Put texts that hold `: ` into quotation marks."
            problems.add(where, "the front matter is not YAML.", hint, place=place)
            return None
        if not isinstance(given, dict):
            problems.add(where, "the front matter must hold lines like `author: RB`.", place="line 2")
            return None
        for key, value in given.items():
            at = next((n + 1 for n, line in enumerate(lines[:end]) if line.startswith(f"{key}:")), 1)
            if key not in KEYS:
                problems.add(where, f"unknown key '{key}'.", nearest(str(key), KEYS), place=f"line {at}")
                continue
            several = value if isinstance(value, list) else [value]
            row[key] = ";".join(" ".join(str(item).split()) for item in several if item is not None)
            kinds = TABLES["memos"].words["kind"]
            if key == "kind" and row[key] not in kinds:
                what = f"kind '{row[key]}' is not known."
                problems.add(where, what, nearest(row[key], [kind for kind in kinds if kind]), place=f"line {at}")
            if key == "date" and row[key] and not _is_date(row[key]):
                problems.add(where, f"'{row[key]}' is not a date like 2024-03-31.", place=f"line {at}")
        lines = lines[end + 1 :]
        row["memo"] = row["memo"] or path.stem
    row["text"] = "\n".join(lines).strip()
    if not row["text"]:
        problems.add(where, "this memo has no text.")
        return None
    return row


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

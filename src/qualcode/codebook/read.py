"""Reading a version's file: everything that is wrong with it, at once, with the line where it stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from qualcode.codebook.model import (
    CHANGES,
    WORDS,
    Codebook,
    CodebookFile,
    Entry,
    Examples,
    Mapping,
    _Change,
    plain,
)
from qualcode.codebook.yamltext import YamlText, read_yaml
from qualcode.errors import CodebookError, Problem, Problems, QualcodeError, nearest
from qualcode.study import Study

At = tuple[int | str, ...]
VERSION = re.compile(r"\d+(\.\d+)*")


def load_codebook(study: Study) -> Codebook | None:
    """The codebook in use, or None where the study has none.

    In use is the version that the configuration names, else the newest.

    Raises
    ------
    CodebookError
        The version is not there, or its file is wrong: every problem, with its line.
    """
    files = study.codebook_files
    wanted = study.config.codebook.version
    if not files:
        place = study.root / "codebooks"
        stray = (
            sorted(p for p in place.rglob("*") if p.suffix.lower() in (".yml", ".xlsx", ".csv"))
            if place.is_dir()
            else []
        )
        if stray:
            hint = "Turn a sheet into a version with `qualcode codebook import SHEET.xlsx`; let a YAML file's name end in .yaml."
            raise CodebookError(
                [Problem(study.shown(path), "this file is not read as a codebook.", hint) for path in stray]
            )
        if wanted is not None:
            raise CodebookError(
                f"'codebook.version': version {wanted} is not there: the study has no codebook.",
                where="config/study.yaml",
                hint="Put it at codebooks/NAME/VERSION.yaml.",
            )
        return None
    path = files[-1]
    if wanted is not None:
        found = [file for file in files if file.stem == wanted]
        if not found:
            folder = study.shown(files[-1].parent)
            raise CodebookError(
                f"'codebook.version': there is no file {folder}/{wanted}.yaml.",
                where="config/study.yaml",
                hint=nearest(wanted, [file.stem for file in files]),
            )
        path = found[0]
    return read_codebook_file(path, where=study.shown(path))


def read_codebook_file(path: Path, *, where: str = "", any_name: bool = False) -> Codebook:
    """One version's file, `codebooks/NAME/VERSION.yaml`; with `any_name` an edited copy of one, wherever it lies.

    Raises
    ------
    CodebookError
        No YAML; keys nobody knows; ids, labels, parents, words, colours that are missing or wrong; a ring of parents; a
        name or version that is not the folder's or the file's: all at once, each with its line.
    """
    where = where or path.as_posix()
    text = read_yaml(path, where=where, error=CodebookError)
    given = text.value
    if not isinstance(given, dict):
        raise CodebookError(Problem(where, "this file must hold the keys name, version and codes.", _SHAPE))
    problems = Problems()
    for key in given:
        if key not in CodebookFile.model_fields:
            hint = nearest(key, CodebookFile.model_fields)
            problems.add(where, f"unknown key '{key}'.", hint, place=text.place((key,)))
    name, version = (str(given.get(key) or "").strip() for key in ("name", "version"))
    if not any_name:
        _check_names(text, path, name, version, problems)
    for key in _ABOUT:
        if not isinstance(given.get(key) or "", str):
            problems.add(where, f"'{key}' must be text.", place=text.place((key,)))
    rows = given.get("codes")
    if not isinstance(rows, list) or not rows:
        problems.add(where, "'codes' must be a list with at least one entry.", _SHAPE, place=text.place(("codes",)))
        rows = []

    def place(number: int, at: At) -> str:
        return text.place(("codes", number, *at))

    entries = check_entries(rows, where=where, place=place, problems=problems, comments=_comment_ate(text))
    changes = _changes(given.get("changes"), text, problems)
    problems.found.sort(key=place_number)
    problems.raise_if_any(CodebookError)
    named = sorted({framework for entry in entries for framework in entry.mappings})
    return Codebook(
        name=name,
        version=version,
        codes=in_tree_order(entries),
        changes=tuple(changes),
        **{key: str(given.get(key) or "").strip() for key in _ABOUT},
        file=where,
        warnings=tuple(
            Problem(where, f"framework '{framework}' is not known here: the constructs named are not checked.")
            for framework in named
            if not known_constructs(framework)
        ),
        code_lines={
            entry.id: text.line(("codes", number))
            for number, entry in enumerate(entries)  # as many as rows: a row that gave none has stopped us above
        },
        change_lines=tuple(text.line(("changes", number)) for number in range(len(changes))),
    )


_ABOUT = ("title", "description", "date", "notes")
_SHAPE = (
    "See docs/codebook.md, or make a file from a sheet: `qualcode codebook template` and `qualcode codebook import`."
)


def check_entries(
    rows: Sequence[Any],
    *,
    where: str,
    place: Callable[[int, At], str],
    problems: Problems,
    comments: Callable[[int, str], bool] = lambda _number, _key: False,
) -> list[Entry]:
    """The entries that `rows` (dicts, as a file gives them) make; what is wrong with them goes into `problems`.

    Parameters
    ----------
    place
        Where in the file the value `at` of entry `number` stands ("line 7", "row 14").
    comments
        Whether the value of a key of an entry was lost to a `#` that began a comment.
    """
    entries: list[Entry] = []
    numbers: list[int] = []
    seen: dict[str, str] = {}
    broken: set[str] = set()  # entries that are there but wrong: whoever names them as parent is not to blame
    for number, row in enumerate(rows):
        here = place(number, ())
        if not isinstance(row, dict):
            problems.add(where, "an entry must have keys and values, as in `- {id: …, label: …}`.", place=here)
            continue
        called = unicodedata.normalize("NFC", str(row.get("id") or "").strip())
        if called:
            at_id = place(number, ("id",))
            if called in seen:
                hint = "An id stands for one code, for ever: give one of them another."
                problems.add(where, f"id '{called}' stands here and in {seen[called]}.", hint, place=at_id)
            seen.setdefault(called, at_id)
        if row.get("colour", "") is None and comments(number, "colour"):
            what = f"{_name(called)}a `#` without quotation marks begins a comment."
            problems.add(where, what, 'Write colour: "#1f77b4".', place=place(number, ("colour",)))
        try:
            entry = Entry.model_validate(row)
        except ValidationError as error:
            for what, hint, at in explain(error, Entry):
                problems.add(where, f"{_name(called)}{what}", hint, place=place(number, at))
            wrong = {str(item["loc"][0]) for item in error.errors()}
            broken.add(called)
            if "id" in wrong:
                continue
            # what is right about it is looked at with the others, so that everything is said at once
            entry = Entry.model_validate({"label": called, **{key: row[key] for key in row if key not in wrong}})
        entries.append(entry)
        numbers.append(number)
    known = [*dict.fromkeys(entry.id for entry in entries), *sorted(broken - {""})]
    for entry, number in zip(entries, numbers, strict=True):
        if entry.parent and entry.parent not in known:
            what = f"code '{entry.id}': parent '{entry.parent}' is not in this codebook."
            problems.add(where, what, nearest(entry.parent, known), place=place(number, ("parent",)))
        for other in entry.double_code_with:
            if other not in known:
                what = f"code '{entry.id}': double_code_with '{other}' is not in this codebook."
                problems.add(where, what, nearest(other, known), place=place(number, ("double_code_with",)))
            elif other == entry.id:
                what = f"code '{entry.id}': double_code_with names the code itself."
                problems.add(where, what, place=place(number, ("double_code_with",)))
        for framework, items in entry.mappings.items():
            constructs = known_constructs(framework)
            for position, item in enumerate(items):
                if constructs and item.construct_code not in constructs:
                    what = f"code '{entry.id}': construct '{item.construct_code}' is not in framework {framework}."
                    here = place(number, ("mappings", framework, position))
                    problems.add(where, what, nearest(item.construct_code, sorted(constructs)), place=here)
    for what, hint, number in _claimed(entries):
        problems.add(where, what, hint, place=place(numbers[number], ("aliases",)))
    for ring in _rings(entries):
        first = next(number for entry, number in zip(entries, numbers, strict=True) if entry.id == ring[0])
        shown = " > ".join(f"'{code}'" for code in [*ring, ring[0]])
        what = f"these codes are one another's parents in a ring: {shown}."
        problems.add(where, what, "One of them must have another parent, or none.", place=place(first, ("parent",)))
    return entries


def _claimed(entries: Sequence[Entry]) -> list[tuple[str, str, int]]:
    """Aliases that are another entry's id, label or alias: what, hint and the entry's number."""
    meant: dict[str, dict[str, str]] = {}  # name -> code that has it -> what it is there
    for entry in entries:
        for name, what in ((entry.id, "id"), (entry.label, "label"), *((alias, "alias") for alias in entry.aliases)):
            meant.setdefault(plain(name), {}).setdefault(entry.id, what)
    found = []
    for number, entry in enumerate(entries):
        for alias in entry.aliases:
            others = [(code, what) for code, what in meant[plain(alias)].items() if code != entry.id]
            if others:
                said = f"code '{entry.id}': alias '{alias}' is the {others[0][1]} of code '{others[0][0]}'."
                found.append((said, "A name must mean one code: keep it where it belongs.", number))
    return found


def in_tree_order(entries: Sequence[Entry]) -> dict[str, Entry]:
    """Entries by id: parents before children, children in the order given."""
    below: dict[str, list[Entry]] = {}
    for entry in entries:
        below.setdefault(entry.parent, []).append(entry)
    made: dict[str, Entry] = {}
    waiting = list(reversed(below.get("", [])))
    while waiting:
        entry = waiting.pop()
        made[entry.id] = entry
        waiting.extend(reversed(below.get(entry.id, [])))
    return made


def known_constructs(framework: str) -> set[str]:
    """Construct codes of a framework; empty (nothing is checked) where the framework is not known here."""
    try:
        from qualcode import frameworks
    except ImportError:
        return set()
    ask = getattr(frameworks, "known_constructs", None)
    if ask is None:
        return set()
    try:
        return set(ask(framework))
    except (QualcodeError, KeyError, FileNotFoundError):
        return set()


def place_number(problem: Problem) -> int:
    """The line or row of a problem, to sort by."""
    return int(problem.place.rpartition(" ")[2] or 0)


def explain(error: ValidationError, model: type[BaseModel]) -> list[tuple[str, str, At]]:
    """What pydantic found, in our words: what, hint, and the place in the data."""
    found = []
    for item in error.errors():
        at: At = tuple(item["loc"])
        key = str(at[-1]) if at else ""
        dotted = ".".join(str(part + 1) if isinstance(part, int) else part for part in at)
        if item["type"] == "extra_forbidden":
            inner: Any = Examples if at[0] == "examples" else Mapping if at[0] == "mappings" else model
            known = [field.alias or name for name, field in inner.model_fields.items()]
            found.append((f"unknown key '{dotted}'.", nearest(key, known), at))
        elif item["type"] in ("missing", "string_too_short"):
            found.append((f"'{dotted}' is missing." if key else "this is empty.", "", at))
        elif item["type"] == "literal_error":
            words = [word for word in WORDS.get(key, ()) if word]
            found.append((f"{dotted} '{item['input']}' is not known.", nearest(str(item["input"]), words), at))
        elif item["type"] in ("string_type", "list_type", "dict_type", "model_type"):
            shape = {"string_type": "text", "list_type": "a list of texts"}.get(item["type"], "keys and values")
            found.append((f"'{dotted}' must be {shape}.", "", at))
        elif item["type"] == "string_pattern_mismatch":
            found.append((f"{dotted} '{item['input']}' is not a date like 2024-03-02.", "", at))
        else:
            message = item["msg"].removeprefix("Value error, ")
            shown = f"{dotted} '{item['input']}'" if isinstance(item["input"], str) else f"'{dotted}'"
            found.append((f"{shown} {message[0].lower()}{message[1:]}.", "", at))
    return found


def _name(code: str) -> str:
    return f"code '{code}': " if code else ""


def _check_names(text: YamlText, path: Path, name: str, version: str, problems: Problems) -> None:
    folder = path.resolve().parent.name
    if not VERSION.fullmatch(path.stem):
        what = f"the file is called '{path.name}', and '{path.stem}' is not a version."
        problems.add(text.where, what, "Name it with numbers and dots: 1.1.0.yaml.")
    for key, given, expected, what in (
        ("name", name, folder, "the folder is called"),
        ("version", version, path.stem, "the file is called"),
    ):
        if not given:
            problems.add(text.where, f"'{key}' is missing.", f"Write {key}: {expected}", place=text.place((key,)))
        elif given != expected:
            shown = f"{expected}.yaml" if key == "version" else expected
            what_now = f"{key} is '{given}', but {what} '{shown}'."
            problems.add(text.where, what_now, "The two must be the same.", place=text.place((key,)))


def _comment_ate(text: YamlText) -> Callable[[int, str], bool]:
    def ate(number: int, key: str) -> bool:
        line = text.source[text.line(("codes", number, key)) - 1]
        return "#" in line.partition(key)[2]

    return ate


def _changes(given: Any, text: YamlText, problems: Problems) -> list[_Change]:
    """The declared changes, typed; what they mean for codings is not looked at here."""
    if given is None:
        return []
    if not isinstance(given, list):
        problems.add(text.where, "'changes' must be a list.", place=text.place(("changes",)))
        return []
    made: list[_Change] = []
    for number, row in enumerate(given):
        here: At = ("changes", number)
        if not isinstance(row, dict):
            what = "a change must have keys and values, as in `- {do: retire, code: …, reason: …, by: …, date: …}`."
            problems.add(text.where, what, place=text.place(here))
            continue
        do = str(row.get("do") or "")
        if do not in CHANGES:
            what = f"change {number + 1}: do '{do}' is not known." if do else f"change {number + 1}: 'do' is missing."
            problems.add(text.where, what, nearest(do, CHANGES), place=text.place((*here, "do")))
            continue
        try:
            made.append(CHANGES[do].model_validate(row))
        except ValidationError as error:
            for what, hint, at in explain(error, CHANGES[do]):
                problems.add(text.where, f"change {number + 1} ({do}): {what}", hint, place=text.place((*here, *at)))
    return made


def _rings(entries: Sequence[Entry]) -> list[list[str]]:
    """Each ring of parents once, starting with the code that stands first in the file."""
    parent = {entry.id: entry.parent for entry in entries}
    rings: list[list[str]] = []
    done: set[str] = set()
    for start in parent:
        path: list[str] = []
        code = start
        while code and code in parent and code not in done and code not in path:
            path.append(code)
            code = parent[code]
        if code in path:
            ring = path[path.index(code) :]
            order = {name: number for number, name in enumerate(parent)}
            first = ring.index(min(ring, key=order.__getitem__))
            rings.append(ring[first:] + ring[:first])
        done.update(path)
    return rings

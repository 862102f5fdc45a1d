"""The table of judgements: append-only CSV files, later rows supersede earlier ones by name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from qualcode.deidentify.place import KIND as IDENTIFIER
from qualcode.errors import DecisionsError, Problems, QualcodeError, nearest
from qualcode.files import decode, read_sheet, write_text
from qualcode.study import Study
from qualcode.tables import TABLES, split

COLUMNS = tuple(TABLES["decisions"].columns)
DISAGREEMENT = "disagreement"  # the kind of a decision on a disagreement between coders
CHANGED = "changed"  # and of one on a passage whose text changed
ALIGNMENT = "alignment"  # and of one on what a code of a coder's own is in the common codebook
CHOICES = ("keep_a", "keep_b", "both", "neither", "other", "open")
_SPAN = re.compile(r"^(?:(?P<code>.*?)[\s@:]+)?(?P<start>\d+)\s*[-–]\s*(?P<end>\d+)$")


def read_decisions(study: Study) -> pd.DataFrame:
    """The judgements in force: rows of data/raw/decisions/*.csv that no later row supersedes.

    Returns
    -------
    Table `decisions`, sorted by id, plus `_file` and `_row`. A row whose `choice` is empty is a suggestion: nobody has
    signed it, and nothing final may rest on it (keep rows with `choice` only).

    Raises
    ------
    DecisionsError
        All at once, each with file and row: a missing or unknown column, an id missing or given twice, `supersedes`
        that names no row, rows that supersede one another in a circle, a choice without `by` or `on`, a date that is
        not ISO, a choice on a disagreement that is not known, and two rulings in force on one disagreement, one code of a
        coder's own, one passage whose text changed, or one word that may identify somebody, that differ.
    """
    rows, problems = _read_rows(study)
    return _in_force(rows, problems)


def append_decisions(
    study: Study, rows: Iterable[Mapping[str, object]], *, file: str = "decisions.csv", dry_run: bool = False
) -> list[str]:
    """Add judgements at the end of data/raw/decisions/FILE and return their ids.

    A row without an id gets one (UUID5 of its content). What would make the table contradict itself is refused before
    anything is written (DecisionsError, as `read_decisions`); a row that is there already, word for word, is left out.
    """
    path = study.raw / "decisions" / file
    where = study.shown(path)
    given, problems = _read_rows(study)
    there = {line["decision"]: line for line in given}
    line_number = max([int(str(line["_row"])) for line in given if line["_file"] == where], default=1)
    new: list[dict[str, object]] = []
    for row in rows:
        line: dict[str, object] = {name: " ".join(str(row.get(name, "") or "").split()) for name in COLUMNS}
        line["decision"] = line["decision"] or decision_id(line)
        old = there.get(line["decision"])
        if old is not None and all(old[name] == line[name] for name in COLUMNS):
            continue
        line_number += 1
        new.append(line | {"_file": where, "_row": line_number})
    _in_force(given + new, problems)
    if new and not dry_run:
        text = decode(path.read_bytes())[0] if path.is_file() else ""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n", delimiter=_delimiter(text))
        if not text.strip():
            writer.writerow(COLUMNS)
            header: list[str] = list(COLUMNS)
            text = ""
        else:
            header = _header(text)
            text = text if text.endswith("\n") else text + "\n"
        writer.writerows([str(line.get(name, "")) for name in header] for line in new)
        write_text(path, text + buffer.getvalue())
    return [str(line["decision"]) for line in new]


def decision_id(row: Mapping[str, object]) -> str:
    """The id of a judgement: UUID5 of everything else in its row."""
    return str(uuid5(NAMESPACE_URL, "qualcode:decision:" + "|".join(str(row.get(name, "")) for name in COLUMNS[1:])))


def parse_other(value: str) -> tuple[str, int | None, int | None]:
    """Code and span of the choice `other`: `workload`, `workload 120-260` or `120-260` (offsets half-open)."""
    text = value.strip()
    found = _SPAN.match(text)
    if found is None:
        return text, None, None
    return (found["code"] or "").strip(" @:"), int(found["start"]), int(found["end"])


def all_rows(study: Study) -> list[dict[str, str]]:
    """Every judgement, superseded ones too, as text."""
    rows, _ = _read_rows(study)
    return [{name: str(line[name]) for name in COLUMNS} for line in rows]


# ---------------------------------------------------------------- reading and checking


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _header(text: str) -> list[str]:
    first = next(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    return [re.sub(r"\s+", "_", name.strip().lower()) for name in first]


def _read_rows(study: Study) -> tuple[list[dict[str, object]], Problems]:
    problems = Problems()
    rows: list[dict[str, object]] = []
    for path in study.decisions_files:
        where = study.shown(path)
        try:
            sheet = read_sheet(path, shown_as=where)
        except QualcodeError as error:
            problems.extend(error)
            continue
        if not sheet.check_head(where, problems, ("decision", "kind", "about", "choice", "by", "on"), COLUMNS):
            continue
        for number, (_, line) in zip(sheet.rows, sheet.data.iterrows(), strict=True):
            given: dict[str, object] = {name: line.get(name, "") for name in COLUMNS}
            rows.append(given | {"_file": where, "_row": number})
    return rows, problems


def _in_force(rows: list[dict[str, object]], problems: Problems) -> pd.DataFrame:
    by_id: dict[str, dict[str, object]] = {}
    for line in rows:
        _check_row(line, problems)
        name = str(line["decision"])
        if name and name in by_id:
            first = by_id[name]
            _add(problems, line, f"decision '{name}' stands here and in {first['_file']}, row {first['_row']}.")
        by_id.setdefault(name, line)
    superseded: dict[str, list[str]] = {}
    for line in rows:
        for old in split(str(line["supersedes"])):
            if old not in by_id:
                _add(problems, line, f"supersedes '{old}', which no row is called.", nearest(old, by_id))
            elif old == line["decision"]:
                _add(problems, line, f"decision '{old}' supersedes itself.")
            else:
                superseded.setdefault(old, []).append(str(line["decision"]))
    for name in _circle(superseded):
        _add(problems, by_id[name], f"decision '{name}' supersedes, through others, itself.", "Later rows supersede.")
    standing = [line for line in rows if line["decision"] not in superseded]
    _check_rivals(standing, problems)
    problems.raise_if_any(DecisionsError)
    frame = pd.DataFrame(standing, columns=[*COLUMNS, "_file", "_row"]).sort_values("decision", kind="stable")
    shaped = TABLES["decisions"].shape(frame[list(COLUMNS)])
    return shaped.assign(_file=frame["_file"].to_list(), _row=[int(row) for row in frame["_row"]])


def _check_row(line: dict[str, object], problems: Problems) -> None:
    for name in ("decision", "kind", "about"):
        if not line[name]:
            _add(problems, line, f"column '{name}' is empty.")
    choice = str(line["choice"])
    if choice:
        for name, word in (("by", "who decided"), ("on", "the date")):
            if not line[name]:
                _add(problems, line, f"there is a choice but not {word} (column '{name}').")
    if line["on"] and not _is_iso(str(line["on"])):
        _add(problems, line, f"'{line['on']}' is not a date.", "Write it as 2024-03-31.")
    if line["kind"] == DISAGREEMENT and choice:
        if choice not in CHOICES:
            _add(problems, line, f"choice '{choice}' is not known.", nearest(choice, CHOICES))
        elif choice == "other" and not line["value"]:
            _add(
                problems,
                line,
                "the choice is 'other', and column 'value' does not say what.",
                "Name a code of the codebook.",
            )


def _check_rivals(standing: list[dict[str, object]], problems: Problems) -> None:
    ruled: dict[str, dict[str, object]] = {}
    for line in standing:
        kind = str(line["kind"])
        if kind not in (DISAGREEMENT, ALIGNMENT, CHANGED, IDENTIFIER) or not line["choice"]:
            continue
        first = ruled.setdefault(f"{kind} {line['about']}", line)
        same = (
            first["value"] == line["value"] or kind == ALIGNMENT
        )  # whose value is the version that it was chosen from
        if first["choice"] != line["choice"] or not same:
            what = f"{kind} '{line['about']}' is decided otherwise in {first['_file']}, row {first['_row']}."
            _add(problems, line, what, f"Name the one that no longer holds in 'supersedes' ({first['decision']}).")


def _circle(superseded: dict[str, list[str]]) -> list[str]:
    """The ids on circles of `supersedes`, sorted."""
    left = {name: set(by) for name, by in superseded.items()}
    names = set(left) | {by for many in left.values() for by in many}
    ends = [name for name in names if not left.get(name)]
    before: dict[str, list[str]] = {}
    for name, many in left.items():
        for by in many:
            before.setdefault(by, []).append(name)
    while ends:  # take away what nothing supersedes, again and again; what stays is on a circle or before one
        end = ends.pop()
        names.discard(end)
        for name in before.get(end, []):
            left[name].discard(end)
            if not left[name]:
                ends.append(name)
    return sorted(names)


def _is_iso(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def _add(problems: Problems, line: dict[str, object], what: str, hint: str = "") -> None:
    problems.add(str(line["_file"]), what, hint, place=f"row {line['_row']}")

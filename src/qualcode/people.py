"""Who took part: participants' characteristics and the overview of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from qualcode.study import Study, refuses, who_was_there, who_withdrew
from qualcode.tables import TABLES, join, split

NOT_STATED = "not stated"
ALL = "all"
NUMBERS_FROM = (
    7  # a variable of numbers with at least this many distinct values is summarised, not counted level by level
)
QUANTILES = {"median": 0.5, "first quartile": 0.25, "third quartile": 0.75, "minimum": 0.0, "maximum": 1.0}


@dataclass(frozen=True)
class People:
    """Who counts in a study's tables.

    `table` has one row for each participant with at least one session read, `participant`, `group`, then the study's
    attributes; `quotable` are those of them whose consent allows quotes; of `withdrawn` people and of the transcripts
    `left_out` (withdrawn sessions, sessions of withdrawn people alone) nothing enters any table, and of `sessions_gone`,
    which were withdrawn people's alone, not even the row is printed; transcripts `without_session` have no row in the
    sessions table: what is said there is in mentions, in participants never.
    """

    table: pd.DataFrame
    quotable: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset()
    left_out: frozenset[str] = frozenset()
    without_session: frozenset[str] = frozenset()
    sessions_gone: frozenset[str] = frozenset()

    @property
    def ids(self) -> list[str]:
        return [str(person) for person in self.table["participant"]]

    @property
    def groups(self) -> dict[str, str]:
        return dict(zip(self.table["participant"], self.table["group"], strict=True))


def people_of_study(study: Study, transcripts: pd.DataFrame) -> People:
    """Who counts in this study, by its participants, sessions and speakers tables and the transcripts read."""
    return who_counts(study.participants, study.sessions, study.speakers, transcripts)


def who_counts(
    participants: pd.DataFrame, sessions: pd.DataFrame, speakers: pd.DataFrame, transcripts: pd.DataFrame
) -> People:
    """Those who took part in at least one session that is done and read, without those who withdrew.

    Parameters
    ----------
    participants, sessions, speakers, transcripts
        Tables of these names. Somebody takes part in a session by its cell `participants` or by the speakers table.
        `withdrawn` is `no` or empty for those who stayed, anything else (a date, `yes`) for those who left; `consent`
        holding `no_quotes` (or `no`) forbids quotes. A session without a status counts as done.
    """
    withdrawn = who_withdrew(participants)
    forbidden = {
        str(person)
        for person, consent in zip(participants["participant"], participants["consent"], strict=True)
        if refuses(consent, "quotes")
    }
    present = who_was_there(sessions, speakers)
    read = set(transcripts["session"]) - {""}
    done = {
        str(session)
        for session, status in zip(sessions["session"], sessions["status"], strict=True)
        if status in ("done", "") and session in read
    }
    gone = {
        str(session)
        for session, status in zip(sessions["session"], sessions["status"], strict=True)
        if status == "withdrawn" or (present[session] and present[session] <= withdrawn)
    }
    took_part = {person for session in done for person in present[session]} - withdrawn
    known = participants.drop(columns=["consent", "withdrawn", "_row"], errors="ignore")
    known = known[known["participant"].isin(took_part)]
    others = sorted(took_part - set(known["participant"]))
    table = pd.concat([known, pd.DataFrame({"participant": others}, dtype=object)], ignore_index=True).fillna("")
    table = table.sort_values("participant", kind="stable").reset_index(drop=True)
    listed = set(sessions["session"])
    names = list(zip(transcripts["transcript"], transcripts["session"], strict=True))
    return People(
        table,
        frozenset(took_part - forbidden),
        withdrawn,
        frozenset(str(transcript) for transcript, session in names if session in gone),
        frozenset(str(transcript) for transcript, session in names if session not in listed),
        frozenset(session for session, people in present.items() if people and people <= withdrawn),
    )


def participants_table(people: People) -> pd.DataFrame:
    """Participants' characteristics, in long form: a block of rows for each variable.

    Returns
    -------
    Table report_participants. The variable `group` comes first, then the study's attributes in their order. `group`
    `all` is everybody, then each group by itself; `N` is the people in that column and `percent` is 100 n / N. `kind`
    says how the rows of a variable are to be read:

    - `levels`: each person is in one level, `not stated` where the cell is empty (last);
    - `several`: at least one cell holds several values (`a;b`): a person counts in each, and percents may exceed 100;
    - `numbers`: all values are numbers, seven or more distinct: the levels are median, first quartile, third quartile,
      minimum and maximum (linear interpolation between ranks, as spreadsheets' QUARTILE.INC), the number is in
      `value_number`, and n counts those who have one.

    A study in which nobody counts has no rows.
    """
    table = people.table
    rows: list[dict[str, object]] = []
    if not len(table):
        return TABLES["report_participants"].empty()
    groups = sorted({str(group) for group in table["group"]} - {""})
    for variable in [column for column in table.columns if column != "participant"]:
        columns = [ALL] if variable == "group" or len(groups) < 2 else [ALL, *groups]
        cells = {
            group: [split(cell) for cell in table[variable][(table["group"] == group) | (group == ALL)]]
            for group in columns
        }
        everybody = cells[ALL]
        kind = _kind(everybody)
        if not any(everybody) and variable == "group":
            everybody = cells[ALL] = [[NOT_STATED] for _ in everybody]
        elif not any(everybody):
            continue
        for level in _levels(everybody, kind):
            for group in columns:
                row = {"variable": variable, "level": level, "group": group, "N": len(cells[group]), "kind": kind}
                rows.append(row | _count(cells[group], level, kind))
    return TABLES["report_participants"].shape(rows)


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def _kind(cells: Sequence[list[str]]) -> str:
    if any(len(cell) > 1 for cell in cells):
        return "several"
    numbers = [_number(cell[0]) for cell in cells if cell]
    return "numbers" if None not in numbers and len(set(numbers)) >= NUMBERS_FROM else "levels"


def _levels(cells: Sequence[list[str]], kind: str) -> list[str]:
    missing = [NOT_STATED] if not all(cells) else []
    if kind == "numbers":
        return [*QUANTILES, *missing]
    found = {value for cell in cells for value in cell}
    numeric = all(_number(value) is not None for value in found - {NOT_STATED})
    return sorted(
        found, key=lambda value: (value == NOT_STATED, (_number(value) or 0.0) if numeric else 0.0, value)
    ) + [level for level in missing if level not in found]


def _count(cells: Sequence[list[str]], level: str, kind: str) -> dict[str, object]:
    if level == NOT_STATED:
        n = sum(not cell or level in cell for cell in cells)
    elif kind == "numbers":
        numbers = pd.Series([_number(cell[0]) for cell in cells if cell], dtype="float64")
        value = numbers.quantile(QUANTILES[level]) if len(numbers) else None
        return {"n": len(numbers), "percent": 100 * len(numbers) / len(cells), "value_number": value}
    else:
        n = sum(level in cell for cell in cells)
    return {"n": n, "percent": 100 * n / len(cells)}


def sessions_table(sessions: pd.DataFrame, transcripts: pd.DataFrame, people: People) -> pd.DataFrame:
    """The overview of data collection: one row a session, those planned or withdrawn too; not those of people who withdrew alone.

    Returns
    -------
    Table report_sessions: `participants` are ids without those who withdrew, `words` the words of the session's
    transcripts, translations left out (empty where none was read, and for withdrawn sessions).
    """
    counts = ~transcripts["transcript"].isin(people.left_out) & (transcripts["translation_of"] == "")
    words = transcripts[counts].groupby("session")["words"].sum()
    out = (
        sessions[~sessions["session"].isin(people.sessions_gone)]
        .drop(columns=["_row", "words"], errors="ignore")
        .copy()
    )
    out["participants"] = [join(set(split(cell)) - people.withdrawn) for cell in out["participants"]]
    out["words"] = [words.get(session) for session in out["session"]]
    return TABLES["report_sessions"].shape(out)

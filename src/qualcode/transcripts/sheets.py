"""Spreadsheets as transcripts: which column is what, and how rows become turns (shared by CSV, Excel and OpenDocument)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from qualcode.transcripts.captions import Piece, turns_of_pieces
from qualcode.transcripts.cleaning import STAMP, one_line, seconds, tidy
from qualcode.transcripts.headers import ROLE_OF, plain_name
from qualcode.transcripts.labels import require_words, spellings
from qualcode.transcripts.model import RawTranscript, RawTurn, ReadOptions, UnreadableError, counted, drop_empty

ROLES = ("speaker", "text", "time", "end", "question", "session")
QUESTION = "Q"  # the label of a question that a sheet has in a column of its own
ADVICE = (
    "Name the columns in the first row (for example speaker, text, time), or say in config/study.yaml which is which: "
    "transcripts.columns: {speaker: …, text: …}."
)
Cells = Sequence[str]


@dataclass
class Page:
    """One sheet: its name, and its rows with the number that a person sees, cells as text."""

    name: str
    rows: list[tuple[int, list[str]]]


@dataclass
class Columns:
    """Which column (by position) is what; `header` is the place of the row of names (-1: there is none)."""

    header: int
    of: dict[str, int]
    answers: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def read_pages(pages: Sequence[Page], options: ReadOptions) -> RawTranscript:
    """Turns of the sheets that hold words, one after the other.

    A row is a turn. Where nearly all rows have a time (four in five), rows are captions: those of one voice that follow
    one another are one turn, since sentences go on in the next row. A column of questions makes each question the
    interviewer's turn, labelled Q, before its answer; the same question to the same person is not said twice. With
    several columns of answers (`transcripts.answer_columns`) each is a question.

    Raises
    ------
    UnreadableError
        No sheet has a column that is known to hold words.
    """
    found = [(page, columns_of(page, options)) for page in pages]
    good = [(page, columns) for page, columns in found if columns is not None]
    if not good:
        rows = next((page.rows for page in pages if page.rows), [])
        if not rows:
            raise UnreadableError("there is nothing in this spreadsheet.", "Is it the right file, and the whole of it?")
        header = _shown(rows[0][1])
        raise UnreadableError(f"no column of this spreadsheet is known to hold words{header}.", ADVICE)
    notes: list[str] = []
    turns: list[RawTurn] = []
    asks = False
    if len(pages) > len(good):
        notes.append(f"{counted(len(pages) - len(good), 'sheet')} without a column of words left out")
    for page, columns in good:
        one = _one_page(page, columns, options)
        turns += one.turns
        notes += [note for note in one.notes if note not in notes]
        asks = asks or bool(one.interviewers)
    named = sum(1 for turn in turns if turn.speaker)
    return require_words(RawTranscript(turns, notes, (QUESTION,) if asks else (), f"column {named}" if named else ""))


def part_of(pages: Sequence[Page], options: ReadOptions) -> Sequence[Page]:
    """The pages of the session that is asked for; all of them where none is.

    Raises
    ------
    UnreadableError
        The file has no such part.
    """
    if not options.part:
        return pages
    parts = sessions_in(pages, options)
    for name, found in parts.items():
        if name.casefold() == options.part.strip().casefold():
            return found
    shown = ", ".join(f"'{name}'" for name in list(parts)[:12] if name)
    hint = f"It has: {shown}." if shown else "Give it a column `session`, or a sheet for each session."
    raise UnreadableError(f"no session or sheet of this file is called '{options.part}'.", hint)


def sessions_in(pages: Sequence[Page], options: ReadOptions) -> dict[str, list[Page]]:
    """The parts of a workbook that may be sessions of their own: values of a column `session`, else the sheets' names."""
    parts: dict[str, list[Page]] = {}
    for page in pages:
        columns = columns_of(page, options)
        if columns is None:
            continue
        at = columns.of.get("session")
        if at is None:
            parts.setdefault(page.name, []).append(page)
            continue
        head = page.rows[: columns.header + 1]
        for number, cells in page.rows[columns.header + 1 :]:
            name = one_line(cells[at]) if at < len(cells) else ""
            own = parts.setdefault(name, [Page(name, list(head))])
            own[-1].rows.append((number, cells))
    return parts


# ---------------------------------------------------------------- columns


def columns_of(page: Page, options: ReadOptions) -> Columns | None:
    """The columns of a sheet: as the study says, else by their names, else by what they hold. None: no words."""
    given = {role: name for role, name in options.columns.items() if name}
    for at, (_, cells) in enumerate(page.rows[:12]):
        names = [plain_name(cell) for cell in cells]
        columns = _given(names, given, options.answers) if given or options.answers else None
        if columns is None:
            columns = _by_name(names, page.rows[at + 1 :])
        if columns is not None:
            columns.header = at
            columns.names = [one_line(cell) for cell in cells]
            return columns
    return None if given or options.answers else _by_content(page.rows)


def _given(names: list[str], given: Mapping[str, str], answers: Iterable[str]) -> Columns | None:
    of = {role: names.index(plain_name(name)) for role, name in given.items() if plain_name(name) in names}
    more = [names.index(plain_name(name)) for name in answers if plain_name(name) in names]
    if "text" not in of and not more:
        return None
    for at, name in enumerate(names):  # what the study does not say is known by its name
        role = ROLE_OF.get(name)
        if role and role not in of and role not in ("text", "question") and at not in of.values():
            of[role] = at
    return Columns(0, of, more)


def _by_name(names: list[str], rows: Sequence[tuple[int, Cells]]) -> Columns | None:
    roles: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        role = ROLE_OF.get(name)
        if role:
            roles.setdefault(role, []).append(at)
    if "text" not in roles or len(roles) < 2:
        return None
    of = {role: places[0] for role, places in roles.items() if role != "tags"}
    if len(roles["text"]) > 1:  # `transcript` may be an id beside `text`: the words are the longest
        of["text"] = max(roles["text"], key=lambda at: sum(len(c[at].split()) for _, c in rows if at < len(c)))
    return Columns(0, of)


def _by_content(rows: Sequence[tuple[int, Cells]]) -> Columns | None:
    """Two columns and more without names: a voice that recurs, and words; beside them numbers of rows, and times (NVivo)."""
    width = max((len(cells) for _, cells in rows), default=0)
    filled = [at for at in range(width) if any(at < len(cells) and cells[at].strip() for _, cells in rows)]
    if not 2 <= len(filled) <= 5 or len(rows) < 4:
        return None
    values = {at: [cells[at].strip() if at < len(cells) else "" for _, cells in rows] for at in filled}
    numbers = [at for at in filled if _numbered(values[at])]
    filled = [at for at in filled if at not in numbers]
    of: dict[str, int] = {}
    for at in filled:
        given = [value for value in values[at] if value]
        if given and all(
            re.fullmatch(STAMP, value) or (len(value) <= 16 and seconds(value) is not None) for value in given
        ):
            of.setdefault("end" if "time" in of else "time", at)
            continue
        labels = {value.casefold() for value in given}
        short = all(len(value.split()) <= 4 and not re.search(r"[.?!…]$", value) for value in given)
        if "speaker" not in of and short and len(labels) <= len(given) / 2 and len(given) >= 0.5 * len(rows):
            of["speaker"] = at
        elif sum(len(value.split()) for value in given) >= 2 * len(given):
            of.setdefault("text", at)
    return Columns(-1, of) if {"speaker", "text"} <= of.keys() and len(of) == len(filled) else None


def _numbered(values: Sequence[str]) -> bool:
    """Whether a column has the numbers of its rows, one after the other."""
    numbers = [int(value) for value in values if re.fullmatch(r"\d{1,6}", value)]
    return len(numbers) == len(values) and all(b == a + 1 for a, b in pairwise(numbers))


def _shown(cells: Cells) -> str:
    """The header, for a message: only what looks like names of columns, never a participant's words."""
    names = [one_line(cell) for cell in cells if cell.strip()]
    plain = all(len(name.split()) <= 4 and not re.search(r"[.?!…]", name) for name in names)
    return f" (it has: {', '.join(names[:12])})" if names and plain and len(names) > 1 else ""


# ---------------------------------------------------------------- rows


@dataclass
class _Row:
    speaker: str
    question: str
    words: list[str]
    time: float | None
    end: float | None


def _one_page(page: Page, columns: Columns, options: ReadOptions) -> RawTranscript:
    rows, notes = _rows(page, columns)
    notes += _labels_apart(rows, options)
    told = _left(columns)
    if told:
        verb = "is" if len(told) == 1 else "are"
        notes.append(f"{counted(len(told), 'column')} that {verb} no speech left out: {', '.join(told)}")
    turns: list[RawTurn] = []
    if any(row.question for row in rows):
        asked = ("", "")
        for row in rows:
            if row.question and (row.speaker.casefold(), row.question) != asked:
                turns.append(RawTurn(QUESTION, [row.question], row.time))
                asked = (row.speaker.casefold(), row.question)
            turns.append(RawTurn(row.speaker, row.words, row.time, row.end))
        return RawTranscript(drop_empty(turns), notes, (QUESTION,))
    timed = sum(1 for row in rows if row.time is not None)
    if rows and timed >= 0.8 * len(rows):
        return turns_of_pieces(_pieces(rows), options.merge_gap, notes, one="row")
    carry = sum(1 for row in rows if row.speaker) < 0.8 * len(rows)
    for row in rows:
        if turns and not row.speaker and carry:
            turns[-1].paragraphs += row.words
            continue
        turns.append(RawTurn(row.speaker, row.words, row.time, row.end))
    unnamed = sum(1 for row in rows if not row.speaker)
    if unnamed:
        notes.append(
            f"{counted(unnamed, 'row')} without a voice: {'the voice before goes on' if carry else 'unknown voice'}"
        )
    return RawTranscript(drop_empty(turns), notes)


def _pieces(rows: Sequence[_Row]) -> list[Piece]:
    """Rows as captions: one without a time of its own begins where the one before does, and lasts until the next."""
    pieces: list[Piece] = []
    now = 0.0
    for at, row in enumerate(rows):
        now = row.time if row.time is not None else now
        following = next((later.time for later in rows[at + 1 :] if later.time is not None), None)
        end = row.end if row.end is not None else following if following is not None and following >= now else now
        pieces.append(Piece(row.speaker or None, " ".join(row.words), now, end))
    return pieces


def _rows(page: Page, columns: Columns) -> tuple[list[_Row], list[str]]:
    of = columns.of
    rows: list[_Row] = []
    empty = 0
    for _, cells in page.rows[columns.header + 1 :]:
        if any(cells) and all(re.fullmatch(r"\s*(?::?-{2,}:?\s*)?", one) for one in cells):
            continue  # the line under the header of a Markdown table

        def cell(role: str, cells: Cells = cells) -> str:
            return cells[of[role]] if role in of and of[role] < len(cells) else ""

        speaker = one_line(tidy(cell("speaker"))).rstrip(" :")
        begins, _, ends = cell("time").partition(" - ")  # NVivo: from when to when in one cell
        time, end = _time(begins), _time(cell("end") or ends)
        if columns.answers:
            for at in columns.answers:
                words = _paragraphs(cells[at] if at < len(cells) else "")
                empty += not words
                if words:
                    rows.append(_Row(speaker, columns.names[at], words, None, None))
            continue
        words = _paragraphs(cell("text"))
        question = " ".join(_paragraphs(cell("question")))
        empty += not words
        if words:
            rows.append(_Row(speaker, question, words, time, end))
    what = "answer" if columns.answers or "question" in of else "row"
    return rows, [f"{counted(empty, what)} without words left out"] if empty else []


def _paragraphs(cell: str) -> list[str]:
    return [line for line in (one_line(part) for part in tidy(cell).split("\n")) if line]


def _time(cell: str) -> float | None:
    """Seconds of `00:01:02.5`, `[01:02]`, `62.5`, `62,5`; None for a date or nothing."""
    text = cell.strip().strip("[]()#")
    if re.fullmatch(r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,6}|:\d{2})?", text):
        hours = re.fullmatch(r"(\d{1,2}):(\d{2}):(\d{2}):(\d{2})", text)  # hours, minutes, seconds, frames
        return seconds(text.rpartition(":")[0] if hours else text)
    if re.fullmatch(r"\d{1,6}(?:[.,]\d{1,6})?", text):
        return float(text.replace(",", "."))
    return None


def _left(columns: Columns) -> list[str]:
    used = {*columns.of.values(), *columns.answers}
    return [name for at, name in enumerate(columns.names) if name and at not in used]


def _labels_apart(rows: Sequence[_Row], options: ReadOptions) -> list[str]:
    """One spelling a voice; and a full name whose initials are the label of the other rows is that voice."""
    spelling = spellings(row.speaker for row in rows if row.speaker)
    counts = Counter(row.speaker.casefold() for row in rows if row.speaker)
    known = {label.casefold() for label in options.known}
    same: dict[str, str] = {}
    for key, n in counts.items():
        words = key.split()
        short = "".join(word[0] for word in words)
        first_and_last = words[0][0] + words[-1][0]
        for initials in (short, first_and_last):
            if (
                len(words) >= 2
                and n <= 2
                and counts[initials] > n
                and key not in known
                and initials not in same.values()
            ):
                same[key] = initials
                break
    for row in rows:
        key = row.speaker.casefold()
        row.speaker = spelling.get(same.get(key, key), "")
    return [f"{counted(len(same), 'full name')} taken for the voice with its initials"] if same else []

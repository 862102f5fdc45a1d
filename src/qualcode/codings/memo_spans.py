"""Memos about passages (`S02 120-300`): their places are carried like those of codings when a text changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from qualcode.codings.changes import changed_row
from qualcode.errors import Problem
from qualcode.memos import read_memos
from qualcode.study import Study
from qualcode.tables import TABLES, join, read, split
from qualcode.transcripts.made_on import mark

if TYPE_CHECKING:
    from qualcode.codings.context import Context

_PLACE = re.compile(r"^(?P<transcript>\S.*) (?P<start>\d+)-(?P<end>\d+)$")
_WITHDRAWN = ""


def carry_memos(
    study: Study,
    context: Context,
    warnings: list[Problem],
    changed: list[dict[str, object]],
    made_on: dict[str, str],
) -> pd.DataFrame:
    """Table `memos` as people wrote it, with the places that memos are about in the present texts.

    A place counts in the text that it was first read with. Where its words were taken out, or a person dropped it, the memo is
    about the transcript. A memo about what only people who withdrew said is left out.

    Parameters
    ----------
    warnings, changed, made_on
        What people should know, rows of table `changed_codings`, and the text that each place counts in are added to these.

    Raises
    ------
    StudyError
        As `read_memos`.
    """
    rows: list[dict[str, object]] = []
    for row in read_memos(study).to_dict("records"):
        about = [_carried(row, one, context, warnings, changed, made_on) for one in split(str(row["about"]))]
        if _WITHDRAWN not in about:
            rows.append({str(name): value for name, value in row.items()} | {"about": join(about)})
    return TABLES["memos"].shape(rows)


def memos_as_run(study: Study) -> pd.DataFrame:
    """Table `memos` as people wrote it, with places in the texts of the last run; as written where there was none."""
    from qualcode.codings.context import Context
    from qualcode.transcripts.kept import read_texts

    files = {name: study.processed / f"{name}.parquet" for name in ("transcripts", "edits")}
    if not all(path.is_file() for path in files.values()):
        return read_memos(study)
    tables = {name: read(name, path) for name, path in files.items()}
    texts, turns, book = read_texts(study.processed / "texts"), TABLES["turns"].empty(), TABLES["codebook"].empty()
    context = Context(study, tables["transcripts"], turns, texts, tables["edits"], book)
    return carry_memos(study, context, [], [], {})


def _carried(
    memo: Mapping[Any, Any],
    one: str,
    context: Context,
    warnings: list[Problem],
    changed: list[dict[str, object]],
    made_on: dict[str, str],
) -> str:
    """One thing that a memo is about, as it is called now."""
    found = _PLACE.match(one)
    transcript = context.transcript(found["transcript"]) if found else ""
    if found is None or not transcript:
        return one
    start, end = int(found["start"]), int(found["end"])
    known, here = mark("memo", memo["memo"], one), context.sha[transcript]
    sha = context.passages.made_on.get(known, here)
    if sha != here and (transcript, sha) not in context.passages.ways:
        what = f"memo '{memo['memo']}' is about a passage in a text of transcript '{transcript}' that is not known any more."
        warnings.append(Problem("data/raw/memos", what, "Its place is taken as it stands: look at it."))
        sha = here
    length = len(context.texts[transcript].text)
    if not start < end or (sha == here and end > length):
        what = f"memo '{memo['memo']}' is about {start}-{end}, which is no passage of transcript '{transcript}'."
        warnings.append(Problem("data/raw/memos", what, f"The text has {length} characters, counted from 0."))
        return transcript
    made_on[known] = sha
    place: tuple[int, int] | None = (start, end)
    change = None
    if sha != here:
        carried = context.passages.carry(transcript, sha, start, end)
        change = context.passages.change(transcript, sha, start, end)
        place = carried[:2] if carried is not None else None
    if change is not None:
        place = (change.start, change.end) if change.start is not None and change.end is not None else None
    now = context.passages.now(transcript, place, change, context.passages.rulings.get(known))
    if now.change is not None:
        more = {"coder": memo["author"], "code": "", "source": f"memo {memo['memo']}"}
        row = changed_row(
            known, "memo", transcript, now.change, now.status, context.passages.rulings.get(known), **more
        )
        changed.append(row)
    if now.place is None:
        return transcript
    last = context.back(transcript, *now.place)
    return _WITHDRAWN if last is None else f"{transcript} {last.start}-{last.end}"

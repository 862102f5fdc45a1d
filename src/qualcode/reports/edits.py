"""A page for the team: each corrected transcript before and after, side by side, with the codings whose words changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.deidentify.earlier import Earlier, EarlierTexts
from qualcode.files import write_text
from qualcode.transcripts.compare import Edit, edits_between
from qualcode.transcripts.way import edits_of_table

NEAR = 1  # turns shown before and behind a changed one
_TURN = re.compile(r"\n\n+")


@dataclass
class Block:
    """A stretch of both texts, side by side: pieces of each (text, class, number of the coding that begins here)."""

    before: list[tuple[str, str, str]] = field(default_factory=list)
    after: list[tuple[str, str, str]] = field(default_factory=list)
    codings: list[dict[str, str]] = field(default_factory=list)
    alike: int = 0  # turns left out, where this block stands for them


@dataclass
class Section:
    """One transcript, from one earlier text to the present one."""

    transcript: str
    id: str
    sha: str
    changes: int
    why: str
    open: int
    blocks: list[Block]
    lost: bool = False


def write_edits_page(
    path: Path,
    edits: pd.DataFrame,
    changed: pd.DataFrame,
    texts: Mapping[str, str],
    earlier: EarlierTexts,
    labels: Mapping[str, str],
    *,
    transcripts: Sequence[str] = (),
    title: str = "",
    notice: str = "",
) -> int:
    """Write the page.

    Parameters
    ----------
    edits, changed
        Tables `edits` and `report_changed`.
    texts, earlier
        Present texts by transcript; what gives an earlier text, without names. Where only names were replaced there is nothing
        to show.
    labels
        Label of each code.
    transcripts
        Only these; those that somebody withdrew from are left out.
        Of each transcript the earlier texts that something on the list was made on; where nothing was, all.

    Returns
    -------
    The number of pairs of texts; nothing is written where there is none.
    """
    import jinja2

    sections = list(_sections(edits, changed, texts, earlier, labels, transcripts))
    if not sections:
        return 0
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    page = environment.get_template("edits.html.j2").render(sections=sections, title=title, notice=notice)
    write_text(path, page)
    return len(sections)


def _sections(
    edits: pd.DataFrame,
    changed: pd.DataFrame,
    texts: Mapping[str, str],
    earlier: EarlierTexts,
    labels: Mapping[str, str],
    transcripts: Sequence[str],
) -> Iterator[Section]:
    for name, own in edits.groupby("transcript", sort=True):
        if (transcripts and name not in transcripts) or name in earlier.hidden:
            continue
        about = changed[changed["transcript"] == name]
        wanted = sorted(set(own["sha256_from"]) & set(about["sha256_from"])) or sorted(set(own["sha256_from"]))
        for sha in wanted:
            rows = own[own["sha256_from"] == sha]
            of = about[about["sha256_from"] == sha].to_dict("records")
            old, new = earlier(str(name), sha), texts[str(name)]
            found, why = edits_of_table(rows), set(rows["why"])
            if old is not None and old.replaced:
                found, why = edits_between(old.text, new), why - {"identifier"} or why
                of = [{**row, **_span(old, row)} for row in of]
            waits = sum(row["status"] == "open" for row in of)
            if old is not None and not found and not waits:
                continue
            yield Section(
                str(name),
                f"{name}-{sha[:12]}",
                sha[:12],
                len(found),
                ", ".join(sorted(why)),
                waits,
                [] if old is None else _blocks(old.text, new, found, of, labels),
                lost=old is None,
            )


def _span(old: Earlier, row: Mapping[Any, Any]) -> dict[str, int]:
    start, end = old.span(int(row["start_from"]), int(row["end_from"]))
    return {"start_from": start, "end_from": end}


# ---------------------------------------------------------------- one pair of texts


def _blocks(
    old: str, new: str, edits: Sequence[Edit], changed: Sequence[Mapping[Any, Any]], labels: Mapping[str, str]
) -> list[Block]:
    """Both texts cut where both have the end of a turn; unchanged stretches are shortened."""
    cuts = _cuts(old, new, edits)
    numbers = {id(row): str(number) for number, row in enumerate(changed, start=1)}
    blocks: list[tuple[Block, bool]] = []
    for (a, c), (b, d) in pairwise(cuts):
        inside = [
            edit
            for edit in edits
            if _in(edit.start_from, edit.end_from, a, b) and _in(edit.start_to, edit.end_to, c, d)
        ]
        coded = [row for row in changed if int(row["start_from"]) < b and int(row["end_from"]) > a]
        there = [row for row in changed if pd.notna(row["start"]) and int(row["start"]) < d and int(row["end"]) > c]
        block = Block()
        was = [(int(row["start_from"]), int(row["end_from"]), numbers[id(row)]) for row in coded]
        now = [(int(row["start"]), int(row["end"]), numbers[id(row)]) for row in there]
        block.before = list(_pieces(old, a, b, [(e.start_from, e.end_from) for e in inside], was, "del"))
        block.after = list(_pieces(new, c, d, [(e.start_to, e.end_to) for e in inside], now, "ins"))
        here = [row for row in coded if int(row["start_from"]) >= a]
        here += [row for row in there if int(row["start"]) >= c and row not in here and int(row["start_from"]) >= b]
        block.codings = [
            {
                "number": numbers[id(row)],
                "coder": str(row["coder"]),
                "code": labels.get(str(row["code"]), str(row["code"])) or str(row["kind"]),
                "kind": str(row["kind"]),
                "status": str(row["status"]),
                "change": str(row["change"]),
            }
            for row in here
        ]
        blocks.append((block, bool(inside or coded or there)))
    return _shortened(blocks)


def _in(start: int, end: int, first: int, last: int) -> bool:
    return first <= start and end <= last


def _cuts(old: str, new: str, edits: Sequence[Edit]) -> list[tuple[int, int]]:
    """Places (in both texts) behind the empty lines that both have, the two ends too."""
    found = [(0, 0)]
    at_old = at_new = 0
    for edit in [*edits, Edit(len(old), len(old), len(new), len(new))]:
        for match in _TURN.finditer(old, at_old, edit.start_from):
            place = (match.end(), match.end() - at_old + at_new)
            if place > found[-1] and place[1] > found[-1][1]:
                found.append(place)
        at_old, at_new = edit.end_from, edit.end_to
    end = (len(old), len(new))
    return found if found[-1] == end else [*found, end]


def _pieces(
    text: str,
    first: int,
    last: int,
    edits: Sequence[tuple[int, int]],
    codings: Sequence[tuple[int, int, str]],
    kind: str,
) -> Iterator[tuple[str, str, str]]:
    """`text[first:last]` in pieces: (words, classes, numbers of codings that begin there)."""
    borders = {first, last}
    for start, end in [*edits, *((a, b) for a, b, _ in codings)]:
        borders |= {min(max(place, first), last) for place in (start, end)}
    places = sorted(borders)
    for start, end in pairwise(places):
        classes = [kind] if any(a <= start and end <= b for a, b in edits) else []
        classes += ["coded"] if any(a <= start and end <= b for a, b, _ in codings) else []
        begin = ",".join(number for a, _, number in codings if a == start)
        words = text[start:end].rstrip("\n") if end == last else text[start:end]
        yield words, " ".join(classes), begin


def _shortened(blocks: Sequence[tuple[Block, bool]]) -> list[Block]:
    """Changed blocks with their neighbours; a block that says how many were left out between."""
    shown = {
        number + step
        for number, (_, changed) in enumerate(blocks)
        if changed
        for step in range(-NEAR, NEAR + 1)
        if 0 <= number + step < len(blocks)
    }
    made: list[Block] = []
    for number, (block, _) in enumerate(blocks):
        if number in shown:
            made.append(block)
        elif made and made[-1].alike:
            made[-1].alike += 1
        else:
            made.append(Block(alike=1))
    return made

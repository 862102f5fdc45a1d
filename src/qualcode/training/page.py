"""A page for one coder: code by code, what an expert (or the consensus) coded and what the coder did, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.decisions.passage import shortened, words_after, words_before
from qualcode.files import write_text
from qualcode.review.matching import Mark
from qualcode.training.measure import (
    BEYOND,
    CONSENSUS,
    FOUND,
    LEFT,
    OTHER_CODE,
    OTHER_PASSAGE,
    Ground,
    Passage,
    compare_passages,
    rounds_of,
    training_table,
)

SHOWN = (LEFT, BEYOND, OTHER_CODE, OTHER_PASSAGE)  # in this order; passages found alike are counted only


@dataclass(frozen=True)
class Page:
    """What was written: how many passages the other side has, how many of them were found alike, how many differ."""

    passages: int
    found: int
    different: int


def write_training_page(
    path: Path,
    ground: Ground,
    *,
    coder: str,
    against: str,
    round_: str,
    title: str = "",
    notice: str = "",
    language: str = "en",
    context: int = 25,
    approach: str = "codebook",
) -> Page:
    """Write the page (HTML, offline, no scripts) for one coder and one round, with the rounds before it beside.

    Parameters
    ----------
    coder, against, round_
        Whose page; a coder or `consensus`; a round of the assignments ("": all).
    context
        Words shown before and after a passage.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    table = training_table(ground, [(coder, against)], approach=approach)
    rounds = rounds_of(ground.assignments, coder)
    rounds = rounds[: rounds.index(round_) + 1] if round_ in rounds else [round_]
    table = table[table["round"].isin(rounds)]
    passages = compare_passages(ground, coder, against, round_)
    book = {line["code"]: line for line in ground.codebook.to_dict("records")}
    codes = list(dict.fromkeys(table["code"][table["code"] != ""]))
    sections = [
        _section(number, code, book, table, passages, ground, rounds, round_, context)
        for number, code in enumerate(codes, start=1)
    ]
    now = table[(table["code"] == "") & (table["round"] == round_)].to_dict("records")
    everything = [_counts(table[(table["code"] == "") & (table["round"] == one)]) for one in rounds]
    shown = environment.get_template("training.html.j2").render(
        title=title, notice=notice, language=language, coder=coder, round=round_, rounds=rounds,
        against="the consensus" if against == CONSENSUS else against, consensus=against == CONSENSUS,
        sections=sections, total=_counts(pd.DataFrame(now)) if now else None,
        progress=list(zip(rounds, everything, strict=True)), transcripts=sorted({one.transcript for one in passages}),
        seen=any("saw the first" in str(reason) for reason in table["reason"]),
    )  # fmt: skip
    write_text(path, shown)
    theirs = [one for one in passages if one.theirs is not None]
    found = sum(one.kind == FOUND for one in theirs)
    return Page(len(theirs), found, len(passages) - found)


def _counts(rows: pd.DataFrame) -> dict[str, Any] | None:
    """The figures of one row of the table as the page shows them; None where there is no row."""
    if not len(rows):
        return None
    line = rows.iloc[0]
    theirs = sum(int(line[name]) for name in (FOUND, OTHER_PASSAGE, OTHER_CODE, LEFT))
    mine = sum(int(line[name]) for name in (FOUND, OTHER_PASSAGE, OTHER_CODE, BEYOND))
    alike = int(line[FOUND]) + int(line[OTHER_PASSAGE])
    return {
        "theirs": theirs, "mine": mine, "alike": alike, "share": alike / theirs if theirs else None,
        **{name: int(line[name]) for name in (FOUND, OTHER_PASSAGE, OTHER_CODE, LEFT, BEYOND)},
        "positive": _share(line["positive_agreement"]), "percent": _share(line["percent_agreement"]),
        "kappa": "" if pd.isna(line["cohen_kappa"]) else f"{line['cohen_kappa']:.2f}".replace("-", "−"),
        "reason": line["reason"], "units": None if pd.isna(line["n_units"]) else int(line["n_units"]),
    }  # fmt: skip


def _share(value: Any) -> str:
    return "" if pd.isna(value) else f"{100 * value:.0f} %"


def _section(
    number: int,
    code: str,
    book: Mapping[str, Mapping[Any, Any]],
    table: pd.DataFrame,
    passages: Sequence[Passage],
    ground: Ground,
    rounds: Sequence[str],
    round_: str,
    context: int,
) -> dict[str, Any]:
    entry = book.get(code, {})
    of = table[table["code"] == code]
    mine = [one for one in passages if code in {mark.code for mark in (one.theirs, one.mine) if mark is not None}]
    groups = {kind: [_shown(one, ground, book, context) for one in mine if one.kind == kind] for kind in SHOWN}
    return {
        "code": code, "label": entry.get("label") or code, "anchor": f"code-{number}",
        "definition": entry.get("full_definition") or entry.get("definition") or "",
        "include": entry.get("include", ""), "exclude": entry.get("exclude", ""),
        "typical": entry.get("example_typical", ""), "close": entry.get("example_close_but_no", ""),
        "now": _counts(of[of["round"] == round_]), "progress": [(one, _counts(of[of["round"] == one])) for one in rounds],
        "groups": groups, "different": sum(len(each) for each in groups.values()),
    }  # fmt: skip


def _shown(one: Passage, ground: Ground, book: Mapping[str, Mapping[Any, Any]], context: int) -> dict[str, Any]:
    text = ground.texts[one.transcript]
    marks = [mark for mark in (one.theirs, one.mine) if mark is not None]
    start, end = min(mark.start for mark in marks), max(mark.end for mark in marks)

    def side(mark: Mark | None) -> dict[str, str] | None:
        if mark is None:
            return None
        label = book.get(mark.code, {}).get("label") or mark.code
        words = "(the whole transcript)" if mark.scope == "transcript" else shortened(text[mark.start : mark.end])
        return {"label": label, "words": words, "memo": mark.memo, "direction": mark.direction}

    whole = any(mark.scope == "transcript" for mark in marks)
    return {
        "transcript": one.transcript, "theirs": side(one.theirs), "mine": side(one.mine),
        "before": "" if whole else words_before(text, start, context), "after": "" if whole else words_after(text, end, context),
    }  # fmt: skip

"""`qualcode agreement --spans … --as nvivo`: what another program prints for the same stretches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from qualcode.agreement.tools import ALL, DEDOOSE, TOOLS, WORKED, Figure, Marked, Stretches, tool_figures

if TYPE_CHECKING:
    from qualcode.agreement.spans import Spans

TEXT, DOMAIN = "text", "all codes"


def tools_answer(marked: Spans, tools: Sequence[str], *, as_json: bool) -> str:
    """The figures of these programs, as JSON or as aligned text; all codes are one semantic domain."""
    if "dedoose" in tools:
        raise click.UsageError(
            f"{DEDOOSE} compares excerpts that are given, not stretches: in a study see agreement_tools.csv."
        )
    made: dict[tuple[str, str, str], Stretches] = {}
    columns = (marked.coder.tolist(), marked.code.tolist(), marked.start.tolist(), marked.end.tolist())
    for coder, code, start, end in zip(*columns, strict=True):
        made.setdefault((TEXT, marked.coders[coder], marked.codes[code]), []).append((start, end))
    found = tool_figures(
        Marked(
            made=made,
            lengths={TEXT: marked.length},
            read={coder: frozenset({TEXT}) for coder in marked.coders},
            codes=marked.codes,
            parents=dict.fromkeys(marked.codes, DOMAIN),
        ),
        tools=tools,
    )
    if as_json:
        rows = [one.row() for one in found]
        figures = [row | {"value": row["value"] if row["value"] == row["value"] else None} for row in rows]
        return json.dumps({"figures": figures, "notes": marked.notes}, indent=1, ensure_ascii=False, allow_nan=False)
    return "\n".join(_text(found, marked.notes)).strip("\n")


def _text(found: Sequence[Figure], notes: Sequence[str]) -> list[str]:
    lines = [f"Note: {note}." for note in notes]
    reasons: list[str] = []
    for tool in dict.fromkeys(one.tool for one in found):
        mine = [one for one in found if one.tool == tool and (one.transcript == ALL or tool == TOOLS["nvivo"])]
        known = (
            "its own worked figures are reproduced"
            if mine[0].checked == WORKED
            else "by its description, not checked in it"
        )
        lines += ["", f"{tool} ({known})"]
        for figure in dict.fromkeys(one.figure for one in mine):
            these = [one for one in mine if one.figure == figure]
            lines.append(f"  {figure}: {these[0].what}" if figure else "")
            wide = max(len(one.code or "all codes") for one in these)
            for one in these:
                mark = ""
                if one.reason:
                    if one.reason not in reasons:
                        reasons.append(one.reason)
                    mark = f"[{reasons.index(one.reason) + 1}]"
                value = f"{one.value:.3f}" if one.value == one.value else ""
                shown = f"    {(one.code or 'all codes').ljust(wide)}  {', '.join(one.coders)}  {value} {mark}"
                lines.append(shown.rstrip())
    return [*lines, *([""] if reasons else []), *(f"[{at}] {reason}" for at, reason in enumerate(reasons, start=1))]

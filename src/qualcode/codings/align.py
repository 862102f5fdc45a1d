"""Codes of coders' own (open coding): what the team decided they are in the common codebook, and what waits until it does.

A code of a coder's own is known by its file, its coder and its name there, never by where it was used. Decisions of kind
`alignment` say what it is. The same decisions name codes of any file that the codebook does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from qualcode.codings.carry import NONE, OPEN, Carried
from qualcode.codings.context import Context, uuid5
from qualcode.codings.model import Given
from qualcode.decisions.table import ALIGNMENT
from qualcode.errors import CodingsError, Problem, Problems, nearest
from qualcode.tables import TABLES

if TYPE_CHECKING:
    from qualcode.codings.outcomes import FileResult

UNALIGNED = "unaligned"  # the status of a coding whose code waits
OWN, UNKNOWN = "own", "unknown"  # why a code waits: the file's codes are its coder's own; the codebook does not know it
ANY = "*"  # as candidates of a coding that waits: it may become any code


def own_path(given: Given) -> str:
    """A code as its file has it: labels from the top joined by ` > `, or its name where the file has no tree."""
    code = given.code_path or given.code
    return f"{given.under} > {code}" if given.under else code


def own_code_id(import_id: str, coder: str, path: str) -> str:
    """The id of a code of a coder's own, which decisions are about."""
    return uuid5("\x1f".join(("own code", import_id, coder, path)))


class Alignments:
    """The decisions in force on codes of coders' own.

    Parameters
    ----------
    decisions
        Table `decisions` in force; rows of kind `alignment` are about a code (`own_code_id`), their choice is a code of the
        codebook or `none`, their value the version of the codebook that the choice was made from.

    Raises
    ------
    CodingsError
        A choice that no version of the codebook has; all at once, with file and row.
    """

    def __init__(self, decisions: pd.DataFrame, context: Context) -> None:
        signed = decisions[(decisions["kind"] == ALIGNMENT) & (decisions["choice"] != "")]
        self.rulings = {str(row["about"]): row for row in signed.to_dict("records")}
        self._context = context
        problems = Problems()
        for row in self.rulings.values():
            if row["choice"] != NONE and context.carried(row["choice"], row["value"] or context.version, "") is None:
                what = f"decision '{row['decision']}': '{row['choice']}' is no code of the codebook, nor was one."
                hint = nearest(row["choice"], context.codes)
                problems.add(row.get("_file", "data/raw/decisions"), what, hint, place=f"row {row.get('_row', '')}")
        problems.raise_if_any(CodingsError)

    def carried(self, about: str, coding: str) -> Carried | None:
        """What a coding under this code of a coder's own is now; None where nobody has decided."""
        row = self.rulings.get(about)
        if row is None:
            return None
        version = row["value"] or self._context.version
        if row["choice"] == NONE:
            return Carried("", NONE, version)
        return self._context.carried(row["choice"], version, coding)


def may_be_name(said: str) -> bool:
    """Whether a line of a comment may be a code of the coder's own: longer ones are remarks, `code: why` and `a; b` more."""
    return bool(said) and len(said) <= 60 and not re.search(r"[:;]", said)


# ---------------------------------------------------------------- what waits


def with_unaligned(splits: pd.DataFrame, unaligned: pd.DataFrame) -> pd.DataFrame:
    """Table `splits` with the codings that wait for an alignment: they may become any code (`candidates` is `*`).

    Codings that were refused because the codebook does not know their code are left out, as all that is refused.
    """
    waiting = unaligned[unaligned["why"] == OWN].assign(candidates=ANY, status=OPEN, code="")
    if not len(waiting):
        return splits
    return TABLES["splits"].shape(pd.concat([splits, waiting[[c for c in TABLES["splits"].columns if c in waiting]]]))


def worklist(results: Iterable[FileResult], rulings: Mapping[str, Mapping[Any, Any]]) -> list[dict[str, object]]:
    """Rows of table `report_alignment`: one code of one coder that is the coder's own, or that the codebook does not know."""
    rows: dict[str, dict[str, object]] = {}
    spans: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for result in results:
        meant = {code.path: code.definition for code in result.file.tree}
        for outcome in result.outcomes:
            placed = outcome.coding or outcome.waiting
            if not outcome.about or placed is None:
                continue
            ruled = rulings.get(outcome.about, {})
            choice = ruled.get("choice", "")
            status = ("none" if choice == NONE else "aligned") if choice else UNKNOWN if outcome.unknown else "open"
            path = own_path(outcome.given)
            rows[outcome.about] = {
                "coder": outcome.coder,
                "own_code": path,
                "file": result.where,
                "definition": meant.get(path, ""),
                "status": status,
                "code": outcome.carried.code if choice and outcome.carried is not None else "",
                "choice": choice,
                "reason": ruled.get("reason", ""),
                "by": ruled.get("by", ""),
                "on": ruled.get("on", ""),
                "decision": ruled.get("decision", ""),
                "about": outcome.about,
                "code_as_coded": outcome.given.code,
            }
            span = (int(str(placed["start"])), int(str(placed["end"])))
            spans.setdefault(outcome.about, {}).setdefault(outcome.transcript, []).append(span)
    for about, row in rows.items():
        row["mentions"] = sum(len(merged(found)) for found in spans[about].values())
        row["transcripts"] = len(spans[about])
    return list(rows.values())


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans by start, put together where they overlap: one mention each."""
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out


def notes(unaligned: pd.DataFrame) -> list[Problem]:
    """What people should know: whose codes wait for an alignment."""
    hint = "Give the work out with `qualcode pack alignment`; until then they are missing, never 'not applied'."
    return [
        Problem(
            str(file),
            f"{len(rows)} {'coding' if len(rows) == 1 else 'codings'} under {rows['about'].nunique()} "
            f"{'code' if rows['about'].nunique() == 1 else 'codes'} of {coder}'s own "
            f"{'waits' if len(rows) == 1 else 'wait'} for alignment.",
            hint,
        )
        for (file, coder), rows in unaligned[unaligned["why"] == OWN].groupby(["source", "coder"], sort=True)
    ]

"""The matrix of definitions: what each participant says a thing is, in their own words."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from qualcode.hierarchy import Hierarchy
from qualcode.people import People
from qualcode.quotes import Turns, trim
from qualcode.signed import signed
from qualcode.tables import TABLES, join, split

OMISSION = " […] "
STATUSES = TABLES["report_definitions"].words["status"]


def definitions_table(
    mentions: pd.DataFrame,
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    people: People,
    decisions: pd.DataFrame,
) -> pd.DataFrame:
    """One row for each participant and each codebook entry of kind `definition`.

    Parameters
    ----------
    mentions
        From `find_mentions`.
    decisions
        Signed rows of kind `definition`, about `PARTICIPANT:CODE`, choice `not_familiar` (also `not_asked`, `given`):
        they decide the status.

    Returns
    -------
    Table report_definitions, by group, participants and codebook order. `element` is the entry's label; `text` the
    participant's own passages, joined by ` […] `, empty where the consent forbids quotes. A passage of several people
    (a focus group) is a row of its own, with all of them in `participants`; who has such a row gets no empty one beside
    it. `status`: `given`; `not_familiar` (somebody decided so); else `not_asked`, which says only that no such passage
    was coded. Without a passage or a judgement in the whole study there are no rows.

    Raises
    ------
    DecisionsError
        A choice on a definition that is no status.
    """
    tree = Hierarchy(codebook, set(mentions["code"]))
    ruled = signed(decisions, "definition", STATUSES)
    spoken = {str(name): Turns(own) for name, own in turns.groupby("transcript", sort=False)}
    rows: list[dict[str, object]] = []
    if not len(mentions) and not ruled:
        return TABLES["report_definitions"].empty()
    for place, code in enumerate([code for code in tree.order if tree.kind(code) == "definition"]):
        cells: dict[str, list[dict[str, object]]] = {}
        for mention in mentions[mentions["code"] == code].to_dict("records"):
            if mention["participants"]:
                cells.setdefault(str(mention["participants"]), []).append({str(k): v for k, v in mention.items()})
        heard = {person for cell in cells for person in split(cell)}
        for person in people.ids:
            if person not in heard:
                cells[person] = []
        for who, given in cells.items():
            status, decision = _status(split(who), code, bool(given), ruled)
            rows.append(
                {
                    "group": join(people.groups.get(person, "") for person in split(who)),
                    "participants": who,
                    "element": tree.label(code),
                    "text": _words(given, spoken, texts, people),
                    "status": status,
                    "from_codings": join(coding for mention in given for coding in split(str(mention["from_codings"]))),
                    "decision": decision,
                    "_place": place,
                }
            )
    rows.sort(key=lambda row: (str(row["group"]), str(row["participants"]), int(str(row["_place"]))))
    return TABLES["report_definitions"].shape(rows)


def _status(who: list[str], code: str, given: bool, ruled: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    for person in who:
        choice, decision = ruled.get(f"{person}:{code}", ("", ""))
        if choice and len(who) == 1:
            return choice, decision
    return "given" if given else "not_asked", ""


def _words(
    given: list[dict[str, object]], spoken: Mapping[str, Turns], texts: Mapping[str, str], people: People
) -> str:
    pieces = []
    for mention in given:
        transcript = str(mention["transcript"])
        if mention["scope"] == "transcript":
            continue
        text, first, last = texts[transcript], int(str(mention["start"])), int(str(mention["end"]))
        for start, end, person in spoken[transcript].between(first, last):
            if person in people.quotable:
                from_, to = trim(text, max(first, start), min(last, end), start, end)
                pieces.append(text[from_:to])
    return OMISSION.join(piece for piece in pieces if piece)

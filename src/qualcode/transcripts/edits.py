"""Table `edits`: how each kept text of a transcript became the present one, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from qualcode.errors import Problem, Problems, TranscriptError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.transcripts.compare import Edit, edits_between
from qualcode.transcripts.kept import Replaced, kept_index, kept_text, remember_text, whole_text


def edits_of_study(
    study: Study,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    names_out: Mapping[str, Replaced] | None = None,
) -> pd.DataFrame:
    """Table `edits`: from every kept text of each transcript to its present one.

    Parameters
    ----------
    names_out
        Of each transcript in which names were replaced, the text before and what was replaced: from that text the edits are
        these, not what a comparison finds; from any other kept text, a change that touches a replaced stretch is `identifier`.

    Returns
    -------
    The table. Where turns of people who withdrew were taken out (`withdrawn`), the edits from all other texts lead to the whole
    conversation, and from there to the present text. `why` is else
    `reader` where both texts were made from the same file (qualcode reads it otherwise now), or
    `correction`. Where an earlier text is another one altogether, all of it is taken out, and nothing is carried. Kept texts
    that are not there any more are left out; `missing_texts` lists them.

    Raises
    ------
    TranscriptError
        Transcripts whose text is another one than ever before, where nobody has accepted it: all at once.
    """
    from qualcode.transcripts.alike import accepted

    rows, others = compare_with_kept(study, transcripts, texts, names_out=names_out)
    said = accepted(study) if others else set()
    problems = Problems()
    problems.found = [problem for about, problem in others.items() if about not in said]
    problems.raise_if_any(TranscriptError)
    return TABLES["edits"].shape(rows)


def compare_with_kept(
    study: Study,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    names_out: Mapping[str, Replaced] | None = None,
) -> tuple[list[dict[str, object]], dict[tuple[str, str], Problem]]:
    """Rows of table `edits`; and each transcript whose text is another one than ever before, with that text's hash."""
    from qualcode.transcripts.alike import ALIKE

    rows: list[dict[str, object]] = []
    kept = {str(name): _made_from(own) for name, own in kept_index(study).groupby("transcript", sort=False)}
    others: list[tuple[dict[Any, Any], float]] = []
    for line in transcripts.to_dict("records"):
        name = str(line["transcript"])
        before = (names_out or {}).get(name)
        found, shares = _of_one(study, line, texts[name], kept.get(name, {}), before)
        rows += found
        if names_out and before is not None:  # codings may quote the text with names before a run has kept it
            remember_text(study, sha256(before.text), lambda name=name: names_out[name].text)  # type: ignore[misc]
        if shares and all(share < ALIKE for share in shares):
            others.append((line, max(shares)))
    return rows, {
        (str(line["transcript"]), str(line["sha256_text"])): _another(study, line, share, texts, kept)
        for line, share in others
    }


def _of_one(
    study: Study, line: Mapping[Any, Any], text: str, own: Mapping[str, set[str]], before: Replaced | None
) -> tuple[list[dict[str, object]], list[float]]:
    """Rows of one transcript; and how much of each earlier text is left in the present one (1: it was kept before as it is).

    Where turns of people who withdrew were taken out, all earlier texts are compared with the whole conversation, and the way
    goes on from there.
    """
    name, sha_to = str(line["transcript"]), str(line["sha256_text"])
    rows: list[dict[str, object]] = []

    def put(edits: Sequence[Edit], sha_from: str, why: str, replaced: Sequence[tuple[int, ...]] = ()) -> None:
        told = {"transcript": name, "sha256_from": sha_from, "sha256_to": sha_to}
        for edit in edits:
            rows.append({**told, "why": "identifier" if _meets(edit, replaced) else why, **edit._asdict()})

    if before is not None and before.whole:
        put(before.taken, before.whole, "withdrawn")
        text = whole_text(study, name, before.whole)
        own = {sha: raws for sha, raws in own.items() if sha != sha_to}
        sha_to = before.whole
    earlier = {sha: kept for sha in sorted(set(own) - {sha_to}) if (kept := kept_text(study, sha)) is not None}
    shares = [1.0] if sha_to in own or not earlier else []
    if not earlier and before is None:
        return rows, []
    if before is not None and before.text != text:
        earlier.setdefault(sha256(before.text), before.text)
    replaced = [edit[2:4] for edit in before.edits] if before is not None else []
    for sha, old in earlier.items():
        if before is not None and old == before.text:
            put(before.edits, sha, "identifier")
            continue
        edits, share = _compared(old, text)
        shares.append(share)
        other = "reader" if line["sha256_raw"] in own.get(sha, ()) else "correction"
        put(edits, sha, other, replaced)
    return rows, shares


def _compared(old: str, new: str) -> tuple[list[Edit], float]:
    """What changed, and which share of the words is left; where the text is another one, all of it was taken out."""
    from qualcode.transcripts.alike import ALIKE, nothing_left, share_kept

    edits = edits_between(old, new)
    share = share_kept(old, new, edits)
    return (nothing_left(old, new) if share < ALIKE else edits), share


def _another(
    study: Study,
    line: Mapping[Any, Any],
    share: float,
    texts: Mapping[str, str],
    kept: Mapping[str, Mapping[str, set[str]]],
) -> Problem:
    """The problem with a transcript whose text is another one than ever before; it says which other one it looks like."""
    from qualcode.transcripts.alike import replaced

    name = str(line["transcript"])
    known = {
        one: [text for sha in kept.get(one, {}) if (text := kept_text(study, sha)) is not None]
        for one in texts
        if one != name
    }
    return replaced(str(line.get("file") or name), name, share, texts[name], known)


def _made_from(own: pd.DataFrame) -> dict[str, set[str]]:
    """Of each kept text of one transcript the files it was made from, by their hashes."""
    found: dict[str, set[str]] = {}
    for sha, raw in zip(own["sha256_text"], own["sha256_raw"], strict=True):
        found.setdefault(str(sha), set()).add(str(raw))
    return found


def _meets(edit: Edit, ranges: Sequence[tuple[int, ...]]) -> bool:
    """Whether what an edit put in touches one of the ranges of the later text."""
    return any(start < max(edit.end_to, edit.start_to + 1) and edit.start_to < end for start, end in ranges)

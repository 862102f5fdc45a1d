"""A codings file without what it holds of people who withdrew: as if it had never been in it, in counts neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from qualcode.codings.model import FileCodings, Sidecar
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.transcripts.compare import Edit
from qualcode.transcripts.kept import kept_text
from qualcode.transcripts.way import edits_of_table
from qualcode.transcripts.withdrawn import Gone

if TYPE_CHECKING:
    from qualcode.codings.changes import Change
    from qualcode.codings.context import Context
    from qualcode.codings.outcomes import Outcome


def without_gone(file: FileCodings, gone: Gone, sidecar: Sidecar) -> FileCodings:
    """The file without the documents that are left out of the study: their codings, texts, memos, cases and attributes.

    Of a memo about several things, one of them left out, nothing stays: nobody can say which words are about whom.
    """
    if not gone.documents and not gone.people:
        return file
    from qualcode.codings.match import hashes_of

    people = {person.casefold() for person in gone.people}

    def is_gone(document: str) -> bool:
        if not document:
            return False
        own = file.texts.get(document)
        by_text = own is not None and gone.hashes and not gone.hashes.isdisjoint(hashes_of(own.raw))
        return bool(by_text) or gone.holds(sidecar.documents.get(document, document))

    names = dict.fromkeys(
        [
            *file.documents,
            *(one.document for one in file.given),
            *(name for memo in file.memos for name in memo.documents),
            *(place.document for memo in file.memos for place in memo.places),
            *(case.document for case in file.cases),
            *(one.name for one in file.attributes if one.of == "document"),
        ]
    )
    left = {name for name in names if is_gone(name)}
    if not left and not people:
        return file
    codings = {one.coding for one in file.given if one.document in left} - {""}
    return replace(
        file,
        given=[one for one in file.given if one.document not in left],
        documents=[name for name in file.documents if name not in left],
        texts={name: own for name, own in file.texts.items() if name not in left},
        memos=[
            memo
            for memo in file.memos
            if not (
                left & {*memo.documents, *(place.document for place in memo.places)}
                or codings & set(memo.codings)
                or people & {name.casefold() for name in memo.cases}
            )
        ],
        cases=[case for case in file.cases if case.document not in left and case.name.casefold() not in people],
        attributes=[
            one
            for one in file.attributes
            if (one.name not in left if one.of == "document" else one.name.casefold() not in people)
        ],
    )


# ---------------------------------------------------------------- conversations that others go on being in


@dataclass(frozen=True)
class Whole:
    """A conversation before somebody's turns were taken out: its text, and exactly what was taken out of it."""

    text: str
    sha: str
    edits: list[Edit]


def whole_conversations(
    study: Study, texts: Mapping[str, str], present: Mapping[str, str], edits: pd.DataFrame
) -> tuple[dict[str, Whole], pd.DataFrame]:
    """The conversations out of which turns of people who withdrew were taken, and table `edits` leading to these.

    A coding is placed where its coder saw it. In the text that is left the same words may be somebody else's ("yes, I think so"),
    or stand once where they stood twice.
    """
    found: dict[str, Whole] = {}
    taken = edits[edits["why"] == "withdrawn"]
    for (name, sha), rows in taken.groupby(["transcript", "sha256_from"], sort=True):
        text = kept_text(study, str(sha))
        if text is not None and str(name) in texts:
            found[str(name)] = Whole(text, str(sha), edits_of_table(rows))
    if not found:
        return {}, edits
    kept = [edits[~edits["transcript"].isin(found)]]
    for name, whole in found.items():
        back = [Edit(e.start_to, e.end_to, e.start_from, e.end_from) for e in whole.edits]
        moved: list[dict[str, object]] = [
            {
                "transcript": name,
                "sha256_from": present[name],
                "sha256_to": whole.sha,
                "why": "withdrawn",
                **edit._asdict(),
            }
            for edit in back
        ]
        own = edits[(edits["transcript"] == name) & (edits["sha256_from"] != whole.sha)]
        kept += [own[own["sha256_to"] == whole.sha], TABLES["edits"].shape(moved)]
    return found, pd.concat(kept, ignore_index=True)


def as_they_are_now(outcomes: list[Outcome], context: Context) -> list[Outcome]:
    """The outcomes with their places in the present text, without those on words of people who withdrew alone."""
    if not context.whole:
        return outcomes
    kept = []
    for outcome in outcomes:
        coding = outcome.coding or outcome.waiting
        if coding is None or str(coding["transcript"]) not in context.whole:
            change = _change_now(outcome.change, outcome.transcript, context)
            kept.append(outcome if change is outcome.change else outcome._replace(change=change))
            continue
        name = str(coding["transcript"])
        place = context.back(name, int(str(coding["start"])), int(str(coding["end"])))
        if place is None:
            continue
        coding |= {"start": place[0], "end": place[1], "sha256_text": context.present[name]}
        kept.append(outcome._replace(change=_change_now(outcome.change, name, context)))
    return kept


def _change_now(change: Change | None, transcript: str, context: Context) -> Change | None:
    """What became of a passage, with its place in the present text."""
    if change is None or change.start is None or change.end is None or transcript not in context.whole:
        return change
    place = context.back(transcript, change.start, change.end)
    return change._replace(start=place.start if place else None, end=place.end if place else None)

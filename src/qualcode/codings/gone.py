"""A codings file without what it holds of people who withdrew: as if it had never been in it, in counts neither."""

from __future__ import annotations

from dataclasses import replace

from qualcode.codings.match import hashes_of
from qualcode.codings.model import FileCodings, Sidecar
from qualcode.transcripts.withdrawn import Gone


def without_gone(file: FileCodings, gone: Gone, sidecar: Sidecar) -> FileCodings:
    """The file without the documents that are left out of the study: their codings, texts, memos, cases and attributes.

    Of a memo about several things, one of them left out, nothing stays: nobody can say which words are about whom.
    """
    if not gone.documents and not gone.people:
        return file
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

"""What a tool keeps beside its codings (memos, cases, attributes), in the study's own terms: transcripts, codes, codings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from qualcode.codings.anchor import Anchor, Refusal
from qualcode.codings.archive import shown
from qualcode.codings.calibrate import Span, anchor_loosely, place_also
from qualcode.codings.context import Context, uuid5
from qualcode.codings.match import OwnPlaces, _number
from qualcode.codings.model import FileCase, FileCodings, FileMemo, Place, Sidecar
from qualcode.errors import Problem
from qualcode.tables import join

BETWEEN = " > "
_QUOTED = 20  # characters from which a selection's name may be its words, where the file has no text to look into
_ANYTHING = ("project", "journal")  # what hangs on nothing else may be of any kind


@dataclass(frozen=True)
class Beside:
    """Rows of tables tool_memos, cases and attributes, and what could not be found in the study.

    `codings` are, for each memo, the ids of the codings that it is about: they join `about` once it is known which
    coding stands where the same came twice.
    """

    memos: list[dict[str, object]] = field(default_factory=list)
    cases: list[dict[str, object]] = field(default_factory=list)
    attributes: list[dict[str, object]] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    codings: list[tuple[str, ...]] = field(default_factory=list)

    def memos_now(self, same: Mapping[str, str]) -> list[dict[str, object]]:
        """The memos with all that they are about; `same` says which coding stands for one that came twice."""
        return [
            row | {"about": join([*str(row["about"]).split(";"), *(same.get(one, one) for one in ids)])}
            for row, ids in zip(self.memos, self.codings, strict=True)
        ]

    def counted(self) -> str:
        """`12 memos, 5 cases, 20 attribute values`; "" where there is nothing."""
        numbers = (
            (len(self.memos), "memo"),
            (len({row["case"] for row in self.cases}), "case"),
            (len(self.attributes), "attribute value"),
        )
        return ", ".join(f"{number} {name}{'s' * (number != 1)}" for number, name in numbers if number)


def read_beside(
    file: FileCodings,
    places: OwnPlaces | None,
    context: Context,
    sidecar: Sidecar,
    where: str,
    import_id: str,
    codings: Mapping[str, str],
) -> Beside:
    """What a file says beside its codings; nothing is dropped, what the study does not know is named in the row.

    Passages are counted as the codings of their document are, and carried to the study's text as they are.

    Parameters
    ----------
    codings
        The study's ids of the file's codings, by the tool's own; without those that were refused.
    """
    if places is None or not (file.memos or file.cases or file.attributes):
        return Beside()
    found = _Found(file, places, context, sidecar, where)
    seen: Counter[str] = Counter()
    memos, about_codings = [], []
    for memo in file.memos:
        seen[memo.id] += 1
        key = memo.id if seen[memo.id] == 1 else f"{memo.id}\x1f{seen[memo.id]}"
        row = found.memo(memo, codings)
        memos.append(row | {"memo": memo.memo or uuid5(f"{import_id}\x1fmemo\x1f{key}")})
        about_codings.append(tuple(codings[one] for one in memo.codings if one in codings))
    cases = [found.case(case) for case in file.cases]
    of_case: dict[str, list[str]] = {}
    for case_row in cases:
        of_case.setdefault(str(case_row["case"]), []).append(str(case_row.get("transcript", "")))
    attributes: list[dict[str, object]] = []
    for one in file.attributes:
        at = of_case.get(one.name, []) if one.of == "case" else [found.transcript(one.name)]
        row = {"source": where, "of": one.of, "name": one.name, "attribute": one.attribute, "type": one.type}
        attributes.append(row | {"value": one.value, "transcript": join(at)})
        if one.of == "document":
            found.known("attribute values of", one.name)
    return Beside(memos, cases, attributes, found.warnings(), about_codings)


class _Found:
    """Looks up what a file calls documents, codes and passages; remembers what it did not find."""

    def __init__(self, file: FileCodings, places: OwnPlaces, context: Context, sidecar: Sidecar, where: str) -> None:
        self._file, self._places, self._context, self._sidecar, self._where = file, places, context, sidecar, where
        wanted = [place for memo in file.memos for place in memo.places]
        wanted += [_place(case) for case in file.cases if case.start or case.end]
        self._own = self._in_own_texts(wanted)
        self._lost: Counter[tuple[str, str]] = Counter()

    def memo(self, memo: FileMemo, codings: Mapping[str, str]) -> dict[str, object]:
        about: list[str] = []
        unknown: list[str] = []
        for name in memo.documents:
            about.append(self.transcript(name))
            if not self.known("memos about", name):
                unknown.append(name)
        for place in memo.places:
            transcript, start, end, reason = self.place(place)
            about += [transcript, f"{transcript} {start}-{end}" if start is not None else ""]
            if not self.known("memos about", place.document):
                unknown.append(place.document)
            elif reason:
                what = f"memos about a passage without a place ({reason.rstrip('.')})"
                self._lost[what, "Kept without the passage."] += 1
                unknown.append(f"{place.document} {place.start}-{place.end}")
        guids = memo.code_ids or ("",) * len(memo.codes)
        for path, guid in zip(memo.codes, guids, strict=True):
            code = self.code(path, guid)
            about.append(code)
            if not code:
                unknown.append(path)
                name = f"{self._context.codebook_name} {self._context.version}".strip()
                hint = "Kept without it. Name it in `codes` of a map file, or add it in a new version."
                self._lost[f"memos about code '{shown(path)}', which is not in codebook {name}", hint] += 1
        unknown += [f"coding {one}" for one in memo.codings if one not in codings]
        about += memo.cases
        kind = memo.kind or self._sidecar.memos.get(memo.sort, "" if memo.sort in _ANYTHING else "analytic")
        author = self._sidecar.coders.get(memo.author, memo.author)
        return {
            "kind": kind,
            "about": join(part.replace(";", ",") for part in about),
            "author": author,
            "date": iso_day(memo.date),
            "text": memo.text,
            "title": memo.title,
            "unknown": join(part.replace(";", ",") for part in unknown),
            "source": self._where,
        }

    def case(self, case: FileCase) -> dict[str, object]:
        row: dict[str, object] = {"source": self._where, "case": case.name, "document": case.document}
        if case.code:
            code = self.code(case.code, case.code_id)
            row |= {"scope": "code", "code": code or case.code}
            return row if code else row | {"reason": "the codebook in use has no such code."}
        if not case.document:
            return row
        transcript = self.transcript(case.document)
        row["transcript"] = transcript
        if not self.known("parts of cases in", case.document):
            row["scope"] = "span" if case.start or case.end else "transcript"
            return row | {"reason": "the study has no transcript for the document."}
        place = _place(case)
        own = self._places.calibrated.get(case.document)
        at = self._own.get(place)
        if not (case.start or case.end) or (own is not None and isinstance(at, Anchor) and _whole(own.text, at)):
            return row | {"scope": "transcript", "start": 0, "end": self._context.length(transcript)}
        _, start, end, reason = self.place(place)
        if reason:
            what = f"parts of cases without a place ({reason.rstrip('.')})"
            self._lost[what, "They stand in table cases, with the reason."] += 1
        return row | {"scope": "span", "start": start, "end": end, "reason": reason}

    def transcript(self, document: str) -> str:
        """A document's transcript, "" for none."""
        match = self._places.matches.get(document)
        if match is not None:
            return match.transcript
        return self._context.transcript(self._sidecar.documents.get(document, document))

    def code(self, path: str, guid: str = "") -> str:
        """The study's code for a path of the file's code tree, in the version in use; "" for none."""
        leaf = path.rpartition(BETWEEN)[2]
        named = self._sidecar.codes.get(path) or self._sidecar.codes.get(leaf)
        known = self._context.code(named) if named else self._context.code(leaf, path, guid)
        carried = self._context.carried(
            known or named or leaf, self._sidecar.codebook_version or self._context.version, ""
        )
        return carried.code if carried is not None else known

    def place(self, place: Place) -> tuple[str, int | None, int | None, str]:
        """A passage's transcript, and where it lies in it, or why it has no place."""
        transcript = self.transcript(place.document)
        if not transcript:
            return "", None, None, ""
        own = self._own.get(place)
        placed: Anchor | Refusal
        if isinstance(own, Anchor):
            placed, _ = self._places.carry_place(place.document, own, self._context)
        elif own is not None:
            placed = own
        elif len(place.text) >= _QUOTED:
            index = self._context.texts[transcript]
            placed = anchor_loosely(index, place.text, name=f"transcript '{transcript}'")
        else:
            placed = Refusal(f"the file has no text of document '{place.document}'.")
        if isinstance(placed, Refusal):
            return transcript, None, None, placed.cause
        now = self._context.back(transcript, placed.start, placed.end)
        if now is None:
            return transcript, None, None, "only somebody who withdrew speaks there."
        return transcript, now[0], now[1], ""

    def _in_own_texts(self, wanted: Iterable[Place]) -> dict[Place, Anchor | Refusal]:
        by_document: dict[str, list[Place]] = {}
        for place in dict.fromkeys(wanted):
            by_document.setdefault(place.document, []).append(place)
        found: dict[Place, Anchor | Refusal] = {}
        for document, here in by_document.items():
            own = self._file.texts.get(document)
            if own is not None:
                spans = [Span(_number(place.start), _number(place.end), place.text) for place in here]
                placed = place_also(own, self._places.calibrated[document], spans, name=document)
                found |= dict(zip(here, placed, strict=True))
        return found

    def known(self, kind: str, document: str) -> bool:
        """Whether the study has a transcript for a document; what it has none for is counted."""
        if self.transcript(document):
            return True
        what = f"{kind} document '{shown(document)}', which the study has no transcript for"
        self._lost[what, "Kept without it. If the study has it, name it in `documents` of a map file."] += 1
        return False

    def warnings(self) -> list[Problem]:
        """What was not found, each thing once, with how often."""
        return [Problem(self._where, f"{what}: {n}.", hint) for (what, hint), n in self._lost.items()]


def iso_day(text: str) -> str:
    """The day of a tool's date (`2024-03-31 10:00:00`); "" where it says none."""
    match = re.match(r"\d{4}-\d{2}-\d{2}", text.strip())
    if match is None:
        return ""
    try:
        return date.fromisoformat(match.group()).isoformat()
    except ValueError:
        return ""


def _place(case: FileCase) -> Place:
    return Place(case.document, case.start, case.end, case.text)


def _whole(text: str, at: Anchor) -> bool:
    """Whether a part is all of a document; some tools end it with the last character, not after it."""
    return not text[: at.start].strip() and len(text[at.end :].strip()) <= 1

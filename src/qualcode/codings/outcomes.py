"""One codings file: what becomes of each of its rows. Who coded, what, where; or why it cannot be placed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from qualcode.codings.align import UNALIGNED, may_be_name, own_code_id, own_path
from qualcode.codings.anchor import WHOLE, Anchor, Refusal
from qualcode.codings.beside import Beside, read_beside
from qualcode.codings.carry import (
    ACTIVE,
    Carried,
)
from qualcode.codings.changes import DROP, OPEN, Change, Ruling
from qualcode.codings.context import Context, uuid5
from qualcode.codings.gone import as_they_are_now, without_gone
from qualcode.codings.kinds import read_kind
from qualcode.codings.match import OwnPlaces, place_own
from qualcode.codings.model import OWN, FileCodings, Given, Sidecar, read_sidecar, sidecar_path
from qualcode.codings.place import TAKEN_OUT, place_row, row_mark, shown
from qualcode.collecting import rings_looked_for_later
from qualcode.errors import Problem, nearest
from qualcode.study import Study
from qualcode.tables import DIRECTIONS

ORIGINS = ("human", "machine")


class Outcome(NamedTuple):
    """What became of one row: how it was anchored (or `refused`), its coding, or what is wrong with it."""

    given: Given
    transcript: str
    coder: str
    anchored: str
    coding: dict[str, object] | None
    problems: tuple[Problem, ...] = ()
    looked_at: tuple[Problem, ...] = ()  # kept, but to be looked at
    carried: Carried | None = None  # from the codebook's version it was made under
    about: str = ""  # the coder's code, where it is the coder's own, or where no version of the codebook knows it
    unknown: bool = False  # no version of the codebook knows its code
    waiting: dict[str, object] | None = None  # the coding that it would be, where this is all that is wrong with it
    change: Change | None = None  # what became of its passage since it was coded, where its text changed
    status: str = ""  # and of that: open, noted, or what a person decided
    ruling: Ruling | None = None
    coding_id: str = ""
    made_on: tuple[str, str] = ("", "")  # its mark and the text that it was made on, where it does not say that itself

    @property
    def dropped(self) -> bool:
        """Whether a person said that the coding no longer holds, its passage having changed."""
        return self.ruling is not None and self.ruling.choice == DROP

    @property
    def gone(self) -> bool:
        """Whether all that is wrong with it is that its passage was taken out of the transcript."""
        return self.change is not None and self.change.start is None and len(self.problems) == 1

    @property
    def set_aside(self) -> bool:
        """Whether the version in use has no code for it (a split not decided, a code retired, a code not aligned)."""
        return self.carried is not None and self.carried.status != ACTIVE


@dataclass(frozen=True)
class FileResult:
    """A file's rows with what became of them, and what it holds beside."""

    where: str
    file: FileCodings
    outcomes: list[Outcome]
    places: OwnPlaces | None = None
    beside: Beside = field(default_factory=Beside)
    own_codes: bool = False


@rings_looked_for_later()
def read_file(
    study: Study, path: Path, context: Context, *, sidecar: Sidecar | None = None, where: str = "", import_id: str = ""
) -> FileResult:
    """One file, and what becomes of each of its rows.

    Parameters
    ----------
    sidecar
        What was chosen for the file; by default what stands in FILE.import.yaml beside it.
    import_id
        What its coding ids are made from; by default the sidecar's, else its path under data/raw/codings.

    Raises
    ------
    CodingsError
        The file or its sidecar cannot be read.
    """
    where = where or study.shown(path)
    folder = study.raw / "codings"
    inside = path.relative_to(folder) if path.is_relative_to(folder) else Path(path.name)
    if sidecar is None:
        beside = sidecar_path(path)
        sidecar = read_sidecar(beside, where=study.shown(beside)) if beside.is_file() else Sidecar()
    by_folder = inside.parts[0] if len(inside.parts) > 1 else ""
    file = read_kind(
        path,
        where=where,
        sidecar=sidecar,
        coder=sidecar.coder or by_folder,
        known=may_be_name if sidecar.own_codes else lambda name: context.knows(sidecar.codes.get(name, name)),
    )
    file = without_gone(file, context.gone, sidecar)
    import_id = import_id or sidecar.id or inside.as_posix()
    places = place_own(file, context, sidecar) if file.kind != OWN else None
    noted = context.passages.made_on if sidecar.texts else {}
    some = bool(noted) and any(row_mark(coding, given) in noted for coding, given in _ids(file.given, import_id))
    placing = sidecar.model_copy(update={"texts": {}}) if some else sidecar  # rows that are not noted were put in later
    outcomes = as_they_are_now(_outcomes(file.given, context, placing, where, import_id, places), context)
    ids = (
        {one.given.coding: str(one.coding["coding"]) for one in outcomes if one.coding is not None}
        if file.memos
        else {}
    )
    more = read_beside(file, places, context, sidecar, where, import_id, ids)
    return FileResult(where, file, outcomes, places, more, sidecar.own_codes)


def coding_id(import_id: str, given: Given, seen: dict[str, int]) -> str:
    """A coding's id: UUID5 of its import and of its own id there, else of what the row says.

    Never of offsets that were found or carried: when a transcript is corrected every offset behind the correction moves,
    and decisions that name the coding must go on meaning it. For the same reason not of the row's number, which changes
    when somebody sorts the sheet. Rows that say exactly the same are told apart by a counter.
    """
    if given.coding:
        key = f"{import_id}\x1fid\x1f{given.coding}"
    else:
        said = (given.document, given.code, given.coder, given.start, given.end, given.text)
        key = "\x1f".join((import_id, "row", *said, *([given.under] if given.under else [])))
    times = seen[key] = seen.get(key, 0) + 1
    return uuid5(key if times == 1 else f"{key}\x1f{times}")


def _ids(rows: Sequence[Given], import_id: str) -> Iterator[tuple[str, Given]]:
    seen: dict[str, int] = {}
    for given in rows:
        yield coding_id(import_id, given, seen), given


def _outcomes(
    rows: Sequence[Given],
    context: Context,
    sidecar: Sidecar,
    where: str,
    import_id: str,
    places: OwnPlaces | None,
) -> list[Outcome]:
    """What becomes of each row; code, coder and whatever else rows say alike is looked up once."""
    seen: dict[str, int] = {}
    if places is None:
        return [_outcome(given, context, sidecar, where, import_id, seen) for given in rows]
    like: dict[tuple[str, ...], Outcome] = {}
    outcomes: list[Outcome] = []
    for given in rows:
        said = _SAID(given)
        first = like.get(said) if not context.passages.rulings else None  # what was decided is about one coding alone
        outcome = _again(given, first, context, import_id, seen, places) if first is not None else None
        if outcome is None:
            outcome = _outcome(given, context, sidecar, where, import_id, seen, places)
            if first is None and _depends_on_nothing_else(outcome):
                like[said] = outcome
        outcomes.append(outcome)
    return outcomes


# what decides on a row's code, coder, direction and origin
_SAID = itemgetter(
    *map(
        Given._fields.index,
        ("code", "coder", "codebook_version", "direction", "origin", "code_id", "code_path", "under"),
    )
)


def _depends_on_nothing_else(outcome: Outcome) -> bool:
    """Whether nothing was wrong, and its code is not one that was chosen for this coding alone (a split)."""
    carried = outcome.carried
    return outcome.coding is not None and (carried is None or not (outcome.set_aside or carried.split_in))


def _again(
    given: Given, first: Outcome, context: Context, import_id: str, seen: dict[str, int], places: OwnPlaces
) -> Outcome | None:
    """The outcome of a row that says what the `first` did, but for its document, place and words; None: look closer."""
    own = places.placed.get(given.row)
    transcript = places.matches[given.document].transcript
    if not (transcript and given.document and isinstance(own, Anchor)) or first.coding is None:
        return None
    placed, changed = places.carry(given, context)
    if changed or not isinstance(placed, Anchor):
        return None
    coding = first.coding.copy()
    coding["coding"] = coding_id(import_id, given, seen)
    coding["transcript"] = transcript
    coding["scope"] = "transcript" if given.text == WHOLE else "span"
    coding["start"], coding["end"], coding["anchored"] = placed
    coding["sha256_text"] = context.sha[transcript]
    coding["memo"] = given.memo
    coding["created"] = given.created
    return Outcome(given, transcript, first.coder, own.how, coding, (), (), first.carried, first.about)


def _outcome(
    given: Given,
    context: Context,
    sidecar: Sidecar,
    where: str,
    import_id: str,
    seen: dict[str, int],
    places: OwnPlaces | None = None,
) -> Outcome:
    at = f"row {given.row}" if places is None else f"coding {given.row}"
    problems: list[Problem] = []
    looked_at: list[Problem] = []

    def wrong(what: str, hint: str = "") -> None:
        problems.append(Problem(where, what, hint, at))

    document = sidecar.documents.get(given.document, given.document)
    transcript = context.transcript(document) if places is None else places.matches[given.document].transcript
    if not document:
        wrong("column 'transcript' is empty.")
    elif not transcript:
        wrong(f"transcript '{shown(document)}' is not in the study.", nearest(document, sorted(context.texts)))

    coding_of_row = coding_id(import_id, given, seen)
    named = sidecar.codes.get(given.code, given.code)
    version = given.codebook_version or sidecar.codebook_version or context.version
    # a tool's own id or path of a code says which of two with one name is meant
    path, guid = (given.code_path, given.code_id) if named == given.code else ("", "")
    known = context.below(given.under, named) if given.under and named else ""
    coder = sidecar.coders.get(given.coder, given.coder)
    of_own = sidecar.own_codes and named == given.code
    elsewhere = of_own or (given.under and not known)  # not to be looked for by its name alone
    asked = bool(named) and not elsewhere
    carried = context.carried(known or named, version, coding_of_row, path=path, guid=guid) if asked else None
    if carried is None and known and not of_own:
        carried = Carried(known)
    about = own_code_id(import_id, coder, own_path(given)) if carried is None and named else ""
    if about:
        carried = context.alignments.carried(about, coding_of_row) or (Carried("", UNALIGNED) if of_own else None)
        version = carried.version if carried is not None else version
    unknown = bool(about) and carried is None
    code = carried.code if carried is not None else ""
    if not named and places is not None:
        wrong("it names no code that the file holds.", "Look at the coding in the tool it comes from.")
    elif not named:
        wrong("column 'code' is empty.")
    elif unknown and given.under and not context.codes:
        what = f"the map says that its code stands under '{given.under}', but the study has no codebook."
        wrong(what, "Put one at codebooks/NAME/1.0.0.yaml, or import a sheet (`qualcode codebook import`).")
    elif unknown and given.under:
        what = f"code '{shown(named)}' does not stand under '{given.under}' in codebook {context.codebook_name} {context.version}."
        wrong(what, nearest(named, context.labels_below(given.under)))
    elif unknown:
        wrong(*_unknown_code(named, context))
    elif ";" in code or (of_own and places is None and ";" in named):
        wrong(f"code '{shown(code or named)}' holds a `;`.", "One row holds one code: repeat the row for each.")

    if not coder:
        wrong("nobody is named as coder.", "Give `--coder NAME`." if places is not None else "Fill in column 'coder'.")
    elif context.coders and coder not in context.coders:
        hint = f"{nearest(coder, context.coders)} Correct the row, or add the coder to config/study.yaml."
        wrong(f"coder '{shown(coder)}' is not among the study's coders.", hint)

    direction = given.direction.lower()
    if direction not in DIRECTIONS:
        wrong(
            f"direction '{shown(given.direction)}' is not known.",
            nearest(direction, [word for word in DIRECTIONS if word]),
        )
    origin = given.origin.lower() or "human"
    if origin not in ORIGINS:
        wrong(f"origin '{shown(given.origin)}' is not known.", nearest(origin, ORIGINS))

    placed: Anchor | Refusal | None = None
    change: Change | None = None
    made_on = ("", "")
    own = places.placed.get(given.row) if places is not None else None
    if places is not None and own is not None:
        placed = own
        if transcript and isinstance(own, Anchor):
            placed, changed = places.carry(given, context)
            change = places.change(given, context, placed) if changed or isinstance(placed, Refusal) else None
            if changed and isinstance(placed, Anchor):
                what = f"the words of this coding differ between document '{shown(given.document)}' and the transcript."
                looked_at.append(
                    Problem(where, what, f"Look at {context.place(transcript, placed.start, placed.end)}.", at)
                )
    elif transcript:
        found = place_row(given, coding_of_row, context, transcript, sidecar, where, loose=places is not None)
        placed, change = found.place, found.change
        made_on = (row_mark(coding_of_row, given), found.made_on) if found.made_on else made_on
        looked_at += [found.look] if found.look is not None else []
    ruling = context.passages.rulings.get(coding_of_row) if transcript else None
    status = ""
    if change is not None or ruling is not None:
        placed, change, status = _as_decided(context, transcript, placed, change, ruling)
        looked_at = [] if ruling is not None and status != OPEN else looked_at
    if ruling is not None and ruling.choice == DROP:
        return Outcome(
            given, transcript, coder, "refused", None, about=about,
            change=change, status=status, ruling=ruling, coding_id=coding_of_row, made_on=made_on,
        )  # fmt: skip
    if isinstance(placed, Refusal):
        wrong(placed.cause, placed.hint)
    anchored = (own or placed).how if isinstance(own or placed, Anchor) else "refused"  # type: ignore[union-attr]
    if not isinstance(placed, Anchor) or len(problems) > unknown:
        return Outcome(
            given, transcript, coder, anchored, None, tuple(problems), about=about, unknown=unknown,
            change=change, status=status, ruling=ruling, coding_id=coding_of_row,
        )  # fmt: skip
    coding: dict[str, object] = {
        "coding": coding_of_row,
        "transcript": transcript,
        "scope": "transcript" if given.text == WHOLE else "span",
        "start": placed.start,
        "end": placed.end,
        "code": code,
        "code_as_coded": given.code,
        "coder": coder,
        "codebook_version": version,
        "sha256_text": context.sha[transcript],
        "direction": direction,
        "memo": given.memo,
        "created": given.created,
        "origin": origin,
        "source": where,
        "anchored": placed.how,
    }
    if about:
        coding |= {"about": about, "own_code": own_path(given)}
    if unknown:
        refused = {"about": about, "unknown": True, "waiting": coding, "made_on": made_on}
        return Outcome(given, transcript, coder, anchored, None, tuple(problems), **refused)  # type: ignore[arg-type]
    return Outcome(
        given, transcript, coder, anchored, coding, (), tuple(looked_at), carried, about,
        change=change, status=status, ruling=ruling, made_on=made_on, coding_id=coding_of_row,
    )  # fmt: skip


def _as_decided(
    context: Context, transcript: str, placed: Anchor | Refusal | None, change: Change | None, ruling: Ruling | None
) -> tuple[Anchor | Refusal | None, Change | None, str]:
    """The place of a passage whose text changed, as a person decided; what changed; and how that stands."""
    before = placed[:2] if isinstance(placed, Anchor) else None
    now = context.passages.now(transcript, before, change, ruling)
    if now.place == before:
        return placed, now.change, now.status
    if now.place is None:
        cause = f"transcript '{transcript}' has changed since this was decided, and the passage is no longer there."
        return Refusal(cause, TAKEN_OUT), now.change, now.status
    return Anchor(*now.place, "calibrated"), now.change, now.status


def _unknown_code(name: str, context: Context) -> tuple[str, str]:
    parts = [part.strip() for part in re.split(r"[;,|]", name) if part.strip()]
    what = f"code '{shown(name)}' is not in codebook {context.codebook_name} {context.version}."
    if len(parts) > 1 and all(context.code(part) for part in parts):
        return what, "One row holds one code: repeat the row for each."
    numbers = [int(part) for part in re.findall(r"\d+", context.version)] or [1]
    following = ".".join(
        map(str, [numbers[0], (numbers[1] if len(numbers) > 1 else 0) + 1, *([0] * (len(numbers) > 2))])
    )
    add = f"codebooks/{context.codebook_name}/{following}.yaml"
    return what, f"{nearest(name, context.codes)} Correct the row, or add the code in a new version ({add})."

"""`qualcode import` of codings: checked against the study first, then copied, with what was chosen beside it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from qualcode.codebook.model import Codebook
from qualcode.codings.align import UNALIGNED
from qualcode.codings.coders import one_person
from qualcode.codings.context import Context
from qualcode.codings.kinds import ALIASES, database_of, kind_of
from qualcode.codings.match import told
from qualcode.codings.model import OWN, Sidecar, read_sidecar, sidecar_path, sidecar_yaml
from qualcode.codings.newer import Earlier, compare, earlier_export, same_bytes
from qualcode.codings.outcomes import FileResult, read_file
from qualcode.codings.own import unreadable
from qualcode.codings.read import policy
from qualcode.errors import CodingsError, Problem, QualcodeError, together
from qualcode.files import write_atomically, write_text
from qualcode.study import Study
from qualcode.tables import TABLES

_PAIRS = 20  # pairs of coders without a common document, as listed
_MAPS = ("columns", "always", "applied", "under", "coders", "codes", "documents", "colours", "memos")


@dataclass(frozen=True)
class Brought:
    """What an import found (`summary`, the JSON of `--dry-run --json`), what to tell the person, what to look at."""

    summary: dict[str, object]
    messages: list[str]
    warnings: list[Problem] = field(default_factory=list)


def import_codings(
    study: Study,
    path: Path,
    *,
    coder: str = "",
    kind: str = "",
    map_file: Path | None = None,
    replace: bool = False,
    participants: bool = False,
    own_codes: bool = False,
    new_codes: bool = False,
    by: str = "",
    date: str = "",
    keep_both: bool = False,
    dry_run: bool = False,
) -> Brought:
    """Check a codings file against the study's transcripts, codebook and coders; copy it to data/raw/codings.

    Parameters
    ----------
    coder
        Who coded where the file does not say.
    kind
        What the file is, where its content does not say.
    map_file
        YAML in the sidecar's keys: columns, coders, codes, documents.
    replace
        Whether the file of the same name, or the earlier export of the same project, is replaced.
    participants
        Whether a draft of the participants table is made from the file's cases (module `participants`).
    own_codes
        Its codes are the coder's own: they wait for an alignment, whatever they are called.
    new_codes, by, date
        Codes that the codebook does not know are added to a next version of it, by whom and when; the file is read under it.
    keep_both
        Whether it is taken although it looks like a newer export of a file that is there under another name.
    dry_run
        Nothing is written, and codings that cannot be placed are counted and listed, not raised.

    Raises
    ------
    CodingsError
        The file cannot be read; codings that cannot be placed, where the policy is `stop`; another file of that name, or an
        earlier export of the project, is there and `replace` is not given (what would appear and vanish is listed). Nothing
        is written then.
    CodebookError
        A next version cannot be made.
    """
    where = str(path)
    folder = study.raw / "codings"
    project, path = path, database_of(path)
    if path.is_dir():
        what = "this folder is no project: it holds no database of QualCoder (data.qda)."
        raise CodingsError(Problem(where, what, "Name the file itself, or the project's folder (NAME.qda)."))
    if not path.is_file():
        raise CodingsError(Problem(where, "this file is not there."))
    kind = ALIASES.get(kind, kind) or kind_of(path)
    if not kind:
        raise unreadable(where, path)
    target = path if path.resolve().is_relative_to(folder.resolve()) else folder / project.name
    old = _sidecar(study, target)
    sidecar = _chosen(old, coder, map_file, target, folder, kind, own_codes)
    context, transcribed = _context(study)
    result = read_file(study, path, context, sidecar=sidecar, where=where, import_id=sidecar.id)
    same = same_bytes(study, path)
    earlier = None if same is not None else _earlier(study, path, target, old, result, context, keep_both)
    if earlier is not None and earlier.path != target:  # what was chosen for the earlier export holds for this one too
        sidecar = _chosen(earlier.sidecar, coder, map_file, earlier.path, folder, kind, own_codes)
        result = read_file(study, path, context, sidecar=sidecar, where=where, import_id=sidecar.id)
    if new_codes and sidecar.own_codes:
        what = "the codes of this file are its coder's own: they are aligned first (`qualcode pack alignment`)."
        hint = "New codes are made from the alignment sheet: `qualcode import SHEET.xlsx --new-codes`."
        raise CodingsError(Problem(where, what, hint))
    drafted = _Drafted()
    if new_codes:
        signed = {"file": target.name, "by": by, "date": date}
        drafted, context, result, sidecar = _draft(study, path, context, result, sidecar, where, signed, dry_run)
    summary = summarise(result, context)
    if new_codes:
        summary["new_codes"] = list(drafted.ids)
    if sidecar.own_codes:
        summary["unaligned"] = _waiting(result)
    warnings = _said([problem for outcome in result.outcomes for problem in outcome.looked_at], result)
    if result.file.unread:
        names = ", ".join(f"'{column}'" for column in result.file.unread)
        warnings.append(Problem(where, f"not read: column {names}.", "", "row 1"))
    if coder and result.file.names_coders and any(item.coder != coder for item in result.file.given):
        warnings.append(Problem(where, f"the file names its coders itself; '{coder}' stands where it names nobody."))
    warnings += result.beside.warnings
    refused = _said([problem for outcome in result.outcomes for problem in outcome.problems], result)
    stops = _said([problem for outcome in result.outcomes if not outcome.gone for problem in outcome.problems], result)
    report = [*drafted.said, *_report(result), *_beside(result, context.coders), *_own_or_unknown(result, sidecar)]

    def draft() -> list[str]:
        return _participants(study, result, transcribed, target.name, dry_run) if participants else []

    if dry_run:
        if earlier is not None:
            found = _instead(study, where, earlier, target, result)
            report += [f"{found.where}: {found.what}", *compare(earlier, result)]
        return Brought(summary, [*report, *draft(), "Nothing was written (dry run)."], [*refused, *warnings])

    if stops and policy(study, result.file.kind) == "stop":
        todo = _own_or_unknown(result, sidecar)
        last = stops[-1]
        raise CodingsError([*stops[:-1], dataclasses.replace(last, hint="\n  ".join([last.hint, *todo]).strip())])
    warnings = [*refused, *warnings]
    chosen = {
        "texts": _texts(result, context),
        "documents": _documents(sidecar, result),
        "codebook_version": sidecar.codebook_version or context.version,
    }
    sidecar = sidecar.model_copy(update=chosen)
    if same is not None:
        drafted.write(study)
        if same != target:
            there = f"Already there, as {study.shown(same)}: nothing was copied."
            return Brought(summary, [*drafted.said, there, *draft()], warnings)
        messages = [*drafted.said, f"Already there: {study.shown(target)}."]
        if _what_people_chose(sidecar) != _what_people_chose(old):
            write_text(sidecar_path(target), sidecar_yaml(sidecar))
            messages.append(f"What was chosen is new: {study.shown(sidecar_path(target))}.")
        return Brought(summary, [*messages, *draft()], warnings)
    messages = []
    if earlier is not None:
        messages = compare(earlier, result)
        if not replace:
            found = _instead(study, where, earlier, target, result)
            raise CodingsError(Problem(found.where, found.what, "\n  ".join([*messages, found.hint])))
        messages.insert(0, f"Replaced {study.shown(earlier.path)}.")
    drafted.write(study)
    if transcribed is not None:
        _keep_texts(study, transcribed, sidecar, result)
    if path != target:
        data = path.read_bytes()
        write_atomically(target, lambda temporary: temporary.write_bytes(data))
    write_text(sidecar_path(target), sidecar_yaml(sidecar))
    if earlier is not None and earlier.path != target:
        earlier.path.unlink()
        sidecar_path(earlier.path).unlink(missing_ok=True)
    done = f"Imported {study.shown(target)}; what was chosen stands in {study.shown(sidecar_path(target))}."
    return Brought(summary, [*report, *messages, done, *draft()], warnings)


def summarise(result: FileResult, context: Context) -> dict[str, object]:
    """The counts that `qualcode import --dry-run --json` prints.

    `codings` are the file's rows; `anchored` says for each how it was placed in its text, so the four add up to `codings`
    (a coding with an unknown code may well be placed); `unmatched` counts documents the study has no transcript for.
    """
    anchored = Counter(outcome.anchored for outcome in result.outcomes)
    matched = {outcome.given.document for outcome in result.outcomes if outcome.transcript}
    if result.places is not None:
        matched |= {document for document, match in result.places.matches.items() if match.transcript}
    declared = {sidecar_name for sidecar_name in result.file.coders if sidecar_name}
    return {
        "kind": result.file.kind,
        "documents": len(result.file.documents),
        "unmatched": len([document for document in result.file.documents if document not in matched]),
        "codes": len(result.file.codes),
        "coders": sorted({outcome.coder for outcome in result.outcomes if outcome.coder} | declared),
        "codings": len(result.outcomes),
        "anchored": {how: anchored[how] for how in ("as_given", "calibrated", "by_text", "refused")},
        "left_out": dict(sorted(result.file.left_out.items())),
    }


def _earlier(
    study: Study, path: Path, target: Path, old: Sidecar, result: FileResult, context: Context, keep_both: bool
) -> Earlier | None:
    """The file that this one would replace: the one of its name, else an earlier export of the same project."""
    if path == target:
        return None
    if target.is_file():
        try:
            before = read_file(study, target, context, sidecar=old)
        except QualcodeError:
            return Earlier(target, old, [], 0)  # it cannot be read, nor be compared: all of the new one appears
        return Earlier(target, old, before.outcomes, 0, before.file.memos)
    return None if keep_both else earlier_export(study, path, target, result, context)


def _instead(study: Study, where: str, earlier: Earlier, target: Path, result: FileResult) -> Problem:
    """What is said where a file would come in beside one that it should replace."""
    there = study.shown(earlier.path)
    if earlier.path == target:
        hint = "Replace it with --replace, or import under another name."
        return Problem(there, "another file of this name is there already.", hint)
    what = (
        f"{earlier.shared} of its {len(result.outcomes)} codings stand in {there}: it looks like a newer export of it."
    )
    return Problem(where, what, "Put it in its place with --replace, or keep both with --keep-both.")


def _id_of(path: Path, folder: Path) -> str:
    """What coding ids of a file are made from that has no id of its own: its path under data/raw/codings."""
    return path.resolve().relative_to(folder.resolve()).as_posix()


def _sidecar(study: Study, target: Path) -> Sidecar:
    beside = sidecar_path(target)
    return read_sidecar(beside, where=study.shown(beside)) if beside.is_file() else Sidecar()


def _documents(sidecar: Sidecar, result: FileResult) -> dict[str, str]:
    """What people chose, and which transcript each document was found to be by its text."""
    matches = result.places.matches if result.places is not None else {}
    found = {name: match.transcript for name, match in matches.items() if match.how in ("hash", "words")}
    return {**found, **sidecar.documents}


def _said(problems: list[Problem], result: FileResult) -> list[Problem]:
    """The same thing wrong with many codings is said once."""
    return together(problems, most=3 if result.places is None else 1)


def _beside(result: FileResult, known: Iterable[str]) -> list[str]:
    """What the report says beside the codings: documents, what was left out, notes; coders who may be one, or be `known`."""
    lines = told(result.places) if result.places is not None else []
    if result.beside.counted():
        lines.append(f"Also read: {result.beside.counted()}.")
    if result.file.left_out:
        counted = ", ".join(f"{name} {number}" for name, number in sorted(result.file.left_out.items()))
        lines.append(f"Left out, because the study has no place for it: {counted}.")
    coders = {outcome.coder for outcome in result.outcomes if outcome.coder}
    same = one_person({*coders, *result.file.coders, *known})
    return [*lines, *same, *_apart(result), *result.file.notes]


def _apart(result: FileResult) -> list[str]:
    """Which coders of a file have no document in common."""
    documents: dict[str, set[str]] = {}
    for outcome in result.outcomes:
        if outcome.coder:
            documents.setdefault(outcome.coder, set()).add(outcome.transcript or outcome.given.document)
    pairs = [(a, b) for a, b in combinations(sorted(documents), 2) if not documents[a] & documents[b]]
    lines = [f"{a} and {b} coded no document in common: this file says nothing of their agreement." for a, b in pairs]
    return lines if len(pairs) <= _PAIRS else [*lines[:_PAIRS], f"and {len(pairs) - _PAIRS} more such pairs of coders."]


def _participants(study: Study, result: FileResult, transcribed: object | None, name: str, dry_run: bool) -> list[str]:
    from qualcode.codings.participants import draft_participants

    people: dict[str, set[str]] = {}
    if transcribed is not None:
        turns = transcribed.turns  # type: ignore[attr-defined]
        for transcript, person, role in zip(turns["transcript"], turns["participant"], turns["role"], strict=True):
            if person and role == "participant":
                people.setdefault(str(transcript), set()).add(str(person))
    return draft_participants(study, result.beside, people, name, dry_run=dry_run)


@dataclass(frozen=True)
class _Drafted:
    """A next version of the codebook that an import makes, or nothing."""

    book: Codebook | None = None
    ids: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    def write(self, study: Study) -> None:
        from qualcode.codebook.sheet import write_codebook_file

        if self.book is not None:
            write_codebook_file(self.book, study.root / self.book.file)


def _draft(
    study: Study,
    path: Path,
    context: Context,
    result: FileResult,
    sidecar: Sidecar,
    where: str,
    signed: dict[str, str],
    dry_run: bool,
) -> tuple[_Drafted, Context, FileResult, Sidecar]:
    """The next version with a file's unknown codes, and the file read under it."""
    from qualcode.codebook.additions import add_codes, told, with_book
    from qualcode.codebook.history import read_history
    from qualcode.codings.carry import Carrier
    from qualcode.codings.new_codes import new_codes, unused
    from qualcode.decisions.table import read_decisions

    new, keys = new_codes(result, context, sidecar, **signed)
    if not new:
        nothing = "The file has no code to add to the codebook: no version was drafted."
        return _Drafted(said=(nothing,)), context, result, sidecar
    if not signed["by"]:
        raise CodingsError(Problem("--by", "nobody is named.", "Name who adds the codes: --by RB."))
    history = read_history(study)
    book, ids = add_codes(history, new)
    context, _ = _context(study, book)
    context.carrier = Carrier(with_book(history, book), read_decisions(study))
    result = read_file(study, path, context, sidecar=sidecar, where=where, import_id=sidecar.id)
    lost = {outcome.given.code for outcome in result.outcomes if outcome.unknown} & set(keys)
    if lost:  # a name that says too little in the new version: the sidecar says which code is meant
        sidecar = sidecar.model_copy(update={"codes": sidecar.codes | {name: ids[keys[name]] for name in sorted(lost)}})
        result = read_file(study, path, context, sidecar=sidecar, where=where, import_id=sidecar.id)
    said = told(book, new, ids, dry_run=dry_run)
    left = unused(result)
    if left:
        hint = "`qualcode codebook import` takes all codes of a .qdpx or .qdc." if history is None else ""
        said.append(f"Codes of the file that no coding uses are left out: {left}. {hint}".rstrip())
    others = [other for other in study.codings_files if other.name != signed["file"]]
    if history is None and others:
        said.append("From now on the codes of all codings files are held against it: run `qualcode check`.")
    return _Drafted(book, tuple(ids.values()), tuple(said)), context, result, sidecar


def _waiting(result: FileResult) -> int:
    return sum(outcome.carried is not None and outcome.carried.status == UNALIGNED for outcome in result.outcomes)


def _own_or_unknown(result: FileResult, sidecar: Sidecar) -> list[str]:
    """What can be done about codes that are the coder's own, or that the codebook does not know."""
    lines = []
    waiting = _waiting(result)
    if sidecar.own_codes:
        codes = len({outcome.about for outcome in result.outcomes if outcome.about})
        lines.append(
            f"Codes of the coder's own: {codes}; {waiting} codings wait until these are aligned to the codebook: "
            "`qualcode run --until codings`, then `qualcode pack alignment`."
        )
    unknown = [outcome for outcome in result.outcomes if outcome.unknown]
    if unknown:
        codes = len({outcome.about for outcome in unknown})
        used = f"{len(unknown)} coding{'s' * (len(unknown) != 1)}"
        lines.append(
            f"Codes that the codebook does not know: {codes}, in {used}. Are they new? "
            "`--new-codes --by NAME` drafts the next version with them. The coder's own? `--own-codes` keeps them so until "
            "they are aligned. Other names of known codes? `codes` in a map file."
        )
    return lines


def _chosen(
    old: Sidecar,
    coder: str,
    map_file: Path | None,
    target: Path,
    folder: Path,
    kind: str = OWN,
    own_codes: bool = False,
) -> Sidecar:
    """What was chosen before, overlaid with what is chosen now."""
    new = read_sidecar(map_file, where=str(map_file)) if map_file else Sidecar()
    maps = {name: {**getattr(old, name), **getattr(new, name)} for name in _MAPS}
    return Sidecar(
        kind=kind,
        id=new.id or old.id or _id_of(target, folder),
        coder=coder or new.coder or old.coder,
        codebook_version=new.codebook_version or old.codebook_version,
        sheet=new.sheet or old.sheet,
        several=new.several or old.several,
        own_codes=own_codes or new.own_codes or old.own_codes,
        **maps,
    )


def _what_people_chose(sidecar: Sidecar) -> dict[str, object]:
    return sidecar.model_dump(exclude={"texts", "id", "codebook_version"})


def _context(study: Study, codebook: Codebook | None = None) -> tuple[Context, object | None]:
    """What codings are checked against; under this version of the codebook, or the one in use."""
    from qualcode.codebook import load_codebook

    codebook = codebook or load_codebook(study)
    table = codebook.table() if codebook is not None else TABLES["codebook"].empty()
    if not study.transcript_files:
        empty = {name: TABLES[name].empty() for name in ("transcripts", "turns", "edits")}
        return Context(study, empty["transcripts"], empty["turns"], {}, empty["edits"], table), None
    from qualcode.transcripts import read_transcripts
    from qualcode.transcripts.edits import edits_of_study

    read = read_transcripts(study)
    edits = edits_of_study(study, read.transcripts, read.texts, names_out=read.names_out)
    return Context(study, read.transcripts, read.turns, read.texts, edits, table), read


def _texts(result: FileResult, context: Context) -> dict[str, str]:
    """The texts that this file's codings were checked against."""
    names = sorted({outcome.transcript for outcome in result.outcomes if outcome.transcript})
    return {name: context.present[name] for name in names}


def _keep_texts(study: Study, transcribed: object, sidecar: Sidecar, result: FileResult) -> None:
    from qualcode.transcripts.kept import keep_texts
    from qualcode.transcripts.made_on import keep_made_on

    transcripts = transcribed.transcripts  # type: ignore[attr-defined]
    used = transcripts[transcripts["transcript"].isin(list(sidecar.texts))]
    keep_texts(study, used, transcribed.texts, names_out=transcribed.names_out)  # type: ignore[attr-defined]
    keep_made_on(study, dict(outcome.made_on for outcome in result.outcomes if outcome.made_on[0]))


def _report(result: FileResult) -> list[str]:
    """Rows read = placed + refused, by coder."""
    counts: dict[str, Counter[str]] = {}
    became = Counter((one.coder, one.anchored if one.coding is not None else "refused") for one in result.outcomes)
    for (coder, how), number in became.items():
        count = counts.setdefault(coder or "(nobody)", Counter())
        count["rows"] += number
        count[how] += number
    lines = []
    for coder, count in sorted(counts.items()):
        placed = ", ".join(f"{count[how]} {said}" for how, said in _HOW.items() if count[how])
        parts = [part for part in (placed, f"{count['refused']} refused" if count["refused"] else "") if part]
        lines.append(f"{coder}: {count['rows']} {'coding' if count['rows'] == 1 else 'codings'} = {', '.join(parts)}")
    return lines or ["The file holds no codings."]


_HOW = {"as_given": "placed by their offsets", "by_text": "placed by their words", "calibrated": "carried to the text"}

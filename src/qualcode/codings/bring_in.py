"""`qualcode import` of codings: checked against the study first, then copied, with what was chosen beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from qualcode.codings.context import Context
from qualcode.codings.kinds import ALIASES, database_of, kind_of, read_kind
from qualcode.codings.match import told
from qualcode.codings.model import OWN, Given, Sidecar, read_sidecar, sidecar_path, sidecar_yaml
from qualcode.codings.own import unreadable
from qualcode.codings.read import FileResult, policy, read_file, shown
from qualcode.errors import CodingsError, Problem, QualcodeError
from qualcode.files import sha256_file, write_atomically, write_text
from qualcode.study import Study
from qualcode.tables import TABLES

_MAPS = ("columns", "always", "applied", "under", "coders", "codes", "documents", "colours")
_SHOWN = 20  # rows that appeared or vanished, as listed


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
        Whether a file of the same name with other content is replaced.
    dry_run
        Nothing is written, and codings that cannot be placed are counted and listed, not raised.

    Raises
    ------
    CodingsError
        The file cannot be read; codings that cannot be placed, where the policy is `stop`; another file of that name is
        there and `replace` is not given (what would appear and vanish is listed). Nothing is written then.
    """
    where = str(path)
    folder = study.raw / "codings"
    project, path = path, database_of(path)
    if not path.is_file():
        raise CodingsError(Problem(where, "this file is not there."))
    kind = ALIASES.get(kind, kind) or kind_of(path)
    if not kind:
        raise unreadable(where)
    target = path if path.resolve().is_relative_to(folder.resolve()) else folder / project.name
    old = _sidecar(study, target)
    sidecar = _chosen(old, coder, map_file, target, folder, kind)
    context, transcribed = _context(study)
    result = read_file(study, path, context, sidecar=sidecar, where=where, import_id=sidecar.id)
    summary = summarise(result, context)
    warnings = _together([problem for outcome in result.outcomes for problem in outcome.looked_at], result)
    if result.file.unread:
        names = ", ".join(f"'{column}'" for column in result.file.unread)
        warnings.append(Problem(where, f"not read: column {names}.", "", "row 1"))
    if coder and result.file.names_coders and any(item.coder != coder for item in result.file.given):
        warnings.append(Problem(where, f"the file names its coders itself; '{coder}' stands where it names nobody."))
    refused = _together([problem for outcome in result.outcomes for problem in outcome.problems], result)
    report = [*_report(result), *_beside(result)]
    if dry_run:
        return Brought(summary, [*report, "Nothing was written (dry run)."], [*refused, *warnings])

    if refused and policy(study, result.file.kind) == "stop":
        raise CodingsError(refused)
    warnings = [*refused, *warnings]
    chosen = {
        "texts": _texts(result, context),
        "documents": _documents(sidecar, result),
        "codebook_version": sidecar.codebook_version or context.version,
    }
    sidecar = sidecar.model_copy(update=chosen)
    same = _same_bytes(study, path)
    if same is not None:
        if same != target:
            return Brought(summary, [f"Already there, as {study.shown(same)}: nothing was copied."], warnings)
        messages = [f"Already there: {study.shown(target)}."]
        if _what_people_chose(sidecar) != _what_people_chose(old):
            write_text(sidecar_path(target), sidecar_yaml(sidecar))
            messages.append(f"What was chosen is new: {study.shown(sidecar_path(target))}.")
        return Brought(summary, messages, warnings)
    messages = []
    if target.is_file() and path != target:
        messages = _compare(study, target, old, result)
        if not replace:
            hint = "\n  ".join([*messages, "Replace it with --replace, or import under another name."])
            raise CodingsError(Problem(study.shown(target), "another file of this name is there already.", hint))
        messages.insert(0, f"Replaced {study.shown(target)}.")
    if transcribed is not None:
        _keep_texts(study, transcribed, sidecar)
    if path != target:
        data = path.read_bytes()
        write_atomically(target, lambda temporary: temporary.write_bytes(data))
    write_text(sidecar_path(target), sidecar_yaml(sidecar))
    done = f"Imported {study.shown(target)}; what was chosen stands in {study.shown(sidecar_path(target))}."
    return Brought(summary, [*report, *messages, done], warnings)


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


def _sidecar(study: Study, target: Path) -> Sidecar:
    beside = sidecar_path(target)
    return read_sidecar(beside, where=study.shown(beside)) if beside.is_file() else Sidecar()


def _documents(sidecar: Sidecar, result: FileResult) -> dict[str, str]:
    """What people chose, and which transcript each document was found to be by its text."""
    matches = result.places.matches if result.places is not None else {}
    found = {name: match.transcript for name, match in matches.items() if match.how in ("hash", "words")}
    return {**found, **sidecar.documents}


def _together(problems: list[Problem], result: FileResult) -> list[Problem]:
    """The same thing wrong with many codings of a tool's file is said once."""
    if result.places is None:
        return problems
    same: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        same.setdefault((problem.what, problem.hint), []).append(problem)
    said = []
    for found in same.values():
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        said.append(Problem(found[0].where, found[0].what, found[0].hint, found[0].place + more))
    return said


def _beside(result: FileResult) -> list[str]:
    """What the report says of a tool's file beside its codings: documents, what was left out, notes."""
    lines = told(result.places) if result.places is not None else []
    if result.file.left_out:
        counted = ", ".join(f"{name} {number}" for name, number in sorted(result.file.left_out.items()))
        lines.append(f"Left out, because the study has no place for it: {counted}.")
    return [*lines, *result.file.notes]


def _chosen(old: Sidecar, coder: str, map_file: Path | None, target: Path, folder: Path, kind: str = OWN) -> Sidecar:
    """What was chosen before, overlaid with what is chosen now."""
    new = read_sidecar(map_file, where=str(map_file)) if map_file else Sidecar()
    maps = {name: {**getattr(old, name), **getattr(new, name)} for name in _MAPS}
    return Sidecar(
        kind=kind,
        id=new.id or old.id or target.resolve().relative_to(folder.resolve()).as_posix(),
        coder=coder or new.coder or old.coder,
        codebook_version=new.codebook_version or old.codebook_version,
        sheet=new.sheet or old.sheet,
        several=new.several or old.several,
        **maps,
    )


def _what_people_chose(sidecar: Sidecar) -> dict[str, object]:
    return sidecar.model_dump(exclude={"texts", "id", "codebook_version"})


def _context(study: Study) -> tuple[Context, object | None]:
    from qualcode.codebook import load_codebook

    codebook = load_codebook(study)
    table = codebook.table() if codebook is not None else TABLES["codebook"].empty()
    if not study.transcript_files:
        empty = {name: TABLES[name].empty() for name in ("transcripts", "turns", "edits")}
        return Context(study, empty["transcripts"], empty["turns"], {}, empty["edits"], table), None
    from qualcode.transcripts import read_transcripts
    from qualcode.transcripts.edits import edits_of_study

    read = read_transcripts(study)
    edits = edits_of_study(study, read.transcripts, read.texts)
    return Context(study, read.transcripts, read.turns, read.texts, edits, table), read


def _texts(result: FileResult, context: Context) -> dict[str, str]:
    """The texts that this file's codings were checked against."""
    names = sorted({outcome.transcript for outcome in result.outcomes if outcome.transcript})
    return {name: context.sha[name] for name in names}


def _keep_texts(study: Study, transcribed: object, sidecar: Sidecar) -> None:
    from qualcode.transcripts.edits import keep_texts

    transcripts = transcribed.transcripts  # type: ignore[attr-defined]
    used = transcripts[transcripts["transcript"].isin(list(sidecar.texts))]
    keep_texts(study, used, transcribed.texts)  # type: ignore[attr-defined]


def _same_bytes(study: Study, path: Path) -> Path | None:
    size, wanted = path.stat().st_size, sha256_file(path)
    for other in study.files("codings"):
        if other.resolve() != path.resolve() and other.stat().st_size == size and sha256_file(other) == wanted:
            return other
    return None


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


def _compare(study: Study, target: Path, old: Sidecar, result: FileResult) -> list[str]:
    """What appeared, vanished and stayed against the file that is there."""
    try:
        before = read_kind(target, where=study.shown(target), sidecar=old, coder=old.coder or "?").given
    except QualcodeError:
        return ["The file that is there cannot be read."]
    rows_before, rows_now = _rows(before), _rows(result.file.given)
    appeared = [item for key, items in rows_now.items() for item in items[len(rows_before.get(key, [])) :]]
    vanished = [item for key, items in rows_before.items() for item in items[len(rows_now.get(key, [])) :]]
    stayed = len(before) - len(vanished)
    moved = []
    gone = {(item.coding, item.document, item.code, item.coder): item for item in vanished if item.coding}
    for item in list(appeared):
        was = gone.pop((item.coding, item.document, item.code, item.coder), None)
        if was is not None:  # the tool's own id says that it is the same coding
            moved.append(item)
            appeared.remove(item)
            vanished.remove(was)
    counted = f", {len(moved)} moved" if moved else ""
    lines = [f"Codings: {len(appeared)} appeared, {len(vanished)} vanished{counted}, {stayed} stayed."]
    lines += [f"~ coding {item.row}: {shown(item.document)}, {shown(item.code)}" for item in moved[:_SHOWN]]
    for sign, items in (("+", appeared), ("-", vanished)):
        lines += [f"{sign} row {item.row}: {shown(item.document)}, {shown(item.code)}" for item in items[:_SHOWN]]
        if len(items) > _SHOWN:
            lines.append(f"{sign} and {len(items) - _SHOWN} more")
    return lines


def _rows(given: list[Given]) -> dict[tuple[str, ...], list[Given]]:
    rows: dict[tuple[str, ...], list[Given]] = {}
    for item in given:
        rows.setdefault((item.document, item.code, item.coder, item.start, item.end, item.text), []).append(item)
    return rows

"""`qualcode import`: whatever comes back from people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from qualcode.commands.common import iso_day, study_option
from qualcode.errors import Problem, QualcodeError
from qualcode.study import Study

READABLE = (
    "codings in qualcode's own format (.csv, .xlsx; see docs/codings.md)",
    "REFI-QDA projects (.qdpx)",
    "QualCoder projects (data.qda, the .qda folder or a zip of it)",
    "Taguette projects and exports (.sqlite3, .csv, .xlsx, .html)",
    "MAXQDA coded segments (.xlsx, .csv), exchange files (.mex) and projects (.mx24 …)",
    "Word documents with comments (.docx)",
    "web annotations (.jsonld, .json)",
    "the meeting's list of disagreements, filled in (.xlsx, .docx) or saved from its page (.json)",
    "worklists of split codes, filled in (.xlsx)",
    "alignment sheets, filled in (.xlsx)",
    "review sheets, filled in (.xlsx)",
    "sheets of words that may identify somebody, filled in (.xlsx)",
    "workbooks of changed passages, filled in (.xlsx)",
    "member-check packets, filled in (.docx)",
)

KINDS = (
    *("codings", "own", "csv", "xlsx", "qdpx", "refi", "qualcoder", "taguette", "word", "docx", "maxqda", "mex"),
    *("jsonld", "json"),
)


@click.command("import")
@study_option
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--as",
    "kind",
    type=click.Choice([*KINDS, "decisions", "splits", "alignment", "review", "edits", "identifiers", "membercheck"]),
    default=None,
    help="What the file is, where it is not recognised (own, csv, xlsx: codings in qualcode's own format).",
)
@click.option("--coder", default="", help="Who coded, where the file does not say.")
@click.option(
    "--map", "map_file", type=click.Path(path_type=Path), default=None, help="YAML that says what names mean."
)
@click.option("--own-codes", is_flag=True, help="The codes are the coder's own: they wait for `pack alignment`.")
@click.option("--new-codes", is_flag=True, help="Draft the next version of the codebook with the codes that it lacks.")
@click.option("--by", default="", help="With --new-codes: who adds them, initials or a name.")
@click.option("--date", "day", default="", metavar="DATE", help="With --new-codes: the day (default: today).")
@click.option("--replace", is_flag=True, help="Put it in the place of the file of that name, or of an earlier export.")
@click.option(
    "--keep-both", is_flag=True, help="Take it although it looks like a newer export of a file that is there."
)
@click.option(
    "--participants", is_flag=True, help="Draft the participants table from the cases and attributes in a tool's file."
)
@click.option(
    "--prefer",
    default="",
    metavar="FILE|newest|recorded",
    help="Where two sheets of a meeting decide otherwise: what holds (recorded: what the study has).",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print counts as JSON.")
def command(
    study: Study,
    files: tuple[Path, ...],
    kind: str | None,
    coder: str,
    map_file: Path | None,
    own_codes: bool,
    new_codes: bool,
    by: str,
    day: str,
    replace: bool,
    participants: bool,
    keep_both: bool,
    prefer: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring in FILE: codings; a filled sheet (disagreements, split codes, codes, reviews, changed passages, candidates); a packet.

    A codings file is checked against the study first; then it is copied to data/raw/codings/, and what was chosen is
    written beside it (FILE.import.yaml). Sheets of a meeting that several people filled in are best brought in together.
    """
    missing = [Problem(str(file), "this file is not there.") for file in files if not file.exists()]
    if missing:
        raise QualcodeError(missing)
    files = tuple(dict.fromkeys(files))
    kinds = {file: kind or _recognise(file) for file in files}
    sheets = [file for file in files if kinds[file] == "decisions"]
    no_cases = [
        str(file)
        for file, one in kinds.items()
        if one in ("decisions", "splits", "review", "edits", "identifiers", "membercheck")
    ]
    if participants and no_cases:
        raise QualcodeError(
            Problem(no_cases[0], "this file holds no cases.", "--participants is for files of coding tools.")
        )
    if prefer and not sheets:
        raise QualcodeError("--prefer is for sheets of a meeting, and none is imported.")
    results: list[dict[str, Any]] = []
    for file in kinds:
        if file in sheets:
            if file != sheets[0]:
                continue  # all of them were brought in together with the first
            from qualcode.decisions import import_sheets

            results.append(import_sheets(study, sheets, prefer=prefer, dry_run=dry_run))
        elif kinds[file] == "splits":
            from qualcode.decisions.splits import import_splits

            results.append(import_splits(study, file, dry_run=dry_run))
        elif kinds[file] == "alignment":
            from qualcode.decisions.alignment_in import import_alignment

            results.append(import_alignment(study, file, new_codes=new_codes, dry_run=dry_run))
        elif kinds[file] == "review":
            from qualcode.review import sheet_in

            results.append(sheet_in.import_review(study, file, dry_run=dry_run))
        elif kinds[file] == "edits":
            from qualcode.decisions.changed import import_changed

            results.append(import_changed(study, file, dry_run=dry_run))
        elif kinds[file] == "identifiers":
            from qualcode.deidentify.review_in import import_review

            results.append(import_review(study, file, dry_run=dry_run))
        elif kinds[file] == "membercheck":
            from qualcode.memberchecks import import_packet

            results.append(import_packet(study, file, dry_run=dry_run))
        else:
            from qualcode.codings.bring_in import import_codings

            chosen = "" if kinds[file] in ("codings", "csv", "xlsx") else kinds[file]
            brought = import_codings(
                study, file, coder=coder, kind=chosen, map_file=map_file, replace=replace, keep_both=keep_both,
                participants=participants, own_codes=own_codes, new_codes=new_codes, by=by.strip(), date=iso_day(day),
                dry_run=dry_run,
            )  # fmt: skip
            for warning in brought.warnings:
                click.echo(f"WARNING: {warning}", err=True)
            results.append(brought.summary)
            if not as_json:
                click.echo("\n".join(brought.messages))
            continue
        for warning in results[-1].get("warnings", []):
            click.echo(f"WARNING: {warning}", err=True)
        if not as_json:
            click.echo(str(results[-1].get("message", "Done.")))
    if as_json:
        said = results[0] if len(results) == 1 else results
        click.echo(json.dumps(said, ensure_ascii=False, default=str))


def _recognise(file: Path) -> str:
    from qualcode.codings.kinds import database_of, kind_of
    from qualcode.codings.own import unreadable
    from qualcode.decisions import is_sheet
    from qualcode.decisions.alignment import is_alignment_sheet
    from qualcode.decisions.changed import is_changed_sheet
    from qualcode.decisions.saved_in import is_page
    from qualcode.decisions.splits import is_split_sheet
    from qualcode.deidentify.review import is_review_sheet
    from qualcode.memberchecks import is_packet
    from qualcode.review import sheet_in

    if database_of(file).is_dir():
        return "codings"  # no project: import says so
    if file.is_file() and is_sheet(file):
        return "decisions"
    if file.is_file() and is_split_sheet(file):
        return "splits"
    if file.is_file() and is_alignment_sheet(file):
        return "alignment"
    if file.is_file() and is_review_sheet(file):
        return "identifiers"
    if file.is_file() and sheet_in.is_review_sheet(file):
        return "review"
    if file.is_file() and is_changed_sheet(file):
        return "edits"
    if file.is_file() and is_packet(file):
        return "membercheck"
    if file.is_file() and is_page(file):
        what = "this is the meeting's page itself; what was decided in it is in the file that it saves."
        raise QualcodeError(Problem(str(file), what, "Press 'Save to a file' in the page, and import the .json file."))
    if kind_of(database_of(file)):
        return "codings"
    raise unreadable(str(file), database_of(file), "What can be read: " + "; ".join(READABLE) + ".")

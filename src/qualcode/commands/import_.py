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
    "the meeting's list of disagreements, filled in (.xlsx)",
    "worklists of split codes, filled in (.xlsx)",
    "alignment sheets, filled in (.xlsx)",
    "review sheets, filled in (.xlsx)",
    "member-check packets, filled in (.docx)",
)

KINDS = (
    *("codings", "own", "csv", "xlsx", "qdpx", "refi", "qualcoder", "taguette", "word", "docx", "maxqda", "mex"),
    *("jsonld", "json"),
)


@click.command("import")
@study_option
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "kind",
    type=click.Choice([*KINDS, "decisions", "splits", "alignment", "review", "membercheck"]),
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
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print counts as JSON.")
def command(
    study: Study,
    file: Path,
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
    dry_run: bool,
    as_json: bool,
) -> None:
    """Bring in FILE: codings; a filled sheet of disagreements, split codes or codes to align; a member-check packet.

    A codings file is checked against the study first; then it is copied to data/raw/codings/, and what was chosen is
    written beside it (FILE.import.yaml).
    """
    if not file.exists():
        raise QualcodeError(Problem(str(file), "this file is not there."))
    kind = kind or _recognise(file)
    if participants and kind in ("decisions", "splits", "membercheck"):
        raise QualcodeError(
            Problem(str(file), "this file holds no cases.", "--participants is for files of coding tools.")
        )
    if kind == "decisions":
        from qualcode.decisions import import_sheet

        _say(import_sheet(study, file, dry_run=dry_run), as_json)
        return
    if kind == "splits":
        from qualcode.decisions.splits import import_splits

        _say(import_splits(study, file, dry_run=dry_run), as_json)
        return
    if kind == "alignment":
        from qualcode.decisions.alignment_in import import_alignment

        _say(import_alignment(study, file, new_codes=new_codes, dry_run=dry_run), as_json)
        return
    if kind == "review":
        from qualcode.review.sheet_in import import_review

        _say(import_review(study, file, dry_run=dry_run), as_json)
        return
    if kind == "membercheck":
        from qualcode.memberchecks import import_packet

        _say(import_packet(study, file, dry_run=dry_run), as_json)
        return
    from qualcode.codings.bring_in import import_codings

    chosen = "" if kind in ("codings", "csv", "xlsx") else kind
    brought = import_codings(
        study, file, coder=coder, kind=chosen, map_file=map_file, replace=replace, keep_both=keep_both,
        participants=participants, own_codes=own_codes, new_codes=new_codes, by=by.strip(), date=iso_day(day),
        dry_run=dry_run,
    )  # fmt: skip
    for warning in brought.warnings:
        click.echo(f"WARNING: {warning}", err=True)
    if as_json:
        click.echo(json.dumps(brought.summary, ensure_ascii=False))
    else:
        click.echo("\n".join(brought.messages))


def _recognise(file: Path) -> str:
    from qualcode.codings.kinds import database_of, kind_of
    from qualcode.codings.own import unreadable
    from qualcode.decisions import is_sheet
    from qualcode.decisions.alignment import is_alignment_sheet
    from qualcode.decisions.splits import is_split_sheet
    from qualcode.memberchecks import is_packet
    from qualcode.review.sheet_in import is_review_sheet

    if database_of(file).is_dir():
        return "codings"  # no project: import says so
    if file.is_file() and is_sheet(file):
        return "decisions"
    if file.is_file() and is_split_sheet(file):
        return "splits"
    if file.is_file() and is_alignment_sheet(file):
        return "alignment"
    if file.is_file() and is_review_sheet(file):
        return "review"
    if file.is_file() and is_packet(file):
        return "membercheck"
    if kind_of(database_of(file)):
        return "codings"
    raise unreadable(str(file), database_of(file), "What can be read: " + "; ".join(READABLE) + ".")


def _say(result: dict[str, Any], as_json: bool) -> None:
    click.echo(json.dumps(result, ensure_ascii=False, default=str) if as_json else str(result.get("message", "Done.")))

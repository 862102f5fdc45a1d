"""`qualcode codebook`: versions and what changed between them; sheets in and out; the tree."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualcode.commands.common import iso_day, no_study_option, study_option
from qualcode.errors import QualcodeError
from qualcode.study import Study, version_key

if TYPE_CHECKING:
    from qualcode.codebook.history import History
    from qualcode.codebook.model import Codebook
    from qualcode.codebook.parts import Part

FILE = click.Path(path_type=Path)
_BY = click.option("--by", default="", help="Who: initials or a name.")
_DATE = click.option("--date", "day", default="", metavar="DATE", help="The day (default: today).")
_VERSION = click.option("--version", default="", help="The version (default: the one in use).")
_FORCE = click.option("--force", is_flag=True, help="Write over a file that is there.")


@click.group()
def command() -> None:
    """The codebook: check its versions, see what changed, make the next one, take it to other programs and back."""


@command.command()
@study_option
def check(study: Study) -> None:
    """Prove that declared changes explain every difference between versions, and that released files are unedited."""
    from qualcode.codebook.history import difference, prove, read_released, unproved

    history = prove(study)
    if history is None:
        raise _none()
    odd = unproved(history)
    if odd is not None:
        click.echo(f"NOTE: {odd}")
    released = read_released(study)
    older: Codebook | None = None
    for book in history.versions:
        sign = released.get(book.version)
        state = f"released by {sign['by']} on {sign['date']}, not edited since" if sign else "not released"
        number = len(book.changes)
        said = f"{number} {'change' if number == 1 else 'changes'}"
        if older is not None:
            said += ", the whole difference" if difference(older, book) else ""
        click.echo(f"{book.name} {book.version}: {len(book.codes)} entries, {said}; {state}.")
        older = book


@command.command()
@study_option
@click.argument("old")
@click.argument("new", required=False)
@click.option("--docx", type=FILE, default=None, help="Write a page for the team, a Word document.")
@_FORCE
def diff(study: Study, old: str, new: str | None, docx: Path | None, force: bool) -> None:
    """What is different in version NEW (default: the one in use) from version OLD, with the reasons given."""
    from qualcode.codebook.diff import compare, diff_docx, diff_text, pick

    history = _history(study)
    a, b = pick(history, old), pick(history, new or history.in_use)
    changed = compare(history, a, b)
    if docx is None:
        click.echo(diff_text(a, b, changed), nl=False)
        return
    _writable(docx, ".docx", force)
    diff_docx(docx, a, b, changed, notice=study.config.study.notice)
    click.echo(f"Wrote {docx}.")


@command.command()
@study_option
@click.argument("edited", type=FILE)
@click.option("--version", default="", help="Its number (default: the next after the newest).")
@_BY
@_DATE
@click.option("--reason", default="", help="The reason of changes that give none themselves.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def draft(study: Study, edited: Path, version: str, by: str, day: str, reason: str, dry_run: bool) -> None:
    """Make the next version from EDITED: a copy of a version's YAML file, or the sheet of `codebook sheet`.

    The changes that lead there are worked out and written into the new file; look them over, and give reasons.
    """
    from qualcode.codebook.diff import said
    from qualcode.codebook.draft import draft as make
    from qualcode.codebook.draft import read_edited
    from qualcode.codebook.history import NO_REASON
    from qualcode.codebook.sheet import check_name, write_codebook_file

    history = _history(study)
    if not by.strip():
        raise QualcodeError("nobody is named.", where="--by", hint="Name who makes the changes: --by RB.")
    day = iso_day(day)
    if version:
        check_name(history.current.name, version)
    copy, base = read_edited(edited, history, where=study.shown(edited))
    made = make(history, copy, version=version, by=by.strip(), date=day, reason=reason, base=base)
    path = study.root / "codebooks" / made.name / f"{made.version}.yaml"
    if not dry_run:
        write_codebook_file(made, path)
    for change in made.changes:
        click.echo(f"{said(change)}: {change.reason}")
    count = len(made.changes)
    said_ = f"{count} {'change' if count == 1 else 'changes'}"
    click.echo(f"{'Would write' if dry_run else 'Wrote'} {study.shown(path)}: {said_}.")
    open_ = sum(change.reason == NO_REASON for change in made.changes)
    if open_:
        click.echo(f"{open_} of them have no reason yet: write it into the file before `qualcode codebook release`.")


@command.command()
@study_option
@click.argument("out", type=FILE)
@_VERSION
@_FORCE
def sheet(study: Study, out: Path, version: str, force: bool) -> None:
    """Write the tree to OUT, an .xlsx file, to move, merge, split, add and rename codes in; `codebook draft` reads it.

    With mentions, participants and two quotes a code, where `qualcode run` has made them: words of participants.
    """
    from qualcode.codebook.diff import pick
    from qualcode.codebook.teamsheet import counts_of, unplaced, write_team_sheet
    from qualcode.tables import read

    history = _history(study)
    book = pick(history, version or history.in_use)
    _writable(out, ".xlsx", force)
    tables = [study.reports / "tables" / name for name in ("themes.csv", "quotes.csv")]
    made = all(path.is_file() for path in tables)
    counts = counts_of(read("report_themes", tables[0]), read("report_quotes", tables[1])) if made else None
    write_team_sheet(out, book, counts)
    click.echo(f"Wrote {out}: {len(book.codes)} entries of {book.name} {book.version}.")
    if not made:
        click.echo("Without mentions and quotes: `qualcode run` makes them.")
    alone = unplaced(book)
    if alone:
        click.echo(f"Codes that belong under nothing yet ({len(alone)}): {', '.join(alone)}")
    click.echo(f"When it is filled in: qualcode codebook draft {out.name} --by NAME")


@command.command()
@study_option
@click.argument("version", required=False)
@_BY
@_DATE
def release(study: Study, version: str | None, by: str, day: str) -> None:
    """Sign VERSION (default: the newest): its hash is kept, and any later edit of its file is an error."""
    from qualcode.codebook.history import release as sign

    history = _history(study)
    version = version or history.versions[-1].version
    path = sign(study, version, by=by, day=iso_day(day))
    click.echo(f"Released {history.current.name} {version}: {study.shown(path)}.")


@command.command()
@study_option
def log(study: Study) -> None:
    """Every version, newest first: what was changed, by whom, when and why."""
    from qualcode.codebook.diff import log_text
    from qualcode.codebook.history import read_released

    click.echo(log_text(_history(study), read_released(study)), nl=False)


@command.command()
@study_option
@_VERSION
@click.option("--svg", type=FILE, default=None, help="Write it as a drawing.")
@_FORCE
def tree(study: Study, version: str, svg: Path | None, force: bool) -> None:
    """Print the tree of codes, or draw it."""
    from qualcode.codebook.diff import pick
    from qualcode.codebook.export import tree_svg
    from qualcode.codebook.show import tree as as_text
    from qualcode.files import write_text

    history = _history(study)
    book = pick(history, version or history.in_use)
    if svg is None:
        click.echo(as_text(book), nl=False)
        return
    _writable(svg, ".svg", force)
    write_text(svg, tree_svg(book))
    click.echo(f"Wrote {svg}.")


@command.command()
@study_option
def show(study: Study) -> None:
    """Print the tree of the codebook in use."""
    from qualcode.codebook import load_codebook
    from qualcode.codebook.show import tree as as_text

    codebook = load_codebook(study)
    if codebook is None:
        raise _none()
    click.echo(as_text(codebook), nl=False)


@command.command()
@study_option
@click.argument("out", type=FILE)
@click.option(
    "--as",
    "form",
    type=click.Choice(["docx", "xlsx", "csv", "md", "qdc", "qdpx"]),
    default=None,
    help="Default: as OUT ends.",
)
@_VERSION
@_FORCE
def export(study: Study, out: Path, form: str | None, version: str, force: bool) -> None:
    """Write a version to OUT: an appendix (.docx), a sheet (.xlsx, .csv), Markdown (.md), REFI-QDA (.qdc, .qdpx)."""
    from qualcode.codebook.diff import pick
    from qualcode.codebook.export import FORMS, export_codebook

    form = form or out.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise QualcodeError(f"'{out}': the ending does not say what to write.", hint=f"One of: {', '.join(FORMS)}.")
    history = _history(study)
    book = pick(history, version or history.in_use)
    _writable(out, "", force)
    export_codebook(book, out, form, notice=study.config.study.notice)
    click.echo(f"Wrote {out}: {len(book.codes)} entries of {book.name} {book.version}.")


@command.command("import")
@study_option
@click.argument("sheet", type=FILE)
@click.option("--name", default=None, help="The codebook's name (default: the one in use, else the sheet's own name).")
@click.option("--version", default="1.0.0", show_default=True, help="The version that the sheet is.")
@click.option("--sheet", "page", default="", help="Which sheet of the workbook (default: the first).")
@click.option(
    "--map", "map_file", type=FILE, default=None, help="YAML: what the sheet's columns are (Their name: ours)."
)
def import_(study: Study, sheet: Path, name: str | None, version: str, page: str, map_file: Path | None) -> None:
    """Turn SHEET into codebooks/NAME/VERSION.yaml: a sheet (XLSX or CSV, one row a code), or another program's codes.

    REFI-QDA codebooks and projects (.qdc, .qdpx), QualCoder projects (data.qda, the folder or zipped), Taguette's (.sqlite3),
    MAXQDA's (.mex, .mx24 …).
    """
    from qualcode.codebook.sheet import check_name, make_id, read_codebook_sheet, write_codebook_file
    from qualcode.codings.code_systems import codebook_of, read_code_system

    if not sheet.exists():
        raise QualcodeError("this file is not there.", where=str(sheet))
    if name is None:
        files = study.codebook_files
        own = sheet.resolve().parent.stem if sheet.name == "data.qda" else sheet.stem  # QualCoder: the project's folder
        name = files[-1].parent.name if files else study.config.codebook.name or make_id(own) or "codebook"
    check_name(name, version)
    path = study.root / "codebooks" / name / f"{version}.yaml"
    if path.exists():
        raise QualcodeError(
            f"{study.shown(path)} is there already.", hint="Versions are never overwritten: give another --version."
        )
    system = read_code_system(sheet, where=str(sheet))
    if system is not None:
        if page or map_file:
            raise QualcodeError("this file is no sheet.", where=str(sheet), hint="Leave --sheet and --map out.")
        codebook = codebook_of(system, name=name, version=version, where=str(sheet), known=_guids(study, name))
    else:
        _is_sheet(sheet)
        codebook = read_codebook_sheet(
            sheet,
            name=name,
            version=version,
            where=str(sheet),
            frameworks=_frameworks(study.config.frameworks.use),
            parts=_parts(page, map_file),
        )
    write_codebook_file(codebook, path)
    count = len(codebook.codes)
    click.echo(f"Wrote {study.shown(path)}: {count} {'entry' if count == 1 else 'entries'}.")
    for kind, number in (system.left_out if system is not None else {}).items():
        click.echo(f"Left out: {number} {kind}.")
    for note in system.notes if system is not None else []:
        click.echo(note)
    before = [file.stem for file in path.parent.glob("*.yaml") if file != path]
    if before:
        newest = max(before, key=version_key)
        click.echo(
            f"{name} {newest} is there already: declare in `changes:` what is different; "
            "`qualcode codebook check` says what is missing."
        )


@command.command()
@no_study_option
@click.argument("out", type=FILE)
@click.option("--framework", "frameworks", multiple=True, help="A framework to map codes to (default: cfir2022).")
@_FORCE
def template(out: Path, frameworks: tuple[str, ...], force: bool) -> None:
    """Write an empty codebook sheet to OUT, an .xlsx file."""
    from qualcode.codebook.sheet import write_template

    if out.suffix.lower() != ".xlsx":
        raise QualcodeError(f"'{out}' does not end in .xlsx.", hint="Give the sheet a name like codebook.xlsx.")
    if out.exists() and not force:
        raise QualcodeError(f"'{out}' is there already.", hint="Give another name, or --force to write over it.")
    write_template(out, frameworks=frameworks or ("cfir2022",))
    click.echo(f"Wrote {out}. Fill in the first sheet, then: qualcode codebook import {out}")


# ---------------------------------------------------------------- what they share


def _frameworks(used: list[str]) -> list[str]:
    from qualcode.frameworks.load import known_frameworks

    return list(dict.fromkeys([*used, *known_frameworks()]))


def _none() -> QualcodeError:
    return QualcodeError("the study has no codebook.", hint="Put one at codebooks/NAME/1.0.0.yaml, or import a sheet.")


def _history(study: Study) -> History:
    from qualcode.codebook.history import read_history

    history = read_history(study)
    if history is None:
        raise _none()
    return history


def _writable(path: Path, ending: str, force: bool) -> None:
    if ending and path.suffix.lower() != ending:
        raise QualcodeError(f"'{path}' does not end in {ending}.", hint=f"Give the file a name like codebook{ending}.")
    if path.exists() and not force:
        raise QualcodeError(f"'{path}' is there already.", hint="Give another name, or --force to write over it.")


def _is_sheet(path: Path) -> None:
    """Whether a file may be read as a codebook's sheet; the team's sheet is for `draft`."""
    from qualcode.codebook.teamsheet import sheet_version

    if path.suffix.lower() not in (".csv", ".tsv", ".txt", ".xlsx", ".xlsm"):
        hint = "Give a CSV or XLSX file, a .qdc or .qdpx, or a project of QualCoder, Taguette or MAXQDA."
        raise QualcodeError("this is no sheet, and no codebook of a program that is known.", where=str(path), hint=hint)
    made_of = sheet_version(path)
    if made_of is not None:
        what = f"this is the team's sheet of {' '.join(made_of)}."
        raise QualcodeError(
            what, where=str(path), hint=f"Make the next version of it: qualcode codebook draft {path.name}"
        )


def _guids(study: Study, name: str) -> dict[str, str]:
    """Codes of every version of a codebook by the GUIDs that qualcode gives them."""
    from qualcode.codebook.history import read_history
    from qualcode.codebook.qdc import code_guid, former_guid

    history = read_history(study)
    if history is None or history.current.name != name:
        return {}
    codes = [code for book in history.versions for code in book.codes]
    return {former_guid(code): code for code in codes} | {code_guid(name, code): code for code in codes}


def _parts(page: str, map_file: Path | None) -> list[Part]:
    """The sheets to read: the one that is named, or those of the map."""
    from dataclasses import replace

    from qualcode.codebook.parts import Part, read_map

    parts = read_map(map_file) if map_file else [Part()]
    if page and any(part.sheet for part in parts):
        raise QualcodeError("the map names the sheets already.", where=str(map_file), hint="Leave --sheet out.")
    return [replace(part, sheet=page) for part in parts] if page else parts

"""`qualcode codebook`: a sheet into YAML, an empty sheet, the tree."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.commands.common import study_option
from qualcode.errors import QualcodeError
from qualcode.study import Study


@click.group()
def command() -> None:
    """Turn a codebook sheet into YAML; look at a codebook."""


@command.command("import")
@study_option
@click.argument("sheet", type=click.Path(path_type=Path))
@click.option("--name", default=None, help="The codebook's name (default: the one in use, else the sheet's own name).")
@click.option("--version", default="1.0.0", show_default=True, help="The version that the sheet is.")
def import_(study: Study, sheet: Path, name: str | None, version: str) -> None:
    """Turn SHEET (XLSX or CSV, one row a code) into codebooks/NAME/VERSION.yaml."""
    from qualcode.codebook.sheet import check_name, make_id, read_codebook_sheet, write_codebook_file

    if name is None:
        files = study.codebook_files
        name = files[-1].parent.name if files else study.config.codebook.name or make_id(sheet.stem) or "codebook"
    check_name(name, version)
    path = study.root / "codebooks" / name / f"{version}.yaml"
    if path.exists():
        raise QualcodeError(
            f"{study.shown(path)} is there already.", hint="Versions are never overwritten: give another --version."
        )
    codebook = read_codebook_sheet(
        sheet, name=name, version=version, where=str(sheet), frameworks=_frameworks(study.config.frameworks.use)
    )
    write_codebook_file(codebook, path)
    count = len(codebook.codes)
    click.echo(f"Wrote {study.shown(path)}: {count} {'entry' if count == 1 else 'entries'}.")


@command.command()
@study_option
def show(study: Study) -> None:
    """Print the tree of the codebook in use."""
    from qualcode.codebook import load_codebook
    from qualcode.codebook.show import tree

    codebook = load_codebook(study)
    if codebook is None:
        raise QualcodeError(
            "the study has no codebook.", hint="Put one at codebooks/NAME/1.0.0.yaml, or import a sheet."
        )
    click.echo(tree(codebook), nl=False)


@command.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--framework", "frameworks", multiple=True, help="A framework to map codes to (default: cfir2022).")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
def template(out: Path, frameworks: tuple[str, ...], force: bool) -> None:
    """Write an empty codebook sheet to OUT, an .xlsx file."""
    from qualcode.codebook.sheet import write_template

    if out.suffix.lower() != ".xlsx":
        raise QualcodeError(f"'{out}' does not end in .xlsx.", hint="Give the sheet a name like codebook.xlsx.")
    if out.exists() and not force:
        raise QualcodeError(f"'{out}' is there already.", hint="Give another name, or --force to write over it.")
    write_template(out, frameworks=frameworks or ("cfir2022",))
    click.echo(f"Wrote {out}. Fill in the first sheet, then: qualcode codebook import {out}")


def _frameworks(used: list[str]) -> list[str]:
    from qualcode.frameworks.load import known_frameworks

    return list(dict.fromkeys([*used, *known_frameworks()]))

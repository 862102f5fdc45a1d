"""`qualcode stage codebook`."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.codebook import load_codebook
from qualcode.codebook.history import prove, unproved
from qualcode.study import Study
from qualcode.tables import TABLES, write


@click.command()
@click.option("--study", "root", type=click.Path(path_type=Path), required=True)
@click.option("--codebook", type=click.Path(path_type=Path), required=True)
@click.option("--table", type=click.Path(path_type=Path), required=True)
def command(root: Path, codebook: Path, table: Path) -> None:
    """Check the codebook in use and write its entries as a table."""
    study = Study.load(root)
    found = load_codebook(study)
    history = prove(study)
    entries = found.table() if found is not None else TABLES["codebook"].empty()
    write("codebook", entries, codebook)
    write("codebook", entries, table)
    if found is None or history is None:
        click.echo("The study has no codebook; the table is empty.")
    else:
        odd = unproved(history)
        for warning in [*found.warnings, *([odd] if odd else [])]:
            click.echo(f"WARNING: {warning}", err=True)
        click.echo(f"{found.file}: {len(entries)} entries; {len(history.versions)} versions proved.")

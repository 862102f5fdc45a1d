"""Stage leaks: everything a study has made -> where something stands that may not leave. It fails where there is any."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.errors import together
from qualcode.leaks.check import check_outputs, warn_in_reports
from qualcode.study import Study
from qualcode.tables import write


@click.command()
@click.option("--study", "root", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--table", type=click.Path(path_type=Path), required=True, help="Output.")
def command(root: Path, table: Path) -> None:
    """Look through every output for names, e-mail addresses and telephone numbers."""
    study = Study.load(root)
    checked = check_outputs(study)
    write("report_leaks", checked.leaks, table)
    warn_in_reports(study, checked)
    for note in together(checked.notes):
        click.echo(f"NOTE: {note}")
    checked.raise_if_any()
    against = f"{checked.forms} forms of the key" if checked.forms else "no key, so not against names"
    click.echo(f"{checked.files} files looked through: {against}; e-mail addresses; telephone numbers.")

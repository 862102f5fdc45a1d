"""Stage memberchecks: participants' answers -> the log, and how many gave each response."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.memberchecks import memberchecks_table, read_memberchecks
from qualcode.study import Study
from qualcode.tables import read, write

IN = click.Path(path_type=Path, exists=True)
OUT = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=IN, required=True, help="The study: answers that came back, participants.")
@click.option("--codebook", type=IN, required=True)
@click.option("--log", "log_file", type=OUT, required=True)
@click.option("--table", type=OUT, required=True)
def command(root: Path, codebook: Path, log_file: Path, table: Path) -> None:
    """Count what participants answered to the themes shown to them."""
    study = Study.load(root)
    log = read_memberchecks(study)
    write("memberchecks_log", log, log_file)
    write("report_memberchecks", memberchecks_table(log, read("codebook", codebook)), table)
    click.echo(f"{log['participant'].nunique()} participants answered, {len(log)} answers.")

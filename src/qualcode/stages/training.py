"""Stage training: each coder against an expert's layer or the consensus, round by round and code by code."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.errors import Problem, QualcodeError, nearest
from qualcode.study import Study
from qualcode.tables import write
from qualcode.training.load import TABLES_READ, load_ground
from qualcode.training.measure import CONSENSUS, coders_of, training_table, wanted_pairs

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=PATH, required=True, help="The study: its settings.")
@click.option("--processed", type=PATH, required=True, help="The folder with the tables that it reads.")
@click.option("--texts", type=PATH, required=True)
@click.option("--disagreements", type=PATH, required=True)
@click.option("--training", type=PATH, required=True, help="Output.")
def command(root: Path, processed: Path, texts: Path, disagreements: Path, training: Path) -> None:
    """Hold each coder against the sides that training.against names."""
    study = Study.load(root)
    ground = load_ground(
        {name: processed / f"{name}.parquet" for name in TABLES_READ}, texts, disagreements, study.config
    )
    against = study.config.training.against
    people = coders_of(ground)
    unknown = [name for name in against if name not in (*people, CONSENSUS)]
    if unknown and people:
        hint = nearest(unknown[0], [*people, CONSENSUS])
        raise QualcodeError(
            Problem("config/study.yaml", f"'training.against': nobody called '{unknown[0]}' coded.", hint)
        )
    known = [name for name in against if name not in unknown]
    table = training_table(ground, wanted_pairs(ground, known), approach=study.config.analysis.approach)
    write("report_training", table, training)
    click.echo(f"{len(table)} rows of training." if against else "training.against names nobody: no rows.")

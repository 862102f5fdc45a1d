"""`qualcode check`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from qualcode.commands.common import study_option
from qualcode.errors import together
from qualcode.study import Study


@click.command()
@study_option
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def command(study: Study, as_json: bool) -> None:
    """Validate everything in the study without running it. Exit status 2 where something must be mended."""
    from qualcode.checks import check_study

    result = check_study(study)
    if as_json:
        answer = {
            "ok": not result.problems,
            "problems": [asdict(problem) for problem in result.problems.found],
            "warnings": [asdict(problem) for problem in result.warnings],
            "waiting": result.waiting,
            "counts": result.counts,
            "withdrawn": result.withdrawn,
            "identifiers": result.identifiers,
        }
        click.echo(json.dumps(answer, indent=1, ensure_ascii=False))
        sys.exit(2 if result.problems else 0)
    for warning in together(result.warnings):
        click.echo(f"NOTE: {warning}")
    result.problems.raise_if_any()
    for stage, reason in result.waiting.items():
        click.echo(f"waiting: {stage} ({reason})")
    if result.withdrawn:
        click.echo(f"withdrawn: {result.withdrawn}")
    if result.identifiers:
        click.echo(f"identifiers: {result.identifiers}")
    counts = ", ".join(f"{number} {name}" for name, number in result.counts.items())
    click.echo(f"Nothing to mend: {counts}.")

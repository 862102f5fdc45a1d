"""`qualcode run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from qualcode.cli import STAGES
from qualcode.commands.common import iso_day, study_option
from qualcode.errors import QualcodeError, nearest, together
from qualcode.study import Study

if TYPE_CHECKING:
    from qualcode.runner import Outcome


def _login() -> str:
    """The name that somebody is logged in with."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise QualcodeError("nobody is named.", where="--by", hint="Say who accepts it: --by RB.") from None


@click.command()
@study_option
@click.option("--until", metavar="STAGE", help=f"Stop after a stage: {', '.join(STAGES)}.")
@click.option("--cores", type=click.IntRange(min=1), help="Processor cores to use (default: all).")
@click.option(
    "--accept", multiple=True, metavar="TRANSCRIPT",
    help="Its text is another one from now on: the file was exchanged on purpose (may be repeated).",
)  # fmt: skip
@click.option("--by", default="", help="With --accept: who says so (default: the name you are logged in with).")
def command(study: Study, until: str | None, cores: int | None, accept: tuple[str, ...], by: str) -> None:
    """Run the whole line, or up to one stage. Checks everything first; makes only what is out of date."""
    if until is not None and until not in STAGES:
        raise QualcodeError(f"there is no stage '{until}'.", hint=nearest(until, STAGES))
    if accept:
        from qualcode.transcripts.alike import accept as accept_texts

        for said in accept_texts(study, accept, by=by or _login(), on=iso_day("")):
            click.echo(said)
        study = Study.load(study.root)
    from qualcode.checks import check_study
    from qualcode.runner import BarDisplay, PlainDisplay, explain, run_workflow

    result = check_study(study, until=until, before_run=True)
    for warning in together(result.warnings):
        click.echo(f"NOTE: {warning}", err=True)
    result.problems.raise_if_any()
    bar = sys.stdout.isatty()
    outcome = run_workflow(study, BarDisplay() if bar else PlainDisplay(click.echo), until=until, cores=cores)
    if not outcome.ok:
        mine = explain(outcome)
        if mine is not None:
            raise mine
        for rule, log in outcome.failed.items():
            click.echo(
                f"Stage {rule} failed; this is a mistake in qualcode, not in your study. Its log:\n{log}", err=True
            )
        for message in outcome.other:
            click.echo(message, err=True)
        sys.exit(1)
    _look_for_leaks(study, outcome, until)
    for stage, reason in result.waiting.items():
        click.echo(f"waiting: {stage} ({reason})")
    if not outcome.made:
        click.echo("Nothing to do: everything is up to date.")
    else:
        click.echo(f"{len(outcome.made)} steps in {outcome.seconds:.0f} s.")
    if until is None:
        click.echo(
            f"Look at {study.shown(study.reports / 'index.html')} and {study.shown(study.reports / 'findings.docx')}."
        )


def _look_for_leaks(study: Study, outcome: Outcome, until: str | None) -> None:
    """A run that stops early ends with the same check of what it made as a whole one; what is doubtful is said."""
    from qualcode.leaks.check import WARNING, check_outputs, doubtful, warn_in_reports

    if until not in (None, "leaks"):
        if not outcome.made and not (study.reports / WARNING).exists():
            return  # what lies there has been looked through when it was made
        checked = check_outputs(study)
        warn_in_reports(study, checked)
        checked.raise_if_any()
        notes = checked.notes
    else:
        notes = doubtful(study) if "leaks" in outcome.made else []
    for note in together(notes):
        click.echo(f"NOTE: {note}", err=True)

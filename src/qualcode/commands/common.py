"""What the subcommands share: the option `-C`, days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from qualcode.drafts import mark_drafts
from qualcode.errors import QualcodeError
from qualcode.study import Study

# subcommands that write no document of the study, or (run) have stages that see to it
NOTHING_WRITTEN = ("check", "run", "show", "identifiers", "import", "query")


def study_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-C STUDY`, also after the subcommand; the function gets `study`, a loaded Study."""

    def load(ctx: click.Context, _param: click.Parameter, value: str | None) -> Study:
        study = Study.load(value or ctx.find_root().obj or ".")
        if ctx.command.name not in NOTHING_WRITTEN:
            mark_drafts(study)
        return study

    option = click.option(
        "-C", "study", metavar="STUDY", callback=load, default=None, help="The study's folder (default: this folder)."
    )
    return option(function)


def no_study_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`-C STUDY` where a subcommand needs no study: taken, so that it may stand after every subcommand, and not used."""
    return click.option("-C", "study", metavar="STUDY", expose_value=False, help="Not needed here.")(function)


def typed(path: Path) -> str:
    """A file as it is typed in this folder: `reports/meeting/disagreements.xlsx`, in quotation marks where it holds a blank."""
    here = Path.cwd().resolve()
    shown = path.resolve().relative_to(here).as_posix() if path.resolve().is_relative_to(here) else str(path)
    return f'"{shown}"' if " " in shown else shown


def iso_day(given: str) -> str:
    """A day as 2024-03-31; today where none is given."""
    try:
        return date.fromisoformat(given).isoformat() if given else date.today().isoformat()
    except ValueError:
        raise QualcodeError(f"'{given}' is not a date.", hint="Write it as 2024-03-31.") from None

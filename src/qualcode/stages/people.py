"""Stage people: participants' characteristics and the overview of sessions."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.people import participants_table, people_of_study, sessions_table
from qualcode.study import Study
from qualcode.tables import read, write

PATH = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=PATH, required=True)
@click.option("--transcripts", type=PATH, required=True)
@click.option("--participants", type=PATH, required=True, help="Output.")
@click.option("--sessions", type=PATH, required=True, help="Output.")
def command(root: Path, transcripts: Path, participants: Path, sessions: Path) -> None:
    """Count who took part and what was held."""
    study, texts = Study.load(root), read("transcripts", transcripts)
    people = people_of_study(study, texts)
    write("report_participants", participants_table(people), participants)
    write("report_sessions", sessions_table(study.sessions, texts, people), sessions)
    click.echo(f"{len(people.ids)} participants with a session read.")

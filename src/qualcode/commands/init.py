"""`qualcode init`."""

from __future__ import annotations

import shutil
from pathlib import Path

import click

from qualcode.errors import StudyError
from qualcode.study_template import write_template


@click.command()
@click.option(
    "-C", "base", metavar="FOLDER", type=click.Path(path_type=Path), help="Where DIR is made (default: here)."
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--example", is_flag=True, help="Make the made-up study instead of an empty one.")
@click.pass_context
def command(ctx: click.Context, base: Path | None, folder: Path, example: bool) -> None:
    """Make a new study folder: a commented configuration, empty tables to fill in, and places for the files.

    Files that are already in DIR are never overwritten.
    """
    folder = Path(base or ctx.find_root().obj or ".") / folder
    if (folder / "config" / "study.yaml").exists():
        raise StudyError("there is a study already; nothing was changed.", where=str(folder / "config" / "study.yaml"))
    write_template(folder, tables=not example)
    if example:
        from qualcode.checks import example_folder

        source = example_folder()
        for part in ("config", "codebooks", "data/raw"):
            for path in sorted((source / part).rglob("*")):
                inside = path.relative_to(source)
                of_runs = inside.parts[2:3] == ("texts",) and len(inside.parts) < 5  # kept by a run on the study itself
                if path.is_file() and not of_runs:
                    target = folder / inside
                    target.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, target)
        click.echo(f"Made the example study in {folder}: every person and word in it is invented.")
        click.echo(f"Next: qualcode run -C {folder}")
        return
    click.echo(f"Made an empty study in {folder}.")
    click.echo("Next: put transcripts into data/raw/transcripts/ (one is enough to begin), then")
    click.echo(f"  qualcode run -C {folder} --until transcripts")

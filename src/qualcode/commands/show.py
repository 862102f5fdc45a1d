"""`qualcode show`."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from qualcode.codings.changes import HASH
from qualcode.commands.common import study_option
from qualcode.errors import QualcodeError, nearest
from qualcode.memos import memo_files, memos_of_study, tool_memos_file
from qualcode.study import Study
from qualcode.tables import TABLES, read


def places(study: Study) -> dict[str, Path]:
    """Where each table of the study that is there lies: between the stages, for people, as people wrote it."""
    found: dict[str, Path] = {}
    for name in ("sessions", "participants", "speakers", "assignments", "memos"):
        path = study.raw_table_file(name)
        if path is not None:
            found[name] = path
    if memo_files(study):
        found.setdefault("memos", study.raw / "memos")
    if tool_memos_file(study).is_file():
        found.setdefault("memos", tool_memos_file(study))
    for path in sorted((study.reports / "tables").glob("*.csv")):
        found[path.stem] = path
    for path in [*sorted(study.processed.glob("*.parquet")), *sorted(study.processed.glob("*.csv"))]:
        found[path.stem] = path
    return found


def load(study: Study, name: str, path: Path) -> pd.DataFrame:
    """A table as it is shown: with the types that `tables.py` gives it."""
    if name == "memos":
        return memos_of_study(study)
    if path.is_relative_to(study.raw):
        return study.raw_table(name).drop(columns="_row")
    if path.is_relative_to(study.reports) and f"report_{name}" in TABLES:
        return read(f"report_{name}", path)
    known = {"memberchecks": "memberchecks_log"}.get(name, name)
    if known in TABLES:
        return read(known, path)
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@click.command()
@study_option
@click.argument("table", required=False)
@click.option("--csv", "form", flag_value="csv", help="Print as CSV.")
@click.option("--json", "form", flag_value="json", help="Print as JSON, one object a row.")
def command(study: Study, table: str | None, form: str | None) -> None:
    """Print any table of the study; without a name, list the tables there are."""
    found = places(study)
    if table is None:
        for name, path in sorted(found.items()):
            click.echo(f"{name:<22} {study.shown(path)}")
        if not found:
            click.echo("There is no table yet: fill data/raw/ and run `qualcode run`.")
        return
    if table not in found:
        made = {name.removeprefix("report_") for name in TABLES}
        if table in made:
            raise QualcodeError(f"table '{table}' has not been made yet.", hint="Make it with `qualcode run`.")
        raise QualcodeError(f"there is no table '{table}'.", hint=nearest(table, made | set(found)))
    data = load(study, table, found[table])
    if form == "csv":
        click.echo(data.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "json":
        click.echo(data.to_json(orient="records", force_ascii=False, indent=1))
    else:
        shown = data.astype(object).where(data.notna(), "")
        for name in shown.columns:
            if name.startswith("sha256"):  # as many digits as decisions and pages name a text by
                shown[name] = shown[name].map(lambda sha: str(sha)[:HASH])
        click.echo(
            shown.to_string(index=False, max_colwidth=48) if len(data) else ", ".join(data.columns) + "\n(no rows)"
        )

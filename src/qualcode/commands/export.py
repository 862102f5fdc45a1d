"""`qualcode export`: codings and codebook for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.commands.common import study_option
from qualcode.study import Study

FORMATS = ("qdpx", "qdc", "csv", "xlsx", "docx", "matrix", "jsonld")
_LOST = {"qdpx": ("direction",), "docx": ("direction", "created")}


@click.command()
@study_option
@click.option("--as", "form", type=click.Choice(FORMATS), required=True, help="The format (see docs/export.md).")
@click.option(
    "--layer", default="", metavar="CODER", help="One coder's codings, or `consensus` (default: everybody's)."
)
@click.option(
    "--team",
    is_flag=True,
    help="For the team itself: also transcripts of participants whose consent forbids a deposit.",
)
@click.argument("out", type=click.Path(path_type=Path))
def command(study: Study, form: str, layer: str, team: bool, out: Path) -> None:
    """Write codings and codebook to OUT.

    qdpx, qdc: REFI-QDA, which ATLAS.ti, MAXQDA, NVivo and QualCoder open. csv, xlsx: qualcode's own format. docx:
    transcripts with the codes as comments (a folder, where there are several). matrix: transcripts by codes, 0 and 1.
    jsonld: W3C Web Annotations.
    """
    from qualcode.codings.writers import export, load_layer
    from qualcode.leaks.check import check_handed_out

    found = load_layer(study, layer, team=team)
    written = export(found, form, out)
    check_handed_out(study, written)
    number = len(found.codings)
    where = str(out) if len(written) != 1 else str(written[0])
    what = f"{len(found.codes)} codes" if form == "qdc" else f"{number} codings, {len(found.codes)} codes"
    if form == "qdpx" and len(found.memos):
        what += f", {len(found.memos)} memos"
    click.echo(f"Wrote {where}: {what}.")
    if found.kept_back:
        names = ", ".join(found.kept_back)
        click.echo(
            f"Kept back, because a participant does not want a deposit: {names} (--team writes them too).", err=True
        )
    directed = int((found.codings["direction"] != "").sum())
    if form in _LOST and directed:
        click.echo(f"This format has no place for the direction of {directed} codings; csv and xlsx have.", err=True)

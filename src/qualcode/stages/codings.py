"""`qualcode stage codings`."""

from __future__ import annotations

from pathlib import Path

import click

from qualcode.codings import read_codings
from qualcode.study import Study
from qualcode.tables import read, write

_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--study", "root", type=_FILE, required=True)
@click.option("--transcripts", type=_FILE, required=True)
@click.option("--turns", type=_FILE, required=True)
@click.option("--edits", type=_FILE, required=True)
@click.option("--texts", type=_FILE, required=True)
@click.option("--codebook", type=_FILE, required=True)
@click.option("--codings", type=_FILE, required=True)
@click.option("--assignments", type=_FILE, required=True)
@click.option("--refused", type=_FILE, required=True)
@click.option("--imports", type=_FILE, required=True)
@click.option("--import-codes", type=_FILE, required=True)
@click.option("--splits", type=_FILE, required=True)
@click.option("--retired", type=_FILE, required=True)
@click.option("--carried", type=_FILE, required=True)
@click.option("--memos", type=_FILE, required=True)
@click.option("--cases", type=_FILE, required=True)
@click.option("--attributes", type=_FILE, required=True)
@click.option("--unaligned", type=_FILE, required=True)
@click.option("--alignment", type=_FILE, required=True)
@click.option("--changed", type=_FILE, required=True)
def command(
    root: Path,
    transcripts: Path,
    turns: Path,
    edits: Path,
    texts: Path,
    codebook: Path,
    codings: Path,
    assignments: Path,
    refused: Path,
    imports: Path,
    import_codes: Path,
    splits: Path,
    retired: Path,
    carried: Path,
    memos: Path,
    cases: Path,
    attributes: Path,
    unaligned: Path,
    alignment: Path,
    changed: Path,
) -> None:
    """Read everybody's codings, what tools keep beside them, and the assignments; place each coding in its transcript."""
    from qualcode.transcripts.kept import read_texts
    from qualcode.transcripts.made_on import keep_made_on

    study = Study.load(root)
    imported = read_codings(
        study,
        read("transcripts", transcripts),
        read("turns", turns),
        read_texts(texts),
        read("edits", edits),
        read("codebook", codebook),
    )
    write("codings", imported.codings, codings)
    write("assignments", imported.assignments, assignments)
    write("refused", imported.refused, refused)
    write("report_imports", imported.report, imports)
    write("report_import_codes", imported.by_code, import_codes)
    write("splits", imported.splits, splits)
    write("retired", imported.retired, retired)
    write("report_carried", imported.carried, carried)
    write("tool_memos", imported.memos, memos)
    write("cases", imported.cases, cases)
    write("attributes", imported.attributes, attributes)
    write("unaligned", imported.unaligned, unaligned)
    write("report_alignment", imported.alignment, alignment)
    write("changed_codings", imported.changed, changed)
    keep_made_on(study, imported.made_on)
    for warning in imported.warnings:
        click.echo(f"WARNING: {warning}", err=True)
    parts = ["rows", "kept", "collapsed", "refused", "open_split", "retired", "unaligned", "dropped"]
    total = imported.report[parts].sum()
    click.echo(
        f"{total['rows']} rows read = {total['kept']} kept + {total['collapsed']} the same twice "
        f"+ {total['refused']} refused + {total['open_split']} that wait for a split + {total['retired']} of codes that the "
        f"codebook does not have + {total['unaligned']} that wait for alignment + {total['dropped']} dropped."
    )
    for row in imported.carried.to_dict("records"):
        click.echo(f"{row['version']}: {row['change']} {row['code']} -> {row['to'] or '-'}: {row['codings']} codings.")
    if len(imported.memos) or len(imported.cases) or len(imported.attributes):
        number = len(imported.cases.drop_duplicates(["source", "case"]))
        click.echo(
            f"Also read: {len(imported.memos)} memos, {number} cases, {len(imported.attributes)} attribute values."
        )

"""`qualcode pack`: work given out, to come back by `qualcode import`."""

from __future__ import annotations

import re
from pathlib import Path

import click

from qualcode.commands import pack_review, pack_training
from qualcode.commands.common import study_option
from qualcode.errors import QualcodeError
from qualcode.study import Study

OUT = click.Path(path_type=Path)


@click.group()
def command() -> None:
    """Give work out; what comes back is read by `qualcode import`."""


@command.command(short_help="The disagreements between coders, as a workbook to decide in.")
@study_option
@click.option(
    "--out", type=OUT, default=None, help="The workbook to write (default: reports/meeting/disagreements.xlsx)."
)
@click.option("--context", type=click.IntRange(0, 300), default=30, show_default=True, help="Words before and after.")
def meeting(study: Study, out: Path | None, context: int) -> None:
    """The list of disagreements between coders, as a workbook in which a meeting can decide.

    It holds words of participants: share it within the team only.
    """
    from qualcode.codebook.history import read_history
    from qualcode.codings.align import with_unaligned
    from qualcode.codings.carry import carry_decisions
    from qualcode.consensus import find_disagreements
    from qualcode.decisions import read_decisions, write_sheet
    from qualcode.tables import read

    files = {
        name: study.processed / f"{name}.parquet"
        for name in ("codings", "assignments", "turns", "transcripts", "codebook", "splits", "unaligned")
    }
    missing = [study.shown(path) for path in files.values() if not path.is_file()]
    if missing:
        hint = "Make them with `qualcode run --until consensus`."
        raise QualcodeError(f"there is nothing to compare yet ({', '.join(missing)}).", hint=hint)
    from qualcode.transcripts.edits import read_texts
    from qualcode.transcripts.translations import compared_on_originals

    tables = {name: read(name, path) for name, path in files.items()}
    texts = read_texts(study.processed / "texts")
    decisions, _ = carry_decisions(read_decisions(study), read_history(study))
    codebook, match = tables["codebook"], study.config.consensus.match
    on = compared_on_originals(
        tables["codings"],
        tables["assignments"],
        with_unaligned(tables["splits"], tables["unaligned"]),
        tables["transcripts"],
        tables["turns"],
    )
    codings = on.codings
    found = find_disagreements(codings, on.assignments, texts, codebook, decisions, match=match, splits=on.waiting)
    path = out or study.reports / "meeting" / "disagreements.xlsx"
    if path.is_dir():
        path = path / "disagreements.xlsx"
    info = study.config.study
    write_sheet(
        path, found, codings, tables["turns"], texts, codebook, decisions,
        title=info.title, notice=info.notice, context=context,
    )  # fmt: skip
    still = int((found["status"] != "decided").sum())
    click.echo(f"{study.shown(path)}: {len(found)} disagreements, {still} of them open.")
    click.echo(f"Decide in it, save it, and bring it back with: qualcode import {path.name}")


@command.command(short_help="A workbook for each coder: which new code is each coding of a split one?")
@study_option
@click.option("--coder", "coders", multiple=True, metavar="RB", help="Only this coder's work (may be repeated).")
@click.option("--again", is_flag=True, help="Those that are decided too, filled in.")
@click.option("--out", type=OUT, default=None, help="Folder (default: reports/splits/).")
@click.option("--context", type=click.IntRange(0, 300), default=30, show_default=True, help="Words before and after.")
def splits(study: Study, coders: tuple[str, ...], again: bool, out: Path | None, context: int) -> None:
    """A workbook for each coder: which of the new codes each coding is, where the codebook split its code.

    It holds words of participants: share it within the team only.
    """
    from qualcode.codebook.history import read_history
    from qualcode.decisions import read_decisions
    from qualcode.decisions.splits import with_choices, write_split_sheets
    from qualcode.tables import read
    from qualcode.transcripts.edits import read_texts

    files = {name: study.processed / f"{name}.parquet" for name in ("splits", "codebook")}
    missing = [study.shown(path) for path in files.values() if not path.is_file()]
    if missing:
        hint = "Make them with `qualcode run --until codings`."
        raise QualcodeError(f"the codings have not been read yet ({', '.join(missing)}).", hint=hint)
    folder = out or study.reports / "splits"
    info = study.config.study
    history = read_history(study)
    books = history.versions if history is not None else ()
    former = {code: entry.label for book in books for code, entry in book.codes.items()}
    counts = write_split_sheets(
        folder, with_choices(read("splits", files["splits"]), read_decisions(study)), read_texts(study.processed / "texts"),
        read("codebook", files["codebook"]), coders=coders, again=again, title=info.title, notice=info.notice,
        context=context, former=former,
    )  # fmt: skip
    for coder, number in counts.items():
        path = folder / f"splits_{coder}.xlsx"
        click.echo(f"{study.shown(path)}: {number} {'coding' if number == 1 else 'codings'} to choose for.")
    if counts:
        click.echo("Choose in it, save it, and bring it back with: qualcode import FILE.xlsx")
    else:
        click.echo("No coding waits for a choice.")


@command.command(short_help="A workbook: which common code is each code of coders' own?")
@study_option
@click.option("--again", is_flag=True, help="Codes that are aligned already too, filled in.")
@click.option("--out", type=OUT, default=None, help="The workbook (default: reports/alignment/alignment.xlsx).")
def alignment(study: Study, again: bool, out: Path | None) -> None:
    """One workbook: what each code of coders' own is in the common codebook, with what it shares with others' codes.

    Codes that the codebook does not know are in it too. It holds words of participants: share it within the team only.
    """
    from qualcode.decisions import read_decisions
    from qualcode.decisions.alignment import Sources, is_alignment_sheet, with_choices, write_alignment_sheet
    from qualcode.decisions.alignment_in import not_imported
    from qualcode.tables import read
    from qualcode.transcripts.edits import read_texts

    files = {name: study.processed / f"{name}.parquet" for name in ("codings", "unaligned", "codebook")}
    files |= {
        "retired": study.processed / "retired.csv",
        "report_alignment": study.reports / "tables" / "alignment.csv",
    }
    missing = [study.shown(path) for path in files.values() if not path.is_file()]
    if missing:
        hint = "Make them with `qualcode run --until codings`."
        raise QualcodeError(f"the codings have not been read yet ({', '.join(missing)}).", hint=hint)
    path = out or study.reports / "alignment" / "alignment.xlsx"
    path = path / "alignment.xlsx" if path.is_dir() else path
    lost = not_imported(study, path) if path.is_file() and is_alignment_sheet(path) else 0
    if lost:
        hint = f"Bring them in with `qualcode import {path.name}`, or move the file."
        raise QualcodeError(f"choices were filled in and have not been imported ({lost}).", where=str(path), hint=hint)
    tables = {name: read(name, file) for name, file in files.items()}
    info = study.config.study
    sources = Sources(
        tables["codings"], tables["unaligned"], tables["retired"],
        with_choices(tables["report_alignment"], read_decisions(study)), tables["codebook"],
        read_texts(study.processed / "texts"),
    )  # fmt: skip
    codes, pairs = write_alignment_sheet(path, sources, again=again, title=info.title, notice=info.notice)
    if not codes:
        click.echo("No code waits to be aligned.")
        return
    click.echo(f"{study.shown(path)}: {codes} {'code' if codes == 1 else 'codes'} to align, {pairs} pairs of codes.")
    click.echo(f"Fill it in, save it, and bring it back with: qualcode import {path.name} (new codes: --new-codes)")


command.add_command(pack_review.command, "review")
command.add_command(pack_training.command, "training")


def _round(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise click.BadParameter("letters, digits, - and _ only.")
    return value


@command.command(short_help="A Word document for each participant, with the themes and space to answer.")
@study_option
@click.option(
    "--participant", "participants", multiple=True, metavar="P01", help="Only this participant (may be repeated)."
)
@click.option("--round", "round_", default="1", show_default=True, callback=_round, help="Which round this is.")
@click.option("--sent", default="", metavar="DATE", help="The day they are sent (2024-03-31), kept with the answers.")
@click.option("--out", type=OUT, default=None, help="Folder (default: reports/membercheck/roundN/).")
def membercheck(study: Study, participants: tuple[str, ...], round_: str, sent: str, out: Path | None) -> None:
    """A Word document for each participant: the themes, their own words, and room to say whether it fits."""
    from datetime import date

    from qualcode.memberchecks import write_packets

    if sent:
        try:
            sent = date.fromisoformat(sent).isoformat()
        except ValueError:
            raise QualcodeError(f"'{sent}' is not a date.", hint="Write it as 2024-03-31.") from None
    folder = out or study.reports / "membercheck" / f"round{round_}"
    written, left_out = write_packets(study, folder, participants=participants, round_=round_, sent=sent)
    for path in written:
        click.echo(study.shown(path))
    if not participants:
        for person, reason in sorted(left_out.items()):
            click.echo(f"No packet for {person}: {reason}.")
    click.echo(f"{len(written)} packets. Bring filled ones back with: qualcode import FILE.docx")

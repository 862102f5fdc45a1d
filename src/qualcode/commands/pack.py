"""`qualcode pack`: work given out, to come back by `qualcode import`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qualcode.commands import pack_review, pack_training
from qualcode.commands.common import study_option, typed
from qualcode.errors import QualcodeError
from qualcode.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from qualcode.decisions import Pack

OUT = click.Path(path_type=Path)


@click.group()
def command() -> None:
    """Give work out; what comes back is read by `qualcode import`."""


FORMS = ("xlsx", "docx", "html")


def _forms(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """`--as xlsx --as docx` or `--as xlsx,docx`, each once."""
    named = [part.strip().lower() for value in values for part in value.split(",") if part.strip()]
    for name in named:
        if name not in FORMS:
            raise click.BadParameter(f"'{name}' is not one of {', '.join(FORMS)}.")
    return tuple(dict.fromkeys(named))


def _several(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """An option that may be repeated, or hold several values parted by commas."""
    return tuple(dict.fromkeys(part.strip() for value in values for part in value.split(",") if part.strip()))


@command.command(short_help="The disagreements between coders, to decide in: workbook, Word document, page.")
@study_option
@click.option(
    "--as",
    "forms",
    multiple=True,
    callback=_forms,
    metavar="xlsx|docx|html",
    help="A workbook (default), a Word document, an offline page; repeat it or part several by commas.",
)
@click.option("--kind", "kinds", multiple=True, callback=_several, metavar="KIND", help="Only this kind (boundary …).")
@click.option(
    "--code", "codes", multiple=True, callback=_several, metavar="CODE", help="Only where a side has this code."
)
@click.option(
    "--coder", "coders", multiple=True, callback=_several, metavar="RB", help="Only where this coder is a side."
)
@click.option(
    "--transcript", "transcripts", multiple=True, callback=_several, metavar="S01", help="Only this transcript."
)
@click.option("--open-only", is_flag=True, help="Only what nobody has decided.")
@click.option(
    "--order", type=click.Choice(["rank", "place"]), default="rank", show_default=True,
    help="By what weighs most, or as they stand in the transcripts.",
)  # fmt: skip
@click.option(
    "--out",
    type=OUT,
    default=None,
    help="The file, or the folder for several (default: reports/meeting/disagreements.*).",
)
@click.option("--context", type=click.IntRange(0, 300), default=30, show_default=True, help="Words before and after.")
def meeting(
    study: Study, forms: tuple[str, ...], kinds: tuple[str, ...], codes: tuple[str, ...], coders: tuple[str, ...],
    transcripts: tuple[str, ...], open_only: bool, order: str, out: Path | None, context: int,
) -> None:  # fmt: skip
    """The list of disagreements between coders, in which a meeting can decide; --kind, --code … may be repeated.

    It holds words of participants: share it within the team only.
    """
    from qualcode.decisions import chosen, is_sheet, not_imported
    from qualcode.leaks.check import check_handed_out

    paths = _meeting_files(study, forms, out)
    for path in paths.values():
        lost = not_imported(study, path) if path.is_file() and is_sheet(path) else None
        if lost is not None:
            raise QualcodeError(lost)
    whole = _meeting_pack(study, context)
    pack = chosen(
        whole, kinds=kinds, codes=codes, coders=coders, transcripts=transcripts, open_only=open_only,
        by_place=order == "place",
    )  # fmt: skip
    if not pack.items:
        click.echo("No disagreement to decide on: nothing was written.")
        return
    still = len(pack.items) - pack.done
    shown = "" if len(pack.items) == len(whole.items) else f" (of {len(whole.items)})"
    for form, path in paths.items():
        _write_meeting(form, path, pack, study)
    check_handed_out(study, paths.values())
    for path in paths.values():
        things = "disagreement" if len(pack.items) == 1 else "disagreements"
        click.echo(f"{study.shown(path)}: {len(pack.items)} {things}{shown}, {still} of them open.")
    back = [typed(path) if form != "html" else "FILE.json" for form, path in paths.items()]
    saved = " (FILE.json: what the page saves)" if "html" in paths else ""
    click.echo(f"Decide in it, save it, and bring it back with: qualcode import {' '.join(back)}{saved}")


def _meeting_files(study: Study, forms: tuple[str, ...], out: Path | None) -> dict[str, Path]:
    """Where each form goes: `--out FILE` says the form too, a folder takes several."""
    default = study.reports / "meeting"
    ending = out.suffix.lower().lstrip(".") if out is not None else ""
    if out is not None and not out.is_dir() and ending:
        if not forms and ending in FORMS:
            forms = (ending,)
        if len(forms) > 1:
            hint = "Name a folder, without an ending; or ask for one form."
            raise QualcodeError(f"--out '{out}' is one file, and {len(forms)} are asked for.", hint=hint)
        if (forms or ("xlsx",)) != (ending,):
            what = f"--out '{out}' does not end as what is asked for ({(forms or ('xlsx',))[0]})."
            raise QualcodeError(what, hint="Use --as xlsx, docx or html, and an ending that fits.")
        return {ending: out}
    folder = out or default
    return {form: folder / f"disagreements.{form}" for form in forms or ("xlsx",)}


def _meeting_pack(study: Study, context: int) -> Pack:
    """Every disagreement of the codings that the last run read, ranked anew with the decisions as they are now."""
    from qualcode.codebook.history import read_history
    from qualcode.codings.carry import carry_decisions
    from qualcode.consensus.ranked import NAMES, rank_study
    from qualcode.decisions import make_pack, read_decisions
    from qualcode.since_run import changed_since_run
    from qualcode.tables import read
    from qualcode.transcripts.kept import read_texts

    files = {name: study.processed / f"{name}.parquet" for name in NAMES}
    missing = [study.shown(path) for path in files.values() if not path.is_file()]
    if missing:
        hint = "Make them with `qualcode run --until consensus`."
        raise QualcodeError(f"there is nothing to compare yet ({', '.join(missing)}).", hint=hint)
    tables = {name: read(name, path) for name, path in files.items()}
    _one_run(tables)
    changed = changed_since_run(study, files["codings"])
    if changed:
        what = f"WARNING: changed since the last run, and not yet in what is packed: {', '.join(changed)}."
        click.echo(f"{what}\n  Run `qualcode run --until consensus`, and pack again.", err=True)
    texts, config = read_texts(study.processed / "texts"), study.config
    decisions, reopened = carry_decisions(read_decisions(study), read_history(study))
    ranked = rank_study(
        study, tables, texts, decisions, match=config.consensus.match, span=config.consensus.span,
        settings=config.agreement, language=config.study.language,
    )  # fmt: skip
    for problem in (*reopened, *ranked.spans.notes):
        click.echo(f"WARNING: {problem}", err=True)
    return make_pack(
        ranked.found, ranked.codings, tables["turns"], texts, tables["codebook"], ranked.spans.decisions,
        title=config.study.title, context=context,
    )  # fmt: skip


def _one_run(tables: dict[str, pd.DataFrame]) -> None:
    """Refuse codings placed in other texts than those at hand: a run stopped between them, after a transcript was corrected."""
    shown = dict(zip(tables["transcripts"]["transcript"], tables["transcripts"]["sha256_text"], strict=True))
    placed = tables["codings"]
    stale = sorted({t for t, sha in zip(placed["transcript"], placed["sha256_text"], strict=True) if shown[t] != sha})
    if stale:
        what = f"the texts of {', '.join(stale)} changed after the codings were read."
        raise QualcodeError(what, hint="Read them anew with `qualcode run --until consensus`.")


def _write_meeting(form: str, path: Path, pack: Pack, study: Study) -> None:
    info = study.config.study
    if form == "xlsx":
        from qualcode.decisions import write_sheet

        write_sheet(path, pack, notice=info.notice)
    elif form == "docx":
        from qualcode.decisions.document_out import write_document

        write_document(path, pack, notice=info.notice)
    else:
        from qualcode.decisions.page import write_page

        write_page(path, pack, title=info.title, notice=info.notice, language=info.language)


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
    from qualcode.leaks.check import check_handed_out
    from qualcode.tables import read
    from qualcode.transcripts.kept import read_texts

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
    check_handed_out(study, [folder / f"splits_{coder}.xlsx" for coder in counts])
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
    from qualcode.leaks.check import check_handed_out
    from qualcode.tables import read
    from qualcode.transcripts.kept import read_texts

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
        hint = f"Bring them in with `qualcode import {typed(path)}`, or move the file."
        raise QualcodeError(f"choices were filled in and have not been imported ({lost}).", where=str(path), hint=hint)
    tables = {name: read(name, file) for name, file in files.items()}
    info = study.config.study
    sources = Sources(
        tables["codings"], tables["unaligned"], tables["retired"],
        with_choices(tables["report_alignment"], read_decisions(study)), tables["codebook"],
        read_texts(study.processed / "texts"),
    )  # fmt: skip
    codes, pairs = write_alignment_sheet(path, sources, again=again, title=info.title, notice=info.notice)
    check_handed_out(study, [path] if codes else [])
    if not codes:
        click.echo("No code waits to be aligned.")
        return
    click.echo(f"{study.shown(path)}: {codes} {'code' if codes == 1 else 'codes'} to align, {pairs} pairs of codes.")
    click.echo(f"Fill it in, save it, and bring it back with: qualcode import {typed(path)} (new codes: --new-codes)")


@command.command(short_help="A workbook: which words may identify somebody, and what is to be done with each?")
@study_option
@click.option("--again", is_flag=True, help="Those that are decided, or replaced without asking, too.")
@click.option(
    "--people", is_flag=True, help="First give everybody whom a speaker's label or a table names a row of the key."
)
@click.option(
    "--out",
    type=OUT,
    default=None,
    help="The workbook (default: data/raw/deidentify/identifiers.xlsx, where git looks away).",
)
def identifiers(study: Study, again: bool, people: bool, out: Path | None) -> None:
    """What in the transcripts may identify somebody and is not in the pseudonym key, as a workbook to decide in.

    It holds names. A first key is made where there is none (deidentify.key says where).
    """
    from qualcode.deidentify.key import write_entries
    from qualcode.deidentify.place import look_for_key, shown
    from qualcode.deidentify.review import write_review
    from qualcode.deidentify.review_in import not_imported
    from qualcode.deidentify.study import draft_people, named_transcripts, ready_key, study_candidates

    path = out or study.raw / "deidentify" / "identifiers.xlsx"
    path = path / "identifiers.xlsx" if path.is_dir() else path
    lost = not_imported(study, path)
    if lost:
        hint = f"Bring them in with `qualcode import {typed(path)}`, or move the file."
        raise QualcodeError(
            f"decisions were filled in and have not been imported ({lost}).", where=str(path), hint=hint
        )
    transcripts = named_transcripts(study)
    file, key = ready_key(study)
    for warning in look_for_key(study).warnings:
        click.echo(f"WARNING: {warning}", err=True)
    if people:
        drafted = draft_people(study, key, transcripts)
        write_entries(file, drafted)
        click.echo(
            f"{shown(study, file)}: {len(drafted)} {'person' if len(drafted) == 1 else 'people'} added. Look at them."
        )
        file, key = ready_key(study)
    found = study_candidates(study, key, transcripts, decided=again)
    info = study.config.study
    number = write_review(
        path, found, transcripts, key, title=info.title, notice=info.notice, key_shown=shown(study, file)
    )
    if not number:
        click.echo("No candidate waits for a decision.")
        return
    root = study.root.resolve()
    if path.resolve().is_relative_to(root) and not path.resolve().is_relative_to(study.raw.resolve()):
        click.echo(
            "WARNING: the sheet holds names and lies outside data/raw: move it before anybody gets the folder.",
            err=True,
        )
    click.echo(f"{study.shown(path)}: {number} {'candidate' if number == 1 else 'candidates'}. It holds names.")
    click.echo(f"Decide in it, save it, bring it back with: qualcode import {typed(path)}; then delete it.")


@command.command(short_help="Corrected transcripts side by side, and a workbook of coded passages that changed.")
@study_option
@click.option("--transcript", "transcripts", multiple=True, metavar="S01", help="Only this one (may be repeated).")
@click.option("--again", is_flag=True, help="Passages that are decided too, filled in.")
@click.option("--out", type=OUT, default=None, help="Folder (default: reports/edits/).")
def edits(study: Study, transcripts: tuple[str, ...], again: bool, out: Path | None) -> None:
    """Corrected transcripts before and after (edits.html), and the coded passages whose words changed (edits.xlsx).

    Both hold words of participants: share them within the team only.
    """
    import dataclasses

    from qualcode.decisions import read_decisions
    from qualcode.decisions.changed import (
        is_changed_sheet,
        not_imported,
        sources_of,
        with_choices,
        write_changed_sheet,
    )  # fmt: skip
    from qualcode.errors import nearest
    from qualcode.leaks.check import check_handed_out
    from qualcode.reports.edits import write_edits_page
    from qualcode.tables import read

    sources = sources_of(study)
    if sources is None:
        hint = "Make them with `qualcode run --until consensus`."
        raise QualcodeError("the codings have not been read yet (reports/tables/changed.csv).", hint=hint)
    for name in transcripts:
        if name not in sources.texts:
            raise QualcodeError(f"there is no transcript '{name}'.", hint=nearest(name, sources.texts))
    folder = out or study.reports / "edits"
    sheet = folder / "edits.xlsx"
    lost = not_imported(study, sheet) if sheet.is_file() and is_changed_sheet(sheet) else 0
    if lost:
        hint = f"Bring them in with `qualcode import {study.shown(sheet)}`, or move the file."
        raise QualcodeError(
            f"decisions were filled in and have not been imported ({lost}).", where=str(sheet), hint=hint
        )
    changed = with_choices(sources.changed, read_decisions(study))
    if transcripts:
        changed = changed[changed["transcript"].isin(transcripts)]
    info, labels = study.config.study, dict(zip(sources.codebook["code"], sources.codebook["label"], strict=True))
    pairs = write_edits_page(
        folder / "edits.html", read("edits", study.processed / "edits.parquet"), changed, sources.texts, sources.earlier, labels,
        transcripts=transcripts, title=info.title, notice=info.notice,
    )  # fmt: skip
    check_handed_out(study, [folder / "edits.html"] if pairs else [])
    if not pairs and not len(changed):
        click.echo("No transcript has changed since it was first read.")
        return
    if pairs:
        many = "text" if pairs == 1 else "texts"
        click.echo(f"{study.shown(folder / 'edits.html')}: {pairs} earlier {many} beside the present.")
    number = write_changed_sheet(
        sheet, dataclasses.replace(sources, changed=changed), again=again, title=info.title, notice=info.notice
    )
    check_handed_out(study, [sheet] if number else [])
    if not number:
        sheet.unlink(missing_ok=True)  # it was imported, and nothing waits any more
        click.echo("No coded passage waits for a look.")
        return
    click.echo(f"{study.shown(sheet)}: {number} {'passage' if number == 1 else 'passages'} to look at.")
    click.echo(f"Decide in it, save it, and bring it back with: qualcode import {study.shown(sheet)}")


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

    from qualcode.leaks.check import check_handed_out
    from qualcode.memberchecks import write_packets

    if sent:
        try:
            sent = date.fromisoformat(sent).isoformat()
        except ValueError:
            raise QualcodeError(f"'{sent}' is not a date.", hint="Write it as 2024-03-31.") from None
    folder = out or study.reports / "membercheck" / f"round{round_}"
    written, left_out = write_packets(study, folder, participants=participants, round_=round_, sent=sent)
    check_handed_out(study, written)
    for path in written:
        click.echo(study.shown(path))
    if not participants:
        for person, reason in sorted(left_out.items()):
            click.echo(f"No packet for {person}: {reason}.")
    click.echo(f"{len(written)} packets. Bring filled ones back with: qualcode import FILE.docx")

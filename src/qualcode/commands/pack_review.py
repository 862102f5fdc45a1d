"""`qualcode pack review`: one person's codings, for another to confirm, change, reject or add to."""

from __future__ import annotations

from pathlib import Path

import click
import pandas as pd

from qualcode.commands.common import study_option, typed
from qualcode.errors import QualcodeError, nearest
from qualcode.study import Study


@click.command(short_help="One coder's codings, for another person to confirm, change, reject.")
@study_option
@click.option("--coder", required=True, metavar="KL", help="Whose codings.")
@click.option("--by", "reviewer", required=True, metavar="RB", help="Who looks at them.")
@click.option(
    "--transcript", "transcripts", multiple=True, metavar="S01", help="Only this transcript (may be repeated)."
)
@click.option(
    "--code", "codes", multiple=True, metavar="CODE", help="Only this code and what is under it (may be repeated)."
)
@click.option("--open-only", is_flag=True, help="Only codings without a verdict.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help="The workbook (default: in reports/review/).",
)
@click.option("--context", type=click.IntRange(0, 300), default=30, show_default=True, help="Words before and after.")
def command(
    study: Study, coder: str, reviewer: str, transcripts: tuple[str, ...], codes: tuple[str, ...], open_only: bool,
    out: Path | None, context: int,
) -> None:  # fmt: skip
    """A workbook with CODER's codings, in which BY says of each whether it stands, and adds what is missing.

    Where the assignments say that BY saw CODER's codings (column saw) in some transcripts, it holds these; else all. It holds
    words of participants: share it within the team only.
    """
    from qualcode.codings.reviewed import verdicts_of
    from qualcode.decisions import read_decisions
    from qualcode.decisions.worklist import is_pack
    from qualcode.leaks.check import check_handed_out
    from qualcode.review.sheet_out import PACK, Given, write_review_sheet
    from qualcode.tables import read, split
    from qualcode.transcripts.kept import read_texts

    files = {name: study.processed / f"{name}.parquet" for name in ("codings", "codebook")}
    missing = [study.shown(path) for path in files.values() if not path.is_file()]
    if missing:
        hint = "Make them with `qualcode run --until codings`."
        raise QualcodeError(f"the codings have not been read yet ({', '.join(missing)}).", hint=hint)
    tables = {name: read(name, path) for name, path in files.items()}
    codings, book = tables["codings"], tables["codebook"]
    people = sorted(set(codings["coder"]) | {one.id for one in study.config.coders})
    if coder not in set(codings["coder"]):
        raise QualcodeError(
            f"nobody called '{coder}' coded.", where="--coder", hint=nearest(coder, set(codings["coder"]))
        )
    if study.config.coders and reviewer not in people:
        hint = f"{nearest(reviewer, people)} Correct it, or add the coder to config/study.yaml."
        raise QualcodeError(f"coder '{reviewer}' is not among the study's coders.", where="--by", hint=hint)
    if reviewer == coder:
        raise QualcodeError("nobody reviews their own codings.", where="--by", hint="Name the second person.")
    assigned = study.assignments
    if not len(assigned):
        hint = "List transcript, coder, saw and done in data/raw/assignments.csv (docs/review.md): else silence has no meaning."
        raise QualcodeError("nobody's reading is recorded.", where="data/raw/assignments.csv", hint=hint)
    mine = codings[codings["coder"] == coder]
    for name in transcripts:
        if name not in set(mine["transcript"]):
            hint = nearest(name, set(mine["transcript"]))
            raise QualcodeError(f"{coder} has no coding in a transcript '{name}'.", where="--transcript", hint=hint)
    rows = assigned[
        (assigned["coder"] == reviewer) & assigned["saw"].map(lambda cell: coder in split(cell)).astype(bool)
    ]
    wanted = set(transcripts) or set(rows["transcript"]) & set(mine["transcript"]) or set(mine["transcript"])
    decisions = read_decisions(study)
    said = {about: one for (about, by), one in verdicts_of(decisions).items() if by == reviewer}
    blind = sorted(wanted & _coded_alone(assigned, codings, reviewer, {one.coding for one in said.values()}))
    if blind and (transcripts or not wanted - set(blind)):
        hint = (
            "Two people who coded alone settle their differences in the meeting (`qualcode pack meeting`). To review all the "
            f"same give {reviewer} a second id, as in {reviewer}_review, so that the two stay apart."
        )
        what = f"{reviewer} has coded {', '.join(blind)} alone: a review would mix with that."
        raise QualcodeError(what, where="--by", hint=hint)
    if blind:
        click.echo(f"Left out, since {reviewer} has coded there alone: {', '.join(blind)}.")
    mine = mine[mine["transcript"].isin(wanted - set(blind))]
    if codes:
        mine = mine[mine["code"].isin(_under(codes, book))]
    if open_only:
        mine = mine[~mine["coding"].isin(said)]
    if not len(mine):
        click.echo("There is no coding to look at: nothing was written.")
        return
    path = out or study.reports / "review" / f"{reviewer}_on_{coder}.xlsx"
    path = path / f"{reviewer}_on_{coder}.xlsx" if path.is_dir() else path
    if path.is_file() and is_pack(path, PACK):
        _keep_what_is_filled_in(study, path)
    info = study.config.study
    given = Given(mine.reset_index(drop=True), read_texts(study.processed / "texts"), book, decisions, coder, reviewer)
    number, done = write_review_sheet(
        path, given, all_codings=codings, title=info.title, notice=info.notice, context=context
    )
    check_handed_out(study, [path])
    click.echo(f"{study.shown(path)}: {number} codings of {coder} for {reviewer}, {done} of them with a verdict.")
    click.echo(f"Fill it in, save it, and bring it back with: qualcode import {typed(path)}")


def _coded_alone(assigned: pd.DataFrame, codings: pd.DataFrame, reviewer: str, reviewed: set[str]) -> set[str]:
    """Transcripts that the reviewer was to read, or coded, without seeing anybody's codings."""
    rows = assigned[assigned["coder"] == reviewer]
    mine = codings[(codings["coder"] == reviewer) & ~codings["coding"].isin(reviewed)]
    with_eyes_open = set(rows["transcript"][rows["saw"] != ""])
    return set(rows["transcript"][rows["saw"] == ""]) | (set(mine["transcript"]) - with_eyes_open)


def _under(codes: tuple[str, ...], book: pd.DataFrame) -> set[str]:
    """Codes with all that is under them."""
    parents = dict(zip(book["code"], book["parent"], strict=True))
    for code in codes:
        if code not in parents:
            raise QualcodeError(f"code '{code}' is not in the codebook.", where="--code", hint=nearest(code, parents))
    found = set(codes)
    for code in parents:  # parents stand before their children
        if parents[code] in found:
            found.add(code)
    return found


def _keep_what_is_filled_in(study: Study, path: Path) -> None:
    """Refuse to write over verdicts that were not brought in."""
    from qualcode.review.sheet_in import import_review

    what, hint = "", f"Bring it in with `qualcode import {typed(path)}`, or move the file."
    try:
        found = import_review(study, path, dry_run=True)
        if found["added"] + found["changed"]:
            what = f"verdicts were filled in and have not been imported ({found['added'] + found['changed']})."
    except QualcodeError:
        what = "something is filled in that cannot be read as it is."
    if what:
        raise QualcodeError(what, where=study.shown(path), hint=hint)

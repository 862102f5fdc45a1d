"""`qualcode pack training`: a page for one coder, side by side with an expert or the consensus."""

from __future__ import annotations

import re
from pathlib import Path

import click

from qualcode.commands.common import study_option
from qualcode.errors import QualcodeError, nearest
from qualcode.study import Study


@click.command(short_help="A page for one coder in training, side by side with an expert or the consensus.")
@study_option
@click.option("--coder", "coders", required=True, multiple=True, metavar="KL", help="Whose page (may be repeated).")
@click.option("--against", required=True, metavar="RB|consensus", help="An expert's id, or the consensus.")
@click.option(
    "--round", "round_", default=None, metavar="R", help="The round, as the assignments name it (default: the last)."
)
@click.option("--out", type=click.Path(path_type=Path), default=None, help="Folder (default: reports/training/).")
@click.option("--context", type=click.IntRange(0, 300), default=25, show_default=True, help="Words before and after.")
def command(
    study: Study, coders: tuple[str, ...], against: str, round_: str | None, out: Path | None, context: int
) -> None:
    """A page for each coder, code by code: what both coded, what only one did, where they chose another code.

    An offline page (HTML) without scripts. It holds words of participants: share it within the team only.
    """
    from qualcode.leaks.check import check_handed_out
    from qualcode.training.load import TABLES_READ, load_ground
    from qualcode.training.measure import CONSENSUS, coders_of, rounds_of
    from qualcode.training.page import write_training_page

    files = {name: study.processed / f"{name}.parquet" for name in TABLES_READ}
    disagreements = study.reports / "tables" / "disagreements.csv"
    missing = [study.shown(path) for path in (*files.values(), disagreements) if not path.is_file()]
    if missing:
        hint = "Make them with `qualcode run --until consensus`."
        raise QualcodeError(f"there is nothing to compare yet ({', '.join(missing)}).", hint=hint)
    ground = load_ground(files, study.processed / "texts", disagreements, study.config)
    people = coders_of(ground)
    for option, name, known in (
        *(("--coder", coder, people) for coder in coders), ("--against", against, [*people, CONSENSUS]),
    ):  # fmt: skip
        if name not in known:
            raise QualcodeError(f"nobody called '{name}' coded.", where=option, hint=nearest(name, known))
    if against in coders:
        raise QualcodeError(f"'{against}' is both sides.", where="--against", hint="Name an expert, or consensus.")
    folder = out or study.reports / "training"
    info = study.config.study
    for coder in coders:
        rounds = rounds_of(ground.assignments, coder)
        chosen = round_ if round_ is not None else rounds[-1]
        if chosen not in rounds:
            named = ", ".join(one for one in rounds if one) or "none is named"
            raise QualcodeError(
                f"{coder} finished nothing in round '{chosen}'.", where="--round",
                hint=f"Rounds of {coder} in data/raw/assignments.csv: {named}.",
            )  # fmt: skip
        parts = [coder, "with", against, *(["round", chosen] if chosen else [])]
        path = folder / (re.sub(r"[^A-Za-z0-9._-]+", "_", "_".join(parts)) + ".html")
        made = write_training_page(
            path, ground, coder=coder, against=against, round_=chosen, title=info.title, notice=info.notice,
            language="en", context=context, approach=study.config.analysis.approach,
        )  # fmt: skip
        check_handed_out(study, [path])
        click.echo(
            f"{study.shown(path)}: {made.passages} passages of {against}, {made.found} of them the same in both, "
            f"{made.different} things to talk over."
        )

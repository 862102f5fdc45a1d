"""`qualcode sample`: how much to code twice, and which."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from qualcode.errors import QualcodeError, nearest

if TYPE_CHECKING:
    from qualcode.agreement.drawing import Drawn
    from qualcode.study import Study

ALPHAS = (0.667, 0.8, 0.9)
PREVALENCES = (0.5, 0.2, 0.1, 0.05, 0.02)
WIDTHS = (0.2, 0.1)


def _inside(low: float, high: float, *, closed: bool = False) -> click.FloatRange:
    return click.FloatRange(low, high, min_open=not closed, max_open=True)


@click.command()
@click.option(
    "-C", "study", metavar="STUDY", default=None, help="With --draw: the study's folder (default: this folder)."
)
@click.option("--plan", is_flag=True, help="How many units to code twice, and how often each code will then be seen.")
@click.option(
    "--alpha",
    "alphas",
    type=_inside(0, 1, closed=True),
    multiple=True,
    metavar="X",
    help="Expected alpha (may be given several times).  [default: .667, .8, .9]",
)
@click.option(
    "--prevalence",
    "prevalences",
    type=_inside(0, 1),
    multiple=True,
    metavar="P",
    help="Share of units that a code applies to (several times).  [default: .5, .2, .1, .05, .02]",
)
@click.option(
    "--width",
    "widths",
    type=_inside(0, 2),
    multiple=True,
    metavar="W",
    help="Width of the 95 % interval, low to high: 0.2 is the estimate ± 0.1 (several times).  [default: .2, .1]",
)
@click.option(
    "--half-width",
    "halves",
    type=_inside(0, 1),
    multiple=True,
    metavar="H",
    help="The same as half of it: 0.1 is the estimate ± 0.1.",
)
@click.option("--coders", type=click.IntRange(2, 100), default=2, show_default=True, help="Coders of each unit.")
@click.option(
    "--design-effect",
    type=click.FloatRange(1),
    default=1.0,
    show_default=True,
    metavar="D",
    help="By how much the variance grows because units of one transcript resemble each other.",
)
@click.option(
    "--test-least",
    "least",
    type=_inside(0, 1, closed=True),
    multiple=True,
    metavar="A",
    help="Also the units needed to test that alpha is at least A (Bloch and Kraemer; ATLAS.ti's table).",
)
@click.option(
    "--significance", type=_inside(0, 0.5), default=0.05, show_default=True, help="One-sided, of --test-least."
)
@click.option(
    "--draw",
    metavar="N|P%",
    default=None,
    help="Draw so many (or such a share) of the study's transcripts at random, and print rows for assignments.csv.",
)
@click.option("--for", "people", metavar="A,B", default=None, help="With --draw: the coders who are to code them.")
@click.option(
    "--unit",
    type=click.Choice(["transcript", "segment"]),
    default="transcript",
    show_default=True,
    help="With --draw: what is drawn.",
)
@click.option(
    "--by",
    type=click.Choice(["group", "phase", "kind"]),
    default=None,
    help="With --draw: in proportion from each group of participants, phase, or kind of session.",
)
@click.option("--leave-out", metavar="T1,T2", default="", help="With --draw: transcripts used for training.")
@click.option("--round", "round_", metavar="R", default="", help="With --draw: the round's name in the rows.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="With --draw: of the drawing.")
@click.option("--append", is_flag=True, help="With --draw: add the rows to data/raw/assignments.csv.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    study: str | None,
    plan: bool,
    alphas: tuple[float, ...],
    prevalences: tuple[float, ...],
    widths: tuple[float, ...],
    halves: tuple[float, ...],
    coders: int,
    design_effect: float,
    least: tuple[float, ...],
    significance: float,
    draw: str | None,
    people: str | None,
    unit: str,
    by: str | None,
    leave_out: str,
    round_: str,
    seed: int,
    append: bool,
    as_json: bool,
) -> None:
    """Plan a reliability sample (--plan), or draw it (--draw).

    --plan: how many units every coder must code for a 95 % interval of Krippendorff's alpha of a given width, for one code,
    applied or not. What counts is how often the code occurs: a rare code needs many units. Needs no study.

    --draw 20% --for ANA,BEN: which transcripts of the study these coders are to code, drawn at random with a seed.
    """
    if plan == (draw is not None):
        raise click.UsageError("Say --plan (how many units to code twice) or --draw (which).")
    of_drawing = {"people": "--for", "unit": "--unit", "by": "--by", "leave_out": "--leave-out", "round_": "--round"}
    of_drawing |= {"seed": "--seed", "append": "--append"}
    of_planning = {"alphas": "--alpha", "prevalences": "--prevalence", "widths": "--width", "halves": "--half-width"}
    of_planning |= {"coders": "--coders", "design_effect": "--design-effect", "least": "--test-least"}
    for name, option in (of_drawing if plan else of_planning).items():
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{option} goes with {'--draw' if plan else '--plan'}.")
    if draw is not None:
        made = _drawn(
            study or ctx.find_root().obj or ".",
            draw,
            people=people,
            unit=unit,
            by=by,
            leave_out=leave_out,
            round_=round_,
            seed=seed,
            append=append,
        )
        if as_json:
            click.echo(json.dumps(_answer(made, seed), indent=1, ensure_ascii=False))
        elif not append:
            click.echo(made.rows.to_csv(index=False, lineterminator="\n"), nl=False)
        for line in _said(made, study or ctx.find_root().obj or ".", append=append):
            click.echo(line, err=True)
        return
    from qualcode.agreement.planning import least_units, plan_width

    widths = (*widths, *(2 * half for half in halves)) or WIDTHS
    plans = [
        plan_width(alpha, prevalence, width, coders=coders, design_effect=design_effect)
        for width in widths
        for alpha in alphas or ALPHAS
        for prevalence in prevalences or PREVALENCES
    ]
    tests = [
        {
            "least": at,
            "prevalence": prevalence,
            "significance": significance,
            "units": least_units(at, prevalence, coders=coders, significance=significance, design_effect=design_effect),
        }
        for at in least
        for prevalence in prevalences or PREVALENCES
    ]
    if as_json:
        answer = {
            "coders": coders,
            "design_effect": design_effect,
            "plan": [asdict(one) | {"half_width": one.width / 2} for one in plans],
            "test": tests,
        }
        click.echo(json.dumps(answer, indent=1))
        return
    head = f"{coders} coders" + (f"; design effect {design_effect:g}" if design_effect != 1 else "")
    lines = [f"Units that every coder must code: {head}"]
    for width in widths:
        lines += ["", f"95 % interval of alpha {width:g} wide (estimate ± {width / 2:g})"]
        rows = [("expected alpha", "prevalence", "units", "coded by each", "by any coder")]
        rows += [
            (f"{one.alpha:.3f}", f"{one.prevalence:g}", str(one.units), f"{one.by_each:.0f}", f"{one.by_any:.0f}")
            for one in plans
            if one.width == width
        ]
        lines += _right(rows)
    if tests:
        lines += ["", f"Test that alpha is at least a value (one-sided, {significance:g})"]
        rows_of: list[tuple[str, ...]] = [("least alpha", "prevalence", "units")]
        rows_of += [(f"{one['least']:.3f}", f"{one['prevalence']:g}", str(one["units"])) for one in tests]
        lines += _right(rows_of)
    lines += [
        "",
        "prevalence: share of units that the code applies to. coded by each: units to which one coder will then have",
        "  applied it, as expected. Draw the units at random, before anybody codes (docs/agreement.md).",
    ]
    if design_effect == 1:
        lines.append("Units of one transcript resemble each other and count for less: see --design-effect.")
    click.echo("\n".join(lines))


def _right(rows: list[Any]) -> list[str]:
    wide = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return ["  ".join(cell.rjust(wide[at]) for at, cell in enumerate(row)) for row in rows]


# ---------------------------------------------------------------- drawing


def _drawn(
    root: str,
    draw: str,
    *,
    people: str | None,
    unit: str,
    by: str | None,
    leave_out: str,
    round_: str,
    seed: int,
    append: bool,
) -> Drawn:
    from qualcode.agreement.drawing import draw_sample, how_many, strata_of
    from qualcode.study import Study, group_of
    from qualcode.tables import read

    coders = [name.strip() for name in (people or "").split(",") if name.strip()]
    if not coders:
        raise click.UsageError("--draw needs --for A,B: the coders who are to code what is drawn.")
    study = Study.load(root)
    listed = [coder.id for coder in study.config.coders]
    for name in coders if listed else []:
        if name not in listed:
            hint = f"{nearest(name, listed)} Correct it, or add the coder to config/study.yaml."
            raise QualcodeError(f"coder '{name}' is not among the study's coders.", where="--for", hint=hint)
    tables: dict[str, Any] = {}
    for name in ("transcripts", "segments") if unit == "segment" else ("transcripts",):
        path = study.processed / f"{name}.parquet"
        if not path.is_file():
            hint = f"Run `qualcode run --until {name}` first."
            raise QualcodeError(f"there are no {name} yet.", where=study.shown(path), hint=hint)
        tables[name] = read(name, path)
    transcripts = tables["transcripts"]
    known = transcripts["transcript"].tolist()
    without = [name.strip() for name in leave_out.split(",") if name.strip()]
    for name in without:
        if name not in known:
            raise QualcodeError(f"there is no transcript '{name}'.", where="--leave-out", hint=nearest(name, known))
    strata = strata_of(transcripts, study.sessions, group_of(study), by) if by else dict.fromkeys(known, "")
    units = transcripts[["transcript"]].assign(start=None, end=None, sha256_text="")
    if unit == "segment":  # offsets count in one text, which is named
        units = transcripts[["transcript", "sha256_text"]].merge(tables["segments"][["transcript", "start", "end"]])
    units = units[~units["transcript"].isin(without)]
    made = draw_sample(
        units,
        strata,
        how_many(draw, len(units)),
        seed=seed,
        coders=coders,
        assignments=study.assignments,
        round_=round_,
        what=f"{unit}s",
        by=by or "",
    )
    if append and len(made.rows):
        _append(study, made)
    return made


def _append(study: Study, made: Drawn) -> None:
    """Add the rows to the end of `data/raw/assignments.csv`, in that file's own columns; make it where it is not there."""
    from qualcode.files import write_text

    path = study.raw_table_file("assignments")
    if path is None:
        write_text(study.raw / "assignments.csv", made.rows.to_csv(index=False, lineterminator="\n"))
        return
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    columns = [name.strip() for name in text.partition("\n")[0].strip().split(",")]
    needed = [name for name in made.rows.columns if made.rows[name].notna().any() and (made.rows[name] != "").any()]
    if path.suffix != ".csv" or not set(needed) <= set(columns):
        raise QualcodeError(
            f"the rows don't fit this file: it must be CSV (UTF-8, commas) with the columns {', '.join(needed)}.",
            where=study.shown(path),
            hint="Leave out --append, and add the printed rows by hand.",
        )
    rows = made.rows.reindex(columns=columns).to_csv(index=False, header=False, lineterminator="\n")
    write_text(path, text.rstrip("\r\n") + "\n" + rows)


def _answer(made: Drawn, seed: int) -> dict[str, Any]:
    return {
        "drawn": made.units["transcript"].tolist(),
        "of": made.of,
        "seed": seed,
        "strata": {name: {"drawn": drawn, "of": of} for name, (drawn, of) in made.by_stratum.items()},
        "rows": json.loads(made.rows.to_json(orient="records")),
        "sentence": made.sentence,
    }


def _said(made: Drawn, root: str, *, append: bool) -> list[str]:
    from qualcode.study import Study

    path = Study.load(root).raw_table_file("assignments")
    lines = [made.sentence]
    if not len(made.rows):
        lines.append("These coders are to read all of it already: there is no row to add.")
    elif append:
        lines.append(
            f"{len(made.rows)} rows were added to data/raw/assignments.csv; set done to yes as each is finished."
        )
    elif path is None:
        lines.append(
            "There is no data/raw/assignments.csv yet: it needs a row for everything that a coder reads, not these only."
        )
    else:
        lines.append(
            "Add these rows to data/raw/assignments.csv, or use --append; set done to yes as each is finished."
        )
    return lines

"""`qualcode sample`: how much to code twice."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from qualcode.commands.common import no_study_option

ALPHAS = (0.667, 0.8, 0.9)
PREVALENCES = (0.5, 0.2, 0.1, 0.05, 0.02)
WIDTHS = (0.2, 0.1)


def _inside(low: float, high: float, *, closed: bool = False) -> click.FloatRange:
    return click.FloatRange(low, high, min_open=not closed, max_open=True)


@click.command()
@no_study_option
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
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(
    plan: bool,
    alphas: tuple[float, ...],
    prevalences: tuple[float, ...],
    widths: tuple[float, ...],
    halves: tuple[float, ...],
    coders: int,
    design_effect: float,
    least: tuple[float, ...],
    significance: float,
    as_json: bool,
) -> None:
    """Plan a reliability sample: how many units must be coded by every coder. Needs no study.

    A 95 % interval of Krippendorff's alpha for one code, applied or not, is to have a given width. What counts is how often
    the code occurs: a rare code needs many units.
    """
    if not plan:
        raise click.UsageError("Say --plan: how many units to code twice.")
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

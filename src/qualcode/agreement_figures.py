"""Figures of agreement: the matrix of coder pairs, which code is taken for which, and who coded what in one transcript."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qualcode.agreement.units import union
from qualcode.figures import FAINT, INK, PALETTE, new_figure, nothing_to_draw, styled
from qualcode.tables import split

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ALPHA = "krippendorff_alpha"
MOST_CODES = 25  # codes that a heat map shows at most: more could not be read on a page
TALLEST = 9.0  # inches of lanes: more would not fit a page
NOTHING = "(nothing)"
HATCHES = ("", "////", "....", "xxxx", "\\\\\\\\")


def _roomy(width: float, height: float) -> Figure:
    """A new figure with room at its edges: long names are measured a little differently in SVG and PNG."""
    figure = new_figure(width, height)
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.set(w_pad=0.12, h_pad=0.12)  # type: ignore[call-arg]
    return figure


def _label(text: str, width: int = 34) -> str:
    return textwrap.shorten(text, width, placeholder=" …")


def _blue(share: float) -> tuple[float, float, float]:
    """White to the palette's blue."""
    from matplotlib.colors import to_rgb

    red, green, blue = to_rgb(PALETTE[0])
    share = min(1.0, max(0.0, share))
    return 1 - share * (1 - red), 1 - share * (1 - green), 1 - share * (1 - blue)


def _on(face: tuple[float, float, float]) -> str:
    red, green, blue = face
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 0.55 else "white"


@styled
def pair_matrix(overall: pd.DataFrame, by_scope: pd.DataFrame) -> Figure:
    """Pooled alpha of each two coders, with its interval.

    Parameters
    ----------
    overall, by_scope
        Tables report_agreement and report_agreement_by_scope; of two coders the first alone has their number.
    """
    rows = by_scope[(by_scope["scope"] == "pair") & (by_scope["coefficient"] == ALPHA)]
    if not len(rows):
        rows = overall[(overall["scope"] == "pooled") & (overall["coefficient"] == ALPHA)].head(1)
        rows = rows[rows["coders"].map(lambda cell: len(split(cell)) == 2).astype(bool)]
        rows = rows.assign(about=rows["coders"])
    if not len(rows):
        return nothing_to_draw("There are no two coders to compare.")
    found = {tuple(split(line["about"])): line for line in rows.to_dict("records")}
    people = sorted({coder for pair in found for coder in pair})
    down, across = people[1:], people[:-1]
    size = 0.95 if len(people) < 9 else 0.62
    figure = new_figure(1.7 + size * len(across), 0.8 + size * len(down))
    axes = figure.add_subplot()
    small = len(people) >= 9
    for y, second in enumerate(down):
        for x, one in enumerate(across):
            line = found.get((one, second))
            if line is None:
                continue
            value = line["estimate"]
            face = (0.93, 0.93, 0.93) if pd.isna(value) else _blue(max(0.0, value))
            axes.add_patch(_square(x, y, face))
            text = "–" if pd.isna(value) else f"{value:.2f}".replace("-", "−")
            axes.text(x, y - 0.1, text, ha="center", va="center", fontsize=9 if small else 11, color=_on(face))
            low, high = line["ci_low"], line["ci_high"]
            mark = ""
            if pd.isna(low) and pd.notna(line["ci_these_low"]):
                low, high, mark = line["ci_these_low"], line["ci_these_high"], "*"
            if pd.notna(low):
                span = f"{low:.2f} to {high:.2f}{mark}".replace("-", "−")
                axes.text(x, y + 0.22, span, ha="center", va="center", fontsize=5 if small else 7, color=_on(face))
    axes.set_xticks(range(len(across)), across, fontsize=9)
    axes.set_yticks(range(len(down)), down, fontsize=9)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xlim(-0.5, len(across) - 0.5)
    axes.set_ylim(len(down) - 0.5, -0.5)
    axes.set_aspect("equal")
    for side in axes.spines.values():
        side.set_visible(False)
    these = " (* for these transcripts only)" if rows["ci_these_low"].notna().any() else ""
    axes.set_xlabel(f"Krippendorff's alpha, all codes pooled,\n95 % interval{these}", fontsize=8)
    return figure


def _square(x: float, y: float, face: tuple[float, float, float]):  # type: ignore[no-untyped-def]
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.5, y - 0.5), 1, 1, facecolor=face, edgecolor="white", linewidth=1.5)


@styled
def confusion_map(confusion: pd.DataFrame, order: Sequence[str]) -> Figure:
    """Codes of one coder against codes of the other, in units; of more coders all pairs together, both ways.

    Parameters
    ----------
    confusion
        Table report_agreement_confusion.
    order
        The codes in the order of the codebook.
    """
    if not len(confusion):
        return nothing_to_draw("No two coders have coded the same text.")
    labels = {"": NOTHING}
    for side in ("a", "b"):
        labels |= dict(zip(confusion[f"code_{side}"], confusion[f"label_{side}"], strict=True))
    labels[""] = NOTHING
    present = set(confusion["code_a"]) | set(confusion["code_b"])
    codes = ["", *(code for code in order if code in present)]
    place = {code: at for at, code in enumerate(codes)}
    counts = np.zeros((len(codes), len(codes)), dtype=np.int64)
    pairs = list(dict.fromkeys(zip(confusion["coder_a"], confusion["coder_b"], strict=True)))
    for one, two, n in zip(confusion["code_a"], confusion["code_b"], confusion["n"], strict=True):
        counts[place[one], place[two]] += int(n)
        if len(pairs) > 1 and one != two:
            counts[place[two], place[one]] += int(n)
    off = counts - np.diag(np.diag(counts))
    trouble = off.sum(axis=0) + off.sum(axis=1)
    shown = list(range(len(codes)))
    if len(codes) - 1 > MOST_CODES:
        worst = sorted(range(1, len(codes)), key=lambda at: (-int(trouble[at]), at))[:MOST_CODES]
        shown = [0, *sorted(worst)]
    counts = counts[np.ix_(shown, shown)]
    names = [_label(labels[codes[at]] or codes[at], 32) for at in shown]
    margin = 0.9 + 0.075 * max(len(name) for name in names)
    figure = _roomy(margin + 0.25 * len(names), margin + 0.4 + 0.25 * len(names))
    axes = figure.add_subplot()
    largest = max(1, int(counts.max()))
    for y in range(len(names)):
        for x in range(len(names)):
            n = int(counts[y, x])
            face = _blue(0.12 + 0.88 * math.log1p(n) / math.log1p(largest)) if n else (1.0, 1.0, 1.0)
            if n:
                axes.add_patch(_square(x, y, face))
                text = str(n) if n < 10_000 else f"{n / 1000:.0f}k"
                axes.text(x, y, text, ha="center", va="center", fontsize=7 if n < 1000 else 5, color=_on(face))
        if codes[shown[y]]:
            axes.add_patch(_outline(y))
    axes.set_xticks(range(len(names)), names, fontsize=7.5, rotation=90)
    axes.set_yticks(range(len(names)), names, fontsize=7.5)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_ylim(len(names) - 0.5, -0.5)
    for spine in axes.spines.values():
        spine.set_color(FAINT)
        spine.set_visible(True)
    if len(pairs) == 1:
        axes.set_ylabel(f"{pairs[0][0]} gave")
        first = f"{pairs[0][1]} gave (columns); framed: both gave it"
    else:
        first = f"{len(pairs)} pairs of coders together; framed: both gave it"
    unit = str(confusion["unit"].iloc[0])
    said = [first, f"numbers of {unit}s"]
    if len(shown) < len(codes):
        said.append(f"the {MOST_CODES} of {len(codes) - 1} codes with most disagreements; all in the table")
    axes.set_xlabel("\n".join(said), fontsize=8)
    return figure


def _outline(at: int):  # type: ignore[no-untyped-def]
    from matplotlib.patches import Rectangle

    return Rectangle((at - 0.5, at - 0.5), 1, 1, fill=False, edgecolor=INK, linewidth=0.6, zorder=3, clip_on=False)


@styled
def timeline(
    codings: pd.DataFrame,
    turns: pd.DataFrame,
    transcript: str,
    length: int,
    order: Sequence[str],
    labels: Mapping[str, str],
) -> Figure:
    """Who coded what where in one transcript: a row for each code, in it a lane for each coder.

    Parameters
    ----------
    codings, turns
        Tables; interviewers' turns are shaded.
    transcript, length
        Which one, and its characters.
    order, labels
        The codes in the order of the codebook, and their labels.
    """
    mine = codings[(codings["transcript"] == transcript) & (codings["origin"] != "machine")]
    people = sorted(set(mine["coder"]))
    used = set(mine["code"])
    codes = [code for code in order if code in used]
    if not codes:
        return nothing_to_draw("No transcript was coded by two coders.")
    step = len(people) + 0.8
    lane = 0.13 if len(codes) * len(people) <= 60 else 0.095
    room = max(1, int(TALLEST / (lane * step)))
    note = ""
    if len(codes) > room:
        apart = {code: _apart(mine[mine["code"] == code], people) for code in codes}
        note = f"\nthe {room} of {len(codes)} codes on which coders differ most here"
        worst = set(sorted(codes, key=lambda code: (-apart[code], codes.index(code)))[:room])
        codes = [code for code in codes if code in worst]
    figure = _roomy(7.2, 1.1 + lane * step * len(codes))
    axes = figure.add_subplot()
    here = turns[(turns["transcript"] == transcript) & (turns["role"] == "interviewer")]
    for start, end in zip(here["start"], here["end"], strict=True):
        axes.axvspan(int(start), int(end), color="#EEEEEE", zorder=0, linewidth=0)
    for row, code in enumerate(codes):
        for at, coder in enumerate(people):
            block = mine[(mine["code"] == code) & (mine["coder"] == coder)]
            bars = [
                (int(s), max(int(e) - int(s), length // 400)) for s, e in zip(block["start"], block["end"], strict=True)
            ]
            hatch = HATCHES[at % len(HATCHES)]
            axes.broken_barh(
                bars, (row * step + at + 0.06, 0.88), facecolor=PALETTE[at % len(PALETTE)] if not hatch else "white",
                edgecolor=PALETTE[at % len(PALETTE)], hatch=hatch, linewidth=0.7, zorder=2,
            )  # fmt: skip
        axes.axhline(row * step - 0.4, color="#DDDDDD", linewidth=0.6, zorder=1)
    names = [_label(labels.get(code) or code, 40) for code in codes]
    axes.set_yticks(
        [row * step + len(people) / 2 for row in range(len(codes))], names, fontsize=8 if lane > 0.1 else 6.5
    )
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, length)
    axes.set_ylim(len(codes) * step - 0.4, -0.4)
    axes.set_xlabel(f"{transcript}: characters of the text; grey: an interviewer speaks{note}", fontsize=8)
    from matplotlib.patches import Patch

    handles = [
        Patch(
            facecolor=PALETTE[at % len(PALETTE)] if not HATCHES[at % len(HATCHES)] else "white",
            edgecolor=PALETTE[at % len(PALETTE)], hatch=HATCHES[at % len(HATCHES)], label=coder,
        )
        for at, coder in enumerate(people)
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper right", ncols=min(6, len(people)), frameon=False, fontsize=8)
    axes.spines["left"].set_visible(False)
    return figure


def _apart(mine: pd.DataFrame, people: Sequence[str]) -> int:
    """Characters that somebody coded, once for each coder who did not."""

    def length(rows: pd.DataFrame) -> int:
        return sum(end - start for start, end in union(list(zip(rows["start"], rows["end"], strict=True))))

    return len(people) * length(mine) - sum(length(mine[mine["coder"] == coder]) for coder in people)


def most_disputed(by_scope: pd.DataFrame, codings: pd.DataFrame) -> str:
    """The transcript on which coders agree least; where no number tells, the first that two coders coded; else none."""
    rows = by_scope[
        (by_scope["scope"] == "transcript") & (by_scope["coefficient"] == ALPHA) & by_scope["estimate"].notna()
    ]
    if len(rows):
        return str(rows.sort_values(["estimate", "about"], kind="stable")["about"].iloc[0])
    human = codings[codings["origin"] != "machine"]
    many = human.groupby("transcript")["coder"].nunique()
    twice = sorted(many[many > 1].index)
    return str(twice[0]) if twice else ""

"""Figures from tables: thematic map, theme by participant, agreement by code, saturation. SVG and PNG, the same bytes each time.

Colours are those of Okabe and Ito (distinguishable with colour-blind eyes); no figure says anything by colour alone.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qualcode.files import write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#8A8A8A")
INK, FAINT = "#222222", "#BBBBBB"
STYLE: Any = {
    "svg.hashsalt": "qualcode",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica", "sans-serif"],
    "font.size": 9,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def save(figure: Figure, svg: Path, png: Path) -> None:
    """Write a figure as SVG and PNG (150 dpi) without dates or program names."""
    import matplotlib as mpl

    with mpl.rc_context(STYLE):
        write_atomically(svg, lambda path: figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None}))
        figure.set_layout_engine("none")  # laid out once is enough, and both look the same
        write_atomically(png, lambda path: figure.savefig(path, format="png", dpi=150, metadata={"Software": None}))


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw with this module's style, whatever the machine's own settings are."""

    @functools.wraps(draw)
    def drawn(*given: object, **more: object) -> Figure:
        import matplotlib as mpl

        with mpl.rc_context(STYLE):
            return draw(*given, **more)

    return drawn


def new_figure(width: float, height: float) -> Figure:
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def nothing_to_draw(message: str) -> Figure:
    figure = new_figure(6.3, 1.2)
    axes = figure.add_subplot()
    axes.axis("off")
    axes.text(0.5, 0.5, message, ha="center", va="center", color=INK, wrap=True)
    return figure


def _theme_of(codes: pd.DataFrame) -> dict[str, str]:
    """The topmost ancestor of each row of a table in tree order with columns code and depth."""
    top, found = "", {}
    for code, depth in zip(codes["code"], codes["depth"], strict=True):
        if int(depth) == 0:
            top = str(code)
        found[str(code)] = top
    return found


@styled
def thematic_map(themes: pd.DataFrame) -> Figure:
    """Themes on the left, what belongs to them on the right; the size of a dot is the number of participants.

    Parameters
    ----------
    themes
        Table report_themes in codebook order.
    """
    shown = themes[(themes["depth"] == 0) | (themes["mentions"] > 0)].reset_index(drop=True)
    if not len(shown):
        return nothing_to_draw("There are no themes yet.")
    top = _theme_of(shown)
    roots = [code for code in shown["code"] if top[code] == code]
    colours = {code: PALETTE[i % len(PALETTE)] for i, code in enumerate(roots)}
    leaves = shown[shown["depth"] > 0]
    height = max(1.8, 0.34 * len(leaves) + 0.5 * len(roots))
    figure = new_figure(7.2, height)
    axes = figure.add_subplot()
    y, places = 0.0, {}
    for root in roots:
        mine = [code for code in leaves["code"] if top[code] == root]
        for code in mine:
            places[code] = y
            y += 1
        places[root] = (places[mine[0]] + places[mine[-1]]) / 2 if mine else y
        y += 1.4 if mine else 2.0
    largest = max(1, int(shown["participants"].max()))
    for line in shown.to_dict("records"):
        code, depth = line["code"], int(line["depth"])
        colour = colours[top[code]]
        if depth == 0:
            label = "\n".join(textwrap.wrap(line["label"], 22))
            axes.text(
                0.25, places[code], label, ha="right", va="center", fontsize=10.5, fontweight="bold", color="white",
                bbox={"boxstyle": "round,pad=0.5", "facecolor": _darker(colour), "edgecolor": "none"},
            )  # fmt: skip
            continue
        x = 0.46 + 0.03 * (depth - 1)
        start, end = places[top[code]], places[code]
        xs = [0.27 + (x - 0.27) * step / 24 for step in range(25)]
        ys = [start + (end - start) * _ease(step / 24) for step in range(25)]
        axes.plot(xs, ys, color=colour, linewidth=1.2, alpha=0.6, zorder=1)
        axes.scatter([x], [end], s=30 + 260 * int(line["participants"]) / largest, color=colour, zorder=2, linewidths=0)
        text = f"{line['label']}"
        axes.text(x + 0.035, end, text, ha="left", va="center", fontsize=9, color=INK)
        axes.text(
            1.0, end, f"{line['participants']} / {line['mentions']}", ha="right", va="center", fontsize=8.5, color=INK
        )
    axes.text(1.0, -1.1, "participants / mentions", ha="right", va="center", fontsize=8, color="#555555")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(y - 0.6, -1.6)
    axes.axis("off")
    return figure


def _ease(share: float) -> float:
    return share * share * (3 - 2 * share)


def _darker(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"#{int(red * 0.72):02x}{int(green * 0.72):02x}{int(blue * 0.72):02x}"


@styled
def theme_by_participant_grid(presence: pd.DataFrame) -> Figure:
    """Which participant spoke of what: the number of mentions in each cell.

    Parameters
    ----------
    presence
        Table report_theme_by_participant.
    """
    if not len(presence):
        return nothing_to_draw("There are no themes or no participants yet.")
    order = presence.drop_duplicates("code")[["code", "label", "depth"]].reset_index(drop=True)
    totals = presence.groupby("code")["mentions"].sum()
    order = order[(order["depth"] == 0) | (order["code"].map(totals) > 0)].reset_index(drop=True)
    people = list(dict.fromkeys(presence["participant"]))
    counts = presence.set_index(["code", "participant"])["mentions"]
    top = _theme_of(order)
    roots = [code for code in order["code"] if top[code] == code]
    colours = {code: PALETTE[i % len(PALETTE)] for i, code in enumerate(roots)}
    below = counts[counts.index.get_level_values(0).isin(order[order["depth"] > 0]["code"])]  # none: themes alone
    largest = max(1, int(below.max())) if len(below) else 1
    figure = new_figure(max(5.5, 2.9 + 0.36 * len(people)), max(1.6, 0.8 + 0.27 * len(order)))
    axes = figure.add_subplot()
    from matplotlib.colors import to_rgb

    faces = [[(1.0, 1.0, 1.0)] * len(people) for _ in range(len(order))]
    for y, line in enumerate(order.to_dict("records")):
        root = int(line["depth"]) == 0
        for x, person in enumerate(people):
            number = int(counts.get((line["code"], person), 0))
            if not number:
                continue
            share = 0.0 if root else 0.25 + 0.75 * min(1.0, number / largest)
            red, green, blue = (1 - share * (1 - part) for part in to_rgb(colours[top[line["code"]]]))
            faces[y][x] = (red, green, blue)
            light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.55
            axes.text(
                x, y, str(number), ha="center", va="center", fontsize=8, fontweight="bold" if root else "normal",
                color=INK if light else "white",
            )  # fmt: skip
    edges = [[place - 0.5 for place in range(size + 1)] for size in (len(people), len(order))]
    axes.pcolormesh(*edges, faces, edgecolors="white", linewidth=1)
    axes.set_xticks(range(len(people)), people, fontsize=8, rotation=90 if len(people) > 20 else 0)
    axes.set_yticks(
        range(len(order)),
        ["  " * int(d) + n for n, d in zip(order["label"], order["depth"], strict=True)],
        fontsize=8.5,
    )
    for label, depth in zip(axes.get_yticklabels(), order["depth"], strict=True):
        label.set_fontweight("bold" if int(depth) == 0 else "normal")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_xlim(-0.5, len(people) - 0.5)
    axes.set_ylim(len(order) - 0.5, -0.5)
    for side in axes.spines.values():
        side.set_visible(False)
    return figure


@styled
def agreement_chart(
    by_code: pd.DataFrame, labels: dict[str, str], *, coefficient: str = "krippendorff_alpha"
) -> Figure:
    """Agreement on each code with its interval; where it cannot be computed, the reason in its place.

    An interval that speaks of these transcripts only is a broken line.

    Parameters
    ----------
    by_code
        Table report_agreement_by_code.
    labels
        Label of each code.
    """
    rows = by_code[by_code["coefficient"] == coefficient].drop_duplicates("code").reset_index(drop=True)
    if not len(rows):
        return nothing_to_draw(
            "Agreement has not been measured: codings of two coders on the same transcripts are needed."
        )
    names = [labels.get(code, code) for code in rows["code"]]
    figure = new_figure(7.2, max(1.8, 0.9 + (0.27 if len(rows) <= 30 else 0.2) * len(rows)))  # to fit a page
    axes = figure.add_subplot()
    these = rows["ci_low"].isna() & rows["ci_these_low"].notna()
    rows["low"], rows["high"] = (rows[f"ci_{end}"].fillna(rows[f"ci_these_{end}"]) for end in ("low", "high"))
    low_end = min(-0.25, float(rows["low"].min()) - 0.05 if rows["low"].notna().any() else 0.0)
    low_end = max(low_end, -1.05)
    for y, line in enumerate(rows.to_dict("records")):
        value = line["estimate"]
        if pd.isna(value):
            axes.text(
                0.02, y, f"not estimable: {line['reason']}"[:70], ha="left", va="center", fontsize=7.5, color="#555555"
            )
            continue
        if pd.notna(line["low"]) and pd.notna(line["high"]):
            axes.plot(
                [max(line["low"], low_end), line["high"]], [y, y], color=PALETTE[0], linewidth=1.6, alpha=0.55,
                linestyle=(0, (2.5, 1)) if these[y] else "-",
            )  # fmt: skip
        axes.scatter([value], [y], s=26, color=PALETTE[0], zorder=3, linewidths=0)
        axes.text(1.04, y, f"{value:.2f}", ha="left", va="center", fontsize=8, color=INK)
    axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    axes.axvline(1, color=FAINT, linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(names)), names, fontsize=8.5 if len(names) <= 30 else 7.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(low_end, 1.16)
    axes.set_xticks([tick for tick in (-1, -0.5, 0, 0.2, 0.4, 0.6, 0.8, 1) if tick >= low_end])
    axes.tick_params(axis="y", length=0)
    units = rows["n_units"].max()
    names_shown = {"krippendorff_alpha": "Krippendorff's alpha"}
    label = f"{names_shown.get(coefficient, coefficient)} (0 chance, 1 perfect), 95 % interval, {units} units"
    if these.any():
        whole = these[rows["low"].notna()].all()
        label += "\nintervals for these transcripts only" if whole else "\nbroken lines: for these transcripts only"
    axes.set_xlabel(label)
    axes.spines["left"].set_visible(False)
    return figure


@styled
def saturation_curve(saturation: pd.DataFrame) -> Figure:
    """Codes heard so far, interview by interview in order of collection; bars are the new ones.

    Parameters
    ----------
    saturation
        Table report_saturation.
    """
    rows = saturation[saturation["new"].notna()].reset_index(drop=True)
    if not len(rows):
        return nothing_to_draw("Saturation has not been measured.")
    from matplotlib.ticker import MaxNLocator

    figure = new_figure(6.3, 3.0)
    axes = figure.add_subplot()
    xs = list(range(1, len(rows) + 1))
    axes.bar(xs, [int(v) for v in rows["new"]], color=PALETTE[5], width=0.6, label="new codes")
    axes.plot(
        xs, [int(v) for v in rows["cumulative"]], color=PALETTE[0], marker="o", markersize=4, label="codes so far"
    )
    for x, value in zip(xs, rows["new"], strict=True):
        axes.text(x, int(value) + 0.25, str(int(value)), ha="center", va="bottom", fontsize=8, color=INK)
    axes.set_xticks(xs, rows["transcript"], fontsize=8, rotation=90 if len(xs) > 16 else 0)
    axes.set_ylim(0, int(rows["cumulative"].max()) * 1.12 + 1)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("transcripts in order of collection")
    axes.set_ylabel("codes")
    axes.legend(frameon=False, loc="center right")
    return figure

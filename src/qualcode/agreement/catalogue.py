"""Every coefficient of a table of ratings: its name, its group, and where it does not apply."""

from __future__ import annotations

from collections.abc import Callable

from qualcode.agreement.binary import BINARY, OF_TWO_CATEGORIES, undefined_pairs
from qualcode.agreement.icc import ICC, complete
from qualcode.agreement.kernel import COEFFICIENTS, TWO_CODERS, Blocks, Pair, Sums

ALL: dict[str, Callable[[Sums], Pair]] = {**COEFFICIENTS, **BINARY, **ICC}
AT_TWO_CODERS = (*TWO_CODERS, "bias_index")
NUMERIC = ("interval", "ratio")

AGREEMENT, CORRECTED, NUMBERS, EXPLAINS = (
    "agreement",
    "corrected for chance",
    "of numbers (intraclass correlation)",
    "one of two categories, and what explains a kappa",
)
GROUPS = {
    AGREEMENT: ("percent_agreement", "mean_pairwise_percent_agreement", "holsti", "pooled_positive_agreement"),
    CORRECTED: (
        "krippendorff_alpha",
        "cohen_kappa",
        "mean_pairwise_cohen_kappa",
        "light_kappa",
        "scott_pi",
        "fleiss_kappa",
        "conger_kappa",
        "brennan_prediger",
        "gwet_ac1",
        "gwet_ac2",
        "krippendorff_alpha_set",
        "mv_alpha",
        "pooled_kappa",
        "pooled_alpha",
    ),
    NUMBERS: tuple(ICC),
    EXPLAINS: (
        "positive_agreement",
        "negative_agreement",
        "jaccard",
        "pabak",
        "prevalence_index",
        "bias_index",
    ),
}
LOOK_AT = {"cohen_kappa": "mean_pairwise_cohen_kappa", "scott_pi": "fleiss_kappa", "bias_index": "prevalence_index"}


def names(level: str, *, weights: bool) -> tuple[str, ...]:
    """The coefficients that apply to a table: AC2 with weights, intraclass correlations where values are numbers."""
    return (
        *(name for name in COEFFICIENTS if name != "gwet_ac2" or weights),
        *BINARY,
        *(ICC if level in NUMERIC else ()),
    )


def why_not(name: str, blocks: Blocks, s: Sums) -> str:
    """Why a coefficient has no value for these blocks, whatever the values are; "" where it may have one."""
    if blocks.coders == 0 or float(s["m"][0]) == 0:
        return "no values"
    if blocks.coders == 1:
        return "one coder only"
    if name in AT_TWO_CODERS and blocks.coders != 2:
        return f"for two coders, and here are {blocks.coders}: see {LOOK_AT[name]}"
    if s.two[0] == 0:
        return "no unit has values of two coders"
    if name in OF_TWO_CATEGORIES and blocks.scale.size > 2:
        return f"for two categories, and here are {blocks.scale.size}: see --per-code"
    if name == "light_kappa" and s.varies[0]:
        without, pairs = undefined_pairs(s)
        if without:
            see = "" if pairs == 1 else ": see mean_pairwise_cohen_kappa"
            return f"{without} of {pairs} pair{'' if pairs == 1 else 's'} of coders has no kappa{see}"
    if name in ICC:
        units = int(s.of(complete(blocks).astype(float))[0])
        if units < 2:
            return f"needs two units with a value of every coder, and here {'is 1' if units == 1 else 'are none'}"
    return ""

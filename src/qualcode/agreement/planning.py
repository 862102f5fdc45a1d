"""How many units to code twice: for an interval of a wanted width, or to show that alpha is not below a least value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

Z = 1.96  # of a 95 % interval, as tables of sample sizes take it


@dataclass(frozen=True)
class Plan:
    """Units for an interval of one code, and how often the code is then to be expected."""

    alpha: float
    prevalence: float
    width: float
    units: int
    by_each: float  # units to which one coder will have applied the code
    by_any: float  # units to which any coder will


def plan_width(alpha: float, prevalence: float, width: float, *, coders: int = 2, design_effect: float = 1.0) -> Plan:
    """Units that every coder must code for a 95 % interval of alpha, low to high, of `width`.

    Parameters
    ----------
    alpha
        Expected, 0 to under 1.
    prevalence
        Share of units that the code applies to, over 0 to under 1.
    design_effect
        By how much the variance is larger than that of independent units; 1 + (units a transcript - 1) x their correlation.

    Notes
    -----
    Delta method. Two coders: Bloch and Kraemer 1989, variance of the intraclass kappa; more coders: `unit_variance`.
    """
    units = math.ceil(unit_variance(alpha, prevalence, coders) * (2 * Z / width) ** 2 * design_effect - 1e-9)
    units = max(units, 2)
    return Plan(
        alpha, prevalence, width, units, units * prevalence, units * (1 - _counts(alpha, prevalence, coders)[0])
    )


def unit_variance(alpha: float, prevalence: float, coders: int = 2) -> float:
    """Large-sample variance of a binary alpha, times the number of units.

    Coders are alike: each applies the code with probability `prevalence`, two of them agree with correlation `alpha`. Of two
    coders nothing more is needed; of more the number of coders who apply the code to a unit is taken as beta-binomial.
    """
    shares = _counts(alpha, prevalence, coders)
    r = np.arange(coders + 1)
    agree = (r * (r - 1) + (coders - r) * (coders - r - 1)) / (coders * (coders - 1))
    mean = float(shares @ agree)
    expected = 2 * prevalence * (1 - prevalence)
    # alpha = 1 - (1 - agree) / expected: its slope in a unit's agreement and in its share of coders
    each = (agree - mean) / expected
    each += (1 - mean) / expected**2 * 2 * (1 - 2 * prevalence) * (r / coders - prevalence)
    return float(shares @ each**2)


def _counts(alpha: float, prevalence: float, coders: int) -> np.ndarray:
    """Probability that 0, 1, … coders apply the code to a unit (beta-binomial; binomial where alpha is 0)."""
    made = []
    for r in range(coders + 1):
        # rising products of Polya's urn: p + i t over q + i t and 1 + i t, with t = alpha / (1 - alpha)
        t = alpha / (1 - alpha)
        above = math.prod(prevalence + i * t for i in range(r)) * math.prod(
            1 - prevalence + i * t for i in range(coders - r)
        )
        made.append(math.comb(coders, r) * above / math.prod(1 + i * t for i in range(coders)))
    return np.array(made)


def least_units(
    least: float, prevalence: float, *, coders: int = 2, significance: float = 0.05, design_effect: float = 1.0
) -> int:
    """Units needed to tell an alpha of at least `least` from chance error at a one-sided significance.

    Bloch and Kraemer's formula as Krippendorff (2011, 2019) and ATLAS.ti use it, m coders:
    m z^2 [(1 + a)(3 - a) / (4 (1 - a) p (1 - p)) - a], p the share of the rarest category.
    """
    z = NormalDist().inv_cdf(1 - significance)
    inside = (1 + least) * (3 - least) / (4 * (1 - least) * prevalence * (1 - prevalence)) - least
    return math.ceil(coders * z**2 * inside * design_effect - 1e-9)

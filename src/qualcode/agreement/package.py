"""Krippendorff's alpha by the package `krippendorff`, where the table is small enough for it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.kernel import Scale

SMALL = 1_000_000  # units x values²: the package holds a few arrays of so many numbers
APART = 1e-9  # what two ways to add up the same numbers may differ by


def alpha_by_package(codes: NDArray[np.intp], scale: Scale, ours: float) -> float:
    """The package's estimate, held to ours; `ours` where the table is too large for it, or has no estimate.

    Parameters
    ----------
    codes
        units x coders, category indices, -1 missing.
    scale
        Level and values; its size is that of the codebook's list of categories.
    ours
        Our own estimate, from sufficient statistics.

    Raises
    ------
    ArithmeticError
        The two differ: a mistake in one of them, and no number to be printed.

    Notes
    -----
    The package is given float64 with level and value domain named: on narrow integers it is wrong (krippendorff 0.9.0).
    """
    if math.isnan(ours) or len(codes) * scale.size**2 > SMALL:
        return ours
    import krippendorff

    values = np.arange(scale.size, dtype=np.float64) if scale.values is None else scale.values.astype(np.float64)
    table = np.where(codes >= 0, values[codes], np.nan).T
    named: dict[str, Any] = {
        "level_of_measurement": scale.level,
        "value_domain": np.unique(values),
        "dtype": np.float64,
    }
    theirs = float(krippendorff.alpha(table, **named))
    if abs(theirs - ours) > APART * max(1.0, abs(ours)):
        raise ArithmeticError(f"krippendorff_alpha: {theirs} by the package krippendorff, {ours} by qualcode.")
    return theirs

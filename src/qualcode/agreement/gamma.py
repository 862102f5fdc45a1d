"""Gamma of Mathet, Widlöcher and Métivier 2015, as the package pygamma-agreement computes it (optional)."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from qualcode.agreement.spans import Measured, Spans, _why_not
from qualcode.errors import QualcodeError

NAMES = ("gamma", "gamma_cat")


def measure_gamma(spans: Spans, *, samples: int = 30, seed: int = 1) -> list[Measured]:
    """Gamma over all codes, and its part that looks at the codes alone.

    Dissimilarity of units: position and category alike (alpha 1, beta 1, delta 1); chance from `samples` random texts.

    Raises
    ------
    QualcodeError
        The package pygamma-agreement is not installed.
    """
    try:
        from pyannote.core import Segment
        from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum
    except ImportError as error:
        raise QualcodeError(
            "gamma needs the package pygamma-agreement, which is not installed.",
            where="--gamma",
            hint="Install it with: pip install 'qualcode[gamma]'. All other coefficients are given without it.",
        ) from error
    reason = _why_not(spans)
    idle = [name for at, name in enumerate(spans.coders) if not (spans.coder == at).any()]
    if not reason and idle:
        reason = f"gamma aligns the units of every coder, and {', '.join(idle)} marked nothing"
    if reason:
        return [Measured(name, None, float("nan"), reason) for name in NAMES]
    continuum = Continuum()
    for coder, code, start, end in zip(spans.coder, spans.code, spans.start, spans.end, strict=True):
        continuum.add(spans.coders[int(coder)], Segment(float(start), float(end)), spans.codes[int(code)])
    with _seeded(seed), _quiet():
        found = continuum.compute_gamma(
            CombinedCategoricalDissimilarity(alpha=1, beta=1, delta_empty=1), n_samples=samples, precision_level=None
        )
        out = [Measured("gamma", None, float(found.gamma))]
        aligned = (sum(unit is not None for _, unit in one.n_tuple) for one in found.best_alignment.unitary_alignments)
        why = "no variation: one code only" if len(set(spans.code.tolist())) < 2 else ""
        why = why or ("" if max(aligned, default=0) > 1 else "no two units were aligned")
        if why:
            return [*out, Measured("gamma_cat", None, float("nan"), why)]
        return [*out, Measured("gamma_cat", None, float(found.gamma_cat))]


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """The package draws from numpy's global generator: set it, and put it back."""
    before = np.random.get_state()
    np.random.seed(seed)
    try:
        yield
    finally:
        np.random.set_state(before)


@contextmanager
def _quiet() -> Iterator[None]:
    """The package warns about its solver for every sample."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(before)

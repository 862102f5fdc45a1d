"""Agreement on free spans without chance taken out: boundary similarity, and segments matched by their overlap."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from qualcode.agreement.spans import Ints, Measured, Spans, _why_not

NAMES = ("boundary_similarity", "segment_agreement", "segment_f1")
NEAR = 2  # Fournier's n_t: boundaries fewer positions apart than this count in part
MIN_OVERLAP = 0.5


def measure_boundaries(spans: Spans, *, near: int = NEAR, min_overlap: float = MIN_OVERLAP) -> list[Measured]:
    """Boundary similarity and matched segments: over all codes, then for each code.

    Returns
    -------
    `boundary_similarity` (Fournier 2013), `segment_agreement` and `segment_f1`, each the mean over pairs of coders of whom
    one marked anything.
    """
    matched = [] if _why_not(spans) else matches(spans, min_overlap)
    out = []
    for code, mine in [(None, np.ones(len(spans), dtype=bool))] + [
        (code, spans.code == at) for at, code in enumerate(spans.codes)
    ]:
        reason = _why_not(spans)
        if not reason and not mine.any():
            reason = "nobody marked anything" if code is None else "nobody used the code"
        if reason:
            out += [Measured(name, code, float("nan"), reason) for name in NAMES]
            continue
        out += [_similarity(spans, mine, code, near), *_segments(spans, mine, code, matched)]
    return out


# ---------------------------------------------------------------- boundaries


def boundaries(spans: Spans, mine: NDArray[np.bool_], coder: int) -> Ints:
    """Where a coder's units begin or end, inside the text: its own two ends are nobody's choice."""
    chosen = mine & (spans.coder == coder)
    found = np.unique(np.concatenate([spans.start[chosen], spans.end[chosen]]))
    return np.asarray(found[(found > 0) & (found < spans.length)], dtype=np.int64)


def boundary_similarity(one: Ints, two: Ints, near: int = NEAR) -> float:
    """Fournier 2013, equation for B with one type of boundary; NaN where neither coder has a boundary.

    Parameters
    ----------
    one, two
        Positions of boundaries, sorted, each once.
    near
        n_t: boundaries that are up to `near - 1` positions apart are a near miss, which counts distance / `near` of an error.
        Near misses are taken by distance, then from the start (as in the author's package segeval).
    """
    matched = np.intersect1d(one, two, assume_unique=True)
    first = set(np.setdiff1d(one, matched, assume_unique=True).tolist())
    second = set(np.setdiff1d(two, matched, assume_unique=True).tolist())
    misses, weight = 0, 0.0
    for apart in range(1, near):
        found = [(at, first, second) for at in first if at + apart in second]
        found += [(at, second, first) for at in second if at + apart in first]
        for at, left, right in sorted(found, key=lambda candidate: candidate[0]):
            if at in left and at + apart in right:
                left.remove(at)
                right.remove(at + apart)
                misses += 1
                weight += apart / near
    alone = len(first) + len(second)
    total = alone + misses + len(matched)
    return 1 - (alone + weight) / total if total else float("nan")


def _similarity(spans: Spans, mine: NDArray[np.bool_], code: str | None, near: int) -> Measured:
    name = "boundary_similarity"
    places = [boundaries(spans, mine, coder) for coder in range(len(spans.coders))]
    values = [boundary_similarity(one, two, near) for one, two in combinations(places, 2)]
    defined = [value for value in values if not np.isnan(value)]
    if not defined:
        return Measured(name, code, float("nan"), "no boundary inside the text")
    return Measured(name, code, float(np.mean(defined)))


# ---------------------------------------------------------------- segments


def matches(spans: Spans, min_overlap: float) -> list[NDArray[np.bool_]]:
    """For each coder, which units are matched by that coder: one unit of the same code covers `min_overlap` of them."""
    many = len(spans.codes)
    wide = spans.length + 1
    key = (spans.coder * many + spans.code) * wide
    order = np.argsort(key + spans.start, kind="stable")
    first_key, last_key = (key + spans.start)[order], (key + spans.end)[order]
    out = []
    for coder in range(len(spans.coders)):
        there = (coder * many + spans.code) * wide
        low = np.searchsorted(last_key, there + spans.start, side="right")
        met = np.maximum(np.searchsorted(first_key, there + spans.end, side="left") - low, 0)
        left = np.repeat(np.arange(len(spans)), met)
        right = order[np.arange(len(left)) - np.repeat(np.cumsum(met) - met, met) + np.repeat(low, met)]
        shared = np.minimum(spans.end[left], spans.end[right]) - np.maximum(spans.start[left], spans.start[right])
        most = np.zeros(len(spans), dtype=np.int64)
        np.maximum.at(most, left, shared)
        out.append(most >= min_overlap * (spans.end - spans.start) - 1e-9)
    return out


def _segments(
    spans: Spans, mine: NDArray[np.bool_], code: str | None, matched: list[NDArray[np.bool_]]
) -> list[Measured]:
    """Share of both coders' units that the other matches, and the harmonic mean of each one's share; means over pairs."""
    shares, f1s, without = [], [], []
    for one, two in combinations(range(len(spans.coders)), 2):
        first, second = mine & (spans.coder == one), mine & (spans.coder == two)
        n = int(first.sum()), int(second.sum())
        if not sum(n):
            continue
        found = int(matched[two][first].sum()), int(matched[one][second].sum())
        shares.append(sum(found) / sum(n))
        if not all(n):
            without.append(spans.coders[one if not n[0] else two])
            continue
        p, r = found[0] / n[0], found[1] / n[1]
        f1s.append(2 * p * r / (p + r) if p + r else 0.0)
    agreement = Measured("segment_agreement", code, float(np.mean(shares)))
    if f1s:
        return [agreement, Measured("segment_f1", code, float(np.mean(f1s)))]
    what = "marked nothing" if code is None else "did not use the code"
    reason = f"{', '.join(sorted(set(without)))} {what}: no share of theirs to take the mean with"
    return [agreement, Measured("segment_f1", code, float("nan"), reason)]

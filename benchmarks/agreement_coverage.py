"""How often 95 % intervals of Krippendorff's alpha hold the true value, simulated.

Run: python benchmarks/agreement_coverage.py [--tables 2000] [--resamples 1000]. Prints two tables (Markdown): units drawn
independently (true alpha 0.7), and units inside interviews whose agreement and prevalence differ (0.72). A binary code.
Counted over the tables that get an interval; `none` is the share that gets a reason in place of one (too rare). Same seed, same
numbers. Takes some minutes on one core.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from qualcode.agreement.intervals import (
    Interval,
    analytic_interval,
    bca_interval,
    choose,
    draws,
    jackknife_interval,
    leave_one_out,
    pairs_interval,
    percentile_interval,
    too_rare,
)
from qualcode.agreement.kernel import Blocks, Patterns, Scale, Sums, distinct, estimate, krippendorff_alpha

ALPHA = 0.7
INDEPENDENT = (  # coders, prevalence, units
    (2, 0.5, 50), (2, 0.5, 200), (2, 0.1, 50), (2, 0.1, 200), (2, 0.03, 50), (2, 0.03, 200), (2, 0.03, 1000),
    (3, 0.5, 200), (5, 0.5, 200),
)  # fmt: skip
INTERVIEWS = (6, 12, 20, 30, 60)
UNITS = 40  # of each interview
BINARY = Scale(2)


def independent(rng: np.random.Generator, coders: int, prevalence: float, units: int) -> np.ndarray:
    """Units x coders: each unit has its own chance of the code, so that two coders correlate by ALPHA."""
    t = (1 - ALPHA) / ALPHA
    own = rng.beta(prevalence * t, (1 - prevalence) * t, size=units)
    return (rng.random((units, coders)) < own[:, None]).astype(np.int8)


def nested(rng: np.random.Generator, interviews: int) -> tuple[np.ndarray, np.ndarray]:
    """Two coders, UNITS units in each interview; its agreement is Beta(2.8, 1.2), its prevalence Beta(4, 8)."""
    agree, often = rng.beta(2.8, 1.2, interviews), rng.beta(4, 8, interviews)
    cluster = np.repeat(np.arange(interviews), UNITS)
    same = rng.random(len(cluster)) < agree[cluster]
    one, two = (rng.random(len(cluster)) < often[cluster] for _ in range(2))
    return np.stack([one, np.where(same, one, two)], axis=1).astype(np.int8), cluster


def true_nested() -> float:
    """Alpha of endlessly many interviews: observed 2 p (1 - p) (1 - agree), expected 2 P (1 - P), P the mean prevalence."""
    mean, spread = 4 / 12, (4 * 8) / (12**2 * 13)
    return 1 - (mean * (1 - mean) - spread) * (1 - ALPHA) / (mean * (1 - mean))


def intervals(
    codes: np.ndarray, seed: int, resamples: int, clusters: np.ndarray | None, how: str
) -> dict[str, Interval]:
    """Each kind of interval of one table."""
    patterns = distinct(codes)
    blocks = Blocks(patterns.codes, BINARY)
    point = float(estimate(krippendorff_alpha(Sums.point(blocks, patterns.times)))[0])
    if np.isnan(point):
        kinds = ("percentile", "BCa", "jackknife t", "analytic", "pairs")
        return {kind: Interval(reason="no variation") for kind in kinds}
    plan = choose(how, resamples, seed, units=np.ones(len(codes), dtype=bool), clusters=clusters)
    drawn = np.concatenate([estimate(krippendorff_alpha(draw.sums(blocks))) for draw in draws(patterns, plan)])
    without = _without(blocks, patterns, plan)
    rare = too_rare(blocks, patterns.times)
    return {
        "percentile": percentile_interval(drawn, ""),
        "BCa": bca_interval(drawn, "", point, *without),
        "jackknife t": Interval() if how == "unit" and rare else jackknife_interval(point, *without, ""),
        "analytic": Interval() if rare else analytic_interval("krippendorff_alpha", blocks, patterns.times),
        "pairs": pairs_interval(blocks, patterns, times=resamples, seed=seed),
    }


def _without(blocks: Blocks, patterns: Patterns, plan) -> tuple[np.ndarray, np.ndarray]:
    parts = [(estimate(krippendorff_alpha(one.sums(blocks))), many) for one, many in leave_one_out(patterns, plan)]
    values, times = zip(*parts, strict=True)
    return np.concatenate(values), np.concatenate(times)


def covered(make: Callable[[int], dict[str, Interval]], true: float, tables: int) -> dict[str, tuple[float, float]]:
    """Share of intervals that hold the true value, and share of tables without one, for each kind."""
    held: dict[str, list[bool]] = {}
    for at in range(tables):
        for kind, made in make(at).items():
            held.setdefault(kind, [])
            if not np.isnan(made.low):
                held[kind].append(made.low <= true <= made.high)
    return {
        kind: (float(np.mean(found)) if found else float("nan"), 1 - len(found) / tables)
        for kind, found in held.items()
    }


def cell(found: tuple[float, float]) -> str:
    share, none = found
    return ("–" if np.isnan(share) else f"{share:.1%}") + (f" (none {none:.1%})" if none >= 0.0005 else "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--resamples", type=int, default=1000)
    given = parser.parse_args()
    kinds = ("percentile", "BCa", "jackknife t", "analytic", "pairs")
    print(f"Units drawn independently; {given.tables} tables a row, {given.resamples} resamples each\n")
    print("| coders, prevalence, units | " + " | ".join(kinds) + " |\n" + "|---" * (len(kinds) + 1) + "|")
    for row, (coders, prevalence, units) in enumerate(INDEPENDENT):
        rng = np.random.default_rng([1, row])

        def make(at: int, rng=rng, shape=(coders, prevalence, units)) -> dict[str, Interval]:
            return intervals(independent(rng, *shape), at, given.resamples, None, "unit")

        found = covered(make, ALPHA, given.tables)
        print(
            f"| {coders}, {prevalence:g}, {units} | " + " | ".join(cell(found[kind]) for kind in kinds) + " |",
            flush=True,
        )
    kinds = ("by unit", "by interview", "by interview, BCa", "jackknife t by interview")
    print(f"\nTwo coders, {UNITS} units in each interview\n")
    print("| interviews | " + " | ".join(kinds) + " |\n" + "|---" * (len(kinds) + 1) + "|")
    for row, many in enumerate(INTERVIEWS):
        rng = np.random.default_rng([2, row])

        def both(at: int, rng=rng, many=many) -> dict[str, Interval]:
            codes, cluster = nested(rng, many)
            whole = intervals(codes, at, given.resamples, cluster, "cluster")
            unit = intervals(codes, at, given.resamples, cluster, "unit")
            made = (unit["percentile"], whole["percentile"], whole["BCa"], whole["jackknife t"])
            return dict(zip(kinds, made, strict=True))

        found = covered(both, true_nested(), given.tables)
        print(f"| {many} | " + " | ".join(cell(found[kind]) for kind in kinds) + " |", flush=True)


if __name__ == "__main__":
    main()

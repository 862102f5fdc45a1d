"""Agreement: how long point estimates and 1,000-resample intervals take, and the package `krippendorff` for the same.

Run: python benchmarks/agreement_speed.py. Prints a table of times and ratios (above 1: qualcode is faster). A loop of the
package over resamples is timed with a few and scaled up, marked *.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, for both

import krippendorff
import numpy as np

from qualcode.agreement.intervals import choose, draws
from qualcode.agreement.kernel import Blocks, Scale, coefficient, distinct, estimate, krippendorff_alpha

SHAPES = (  # coders, units, values, share missing
    (2, 1_000, 5, 0.0),
    (2, 100_000, 5, 0.0),
    (2, 1_000_000, 5, 0.0),
    (5, 10_000, 50, 0.3),
)
RESAMPLES = 1_000


def table(coders: int, units: int, values: int, missing: float) -> np.ndarray:
    """Random ratings, about 70 % of them alike."""
    rng = np.random.default_rng(1)
    true = rng.integers(0, values, size=units)
    codes = np.stack(
        [np.where(rng.random(units) < 0.8, true, rng.integers(0, values, size=units)) for _ in range(coders)], 1
    )
    codes[rng.random(codes.shape) < missing] = -1
    return codes


def best(call: Callable[[], object], times: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def package(codes: np.ndarray, values: int) -> float:
    data = np.where(codes < 0, np.nan, codes).T.astype(np.float64)
    return float(
        krippendorff.alpha(
            reliability_data=data, level_of_measurement="nominal", value_domain=list(map(float, range(values)))
        )
    )


def interval(codes: np.ndarray, values: int) -> np.ndarray:
    patterns = distinct(codes)
    blocks = Blocks(patterns.codes, Scale(values))
    plan = choose("unit", RESAMPLES, 1, units=np.ones(len(codes), dtype=bool), clusters=None)
    return np.concatenate([estimate(krippendorff_alpha(draw.sums(blocks))) for draw in draws(patterns, plan)])


def loop(codes: np.ndarray, values: int, resamples: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(resamples):
        package(codes[rng.integers(0, len(codes), size=len(codes))], values)


def main() -> None:
    print(
        f"{'coders x units x values':<26}{'point':>10}{'package':>10}{'ratio':>8}{'1,000':>10}{'loop':>10}{'ratio':>9}"
    )
    for coders, units, values, missing in SHAPES:
        codes = table(coders, units, values, missing)
        assert abs(coefficient("krippendorff_alpha", codes, Scale(values)) - package(codes, values)) < 1e-9
        point = best(lambda c=codes, v=values: coefficient("krippendorff_alpha", c, Scale(v)))
        theirs = best(lambda c=codes, v=values: package(c, v))
        mine = best(lambda c=codes, v=values: interval(c, v), 2)
        few = 20 if units <= 10_000 else 3
        looped = best(lambda c=codes, v=values, n=few: loop(c, v, n), 1) * RESAMPLES / few
        print(
            f"{f'{coders} x {units:,} x {values}':<26}{1000 * point:>7.2f} ms{1000 * theirs:>7.1f} ms{theirs / point:>8.1f}"
            f"{1000 * mine:>7.1f} ms{looped:>8.1f} s*{looped / mine:>8.0f}"
        )


if __name__ == "__main__":
    main()

"""Agreement: how long point estimates and 1,000-resample intervals take, and the package `krippendorff` for the same.

Run: python benchmarks/agreement_speed.py. Prints for each shape and level milliseconds, megabytes taken beside the table, and
ratios (above 1: qualcode is faster); then intervals; before all a table of 100 coders x 1,000,000 units with the peak of the
process. A loop of the package over resamples is timed with a few and scaled up, marked *. Both have pandas loaded and one core.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, for both

import krippendorff
import numpy as np
import pandas  # noqa: F401  loaded before anything is timed

from qualcode.agreement.intervals import choose, draws
from qualcode.agreement.kernel import LEVELS, Blocks, Scale, coefficient, distinct, estimate, krippendorff_alpha
from qualcode.agreement.measuring import measure
from qualcode.agreement.ratings import Ratings

SHAPES = (  # coders, units, values, share missing
    (2, 1_000, 5, 0.0),
    (2, 100_000, 5, 0.0),
    (2, 1_000_000, 5, 0.0),
    (5, 10_000, 50, 0.3),
    (10, 10_000, 5, 0.2),
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


def taken(call: Callable[[], object]) -> float:
    """Most memory held at once beside what was there before, in MB."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1e6


def package(codes: np.ndarray, scale: Scale) -> float:
    data = np.where(codes < 0, np.nan, codes + 1).T.astype(np.float64)
    domain = [float(value) for value in range(1, scale.size + 1)]
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement=scale.level, value_domain=domain))


def interval(codes: np.ndarray, values: int) -> np.ndarray:
    patterns = distinct(codes)
    blocks = Blocks(patterns.codes, Scale(values))
    plan = choose("unit", RESAMPLES, 1, units=np.ones(len(codes), dtype=bool), clusters=None)
    return np.concatenate([estimate(krippendorff_alpha(draw.sums(blocks))) for draw in draws(patterns, plan)])


def loop(codes: np.ndarray, values: int, resamples: int) -> None:
    rng = np.random.default_rng(1)
    for _ in range(resamples):
        package(codes[rng.integers(0, len(codes), size=len(codes))], Scale(values))


def points() -> None:
    print(
        f"\n{'coders x units x values':<26}{'level':<10}{'point':>10}{'package':>11}{'ratio':>8}{'memory':>10}{'package':>10}"
    )
    for coders, units, values, missing in SHAPES:
        codes = table(coders, units, values, missing)
        for level in LEVELS:
            scale = Scale(values, level, np.arange(1.0, values + 1))

            def ours(c: np.ndarray = codes, s: Scale = scale) -> float:
                return coefficient("krippendorff_alpha", c, s)

            def theirs(c: np.ndarray = codes, s: Scale = scale) -> float:
                return package(c, s)

            assert abs(ours() - theirs()) < 1e-9
            mine, other = best(ours), best(theirs, 2)
            print(
                f"{f'{coders} x {units:,} x {values}':<26}{level:<10}{1000 * mine:>7.2f} ms{1000 * other:>8.1f} ms"
                f"{other / mine:>8.1f}{taken(ours):>7.1f} MB{taken(theirs):>7.0f} MB",
                flush=True,
            )


def intervals() -> None:
    print(f"\n{'1,000 resamples':<26}{'interval':>10}{'loop':>10}{'ratio':>9}{'all coefficients':>18}{'jackknife':>12}")
    for coders, units, values, missing in SHAPES:
        codes = table(coders, units, values, missing)
        mine = best(lambda c=codes, v=values: interval(c, v), 2)
        few = 20 if units <= 10_000 else 3
        looped = best(lambda c=codes, v=values, n=few: loop(c, v, n), 1) * RESAMPLES / few
        whole = ""
        if units <= 100_000:
            cells = [["" if value < 0 else str(value) for value in row] for row in codes.tolist()]
            names = [str(at) for at in range(units)], [f"c{at}" for at in range(coders)]
            ratings = Ratings(*names, cells)
            every = best(lambda r=ratings: measure(r), 1)
            without = best(lambda r=ratings: measure(r, ci="jackknife"), 1)
            whole = f"{every:>16.2f} s{without:>10.2f} s"
        print(
            f"{f'{coders} x {units:,} x {values}':<26}{1000 * mine:>7.1f} ms{looped:>8.1f} s*{looped / mine:>8.0f}{whole}",
            flush=True,
        )


def wide() -> None:
    coders, units = 100, 1_000_000
    rng = np.random.default_rng(1)
    true = rng.integers(0, 5, units).astype(np.int8)
    codes = np.empty((units, coders), dtype=np.int8)
    for coder in range(coders):
        codes[:, coder] = np.where(rng.random(units) < 0.8, true, rng.integers(0, 5, units))
        codes[rng.random(units) < 0.1, coder] = -1
    print(
        f"{coders} coders x {units:,} units, 5 values, a tenth missing (the table itself: {codes.nbytes / 1e6:.0f} MB)"
    )
    for name in ("krippendorff_alpha", "percent_agreement", "fleiss_kappa", "gwet_ac1", "conger_kappa"):
        seconds = best(lambda which=name: coefficient(which, codes, Scale(5)), 1)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name:<26}{seconds:>8.1f} s{peak:>10.0f} MB peak of the process", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wide", action="store_true", help="only the table of 100 coders, in a fresh process")
    if parser.parse_args().wide:
        wide()
        return
    # in a process of its own and first: a peak is handed down to children, and the package's would be it
    subprocess.run([sys.executable, __file__, "--wide"], check=True)
    points()
    intervals()


if __name__ == "__main__":
    main()

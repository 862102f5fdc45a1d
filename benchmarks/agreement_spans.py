"""Agreement on free spans: how long the sweeps take as units, coders and the text grow, and how much memory.

Run: python benchmarks/agreement_spans.py. Prints seconds (best of three) and, where it is feasible, what the package
krippendorff takes for the alphas over the same characters written out.
"""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, for both

import krippendorff
import numpy as np

from qualcode.agreement.spans import Spans, _family, _overlaps, measure_spans

SHAPES = (  # coders, units of each coder, codes, length of the text
    (3, 50, 20, 5_000),
    (3, 1_000, 20, 100_000),
    (3, 10_000, 20, 1_000_000),
    (2, 90_000, 30, 1_000_000),
    (100, 10_000, 50, 1_000_000),
)
WRITTEN_OUT = 2_000_000  # coders x characters up to which the package is timed


def spans(coders: int, units: int, codes: int, length: int) -> Spans:
    """Random units that don't overlap, a sixth of the text left blank."""
    rng = np.random.default_rng(1)
    step = length // units
    start = np.arange(units) * step
    parts = []
    for coder in range(coders):
        first = start + rng.integers(0, max(1, step // 6), units)
        last = start + step - rng.integers(0, max(1, step // 6), units)
        code = (np.arange(units) + (rng.random(units) < 0.2) * rng.integers(0, codes, units)) % codes
        table = np.stack([np.full(units, coder), code, first, last, np.zeros(units, np.int64)], axis=1)
        parts.append(table[np.lexsort((first, code))])
    table = np.concatenate(parts)
    names = [f"C{at:03}" for at in range(coders)]
    labels = [f"K{at:03}" for at in range(codes)]
    over = _overlaps(table, names, labels)
    assert not over
    return Spans(names, labels, table[:, 0], table[:, 1], table[:, 2], table[:, 3], length)


def best(call: Callable[[], object], times: int = 3) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return min(found)


def package(made: Spans) -> dict[str, float]:
    out = {}
    for at, code in enumerate(made.codes):
        table = np.zeros((len(made.coders), made.length))
        for unit in np.flatnonzero(made.code == at):
            table[made.coder[unit], made.start[unit] : made.end[unit]] = 1
        if not table.any():
            continue
        out[code] = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal", value_domain=[0.0, 1.0])
    return out


def main() -> None:
    print(f"{'coders x units x codes, length':<38}{'u family':>12}{'everything':>12}{'package':>12}{'peak':>9}")
    for coders, units, codes, length in SHAPES:
        made = spans(coders, units, codes, length)
        many = coders * units
        family = best(lambda m=made: _family(m), 3)
        whole = best(lambda m=made: measure_spans(m), 3 if many < 500_000 else 1)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        theirs = ""
        if coders * length <= WRITTEN_OUT:
            ours = {one.code: one.estimate for one in measure_spans(made) if one.name == "krippendorff_alpha"}
            assert all(abs(value - ours[code]) < 1e-9 for code, value in package(made).items())
            theirs = f"{best(lambda m=made: package(m), 1):.2f} s"
        name = f"{coders} x {units:,} x {codes}, {length:,}"
        print(f"{name:<38}{1000 * family:>9.1f} ms{1000 * whole:>9.1f} ms{theirs:>12}{peak:>6.0f} MB", flush=True)


if __name__ == "__main__":
    main()

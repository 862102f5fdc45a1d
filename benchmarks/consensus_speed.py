"""Disagreements: how long it takes to classify and rank those of 100,000 codings by 5 coders, beside a plain pairwise loop.

Run: python benchmarks/consensus_speed.py [--codings 100000] [--loop 2000]. Both classify the same made-up study; the loop is the
oracle of the tests (tests/oracles/disagreements_by_hand.py), which holds every coding of a study against every other, so it is
timed on a study of `--loop` codings and never on the large one; the ratio is of that size, above 1: qualcode is faster. There the
two must find the same disagreements, or the program stops.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from qualcode.agreement.prepared import prepare
from qualcode.consensus import compare, find_disagreements, listed
from qualcode.consensus.contributions import contributions
from qualcode.consensus.effects import effects
from qualcode.consensus.ranking import rank_disagreements
from qualcode.people import who_counts
from qualcode.tables import TABLES, join

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from oracles import disagreements_by_hand as by_hand

CODERS, CODES, WORDS, TURN = 5, 60, 8_000, 100  # words of a transcript and of a turn, each of four letters
NONE = TABLES["decisions"].empty()


def study(codings: int, transcripts: int, seed: int = 1) -> dict[str, Any]:
    """Coders who find four of five passages each, with borders a few words apart and one code in seven another one."""
    rng = np.random.default_rng(seed)
    names = [f"T{n:03d}" for n in range(transcripts)]
    many = codings // 4
    name, start = rng.integers(0, transcripts, many), rng.integers(0, WORDS - 70, many)
    length, code = rng.integers(5, 60, many), rng.integers(0, CODES, many)
    parts = []
    for coder in range(CODERS):
        kept = rng.random(many) < 0.8
        n = int(kept.sum())
        first = np.clip(start[kept] + rng.integers(-3, 4, n), 0, None)
        last = first + np.clip(length[kept] + rng.integers(-3, 4, n), 1, None)
        given = np.where(rng.random(n) < 6 / 7, code[kept], rng.integers(0, CODES, n))
        parts.append(
            pd.DataFrame({
                "transcript": [names[at] for at in name[kept]], "start": first * 5, "end": last * 5 - 1,
                "code": [f"c{at:02d}" for at in given], "coder": f"K{coder}",
            })
        )  # fmt: skip
    table = pd.concat(parts, ignore_index=True).assign(scope="span", origin="human", direction="")
    table["coding"] = [f"x{at:06d}" for at in range(len(table))]
    parents = ["" if at < 6 else f"c{at % 6:02d}" if at < 30 else f"c{at - 24:02d}" for at in range(CODES)]
    text = " ".join(["word"] * WORDS)
    turns = [
        {
            "transcript": one, "turn": at, "segment": at, "role": "participant", "participant": f"P{number % 40:02d}",
            "start": at * TURN * 5, "end": (at + 1) * TURN * 5 - 1,
        }
        for number, one in enumerate(names) for at in range(WORDS // TURN)
    ]  # fmt: skip
    sessions = [
        {"session": one, "participants": f"P{number % 40:02d}", "status": "done"} for number, one in enumerate(names)
    ]
    read = [{"transcript": one, "coder": f"K{coder}", "done": "yes"} for one in names for coder in range(CODERS)]
    codes = [
        {"position": at, "code": f"c{at:02d}", "label": f"c{at:02d}", "kind": "code", "parent": parent}
        for at, parent in enumerate(parents)
    ]
    return {
        "codings": TABLES["codings"].shape(table), "assignments": TABLES["assignments"].shape(read),
        "texts": dict.fromkeys(names, text), "codebook": TABLES["codebook"].shape(codes),
        "turns": TABLES["turns"].shape(turns), "segments": TABLES["segments"].shape(turns),
        "transcripts": TABLES["transcripts"].shape([{"transcript": one, "session": one} for one in names]),
        "sessions": TABLES["sessions"].shape(sessions),
    }  # fmt: skip


def timed(what: str, call: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the processor (the clock's stand beside: the machine may have other things to do)."""
    begun, since = time.process_time(), time.perf_counter()
    found = call()
    took, passed = time.process_time() - begun, time.perf_counter() - since
    print(f"  {what:<44} {took:8.2f} s   (clock {passed:.2f} s)")
    return took, found


def whole(made: dict[str, Any]) -> float:
    """Classify and rank a study, printing each step."""
    tables = (made["codings"], made["assignments"], made["texts"], made["codebook"])
    people = who_counts(
        TABLES["participants"].empty(), made["sessions"], TABLES["speakers"].empty(), made["transcripts"]
    )
    first, comparison = timed("classify", lambda: compare(*tables))
    second, stakes = timed("what deciding each would change", lambda: effects(comparison, NONE, made["turns"], people))
    measured = prepare(
        made["codings"], made["assignments"], made["segments"], made["turns"], made["transcripts"], made["texts"],
        made["codebook"],
    )  # fmt: skip
    third, shares = timed("shares of the observed disagreement", lambda: contributions(comparison, measured))
    fourth, rows = timed(
        "table with ranks", lambda: rank_disagreements(listed(comparison, NONE), comparison, stakes, shares)
    )
    took = first + second + third + fourth
    print(f"  {'all':<44} {took:8.2f} s   {len(made['codings']):,} codings, {len(rows):,} disagreements")
    return took


def beside_the_loop(made: dict[str, Any]) -> None:
    tables = (made["codings"], made["assignments"], made["texts"], made["codebook"], NONE)
    codings = made["codings"].to_dict("records")
    read = [{**line, "start": None, "end": None} for line in made["assignments"].to_dict("records")]
    parent = dict(zip(made["codebook"]["code"], made["codebook"]["parent"], strict=True))
    own = dict.fromkeys(parent, "")
    ours, table = timed("classify", lambda: find_disagreements(*tables))
    loop, rows = timed("plain pairwise loop", lambda: by_hand.disagreements(codings, read, made["texts"], parent, own))
    there = sorted(zip(table["kind"], table["coding_a"], table["coding_b"], strict=True))
    if there != sorted((row["kind"], *(join(side["codings"]) for side in row["sides"])) for row in rows):
        sys.exit("The two do not find the same disagreements.")
    print(f"  {len(codings):,} codings, {len(rows):,} disagreements, the same by both; ratio {loop / ours:,.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--codings", type=int, default=100_000)
    parser.add_argument("--loop", type=int, default=2_000, help="codings of the study that the loop is timed on")
    given = parser.parse_args()
    print(f"Classify and rank: {CODERS} coders, {CODES} codes, 200 transcripts of {WORDS:,} words")
    whole(study(given.codings, 200))
    print("The same on 20 transcripts, ten times as dense")
    whole(study(given.codings, 20))
    print("Beside a plain pairwise loop (too slow for more than a few thousand codings), 4 transcripts")
    beside_the_loop(study(given.loop, 4))


if __name__ == "__main__":
    main()

"""A whole study's agreement: 50 codes, 60 transcripts of 60,000 characters, two coders, by character, sentence and turn.

Run: python benchmarks/agreement_study.py. Times (seconds of one core) all tables: every coefficient with its interval over 1,000
resamples of transcripts, by code, over all codes, by transcript, group and month, all differences between codes, diagnosis and
confusion; pandas loaded, sentences cut beforehand. Beside it, in the same run, the loop over characters that QualCoder makes for
one percentage and one kappa of each code, re-made as it is at its plainest, on a part of the text and scaled up (marked *).
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, for both

import numpy as np
import pandas as pd

from qualcode.agreement import measure_study
from qualcode.tables import TABLES

CODES, TRANSCRIPTS, CHARACTERS, TURN, SENTENCE = 50, 60, 60_000, 600, 100
SPANS = 100  # codings of each coder in each transcript
FURTHER = ["scott_pi", "fleiss_kappa", "conger_kappa", "brennan_prediger", "gwet_ac1"]
PART = 4  # of the 50 codes, and of the 60 transcripts, that the loop over characters is timed on


def study(*, codes: int = CODES, transcripts: int = TRANSCRIPTS, seed: int = 1) -> dict[str, object]:
    """A made study: the second coder takes over four in five of the first's passages, with other borders."""
    rng = np.random.default_rng(seed)
    sentence = ("word " * (SENTENCE // 5 - 1) + "end. ").ljust(SENTENCE)[:SENTENCE]
    texts = {f"T{at:02}": sentence * (CHARACTERS // SENTENCE) for at in range(transcripts)}
    turns = [
        {
            "transcript": name, "turn": at, "role": "interviewer" if at % 10 == 9 else "participant",
            "participant": f"P{number}", "start": at * TURN, "end": at * TURN + TURN - 1,
        }
        for number, name in enumerate(texts)
        for at in range(CHARACTERS // TURN)
    ]  # fmt: skip
    sentences = [
        {"transcript": turn["transcript"], "segment": at, "start": start, "end": start + SENTENCE - 1}
        for turn in turns
        if turn["role"] == "participant"
        for at, start in enumerate(range(int(str(turn["start"])), int(str(turn["end"])), SENTENCE))
    ]
    rows: list[dict[str, object]] = []
    for name in texts:
        for _ in range(SPANS):
            start, length, code = (
                int(rng.integers(0, CHARACTERS - 800)),
                int(rng.integers(40, 700)),
                int(rng.zipf(1.3) % codes),
            )
            other = code if rng.random() < 0.8 else int(rng.integers(0, codes))
            shift, longer = int(rng.integers(-30, 30)), int(rng.integers(-30, 60))
            for coder, a, b, of in (
                ("A", start, start + length, code),
                ("B", start + shift, start + length + longer, other),
            ):
                row = {"transcript": name, "start": max(0, a), "end": b, "code": f"c{of:02}", "coder": coder}
                rows.append(
                    {"coding": f"c{len(rows)}", "scope": "span", "origin": "human", "anchored": "as_given", **row}
                )
    book = [{"position": at, "code": f"c{at:02}", "label": f"Code {at}", "kind": "code"} for at in range(codes)]
    dates = [{"transcript": name, "date": f"2024-{1 + at // 10:02}-01"} for at, name in enumerate(texts)]
    people = [{"participant": f"P{at}", "group": "lead" if at % 2 else "staff"} for at in range(transcripts)]
    return {
        "codings": TABLES["codings"].shape(rows),
        "assignments": TABLES["assignments"].shape(
            [{"transcript": name, "coder": coder, "done": "yes", "round": "1"} for name in texts for coder in "AB"]
        ),
        "segments": TABLES["segments"].shape(sentences),
        "turns": TABLES["turns"].shape(turns),
        "transcripts": TABLES["transcripts"].shape(dates),
        "texts": texts,
        "codebook": TABLES["codebook"].shape(book),
        "participants": TABLES["participants"].shape(people),
        "more_units": {"sentence": TABLES["segments"].shape(sentences)},
    }


def loop_over_characters(codings: pd.DataFrame, texts: dict[str, str], codes: list[str]) -> tuple[float, float]:
    """Percentage and kappa as QualCoder counts them: a list of characters for each code, each coding added one by one."""
    both = only_a = only_b = neither = 0
    for code in codes:
        for name, text in texts.items():
            counts_a, counts_b = [0] * len(text), [0] * len(text)
            mine = codings[(codings["transcript"] == name) & (codings["code"] == code)]
            for coder, start, end in zip(mine["coder"], mine["start"], mine["end"], strict=True):
                line = counts_a if coder == "A" else counts_b
                for at in range(int(start), min(int(end), len(text))):
                    line[at] = 1
            for a, b in zip(counts_a, counts_b, strict=True):
                if a and b:
                    both += 1
                elif a:
                    only_a += 1
                elif b:
                    only_b += 1
                else:
                    neither += 1
    n = both + only_a + only_b + neither
    chance = ((both + only_a) * (both + only_b) + (only_b + neither) * (only_a + neither)) / n**2
    return (both + neither) / n, ((both + neither) / n - chance) / (1 - chance)


def main() -> None:
    given = study()
    names = ("codings", "assignments", "segments", "turns", "transcripts", "texts", "codebook")
    times = []
    for _ in range(3):
        start = time.process_time()
        found = measure_study(
            *(given[name] for name in names), participants=given["participants"], more_units=given["more_units"],
            unit="sentence", units=["character", "turn"], coefficients=FURTHER,
        )  # type: ignore[arg-type]  # fmt: skip
        times.append(time.process_time() - start)
    texts: dict[str, str] = given["texts"]  # type: ignore[assignment]
    part = dict(list(texts.items())[:PART])
    start = time.process_time()
    loop_over_characters(given["codings"], part, [f"c{at:02}" for at in range(PART)])  # type: ignore[arg-type]
    loop = (time.process_time() - start) * (CODES / PART) * (TRANSCRIPTS / PART)
    limits = int(found.by_code["ci_low"].notna().sum())
    print(
        f"{CODES} codes, {TRANSCRIPTS} transcripts of {CHARACTERS:,} characters, two coders, {len(given['codings']):,} codings"
    )  # type: ignore[arg-type]
    print(
        f"qualcode: {len(found.by_code)} rows by code ({limits} with an interval), {len(found.overall)} over all codes,"
    )
    print(
        f"{len(found.by_scope)} by scope, {len(found.differences)} differences: {', '.join(f'{t:.2f}' for t in times)} s"
    )
    print(f"loop over characters, one percentage and one kappa: {loop:.1f} s *, {loop / min(times):.0f} times as long")


if __name__ == "__main__":
    main()

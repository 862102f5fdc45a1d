"""Carry 10,000 codings on 200 corrected transcripts, and the same with two other ways of doing it.

    python benchmarks/edits_carry.py [--transcripts 200] [--codings 10000] [--words 8000] [--alike]

Made-up interviews (words drawn by rank, as languages have them) are corrected at 60 places each: words replaced, put in,
taken out, whole sentences put in and taken out, every label of the interviewer changed. Where each coding truly lies
afterwards is known. Beside qualcode's way: `difflib` (the standard library's SequenceMatcher) on the same tokens, and looking
for the words of each coding anew by likeness (rapidfuzz `partial_ratio_alignment`, as tools do that re-anchor quotes), both
on a part of the transcripts. Times are of the processor, so that other work on the machine does not count.

`--alike` prints instead how much of the words of real transcripts stays when they are corrected, and how much two different
transcripts of one collection share: what the limit for "this is another transcript" rests on. The folder of real
transcripts is the environment variable QUALCODE_CORPORA, else `../shared/corpora` beside the repository.
"""

from __future__ import annotations

import argparse
import difflib
import os
import random
import re
import time
from itertools import accumulate, combinations
from pathlib import Path
from statistics import median

import pandas as pd

from qualcode.config import Transcripts
from qualcode.transcripts import ReadOptions, UnreadableError
from qualcode.transcripts.alike import ALIKE, share_kept
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.compare import Edit, edits_between
from qualcode.transcripts.registry import ENDINGS, read
from qualcode.transcripts.way import Way

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
Span = tuple[int, int]


def interview(rng: random.Random, words: int) -> list[list[str]]:
    """Turns of words, interviewer and participant in turns."""
    vocabulary = [f"w{number}" for number in range(3000)]
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(vocabulary))))
    drawn = rng.choices(vocabulary, cum_weights=weights, k=words)
    at = 0
    while (at := at + rng.randint(4, 25)) < words:
        drawn[at] += "."
    turns: list[list[str]] = []
    while drawn:
        length = rng.randint(5, 20) if len(turns) % 2 == 0 else rng.randint(20, 150)
        turns.append(drawn[:length])
        drawn = drawn[length:]
    return turns


def corrected(rng: random.Random, turns: list[list[str]], changes: int) -> list[list[tuple[int, str]]]:
    """The turns after corrections; each word with its number before (-1: put in)."""
    numbered, at = [], 0
    for turn in turns:
        numbered.append([(at + place, word) for place, word in enumerate(turn)])
        at += len(turn)
    for _ in range(changes):
        turn = numbered[rng.randrange(len(numbered))]
        if not turn:
            continue
        at, what = rng.randrange(len(turn)), rng.random()
        if what < 0.5:
            turn[at] = (-1, f"c{rng.randrange(500)}")
        elif what < 0.7:
            turn.insert(at, (-1, f"w{rng.randrange(300)}"))
        elif what < 0.9:
            del turn[at]
        elif what < 0.95:
            turn[at:at] = [(-1, f"w{rng.randrange(300)}") for _ in range(10)]
        else:
            del turn[at : at + 10]
    return numbered


def text_of(turns: list[list[str]], labels: tuple[str, str]) -> tuple[str, list[Span]]:
    """The canonical text and where each word stands in it."""
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for number, turn in enumerate(turn for turn in turns if turn):
        head = ("\n\n" if number else "") + f"{labels[number % 2]}: "
        parts.append(head)
        length += len(head)
        for place, word in enumerate(turn):
            blank = " " if place else ""
            parts.append(blank + word)
            spans.append((length + len(blank), length + len(blank) + len(word)))
            length += len(blank) + len(word)
    return "".join(parts), spans


def by_difflib(old: str, new: str) -> list[Edit]:
    """The edits that difflib finds on the same tokens."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    at_a, at_b = list(accumulate(map(len, a), initial=0)), list(accumulate(map(len, b), initial=0))
    codes = difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    return [Edit(at_a[i], at_a[j], at_b[k], at_b[m]) for tag, i, j, k, m in codes if tag != "equal"]


def main() -> None:
    """Print times, ratios, and how many untouched codings lie where they should."""
    options = argparse.ArgumentParser()
    options.add_argument("--transcripts", type=int, default=200)
    options.add_argument("--codings", type=int, default=10_000)
    options.add_argument("--words", type=int, default=8_000)
    options.add_argument("--part", type=int, default=4, help="transcripts that the other two ways are tried on")
    options.add_argument("--alike", action="store_true")
    chosen = options.parse_args()
    if chosen.alike:
        alike()
        return
    rng = random.Random(1)
    texts: list[tuple[str, str]] = []
    codings: list[list[tuple[Span, Span | None]]] = []
    for _ in range(chosen.transcripts):
        turns = interview(rng, chosen.words)
        after = corrected(rng, turns, 60)
        old, was = text_of(turns, ("I", "P01"))
        new, now = text_of([[word for _, word in turn] for turn in after], ("Interviewer", "P01"))
        place = {number: at for at, number in enumerate(number for turn in after for number, _ in turn)}
        borders = set(accumulate(map(len, turns), initial=0))
        mine: list[tuple[Span, Span | None]] = []
        for _ in range(chosen.codings // chosen.transcripts):
            first = rng.randrange(len(was) - 60)
            last = first + rng.randint(3, 50)
            there = [place.get(number, -1) for number in range(first, last)]
            whole = -1 not in there and there[-1] - there[0] == last - 1 - first
            same = whole and not borders & set(range(first + 1, last))  # no label inside, which changed
            mine.append(((was[first][0], was[last - 1][1]), (now[there[0]][0], now[there[-1]][1]) if same else None))
        texts.append((old, new))
        codings.append(mine)
    characters = sum(len(old) for old, _ in texts)
    print(f"{chosen.transcripts} transcripts, {characters:,} characters; {sum(map(len, codings)):,} codings")

    begun = time.process_time()
    ways = [Way(edits_between(old, new)) for old, new in texts]
    compared = time.process_time() - begun
    begun = time.process_time()
    found = [[way.carry(*span) for span, _ in mine] for way, mine in zip(ways, codings, strict=True)]
    carried = time.process_time() - begun
    untouched = right = 0
    for mine, here in zip(codings, found, strict=True):
        for (_, truth), mapped in zip(mine, here, strict=True):
            untouched += truth is not None
            right += truth is not None and mapped is not None and (*truth, False) == tuple(mapped)
    total = compared + carried
    print(f"qualcode   {total:7.2f} s   ({compared:.2f} s to compare, {carried:.2f} s to carry)")
    print(f"           {right:,} of {untouched:,} untouched codings are in their place and unchanged")

    part = min(chosen.part, len(texts))
    share = part / len(texts)
    begun = time.process_time()
    for (old, new), mine in zip(texts[:part], codings[:part], strict=True):
        way = Way(by_difflib(old, new))
        for span, _ in mine:
            way.carry(*span)
    other = (time.process_time() - begun) / share
    print(f"difflib    {other:7.1f} s   {other / total:6.0f} times as long (measured on {part} transcripts)")

    from rapidfuzz.fuzz import partial_ratio_alignment

    begun = time.process_time()
    placed = 0
    for (old, new), mine in zip(texts[:part], codings[:part], strict=True):
        for (start, end), truth in mine:
            best = partial_ratio_alignment(old[start:end], new)
            placed += truth is not None and best is not None and (best.dest_start, best.dest_end) == truth
    other = (time.process_time() - begun) / share
    of = sum(truth is not None for mine in codings[:part] for _, truth in mine)
    print(
        f"likeness   {other:7.1f} s   {other / total:6.0f} times as long; {placed} of {of} untouched ones in their place"
    )


# ---------------------------------------------------------------- another transcript, or a corrected one


def real_transcripts(folder: Path, most: int = 60_000) -> dict[str, dict[str, str]]:
    """The canonical texts of real transcripts (their first characters), by collection and file."""
    settings = Transcripts()
    options = ReadOptions(
        tuple(settings.interviewers), tuple(settings.not_speakers), (), settings.speaker_pattern, settings.merge_gap
    )
    found: dict[str, dict[str, str]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in ENDINGS):
        try:
            text = canonical(read(path.read_bytes(), path.name, options)[1].turns)[0]
        except UnreadableError:
            continue
        if text:
            found.setdefault(path.parent.name, {})[path.name] = text[:most]
    return found


def heavily_corrected(rng: random.Random, text: str, share: float) -> str:
    """A text of which so many of the words were replaced (6 of 10), taken out (2) or had one put in behind them (2)."""
    words = text.split(" ")
    made: list[str] = []
    for word in words:
        what = rng.random()
        if what < share * 0.6:
            made.append(rng.choice(words))
        elif share * 0.8 <= what < share:
            made += [word, rng.choice(words)]
        elif what >= share:
            made.append(word)
    return " ".join(made)


def alike() -> None:
    """Print the two distributions, and where the limit lies between them."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpora"
    folder = Path(os.environ.get("QUALCODE_CORPORA", beside)) / "transcripts"
    texts = real_transcripts(folder)
    print(f"share of the words of the shorter text that stay; limit {ALIKE}")
    rows = []
    for share in (0.02, 0.1, 0.2, 0.3, 0.4, 0.5):
        kept = []
        for files in texts.values():
            for text in files.values():
                new = heavily_corrected(random.Random(1), text, share)
                kept.append(share_kept(text, new, edits_between(text, new)))
        rows.append(("corrected", f"{share:.0%} of the words", len(kept), min(kept), median(kept), max(kept)))
    for name, files in texts.items():
        pairs = [
            share_kept(files[one], files[other], edits_between(files[one], files[other]))
            for one, other in combinations(files, 2)
            if Path(one).stem != Path(other).stem  # the same interview as another kind of file
        ]
        if pairs:
            rows.append(("different", name, len(pairs), min(pairs), median(pairs), max(pairs)))
    table = pd.DataFrame(rows, columns=["", "which", "pairs", "least", "median", "most"])
    print(table.to_string(index=False, float_format="{:.3f}".format))


if __name__ == "__main__":
    main()

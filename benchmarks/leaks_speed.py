"""How long the leak check takes: 10,000 forms in 50 MB of outputs, against looking for each form in each file.

python benchmarks/leaks_speed.py [--forms 10000] [--megabytes 50]
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from qualcode.leaks.check import check_files
from qualcode.leaks.find import Finder

SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "de",
    "di",
    "ka",
    "ke",
    "ki",
    "la",
    "le",
    "lo",
    "ma",
    "mi",
    "mo",
    "na",
    "ne",
    "ni",
    "ra",
    "re",
    "ro",
    "sa",
    "se",
    "so",
    "ta",
    "te",
    "ti",
    "va",
    "ve",
    "vo",
]
WORDS = [
    "the",
    "and",
    "of",
    "we",
    "it",
    "was",
    "in",
    "that",
    "for",
    "on",
    "they",
    "with",
    "as",
    "at",
    "be",
    "this",
    "have",
    "from",
    "or",
    "one",
    "had",
    "by",
    "but",
    "not",
    "what",
    "all",
    "were",
    "when",
]


def main() -> None:
    """Write files with ten planted names among other words, look for them, and print seconds and the ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--forms", type=int, default=10_000)
    options.add_argument("--megabytes", type=int, default=50)
    given = options.parse_args()
    random.seed(1)
    names = sorted({"".join(random.choices(SYLLABLES, k=4)).title() for _ in range(given.forms * 2)})[: given.forms]
    finder = Finder({f"row {number}": [name, f"{name} Smith"] for number, name in enumerate(names, start=2)})
    others = [*WORDS * 20, *("".join(random.choices(SYLLABLES, k=3)) + "x" for _ in range(20_000))]
    planted = random.sample(names, 10)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number in range(10):
            path = Path(folder) / (f"t{number}.csv" if number % 2 else f"t{number}.txt")
            rows, size = [], 0
            while size < given.megabytes * 100_000:
                line = " ".join(random.choices(others, k=18))
                rows.append(f"S{len(rows)},{len(rows) * 7},{line}")
                size += len(rows[-1])
            rows[len(rows) // 2] += f" {planted[number]}"
            path.write_text("transcript,start,text\n" + "\n".join(rows) + "\n", encoding="utf-8")
            files.append(path)
        begun = time.perf_counter()
        checked = check_files(files, finder)
        ours = time.perf_counter() - begun
        assert len(checked.leaks) == 10, len(checked.leaks)
        text = files[0].read_text(encoding="utf-8").lower()
        few = names[:: max(1, len(names) // 200)]
        begun = time.perf_counter()
        for name in few:
            text.find(name.lower())
        naive = (time.perf_counter() - begun) * len(names) / len(few) * len(files)
    size = given.megabytes
    print(
        f"{len(names)} names, {2 * len(names)} forms, {size} MB in 10 files: {ours:.1f} s; each name by itself {naive:.0f} s; "
    )
    print(f"ratio {naive / ours:.0f}")


if __name__ == "__main__":
    main()

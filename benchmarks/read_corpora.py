"""Read every real transcript of the formats that are read: format, turns, speakers, words, seconds to read.

    python benchmarks/read_corpora.py [FOLDER] [--labels]

FOLDER is the folder of real transcripts; by default the environment variable QUALCODE_CORPORA, else `../shared/corpora`
beside the repository.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path

from qualcode.config import Transcripts
from qualcode.transcripts import ReadOptions, UnreadableError
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.registry import ENDINGS, read
from qualcode.words import count_words


def main() -> None:
    """Print one line a file, then the sums."""
    given = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpora"
    folder = Path(given[0] if given else os.environ.get("QUALCODE_CORPORA", beside)) / "transcripts"
    settings = Transcripts()
    options = ReadOptions(
        tuple(settings.interviewers), tuple(settings.not_speakers), (), settings.speaker_pattern, settings.merge_gap
    )
    print(f"{'file':62} {'format':6} {'turns':>6} {'voices':>6} {'words':>7} {'seconds':>8}")
    total, size, spent = 0, 0, 0.0
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in ENDINGS):
        data = path.read_bytes()
        start = time.perf_counter()
        name = path.relative_to(folder).as_posix()
        try:
            kind, raw = read(data, path.name, options)
            text, placed = canonical(raw.turns)
        except UnreadableError as error:
            print(f"{name[:62]:62} {error.what}")
            continue
        took = time.perf_counter() - start
        words = sum(count_words(text[turn.start : turn.end]) for turn in placed)
        labels = Counter(turn.speaker for turn in placed)
        print(f"{name[:62]:62} {kind:6} {len(placed):6} {len(set(labels) - {''}):6} {words:7} {took:8.3f}")
        total, size, spent = total + words, size + len(data), spent + took
        if "--labels" in sys.argv:
            print("    ", "; ".join(f"{label or '(unknown)'} {n}" for label, n in labels.most_common()))
            print("    ", "; ".join(raw.notes))
    print(f"{total:,} words; {size / 1e6 / max(spent, 1e-9):.1f} MB a second")


if __name__ == "__main__":
    main()

"""What the recognisers find: recall and precision on planted identifiers, false positives on real transcripts, speed.

    python benchmarks/deidentify_recall.py [FOLDER OF TRANSCRIPTS]

Planted is made-up talk in six languages (tests/deidentify/planted.py). An identifier is found where a candidate covers it. Of a
folder of real transcripts the candidates of each sort are counted for 10,000 words; no word of them is printed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from qualcode.deidentify.candidates import Named, candidates
from qualcode.deidentify.key import Entry, Key
from qualcode.deidentify.known import ordinary
from qualcode.deidentify.replace import Decisions, deidentify
from qualcode.transcripts.canonical import Placed
from qualcode.transcripts.languages import language_of
from qualcode.transcripts.model import ReadOptions
from qualcode.transcripts.onefile import read_file

KEY = Key((), "key-benchmark")


def measured() -> dict[str, dict[str, list[int]]]:
    """Of each language and kind: planted, found; under `precision`: candidates, of which cover something planted."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "deidentify"))
    from planted import TALK, planted

    table: dict[str, dict[str, list[int]]] = {}
    for language in TALK:
        text, wanted = planted(language)
        found = candidates(
            {"T": Named(text, [Placed("", 0, len(text), None, None)], language)}, KEY, Decisions()
        ).candidates
        spans = [(start, end) for one in found for _, start, end in one.places]
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for one in wanted:
            counts[one.kind][0] += 1
            counts[one.kind][1] += any(start < one.end and one.start < end for start, end in spans)
        right = sum(any(one.start < end and start < one.end for one in wanted) for start, end in spans)
        counts["precision"] = [len(spans), right]
        table[language] = dict(counts)
    return table


def _show(table: dict[str, dict[str, list[int]]]) -> None:
    kinds = list(dict.fromkeys(kind for counts in table.values() for kind in counts if kind != "precision"))
    print(f"{'found of planted':18}" + "".join(f"{language:>9}" for language in table))
    for kind in kinds:
        cells = [table[language].get(kind) for language in table]
        print(f"{kind:18}" + "".join(f"{f'{cell[1]}/{cell[0]}' if cell else '':>9}" for cell in cells))
    for name, all_of, of in (("recall", 0, 1), ("precision", 0, 1)):
        row = []
        for counts in table.values():
            used = (
                [counts["precision"]]
                if name == "precision"
                else [cell for kind, cell in counts.items() if kind != "precision"]
            )
            row.append(sum(cell[of] for cell in used) / sum(cell[all_of] for cell in used))
        print(f"{name:18}" + "".join(f"{value:9.2f}" for value in row))


def _real(folder: Path) -> None:
    print(
        f"\n{'candidates for 10,000 words':34}{'language':>9}{'words':>9}" + "".join(f"{name:>10}" for name in _COLUMNS)
    )
    total, seconds, seconds_key = 0, 0.0, 0.0
    key = Key(
        tuple(Entry(f"P{n}", f"Person {n}", "person", (f"Q{n}xi", f"Anna{n} de Vries{n}")) for n in range(200)),
        "key-benchmark",
    )
    for place in sorted({path.parent for path in folder.rglob("*") if path.is_file()}):
        named = {}
        for path in sorted(place.iterdir()):
            if not path.is_file():
                continue
            read = read_file(path.read_bytes(), path.name, ReadOptions())
            if read.text:
                named[path.name] = Named(read.text, read.placed, language_of(read.text) or "en")
        for language in sorted({one.language for one in named.values()}):
            own = {name: one for name, one in named.items() if one.language == language}
            words = sum(len(one.text.split()) for one in own.values())
            ordinary(["x"], language)  # loads the dictionary
            begun = time.process_time()
            found = candidates(own, KEY, Decisions()).candidates
            seconds += time.process_time() - begun
            begun = time.process_time()
            for one in own.values():
                deidentify(one.text, one.placed, key, Decisions(), language)
            seconds_key += time.process_time() - begun
            total += sum(len(one.text.encode("utf-8")) for one in own.values())
            counts: Counter[str] = Counter()
            for one in found:
                counts[_COLUMN.get(one.rules[0], one.rules[0])] += one.count
            counts["rows"] = len(found)
            row = "".join(f"{10_000 * counts[name] / words:10.1f}" for name in _COLUMNS)
            print(f"{place.name:34}{language:>9}{words:9,}{row}")
    if total:
        print(
            f"\nlisting candidates {total / 1e6 / seconds:.2f} MB a second of processor time, "
            f"dictionaries loaded before; replacing, a key of 400 forms "
            f"{total / 1e6 / seconds_key:.2f} MB/s"
        )


_COLUMNS = ("email", "phone", "number", "date", "address", "url", "cue", "label", "capital", "rows")
_COLUMN = {
    "spoken_email": "email", "identity": "number", "iban": "number", "card": "number", "birth": "date", "age": "date",
    "postcode": "address", "handle": "url", "title": "cue", "introduced": "cue", "unknown": "capital", "acronym": "capital",
}  # fmt: skip


def main() -> None:
    _show(measured())
    if sys.argv[1:]:
        _real(Path(sys.argv[1]))


if __name__ == "__main__":
    main()

"""How one text of a transcript became the next, and where a span of the earlier text lies in the later one.

Every text that was ever made is kept by its SHA-256 in `data/raw/texts/`, with an index that says which transcript
it was of and from which file it was made.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qualcode.errors import Problem, TranscriptError
from qualcode.files import read_sheet, sha256, write_text
from qualcode.study import Study
from qualcode.tables import TABLES

INDEX_COLUMNS = ("transcript", "sha256_text", "text_rule", "sha256_raw")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_LARGEST = 4_000_000  # token pairs that are compared one by one; longer gaps are cut at rarer anchors first
# 64-bit odd factors, one for each place in a run of tokens
_FACTORS = np.random.default_rng(1).integers(2**62, 2**63, 12, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


class Edit(NamedTuple):
    """A changed stretch: `[start_from, end_from)` of the earlier text became `[start_to, end_to)` of the later one."""

    start_from: int
    end_from: int
    start_to: int
    end_to: int


class Mapped(NamedTuple):
    """Where a span lies in the later text; `changed`: its own words are not the same any more."""

    start: int
    end: int
    changed: bool


def edits_between(old: str, new: str) -> list[Edit]:
    """The changed stretches, in order. Between two of them (and at the ends) the texts are the same, character by character."""
    a, b = _TOKEN.findall(old), _TOKEN.findall(new)
    changes = _merged(_Comparison(a, b).changes(0, len(a), 0, len(b)))
    at_a, at_b = _offsets(a), _offsets(b)
    return [Edit(at_a[i], at_a[j], at_b[k], at_b[m]) for i, j, k, m in changes]


def _offsets(tokens: Sequence[str]) -> list[int]:
    return list(accumulate(map(len, tokens), initial=0))


def _merged(changes: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    out: list[tuple[int, int, int, int]] = []
    for i, j, k, m in changes:
        if i == j and k == m:
            continue
        if out and out[-1][1] == i and out[-1][3] == k:
            out[-1] = (out[-1][0], j, out[-1][2], m)
        else:
            out.append((i, j, k, m))
    return out


class _Comparison:
    """Two texts as tokens: `a` and `b`, and the same as numbers, one for each different token."""

    def __init__(self, a: list[str], b: list[str]) -> None:
        self.a, self.b = a, b
        numbers = {token: number for number, token in enumerate(dict.fromkeys(chain(a, b)), start=1)}
        self._a = np.fromiter(map(numbers.__getitem__, a), np.uint64, len(a))
        self._b = np.fromiter(map(numbers.__getitem__, b), np.uint64, len(b))

    def changes(self, i: int, j: int, k: int, m: int, reach: int = 12) -> list[tuple[int, int, int, int]]:
        """Changed token ranges `(i, j, k, m)` of `a[i:j]` and `b[k:m]`: same ends off, then cut at runs that stand once."""
        a, b = self.a, self.b
        while i < j and k < m and a[i] == b[k]:
            i, k = i + 1, k + 1
        while i < j and k < m and a[j - 1] == b[m - 1]:
            j, m = j - 1, m - 1
        if i == j or k == m:
            return [(i, j, k, m)]
        for length in (12, 5, 2):
            if length > reach:
                continue
            anchors = self._anchors(i, j, k, m, length)
            if anchors:
                out: list[tuple[int, int, int, int]] = []
                at_a, at_b = i, k
                for x, y, follow in anchors:
                    out += self.changes(at_a, x, at_b, y, length)
                    at_a, at_b = x + follow, y + follow
                return out + self.changes(at_a, j, at_b, m, length)
            if (j - i) * (m - k) <= _LARGEST and length <= 5:
                break
        if (j - i) * (m - k) > _LARGEST:
            return [(i, j, k, m)]
        from rapidfuzz.distance import Indel

        codes = Indel.opcodes(a[i:j], b[k:m])
        return [
            (i + code.src_start, i + code.src_end, k + code.dest_start, k + code.dest_end)
            for code in codes
            if code.tag != "equal"
        ]

    def _anchors(self, i: int, j: int, k: int, m: int, length: int) -> list[tuple[int, int, int]]:
        """Starts of runs of tokens that stand once in each side, in one order on both (longest increasing sequence).

        The third number says how many follow, each a token behind the one before on both sides: nothing lies between them.
        """
        if j - i < length or m - k < length:
            return []
        x, y = _once_in_both(self._a[i:j], self._b[k:m], length)
        if not len(x):
            return []
        if (y[1:] < y[:-1]).any():
            kept = _longest_increasing(y.tolist())
            x, y = x[kept], y[kept]
        first = np.flatnonzero(np.concatenate([[True], (np.diff(x) != 1) | (np.diff(y) != 1)]))
        follow = np.diff(np.append(first, len(x))) - 1
        return list(zip((x[first] + i).tolist(), (y[first] + k).tolist(), follow.tolist(), strict=True))


def _once_in_both(a: Any, b: Any, length: int) -> tuple[Any, Any]:
    """Where the runs of `length` numbers start that stand once in each array, in the order of the first array."""
    runs_a, at_a = _once(a, length)
    runs_b, at_b = _once(b, length)
    if not len(runs_a) or not len(runs_b):
        return at_a[:0], at_b[:0]
    there = np.minimum(np.searchsorted(runs_b, runs_a), len(runs_b) - 1)
    both = runs_b[there] == runs_a
    x, y = at_a[both], at_b[there[both]]
    order = np.argsort(x)
    x, y = x[order], y[order]
    same = np.ones(len(x), dtype=bool)  # two runs may have one sum, if only once in 2**64
    for step in range(length):
        same &= a[x + step] == b[y + step]
    return x[same], y[same]


def _once(numbers: Any, length: int) -> tuple[Any, Any]:
    """The sums of the runs of `length` numbers that stand once, sorted, and where each starts."""
    sums = run_sums(numbers, length)
    order = np.argsort(sums)
    sums = sums[order]
    new = np.concatenate([[True], sums[1:] != sums[:-1], [True]])
    alone = new[1:] & new[:-1]
    return sums[alone], order[alone]


def run_sums(numbers: Any, length: int) -> Any:
    """For each run of `length` (to 12) unsigned 64-bit numbers one number that hardly any other run has, in order."""
    sums = np.zeros(max(0, len(numbers) - length + 1), dtype=np.uint64)
    for step in range(length):
        sums += numbers[step : step + len(sums)] * _FACTORS[step]
    return sums


def _longest_increasing(numbers: list[int]) -> list[int]:
    """Which of the numbers (all different) make the longest increasing sequence."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        place = bisect_left(tails, number)
        if place == len(tails):
            tails.append(number)
            ends.append(at)
        else:
            tails[place] = number
            ends[place] = at
        before.append(ends[place - 1] if place else -1)
    chosen: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chosen.append(at)
        at = before[at]
    return chosen[::-1]


def map_span(edits: pd.DataFrame | Sequence[Edit], start: int, end: int) -> Mapped | None:
    """Where `[start, end)` of an earlier text lies in the present one.

    Parameters
    ----------
    edits
        The changed stretches from that earlier text to the present one: rows of the table `edits` with one
        `sha256_from`, or the list that `edits_between` gives.

    Returns
    -------
    The span and whether words inside it changed: a span that was not touched covers the same characters. What was
    put in right before or right after a span does not belong to it. None where all of it was taken out.
    """
    rows = edits_of_table(edits) if isinstance(edits, pd.DataFrame) else edits
    shift = 0
    new_start: int | None = None
    new_end: int | None = None
    changed = False
    for edit in sorted(rows):
        if edit.end_from <= start:  # before the span, or put in right before it
            shift = edit.end_to - edit.end_from
            continue
        if edit.start_from >= end:
            break
        changed = True
        if new_start is None:
            new_start = start + shift if edit.start_from > start else edit.start_to
        shift = edit.end_to - edit.end_from
        if edit.end_from >= end:
            new_end = edit.end_to
    new_start = start + shift if new_start is None else new_start
    new_end = end + shift if new_end is None else new_end
    return Mapped(new_start, new_end, changed) if new_end > new_start else None


def edits_of_table(rows: pd.DataFrame) -> list[Edit]:
    """The rows of table `edits` as a sorted list."""
    columns = ("start_from", "end_from", "start_to", "end_to")
    return sorted(
        Edit(*(int(value) for value in row)) for row in zip(*(rows[column] for column in columns), strict=True)
    )


# ---------------------------------------------------------------- kept texts


def texts_folder(study: Study) -> Path:
    """Where every text is kept: `data/raw/texts`."""
    return study.raw / "texts"


def kept_index(study: Study) -> pd.DataFrame:
    """The index of kept texts (`transcript, sha256_text, text_rule, sha256_raw`, all text); empty where there is none.

    Raises
    ------
    TranscriptError
        The index cannot be read.
    """
    path = texts_folder(study) / "index.csv"
    if not path.is_file():
        return pd.DataFrame(columns=list(INDEX_COLUMNS), dtype=object)
    data = read_sheet(path, shown_as=study.shown(path)).data
    missing = [column for column in INDEX_COLUMNS if column not in data]
    if missing:
        raise TranscriptError(
            Problem(
                study.shown(path),
                f"column '{missing[0]}' is missing.",
                "qualcode writes this file: restore it.",
                "row 1",
            )
        )
    return data[list(INDEX_COLUMNS)]


def kept_text(study: Study, sha: str) -> str | None:
    """A kept text by its SHA-256; None where it is not there, or is not the text of that name any more."""
    path = texts_folder(study) / f"{sha}.txt"
    if not re.fullmatch(r"[0-9a-f]{64}", sha) or not path.is_file():
        return None
    data = path.read_bytes()
    return data.decode("utf-8") if sha256(data) == sha else None


def keep_texts(study: Study, transcripts: pd.DataFrame, texts: Mapping[str, str]) -> None:
    """Keep the present texts by their hash and list them in the index; what is kept already stays as it is."""
    folder = texts_folder(study)
    index = kept_index(study)
    rows = [
        transcripts["transcript"],
        transcripts["sha256_text"],
        transcripts["text_rule"].astype(str),
        transcripts["sha256_raw"],
    ]
    new = pd.DataFrame(dict(zip(INDEX_COLUMNS, rows, strict=True)), dtype=object)
    for row in new.to_dict("records"):
        if kept_text(study, row["sha256_text"]) is None:
            write_text(folder / f"{row['sha256_text']}.txt", texts[row["transcript"]])
    both = pd.concat([index, new]).drop_duplicates().sort_values(list(INDEX_COLUMNS), kind="stable")
    if len(both) != len(index) or not (folder / "index.csv").is_file():
        write_text(folder / "index.csv", both.to_csv(index=False, lineterminator="\n"))


def edits_of_study(study: Study, transcripts: pd.DataFrame, texts: Mapping[str, str]) -> pd.DataFrame:
    """Table `edits`: from every kept text of each transcript to its present one.

    `why` is `reader` where both were made from the same file (qualcode reads it differently now), else `correction`.
    Kept texts that are not there any more are left out; `missing_texts` lists them.
    """
    rows: list[dict[str, object]] = []
    index = kept_index(study)
    kept = {str(name): rows_ for name, rows_ in index.groupby("transcript", sort=False)}
    for line in transcripts.to_dict("records"):
        own = kept.get(str(line["transcript"]), index.iloc[:0])
        if set(own["sha256_text"]) <= {line["sha256_text"]}:
            continue
        for sha in sorted(set(own["sha256_text"]) - {line["sha256_text"]}):
            old = kept_text(study, sha)
            if old is None:
                continue
            made_from = set(own.loc[own["sha256_text"] == sha, "sha256_raw"])
            why = "reader" if line["sha256_raw"] in made_from else "correction"
            rows += [
                {"transcript": line["transcript"], "sha256_from": sha, "sha256_to": line["sha256_text"], "why": why}
                | edit._asdict()
                for edit in edits_between(old, texts[str(line["transcript"])])
            ]
    return TABLES["edits"].shape(rows)


def missing_texts(study: Study) -> list[str]:
    """Hashes that the index names and whose text is gone or damaged, sorted."""
    return sorted(sha for sha in set(kept_index(study)["sha256_text"]) if kept_text(study, sha) is None)


# ---------------------------------------------------------------- the present texts, as files


def read_texts(folder: str | Path) -> dict[str, str]:
    """The canonical texts that the stage wrote: `TRANSCRIPT.txt` each, by transcript."""
    return {path.stem: path.read_bytes().decode("utf-8") for path in sorted(Path(folder).glob("*.txt"))}


def write_texts(folder: str | Path, texts: Mapping[str, str]) -> None:
    """Write each text to `TRANSCRIPT.txt`, and remove those of transcripts that are no more."""
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    for path in place.glob("*.txt"):
        if path.stem not in texts:
            path.unlink()
    for name, text in sorted(texts.items()):
        write_text(place / f"{name}.txt", text)

"""How one text of a transcript became the next, and where a span of the earlier text lies in the later one.

Every text that was ever made is kept by its SHA-256 in `data/raw/texts/`, with an index that says which transcript
it was of and from which file it was made.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from qualcode.errors import Problem, Problems, TranscriptError
from qualcode.files import read_sheet, sha256, write_text
from qualcode.study import Study
from qualcode.tables import TABLES

READ = "read"  # the folder in the folder of kept texts in which is kept what readers gave
INDEX_COLUMNS = ("transcript", "sha256_text", "text_rule", "sha256_raw")
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_SENTENCE = re.compile(r"[^.?!:\n]*(?:[.?!:\n]+\s*|$)")
_TELLING = 30  # characters from which a sentence that stands once is the same one in both texts
_FAR = 500  # characters within which a better border is looked for
_LARGEST = 4_000_000  # token pairs that are compared one by one; longer gaps are cut at rarer anchors first
# 64-bit odd factors, one for each place in a run of tokens
_FACTORS = np.random.default_rng(1).integers(2**62, 2**63, 12, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


class Edit(NamedTuple):
    """A changed stretch: `[start_from, end_from)` of the earlier text became `[start_to, end_to)` of the later one.

    Where something was only put in, or only taken out, the same change may as well stand up to `left` characters before, or
    `right` behind (a second "no, " put in beside the first: nobody can tell which of the two is new).
    """

    start_from: int
    end_from: int
    start_to: int
    end_to: int
    left: int = 0
    right: int = 0


class Mapped(NamedTuple):
    """Where a span lies in the later text; `changed`: its own words are not the same any more."""

    start: int
    end: int
    changed: bool


def edits_between(old: str, new: str) -> list[Edit]:
    """The changed stretches, in order. Between two of them (and at the ends) the texts are the same, character by character."""
    edits: list[Edit] = []
    for i, j, k, m in _between_sentences(old, new):
        a, b = _TOKEN.findall(old, i, j), _TOKEN.findall(new, k, m)
        changes = _merged(_Comparison(a, b).changes(0, len(a), 0, len(b)))
        at_a, at_b = _offsets(a, i), _offsets(b, k)
        edits += [Edit(at_a[i], at_a[j], at_b[k], at_b[m]) for i, j, k, m in changes]
    return _settled(old, new, edits)


def _between_sentences(old: str, new: str) -> list[tuple[int, int, int, int]]:
    """The stretches of both texts that lie between sentences which each text has once, in one order on both."""
    a, b = _sentences(old), _sentences(new)
    once = [sentence for sentence, at in a.items() if at >= 0 and b.get(sentence, -1) >= 0]
    found: list[tuple[int, int, int, int]] = []
    at_old = at_new = 0
    for number in _longest_increasing([b[sentence] for sentence in once]):
        sentence = once[number]
        start, place = a[sentence], b[sentence]
        if start > at_old or place > at_new:
            found.append((at_old, start, at_new, place))
        at_old, at_new = start + len(sentence), place + len(sentence)
    return [*found, (at_old, len(old), at_new, len(new))]


def _sentences(text: str) -> dict[str, int]:
    """Where each sentence that is long enough to be told from others begins, in order; -1 for one that comes again."""
    found: dict[str, int] = {}
    at = 0
    for sentence in _SENTENCE.findall(text):
        if len(sentence) >= _TELLING:
            found[sentence] = -1 if sentence in found else at
        at += len(sentence)
    return found


def _settled(old: str, new: str, edits: list[Edit]) -> list[Edit]:
    """The same changes, each where a person would see it: at the border of a turn, a line or a sentence, else at the right."""
    placed: list[Edit] = []
    for number, edit in enumerate(edits):
        before = edit.start_from - (placed[-1].end_from if placed else 0)
        after = (edits[number + 1].start_from if number + 1 < len(edits) else len(old)) - edit.end_from
        left, right = _room(old, new, edit, min(before, _FAR), min(after, _FAR))
        text, at = (old, edit.start_from) if edit.start_from == edit.end_from else (new, edit.start_to)
        by = max(range(-left, right + 1), key=lambda step: (_border(text, at + step), step)) if left or right else 0
        placed.append(Edit(*(place + by for place in edit[:4])))
    ends = [0, *(edit.end_from for edit in placed)]
    starts = [*(edit.start_from for edit in placed[1:]), len(old)]
    found: list[Edit] = []
    for edit, end, start in zip(placed, ends, starts, strict=False):
        left, right = _room(old, new, edit, edit.start_from - end, start - edit.end_from)
        found.append(edit._replace(left=left, right=right))
    return found


def _room(old: str, new: str, edit: Edit, before: int, after: int) -> tuple[int, int]:
    """How many characters to the left and right the same change may as well stand, within the unchanged text beside it."""
    if edit.start_from < edit.end_from and edit.start_to < edit.end_to:
        return 0, 0
    text, start, end = (new, *edit[2:4]) if edit.start_from == edit.end_from else (old, *edit[:2])
    left = right = 0
    while left < before and text[start - 1 - left] == text[end - 1 - left]:
        left += 1
    while right < after and text[start + right] == text[end + right]:
        right += 1
    return left, right


def _border(text: str, at: int) -> int:
    """How much of a border a place is: 3 of a turn, 2 of a line, 1 of a sentence, 0 of a word, -1 none."""
    if at in (0, len(text)) or text[at - 2 : at] == "\n\n":
        return 3
    if text[at - 1] == "\n":
        return 2
    if text[at - 1].isalnum() and text[at].isalnum():
        return -1
    return int(text[at - 1].isspace() and text[at - 2 : at - 1] in (".", "!", "?", "…", ":"))


def _offsets(tokens: Sequence[str], first: int) -> list[int]:
    return list(accumulate(map(len, tokens), initial=first))


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


def _aligned(a: Sequence[str], b: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Changed ranges of two short runs of tokens: as many words as can be stay, then as many of the signs between them."""
    from rapidfuzz.distance import Indel

    def unequal(x: Sequence[str], y: Sequence[str]) -> list[tuple[int, int, int, int]]:
        codes = Indel.opcodes(x, y)
        return [(c.src_start, c.src_end, c.dest_start, c.dest_end) for c in codes if c.tag != "equal"]

    words_a, words_b = ([at for at, token in enumerate(tokens) if token[0].isalnum()] for tokens in (a, b))
    if not words_a or not words_b:
        return unequal(a, b)
    same = [
        (words_a[code.src_start + step], words_b[code.dest_start + step])
        for code in Indel.opcodes([a[at] for at in words_a], [b[at] for at in words_b])
        if code.tag == "equal"
        for step in range(code.src_end - code.src_start)
    ]
    found: list[tuple[int, int, int, int]] = []
    at_a = at_b = 0
    for x, y in [*same, (len(a), len(b))]:
        if a[at_a:x] != b[at_b:y]:
            found += [(at_a + i, at_a + j, at_b + k, at_b + m) for i, j, k, m in unequal(a[at_a:x], b[at_b:y])]
        at_a, at_b = x + 1, y + 1
    return found


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
        return [(i + w, i + x, k + y, k + z) for w, x, y, z in _aligned(a[i:j], b[k:m])]

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


class Way:
    """The way from one text to another: where spans of the earlier text lie in the later one."""

    def __init__(self, edits: Sequence[Edit], why: Sequence[str] = ()) -> None:
        order = sorted(range(len(edits)), key=edits.__getitem__)
        self.edits = [edits[at] for at in order]
        self._why = [why[at] for at in order] if why else []
        self._ends = [edit.end_from for edit in self.edits]

    def carry(self, start: int, end: int) -> Mapped | None:
        """Where `[start, end)` lies, and whether words inside it changed; None where all of it was taken out."""
        first, last, touched = self._inside(start, end)
        if first < last:
            begins, ends = self.edits[first], self.edits[last - 1]
            shift = self._shift(first)
            new_start = start + shift if begins.start_from > start else begins.start_to
            new_end = ends.end_to if ends.end_from >= end else end + ends.end_to - ends.end_from
        else:
            shift = self._shift(first)
            new_start, new_end = start + shift, end + shift
        return Mapped(new_start, new_end, touched) if new_end > new_start else None

    def why(self, start: int, end: int) -> list[str]:
        """Why the words in `[start, end)` changed: the reasons of the changes inside it, each once, sorted."""
        first, last, _ = self._inside(start, end)
        return sorted(set(self._why[first:last]))

    def reasons(self, start: int, end: int) -> list[str]:
        """Why something in `[start, end]` changed, borders included: each reason once, sorted."""
        inside = [n for n, edit in enumerate(self.edits) if edit.start_from <= end and edit.end_from >= start]
        return sorted({self._why[n] for n in inside}) if self._why else []

    @property
    def every_reason(self) -> list[str]:
        """The reasons of all changes, each once, sorted."""
        return sorted(set(self._why))

    def _shift(self, number: int) -> int:
        """By how much what follows the first so many changes has moved."""
        return self.edits[number - 1].end_to - self.edits[number - 1].end_from if number else 0

    def _inside(self, start: int, end: int) -> tuple[int, int, bool]:
        """The changes inside a span, from one number to before another, without those that may as well stand beside it."""
        first = bisect_right(self._ends, start)  # those before the span, or put in right before it
        last = first
        while last < len(self.edits) and self.edits[last].start_from < end:
            last += 1
        if first < last and self.edits[first].end_from - self.edits[first].left <= start:
            first += 1
        if first < last and self.edits[last - 1].start_from + self.edits[last - 1].right >= end:
            last -= 1
        return first, last, first < last


def map_span(edits: pd.DataFrame | Sequence[Edit], start: int, end: int) -> Mapped | None:
    """Where `[start, end)` of an earlier text lies in the present one; for many spans of one text make a `Way` once.

    Parameters
    ----------
    edits
        The changed stretches from that earlier text to the present one: rows of the table `edits` with one
        `sha256_from`, or the list that `edits_between` gives.

    Returns
    -------
    The span and whether words inside it changed: a span that was not touched covers the same characters. What was
    put in right before or right after a span, or may as well have been, does not belong to it. None where all of it was
    taken out.
    """
    return Way(edits_of_table(edits) if isinstance(edits, pd.DataFrame) else edits).carry(start, end)


def edits_in_a_row(first: Way, second: Way) -> Way:
    """The way from one text to a third one, over a second: what is the same on both ways is the same on this one."""
    same_all: list[tuple[int, int, float]] = []
    runs = list(_runs(second.edits))
    for at_old, at_mid, length in _runs(first.edits):
        for at_other, at_new, other in runs:
            start = max(at_mid, at_other)
            end = min(at_mid + length, at_other + other)
            if end > start:
                same_all.append((at_old + start - at_mid, at_new + start - at_other, end - start))
    edits: list[Edit] = []
    why: list[str] = []
    whole = {edit[:2]: edit for edit in first.edits}
    old = new = 0
    for at_old, at_new, length in same_all:
        if at_old > old or at_new > new:
            edit = Edit(old, at_old, new, at_new)
            same = whole.get(edit[:2])
            if same is not None and same.end_to - same.start_to == at_new - new:
                edit = edit._replace(left=same.left, right=same.right)
            edits.append(edit)
            reasons = first.reasons(old, at_old)
            why.append(reasons[0] if reasons else next(iter(second.every_reason), ""))
        old, new = int(min(at_old + length, 2**62)), int(min(at_new + length, 2**62))
    return Way(edits, why)


def _runs(edits: Sequence[Edit]) -> list[tuple[int, int, float]]:
    """What is the same in both texts: where it begins in each, and how long it is (the last one: to the end)."""
    found: list[tuple[int, int, float]] = []
    old = new = 0
    for edit in edits:
        if edit.start_from > old:
            found.append((old, new, edit.start_from - old))
        old, new = edit.end_from, edit.end_to
    return [*found, (old, new, float("inf"))]


def way_of_table(rows: pd.DataFrame) -> Way:
    """The way that rows of table `edits` with one `sha256_from` describe, with the reason of each change."""
    ordered = rows.sort_values(["start_from", "end_from"], kind="stable")
    return Way(edits_of_table(ordered), list(ordered["why"]))


def edits_of_table(rows: pd.DataFrame) -> list[Edit]:
    """The rows of table `edits` as a sorted list."""
    columns = [name for name in Edit._fields if name in rows]  # a table of an earlier version has no room beside
    return sorted(Edit(*row) for row in zip(*(rows[column].fillna(0).astype(int) for column in columns), strict=True))


# ---------------------------------------------------------------- kept texts


def texts_folder(study: Study) -> Path:
    """Where every text is kept: `data/raw/texts`."""
    return study.raw / "texts"


def kept_folders(study: Study) -> list[Path]:
    """The folder of kept texts, and the folders in it: what a colleague kept on another machine is read from these."""
    folder = texts_folder(study)
    return [folder, *_other_folders(folder)]


def _other_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if entry.is_dir() and entry.name != READ)


def kept_index(study: Study) -> pd.DataFrame:
    """The index of kept texts (`transcript, sha256_text, text_rule, sha256_raw`, all text); empty where there is none.

    Raises
    ------
    TranscriptError
        The index cannot be read.
    """
    found = [pd.DataFrame(columns=list(INDEX_COLUMNS), dtype=object)]
    for path in (folder / "index.csv" for folder in kept_folders(study)):
        if not path.is_file():
            continue
        data = read_sheet(path, shown_as=study.shown(path)).data
        missing = [column for column in INDEX_COLUMNS if column not in data]
        if missing:
            what, hint = f"column '{missing[0]}' is missing.", "qualcode writes this file: restore it."
            raise TranscriptError(Problem(study.shown(path), what, hint, "row 1"))
        found.append(data[list(INDEX_COLUMNS)])
    return found[-1] if len(found) < 3 else pd.concat(found[1:]).drop_duplicates(ignore_index=True)


def kept_text(study: Study, sha: str) -> str | None:
    """A kept text by its SHA-256; None where it is not there, or is not the text of that name any more."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha):
        return None
    folder = texts_folder(study)
    kept = _kept_in(folder, sha)
    if kept is None:
        kept = next((found for one in _other_folders(folder) if (found := _kept_in(one, sha)) is not None), None)
    return vars(study).get(_REMEMBERED, {}).get(sha) if kept is None else kept


_REMEMBERED = "_remembered_texts"


def remember_text(study: Study, sha: str, text: str) -> None:
    """Have `kept_text` give a text of this loaded study that may not be kept in a file (a check writes none)."""
    vars(study).setdefault(_REMEMBERED, {})[sha] = text


def _whole(study: Study, transcript: str, sha: str) -> str:
    """A conversation with the turns of people who withdrew, which was kept when it was read."""
    found = kept_text(study, sha)
    if found is None:
        what = "this conversation, as it was before somebody's turns were taken out, is not kept any more."
        raise TranscriptError(Problem(transcript, what, "Delete data/processed/shards, and run again."))
    return found


def _kept_in(folder: Path, sha: str) -> str | None:
    path = folder / f"{sha}.txt"
    if not path.is_file():
        return None
    data = path.read_bytes()
    return data.decode("utf-8") if sha256(data) == sha else None


def keep_texts(
    study: Study,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    names_out: Mapping[str, Replaced] | None = None,
) -> None:
    """Keep the present texts by their hash and list them in the index; what is kept already stays as it is.

    `names_out`: of transcripts in which names were replaced the text before is kept as well.
    """
    folder = texts_folder(study)
    index = kept_index(study)
    rows: list[tuple[str, str, str, str]] = []
    places = kept_folders(study)
    named = names_out or {}
    for line in transcripts.to_dict("records"):
        name, made_from = str(line["transcript"]), (str(line["text_rule"]), str(line["sha256_raw"]))
        rows.append((name, str(line["sha256_text"]), *made_from))
        if all(_kept_in(place, rows[-1][1]) is None for place in places):
            write_text(folder / f"{rows[-1][1]}.txt", texts[name])
        if name in named:
            before = named[name].text
            rows.append((name, sha256(before), *made_from))
            if all(_kept_in(place, rows[-1][1]) is None for place in places):
                write_text(folder / f"{rows[-1][1]}.txt", before)
            if named[name].whole:
                rows.append((name, named[name].whole, *made_from))
                if all(_kept_in(place, rows[-1][1]) is None for place in places):
                    write_text(folder / f"{rows[-1][1]}.txt", _whole(study, name, named[name].whole))
    new = pd.DataFrame(rows, columns=list(INDEX_COLUMNS), dtype=object)
    both = pd.concat([index, new]).drop_duplicates().sort_values(list(INDEX_COLUMNS), kind="stable")
    if len(both) != len(index) or not (folder / "index.csv").is_file():
        write_text(folder / "index.csv", both.to_csv(index=False, lineterminator="\n"))


class Replaced(NamedTuple):
    """What was done to a transcript after it was read.

    The text with names in it, and the stretches that were replaced. Where turns of people who withdrew were then taken out,
    `whole` is the SHA-256 of the conversation before (without names), and `taken` leads from there to the present text.
    """

    text: str
    edits: Sequence[Edit]
    whole: str = ""
    taken: Sequence[Edit] = ()


def edits_of_study(
    study: Study,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    names_out: Mapping[str, Replaced] | None = None,
) -> pd.DataFrame:
    """Table `edits`: from every kept text of each transcript to its present one.

    Parameters
    ----------
    names_out
        Of each transcript in which names were replaced, the text before and what was replaced: from that text the edits are
        these, not what a comparison finds; from any other kept text, a change that touches a replaced stretch is `identifier`.

    Returns
    -------
    The table. Where turns of people who withdrew were taken out (`withdrawn`), the edits from all other texts lead to the whole
    conversation, and from there to the present text. `why` is else
    `reader` where both texts were made from the same file (qualcode reads it otherwise now), or
    `correction`. Where an earlier text is another one altogether, all of it is taken out, and nothing is carried. Kept texts
    that are not there any more are left out; `missing_texts` lists them.

    Raises
    ------
    TranscriptError
        Transcripts whose text is another one than ever before, where nobody has accepted it: all at once.
    """
    from qualcode.transcripts.alike import accepted

    rows, others = compare_with_kept(study, transcripts, texts, names_out=names_out)
    said = accepted(study) if others else set()
    problems = Problems()
    problems.found = [problem for about, problem in others.items() if about not in said]
    problems.raise_if_any(TranscriptError)
    return TABLES["edits"].shape(rows)


def compare_with_kept(
    study: Study,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    names_out: Mapping[str, Replaced] | None = None,
) -> tuple[list[dict[str, object]], dict[tuple[str, str], Problem]]:
    """Rows of table `edits`; and each transcript whose text is another one than ever before, with that text's hash."""
    from qualcode.transcripts.alike import ALIKE, nothing_left, replaced, share_kept

    rows: list[dict[str, object]] = []
    index = kept_index(study)
    kept = {str(name): _made_from(own) for name, own in index.groupby("transcript", sort=False)}
    others: list[tuple[dict[Any, Any], float]] = []
    for line in transcripts.to_dict("records"):
        name, sha_to, before = (
            str(line["transcript"]),
            str(line["sha256_text"]),
            (names_out or {}).get(str(line["transcript"])),
        )
        own = kept.get(name, {})
        present = ""
        if (
            before is not None and before.whole
        ):  # all is compared with the whole conversation; the way goes on from there
            present = _whole(study, name, before.whole)
            own = {sha: raws for sha, raws in own.items() if sha != sha_to}
            rows += [
                {
                    "transcript": name,
                    "sha256_from": before.whole,
                    "sha256_to": sha_to,
                    "why": "withdrawn",
                    **edit._asdict(),
                }
                for edit in before.taken
            ]
            sha_to = before.whole
        earlier = {sha: text for sha in sorted(set(own) - {sha_to}) if (text := kept_text(study, sha)) is not None}
        if not earlier and before is None:
            continue
        present = present or texts[name]
        ranges = [edit[2:4] for edit in before.edits] if before is not None else []
        shares = [1.0] if sha_to in own or not earlier else []
        if before is not None and before.text != present:
            earlier.setdefault(sha256(before.text), before.text)
        for sha, old in earlier.items():
            if before is not None and old == before.text:
                edits, other = list(before.edits), "identifier"
            else:
                edits = edits_between(old, present)
                other = "reader" if line["sha256_raw"] in own.get(sha, ()) else "correction"
                shares.append(share_kept(old, present, edits))
                if shares[-1] < ALIKE:
                    edits = nothing_left(old, present)
            for edit in edits:
                why = "identifier" if _meets(edit, ranges) else other
                rows.append({"transcript": name, "sha256_from": sha, "sha256_to": sha_to, "why": why, **edit._asdict()})
        if shares and all(share < ALIKE for share in shares):
            others.append((line, max(shares)))
    found: dict[tuple[str, str], Problem] = {}
    for line, share in others:
        name = str(line["transcript"])
        known = {
            one: [text for sha in kept.get(one, {}) if (text := kept_text(study, sha)) is not None]
            for one in map(str, transcripts["transcript"])
            if one != name
        }
        where = str(line.get("file") or name)
        found[name, str(line["sha256_text"])] = replaced(where, name, share, texts[name], known)
    return rows, found


def _made_from(own: pd.DataFrame) -> dict[str, set[str]]:
    """Of each kept text of one transcript the files it was made from, by their hashes."""
    found: dict[str, set[str]] = {}
    for sha, raw in zip(own["sha256_text"], own["sha256_raw"], strict=True):
        found.setdefault(str(sha), set()).add(str(raw))
    return found


def _meets(edit: Edit, ranges: Sequence[tuple[int, ...]]) -> bool:
    """Whether what an edit put in touches one of the ranges of the later text."""
    return any(start < max(edit.end_to, edit.start_to + 1) and edit.start_to < end for start, end in ranges)


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
    for name in sorted(texts):  # one after another: all of them need not fit into memory
        write_text(place / f"{name}.txt", texts[name])

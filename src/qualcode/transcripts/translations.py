"""Translations: which transcript, and which turn, is one of which; and what that means for codings and quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from qualcode.errors import Problems, nearest
from qualcode.study import Study
from qualcode.tables import split

_SKIP = 1.2  # cost of a turn that has no counterpart, against 0 for a pair of one voice and one length
_OTHER_VOICE = 1.0


@dataclass(frozen=True)
class Translation:
    """One row of the table `translations`: a transcript, what it is a translation of, its language, who translated."""

    transcript: str
    of: str
    language: str
    translator: str


def translations_of(study: Study, transcripts: Sequence[str], problems: Problems) -> dict[str, Translation]:
    """The study's translations by transcript; rows that name unknown transcripts, or a translation of one, are problems."""
    path = study.raw_table_file("translations")
    where = study.shown(path) if path else "data/raw/translations.csv"
    known = set(transcripts)
    found: dict[str, Translation] = {}
    table = study.translations.to_dict("records")
    translated = {str(line["transcript"]) for line in table}
    for line in table:
        place = f"row {line['_row']}"
        pair = (str(line["transcript"]), str(line["translation_of"]))
        unknown = [name for name in pair if name not in known]
        for name in unknown:
            problems.add(where, f"there is no transcript '{name}'.", nearest(name, known), place=place)
        if pair[1] in translated:
            problems.add(
                where,
                f"transcript {pair[1]} is a translation itself."
                if pair[0] != pair[1]
                else f"{pair[0]} is its own original.",
                "Column translation_of names the transcript in the language that was spoken.",
                place=place,
            )
        elif not unknown:
            found[pair[0]] = Translation(*pair, str(line["language"]), str(line["translator"]))
    return found


# ---------------------------------------------------------------- which turn is which


def source_turns(original: pd.DataFrame, translated: pd.DataFrame) -> list[str]:
    """For each turn of a translation the number of the turn that it translates ("" where there is none).

    Parameters
    ----------
    original, translated
        Rows of table `turns` of the two transcripts, in order (columns turn, speaker, role, start, end).

    Notes
    -----
    The cheapest way through both in order: a pair costs the difference of its lengths (each as a share of all words) and
    one more where the voices differ; a turn left alone, or put with its neighbour's counterpart, costs 1.2 (after Gale and
    Church 1993, doi 10.5555/972450.972455, with voices in place of sentence ends).
    """
    a, b = _measured(original), _measured(translated)
    rows, columns = len(a), len(b)
    far = float("inf")
    cost = [[far] * (columns + 1) for _ in range(rows + 1)]
    step = [[""] * (columns + 1) for _ in range(rows + 1)]
    cost[0][0] = 0.0
    band = abs(rows - columns) + 60  # pairs further apart than this in the two are not looked at
    for i in range(rows + 1):
        for j in range(max(0, i - band), min(columns, i + band) + 1):
            if not i and not j:
                continue
            ways = [
                (cost[i - 1][j - 1] + _pair(a[i - 1], b[j - 1]), "pair") if i and j else (far, ""),
                (cost[i - 1][j] + _SKIP, "original") if i else (far, ""),
                (cost[i][j - 1] + _SKIP, "translation") if j else (far, ""),
            ]
            cost[i][j], step[i][j] = min(ways, key=lambda way: way[0])
    found = [""] * columns
    i, j = rows, columns
    while i or j:
        way = step[i][j]
        if way == "pair":
            found[j - 1] = str(original.iloc[i - 1]["turn"])
            i, j = i - 1, j - 1
        elif way == "original":
            i -= 1
        else:
            j -= 1
    return found


def _measured(turns: pd.DataFrame) -> list[tuple[str, str, float]]:
    lengths = (turns["end"] - turns["start"]).astype(float)
    total = float(lengths.sum()) or 1.0
    return [
        (str(speaker).casefold(), str(role), float(length) / total * len(turns))
        for speaker, role, length in zip(turns["speaker"], turns["role"], lengths, strict=True)
    ]


def _pair(one: tuple[str, str, float], other: tuple[str, str, float]) -> float:
    longer = max(one[2], other[2]) or 1.0
    voice = 0.0 if one[0] == other[0] else 0.5 * _OTHER_VOICE if one[1] == other[1] else _OTHER_VOICE
    return abs(one[2] - other[2]) / longer + voice


# ---------------------------------------------------------------- codings and quotes


def on_originals(
    codings: pd.DataFrame, transcripts: pd.DataFrame, turns: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Codings with those made on a translation standing for whole turns of the original.

    Returns
    -------
    The table `codings` (or `consensus`: any with transcript, scope, start, end), in which a span of a translation is the
    stretch of the original from the first to the last of the turns that it touches by a word; and the rows that touch no
    turn with a counterpart, as they were. Codings of a whole translation are of the whole original. Their `sha256_text`,
    where there is one, is the original's.
    """
    source = {
        str(line["transcript"]): str(line["translation_of"])
        for line in transcripts.to_dict("records")
        if line["translation_of"]
    }
    hashes = dict(zip(transcripts["transcript"], transcripts["sha256_text"], strict=True))
    by_transcript = {str(name): own for name, own in turns.groupby("transcript", sort=False)}
    kept: list[dict[str, object]] = []
    lost: list[dict[str, object]] = []
    for row in codings.to_dict("records"):
        line = {str(key): value for key, value in row.items()}
        name = str(line["transcript"])
        if name not in source:
            kept.append(line)
            continue
        moved = line | {"transcript": source[name]}
        if "sha256_text" in line:
            moved["sha256_text"] = hashes.get(source[name], "")
        if line["scope"] != "transcript":
            own, other = by_transcript.get(name), by_transcript.get(source[name])
            place = original_span(own, other, int(line["start"]), int(line["end"]))
            if place is None:
                lost.append(line)
                continue
            moved["start"], moved["end"] = place
        kept.append(moved)
    columns = list(codings.columns)
    return (
        pd.DataFrame(kept, columns=columns).astype(codings.dtypes.to_dict()),
        pd.DataFrame(lost, columns=columns).astype(codings.dtypes.to_dict()),
    )


@dataclass(frozen=True)
class Compared:
    """What coders are compared by: their codings and readings, those of translations on the originals; no layer is changed.

    `lost` counts codings on turns of a translation that have no counterpart: they stay where they are.
    """

    codings: pd.DataFrame
    assignments: pd.DataFrame
    waiting: pd.DataFrame
    lost: int = 0


def compared_on_originals(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    waiting: pd.DataFrame,
    transcripts: pd.DataFrame,
    turns: pd.DataFrame,
) -> Compared:
    """Tables `codings`, `assignments` and the codings that wait (columns of `splits`), with translations put on originals.

    Who read a translation, or a stretch of it, read the original, or the whole turns of it; a stretch without a counterpart
    stays as it is. Without translations the tables are returned as they came.
    """
    source = {
        str(name): str(of)
        for name, of in zip(transcripts["transcript"], transcripts["translation_of"], strict=True)
        if of
    }
    if not source:
        return Compared(codings, assignments, waiting)
    moved, lost = on_originals(codings, transcripts, turns)
    held, held_lost = on_originals(waiting, transcripts, turns)
    by_transcript = {str(name): own for name, own in turns.groupby("transcript", sort=False)}
    hashes = dict(zip(transcripts["transcript"], transcripts["sha256_text"], strict=True))
    read = assignments.copy()
    for at, line in assignments.iterrows():
        name = str(line["transcript"])
        if name not in source:
            continue
        if pd.notna(line["start"]):
            own, other = by_transcript.get(name), by_transcript.get(source[name])
            place = original_span(own, other, int(line["start"]), int(line["end"]))
            if place is None:
                continue
            read.loc[at, "start"], read.loc[at, "end"] = place
        read.loc[at, "transcript"] = source[name]
        read.loc[at, "sha256_text"] = hashes.get(source[name], "")
    return Compared(
        pd.concat([moved, lost], ignore_index=True).astype(codings.dtypes.to_dict()),
        read,
        pd.concat([held, held_lost], ignore_index=True).astype(waiting.dtypes.to_dict()),
        len(lost),
    )


def original_span(
    translated: pd.DataFrame | None, original: pd.DataFrame | None, start: int, end: int
) -> tuple[int, int] | None:
    """The stretch of the original that whole turns of it make for `[start, end)` of a translation; None for none."""
    if translated is None or original is None:
        return None
    touched = translated[(translated["start"] < end) & (translated["end"] > start)]
    numbers = {number for cell in touched["source_turn"] for number in split(cell)}
    own = original[original["turn"].astype(str).isin(numbers)]
    return (int(own["start"].min()), int(own["end"].max())) if len(own) else None


def quote_versions(
    quotes: pd.DataFrame, transcripts: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str]
) -> pd.DataFrame:
    """For each quote its `language`, and its words in the other language.

    Parameters
    ----------
    quotes
        Rows with transcript, start, end (offsets into `texts`).

    Returns
    -------
    One row a quote, in order: `language` of the transcript, `original` and `translation` (each "" where there is none).
    A quote from a translation has the whole turns of the original that its own turns translate; one from an original the
    whole turns of the first translation (by id) that translate its turns.
    """
    language = dict(zip(transcripts["transcript"], transcripts["language"], strict=True))
    source = {
        str(t): str(o) for t, o in zip(transcripts["transcript"], transcripts["translation_of"], strict=True) if o
    }
    into: dict[str, str] = {}
    for name in sorted(source):
        into.setdefault(source[name], name)
    by_transcript = {str(name): own for name, own in turns.groupby("transcript", sort=False)}
    rows = []
    for name, start, end in zip(quotes["transcript"], quotes["start"], quotes["end"], strict=True):
        text = texts.get(str(name), "")[int(start) : int(end)]
        original = translation = ""
        if name in source:
            place = original_span(by_transcript.get(name), by_transcript.get(source[name]), int(start), int(end))
            original = texts[source[name]][place[0] : place[1]] if place else ""
            translation = text
        elif name in into:
            original, other = text, into[str(name)]
            mine = by_transcript[str(name)]
            own = mine[(mine["start"] < end) & (mine["end"] > start)]["turn"].astype(str)
            theirs = by_transcript[other]
            hit = theirs[[bool(set(split(cell)) & set(own)) for cell in theirs["source_turn"]]]
            translation = "\n".join(texts[other][a:b] for a, b in zip(hit["start"], hit["end"], strict=True))
        rows.append({"language": language.get(str(name), ""), "original": original, "translation": translation})
    return pd.DataFrame(rows, columns=["language", "original", "translation"], dtype=object)

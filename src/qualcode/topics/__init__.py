"""Topics: groups of turns that are about the same thing, as a machine sees it. Suggestions, never codings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qualcode.config import Topics
from qualcode.tables import TABLES

LEAST = 80  # segments under which no topics are suggested
FEW = 300  # under which they change more from run to run
STABLE, SURE = 0.6, 0.6  # conventions, not estimates
MUCH = 2 / 3  # of a topic's segments from one transcript
REPRESENTATIVE = 3
MANY = ((10_000, 5), (5_000, 10))  # above so many segments at most so many runs

Embed = Callable[[list[str]], NDArray[np.floating[Any]]]


@dataclass(frozen=True)
class Suggested:
    """Tables `topic_list` and `topic_segments`; `notes` what to tell about them; `seconds` by step (for the log alone)."""

    topic_list: pd.DataFrame
    topic_segments: pd.DataFrame
    notes: dict[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)


def suggest_topics(
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    languages: Mapping[str, str],
    *,
    settings: Topics,
    translation_of: Mapping[str, str] | None = None,
    embed: Embed | None = None,
    threads: int = 2,
) -> Suggested:
    """Group the longer turns by what they are about, and name the groups by their words.

    Parameters
    ----------
    turns
        Table `turns`.
    texts, languages
        Canonical text and language of each transcript.
    settings
        Section `topics` of the configuration.
    translation_of
        The original's id, by translation. A passage that is there in two languages goes in once, on its original turn; in the
        words of a translation into `settings.language`, where there is one.
    embed
        Texts to vectors (texts x dimensions, length 1); by default the model that `settings.model` names.
    threads
        Of the embedding; the result does not depend on it.

    Returns
    -------
    `topic_list` one row a topic, 1 the largest: words (best first, joined by `, `), segments, transcripts, stability
    (0-1), largest_share (of its segments, from one transcript), flag. `topic_segments` one row a unit: segment is the
    turn's number, topic, certainty (0-1), representative (1-3 the segments nearest to the topic's centre, 0 others),
    role of the speaker. `notes` always has `reason` (why there are no topics, else empty), `units`, `left_out`,
    `min_words`, `model`, `settings`, `warnings`; ids and counts only.

    Raises
    ------
    StudyError
        The model is not there or cannot be used.

    Notes
    -----
    Same input and settings, same topics. With fewer than 80 units there are none.
    """
    from qualcode.topics.units import choose_units
    from qualcode.topics.versions import one_version

    clock = _Clock()
    versions = one_version(turns, texts, languages, translation_of or {}, language=settings.language)
    languages = versions.languages
    units = choose_units(
        versions.turns,
        dict(texts),
        min_words=settings.min_words,
        interviewers=settings.interviewers,
        instead=versions.instead,
    )
    chosen = np.flatnonzero(units.turns["unit"].to_numpy())
    n = len(chosen)
    notes: dict[str, Any] = {
        "reason": "",
        "turns": len(units.turns),
        "units": n,
        "left_out": units.left_out | {"translations": versions.left_out},
        "min_words": units.min_words,
        "median_words": units.median_words,
        "topics": 0,
        "stable": None,
        "unsure": None,
        "runs": 0,
        "cut": 0,
        "languages": _counts(languages, units.turns["transcript"].iloc[chosen]),
        "model": {},
        "settings": settings.model_dump(),
        "warnings": [],
    }
    if not settings.enabled:
        notes["reason"] = "Topics are switched off (topics.enabled in config/study.yaml)."
    elif n < LEAST:
        notes["reason"] = (
            f"There are {n} segments of {units.min_words} words and more; topics are suggested from {LEAST} up, because "
            "below that they change with every run."
        )
    if notes["reason"]:
        return Suggested(TABLES["topic_list"].empty(), TABLES["topic_segments"].empty(), notes, clock.seconds)

    from qualcode.stopwords import all_stop_words
    from qualcode.topics.cluster import consensus_groups, with_context
    from qualcode.topics.name import topic_words

    if embed is None:
        embed = _installed(settings.model, threads, units.turns["unit"].to_numpy(), notes)
    own = _embed_once(embed, units.turns, chosen)
    clock.lap("embedding")
    frame = units.turns.iloc[chosen].reset_index(drop=True)
    with _one_thread():
        vectors = with_context(
            own, units.turns["before"].to_numpy(), units.turns["after"].to_numpy(), weight=settings.context
        )[chosen]
        runs = min([settings.runs, *(most for size, most in MANY if n > size)])
        groups = consensus_groups(
            vectors, neighbours=settings.neighbours, resolution=settings.resolution, runs=runs, seed=settings.seed
        )
        clock.lap("grouping")
        stop, unlisted = all_stop_words(notes["languages"], settings.stop_words)
        words = topic_words(list(frame["text"]), vectors, groups.labels, groups.certainty, stop=stop)
        clock.lap("naming")
        topic_segments = _segments(frame, own[chosen], groups.labels, groups.certainty)
    topic_list = _topics(topic_segments, words, groups.stability)
    notes["topics"], notes["runs"] = len(topic_list), groups.runs
    if groups.runs > 1:
        notes["stable"] = int((topic_list["stability"] >= STABLE).sum())
        notes["unsure"] = round(float((topic_segments["certainty"] < SURE).mean()), 4)
    notes["warnings"] += _warnings(notes, unlisted, settings)
    return Suggested(topic_list, topic_segments, notes, clock.seconds)


# ---------------------------------------------------------------- steps


def _installed(name: str, threads: int, unit: NDArray[np.bool_], notes: dict[str, Any]) -> Embed:
    from qualcode.topics.embed import embed_texts, find_model

    model = find_model(name)
    notes["model"] = {
        "name": model.name,
        "model.onnx": model.sha256_onnx,
        "tokenizer.json": model.sha256_tokenizer,
    }

    def embed(texts: list[str]) -> NDArray[np.float32]:
        done = embed_texts(texts, model, threads=threads)
        notes["cut"] = int((done.cut & unit).sum())
        return done.vectors

    return embed


def _embed_once(embed: Embed, turns: pd.DataFrame, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Vectors of all turns; those that are neither a unit nor beside one stay zero, nothing needs them."""
    needed = np.zeros(len(turns) + 1, dtype=bool)  # the last is row -1, nobody's
    for rows in (chosen, turns["before"].to_numpy()[chosen], turns["after"].to_numpy()[chosen]):
        needed[rows] = True
    texts = [text if wanted else "" for text, wanted in zip(turns["text"], needed[:-1], strict=True)]
    return np.asarray(embed(texts), dtype=np.float64)


def _segments(
    frame: pd.DataFrame, own: NDArray[np.float64], labels: NDArray[np.int64], certainty: NDArray[np.float64]
) -> pd.DataFrame:
    from qualcode.topics.cluster import nearest_to_centre

    rank = np.zeros(len(frame), dtype=np.int64)
    asks = (frame["role"] == "interviewer").to_numpy()
    for label in range(int(labels.max()) + 1):
        rows = np.flatnonzero(labels == label)
        near = rows[nearest_to_centre(own[rows])]
        near = near[np.argsort(asks[near], kind="stable")]  # what was answered shows a topic better than what was asked
        rank[near[:REPRESENTATIVE]] = np.arange(1, len(near[:REPRESENTATIVE]) + 1)
    return TABLES["topic_segments"].shape(
        frame[["transcript", "start", "end", "role"]].assign(
            segment=frame["turn"], topic=labels + 1, certainty=certainty, representative=rank
        )
    )


def _topics(segments: pd.DataFrame, words: list[list[str]], stability: NDArray[np.float64]) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for number, (named, stable) in enumerate(zip(words, stability.tolist(), strict=True), start=1):
        counts = segments.loc[segments["topic"] == number, "transcript"].value_counts()
        share = float(counts.max() / counts.sum())
        flag = "one transcript" if len(counts) == 1 else "two thirds from one transcript" if share >= MUCH else ""
        rows.append(
            {
                "topic": number,
                "words": ", ".join(named),
                "segments": int(counts.sum()),
                "transcripts": len(counts),
                "stability": stable,
                "largest_share": share,
                "flag": flag,
            }
        )
    return TABLES["topic_list"].shape(rows)


def _warnings(notes: dict[str, Any], unlisted: list[str], settings: Topics) -> list[str]:
    from qualcode.topics.embed import INSTALLED

    said = []
    if notes["units"] < FEW:
        said.append(
            f"With {notes['units']} segments topics are weak: expect half of them to change when data are added."
        )
    if notes["runs"] < settings.runs:
        said.append(f"Grouped {notes['runs']} times instead of {settings.runs}, because there are so many segments.")
    if settings.runs == 1:
        said.append("Grouped once: whether topics come back is not known.")
    others = {language: count for language, count in notes["languages"].items() if not language.startswith("en")}
    if others and settings.model == INSTALLED:
        said.append(
            f"The model knows English; {sum(others.values())} segments are in transcripts in {', '.join(sorted(others))}: "
            "a multilingual model can be named in topics.model."
        )
    if unlisted:
        said.append(
            f"There is no list of stop words for {', '.join(unlisted)}: list what should not name a topic in "
            "topics.stop_words."
        )
    if notes["cut"]:
        said.append(f"Of {notes['cut']} long segments only the beginning (256 tokens, about 190 words) counted.")
    return said


# ---------------------------------------------------------------- helpers


def _counts(languages: Mapping[str, str], transcripts: pd.Series) -> dict[str, int]:
    counts: dict[str, int] = {}
    for transcript, count in transcripts.value_counts().items():
        language = languages.get(str(transcript), "") or "en"
        counts[language] = counts.get(language, 0) + int(count)
    return dict(sorted(counts.items()))


def _one_thread() -> Any:
    """Sums in the same order whatever the machine's number of cores."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1)


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step], self._last = now - self._last, now

"""Turns -> segments: the units that agreement and topics are taken over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from qualcode.errors import Problem, QualcodeError
from qualcode.tables import TABLES
from qualcode.words import word_spans

UNITS = ("turn", "paragraph", "sentence", "window")


class SegmentsError(QualcodeError):
    """Segments that cannot be cut as the study asks for."""


def cut_segments(
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    languages: Mapping[str, str],
    *,
    unit: str = "turn",
    window: int = 100,
    interviewers: bool = False,
) -> pd.DataFrame:
    """Cut turns into segments.

    Parameters
    ----------
    turns, texts
        Table `turns`, and the canonical text of each transcript.
    languages
        Language of each transcript (ISO 639-1, as `spacy.blank` knows it), for sentences.
    unit
        `turn`; `paragraph` (a line of a turn); `sentence` (spaCy's rules for the language, never across paragraphs);
        `window` (`window` words, never across turns; a last one of less than half joins the one before).
    interviewers
        Whether interviewers' turns are cut too. Voices of role `other` never are.

    Returns
    -------
    Table `segments`: offsets into the canonical text without blanks at the ends, numbered from 1 in each transcript. A
    stretch that holds no whole word (`…`, `--`) is no segment: nothing could be coded there.

    Raises
    ------
    SegmentsError
        Sentences are asked for and spaCy does not know a transcript's language.
    """
    if unit not in UNITS:
        raise ValueError(f"no unit '{unit}'")
    roles = ("participant", "interviewer") if interviewers else ("participant",)
    wanted = turns[turns["role"].isin(roles)].sort_values(["transcript", "turn"], kind="stable")
    pipelines = _pipelines(sorted(set(wanted["transcript"])), languages) if unit == "sentence" else {}
    rows: list[dict[str, object]] = []
    number, of = 0, ""
    columns = (wanted[name] for name in ("transcript", "turn", "start", "end"))
    for transcript, turn, turn_start, turn_end in zip(*columns, strict=True):
        number, of = (number, of) if transcript == of else (0, transcript)
        text = texts[transcript]
        for piece_start, piece_end in _pieces(
            text, int(turn_start), int(turn_end), unit, window, pipelines.get(transcript)
        ):
            start, end = _trimmed(text, piece_start, piece_end)
            if not word_spans(text, start, end):
                continue
            number += 1
            rows.append({"transcript": transcript, "segment": number, "turn": int(turn), "start": start, "end": end})
    return TABLES["segments"].shape(rows)


def further_units(
    wanted: Iterable[str], transcripts: pd.DataFrame, turns: pd.DataFrame, texts: Mapping[str, str], language: str
) -> dict[str, pd.DataFrame]:
    """The units of comparison `sentence` and `paragraph`, where they are among those wanted.

    `language` is that of transcripts that name none.
    """
    languages = {
        str(name): str(of) or language
        for name, of in zip(transcripts["transcript"], transcripts["language"], strict=True)
    }
    kinds = dict.fromkeys(wanted)
    return {
        kind: cut_segments(turns, texts, languages, unit=kind) for kind in ("sentence", "paragraph") if kind in kinds
    }


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _pieces(text: str, start: int, end: int, unit: str, window: int, pipeline: Any | None) -> Iterator[tuple[int, int]]:
    if unit == "turn":
        yield start, end
    elif unit == "window":
        yield from _windows(text, start, end, window)
    else:
        for line in re.finditer(r"[^\n]+", text[start:end]):
            first, last = start + line.start(), start + line.end()
            if pipeline is None:
                yield first, last
            else:
                for sentence in pipeline(text[first:last]).sents:
                    yield first + sentence.start_char, first + sentence.end_char


def _windows(text: str, start: int, end: int, size: int) -> list[tuple[int, int]]:
    """Stretches of `size` words (as `count_words` counts); a rest of less than half goes with the one before."""
    words = [(start + word.start(), start + word.end()) for word in re.finditer(r"\S+", text[start:end])]
    cuts = list(range(0, len(words), size))
    if len(cuts) > 1 and len(words) - cuts[-1] < size / 2:
        cuts.pop()
    return [
        (words[cut][0], words[(cuts[at + 1] if at + 1 < len(cuts) else len(words)) - 1][1])
        for at, cut in enumerate(cuts)
    ]


def _pipelines(transcripts: list[str], languages: Mapping[str, str]) -> dict[str, Any]:
    """spaCy's sentence rules for each transcript, one pipeline a language."""
    import spacy

    made: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for transcript in transcripts:
        language = languages.get(transcript) or "en"
        if language not in made and language not in wrong:
            try:
                pipeline = spacy.blank(re.split(r"[-_]", language.strip().lower())[0])
                pipeline.add_pipe("sentencizer")
                pipeline.max_length = 10**9
                made[language] = pipeline
            except (ImportError, OSError, ValueError):  # unknown, or its word splitter is not installed
                wrong[language] = []
        if language in wrong:
            wrong[language].append(transcript)
    if wrong:
        hint = "Set segments.unit to turn, paragraph or window, or the language to 'xx' (any language) for these transcripts."
        raise SegmentsError(
            Problem(
                "config/study.yaml",
                f"sentences cannot be cut in language '{language}' (transcripts {', '.join(of)}): spaCy has no rules for it.",
                hint,
            )
            for language, of in sorted(wrong.items())
        )
    return {transcript: made[languages.get(transcript) or "en"] for transcript in transcripts}

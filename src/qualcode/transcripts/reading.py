"""All transcripts of a study: which file is which session's, whose voice is whose, and the tables they make."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan
from sys import intern

import pandas as pd

from qualcode.errors import Problem, Problems, QualcodeError, TranscriptError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES, split
from qualcode.transcripts.canonical import TEXT_RULE, Placed
from qualcode.transcripts.edits import kept_index, missing_texts, texts_folder
from qualcode.transcripts.model import ReadOptions, counted
from qualcode.transcripts.onefile import ReadFile
from qualcode.transcripts.roles import SessionVoices, Voice, named_voice
from qualcode.transcripts.sources import Source, sources_of
from qualcode.transcripts.store import NAME as STORE
from qualcode.transcripts.store import Job, Store, Texts, key_of, processors, read_all
from qualcode.transcripts.translations import Translation, translations_of, with_source_turns
from qualcode.words import count_words

# sources that are read without a session row say so; notes that ask for a person's look are warnings
_LOOK = ("not UTF-8", "only one voice", "time line", "control characters", "UTF-16 without", "PDF: ", "HTML: ")


@dataclass
class Transcribed:
    """What reading gave: tables `transcripts`, `turns` and `report_transcripts`, the canonical texts by transcript, warnings."""

    transcripts: pd.DataFrame
    turns: pd.DataFrame
    texts: Mapping[str, str]
    report: pd.DataFrame
    warnings: list[Problem] = field(default_factory=list)


def read_transcripts(study: Study, *, keep: bool = False) -> Transcribed:
    """Read every transcript of the study that is not withdrawn.

    Parameters
    ----------
    keep
        Keep what was read in `data/processed/read.sqlite`, and read on all processors where there is much to read. What is
        there already is used in any case; without `keep` nothing is written.

    Returns
    -------
    Tables with offsets into `texts`. `transcripts.speakers` counts the voices that have a name (interviewers too; 0
    where no label was found), `words` the words of turns (labels left out), `seconds` the last time known.

    Raises
    ------
    TranscriptError
        Everything wrong with any file, at once: unreadable, empty, of a format that is not read, two files for one
        transcript, a file named by two sessions, a session that is done and whose file is missing.
    """
    problems = Problems()
    warnings: list[Problem] = []
    sources = sources_of(study, problems, warnings)
    try:
        speakers = study.speakers
    except QualcodeError as error:
        problems.extend(error)
        speakers = TABLES["speakers"].empty()
    spoken = {str(name): own for name, own in speakers.groupby("session", sort=False)}
    translations = _translations(study, sources, problems)
    rows: list[dict[str, object]] = []
    turns = _TurnColumns()
    report: list[dict[str, object]] = []
    keys: dict[str, str] = {}
    jobs: list[Job] = []
    for source in sources:
        named = spoken.get(source.session_id, speakers.iloc[:0])
        options = _options(study, source, list(named["speaker"]))
        try:
            keys[source.transcript] = key_of(source.path, options)
        except OSError as error:
            problems.add(study.shown(source.path), f"this file cannot be opened ({error.strerror}).")
            continue
        jobs.append((keys[source.transcript], source.path, options))
    store = Store(study.processed / STORE, write=keep)
    read_all(jobs, store, processes=processors() if keep else 1)
    store.keep_only(keys.values())
    for source in sources:
        if source.transcript not in keys:
            continue
        where = study.shown(source.path)
        raw = store.get(keys[source.transcript])
        if raw.what:
            problems.add(where, raw.what, raw.hint)
            continue
        placed = raw.placed
        named = spoken.get(source.session_id, speakers.iloc[:0])
        who = _voices(study, source, named, raw, {turn.speaker for turn in placed})
        turns.add(source.transcript, placed, who)
        translation = translations.get(source.transcript)
        language, known_from = _language(study, source, translation, raw.looks_like)
        row = _row(study, source, raw) | {"language": language}
        if translation is not None:
            row |= {"translation_of": translation.of, "translator": translation.translator}
        rows.append(row)
        told = [*_warnings(source, raw, who), *_odd_language(raw.looks_like, language, known_from)]
        warnings += [Problem(where, what, hint) for what, hint in told]
        notes = [*raw.notes, *(what.removesuffix(".") for what, _ in told if what.removesuffix(".") not in raw.notes)]
        report.append(
            row
            | {
                "labels": _labels(placed),
                "pattern": raw.pattern,
                "marks": raw.marks,
                "language_from": known_from,
                "warnings": "; ".join(notes),
            }
        )
    try:
        lost = missing_texts(study) if len(kept_index(study)) else []
    except QualcodeError as error:
        problems.extend(error)
        lost = []
    if lost:
        names = ", ".join(sha[:12] for sha in lost)
        what = f"{counted(len(lost), 'kept text')} of the index is not there any more, or damaged: {names}."
        hint = "Restore it from a backup; without it, codings made on it can only be placed by their words."
        warnings.append(Problem(study.shown(texts_folder(study)), what, hint))
    problems.raise_if_any(TranscriptError)
    transcripts = TABLES["transcripts"].shape(rows)
    table, alone = with_source_turns(TABLES["turns"].shape(turns.frame()), transcripts)
    for name, number in alone.items():
        if number:
            what = f"{counted(number, 'turn')} of translation {name} cannot be told to be of a turn of the original."
            warnings.append(Problem("data/raw/translations.csv", what, "Look whether both files are whole.", name))
    return Transcribed(
        transcripts,
        table,
        Texts(store, keys),
        TABLES["report_transcripts"].shape(report),
        warnings,
    )


# ---------------------------------------------------------------- whose voice


def _options(study: Study, source: Source, named: list[str]) -> ReadOptions:
    settings = study.config.transcripts
    session = source.session
    return ReadOptions(
        interviewers=(*settings.interviewers, *(split(session["interviewers"]) if session else ())),
        not_speakers=tuple(settings.not_speakers),
        known=(*named, *(split(session["participants"]) if session else ())),
        speaker_pattern=settings.speaker_pattern,
        merge_gap=settings.merge_gap,
        columns=settings.columns,
        answers=tuple(settings.answer_columns),
        form=settings.speaker_form,
        part=source.part,
        others=source.others,
    )


def _voices(study: Study, source: Source, named: pd.DataFrame, raw: ReadFile, labels: set[str]) -> dict[str, Voice]:
    session = source.session
    asks = [
        *study.config.transcripts.interviewers,
        *(split(session["interviewers"]) if session else ()),
        *raw.interviewers,
    ]
    rows = {
        line["speaker"]: named_voice(line["role"], line["participant"], line["speaker"], asks)
        for line in named.to_dict("records")
    }
    people = split(session["participants"]) if session else []
    voices = SessionVoices(people, rows, asks, in_sessions=session is not None)
    return {label: voices.of(label) for label in sorted(labels)}


class _TurnColumns:
    """The rows of table `turns` while transcripts are read, as columns: a study may have millions of turns."""

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {name: [] for name in ("transcript", "speaker", "participant", "role")}
        self.numbers = {name: array("q") for name in ("turn", "start", "end")}
        self.seconds = {name: array("d") for name in ("start_s", "end_s")}

    def add(self, transcript: str, placed: list[Placed], who: dict[str, Voice]) -> None:
        for number, turn in enumerate(placed, start=1):
            voice = who[turn.speaker]
            self.texts["transcript"].append(transcript)
            self.texts["speaker"].append(intern(turn.speaker))
            self.texts["participant"].append(intern(voice.participant))
            self.texts["role"].append(voice.role)
            self.numbers["turn"].append(number)
            self.numbers["start"].append(turn.start)
            self.numbers["end"].append(turn.end)
            self.seconds["start_s"].append(nan if turn.start_s is None else turn.start_s)
            self.seconds["end_s"].append(nan if turn.end_s is None else turn.end_s)

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame({**self.texts, **self.numbers, **self.seconds})


def _labels(placed: list[Placed]) -> str:
    """`Anna 12; Ben 11; (unknown) 2`."""
    labels = Counter(turn.speaker for turn in placed if turn.speaker)
    unnamed = sum(1 for turn in placed if not turn.speaker)
    shown = [f"{label} {n}" for label, n in sorted(labels.items(), key=lambda item: (-item[1], item[0]))]
    return "; ".join(shown + ([f"(unknown) {unnamed}"] if unnamed else []))


# ---------------------------------------------------------------- language and translations


def _translations(study: Study, sources: list[Source], problems: Problems) -> dict[str, Translation]:
    """The study's translations; one that no session names belongs to the session of its original."""
    try:
        found = translations_of(study, [source.transcript for source in sources], problems)
    except QualcodeError as error:
        problems.extend(error)
        return {}
    by_id = {source.transcript: source for source in sources}
    for name, translation in found.items():
        if by_id[name].session is None:
            by_id[name].session = by_id[translation.of].session
    return found


def _language(study: Study, source: Source, translation: Translation | None, looks_like: str) -> tuple[str, str]:
    """The language of a transcript, and where that is known from; `looks_like` is what its words tell ("" for nothing)."""
    if translation is not None:
        return (translation.language, "translations") if translation.language else (looks_like, "detected")
    given = str(source.session["language"]) if source.session else ""
    if given:
        return given, "session"
    if looks_like and "language" not in study.config.study.model_fields_set:
        return looks_like, "detected"
    return study.config.study.language, "study"


def _odd_language(looks_like: str, language: str, known_from: str) -> list[tuple[str, str]]:
    if not looks_like or looks_like == language.casefold().replace("_", "-").split("-")[0]:
        return []
    place = {"session": "column 'language' of the sessions table", "translations": "data/raw/translations.csv"}
    what = f"this transcript looks like language '{looks_like}' and is read as '{language}'."
    return [
        (
            what,
            f"Correct {place.get(known_from, 'the sessions table (column language) or study.language')}, if it is wrong.",
        )
    ]


# ---------------------------------------------------------------- rows and warnings


def _row(study: Study, source: Source, raw: ReadFile) -> dict[str, object]:
    text, placed = raw.text, raw.placed
    session = source.session or {}
    times = [time for turn in placed for time in (turn.start_s, turn.end_s) if time is not None]
    return {
        "transcript": source.transcript,
        "session": session.get("session", ""),
        "source_format": raw.kind,
        "text_rule": TEXT_RULE,
        "sha256_raw": raw.sha256_raw,
        "sha256_text": sha256(text),
        "speakers": len({turn.speaker.casefold() for turn in placed if turn.speaker}),
        "turns": len(placed),
        "words": sum(count_words(text[turn.start : turn.end]) for turn in placed),
        "seconds": max(times, default=None),
        "file": study.shown(source.path),
        "date": session.get("date", ""),
    }


def _warnings(source: Source, raw: ReadFile, who: dict[str, Voice]) -> list[tuple[str, str]]:
    """What a person should look at in one transcript: cause, what to do."""
    found = [(f"{note}.", "") for note in raw.notes if note.startswith(_LOOK) or any(look in note for look in _LOOK)]
    if source.session is None:
        found.append(
            (
                "this transcript has no row in the sessions table: it is read, and counted in no participant table.",
                "Add a row with session, participants and files to data/raw/sessions.csv.",
            )
        )
        return found
    people = split(source.session["participants"])
    voices = {label for label, voice in who.items() if voice.role == "participant" and label}
    if len(people) == 1 and len(voices) > 1:
        what = f"{len(voices)} voices are taken for {people[0]}, the only participant of session {source.session['session']}."
        found.append((what, "Name interviewers in the session's row, or say who is who in data/raw/speakers.csv."))
    nobody = {label for label in voices if not who[label].participant}
    if len(people) != 1 and nobody:
        what = f"{counted(len(nobody), 'voice')} of session {source.session['session']} cannot be told to be a participant."
        found.append((what, "Say in data/raw/speakers.csv who is who (session, speaker, participant, role)."))
    return found

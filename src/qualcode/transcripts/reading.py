"""All transcripts of a study: which file is which session's, whose voice is whose, and the tables they make."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from qualcode.errors import Problem, Problems, QualcodeError, TranscriptError, nearest
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES, split
from qualcode.transcripts import registry
from qualcode.transcripts.canonical import TEXT_RULE, Placed, canonical
from qualcode.transcripts.edits import kept_index, missing_texts, texts_folder
from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError, counted
from qualcode.transcripts.roles import SessionVoices, Voice, named_voice
from qualcode.words import count_words

# sources that are read without a session row say so; notes that ask for a person's look are warnings
_LOOK = ("not UTF-8", "only one voice", "time line", "control characters", "UTF-16 without")
_RESERVED = re.compile(r"[\\/:*?\"<>|;\x00-\x1f]+")


@dataclass
class Transcribed:
    """What reading gave: tables `transcripts`, `turns` and `report_transcripts`, the canonical texts by transcript, warnings."""

    transcripts: pd.DataFrame
    turns: pd.DataFrame
    texts: dict[str, str]
    report: pd.DataFrame
    warnings: list[Problem] = field(default_factory=list)


@dataclass
class _Source:
    """One file to be read: its transcript's id, and its row of the sessions table (None: it has none)."""

    path: Path
    transcript: str
    session: dict[str, Any] | None


def read_transcripts(study: Study) -> Transcribed:
    """Read every transcript of the study that is not withdrawn.

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
    sources = _sources(study, problems, warnings)
    try:
        speakers = study.speakers
    except QualcodeError as error:
        problems.extend(error)
        speakers = TABLES["speakers"].empty()
    rows: list[dict[str, object]] = []
    turn_rows: list[dict[str, object]] = []
    report: list[dict[str, object]] = []
    texts: dict[str, str] = {}
    for source in sources:
        where = study.shown(source.path)
        named = speakers[speakers["session"] == _session_id(source)]
        try:
            data = source.path.read_bytes()
            kind, raw = registry.read(data, source.path.name, _options(study, source, list(named["speaker"])))
        except UnreadableError as error:
            problems.add(where, error.what, error.hint)
            continue
        except OSError as error:
            problems.add(where, f"this file cannot be opened ({error.strerror}).")
            continue
        text, placed = canonical(raw.turns)
        texts[source.transcript] = text
        voices = _voices(study, source, named, raw)
        turns = _turn_rows(source.transcript, placed, voices)
        turn_rows += turns
        row = _row(study, source, kind, data, text, placed)
        rows.append(row)
        told = _warnings(source, raw, placed, turns)
        warnings += [Problem(where, what, hint) for what, hint in told]
        labels = Counter(turn.speaker for turn in placed if turn.speaker)
        unnamed = sum(1 for turn in placed if not turn.speaker)
        notes = [*raw.notes, *(what.removesuffix(".") for what, _ in told if what.removesuffix(".") not in raw.notes)]
        report.append(
            row
            | {
                "labels": "; ".join(
                    [f"{label} {n}" for label, n in sorted(labels.items(), key=lambda item: (-item[1], item[0]))]
                    + ([f"(unknown) {unnamed}"] if unnamed else [])
                ),
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
    return Transcribed(
        TABLES["transcripts"].shape(rows),
        TABLES["turns"].shape(turn_rows),
        dict(sorted(texts.items())),
        TABLES["report_transcripts"].shape(report),
        warnings,
    )


# ---------------------------------------------------------------- which file is which transcript


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("\\", "/").strip().removeprefix("./")


def transcript_id(path: Path) -> str:
    """The id of a file that no session names: its name without ending, blanks and reserved characters as `-`."""
    stem = unicodedata.normalize("NFC", path.stem)
    return _RESERVED.sub("-", re.sub(r"\s+", "-", stem.strip())).strip("-.") or "transcript"


def _session_id(source: _Source) -> str:
    return str(source.session["session"]) if source.session else source.transcript


def _sources(study: Study, problems: Problems, warnings: list[Problem]) -> list[_Source]:
    place = study.raw / "transcripts"
    files = {_same(path.relative_to(place).as_posix()): path for path in study.transcript_files}
    try:
        sessions = [{str(k): v for k, v in line.items()} for line in study.sessions.to_dict("records")]
    except QualcodeError as error:
        problems.extend(error)
        sessions = []
    table = study.raw_table_file("sessions") if sessions else None
    where = study.shown(table) if table else "data/raw/sessions.csv"
    of: dict[str, list[dict[str, Any]]] = {name: [] for name in files}
    for session in sessions:
        named = [_same(name) for name in split(session["files"])]
        if not named:
            by_name = [name for name in files if transcript_id(files[name]).casefold() == session["session"].casefold()]
            named = by_name
            if not by_name and session["status"] == "done" and session["kind"] != "member_check":
                what = f"session {session['session']} is done, names no file, and no transcript is called like it."
                hint = f"Name its file in column 'files', or set its status to planned. {nearest(session['session'], files)}"
                problems.add(where, what, hint, place=f"row {session['_row']}")
        for name in named:
            if name in of:
                of[name].append(session)
            elif session["status"] in ("done", ""):
                what = f"session {session['session']} names the file '{name}', which is not in data/raw/transcripts."
                problems.add(where, what, nearest(name, files), place=f"row {session['_row']}")
    sources: list[_Source] = []
    for name, path in files.items():
        owners = of[name]
        if len(owners) > 1:
            shown = " and ".join(f"{owner['session']} (row {owner['_row']})" for owner in owners)
            problems.add(
                where, f"the file '{name}' is named by sessions {shown}.", "A file is one session's: name it once."
            )
            continue
        owner: dict[str, Any] | None = owners[0] if owners else None
        if owner is not None and owner["status"] == "withdrawn":
            continue
        alone = owner is not None and len([n for n in split(owner["files"]) if _same(n) in files]) <= 1
        transcript = _plain_id(owner["session"]) if owner is not None and alone else transcript_id(path)
        if owner is not None and owner["status"] == "planned":
            what = f"session {owner['session']} is 'planned', and its file is there: it is read."
            warnings.append(Problem(where, what, "Set its status to done.", f"row {owner['_row']}"))
        sources.append(_Source(path, transcript, owner))
    by_id: dict[str, list[_Source]] = {}
    for source in sources:
        by_id.setdefault(source.transcript.casefold(), []).append(source)
    for same in by_id.values():
        if len(same) > 1:
            shown = " and ".join(f"'{source.path.relative_to(place).as_posix()}'" for source in same)
            hint = "Keep one of them, or say in column 'files' of the sessions table which session each belongs to."
            problems.add(study.shown(place), f"there are two files for transcript {same[0].transcript}: {shown}.", hint)
    return sorted((same[0] for same in by_id.values()), key=lambda source: source.transcript)


def _plain_id(session: str) -> str:
    return _RESERVED.sub("-", re.sub(r"\s+", "-", session.strip()))


# ---------------------------------------------------------------- whose voice


def _options(study: Study, source: _Source, named: list[str]) -> ReadOptions:
    settings = study.config.transcripts
    session = source.session
    return ReadOptions(
        interviewers=(*settings.interviewers, *(split(session["interviewers"]) if session else ())),
        not_speakers=tuple(settings.not_speakers),
        known=(*named, *(split(session["participants"]) if session else ())),
        speaker_pattern=settings.speaker_pattern,
        merge_gap=settings.merge_gap,
    )


def _voices(study: Study, source: _Source, named: pd.DataFrame, raw: RawTranscript) -> SessionVoices:
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
    return SessionVoices(people, rows, asks, in_sessions=session is not None)


def _turn_rows(transcript: str, placed: list[Placed], voices: SessionVoices) -> list[dict[str, object]]:
    who: dict[str, Voice] = {label: voices.of(label) for label in {turn.speaker for turn in placed}}
    return [
        {
            "transcript": transcript,
            "turn": number,
            "speaker": turn.speaker,
            "participant": who[turn.speaker].participant,
            "role": who[turn.speaker].role,
            "start": turn.start,
            "end": turn.end,
            "start_s": turn.start_s,
            "end_s": turn.end_s,
            "source_turn": "",
        }
        for number, turn in enumerate(placed, start=1)
    ]


def _row(study: Study, source: _Source, kind: str, data: bytes, text: str, placed: list[Placed]) -> dict[str, object]:
    session = source.session or {}
    times = [time for turn in placed for time in (turn.start_s, turn.end_s) if time is not None]
    return {
        "transcript": source.transcript,
        "session": session.get("session", ""),
        "language": session.get("language", "") or study.config.study.language,
        "source_format": kind,
        "text_rule": TEXT_RULE,
        "sha256_raw": sha256(data),
        "sha256_text": sha256(text),
        "speakers": len({turn.speaker.casefold() for turn in placed if turn.speaker}),
        "turns": len(placed),
        "words": sum(count_words(text[turn.start : turn.end]) for turn in placed),
        "seconds": max(times, default=None),
        "file": study.shown(source.path),
        "date": session.get("date", ""),
    }


def _warnings(
    source: _Source, raw: RawTranscript, placed: list[Placed], turns: list[dict[str, object]]
) -> list[tuple[str, str]]:
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
    voices = {str(turn["speaker"]) for turn in turns if turn["role"] == "participant" and turn["speaker"]}
    if len(people) == 1 and len(voices) > 1:
        what = f"{len(voices)} voices are taken for {people[0]}, the only participant of session {source.session['session']}."
        found.append((what, "Name interviewers in the session's row, or say who is who in data/raw/speakers.csv."))
    nobody = {str(t["speaker"]) for t in turns if t["role"] == "participant" and not t["participant"] and t["speaker"]}
    if len(people) != 1 and nobody:
        what = f"{counted(len(nobody), 'voice')} of session {source.session['session']} cannot be told to be a participant."
        found.append((what, "Say in data/raw/speakers.csv who is who (session, speaker, participant, role)."))
    return found

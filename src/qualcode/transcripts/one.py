"""One transcript of a study: its file read, its voices named, its rows of the tables made."""

from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from qualcode.files import sha256
from qualcode.tables import split
from qualcode.transcripts.canonical import TEXT_RULE, Placed
from qualcode.transcripts.kept import remember_text
from qualcode.transcripts.languages import ENOUGH
from qualcode.transcripts.marks import count_marks, marks_said
from qualcode.transcripts.model import counted
from qualcode.transcripts.onefile import ReadFile
from qualcode.transcripts.plan import Plan
from qualcode.transcripts.roles import Voice
from qualcode.transcripts.sources import Source
from qualcode.transcripts.store import Store, key_of
from qualcode.transcripts.way import Way
from qualcode.transcripts.withdrawn import without_turns
from qualcode.words import count_words

if TYPE_CHECKING:
    from qualcode.deidentify.study import Names

# sources that are read without a session row say so; notes that ask for a person's look are warnings
_LOOK = ("not UTF-8", "only one voice", "time line", "control characters", "UTF-16 without", "PDF: ", "HTML: ")

# speaker, participant, role, start, end, start_s, end_s
TurnRow = tuple[str, str, str, int, int, float | None, float | None]


@dataclass
class One:
    """What one transcript gave: its row of table `transcripts`, what its row of the report has beside it, its turns, its text.

    `problem` says why its file could not be read; then there is nothing else. `told` are warnings: cause, what to do. Where
    names were replaced, `named` is the SHA-256 of the text that has them, `edits` lead from that to this one (rows of `Edit`), and
    `replaced` are rows of the log. Where turns of people who withdrew were taken out, `whole` is the SHA-256 of the
    conversation before (without names; `edits` lead there), and `taken` leads from there to the text.
    """

    transcript: str
    where: str
    key: str = ""  # under which the store has what its file gave
    row: dict[str, Any] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    turns: list[TurnRow] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    problem: tuple[str, str] | None = None
    named: str = ""
    edits: list[tuple[int, ...]] = field(default_factory=list)
    replaced: list[dict[str, Any]] = field(default_factory=list)
    whole: str = ""
    taken: list[tuple[int, ...]] = field(default_factory=list)
    text: str = ""

    def packed(self) -> tuple[bytes, bytes]:
        """Everything but the text as JSON, and the text in UTF-8, both compressed."""
        rest = json.dumps(vars(self) | {"text": ""}, ensure_ascii=False)
        return zlib.compress(rest.encode("utf-8"), 1), zlib.compress(self.text.encode("utf-8"), 1)

    @classmethod
    def unpacked(cls, rest: bytes, text: bytes | None) -> One:
        """What `packed` made; without its text where that is not wanted."""
        values = json.loads(zlib.decompress(rest))
        values["turns"] = [tuple(row) for row in values["turns"]]
        values["edits"] = [tuple(edit) for edit in values["edits"]]
        values["taken"] = [tuple(edit) for edit in values["taken"]]
        values["told"] = [tuple(pair) for pair in values["told"]]
        values["problem"] = tuple(values["problem"]) if values["problem"] else None
        return cls(**values | {"text": zlib.decompress(text).decode("utf-8") if text is not None else ""})


def read_one(plan: Plan, source: Source, store: Store) -> One:
    """Read a transcript's file (or take from the store what it gave), and say whose voice is whose."""
    study = plan.study
    one = One(source.transcript, study.shown(source.path))
    options = plan.options(source)
    try:
        one.key = key_of(source.path, options)
        raw = store.read(source.transcript, one.key, source.path, options)
    except OSError as error:
        one.problem = (f"this file cannot be opened ({error.strerror}).", "")
        return one
    if raw.what:
        one.problem = (raw.what, raw.hint)
        return one
    language, known_from = _language(plan, source, raw.looks_like)
    said = [count_words(raw.text[turn.start : turn.end]) for turn in raw.placed]  # with names
    who = plan.voices(source, raw)
    voices = [who[turn.speaker] for turn in raw.placed]
    if plan.names is not None:
        raw = _without_names(one, plan.names, raw, language, store)
        again = plan.voices(source, raw)  # tables may call people by their pseudonyms
        voices = [
            voice if voice.participant or voice.role != "participant" else again[turn.speaker]
            for voice, turn in zip(voices, raw.placed, strict=True)
        ]
        who = {turn.speaker: voice for turn, voice in zip(raw.placed, voices, strict=True)}
    gone = [voice.participant in study.withdrawn for voice in voices]
    if any(gone):
        raw = _without_withdrawn(one, plan, raw, gone, store)
        said, voices = (
            [number for number, out in zip(said, gone, strict=True) if not out],
            [voice for voice, out in zip(voices, gone, strict=True) if not out],
        )
        left = {turn.speaker for turn in raw.placed}
        who = {label: voice for label, voice in who.items() if label in left}
    one.text = raw.text
    one.turns = [
        (turn.speaker, voice.participant, voice.role, turn.start, turn.end, turn.start_s, turn.end_s)
        for turn, voice in zip(raw.placed, voices, strict=True)
    ]
    one.row = _row(plan, source, raw) | {"language": language, "words": sum(said)}
    translation = plan.translations.get(source.transcript)
    if translation is not None:
        one.row |= {"translation_of": translation.of, "translator": translation.translator}
    one.told = [*_warnings(source, raw, who), *_odd_language(raw.looks_like, language, known_from)]
    if known_from == "assumed" and sum(said) >= ENOUGH:
        what = f"the language of this transcript cannot be told from its words: read as '{language}'."
        one.told.append((what, "Say what it is in column 'language' of the sessions table, or in study.language."))
    notes = [*raw.notes, *(what.removesuffix(".") for what, _ in one.told if what.removesuffix(".") not in raw.notes)]
    one.report = {
        "labels": _labels(raw.placed),
        "pattern": raw.pattern,
        "marks": raw.marks,
        "language_from": known_from,
        "warnings": "; ".join(notes),
    }
    return one


def _without_names(one: One, names: Names, raw: ReadFile, language: str, store: Store) -> ReadFile:
    """What was read with names out; the text that has them is kept, as codings may have been made on it."""
    made = names.out(raw.text, raw.placed, language)
    if made.text == raw.text:
        return raw
    one.named = sha256(raw.text)
    one.edits = [tuple(edit) for edit in made.edits]
    one.replaced = [vars(entry) for entry in made.log]
    store.keep_text(one.named, raw.text)
    return replace(raw, text=made.text, placed=made.placed)


def _without_withdrawn(one: One, plan: Plan, raw: ReadFile, gone: Sequence[bool], store: Store) -> ReadFile:
    """What was read without the turns of people who withdrew; the whole conversation is kept, as codings were made on it."""
    text, placed, taken = without_turns(raw.text, raw.placed, gone)
    one.whole = sha256(raw.text)
    one.taken = [tuple(edit) for edit in taken]
    way = Way(taken)
    stays = [(entry, way.carry(int(entry["start"]), int(entry["end"]))) for entry in one.replaced]
    one.replaced = [entry | {"start": at.start, "end": at.end} for entry, at in stays if at is not None]
    store.keep_text(one.whole, raw.text)
    remember_text(plan.study, one.whole, raw.text)
    pattern = re.sub(r" \d+", "", raw.pattern)  # it counts the labels of all
    return replace(raw, text=text, placed=placed, pattern=pattern, marks=marks_said(count_marks(text)))


def unread_bytes(plan: Plan, store: Store) -> int:
    """The size of the files that the store does not have."""
    size = 0
    for source in plan.sources:
        try:
            if not store.has(source.transcript, key_of(source.path, plan.options(source))):
                size += source.path.stat().st_size
        except OSError:
            continue  # said when it is read
    return size


def _row(plan: Plan, source: Source, raw: ReadFile) -> dict[str, object]:
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
        "seconds": max(times, default=None),
        "file": plan.study.shown(source.path),
        "date": session.get("date", ""),
    }


def _labels(placed: Sequence[Placed]) -> str:
    """`Anna 12; Ben 11; (unknown) 2`."""
    labels = Counter(turn.speaker for turn in placed if turn.speaker)
    unnamed = sum(1 for turn in placed if not turn.speaker)
    shown = [f"{label} {n}" for label, n in sorted(labels.items(), key=lambda item: (-item[1], item[0]))]
    return "; ".join(shown + ([f"(unknown) {unnamed}"] if unnamed else []))


# ---------------------------------------------------------------- language


def _language(plan: Plan, source: Source, looks_like: str) -> tuple[str, str]:
    """The language of a transcript, and where that is known from; `looks_like` is what its words tell ("" for nothing)."""
    translation = plan.translations.get(source.transcript)
    if translation is not None:
        return (translation.language, "translations") if translation.language else (looks_like, "detected")
    given = str(source.session["language"]) if source.session else ""
    if given:
        return given, "session"
    if "language" in plan.study.config.study.model_fields_set:
        return plan.study.config.study.language, "study"
    return (looks_like, "detected") if looks_like else (plan.study.config.study.language, "assumed")


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


# ---------------------------------------------------------------- what a person should look at


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

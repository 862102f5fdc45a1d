"""What WebVTT and SubRip share: cues with times, and how cues become turns."""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass

from qualcode.transcripts.cleaning import one_line, seconds, tidy
from qualcode.transcripts.forms import Candidate, match, name_like
from qualcode.transcripts.labels import decide, spellings
from qualcode.transcripts.marks import count_marks
from qualcode.transcripts.model import Line, RawTranscript, RawTurn, ReadOptions, counted, drop_empty

TURN_WORDS = 60  # captions without voices: a turn ends with the first sentence that ends after so many words
LONGEST = 120  # ... or here, where nothing ends a sentence
_SENTENCE_END = re.compile(r"[.?!…。？！؟][\"”’»')\]]*$")
_ARROW = re.compile(r"^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s*-->\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})(?:\s.*)?$")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?(?:\s+([^<>]*))?>", re.I)
_OWN_LINE = re.compile(r"^[(\[]([^()\[\]:]{1,40})[)\]]$")
_CHANGE = re.compile(r"^(?:>>+|[-–—])\s*(?=[^:]{1,60}:\s)")  # the sign of another voice, before its label
_TAG = re.compile(r"<[/A-Za-z0-9.:][^<>\n]*>|\{\\[^{}]*\}")


@dataclass
class Cue:
    """One caption: its lines as they stand, and its seconds."""

    start: float
    end: float
    lines: list[str]


@dataclass(slots=True)
class Piece:
    """What one voice says in one caption; `speaker` None where it names nobody."""

    speaker: str | None
    words: str
    start: float
    end: float


def cues_of(text: str) -> tuple[list[Cue], int]:
    """The cues of a caption file, and the number of time lines that cannot be read.

    A line right before a time line is the cue's name or number. Words after an empty line inside a caption belong to
    it; what stands before the first cue is the file's header.
    """
    cues: list[Cue] = []
    unreadable = 0
    lines = text.split("\n")
    for at, line in enumerate(lines):
        arrow = _ARROW.match(line)
        if arrow:
            cues.append(Cue(seconds(arrow[1]) or 0.0, seconds(arrow[2]) or 0.0, []))
        elif "-->" in line:
            unreadable += 1
        elif line.strip() and cues and "-->" not in (lines[at + 1] if at + 1 < len(lines) else ""):
            cues[-1].lines.append(line.strip())
    return cues, unreadable


def unrolled(cues: list[Cue]) -> tuple[list[Cue], int]:
    """Rolling captions (YouTube) with each line once, and how many repeated lines are left out.

    They are known by many captions (three in ten) beginning with the lines that the caption before ended with, right
    after it, and going on with a new one; what a person says twice in other captions stays twice.
    """
    shown = [[words for words in (_words(line) for line in cue.lines) if words] for cue in cues]
    again = [0] * len(cues)
    for at in range(1, len(cues)):
        before, now = shown[at - 1], shown[at]
        if cues[at].start - cues[at - 1].end <= 0.5:
            again[at] = max((k for k in range(1, min(len(before), len(now)) + 1) if before[-k:] == now[:k]), default=0)
    rolls = sum(1 for n, now in zip(again, shown, strict=True) if 0 < n < len(now))
    if len(cues) < 4 or rolls < 0.3 * len(cues):
        return cues, 0
    fresh: list[Cue] = []
    for cue, words, n in zip(cues, shown, again, strict=True):
        lines = [line for line in cue.lines if _words(line)]
        if len(words) > n:
            fresh.append(Cue(cue.start, cue.end, lines[n:]))
        elif fresh:
            fresh[-1].end = max(fresh[-1].end, cue.end)
    return fresh, sum(again)


def turns_of(cues: list[Cue], options: ReadOptions) -> RawTranscript:
    """Turns of captions.

    A voice is named by a voice tag (`<v Name>`, closed or not), else by `Name:` at the start of a caption where such
    labels recur. Captions of one voice are one turn while the pause between them is at most `merge_gap` seconds. A
    caption that names nobody belongs to the voice before it where a label stands only at changes of voice, and to
    nobody where nearly every caption (four in five) has one. Without any voice, a turn ends at a pause longer than
    `merge_gap`, or with the first sentence that ends after 60 words (at 120 words where no sentence ends).
    """
    cues, repeated = unrolled(cues)
    tagged = any(_VOICE.search(line) for cue in cues for line in cue.lines)
    pieces, notes = _by_tag(cues) if tagged else _by_label(cues, options)
    if repeated:
        notes.append(f"rolling captions: {counted(repeated, 'repeated line')} left out")
    transcript = turns_of_pieces(pieces, options.merge_gap, notes)
    named = sum(1 for piece in pieces if piece.speaker)
    transcript.pattern = f"{'voice tag' if tagged else 'caption label'} {named}" if named else ""
    return transcript


def turns_of_pieces(
    pieces: list[Piece], gap: float, notes: list[str], *, one: str = "caption", many: str = ""
) -> RawTranscript:
    """Turns of pieces with times: the rule of `turns_of`, for captions, segments of JSON and rows of sheets (`one`)."""
    named = sum(1 for piece in pieces if piece.speaker)
    usual = named >= 0.8 * len(pieces)
    if named:
        unnamed = len(pieces) - named
        if unnamed:
            whose = "unknown voice" if usual else "the voice before goes on"
            notes.append(f"{counted(unnamed, one, many)} without a voice: {whose}")
        turns = _by_voice(pieces, gap, carry=not usual)
    else:
        notes.append("no speaker label found: turns are cut at pauses and after about 60 words, of an unknown voice")
        turns = _by_length(pieces, gap)
    return RawTranscript(drop_empty(turns), notes)


def _words(text: str) -> str:
    text = _TAG.sub("", text)
    return one_line(tidy(html.unescape(text)) if "&" in text else text)


def _by_tag(cues: list[Cue]) -> tuple[list[Piece], list[str]]:
    pieces: list[Piece] = []
    for cue in cues:
        text = "\n".join(cue.lines)
        name: str | None = None
        start = 0
        for mark in itertools.chain(_VOICE.finditer(text), [None]):
            words = _words(text[start : mark.start() if mark else len(text)])
            if words:
                pieces.append(Piece(name, words, cue.start, cue.end))
            if mark:
                name, start = one_line(html.unescape(mark[1] or "")) or None, mark.start()
    spelling = spellings(piece.speaker for piece in pieces if piece.speaker)
    for piece in pieces:
        piece.speaker = spelling[piece.speaker.casefold()] if piece.speaker else None
    return pieces, []


def _by_label(cues: list[Cue], options: ReadOptions) -> tuple[list[Piece], list[str]]:
    _names_in_line(cues)
    lines: list[Line] = []
    found: list[list[Candidate]] = []
    of: list[Cue] = []
    for cue in cues:
        for number, raw in enumerate(cue.lines):
            text = _words(raw)
            if not text:
                continue
            lines.append(Line(text, gap=number == 0))
            found.append([c for c in _label_in(text, options) if c.form in ("colon", "bracket", "pattern", "dash")])
            of.append(cue)
    # what stands before a colon where a caption is only broken (`Second: …`) makes nobody a voice
    first = [cs if line.gap or _CHANGE.match(line.text) else [] for cs, line in zip(found, lines, strict=True)]
    decided = decide(first, lines, options)
    chosen = [next((c for c in cs if c.key in decided.voices | decided.structure), None) for cs in found]
    spelling = spellings(c.label for c in chosen if c and c.key in decided.voices)
    pieces: list[Piece] = []
    structure = 0
    for cue, line, candidate in zip(of, lines, chosen, strict=True):
        if candidate is not None and candidate.key in decided.structure:
            structure += 1
        elif candidate is not None:
            pieces.append(Piece(spelling[candidate.key], candidate.rest, cue.start, cue.end))
        elif pieces and not line.gap and pieces[-1].start == cue.start:
            pieces[-1].words = f"{pieces[-1].words} {line.text}".strip()
        else:
            pieces.append(Piece(None, line.text, cue.start, cue.end))
    notes = [f"{counted(structure, 'line')} with a label that is no voice left out"] if structure else []
    return pieces, notes


def _names_in_line(cues: list[Cue]) -> None:
    """Write `(Anna)` on a line of its own as `Anna: …` (in place), where half of the captions begin so, in two voices and more."""
    names: list[tuple[Cue, str]] = []
    for cue in cues:
        alone = _OWN_LINE.match(_words(cue.lines[0])) if len(cue.lines) > 1 else None
        if alone and alone[1][:1].isupper() and name_like(alone[1]) and not set(count_marks(alone[0])) - {"other"}:
            names.append((cue, alone[1]))
    if len(names) >= 0.5 * len(cues) and len({name for _, name in names}) > 1:
        for cue, name in names:
            cue.lines[:2] = [f"{name}: {cue.lines[1]}"]


def _label_in(text: str, options: ReadOptions) -> list[Candidate]:
    if options.speaker_pattern is not None:
        own = re.search(options.speaker_pattern, text)
        return [Candidate("pattern", one_line(own["speaker"]), text[own.end() :].strip())] if own else []
    found = match(_CHANGE.sub("", text))
    for candidate in found:
        if candidate.said:  # captions have their own times: this one is said
            candidate.form, candidate.rest = "colon", candidate.said
    return found


def _by_voice(pieces: list[Piece], gap: float, *, carry: bool) -> list[RawTurn]:
    turns: list[RawTurn] = []
    now = ""
    for piece in pieces:
        now = piece.speaker if piece.speaker is not None else now if carry else ""
        last = turns[-1] if turns else None
        if last is not None and last.speaker == now and last.end_s is not None and piece.start - last.end_s <= gap:
            last.paragraphs.append(piece.words)
            last.end_s = max(last.end_s, piece.end)
        else:
            turns.append(RawTurn(now, [piece.words], piece.start, piece.end))
    return _joined(turns)


def _by_length(pieces: list[Piece], gap: float) -> list[RawTurn]:
    turns: list[RawTurn] = []
    words = 0
    for piece in pieces:
        last = turns[-1] if turns else None
        full = words >= LONGEST or (
            last is not None and words >= TURN_WORDS and bool(_SENTENCE_END.search(last.paragraphs[-1][-40:]))
        )
        if last is not None and last.end_s is not None and piece.start - last.end_s <= gap and not full:
            last.paragraphs.append(piece.words)
            words += len(piece.words.split())
            last.end_s = max(last.end_s, piece.end)
            continue
        turns.append(RawTurn("", [piece.words], piece.start, piece.end))
        words = len(piece.words.split())
    return _joined(turns)


def _joined(turns: list[RawTurn]) -> list[RawTurn]:
    """Turns whose captions are one paragraph."""
    for turn in turns:
        turn.paragraphs = [" ".join(words for words in turn.paragraphs if words)]
    return turns

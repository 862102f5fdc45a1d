"""JSON of programs that transcribe: Whisper and its kin, the speech services, and any list of segments with words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qualcode.transcripts.captions import Piece, turns_of_pieces
from qualcode.transcripts.cleaning import decode, one_line, seconds, tidy
from qualcode.transcripts.labels import read_lines, require_words, spellings
from qualcode.transcripts.model import Line, RawTranscript, RawTurn, ReadOptions, UnreadableError, counted, drop_empty

NAME = "json"
ENDINGS = (".json", ".jsonl")
DEEPEST = 8  # how far inside a document lists are looked for

_AGAIN = (
    "Export it again: a list `segments`, each with text and, where known, speaker, start and end; or as .vtt or .docx."
)
_TEXT = ("text", "transcript", "utterance", "body", "content", "display", "sentence", "caption", "line", "punctuated_text",
         "value", "words_text", "utf8")  # fmt: skip
_SPEAKER = ("speaker", "speaker_name", "speakerName", "speaker_label", "speakerLabel", "speaker_id", "speakerId",
            "speakerTag", "speaker_tag", "channelTag", "participant", "voice", "spk", "user", "author", "name", "role")  # fmt: skip
_START = ("start", "start_time", "startTime", "startSec", "start_s", "from", "begin", "ts", "timestamp", "time", "offset",
          "t0", "startMs", "start_ms", "tStartMs", "beginMs", "offsetInTicks", "offsetMilliseconds")  # fmt: skip
_END = ("end", "end_time", "endTime", "endSec", "end_s", "to", "stop", "end_ts", "t1", "endMs", "end_ms")
_LENGTH = ("duration", "dur", "durationInTicks", "dDurationMs", "durationMilliseconds")
_LISTS = ("segments", "utterances", "transcription", "monologues", "paragraphs", "turns", "transcript", "cues", "captions",
          "entries", "events", "recognizedPhrases", "sentences", "lines", "items", "messages", "results", "data")  # fmt: skip
_KEYS = [f'"{key}"'.encode() for key in (*_TEXT, "words", "elements")]
MOST = 500_000  # objects in a list: more than any interview has


@dataclass(slots=True)
class _Segment:
    speaker: str
    text: str
    start: float | None
    end: float | None


def recognise(data: bytes) -> bool:
    """An object or a list, with one of the keys that hold words; whether it is whole is seen when it is read."""
    head = data[:100].removeprefix(b"\xef\xbb\xbf").lstrip()
    tail = data[-100:].rstrip()
    if head[:1] not in (b"{", b"[") or tail[-1:] not in (b"}", b"]"):
        return False
    return re.match(rb"\{\s*\"|\[\s*\{\s*\"", head) is not None and any(key in data for key in _KEYS)


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of a JSON transcript.

    Segments with times are captions: those of one voice are one turn while the pause is at most `merge_gap`. Segments
    without times are turns. A segment in which words have several voices is parted between them.

    Raises
    ------
    UnreadableError
        No whole JSON, or nothing in it that has words.
    """
    text, notes = decode(data)
    document = _parse(text)
    segments = _segments(document)
    if not segments:
        only = _only_text(document)
        if only is None:
            raise UnreadableError("there are no words in this JSON file that we know to be said.", _AGAIN)
        lines = [Line(line.strip(), gap=True) for line in only.split("\n") if line.strip()]
        transcript = require_words(read_lines(lines, options))
        transcript.notes[:0] = [*notes, "JSON without segments: times and voices are not in it"]
        return transcript
    _one_spelling(segments)
    timed = sum(1 for segment in segments if segment.start is not None)
    if timed >= 0.8 * len(segments):
        transcript = turns_of_pieces(list(_pieces(segments)), options.merge_gap, notes, one="segment")
        transcript.pattern = _pattern(segments)
        return require_words(transcript)
    turns = [RawTurn(s.speaker, s.text.split("\n"), s.start, s.end) for s in segments]
    unnamed = sum(1 for segment in segments if not segment.speaker)
    if unnamed:
        notes.append(f"{counted(unnamed, 'segment')} without a voice: unknown voice")
    return require_words(RawTranscript(drop_empty(turns), notes, pattern=_pattern(segments)))


def _pattern(segments: Sequence[_Segment]) -> str:
    named = sum(1 for segment in segments if segment.speaker)
    return f"segment {named}" if named else ""


def _parse(text: str) -> Any:
    """A document, or the list of documents of JSON lines."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        lines = [line for line in text.split("\n") if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") and line.rstrip().endswith("}") for line in lines):
            try:
                return [json.loads(line, strict=False) for line in lines]
            except (ValueError, RecursionError):
                pass
        raise UnreadableError("this is not whole JSON.", _AGAIN) from error


def _only_text(document: Any) -> str | None:
    if isinstance(document, Mapping):
        for key in ("text", "transcript", "transcription"):
            if isinstance(document.get(key), str) and re.search(r"\w", document[key]):
                return tidy(document[key])
    return None


# ---------------------------------------------------------------- where the segments are


def _segments(document: Any) -> list[_Segment]:
    names = _names_of_speakers(document)
    known = _amazon(document) or _google(document) or _deepgram(document)
    segments = known or _from_items(_best_list(document))
    for segment in segments:
        segment.speaker = names.get(segment.speaker, segment.speaker)
    return _in_seconds([segment for segment in segments if re.search(r"\w", segment.text)])


def _best_list(document: Any) -> list[Any]:
    """The list of objects with most words: those called like segments first, then any other."""
    best: tuple[int, int, list[Any]] = (0, 0, [])
    waiting: list[tuple[Any, int, bool]] = [(document, 0, True)]
    while waiting:
        node, depth, named = waiting.pop(0)
        if isinstance(node, list):
            if len(node) > MOST:
                raise UnreadableError(f"this JSON has a list of more than {MOST:,} parts.", "Is it the right file?")
            objects = [item for item in node if isinstance(item, Mapping)]
            said = sum(len(_words_of(item).split()) for item in objects)
            if (
                objects
                and len(objects) >= 0.5 * len(node)
                and (said, named) > (best[0], best[1])
                and not _is_words(objects)
            ):
                best = (said, named, objects)
            inner: Iterable[tuple[Any, bool]] = ((item, named) for item in node[:50]) if depth < 4 else ()
        elif isinstance(node, Mapping):
            inner = ((value, str(key) in _LISTS) for key, value in node.items())
        else:
            continue
        if depth < DEEPEST:
            waiting += [(value, depth + 1, own) for value, own in inner if isinstance(value, list | Mapping)]
    return best[2]


def _is_words(items: Sequence[Mapping[str, Any]]) -> bool:
    """A list of single words with times is not a list of what was said."""
    return len(items) > 1 and all("word" in item or "punctuated_word" in item for item in items[:20])


def _from_items(items: Sequence[Mapping[str, Any]]) -> list[_Segment]:
    segments: list[_Segment] = []
    for item in items:
        text = _words_of(item)
        if not text:
            continue
        start, end = _times(item)
        parts = _by_word(item, text)
        if parts:
            segments += parts
        else:
            segments.append(_Segment(_speaker(item), text, start, end))
    return segments


def _words_of(item: Mapping[str, Any]) -> str:
    for key in _TEXT:
        value = item.get(key)
        if isinstance(value, str) and value.strip():
            return tidy(value).strip()
    for key in ("words", "elements", "tokens", "segs", "sentences"):
        value = item.get(key)
        if isinstance(value, list) and value:
            return tidy(_joined(value, glued=key in ("elements", "tokens", "segs"))).strip()
    best = item.get("nBest")
    if isinstance(best, list) and best and isinstance(best[0], Mapping):
        return _words_of(best[0])
    return ""


def _joined(words: Sequence[Any], *, glued: bool) -> str:
    found = []
    for word in words:
        value: Any = word
        if isinstance(word, Mapping):
            keys = ("punctuated_word", "word", "text", "value", "utf8")
            value = next((word[key] for key in keys if isinstance(word.get(key), str)), "")
        if isinstance(value, str):
            found.append(value)
    return "".join(found) if glued else " ".join(word.strip() for word in found)


def _speaker(item: Mapping[str, Any]) -> str:
    for key in _SPEAKER:
        value = item.get(key)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("label") or value.get("id")
        if isinstance(value, bool) or value is None:
            continue
        if isinstance(value, int | float) or (isinstance(value, str) and re.fullmatch(r"\s*\d{1,3}\s*", value)):
            return f"Speaker {int(float(value))}"
        if isinstance(value, str) and value.strip() and len(value) <= 100:
            return one_line(tidy(value)).rstrip(" :")
    return ""


def _times(item: Mapping[str, Any]) -> tuple[float | None, float | None]:
    inner = item.get("offsets") or item.get("timestamps") or item.get("timestamp")
    if isinstance(inner, Mapping):  # whisper.cpp: milliseconds in offsets, clock times in timestamps
        scale = 0.001 if "offsets" in item else 1.0
        start, end = _time(inner.get("from")), _time(inner.get("to"))
        return (None if start is None else start * scale), (None if end is None else end * scale)
    if isinstance(inner, list) and len(inner) == 2:  # transformers: [start, end]
        return _time(inner[0]), _time(inner[1])
    start = _first(item, _START)
    end = _first(item, _END)
    length = _first(item, _LENGTH)
    if start is None:
        for key in ("words", "elements", "sentences"):
            words = item.get(key)
            if isinstance(words, list) and words and isinstance(words[0], Mapping):
                timed = [word for word in words if isinstance(word, Mapping) and _first(word, _START) is not None]
                if timed:
                    start = _first(timed[0], _START)
                    end = _first(timed[-1], _END)
                    break
    if end is None and start is not None and length is not None:
        end = start + length
    return start, end


def _first(item: Mapping[str, Any], keys: Sequence[str]) -> float | None:
    for key in keys:
        value = _time(item.get(key))
        if value is not None:
            if key.endswith("InTicks"):
                return value / 10_000_000
            return value / 1000 if key.endswith(("Ms", "_ms", "Milliseconds")) else value
    return None


def _time(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if 0 <= value < 1e15 else None
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"\d{1,12}(?:[.,]\d{1,9})?s?", text):
            return float(text.rstrip("s").replace(",", "."))
        if re.fullmatch(r"(?:\d{1,3}:)?\d{1,3}:\d{2}(?:[.,]\d{1,9})?", text):
            return seconds(text)
    return None


def _in_seconds(segments: list[_Segment]) -> list[_Segment]:
    """Milliseconds made seconds: nobody needs twenty seconds a word from the first to the last."""
    latest = max((s.start for s in segments if s.start is not None), default=0.0)
    words = sum(len(s.text.split()) for s in segments)
    whole = all(t is None or float(t).is_integer() for s in segments for t in (s.start, s.end))
    if whole and latest > 1000 and latest > 60 * words:
        for segment in segments:
            segment.start = None if segment.start is None else segment.start / 1000
            segment.end = None if segment.end is None else segment.end / 1000
    return segments


def _by_word(item: Mapping[str, Any], text: str) -> list[_Segment]:
    """A segment parted where its words change their voice, if the words are the segment's."""
    words = item.get("words")
    if not isinstance(words, list) or not all(isinstance(word, Mapping) for word in words):
        return []
    voices = {_speaker(word) for word in words} - {""}
    if len(voices) < 2 or _joined(words, glued=False).split() != text.split():
        return []
    parts: list[_Segment] = []
    now = _speaker(item)
    for word in words:
        now = _speaker(word) or now
        start, end = _times(word)
        said = _joined([word], glued=False)
        if parts and parts[-1].speaker == now:
            parts[-1].text += f" {said}"
            parts[-1].end = end if end is not None else parts[-1].end
        else:
            parts.append(_Segment(now, said, start, end))
    return parts


def _names_of_speakers(document: Any) -> dict[str, str]:
    """`speakers: [{id, name}]` or `{id: name}`: what the segments' ids are called."""
    given = document.get("speakers") if isinstance(document, Mapping) else None
    pairs: list[tuple[Any, Any]] = []
    if isinstance(given, Mapping):
        pairs = [(key, value.get("name") if isinstance(value, Mapping) else value) for key, value in given.items()]
    elif isinstance(given, list):
        pairs = [(one.get("id"), one.get("name") or one.get("label")) for one in given if isinstance(one, Mapping)]
    names: dict[str, str] = {}
    for key, name in pairs:
        if isinstance(name, str) and name.strip() and isinstance(key, str | int):
            names[_speaker({"speaker": key})] = one_line(tidy(name))
    return names


# ---------------------------------------------------------------- services with shapes of their own


def _amazon(document: Any) -> list[_Segment]:
    """Amazon Transcribe: `results.items`, a word or a sign each, with `speaker_label` there or in `speaker_labels`."""
    results = document.get("results") if isinstance(document, Mapping) else None
    items = results.get("items") if isinstance(results, Mapping) else None
    if not isinstance(items, list) or not isinstance(results, Mapping):
        return []
    voice_at: dict[str, str] = {}
    labels = results.get("speaker_labels")
    for segment in labels.get("segments", []) if isinstance(labels, Mapping) else []:
        for item in segment.get("items", []) if isinstance(segment, Mapping) else []:
            if isinstance(item, Mapping):
                voice_at[str(item.get("start_time"))] = str(
                    item.get("speaker_label") or segment.get("speaker_label") or ""
                )
    segments: list[_Segment] = []
    for item in items:
        choices = item.get("alternatives") if isinstance(item, Mapping) else None
        word = (
            choices[0].get("content")
            if isinstance(choices, list) and choices and isinstance(choices[0], Mapping)
            else None
        )
        if not isinstance(word, str):
            continue
        if item.get("type") == "punctuation" and segments:
            segments[-1].text += word
            continue
        start, end = _times(item)
        speaker = _speaker(item) or voice_at.get(str(item.get("start_time")), "")
        last = segments[-1] if segments else None
        if last is not None and last.speaker == speaker and (start is None or last.end is None or start - last.end < 1):
            last.text += f" {word}"
            last.end = end if end is not None else last.end
        else:
            segments.append(_Segment(speaker, word, start, end))
    return segments


def _google(document: Any) -> list[_Segment]:
    """Google speech: `results[].alternatives[0]`; with `speakerTag`s the last result repeats all words with them."""
    results = document.get("results") if isinstance(document, Mapping) else None
    if not isinstance(results, list):
        return []
    firsts = [
        result["alternatives"][0]
        for result in results
        if isinstance(result, Mapping) and isinstance(result.get("alternatives"), list) and result["alternatives"]
    ]
    firsts = [first for first in firsts if isinstance(first, Mapping)]
    if not firsts:
        return []
    words = firsts[-1].get("words")
    tagged = isinstance(words, list) and bool(words) and all(isinstance(w, Mapping) and _speaker(w) for w in words)
    if tagged and isinstance(words, list):
        segments: list[_Segment] = []
        for word in words:
            start, end = _times(word)
            if segments and segments[-1].speaker == _speaker(word):
                segments[-1].text += f" {_joined([word], glued=False)}"
                segments[-1].end = end
            else:
                segments.append(_Segment(_speaker(word), _joined([word], glued=False), start, end))
        return segments
    return [_Segment("", _words_of(first), *_times(first)) for first in firsts if _words_of(first)]


def _deepgram(document: Any) -> list[_Segment]:
    """Deepgram: `results.utterances`, else the paragraphs of the first alternative of each channel."""
    results = document.get("results") if isinstance(document, Mapping) else None
    if not isinstance(results, Mapping):
        return []
    if isinstance(results.get("utterances"), list):
        return _from_items([item for item in results["utterances"] if isinstance(item, Mapping)])
    channels = results.get("channels")
    found: list[Mapping[str, Any]] = []
    for channel in channels if isinstance(channels, list) else []:
        choices = channel.get("alternatives") if isinstance(channel, Mapping) else None
        first = choices[0] if isinstance(choices, list) and choices else None
        inside = first.get("paragraphs") if isinstance(first, Mapping) else None
        paragraphs = inside.get("paragraphs") if isinstance(inside, Mapping) else None
        found += [item for item in paragraphs if isinstance(item, Mapping)] if isinstance(paragraphs, list) else []
    return _from_items(found)


# ---------------------------------------------------------------- segments to turns


def _one_spelling(segments: list[_Segment]) -> None:
    spelling = spellings(segment.speaker for segment in segments if segment.speaker)
    for segment in segments:
        segment.speaker = spelling.get(segment.speaker.casefold(), "")


def _pieces(segments: Sequence[_Segment]) -> Iterator[Piece]:
    now = 0.0
    for segment in segments:
        start = segment.start if segment.start is not None else now
        end = segment.end if segment.end is not None and segment.end >= start else start
        now = end
        yield Piece(segment.speaker or None, one_line(segment.text), start, end)

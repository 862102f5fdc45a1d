"""Layouts that are seen to before labels are looked for: one session of several, what meeting programs add, line numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from qualcode.transcripts.cleaning import MOST_LINES, STAMP, one_line, seconds
from qualcode.transcripts.forms import name_like, shape_of
from qualcode.transcripts.model import Line, ReadOptions, UnreadableError

_ARROW = re.compile(r"^\s*(\d{1,2}(?::\d{1,2}){1,2}[.,]\d{1,3})\s*-->\s*\d{1,2}(?::\d{1,2}){1,2}[.,]\d{1,3}")
_MEET = re.compile(
    r"computer generated and might contain errors|^notes by gemini|^(?:meeting|transcription) ended after|"
    r"gemini(?:['’]s)? notes|^meeting records? ",
    re.I,
)
_MEET_END = re.compile(r"^(?:meeting|transcription) ended after|^this editable transcript was computer generated", re.I)
_TIME_ALONE = re.compile(r"^\d{2}:\d{2}:\d{2}$")
_NAMED = re.compile(r"^[^\d\W][^:]{0,60}:\s+\S")
_SHORT, _VOICES = 200, 100  # characters of a line of strokes or of a time; voices in a talk, more than anybody heard
_RULE = re.compile(r"(?:[-–—_=*~#]\s?){3,}")  # what parts turns in some texts
_STAMP_ALONE = re.compile(
    rf"(?:(?:time(?:stamp| ?code)?|zeit(?:marke|stempel)?|tijd(?:code)?|tiempo|tempo|temps)\s*:\s*)?{STAMP}", re.I
)
# where a label may begin inside a paragraph: after the end of a sentence
_INSIDE = re.compile(
    r"(?:^|(?<=[.?!…\"”’»)\]])\s+|\s+[-–—]\s*)(?=(?P<label>[^\W_][^\s:?!]{0,20}(?: [^\s:?!]{1,20}){0,3}):\s)"
)
_NUMBER = re.compile(r"^\[?(\d{1,5})(?:[\].):]?\s+|[\].)](?!\d))(?=\S)")


def part_of(lines: Sequence[Line], options: ReadOptions, plain: Callable[[str], str]) -> list[Line]:
    """The lines of the session that is wanted: after the line that says `options.part`, up to another's (`options.others`).

    Raises
    ------
    UnreadableError
        No line says so, or several do.
    """
    if not options.part:
        return list(lines)
    wanted = _same(options.part)
    others = {_same(other) for other in options.others} - {wanted}
    said = [_same(plain(line.text)) for line in lines]
    places = [at for at, text in enumerate(said) if text == wanted]
    if len(places) != 1:
        times = f"{len(places)} lines say '{options.part}'" if places else f"no line says '{options.part}'"
        raise UnreadableError(
            f"{times}: it is not clear where that session begins.",
            "After # in column 'files' stands a line of the file, as it is written there and only there.",
        )
    start = places[0] + 1
    end = next((at for at in range(start, len(lines)) if said[at] in others), len(lines))
    return list(lines[start:end])


def _same(text: str) -> str:
    return " ".join(text.split()).strip(" :*#").casefold()


def only_speech(lines: list[Line], plain: Callable[[str], str]) -> tuple[list[Line], int]:
    """Of a Google Meet document only what was said, and how many lines are left out.

    Speech begins with a bare `00:05:00` that is directly followed by `Name: words`, and ends with the program's own last
    line; the summary, the list of attendees and the notes before and after it are not speech.
    """
    texts = [plain(line.text) for line in lines]
    if not any(_MEET.search(text) for text in texts):
        return lines, 0
    starts = {at for at in range(len(texts) - 1) if _TIME_ALONE.match(texts[at]) and _NAMED.match(texts[at + 1])}
    if not starts:
        return lines, 0
    kept: list[Line] = []
    inside = False
    for at, line in enumerate(lines):
        inside = (inside or at in starts) and not _MEET_END.match(texts[at])
        if inside and not _MEET.search(texts[at]):
            kept.append(line)
    return kept, len(lines) - len(kept)


def without_numbers(lines: list[Line]) -> tuple[list[Line], int]:
    """The lines without their numbers, where nearly all (nine in ten) are numbered one after the other, or every fifth."""
    found = [_NUMBER.match(line.text) for line in lines]
    numbers = [int(match[1]) for match in found if match]
    follow = sum(1 for a, b in pairwise(numbers) if b == a + 1)
    own = sum(1 for line, match in zip(lines, found, strict=True) if match or not line.soft)
    each = len(numbers) >= 0.9 * own and follow >= 0.9 * (len(numbers) - 1)
    if len(lines) < 4 or not (each or _every_fifth(found)):
        return lines, 0
    for line, match in zip(lines, found, strict=True):
        if match:
            line.text = line.text[match.end() :]
    return lines, len(numbers)


def _every_fifth(found: Sequence[re.Match[str] | None]) -> bool:
    """Whether lines 5, 10, 15 … and no others begin with just that number."""
    return len(found) >= 15 and all(
        (match is not None and int(match[1]) == at) if at % 5 == 0 else match is None
        for at, match in enumerate(found, 1)
    )


def arrows(lines: Sequence[Line]) -> list[Line]:
    """Older Teams documents: `0:0:5.100 --> 0:0:8.250` on a line of its own gives the time of what follows."""
    out: list[Line] = []
    time: float | None = None
    gap = False
    for line in lines:
        arrow = _ARROW.match(line.text)
        if arrow:
            parts = [float(part.replace(",", ".")) for part in arrow[1].split(":")]
            time = sum(part * 60**power for power, part in enumerate(reversed(parts)))
            gap = True
            continue
        if time is not None:
            line.time, line.gap, time = time, gap, None
        out.append(line)
    return out


def without_rules(lines: Sequence[Line]) -> list[Line]:
    """The lines without those of strokes (`-----`), which part as empty lines do."""
    out: list[Line] = []
    gap = False
    for line in lines:
        if not line.soft and len(line.text) <= _SHORT and _RULE.fullmatch(line.text.strip()):
            gap = True
            continue
        line.gap, gap = line.gap or gap, False
        out.append(line)
    return out


def stamps(lines: Sequence[Line], plain: Callable[[str], str]) -> list[Line]:
    """Times on lines of their own (three and more, as time goes) are the times of what follows them.

    `0:04` may stand before the name, between the name and the words, or before `Anna: words`.
    """
    alone: list[float | None] = []
    for line in lines:
        text = one_line(plain(line.text)) if len(line.text) <= _SHORT else ""
        alone.append(seconds(text) if _STAMP_ALONE.fullmatch(text) else None)
    times = [time for time in alone if time is not None]
    if len(times) < 3 or sum(1 for a, b in pairwise(times) if b >= a) < 0.9 * (len(times) - 1):
        return list(lines)
    out: list[Line] = []
    time: float | None = None
    gap = False
    for line, own in zip(lines, alone, strict=True):
        if own is not None:
            time, gap = own, line.gap
            continue
        if time is not None:
            line.time, line.gap, line.soft, time = time, line.gap or gap, False, None
        out.append(line)
    return out


def parted(lines: Sequence[Line], plain: Callable[[str], str]) -> list[Line]:
    """A talk that somebody pasted as one paragraph (three lines at most), parted at its labels.

    There must be four labels and more, each after the end of a sentence, of two voices and more that come twice.
    """
    body = [line for line in lines if not line.heading]
    if not body or len(body) > 3:
        return list(lines)
    text = max((one_line(plain(line.text)) for line in body), key=len)
    found: list[str] = []
    end = 0
    for may in _INSIDE.finditer(text):
        if may.end() >= end and name_like(may["label"]):  # `Dr. Anna Bell:` is one label
            found.append(may["label"])
            end = may.end("label")
    often = {label for label, n in Counter(found).items() if n >= 2}
    if len(often) < 2 or sum(1 for label in found if label in often) < 4 or found[0] not in often:
        return list(lines)
    shapes = {shape_of(label) for label in often} - {"word"}
    labels = often | {label for label in found if shape_of(label) in shapes}
    if len(labels) > _VOICES:
        return list(lines)
    known = "|".join(re.escape(label) for label in sorted(labels, key=len, reverse=True))
    before_label = re.compile(rf"(?:(?:\s[-–—])?\s+|^)(?=(?:{known}):\s)")
    if len(found) > MOST_LINES:
        raise UnreadableError(f"this file has more than {MOST_LINES:,} turns.", "Is it the right file?")
    out: list[Line] = []
    for line in lines:
        whole = one_line(plain(line.text))
        pieces = [whole] if line.heading else [piece for piece in before_label.split(whole) if piece]
        for number, piece in enumerate(pieces):
            own = not number
            out.append(Line(piece, line.gap or not own, line.soft and own, line.heading, line.time if own else None))
    return out

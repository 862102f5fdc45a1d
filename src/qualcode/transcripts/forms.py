"""The ways in which people and programs write a speaker's label at the start of a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from qualcode.transcripts.cleaning import STAMP, TIME, one_line, seconds
from qualcode.transcripts.model import Line, ReadOptions

# forms that nobody writes by chance: one of them may stand once, where the file's labels are written like it
STRONG = ("bold", "bracket", "dash", "timed", "name_time", "stamped", "pattern")
# forms that are looked for where no other is found, in this order: the share of a file's paragraphs that must have one, and
# whether a single voice is enough
FALLBACKS = {
    "heading": (0.0, True),
    "time_name": (0.0, True),
    "tab": (0.4, False),
    "bold_open": (0.4, False),
    "sign": (0.3, False),
    "name_dash": (0.6, False),
    "lower": (0.6, False),
    "name_alone": (0.0, False),
    "caps": (0.6, True),
    "name_apart": (0.3, False),
}
_PARTICLE_WORDS = (
    "a al and bin da das de del den der des di do dos du e el en et i la le los of te ten ter the und van von vom y zu"
)
_ANSWER_WORDS = (
    "yes no yeah yep nope ok okay right exactly true sure maybe mm mhm hm hmm uh um well absolutely definitely ja nein nee doch "
    "genau stimmt klar precies klopt oui non si voilà exactement sí claro exacto sim não pois certo esatto nej jo tak nie ano ne"
)
_ANSWERS = frozenset(_ANSWER_WORDS.split())
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_BOLD = re.compile(
    rf"^(?P<before>(?:{STAMP})?\s*)(?P<mark>\*{{1,3}}|_{{1,3}})(?P<inside>\S.{{0,100}}?)(?P=mark)(?P<after>.*)$"
)
_COLON = re.compile(
    rf"^(?:(?P<t1>{STAMP})[\s\-–—|]*)?\[?(?P<label>[^\n:\[\]]{{1,80}}?)\]?\s*(?P<t2>{STAMP})?\s*:(?P<rest>\s.*|[^\s/\d].*|)$"
)
_BRACKET = re.compile(r"^\[(?P<label>[^\[\]:]{1,40})\]\s+(?P<rest>\S.*)$")
# labels for voices whom nobody could tell apart, which often stand once
CROWD = re.compile(
    r"(?:multiple|several|all|various|unknown|unidentified|unidentifiable|male|female|other|another|different|new) "
    r"(?:speakers?|voices?|participants?|people|persons?|men|man|women|woman|respondents?)(?: \d{1,2})?",
    re.I,
)
_WIDE = re.compile(r"^([^:：]{1,80})：\s*")  # the colon of Chinese and Japanese
_BRACKET_TIME = re.compile(
    rf"^[\[(](?P<label>[^\d\W][^\[\]():]{{0,59}}?)[\s,\-–—|]+(?P<t2>{TIME})[\])]:\s+(?P<rest>\S.*)$"
)
_GUEST = r"(?:\s*\([^\d\W][^\[\]():]{0,30}\))?"  # Teams: `Bell, Anna (External)`
_NAME_TIME = re.compile(rf"^(?P<label>[^\d\W][^\[\]():]{{0,59}}?{_GUEST})[\s,\-–—|]+(?P<t2>{STAMP})$")
_NAME_TIME_WORDS = re.compile(
    rf"^(?P<label>[^\d\W][^\[\]():]{{0,40}}?)\s+(?P<t2>[\[(]{TIME}[\])])\s+(?P<rest>[^\s:].*)$"
)
_TIME_NAME = re.compile(rf"^(?P<t1>{STAMP})[\s\-–—|]+(?P<label>[^\[\]():]{{1,60}}{_GUEST})$")
_SIGNS = {
    "sign": (
        re.compile(r"^(?P<label>[^\W\d_]{1,5}\d{0,3})(?:\s?[.)>;]|\s[-–—])\s+(?P<rest>\S.*)$"),  # Q. I> P1 -
        re.compile(r"^[<(](?P<label>[^\W\d_]{1,12}\s?\d{0,3})[>)]\s+(?P<rest>\S.*)$"),  # <I> (P1)
    ),
    "name_dash": (re.compile(r"^(?P<label>[^\W\d_][^\[\]():]{0,40}?)\s+[-–—]\s+(?P<rest>\S.*)$"),),  # Anna – How?
}
_SIGN = re.compile(r"[.)>;](?:\s|$)|\s[-–—]\s")
_ALL_BOLD = re.compile(r"^(?P<mark>\*\*|__)(?P<label>(?:(?!(?P=mark)).){1,60})(?P=mark)[\s\\]*(?P<rest>.*)$")
_CHAT = re.compile(
    rf"^(?P<t1>{STAMP})\s+From\s+(?P<label>[^:]{{1,60}}?)(?:\s+to\s+[^:]{{1,40}})?\s*:(?P<rest>.*)$"
)  # Zoom
# chats (WhatsApp): `[12/03/2024, 10:15:22] Anna: words`, `12/03/24, 10:15 am - Anna: words`; also the lines of the program
DATED = re.compile(
    r"^(?:\[(?=[^\[\]]{10,40}\]))?\d{1,4}[./-]\d{1,2}[./-]\d{2,4},?\s+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[ap]\.?\s?m\.?)?"
    r"(?:\]|\s+[-–—])\s+",
    re.I,
)
_ITEM = re.compile(r"^(?:[-+*•‣▪]|>{1,3})\s+(?=[^\s\d])")  # an item of a list, or the sign of a change of voice
_LEADING_TIME = re.compile(rf"^\s*(?P<time>{STAMP})")
_MAY_BE_TIME = re.compile(r"[^\w\s]{0,3}\s*\d")
_OPEN_BOLD = re.compile(r"^(?:\*\*|__)|(?:\*\*|__)(?=\W*:)")


@dataclass(slots=True)
class Candidate:
    """What may be a speaker's label at the start of a line."""

    form: str
    label: str
    rest: str
    time: float | None = None
    said: str = ""  # the words with the bare time that they begin with, which may be the recording's or be said

    @property
    def key(self) -> str:
        return self.label.casefold()


def match(text: str, plain: Callable[[str], str] = one_line) -> list[Candidate]:
    """What may be labels in one line, the likeliest first (label and colon, bold, bracketed, with a time)."""
    text = one_line(text)
    text = _ITEM.sub("", text) if text[:1] in "-+*•‣▪>" else text
    text = _WIDE.sub(r"\1: ", text) if "：" in text[:90] else text
    found: list[Candidate] = []
    chat = _CHAT.match(text) if "From" in text[:30] else None
    if chat:
        _add(found, "timed", chat["label"], chat["rest"], seconds(chat["t1"]), plain)
        return found
    both = _BRACKET_TIME.match(text) if text[:1] in "[(" else None
    if both and name_like(both["label"]):  # `[Anna, 0:03]: words`
        _add(found, "timed", both["label"], both["rest"], seconds(both["t2"]), plain)
        return found
    dated = DATED.match(text) if text[:1].isdigit() or text[:1] == "[" else None
    if dated:
        label, colon, rest = text[dated.end() :].partition(":")
        if colon and 0 < len(label) <= 60:
            _add(found, "stamped", label, rest, None, plain)
        return found
    bold = _BOLD.match(text)
    if bold:
        inside, after = bold["inside"].strip(), bold["after"]
        if inside.endswith(":") or re.match(rf"\s*(?:{STAMP})?\s*:", after):
            gap = "" if after[:1].isspace() or not inside.endswith(":") else " "
            _add_colon(found, f"{bold['before']}{inside}{gap}{after}", plain, "bold")
    if not found:
        _add_colon(found, _OPEN_BOLD.sub("", text) if bold is None and text else text, plain, "")
    bracket = _BRACKET.match(text)
    if bracket and not re.fullmatch(TIME, bracket["label"]):
        _add(found, "bracket", bracket["label"], bracket["rest"], None, plain)
    return found


def _add_colon(found: list[Candidate], text: str, plain: Callable[[str], str], form: str) -> None:
    colon = _COLON.match(text)
    if not colon:
        return
    rest = colon["rest"].strip()
    time, said = colon["t1"] or colon["t2"], ""
    leading = _LEADING_TIME.match(plain(rest)) if _MAY_BE_TIME.match(rest) else None
    if not time and leading:
        said = plain(rest).strip()
        time, rest = leading["time"], plain(rest)[leading.end() :]
        form = form or "timed"
    if rest[:1] in ("—", "–") and rest[1:2].isspace():
        rest = rest[1:]
        form = form or "dash"
    if colon["t1"] and len(colon["t1"]) <= 5 and colon["t1"][0].isdigit():  # `10:30 Meeting: …` may be a time of day
        form = form or "clock"
    form = form or ("timed" if time else "colon")
    if form == "colon" and len(colon["label"].split()) <= 4 and not name_like(one_line(plain(colon["label"]))):
        _add(found, "lower", colon["label"], rest, None, plain)
    before = len(found)
    _add(found, form, colon["label"], rest, seconds(time) if time else None, plain)
    if said and time and time[:1].isdigit() and len(found) > before:
        found[-1].said = said


def _add(
    found: list[Candidate], form: str, label: str, rest: str, time: float | None, plain: Callable[[str], str]
) -> None:
    label = one_line(plain(label)).strip(" *_-–—•|#")
    if _possible(label, form):
        found.append(Candidate(form, label, rest.strip(), time))


def candidates_in(
    line: Line, following: Sequence[Line], options: ReadOptions, plain: Callable[[str], str]
) -> list[Candidate]:
    """What may be labels in a line of a text; `following` is the line after it, if there is one."""
    text = line.text.strip()
    if options.speaker_pattern is not None:
        own = re.search(options.speaker_pattern, text.replace("\t", " "))
        if own is None or not own["speaker"]:
            return []
        mark = own.groupdict().get("time")
        time = seconds(mark) if mark else line.time
        return [Candidate("pattern", one_line(plain(own["speaker"])), text[own.end() :].strip(), time)]
    if line.heading:
        bare = one_line(plain(text))
        timed = _NAME_TIME.match(bare) or _TIME_NAME.match(bare)
        label, time = bare.removesuffix(":"), line.time
        if timed:
            label, time = (
                timed["label"],
                seconds(next(mark for name, mark in timed.groupdict().items() if name != "label")),
            )
        return [Candidate("heading", label, "", time)] if name_like(label) else []
    found = match(text, plain)
    if all(candidate.form == "lower" for candidate in found):
        _add_others(found, text, following, plain)
    _add_bold(found, line, plain)
    for candidate in found:
        candidate.time = line.time if candidate.time is None else candidate.time
    return found


def without_colon(line: Line, following: Sequence[Line], plain: Callable[[str], str]) -> list[Candidate]:
    """What may be labels without a colon in a line, whatever stands before a colon in it."""
    found: list[Candidate] = []
    _add_others(found, line.text.strip(), following, plain)
    for candidate in found:
        candidate.time = line.time if candidate.time is None else candidate.time
    return found


def _add_bold(found: list[Candidate], line: Line, plain: Callable[[str], str]) -> None:
    """A name in bold letters before words that are not."""
    start = line.bold.strip(" :.-–—|")
    if (
        start
        and len(start.split()) <= 5
        and name_like(start)
        and all(c.label != start or c.form in FALLBACKS for c in found)
    ):
        _add(found, "bold_open", start, one_line(plain(line.text))[len(line.bold) :].lstrip(" :-–—|"), None, plain)


def _add_others(found: list[Candidate], text: str, following: Sequence[Line], plain: Callable[[str], str]) -> None:
    """Labels without a colon: by a time, a tab, bold letters, a sign, capitals, or alone on their line."""
    bold = _ALL_BOLD.match(text) if text[:1] in ("*", "_") else None
    bare = one_line(plain(text))
    words_follow = bool(following) and not following[0].gap and not following[0].heading
    if len(text) <= 120:  # lines that hold a name and hardly more
        for form, pattern in (("name_time", _NAME_TIME), ("time_name", _TIME_NAME)):
            alone = pattern.match(bare)
            if alone and name_like(alone["label"]) and (form == "name_time" or words_follow):
                mark = alone["t2"] if form == "name_time" else alone["t1"]
                _add(found, form, alone["label"], "", seconds(mark), plain)
        own_line = words_follow or (bool(bold and not bold["rest"]) and bool(following))
        answer = re.search(r"\b\w{2,}\.$", bare) is not None or bare.casefold() in _ANSWERS  # `Yes.`
        if not found and name_like(bare) and len(bare.split()) <= 5 and not answer:
            if own_line:
                found.append(Candidate("name_alone", bare, ""))
            elif following and not following[0].heading:
                found.append(Candidate("name_apart", bare, ""))
    timed = _NAME_TIME_WORDS.match(bare) if "[" in bare[:45] or "(" in bare[:45] else None
    if timed and name_like(timed["label"]):
        rest = re.sub(r"^[-–—|]\s+", "", timed["rest"])
        _add(found, "name_time", timed["label"], rest, seconds(timed["t2"]), plain)
    if any(candidate.form == "name_time" for candidate in found):
        return
    if "\t" in text or " | " in text[:90]:
        _add_tab(found, text if "\t" in text else text.replace(" | ", "\t", 2), plain)
    if bold and bold["rest"] and name_like(bold["label"].strip()):
        _add(found, "bold_open", bold["label"], bold["rest"], None, plain)
    for form, patterns in _SIGNS.items() if _SIGN.search(bare[:50]) else ():
        sign = next((fit for pattern in patterns if (fit := pattern.match(bare))), None)
        if sign and name_like(sign["label"]) and len(sign["label"].split()) <= 4:
            _add(found, form, sign["label"], sign["rest"], None, plain)
    capitals = _in_capitals(bare)
    if capitals:
        _add(found, "caps", capitals, bare[len(capitals) :], None, plain)


def _add_tab(found: list[Candidate], text: str, plain: Callable[[str], str]) -> None:
    """`Anna<tab>How was it?`, with a time before or after the name where one stands there."""
    pieces = [piece for piece in (one_line(part) for part in text.split("\t")) if piece]
    time = None
    if len(pieces) > 2:
        place = next((at for at in (0, 1) if re.fullmatch(STAMP, pieces[at])), None)
        time = seconds(pieces.pop(place)) if place is not None else None
    if len(pieces) >= 2 and len(pieces[0].split()) <= 5 and name_like(pieces[0]):
        _add(found, "tab", pieces[0], " ".join(pieces[1:]), time, plain)


def _in_capitals(text: str) -> str:
    """Up to three words in capitals before a sentence (`ANNA How was it?`, `P1 Hard.`); "" where there are none."""
    words = text.split()
    label: list[str] = []
    for word in words[:3]:
        bare = word.strip(".'’-")
        if len(bare) < 2 or not bare.isupper() or not re.fullmatch(r"[\w.'’\-]+", word):
            break
        label.append(word)
    rest = words[len(label) :]
    if not label or not rest or rest[0].isupper() or not re.match(r"[\w\"“„'‘(\[¿¡…]", rest[0]):
        return ""
    return text[: text.index(label[-1]) + len(label[-1])]


@lru_cache(maxsize=4096)  # the same few labels stand on every other line
def _possible(label: str, form: str) -> bool:
    """Whether text before a colon can be a label at all; plain colons need the look of a name."""
    if (
        not label
        or len(re.sub(r"\([^()]*\)", "", label).split()) > 10
        or not re.search(r"\w", label)
        or (form != "stamped" and re.fullmatch(r"[\d\W]+", label))  # in chats a telephone number may be the name
    ):
        return False
    if re.search(r"https?$|[\"“”„«»;<>{}=?!]|\.\.|…", label):
        return False
    if form in ("colon", "timed", "clock"):
        return name_like(label) or CROWD.fullmatch(label) is not None
    return True


@lru_cache(maxsize=4096)
def name_like(label: str) -> bool:
    """Each word begins with a capital or a digit, small words of names aside; or it is one short word (`id1`, `int`)."""
    core = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", label).strip()
    if not core:
        return bool(label.strip())
    if re.search(r"[.!?,;:…]$", core) and not re.search(r"\b\w{1,4}\.$", core):
        return False
    name, comma, title = core.partition(",")
    if comma and len(name.split()) >= 2 and len(title.split()) <= 4 and not re.search(r"\w{4}[.?!]\s", title):
        core = name
    words = re.sub(r"[,/&+]", " ", core).split()
    if not words or len(words) > 10:
        return False
    if len(words) == 1 and len(words[0]) <= 12 and re.fullmatch(r"[\w.\-]+", words[0]):
        return True
    good = [_capital(word) for word in words]
    return good[0] and all(
        ok or word.strip(".'’-").casefold() in _PARTICLES for ok, word in zip(good, words, strict=True)
    )


def _capital(word: str) -> bool:
    first = next((character for character in word if character.isalnum()), "")
    # d'Arc and scripts without capitals count
    return bool(first) and (not first.islower() or bool(re.match(r"^\w{1,2}['’]\w", word)))


def shape_of(label: str) -> str:
    """What a label looks like: initials, an id with a number, one word, a name of several words."""
    if re.fullmatch(r"[^\W\d_]{1,12}[ .\-]?\d{1,3}", label):
        return "id"
    if re.fullmatch(r"(?:[^\W\d_]\.?){1,4}", label) and label.upper() == label:
        return "initials"
    return "name" if len(label.split()) > 1 else "word"

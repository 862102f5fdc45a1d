"""What transcribers write beside the words (`[inaudible 00:12:10]`, `(laughs)`, pauses, overlaps): kept, and counted."""

from __future__ import annotations

import re
from collections import Counter

_OPEN, _CLOSE = r"[\[(<*]\s*", r"[\])>*]"


def _named(words: str) -> re.Pattern[str]:
    return re.compile(rf"{_OPEN}(?:\?\s*)?(?:[^\[\]()<>*]{{1,20}}\s)?(?:{words})\b[^\[\]()<>*]{{0,40}}{_CLOSE}", re.I)


# each stretch counts once, as the first kind that it is
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "inaudible",
        _named(
            r"inaudible|unintelligible|unclear|indistinct|incomprehensible|unverst(?:ä|ae)ndlich|unv|onverstaanbaar|"
            r"ininteligible|inaud[ií]vel|impercet[ií]vel|inintelig[ií]vel|inaudibile|incomprensibile|ohörbart|uhørlig|"
            r"niesłyszalne|nesrozumitelné"
        ),
    ),
    ("unsure", re.compile(r"[\[(]\s*\?{1,3}\s*[\])]|<\?[^<>]{0,40}>|[\[(][^\[\]()]{1,40}\?[\])]")),
    (
        "laughter",
        _named(
            r"laugh\w*|chuckl\w*|giggl\w*|lach\w*|gelach\w*|gelächter|risas?|r[ií]en?|risos?|rires?|rit|ridono|ride|skratt\w*|"
            r"latter|ler|śmi\w*|smích"
        ),
    ),
    (
        "overlap",
        _named(r"overlap\w*|cross-?\s?talk\w*|simultaneous\w*|gleichzeitig|überschneid\w*|door elkaar|superp\w*|talking over"),
    ),
    ("overlap", re.compile(r"//[^/\n]{1,200}//")),
    (
        "pause",
        _named(r"pauses?|silence|pauze|stilte|pausa|silencio|silêncio|silenzio|paus|tystnad|pauza|schweigen|stille"),
    ),
    ("pause", re.compile(r"\(\.{1,5}\)|\(\d{1,3}(?:[.,]\d+)?\s?(?:s|sec|sek|seconds?|Sekunden?)?\.?\)")),
    (
        "sound",
        _named(
            r"cough\w*|sigh\w*|clear\w*|sniff\w*|cries|crying|sobs?|sobbing|clap\w*|applause|nods?|nodding|shakes|whisper\w*|sings?|"
            r"singing|breath\w*|inhal\w*|exhal\w*|hustet|seufzt|räusper\w*|nickt|weint|knikt|zucht|hoest|applaus|aplausos?|suspir\w*|"
            r"tosse|tose|llora|chora|music|phone|noise|background|door"
        ),
    ),
    ("cut off", re.compile(r"(?<=\w)<=>|[-–—/](?<=[^\W\d_][-–—/])(?=\s+[^\W\d_])")),
    ("other", re.compile(r"\[[^\W\d][^\[\]\n]{0,60}\]")),
)  # fmt: skip


def count_marks(text: str) -> Counter[str]:
    """How often each kind of mark stands in a text: inaudible, unsure, laughter, overlap, pause, sound, cut off, other.

    A cut-off word is one with a dash right behind it and another word after a blank (`th- the`); `other` is anything else
    in square brackets.
    """
    counts = Counter[str]()
    taken: set[int] = set()
    for kind, pattern in _KINDS:
        for match in pattern.finditer(text):
            if match.start() not in taken:
                taken.add(match.start())
                counts[kind] += 1
    return counts


def marks_said(counts: Counter[str]) -> str:
    """`inaudible 3; laughter 12`: in order of number, then of name."""
    return "; ".join(f"{kind} {n}" for kind, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])))

"""Bytes to text, and text without what is not words: control characters, time marks, markup."""

from __future__ import annotations

import html
import re
import unicodedata
from collections import Counter

from qualcode.transcripts.encodings import ENOUGH, best_page
from qualcode.transcripts.model import UnreadableError, counted

MOST_LINES = 200_000  # more than any interview has
_LETTERS = r"(?:\d{1,2}\s?h\s?)?\d{1,3}\s?m(?:in)?\s?\d{1,2}\s?s(?:ec)?\b"  # 1m 23s
TIME = rf"(?:(?:\d{{1,2}}:)?\d{{1,2}}:\d{{2}}(?:[.,]\d{{1,3}})?|{_LETTERS})"
_SPAN = rf"{TIME}(?:\s*(?:-->|[-–—])\s*{TIME})?"  # a time, or from when to when
STAMP = rf"(?:\[{_SPAN}\]|\({_SPAN}\)|\{{{_SPAN}\}}|<{_SPAN}>|#{TIME}(?:-\d)?#|@?{_SPAN})"

_LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff\u00ad\ufffc]")
_BLANKS = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BLANK = re.compile(r"[^\S\n]")
_BLANK_BUT_TAB = re.compile(r"[^\S\n\t]")
# a time in square or curly brackets or between # anywhere; bare or in round brackets at the start only, with hours
_STAMP_ANYWHERE = re.compile(rf"\[{_SPAN}\]|\{{{_SPAN}\}}|<{_SPAN}>|#{TIME}(?:-\d)?#")
_STAMP_AND_DASH = re.compile(
    rf"(?:{_STAMP_ANYWHERE.pattern})(?:\s*[-–—|]\s+)?"
)  # where a mark and a dash begin the paragraph
_STAMP_AT_START = re.compile(
    rf"^(?:{_STAMP_ANYWHERE.pattern}|\({_SPAN}\)|\d{{1,2}}:\d{{2}}:\d{{2}}(?:[.,]\d{{1,3}})?(?=\s|$))"
)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_PRIVATE = 0xE000  # escaped characters are kept apart here while markup is taken out


def decode(data: bytes, *, tabs: bool = False) -> tuple[str, list[str]]:
    """Text of bytes, with notes where the encoding had to be found out; tabs stay where they part a label from words (`tabs`).

    UTF-8, UTF-16 and UTF-32 (with byte order mark; UTF-16 also without), else the one of Windows-1252, Windows-1250 and
    Mac Roman that gives words of a language, else what charset-normalizer finds. Line ends become `\\n`; no-break and
    other blanks a space; characters without width and control characters go; NFC. What was made plain is counted.

    Raises
    ------
    UnreadableError
        The bytes are no text.
    """
    text, notes = decode_raw(data)
    plain = said(tally(text))
    return tidy(text, tabs=tabs), [*notes, plain] if plain else notes


def decode_raw(data: bytes) -> tuple[str, list[str]]:
    """As `decode`, with tabs and other blanks as they are; only line ends are made one."""
    notes: list[str] = []
    text = _decode(data, notes)
    ends = {end for end in ("\r\n", "\n", "\r") if end in (text if end == "\r\n" else text.replace("\r\n", ""))}
    if len(ends) > 1:
        notes.append("mixed line ends")
    text = _LINE_ENDS.sub("\n", text)
    if text.count("\n") > MOST_LINES:
        raise UnreadableError(f"this file has more than {MOST_LINES:,} lines.", "Is it the right file?")
    odd = len(_CONTROL.findall(text))
    if odd > max(2, len(text) // 200):
        raise UnreadableError(
            "this is not text, whatever its name says.", "Export the transcript as .docx or .txt (UTF-8)."
        )
    if odd:
        notes.append(f"{odd} control characters left out")
    return text, notes


def _decode(data: bytes, notes: list[str]) -> str:
    try:
        if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
            return data.decode("utf-32")
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        head = data[:4096]
        if head.count(0) > len(head) // 4:  # Latin text in two bytes a character, without its mark
            guess = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
            notes.append("read as UTF-16 without byte order mark")
            return data.decode(guess)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "this is not text: it begins like UTF-16 and goes on otherwise.", "Save it as UTF-8."
        ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    if 0 not in data:
        codec, name, fit = best_page(data)
        if fit < ENOUGH:
            from charset_normalizer import from_bytes

            best = from_bytes(data[:1_000_000]).best()
            if best is not None:
                codec = name = best.encoding
        if codec:
            try:
                text = data.decode(codec)
            except UnicodeDecodeError:
                text = ""
            if text:
                notes.append(f"not UTF-8: read as {name} (look at accents and quotation marks)")
                return text
    raise UnreadableError(
        "this is not text, whatever its name says.", "Export the transcript as .docx or .txt (UTF-8)."
    )


def tally(text: str) -> Counter[str]:
    """How often `tidy` changes what a text looks like: blanks that do not break and the like, characters without width."""
    counts = Counter[str]()
    if not text.isascii():
        counts["blank"] = sum(text.count(blank) for blank in _BLANKS)
        counts["soft"] = text.count("\u00ad")
        counts["invisible"] = len(_INVISIBLE.findall(text)) - counts["soft"]
        counts["composed"] = not unicodedata.is_normalized("NFC", text)
    return counts


def said(counts: Counter[str]) -> str:
    """`tally` as a note; "" where nothing was changed."""
    found = []
    if counts["blank"]:
        found.append(f"{counted(counts['blank'], 'no-break or other blank')} made a blank")
    if counts["soft"]:
        found.append(f"{counted(counts['soft'], 'soft hyphen')} left out")
    if counts["invisible"]:
        found.append(f"{counted(counts['invisible'], 'character')} without width left out")
    if counts["composed"]:
        found.append("letters and their accents composed (NFC)")
    return f"made plain: {', '.join(found)}" if found else ""


def tidy(text: str, *, tabs: bool = False) -> str:
    """NFC, one kind of blank, no invisible characters; line breaks stay, tabs where that is asked for."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    text = (_BLANK_BUT_TAB if tabs else _BLANK).sub(" ", _CONTROL.sub("", text))
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """`text` without blanks at its ends, one blank between words."""
    return " ".join(text.split())


def seconds(mark: str) -> float | None:
    """Seconds of a time mark: `1:02:03.5`, `[02:03]`, `#00:01:02-5#` (tenths), `(1m 23s)`."""
    spelt = re.search(_LETTERS, mark) if "m" in mark else None
    if spelt:
        numbers = [int(number) for number in re.findall(r"\d+", spelt.group())]
        return float(sum(number * 60**power for power, number in enumerate(reversed(numbers))))
    found = re.search(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3})|-(\d)#)?", mark)
    if not found:
        return None
    hours, minutes, whole, part, tenth = found.groups()
    fraction = float(f"0.{part or tenth or 0}")
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(whole) + fraction


def take_times(text: str) -> tuple[str, float | None]:
    """The words of a paragraph without time marks, and the seconds of a mark that it begins with."""
    first = _STAMP_AT_START.match(text.strip())
    time = seconds(first.group()) if first else None
    dashes = False
    if first:
        text = text.strip()[first.end() :]
        after = re.match(r"\s*[-–—|]\s+", text) if time is not None else None
        text, dashes = (text[after.end() :], True) if after else (text, False)
    text = (_STAMP_AND_DASH if dashes else _STAMP_ANYWHERE).sub(" ", text)
    return one_line(text), time


def hide_escapes(text: str) -> str:
    """Markdown's `\\[` and the like, kept apart as single private characters until `show_escapes`."""
    return _ESCAPED.sub(lambda match: chr(_PRIVATE + ord(match.group(1))), text)


def show_escapes(text: str) -> str:
    """What `hide_escapes` kept apart, as plain characters."""
    return re.sub(r"[\ue021-\ue07e]", lambda match: chr(ord(match.group()) - _PRIVATE), text)


_TAG_NAMES = "a|b|br|center|cite|div|em|font|i|mark|p|small|span|strong|sub|sup|u"
# no pattern here may run over its own beginning again: a line of 100 MB must not take longer than its length
COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.S)
_TARGET = r"\((?:<[^<>]*>|[^()<]|\([^()]*\))*\)"
IMAGE = re.compile(rf"!\[[^\[\]]*\]{_TARGET}")
_LINK = re.compile(rf"\[([^\[\]]+)\]{_TARGET}")
_ADDRESS = re.compile(r"<((?:https?|mailto):[^<>\s]+)>")
_TAGS = re.compile(rf"</?(?:{_TAG_NAMES})\b[^<>]*>", re.I)
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)([^`]+)\1(?!`)")
_EMPHASIS = (
    *(re.compile(rf"{mark}(?=\S)((?:(?!{mark}).)+)(?<=\S){mark}") for mark in (r"\*\*\*", "___", r"\*\*", "__")),
    re.compile(r"(?<![*\w])\*(?=[^\s*])([^*]+)(?<=\S)\*(?![*\w])"),
    re.compile(r"(?<![_\w])_(?=[^\s_])((?:[^_]|(?<=\w)_(?=\w))+)(?<=[^\s_])_(?![_\w])"),
)
_UNCLOSED = re.compile(r"^(?:\*\*|__)(?=\w)")


def without_markdown(text: str) -> str:
    """One line of Markdown as words: emphasis, links, code marks and tags out, entities and escapes resolved."""
    if "[" in text:
        text = _LINK.sub(r"\1", IMAGE.sub("", text))
    if "<" in text:
        text = _TAGS.sub("", COMMENT.sub("", _ADDRESS.sub(r"\1", text)))
    if "`" in text:
        text = _CODE.sub(r"\2", text)
    if ("*" in text or "_" in text) and "*" * 100 not in text and "_" * 100 not in text:
        for emphasis in _EMPHASIS:
            text = emphasis.sub(r"\1", text)
        text = _UNCLOSED.sub("", text)
    return show_escapes(tidy(html.unescape(text)) if "&" in text else text)

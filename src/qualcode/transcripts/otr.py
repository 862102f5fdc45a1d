"""oTranscribe (.otr): JSON that holds a little HTML; speakers' labels are typed text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from qualcode.transcripts.cleaning import decode, seconds, tidy
from qualcode.transcripts.html import parse_page
from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.txt import lines_of

NAME = "otr"
ENDINGS = (".otr",)

_AGAIN = "Export it again from oTranscribe (.otr)."
_BLOCKS = ("p", "div", "li", "h1", "h2", "h3")


def recognise(data: bytes) -> bool:
    """A JSON object with `text` and `media`."""
    head = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and b'"text"' in data and b'"media' in data


def read(data: bytes, options: ReadOptions) -> RawTranscript:
    """Turns of an oTranscribe document; its time marks are the turns' seconds."""
    text, notes = decode(data)
    try:
        document = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("this is not an oTranscribe file: it is not whole JSON.", _AGAIN) from error
    if not isinstance(document, dict) or not isinstance(document.get("text"), str):
        raise UnreadableError("this is not an oTranscribe file: it has no 'text'.", _AGAIN)
    parts = _parts(parse_page(document["text"], _AGAIN))
    transcript = require_words(read_lines(lines_of(tidy("".join(parts))), options))
    transcript.notes[:0] = notes
    return transcript


def _parts(root: Any) -> Iterator[str]:
    """Words of oTranscribe's HTML, with line breaks, and each time mark as `[h:mm:ss]`."""
    from lxml import etree

    walk = etree.iterwalk(root, events=("start", "end"))
    left_out: Any = None
    for event, node in walk:
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "end":
            if node is left_out:
                left_out = None
            elif tag in _BLOCKS:
                yield "\n\n"
            yield _said(node.tail)
        elif tag in ("script", "style", "head") or not tag:
            left_out = node
            walk.skip_subtree()
        elif tag == "span" and "timestamp" in (node.get("class") or "").split():
            yield _mark(node.get("data-timestamp") or "")
            left_out = node
            walk.skip_subtree()
        else:
            yield "\n" if tag == "br" else "\n\n" if tag in _BLOCKS else ""
            yield _said(node.text)


def _said(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("\r", " ")


def _mark(value: str) -> str:
    """A time mark in our own spelling: from seconds, or from the `h:mm:ss` of old files."""
    try:
        time = float(value)
    except ValueError:
        found = seconds(value)
        if found is None:
            return " "
        time = found
    if not 0 <= time < 360_000:
        return " "
    whole = round(time * 1000)
    hours, rest = divmod(whole, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f" [{hours}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}] "

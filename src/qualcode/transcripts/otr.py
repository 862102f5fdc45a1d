"""oTranscribe (.otr): JSON that holds a little HTML; speakers' labels are typed text."""

from __future__ import annotations

import json
from html.parser import HTMLParser

from qualcode.transcripts.cleaning import decode, seconds, tidy
from qualcode.transcripts.labels import read_lines, require_words
from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.txt import lines_of

NAME = "otr"
ENDINGS = (".otr",)


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
        raise UnreadableError(
            "this is not an oTranscribe file: it is not whole JSON.", "Export it again from oTranscribe (.otr)."
        ) from error
    if not isinstance(document, dict) or not isinstance(document.get("text"), str):
        raise UnreadableError(
            "this is not an oTranscribe file: it has no 'text'.", "Export it again from oTranscribe (.otr)."
        )
    parser = _Text()
    parser.feed(document["text"])
    parser.close()
    transcript = require_words(read_lines(lines_of(tidy("".join(parser.parts))), options))
    transcript.notes[:0] = notes
    return transcript


class _Text(HTMLParser):
    """Words of oTranscribe's HTML, with line breaks, and each time mark as `[h:mm:ss]`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.inside_time = 0
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if self.inside_time:
            self.inside_time += tag == "span"
        elif tag == "span" and "timestamp" in (values.get("class") or "").split():
            self.inside_time = 1
            self.parts.append(_mark(values.get("data-timestamp") or ""))
        elif tag in ("script", "style"):
            self.hidden += 1
        elif tag == "br":
            self.parts.append("\n")
        elif tag in ("p", "div", "li", "h1", "h2", "h3"):
            self.parts.append("\n\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "span" and self.inside_time:
            self.inside_time -= 1
        elif tag in ("script", "style"):
            self.hidden = max(0, self.hidden - 1)
        elif tag in ("p", "div", "li", "h1", "h2", "h3"):
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.inside_time and not self.hidden:
            self.parts.append(data.replace("\n", " ").replace("\r", " "))


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

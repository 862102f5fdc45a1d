"""The formats of transcripts: each is one module with `NAME`, `ENDINGS`, `recognise(bytes)` and `read(bytes, options)`."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath
from typing import Protocol

from qualcode.transcripts import docx, md, otr, srt, txt, vtt
from qualcode.transcripts.model import RawTranscript, ReadOptions, UnreadableError


class Format(Protocol):
    """A module that reads one format."""

    NAME: str
    ENDINGS: tuple[str, ...]

    def recognise(self, data: bytes) -> bool:
        """Whether the content is of this format, whatever the file's name."""
        ...

    def read(self, data: bytes, options: ReadOptions) -> RawTranscript:
        """Turns; UnreadableError where there are none to be had."""
        ...


# in the order in which content is looked at; plain text last, because anything may be plain text
FORMATS: tuple[Format, ...] = (docx, vtt, srt, otr, md, txt)  # type: ignore[assignment]
ENDINGS = tuple(ending for kind in FORMATS for ending in kind.ENDINGS)
READ = ".txt, .md, .docx, .vtt, .srt, .otr"

_AS_DOCX = "Open it in the program that made it and save it as .docx or as plain text (.txt, UTF-8)."
_WRITE_DOWN = "Put the transcript here; recordings stay elsewhere."

# formats known by their first bytes: what they are, what to do
_BEGINNINGS: tuple[tuple[bytes, int, str, str], ...] = (
    (b"%PDF", 0, "a PDF", "PDF loses paragraphs and order: ask for the .docx or text it was made from."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "an old Word document (.doc) or one with a password", _AS_DOCX),
    (b"{\\rtf", 0, "a rich text document (.rtf)", _AS_DOCX),
    (b"ID3", 0, "a sound recording", _WRITE_DOWN),
    (b"\xff\xfb", 0, "a sound recording", _WRITE_DOWN),
    (b"OggS", 0, "a sound recording", _WRITE_DOWN),
    (b"fLaC", 0, "a sound recording", _WRITE_DOWN),
    (b"WAVE", 8, "a sound recording", _WRITE_DOWN),
    (b"ftyp", 4, "a sound or video recording", _WRITE_DOWN),
    (b"\x1aE\xdf\xa3", 0, "a video recording", _WRITE_DOWN),
    (b"\x89PNG", 0, "a picture", _WRITE_DOWN),
    (b"\xff\xd8\xff", 0, "a picture", _WRITE_DOWN),
    (b"GIF8", 0, "a picture", _WRITE_DOWN),
    (b"\x1f\x8b", 0, "a packed archive", "Unpack it and put the transcripts here."),
    (b"7z\xbc\xaf", 0, "a packed archive", "Unpack it and put the transcripts here."),
    (b"Rar!", 0, "a packed archive", "Unpack it and put the transcripts here."),
)
_ZIPS: tuple[tuple[bytes, str, str], ...] = (
    (b"opendocument.text", "an OpenDocument text (.odt)", _AS_DOCX),
    (b"opendocument.spreadsheet", "a spreadsheet (.ods)", _AS_DOCX),
    (b"xl/workbook", "a spreadsheet (.xlsx)", _AS_DOCX),
    (b"Index/Document.iwa", "a Pages document (.pages)", "Export it from Pages as Word (.docx)."),
    (b"project.qde", "a REFI-QDA project (.qdpx)", "That is coded data: bring it in with `qualcode import`."),
)
# endings of formats that are no transcripts for us yet: the sentence after "files of this kind are not read"
_ENDINGS = {
    ".doc": _AS_DOCX,
    ".rtf": _AS_DOCX,
    ".odt": _AS_DOCX,
    ".pages": "Export it from Pages as Word (.docx).",
    ".pdf": "PDF loses paragraphs and order: ask for the .docx or text it was made from.",
    **dict.fromkeys((".mp3", ".wav", ".m4a", ".mp4", ".mov", ".ogg", ".webm", ".aac", ".flac", ".wma"), _WRITE_DOWN),
}


def recognise(data: bytes, name: str) -> Format:
    """The format of a file: by its content where that says so, else by its ending.

    Raises
    ------
    UnreadableError
        The file is empty, of a known kind that is not read, or has an ending that no format has.
    """
    ending = PurePath(name).suffix.lower()
    if not data.strip(b" \t\r\n\x00\xef\xbb\xbf\xfe\xff"):
        raise UnreadableError("this file is empty.", "Copy the transcript here again.")
    claimed = ", whatever its name says" if ending in ENDINGS else ""
    for mark, at, what, hint in _BEGINNINGS:
        if data[at : at + len(mark)] == mark and not (ending == ".txt" and mark == b"ID3" and _text_like(data)):
            raise UnreadableError(f"this is {what}{claimed}.", hint)
    if data.startswith(b"PK\x03\x04"):
        inside = _inside(data)
        for mark, what, hint in _ZIPS:
            if mark in inside:
                raise UnreadableError(f"this is {what}{claimed}.", hint)
        if b"word/document.xml" not in inside:
            what = (
                "this Word document is damaged or not whole."
                if ending == ".docx"
                else f"this is a zip archive{claimed}."
            )
            raise UnreadableError(what, f"Formats read: {READ}.")
        return docx  # type: ignore[return-value]
    if ending == ".docx":
        raise UnreadableError(
            "this is not a Word document, whatever its name says.", "Copy the file here again, or rename it."
        )
    if ending not in ENDINGS:
        hint = _ENDINGS.get(ending, "")
        raise UnreadableError(
            f"files ending in '{ending}' are not read as transcripts."
            if ending
            else "this file has no ending that says what it is.",
            f"{hint} Formats read: {READ}.".strip(),
        )
    for kind in FORMATS:
        if kind is not txt and kind.recognise(data):
            return kind
    return next(kind for kind in FORMATS if ending in kind.ENDINGS)


def _inside(data: bytes) -> bytes:
    """The names of an archive's members and its declared type; the raw bytes where the archive is not whole."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except Exception:  # a damaged archive may raise nearly anything
        return data
    return kind + b"\n" + "\n".join(names).encode("utf-8", "replace")


def _text_like(data: bytes) -> bool:
    return b"\x00" not in data


def read(data: bytes, name: str, options: ReadOptions) -> tuple[str, RawTranscript]:
    """The format's name and the turns of a file's bytes; `name` is the file's name (its ending counts)."""
    kind = recognise(data, name)
    return kind.NAME, kind.read(data, options)

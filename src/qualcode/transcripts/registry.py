"""The formats of transcripts: each is one module with `NAME`, `ENDINGS`, `recognise(bytes)` and `read(bytes, options)`."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath
from typing import Protocol

from qualcode.transcripts import delimited, docx, html, jsons, md, ods, odt, otr, pdf, rtf, srt, txt, vtt, xlsx
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
FORMATS: tuple[Format, ...] = (  # type: ignore[assignment]
    docx, odt, ods, xlsx, rtf, pdf, vtt, srt, otr, html, jsons, delimited, md, txt,
)  # fmt: skip
ENDINGS = tuple(ending for kind in FORMATS for ending in kind.ENDINGS)
READ = ".txt, .md, .docx, .odt, .rtf, .pdf, .html, .vtt, .srt, .otr, .json, .csv, .tsv, .xlsx, .ods"
LARGEST = 10_000_000  # bytes of a file that is all text: some 170 hours of talk; pictures make the others larger

_AS_DOCX = "Open it in the program that made it and save it as .docx or as plain text (.txt, UTF-8)."
_WRITE_DOWN = "Put the transcript here; recordings stay elsewhere."
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# formats known by their first bytes: what they are, what to do
_BEGINNINGS: tuple[tuple[bytes, int, str, str], ...] = (
    (_OLD, 0, "an old Word document (.doc)", _AS_DOCX),
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
# what a zip archive holds: the format, or what it is and what to do
_ZIPS: tuple[tuple[bytes, Format | None, str, str], ...] = (  # type: ignore[assignment]
    (b"word/document.xml", docx, "", ""),
    (b"opendocument.text", odt, "", ""),
    (b"opendocument.spreadsheet", ods, "", ""),
    (b"xl/workbook", xlsx, "", ""),
    (b"Index/CalculationEngine", None, "a Numbers spreadsheet (.numbers)", "Export it from Numbers as .xlsx or .csv."),
    (b"Index/Document.iwa", None, "a Pages document (.pages)", "Export it from Pages as Word (.docx)."),
    (b"Index/", None, "a Pages document (.pages)", "Export it from Pages as Word (.docx)."),
    (b"ppt/presentation", None, "a presentation (.pptx)", _AS_DOCX),
    (b"opendocument.presentation", None, "a presentation (.odp)", _AS_DOCX),
    (b"project.qde", None, "a REFI-QDA project (.qdpx)", "That is coded data: bring it in with `qualcode import`."),
)
# endings of formats that are not read: the sentence after "files of this kind are not read"
_ENDINGS = {
    ".doc": _AS_DOCX,
    ".xls": "Save it as .xlsx or .csv.",
    ".pages": "Export it from Pages as Word (.docx).",
    ".numbers": "Export it from Numbers as .xlsx or .csv.",
    **dict.fromkeys((".mp3", ".wav", ".m4a", ".mp4", ".mov", ".ogg", ".webm", ".aac", ".flac", ".wma"), _WRITE_DOWN),
}
_PACKED = {".docx": "Word document", ".odt": "OpenDocument text", ".ods": "OpenDocument spreadsheet",
           ".xlsx": "Excel workbook", ".xlsm": "Excel workbook", ".pdf": "PDF", ".rtf": "rich text document"}  # fmt: skip


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
            if mark == _OLD and "EncryptedPackage".encode("utf-16-le") in data:
                raise UnreadableError("this document is protected by a password.", "Save it without one.")
            if mark == _OLD and ending == ".xls":
                what, hint = "an old Excel workbook (.xls)", _ENDINGS[".xls"]
            raise UnreadableError(f"this is {what}{claimed}.", hint)
    if data.startswith(b"PK\x03\x04"):
        return _in_zip(data, ending, claimed)
    for kind in FORMATS:
        if kind not in (md, txt) and kind.recognise(data):
            return kind
    if ending in _PACKED:
        named = _PACKED[ending]
        article = "an" if named[0] in "EO" else "a"
        raise UnreadableError(
            f"this is not {article} {named}, whatever its name says.", "Copy the file here again, or rename it."
        )
    if ending not in ENDINGS:
        hint = _ENDINGS.get(ending, "")
        raise UnreadableError(
            f"files ending in '{ending}' are not read as transcripts."
            if ending
            else "this file has no ending that says what it is.",
            f"{hint} Formats read: {READ}.".strip(),
        )
    return next(kind for kind in FORMATS if ending in kind.ENDINGS)


def _in_zip(data: bytes, ending: str, claimed: str) -> Format:
    inside = _inside(data)
    for mark, kind, what, hint in _ZIPS:
        if mark in inside:
            if kind is not None:
                return kind
            raise UnreadableError(f"this is {what}{claimed}.", hint)
    if ending in (".pages", ".numbers"):  # of older versions
        what = "a Pages document (.pages)" if ending == ".pages" else "a Numbers spreadsheet (.numbers)"
        raise UnreadableError(f"this is {what}.", _ENDINGS[ending])
    what = (
        f"this {_PACKED[ending]} is damaged or not whole." if ending in _PACKED else f"this is a zip archive{claimed}."
    )
    raise UnreadableError(what, f"Formats read: {READ}.")


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
    if len(data) > LARGEST and kind not in (docx, odt, ods, xlsx, pdf, rtf, html):
        what = f"this file is larger than any interview ({LARGEST // 1_000_000} MB of text)."
        raise UnreadableError(what, "Is it the right file?")
    if options.part and kind in (vtt, srt, jsons):
        raise UnreadableError("a file of this kind holds one session.", "Part it, and name each part's own file.")
    return kind.NAME, kind.read(data, options)

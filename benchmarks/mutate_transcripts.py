# ruff: noqa: E501
"""Damage transcripts and read them: `python benchmarks/mutate_transcripts.py [--each 300] [--seed 1] [--only docx,pdf] [FILE ...]`.

For each format a small specimen is made here (FILEs are taken beside them), damaged in many ways, and read in a process of
its own. Allowed are only turns whose places in the text are right, or `UnreadableError`. Anything else is printed: another
exception, more than 10 seconds, more than 1 GB of memory, a file written. Exit status 1 if there was any.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

SECONDS, BYTES = 10, 1_000_000_000
TALK = [("I", "How was it at the beginning?"), ("P1", "Hard, very hard – “really”."), ("I", "Why was that?"),
        ("P1", "There was no time, and Zoë had left.")] * 4  # fmt: skip
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_O = "urn:oasis:names:tc:opendocument:xmlns:"

# ---------------------------------------------------------------- one specimen of each format


def zipped(members: dict[str, str | bytes]) -> bytes:
    """A zip archive of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(body: str, head: str = "") -> bytes:
    """A Word document with this body."""
    text = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    style = f'<w:styles xmlns:w="{_W}"><w:style w:styleId="h"><w:name w:val="heading 1"/></w:style></w:styles>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": text, "word/styles.xml": style})


def opendocument(kind: str, body: str, head: str = "") -> bytes:
    """An OpenDocument file of kind `text` or `spreadsheet` with this body."""
    spaces = f'xmlns:office="{_O}office:1.0" xmlns:text="{_O}text:1.0" xmlns:table="{_O}table:1.0"'
    text = (
        f'<?xml version="1.0"?>{head}<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}>'
        "</office:body></office:document-content>"
    )
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": text})


def xlsx() -> bytes:
    """An Excel workbook with columns speaker and text."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in (("speaker", "text"), *TALK):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(lines: list[str | list[tuple[int, str]]]) -> bytes:
    """A PDF of one page with these lines, written by hand; a line may be pieces, each with its place from the left."""
    shown = "".join(
        f"BT /F1 12 Tf {x} {760 - 16 * at} Td ({words.replace('(', '[').replace(')', ']')}) Tj ET\n"
        for at, line in enumerate(lines)
        for x, words in ([(50, line)] if isinstance(line, str) else line)
    )
    stream = shown.encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def specimens() -> dict[str, bytes]:
    """A specimen of each format, by its ending."""
    plain = "\n".join(f"{who}: {words}" for who, words in TALK)
    clock = [f"00:00:{2 * at:02}" for at in range(len(TALK) + 1)]
    cues = [f"{a}.000 --> {b}.500\n{{}}\n" for a, b in pairwise(clock)]
    vtt = "WEBVTT\n\nNOTE x\n\n" + "\n".join(
        c.format(f"<v {who}>{words}</v>") for c, (who, words) in zip(cues, TALK, strict=True)
    )
    srt = "\n".join(
        f"{at}\n{c.format(f'{who}: {words}').replace('.', ',', 2)}"
        for at, (c, (who, words)) in enumerate(zip(cues, TALK, strict=True), 1)
    )
    paragraphs = "".join(f'<w:p><w:r><w:t xml:space="preserve">{who}: {words}</w:t></w:r></w:p>' for who, words in TALK)
    table = "".join(
        f"<w:tr><w:tc><w:p><w:r><w:t>{a}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>{b}</w:t></w:r></w:p></w:tc></w:tr>"
        for a, b in TALK
    )
    odt = "".join(f"<text:p>{who}:<text:s text:c='2'/>{words}<text:line-break/>So.</text:p>" for who, words in TALK)
    cell = '<table:table-cell table:number-columns-repeated="1"><text:p>{}</text:p></table:table-cell>'
    ods = "".join(
        f"<table:table-row>{cell.format(a)}{cell.format(b)}</table:table-row>" for a, b in (("speaker", "text"), *TALK)
    )
    escaped = "".join(c if c.isascii() else f"\\u{ord(c)}?" for c in plain.replace("\n", "\\par\n"))
    segments = [
        {"speaker": who, "text": words, "start": at * 2, "end": at * 2 + 1} for at, (who, words) in enumerate(TALK)
    ]
    otr = "".join(
        f'<p><span class="timestamp" data-timestamp="{at}">0:{at:02}</span>&nbsp;{a}: {b}</p>'
        for at, (a, b) in enumerate(TALK)
    )
    html = "".join(f"<p><b>{a}:</b> {b}<br>So.</p>" for a, b in TALK)
    made: dict[str, str | bytes] = {
        "txt": plain,
        "md": "# Talk\n\n" + "\n\n".join(f"**{a}:** {b}" for a, b in TALK),
        "vtt": vtt,
        "srt": srt,
        "otr": json.dumps({"text": otr, "media": "a.mp3", "media-time": 3}),
        "json": json.dumps({"segments": segments}),
        "csv": "speaker,text\n" + "\n".join(f'{a},"{b}"' for a, b in TALK),
        "html": f"<!doctype html><html><head><title>x</title></head><body>{html}<table><tr><td>I</td><td>So?</td></tr></table></body></html>",
        "rtf": "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}}\\uc1\\pard\\plain " + escaped + "\\par}",
        "docx": docx(paragraphs + f"<w:tbl>{table}</w:tbl>"),
        "odt": opendocument("text", odt),
        "ods": opendocument("spreadsheet", f'<table:table table:name="a">{ods}</table:table>'),
        "xlsx": xlsx(),
        "pdf": pdf([f"{a}: {b}" for a, b in TALK]),
    }
    return {kind: data.encode() if isinstance(data, str) else data for kind, data in made.items()}


# ---------------------------------------------------------------- damage

_TOKENS = [b"<", b">", b"</w:p>", b"<w:p>", b"&x;", b"&#x110000;", b"]]>", b"<!--", b"{", b"}", b"\\", b"\\u-1 ", b"\\uc-5 ", b"\\bin99999 ",
           b"\\'", b"\\u", b"-->", b"[[[[", b"\x00", b"\xff\xfe", b"\r", b'"', b'""', b"\t", b"\n\n", b"\\par", b"1e999", b"null", b"\xed\xa0\x80",
           b"NaN", b"-1", b"99999999999999999999", b"<v ", b"<v", b"<table>", b"</td>", b"<?", b"stream", b"endobj", b"/Kids [3 0 R 3 0 R]", b"%%EOF"]  # fmt: skip


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One to three small damages: cut, flipped, taken out, doubled, put in, changed about."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        if len(data) < 4:
            break
        a, b = sorted(rng.sample(range(len(data)), 2))
        b = min(b, a + rng.choice((1, 4, 40, 4000)))
        kind = rng.randrange(8)
        if kind == 0:
            data = data[:a]
        elif kind == 1:
            flipped = bytearray(data)
            for _ in range(rng.choice((1, 2, 8, 64))):
                flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
            data = bytes(flipped)
        elif kind == 2:
            data = data[:a] + data[b:]
        elif kind == 3:
            data = data[:b] + data[a:b] * rng.choice((1, 1, 2, 500)) + data[b:]
        elif kind == 4:
            data = data[:a] + rng.randbytes(rng.choice((1, 3, 30))) + data[a:]
        elif kind in (5, 6):
            data = data[:a] + rng.choice(_TOKENS) * rng.choice((1, 1, 1, 3, 2000)) + data[a:]
        else:
            c = rng.randrange(len(data))
            data = data[:c] + data[a:b] + data[c:]
    return data


def damaged_inside(data: bytes, rng: random.Random) -> bytes:
    """A zip archive that is whole, with a damaged member."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice([name for name in members if name.endswith((".xml", ".rels"))] or list(members))
    members[name] = damaged(bytes(members[name]), rng)  # type: ignore[arg-type]
    return zipped(members)


def variants(kind: str, data: bytes, number: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`number` damaged variants of a specimen, each with how it was made."""
    for at in range(number):
        rng = random.Random(f"{seed} {kind} {at}")
        inside = data.startswith(b"PK") and at % 2
        yield f"{kind} {'inside ' if inside else ''}{at}", (damaged_inside if inside else damaged)(data, rng)


def hostile(*, large: bool) -> Iterator[tuple[str, bytes, str]]:
    """Files that somebody made to do harm: what, bytes, name."""
    entity = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    laughs = (
        "<!DOCTYPE x [" + "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10 if at else "ha"}">' for at in range(10)) + "]>"
    )
    yield "external entity", docx("<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", entity), "a.docx"
    yield "external entity", opendocument("text", "<text:p>&e;</text:p>", entity), "a.odt"
    yield "external entity", opendocument("spreadsheet", "<table:table/>&e;", entity), "a.ods"
    yield "many entities", docx("<w:p><w:r><w:t>&a9;</w:t></w:r></w:p>", laughs), "a.docx"
    yield "many entities", opendocument("text", "<text:p>&a9;</text:p>", laughs), "a.odt"
    deep = 100_000 if large else 3_000
    yield "deep tables", docx("<w:tbl><w:tr><w:tc>" * deep + "</w:tc></w:tr></w:tbl>" * deep), "a.docx"
    yield (
        "deep tables that are allowed",
        docx("<w:tbl><w:tr><w:tc>" * 80 + "<w:p><w:r><w:t>I: x</w:t></w:r></w:p>" + "</w:tc></w:tr></w:tbl>" * 80),
        "a.docx",
    )
    yield (
        "deep spans",
        opendocument("text", "<text:p>" + "<text:span>" * deep + "I: x" + "</text:span>" * deep + "</text:p>"),
        "a.odt",
    )
    yield (
        "spans that are allowed",
        opendocument("text", "<text:p>" + "<text:span>" * 240 + "I: x" + "</text:span>" * 240 + "</text:p>"),
        "a.odt",
    )
    yield "deep lists", ("<html>" + "<ul><li><table><tr><td>" * deep + "I: x").encode(), "a.html"
    yield "deep groups", b"{\\rtf1 " + b"{" * deep + b"x", "a.rtf"
    yield "deep groups, closed", b"{\\rtf1 " + b"{" * deep + b"x" + b"}" * deep + b"}", "a.rtf"
    yield "deep lists", b'{"segments":' + b"[" * deep + b"]" * deep + b"}", "a.json"
    yield "deep objects", b'{"segments":' * deep + b"1" + b"}" * deep, "a.json"
    times = 20_000_000 if large else 1_000_000
    yield "huge attribute", docx(f'<w:p w:rsidR="{"a" * times}"><w:r><w:t>I: x</w:t></w:r></w:p>'), "a.docx"
    yield "huge attribute", opendocument("text", f'<text:p text:style-name="{"a" * times}">I: x</text:p>'), "a.odt"
    yield "huge attribute", f'<html><body><p class="{"a" * times}">I: x</p></body></html>'.encode(), "a.html"
    yield "huge count", opendocument("text", '<text:p>I: <text:s text:c="999999999"/>x</text:p>'), "a.odt"
    row = '<table:table-row table:number-rows-repeated="999999999"><table:table-cell table:number-columns-repeated="999999999"><text:p>x</text:p></table:table-cell></table:table-row>'
    yield "huge count", opendocument("spreadsheet", f"<table:table>{row}</table:table>"), "a.ods"
    bomb = b"<w:p/>" * (150_000_000 if large else 15_000_000)
    yield "zip bomb", zipped({"word/document.xml": f'<w:document xmlns:w="{_W}"><w:body>'.encode() + bomb}), "a.docx"
    yield "zip bomb", zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": bomb}), "a.odt"
    yield "zip bomb", zipped({"xl/workbook.xml": "<a/>", "xl/sharedStrings.xml": bomb}), "a.xlsx"
    del bomb
    # as many elements as the limit lets through: memory is what may go
    many = "<w:p><w:r><w:t>I: a</w:t></w:r></w:p>" * (1_600_000 if large else 20_000)
    yield "many paragraphs", docx(many), "a.docx"
    many = "<text:p>I: a</text:p>" * (2_800_000 if large else 20_000)
    yield "many paragraphs", opendocument("text", many), "a.odt"
    del many
    yield "symbolic link", _with_link(docx("<w:p><w:r><w:t>I: x</w:t></w:r></w:p>")), "a.docx"
    yield (
        "name that leads out",
        zipped({"../../evil.txt": "x", "word/document.xml": f'<w:document xmlns:w="{_W}"><w:body/></w:document>'}),
        "a.docx",
    )
    for length in (100_000_000, 9_900_000) if large else (200_000,):
        yield from _long_lines(length)


def _long_lines(length: int) -> Iterator[tuple[str, bytes, str]]:
    for word, name in ((b"word ", "a.txt"), (b"a", "a.txt"), (b"**I:** a ", "a.md"), (b"*", "a.md"), (b"[a](", "a.md"), (b"I: a ", "a.txt"),
                       (b"<", "a.html"), (b"<b>a", "a.html"), (b"a,", "a.csv"), (b'"', "a.csv"), (b"[00:00:01] ", "a.txt"), (b"\\'e9", "a.rtf"),
                       (b"{}", "a.rtf"), (b"[],", "a.json"), (b"{},", "a.json"), (b"a\n", "a.txt"), (b"A: b\n", "a.txt"), (b"(laughs ", "a.txt")):  # fmt: skip
        line = word * (length // len(word))
        if name == "a.rtf":
            line = b"{\\rtf1 " + line + b"}"
        if name == "a.json":
            line = b"[" + line + b"1]"
        if name == "a.csv":
            line = b"speaker,text\n" + line
        yield f"line of {len(line) / 1e6:.0f} MB of {word!r}", line, name
    for start, name in (
        (b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n", "a.vtt"),
        (b"1\n00:00:01,000 --> 00:00:02,000\n", "a.srt"),
    ):
        yield "long caption", start + b"<v A>a " * (length // 7), name
        yield "long caption", start + b"<" * length, name
    yield "long otr", b'{"media": 1, "text": "' + b"<p>I: a " * (length // 8) + b'"}', "a.otr"
    yield "long otr", b'{"media": 1, "text": "' + b"<" * length + b'"}', "a.otr"


def _with_link(data: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        link = zipfile.ZipInfo("word/comments.xml")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


# ---------------------------------------------------------------- reading


def outcome(data: bytes, name: str) -> str:
    """`read`, `refused`, or what went wrong."""
    from qualcode.transcripts import ReadOptions, UnreadableError
    from qualcode.transcripts.canonical import canonical
    from qualcode.transcripts.registry import read

    try:
        _, raw = read(data, name, ReadOptions(interviewers=("I",)))
        text, placed = canonical(raw.turns)
    except UnreadableError as error:
        return "refused" if error.what and error.hint else f"no advice: {error.what}"
    except Exception as error:  # what this looks for
        return f"{type(error).__name__}: {str(error)[:200]}"
    right = all(text[t.start : t.end].strip() == text[t.start : t.end] != "" for t in placed) and bool(placed)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "half a character in the text"
    return "read" if right else "places are wrong"


def _work(connection: multiprocessing.connection.Connection) -> None:
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + BYTES, used + BYTES))
    except (ImportError, OSError):
        pass
    outcome(b"I: a\nP: b", "a.txt")
    while True:
        try:
            job = connection.recv()
        except EOFError:  # the other side is done
            return
        begun = time.process_time()
        said = outcome(*job)
        connection.send((said, time.process_time() - begun))


class Reader:
    """A process that reads; another takes its place when it hangs or dies."""

    def __init__(self) -> None:
        self.context = multiprocessing.get_context("spawn")
        self.start()

    def start(self) -> None:
        self.here, there = self.context.Pipe()
        self.process = self.context.Process(target=_work, args=(there,), daemon=True)
        self.process.start()
        there.close()

    def read(self, data: bytes, name: str) -> tuple[str, float]:
        self.here.send((data, name))
        begun = time.perf_counter()
        try:  # seconds of this process, whatever else the machine does; much longer is a hang
            hang = (f"more than {SECONDS} seconds", float(SECONDS))
            said, took = self.here.recv() if self.here.poll(6 * SECONDS) else hang
        except EOFError:
            said, took = "the process died", time.perf_counter() - begun
        if said.startswith("more than") or said == "the process died":
            self.process.kill()
            self.process.join()
            self.start()
        return (f"{took:.1f} seconds" if said in ("read", "refused") and took > SECONDS else said), took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--each", type=int, default=300, help="damaged variants of each specimen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="endings, parted by commas; `hostile` for the made ones")
    options = parser.parse_args()
    only = set(options.only.split(",")) - {""}
    bad = 0
    wanted: Callable[[str], bool] = lambda kind: not only or kind in only  # noqa: E731
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        reader = Reader()
        jobs = [(kind, f"a.{kind}", data) for kind, data in specimens().items() if wanted(kind)]
        jobs += [(path.name, path.name, path.read_bytes()) for path in options.files]
        for kind, name, data in jobs:
            counts, longest = Counter[str](), 0.0
            first, _ = reader.read(data, name)
            if first != "read":
                print(f"{kind}: the specimen itself is not read: {first}")
                bad += 1
            for what, variant in variants(kind, data, options.each, options.seed):
                said, took = reader.read(variant, name)
                longest = max(longest, took)
                counts[said if said in ("read", "refused") else "wrong"] += 1
                if said not in ("read", "refused"):
                    bad += 1
                    print(f"  {what}: {said}")
            print(
                f"{kind:30} {counts['read']:5} read {counts['refused']:5} refused {counts['wrong']:3} wrong, longest {longest:.2f} s"
            )
        if wanted("hostile"):
            for what, data, name in hostile(large=True):
                said, took = reader.read(data, name)
                wrong = said not in ("read", "refused")
                bad += wrong
                print(
                    f"{what[:40]:40} {name:7} {len(data) / 1e6:6.1f} MB {took:6.2f} s  {'WRONG ' if wrong else ''}{said}",
                    flush=True,
                )
        written = sorted(path.name for path in Path(empty).iterdir())
        if written:
            print(f"files were written: {written}")
            bad += 1
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

# ruff: noqa: E501
"""Transcripts to be damaged: a specimen of each format and layout, ways to damage it, and files made to do harm."""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise

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


def docx(body: str, head: str = "", **parts: str) -> bytes:
    """A Word document with this body; `parts` are further files of its folder `word`."""
    text = f'<?xml version="1.0"?>{head}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'
    style = f'<w:styles xmlns:w="{_W}"><w:style w:styleId="h"><w:name w:val="heading 1"/></w:style></w:styles>'
    more = {f"word/{name}.xml": part for name, part in parts.items()}
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": text, "word/styles.xml": style, **more})


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


def pdf(lines: list[str | list[tuple[int, str] | tuple[int, str, int]]]) -> bytes:
    """A PDF of one page with these lines, written by hand; a line may be pieces, each with its place from the left.

    A third number puts a piece on the height of that line, whenever it is drawn (tables are drawn cell by cell).
    """
    shown = "".join(
        f"BT /F1 12 Tf {x} {760 - 16 * (height[0] if height else at)} Td ({words.replace('(', '[').replace(')', ']')}) Tj ET\n"
        for at, line in enumerate(lines)
        for x, words, *height in ([(50, line)] if isinstance(line, str) else line)
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


def layouts() -> dict[str, bytes]:
    """Specimens of layouts that have code of their own, by a file name."""
    clock = [f"0:{3 * at:02}" for at in range(len(TALK))]
    run = "<w:r>{}</w:r>"
    says = "<w:t xml:space='preserve'>{}</w:t>"
    teams = "".join(
        f"<w:p>{run.format(says.format(f'{who}   {at}') + '<w:br/>' + says.format(words))}</w:p>"
        for at, (who, words) in zip(clock, TALK, strict=True)
    )
    arrows = "".join(
        f"<w:p>{run.format(says.format(line))}</w:p>"
        for at, (who, words) in enumerate(TALK)
        for line in (f"0:0:{at}.100 --&gt; 0:0:{at + 1}.250", who, words)
    )
    lines = [
        "Notes by Gemini",
        "I: said so.",
        "00:00:00",
        *(f"{a}: {b}" for a, b in TALK),
        "Meeting ended after 00:06:12",
    ]
    meet = "".join(f"<w:p>{run.format(says.format(line))}</w:p>" for line in lines)
    cells = [
        ("Nr", "Time", "Speaker", "Text", "Note"),
        *((str(n), clock[n], a, b, "x") for n, (a, b) in enumerate(TALK)),
    ]
    table = "".join(
        f"<w:tr>{''.join(f'<w:tc><w:p>{run.format(says.format(c))}</w:p></w:tc>' for c in row)}</w:tr>" for row in cells
    )
    review = (
        "<w:p><w:pPr><w:pStyle w:val='h'/></w:pPr><w:r><w:t>Part</w:t></w:r></w:p>" + teams
        + "<w:p><w:ins><w:r><w:t>I: in</w:t></w:r></w:ins><w:del><w:r><w:delText>out</w:delText></w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr>"
        "<w:t>h</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p>"
        "</w:txbxContent></w:pict></w:r></w:p>"
    )  # fmt: skip
    flat = (
        f'<?xml version="1.0"?><office:document xmlns:office="{_O}office:1.0" xmlns:text="{_O}text:1.0" xmlns:table="{_O}table:1.0" '
        'office:mimetype="application/vnd.oasis.opendocument.text"><office:body><office:text>'
    )
    rows = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{cell}</text:p></table:table-cell>' for cell in turn)}</table:table-row>"
        for turn in TALK
    )
    rtf = "".join(f"\\trowd\\cellx100\\cellx200\\pard\\intbl {a}\\cell {b}\\cell\\row\n" for a, b in TALK)
    rtf = rtf.encode("ascii", "backslashreplace").decode().replace("\\x", "\\'").replace("\\u2", "?")
    box = "{\\shp{\\*\\shpinst{\\shptxt\\pard boxed\\par}}}{\\footnote aside}{\\v hidden}{\\pict\\bin6 }}{{\\\\}"
    rolling = "".join(
        f"00:00:{2 * at:02}.000 --> 00:00:{2 * at + 2:02}.000 align:start\nline {at}\nline<00:00:01.000><c> {at + 1}</c>\n\n"
        for at in range(9)
    )
    named = "".join(
        f"00:00:{2 * at:02}.000 --> 00:00:{2 * at + 1:02}.000\n({a})\n{b}\n\n" for at, (a, b) in enumerate(TALK)
    )
    word = [{"word": w, "start": n, "end": n + 0.5, "speaker": a} for n, (a, b) in enumerate(TALK) for w in b.split()]
    amazon = [
        {
            "type": "pronunciation",
            "start_time": str(n),
            "end_time": str(n + 1),
            "speaker_label": a,
            "alternatives": [{"content": b}],
        }
        for n, (a, b) in enumerate(TALK)
    ]
    google = (
        "<html><body><div>" + "".join(f"<p><span>{a}: {b}</span><sup><a href='#cmnt1' id='cmnt_ref1'>[a]</a></sup></p>" for a, b in TALK)
        + "</div><div><p><a href='#cmnt_ref1' id='cmnt1'>[a]</a>x</p></div></body></html>"
    )  # fmt: skip
    made: dict[str, str | bytes] = {
        "teams.docx": docx(teams), "older_teams.docx": docx(arrows), "meet.docx": docx(meet), "table.docx": docx(f"<w:tbl>{table}</w:tbl>"),
        "review.docx": docx(review, comments=f'<w:comments xmlns:w="{_W}"/>'),
        "flat.fodt": f"{flat}<table:table>{rows}</table:table></office:text></office:body></office:document>",
        "table.rtf": f"{{\\rtf1\\ansi {rtf}\\pard I: So.{box}\\par}}",
        "google.html": google,
        "rolling.vtt": f"WEBVTT\n\n{rolling}", "named.vtt": f"WEBVTT\n\n{named}",
        "words.json": json.dumps({"segments": [{"start": 0, "end": 9, "text": " ".join(b for _, b in TALK), "words": word}]}),
        "amazon.json": json.dumps({"jobName": "x", "results": {"items": amazon}}),
        "tabs.txt": "\n".join(f"{a}\t{b}" for a, b in TALK), "capitals.txt": "\n".join(f"{a}NA {b}" for a, b in TALK),
        "numbers.txt": "\n".join(f"{n} {a}: {b}" for n, (a, b) in enumerate(TALK, 1)),
        "otter.txt": "\n\n".join(f"{a}  {at}\n{b}" for at, (a, b) in zip(clock, TALK, strict=True)),
        "utf16.txt": "\n".join(f"{a}: {b}" for a, b in TALK).encode("utf-16"),
        "table.md": "| Speaker | Text |\n|---|---|\n" + "\n".join(f"| {a} | {b} |" for a, b in TALK),
        "survey.csv": "participant;question;text\n" + "\n".join(f"{a};Why?;{b}" for a, b in TALK),
        "table.pdf": pdf([[(50, a), (120, b)] for a, b in TALK]),
        "margin.pdf": pdf([[(20, str(n)), (50, f"{a}: {b}")] for n, (a, b) in enumerate(TALK, 1)]),
    }  # fmt: skip
    return {name: data.encode() if isinstance(data, str) else data for name, data in made.items()}


# ---------------------------------------------------------------- damage

_TOKENS = [b"<", b">", b"</w:p>", b"<w:p>", b"&x;", b"&#x110000;", b"]]>", b"<!--", b"{", b"}", b"\\", b"\\u-1 ", b"\\uc-5 ", b"\\bin99999 ",
           b"\\'", b"\\u", b"-->", b"[[[[", b"\x00", b"\xff\xfe", b"\r", b'"', b'""', b"\t", b"\n\n", b"\\par", b"1e999", b"null", b"\xed\xa0\x80",
           b"NaN", b"-1", b"99999999999999999999", b"<v ", b"<v", b"<table>", b"</td>", b"<?", b"stream", b"endobj", b"/Kids [3 0 R 3 0 R]", b"%%EOF"]  # fmt: skip


def damaged(data: bytes, rng: random.Random) -> bytes:
    """One to three damages: cut, flipped, taken out, doubled, put in, changed about; nested wrongly or deeply; a huge attribute."""
    for _ in range(rng.choice((1, 1, 2, 3))):
        if len(data) < 4:
            break
        a, b = sorted(rng.sample(range(len(data)), 2))
        b = min(b, a + rng.choice((1, 4, 40, 4000)))
        kind = rng.randrange(11)
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
        elif kind == 7:
            c = rng.randrange(len(data))
            data = data[:c] + data[a:b] + data[c:]
        else:
            data = (_nested_wrongly, _nested_deeply, _with_huge_attribute)[kind - 8](data, rng)
    return data


_TAG = re.compile(rb"<[^<>]{1,200}>|[{}\[\]]|\\[a-z]+")


def _nested_wrongly(data: bytes, rng: random.Random) -> bytes:
    """Two tags, braces or brackets in each other's place."""
    tags = list(_TAG.finditer(data))
    if len(tags) < 2:
        return data[::-1]
    one, other = sorted(rng.sample(tags, 2), key=lambda tag: tag.start())
    return data[: one.start()] + other.group() + data[one.end() : other.start()] + one.group() + data[other.end() :]


def _nested_deeply(data: bytes, rng: random.Random) -> bytes:
    """A tag, brace or bracket many times over, with its end or without."""
    tags = list(_TAG.finditer(data))
    if not tags:
        return data
    tag = rng.choice(tags)
    name = re.match(rb"<(?!/)([\w:.-]+)", tag.group())
    deep = rng.choice((20, 300, 5000))
    end = b"</" + name[1] + b">" if name and rng.random() < 0.5 else b""
    return data[: tag.start()] + tag.group() * deep + end * deep + data[tag.end() :]


def _with_huge_attribute(data: bytes, rng: random.Random) -> bytes:
    """What stands between two quotation marks, or a word, grown to a million characters."""
    places = list(re.finditer(rb"(?<==[\"'])[^\"'<>]+|\b\w{2,}\b", data))
    if not places:
        return data
    place = rng.choice(places)
    return data[: place.start()] + place.group() * (1_000_000 // len(place.group())) + data[place.end() :]


def damaged_inside(data: bytes, rng: random.Random) -> bytes:
    """A zip archive that is whole, with a damaged member."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    names = [name for name in members if name.endswith((".xml", ".rels"))] or list(members)
    texts = [name for name in names if re.search(r"document|content|sheet|shared", name)]
    name = rng.choice(texts if texts and rng.random() < 0.7 else names)
    members[name] = damaged(bytes(members[name]), rng)  # type: ignore[arg-type]
    return zipped(members)


def variants(kind: str, data: bytes, number: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`number` damaged variants of a specimen, each with how it was made."""
    for at in range(number):
        rng = random.Random(f"{seed} {kind} {at}")
        inside = data.startswith(b"PK") and at % 2
        yield f"{kind} {'inside ' if inside else ''}{at}", (damaged_inside if inside else damaged)(data, rng)


def hostile(
    *, large: bool, secret: str = "file:///etc/hostname", address: str = "http://127.0.0.1:9/"
) -> Iterator[tuple[str, bytes, str]]:
    """Files that somebody made to do harm: what, bytes, name. `secret` is a file, `address` a place on the network, that none may reach."""
    yield from _reaching_out(secret, address)
    yield from _links(secret)
    yield from _workbooks(large=large)
    yield from _pdfs(large=large)
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{secret}">]>'
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
    for words, ending in (("<w:p><w:r><w:t>I: {}</w:t></w:r></w:p>", "docx"), ("<text:p>I: {}</text:p>", "odt")):
        body = words.format("word " * (length // 5))
        yield (
            f"line of {length / 1e6:.0f} MB",
            docx(body) if ending == "docx" else opendocument("text", body),
            f"a.{ending}",
        )
    yield f"line of {length / 1e6:.0f} MB", b"speaker\ttext\nI\t" + b"word " * (length // 5), "a.tsv"
    yield "long otr", b'{"media": 1, "text": "' + b"<p>I: a " * (length // 8) + b'"}', "a.otr"
    yield "long otr", b'{"media": 1, "text": "' + b"<" * length + b'"}', "a.otr"


def _reaching_out(secret: str, address: str) -> Iterator[tuple[str, bytes, str]]:
    """Files that name a file of this machine, or a place on the network."""
    for target in (secret, f"{address}x"):
        entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]>'
        outside = f'<!DOCTYPE x SYSTEM "{target}">'
        percent = f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{target}"> %p;]>'
        for head in (entity, outside, percent):
            yield "external entity", docx("<w:p><w:r><w:t>I: &e;</w:t></w:r></w:p>", head), "a.docx"
            yield "external entity", opendocument("text", "<text:p>I: &e;</text:p>", head), "a.odt"
            yield "external entity", opendocument("spreadsheet", "<table:table>&e;</table:table>", head), "a.ods"
            yield (
                "external entity",
                changed(xlsx(), "xl/worksheets/sheet1.xml", b"<worksheet", head.encode() + b"<worksheet"),
                "a.xlsx",
            )
            yield (
                "external entity",
                changed(xlsx(), "xl/workbook.xml", b"<workbook", head.encode() + b"<workbook"),
                "a.xlsx",
            )
            flat = f'{head}<office:document xmlns:office="{_O}office:1.0" office:mimetype="application/vnd.oasis.opendocument.text">&e;</office:document>'
            yield "external entity", f'<?xml version="1.0"?>{flat}'.encode(), "a.fodt"
        page = (
            f'<!DOCTYPE html SYSTEM "{target}"><html><head><base href="{address}"><link rel="stylesheet" href="{target}"><script src="{target}"></script></head>'
            f'<body><p>I: How?</p><p>P1: So.</p><iframe src="{target}"></iframe><img src="{target}"><object data="{target}"></object><xi:include href="{target}"/>'
        )
        yield "page that loads others", page.encode(), "a.html"
        yield "page that loads others", json.dumps({"media": target, "text": page}).encode(), "a.otr"
        yield (
            "captions that load others",
            f"WEBVTT\n\nSTYLE\n@import url({target});\n\n00:01.000 --> 00:02.000\n<v I><img src={target}>x".encode(),
            "a.vtt",
        )
        yield "picture from outside", f"I: ![x]({target}) a\n\nP1: [b]({target})".encode(), "a.md"
        yield (
            "field from outside",
            b'{\\rtf1 I: {\\field{\\*\\fldinst INCLUDETEXT "'
            + target.encode()
            + b'"}{\\fldrslt x}}{\\*\\template '
            + target.encode()
            + b"}\\par}",
            "a.rtf",
        )
        link = f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="t" Target="{target}" TargetMode="External"/></Relationships>'
        with_link = zipped({"word/document.xml": f'<w:document xmlns:w="{_W}" xmlns:r="r"><w:body><w:altChunk r:id="r"/><w:p><w:r><w:t>I: x</w:t></w:r></w:p></w:body></w:document>',
                            "word/_rels/document.xml.rels": link})  # fmt: skip
        yield "part from outside", with_link, "a.docx"
        stream = pdf(["I: How?", "P1: So."]).replace(b"/Length", f"/F << /FS /URL /F ({target}) >> /Length".encode(), 1)
        yield "stream from outside", stream, "a.pdf"


def changed(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """An archive with one member changed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members: dict[str, str | bytes] = {member: archive.read(member) for member in archive.namelist()}
    members[name] = bytes(members[name]).replace(old, new, 1)  # type: ignore[arg-type]
    return zipped(members)


def _links(secret: str) -> Iterator[tuple[str, bytes, str]]:
    """Archives in which a part is a symbolic link to a file of this machine."""
    target = secret.removeprefix("file://")
    odt, ods = opendocument("text", "<text:p>I: x</text:p>"), opendocument("spreadsheet", "<table:table/>")
    for data, ending, names in (
        (
            docx("<w:p><w:r><w:t>I: x</w:t></w:r></w:p>"),
            "docx",
            ("word/document.xml", "word/styles.xml", "word/comments.xml"),
        ),
        (odt, "odt", ("content.xml", "styles.xml", "mimetype")),
        (ods, "ods", ("content.xml", "mimetype")),
        (xlsx(), "xlsx", ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml")),
    ):
        for name in names:
            out = io.BytesIO()
            with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as linked:
                for member in archive.namelist():
                    if member != name:
                        linked.writestr(member, archive.read(member))
                link = zipfile.ZipInfo(name)
                link.create_system, link.external_attr = 3, 0o120777 << 16
                linked.writestr(link, target)
            yield f"symbolic link for {name}", out.getvalue(), f"a.{ending}"


def _workbooks(*, large: bool) -> Iterator[tuple[str, bytes, str]]:
    sheet, close = "xl/worksheets/sheet1.xml", b"</sheetData>"
    deep = 100_000 if large else 3_000
    yield "deep rows", changed(xlsx(), sheet, close, b"<row>" * deep + b"</row>" * deep + close), "a.xlsx"
    yield (
        "huge attribute",
        changed(xlsx(), sheet, b"<row ", b'<row spans="' + b"a" * (20_000_000 if large else 1_000_000) + b'" '),
        "a.xlsx",
    )
    last = b"1048576" if large else b"9999"
    far = b'<row r="%b"><c r="XFD%b" t="inlineStr"><is><t>x</t></is></c></row>' % (last, last)
    yield "cell far away", changed(xlsx(), sheet, close, far + close), "a.xlsx"
    row = b'<row><c t="inlineStr"><is><t>I</t></is></c><c t="inlineStr"><is><t>a</t></is></c></row>'
    yield "many rows", changed(xlsx(), sheet, close, row * (700_000 if large else 20_000) + close), "a.xlsx"
    yield (
        "long cell",
        changed(
            xlsx(),
            sheet,
            close,
            b'<row><c t="inlineStr"><is><t>'
            + b"a " * (15_000_000 if large else 500_000)
            + b"</t></is></c></row>"
            + close,
        ),
        "a.xlsx",
    )
    yield (
        "zip bomb",
        changed(xlsx(), sheet, close, b"<row/>" * (100_000_000 if large else 12_000_000) + close),
        "a.xlsx",
    )
    page = b"<table:table-row><table:table-cell><text:p>I</text:p></table:table-cell></table:table-row>"
    yield "zip bomb", opendocument("spreadsheet", (page * (2_000_000 if large else 800_000)).decode()), "a.ods"
    yield "deep tables", opendocument("spreadsheet", "<table:table>" * deep + "</table:table>" * deep), "a.ods"
    yield (
        "many entities",
        opendocument("spreadsheet", "<table:table>&a;</table:table>", '<!DOCTYPE x [<!ENTITY a "ha">]>'),
        "a.ods",
    )


def _pdfs(*, large: bool) -> Iterator[tuple[str, bytes, str]]:
    plain = pdf(["I: How?", "P1: So."])
    size = 100_000_000 if large else 1_000_000
    says = b"BT /F1 12 Tf 50 700 Td (I: a) Tj ET\n"
    for what, content in (
        ("zip bomb", says * (size // 37)),
        ("as much as is allowed", says * (118_000 if large else 2_000)),
        ("a little more than is allowed", says * (6_200_000 // len(says) if large else 2_000)),
        ("many short operations", b"q Q " * (1_490_000 if large else 20_000)),
        ("zip bomb of blanks", b" " * size),
        ("long line", b"BT /F1 12 Tf 50 700 Td (" + b"a " * (size // 2) + b") Tj ET"),
        (
            "long line that is allowed",
            b"BT /F1 12 Tf 50 700 Td (" + b"a " * (2_900_000 if large else 90_000) + b") Tj ET",
        ),
        ("deep lists", b"BT " + b"[" * (size // 100) + b" TJ ET"),
        ("many states", b"q " * (size // 100)),
    ):
        yield what, _with_stream(plain, content), "a.pdf"
    yield "line that is not packed", plain.replace(b"(I: How?)", b"(" + b"word " * (size // 5) + b")"), "a.pdf"
    yield "pages that hold themselves", plain.replace(b"/Kids [3 0 R]", b"/Kids [2 0 R 3 0 R]"), "a.pdf"
    yield (
        "the same page very often",
        plain.replace(b"/Kids [3 0 R]", b"/Kids [" + b"3 0 R " * (size // 100) + b"]"),
        "a.pdf",
    )
    yield (
        "deep lists",
        plain.replace(b"/Kids [3 0 R]", b"/Kids " + b"[" * (size // 1000) + b"]" * (size // 1000)),
        "a.pdf",
    )
    yield "table that goes back to itself", plain.replace(b"/Size", b"/Prev 9 /Size"), "a.pdf"
    yield "huge number", plain.replace(b"50 760 Td", b"9" * 5000 + b" 760 Td"), "a.pdf"
    form = b"<< /XObject << /X 4 0 R >> /Font << /F1 5 0 R >> >>"
    looped = plain.replace(b"<< /Font << /F1 5 0 R >> >>", form).replace(
        b"<< /Length", b"<< /Type /XObject /Subtype /Form /Resources " + form + b" /Length", 1
    )
    kids = b"3 0 R " * (1_900 if large else 300)
    yield "as many pages as are allowed", plain.replace(b"/Kids [3 0 R]", b"/Kids [" + kids + b"]"), "a.pdf"
    # each form draws the next one ten times: ten to the seventh
    forms = b"".join(
        b"%d 0 obj\n<< /Type /XObject /Subtype /Form /Resources << /XObject << /X %d 0 R >> /Font << /F1 5 0 R >> >> /Length 60 >>\n"
        b"stream\n%b\nendstream\nendobj\n" % (n, n + 1, b"/X Do " * 10)
        for n in range(6, 13)
    )
    last = (
        b"13 0 obj\n<< /Type /XObject /Subtype /Form /Resources << /Font << /F1 5 0 R >> >> /Length %d >>\nstream\n%b\nendstream\nendobj\n"
        % (len(says), says)
    )
    nested = plain.replace(b"<< /Font << /F1 5 0 R >> >>", b"<< /XObject << /X 6 0 R >> /Font << /F1 5 0 R >> >>")
    nested = nested.replace(b"BT /F1", b"/X Do BT /F1", 1).replace(b"xref\n", forms + last + b"xref\n", 1)
    yield "forms that draw one another", nested, "a.pdf"
    often = _with_stream(
        plain.replace(b"<< /Font << /F1 5 0 R >> >>", b"<< /XObject << /X 13 0 R >> /Font << /F1 5 0 R >> >>"),
        b"/X Do " * (size // 200),
    )
    yield "a form very often", often.replace(b"xref\n", last + b"xref\n", 1), "a.pdf"
    yield "form that draws itself", looped.replace(b"BT /F1", b"/X Do BT /F1", 1), "a.pdf"


def _with_stream(plain: bytes, content: bytes) -> bytes:
    """A PDF whose only page draws this, packed."""
    packed = zlib.compress(content, 9)
    start, end = plain.index(b"<< /Length"), plain.index(b"endstream")
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed) + packed + b"\n"
    return plain[:start] + stream + plain[end:]

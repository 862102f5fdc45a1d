"""Files with a text planted in one place each: what a leak check has to find. Each function writes a file and returns it."""

from __future__ import annotations

import json
import re
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pandas as pd

Plant = Callable[[Path, str], Path]
PLACES: dict[str, Plant] = {}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def place(name: str) -> Callable[[Plant], Plant]:
    def keep(function: Plant) -> Plant:
        PLACES[name] = function
        return function

    return keep


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


@place("txt, a line")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "log.txt", f"one\nstage {said} done\nthree\n")


@place("csv, a cell")
def _(folder: Path, said: str) -> Path:
    quoted = said.replace('"', '""')
    return _write(folder / "t.csv", f'code,text\na,"{quoted}"\n')


@place("csv, a heading")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "t.csv", f'code,"{said}"\na,1\n')


@place("tsv, a cell")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "t.tsv", f'code\ttext\na\t"{said}"\n')


@place("json, a value")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "p.json", json.dumps({"outputs": [{"inputs": said}]}))


@place("json, a key")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "p.json", json.dumps({said: 1}))


@place("md, a front matter")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "memo.md", f"---\nabout: {said}\n---\nText.\n")


@place("parquet, a cell")
def _(folder: Path, said: str) -> Path:
    path = folder / "t.parquet"
    pd.DataFrame({"n": [1, 2], "text": ["nothing", said]}).to_parquet(path)
    return path


@place("parquet, metadata")
def _(folder: Path, said: str) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"n": [1]}).replace_schema_metadata({"note": said})
    pq.write_table(table, folder / "t.parquet")
    return folder / "t.parquet"


@place("sqlite, a text")
def _(folder: Path, said: str) -> Path:
    return _database(folder / "s.sqlite", said)


@place("sqlite, packed bytes")
def _(folder: Path, said: str) -> Path:
    return _database(folder / "s.sqlite", zlib.compress(said.encode()))


def _database(path: Path, value: object) -> Path:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE ones (transcript TEXT, text BLOB)")
    base.execute("INSERT INTO ones VALUES ('S01', ?)", (value,))
    base.commit()
    base.close()
    return path


# ---------------------------------------------------------------- web pages and drawings


@place("html, a paragraph")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "i.html", f"<!doctype html><html><body><p>So {escape(said)}.</p></body></html>")


@place("html, parted by tags")
def _(folder: Path, said: str) -> Path:
    half = len(said) // 2
    inside = f"{escape(said[:half])}<b>{escape(said[half:])}</b>"
    return _write(folder / "i.html", f"<!doctype html><html><body><p>So {inside}.</p></body></html>")


@place("html, where a long word may be broken")
def _(folder: Path, said: str) -> Path:
    parted = "<wbr>".join(escape(one) for one in (said[:3], said[3:]))
    return _write(folder / "p.html", f"<html><body><p>said {parted} once</p></body></html>")


@place("html, as character references")
def _(folder: Path, said: str) -> Path:
    coded = "".join(f"&#{ord(one)};" for one in said)
    return _write(folder / "i.html", f"<!doctype html><html><body><p>{coded}</p></body></html>")


@place("html, a comment")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "i.html", f"<html><body><!-- {said} --><p>x</p></body></html>")


@place("html, an alternative text")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "i.html", f"<html><body><img alt={quoteattr(said)}></body></html>")


@place("html, data on an element")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "i.html", f"<html><body><td data-who={quoteattr(said)}>x</td></body></html>")


@place("html, a link")
def _(folder: Path, said: str) -> Path:
    from urllib.parse import quote

    return _write(folder / "i.html", f'<html><body><a href="packs/{quote(said)}.docx">x</a></body></html>')


@place("html, a script")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "i.html", f"<html><body><script>var who = {json.dumps(said)};</script></body></html>")


@place("html, the title")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "i.html", f"<html><head><title>{escape(said)}</title></head><body>x</body></html>")


@place("html, a picture in the page")
def _(folder: Path, said: str) -> Path:
    import base64

    data = base64.b64encode(_png(said)).decode()
    return _write(folder / "i.html", f'<html><body><img src="data:image/png;base64,{data}"></body></html>')


SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'


@place("svg, a text")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "f.svg", SVG.format(f'<text x="1" y="2">{escape(said)}</text>'))


@place("svg, parted by tspans")
def _(folder: Path, said: str) -> Path:
    half = len(said) // 2
    parts = f'<tspan x="1">{escape(said[:half])}</tspan><tspan x="5">{escape(said[half:])}</tspan>'
    return _write(folder / "f.svg", SVG.format(f"<text>{parts}</text>"))


@place("svg, a title")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "f.svg", SVG.format(f"<g><title>{escape(said)}</title></g>"))


@place("svg, a description")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "f.svg", SVG.format(f"<desc>{escape(said)}</desc>"))


@place("svg, metadata")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "f.svg", SVG.format(f"<metadata><creator>{escape(said)}</creator></metadata>"))


@place("svg, an id")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "f.svg", SVG.format(f"<g id={quoteattr(said)}/>"))


@place("svg, a comment")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "f.svg", SVG.format(f"<!-- {said} -->"))


def _png(said: str, kind: bytes = b"iTXt") -> bytes:
    if kind == b"iTXt":
        body = b"Description\x00\x00\x00\x00\x00" + said.encode()
    elif kind == b"zTXt":
        body = b"Description\x00\x00" + zlib.compress(said.encode("latin-1", "replace"))
    else:
        body = b"Description\x00" + said.encode("latin-1", "replace")
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    end = b"\x00\x00\x00\x00IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
    return b"\x89PNG\r\n\x1a\n" + chunk + end


@place("png, a text")
def _(folder: Path, said: str) -> Path:
    (folder / "f.png").write_bytes(_png(said))
    return folder / "f.png"


# ---------------------------------------------------------------- Word


def _docx(folder: Path, change: Callable[[object], None]) -> Path:
    import docx

    document = docx.Document()
    document.add_paragraph("First.")
    change(document)
    path = folder / "d.docx"
    document.save(str(path))
    return path


@place("docx, a paragraph")
def _(folder: Path, said: str) -> Path:
    return _docx(folder, lambda document: document.add_paragraph(f"So {said}."))


@place("docx, parted over runs")
def _(folder: Path, said: str) -> Path:
    def runs(document):
        paragraph = document.add_paragraph()
        for letter in said:
            paragraph.add_run(letter)

    return _docx(folder, runs)


@place("docx, a table")
def _(folder: Path, said: str) -> Path:
    def table(document):
        document.add_table(2, 2).cell(1, 1).text = said

    return _docx(folder, table)


@place("docx, a header")
def _(folder: Path, said: str) -> Path:
    def header(document):
        document.sections[0].header.paragraphs[0].text = said

    return _docx(folder, header)


@place("docx, a footer")
def _(folder: Path, said: str) -> Path:
    def footer(document):
        document.sections[0].footer.paragraphs[0].text = said

    return _docx(folder, footer)


@place("docx, a comment")
def _(folder: Path, said: str) -> Path:
    def comment(document):
        document.add_comment(document.paragraphs[0].runs[0], text=said, author="RB")

    return _docx(folder, comment)


@place("docx, a comment's author")
def _(folder: Path, said: str) -> Path:
    def comment(document):
        document.add_comment(document.paragraphs[0].runs[0], text="x", author=said)

    return _docx(folder, comment)


@place("docx, the author")
def _(folder: Path, said: str) -> Path:
    def author(document):
        document.core_properties.author = said

    return _docx(folder, author)


@place("docx, hidden text")
def _(folder: Path, said: str) -> Path:
    def hidden(document):
        document.add_paragraph().add_run(said).font.hidden = True

    return _docx(folder, hidden)


@place("docx, a bookmark")
def _(folder: Path, said: str) -> Path:
    def bookmark(document):
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        mark = OxmlElement("w:bookmarkStart")
        mark.set(qn("w:name"), said)
        document.paragraphs[0]._p.append(mark)

    return _docx(folder, bookmark)


@place("docx, an alternative text")
def _(folder: Path, said: str) -> Path:
    def picture(document):
        import io

        import matplotlib.figure

        figure, data = matplotlib.figure.Figure(), io.BytesIO()
        figure.savefig(data, format="png")
        document.add_picture(data)
        document.paragraphs[-1]._p.xpath(".//wp:docPr")[0].set("descr", said)

    return _docx(folder, picture)


def _with_xml(folder: Path, xml: str) -> Path:
    def add(document):
        from docx.oxml import parse_xml

        document.element.body.insert(0, parse_xml(f'<w:p xmlns:w="{W}">{xml}</w:p>'))

    return _docx(folder, add)


@place("docx, deleted text")
def _(folder: Path, said: str) -> Path:
    return _with_xml(folder, f'<w:del w:author="RB"><w:r><w:delText>{escape(said)}</w:delText></w:r></w:del>')


@place("docx, inserted text")
def _(folder: Path, said: str) -> Path:
    return _with_xml(folder, f'<w:ins w:author="RB"><w:r><w:t>{escape(said)}</w:t></w:r></w:ins>')


@place("docx, who changed it")
def _(folder: Path, said: str) -> Path:
    return _with_xml(folder, f"<w:ins w:author={quoteattr(said)}><w:r><w:t>x</w:t></w:r></w:ins>")


@place("docx, a field")
def _(folder: Path, said: str) -> Path:
    return _with_xml(folder, f"<w:r><w:instrText>HYPERLINK {quoteattr(said)}</w:instrText></w:r>")


def _part(folder: Path, document: Path, name: str, data: bytes | str) -> Path:
    """A file of a zip with one more part."""
    target = folder / f"with{document.suffix}"
    with zipfile.ZipFile(document) as old, zipfile.ZipFile(target, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
        new.writestr(name, data)
    document.unlink()
    return target


@place("docx, a property of one's own")
def _(folder: Path, said: str) -> Path:
    xml = f'<Properties xmlns="c" xmlns:vt="t"><property name="Who"><vt:lpwstr>{escape(said)}</vt:lpwstr></property></Properties>'
    return _part(folder, _docx(folder, lambda _d: None), "docProps/custom.xml", xml)


@place("docx, the company")
def _(folder: Path, said: str) -> Path:
    xml = f'<Properties xmlns="e"><Company>{escape(said)}</Company></Properties>'
    return _part(folder, _docx(folder, lambda _d: None), "docProps/app.xml", xml)


@place("docx, a footnote")
def _(folder: Path, said: str) -> Path:
    xml = f'<w:footnotes xmlns:w="{W}"><w:footnote><w:p><w:r><w:t>{escape(said)}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    return _part(folder, _docx(folder, lambda _d: None), "word/footnotes.xml", xml)


@place("docx, a workbook inside")
def _(folder: Path, said: str) -> Path:
    def cell(book):
        book.active["A1"] = said

    inner = _xlsx(folder, cell)
    data = inner.read_bytes()
    inner.unlink()
    return _part(folder, _docx(folder, lambda _d: None), "word/embeddings/sheet1.xlsx", data)


# ---------------------------------------------------------------- Excel


def _xlsx(folder: Path, change: Callable[[object], None]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "Themes"
    change(book)
    path = folder / "b.xlsx"
    book.save(path)
    return path


def _cell(book: object, said: str, **more: object) -> None:
    cell = book.active["B3"]  # type: ignore[attr-defined]
    cell.value = said
    cell.data_type = "s"
    for name, value in more.items():
        setattr(cell, name, value)


@place("xlsx, a cell")
def _(folder: Path, said: str) -> Path:
    return _xlsx(folder, lambda book: _cell(book, f"So {said}."))


@place("xlsx, a formula")
def _(folder: Path, said: str) -> Path:
    def formula(book):
        book.active["B3"] = f'=CONCATENATE("{said}")'

    return _xlsx(folder, formula)


@place("xlsx, a hidden sheet")
def _(folder: Path, said: str) -> Path:
    def hidden(book):
        page = book.create_sheet("Lists")
        page["A1"].value = said
        page["A1"].data_type = "s"
        page.sheet_state = "veryHidden"

    return _xlsx(folder, hidden)


@place("xlsx, a hidden row")
def _(folder: Path, said: str) -> Path:
    def hidden(book):
        _cell(book, said)
        book.active.row_dimensions[3].hidden = True

    return _xlsx(folder, hidden)


@place("xlsx, a comment")
def _(folder: Path, said: str) -> Path:
    from openpyxl.comments import Comment

    return _xlsx(folder, lambda book: _cell(book, "x", comment=Comment(said, "RB")))


@place("xlsx, a comment's author")
def _(folder: Path, said: str) -> Path:
    from openpyxl.comments import Comment

    return _xlsx(folder, lambda book: _cell(book, "x", comment=Comment("x", said)))


@place("xlsx, a header")
def _(folder: Path, said: str) -> Path:
    def header(book):
        book.active.oddHeader.center.text = said

    return _xlsx(folder, header)


@place("xlsx, a list to choose from")
def _(folder: Path, said: str) -> Path:
    def choices(book):
        from openpyxl.worksheet.datavalidation import DataValidation

        rule = DataValidation(type="list", formula1=f'"yes,{said}"')
        rule.add("C3")
        book.active.add_data_validation(rule)

    return _xlsx(folder, choices)


@place("xlsx, what a cell asks for")
def _(folder: Path, said: str) -> Path:
    def prompt(book):
        from openpyxl.worksheet.datavalidation import DataValidation

        rule = DataValidation(type="list", formula1='"yes,no"', prompt=said, promptTitle="x")
        rule.add("C3")
        book.active.add_data_validation(rule)

    return _xlsx(folder, prompt)


@place("xlsx, a link")
def _(folder: Path, said: str) -> Path:
    from urllib.parse import quote

    return _xlsx(folder, lambda book: _cell(book, "x", hyperlink=f"http://a.example/{quote(said)}"))


@place("xlsx, the creator")
def _(folder: Path, said: str) -> Path:
    def creator(book):
        book.properties.creator = said

    return _xlsx(folder, creator)


# ---------------------------------------------------------------- other documents


@place("pdf, a page")
def _(folder: Path, said: str) -> Path:
    import matplotlib.figure

    figure = matplotlib.figure.Figure()
    figure.text(0.1, 0.5, f"So {said}.")
    figure.savefig(folder / "p.pdf")
    return folder / "p.pdf"


@place("pdf, a property")
def _(folder: Path, said: str) -> Path:
    return _pdf(folder, lambda writer: writer.add_metadata({"/Author": said}))


@place("pdf, an attachment")
def _(folder: Path, said: str) -> Path:
    return _pdf(folder, lambda writer: writer.add_attachment("notes.txt", said.encode()))


def _pdf(folder: Path, change: Callable[[object], object]) -> Path:
    import pypdf

    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    change(writer)
    writer.write(folder / "p.pdf")
    return folder / "p.pdf"


@place("qdpx, a source")
def _(folder: Path, said: str) -> Path:
    return _qdpx(folder, {"project.qde": "<Project/>", "sources/1.txt": said})


@place("qdpx, a user")
def _(folder: Path, said: str) -> Path:
    return _qdpx(folder, {"project.qde": f"<Project><Users><User name={quoteattr(said)}/></Users></Project>"})


@place("qdpx, a note")
def _(folder: Path, said: str) -> Path:
    note = f"<Project><Note><PlainTextContent>{escape(said)}</PlainTextContent></Note></Project>"
    return _qdpx(folder, {"project.qde": note})


@place("zip, the name of a part")
def _(folder: Path, said: str) -> Path:
    name = re.sub(r"[^\w .@+-]", "_", said)
    return _qdpx(folder, {f"sources/{name}.txt": "x"})


@place("zip, a zip inside")
def _(folder: Path, said: str) -> Path:
    inner = _qdpx(folder, {"a.txt": said}).read_bytes()
    return _qdpx(folder, {"inner.zip": inner})


def _qdpx(folder: Path, members: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(folder / "p.qdpx", "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return folder / "p.qdpx"


@place("qdc, a description")
def _(folder: Path, said: str) -> Path:
    return _write(folder / "c.qdc", f"<CodeBook><Code><Description>{escape(said)}</Description></Code></CodeBook>")


@place("rtf, a paragraph")
def _(folder: Path, said: str) -> Path:
    coded = "".join(one if one.isascii() else f"\\u{ord(one)}?" for one in said)
    return _write(folder / "r.rtf", "{\\rtf1\\ansi\\ansicpg1252 So " + coded + ".\\par}")


@place("an unknown kind of file")
def _(folder: Path, said: str) -> Path:
    (folder / "x.bin").write_bytes(b"\x00\x01\x02" + said.encode() + b"\x00\x03" + said.encode("utf-16-le") + b"\x00")
    return folder / "x.bin"

"""A packet as a Word document: to be filled in on the screen, by typing an x, or on paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qualcode.documents import PREFIX, footer, set_facts, set_font, upright
from qualcode.files import DEFAULT_DATE, write_zip_document
from qualcode.memberchecks.layout import (
    BOX,
    COMMENT,
    FREE,
    FREE_HINT,
    PACK,
    QUESTION,
    RESPONSES,
    TICKED,
    marks,
    reference_line,
)

if TYPE_CHECKING:
    from qualcode.memberchecks.packets import Packet

_W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
_DARK, _PALE, _GREY = "1F4E6B", "EAF1F5", "808080"
_BOX_CM, _TEXT_CM = 1.4, 15.2


def save_packet(path: Path, packet: Packet) -> None:
    """Write a packet; the same packet is the same bytes."""
    from docx.shared import Pt

    document = _document(packet)
    document.add_paragraph(packet.heading, style="Title")
    if packet.notice:
        document.add_paragraph(packet.notice, style="Packet Notice")
    document.add_paragraph(
        f"{packet.title}\nFor participant {packet.participant}, round {packet.round}", style="Subtitle"
    )
    for part in packet.letter.split("\n"):
        if part.strip():
            document.add_paragraph(part.strip())
    document.add_heading("How to answer", 2)
    document.add_paragraph(
        "For each point, click one of the three boxes, or type an x in it. You may also print this and tick by hand. "
        "Write into the comment box whatever you like; it grows as you write. Leave out what you do not want to answer. "
        "Then send the file back to the person who sent it to you."
    )
    document.add_paragraph(reference_line(packet.facts), style="Packet Reference")
    for number, theme in enumerate(packet.themes, start=1):
        document.add_heading(f"{number}. {theme.label}", 1).paragraph_format.page_break_before = True
        document.add_paragraph(theme.definition).paragraph_format.keep_with_next = True
        if theme.subthemes:
            lead = document.add_paragraph("What we heard in the conversations, all of them together:")
            lead.paragraph_format.keep_with_next = True
            for label, definition in theme.subthemes:
                point = document.add_paragraph(style="List Bullet")
                point.add_run(label).bold = True
                point.add_run(f": {definition}" if definition else "")
        if theme.quotes:
            lead = document.add_paragraph("What you told us, in your own words:")
            lead.paragraph_format.keep_with_next = True
            lead.paragraph_format.space_before = Pt(10)
            for quote in theme.quotes:
                document.add_paragraph(f"“{quote.text}” ({quote.session})", style="Quote")
        else:
            document.add_paragraph("We have no words of yours on this. Please tell us all the same whether it fits.")
        document.paragraphs[-1].paragraph_format.space_after = Pt(12)
        _answers(document, f"{number}. {theme.label}: {QUESTION[0].lower()}{QUESTION[1:]}", theme.code)
    document.add_heading(FREE, 1)
    grid = _grid(document, 2, FREE_HINT)
    _comment_room(grid.rows[1])
    facts = {"kind": PACK, "made": packet.day or DEFAULT_DATE} | packet.facts
    set_facts(document, {PREFIX + key: value for key, value in facts.items()} | marks(_paragraphs(document)))
    write_zip_document(path, document.save, day=packet.day)


def _paragraphs(document: Any) -> list[str]:
    """The words of every paragraph outside tables."""
    return [paragraph.text for paragraph in document.paragraphs]


def _document(packet: Packet) -> Any:
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    document: Any = docx.Document()
    section = upright(document, 2.2)
    styles = document.styles

    set_font(styles["Normal"], 11)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    styles["Normal"].paragraph_format.line_spacing = 1.1
    set_font(styles["Title"], 22, _DARK)
    set_font(styles["Subtitle"], 11, "595959", italic=False)
    for spacing in styles["Subtitle"].element.rPr.findall(qn("w:spacing")):
        styles["Subtitle"].element.rPr.remove(spacing)
    set_font(styles["Heading 1"], 15, _DARK)
    styles["Heading 1"].paragraph_format.space_before = Pt(20)
    set_font(styles["Heading 2"], 12.5, _DARK)
    set_font(styles["Quote"], 11, "262626", italic=True)
    styles["Quote"].paragraph_format.left_indent = styles["Quote"].paragraph_format.right_indent = Cm(0.8)
    styles["List Bullet"].paragraph_format.space_after = Pt(3)
    for name, points, italic in (
        ("Packet Notice", 10, True),
        ("Packet Table", 11, False),
        ("Packet Reference", 7, False),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        set_font(style, points, _GREY if name == "Packet Reference" else "", italic=italic)
        style.paragraph_format.space_after = Pt(2 if name == "Packet Table" else 6)
    styles["Packet Table"].paragraph_format.space_before = Pt(2)
    styles["Packet Reference"].paragraph_format.space_before = Pt(18)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = packet.heading, "qualcode", packet.notice
    properties.keywords = f"qualcode {PACK} {packet.facts['pack']}"
    footer(section, f"Participant {packet.participant}, round {packet.round}", _BOX_CM + _TEXT_CM)
    return document


# ---------------------------------------------------------------- tables to answer in


def _grid(document: Any, rows: int, head: str) -> Any:
    """A two-column table whose first row, merged, is a head that repeats on the next page."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, RGBColor

    grid = document.add_table(rows=rows, cols=2)
    grid.style = "Table Grid"
    grid.autofit = False
    for column, width in zip(grid.columns, (_BOX_CM, _TEXT_CM), strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    for row in grid.rows:
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
    top = grid.rows[0]
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    top._tr.get_or_add_trPr().append(repeat)
    cell = top.cells[0].merge(top.cells[1])
    run = _write(cell, head).runs[0]
    run.bold = True
    run.font.color.rgb = RGBColor.from_string(_DARK)
    _shade(cell, _PALE)
    return grid


def _answers(document: Any, head: str, theme: str) -> None:
    from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    grid = _grid(document, len(RESPONSES) + 3, head)
    for number, (response, words) in enumerate(RESPONSES.items(), start=1):
        box, text = grid.rows[number].cells
        line = _write(box, "")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _check_box(line, f"{theme}:{response}", words)
        _write(text, words)
        for cell in (box, text):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    label = grid.rows[-2]
    _write(label.cells[0].merge(label.cells[1]), COMMENT)
    _comment_room(grid.rows[-1])


def _comment_room(row: Any) -> None:
    """An empty cell over the table's width that can break over pages and grows with what is written."""
    from docx.enum.table import WD_ROW_HEIGHT_RULE
    from docx.oxml.ns import qn
    from docx.shared import Cm

    cell = row.cells[0].merge(row.cells[1])
    cell.paragraphs[0].style = "Packet Table"
    row.height, row.height_rule = Cm(2.6), WD_ROW_HEIGHT_RULE.AT_LEAST
    for mark in row._tr.trPr.findall(qn("w:cantSplit")):
        row._tr.trPr.remove(mark)


def _write(cell: Any, words: str) -> Any:
    """Words in a cell, held together with the next row so that a table does not begin at the foot of a page."""
    line = cell.paragraphs[0]
    line.style = "Packet Table"
    line.paragraph_format.keep_with_next = True
    if words:
        line.add_run(words)
    return line


def _shade(cell: Any, colour: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for key, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", colour)):
        shade.set(qn(key), value)
    cell._tc.get_or_add_tcPr().append(shade)


def _check_box(paragraph: Any, tag: str, alias: str) -> None:
    """A box to click: a content control, whose sign is a character that can be typed over as well."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    number = len(paragraph.part.element.xpath("//w:sdt")) + 1
    control = parse_xml(
        f'<w:sdt {nsdecls("w")} xmlns:w14="{_W14}"><w:sdtPr><w:alias w:val=""/><w:tag w:val=""/><w:id w:val="{number}"/>'
        f'<w14:checkbox><w14:checked w14:val="0"/><w14:checkedState w14:val="{ord(TICKED):04X}" w14:font="MS Gothic"/>'
        f'<w14:uncheckedState w14:val="{ord(BOX):04X}" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr>'
        '<w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" '
        f'w:hint="eastAsia"/><w:sz w:val="28"/></w:rPr><w:t>{BOX}</w:t></w:r></w:sdtContent></w:sdt>'
    )
    for element in control[0]:
        for name, value in (("alias", alias), ("tag", tag[:64])):
            if element.tag.endswith(f"}}{name}"):
                element.set(element.tag.replace(name, "val"), value)
    paragraph._p.append(control)

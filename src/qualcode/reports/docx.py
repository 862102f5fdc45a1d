"""Printed tables, figures and text as Word documents: real tables with repeating heads, numbered captions, styles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qualcode.files import write_zip_document
from qualcode.reports.model import PrintedTable

TEXT_WIDTH_CM = 17.0
TALLEST_CM = 21.5


class Report:
    """A Word document that grows from top to bottom. Sizes are set in styles, so a journal's template can restyle it."""

    def __init__(self, title: str, *, notice: str = "", landscape: bool = False) -> None:
        import docx
        from docx.enum.section import WD_ORIENT
        from docx.enum.style import WD_STYLE_TYPE
        from docx.shared import Cm, Pt, RGBColor

        self.document: Any = docx.Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        self.width_cm = TEXT_WIDTH_CM
        if landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = section.page_height, section.page_width
            self.width_cm += 8.7
        section.left_margin = section.right_margin = Cm(2.0)
        section.top_margin = section.bottom_margin = Cm(2.0)
        styles = self.document.styles
        styles["Normal"].font.name = "Calibri"
        styles["Normal"].font.size = Pt(10.5)
        styles["Normal"].paragraph_format.space_after = Pt(6)
        for name, points in (("Title", 20), ("Heading 1", 15), ("Heading 2", 12)):
            styles[name].font.name = "Calibri"
            styles[name].font.size = Pt(points)
            styles[name].font.color.rgb = RGBColor(0x1F, 0x4E, 0x6B)
            _fonts(styles[name], "Calibri")
        caption = styles["Caption"]
        caption.font.size, caption.font.bold = Pt(9.5), True
        caption.font.color.rgb = RGBColor(0x22, 0x22, 0x22)
        caption.paragraph_format.space_before, caption.paragraph_format.space_after = Pt(10), Pt(4)
        for name, size, italic in (("Table Text", 9.0, False), ("Table Note", 8.0, False), ("Notice", 9.5, True)):
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = styles["Normal"]
            style.font.size, style.font.italic = Pt(size), italic
            style.paragraph_format.space_after = Pt(2 if name != "Notice" else 8)
        file_text = styles.add_style("File Text", WD_STYLE_TYPE.PARAGRAPH)
        file_text.base_style = styles["Normal"]
        file_text.font.name, file_text.font.size = "Consolas", Pt(8.5)
        file_text.paragraph_format.space_after = Pt(0)
        _fonts(file_text, "Consolas")
        self.table_text = styles["Table Text"].style_id
        self.document.core_properties.title = title
        self.document.core_properties.author = "qualcode"
        self.document.core_properties.comments = notice
        self.numbers = {"Table": 0, "Figure": 0}
        self._footer(section, title)

    def title(self, text: str) -> None:
        self.document.add_paragraph(text, style="Title")

    def heading(self, text: str, level: int = 1, *, new_page: bool = False) -> None:
        self.document.add_heading(text, level).paragraph_format.page_break_before = new_page or None

    def paragraph(self, text: str, style: str = "Normal") -> None:
        self.document.add_paragraph(text, style=style)

    def verbatim(self, text: str) -> None:
        """Lines in letters of one width, as a file has them, kept on one page."""
        lines = text.rstrip("\n").split("\n")
        for number, line in enumerate(lines):
            paragraph = self.document.add_paragraph(style="File Text")
            paragraph.add_run(_clean(line))
            paragraph.paragraph_format.keep_with_next = number + 1 < len(lines)

    def figure(self, png: Path, caption: str, alt: str, *, width_cm: float = TEXT_WIDTH_CM) -> None:
        """A picture in the text's width with a numbered caption below and an alternative text."""
        from docx.shared import Cm

        shape = self.document.add_picture(str(png), width=Cm(width_cm))
        if shape.height > Cm(TALLEST_CM):  # a page and its caption
            shape.width, shape.height = int(shape.width * Cm(TALLEST_CM) / shape.height), Cm(TALLEST_CM)
        picture = self.document.paragraphs[-1]
        picture.paragraph_format.keep_with_next = True
        properties = picture._p.xpath(".//wp:docPr")[0]
        properties.set("descr", alt)
        properties.set("name", f"Figure {self.numbers['Figure'] + 1}")
        self._caption("Figure", caption)

    def table(self, table: PrintedTable) -> None:
        """A printed table: caption above, repeating head, rows that do not break over pages, notes below."""
        self._caption("Table", table.caption, keep=True)
        if not table.rows:
            self.paragraph(table.empty, style="Table Note")
            return
        grid = self.document.add_table(rows=1 + len(table.rows), cols=len(table.columns))
        grid.autofit = False
        _borders(grid)
        widths = [self.width_cm * column.width / table.width for column in table.columns]
        _widths(grid, widths)
        cells = _all_cells(grid)
        for cell, column in zip(cells[0], table.columns, strict=True):
            self._cell(cell, column.heading, bold=True, right=column.align == "right", keep=True)
        _head(grid.rows[0])
        for index, (line, row) in enumerate(zip(cells[1:], table.rows, strict=True)):
            for place, (cell, value, column) in enumerate(zip(line, row.cells, table.columns, strict=True)):
                self._cell(
                    cell, table.printed(value), bold=row.level == 0 and place == 0, right=column.align == "right",
                    indent=max(0, row.level - 1) if place == 0 else 0,
                    keep=row.level == 0 and index + 1 < len(table.rows),
                )  # fmt: skip
            _unbroken(grid.rows[index + 1], shade=row.level == 0)
            if row.level == 0 and not any(table.printed(value) for value in row.cells[1:]):
                _one_cell(grid._tbl.tr_lst[index + 1])
        for note in filter(None, table.notes):
            self.paragraph(note, style="Table Note")
        self.paragraph("", style="Table Note")

    def save(self, path: Path, *, day: str) -> None:
        """Write the document; its bytes depend on its content only."""
        write_zip_document(path, self.document.save, day=day)

    # ------------------------------------------------------------ parts

    def _cell(self, cell: Any, text: str, *, bold: bool, right: bool, indent: int = 0, keep: bool = False) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Cm

        for number, part in enumerate(text.split("\n")):
            paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
            paragraph._p.style = self.table_text  # by id: looking a style up by its name is slow, and cells are many
            paragraph.add_run(_clean(part)).bold = (bold and number == 0) or None
            paragraph.paragraph_format.keep_with_next = keep or None
            if right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if indent:
                paragraph.paragraph_format.left_indent = Cm(0.35 * indent)

    def _caption(self, kind: str, text: str, *, keep: bool = False) -> None:
        """`Table 3. …` with a field, so that Word renumbers it where it is pasted."""
        self.numbers[kind] += 1
        paragraph = self.document.add_paragraph(style="Caption")
        paragraph.add_run(f"{kind} ")
        _field(paragraph, f"SEQ {kind} \\* ARABIC", str(self.numbers[kind]))
        paragraph.add_run(f". {text}")
        paragraph.paragraph_format.keep_with_next = keep

    def _footer(self, section: Any, title: str) -> None:
        paragraph = section.footer.paragraphs[0]
        paragraph.style = self.document.styles["Table Note"]
        paragraph.add_run(f"{title}  ·  page ")
        _field(paragraph, "PAGE", "1")


def write_tables(path: Path, tables: Sequence[PrintedTable], *, title: str, notice: str, day: str) -> None:
    """A Word document that holds nothing but tables, to paste from."""
    report = Report(title, notice=notice)
    if notice:
        report.paragraph(notice, style="Notice")
    for table in tables:
        report.table(table)
    report.save(path, day=day)


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter >= " " or letter == "\t")


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _fonts(style: Any, name: str) -> None:
    from docx.oxml.ns import qn

    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{key}"), None)
    for key in ("ascii", "hAnsi"):
        fonts.set(qn(f"w:{key}"), name)


def _field(paragraph: Any, code: str, shown: str) -> None:
    """A Word field (a number that Word keeps right) with what it shows until then."""
    for kind, text in (("begin", None), (None, code), ("separate", None), ("shown", shown), ("end", None)):
        run = paragraph.add_run()
        if kind in ("begin", "separate", "end"):
            run._r.append(_element("w:fldChar", fldCharType=str(kind)))
        elif kind == "shown":
            run.text = text
        else:
            instruction = _element("w:instrText")
            instruction.text = f" {text} "
            run._r.append(instruction)


def _borders(grid: Any) -> None:
    """Rules above, below and under the head, as journals set tables; thin lines between rows."""
    from docx.oxml.ns import qn

    properties = grid._tbl.tblPr
    borders = _element("w:tblBorders")
    for side, size, colour in (("top", "8", "222222"), ("bottom", "8", "222222"), ("insideH", "2", "BBBBBB")):
        borders.append(_element(f"w:{side}", val="single", sz=size, space="0", color=colour))
    margins = _element("w:tblCellMar")
    for side, width in (("top", "30"), ("left", "70"), ("bottom", "30"), ("right", "70")):
        margins.append(_element(f"w:{side}", w=width, type="dxa"))
    # Word wants the properties of a table in the schema's order
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(borders)
    layout.addnext(margins)


def _widths(grid: Any, widths_cm: Sequence[float]) -> None:
    from docx.oxml.ns import qn

    twips = [round(width * 567) for width in widths_cm]
    for column, width in zip(grid._tbl.tblGrid.findall(qn("w:gridCol")), twips, strict=True):
        column.set(qn("w:w"), str(width))
    for row in grid._tbl.tr_lst:
        for cell, width in zip(row.tc_lst, twips, strict=True):
            properties = cell.get_or_add_tcPr()
            for old in properties.findall(qn("w:tcW")):
                properties.remove(old)
            properties.insert(0, _element("w:tcW", w=str(width), type="dxa"))


def _all_cells(grid: Any) -> list[list[Any]]:
    """All cells by row (python-docx looks the whole table through for every single one)."""
    from docx.table import _Cell

    return [[_Cell(cell, grid) for cell in row.tc_lst] for row in grid._tbl.tr_lst]


def _head(row: Any) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(_element("w:cantSplit"))
    properties.append(_element("w:tblHeader"))
    for cell in row._tr.tc_lst:
        borders = _element("w:tcBorders")
        borders.append(_element("w:bottom", val="single", sz="6", space="0", color="222222"))
        cell.get_or_add_tcPr().append(borders)


def _one_cell(row: Any) -> None:
    """Let the first cell of a heading row reach over the whole width."""
    first, *others = row.tc_lst
    properties = first.get_or_add_tcPr()
    span = _element("w:gridSpan", val=str(1 + len(others)))
    properties.insert(1, span)  # after the width
    for cell in others:
        row.remove(cell)


def _unbroken(row: Any, *, shade: bool) -> None:
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
    if shade:
        for cell in row._tr.tc_lst:
            cell.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill="EEF3F6"))

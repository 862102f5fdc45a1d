"""Word documents that people fill in: fonts, fields and facts when they are made; parts, words and facts when they come back."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qualcode.errors import Problem, QualcodeError

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PREFIX = "qualcode_"  # of the document properties
_LARGEST = 200_000_000  # bytes of one unpacked part
_CUSTOM = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_TICKS = ("F0FE", "F054", "F0FC", "F053", "2612")  # signs of symbol fonts that mean a tick


# ---------------------------------------------------------------- made


def upright(document: Any, margin_cm: float) -> Any:
    """The document's first section, as an upright A4 page with one margin all round."""
    from docx.shared import Cm

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(margin_cm)
    return section


def set_font(style: Any, points: float, colour: str = "", *, italic: bool | None = None, name: str = "Calibri") -> None:
    """A style's font for every script, its size and colour."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.name, style.font.size = name, Pt(points)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in list(fonts.attrib):
        if key.endswith("Theme"):
            del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(key), name)
    if colour:
        style.font.color.rgb = RGBColor.from_string(colour)
    if italic is not None:
        style.font.italic = italic


def footer(section: Any, words: str, width_cm: float) -> None:
    """Words at the left of every page's foot, `Page 1 of 9` at its right."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    line = section.footer.paragraphs[0]
    for stop in list(line.style.paragraph_format.tab_stops):
        stop.alignment = WD_TAB_ALIGNMENT.CLEAR
    line.paragraph_format.tab_stops.add_tab_stop(Cm(width_cm), WD_TAB_ALIGNMENT.RIGHT)
    line.add_run(f"{words}\tPage ")
    field(line, "PAGE")
    line.add_run(" of ")
    field(line, "NUMPAGES")


def field(paragraph: Any, code: str) -> None:
    """A field that the word processor keeps right, such as PAGE."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement("w:fldSimple")
    made.set(qn("w:instr"), code)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    made.append(run)
    paragraph._p.append(made)


def set_facts(document: Any, facts: Mapping[str, str]) -> None:
    """Custom document properties, which word processors keep when they save the file again."""
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part
    from lxml import etree

    root = etree.Element(f"{{{_CUSTOM}}}Properties", nsmap={None: _CUSTOM, "vt": _TYPES})
    for number, (name, value) in enumerate(facts.items(), start=2):
        one = etree.SubElement(root, f"{{{_CUSTOM}}}property")
        one.set("fmtid", "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}")
        one.set("pid", str(number))
        one.set("name", name)
        etree.SubElement(one, f"{{{_TYPES}}}lpwstr").text = value[:255]
    package = document.part.package
    blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    part = Part(PackURI("/docProps/custom.xml"), kind, blob, package)
    package.relate_to(part, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties")


# ---------------------------------------------------------------- come back


def parts_of(path: Path) -> dict[str, Any]:
    """The XML parts that matter, parsed with entities off.

    Raises
    ------
    QualcodeError
        The file is no Word document, is damaged, or unpacks to far more than it should.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    found: dict[str, Any] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            for name in ("word/document.xml", "word/comments.xml", "docProps/custom.xml", "docProps/core.xml"):
                if name in names:
                    if archive.getinfo(name).file_size > _LARGEST:
                        raise zipfile.BadZipFile
                    found[name] = etree.fromstring(archive.read(name), parser)
    except (OSError, zipfile.BadZipFile, etree.XMLSyntaxError, RuntimeError) as error:
        what = "this file cannot be opened as a Word document."
        raise QualcodeError(Problem(path.name, what, f"({type(error).__name__})")) from error
    if "word/document.xml" not in found:
        raise QualcodeError(Problem(path.name, "this file is not a Word document."))
    return found


def facts_in(parts: Mapping[str, Any]) -> dict[str, str]:
    """The custom document properties that are qualcode's, without their prefix."""
    if "docProps/custom.xml" not in parts:
        return {}
    named = ((one.get("name") or "", "".join(one.itertext()).strip()) for one in parts["docProps/custom.xml"])
    return {name.removeprefix(PREFIX): value for name, value in named if name.startswith(PREFIX)}


def text_of(element: Any) -> str:
    """Words of an element, those in content controls and insertions too; deleted ones not."""
    out = []
    for node in element.iter():
        if node.tag == f"{W}t":
            out.append(node.text or "")
        elif node.tag in (f"{W}tab", f"{W}ptab"):
            if node.getparent().tag == f"{W}r":
                out.append("\t")
        elif node.tag in (f"{W}br", f"{W}cr"):
            out.append("\n")
        elif node.tag == f"{W}sym":
            code = node.get(f"{W}char") or ""
            out.append("☒" if code.upper() in _TICKS else "")
    return "".join(out)


def lines_of(element: Any) -> str:
    """The paragraphs of a cell, one below the other."""
    return "\n".join(line for line in (text_of(one).strip() for one in element.iter(f"{W}p")) if line)

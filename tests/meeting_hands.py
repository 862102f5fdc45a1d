"""A meeting's three sheets filled in as people and their programs do: Excel's cells, Word's content controls, the page's file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HEADS = {
    "choice": "Decision", "other": "Other code or direction", "passage": "Other passage (paste its words)",
    "reason": "Reason", "by": "By", "on": "Date",
}  # fmt: skip
WORDS = {"keep_a": "keep A", "keep_b": "keep B", "open": "open again"}

Rows = dict[str, dict[str, str]]  # disagreement -> choice (as the table has it), other, passage, reason, by, on


def fill_workbook(path: Path, rows: Rows) -> None:
    """Type into the cells of the rows whose ids are given."""
    book = openpyxl.load_workbook(path)
    page = book["Disagreements"]
    heads = {cell.value: cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1):
        for key, value in rows.get(page.cell(row, heads["Disagreement id"]).value, {}).items():
            page.cell(row, heads[HEADS[key]]).value = WORDS.get(value, value)
    book.save(path)


def fill_document(path: Path, rows: Rows, *, beside: bool = False) -> None:
    """Fill content controls as Word does: the words replace what was asked for, which is marked no more.

    Parameters
    ----------
    beside
        Type after the control, into its cell, instead.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    root = etree.fromstring(parts["word/document.xml"])
    for control in list(root.iter(f"{W}sdt")):
        _, field, about = control.find(f"{W}sdtPr/{W}tag").get(f"{W}val").split(":")
        given = rows.get(about, {})
        value = given.get({"direction": "other"}.get(field, field))
        if value is None:
            continue
        run = etree.Element(f"{W}r")
        text = etree.SubElement(run, f"{W}t")
        text.text = WORDS.get(value, value)
        if beside:
            control.addnext(run)
            continue
        for mark in control.findall(f"{W}sdtPr/{W}showingPlcHdr"):
            mark.getparent().remove(mark)
        content = control.find(f"{W}sdtContent")
        for old in list(content):
            content.remove(old)
        content.append(run)
    parts["word/document.xml"] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def save_page(path: Path, pack: str, rows: Rows, **more: Any) -> None:
    """The file that the page saves: `value` instead of `other` and `passage`."""
    keys = ("choice", "value", "reason", "by", "on")
    lines = [{"disagreement": about} | {key: given.get(key, "") for key in keys} for about, given in rows.items()]
    saved = {"qualcode": "meeting", "version": 1, "pack": pack, "saved": "", "rows": lines}
    path.write_text(json.dumps(saved | more, ensure_ascii=False), encoding="utf-8")

"""One function a format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from qualcode.codings.writers.layer import CONSENSUS, Layer, guid
from qualcode.codings.writers.refi import write_qdc, write_qdpx
from qualcode.codings.writers.word import write_docx
from qualcode.files import newest_date, write_text, write_zip_document

COLUMNS = [
    *("transcript", "start", "end", "text", "code", "coder", "codebook_version", "sha256_text", "direction"),
    *("memo", "created", "origin", "coding"),
]
QUOTE_AROUND = 32  # characters before and after a passage, in JSON-LD


def export(layer: Layer, form: str, out: Path) -> list[Path]:
    """Write a layer in one of `FORMATS`; the files that were written."""
    return FORMATS[form](layer, out)


def long_table(layer: Layer) -> pd.DataFrame:
    """The codings in qualcode's own format: what `qualcode import` reads."""
    rows = layer.codings.copy()
    whole = rows["scope"] == "transcript"
    words = [
        layer.texts[name][start:end]
        for name, start, end in zip(rows["transcript"], rows["start"], rows["end"], strict=True)
    ]
    rows["text"] = pd.Series(words, index=rows.index, dtype=object).where(~whole, "*")
    for column in ("start", "end"):
        rows[column] = rows[column].astype(str).astype(object).where(~whole, "")
    if layer.version:
        rows["codebook_version"] = layer.version
    return rows[COLUMNS].fillna("").astype(str)


def write_csv(layer: Layer, out: Path) -> list[Path]:
    write_text(out, long_table(layer).to_csv(index=False, lineterminator="\n"))
    return [out]


def write_xlsx(layer: Layer, out: Path) -> list[Path]:
    """A workbook with the codings as text cells (none is a formula), and the codes on a second sheet."""
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.Workbook()
    table = long_table(layer)
    codes = pd.DataFrame(
        [[code.id, code.label, code.parent, code.definition] for code in layer.codes],
        columns=["code", "label", "parent", "definition"],
    )
    for number, (name, data) in enumerate((("codings", table), ("codes", codes))):
        sheet = book.active if number == 0 else book.create_sheet()
        sheet.title = name
        for row, values in enumerate([list(data.columns), *data.values.tolist()], start=1):
            for column, value in enumerate(values, start=1):
                if row > 1 and data.columns[column - 1] in ("start", "end") and value:
                    sheet.cell(row, column, int(value))
                elif value:
                    cell = sheet.cell(row, column)
                    cell.value = value
                    cell.data_type = "s"
        for cell in sheet[1]:
            cell.font = Font(name="Calibri", bold=True)
        sheet.freeze_panes = "A2"
    write_zip_document(out, book.save, day=newest_date(layer.codings["created"]))
    return [out]


def write_matrix(layer: Layer, out: Path) -> list[Path]:
    """One row a transcript, one column a code: 1 applied, 0 not applied, empty where nobody of the layer read it."""
    applied = set(zip(layer.codings["transcript"], layer.codings["code"], strict=True))
    coders = set(layer.codings["coder"])
    read = set(layer.codings["transcript"])
    read |= {name for coder, name in layer.assigned if coder in coders or coders == {CONSENSUS}}
    rows = []
    for name in layer.texts:
        cells = [int((name, code.id) in applied) if name in read else "" for code in layer.codes]
        rows.append([name, *cells])
    data = pd.DataFrame(rows, columns=["transcript", *[code.id for code in layer.codes]], dtype=object)
    write_text(out, data.to_csv(index=False, lineterminator="\n"))
    return [out]


def write_jsonld(layer: Layer, out: Path) -> list[Path]:
    """W3C Web Annotations: an annotation a coding, by position and by words, in code points of the text."""
    labels = {code.id: code.label for code in layer.codes}
    items = []
    for row in layer.codings.to_dict("records"):
        text, start, end = layer.texts[row["transcript"]], int(row["start"]), int(row["end"])
        target: dict[str, object] = {"source": f"urn:sha256:{layer.sha[row['transcript']]}#{row['transcript']}"}
        if row["scope"] != "transcript":
            target["selector"] = [
                {"type": "TextPositionSelector", "start": start, "end": end},
                {
                    "type": "TextQuoteSelector",
                    "exact": text[start:end],
                    "prefix": text[max(0, start - QUOTE_AROUND) : start],
                    "suffix": text[end : end + QUOTE_AROUND],
                },
            ]
        bodies = [{"type": "TextualBody", "purpose": "tagging", "value": row["code"]}]
        if row["memo"]:
            bodies.append({"type": "TextualBody", "purpose": "commenting", "value": row["memo"]})
        item: dict[str, object] = {
            "id": f"urn:uuid:{row['coding']}",
            "type": "Annotation",
            "motivation": "tagging",
            "creator": {"type": "Software" if row["origin"] == "machine" else "Person", "name": row["coder"]},
        }
        if row["created"]:
            item["created"] = row["created"]
        if row["direction"]:
            item["qualcode:direction"] = row["direction"]
        items.append(item | {"body": bodies, "target": target})
    collection = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"urn:uuid:{guid('collection', layer.title)}",
        "type": "AnnotationCollection",
        "label": layer.title,
        "total": len(items),
        "first": {
            "id": f"urn:uuid:{guid('page', layer.title)}",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    }
    tags = [{"id": f"urn:uuid:{code.guid}", "value": code.id, "label": labels[code.id]} for code in layer.codes]
    write_text(out, json.dumps({**collection, "qualcode:codes": tags}, ensure_ascii=False, indent=1) + "\n")
    return [out]


FORMATS: dict[str, Callable[[Layer, Path], list[Path]]] = {
    "qdpx": write_qdpx,
    "qdc": write_qdc,
    "csv": write_csv,
    "xlsx": write_xlsx,
    "docx": write_docx,
    "matrix": write_matrix,
    "jsonld": write_jsonld,
}

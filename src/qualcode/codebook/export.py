"""The codebook for readers and other programs: an appendix in Word, a sheet, CSV, Markdown, REFI-QDA; the tree as a drawing."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from qualcode.codebook.diff import shown_field
from qualcode.codebook.model import Codebook, join_texts, mapping_text
from qualcode.codebook.qdc import codes_of, write_project, write_qdc
from qualcode.codebook.sheet import COLUMNS
from qualcode.files import newest_date, write_text, write_zip_document

FORMS = ("docx", "xlsx", "csv", "md", "qdc", "qdpx")
_TOLD = {
    "definition": "Definition",
    "full_definition": "In full",
    "include": "When to use",
    "exclude": "When not to use",
    "examples": "Examples",
    "direction": "Direction",
    "double_code_with": "Often together with",
    "origin": "Origin",
    "mappings": "Frameworks",
}


def export_codebook(book: Codebook, path: Path, form: str, *, notice: str = "") -> None:
    """Write a version as one of `FORMS`; xlsx, csv, qdc and qdpx come in again by `codebook import` as they were."""
    if form == "docx":
        _docx(book, path, notice)
    elif form == "md":
        write_text(path, _markdown(book))
    elif form == "xlsx":
        _xlsx(book, path)
    elif form == "csv":
        import csv
        import io

        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows(_grid(book))
        write_text(path, text.getvalue())
    elif form == "qdc":
        write_qdc(path, codes_of(book))
    else:
        write_project(path, codes_of(book), title=book.title or f"Codebook {book.name}")


def _grid(book: Codebook) -> list[list[str]]:
    """One row a code, in the columns that `codebook import` reads."""
    frameworks = sorted({name for entry in book.codes.values() for name in entry.mappings})
    rows = [[*COLUMNS, *frameworks]]
    for code, entry in book.codes.items():
        cells = {name: getattr(entry, name, "") for name in COLUMNS}
        for kind in ("typical", "atypical", "close_but_no"):
            cells[f"example_{kind}"] = join_texts(getattr(entry.examples, kind))
        cells |= {
            "id": code,
            "double_code_with": "; ".join(entry.double_code_with),
            "aliases": join_texts(entry.aliases),
        }
        for name in frameworks:
            cells[name] = mapping_text(entry.mappings.get(name, []))
        rows.append([str(cells[name]) for name in rows[0]])
    return rows


def _xlsx(book: Codebook, path: Path) -> None:
    import openpyxl
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    file = openpyxl.Workbook()
    page = file.active
    page.title = "Codes"
    wide = {"label": 30, "definition": 45, "full_definition": 45, "include": 35, "exclude": 35, "notes": 35}
    for row, cells in enumerate(_grid(book), start=1):
        for column, value in enumerate(cells, start=1):
            cell: Any = page.cell(row, column)
            cell.number_format = "@"  # ids such as 1.10 stay text
            if value:
                cell.value, cell.data_type = value, "s"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if row == 1:
                cell.font, cell.fill = Font(name="Calibri", bold=True), PatternFill("solid", fgColor="DDE6EE")
                page.column_dimensions[get_column_letter(column)].width = (
                    35 if value.startswith("example_") else wide.get(value, 18)
                )
    page.freeze_panes = "C2"
    write_zip_document(path, file.save, day=newest_date(book.date))


def _docx(book: Codebook, path: Path, notice: str) -> None:
    from qualcode.reports.docx import Report
    from qualcode.reports.model import Column, PrintedTable, Row

    title = book.title or f"Codebook {book.name}"
    report = Report(title, notice=notice)
    report.title(title)
    report.paragraph(f"Version {book.version}" + (f", {book.date}" if book.date else "") + f". {_held(book)}.")
    if notice:
        report.paragraph(notice, style="Notice")
    if book.description:
        report.paragraph(book.description)
    rows = []
    for code, entry in book.codes.items():
        depth = book.depths[code]
        about = ", ".join(part for part in (entry.kind, entry.direction, entry.origin) if part)
        uses = [f"Use: {entry.include}" if entry.include else "", f"Not: {entry.exclude}" if entry.exclude else ""]
        meaning = "\n".join(part for part in (entry.definition, entry.full_definition) if part)
        cells = [
            f"{entry.label}\n{code} ({about})",
            meaning,
            "\n".join(filter(None, uses)),
            shown_field(entry, "examples"),
        ]
        rows.append(Row(cells, 0 if entry.kind == "theme" and not depth else max(1, depth)))
    columns = [
        Column("Code", 2.0),
        Column("Definition", 3.2),
        Column("When to use, when not", 3.2),
        Column("Examples", 3.2),
    ]
    report.table(PrintedTable("codebook", f"Codebook {book.name}, version {book.version}", columns, rows))
    frameworks = sorted({name for entry in book.codes.values() for name in entry.mappings})
    if frameworks:
        mapped = [
            Row(
                [
                    entry.label,
                    *("; ".join(_construct(item) for item in entry.mappings.get(name, [])) for name in frameworks),
                ]
            )
            for entry in book.codes.values()
            if entry.mappings
        ]
        heads = [Column("Code", 2.0), *(Column(name, 3.0) for name in frameworks)]
        report.table(PrintedTable("mappings", "Codes and the constructs of frameworks", heads, mapped))
    report.save(path, day=newest_date(book.date, [change.date for change in book.changes]))


def _construct(item: Any) -> str:
    return f"{item.construct_code} ({item.reason})" if item.reason else str(item.construct_code)


def _held(book: Codebook) -> str:
    counts: dict[str, int] = {}
    for entry in book.codes.values():
        counts[entry.kind] = counts.get(entry.kind, 0) + 1
    return ", ".join(f"{number} {kind}{'' if number == 1 else 's'}" for kind, number in counts.items())


def _markdown(book: Codebook) -> str:
    lines = [f"# {book.title or f'Codebook {book.name}'}", "", f"Version {book.version}. {_held(book)}."]
    if book.description:
        lines += ["", _plain(book.description)]
    for code, entry in book.codes.items():
        lines += ["", f"{'#' * min(6, book.depths[code] + 2)} {_plain(entry.label)}", "", f"`{code}`, {entry.kind}", ""]
        for field, heading in _TOLD.items():
            value = shown_field(entry, field)
            if value:
                lines.append(f"- **{heading}:** {_plain(value.replace(chr(10), '; '))}")
    return "\n".join(lines).rstrip() + "\n"


def _plain(text: str) -> str:
    """Text whose signs Markdown does not take for its own."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)


def tree_svg(book: Codebook) -> str:
    """The tree as a drawing: a line a code, indented, with its colour, label, kind and direction; text stays text."""
    line, left, step = 22, 16, 26
    letters = 7.2  # width of a letter of 12 px, roughly
    texts = {code: f"{entry.label}" for code, entry in book.codes.items()}
    about = {
        code: ", ".join(part for part in (entry.kind, entry.direction) if part) for code, entry in book.codes.items()
    }
    width = max(
        left + step * book.depths[code] + 30 + letters * (len(texts[code]) + len(about[code]) + 4) for code in texts
    )
    height = 56 + line * len(texts)
    title = f"Codebook {book.name} {book.version}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="img" font-family="DejaVu Sans, Arial, sans-serif" font-size="12">',
        f"<title>{escape(title)}: {_held(book)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{left}" y="26" font-size="15" font-weight="bold" fill="#222222">{escape(title)}</text>',
    ]
    rows = {code: 56 + line * number for number, code in enumerate(texts)}
    for code, entry in book.codes.items():
        x, y = left + step * book.depths[code], rows[code]
        if entry.parent:
            above = x - step + 5
            out.append(
                f'<path d="M{above} {rows[entry.parent] + 3}V{y - 4}H{x}" fill="none" stroke="#8a8a8a" stroke-width="1"/>'
            )
        out.append(
            f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{entry.colour or "#ffffff"}" stroke="#222222"/>'
        )
        bold = ' font-weight="bold"' if entry.kind == "theme" else ""
        out.append(
            f'<text x="{x + 18}" y="{y}" fill="#222222"{bold}>{escape(texts[code])}'
            f'<tspan fill="#666666" font-weight="normal" font-size="10" dx="8">{escape(about[code])}</tspan></text>'
        )
    return "\n".join([*out, "</svg>"]) + "\n"

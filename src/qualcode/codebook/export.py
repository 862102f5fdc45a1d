"""The codebook for readers and other programs: an appendix in Word, a sheet, CSV, Markdown, REFI-QDA; the tree as a drawing."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from qualcode.codebook.diff import shown_field
from qualcode.codebook.model import Codebook, join_texts, mapping_text
from qualcode.codebook.qdc import codes_of, write_project, write_qdc
from qualcode.codebook.read import known_constructs
from qualcode.codebook.sheet import COLUMNS, FRAMEWORK_SIGN, column_width
from qualcode.files import newest_date, write_text, write_zip_document
from qualcode.sheets import FILLED_IN, font, head, height, printed, put, ruled

FORMS = ("docx", "xlsx", "csv", "md", "qdc", "qdpx")
_TOLD = {
    "definition": "Definition",
    "full_definition": "In full",
    "include": "When to use",
    "exclude": "When not to use",
    "examples": "Examples",
    "direction": "Direction",
    "double_code_with": "Often together with",
    "aliases": "Also called",
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
    rows = [[*COLUMNS, *(name if known_constructs(name) else f"{FRAMEWORK_SIGN}{name}" for name in frameworks)]]
    for code, entry in book.codes.items():
        cells = {name: getattr(entry, name, "") for name in COLUMNS}
        for kind in ("typical", "atypical", "close_but_no"):
            cells[f"example_{kind}"] = join_texts(getattr(entry.examples, kind))
        cells |= {
            "id": code,
            "double_code_with": "; ".join(entry.double_code_with),
            "aliases": join_texts(entry.aliases),
        }
        mapped = [mapping_text(entry.mappings.get(name, [])) for name in frameworks]
        rows.append([*(str(cells[name]) for name in COLUMNS), *mapped])
    return rows


def _xlsx(book: Codebook, path: Path) -> None:
    import openpyxl
    from openpyxl.styles import Alignment

    grid = _grid(book)
    file = openpyxl.Workbook()
    page = file.active
    page.title = "Codes"
    widths = [column_width(name) for name in grid[0]]
    for row, cells in enumerate(grid[1:], start=2):
        for column, value in enumerate(cells, start=1):
            cell: Any = page.cell(row, column)
            cell.number_format = "@"  # ids such as 1.10 stay text
            if value:
                put(cell, value)
            cell.font = font()
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        page.row_dimensions[row].height = height(zip(cells, widths, strict=True))
    head(page, [(name, width, FILLED_IN) for name, width in zip(grid[0], widths, strict=True)])
    ruled(page, len(widths))
    printed(page, paper="A3", wide=2)
    page.print_title_cols = "A:B"
    page.freeze_panes = "C2"
    write_zip_document(path, file.save, day=newest_date(book.date))


def _docx(book: Codebook, path: Path, notice: str) -> None:
    from qualcode.reports.docx import Report
    from qualcode.reports.model import Column, PrintedTable, Row

    title = book.title or f"Codebook {book.name}"
    report = Report(title, notice=notice, landscape=True)
    report.title(title)
    report.paragraph(f"Version {book.version}" + (f", {book.date}" if book.date else "") + f". {_held(book)}.")
    if notice:
        report.paragraph(notice, style="Notice")
    if book.description:
        report.paragraph(book.description)
    lines = {code: _appendix_row(book, code) for code in book.codes}
    heads = {"Code": 2.6, "Definition": 3.4, "When to use, when not": 3.2, "Examples": 3.2}
    used = [at for at in range(len(heads)) if not at or any(cells[at] for cells in lines.values())]
    levels = {
        code: 0 if one.kind == "theme" and not one.parent else book.depths[code] + 1 for code, one in book.codes.items()
    }
    rows = [Row([cells[at] for at in used], levels[code]) for code, cells in lines.items()]
    columns = [Column(*list(heads.items())[at]) for at in used]
    report.table(PrintedTable("codebook", f"Codebook {book.name}, version {book.version}", columns, rows))
    frameworks = sorted({name for entry in book.codes.values() for name in entry.mappings})
    if frameworks:
        mapped = [
            Row([entry.label, *(mapping_text(entry.mappings.get(name, [])) for name in frameworks)])
            for entry in book.codes.values()
            if entry.mappings
        ]
        named = [Column("Code", 2.0), *(Column(name, 3.0) for name in frameworks)]
        report.table(PrintedTable("mappings", "Codes and the constructs of frameworks", named, mapped))
    report.save(path, day=newest_date(book.date, [change.date for change in book.changes]))


def _appendix_row(book: Codebook, code: str) -> list[str]:
    """Code, definition, use and examples of one entry."""
    entry = book.codes[code]
    about = ", ".join(part for part in (entry.kind, entry.direction, entry.origin) if part)
    name = f"({about})" if code == entry.label else f"{code} ({about})"
    called = f"also called {', '.join(entry.aliases)}" if entry.aliases else ""
    beside = ", ".join(book.codes[other].label for other in entry.double_code_with)
    uses = (("Use", entry.include), ("Not", entry.exclude), ("Often together with", beside))
    return [
        "\n".join(part for part in (entry.label, name, called) if part),
        "\n".join(part for part in (entry.definition, entry.full_definition) if part),
        "\n".join(f"{what}: {text}" for what, text in uses if text),
        shown_field(entry, "examples"),
    ]


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
    line, more, left, step = 22, 16, 16, 26
    letters = 7.2  # width of a letter of 12 px, roughly
    texts = {code: textwrap.wrap(entry.label, 72) for code, entry in book.codes.items()}
    about = {
        code: ", ".join(part for part in (entry.kind, entry.direction) if part not in ("", "code"))
        for code, entry in book.codes.items()
    }
    width = max(
        left
        + step * book.depths[code]
        + 30
        + letters * max(*map(len, texts[code]), len(texts[code][-1]) + len(about[code]) + 4)
        for code in texts
    )
    rows: dict[str, int] = {}
    height = 56
    for code in texts:
        rows[code] = height
        height += line + more * (len(texts[code]) - 1)
    title = f"Codebook {book.name} {book.version}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="img" font-family="DejaVu Sans, Arial, sans-serif" font-size="12">',
        f"<title>{escape(title)}: {_held(book)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="{left}" y="26" font-size="15" font-weight="bold" fill="#222222">{escape(title)}</text>',
    ]
    below: dict[str, list[str]] = {}
    for code, entry in book.codes.items():
        below.setdefault(entry.parent, []).append(code)
    for code, entry in book.codes.items():
        x, y = left + step * book.depths[code], rows[code]
        if code in below:
            arms = "".join(f"M{x + 5} {rows[child] - 4}H{x + step}" for child in below[code])
            down = f"M{x + 5} {y + 3}V{rows[below[code][-1]] - 4}"
            out.append(f'<path d="{down}{arms}" fill="none" stroke="#8a8a8a" stroke-width="1"/>')
        out.append(
            f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{entry.colour or "#ffffff"}" stroke="#222222"/>'
        )
        bold = ' font-weight="bold"' if entry.kind == "theme" else ""
        first, *others = map(escape, texts[code])
        said = first + "".join(f'<tspan x="{x + 18}" dy="{more}">{part}</tspan>' for part in others)
        if about[code]:
            said += f'<tspan fill="#666666" font-weight="normal" font-size="10" dx="8">{escape(about[code])}</tspan>'
        out.append(f'<text x="{x + 18}" y="{y}" fill="#222222"{bold}>{said}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"

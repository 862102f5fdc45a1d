"""Pieces of a Word document as XML text: built by the thousand, python-docx's objects would take minutes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from qualcode.decisions.document_layout import TAG

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
NUMBER = "number"  # of a control, until `numbered` gives it one
_TWIPS = 567  # a centimetre


def clean(words: str) -> str:
    """Words without what XML may not hold."""
    return _UNPRINTABLE.sub("", words)


def run(words: str, *, bold: bool = False, colour: str = "", shade: str = "", style: str = "") -> str:
    """A stretch of words in one look; line breaks are kept."""
    look = f'<w:rStyle w:val="{style}"/>' if style else ""
    look += "<w:b/>" if bold else ""
    look += f'<w:color w:val="{colour}"/>' if colour else ""
    look += f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    said = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(part)}</w:t>' for part in clean(words).split("\n"))
    return f"<w:r>{f'<w:rPr>{look}</w:rPr>' if look else ''}{said}</w:r>"


def paragraph(inside: str, style: str = "", *, keep: bool = False, new_page: bool = False) -> str:
    """A paragraph in a style; `keep`: on one page with the next."""
    look = f'<w:pStyle w:val="{style.replace(" ", "")}"/>' if style else ""
    look += "<w:keepNext/>" if keep else ""
    look += "<w:pageBreakBefore/>" if new_page else ""
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{inside}</w:p>"


def anchor(name: str, number: int) -> str:
    """A place that a link leads to."""
    return f'<w:bookmarkStart w:id="{number}" w:name="{name}"/><w:bookmarkEnd w:id="{number}"/>'


def link(words: str, to: str, *, small: bool = False) -> str:
    """Words that lead to a place in the document."""
    size = '<w:sz w:val="16"/>' if small else ""
    look = f'<w:rPr><w:color w:val="0563C1"/>{size}<w:u w:val="single"/></w:rPr>'
    return f'<w:hyperlink w:anchor="{to}" w:history="1"><w:r>{look}<w:t>{escape(words)}</w:t></w:r></w:hyperlink>'


def table(
    rows: Sequence[Sequence[str]],
    widths_cm: Sequence[float],
    *,
    head: bool = False,
    lines: bool = True,
    shades: Sequence[Sequence[str | None]] = (),
) -> str:
    """A table of paragraphs; a row's last cell takes what is left of the width.

    Parameters
    ----------
    head
        The first row stands on every page again.
    shades
        Colours of the first rows' cells.
    """
    twips = [round(width * _TWIPS) for width in widths_cm]
    sides = ("top", "left", "bottom", "right", "insideH", "insideV") if lines else ()
    borders = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="BFBFBF"/>' for side in sides)
    made = [
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/>'
        + (f"<w:tblBorders>{borders}</w:tblBorders>" if borders else "")
        + '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr><w:tblGrid>" + "".join(f'<w:gridCol w:w="{one}"/>' for one in twips) + "</w:tblGrid>"
    ]
    for nth, cells in enumerate(rows):
        repeated = "<w:tblHeader/>" if head and nth == 0 else ""
        made.append(f"<w:tr><w:trPr><w:cantSplit/>{repeated}</w:trPr>")
        for at, cell in enumerate(cells):
            last = at == len(cells) - 1 and at < len(twips) - 1
            width = sum(twips[at:]) if last else twips[at]
            span = f'<w:gridSpan w:val="{len(twips) - at}"/>' if last else ""
            colour = shades[nth][at] if nth < len(shades) else None
            shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{colour}"/>' if colour else ""
            made.append(f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{shade}</w:tcPr>{cell}</w:tc>')
        made.append("</w:tr>")
    return "".join([*made, "</w:tbl>"])


def control(
    name: str,
    title: str,
    value: str,
    ask: str,
    *,
    entries: Sequence[tuple[str, str]] | None = None,
    date: bool = False,
    typed: bool = False,
) -> str:
    """A content control that cannot be deleted by accident: a list, a day, or words.

    Parameters
    ----------
    name
        What its tag says after `qualcode:`; it is read back by that.
    value, ask
        What is filled in; else what the control asks for, in grey.
    entries
        Value and shown words of each entry of a list; `typed`: anything else may be typed as well.
    """
    kind = '<w:text w:multiLine="1"/>'
    if entries is not None:
        listed = "".join(
            f"<w:listItem w:displayText={quoteattr(clean(shown))} w:value={quoteattr(clean(key))}/>"
            for key, shown in entries
        )
        kind = f"<w:comboBox>{listed}</w:comboBox>" if typed else f"<w:dropDownList>{listed}</w:dropDownList>"
    elif date:
        full = f' w:fullDate="{value}T00:00:00Z"' if value else ""
        kind = (
            f'<w:date{full}><w:dateFormat w:val="yyyy-MM-dd"/><w:lid w:val="en-GB"/>'
            '<w:storeMappedDataAs w:val="date"/><w:calendar w:val="gregorian"/></w:date>'
        )
    tag = f"{TAG}:{name}"
    inside = run(value) if value else run(ask, colour="7F7F7F", style="PlaceholderText")
    return (
        f"<w:sdt><w:sdtPr><w:alias w:val={quoteattr(title)}/><w:tag w:val={quoteattr(tag)}/>"
        f'<w:id w:val="{NUMBER}"/><w:lock w:val="sdtLocked"/>{"" if value else "<w:showingPlcHdr/>"}{kind}</w:sdtPr>'
        f"<w:sdtContent>{inside}</w:sdtContent></w:sdt>"
    )


def numbered(parts: Sequence[str]) -> str:
    """The pieces as one text, each control with a number of its own, as word processors want it."""
    pieces = "".join(parts).split(f'<w:id w:val="{NUMBER}"/>')
    return pieces[0] + "".join(f'<w:id w:val="{at}"/>{piece}' for at, piece in enumerate(pieces[1:], start=1))

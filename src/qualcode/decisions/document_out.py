"""The sheet for the coders' meeting as a Word document: to be read on paper, and filled in on the screen."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from qualcode.decisions.document_layout import ASK, FIELDS, fact_line, goes_on, id_line, sign_after, sign_before
from qualcode.decisions.items import DIRECTIONS, Item, Pack, Reading
from qualcode.decisions.layout import CHOICES_EXPLAINED, KINDS, PACK, WORD_OF, code_option
from qualcode.decisions.overview import reading_shown
from qualcode.decisions.passage import shortened
from qualcode.decisions.stake import EXPLAINED
from qualcode.decisions.wordxml import anchor, control, link, numbered, paragraph, run, table
from qualcode.documents import PREFIX, footer, set_facts, set_font, upright
from qualcode.files import write_zip_document

WIDTH_CM = 17.0
LISTED = 60_000  # entries of all lists of codes together from which on a code is typed
ENDS = 15  # paragraphs of a long passage that are shown at either end
_COLOUR = {"A": ("2F5D8A", "E3ECF6"), "B": ("8A5A2F", "F8E9D8"), "AB": ("5B5B5B", "E8E4DC")}  # marks, shade
_GREY, _DARK, _INPUT = "595959", "1F4E6B", "FFFBDD"
_LIST = "list"  # the bookmark of the list of disagreements


def write_document(path: Path, pack: Pack, *, notice: str = "") -> None:
    """Write the disagreements one after another, each with content controls to decide in; `import_sheet` reads it back.

    The same pack is the same bytes. What is decided already comes filled in.
    """
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = _document(pack, notice)
    facts = {
        "kind": PACK,
        "pack": pack.pack,
        "study": pack.study,
        "codebook_version": pack.version,
        "context": str(pack.context),
        **{f"text {name}": mark for name, mark in pack.texts},
    }
    parts = [*_front(pack, notice, facts), *_contents(pack)]
    with_list = len(pack.items) * len(pack.codes) <= LISTED
    for number, item in enumerate(pack.items, start=1):
        parts += _item(number, item, pack, with_list)
    parts += _codes(pack)
    body = document.element.body
    wrapped = parse_xml(f"<w:body {nsdecls('w')}>{numbered(parts)}</w:body>")
    section = body.sectPr
    body.remove(section)
    body.extend(wrapped)
    body.append(section)
    set_facts(document, {PREFIX + key: value for key, value in facts.items()})
    write_zip_document(path, document.save, day=pack.day)


def _document(pack: Pack, notice: str) -> Any:
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Cm, Pt, RGBColor

    document: Any = docx.Document()
    section = upright(document, 2.0)
    styles = document.styles
    set_font(styles["Normal"], 10.5)
    styles["Normal"].paragraph_format.space_after = Pt(5)
    set_font(styles["Title"], 20, _DARK)
    set_font(styles["Heading 1"], 14, _DARK)
    set_font(styles["Heading 2"], 12, _DARK)
    styles["Heading 2"].paragraph_format.space_before = Pt(20)
    styles["Heading 2"].paragraph_format.space_after = Pt(4)
    for name, points, colour, after in (
        ("Meeting Passage", 10.5, "", 4),
        ("Meeting Cell", 9.5, "", 1),
        ("Meeting Small", 6.5, "8C8C8C", 2),
        ("Meeting Notice", 10, _GREY, 6),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        set_font(style, points, colour, italic=name == "Meeting Notice")
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.line_spacing = 1.0
    asking = styles.add_style("Placeholder Text", WD_STYLE_TYPE.CHARACTER)
    asking.font.color.rgb = RGBColor(0x7F, 0x7F, 0x7F)
    styles["Meeting Passage"].paragraph_format.left_indent = Cm(0.4)
    styles["Meeting Cell"].paragraph_format.space_before = Pt(1)
    properties = document.core_properties
    properties.title, properties.author = "Disagreements between coders", "qualcode"
    properties.comments, properties.keywords = notice, f"qualcode {PACK} {pack.pack}"
    footer(section, "Confidential: words of participants", WIDTH_CM)
    return document


def _front(pack: Pack, notice: str, facts: dict[str, str]) -> list[str]:
    many, done = len(pack.items), pack.done
    things = "disagreement" if many == 1 else "disagreements"
    steps = (
        "Go through the disagreements together. The passage is shown with what comes before and after it (grey); what A coded "
        "stands between [A and A], what B coded between [B and B].",
        "Under each one, choose a decision from the list; leave it if you do not decide today. On paper: write it beside.",
        "With “other”, choose another code, or paste the words of another passage from what is shown above it, from the "
        "first word to the last; or both.",
        "Say who decided and when; a decision needs both. A reason helps whoever reads this next year: in your own words, "
        "without a participant’s.",
        "Save the document as .docx and bring it back with: qualcode import FILE.docx",
    )
    return [
        paragraph(run("Disagreements between coders"), "Title"),
        paragraph(run(pack.study)) if pack.study else "",
        paragraph(run(notice), "Meeting Notice") if notice else "",
        paragraph(run(f"{many} {things}; decided when this was made: {done}.", bold=True)),
        paragraph(run("What to do"), "Heading 1"),
        *(paragraph(run(f"{number}. {step}")) for number, step in enumerate(steps, start=1)),
        paragraph(run("Decisions"), "Heading 1"),
        _explained(CHOICES_EXPLAINED),
        paragraph(run("Kinds of disagreement"), "Heading 1"),
        _explained(tuple((kind, KINDS[kind]) for kind in KINDS if any(item.kind == kind for item in pack.items))),
        paragraph(run("Rank, and what is at stake"), "Heading 1"),
        paragraph(run(EXPLAINED)),
        paragraph(run(fact_line(facts)), "Meeting Small"),
    ]


def _explained(lines: tuple[tuple[str, str], ...]) -> str:
    rows = [
        [paragraph(run(word, bold=True), "Meeting Cell"), paragraph(run(said), "Meeting Cell")] for word, said in lines
    ]
    return table(rows, (2.6, WIDTH_CM - 2.6), lines=False) + paragraph("", "Meeting Small") if rows else ""


def _contents(pack: Pack) -> list[str]:
    """A list of all disagreements, each with a link to it."""
    heads = ("No.", "Transcript", "Kind", "A", "B", "Decided")
    rows = [[paragraph(run(head, bold=True, colour="FFFFFF"), "Meeting Cell") for head in heads]]
    for number, item in enumerate(pack.items, start=1):
        made = item.decided
        rows.append(
            [
                paragraph(link(str(number), f"d{number}"), "Meeting Cell"),
                *(
                    paragraph(run(words), "Meeting Cell")
                    for words in (
                        item.transcript,
                        item.kind,
                        *(reading_shown(side) for side in item.sides),
                        WORD_OF.get(made.choice, made.choice) if made and not item.open else "",
                    )
                ),
            ]
        )
    return [
        paragraph(anchor(_LIST, 1) + run("All disagreements"), "Heading 1", new_page=True),
        table(rows, (1.1, 2.2, 2.1, 4.9, 4.9, 1.8), head=True, shades=[[_DARK] * len(heads)]),
    ]


# ---------------------------------------------------------------- one disagreement


def _item(number: int, item: Item, pack: Pack, with_list: bool) -> list[str]:
    codes = [side.label or side.code for side in item.sides if side.code]
    about = " or ".join(dict.fromkeys(codes))
    mark = anchor(f"d{number}", number + 1)
    suggested = f"Suggested, signed by nobody: {item.suggested}"
    heading = paragraph(mark + run(f"{number}. {item.transcript}, {item.kind}: {about}"), "Heading 2", keep=True)
    return [
        heading,
        paragraph(run(f"Rank {item.rank}. At stake: {item.at_stake}", colour=_GREY), "Meeting Cell", keep=True)
        if item.at_stake
        else "",
        *_passage(item),
        paragraph(run(suggested), "Meeting Notice", keep=True) if item.suggested else "",
        paragraph("", "Meeting Small", keep=True),
        _sides(item),
        paragraph("", "Meeting Small", keep=True),
        _decision(item, pack, with_list),
        paragraph(
            run(id_line(item.disagreement, item.decided.decision if item.decided else "")), "Meeting Small", keep=True
        ),
        paragraph(link("Back to the list", _LIST, small=True), "Meeting Small"),
    ]


def _passage(item: Item) -> list[str]:
    """The passage with what comes before and after, a paragraph for each line; both spans marked."""
    if item.scope != "span":
        words = "(Codes given to the whole transcript; its text is not shown here.)"
        return [paragraph(run(words, colour=_GREY), "Meeting Passage", keep=True)]
    text, low, high = item.before + item.words + item.after, item.text_start, item.text_end
    spans = [side for side in item.sides if not side.silent]
    cuts = {low, high, *(at for side in spans for at in (side.start, side.end))}
    cuts |= {at for voice in item.voices for at in (voice.start, voice.end)}
    places = sorted(at for at in cuts if low <= at <= high)
    lines: list[str] = [""]
    if low:
        first = item.voices[0] if item.voices and item.voices[0].start == low else None
        lines[0] += run(goes_on(first.speaker if first else ""), bold=True, colour=_GREY)
    for start, end in pairwise(places):
        lines[-1] += _marks(spans, start, opening=False)
        inside = "".join(side.letter for side in spans if side.start <= start and end <= side.end)
        spoken = any(voice.start <= start and end <= voice.end for voice in item.voices)
        for nth, piece in enumerate(text[start - low : end - low].split("\n")):
            if nth:
                lines.append("")
            shown = shortened(piece, words=200)
            if nth == 0:
                lines[-1] += _marks(spans, start, opening=True)
            if inside:
                lines[-1] += run(shown, shade=_COLOUR[inside][1], bold=not spoken)
            elif shown:
                lines[-1] += run(shown, colour=_GREY, bold=not spoken)
    lines[-1] += _marks(spans, high, opening=False)
    if high < item.length:
        lines[-1] += run(" …", colour=_GREY)
    lines = [line for line in lines if line]
    if len(lines) > 2 * ENDS:
        left_out = run(f"({len(lines) - 2 * ENDS} paragraphs are not shown)", colour=_GREY)
        lines = [*lines[:ENDS], left_out, *lines[-ENDS:]]
    return [paragraph(line, "Meeting Passage", keep=True) for line in lines]


def _marks(spans: list[Reading], at: int, *, opening: bool) -> str:
    """The signs between which a side's passage stands; one for both where they begin or end together."""
    letters = "".join(side.letter for side in spans if (side.start if opening else side.end) == at)
    if not letters:
        return ""
    shown = sign_before(letters) if opening else sign_after(letters)
    return run(shown, bold=True, colour=_COLOUR[letters][0])


def _sides(item: Item) -> str:
    def cells(words: str, values: tuple[str, ...]) -> list[str]:
        head = paragraph(run(words, bold=True), "Meeting Cell", keep=True)
        return [head, *(paragraph(run(value), "Meeting Cell", keep=True) for value in values)]

    heads = [
        paragraph("", "Meeting Cell", keep=True),
        *(
            paragraph(
                run(f"{side.letter}: {', '.join(side.coders)}", bold=True, colour="FFFFFF"), "Meeting Cell", keep=True
            )
            for side in item.sides
        ),
    ]
    silent = "(no code: read this and did not use the code here)"
    rows = [heads, cells("Code", tuple(code_option(s.code, s.label) if s.code else silent for s in item.sides))]
    for head, values in (
        ("Direction", tuple(side.direction.replace(";", ", ") for side in item.sides)),
        ("Memo", tuple(side.memo for side in item.sides)),
        ("Definition", tuple(side.definition for side in item.sides)),
    ):
        if any(values):
            rows.append(cells(head, values))
    if len({side.code for side in item.sides} - {""}) == 1 and any(side.definition for side in item.sides):
        rows[-1][1:] = [rows[-1][2 if item.sides[0].silent else 1]]  # one code, one definition, over both columns
    half = (WIDTH_CM - 2.2) / 2
    shades = [[None, _COLOUR["A"][0], _COLOUR["B"][0]], *([None, _COLOUR["A"][1], _COLOUR["B"][1]] for _ in rows[1:])]
    if len(rows[-1]) == 2:
        shades[-1] = [None, "F2F2F2"]
    return table(rows, (2.2, half, half), shades=shades)


def _decision(item: Item, pack: Pack, with_list: bool) -> str:
    made = item.decided
    choices = [(choice, WORD_OF[choice]) for choice in item.choices]
    codes = [(one.code, code_option(one.code, one.label)) for one in pack.codes]
    given = dict.fromkeys(FIELDS, "")
    if made is not None:
        given |= {"choice": WORD_OF.get(made.choice, ""), "reason": made.reason, "by": made.by, "on": made.on}
        if made.choice == "other":
            other = made.value if item.kind == "direction" else code_option(made.code, pack.label(made.code))
            given |= {"other": other, "direction": other, "passage": made.words}
    kinds: dict[str, Any] = {"choice": choices, "other": codes if with_list else None, "on": "date"}
    kinds["direction"] = [(way, way) for way in DIRECTIONS]
    if item.kind == "direction":
        wanted = ["choice", "direction", "reason", "by", "on"]
    elif item.scope == "span":
        wanted = ["choice", "other", "passage", "reason", "by", "on"]
    else:
        wanted = ["choice", "other", "reason", "by", "on"]
    rows = []
    for name in wanted:
        made_of = kinds.get(name)
        filled = control(
            f"{name}:{item.disagreement}", FIELDS[name], given[name], ASK[name],
            entries=made_of if isinstance(made_of, list) else None, date=made_of == "date", typed=name == "other",
        )  # fmt: skip
        head = paragraph(run(FIELDS[name], bold=True), "Meeting Cell", keep=True)
        rows.append([head, paragraph(filled, "Meeting Cell", keep=True)])
    *rest, by, on = rows
    rows = [*rest, [*by, *on]]
    label, day = 5.0, 3.6
    widths = (label, WIDTH_CM - label - 1.4 - day, 1.4, day)
    return table(rows, widths, shades=[*[["EDEDED", _INPUT]] * len(rest), ["EDEDED", _INPUT] * 2])


def _codes(pack: Pack) -> list[str]:
    """The codebook at the end, for whoever reads on paper."""
    heads = ("Code", "Definition", "Use it for", "Not for")
    rows = [[paragraph(run(head, bold=True, colour="FFFFFF"), "Meeting Cell") for head in heads]]
    for one in pack.codes:
        name = "  " * one.depth + code_option(one.code, one.label)
        cells = (one.definition, one.include, one.exclude)
        rows.append(
            [
                paragraph(run(name, bold=one.kind == "theme"), "Meeting Cell"),
                *(paragraph(run(words), "Meeting Cell") for words in cells),
            ]
        )
    return [
        paragraph(run("Codes"), "Heading 1", new_page=True),
        table(rows, (4.0, 5.4, 3.8, 3.8), head=True, shades=[[_DARK] * len(heads)]),
        paragraph("", "Meeting Small"),  # Word wants one after a table
    ]

"""OpenDocument, rich text, web pages and PDF: by hand, and as LibreOffice writes them; words in = words out."""

from __future__ import annotations

from collections import Counter

import pytest
from words_in_out import added, differences, lost, pdftotext, soffice, soffice_text, words

from qualcode.transcripts import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.registry import read

OPTIONS = ReadOptions(interviewers=("I",))
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
    for name, urn in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing"),
        ("svg", "svg-compatible"), ("fo", "xsl-fo-compatible"),
    )
)  # fmt: skip


def parsed(data: bytes | str, name: str) -> RawTranscript:
    return read(data.encode() if isinstance(data, str) else data, name, OPTIONS)[1]


def said(data: bytes | str, name: str) -> list[tuple[str, str]]:
    return [(turn.speaker, "|".join(turn.paragraphs)) for turn in parsed(data, name).turns]


def fodt(body: str, styles: str = "", master: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {SPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">'
        '<office:styles><style:style style:name="Standard" style:family="paragraph"/>'
        '<style:style style:name="Title" style:family="paragraph" style:parent-style-name="Standard"/></office:styles>'
        '<office:automatic-styles><style:style style:name="H" style:family="text"><style:text-properties '
        f'text:display="none"/></style:style>{styles}</office:automatic-styles>{master}'
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    )


PAGE = (
    '<style:page-layout style:name="pm"><style:page-layout-properties fo:page-width="21cm" fo:page-height="14cm" '
    'fo:margin="2cm"/><style:header-style/><style:footer-style/></style:page-layout>'
)
MASTER = (
    '<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="pm">'
    "<style:header><text:p>Interview seven, Clinic North</text:p></style:header>"
    "<style:footer><text:p>Page <text:page-number>1</text:page-number></text:p></style:footer>"
    "</style:master-page></office:master-styles>"
)
CELL = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
ROWS = [("I", "Why?"), ("P1", "No time."), ("I", "Oh."), ("P1", "Yes.")]
TABLE = "".join(f"<table:table-row>{CELL.format(a)}{CELL.format(b)}</table:table-row>" for a, b in ROWS)
BODY = f"""<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info>
<dc:creator>A</dc:creator><dc:date>2024-03-01T10:00:00</dc:date></office:change-info><text:p>gone </text:p></text:deletion>
</text:changed-region></text:tracked-changes><text:p text:style-name="Title">Interview one</text:p>
<text:h text:outline-level="1">Part one</text:h>
<text:p>I: How was<text:s text:c="3"/>it 😀 – “Zoë”?<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>
<text:note-body><text:p>an aside</text:p></text:note-body></text:note></text:p>
<text:p>P1:<text:tab/><text:change text:change-id="c1"/>Hard<office:annotation><dc:creator>B</dc:creator>
<dc:date>2024-03-01T10:00:00</dc:date><text:p>a barrier</text:p></office:annotation>, really.<text:line-break/>Very.<text:span
text:style-name="H"> hidden</text:span></text:p>
<text:p>I: Soft hy&#xAD;phen and no-break&#xA0;blank?</text:p>
<text:list><text:list-item><text:p>P1: First item</text:p></text:list-item>
<text:list-item><text:p>second item</text:p></text:list-item></text:list>
<table:table><table:table-column table:number-columns-repeated="2"/>{TABLE}</table:table>
<text:p>I: In the box?<draw:frame text:anchor-type="paragraph" svg:width="5cm" svg:height="2cm"><draw:text-box>
<text:p>Words in a box.</text:p></draw:text-box></draw:frame></text:p>
<text:p>P1: After that.</text:p>"""
SAID = [
    ("I", "How was it 😀 – “Zoë”?"),
    ("P1", "Hard, really.|Very."),
    ("I", "Soft hyphen and no-break blank?"),
    ("P1", "First item|second item"),
    ("I", "Why?"),
    ("P1", "No time."),
    ("I", "Oh."),
    ("P1", "Yes."),
    ("I", "In the box?|Words in a box."),
    ("P1", "After that."),
]
ASIDE = [
    "1 tracked deletion left out",
    "1 stretch of hidden text left out",
    "1 comment set aside",
    "1 footnote set aside",
    "made plain: 1 no-break or other blank made a blank, 1 soft hyphen left out",
    "2 headings left out",
]


def test_a_flat_opendocument_text_is_read_as_its_changes_accepted():
    assert said(fodt(BODY), "a.fodt") == SAID
    assert parsed(fodt(BODY), "a.fodt").notes[:6] == ASIDE


@pytest.mark.office
@pytest.mark.parametrize("kind", ["docx", "odt", "rtf"])
def test_word_opendocument_and_rich_text_that_libreoffice_wrote_give_the_same_turns(kind, tmp_path):
    (tmp_path / "t.fodt").write_text(fodt(BODY), encoding="utf-8")
    data = soffice(tmp_path / "t.fodt", kind, tmp_path).read_bytes()
    assert said(data, f"t.{kind}") == SAID
    plain = "made plain: 1 no-break or other blank made a blank"  # Word has an element for soft hyphens, no character
    assert parsed(data, f"t.{kind}").notes[:6] == [
        plain if kind == "docx" and n == 4 else a for n, a in enumerate(ASIDE)
    ]
    assert said(data, "t.doc") == SAID  # the content decides


@pytest.mark.office
@pytest.mark.parametrize("kind", ["docx", "odt", "rtf", "html"])
def test_no_word_is_lost_or_added_against_libreoffices_own_text(kind, tmp_path):
    lines = [
        f"{'I' if n % 2 else 'P1'}: Words number {n} – “so” naïve, e.g. 3.5 % of {n * n}; {'and more ' * n}end."
        for n in range(60)
    ]
    body = "".join(f"<text:p>{line}</text:p>" for line in lines)
    (tmp_path / "t.fodt").write_text(fodt(body), encoding="utf-8")
    path = soffice(tmp_path / "t.fodt", kind, tmp_path)
    text, placed = canonical(parsed(path.read_bytes(), path.name).turns)
    theirs = soffice_text(path, tmp_path)
    assert [str(place) for place in differences(theirs, text)] == []
    assert len(placed) == 60


@pytest.mark.office
def test_a_pdf_keeps_every_word_but_running_heads_and_page_numbers_and_its_turns(tmp_path):
    long = "that is how it went on for months and nobody had asked us what we thought of it or needed"
    lines = [f"{'I' if n % 2 else 'P1'}: Answer number {n}, {long}, {long}. So it was." for n in range(24)]
    body = "".join(f"<text:p>{line}</text:p>" for line in lines)
    (tmp_path / "t.fodt").write_text(fodt(body, PAGE, MASTER), encoding="utf-8")
    path = soffice(tmp_path / "t.fodt", "pdf", tmp_path)
    found = parsed(path.read_bytes(), "t.pdf")
    text, _ = canonical(found.turns)
    pages = pdftotext(path).count("\f")
    places = differences(pdftotext(path), text)
    heads = ["Interview", "seven", "Clinic", "North"]
    assert added(places) == []
    assert sorted(set(lost(places))) == sorted({*heads, "Page", *map(str, range(1, pages + 1))})
    assert pages >= 4 and len(lost(places)) == pages * (len(heads) + 2)
    assert f"{pages} running heads left out" in found.notes and f"{pages} page numbers left out" in found.notes
    assert found.notes[0].startswith("PDF: paragraphs are guessed from the lines")
    assert [(turn.speaker, len(turn.paragraphs)) for turn in found.turns] == [
        ("I" if n % 2 else "P1", 1) for n in range(24)
    ]
    assert text.split("\n\n") == lines


def test_a_word_parted_at_the_end_of_a_line_is_whole_again_and_a_hyphen_that_is_meant_stays():
    from test_transcript_damage import damage

    lines = [
        "I: How was it for you in the very beginning of this imple-",
        "mentation, and was it a well-",
        "known thing at all?",
    ]
    lines += ["P1: It was well-known, and the implementation was hard for", "all of us."]
    lines += ["I: Why?", "P1: No time."]
    found = parsed(damage.pdf(lines), "a.pdf")
    assert [(t.speaker, " ".join(t.paragraphs)) for t in found.turns] == [
        ("I", "How was it for you in the very beginning of this implementation, and was it a well-known thing at all?"),
        ("P1", "It was well-known, and the implementation was hard for all of us."),
        ("I", "Why?"),
        ("P1", "No time."),
    ]
    assert "2 words parted at the end of a line joined" in found.notes


LONG = "that is how it went on for months and nobody had asked us what we thought of it or needed"
ANSWERS = [("I" if n % 2 else "P1", f"Answer number {n}: {LONG}, {LONG}. So it was.") for n in range(14)]


@pytest.mark.office
@pytest.mark.parametrize(
    "columns", [["{who}", "{words}"], ["00:{n:02}:10", "{who}", "{words}"], ["{n}", "{who}", "{words}"]]
)
def test_a_table_in_a_pdf_is_parted_into_voices_and_words_though_no_label_has_a_colon(columns, tmp_path):
    widths = "".join(
        f'<style:style style:name="c{at}" style:family="table-column"><style:table-column-properties '
        f'style:column-width="{10 if at == len(columns) - 1 else 2}cm"/></style:style>'
        for at in range(len(columns))
    )
    rows = "".join(
        f"<table:table-row>{''.join(CELL.format(cell.format(n=n, who=who, words=said_)) for cell in columns)}</table:table-row>"
        for n, (who, said_) in enumerate(ANSWERS, 1)
    )
    heads = "".join(f'<table:table-column table:style-name="c{at}"/>' for at in range(len(columns)))
    (tmp_path / "t.fodt").write_text(fodt(f"<table:table>{heads}{rows}</table:table>", widths), encoding="utf-8")
    path = soffice(tmp_path / "t.fodt", "pdf", tmp_path)
    found = parsed(path.read_bytes(), "t.pdf")
    assert [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns] == ANSWERS
    assert "PDF: what stands left of the words is taken for voices" in found.notes
    if len(columns) == 3 and ":" in columns[0]:
        assert [turn.start_s for turn in found.turns] == [60 * n + 10 for n in range(1, 15)]
    theirs = Counter(words(pdftotext(path)))  # poppler reads such a page in an order of its own
    assert Counter(words(canonical(found.turns)[0])) - theirs == Counter()


def test_labels_before_hanging_paragraphs_of_a_pdf_are_voices():
    from test_transcript_damage import damage

    lines: list[object] = []
    for who, answer in ANSWERS:
        cut = answer.index(" ", len(answer) // 2)
        lines += [[(50, who), (120, answer[:cut])], [(120, answer[cut + 1 :])]]
    assert [(t.speaker, " ".join(t.paragraphs)) for t in parsed(damage.pdf(lines), "a.pdf").turns] == ANSWERS


@pytest.mark.parametrize("each", [1, 5])
@pytest.mark.parametrize("last", [True, False])
def test_numbers_in_the_margin_of_a_pdf_are_no_words(each, last):
    """The number is drawn before its line or after it."""
    from test_transcript_damage import damage

    spoken = [f"{who}: {answer[:60]}." for who, answer in ANSWERS + ANSWERS]
    marks = [[(30, str(n))] if n % each == 0 else [] for n in range(1, len(spoken) + 1)]
    data = damage.pdf([[*mark, (50, line)] for mark, line in zip(marks, spoken, strict=True)])
    if last:
        data = damage.pdf([[(50, line), *mark] for mark, line in zip(marks, spoken, strict=True)])
    found = parsed(data, "a.pdf")
    assert [f"{t.speaker}: {' '.join(t.paragraphs)}" for t in found.turns] == spoken
    assert f"{28 // each} line numbers left out" in found.notes


def test_a_number_that_begins_a_line_of_speech_stays():
    from test_transcript_damage import damage

    lines = [
        "I: How many were you?",
        "P1: At first there were not so many, only",
        "12 of us, and then",
        "7 left.",
        "I: And?",
        "P1: Yes.",
    ]
    found = parsed(damage.pdf(lines), "a.pdf")
    assert "12 of us, and then 7 left." in " ".join(found.turns[1].paragraphs)


def test_a_pdf_of_pictures_is_refused_with_advice():
    from test_transcript_damage import damage

    with pytest.raises(UnreadableError, match="no text layer") as caught:
        parsed(damage.pdf([]), "a.pdf")
    assert "OCR" in caught.value.hint


# ---------------------------------------------------------------- rich text by hand

TALK = [("I", "How?"), ("P1", "So."), ("I", "Why?"), ("P1", "Because.")]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (r"\u8220?So\u8221? na\u239\'efve", "“So” naïve"),  # one character stands for those who cannot
        (r"\uc2\u8220\'93\'93So", "“So"),  # two bytes do
        (r"\uc0\u8220 So", "“So"),
        (r"smile \u-10179?\u-8704?.", "smile 😀."),  # a pair of surrogates, negative as Word writes them
        (r"smile \u55357?\u56832?.", "smile 😀."),
        (r"caf\'e9 \endash  \lquote s\rquote", "café – ‘s’"),
        (r"one\line two", "one|two"),
        (r"one\~two\_three\-four", "one two‑threefour"),
        (r"not{\deleted  said} this {\v hidden}", "not this"),
        (r"note{\super\chftn{\footnote\pard aside}} here", "note here"),
        (r"remark{\*\annotation\pard a comment} here", "remark here"),
        (r'{\field{\*\fldinst HYPERLINK "http://a.example"}{\fldrslt a link}} here', "a link here"),
        (r"picture{\pict\pngblip 89504e470d0a} here", "picture here"),
        (r"picture{\pict\bin6 }}{{\\} here", "picture here"),  # six bytes that look like groups
        (r"braces \{ and \} and \\ here", "braces { and } and \\ here"),
        (r"{\*\unknown not for us}seen", "seen"),
        (r"Czech {\f1 \'f8\'e8}", "Czech řč"),  # the font's own code page
        (r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt\pard boxed\par}}{\shprslt{\*\do{\dptxbxtext\pard boxed\par}}}}x", "x|boxed"),
    ],
)  # fmt: skip
def test_rich_text_says_what_it_shows(body, words):
    fonts = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset238 Arial CE;}}{\stylesheet{\s1 heading 1;}}"
    text = rf"{{\rtf1\ansi\ansicpg1252\deff0{fonts}\pard\s1 Part\par\pard I: How?\par P1: {body}\par I: Why?\par P1: So.\par}}"
    assert said(text, "a.rtf") == [("I", "How?"), ("P1", words), ("I", "Why?"), ("P1", "So.")]


def test_a_table_in_rich_text_is_read_row_by_row():
    rows = "".join(rf"\trowd\cellx100\cellx200\pard\intbl {a}\cell {b}\cell\row " for a, b in TALK)
    assert said(rf"{{\rtf1\ansi {rows}\pard That is all.\par}}", "a.rtf") == [
        *TALK[:3],
        ("P1", "Because.|That is all."),
    ]


# ---------------------------------------------------------------- web pages by hand

LINES = "<p>I: How?</p><p>P1: So.</p><p>I: Why?</p><p>P1: Because.</p>"


@pytest.mark.parametrize(
    "page",
    [
        f"<html><head><title>No speech</title><style>p {{}}</style></head><body>{LINES}</body></html>",
        f"<!DOCTYPE html><body><h1>Part one</h1><nav>Menu</nav>{LINES}<script>var a;</script></body>",
        "<html><body>I: How?<br>P1: So.<br/>I: Why?<br>P1: Because.</body></html>",
        "<html><body><ul><li>I: How?<li>P1: So.<li>I: Why?<li>P1: Because.</ul></body></html>",
        "<html><body><table><tr><td>I<td>How?<tr><td>P1<td>So.<tr><td>I<td>Why?<tr><td>P1<td>Because.</table></body></html>",
        "<html><body><p><b>I:</b> How?</p><p><b>P1</b>: So<del> not</del>.</p><p>I:\n Why?</p><p>P1: Because"
        "<span style='display:none'> hidden</span>.</p></body></html>",
        f"<html><body>{LINES}<div style='mso-element:footnote-list'><div style='mso-element:footnote' id=f>note</div></div></html>",
        f"<html><body><div title='header'><p>Head</p></div>{LINES}<div id='sdfootnote1'><p>note</p></div></body></html>",
    ],
)
def test_a_web_page_gives_the_talk_and_nothing_else(page):
    assert said(page, "a.html") == TALK
    assert said(page, "a.doc") == TALK


def test_comments_and_notes_of_google_docs_are_set_aside():
    page = (
        "<html><body><div><p>I: How?</p><p>P1: So<sup><a href='#cmnt1' id='cmnt_ref1'>[a]</a></sup>.</p><p>I: Why?"
        "<sup><a href='#ftnt1' id='ftnt_ref1'>[1]</a></sup></p><p>P1: Because.</p></div><hr>"
        "<div><p><a href='#ftnt_ref1' id='ftnt1'>[1]</a> a note</p></div>"
        "<div><p><a href='#cmnt_ref1' id='cmnt1'>[a]</a><span>a code</span></p></div></body></html>"
    )
    assert said(page, "a.html") == TALK
    assert parsed(page, "a.html").notes[:2] == ["1 comment set aside", "1 footnote set aside"]


def test_a_web_page_is_read_in_the_encoding_that_it_names():
    page = f'<html><head><meta charset="{{}}"></head><body>{LINES.replace("So.", "Příliš.")}</body></html>'
    assert said(page.format("windows-1250").encode("cp1250"), "a.html")[1] == ("P1", "Příliš.")
    assert said(page.format("utf-8").encode(), "a.html")[1] == ("P1", "Příliš.")


def test_a_web_page_without_an_end_is_told():
    assert "HTML: the page has no end: look whether it is whole" in parsed(f"<html><body>{LINES}", "a.html").notes

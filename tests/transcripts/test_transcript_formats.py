"""Formats: captions, Word, oTranscribe, encodings; what is recognised, what is refused and how."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from qualcode.transcripts import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.registry import read

OPTIONS = ReadOptions(interviewers=("I", "Interviewer"), not_speakers=("Break",))
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def parsed(data: bytes | str, name: str, options: ReadOptions = OPTIONS) -> RawTranscript:
    return read(data.encode() if isinstance(data, str) else data, name, options)[1]


def said(data: bytes | str, name: str, options: ReadOptions = OPTIONS) -> list[tuple[str, str]]:
    return [(turn.speaker, "|".join(turn.paragraphs)) for turn in parsed(data, name, options).turns]


def docx(body: str, **parts: str) -> bytes:
    """A Word document with just this body: enough for a reader, and every tag visible in the test."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{W}" xmlns:mc="{mc}"><w:body>{body}</w:body></w:document>',
        )
        for name, text in parts.items():
            archive.writestr(f"word/{name}.xml", text)
    return out.getvalue()


def p(*runs: str) -> str:
    return "<w:p>" + "".join(run if run.startswith("<") else f"<w:r><w:t>{run}</w:t></w:r>" for run in runs) + "</w:p>"


# ---------------------------------------------------------------- WebVTT and SubRip

VTT = """WEBVTT - a meeting

NOTE confidence: 0.9

STYLE
::cue { color: red }

0a1b2c3d-0000-1111-2222-333344445555/12-0
00:01.000 --> 00:03.000 align:start position:0%
<v Anna Bell>Hello &amp; welcome,
everybody.

0a1b2c3d-0000-1111-2222-333344445555/12-1
00:00:03.500 --> 00:00:04.000
<v Anna Bell>How are you?</v>

00:00:04.200 --> 00:00:05.000
<v.loud Ben>Fine.</v> <v Anna Bell>Good.</v>

00:00:09.000 --> 00:00:10.000
<v Anna Bell><i>So</i> <00:00:09.500><c>then</c>.
"""


@pytest.mark.parametrize("change", [lambda t: t, lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n")])
def test_voices_of_webvtt_are_turns_and_a_long_pause_parts_them(change):
    assert [(t.speaker, t.paragraphs, t.start_s, t.end_s) for t in parsed(change(VTT), "a.vtt").turns] == [
        ("Anna Bell", ["Hello & welcome, everybody. How are you?"], 1.0, 4.0),
        ("Ben", ["Fine."], 4.2, 5.0),
        ("Anna Bell", ["Good."], 4.2, 5.0),
        ("Anna Bell", ["So then."], 9.0, 10.0),
    ]


def test_the_pause_that_parts_turns_is_a_setting():
    turns = parsed(VTT, "a.vtt", ReadOptions(merge_gap=5)).turns
    assert turns[-1].paragraphs == ["Good. So then."]


def cue(number: int, start: int, text: str, mark: str = ".") -> str:
    return f"{number}\n00:00:{start:02}{mark}000 --> 00:00:{start + 1:02}{mark}500\n{text}\n\n"


def test_names_inside_zoom_captions_are_voices_and_a_caption_without_one_is_nobodys():
    texts = ["Anna Bell: One.", "Anna Bell: Two.", "Ben: Three.", "And that", "Ben: Four.", "Anna Bell: Five."]
    texts += ["Cleo Dent: Note this: six."]
    vtt = "WEBVTT\n\n" + "".join(cue(at + 1, at * 2, text) for at, text in enumerate(texts))
    assert said(vtt.replace("\n", "\r\n"), "a.vtt") == [
        ("Anna Bell", "One. Two."),
        ("Ben", "Three."),
        ("", "And that"),
        ("Ben", "Four."),
        ("Anna Bell", "Five."),
        ("Cleo Dent", "Note this: six."),
    ]


def test_labels_only_at_changes_of_voice_hold_until_the_next():
    texts = [
        "I: How was it",
        "in the first year?",
        "P1: Hard,",
        "and long.",
        "Really.",
        "I: Oh.",
        "P1: Yes.",
        "So it was.",
    ]
    srt = "".join(cue(at + 1, at * 2, text, ",") for at, text in enumerate(texts))
    assert said(srt, "a.srt") == [
        ("I", "How was it in the first year?"),
        ("P1", "Hard, and long. Really."),
        ("I", "Oh."),
        ("P1", "Yes. So it was."),
    ]


def test_captions_without_voices_are_cut_at_pauses_and_after_sixty_words():
    ten = "one two three four five six seven eight nine ten"
    lines = [ten] * 5 + [f"{ten}."] + [ten] * 2 + ["the end."]
    cues = "".join(cue(at + 1, at * 2, text, ",") for at, text in enumerate(lines)) + cue(10, 30, "after a pause", ",")
    turns = parsed(cues, "a.srt").turns
    assert [(t.speaker, len(t.paragraphs[0].split()), t.start_s) for t in turns] == [
        ("", 60, 0),
        ("", 22, 12),
        ("", 3, 30),
    ]


def test_captions_that_never_end_a_sentence_are_cut_at_120_words():
    ten = "one two three four five six seven eight nine ten"
    cues = "".join(cue(at + 1, at * 2, ten, ",") for at in range(14))
    assert [len(t.paragraphs[0].split()) for t in parsed(cues, "a.srt").turns] == [120, 20]


def test_an_empty_line_inside_a_caption_loses_no_words():
    srt = "1\n00:00:01,000 --> 00:00:02,000\nfirst\n\nsecond\n\n2\n00:00:02,000 --> 00:00:03,000\nthird\n"
    assert said(srt, "a.srt") == [("", "first second third")]


def test_captions_hold_the_same_words_as_webvtt_py_reads(tmp_path):
    import webvtt

    path = tmp_path / "a.vtt"
    path.write_text(VTT, encoding="utf-8")
    theirs = " ".join(caption.text for caption in webvtt.read(path)).replace("&amp;", "&").split()
    assert " ".join(words for _, words in said(VTT, "a.vtt")).split() == theirs


def test_a_srt_file_named_vtt_or_txt_is_read_as_what_it_is():
    srt = cue(1, 1, "hello there", ",")
    assert [read(srt.encode(), name, OPTIONS)[0] for name in ("a.vtt", "a.txt", "a.srt")] == ["srt"] * 3


# ---------------------------------------------------------------- oTranscribe


def test_otranscribe_marks_are_seconds_in_either_spelling():
    html = (
        '<p><span class="timestamp" contenteditable="false" data-timestamp="62.5">01:02</span>\u00a0I: How was <b>it</b>?</p>'
        '<p><span class="timestamp" data-timestamp="0:01:10">01:10</span>&nbsp;P1: Hard &amp; long.<br />Very.</p>'
        "<p>I: Why?</p><p>P1: No <i>time</i>.</p>"
    )
    data = json.dumps({"text": html, "media": "a.mp3", "media-time": 70.2})
    assert [(t.speaker, t.paragraphs, t.start_s) for t in parsed(data, "a.otr").turns] == [
        ("I", ["How was it?"], 62.5),
        ("P1", ["Hard & long.", "Very."], 70.0),
        ("I", ["Why?"], None),
        ("P1", ["No time."], None),
    ]


# ---------------------------------------------------------------- Word

TALK = p("I: How was it?") + p("P1: Hard.") + p("I: Why?") + p("P1: No time.")
SAID = [("I", "How was it?"), ("P1", "Hard."), ("I", "Why?"), ("P1", "No time.")]


def test_word_paragraphs_are_turns():
    assert said(docx(TALK), "a.docx") == SAID


def test_tracked_changes_are_accepted_and_hidden_text_and_comments_are_out():
    deleted = '<w:del w:id="1"><w:r><w:delText>that</w:delText></w:r></w:del>'
    inserted = '<w:ins w:id="2"><w:r><w:t>it</w:t></w:r></w:ins>'
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t> secret</w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>.</w:t></w:r>'
    body = (
        p("I: How was ", deleted, inserted, "?")
        + p("P1: Hard", hidden, shown)
        + p("I: Why?", '<w:r><w:commentReference w:id="0"/></w:r>', '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + '<w:p><w:pPr><w:rPr><w:del w:id="3"/></w:rPr></w:pPr><w:r><w:t>P1: No </w:t></w:r></w:p>'
        + p("time.")
    )  # fmt: skip
    data = docx(body, comments=f'<w:comments xmlns:w="{W}"/>')
    assert said(data, "a.docx") == SAID
    assert parsed(data, "a.docx").notes == [
        "1 tracked deletion left out",
        "1 stretch of hidden text left out",
        "1 comment set aside",
        "1 footnote set aside",
    ]


def test_text_that_a_style_hides_is_hidden_and_soft_hyphens_and_symbols_are_no_letters():
    style = '<w:style w:styleId="S"><w:name w:val="Secret"/><w:rPr><w:vanish/></w:rPr></w:style>'
    styles = f'<w:styles xmlns:w="{W}">{style}</w:styles>'
    secret = '<w:r><w:rPr><w:rStyle w:val="S"/></w:rPr><w:t> secret</w:t></w:r>'
    parted = "<w:r><w:t>very</w:t><w:softHyphen/><w:t>well</w:t><w:noBreakHyphen/><w:t>known</w:t></w:r>"
    body = p("I: How was it?") + p("P1: Hard", secret, ".") + p("I: Why, ", parted, "?") + p("P1: No time.")
    assert said(docx(body, styles=styles), "a.docx") == [SAID[0], SAID[1], ("I", "Why, verywell-known?"), SAID[3]]
    assert "1 stretch of hidden text left out" in parsed(docx(body, styles=styles), "a.docx").notes


def test_a_style_hides_what_is_based_on_it_and_a_run_may_say_otherwise():
    hides = "<w:rPr><w:vanish/></w:rPr>"
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:type="paragraph" w:styleId="G">{hides}</w:style>'
        '<w:style w:type="paragraph" w:styleId="H"><w:basedOn w:val="G"/></w:style>'
        f'<w:style w:type="character" w:styleId="S">{hides}</w:style>'
        '<w:style w:type="character" w:styleId="T"><w:basedOn w:val="S"/></w:style></w:styles>'
    )
    remark = '<w:p><w:pPr><w:pStyle w:val="H"/></w:pPr><w:r><w:t>P1: a remark</w:t></w:r>{}</w:p>'
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>P1: Hard.</w:t></w:r>'
    deeper = '<w:r><w:rPr><w:rStyle w:val="T"/></w:rPr><w:t> secret</w:t></w:r>'
    body = p("I: How was it?", deeper) + remark.format(shown) + p("I: Why?") + p("P1: No time.") + remark.format("")
    assert said(docx(body, styles=styles), "a.docx") == SAID
    assert "3 stretches of hidden text left out" in parsed(docx(body, styles=styles), "a.docx").notes


def test_line_breaks_inside_a_word_paragraph_part_lines_as_in_teams():
    body = p("Meeting transcript") + p("Anna Bell started transcription")
    for name, at, words in (
        ("Anna Bell", "0:04", "How was it?"),
        ("Ben", "0:09", "Hard."),
        ("Anna Bell", "1:12", "Why?"),
        ("Ben", "1:14", "No."),
    ):
        body += p(f'<w:r><w:t>{name}   {at}</w:t><w:br/><w:t xml:space="preserve">{words} </w:t></w:r>')  # fmt: skip
    turns = parsed(docx(body + p("Anna Bell stopped transcription")), "a.docx").turns
    assert [(t.speaker, t.paragraphs, t.start_s) for t in turns] == [
        ("Anna Bell", ["How was it?"], 4.0),
        ("Ben", ["Hard."], 9.0),
        ("Anna Bell", ["Why?"], 72.0),
        ("Ben", ["No."], 74.0),
    ]


def test_older_teams_layout_with_times_on_lines_of_their_own():
    body = ""
    for at, name, words in (
        (1, "Anna Bell", "How was it?"),
        (4, "Ben", "Hard."),
        (6, "Anna Bell", "Why?"),
        (9, "Ben", "No."),
    ):
        body += p(f"0:0:{at}.100 --&gt; 0:0:{at + 1}.250") + p(name) + p(words)
    turns = parsed(docx(body), "a.docx").turns
    assert [(t.speaker, t.paragraphs, t.start_s) for t in turns][:2] == [
        ("Anna Bell", ["How was it?"], 1.1),
        ("Ben", ["Hard."], 4.1),
    ]


def test_a_table_of_voices_and_words_is_read_row_by_row():
    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{p(cell)}</w:tc>" for cell in cells) + "</w:tr>"

    plain = row("I", "How was it?") + row("P1", "Hard.") + row("I", "Why?") + row("P1", "No time.")
    assert said(docx(f"<w:tbl>{plain}</w:tbl>"), "a.docx") == SAID
    timed = (
        row("00:01", "I", "How was it?")
        + row("00:04", "P1", "Hard.")
        + row("00:06", "I", "Why?")
        + row("00:08", "P1", "No time.")
    )
    read_ = parsed(docx(f"<w:tbl>{timed}</w:tbl>"), "a.docx").turns
    assert [(t.speaker, t.start_s) for t in read_] == [("I", 1.0), ("P1", 4.0), ("I", 6.0), ("P1", 8.0)]


def test_moves_links_fields_controls_and_deleted_rows_read_as_word_shows_them():
    moved = "<w:moveFrom><w:r><w:t> away</w:t></w:r></w:moveFrom><w:moveTo><w:r><w:t> was it</w:t></w:r></w:moveTo>"
    link = "<w:hyperlink><w:r><w:t>Hard</w:t></w:r></w:hyperlink>"
    field = '<w:fldSimple w:instr="DATE"><w:r><w:t>Why</w:t></w:r></w:fldSimple>'
    code = "<w:r><w:instrText> REF x </w:instrText></w:r>"
    control = "<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent><w:r><w:t>No time</w:t></w:r></w:sdtContent></w:sdt>"
    gone = (
        "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:del><w:r><w:delText>P1: not said</w:delText></w:r></w:del></w:p>"
    )
    row = "<w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p><w:del><w:r><w:delText>I</w:delText></w:r></w:del></w:p></w:tc></w:tr>"
    body = p("I: How", moved, "?") + p("P1: ", link, ".") + gone + f"<w:tbl>{row}</w:tbl>" + p("I: ", field, code, "?")
    assert said(docx(body + p("P1: ", control, ".")), "a.docx") == SAID


def test_a_text_box_is_read_once_though_word_writes_it_twice():
    box = f"<w:txbxContent>{p('A note in a box.')}</w:txbxContent>"
    both = f"<w:r><mc:AlternateContent><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    words = " ".join(text for _, text in said(docx(TALK + p(both)), "a.docx"))
    assert words.count("A note in a box.") == 1


def test_headings_by_style_are_no_speech_whatever_the_language_of_the_style_ids():
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>'
    )
    heading = '<w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Second part</w:t></w:r></w:p>'
    body = p("I: How was it?") + p("P1: Hard.") + heading + p("I: Why?") + p("P1: No time.")
    assert said(docx(body, styles=styles), "a.docx") == SAID


def test_entities_in_a_word_document_are_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(
            "word/document.xml",
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
            f'<w:document xmlns:w="{W}"><w:body>{p("I: &e;")}</w:body></w:document>',
        )
    with pytest.raises(UnreadableError, match="declares entities"):
        parsed(out.getvalue(), "a.docx")


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_document_that_libreoffice_wrote_gives_the_same_turns(tmp_path):
    text = "I: How was it – really?\nP1: Hard. “Very” hard: Zoë said so 😀.\n\nI: Why?\nP1: No time.\nNone at all.\n"
    (tmp_path / "t.txt").write_text(text, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore"]
    command += ["--infilter=Text (encoded):UTF8,LF,,,", "--convert-to", "docx:MS Word 2007 XML", "t.txt"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    data = (tmp_path / "t.docx").read_bytes()
    assert said(data, "t.docx") == [
        ("I", "How was it – really?"),
        ("P1", "Hard. “Very” hard: Zoë said so 😀."),
        ("I", "Why?"),
        ("P1", "No time.|None at all."),
    ]


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_comments_notes_tables_and_changes_that_libreoffice_wrote(tmp_path):
    fodt = """<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:body><office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion>
<office:change-info><dc:creator>A</dc:creator><dc:date>2024-03-01T10:00:00</dc:date></office:change-info>
<text:p>not </text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p>I: How was<text:s text:c="2"/>it?<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>
<text:note-body><text:p>aside</text:p></text:note-body></text:note></text:p>
<text:p>P1: <text:change text:change-id="c1"/>Hard<office:annotation><dc:creator>B</dc:creator>
<dc:date>2024-03-01T10:00:00</dc:date><text:p>barrier</text:p></office:annotation>.<text:line-break/>Very.</text:p>
<table:table><table:table-column table:number-columns-repeated="2"/>ROWS
</table:table></office:text></office:body></office:document>"""
    rows = [("I", "Why?"), ("P1", "No time."), ("I", "Oh."), ("P1", "Yes.")]
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    table = "".join(f"<table:table-row>{cell.format(a)}{cell.format(b)}</table:table-row>" for a, b in rows)
    (tmp_path / "t.fodt").write_text(fodt.replace("ROWS", table), encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--norestore"]
    subprocess.run(
        [*command, "--convert-to", "docx", "t.fodt"], cwd=tmp_path, check=True, capture_output=True, timeout=120
    )
    data = (tmp_path / "t.docx").read_bytes()
    assert said(data, "t.docx") == [
        ("I", "How was it?"),
        ("P1", "Hard.|Very."),
        ("I", "Why?"),
        ("P1", "No time."),
        ("I", "Oh."),
        ("P1", "Yes."),
    ]
    assert "1 comment set aside" in parsed(data, "t.docx").notes
    assert "1 footnote set aside" in parsed(data, "t.docx").notes


# ---------------------------------------------------------------- encodings

PLAIN = "I: Wie war’s – „schön“?\nP1: Größe zählt.\nI: Ja?\nP1: Ja."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_change_the_words(encoding, ends):
    assert said(PLAIN.replace("\n", ends).encode(encoding), "a.txt") == [
        ("I", "Wie war’s – „schön“?"),
        ("P1", "Größe zählt."),
        ("I", "Ja?"),
        ("P1", "Ja."),
    ]


def test_windows_1252_is_told():
    assert (
        "not UTF-8: read as Windows-1252 (look at accents and quotation marks)"
        in parsed(PLAIN.encode("cp1252"), "a.txt").notes
    )


def test_blanks_and_invisible_characters_are_made_plain():
    text = "I:\u00a0How\u200b was\u2009 it?\u00ad\r\nP1: Ze\u0308h\u2028Next.\rI: So.\nP1: Yes."
    assert said(text, "a.txt") == [("I", "How was it?"), ("P1", "Zëh|Next."), ("I", "So."), ("P1", "Yes.")]


# ---------------------------------------------------------------- what is refused

WHOLE = docx(TALK)


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"", "a.txt", "this file is empty."),
        (b" \n\t\n", "a.md", "this file is empty."),
        (b"%PDF-1.7 ...", "a.docx", "this PDF is damaged or not whole."),
        (b"Hello", "a.pdf", "this is not a PDF, whatever its name says."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x", "a.doc", "this is an old Word document (.doc)."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx",
         "this document is protected by a password."),
        (b"{\\rtf1 Hello", "a.rtf", "this rich text document is damaged or not whole."),
        (b"{\\rtf1 }", "a.doc", "there are no words in this file."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x", "a.xls", "this is an old Excel workbook (.xls)."),
        (b"ID3\x03\x00\x00", "a.mp3", "this is a sound recording."),
        (b"\x00\x00\x00 ftypM4A ", "a.m4a", "this is a sound or video recording."),
        (bytes(range(256)) * 20, "a.txt", "this is not text, whatever its name says."),
        (b"\x89PNG\r\n\x1a\n\x00", "a.txt", "this is a picture, whatever its name says."),
        (WHOLE[: len(WHOLE) // 2], "a.docx", "this Word document is damaged or not whole."),
        (WHOLE[:20], "a.docx", "this Word document is damaged or not whole."),
        (docx("<w:p>").replace(b"<w:p>", b"<w:q>"), "a.docx", "this Word document is damaged or not whole."),
        (b"hello", "a.docx", "this is not a Word document, whatever its name says."),
        (docx(""), "a.docx", "there are no words in this file."),
        (b"WEBVTT\n\n", "a.vtt", "there are no captions (cues) in this WebVTT file."),
        (b"WEBVTT\n\nNOTE nothing\n\n00:01 -> 00:02\nHello", "a.vtt", "there are no captions (cues) in this WebVTT file."),
        (b"Hello there.", "a.vtt", "the first line of this file is not WEBVTT."),
        (b"Hello there.", "a.srt", "there are no captions (cues) in this SubRip file."),
        (b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n\n", "a.vtt", "there are no words in this file."),
        (b"{\"text\": \"<p>Hi", "a.otr", "this is not an oTranscribe file: it is not whole JSON."),
        (b"{\"media\": 1}", "a.otr", "this is not an oTranscribe file: it has no 'text'."),
        (b"a,b\n1,2\n", "a.csv", "no column of this spreadsheet is known to hold words (it has: a, b)."),
        (b"{\"a\": [1, 2]}", "a.json", "there are no words in this JSON file that we know to be said."),
        (b"[{\"text\": \"Hi", "a.json", "this is not whole JSON."),
        (b"Hello", "a.xlsx", "this is not an Excel workbook, whatever its name says."),
        (b"<html><body></body></html>", "a.html", "there are no words in this file."),
        (b"Hello", "notes", "this file has no ending that says what it is."),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",  # an archive holds the time of day
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_cause(data, name, message):
    with pytest.raises(UnreadableError) as caught:
        parsed(data, name)
    assert caught.value.what == message
    assert caught.value.hint


def test_other_zip_documents_are_called_by_their_name():
    for member, text, message in (
        ("mimetype", "application/vnd.oasis.opendocument.presentation", "this is a presentation (.odp)."),
        ("ppt/presentation.xml", "x", "this is a presentation (.pptx)."),
        ("Index/Document.iwa", "x", "this is a Pages document (.pages)."),
        ("project.qde", "x", "this is a REFI-QDA project (.qdpx)."),
        ("a.txt", "x", "this is a zip archive."),
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, text)
        with pytest.raises(UnreadableError) as caught:
            parsed(out.getvalue(), "a.zip")
        assert caught.value.what == message


@pytest.mark.parametrize(
    ("member", "name"), [("Index/Document.iwa", "a.pages"), ("index.xml", "a.pages"), ("Index.zip", "a.pages")]
)
def test_a_pages_document_of_any_version_is_refused_with_what_to_do(member, name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(UnreadableError, match="this is a Pages document") as caught:
        parsed(out.getvalue(), name)
    assert caught.value.hint == "Export it from Pages as Word (.docx)."


@pytest.mark.office
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
def test_a_word_97_document_that_libreoffice_wrote_is_refused_with_what_to_do(tmp_path):
    from words_in_out import soffice

    (tmp_path / "t.txt").write_text(PLAIN, encoding="utf-8")
    path = soffice(tmp_path / "t.txt", "doc", tmp_path)
    for name in ("a.doc", "a.docx"):
        with pytest.raises(UnreadableError, match="this is an old Word document") as caught:
            parsed(path.read_bytes(), name)
        assert "save it as .docx" in caught.value.hint


def test_a_format_that_is_not_read_says_which_are():
    with pytest.raises(UnreadableError) as caught:
        parsed(b"Hello", "a.xyz")
    assert caught.value.hint == (
        "Formats read: .txt, .md, .docx, .odt, .rtf, .pdf, .html, .vtt, .srt, .otr, .json, .csv, .tsv, .xlsx, .ods."
    )


def test_reading_needs_no_file_and_leaves_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parsed(docx(TALK), "a.docx")
    assert list(Path(tmp_path).iterdir()) == []

"""Layouts of programs and people: meetings, transcription services, rolling captions, numbered lines, capitals; code pages."""

from __future__ import annotations

import pytest
from test_transcript_formats import W, docx, p

from qualcode.transcripts import RawTranscript, ReadOptions
from qualcode.transcripts.registry import read

OPTIONS = ReadOptions(interviewers=("I", "INT"), not_speakers=("Agenda",))


def parsed(text: str | bytes, name: str = "a.txt", options: ReadOptions = OPTIONS) -> RawTranscript:
    return read(text.encode() if isinstance(text, str) else text, name, options)[1]


def said(text: str | bytes, name: str = "a.txt", options: ReadOptions = OPTIONS) -> list[tuple[str, str]]:
    return [(turn.speaker, "|".join(turn.paragraphs)) for turn in parsed(text, name, options).turns]


TALK = [("Anna Bell", "How was it?"), ("Ben", "Hard."), ("Anna Bell", "Why?"), ("Ben", "No time.")]

MEET = [
    "Team meeting (2024-03-01) – Transcript", "Notes by Gemini", "Summary", "Anna Bell: asked how it was.",
    "Ben: said that it was hard.", "Attendees", "Anna Bell, Ben", "00:00:00", "Anna Bell: How was it?", "Ben: Hard.",
    "00:05:00", "Anna Bell: Why?", "Ben: No time.", "Meeting ended after 00:06:12 👋",
    "This editable transcript was computer generated and might contain errors.", "Suggested next steps", "Ben: rest.",
]  # fmt: skip


def test_of_a_google_meet_document_only_what_was_said_is_kept():
    data = docx("".join(p(line) for line in MEET))
    assert said(data, "a.docx") == TALK
    assert "11 lines of the meeting program left out (summary, attendees)" in parsed(data, "a.docx").notes


def test_of_a_google_meet_document_with_tabs_for_notes_and_transcript_only_what_was_said_is_kept():
    styles = f'<w:styles xmlns:w="{W}"><w:style w:styleId="h"><w:name w:val="heading 3"/></w:style></w:styles>'
    head = '<w:p><w:pPr><w:pStyle w:val="h"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'
    body = head.format("📝 Notes") + p("Mar 4, 2024") + p("Invited Anna Bell Ben") + head.format("Summary")
    body += (
        p("Anna Bell: asked Ben how it was (00:00:09).")
        + head.format("Details")
        + p("Hard work: Ben said that it was hard.")
    )
    body += (
        p("You should review Gemini's notes to make sure they're accurate.")
        + head.format("📖 Transcript")
        + head.format("00:00:00")
    )
    body += "".join(p(f"{who}: {words}") for who, words in TALK[:2]) + head.format("00:05:00") + p("")
    body += "".join(p(f"{who}: {words}") for who, words in TALK[2:]) + head.format("Transcription ended after 00:06:12")
    body += p("This editable transcript was computer generated and might contain errors.")
    assert said(docx(body, styles=styles), "a.docx") == TALK


@pytest.mark.parametrize(
    "text",
    [
        # Otter, text
        "Anna Bell  0:04  \nHow was it?\n\nBen  0:09  \nHard.\n\nAnna Bell  1:12  \nWhy?\n\nBen  1:14  \nNo time.\n\n"
        "Transcribed by https://otter.ai\n",
        # Rev
        "Anna Bell (00:04):\nHow was it?\n\nBen (00:09):\nHard.\n\nAnna Bell (01:12):\nWhy?\n\nBen (01:14):\nNo time.\n",
        # Trint
        "[00:00:04] Anna Bell: How was it?\n\n[00:00:09] Ben: Hard.\n\n[00:01:12] Anna Bell: Why?\n\n[00:01:14] Ben: No time.",
        # Sonix
        "Anna Bell: [00:00:04] How was it?\n\nBen: [00:00:09] Hard.\n\nAnna Bell: [00:01:12] Why?\n\nBen: [00:01:14] No time.\n\n"
        "Sonix is the world’s most advanced automated transcription, translation, and subtitling platform.",
        # Sonix, with all of what it says of itself
        "Recording.mp3\n\nAnna Bell: [00:00:04] How was it?\n\nBen: [00:00:09] Hard.\n\nAnna Bell: [00:01:12] Why?\n\n"
        "Ben: [00:01:14] No time.\n\nSonix is the world's most advanced automated transcription, translation, and subtitling "
        "platform. Fast, accurate, and affordable.\n\nAutomatically convert your mp3 files to text (txt file), Microsoft Word "
        "(docx file), and SubRip Subtitle (srt file) in minutes.\n\nSonix has many features that you'd love including support.",
        # Otter, with what it adds above
        "Talk with Ben\nMon, Mar 04, 2024 10:00AM • 45:12\n\nSUMMARY KEYWORDS\nclinic, work, time, people, tool, data, nurse, "
        "week, month, year, change, team, lead, plan, day, call\n\nSPEAKERS\nAnna Bell, Ben\n\nAnna Bell  00:04\nHow was it?\n\n"
        "Ben  00:09\nHard.\n\nAnna Bell  01:12\nWhy?\n\nBen  01:14\nNo time.\n\nTranscribed by https://otter.ai\n",
        # Trint: name and time alone on a line
        "Anna Bell [00:00:04]\nHow was it?\n\nBen [00:00:09]\nHard.\n\nAnna Bell [00:01:12]\nWhy?\n\nBen [00:01:14]\nNo time.\n",
        # Descript, HappyScribe
        "[00:00:04.00] - Anna Bell\nHow was it?\n\n[00:00:09.00] - Ben\nHard.\n\n[00:01:12.00] - Anna Bell\nWhy?\n\n"
        "[00:01:14.00] - Ben\nNo time.",
        # f4, MAXQDA
        "Anna Bell: How was it? #00:00:04-0#\nBen: Hard. #00:00:09-0#\nAnna Bell: Why? #00:01:12-0#\nBen: No time. #00:01:14-0#",
    ],
)  # fmt: skip
def test_what_transcription_services_write_gives_the_same_four_turns(text):
    assert said(text) == TALK


ATRAIN = [
    ("SPEAKER_00", "How was it?"),
    ("SPEAKER_01", "Hard. Very."),
    ("SPEAKER_00", "Why?"),
    ("SPEAKER_01", "No time."),
]


@pytest.mark.parametrize("form", ["{}\n{}\n\n", "\n{}\n[00:00:01] - {}\n", "\n\n{}\n[00:00:01] - {} "])
def test_atrains_texts_plain_with_times_and_for_maxqda_give_the_same_turns(form):
    """The three files as `aTrain_core/outputs.py` writes them; the last has all segments of a voice on one line."""
    talk = [(who, words.replace(". ", ". [00:00:10] - ") if form.endswith(" ") else words) for who, words in ATRAIN]
    text = "Transcription for 240304-talk\n" + "".join(form.format(who, words) for who, words in talk)
    assert said(text) == ATRAIN
    without = "Transcription for 240304-talk\n\nSo it was hard.\nNobody knew.\n"
    assert said(without) == [("", "So it was hard."), ("", "Nobody knew.")]


def test_times_of_those_layouts_are_the_turns_seconds():
    text = (
        "Anna Bell (00:04):\nHow was it?\n\nBen (00:09):\nHard.\n\nAnna Bell (01:12):\nWhy?\n\nBen (01:14):\nNo time.\n"
    )
    assert [turn.start_s for turn in parsed(text).turns] == [4.0, 9.0, 72.0, 74.0]


@pytest.mark.parametrize(
    "text",
    [
        "1 Anna Bell: How was it?\n2 Ben: Hard.\n3 Anna Bell: Why?\n4 Ben: No time.",
        "001  Anna Bell: How was it?\n002  Ben: Hard.\n003  Anna Bell: Why?\n004  Ben: No time.",
        "[1] Anna Bell: How was it?\n[2] Ben: Hard.\n[3] Anna Bell: Why?\n[4] Ben: No time.",
    ],
)
def test_numbers_of_lines_are_no_words(text):
    assert said(text) == TALK
    assert "4 line numbers left out" in parsed(text).notes


def test_numbers_at_every_fifth_line_are_no_words():
    lines = [f"{'Anna' if n % 2 else 'Ben'}: Answer {n} of all." for n in range(1, 18)]
    text = "\n".join(f"{n}   {line}" if n % 5 == 0 else line for n, line in enumerate(lines, 1))
    assert [f"{who}: {words}" for who, words in said(text)] == lines
    assert "3 line numbers left out" in parsed(text).notes


def test_numbers_that_do_not_follow_one_another_are_words():
    text = "I: How many?\nP1: Some.\n3 of us stayed.\nI: And?\n7 left.\nP1: Yes."
    assert said(text)[1] == ("P1", "Some.|3 of us stayed.")


@pytest.mark.parametrize("labels", [("ANNA", "BEN"), ("INT", "P01"), ("DR. BELL", "MR. DENT")])
def test_capitals_before_a_sentence_are_labels_where_most_lines_have_them(labels):
    one, two = labels
    text = f"{one} How was it?\n{two} It was hard, NATO said.\n{one} Why?\n{two} There was no time."
    assert said(text)[:2] == [(one, "How was it?"), (two, "It was hard, NATO said.")]
    assert parsed(text).pattern == "caps 4"


def test_a_word_in_capitals_here_and_there_is_no_label():
    text = "NATO was there.\nThen we left.\nNATO stayed.\nAnd the UN came.\nNobody knew.\nSo it was."
    assert {who for who, _ in said(text)} == {""}


def test_the_pattern_is_told_and_the_study_may_name_it():
    text = "**Anna:** How?\n\n**Ben:** Rule: ask.\n\n**Anna:** Why?\n\nHe said: ask first.\n\n**Ben:** So."
    assert parsed(text, "a.md").pattern == "bold 4"
    assert [who for who, _ in said(text, "a.md", ReadOptions(form="bold"))] == ["Anna", "Ben", "Anna", "Ben"]
    assert [who for who, _ in said("[x] One.\nA: Two.\n[x] Three.\nB: Four.", options=ReadOptions(form="bracket"))] == [
        "x",
        "x",
    ]


def test_names_of_a_zoom_chat_are_the_voices_without_to_whom_they_wrote():
    line = "10:0{}:04\t From  {}  to  Everyone:\n\t{}\n"
    assert said("".join(line.format(at, *turn) for at, turn in enumerate(TALK))) == TALK


# ---------------------------------------------------------------- captions


@pytest.mark.parametrize("marks", ["()", "[]"])
def test_a_name_in_brackets_on_a_line_of_its_own_is_the_captions_voice(marks):
    cue = "00:00:0{}.000 --> 00:00:0{}.500\n" + marks[0] + "{}" + marks[1] + "\n{}\n\n"
    text = "WEBVTT\n\n" + "".join(cue.format(2 * at, 2 * at, *turn) for at, turn in enumerate(TALK))
    assert said(text, "a.vtt") == TALK


def test_sounds_in_brackets_on_a_line_of_their_own_are_no_voices():
    cue = "00:00:0{0}.000 --> 00:00:0{0}.500\n({1})\nWords {0}.\n\n"
    text = "WEBVTT\n\n" + "".join(cue.format(n, ("Laughter", "Applause")[n % 2]) for n in range(6))
    assert {who for who, _ in said(text, "a.vtt")} == {""}


def test_entities_for_signs_without_width_leave_nothing_in_the_words():
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>1 &lt; 2 &amp; &lrm;so&shy;me&nbsp;more &#8211; d&eacute;j&agrave;\n"
    )
    assert said(text, "a.vtt") == [("A", "1 < 2 & some more – déjà")]


ROLLING = """WEBVTT
Kind: captions
Language: en

00:00:00.160 --> 00:00:02.389 align:start position:0%
BLANK
hello<00:00:00.480><c> and</c><00:00:00.640><c> welcome</c>

00:00:02.389 --> 00:00:02.399 align:start position:0%
hello and welcome
BLANK

00:00:02.399 --> 00:00:04.550 align:start position:0%
hello and welcome
to<00:00:02.720><c> the</c><00:00:02.880><c> the</c><00:00:02.980><c> show</c>

00:00:04.550 --> 00:00:04.560 align:start position:0%
to the the show
BLANK

00:00:04.560 --> 00:00:06.000 align:start position:0%
to the the show
yes<00:00:05.000><c> yes</c>
""".replace("BLANK", " ")  # YouTube writes lines that hold a blank


def test_rolling_captions_are_read_once():
    assert said(ROLLING, "a.vtt") == [("", "hello and welcome to the the show yes yes")]
    assert "rolling captions: 4 repeated lines left out" in parsed(ROLLING, "a.vtt").notes


def test_what_is_said_twice_stays_twice_in_other_captions():
    cues = "".join(f"00:00:0{n}.000 --> 00:00:0{n}.900\nAgain.\n\n" for n in range(1, 7))
    assert said(f"WEBVTT\n\n{cues}", "a.vtt") == [("", " ".join(["Again."] * 6))]


STREAM = """WEBVTT

NOTE duration:"00:00:09.0930000"

NOTE language:en-us

NOTE Confidence: 0.8984

d5b3-4c1a-9e6f-0011223344aa
00:00:01.000 --> 00:00:03.000
So this was the first

NOTE Confidence: 0.71

d5b3-4c1a-9e6f-0011223344ab
00:00:03.000 --> 00:00:05.000
year of it.
"""


def test_notes_of_confidence_and_ids_of_microsoft_stream_are_no_words():
    assert said(STREAM, "a.vtt") == [("", "So this was the first year of it.")]


def test_a_region_a_style_and_settings_are_no_words():
    text = "WEBVTT\n\nREGION\nid:r\nwidth:40%\n\nSTYLE\n::cue {}\n\n1\n00:01.000 --> 00:02.000 region:r line:0\n<v A>Hi &lt;3</v>\n"
    assert said(text, "a.vtt") == [("A", "Hi <3")]


# ---------------------------------------------------------------- code pages and what is made plain

SPOKEN = {
    "pl": "Myślę, że to było trudne. Dlaczego? Bo nie mieliśmy czasu, a wszyscy się śpieszyli.",
    "cs": "Myslím, že to bylo těžké. Příliš žluťoučký kůň pěl ďábelské ódy.",
    "hu": "Szerintem ez nehéz volt, mert nem volt időnk. Tűz, őrült, árvíztűrő.",
    "de": "Ich glaube, es war schwer – „schön“? Größe zählt für alle Übungen.",
    "fr": "C’était difficile. Où ça ? Là, évidemment, avec le garçon et sa sœur.",
    "es": "Creo que fue difícil. ¿Por qué? Porque no teníamos tiempo. ¡Mañana!",
    "pt": "Não foi fácil, porque não tínhamos tempo. Coração, ações, João.",
    "en": "I don’t think it was hard — “really”? No time… He’s right.",
}


def _can_write(language: str, page: str) -> bool:
    try:
        SPOKEN[language].encode(page)
    except UnicodeEncodeError:
        return False
    return True


PAGES = [(one, page) for one in SPOKEN for page in ("cp1252", "cp1250", "mac_roman") if _can_write(one, page)]


@pytest.mark.parametrize(("language", "page"), PAGES)
def test_the_code_page_is_the_one_that_gives_words_of_a_language(language, page):
    data = f"I: {SPOKEN[language]}\nP1: So.\nI: So?\nP1: {SPOKEN[language]}".encode(page)
    assert said(data)[0] == ("I", SPOKEN[language])


def test_what_is_made_plain_is_counted():
    text = "I:\u00a0How\u200b was\u2009it?\u00ad\r\nP1: So.\nI: Ze\u0308h?\nP1: Yes."
    assert parsed(text.encode()).notes == [
        "mixed line ends",
        "made plain: 2 no-break or other blanks made a blank, 1 soft hyphen left out, 1 character without width left out, "
        "letters and their accents composed (NFC)",
    ]

"""Rarer ways of saying who speaks: bold names, chats, times on lines of their own, voices that stand once, one paragraph."""

from __future__ import annotations

import json

import pytest
from test_transcript_formats import docx, p

from qualcode.transcripts import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.registry import read

OPTIONS = ReadOptions(interviewers=("I", "Interviewer"), not_speakers=("Date", "Break"))
# the third voice comes once; a colon inside a sentence, a very short turn, and one that a sentence's stop does not end
TALK = [
    ("Aino Mäkelä", "What does a week look like?"),
    ("Siobhán O'Rourke", "Well, it depends. Mondays are: paperwork, phone calls."),
    ("Aino Mäkelä", "Mm."),
    ("Siobhán O'Rourke", "Nobody asked us, really. My manager said: get it done."),
    ("Dr. Jan-Willem de Vries", "It was decided in the spring."),
    ("Siobhán O'Rourke", "Was it?"),
    ("Aino Mäkelä", "Thank you both"),
]
SHORT = {"Aino Mäkelä": "I", "Siobhán O'Rourke": "P1", "Dr. Jan-Willem de Vries": "P2"}
IDS = [(SHORT[who], words) for who, words in TALK]
TIMES = [float(7 * n + 3) for n in range(len(TALK))]


def parsed(text: str | bytes, name: str = "a.txt", options: ReadOptions = OPTIONS) -> RawTranscript:
    return read(text.encode() if isinstance(text, str) else text, name, options)[1]


def said(text: str | bytes, name: str = "a.txt") -> list[tuple[str, str]]:
    return [(turn.speaker, " ".join(turn.paragraphs)) for turn in parsed(text, name).turns]


def written(form: str, talk: list[tuple[str, str]] = TALK) -> str:
    """The talk with each turn written so; `{m}`, `{s}`: minutes, seconds of its time."""
    return "".join(
        form.format(who=who, words=words, m=int(time) // 60, s=int(time) % 60)
        for (who, words), time in zip(talk, TIMES, strict=True)
    )


# ---------------------------------------------------------------- a voice that stands once


@pytest.mark.parametrize(
    "form",
    [
        "[00:{m:02}:{s:02}] {who}\n{words}\n\n",
        "{who}\n{words}\n\n",
        "{who}\n\n{words}\n\n",
        "{who}\n{words}\n-----\n",
        "{who}:\n{words}\n\n",
        "{who}\t{words}\n",
        "{who} – {words}\n",
    ],
)
def test_a_voice_that_stands_once_is_one_where_every_turn_has_a_label_without_a_colon(form):
    assert said(written(form)) == TALK


@pytest.mark.parametrize("form", ["({who}) {words}\n\n", "<{who}> {words}\n\n", "{who}> {words}\n\n"])
def test_an_id_in_signs_that_stands_once_is_a_voice_where_every_turn_has_one(form):
    assert said(written(form, IDS)) == IDS


def test_a_title_that_stands_once_among_names_on_lines_of_their_own_is_words():
    text = written("{who}\n{words}\n\nAnd so on, as before.\n\n")
    text = text.replace("And so on, as before.", "Working Conditions", 1)
    assert said(text)[0] == ("Aino Mäkelä", f"{TALK[0][1]} Working Conditions")


@pytest.mark.parametrize(
    "form",
    [
        "{who}\t{words}\n",
        "{who}\n{words}\n\n",
        "{who}\n\n{words}\n\n",
        "00:{m:02}:{s:02}\n{who}\n{words}\n\n",
        "{who} – {words}\n",
    ],
)
def test_a_fact_with_a_known_label_hides_no_labels_without_a_colon(form):
    talk = [(f"Speaker_0{at % 3}", words) for at, (_, words) in enumerate(TALK * 2)]
    body = "".join(form.format(who=who, words=words, m=0, s=at) for at, (who, words) in enumerate(talk))
    found = parsed(f"Interviewer: Speaker_00\nPlace: Leeds\n\n{body}")
    assert [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns] == talk
    assert found.interviewers == ("Speaker_00",)


@pytest.mark.parametrize("names", [("Anna", "Ben"), ("MK", "RB"), ("SPEAKER_00", "SPEAKER_01"), ("I", "P1")])
def test_names_of_one_word_with_an_empty_line_after_them_are_labels_and_short_answers_are_not(names):
    answers = ["Was it hard?", "Yes.", "Why?", "Time.", "Only time?", "Yes.", "OK.", "Yes. One thing: time."]
    talk = [(names[at % 2], answer) for at, answer in enumerate(answers)]
    assert said(written("{who}\n\n{words}\n\n", talk[:7])) == talk[:7]
    short = "".join(f"{answer}\n\n" for answer in answers * 2)
    assert {speaker for speaker, _ in said(short)} == {""}


def test_bold_ids_of_markdown_are_labels_whatever_colon_follows():
    talk = [(f"SPEAKER_0{at % 2}", words) for at, (_, words) in enumerate([*TALK, ("", "One thing: time.")])]
    assert said("".join(f"**{who}** {words}\n\n" for who, words in talk), "a.md") == talk


def test_a_fact_after_a_label_that_is_no_voice_is_no_voice_either():
    text = "Project: Nights\nDate: 4 May\nPlace: the ward office\n\n" + written("{who}: {words}\n", IDS)
    assert said(text) == IDS


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    "form",
    [
        "{who}\n{m}:{s:02}\n{words}\n\n",
        "{m}:{s:02}\n{who}\n{words}\n\n",
        "[00:{m:02}:{s:02}]\n{who}: {words}\n\n",
        "{m}:{s:02}\n\n{who}: {words}\n\n",
        "{who} ({m}m {s}s): {words}\n\n",
        "{who} ({m}m {s}s)\n{words}\n\n",
        "({m}m {s}s) {who}: {words}\n\n",
        "[{m}m{s:02}s] {who}: {words}\n\n",
        "{who} [0h {m}min {s}sec] {words}\n\n",
        "[{who}, {m}:{s:02}]: {words}\n\n",
        "{who} (00:{m:02}:{s:02}) - {words}\n\n",
        "00:{m:02}:{s:02} | {who} | {words}\n",
        "@{m}:{s:02} {who}: {words}\n",
        "{{00:{m:02}:{s:02}}} {who}: {words}\n",
        "<00:{m:02}:{s:02}> {who}: {words}\n",
        "Timestamp: 00:{m:02}:{s:02}\n{who}: {words}\n\n",
    ],
)
def test_times_on_lines_of_their_own_and_in_minutes_and_seconds_are_the_turns(form):
    found = parsed(written(form))
    assert [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns] == TALK
    assert [turn.start_s for turn in found.turns] == TIMES


@pytest.mark.parametrize(
    "form", ["### {who} (00:{m:02}:{s:02})\n\n{words}\n\n", "## 00:{m:02}:{s:02} {who}\n\n{words}\n\n"]
)
def test_a_name_and_a_time_in_a_heading_are_a_voice_also_where_they_stand_once(form):
    found = parsed(written(form), "a.md")
    assert [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns] == TALK
    assert [turn.start_s for turn in found.turns] == TIMES


def test_one_heading_in_ten_may_be_a_voice_that_stands_once_but_not_chapters():
    talk = TALK[:4] * 2 + TALK[4:]
    text = "# Interview 3\n\n" + "".join(f"## {who}\n\n{words}\n\n" for who, words in talk)
    assert said(text, "a.md") == talk
    chapters = text.replace("## Siob", "# Working Conditions\n\n## Siob", 1).replace(
        "## Dr.", "# Spring Plans\n\n## Dr."
    )
    assert {speaker for speaker, _ in said(chapters, "a.md")} == {"Aino Mäkelä", "Siobhán O'Rourke"}


def test_what_could_not_be_heard_at_the_start_of_lines_is_no_voice():
    text = written("{who}: {words}\n[inaudible 00:{m:02}:{s:02}] and so on\n", IDS)
    assert said(text) == [
        (who, f"{words} [inaudible 00:00:{int(time):02}] and so on")
        for (who, words), time in zip(IDS, TIMES, strict=True)
    ]


def test_times_of_day_that_somebody_names_alone_on_a_line_are_words():
    text = "I: When?\nP1: At\n12:30\nI: And then?\nP1: Again at\n9:15\n"
    assert said(text)[1] == ("P1", "At 12:30")


# ---------------------------------------------------------------- chats


@pytest.mark.parametrize(
    "form",
    [
        "[12/03/2024, 10:15:{s:02}] {who}: {words}\n",
        "12/03/24, 10:{s:02} - {who}: {words}\n",
        "12.03.24, 10:{s:02} - {who}: {words}\n",
        "\u200e[3/12/24, 10:15:{s:02}\u202fAM] {who}: {words}\n",
        "2024-03-12 10:15 – {who}: {words}\n",
    ],
)
def test_a_whatsapp_chat_is_who_wrote_what_without_the_lines_of_the_program(form):
    first = form.format(who="\0", words="", m=0, s=1).split("\0")[0]
    text = f"{first}Messages and calls are end-to-end encrypted.\n" + written(form)
    assert said(text) == TALK
    assert "1 line of the chat program left out" in parsed(text).notes


def test_in_a_chat_a_message_may_have_lines_and_a_name_may_be_a_telephone_number():
    text = "".join(f"12/03/24, 10:1{n} - {who}: {words}\n" for n, (who, words) in enumerate(IDS[:4]))
    text = text.replace("phone calls.", "phone calls.\nAnd more.") + "12/03/24, 10:20 - +44 7700 900123: Sorry, late.\n"
    assert said(text)[1] == ("P1", f"{IDS[1][1]} And more.")
    assert said(text)[-1] == ("+44 7700 900123", "Sorry, late.")


def test_a_date_before_a_fact_makes_no_chat_of_an_interview():
    text = "12/03/2024, 10:15 - Place: the ward\n\n" + written("{who}: {words}\n", IDS)
    assert said(text) == IDS


def test_an_older_zoom_chat_does_not_say_to_whom():
    assert said(written("10:{m:02}:{s:02}\t From  {who} : {words}\n")) == TALK


def test_signs_of_a_change_of_voice_before_labels_are_no_part_of_them():
    assert said(written(">> {who}: {words}\n\n")) == TALK


# ---------------------------------------------------------------- one paragraph


@pytest.mark.parametrize("talk", [TALK, IDS])
@pytest.mark.parametrize("name", ["a.txt", "a.docx"])
def test_a_talk_in_one_paragraph_is_parted_at_its_labels(talk, name):
    text = "Interview 3\n\n" + written("{who}: {words} ", talk)
    data = docx("".join(p(part) for part in text.split("\n\n"))) if name == "a.docx" else text.encode()
    assert said(data, name) == talk


def test_what_stands_before_a_colon_in_one_paragraph_of_prose_is_no_label():
    text = "We said: yes. Then Rule: no. Another Rule: maybe. Then we said: yes. And that was it, in short."
    assert said(text) == [("", text)]


# ---------------------------------------------------------------- bold names


def runs(*pieces: tuple[str, bool]) -> str:
    """A paragraph of Word with runs in bold letters or not."""
    bold = "<w:rPr><w:b/></w:rPr>"
    shown = "".join(
        f'<w:r>{bold if strong else ""}<w:t xml:space="preserve">{text}</w:t></w:r>' for text, strong in pieces
    )
    return f"<w:p>{shown}</w:p>"


@pytest.mark.parametrize("talk", [TALK, IDS])
def test_bold_names_without_a_colon_are_labels_in_word(talk):
    body = "".join(
        runs((who[:2], True), (f"{who[2:]} ", True), (words[:3], False), (words[3:], False)) for who, words in talk
    )
    assert said(docx(body), "a.docx") == talk
    assert parsed(docx(body), "a.docx").pattern == f"bold_open {len(talk)}"


def test_a_bold_name_that_stands_once_is_a_voice_though_turns_have_several_paragraphs():
    body = "".join(runs((who, True), (f" {words}", False)) + p("And on it went.") for who, words in TALK)
    assert said(docx(body), "a.docx") == [(who, f"{words} And on it went.") for who, words in TALK]


def test_bold_names_without_a_colon_are_labels_in_rich_text_and_web_pages():
    rtf = "".join(rf"{{\b {who}}} {words}\par " for who, words in IDS)
    assert said(r"{\rtf1\ansi " + rtf + "}", "a.rtf") == IDS
    page = "".join(f"<p><strong>{who}</strong> {words}</p>" for who, words in IDS)
    assert said(f"<html><body>{page}</body></html>", "a.html") == IDS
    page = "".join(f'<p><span style="font-weight:700">{who}</span> {words}</p>' for who, words in IDS)
    assert said(f"<html><body>{page}</body></html>", "a.html") == IDS


@pytest.mark.parametrize("kind", ["odt", "rtf", "html", "pdf"])
def test_bold_names_are_labels_in_what_libreoffice_writes_too(kind, tmp_path):
    from docx import Document
    from words_in_out import soffice

    document = Document()
    for who, words in TALK:
        paragraph = document.add_paragraph()
        paragraph.add_run(who).bold = True
        paragraph.add_run(f" {words}")
    document.save(tmp_path / "t.docx")
    assert said(soffice(tmp_path / "t.docx", kind, tmp_path).read_bytes(), f"t.{kind}") == TALK


def test_bold_questions_and_bold_words_are_no_labels():
    body = "".join(runs((words, who == "Aino Mäkelä")) for who, words in TALK)
    assert said(docx(body), "a.docx") == [("", words) for _, words in TALK]
    body = "".join(
        runs((f"{who}: {words}", False)) + runs(("Monday", True), (" is the worst.", False)) for who, words in IDS
    )
    assert said(docx(body), "a.docx") == [(who, f"{words} Monday is the worst.") for who, words in IDS]


def test_a_bold_name_before_a_time_stays_a_name_with_a_time():
    body = p("Aino Mäkelä started transcription") + "".join(
        runs((who, True), (f"   0:{int(time):02}", False)) + p(words)
        for (who, words), time in zip(TALK, TIMES, strict=True)
    )
    found = parsed(docx(body), "a.docx")
    assert [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns] == TALK
    assert [turn.start_s for turn in found.turns] == TIMES


# ---------------------------------------------------------------- tables


ROWS = [
    (str(n), f"0:00:{int(time):02}.0 - 0:00:{int(time) + 2:02}.0", words, who)
    for n, ((who, words), time) in enumerate(zip(TALK, TIMES, strict=True), 1)
]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize(("name", "mark"), [("a.csv", ","), ("a.tsv", "\t"), ("a.txt", "\t")])
def test_a_table_of_nvivo_needs_no_names_of_columns(numbered, name, mark):
    rows = [row if numbered else row[1:] for row in ROWS]
    text = "".join(mark.join(f'"{cell}"' if mark == "," else cell for cell in row) + "\n" for row in rows)
    found = parsed(text, name)
    assert [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns] == TALK
    assert [(turn.start_s, turn.end_s) for turn in found.turns] == [(time, time + 2) for time in TIMES]


def test_a_table_of_nvivo_in_word_needs_no_names_of_columns():
    cells = ("".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) for row in ROWS)
    data = docx(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>")
    assert said(data, "a.docx") == TALK
    assert [turn.start_s for turn in parsed(data, "a.docx").turns] == TIMES


def test_a_last_column_of_tags_is_no_column_of_voices():
    text = "".join(
        f'{row[1]},"{row[2]}",{"workload" if n % 2 else "Rota, or its lack."}\n' for n, row in enumerate(ROWS)
    )
    with pytest.raises(UnreadableError, match="no column of this spreadsheet is known to hold words"):
        parsed(text, "a.csv")


# ---------------------------------------------------------------- names in narrow columns of a PDF


def broken(colon: str = "") -> list[list[tuple[int, str, int]]]:
    """A table drawn cell by cell: a name over two lines, then the words beside it."""
    lines: list[list[tuple[int, str, int]]] = []
    height = 0
    for who, words in TALK * 2:
        first, _, last = who.rpartition(" ") if "Jan" not in who else ("Dr. Jan-", "", "Willem de Vries")
        lines += [[(50, first, height)], [(50, last + colon, height + 1)]]
        cut = words.find(" ", len(words) // 2)
        lines += [[(150, words[: cut + 1 or None].strip(), height)]]
        lines += [[(150, words[cut + 1 :], height + 1)]] if cut > 0 else []
        height += 2
    return lines


@pytest.mark.parametrize("colon", ["", ":"])
def test_a_name_over_two_lines_of_a_column_of_a_pdf_is_one_voice(colon):
    from test_transcript_damage import damage

    talk = [(who.replace("ä", "a").replace("á", "a"), words) for who, words in TALK * 2]
    data = damage.pdf(
        [[(x, text.replace("ä", "a").replace("á", "a"), y) for x, text, y in row] for row in broken(colon)]
    )
    assert said(data, "a.pdf") == talk


def test_labels_that_a_tab_sets_off_in_a_pdf_are_voices_though_lines_go_on_at_the_margin():
    from test_transcript_damage import damage

    talk = [(who, f"{words} And on it went for a good while longer, until nobody knew.") for who, words in IDS]
    lines: list[object] = []
    for who, words in talk:
        cut = words.rindex(" ", 0, 60)
        lines += [[(50, who), (90, words[:cut])], words[cut + 1 :]]
    assert said(damage.pdf(lines), "a.pdf") == talk


def test_who_begins_a_word_again_at_the_end_of_a_line_of_a_pdf_keeps_both():
    from test_transcript_damage import damage

    lines = [
        "I: And what did they think of it then?",
        "P1: They said that it was not, I mean th-",
        "the plan was not to have one-",
        "sided talks.",
    ]
    lines += ["I: And was that what came of it then?", "P1: No."]
    assert said(damage.pdf(lines), "a.pdf")[1] == (
        "P1",
        "They said that it was not, I mean th- the plan was not to have onesided talks.",
    )


def test_otranscribe_marks_may_stand_between_the_label_and_the_words():
    mark = '<span class="timestamp" data-timestamp="{0}">0:{0}</span>'
    text = "".join(
        f"{who}:&nbsp;{mark.format(int(time))}&nbsp;{words}<br>" for (who, words), time in zip(IDS, TIMES, strict=True)
    )
    found = parsed(json.dumps({"text": text, "media": "", "media-time": 0}), "a.otr")
    assert [(turn.speaker, " ".join(turn.paragraphs)) for turn in found.turns] == IDS
    assert [turn.start_s for turn in found.turns] == TIMES


# ---------------------------------------------------------------- what only looks like a label or a time


@pytest.mark.parametrize("form", ["{who}: {words}\n", "{who}:\t{words}\n\n", "**{who}:** {words}\n\n"])
def test_a_time_that_somebody_names_first_is_said_where_labels_have_no_times(form):
    talk = [*IDS[:3], ("P1", "10:30, or so, we left."), ("I", "9:15 and not 10:30?"), *IDS[3:]]
    text = "".join(form.format(who=who, words=words) for who, words in talk)
    assert said(text, "a.md" if "*" in form else "a.txt") == talk
    assert {turn.start_s for turn in parsed(text).turns} == {None}


def captions(*cues: str) -> str:
    return "WEBVTT\n\n" + "\n\n".join(f"00:00:{n:02}.000 --> 00:00:{n:02}.900\n{cue}" for n, cue in enumerate(cues))


def test_where_a_caption_is_broken_nothing_makes_a_voice_but_the_sign_of_a_change_may():
    cues = [
        "Anna: Two reasons. First: cost.\nSecond: staff.",
        "Ben: And?",
        "Anna: The same. First: cost.\nSecond: staff.",
    ]
    assert said(captions(*cues, "Ben: Oh."), "a.vtt") == [
        ("Anna", "Two reasons. First: cost. Second: staff."),
        ("Ben", "And?"),
        ("Anna", "The same. First: cost. Second: staff."),
        ("Ben", "Oh."),
    ]
    cues = ["- Anna: Why?\n- Ben: Time.", "- Anna: And?\n- Ben: Money."]
    assert [speaker for speaker, _ in said(captions(*cues), "a.vtt")] == ["Anna", "Ben", "Anna", "Ben"]


def test_a_time_in_a_caption_is_said():
    cues = ["Anna: When?", "Ben: 10:30 we left.", "Anna: 10:30?", "Ben: Yes."]
    assert said(captions(*cues), "a.vtt") == [
        ("Anna", "When?"),
        ("Ben", "10:30 we left."),
        ("Anna", "10:30?"),
        ("Ben", "Yes."),
    ]

"""Who speaks, in text that people typed: each layout from a specimen in the test."""

from __future__ import annotations

import pytest

from qualcode.transcripts import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.registry import read

OPTIONS = ReadOptions(interviewers=("I", "Interviewer", "Q"), not_speakers=("Break", "Agenda"))


def parsed(text: str, name: str = "a.txt", options: ReadOptions = OPTIONS) -> RawTranscript:
    return read(text.encode(), name, options)[1]


def said(text: str, name: str = "a.txt", options: ReadOptions = OPTIONS) -> list[tuple[str, str]]:
    return [(turn.speaker, "|".join(turn.paragraphs)) for turn in parsed(text, name, options).turns]


TALK = [("Anna", "How was it?"), ("Ben", "Hard."), ("Anna", "Why?"), ("Ben", "No time.")]


@pytest.mark.parametrize(
    "text",
    [
        "Anna: How was it?\nBen: Hard.\nAnna: Why?\nBen: No time.\n",
        "Anna: How was it?\n\nBen: Hard.\n\nAnna: Why?\n\nBen: No time.",
        "Anna:\nHow was it?\n\nBen:\nHard.\n\nAnna:\nWhy?\n\nBen:\nNo time.",
        "[00:00:01] Anna: How was it?\n[00:00:03] Ben: Hard.\n[00:00:05] Anna: Why?\n[00:00:07] Ben: No time.",
        "00:00:01 Anna: How was it?\n00:00:03 Ben: Hard.\n00:00:05 Anna: Why?\n00:00:07 Ben: No time.",
        "Anna [00:01]: How was it?\nBen [00:03]: Hard.\nAnna [00:05]: Why?\nBen [00:07]: No time.",
        "Anna: 00:00:01\n\nHow was it?\n\nBen: 00:00:03\n\nHard.\n\nAnna: 00:00:05\n\nWhy?\n\nBen: 00:00:07\n\nNo time.",
        "Anna  0:01\nHow was it?\n\nBen  0:03\nHard.\n\nAnna  0:05\nWhy?\n\nBen  0:07\nNo time.",
        "[Anna] How was it?\n\n[Ben] Hard.\n\n[Anna] Why?\n\n[Ben] No time.",
        "[Anna]: How was it?\n\n[Ben]: Hard.\n\n[Anna]: Why?\n\n[Ben]: No time.",
        "Anna\nHow was it?\n\nBen\nHard.\n\nAnna\nWhy?\n\nBen\nNo time.",
        "Anna: — How was it?\nBen: — Hard.\nAnna: — Why?\nBen: — No time.",
        "#00:00:01-0# Anna: How was it?\n#00:00:03-0# Ben: Hard.\n#00:00:05-0# Anna: Why?\n#00:00:07-0# Ben: No time.",
        "**Anna:** How was it?\n\n**Ben:** Hard.\n\n**Anna**: Why?\n\n**Ben**: No time.",
    ],
)
@pytest.mark.parametrize("ending", ["a.txt", "a.md"])
def test_each_layout_gives_the_same_four_turns(text, ending):
    assert said(text, ending) == TALK


@pytest.mark.parametrize(
    "text",
    [
        "Anna\tHow was it?\nBen\tHard.\nAnna\tWhy?\nBen\tNo time.",
        "Anna - How was it?\nBen - Hard.\nAnna – Why?\nBen – No time.",
        "ANNA How was it?\nBEN Hard.\nANNA Why?\nBEN No time.",
        "Anna [00:00:01] How was it?\nBen [00:00:03] Hard.\nAnna [00:00:05] Why?\nBen [00:00:07] No time.",
    ],
)
def test_labels_without_a_colon_are_known_where_most_lines_have_one(text):
    assert [(who.capitalize(), words) for who, words in said(text)] == TALK


@pytest.mark.parametrize("way", ["{}. ", "{}) ", "{}> ", "{} - ", "<{}> ", "({}) ", "{}; ", "{}\t"])
@pytest.mark.parametrize("labels", [("Q", "A"), ("I", "P1")])
def test_letters_and_ids_before_a_sign_are_labels_where_one_of_them_is_known(way, labels):
    words = ["How was it?", "Hard. And long.", "Why?", "No time."]
    text = "\n".join(way.format(labels[at % 2]) + line for at, line in enumerate(words))
    assert said(text) == [(labels[at % 2], line) for at, line in enumerate(words)]


def test_letters_before_items_of_lists_are_no_labels():
    text = "We had two plans.\na) to stay\nb) to go\nAnd two wishes.\na) more time\nb) more people\nThat was it."
    assert {who for who, _ in said(text)} == {""}


def test_a_tab_before_words_here_and_there_is_no_label():
    text = "Anna: How was it?\nBen: Hard.\nRating\tfour of five\nAnna: Why?\nRating\ttwo of five\nBen: No time."
    assert said(text)[1] == ("Ben", "Hard.|Rating four of five")


@pytest.mark.parametrize("text", ["**Anna**\n\nHow was it?\n\n**Ben**\n\nHard.\n\n**Anna**\n\nWhy?\n\n**Ben**\n\nNo time.",
                                  "**Anna** How was it?\n\n**Ben** Hard.\n\n**Anna** Why?\n\n**Ben** No time."])  # fmt: skip
def test_names_in_bold_without_a_colon_are_labels_of_markdown(text):
    assert said(text, "a.md") == TALK


def test_names_with_an_empty_line_after_them_are_voices_where_they_recur():
    text = "Interview 4\n\nAnna Bell\n\nHow was it?\n\nSpeaker 2\n\nHard.\n\nVery.\n\nAnna Bell\n\nWhy?\n\nSpeaker 2\n\nNo time."
    assert said(text) == [
        ("Anna Bell", "How was it?"),
        ("Speaker 2", "Hard.|Very."),
        ("Anna Bell", "Why?"),
        ("Speaker 2", "No time."),
    ]
    words = "Yes\n\nIt was hard for us.\n\nNo\n\nNobody knew it.\n\nYes\n\nSo we went on.\n\nNo\n\nThat was all."
    assert {who for who, _ in said(words)} == {""}


def test_guests_of_a_meeting_are_voices_with_what_stands_in_brackets():
    text = "Bell, Anna (External)   0:04\nHow?\nBen (Guest)   0:09\nSo.\n"
    text += "Bell, Anna (External)   1:02:03\nWhy?\nBen (Guest)   1:02:10\nBecause."
    assert [(t.speaker, t.start_s) for t in parsed(text).turns] == [
        ("Bell, Anna (External)", 4.0),
        ("Ben (Guest)", 9.0),
        ("Bell, Anna (External)", 3723.0),
        ("Ben (Guest)", 3730.0),
    ]


@pytest.mark.parametrize(
    "legend", ["I: Interviewer\nP1: Participant 1 (nurse, 12 years)", "I = Interviewer\nP1 = Participant 1 (nurse, 12 years)",
               "I: the interviewer\nP1: Befragte"])  # fmt: skip
def test_a_legend_that_is_written_like_the_turns_is_no_speech(legend):
    found = parsed(f"Transcript 4\n{legend}\n\nI: How was it?\nP1: Hard.\nI: Why?\nP1: No time.")
    assert [(t.speaker, t.paragraphs[0]) for t in found.turns] == [
        ("I", "How was it?"),
        ("P1", "Hard."),
        ("I", "Why?"),
        ("P1", "No time."),
    ]
    assert found.interviewers == ("I",)
    assert "3 lines before the first speaker left out (facts about the interview)" in found.notes


def test_times_beside_a_label_are_the_turns_seconds_and_no_words():
    text = "[00:01:23] Anna: How?\nBen: 00:01:30\nHard.\nAnna  2:05\nWhy?\nBen (1:02:03.5): No."
    assert [(t.speaker, t.start_s, t.paragraphs) for t in parsed(text).turns] == [
        ("Anna", 83.0, ["How?"]),
        ("Ben", 90.0, ["Hard."]),
        ("Anna", 125.0, ["Why?"]),
        ("Ben", 3723.5, ["No."]),
    ]


def test_a_label_that_stands_once_is_words():
    text = "I: Go on.\nP1: There was one rule.\nThe rule: ask first.\nI: And?\nP1: It helped."
    assert said(text)[1] == ("P1", "There was one rule.|The rule: ask first.")


def test_a_recurring_phrase_that_is_no_name_is_words():
    text = "I: Go on.\nP1: Well.\nI mean this: no.\nI: And?\nP1: Yes.\nI mean this: no.\nI: Oh."
    assert [speaker for speaker, _ in said(text)] == ["I", "P1", "I", "P1", "I"]


def test_a_name_that_stands_once_is_a_voice_where_nearly_every_line_has_one():
    text = "Anna Bell: One.\nCleo Dent: Two.\nAnna Bell: Three.\nCleo Dent: Four.\nEve Fox: Five.\nAnna Bell: Six."
    assert [speaker for speaker, _ in said(text)] == [
        "Anna Bell",
        "Cleo Dent",
        "Anna Bell",
        "Cleo Dent",
        "Eve Fox",
        "Anna Bell",
    ]


def test_in_a_focus_group_a_voice_that_speaks_once_is_a_voice():
    text = (
        "Moderator: Welcome.\n\nSpeaker 1: Hi.\n\nSpeaker 2: Hello. It was a long story.\n\nAnd it went on.\n\nAnd on.\n\n"
        "Speaker 3: One thing: time.\n\nModerator: So?\n\nMultiple speakers: [laughter]\n\nSpeaker 2: Well.\n\nFemale voice: Sorry."
    )
    assert [speaker for speaker, _ in said(text)] == [
        "Moderator", "Speaker 1", "Speaker 2", "Speaker 3", "Moderator", "Multiple speakers", "Speaker 2", "Female voice",
    ]  # fmt: skip


def test_a_first_name_that_stands_once_is_a_voice_where_every_line_has_a_label():
    text = "Anna: One.\nBen: Two.\nAnna: Three.\nCleo: Four.\nBen: Five.\nAnna: Six."
    assert [speaker for speaker, _ in said(text)] == ["Anna", "Ben", "Anna", "Cleo", "Ben", "Anna"]
    text = "Anna: One.\nBen: Two.\nAnna: Three.\nRule: ask.\nAnd go.\nBen: Five.\nAnna: Six."
    assert [speaker for speaker, _ in said(text)] == ["Anna", "Ben", "Anna", "Ben", "Anna"]


def test_one_voice_alone_is_told():
    assert "only one voice has a label" in parsed("I: How was it?\nHard.\n\nI: Why?\nNo time.").notes[-1]


@pytest.mark.parametrize("mark", ["[{0} - {1}] ", "[{0} --> {1}]  ", "({0}–{1}) ", "{0} - {1} "])
def test_from_when_to_when_before_a_label_is_a_time(mark):
    text = "".join(
        f"{mark.format(f'00:0{n}:00', f'00:0{n}:30')}{who}: {words}\n" for n, (who, words) in enumerate(TALK)
    )
    assert said(text) == TALK
    assert [turn.start_s for turn in parsed(text).turns] == [0.0, 60.0, 120.0, 180.0]


@pytest.mark.parametrize("label", ["{}：", "#{}: ", "{} : ", "{}\u00a0: ", "  {}:\t"])
def test_wide_colons_signs_and_blanks_around_a_label_are_no_part_of_it(label):
    assert said("\n".join(label.format(who) + words for who, words in TALK)) == TALK


def test_labels_in_small_letters_count_where_most_lines_have_one():
    text = "person one: How was it?\nperson two: Hard.\nperson one: Why?\nperson two: No time."
    assert said(text)[:2] == [("person one", "How was it?"), ("person two", "Hard.")]


def test_a_label_that_the_study_knows_may_stand_once():
    options = ReadOptions(interviewers=("I",), known=("P07",))
    assert said("I: How was it?\nP07: Hard.", options=options) == [("I", "How was it?"), ("P07", "Hard.")]


def test_a_talk_of_two_lines_has_two_voices():
    assert said("Anna: How was it?\nBen: Hard.") == [("Anna", "How was it?"), ("Ben", "Hard.")]
    assert said("Place: Leeds\nDate: May") == [("", "Place: Leeds"), ("", "Date: May")]


def test_an_id_with_a_number_is_a_voice_beside_another_voice():
    assert said("I: How was it?\nP01: Hard.\nAnd more.") == [("I", "How was it?"), ("P01", "Hard.|And more.")]


def test_labels_compare_without_capitals_and_keep_the_usual_spelling():
    assert said("ANNA: One.\nAnna: Two.\nanna : Three.\nAnna: Four.\nBen: Five.\nBen: Six.")[0] == ("Anna", "One.")


def test_text_without_a_label_goes_on_in_the_turn_before():
    text = "Anna: One.\n\nBen: Two.\n\nStill two.\n\nAnna: Three.\n\nBen: Four."
    read_ = parsed(text)
    assert [(t.speaker, t.paragraphs) for t in read_.turns][1] == ("Ben", ["Two.", "Still two."])
    assert "1 paragraph without a label: the voice before goes on" in read_.notes


def test_a_label_that_is_no_voice_is_left_out_and_told():
    read_ = parsed("Anna: One.\nBen: Two.\nBreak: [12:30]\nAnna: Three.\nBen: Four.")
    assert [t.speaker for t in read_.turns] == ["Anna", "Ben", "Anna", "Ben"]
    assert "1 line with a label that is no voice left out" in read_.notes


def test_a_label_that_never_has_words_marks_a_place_in_the_recording():
    text = "**Anna:** One.\n\n**Sample**: \\[13:14\\]\n\n**Ben:** Two.\n\n**Sample**: \\[14:34\\]\n\n"
    text += "**Anna:** Three.\n\n**Ben:** Four."
    assert [speaker for speaker, _ in said(text, "a.md")] == ["Anna", "Ben", "Anna", "Ben"]


def test_facts_before_the_first_label_are_no_speech():
    text = (
        "Interview 3\nDate: 2024-03-02\nInterviewer: RB\nParticipant: P03\n\n"
        "RB: How was it?\nP03: Hard.\nRB: Why?\nP03: No time."
    )
    read_ = parsed(text)
    assert [(t.speaker, t.paragraphs[0]) for t in read_.turns] == [
        ("RB", "How was it?"),
        ("P03", "Hard."),
        ("RB", "Why?"),
        ("P03", "No time."),
    ]
    assert read_.interviewers == ("RB",)  # the header says who asks
    assert "4 lines before the first speaker left out (facts about the interview)" in read_.notes


def test_whole_sentences_before_the_first_label_are_an_unknown_voice():
    opening = "So welcome everybody, I have with me two people who know more about this than anyone else here does."
    assert said(f"{opening}\n\nAnna: One.\nBen: Two.\nAnna: Three.\nBen: Four.")[:2] == [
        ("", opening),
        ("Anna", "One."),
    ]


@pytest.mark.parametrize(
    "legend",
    ["Interviewer **(K)**: Kim Doe", "K = Interviewer", "Interviewer: Kim (K)", "**Onderzoeker**: K", "Moderator: K"],
)
def test_a_legend_says_who_asks(legend):
    assert parsed(f"{legend}\n\nK: Hoe?\n\nA: Zo.\n\nK: Echt?\n\nA: Ja.", "a.md").interviewers == ("K",)


def test_without_labels_each_paragraph_is_a_turn_of_an_unknown_voice():
    read_ = parsed("It was hard at first.\n\nThen it got better: much better.")
    assert [(t.speaker, t.paragraphs) for t in read_.turns] == [
        ("", ["It was hard at first."]),
        ("", ["Then it got better: much better."]),
    ]
    assert read_.notes[0].startswith("no speaker label found")


def test_facts_above_a_text_without_labels_are_no_speech():
    text = "Topic: Privacy of the tool\nPlace: Leeds, room 4\nSlides: <https://example.org/a>\n\n"
    text += "It was hard at first.\n\nThen: better."
    assert said(text) == [("", "It was hard at first."), ("", "Then: better.")]
    assert "3 lines before the first speaker left out (facts about the interview)" in parsed(text).notes
    assert said("One thing: time\n\nIt was hard.")[0] == ("", "One thing: time")  # one such line may be speech


def test_times_alone_give_the_seconds_of_unknown_voices():
    assert [(t.speaker, t.start_s) for t in parsed("00:00:08 Hello there.\n\n00:01:00 Next one.").turns] == [
        ("", 8.0),
        ("", 60.0),
    ]


def test_markdown_is_taken_out_and_its_escapes_resolved():
    text = (
        "---\ntitle: A talk\nspeakers:\n  - Anna\n---\n# Interview 1\n\n![](img/photo (1).png)\n\n"
        "**Anna:** \\[laughs\\] It is *really* `easy`, see [the page](https://example.org/a_b).\n\n## Next\n\n"
        "**Ben:** First line\nof one paragraph. \\\nSecond &amp; last.\n\n---\n\n"
        "**Anna:** snake_case_name stays.\n\n**Ben:** 2 * 3 * 4."
    )
    assert said(text, "a.md") == [
        ("Anna", "[laughs] It is really easy, see the page."),
        ("Ben", "First line of one paragraph.|Second & last."),
        ("Anna", "snake_case_name stays."),
        ("Ben", "2 * 3 * 4."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- **Anna:** How was it?\n- **Ben:** Hard.\n- **Anna:** Why?\n- **Ben:** No time.",
        "> Anna: How was it?\n>\n> Ben: Hard.\n>\n> Anna: Why?\n>\n> Ben: No time.",
        "**Anna:** How was it?<br>**Ben:** Hard.<br />\n**Anna:** Why?<br>**Ben:** No time.",
        "# Talk\n\n```\nAnna: How was it?\nBen: Hard.\nAnna: Why?\nBen: No time.\n```",
        "| Speaker | Text |\n|:---|----|\n| Anna | How was it? |\n| Ben | Hard. |\n| Anna | Why? |\n| Ben | No time. |",
        "### Anna (0:01)\n\nHow was it?\n\n### Ben (0:03)\n\nHard.\n\n### Anna (1:01)\n\nWhy?\n\n### Ben (1:01:01)\n\nNo time.",
    ],
)
def test_lists_quotes_breaks_fences_tables_and_timed_headings_of_markdown_are_read(text):
    assert said(text, "a.md") == TALK


def test_a_heading_that_is_a_voice_is_a_label():
    assert said("### Anna\n\nHow?\n\n### Ben\n\nSo.\n\n### Anna\n\nWhy?\n\n### Ben\n\nThat is why.", "a.md") == [
        ("Anna", "How?"),
        ("Ben", "So."),
        ("Anna", "Why?"),
        ("Ben", "That is why."),
    ]


def test_what_could_not_be_heard_is_kept_and_bare_times_are_not():
    text = (
        "Anna: It was [inaudible 00:12:10] and [12:30] then (laughs) done.\nBen: Yes.\nAnna: So.\nBen: [35:45] Right."
    )
    assert said(text)[0] == ("Anna", "It was [inaudible 00:12:10] and then (laughs) done.")
    assert said(text)[3] == ("Ben", "Right.")


@pytest.mark.parametrize(
    "label",
    [
        "MARIA",
        "Mireille B. Reece, Psy.D",
        "O Sr. Bernardino Soares (PCP)",
        "Dr. van der Berg",
        "id1",
        "Speaker 3",
        "李",
    ],
)
def test_names_with_titles_initials_and_other_scripts_are_labels(label):
    assert [s for s, _ in said(f"{label}: One.\nI: Two.\n{label}: Three.\nI: Four.")] == [label, "I", label, "I"]


def test_times_and_addresses_before_a_colon_are_no_labels():
    text = "Anna: We met.\n10:30 Meeting: late.\nhttps://example.org: here.\nBen: Yes.\nAnna: So.\n10:30 Meeting: late.\nBen: Oh."
    assert [speaker for speaker, _ in said(text)] == ["Anna", "Ben", "Anna", "Ben"]
    assert "10:30 Meeting: late." in said(text)[0][1]


def test_lines_of_one_width_are_joined_into_paragraphs():
    text = (
        "I: Tell me how it was at the very beginning of the work, please, now.\n"
        "P1: It was a long story, and I have to say that nobody had told me at\n"
        "the start what the whole thing was for, so we went on for months with\n"
        "lists that somebody else had made and that did not fit our clinic one\n"
        "bit, and then the manager left, and then another one came and the new\n"
        "one asked us what we needed, which nobody had done so far, and we had\n"
        "an answer.\nI: And then?\nP1: It went well.\n"
    )
    turns = said(text)
    assert [speaker for speaker, _ in turns] == ["I", "P1", "I", "P1"]
    assert "|" not in turns[1][1] and turns[1][1].endswith("and we had an answer.")


def test_short_lines_stay_paragraphs():
    assert said("Anna: One.\nTwo.\nThree.\nBen: Four.\nAnna: Five.\nBen: Six.")[0] == ("Anna", "One.|Two.|Three.")


def test_the_study_can_give_its_own_pattern():
    options = ReadOptions(speaker_pattern=r"^<(?P<speaker>\w+)@(?P<time>[\d:]+)>\s*")
    read_ = parsed("<anna@00:10>How?\nMore.\n<ben@00:12>So.", options=options)
    assert [(t.speaker, t.paragraphs, t.start_s) for t in read_.turns] == [
        ("anna", ["How?", "More."], 10.0),
        ("ben", ["So."], 12.0),
    ]


def test_the_transcription_programs_own_lines_are_left_out():
    lines = ["Anna Bell started transcription", "Anna Bell   0:04\nHi.", "Ben   0:09\nHello.", "Anna Bell   0:12\nSo."]
    text = "\n\n".join([*lines, "Ben   0:14\nYes.", "Anna Bell stopped transcription"])
    assert said(text) == [("Anna Bell", "Hi."), ("Ben", "Hello."), ("Anna Bell", "So."), ("Ben", "Yes.")]


@pytest.mark.parametrize("text", ["I:\nP1:\nI:\nP1:\n", "...\n\n--\n", "# Interview\n"])
def test_a_file_in_which_nobody_says_anything_is_refused(text):
    with pytest.raises(UnreadableError, match="there are no words in this file"):
        parsed(text, "a.md")

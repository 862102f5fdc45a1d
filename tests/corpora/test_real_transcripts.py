"""The real transcripts that lie beside the checkout: all are read, with turns, voices and words as other programs count."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from words_in_out import added, differences, lost, soffice, soffice_text, words

from qualcode.config import Transcripts
from qualcode.tables import TABLES
from qualcode.transcripts import RawTranscript, ReadOptions, UnreadableError
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.languages import language_of
from qualcode.transcripts.marks import count_marks
from qualcode.transcripts.registry import ENDINGS, read
from qualcode.transcripts.translations import source_turns

CORPORA = (
    Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")
    / "transcripts"
)
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not CORPORA.is_dir(), reason="the real transcripts are not here (set QUALCODE_CORPORA)"),
]
# two spreadsheets are no transcripts: the list of a meeting's participants, and the list of tags
NO_TRANSCRIPTS = ("meeting001_participants.csv", "filters.csv")
FILES = (
    sorted(p for p in CORPORA.rglob("*") if p.suffix in ENDINGS and p.name not in NO_TRANSCRIPTS)
    if CORPORA.is_dir()
    else []
)


def parsed(name: str) -> RawTranscript:
    settings = Transcripts()
    options = ReadOptions(
        tuple(settings.interviewers), tuple(settings.not_speakers), (), settings.speaker_pattern, settings.merge_gap
    )
    path = CORPORA / name
    return read(path.read_bytes(), path.name, options)[1]


def voices(name: str) -> Counter[str]:
    return Counter(turn.speaker for turn in parsed(name).turns)


def shell(command: str) -> str:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    return subprocess.run(
        ["bash", "-c", command], cwd=CORPORA, capture_output=True, text=True, check=False
    ).stdout.strip()


def test_all_33_files_are_read_but_two_lists_that_are_no_transcripts():
    assert len(FILES) == 31
    assert int(shell("find . -type f | wc -l")) == 33
    for name in NO_TRANSCRIPTS:
        path = next(CORPORA.rglob(name))
        with pytest.raises(UnreadableError, match="no column of this spreadsheet is known to hold words"):
            parsed(path.relative_to(CORPORA).as_posix())


@pytest.mark.parametrize("path", FILES, ids=[p.name[:40] for p in FILES])
def test_every_real_transcript_is_read_and_its_offsets_hold_its_words(path):
    turns = parsed(path.relative_to(CORPORA).as_posix()).turns
    text, placed = canonical(turns)
    assert placed
    for turn in placed:
        words = text[turn.start : turn.end]
        assert words and words == words.strip()
    assert "WEBVTT" not in text and "-->" not in text and "**" not in text and "\\[" not in text


# file, turns, voices, what grep prints for it; where the two numbers differ, the comment says by what
NAMED = r"grep -cE '^\*\*[^*]+:\*\*'"
COUNTS = [
    ("changelog_md/brain-science-23.md", 149, 2, NAMED, 149),
    ("changelog_md/founders-talk-7.md", 97, 2, NAMED, 97),
    # the last of 919 is a piece of music, `**Helplessly Hoping:** \[01:04:17.06\]`, and no voice
    ("changelog_md/changelog--friends-39.md", 918, 3, NAMED, 919),
    # two are `**Break:**`
    ("changelog_md/go-time-100.md", 126, 4, NAMED, 128),
    ("changelog_md/request-for-commits-3.md", 107, 4, NAMED, 109),
    ("changelog_md/js-party-34.md", 133, 4, NAMED, 133),
    ("changelog_md/the-changelog-202.md", 193, 3, NAMED, 193),
    ("bitcointranscripts_md/2020-01-28-pieter-wuille-part2.md", 52, 3, "grep -cE '^(Jonas|John|Pieter): '", 52),
    ("bitcointranscripts_md/day-1-closing-panel.md", 40, 6, "grep -cE '^[A-Z]{2}: '", 40),
    ("bitcointranscripts_md/day-1-closing-panel.es.md", 39, 6, "grep -cE '^[A-Z]{2}: '", 39),
    # and a paragraph of the host before the first label
    ("bitcointranscripts_md/cashu-and-fedimint.md", 317, 5, "grep -cE '^[A-Za-z]+: [0-9]{2}:[0-9]{2}:[0-9]{2}'", 316),
    # a talk without labels: paragraphs of speech; neither headings nor the four facts above it (`Slides: <https://…`)
    ("bitcointranscripts_md/2020-05-09-sergei-tikhomirov-lightning-privacy.pt.md", 27, 0,
     "sed '1,/^date/d' FILE | grep -vE '^(#|$|media|---|Tópico:|Localização:|Slides:|Pesquisar:)' | grep -c ''", 27),
    ("dutch_md/interview-01.md", 10, 2, "grep -cE '^[QA]: '", 10),
    ("dutch_md/interview-02.md", 8, 2, "grep -cE '^[QA]: '", 8),
    ("dutch_md/interview-03.md", 14, 2, "grep -cE '^[QA]: '", 14),
    ("qualcoder_examples/transcript.txt", 7, 3, r"grep -cE '^\[id[0-9]\]'", 7),
    ("talkpython_vtt/001_nicola_iarocci_talk_python_to_me.txt", 460, 0, "grep -cE '^[0-9:]{8} '", 460),
    # and the summary before the first label
    ("portuguese_txt/dar_2011-03-30.txt", 214, 32, "grep -cE '^[^:]{1,80}: —'", 213),
    ("zoom/meeting001_chat.txt", 10, 5, "grep -c .", 10),
    # a row is a turn; the header is none
    ("oral_history_csv/aiken_katherine.csv", 54, 2, "grep -cE '^[^,]*,[A-Z][^,]*,'", 54),
    ("oral_history_csv/bielenberg_len.csv", 62, 2, "grep -cE '^[^,]*,[A-Z][^,]*,'", 62),
    # rows with times: stretches of one code; the last, of rows without one, is nobody's
    ("oral_history_de/transcript_de.csv", 3, 2, "tail -n +2 FILE | cut -f2 | uniq | grep -c ''", 3),
    ("oral_history_de/transcript_de.ods", 2, 2, "unzip -p FILE content.xml | grep -oE '<text:p>(INT|AB)<' | uniq | grep -c .", 2),
    # without labels: paragraphs with text
    ("qualcoder_examples/ID2.odt", 3, 0, "unzip -p FILE content.xml | grep -o '<text:p' | grep -c .", 3),
    ("qualcoder_examples/ID1.docx", 3, 0,
     r"unzip -p FILE word/document.xml | sed -E 's/<w:p[ >]/\n&/g' | grep -E '^<w:p' | grep -c '<w:t[ >]'", 3),
]  # fmt: skip
# captions: a new turn where the voice changes, or after a pause of more than two seconds
_SECONDS = "function s(t, p) {split(t, p, /[:.]/); return p[1]*3600 + p[2]*60 + p[3] + p[4]/1000}"
_TURN = "{if (v != w || a - e > 2) n++; w = v; e = b}"
TAGGED = (
    _SECONDS
    + "/-->/ {a = s($1); b = s($3)} /^<v / {match($0, /^<v [^>]+>/); v = substr($0, RSTART, RLENGTH); "
    + _TURN[1:]
    + " END {print n}"
)
ZOOM = (
    _SECONDS + r'{sub(/\r$/, "")} /-->/ {a = s($1); b = s($3); t = 1; next} t == 1 {t = 0; v = ""; '
    "if (match($0, /^[A-Z][a-z]+ [A-Z][A-Za-z]+: /)) v = substr($0, RSTART, RLENGTH); " + _TURN[1:] + " END {print n}"
)


@pytest.mark.parametrize(
    ("start", "turns", "program"),
    [
        ("talkpython_vtt/525", 240, TAGGED),
        ("talkpython_vtt/550", 127, TAGGED),
        ("zoom/meeting001_transcript", 46, ZOOM),
    ],
)
def test_turns_of_captions_are_those_that_awk_counts(start, turns, program):
    name = next(
        p.relative_to(CORPORA).as_posix() for p in FILES if p.as_posix().endswith(".vtt") and start in p.as_posix()
    )
    assert int(shell(f"awk '{program}' '{name}'")) == turns
    assert len(parsed(name).turns) == turns


@pytest.mark.parametrize(("name", "turns", "speakers", "command", "printed"), COUNTS, ids=[row[0] for row in COUNTS])
def test_turns_and_voices_are_those_that_grep_counts(name, turns, speakers, command, printed):
    found = voices(name)
    assert sum(found.values()) == turns
    assert len(set(found) - {""}) == speakers
    assert int(shell(command.replace("FILE", name) if "FILE" in command else f"{command} {name}")) == printed


def _by_webvtt_py(name: str) -> tuple[int, int]:
    """Turns and voices: a new turn where the voice changes or more than two seconds pass."""
    import webvtt

    def at(mark: str) -> float:
        hours, minutes, rest = mark.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(rest)

    turns, now, end, voices_ = 0, "", -9.0, set()
    for caption in webvtt.read(CORPORA / name):
        typed = re.match(r"([A-Z]\w+ [A-Z]\w+): ", caption.text)
        voice = caption.voice or (typed[1] if typed else "")
        turns += voice != now or at(caption.start) - end > 2
        now, end = voice, at(caption.end)
        voices_.add(voice)
    return turns, len(voices_ - {""})


def _by_csv(name: str) -> tuple[int, int]:
    """Rows with words, and voices: a full name is the voice with its initials."""
    import csv

    with (CORPORA / name).open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["words"].strip()]
    return len(rows), len(
        {
            "".join(word[0] for word in row["speaker"].split()) if " " in row["speaker"] else row["speaker"]
            for row in rows
        }
    )


def _by_awk(pattern: str) -> str:
    """A program for awk that goes by paragraphs instead of lines: turns, and different labels."""
    count = f"match($0, /{pattern}/) {{n++; s[substr($0, RSTART, RLENGTH)] = 1}}"
    return f'BEGIN {{RS = ""}} {count} END {{print n, length(s)}}'


BOLD = _by_awk(r"^\*\*[^*]+:\*\*")


@pytest.mark.parametrize(
    ("name", "turns", "speakers", "how"),
    [
        ("changelog_md/brain-science-23.md", 149, 2, BOLD),
        ("changelog_md/founders-talk-7.md", 97, 2, BOLD),
        ("changelog_md/js-party-34.md", 133, 4, BOLD),
        ("changelog_md/the-changelog-202.md", 193, 3, BOLD),
        ("bitcointranscripts_md/day-1-closing-panel.md", 40, 6, _by_awk("^[A-Z][A-Z]: ")),
        ("qualcoder_examples/transcript.txt", 7, 3, _by_awk(r"\[id[0-9]\]")),
        ("dutch_md/interview-03.md", 14, 2, _by_awk("^[QA]: ")),
        ("oral_history_csv/aiken_katherine.csv", 54, 2, _by_csv),
        ("oral_history_csv/bielenberg_len.csv", 62, 2, _by_csv),
        ("zoom/meeting001_transcript.vtt", 46, 5, _by_webvtt_py),
        ("talkpython_vtt/525-nicegui-youtube-named.vtt", 240, 4, _by_webvtt_py),
    ],
)  # fmt: skip
def test_the_counts_are_the_same_when_another_program_makes_them(name, turns, speakers, how):
    counted = tuple(map(int, shell(f"awk '{how}' {name}").split())) if isinstance(how, str) else how(name)
    assert counted == (turns, speakers)
    found = voices(name)
    assert (sum(found.values()), len(set(found) - {""})) == (turns, speakers)


def test_each_voice_of_a_talk_has_as_many_turns_as_labels():
    printed = shell(r"grep -oE '^\*\*[^*]+:\*\*' changelog_md/js-party-34.md | sort | uniq -c | sort -rn")
    assert [line.split(maxsplit=1) for line in printed.splitlines()] == [
        ["50", "**Jeremy Apthorp:**"],
        ["41", "**Kevin Ball:**"],
        ["27", "**Shelley Vohr:**"],
        ["15", "**Feross Aboukhadijeh:**"],
    ]
    assert voices("changelog_md/js-party-34.md") == {
        "Jeremy Apthorp": 50,
        "Kevin Ball": 41,
        "Shelley Vohr": 27,
        "Feross Aboukhadijeh": 15,
    }


def test_zoom_captions_name_five_voices_and_two_name_nobody():
    names = shell("grep -oE '^[A-Z][a-z]+ [A-Z][A-Za-z]+: ' zoom/meeting001_transcript.vtt | sort -u | wc -l")
    named = shell("grep -cE '^[A-Z][a-z]+ [A-Z][A-Za-z]+: ' zoom/meeting001_transcript.vtt")
    cues = shell("grep -c -- '-->' zoom/meeting001_transcript.vtt")
    assert (int(names), int(named), int(cues)) == (5, 298, 300)
    found = voices("zoom/meeting001_transcript.vtt")
    assert len(set(found) - {""}) == 5
    assert found[""] == 2


@pytest.mark.parametrize(("start", "people"), [("525", 4), ("550", 2)])
def test_voice_tags_name_all_voices_and_no_word_of_a_caption_is_lost(start, people):
    name = next(path.name for path in FILES if path.name.startswith(start))
    assert int(shell(f"grep -oE '^<v [^>]+>' talkpython_vtt/{name} | sort -u | wc -l")) == people
    found = parsed(f"talkpython_vtt/{name}").turns
    assert len({turn.speaker for turn in found} - {""}) == people
    words = int(shell(rf"grep -E '^<v ' talkpython_vtt/{name} | sed -E 's/^<v [^>]+>//' | wc -w"))
    assert sum(len(paragraph.split()) for turn in found for paragraph in turn.paragraphs) == words


@pytest.mark.parametrize("name", ["20241211_KYdE_jiDq80.srt", "20250216_jXYo3RkUOvs.srt"])
def test_captions_without_voices_keep_every_word_in_turns_of_readable_length(name):
    words = int(shell(rf"grep -vE -e '-->' -e '^[0-9]+\s*$' srt/{name} | wc -w"))
    # a caption that is nothing but a number looks like a caption's number to grep: count it back in
    numbers = int(shell(rf"grep -B1 -E '^[0-9]+\s*$' srt/{name} | grep -A1 -e '-->' | grep -cE '^[0-9]+\s*$'"))
    turns = parsed(f"srt/{name}").turns
    lengths = [len(turn.paragraphs[0].split()) for turn in turns]
    assert sum(lengths) == words + numbers
    assert max(lengths) <= 140


def test_words_of_the_same_episode_are_the_same_as_text_and_as_captions():
    text = parsed("talkpython_vtt/001_nicola_iarocci_talk_python_to_me.txt").turns
    captions = parsed("talkpython_vtt/001_nicola_iarocci_talk_python_to_me.vtt").turns
    one, other = (" ".join(p for turn in turns for p in turn.paragraphs).split() for turns in (text, captions))
    assert one == other


def test_captions_are_those_that_webvtt_py_reads():
    import webvtt

    path = CORPORA / "zoom" / "meeting001_transcript.vtt"
    theirs = [caption.text.replace("\n", " ") for caption in webvtt.read(path)]
    ours = " ".join(p for turn in parsed("zoom/meeting001_transcript.vtt").turns for p in turn.paragraphs).split()
    labelled = [text.split(": ", 1)[1] if ": " in text[:30] else text for text in theirs]
    assert " ".join(labelled).split() == ours


def test_legends_front_matter_and_headings_are_no_speech():
    for name in ("dutch_md/interview-01.md", "bitcointranscripts_md/day-1-closing-panel.md"):
        text, _ = canonical(parsed(name).turns)
        for word in ("Naam geïnterviewde", "Interviewer", "transcript_by", "Closing panel", "gitbook", "# "):
            assert word not in text


# ---------------------------------------------------------------- words in = words out

# how many of the words that the file holds may be missing, and what they are
TOLERANCE = {
    "changelog_md": 0.001,  # `**Break:**`, addresses of links
    "bitcointranscripts_md": 0.034,  # front matter, headings, facts above the talk
    "dutch_md": 0.14,  # a legend, addresses of pictures, headings; the files are short
    "portuguese_txt": 0.004,  # the header of the minutes
    "oral_history_csv": 0.002,  # the header and the tags (names of columns and voices are left out of the comparison)
    "oral_history_de": 0.0,
    "qualcoder_examples": 0.0,
    "talkpython_vtt": 0.0,
    "srt": 0.0,
    "zoom": 0.0,
}


def _file_words(path: Path, folder: Path) -> str:
    """The words of a file as another program has them: Python's csv, webvtt-py, LibreOffice; plain text as it is."""
    if path.suffix in (".vtt", ".srt"):
        import webvtt

        captions = webvtt.read(path) if path.suffix == ".vtt" else webvtt.from_srt(path)
        texts = [caption.text.replace("&amp;", "&") for caption in captions]
        return "\n".join(re.sub(r"^[A-Z]\w+ [A-Z]\w+: ", "", text) if "zoom" in path.parts else text for text in texts)
    if path.suffix == ".csv":
        import csv

        mark = "\t" if "oral_history_de" in path.parts else ","
        with path.open(encoding="utf-8", newline="") as stream:
            return "\n".join(
                (row.get("words") or row.get("TRANSCRIPT") or "") for row in csv.DictReader(stream, delimiter=mark)
            )
    if path.suffix == ".ods":
        made = soffice(path, "csv:Text - txt - csv (StarCalc):44,34,76,1", folder)
        return "\n".join(line.split(",", 2)[2] for line in made.read_text(encoding="utf-8").splitlines()[1:])
    if path.suffix in (".docx", ".odt"):
        return soffice_text(path, folder)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=[p.name[:40] for p in FILES])
def test_words_in_are_words_out(path, tmp_path):
    turns = parsed(path.relative_to(CORPORA).as_posix()).turns
    labelled = path.suffix in (".txt", ".md")  # elsewhere labels are no words of the text that is compared with
    said = "\n".join(
        (f"{turn.speaker}: " if labelled and turn.speaker else "") + "\n".join(turn.paragraphs) for turn in turns
    )
    theirs = _file_words(path, tmp_path)
    places = differences(theirs, said)
    missing = len(lost(places)) / len(words(theirs))
    assert added(places) == [], "\n".join(map(str, places))
    assert missing <= TOLERANCE[path.relative_to(CORPORA).parts[0]], "\n".join(map(str, places))


def test_laughter_and_what_could_not_be_heard_are_counted_as_grep_counts_them():
    for name in ("brain-science-23.md", "changelog--friends-39.md", "js-party-34.md"):
        text, _ = canonical(parsed(f"changelog_md/{name}").turns)
        marks = count_marks(text)
        assert marks["laughter"] == int(shell(rf"grep -oE '\\\[[^]]*laugh[^]]*\\\]' changelog_md/{name} | grep -c ."))
        assert marks["inaudible"] == int(
            shell(rf"grep -oE '\\\[(inaudible|unintelligible)[^]]*\\\]' changelog_md/{name} | grep -c .")
        )


def test_the_language_of_every_real_transcript_is_told():
    of = {"dutch_md": "nl", "portuguese_txt": "pt", "oral_history_de": "de"}
    for path in FILES:
        name = path.relative_to(CORPORA).as_posix()
        wanted = "es" if ".es." in name else "pt" if ".pt." in name else of.get(name.split("/")[0], "en")
        assert (name, language_of(canonical(parsed(name).turns)[0])) == (name, wanted)


def test_the_spanish_closing_panel_is_the_english_one_turn_by_turn():
    """40 turns in English, 39 in Spanish: one answer is missing there; every other turn has its counterpart's voice."""
    tables = {}
    for name in ("", ".es"):
        _, placed = canonical(parsed(f"bitcointranscripts_md/day-1-closing-panel{name}.md").turns)
        rows = [
            {"turn": n, "speaker": t.speaker, "role": "participant", "start": t.start, "end": t.end}
            for n, t in enumerate(placed, 1)
        ]
        tables[name] = TABLES["turns"].shape(rows)
    found = source_turns(tables[""], tables[".es"])
    voices_ = dict(zip(tables[""]["turn"].astype(str), tables[""]["speaker"], strict=True))
    paired = [(voices_[a], b) for a, b in zip(found, tables[".es"]["speaker"], strict=True) if a]
    assert len(paired) >= 37
    assert all(one == other for one, other in paired)
    assert [int(n) for n in found if n] == sorted({int(n) for n in found if n})

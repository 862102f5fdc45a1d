"""The real transcripts that lie beside the checkout: all of the six formats are read, with turns and voices as counted by grep."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from qualcode.config import Transcripts
from qualcode.transcripts import RawTranscript, ReadOptions
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.registry import ENDINGS, read

CORPORA = (
    Path(os.environ.get("QUALCODE_CORPORA") or Path(__file__).resolve().parents[3] / "shared" / "corpora")
    / "transcripts"
)
pytestmark = [
    pytest.mark.corpora,
    pytest.mark.skipif(not CORPORA.is_dir(), reason="the real transcripts are not here (set QUALCODE_CORPORA)"),
]
FILES = sorted(p for p in CORPORA.rglob("*") if p.suffix in ENDINGS) if CORPORA.is_dir() else []


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


def test_there_are_26_files_of_the_formats_that_are_read():
    assert len(FILES) == 26
    assert int(shell(r"find . -type f | grep -cE '\.(txt|md|docx|vtt|srt|otr)$'")) == 26


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
    ("dutch_md/interview-01.md", 10, 2, "grep -cE '^[QA]: '", 10),
    ("dutch_md/interview-02.md", 8, 2, "grep -cE '^[QA]: '", 8),
    ("dutch_md/interview-03.md", 14, 2, "grep -cE '^[QA]: '", 14),
    ("qualcoder_examples/transcript.txt", 7, 3, r"grep -cE '^\[id[0-9]\]'", 7),
    ("talkpython_vtt/001_nicola_iarocci_talk_python_to_me.txt", 460, 0, "grep -cE '^[0-9:]{8} '", 460),
    # and the summary before the first label
    ("portuguese_txt/dar_2011-03-30.txt", 214, 32, "grep -cE '^[^:]{1,80}: —'", 213),
    ("zoom/meeting001_chat.txt", 10, 5, "grep -c .", 10),
]


@pytest.mark.parametrize(("name", "turns", "speakers", "command", "printed"), COUNTS, ids=[row[0] for row in COUNTS])
def test_turns_and_voices_are_those_that_grep_counts(name, turns, speakers, command, printed):
    found = voices(name)
    assert sum(found.values()) == turns
    assert len(set(found) - {""}) == speakers
    assert int(shell(f"{command} {name}")) == printed


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

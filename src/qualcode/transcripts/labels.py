"""Who speaks, in text that a person typed: which beginnings of lines are speakers' labels.

A label counts when it recurs, or when the study knows it; what looks like a label and is neither is words. Every
decision is reported with its counts.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from qualcode.transcripts.cleaning import MOST_LINES, one_line, take_times
from qualcode.transcripts.forms import (
    CROWD,
    DATED,
    FALLBACKS,
    STRONG,
    Candidate,
    candidates_in,
    match,
    name_like,
    shape_of,
    without_colon,
)
from qualcode.transcripts.layouts import arrows, only_speech, part_of, parted, stamps, without_numbers, without_rules
from qualcode.transcripts.model import Line, RawTranscript, RawTurn, ReadOptions, UnreadableError, counted, drop_empty

# words by which legends name the one who asks, beside the configured labels
_ASKS_WORDS = (
    "interviewer interviewerin interviewers interviewende moderator moderatorin facilitator researcher "
    "forscher forscherin onderzoeker gespreksleider entrevistador entrevistadora pesquisador pesquisadora "
    "investigador investigadora enquêteur enquêtrice intervieweur intervieweuse intervistatore "
    "intervistatrice intervjuer intervjuare"
)
ASKS = frozenset(_ASKS_WORDS.split())
_ANSWERS_WORDS = (
    "participant participants respondent respondents interviewee informant teilnehmer teilnehmerin befragte befragter "
    "interviewte interviewter interviewpartner interviewpartnerin deelnemer deelneemster geïnterviewde participante "
    "entrevistado entrevistada répondant répondante participantes interviewé interviewée partecipante intervistato "
    "intervistata deltagare deltaker deltager informante uczestnik uczestniczka účastník účastnice"
)
_ARTICLE = re.compile(r"^(?:the|der|die|das|de|het|el|la|le|il|lo|o|a|an) |^l['’]", re.I)
_ROLES = ASKS | frozenset(_ANSWERS_WORDS.split())
# the line that a program writes above a transcript (aTrain)
_FIRST = re.compile(r"^Transcription for \S.{0,120}$")
_FOOTERS = re.compile(
    r"^(?:transcribed by https?://\S+|.{1,60} (?:started|stopped) transcription|"
    r"\W*end of (?:the )?(?:transcript|transcription|interview|recording)\W*|"
    r"(?:automatically )?(?:transcribed|transcript (?:provided|produced|generated|created)) (?:by|with|using) "
    r"(?:otter|trint|sonix|rev|happy ?scribe|descript|temi|amberscript|whisper|noscribe|atrain|microsoft|zoom)\b.{0,60}|"
    r"sonix is the world[’']s most advanced automated transcription.{0,80}|"
    r"automatically convert your \S{1,9} files to text .{0,120}|"
    r"sonix has many features that you[’']d love.{0,120})$",
    re.I,
)


@dataclass
class Decided:
    """The labels that are voices, by key, and those that mark the document's structure.

    `fallback` is the way of writing labels that no word tells (capitals, a tab), where the file's labels are written so.
    """

    voices: set[str] = field(default_factory=set)
    structure: set[str] = field(default_factory=set)
    fallback: str = ""

    def takes(self, candidate: Candidate) -> bool:
        """Whether the label of a line is a voice or structure, and is written as this file writes its labels."""
        if candidate.form in FALLBACKS and candidate.form not in (self.fallback, "heading", "time_name", "name_alone"):
            return False
        return candidate.key in self.voices or candidate.key in self.structure


def read_lines(
    lines: Sequence[Line],
    options: ReadOptions,
    *,
    plain: Callable[[str], str] = one_line,
) -> RawTranscript:
    """Turns of a text that a person typed.

    Parameters
    ----------
    plain
        Takes markup out of a line (Markdown), after the label is known.

    Returns
    -------
    A turn for each label; lines without one go on in the turn before, as paragraphs of their own. Before the first
    label, headings and facts about the interview are left out (noted), whole sentences are a turn of an unknown
    voice. Without any label each paragraph is a turn of an unknown voice.
    """
    lines = [line for line in lines if line.text.strip()]
    if len(lines) > MOST_LINES:
        raise UnreadableError(f"this file has more than {MOST_LINES:,} lines.", "Is it the right file?")
    lines, aside = only_speech(without_rules(part_of(lines, options, plain)), plain)
    lines, numbers = without_numbers(stamps(arrows(lines), plain))
    lines, notices = _without_notices(parted(lines, plain))
    found = [candidates_in(line, lines[at + 1 : at + 2], options, plain) for at, line in enumerate(lines)]
    if options.form:
        found = [[candidate for candidate in candidates if candidate.form == options.form] for candidates in found]
    decided = decide(found, lines, options)
    chosen = [next((c for c in cs if decided.takes(c)), None) for cs in found]
    if decided.fallback and not options.form:
        _look_again(chosen, lines, decided, plain)
    _say_times(chosen, lines)
    _drop_legend(chosen, decided)
    for at, candidate in enumerate(chosen):
        if (
            candidate
            and candidate.form in ("name_alone", "name_apart", "heading")
            and candidate.key in decided.structure
        ):
            chosen[at] = None
    _drop_silent(chosen, lines, decided)
    transcript = _turns(lines, chosen, decided, plain)
    transcript.pattern = pattern_of(c.form for c in chosen if c is not None and c.key in decided.voices)
    if aside:
        transcript.notes.append(f"{counted(aside, 'line')} of the meeting program left out (summary, attendees)")
    if notices:
        transcript.notes.append(f"{counted(notices, 'line')} of the chat program left out")
    if numbers:
        transcript.notes.append(f"{counted(numbers, 'line number')} left out")
    return transcript


def _say_times(chosen: Sequence[Candidate | None], lines: Sequence[Line]) -> None:
    """`P1: 10:30 we left.` among labels without times (fewer than half have one): somebody says it, in place."""
    said = [(candidate, line) for candidate, line in zip(chosen, lines, strict=True) if candidate and candidate.said]
    if len(said) < 0.5 * sum(1 for candidate in chosen if candidate):
        for candidate, line in said:
            candidate.rest, candidate.time = candidate.said, line.time
            candidate.form = "colon" if candidate.form == "timed" else candidate.form


def _look_again(
    chosen: list[Candidate | None], lines: Sequence[Line], decided: Decided, plain: Callable[[str], str]
) -> None:
    """Labels without a colon in lines in which a colon was looked at (`ANNA One thing: time.`), in place."""
    for at, line in enumerate(lines):
        if chosen[at] is None and not line.heading:
            again = without_colon(line, lines[at + 1 : at + 2], plain)
            chosen[at] = next((c for c in again if c.form == decided.fallback and decided.takes(c)), None)


def _without_notices(lines: list[Line]) -> tuple[list[Line], int]:
    """Of a chat (half of its lines have a date and a name) what people wrote, and how many lines the program wrote."""
    dated = [DATED.match(one_line(line.text)) is not None for line in lines]
    said = [
        bool(at) and any(c.form == "stamped" for c in match(line.text)) for at, line in zip(dated, lines, strict=True)
    ]
    if sum(said) < max(4, 0.5 * len(lines)):
        return lines, 0
    kept = [line for line, at, name in zip(lines, dated, said, strict=True) if name or not at]
    return kept, len(lines) - len(kept)


def pattern_of(forms: Iterable[str]) -> str:
    """How voices are marked, with counts: `bold 147; colon 2`."""
    return "; ".join(f"{form} {n}" for form, n in sorted(Counter(forms).items(), key=lambda item: (-item[1], item[0])))


def decide(found: Sequence[Sequence[Candidate]], lines: Sequence[Line], options: ReadOptions) -> Decided:
    """Which candidates are voices and which are structure, over the whole file."""
    not_voices = {label.casefold() for label in options.not_speakers}
    known = {label.casefold() for label in (*options.interviewers, *options.known)}
    by_form: dict[str, Counter[str]] = defaultdict(Counter)
    forms_of: dict[str, Counter[str]] = defaultdict(Counter)
    label_of: dict[str, str] = {}
    for candidates in found:
        for candidate in candidates:
            by_form[candidate.form][candidate.key] += 1
            forms_of[candidate.key][candidate.form] += 1
            label_of.setdefault(candidate.key, candidate.label)
    typed = Counter[str]()
    for form in ("bold", "dash", "timed", "colon", "name_time", "stamped", "pattern"):
        typed.update(by_form[form])
    if sum(by_form["clock"].values()) >= sum(typed.values()):
        typed.update(by_form["clock"])
    decided = Decided()
    decided.structure = {key for key in not_voices if typed[key] or by_form["bracket"][key]}
    voices = {key for key, n in typed.items() if n >= 2 or (key in known and n) or by_form["pattern"][key]}
    # a bracketed word at the start of lines is a voice only where that is how the file marks its turns
    starts = sum(1 for line in lines if line.gap) or len(lines)
    bracketed = by_form["bracket"]
    if bracketed and (sum(bracketed.values()) >= starts / 2 or any(key in known for key in bracketed)):
        voices |= {key for key, n in bracketed.items() if n >= 2 or key in known}
    if voices or _only_labelled(found, lines):
        # an id (`P01`) is nobody's way to begin a sentence; and a few lines that all have labels are a short talk
        voices |= {key for key in typed if re.fullmatch(r"[^\W\d_]{1,4}\d{1,3}", key) or CROWD.fullmatch(key)}
        stems = {_stem(key) for key in voices} - {""}
        voices |= {key for key in typed if _stem(key) in stems}  # `Speaker 3` beside `Speaker 2`
        if _only_labelled(found, lines):
            voices |= set(typed)
        if sum(by_form["stamped"].values()) >= 4:  # who writes in a chat is a voice, however often
            voices |= set(by_form["stamped"])
    voices -= not_voices
    few = (
        sum(typed[key] for key in voices)
        if all(set(forms_of[key]) <= {"colon", *FALLBACKS} for key in voices)
        else None
    )
    form, twice, often = _fallback(by_form, lines, known, not_voices, label_of) if few is not None else ("", set(), 0)
    if form and often >= 5 * (
        few or 0
    ):  # a few words before colons (`Example: …`) are not how such a file says who speaks
        voices = twice | _like(form, twice, found, lines, label_of) - not_voices
        decided.fallback = form
    else:  # names alone on a line beside labels that are known already
        voices |= {key for key in by_form["name_alone"] if key in known and by_form["name_alone"][key] >= 2}
    voices -= _legend_only(found, lines, voices)
    voices |= _single(found, lines, forms_of, voices, decided.structure, label_of, not_voices)
    decided.voices = voices
    return decided


def _fallback(
    by_form: dict[str, Counter[str]],
    lines: Sequence[Line],
    known: set[str],
    not_voices: set[str],
    label_of: dict[str, str],
) -> tuple[str, set[str], int]:
    """The way of writing labels without a colon that most paragraphs have: its labels, how often they stand; "" for none."""
    paragraphs = sum(1 for line in lines if not line.soft)
    best: tuple[str, set[str], int] = ("", set(), 0)
    for form, (share, alone) in FALLBACKS.items():
        twice = {key for key, n in by_form[form].items() if (n >= 2 or key in known) and key not in not_voices}
        if form == "sign" and not any(key in known or re.search(r"\d", key) for key in twice):
            continue  # letters before a stop are labels only where one is known to be: `Q. …`
        if form == "name_apart" and any(shape_of(label_of[key]) not in ("name", "id") for key in twice):
            share = 0.45  # short answers may look like such names, but not every other paragraph
        often = sum(by_form[form][key] for key in twice)
        if often >= max(4, share * paragraphs) and often > best[2] and (len(twice) > 1 or alone):
            best = (form, twice, often)
    return best


def _like(
    form: str,
    twice: set[str],
    found: Sequence[Sequence[Candidate]],
    lines: Sequence[Line],
    label_of: dict[str, str],
) -> set[str]:
    """Labels without a colon that stand once, where nearly every turn (nine in ten) begins with one, written as the others are."""
    own = [next((c for c in candidates if c.form == form), None) for candidates in found]
    if form == "heading":  # headings may be anything: one in ten at most, where those that come twice have no time
        timed = all(c.time is not None for c in own if c is not None and c.key in twice)
        first = next(at for at, c in enumerate(own) if c is not None and c.key in twice)
        may = [at for at, line in enumerate(lines) if at >= first and line.heading]
        once = [c for at in may if (c := own[at]) is None or c.key not in twice]
        if timed:
            may = [at for at in may if (c := own[at]) is not None and c.time is not None]
        elif len(once) > 0.1 * len(may):
            return set()
    elif form == "time_name":  # a time and a name and nothing else: not by chance
        may = [at for at, candidate in enumerate(own) if candidate is not None]
    elif form == "name_alone":  # a turn is a name and what follows until the next empty line
        may = [at for at, line in enumerate(lines) if own[at] is not None or (line.gap and at and own[at - 1] is None)]
    elif form == "bold_open" and any(line.bold for line in lines):  # what is bold besides are words of a sentence
        may = [at for at, line in enumerate(lines) if line.bold or own[at] is not None]
    elif form == "name_apart":  # a name, then its words
        may = [at for at, candidate in enumerate(own) if candidate is not None or (at and own[at - 1] is None)]
    else:
        may = [at for at, line in enumerate(lines) if own[at] is not None or not line.soft]
    shapes = {shape_of(label_of[key]) for key in twice} - {"word"}
    begin = [c for at in may if (c := own[at]) is not None and (c.key in twice or shape_of(c.label) in shapes)]
    return {candidate.key for candidate in begin} if len(begin) >= 0.9 * len(may) else set()


def _stem(key: str) -> str:
    """`speaker` of `speaker 3`, `p` of `p04`; "" of a label without a number."""
    numbered = re.fullmatch(r"([^\W\d_]+(?: [^\W\d_]+)?)[ ._\-]*\d{1,3}", key)
    return numbered[1] if numbered else ""


def _drop_legend(chosen: list[Candidate | None], decided: Decided) -> None:
    """Take lines before the talk that only say who is who for labels (`I: Interviewer`): they are facts, in place."""
    counts = Counter(candidate.key for candidate in chosen if candidate is not None)
    for at, candidate in enumerate(chosen):
        if candidate is None:
            continue
        words = re.findall(r"\w+", candidate.rest.casefold())
        says = bool(words) and len(words) <= 10 and bool(set(words[:2]) & _ROLES)
        if not says or candidate.key not in decided.voices or re.search(r"[.?!…]$", candidate.rest):
            return
        if counts[candidate.key] >= 2:
            chosen[at] = None


def _only_labelled(found: Sequence[Sequence[Candidate]], lines: Sequence[Line]) -> bool:
    """A short file (twelve lines) in which every line is a label and a sentence."""
    firsts = [candidates[0] for candidates in found if candidates]
    return (
        2 <= len(lines) <= 12
        and len(firsts) == len(lines)
        and all(
            c.form in ("bold", "dash", "timed", "colon") and re.search(r"[.?!…][\"”’')\]]*$", c.rest) for c in firsts
        )
    )


def _legend_only(found: Sequence[Sequence[Candidate]], lines: Sequence[Line], voices: set[str]) -> set[str]:
    """Known labels that stand once, before the talk begins, with a few words and no sentence: `Interviewer: RB`."""
    counts = Counter(c.key for cs in found for c in cs if c.key in voices)
    often = {key for key, n in counts.items() if n >= 2}
    if not often:
        return set()
    only: set[str] = set()
    for candidates in found:
        for candidate in candidates:
            if candidate.key in often:
                return only
            words = candidate.rest.split()
            if candidate.key in voices and 0 < len(words) <= 6 and not re.search(r"[.?!…]$", candidate.rest):
                only.add(candidate.key)
    return only


def _single(
    found: Sequence[Sequence[Candidate]],
    lines: Sequence[Line],
    forms_of: dict[str, Counter[str]],
    voices: set[str],
    structure: set[str],
    label_of: dict[str, str],
    not_voices: set[str],
) -> set[str]:
    """Labels that stand once, written as the file's other labels are: after the talk has begun, and not by chance."""
    main = Counter[str]()
    voices = voices | structure
    n_lines = _paragraphs(found, lines, voices)
    n_lines -= sum(1 for candidates in found if any(candidate.key in structure for candidate in candidates))
    for key in voices - structure:
        main.update({form: n for form, n in forms_of[key].items() if form not in FALLBACKS})
    total = sum(main.values())
    if total < 4:
        return set()
    shapes = {shape_of(label_of[key]) for key in voices if key in label_of}
    lined = sum(1 for candidates in found if any(c.form in ("colon", *STRONG) for c in candidates))
    dense = total >= 0.6 * n_lines or lined >= 0.9 * n_lines
    if (
        n_lines < 6 or lined < 0.95 * n_lines
    ):  # a single word before a colon is a voice only where every line has a label
        shapes -= {"word"}
    more: set[str] = set()
    begun = False
    for candidates in found:
        if any(candidate.key in voices for candidate in candidates):
            begun = begun or any(candidate.key in voices - structure for candidate in candidates)
            continue
        if not begun:
            continue
        for candidate in candidates:
            if candidate.key in not_voices:
                continue
            strong = candidate.form in STRONG and main[candidate.form] >= total / 2
            if strong and (name_like(candidate.label) or candidate.form in ("bold", "dash")):
                more.add(candidate.key)
            shape = shape_of(candidate.label)
            if candidate.form == "colon" and dense and main["colon"] >= total / 2 and shape in shapes:
                more.add(candidate.key)
    return more


def _paragraphs(found: Sequence[Sequence[Candidate]], lines: Sequence[Line], voices: set[str]) -> int:
    """How many lines may have a label: not those that go on, nor those right below a label that has its line to itself."""
    number = 0
    below = False
    for candidates, line in zip(found, lines, strict=True):
        number += not (below or (line.soft and not candidates))
        below = any(candidate.key in voices and not candidate.rest for candidate in candidates)
    return number


def _drop_silent(chosen: list[Candidate | None], lines: Sequence[Line], decided: Decided) -> None:
    """Labels that are hardly ever followed by words (`Sample: [13:14]`) mark places in the recording, not voices."""
    spoken, times = Counter[str](), Counter[str]()
    for at, candidate in enumerate(chosen):
        if candidate is None:
            continue
        times[candidate.key] += 1
        follows = at + 1 < len(chosen) and chosen[at + 1] is None and not lines[at + 1].heading
        if take_times(candidate.rest)[0] or follows:
            spoken[candidate.key] += 1
    silent = {key for key in decided.voices if key in times and spoken[key] < times[key] / 2}
    decided.voices -= silent
    decided.structure |= silent


def _turns(
    lines: Sequence[Line], chosen: Sequence[Candidate | None], decided: Decided, plain: Callable[[str], str]
) -> RawTranscript:
    first = next((at for at, c in enumerate(chosen) if c is not None and c.key in decided.voices), None)
    facts = _facts_alone(lines, plain) if first is None else 0
    spelling = spellings(c.label for c in chosen if c is not None and c.key in decided.voices)
    counts = {"headings": 0, "facts": 0, "structure": 0, "footers": 0, "before": 0, "unlabelled": 0}
    header: list[str] = []
    turns: list[RawTurn] = []
    fresh = True  # the next line begins a paragraph, whatever it says
    for at, (line, candidate) in enumerate(zip(lines, chosen, strict=True)):
        if candidate is not None and candidate.key in decided.structure:
            counts["structure"] += 1
            fresh = True
            continue
        if candidate is not None:
            words, time = take_times(one_line(plain(candidate.rest)))
            time = candidate.time if candidate.time is not None else time
            turns.append(RawTurn(spelling[candidate.key], [words] if words else [], time))
            fresh = not words
            continue
        bare = one_line(plain(line.text))
        if line.heading:
            counts["headings"] += 1
            header.append(bare)
            fresh = True
            continue
        words, time = take_times(bare)
        if not words:
            continue
        if _FOOTERS.match(words) or (at == 0 and _FIRST.match(words)):
            counts["footers"] += 1
            continue
        if at < facts:
            counts["facts"] += 1
            header.append(bare)
            continue
        if first is not None and at < first:
            header.append(bare)
            soft = line.soft and not fresh and bool(turns)
            if not soft and not _is_prose(lines, at, first, plain):
                counts["facts"] += 1
                fresh = True
                continue
            counts["before"] += 1
        if turns and line.soft and not fresh:
            turns[-1].paragraphs[-1] += f" {words}"
        elif first is None or not turns:
            turns.append(RawTurn("", [words], time if time is not None else line.time))
        else:
            turns[-1].paragraphs.append(words)
            counts["unlabelled"] += first is not None and at > first and bool(turns[-1].paragraphs[:-1])
            if turns[-1].start_s is None and len(turns[-1].paragraphs) == 1:
                turns[-1].start_s = time if time is not None else line.time
        fresh = False
    kept = drop_empty(turns)
    notes = _notes(counts, decided, len(turns) - len(kept), labels=first is not None)
    asks = legend(header, spelling)
    return RawTranscript(kept, notes, asks)


def _facts_alone(lines: Sequence[Line], plain: Callable[[str], str]) -> int:
    """How many lines at the beginning of a text without voices are facts (`Place: Leeds`): two and more, before other words."""
    found = 0
    for line in lines:
        fact = re.match(r"^[^\W\d_][^:.?!]{0,30}:\s+(\S.*)$", one_line(plain(line.text)))
        said = fact is None or len(fact[1].split()) > 15 or re.search(r"[.?!…][\"”’')\]]*$", fact[1])
        if line.heading or said:
            break
        found += 1
    return found if 2 <= found < len(lines) else 0


def _is_prose(lines: Sequence[Line], at: int, first: int, plain: Callable[[str], str]) -> bool:
    """Whether a paragraph before the first label is somebody speaking rather than a fact about the interview."""
    words = [one_line(plain(lines[at].text))]
    for line in lines[at + 1 : first]:
        if not line.soft:
            break
        words.append(one_line(plain(line.text)))
    text = take_times(" ".join(words))[0]
    return len(text.split()) >= 15 and bool(re.search(r"[.?!…][\"”’')\]]*$", text))


def _notes(counts: dict[str, int], decided: Decided, empty: int, *, labels: bool) -> list[str]:
    notes = []
    if not labels:
        notes.append("no speaker label found: each paragraph is a turn of an unknown voice")
    if counts["headings"]:
        notes.append(f"{counted(counts['headings'], 'heading')} left out")
    if counts["facts"]:
        notes.append(
            f"{counted(counts['facts'], 'line')} before the first speaker left out (facts about the interview)"
        )
    if counts["before"]:
        notes.append(f"{counted(counts['before'], 'line')} of speech before the first label: unknown voice")
    if counts["structure"]:
        notes.append(f"{counted(counts['structure'], 'line')} with a label that is no voice left out")
    if counts["footers"]:
        notes.append(f"{counted(counts['footers'], 'line')} of the transcription program left out")
    if counts["unlabelled"]:
        notes.append(f"{counted(counts['unlabelled'], 'paragraph')} without a label: the voice before goes on")
    if empty:
        notes.append(f"{counted(empty, 'label')} without words left out")
    if len(decided.voices) == 1:
        notes.append("only one voice has a label: look whether the others' words are among its paragraphs")
    return notes


def spellings(labels: Iterable[str]) -> dict[str, str]:
    """One spelling for each label, whatever its capitals: the most frequent, then the first."""
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for label in labels:
        seen[label.casefold()][label] += 1
    return {key: counts.most_common(1)[0][0] for key, counts in seen.items()}


def legend(header: Sequence[str], voices: dict[str, str], asks: Iterable[str] = ASKS) -> tuple[str, ...]:
    """Labels that the file's own legend calls interviewers: `Interviewer (Q): …`, `KC = interviewer`, `Interviewer: KC`."""
    words = {word.casefold() for word in asks}
    found: set[str] = set()
    for line in header:
        for one, other in _pairs(line):
            for who, what in ((one, other), (other, one)):
                if what.casefold() in words and who.casefold() in voices:
                    found.add(voices[who.casefold()])
    return tuple(sorted(found))


def _pairs(line: str) -> list[tuple[str, str]]:
    pairs = []
    code = re.match(r"^\W*([^\W\d_]+)\s*\(([^()]{1,20})\)", line)  # Interviewer (Q): name
    if code:
        pairs.append((code[1], code[2].strip()))
    sides = re.match(r"^\W*([^:=]{1,40}?)\s*[:=–]\s*(.{1,60})$", line)
    if sides:
        one, other = sides[1].strip(), _ARTICLE.sub("", sides[2].strip(" .\\"))
        pairs.append((one, other))
        inside = re.search(r"\(([^()]{1,20})\)\s*$", other)  # Interviewer: Full Name (FN)
        if inside:
            pairs.append((one, inside[1].strip()))
            pairs.append((one, other[: inside.start()].strip()))
        initials = "".join(word[0] for word in other.split())
        if len(initials) > 1:
            pairs.append((one, initials))
    return pairs


def require_words(transcript: RawTranscript) -> RawTranscript:
    """The transcript, if anybody says anything in it."""
    if not any(re.search(r"\w", paragraph) for turn in transcript.turns for paragraph in turn.paragraphs):
        raise UnreadableError("there are no words in this file.", "Is it the right file, and the whole of it?")
    return transcript

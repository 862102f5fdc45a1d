"""What in a study's texts may identify somebody and nobody has decided on: the candidates of the review list."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qualcode.deidentify.key import Entry, Key, plain
from qualcode.deidentify.known import base, ordinary
from qualcode.deidentify.match import Unsure, find, matcher_of
from qualcode.deidentify.names import (
    NOUNS_HAVE_CAPITALS,
    Name,
    Run,
    after_a_preposition,
    by_pipeline,
    by_presidio,
    capitalised,
    introduced,
)
from qualcode.deidentify.nouns import NOUNS_KNOWN, with_articles
from qualcode.deidentify.recognise import Found, recognise
from qualcode.deidentify.replace import Decisions, Judged, candidate_id, regions_of
from qualcode.transcripts.canonical import Placed
from qualcode.transcripts.labels import ASKS

RULES = {  # what a rule is called in the sheet; the first of a candidate's rules gives its kind
    "label": "speaker's label",
    "people": "in the sessions or participants table",
    "email": "e-mail address", "spoken_email": "e-mail address, spoken", "phone": "telephone number", "iban": "bank account",
    "card": "card number", "identity": "identity number", "birth": "date of birth", "address": "address", "postcode": "postcode",
    "handle": "account name", "url": "web address", "age": "age of 90 or more", "date": "date",
    "like": "like a name in the key", "part": "part of a name in the key", "unsure": "a form of the key, and perhaps not the name",
    "title": "after a title", "introduced": "after “my name is”", "pipeline": "spaCy pipeline", "presidio": "presidio",
    "capital": "capital letter inside a sentence", "unknown": "in no dictionary", "acronym": "capital letters",
}  # fmt: skip
_RANK = {rule: rank for rank, rule in enumerate(RULES)}
_NO_NAMES = re.compile(
    r".*\d|^(?:unknown|speaker|interviewer|participant|respondent|patient|doctor|nurse|all|everyone)\b", re.I
)
_SMALLEST = 4  # letters of a form that misspelt ones are looked for of


@dataclass(frozen=True)
class Named:
    """A transcript as it was read, names and all."""

    text: str
    placed: Sequence[Placed]
    language: str = "en"


@dataclass
class Candidate:
    """Words that may identify somebody: as they mostly stand, their kind, why they are listed, where they stand."""

    words: str
    about: str
    kind: str
    rules: tuple[str, ...]
    places: list[tuple[str, int, int]]
    like: Entry | None = None
    judged: Judged | None = None
    name: str = ""  # what a number is called

    @property
    def count(self) -> int:
        return len(self.places)

    @property
    def transcripts(self) -> list[str]:
        return sorted({transcript for transcript, _, _ in self.places})


@dataclass
class _Seen:
    """What was found of one candidate so far."""

    rules: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    places: set[tuple[str, int, int]] = field(default_factory=set)
    like: Entry | None = None
    name: str = ""


@dataclass
class Masked:
    """Candidates, and every stretch of each transcript that is a candidate or a form of the key (for masking contexts)."""

    candidates: list[Candidate]
    stretches: dict[str, list[tuple[int, int]]]


def candidates(
    transcripts: Mapping[str, Named],
    key: Key,
    decisions: Decisions,
    *,
    people: Iterable[str] = (),
    not_names: Collection[str] = (),
    countries: Collection[str] = (),
    pipelines: Mapping[str, str] | None = None,
    presidio: bool = False,
    automatic: Collection[str] = (),
    decided: bool = False,
) -> Masked:
    """Everything in the transcripts that may identify somebody and is not in the key.

    Parameters
    ----------
    people
        Names in the sessions and participants tables: they are looked for as whole words, in any case.
    not_names
        Labels and ids that name nobody (interviewers' labels, participants' ids, coders).
    automatic
        Rules whose finds are replaced by a mark without a decision (`replace.deidentify`): they wait for nobody.
    decided
        Those that somebody decided on, and those that are replaced without a decision, too.

    Returns
    -------
    Candidates with those that are surest to identify first, then by count.
    """
    every: dict[str, _Seen] = defaultdict(_Seen)
    covered: dict[str, list[tuple[int, int]]] = {}  # by the key
    taken: dict[str, list[tuple[int, int]]] = {}  # by the key, and by what has a shape of its own
    runs: dict[str, list[Run]] = {}
    lower: dict[str, Counter[str]] = defaultdict(Counter)
    nouns: set[str] = set()
    for name, one in transcripts.items():
        own = _Transcript(name, one, every)
        covered[name] = own.key_forms(key)
        own.shapes(recognise(one.text, one.language, countries=countries))
        own.taken += [match.span() for match in _PLACEHOLDER.finditer(one.text)]
        taken[name] = own.taken
        stretches = [(turn.start, turn.end) for turn in one.placed]
        own.names(introduced(one.text, one.language))
        pipeline = (pipelines or {}).get(base(one.language), "")
        if pipeline:
            own.names(by_pipeline(one.text, stretches, pipeline))
        if presidio:
            own.names(by_presidio(one.text, stretches, one.language, pipeline))
        found = (run for a, b in stretches for run in capitalised(one.text, one.language, start=a, end=b))
        # where nouns are left out, a run may be a part of a name after a title (Benedikt Stolz)
        aside = own.named if base(one.language) in NOUNS_KNOWN else []
        runs[name] = [part for run in found for part in run.outside(own.near(run.start, run.end, aside))]
        nouns.update(plain(word) for word in with_articles(one.text, one.language))
        lower[base(one.language)].update(word for word in re.findall(r"[^\W\d_]+", one.text) if word.islower())
    _capitals(transcripts, runs, lower, every, not_names, nouns)
    _labels_and_people(transcripts, people, not_names, taken, every)
    _near_forms(transcripts, key, taken, every)
    return _made(transcripts, key, decisions, every, covered, set() if decided else set(automatic), decided)


_PLACEHOLDER = re.compile(r"\[[^\[\]\n]{1,40} (?:[A-Z]|\d{1,3})\]")  # [Hospital A]: somebody has replaced a name


class _Transcript:
    """What was found in one transcript, and which stretches of it are taken."""

    def __init__(self, name: str, one: Named, every: dict[str, _Seen]) -> None:
        self.name, self.one, self.every = name, one, every
        self.taken: list[tuple[int, int]] = []
        self.named: list[tuple[int, int]] = []

    def free(self, start: int, end: int) -> bool:
        return not any(a < end and start < b for a, b in self.taken)

    def near(self, start: int, end: int, aside: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
        return [(a, b) for a, b in (*self.taken, *aside) if a < end and start < b]

    def add(self, start: int, end: int, rule: str, kind: str) -> _Seen:
        return _add(self.every, self.name, self.one.text, start, end, rule, kind)

    def key_forms(self, key: Key) -> list[tuple[int, int]]:
        """The stretches that the key replaces; what it is not sure of becomes a candidate."""
        matcher = matcher_of(key, self.one.language)
        unsure: list[Unsure] = []
        if matcher.first or matcher.unspaced:
            for start, end, label in regions_of(self.one.placed):
                hits, doubts = find(self.one.text, matcher, self.one.language, start=start, end=end, label=label)
                self.taken += [(hit.start, hit.end) for hit in hits]
                unsure += doubts
        for doubt in unsure:
            start, end = doubt.start, doubt.end
            if doubt.why.startswith("part"):  # all of the double name
                start -= len(re.search(r"(?:[^\W_]+[-‐‑‒–−])*$", self.one.text[:start]).group())  # type: ignore[union-attr]
                end += len(re.match(r"(?:[-‐‑‒–−][^\W_]+)*", self.one.text[end:]).group())  # type: ignore[union-attr]
            self.add(start, end, "unsure", doubt.entry.kind).like = doubt.entry
        return list(self.taken)

    def shapes(self, found: Sequence[Found]) -> None:
        for one in found:
            self.add(one.start, one.end, one.rule, one.kind).name = one.name if one.rule == "identity" else ""
            self.taken.append((one.start, one.end))

    def names(self, found: Iterable[Name]) -> None:
        for one in found:
            letters = sum(sign.isalpha() for sign in self.one.text[one.start : one.end])
            if self.free(one.start, one.end) and letters > 1:  # "my name is I"
                self.add(one.start, one.end, one.rule.split()[0], one.kind)
                self.named.append((one.start, one.end))


def _add(every: dict[str, _Seen], transcript: str, text: str, start: int, end: int, rule: str, kind: str) -> _Seen:
    words = text[start:end]
    seen = every[plain(words)]
    seen.rules.add(rule)
    if kind != "other":
        seen.kinds[kind] += 1
    if (transcript, start, end) not in seen.places:
        seen.places.add((transcript, start, end))
        seen.forms[" ".join(words.split())] += 1
    return seen


def _capitals(
    transcripts: Mapping[str, Named],
    runs: Mapping[str, Sequence[Run]],
    lower: Mapping[str, Counter[str]],
    every: dict[str, _Seen],
    not_names: Collection[str] = (),
    nouns: Collection[str] = (),
) -> None:
    """Words with a capital: inside a sentence, or where one begins and no dictionary knows them; not the `nouns`.

    A word that the study itself writes in lower case more often than with a capital inside sentences is an ordinary one.
    """
    inside: dict[str, Counter[str]] = defaultdict(
        Counter
    )  # words and runs with a capital inside sentences, by language
    first: dict[str, set[str]] = defaultdict(set)
    for name, found in runs.items():
        text, language = transcripts[name].text, base(transcripts[name].language)
        for run in found:
            spans = [plain(text[start:end]) for start, end in run.words]
            if run.first:
                first[language].add(spans.pop(0))
            inside[language].update(spans)
            if not run.first and len(spans) > 1:
                inside[language][plain(text[run.start : run.end])] += 1
    for language in {*first, *inside}:
        known = (
            ordinary({*first[language], *inside[language]}, language)
            | set(lower[language])
            | {plain(name) for name in not_names}
        )
        usual = {word for word in known if lower[language][word] > inside[language][word] or not inside[language][word]}
        usual |= set(nouns)
        for name, found in runs.items():
            if base(transcripts[name].language) != language:
                continue
            text = transcripts[name].text
            for run in found:
                named, rule = _named(text, run, known, usual, inside[language])
                if named is not None:
                    kind = "place" if after_a_preposition(text, named.start, language) else "other"
                    _add(every, name, text, named.start, named.end, rule, kind)


def _named(
    text: str, run: Run, known: Collection[str], usual: Collection[str], inside: Mapping[str, int]
) -> tuple[Run | None, str]:
    """What of a run is a candidate, and by which rule."""
    start = plain(text[slice(*run.words[0])])
    if run.first and len(run.words) > 1 and start in usual:
        shorter = run.without_first(text)  # "Yesterday Anna"
        return (_named(text, shorter, known, usual, inside)) if shorter is not None else (None, "")
    words = text[run.start : run.end]
    form = plain(words)
    if words.isupper() and len(words) > 1:
        return (None, "") if form in known else (run, "acronym")
    if len(run.words) > 1:
        return run, "capital"
    if run.first and form not in known and not inside.get(form):
        return run, "unknown"
    return (None, "") if form in usual else (run, "capital")


def _labels_and_people(
    transcripts: Mapping[str, Named],
    people: Iterable[str],
    not_names: Collection[str],
    taken: Mapping[str, Sequence[tuple[int, int]]],
    every: dict[str, _Seen],
) -> None:
    """Names in speakers' labels and in the study's tables, and every place where a part of one is said."""
    aside = {plain(name) for name in not_names} | ASKS
    names: dict[str, str] = {}
    for name, one in transcripts.items():
        for start, end, label in regions_of(one.placed):
            words = one.text[start:end]
            if not label or plain(words) in aside or _NO_NAMES.match(words) or len(words) < 2:
                continue
            if any(a < end and start < b for a, b in taken[name]):
                continue
            _add(every, name, one.text, start, end, "label", "person")
            names.setdefault(words, "label")
    for words in people:
        if plain(words) not in aside and not _NO_NAMES.match(words) and len(words) > 2 and not words.isupper():
            names.setdefault(words, "people")
    parts: dict[str, str] = {}
    for words, rule in names.items():
        for part in (words, *re.findall(r"[^\W\d_][^\W_'’]{2,}", words)):
            if part[0].isupper() and plain(part) not in aside:
                parts.setdefault(part, rule)
    if not parts:
        return
    made = Key(tuple(Entry(part, f"part {at}", "person", (part,)) for at, part in enumerate(parts)))
    for name, one in transcripts.items():
        for turn in one.placed:
            hits, unsure = find(one.text, matcher_of(made, one.language), one.language, start=turn.start, end=turn.end)
            for start, part in [
                *((hit.start, hit.entry.person) for hit in hits),
                *((doubt.start, doubt.entry.person) for doubt in unsure),
            ]:
                end = start + len(part)  # without its genitive
                if not any(a < end and start < b for a, b in taken[name]):
                    _add(every, name, one.text, start, end, parts[part], "person")


def _near_forms(
    transcripts: Mapping[str, Named],
    key: Key,
    taken: Mapping[str, Sequence[tuple[int, int]]],
    every: dict[str, _Seen],
) -> None:
    """Words that differ from a name in the key by a letter or two, or are a part of one: never replaced by guessing."""
    from rapidfuzz.distance import DamerauLevenshtein

    forms = {form: entry for form, entry in key.forms().items() if entry.kind in ("person", "place", "organisation")}
    if not forms:
        return
    words_of = {
        word: entry
        for form, entry in forms.items()
        for word in re.findall(r"[^\W\d_]+", form)
        if len(word) >= _SMALLEST
    }
    parts = {word: entry for word, entry in words_of.items() if word not in forms}
    by_length: dict[int, list[str]] = defaultdict(list)
    for word in sorted(words_of):
        by_length[len(word)].append(word)
    judged: dict[tuple[str, str], tuple[str, Entry] | None] = {}
    for name, one in transcripts.items():
        language = base(one.language)
        found = [
            match for turn in one.placed for match in re.compile(r"[^\W\d_]+").finditer(one.text, turn.start, turn.end)
        ]
        wanted = {
            (match.group().lower(), match.group()[0].isupper()) for match in found if len(match.group()) >= _SMALLEST
        }
        usual = ordinary({word for word, _ in wanted}, language)
        for word, capital in wanted:
            if (word, language) in judged and judged[word, language] is not None:
                continue
            if word in parts and (capital or word not in usual):
                judged[word, language] = ("part", parts[word])
            elif (
                word in words_of
                or (word in usual and not capital)
                or (capital and word in usual and language in NOUNS_HAVE_CAPITALS)
            ):
                judged.setdefault((word, language), None)
            else:
                judged[word, language] = _nearest(
                    word, by_length, words_of, DamerauLevenshtein.distance, strict=word in usual
                )
        for match in found:
            hit = judged.get((match.group().lower(), language))
            if hit is None or (match.group().islower() and match.group() in usual):
                continue
            if not any(a < match.end() and match.start() < b for a, b in taken[name]):
                _add(every, name, one.text, *match.span(), hit[0], hit[1].kind).like = hit[1]


def _nearest(
    word: str, by_length: Mapping[int, Sequence[str]], words_of: Mapping[str, Entry], distance: object, *, strict: bool
) -> tuple[str, Entry] | None:
    """The name's word that differs by one letter (two from eight letters on), or that the word begins with."""
    most = 1 if len(word) < 8 or strict else 2
    best: tuple[int, str] | None = None
    for length in range(len(word) - most, len(word) + most + 1):
        for other in by_length.get(length, ()):
            apart = distance(word, other, score_cutoff=most)  # type: ignore[operator]
            if apart <= most and (best is None or (apart, other) < best):
                best = (apart, other)
    if best is not None and not (strict and word[0] != best[1][0]):
        return "like", words_of[best[1]]
    if not strict:
        for length in range(_SMALLEST + 1, len(word)):
            if word[:length] in words_of:
                return "like", words_of[word[:length]]
    return None


def _made(
    transcripts: Mapping[str, Named],
    key: Key,
    decisions: Decisions,
    every: Mapping[str, _Seen],
    covered: Mapping[str, list[tuple[int, int]]],
    automatic: set[str],
    decided: bool,
) -> Masked:
    forms = key.forms()
    listed: list[Candidate] = []
    stretches: dict[str, list[tuple[int, int]]] = {name: list(covered[name]) for name in transcripts}
    for form, seen in every.items():
        if form in forms and seen.rules <= {
            "capital",
            "unknown",
            "acronym",
            "title",
            "introduced",
            "pipeline",
            "presidio",
            "label",
        }:
            continue
        judged = decisions.on(form, key.secret)
        if judged is not None and judged.choice in ("keep", "not_identifier") and not decided:
            continue
        if (
            form in forms
            and not decided
            and all(_inside(start, end, covered[name]) for name, start, end in seen.places)
        ):
            continue  # an address, a number that the key replaces already
        for name, start, end in seen.places:
            stretches[name].append((start, end))
        if judged is None and seen.rules <= automatic:
            continue
        rules = tuple(sorted(seen.rules, key=lambda rule: _RANK[rule]))
        kind = min(seen.kinds, key=lambda one: (-seen.kinds[one], one), default="other")
        if kind == "place" and 2 * seen.kinds[kind] < len(seen.places):
            kind = "other"  # "in Anna's view" now and then
        words = min(seen.forms, key=lambda one: (-seen.forms[one], one.isupper(), one))
        about = candidate_id(form, key.secret) if key.secret else ""
        listed.append(Candidate(words, about, kind, rules, sorted(seen.places), seen.like, judged, seen.name))
    listed.sort(
        key=lambda one: (_RANK[one.rules[0]] if one.rules[0] not in _LAST else len(RULES), -one.count, one.words)
    )
    return Masked(listed, {name: sorted(set(found)) for name, found in stretches.items()})


def _inside(start: int, end: int, stretches: Iterable[tuple[int, int]]) -> bool:
    return any(a <= start and end <= b for a, b in stretches)


_LAST = ("capital", "unknown", "acronym")

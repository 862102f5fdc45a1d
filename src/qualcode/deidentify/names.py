"""Words that may be names: with a capital where the language asks for none, after a title, after "my name is"; by a pipeline.

A name is found where it stands inside a sentence with a capital; then every place where it stands counts. At the beginning of a
sentence alone it is found where no dictionary knows the word. In German, where every noun has a capital, it is found where the
word is no noun (`nouns.is_noun`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from qualcode.deidentify.known import WORD, base
from qualcode.deidentify.nouns import HOUSES, NAME_NOBODY, NOUNS_KNOWN, OWN, SPAS, among_nouns, is_noun
from qualcode.errors import DeidentifyError

NOUNS_HAVE_CAPITALS = ("de", "lb")
_ANYWHERE = "van de der den ter ten von vom zu la le du da di del ibn bin"
_PARTICLES = {  # what stands in small letters inside a name
    "en": frozenset(f"{_ANYWHERE} of the".split()),
    "nl": frozenset(f"{_ANYWHERE} het te 't".split()),
    "fr": frozenset(f"{_ANYWHERE} les des".split()),
    "es": frozenset(f"{_ANYWHERE} el los las".split()),
    "pt": frozenset(f"{_ANYWHERE} das do dos".split()),
    "it": frozenset(f"{_ANYWHERE} della dello dei".split()),
    "de": frozenset(_ANYWHERE.split()) - {"der", "den", "ter", "ten"},
}
# what is written with a capital in a sentence and names nobody
_CAPITALS = {
    "en": "I I'm I'll I've I'd Monday Tuesday Wednesday Thursday Friday Saturday "
    "Sunday January February March April May June July August "
    "September October November December Christmas Easter God Internet Mr Mrs Ms Dr Prof Sir English OK TV PhD Okay",
    "nl": "OK TV Nederlands Engels",
    "fr": "Internet OK TV Mme Mlle Dr Pr Dieu",
    "de": " ".join(NAME_NOBODY),
    "es": "Internet OK TV Sr Sra Srta Dr Dra Dña Prof Dios",
    "pt": "Internet OK TV Sr Sra Senhor Senhora Dr Dra Prof Deus",
    "it": "Internet OK TV Sig Dott Dr Prof Dio",
}
# what stands before the apostrophe of a word that has lost its end, in small letters: l'Hôpital, dell'Ospedale, d'Inès
_ELIDED = {
    "fr": re.compile(r"(?:[cdjlmnstçy]|(?:jus|lors|puis|quoi)?qu)['’]", re.I),
    "it": re.compile(
        r"(?:[cdlmnstv]|(?:d[ae]|ne|a|su|co|que|be)ll|un|quest|gliel?|com|dov|cos|sant|tutt|anch)['’]", re.I
    ),
    "ca": re.compile(r"[dlmnst]['’]", re.I),
    "pt": re.compile(r"d['’]", re.I),
}
_TITLES = {
    "en": r"Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Prof|Professor|Sir|Lady|Lord|Nurse|Sister|Father|Reverend|Rev|Aunt|Uncle|Auntie",
    "nl": r"[Dd]hr|[Mm]evr|[Mm]w|[Mm]eneer|[Mm]evrouw|[Dd]e heer|[Dd]r|[Dd]rs|[Pp]rof|[Dd]okter|[Zz]uster|[Oo]om|[Tt]ante|[Ii]r",
    "de": r"Herrn?|Frau|Dr|Prof|Doktor|Professor(?:in)?|Schwester|Pfleger|Onkel|Tante|Oma|Opa|Pfarrer(?:in)?|Ehepaar|Familie"
    r"|\w*(?:[Aa]rzt|[Ää]rztin|[Dd]irektor(?:in)?)",
    "fr": r"M|Mme|Mlle|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|[Dd]octeur|Dr|[Pp]rofesseur|Pr|Me|[Tt]onton|[Tt]ata",
    "es": r"Sr|Sra|Srta|[Ss]eñor|[Ss]eñora|[Ss]eñorita|[Dd]on|[Dd]oña|Dr|Dra|[Dd]octora?|[Pp]rofesora?|[Tt]ío|[Tt]ía|D|Dña",
    "pt": r"Sr|Sra|Sr\.ª|[Ss]enhor|[Ss]enhora|[Dd]ona|D|Dr|Dra|Dr\.ª|[Dd]outora?|[Pp]rofessora?|Prof|[Ee]nfermeir[ao]|[Tt]i[oa]",
    "it": r"Sig|Sig\.ra|[Ss]ignora?|Dott|Dott\.ssa|[Dd]ottor|[Dd]ottoressa|Prof|[Pp]rofessor|[Pp]rofessoressa",
}
_INTRODUCED = {
    "en": r"[Mm]y name(?:['’]s| is)|(?:\bI['’]m|\bI am|[Tt]his is) (?=[^\W\d_]+ (?:from|and I|speaking|here)\b)"
    r"|[Cc]alled|[Nn]amed|[Nn]ames? (?:is|are|was)",
    "nl": r"[Ii]k heet|[Mm]ijn naam is|[Mm]'n naam is|heet(?:te)?|genaamd|[Jj]e spreekt met|[Mm]et (?=[^\W\d_]+ van)",
    "de": r"[Ii]ch heiße|[Mm]ein Name (?:ist|war)|(?<!das )(?<!Das )(?<!was )(?<!Was )heißt|hieß|namens|genannt"
    r"|[Ii]ch bin (?:der|die)|[Dd]er (?=[^\W\d_]+ hat gesagt)",
    "fr": r"[Jj]e m['’]appelle|[Mm]on nom est|s['’]appelle(?:nt)?|s['’]appelait|nommée?|prénommée?|[Jj]e suis (?=[^\W\d_]+[,.])",
    "es": r"[Mm]e llamo|[Mm]i nombre es|se llamaba?|llamad[oa]|[Ss]oy (?=[^\W\d_]+[,.])",
    "pt": r"[Cc]hamo-me|[Mm]e chamo|[Oo] meu nome é|[Mm]eu nome é|(?:que )?se chama(?:va)?|chamad[oa]|chama-se|[Ss]ou [oa]",
    "it": r"[Mm]i chiamo|[Ii]l mio nome è|si chiama(?:va)?|di nome",
}
_CAPITAL_NAME = r"[^\W\d_a-zß-öø-ÿ](?:[^\W_]|['’\-][^\W\d_])*"
_NAMES = (
    rf"(?P<name>(?:[^\W\d_a-zß-öø-ÿ]\. ?)*{_CAPITAL_NAME}(?: (?:(?:van|de|der|den|het|ter|von|vom|"
    rf"zu|da|das|do|dos|di|del|della|la|le|du|y|e) ?)*(?:[^\W\d_a-zß-öø-ÿ]\. ?)*{_CAPITAL_NAME})*)"
)
_END_OF_SENTENCE = re.compile(r"[.!?…:;»]['\"”’)\]»]*\s+$|\n$|^$|[\"“„«¿¡–—]\s*$|(?:^|\s)[-•]\s$")
_TO_PLACES = {  # words after which a place is named
    "en": r"in|from|near|to live in|outside|around",
    "nl": r"in|uit|naar|te|bij",
    "fr": r"à|de|vers|depuis",
    "es": r"en|desde|hacia|hasta",
    "pt": r"em|no|na|desde|até",
    "it": r"a|in|da",
}
_LABELS = {  # what pipelines call what; other labels say nothing here
    "PER": "person", "PERSON": "person", "LOC": "place", "GPE": "place", "FAC": "place", "ORG": "organisation",
    "LOCATION": "place", "ORGANIZATION": "organisation", "NORP": "other",
}  # fmt: skip


@dataclass(frozen=True)
class Name:
    """`text[start:end]` may be a name: of which kind (a guess), by which rule."""

    start: int
    end: int
    kind: str
    rule: str


@dataclass(frozen=True)
class Run:
    """The words of a run with capitals, each its start and end; `first`: the capital of its first word begins a sentence."""

    words: tuple[tuple[int, int], ...]
    first: bool

    @property
    def start(self) -> int:
        return self.words[0][0]

    @property
    def end(self) -> int:
        return self.words[-1][1]

    def outside(self, taken: Sequence[tuple[int, int]]) -> Iterator[Run]:
        """The parts of the run whose words are not taken."""
        part: list[tuple[int, int]] = []
        for word in (*self.words, (-1, -1)):
            if word[0] >= 0 and not any(a < word[1] and word[0] < b for a, b in taken):
                part.append(word)
                continue
            if part:
                yield Run(tuple(part), self.first and part[0] == self.words[0])
            part = []

    def without_first(self, text: str) -> Run | None:
        """The run from its second word with a capital on; None where there is none."""
        for at in range(1, len(self.words)):
            if text[self.words[at][0]].isupper():
                return Run(self.words[at:], False)
        return None


def introduced(text: str, language: str) -> Iterator[Name]:
    """Names after a title ("Dr Khan") and where somebody is introduced ("my name is Anna")."""
    german = base(language) in NOUNS_KNOWN
    for rule, pattern in _introductions(base(language)):
        for match in pattern.finditer(text):
            start, end = match.span("name")
            if german:
                start, end = among_nouns(text, match, rule, language)
            if end > start and not (rule == "title" and _AFTER_A_STOP.search(text, match.start(), start)):
                yield Name(*_without_dot(text, start, end), *_RULES.get(rule, ("person", rule)))


# "the nurse. Then": the dot is no part of the title; it is after a short one (Dr., Sig.ra, drs.)
_SHORTENED = r"dhr|mevr|mw|dra?|drs|prof|ir|mrs?|ms|mx|rev|m|mme|mlle|pr|me|sra?|srta|d|dña|sig|ra|dott|ssa|med|st"
_AFTER_A_STOP = re.compile(rf"(?<!\w)(?!(?:{_SHORTENED})\.)\w+\.\s+$", re.I)
_RULES = {"own": ("person", "introduced"), "house": ("organisation", "capital"), "spa": ("place", "capital")}


@lru_cache(maxsize=20)
def _introductions(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    made = []
    if language in _TITLES:
        german = language in NOUNS_KNOWN  # Herr der Lage
        more = "Dr|Prof|med|van|von|zu" if german else "Dr|Prof|van|de|der|den|von|da|do"
        titled = rf"(?<!\w)(?:{_TITLES[language]})\.?[^\S\n]+(?:(?:{more})\.? )*{_NAMES}"
        made.append(("title", re.compile(titled)))
    if language in _INTRODUCED:
        made.append(("introduced", re.compile(rf"(?<!\w)(?:{_INTRODUCED[language]})[^\S\n]*,?[^\S\n]*{_NAMES}")))
    if language in NOUNS_KNOWN:
        made += [
            ("own", re.compile(OWN + _NAMES)),
            ("house", re.compile(HOUSES + _NAMES)),
            ("spa", re.compile(SPAS + _NAMES)),
        ]
    return tuple(made)


def capitalised(text: str, language: str, *, start: int = 0, end: int | None = None) -> Iterator[Run]:
    """Words with a capital, and runs of them ("Anna de Vries"), in `text[start:end]`.

    Where every noun has a capital: without nouns; nothing where the dictionary does not tell them from names.
    """
    if base(language) in NOUNS_HAVE_CAPITALS and base(language) not in NOUNS_KNOWN:
        return
    nouns = base(language) in NOUNS_KNOWN
    elided = _ELIDED.get(base(language))
    end = len(text) if end is None else end
    aside = _aside(base(language))
    particles = _PARTICLES.get(base(language)) or frozenset(_ANYWHERE.split())
    run: list[tuple[int, int, str]] = []
    since = 0
    for match in WORD.finditer(text, start, end):
        word = match.group()
        begin, stop = match.span()
        initial = len(word) == 2 and word.endswith(".") and word[0].isupper()
        if word.endswith(".") and not initial:
            word, stop = word[:-1], stop - 1
        if elided is not None and (article := elided.match(word)) and not _is_part(text, begin, start, word):
            begin, word = begin + article.end(), word[article.end() :]
        if run and not re.fullmatch(r"[^\S\n]", text[since:begin]):
            yield from _run(text, run, aside, start)
            run = []
        capital = word[0].isupper() and not (nouns and len(word) > 1 and is_noun(word, language))
        if capital or (run and word.lower() in particles):
            run.append((begin, stop, word))
        elif run:
            yield from _run(text, run, aside, start)
            run = []
        since = stop
    if run:
        yield from _run(text, run, aside, start)


def _is_part(text: str, begin: int, start: int, word: str) -> bool:
    """Whether what stands before an apostrophe belongs to the name: with a capital inside a sentence (Anna D'Angelo)."""
    if not word[0].isupper():
        return False
    return begin > start and _END_OF_SENTENCE.search(text, max(start, begin - 8), begin) is None


@lru_cache(maxsize=20)
def _aside(language: str) -> frozenset[str]:
    return frozenset(word.replace("’", "'").lower() for word in _CAPITALS.get(language, "OK TV").split())


def _run(text: str, run: list[tuple[int, int, str]], aside: frozenset[str], start: int) -> Iterator[Run]:
    """The parts of a run that may be names: cut at words that name nobody, particles at the ends left out."""
    begins = _END_OF_SENTENCE.search(text, max(start, run[0][0] - 8), run[0][0]) is not None or run[0][0] == start
    parts: list[list[tuple[int, int, str]]] = [[]]
    for one in run:
        word = one[2].replace("’", "'").lower()
        if word in aside or word.split("'")[0] == "i":
            parts.append([])
        else:
            parts[-1].append(one)
    for part in parts:
        words = _trimmed(part)
        if words:
            spans = tuple((one[0], _cut(text, one)) for one in words)
            yield Run(spans, begins and words[0][0] == run[0][0])


def _trimmed(words: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Without particles at the ends."""
    capitals = [at for at, one in enumerate(words) if one[2][0].isupper()]
    return words[capitals[0] : capitals[-1] + 1] if capitals else []


def after_a_preposition(text: str, start: int, language: str) -> bool:
    """Whether the words at `start` stand where a place is named ("in Leeds"), which is no proof."""
    words = _TO_PLACES.get(base(language))
    return words is not None and re.search(rf"(?<!\w)(?:{words})\s$", text[max(0, start - 12) : start]) is not None


def _cut(text: str, word: tuple[int, int, str]) -> int:
    """The end of a word without its genitive."""
    found = re.search(r"['’](?:s|S)$", text[word[0] : word[1]])
    return word[1] - len(found.group()) if found else word[1]


def _without_dot(text: str, start: int, end: int) -> tuple[int, int]:
    words = text[start:end]
    if words.endswith(".") and not re.search(r"(?:^|[ .])[^\W\d_]\.$", words):
        end -= 1
    found = re.search(r"['’][sS]$", text[start:end])
    return start, end - len(found.group()) if found else end


# ---------------------------------------------------------------- what is installed


@lru_cache(maxsize=8)
def load_pipeline(name: str) -> Any:
    """An installed spaCy pipeline, by name or folder. Nothing is downloaded.

    Raises
    ------
    DeidentifyError
        It is not installed, or finds no names.
    """
    import spacy

    try:
        pipeline = spacy.load(name)
    except (OSError, ValueError, ImportError) as error:
        what = f"the spaCy pipeline '{name}' (deidentify.pipelines) cannot be loaded."
        hint = f"Install it, or take it out of the configuration. ({type(error).__name__})"
        raise DeidentifyError(what, where="config/study.yaml", hint=hint) from error
    if not {"ner", "entity_ruler", "span_ruler"} & set(pipeline.pipe_names):
        what = f"the spaCy pipeline '{name}' (deidentify.pipelines) has no part that finds names."
        raise DeidentifyError(what, where="config/study.yaml", hint="Choose one with 'ner'.")
    return pipeline


def by_pipeline(text: str, stretches: Sequence[tuple[int, int]], name: str) -> Iterator[Name]:
    """What an installed spaCy pipeline takes for people, places and organisations in these stretches of a text."""
    pipeline = load_pipeline(name)
    for (start, _), document in zip(stretches, pipeline.pipe(text[a:b] for a, b in stretches), strict=True):
        for entity in document.ents:
            if entity.label_ in _LABELS:
                begin, end = start + entity.start_char, start + entity.end_char
                yield Name(*_without_dot(text, begin, end), _LABELS[entity.label_], "pipeline")


@lru_cache(maxsize=4)
def load_presidio(language: str, pipeline: str) -> Any:
    """presidio's analyser on a blank pipeline (patterns alone) or an installed one, kept from asking the network.

    Raises
    ------
    DeidentifyError
        presidio-analyzer is not installed.
    """
    try:
        import presidio_analyzer as presidio
        import tldextract
        from presidio_analyzer.nlp_engine import SpacyNlpEngine
    except ImportError as error:
        hint = "Install it with `pip install 'qualcode[presidio]'`, or set deidentify.presidio to false."
        raise DeidentifyError("presidio-analyzer is not installed.", where="config/study.yaml", hint=hint) from error
    import spacy

    # the list of domain endings that it has, in place of one that it would download
    tldextract.extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    engine = SpacyNlpEngine(models=[{"lang_code": language, "model_name": pipeline or "blank"}])
    engine.nlp = {language: load_pipeline(pipeline) if pipeline else spacy.blank(language)}
    registry = presidio.RecognizerRegistry(supported_languages=[language])
    registry.load_predefined_recognizers(languages=[language], nlp_engine=engine)
    return presidio.AnalyzerEngine(nlp_engine=engine, registry=registry, supported_languages=[language])


_PRESIDIO = {
    "PERSON": "person", "LOCATION": "place", "ORGANIZATION": "organisation", "NRP": "other", "DATE_TIME": "date",
    "EMAIL_ADDRESS": "contact", "PHONE_NUMBER": "contact", "URL": "contact", "IP_ADDRESS": "contact",
}  # fmt: skip


def by_presidio(text: str, stretches: Sequence[tuple[int, int]], language: str, pipeline: str = "") -> Iterator[Name]:
    """What presidio-analyzer finds in these stretches of a text."""
    analyser = load_presidio(base(language), pipeline)
    for start, end in stretches:
        for one in analyser.analyze(text=text[start:end], language=base(language)):
            kind = _PRESIDIO.get(one.entity_type, "number")
            yield Name(start + one.start, start + one.end, kind, f"presidio {one.entity_type.lower()}")

"""Names in a language in which every noun has a capital: told from nouns by a dictionary, by what stands beside them, by syntax."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from qualcode.deidentify.known import WORD, base, ordinary

NOUNS_KNOWN = ("de",)  # every noun has a capital, and the dictionary has each with its forms
_BUILDS = 12  # compounds that begin with a noun; names begin few (Annahme, Martinshorn)
_OF_NOUNS = re.compile(
    r"(?:ung|heit|keit|schaft|tion|ität|ismus|management)(?:s|en)?$|innen$|(?:log|skop|tom|iatr|therap|path|gra(?:f|ph)|äm)ie$|itis$"
)
# what is written with a capital and names nobody, though it has the forms of a name
NAME_NOBODY = frozenset(["anfang", "mitte", "ende", "gott", "herr", "herrn", "frau", "dr", "prof", "ok", "tv"])
# "Mein Sohn Peter hat": what stands before the verb of a German sentence is one thing, so Peter is the son
OWN = (
    r"(?:^|(?<=\n)|(?<=[.!?…:] )|(?<=[Uu]nd )|(?<=[Aa]ber )|(?<=[Dd]enn ))"
    r"(?:[Mm]ein|[Dd]ein|[Ss]ein|[Ii]hr|[Uu]nser|[Ee]uer)e?[^\S\n]"
    r"(?:[a-zß-öø-ÿ]+e[rs]?[^\S\n])?[A-ZÄÖÜ][\w\-]+,?[^\S\n](?=[^\W\d_a-zß-öø-ÿ][\w\-]+(?: [^\W\d_a-zß-öø-ÿ][\w\-]+)?"
    r" (?!der|des|und|oder|im|am|in)[a-zß-öø-ÿ])"
)
_BEGINS = re.compile(r"(?:^|\n|[.!?…:] |(?:[Uu]nd|[Aa]ber|[Dd]enn) )(?:[Dd](?:er|ie|as) )?$")
# "im Klinikum Hohenfels": houses that have names
HOUSES = (
    r"(?<!\w)(?:\w*(?:[Kk]linikum|[Kk]rankenhaus|[Kk]linik|[Hh]ospital|[Pp]raxis|[Ss]tift|[Pp]flegeheim|[Zz]entrum)|Haus|MVZ)"
    r"[^\S\n](?:(?:St|Sankt|Dr)\.? )?"
)
SPAS = r"(?<!\w)(?=(?:Bad|Sankt)[^\S\n][A-ZÄÖÜ])"  # Bad Wildungen
_ONE = re.compile(
    r"(?:ei|kei|mei|dei|sei)n(?:e[mnrs]?)?|(?:ihr|unser|eu?er)(?:e[mnrs]?)?|(?:dies|jed|jen|welch|manch)e[mnrs]?|als",
    re.I,
)
_THE = re.compile(r"d(?:er|ie|as|em|en|es)", re.I)
_ROLES = re.compile(
    r"(?:Doktor|Professor|Direktor|Kollege|Minister|Präsident|Pfarrer|Pastor|Meister|Rat"
    r"|\w*(?:arzt|direktor|präsident|leiter|rat|meister))n?"
)
_STRONG = re.compile(r"(?:Herrn?|Dr|Prof|Doktor|Ehepaar)\b")
_WITH_ARTICLE = re.compile(
    r"(?<!\w)(?i:k?ein|k?eine[mnrs]?|das|des|im|am|zum|zur|vom|beim|ins|ans|diese[mnrs]?|jede[mnrs]?|welche[mnrs]?|viele[nr]?"
    r"|alle[nr]?|mehr|wenig|pro|per)(?:\s[a-zß-öø-ÿ]+e[mnrs]?){0,2}\s(?P<word>[A-ZÄÖÜ]\w+)(?![\w\-])"
)


def among_nouns(text: str, match: re.Match[str], rule: str, language: str) -> tuple[int, int]:
    """The name of a match without the nouns beside it ("Frau Professor Siebert Hilfe brauchte"); nothing where it is none."""
    begin = match.start("name")
    words = [word for word in WORD.finditer(text, begin, match.end("name")) if word.end() - word.start() > 1]
    while rule == "title" and words and _is_role(words[0].group(), language):
        words.pop(0)
    if not words or not _may_be_called(text, match, words[0].group().rstrip("."), rule, language):
        return begin, begin
    if words[0].start() > begin + 3:  # without a role; initials stay
        begin = words[0].start()
    end = words[0].end()
    sure = rule == "spa" or _is_subject(text, match)
    for word in words[1:]:
        said = word.group().rstrip(".")
        if said[0].islower():
            sure = False  # Koch von der Krankenkasse
        elif not sure and is_noun(said, language, compounds=False) and not _may_be_surname(said, language):
            break
        else:
            end = word.end()
    return begin, end


def _is_subject(text: str, match: re.Match[str]) -> bool:
    """Whether a sentence begins with it and goes on with its verb: then no noun but the name stands there."""
    begins = _BEGINS.search(text, max(0, match.start() - 12), match.start())
    return begins is not None and re.match(r" [a-zß-öø-ÿ]", text[match.end("name") : match.end("name") + 2]) is not None


def _is_role(word: str, language: str) -> bool:
    """Frau Doktor, Frau Ministerin: a word for what somebody does."""
    return _ROLES.fullmatch(word) is not None or (word.endswith("in") and in_dictionary(f"{word}nen", language))


def _may_be_called(text: str, match: re.Match[str], first: str, rule: str, language: str) -> bool:
    """Whether the first word after a title or an introduction is a name there, and not a noun that follows by chance."""
    if first.lower() in NAME_NOBODY:
        return False  # the title's own rule has it: "ich bin der Herr Kessler"
    if rule in ("own", "spa"):
        return True
    if rule == "house":
        return not is_noun(first, language, compounds=False)
    said = text[match.start() : match.start("name")]
    if rule == "introduced":
        return said.lower().startswith(("ich heiße", "mein name", "namens")) or not is_noun(first, language)
    if _STRONG.match(said):
        return True
    before = re.search(r"(\w+)\s$", text[max(0, match.start() - 30) : match.start()])
    article = before is not None and (
        _ONE.fullmatch(before.group(1)) or (not said.startswith("Frau") and _THE.fullmatch(before.group(1)))
    )
    return not (article and is_noun(first, language))


def _may_be_surname(word: str, language: str) -> bool:
    """Whether a noun is what many surnames are: who does a job (Koch: Köchin), or how somebody is (Klein)."""
    rounded = re.sub(r"[aou](?=[^aou]*$)", lambda found: {"a": "ä", "o": "ö", "u": "ü"}[found.group()], word)
    women = {f"{one.removesuffix('e')}in" for one in (word, rounded)}
    return any(in_dictionary(one, language) for one in women)


def with_articles(text: str, language: str) -> Iterator[str]:
    """Words of the dictionary that stand after an article as names do not ("das neue Tablet"), where every noun has a capital."""
    if base(language) in NOUNS_KNOWN:
        for match in _WITH_ARTICLE.finditer(text):
            if in_dictionary(match["word"], language):
                yield match["word"]


# ---------------------------------------------------------------- the dictionary


@dataclass(frozen=True)
class _Capitals:
    """The words of a dictionary with a capital: nouns, and those that are inflected as names are; lower-case forms of names."""

    nouns: frozenset[str]
    names: frozenset[str]
    small: frozenset[str]


@lru_cache(maxsize=100_000)
def is_noun(word: str, language: str, *, compounds: bool = True) -> bool:
    """Whether a word with a capital is a noun, or another word, of a language in which every noun has one; else it may be a name.

    A dictionary of German has names too. They show by their forms: a name has a genitive in -s or with an apostrophe and no other
    form (Annas, Hans'), and few compounds begin with it.

    Parameters
    ----------
    compounds
        Words that no dictionary has and that are put together of two that it has are nouns.
    """
    words = _capitals(language)
    if "-" in word:
        *first, last = word.split("-")
        return _noun(last, words, language, compounds) and all(
            one.isupper() or one.islower() or _noun(one, words, language, compounds) for one in first if one
        )
    return _noun(word, words, language, compounds)


def in_dictionary(word: str, language: str) -> bool:
    """Whether the dictionary has a word with a capital, noun or name."""
    words = _capitals(language)
    return word in words.nouns or word in words.names


def _noun(word: str, words: _Capitals, language: str, compounds: bool) -> bool:
    if not word:
        return False
    lower = word.lower()
    if word in words.nouns or (lower not in words.small and ordinary([lower], language)):
        return True
    if _OF_NOUNS.search(word):
        return True
    if word in words.names:
        return _is_compound(word, words, language, head=4, tail=5)  # Leiter-wagen; Hart-mann and Olden-burg are names
    if ordinary([lower], "en"):  # Update, Stroke Unit
        return True
    return compounds and _is_compound(word, words, language)


def _is_compound(word: str, words: _Capitals, language: str, *, head: int = 3, tail: int = 4) -> bool:
    """Whether a word is put together of a word and a noun (Überleitungs-bogen); not of a name and a noun (Anna-klinik)."""
    for at in range(head, min(len(word), 60) - tail + 1):
        if word[at:].capitalize() not in words.nouns:
            continue
        begins = word[:at]
        for one in (begins, begins.removesuffix("s"), f"{begins}e"):
            if one in words.nouns or ordinary([one.lower()], language):
                return True
    return False


@lru_cache(maxsize=1)
def _capitals(language: str) -> _Capitals:
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    lemmas = DefaultDictionaryFactory(cache_max_size=1).get_dictionary(base(language))
    # gone through once: each pair is looked up anew
    written = [pair for pair in lemmas.items() if pair[0][:1].isupper() or pair[1][:1].isupper()]
    every, like_nouns, like_names = set(), set(), set()
    for word, lemma in written:
        if lemma[:1].isupper():
            every.add(lemma)
            ending = word[len(lemma) :] if word.startswith(lemma) else None
            if ending == "'" or (ending == "s" and lemma.endswith("e")):  # Hans', Sabines: no noun in -e has one
                like_names.add(lemma)
            elif ending not in ("", "s") and word[:1].isupper():
                like_nouns.add(lemma)
    names = every - (like_nouns - like_names)
    names -= _that_build(every, names)
    nouns = every - names
    for word, lemma in written:
        if word[:1].isupper():
            (names if lemma in names else nouns).add(word)
    small = {word for word, lemma in written if lemma in names and word.islower()}
    return _Capitals(frozenset(nouns), frozenset(names - nouns), frozenset(small))


def _that_build(every: Collection[str], names: Collection[str]) -> set[str]:
    """Those of the names that many compounds begin with, which are nouns: Team, Eltern, Kamera."""
    builds: Counter[str] = Counter()
    for word in every:
        for at in range(3, min(len(word) - 3, 12)):
            if word[:at] in names and any(
                rest.capitalize() in every and rest.capitalize() not in names
                for rest in (word[at:], word[at:].removeprefix("s"))
            ):
                builds[word[:at]] += 1
    return {name for name, count in builds.items() if count >= _BUILDS}

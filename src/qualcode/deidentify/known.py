"""Which words are ordinary words of a language: simplemma's dictionaries, which lie on this machine."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from qualcode.stopwords import stop_words

# what a language is called here -> its dictionary
_CALLED = {"no": "nb", "nb": "nb", "nn": "nn", "sr": "hbs", "hr": "hbs", "bs": "hbs"}
_LETTERS = r"[^\W\d_]"
WORD = re.compile(rf"(?<![\w@/]){_LETTERS}(?:[^\W_]|['’\-]{_LETTERS})*\.?")
_MOST = 500_000  # words remembered of a language: its dictionary is large, and looked into once for most texts
_asked: dict[str, dict[str, bool]] = {}
_SHORT = re.compile(r"([a-z]+)['’](?:d|ll|m|re|t|ve)")  # not 's, which names have too
_ADVERBS = {"fr": "ment", "es": "mente", "pt": "mente", "it": "mente"}
_LACKING = {  # small words that the dictionaries do not have
    "de": "jo joa",
    "es": "bah jamás ojalá uf",
    "fr": "ailleurs aïe allô auparavant aussitôt autrefois beaucoup davantage derechef dorénavant guère hop jadis jamais loin "
    "mieux naguère non ouf partout pis pourtant quasi quelquefois sitôt tard trop tôt vite volontiers zut",
    "it": "addirittura arrivederci assieme buonasera dapprima davvero domani eccome finora giacché giammai indietro invano "
    "laggiù lassù lì mica mmh neanche oltretutto oramai ovunque pressappoco qua stamattina stasera stavolta sì tuttora "
    "viceversa volentieri",
    "pt": "daí uai",
}


def base(language: str) -> str:
    """`pt` for `pt-BR`."""
    return language.casefold().replace("_", "-").split("-")[0]


def has_dictionary(language: str) -> bool:
    """Whether there is a list of the words of a language."""
    from simplemma.strategies.dictionaries.dictionary_factory import SUPPORTED_LANGUAGES

    return _CALLED.get(base(language), base(language)) in SUPPORTED_LANGUAGES


def ordinary(words: Iterable[str], language: str) -> set[str]:
    """Those of the (lower-case) words that the language's dictionary has in lower case.

    A dictionary has names in it that are words too ("mark", "rose"). spaCy's stop words count too; a language without a dictionary
    has these alone.
    """
    memo = _asked.setdefault(base(language), {})
    wanted = set(words)
    new = wanted - memo.keys()
    if new:
        if len(memo) > _MOST:
            memo.clear()
            new = wanted
        found = _look_up(new, language)
        memo.update((word, word in found) for word in new)
    return {word for word in wanted if memo[word]}


def _look_up(words: set[str], language: str) -> set[str]:
    found = words & {*(stop_words(language) or ()), *_LACKING.get(base(language), "").split()}
    if has_dictionary(language):
        words_of = _dictionary(_CALLED.get(base(language), base(language)))
        found |= words & words_of
        ending = _ADVERBS.get(base(language), "")
        if ending:  # franchement, sinceramente: adverbs are made of what is in the dictionary; normalmente, of normale
            stems = {word: word[: -len(ending)] for word in words - found if word.endswith(ending)}
            found |= {word for word, stem in stems.items() if stem in words_of or f"{stem}e" in words_of}
        if base(language) == "fr":  # évidemment, constamment: of évident, constant
            found |= {word for word in words - found if word.endswith("mment") and f"{word[:-5]}nt" in words_of}
        # walk-in, they've: made of what is in the dictionary
        found |= {word for word in words - found if "-" in word and all(part in words_of for part in word.split("-"))}
        found |= {word for word in words - found if (short := _SHORT.fullmatch(word)) and short[1] in words_of}
    return found


@lru_cache(maxsize=2)
def _dictionary(language: str) -> frozenset[str]:
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    made: set[str] = set()
    for word, lemma in DefaultDictionaryFactory(cache_max_size=1).get_dictionary(language).items():
        made.add(word)
        made.add(lemma)
    return frozenset(word for word in made if word == word.lower())

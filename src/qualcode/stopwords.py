"""Words that say nothing about a topic: a language's stop words (spaCy's lists) and what people say while they think."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

# spoken fillers and the verbs of talking, beside spaCy's stop words
_SPOKEN = {
    "en": "actually ah alright anyway ask asked basically bit came come comes coming definitely does doing er erm "
    "exactly feel feels felt gave get gets getting give given gives go goes going gone gonna got gotta gotten "
    "great guess guy guys happen happened hey hm hmm honestly hope huh interviewer just kind kinda knew know let "
    "like literally little look looked looking looks lot lots made mainly make makes making maybe mean means mhm "
    "mm mmm need needed needs nice obviously oh ok okay people perhaps person pretty probably put quite really "
    "right said say saying says see seen sort sorta stuff sure take takes talk talked talking tell telling thank "
    "thanks thing things think thinking thought told took totally try trying uh uhm um umm unclear wanna want "
    "wanted wants way ways went whatever whether wow yeah yep yes yet yup",
    "nl": "ah allemaal best beetje dacht denk denken dingen dus echt eh ehm eigenlijk even gaan gaat gewoon gezegd goed hè "
    "heel hoor ja jullie keer klopt komen komt maken mensen misschien moeten natuurlijk nee nou oh oké ok precies soort "
    "ter uh uhm vind vinden volgens wel weet zeg zegt zeggen zeker zien ziet",  # codespell:ignore wel
    "de": "äh ähm also bisschen bzw denke eben eigentlich einfach genau glaube hm hmm halt ja jetzt klar leute mal machen "
    "natürlich nee ok okay quasi sachen sage sagen schon sozusagen tja vielleicht wirklich wissen",
    "fr": "ah alors ben bah bon bref chose choses dire dis disons donc enfin euh fait genre hein hum oui ouais ok okay quoi "
    "sais voilà vraiment",  # codespell:ignore sais
    "es": "ah bueno claro cosa cosas creo digamos digo eh entonces este mmm ok okay osea pues sabes sea sí tipo verdad",
    "pt": "ah aí acho assim bem bom coisa coisas digamos eh então exato gente hum né ok okay pois pronto sabe sei sim tá tipo "
    "você vocês",
    "it": "ah allora beh boh cioè cosa cose diciamo dico eh ecco insomma mah mhm ok okay proprio quindi so va vabbè",
}
_TAKEN_FROM_ENGLISH = [
    "hm",
    "hmm",
    "mhm",
    "mm",
    "mmm",
    "uh",
    "uhm",
    "um",
    "ok",
    "okay",
    "oh",
    "ah",
    "eh",
]  # said in any language
_ENDINGS = {"s", "t", "re", "ve", "ll", "d", "m", "em", "all"}  # what follows the apostrophe in English
_NOTE = re.compile(r"[\[(][^\[\]()\s]*(?:\s[^\[\]()\s]*){0,2}[\])]")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """The words of a text, lower-case, letters only, three and more; contractions and elisions cut (we'll, l'école).

    A hyphen parts words. Up to three words in brackets ([laughs]) are a transcriber's.
    """
    words = []
    for match in _LETTERS.finditer(_NOTE.sub(" ", text.lower())):
        head, *tail = re.split("['’]", match.group())
        if tail:
            head = head.removesuffix("n") if tail[-1] == "t" else head if tail[-1] in _ENDINGS else tail[-1]
        if len(head) >= 3:
            words.append(head)
    return words


@cache
def stop_words(language: str) -> frozenset[str] | None:
    """The stop words and spoken fillers of a language (ISO 639-1, `en-GB` is `en`); None where there is no list of it.

    spaCy's list is read as a file: importing spaCy for it would cost half a second.
    """
    language = re.split(r"[-_]", language.strip().lower())[0]
    listed = _from_spacy(language)
    if listed is None and language not in _SPOKEN:
        return None
    spoken = [*_SPOKEN.get(language, "").split(), *_TAKEN_FROM_ENGLISH]
    return frozenset(word for text in [*(listed or ()), *spoken] for word in [text.lower(), *words_of(text)])


def all_stop_words(languages: Iterable[str], more: Iterable[str] = ()) -> tuple[set[str], list[str]]:
    """The stop words of several languages and `more`; and the languages for which there is no list."""
    words = {part for text in more for part in [text.lower(), *words_of(text)]}
    unknown = []
    for language in sorted(set(languages)):
        found = stop_words(language)
        if found is None:
            unknown.append(language)
        else:
            words |= found
    return words | set(_TAKEN_FROM_ENGLISH), unknown


def _from_spacy(language: str) -> set[str] | None:
    spec = find_spec("spacy")
    for place in list(spec.submodule_search_locations or []) if spec else []:
        path = Path(place) / "lang" / language / "stop_words.py"
        if re.fullmatch("[a-z]{2,3}", language) and path.is_file():
            found = spec_from_file_location(f"_stop_words_{language}", path)
            if found is None or found.loader is None:
                return None
            module = module_from_spec(found)
            found.loader.exec_module(module)
            return {str(word) for word in module.STOP_WORDS}
    return None

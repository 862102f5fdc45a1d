"""Which language a text is in, by its small words: a check of what the study says, and a guess where it says nothing."""

from __future__ import annotations

import re
from functools import cache

ENOUGH = 40  # words: shorter texts are not judged
_SAMPLE = 30_000  # characters from the middle of a text

# small words of each language, without those that are frequent in another one of these as well
_SMALL = {
    "en": "the and to of that it was is you we they have with for on this be are not but what so there about would which "
    "when can from because at been had how think know your do my if were their them",
    "nl": "de het een en van ik je niet dat is ook maar met voor zijn er op te wel naar heel nog ze wij hebben als dan "
    "om bij uit deze kan moet omdat heeft was wat gewoon daar die jullie",
    "de": "der die das und ich nicht ist ein eine wir zu auch mit sich auf den dem es dass für von haben wie aber oder wenn "
    "noch nur dann sehr bei aus nach kann hatte einen sind wird weil haben habe",
    "fr": "le la les des est et que je pas une dans pour qui sur avec nous vous ils ce ne mais plus au par cette ça était "
    "sont donc très comme ont aussi leur parce être fait du elle",
    "es": "el la los las que de y en un una es por con para pero como más se lo su al del está esto cuando muy sin porque "
    "hay ya también era fue son tenemos nos le han ser donde",
    "pt": "o a os as que e não de um uma é em para com mas mais se por do da dos das na no como muito foi são ao isso está "
    "quando já também porque tem nós ele ela pela pelo às sobre",
    "it": "il di che è e la un una per non con sono del della si più ma anche come le gli ho nel al dei questo quando "
    "perché molto era stato hanno ci alla delle abbiamo cosa",
    "sv": "och det att jag är inte en som på för med vi har av till den om var så men man de ett kan från när eller sig "
    "också vara mycket hade skulle",
    "da": "og det at jeg er ikke en som på for med vi har af til den om var så men man de et kan fra når eller sig også "
    "være meget havde skulle",
    "pl": "i w na to nie że się z do jest jak ale co tak o po ja za był być może już tylko czy ma tego dla przez jego są "
    "było mamy bardzo",
}  # fmt: skip


@cache
def _words() -> dict[str, dict[str, float]]:
    """For each small word, what it says for each language: 1 where only one has it, less where several do."""
    of: dict[str, list[str]] = {}
    for language, words in _SMALL.items():
        for word in set(words.split()):
            of.setdefault(word, []).append(language)
    return {word: {language: 1 / len(languages) for language in languages} for word, languages in of.items()}


def language_of(text: str) -> str:
    """ISO 639-1 code of a text's language; "" where it is short, mixed, or in none of the languages known here.

    The language whose small words make up at least a tenth of the words, and at least 1.3 times as much as any other's;
    there must be four of them and more, since a language that is not known here may share one (`ja`).
    """
    middle = max(0, (len(text) - _SAMPLE) // 2)
    words = re.findall(r"[^\W\d_]+", text[middle : middle + _SAMPLE].casefold())
    if len(words) < ENOUGH:
        return ""
    known = _words()
    scores = dict.fromkeys(_SMALL, 0.0)
    for word in words:
        for language, weight in known.get(word, {}).items():
            scores[language] += weight
    (best, most), (_, second) = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:2]
    several = sum(1 for word in set(words) if best in known.get(word, {})) >= 4
    return best if several and most >= 0.1 * len(words) and most >= 1.3 * second else ""

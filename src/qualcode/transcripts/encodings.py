"""Text in the code pages that were in use before UTF-8: which one, judged by the words that come out."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

# in this order where two give equally good words
PAGES = (("cp1252", "Windows-1252"), ("cp1250", "Windows-1250"), ("mac_roman", "Mac Roman"))
ENOUGH = 0.6  # below this none of them fits, and charset-normalizer is asked
_SAMPLE = 400_000  # bytes that are looked at

# letters beyond a to z that a language writes
_ALPHABETS = [
    frozenset(letters)
    for letters in (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáâàçéêíóôõúü", "àáèéìíòóùú", "áäëéèêïíöóüú", "äåéö", "åæéøòôü", "áæðéíóöøúýþ",
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "âăîșțşţ", "čćđšž", "àçèéíïóòúü", "êîşçüöğı",
    )
]  # fmt: skip


def best_page(data: bytes) -> tuple[str, str, float]:
    """The code page of PAGES that gives the best words: its codec, its name, and how good they are (1 best).

    A page is good when the letters beyond a to z that it gives are those of one language, and bad for each sign inside a
    word (`ż` read as `¿`), and for each capital after a small letter (`é` read as `Ž`).
    """
    sample = data[:_SAMPLE]
    best = ("", "", -1.0)
    for codec, name in PAGES:
        try:
            data.decode(codec)
            score = _score(sample.decode(codec))
        except UnicodeDecodeError:
            continue
        if score > best[2] + 1e-9:
            best = (codec, name, score)
    return best


def _score(text: str) -> float:
    text = unicodedata.normalize("NFC", text)
    letters = Counter(c.lower() for c in text if ord(c) > 127 and c.isalpha())
    # a word that is joined by a sign no word has inside, or is written in small and capital letters
    signs = len(
        re.findall(r"(?<=[^\W\d_])[^\w\s'’\-–—.,:;!?()/&\"“”„‘\[\]*_+@#=<>|\\^`~%$\x00-\x7f…\u00ad](?=[^\W\d_])", text)
    )
    signs += len(re.findall(r"(?<=[^\W\d_])[¹²³¼½¾ºª](?=[^\W\d_])", text))
    capitals = sum(1 for at, c in enumerate(text) if ord(c) > 127 and at and c.isupper() and text[at - 1].islower())
    odd = sum(
        1 for c in text if ord(c) > 127 and not c.isalpha() and c not in "‘’“”„–—…«»€£°§·•¿¡ \u00a0\u00ad©®™½´‚‹›±×²³º"
    )
    total = sum(letters.values())
    bad = signs + capitals + 0.5 * odd
    if not total:
        return 1.0 - min(1.0, bad / max(1, odd + signs)) if bad else 1.0
    good = max(sum(n for letter, n in letters.items() if letter in alphabet) for alphabet in _ALPHABETS)
    return (good - bad) / total

"""Pseudonyms to choose from: names that many people have, drawn by the key's secret and not by the name that they stand for."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable

from qualcode.deidentify.key import Key, plain
from qualcode.deidentify.recognise import KINDS

# given names for any gender or short forms of many, read in several languages, and no words of them
_NAMES = """
Robin Alex Kim Charlie Jamie Toni Andrea Nicky Sacha Dominique Noa Jessie Bobbie Lesley Morgan Quinn Casey Riley Rowan Taylor
Avery Cameron Elliot Finley Harley Hayden Jaden Kelly Kerry Logan Marley Micah Mika Nikita Peyton Remy
Shannon Shay Skyler Tracy Tyler Vivian Wynne Yael Ariel Bente Chris Danny Eike Florian Gabi Henny Imani Jannes Kiran Loïs Maxime
Nanne Pascal Renske Sanne Tomke Ulrike Wendel Xenia Yuki Zoë Amari Corey Darcy Emerson Frankie Hollis
Jules Kendall Lennon Marlow Oakley Romy Sidney Teagan Yannick
"""
_ORGANISATIONS = (  # words in a candidate that say what it is -> what the label says
    (r"hospital|ziekenhuis|krankenhaus|klinikum|hôpital|hospital|umc\b|infirmary", "Hospital"),
    (r"clinic|kliniek|klinik|clinique|clínica", "Clinic"),
    (r"universit|hogeschool|hochschule|universidad|faculty", "University"),
    (r"school|schule|école|escuela|escola|college", "School"),
    (r"church|kerk|kirche|église|iglesia|igreja|mosque|synagogue", "Place of worship"),
)


def draw_pseudonym(kind: str, words: str, taken: set[str], secret: str, *, rule: str = "") -> str:
    """A pseudonym that is not in `taken` (plain words), which it joins; marks such as `date of birth` may be shared.

    Names come in an order that the secret alone decides; places and organisations are "Place C", by letters in such an order.
    """
    if rule in KINDS:
        return KINDS[rule][1]
    order = random.Random(f"{secret} {kind}")
    if kind == "person":
        names = _NAMES.split()
        order.shuffle(names)
        names += [f"Person {number}" for number in range(1, 10_000)]
    else:
        label = {"place": "Place", "organisation": "Organisation", "role": "Role"}.get(kind, "Name")
        label = says_what(words) or label
        letters = list("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
        order.shuffle(letters)
        names = [f"{label} {letter}" for letter in letters]
        names += [f"{label} {one}{two}" for one in letters for two in letters]
    name = next(name for name in names if plain(name) not in taken)
    taken.add(plain(name))
    return name


def says_what(words: str) -> str:
    """What a candidate says of itself: `Hospital`, `School`; "" where it says nothing."""
    return next((called for shape, called in _ORGANISATIONS if re.search(shape, words, re.I)), "")


def taken_words(key: Key, texts: Iterable[str], more: Collection[str] = ()) -> set[str]:
    """What no pseudonym may be: words with a capital that stand in the texts, pseudonyms and forms of the key."""
    taken = {plain(word) for text in texts for word in set(re.findall(r"[^\W\d_]+", text)) if word[0].isupper()}
    taken |= {plain(entry.pseudonym).strip("[]") for entry in key.entries} | {plain(word) for word in more}
    forms = {word for form in key.forms() for word in form.split()} | set(key.forms())
    return taken | forms

"""Transcripts that are there in two languages: each passage goes into topics once, in one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True)
class Versions:
    """`turns` those of originals; `instead` the words that stand for a turn's own, by transcript and turn; `languages` of
    what is read; `left_out` how many turns of translations are not looked at.
    """

    turns: pd.DataFrame
    instead: dict[tuple[str, int], str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    left_out: int = 0


def one_version(
    turns: pd.DataFrame,
    texts: Mapping[str, str],
    languages: Mapping[str, str],
    translation_of: Mapping[str, str],
    *,
    language: str = "",
) -> Versions:
    """The turns of originals; in `language`, where an original in another one has a translation into it.

    A passage stands on its original turn in either case. A turn of a translation gives its words to the turn that it
    translates (`source_turn`); an original turn that nothing translates keeps its own.

    Parameters
    ----------
    translation_of
        The original's id, by translation; "" for none. A translation whose original is not there is an original.
    """
    there = {str(name) for name in turns["transcript"].unique()}
    of = {name: original for name, original in translation_of.items() if original in there and original != name}
    wanted = _main(language)
    chosen = {
        original: name
        for name, original in sorted(of.items(), reverse=True)  # of several the first by name
        if wanted and _main(languages.get(name, "")) == wanted and _main(languages.get(original, "")) != wanted
    }
    translated = turns["transcript"].isin(list(of))
    instead: dict[tuple[str, int], str] = {}
    used = 0
    for original, name in chosen.items():
        for turn in turns[turns["transcript"] == name].sort_values("turn", kind="stable").to_dict("records"):
            if not turn["source_turn"]:
                continue
            used += 1
            place = (original, int(turn["source_turn"]))
            words = texts[name][int(turn["start"]) : int(turn["end"])]
            instead[place] = f"{instead[place]}\n{words}" if place in instead else words
    read = {name: one for name, one in languages.items() if name not in of}
    read |= {original: languages[name] for original, name in chosen.items()}
    return Versions(turns[~translated], instead, read, int(translated.sum()) - used)


def _main(language: str) -> str:
    """`en` of `en-GB`."""
    return language.casefold().replace("_", "-").split("-")[0]

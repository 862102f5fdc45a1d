"""A study's key, decisions and texts with names, for the review list and for the first stage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qualcode.deidentify.candidates import Masked, Named, candidates
from qualcode.deidentify.key import Entry, Key, check_key, new_secret, plain, write_entries
from qualcode.deidentify.place import KIND, is_on_identifiers, key_path, shown, study_key
from qualcode.deidentify.pseudonyms import draw_pseudonym, taken_words
from qualcode.deidentify.replace import Decisions, Deidentified, Judged, deidentify, fingerprint
from qualcode.study import Study
from qualcode.tables import split
from qualcode.transcripts.canonical import Placed

FILE = "identifiers.csv"  # of decisions


def identifier_decisions(study: Study) -> Decisions:
    """What was decided on candidates, from data/raw/decisions; rows nobody has signed do not count."""
    if not any(is_on_identifiers(path) for path in study.decisions_files):
        return Decisions()
    from qualcode.decisions.table import read_decisions

    rows = read_decisions(study)
    rows = rows[(rows["kind"] == KIND) & (rows["choice"] != "")]
    return Decisions(
        {
            str(line["about"]): Judged(
                str(line["choice"]), str(line["value"]), str(line["by"]), str(line["on"]), str(line["decision"])
            )
            for line in rows.to_dict("records")
        }
    )


@dataclass(frozen=True)
class Names:
    """How names are taken out of a study's transcripts: its key, what was decided, what is replaced as soon as it is seen."""

    key: Key
    decisions: Decisions
    automatic: tuple[str, ...]
    countries: tuple[str, ...]

    def out(self, text: str, placed: Sequence[Placed], language: str) -> Deidentified:
        """A canonical text without them."""
        return deidentify(
            text, placed, self.key, self.decisions, language, automatic=self.automatic, countries=self.countries
        )

    @property
    def print(self) -> str:
        """A hash of all of it, for the workflow: the same as long as nothing changes what is replaced."""
        return fingerprint(self.key, self.decisions, repr((self.automatic, self.countries)))


def names_of(study: Study) -> Names:
    """How names are taken out. Raises DeidentifyError for a key that is wrong, gone, or in version control."""
    settings = study.config.deidentify
    key = study_key(study)
    return Names(
        key if key is not None else Key(),
        identifier_decisions(study),
        tuple(settings.automatic),
        tuple(settings.countries),
    )


def named_transcripts(study: Study) -> dict[str, Named]:
    """Every transcript as it was received, names and all; nothing is written."""
    from qualcode.transcripts import read_transcripts

    read = read_transcripts(study, named=True)
    language = dict(zip(read.transcripts["transcript"], read.transcripts["language"], strict=True))
    placed: dict[str, list[Placed]] = {str(name): [] for name in read.transcripts["transcript"]}
    rows = zip(*(read.turns[name] for name in ("transcript", "speaker", "start", "end")), strict=True)
    for transcript, speaker, start, end in rows:
        placed[transcript].append(Placed(speaker, int(start), int(end), None, None))
    return {name: Named(read.texts[name], placed[name], str(language[name])) for name in placed}


def people_of(study: Study) -> tuple[list[str], set[str]]:
    """Names in the study's tables; and what names nobody: interviewers' labels, coders, ids with a number in them."""
    ids = [*study.participants["participant"], *(one for cell in study.sessions["participants"] for one in split(cell))]
    speakers = study.speakers
    asks = [
        *study.config.transcripts.interviewers,
        *(one for cell in study.sessions["interviewers"] for one in split(cell)),
    ]
    people = [*ids, *speakers["speaker"], *asks]
    named = [one for one in dict.fromkeys(people) if re.fullmatch(r"[^\W\d_][^\d_]*", one) and not one.isupper()]
    default = {plain(one) for one in type(study.config.transcripts)().interviewers}
    aside = {*default, *(plain(coder.id) for coder in study.config.coders)}
    aside |= {
        plain(one) for one in people if re.search(r"\d", one) or (one.isupper() and len(one) <= 3 and one in asks)
    }
    return [one for one in named if plain(one) not in aside], aside


def study_candidates(study: Study, key: Key, transcripts: dict[str, Named], *, decided: bool = False) -> Masked:
    """The candidates in the study's transcripts."""
    settings = study.config.deidentify
    people, aside = people_of(study)
    return candidates(
        transcripts,
        key,
        identifier_decisions(study),
        people=people,
        not_names=aside,
        countries=settings.countries,
        pipelines=settings.pipelines,
        presidio=settings.presidio,
        automatic=settings.automatic,
        decided=decided,
    )


def ready_key(study: Study) -> tuple[Path, Key]:
    """The study's key; it is made where there is none yet, and gets its secret where it has none.

    Raises
    ------
    DeidentifyError
        The key is wrong, lies in version control, or is gone though decisions were made with it.
    """
    path = key_path(study)
    if not path.is_file() and not identifier_decisions(study).of:
        write_entries(path, secret=new_secret())
    key = study_key(study)
    assert key is not None
    if not key.secret:
        secret = new_secret()
        write_entries(path, secret=secret)
        key = Key(key.entries, secret)
    return path, key


def draft_people(study: Study, key: Key, transcripts: dict[str, Named]) -> list[Entry]:
    """A row of the key for each person whom a speaker's label or a table names and the key does not know.

    A label that the speakers table gives to a participant, or of a session with one participant, is that participant's form;
    any other is a person of its own.
    """
    found = study_candidates(study, key, transcripts)
    taken = taken_words(key, (one.text for one in transcripts.values()))
    owner = owners_of(study)
    entries: dict[str, Entry] = {}
    for candidate in found.candidates:
        if (
            not {"label", "people"} & set(candidate.rules)
            or candidate.like is not None
            or not _whole(candidate.words, found)
        ):
            continue
        person = owner.get(plain(candidate.words), candidate.words)
        known = key.of_person(person)
        if person in entries:
            old = entries[person]
            entries[person] = Entry(person, old.pseudonym, "person", (*old.forms, candidate.words))
        else:
            pseudonym = known.pseudonym if known else draw_pseudonym("person", candidate.words, taken, key.secret)
            entries[person] = Entry(person, pseudonym, "person", (candidate.words,))
    made = [entries[person] for person in sorted(entries)]
    check_key([*key.entries, *made], shown(study, key_path(study)))
    return made


def _whole(words: str, found: Masked) -> bool:
    """Whether the words are a label or name of their own, not a part of a longer one that is listed."""
    longer = (
        plain(one.words)
        for one in found.candidates
        if {"label", "people"} & set(one.rules) and len(one.words) > len(words)
    )
    return not any(re.search(rf"(?<!\w){re.escape(plain(words))}(?!\w)", other) for other in longer)


def owners_of(study: Study) -> dict[str, str]:
    """Labels that the speakers table gives to participants."""
    rows = study.speakers
    return {plain(label): who for label, who in zip(rows["speaker"], rows["participant"], strict=True) if who}

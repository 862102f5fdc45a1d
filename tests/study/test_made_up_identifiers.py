"""The made-up study has identifiers of every kind in what its people said, all of them reviewed, and none in what is made of it."""

from __future__ import annotations

import pytest

from qualcode.codebook import load_codebook
from qualcode.codings.read import read_codings
from qualcode.deidentify.key import Key
from qualcode.deidentify.place import study_key
from qualcode.deidentify.study import identifier_decisions, named_transcripts, study_candidates
from qualcode.drafts import undecided
from qualcode.study import Study
from qualcode.tables import TABLES
from qualcode.transcripts import read_transcripts
from qualcode.transcripts.edits import edits_of_study

PLANTED = {
    "S09": ("Ilse Oldewelt", "Oldeweld", "Wrenfield House", "Hazelmouth", "i.oldewelt@harrowmere.example", "22 Gullstone Lane",
            "LS99 9ZZ"),
    "S11": ("Noor", "Hanneke", "Marlhoek", "14 March 1998", "999990019", "@noor_lettinck"),
    "S12": ("Barnaby", "Carnbeck", "07700 900142", "www.harbourbridge.example/coast"),
}  # fmt: skip


@pytest.fixture(scope="module")
def study(repository) -> Study:
    return Study.load(repository)


@pytest.fixture(scope="module")
def read(study):
    return read_transcripts(study)


def test_identifiers_of_every_kind_are_said_and_in_no_text_that_is_made(study, read):
    named = named_transcripts(study)
    for transcript, words in PLANTED.items():
        assert [one for one in words if one not in named[transcript].text] == []
    made = "\n".join(read.texts.values()).casefold()
    forms = [form for entry in (study_key(study) or Key()).entries for form in entry.forms]
    planted = [one for words in PLANTED.values() for one in words]
    assert [one for one in {*forms, *planted} if one.casefold() in made] == []


def test_each_was_replaced_by_what_somebody_decided_or_by_a_mark(read):
    log = read.replaced
    assert {"person", "place", "organisation", "date", "contact", "number"} == set(log["kind"])
    shown = set(log["replacement"])
    assert {"[e-mail address]", "[telephone number]", "[date of birth]", "[address]", "[postcode]"} <= shown
    assert {"[web address]", "[account name]", "[identity number]", "[Location North]", "[Town K]", "P09"} <= shown
    assert {"key", "email", "phone"} == set(log["why"])


def test_the_review_is_done_in_decisions_of_every_kind(study, read):
    assert {one.choice for one in identifier_decisions(study).of.values()} == {"replace", "keep", "not_identifier"}
    key = study_key(study)
    assert key is not None and "Oldeweld" in key.of_person("P09").forms  # misspelt: by decision
    assert study_candidates(study, key, named_transcripts(study)).candidates == []
    assert undecided(study, read.transcripts, read.turns, read.texts) == 0


def test_a_passage_that_was_coded_with_a_name_in_it_stands_on_the_words_that_replaced_it(made_up_study):
    study = Study.load(made_up_study)  # no text is kept in it yet
    read = read_transcripts(study)
    edits = edits_of_study(study, read.transcripts, read.texts, names_out=read.names_out)
    book = load_codebook(study)
    assert book is not None
    codings = read_codings(study, read.transcripts, TABLES["turns"].empty(), read.texts, edits, book.table()).codings
    own = codings[(codings["transcript"] == "S09") & (codings["code"] == "therapist_doubt")]
    words = [read.texts["S09"][start:end] for start, end in zip(own["start"], own["end"], strict=True)]
    assert any("At [Location North] a psychiatrist stood up" in one for one in words)
    quotes = (study.root / "data/raw/codings/RB_part2.csv").read_text(encoding="utf-8")
    assert "At Wrenfield House a psychiatrist stood up" in quotes

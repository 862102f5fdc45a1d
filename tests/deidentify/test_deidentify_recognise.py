"""What is recognised in made-up talk of six languages, and what is not taken for an identifier."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from planted import TALK, planted

from qualcode.deidentify.candidates import Candidate, Named, candidates
from qualcode.deidentify.key import Entry, Key
from qualcode.deidentify.names import by_pipeline, capitalised, introduced, load_presidio
from qualcode.deidentify.nouns import is_noun
from qualcode.deidentify.recognise import recognise
from qualcode.deidentify.replace import Decisions
from qualcode.errors import DeidentifyError
from qualcode.transcripts.canonical import Placed, canonical
from qualcode.transcripts.model import RawTurn

KEY = Key((), "key-test")


def rules(text: str, language: str, *countries: str) -> list[tuple[str, str]]:
    return [(one.rule, text[one.start : one.end]) for one in recognise(text, language, countries=countries)]


def listed(text: str, language: str = "en", key: Key = KEY, label: str = "") -> dict[str, Candidate]:
    whole, placed = canonical([RawTurn(label, text.split("\n"))])
    found = candidates({"T1": Named(whole, placed, language)}, key, Decisions(), not_names=["I"]).candidates
    return {one.words: one for one in found}


@pytest.mark.parametrize("language", list(TALK))
def test_everything_planted_but_names_in_small_letters_is_listed(language: str) -> None:
    text, wanted = planted(language)
    found = candidates(
        {"T": Named(text, [Placed("", 0, len(text), None, None)], language)}, KEY, Decisions()
    ).candidates
    spans = [(start, end) for one in found for _, start, end in one.places]
    missed = {text[one.start : one.end] for one in wanted if not any(a < one.end and one.start < b for a, b in spans)}
    assert missed == {text[one.start : one.end] for one in wanted if one.kind == "small"}


@pytest.mark.parametrize("language", list(TALK))
def test_shapes_are_recognised_by_their_own_rule_and_whole(language: str) -> None:
    text, wanted = planted(language)
    called = {"spoken": "spoken_email"}
    kinds = {one.rule for one in recognise(text + " me@x.org", language)} | {"identity"}
    shapes = {(called.get(one.kind, one.kind), text[one.start : one.end]) for one in wanted}
    found = set(rules(text, language))
    assert {one for one in shapes if one[0] in kinds} <= found


@pytest.mark.parametrize(
    ("language", "number"),
    [  # the same with one digit changed: the check digit tells
        ("en", "943 476 5918"),
        ("en", "GB82 WEST 1234 5698 7654 33"),
        ("en", "4111 1111 1111 1112"),
        ("nl", "111222334"),
        ("de", "36 574 261 808"),
        ("de", "15 070649 C 104"),
        ("de", "A123456781"),
        ("fr", "2 95 10 99 126 111 94"),
        ("es", "54362315-L"),
        ("es", "X-2482300V"),
        ("pt", "501964842"),
        ("pt", "390.533.447-06"),
    ],
)  # fmt: skip
def test_a_number_whose_check_digit_is_wrong_is_no_identity_number(language: str, number: str) -> None:
    assert not {rule for rule, _ in rules(f"x {number} y", language)} & {"identity", "iban", "card"}


@pytest.mark.parametrize(
    ("language", "rule", "words", "before"),
    [
        ("en", "phone", "07700 900142", "ring "),  # kept for fiction (Ofcom, ComReg, ARCEP)
        ("en", "phone", "+44 7700 900 321", ""),
        ("en", "phone", "01632 960123", "it was "),
        ("en", "phone", "020 910 1234", ""),
        ("fr", "phone", "06 39 98 12 34", ""),
        ("en", "phone", "555-0199", "call me on "),  # no area: a number only where the words say so
        ("fr", "phone", "+32 2 123 45 67", ""),
        ("en", "url", "bit.ly/3xYzAb", ""),
        ("en", "url", "harbourbridge.example", "see "),
        ("en", "address", "45 St. Mary's Road", ""),
        ("nl", "address", "Zuideinde 12", ""),
        ("de", "address", "An der Alten Mühle 7", ""),
        ("fr", "address", "BP 123", ""),
        ("es", "address", "apartado de correos 123", ""),
        ("pt", "address", "Rua Dr. António José de Almeida, n.º 12", ""),
        ("de", "postcode", "37073", "PLZ "),
        ("fr", "postcode", "69003", "code postal "),
        ("es", "postcode", "41001", "código postal "),
        ("de", "birth", "1958", "Jahrgang "),
        ("de", "birth", "1958", "ich bin ", ),
        ("nl", "birth", "3-4-'65", "geb. "),
        ("pt", "birth", "3 de maio", "faço anos a "),
        ("en", "identity", "QQ 12 34 56 C", "my NI number is "),
        ("en", "identity", "999990019", "I have your BSN as "),  # a Dutch number in English
        ("en", "identity", "533401234", "passport number "),
        ("en", "identity", "H1234567", "hospital number "),
        ("nl", "identity", "NXR8K4P21", "paspoort "),
        ("de", "identity", "L01X00T47", "Personalausweis "),
        ("fr", "identity", "880692310285", "carte d'identité "),
        ("es", "identity", "AAA123456", "pasaporte "),
        ("pt", "identity", "12345678901", "segurança social "),
        ("pt", "identity", "12.345.678-9", "RG "),
        ("en", "identity", "1234567", "MRN "),
        ("en", "identity", "AB 123456", "passport "),
    ],
)  # fmt: skip
def test_kinds_of_identifiers_that_people_say(language: str, rule: str, words: str, before: str) -> None:
    after = " geboren" if before == "ich bin " else ""
    assert (rule, words) in rules(f"{before}{words}{after}", language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "We had 5550199 visits in 2019 2020, and SF-36 on bus 42, and/or 3 Close calls i.e. at home."),
        ("en", "The hospital number of beds was 1200; text 14 of 20 pages; born in Leeds, room 12."),
        ("en", "In Edinburg 123456 people came, and in Harrisburg 654321."),
        ("nl", "Op maandag om 9.30 uur; in de weg 3 keer; 1234 keer; ik bel om 10.15 uur."),
        ("de", "Am Montag 3 Stunden, Im Jahr 2020, Im Mai 2019, Im Team 5, Zum Beispiel 3, Auf dem Weg 2, Am Ende 4."),
        ("fr", "Le 3 mai à 10 h 30, 3 places de parking, 2 cours par semaine, 10 000 personnes."),
        ("es", "El 3 de mayo a las 10.30, 10.000 personas, tres calles, la página 14."),
        ("pt", "A 3 de maio às 10.30, 10.000 pessoas, na página 14, em 2019-2020."),
    ],
)
def test_what_only_looks_like_one_is_left_alone(language: str, words: str) -> None:
    assert rules(words, language) == []


def test_a_number_that_is_announced_counts_without_its_check_digit() -> None:
    assert rules("Mijn BSN is 111222334.", "nl") == [("identity", "111222334")]
    assert rules("my NHS number is 943 476 5918", "en") == [("identity", "943 476 5918")]


def test_years_amounts_times_and_versions_are_not_identifiers() -> None:
    text = "In 2019-2020, 10 000 000 people; 1,234,567.89 at 10.30 on 24/7, version 3.11.7, 1990s, 50-60%, room 12, 100,000 km."
    assert rules(text, "en", "nl", "de", "fr") == []


def test_a_day_is_a_date_of_birth_where_the_words_before_say_so() -> None:
    assert rules("I was born on the 3rd of May, 1962 and met her on 3 May 1990.", "en") == [
        ("birth", "3rd of May, 1962"),
        ("date", "3 May 1990"),
    ]
    assert rules("geboren op 3 mei, verhuisd op 31-12-1999, en op 45-13-1999 niet", "nl") == [
        ("birth", "3 mei"),
        ("date", "31-12-1999"),
    ]


def test_countries_of_the_study_are_looked_for_beside_those_of_the_language() -> None:
    text = "She lives in 7411 KT, and there was 06-12345678 on a slip."
    assert rules(text, "en") == []
    assert rules(text, "en", "nl") == [("postcode", "7411 KT"), ("phone", "06-12345678")]


def test_a_word_with_a_capital_is_listed_where_it_stands_inside_a_sentence_and_then_everywhere() -> None:
    found = listed("Margaret was there. I asked Margaret. Yesterday was fine. Yesterday Tom came.")
    assert {words: one.count for words, one in found.items()} == {"Margaret": 2, "Tom": 1}


def test_a_word_that_begins_a_sentence_is_listed_where_no_dictionary_knows_it() -> None:
    found = listed("Zwelakhe called. Honestly it was late. Tomorrow we go.")
    assert {words: one.rules for words, one in found.items()} == {"Zwelakhe": ("unknown",)}


def test_runs_of_names_are_one_candidate_with_their_particles() -> None:
    assert set(listed("I met Anna van den Berg, Tom Whitfield and J. Okafor at the Bank of Harrogate today.")) == {
        "Anna van den Berg", "Tom Whitfield", "J. Okafor", "Bank of Harrogate",
    }  # fmt: skip


def test_in_german_what_is_no_noun_of_the_dictionary_is_listed() -> None:
    found = listed(
        "Die Therapie mit Frau Brandstätter und Annegret hilft. Ich heiße Gunnar Petersen aus Göttingen.", "de"
    )
    assert {words: one.rules for words, one in found.items()} == {
        "Brandstätter": ("title",),
        "Gunnar Petersen": ("introduced",),
        "Annegret": ("capital",),
        "Göttingen": ("capital",),
    }
    assert list(capitalised("D'Therapie hëlleft dem Annegret.", "lb")) == []  # no list of nouns


@pytest.mark.parametrize(
    "words",
    ["Haus Häuser Stationsleitung Überleitungsbogen Telemedizin Leiterwagen", "Team Eltern Kamera Letzte Update Stroke",
     "Pflege-Team COVID-Station E-Mail Kardiologie Therapeutinnen Thrombozytenaggregationsmanagement"],
)  # fmt: skip
def test_german_nouns_are_told_by_their_forms_and_parts(words: str) -> None:
    assert [word for word in words.split() if not is_noun(word, "de")] == []


def test_german_names_are_no_nouns_though_the_dictionary_has_them() -> None:
    names = "Anna Annas Sabine Anke Andreas Johannes Benedikt Thomas Hartmann Göttingen Oldenburg Friederike Zwelakhe Anna-Lena"
    assert [name for name in names.split() if is_noun(name, "de")] == []


@pytest.mark.parametrize(
    ("language", "text", "wanted"),
    [
        ("de", "Mein Sohn Peter hat angerufen.", {"Peter"}),  # a noun for the dictionary; before the verb it is the son
        ("de", "Wenn mein Sohn Fieber hat, bleibe ich da.", set()),
        ("de", "Er ist Herr der Lage, und wenn eine Frau Hilfe holt, Frau Doktor.", set()),
        ("de", "Man muss Frau Professor Siebert Bescheid sagen.", {"Siebert"}),
        ("de", "Das hat Frau Siebert Hilfe gebracht.", {"Siebert"}),
        ("de", "Frau Koch von der Krankenkasse kam. Oberarzt Benedikt Stolz hat operiert.", {"Koch", "Benedikt Stolz"}),
        ("de", "Ich bin die Leiterin, das heißt Mehrarbeit, und ich bin die Sabine.", {"Sabine"}),
        ("de", "Meine Schwester heißt Svetlana, ihr Bruder hieß Igor.", {"Svetlana", "Igor"}),
        ("de", "Erst in Bad Wildungen, dann im Klinikum Hohenfels.", {"Bad Wildungen", "Hohenfels"}),
        ("de", "Wer will im Klinikum Personal suchen?", set()),
        ("de", "Wir haben das neue Tablet. Erst wollte Tablet niemand.", set()),  # an article stands before it somewhere
        ("fr", "L'idée d'Inès, c'est l'Hôpital. J'ai dit non. D'accord, d'Argenteuil.", {"Inès", "Hôpital", "Argenteuil"}),
        ("it", "L'ospedale dell'Aquila, dice Anna D'Angelo. All'inizio c'era.", {"Aquila", "Anna D'Angelo"}),
        ("pt", "Veio a enfermeira. Depois mais nada, disse a Dra. Carneiro.", {"Carneiro"}),
        ("en", "I saw the Nurse. Then Dr. Okafor came.", {"Nurse", "Okafor"}),
    ],
)  # fmt: skip
def test_what_stands_beside_a_name_is_not_taken_for_it(language: str, text: str, wanted: set[str]) -> None:
    assert set(listed(text, language)) == wanted


def test_the_year_of_somebody_else_after_a_date_of_birth_is_one_too() -> None:
    assert rules("Ma mère est née le 1er mars 1938, mon père en 1935.", "fr") == [
        ("birth", "1er mars 1938"),
        ("birth", "1935"),
    ]
    assert rules("My mother was born in 1938 and my father in 1935.", "en") == [("birth", "1938"), ("birth", "1935")]
    assert rules("My mother was born in 1938. We moved in 1955.", "en") == [("birth", "1938")]


def test_misspelt_names_are_listed_with_whom_they_are_like_and_not_replaced() -> None:
    key = Key((Entry("P1", "Robin", "person", ("Margaret Whitfield", "Margaret")),), "key-test")
    found = listed(
        "I saw Margret, margaret, Whitfield and Margaretha; the margin was fine, and Market Street.", key=key
    )
    like = {words: (one.rules[0], one.like.pseudonym) for words, one in found.items() if one.like is not None}
    assert like == {
        "Margret": ("like", "Robin"),
        "Whitfield": ("part", "Robin"),
        "Margaretha": ("like", "Robin"),
    }


def test_half_of_a_double_name_and_a_name_in_small_letters_that_is_a_word_are_listed() -> None:
    key = Key((Entry("P1", "Robin", "person", ("Anna", "Will")),), "key-test")
    found = listed("I saw Anna-Lena, and she will come.", key=key)
    assert {words: one.rules[0] for words, one in found.items()} == {"Anna-Lena": "unsure", "will": "unsure"}


def test_labels_that_are_names_are_listed_and_their_parts_wherever_they_are_said() -> None:
    found = listed("tom said so, and whitfield too. Speaker one did not.", label="Tom Whitfield")
    assert {words: (one.rules[0], one.count) for words, one in found.items() if one.rules[0] == "label"} == {
        "Tom Whitfield": ("label", 1),
        "tom": ("label", 1),
        "whitfield": ("label", 1),
    }
    for label in ("I", "P01", "Speaker 1", "Interviewer", ""):
        assert "label" not in {one.rules[0] for one in listed("it works", label=label).values()}, label


def test_a_decision_that_words_stay_takes_them_off_the_list_in_any_case() -> None:
    from qualcode.deidentify.replace import Judged, candidate_id

    kept = Decisions({candidate_id("Leeds", KEY.secret): Judged("keep", by="RB", on="2024-01-01")})
    text = "I live in Leeds, in LEEDS, near York."
    whole = {"T1": Named(text, [Placed("", 0, len(text), None, None)], "en")}
    assert [one.words for one in candidates(whole, KEY, kept).candidates] == ["York"]
    again = candidates(whole, KEY, kept, decided=True).candidates
    assert {one.words: one.judged.choice if one.judged else "" for one in again} == {"Leeds": "keep", "York": ""}


def test_a_pipeline_of_the_study_adds_what_it_takes_for_names(tmp_path: Path) -> None:
    import spacy

    pipeline = spacy.blank("de")
    pipeline.add_pipe("entity_ruler").add_patterns(
        [{"label": "PER", "pattern": "Annegret"}, {"label": "MISC", "pattern": "Montag"}]
    )
    pipeline.to_disk(tmp_path / "own")
    text = "Am Montag kam Annegret."
    found = [
        (text[one.start : one.end], one.kind, one.rule)
        for one in by_pipeline(text, [(0, len(text))], str(tmp_path / "own"))
    ]
    assert found == [("Annegret", "person", "pipeline")]


def test_a_pipeline_that_is_not_installed_or_finds_no_names_is_an_error(tmp_path: Path) -> None:
    import spacy

    with pytest.raises(DeidentifyError, match=r"'xx_not_there' .* cannot be loaded"):
        list(by_pipeline("x", [(0, 1)], "xx_not_there"))
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(DeidentifyError, match="has no part that finds names"):
        list(by_pipeline("x", [(0, 1)], str(tmp_path / "blank")))


def test_presidio_where_it_is_not_installed_is_an_error_that_says_what_to_do() -> None:
    if __import__("importlib.util").util.find_spec("presidio_analyzer"):
        pytest.skip("presidio is installed")
    with pytest.raises(DeidentifyError, match="presidio-analyzer is not installed"):
        load_presidio("en", "")


@pytest.mark.parametrize(
    "text",
    ["Aaaa " * 20_000, "12 345 " * 12_000, "1" * 80_000, "a.b." * 20_000, "a@" * 40_000, "calle de la " * 8_000, "Aa-" * 30_000,
     "born " * 20_000, "Dr. A. " * 12_000, "www." * 20_000, "a dot " * 15_000, "(1" * 40_000],
    ids=lambda text: text[:8],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "nl", "fr", "de", "it"])
def test_odd_text_is_read_in_time_that_grows_with_its_length(text: str, language: str) -> None:
    begun = time.perf_counter()
    recognise(text, language)
    list(introduced(text, language))
    list(capitalised(text, language))
    assert time.perf_counter() - begun < 10  # a second or so; without bounds in the patterns, minutes


def test_nothing_is_asked_of_the_network(tmp_path: Path) -> None:
    program = shutil.which("unshare")
    if program is None or subprocess.run([program, "-n", "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs unshare -n")
    script = tmp_path / "offline.py"
    script.write_text(
        "import socket\n"
        "tried = []\n"
        "real = socket.socket.connect\n"
        "socket.socket.connect = lambda self, address: tried.append(address) or real(self, address)\n"
        "real_name = socket.getaddrinfo\n"
        "socket.getaddrinfo = lambda *a, **k: tried.append(a) or real_name(*a, **k)\n"
        "from planted import TALK, planted\n"
        "from qualcode.deidentify import Decisions, Key, deidentify\n"
        "from qualcode.deidentify.candidates import Named, candidates\n"
        "from qualcode.deidentify.key import Entry\n"
        "from qualcode.transcripts.canonical import Placed\n"
        "key = Key((Entry('P1', 'Robin', 'person', ('Ruth', 'Will')),), 'key-x')\n"
        "for language in TALK:\n"
        "    text, _ = planted(language)\n"
        "    placed = [Placed('', 0, len(text), None, None)]\n"
        "    deidentify(text, placed, key, Decisions(), language)\n"
        "    assert candidates({'T': Named(text, placed, language)}, key, Decisions()).candidates\n"
        "assert not tried, tried\n"
        "print('done')\n",
        encoding="utf-8",
    )
    here = str(Path(__file__).parent)
    path = os.pathsep.join([here, *[one for one in sys.path if one]])
    done = subprocess.run(
        [program, "-n", sys.executable, str(script)],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.stdout.strip() == "done", done.stderr


def test_short_forms_ids_and_what_somebody_has_replaced_are_no_candidates() -> None:
    text = "They've left. We'd say so. Walk-in is hard. Then [Hospital B] and [Town 3] said [Anna leaves]."
    assert set(listed(text)) == {"Anna"}
    assert "I" not in listed("My name is I, they say.")

"""The shapes of addresses, dates and numbers, by language and country: patterns and check digits, no words of anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

_TOP = (
    "com org net edu gov info io app dev fm me tv ai nhs uk us ie nl be de at ch fr es pt br it dk se no pl eu eus cat gal example"
).replace(" ", "|")
EMAIL = re.compile(r"(?<![\w.%+\-])[\w.%+\-]*\w@(?:\w(?:[\w\-]*\w)?\.)+[^\W\d_]{2,}(?![\w])")
HANDLE = re.compile(r"(?<![\w@./])@(?=\w*[^\W\d_])\w(?:[\w.]*\w)?(?![\w@])")
URL = re.compile(
    rf"(?:https?://|www\.)[^\s<>\"“”]+[^\s<>\"“”.,;:!?)\]'’]|(?<![\w@.\-])(?:[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?\.)+(?:{_TOP})"
    r"(?:/[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]'’])?(?![\w\-@]|\.\w)"
    r"|(?<![\w@./\-])(?:[a-z0-9][a-z0-9\-]+\.)+[a-z]{2,6}/[^\s<>\"“”.,;:!?)\]'’]*\w",
    re.IGNORECASE,
)
SPOKEN_EMAIL = re.compile(
    r"(?<![\w.\-])[\w.\-]{1,40}(?: (?:dot|punt|Punkt|point|punto|ponto) [\w\-]{1,40}){0,4} "
    r"(?:at|ät|apenstaartje|Klammeraffe|arobase|arroba) (?:[\w\-]{1,40} (?:dot|punt|Punkt|point|punto|ponto) ){1,4}"
    rf"(?:{_TOP})(?!\w)",
    re.IGNORECASE,
)
STRETCH = re.compile(r"(?<![\w.,])(?:\(?\+\s?)?\(?\d[\d ().\-/\u00a0–]{4,24}\d(?!\w)")

# words after which any number that could be one is a telephone number
CALLED = re.compile(
    r"(?<!\w)(?:phone|telephone|mobile|cell|call(?:ed|ing)?|ring|rang|text(?:ed)?|whatsapp|fax|tel|dial|"
    r"bel(?:len|t)?|telefoon(?:nummer)?|mobiel|(?:m['’]n|mijn|haar|zijn) nummer|"
    r"telefon(?:nummer)?|handy(?:nummer)?|anrufen|ruf(?:en|t|e)?|(?:meine|ihre|seine) nummer|"
    r"téléphone|tél|portable|appele[rz]|joindre|(?:mon|son|votre) numéro|"
    r"teléfono|móvil|llam(?:ar|a|e|ad)|(?:mi|su) número|"
    r"telefone|telemóvel|celular|lig(?:ar|a|ue)|(?:o meu|meu|o seu|seu) número|"
    r"telefono|cellulare|chiamare|(?:my|her|his|their|your) number)(?!\w)"
    r"(?:\W{0,3}(?:number|nummer|número|numéro|is|was|are|es|é|est|ist|lautet|me|him|her|us|mij|me|hem|haar|mich|sie|as|"
    r"on|op|at|to|unter|auf|under|au|le|al|no|para|o|the|her|my|sur|'s|nr|no)(?!\w)){0,4}\W{0,3}$",
    re.IGNORECASE,
)
# numbers that are given to nobody, for stories and examples; phonenumbers takes them for no numbers at all (Ofcom: numbers for
# drama; ComReg: 020 91; ARCEP, décision 2018-0881)
KEPT_FOR_FICTION = {
    "gb": re.compile(r"(?:0|(?:00|\+)44(?:0)?)(?:7700900|1632960)\d{3}"),
    "ie": re.compile(r"(?:0|(?:00|\+)353(?:0)?)2091\d{5}"),
    "fr": re.compile(r"(?:0|(?:00|\+)33(?:0)?)63998\d{4}"),
}


# ---------------------------------------------------------------- numbers


@dataclass(frozen=True)
class Number:
    """A kind of number: its shape, what proves it (check digits; None: nothing does), and by which words it is announced."""

    rule: str
    name: str
    pattern: re.Pattern[str]
    check: Callable[[str], bool] | None
    called: re.Pattern[str] | None
    words: re.Pattern[str] | None = None

    def called_in(self, text: str) -> bool:
        """Whether a text has words that announce such a number."""
        return self.words is not None and self.words.search(text) is not None


def _number(name: str, shape: str, check: object = None, called: str = "", rule: str = "identity") -> Number:
    """`check` is a module of python-stdnum, or a function."""
    proves: Callable[[str], bool] | None = check if callable(check) else None
    if isinstance(check, str):
        module = check

        def proves(text: str) -> bool:
            return bool(import_module(f"stdnum.{module}").is_valid(text))

    said = re.compile(
        rf"(?:{called})\W{{0,5}}(?:(?:is|was|as|als|comme|como|nr|no|nummer|number|núm|es|é|lautet|ist|est)\W{{0,3}}){{0,2}}$",
        re.I,
    )
    words = re.compile(called, re.I) if called else None
    return Number(rule, name, re.compile(rf"(?<![\w.])(?:{shape})(?![\w])"), proves, said if called else None, words)


def _insurance_de(text: str) -> bool:
    """German health insurance number: a letter, 8 digits, a check digit (§ 290 SGB V; the letter counts as two digits)."""
    digits = f"{ord(text[0]) - 64:02d}{text[1:9]}"
    total = 0
    for at, digit in enumerate(digits):
        number = int(digit) * (1 + at % 2)
        total += number // 10 + number % 10
    return total % 10 == int(text[9])


def _pension_de(text: str) -> bool:
    """German pension insurance number: 12 places, weights 2 1 2 5 7 1 2 1 2 1 2 1, sums of digits, modulo 10 (VKVV § 4)."""
    plain = re.sub(r"\s", "", text)
    digits = f"{plain[:8]}{ord(plain[8]) - 64:02d}{plain[9:11]}"
    total = sum(
        sum(map(int, str(int(digit) * weight)))
        for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    )
    return total % 10 == int(plain[11])


# beginnings and lengths of Visa, Mastercard, American Express, Diners, Maestro and Discover
_CARDS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|"
    r"2720)\d{12}|3[47]\d{13}|3[068]\d{12}|6\d{15,18}"
)


def _card(text: str) -> bool:
    from stdnum import luhn

    digits = re.sub(r"\D", "", text)
    return _CARDS.fullmatch(digits) is not None and bool(luhn.is_valid(digits))


# HMRC's own example begins with QQ, which nobody's does
_NINO = r"(?:QQ|(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]) ?\d\d ?\d\d ?\d\d ?[A-D]"
_PAPERS = (  # numbers of papers and files, which have no check digits in common
    r"(?<!\w)(?:passport|driving licen[cs]e|licen[cs]e number|hospital (?:number|id)|patient (?:number|id)|medical record|MRN|"
    r"(?:staff|student|employee|payroll) (?:number|id)|"
    r"paspoort|rijbewijs|identiteitskaart|pati[eë]nt(?:en)?(?:nummer|nr)|(?:personeels|student(?:en)?|dossier)(?:nummer|nr)|"
    r"Reisepass|Personalausweis|Führerschein|(?:Patienten|Personal|Matrikel|Ausweis|Fall)(?:nummer|nr)|"
    r"passeport|carte d['’]identité|permis de conduire|numéro de (?:patient|dossier)|matricule|"
    r"pasaporte|historia clínica|carn[eé] de conducir|permiso de conducir|tarjeta sanitaria|"
    r"passaporte|bilhete de identidade|carteira de identidade|carta de condução|RG|processo clínico|"
    r"passaporto|carta d['’]identità)"
)
IDENTITY: dict[str, tuple[Number, ...]] = {  # by country; "" everywhere
    "": (
        _number("IBAN", r"[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,3})?", "iban", rule="iban"),
        _number("card", r"\d(?:[ \-]?\d){12,18}", _card, rule="card"),
        _number(
            "document number",
            r"(?:(?!(?:RG|MRN|ID|NR|NO)\b)[A-Z]{1,6}[ \-]?)?\d(?:[ .\-/]?\d|[A-Z]+(?=\d)|[A-Z]{1,2}(?!\w)){3,19}",
            None,
            _PAPERS,
        ),
    ),
    "gb": (
        _number("NHS number", r"\d{3}[ \-]?\d{3}[ \-]?\d{4}", "gb.nhs", r"NHS"),
        _number("National Insurance number", _NINO, lambda _: True),
    ),
    "us": (
        _number("Social Security number", r"\d{3}-\d{2}-\d{4}", "us.ssn", r"SSN|social security"),
        _number("ITIN", r"9\d{2}-\d{2}-\d{4}", "us.itin"),
    ),
    "ie": (_number("PPS number", r"\d{7}[A-W][A-IW]?", "ie.pps", r"PPS"),),
    "nl": (
        _number("BSN", r"\d{9}|\d{4}[. ]\d{2}[. ]\d{3}|\d{3}[. ]\d{3}[. ]\d{3}", "nl.bsn", r"BSN|burgerservice|sofi"),
    ),
    "be": (
        _number("national number", r"\d{2}\.?\d{2}\.?\d{2}[ \-]?\d{3}[. ]?\d{2}", "be.nn", r"rijksregister|registre national"),
    ),
    "pt": (
        _number("NIF", r"[1-35689]\d{2} ?\d{3} ?\d{3}", "pt.nif", r"NIF|contribuinte"),
        _number("Cartão de Cidadão", r"\d{8} ?\d ?[A-Z0-9]{2}\d", "pt.cc", r"cidadão"),
        _number("número de utente", r"\d{3} ?\d{3} ?\d{3}|\d{11}", None, r"utente|segurança social"),
    ),
    "br": (_number("CPF", r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", "br.cpf", r"CPF"),),
    "de": (
        _number("Steuer-ID", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", "de.idnr", r"Steuer\W?(?:ID|identifikations|nummer)"),
        _number("Krankenversichertennummer", r"[A-Z]\d{9}", _insurance_de, r"Versicherten|Krankenvers|Krankenkass"),
        _number("Rentenversicherungsnummer", r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", _pension_de, r"Rentenvers|Sozialvers"),
    ),
    "at": (_number("Versicherungsnummer", r"\d{4} ?\d{6}", "at.vnr", r"Sozialvers|Versicherungs"),),
    "ch": (_number("AHV-Nummer", r"756\.?\d{4}\.?\d{4}\.?\d{2}", "ch.ssn", r"AHV|AVS"),),
    "fr": (
        _number(
            "NIR",
            r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
            "fr.nir",
            r"sécurité sociale|sécu|NIR",
        ),
        _number("numéro fiscal", r"[0-3]\d ?\d{2} ?\d{3} ?\d{3} ?\d{3}", "fr.nif", r"fiscal"),
    ),
    "es": (
        _number("DNI", r"\d{8}[ \-]?[A-Z]|\d{2}\.\d{3}\.\d{3}[ \-]?[A-Z]", lambda text: _stdnum("es.dni", text.replace(".", "")),
                r"DNI|NIF"),
        _number("NIE", r"[XYZ][ \-]?\d{7}[ \-]?[A-Z]", "es.nie", r"NIE"),
        _number("número de afiliación", r"\d{2}[ /]?\d{8}[ /]?\d{2}", None, r"afiliación|seguridad social"),
    ),
    "it": (_number("codice fiscale", r"[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]", "it.codicefiscale"),),
    "dk": (_number("CPR-nummer", r"\d{6}[ \-]?\d{4}", "dk.cpr", r"CPR"),),
    "se": (_number("personnummer", r"(?:\d{2})?\d{6}[\-+]?\d{4}", "se.personnummer", r"personnummer"),),
    "no": (_number("fødselsnummer", r"\d{6} ?\d{5}", "no.fodselsnummer", r"fødselsnummer|personnummer"),),
    "pl": (_number("PESEL", r"\d{11}", "pl.pesel", r"PESEL"),),
}  # fmt: skip


def _stdnum(module: str, text: str) -> bool:
    return bool(import_module(f"stdnum.{module}").is_valid(text))


# ---------------------------------------------------------------- postcodes and addresses

_NAME = r"[^\W\d_a-zß-öø-ÿ](?:[\w'’.\-]*\w)?"  # a word with a capital
_PARTS = r"(?:(?:de|del|la|las|los|el|da|das|do|dos|d['’]|l['’]|du|des|van|von|der|den|het|'t|e|y|of|the) ?){0,3}"
_STATES = (
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC "
    "SD TN TX UT VT VA WA WV WI WY DC"
).replace(" ", "|")
_FIVE = re.compile(rf"(?<![\w.,\-])(?P<code>(?:[A-Z]{{1,2}}-)?\d{{5}})(?= {_NAME})(?![\w.,])")
_CALLED_FIVE = re.compile(
    r"(?<!\w)(?i:PLZ|Postleitzahl|code postal|código postal|CAP)\W{1,3}(?:(?:ist|est|es|è|le|el) ){0,2}(?P<code>\d{5})(?!\w)"
)
_FOUR = re.compile(rf"(?<![\w.,\-])(?P<code>(?:[A-Z]{{1,2}}-)?[1-9]\d{{3}})(?= {_NAME})(?<!19\d\d)(?<!20\d\d)")
POSTCODES: dict[str, tuple[re.Pattern[str], ...]] = {
    "gb": (
        re.compile(
            r"(?<!\w)(?P<code>(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d|[A-HK-Y]\d\d|\d[A-HJKPSTUW]|[A-HK-Y]\d[ABEHMNPRVWXY]) "
            r"?\d[ABD-HJLNP-UW-Z]{2}))(?!\w)"
        ),
    ),
    "us": (
        re.compile(rf"(?<!\w)(?P<code>(?:{_STATES}),? \d{{5}}(?:-\d{{4}})?)(?![\w\-])"),
        re.compile(r"(?<![\w\-])(?P<code>\d{5}-\d{4})(?![\w\-])"),
        re.compile(r"(?i:zip(?: ?code)?)\W{1,3}(?:is )?(?P<code>\d{5})(?!\w)"),
    ),
    "ie": (
        re.compile(
            r"(?<!\w)(?P<code>(?:[AC-FHKNPRTV-Y]\d\d|D6W) ?[0-9AC-FHKNPRTV-Y]{4})(?!\w)(?<=\d.{3}|.\d.{2}|..\d.|.{3}\d)"
        ),
    ),
    "nl": (re.compile(r"(?<![\w.,])(?P<code>[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2})(?!\w)"),),
    "be": (_FOUR,),
    "at": (_FOUR,),
    "ch": (_FOUR,),
    "de": (_FIVE, _CALLED_FIVE),
    "fr": (_FIVE, _CALLED_FIVE),
    "es": (_FIVE, _CALLED_FIVE),
    "it": (_FIVE, _CALLED_FIVE),
    "pt": (re.compile(r"(?<![\w\-])(?P<code>[1-9]\d{3}-\d{3})(?![\w\-])"),),
    "br": (re.compile(r"(?<![\w\-])(?P<code>\d{5}-\d{3})(?![\w\-])"),),
    "pl": (re.compile(r"(?<![\w\-])(?P<code>\d{2}-\d{3})(?= [^\W\d_])"),),
    "dk": (_FOUR,),
    "no": (_FOUR,),
    "se": (re.compile(rf"(?<![\w.,\-])(?P<code>\d{{3}} \d{{2}})(?= {_NAME})"),),
}
_HOUSE = r"\d{1,4}(?: ?[a-zA-Z](?!\w))?(?:[\-/]\d{1,4})?"
_NO_STREET = (  # what follows "Am", "Im", "Zum" and is no street
    r"(?!(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonnabend|Sonntag|Januar|Jänner|Februar|März|April|Mai|Juni|Juli|"
    r"August|September|Oktober|November|Dezember|Jahre?|Monat|Quartal|Beispiel|Team|Alter|Schnitt|Durchschnitt|Anfang|Ende|Weg|Tag|"
    r"Abend|Morgen|Sommer|Winter|Herbst|Frühjahr|Kapitel|Teil|Fall|Schritt|Punkt|Zimmer|Haus|Stock|Rahmen)(?!\w))"
)
ADDRESSES: dict[str, tuple[re.Pattern[str], ...]] = {
    "en": (
        re.compile(
            rf"(?<![\w.])(?:(?:Flat|Apartment|Apt|Unit|Suite) \w{{1,4}},? )?\d{{1,5}}[a-zA-Z]?,? "
            rf"(?:(?:North|South|East|West|[NSEW]\.?) )?"
            rf"(?:{_NAME}\.? ){{1,3}}(?:(?:Street|Road|Avenue|Lane|Drive|Close|Court|Way|Square|Terrace|"
            r"Boulevard|Place|Crescent|Gardens|Grove|Hill|Mews|Row|Walk|Park|Green|Parkway|Highway)\b|"
            r"(?:St|Rd|Ave|Ln|Dr|Ct|Sq|Blvd|Pl)\b\.?)"
        ),
        re.compile(r"(?<!\w)(?:P\.? ?O\.? Box) \d{1,6}(?!\w)", re.I),
    ),
    "nl": (
        re.compile(
            rf"(?<!\w)(?:{_NAME} (?:van |de |der |den |het ){{0,2}}){{0,3}}[^\W\d_a-z][\w'’\-]*(?:straat|laan|weg|"
            rf"plein|gracht|kade|singel|dijk|hof|pad|steeg|"
            rf"dreef|plantsoen|markt|wal|haven|baan|veld|park|kamp|einde|lei) {_HOUSE}(?!\w)"
        ),
        re.compile(
            rf"(?<!\w)(?:{_NAME} ){{0,3}}(?:Straat|Laan|Weg|Plein|Gracht|Kade|Singel|Dijk|Hof|Markt|Brink) {_HOUSE}(?!\w)"
        ),
        re.compile(r"(?<!\w)Postbus \d{1,6}(?!\w)"),
    ),
    "de": (
        re.compile(
            rf"(?<!\w)(?:{_NAME}[ \-]){{0,3}}[^\W\d_a-z][\w'’\-]*(?:straße|strasse|str\.|weg|platz|allee|"
            rf"gasse|ring|damm|ufer|chaussee|steig|"
            rf"graben|markt|wall|hof|berg|stieg|steg|promenade) {_HOUSE}(?!\w)"
        ),
        re.compile(
            rf"(?<!\w)(?:{_NAME}[ \-]){{1,3}}(?:Straße|Strasse|Str\.|Weg|Platz|Allee|Gasse|Ring|Damm|Ufer|Chaussee) {_HOUSE}(?!\w)"
        ),
        re.compile(
            rf"(?<!\w)(?:Am|An der|An den|Im|In der|Auf dem|Auf der|Unter den|Zum|Zur) {_NO_STREET}{_NAME}(?: {_NAME})?"
            rf" (?!(?:19|20)\d\d(?!\d)){_HOUSE}(?!\w)"
        ),
        re.compile(r"(?<!\w)Postfach \d[\d ]{1,8}\d(?!\w)"),
    ),
    "fr": (
        re.compile(
            r"(?<!\w)\d{1,4}(?: ?(?:bis|ter|quater))?,? (?i:rue|avenue|av\.|boulevard|bd|place|impasse|allée|chemin|quai|cours|"
            rf"route|passage|square|sentier|faubourg) {_PARTS}{_NAME}(?:[ \-]{_PARTS}{_NAME}){{0,4}}"
        ),
        re.compile(r"(?<!\w)(?:BP|B\.P\.) \d{1,6}(?!\w)"),
    ),
    "es": (
        re.compile(r"(?<!\w)(?:[Aa]partado(?: de correos)?) \d{1,6}(?!\w)"),
        re.compile(
            rf"(?<!\w)(?:[Cc]alle|C/|[Aa]venida|[Aa]vda\.?|[Pp]laza|[Pp]za\.?|[Pp]aseo|[Cc]arretera|"
            rf"[Cc]amino|[Rr]onda|[Tt]ravesía|[Cc]allejón) "
            rf"?{_PARTS}{_NAME}(?: {_PARTS}{_NAME}){{0,4}},? (?:n\.?º ?|núm(?:ero|\.)? |número "
            rf")?\d{{1,4}}(?:,? ?\d{{1,2}}\.?º ?[A-Z]?)?(?!\w)"
        ),
    ),
    "pt": (
        re.compile(
            rf"(?<!\w)(?:[Rr]ua|[Aa]venida|[Aa]v\.|[Pp]raça|[Tt]ravessa|[Ll]argo|[Aa]lameda|[Ee]strada|[Cc]alçada|[Bb]eco|[Rr]\.) "
            rf"{_PARTS}{_NAME}\.?(?: {_PARTS}{_NAME}){{0,4}},? (?:n\.?º ?|número )?\d{{1,4}}(?:,? ?\d{{1,2}}\.?º)?(?!\w)"
        ),
    ),
    "it": (
        re.compile(
            rf"(?<!\w)(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Ll]argo|[Vv]icolo) (?:(?:di|del|della|dei|"
            rf"degli|delle|dell['’]) ?)?{_NAME}"
            rf"(?: {_NAME}){{0,4}},? (?:n\.? ?)?\d{{1,4}}(?!\w)"
        ),
    ),
}

# ---------------------------------------------------------------- dates

# what each month is called, the usual name first
MONTHS: dict[str, tuple[tuple[str, ...], ...]] = {
    language: tuple(tuple(month.split("/")) for month in months.split())
    for language, months in {
        "en": "January/Jan February/Feb March/Mar April/Apr May June/Jun July/Jul August/Aug September/Sept/Sep October/Oct "
        "November/Nov December/Dec",
        "nl": "januari februari maart april mei juni juli augustus september oktober november december",
        "de": "Januar/Jänner Februar März April Mai Juni Juli August September Oktober November Dezember",
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre",
        "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    }.items()
}
_YEAR = r"(?P<year>(?:1[89]|20)\d\d|['’]?\d\d(?!\w))"
_NUMERIC = (
    re.compile(
        r"(?<![\w./\-])(?P<day>\d{1,2})(?P<sign>[./\-]) ?(?P<month>\d{1,2})(?P=sign) "
        r"?(?P<year>(?:1[89]|20)\d\d|['’]?\d\d)(?![\w\-/]|\.\d)"
    ),
    re.compile(r"(?<![\w./\-])(?P<year>(?:1[89]|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\w\-])"),
)
_JOINED = {
    "en": r"(?:st|nd|rd|th)?(?: of)?",
    "de": r"\.?",
    "fr": r"(?:er)?",
    "es": r"(?: de)?",
    "pt": r"(?:º|\.º)?(?: de)?",
}
DATES: dict[str, tuple[re.Pattern[str], ...]] = {
    language: (
        *_NUMERIC,
        re.compile(
            rf"(?<![\w.])(?P<day>\d{{1,2}}){_JOINED.get(language, '')} (?P<month>{months})\b(?:\.?,? (?:de |del )?{_YEAR})?",
            re.I,
        ),
        *(
            [
                re.compile(
                    rf"(?<!\w)(?P<month>{months})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? {_YEAR})?", re.I
                )
            ]
            if language == "en"
            else []
        ),
    )
    for language, months in ((one, "|".join(name for names in many for name in names)) for one, many in MONTHS.items())
}
_BORN = (
    r"born|birthday|date of birth|d\.? ?o\.? ?b\.?|geboren|geboortedatum|verjaardag|jarig|Geburtstag|"
    r"Geburtsdatum|geb\.|née?|naissance|"
    r"naquit|anniversaire|nac[ií]\w*|nascid\w+|nasc[ie]\w*|nascimento|cumpleaños|nacimiento|aniversário|nat[oa]|nascita|compleanno|"
    r"Jahrgang|fa[çz]\w* anos|cumpl\w+ años"
)
BORN_AFTER = re.compile(r"\s(?:(?:in|te|zu) \w+ )?geboren(?!\w)", re.I)  # where the verb comes last
BIRTH = re.compile(rf"(?<!\w)(?:{_BORN})(?!\w)", re.I)
YEAR = re.compile(rf"(?<!\w)(?:{_BORN})(?!\w)[^.\n\d]{{0,30}}(?P<year>(?<!\w)(?:1[89]|20)\d\d)(?!\w)", re.I)
# born on 3 May 1938, and my father in 1935
YEAR_TOO = re.compile(
    rf"(?<!\w)(?:{_BORN})(?!\w)[^.\n\d]{{0,30}}(?:\d{{1,2}}[^\n\d]{{1,15}}){{0,2}}(?:1[89]|20)\d\d"
    r"(?:,|,? (?:and|en|und|et|y|e)) [^.,;\n\d]{3,30} (?P<year>(?:1[89]|20)\d\d)(?!\w)", re.I,
)  # fmt: skip
YEAR_BORN = re.compile(r"(?<!\w)(?P<year>(?:1[89]|20)\d\d) (?:(?:in|te|zu) \w+ )?geboren(?!\w)", re.I)
AGES = re.compile(
    r"(?<!\w)(?:9\d|1[01]\d)(?=[ \-](?:years?[ \-]old|year[ \-]olds?|jaar|jarige|Jahre|jährige|ans|años|anos|anni)\b)",
    re.I,
)  # 90 and over: so old that few people are

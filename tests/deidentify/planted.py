"""Made-up talk with identifiers planted in it, of every kind and in six languages: `{kind|words}`. Nobody said any of it.

Numbers are published examples (NHS, stdnum's documentation, the bank associations' IBANs) or of ranges that are kept for fiction.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# name: a person, place or organisation inside a sentence; first: where a sentence begins; small: a name in small letters
TALK = {
    "en": """
I work with {name|Margaret} and {name|Tom Whitfield} at the {name|Northgate Infirmary} in {name|Harrogate}.
{first|Priya} told me to wait. {first|Zwelakhe} was the first to call, and {title|Dr. Okafor} came later.
My name is {name|Ruth}, I moved here from {name|Sheffield} in the spring, and {small|gareth} still lives there.
Write to {email|ruth.baker@northgate.example.org}, or call {phone|020 7946 0958} or {phone|+44 20 7946 0123} in the morning.
My American number is {phone|(212) 555-2368}, and I post as {handle|@ruth_b} on {url|www.northgate.example.org/team}.
She was born on {birth|3 May 1962} and I was born in {birth|1975}. The meeting was on {date|12/03/2021}.
We live at {address|12 Station Road}, {name|Harrogate}, {postcode|HG1 5QE}, before that at {address|1600 Maple Avenue},
{postcode|CA 94110}.
My NHS number is {identity|943 476 5919} and my National Insurance number {identity|AB 12 34 56 C};
my social security number was {identity|536-90-4399}.
The money goes to {iban|GB82 WEST 1234 5698 7654 32} or card {card|4111 1111 1111 1111}.
You can write to ruth {spoken|ruth at northgate dot org} too.
My mother is {age|94} years old. About 1,000,000 people in 2019-2020 had it. Monday was fine. I'd say ten to fifteen thousand.
Honestly, the machine makes them look stupid. Yesterday was better, and on Tuesday in June we had 25 people at 10.30.
""",
    "nl": """
Ik werk samen met {name|Marijke} en {name|Joost van den Berg} in het {name|Diepenbrock Ziekenhuis} in {name|Deventer}.
{first|Femke} zei dat ik moest wachten. Gisteren belde {title|mevrouw Hoekstra} en daarna kwam {small|willem} langs.
Ik heet {name|Geertje} en ik kom uit {name|Zutphen}, dat is een heel eind.
Mail mij op {email|g.hoekstra@diepenbrock.example.nl} of bel {phone|06-12345678} of {phone|0570 641234}.
Mijn account is {handle|@geertje_h} en de site is {url|https://www.diepenbrock.example.nl/team}.
Zij is geboren op {birth|3 mei 1962}, ik ben van {date|12-03-1971}, en hij is geboren in {birth|1958}.
Wij wonen aan de {address|Lindenlaan 14}, {postcode|7411 KT} {name|Deventer}, eerst op de {address|Oude Kerkstraat 5b}.
Mijn BSN is {identity|111222333} en mijn rekening {iban|NL91 ABNA 0417 1643 00}.
Mijn moeder is {age|96} jaar oud. Ongeveer 10.000 mensen hadden dat in 2019. Op maandag gaat het goed, en in juni ook.
Eigenlijk vind ik het lastig. Natuurlijk kan het beter. Daarna hebben wij met 25 mensen om 10.30 uur gegeten.
""",
    "de": """
Ich arbeite mit {title|Frau Brandstätter} und {title|Herrn Özdemir} zusammen, und ich heiße {intro|Annegret}.
{title|Dr. Wiesinger} kam später, und {title|Schwester Hiltrud} auch. Mein Name ist {intro|Gunnar Petersen}.
Schreiben Sie an {email|a.brandstaetter@klinik-nord.example.de} oder rufen Sie an: {phone|030 901820} oder {phone|0151 23456789}.
Mein Konto ist {handle|@annegret_b}, die Seite {url|www.klinik-nord.example.de}.
Sie ist am {birth|3. Mai 1962} geboren, mein Geburtsdatum ist der {birth|12.03.1971}, das Treffen war am {date|14.02.2021}.
Wir wohnen in der {address|Lindenstraße 14}, {postcode|37073} Göttingen, früher {address|Am Markt 5}.
Meine Steuer-ID ist {identity|36 574 261 809}, die Rentenversicherungsnummer {identity|15 070649 C 103},
die Versichertennummer {identity|A123456780}.
Das Geld geht auf {iban|DE89 3704 0044 0532 0130 00}. Meine Mutter ist {age|94} Jahre alt.
Ungefähr 10.000 Menschen hatten das 2019. Am Montag geht es gut, und im Juni auch. Die Therapeutin sieht den Patienten um 10.30 Uhr.
""",
    "fr": """
Je travaille avec {name|Marguerite} et {name|Thibault Lemoine} à la {name|Clinique Sainte-Odile} de {name|Besançon}.
{first|Solène} m'a dit d'attendre. Hier {title|madame Kowalski} a appelé, puis {small|gaëtan} est venu.
Je m'appelle {name|Océane} et je viens de {name|Vesoul}, c'est loin.
Écrivez à {email|o.lemoine@sainte-odile.example.fr} ou appelez le {phone|06 12 34 56 78} ou le {phone|01 42 68 53 00}.
Mon compte est {handle|@oceane_l} et le site {url|www.sainte-odile.example.fr}.
Elle est née le {birth|3 mai 1962}, ma date de naissance est le {birth|12/03/1971}, la réunion était le {date|14 février 2021}.
Nous habitons {address|14 rue des Tilleuls}, {postcode|25000} {name|Besançon}, avant au {address|5 bis, avenue Victor Hugo}.
Mon numéro de sécurité sociale est le {identity|2 95 10 99 126 111 93} et mon compte {iban|FR14 2004 1010 0505 0001 3M02 606}.
Ma mère a {age|94} ans. Environ 10 000 personnes en 2019. Le lundi ça va, et en juin aussi. Franchement, c'est difficile.
Ensuite nous avons mangé à 25 personnes. Voilà, donc il faut essayer encore.
""",
    "es": """
Trabajo con {name|Milagros} y con {name|Iker Etxeberria} en la {name|Clínica San Telmo} de {name|Valladolid}.
{first|Nerea} me dijo que esperara. Ayer llamó {title|la señora Quiroga} y luego vino {small|anselmo}.
Me llamo {name|Itziar} y vengo de {name|Palencia}, está lejos.
Escribe a {email|i.quiroga@santelmo.example.es} o llama al {phone|612 34 56 78} o al {phone|983 12 34 56}.
Mi cuenta es {handle|@itziar_q} y la página {url|www.santelmo.example.es}.
Ella nació el {birth|3 de mayo de 1962}, mi fecha de nacimiento es {birth|12/03/1971},
la reunión fue el {date|14 de febrero de 2021}.
Vivimos en la {address|calle de los Tilos, 14}, {postcode|47001} {name|Valladolid}, antes en {address|Avenida de la Paz 5}.
Mi DNI es {identity|54362315-K}, el NIE de mi marido {identity|X-2482300W} y la cuenta {iban|ES91 2100 0418 4502 0005 1332}.
Mi madre tiene {age|94} años. Unas 10.000 personas en 2019. Los lunes va bien, y en junio también. Sinceramente, es difícil.
Después comimos 25 personas. Entonces hay que probar otra vez.
""",
    "pt": """
Trabalho com a {name|Graciete} e com o {name|Valter Magalhães} na {name|Clínica São Telmo} de {name|Viseu}.
{first|Iolanda} disse-me para esperar. Ontem ligou a {title|dona Quitéria} e depois veio o {small|adérito}.
Chamo-me {name|Ondina} e venho de {name|Lamego}, é longe.
Escreva para {email|o.magalhaes@saotelmo.example.pt} ou ligue para {phone|912 345 678} ou {phone|232 123 456}.
No Brasil era {phone|(11) 91234-5678}. A minha conta é {handle|@ondina_m} e o site {url|www.saotelmo.example.pt}.
Ela nasceu a {birth|3 de maio de 1962}, a minha data de nascimento é {birth|12/03/1971},
a reunião foi a {date|14 de fevereiro de 2021}.
Moramos na {address|Rua das Tílias, 14}, {postcode|3500-120} {name|Viseu}, antes na {address|Avenida da Liberdade 5}.
O meu NIF é {identity|501964843}, o CPF {identity|390.533.447-05} e a conta {iban|PT50 0002 0123 1234 5678 9015 4}.
A minha mãe tem {age|94} anos. Umas 10.000 pessoas em 2019. À segunda corre bem, e em junho também. Sinceramente, é difícil.
Depois comemos 25 pessoas. Então é preciso tentar outra vez.
""",
}  # fmt: skip


class Planted(NamedTuple):
    """A planted identifier: its kind, its place in the text."""

    kind: str
    start: int
    end: int


def planted(language: str) -> tuple[str, list[Planted]]:
    """The talk of a language without its marks, each line a paragraph, and where its identifiers stand."""
    text, found, at = "", [], 0
    raw = TALK[language].strip()
    for match in re.finditer(r"\{(\w+)\|([^}]*)\}", raw):
        text += raw[at : match.start()]
        found.append(Planted(match[1], len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return text + raw[at:], found

"""What columns of transcripts are called, in spreadsheets and in tables of documents, in several languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from qualcode.transcripts.cleaning import one_line, tidy

# what columns are called, in the languages that we know transcripts of
_NAMES: dict[str, str] = {
    "text": "text words transcript transcription utterance speech content answer response statement said body sentence "
    "passage turn_text|verbatim|comment text|wortlaut|transkript|transkription|antwort|aussage|äußerung|tekst|uitspraak|"
    "antwoord|texte|parole|paroles|réponse|propos|énoncé|texto|respuesta|transcripción|palabras|resposta|transcrição|fala|"
    "testo|risposta|trascrizione|svar|odpowiedź|wypowiedź|odpověď|what was said|answer text|transcripttext|spoken text",
    "speaker": "speaker name who participant respondent voice person pid id|participant id|participant_id|speaker name|"
    "speaker id|speaker label|respondent id|interviewee|sprecher|sprecherin|sprecher:in|sprechende|teilnehmer|teilnehmerin|"
    "befragte|befragter|spreker|deelnemer|locuteur|locutrice|intervenant|participante|hablante|orador|falante|locutor|"
    "parlante|partecipante|talare|deltagare|taler|deltaker|deltager|uczestnik|mówca|mluvčí|účastník|rozmówca",
    "time": "timecode timestamp timespan time start begin in tc offset|time code|time stamp|start time|starttime|start_time|"
    "start (s)|start_s|zeit|zeitstempel|beginn|tijd|tijdcode|begintijd|temps|horodatage|début|tiempo|marca de tiempo|"
    "inicio|tempo|início|tid|czas|čas",
    "end": "end stop out finish|end time|endtime|end_time|end (s)|end_s|ende|eind|eindtijd|einde|fin|fim|fine|slut|koniec|konec",
    "question": "question prompt item questions|question text|frage|vraag|pregunta|pergunta|domanda|fråga|spørgsmål|spørsmål|"
    "pytanie|otázka",
    "session": "session interview recording source file|interview id|session id|session_id|interview_id|sitzung|gespräch|"
    "sessie|gesprek|entretien|séance|sesión|entrevista|sessão|sessione|intervista",
    "tags": "tag tags code codes theme themes note notes comment comments memo kodes code|codes|notiz|kommentar|anmerkung",
}  # fmt: skip


def _known() -> dict[str, str]:
    found: dict[str, str] = {}
    for role, names in _NAMES.items():
        first, *more = names.split("|")
        for name in (*first.split(), *more):
            found.setdefault(unicodedata.normalize("NFC", name).replace("_", " "), role)
    return found


ROLE_OF = _known()  # names as `plain_name` has them


def plain_name(name: str) -> str:
    """A column's name for comparing: without capitals, signs around it, and underscores."""
    return one_line(tidy(name.removeprefix("ï»¿"))).casefold().strip(" :*#").replace("_", " ")


def roles_of(names: Sequence[str]) -> dict[str, int]:
    """The first column of each role (text, speaker, time, end, question, session, tags) that a row of names tells."""
    found: dict[str, int] = {}
    for at, name in enumerate(names):
        role = ROLE_OF.get(plain_name(name))
        if role:
            found.setdefault(role, at)
    return found

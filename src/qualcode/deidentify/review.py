"""The review sheet: every candidate with its contexts, and room to decide. It holds names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qualcode.decisions.worklist import choices_in, dates_in, is_pack, letter, write_facts, write_page
from qualcode.deidentify.candidates import RULES, Candidate, Masked, Named
from qualcode.deidentify.key import KINDS, Key
from qualcode.deidentify.pseudonyms import draw_pseudonym, says_what, taken_words
from qualcode.deidentify.replace import KEEP, NOT, REPLACE
from qualcode.files import newest_date, write_zip_document
from qualcode.sheets import help_page, put

PACK, SHEET, LISTS = "identifiers", "Candidates", "Lists"
SAME = "same as"
WORDS = {"replace with": REPLACE, SAME: SAME, "keep": KEEP, "not an identifier": NOT}
COLUMNS = (  # key, heading, width, whether it is filled in by people
    ("number", "No.", 6, False),
    ("words", "Candidate", 28, False),
    ("why", "Why it is listed", 28, False),
    ("count", "Times", 7, False),
    ("transcripts", "Transcripts", 16, False),
    ("contexts", "Where it stands (other candidates masked)", 62, False),
    ("choice", "Decision", 17, True),
    ("value", "Replace with, or same as", 24, True),
    ("kind", "Kind", 13, True),
    ("by", "By", 9, True),
    ("on", "Date", 12, True),
    ("about", "Candidate id", 38, False),
    ("decision", "Decision id", 38, False),
)
MASK = "▒▒▒"
_CONTEXTS, _AROUND = 3, 60


def is_review_sheet(path: Path) -> bool:
    """Whether a file is a review sheet that qualcode made (also after another program saved it)."""
    return is_pack(path, PACK)


def write_review(
    path: Path,
    found: Masked,
    transcripts: Mapping[str, Named],
    key: Key,
    *,
    title: str = "",
    notice: str = "",
    key_shown: str = "",
) -> int:
    """Write the workbook; the number of candidates. Nothing is written where there is none.

    A pseudonym is suggested for each: that of the name in the key which it is like, else a new one; what was decided is filled in.
    """
    import openpyxl

    if not found.candidates:
        return 0
    rows = _rows(found, transcripts, key)
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = SHEET
    write_page(page, COLUMNS, rows, last_printed="on", frozen="C2")
    page.oddFooter.left.text = "Confidential: names of people"
    lists: Any = book.create_sheet(LISTS)
    known = list(dict.fromkeys(entry.pseudonym for entry in key.entries))
    for at, column in enumerate((list(WORDS), list(KINDS), known), start=1):
        for number, option in enumerate(column, start=1):
            put(lists.cell(number, at), option)
    last = len(rows) + 1
    choices_in(
        page, f"{LISTS}!$A$1:$A${len(WORDS)}", [f"{letter(COLUMNS, 'choice')}2:{letter(COLUMNS, 'choice')}{last}"]
    )
    choices_in(page, f"{LISTS}!$B$1:$B${len(KINDS)}", [f"{letter(COLUMNS, 'kind')}2:{letter(COLUMNS, 'kind')}{last}"])
    if known:
        area = [f"{letter(COLUMNS, 'value')}2:{letter(COLUMNS, 'value')}{last}"]
        choices_in(page, f"{LISTS}!$C$1:$C${len(known)}", area, typed="Not a pseudonym of the key: it is a new one.")
    dates_in(page, COLUMNS, len(rows))
    help_page(book, _help(title, notice, len(rows), key_shown))
    write_facts(book, {"qualcode": PACK, "study": title})
    lists.sheet_state = "hidden"
    dates = [one.judged.on for one in found.candidates if one.judged is not None]
    write_zip_document(path, book.save, day=newest_date(dates))
    path.chmod(0o600)
    return len(rows)


def _rows(found: Masked, transcripts: Mapping[str, Named], key: Key) -> list[dict[str, Any]]:
    taken = taken_words(key, (one.text for one in transcripts.values()))
    rows = []
    for number, one in enumerate(found.candidates, start=1):
        judged = one.judged
        choice = judged.choice if judged is not None else ""
        word = next((word for word, value in WORDS.items() if value == choice), "")
        if judged is not None and judged.pseudonym:
            value = judged.pseudonym
        elif one.like is not None:
            value = one.like.pseudonym
        else:
            value = draw_pseudonym(_kind(one), one.words, taken, key.secret, rule=one.rules[0])
        shown = one.transcripts
        rows.append(
            {
                "number": number,
                "words": one.words,
                "why": "; ".join(_why(one)),
                "count": one.count,
                "transcripts": ", ".join(shown[:8]) + (f" and {len(shown) - 8} more" if len(shown) > 8 else ""),
                "contexts": "\n".join(contexts(one, found, transcripts)),
                "choice": word,
                "value": value,
                "kind": _kind(one),
                "by": judged.by if judged is not None else "",
                "on": judged.on if judged is not None else "",
                "about": one.about,
                "decision": judged.decision if judged is not None else "",
            }
        )
    return rows


def _kind(one: Candidate) -> str:
    """What is suggested: a capital letter alone says nothing of the kind, and most such words that identify are people's names."""
    if one.kind in ("other", "place") and (one.rules[0] == "acronym" or says_what(one.words)):
        return "organisation"
    return "person" if one.kind == "other" else one.kind


def _why(one: Candidate) -> list[str]:
    said = [one.name or RULES[rule] if rule == "identity" else RULES[rule] for rule in one.rules]
    return [f"{words} ({one.like.pseudonym})" if one.like and rule in ("like", "part", "unsure") else words
            for words, rule in zip(said, one.rules, strict=True)]  # fmt: skip


def contexts(one: Candidate, found: Masked, transcripts: Mapping[str, Named], most: int = _CONTEXTS) -> list[str]:
    """A few places where a candidate stands, of different transcripts where there are; other candidates and names masked."""
    first: list[tuple[str, int, int]] = []
    rest: list[tuple[str, int, int]] = []
    for place in one.places:
        (rest if any(place[0] == other[0] for other in first) else first).append(place)
    shown = []
    for name, start, end in (first + rest)[:most]:
        text = transcripts[name].text
        begin = max(text.rfind("\n", 0, start) + 1, start - _AROUND)
        stop = text.find("\n", end)
        stop = min(len(text) if stop < 0 else stop, end + _AROUND)
        begin, stop = _whole_words(text, begin, stop, start, end)
        before = masked(text, begin, start, found.stretches[name])
        after = masked(text, end, stop, found.stretches[name])
        dots = (
            "… " if begin and text[begin - 1] != "\n" else "",
            " …" if stop < len(text) and text[stop] != "\n" else "",
        )
        shown.append(f"{name}: {dots[0]}{before}{text[start:end]}{after}{dots[1]}")
    return shown


def _whole_words(text: str, begin: int, stop: int, start: int, end: int) -> tuple[int, int]:
    while 0 < begin < start and not text[begin - 1].isspace():
        begin += 1
    while end < stop < len(text) and not text[stop].isspace():
        stop -= 1
    return begin, stop


def masked(text: str, start: int, end: int, stretches: Sequence[tuple[int, int]]) -> str:
    """`text[start:end]` with every stretch that reaches into it blotted out."""
    parts = []
    at = start
    for a, b in stretches:
        if b <= at or a >= end:
            continue
        parts += [text[at : max(at, a)], MASK]
        at = min(b, end)
    parts.append(text[at:end])
    return re.sub(rf"{MASK}(?:\s?{MASK})+", MASK, "".join(parts))


def _help(title: str, notice: str, rows: int, key: str) -> list[str]:
    return [
        "What may identify somebody, and what is to be done with it",
        *(part for part in (title, notice) if part),
        "THIS WORKBOOK HOLDS NAMES. Keep it where the interviews are kept, do not send it, and "
        "delete it when it has been imported.",
        f"Each row is a word or a stretch of words ({rows} rows) that somebody must decide on; what "
        f"is surest to identify comes first.",
        "Decision 'replace with': every place where it stands gets the word in the next column (a "
        "person's name as it stands there; places, "
        "organisations and the like in [square brackets]). A suggestion is filled in; write another "
        "where you like, never one made from the name.",
        "Decision 'same as': it is another form of somebody or something in the key (write or choose "
        "the pseudonym), or of another row of this "
        "sheet (write that row's candidate).",
        "Decision 'keep': it identifies, and stays all the same (a public person, a large town).",
        "Decision 'not an identifier': an ordinary word.",
        "Kind says what it is: the replacement log counts by it, and people's names are replaced in their genitives too.",
        "A decision needs a name (By) and a date. Leave it empty where you do not decide today: the row comes again.",
        "Misspelt names are listed and never replaced by guessing: 'same as' takes them into the key.",
        f"Save as .xlsx; then: qualcode import FILE.xlsx. Names go to the key ({key}) and nowhere "
        f"else; the study's decisions hold the "
        "candidate's id, which says nothing without the key.",
        "What is not in this list has not been found by a program; that is not to say that it "
        "identifies nobody. Read the transcripts.",
    ]

"""A filled review sheet read back: verdicts become signed decisions, and what the reviewer made of it a layer of codings."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from qualcode.codings.anchor import Refusal
from qualcode.codings.model import Given as GivenCoding
from qualcode.codings.outcomes import coding_id
from qualcode.codings.own import COLUMNS as OWN_COLUMNS
from qualcode.codings.own import OPTIONAL
from qualcode.codings.reviewed import ADD, CHANGES, CONFIRM, REJECT, REVIEW, WITHDRAW, Verdict, verdicts_of
from qualcode.decisions.layout import HIDDEN, code_option
from qualcode.decisions.passage import located, shortened, window
from qualcode.decisions.table import all_rows, append_decisions, read_decisions
from qualcode.decisions.worklist import is_pack, read_page, read_rows
from qualcode.errors import DecisionsError, Problems, nearest
from qualcode.files import load_workbook, read_sheet, write_text
from qualcode.review.matching import marks_of
from qualcode.review.sheet_out import ADD_COLUMNS, ADDED_SHEET, COLUMNS, DIRECTIONS, PACK, SHEET, WORDS
from qualcode.study import Study
from qualcode.tables import join, read
from qualcode.transcripts.kept import read_texts

FILE = "review.csv"
CONTEXT = 300  # words around a coding in which its new passage is looked for first
_FIELDS = ("coding", *OWN_COLUMNS, *(name for name in OPTIONAL if name not in ("coding", "origin")))


@dataclass(frozen=True)
class _Study:
    """What a filled sheet is checked against."""

    where: str
    reviewer: str
    coder: str
    codings: dict[str, dict[Any, Any]]
    texts: Mapping[str, str]
    sha: Mapping[str, str]
    codes: dict[str, str]  # what a cell may hold, without regard to case -> code
    version: str
    import_id: str
    standing: dict[str, Verdict]  # what the reviewer has said already
    problems: Problems = field(default_factory=Problems)

    def wrong(self, place: str, what: str, hint: str = "") -> None:
        self.problems.add(self.where, what, hint, place=place)


@dataclass(frozen=True)
class _Answer:
    """One row of the sheet with a verdict: what it is about; the reviewer's own coding, and its row in the layer's file where
    that is new."""

    about: str
    choice: str
    value: str
    own: dict[str, str] | None
    row: Mapping[str, str]


def is_review_sheet(path: Path) -> bool:
    """Whether a file is a review sheet that qualcode made (also after another program saved it)."""
    return is_pack(path, PACK)


def layer_file(study: Study, reviewer: str) -> Path:
    """Where a reviewer's layer is kept: an ordinary codings file in qualcode's own format."""
    return study.raw / "codings" / f"review_{re.sub(r'[^A-Za-z0-9._-]+', '_', reviewer)}.csv"


def import_review(study: Study, path: Path, *, dry_run: bool = False) -> dict[str, Any]:
    """Read the verdicts of a filled sheet: data/raw/decisions/review.csv, and the layer data/raw/codings/review_REVIEWER.csv.

    A row without a verdict changes nothing. A verdict that differs from the one in force supersedes it, where the sheet knew
    that one or its date is later. The first coder's codings are never touched.

    Returns
    -------
    `{"kind": "review", "message", "reviewer", "coder", "added", "changed", "unchanged", "undecided", "verdicts", "decisions"}`;
    `verdicts` counts what the sheet says by verdict.

    Raises
    ------
    DecisionsError
        All at once, with sheet and row: a coding that is no more, a verdict that is not known or lacks what it needs, a code that
        is not in the codebook, words that are not in the text or stand there twice, a missing date, somebody else's name, two
        rows that contradict each other, a later verdict. Nothing is written then.
    """
    where = study.shown(path)
    facts, book = _opened(path, where)
    reviewer, coder = facts["reviewer"], facts["coder"]
    here = _checked_against(study, where, reviewer, coder)
    needed = ("coding", "choice", "new_code", "new_words", "on")
    verdicts = read_page(book[SHEET], COLUMNS, needed, "coding", where, here.problems)
    added = []
    if ADDED_SHEET in book.sheetnames:
        named, wanted = f"sheet {ADDED_SHEET}, ", ("transcript", "new_words", "new_code", "on")
        added = read_rows(book[ADDED_SHEET], ADD_COLUMNS, wanted, where, here.problems, named=named)
    here.problems.raise_if_any(DecisionsError)

    answers: dict[str, _Answer] = {}
    undecided = 0
    for row in verdicts:
        if not row["choice"]:
            undecided += 1
            for key in ("new_code", "new_words", "new_direction"):
                if row.get(key):
                    here.wrong(row["place"], "something new is filled in, but no verdict.", "Choose one of the list.")
                    break
            continue
        answer = _answer(row, here)
        if answer is not None:
            other = answers.setdefault(answer.about, answer)
            if other is not answer and (other.choice, other.value) != (answer.choice, answer.value):
                what = f"coding '{answer.about}' has another verdict in {other.row['place']}."
                here.wrong(row["place"], what, "Keep one of the two.")
    taken_back = _taken_back(added)
    for row in added:
        if row["new_code"] or row["new_words"] or row["transcript"]:
            answer = _addition(row, here)
            if answer is not None:
                answers.setdefault(answer.about, answer)
    new, gone, counts = _changes(study, answers, taken_back, here)
    here.problems.raise_if_any(DecisionsError)
    written = append_decisions(study, new, file=FILE, dry_run=dry_run)
    layer = _layer(study, reviewer, answers.values(), gone)
    if layer is not None and not dry_run:
        write_text(layer_file(study, reviewer), layer)
    said = {name: sum(one.choice.split(";")[0] == name for one in answers.values()) for name in (CONFIRM, REJECT, ADD)}
    said["change"] = len(answers) - sum(said.values())
    message = (
        f"{where}: {reviewer} on the codings of {coder}: {said[CONFIRM]} confirmed, {said['change']} changed, {said[REJECT]} "
        f"rejected, {said[ADD]} added, {undecided} not reviewed yet ({counts['added']} new, {counts['changed']} changed, "
        f"{counts['unchanged']} as before)."
    )
    return {
        "kind": PACK, "message": message, "reviewer": reviewer, "coder": coder, **counts, "undecided": undecided,
        "verdicts": said, "decisions": [] if dry_run else written,
    }  # fmt: skip


def _opened(path: Path, where: str) -> tuple[dict[str, str], Any]:
    hint = "Make one with `qualcode pack review`."
    if not is_review_sheet(path):
        raise DecisionsError("this is not a review sheet.", where=where, hint=hint)
    book = load_workbook(path)
    facts = {str(key): str(value) for key, value, *_ in book[HIDDEN].iter_rows(values_only=True) if key}
    if SHEET not in book.sheetnames or not facts.get("reviewer") or not facts.get("coder"):
        raise DecisionsError("this is not a review sheet.", where=where, hint=hint)
    return facts, book


def _checked_against(study: Study, where: str, reviewer: str, coder: str) -> _Study:
    files = {name: study.processed / f"{name}.parquet" for name in ("codings", "codebook", "transcripts")}
    if not all(path.is_file() for path in files.values()):
        hint = "Make them with `qualcode run --until codings`, then import the sheet again."
        raise DecisionsError("the study's codings have not been read yet.", where=where, hint=hint)
    tables = {name: read(name, path) for name, path in files.items()}
    codes: dict[str, str] = {}
    labels = [str(label).casefold() for label in tables["codebook"]["label"]]
    for code, label in zip(tables["codebook"]["code"], tables["codebook"]["label"], strict=True):
        if labels.count(label.casefold()) == 1:
            codes[label.casefold()] = code
    for code, label in zip(tables["codebook"]["code"], tables["codebook"]["label"], strict=True):
        codes[code_option(code, label).casefold()] = codes[code.casefold()] = code
    if not len(tables["codebook"]):
        codes = {code.casefold(): code for code in tables["codings"]["code"]}
    listed, said = tables["transcripts"], verdicts_of(read_decisions(study), withdrawn=True)
    return _Study(
        where, reviewer, coder,
        {line["coding"]: line for line in tables["codings"].to_dict("records")},
        read_texts(study.processed / "texts"),
        dict(zip(listed["transcript"], listed["sha256_text"], strict=True)),
        codes,
        str(tables["codebook"]["version"].iloc[0]) if len(tables["codebook"]) else "",
        layer_file(study, reviewer).relative_to(study.raw / "codings").as_posix(),
        {about: one for (about, by), one in said.items() if by == reviewer},
    )  # fmt: skip


# ---------------------------------------------------------------- one row


def _signed(row: Mapping[str, str], here: _Study) -> None:
    if row.get("by") and row["by"].casefold() != here.reviewer.casefold():
        hint = "Each reviewer fills in a sheet of their own (`qualcode pack review --by`)."
        here.wrong(row["place"], f"this sheet is for {here.reviewer}, not for '{row['by']}'.", hint)
    if not row["on"] and not any(p.place == row["place"] and "date" in p.what for p in here.problems.found):
        here.wrong(row["place"], "there is a verdict but not its date.", "Fill in the column 'Date'.")


def _code(name: str, row: Mapping[str, str], here: _Study) -> str:
    inside = (
        name.rpartition("[")[2].rstrip("] ") if name.endswith("]") else ""
    )  # `Label [id]`, whatever the label is now
    code = here.codes.get(name.casefold()) or here.codes.get(inside.casefold(), "")
    if not code:
        here.wrong(row["place"], f"code '{name}' is not in the codebook.", nearest(name, here.codes.values()))
    return code


def _direction(row: Mapping[str, str], here: _Study) -> str:
    given = row.get("new_direction", "").casefold()
    if given and given not in DIRECTIONS:
        here.wrong(row["place"], f"'{given}' is not a direction.", nearest(given, DIRECTIONS))
    return given


def _answer(row: Mapping[str, str], here: _Study) -> _Answer | None:
    line = here.codings.get(row["coding"])
    if line is None or line["coder"] != here.coder:
        hint = "Its file has changed or gone since the sheet was made. Make a new one with `qualcode pack review`."
        here.wrong(row["place"], f"{here.coder} has no coding '{row['coding']}'.", hint)
        return None
    before = len(here.problems.found)
    by_word = {word: name for name, word in WORDS.items()} | {name: name for name in WORDS}
    named = by_word.get(row["choice"].casefold(), "")
    if not named:
        here.wrong(row["place"], f"verdict '{row['choice']}' is not known.", nearest(row["choice"], WORDS.values()))
    _signed(row, here)
    filled = {
        name: row.get(key, "") for name, key in zip(CHANGES, ("new_code", "new_words", "new_direction"), strict=True)
    }
    if named in (CONFIRM, REJECT):
        for name, cell in filled.items():
            if cell:
                what = f"the verdict is '{WORDS[named]}', but something new is filled in."
                here.wrong(row["place"], what, f"Choose '{WORDS[name]}', or empty that cell.")
    elif named and not filled[named]:
        here.wrong(row["place"], f"the verdict is '{WORDS[named]}', and the new one is missing.", "Fill it in beside.")
    code = _code(filled["change_code"], row, here) if filled["change_code"] and named not in (CONFIRM, REJECT) else ""
    direction = _direction(row, here)
    span = _span(row, line, here) if filled["change_span"] and named not in (CONFIRM, REJECT) else None
    if code and code == line["code"]:
        here.wrong(
            row["place"], f"the new code '{code}' is the one that it has.", f"Choose '{WORDS[CONFIRM]}', or another."
        )
    if len(here.problems.found) > before:
        return None
    if named == REJECT:
        return _Answer(row["coding"], REJECT, "", None, row)
    choice = join(name for name, cell in filled.items() if cell) or CONFIRM
    place = span or (int(line["start"]), int(line["end"]))
    says = {"code": code or line["code"], "direction": direction or line["direction"]}
    known = here.standing.get(row["coding"])
    stands = here.codings.get(known.coding) if known is not None else None
    if stands is not None and _says(stands, says, place):
        return _Answer(row["coding"], choice, stands["coding"], None, row)
    whole = line["scope"] == "transcript" and span is None
    own = _own(here, row, line["transcript"], None if whole else place, **says, about=row["coding"])
    return _Answer(row["coding"], choice, _id_of(own, here), own, row)


def _says(stands: Mapping[str, Any], says: Mapping[str, str], place: tuple[int, int]) -> bool:
    """Whether a coding of the reviewer's that is there already says the same."""
    return (
        all(stands[name] == value for name, value in says.items())
        and (int(stands["start"]), int(stands["end"])) == place
    )


def _span(row: Mapping[str, str], line: Mapping[str, Any], here: _Study) -> tuple[int, int] | None:
    text, start, end = here.texts[line["transcript"]], int(line["start"]), int(line["end"])
    name = f"transcript '{line['transcript']}'"
    if row["new_words"] == " ".join(shortened(text[start:end]).split()):
        found: tuple[int, int] | Refusal = (start, end)
    else:
        low, high = window(text, start, end, CONTEXT)
        found = located(text, low, high, row["new_words"], name=name)
        if isinstance(found, Refusal) and "outside" in found.cause:
            found = located(text, 0, len(text), row["new_words"], name=name)
    if isinstance(found, Refusal):
        here.wrong(row["place"], found.cause, "Copy the words from the text, from the first to the last.")
        return None
    old, new = (
        marks_of(pd.DataFrame([{**line, "start": a, "end": b}]), text)[0].words for a, b in ((start, end), found)
    )
    if old == new:
        here.wrong(
            row["place"], "the new passage is the one that it has.", f"Choose '{WORDS[CONFIRM]}', or other words."
        )
    return found


def _addition(row: Mapping[str, str], here: _Study) -> _Answer | None:
    before = len(here.problems.found)
    for key, word in (("transcript", "transcript"), ("new_words", "passage"), ("new_code", "code")):
        if not row[key]:
            here.wrong(row["place"], f"the {word} is missing.", "An added coding needs transcript, passage and code.")
    _signed(row, here)
    text = here.texts.get(row["transcript"])
    if row["transcript"] and text is None:
        what = f"transcript '{row['transcript']}' is not in the study."
        here.wrong(row["place"], what, nearest(row["transcript"], here.texts))
    code = _code(row["new_code"], row, here) if row["new_code"] else ""
    direction = _direction(row, here)
    known = here.codings.get(row.get("coding", ""))
    found: tuple[int, int] | Refusal | None = None
    if text is not None and row["new_words"]:
        if known is not None and row["new_words"] == " ".join(
            shortened(text[int(known["start"]) : int(known["end"])]).split()
        ):
            found = int(known["start"]), int(known["end"])
        else:
            found = located(text, 0, len(text), row["new_words"], name=f"transcript '{row['transcript']}'")
        if isinstance(found, Refusal):
            here.wrong(
                row["place"], found.cause, "Copy the words from the text, and more of them where they stand twice."
            )
    if len(here.problems.found) > before or found is None or isinstance(found, Refusal):
        return None
    says = {"code": code, "direction": direction}
    if known is not None and row["coding"] in here.standing and _says(known, says, found):
        return _Answer(row["coding"], ADD, row["coding"], None, row)  # as it was imported
    same = [
        one
        for one in here.codings.values()
        if (one["transcript"], one["code"], one["coder"]) == (row["transcript"], code, here.coder)
        and (int(one["start"]), int(one["end"])) == found
    ]
    if same:
        what = f"{here.coder} has this coding already ({same[0]['coding']})."
        here.wrong(row["place"], what, f"Say what you make of it in the sheet {SHEET}.")
        return None
    own = _own(here, row, row["transcript"], found, **says, about="")
    return _Answer(_id_of(own, here), ADD, _id_of(own, here), own, row)


def _own(
    here: _Study,
    row: Mapping[str, str],
    transcript: str,
    span: tuple[int, int] | None,
    *,
    code: str,
    direction: str,
    about: str,
) -> dict[str, str]:
    """A row of the reviewer's layer. Its id there is made of what it says, so that it stays whatever becomes of the text."""
    start, end = (str(span[0]), str(span[1])) if span else ("", "")
    sha = here.sha[transcript]
    said = "|".join(("qualcode:review", here.reviewer, about, transcript, start, end, sha, code, direction))
    return {
        "coding": str(uuid5(NAMESPACE_URL, said)), "transcript": transcript, "start": start, "end": end,
        "text": here.texts[transcript][span[0] : span[1]] if span else "*", "code": code, "coder": here.reviewer,
        "codebook_version": here.version, "sha256_text": sha, "direction": direction, "memo": row["reason"], "created": row["on"],
    }  # fmt: skip


def _id_of(own: Mapping[str, str], here: _Study) -> str:
    """The id that a row of the layer has in table `codings`."""
    return coding_id(
        here.import_id, GivenCoding(row=0, document=own["transcript"], code=own["code"], coding=own["coding"]), {}
    )


# ---------------------------------------------------------------- what is written


def _taken_back(added: list[dict[str, str]]) -> set[str]:
    """Ids of additions whose row was emptied."""
    return {
        row["coding"]
        for row in added
        if row["coding"] and not (row["new_code"] or row["new_words"] or row["transcript"])
    }


def _changes(
    study: Study, answers: Mapping[str, _Answer], taken_back: set[str], here: _Study
) -> tuple[list[dict[str, object]], set[str], dict[str, int]]:
    """New decisions; ids of the reviewer's codings that no longer stand; how many are new, changed, as before."""
    ever = {row["decision"] for row in all_rows(study)}
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    rows: list[dict[str, object]] = []
    gone: set[str] = set()
    for about, answer in answers.items():
        own = answer.value
        new: dict[str, object] = {
            "kind": REVIEW,
            "about": about,
            "choice": answer.choice,
            "value": own,
            "by": here.reviewer,
        }
        new |= {"reason": answer.row["reason"], "on": answer.row["on"], "supersedes": ""}
        old = here.standing.get(about)
        row = answer.row
        if old is None:
            counts["added"] += 1
        elif old.choice == (WITHDRAW,):
            new["supersedes"] = old.decision
            counts["added"] += 1
        elif (join(old.choice), old.coding, old.reason, old.on) == (
            join(answer.choice.split(";")),
            own,
            row["reason"],
            row["on"],
        ):
            counts["unchanged"] += 1
            continue
        elif row.get("decision") == old.decision or row["on"] >= old.on or answer.choice == ADD:
            new["supersedes"] = old.decision
            gone |= {old.coding} - {own}
            counts["changed"] += 1
        elif row.get("decision") in ever and (old.choice, old.coding) == (tuple(answer.choice.split(";")), own):
            counts["unchanged"] += 1
            continue
        else:
            what = f"coding '{about}' has a later verdict ({old.on}) than this one ({row['on']})."
            here.wrong(row["place"], what, "Give it a later date, or leave the row empty.")
            continue
        rows.append(new)
    for about in sorted(taken_back | _replaced(answers, here)):
        old = here.standing.get(about)
        if old is not None and old.choice == (ADD,) and about not in answers:
            day = max([old.on, *(one.row["on"] for one in answers.values())])
            new = {"kind": REVIEW, "about": about, "choice": WITHDRAW, "value": "", "by": here.reviewer, "on": day}
            rows.append(new | {"reason": "", "supersedes": old.decision})
            gone.add(about)
            counts["changed"] += 1
    return rows, gone, counts


def _replaced(answers: Mapping[str, _Answer], here: _Study) -> set[str]:
    """Additions imported before whose row says something else now."""
    was = {one.row.get("coding", ""): about for about, one in answers.items() if one.choice == ADD}
    return {coding for coding, about in was.items() if coding != about and coding in here.standing}


def _layer(study: Study, reviewer: str, answers: Any, gone: set[str]) -> str | None:
    """The reviewer's layer as a file: what it held, without what no longer stands, with what is new; None where nothing is."""
    path = layer_file(study, reviewer)
    rows: dict[str, dict[str, str]] = {}
    import_id = path.relative_to(study.raw / "codings").as_posix()
    if path.is_file():
        sheet = read_sheet(path, shown_as=study.shown(path), as_written=True)
        for line in sheet.data.to_dict("records"):
            row = {name: str(line.get(name, "")) for name in _FIELDS}
            known = coding_id(
                import_id,
                GivenCoding(row=0, document=row["transcript"], code=row["code"], coding=row["coding"]), {},
            )  # fmt: skip
            if known not in gone:
                rows[row["coding"]] = row
    for answer in answers:
        if answer.own is not None:
            rows[answer.own["coding"]] = answer.own
    if not rows and not path.is_file():
        return None
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_FIELDS)

    def place(row: Mapping[str, str]) -> tuple[str, int, int, str, str]:
        return row["transcript"], int(row["start"] or 0), int(row["end"] or 0), row["code"], row["coding"]

    writer.writerows([row[name] for name in _FIELDS] for row in sorted(rows.values(), key=place))
    return buffer.getvalue()

"""`qualcode check`: everything that can be wrong with a study, found in one process, before anything is run or written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qualcode.codings.participants import drafts
from qualcode.errors import Problem, Problems, QualcodeError
from qualcode.people import people_of_study
from qualcode.small_cells import small_cells
from qualcode.study import Study, check_people

# what each stage reads of the study; a stage that is not here reads everything
_TRANSCRIPTS_ONLY = ("transcripts", "segments", "topics", "people")


@dataclass
class Checked:
    """What `check` found: `problems` stop a run, `warnings` do not; `waiting` says which stages lack input; counts."""

    problems: Problems = field(default_factory=Problems)
    warnings: list[Problem] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    withdrawn: str = ""  # whether anything of people who withdrew is in what lies in the study
    identifiers: str = ""  # whether candidates were reviewed, and what was checked against names
    edits: pd.DataFrame | None = None


MUCH = 8_000_000  # bytes of unread transcripts that `run` leaves to the run itself, where that reads them in shards


def check_study(study: Study, *, until: str | None = None, before_run: bool = False) -> Checked:
    """Validate the study, writing nothing but (before a run) what was read: the store, and texts with names by their hash.

    Parameters
    ----------
    until
        The last stage wanted: what only later stages read is not looked at.
    before_run
        A run follows: what is read is kept for it; where much has not been read yet, transcripts and codings are left to it.

    Returns
    -------
    All problems at once, all warnings, which stages wait for what, and counts of what is there.
    """
    found = Checked()
    _names(study, found)
    found.problems.found += check_people(study).found
    found.warnings += [
        Problem(
            study.shown(path),
            "this is a draft, which nothing reads.",
            "Save it as the participants table, or delete it.",
        )
        for path in drafts(study)
    ]
    _key(study, found)
    transcribed = _transcripts(
        study, found, before_run=before_run, turns=not (before_run and until in _TRANSCRIPTS_ONLY)
    )
    if transcribed is not None and not found.problems:
        people = people_of_study(study, transcribed.transcripts)  # type: ignore[attr-defined]
        found.warnings += small_cells(people.table, study.config.reports.min_participants)
    if study.withdrawn and not before_run and not found.problems:
        _withdrawn(study, found)
    if transcribed is not None and not before_run and not found.problems:
        _identifiers(study, found, transcribed)
    if until in (None, "topics", "topic_codes", "reports"):
        _topics(study, found)
    if until in _TRANSCRIPTS_ONLY:
        return found
    codebook = _codebook(study, found)
    if until == "codebook":
        return found
    if transcribed is not None and codebook is not None:
        _codings(study, found, transcribed, codebook)
    _decisions(study, found)
    _waiting(study, found)
    return found


def _names(study: Study, found: Checked) -> None:
    """File names that the workflow would take for patterns."""
    for folder in ("transcripts", "codings", "decisions", "memberchecks"):
        for path in study.files(folder):
            if "{" in path.name or "}" in path.name:
                found.problems.add(study.shown(path), "a file's name may not hold { or }.", "Rename it.")


def _key(study: Study, found: Checked) -> None:
    """The pseudonym key: whether it can be read, and whether it may lie where it lies."""
    from qualcode.deidentify.place import look_for_key

    looked = look_for_key(study)
    found.problems.found += looked.problems.found
    found.warnings += looked.warnings
    if looked.key is not None:
        found.counts["pseudonyms"] = len(looked.key.entries)


def _withdrawn(study: Study, found: Checked) -> None:
    """Look through everything that was made for what is of people who withdrew."""
    from qualcode.leaks.check import check_outputs
    from qualcode.leaks.find import Finder
    from qualcode.leaks.gone import WITHDRAWN

    leaks = check_outputs(study, Finder({})).leaks
    theirs = (leaks["kind"] == WITHDRAWN) & (leaks["sure"] == "yes")  # a mention is a note of the run
    files = list(dict.fromkeys(leaks["file"][theirs]))
    who = f"{len(study.withdrawn)} {'participant' if len(study.withdrawn) == 1 else 'participants'}"
    if files:
        shown = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
        found.withdrawn = f"{who}; something of theirs is still in {shown}: run again, and delete packs and exports"
    else:
        found.withdrawn = f"{who}; nothing of theirs is in what the study has made"


def _identifiers(study: Study, found: Checked, transcribed: object) -> None:
    """What can be said of names: that candidates were reviewed, or not; never that a text is anonymous."""
    from qualcode.deidentify.place import look_for_key
    from qualcode.drafts import undecided

    if look_for_key(study).key is None:
        found.identifiers = "no pseudonym key: nothing was checked against names"
    number = undecided(study, transcribed.transcripts, transcribed.turns, transcribed.texts)  # type: ignore[attr-defined]
    reviewed = (
        "candidates reviewed"
        if not number
        else f"{number} {'candidate' if number == 1 else 'candidates'} not reviewed (`qualcode pack identifiers` lists them)"
    )
    found.identifiers = "; ".join(filter(None, [found.identifiers, reviewed]))


def _transcripts(study: Study, found: Checked, *, before_run: bool = False, turns: bool = True) -> object | None:
    """Every transcript, as it is read; with `turns` the table of turns too, which takes memory where there are many."""
    from qualcode.transcripts import read_transcripts
    from qualcode.transcripts.edits import edits_of_study
    from qualcode.transcripts.one import unread_bytes
    from qualcode.transcripts.plan import Plan
    from qualcode.transcripts.registry import READ
    from qualcode.transcripts.shards import shards_of
    from qualcode.transcripts.store import Store, store_folder

    if not study.transcript_files:
        found.problems.add(
            "data/raw/transcripts",
            "there is no transcript.",
            f"Put the interviews there ({READ}); one is enough to begin.",
        )
        return None
    if before_run and len(shards_of(study)) > 1:
        plan = Plan(study)
        if unread_bytes(plan, Store(store_folder(study))) > MUCH:
            found.problems.found += [problem for problem in plan.problems.found if problem not in found.problems.found]
            found.warnings += [
                *plan.warnings,
                Problem(
                    "data/raw/transcripts",
                    f"{len(plan.sources):,} transcripts; most have not been read yet.",
                    "The run reads them now, and says what is wrong with them, and with codings, when it comes to that.",
                ),
            ]
            return None
    people: set[str] = set()
    try:
        transcribed = read_transcripts(
            study, keep=before_run, add=None if turns else lambda part: people.update(part["participant"])
        )
        found.edits = edits_of_study(study, transcribed.transcripts, transcribed.texts, names_out=transcribed.names_out)
    except QualcodeError as error:
        _add(found, error)
        return None
    found.warnings += transcribed.warnings
    found.counts["transcripts"] = len(transcribed.transcripts)
    found.counts["participants"] = len((people | set(transcribed.turns["participant"])) - {""})
    return transcribed


def _topics(study: Study, found: Checked) -> None:
    from qualcode.topics.embed import find_model

    if study.config.topics.enabled:
        try:
            find_model(study.config.topics.model, root=study.root)
        except QualcodeError as error:
            _add(found, error)


def _codebook(study: Study, found: Checked) -> pd.DataFrame | None:
    from qualcode.codebook import load_codebook
    from qualcode.codebook.history import prove, unproved
    from qualcode.tables import TABLES

    try:
        codebook = load_codebook(study)
        history = prove(study)
    except QualcodeError as error:
        _add(found, error)
        return None
    odd = unproved(history) if history is not None else None
    if odd is not None:
        found.warnings.append(odd)
    if codebook is None:
        return TABLES["codebook"].empty()
    table = codebook.table()
    found.counts["codes"] = len(table)
    _frameworks(study, found)
    return table


def _frameworks(study: Study, found: Checked) -> None:
    from qualcode.frameworks import load_framework

    for name in study.config.frameworks.use:
        try:
            load_framework(name)
        except QualcodeError as error:
            _add(found, error)


def _codings(study: Study, found: Checked, transcribed: object, codebook: pd.DataFrame) -> None:
    from qualcode.codings import read_codings

    transcripts, turns, texts = transcribed.transcripts, transcribed.turns, transcribed.texts  # type: ignore[attr-defined]
    assert found.edits is not None  # made when the transcripts were read
    try:
        imported = read_codings(study, transcripts, turns, texts, found.edits, codebook)
    except QualcodeError as error:
        _add(found, error)
        return
    found.warnings += imported.warnings
    found.counts |= {
        "codings": len(imported.codings),
        "coders": len({*imported.codings["coder"], *imported.unaligned["coder"]}),
        "refused": len(imported.refused),
    }
    if len(imported.memos):
        found.counts["memos of tools"] = len(imported.memos)
    changed = int((imported.changed["status"] == "open").sum())
    if changed:
        found.counts["passages to look at"] = changed
    own = imported.unaligned[imported.unaligned["why"] == "own"]
    if len(own):
        found.counts["unaligned"] = len(own)
        found.waiting["agreement of coders with codes of their own"] = (
            f"{own['about'].nunique()} codes to align; `qualcode pack alignment` makes the sheet"
        )


def _decisions(study: Study, found: Checked) -> None:
    from qualcode.decisions import not_imported, read_decisions
    from qualcode.memberchecks import read_memberchecks
    from qualcode.memos import read_memos

    for name, read in (("decisions", read_decisions), ("replies", read_memberchecks), ("memos", read_memos)):
        try:
            found.counts[name] = len(read(study))
        except QualcodeError as error:
            _add(found, error)
    lost = not_imported(study)
    if lost is not None:
        found.problems.found.append(lost)


def _waiting(study: Study, found: Checked) -> None:
    counts = found.counts
    if not study.codebook_files:
        found.waiting["codebook"] = "no codebook under codebooks/NAME/1.0.0.yaml"
    if not study.codings_files:
        found.waiting["codings, consensus, themes, frameworks, saturation"] = "no codings in data/raw/codings/"
    elif counts.get("coders", 2) < 2:
        found.waiting["agreement"] = "codings of one coder only"
    if study.codings_files and counts.get("coders", 0) > 1 and not len(study.assignments):
        found.warnings.append(
            Problem(
                "data/raw/assignments.csv",
                "nobody's reading is recorded, so silence of a coder cannot be told from work not done.",
                "List transcript, coder and done; until then agreement is taken only over transcripts that all compared "
                "coders have codings in, and says `universe: assumed`.",
            )
        )
    if not counts.get("replies"):
        found.waiting["memberchecks"] = "no answers yet; `qualcode pack membercheck` makes the packets"


def _add(found: Checked, error: QualcodeError) -> None:
    known = set(found.problems.found)
    found.problems.found += [problem for problem in error.problems if problem not in known]


def example_folder() -> Path:
    """Where the made-up study lies: inside the installed package, or the repository this package is run from."""
    inside = Path(__file__).parent / "example"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2]

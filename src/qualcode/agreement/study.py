"""Agreement of a study's coders: by code and over all codes, over the units that they were to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from qualcode.agreement.beside import beside_codes, beside_overall
from qualcode.agreement.confusion import confusion_counts
from qualcode.agreement.diagnosis import diagnosis_rows
from qualcode.agreement.differences import Target, differences, target
from qualcode.agreement.groups import REFLEXIVE, Group, Plan
from qualcode.agreement.layer import SETS, Entry
from qualcode.agreement.prepared import Measures, StudyTables, prepare, rounds_used
from qualcode.agreement.scopes import SCOPES, Part, by_group, by_transcripts, periods, versions
from qualcode.agreement.sides import pooled_rows, side_rows
from qualcode.agreement.sweep import Coded
from qualcode.agreement.units import EVERY, Units
from qualcode.agreement.waiting import said
from qualcode.tables import TABLES, join, split

PAIRS_IN_TABLES = ("cohen_kappa",)  # of pairs, where there are more coders


@dataclass(frozen=True)
class StudyAgreement:
    """The tables of a study's agreement, each shaped as its name in `tables.py` says."""

    overall: pd.DataFrame
    by_code: pd.DataFrame
    by_scope: pd.DataFrame
    differences: pd.DataFrame
    diagnosis: pd.DataFrame
    confusion: pd.DataFrame


def agreement_tables(*tables: Any, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Agreement over all codes, on each code and by scope alone: the first three tables of `measure_study`."""
    found = measure_study(*tables, **options)
    return found.overall, found.by_code, found.by_scope


def measure_study(
    codings: pd.DataFrame,
    assignments: pd.DataFrame,
    segments: pd.DataFrame,
    turns: pd.DataFrame,
    transcripts: pd.DataFrame,
    texts: Mapping[str, str],
    codebook: pd.DataFrame,
    *,
    splits: pd.DataFrame | None = None,
    aligned: pd.DataFrame | None = None,
    participants: pd.DataFrame | None = None,
    consensus: pd.DataFrame | None = None,
    undecided: pd.DataFrame | None = None,
    more_units: Mapping[str, pd.DataFrame] | None = None,
    **measures: Any,
) -> StudyAgreement:
    """Agreement over all codes, on each code and by scope, differences, what counted, and which codes are taken for which.

    Parameters
    ----------
    codings, assignments, segments, turns, transcripts, codebook
        Tables. Where an assignment is done, silence is 0; where nobody was to read, missing. Without any assignments only
        transcripts count in which each of the coders compared has a coding (`universe: assumed`).
    texts
        The canonical text of each transcript.
    splits
        Table `splits`: where a coder's coding waits for somebody to choose between the codes that its own was split into,
        that coder is missing for each of these (unless given it there by another coding), never "not applied". Candidates
        `*`: a code of the coder's own that is not aligned to the codebook may become any code; where all of a coder's codings
        are such, rows with that coder are empty, with the reason, and where some are, the rows say so.
    aligned
        Table `report_alignment`: where one person aligned the codes of several coders, the rows say so.
    participants
        Table `participants`, for agreement by group.
    consensus, undecided
        Table `consensus`, and rows of `report_disagreements` that nobody has decided, for the side `consensus`.
    more_units
        Tables with `transcript, start, end` for the units `sentence` and `paragraph`.
    measures
        Fields of `Measures`.

    Returns
    -------
    Rows in codebook order. Of two coders percent agreement, Cohen's kappa and Krippendorff's alpha; of more, percent and
    alpha over all, Cohen's kappa of each pair (`coders` is then `A;B`) and their mean. What cannot be estimated is NaN,
    with the reason. Under ten transcripts `ci_low, ci_high` are empty and `ci_these_low, ci_these_high` hold the bootstrap by
    unit, which speaks of these transcripts only. Over all codes: `pooled` (De Vries et al. 2008: mean observed and mean
    expected over codes), `mean` over estimable codes, `sets` (alpha with MASI over label sets). By scope, all codes pooled:
    `about` names the pair, the coder left out, the transcript, the group, round, time, versions, the coder and side.
    """
    study = prepare(
        codings, assignments, segments, turns, transcripts, texts, codebook, splits=splits, aligned=aligned,
        participants=participants, more_units=more_units, **measures,
    )  # fmt: skip
    return _measure(study, consensus, undecided)


def _measure(study: StudyTables, consensus: pd.DataFrame | None, undecided: pd.DataFrame | None) -> StudyAgreement:
    entries, _ = study.tree
    measures, people = study.measures, study.people
    overall: list[dict[str, object]] = []
    by_code: list[dict[str, object]] = []
    by_scope: list[dict[str, object]] = []
    differing: list[dict[str, object]] = []
    confused: list[dict[str, object]] = []
    diagnosed: list[dict[str, object]] = []
    if study.waits and not entries:  # no codebook yet, and nobody's codes are common
        overall += _nothing_common(study)
    for unit in measures.all_units if people and entries else ():
        units = study.cut(unit)
        more = {"cuts": study.speaking[1], "also_read": [study.read_in([one]) for one in study.rounds]}
        lead = unit == measures.unit
        coded = study.coded(units, people, study.read, study.human, **(more if lead else {}))
        for uncoded in measures.all_uncoded:
            first = lead and uncoded == measures.all_uncoded[0]
            plan = measures.plan(uncoded)
            head = {
                "unit": unit, "rule": EVERY if unit == "character" else measures.rule, "universe": coded.universe,
                "round": rounds_used(study), "uncoded": uncoded,
            }  # fmt: skip
            groups = {group: Group(coded, group, entries, plan, codes=True) for group in _groups(people)}
            _remark(study, groups, entries)
            _of_groups(study, groups, head, overall, by_code)
            if first:
                parts = _parts(study, coded, units)
                by_scope += _scopes(study, groups, coded, parts, units, plan, head)
                by_scope += side_rows(study, units, plan, head, consensus, undecided)
                if not plan.reflexive:
                    targets = _targets(study, coded, parts, units)
                    rows = differences(coded, entries, plan, targets)
                    differing += [{**head, "coders": join(people), **row} for row in rows]
                confused = confusion_counts(coded, entries, unit)
                diagnosed = diagnosis_rows(
                    study.own_texts, study.turns, study.assignments, coded, units, measures.rounds
                )
    place = {(entry.code, entry.scope): at for at, entry in enumerate(entries)}
    by_code.sort(key=lambda row: (_place(row, measures), place[str(row["code"]), str(row["scope"])]))
    order = {"pooled": 0, "mean": 1, "sets": 2}
    overall.sort(key=lambda row: (_place(row, measures), order[str(row["scope"])]))
    by_scope.sort(key=lambda row: SCOPES.index(str(row["scope"])))
    return StudyAgreement(
        TABLES["report_agreement"].shape(overall),
        TABLES["report_agreement_by_code"].shape(by_code),
        TABLES["report_agreement_by_scope"].shape(by_scope),
        TABLES["report_agreement_differences"].shape(differing),
        TABLES["report_agreement_diagnosis"].shape(diagnosed),
        TABLES["report_agreement_confusion"].shape(confused),
    )


def _nothing_common(study: StudyTables) -> list[dict[str, object]]:
    """The rows over all codes where there is no common code yet: they say whose codes wait."""
    measures, people = study.measures, study.people
    head = {
        "unit": measures.unit, "rule": measures.rule, "universe": "assumed" if study.read is None else "assigned",
        "n_units": 0, "n_transcripts": 0, "uncoded": measures.all_uncoded[0],
    }  # fmt: skip
    rows: list[dict[str, object]] = []
    for group in _groups(people) if len(people) > 1 else []:
        if len(group) not in (2, len(people)):
            continue
        plan = measures.plan(measures.all_uncoded[0])
        why = REFLEXIVE if plan.reflexive else said([study.waits[coder] for coder in group if coder in study.waits])
        everybody = len(group) == len(people)
        names = plan.of(len(group)) if everybody else PAIRS_IN_TABLES
        row = {**head, "coders": join(group), "reason": why}
        rows += [{**row, "coefficient": name, "scope": scope} for scope in ("pooled", "mean") for name in names]
        rows += [{**row, "coefficient": SETS, "scope": "sets"}] if everybody else []
    return rows


def _place(row: Mapping[str, object], measures: Measures) -> tuple[int, int]:
    return measures.all_units.index(str(row["unit"])), measures.all_uncoded.index(str(row["uncoded"]))


def _groups(people: Sequence[str]) -> list[tuple[str, ...]]:
    """All coders, and where they are more than two each pair and all but one."""
    pairs = combinations(people, 2) if len(people) > 2 else ()
    but_one = combinations(people, len(people) - 1) if len(people) > 3 else ()
    return [tuple(people), *pairs, *but_one]


# ---------------------------------------------------------------- rows


def _remark(study: StudyTables, groups: Mapping[tuple[str, ...], Group], entries: Sequence[Entry]) -> None:
    """Put a word beside each number where one is due."""
    people = study.people
    passages = study.passages
    for table in groups.values():
        beside_codes(table, entries, passages)
        if study.splits is not None and len(study.splits):
            _note_recoded(table, study.splits)
        if study.aligned is not None and len(study.aligned):
            _note_aligned(table, study.aligned)
    beside_overall(groups, people, passages)


def _note_recoded(table: Group, splits: pd.DataFrame) -> None:
    """Say in the rows of a code where one person chose, after a split, for the codings of several coders of the group."""
    decided = splits[(splits["status"] == "decided") & splits["coder"].isin(table.group)]
    for by, rows in decided.groupby("by"):
        if rows["coder"].nunique() > 1:
            codes = {code for cell in rows["candidates"] for code in split(cell)}
            _note(table, codes, f"{by} chose for the codings of {join(rows['coder']).replace(';', ', ')} after a split")


def _note_aligned(table: Group, aligned: pd.DataFrame) -> None:
    """The same where one person said what the own codes of several coders of the group are in the codebook."""
    decided = aligned[(aligned["status"] == "aligned") & aligned["coder"].isin(table.group)]
    for by, rows in decided.groupby("by"):
        if rows["coder"].nunique() > 1:
            coders = join(rows["coder"]).replace(";", ", ")
            _note(table, set(rows["code"]), f"{by} aligned the codes of {coders} to the codebook")


def _note(table: Group, codes: set[str], note: str) -> None:
    mine = [made for (at, _), made in table.single.items() if table.entries[at].code in codes]
    for made in (*table.together.values(), *mine):
        made.last = "; ".join(part for part in (made.last, note) if part)


def _of_groups(
    study: StudyTables,
    groups: Mapping[tuple[str, ...], Group],
    head: Mapping[str, object],
    overall: list[dict[str, object]],
    by_code: list[dict[str, object]],
) -> None:
    """The rows over all codes and by code: everybody's, and the kappas of pairs of more coders."""
    people = study.people
    for group, table in groups.items():
        if len(group) not in (2, len(people)):
            continue
        common = {**head, "coders": join(group)}
        kept = table.names if len(group) == len(people) else PAIRS_IN_TABLES
        names = (*kept, SETS) if len(group) == len(people) else kept
        overall += [{**common, **row} for row in table.overall if row["coefficient"] in names]
        by_code += [{**common, **row} for row in table.by_code if row["coefficient"] in kept]


def _parts(study: StudyTables, coded: Coded, units: Mapping[str, Units]) -> list[Part]:
    return [
        *by_group(coded, units, study.names, study.speaking[0]),
        *by_transcripts(coded, "time", study.names, periods(study.transcripts)),
        *by_transcripts(coded, "version", study.names, versions(study.human, study.people)),
    ]


def _in_round(study: StudyTables, units: Mapping[str, Units], one: str) -> Coded:
    """The coded table by what was read in one round, with the runs of the whole."""
    others = [study.read_in([name]) for name in study.rounds]
    if study.read is not None:
        others.append(study.read)
    return study.coded(units, study.people, study.read_in([one]), study.human, cuts=study.speaking[1], also_read=others)


def _scopes(
    study: StudyTables,
    groups: Mapping[tuple[str, ...], Group],
    coded: Coded,
    parts: Sequence[Part],
    units: Mapping[str, Units],
    plan: Plan,
    head: Mapping[str, object],
) -> list[dict[str, object]]:
    entries, people = study.tree[0], study.people
    out: list[dict[str, object]] = []
    for group, table in groups.items():
        common = {**head, "coders": join(group)}
        if len(group) == 2 < len(people):
            out += [{**common, **row, "scope": "pair", "about": join(group)} for row in pooled_rows(table)]
        if len(group) == len(people):
            out += [{**common, **row, "scope": "transcript"} for row in table.by_transcript(study.names)]
        if len(group) == len(people) - 1 > 1:
            left = join(set(people) - set(group))
            out += [{**common, **row, "scope": "without", "about": left} for row in pooled_rows(table)]
    common = {**head, "coders": join(people)}
    for part in parts:
        table = Group(coded.where(part.runs), people, entries, plan, codes=False)
        out += [{**common, **row, "scope": part.scope, "about": part.about} for row in pooled_rows(table)]
    for one in study.rounds if len(study.rounds) > 1 else ():
        table = Group(_in_round(study, units, one), people, entries, plan, codes=False)
        rows = [{**common, **row, "round": one, "scope": "round", "about": one} for row in pooled_rows(table)]
        out += rows
    return out


def _targets(study: StudyTables, coded: Coded, parts: Sequence[Part], units: Mapping[str, Units]) -> list[Target]:
    """What differences are taken between: codes, pairs of coders, all but one, parts of the study, rounds."""
    people = study.people
    if len(people) < 2:
        return []
    found = [target("code", "", coded, people)]
    if len(people) > 2:
        found += [target("pair", join(pair), coded, pair) for pair in combinations(people, 2)]
    if len(people) > 3:
        for group in combinations(people, len(people) - 1):
            found.append(target("without", join(set(people) - set(group)), coded, group))
    found += [target(part.scope, part.about, coded, people, part.runs) for part in parts]
    if len(study.rounds) > 1:
        found += [target("round", one, _in_round(study, units, one), people) for one in study.rounds]
    return found

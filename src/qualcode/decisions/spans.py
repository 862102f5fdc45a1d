"""Decisions that give a passage another span: that span counts in the text of the day, and is carried to the present one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from qualcode.codebook.history import read_history
from qualcode.codings.carry import carry_decisions
from qualcode.codings.changes import OPEN, changed_row
from qualcode.codings.passages import Passages
from qualcode.decisions.table import DISAGREEMENT, parse_other, read_decisions
from qualcode.errors import Problem
from qualcode.study import Study
from qualcode.tables import read
from qualcode.transcripts.made_on import keep_made_on, mark


@dataclass(frozen=True)
class CarriedSpans:
    """Table `decisions` with spans in the present texts; rows of table `changed`; what people should know; and, of each
    decision with a span (by its mark), the text that it counts in."""

    decisions: pd.DataFrame
    changed: list[dict[str, object]] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    made_on: dict[str, str] = field(default_factory=dict)


def carry_spans(decisions: pd.DataFrame, disagreements: pd.DataFrame, passages: Passages) -> CarriedSpans:
    """Carry the spans of decisions `other` on disagreements (`workload 120-260`) to the present texts.

    A span counts in the text that the decision was first read with. Where its words were taken out, or a person dropped it,
    the disagreement is open again.

    Parameters
    ----------
    decisions, disagreements
        Those in force; table `report_disagreements`, which says what transcript each is about.
    """
    of = dict(zip(disagreements["disagreement"], disagreements["transcript"], strict=True))
    made = CarriedSpans(decisions.copy())
    others = decisions[(decisions["kind"] == DISAGREEMENT) & (decisions["choice"] == "other")]
    for at, line in others.iterrows():
        code, start, end = parse_other(str(line["value"]))
        transcript, name = of.get(line["about"], ""), str(line["decision"])
        if start is None or end is None or start >= end or not transcript:
            continue
        here, known = passages.sha[transcript], mark("decision", name)
        sha = passages.made_on.get(known, here)
        made.made_on[known] = sha
        if sha != here and (transcript, sha) not in passages.ways:
            where, row = str(line.get("_file", "data/raw/decisions")), f"row {line['_row']}" if "_row" in line else ""
            what = f"decision '{name}' gives a span in a text of transcript '{transcript}' that is not known any more."
            made.notes.append(Problem(where, what, "The span is taken as it stands: look at it.", row))
            continue
        change = None if sha == here else passages.change(transcript, sha, start, end)
        carried = (start, end) if sha == here else (passages.carry(transcript, sha, start, end) or (None, None))[:2]
        place = carried if carried[0] is not None and carried[1] is not None else None
        if change is not None:
            place = (change.start, change.end) if change.start is not None and change.end is not None else None
        ruling = passages.rulings.get(name)
        now = passages.now(transcript, place, change, ruling)
        if now.change is not None:
            more = {"coder": line["by"], "code": code, "source": line.get("_file", ""), "row": line.get("_row")}
            made.changed.append(changed_row(name, "decision", transcript, now.change, now.status, ruling, **more))
        if now.place is None:
            made.decisions.loc[at, ["choice", "value"]] = ["open", ""]
            if now.status == OPEN:
                where, row = (
                    str(line.get("_file", "data/raw/decisions")),
                    f"row {line['_row']}" if "_row" in line else "",
                )
                what = f"the span that decision '{name}' gives was taken out of transcript '{transcript}'."
                made.notes.append(Problem(where, what, "Its disagreement is open again: decide it anew.", row))
        else:
            made.decisions.loc[at, "value"] = f"{code} {now.place[0]}-{now.place[1]}".strip()
    return made


def present_decisions(study: Study, disagreements: pd.DataFrame) -> pd.DataFrame:
    """The decisions in force as sheets show them: codes of the codebook in use, spans of the texts of the last run.

    Parameters
    ----------
    disagreements
        Table `report_disagreements` of the last run.
    """
    carried, _ = carry_decisions(read_decisions(study), read_history(study))
    files = {name: study.processed / f"{name}.parquet" for name in ("transcripts", "edits")}
    if not _with_spans(carried) or not all(path.is_file() for path in files.values()):
        return carried
    tables = {name: read(name, path) for name, path in files.items()}
    hashes = dict(zip(tables["transcripts"]["transcript"], tables["transcripts"]["sha256_text"], strict=True))
    known = disagreements[disagreements["transcript"].isin(list(hashes))]
    paths = {name: study.processed / "texts" / f"{name}.txt" for name in set(known["transcript"])}
    texts = {name: path.read_bytes().decode("utf-8") for name, path in paths.items() if path.is_file()}
    known = known[known["transcript"].isin(list(texts))]
    return carry_spans(carried, known, Passages(study, hashes, texts, tables["edits"])).decisions


def keep_texts_of_spans(study: Study, rows: Iterable[Mapping[str, object]], transcript_of: Mapping[str, str]) -> None:
    """Note that the spans of new decisions count in the texts of the last run: they may be corrected before the next one.

    Parameters
    ----------
    rows
        New rows of the decisions table.
    transcript_of
        The transcript of each disagreement.
    """
    path = study.processed / "transcripts.parquet"
    given = [row for row in rows if row["choice"] == "other" and parse_other(str(row["value"]))[1] is not None]
    if not given or not path.is_file():
        return
    listed = read("transcripts", path)
    hashes = dict(zip(listed["transcript"], listed["sha256_text"], strict=True))
    named = {str(row["decision"]): transcript_of[str(row["about"])] for row in given}
    keep_made_on(study, {mark("decision", name): hashes[of] for name, of in named.items() if of in hashes})


def _with_spans(decisions: pd.DataFrame) -> bool:
    others = decisions[(decisions["kind"] == DISAGREEMENT) & (decisions["choice"] == "other")]
    return any(parse_other(str(value))[1] is not None for value in others["value"])

"""The log of member checks: what participants answered, under data/raw, and the table that counts it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from qualcode.errors import Problems, QualcodeError, nearest
from qualcode.files import read_sheet, write_text
from qualcode.memberchecks.layout import FREE, NONE, RESPONSES
from qualcode.study import Study
from qualcode.tables import TABLES

COLUMNS = tuple(TABLES["memberchecks_log"].columns)
WORDS = (*RESPONSES, NONE)


def read_memberchecks(study: Study) -> pd.DataFrame:
    """All answers of data/raw/memberchecks/*.csv, but for those of people who withdrew: table memberchecks_log.

    Raises
    ------
    QualcodeError
        Missing or unknown columns, an empty round or participant, a response that is not known, the same participant's
        answer to the same theme in the same round twice: all at once, with file and row.
    """
    problems = Problems()
    rows: list[dict[str, object]] = []
    seen: dict[tuple[str, ...], str] = {}
    for path in study.memberchecks_files:
        where = study.shown(path)
        try:
            sheet = read_sheet(path, shown_as=where)
        except QualcodeError as error:
            problems.extend(error)
            continue
        if not sheet.check_head(where, problems, ("round", "participant", "theme", "response"), COLUMNS):
            continue
        for number, (_, line) in zip(sheet.rows, sheet.data.iterrows(), strict=True):
            row: dict[str, object] = {name: line.get(name, "") for name in COLUMNS}
            place = f"row {number}"
            row["kind"] = row["kind"] or "findings"
            row["response"] = row["response"] or NONE
            for name in ("round", "participant"):
                if not row[name]:
                    problems.add(where, f"column '{name}' is empty.", place=place)
            if row["response"] not in WORDS:
                what = f"response '{row['response']}' is not known."
                problems.add(where, what, nearest(str(row["response"]), WORDS), place=place)
            key = tuple(str(row[name]) for name in ("round", "kind", "participant", "session", "theme"))
            if key in seen:
                what = f"participant '{row['participant']}' answers theme '{row['theme']}' of this round in {seen[key]} too."
                problems.add(where, what, "Keep one of the rows.", place=place)
            seen.setdefault(key, f"{where}, {place}")
            rows.append(row)
    problems.raise_if_any(QualcodeError)
    return TABLES["memberchecks_log"].shape([row for row in rows if row["participant"] not in study.withdrawn])


def memberchecks_table(log: pd.DataFrame, codebook: pd.DataFrame, *, withdrawn: Iterable[str] = ()) -> pd.DataFrame:
    """How many participants gave each response to each theme.

    Parameters
    ----------
    log
        Table memberchecks_log.
    codebook
        For labels and order; a theme that the codebook no longer has comes last, by its id.
    withdrawn
        Participants who are counted nowhere.

    Returns
    -------
    Table report_memberchecks: for each round and theme a row for every response, those nobody gave too. `participants`
    are distinct people, `comments` those of their answers that hold a comment, `shown` the people who were shown the
    theme and sent the packet back. The free comment at the end is the theme with the empty id, one row.
    """
    kept = log[~log["participant"].isin(set(withdrawn))]
    order = {code: number for number, code in enumerate(codebook["code"])}
    labels = dict(zip(codebook["code"], codebook["label"], strict=True))
    rows: list[dict[str, object]] = []
    groups = {(str(r), str(t)): own for (r, t), own in kept.groupby(["round", "theme"], sort=True)}
    for round_, theme in sorted(groups, key=lambda key: (key[0], not key[1], order.get(key[1], len(order)), key[1])):
        own = groups[(round_, theme)]
        for response in WORDS if theme else (NONE,):
            those = own[own["response"] == response]
            rows.append(
                {
                    "round": round_,
                    "theme": theme,
                    "response": response,
                    "participants": those["participant"].nunique(),
                    "comments": int((those["comment"] != "").sum()),
                    "label": labels.get(theme, theme) if theme else FREE,
                    "shown": own["participant"].nunique(),
                }
            )
    return TABLES["report_memberchecks"].shape(rows)


def replace_answers(
    study: Study, participant: str, round_: str, lines: Sequence[Mapping[str, object]], *, dry_run: bool = False
) -> int:
    """Put a participant's answers of a round into data/raw/memberchecks/roundN.csv; how many earlier ones they replace.

    Answers that stand in another file are left alone, so they are told apart by `read_memberchecks`.
    """
    path = study.raw / "memberchecks" / f"round{round_}.csv"
    old = TABLES["memberchecks_log"].empty()
    if path.is_file():
        old = TABLES["memberchecks_log"].shape(read_sheet(path, shown_as=study.shown(path)).data)
    same = (old["participant"] == participant) & (old["round"] == round_)
    new = pd.concat([old[~same], TABLES["memberchecks_log"].shape([dict(line) for line in lines])])
    if not dry_run:
        buffer = io.StringIO(newline="")
        TABLES["memberchecks_log"].shape(new).to_csv(buffer, index=False, lineterminator="\n")
        write_text(path, buffer.getvalue())
    return int(same.sum())

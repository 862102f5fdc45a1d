"""Decisions with spans, carried to the present text; and the workbook of passages whose text changed."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from qualcode.codings.changes import value_of
from qualcode.codings.passages import Passages
from qualcode.decisions import read_decisions
from qualcode.decisions.changed import (
    COLUMNS,
    SHEET,
    import_changed,
    is_changed_sheet,
    not_imported,
    sources_of,
    with_choices,
    write_changed_sheet,
)
from qualcode.decisions.spans import carry_spans
from qualcode.errors import DecisionsError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES, write
from qualcode.transcripts.edits import edits_of_study
from qualcode.transcripts.kept import keep_texts, write_texts
from qualcode.transcripts.made_on import keep_made_on

OLD = "I: How was it?\n\nP01: We had no time for the training. It was hard.\n\nI: And then?\n\nP01: Our manager helped us."
NEW = OLD.replace("no time", "=very little time").replace(" It was hard.", "")
HEADER = "decision,kind,about,choice,value,reason,by,on,supersedes\n"


def transcripts(text: str) -> pd.DataFrame:
    return TABLES["transcripts"].shape(
        [
            {
                "transcript": "S01",
                "sha256_text": sha256(text),
                "text_rule": 1,
                "sha256_raw": sha256(text),
                "file": "S01.txt",
            }
        ]
    )


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A study whose transcript S01 was read as OLD."""
    (tmp_path / "data/raw/decisions").mkdir(parents=True)
    made = Study(tmp_path)
    keep_texts(made, transcripts(OLD), {"S01": OLD})
    return made


def passages(study: Study, text: str) -> Passages:
    edits = edits_of_study(study, transcripts(text), {"S01": text})
    return Passages(study, {"S01": sha256(text)}, {"S01": text}, edits)


DISAGREEMENTS = TABLES["report_disagreements"].shape(
    [{"disagreement": name, "transcript": "S01", "kind": "presence"} for name in ("x", "y")]
)


def decided(study: Study, *rows: str) -> pd.DataFrame:
    (study.raw / "decisions" / "meeting.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return read_decisions(Study(study.root))


def span(text: str, words: str) -> str:
    return f"{text.index(words)}-{text.index(words) + len(words)}"


# ---------------------------------------------------------------- decisions with a span


def test_a_decisions_span_counts_in_the_text_it_was_first_read_with_and_is_carried(study):
    rows = decided(study, f"d1,disagreement,x,other,boss {span(OLD, 'manager helped')},,RB,2024-05-02,")
    first = carry_spans(rows, DISAGREEMENTS, passages(study, OLD))
    assert first.decisions["value"].tolist() == rows["value"].tolist() and not first.changed
    keep_made_on(study, first.made_on)
    later = carry_spans(rows, DISAGREEMENTS, passages(study, NEW))
    assert later.decisions["value"].tolist() == [f"boss {span(NEW, 'manager helped')}"]
    assert not later.changed and not later.notes


def test_a_decision_without_a_span_and_one_on_a_disagreement_that_is_no_more_stay_as_they_are(study):
    rows = decided(
        study, "d1,disagreement,x,other,boss,,RB,2024-05-02,", "d2,disagreement,z,other,boss 3-9,,RB,2024-05-02,"
    )
    carried = carry_spans(rows, DISAGREEMENTS, passages(study, NEW))
    assert carried.decisions["value"].tolist() == ["boss", "boss 3-9"] and not carried.made_on


def test_a_decisions_span_whose_words_changed_is_listed_and_one_taken_out_is_open_again(study):
    rows = decided(
        study,
        f"d1,disagreement,x,other,time {span(OLD, 'We had no time')},,RB,2024-05-02,",
        f"d2,disagreement,y,other,time {span(OLD, 'It was hard.')},,RB,2024-05-02,",
    )
    keep_made_on(study, carry_spans(rows, DISAGREEMENTS, passages(study, OLD)).made_on)
    carried = carry_spans(rows, DISAGREEMENTS, passages(study, NEW))
    assert carried.decisions[["choice", "value"]].values.tolist() == [
        ["other", f"time {span(NEW, 'We had =very little time')}"],
        ["open", ""],
    ]
    assert [(row["about"], row["kind"], row["status"], row["what"]) for row in carried.changed] == [
        ("d1", "decision", "open", "words"),
        ("d2", "decision", "open", "gone"),
    ]
    assert [str(note).split("\n")[0] for note in carried.notes] == [
        "data/raw/decisions/meeting.csv, row 3: the span that decision 'd2' gives was taken out of transcript 'S01'."
    ]


def test_what_was_decided_on_a_decisions_span_holds(study):
    at = NEW.index("very little")
    confirm = value_of(at, at + len("very little"), sha256(NEW))
    row = f"d1,disagreement,x,other,time {span(OLD, 'We had no time')},,RB,2024-05-02,"
    rows = decided(study, row)
    keep_made_on(study, carry_spans(rows, DISAGREEMENTS, passages(study, OLD)).made_on)
    rows = decided(study, row, f"c1,changed,d1,adjust,{confirm},,RB,2024-06-01,")
    carried = carry_spans(rows, DISAGREEMENTS, passages(study, NEW))
    assert carried.decisions.set_index("decision").loc["d1", "value"] == f"time {span(NEW, 'very little')}"
    assert [row["status"] for row in carried.changed] == ["adjusted"]
    rows = decided(study, row, "c1,changed,d1,drop,,,RB,2024-06-01,")
    carried = carry_spans(rows, DISAGREEMENTS, passages(study, NEW))
    assert carried.decisions.set_index("decision").loc["d1", "choice"] == "open" and not carried.notes


# ---------------------------------------------------------------- the workbook


@pytest.fixture
def run(study: Study) -> Study:
    """The study after a run on NEW: c1 has other words, c2 was taken out, c3 was noted only."""
    changed = passages(study, NEW)
    rows = []
    for name, words, status in (
        ("c1", "We had no time", "open"),
        ("c2", "It was hard.", "open"),
        ("c3", "And", "noted"),
    ):
        start = OLD.index(words)
        change = changed.change("S01", sha256(OLD), start, start + len(words))
        row = {"about": name, "kind": "coding", "transcript": "S01", "coder": "RB", "code": "time", "status": status}
        row |= {"sha256_from": sha256(OLD), "start_from": start, "end_from": start + len(words), "source": "a.csv"}
        row |= (
            {"change": change.what, "start": change.start, "end": change.end, "why": change.why}
            if change
            else {"change": "signs"}
        )
        rows.append(row)
    write("report_changed", TABLES["report_changed"].shape(rows), study.reports / "tables" / "changed.csv")
    write("transcripts", transcripts(NEW), study.processed / "transcripts.parquet")
    book = TABLES["codebook"].shape([{"position": 1, "code": "time", "label": "Too little time"}])
    write("codebook", book, study.processed / "codebook.parquet")
    write_texts(study.processed / "texts", {"S01": NEW})
    return study


def filled(study: Study, *cells: dict[str, object]) -> Path:
    """The sheet with these cells filled in, a row each."""
    path = study.root / "edits.xlsx"
    sources = sources_of(study)
    assert sources is not None
    assert write_changed_sheet(path, sources, title="T") == 2
    book = openpyxl.load_workbook(path)
    page = book[SHEET]
    keys = [key for key, *_ in COLUMNS]
    for number, cell in enumerate(cells, start=2):
        for key, value in ({"by": "RB", "on": "2024-05-03"} | cell if cell else {}).items():
            page.cell(number, keys.index(key) + 1).value = value
    book.save(path)
    return path


def cells_of(path: Path) -> list[dict[str, object]]:
    page = openpyxl.load_workbook(path)[SHEET]
    keys = [key for key, *_ in COLUMNS]
    return [dict(zip(keys, row, strict=True)) for row in page.iter_rows(min_row=2, values_only=True)]


def test_the_workbook_shows_before_and_now_of_what_is_open_and_a_formula_stays_a_text(run):
    path = filled(run)
    rows = cells_of(path)
    assert [row["about"] for row in rows] == ["c1", "c2"]
    assert [(row["was"], row["now"], row["what"]) for row in rows] == [
        ("We had no time", "We had =very little time", "other words (corrected)"),
        ("It was hard.", "(no longer there)", "taken out (corrected)"),
    ]
    assert rows[0]["code"] == "Too little time [time]"
    assert rows[0]["after"] == "for the training.\n\nI: And then?\n\nP01: Our manager helped us."
    assert is_changed_sheet(path)


def test_decisions_come_back_as_rows_that_name_span_and_text(run):
    path = filled(run, {"choice": "still fits"}, {"choice": "other passage", "passage": "Our manager  helped"})
    assert not_imported(run, path) == 2
    answer = import_changed(run, path)
    assert (answer["kind"], answer["added"], answer["undecided"]) == ("edits", 2, 0)
    rows = read_decisions(Study(run.root)).set_index("about")
    hash12 = sha256(NEW)[:12]
    assert rows.loc["c1", ["kind", "choice", "value", "by", "on"]].tolist() == [
        "changed", "confirm", f"{span(NEW, 'We had =very little time')} {hash12}", "RB", "2024-05-03",
    ]  # fmt: skip
    assert rows.loc["c2", "value"] == f"{span(NEW, 'Our manager helped')} {hash12}"
    assert not_imported(Study(run.root), path) == 0
    assert import_changed(Study(run.root), path)["unchanged"] == 2
    sources = sources_of(run)
    assert sources is not None
    decided = with_choices(sources.changed, read_decisions(Study(run.root))).set_index("about")
    assert decided["status"].to_dict() == {"c1": "confirmed", "c2": "adjusted", "c3": "noted"}


def test_another_span_on_the_same_day_by_the_same_person_supersedes_the_first(run):
    first = import_changed(run, filled(run, {"choice": "other passage", "passage": "3-9"}))["decisions"]
    answer = import_changed(Study(run.root), filled(run, {"choice": "other passage", "passage": "3-10"}))
    assert answer["changed"] == 1
    rows = read_decisions(Study(run.root))
    assert rows[["value", "supersedes"]].values.tolist() == [[f"3-10 {sha256(NEW)[:12]}", first[0]]]


def test_somebody_elses_decision_of_that_day_is_not_superseded(run):
    import_changed(run, filled(run, {"choice": "drop"}))
    with pytest.raises(DecisionsError, match="was decided by RB on 2024-05-03 since this sheet was made"):
        import_changed(Study(run.root), filled(run, {"choice": "still fits", "by": "KL"}))


def test_everything_wrong_in_the_workbook_is_said_at_once_with_its_row(run):
    path = filled(
        run, {"choice": "other passage", "passage": "words that are nowhere"}, {"choice": "still fits", "by": None}
    )
    with pytest.raises(DecisionsError) as caught:
        import_changed(run, path)
    assert [problem.place for problem in caught.value.problems] == ["row 2", "row 3", "row 3"]
    said = [problem.what for problem in caught.value.problems]
    assert said[0] == "the words given are not in transcript 'S01'."
    assert said[1:] == ["there is a choice but not who decided.", "'still fits', but this passage is no longer there."]
    assert not (run.raw / "decisions" / "changed.csv").exists()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({"choice": "perhaps"}, "decision 'perhaps' is not known."),
        ({"choice": "other passage"}, "the decision is 'other passage', and none is given."),
        ({"choice": "other passage", "passage": "9-3"}, "9-3 is not a stretch of transcript 'S01'"),
        ({"passage": "Our manager"}, "there is another passage, but no decision."),
        ({"choice": "drop", "about": "c9"}, "passage 'c9' is not on the list of changed ones."),
    ],
)
def test_a_row_that_cannot_be_read_back_says_why(run, cell, said):
    with pytest.raises(DecisionsError) as caught:
        import_changed(run, filled(run, cell))
    assert said in str(caught.value)


def test_a_dry_run_writes_nothing(run):
    assert import_changed(run, filled(run, {"choice": "drop"}), dry_run=True)["added"] == 1
    assert not (run.raw / "decisions" / "changed.csv").exists()

"""Codings files of several coders into one table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from qualcode.codings import Imported, read_codings
from qualcode.config import Config
from qualcode.errors import CodingsError
from qualcode.files import read_sheet, sha256
from qualcode.study import Study
from qualcode.tables import TABLES

TEXTS = {
    "S01": "I: How was it?\n\nP01: We had no time. It’s “hard”.\n\nP01: Training helped us a lot.",
    "S02": "P02: Zu wenig Geld für alles. The boss was behind us.",
}
CODES = [("barriers", "Barriers", ""), ("time", "Too little time", "barriers"), ("money", "Money", "barriers")]


class Small:
    """A study of two transcripts and three codes."""

    def __init__(self, root: Path, settings: dict[str, Any] | None = None) -> None:
        self.root = root
        (root / "data" / "raw" / "codings").mkdir(parents=True, exist_ok=True)
        self.settings = settings or {}
        self.texts = dict(TEXTS)
        self.edits = TABLES["edits"].empty()
        self.codebook = TABLES["codebook"].shape(
            [
                {"position": n, "code": code, "label": label, "kind": "code", "parent": parent, "path": label}
                | {"version": "1.1.0", "name": "mih"}
                for n, (code, label, parent) in enumerate(CODES, start=1)
            ]
        )

    def write(self, name: str, text: str, encoding: str = "utf-8") -> Path:
        path = self.root / "data" / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    def read(self, **settings: Any) -> Imported:
        transcripts = TABLES["transcripts"].shape(
            [
                {"transcript": name, "sha256_text": sha256(text), "file": f"data/raw/transcripts/{name}_talk.txt"}
                for name, text in self.texts.items()
            ]
        )
        turns = TABLES["turns"].shape(
            [
                {"transcript": "S01", "turn": 1, "start": 3, "end": 14, "role": "interviewer"},
                {"transcript": "S01", "turn": 2, "start": 21, "end": 49, "role": "participant"},
                {"transcript": "S01", "turn": 3, "start": 56, "end": 81, "role": "participant"},
            ]
        )
        study = Study(self.root, Config.model_validate({**self.settings, **settings}))
        return read_codings(study, transcripts, turns, self.texts, self.edits, self.codebook)

    def errors(self, **settings: Any) -> list[str]:
        with pytest.raises(CodingsError) as caught:
            self.read(**settings)
        return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path)


HEAD = "transcript,start,end,text,code,coder\n"
LIST = {"codings": {"refused": "list"}}


def test_offsets_and_words_become_codings_with_their_place(small):
    small.write("codings/ana.csv", HEAD + "S01,21,36,,time,RB\nS01,,,Training helped,barriers,RB\nS02,,,*,money,KL\n")
    codings = small.read().codings.set_index("code")
    assert TEXTS["S01"][21:36] == "We had no time."
    assert tuple(codings.loc["time", ["start", "end", "anchored", "scope"]]) == (21, 36, "as_given", "span")
    assert tuple(codings.loc["barriers", ["start", "end", "anchored"]]) == (56, 71, "by_text")
    assert tuple(codings.loc["money", ["start", "end", "scope"]]) == (0, len(TEXTS["S02"]), "transcript")
    assert set(codings["codebook_version"]) == {"1.1.0"}
    assert set(codings["source"]) == {"data/raw/codings/ana.csv"}
    assert set(codings["origin"]) == {"human"}
    assert codings.loc["time", "sha256_text"] == sha256(TEXTS["S01"])


def test_a_file_as_european_excel_writes_it_is_read(small):
    text = "Transcript;Start;End;Text;Code;Coder;Direction;Memo\r\nS02;;;Zu wenig Geld für alles.;money;RB;Barrier;größer?\r\n"
    for name, encoding in (("cp1252.csv", "cp1252"), ("bom.csv", "utf-8-sig"), ("utf16.csv", "utf-16")):
        small.write(f"codings/{name}", text, encoding)
    imported = small.read()
    assert list(imported.codings["memo"]) == ["größer?"]
    assert list(imported.codings["direction"]) == ["barrier"]
    assert list(imported.codings["start"]) == [5]
    assert imported.report["collapsed"].sum() == 2


def test_a_workbook_is_read(small):
    book = openpyxl.Workbook()
    book.active.append(["transcript", "start", "end", "text", "code", "coder"])
    book.active.append(["S01", 21, 36.0, None, "time", "RB"])
    book.active.append([])
    book.active.append(["S01", None, None, 'It\'s "hard".', "time", "RB"])
    book.save(small.root / "data/raw/codings/rb.xlsx")
    codings = small.read().codings
    assert [TEXTS["S01"][a:b] for a, b in zip(codings["start"], codings["end"], strict=True)] == [
        "We had no time.",
        "It’s “hard”.",
    ]


def test_codes_are_known_by_id_or_by_a_label_and_what_was_written_is_kept(small):
    small.write("codings/a.csv", HEAD + "S01,21,36,,TOO LITTLE time,RB\n")
    codings = small.read().codings
    assert (codings.loc[0, "code"], codings.loc[0, "code_as_coded"]) == ("time", "TOO LITTLE time")


def test_a_transcript_may_be_called_by_its_files_name(small):
    small.write("codings/a.csv", HEAD + "s01_talk.TXT,21,36,,time,RB\nS02_talk,,,The boss,time,RB\n")
    assert list(small.read().codings["transcript"]) == ["S01", "S02"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("S99,1,2,,time,RB", "transcript 'S99' is not in the study.\n  Known: 'S01', 'S02'."),
        (
            "S01,21,36,,tmie,RB",
            "code 'tmie' is not in codebook mih 1.1.0.\n"
            "  Nearest: 'time'. Correct the row, or add the code in a new version (codebooks/mih/1.2.0.yaml).",
        ),
        (
            "S01,21,36,,time; money,RB",
            "code 'time; money' is not in codebook mih 1.1.0.\n  One row holds one code: repeat the row for each.",
        ),
        ("S01,21,36,,,RB", "column 'code' is empty."),
        (",21,36,,time,RB", "column 'transcript' is empty."),
        ("S01,21,36,,time,", "nobody is named as coder.\n  Fill in column 'coder'."),
        (
            "S01,36,21,,time,RB",
            "offsets 36–21 are reversed.\n  The start comes before the end.",
        ),
        (
            "S02,21,360,,time,RB",
            "offsets 21–360 lie beyond the text of transcript 'S02' (53 characters).\n"
            "  Count in the present text (data/processed/texts), or give the text's sha256_text.",
        ),
        ("S01,21,,,time,RB", "'end' is empty.\n  Give both start and end, or neither."),
        ("S01,x,36,,time,RB", "'x' is not a whole number.\n  Offsets count characters from 0."),
        ("S01,,,,time,RB", "there is neither start and end nor text.\n  Give the offsets, the words, or `*`."),
        (
            "S01,1,2,*,time,RB",
            "`*` codes the whole transcript, but there is a start or an end.\n  Leave both empty.",
        ),
        (
            "S01,,,P01:,time,RB",
            "the words given stand twice in transcript 'S01': at characters 16–20 (turn 1) and at characters 51–55 "
            "(turn 2).\n  Quote more of the passage, or give its start and end.",
        ),
        (
            "S01,,,The boss was behind us,time,RB",
            "the words given are not in transcript 'S01'.\n"
            "  They stand in transcript 'S02': correct column 'transcript'.",
        ),
        (
            "S01,,,We had so little time,time,RB",
            "the words given are not in transcript 'S01'.\n  Closest: characters 21–35 (turn 2), 78 of 100 alike. "
            "Copy the words from the present text, or give start and end.",
        ),
        (
            "S01,3,14,We had no time.,time,RB",
            "the words given are not those at characters 3–14 of transcript 'S01'.\n  The words stand at characters "
            "21–36 (turn 2): correct start and end, or leave both empty.",
        ),
    ],
)
def test_a_coding_that_cannot_be_placed_says_why(small, row, message):
    small.write("codings/a.csv", HEAD + row + "\n")
    (error,) = small.errors()
    closest = message.partition("Closest")[0]
    assert error.startswith(f"data/raw/codings/a.csv, row 2: {closest}")
    if "Closest" not in message:
        assert error == f"data/raw/codings/a.csv, row 2: {message}"


def test_an_unknown_direction_is_refused(small):
    small.write("codings/a.csv", HEAD.replace("coder", "coder,direction") + "S01,21,36,,time,RB,barier\n")
    assert small.errors() == ["data/raw/codings/a.csv, row 2: direction 'barier' is not known.\n  Nearest: 'barrier'."]


def test_coders_are_checked_where_the_configuration_names_them(small):
    small.write("codings/a.csv", HEAD + "S01,21,36,,time,RBB\n")
    assert len(small.read().codings) == 1
    assert small.errors(coders=[{"id": "RB"}]) == [
        "data/raw/codings/a.csv, row 2: coder 'RBB' is not among the study's coders.\n"
        "  Nearest: 'RB'. Correct the row, or add the coder to config/study.yaml."
    ]


def test_a_participants_words_in_the_wrong_column_are_not_repeated(small):
    words = "We had no time and nobody had told us that it would be so"
    small.write("codings/a.csv", HEAD + f"S01,{words},36,,{words},RB\n{words},1,2,,time,RB\n")
    errors = small.errors()
    assert len(errors) == 3
    assert not any("nobody had told" in error for error in errors)


def test_everything_wrong_in_all_files_comes_at_once(small):
    small.write("codings/a.csv", HEAD + "S09,9,5,,tmie,RB\nS01,9,5,,tmie,RB\n")
    small.write("codings/b.csv", "transcript,text,cod\nS01,x,y\n")
    small.write("codings/c.qdpx", "x")
    small.write("assignments.csv", "transcript,coder\nS77,RB\n")
    assert [error.split(":")[0] for error in small.errors()] == [
        "data/raw/codings/b.csv, row 1",
        "data/raw/codings/b.csv, row 1",
        "data/raw/codings/c.qdpx",
        "data/raw/codings/a.csv, row 2",
        "data/raw/codings/a.csv, row 2",
        "data/raw/codings/a.csv, row 3",
        "data/raw/codings/a.csv, row 3",
        "data/raw/assignments.csv, row 2",
    ]


def test_missing_columns_are_named(small):
    small.write("codings/a.csv", "transcript,start,text,cod\nS01,1,x,time\n")
    assert small.errors() == [
        "data/raw/codings/a.csv, row 1: column 'code' is missing.\n"
        "  Codings need the columns transcript, start, end, text, code, coder. Nearest: 'cod'.",
        "data/raw/codings/a.csv, row 1: column 'end' is missing.\n"
        "  Codings need the columns transcript, start, end, text, code, coder. Known: 'cod'.",
        "data/raw/codings/a.csv, row 1: column 'coder' is missing.\n"
        "  Add it, import the file with `--coder NAME`, or put it into data/raw/codings/CODER/.",
    ]


def test_where_the_study_says_list_the_run_goes_on_and_the_refused_are_listed(small):
    small.write("codings/a.csv", HEAD + "S01,21,36,,time,RB\nS01,9,5,,tmie,KL\nS77,1,2,,time,KL\n")
    imported = small.read(**LIST)
    assert list(imported.codings["code"]) == ["time"]
    refused = imported.refused
    assert list(refused["row"]) == [3, 4]
    assert refused.loc[0, "cause"] == "code 'tmie' is not in codebook mih 1.1.0. offsets 9–5 are reversed."
    assert (refused.loc[0, "start"], refused.loc[0, "end"]) == (9, 5)
    assert list(refused["transcript"]) == ["S01", "S77"]


def test_the_counts_of_the_import_report_add_up(small):
    small.write(
        "codings/a.csv",
        HEAD
        + "S01,21,36,,time,RB\nS01,,,We had no time.,time,RB\nS01,9,5,,time,RB\nS01,,,Training,time,RB\n"
        + "S01,21,36,,time,KL\nS01,1,2,,nothing,KL\n",
    )
    small.write("codings/b.csv", HEAD + "S01,21,36,,time,RB\nS02,,,boss,money,RB\n")
    report = small.read(**LIST).report
    numbers = ["rows", "kept", "as_given", "calibrated", "by_text", "collapsed", "refused"]
    assert [tuple(row) for row in report[["file", "coder", *numbers]].itertuples(index=False)] == [
        ("data/raw/codings/a.csv", "KL", 2, 1, 1, 0, 0, 0, 1),
        ("data/raw/codings/a.csv", "RB", 4, 2, 1, 0, 1, 1, 1),
        ("data/raw/codings/b.csv", "RB", 2, 1, 0, 0, 1, 1, 0),
    ]
    assert (report["rows"] == report["kept"] + report["collapsed"] + report["refused"]).all()
    assert (report["kept"] == report["as_given"] + report["calibrated"] + report["by_text"]).all()


def test_the_same_coding_twice_is_one_and_loses_neither_memo_nor_direction(small):
    small.write(
        "codings/a.csv",
        HEAD.replace("coder", "coder,direction,memo")
        + "S01,21,36,,time,RB,,first\nS01,21,36,,time,RB,barrier,second\nS01,21,36,,time,RB,mixed,first\n",
    )
    imported = small.read()
    assert len(imported.codings) == 1
    assert imported.codings.loc[0, "memo"] == "first\nsecond"
    assert imported.codings.loc[0, "direction"] == "barrier"
    assert [str(warning) for warning in imported.warnings] == [
        "data/raw/codings/a.csv, row 4: the same coding as data/raw/codings/a.csv, row 2, but direction 'mixed', not "
        "'barrier'.\n  The first stands. Delete one of the rows."
    ]


def test_the_coder_is_the_files_else_the_sidecars_else_the_folders(small):
    rows = "transcript,text,code\nS01,Training,time\n"
    small.write("codings/KL/x.csv", rows)
    small.write("codings/KL/y.csv", rows.replace("code\n", "code,coder\n").replace("time\n", "time,RB\n"))
    small.write("codings/z.csv", rows)
    small.write("codings/z.csv.import.yaml", "coder: ana\ncoders: {ana: AN}\n")
    assert sorted(small.read().codings["coder"]) == ["AN", "KL", "RB"]


def test_a_sidecar_says_what_columns_codes_and_documents_mean(small):
    small.write("codings/x.csv", "Document;Segment;Kode;who\nInterview 1;Training;Zeit;rb\n")
    small.write(
        "codings/x.csv.import.yaml",
        "columns: {Document: transcript, Segment: text, kode: code, who: coder}\n"
        "codes: {Zeit: time}\ndocuments: {Interview 1: S01}\ncoders: {rb: RB}\n",
    )
    codings = small.read().codings
    assert tuple(codings.loc[0, ["transcript", "code", "code_as_coded", "coder", "start"]]) == (
        "S01",
        "time",
        "Zeit",
        "RB",
        56,
    )


def test_a_wrong_sidecar_is_named_with_its_line(small):
    small.write("codings/x.csv", HEAD)
    small.write("codings/x.csv.import.yaml", "kind: own\ncolums: {a: b}\n")
    assert small.errors() == [
        "data/raw/codings/x.csv.import.yaml, line 2: unknown key 'colums'.\n  Nearest: 'columns'."
    ]


def test_a_column_nobody_reads_is_a_warning(small):
    small.write("codings/x.csv", HEAD.replace("coder", "coder,memmo,anchored") + "S01,21,36,,time,RB,x,y\n")
    assert [str(warning) for warning in small.read().warnings] == [
        "data/raw/codings/x.csv, row 1: not read: column 'memmo'."
    ]


def test_rows_of_the_machine_stay_apart(small):
    small.write(
        "codings/x.csv", HEAD.replace("coder", "coder,origin") + "S01,21,36,,time,RB,\nS01,21,36,,time,RB,machine\n"
    )
    assert sorted(small.read().codings["origin"]) == ["human", "machine"]


def test_without_a_codebook_codes_are_taken_as_named_with_a_warning(small):
    small.codebook = TABLES["codebook"].empty()
    small.write("codings/x.csv", HEAD + "S01,21,36,,whatever,RB\n")
    imported = small.read()
    assert list(imported.codings["code"]) == ["whatever"]
    assert [warning.what for warning in imported.warnings] == [
        "the study has no codebook: codes are taken as the codings name them."
    ]


def test_a_study_without_codings_has_empty_tables(small):
    imported = small.read()
    for name in ("codings", "assignments", "refused", "report"):
        assert len(getattr(imported, name)) == 0
    assert list(imported.codings.columns) == list(TABLES["codings"].columns)


def test_ids_outlive_a_corrected_transcript_a_sorted_sheet_and_new_rows(small):
    rows = ["S01,,,We had no time.,time,RB\n", "S02,,,boss,money,RB\n", "S01,,,Training helped,time,RB\n"]
    small.write("codings/a.csv", HEAD + "".join(rows[:2]))
    before = small.read().codings.set_index("code_as_coded")["coding"]
    small.write("codings/a.csv", HEAD + "".join(reversed(rows)))
    small.texts["S01"] = "I: Hello, how was it?" + TEXTS["S01"][len("I: How was it?") :]
    after = small.read().codings
    moved = after[after["start"] == 28]
    assert list(moved["coding"]) == [before["time"]]
    assert before["money"] in set(after["coding"])
    assert after["coding"].nunique() == 3


def test_a_rows_own_id_makes_its_coding_id_whatever_else_the_row_says(small):
    head = HEAD.replace("coder", "coder,coding")
    small.write("codings/a.csv", head + "S01,21,36,,time,RB,c1\n")
    before = small.read().codings.loc[0, "coding"]
    small.write("codings/a.csv", head + "S01,21,34,,money,RB,c1\n")
    assert small.read().codings.loc[0, "coding"] == before


# ---------------------------------------------------------------- codings of an earlier text


@pytest.fixture
def corrected(small: Small) -> Small:
    """S01 was corrected: `Training` became `The training`, `no time` became `little time`."""
    old = TEXTS["S01"]
    new = old.replace("no time", "little time").replace("Training", "The training")
    small.texts["S01"] = new
    rows = [("no", "little"), ("Training", "The training")]
    shift, edits = 0, []
    for was, now in rows:
        at = old.index(was)
        edits.append(
            {"transcript": "S01", "sha256_from": sha256(old), "start_from": at, "end_from": at + len(was)}
            | {"sha256_to": sha256(new), "start_to": at + shift, "end_to": at + shift + len(now), "why": "correction"}
        )
        shift += len(now) - len(was)
    small.edits = TABLES["edits"].shape(edits)
    return small


WITH_SHA = HEAD.replace("coder", "coder,sha256_text")


def test_offsets_in_an_earlier_text_are_carried_to_the_present_one(corrected):
    at = TEXTS["S01"].index("helped us")
    corrected.write("codings/a.csv", WITH_SHA + f"S01,{at},{at + 9},helped us,time,RB,{sha256(TEXTS['S01'])}\n")
    imported = corrected.read()
    row = imported.codings.loc[0]
    assert corrected.texts["S01"][row["start"] : row["end"]] == "helped us"
    assert row["anchored"] == "calibrated"
    assert row["sha256_text"] == sha256(corrected.texts["S01"])
    assert imported.warnings == []


def test_a_coding_whose_own_words_changed_is_kept_and_listed_for_a_look(corrected):
    corrected.write("codings/a.csv", WITH_SHA + f"S01,21,36,,time,RB,{sha256(TEXTS['S01'])}\n")
    imported = corrected.read()
    row = imported.codings.loc[0]
    assert corrected.texts["S01"][row["start"] : row["end"]] == "We had little time."
    assert [str(warning) for warning in imported.warnings] == [
        "data/raw/codings/a.csv, row 2: the words of this coding of transcript 'S01' changed since it was made.\n"
        "  Look at characters 21–40 (turn 2).",
        "data/raw/transcripts: since their text was corrected, 1 passage has other words than when coded (S01).\n"
        "  See before and after, and decide: qualcode pack edits. Until then those that are there count as they are.",
    ]


def test_offsets_in_a_text_nobody_knows_are_refused_unless_the_words_are_there(corrected):
    corrected.write("codings/a.csv", WITH_SHA + f"S01,1,5,helped us,time,RB,{'0' * 64}\nS01,1,5,,time,RB,{'0' * 64}\n")
    assert corrected.errors() == [
        "data/raw/codings/a.csv, row 3: transcript 'S01' has changed since this was coded, and its offsets are those of a "
        "text that is not known.\n"
        "  Give the words in column 'text', or the offsets in the present text with its sha256_text."
    ]
    assert list(corrected.read(**LIST).codings["anchored"]) == ["by_text"]


def test_the_sidecar_knows_the_text_that_offsets_were_checked_against(corrected):
    at = TEXTS["S01"].index("helped us")
    corrected.write("codings/a.csv", HEAD + f"S01,{at},{at + 9},,time,RB\n")
    corrected.write("codings/a.csv.import.yaml", f"texts: {{S01: {sha256(TEXTS['S01'])}}}\n")
    row = corrected.read().codings.loc[0]
    assert corrected.texts["S01"][row["start"] : row["end"]] == "helped us"


# ---------------------------------------------------------------- assignments


def test_assignments_know_yes_and_no_in_several_languages(small):
    words = {"yes": "yes", "x": "yes", "JA": "yes", "sim": "yes", "1": "yes", "sí": "yes", "oui": "yes", "true": "yes"}
    words |= {"no": "no", "nein": "no", "nee": "no", "não": "no", "": "no", "0": "no", "non": "no"}
    small.write(
        "assignments.csv", "transcript,coder,done\n" + "".join(f"S01,c{n:02},{w}\n" for n, w in enumerate(words))
    )
    assert list(small.read().assignments["done"]) == list(words.values())


def test_assignments_without_done_are_taken_as_done_with_a_warning(small):
    small.write("assignments.csv", "transcript,coder,start,end,saw\nS01,RB,,,\nS02,KL,0,20,RB\n")
    imported = small.read()
    assert list(imported.assignments["done"]) == ["yes", "yes"]
    assert pd.isna(imported.assignments.loc[0, "start"])
    assert tuple(imported.assignments.loc[1, ["start", "end", "saw"]]) == (0, 20, "RB")
    assert [warning.what for warning in imported.warnings] == [
        "column 'done' is empty or missing: all assignments are taken as done."
    ]


def test_everything_wrong_in_the_assignments_comes_at_once(small):
    small.write(
        "assignments.csv",
        "transcript,coder,start,end,codes,done\nS77,RB,,,,yes\nS01,XX,,,,yes\nS01,RB,5,,,yes\n"
        "S02,RB,5,99,,yes\nS01,KL,,,tmie,yes\nS02,KL,,,,maybe\n",
    )
    assert [
        error.removeprefix("data/raw/assignments.csv, ").split("\n")[0]
        for error in small.errors(coders=[{"id": "RB"}, {"id": "KL"}])
    ] == [
        "row 2: transcript 'S77' is not in the study.",
        "row 3: coder 'XX' is not among the study's coders.",
        "row 4: 'end' is empty.",
        "row 5: offsets 5–99 are not a stretch of transcript 'S02' (53 characters).",
        "row 6: code 'tmie' is not in codebook mih 1.1.0.",
        "row 7: done 'maybe' is not known.",
    ]


# ---------------------------------------------------------------- real size, and the shipped study


def test_reading_is_the_same_twice(small):
    small.write("codings/a.csv", HEAD + "S01,21,36,,time,RB\nS01,,,Training helped,barriers,RB\n")
    pd.testing.assert_frame_equal(small.read().codings, small.read().codings)


def test_every_coding_of_the_shipped_study_stands_where_its_words_are(repository):
    from qualcode.codebook import load_codebook
    from qualcode.transcripts import read_transcripts
    from qualcode.transcripts.edits import edits_of_study

    study = Study.load(repository)
    read = read_transcripts(study)
    codebook = load_codebook(study)
    assert codebook is not None
    edits = edits_of_study(study, read.transcripts, read.texts, names_out=read.names_out)  # one quote holds a name
    imported = read_codings(study, read.transcripts, read.turns, read.texts, edits, codebook.table())
    assert set(imported.codings["coder"]) == {"KL", "RB"}
    assert len(imported.refused) == 0
    assert imported.report["kept"].sum() == len(imported.codings)
    rows = sum(len(read_sheet(path).rows) for path in study.codings_files)
    assert imported.report["rows"].sum() == rows

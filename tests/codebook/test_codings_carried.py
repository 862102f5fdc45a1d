"""Codings made under an earlier version of the codebook, in the version in use."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualcode.codebook import load_codebook
from qualcode.codings import read_codings
from qualcode.codings.read import Imported
from qualcode.config import Config
from qualcode.decisions import append_decisions
from qualcode.errors import CodingsError
from qualcode.files import sha256
from qualcode.study import Study
from qualcode.tables import TABLES

TEXT = "P01: one two three four five six seven eight nine ten"
SIGNED = "reason: r, by: RB, date: 2024-03-02"
FIRST = """name: m
version: 1.0.0
codes:
  - {id: time, label: Time}
  - {id: workload, label: Workload}
  - {id: money, label: Money}
  - {id: fear, label: Fear}
"""
SECOND = f"""name: m
version: 1.1.0
changes:
  - {{do: merge, code: [time, workload], to: workload, {SIGNED}}}
  - {{do: split, code: money, to: [budget, wages], {SIGNED}}}
  - {{do: retire, code: fear, {SIGNED}}}
  - {{do: rename, code: workload, to: Too much work, {SIGNED}}}
codes:
  - {{id: workload, label: Too much work}}
  - {{id: budget, label: Budget}}
  - {{id: wages, label: Wages}}
"""
THIRD = f"""name: m
version: 1.2.0
changes:
  - {{do: restore, code: fear, {SIGNED}}}
  - {{do: split, code: budget, to: [budget, grants], {SIGNED}}}
codes:
  - {{id: workload, label: Too much work}}
  - {{id: budget, label: Budget}}
  - {{id: grants, label: Grants}}
  - {{id: wages, label: Wages}}
  - {{id: fear, label: Fear}}
"""


class Small:
    """One text, one coder's file of words, and versions of a codebook."""

    def __init__(self, root: Path, *versions: str) -> None:
        self.root = root
        (root / "codebooks" / "m").mkdir(parents=True)
        (root / "data" / "raw" / "codings").mkdir(parents=True)
        for text in versions:
            version = text.split("version: ")[1].split("\n")[0]
            (root / "codebooks" / "m" / f"{version}.yaml").write_text(text, encoding="utf-8")

    @property
    def study(self) -> Study:
        return Study(self.root, Config())

    def code(self, *rows: tuple[str, str, str], name: str = "RB") -> Small:
        """Rows of (word, code, version)."""
        lines = ["transcript,start,end,text,code,coder,codebook_version"]
        lines += [f"S01,,,{word},{code},{name},{version}" for word, code, version in rows]
        (self.root / "data" / "raw" / "codings" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self

    def read(self) -> Imported:
        study = self.study
        book = load_codebook(study)
        assert book is not None
        transcripts = TABLES["transcripts"].shape([{"transcript": "S01", "sha256_text": sha256(TEXT)}])
        empty = {name: TABLES[name].empty() for name in ("turns", "edits")}
        return read_codings(study, transcripts, empty["turns"], {"S01": TEXT}, empty["edits"], book.table())

    def now(self) -> dict[str, str]:
        """Words and their codes in the version in use."""
        table = self.read().codings
        return {TEXT[a:b]: code for a, b, code in zip(table["start"], table["end"], table["code"], strict=True)}

    def decide(self, word: str, choice: str, value: str = "", **more: str) -> list[str]:
        table = self.read().splits
        spans = [TEXT[a:b] for a, b in zip(table["start"], table["end"], strict=True)]
        row = {"kind": "split", "about": table["coding"][spans.index(word)], "choice": choice, "value": value}
        return append_decisions(self.study, [row | {"by": "RB", "on": "2024-03-05"} | more])


EVERY = (("one", "time", "1.0.0"), ("two", "workload", "1.0.0"), ("three", "money", "1.0.0"), ("four", "fear", "1.0.0"))


def test_merged_codes_are_one_and_what_was_coded_stays_readable(tmp_path):
    read = Small(tmp_path, FIRST, SECOND).code(*EVERY).read()
    kept = read.codings
    assert kept[["code", "code_as_coded", "codebook_version"]].values.tolist() == [
        ["workload", "time", "1.0.0"],
        ["workload", "workload", "1.0.0"],
    ]


def test_every_coding_is_in_the_table_or_in_a_report(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(*EVERY, ("five", "nothing", "1.0.0"))
    with pytest.raises(CodingsError, match=r"code 'nothing' is not in codebook m 1\.1\.0"):
        small.read()
    read = small.code(*EVERY).read()
    counts = read.report.iloc[0]
    assert (counts["rows"], counts["kept"], counts["refused"]) == (4, 2, 0)
    assert (counts["open_split"], counts["retired"]) == (1, 1)
    assert read.splits[["code", "candidates", "version", "status", "choice"]].values.tolist() == [
        ["money", "budget;wages", "1.1.0", "open", ""]
    ]
    assert read.retired[["code", "why", "changed_in"]].values.tolist() == [["fear", "retired", "1.1.0"]]
    assert read.carried[["version", "change", "code", "to", "codings", "open"]].values.tolist() == [
        ["1.1.0", "merge", "time", "workload", 1, 0],
        ["1.1.0", "retire", "fear", "", 1, 0],
        ["1.1.0", "split", "money", "budget;wages", 1, 1],
    ]
    assert [str(note).partition("\n")[0] for note in read.warnings] == [
        "codebooks/: 1 codings of 'money', split in 1.1.0, wait for somebody to choose."
    ]


def test_a_split_is_never_guessed_and_a_signed_choice_carries_the_coding_on(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(("three", "money", "1.0.0"), ("four", "money", "1.0.0"))
    assert small.now() == {}
    small.decide("three", "wages")
    assert small.now() == {"three": "wages"}
    read = small.read()
    decided = read.splits[read.splits["status"] == "decided"].iloc[0]
    assert (decided["code"], decided["choice"], decided["by"], decided["on"]) == ("money", "wages", "RB", "2024-03-05")
    assert read.codings["code_as_coded"].tolist() == ["money"]


def test_where_none_of_the_new_codes_fits_the_coding_is_history(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(("three", "money", "1.0.0"))
    small.decide("three", "none", "money@1.1.0")
    read = small.read()
    assert small.now() == {}
    assert read.retired[["code", "why"]].values.tolist() == [["money", "none"]]
    assert read.splits["status"].tolist() == ["none"]


def test_a_restored_code_brings_its_codings_back(tmp_path):
    small = Small(tmp_path, FIRST, SECOND, THIRD).code(("four", "fear", "1.0.0"))
    assert small.now() == {"four": "fear"}


UNDONE = f"""name: m
version: 1.2.0
changes:
  - {{do: restore, code: time, {SIGNED}}}
  - {{do: restore, code: money, {SIGNED}}}
codes:
  - {{id: workload, label: Too much work}}
  - {{id: time, label: Time}}
  - {{id: budget, label: Budget}}
  - {{id: wages, label: Wages}}
  - {{id: money, label: Money}}
"""


def test_a_merged_or_split_code_that_is_restored_brings_back_what_was_coded_with_it(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(
        *EVERY[:3], ("five", "money", "1.0.0"), ("six", "money", "1.0.0"), ("seven", "workload", "1.1.0")
    )
    small.decide("five", "wages")
    small.decide("six", "none")
    (tmp_path / "codebooks" / "m" / "1.2.0.yaml").write_text(UNDONE, encoding="utf-8")
    read = small.read()
    # what a person decided stands; what waited, or fitted nowhere, is what it was
    assert small.now() == {
        "one": "time", "two": "workload", "three": "money", "five": "wages", "six": "money", "seven": "workload"
    }  # fmt: skip
    assert read.splits[["code", "status"]].values.tolist() == [["money", "decided"]]
    counts = read.report.iloc[0]
    assert (counts["rows"], counts["kept"], counts["open_split"], counts["retired"]) == (6, 6, 0, 0)


def test_codings_of_a_version_between_two_that_are_here_are_carried_from_the_one_before_it(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(
        ("one", "time", "1.0.5"), ("two", "fear", "1.0.5"), ("three", "Time", "1.0")
    )
    assert small.now() == {"one": "workload", "three": "workload"}
    assert small.read().retired["code"].tolist() == ["fear"]


def test_codings_are_carried_over_a_version_that_did_not_touch_their_code(tmp_path):
    small = Small(tmp_path, FIRST, SECOND, THIRD).code(("one", "time", "1.0.0"), ("two", "wages", "1.1.0"))
    assert small.now() == {"one": "workload", "two": "wages"}


def test_a_code_that_was_split_twice_needs_two_choices(tmp_path):
    small = Small(tmp_path, FIRST, SECOND, THIRD).code(("three", "money", "1.0.0"), ("five", "budget", "1.1.0"))
    small.decide("three", "budget", "money@1.1.0")
    assert small.now() == {}
    assert small.read().splits[["code", "version", "status"]].values.tolist() == [
        ["budget", "1.2.0", "open"],
        ["budget", "1.2.0", "open"],
    ]
    small.decide("three", "grants", "budget@1.2.0")
    small.decide("five", "budget", "budget@1.2.0")
    assert small.now() == {"three": "grants", "five": "budget"}


def test_codings_of_the_version_in_use_are_not_carried_again(tmp_path):
    small = Small(tmp_path, FIRST, SECOND, THIRD).code(("five", "budget", "1.2.0"), ("six", "Too much work", "1.1.0"))
    assert small.now() == {"five": "budget", "six": "workload"}
    assert small.read().carried.empty


def test_a_row_without_a_version_takes_the_newest_that_knows_its_code(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(("one", "Time", ""), ("two", "workload", ""))
    assert small.now() == {"one": "workload", "two": "workload"}


def test_changes_of_the_only_version_here_carry_codings_of_one_that_is_gone(tmp_path):
    small = Small(tmp_path, SECOND).code(*EVERY[:3])
    assert small.now() == {"one": "workload", "two": "workload"}
    assert small.read().splits["code"].tolist() == ["money"]


SWAPPED = f"""name: m
version: 1.1.0
changes:
  - {{do: rename, code: time, to: Hours, {SIGNED}}}
  - {{do: rename, code: workload, to: Time, {SIGNED}}}
  - {{do: redefine, code: fear, {SIGNED}}}
codes:
  - {{id: time, label: Hours}}
  - {{id: workload, label: Time}}
  - {{id: money, label: Money}}
  - {{id: fear, label: Fear, aliases: [Angst, "Fear; dread"]}}
"""
AGAIN = SWAPPED.replace("1.1.0", "1.2.0").replace(
    "do: rename, code: time, to: Hours", "do: rename, code: time, to: Days"
)
AGAIN = AGAIN.replace("label: Hours", "label: Days").replace(
    f"  - {{do: rename, code: workload, to: Time, {SIGNED}}}\n", ""
)
AGAIN = AGAIN.replace(f"  - {{do: redefine, code: fear, {SIGNED}}}\n", "")


def test_a_label_is_looked_up_in_the_version_that_the_coder_had(tmp_path):
    small = Small(tmp_path, FIRST, SWAPPED).code(("one", "Time", "1.0.0"), ("two", "Time", "1.1.0"))
    assert small.now() == {"one": "time", "two": "workload"}


def test_a_label_that_a_code_had_once_is_still_its_name(tmp_path):
    small = Small(tmp_path, FIRST, SWAPPED, AGAIN).code(
        ("one", "Workload", "1.2.0"), ("two", "hours", "1.2.0"), ("three", "Hours", "1.0.0"), ("four", "Days", "")
    )
    assert small.now() == {"one": "workload", "two": "time", "three": "time", "four": "time"}


def test_an_alias_is_the_code_whatever_its_capitals_and_blanks(tmp_path):
    small = Small(tmp_path, FIRST, SWAPPED).code(("one", "Angst", ""), ("two", "fear;  DREAD", "1.0.0"))
    assert small.now() == {"one": "fear", "two": "fear"}


def test_two_standing_choices_that_differ_are_an_error(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(("three", "money", "1.0.0"))
    small.decide("three", "wages")
    small.decide("three", "budget")
    with pytest.raises(CodingsError, match=r"is decided otherwise in data/raw/decisions/decisions\.csv, row 2"):
        small.read()


def test_the_spans_of_one_coder_under_two_merged_codes_are_one_reading(tmp_path):
    from qualcode.consensus.readings import coder_readings

    small = Small(tmp_path, FIRST, SECOND)
    small.code(("one two", "time", "1.0.0"), ("two three", "workload", "1.0.0"))
    readings = coder_readings(small.read().codings)
    (one,) = readings["S01", "span", "workload"]
    assert TEXT[one.start : one.end] == "one two three"
    assert len(one.codings) == 2


def test_the_same_words_under_two_merged_codes_are_counted_as_one(tmp_path):
    small = Small(tmp_path, FIRST, SECOND).code(("one", "time", "1.0.0"), ("one", "workload", "1.0.0"))
    counts = small.read().report.iloc[0]
    assert (counts["rows"], counts["kept"], counts["collapsed"]) == (2, 1, 1)


def test_an_import_remembers_the_version_that_was_in_use(tmp_path, made_up_study, qualcode):
    file = tmp_path / "new.csv"
    file.write_text("transcript,text,code,coder\nS02,,x,RB\n".replace(",,x", ",*,def_end"), encoding="utf-8")
    done = qualcode("import", file, "-C", made_up_study)
    assert done.returncode == 0, done.stderr
    sidecar = (made_up_study / "data" / "raw" / "codings" / "new.csv.import.yaml").read_text(encoding="utf-8")
    assert "codebook_version: 1.0.0\n" in sidecar


def test_a_decision_that_gave_a_merged_code_gives_what_it_became_and_one_that_gave_a_split_code_is_open(tmp_path):
    from qualcode.codebook.history import read_history
    from qualcode.codings.carry import carry_decisions

    small = Small(tmp_path, FIRST, SECOND)
    rows = [
        {"decision": name, "kind": "disagreement", "about": name, "choice": "other", "value": value}
        for name, value in (("a", "time 4-9"), ("b", "money"), ("c", "barrier"), ("d", "wages"))
    ]
    made, reopened = carry_decisions(TABLES["decisions"].shape(rows), read_history(small.study))
    assert made[["decision", "choice", "value"]].values.tolist() == [
        ["a", "other", "workload 4-9"],
        ["b", "open", ""],
        ["c", "other", "barrier"],
        ["d", "other", "wages"],
    ]
    assert [problem.what for problem in reopened] == [
        "decision 'b' gives code 'money', which the codebook in use does not have any more."
    ]


def test_the_foot_of_every_table_says_what_waits_and_what_is_history(tmp_path):
    from qualcode.reports.content import Data, open_note

    imports = TABLES["report_imports"].shape([{"open_split": 2, "retired": 1}, {"open_split": 0, "retired": 0}])
    agreement = TABLES["report_agreement"].shape([{"coefficient": "percent_agreement", "scope": "pooled"}])
    tables = {"imports": imports, "disagreements": TABLES["report_disagreements"].empty(), "agreement": agreement}
    data = Data(Study(tmp_path, Config()), tables, "2024-01-01", "", {})
    assert open_note(data) == (
        "No disagreement between coders was found. 2 codings wait for a choice, because their code was split; "
        "they are not counted. 1 coding of codes that the codebook in use does not have is not counted."
    )

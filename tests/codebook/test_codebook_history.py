"""Versions of a codebook: the declared changes are the whole difference, and what was released stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualcode.codebook.history import difference, file_hash, prove, read_history, release, unproved
from qualcode.config import Config
from qualcode.errors import CodebookError
from qualcode.study import Study

FIRST = """name: m
version: 1.0.0
codes:
  - {id: barriers, label: Barriers, kind: theme}
  - {id: time, label: Time, parent: barriers, definition: No time.}
  - {id: workload, label: Workload, parent: barriers}
  - {id: money, label: Money, parent: barriers}
"""
SIGNED = "reason: r, by: RB, date: 2024-03-02"


class Book:
    """A study that has a codebook only."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "codebooks" / "m").mkdir(parents=True)
        self.write("1.0.0", FIRST)

    def write(self, version: str, text: str) -> Path:
        path = self.root / "codebooks" / "m" / f"{version}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    def next(self, *codes: str, changes: tuple[str, ...] = (), version: str = "1.1.0") -> Path:
        lines = ["name: m", f"version: {version}", "changes:" if changes else "changes: []"]
        lines += [f"  - {{{change}, {SIGNED}}}" for change in changes]
        lines += ["codes:", *(f"  - {{{code}}}" for code in codes)]
        return self.write(version, "\n".join(lines) + "\n")

    @property
    def study(self) -> Study:
        return Study(self.root, Config())

    def problems(self) -> list[str]:
        with pytest.raises(CodebookError) as caught:
            prove(self.study)
        return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def book(tmp_path: Path) -> Book:
    return Book(tmp_path)


BARRIERS = "id: barriers, label: Barriers, kind: theme"
TIME = "id: time, label: Time, parent: barriers, definition: No time."
WORKLOAD = "id: workload, label: Workload, parent: barriers"
MONEY = "id: money, label: Money, parent: barriers"


def test_changes_of_every_kind_that_are_the_whole_difference_are_proved(book):
    book.next(
        BARRIERS,
        "id: workload, label: Too much work, parent: barriers, definition: Time and work.",
        "id: budget, label: Budget, parent: barriers",
        "id: wages, label: Wages, parent: barriers",
        "id: trust, label: Trust",
        changes=(
            "do: merge, code: [time, workload], to: workload",
            "do: rename, code: workload, to: Too much work",
            "do: redefine, code: workload",
            "do: split, code: money, to: [budget, wages]",
            "do: add, code: trust",
        ),
    )
    book.next(
        BARRIERS,
        "id: workload, label: Too much work, definition: Time and work.",
        "id: budget, label: Budget, parent: barriers",
        "id: wages, label: Wages, parent: barriers",
        changes=("do: move, code: workload, to: ''", "do: retire, code: trust"),
        version="1.2.0",
    )
    book.next(
        BARRIERS,
        "id: workload, label: Too much work, definition: Time and work.",
        "id: budget, label: Budget, parent: barriers",
        "id: wages, label: Wages, parent: barriers",
        "id: trust, label: Trust",
        changes=("do: restore, code: trust",),
        version="1.10.0",
    )
    history = prove(book.study)
    assert [one.version for one in history.versions] == ["1.0.0", "1.1.0", "1.2.0", "1.10.0"]
    assert history.in_use == "1.10.0"
    assert [one.version for one in history.after("1.1.0")] == ["1.2.0", "1.10.0"]


def test_every_difference_that_no_change_declares_is_an_error_with_its_line(book):
    book.next(
        "id: barriers, label: Obstacles, kind: theme",
        "id: time, label: Time, definition: Never time.",
        WORKLOAD,
        "id: trust, label: Trust",
    )
    where = "codebooks/m/1.1.0.yaml"
    assert sorted(book.problems()) == sorted(
        [
            f"{where}, line 8: code 'trust' is new; no change says so.\n  Declare it with `do: add`.",
            f"{where}: code 'money' stood in 1.0.0 and is gone; no change says so.\n"
            "  Declare it with `do: retire`, `merge` or `split`.",
            f"{where}, line 5: code 'barriers' has another label than in 1.0.0; no change says so.\n"
            "  Declare it with `do: rename`.",
            f"{where}, line 6: code 'time' has another parent than in 1.0.0; no change says so.\n"
            "  Declare it with `do: move`.",
            f"{where}, line 6: code 'time' is not as in 1.0.0 (definition); no change says so.\n"
            "  Declare it with `do: redefine`.",
        ]
    )


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("do: add, code: time", "change 1 (add): code 'time' stood in 1.0.0 already."),
        ("do: add, code: tim", "change 1 (add): code 'tim' is not in this version.\n  Nearest: 'time'."),
        ("do: rename, code: time, to: Time", "change 1 (rename): the label of 'time' is as it was."),
        ("do: rename, code: time, to: Hours", "the label of 'time' is not what the change names."),
        ("do: redefine, code: time", "change 1 (redefine): nothing about 'time' is other than it was."),
        ("do: move, code: time, to: barriers", "change 1 (move): the parent of 'time' is as it was."),
        ("do: move, code: time, to: money", "change 1 (move): the parent of 'time' is 'barriers', not 'money'."),
        ("do: retire, code: time", "change 1 (retire): code 'time' is still in this version."),
        ("do: merge, code: [time], to: money", "change 1 (merge): code 'time' is still in this version."),
        ("do: split, code: time, to: [time, hours]", "change 1 (split): 'hours' is not in this version."),
        ("do: split, code: time, to: [time]", "change 1 (split): 'to' must name two codes or more."),
        ("do: restore, code: trust", "change 1 (restore): code 'trust' is not in this version."),
    ],
)
def test_a_declared_change_that_is_not_there_is_an_error_with_its_line(book, change, cause):
    book.next(BARRIERS, TIME, WORKLOAD, MONEY, changes=(change,))
    problems = book.problems()
    assert any(f"codebooks/m/1.1.0.yaml, line 4: {cause}" in problem or cause in problem for problem in problems)
    assert all("line 4" in problem for problem in problems)


def test_other_aliases_are_a_redefinition_and_their_order_is_none(book):
    book.next(BARRIERS, f"{TIME}, aliases: [Zeit, Temps]", WORKLOAD, MONEY, changes=("do: redefine, code: time",))
    book.next(BARRIERS, f"{TIME}, aliases: [Temps, Zeit]", WORKLOAD, MONEY, version="1.2.0")
    assert prove(book.study) is not None
    book.next(BARRIERS, f"{TIME}, aliases: [Temps]", WORKLOAD, MONEY, version="1.3.0")
    assert "code 'time' is not as in 1.2.0 (aliases); no change says so." in book.problems()[0]


def test_a_code_may_be_merged_into_one_that_is_renamed_moved_and_redefined_in_the_same_version(book):
    book.next(
        BARRIERS,
        "id: workload, label: Too  much work, definition: Time and work.",
        MONEY,
        changes=(
            "do: merge, code: time, to: workload",
            "do: rename, code: workload, to: Too much  work",
            "do: move, code: workload",
            "do: redefine, code: workload",
        ),
    )
    assert prove(book.study) is not None


def test_a_split_may_keep_its_old_code_as_one_of_the_parts_and_only_once(book):
    wages = "id: wages, label: Wages, parent: barriers"
    split = "do: split, code: money, to: [money, wages]"
    book.next(BARRIERS, TIME, WORKLOAD, MONEY, wages, changes=(split,))
    assert prove(book.study) is not None
    book.next(BARRIERS, TIME, WORKLOAD, MONEY, wages, changes=(split, "do: split, code: money, to: [wages, money]"))
    assert book.problems() == [
        "codebooks/m/1.1.0.yaml, line 5: change 2 (split): line 4 says the same of 'money'.\n  Keep one."
    ]


def test_nothing_is_merged_into_a_code_that_is_split_in_the_same_version(book):
    wages = "id: wages, label: Wages, parent: barriers"
    changes = ("do: merge, code: time, to: money", "do: split, code: money, to: [money, wages]")
    for order in (changes, changes[::-1]):
        book.next(BARRIERS, WORKLOAD, MONEY, wages, changes=order)
        (problem,) = book.problems()
        assert "(merge): code 'money' is split in the same version.\n  Which part is meant?" in problem
    book.next(BARRIERS, WORKLOAD, MONEY, wages, changes=("do: merge, code: time, to: wages", changes[1]))
    assert prove(book.study) is not None


def test_what_is_merged_and_split_or_retired_at_once_is_an_error(book):
    book.next(
        BARRIERS, TIME, "id: a, label: A", "id: b, label: B",
        changes=("do: merge, code: [money, workload], to: time", "do: split, code: money, to: [a, b]",
                 "do: retire, code: workload"),
    )  # fmt: skip
    assert [problem.partition(": ")[2].partition("\n")[0] for problem in book.problems()] == [
        "change 2 (split): line 4 says the same of 'money'.",
        "change 3 (retire): line 4 says the same of 'workload'.",
    ]


def test_a_code_that_comes_back_under_another_parent_or_label_says_both(book):
    book.next(BARRIERS, TIME, WORKLOAD, changes=("do: retire, code: money",))
    back = (BARRIERS, TIME, WORKLOAD, "id: money, label: Funds, parent: time")
    book.next(*back, changes=("do: restore, code: money",), version="1.2.0")
    assert [problem.partition(": ")[2].partition("\n")[0] for problem in book.problems()] == [
        "code 'money' has another label than in 1.0.0; no change says so.",
        "code 'money' has another parent than in 1.0.0; no change says so.",
    ]
    more = ("do: restore, code: money", "do: rename, code: money, to: Funds", "do: move, code: money, to: time")
    book.next(*back, changes=more, version="1.2.0")
    assert prove(book.study) is not None


def test_a_file_whose_name_is_no_version_or_the_same_version_twice_is_an_error(book):
    book.write("1.1.0-rc1", FIRST.replace("1.0.0", "1.1.0-rc1"))
    assert book.problems() == [
        "codebooks/m/1.1.0-rc1.yaml: the file is called '1.1.0-rc1.yaml', and '1.1.0-rc1' is not a version.\n"
        "  Name it with numbers and dots: 1.1.0.yaml."
    ]
    (book.root / "codebooks" / "m" / "1.1.0-rc1.yaml").unlink()
    book.write("1.0", FIRST.replace("1.0.0", "1.0"))
    assert any("this is the same version as 1.0" in problem for problem in book.problems())


def test_ids_and_labels_are_the_same_however_their_accents_are_written(book):
    import unicodedata

    apart = unicodedata.normalize("NFD", "größe")
    book.next(
        BARRIERS, TIME, WORKLOAD, f"id: {apart}, label: {apart}",
        changes=(f"do: merge, code: money, to: {apart}",),
    )  # fmt: skip
    assert "größe" in prove(book.study).current.codes


def test_an_id_that_stood_once_can_only_be_restored(book):
    book.next(BARRIERS, TIME, WORKLOAD, changes=("do: retire, code: money",))
    book.next(BARRIERS, TIME, WORKLOAD, "id: money, label: Wages, parent: barriers", version="1.2.0")
    assert [problem.partition(": ")[2].partition("\n")[0] for problem in book.problems()] == [
        "code 'money' stood in 1.0.0, not in 1.1.0, and is here again; no change says so.",
        "code 'money' has another label than in 1.0.0; no change says so.",
    ]


def test_the_same_said_twice_is_an_error(book):
    book.next(BARRIERS, TIME, WORKLOAD, changes=("do: retire, code: money", "do: merge, code: money, to: time"))
    assert book.problems() == [
        "codebooks/m/1.1.0.yaml, line 5: change 2 (merge): line 4 says the same of 'money'.\n  Keep one."
    ]


def test_an_oldest_version_that_is_not_the_first_is_said_not_refused(tmp_path):
    (tmp_path / "codebooks" / "m").mkdir(parents=True)
    book = Book.__new__(Book)
    book.root = tmp_path
    book.next(BARRIERS, changes=("do: retire, code: money",))
    assert "oldest version here" in str(unproved(prove(book.study)))


def test_a_released_version_that_was_edited_or_removed_is_found(book):
    path = release(book.study, "1.0.0", by="RB", day="2024-03-01")
    first = book.root / "codebooks" / "m" / "1.0.0.yaml"
    assert path.read_text(encoding="utf-8") == (f"version,sha256,by,date\n1.0.0,{file_hash(first)},RB,2024-03-01\n")
    first.write_bytes(first.read_bytes().replace(b"\n", b"\r\n"))  # as git may check it out on Windows
    assert prove(book.study) is not None
    first.write_text(FIRST.replace("No time.", "Never time."), encoding="utf-8")
    assert book.problems()[0].startswith(
        "codebooks/m/1.0.0.yaml: this version was released by RB on 2024-03-01, and the file has been edited since."
    )
    book.next(BARRIERS)
    first.unlink()
    assert any("1.0.0 was released by RB on 2024-03-01, and its file is gone" in one for one in book.problems())


def test_a_version_is_released_once_by_somebody_on_a_day(book):
    with pytest.raises(CodebookError) as caught:
        release(book.study, "1.0.0", by=" ", day="March")
    assert [problem.where for problem in caught.value.problems] == ["--by", "--date"]
    release(book.study, "1.0.0", by="RB", day="2024-03-01")
    with pytest.raises(CodebookError, match="released by RB on 2024-03-01 already"):
        release(book.study, "1.0.0", by="KL", day="2024-03-02")


def test_the_hash_that_is_stored_is_that_of_sha256sum(book):
    import hashlib

    assert file_hash(book.root / "codebooks" / "m" / "1.0.0.yaml") == hashlib.sha256(FIRST.encode()).hexdigest()


def test_a_difference_names_what_came_went_and_changed(book):
    book.next(BARRIERS, "id: time, label: Hours, parent: barriers", "id: trust, label: Trust")
    old, new = read_history(book.study).versions
    found = difference(old, new)
    assert (found.added, found.removed) == (["trust"], ["workload", "money"])
    assert (found.renamed, found.moved, found.redefined) == (["time"], [], {"time": ["definition"]})


def test_check_and_the_stage_refuse_what_is_not_proved(made_up_study, qualcode):
    first = made_up_study / "codebooks" / "onlinecare" / "1.0.0.yaml"
    text = first.read_text(encoding="utf-8").replace("version: 1.0.0", "version: 1.1.0")
    (first.parent / "1.1.0.yaml").write_text(text + "  - id: extra\n    label: Extra\n", encoding="utf-8")
    done = qualcode("check", "-C", made_up_study)
    assert done.returncode == 2
    assert "code 'extra' is new; no change says so." in done.stderr
    out = made_up_study / "data" / "processed"
    staged = qualcode(
        "stage", "codebook", "--study", made_up_study, "--codebook", out / "c.parquet", "--table", out / "c.csv"
    )
    assert staged.returncode == 2
    assert "code 'extra' is new" in staged.stderr

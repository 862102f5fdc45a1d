"""Notes in a table and in files of their own are one table."""

from __future__ import annotations

from pathlib import Path

import pytest

from qualcode.errors import StudyError
from qualcode.memos import all_memos, memos_of_study, read_memos
from qualcode.study import Study
from qualcode.tables import TABLES, write


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "raw"
    (folder / "memos").mkdir(parents=True)
    (folder / "memos.csv").write_text(
        "memo,kind,about,author,date,text\nM01,field,S01,RB,2024-02-06,Loud room.\n", encoding="utf-8"
    )
    return folder


def test_a_table_and_files_with_front_matter_are_one_table(raw):
    (raw / "memos" / "after S02.md").write_text(
        "---\nkind: reflexive\nabout: [S02, workload]\nauthor: KL\ndate: 2024-02-07\n---\n\n# Heard\n\nToo much.\n",
        "utf-8",
    )
    (raw / "memos" / "bare.md").write_text("Only words.\r\n", "utf-8")
    assert read_memos(Study(raw.parents[1])).values.tolist() == [
        ["M01", "field", "S01", "RB", "2024-02-06", "Loud room."],
        ["after S02", "reflexive", "S02;workload", "KL", "2024-02-07", "# Heard\n\nToo much."],
        ["bare", "", "", "", "", "Only words."],
    ]


def test_what_is_wrong_with_memos_is_said_at_once(raw):
    for name, text in {
        "a.md": "---\nautor: RB\nkind: fields\ndate: March\n---\nx",
        "b.md": "---\nauthor: RB\nx",
        "c.md": "---\nmemo: M01\n---\nx",
        "d.md": "---\nauthor: RB\n---\n",
        "e.md": "---\nauthor: a: b\n---\nx",
    }.items():
        (raw / "memos" / name).write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        read_memos(Study(raw.parents[1]))
    assert [(problem.where, problem.place, problem.what) for problem in caught.value.problems] == [
        ("data/raw/memos/a.md", "line 2", "unknown key 'autor'."),
        ("data/raw/memos/a.md", "line 3", "kind 'fields' is not known."),
        ("data/raw/memos/a.md", "line 4", "'March' is not a date like 2024-03-31."),
        ("data/raw/memos/b.md", "line 1", "the front matter is not closed."),
        ("data/raw/memos/c.md", "", "memo 'M01' stands here and in data/raw/memos.csv, row 2."),
        ("data/raw/memos/d.md", "", "this memo has no text."),
        ("data/raw/memos/e.md", "line 2", "the front matter is not YAML."),
    ]


def test_show_prints_the_memos_of_files_too(made_up_study, qualcode):
    folder = made_up_study / "data" / "raw" / "memos"
    folder.mkdir()
    (folder / "M99.md").write_text("---\nkind: meeting\n---\nWe met.\n", encoding="utf-8")
    done = qualcode("show", "memos", "--csv", "-C", made_up_study)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("M99,meeting,,,,We met.\n")
    assert "M01,reflexive" in done.stdout
    checked = qualcode("check", "-C", made_up_study)
    assert checked.returncode == 0, checked.stderr


def of_tool(memo: str, text: str, about: str = "S01", source: str = "a.qdpx", **more: str) -> dict[str, str]:
    row = {"memo": memo, "kind": "analytic", "about": about, "author": "RB", "date": "2024-02-06", "text": text}
    return row | {"source": source} | more


def joined(raw: Path, *rows: dict[str, str]) -> list[list[str]]:
    of_tools = TABLES["tool_memos"].shape(rows)
    return all_memos(read_memos(Study(raw.parents[1])), of_tools)[["memo", "about", "text"]].values.tolist()


def test_the_memos_of_tools_stand_beside_those_of_people_under_their_titles(raw):
    assert joined(raw, of_tool("u1", "Tired.", title="Week 1"), of_tool("u2", "Waiting, again", title="Waiting")) == [
        ["M01", "S01", "Loud room."],
        ["u1", "S01", "Week 1\n\nTired."],
        ["u2", "S01", "Waiting, again"],
    ]


def test_the_same_memo_in_a_copy_of_a_project_counts_once(raw):
    copy = {"source": "b.qdpx"}
    found = joined(
        raw,
        of_tool("u1", "Hm."),
        of_tool("u2", "Hm."),  # twice in one file: two notes
        of_tool("v1", "Hm.", **copy),
        of_tool("v2", "Hm.", about="S02", **copy),  # about something else
        of_tool("v3", "Hm!", **copy),
    )
    assert [memo for memo, _, _ in found] == ["M01", "u1", "u2", "v2", "v3"]


def test_what_qualcode_exported_comes_back_as_the_memo_that_it_is(raw):
    assert joined(raw, of_tool("M01", "Loud  room.", about="S01;workload")) == [["M01", "S01;workload", "Loud room."]]


def test_a_memo_that_was_changed_elsewhere_stands_beside_the_one_it_was(raw):
    assert joined(raw, of_tool("M01", "A very loud room.")) == [
        ["M01", "S01", "Loud room."],
        ["M01 (a.qdpx)", "S01", "A very loud room."],
    ]


def test_show_prints_the_memos_of_tools_after_a_run(made_up_study, qualcode):
    write(
        "tool_memos",
        TABLES["tool_memos"].shape([of_tool("u1", "Hm.")]),
        made_up_study / "data/processed/tool_memos.parquet",
    )
    done = qualcode("show", "memos", "--csv", "-C", made_up_study)
    assert done.stdout.endswith("u1,analytic,S01,RB,2024-02-06,Hm.\n"), done.stderr
    assert len(memos_of_study(Study.load(made_up_study))) == len(read_memos(Study.load(made_up_study))) + 1

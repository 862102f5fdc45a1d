"""Codebook versions as YAML: what is read, and what each mistake is called, with its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qualcode.codebook import load_codebook, read_codebook_file
from qualcode.codebook.model import Merge, Retire
from qualcode.config import Config
from qualcode.errors import CodebookError
from qualcode.study import Study

GOOD = """\
name: mih
version: 1.1.0
changes:
  - {do: merge, code: [time, workload], to: workload, reason: "one idea", by: RB, date: 2024-03-02}
  - {do: retire, code: luck, reason: never used, by: RB, date: 2024-03-02}
codes:
  - {id: late, label: Too late, kind: subtheme, parent: barriers, double_code_with: [workload, 1.10]}
  - {id: barriers, label: Barriers, kind: theme, direction: barrier}
  - id: workload
    label: Workload underestimated
    kind: subtheme
    parent: barriers
    definition: Less time than the work takes.
    examples: {typical: [one, two], close_but_no: three}
    colour: "#1F77B4"
    origin: inductive
    mappings: {cfir2022: [{construct: III.J, reason: time}, II.A]}
  - {id: 1.10, label: no, parent: workload}
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def make(text: str, name: str = "mih", version: str = "1.1.0") -> Path:
        path = tmp_path / "codebooks" / name / f"{version}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return make


def errors(path: Path) -> list[str]:
    with pytest.raises(CodebookError) as caught:
        read_codebook_file(path, where="codebooks/mih/1.1.0.yaml")
    return [str(problem).removeprefix("codebooks/mih/1.1.0.yaml") for problem in caught.value.problems]


def test_entries_stand_in_tree_order_children_in_file_order(write):
    codebook = read_codebook_file(write(GOOD))
    assert list(codebook.codes) == ["barriers", "late", "workload", "1.10"]
    assert codebook.children("barriers") == ["late", "workload"]


def test_the_table_has_path_depth_examples_and_mappings(write):
    table = read_codebook_file(write(GOOD)).table().set_index("code")
    assert list(table["position"]) == [1, 2, 3, 4]
    assert list(table["depth"]) == [0, 1, 1, 2]
    assert table.loc["1.10", "path"] == "Barriers > Workload underestimated > no"
    assert table.loc["1.10", "kind"] == "code"
    assert table.loc["workload", "example_typical"] == "one | two"
    assert table.loc["workload", "example_close_but_no"] == "three"
    assert table.loc["workload", "colour"] == "#1f77b4"
    assert table.loc["late", "double_code_with"] == "1.10;workload"
    assert json.loads(table.loc["workload", "mappings"]) == {
        "cfir2022": [{"construct": "III.J", "reason": "time"}, {"construct": "II.A", "reason": ""}]
    }
    assert table.loc["late", "mappings"] == ""
    assert set(table["version"]) == {"1.1.0"}


def test_values_stay_the_text_that_was_written(write):
    codebook = read_codebook_file(write(GOOD))
    assert codebook.codes["1.10"].label == "no"
    assert codebook.changes[0].date == "2024-03-02"


def test_changes_are_typed(write):
    merge, retire = read_codebook_file(write(GOOD)).changes
    assert isinstance(merge, Merge)
    assert (merge.code, merge.to, merge.by) == (["time", "workload"], "workload", "RB")
    assert isinstance(retire, Retire)


def test_a_change_says_what_it_lacks(write):
    text = GOOD.replace("do: retire, code: luck, reason: never used,", "do: retire, code: luck,").replace(
        "do: merge", "do: merg"
    )
    assert errors(write(text)) == [
        ", line 4: change 1: do 'merg' is not known.\n  Nearest: 'merge'.",
        ", line 5: change 2 (retire): 'reason' is missing.",
    ]


HEAD = "name: mih\nversion: 1.1.0\ncodes:\n  - {id: a, label: A}\n"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (
            "  - {id: b, label: B, definitionn: x}\n",
            ", line 5: code 'b': unknown key 'definitionn'.\n  Nearest: 'definition'.",
        ),
        ("  - {id: b}\n", ", line 5: code 'b': 'label' is missing."),
        ("  - {label: B}\n", ", line 5: 'id' is missing."),
        (
            "  - {id: a, label: B}\n",
            ", line 5: id 'a' stands here and in line 4.\n"
            "  An id stands for one code, for ever: give one of them another.",
        ),
        (
            "  - id: b\n    label: B\n    parent: aa\n",
            ", line 7: code 'b': parent 'aa' is not in this codebook.\n  Nearest: 'a'.",
        ),
        (
            "  - {id: b, label: B, parent: c}\n  - {id: c, label: C, parent: d}\n  - {id: d, label: D, parent: b}\n",
            ", line 5: these codes are one another's parents in a ring: 'b' > 'c' > 'd' > 'b'.\n"
            "  One of them must have another parent, or none.",
        ),
        (
            "  - {id: b, label: B, parent: b}\n",
            ", line 5: these codes are one another's parents in a ring: 'b' > 'b'.\n"
            "  One of them must have another parent, or none.",
        ),
        (
            "  - {id: b, label: B, kind: themee}\n",
            ", line 5: code 'b': kind 'themee' is not known.\n  Nearest: 'theme'.",
        ),
        (
            "  - {id: b, label: B, direction: barier}\n",
            ", line 5: code 'b': direction 'barier' is not known.\n  Nearest: 'barrier'.",
        ),
        (
            "  - {id: b, label: B, origin: inductiv}\n",
            ", line 5: code 'b': origin 'inductiv' is not known.\n  Nearest: 'inductive'.",
        ),
        ("  - {id: b, label: B, colour: red}\n", ", line 5: code 'b': colour 'red' is not a colour like \"#1f77b4\"."),
        (
            "  - id: b\n    label: B\n    colour: #1f77b4\n",
            ", line 7: code 'b': a `#` without quotation marks begins a comment.\n  Write colour: \"#1f77b4\".",
        ),
        (
            "  - {id: b, label: B, double_code_with: [workload]}\n",
            ", line 5: code 'b': double_code_with 'workload' is not in this codebook.\n  Known: 'a', 'b'.",
        ),
        (
            "  - {id: b c, label: B}\n",
            ", line 5: code 'b c': id 'b c' may hold letters, digits, '_', '-' and '.' only.",
        ),
        (
            "  - {id: b, label: B, mappings: {cfir2022: [{construct: III.J, reasonn: x}]}}\n",
            ", line 5: code 'b': unknown key 'mappings.cfir2022.1.reasonn'.\n  Nearest: 'reason'.",
        ),
        (
            "  - {id: b, label: B, label: C}\n",
            ", line 5: key 'label' stands here and in line 5.\n  Keep one.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(write, entries, message):
    assert errors(write(HEAD + entries)) == [message]


def test_a_construct_that_the_framework_does_not_have_is_named_with_the_nearest(write):
    text = HEAD + "  - {id: b, label: B, mappings: {cfir2022: [III.JJ]}}\n"
    (message,) = errors(write(text))
    assert message.startswith(", line 5: code 'b': construct 'III.JJ' is not in framework cfir2022.\n  Nearest: 'III.J")


def test_an_unknown_framework_is_a_warning(write):
    codebook = read_codebook_file(write(HEAD + "  - {id: b, label: B, mappings: {ours: X}}\n"), where="f")
    assert [str(warning) for warning in codebook.warnings] == [
        "f: framework 'ours' is not known here: the constructs named are not checked."
    ]


def test_all_mistakes_come_at_once_by_line(write):
    text = HEAD + "  - {id: b, label: B, kind: themee, parent: aaa}\n  - {id: c, labell: C}\n"
    assert [message.split(":")[0] for message in errors(write(text))] == [
        ", line 5",
        ", line 5",
        ", line 6",
        ", line 6",
    ]


def test_name_and_version_are_those_of_folder_and_file(write):
    assert errors(write(HEAD, name="other", version="2.0.0")) == [
        ", line 1: name is 'mih', but the folder is called 'other'.\n  The two must be the same.",
        ", line 2: version is '1.1.0', but the file is called '2.0.0.yaml'.\n  The two must be the same.",
    ]


def test_broken_yaml_is_named_with_its_line(write):
    (message,) = errors(write("name: mih\ncodes:\n  - {id: a, label: A\n"))
    assert message.startswith(", line 3: this is not YAML:")


def test_a_part_that_refers_to_itself_is_refused(write):
    assert errors(write("name: &x [*x]\n")) == [", line 1: a part of this file refers to itself."]


def test_the_newest_version_is_in_use_unless_the_configuration_says_otherwise(write, tmp_path):
    for version in ("1.9.0", "1.10.0"):
        write(GOOD.replace("1.1.0", version), version=version)
    newest = load_codebook(Study(tmp_path))
    assert newest is not None
    assert newest.version == "1.10.0"
    chosen = load_codebook(Study(tmp_path, Config.model_validate({"codebook": {"version": "1.9.0"}})))
    assert chosen is not None
    assert chosen.version == "1.9.0"
    with pytest.raises(CodebookError, match=r"there is no file codebooks/mih/1\.8\.0\.yaml"):
        load_codebook(Study(tmp_path, Config.model_validate({"codebook": {"version": "1.8.0"}})))


def test_a_study_without_a_codebook_has_none(tmp_path):
    assert load_codebook(Study(tmp_path)) is None


def test_a_sheet_that_was_put_beside_the_codebooks_is_not_overlooked(tmp_path):
    (tmp_path / "codebooks").mkdir()
    (tmp_path / "codebooks" / "mih.xlsx").write_bytes(b"")
    with pytest.raises(CodebookError, match=r"codebooks/mih\.xlsx: this file is not read as a codebook"):
        load_codebook(Study(tmp_path))


def test_an_alias_that_is_another_codes_name_is_an_error_with_its_line(write):
    text = GOOD.replace("direction: barrier}", "direction: barrier, aliases: [Barriers, ' Too  LATE', 1.10, Zeit]}")
    text = text.replace("label: no,", "label: no, aliases: [zeit, Nee],")
    assert errors(write(text)) == [
        ", line 8: code 'barriers': alias 'Too LATE' is the label of code 'late'.\n"
        "  A name must mean one code: keep it where it belongs.",
        ", line 8: code 'barriers': alias '1.10' is the id of code '1.10'.\n"
        "  A name must mean one code: keep it where it belongs.",
        ", line 8: code 'barriers': alias 'Zeit' is the alias of code '1.10'.\n"
        "  A name must mean one code: keep it where it belongs.",
        ", line 18: code '1.10': alias 'zeit' is the alias of code 'barriers'.\n"
        "  A name must mean one code: keep it where it belongs.",
    ]


def test_aliases_stand_in_the_last_column_of_the_table(write):
    text = GOOD.replace("label: no,", "label: no, aliases: ['a | b', Nee, Nee],")
    table = read_codebook_file(write(text)).table().set_index("code")
    assert table.loc["1.10", "aliases"] == r"a \| b | Nee"
    assert table.columns[-1] == "aliases"

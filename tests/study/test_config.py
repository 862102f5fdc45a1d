"""Settings: what is wrong is said with its line and the nearest known key; what is left out has its default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualcode.config import Config, load_config, reference_page
from qualcode.errors import StudyError
from qualcode.study_template import commented_config


def write(folder: Path, text: str) -> Path:
    path = folder / "study.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(StudyError) as caught:
        load_config(write(folder, text))
    return str(caught.value)


def test_an_empty_configuration_is_the_defaults(tmp_path: Path) -> None:
    assert load_config(write(tmp_path, "")) == Config()
    assert load_config(write(tmp_path, "study:\nagreement:\n")) == Config()


def test_a_misspelt_key_is_refused_with_its_line_and_the_nearest_key(tmp_path: Path) -> None:
    message = refusal(tmp_path, "study:\n  title: A\nagreement:\n  bootstap: 500\n")
    assert message == ("ERROR: config/study.yaml, line 4: unknown key 'agreement.bootstap'.\n  Nearest: 'bootstrap'.")


def test_a_misspelt_section_is_refused(tmp_path: Path) -> None:
    assert "line 1: unknown key 'topcs'.\n  Nearest: 'topics'." in refusal(tmp_path, "topcs:\n  runs: 3\n")


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, "study:\n  titel: A\nagreement:\n  rule: half\nconsensus:\n  match: 2\n")
    assert message.count("ERROR: ") == 3
    for place in ("line 2: unknown key 'study.titel'", "line 4: 'agreement.rule'", "line 6: 'consensus.match'"):
        assert place in message


def test_a_key_inside_a_list_is_named_with_its_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, "coders:\n  - id: AB\n  - id: CD\n    nam: Second\n")
    assert "line 4: unknown key 'coders.1.nam'.\n  Nearest: 'name'." in message


def test_what_is_not_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "config/study.yaml, line 2: this is not YAML" in refusal(tmp_path, "study:\n  title: a: b\n")


def test_a_pattern_without_the_group_speaker_is_refused(tmp_path: Path) -> None:
    assert "needs a group named speaker" in refusal(tmp_path, "transcripts:\n  speaker_pattern: '^(.*):'\n")


def test_a_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="qualcode init DIR"):
        load_config(tmp_path / "study.yaml")


def test_the_commented_configuration_is_valid_and_shows_the_defaults(tmp_path: Path) -> None:
    text = commented_config()
    assert load_config(write(tmp_path, text)) == Config()
    uncommented = re.sub(r"(?m)^  # (\w+): ", r"  \1: ", text)
    assert load_config(write(tmp_path, uncommented)) == Config()


def test_every_key_has_a_description_on_the_reference_page(repository: Path) -> None:
    page = (repository / "docs" / "config.md").read_text(encoding="utf-8")
    assert page == reference_page(), "make it anew: python -m qualcode.config > docs/config.md"
    for name, section in Config.model_fields.items():
        assert section.description
        model = section.annotation
        for key, item in getattr(model, "model_fields", {}).items():
            assert item.description, f"{name}.{key}"
            assert f"`{name}.{key}`" in page

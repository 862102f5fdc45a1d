"""The documentation names everything there is, and what it says to type exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from qualcode.cli import COMMANDS, STAGES, cli
from qualcode.config import Config


def everything(repository: Path) -> str:
    pages = [repository / "README.md", *sorted((repository / "docs").glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


@pytest.mark.parametrize("command", list(COMMANDS))
def test_every_subcommand_is_in_the_documentation(repository: Path, command: str) -> None:
    assert f"qualcode {command}" in everything(repository)


def test_every_setting_is_in_the_documentation(repository: Path) -> None:
    text = everything(repository)
    for name, section in Config.model_fields.items():
        for key in getattr(section.annotation, "model_fields", {}):
            assert f"{name}.{key}" in text


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in ("topic_codes", "figures", "reports")])
def test_every_stage_has_a_page(repository: Path, stage: str) -> None:
    assert (repository / "docs" / f"{stage}.md").is_file()


def test_every_command_that_the_documentation_types_exists(repository: Path) -> None:
    for line in re.findall(r"(?m)^(?:    |\$ )qualcode ([a-z]+)", everything(repository)):
        assert cli.get_command(None, line) is not None, line  # type: ignore[arg-type]


def test_every_link_between_pages_leads_somewhere(repository: Path) -> None:
    for page in [repository / "README.md", *sorted((repository / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_no_page_or_file_names_a_registry_or_a_path_of_a_machine(repository: Path, tracked_files: list[str]) -> None:
    hosts = ("pypi" + ".org", "python" + "hosted", "registry.npm" + "js", "deb.deb" + "ian.org")
    for name in tracked_files:
        path = repository / name
        if not path.is_file() or path.suffix in {".docx", ".png", ".xlsx"}:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not any(host in text for host in hosts), name
        assert not re.search(r"(?m)(^|[\s\"'(=])/(work|farm|root|home)/", text), name

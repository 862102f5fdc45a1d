"""The walk of docs/codebook.md is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from qualcode.cli import cli
from qualcode.codebook.history import NO_REASON
from qualcode.codebook.teamsheet import COLUMNS


def steps(page: str) -> list[tuple[str, list[str]]]:
    """Each `$ qualcode codebook …` of the walk with the lines that the page shows below it."""
    walk = page.partition("## The next version, with nothing but Excel")[2].partition("\n## ")[0]
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```\n(\$ .*?)^```$", walk, flags=re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ qualcode "), []))
            elif line:
                found[-1][1].append(line)
    return [step for step in found if step[0].startswith("codebook ")]


def work_in(path: Path) -> None:
    """What the page says that somebody wrote into the sheet."""
    file = openpyxl.load_workbook(path)
    page = file["Codes"]
    at = {key: number for number, (key, *_) in enumerate(COLUMNS, start=1)}
    rows = {page.cell(row, 1).value: row for row in range(2, 27)}
    page.cell(rows["Figures that come back"], at["merge"]).value = "Training and practice"
    page.cell(rows["Unclear money"], at["split"]).value = "Who pays; Money runs out"
    page.cell(rows["Unclear money"], at["reason"]).value = "two ideas in one"
    page.cell(rows["Learning from peers"], at["label"]).value = "Learning from peers and others"
    for row, label in ((27, "Who pays"), (28, "Money runs out")):
        for key, value in (("label", label), ("kind", "subtheme"), ("parent", "What hindered")):
            page.cell(row, at[key]).value = value
    file.save(path)


def test_the_walk_through_the_next_version_shows_what_the_commands_say(repository, made_up_study, monkeypatch):
    monkeypatch.chdir(made_up_study)
    told = steps((repository / "docs" / "codebook.md").read_text(encoding="utf-8"))
    assert [command.split()[1] for command, _ in told] == ["sheet", "draft", "release", "check", "log"]
    for command, lines in told:
        if " draft " in f" {command} ":
            work_in(Path("sheet.xlsx"))
        done = CliRunner().invoke(cli, shlex.split(command), catch_exceptions=False)
        said = done.output.splitlines()
        if command.startswith("codebook sheet"):  # not run yet, so one line more
            said.remove("Without mentions and quotes: `qualcode run` makes them.")
        assert [line for line in said if line] == lines
        if " draft " in f" {command} ":
            version = Path("codebooks/onlinecare/1.1.0.yaml")
            text = version.read_text(encoding="utf-8").replace(NO_REASON, "agreed in the meeting of 1 April")
            version.write_text(text, encoding="utf-8")


def test_the_check_of_the_shipped_codebook_is_as_shown(repository):
    page = (repository / "docs" / "codebook.md").read_text(encoding="utf-8")
    done = CliRunner().invoke(cli, ["codebook", "check", "-C", str(repository)])
    assert done.exit_code == 0
    assert f"$ qualcode codebook check\n{done.output}" in page

"""What the tests share: where things lie, and small studies to run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests that run the whole line come first: they take longest, and the others fill the other processor."""
    items.sort(key=lambda item: "whole_line" not in item.nodeid)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's folder, which is the made-up study too."""
    return ROOT


@pytest.fixture(scope="session")
def qualcode() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `qualcode …` as a person does, in a process of its own."""

    def call(*arguments: str | Path, cwd: Path | None = None, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "120"}
        return subprocess.run(
            [sys.executable, "-m", "qualcode", *map(str, arguments)],
            cwd=cwd,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            env=environment,
            check=False,
        )

    return call


@pytest.fixture(scope="session")
def tracked_files() -> list[str]:
    """The names of the files that git tracks."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name]


def copy_study(source: Path, target: Path) -> Path:
    """The made-up study without what the machine made of it."""

    def of_runs(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if Path(folder).name == "texts" and (Path(folder) / name).is_file()]

    for part in ("config", "codebooks", "data/raw"):
        shutil.copytree(source / part, target / part, ignore=of_runs)
    shutil.copyfile(source / "Snakefile", target / "Snakefile")
    return target


@pytest.fixture
def made_up_study(tmp_path: Path) -> Path:
    """A fresh copy of the made-up study, not yet run."""
    return copy_study(ROOT, tmp_path / "study")


def small_study(root: Path, *, codebook: str, talk: str) -> Path:
    """A study of one transcript, T1, and one codebook, mih 1.0.0."""
    for name, text in (
        ("config/study.yaml", "study: {title: Small}\n"),
        ("codebooks/mih/1.0.0.yaml", codebook),
        ("data/raw/transcripts/T1.txt", talk),
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root

"""What the tests share: where things lie, and small studies to run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from qualcode_calls import Forking, in_a_new_process

ROOT = Path(__file__).resolve().parents[1]
# the processes that the tests start share what the first of them compiled, as those do that a person starts
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# what takes longest, longest first, but the second needs nothing that the first makes
LONGEST = (
    "whole_line/test_made_up_study.py", "whole_line/test_three_tools.py", "whole_line/test_corrected.py",
    "whole_line/test_meeting_corrected.py", "whole_line/test_meeting.py", "whole_line/",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first (`tasks.py` hands files out in this order): short ones fill the rest."""

    def place(item: pytest.Item) -> int:
        name = item.path.relative_to(ROOT / "tests").as_posix()
        return next((number for number, start in enumerate(LONGEST) if name.startswith(start)), len(LONGEST))

    items.sort(key=place)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The repository's folder, which is the made-up study too."""
    return ROOT


@pytest.fixture(scope="session")
def qualcode() -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """Run `qualcode …` as a person does, in a process of its own."""
    if not sys.platform.startswith("linux"):
        yield in_a_new_process
        return
    with tempfile.TemporaryDirectory() as folder:
        call = Forking(Path(folder))
        yield call
        call.close()


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


@pytest.fixture(scope="session")
def whole_run(
    tmp_path_factory: pytest.TempPathFactory, qualcode: Callable[..., subprocess.CompletedProcess[str]]
) -> Path:
    """The made-up study after one run, made once for all tests and processes: to be copied, never changed."""
    base = tmp_path_factory.getbasetemp()
    place = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "whole_run"
    place.mkdir(exist_ok=True)
    ended = place / "ended.json"
    with FileLock(place / "lock"):
        if not ended.exists():
            done = qualcode("run", "-C", copy_study(ROOT, place / "study"))
            ended.write_text(json.dumps([done.returncode, done.stdout + done.stderr]), encoding="utf-8")
    status, said = json.loads(ended.read_text(encoding="utf-8"))
    assert status == 0, said
    return place / "study"


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

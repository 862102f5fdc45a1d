"""Set up the environment and run the study or the checks: `python tasks.py run | test | lint | clean | setup | lock`.

Needs nothing but Python 3.11 or newer. `make` calls this file too, so both ways do the same.
The environment is made in `.venv` from requirements.lock (every version and hash is written there)
and is made again when the lock changes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent
ENV = ROOT / ".venv"
BIN = ENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
STAMP = ENV / "qualcode-environment.txt"
SOURCES = ["src", "tests", "benchmarks", "tasks.py"]


def start(*command: str | Path, output: IO[bytes] | None = None) -> subprocess.Popen[bytes]:
    """Start a command in the project's folder with the environment's programs first."""
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONUTF8": "1"}
    env.pop("PYTHONHOME", None)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # each stage of a run would compile the same modules again
    return subprocess.Popen([str(part) for part in command], cwd=ROOT, env=env, stdout=output, stderr=output)


def call(*command: str | Path) -> None:
    """Run a command; stop where it fails."""
    status = start(*command).wait()
    if status:
        sys.exit(status)


def setup() -> None:
    """Make `.venv` from requirements.lock, unless the one there was made from the same lock."""
    wanted = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text(encoding="utf-8") == wanted and PYTHON.exists():
        return
    print("Making the environment in .venv (once; 1.5 GB, about two minutes) ...", flush=True)
    if not PYTHON.exists():
        venv.create(ENV, with_pip=True, clear=ENV.exists())
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    call(*pip, "--require-hashes", "--no-deps", "-r", LOCK)
    call(*pip, "--no-deps", "--no-build-isolation", "--editable", ROOT)
    # pip would compile the modules one after the other; as with pip, one that is no Python is left as it is
    start(PYTHON, "-m", "compileall", "-qq", "-j", "0", ENV / ("Lib" if os.name == "nt" else "lib")).wait()
    STAMP.write_text(wanted, encoding="utf-8")


def run() -> None:
    """Run the whole line on the study in this folder."""
    setup()
    call(PYTHON, "-m", "qualcode", "run", "-C", ROOT)


def lint() -> None:
    """Check style, spelling, types and the workflow."""
    setup()
    call(PYTHON, "-m", "ruff", "check", *SOURCES)
    call(PYTHON, "-m", "ruff", "format", "--check", *SOURCES)
    call(PYTHON, "-m", "codespell_lib", "src", "tests", "docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md")
    call(PYTHON, "-m", "snakefmt", "--check", "Snakefile", "src/qualcode/workflow")
    call(PYTHON, "-m", "mypy")


def test() -> None:
    """Check style and types, and run every test meanwhile; what `lint` found stands below the tests' summary."""
    setup()
    with tempfile.TemporaryFile() as said:
        checks = start(sys.executable, __file__, "lint", output=said)
        # a file of tests goes to one process as a whole, so what its tests share is made once; in the order of conftest.py
        tests = start(PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", *sys.argv[2:])
        tested, checked = tests.wait(), checks.wait()
        if checked:
            said.seek(0)
            print(said.read().decode("utf-8", "replace"), "`lint` found the above.", sep="\n", file=sys.stderr)
    sys.exit(tested or checked)


def clean() -> None:
    """Remove everything that the machine made: reports, processed data, logs. The environment stays."""
    for name in ("data/processed", "reports", "logs", ".snakemake"):
        folder = ROOT / name
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.name != ".gitkeep":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def lock() -> None:
    """Write requirements.lock anew (for maintainers; needs uv on the PATH)."""
    uv = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--generate-hashes"]
    options = ["--no-emit-index-url", "--no-annotate", "--no-header", "--extra", "dev", "--quiet"]
    tools = ROOT / "requirements-build.in"
    call(*uv, *options, "pyproject.toml", tools, "-o", LOCK)


if __name__ == "__main__":
    tasks = {task.__name__: task for task in (run, test, lint, clean, setup, lock)}
    if len(sys.argv) < 2 or sys.argv[1] not in tasks:
        sys.exit("usage: python tasks.py " + " | ".join(tasks) + "\n\n" + (__doc__ or ""))
    tasks[sys.argv[1]]()

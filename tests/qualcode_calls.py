"""`qualcode …` in a process of its own for each call, without importing pandas and Snakemake for each anew.

A process that has imported them waits for calls and forks: each child has its own memory, folder, environment and output, runs
`python -m qualcode …` from the first line to the exit status, and is gone. Where there is no fork, each call is a new process.
What starts in earnest is still tested: every stage of a run is a new process, and so are `test_cli` and the run that is killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
# what most calls import: the subcommands, and what they and a run import when they are called
IMPORTED = (
    "pandas", "openpyxl", "docx", "psutil", "snakemake.api", "snakemake.scheduling.greedy", "qualcode.cli",
    "qualcode.commands.check", "qualcode.commands.codebook", "qualcode.commands.export", "qualcode.commands.import_",
    "qualcode.commands.init", "qualcode.commands.pack", "qualcode.commands.run", "qualcode.commands.show",
    "qualcode.checks", "qualcode.runner", "qualcode.leaks.check",
)  # fmt: skip


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1", "COLUMNS": "120"}


def in_a_new_process(
    *arguments: str | Path, cwd: Path | None = None, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run `qualcode …` as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "qualcode", *map(str, arguments)],
        cwd=cwd, capture_output=True, encoding="utf-8", timeout=timeout, env=environment(), check=False,
    )  # fmt: skip


class Forking:
    """The waiting process; called like `in_a_new_process`. It is started at the first call and ends with `close`."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def __call__(
        self, *arguments: str | Path, cwd: Path | None = None, timeout: float = 600
    ) -> subprocess.CompletedProcess[str]:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, __file__],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment(), cwd=TESTS,
            )  # fmt: skip
        assert self.process.stdin and self.process.stdout
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            call = {
                "arguments": [str(one) for one in arguments], "cwd": str(cwd or Path.cwd()), "environment": environment(),
                "out": str(out), "err": str(err), "timeout": timeout,
            }  # fmt: skip
            self.process.stdin.write(json.dumps(call) + "\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
            assert answer, "the process that waits for calls has ended"
            said, wrong = (path.read_bytes().decode("utf-8").replace("\r\n", "\n") for path in (out, err))
        status = json.loads(answer)
        if status is None:
            raise subprocess.TimeoutExpired(["qualcode", *map(str, arguments)], timeout, said, wrong)
        return subprocess.CompletedProcess(["qualcode", *map(str, arguments)], status, said, wrong)

    def close(self) -> None:
        if self.process is not None:
            assert self.process.stdin
            self.process.stdin.close()
            self.process.wait(timeout=60)


def _wait_for_calls() -> dict[str, Any] | None:
    """Wait and fork; comes back in each child with its call, and in the parent when no call comes any more."""
    import gc
    import importlib
    import threading

    for name in IMPORTED:
        importlib.import_module(name)
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.freeze()
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        call: dict[str, Any] = json.loads(line)
        child = os.fork()
        if not child:
            return call
        answers.write(json.dumps(_status(child, call["timeout"])) + "\n")
        answers.flush()
    return None


def _status(child: int, timeout: float) -> int | None:
    """The exit status of a child, or None where its time was over."""

    def over(*_: object) -> None:
        os.kill(child, signal.SIGKILL)

    late = False

    def alarm(*_: object) -> None:
        nonlocal late
        late = True
        over()

    signal.signal(signal.SIGALRM, alarm)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    signal.setitimer(signal.ITIMER_REAL, 0)
    return None if late else status


def _run(call: dict[str, Any]) -> None:
    """What `python -m qualcode …` does."""
    import runpy

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for number, path, mode in (
        (0, os.devnull, os.O_RDONLY),
        (1, call["out"], os.O_WRONLY),
        (2, call["err"], os.O_WRONLY),
    ):
        opened = os.open(path, mode | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["environment"])
    sys.argv = ["qualcode", *call["arguments"]]
    sys.path[0] = call["cwd"]
    runpy.run_module("qualcode", run_name="__main__", alter_sys=True)


def caller() -> Callable[..., subprocess.CompletedProcess[str]]:
    return Forking() if hasattr(os, "fork") and sys.platform != "darwin" else in_a_new_process


if __name__ == "__main__":
    given = _wait_for_calls()
    if given is not None:
        _run(given)

"""`qualcode …` in a process of its own for each call, without importing pandas and Snakemake for each anew.

A process that has imported them waits for calls and forks: each child has its own memory, folder, environment and output, runs
`python -m qualcode …` from the first line to the exit status, and is gone. The stages that a run starts come to the same process:
bash finds a function `qualcode` before the program. Where there is no fork, each call is a new process.

New processes are tested too: `test_cli` starts nothing else, and the run that is killed is made by them from beginning to end and
must give the same bytes as the one that is made by forking.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

SOCKET = "QUALCODE_TESTS_SOCKET"


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
    """The waiting process, begun at the first call; called like `in_a_new_process`."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.process = folder, None

    def __call__(
        self, *arguments: str | Path, cwd: Path | None = None, timeout: float = 600
    ) -> subprocess.CompletedProcess[str]:
        place = str(self.folder / "socket")
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, __file__, "wait", place],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(),
            )  # fmt: skip
            assert self.process.stdout.readline() == b"waiting\n"
        stage = f'() {{ "{sys.executable}" -I -S "{__file__}" call "$@"; }}'
        call = {
            "arguments": [str(one) for one in arguments], "cwd": str(cwd or Path.cwd()),
            "environment": {**environment(), SOCKET: place, "BASH_FUNC_qualcode%%": stage},
        }  # fmt: skip
        out, err = self.folder / "out.txt", self.folder / "err.txt"
        with Path(os.devnull).open("rb") as nothing, out.open("wb") as to_out, err.open("wb") as to_err:
            status = _ask(place, call, [one.fileno() for one in (nothing, to_out, to_err)], timeout)
        said, wrong = (path.read_text(encoding="utf-8") for path in (out, err))
        command = ["qualcode", *map(str, arguments)]
        if status is None:
            raise subprocess.TimeoutExpired(command, timeout, said, wrong)
        return subprocess.CompletedProcess(command, status, said, wrong)

    def close(self) -> None:
        if self.process is not None:
            self.process.communicate(timeout=60)


def _ask(place: str, call: dict, files: list[int], timeout: float | None = None) -> int | None:
    """The exit status of a call whose input, output and errors are `files`; None where its time was over, and it was ended."""
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(place)
        socket.send_fds(line, [b"."], files)
        line.sendall(json.dumps(call).encode())
        line.shutdown(socket.SHUT_WR)
        answers = line.makefile("r")
        child = int(answers.readline())
        line.settimeout(timeout)
        try:
            return int(answers.readline())
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            return None


def _wait_for_calls(place: str) -> dict:
    """Wait and fork; comes back in each child, with its call. Ends when the process that started it closes its input."""
    import gc
    import importlib
    import pkgutil
    import select
    import threading

    listening = socket.socket(socket.AF_UNIX)
    listening.bind(place)
    listening.listen(50)
    print("waiting", flush=True)
    for name in ("pandas", "openpyxl", "docx", "psutil", "snakemake.api", "qualcode.checks", "qualcode.runner"):
        importlib.import_module(name)
    for package in ("qualcode.commands", "qualcode.stages"):
        for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
            importlib.import_module(f"{package}.{module.name}")
    assert threading.active_count() == 1, "a process with threads must not fork"
    gc.freeze()
    while True:
        ready, *_ = select.select([listening, 0], [], [])
        if 0 in ready:
            sys.exit()
        line, _ = listening.accept()
        if not os.fork():
            listening.close()
            return _begin(line)
        line.close()
        _forget_ended()


def _forget_ended() -> None:
    """Take note of the children that have ended, or each would stay in the table of processes."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return  # none is left


def _begin(line: socket.socket) -> dict:
    """Comes back in the process that runs the call; the one before it waits for its end and says the status."""
    _, files, *_ = socket.recv_fds(line, 1, 3)
    with line.makefile("r", encoding="utf-8") as asked:
        call = json.loads(asked.read())
    child = os.fork()
    if child:
        line.sendall(f"{child}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(BrokenPipeError):  # who asked has not waited
            line.sendall(f"{status}\n".encode())
        os._exit(0)
    line.close()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    return call


def _run(call: dict) -> None:
    """What `python -m qualcode …` does."""
    import runpy

    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["environment"])
    sys.argv = ["qualcode", *call["arguments"]]
    sys.path[0] = call["cwd"]
    runpy.run_module("qualcode", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    if sys.argv[1] == "wait":
        _run(_wait_for_calls(sys.argv[2]))
    else:
        asked = {"arguments": sys.argv[2:], "cwd": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109
        sys.exit(_ask(os.environ[SOCKET], asked, [0, 1, 2]))

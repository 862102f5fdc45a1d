"""Damage transcripts and read them: `python benchmarks/mutate_transcripts.py [--each 300] [--seed 1] [--only docx,pdf] [FILE ...]`.

For each format and layout a small specimen is made (`damaged_transcripts.py`; FILEs are taken beside them), damaged in many ways,
and read in a process of its own. Allowed are only turns whose places in the text are right, or `UnreadableError`. Anything else is
printed: another exception, more than 10 seconds, more than 1 GB of memory, a file written or opened, words of a file that lies
beside, a connection (a server on this machine listens for them). Exit status 1 if there was any.

The limits are measured for each variant: processor seconds; the highest resident memory above that of the process when it began
(Linux; elsewhere of all of the process); what Python opens and connects to, by an audit hook; what the C libraries write, by a
limit of no bytes for files; what they fetch, by the server and by the secret words.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import multiprocessing.connection
import os
import socket
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from damaged_transcripts import hostile, layouts, specimens, variants

SECONDS, BYTES = 10, 1_000_000_000
SECRET = "seven grey herons"  # words of the file that no transcript may show
_REACHES = ("open", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.bind",
            "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.mkdir", "os.remove", "os.rename", "os.symlink",
            "shutil.copyfile", "tempfile.mkstemp", "tempfile.mkdtemp", "urllib.Request")  # fmt: skip


def outcome(data: bytes, name: str) -> str:
    """`read`, `refused`, or what went wrong."""
    from qualcode.transcripts import ReadOptions, UnreadableError
    from qualcode.transcripts.canonical import canonical
    from qualcode.transcripts.registry import read

    try:
        _, raw = read(data, name, ReadOptions(interviewers=("I",)))
        text, placed = canonical(raw.turns)
    except UnreadableError as error:
        shown = f"{error.what} {error.hint}"
        return (
            "the secret is in the message"
            if SECRET in shown
            else "refused"
            if error.what and error.hint
            else f"no advice: {shown}"
        )
    except Exception as error:  # what this looks for
        return f"{type(error).__name__}: {str(error)[:200]}"
    right = all(text[t.start : t.end].strip() == text[t.start : t.end] != "" for t in placed) and bool(placed)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "half a character in the text"
    if SECRET in text:
        return "the secret is in the text"
    return "read" if right else "places are wrong"


@dataclass
class Said:
    """What one variant came to: the outcome, processor seconds, bytes of memory above those when the process began."""

    outcome: str
    seconds: float = 0.0
    bytes: int = 0


class _Watch:
    """What Python opens, writes and connects to while a transcript is read. Modules that are imported then are no matter."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        own = {sys.prefix, sys.base_prefix, str(Path(os.__file__).parent), *sys.path}
        self.own = tuple(sorted(path for path in own if path))
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self.on or not event.startswith(_REACHES):
            return
        target = arguments[0] if arguments else ""
        flags = arguments[2] if event == "open" and len(arguments) > 2 else 0
        reads = event == "open" and isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        path = os.fsdecode(target) if isinstance(target, str | bytes | os.PathLike) else ""
        if reads and (path.startswith((*self.own, "/proc/self", "/dev/")) or "zoneinfo" in path or not path):
            return
        self.seen.append(f"{event} {str(target)[:80]}")


def _resident(field: bytes) -> int:
    """A line of /proc/self/status in bytes; of all of the process's life where there is no such file."""
    try:
        lines = Path("/proc/self/status").read_bytes().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))
    except (OSError, StopIteration):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _limits() -> None:
    """No more than a quarter above the limit of memory (what is above the limit is measured), and no bytes into any file."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + BYTES + BYTES // 4,) * 2)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    except (ImportError, OSError):
        pass


def _work(connection: multiprocessing.connection.Connection) -> None:
    for kind, data in specimens().items():  # what is imported late is imported now
        outcome(data, f"a.{kind}")
    watch = _Watch()
    before = _resident(b"VmRSS")
    _limits()
    while True:
        try:
            data, name = connection.recv()
        except EOFError:  # the other side is done
            return
        with contextlib.suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # the highest memory begins anew
        begun = time.process_time()
        watch.seen, watch.on = [], True
        said = outcome(data, name)
        watch.on = False
        took, most = time.process_time() - begun, _resident(b"VmHWM") - before
        connection.send(Said(f"reached out: {watch.seen[:3]}" if watch.seen else said, took, most))
        del data


class Reader:
    """A process that reads; another takes its place when it hangs or dies."""

    def __init__(self) -> None:
        self.context = multiprocessing.get_context("spawn")
        self.start()

    def start(self) -> None:
        self.here, there = self.context.Pipe()
        self.process = self.context.Process(target=_work, args=(there,), daemon=True)
        self.process.start()
        there.close()

    def read(self, data: bytes, name: str) -> Said:
        self.here.send((data, name))
        begun = time.perf_counter()
        try:  # seconds of this process, whatever else the machine does; much longer is a hang
            said = self.here.recv() if self.here.poll(6 * SECONDS) else Said(f"more than {SECONDS} seconds", SECONDS)
        except EOFError:
            said = Said("the process died", time.perf_counter() - begun)
        if said.outcome.startswith("more than") or said.outcome == "the process died":
            self.process.kill()
            self.process.join()
            self.start()
        elif said.outcome in ("read", "refused"):
            if said.seconds > SECONDS:
                said.outcome = f"{said.seconds:.1f} seconds"
            elif said.bytes > BYTES:
                said.outcome = f"{said.bytes / 1e6:.0f} MB of memory"
        return said


class Listener:
    """A server on this machine that counts who connects."""

    def __init__(self) -> None:
        self.calls = 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.server.getsockname()[1]}/"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                self.server.accept()[0].close()
            except OSError:
                return
            self.calls += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--each", type=int, default=300, help="damaged variants of each specimen")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--only", default="", help="endings or file names, parted by commas; `hostile` for the made ones"
    )
    options = parser.parse_args()
    only = set(options.only.split(",")) - {""}
    wanted: Callable[[str], bool] = lambda kind: not only or kind in only or kind.rpartition(".")[2] in only  # noqa: E731
    bad = total = 0
    files = [(path.name, path.read_bytes()) for path in options.files]
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryDirectory() as beside:
        os.chdir(empty)
        secret = Path(beside) / "secret.txt"
        secret.write_text(f"I: {SECRET}\n", encoding="utf-8")
        listener, reader = Listener(), Reader()
        jobs = [(f"a.{kind}", data) for kind, data in specimens().items() if wanted(kind)]
        jobs += [(name, data) for name, data in layouts().items() if wanted(name)]
        for name, data in [*jobs, *files]:
            counts, longest, most = Counter[str](), 0.0, 0
            first = reader.read(data, name)
            if first.outcome != "read":
                print(f"{name}: the specimen itself is not read: {first.outcome}")
                bad += 1
            for what, variant in variants(name.removeprefix("a."), data, options.each, options.seed):
                said = reader.read(variant, name)
                total += 1
                longest, most = max(longest, said.seconds), max(most, said.bytes)
                right = said.outcome in ("read", "refused")
                counts[said.outcome if right else "wrong"] += 1
                if not right:
                    bad += 1
                    print(f"  {what}: {said.outcome}")
            print(
                f"{name:30} {counts['read']:5} read {counts['refused']:5} refused {counts['wrong']:3} wrong, "
                f"at most {longest:.2f} s, {most / 1e6:.0f} MB",
                flush=True,
            )
        if wanted("hostile"):
            for what, data, name in hostile(large=True, secret=secret.as_uri(), address=listener.address):
                said = reader.read(data, name)
                total += 1
                wrong = said.outcome not in ("read", "refused")
                bad += wrong
                print(
                    f"{what[:40]:40} {name:7} {len(data) / 1e6:6.1f} MB {said.seconds:6.2f} s {said.bytes / 1e6:5.0f} MB  "
                    f"{'WRONG ' if wrong else ''}{said.outcome}",
                    flush=True,
                )
        written = sorted(path.name for path in Path(empty).iterdir())
        if written:
            print(f"files were written: {written}")
        if listener.calls:
            print(f"connections were made: {listener.calls}")
        bad += bool(written) + bool(listener.calls)
        os.chdir(beside)
    print(f"{total} variants, {bad} wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

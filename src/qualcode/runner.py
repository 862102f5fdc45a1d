"""`qualcode run`: drives Snakemake in this process, shows how far it is, and says what went wrong in the stage's own words."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from qualcode.errors import Problem, QualcodeError, StudyError
from qualcode.study import Study


class Display(Protocol):
    """Where progress is shown."""

    def start(self, total: int) -> None: ...

    def begin(self, rule: str) -> None: ...

    def finish(self, rule: str, seconds: float, done: int, total: int) -> None: ...

    def stop(self) -> None: ...


@dataclass
class Outcome:
    """What a run did: `made` rules in the order they ended, `failed` rules with their log's text, seconds in all."""

    made: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    other: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.failed and not self.other


class _Listener(logging.Handler):
    """Turns Snakemake's events into the display's."""

    def __init__(self, display: Display, root: Path) -> None:
        super().__init__()
        self.display, self.root = display, root
        self.rules: dict[int, tuple[str, float]] = {}
        self.total = 0
        self.outcome = Outcome()

    def emit(self, record: logging.LogRecord) -> None:
        event = str(getattr(record, "event", "") or "")
        if event == "run_info":
            stats = getattr(record, "stats", {}) or {}
            self.total = int(stats.get("total", 0)) - int("all" in stats)
            self.display.start(self.total)
        elif event == "job_info":
            name = str(getattr(record, "rule_name", ""))
            if name != "all":
                self.rules[int(getattr(record, "jobid", 0))] = (name, time.monotonic())
                self.display.begin(name)
        elif event == "job_finished":
            name, begun = self.rules.pop(int(getattr(record, "job_id", 0)), ("", 0.0))
            if name:
                self.outcome.made.append(name)
                self.display.finish(name, time.monotonic() - begun, len(self.outcome.made), self.total)
        elif event == "job_error":
            name = str(getattr(record, "rule_name", ""))
            text = ""
            for log in getattr(record, "log", None) or []:
                path = self.root / str(log).split(" (")[0]
                if path.is_file():
                    text += path.read_text(encoding="utf-8", errors="replace")
            self.outcome.failed[name] = text
        elif record.levelno >= logging.ERROR:
            self.outcome.other.append(record.getMessage())


def run_workflow(study: Study, display: Display, *, until: str | None = None, cores: int | None = None) -> Outcome:
    """Run the workflow of a study, or up to one stage, in this process.

    A lock left by a killed run is removed when no process holds it; outputs it left half-made are made again.

    Raises
    ------
    StudyError
        Another run is going on in this study.
    """
    from snakemake.api import SnakemakeApi
    from snakemake.logging import logger
    from snakemake.scheduling.greedy import SchedulerSettings
    from snakemake.settings.enums import Quietness
    from snakemake.settings.types import (
        DAGSettings,
        ExecutionSettings,
        OutputSettings,
        ResourceSettings,
        SchedulingSettings,
    )

    root = study.root.resolve()
    snakefile = root / "Snakefile"
    if not snakefile.is_file():
        raise StudyError(
            "the study has no Snakefile.",
            where="Snakefile",
            hint="Copy the one that `qualcode init` makes in a new folder.",
        )
    begun = time.monotonic()
    listener = _Listener(display, root)
    with _only_run(root):
        try:
            with SnakemakeApi(OutputSettings(quiet={Quietness.ALL}, enable_file_logging=False)) as api:
                for handler in list(logger.handlers):
                    logger.removeHandler(handler)
                logger.addHandler(listener)
                dag = api.workflow(
                    resource_settings=ResourceSettings(cores=cores or os.cpu_count() or 1),
                    snakefile=snakefile,
                    workdir=root,
                ).dag(DAGSettings(targets={until} if until else frozenset(), force_incomplete=True))
                dag.execute_workflow(
                    execution_settings=ExecutionSettings(latency_wait=0),
                    # what the documents wait for longest, and all it needs, goes first (Snakemake makes these in any case)
                    scheduling_settings=SchedulingSettings(
                        scheduler="greedy", prioritytargets=frozenset() if until else frozenset({"topics", "figures"})
                    ),
                    scheduler_settings=SchedulerSettings(),
                    greedy_scheduler_settings=SchedulerSettings(),
                )
        except QualcodeError:
            raise
        except Exception as error:
            user = _user_error(error)
            if user is not None:
                raise user from error
            if not listener.outcome.failed:
                raise
        finally:
            display.stop()
    listener.outcome.seconds = time.monotonic() - begun
    return listener.outcome


def _user_error(error: BaseException | None) -> QualcodeError | None:
    """The user's error behind one of Snakemake's, if there is one."""
    while error is not None:
        if isinstance(error, QualcodeError):
            return error
        error = error.__cause__ or error.__context__
    return None


def explain(outcome: Outcome) -> QualcodeError | None:
    """What a failed run tells the user: every failed stage's own messages, if all of them are the user's to mend."""
    messages: list[str] = []
    for text in outcome.failed.values():
        found = _messages(text)
        if not found:
            return None
        messages += [message for message in found if message not in messages]
    if not messages or (outcome.other and not outcome.failed):
        return None
    return QualcodeError([Problem("", message) for message in messages])


def _messages(log: str) -> list[str]:
    """The `ERROR: …` messages of a stage's log, or none where it ended in a traceback."""
    if "Traceback (most recent call last)" in log or "\nERROR: " not in "\n" + log:
        return []
    return [part.strip("\n") for part in ("\n" + log).split("\nERROR: ")[1:]]


class _only_run:  # noqa: N801  (used as a context manager)
    """Holds the study for one run: a file with this process in it, believed only while that process lives."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.file = root / ".snakemake" / "qualcode-run.json"

    def __enter__(self) -> None:
        import psutil

        if self.file.is_file():
            try:
                held = json.loads(self.file.read_text(encoding="utf-8"))
                other = psutil.Process(int(held["pid"]))
                if abs(other.create_time() - float(held["since"])) < 1 and other.pid != os.getpid():
                    raise StudyError(
                        f"another run is going on in this study (process {other.pid}).",
                        hint="Wait for it, or stop it first.",
                    )
            except (psutil.NoSuchProcess, ValueError, KeyError):
                pass  # the run that wrote it has ended
        self._end_orphans(psutil)
        locks = self.root / ".snakemake" / "locks"
        if locks.is_dir() and any(locks.iterdir()):
            holder = self._snakemake_here(psutil)
            if holder:
                raise StudyError(
                    f"Snakemake is running in this study (process {holder}).", hint="Wait for it, or stop it first."
                )
            for lock in locks.iterdir():
                lock.unlink()
        me = psutil.Process()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({"pid": me.pid, "since": me.create_time()}), encoding="utf-8")

    def __exit__(self, *_: object) -> None:
        self.file.unlink(missing_ok=True)

    def _here(self, process: object) -> bool:
        try:
            return Path(process.cwd()) == self.root  # type: ignore[attr-defined]
        except Exception as error:
            if type(error).__module__.startswith("psutil") or isinstance(error, OSError):
                return False  # gone meanwhile, or somebody else's
            raise

    def _end_orphans(self, psutil: object) -> None:
        """End stages that a killed run has left behind in this study."""
        left = [
            process
            for process in psutil.process_iter(["cmdline", "ppid"])  # type: ignore[attr-defined]
            if _is_stage(process.info["cmdline"] or []) and process.info["ppid"] in (0, 1) and self._here(process)
        ]
        for process in left:
            process.terminate()
        psutil.wait_procs(left, timeout=10)  # type: ignore[attr-defined]

    def _snakemake_here(self, psutil: object) -> int | None:
        for process in psutil.process_iter(["cmdline"]):  # type: ignore[attr-defined]
            words = process.info["cmdline"] or []
            if (
                process.pid != os.getpid()
                and any("snakemake" in Path(word).name for word in words[:3])
                and self._here(process)
            ):
                return int(process.pid)
        return None


def _is_stage(command: list[str]) -> bool:
    names = [Path(word).name for word in command[:4]]
    return "stage" in names and any(name.startswith("qualcode") for name in names)


class PlainDisplay:
    """A line for each stage as it ends: for logs and pipes."""

    def __init__(self, echo: Callable[[str], object]) -> None:
        self.echo, self.begun = echo, time.monotonic()

    def start(self, total: int) -> None:
        self.total = total

    def begin(self, rule: str) -> None:
        pass

    def finish(self, rule: str, seconds: float, done: int, total: int) -> None:
        elapsed = time.monotonic() - self.begun
        self.echo(f"{done:>2} of {total}  {rule:<13} {seconds:6.1f} s   elapsed {elapsed:6.1f} s")

    def stop(self) -> None:
        pass


class BarDisplay:
    """A bar with the stages that are running, done of total and the time: for terminals."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), transient=True
        )
        self.running: list[str] = []
        self.task = self.progress.add_task("starting", total=None)

    def start(self, total: int) -> None:
        self.progress.start()
        self.progress.update(self.task, total=total)

    def begin(self, rule: str) -> None:
        self.running.append(rule)
        self._describe()

    def finish(self, rule: str, seconds: float, done: int, total: int) -> None:
        if rule in self.running:
            self.running.remove(rule)
        self.progress.console.print(f"  [green]✓[/green] {rule:<13} {seconds:6.1f} s", highlight=False)
        self.progress.update(self.task, completed=done)
        self._describe()

    def _describe(self) -> None:
        self.progress.update(self.task, description=", ".join(self.running) or "finishing")

    def stop(self) -> None:
        self.progress.stop()

"""Where the pseudonym key lies, and whether it may lie there: outside the study, and never in version control."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from qualcode.deidentify.key import Key, read_key, too_alike
from qualcode.errors import DeidentifyError, Problem, Problems, QualcodeError
from qualcode.study import Study

ASIDE = "-key"  # the folder beside the study's, STUDY-key/key.csv
KIND = "identifier"  # of the decisions on candidates


def key_path(study: Study) -> Path:
    """Where the key is looked for: `deidentify.key`, from the study's folder; else beside it, `STUDY-key/key.csv`."""
    given = study.config.deidentify.key
    root = study.root.resolve()
    if given:
        return (root / Path(given).expanduser()).absolute()
    return root.parent / f"{root.name}{ASIDE}" / "key.csv"


def shown(study: Study, path: Path) -> str:
    """How messages call the key's file."""
    inside = path.resolve().is_relative_to(study.root.resolve())
    return study.shown(path) if inside else f"{path.parent.name}/{path.name}"


@dataclass
class Looked:
    """The study's key (None where it has none), what stops the run, and what only warns."""

    path: Path
    key: Key | None = None
    problems: Problems = field(default_factory=Problems)
    warnings: list[Problem] = field(default_factory=list)


def look_for_key(study: Study) -> Looked:
    """Read the study's key, and look where it lies. Nothing is raised: `problems` says what is wrong, all at once."""
    path = key_path(study)
    found = Looked(path)
    where = shown(study, path)
    given = bool(study.config.deidentify.key)
    if not path.is_file():
        if given or _was_used(study):
            what = "the pseudonym key is not there, so names cannot be replaced."
            hint = "Bring back the file, or say where it is in deidentify.key (config/study.yaml)."
            if given and not _was_used(study):
                hint += " A first key is made by `qualcode pack identifiers`."
            found.problems.add(where, what, hint)
        return found
    try:
        found.key = read_key(path, shown_as=where)
    except QualcodeError as error:
        found.problems.extend(error)
    if not study.config.deidentify.invented:
        _look_where(study, path, where, found)
    if found.key is not None:
        for row in too_alike(found.key):
            what = "the pseudonym differs from the name by a letter or two."
            found.warnings.append(
                Problem(where, what, "Choose one that has nothing to do with the name.", f"row {row}")
            )
    return found


def study_key(study: Study) -> Key | None:
    """The study's key; None where it has none. Raises DeidentifyError for a key that is wrong or lies in version control."""
    found = look_for_key(study)
    found.problems.raise_if_any(DeidentifyError)
    return found.key


def _was_used(study: Study) -> bool:
    """Whether somebody decided on candidates: then there was a key."""
    return any(is_on_identifiers(path) for path in study.decisions_files)


def is_on_identifiers(path: Path) -> bool:
    """Whether a file of decisions has rows on candidates (whatever parts its cells)."""
    return re.search(rb"\b%s\b" % KIND.encode(), path.read_bytes()) is not None


def _look_where(study: Study, path: Path, where: str, found: Looked) -> None:
    places = dict.fromkeys([path, path.resolve()])
    for place in places:
        state = git_state(place)
        if state == "tracked":
            what = "git tracks the pseudonym key: whoever gets the repository gets the names."
            hint = "Take it out (`git rm --cached FILE`), out of the history too, and keep it outside the study (deidentify.key)."
            found.problems.add(where, what, hint)
            return
        if state == "history":
            what = "the pseudonym key is in git's history: whoever gets the repository gets the names."
            hint = "Take it out of the history (git filter-repo), or start a new repository."
            found.problems.add(where, what, hint)
            return
        if state:
            what = f"git could not be asked whether it tracks the pseudonym key ({state})."
            found.warnings.append(Problem(where, what, "Make sure that it does not."))
    if any(place.is_relative_to(study.root.resolve()) for place in places):
        what = "the pseudonym key lies inside the study: whoever gets the folder gets the names."
        found.warnings.append(Problem(where, what, "Keep it elsewhere, and say where in deidentify.key."))


def git_state(path: Path) -> str:
    """`tracked`, `history` (once committed), "" (git does not know the file), else why git could not be asked."""
    if not any((folder / ".git").exists() for folder in path.parents):
        return ""
    program = shutil.which("git")
    if program is None:
        return "git is not installed"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {"LC_ALL": "C"}

    def ask(*words: str) -> subprocess.CompletedProcess[str]:
        call = [program or "git", "-C", str(path.parent), *words, "--", path.name]
        return subprocess.run(call, capture_output=True, text=True, env=environment, check=False, timeout=60)

    listed = ask("ls-files")
    if listed.returncode:
        return " ".join(listed.stderr.split())[:120] or f"exit status {listed.returncode}"
    if listed.stdout.strip():
        return "tracked"
    logged = ask("log", "--all", "-n", "1", "--format=%h")
    return "history" if logged.returncode == 0 and logged.stdout.strip() else ""

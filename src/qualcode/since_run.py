"""Which files people changed since the last run: what is packed rests on what that run read."""

from __future__ import annotations

import json
from pathlib import Path

from qualcode.files import sha256_file
from qualcode.study import Study
from qualcode.workflow.seen import Seen

TABLES_READ = ("assignments", "participants", "sessions", "speakers")
MEETING = "disagreements.csv"  # what meetings decided: read anew by every pack


def changed_since_run(study: Study, made: Path) -> list[str]:
    """Names of files of the study (transcripts, codings, codebook, tables, settings) that changed since `made` was made.

    A file that is newer counts as changed, unless reports/provenance.json says that the last run read just these bytes, and
    one that the last run saw otherwise, whatever its date; one that provenance of this run names and that is gone counts too.
    """
    provenance = study.reports / "provenance.json"
    read, names = _read_by_run(provenance)
    since = made.stat().st_mtime
    seen, config = Seen(study.root), study.root / "config" / "study.yaml"
    files = [
        *study.transcript_files, *study.codings_files, *study.codings_sidecars, *study.codebook_files,
        *(path for path in study.code_decisions_files if path.name != MEETING),
        *(path for path in map(study.raw_table_file, TABLES_READ) if path is not None),
    ]  # fmt: skip
    newer = [
        path for path in [*files, *([config] if config.is_file() else [])]
        if path.stat().st_mtime > since and sha256_file(path) not in read
    ]  # fmt: skip
    newer += [path for path in files if seen.is_other(study.shown(path))]
    gone = names if provenance.is_file() and provenance.stat().st_mtime >= since else set()
    return sorted({study.shown(path) for path in newer} | {name for name in gone if not (study.root / name).exists()})


def _read_by_run(provenance: Path) -> tuple[set[str], set[str]]:
    """Hashes of all that the last whole run read, and the names of what people wrote for its codings."""
    if not provenance.is_file():
        return set(), set()
    try:
        record = json.loads(provenance.read_text(encoding="utf-8"))
        inputs = [made["inputs"] for made in record["outputs"].values()]
        read = {sha for one in inputs for sha in one.values()} | {record["settings_sha256"]}
        of_codings = record["outputs"].get("data/processed/codings.parquet", {"inputs": {}})["inputs"]
    except (ValueError, KeyError, TypeError):  # of another version, or written by half
        return set(), set()
    return read, {name for name in of_codings if not name.startswith("data/processed/")}

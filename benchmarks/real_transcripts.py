"""The whole line on real transcripts that nobody here wrote: `python benchmarks/real_transcripts.py [FOLDER] [--all]`.

FOLDER holds transcripts in any layout of folders (default: the one that QUALCODE_CORPORA names, else ../shared/corpora beside
the checkout). A new study is made from those in the formats that qualcode reads, without a codebook and without codings, and
run to its end; printed are what was read, the topics, and how long each stage took. Without --all, at most twelve files.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from qualcode.transcripts import ReadOptions, UnreadableError
from qualcode.transcripts.registry import ENDINGS, read


def transcripts(folder: Path) -> list[Path]:
    """The transcripts below a folder, one a name, in name order."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS and _is_one(path))
    return list({path.stem: path for path in found}.values())


def _is_one(path: Path) -> bool:
    """Whether it is a transcript: beside them lie lists that are none."""
    try:
        read(path.read_bytes(), path.name, ReadOptions())
    except UnreadableError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpora"
    parser.add_argument("folder", nargs="?", type=Path, default=Path(os.environ.get("QUALCODE_CORPORA", beside)))
    parser.add_argument("--all", action="store_true", help="all transcripts, not only twelve")
    options = parser.parse_args()
    place = options.folder / "transcripts" if (options.folder / "transcripts").is_dir() else options.folder
    if not place.is_dir():
        sys.exit(f"there is no folder {place}")
    chosen = transcripts(place)
    if not options.all:
        chosen = chosen[:: max(1, len(chosen) // 12)][:12]
    with tempfile.TemporaryDirectory() as temporary:
        study = Path(temporary) / "study"
        qualcode = [sys.executable, "-m", "qualcode"]
        subprocess.run([*qualcode, "init", study], check=True, stdout=subprocess.DEVNULL)
        for path in chosen:
            shutil.copyfile(path, study / "data" / "raw" / "transcripts" / path.name)
        begun = time.perf_counter()
        subprocess.run([*qualcode, "run", "-C", study], check=True, stderr=subprocess.DEVNULL)
        print(f"{len(chosen)} transcripts, {time.perf_counter() - begun:.0f} s\n")
        for table in ("transcripts", "topics"):
            subprocess.run([*qualcode, "show", table, "-C", study], check=True)


if __name__ == "__main__":
    main()

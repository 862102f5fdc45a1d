# ruff: noqa: E501
"""How fast transcripts are read, and how that grows: `python benchmarks/transcripts_speed.py [--sizes 100,1000,10000] [FOLDER]`.

FOLDER holds real transcripts (default: the one that QUALCODE_CORPORA names, else ../shared/corpora beside the checkout).
Printed are, for each format, MB of text a second and the peak of memory (each in a process of its own, over what the empty
process takes); and for 100, 1,000 and 10,000 transcripts, resampled from the real ones (the first line of each says which, so
that no two are the same), the seconds of: a plain loop of the same readers, which keeps nothing; `qualcode run --until transcripts`
(the check, Snakemake, shards in processes of their own, all files written), first, again without a change, and with one file
changed; spaCy's bare tokeniser on the same text; with the slope of log time on log count.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

ENDINGS = (
    ".txt",
    ".md",
    ".docx",
    ".odt",
    ".rtf",
    ".pdf",
    ".html",
    ".vtt",
    ".srt",
    ".otr",
    ".json",
    ".csv",
    ".ods",
    ".xlsx",
)
LEFT = ("meeting001_participants.csv", "filters.csv")  # lists that are no transcripts


def _peak() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def one_format(path: Path, seconds: float) -> None:
    """In a process of its own: read one file again and again for so many seconds; print MB of text a second, peak of memory."""
    from qualcode.transcripts import ReadOptions
    from qualcode.transcripts.canonical import canonical
    from qualcode.transcripts.registry import read

    data = path.read_bytes()
    options = ReadOptions(interviewers=("I", "Q"))
    before = _peak()
    size, times, begun = 0, 0, time.process_time()
    while times < 2 or time.process_time() - begun < seconds:
        text, _ = canonical(read(data, path.name, options)[1].turns)
        size += len(text.encode("utf-8"))
        times += 1
    spent = time.process_time() - begun
    print(f"{len(data) / 1e6:.3f} {size / times / 1e6:.3f} {size / 1e6 / spent:.2f} {(_peak() - before) / 1e6:.0f}")


def formats(text: str, folder: Path) -> dict[str, Path]:
    """One talk of about 1 MB in every format that can be made here, and by LibreOffice where it is."""
    import json
    import shutil

    import openpyxl

    talk = [line.partition(": ")[::2] for line in text.split("\n\n") if ": " in line]
    talk = (talk * (1 + 1_000_000 // max(1, len(text))))[: max(1, int(len(talk) * 1_000_000 / max(1, len(text))))]
    made: dict[str, Path] = {}

    def put(kind: str, data: str | bytes) -> None:
        made[kind] = folder / f"talk.{kind}"
        made[kind].write_bytes(data.encode("utf-8") if isinstance(data, str) else data)

    clock = [f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}" for at in range(0, 5 * len(talk) + 5, 5)]
    put("txt", "\n".join(f"{a}: {b}" for a, b in talk))
    put("md", "\n\n".join(f"**{a}:** {b}" for a, b in talk))
    put(
        "vtt",
        "WEBVTT\n\n"
        + "\n".join(f"{s}.000 --> {s}.900\n<v {a}>{b}</v>\n" for s, (a, b) in zip(clock, talk, strict=False)),
    )
    put(
        "srt",
        "\n".join(
            f"{n}\n{s},000 --> {s},900\n{a}: {b}\n" for n, (s, (a, b)) in enumerate(zip(clock, talk, strict=False), 1)
        ),
    )
    put("otr", json.dumps({"text": "".join(f"<p>{a}: {b}</p>" for a, b in talk).replace("&", "&amp;"), "media": "a"}))
    put(
        "json",
        json.dumps(
            {"segments": [{"speaker": a, "text": b, "start": 5 * n, "end": 5 * n + 1} for n, (a, b) in enumerate(talk)]}
        ),
    )
    put("html", "<html><body>" + "".join(f"<p><b>{a}:</b> {b}</p>" for a, b in talk) + "</body></html>")
    rows = io.StringIO()
    import csv

    csv.writer(rows).writerows([("speaker", "text"), *talk])
    put("csv", rows.getvalue())
    book = openpyxl.Workbook()
    for row in (("speaker", "text"), *talk):
        book.active.append(row)
    book.save(folder / "talk.xlsx")
    made["xlsx"] = folder / "talk.xlsx"
    if shutil.which("soffice"):
        for kind, source in (
            ("docx:MS Word 2007 XML", "txt"),
            ("odt", "txt"),
            ("rtf", "txt"),
            ("pdf", "txt"),
            ("ods", "xlsx"),
        ):
            command = ["soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore"]
            command += ["--infilter=Text (encoded):UTF8,LF,,,"] if source == "txt" else []
            done = subprocess.run(
                [*command, "--convert-to", kind, "--outdir", folder, made[source]], capture_output=True, check=False
            )
            path = folder / f"talk.{kind.split(':')[0]}"
            if done.returncode == 0 and path.is_file():
                made[path.suffix[1:]] = path
    return made


def resampled(files: list[Path], number: int, folder: Path) -> int:
    """`number` transcripts in `folder`, drawn with replacement, each made its own by its first line; bytes in all."""
    rng = random.Random(number)
    size = 0
    for at in range(number):
        path = rng.choice(files)
        data = path.read_bytes()
        if path.suffix in (".txt", ".md"):
            data = data.rstrip() + f"\n\nTranscript {at} of {number}.\n".encode()
        elif path.suffix in (".vtt", ".srt"):
            data = data.rstrip() + f"\n\n9999\n99:00:00,000 --> 99:00:01,000\nTranscript {at}.\n".encode()
        elif zipfile.is_zipfile(path):
            pass  # the same file twice is read once: there are three of these among the real ones
        (folder / f"t{at:05}{path.suffix}").write_bytes(data)
        size += len(data)
    return size


def timed(code: str, *arguments: str | Path) -> tuple[float, float, float]:
    """Seconds, processor seconds and the largest process (MB) of a piece of Python, run in a process of its own, with its own."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile() as told:
        child = subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], stdout=told, stderr=told)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            told.seek(0)
            raise SystemExit(told.read().decode("utf-8", "replace"))
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000


PLAIN = """
import sys
from pathlib import Path
from qualcode.transcripts import ReadOptions
from qualcode.transcripts.canonical import canonical
from qualcode.transcripts.registry import read
for path in sorted(Path(sys.argv[1]).iterdir()):
    canonical(read(path.read_bytes(), path.name, ReadOptions())[1].turns)
"""
RUN = """
import sys
from qualcode.cli import cli
if __name__ == "__main__":
    cli.main(["run", "-C", sys.argv[1], "--until", "transcripts"], standalone_mode=False)
"""
SPACY = """
import sys
from pathlib import Path
import spacy
nlp = spacy.blank("en")
nlp.max_length = 10_000_000
for path in sorted(Path(sys.argv[1]).iterdir()):
    nlp.make_doc(path.read_text(encoding="utf-8"))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    beside = Path(__file__).resolve().parents[2] / "shared" / "corpora"
    parser.add_argument("folder", nargs="?", type=Path, default=Path(os.environ.get("QUALCODE_CORPORA", beside)))
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        one_format(options.one, 2)
        return
    place = options.folder / "transcripts" if (options.folder / "transcripts").is_dir() else options.folder
    files = sorted(p for p in place.rglob("*") if p.suffix in ENDINGS and p.name not in LEFT)
    from qualcode.transcripts import ReadOptions
    from qualcode.transcripts.canonical import canonical
    from qualcode.transcripts.registry import read

    talk = "\n\n".join(
        canonical(read(p.read_bytes(), p.name, ReadOptions())[1].turns)[0] for p in files if "changelog" in p.name
    )
    with tempfile.TemporaryDirectory() as temporary:
        print(f"{'format':7} {'file MB':>8} {'text MB':>8} {'MB text/s':>9} {'peak MB':>8}")
        for kind, path in formats(talk, Path(temporary)).items():
            done = subprocess.run([sys.executable, __file__, "--one", path], capture_output=True, text=True, check=True)
            a, b, c, d = done.stdout.split()
            print(f"{kind:7} {a:>8} {b:>8} {c:>9} {d:>8}", flush=True)
    points: dict[str, list[tuple[int, float, float]]] = {}
    print(
        f"\n{'transcripts':>11} {'MB':>6} {'plain loop':>20} {'run':>20} {'again':>20} {'one changed':>20} {'spaCy':>20}   seconds/processor seconds (peak MB)"
    )
    for number in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as temporary:
            study = Path(temporary)
            subprocess.run([sys.executable, "-m", "qualcode", "init", study], check=True, capture_output=True)
            raw = study / "data" / "raw" / "transcripts"
            size = resampled(files, number, raw)
            plain = timed(PLAIN, raw)
            first = timed(RUN, study)
            again = timed(RUN, study)
            path = min(raw.glob("*.md"))
            path.write_bytes(path.read_bytes() + b"\nAnd one more.\n")
            changed = timed(RUN, study)
            spacy = timed(SPACY, study / "data" / "processed" / "texts")
        row = {"plain loop": plain, "run": first, "again": again, "one changed": changed, "spaCy": spacy}
        for name, (seconds, used, _) in row.items():
            points.setdefault(name, []).append((number, seconds, used))
        shown = " ".join(f"{seconds:6.1f}/{used:6.1f} ({peak:4.0f})" for seconds, used, peak in row.values())
        print(f"{number:11,} {size / 1e6:6.1f} {shown}", flush=True)
    for name, found in points.items():
        if len(found) > 1:
            wall, used = (_slope([(point[0], point[at]) for point in found]) for at in (1, 2))
            print(f"slope of log time on log count, {name}: {wall:.2f} (processor seconds {used:.2f})")


def _slope(points: list[tuple[int, float]]) -> float:
    xs, ys = [math.log(n) for n, _ in points], [math.log(seconds) for _, seconds in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum((x - mx) ** 2 for x in xs)


if __name__ == "__main__":
    main()

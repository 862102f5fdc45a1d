"""How long importing codings takes, against lxml or sqlite3 alone reading the same bytes; and looking passages up by words.

    python benchmarks/codings_import.py [--documents 200] [--codings 200] [--characters 60000] [--quotes 5000] [--repeat 5]
                                        [--only qdpx,qdpx-hard,qda,qda-hard,quotes] [--json FILE]

A made-up project of random words, so nothing in it is anybody's, and a study that has its transcripts:

qdpx, qda            a REFI-QDA project and a QualCoder database whose texts are the study's; every passage is quoted
qdpx-hard, qda-hard  the files' texts are not the study's: names stand in them where the study has pseudonyms, and letters
                     beyond ASCII and the basic plane, so characters, UTF-16 units and bytes differ; in the QDPX also
                     Windows line ends that count two, as NVivo counts
quotes               passages without offsets, in a CSV export of Taguette: `MIX` says how they differ from the text

Measured is all that `qualcode import --dry-run` does once the study's own transcripts and codebook are read: telling the
kind, reading, calibrating, matching, what becomes of each coding, the report. The yardstick reads the same file with the
bare library: all texts as str, and of every coding what the importer uses too, as a tuple. Both run in one process on one
core, by turns, `--repeat` times; medians of the seconds on the processor. Memory is the most that a process held which
does nothing but import.
"""

from __future__ import annotations

import argparse
import csv
import gc
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

SAID = "we had no time at all for the training and then our boss helped us to go on née — with work “again”"
WORDS = SAID.split(" ")
NAMES = ("Janssen", "De Vries", "Rotterdam")
PSEUDONYMS = ("[person 1]", "[person 2]", "[place 1]")
KINDS = {
    "qdpx": "made.qdpx",
    "qdpx-hard": "hard.qdpx",
    "qda": "made.qda",
    "qda-hard": "hard.qda",
    "quotes": "quotes.csv",
}
MIX = {"exact": 60, "white space, line breaks and quote marks changed": 25, "a letter in ten changed": 10, "absent": 5}
CODERS, CODES = ("RB", "KL"), 100


# ---------------------------------------------------------------- the made-up study and files


def make(folder: Path, options: argparse.Namespace) -> None:
    """The study's texts, and every file that is read."""
    random.seed(1)
    texts = [talk(options.characters) for _ in range(options.documents)]
    (folder / "config").mkdir()
    coders = "".join(f"\n  - id: {coder}" for coder in CODERS)
    (folder / "config" / "study.yaml").write_text(f"study: {{title: Benchmark}}\ncoders:{coders}\n", encoding="utf-8")
    (folder / "codebooks" / "made").mkdir(parents=True)
    codes = "".join(f"  - {{id: code_{n}, label: Code {n}, definition: Made up.}}\n" for n in range(CODES))
    book = f"name: made\nversion: 1.0.0\ncodes:\n{codes}"
    (folder / "codebooks" / "made" / "1.0.0.yaml").write_text(book, encoding="utf-8")
    (folder / "texts").mkdir()
    for number, text in enumerate(texts):
        (folder / "texts" / f"T{number}.txt").write_bytes(study_text(text).encode())
    for hard in (False, True):
        own = [text if hard else study_text(text) for text in texts]
        spans = [passages(text, options.codings) for text in own]
        name = "hard" if hard else "made"
        make_qdpx(folder / f"{name}.qdpx", own, spans, windows=hard)
        make_qda(folder / f"{name}.qda", own, spans)
    make_quotes(folder / "quotes.csv", [study_text(text) for text in texts], options.quotes)


def talk(characters: int) -> str:
    """Turns of random words, with names."""
    turns: list[str] = []
    length = 0
    while length < characters:
        words = [f"{random.choice(WORDS)}{random.randint(0, 999)}" for _ in range(random.randint(5, 60))]
        if random.random() < 0.3:
            words[random.randrange(len(words))] = random.choice(NAMES)
        turns.append(f"{'IP'[len(turns) % 2]}: {' '.join(words)}.")
        length += len(turns[-1]) + 2
    return "\n\n".join(["I: 🙂", *turns]) + "\n"


def study_text(text: str) -> str:
    """The text with pseudonyms, and without letters beyond the basic plane."""
    for name, pseudonym in zip(NAMES, PSEUDONYMS, strict=True):
        text = text.replace(name, pseudonym)
    return text.replace("🙂", ":-)")


def passages(text: str, number: int) -> list[tuple[int, int]]:
    found = []
    for _ in range(number):
        start = text.index(" ", random.randint(0, len(text) - 1000)) + 1
        found.append((start, text.index(" ", start + random.randint(20, 300))))
    return found


def guid() -> str:
    return str(uuid.UUID(int=random.getrandbits(128)))


def make_qdpx(path: Path, texts: list[str], spans: list[list[tuple[int, int]]], *, windows: bool) -> None:
    users, codes = [guid() for _ in CODERS], [guid() for _ in range(CODES)]
    parts = ['<?xml version="1.0" encoding="utf-8"?>\n<Project xmlns="urn:QDA-XML:project:1.0" name="b"><Users>']
    parts += [f'<User guid="{user}" name="{name}"/>' for user, name in zip(users, CODERS, strict=True)]
    parts.append("</Users><CodeBook><Codes>")
    parts += [f'<Code guid="{code}" name="Code {n}" isCodable="true"/>' for n, code in enumerate(codes)]
    parts.append("</Codes></CodeBook><Sources>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (text, places) in enumerate(zip(texts, spans, strict=True)):
            source = guid()
            lines = [at for at, character in enumerate(text) if character == "\n"] if windows else []
            archive.writestr(f"sources/{source}.txt", text.replace("\n", "\r\n") if windows else text)
            parts.append(f'<TextSource guid="{source}" name="D{number}" plainTextPath="internal://{source}.txt">')
            for start, end in places:
                first, last = (at + sum(line < at for line in lines) for at in (start, end))
                user = random.choice(users)
                parts.append(
                    f'<PlainTextSelection guid="{guid()}" startPosition="{first}" endPosition="{last}" '
                    f'name={quoteattr(text[start:end][:80])} creatingUser="{user}" creationDateTime="2024-03-04T10:00:00Z">'
                    f'<Coding guid="{guid()}" creatingUser="{user}" creationDateTime="2024-03-04T10:00:00Z">'
                    f'<CodeRef targetGUID="{random.choice(codes)}"/></Coding></PlainTextSelection>\n'
                )
            parts.append("</TextSource>")
        archive.writestr("project.qde", "".join([*parts, "</Sources></Project>"]))


def make_qda(path: Path, texts: list[str], spans: list[list[tuple[int, int]]]) -> None:
    rows = [
        (number + 1, random.randint(1, CODES), text[start:end], start, end, random.choice(CODERS))
        for number, (text, places) in enumerate(zip(texts, spans, strict=True))
        for start, end in places
    ]
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(
            "create table project (databaseversion text); insert into project values ('v9');"
            "create table source (id integer primary key, name text, fulltext text, mediapath text, memo text, owner text,"
            " date text, av_text_id integer, risid integer);"
            "create table code_cat (catid integer primary key, name text, owner text, date text, memo text, supercatid integer);"
            "create table code_name (cid integer primary key, name text, memo text, catid integer, owner text, date text,"
            " color text, supercid integer);"
            "create table code_text (ctid integer primary key, cid integer, fid integer, seltext text, pos0 integer,"
            " pos1 integer, owner text, date text, memo text, avid integer, important integer);"
        )
        database.executemany(
            "insert into code_name (cid, name) values (?, ?)", [(n + 1, f"Code {n}") for n in range(CODES)]
        )
        database.executemany(
            "insert into source (name, fulltext) values (?, ?)", [(f"D{n}", t) for n, t in enumerate(texts)]
        )
        database.executemany(
            "insert into code_text (fid, cid, seltext, pos0, pos1, owner, date, memo)"
            " values (?, ?, ?, ?, ?, ?, '2024-03-04 10:00:00', '')",
            rows,
        )


def make_quotes(path: Path, texts: list[str], number: int) -> None:
    kinds = [kind for kind, share in zip(range(len(MIX)), MIX.values(), strict=True) for _ in range(share)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "document", "tag", "content"])
        for row in range(number):
            document = row % len(texts)
            ((start, end),) = passages(texts[document], 1)
            said = changed(texts[document][start:end], kinds[row * 37 % len(kinds)])
            writer.writerow([row + 1, f"T{document}.txt", f"Code {random.randrange(CODES)}", said])


def changed(quote: str, kind: int) -> str:
    if kind == 1:
        return (
            re.sub(" ", lambda _: random.choice((" ", "  ", "\n", "\u00a0")), quote)
            .replace("“", '"')
            .replace("”", "''")
        )
    if kind == 2:
        return "".join(random.choice("aeiou") if n % 10 == 5 and c.isalpha() else c for n, c in enumerate(quote))
    if kind == 3:
        return " ".join(f"{random.choice(WORDS)}{random.randint(1000, 9999)}" for _ in range(len(quote) // 7))
    return quote


# ---------------------------------------------------------------- what is measured


def processor_time(work: Callable[[], Any]) -> float:
    """Seconds on the processor until the work is done and its memory given back: what lxml frees, the next asks to tidy."""
    begun = time.process_time()
    work()
    bytearray(5000)
    return time.process_time() - begun


def lxml_alone(path: Path) -> tuple[list[str], list[tuple[str | None, ...]]]:
    from lxml import etree

    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read("project.qde"))
        texts = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".txt")]
    rows = []
    for source in root.iter("{*}TextSource"):
        for selection in source:
            start, end, name = selection.get("startPosition"), selection.get("endPosition"), selection.get("name")
            for coding in selection:
                of = (coding.get("guid"), coding.get("creatingUser"), coding.get("creationDateTime"))
                rows.append((start, end, name, *of, coding[0].get("targetGUID")))
    return texts, rows


def sqlite_alone(path: Path) -> tuple[list[Any], list[Any]]:
    with closing(sqlite3.connect(path)) as database:
        texts = database.execute("select id, name, fulltext from source").fetchall()
        rows = database.execute(
            "select ctid, cid, fid, seltext, pos0, pos1, owner, date, memo from code_text"
        ).fetchall()
    return texts, rows


def prepared(folder: Path) -> Callable[[Path], Any]:
    """The importer on a study that was read: what is left of `qualcode import FILE --dry-run`."""
    import pandas as pd

    from qualcode.codebook import load_codebook
    from qualcode.codings import bring_in
    from qualcode.codings.context import Context
    from qualcode.files import sha256
    from qualcode.study import Study
    from qualcode.tables import TABLES

    study = Study.load(folder)
    paths = sorted((folder / "texts").glob("*.txt"))
    texts = {path.stem: path.read_bytes().decode() for path in paths}
    of = [{"transcript": name, "file": f"{name}.txt", "sha256_text": sha256(text)} for name, text in texts.items()]
    turns = [
        {"transcript": name, "turn": number, "start": match.start(), "end": match.end()}
        for name, text in texts.items()
        for number, match in enumerate(re.finditer(r"[^\n]+", text), start=1)
    ]
    codebook = load_codebook(study)
    if codebook is None:
        raise SystemExit("the made-up study has no codebook")
    tables = (TABLES["transcripts"].shape(pd.DataFrame(of)), TABLES["turns"].shape(pd.DataFrame(turns)))

    def run(path: Path) -> Any:
        fresh = Context(study, *tables, texts, TABLES["edits"].empty(), codebook.table())
        assert fresh.carrier is not None  # the codebook's versions are read
        bring_in._context = lambda _: (fresh, None)  # type: ignore[attr-defined,assignment]
        found: dict[str, Any] = {}

        def work() -> None:
            coder = "RB" if path.suffix == ".csv" else ""
            found.update(bring_in.import_codings(study, path, coder=coder, dry_run=True).summary)

        return processor_time(work), found

    return run


def timed(kind: str, folder: Path, repeat: int) -> dict[str, Any]:
    path = folder / KINDS[kind]
    alone = {".qdpx": lxml_alone, ".qda": sqlite_alone}.get(path.suffix)
    run = prepared(folder)
    ours, bare, summary = [], [], {}
    for _ in range(repeat):
        gc.collect()
        if alone is not None:
            bare.append(processor_time(lambda: alone(path)))
            gc.collect()
        seconds, summary = run(path)
        ours.append(seconds)
    return {"import": statistics.median(ours), "alone": statistics.median(bare) if bare else None, "summary": summary}


def memory(kind: str, folder: Path) -> dict[str, Any]:
    """The most that this process held, and what it held of that before the import began (the study, the libraries)."""
    run = prepared(folder)
    before = held("VmRSS")
    run(folder / KINDS[kind])
    return {"megabytes": held("VmHWM"), "before": before}


def held(what: str) -> float:
    status = Path("/proc/self/status")
    if status.is_file():
        return int(re.findall(rf"{what}:\s+(\d+)", status.read_text())[0]) / 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 2**20 if sys.platform == "darwin" else most / 1024


def child(role: str, kind: str, folder: Path, arguments: list[str]) -> dict[str, Any]:
    command = [sys.executable, __file__, *arguments, "--role", role, "--only", kind, "--folder", str(folder)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout or "{}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    for name, default in (
        ("documents", 200),
        ("codings", 200),
        ("characters", 60_000),
        ("quotes", 5000),
        ("repeat", 5),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--only", default=",".join(KINDS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--role", choices=("make", "time", "memory"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help="make the study and the files here, and leave them")
    options = parser.parse_args()
    if options.role:
        if options.role != "make" and hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        if options.role == "make":
            make(options.folder, options)
        else:
            done = (
                timed(options.only, options.folder, options.repeat)
                if options.role == "time"
                else memory(options.only, options.folder)
            )
            print(json.dumps(done))
        return
    numbers = ("documents", "codings", "characters", "quotes", "repeat")
    arguments = [part for name in numbers for part in (f"--{name}", str(getattr(options, name)))]
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "config").is_dir():
            child("make", "", folder, arguments)
        size = f"{options.documents} documents x {options.characters} characters x {options.codings} codings"
        print(
            f"{size}; one core, medians of {options.repeat}; alone: the bare library reads every text and every coding"
        )
        for kind in options.only.split(","):
            result = child("time", kind, folder, arguments) | child("memory", kind, folder, arguments)
            results[kind] = result
            line = f"{kind:10} {result['import']:7.3f} s"
            if result["alone"]:
                with_what = "lxml" if kind.startswith("qdpx") else "sqlite3"
                line += f", {with_what} alone {result['alone']:.3f} s: {result['import'] / result['alone']:.2f} x"
            line += f"; {result['megabytes']:.0f} MB ({result['before']:.0f} MB before)"
            print(f"{line}; {result['summary']['codings']} codings: {result['summary']['anchored']}", flush=True)
            if kind == "quotes":
                print("           of a hundred: " + ", ".join(f"{share} {how}" for how, share in MIX.items()))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

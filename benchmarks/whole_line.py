"""How long the whole line takes, as ratios in one run on one machine.

    python benchmarks/whole_line.py [--repeat 3] [--json FILE]

On fresh copies of the repository's study, medians of `--repeat`:

a  `qualcode run`, everything, against a plain script that does the topics alone: it embeds the same segments with
   fastembed as it comes (same model files, batches of 256) and fits BERTopic as it comes (UMAP, HDBSCAN)
b  `qualcode run` again, nothing changed
c  `qualcode run` after one row was added to a codings file

Memory is the most that a command and all its children held at one time. The plain script's parts that a warm machine
does not pay for (compiling UMAP's dependencies into their cache) are paid before anything is measured.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHANGED = "data/raw/codings/RB_part1.csv"


@dataclass(frozen=True)
class Took:
    """Wall time, processor time of all children together (seconds), and the most memory of the process tree (megabytes)."""

    seconds: float
    processor: float
    megabytes: float


def measure(command: list[str], folder: Path) -> Took:
    """Run a command to its end; stop the benchmark where it fails."""
    import psutil

    begun, used = time.perf_counter(), os.times()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=subprocess.STDOUT, env=environment())
        most, ended = 0.0, threading.Event()

        def watch() -> None:
            nonlocal most
            while not ended.wait(0.1):
                held = 0
                try:
                    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                except psutil.Error:
                    continue
                for member in tree:
                    try:
                        memory = member.memory_full_info() if sys.platform == "linux" else member.memory_info()
                        held += getattr(memory, "pss", 0) or memory.rss
                    except psutil.Error:
                        continue
                most = max(most, held / 2**20)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        status = process.wait()
        seconds, now = time.perf_counter() - begun, os.times()
        processor = now.children_user + now.children_system - used.children_user - used.children_system
        ended.set()
        watcher.join()
        if status:
            output.seek(0)
            sys.exit(f"{' '.join(command)}\nended with {status}:\n{output.read().decode(errors='replace')[-3000:]}")
    return Took(seconds, processor, most)


def environment() -> dict[str, str]:
    """This environment's programs first, and no network."""
    folder = str(Path(sys.executable).parent)
    return {**os.environ, "PATH": folder + os.pathsep + os.environ["PATH"], "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}


def fresh_copy(target: Path) -> Path:
    """The repository's study as a clone has it: nothing made yet."""
    for name in ("config", "codebooks", "data/raw"):
        shutil.copytree(ROOT / name, target / name)
    shutil.copy(ROOT / "Snakefile", target / "Snakefile")
    return target


def change_codings(study: Path, number: int) -> None:
    """One row more in a codings file: another whole transcript gets a code of the file's first row."""
    path = study / CHANGED
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    header, first = rows[0], rows[1]
    place = {name: header.index(name) for name in ("transcript", "start", "end", "text")}
    row = list(first)
    row[place["start"]] = row[place["end"]] = ""
    row[place["text"]] = "*"
    row[place["transcript"]] = sorted({line[place["transcript"]] for line in rows[1:]})[number]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([*rows, row])


def plain_script(study: Path) -> None:
    """What somebody would write who wants topics of the same segments and takes every default."""
    import pandas as pd
    from bertopic import BERTopic
    from fastembed import TextEmbedding

    from qualcode.topics.embed import find_model

    segments = pd.read_parquet(study / "data/processed/topic_segments.parquet")
    texts = {
        name: (study / f"data/processed/texts/{name}.txt").read_bytes().decode("utf-8")
        for name in segments["transcript"].unique()
    }
    spans = zip(segments["transcript"], segments["start"], segments["end"], strict=True)
    documents = [texts[transcript][start:end] for transcript, start, end in spans]
    model = find_model()
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(model.onnx, Path(folder) / "model.onnx")
        shutil.copy(model.tokenizer, Path(folder) / "tokenizer.json")
        settings = {"model_max_length": 256, "pad_token": "[PAD]"}
        (Path(folder) / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
        embedder = TextEmbedding("sentence-transformers/all-MiniLM-L6-v2", specific_model_path=folder)
        vectors = pd.DataFrame(list(embedder.embed(documents))).to_numpy()
    topics, _ = BERTopic().fit_transform(documents, embeddings=vectors)
    print(f"{len(documents)} segments, {len(set(topics) - {-1})} topics, {topics.count(-1)} left over")


def middle(of: list[Took]) -> Took:
    """Median times, most memory."""
    return Took(
        statistics.median(took.seconds for took in of),
        statistics.median(took.processor for took in of),
        max(took.megabytes for took in of),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3, help="times each is measured (default 3)")
    parser.add_argument("--json", type=Path, help="write the numbers there too")
    parser.add_argument("--plain", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        plain_script(options.plain)
        return
    run = [sys.executable, "-m", "qualcode", "run", "-C", "."]
    full: list[Took] = []
    again: list[Took] = []
    changed: list[Took] = []
    plain: list[Took] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.repeat):
            study = fresh_copy(Path(folder) / f"study{number}")
            script = [sys.executable, str(Path(__file__).resolve()), "--plain", "."]
            full.append(measure(run, study))
            if number == 0:
                measure(script, study)  # compiles what umap keeps compiled; not counted
            plain.append(measure(script, study))
            again.append(measure(run, study))
            change_codings(study, number)
            changed.append(measure(run, study))
            print(f"round {number + 1} of {options.repeat} done", file=sys.stderr, flush=True)
    a, b, c, p = middle(full), middle(again), middle(changed), middle(plain)
    lines: list[tuple[str, Took, Took | None, str, str]] = [
        ("plain script: topics alone, by default settings", p, None, "", ""),
        ("a  qualcode run, everything", a, p, "plain", "<= 0.50, <= 1,536 MB"),
        ("b  qualcode run again", b, a, "a", "<= 5 s"),
        ("c  qualcode run, one coding more", c, a, "a", "<= 0.25"),
    ]
    print(f"medians of {options.repeat}; {os.cpu_count()} processors; Python {sys.version.split()[0]}")
    print("ratios of wall time and, less moved by what else the machine does, of processor time\n")
    print(f"{'':<50}{'seconds':>9}{'of cpu':>9}{'MB':>8}  {'ratio':<9}{'of cpu':<9}{'to':<8}aim")
    for name, took, base, to, aim in lines:
        ratios = f"{took.seconds / base.seconds:<9.2f}{took.processor / base.processor:<9.2f}" if base else " " * 18
        print(
            f"{name:<50}{took.seconds:>9.1f}{took.processor:>9.1f}{took.megabytes:>8,.0f}  {ratios}{to:<8}{aim}".rstrip()
        )
    if options.json:
        numbers = {"full": a, "again": b, "changed": c, "plain": p}
        text = json.dumps({name: asdict(took) for name, took in numbers.items()}, indent=2)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""How far suggested topics agree with people's codes, with the transcripts they come from, and with themselves.

    python benchmarks/topics_quality.py [STUDY] [--defaults]

On a study that `qualcode run` has finished (default: this repository's). Adjusted mutual information: 0 chance, 1 the
same. `codes`: each segment's code is the one, of the coder who coded most, that covers most of it; segments without a
code are left out. `transcripts`: high means that topics only tell the interviews apart. `seeds`: between three seeds.
`--defaults` adds BERTopic as it comes (half a minute).
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score

from qualcode import tables
from qualcode.config import Topics
from qualcode.topics import suggest_topics
from qualcode.topics.embed import embed_texts, find_model
from qualcode.transcripts.kept import read_texts

ROOT = Path(__file__).resolve().parents[1]
SETTINGS: dict[str, dict[str, float]] = {
    "as it comes": {},
    "context 0.25": {"context": 0.25},
    "own words only": {"context": 0.0},
    "coarse": {"resolution": 0.5},
    "fine": {"resolution": 2.0},
    "one run": {"runs": 1},
}


def code_of_each(segments: pd.DataFrame, codings: pd.DataFrame) -> list[str]:
    """For each segment the code that covers most of it; empty where none does."""
    coder = codings["coder"].value_counts().index[0]
    spans = codings[(codings["coder"] == coder) & (codings["scope"] == "span")]
    by_transcript = dict(list(spans.groupby("transcript")))
    codes = []
    for line in segments.to_dict("records"):
        here = by_transcript.get(line["transcript"], spans.iloc[:0])
        common = np.minimum(here["end"], line["end"]) - np.maximum(here["start"], line["start"])
        codes.append(str(here["code"].iloc[int(common.argmax())]) if len(here) and common.max() > 0 else "")
    return codes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--defaults", action="store_true")
    options = parser.parse_args()
    processed = options.study / "data/processed"
    turns, texts = tables.read("turns", processed / "turns.parquet"), read_texts(processed / "texts")
    listed = tables.read("transcripts", processed / "transcripts.parquet")
    languages = dict(zip(listed["transcript"], listed["language"], strict=True))
    of = dict(zip(listed["transcript"], listed["translation_of"], strict=True))
    codings = tables.read("codings", processed / "codings.parquet")
    known: dict[str, NDArray[np.float32]] = {}

    def embed(given: list[str]) -> NDArray[np.float32]:
        new = sorted({text for text in given if text not in known})
        if new:
            known.update(zip(new, embed_texts(new, find_model()).vectors, strict=True))
        return np.array([known[text] for text in given])

    def agreement(segments: pd.DataFrame, topics: list[int]) -> tuple[float, float]:
        codes = code_of_each(segments, codings)
        coded = [number for number, code in enumerate(codes) if code]
        with_codes = adjusted_mutual_info_score([codes[i] for i in coded], [topics[i] for i in coded])
        return with_codes, adjusted_mutual_info_score(segments["transcript"], topics)

    print(f"{'':<16}{'topics':>8}{'stable':>8}{'unsure':>8}{'codes':>8}{'transcripts':>13}{'seeds':>8}")
    for name, changed in SETTINGS.items():
        found = [
            suggest_topics(
                turns,
                texts,
                languages,
                settings=Topics.model_validate({**changed, "seed": seed}),
                translation_of=of,
                embed=embed,
            )
            for seed in (1, 2, 3)
        ]
        segments, notes = found[0].topic_segments, found[0].notes
        if segments.empty:
            print(notes["reason"])
            return
        scores = [agreement(one.topic_segments, one.topic_segments["topic"].tolist()) for one in found]
        codes, transcripts = np.mean(scores, axis=0)
        labels = [one.topic_segments["topic"].tolist() for one in found]
        seeds = np.mean([adjusted_mutual_info_score(one, two) for one, two in combinations(labels, 2)])
        stable = "" if notes["stable"] is None else notes["stable"]
        unsure = "" if notes["unsure"] is None else f"{notes['unsure']:.2f}"
        print(
            f"{name:<16}{notes['topics']:>8}{stable:>8}{unsure:>8}{codes:>8.2f}{transcripts:>13.2f}{seeds:>8.2f}",
            flush=True,
        )
    if options.defaults:
        from bertopic import BERTopic
        from umap import UMAP

        spans = zip(segments["transcript"], segments["start"], segments["end"], strict=True)
        documents = [texts[transcript][start:end] for transcript, start, end in spans]
        runs = []
        for seed in (1, 2, 3):
            reduce = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
            runs.append(BERTopic(umap_model=reduce).fit_transform(documents, embeddings=embed(documents))[0])
        codes, transcripts = np.mean([agreement(segments, run) for run in runs], axis=0)
        seeds = np.mean([adjusted_mutual_info_score(one, two) for one, two in combinations(runs, 2)])
        left = np.mean([run.count(-1) / len(run) for run in runs])
        print(
            f"{'BERTopic':<16}{len(set(runs[0]) - {-1}):>8}{'':>16}{codes:>8.2f}{transcripts:>13.2f}{seeds:>8.2f}"
            f"   {left:.0%} without a topic"
        )


if __name__ == "__main__":
    main()

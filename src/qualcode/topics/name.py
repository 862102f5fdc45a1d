"""Groups to words: BERTopic's class-based TF-IDF over groups that are already found."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualcode.stopwords import words_of

WORDS = 10  # for each topic
RARE = 3  # words in fewer segments than this name nothing

# Importing BERTopic imports these, whatever it is handed; it does without (1.3 s and 220 MB instead of 3.3 s and 420 MB,
# and 20 s where umap has never been compiled on this machine).
_NOT_NEEDED = ("umap", "hdbscan", "fastembed", "spacy", "plotly")


class _Found:
    """The cluster step of BERTopic, already done."""

    def __init__(self, labels: NDArray[np.int64], certainty: NDArray[np.float64]) -> None:
        self.labels_, self.probabilities_ = labels, certainty

    def fit(self, _vectors: NDArray[np.float64], y: object = None) -> _Found:
        return self


def topic_words(
    texts: Sequence[str],
    vectors: NDArray[np.float64],
    labels: NDArray[np.int64],
    certainty: NDArray[np.float64],
    *,
    stop: set[str],
    words: int = WORDS,
    rare: int = RARE,
) -> list[list[str]]:
    """The words that set each group apart from the others, best first.

    Parameters
    ----------
    texts, vectors, labels, certainty
        Of each segment; `labels` 0..k-1.
    stop
        Words never taken.
    rare
        Words in fewer segments than this are not taken. (BERTopic's own `min_df` counts topics, not segments, and would
        drop what is peculiar to one.)

    Returns
    -------
    For each label its words, at most `words`; none where no word is left.

    Notes
    -----
    Grootendorst (2022), https://arxiv.org/abs/2203.05794
    """
    k = int(labels.max()) + 1
    counts = Counter(word for text in texts for word in set(words_of(text)))
    vocabulary = sorted(word for word, count in counts.items() if count >= rare and word not in stop)
    if len(vocabulary) < 2:  # one word sets nothing apart (and BERTopic cannot weigh it)
        return [[] for _ in range(k)]
    with _without(_NOT_NEEDED):
        from bertopic import BERTopic
        from bertopic.backend import BaseEmbedder
        from bertopic.dimensionality import BaseDimensionalityReduction
        from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer

    model = BERTopic(
        language="multilingual",  # else every letter beyond a-z is dropped
        top_n_words=words,
        embedding_model=BaseEmbedder(),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=_Found(labels, certainty),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),  # all interviews are on one subject
        vectorizer_model=CountVectorizer(
            tokenizer=words_of, token_pattern=None, lowercase=False, min_df=1, vocabulary=vocabulary
        ),
    )
    numbers, _ = model.fit_transform(list(texts), embeddings=np.asarray(vectors))
    theirs = _renumbered(labels, numbers)
    ranked: list[list[str]] = []
    for label in range(k):
        scored: list[Any] = model.get_topic(theirs[label]) or []
        ranked.append([str(word) for word, _score in scored if word])
    return ranked


def _renumbered(labels: NDArray[np.int64], numbers: Sequence[int]) -> dict[int, int]:
    """BERTopic numbers topics by size, ties in no promised order: which of its numbers is which of ours, by content."""
    theirs: dict[int, int] = {}
    for label, number in zip(labels.tolist(), numbers, strict=True):
        if theirs.setdefault(label, int(number)) != int(number):
            raise RuntimeError("BERTopic has changed the groups that it was to name")
    return theirs


@contextmanager
def _without(names: Sequence[str]) -> Iterator[None]:
    """Within, these packages cannot be imported for the first time; after it they can."""
    blocked = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(blocked))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in blocked:
            sys.modules.pop(name, None)

"""Vectors to groups: a nearest-neighbour graph, Louvain communities, and what many runs on parts of the data agree on.

Pure functions of numbers. The method and every constant come from a comparison on coded interview studies: density
clustering after UMAP leaves a fifth to a third of so few segments unlabelled and changes from seed to seed; communities
of a neighbour graph label all and come back, and how often they come back is worth telling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SHARE = 0.8  # of the segments in each run
TOGETHER = 0.3  # pairs that shared a topic in fewer of their runs are not linked in the end
BLOCK = 500  # rows of the similarity matrix at once


@dataclass(frozen=True)
class Groups:
    """What the runs agree on.

    `labels` the group of each row, 0 the largest (ties: the one with the first row); `stability` of each group, mean
    over the runs of its best Jaccard index with any group of the run; `certainty` of each row, the share of the runs
    holding it in which it fell into the group that matches its own. NaN where there was but one run.
    """

    labels: Whole
    stability: Floats
    certainty: Floats
    runs: int


@dataclass(frozen=True)
class Edges:
    """An undirected graph over rows 0..n-1: `a` < `b`, each pair once, sorted; `weight` above 0."""

    n: int
    a: Whole
    b: Whole
    weight: Floats


def with_context(vectors: Floats, before: Whole, after: Whole, *, weight: float) -> Floats:
    """Each row plus `weight` times the rows before and after it, brought to length 1.

    Parameters
    ----------
    vectors
        rows x dimensions.
    before, after
        Row number of each row's neighbours, -1 where there is none.
    """
    vectors = np.asarray(vectors, dtype=np.float64)
    padded = np.vstack([vectors, np.zeros((1, vectors.shape[1]))])  # row -1 is nothing
    return _unit(vectors + weight * (padded[before] + padded[after]))


def consensus_groups(
    vectors: Floats, *, neighbours: int = 10, resolution: float = 1.0, runs: int = 20, seed: int = 1
) -> Groups:
    """Group rows by meaning: the recipe in one call.

    Parameters
    ----------
    vectors
        rows x dimensions, each row of length 1, in the order of their ids: networkx's Louvain depends on it.
    neighbours
        Neighbours of each row in the graph.
    resolution
        Louvain's: 0.5 coarse, 1 normal, 2 fine.
    runs
        Runs on a random 80 % of the rows; 1 groups all rows once, without stability and certainty.
    seed
        Of the samples and of Louvain.

    Notes
    -----
    Blondel et al. (2008), https://doi.org/10.1088/1742-5468/2008/10/P10008 (Louvain); Lancichinetti & Fortunato (2012),
    https://doi.org/10.1038/srep00336 (consensus); Hennig (2007), https://doi.org/10.1016/j.csda.2006.11.025 (stability).
    """
    n = len(vectors)
    if n == 0:
        return Groups(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), 0)
    index, distance = nearest(vectors, min(n - 1, max(30, 3 * neighbours)))
    everything = np.ones(n, dtype=bool)
    full = fuzzy_graph(index, distance, everything, neighbours=neighbours)
    least = smallest_group(n)
    seeds = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(runs + 1)]
    if runs == 1:
        labels = by_size(_communities(full, full, resolution, seeds[0], least))
        return Groups(labels, np.full(labels.max() + 1, np.nan), np.full(n, np.nan), 1)
    found = np.full((runs, n), -1, dtype=np.int64)
    for run, random in enumerate(seeds[:runs]):
        present = np.zeros(n, dtype=bool)
        present[random.permutation(n)[: max(2, round(SHARE * n))]] = True
        part = _only(fuzzy_graph(index, distance, present, neighbours=neighbours), present)
        found[run, present] = by_size(_communities(part, part, resolution, random, smallest_group(int(present.sum()))))
    share = _together(found, full)
    keep = share >= TOGETHER
    linked = Edges(n, full.a[keep], full.b[keep], (full.weight * share)[keep])
    labels = by_size(_communities(linked, full, resolution, seeds[runs], least))
    stability, certainty = agreement_of_runs(labels, found)
    return Groups(labels, stability, certainty, runs)


def smallest_group(n: int) -> int:
    """The fewest rows that a group may have: 5, or 1 % of all."""
    return max(5, -(-n // 100))


def nearest(vectors: Floats, k: int) -> tuple[Whole, Floats]:
    """The `k` nearest other rows of each row, nearest first (ties: lower row first), and their cosine distances."""
    n = len(vectors)
    index = np.zeros((n, k), dtype=np.int64)
    distance = np.zeros((n, k))
    for first in range(0, n if k else 0, BLOCK):
        rows = np.arange(first, min(n, first + BLOCK))
        near = 1.0 - vectors[rows] @ vectors.T
        near[np.arange(len(rows)), rows] = np.inf
        chosen = np.sort(np.argpartition(near, k - 1, axis=1)[:, :k], axis=1) if k < n - 1 else _others(rows, n)
        far = np.take_along_axis(near, chosen, axis=1)
        order = np.argsort(far, axis=1, kind="stable")
        index[rows] = np.take_along_axis(chosen, order, axis=1)
        distance[rows] = np.maximum(np.take_along_axis(far, order, axis=1), 0.0)
    return index, distance


def fuzzy_graph(index: Whole, distance: Floats, present: NDArray[np.bool_], *, neighbours: int) -> Edges:
    """UMAP's graph over the rows that are present: their first `neighbours` present neighbours, weighted.

    A neighbour weighs exp(-(d - d_nearest) / s), with s such that a row's weights sum to log2(neighbours); the two
    directions a and b of a pair become a + b - ab (McInnes, Healy & Melville 2018, https://arxiv.org/abs/1802.03426).
    """
    rows = np.flatnonzero(present)
    here = present[index[rows]]
    here &= np.cumsum(here, axis=1) <= neighbours
    far = np.where(here, distance[rows], np.inf)
    closest = far.min(axis=1, keepdims=True, initial=np.inf)
    gap = np.where(here, far - np.where(np.isfinite(closest), closest, 0.0), np.inf)
    weight = np.exp(-gap / _scales(gap, np.log2(max(neighbours, 2)))[:, None])
    at, column = np.nonzero(weight > 0)
    from_row, to_row, one_way = rows[at], index[rows[at], column], weight[at, column]
    a, b = np.minimum(from_row, to_row), np.maximum(from_row, to_row)
    order = np.lexsort((from_row, b, a))
    a, b, one_way = a[order], b[order], one_way[order]
    twice = np.zeros(len(a), dtype=bool)
    twice[1:] = (a[1:] == a[:-1]) & (b[1:] == b[:-1])
    other = np.zeros(len(a))
    other[:-1][twice[1:]] = one_way[1:][twice[1:]]
    both = (one_way + other - one_way * other)[~twice]
    return Edges(len(index), a[~twice], b[~twice], both)


def louvain(edges: Edges, *, resolution: float, seed: int) -> Whole:
    """The community of each row; numbers without meaning."""
    import networkx

    graph: networkx.Graph = networkx.Graph()
    graph.add_nodes_from(range(edges.n))
    graph.add_weighted_edges_from(zip(edges.a.tolist(), edges.b.tolist(), edges.weight.tolist(), strict=True))
    labels = np.zeros(edges.n, dtype=np.int64)
    found = networkx.community.louvain_communities(graph, weight="weight", resolution=resolution, seed=seed)
    for number, members in enumerate(found):
        labels[list(members)] = number
    return labels


def merge_small(labels: Whole, edges: Edges, *, least: int) -> Whole:
    """Join every group of fewer than `least` rows, smallest first, to the group that it is linked to best."""
    labels = labels.copy()
    stuck: set[int] = set()
    while True:
        names, sizes = np.unique(labels, return_counts=True)
        small = [(size, int(np.argmax(labels == name)), name) for name, size in zip(names, sizes, strict=True)]
        small = [item for item in small if item[0] < least and int(item[2]) not in stuck]
        if not small or len(names) == 1:
            return labels
        name = min(small)[2]
        links: dict[int, float] = {}
        for inside, outside in ((edges.a, edges.b), (edges.b, edges.a)):
            crossing = (labels[inside] == name) & (labels[outside] != name)
            for other in np.unique(labels[outside[crossing]]):
                weight = edges.weight[crossing & (labels[outside] == other)].sum()
                links[int(other)] = links.get(int(other), 0.0) + float(weight)
        if not links:
            stuck.add(int(name))
            continue
        labels[labels == name] = max(links, key=lambda other: (links[other], -other))


def by_size(labels: Whole) -> Whole:
    """Groups numbered by size, 0 the largest; ties: the group with the first row comes first."""
    names, first, inverse, sizes = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    number = np.empty(len(names), dtype=np.int64)
    number[order] = np.arange(len(names))
    return number[inverse]


def agreement_of_runs(labels: Whole, found: Whole) -> tuple[Floats, Floats]:
    """Stability of each group and certainty of each row over runs.

    Parameters
    ----------
    labels
        The final group of each row, 0..k-1.
    found
        runs x rows: the group of each row in each run, -1 where the run does not hold it.

    Returns
    -------
    stability (k) and certainty (rows); NaN for a group or row that no run holds.
    """
    from scipy.optimize import linear_sum_assignment

    k, (runs, n) = int(labels.max()) + 1, found.shape
    best = np.full((runs, k), np.nan)
    hits, held = np.zeros(n), (found >= 0).sum(axis=0)
    for run in range(runs):
        rows = np.flatnonzero(found[run] >= 0)
        mine, theirs = labels[rows], found[run, rows]
        common = np.zeros((k, int(theirs.max()) + 1))
        np.add.at(common, (mine, theirs), 1)
        union = common.sum(axis=1, keepdims=True) + common.sum(axis=0, keepdims=True) - common
        jaccard = np.divide(common, union, out=np.zeros_like(common), where=union > 0)
        there = common.sum(axis=1) > 0
        best[run, there] = jaccard[there].max(axis=1)
        match = np.full(k, -1)
        left, right = linear_sum_assignment(jaccard, maximize=True)
        match[left] = np.where(jaccard[left, right] > 0, right, -1)
        hits[rows] += match[mine] == theirs
    counts = (~np.isnan(best)).sum(axis=0)
    stability = np.divide(np.nansum(best, axis=0), counts, out=np.full(k, np.nan), where=counts > 0)
    certainty = np.divide(hits, held, out=np.full(n, np.nan), where=held > 0)
    return stability, certainty


def nearest_to_centre(vectors: Floats) -> Whole:
    """Rows in order of their closeness to the centre of all of them (cosine; ties: lower row first)."""
    near = _unit(vectors) @ _unit(vectors.sum(axis=0, keepdims=True))[0]
    return np.argsort(-np.round(near, 9), kind="stable")


# ---------------------------------------------------------------- helpers


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors, dtype=np.float64), where=length > 0)


def _others(rows: Whole, n: int) -> Whole:
    every = np.arange(n)
    return np.stack([every[every != row] for row in rows])


def _scales(gap: Floats, target: float) -> Floats:
    """For each row the s with sum(exp(-gap / s)) = target, by bisection; gaps of absent neighbours are infinite."""
    low, high = np.full(len(gap), 1e-6), np.full(len(gap), 1e3)
    for _ in range(64):
        middle = np.sqrt(low * high)
        over = np.exp(-gap / middle[:, None]).sum(axis=1) > target
        high = np.where(over, middle, high)
        low = np.where(over, low, middle)
    return np.sqrt(low * high)


def _only(edges: Edges, present: NDArray[np.bool_]) -> Edges:
    number = np.cumsum(present) - 1
    return Edges(int(present.sum()), number[edges.a], number[edges.b], edges.weight)


def _communities(edges: Edges, links: Edges, resolution: float, random: np.random.Generator, least: int) -> Whole:
    labels = louvain(edges, resolution=resolution, seed=int(random.integers(2**31)))
    return merge_small(merge_small(labels, edges, least=least), links, least=least)


def _together(found: Whole, edges: Edges) -> Floats:
    """Of the runs that hold both ends of an edge, the share in which they were in one group; 0 where none holds both."""
    one, two = found[:, edges.a], found[:, edges.b]
    held = (one >= 0) & (two >= 0)
    counts = held.sum(axis=0)
    return np.divide((held & (one == two)).sum(axis=0), counts, out=np.zeros(len(edges.a)), where=counts > 0)

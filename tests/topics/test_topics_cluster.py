"""Groups of vectors: planted ones come back, and how sure that is is told."""

import networkx
import numpy as np
import pytest

from qualcode.topics.cluster import (
    Edges,
    agreement_of_runs,
    by_size,
    consensus_groups,
    fuzzy_graph,
    louvain,
    merge_small,
    nearest,
    nearest_to_centre,
    smallest_group,
    with_context,
)


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def planted(sizes, *, dimensions=16, noise=0.08, seed=3):
    """Points around one axis a group, in shuffled order; with the group of each."""
    random = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    random.shuffle(labels)
    return unit(np.eye(dimensions)[labels] + random.normal(0, noise, (len(labels), dimensions))), labels


def same_partition(one, two):
    return len(set(zip(one, two, strict=True))) == len(set(one)) == len(set(two))


def test_planted_groups_come_back_and_are_stable_and_certain():
    vectors, truth = planted([40, 30, 25, 15])
    found = consensus_groups(vectors, runs=10)
    assert same_partition(found.labels, truth)
    assert found.stability == pytest.approx(np.ones(4))
    assert found.certainty == pytest.approx(np.ones(110))


def test_groups_are_numbered_by_size():
    vectors, _ = planted([15, 30, 20, 25])
    assert np.bincount(consensus_groups(vectors, runs=5).labels).tolist() == [30, 25, 20, 15]


def test_two_runs_give_the_same_numbers_to_the_last_bit():
    vectors = unit(np.random.default_rng(1).normal(size=(150, 20)))
    one, two = consensus_groups(vectors, seed=4), consensus_groups(vectors, seed=4)
    assert one.labels.tobytes() == two.labels.tobytes()
    assert one.stability.tobytes() == two.stability.tobytes()
    assert one.certainty.tobytes() == two.certainty.tobytes()


def test_points_between_two_groups_are_less_certain():
    random = np.random.default_rng(5)
    axes = np.eye(12)
    centres = np.vstack([np.repeat(axes[:4], 40, axis=0), np.repeat((axes[:1] + axes[1:2]) / 2, 8, axis=0)])
    vectors = unit(centres + random.normal(0, 0.12, centres.shape))
    certainty = consensus_groups(vectors, runs=20).certainty
    assert certainty[160:].mean() < certainty[:160].mean() - 0.1


def test_noise_is_less_stable_than_planted_groups():
    noise = consensus_groups(unit(np.random.default_rng(2).normal(size=(160, 30))), runs=10)
    real = consensus_groups(planted([40, 40, 40, 40], noise=0.1)[0], runs=10)
    assert noise.stability.mean() < 0.6 < 0.95 < real.stability.mean()


def test_one_run_groups_all_and_says_nothing_of_stability():
    vectors, truth = planted([30, 30, 30])
    found = consensus_groups(vectors, runs=1)
    assert same_partition(found.labels, truth)
    assert np.isnan(found.stability).all() and len(found.stability) == 3
    assert np.isnan(found.certainty).all() and len(found.certainty) == 90


def test_finer_resolution_gives_more_groups():
    vectors = unit(np.random.default_rng(7).normal(size=(300, 10)))
    coarse, fine = (consensus_groups(vectors, runs=5, resolution=r).labels.max() for r in (0.5, 2.0))
    assert coarse < fine


def test_stability_and_certainty_match_an_example_worked_by_hand():
    # final groups {0,1,2} and {3,4,5}; run one holds rows 0-3 as {0,1} {2,3}; run two holds all, as in the end
    labels = np.array([0, 0, 0, 1, 1, 1])
    found = np.array([[0, 0, 1, 1, -1, -1], [1, 1, 1, 0, 0, 0]])
    stability, certainty = agreement_of_runs(labels, found)
    # run one: {0,1,2} against {0,1}: 2/3; {3} against {2,3}: 1/2. run two: 1 and 1
    assert stability == pytest.approx([(2 / 3 + 1) / 2, (1 / 2 + 1) / 2])
    # row 2 was in the other group in one of its two runs; rows 4 and 5 were held once
    assert certainty == pytest.approx([1, 1, 0.5, 1, 1, 1])


def test_groups_are_matched_one_to_one():
    # one group of the run cannot stand for two of the final ones: {0,1,2} takes it (3/5), {3,4} gets none
    labels = np.array([0, 0, 0, 1, 1])
    stability, certainty = agreement_of_runs(labels, np.array([[0, 0, 0, 0, 0]]))
    assert stability == pytest.approx([3 / 5, 2 / 5])
    assert certainty.tolist() == [1, 1, 1, 0, 0]


def test_a_row_no_run_holds_has_no_certainty():
    _, certainty = agreement_of_runs(np.array([0, 0, 0]), np.array([[0, 0, -1]]))
    assert certainty[:2].tolist() == [1, 1] and np.isnan(certainty[2])


def test_louvain_reaches_the_published_modularity_of_the_karate_club():
    club = networkx.karate_club_graph()
    pairs = np.array(sorted((min(a, b), max(a, b)) for a, b in club.edges()))
    labels = louvain(Edges(34, pairs[:, 0], pairs[:, 1], np.ones(len(pairs))), resolution=1.0, seed=1)
    groups = [set(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)]
    # Blondel et al. 2008, table 1: .42, here rounded to two decimals too
    assert round(networkx.community.modularity(club, groups, weight=None), 2) == 0.42


def test_nearest_neighbours_are_in_order_and_never_oneself():
    angles = np.radians([0, 10, 30, 60])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    index, distance = nearest(vectors, 2)
    assert index.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert distance[0] == pytest.approx(1 - np.cos(np.radians([10, 30])))


def test_nearest_neighbours_are_the_same_across_blocks():
    vectors = unit(np.random.default_rng(3).normal(size=(1200, 8)))
    index, _ = nearest(vectors, 10)
    for row in (0, 499, 500, 1199):
        near = 1 - vectors @ vectors[row]
        near[row] = 9
        assert index[row].tolist() == np.argsort(near, kind="stable")[:10].tolist()


def test_fuzzy_weights_of_a_row_sum_to_log2_of_the_neighbours():
    # one way only: row 0 has neighbours 1..4, nobody has row 0
    index = np.array([[1, 2, 3, 4], [2, 3, 4, 2], [1, 3, 4, 1], [1, 2, 4, 1], [1, 2, 3, 1]])
    distance = np.array([[0.1, 0.2, 0.4, 0.5]] + [[0.1, 0.1, 0.1, 0.1]] * 4)
    edges = fuzzy_graph(index, distance, np.ones(5, bool), neighbours=4)
    of_zero = edges.weight[edges.a == 0]
    assert of_zero.sum() == pytest.approx(np.log2(4))
    assert of_zero[0] == pytest.approx(1)  # the nearest always
    assert np.log(of_zero[1]) / np.log(of_zero[3]) == pytest.approx(0.1 / 0.4)  # exp(-(d - d_nearest) / s)


def test_two_directions_of_a_pair_become_a_plus_b_minus_ab():
    # each of two rows is the other's nearest: 1 + 1 - 1 = 1; the pairs come once, sorted
    vectors = unit(np.random.default_rng(4).normal(size=(60, 6)))
    index, distance = nearest(vectors, 30)
    edges = fuzzy_graph(index, distance, np.ones(60, bool), neighbours=10)
    pairs = list(zip(edges.a.tolist(), edges.b.tolist(), strict=True))
    assert pairs == sorted(set(pairs)) and all(a < b for a, b in pairs)
    assert ((edges.weight > 0) & (edges.weight <= 1)).all()
    for row in range(60):
        first = index[row, 0]
        at = pairs.index((min(row, first), max(row, first)))
        assert edges.weight[at] == pytest.approx(1)


def test_absent_rows_are_passed_over_for_the_next_neighbour():
    angles = np.radians([0, 1, 3, 6, 10])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    index, distance = nearest(vectors, 4)
    present = np.array([True, False, True, True, True])
    edges = fuzzy_graph(index, distance, present, neighbours=2)
    assert 1 not in {*edges.a.tolist(), *edges.b.tolist()}
    assert (0, 3) in set(zip(edges.a.tolist(), edges.b.tolist(), strict=True))


def test_a_small_group_joins_the_one_it_is_linked_to_best():
    labels = np.array([0] * 5 + [1] * 5 + [2])
    edges = Edges(11, np.array([0, 5, 6]), np.array([10, 10, 10]), np.array([0.5, 0.3, 0.3]))
    assert merge_small(labels, edges, least=5).tolist() == [0] * 5 + [1] * 6


def test_a_small_group_without_links_stays():
    labels = np.array([0] * 5 + [1])
    nothing = Edges(6, np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    assert merge_small(labels, nothing, least=5).tolist() == labels.tolist()


@pytest.mark.parametrize(("n", "least"), [(80, 5), (500, 5), (501, 6), (1200, 12)])
def test_the_smallest_group_is_five_or_one_percent(n, least):
    assert smallest_group(n) == least


def test_ties_in_size_go_by_the_first_row():
    assert by_size(np.array([7, 3, 3, 7, 9, 9, 9])).tolist() == [1, 2, 2, 1, 0, 0, 0]


def test_context_adds_the_rows_before_and_after():
    vectors = np.eye(3)
    mixed = with_context(vectors, np.array([-1, 0, 1]), np.array([1, 2, -1]), weight=0.5)
    # row 1: (.5, 1, .5) / sqrt(1.5); row 0 has no row before: (1, .5, 0) / sqrt(1.25)
    assert mixed[1] == pytest.approx(np.array([0.5, 1, 0.5]) / 1.5**0.5)
    assert mixed[0] == pytest.approx(np.array([1, 0.5, 0]) / 1.25**0.5)
    assert with_context(vectors, np.array([-1, 0, 1]), np.array([1, 2, -1]), weight=0.0) == pytest.approx(vectors)


def test_the_row_in_the_middle_is_nearest_to_the_centre():
    angles = np.radians([0, 40, 90])
    assert nearest_to_centre(np.column_stack([np.cos(angles), np.sin(angles)]))[0] == 1

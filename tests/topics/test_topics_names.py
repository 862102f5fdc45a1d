"""Topic words: what sets a group apart, without stop words and fillers."""

import subprocess
import sys

import numpy as np
import pytest

from qualcode.stopwords import all_stop_words, stop_words, words_of
from qualcode.topics.name import topic_words


def named(groups, *, stop=frozenset(), rare=2):
    """The words of groups of texts."""
    texts = [text for group in groups for text in group]
    labels = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    vectors = np.random.default_rng(0).normal(size=(len(texts), 4))
    return topic_words(texts, vectors, labels, np.ones(len(texts)), stop=set(stop), rare=rare)


def test_the_words_of_a_group_are_those_that_the_others_lack():
    garden = ["the tulips want water", "the tulips want water", "the tulips and roses", "roses want the sun"]
    kitchen = ["the kettle wants water", "the kettle boils", "boils the kettle soup"]
    first, second = named([garden, kitchen], stop={"the", "and", "want", "wants"})
    # sqrt(share of the group's words) * log(1 + 6.5 words a group / count in all): roses sqrt(2/7) log(1 + 6.5/2) = .773,
    # tulips sqrt(3/7) log(1 + 6.5/3) = .755, water .616; boils sqrt(2/6) log(1 + 6.5/2) = .835, kettle .815, water .471
    assert first == ["roses", "tulips", "water"]
    assert second == ["boils", "kettle", "water"]


def test_words_in_one_segment_only_name_nothing():
    assert named([["apple apple apple pear", "pear plum"], ["plum fig", "fig date"]]) == [
        ["pear", "plum"],
        ["fig", "plum"],
    ]


def test_each_group_keeps_its_own_words_where_sizes_tie():
    groups = [[f"{word} shared", f"{word} shared"] for word in ("zebra", "ant", "mole", "bee")]
    assert [words[0] for words in named(groups)] == ["zebra", "ant", "mole", "bee"]


def test_a_group_whose_words_are_all_stop_words_has_none():
    assert named([["yes yes no", "yes no"], ["apple pear apple", "apple pear"]], stop={"yes"}) == [
        [],
        ["pear", "apple"],
    ]
    assert named([["so it is", "so it is"], ["or pear", "or pear"]]) == [[], []]


def test_at_most_ten_words_are_given():
    text = " ".join(f"word{letter}" for letter in "abcdefghijklmnop")
    assert [len(words) for words in named([[text, text], ["other", "other"]])] == [10, 1]


def test_letters_beyond_english_are_kept():
    first, _ = named([["vergütung für ärzte", "vergütung für ärzte"], ["zeit", "zeit"]], stop={"für"})
    assert set(first) == {"vergütung", "ärzte"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We'll see, they don’t and the patient's X-ray", ["see", "they", "and", "the", "patient", "ray"]),
        ("L'école, c’est l'hôpital", ["école", "est", "hôpital"]),
        ("3 times 2nd e-learning IT", ["times", "learning"]),
        (
            "[laughs] Yes (door slams twice) but [what follows was said in Dutch]",
            ["yes", "but", "what", "follows", "was", "said", "dutch"],
        ),
    ],
)
def test_words_are_letters_without_contractions(text, words):
    assert words_of(text) == words


def test_english_fillers_and_spacys_list_are_stop_words():
    english = stop_words("en")
    assert {"the", "because", "um", "gonna", "yeah", "kinda"} <= english
    assert not {"therapist", "training", "funding"} & english
    assert stop_words("en-GB") == english


def test_dutch_german_and_portuguese_have_lists():
    assert {"het", "eigenlijk"} <= stop_words("nl")
    assert {"nicht", "halt"} <= stop_words("de")
    assert {"não", "tipo"} <= stop_words("pt")


def test_a_language_without_a_list_is_named():
    words, unknown = all_stop_words(["en", "xq"], ["Vendor"])
    assert unknown == ["xq"] and {"the", "vendor", "uh"} <= words


def test_naming_imports_neither_umap_nor_spacy_and_leaves_them_importable():
    script = (
        "import sys, numpy as np\n"
        "from qualcode.topics.name import topic_words\n"
        "topic_words(['pear plum', 'pear plum'], np.eye(2), np.array([0, 0]), np.ones(2), stop=set(), rare=1)\n"
        "assert 'bertopic' in sys.modules\n"
        "heavy = [name for name in ('umap', 'numba', 'hdbscan', 'fastembed', 'spacy', 'plotly', 'torch') if name in sys.modules]\n"
        "assert not heavy, heavy\n"
        "import spacy\n"
        "spacy.blank('en')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

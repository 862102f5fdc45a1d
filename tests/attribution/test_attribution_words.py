"""Which stretches a span holds a whole word of, against looking at each word."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qualcode.coverage import Words
from qualcode.words import word_spans


@given(
    text=st.text("ab_é1 -'’.\n\u0301\U0001d400", max_size=60),
    cuts=st.lists(st.integers(0, 60), max_size=8),
    spans=st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8),
)
def test_a_span_holds_the_stretches_of_which_it_covers_a_whole_word(text, cuts, spans):
    ends = sorted(cuts)  # some beyond the text, some stretches empty
    stretches = list(zip(ends[::2], ends[1::2], strict=False))
    held = Words(stretches, text).held_by_each(
        np.array([start for start, _ in spans], dtype="int64"), np.array([end for _, end in spans], dtype="int64")
    )
    for (start, end), numbers in zip(spans, held, strict=True):
        assert numbers.tolist() == [
            number
            for number, stretch in enumerate(stretches)
            if any(start <= first and last <= end for first, last in word_spans(text, *stretch))
        ]

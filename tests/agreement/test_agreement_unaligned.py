"""Before codes of a coder's own are aligned there is no agreement with that coder, and silence there means nothing."""

from __future__ import annotations

import pandas as pd
import pytest

from qualcode.agreement import agreement_tables
from qualcode.codings.align import with_unaligned
from qualcode.consensus import find_disagreements, make_consensus
from qualcode.tables import TABLES

WORDS = 10
TEXT = " ".join(["word"] * WORDS)  # every word a unit of four letters
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": n, "code": code, "label": code.title(), "kind": "code", "version": "1.0.0"}
        for n, code in enumerate(["time", "trust"], start=1)
    ]
)
NONE = TABLES["decisions"].empty()


def assigned(*coders: str) -> pd.DataFrame:
    return TABLES["assignments"].shape([{"transcript": "T", "coder": who, "done": "yes"} for who in coders])


def span(word: int) -> dict[str, object]:
    return {"transcript": "T", "scope": "span", "start": word * 5, "end": word * 5 + 4, "origin": "human"}


def coded(*rows: tuple[str, str, int]) -> pd.DataFrame:
    """Codings as (coder, code, word)."""
    return TABLES["codings"].shape(
        [span(w) | {"coding": f"{c}{w}{code}", "coder": c, "code": code, "anchored": "as_given"} for c, code, w in rows]
    )


def waiting(*rows: tuple[str, int]) -> pd.DataFrame:
    """Codings under own codes as (coder, word), as agreement and consensus are given them."""
    own = TABLES["unaligned"].shape([span(w) | {"coding": f"{c}{w}", "coder": c, "why": "own"} for c, w in rows])
    return with_unaligned(TABLES["splits"].empty(), own)


def agreement(
    codings: pd.DataFrame, splits: pd.DataFrame, assignments: pd.DataFrame | None = None, **more: object
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    segments = [{"transcript": "T", "segment": n, "turn": 0, "start": n * 5, "end": n * 5 + 4} for n in range(WORDS)]
    codebook = more.pop("codebook", CODEBOOK)
    return agreement_tables(
        codings, TABLES["assignments"].empty() if assignments is None else assignments,
        TABLES["segments"].shape(segments), TABLES["turns"].empty(), TABLES["transcripts"].shape([{"transcript": "T"}]),
        {"T": TEXT}, codebook, splits=splits, ci="none", **more,
    )  # type: ignore[arg-type]  # fmt: skip


REASON = "codes of B are not aligned to the codebook (2 of 2 codings wait): qualcode pack alignment"


@pytest.mark.parametrize("assignments", [None, assigned("A", "B")], ids=["assumed", "assigned"])
def test_where_all_codes_of_a_coder_wait_every_coefficient_is_empty_with_its_reason(assignments):
    codings = coded(("A", "time", 0), ("A", "trust", 1))
    overall, by_code, by_scope = agreement(codings, waiting(("B", 0), ("B", 1)), assignments)
    for table in (overall, by_code):
        assert len(table)
        assert table["estimate"].isna().all()
        assert set(table["reason"]) == {REASON}
        assert set(table["coders"]) == {"A;B"}
    assert set(by_code["code"]) == {"time", "trust"}
    assert by_code[["both", "only_a", "only_b", "neither"]].sum().sum() == 0  # not "applied by A only"
    assert by_scope["estimate"].isna().all()


def test_pairs_without_the_coder_are_measured_all_the_same():
    codings = coded(("A", "time", 0), ("C", "time", 0), ("A", "trust", 1))
    overall, _, by_scope = agreement(codings, waiting(("B", 0), ("B", 1)), assigned("A", "B", "C"))
    alpha = overall[(overall["coefficient"] == "krippendorff_alpha") & (overall["scope"] == "pooled")].iloc[0]
    assert pd.isna(alpha["estimate"])
    assert alpha["reason"] == REASON
    pair = by_scope[(by_scope["scope"] == "pair") & (by_scope["coefficient"] == "percent_agreement")]
    assert pair.set_index("about")["estimate"].notna().to_dict() == {"A;B": False, "A;C": True, "B;C": False}
    assert by_scope[by_scope["scope"] == "transcript"]["estimate"].isna().all()


def test_where_some_codes_wait_their_units_are_missing_for_every_code_and_the_row_says_so():
    codings = coded(("A", "time", 0), ("A", "time", 1), ("B", "time", 0), ("A", "trust", 2))
    _, by_code, _ = agreement(codings, waiting(("B", 1), ("B", 5)), assigned("A", "B"))
    rows = by_code[by_code["coefficient"] == "percent_agreement"].set_index("code")
    # time: units 1 and 5 are out; both 0, neither the other seven
    assert rows.loc["time", ["n_units", "both", "only_a", "only_b", "neither"]].tolist() == [8, 1, 0, 0, 7]
    assert rows.loc["time", "estimate"] == 1.0
    assert rows.loc["trust", ["n_units", "both", "only_a", "neither"]].tolist() == [8, 0, 1, 7]
    assert rows.loc["time", "reason"] == (
        "codes of B are not aligned to the codebook (2 of 3 codings wait): qualcode pack alignment"
    )


def test_a_code_that_the_coder_gave_there_by_an_aligned_coding_stands():
    codings = coded(("A", "time", 0), ("B", "time", 0))
    _, by_code, _ = agreement(codings, waiting(("B", 0)), assigned("A", "B"))
    rows = by_code[by_code["coefficient"] == "percent_agreement"].set_index("code")
    assert rows.loc["time", ["n_units", "both", "neither"]].tolist() == [10, 1, 9]
    assert rows.loc["trust", "n_units"] == 9


def test_without_a_codebook_the_overall_rows_say_whose_codes_wait():
    empty = TABLES["codebook"].empty()
    overall, by_code, by_scope = agreement(coded(), waiting(("A", 0), ("B", 1), ("B", 2)), codebook=empty)
    assert set(overall["scope"]) == {"pooled", "mean", "sets"}
    assert overall["estimate"].isna().all()
    assert set(overall["reason"]) == {
        "codes of A and B are not aligned to the codebook (A: 1 of 1, B: 2 of 2 codings wait): qualcode pack alignment"
    }
    assert len(by_code) == len(by_scope) == 0


def test_under_a_reflexive_approach_that_is_the_reason():
    overall, by_code, _ = agreement(coded(("A", "time", 0)), waiting(("B", 0)), approach="reflexive")
    for table in (overall, by_code):
        assert {reason.split(":")[0] for reason in table["reason"]} == {"approach reflexive"}


def test_rows_say_where_one_person_aligned_the_codes_of_several_coders():
    codings = coded(("A", "time", 0), ("B", "time", 0), ("A", "trust", 1))
    rows = [("A", "x", "time", "EV"), ("B", "y", "time", "EV"), ("A", "z", "trust", "KL")]
    aligned = TABLES["report_alignment"].shape(
        [
            {"coder": c, "about": n, "own_code": n, "code": code, "by": by, "status": "aligned"}
            for c, n, code, by in rows
        ]
    )
    _, by_code, _ = agreement(codings, waiting(), assigned("A", "B"), aligned=aligned)
    rows_ = by_code[by_code["coefficient"] == "percent_agreement"].set_index("code")["reason"]
    assert rows_.to_dict() == {"time": "EV aligned the codes of A, B to the codebook", "trust": ""}


def test_a_coder_whose_code_waits_is_not_silent_in_consensus_whatever_the_code():
    codings = coded(("A", "time", 1), ("A", "trust", 2))
    arguments = (codings, assigned("A", "B"), {"T": TEXT}, CODEBOOK, NONE)
    assert find_disagreements(*arguments)["start"].tolist() == [5, 10]
    assert find_disagreements(*arguments, splits=waiting(("B", 1)))["start"].tolist() == [10]
    layer = make_consensus(*arguments, splits=waiting(("B", 1), ("B", 2)))
    assert layer[["code", "how", "coders"]].values.tolist() == [["time", "single", "A"], ["trust", "single", "A"]]

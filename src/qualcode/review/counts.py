"""How much of what a second person saw was confirmed: counts, two percentages with their intervals, by code and over all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from qualcode.agreement.groups import REFLEXIVE, SAW
from qualcode.agreement.intervals import COVER
from qualcode.agreement.resampling import ENOUGH_CLUSTERS
from qualcode.codings.reviewed import CHANGES
from qualcode.review.verdicts import ADDED, CHANGED, CONFIRMED, NOT_REVIEWED, REJECTED
from qualcode.tables import TABLES

OF_ALL, OF_REVIEWED = "confirmed_of_reviewed_and_added", "confirmed_of_reviewed"
CHANCE = ("cohen_kappa", "krippendorff_alpha")
WILSON = "Wilson score, codings taken as independent"


@dataclass(frozen=True)
class Interval:
    low: float = float("nan")
    high: float = float("nan")
    method: str = ""


def wilson(part: int, of: int) -> Interval:
    """95 % interval of a share, Wilson 1927: it holds in small numbers too, and never leaves 0 to 1."""
    from scipy import stats

    if not of:
        return Interval()
    z = float(stats.norm.ppf((1 + COVER) / 2))
    share = part / of
    middle = (share + z**2 / (2 * of)) / (1 + z**2 / of)
    reach = z / (1 + z**2 / of) * math.sqrt(share * (1 - share) / of + z**2 / (4 * of**2))
    return Interval(max(0.0, middle - reach), min(1.0, middle + reach), WILSON)


def by_transcript(part: np.ndarray, of: np.ndarray, *, times: int, seed: int) -> Interval:
    """95 % interval of a share from resamples of whole transcripts, percentile; empty with the reason under ten of them.

    Parameters
    ----------
    part, of
        Confirmed and all, by transcript.
    """
    part, of = part[of > 0], of[of > 0]
    many = len(of)
    if many < ENOUGH_CLUSTERS:
        return Interval(method=f"{many} transcript{'' if many == 1 else 's'}: too few to resample")
    drawn = np.random.default_rng(seed).multinomial(many, np.full(many, 1 / many), size=times)
    shares = (drawn @ part) / (drawn @ of)
    low, high = np.percentile(shares, [50 * (1 - COVER), 50 * (1 + COVER)])
    return Interval(
        float(low), float(high), f"bootstrap by transcript ({many} transcripts), {times}, seed {seed}, percentile"
    )


def count_reviews(
    verdicts: pd.DataFrame,
    codebook: pd.DataFrame,
    *,
    times: int = 1000,
    seed: int = 1,
    ci: bool = True,
    approach: str = "codebook",
) -> pd.DataFrame:
    """Reviews counted, over all codes and by code.

    Parameters
    ----------
    verdicts
        Table `report_review_codings`.
    times, seed, ci
        Of the resampling of transcripts; without `ci` no intervals.
    approach
        `reflexive`: the estimates stay empty, with the reason; the counts stand.

    Returns
    -------
    Table `report_review`: for each reviewer and whose codings were seen four rows over all codes and four a code (codebook
    order). A changed coding counts under the code that it had, an added one under its own. The estimates are confirmed /
    (reviewed + added) and confirmed / reviewed, where reviewed = confirmed + changed + rejected; chance-corrected
    coefficients have no meaning where one saw the other's codings, so they are empty with that reason.
    """
    rows: list[dict[str, object]] = []
    order = {code: at for at, code in enumerate(codebook["code"])}
    labels = dict(zip(codebook["code"], codebook["label"], strict=True))
    for (reviewer, coder), mine in verdicts.groupby(["reviewer", "coder"], sort=True):
        head = {"reviewer": reviewer, "coder": coder, "round": ";".join(sorted(set(mine["round"]) - {""}))}
        codes = sorted(set(mine["code"]), key=lambda code: (order.get(code, len(order)), code))
        parts = [("all", "", "", mine)]
        parts += [("code", code, labels.get(code, code), mine[mine["code"] == code]) for code in codes]
        for scope, code, label, part in parts:
            counts = _counts(part)
            common = head | {"scope": scope, "code": code, "label": label} | counts
            for name, of in ((OF_ALL, counts["reviewed"] + counts["added"]), (OF_REVIEWED, counts["reviewed"])):
                rows.append(common | _share(name, part, counts["confirmed"], of, times, seed, ci, approach))
            rows += [common | {"coefficient": name, "reason": SAW} for name in CHANCE]
    return TABLES["report_review"].shape(rows)


def _counts(part: pd.DataFrame) -> dict[str, int]:
    many = part["verdict"].value_counts()
    counts = {name: int(many.get(name, 0)) for name in (CONFIRMED, CHANGED, REJECTED, ADDED, NOT_REVIEWED)}
    counts["reviewed"] = counts[CONFIRMED] + counts[CHANGED] + counts[REJECTED]
    what = part["changed"].str.split(";")
    counts |= {name.replace("change", "changed"): int(sum(name in of for of in what)) for name in CHANGES}
    counts["n_transcripts"] = int(part["transcript"][part["verdict"] != NOT_REVIEWED].nunique())
    return counts


def _share(
    name: str, part: pd.DataFrame, confirmed: int, of: int, times: int, seed: int, ci: bool, approach: str
) -> dict[str, object]:
    row: dict[str, object] = {"coefficient": name, "n": confirmed, "of": of}
    if approach == "reflexive":
        return row | {"reason": REFLEXIVE}
    if not of:
        return row | {"reason": "nothing was reviewed"}
    row["estimate"] = confirmed / of
    if not ci:
        return row
    counted = part[part["verdict"].isin([CONFIRMED, CHANGED, REJECTED] + ([ADDED] if name == OF_ALL else []))]
    each = counted.groupby("transcript")["verdict"]
    drawn = by_transcript(
        each.agg(lambda verdicts: int((verdicts == CONFIRMED).sum())).to_numpy(dtype=np.int64),
        each.size().to_numpy(dtype=np.int64),
        times=times,
        seed=seed,
    )
    single = wilson(confirmed, of)
    return row | {
        "ci_low": single.low, "ci_high": single.high, "ci_method": single.method,
        "ci_transcripts_low": drawn.low, "ci_transcripts_high": drawn.high, "ci_transcripts_method": drawn.method,
    }  # fmt: skip

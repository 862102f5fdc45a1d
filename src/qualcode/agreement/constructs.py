"""Agreement of raters on the strength of constructs: ordinal, framework by framework."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from qualcode.agreement.intervals import ENOUGH_CLUSTERS
from qualcode.agreement.measuring import Result, measure
from qualcode.agreement.ratings import Ratings
from qualcode.errors import CodingsError, Problems
from qualcode.tables import TABLES, join

SCALE = ("-2", "-1", "0", "1", "2")  # strongly hinders … strongly helps
NO_PLACE = ("X", "x")  # mixed: no place on the scale
CONSENSUS = "consensus"
SHOWN = {
    "percent_agreement": "percent_agreement",
    "cohen_kappa": "weighted_kappa",
    "mean_pairwise_cohen_kappa": "mean_pairwise_weighted_kappa",
    "krippendorff_alpha": "krippendorff_alpha_ordinal",
}


def construct_agreement(
    ratings: pd.DataFrame,
    *,
    weights: str = "quadratic",
    raters: Sequence[str] = (),
    ci: str = "bootstrap",
    bootstrap: int = 1000,
    resample: str = "auto",
    seed: int = 1,
) -> pd.DataFrame:
    """Weighted kappa and ordinal alpha of the raters of each framework.

    Parameters
    ----------
    ratings
        Table with `framework, framework_version, construct, case, phase, rated_by, value`: -2 … 2, `X` for mixed, which has no
        place on the scale and counts as missing, empty for missing. Rows that the consensus made are left out.
    weights
        Of kappa, by rank: `linear`, `quadratic`.
    raters
        Those to compare; none: all.
    ci, bootstrap, resample, seed
        As `measure` has them; whole cases are drawn from ten cases up.

    Returns
    -------
    Rows of table report_agreement_ratings. A unit is one construct in one case and phase; all values of the scale count as
    categories, used or not. Of two raters weighted kappa, of more that of each pair and the mean; alpha is ordinal.

    Raises
    ------
    CodingsError
        Values that are not on the scale, and units that one rater rated twice, all at once.
    """
    rows = ratings[ratings["rated_by"].ne(CONSENSUS) & ratings["rated_by"].ne("")]
    if raters:
        rows = rows[rows["rated_by"].isin(raters)]
    _check(rows)
    out: list[dict[str, object]] = []
    how = {"weights": weights, "ci": ci, "bootstrap": bootstrap, "resample": resample, "seed": seed}
    for (framework, version), mine in rows.groupby(["framework", "framework_version"], sort=True):
        people = sorted(set(mine["rated_by"]))
        groups = [tuple(people), *(combinations(people, 2) if len(people) > 2 else ())]
        for group in groups:
            table = _table(mine[mine["rated_by"].isin(group)], group)
            found = _measured(table, group, **how)
            if len(group) < len(people):
                found = [row for row in found if row["coefficient"] == "weighted_kappa"]
            common = {"framework": framework, "version": version, "raters": join(group), "weights": weights}
            out += [{**common, **row} for row in found]
    return TABLES["report_agreement_ratings"].shape(out)


def _value(cell: object) -> str:
    """A value of the scale as it is written there; empty where there is none."""
    text = str(cell).strip().replace("−", "-").removeprefix("+").removesuffix(".0")
    return "" if text in NO_PLACE or text.casefold() in ("nan", "") else text


def _check(rows: pd.DataFrame) -> None:
    problems = Problems()
    for line in rows.to_dict("records"):
        if _value(line["value"]) not in ("", *SCALE):
            cause = f"{line['rated_by']} on {line['construct']} in {line['case']}: '{line['value']}' is no rating."
            problems.add("ratings", cause, f"Write {', '.join(SCALE)}, X for mixed, or nothing.")
    key = ["framework", "framework_version", "construct", "case", "phase", "rated_by"]
    for line in rows[rows.duplicated(key)].to_dict("records"):
        cause = f"{line['rated_by']} rated {line['construct']} in {line['case']} twice."
        problems.add("ratings", cause, "Keep one of the two.")
    problems.raise_if_any(CodingsError)


def _table(rows: pd.DataFrame, group: Sequence[str]) -> Ratings:
    units: dict[tuple[str, str, str], dict[str, str]] = {}
    for line in rows.to_dict("records"):
        unit = (str(line["case"]), str(line["phase"]), str(line["construct"]))
        units.setdefault(unit, {})[str(line["rated_by"])] = _value(line["value"])
    ordered = sorted(unit for unit, values in units.items() if any(values.values()))
    return Ratings(
        [" / ".join(part for part in unit if part) for unit in ordered],
        list(group),
        [[units[unit].get(rater, "") for rater in group] for unit in ordered],
        clusters=[case for case, _, _ in ordered],
        where="ratings",
    )


def _measured(table: Ratings, group: Sequence[str], **how: object) -> list[dict[str, object]]:
    twice = [at for at, values in enumerate(table.values) if sum(map(bool, values)) >= 2]
    cases = len({table.clusters[at] for at in twice}) if table.clusters else 0
    counts = {"n_units": len(twice), "n_cases": cases}
    between = "cohen_kappa" if len(group) == 2 else "mean_pairwise_cohen_kappa"
    wanted = ("percent_agreement", between, "krippendorff_alpha")
    if len(group) < 2 or not twice:
        reason = (
            f"one rater only ({group[0]})" if len(group) < 2 else "no construct was rated by two raters in one case"
        )
        return [{**counts, "coefficient": SHOWN[name], "reason": reason} for name in wanted]
    found = measure(table, level="ordinal", categories=list(SCALE), **how)  # type: ignore[arg-type]
    results = {one.name: one for one in found.results if one.code is None}
    return [{**counts, **_row(results[name], cases, str(how["resample"]))} for name in wanted]


def _row(one: Result, cases: int, resample: str) -> dict[str, object]:
    row: dict[str, object] = {
        "coefficient": SHOWN[one.name], "estimate": one.estimate, "ci_method": one.interval.method,
        "reason": one.reason or one.interval.reason,
    }  # fmt: skip
    drawn_alone = resample == "auto" and cases < ENOUGH_CLUSTERS and one.interval.method.startswith("bootstrap by unit")
    low, high = ("ci_these_low", "ci_these_high") if drawn_alone else ("ci_low", "ci_high")
    if drawn_alone and not one.reason:
        few = f"{cases} case{'' if cases == 1 else 's'}: too few to speak beyond {'it' if cases == 1 else 'them'}"
        row["reason"] = "; ".join(part for part in (few, one.interval.reason) if part)
    return row | {low: one.interval.low, high: one.interval.high}

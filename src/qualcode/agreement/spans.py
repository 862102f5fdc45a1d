"""Agreement on free spans: the u-alpha family, alpha_U of 1995, and each code over positions; interval sweeps only.

Nothing here is ever as long as the text: every number comes from the units' ends, sorted. Notation after Krippendorff
(2019), section 12.6: phi is what a coder left blank, m the number of coders, L the length of the continuum.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qualcode.errors import CodingsError, Problems, nearest
from qualcode.files import read_sheet

Ints = NDArray[np.int64]

COLUMNS = ("coder", "start", "end", "code")
FAMILY = ("u_alpha", "bar_u_alpha", "cu_alpha", "cu_alpha_coverage")
FAMILY_BY_CODE = ("k_u_alpha", "k_u_alpha_coverage")
ALPHA_1995 = "krippendorff_alpha_unitizing_1995"
POSITIONS = ("percent_agreement", "cohen_kappa", "scott_pi", "krippendorff_alpha")
LONGEST = 10**9  # of a continuum: up to here all sums are exact
_WHOLE = re.compile(r"[+-]?\d+$")
CHUNK = 1_000_000  # pairs of a unit and a coder looked at at once
_SHOWN = 3  # overlaps that are spelled out


@dataclass(frozen=True)
class Spans:
    """Units on one continuum from `origin` to `origin + length`: half-open, by coder and code; one code's own don't overlap.

    Units of one coder and one code that overlap are one; units that only touch stay two. `overlaps` says which coders
    have overlapping units of different codes.
    """

    coders: list[str]
    codes: list[str]
    coder: Ints
    code: Ints
    start: Ints  # from 0
    end: Ints
    length: int
    origin: int = 0
    overlaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True)
class Measured:
    """One coefficient; `estimate` is NaN where there is none, and `reason` says why."""

    name: str
    code: str | None
    estimate: float
    reason: str = ""


# ---------------------------------------------------------------- reading


def read_spans(
    path: Path, *, length: int, start: int = 0, codes: Sequence[str] | None = None, shown_as: str = ""
) -> Spans:
    """Read a table of units, CSV or XLSX: `coder, start, end, code`, half-open.

    A row with a coder and nothing else says that this coder read the text and marked nothing.

    Parameters
    ----------
    length, start
        Of the continuum: every unit lies in `start` to `start + length`.
    codes
        All codes there are (the codebook's), where fewer were used.

    Raises
    ------
    CodingsError
        Columns missing or unknown, cells empty or no whole numbers, an end before its start, a unit beyond the
        continuum, a code that is not among `codes`: all at once.
    """
    where = shown_as or str(path)
    sheet = read_sheet(path, shown_as=where)
    problems = Problems()
    names = [str(name) for name in sheet.data.columns]
    for name in COLUMNS:
        if name not in names:
            problems.add(where, f"there is no column '{name}'.", f"Columns: {', '.join(COLUMNS)}.", place="row 1")
    for name in names:
        if name not in COLUMNS:
            hint = nearest(name, COLUMNS) or f"Columns: {', '.join(COLUMNS)}."
            problems.add(where, f"unknown column '{name}'.", hint, place="row 1")
    if length < 1 or length > LONGEST:
        problems.add("--length", f"{length} is not a length between 1 and {LONGEST}.")
        problems.raise_if_any(CodingsError)
    problems_before = len(problems.found)
    cells = {name: sheet.data[name].tolist() if name in names else None for name in COLUMNS}
    coders: list[str] = []
    rows: list[tuple[str, str, int, int, int]] = []
    empty: list[int] = []
    for at, row in enumerate(sheet.rows):
        given = {name: column[at] for name, column in cells.items() if column is not None}
        place = f"row {row}"
        if given.get("coder") and not any(given.get(name) for name in ("start", "end", "code")):
            coders.append(given["coder"])
            continue
        for name, text in given.items():
            if not text:
                problems.add(where, f"column '{name}' is empty.", place=place)
        numbers: dict[str, int] = {}
        for name in ("start", "end"):
            text = given.get(name, "")
            if text and not _WHOLE.match(text):
                problems.add(where, f"{name} is not a whole number.", "Count characters from the start.", place=place)
            elif text:
                numbers[name] = int(text)
        if codes is not None and given.get("code") and given["code"] not in codes:
            problems.add(
                where,
                f"code '{given['code']}' is not among the categories.",
                nearest(given["code"], codes),
                place=place,
            )
        first, last = numbers.get("start"), numbers.get("end")
        if first is not None and last is not None and last < first:
            problems.add(where, f"the end ({last}) is before the start ({first}).", place=place)
        else:
            hint = f"The continuum is {start} to {start + length} (--start, --length)."
            if first is not None and first < start:
                problems.add(where, f"the unit starts at {first}, before the continuum.", hint, place=place)
            if first is not None and first > start + length:
                problems.add(where, f"the unit starts at {first}, beyond the continuum.", hint, place=place)
            elif last is not None and last > start + length:
                problems.add(where, f"the unit ends at {last}, beyond the continuum.", hint, place=place)
        if len(problems.found) == problems_before and first is not None and last is not None:
            coders.append(given["coder"])
            if first == last:
                empty.append(row)
            rows.append((given["coder"], given["code"], first - start, last - start, row))
    problems.raise_if_any(CodingsError)
    made = make_spans(rows, length=length, origin=start, coders=coders, codes=codes)
    notes = [f"row {row}: a unit without length, left out" for row in empty] + made.notes
    return Spans(**{**made.__dict__, "notes": notes})


def make_spans(
    rows: Sequence[tuple[str, str, int, int, int]],
    *,
    length: int,
    origin: int = 0,
    coders: Sequence[str] = (),
    codes: Sequence[str] | None = None,
) -> Spans:
    """Units `(coder, code, start, end, row)` on 0 … length, with the overlapping ones of a coder and code put together."""
    people = sorted({*coders, *(row[0] for row in rows)})
    used = sorted({row[1] for row in rows})
    labels = list(dict.fromkeys(codes)) if codes is not None else used
    seat = {name: at for at, name in enumerate(people)}
    place = {name: at for at, name in enumerate(labels)}
    table = sorted(
        (seat[coder], place[code], first, last, row) for coder, code, first, last, row in rows if last > first
    )
    joined: list[list[int]] = []
    together = 0
    for one in table:
        if joined and joined[-1][:2] == [one[0], one[1]] and one[2] < joined[-1][3]:
            joined[-1][3] = max(joined[-1][3], one[3])
            together += 1
        else:
            joined.append(list(one))
    notes = []
    if together:
        what = "one unit overlaps another" if together == 1 else f"{together} units overlap another"
        notes.append(f"{what} of the same coder and code: put together")
    units = np.array(joined, dtype=np.int64).reshape(-1, 5)
    return Spans(
        people, labels, units[:, 0], units[:, 1], units[:, 2], units[:, 3], length, origin,
        _overlaps(units, people, labels), notes,
    )  # fmt: skip


def _overlaps(units: Ints, coders: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Each coder's first overlap of two codes, in words."""
    found = []
    for at, name in enumerate(coders):
        mine = units[units[:, 0] == at]
        mine = mine[np.argsort(mine[:, 2], kind="stable")]
        if len(mine) < 2:
            continue
        reach = np.maximum.accumulate(mine[:, 3])[:-1]
        bad = np.flatnonzero(mine[1:, 2] < reach)
        if len(bad):
            later = mine[bad[0] + 1]
            earlier = mine[: bad[0] + 1]
            earlier = earlier[earlier[:, 3] > later[2]][0]
            rows = sorted((int(earlier[4]), int(later[4])))
            pair = f"'{codes[int(earlier[1])]}' and '{codes[int(later[1])]}'"
            found.append(f"coder '{name}': {pair}, rows {rows[0]} and {rows[1]}")
    return found


# ---------------------------------------------------------------- sweeps


def _sweep(start: Ints, end: Ints) -> tuple[Ints, Ints, Ints]:
    """Stretches between the ends of units: where each begins, its length, and how many units cover it."""
    at = np.concatenate([start, end])
    step = np.concatenate([np.ones(len(start), np.int64), -np.ones(len(end), np.int64)])
    order = np.argsort(at, kind="stable")
    at, cover = at[order], np.cumsum(step[order])
    return at[:-1], np.diff(at), cover[:-1]


def measure_spans(spans: Spans) -> list[Measured]:
    """Every coefficient of free spans: over all codes, then for each code.

    Returns
    -------
    `u_alpha` and its kin after Krippendorff, Mathet, Bouvry and Widlöcher 2016 and Krippendorff 2019 (equations 32 to 38),
    `krippendorff_alpha_unitizing_1995` over all and by code, and by code over positions, where a code is there or not:
    percent agreement (mean over positions of the agreeing pairs of coders), Cohen, Scott (two coders), Krippendorff.
    """
    parts = [] if _why_not(spans) else [_disagreement_1995(spans, at) for at in range(len(spans.codes))]
    out = [*_family(spans), _alpha_1995(spans, parts, None)]
    by_code = {code: [made for made in out if made.code == code] for code in spans.codes}
    results = [made for made in out if made.code is None]
    for at, code in enumerate(spans.codes):
        mine = spans.code == at
        results += [*by_code[code], _alpha_1995(spans, parts, at), *_positions(spans, mine, code)]
    return results


def _why_not(spans: Spans) -> str:
    if not spans.coders:
        return "no units"
    if len(spans.coders) == 1:
        return f"one coder only ({spans.coders[0]})"
    return ""


# ---------------------------------------------------------------- u-alpha and its kin


def _family(spans: Spans) -> list[Measured]:
    m, length = len(spans.coders), spans.length
    reason = _why_not(spans)
    if not reason and spans.overlaps:
        many = len(spans.overlaps) - _SHOWN
        shown = "; ".join(spans.overlaps[:_SHOWN]) + (f" (and {many} coders more)" if many > 0 else "")
        reason = f"a coder's own units of different codes overlap ({shown}): take each code, or codes that exclude each other"
    if reason:
        return [Measured(name, None, float("nan"), reason) for name in FAMILY] + [
            Measured(name, code, float("nan"), reason) for code in spans.codes for name in FAMILY_BY_CODE
        ]
    lengths = spans.end - spans.start
    many = len(spans.codes)
    others = m - 1
    begins, width, cover = _sweep(spans.start, spans.end) if len(spans) else (np.zeros(0, np.int64),) * 3
    total = m * length  # l..
    blank = total - int(lengths.sum())  # l_phi: what all coders together left blank
    outside = length - int(width[cover > 0].sum())  # what nobody marked
    off = m - cover[cover > 0]
    blank_blank = (int((width[cover > 0] * off * (off - 1)).sum()) + outside * m * (m - 1)) / others
    given = np.bincount(spans.code, weights=lengths, minlength=many)  # l_c
    squares = np.bincount(spans.code, weights=lengths.astype(np.float64) ** 2, minlength=many)  # s_c
    agreed = np.zeros(many)  # l_cc
    for at in range(many):
        mine = spans.code == at
        if mine.any():
            _, wide, by = _sweep(spans.start[mine], spans.end[mine])
            agreed[at] = int((wide * by * (by - 1)).sum()) / others
    # each unit's mean pairable length: what the other coders marked inside it, over m - 1
    walked = np.concatenate([[0], np.cumsum(width * (cover - 1) * (cover > 0))])
    edges = np.append(begins, begins[-1] + width[-1]) if len(begins) else np.zeros(1, np.int64)
    inside = walked[np.searchsorted(edges, spans.end)] - walked[np.searchsorted(edges, spans.start)]
    pairable = inside / others
    both = np.bincount(spans.code, weights=pairable, minlength=many)  # l*_c
    both_squares = np.bincount(spans.code, weights=pairable**2, minlength=many)  # s*_c
    all_both = float(both.sum())

    choices = total**2 - float(squares.sum()) - blank  # l..^2 - sum of s, with s_phi = l_phi
    expected = total * (total**2 - float((given**2).sum()) - float(blank) ** 2) / choices
    observed = total - float(agreed.sum()) - blank_blank
    many_values = 0 < blank < total or int((given > 0).sum()) > 1
    why = "no variation: all of the continuum has one value"
    out = [_ratio("u_alpha", None, observed, expected if many_values else 0.0, why)]
    why = "no variation: nothing was left blank" if len(spans) else "no variation: nobody marked anything"
    out.append(_ratio("bar_u_alpha", None, blank - blank_blank, total * blank * (total - blank) / choices, why))
    none_both = "no stretch was marked by two coders"
    codes_both = int((both > 0).sum())
    if not all_both:
        out.append(Measured("cu_alpha", None, float("nan"), none_both))
    else:
        chance = all_both * (all_both**2 - float((both**2).sum())) / (all_both**2 - float(both_squares.sum()))
        why = "no variation: one code only where two coders marked the same stretch"
        out.append(_ratio("cu_alpha", None, all_both - float(agreed.sum()), chance if codes_both > 1 else 0.0, why))
    out.append(Measured("cu_alpha_coverage", None, all_both / total))
    for at, code in enumerate(spans.codes):
        if not given[at]:
            never = "nobody used the code"
            out += [Measured(name, code, float("nan"), never) for name in FAMILY_BY_CODE]
            continue
        if not both[at]:
            why = "no unit of this code lies where another coder marked anything"
            out.append(Measured("k_u_alpha", code, float("nan"), why))
        elif codes_both == 1:
            why = "no variation: no other code where two coders marked the same stretch"
            out.append(Measured("k_u_alpha", code, float("nan"), why))
        else:
            apart = float(both[at] - agreed[at])
            level = float(all_both * both[at] - both_squares[at]) / float(both[at] * (all_both - both[at]))
            out.append(Measured("k_u_alpha", code, 1 - apart / float(both[at]) * level))
        out.append(Measured("k_u_alpha_coverage", code, float(both[at] / given[at])))
    return out


def _ratio(name: str, code: str | None, observed: float, expected: float, why: str) -> Measured:
    if expected <= 0:
        return Measured(name, code, float("nan"), why)
    return Measured(name, code, 1 - observed / expected)


# ---------------------------------------------------------------- alpha_U of 1995


def _alpha_1995(spans: Spans, parts: Sequence[tuple[float, float]], only: int | None) -> Measured:
    """Krippendorff 1995, 2004: over all codes, or of one."""
    code = None if only is None else spans.codes[only]
    reason = _why_not(spans)
    if not reason and only is not None and not (spans.code == only).any():
        reason = "nobody used the code"
    elif not reason and not len(spans):
        reason = "no variation: nobody marked anything"
    if reason:
        return Measured(ALPHA_1995, code, float("nan"), reason)
    mine = parts if only is None else [parts[only]]
    observed, expected = sum(part[0] for part in mine), sum(part[1] for part in mine)
    return _ratio(ALPHA_1995, code, observed, expected, "not defined: no disagreement can be expected by chance")


def _disagreement_1995(spans: Spans, at: int) -> tuple[float, float]:
    """Observed and expected disagreement on one code, both as in the article."""
    m, length = len(spans.coders), spans.length
    mine = np.flatnonzero(spans.code == at)
    if not len(mine):
        return 0.0, 0.0
    coder, starts, ends = spans.coder[mine], spans.start[mine], spans.end[mine]  # by coder, in order of start
    first_key, last_key = coder * (length + 1) + starts, coder * (length + 1) + ends
    observed = 0.0
    step = max(1, CHUNK // m)
    for low in range(0, len(mine), step):
        unit, other = np.divmod(np.arange(low * m, min(low + step, len(mine)) * m), m)
        keep = coder[unit] != other
        unit, other = unit[keep], other[keep]
        first = np.searchsorted(last_key, other * (length + 1) + starts[unit], side="right")
        met = np.searchsorted(first_key, other * (length + 1) + ends[unit], side="left") - first
        left = np.repeat(unit, met)
        right = np.arange(len(left)) - np.repeat(np.cumsum(met) - met, met) + np.repeat(first, met)
        alone = unit[met == 0]  # against a gap, and the gap against it
        observed += _squared(starts[left] - starts[right]) + _squared(ends[left] - ends[right])
        observed += 2 * _squared(ends[alone] - starts[alone])
    observed /= m * (m - 1) * length**2

    before = np.where(np.append(True, coder[1:] != coder[:-1]), 0, np.append(0, ends[:-1]))
    final = ends[np.append(coder[1:] != coder[:-1], True)]  # where each coder's last unit ends
    unused = np.full(m - len(final), length, dtype=np.int64)
    gap = np.sort(np.concatenate([starts - before, length - final, unused])).astype(np.float64)
    after = np.append(np.cumsum(gap[::-1])[::-1], 0.0)  # sum of the gaps from here up
    lengths = (ends - starts).astype(np.float64)
    fits = np.searchsorted(gap, lengths, side="left")
    room = after[fits] - (len(gap) - fits) * (lengths - 1)
    total = float(((len(mine) - 1) / 3 * (2 * lengths**3 - 3 * lengths**2 + lengths) + lengths**2 * room).sum())
    below = m * length * (m * length - 1) - float((lengths * (lengths - 1)).sum())
    return observed, 2 / length * total / below if below > 0 else 0.0


def _squared(values: Ints) -> float:
    return float((values.astype(np.float64) ** 2).sum())


# ---------------------------------------------------------------- one code over positions


def _positions(spans: Spans, mine: NDArray[np.bool_], code: str) -> list[Measured]:
    """A code is there or not at every position of the continuum; sums are exact."""
    reason = _why_not(spans)
    if not reason and not mine.any():
        reason = "nobody used the code"
    if reason:
        return [Measured(name, code, float("nan"), reason) for name in POSITIONS]
    m, length = len(spans.coders), spans.length
    _, width, cover = _sweep(spans.start[mine], spans.end[mine])
    here = int((spans.end[mine] - spans.start[mine]).sum())  # positions times coders with the code
    with_it = int((width * cover * (cover - 1)).sum())  # ordered pairs that both have it
    total = m * length
    blank = total - here
    # ordered pairs that both lack it: m(m-1) - 2(m-1)r + r(r-1), summed over positions
    without = length * m * (m - 1) - 2 * (m - 1) * here + with_it
    agree = with_it + without
    pairs = length * m * (m - 1)
    out = [Measured("percent_agreement", code, agree / pairs)]
    full = "no variation: every coder has the code everywhere"
    if m == 2:
        own = np.bincount(spans.coder[mine], weights=spans.end[mine] - spans.start[mine], minlength=2)
        a, b = int(own[0]), int(own[1])
        apart = (pairs - agree) // 2  # positions where one has it and the other does not
        cohen = a * (length - b) + b * (length - a)
        out.append(_ratio("cohen_kappa", code, apart * length, cohen, full))
        out.append(_ratio("scott_pi", code, 2 * apart * length, here * blank, full))
    else:
        other = f"for two coders, and here are {m}: see krippendorff_alpha"
        out += [Measured(name, code, float("nan"), other) for name in ("cohen_kappa", "scott_pi")]
    disagree = (pairs - agree) / (m - 1)  # off the diagonal of the coincidences
    out.append(_ratio("krippendorff_alpha", code, (total - 1) * disagree, 2 * here * blank, full))
    return out

"""What other programs print, once more and in the simplest way: character by character, a set for each coder and code."""

from __future__ import annotations

from itertools import permutations

Spans = dict[tuple[str, str, str], list[tuple[int, int]]]  # transcript, coder, code


def characters(spans: Spans, transcript: str, coder: str, code: str) -> set[tuple[str, int]]:
    return {(transcript, at) for start, end in spans.get((transcript, coder, code), []) for at in range(start, end)}


def of_all(spans: Spans, transcripts: list[str], coder: str, code: str) -> set[tuple[str, int]]:
    return set().union(*(characters(spans, name, coder, code) for name in transcripts))


def cohen(a: set, b: set, everything: set) -> float | None:
    """Cohen's kappa by its definition: shares of the two, one position at a time."""
    n = len(everything)
    agree = sum((at in a) == (at in b) for at in everything) / n
    chance = len(a) / n * len(b) / n + (n - len(a)) / n * (n - len(b)) / n
    return None if chance == 1 else (agree - chance) / (1 - chance)


def qualcoder(a: set, b: set) -> float | None:
    either = a | b
    if not either:
        return None
    p = [len(a) / len(either), len(b) / len(either), 1 - len(a) / len(either), 1 - len(b) / len(either)]
    chance = p[0] * p[1] * p[2] * p[3]
    return (len(a & b) / len(either) - chance) / (1 - chance)


def jaccard(a: set, b: set) -> float | None:
    return len(a & b) / len(a | b) if a | b else None


def alpha(values: list[list[object]]) -> float | None:
    """Krippendorff's nominal alpha of complete units, by its coincidence matrix; None without variation."""
    pairs: dict[tuple[object, object], float] = {}
    for unit in values:
        m = len(unit)
        for i in range(m):
            for j in range(m):
                if i != j:
                    pairs[unit[i], unit[j]] = pairs.get((unit[i], unit[j]), 0) + 1 / (m - 1)
    margin: dict[object, float] = {}
    for (one, _), count in pairs.items():
        margin[one] = margin.get(one, 0) + count
    n = sum(margin.values())
    observed = sum(count for (one, other), count in pairs.items() if one != other)
    expected = sum(margin[one] * margin[other] for one in margin for other in margin if one != other)
    return None if not expected else 1 - (n - 1) * observed / expected


def alpha_binary(spans: Spans, lengths: dict[str, int], coders: list[str], codes: list[str]) -> float | None:
    positions = [(name, at) for name in sorted(lengths) for at in range(lengths[name])]
    marked = {who: set().union(*(of_all(spans, sorted(lengths), who, code) for code in codes)) for who in coders}
    return alpha([[at in marked[who] for who in coders] for at in positions])


def maxqda(spans: Spans, transcripts: list[str], pair: tuple[str, str], codes: list[str], overlap: float):
    """Agreement on the three levels, and kappa of the third."""
    there = same = hits = many = 0
    for code in codes:
        for name in transcripts:
            a, b = (spans.get((name, who, code), []) for who in pair)
            there += (len(a) > 0) == (len(b) > 0)
            same += len(a) == len(b)
            for mine, others in ((a, b), (b, a)):
                for start, end in mine:
                    many += 1
                    shares = [
                        len(set(range(start, end)) & set(range(*other))) / max(end - start, other[1] - other[0])
                        for other in others
                    ]
                    hits += max(shares, default=0) >= overlap
    cells = len(codes) * len(transcripts)
    observed = hits / many
    return there / cells, same / cells, observed, (observed - 1 / len(codes)) / (1 - 1 / len(codes))


def dedoose(
    units: dict[tuple[str, str, str], set[int]], excerpts: dict[str, int], pair: tuple[str, str], codes: list[str]
):
    """Kappa of each code over excerpts, and pooled (De Vries et al. 2008: means of observed and of expected agreement)."""
    everything = {(name, at) for name, many in excerpts.items() for at in range(many)}
    kappas, observed, expected = {}, [], []
    for code in codes:
        a, b = (
            {(name, at) for (name, who, what), each in units.items() if (who, what) == (one, code) for at in each}
            for one in pair
        )
        n = len(everything)
        kappas[code] = cohen(a, b, everything)
        if kappas[code] is not None:
            observed.append(sum((at in a) == (at in b) for at in everything) / n)
            expected.append(len(a) / n * len(b) / n + (1 - len(a) / n) * (1 - len(b) / n))
    po, pe = sum(observed) / len(observed), sum(expected) / len(expected)
    return kappas, (po - pe) / (1 - pe)


def requal_segments(spans: Spans, transcripts: list[str], pair: tuple[str, str], codes: list[str]) -> float:
    """The share of segments that meet one of the other's."""
    met = many = 0
    for code in codes:
        for name in transcripts:
            for one, other in (pair, pair[::-1]):
                others = [set(range(*span)) for span in spans.get((name, other, code), [])]
                for span in spans.get((name, one, code), []):
                    many += 1
                    met += any(set(range(*span)) & each for each in others)
    return met / many


def cu_alpha(units, length):
    """cu-alpha of units that exclude one another (Krippendorff 2019, 12.6.5), position by position; None where undefined.

    `units`: coder -> [(start, end, value)].
    """
    values = sorted({value for own in units.values() for *_, value in own})
    given = {coder: [None] * length for coder in units}
    for coder, own in units.items():
        for start, end, value in own:
            given[coder][start:end] = [value] * (end - start)
    others, met, squares = len(units) - 1, {}, dict.fromkeys(values, 0.0)
    for one, two in permutations(units, 2):
        for mine, theirs in zip(given[one], given[two], strict=True):
            if mine is not None and theirs is not None:
                met[mine, theirs] = met.get((mine, theirs), 0) + 1 / others
    for coder, own in units.items():
        for start, end, value in own:
            pairable = sum(
                given[other][at] is not None for other in units if other != coder for at in range(start, end)
            )
            squares[value] += (pairable / others) ** 2
    margin = {c: sum(met.get((c, k), 0) for k in values) for c in values}
    total, less = sum(margin.values()), sum(squares.values())
    apart = sum(many for (c, k), many in met.items() if c != k)
    if total**2 == less:
        return None
    expected = sum(total * margin[c] * margin[k] / (total**2 - less) for c in values for k in values if c != k)
    return 1 - apart / expected if expected else None

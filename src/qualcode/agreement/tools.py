"""What other programs print as agreement, computed as they do, so that a user can hold their figures against ours.

These are their figures, not recommendations: each says what it is, and whether its definition was checked against the program's
own worked figures or taken from its description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from qualcode.agreement.groups import SAW
from qualcode.agreement.spans import Spans, make_spans, measure_spans
from qualcode.agreement.units import union
from qualcode.tables import join

Stretches = list[tuple[int, int]]
Cells = tuple[int, int, int, int]  # both, only the first, only the second, neither

NVIVO, ATLAS, MAXQDA, DEDOOSE, QUALCODER, REQUAL = "NVivo", "ATLAS.ti", "MAXQDA", "Dedoose", "QualCoder", "requal"
TOOLS = {
    "nvivo": NVIVO, "atlas": ATLAS, "maxqda": MAXQDA, "dedoose": DEDOOSE, "qualcoder": QUALCODER, "requal": REQUAL,
}  # fmt: skip
ALL = "all"  # transcripts together
WORKED, DESCRIBED = "worked figure", "described"  # how the definition is known
OVERLAP = 0.9  # of two segments, from which MAXQDA takes them for the same
NOT_USED = "neither of the two used the code"
ONE_CODER = "one coder only"
NO_TEXT = "there is no text that all of these coders read"


@dataclass(frozen=True)
class Figure:
    """One figure of one program. `value` is NaN where it prints none or nothing can be computed, with the reason."""

    tool: str
    figure: str
    value: float
    what: str
    code: str = ""
    transcript: str = ALL
    coders: tuple[str, ...] = ()
    reason: str = ""
    checked: str = DESCRIBED

    def row(self) -> dict[str, object]:
        """As table `report_agreement_tools` has it."""
        return {**vars(self), "coders": join(self.coders)}


@dataclass(frozen=True)
class Marked:
    """Who marked what: stretches by (transcript, coder, code) as they were made, and what each coder read.

    Parameters
    ----------
    lengths
        Characters of each transcript (labels and interviewers' words too, which all of these programs count).
    read
        Transcripts that each coder read.
    parents
        The code that each code stands under ("" at the top): ATLAS.ti's semantic domains.
    saw
        Pairs of coders one of whom saw the other's codings: no figure that corrects for chance.
    units
        Of each (transcript, coder, code) the excerpts that it counts for, and how many there are: for Dedoose.
    """

    made: Mapping[tuple[str, str, str], Stretches]
    lengths: Mapping[str, int]
    read: Mapping[str, frozenset[str]]
    codes: Sequence[str]
    parents: Mapping[str, str] = field(default_factory=dict)
    saw: frozenset[frozenset[str]] = frozenset()
    units: Mapping[tuple[str, str, str], frozenset[int]] = field(default_factory=dict)
    excerpts: Mapping[str, int] = field(default_factory=dict)
    _joined: dict[tuple[str, str, str], Stretches] = field(
        default_factory=dict, repr=False
    )  # what was put together already

    @property
    def coders(self) -> tuple[str, ...]:
        return tuple(sorted(self.read))

    def common(self, coders: Iterable[str]) -> list[str]:
        """The transcripts that all of these coders read."""
        each = [self.read[coder] for coder in coders]
        return sorted(frozenset.intersection(*each)) if each else []

    def used(self, pair: Sequence[str], transcripts: Sequence[str]) -> list[str]:
        """The codes that either used there, in the codebook's order."""
        return [c for c in self.codes if any((t, who, c) in self.made for t in transcripts for who in pair)]

    def files(self, pair: Sequence[str], code: str, transcripts: Sequence[str]) -> list[str]:
        """Those of the transcripts in which either used the code."""
        return [name for name in transcripts if any((name, who, code) in self.made for who in pair)]

    def joined(self, transcript: str, coder: str, code: str) -> Stretches:
        """A coder's stretches of a code, put together where they overlap or touch."""
        key = (transcript, coder, code)
        if key not in self._joined:
            self._joined[key] = union(self.made[key]) if key in self.made else []
        return self._joined[key]

    def cells(self, pair: Sequence[str], code: str, transcripts: Sequence[str]) -> Cells:
        """Characters that both, only the first, only the second and neither gave the code."""
        both = only_a = only_b = total = 0
        for name in transcripts:
            a, b = (self.joined(name, coder, code) for coder in pair)
            first, second = (sum(end - start for start, end in each) for each in (a, b))
            met = _shared(a, b)
            both, only_a, only_b = both + met, only_a + first - met, only_b + second - met
            total += self.lengths[name]
        return both, only_a, only_b, total - both - only_a - only_b


def _shared(a: Stretches, b: Stretches) -> int:
    """Characters in both; stretches of each sorted and apart."""
    total = i = j = 0
    while i < len(a) and j < len(b):
        total += max(0, min(a[i][1], b[j][1]) - max(a[i][0], b[j][0]))
        if a[i][1] <= b[j][1]:
            i += 1
        else:
            j += 1
    return total


def tool_figures(marked: Marked, *, tools: Sequence[str] = tuple(TOOLS), overlap: float = OVERLAP) -> list[Figure]:
    """The figures of these programs, in the order of `tools`; of each pair of coders (ATLAS.ti: of all coders together).

    Parameters
    ----------
    tools
        Keys of `TOOLS`.
    overlap
        Share of the longer of two segments that they must have in common, for MAXQDA.
    """
    made: list[Figure] = []
    for tool in tools:
        if len(marked.coders) < 2:
            made.append(Figure(TOOLS[tool], "", float("nan"), "", coders=marked.coders, reason=ONE_CODER))
        elif tool == "atlas":
            made += _atlas(marked)
        else:
            for pair in combinations(marked.coders, 2):
                shared = marked.common(pair)
                if not shared:
                    made.append(Figure(TOOLS[tool], "", float("nan"), "", coders=pair, reason=NO_TEXT))
                    continue
                blind = frozenset(pair) not in marked.saw
                figures = (
                    _maxqda(marked, pair, shared, overlap) if tool == "maxqda" else _OF_PAIR[tool](marked, pair, shared)
                )
                made += [one if blind or not one.figure.lower().startswith(_CHANCE) else _seen(one) for one in figures]
    return made


_CHANCE = ("kappa", "pooled kappa", "segments: kappa", '"kappa"')  # figures that are to correct for chance


def _seen(one: Figure) -> Figure:
    return Figure(**{**vars(one), "value": float("nan"), "reason": SAW})


# ---------------------------------------------------------------- NVivo


def kappa_of(cells: Cells) -> float:
    """Cohen's kappa of a fourfold table; NaN where chance leaves no room."""
    both, only_a, only_b, neither = cells
    n = sum(cells)
    first, second = both + only_a, both + only_b
    chance = first * second + (n - first) * (n - second)
    return float("nan") if chance == n * n else (n * (both + neither) - chance) / (n * n - chance)


def _nvivo(marked: Marked, pair: tuple[str, str], shared: Sequence[str]) -> Iterator[Figure]:
    """Per code and file: characters on which the two agree, and Cohen's kappa; it has no figure over files or codes.

    Files in which neither used the code are left out: it shows 100 % and a kappa of 1 for each of them.
    """
    percent = "characters of the file that both or neither coded, of all (spaces and interviewers' words too)"
    kappa = "Cohen's kappa over the characters of the file"
    for code in marked.used(pair, shared):
        for name in marked.files(pair, code, shared):
            cells = marked.cells(pair, code, [name])
            at = {"code": code, "transcript": name, "coders": pair, "checked": WORKED}
            agree = (cells[0] + cells[3]) / sum(cells) if sum(cells) else float("nan")
            yield Figure(NVIVO, "percentage agreement", agree, percent, **at)  # type: ignore[arg-type]
            value, reason = kappa_of(cells), ""
            if value != value:
                value = 1.0
                reason = "the two agree on every character: NVivo shows 1, where nothing can be told from chance"
            yield Figure(NVIVO, "kappa coefficient", value, kappa, reason=reason, **at)  # type: ignore[arg-type]


# ---------------------------------------------------------------- QualCoder


def qualcoder_kappa(cells: Cells) -> float:
    """What QualCoder calls Kappa: over the characters that anybody coded, with the product of the four shares as chance."""
    both, only_a, only_b, _ = cells
    n = both + only_a + only_b
    if not n:
        return float("nan")
    a, b = (both + only_a) / n, (both + only_b) / n
    chance = a * b * (1 - a) * (1 - b)
    return (both / n - chance) / (1 - chance)


def _qualcoder(marked: Marked, pair: tuple[str, str], shared: Sequence[str]) -> Iterator[Figure]:
    agree = "characters that both or neither coded, of all"
    what = (
        "NOT Cohen's kappa: characters coded by nobody are left out, and the four shares are multiplied where two products "
        "should be added"
    )
    for code in marked.used(pair, shared):
        for name in (ALL, *marked.files(pair, code, shared)):
            cells = marked.cells(pair, code, shared if name == ALL else [name])
            at = {"code": code, "transcript": name, "coders": pair, "checked": WORKED}
            value = (cells[0] + cells[3]) / sum(cells) if sum(cells) else float("nan")
            yield Figure(QUALCODER, "agree %", value, agree, **at)  # type: ignore[arg-type]
            kappa = qualcoder_kappa(cells)
            reason = NOT_USED if kappa != kappa else ""
            yield Figure(QUALCODER, '"Kappa"', kappa, what, reason=reason, **at)  # type: ignore[arg-type]


# ---------------------------------------------------------------- requal


def _requal(marked: Marked, pair: tuple[str, str], shared: Sequence[str]) -> Iterator[Figure]:
    characters = "characters that both coded, of those that either coded (Jaccard)"
    segments = "segments that share text with one of the other's of that code, of all of the two"
    total_both = total_either = met_all = many_all = 0
    for code in marked.used(pair, shared):
        both, only_a, only_b, _ = marked.cells(pair, code, shared)
        met = many = 0
        for name in shared:
            a, b = (marked.made.get((name, coder, code), []) for coder in pair)
            for mine, others in ((a, b), (b, a)):
                met += sum(any(s < end and start < e for s, e in others) for start, end in mine)
                many += len(mine)
        at = {"code": code, "coders": pair}
        yield Figure(REQUAL, "overlap of characters", both / (both + only_a + only_b), characters, **at)  # type: ignore[arg-type]
        yield Figure(REQUAL, "overlap of segments", met / many, segments, **at)  # type: ignore[arg-type]
        total_both, total_either = total_both + both, total_either + both + only_a + only_b
        met_all, many_all = met_all + met, many_all + many
    reason = "" if many_all else "neither of the two coded anything"
    share = total_both / total_either if total_either else float("nan")
    yield Figure(REQUAL, "overlap of characters", share, f"{characters}, summed over codes", coders=pair, reason=reason)
    share = met_all / many_all if many_all else float("nan")
    yield Figure(REQUAL, "overlap of segments", share, f"{segments}, summed over codes", coders=pair, reason=reason)


# ---------------------------------------------------------------- MAXQDA


def _maxqda(marked: Marked, pair: tuple[str, str], shared: Sequence[str], overlap: float) -> Iterator[Figure]:
    """Three levels: the code is in the document, as often, and on segments that overlap by at least so much."""
    codes = marked.used(pair, shared)
    levels = (  # figure, what it is of a code, of a document
        (
            "code in the document",
            "documents in which both or neither used the code, of all",
            "codes that both or neither used in it, of all that either used anywhere",
        ),
        (
            "code frequency in the document",
            "documents in which both used the code equally often (0 times too), of all",
            "codes that both used equally often in it (0 times too), of all that either used anywhere",
        ),
    )
    same: dict[tuple[str, str], tuple[bool, bool]] = {}
    hits: dict[str, list[int]] = {}
    for code in codes:
        hits[code] = [0, 0]
        for name in shared:
            a, b = (marked.made.get((name, coder, code), []) for coder in pair)
            same[code, name] = bool(a) == bool(b), len(a) == len(b)
            for mine, others in ((a, b), (b, a)):
                hits[code][0] += sum(any(_overlapping(one, other) >= overlap for other in others) for one in mine)
                hits[code][1] += len(mine)
    for level, (figure, what, within) in enumerate(levels):
        for code in codes:
            value = sum(same[code, name][level] for name in shared) / len(shared)
            yield Figure(MAXQDA, figure, value, what, code=code, coders=pair)
        for name in shared if codes else ():
            value = sum(same[code, name][level] for code in codes) / len(codes)
            yield Figure(MAXQDA, figure, value, within, transcript=name, coders=pair)
        value = sum(one[level] for one in same.values()) / len(same) if same else float("nan")
        reason = "" if same else "neither of the two coded anything"
        yield Figure(MAXQDA, figure, value, f"{what}; codes and documents together", coders=pair, reason=reason)
    segments = f"segments of either that one of the other's of that code overlaps by at least {overlap:.0%} of the longer, of all"
    for code in codes:
        yield Figure(MAXQDA, "segments: agreement", hits[code][0] / hits[code][1], segments, code=code, coders=pair)
    agreed, many = (sum(one[at] for one in hits.values()) for at in (0, 1))
    observed = agreed / many if many else float("nan")
    reason = "" if many else "neither of the two coded anything"
    yield Figure(MAXQDA, "segments: agreement", observed, segments, coders=pair, reason=reason)
    chance = 1 / len(codes) if codes else float("nan")
    what = f"(observed - chance) / (1 - chance) with chance 1 / number of codes (Brennan and Prediger; here 1 / {len(codes)})"
    kappa = (observed - chance) / (1 - chance) if len(codes) > 1 else float("nan")
    reason = reason or ("" if len(codes) > 1 else "one code: chance alone would give full agreement")
    yield Figure(MAXQDA, "segments: kappa", kappa, what, coders=pair, reason=reason)


def _overlapping(one: tuple[int, int], other: tuple[int, int]) -> float:
    """What two segments have in common, as a share of the longer."""
    return (min(one[1], other[1]) - max(one[0], other[0])) / max(one[1] - one[0], other[1] - other[0], 1)


# ---------------------------------------------------------------- Dedoose


def _dedoose(marked: Marked, pair: tuple[str, str], shared: Sequence[str]) -> Iterator[Figure]:
    """Kappa of each code over excerpts that are given, and pooled over codes."""
    each = "Cohen's kappa over the study's segments, taken as the excerpts of a test"
    pool = "kappa from the mean observed and the mean expected agreement over codes (De Vries et al. 2008)"
    total = sum(marked.excerpts.get(name, 0) for name in shared)
    observed: list[float] = []
    expected: list[float] = []
    for code in marked.used(pair, shared):
        a, b = (
            {(name, unit) for name in shared for unit in marked.units.get((name, coder, code), frozenset())}
            for coder in pair
        )
        cells = (len(a & b), len(a - b), len(b - a), total - len(a | b))
        value = kappa_of(cells) if total else float("nan")
        reason = (
            ""
            if value == value
            else "there are no excerpts"
            if not total
            else "no variation: the code is on every excerpt"
        )
        if total and not a | b:
            reason = "no excerpt holds enough of any passage with this code"
        yield Figure(DEDOOSE, "kappa", value, each, code=code, coders=pair, reason=reason)
        if value == value:
            observed.append((cells[0] + cells[3]) / total)
            expected.append((len(a) * len(b) + (total - len(a)) * (total - len(b))) / total**2)
    if observed:
        po, pe = sum(observed) / len(observed), sum(expected) / len(expected)
        yield Figure(DEDOOSE, "pooled kappa", (po - pe) / (1 - pe), f"{pool}; {len(observed)} codes", coders=pair)
    else:
        yield Figure(DEDOOSE, "pooled kappa", float("nan"), pool, coders=pair, reason="no code has a kappa")


_OF_PAIR = {"nvivo": _nvivo, "qualcoder": _qualcoder, "requal": _requal, "dedoose": _dedoose}


# ---------------------------------------------------------------- ATLAS.ti


def _atlas(marked: Marked) -> Iterator[Figure]:
    """Krippendorff's family over all coders: alpha binary of codes and domains, cu-alpha in each domain, Cu-alpha over domains."""
    people = marked.coders
    shared = marked.common(people)
    if not shared:
        yield Figure(ATLAS, "", float("nan"), "", coders=people, reason=NO_TEXT)
        return
    seen = any(pair <= set(people) for pair in marked.saw)
    used = marked.used(people, shared)
    domains: dict[str, list[str]] = {}
    for code in used:
        domains.setdefault(marked.parents.get(code, "") or code, []).append(code)
    binary = "Krippendorff's alpha over characters, coded and uncoded: is {} there or not"
    by_code = {code: [code] for code in used}
    for group, said in ((by_code, "the code"), (domains, "a code of the domain")):
        spans = _continuum(marked, people, shared, {code: name for name, codes in group.items() for code in codes})
        alphas = {one.code: one for one in measure_spans(spans) if one.name == "krippendorff_alpha" and one.code}
        named = "alpha binary" if group is by_code else "alpha binary (domain)"
        for name in group:
            found = alphas[name]
            yield _alpha(named, found.estimate, found.reason, binary.format(said), name, people, seen)
    inside = "where coders of a pair both used codes of the domain: which one (Krippendorff et al. 2016, cu-alpha)"
    for name, codes in domains.items():
        spans = _continuum(marked, people, shared, {code: code for code in codes})
        found = next(one for one in measure_spans(spans) if one.name == "cu_alpha")
        yield _alpha("cu-alpha", found.estimate, found.reason, inside, name, people, seen)
    across = "where coders of a pair both coded: which domain (Krippendorff et al. 2016, with domains as codes)"
    spans = _continuum(marked, people, shared, {code: name for name, codes in domains.items() for code in codes})
    found = next(one for one in measure_spans(spans) if one.name == "cu_alpha")
    reason = found.reason if len(domains) > 1 else "one domain only"
    yield _alpha("Cu-alpha", found.estimate if len(domains) > 1 else float("nan"), reason, across, "", people, seen)


def _alpha(figure: str, value: float, reason: str, what: str, code: str, coders: tuple[str, ...], seen: bool) -> Figure:
    if seen:
        value, reason = float("nan"), SAW
    elif "overlap" in reason:
        reason = "codes that must exclude each other overlap in one coder's work"
    return Figure(ATLAS, figure, value, what, code=code, coders=coders, reason=reason)


def _continuum(marked: Marked, people: Sequence[str], shared: Sequence[str], named: Mapping[str, str]) -> Spans:
    """The transcripts one after the other, with a position between two, which no span can cross."""
    rows: list[tuple[str, str, int, int, int]] = []
    at = 0
    for name in shared:
        for coder in people:
            by_name: dict[str, Stretches] = {}
            for code, called in named.items():
                by_name.setdefault(called, []).extend(marked.made.get((name, coder, code), []))
            rows += [
                (coder, called, start + at, end + at, 0)
                for called, each in by_name.items()
                for start, end in sorted(each)
            ]
        at += marked.lengths[name]
    return make_spans(rows, length=max(at, 1), coders=people, codes=list(dict.fromkeys(named.values())))

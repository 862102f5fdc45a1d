"""Disagreements, what deciding them changes and what they weigh, once more: plain loops over everything against everything.

Written from docs/consensus.md and docs/agreement.md, not from the code under test, and without its matching, sweeping and arrays.
The tests hold both against each other on random small studies; `benchmarks/consensus_speed.py` times both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import combinations

WORD = re.compile(r"\w+(?:['’\-]\w+)*")
NOT_DONE = ("", "no", "n", "false", "0", "-", "–", "open", "planned", "nee", "nein", "não", "nao", "non")


def common(a: Mapping, b: Mapping) -> int:
    return min(a["end"], b["end"]) - max(a["start"], b["start"])


def one_word(texts: Mapping[str, str], a: Mapping, b: Mapping) -> bool:
    """Whether two spans of one transcript have a whole word in common."""
    low, high = max(a["start"], b["start"]), min(a["end"], b["end"])
    if low >= high:
        return False
    near = max(0, low - 40), high + 40  # no word of these studies is longer
    return any(
        low <= m.start() + near[0] and m.end() + near[0] <= high
        for m in WORD.finditer(texts[a["transcript"]][slice(*near)])
    )


def clusters(items: list, together: Callable[[Mapping, Mapping], bool]) -> list[list]:
    """Items put together where a chain of pairs leads from one to the other."""
    of = list(range(len(items)))
    for i, j in combinations(range(len(items)), 2):
        if together(items[i], items[j]) and of[i] != of[j]:
            old, new = of[j], of[i]
            of = [new if one == old else one for one in of]
    return [[item for item, one in zip(items, of, strict=True) if one == name] for name in dict.fromkeys(of)]


def direction_of(given: Iterable[str]) -> str:
    words = {word for word in given if word}
    return words.pop() if len(words) == 1 else "mixed" if words else ""


def above(code: str, parent: Mapping[str, str]) -> list[str]:
    line = [code]
    while parent.get(line[-1]):
        line.append(parent[line[-1]])
    return line


def readings(codings: list[dict]) -> list[dict]:
    """Overlapping codings of one code by one coder are one."""
    place = ("transcript", "scope", "code", "coder")
    made = []
    for group in clusters(codings, lambda a, b: all(a[p] == b[p] for p in place) and common(a, b) > 0):
        first = group[0]
        made.append({
            **{p: first[p] for p in place},
            "start": min(c["start"] for c in group), "end": max(c["end"] for c in group),
            "codings": sorted(c["coding"] for c in group), "direction": direction_of(c["direction"] for c in group),
        })  # fmt: skip
    return made


def who_read(
    group: Mapping, assignments: list[dict], codings: list[dict], texts: Mapping[str, str], parent: Mapping
) -> set[str]:
    """Coders who read at least half of a group's span with its code in mind."""
    name, length = group["transcript"], group["end"] - group["start"]
    if not assignments:
        return {c["coder"] for c in codings if c["transcript"] == name}
    found = set()
    for coder in {line["coder"] for line in assignments}:
        seen: set[int] = set()
        for line in assignments:
            codes = {part.strip() for part in line["codes"].split(";") if part.strip()}
            fits = not codes or codes & set(above(group["code"], parent))
            if line["coder"] == coder and line["transcript"] == name and line["done"].lower() not in NOT_DONE and fits:
                start = 0 if line["start"] is None else line["start"]
                end = len(texts[name]) if line["end"] is None else line["end"]
                seen |= set(range(max(start, group["start"]), min(end, group["end"])))
        if 2 * len(seen) >= length:
            found.add(coder)
    return found


def groups_of(
    codings: list[dict], assignments: list[dict], texts: Mapping, parent: Mapping, match: float
) -> list[dict]:
    def same(a: Mapping, b: Mapping) -> bool:
        shorter = min(a["end"] - a["start"], b["end"] - b["start"])
        return (
            all(a[p] == b[p] for p in ("transcript", "scope", "code"))
            and a["coder"] != b["coder"]
            and common(a, b) > 0
            and common(a, b) >= match * shorter
        )

    made = []
    for group in clusters(readings(codings), same):
        one = {
            **{p: group[0][p] for p in ("transcript", "scope", "code")},
            "start": min(r["start"] for r in group), "end": max(r["end"] for r in group),
            "coders": sorted({r["coder"] for r in group}), "codings": sorted(c for r in group for c in r["codings"]),
            "readings": group,
        }  # fmt: skip
        one["silent"] = sorted(who_read(one, assignments, codings, texts, parent) - set(one["coders"]))
        made.append(one)
    return sorted(made, key=lambda g: (g["transcript"], g["start"], g["end"], g["scope"], g["code"], g["coders"]))


def distance(a: str, b: str, parent: Mapping[str, str]) -> int:
    """1 the same parent, or parent and child; 2 the same grandparent (whoever is nearer to it); 3 anything else."""
    up_a, up_b = above(a, parent), above(b, parent)
    shared = [code for code in up_a if code in up_b]
    if not shared:
        return 3
    return min(3, max(1, up_a.index(shared[0]), up_b.index(shared[0])))


def side(
    coders: Iterable[str], code: str = "", codings: Iterable[str] = (), direction: str = "", group: object = None
) -> dict:
    return {"coders": sorted(coders), "code": code, "codings": sorted(codings), "direction": direction, "group": group}


def side_of(group: Mapping) -> dict:
    given = {direction_of(r["direction"] for r in group["readings"] if r["coder"] == c) for c in group["coders"]} - {""}
    return side(group["coders"], group["code"], group["codings"], ";".join(sorted(given)), group)


def disagreements(
    codings: list[dict],
    assignments: list[dict],
    texts: Mapping[str, str],
    parent: Mapping,
    own: Mapping,
    match: float = 0.5,
) -> list[dict]:
    """Each thing to decide, by place: kind, transcript, start, end, and two sides, that of the first coder first."""
    every = groups_of(codings, assignments, texts, parent, match)
    found = []
    for group in every:
        ways: dict[str, list[str]] = {}
        for coder in group["coders"]:
            way = direction_of(r["direction"] for r in group["readings"] if r["coder"] == coder) or own[group["code"]]
            if way:
                ways.setdefault(way, []).append(coder)
        if len(ways) > 1:
            first, *rest = ways

            def those(names: list[str], group: Mapping = group, ways: Mapping = ways) -> dict:
                coders = [coder for name in names for coder in ways[name]]
                mine = [r for r in group["readings"] if r["coder"] in coders]
                made = side(
                    coders, group["code"], {c for r in mine for c in r["codings"]}, ";".join(sorted(names)), group
                )
                return made | {"start": min(r["start"] for r in mine), "end": max(r["end"] for r in mine)}

            found.append(("direction", group, [those([first]), those(rest)]))
    disputed = [group for group in every if group["silent"]]
    pairs = []
    for j, y in enumerate(disputed):
        for i, x in enumerate(disputed[:j]):
            if (
                x["transcript"] == y["transcript"] and x["scope"] == y["scope"] and not set(x["coders"]) & set(y["coders"])
                and set(x["coders"]) & set(y["silent"]) and set(y["coders"]) & set(x["silent"]) and one_word(texts, x, y)
            ):  # fmt: skip
                shorter = min(x["end"] - x["start"], y["end"] - y["start"])
                share = round(common(x, y) / shorter, 9)
                far = distance(x["code"], y["code"], parent)
                pairs.append((x["code"] != y["code"], -share, far, x["start"], y["start"], x["code"], y["code"], j, i))
    taken: set[int] = set()
    # within a transcript the likeliest first; pairs of different transcripts do not compete
    for other, _, far, _, _, _, _, j, i in sorted(pairs):
        if i not in taken and j not in taken:
            taken |= {i, j}
            kind = ("sibling", "cousin", "far")[far - 1] if other else "boundary"
            found.append((kind, disputed[i], [side_of(disputed[i]), side_of(disputed[j])]))
    for i, group in enumerate(disputed):
        if i in taken:
            continue
        others = {
            coder: [
                (other, r) for other in every for r in other["readings"]
                if r["coder"] == coder and all(r[p] == group[p] for p in ("transcript", "scope", "code"))
            ]
            for coder in group["silent"]
        }  # fmt: skip
        beside = [
            r for each in others.values() for other, r in each if other is not group and one_word(texts, group, r)
        ]
        if beside:
            second = side({r["coder"] for r in beside}, group["code"], {c for r in beside for c in r["codings"]})
            second |= {"start": min(r["start"] for r in beside), "end": max(r["end"] for r in beside)}
            found.append(("boundary", group, [side_of(group), second]))
        else:
            kind = "missed" if all(others.values()) else "presence"
            found.append((kind, group, [side_of(group), side(group["silent"])]))
    rows = []
    for kind, group, sides in found:
        a, b = sorted(sides, key=lambda one: one["coders"])
        spans = [one.get("group") if "start" not in one else one for one in (a, b) if one["code"]]
        rows.append({
            "kind": kind, "transcript": group["transcript"], "start": min(s["start"] for s in spans),
            "end": max(s["end"] for s in spans), "sides": (a, b),
        })  # fmt: skip
    return sorted(
        rows, key=lambda r: (r["transcript"], r["start"], r["end"], r["sides"][0]["code"], r["sides"][1]["code"])
    )


# ---------------------------------------------------------------- the observed disagreement


def shares(
    codings: list[dict], assignments: list[dict], texts: Mapping, parent: Mapping, own: Mapping,
    units: list[tuple[str, int, int]], codes: list[str], match: float = 0.5,
) -> list[tuple[float | None, dict[str, float]]]:  # fmt: skip
    """Each disagreement's share of the observed disagreement of all codes, and of each of its codes'; units of whole words.

    Two coders of one unit and one code at a time: one applied it (a coding of theirs covers a whole word of the unit), one not.
    """
    listed = disagreements(codings, assignments, texts, parent, own, match)
    coders = sorted({line["coder"] for line in assignments} or {c["coder"] for c in codings})
    total, answers = dict.fromkeys(codes, 0.0), dict.fromkeys(codes, 0)
    parts: list[tuple[int, str, float]] = []
    for name, first, last in units:
        unit = {"transcript": name, "start": first, "end": last}
        for code in codes:
            said = {}
            for coder in coders:
                if not reads(coder, code, unit, assignments, codings, texts, parent):
                    continue
                mine = [c for c in codings if (c["transcript"], c["coder"], c["code"]) == (name, coder, code)]
                said[coder] = any(one_word(texts, unit, c) for c in mine)
            if len(said) < 2:
                continue
            answers[code] += len(said)
            for yes in (coder for coder in said if said[coder]):
                for no in (coder for coder in said if not said[coder]):
                    amount = 2 / (len(said) - 1)
                    total[code] += amount
                    about = [
                        number for number, row in enumerate(listed) if row["kind"] != "direction"
                        and any(claims(one, yes, no, code, unit) for one in row["sides"])
                    ]  # fmt: skip
                    parts += [(number, code, amount / len(about)) for number in about]
    everything = sum(total[code] / answers[code] for code in codes if answers[code])
    made: list[tuple[float | None, dict[str, float]]] = []
    for number, row in enumerate(listed):
        mine = [(code, amount) for of, code, amount in parts if of == number]
        of_code = {
            one["code"]: sum(a for code, a in mine if code == one["code"]) / total[one["code"]] if total[one["code"]] else 0.0
            for one in row["sides"] if one["code"]
        }  # fmt: skip
        made.append((sum(a / answers[code] for code, a in mine) / everything if everything else None, of_code))
    return made


def claims(one: Mapping, yes: str, no: str, code: str, unit: Mapping) -> bool:
    group = one.get("group")
    return bool(
        group and group["code"] == code and no in group["silent"] and group["transcript"] == unit["transcript"]
        and any(r["coder"] == yes and common(r, unit) > 0 for r in group["readings"])
    )  # fmt: skip


def reads(
    coder: str, code: str, unit: Mapping, assignments: list[dict], codings: list[dict], texts: Mapping, parent: Mapping
) -> bool:
    """Whether a coder was to say something of a unit and a code."""
    name = unit["transcript"]
    if not assignments:
        everybody = {c["coder"] for c in codings}
        return everybody == {c["coder"] for c in codings if c["transcript"] == name}
    for line in assignments:
        codes = {part.strip() for part in line["codes"].split(";") if part.strip()}
        start = 0 if line["start"] is None else line["start"]
        end = len(texts[name]) if line["end"] is None else line["end"]
        if (
            line["coder"] == coder and line["transcript"] == name and line["done"].lower() not in NOT_DONE
            and start <= unit["start"] and unit["end"] <= end and (not codes or codes & set(above(code, parent)))
        ):  # fmt: skip
            return True
    return False

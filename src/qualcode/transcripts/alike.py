"""Whether a text is another text of the same transcript, corrected, or the text of something else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from qualcode.errors import Problem, Problems, nearest
from qualcode.study import Study
from qualcode.transcripts.compare import Edit

KIND, ACCEPT = (
    "text",
    "accept",
)  # of a decision that a transcript's text is another one now; its value is the text's hash
FILE = "texts.csv"
ALIKE = 0.45  # the share of the shorter text's words that must stand unchanged in the longer, for the two to be one transcript
FEW = 10  # words below which nothing can be told
_WORD = re.compile(r"\w+")
_RUN = 5


def share_kept(old: str, new: str, edits: Sequence[Edit]) -> float:
    """The share of the words of the shorter of two texts that lie between the changed stretches, 0 to 1.

    Where a text was only cut or added to it is 1. NaN where the shorter has fewer than 10 words.
    """
    shorter = min(_count(old), _count(new))
    if shorter < FEW:
        return float("nan")
    kept, at = 0, 0
    for edit in edits:
        kept += _count(old[at : edit.start_from])
        at = edit.end_from
    return min(1.0, (kept + _count(old[at:])) / shorter)


def is_other(old: str, new: str, edits: Sequence[Edit]) -> bool:
    """Whether two texts are of two different transcripts: less than 0.45 of the shorter one's words stayed."""
    return share_kept(old, new, edits) < ALIKE


def nothing_left(old: str, new: str) -> list[Edit]:
    """The edits from a text to another one that has nothing to do with it: all of it was taken out, all of the other put in."""
    return [edit for edit in (Edit(0, len(old), 0, 0), Edit(len(old), len(old), 0, len(new))) if len(set(edit)) > 1]


def accepted(study: Study) -> set[tuple[str, str]]:
    """Transcripts that somebody said have another text now, each with that text's hash.

    Raises
    ------
    DecisionsError
        The decisions cannot be read.
    """
    from qualcode.decisions.table import read_decisions

    rows = read_decisions(study)
    rows = rows[(rows["kind"] == KIND) & (rows["choice"] == ACCEPT)]
    return set(zip(rows["about"], rows["value"], strict=True))


def accept(study: Study, names: Sequence[str], *, by: str, on: str, reason: str = "") -> list[str]:
    """Sign that transcripts have another text from now on, in data/raw/decisions/texts.csv; what is said of each.

    Raises
    ------
    QualcodeError
        A transcript that the study has not; transcripts that cannot be read.
    """
    from qualcode.decisions.table import append_decisions
    from qualcode.transcripts import read_transcripts
    from qualcode.transcripts.edits import compare_with_kept

    read = read_transcripts(study)
    known = set(read.transcripts["transcript"])
    problems = Problems()
    for name in names:
        if name not in known:
            problems.add("--accept", f"there is no transcript '{name}'.", nearest(name, sorted(known)))
    problems.raise_if_any()
    asked = read.transcripts[read.transcripts["transcript"].isin(list(names))]
    _, others = compare_with_kept(study, asked, read.texts, names_out=read.names_out)
    there = accepted(study)
    signed = {"kind": KIND, "choice": ACCEPT, "reason": reason, "by": by, "on": on}
    rows = [signed | {"about": name, "value": sha} for name, sha in others if (name, sha) not in there]
    append_decisions(study, rows, file=FILE)
    new = {str(row["about"]) for row in rows}
    return [
        f"{name}: this is its text from now on (signed by {by} on {on} in data/raw/decisions/{FILE})."
        if name in new
        else f"{name}: there was nothing to accept."
        for name in dict.fromkeys(names)
    ]


def replaced(where: str, transcript: str, share: float, text: str, others: Mapping[str, Collection[str]]) -> Problem:
    """What is said of a transcript whose text is another one than before.

    Parameters
    ----------
    share
        As `share_kept` gives it, of the most alike of its earlier texts.
    others
        The earlier and present texts of the study's other transcripts.
    """
    like = next(iter(_same(text, others)), "")
    what = (
        f"this is not a corrected text of transcript '{transcript}': {_percent(share)} of its words were there before."
    )
    what += f" It looks like transcript '{like}'." if like else ""
    hint = "Were two files exchanged, or is it a file of another interview? Put the right one back. "
    hint += f"If '{transcript}' is to have this text from now on: qualcode run --accept {transcript} --by YOUR-INITIALS"
    return Problem(where, what, hint + " (codings made on the text before then have no place).")


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _same(text: str, others: Mapping[str, Collection[str]]) -> Iterator[str]:
    """The transcripts that have, or had, most of a text's runs of five words."""
    mine = _runs(text)
    for name, texts in sorted(others.items()):
        if mine and any(len(mine & _runs(other)) > 0.5 * len(mine) for other in texts):
            yield name


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return set(zip(*(words[step:] for step in range(_RUN)), strict=False))


def _count(text: str) -> int:
    return len(_WORD.findall(text))

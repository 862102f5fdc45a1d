"""A study of one transcript with four disagreements, as the tests of the meeting's sheets use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qualcode.consensus import find_disagreements, make_consensus
from qualcode.decisions import read_decisions
from qualcode.decisions.items import Pack, make_pack
from qualcode.study import Study
from qualcode.tables import TABLES, write
from qualcode.transcripts.kept import write_texts

TEXT = (
    "I: What came in the way?\n\n"
    "P01: =SUM of my hours was too small. We had no time for it, and the money stopped in May. "
    "Then the nurses helped one another a great deal.\n\n"
    "I: And now?\n\n"
    "P01: Now the director stands behind us. I would do it again tomorrow."
)
TEXTS = {"S01": TEXT}
TITLE = "A tiny study"


def span(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


TURNS = TABLES["turns"].shape(
    [
        {"transcript": "S01", "turn": turn, "speaker": who, "participant": "" if who == "I" else who,
         "role": "interviewer" if who == "I" else "participant", "start": span(words)[0], "end": span(words)[1]}
        for turn, (who, words) in enumerate(
            [
                ("I", "What came in the way?"),
                ("P01", TEXT.split("P01: ")[1].split("\n")[0]),
                ("I", "And now?"),
                ("P01", "Now the director stands behind us. I would do it again tomorrow."),
            ]
        )
    ]
)  # fmt: skip
CODEBOOK = TABLES["codebook"].shape(
    [
        {"position": n, "code": code, "label": label, "kind": kind, "parent": parent, "depth": 1 if parent else 0,
         "direction": way, "definition": f"What {label.lower()} is.", "version": "1.0.0", "name": "tiny"}
        for n, (code, label, kind, parent, way) in enumerate(
            [
                ("barriers", "Barriers", "theme", "", "barrier"),
                ("time", "Too little time", "subtheme", "barriers", "barrier"),
                ("money", "Money", "subtheme", "barriers", ""),
                ("strengths", "Strengths", "theme", "", "facilitator"),
                ("help", "Help", "subtheme", "strengths", "facilitator"),
            ]
        )
    ]
)  # fmt: skip
CODINGS = TABLES["codings"].shape(
    [
        {"coding": name, "transcript": "S01", "scope": "span", "start": span(words)[0], "end": span(words)[1],
         "code": code, "coder": coder, "origin": "human", "anchored": "as_given", "memo": memo, "created": "2024-04-01",
         "direction": way}
        for name, coder, code, words, memo, way in [
            ("c1", "RB", "time", "=SUM of my hours was too small.", "-- sure?", ""),
            ("c2", "KL", "money", "the money stopped in May", "@RB: money, not time", "barrier"),
            ("c3", "RB", "time", "the money stopped in May", "", ""),
            ("c4", "RB", "help", "the nurses helped one another", "", ""),
            ("c5", "KL", "help", "the nurses helped one another a great deal", "", "barrier"),
            ("c6", "RB", "help", "Now the director stands behind us.", "", ""),
        ]
    ]
)  # fmt: skip
ASSIGNMENTS = TABLES["assignments"].shape(
    [{"transcript": "S01", "coder": coder, "done": "yes"} for coder in ("RB", "KL")]
)


class Meeting:
    """A study with four disagreements: presence (time), sibling (time, money), direction (help), missed (help)."""

    def __init__(self, root: Path) -> None:
        (root / "config").mkdir(parents=True)
        (root / "config/study.yaml").write_text(f"study:\n  title: {TITLE}\n", encoding="utf-8")
        self.root = root
        self.run()

    @property
    def study(self) -> Study:
        return Study.load(self.root)

    def run(self, context: int = 4) -> Any:
        """Find the disagreements, make the pack, and the consensus, which is given back."""
        decisions = read_decisions(self.study)
        self.found = find_disagreements(CODINGS, ASSIGNMENTS, TEXTS, CODEBOOK, decisions)
        self.pack: Pack = make_pack(
            self.found, CODINGS, TURNS, TEXTS, CODEBOOK, decisions, title=TITLE, context=context
        )
        write("report_disagreements", self.found, self.root / "reports/tables/disagreements.csv")
        write_texts(self.root / "data/processed/texts", TEXTS)
        write("codebook", CODEBOOK, self.root / "data/processed/codebook.parquet")
        return make_consensus(CODINGS, ASSIGNMENTS, TEXTS, CODEBOOK, decisions)

"""The tables that training is measured on, read from a study's files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qualcode.codings.align import with_unaligned
from qualcode.config import Config
from qualcode.segments import cut_segments
from qualcode.tables import read
from qualcode.training.measure import Ground
from qualcode.transcripts.kept import read_texts
from qualcode.transcripts.translations import compared_on_originals

TABLES_READ = (
    "codings", "assignments", "segments", "turns", "transcripts", "codebook", "splits", "unaligned", "consensus",
)  # fmt: skip
CUT_HERE = ("sentence", "paragraph")


def load_ground(files: Mapping[str, Path], texts: Path, disagreements: Path, config: Config) -> Ground:
    """Tables from files by name (`TABLES_READ`), translations put on their originals.

    Parameters
    ----------
    disagreements
        Table `report_disagreements`.
    """
    tables = {name: read(name, files[name]) for name in TABLES_READ}
    listed, spoken, words = tables["transcripts"], tables["turns"], read_texts(texts)
    on = compared_on_originals(
        tables["codings"],
        tables["assignments"],
        with_unaligned(tables["splits"], tables["unaligned"]),
        listed,
        spoken,
    )
    originals = listed[listed["translation_of"] == ""]
    measures = config.agreement.model_dump(exclude={"thresholds", "sampling"})
    unit, language = measures["unit"], config.study.language
    languages = {
        str(name): str(of) or language for name, of in zip(listed["transcript"], listed["language"], strict=True)
    }
    found = read("report_disagreements", disagreements)
    return Ground(
        on.codings, on.assignments, tables["segments"], spoken, originals,
        {name: text for name, text in words.items() if name in set(originals["transcript"])}, tables["codebook"], on.waiting,
        tables["consensus"], found[found["status"] != "decided"],
        {unit: cut_segments(spoken, words, languages, unit=unit)} if unit in CUT_HERE else {}, measures,
        config.consensus.match,
    )  # fmt: skip

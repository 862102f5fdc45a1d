"""The report tables of a study as the documents take them, and small words that all of them share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from qualcode.study import Study
from qualcode.tables import TABLES, read


@dataclass(frozen=True)
class Data:
    """The report tables by short name (`themes`, `quotes` …), the study they belong to, and its date."""

    study: Study
    tables: dict[str, pd.DataFrame]
    day: str
    codebook: str
    topic_notes: dict[str, Any]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]

    @property
    def title(self) -> str:
        return self.study.config.study.title

    @property
    def notice(self) -> str:
        return self.study.config.study.notice


def load_tables(study: Study, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Report tables from reports/tables/."""
    folder = study.reports / "tables"
    return {
        name: read(f"report_{name}" if f"report_{name}" in TABLES else name, folder / f"{name}.csv") for name in names
    }


def whole(value: Any) -> int | str:
    return "" if pd.isna(value) else int(value)


def first(values: pd.Series) -> Any:
    return values.iloc[0] if len(values) and pd.notna(values.iloc[0]) else ""


def group_name(name: str) -> str:
    return "All" if name == "all" else words(name)


def words(name: str, *, first: bool = True) -> str:
    """A name from a table as people write it: `years_experience` -> `Years experience`."""
    text = str(name).replace("_", " ")
    return text[:1].upper() + text[1:] if first else text

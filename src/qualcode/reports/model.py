"""One model of a printed table, which the Word, Excel and HTML writers all take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Column:
    """A printed column: its heading, its share of the width, and how it is set."""

    heading: str
    width: float = 1.0
    align: Align = "left"


@dataclass(frozen=True)
class Row:
    """A printed row. `level` 0 is a heading row (a theme, a domain), 1 and more are below it."""

    cells: Sequence[str | int | float]
    level: int = 1


@dataclass(frozen=True)
class PrintedTable:
    """A table as readers see it: caption, columns, rows, notes under it.

    Numbers stay numbers (Excel gets them as such); `decimals` says how documents print those that are not whole.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = field(default_factory=tuple)
    decimals: int = 2
    empty: str = "There is nothing to show here yet."

    @property
    def width(self) -> float:
        """The sum of the columns' shares."""
        return sum(column.width for column in self.columns)

    def printed(self, cell: str | int | float) -> str:
        """A cell as text in documents."""
        if isinstance(cell, str):
            return cell
        if cell is None or pd.isna(cell):
            return ""
        if isinstance(cell, float) and not float(cell).is_integer():
            text = f"{cell:.{self.decimals}f}"
            return text.replace("-", "−", 1) if text.startswith("-") else text
        if isinstance(cell, float):
            return f"{cell:.{self.decimals}f}"
        return str(cell)


def percent(n: object, of: object) -> str:
    """`5 (38%)`: a number of people with its share in whole per cent, halves up; the number alone where `of` is none."""
    if n is None or pd.isna(n):  # type: ignore[call-overload]
        return ""
    if of is None or pd.isna(of) or not of:  # type: ignore[call-overload]
        return str(n)
    return f"{n} ({whole_percent(100 * float(str(n)) / float(str(of)))}%)"


def whole_percent(value: object) -> str:
    """A percentage as a whole number, halves away from zero (as papers print it, not to the even neighbour)."""
    from decimal import ROUND_HALF_UP, Decimal

    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return ""
    return str(Decimal(repr(float(str(value)))).quantize(Decimal(1), rounding=ROUND_HALF_UP))

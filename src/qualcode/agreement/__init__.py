"""How far coders agree: coefficients and intervals, as pure functions of numbers first, of tables second."""

from __future__ import annotations

from qualcode.agreement.constructs import construct_agreement
from qualcode.agreement.measuring import measure
from qualcode.agreement.ratings import read_ratings
from qualcode.agreement.spans import measure_spans, read_spans
from qualcode.agreement.study import agreement_tables, measure_study

__all__ = [
    "agreement_tables",
    "construct_agreement",
    "measure",
    "measure_spans",
    "measure_study",
    "read_ratings",
    "read_spans",
]

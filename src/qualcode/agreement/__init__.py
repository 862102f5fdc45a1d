"""How far coders agree: coefficients and intervals, as pure functions of numbers first, of tables second."""

from __future__ import annotations

from qualcode.agreement.measuring import measure
from qualcode.agreement.ratings import read_ratings
from qualcode.agreement.spans import measure_spans, read_spans
from qualcode.agreement.study import agreement_tables

__all__ = ["agreement_tables", "measure", "measure_spans", "read_ratings", "read_spans"]

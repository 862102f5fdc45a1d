"""How far coders agree: coefficients and intervals, as pure functions of numbers first, of tables second."""

from __future__ import annotations

from qualcode.agreement.ratings import measure, read_ratings
from qualcode.agreement.study import agreement_tables

__all__ = ["agreement_tables", "measure", "read_ratings"]

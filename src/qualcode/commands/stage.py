"""`qualcode stage NAME`: what the workflow's rules call, every file named. For the workflow alone; no contract."""

from __future__ import annotations

from qualcode.cli import STAGES, Lazy

command = Lazy(
    "qualcode.stages",
    dict.fromkeys((*STAGES, "shard", "identifiers"), " "),
    name="stage",
    hidden=True,
    help="One stage of the line, as the workflow calls it (no contract).",
)

"""Several coders' layers and the team's decisions become one layer; what nobody has decided stays open, and counted."""

from qualcode.consensus.disagreements import find_disagreements
from qualcode.consensus.layer import make_consensus, open_disagreements, unused_decisions

__all__ = ["find_disagreements", "make_consensus", "open_disagreements", "unused_decisions"]

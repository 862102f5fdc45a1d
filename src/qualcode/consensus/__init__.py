"""Several coders' layers and the team's decisions become one layer; what nobody has decided stays open, and counted."""

from qualcode.consensus.disagreements import compare, find_disagreements, listed
from qualcode.consensus.layer import consensus_layer, make_consensus, open_disagreements, unused_decisions

__all__ = [
    "compare",
    "consensus_layer",
    "find_disagreements",
    "listed",
    "make_consensus",
    "open_disagreements",
    "unused_decisions",
]
